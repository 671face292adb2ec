//! `rongyi rule`: the authors' kit on the command line. Each command works in the rule's folder, builds what has
//! changed first, and asks the component with the limits of a serving host. It touches no database.

mod answers;
mod bench;
mod explain;
pub(super) mod pack;
mod trial;
mod watch;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rongyi_clerk::clock::{Clock as _, SystemClock, local};
use rongyi_config::PluginRef;
use rongyi_core::ids::Code;
use rongyi_kit::desk::{AuthorDesk, Terms};
use rongyi_kit::params::Params;
use rongyi_kit::{Lang, Problem, RuleFolder, build, make};
use rongyi_rules::Tier;

use crate::door::terminal::{Failure, foreign, load, say, tell, unknown};
use crate::house;

/// What to do with a rule of one's own.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
一个下午 / an afternoon:
  rongyi rule new --lang python kitchen-waste
  cd kitchen-waste
  rongyi rule test       # 例子都对吗 / do the examples come out?
  rongyi rule explain    # 居民会看到什么 / what a resident would read
  rongyi rule build      # 写进社区文件的几行 / the lines for the community's file

写法见 plugins/README.zh.md。How rules are written: plugins/README.md")]
pub(crate) enum RuleCommand {
    /// 各社区的规则运行得怎样 / how the rules of the communities are doing
    List(super::cli::ListArgs),
    /// 启用过哪些配置，谁、为什么 / which configurations were in force, by whom and why
    History(super::change::cli::HistoryArgs),
    /// 并行试用的规则到现在会怎样 / what the rules that only run beside would have come to
    Shadow(super::change::cli::ShadowArgs),
    /// 新建一个规则的文件夹 / make the folder of a new rule
    New(NewArgs),
    /// 生成组件，写出要放进社区文件的几行 / build the component and the lines for the community's file
    Build(InFolder),
    /// 像上线时那样检查组件和参数 / check component and parameters as a serving host does
    Check(WithParams),
    /// 跑全部例子，不对的两边对照 / run the scenarios; what differs stands side by side
    Test(InFolder),
    /// 文件一改就重新跑例子 / run the scenarios whenever a file changes
    Watch(InFolder),
    /// 账上的一笔，或等着的事项，再问一次规则：给作者 / ask the rule again what it was asked: for its author
    Replay(super::replay::cli::ReplayArgs),
    /// 从账本里取出用过的组件和参数 / a component and its parameters out of the ledger's archive
    Export(super::export::ExportArgs),
    /// 打成一个文件，签上名，交给别人 / pack it in one signed file, to be handed on
    Pack(pack::PackArgs),
    /// 收下别人的规则包：核对，再放到社区文件旁边 / take over a packed rule: checked, then laid beside a community's file
    Add(pack::AddArgs),
    /// 给事项，看决定 / events in, decisions out
    Run(answers::RunArgs),
    /// 每个入口用多少燃料和时间，还剩多少 / fuel and time of each hook, and the headroom
    Bench(bench::BenchArgs),
    /// 居民会看到什么，中英文 / what a resident would read, in both languages
    Explain(WithParams),
}

/// A new rule.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// 语言：rust、javascript、python、c / the language
    #[arg(long, value_name = "LANG")]
    lang: Lang,
    /// 名字，也是文件夹：小写字母、数字和连字符 / its name and folder: a-z, 0-9 and '-'
    #[arg(value_name = "NAME")]
    name: PathBuf,
}

