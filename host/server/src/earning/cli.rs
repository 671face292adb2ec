//! `rongyi import`: opening balances and events out of files, with a line for every row that could not be used
//! and the sums at the end. Reading and deciding is in [`crate::earning::import`].

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rongyi_clerk::clock::{Clock, SystemClock, local};
use rongyi_clerk::rulebook::Sandbox;
use rongyi_config::{self as config, Config};
use rongyi_core::account::Holder;
use rongyi_core::book::Receipt;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{Record, TransferKind};
use rongyi_core::shown;
use rongyi_sheets::{Columns, Sheet, SheetError};
use rongyi_store::Store;

use crate::door::Actor;
use crate::door::terminal::{
    Failure, InCommunity, Installation, counts, foreign, known, on_terminal, say, say_json, tell,
    with_house,
};
use crate::earning::import::{
    BALANCE_COLUMNS, EVENT_COLUMNS, Form, HISTORY_COLUMNS, ImportError, Now, Outcome, PAPER_BOOK,
    Reader, Stage, Tally, rehearse, send,
};
use crate::house::{self, House, load_archived};

/// What to import.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// 旧积分册的余额，每行写明在第几页 / opening balances from a paper book
    Balances(BalancesArgs),
    /// 旧册里做过的事项累计，规则的封顶、级别看得见 / totals of before, which caps and levels of rules see
    History(HistoryArgs),
    /// 发生过的事项，由规则决定得多少分 / events; the rules decide what they are worth
    Events(EventsArgs),
}

/// A file of opening balances.
#[derive(Debug, Args)]
#[command(after_help = "\
列 / columns: resident,asset,amount,expires_on,page
  1001,points,120,2027-12-31,积分册第 1 页
expires_on 留空就是永不过期。 An empty expires_on never lapses.
积分归户的社区记在户上；minutes（志愿时长）总是记给个人。
Where points go to the household, its account gets them; minutes always go to the person.

同一个文件再导入一次，什么也不会变。 Importing a file again changes nothing: resident, asset, last day and page
together name a line of the paper book, and a line counts once. The same line with another amount is refused.")]
pub(crate) struct BalancesArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// CSV 或每行一个 JSON / CSV, or one JSON object a line
    file: PathBuf,
    /// 输出 JSON / print the sums as JSON
    #[arg(long)]
    json: bool,
}

/// A file of what was done before the ledger began.
#[derive(Debug, Args)]
#[command(after_help = "\
列 / columns: resident,kind,year,events,days,quantity,points,minutes,page
  1001,volunteer.hours,2025,310,190,,,89400,登记册第 1 页
  resident  居民号码；家里分不清是谁做的，用 household 写户号
            a resident; or a column household, where a household's people are not told apart
  kind      事项代码；兑换过的商品写 item/代码 / an event kind, or item/CODE for what was redeemed
  year      哪一年的；分不清的留空 / of which year; empty where years are not told apart
  events,days,quantity,points,minutes   次数、天数、数量、得过的积分、分钟，没有的留空
            how often, on how many days, how much, points and minutes given; leave out what is not known

余额不变：余额用 import balances 导入。有年份的，算进那一年和终身；没有年份的，只算进终身。不算进日、周、月、季、半年。
积分和分钟按得到的算，花掉的、过期的也在内。写错了就用 rongyi reverse 冲正那一笔，再用另一个 page 导入。
No balance changes; those are brought in by `import balances`. With a year it counts in that year and for all time, without
one for all time alone, and never in a day, week, month, quarter or half-year. Points and minutes are those that were given, also where
they were spent or lapsed since. A wrong line is taken back by `rongyi reverse`, and imported with another page.

同一个文件再导入一次，什么也不会变。 Importing a file again changes nothing: who, kind, year and page together name a line
of the paper book, and a line counts once. The same line with other numbers is refused.")]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// XLSX、CSV 或每行一个 JSON / XLSX, CSV, or one JSON object a line
    file: PathBuf,
    /// 输出 JSON / print the sums as JSON
    #[arg(long)]
    json: bool,
}

