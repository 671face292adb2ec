//! Rules written by hand in WAT: what no compiler emits and a hostile author may.

use rongyi_core::rule::{Blame, EarnAsk, Fault};
use rongyi_rules::{LoadError, Rule};

use crate::craft::Craft;
use crate::{engine, fault_of};

fn load(craft: &Craft) -> Result<Rule, LoadError> {
    engine().load(&craft.component(), "{}")
}

fn event() -> EarnAsk {
    crate::event("kind")
}

fn fault(craft: &Craft) -> Fault {
    let rule = load(craft).unwrap_or_else(|error| panic!("{error}"));
    let fault = fault_of(rule.earn(&event()));
    assert_eq!(fault.blame, Blame::Guest, "{fault:?}");
    fault
}

/// A body of `earn` and the module's other parts, and the fault they must end in.
fn ends(earn: &str, extra: &str, code: &str, says: &str) {
    let fault = fault(&Craft::default().earn(earn).extra(extra));
    assert_eq!(fault.code, code, "{earn}: {}", fault.message);
    assert!(fault.message.contains(says), "{earn}: {}", fault.message);
}

#[test]
fn the_craft_itself_is_sound() {
    let rule = load(&Craft::default()).unwrap();
    let decision = rule.earn(&event()).unwrap();
    assert!(decision.awards.is_empty());
}

#[test]
fn what_never_ends_runs_out_of_fuel() {
    let says = "2000000 units of fuel";
    ends("(loop $l (br $l)) unreachable", "", "limit.fuel", says);
    // Bulk instructions cost by the byte.
    let fill =
        "(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 60000)) (br $l)) unreachable";
    ends(fill, "", "limit.fuel", says);
    let copy =
        "(loop $l (memory.copy (i32.const 0) (i32.const 9) (i32.const 50000)) (br $l)) unreachable";
    ends(copy, "", "limit.fuel", says);
    let table = "(loop $l (table.fill $t (i32.const 0) (ref.null func) (i32.const 900)) (br $l)) unreachable";
    ends(table, "(table $t 1000 funcref)", "limit.fuel", says);
    // Two functions that call each other in turns, flat, for ever.
    let tail = "(return_call $ping)";
    let both = "(func $ping (result i32) (return_call $pong)) (func $pong (result i32) (return_call $ping))";
    ends(tail, both, "limit.fuel", says);
}

#[test]
fn what_comes_after_the_answer_is_limited_too() {
    let fault = fault(&Craft::default().post("(loop $l (br $l))"));
    assert_eq!(fault.code, "limit.fuel", "{}", fault.message);
}

#[test]
fn a_growing_memory_is_stopped_and_named() {
    let grow = "(loop $l (drop (memory.grow (i32.const 1))) (br $l)) unreachable";
    ends(grow, "", "limit.memory", "the limit is 4096 KiB");
    let leap = "(drop (memory.grow (i32.const 100))) unreachable";
    ends(leap, "", "limit.memory", "the limit is 4096 KiB");
    // A table that may not grow says so to the guest, which gives up by itself.
    let table = "(if (i32.eq (table.grow $t (ref.null func) (i32.const 3000)) (i32.const -1)) (then unreachable)) (i32.const 1408)";
    ends(table, "(table $t 1 funcref)", "trap.unreachable", "gave up");
}

#[test]
fn a_deep_recursion_meets_the_stack_limit() {
    let says = "256 KiB of stack";
    ends(
        "(call $deep)",
        "(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))",
        "limit.stack",
        says,
    );
    let indirect = "(table $t funcref (elem $deep)) (type $f (func (result i32)))
        (func $deep (type $f) (i32.add (call_indirect $t (type $f) (i32.const 0)) (i32.const 1)))";
    ends("(call $deep)", indirect, "limit.stack", says);
}

#[test]
fn every_trap_has_its_name() {
    ends("unreachable", "", "trap.unreachable", "gave up");
    ends(
        "(i32.div_s (i32.const 1) (i32.const 0))",
        "",
        "trap.division",
        "divided by zero",
    );
    ends(
        "(i32.rem_u (i32.const 1) (i32.const 0))",
        "",
        "trap.division",
        "divided by zero",
    );
    ends(
        "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
        "",
        "trap.overflow",
        "overflowed",
    );
    ends(
        "(i32.trunc_f32_s (f32.const 1e30))",
        "",
        "trap.overflow",
        "overflowed",
    );
    ends(
        "(i32.trunc_f64_u (f64.const nan))",
        "",
        "trap.other",
        "invalid conversion to integer",
    );
    ends(
        "(i32.load (i32.const -8))",
        "",
        "trap.memory",
        "outside its memory",
    );
    ends(
        "(memory.fill (i32.const -8) (i32.const 0) (i32.const 64)) (i32.const 1408)",
        "",
        "trap.memory",
        "outside",
    );
    let f = "(type $f (func (result i32))) (type $g (func (param i32))) (table $t 2 funcref)
        (elem (table $t) (i32.const 1) func $g) (func $g (type $g))";
    ends(
        "(call_indirect $t (type $f) (i32.const 0))",
        f,
        "trap.call",
        "not there",
    );
    ends(
        "(call_indirect $t (type $f) (i32.const 1))",
        f,
        "trap.call",
        "not there",
    );
    ends(
        "(call_indirect $t (type $f) (i32.const 99))",
        f,
        "trap.call",
        "not there",
    );
}

