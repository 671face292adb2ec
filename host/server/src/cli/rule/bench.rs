//! `rongyi rule bench`: what each hook takes when it is asked what the scenarios ask, and how much is left of its
//! limits. Fuel is the same on every machine; time is this one's.

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use rongyi_kit::ask::Ask;
use rongyi_kit::desk::scenario_file;
use rongyi_kit::measure::measure;

use super::InFolder;
use crate::cli::{Failure, say};

/// How long to measure.
#[derive(Debug, Args)]
pub(in crate::cli) struct BenchArgs {
    #[command(flatten)]
    rule: InFolder,
    /// 每个例子问几遍 / how often each scenario is asked
    #[arg(long, value_name = "N", default_value_t = 200)]
    rounds: u16,
}

pub(super) fn run(args: &BenchArgs) -> Result<(), Failure> {
    let (folder, desk) = args.rule.desk()?;
    let mut rules = Vec::new();
    for path in folder.scenario_files()? {
        let (_, file) = scenario_file(&path)?;
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
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header([
        "入口\nhook",
        "次数\ncalls",
        "最多燃料\nmost fuel",
        "上限\nlimit",
        "余量\nheadroom",
        "内存 KiB\nmemory",
        "中位 µs\nmedian",
        "p99 µs",
    ]);
    for row in &rows {
        let percent = row
            .fuel_limit
            .saturating_sub(row.fuel_max)
            .saturating_mul(100);
        let percent = percent.checked_div(row.fuel_limit).unwrap_or(0);
        let micros = |time: std::time::Duration| match time.as_micros() {
            0 => "–".to_owned(),
            micros => micros.to_string(),
        };
        table.add_row([
            row.hook.to_owned(),
            row.calls.to_string(),
            row.fuel_max.to_string(),
            row.fuel_limit.to_string(),
            format!("{percent} %"),
            format!("{} / {}", row.memory_max >> 10, row.memory_limit >> 10),
            micros(row.median),
            micros(row.p99),
        ]);
    }
    for column in 1..8 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    say(&table.to_string());
    say(
        "每次都是全新的实例：装入、读参数、回答、核对。余量不到一半时要留心：事项多、参数多时会用得更多。",
    );
    say(
        "Each call is a fresh instance: load, parameters, answer, check. Below half of headroom, take care: more parameters take more.",
    );
    Ok(())
}
