//! The style sheet and the script, with addresses that change whenever their bytes do, so that a
//! browser may keep them for a year. Serving them is the server's work.

/// The style sheet.
pub const CSS: &[u8] = include_bytes!("../assets/app.css");
/// The style sheet of reports and wall lists, beside the other.
pub const PAPER: &[u8] = include_bytes!("../assets/paper.css");
/// The script. Every page works without it.
pub const JS: &[u8] = include_bytes!("../assets/app.js");

const CSS_PATH_BYTES: [u8; 28] = stamped(b"/static/app.", CSS, b".css");
const PAPER_PATH_BYTES: [u8; 30] = stamped(b"/static/paper.", PAPER, b".css");
const JS_PATH_BYTES: [u8; 27] = stamped(b"/static/app.", JS, b".js");

/// Where the server must answer with [`CSS`] (`text/css; charset=utf-8`).
pub const CSS_PATH: &str = as_text(&CSS_PATH_BYTES);
/// Where the server must answer with [`PAPER`] (`text/css; charset=utf-8`).
pub const PAPER_PATH: &str = as_text(&PAPER_PATH_BYTES);
/// Where the server must answer with [`JS`] (`text/javascript; charset=utf-8`).
pub const JS_PATH: &str = as_text(&JS_PATH_BYTES);

const fn as_text(bytes: &'static [u8]) -> &'static str {
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("an address is ASCII"),
    }
}

/// `before` + 12 hexadecimal digits of the content's FNV-1a hash + `after`.
const fn stamped<const N: usize>(before: &[u8], content: &[u8], after: &[u8]) -> [u8; N] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < content.len() {
        // `u64::from` is not const; widening a byte loses nothing.
        hash ^= content[i] as u64;
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    let mut out = [0; N];
    let mut at = 0;
    while at < before.len() {
        out[at] = before[at];
        at += 1;
    }
    let mut digit = 0;
    while digit < 12 {
        let nibble = (hash >> (60 - 4 * digit)) & 15;
        let mut value = 0;
        let mut index = 0;
        while value < nibble {
            value += 1;
            index += 1;
        }
        out[at] = HEX[index];
        at += 1;
        digit += 1;
    }
    let mut rest = 0;
    while rest < after.len() {
        out[at] = after[rest];
        at += 1;
        rest += 1;
    }
    assert!(at == N, "the length of the address is declared rightly");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_hash() {
        let check = |path: &str, end: &str| {
            let hash = path
                .strip_prefix("/static/app.")
                .and_then(|p| p.strip_suffix(end))
                .unwrap();
            assert_eq!(hash.len(), 12);
            assert!(hash.bytes().all(|b| b.is_ascii_hexdigit()), "{path}");
        };
        check(CSS_PATH, ".css");
        check(JS_PATH, ".js");
        assert!(PAPER_PATH.starts_with("/static/paper.") && PAPER_PATH.ends_with(".css"));
        let one: [u8; 14] = stamped(b"a", b"x", b"b");
        let other: [u8; 14] = stamped(b"a", b"y", b"b");
        assert_ne!(one, other);
    }

    #[test]
    fn the_paper_stays_light() {
        assert!(PAPER.len() <= 8 * 1024, "{} bytes", PAPER.len());
    }

    #[test]
    fn the_script_stays_small() {
        assert!(JS.len() <= 12 * 1024, "{} bytes", JS.len());
    }
}
