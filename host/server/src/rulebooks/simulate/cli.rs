//! `rongyi simulate`: tries a rule book on what really happened, and says what would have come of it. It writes nothing.

use std::path::PathBuf;

use clap::Args;
use comfy_table::{Table, presets};
use rongyi_config as config;
use rongyi_core::ids::Code;
use rongyi_core::shown;
use rongyi_core::time::LocalDate;
use rongyi_pages::format;
use rongyi_store::Store;

use super::web::of_sort;
use super::{Both, Candidate, Outcome, SimulateError, Sort, Window, every, run as simulate, told};
use crate::door::terminal::{Failure, Installation, foreign, say, say_json};
use crate::house;

/// What to try, and on what.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi simulate -c nanmen --rules new.toml
  rongyi simulate -c nanmen --rules new.toml --from 2026-07-01 --to 2026-09-30
  rongyi simulate -c nanmen --rules new.toml --json
  rongyi simulate -c nanmen    用现在执行的规则重走一遍 / what today's rules would have made of it
  rongyi simulate --every --rules next-quarter    一个文件夹里每个社区的候选 / every community's candidate in a folder

真实的账按先后顺序重走一遍，只把规则换成候选的；什么都不写，正在服务时也可以试。
What really happened is gone through in order under the candidate; nothing is written, and a host may serve meanwhile.
兑换单照当时的下；积分不够的照样换，记作欠分，并写明多少户。
Orders are taken as they were made; where points are missing they are owed, and it is told how many households that is.")]
pub(crate) struct SimulateArgs {
    #[command(flatten)]
    installation: Installation,
    /// 社区代号 / the community's code
    #[arg(long, short, value_name = "CODE", required_unless_present = "every")]
    community: Option<Code>,
    /// 每个社区都试，几个处理器就同时试几个 / every community, as many at a time as there are processors
    #[arg(long, conflicts_with = "community")]
    every: bool,
    /// 候选规则：一份社区 TOML，和 --every 一起时是装着“代号.toml”的文件夹；不写就用现在执行的 / the candidate: a community's TOML, with --every a folder of CODE.toml; what is in force now without it
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// 从哪一天起，例如 2026-07-01 / the first day
    #[arg(long, value_name = "DAY")]
    from: Option<LocalDate>,
    /// 到哪一天止 / the last day
    #[arg(long, value_name = "DAY")]
    to: Option<LocalDate>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Self {
        let (code, text) = (error.code(), error.text());
        match error {
            SimulateError::Wrong(found) => Failure::Config(found),
            SimulateError::Store(_)
            | SimulateError::Open(_)
            | SimulateError::CommunityUnknown(_)
            | SimulateError::OtherCommunity(_)
            | SimulateError::Backwards { .. }
            | SimulateError::TooEarly { .. }
            | SimulateError::Empty { .. }
            | SimulateError::Refused(_)
            | SimulateError::Fault { .. }
            | SimulateError::Period { .. }
            | SimulateError::Damaged { .. } => Failure::Failed { code, text },
        }
    }
}

/// A host that serves on the same machine goes first: this thread takes what is left. Where the system does not allow it, trying
/// is only less polite.
pub(crate) fn politely() {
    let _ = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min);
}

pub(crate) async fn run(args: &SimulateArgs) -> Result<(), Failure> {
    let window = Window {
        from: args.from,
        to: args.to,
    };
    let Some(community) = &args.community else {
        let wanted = every::Wanted {
            installation: &args.installation,
            rules: args.rules.as_deref(),
            window,
            json: args.json,
        };
        return every::run(&wanted).await;
    };
    let found = tried(args, community, window).await;
    match found {
        Ok(outcome) if args.json => say_json(&told::as_json(&outcome)),
        Ok(outcome) => show(&outcome),
        Err(Failure::Config(found)) if args.json => {
            say_json(&config::to_json(&found));
            return Err(Failure::Config(Vec::new()));
        }
        Err(failure) => return Err(failure),
    }
    Ok(())
}

async fn tried(args: &SimulateArgs, community: &Code, window: Window) -> Result<Outcome, Failure> {
    let parted = args.installation.load()?;
    let config = parted.config;
    let store = Store::open_read_only(&config.database_url).await?;
    // The folder of compiled rules is used when it is there; trying makes none.
    let frame = store.frame(community).await?;
    let entries = frame.map_or(0, |frame| frame.head.next_seq);
    let engine = house::engine_for(&config, house::known_cache(&config), entries)?;
    let rules = (&config, args.rules.as_deref());
    let candidate = Candidate::wanted(&store, &engine, community, rules).await?;
    let candidate = candidate.hurried();
    let outcome = simulate(&store, community, candidate, window, &mut |_, _| ()).await?;
    Ok(outcome)
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let sides = ["账上\nledger", "候选\ncandidate", "相差\nmore"];
    table.set_header(heads.iter().copied().chain(sides));
    table
}

