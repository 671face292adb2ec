//! Modules and components that nobody wrote: drawn by `wasm-smith` from a seed, and good ones with bytes turned.
//! Each is refused by name or loaded; what is loaded answers within its limits, and twice the same.
//!
//! `RONGYI_HOSTILE_DRAWN` says how many of each (`tests/run --long`: thousands); a failure names its seed.

use std::collections::BTreeMap;

use arbitrary::Unstructured;
use rongyi_core::chain::sha256;
use rongyi_core::rule::{Blame, CloseAsk, Denial, Fault};
use rongyi_rules::{LoadError, Rule, Usage};
use wasm_smith::{Component, Config, Module};

use crate::craft::{Craft, grafted};
use crate::{basket, code, engine, event, wat};

/// Every code a file may be refused with.
const REFUSALS: [&str; 12] = [
    "load.size",
    "load.resources",
    "load.tier",
    "load.not-component",
    "load.invalid",
    "load.compiler",
    "world.import",
    "world.export",
    "world.version",
    "plugin.describe",
    "config.schema",
    "config.plugin",
];

/// Every code a call may fail with.
const FAULTS: [&str; 15] = [
    "limit.fuel",
    "limit.memory",
    "limit.stack",
    "plugin.panic",
    "trap.unreachable",
    "trap.division",
    "trap.overflow",
    "trap.call",
    "trap.memory",
    "trap.table",
    "trap.other",
    "output.size",
    "output.utf8",
    "output.invalid",
    "output.rule",
];

fn many(otherwise: u64) -> u64 {
    std::env::var("RONGYI_HOSTILE_DRAWN").map_or(otherwise, |text| text.parse().unwrap())
}

/// Bytes that depend on the seed alone.
fn bytes(what: &str, seed: u64, length: usize) -> Vec<u8> {
    let blocks =
        (0..length.div_ceil(32)).flat_map(|n| sha256(format!("{what} {seed} {n}").as_bytes()));
    blocks.take(length).collect()
}

/// What came of it: how often each outcome.
#[derive(Default)]
struct Tally(BTreeMap<String, u64>);

impl Tally {
    fn count(&mut self, outcome: &str) {
        *self.0.entry(outcome.to_owned()).or_default() += 1;
    }

    fn of(&self, outcome: &str) -> u64 {
        self.0.get(outcome).copied().unwrap_or(0)
    }

    /// Loads it and, when it is a rule, asks it everything.
    fn take(&mut self, what: &str, component: &[u8]) {
        match engine().load(component, "{}") {
            Ok(rule) => {
                self.count("loaded");
                self.ask(what, &rule);
            }
            Err(error) => {
                is_named(what, &error);
                self.count(error.code);
            }
        }
    }

    fn ask(&mut self, what: &str, rule: &Rule) {
        let kind = rule
            .plan
            .kinds
            .first()
            .map_or("kind", |kind| kind.code.as_str());
        let earn = event(kind);
        let (price, close) = (basket("tea"), closing());
        self.answer(what, rule, || rule.earn_metered(&earn));
        self.answer(what, rule, || rule.price_metered(&price));
        self.answer(what, rule, || rule.close_metered(&close));
    }

    fn answer<T: PartialEq + std::fmt::Debug>(
        &mut self,
        what: &str,
        rule: &Rule,
        ask: impl Fn() -> (Result<T, Denial<Fault>>, Usage),
    ) {
        let (answer, used) = ask();
        assert_eq!(
            (&answer, used),
            (&ask().0, ask().1),
            "{what}: twice the same"
        );
        let limits = rule.limits();
        assert!(used.fuel <= limits.fuel_call, "{what}: {used:?}");
        assert!(used.configure_fuel <= limits.fuel_load, "{what}: {used:?}");
        assert!(used.memory_bytes <= limits.memory_bytes, "{what}: {used:?}");
        match answer {
            Ok(_) => self.count("answered"),
            Err(Denial::Refused(_)) => self.count("refused"),
            Err(Denial::Failed(fault)) => {
                assert!(FAULTS.contains(&fault.code.as_str()), "{what}: {fault:?}");
                assert_eq!(fault.blame, Blame::Guest, "{what}: {fault:?}");
                self.count(&fault.code);
            }
        }
    }
}

fn is_named(what: &str, error: &LoadError) {
    assert!(REFUSALS.contains(&error.code), "{what}: {error}");
    assert!(
        error.message.len() < 2_000,
        "{what}: {} bytes",
        error.message.len()
    );
    let zh = error
        .zh
        .as_ref()
        .unwrap_or_else(|| panic!("{what}: no Chinese"));
    for text in [zh, &error.message] {
        let raw = |c: char| c.is_control() && c != '\n';
        assert!(!text.contains(raw), "{what}: {text:?}");
    }
}

