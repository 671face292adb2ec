//! What every command of the terminal stands on: which installation, why one failed, what may be printed.

pub(crate) mod acting;
pub(crate) mod acts;
pub(crate) mod library;
pub(crate) mod out;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rongyi_clerk::ClerkError;
use rongyi_clerk::clock::SystemClock;
use rongyi_config::{self as config, Diagnostic, Parted};
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::shown;
use rongyi_core::typed;
use rongyi_files::Trouble;
use rongyi_store::StoreError;

use crate::house::reload::Holds;
use crate::house::{House, OpenError};
use crate::ledger::explain::Lang;

pub(crate) use library::Library;
pub use out::tell_panics;
pub(crate) use out::{foreign, on_terminal, say, say_json, tell};

/// Which installation.
#[derive(Debug, Clone, Args)]
pub(crate) struct Installation {
    /// 配置文件 / the configuration
    #[arg(long, value_name = "FILE", default_value = "config/rongyi.toml")]
    pub(crate) config: PathBuf,
    /// 换一个数据库，不用配置里写的那个 / another database than the configuration names
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

impl Installation {
    /// The configuration with the database of the command line: the communities that are right, and the mistakes of
    /// the others beside them. Its warnings are told.
    pub(crate) fn load(&self) -> Result<Parted, Failure> {
        let mut parted = load(&self.config)?;
        if let Some(url) = &self.database {
            parted.config.database_url.clone_from(url);
        }
        Ok(parted)
    }
}

/// Which installation, when it is only read: the configuration, or just the database.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reading {
    /// 配置文件 / the configuration [default: config/rongyi.toml]
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub(crate) config: Option<PathBuf>,
    /// 只用数据库，不读配置 / only the database: sqlite:data/rongyi.db
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
}

/// Which community.
#[derive(Debug, Clone, Args)]
pub(crate) struct InCommunity {
    /// 社区代号 / the community's code
    #[arg(long, short, value_name = "CODE")]
    pub(crate) community: Code,
}

/// The reader's language.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Lang {
        match lang {
            LangArg::Zh => Lang::Zh,
            LangArg::En => Lang::En,
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The configuration is wrong; everything that is.
    Config(Vec<Diagnostic>),
    /// It failed.
    Failed {
        /// Stable, for programs.
        code: &'static str,
        /// What is wrong and what to do.
        text: Text,
    },
    /// It failed, and the reader has been told everything.
    Told,
}

impl Failure {
    pub(crate) fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Failure::Failed {
            code,
            text: Text {
                zh: zh.into(),
                en: en.into(),
            },
        }
    }

    /// A failure whose sentence holds both languages.
    pub(crate) fn said(code: &'static str, error: &dyn std::error::Error) -> Self {
        Failure::new(code, error.to_string(), String::new())
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Config(_) => 78,
            Failure::Failed { .. } | Failure::Told => 1,
        }
    }

    /// Writes it to the error stream.
    pub fn tell(&self) {
        match self {
            Failure::Config(diagnostics) => tell(&config::render(diagnostics)),
            Failure::Failed { code, text } => {
                // The ways out of ledgers that are not the published ones are lines of this program's own.
                // So are the places that are shown to the author of a rule, on the author's own terminal.
                let of_lines = [
                    "heads.apart",
                    "kit.manifest",
                    "kit.events",
                    "kit.scenarios",
                    "kit.params",
                    "kit.schema",
                    "kit.test",
                    "build.",
                    "config.",
                ];
                let zh = match of_lines.iter().any(|begin| code.starts_with(begin)) {
                    true => shown::lines(&text.zh),
                    false => shown::line(&text.zh),
                };
                let en = shown::line(&text.en);
                let gap = if en.is_empty() { "" } else { "\n  " };
                tell(&format!("错误 error [{code}]: {zh}{gap}{en}"));
            }
            Failure::Told => {}
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::said(error.code(), &error)
    }
}

impl From<&ClerkError> for Failure {
    fn from(error: &ClerkError) -> Self {
        Failure::Failed {
            code: error.code(),
            text: error.text(),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Config(diagnostics) => Failure::Config(diagnostics),
            OpenError::Store(error) => error.into(),
            OpenError::Ledger(community, error) => {
                let text = error.text();
                Failure::new(
                    "ledger",
                    format!("社区 {community}：{}", text.zh),
                    format!("Community {community}: {}", text.en),
                )
            }
            OpenError::Engine(why) => Failure::new(
                "engine",
                format!("规则引擎没能启动：{why}"),
                format!("The rule engine cannot start: {why}"),
            ),
            OpenError::File(trouble) => Failure::trouble(&trouble),
            OpenError::Apart(_) => Failure::said("heads.apart", &error),
            OpenError::Heads(_) => Failure::said("heads", &error),
        }
    }
}

