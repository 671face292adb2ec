//! The command line: what can be asked, what is answered where, and the exit codes. The commands themselves
//! stand in the files below; none of them decides anything.
//!
//! | exit code | means |
//! | --- | --- |
//! | 0 | done |
//! | 1 | failed, or something in a file could not be used |
//! | 2 | the command line is wrong |
//! | 78 | the configuration is wrong |

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::audit::{proof, statement, verify};
use crate::door::terminal::{Failure, acts, out, tell};
use crate::door::{May, Right, may};
use crate::{
    amend, backup, cases, demo, earning, house, ledger, people, period, reports, rulebooks, serving,
};

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
        while let Some((word, arguments)) = below {
            words.push(word.to_owned());
            below = arguments.subcommand();
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
    Serve(serving::cli::ServeArgs),
    /// 演示：建好数据再打开网页 / make a demo and serve it
    Demo(demo::DemoArgs),
    /// 检查配置和规则，不改任何东西 / check configuration and rules; changes nothing
    Check(rulebooks::check::CheckArgs),
    /// 把一份规则在真账上试一试，什么都不写 / try a rule book on what really happened; writes nothing
    Simulate(rulebooks::simulate::cli::SimulateArgs),
    /// 改好的文件会改变什么，还不启用 / what the saved file would change; nothing is changed yet
    Plan(rulebooks::change::cli::PlanArgs),
    /// 启用看过的改动 / bring into force what was looked at
    Apply(rulebooks::change::cli::ApplyArgs),
    /// 退回以前启用过的配置 / go back to a configuration that was in force before
    Rollback(rulebooks::change::cli::RollbackArgs),
    /// 规则：运行情况，写自己的规则 / rules: how they are doing, and writing one's own
    #[command(subcommand)]
    Rule(rulebooks::author::RuleCommand),
    /// 登记人员（还不是居民） / persons who are not residents yet
    #[command(subcommand)]
    Person(people::cli::PersonCommand),
    /// 登记户 / households
    #[command(subcommand)]
    Household(people::cli::HouseholdCommand),
    /// 登记居民 / residents
    #[command(subcommand)]
    Resident(people::cli::ResidentCommand),
    /// 登记工作人员 / staff
    #[command(subcommand)]
    Staff(people::cli::StaffCommand),
    /// 登记兑换物品 / items of the shop
    #[command(subcommand)]
    Item(people::cli::ItemCommand),
    /// 进货 / goods that come in
    #[command(subcommand)]
    Stock(people::cli::StockCommand),
    /// 设备令牌 / tokens for devices
    #[command(subcommand)]
    Token(people::cli::TokenCommand),
    /// 导入旧余额、旧累计或事项 / import opening balances, totals of before, or events
    #[command(subcommand)]
    Import(earning::cli::ImportCommand),
    /// 查一位居民的余额 / what a resident has
    Balance(ledger::cli::BalanceArgs),
    /// 查一位居民的明细 / what happened to it
    Passbook(ledger::cli::PassbookArgs),
    /// 查一位居民的兑换单 / a resident's orders
    Orders(ledger::cli::OrdersArgs),
    /// 结一个月、一个季度或一年的账 / close a month, a quarter or a year
    #[command(subcommand)]
    Period(period::cli::PeriodCommand),
    /// 报表：发出、兑换、作废、还没花的、做了什么 / reports: issued, redeemed, lapsed, held, what was done
    #[command(subcommand)]
    Report(reports::cli::ReportCommand),
    /// 核对某一天的余额，对上的记下来 / compare a past balance with the ledger and keep it
    Statement(statement::cli::StatementArgs),
    /// 备份整个系统，不用停 / back everything up while it serves
    Backup(backup::cli::BackupArgs),
    /// 把备份放进一个空的地方，再核对 / put a backup into an empty place and verify it
    Restore(backup::cli::RestoreArgs),
    /// 从 SQLite 搬到 PostgreSQL / carry everything to PostgreSQL
    Move(backup::moving::MoveArgs),
    /// 冲正一笔 / take an entry back
    Reverse(amend::cli::ReverseArgs),
    /// 双人更正 / corrections by two people
    #[command(subcommand)]
    Correct(amend::cli::CorrectCommand),
    /// 办件：申报、申诉、居民提的事 / cases: claims, appeals, what residents ask
    #[command(subcommand)]
    Case(cases::cli::CaseCommand),
    /// 公示和异议 / awards under notice, objections
    #[command(subcommand)]
    Notice(amend::cli::NoticeCommand),
    /// 规则请人看一眼的 / what a rule asks somebody to look at
    #[command(subcommand)]
    Marks(amend::marks::cli::MarksCommand),
    /// 没有通过、现在会有别的结果的 / what was refused and would come out otherwise now
    #[command(subcommand)]
    Refused(earning::refused::RefusedCommand),
    /// 重算整本账，逐笔核对 / recompute and prove the ledger
    Verify(verify::cli::VerifyArgs),
    /// 写出每本账现在的总指纹，可以公示 / the heads of all ledgers, to be published
    Heads(proof::heads_cli::HeadsArgs),
    /// 一笔账的凭证：写出、核对 / proof that an entry stands in the ledger
    #[command(subcommand)]
    Proof(proof::cli::ProofCommand),
    /// 内部用：编译一条规则 / internal: compiles one rule, from standard input to standard output
    #[command(name = house::COMPILE_COMMAND, hide = true)]
    CompileRule,
}

