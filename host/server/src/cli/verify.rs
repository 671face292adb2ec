//! `rongyi verify`: prints what a verification of the ledger found. Reads only; the work is in
//! [`crate::verify`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_rules::{Allowance, Engine};

use super::{Failure, Library, Reading, on_terminal, say, tell};
use crate::house;
use crate::proof::claims::{self, Claim};
use crate::verify::checkpoint::{self, CheckpointError};
use crate::verify::{self, Asked, Decisions, Report};

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
  rongyi verify --heads heads.txt             和公示过的指纹对照（可写多次）/ compare with published heads
  rongyi verify --checkpoint ok.json          没有问题就记下核对点 / keep a checkpoint when all is well
  rongyi verify --since ok.json --checkpoint ok.json
                                              核对点之前的决定不再重做 / decisions before it are not asked again

有问题时写明在哪里，退出码 1。Problems are named with their place; exit code 1.")]
pub(super) struct VerifyArgs {
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
    /// 从这个核对点起才重做决定 / ask decisions again only after this checkpoint
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// 没有问题时把核对点写进这个文件 / when nothing is wrong, keep a checkpoint in this file
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

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

pub(super) async fn run(args: VerifyArgs) -> Result<(), Failure> {
    if args.checkpoint.is_some() && args.decisions != Decisions::All {
        return Err(Failure::said(
            "verify.checkpoint",
            &CheckpointError::NotWhole,
        ));
    }
    let claims = claims(&args.heads)?;
    let since = match &args.since {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
            checkpoint::read(&text).map_err(|error| Failure::said("verify.checkpoint", &error))?
        }
        None => Vec::new(),
    };
    let library = Library::open(&args.reading).await?;
    // What the host compiled is not trusted here; a rule that many communities use is still compiled only once.
    let own = tempfile::tempdir().map_err(|error| Failure::file(&std::env::temp_dir(), &error))?;
    let engine = Engine::new(Allowance::replay(), house::compiler(), Some(own.path()))
        .map_err(|error| Failure::said("engine", &error))?;
    let communities = match &args.community {
        Some(community) => {
            library.known(community).await?;
            vec![community.clone()]
        }
        None => library.communities().await?,
    };
    // A community that was published and is no longer here is the largest cut of all.
    let gone = |own: &Claim| args.community.is_none() && !communities.contains(&own.community);
    if let Some(claim) = claims.iter().find(|own| gone(own)) {
        return Err(missing_ledger(claim));
    }
    let damage = library.store.damage().await?;
    if !damage.is_empty() {
        return Err(file_damaged(&damage));
    }
    let mut reports = Vec::new();
    for community in &communities {
        let asked = Asked {
            decisions: args.decisions,
            claims: &claims,
            since: since.iter().find(|own| own.community == *community),
        };
        reports.push(one(&library, &engine, community, asked).await?);
    }
    library.close().await;
    let good = reports.iter().all(|(report, _)| report.problems.is_empty());
    if args.json {
        let all: Vec<_> = reports.iter().map(as_json).collect();
        say(&serde_json::json!({ "ok": good, "communities": all }).to_string());
    } else {
        reports.iter().for_each(show);
    }
    if !good {
        return Err(Failure::Told);
    }
    if let Some(path) = &args.checkpoint {
        let reports: Vec<Report> = reports.into_iter().map(|(report, _)| report).collect();
        let text = checkpoint::write(&reports, args.decisions)
            .map_err(|error| Failure::said("verify.checkpoint", &error))?;
        replace(path, &text).map_err(|error| Failure::file(path, &error))?;
    }
    Ok(())
}

/// The published heads of all files.
fn claims(files: &[PathBuf]) -> Result<Vec<Claim>, Failure> {
    let mut all = Vec::new();
    for path in files {
        let text = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin())
        } else {
            std::fs::read_to_string(path)
        };
        let text = text.map_err(|error| Failure::file(path, &error))?;
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

fn missing_ledger(claim: &Claim) -> Failure {
    let (community, source) = (&claim.community, &claim.source);
    Failure::new(
        "verify.heads",
        format!(
            "{source} 公示过社区“{community}”，这个数据库里却没有它的账本。请核对数据库；只核对一个社区时加 --community。"
        ),
        format!(
            "{source} names community “{community}”, but this database has no ledger of it. Check the database; to verify one community alone add --community."
        ),
    )
}

/// Verifies one community under a bar; with how long it took.
async fn one(
    library: &Library,
    engine: &Engine,
    community: &Code,
    asked: Asked<'_>,
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

/// A new file beside the old one, then in its place: nobody reads half a checkpoint.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    std::fs::write(&new, text)?;
    std::fs::rename(&new, path)
}

fn show((report, took): &(Report, Duration)) {
    let Report {
        community,
        head,
        tree,
        compared,
        erased,
        forgotten,
        records,
        decisions,
        problems,
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
}

fn as_json((report, took): &(Report, Duration)) -> serde_json::Value {
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| serde_json::json!({ "place": problem.place, "what": problem.what }))
        .collect();
    serde_json::json!({
        "community": report.community.to_string(),
        "height": report.head.height,
        "hash": hex(&report.head.hash),
        "tree": hex(&report.tree),
        "heads_compared": report.compared,
        "texts_erased": report.erased,
        "residents_erased": report.forgotten,
        "elapsed_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "records_per_second": rate(report.records, *took),
        "records": report.records,
        "decisions": report.decisions,
        "problems": problems,
    })
}
