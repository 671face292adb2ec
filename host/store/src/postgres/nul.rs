//! PostgreSQL's texts cannot hold U+0000, which JSON and SQLite can: what clients name their events is kept under an
//! escape there, so that both engines answer the same. SQLite's twin does nothing.

use std::borrow::Cow;

/// Never a character of a text that people write: the last one there is, a noncharacter.
const ESCAPE: char = '\u{10FFFF}';

/// The text as it is stored.
pub(crate) fn stored(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len().saturating_add(8));
    for letter in text.chars() {
        match letter {
            '\0' => escaped.extend([ESCAPE, '0']),
            ESCAPE => escaped.extend([ESCAPE, '1']),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// The text as it was given.
pub(crate) fn given(text: String) -> String {
    if !text.contains(ESCAPE) {
        return text;
    }
    let mut found = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        match letter {
            ESCAPE => found.push(if rest.next() == Some('0') {
                '\0'
            } else {
                ESCAPE
            }),
            other => found.push(other),
        }
    }
    found
}

#[test]
fn every_text_comes_back() {
    for text in [
        "",
        "编号",
        "\0",
        "\u{10FFFF}",
        "a\0\u{10FFFF}0\0",
        "\u{10FFFF}1",
    ] {
        let kept = stored(text).into_owned();
        assert!(!kept.contains('\0'));
        assert_eq!(given(kept), text);
    }
}
