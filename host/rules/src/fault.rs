//! What went wrong in a call, as a fault with a stable code, whose it is, the limit and the use.

use rongyi_core::rule::{Blame, Fault};
use wasmtime::Trap;

use crate::limits::Limits;
use crate::state::State;

/// The fault behind an error of a call. `hook` is the export that was called.
pub(crate) fn of(
    error: &wasmtime::Error,
    state: &State,
    limits: &Limits,
    fuel: u64,
    hook: &str,
) -> Fault {
    if let Some(asked) = state.memory_denied {
        let (max, asked) = (limits.memory_bytes >> 10, asked >> 10);
        return guest(
            "limit.memory",
            format!("`{hook}` asked for {asked} KiB of memory; the limit is {max} KiB"),
        );
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        if let (Trap::UnreachableCodeReached, Some(message)) = (trap, &state.last_error) {
            return guest("plugin.panic", format!("`{hook}` panicked: {message}"));
        }
        return trapped(*trap, error, limits, fuel, hook);
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        let max = limits.instances;
        return host(
            "host.busy",
            format!("{max} rule calls are running already; this one is tried again"),
        );
    }
    let text = format!("{error:#}");
    if text.contains("hostcall") || text.contains("fuel allocated for") {
        let max = limits.transfer_bytes >> 10;
        return guest(
            "output.size",
            format!("`{hook}` handed over more than {max} KiB at once"),
        );
    }
    if text.contains("utf-8") || text.contains("utf8") || text.contains("UTF-8") {
        return guest(
            "output.utf8",
            format!("`{hook}` answered with a text that is not UTF-8"),
        );
    }
    guest(
        "output.invalid",
        format!("`{hook}` gave no valid answer: {}", first_line(&text)),
    )
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "wasmtime adds traps; whatever it adds is a trap like any other"
)]
fn trapped(trap: Trap, error: &wasmtime::Error, limits: &Limits, fuel: u64, hook: &str) -> Fault {
    let place = place(error);
    match trap {
        Trap::OutOfFuel => guest(
            "limit.fuel",
            format!("`{hook}` used up its {fuel} units of fuel; does a loop never end?"),
        ),
        Trap::Interrupt => host(
            "limit.time",
            format!(
                "`{hook}` was stopped after {} ms; it is tried again",
                limits.deadline_ms
            ),
        ),
        Trap::StackOverflow => {
            let max = limits.stack_bytes >> 10;
            guest(
                "limit.stack",
                format!(
                    "`{hook}` used more than {max} KiB of stack; is a recursion endless?{place}"
                ),
            )
        }
        Trap::UnreachableCodeReached => guest(
            "trap.unreachable",
            format!("`{hook}` gave up (unreachable){place}"),
        ),
        Trap::MemoryOutOfBounds => guest(
            "trap.memory",
            format!("`{hook}` reached outside its memory, perhaps by a recursion too deep{place}"),
        ),
        Trap::IntegerDivisionByZero => {
            guest("trap.division", format!("`{hook}` divided by zero{place}"))
        }
        Trap::IntegerOverflow => guest(
            "trap.overflow",
            format!("`{hook}` overflowed an integer{place}"),
        ),
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => guest(
            "trap.call",
            format!("`{hook}` called a function that is not there{place}"),
        ),
        other => guest("trap.other", format!("`{hook}` trapped: {other}{place}")),
    }
}

/// Where it happened, when the component still carries names.
fn place(error: &wasmtime::Error) -> String {
    let Some(trace) = error.downcast_ref::<wasmtime::WasmBacktrace>() else {
        return String::new();
    };
    let names: Vec<_> = trace
        .frames()
        .iter()
        .filter_map(|frame| frame.func_name())
        .take(3)
        .collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(", in {}", names.join(" < "))
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

pub(crate) fn guest(code: &str, message: String) -> Fault {
    Fault {
        code: code.to_owned(),
        blame: Blame::Guest,
        message,
    }
}

fn host(code: &str, message: String) -> Fault {
    Fault {
        code: code.to_owned(),
        blame: Blame::Host,
        message,
    }
}