fn row(table: &mut Table, names: &[String], both: Both) {
    let numbers = [
        format::number(both.ledger),
        format::number(both.candidate),
        told::signed(both.more()),
    ];
    table.add_row(names.iter().cloned().chain(numbers));
}

pub(crate) fn show(outcome: &Outcome) {
    let tally = &outcome.tally;
    say(&format!(
        "{} · {} – {} · {} 笔 entries",
        outcome.community,
        outcome.from,
        outcome.to,
        format::number(tally.entries)
    ));
    for said in told::sentences(outcome) {
        let (zh, en) = (shown::line(&said.zh), shown::line(&said.en));
        say(&format!("· {zh}\n  {en}"));
    }
    let flows = &tally.flows;
    let mut totals = table(&["合计\ntotals"]);
    for (name, both) in [
        ("发出 issued", flows.issued),
        ("扣减、更正 deducted", flows.deducted),
        ("兑换 spent", flows.spent),
        ("作废 lapsed", flows.lapsed),
        ("时长（分钟） minutes", flows.minutes),
        ("期末大家手里 held at the end", tally.held()),
    ] {
        row(&mut totals, &[name.to_owned()], both);
    }
    say(&totals.to_string());
    if outcome.is_ledger() {
        return;
    }
    let mut months = table(&["月份\nissued in"]);
    for (index, of) in &tally.months {
        row(&mut months, &[told::month(*index)], of.issued);
    }
    say(&months.to_string());
    let mut kinds = table(&["事项\nkind", "件\nevents", "没规则管\nno rule"]);
    for (code, of) in &tally.kinds {
        let title = told::kind_title(outcome, code);
        let names = [
            format!("{}\n{code}", foreign(&title.zh)),
            of.events.to_string(),
            of.unruled.to_string(),
        ];
        row(&mut kinds, &names, of.points);
    }
    say(&kinds.to_string());
    show_groups(outcome);
    show_refusals(outcome);
    for (gain, title) in [(true, "多得最多 gain most"), (false, "少得最多 lose most")] {
        let all = told::most(outcome, gain);
        if all.is_empty() {
            continue;
        }
        let mut holders = table(&[title]);
        for (whose, of) in all {
            let name = told::holder(whose);
            row(
                &mut holders,
                &[format!("{}\n{}", name.zh, name.en)],
                of.earned,
            );
        }
        say(&holders.to_string());
    }
    show_changed(outcome);
}

fn show_groups(outcome: &Outcome) {
    for sort in Sort::ALL {
        let title = sort.title();
        let title = format!("{}\n{}", title.zh, title.en);
        let mut groups = table(&[&title, "户（人）\nholders", "多得\ngain", "少得\nlose"]);
        for (group, of) in of_sort(outcome, sort) {
            let title = group.title();
            let names = [
                format!("{}\n{}", title.zh, title.en),
                of.holders.to_string(),
                of.gain.to_string(),
                of.lose.to_string(),
            ];
            row(&mut groups, &names, of.earned);
        }
        if !groups.is_empty() {
            say(&groups.to_string());
        }
    }
}

fn show_refusals(outcome: &Outcome) {
    if outcome.tally.refusals.is_empty() {
        return;
    }
    let mut refusals = Table::new();
    refusals.load_style(presets::UTF8_HORIZONTAL_ONLY);
    refusals.set_header([
        "不给的理由\nrefusal",
        "会多\nappear",
        "会少\nvanish",
        "例\nexample",
    ]);
    for ((kind, code), of) in &outcome.tally.refusals {
        let kind = kind
            .as_ref()
            .map_or(String::new(), |kind| format!("{kind}\n"));
        let example = told::refusal(outcome, of);
        refusals.add_row([
            format!("{kind}{code}"),
            of.appear.to_string(),
            of.vanish.to_string(),
            format!("{}\n{}", foreign(&example.zh), foreign(&example.en)),
        ]);
    }
    say(&refusals.to_string());
}

fn show_changed(outcome: &Outcome) {
    if outcome.tally.changed.is_empty() {
        return;
    }
    say("变得最多的 / most changed");
    for changed in &outcome.tally.changed {
        let title = told::entry_title(outcome, changed);
        let whose = changed.holder.map(told::holder);
        let whose = whose.map_or_else(String::new, |whose| format!(" · {}", whose.zh));
        say(&format!(
            "  #{} {} {}{whose}  {} → {}",
            changed.entry,
            changed.day,
            foreign(&title.zh),
            told::signed(changed.points.ledger),
            told::signed(changed.points.candidate)
        ));
        let (before, after) = told::whys(outcome, changed);
        for (side, lines) in [("账上 ledger   ", before), ("候选 candidate", after)] {
            for line in lines {
                let (zh, en) = (shown::line(&line.zh), shown::line(&line.en));
                say(&format!("      {side}  {zh}\n                      {en}"));
            }
        }
    }
}