/// Does what was asked.
///
/// # Errors
/// [`Failure`], to be told and turned into the exit code.
pub fn run(cli: Cli) -> Result<(), Failure> {
    cli.permitted()?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all();
    if let Command::Simulate(_) = cli.command {
        rulebooks::simulate::cli::politely();
        runtime.on_thread_start(rulebooks::simulate::cli::politely);
    }
    let runtime = runtime
        .build()
        .map_err(|error| Failure::said("runtime", &error))?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serving::cli::run(&args).await,
            Command::Demo(args) => demo::run(args).await,
            Command::Check(args) => rulebooks::check::run(&args).await,
            Command::Simulate(args) => rulebooks::simulate::cli::run(&args).await,
            Command::Plan(args) => rulebooks::change::cli::plan(args).await,
            Command::Apply(args) => rulebooks::change::cli::apply(args).await,
            Command::Rollback(args) => rulebooks::change::cli::rollback(args).await,
            Command::Rule(command) => rulebooks::author::run(command).await,
            Command::Person(command) => people::cli::person(command).await,
            Command::Household(command) => people::cli::household(command).await,
            Command::Resident(command) => people::cli::resident(command).await,
            Command::Staff(command) => people::cli::staff(command).await,
            Command::Item(command) => people::cli::item(command).await,
            Command::Stock(command) => people::cli::stock(command).await,
            Command::Token(command) => people::cli::token(command).await,
            Command::Import(command) => earning::cli::run(command).await,
            Command::Balance(args) => ledger::cli::balance(args).await,
            Command::Passbook(args) => ledger::cli::passbook(args).await,
            Command::Orders(args) => ledger::cli::orders(args).await,
            Command::Period(command) => period::cli::run(command).await,
            Command::Report(command) => reports::cli::run(command).await,
            Command::Statement(args) => statement::cli::run(args).await,
            Command::Backup(args) => backup::cli::run(args).await,
            Command::Restore(args) => backup::cli::restore(args).await,
            Command::Move(args) => backup::moving::run(args).await,
            Command::Reverse(args) => amend::cli::reverse(args).await,
            Command::Correct(command) => amend::cli::correct(command).await,
            Command::Case(command) => cases::cli::run(command).await,
            Command::Notice(command) => amend::cli::notice(command).await,
            Command::Marks(command) => amend::marks::cli::marks(command).await,
            Command::Refused(command) => earning::refused::refused(command).await,
            Command::Verify(args) => verify::cli::run(args).await,
            Command::Heads(args) => proof::heads_cli::run(args).await,
            Command::Proof(command) => proof::cli::run(command).await,
            Command::CompileRule => compile_rule(),
        }
    })
}

/// The other side of [`house::compile_apart`]. It may die or hang; whoever started it is prepared.
fn compile_rule() -> Result<(), Failure> {
    rongyi_rules::compile_one(std::io::stdin().lock(), std::io::stdout().lock())
        .map_err(|error| Failure::said("compile", &error))
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
                .filter(|argument| argument.get_id() != "help" && argument.get_id() != "version")
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
