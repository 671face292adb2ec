//! What people type, in its one canonical form, made before anything looks at it: two texts that look the same
//! to a person are the same here.
//!
//! Full-width letters, spaces, dashes between digits and invisible characters are habits of keyboards and
//! spreadsheets and are accepted. Signs, letters and overlong numbers are not a number. It decides nothing
//! about what the text means.

use unicode_normalization::UnicodeNormalization;

use crate::time::LocalDate;

/// The most digits of a number that a person types: a card's number, an order's number.
pub const DIGITS_MAX: usize = 10;

/// Whether a character leaves no mark of its own on paper, so that two texts with and without it can't be told
/// apart: zero-width and directional marks, fillers, variation selectors, tags, the soft hyphen.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is a blank or breaks a line.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Blanks of any kind as single spaces, none at the ends; what is `dropped` is gone.
fn joined(chars: impl Iterator<Item = char>, dropped: impl Fn(char) -> bool) -> String {
    let mut out = String::new();
    let mut blank = false;
    for c in chars {
        if is_blank(c) {
            blank = true;
        } else if !dropped(c) {
            if blank && !out.is_empty() {
                out.push(' ');
            }
            blank = false;
            out.push(c);
        }
    }
    out
}

/// The canonical form of a reference, number, code or login: compatibility forms are folded (Unicode NFKC, so
/// `Ａ１` is `A1`), invisible characters are gone, blanks are single spaces with none at the ends. Case stays.
///
/// Canonical already means unchanged: `canonical(canonical(x)) == canonical(x)`.
pub fn canonical(text: &str) -> String {
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return text.to_owned();
    }
    let visible = text.chars().filter(|c| !is_invisible(*c));
    // Folding can leave a new pair to fold, or a blank at an end.
    let folded: String = visible.nfkc().collect();
    let joined = joined(folded.chars(), is_invisible);
    joined.nfkc().collect()
}

/// The canonical form of a name or a sentence: as [`canonical`], but letters keep their shape, so that a rare
/// character of a name is not put in another one's place (composed forms only, Unicode NFC of what has marks).
pub fn name(text: &str) -> String {
    // A variation selector chooses between shapes of one character of a name: it belongs to it.
    let dropped = |c: char| is_invisible(c) && !matches!(c, '\u{e0100}'..='\u{e01ef}');
    let kept = joined(text.chars(), dropped);
    if kept.is_ascii() {
        return kept;
    }
    // NFC would also replace the compatibility ideographs that names are registered with; those stay as typed.
    let mut out = String::with_capacity(kept.len());
    let mut part = String::new();
    for c in kept.chars() {
        if matches!(c, '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}') {
            out.extend(part.nfc());
            part.clear();
            out.push(c);
        } else {
            part.push(c);
        }
    }
    out.extend(part.nfc());
    out
}

/// A dash that people put between groups of digits; a minus sign in front is none.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}')
}

/// The digits of a number or code as typed, without blanks and dashes between them: `１００１`, `10-01` and
/// ` 1001 ` are `1001`. `None` for anything else: a sign, a letter, nothing, a dash at an end.
pub fn digits(text: &str) -> Option<String> {
    let canonical = canonical(text);
    let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if !ends_well(canonical.chars().next()) || !ends_well(canonical.chars().next_back()) {
        return None;
    }
    let good = |c: char| c.is_ascii_digit() || c == ' ' || is_dash(c);
    canonical
        .chars()
        .all(good)
        .then(|| canonical.chars().filter(char::is_ascii_digit).collect())
}

/// A number as typed, of at most [`DIGITS_MAX`] digits: a resident's, a household's, an order's.
pub fn number(text: &str) -> Option<u32> {
    let digits = digits(text)?;
    if digits.len() > DIGITS_MAX {
        return None;
    }
    digits.parse().ok()
}