/// Which rule.
#[derive(Debug, Clone, Args)]
pub(crate) struct InFolder {
    /// 规则的文件夹 / the rule's folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// Which rule, with which parameters.
#[derive(Debug, Clone, Args)]
pub(crate) struct WithParams {
    #[command(flatten)]
    rule: InFolder,
    #[command(flatten)]
    host: OnHost,
    /// 参数文件，默认是规则文件夹里的 params.toml / parameters; by default params.toml of the folder
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
}

/// Under whose limits.
#[derive(Debug, Clone, Args)]
pub(crate) struct OnHost {
    /// 用这份 rongyi.toml 的限额 / with the limits of this rongyi.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// 再加上这个社区给这条规则的限额 / and those that this community sets for the rule
    #[arg(long, short, value_name = "CODE", requires = "config")]
    community: Option<Code>,
}

impl OnHost {
    /// The limits that a serving host would keep.
    fn terms(&self, folder: &RuleFolder) -> Result<Terms, Failure> {
        let Some(path) = &self.config else {
            return Ok(Terms::default());
        };
        let parted = load(path)?;
        // A community whose file is wrong is not among those that were read.
        if self.community.is_some() && !parted.wrong.is_empty() {
            return Err(Failure::Config(parted.mistakes()));
        }
        let config = parted.config;
        let mut terms = Terms {
            allowance: Some(config.limits.clone()),
            ..Terms::default()
        };
        let Some(code) = &self.community else {
            return Ok(terms);
        };
        let all = || config.communities.iter().map(|community| &community.code);
        let community = config.communities.iter().find(|one| one.code == *code);
        let community = community.ok_or_else(|| unknown(code, all()))?;
        // Whatever bytes it names today: the rule on the desk is to take its place.
        let named = file_name(&folder.component());
        let entries = community.rules.iter().rev();
        let mut entries = entries.filter(|entry| match &entry.plugin {
            PluginRef::File { path, .. } => file_name(path) == named,
            PluginRef::Bundled(_) => false,
        });
        match entries.next() {
            Some(entry) => terms.lowered = entry.lowered,
            None => tell(&format!(
                "提醒 warning: 社区“{code}”里没有用 {named} 的规则，只按这台主机的限额。\n  No rule of “{code}” uses {named}, so only this host's limits are kept."
            )),
        }
        Ok(terms)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::new(problem.code, problem.zh, problem.en)
    }
}

/// Does what was asked.
pub(crate) async fn run(command: RuleCommand) -> Result<(), Failure> {
    match command {
        RuleCommand::List(args) => super::cli::list(args).await,
        RuleCommand::History(args) => super::change::cli::history(args).await,
        RuleCommand::Shadow(args) => super::change::cli::shadow(args).await,
        RuleCommand::New(args) => new(&args),
        RuleCommand::Build(args) => built(&args),
        RuleCommand::Check(args) => check(&args),
        RuleCommand::Test(args) => trial::run(&args),
        RuleCommand::Watch(args) => watch::run(&args),
        RuleCommand::Replay(args) => super::replay::cli::run(args).await,
        RuleCommand::Export(args) => super::export::run(args).await,
        RuleCommand::Pack(args) => pack::run_pack(&args),
        RuleCommand::Add(args) => pack::run_add(&args),
        RuleCommand::Run(args) => answers::run(&args),
        RuleCommand::Bench(args) => bench::run(&args),
        RuleCommand::Explain(args) => explain::run(&args),
    }
}

impl InFolder {
    fn open(&self) -> Result<RuleFolder, Failure> {
        Ok(RuleFolder::open(&self.folder)?)
    }

    /// The folder with its component, built as the sources are now, its examples included.
    fn desk(&self, host: Option<&OnHost>) -> Result<(RuleFolder, AuthorDesk), Failure> {
        let folder = self.open()?;
        let terms = host.map_or_else(|| Ok(Terms::default()), |host| host.terms(&folder))?;
        let built = build::build(&folder, &mut tell)?;
        let desk = AuthorDesk::open(&folder, built, house::compiler(), terms)?;
        Ok((folder, desk))
    }

    /// The same for trying: a component that decides as the sources say, whatever examples it carries.
    fn trying(
        &self,
        terms: impl FnOnce(&RuleFolder) -> Result<Terms, Failure>,
    ) -> Result<(RuleFolder, AuthorDesk), Failure> {
        let folder = self.open()?;
        let terms = terms(&folder)?;
        let built = build::build_to_try(&folder, &mut tell)?;
        let desk = AuthorDesk::open(&folder, built, house::compiler(), terms)?;
        Ok((folder, desk))
    }
}

impl WithParams {
    fn trying(&self) -> Result<(RuleFolder, AuthorDesk), Failure> {
        self.rule.trying(|folder| self.host.terms(folder))
    }

