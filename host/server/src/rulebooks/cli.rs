//! `rongyi rule list`: how the rules of every community are doing, from the database: what all hosts counted until
//! a minute ago, also while they serve. It changes nothing.

use std::collections::BTreeMap;

use clap::Args;
use comfy_table::{Table, presets};
use rongyi_clerk::clock::{Clock, SystemClock, local};
use rongyi_clerk::rulebook::tally::Spread;
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_pages::{Lang, RuleState};
use rongyi_rules::{Allowance, Engine};
use serde_json::{Value, json};

use crate::door::terminal::{Failure, Library, Reading, foreign, say, say_json};
use crate::house::figures::Report;
use crate::house::{self, figures, load_archived};

/// Which rules to list.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi rule list
  rongyi rule list -c nanmen --json
  rongyi rule list --database sqlite:data/rongyi.db --past

正在服务的主机每分钟把计数写进数据库一次，停止时再写一次；这里看到的是所有主机加起来的数。
Serving hosts write their counts once a minute and when they stop; these are the sums of all hosts.")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    reading: Reading,
    /// 只看一个社区 / one community only
    #[arg(long, short, value_name = "CODE")]
    community: Option<Code>,
    /// 连停用的也列出 / also those that were replaced
    #[arg(long)]
    past: bool,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn list(args: ListArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let communities = match &args.community {
        // What stands here is in the database: a file that is wrong, be it a neighbour's or its own, changes none of it.
        Some(community) if library.communities().await?.contains(community) => {
            vec![community.clone()]
        }
        Some(community) => {
            library.known(community).await?;
            vec![community.clone()]
        }
        None => library.communities().await?,
    };
    let config = library.config.as_ref();
    let allowance = config.map_or_else(Allowance::replay, |config| config.limits.clone());
    // Code compiled by the serving host is used when it is there; a list makes no folder.
    let cache = config.and_then(house::known_cache);
    let engine = Engine::new(allowance, house::compiler(), cache)
        .map_err(|error| Failure::said("engine", &error))?;
    let now = SystemClock.now();
    let mut all = Vec::new();
    for code in &communities {
        let Some(frame) = library.store.frame(code).await? else {
            continue;
        };
        let rules = load_archived(&library.store, &engine, code, &[]).await?;
        let known = figures::figures(&library.store, code).await?;
        let (today, _) = local(now, &library.zone(code));
        let mut reports = figures::reports(&frame, &rules, known, today, now);
        reports.retain(|report| {
            args.past || report.state != RuleState::Past || report.figures.waiting > 0
        });
        all.push((code, reports));
    }
    if args.json {
        let all: Vec<Value> = all
            .iter()
            .map(|(code, reports)| {
                let rules: Vec<Value> = reports.iter().map(as_json).collect();
                json!({ "community": code.as_str(), "rules": rules })
            })
            .collect();
        say_json(&json!({ "communities": all }));
    } else {
        for (code, reports) in &all {
            show(code, reports);
        }
    }
    library.tell_left_out();
    library.close().await;
    Ok(())
}

