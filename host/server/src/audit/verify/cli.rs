//! `rongyi verify`: prints what a verification of the ledger found. Reads only; the work is in
//! [`crate::audit::verify`].

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_core::shown;
use rongyi_rules::{Allowance, Cache, Engine};

use crate::access::random;
use crate::audit::proof::claims::Claim;
use crate::audit::proof::heads::KeptHeads;
use crate::audit::proof::{claims, heads};
use crate::audit::verify::checkpoint::CheckpointError;
use crate::audit::verify::whole::{Expected, Whole};
use crate::audit::verify::{self, Decisions, Problem, Report, VerifyScope, checkpoint, whole};
use crate::door::terminal::{
    Failure, GIVEN_BYTES_MAX, Library, Reading, on_terminal, say, say_json, tell,
};
use crate::house;

/// What to verify.
#[derive(Debug, Args)]
#[command(after_help = "\
从第一笔起重算：每一条记录、每一个区块、每一个余额，再用存档的规则把每个决定重做一遍。
Recomputes every record, block and balance from the first, and asks the archived rules for every decision again.

例 / examples:
  rongyi verify
  rongyi verify --database sqlite:data/rongyi.db --community nanmen
  rongyi verify --decisions sample=100        每 100 个决定重做一个 / ask one decision in 100 again
  rongyi verify --decisions none              不重做决定 / ask none again
  rongyi verify --heads heads.txt             再和别处保存的指纹对照（可写多次）/ compare with heads kept elsewhere too
  rongyi verify --without-heads               不和本机公示过的指纹对照 / leave this host's own published heads out
  rongyi verify --checkpoint ok.json          没有问题就记下核对点 / keep a checkpoint when all is well
  rongyi verify --since ok.json --checkpoint ok.json
                                              核对点之前的凭证和决定不再重读重做 / records and decisions before it are not read again
  rongyi verify --since ok.json --all-rows    每一行都对照，不只是之后动过的 / compare every row, not only those touched since

有配置时，配置里的每个社区都要有账本，并和数据文件夹里公示过的指纹对照；正在服务时也可以核对。
With a configuration every community in it must have a ledger, and the published heads in the data folder are compared;
a ledger may be verified while it is served.

有问题时写明在哪里，退出码 1。Problems are named with their place; exit code 1.")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    reading: Reading,
    /// 只核对这个社区 / only this community
    #[arg(long, short, value_name = "CODE")]
    community: Option<Code>,
    /// 重做多少决定 / how many decisions to ask again
    #[arg(long, value_name = "all|sample=N|none", default_value = "all", value_parser = decisions)]
    decisions: Decisions,
    /// 和这个文件里公示过的指纹对照；- 从键盘读 / compare with the published heads in this file; - reads standard input
    #[arg(long, value_name = "FILE")]
    heads: Vec<PathBuf>,
    /// 不和本机公示过的指纹对照 / leave this host's own published heads out
    #[arg(long)]
    without_heads: bool,
    /// 从这个核对点接着核对，之前的凭证不再读 / go on from this checkpoint; what was recorded before is not read again
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// 从核对点接着核对时，也对照之后没有动过的行 / from a checkpoint, compare rows that nothing touched since, too
    #[arg(long, requires = "since")]
    all_rows: bool,
    /// 没有问题时把核对点写进这个文件 / when nothing is wrong, keep a checkpoint in this file
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// The largest checkpoint, in bytes: the books of a province.
const CHECKPOINT_BYTES_MAX: u64 = 4 << 30;

fn decisions(text: &str) -> Result<Decisions, String> {
    match text {
        "all" => Ok(Decisions::All),
        "none" => Ok(Decisions::None),
        _ => {
            let every = text
                .strip_prefix("sample=")
                .and_then(|every| every.parse().ok())
                .filter(|every| *every > 0);
            every
                .map(Decisions::Sample)
                .ok_or_else(|| "expected all, none or sample=N with N from 1".to_owned())
        }
    }
}

