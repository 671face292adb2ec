//! Times one rule, asked in several ways, in one run, and prints one table of ratios. The ways take turns, so that
//! whatever else the machine does falls on all of them.
//!
//!     cargo run --release --manifest-path tests/compare/Cargo.toml
//!
//! A figure of a shared machine is worth little, a ratio more. What is not measured: the ledger around the rule.

mod load;
mod peers;

use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table};

use peers::{Components, Extism, Native};

/// One way to ask.
struct Way<'w> {
    name: String,
    ask: Box<dyn FnMut() -> anyhow::Result<i32> + 'w>,
    /// Microseconds of one call, one figure for each turn.
    turns: Vec<f64>,
}

impl<'w> Way<'w> {
    fn new(name: impl Into<String>, ask: impl FnMut() -> anyhow::Result<i32> + 'w) -> Self {
        Way {
            name: name.into(),
            ask: Box::new(ask),
            turns: Vec::new(),
        }
    }

    /// Asks for `span`, and notes the mean.
    fn turn(&mut self, span: Duration) -> anyhow::Result<()> {
        let (began, mut calls) = (Instant::now(), 0_u32);
        while began.elapsed() < span {
            (self.ask)()?;
            calls += 1;
        }
        let micros = began.elapsed().as_secs_f64() * 1e6;
        self.turns.push(micros / f64::from(calls));
        Ok(())
    }

    /// The middle of the turns, and the best one: what the machine can do when left alone.
    fn result(&self) -> (f64, f64) {
        let mut turns = self.turns.clone();
        turns.sort_by(f64::total_cmp);
        (turns[turns.len() / 2], turns[0])
    }
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // The host compiles rules in a process of its own; here that is this program.
        ["compile-rule"] => {
            rongyi_rules::compile_one(std::io::stdin().lock(), std::io::stdout().lock())?;
            Ok(())
        }
        ["load", folder] => load::measure(folder.as_ref()),
        [] => {
            calls(20)?;
            load::fill_and_measure()
        }
        _ => anyhow::bail!("usage: compare"),
    }
}

/// Every way to ask the points table with this many kinds, in turns.
fn calls(kinds: usize) -> anyhow::Result<()> {
    let params = peers::params(kinds);
    let ours = Components::new()?;
    let baked = ours.small(&params, true)?;
    let plain = ours.small(&params, false)?;
    let mut native = Native::new(&params)?;
    let mut warm = Extism::new(&params)?;
    let cold = Extism::new(&params)?;
    let mut ways = vec![
        Way::new("native Rust call", move || native.ask()),
        Way::new("ours: fresh, limited, typed; parameters baked in", || {
            peers::ask(&baked)
        }),
        Way::new("ours: the same, configured in each call", || {
            peers::ask(&plain)
        }),
        Way::new("Extism: warm call, state kept, JSON", move || warm.ask()),
        Way::new("Extism: fresh plugin and call, JSON", move || {
            cold.ask_fresh()
        }),
    ];
    for (language, variable) in [("JavaScript", "RULE_JAVASCRIPT"), ("Python", "RULE_PYTHON")] {
        if let Some(rule) = ours.in_language(variable)? {
            let tier = rule.limits().tier;
            let name = format!("ours: {language}, tier {tier}, fresh, configured in each call");
            ways.push(Way::new(name, move || peers::ask(&rule)));
        }
    }
    let answers = ways
        .iter_mut()
        .map(|way| (way.ask)())
        .collect::<anyhow::Result<Vec<_>>>()?;
    anyhow::ensure!(
        answers.iter().all(|one| *one == answers[0]),
        "the ways answer differently: {answers:?}"
    );
    for turn in 0..21 {
        for way in &mut ways {
            way.turn(Duration::from_millis(if turn == 0 { 500 } else { 150 }))?;
        }
    }
    let of = |way: usize| ways[way].result();
    let (warm, fresh) = (of(3), of(4));
    let mut table = Table::new();
    table.set_header([
        "one earn, 20 kinds",
        "µs, middle",
        "µs, best",
        "calls/s, best",
        "× Extism warm",
        "Extism fresh ÷",
    ]);
    for way in &ways {
        let (middle, best) = way.result();
        table.add_row([
            way.name.clone(),
            format!("{middle:.2}"),
            format!("{best:.2}"),
            format!("{:.0}", 1e6 / best),
            format!("{:.2}", best / warm.1),
            format!("{:.1}", fresh.1 / best),
        ]);
    }
    for column in 1..6 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    Ok(())
}
