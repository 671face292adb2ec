//! Why something may not be done: a stable code, and a sentence in both languages that says the way out.

use rongyi_core::rule::Text;

/// No, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable.
    pub code: &'static str,
    /// For people.
    pub text: Text,
}

impl Refusal {
    /// A refusal with both sentences.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
        Refusal {
            code,
            text: Text {
                zh: zh.into(),
                en: en.into(),
            },
        }
    }
}
