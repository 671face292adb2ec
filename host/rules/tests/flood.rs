//! The misdeeds of `tests/guests/hostile` again and again: memory is back where it was.
//! A test of its own, because it looks at the memory of the whole process.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests")]

use rongyi_core::rule::{Denial, EarnAsk};
use rongyi_rules::{Allowance, Compiler, Engine};

fn event(kind: &str) -> EarnAsk {
    EarnAsk {
        kind: kind.parse().unwrap(),
        quantity: 1,
        fields: vec![],
        roles: vec!["doer".parse().unwrap()],
        on: "2026-11-23".parse().unwrap(),
        minute: 600,
        facts: vec![],
        traits: vec![],
        seed: [0; 16],
    }
}

/// Bytes of this process that are in memory now.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// 20,000 calls, every misdeed in turns; `RONGYI_HOSTILE_CALLS` asks for more (`tests/run --long`: a million).
#[test]
#[expect(
    clippy::print_stdout,
    reason = "the result of the long run is recorded"
)]
fn memory_is_back_where_it_was_after_many_hostile_calls() {
    const GROWTH_MAX: usize = 16 << 20;
    let calls: usize =
        std::env::var("RONGYI_HOSTILE_CALLS").map_or(20_000, |text| text.parse().unwrap());
    let mut allowance = Allowance::default();
    allowance.small.instances = 4;
    allowance.small.deadline_ms = 600_000;
    let engine = Engine::new(allowance, Compiler::InProcess, None).unwrap();
    let rule = engine.load(rongyi_bundled::HOSTILE, "{}").unwrap();
    assert!(rule.is_baked());
    let kinds: Vec<EarnAsk> = rule
        .plan
        .kinds
        .iter()
        .map(|kind| event(kind.code.as_str()))
        .collect();
    let throw = |calls: usize| {
        let asks = kinds.iter().cycle().take(calls);
        asks.filter(|ask| matches!(rule.earn(ask), Err(Denial::Failed(_))))
            .count()
    };
    throw(kinds.len() * 50);
    let before = resident();
    let faults = throw(calls);
    let after = resident();
    assert!(faults * 2 > calls, "{faults} faults in {calls} calls");
    assert!(
        after <= before + GROWTH_MAX,
        "{before} bytes before, {after} after {calls} calls"
    );
    assert!(rule.earn(&event("good")).is_ok());
    println!(
        "{calls} hostile calls, {faults} faults: {} KiB before, {} KiB after",
        before >> 10,
        after >> 10
    );
}
