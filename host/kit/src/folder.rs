//! The folder of a rule: where what lies, and its `rule.toml`. It builds and runs nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

use crate::Problem;
use crate::problem::shown;

/// The language a rule is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// With cargo.
    Rust,
    /// With node and componentize-qjs.
    JavaScript,
    /// With python3 and componentize-py.
    Python,
    /// With clang and lld.
    C,
}

impl Lang {
    /// All of them.
    pub const ALL: [Lang; 4] = [Lang::Rust, Lang::JavaScript, Lang::Python, Lang::C];

    /// As written in `rule.toml` and after `--lang`.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Rust => "rust",
            Lang::JavaScript => "javascript",
            Lang::Python => "python",
            Lang::C => "c",
        }
    }

    /// The file an author writes in.
    pub fn source(self) -> &'static str {
        match self {
            Lang::Rust => "src/lib.rs",
            Lang::JavaScript => "rule.js",
            Lang::Python => "rule.py",
            Lang::C => "rule.c",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Lang, String> {
        let found = Lang::ALL.into_iter().find(|lang| lang.name() == text);
        found.ok_or_else(|| {
            format!("没有“{text}”这种语言 / no language “{text}”: rust, javascript, python, c")
        })
    }
}

/// `rule.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    lang: String,
}

/// A rule's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFolder {
    path: PathBuf,
    name: String,
    lang: Lang,
}

/// The largest source or scenario file, in bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 16 << 20;

impl RuleFolder {
    /// The folder, when there is a rule in it.
    ///
    /// # Errors
    /// [`Problem`] when there is no `rule.toml`, or something in it is wrong.
    pub fn open(path: &Path) -> Result<RuleFolder, Problem> {
        let file = path.join("rule.toml");
        let text = match rongyi_files::read_text(&file, FILE_BYTES_MAX) {
            Ok(text) => text,
            Err(trouble) if trouble.is_missing() => {
                let shown = shown(path);
                return Err(Problem::new(
                    "kit.no-rule",
                    format!(
                        "“{shown}”里没有 rule.toml，所以这不是一个规则的文件夹。请先 cd 到规则的文件夹，或用 `rongyi rule new --lang rust 名字` 新建一个。"
                    ),
                    format!(
                        "“{shown}” has no rule.toml, so it is not a rule's folder. Change into the rule's folder, or make one with `rongyi rule new --lang rust NAME`."
                    ),
                ));
            }
            Err(trouble) => return Err(Problem::trouble(&file, trouble)),
        };
        let wrong = |why: &str| {
            let shown = shown(&file);
            Problem::new(
                "kit.manifest",
                format!("{shown} 不对，里面只有 name 和 lang 两项：\n{why}"),
                format!("{shown} is wrong; it holds name and lang, nothing else."),
            )
        };
        let manifest: Manifest =
            toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end()))?;
        let lang = manifest.lang.parse().map_err(|why: String| wrong(&why))?;
        good_name(&manifest.name)?;
        Ok(RuleFolder {
            path: path.to_owned(),
            name: manifest.name,
            lang,
        })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The rule's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is written in.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Where the component is, once built.
    pub fn component(&self) -> PathBuf {
        self.built().join(format!("{}.wasm", self.name))
    }

    /// Where everything lies that can be made again.
    pub(crate) fn built(&self) -> PathBuf {
        self.path.join("built")
    }

    /// A file of the folder, as text.
    ///
    /// # Errors
    /// [`Problem`] when it is missing or is no text.
    pub fn read(&self, name: &str) -> Result<String, Problem> {
        let path = self.path.join(name);
        rongyi_files::read_text(&path, FILE_BYTES_MAX)
            .map_err(|trouble| Problem::trouble(&path, trouble))
    }

    /// The scenario files: `scenarios.toml`, then those in `scenarios/` by name.
    ///
    /// # Errors
    /// [`Problem`] when the folder cannot be read.
    pub fn scenario_files(&self) -> Result<Vec<PathBuf>, Problem> {
        let mut all = vec![self.path.join("scenarios.toml")];
        let more = self.path.join("scenarios");
        if more.is_dir() {
            let entries = std::fs::read_dir(&more).map_err(|error| Problem::file(&more, &error))?;
            let mut found: Vec<_> = entries
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| path.extension().is_some_and(|end| end == "toml"))
                .collect();
            found.sort();
            all.extend(found);
        }
        Ok(all)
    }
}

/// A rule's name is a code that is a package name in every language too.
///
/// # Errors
/// [`Problem`] that says what a name looks like.
pub(crate) fn good_name(name: &str) -> Result<(), Problem> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if begins && name.bytes().all(good) && name.len() <= 40 && !name.ends_with('-') {
        return Ok(());
    }
    Err(Problem::new(
        "kit.name",
        format!(
            "“{name}”不能作规则的名字：用小写字母、数字和连字符，以字母开头，最多 40 个，例如 kitchen-waste。"
        ),
        format!(
            "“{name}” cannot name a rule: use a-z, 0-9 and '-', begin with a letter, at most 40, such as kitchen-waste."
        ),
    ))
}
