//! Why something on the author's desk did not work, in both languages. It never prints.

use rongyi_rules::LoadError;

/// What is wrong, what was expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable, for programs.
    pub code: &'static str,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Problem {
    pub(crate) fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Problem {
            code,
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Problem::new(
            "kit.file",
            format!("{path}：{error}。请核对路径和权限。"),
            format!("{path}: {error}. Check the path and its permissions."),
        )
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        let mut zh = error.zh.unwrap_or_else(|| error.message.clone());
        let mut en = error.message;
        for one in &error.diagnostics {
            zh.push_str(&format!("\n    {}：{}（{}）", one.path, one.zh, one.code));
            en.push_str(&format!("\n    {}: {} ({})", one.path, one.en, one.code));
        }
        Problem {
            code: error.code,
            zh,
            en,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}\n  {}", self.code, self.zh, self.en)
    }
}

impl std::error::Error for Problem {}
