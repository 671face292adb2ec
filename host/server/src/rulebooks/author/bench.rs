//! `rongyi rule bench`: what each hook takes when it is asked what the scenarios ask, and how much is left of its
//! limits. Fuel is the same on every machine; time is this one's.

use std::time::Duration;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use rongyi_kit::ask::Ask;
use rongyi_kit::desk::Terms;
use rongyi_kit::measure::{Measured, measure};
use rongyi_kit::scenarios;

use super::{InFolder, OnHost};
use crate::door::terminal::{Failure, say};

/// How long to measure.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    rule: InFolder,
    /// 每个例子问几遍 / how often each scenario is asked
    #[arg(long, value_name = "N", default_value_t = 200)]
    rounds: u16,
    /// 像服务的主机那样，参数先算好存进内存（small 一档才有区别） / with the parameters baked in, as on a serving host; it makes a difference in the tier small
    #[arg(long)]
    baked: bool,
    #[command(flatten)]
    host: OnHost,
}

pub(super) fn run(args: &BenchArgs) -> Result<(), Failure> {
    let (folder, desk) = args.rule.trying(|folder| {
        let terms = args.host.terms(folder)?;
        Ok(Terms {
            bake: args.baked,
            ..terms
        })
    })?;
    let mut rules = Vec::new();
    for path in folder.scenario_files()? {
        let (_, file) = scenarios::read_file(&path)?;
        for scenario in &file.scenario {
            let named = scenario.params.as_deref();
            let Some(rule) = named.and_then(|name| desk.rule_of(&file, name)) else {
                continue;
            };
            let plan = rongyi_rules::scenario::plan(&rule.plan);
            if let Ok(ask) = Ask::of_scenario(scenario, &plan) {
                rules.push((rule, ask));
            }
        }
    }
    if rules.is_empty() {
        return Err(Failure::new(
            "kit.bench",
            "例子里没有可以问的事项或购物篮，所以没有可量的。请先在 scenarios.toml 里写一个。",
            "No scenario asks an event or a basket, so there is nothing to measure. Write one in scenarios.toml first.",
        ));
    }
    let asks: Vec<_> = rules.iter().map(|(rule, ask)| (rule, ask)).collect();
    let rows = measure(&asks, args.rounds.max(1).into()).map_err(|fault| {
        Failure::new(
            "kit.bench",
            format!("[{}] {}", fault.code, fault.message),
            "",
        )
    })?;
    say(&table(&rows).to_string());
    if args.baked {
        say("参数已经存进内存，和服务的主机一样。 Parameters are baked in, as on a serving host.");
    }
    say(
        "每次都是全新的实例：装入、读参数、回答、核对。余量不到一半时要留心：事项多、参数多时会用得更多。“–”是没有例子问到它。",
    );
    say(
        "Each call is a fresh instance: load, parameters, answer, check. Below half of headroom, take care: more parameters take more. A “–” stands where no scenario asks.",
    );
    Ok(())
}

fn table(rows: &[Measured]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header([
        "入口\nhook",
        "次数\ncalls",
        "最多燃料 / 上限\nmost fuel / limit",
        "余量\nheadroom",
        "内存 KiB / 上限\nmemory / limit",
        "余量\nheadroom",
        "中位 µs\nmedian",
        "p99 µs / 上限\np99 / limit",
        "余量\nheadroom",
    ]);
    for row in rows {
        if row.calls == 0 {
            let nothing = std::iter::repeat_n("–", 8);
            table.add_row(std::iter::once(row.hook).chain(nothing));
            continue;
        }
        let bytes = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        table.add_row([
            row.hook.to_owned(),
            row.calls.to_string(),
            format!("{} / {}", row.fuel_max, row.fuel_limit),
            headroom(row.fuel_max, row.fuel_limit),
            format!("{} / {}", row.memory_max >> 10, row.memory_limit >> 10),
            headroom(bytes(row.memory_max), bytes(row.memory_limit)),
            micros(row.median).to_string(),
            format!("{} / {}", micros(row.p99), micros(row.deadline)),
            headroom(micros(row.p99), micros(row.deadline)),
        ]);
    }
    for column in 1..9 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// What is left of a limit, in whole percent.
fn headroom(used: u64, limit: u64) -> String {
    let left = limit.saturating_sub(used).saturating_mul(100);
    format!("{} %", left.checked_div(limit).unwrap_or(0))
}
