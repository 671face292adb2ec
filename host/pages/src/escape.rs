//! The one way of texts into pages: visible first (no control character, no mark that turns the reading direction, nothing
//! hidden), then escaped for HTML. `askama.toml` puts every `{{ … }}` of every template through it.

use std::fmt;

use askama::filters::{Escaper, Html};
use rongyi_core::shown;

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shown;

impl Escaper for Shown {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        // A sheet that was pasted goes back with its tabs, which hide nothing.
        let mut pieces = text.split('\t');
        shown_lines(&mut dest, pieces.next().unwrap_or_default())?;
        for piece in pieces {
            dest.write_char('\t')?;
            shown_lines(&mut dest, piece)?;
        }
        Ok(())
    }
}

fn shown_lines<W: fmt::Write>(dest: W, text: &str) -> fmt::Result {
    // Forms send their lines with both characters.
    if text.contains('\r') {
        let text = text.replace("\r\n", "\n");
        return Html.write_escaped_str(dest, &shown::lines(&text));
    }
    Html.write_escaped_str(dest, &shown::lines(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_into_a_page_is_visible_and_no_markup() {
        let mut out = String::new();
        let nasty = "<b>a\tb\r\nb\u{202e}\u{1b}[2J\u{9b}\u{7}\u{2028}\u{200b}&\"";
        Shown
            .write_escaped_str(&mut out, nasty)
            .expect("writing to a String");
        assert_eq!(
            out,
            "&#60;b&#62;a\tb\nb\\u{202e}\\u{1b}[2J\\u{9b}\\u{7}\\u{2028}\\u{200b}&#38;&#34;"
        );
    }
}