#[test]
fn an_answer_that_is_none_is_refused() {
    let invalid = |earn: &str| ends(earn, "", "output.invalid", "gave no valid answer");
    invalid("(i32.const -4)");
    invalid("(i32.const 65530)");
    invalid("(i32.const 1409)");
    // A discriminant that does not exist.
    invalid("(i32.store8 (i32.const 1408) (i32.const 7)) (i32.const 1408)");
    // Lists that reach out of memory, or are not aligned.
    invalid(
        "(i32.store (i32.const 1412) (i32.const 65000)) (i32.store (i32.const 1416) (i32.const 100000)) (i32.const 1408)",
    );
    invalid(
        "(i32.store (i32.const 1412) (i32.const 1601)) (i32.store (i32.const 1416) (i32.const 1)) (i32.const 1408)",
    );
    invalid(
        "(i32.store (i32.const 1412) (i32.const 1600)) (i32.store (i32.const 1416) (i32.const -1)) (i32.const 1408)",
    );
}

#[test]
fn a_list_too_long_is_refused_before_the_host_holds_it() {
    // 64 KiB of zeros read again and again: five pages of awards, each a small thing here and a large one there.
    let many = "(drop (memory.grow (i32.const 20)))
        (i32.store (i32.const 1412) (i32.const 65536)) (i32.store (i32.const 1416) (i32.const 30000)) (i32.const 1408)";
    ends(many, "", "output.size", "more than 256 KiB");
}

#[test]
fn texts_are_checked() {
    // A refusal whose code is not UTF-8, one whose code lies outside, one that is larger than a transfer.
    let refuse = |at: &str, len: &str| {
        format!(
            "(i32.store8 (i32.const 1408) (i32.const 1)) (i32.store (i32.const 1412) (i32.const {at}))
             (i32.store (i32.const 1416) (i32.const {len})) (i32.const 1408)"
        )
    };
    let bad = format!(
        "(i32.store8 (i32.const 2000) (i32.const 255)) {}",
        refuse("2000", "1")
    );
    ends(&bad, "", "output.utf8", "not UTF-8");
    ends(
        &refuse("65000", "4000"),
        "",
        "output.invalid",
        "gave no valid answer",
    );
    let large = format!(
        "(drop (memory.grow (i32.const 20))) {}",
        refuse("65536", "900000")
    );
    ends(&large, "", "output.size", "more than 256 KiB");
}

#[test]
fn a_hostile_allocator_harms_only_its_own_call() {
    let realloc = |body: &str| fault(&Craft::default().realloc(body));
    for (body, code) in [
        ("(loop $l (br $l)) unreachable", "limit.fuel"),
        ("unreachable", "trap.unreachable"),
        ("(i32.const -16)", "output.invalid"),
        ("(i32.const 3)", "output.invalid"),
    ] {
        // Strings reach `configure` first; a rule that cannot even be told its parameters is not loaded.
        let craft = Craft::default().realloc(body);
        match load(&craft) {
            Err(error) => {
                assert_eq!(error.code, "config.plugin", "{body}: {}", error.message);
                assert!(error.message.contains(code), "{body}: {}", error.message);
            }
            Ok(_) => assert_eq!(realloc(body).code, code, "{body}"),
        }
    }
}

