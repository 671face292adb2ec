//! Which tier a component belongs to, what a tier it may not have says, and what a community may lower.
#![expect(clippy::unwrap_used, reason = "tests")]

use rongyi_core::ids::Code;
use rongyi_core::rule::{Denial, EarnAsk, Fault};
use rongyi_rules::{Allowance, Compiler, Engine, LoadError, Lowered, Tier};

fn engine(allowance: Allowance) -> Engine {
    Engine::new(allowance, Compiler::InProcess, None).unwrap()
}

/// A component with this many core instances, this much memory and this large a table.
fn wants(core_instances: usize, pages: usize, elements: usize) -> Vec<u8> {
    let mut text = format!(
        "(component (core module $m (memory {pages}) (table {elements} funcref)) (core module $e)
         (core instance (instantiate $m))"
    );
    for _ in 1..core_instances {
        text.push_str("(core instance (instantiate $e))");
    }
    text.push(')');
    wat::parse_str(text).unwrap()
}

/// The fault with which a rule answered.
fn fault_of<T: std::fmt::Debug>(answer: Result<T, Denial<Fault>>) -> Fault {
    match answer {
        Err(Denial::Failed(fault)) => fault,
        Err(Denial::Refused(_)) | Ok(_) => panic!("no fault, but {answer:?}"),
    }
}

#[test]
fn the_smallest_tier_that_holds_it() {
    let engine = engine(Allowance::default());
    let tier = |core, pages, elements| engine.tier_of(&wants(core, pages, elements)).unwrap();
    assert_eq!(engine.tier_of(rongyi_bundled::HOSTILE), Ok(Tier::Small));
    assert_eq!(tier(8, 64, 2_000), Tier::Small);
    assert_eq!(tier(9, 64, 2_000), Tier::Script);
    assert_eq!(tier(8, 65, 2_000), Tier::Script);
    assert_eq!(tier(8, 64, 2_001), Tier::Script);
    assert_eq!(tier(17, 1, 1), Tier::Large);
    assert_eq!(tier(1, 257, 1), Tier::Large);
    assert_eq!(tier(1, 1, 20_001), Tier::Large);
}

#[test]
fn more_than_any_tier_names_what_and_the_limit() {
    let engine = engine(Allowance::default());
    let cases = [
        (wants(65, 1, 1), "core instances: 65, the limit is 64"),
        (
            wants(1, 1025, 1),
            "starts with: 65600 KiB, the limit is 65536 KiB",
        ),
        (
            wants(1, 1, 1_000_000),
            "table starts with: 1000000, the limit is 50000",
        ),
    ];
    for (bytes, says) in cases {
        let error = engine.load(&bytes, "{}").unwrap_err();
        assert_eq!(error.code, "load.resources");
        assert!(error.message.contains(says), "{}", error.message);
    }
}

#[test]
fn a_tier_the_operator_does_not_allow_says_how_to_allow_it() {
    let error = engine(Allowance {
        tier_max: Tier::Small,
        ..Allowance::default()
    })
    .load(&wants(9, 1, 1), "{}")
    .unwrap_err();
    assert_eq!(error.code, "load.tier");
    for part in [
        "of the tier script (its core instances: 9, the limit is 8)",
        "no tier above small",
        "tier_max = \"script\" below [limits]",
    ] {
        assert!(error.message.contains(part), "{}", error.message);
    }
    assert!(
        error
            .zh
            .unwrap()
            .contains("运维人员在 rongyi.toml 的 [limits] 里写 tier_max = \"script\"")
    );
}

fn good() -> EarnAsk {
    let code = |text: &str| -> Code { text.parse().unwrap() };
    EarnAsk {
        kind: code("loop"),
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

fn lowered(fuel: Option<u64>, memory: Option<usize>) -> Lowered {
    Lowered {
        fuel_call: fuel,
        memory_bytes: memory,
    }
}

#[test]
fn a_community_lowers_and_never_raises() {
    let engine = engine(Allowance::default());
    let load = |lowered| -> Result<_, LoadError> {
        engine.load_lowered(rongyi_bundled::HOSTILE, "{}", lowered)
    };
    let rule = load(lowered(Some(50_000), None)).unwrap();
    let fault = fault_of(rule.earn(&good()));
    assert_eq!(fault.code, "limit.fuel");
    assert!(fault.message.contains("50000"), "{}", fault.message);

    let error = load(lowered(Some(2_000_001), None)).unwrap_err();
    assert_eq!(error.code, "limit.raised");
    assert!(
        error
            .message
            .contains("fuel_max = 2000001 is above the 2000000"),
        "{}",
        error.message
    );
    let error = load(lowered(None, Some(5 << 20))).unwrap_err();
    assert!(
        error
            .message
            .contains("memory_kib = 5120 is above the 4096 KiB"),
        "{}",
        error.message
    );
}

#[test]
fn too_little_memory_is_named_when_the_rule_is_loaded() {
    let engine = engine(Allowance::default());
    let error = engine
        .load_lowered(rongyi_bundled::HOSTILE, "{}", lowered(None, Some(64 << 10)))
        .unwrap_err();
    assert_eq!(error.code, "config.plugin");
    assert!(error.message.contains("limit.memory"), "{}", error.message);
    assert!(
        error.message.contains("the limit is 64 KiB"),
        "{}",
        error.message
    );
}

#[test]
fn components_within_components_compile_and_count_together() {
    // Two parts with a memory each, one calling the other with a text: what an interpreter's toolchain makes.
    let nested = r#"(component
        (component $a
            (core module $m (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
                (func (export "f") (param i32 i32)))
            (core instance $i (instantiate $m))
            (func (export "f") (param "text" string)
                (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
        (component $b
            (import "f" (func $f (param "text" string)))
            (core module $libc (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64)))
            (core instance $libc (instantiate $libc))
            (core func $lowered (canon lower (func $f) (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
            (core module $m (import "" "f" (func $f (param i32 i32))) (func (export "g") (call $f (i32.const 0) (i32.const 1))))
            (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered))))))
            (func (export "g") (canon lift (core func $i "g"))))
        (instance $a (instantiate $a))
        (instance $b (instantiate $b (with "f" (func $a "f")))))"#;
    let bytes = wat::parse_str(nested).unwrap();
    let engine = engine(Allowance::default());
    assert_eq!(engine.tier_of(&bytes), Ok(Tier::Script), "two memories");
    let error = engine.load(&bytes, "{}").unwrap_err();
    assert_eq!(
        error.code, "world.export",
        "it compiles, and is no rule: {}",
        error.message
    );
}
