//! A rule with its parameters baked in answers as the rule itself does, for the same fuel, and reads its
//! parameters no more.
#![expect(clippy::unwrap_used, reason = "tests")]

use rongyi_core::ids::Code;
use rongyi_core::rule::{Denial, EarnAsk, Fact, Fault};
use rongyi_rules::{Allowance, Compiler, Engine, Rule};

fn engine(bake: bool) -> Engine {
    let mut allowance = Allowance {
        bake,
        ..Allowance::default()
    };
    allowance.small.instances = 2;
    Engine::new(allowance, Compiler::InProcess, None).unwrap()
}

fn ask(kind: &str, quantity: i32, told: i32, facts: usize) -> EarnAsk {
    let code = |text: &str| -> Code { text.parse().unwrap() };
    EarnAsk {
        kind: code(kind),
        quantity,
        fields: vec![],
        roles: vec![code("doer")],
        on: "2026-11-23".parse().unwrap(),
        minute: 600,
        facts: vec![
            Fact {
                value: told,
                saturated: false
            };
            facts
        ],
        traits: vec![],
        seed: [7; 16],
    }
}

fn params() -> String {
    let kind = |n: i32| {
        format!(
            r#"{{"code":"kind-{n}","title":{{"zh":"事项","en":"kind"}},"unit":{{"zh":"次","en":"times"}},"per_unit":{n},"caps":[{{"amount":{},"window":"month","subject":"household"}}]}}"#,
            n * 10
        )
    };
    let kinds: Vec<String> = (1..=20).map(kind).collect();
    format!(r#"{{"kinds":[{}]}}"#, kinds.join(","))
}

/// The fault with which a rule answered.
fn fault_of<T: std::fmt::Debug>(answer: Result<T, Denial<Fault>>) -> Fault {
    match answer {
        Err(Denial::Failed(fault)) => fault,
        Err(Denial::Refused(_)) | Ok(_) => panic!("no fault, but {answer:?}"),
    }
}

#[test]
fn baked_or_not_the_answers_and_their_fuel_are_the_same() {
    let table = rongyi_bundled::find("points-table").unwrap();
    let load = |bake| engine(bake).load(table.bytes, &params()).unwrap();
    let (baked, plain): (Rule, Rule) = (load(true), load(false));
    assert!(
        baked.is_baked(),
        "points-table is made of what can be baked"
    );
    assert!(!plain.is_baked());
    assert_eq!(baked.plan, plain.plan);
    for kind in 1..=20_usize {
        for (quantity, told) in [(1, 0), (3, 50), (9, 7), (2, 1_000)] {
            let facts = plain.plan.kinds[kind - 1].facts.len();
            let ask = ask(&format!("kind-{kind}"), quantity, told, facts);
            let (one, fuel) = baked.earn_metered(&ask);
            let (other, plain_fuel) = plain.earn_metered(&ask);
            assert_eq!(one, other, "{ask:?}");
            assert!(!matches!(one, Err(Denial::Failed(_))), "{ask:?}: {one:?}");
            assert!(
                fuel.configure_fuel * 100 < plain_fuel.configure_fuel,
                "baked {fuel:?}, plain {plain_fuel:?}"
            );
            // Growing the heap may fall into either; nothing else differs.
            assert!(
                fuel.fuel <= plain_fuel.fuel + 1_000 && plain_fuel.fuel <= fuel.fuel + 1_000,
                "baked {fuel:?}, plain {plain_fuel:?}"
            );
        }
    }
}

#[test]
fn a_baked_rule_fails_as_the_rule_itself_and_keeps_nothing() {
    let rule = engine(true).load(rongyi_bundled::HOSTILE, "{}").unwrap();
    assert!(rule.is_baked());
    for (kind, code, says) in [
        ("panic", "plugin.panic", "the author's own words"),
        ("loop", "limit.fuel", "2000000"),
        ("memory", "limit.memory", "4096 KiB"),
        ("sum", "output.rule", "add up to 4"),
    ] {
        let fault = fault_of(rule.earn(&ask(kind, 1, 0, 0)));
        assert_eq!(fault.code, code, "{kind}: {}", fault.message);
        assert!(fault.message.contains(says), "{kind}: {}", fault.message);
    }
    for _ in 0..3 {
        let decision = rule.earn(&ask("state", 1, 0, 0)).unwrap();
        assert_eq!(
            decision.awards[0].amount, 1,
            "each call starts from the baked state"
        );
    }
}