    fn params(&self) -> Result<Params, Failure> {
        let default_file = || self.rule.folder.join("params.toml");
        Ok(Params::read(
            &self.params.clone().unwrap_or_else(default_file),
        )?)
    }
}

fn new(args: &NewArgs) -> Result<(), Failure> {
    let folder = make::make(&args.name, args.lang)?;
    let (path, source) = (folder.path().display(), args.lang.source());
    say(&format!(
        "新规则在 {path}，先看 README.md，要改的是 {source}。"
    ));
    say(&format!(
        "The new rule is in {path}. Read its README.md; what you change is {source}."
    ));
    say(&format!("\n  cd {path}\n  rongyi rule test"));
    Ok(())
}

fn built(args: &InFolder) -> Result<(), Failure> {
    let (folder, desk) = args.desk(None)?;
    let about = desk.describe()?;
    let built = desk.built();
    let kib = built.bytes.len().div_ceil(1024);
    say(&format!(
        "{} {}：{}，{kib} KiB，{}",
        about.name,
        about.version,
        built.path.display(),
        desk.tier()?
    ));
    if about.name != folder.name() {
        let (claimed, given) = (&about.name, folder.name());
        tell(&format!(
            "提醒 warning: 规则自称“{claimed}”，rule.toml 写的是“{given}”。\n  It calls itself “{claimed}”, rule.toml says “{given}”."
        ));
    }
    unsigned(&about.authors);
    if !build::reproduces(folder.lang()) {
        tell(
            "提醒 warning: 在这台机器上再生成一次，sha256 会不同（只有 Linux x86-64 上每次都一样）。\n  Built again on this machine, the sha256 will be another one; only on Linux x86-64 it is the same each time.",
        );
    }
    say("\n放进社区文件，.wasm 放在它旁边 / for the community's file; the .wasm lies beside it:\n");
    if desk.tier()? == Tier::Large {
        say("# rongyi.toml（运维人员 / the operator）:\n[limits]\ntier_max = \"large\"\n");
    }
    let file = file_name(&built.path);
    let (today, _) = local(SystemClock.now(), &jiff::tz::TimeZone::system());
    say(&format!(
        "[[rule]]\nplugin = {{ file = \"{file}\", sha256 = \"{}\" }}\nactive_from = {today}   # 从哪天起 / from which day\n",
        built.sha256
    ));
    say(&Params::read(&folder.path().join("params.toml"))?.below_rule());
    Ok(())
}

/// A rule with the template's author would be switched on by nobody.
fn unsigned(authors: &[String]) {
    if authors
        .iter()
        .any(|author| author == house::TEMPLATE_AUTHOR)
    {
        let named = house::TEMPLATE_AUTHOR;
        tell(&format!(
            "提醒 warning: authors 还是模板里的“{named}”，主机不会启用。写上作者的名字。\n  The author is still the template's “{named}”, and no host will switch it on. Write who made it."
        ));
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn check(args: &WithParams) -> Result<(), Failure> {
    let (folder, desk) = args.rule.desk(Some(&args.host))?;
    let rule = desk.load(&args.params()?)?;
    let about = &rule.about;
    let (title, en) = (&about.title.zh, &about.title.en);
    say(&format!(
        "{} {} · {title} / {en}",
        about.name, about.version
    ));
    for line in &rule.plan.summary {
        say(&format!(
            "  · {}\n    {}",
            foreign(&line.zh),
            foreign(&line.en)
        ));
    }
    unsigned(&about.authors);
    if about.scenarios.trim() != folder.read("scenarios.toml")?.trim() {
        return Err(Failure::new(
            "kit.scenarios-differ",
            "组件里的例子和 scenarios.toml 不一样。describe 要原样给出这个文件（模板里就是这样写的）。",
            "The scenarios inside the component are not those of scenarios.toml. `describe` gives that file as it is, as in the template.",
        ));
    }
    trial::trial(&folder, &desk)?;
    say(
        "组件、接口、参数和例子都没有问题。 OK: component, interface, parameters and scenarios can be used.",
    );
    Ok(())
}

/// Whether to write in colour on the standard output.
fn colour() -> bool {
    std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal()
}
