//! Hostile rules and files that are no rules, thrown at the sandbox: each ends in its named fault or refusal,
//! within its limits, and the next call works.
//!
//! The list of `plugin_hosts.md` (d), and what was added to it (+), with the place of each case. The number is
//! that of the list; tests elsewhere are named with their file.
//!
//! | # | what | where |
//! | --- | --- | --- |
//! | 1 | endless loop | `misdeeds`, `by_hand` (loops, bulk instructions, tail calls, after the answer) |
//! | 2 | endless loop, ample fuel | `uses` (`limit.time`) |
//! | 4, 5 | memory in small steps, in a leap, touched page by page | `misdeeds`, `by_hand` |
//! | 6, 7 | recursion with a small and a large shadow stack | `by_hand`, `misdeeds` |
//! | 8, 9, 10 | `unreachable`, panic with words and place, division, bad calls, null functions | `uses`, `by_hand` |
//! | 11, 12 | 200,000 awards, 8 MiB of text | `by_hand`, `misdeeds` |
//! | 13 | text that is not UTF-8 | `by_hand` |
//! | 15 | amounts at the ends, another role, undeclared phrase, past expiry | `misdeeds`, `by_hand` |
//! | 16 | negative price, too few prices; price rises at commit | `misdeeds`; `host/core/src/book/tests/shop.rs` |
//! | 17 | log flood, log line of megabytes | `misdeeds`, `by_hand` |
//! | 19, 20 | foreign imports, one function more in a known interface | `files` |
//! | 21, 22 | right exports of wrong types, missing, another world, other versions | `files` |
//! | 23 | core module, WAT, machine code, empty, cut, random, flipped bits | `files`, `drawn` |
//! | 24 | too many memories, instances, elements, too much memory at the start | `files`, `../tiers.rs` |
//! | 26 | shared memory, 64 bit, atomics, relaxed vectors, GC, exceptions, stack switching | `by_hand` |
//! | 27 | a start function that loops, traps, recurses, grows | `by_hand` |
//! | 28, 29 | bombs for the compiler and for the parser | `host/server/tests/bombs.rs` |
//! | 31 | bits of a NaN | `by_hand`, `drawn` (every answer twice) |
//! | 33 | many calls at once | `misdeeds`, `uses` (`host.busy`) |
//! | 34 | the next call after a trap | everywhere |
//! | 35 | wrong parameters | `files`, `host/server/tests/config`, `tests/tests/kit` |
//! | 39 | another digest | `host/server/tests/config` |
//! | 40 | reload to a broken version | `host/server/tests/web/reload.rs` |
//! | 41 | client that leaves during a call | `host/server/tests/web/api.rs` |
//! | + | modules and components drawn by `wasm-smith`, and flipped bytes of good ones | `drawn` |
//! | + | hostile schemas and hostile descriptions, which the host itself reads | `schemas`, `by_hand` |
//! | + | plans that cannot be used | `plans` |
//! | + | allocators that loop, trap, lie | `by_hand` |
//! | + | thousands of scenarios, each of them a loop | `misdeeds` |
//! | + | the same misdeeds a million times | `../flood.rs` |
#![expect(clippy::unwrap_used, reason = "tests")]

mod by_hand;
mod craft;
mod drawn;
mod files;
mod misdeeds;
mod plans;
mod schemas;
mod uses;

use std::sync::LazyLock;

use rongyi_core::ids::Code;
use rongyi_core::rule::{BasketLine, Denial, EarnAsk, Fault, PriceAsk};
use rongyi_rules::{Allowance, Compiler, Engine, LoadError, Rule};

/// The fault with which a rule answered.
fn fault_of<T: std::fmt::Debug>(answer: Result<T, Denial<Fault>>) -> Fault {
    match answer {
        Err(Denial::Failed(fault)) => fault,
        Err(Denial::Refused(_)) | Ok(_) => panic!("no fault, but {answer:?}"),
    }
}

/// One for all tests; nothing is baked, so that every call runs `configure` as well.
fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let mut allowance = Allowance {
            bake: false,
            ..Allowance::default()
        };
        allowance.small.instances = 16;
        // Fuel and memory are what is tried here; how busy the machine is must not matter.
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

fn basket(item: &str) -> PriceAsk {
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
}

/// The rule of `tests/guests/hostile`.
fn hostile(engine: &Engine) -> Rule {
    engine.load(rongyi_bundled::HOSTILE, "{}").unwrap()
}

fn refused(bytes: &[u8]) -> LoadError {
    engine().load(bytes, "{}").unwrap_err()
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}
