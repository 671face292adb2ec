//! `rongyi rule replay`: for the author of a rule, what it was asked, with which parameters, and what it wrote to its log.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use rongyi_clerk::clock::{Clock as _, SystemClock, local};
use rongyi_core::chain::hex;
use rongyi_core::rule::{Decision, Denial, Refusal};
use rongyi_kit::kept;
use rongyi_rules::{Allowance, Engine};

use super::{Desk, ReplayError, Replayed};
use crate::door::terminal::{Failure, InCommunity, Library, Reading, foreign, say_json, seq, tell};
use crate::house::{self, load_archived};

/// Which question.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi rule replay -c nanmen --entry 57 > events.jsonl
  rongyi rule replay -c nanmen --waiting --keep kitchen-waste/scenarios/seen.toml

标准输出是 events.jsonl 的行，`rongyi rule run --events` 可以直接用；规则、参数、日志和当时的结果写在标准错误。
规则看不到是谁，所以这些行里也没有人：居民是 1，户是 1。什么也不写进账本。
The lines of the standard output are those of events.jsonl, for `rongyi rule run --events`; rule, parameters, log and what
came of it go to the standard error. A rule does not see who it is about, so nobody is named: the resident is 1, of
household 1. Nothing is written to the ledger.")]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 账上哪一笔 / the entry
    #[arg(long, value_name = "N", value_parser = seq, group = "which")]
    entry: Option<u64>,
    /// 所有等着规则改好的事项 / all events that wait for the rule to be mended
    #[arg(long, group = "which")]
    waiting: bool,
    /// 也作为例子加进这个文件 / also add them to this file, as scenarios
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Store(error) => error.into(),
            ReplayError::NoEntry(entry) => Failure::new(
                "replay.entry",
                format!("账上没有第 {entry} 笔。号码在“为什么”那一页和 rongyi passbook 里。"),
                format!(
                    "There is no entry {entry}. Its number stands on the page “why” and in `rongyi passbook`."
                ),
            ),
            ReplayError::NotAnEvent(entry) => Failure::new(
                "replay.event",
                format!(
                    "第 {entry} 笔不是规则算的事项，没有可以再问的。兑换单的价钱还不能这样重现。"
                ),
                format!(
                    "Entry {entry} is no event that a rule decided, so there is nothing to ask again. Prices of orders cannot be replayed this way yet."
                ),
            ),
            ReplayError::NotLoaded(entry) => Failure::new(
                "replay.rule",
                format!("第 {entry} 笔的规则在这台机器上装不起来，原因见上面的日志。"),
                format!("The rule of entry {entry} cannot be loaded here; the log above says why."),
            ),
        }
    }
}

pub(crate) async fn run(args: ReplayArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let code = &args.place.community;
    library.known(code).await?;
    let config = library.config.as_ref();
    let allowance = config.map_or_else(Allowance::replay, |config| config.limits.clone());
    let allowance = Allowance {
        bake: false,
        ..allowance
    };
    let engine = Engine::new(
        allowance,
        house::compiler(),
        config.and_then(house::known_cache),
    );
    let engine = engine.map_err(|error| Failure::said("engine", &error))?;
    let now = SystemClock.now();
    let desk = Desk {
        store: &library.store,
        community: code,
        rules: load_archived(&library.store, &engine, code, &[]).await?,
        today: local(now, &library.zone(code)).0,
        now,
    };
    let all = match args.entry {
        Some(entry) => vec![desk.entry(entry).await?],
        None => desk.waiting().await?,
    };
    if all.is_empty() {
        tell("没有等待的事项。 No event waits.");
    }
    for one in &all {
        say_json(&kept::event_line(&one.set.plan, &one.ask));
        told(one);
        if let Some(file) = &args.keep {
            keep(file, one)?;
        }
    }
    library.tell_left_out();
    library.close().await;
    Ok(())
}

/// What an author wants to know beside the question.
fn told(one: &Replayed) {
    let set = &one.set;
    tell(&format!(
        "#{} {} {}  sha256 {}",
        one.entry,
        set.name,
        foreign(&set.version),
        hex(&set.component)
    ));
    tell(&format!("  参数 params: {}", foreign(&one.params)));
    if one.traits_of_today {
        tell(
            "  特征用的是今天的，当时的账上没有记。 Traits are those of today; the ledger does not keep which they were.",
        );
    }
    let recorded = one.recorded.as_ref().map(answered);
    let recorded = recorded.unwrap_or_else(|| "等待 waiting".to_owned());
    tell(&format!("  账上 recorded: {recorded}"));
    let heard = match &one.heard {
        Ok(decision) => decided(decision),
        Err(Denial::Refused(refusal)) => refused(refusal),
        Err(Denial::Failed(fault)) => format!("[{}] {}", fault.code, foreign(&fault.message)),
    };
    tell(&format!("  现在 now: {heard}"));
    for line in &one.trace.log {
        tell(&format!("  日志 log: {}", foreign(&line.text)));
    }
}

fn answered(answer: &Result<Decision, Refusal>) -> String {
    match answer {
        Ok(decision) => decided(decision),
        Err(refusal) => refused(refusal),
    }
}

fn decided(decision: &Decision) -> String {
    let awards = decision.awards.iter();
    let awards = awards.map(|award| format!("{:+} {} → {}", award.amount, award.asset, award.role));
    let awards: Vec<_> = awards.collect();
    if awards.is_empty() {
        "0".to_owned()
    } else {
        awards.join(", ")
    }
}

fn refused(refusal: &Refusal) -> String {
    format!("✗ {}", refusal.code)
}

/// Adds the question to a file of scenarios, unless it stands there.
fn keep(file: &Path, one: &Replayed) -> Result<(), Failure> {
    let name = format!("entry-{}", one.entry);
    let question = (&one.set.plan, &one.ask);
    let more = kept::as_scenario(&name, &one.params, question, one.recorded.as_ref())?;
    let old = match rongyi_files::read_text(file, 16 << 20) {
        Ok(text) => text,
        Err(trouble) if trouble.is_missing() => String::new(),
        Err(trouble) => return Err(Failure::trouble(&trouble)),
    };
    let both = format!("{}\n{more}", old.trim_end());
    rongyi_kit::scenarios::read(&file.display().to_string(), both.trim_start())?;
    let written = std::fs::File::options()
        .create(true)
        .append(true)
        .open(file);
    let written = written.and_then(|mut open| write!(open, "\n{more}"));
    written.map_err(|error| Failure::file(file, &error))?;
    if one.recorded.is_none() {
        tell(&format!(
            "  {}：{name} 的 expect 空着，写上应该得什么。 The expect of {name} is empty: write what it should have been.",
            file.display()
        ));
    }
    Ok(())
}
