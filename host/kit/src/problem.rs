//! Why something on the author's desk did not work, in both languages. It never prints.

use rongyi_core::shown::line;
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

    /// The same, where it is no file, too large, or no text.
    pub(crate) fn trouble(path: &std::path::Path, trouble: rongyi_files::Trouble) -> Self {
        use rongyi_files::Trouble;
        if matches!(trouble, Trouble::NotAFile { .. } | Trouble::TooLarge { .. }) {
            return Problem::new(
                "kit.file",
                format!("{}。规则的文件夹里只放普通文件。", trouble.zh()),
                format!("{trouble}. A rule's folder holds regular files."),
            );
        }
        Problem::file(path, &trouble.into())
    }

    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = shown(path);
        let (zh, en) = if error.kind() == ErrorKind::NotFound {
            (
                "没有这个文件。请核对路径；规则文件夹里缺的，可以用 `rongyi rule new` 另建一个照着补上。".to_owned(),
                "there is no such file. Check the path; what a rule's folder lacks can be copied from a new one, `rongyi rule new`.".to_owned(),
            )
        } else if error.kind() == ErrorKind::InvalidData {
            (
                "不是 UTF-8 文字。请在编辑器里另存为 UTF-8，再试一次。".to_owned(),
                "this is no UTF-8 text. Open it in an editor, save it as UTF-8, and try again."
                    .to_owned(),
            )
        } else {
            (
                format!("{error}。请核对路径和权限。"),
                format!("{error}. Check the path and its permissions."),
            )
        };
        Problem::new("kit.file", format!("{path}：{zh}"), format!("{path}: {en}"))
    }
}

/// A path as it stands in a sentence: one line, whatever its name holds.
pub(crate) fn shown(path: &std::path::Path) -> String {
    line(&path.display().to_string()).into_owned()
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        let mut zh = error.zh.unwrap_or_else(|| error.message.clone());
        let mut en = error.message;
        for one in &error.diagnostics {
            // What a rule says is one line of ours, whatever it holds.
            let (path, own_zh, own_en) = (line(&one.path), line(&one.zh), line(&one.en));
            zh.push_str(&format!("\n    {path}：{own_zh}（{}）", one.code));
            en.push_str(&format!("\n    {path}: {own_en} ({})", one.code));
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