pub(crate) async fn run(args: VerifyArgs) -> Result<(), Failure> {
    if args.checkpoint.is_some() && args.decisions != Decisions::All {
        return Err(Failure::said(
            "verify.checkpoint",
            &CheckpointError::NotWhole,
        ));
    }
    let mut claims = claims(&args.heads)?;
    let since = match &args.since {
        Some(path) => {
            let bytes = rongyi_files::read(path, CHECKPOINT_BYTES_MAX)
                .map_err(|no| Failure::trouble(&no))?;
            checkpoint::read(&bytes).map_err(|error| Failure::said("verify.checkpoint", &error))?
        }
        None => Vec::new(),
    };
    let library = Library::open(&args.reading).await?;
    // What the host compiled is not trusted here; a rule that many communities use is still compiled only once.
    let mut maker = tempfile::Builder::new();
    // Whatever the umask: compiled code lies there.
    #[cfg(unix)]
    maker.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = maker
        .tempdir()
        .map_err(|error| Failure::file(&std::env::temp_dir(), &error))?;
    let cache = Cache::sealed(folder.path(), &random());
    let engine = Engine::new(Allowance::replay(), house::compiler(), Some(cache))
        .map_err(|error| Failure::said("engine", &error))?;
    let communities = match &args.community {
        Some(community) => {
            library.known(community).await?;
            vec![community.clone()]
        }
        None => library.communities().await?,
    };
    let kept = own_heads(&library, args.without_heads);
    claims.extend(kept.iter().flat_map(KeptHeads::claims));
    let expected = match &args.community {
        Some(_) => Expected::new(),
        None => expected(&library, &claims),
    };
    // The whole file is read only where everything is.
    let damage = match args.since {
        None => library.store.damage().await?,
        Some(_) => Vec::new(),
    };
    if !damage.is_empty() {
        return Err(file_damaged(&damage));
    }
    let whole = whole::check(&library.store, &expected).await?;
    let mut reports = Vec::new();
    for community in &communities {
        let asked = VerifyScope {
            decisions: args.decisions,
            claims: &claims,
            since: since
                .iter()
                .find(|verified| verified.community == *community),
            all_rows: args.all_rows,
            keep: args.checkpoint.is_some(),
        };
        match one(&library, &engine, community, asked).await {
            Ok(report) => reports.push(report),
            // Where a table is not what it was, reading it says less than that.
            Err(failure) => {
                show_whole(&whole);
                return Err(failure);
            }
        }
    }
    // A ledger is proved without its configuration; that a file is wrong is said beside it.
    let readable = match &args.community {
        Some(_) => Ok(()),
        None => library.whole(),
    };
    library.close().await;
    let good =
        reports.iter().all(|(report, _)| report.problems.is_empty()) && whole.problems.is_empty();
    if args.json {
        let all: Vec<_> = reports.iter().map(as_json).collect();
        let database: Vec<_> = whole.problems.iter().map(problem_json).collect();
        let database = serde_json::json!({ "problems": database, "not_looked_at": whole.unseen });
        let heads = kept.as_ref().map(heads_json);
        say_json(
            &serde_json::json!({ "ok": good, "communities": all, "database": database, "published_heads": heads }),
        );
    } else {
        show_whole(&whole);
        reports.iter().for_each(show);
        show_heads(kept.as_ref(), args.without_heads);
    }
    if !good {
        if let Err(wrong) = readable {
            wrong.tell();
        }
        return Err(Failure::Told);
    }
    if let Some(path) = &args.checkpoint {
        let reports: Vec<Report> = reports.into_iter().map(|(report, _)| report).collect();
        let text = checkpoint::write(&reports, args.decisions)
            .map_err(|error| Failure::said("verify.checkpoint", &error))?;
        rongyi_files::replace(path, &text).map_err(|error| Failure::file(path, &error.into()))?;
    }
    readable
}