impl Failure {
    /// A file that can't be used, with what mends it.
    pub(crate) fn trouble(trouble: &Trouble) -> Self {
        Failure::new("file", format!("{}。", trouble.zh()), format!("{trouble}."))
    }

    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Failure::new(
            "file",
            format!("{path}：{error}。请核对路径和权限。"),
            format!("{path}: {error}. Check the path and its permissions."),
        )
    }
}

/// A new file that only its owner can read.
pub(crate) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    rongyi_files::new_private_file(path)
}

/// The configuration, as far as it is right; its warnings are told.
pub(crate) fn load(path: &Path) -> Result<Parted, Failure> {
    let parted = config::load_parted(path).map_err(Failure::Config)?;
    if !parted.config.warnings.is_empty() {
        tell(&config::render(&parted.config.warnings));
    }
    Ok(parted)
}

/// Opens an installation for writing, does the work, and closes it whatever came of it. A community whose files are
/// wrong is left out, and it is said so: the others' work goes on.
pub(crate) async fn with_house<T>(
    installation: &Installation,
    work: impl AsyncFnOnce(&House) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let house = House::open_parted(installation.load()?, Arc::new(SystemClock)).await?;
    tell_tightened(&house);
    let standing = house.news.standing();
    let files: BTreeSet<_> = standing
        .wrong
        .iter()
        .filter(|one| one.holds == Holds::Newcomer)
        .map(|one| &one.diagnostic.file)
        .collect();
    for file in files {
        let file = foreign(&file.display().to_string());
        tell(&format!(
            "提醒 warning: {file} 有错，这个社区先不管；详情请运行 rongyi check。\n  {file} is wrong; its community is left out. See rongyi check."
        ));
    }
    let done = work(&house).await;
    house.close().await;
    done
}

/// A place in a ledger or the number of an order, as people type it.
pub(crate) fn seq(text: &str) -> Result<u64, String> {
    let digits = typed::digits(text).and_then(|digits| digits.parse().ok());
    digits.ok_or_else(|| "只写数字，例如 812 / digits only, such as 812".to_owned())
}

/// A resident's number, as people type it.
pub(crate) fn number(text: &str) -> Result<u32, String> {
    typed::number(text).ok_or_else(|| "只写数字，例如 1001 / digits only, such as 1001".to_owned())
}

/// What other users of the machine could read until now.
fn tell_tightened(house: &House) {
    for path in &house.tightened {
        let path = foreign(&path.display().to_string());
        tell(&format!(
            "提醒 warning: {path} 以前本机别的用户也能读，现在只有你能读。\n  Other users of this machine could read {path}; now only you can."
        ));
    }
}

/// The community, when this installation has it.
pub(crate) fn known<'c>(house: &House, community: &'c Code) -> Result<&'c Code, Failure> {
    if house.community(community).is_some() {
        return Ok(community);
    }
    let standing = house.news.standing();
    if standing.is_whole() {
        return Err(unknown(community, house.communities().keys()));
    }
    // Perhaps it is the one whose file is wrong; its code may not even be readable.
    if standing.wrong.is_empty() {
        tell(&standing.told());
        return Err(Failure::Told);
    }
    let wrong = standing.wrong.into_iter().map(|one| one.diagnostic);
    Err(Failure::Config(wrong.collect()))
}

pub(crate) fn unknown<'c>(community: &Code, all: impl Iterator<Item = &'c Code>) -> Failure {
    let all: Vec<_> = all.map(Code::as_str).collect();
    let all = all.join(", ");
    Failure::new(
        "community.unknown",
        format!("没有代号为“{community}”的社区。有的是：{all}。"),
        format!("There is no community “{community}”. There are: {all}."),
    )
}

/// The largest file that a command is given to compare with: published heads, a proof, a checkpoint; in bytes.
pub(crate) const GIVEN_BYTES_MAX: u64 = 256 << 20;

/// A count of things by name, in one line.
pub(crate) fn counts(by: &BTreeMap<String, u64>) -> String {
    by.iter()
        .map(|(code, count)| format!("{code} {count}"))
        .collect::<Vec<_>>()
        .join(", ")
}