/// A file of events.
#[derive(Debug, Args)]
#[command(after_help = "\
列 / columns: external_ref,kind,resident,occurred_at,quantity,note
  NM-202610-0007,waste.food,1003,2026-10-03T09:20,7.6,厨余
  external_ref  这一行自己的编号，只算一次 / the row's own reference; it counts once for ever
  resident      居民号码；或者用 household 写户号，由户里号码最小的居民作为办理人
                a resident; or a column household: its resident with the lowest number is the doer
  occurred_at   本地日期或时间 / local: 2026-10-03 or 2026-10-03T09:20
  quantity      普通数字 / a plain number: 3 or 7.6
  field.NAME    规则另外要填的项 / a field that the kind declares
  role.NAME     其他角色的居民号码，几个人用空格隔开 / residents in another role, several between blanks
  replaces      这一行代替已冲正的哪一笔 / the reversed entry in whose place this row comes

可以是 XLSX、CSV（UTF-8 或 GB18030；逗号、分号或制表符）或每行一个 JSON。导入前会写明文件是怎样读的。
XLSX, CSV (UTF-8 or GB18030; commas, semicolons or tabs) or one JSON object a line; how it was read is said first.

不能用的行会写明文件、行号和原因，其余照常导入，退出码 1。A row that cannot be used is told with its line and
code; the rest goes on, and the exit code is 1. 规则说“不给分”不算错：那是记在账上的答复。A refusal by the rule is
an answer, kept on record, and no error. 规则出故障的事项会留着等修好。An event whose rule failed is kept and tried again.

同一个文件再导入一次，什么也不会变；编号相同而内容不同会被指出。Importing a file again changes nothing; the
same reference with other content is refused. 换一个 --source 就是另一套编号。Another --source has references of its own.

--dry-run  在内存里做决定，什么也不写；用的是账本里现在生效的规则。
           Decides in memory and writes nothing, by the rules that the ledger has in force now (a configuration
           that was changed since goes into force with the next serve or import).
--atomic   先整个文件试一遍，有一行不能用就一行也不导入。试完到写入之间如果有别的导入或网页在改账，
           仍可能有个别行不能用；这时前面的行已经记账，其余照常，重跑同一个文件即可。
           The whole file is tried first, and if one row cannot be used none is imported. Should another import or
           the web change the ledger between the trial and the writing, single rows can still fail then; those
           before and after them stay imported, and the same file can be run again.")]
pub(crate) struct EventsArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    place: InCommunity,
    /// CSV 或每行一个 JSON / CSV, or one JSON object a line
    file: PathBuf,
    /// 编号的来源 / whose references these are
    #[arg(long, value_name = "CODE", default_value = "file")]
    source: Code,
    /// 只试，不写 / decide, but write nothing
    #[arg(long)]
    dry_run: bool,
    /// 全部能用才导入 / import all rows or none
    #[arg(long)]
    atomic: bool,
    /// 输出 JSON / print the sums as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Balances(args) => {
            let sheet = read(&args.file)?;
            let tally = with_house(&args.installation, async |house| {
                import_balances(
                    house,
                    known(house, &args.place.community)?,
                    &args.file,
                    &sheet,
                )
                .await
            })
            .await?;
            report(&args.file, &tally, args.json, false)
        }
        ImportCommand::History(args) => history(&args).await,
        ImportCommand::Events(args) => events(&args).await,
    }
}

async fn history(args: &HistoryArgs) -> Result<(), Failure> {
    let sheet = read(&args.file)?;
    let tally = with_house(&args.installation, async |house| {
        let community = known(house, &args.place.community)?;
        import_history(house, community, &args.file, &sheet).await
    })
    .await?;
    report(&args.file, &tally, args.json, false)
}

