//! Why a rule cannot be used: a stable code, and a sentence in both languages.

use crate::fault::plain;

/// Something wrong in the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Dotted, with `[n]` for lists: `kinds[2].cap`; empty for all of it.
    pub path: String,
    /// Stable.
    pub code: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct LoadError {
    /// Stable; see the table of this module.
    pub code: &'static str,
    /// A sentence the author can act on.
    pub message: String,
    /// The same in Chinese.
    pub zh: Option<String>,
    /// What is wrong in the parameters, all of it.
    pub diagnostics: Vec<Diagnostic>,
}

/// The longest sentence of a refusal, in characters: the rule's own words are in some of them.
const MESSAGE_MAX: usize = 1_500;
pub(crate) fn refuse(
    code: &'static str,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> LoadError {
    LoadError {
        code,
        message: plain(&en.into(), MESSAGE_MAX),
        zh: Some(plain(&zh.into(), MESSAGE_MAX)),
        diagnostics: Vec::new(),
    }
}
