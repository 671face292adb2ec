//! Rules that do what a rule must not: each ends in its named fault, and the next call works.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use rongyi_core::ids::Code;
use rongyi_core::rule::{BasketLine, Blame, EarnAsk, PriceAsk};
use rongyi_rules::{Allowance, Compiler, Engine, Limits, LoadError, Rule};

/// One for all tests; nothing is baked, so that every call runs `configure` as well.
fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let mut allowance = Allowance {
            bake: false,
            ..Allowance::default()
        };
        allowance.small.instances = 16;
        // How busy the machine is must not matter.
        allowance.small.deadline_ms = 600_000;
        Engine::new(allowance, Compiler::InProcess, None).unwrap()
    });
    &ENGINE
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn event(kind: &str) -> EarnAsk {
    EarnAsk {
        kind: code(kind),
        quantity: 1,
        fields: vec![],
        roles: vec![code("doer")],
        on: "2026-11-23".parse().unwrap(),
        minute: 600,
        facts: vec![],
        traits: vec![],
        seed: [0; 16],
    }
}

fn hostile(engine: &Engine) -> Rule {
    engine.load(rongyi_bundled::HOSTILE, "{}").unwrap()
}

#[test]
fn every_misdeed_has_its_fault_and_the_next_call_works() {
    let engine = engine();
    let rule = hostile(engine);
    let misdeeds = [
        ("loop", "limit.fuel", "2000000 units of fuel"),
        ("memory", "limit.memory", "the limit is 4096 KiB"),
        ("panic", "plugin.panic", "the author's own words"),
        ("unreachable", "trap.unreachable", "gave up"),
        ("many", "output.rule", "1000 are more than the 64"),
        ("long", "output.size", "more than 256 KiB"),
        ("role", "output.rule", "nobody is “mayor”"),
        ("sum", "output.rule", "add up to 4, its awards to 5"),
        (
            "phrase",
            "output.rule",
            "“undeclared” is not one of the phrases",
        ),
        ("amount", "output.rule", "-2147483648 is beyond"),
        ("code", "output.rule", "“Points!” is not a code"),
        ("expired", "output.rule", "lies before the event"),
        (
            "refusal",
            "output.rule",
            "“undeclared” is not one of the phrases",
        ),
        ("date", "output.rule", "2026-13-40"),
    ];
    for (kind, fault_code, says) in misdeeds {
        let fault = rule.earn(&event(kind)).unwrap_err();
        assert_eq!(fault.code, fault_code, "{kind}: {}", fault.message);
        assert!(fault.message.contains(says), "{kind}: {}", fault.message);
        assert_eq!(fault.blame, Blame::Guest, "{kind}");
        assert!(rule.earn(&event("good")).unwrap().is_ok(), "after {kind}");
    }
}

#[test]
fn endless_recursion_ends_as_stack_or_memory() {
    let engine = engine();
    let fault = hostile(engine).earn(&event("recursion")).unwrap_err();
    assert!(
        ["limit.stack", "trap.memory", "limit.fuel"].contains(&fault.code.as_str()),
        "{fault:?}"
    );
}

#[test]
fn division_by_zero_names_the_panic() {
    let engine = engine();
    let fault = hostile(engine).earn(&event("division")).unwrap_err();
    assert_eq!(fault.code, "plugin.panic");
    assert!(
        fault.message.contains("divide by zero"),
        "{}",
        fault.message
    );
}

#[test]
fn nothing_survives_a_call() {
    let engine = engine();
    let rule = hostile(engine);
    for _ in 0..3 {
        let decision = rule.earn(&event("state")).unwrap().unwrap();
        assert_eq!(
            decision.awards[0].amount, 1,
            "a fresh instance counts from one"
        );
    }
}

#[test]
fn a_flood_of_log_costs_only_its_fuel() {
    let engine = engine();
    let rule = hostile(engine);
    match rule.earn(&event("log")) {
        Ok(answer) => assert!(answer.is_ok()),
        Err(fault) => assert_eq!(fault.code, "limit.fuel"),
    }
}

#[test]
fn wrong_quotes_are_refused() {
    let engine = engine();
    let rule = hostile(engine);
    let basket = |item: &str| {
        let line = BasketLine {
            item: code(item),
            category: code("x"),
            value_fen: 1,
            quantity: 1,
            facts: vec![],
        };
        PriceAsk {
            lines: vec![line],
            on: "2026-11-23".parse().unwrap(),
            minute: 0,
            facts: vec![],
            traits: vec![],
        }
    };
    assert!(
        rule.price(&basket("negative"))
            .unwrap_err()
            .message
            .contains("-5 is not between 0")
    );
    assert!(
        rule.price(&basket("short"))
            .unwrap_err()
            .message
            .contains("0 prices for 1 lines")
    );
    assert_eq!(rule.price(&basket("tea")).unwrap().unwrap().points, [7]);
}

#[test]
fn many_threads_share_one_rule() {
    let engine = engine();
    let rule = hostile(engine);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let rule = &rule;
            scope.spawn(move || {
                for turn in 0..25 {
                    let kind = if (worker + turn) % 2 == 0 {
                        "good"
                    } else {
                        "panic"
                    };
                    assert_eq!(rule.earn(&event(kind)).is_ok(), kind == "good");
                }
            });
        }
    });
}