fn closing() -> CloseAsk {
    CloseAsk {
        period: code("2026-q4"),
        first: "2026-10-01".parse().unwrap(),
        last: "2026-12-31".parse().unwrap(),
        balances: vec![(code("points"), 7)],
        facts: vec![],
        traits: vec![],
    }
}

/// A module with the little rule's exports. One of four may use what this host does not offer.
fn config(seed: u64) -> Config {
    let wild = seed % 4 == 3;
    Config {
        available_imports: Some(wat(
            r#"(module (import "rongyi:rules/host@0.2.0" "log" (func (param i32 i32 i32))))"#,
        )),
        exports: Some(Craft::default().module()),
        allow_start_export: seed.is_multiple_of(5),
        allow_invalid_funcs: seed % 7 == 6,
        // Code that was drawn without thought traps soon; some is drawn so that it reaches its end.
        disallow_traps: seed % 4 == 1,
        max_funcs: 24,
        max_instructions: 400,
        max_imports: 3,
        // The one that is exported comes on top.
        max_memories: 0,
        max_tables: 4,
        max_table_elements: 3_000,
        gc_enabled: wild,
        exceptions_enabled: wild,
        memory64_enabled: wild,
        reference_types_enabled: wild,
        relaxed_simd_enabled: wild,
        threads_enabled: wild,
        wide_arithmetic_enabled: wild,
        ..Config::default()
    }
}

#[test]
fn drawn_modules_answer_within_their_limits() {
    let (many, mut tally) = (many(120), Tally::default());
    for seed in 0..many {
        let material = bytes("module", seed, 6_000);
        let drawn = Module::new(config(seed), &mut Unstructured::new(&material));
        let module = drawn.unwrap().to_bytes();
        tally.take(&format!("module {seed}"), &grafted(&module, seed % 2 == 1));
    }
    // Or the drawing would only reach the door.
    assert!(tally.of("loaded") * 3 > many, "{:?}", tally.0);
    assert!(tally.of("load.invalid") > 0, "{:?}", tally.0);
    let faults = FAULTS.iter().filter(|fault| tally.of(fault) > 0);
    assert!(faults.count() >= 4, "{:?}", tally.0);
    assert!(tally.of("answered") > 0, "{:?}", tally.0);
    engine().load(&Craft::default().component(), "{}").unwrap();
}

#[test]
fn drawn_components_are_refused_by_name() {
    let mut tally = Tally::default();
    let many = many(200);
    for seed in 0..many {
        let material = bytes("component", seed, 3_000);
        let mut u = Unstructured::new(&material);
        let drawn = Component::new(Config::default(), &mut u);
        tally.take(&format!("component {seed}"), &drawn.unwrap().to_bytes());
    }
    assert_eq!(tally.of("loaded"), 0, "{:?}", tally.0);
    assert!(tally.0.len() >= 3, "{:?}", tally.0);
}

#[test]
fn modules_with_everything_there_is_are_refused_by_name() {
    let mut tally = Tally::default();
    for seed in 0..many(100) {
        let material = bytes("everything", seed, 3_000);
        let mut u = Unstructured::new(&material);
        let mut config: Config = u.arbitrary().unwrap();
        config.max_memory32_bytes = 128 << 20;
        let module = Module::new(config, &mut u).unwrap().to_bytes();
        let mut component = b"\0asm\x0d\0\x01\0\x01".to_vec();
        component.extend(crate::craft::length(module.len()));
        component.extend(module);
        tally.take(&format!("everything {seed}"), &component);
    }
    assert_eq!(tally.of("loaded"), 0, "{:?}", tally.0);
    assert!(tally.of("load.invalid") > 0, "{:?}", tally.0);
}

#[test]
fn turned_bytes_are_refused_or_harmless() {
    let mut tally = Tally::default();
    let good = Craft::default().component();
    for seed in 0..many(400) {
        let mut turned = good.clone();
        let dice = bytes("turned", seed, 64);
        for four in dice.chunks_exact(4).take(1 + usize::from(dice[63]) % 3) {
            let at = usize::from(u16::from_le_bytes([four[0], four[1]])) % turned.len();
            match four[2] % 4 {
                0 => turned[at] = four[3],
                1 => turned[at] ^= 1 << (four[3] % 8),
                2 => drop(turned.remove(at)),
                _ => turned.insert(at, four[3]),
            }
        }
        tally.take(&format!("turned {seed}"), &turned);
    }
    assert!(tally.of("load.invalid") > 0, "{:?}", tally.0);
    assert!(tally.of("loaded") > 0, "{:?}", tally.0);
}
