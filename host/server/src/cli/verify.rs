//! `rongyi verify`: prints what a verification of the ledger found. Reads only; the work is in
//! [`crate::verify`].

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_rules::{Allowance, Engine};

use super::{Failure, Library, Reading, on_terminal, say, tell};
use crate::verify::{self, Decisions, Report};

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
    let library = Library::open(&args.reading).await?;
    let engine =
        Engine::new(Allowance::replay(), None).map_err(|error| Failure::said("engine", &error))?;
    let communities = match &args.community {
        Some(community) => {
            library.known(community).await?;
            vec![community.clone()]
        }
        None => library.communities().await?,
    };
    let mut reports = Vec::new();
    for community in &communities {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let mut progress = |done, all| {
            if on_terminal() {
                bar.set_length(all);
                bar.set_position(done);
            }
        };
        let report = verify::run(
            &library.store,
            &engine,
            community,
            args.decisions,
            &mut progress,
        )
        .await;
        bar.finish_and_clear();
        reports.push(report.map_err(|error| Failure::said("verify", &error))?);
    }
    library.close().await;
    let good = reports.iter().all(|report| report.problems.is_empty());
    if args.json {
        let all: Vec<_> = reports.iter().map(as_json).collect();
        say(&serde_json::json!({ "ok": good, "communities": all }).to_string());
    } else {
        reports.iter().for_each(show);
    }
    if good { Ok(()) } else { Err(Failure::Told) }
}

fn show(report: &Report) {
    let Report {
        community,
        head,
        records,
        decisions,
        problems,
    } = report;
    let (height, hash) = (head.height, hex(&head.hash));
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
    say(&format!(
        "  {records} 条记录 records, 重做 {decisions} 个决定 decisions asked again"
    ));
}

fn as_json(report: &Report) -> serde_json::Value {
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| serde_json::json!({ "place": problem.place, "what": problem.what }))
        .collect();
    serde_json::json!({
        "community": report.community.to_string(),
        "height": report.head.height,
        "hash": hex(&report.head.hash),
        "records": report.records,
        "decisions": report.decisions,
        "problems": problems,
    })
}