#[test]
fn no_bits_of_a_nan_reach_an_answer() {
    // An award of the bits of 0/0: the same on every machine, and refused for being no amount.
    let nan = "(i32.store (i32.const 1412) (i32.const 1600)) (i32.store (i32.const 1416) (i32.const 1))
        (i32.store (i32.const 1600) (i32.const 600)) (i32.store (i32.const 1604) (i32.const 4))
        (i32.store (i32.const 1608) (i32.const 600)) (i32.store (i32.const 1612) (i32.const 4))
        (i32.store (i32.const 1616) (i32.reinterpret_f32 (f32.mul (f32.div (f32.const 0) (f32.const 0)) (f32.const nan:0x200123))))
        (i32.const 1408)";
    let fault = fault(
        &Craft::default()
            .earn(nan)
            .extra(r#"(data (i32.const 600) "doer")"#),
    );
    assert_eq!(fault.code, "output.rule");
    assert!(
        fault.message.contains("2143289344 is beyond"),
        "{}",
        fault.message
    );
}

#[test]
fn the_log_is_checked_like_an_answer() {
    let log = |level: &str, at: &str, len: &str| {
        let earn = format!(
            "(call $log (i32.const {level}) (i32.const {at}) (i32.const {len})) (i32.const 1408)"
        );
        let import = r#"(import "rongyi:rules/host@0.2.0" "log" (func $log (param i32 i32 i32)))"#;
        load(&Craft::default().import(import).earn(&earn))
            .unwrap()
            .earn(&event())
    };
    assert!(log("0", "16", "4").is_ok());
    assert_eq!(fault_of(log("9", "16", "4")).code, "output.invalid");
    assert_eq!(fault_of(log("0", "65000", "9000")).code, "output.invalid");
    let flood =
        "(loop $l (call $log (i32.const 3) (i32.const 16) (i32.const 4)) (br $l)) unreachable";
    let import = r#"(import "rongyi:rules/host@0.2.0" "log" (func $log (param i32 i32 i32)))"#;
    let fault = fault(&Craft::default().import(import).earn(flood));
    assert!(
        ["limit.fuel", "output.size"].contains(&fault.code.as_str()),
        "{}",
        fault.message
    );
}

#[test]
fn what_runs_at_the_start_is_limited() {
    for (start, says) in [
        ("(func $s (loop $l (br $l))) (start $s)", "limit.fuel"),
        ("(func $s unreachable) (start $s)", "trap.unreachable"),
        ("(func $s (call $s)) (start $s)", "limit.stack"),
        (
            "(func $s (drop (memory.grow (i32.const 100))) unreachable) (start $s)",
            "limit.memory",
        ),
    ] {
        let error = load(&Craft::default().extra(start)).unwrap_err();
        assert_eq!(error.code, "plugin.describe", "{}", error.message);
        assert!(error.message.contains(says), "{start}: {}", error.message);
    }
}

#[test]
fn who_it_says_it_is_must_make_sense() {
    let cases = [
        (
            Craft::default().name("Not A Code"),
            "“Not A Code” is not one: use a-z",
        ),
        (Craft::default().name("a/b"), "“a/b” is not one"),
        (Craft::default().name(""), "is not one"),
        (
            Craft::default().schema("{"),
            "parameter schema cannot be used",
        ),
        (
            Craft::default().schema("7"),
            "parameter schema cannot be used",
        ),
        (
            Craft::default().schema(r#"{"type":"nonsense"}"#),
            "parameter schema cannot be used",
        ),
    ];
    for (craft, says) in cases {
        let error = load(&craft).unwrap_err();
        assert_eq!(error.code, "plugin.describe", "{}", error.message);
        assert!(error.message.contains(says), "{}", error.message);
        assert!(error.zh.is_some());
    }
}

#[test]
fn what_the_engine_does_not_offer_is_refused() {
    for (what, extra) in [
        ("shared memory", "(memory $shared 1 1 shared)"),
        ("64-bit memory", "(memory $wide i64 1)"),
        (
            "atomics",
            "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))",
        ),
        (
            "relaxed vectors",
            "(func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))))",
        ),
        (
            "structs",
            "(type $s (struct (field i32))) (func (drop (struct.new_default $s)))",
        ),
        ("exceptions", "(tag $e) (func (throw $e))"),
        (
            "stack switching",
            "(type $f (func)) (type $c (cont $f)) (func (param (ref null $c)) (resume $c (local.get 0)))",
        ),
        (
            "wide arithmetic",
            "(func (param i64 i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 1)))",
        ),
    ] {
        // The wrapping step of an honest toolchain refuses most of these; bytes are made without it.
        let module = format!("(component (core module {extra}))");
        let Ok(bytes) = wat::parse_str(&module) else {
            panic!("{what} cannot be written down");
        };
        let error = engine().load(&bytes, "{}").unwrap_err();
        let codes = ["load.invalid", "load.resources", "world.export"];
        assert!(codes.contains(&error.code), "{what}: {error}");
        assert_ne!(error.code, "world.export", "{what} was accepted");
    }
}

#[test]
fn what_runs_beside_a_call_is_refused() {
    for kind in ["(stream u8)", "(future u8)"] {
        let bytes = wat::parse_str(format!("(component (type {kind}))")).unwrap();
        let error = engine().load(&bytes, "{}").unwrap_err();
        assert_eq!(error.code, "load.invalid", "{kind}: {error}");
    }
}

#[test]
fn touching_every_page_is_paid_for() {
    let touch = "(local $n i32) (drop (memory.grow (i32.const 63)))
        (loop $l (i32.store8 (i32.mul (local.get $n) (i32.const 65536)) (i32.const 1))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $n) (i32.const 64))))
        (i32.const 1408)";
    let rule = load(&Craft::default().earn(touch)).unwrap();
    let (answer, used) = rule.earn_metered(&event());
    assert!(answer.is_ok());
    assert_eq!(used.memory_bytes, 4 << 20);
    // 255 units for each page, beside the instructions.
    assert!(used.fuel > 63 * 255 + 64 * 8, "{used:?}");
}