fn refused(bytes: &[u8]) -> LoadError {
    engine().load(bytes, "{}").unwrap_err()
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn what_is_no_component_is_refused_by_name() {
    let whole = rongyi_bundled::HOSTILE;
    let mut flipped = whole.to_vec();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 64].fill(0xff);
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty", vec![], "load.not-component"),
        ("text", b"(component)".to_vec(), "load.not-component"),
        ("module", wat("(module)"), "load.not-component"),
        (
            "machine code",
            b"\x7fELF\x02\x01\x01".to_vec(),
            "load.not-component",
        ),
        ("random", (0..200u8).collect(), "load.not-component"),
        ("cut", whole[..whole.len() / 2].to_vec(), "load.invalid"),
        ("flipped", flipped, "load.invalid"),
        ("too large", vec![0; 33 << 20], "load.size"),
    ];
    for (name, bytes, expected) in cases {
        let error = refused(&bytes);
        assert_eq!(error.code, expected, "{name}: {}", error.message);
        assert!(error.zh.is_some(), "{name}");
    }
}

#[test]
fn foreign_worlds_are_refused_by_name() {
    let wasi = wat(r#"(component (import "wasi:filesystem/types@0.2.0" (instance)))"#);
    let error = refused(&wasi);
    assert_eq!(error.code, "world.import");
    assert!(
        error.message.contains("wasi:filesystem/types@0.2.0")
            && error.message.contains("wasm32-unknown-unknown"),
        "{}",
        error.message
    );

    let more =
        wat(r#"(component (import "rongyi:rules/host@0.2.0" (instance (export "steal" (func)))))"#);
    assert!(refused(&more).message.contains("steal"));

    let empty = refused(&wat("(component)"));
    assert_eq!(empty.code, "world.export");
    assert!(
        empty.message.contains("exports nothing"),
        "{}",
        empty.message
    );

    for version in ["0.1.0", "0.2.0"] {
        let hollow = format!(
            r#"(component (instance $i) (export "rongyi:rules/rules@{version}" (instance $i)))"#
        );
        let error = refused(&wat(&hollow));
        assert_eq!(error.code, "world.export");
        assert!(error.message.contains(version), "{}", error.message);
    }
}

#[test]
fn too_much_of_the_machine_is_refused_at_load() {
    let memory = r#"(component (core module $m (memory 2000)) (core instance (instantiate $m))
        (instance $i) (export "rongyi:rules/rules@0.1.0" (instance $i)))"#;
    let error = refused(&wat(memory));
    assert_eq!(error.code, "load.resources", "{}", error.message);

    let table = r#"(component (core module $m (table 1000000 funcref)) (core instance (instantiate $m))
        (instance $i) (export "rongyi:rules/rules@0.1.0" (instance $i)))"#;
    let error = refused(&wat(table));
    assert_eq!(error.code, "load.resources", "{}", error.message);

    let memory64 =
        r#"(component (core module $m (memory i64 1)) (core instance (instantiate $m)))"#;
    assert_eq!(refused(&wat(memory64)).code, "load.invalid");
}

#[test]
fn parameters_are_refused_where_they_are_wrong() {
    let engine = engine();
    let error = engine
        .load(rongyi_bundled::HOSTILE, r#"{"refuse":1}"#)
        .unwrap_err();
    assert_eq!(
        (error.code, error.diagnostics[0].path.as_str()),
        ("config.plugin", "kinds[0].cap")
    );
    let error = engine
        .load(rongyi_bundled::HOSTILE, r#"{"spin":1}"#)
        .unwrap_err();
    assert!(error.message.starts_with("limit.fuel"), "{}", error.message);
    let error = engine
        .load(rongyi_bundled::HOSTILE, r#"{"twice":1}"#)
        .unwrap_err();
    assert!(
        error.message.contains("“good” is named twice"),
        "{}",
        error.message
    );
    assert_eq!(
        engine.load(rongyi_bundled::HOSTILE, "[]").unwrap_err().code,
        "config.schema"
    );
    assert_eq!(
        engine.load(rongyi_bundled::HOSTILE, "{").unwrap_err().code,
        "config.schema"
    );
}

#[test]
fn a_cache_is_used_and_a_damaged_one_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let load = || {
        Engine::new(
            Limits {
                instances: 2,
                ..Limits::default()
            },
            Compiler::InProcess,
            Some(folder.path()),
        )
        .unwrap()
        .load(rongyi_bundled::HOSTILE, "{}")
        .unwrap()
    };
    load();
    let kept: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 2, "plain and baked: {kept:?}");
    assert!(load().earn(&event("good")).unwrap().is_ok());
    std::fs::remove_file(&kept[0]).unwrap();
    std::fs::write(&kept[0], b"not compiled code").unwrap();
    assert!(load().earn(&event("good")).unwrap().is_ok());
}

/// Bytes of this process that are in memory now.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// 20,000 calls, every misdeed in turns; `RONGYI_HOSTILE_CALLS` asks for more (`tests/run --long`: a million).
#[cfg(target_os = "linux")]
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
    let rule = hostile(&engine);
    assert!(rule.is_baked());
    let kinds: Vec<EarnAsk> = rule
        .plan
        .kinds
        .iter()
        .map(|kind| event(kind.code.as_str()))
        .collect();
    let throw = |calls: usize| {
        let asks = kinds.iter().cycle().take(calls);
        asks.filter(|ask| rule.earn(ask).is_err()).count()
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
    assert!(rule.earn(&event("good")).unwrap().is_ok());
    println!(
        "{calls} hostile calls, {faults} faults: {} KiB before, {} KiB after",
        before >> 10,
        after >> 10
    );
}
