//! The rule that does what a rule must not (`tests/guests/hostile`): each misdeed ends in its named fault.

use rongyi_core::rule::Blame;
use rongyi_rules::{About, Allowance, Cache, Compiler, Engine, Limits, Lowered};

use crate::craft::Craft;
use crate::{basket, engine, event, fault_of, hostile};

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
        let fault = fault_of(rule.earn(&event(kind)));
        assert_eq!(fault.code, fault_code, "{kind}: {}", fault.message);
        assert!(fault.message.contains(says), "{kind}: {}", fault.message);
        assert_eq!(fault.blame, Blame::Guest, "{kind}");
        assert!(rule.earn(&event("good")).is_ok(), "after {kind}");
    }
}

#[test]
fn endless_recursion_ends_as_stack_or_memory() {
    let engine = engine();
    let fault = fault_of(hostile(engine).earn(&event("recursion")));
    assert!(
        ["limit.stack", "trap.memory", "limit.fuel"].contains(&fault.code.as_str()),
        "{fault:?}"
    );
}

#[test]
fn division_by_zero_names_the_panic() {
    let engine = engine();
    let fault = fault_of(hostile(engine).earn(&event("division")));
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
        let decision = rule.earn(&event("state")).unwrap();
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
        Ok(_) => {}
        Err(denial) => assert_eq!(denial.failed().unwrap().code, "limit.fuel"),
    }
}

#[test]
fn wrong_quotes_are_refused() {
    let engine = engine();
    let rule = hostile(engine);
    assert!(
        fault_of(rule.price(&basket("negative")))
            .message
            .contains("-5 is not between 0")
    );
    assert!(
        fault_of(rule.price(&basket("short")))
            .message
            .contains("0 prices for 1 lines")
    );
    assert_eq!(rule.price(&basket("tea")).unwrap().points, [7]);
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
            Some(Cache::sealed(folder.path(), &[7; 32])),
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
    assert_eq!(
        kept.len(),
        4,
        "plain and baked, each with its seal: {kept:?}"
    );
    assert!(load().earn(&event("good")).is_ok());
    for path in &kept {
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, b"not compiled code").unwrap();
        assert!(load().earn(&event("good")).is_ok());
    }
}

/// Machine code of another rule, whole and of this very engine, put in this one's place.
#[cfg(unix)]
#[test]
fn compiled_code_that_somebody_else_put_there_is_never_run() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let load = |key: u8, bytes: &[u8]| {
        let cache = Cache::sealed(folder.path(), &[key; 32]);
        let allowance = Allowance {
            bake: false,
            ..Allowance::from(Limits {
                instances: 2,
                ..Limits::default()
            })
        };
        let engine = Engine::new(allowance, Compiler::InProcess, Some(cache)).unwrap();
        engine.describe(bytes).unwrap().name
    };
    let compiled = |bytes: &[u8]| {
        let digest: String = rongyi_core::chain::hex(&rongyi_core::chain::sha256(bytes));
        let mut names = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        names
            .find(|path| {
                let name = path.file_name().unwrap().to_str().unwrap();
                name.starts_with(&digest) && name.ends_with(".cwasm")
            })
            .unwrap()
    };
    let seal = |path: &std::path::Path| path.with_extension("cwasm.seal");
    let other = Craft::default().name("other").component();
    assert_eq!(load(7, rongyi_bundled::HOSTILE), "hostile");
    assert_eq!(load(8, &other), "other");
    let (theirs, ours) = (compiled(&other), compiled(rongyi_bundled::HOSTILE));
    let good = std::fs::read(&ours).unwrap();
    let put = |with_seal: bool| {
        std::fs::copy(&theirs, &ours).unwrap();
        if with_seal {
            std::fs::copy(seal(&theirs), seal(&ours)).unwrap();
        } else {
            let _ = std::fs::remove_file(seal(&ours));
        }
    };
    for with_seal in [true, false] {
        put(with_seal);
        assert_eq!(load(7, rongyi_bundled::HOSTILE), "hostile");
        assert!(
            std::fs::read(&ours).unwrap() == good,
            "it was compiled again"
        );
    }
    // Sealed with the right key, but of another name.
    assert_eq!(load(7, &other), "other");
    put(true);
    assert_eq!(load(7, rongyi_bundled::HOSTILE), "hostile");
    // Right, but others may write it: they could change it under our hands.
    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(load(7, rongyi_bundled::HOSTILE), "hostile");
    assert_eq!(
        std::fs::metadata(&ours).unwrap().permissions().mode() & 0o777,
        0o600
    );
    // Nor is a folder used that others may write.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let cache = Cache::sealed(folder.path(), &[7; 32]);
    let refused = Engine::new(Limits::default(), Compiler::InProcess, Some(cache));
    assert!(refused.err().unwrap().to_string().contains("chmod 700"));
}

#[test]
fn scenarios_of_a_component_cannot_hold_up_its_loading() {
    let engine = engine();
    let scenarios = |kind: &str, count: usize| {
        let one = |no: usize| {
            format!(
                "[[scenario]]\nname = \"{no}\"\nparams = \"own\"\nevent = {{ kind = \"{kind}\", quantity = 1, on = 2026-11-22 }}\nexpect.awards = [{{ amount = 5 }}]\n"
            )
        };
        let all: String = (0..count).map(one).collect();
        About {
            scenarios: format!("[params.own]\n{all}"),
            ..hostile(engine).about.clone()
        }
    };
    let report = engine.own_scenarios(
        rongyi_bundled::HOSTILE,
        &scenarios("loop", 5000),
        Lowered::default(),
    );
    let failures = report.unwrap().failures;
    assert_eq!(failures.len(), 5000);
    let of = |no: usize| format!("{}", failures[no].differs[0]);
    assert!(of(9).contains("limit.fuel"), "{}", of(9));
    assert_eq!(of(10), "not asked any more after 10 faults");
    // What a community takes less of counts for its scenarios too, and what passed under other limits says nothing.
    let few = Lowered {
        fuel_call: Some(500),
        ..Lowered::default()
    };
    for (lowered, falls_short) in [
        (Lowered::default(), false),
        (few, true),
        (Lowered::default(), false),
    ] {
        let report = engine.own_scenarios(rongyi_bundled::HOSTILE, &scenarios("good", 1), lowered);
        let failures = report.unwrap().failures;
        let told: Vec<String> = failures
            .iter()
            .flat_map(|failure| &failure.differs)
            .map(ToString::to_string)
            .collect();
        let found = told
            .iter()
            .any(|difference| difference.contains("limit.fuel"));
        assert_eq!(found, falls_short, "{lowered:?}: {told:?}");
    }
    let report = engine.own_scenarios(
        rongyi_bundled::HOSTILE,
        &scenarios("good", 3000),
        Lowered::default(),
    );
    let failures = report.unwrap().failures;
    let last = failures.last().unwrap().differs[0].to_string();
    assert!(
        last.starts_with("not asked: a component may carry"),
        "{last}"
    );
}
