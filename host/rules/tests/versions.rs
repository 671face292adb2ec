//! Rules built for different versions of the interface side by side: an old one answers as it always did, one that is
//! newer than the host or somebody else's is refused with both versions named.
#![expect(clippy::unwrap_used, reason = "tests")]

use rongyi_core::ids::Code;
use rongyi_core::rule::{
    BasketLine, Blame, CloseAsk, Denial, EarnAsk, Fact, FactNeed, Metric, PriceAsk, Subject, Value,
    Window,
};
use rongyi_rules::{Allowance, Compiler, Engine, LoadError, Rule};

fn engine(bake: bool) -> Engine {
    let mut allowance = Allowance {
        bake,
        ..Allowance::default()
    };
    allowance.small.instances = 4;
    // How busy the machine is must not matter.
    allowance.small.deadline_ms = 600_000;
    Engine::new(allowance, Compiler::InProcess, None).unwrap()
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn told(values: &[i32]) -> Vec<Fact> {
    let fact = |value: &i32| Fact {
        value: *value,
        saturated: false,
    };
    values.iter().map(fact).collect()
}

fn event(quantity: i32, had: i32) -> EarnAsk {
    EarnAsk {
        kind: code("waste.kitchen"),
        quantity,
        fields: vec![],
        roles: vec![code("doer")],
        on: "2026-12-23".parse().unwrap(),
        minute: 600,
        facts: told(&[had]),
        traits: vec![],
        seed: [3; 16],
    }
}

/// Events that take every path of the rule: plain, senior, sorted cleanly, cut by the cap, refused, marked.
fn events() -> Vec<EarnAsk> {
    let mut all: Vec<EarnAsk> = [(76, 0), (1, 299), (900, 40), (5, 300)]
        .map(|(quantity, had)| event(quantity, had))
        .to_vec();
    all.push(EarnAsk {
        traits: vec![(code("senior"), 1)],
        fields: vec![(code("clean"), Value::YesNo(true))],
        minute: 1330,
        ..event(30, 10)
    });
    all
}

fn basket(value_fen: i32, spent: i32) -> PriceAsk {
    let line = |item: &str, quantity| BasketLine {
        item: code(item),
        category: code("staple"),
        value_fen,
        quantity,
        facts: told(&[2]),
    };
    PriceAsk {
        lines: vec![line("rice", 2), line("oil", 1)],
        on: "2026-12-23".parse().unwrap(),
        minute: 0,
        facts: told(&[spent]),
        traits: vec![],
    }
}

fn closing(rank: i32) -> CloseAsk {
    CloseAsk {
        period: code("2026-11"),
        first: "2026-11-01".parse().unwrap(),
        last: "2026-11-30".parse().unwrap(),
        balances: vec![(code("points"), 470), (code("minutes"), 90)],
        facts: told(&[rank]),
        traits: vec![(code("senior"), 1)],
    }
}

/// Both answer every question alike, and something was asked that is worth comparing.
fn agree(early: &Rule, twin: &Rule) {
    for ask in events() {
        let (old, new) = (early.earn(&ask), twin.earn(&ask));
        assert_eq!(old, new, "{ask:?}");
        assert!(!matches!(old, Err(Denial::Failed(_))), "{ask:?}: {old:?}");
    }
    let Err(Denial::Refused(refused)) = early.earn(&event(5, 300)) else {
        panic!("refused until the next year");
    };
    assert_eq!(refused.opens, Some("2027-01-01".parse().unwrap()));
    let capped = early.earn(&event(900, 40)).unwrap();
    assert_eq!(capped.awards[0].amount, 260);
    for (value_fen, spent) in [(3800, 0), (3800, 1001)] {
        let ask = basket(value_fen, spent);
        let (old, new) = (early.price(&ask), twin.price(&ask));
        assert_eq!(old, new, "{ask:?}");
        assert!(!matches!(old, Err(Denial::Failed(_))), "{ask:?}: {old:?}");
    }
    let quote = early.price(&basket(3800, 0)).unwrap();
    assert_eq!(quote.points, [78, 40]);
    for rank in [0, 1, 12] {
        let ask = closing(rank);
        let (old, new) = (early.close(&ask), twin.close(&ask));
        assert_eq!(old, new, "{ask:?}");
        assert!(!matches!(old, Err(Denial::Failed(_))), "{ask:?}: {old:?}");
    }
}

#[test]
fn an_old_rule_and_a_new_one_answer_alike_in_one_engine_baked_or_not() {
    for bake in [false, true] {
        let engine = engine(bake);
        let early = engine.load(rongyi_bundled::EARLY, "{}").unwrap();
        let twin = engine.load(rongyi_bundled::TWIN, "{}").unwrap();
        assert_eq!(early.interface(), "rongyi:rules@0.1.0");
        assert_eq!(twin.interface(), "rongyi:rules@0.2.0");
        assert_eq!((early.is_baked(), twin.is_baked()), (bake, bake));
        let known = twin.plan.kinds.split_last().unwrap().1;
        assert_eq!(early.plan.kinds, known, "the newer one has one kind more");
        assert_eq!(early.plan.pricing, twin.plan.pricing);
        assert_eq!(early.plan.traits, twin.plan.traits);
        assert_eq!(early.about, twin.about);
        agree(&early, &twin);
        // A fault is named alike too: more than an award may be.
        let wrong = event(2_000_000_000, -2_000_000_000);
        let (old, new) = (
            early.earn(&wrong).unwrap_err(),
            twin.earn(&wrong).unwrap_err(),
        );
        let (old, new) = (old.failed().unwrap(), new.failed().unwrap());
        assert_eq!((old.blame, &old.code), (Blame::Guest, &new.code));
        let said = |rule: &[u8]| engine.load(rule, r#"{"wrong":1}"#).unwrap_err();
        assert_eq!(said(rongyi_bundled::EARLY), said(rongyi_bundled::TWIN));
        assert_eq!(
            said(rongyi_bundled::EARLY).diagnostics[0].code,
            "wrong.said"
        );
    }
}

#[test]
fn the_newer_one_asks_what_only_it_can_ask() {
    let twin = engine(false).load(rongyi_bundled::TWIN, "{}").unwrap();
    let newest = twin.plan.kinds.last().unwrap();
    let need = |metric, of: Option<&str>| FactNeed {
        metric,
        window: Window::Lifetime,
        subject: Subject::Person,
        of: of.map(code),
    };
    assert_eq!(
        newest.facts,
        [
            need(Metric::Balance, Some("minutes")),
            need(Metric::StreakDays, None),
            need(Metric::Redemptions, Some("rice")),
        ]
    );
    let ask = EarnAsk {
        kind: newest.code.clone(),
        facts: told(&[120, 7, 3]),
        ..event(1, 0)
    };
    let decision = twin.earn(&ask).unwrap();
    assert_eq!(decision.awards[0].amount, 130);
}

/// A component with a text exchanged for another of the same length wherever it stands.
fn altered(component: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = component.to_vec();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter_map(|(at, window)| (window == from.as_bytes()).then_some(at))
        .collect();
    assert!(!places.is_empty(), "{from} is not in it");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn a_patch_of_a_spoken_version_is_understood() {
    let engine = engine(true);
    for (component, from, to) in [
        (rongyi_bundled::EARLY, "@0.1.0", "@0.1.7"),
        (rongyi_bundled::TWIN, "@0.2.0", "@0.2.4"),
    ] {
        let patched = engine.load(&altered(component, from, to), "{}").unwrap();
        assert_eq!(patched.interface(), format!("rongyi:rules{to}"));
        let plain = engine.load(component, "{}").unwrap();
        agree(&plain, &patched);
    }
}

#[test]
fn what_this_host_does_not_speak_is_refused_with_both_versions() {
    let refused =
        |component: &[u8]| -> LoadError { engine(false).load(component, "{}").unwrap_err() };
    let names_both = |error: &LoadError, theirs: &str, advice: (&str, &str)| {
        let zh = error.zh.as_ref().unwrap();
        for (said, advice) in [(zh, advice.0), (&error.message, advice.1)] {
            for part in [theirs, "rongyi:rules@0.1.0", "rongyi:rules@0.2.0", advice] {
                assert!(said.contains(part), "“{part}” is missing in: {said}");
            }
        }
    };
    let update = ("请升级本程序", "Update this program");
    let rebuild = ("重新生成", "Build the component again");
    for newer in ["@0.3.0", "@1.0.0", "@2.1.0"] {
        let error = refused(&altered(rongyi_bundled::TWIN, "@0.2.0", newer));
        assert_eq!(error.code, "world.version", "{error}");
        names_both(&error, newer, update);
    }
    let older = refused(&altered(rongyi_bundled::TWIN, "@0.2.0", "@0.0.9"));
    assert_eq!(older.code, "world.version");
    names_both(&older, "@0.0.9", rebuild);
    assert!(!older.message.contains("newer"), "{older}");

    let foreign = refused(&altered(
        rongyi_bundled::TWIN,
        "rongyi:rules",
        "others:rules",
    ));
    assert_eq!(foreign.code, "world.export", "{foreign}");
    names_both(&foreign, "others:rules/rules@0.2.0", rebuild);
}

#[test]
fn a_balance_is_asked_for_as_what_it_is() {
    // Points may be the household's, but it is a person who spends them.
    let engine = engine(false);
    let error = engine
        .load(rongyi_bundled::TWIN, r#"{"balance":"household"}"#)
        .unwrap_err();
    assert_eq!(error.code, "config.plugin");
    assert!(
        error
            .message
            .contains("window lifetime and the subject person"),
        "{}",
        error.message
    );
}