async fn events(args: &EventsArgs) -> Result<(), Failure> {
    let sheet = read(&args.file)?;
    if args.dry_run {
        let tally = dry_run(args, &sheet).await?;
        return report(&args.file, &tally, args.json, true);
    }
    let (path, source) = (args.file.as_path(), args.source.clone());
    let tally = with_house(&args.installation, async |house| {
        let community = known(house, &args.place.community)?;
        if args.atomic {
            let frame = house.store.frame(community).await?;
            let sets = frame.map(|frame| frame.sets).unwrap_or_default();
            let stage = Stage {
                store: &house.store,
                judge: &house.books.trial(community, &sets),
                now: house.clock.now(),
                today: house.today(community),
            };
            let tried = try_all(&stage, community, source.clone(), path, &sheet, false).await?;
            if tried.bad_count() > 0 {
                let bad = tried.bad_count();
                return Err(Failure::new(
                    "import.atomic",
                    format!("有 {bad} 行不能用（{}），一行也没有导入。改好再来。", counts(&tried.bad)),
                    format!("{bad} rows cannot be used ({}); none was imported. Mend them and import again.", counts(&tried.bad)),
                ));
            }
        }
        import_events(house, community, source, path, &sheet).await
    })
    .await?;
    report(&args.file, &tally, args.json, false)
}

/// Imports opening balances; every bad row is told as `FILE:LINE`.
pub(crate) async fn import_balances(
    house: &House,
    community: &Code,
    path: &Path,
    sheet: &Sheet,
) -> Result<Tally, Failure> {
    let source = Code::literal(PAPER_BOOK);
    go(
        house,
        community,
        source,
        path,
        sheet,
        BALANCE_COLUMNS,
        Reader::balance,
    )
    .await
}

/// Imports totals of before; every bad row is told as `FILE:LINE`.
pub(crate) async fn import_history(
    house: &House,
    community: &Code,
    path: &Path,
    sheet: &Sheet,
) -> Result<Tally, Failure> {
    let source = Code::literal(PAPER_BOOK);
    let (columns, form) = (HISTORY_COLUMNS, Reader::history);
    go(house, community, source, path, sheet, columns, form).await
}

/// Imports events; every bad row is told as `FILE:LINE`.
pub(crate) async fn import_events(
    house: &House,
    community: &Code,
    source: Code,
    path: &Path,
    sheet: &Sheet,
) -> Result<Tally, Failure> {
    go(
        house,
        community,
        source,
        path,
        sheet,
        EVENT_COLUMNS,
        Reader::event,
    )
    .await
}

async fn go(
    house: &House,
    community: &Code,
    source: Code,
    path: &Path,
    sheet: &Sheet,
    columns: Columns,
    form: Form,
) -> Result<Tally, Failure> {
    let rows = sheet
        .rows(columns)
        .map_err(|error| unreadable(path, &error))?;
    understood(path, sheet, columns);
    let reader = Reader::open(&house.store, community, (source, &house.hand))
        .await
        .map_err(|error| stopped(path, &error))?;
    let bar = bar(sheet.line_count());
    let mut seen = |line: u64, outcome: &Outcome| tell_row(&bar, path, line, outcome, false);
    let tally = send(house, community, &reader, rows, form, &mut seen).await;
    bar.finish_and_clear();
    tally.map_err(|error| stopped(path, &error))
}

async fn dry_run(args: &EventsArgs, sheet: &Sheet) -> Result<Tally, Failure> {
    let parted = args.installation.load()?;
    let community = &args.place.community;
    let known = |configured: &config::Community| configured.code == *community;
    if !parted.wrong.is_empty() && !parted.config.communities.iter().any(known) {
        return Err(Failure::Config(parted.mistakes()));
    }
    let config = parted.config;
    let store = Store::open_read_only(&config.database_url).await?;
    let (today, now) = today(&config, community)?;
    let engine = house::engine(&config, house::known_cache(&config))?;
    let sets = load_archived(&store, &engine, community, &[]).await?;
    let stage = Stage {
        store: &store,
        judge: &Sandbox::over(sets),
        now,
        today,
    };
    try_all(
        &stage,
        community,
        args.source.clone(),
        &args.file,
        sheet,
        !args.json,
    )
    .await
}