/// The published heads of all files.
fn claims(files: &[PathBuf]) -> Result<Vec<Claim>, Failure> {
    let mut all = Vec::new();
    for path in files {
        let text = if path.as_os_str() == "-" {
            let text = std::io::read_to_string(std::io::stdin().take(GIVEN_BYTES_MAX));
            text.map_err(|error| Failure::file(path, &error))?
        } else {
            rongyi_files::read_text(path, GIVEN_BYTES_MAX).map_err(|no| Failure::trouble(&no))?
        };
        let name = path.display().to_string();
        let found =
            claims::read(&name, &text).map_err(|bad| Failure::said("verify.heads", &bad))?;
        if found.is_empty() {
            return Err(Failure::new(
                "verify.heads",
                format!("{name} 里没有公示过的指纹，没有什么可对照。"),
                format!("{name} holds no published head; there is nothing to compare."),
            ));
        }
        all.extend(found);
    }
    Ok(all)
}

/// The file first: of a broken one nothing else is worth reading.
fn file_damaged(found: &[String]) -> Failure {
    let all = found.join("; ");
    Failure::new(
        "verify.file",
        format!(
            "数据库文件坏了：可能没有拷完整、被改写过，或拷贝时没带上 -wal 文件。请停止使用，从备份恢复。{all}"
        ),
        "The database file is damaged: perhaps it was copied by half or without its -wal file, or overwritten. Stop using it and restore a backup.",
    )
}

/// The published heads of this installation; `None` when they are left out, or where they lie is not known.
fn own_heads(library: &Library, without: bool) -> Option<KeptHeads> {
    let config = library.config.as_ref().filter(|_| !without)?;
    Some(heads::kept(&config.data_dir.join("heads")))
}

/// Which communities must have a ledger here, and who says so.
fn expected(library: &Library, claims: &[Claim]) -> Expected {
    // What was published weighs more than what is configured.
    let configured = library.config.iter().flat_map(|config| &config.communities);
    let configured =
        configured.map(|community| (community.code.clone(), community.file.display().to_string()));
    let published = claims
        .iter()
        .map(|claim| (claim.community.clone(), claim.source.clone()));
    configured.chain(published).collect()
}

fn show_whole(whole: &Whole) {
    if !whole.problems.is_empty() {
        let count = whole.problems.len();
        tell(&format!("数据库 database: {count} 处问题 / problems"));
        for problem in &whole.problems {
            tell(&format!("  {}: {}", problem.place, problem.what));
        }
        tell(
            "  请停止使用，从备份恢复，再核对一次。 Stop using it, restore a backup, and verify again.",
        );
    }
    for unseen in &whole.unseen {
        say(unseen);
    }
}

fn show_heads(kept: Option<&KeptHeads>, without: bool) {
    let Some(kept) = kept else {
        say(if without {
            "没有和公示过的指纹对照（--without-heads）：末尾被截掉看不出来。 Published heads were left out (--without-heads): a cut tail does not show."
        } else {
            "没有读配置，所以没有和公示过的指纹对照：末尾被截掉看不出来。 No configuration was read, so no published heads were compared: a cut tail does not show."
        });
        return;
    };
    if kept.lines.is_empty() {
        say(
            "还没有公示过指纹，没有可对照的：以后每小时公示一次，末尾被截掉才看得出来。 No head was published yet, so there is nothing to compare; from the first one on a cut tail shows.",
        );
    }
    if kept.void > 0 {
        let void = kept.void;
        say(&format!(
            "有 {void} 个公示过的指纹因恢复旧备份而作废 / {void} published heads are void since an older backup was restored:"
        ));
        for line in &kept.set_aside {
            say(&format!("  {}", shown::line(line)));
        }
    }
    for place in &kept.unreadable {
        tell(&format!(
            "公示的指纹里有一行看不懂，没有对照 / a line of published heads cannot be read and was not compared: {place}"
        ));
    }
}

fn heads_json(kept: &KeptHeads) -> serde_json::Value {
    serde_json::json!({
        "bind": kept.lines.len(),
        "void": kept.void,
        "set_aside": kept.set_aside,
        "unreadable": kept.unreadable,
    })
}

fn problem_json(problem: &Problem) -> serde_json::Value {
    serde_json::json!({ "place": problem.place, "what": problem.what })
}

