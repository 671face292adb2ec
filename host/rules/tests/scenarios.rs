//! The scenarios of the bundled rules, run through the compiled components by the function that also runs
//! them natively.
#![expect(clippy::unwrap_used, reason = "tests")]

use rongyi_core::rule::{EarnAsk, Fact};
use rongyi_rules::{Cache, Compiler, Engine, Limits, Lowered};

#[test]
fn the_components_do_what_their_scenarios_say() {
    let cache = tempfile::tempdir().unwrap();
    let engine = Engine::new(
        Limits {
            instances: 4,
            ..Limits::default()
        },
        Compiler::InProcess,
        Some(Cache::sealed(cache.path(), &[1; 32])),
    )
    .unwrap();
    let mut ran = 0;
    for bundled in rongyi_bundled::RULES {
        let folder = format!(
            "{}/../../plugins/{}/scenarios",
            env!("CARGO_MANIFEST_DIR"),
            bundled.name
        );
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let report = engine
                .run_scenarios(bundled.bytes, &text, None, Lowered::default())
                .unwrap();
            assert!(
                report.failures.is_empty(),
                "{}: {:#?}",
                path.display(),
                report.failures
            );
            ran += report.ran;
        }
    }
    assert!(ran >= 130, "only {ran} scenarios were found");
}

#[test]
fn twenty_kinds_leave_half_of_the_fuel() {
    let engine = Engine::new(
        Limits {
            instances: 2,
            ..Limits::default()
        },
        Compiler::InProcess,
        None,
    )
    .unwrap();
    let kind = |n: i32| {
        format!(
            r#"{{"code":"kind-{n}","title":{{"zh":"事项","en":"Thing"}},"unit":{{"zh":"公斤","en":"kg"}},"scale":1,"per_unit":10,
            "caps":[{{"amount":300,"window":"month","subject":"household"}}]}}"#
        )
    };
    let kinds: Vec<String> = (0..20).map(kind).collect();
    let params = format!(r#"{{"kinds":[{}]}}"#, kinds.join(","));
    let bundled = rongyi_bundled::find("points-table").unwrap();
    let rule = engine.load(bundled.bytes, &params).unwrap();
    let facts = vec![
        Fact {
            value: 262,
            saturated: false
        };
        rule.plan.kinds[19].facts.len()
    ];
    let ask = EarnAsk {
        kind: "kind-19".parse().unwrap(),
        quantity: 76,
        fields: vec![],
        roles: vec!["doer".parse().unwrap()],
        on: "2026-11-23".parse().unwrap(),
        minute: 600,
        facts,
        traits: vec![],
        seed: [0; 16],
    };
    let (answer, usage) = rule.earn_metered(&ask);
    assert_eq!(answer.unwrap().awards[0].amount, 38);
    let limits = &engine.allowance().small;
    assert!(usage.fuel < limits.fuel_call / 2, "{usage:?}");
    assert!(usage.configure_fuel < limits.fuel_load / 2, "{usage:?}");
}
