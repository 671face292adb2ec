//! What people kept of published heads: lines of the host's own files, or what somebody copied from a notice
//! board. It reads text and compares; it knows no ledger.

use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::Code;

/// Fewer digits of a fingerprint than this prove too little to be taken.
pub const DIGITS_MIN: usize = 16;

/// A head that somebody kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub community: Code,
    /// The height it was published for.
    pub height: u64,
    /// Beginnings of the block's hash or of the history root, in lower-case hexadecimal. Each must fit one.
    pub fingerprints: Vec<String>,
    /// Where it stands: `heads.txt:3`.
    pub source: String,
}

impl Claim {
    /// Whether a block and the history up to it are the ones that were published.
    pub fn fits(&self, hash: &Hash, tree: &Hash) -> bool {
        let (hash, tree) = (hex(hash), hex(tree));
        let fits =
            |fingerprint: &String| hash.starts_with(fingerprint) || tree.starts_with(fingerprint);
        match self.fingerprints.as_slice() {
            // A whole line says which is which.
            [block, history] => *block == hash && *history == tree,
            all => all.iter().all(fits),
        }
    }
}

/// A line that says nothing that can be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{source_line}：看不懂“{line}”。请写成：社区代号 页数 指纹，例如 nanmen 412 7fe3a1b2 9c0d1e2f 33445566（指纹至少 16 位）。 {source_line}: “{line}” cannot be read. Write community, height and fingerprint, such as nanmen 412 7fe3a1b2 9c0d1e2f 33445566 (at least 16 digits)."
)]
pub struct BadLine {
    /// File and line.
    pub source_line: String,
    /// What stands there.
    pub line: String,
}

/// Reads a file of heads. Empty lines and those that begin with `#` are passed over.
///
/// # Errors
/// The first line that cannot be read.
pub fn read(name: &str, text: &str) -> Result<Vec<Claim>, BadLine> {
    let mut claims = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let source = format!("{name}:{}", at + 1);
        let claim = read_line(line, &source).ok_or_else(|| BadLine {
            source_line: source.clone(),
            line: line.chars().take(80).collect(),
        })?;
        claims.push(claim);
    }
    Ok(claims)
}

fn read_line(line: &str, source: &str) -> Option<Claim> {
    let mut words = line.split_whitespace();
    let community = words.next()?.to_lowercase().parse().ok()?;
    let height = words.next()?.parse().ok()?;
    let mut groups: Vec<String> = Vec::new();
    for word in words {
        let digits = word.replace('-', "").to_lowercase();
        if digits.len() < 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            break;
        }
        let whole = digits.len() == 64;
        groups.push(digits);
        // After two whole hashes come the number of records and the time.
        if whole && groups.len() == 2 {
            break;
        }
    }
    let whole = groups.first().is_some_and(|group| group.len() == 64);
    let fingerprints = if whole {
        groups
            .into_iter()
            .take_while(|group| group.len() == 64)
            .collect()
    } else {
        vec![groups.concat()]
    };
    let good = |fingerprint: &String| (DIGITS_MIN..=64).contains(&fingerprint.len());
    fingerprints.iter().all(good).then(|| Claim {
        community,
        height,
        fingerprints,
        source: source.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(line: &str) -> Option<bool> {
        let claims = read("own", line).ok()?;
        assert_eq!(claims[0].source, "own:1");
        Some(claims[0].fits(&[0x12; 32], &[0xab; 32]))
    }

    #[test]
    fn whole_lines_and_copies_by_hand_are_compared() {
        let (hash, tree) = (hex(&[0x12; 32]), hex(&[0xab; 32]));
        let whole = format!("nanmen 412 {hash} {tree} 12345678 2026-11-23T15:00:00Z");
        assert_eq!(fits(&whole), Some(true));
        assert_eq!(fits(&format!("nanmen 412 {tree} {hash} 5 x")), Some(false));
        assert_eq!(fits(&format!("nanmen 412 {hash}")), Some(true));
        assert_eq!(fits("nanmen 412 ABABABAB abababab abababab"), Some(true));
        assert_eq!(fits("nanmen 412 abab-abab-abab-abab"), Some(true));
        assert_eq!(fits("Nanmen 412 1212121212121212"), Some(true));
        assert_eq!(fits("nanmen 412 ababababababab12"), Some(false));
        assert_eq!(
            fits("nanmen 412 abababab"),
            None,
            "too short to prove anything"
        );
        assert_eq!(fits("nanmen x abababababababab"), None);
        let bad = read("own", "# a comment\n\nnanmen").expect_err("nothing to compare");
        assert!(bad.to_string().contains("own:3"), "{bad}");
    }
}