/// Verifies one community under a bar; with how long it took.
async fn one(
    library: &Library,
    engine: &Engine,
    community: &Code,
    asked: VerifyScope<'_>,
) -> Result<(Report, Duration), Failure> {
    let target = if on_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    let style = "{prefix} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}";
    bar.set_style(
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_prefix(community.to_string());
    let mut begun = false;
    let mut progress = |done, all| {
        // Loading the archived rules is not what the rate is about.
        if !std::mem::replace(&mut begun, true) {
            bar.reset_elapsed();
        }
        bar.set_length(all);
        bar.set_position(done);
    };
    let report = verify::against(&library.store, engine, community, asked, &mut progress).await;
    let took = bar.elapsed();
    bar.finish_and_clear();
    Ok((
        report.map_err(|error| Failure::said("verify", &error))?,
        took,
    ))
}

/// Records a second.
fn rate(records: u64, took: Duration) -> u64 {
    let micros = took.as_micros().max(1);
    u64::try_from(u128::from(records).saturating_mul(1_000_000) / micros).unwrap_or(u64::MAX)
}

fn show((report, took): &(Report, Duration)) {
    let Report {
        community,
        head,
        tree,
        compared,
        erased,
        forgotten,
        roster,
        records,
        decisions,
        problems,
        state: _,
    } = report;
    let (height, hash, tree) = (head.height, hex(&head.hash), hex(tree));
    if problems.is_empty() {
        say(&format!("{community}: 没有问题 / no problem"));
    } else {
        let count = problems.len();
        let more = if count >= verify::PROBLEMS_MAX {
            "+"
        } else {
            ""
        };
        tell(&format!("{community}: {count}{more} 处问题 / problems"));
        for problem in problems {
            tell(&format!("  {}: {}", problem.place, problem.what));
        }
        tell(
            "  请停止使用，从备份恢复，再核对一次。 Stop using it, restore a backup, and verify again.",
        );
    }
    say(&format!("  区块 block {height} · {hash}"));
    if problems.is_empty() {
        say(&format!("  总指纹 history root {tree}"));
    }
    let (seconds, rate) = (took.as_secs_f64(), rate(*records, *took));
    say(&format!(
        "  {records} 条记录 records, 重做 {decisions} 个决定 decisions asked again, {seconds:.1} s, {rate}/s"
    ));
    if erased + forgotten > 0 {
        say(&format!(
            "  按要求删除了 {erased} 段文字、{forgotten} 位居民的身份；凭证不受影响 {erased} texts and {forgotten} residents' identities erased; the proof stands"
        ));
    }
    if *compared > 0 {
        say(&format!(
            "  对照了 {compared} 个公示的指纹 published heads compared"
        ));
    }
    if let Some(seen) = roster {
        let (staff, on, seq) = (seen.staff, seen.on, seen.seq);
        let (zh, en) = if seen.same_people {
            ("没有变过", "are as they were then")
        } else {
            ("之后有变动", "have changed since")
        };
        say(&format!(
            "  工作人员名册（{staff} 人）封存于 {on}（第 {seq} 号）；居民资料封存后{zh} {staff} staff sealed on {on} (entry {seq}); the people's rows {en}"
        ));
    }
}

fn roster_json(seen: &verify::roster::SeenRoster) -> serde_json::Value {
    serde_json::json!({
        "entry": seen.seq,
        "on": seen.on.to_string(),
        "staff": seen.staff,
        "people": hex(&seen.people),
        "people_unchanged": seen.same_people,
    })
}

fn as_json((report, took): &(Report, Duration)) -> serde_json::Value {
    let problems: Vec<_> = report.problems.iter().map(problem_json).collect();
    serde_json::json!({
        "community": report.community.to_string(),
        "height": report.head.height,
        "hash": hex(&report.head.hash),
        "tree": hex(&report.tree),
        "heads_compared": report.compared,
        "texts_erased": report.erased,
        "residents_erased": report.forgotten,
        "staff_sealed": report.roster.as_ref().map(roster_json),
        "elapsed_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "records_per_second": rate(report.records, *took),
        "records": report.records,
        "decisions": report.decisions,
        "problems": problems,
    })
}