/// A day as people and spreadsheets write it, the year first: `2026-11-20`, `2026/11/2`, `2026.11.20`,
/// `2026年11月20日`, `20261120`. `None` for anything else, such as a day that could be a month.
pub fn day(text: &str) -> Option<LocalDate> {
    let canonical = canonical(text);
    if canonical.len() == 8 && canonical.bytes().all(|b| b.is_ascii_digit()) {
        let part = |from: usize, to: usize| canonical.get(from..to)?.parse::<u8>().ok();
        let year = canonical.get(..4)?.parse().ok()?;
        return LocalDate::new(year, part(4, 6)?, part(6, 8)?).ok();
    }
    let plain = canonical.strip_suffix('日').unwrap_or(&canonical);
    let mut marks = plain.chars().filter(|c| !c.is_ascii_digit());
    let pair = (marks.next()?, marks.next()?);
    let one_kind = matches!(pair, ('-', '-') | ('/', '/') | ('.', '.'));
    let words = pair == ('年', '月');
    if marks.next().is_some() || !(one_kind && plain.len() == canonical.len() || words) {
        return None;
    }
    let mut parts = plain.split(|c: char| !c.is_ascii_digit());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |part: &str| (1..=2).contains(&part.len());
    if year.len() != 4 || !short(month) || !short(day) {
        return None;
    }
    LocalDate::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A time of day as minutes: `9:05`, `09:20`, `09:20:59`.
pub fn minute(text: &str) -> Option<u16> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    let number = |part: &str, most: usize, below: u16| {
        let digits = (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        let number = part.parse::<u16>().ok()?;
        (digits && number < below).then_some(number)
    };
    let whole = minute.len() == 2 && second.len() == 2 && parts.next().is_none();
    number(second, 2, 60).filter(|_| whole)?;
    number(hour, 2, 24)?
        .checked_mul(60)?
        .checked_add(number(minute, 2, 60)?)
}

/// A local day with or without its time: [`day`], then `T` or a blank and hours with minutes. A zone is none.
pub fn day_time(text: &str) -> Option<(LocalDate, Option<u16>)> {
    let canonical = canonical(text);
    match canonical.split_once(['T', ' ']) {
        Some((date, time)) => Some((day(date)?, Some(minute(time)?))),
        None => Some((day(&canonical)?, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn habits_are_one_number_and_signs_are_none() {
        for habit in [
            "1001",
            " 1001 ",
            "１００１",
            "10-01",
            "10 01",
            "1\u{200b}001",
            "\u{feff}1001",
            "10－01",
            "10—01",
            "1001\u{3000}",
            "10\u{a0}01",
            "\u{202e}1001\u{202c}",
            "01001",
            "0000001001",
        ] {
            assert_eq!(number(habit), Some(1001), "{habit:?}");
        }
        for none in [
            "",
            " ",
            "+1001",
            "＋1001",
            "-1001",
            "−1001",
            "1001-",
            "1e3",
            "0x3e9",
            "1001a",
            "1,001",
            "00000001001",
            "00000000001001",
            "1.0",
            "4294967296",
            "一〇〇一",
            "١٠٠١",
            "1001\u{301}",
        ] {
            assert_eq!(number(none), None, "{none:?}");
        }
    }

    #[test]
    fn references_that_look_alike_are_alike() {
        for alike in [
            "ZW1",
            "ZW1\u{200b}",
            "ＺＷ1",
            "Z\u{2060}W1",
            " ZW1\u{a0}",
            "ZW\u{ad}1\t",
            "\u{e0041}ZW1",
        ] {
            assert_eq!(canonical(alike), "ZW1", "{alike:?}");
        }
        assert_eq!(canonical("e\u{301}"), canonical("\u{e9}"));
        assert_eq!(canonical("A4  第1页"), "A4 第1页");
        assert_ne!(canonical("zw1"), "ZW1");
    }

    #[test]
    fn days_are_read_as_spreadsheets_write_them() {
        let wanted: LocalDate = "2026-11-02".parse().expect("a day");
        for habit in [
            "2026-11-02",
            "2026/11/2",
            "2026/11/02",
            "2026.11.2",
            "2026年11月2日",
            "2026年11月02日",
            "20261102",
            " ２０２６／１１／２ ",
            "2026-11-2",
        ] {
            assert_eq!(day(habit), Some(wanted), "{habit:?}");
        }
        for none in [
            "",
            "11/2/2026",
            "2/11/2026",
            "26-11-02",
            "2026-11",
            "2026/11-02",
            "2026-13-01",
            "2026-02-30",
            "2026年11月",
            "2026-11-02日",
            "2026-11-002",
            "46346",
            "2026-11-02-03",
            "-2026-11-02",
            "2026--02",
        ] {
            assert_eq!(day(none), None, "{none:?}");
        }
        assert_eq!(day_time("2026/11/2 9:05"), Some((wanted, Some(545))));
        assert_eq!(day_time("2026-11-02T09:05:59"), Some((wanted, Some(545))));
        assert_eq!(day_time("2026年11月2日"), Some((wanted, None)));
        for none in [
            "2026-11-02T24:00",
            "2026-11-02T9:5",
            "2026-11-02T09:20Z",
            "2026-11-02T09:20+08:00",
            "2026-11-02T",
        ] {
            assert_eq!(day_time(none), None, "{none:?}");
        }
    }

    #[test]
    fn names_keep_their_characters() {
        for kept in [
            "𠮷野",
            "㛃",
            "\u{fa11}",
            "葛\u{e0100}城",
            "Ａ座张三",
            "阿依古丽·买买提",
        ] {
            assert_eq!(name(kept), kept);
        }
        assert_eq!(name(" 张\u{200b}三\r\n"), "张三");
        assert_eq!(name("Jose\u{301}"), "José");
        assert_eq!(name("张\t \n三"), "张 三");
    }

    proptest! {
        #[test]
        fn canonical_is_final(text in any::<String>()) {
            let once = canonical(&text);
            prop_assert_eq!(canonical(&once), once.clone());
            prop_assert!(!once.chars().any(|c| is_invisible(c) || c.is_control()));
            let named = name(&text);
            prop_assert_eq!(name(&named), named.clone());
            prop_assert!(!named.chars().any(char::is_control));
        }

        #[test]
        fn invisible_ones_change_nothing(text in "[A-Za-z0-9/-]{1,12}", at in 0usize..12, c in prop::sample::select(vec!['\u{200b}', '\u{200d}', '\u{feff}', '\u{2060}', '\u{ad}', '\u{202e}', '\u{fe0f}', '\u{e0020}'])) {
            let mut with = text.clone();
            with.insert(at.min(text.len()), c);
            prop_assert_eq!(canonical(&with), text);
        }
    }
}
