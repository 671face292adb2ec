//! Reads one TOML file: its bytes, its tree, and the secrets that must not stand in it.
//!
//! What the keys mean is not known here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rongyi_files::Trouble;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Source};
use super::reader::{Mistakes, both};
use super::syntax;
use super::words::looks_secret;

/// Larger than any hand-written file; a wrong path to a log or a disk image is told so at once.
const FILE_MAX: u64 = 4 * 1024 * 1024;

/// The text of a file.
///
/// # Errors
/// A `config.file` diagnostic when it is missing, too large, unreadable or not UTF-8.
pub(super) fn read_text(path: &Path) -> Result<String, Box<Diagnostic>> {
    let fail = |message, help| {
        Box::new(Diagnostic::of_file(
            path.to_owned(),
            "config.file",
            message,
            help,
        ))
    };
    rongyi_files::read_text(path, FILE_MAX).map_err(|trouble| {
        let (zh, en) = match &trouble {
            Trouble::Missing { .. } => (
                "检查文件名和所在文件夹，用 --config 指明；可以从 config/rongyi.toml 复制一份再改。",
                "Check name and folder, and name it with --config; config/rongyi.toml is a good start to copy.",
            ),
            Trouble::NotText { .. } => (
                "可能存成了 GBK：在编辑器里选“另存为”，编码选 UTF-8。",
                "It may have been saved as GBK: save it again with the encoding UTF-8.",
            ),
            Trouble::TooLarge { .. } | Trouble::NotAFile { .. } | Trouble::Outside { .. } => (
                "这不像是配置文件，检查路径。",
                "This can't be a configuration file; check the path.",
            ),
            Trouble::Open { .. } | Trouble::NotASecret { .. } | Trouble::Io { .. } => (
                "检查它是不是文件，以及运行 rongyi 的用户有没有读取权限。",
                "Check that it is a file and that the user who runs rongyi may read it.",
            ),
        };
        let message = both(format!("{}。", trouble.zh()), format!("{trouble}."));
        fail(message, both(zh, en))
    })
}

/// The places that the files of a configuration may name.
#[derive(Clone, Copy)]
pub(super) struct Places<'p> {
    /// Where their paths start.
    pub(super) folder: &'p Path,
    /// They lie below this one, with every link resolved: a path can't show what lies elsewhere on the machine.
    pub(super) root: &'p Path,
    /// Whether they were looked at when the configuration was taken over, and are archived since.
    pub(super) kept: bool,
}

impl Places<'_> {
    /// Where a file lies that is named as `name`.
    ///
    /// # Errors
    /// What keeps it from being used, in both languages.
    pub(super) fn find(self, name: &str) -> Result<PathBuf, Trouble> {
        let path = self.folder.join(name);
        if !self.kept {
            rongyi_files::below(self.root, &path)?;
        }
        // As it was written, so that people know it again.
        Ok(path)
    }
}

/// Parses a text, masks and refuses the secrets in it, and hands the tree to `walk`. Syntax errors are
/// reported alone: half a tree would only add mistakes that nobody made.
pub(super) fn with_tree<T>(
    path: &Path,
    text: &str,
    found: &mut Vec<Diagnostic>,
    walk: impl FnOnce(&Mistakes, &DeTable<'_>, bool) -> T,
) -> T {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut secrets = Vec::new();
    find_secrets(tree.get_ref(), &mut secrets);
    let mut shown = text.to_owned();
    for (_, value) in &secrets {
        mask(&mut shown, value.clone());
    }
    let source = Arc::new(Source {
        path: path.to_owned(),
        shown,
    });
    let desk = Mistakes::new(Arc::clone(&source));
    for (key, _) in secrets {
        desk.error(
            key,
            "config.secret",
            both(
                "密码、密钥、令牌不能写在 TOML 里（值已遮住）。",
                "Passwords, keys and tokens must not stand in TOML (the value is masked here).",
            ),
            both(
                "删掉这一行，改用环境变量，或写进只有本机能读的文件（secret_file、database_url_file）；这一个已经泄露，请换新的。",
                "Delete the line and use the environment or a file that only this machine can read (secret_file, database_url_file); treat this one as leaked and change it.",
            ),
        );
    }
    let broken = !errors.is_empty();
    let mut lines = std::collections::BTreeSet::new();
    for error in &errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        // One slip often makes the parser stumble again on the same line.
        let line = text
            .get(..span.start)
            .unwrap_or_default()
            .matches('\n')
            .count();
        if !lines.insert(line) {
            continue;
        }
        syntax::report(&desk, error.message(), span);
    }
    let answer = walk(&desk, tree.get_ref(), broken);
    found.append(&mut desk.found.into_inner());
    answer
}

type Place = std::ops::Range<usize>;

/// Every text whose key asks for a secret, and every address with a password in it: key and value.
fn find_secrets(rows: &DeTable<'_>, found: &mut Vec<(Place, Place)>) {
    for (key, value) in rows.iter() {
        let name: &str = key.get_ref();
        let secret = match value.get_ref() {
            DeValue::String(text) => looks_secret(name) || has_password(text),
            // A count may be called `tokens_per_day`; a PIN written without quotes is still a secret.
            DeValue::Integer(_) => looks_secret(name) && name.to_lowercase().contains("pass"),
            DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => false,
        };
        if secret {
            found.push((key.span(), value.span()));
        }
        descend(value, found);
    }
}

fn descend(value: &Spanned<DeValue<'_>>, found: &mut Vec<(Place, Place)>) {
    if let Some(rows) = value.get_ref().as_table() {
        find_secrets(rows, found);
    }
    for item in value
        .get_ref()
        .as_array()
        .into_iter()
        .flat_map(|a| a.iter())
    {
        descend(item, found);
    }
}

/// `scheme://user:password@host`
fn has_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    authority
        .rsplit_once('@')
        .is_some_and(|(user, _)| user.contains(':'))
}

/// Stars over these bytes; the length stays, so every other place stays right.
fn mask(text: &mut String, span: Place) {
    let stars: String = text
        .get(span.clone())
        .unwrap_or_default()
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { '*' })
        .collect();
    if text.get(span.clone()).is_some() {
        text.replace_range(span, &stars);
    }
}
