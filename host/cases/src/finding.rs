//! What is wrong with a kind or a calendar: where, what stands there, and what would be right.
//!
//! Finding mistakes is the readers' work, showing the line is the host's.

use std::ops::Range;

use rongyi_core::rule::Text;
use rongyi_core::shown;

/// The longest sentence of a finding, in characters.
const SENTENCE_MAX: usize = 600;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Dotted, as a person would say it: `state.doing.due`.
    pub path: String,
    /// The bytes of the text where it stands; `None` for what came from a bundled kind or from stored bytes.
    pub at: Option<Range<usize>>,
    /// Stable, for programs: `kind.unreachable`.
    pub code: &'static str,
    /// What is wrong.
    pub message: Text,
    /// What would be right.
    pub help: Text,
}

impl Finding {
    pub(crate) fn new(
        path: impl Into<String>,
        at: Option<Range<usize>>,
        code: &'static str,
        message: Text,
        help: Text,
    ) -> Self {
        Finding {
            path: path.into(),
            at,
            code,
            message: visible(&message),
            help: visible(&help),
        }
    }
}

/// One text in both languages.
pub(crate) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// What a file said is part of many sentences: each is one visible line of a bounded length.
fn visible(text: &Text) -> Text {
    both(
        shown::short(&text.zh, SENTENCE_MAX),
        shown::short(&text.en, SENTENCE_MAX),
    )
}
