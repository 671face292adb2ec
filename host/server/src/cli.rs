//! The command line: what can be asked, what is answered where, and the exit codes. The commands themselves
//! stand in the files below; none of them decides anything.
//!
//! | exit code | means |
//! | --- | --- |
//! | 0 | done |
//! | 1 | failed, or something in a file could not be used |
//! | 2 | the command line is wrong |
//! | 78 | the configuration is wrong |

mod acting;
mod acts;
mod amend;
mod backup;
mod check;
mod enrol;
mod heads;
mod import;
mod library;
mod marks;
mod moving;
mod out;
mod own;
pub(crate) mod period;
mod proof;
mod refused;
mod rule;
mod rules;
mod serve;
mod show;
mod statement;
mod telling;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::shown;
use rongyi_core::typed;
use rongyi_files::Trouble;
use rongyi_store::StoreError;

use crate::clock::SystemClock;
use crate::config::{self, Diagnostic, Parted};
use crate::demo;
use crate::door::{May, Right, may};
use crate::explain::Lang;
use crate::house::{self, House, OpenError};

/// 榕易：社区积分的账本、规则和超市。
/// Rongyi: ledger, rules and supermarket for community points.
#[derive(Debug, Parser)]
#[command(name = "rongyi", version, arg_required_else_help = true, after_help = FIRST_STEPS)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// The words of the command, without its arguments: `person erase`.
    #[arg(skip)]
    words: String,
}

impl Cli {
    /// Reads this process's command line. What is wrong with it is told, with its arguments as one visible line each.
    ///
    /// # Errors
    /// The exit code: 2, or 0 after help or the version.
    pub fn read() -> Result<Cli, u8> {
        let wrong = match Cli::of(std::env::args_os().collect()) {
            Ok(cli) => return Ok(cli),
            Err(wrong) => wrong,
        };
        if !wrong.use_stderr() {
            let _ = wrong.print();
            return Err(0);
        }
        let visible = out::visible(std::env::args_os());
        let again = Cli::of(visible.into_iter().map(Into::into).collect());
        tell(again.err().unwrap_or(wrong).to_string().trim_end());
        Err(2)
    }

    fn of(args: Vec<std::ffi::OsString>) -> Result<Cli, clap::Error> {
        let matches = Cli::command().try_get_matches_from(args)?;
        let mut words = Vec::new();
        let mut below = matches.subcommand();
        while let Some((word, own)) = below {
            words.push(word.to_owned());
            below = own.subcommand();
        }
        let cli = Cli::from_arg_matches(&matches)?;
        Ok(Cli {
            words: words.join(" "),
            ..cli
        })
    }

    /// Whether the terminal may do this at all.
    fn permitted(&self) -> Result<(), Failure> {
        let act = acts::of(&self.words);
        if act.is_some_and(|act| may(Right::Terminal, act) == May::Yes) {
            return Ok(());
        }
        Err(Failure::new(
            "access.forbidden",
            "终端上不能做这件事。谁能做什么，见 config/README.zh.md。",
            "This can't be done at the terminal. Who may do what stands in config/README.md.",
        ))
    }
}

const FIRST_STEPS: &str = "\
先看一看 / look around first:
  rongyi demo                  # 演示：虚构的人，真实的规则 / invented people, real rules

自己的社区 / your own community:
  rongyi check                 # 检查 config/rongyi.toml / is the configuration right?
  rongyi household import -c nanmen households.csv
  rongyi resident import -c nanmen residents.csv --pins pins.txt
  rongyi staff add -c nanmen --login wang --name 王老师 --role operator
  rongyi item import -c nanmen items.csv
  rongyi stock import -c nanmen stock.csv
  rongyi import balances -c nanmen balances.csv   # 旧积分册的余额 / what the paper book says
  rongyi import history -c nanmen history.csv     # 旧册里的累计 / totals of before, for caps and levels
  rongyi import events -c nanmen october.csv --dry-run   # 先试一遍 / try it first
  rongyi serve                 # 打开网页 / serve the pages