fn today(config: &Config, community: &Code) -> Result<(Now, rongyi_core::time::Instant), Failure> {
    let configured = config
        .communities
        .iter()
        .find(|configured| configured.code == *community);
    let configured = configured.ok_or_else(|| {
        crate::door::terminal::unknown(
            community,
            config.communities.iter().map(|configured| &configured.code),
        )
    })?;
    let zone = jiff::tz::TimeZone::get(&configured.timezone).unwrap_or(jiff::tz::TimeZone::UTC);
    let now = SystemClock.now();
    Ok((local(now, &zone), now))
}

async fn try_all(
    stage: &Stage<'_>,
    community: &Code,
    source: Code,
    path: &Path,
    sheet: &Sheet,
    show: bool,
) -> Result<Tally, Failure> {
    let rows = sheet
        .rows(EVENT_COLUMNS)
        .map_err(|error| unreadable(path, &error))?;
    let reader = Reader::open(stage.store, community, (source, &Actor::here()))
        .await
        .map_err(|error| stopped(path, &error))?;
    let bar = bar(sheet.line_count());
    let mut seen = |line: u64, outcome: &Outcome| tell_row(&bar, path, line, outcome, show);
    let tally = rehearse(stage, &reader, rows, Reader::event, &mut seen).await;
    bar.finish_and_clear();
    tally.map_err(|error| stopped(path, &error))
}

/// Says how a file was understood, so that a wrong guess is seen at once.
pub(crate) fn understood(path: &Path, sheet: &Sheet, columns: Columns) {
    let text = sheet.understood(columns);
    tell(&format!("{}：{} / {}", path.display(), text.zh, text.en));
}

/// Reads a file before anything else is touched.
pub(crate) fn read(path: &Path) -> Result<Sheet, Failure> {
    Sheet::read(path).map_err(|error| unreadable(path, &error))
}

pub(crate) fn unreadable(path: &Path, error: &SheetError) -> Failure {
    Failure::new(
        "file",
        format!("{}：{error}", path.display()),
        String::new(),
    )
}

fn stopped(path: &Path, error: &ImportError) -> Failure {
    let path = path.display();
    match error {
        ImportError::Store(error) => {
            Failure::new(error.code(), format!("{path}：{error}"), String::new())
        }
        ImportError::Clerk { line, error } => {
            let text = error.text();
            Failure::new(
                "import.stopped",
                format!(
                    "{path}:{line}：导入在这一行停下了：{} 前面的行已经记账；排除原因后重跑同一个文件。",
                    text.zh
                ),
                format!(
                    "{path}:{line}: the import stopped here: {} The rows before are booked; mend the cause and run the same file again.",
                    text.en
                ),
            )
        }
        ImportError::NotConfigured(community) => Failure::new(
            "community.not-configured",
            format!(
                "社区“{community}”还没有账本。先运行一次 rongyi serve，或不带 --dry-run 导入。"
            ),
            format!(
                "The community “{community}” has no ledger yet. Run `rongyi serve` once, or import without --dry-run."
            ),
        ),
    }
}

