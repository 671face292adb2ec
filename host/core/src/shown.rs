//! Foreign text on its way out: what came from a file, a form, a rule or a neighbour is shown through this one
//! filter, whether to a log, a terminal, a page or a sheet. It can't move a cursor, begin a line of its own,
//! turn the reading direction, or hide.
//!
//! It escapes nothing for HTML, JSON or CSV; whoever writes those does that afterwards.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::typed::is_invisible;

/// The longest foreign text in one message, in characters.
pub const SHOWN_MAX: usize = 200;

/// Whether a character may not go out as it is. Variation selectors are left alone: names have them.
fn is_unsafe(c: char) -> bool {
    let selector = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || (is_invisible(c) && !selector)
}

fn mark(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // Writing to a String does not fail.
        other => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(other));
        }
    }
}

/// One line: controls, line breaks, directional and invisible characters are written as visible escapes such as
/// `\n` and `\u{202e}`. A text without them is handed back as it is.
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            mark(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// As [`line`](fn@line), of at most `max` characters of the text; what was left out shows as `…`.
pub fn short(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => line(text),
        Some((end, _)) => {
            let mut out = line(text.get(..end).unwrap_or_default()).into_owned();
            out.push('…');
            Cow::Owned(out)
        }
    }
}

/// Several lines: as [`line`](fn@line), but line feeds stay, for texts whose own lines are wanted (a manual, a
/// diagnostic that this program drew). Foreign text inside such a text goes through [`line`](fn@line) first.
pub fn lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_unsafe(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_unsafe(c) {
            mark(&mut out, c);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A text of JSON, already written: what is unsafe in its strings is written as `\u202e`, which means the same to every
/// reader of JSON.
pub fn json(text: &str) -> Cow<'_, str> {
    // Between its strings JSON has no such character but line feeds and blanks.
    if !text.chars().any(|c| c != '\n' && is_unsafe(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !is_unsafe(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String does not fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    Cow::Owned(out)
}

/// A cell of a sheet that people open in a spreadsheet program: as [`line`](fn@line), and never a formula. A text that
/// begins with `=`, `+`, `-`, `@` or their full-width forms gets an apostrophe in front, unless it is a plain number.
pub fn cell(text: &str) -> Cow<'_, str> {
    let shown = line(text);
    let starts = shown.trim_start().starts_with([
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '|', '%',
    ]);
    if starts && !is_plain_number(&shown) {
        return Cow::Owned(format!("'{shown}"));
    }
    shown
}

/// `-12`, `+3.5`: digits with at most one point, after at most one sign.
fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    plain(whole) && plain(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_begins_a_line_or_moves_a_cursor() {
        let nasty = "ok\r\n2026-11-28 ERROR all lost\u{1b}[2J\u{7}\u{9b}31m\u{202e}cba\u{2028}x\u{200b}y\u{0}";
        assert_eq!(
            line(nasty),
            "ok\\r\\n2026-11-28 ERROR all lost\\u{1b}[2J\\u{7}\\u{9b}31m\\u{202e}cba\\u{2028}x\\u{200b}y\\u{0}"
        );
        assert!(matches!(line("阿依古丽·买买提 𠮷"), Cow::Borrowed(_)));
        assert_eq!(short("一二三四", 2), "一二…");
        assert_eq!(short("一二", 2), "一二");
        assert_eq!(lines("a\nb\u{1b}"), "a\nb\\u{1b}");
        assert_eq!(
            json("{\n\"a\": \"\u{202e}\u{9b}\u{e0041}\"}"),
            "{\n\"a\": \"\\u202e\\u009b\\udb40\\udc41\"}"
        );
        assert!(matches!(json("{\"a\": \"大米\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (text, wanted) in [
            ("=1+1", "'=1+1"),
            ("+86 138", "'+86 138"),
            ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\\t=1"),
            (" =1", "' =1"),
            ("＝1+1", "'＝1+1"),
            ("-12", "-12"),
            ("-12.5", "-12.5"),
            ("-1-cmd", "'-1-cmd"),
            ("大米", "大米"),
            ("", ""),
        ] {
            assert_eq!(cell(text), wanted, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_goes_out_is_one_visible_line(text in any::<String>()) {
            let out = line(&text);
            prop_assert!(!out.chars().any(is_unsafe));
            prop_assert_eq!(line(&out), out.as_ref());
            prop_assert!(short(&text, 20).chars().count() <= 20 * 10 + 1);
            let cell = cell(&text);
            prop_assert!(!cell.starts_with(['=', '@']));
        }
    }
}