每个命令都有自己的说明 / every command explains itself: rongyi import events --help
退出码 / exit codes: 0 好 good, 1 没做成 failed, 2 命令写错 usage, 78 配置有错 bad configuration";

#[derive(Debug, Subcommand)]
enum Command {
    /// 打开网页和接口，直到收到停止信号 / serve pages and API until told to stop
    Serve(serve::ServeArgs),
    /// 演示：建好数据再打开网页 / make a demo and serve it
    Demo(demo::DemoArgs),
    /// 检查配置和规则，不改任何东西 / check configuration and rules; changes nothing
    Check(check::CheckArgs),
    /// 规则：运行情况，写自己的规则 / rules: how they are doing, and writing one's own
    #[command(subcommand)]
    Rule(rule::RuleCommand),
    /// 登记人员（还不是居民） / persons who are not residents yet
    #[command(subcommand)]
    Person(enrol::PersonCommand),
    /// 登记户 / households
    #[command(subcommand)]
    Household(enrol::HouseholdCommand),
    /// 登记居民 / residents
    #[command(subcommand)]
    Resident(enrol::ResidentCommand),
    /// 登记工作人员 / staff
    #[command(subcommand)]
    Staff(enrol::StaffCommand),
    /// 登记兑换物品 / items of the shop
    #[command(subcommand)]
    Item(enrol::ItemCommand),
    /// 进货 / goods that come in
    #[command(subcommand)]
    Stock(enrol::StockCommand),
    /// 设备令牌 / tokens for devices
    #[command(subcommand)]
    Token(enrol::TokenCommand),
    /// 导入旧余额、旧累计或事项 / import opening balances, totals of before, or events
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// 查一位居民的余额 / what a resident has
    Balance(show::BalanceArgs),
    /// 查一位居民的明细 / what happened to it
    Passbook(show::PassbookArgs),
    /// 查一位居民的兑换单 / a resident's orders
    Orders(show::OrdersArgs),
    /// 结一个月、一个季度或一年的账 / close a month, a quarter or a year
    #[command(subcommand)]
    Period(period::PeriodCommand),
    /// 核对某一天的余额，对上的记下来 / compare a past balance with the ledger and keep it
    Statement(statement::StatementArgs),
    /// 备份整个系统，不用停 / back everything up while it serves
    Backup(backup::BackupArgs),
    /// 把备份放进一个空的地方，再核对 / put a backup into an empty place and verify it
    Restore(backup::RestoreArgs),
    /// 从 SQLite 搬到 PostgreSQL / carry everything to PostgreSQL
    Move(moving::MoveArgs),
    /// 冲正一笔 / take an entry back
    Reverse(amend::ReverseArgs),
    /// 双人更正 / corrections by two people
    #[command(subcommand)]
    Correct(amend::CorrectCommand),
    /// 公示和异议 / awards under notice, objections
    #[command(subcommand)]
    Notice(amend::NoticeCommand),
    /// 规则请人看一眼的 / what a rule asks somebody to look at
    #[command(subcommand)]
    Marks(marks::MarksCommand),
    /// 没有通过、现在会有别的结果的 / what was refused and would come out otherwise now
    #[command(subcommand)]
    Refused(refused::RefusedCommand),
    /// 重算整本账，逐笔核对 / recompute and prove the ledger
    Verify(verify::VerifyArgs),
    /// 写出每本账现在的总指纹，可以公示 / the heads of all ledgers, to be published
    Heads(heads::HeadsArgs),
    /// 一笔账的凭证：写出、核对 / proof that an entry stands in the ledger
    #[command(subcommand)]
    Proof(proof::ProofCommand),
    /// 内部用：编译一条规则 / internal: compiles one rule, from standard input to standard output
    #[command(name = house::COMPILE_COMMAND, hide = true)]
    CompileRule,
}