/// Drawn on a terminal only.
fn bar(lines: u64) -> ProgressBar {
    if !on_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(lines), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn tell_row(bar: &ProgressBar, path: &Path, line: u64, outcome: &Outcome, show: bool) {
    bar.set_position(line);
    let place = format!("{}:{line}", foreign(&path.display().to_string()));
    match outcome {
        Outcome::Bad(bad) => bar.suspend(|| {
            let (zh, en) = (shown::line(&bad.text.zh), shown::line(&bad.text.en));
            tell(&format!("{place}: {}: {zh} / {en}", bad.code))
        }),
        _ if !show => {}
        Outcome::Decided(receipt) => bar.suspend(|| say(&format!("{place}: {}", given(receipt)))),
        Outcome::Refused { code, text } => {
            let (zh, en) = (shown::line(&text.zh), shown::line(&text.en));
            bar.suspend(|| say(&format!("{place}: {code}: {zh} / {en}")))
        }
        Outcome::Waiting { code } => {
            bar.suspend(|| say(&format!("{place}: {code}: 规则出了故障，事项会留着等修好 / the rule failed; the event would be kept")));
        }
        Outcome::Known => bar.suspend(|| say(&format!("{place}: 已经导入过 / already imported"))),
    }
}

/// What an event gave: `第 3 户 household 3: +10 points`.
fn given(receipt: &Receipt) -> String {
    let mut parts = Vec::new();
    for record in &receipt.records {
        let Record::Moved(_, transfer) = record else {
            continue;
        };
        let (account, sign) = if transfer.kind == TransferKind::Award {
            (transfer.credit, "+")
        } else if transfer.kind == TransferKind::Deduction {
            (transfer.debit, "−")
        } else {
            continue;
        };
        let holder = match account.holder {
            Holder::Resident(no) => format!("居民 resident {no}"),
            Holder::Household(no) => format!("户 household {no}"),
            Holder::Community | Holder::Fund(_) => continue,
        };
        let asset = match account.asset {
            AssetNo::POINTS => "积分 points".to_owned(),
            AssetNo::MINUTES => "分钟 minutes".to_owned(),
            AssetNo::CONDUCT => "操行分 conduct".to_owned(),
            AssetNo(other) => format!("asset {other}"),
        };
        parts.push(format!("{holder} {sign}{} {asset}", transfer.amount));
    }
    if parts.is_empty() {
        "0 分 / nothing".to_owned()
    } else {
        parts.join(", ")
    }
}

/// The sums; exit code 1 when a row could not be used.
fn report(path: &Path, tally: &Tally, json: bool, dry: bool) -> Result<(), Failure> {
    if json {
        say_json(&as_json(tally, dry));
    } else {
        summary(path, tally, dry);
    }
    if tally.bad_count() == 0 {
        Ok(())
    } else {
        Err(Failure::Told)
    }
}

/// The sums for a person.
pub(crate) fn summary(path: &Path, tally: &Tally, dry: bool) {
    let (zh, en) = if dry {
        ("（只试，没有写入）", " (nothing was written)")
    } else {
        ("", "")
    };
    let file = foreign(&path.display().to_string());
    say(&format!("{file}{zh}{en}"));
    say(&format!("  已决定 decided        {}", tally.decided));
    say(&format!(
        "  规则不给分 refused    {}",
        tally.refused_count()
    ));
    for (code, refusals) in &tally.refused {
        say(&format!(
            "    {} × {code}: {} / {}",
            refusals.count,
            shown::line(&refusals.first.zh),
            shown::line(&refusals.first.en)
        ));
    }
    say(&format!(
        "  等规则修好 waiting    {}",
        tally.waiting_count()
    ));
    if !tally.waiting.is_empty() {
        say(&format!("    {}", counts(&tally.waiting)));
        say(
            "    已经留存，规则修好后由 serve 自动重算；原因见 serve 的日志。 / Kept, and decided by `serve` once the rule is mended; its log says why.",
        );
    }
    say(&format!("  早已导入 known        {}", tally.known));
    say(&format!("  不能用 bad            {}", tally.bad_count()));
    if !tally.bad.is_empty() {
        say(&format!("    {}", counts(&tally.bad)));
    }
}

fn as_json(tally: &Tally, dry: bool) -> serde_json::Value {
    let refused: serde_json::Map<_, _> = tally
        .refused
        .iter()
        .map(|(code, refusals)| {
            let about =
                serde_json::json!({ "count": refusals.count, "zh": refusals.first.zh, "en": refusals.first.en });
            (code.clone(), about)
        })
        .collect();
    serde_json::json!({
        "dry_run": dry,
        "decided": tally.decided,
        "refused": refused,
        "waiting": tally.waiting,
        "known": tally.known,
        "bad": tally.bad,
    })
}
