//! Every fault says whose it is, the limit, and how much was used.

use std::sync::Barrier;

use rongyi_core::rule::{Blame, Fault};
use rongyi_rules::{Allowance, Compiler, Engine};

use crate::craft::Craft;
use crate::{engine, event, fault_of, hostile};

const GUEST: Blame = Blame::Guest;

#[track_caller]
fn says(fault: &Fault, code: &str, blame: Blame, parts: &[&str]) {
    assert_eq!(
        (fault.code.as_str(), fault.blame),
        (code, blame),
        "{fault:?}"
    );
    for part in parts {
        assert!(fault.message.contains(part), "{part}? {}", fault.message);
    }
}

fn crafted(earn: &str, extra: &str) -> Fault {
    let component = Craft::default().earn(earn).extra(extra).component();
    let rule = engine().load(&component, "{}").unwrap();
    fault_of(rule.earn(&event("kind")))
}

/// The number that stands behind these words.
#[track_caller]
fn number(fault: &Fault, before: &str) -> u64 {
    let (_, rest) = fault
        .message
        .split_once(before)
        .unwrap_or_else(|| panic!("{before}? {}", fault.message));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn fuel() {
    let fault = crafted("(loop $l (br $l)) unreachable", "");
    let parts = [
        "`earn` used all of its 2000000 units of fuel",
        "[fuel 2000000 of 2000000, memory 64 of 4096 KiB]",
    ];
    says(&fault, "limit.fuel", GUEST, &parts);
}

#[test]
fn fuel_of_getting_ready_is_not_the_hooks() {
    let spin = engine().load(rongyi_bundled::HOSTILE, r#"{"spin":1}"#);
    let error = spin.unwrap_err();
    assert_eq!(error.code, "config.plugin");
    let used = "`configure` used all of its 20000000 units of fuel";
    for part in ["limit.fuel: ", used, "[fuel 20000000 of 20000000, memory "] {
        assert!(error.message.contains(part), "{part}? {}", error.message);
    }
}

#[test]
fn memory() {
    let fault = crafted("(drop (memory.grow (i32.const 100))) unreachable", "");
    let parts = [
        "asked for 6464 KiB of memory; the limit is 4096 KiB",
        "memory 64 of 4096 KiB]",
    ];
    says(&fault, "limit.memory", GUEST, &parts);
}

#[test]
fn stack() {
    let deep = "(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))";
    let fault = crafted("(call $deep)", deep);
    let parts = [
        "used all of its 256 KiB of stack",
        " of 2000000, memory 64 of 4096 KiB]",
    ];
    says(&fault, "limit.stack", GUEST, &parts);
    let fuel = number(&fault, "[fuel ");
    assert!((1_000..1_000_000).contains(&fuel), "{fuel}");
}

#[test]
fn time() {
    let mut allowance = Allowance {
        bake: false,
        ..Allowance::default()
    };
    allowance.small.instances = 2;
    allowance.small.deadline_ms = 30;
    allowance.small.fuel_call = u64::MAX >> 1;
    let engine = Engine::new(allowance, Compiler::InProcess, None).unwrap();
    let endless = Craft::default().earn("(loop $l (br $l)) unreachable");
    let rule = engine.load(&endless.component(), "{}").unwrap();
    // A second call that never ends is stopped like the first.
    for _ in 0..2 {
        let fault = fault_of(rule.earn(&event("kind")));
        let parts = [
            "the limit is 30 ms",
            "it is tried again",
            "[fuel ",
            " of 9223372036854775807]",
        ];
        says(&fault, "limit.time", Blame::Host, &parts);
        assert!(
            number(&fault, "was stopped after ") > 0,
            "{}",
            fault.message
        );
        assert!(number(&fault, "[fuel ") > 0, "{}", fault.message);
    }
}

#[test]
fn size() {
    let many = "(drop (memory.grow (i32.const 20))) (i32.store (i32.const 1412) (i32.const 65536))
        (i32.store (i32.const 1416) (i32.const 30000)) (i32.const 1408)";
    let fault = crafted(many, "");
    let parts = [
        "handed over more than 256 KiB at once, which is the limit",
        "memory 1344 of 4096 KiB]",
    ];
    says(&fault, "output.size", GUEST, &parts);
}

#[test]
fn panics_name_the_authors_words_and_place() {
    let rule = hostile(engine());
    let fault = fault_of(rule.earn(&event("panic")));
    let parts = [
        "`earn` panicked:",
        "the author's own words",
        "src/lib.rs:",
        "[fuel ",
        " KiB]",
    ];
    says(&fault, "plugin.panic", GUEST, &parts);
    assert!(number(&fault, "src/lib.rs:") > 100, "{}", fault.message);
}

#[test]
fn answers_that_cannot_be() {
    let rule = hostile(engine());
    let fault = fault_of(rule.earn(&event("many")));
    let parts = ["awards: 1000 are more than the 64", "[fuel ", " of 2000000"];
    says(&fault, "output.rule", GUEST, &parts);
    let fault = fault_of(rule.earn(&event("amount")));
    says(
        &fault,
        "output.rule",
        GUEST,
        &["-2147483648 is beyond 1000000000"],
    );
}

#[test]
fn everything_else_says_what_it_took() {
    for (earn, extra, code) in [
        ("unreachable", "", "trap.unreachable"),
        (
            "(i32.div_s (i32.const 1) (i32.const 0))",
            "",
            "trap.division",
        ),
        ("(i32.trunc_f32_s (f32.const 1e30))", "", "trap.overflow"),
        ("(i32.trunc_f32_s (f32.const nan))", "", "trap.other"),
        ("(i32.load (i32.const -8))", "", "trap.memory"),
        (
            "(call_indirect $t (type $f) (i32.const 0))",
            "(type $f (func (result i32))) (table $t 2 funcref)",
            "trap.call",
        ),
        ("(i32.const -4)", "", "output.invalid"),
    ] {
        let fault = crafted(earn, extra);
        says(
            &fault,
            code,
            GUEST,
            &["`earn` ", " of 2000000, memory 64 of 4096 KiB]"],
        );
        assert!(
            (1..10_000).contains(&number(&fault, "[fuel ")),
            "{}",
            fault.message
        );
    }
    let bad = "(i32.store8 (i32.const 2000) (i32.const 255)) (i32.store8 (i32.const 1408) (i32.const 1))
        (i32.store (i32.const 1412) (i32.const 2000)) (i32.store (i32.const 1416) (i32.const 1)) (i32.const 1408)";
    says(
        &crafted(bad, ""),
        "output.utf8",
        GUEST,
        &["not UTF-8", "memory 64 of 4096 KiB]"],
    );
}

#[test]
fn a_full_pool_says_how_many_are_running() {
    let mut allowance = Allowance {
        bake: false,
        ..Allowance::default()
    };
    allowance.small.instances = 1;
    allowance.small.deadline_ms = 600_000;
    allowance.small.fuel_call = 400_000_000;
    let engine = Engine::new(allowance, Compiler::InProcess, None).unwrap();
    let endless = Craft::default().earn("(loop $l (br $l)) unreachable");
    let rule = engine.load(&endless.component(), "{}").unwrap();
    let together = Barrier::new(2);
    let ask = || {
        together.wait();
        fault_of(rule.earn(&event("kind")))
    };
    // Both begin at once and each would take long, so that one of them finds the only place taken.
    let faults = std::thread::scope(|scope| {
        let other = scope.spawn(ask);
        [ask(), other.join().unwrap()]
    });
    let busy = faults.iter().find(|fault| fault.code == "host.busy");
    let busy = busy.unwrap_or_else(|| panic!("{faults:?}"));
    let parts = [
        "1 rule calls are running already and the limit is 1",
        "this one is tried again",
    ];
    says(busy, "host.busy", Blame::Host, &parts);
}