/// Which installation.
#[derive(Debug, Clone, Args)]
pub(crate) struct Installation {
    /// 配置文件 / the configuration
    #[arg(long, value_name = "FILE", default_value = "config/rongyi.toml")]
    config: PathBuf,
    /// 换一个数据库，不用配置里写的那个 / another database than the configuration names
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Installation {
    /// The configuration with the database of the command line: the communities that are right, and the mistakes of
    /// the others beside them. Its warnings are told.
    fn load(&self) -> Result<Parted, Failure> {
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
    config: Option<PathBuf>,
    /// 只用数据库，不读配置 / only the database: sqlite:data/rongyi.db
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Which community.
#[derive(Debug, Clone, Args)]
pub(crate) struct InCommunity {
    /// 社区代号 / the community's code
    #[arg(long, short, value_name = "CODE")]
    community: Code,
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
                let zh = match *code {
                    "heads.apart" => shown::lines(&text.zh),
                    _ => shown::line(&text.zh),
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
        Failure::said("store", &error)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Config(diagnostics) => Failure::Config(diagnostics),
            OpenError::Store(error) => error.into(),
            OpenError::Ledger(community, error) => {
                let text = clerk_text(&error);
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

/// Does what was asked.
///
/// # Errors
/// [`Failure`], to be told and turned into the exit code.
pub fn run(cli: Cli) -> Result<(), Failure> {
    cli.permitted()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Failure::said("runtime", &error))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve::run(&args).await,
            Command::Demo(args) => demo::run(args).await,
            Command::Check(args) => check::run(&args).await,
            Command::Rule(command) => rule::run(command).await,
            Command::Person(command) => enrol::person(command).await,
            Command::Household(command) => enrol::household(command).await,
            Command::Resident(command) => enrol::resident(command).await,
            Command::Staff(command) => enrol::staff(command).await,
            Command::Item(command) => enrol::item(command).await,
            Command::Stock(command) => enrol::stock(command).await,
            Command::Token(command) => enrol::token(command).await,
            Command::Import(command) => import::run(command).await,
            Command::Balance(args) => show::balance(args).await,
            Command::Passbook(args) => show::passbook(args).await,
            Command::Orders(args) => show::orders(args).await,
            Command::Period(command) => period::run(command).await,
            Command::Statement(args) => statement::run(args).await,
            Command::Backup(args) => backup::run(args).await,
            Command::Restore(args) => backup::restore(args).await,
            Command::Move(args) => moving::run(args).await,
            Command::Reverse(args) => amend::reverse(args).await,
            Command::Correct(command) => amend::correct(command).await,
            Command::Notice(command) => amend::notice(command).await,
            Command::Marks(command) => marks::marks(command).await,
            Command::Refused(command) => refused::refused(command).await,
            Command::Verify(args) => verify::run(args).await,
            Command::Heads(args) => heads::run(args).await,
            Command::Proof(command) => proof::run(command).await,
            Command::CompileRule => compile_rule(),
        }
    })
}

/// The other side of [`house::compile_apart`]. It may die or hang; whoever started it is prepared.
fn compile_rule() -> Result<(), Failure> {
    rongyi_rules::compile_one(std::io::stdin().lock(), std::io::stdout().lock())
        .map_err(|error| Failure::said("compile", &error))
}

pub(crate) use enrol::{private_file, stop};
pub(crate) use import::{
    import_balances, import_events, import_history, read as read_sheet, summary, unreadable,
};
pub(crate) use library::Library;
pub use out::tell_panics;
pub(crate) use out::{foreign, on_terminal, say, say_json, tell};
pub(crate) use own::as_json as own_json;
pub(crate) use serve::{ADDRESS, listen, serve};
pub(crate) use statement::around;
pub(crate) use telling::clerk_text;

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

fn unknown<'c>(community: &Code, all: impl Iterator<Item = &'c Code>) -> Failure {
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_explains_itself() {
        fn visit(command: &clap::Command) {
            assert!(
                command.get_about().is_some(),
                "{} has no line of help",
                command.get_name()
            );
            for argument in command
                .get_arguments()
                .filter(|own| own.get_id() != "help" && own.get_id() != "version")
            {
                assert!(
                    argument.get_help().is_some(),
                    "{} {} has no help",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(visit);
        }
        Cli::command().get_subcommands().for_each(visit);
    }
}