fn show(code: &Code, reports: &[Report]) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "规则\nrule",
        "版本\nversion",
        "状态\nstate",
        "调用\ncalls",
        "不给分\nrefused",
        "故障\nfaults",
        "等待\nwaiting",
        "计算量 fuel\np50/p95/p99/max",
        "微秒 µs\np50/p95/p99/max",
    ]);
    for report in reports {
        let (set, figures) = (&report.set, &report.figures);
        table.add_row([
            set.name.to_string(),
            foreign(&set.version),
            state(report.state).to_owned(),
            figures.tally.calls.to_string(),
            figures.tally.refusals.to_string(),
            faults(&figures.tally.faults),
            figures.waiting.to_string(),
            four(&figures.tally.fuel),
            four(&figures.tally.micros),
        ]);
    }
    say(&format!("{code}\n{table}"));
    for report in reports {
        let set = &report.set;
        say(&format!(
            "{} {} · {} 起 / from {}",
            set.name,
            foreign(&set.version),
            set.active_from,
            set.active_from
        ));
        say(&format!("  指纹 digest     {}", hex(&set.component)));
        if let Some(rule) = &report.rule {
            let authors = foreign(&rule.about.authors.join(", "));
            say(&format!("  作者 author     {authors}"));
            say(&format!("  接口 interface  {}", rule.interface()));
            say(&format!("  限额 limits     {}", limits(rule)));
        }
        if let Some(fault) = &report.figures.health.last_fault {
            let (code, message) = (&fault.code, &fault.message);
            let message = foreign(message);
            say(&format!("  故障 last fault {code}: {message}"));
        }
        let key = report.remedy.key();
        let (zh, en) = (Lang::Zh.text(key), Lang::En.text(key));
        say(&format!("  怎么办 to do    {zh}\n                  {en}"));
    }
}

fn faults(all: &BTreeMap<String, u64>) -> String {
    if all.is_empty() {
        return "0".to_owned();
    }
    let all: Vec<String> = all
        .iter()
        .map(|(code, count)| format!("{code} {count}"))
        .collect();
    all.join("\n")
}

fn limits(rule: &rongyi_rules::Rule) -> String {
    let limits = rule.limits();
    let kib = limits.memory_bytes.div_ceil(1024);
    format!("{}: {} fuel, {kib} KiB", limits.tier, limits.fuel_call)
}

fn state(state: RuleState) -> &'static str {
    match state {
        RuleState::Active => "执行中 active",
        RuleState::Planned => "待生效 planned",
        RuleState::Past => "已停用 past",
        RuleState::Parked => "已暂停 parked",
    }
}

fn four(spread: &Spread) -> String {
    spread.percentiles().map_or_else(
        || "—".to_owned(),
        |[half, most, nearly, max]| format!("{half}/{most}/{nearly}/{max}"),
    )
}

fn as_json(report: &Report) -> Value {
    let (set, figures) = (&report.set, &report.figures);
    let rule = report.rule.as_ref();
    let spread = |spread: &Spread| {
        spread
            .percentiles()
            .map(|[p50, p95, p99, max]| json!({ "p50": p50, "p95": p95, "p99": p99, "max": max }))
    };
    let at = |at: rongyi_core::time::Instant| {
        jiff::Timestamp::from_microsecond(at.0).map_or(Value::Null, |at| json!(at.to_string()))
    };
    let health = &figures.health;
    let key = report.remedy.key();
    json!({
        "rule_set": set.no.0,
        "name": set.name.as_str(),
        "title": { "zh": set.title.zh, "en": set.title.en },
        "version": set.version,
        "digest": hex(&set.component),
        "authors": rule.map(|rule| rule.about.authors.clone()),
        "interface": rule.map(|rule| rule.interface()),
        "limits": rule.map(|rule| {
            let limits = rule.limits();
            json!({ "tier": limits.tier.name(), "fuel": limits.fuel_call, "memory_bytes": limits.memory_bytes })
        }),
        "active_from": set.active_from.to_string(),
        "state": match report.state {
            RuleState::Active => "active",
            RuleState::Planned => "planned",
            RuleState::Past => "past",
            RuleState::Parked => "parked",
        },
        "calls": figures.tally.calls,
        "refusals": figures.tally.refusals,
        "faults": figures.tally.faults,
        "fuel": spread(&figures.tally.fuel),
        "micros": spread(&figures.tally.micros),
        "waiting": figures.waiting,
        "last_fault": health.last_fault.as_ref().map(|fault| json!({
            "code": fault.code, "message": fault.message, "at": at(fault.at),
        })),
        "parked": health.parked.as_ref().map(|parked| json!({
            "since": at(parked.since), "next_try": at(parked.next_at), "tries": parked.tries,
        })),
        "what_to_do": { "zh": Lang::Zh.text(key), "en": Lang::En.text(key) },
    })
}
