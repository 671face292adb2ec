//! What went wrong in a call, as a fault with a stable code, whose it is, the limit and the use.

use rongyi_core::rule::{Blame, Fault};
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

use crate::limits::Limits;
use crate::state::State;

/// The longest message of a panic, in characters.
const PANIC_CHARS_MAX: usize = 1_000;

/// What a call had, and what it took until it ended.
pub(crate) struct Spent<'c> {
    /// The export that was called.
    hook: &'c str,
    limits: &'c Limits,
    /// Units of fuel it had.
    fuel_max: u64,
    /// Units of fuel it took.
    fuel: u64,
    state: &'c State,
}

impl<'c> Spent<'c> {
    /// What `hook` took of its `fuel_max` in this store.
    pub(crate) fn of(
        hook: &'c str,
        limits: &'c Limits,
        fuel_max: u64,
        store: &'c Store<State>,
    ) -> Self {
        Spent {
            hook,
            limits,
            fuel_max,
            fuel: fuel_max.saturating_sub(store.get_fuel().unwrap_or(0)),
            state: store.data(),
        }
    }

    /// A fault of the guest's: what it did, and what that took of what it had.
    pub(crate) fn guest(&self, code: &str, did: &str) -> Fault {
        let Spent {
            hook,
            fuel,
            fuel_max,
            ..
        } = self;
        let (memory, memory_max) = (self.state.memory_used(), self.limits.memory_bytes);
        Fault {
            code: code.to_owned(),
            blame: Blame::Guest,
            message: format!(
                "`{hook}` {did} [fuel {fuel} of {fuel_max}, memory {} of {} KiB]",
                memory >> 10,
                memory_max >> 10
            ),
        }
    }

    fn host(code: &str, message: String) -> Fault {
        Fault {
            code: code.to_owned(),
            blame: Blame::Host,
            message,
        }
    }

    /// The fault behind an error of the call.
    pub(crate) fn fault(&self, error: &wasmtime::Error) -> Fault {
        if error.is::<PoolConcurrencyLimitError>() {
            let max = self.limits.instances;
            return Spent::host(
                "host.busy",
                format!(
                    "{max} rule calls are running already and the limit is {max}; this one is tried again"
                ),
            );
        }
        if let Some(asked) = self.state.memory_denied {
            let (max, asked) = (self.limits.memory_bytes >> 10, asked >> 10);
            let did = format!("asked for {asked} KiB of memory; the limit is {max} KiB");
            return self.guest("limit.memory", &did);
        }
        if let Some(trap) = error.downcast_ref::<Trap>() {
            if let (Trap::UnreachableCodeReached, Some(message)) = (trap, &self.state.last_error) {
                let message = plain(message, PANIC_CHARS_MAX);
                return self.guest("plugin.panic", &format!("panicked: {message}"));
            }
            return self.trapped(*trap, &place(error));
        }
        self.unusable(&format!("{error:#}"))
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "wasmtime adds traps; whatever it adds is a trap like any other"
    )]
    fn trapped(&self, trap: Trap, place: &str) -> Fault {
        let limits = self.limits;
        match trap {
            Trap::OutOfFuel => {
                let max = self.fuel_max;
                let did = format!(
                    "used all of its {max} units of fuel; does a loop never end, or is there too much to do?"
                );
                self.guest("limit.fuel", &did)
            }
            Trap::Interrupt => {
                let (took, max) = (self.state.stopwatch.took().as_millis(), limits.deadline_ms);
                let (hook, fuel, fuel_max) = (self.hook, self.fuel, self.fuel_max);
                let message = format!(
                    "`{hook}` was stopped after {took} ms of the processor's time, the limit is {max} ms; it is tried again [fuel {fuel} of {fuel_max}]"
                );
                Spent::host("limit.time", message)
            }
            Trap::StackOverflow => {
                let max = limits.stack_bytes >> 10;
                let did = format!(
                    "used all of its {max} KiB of stack and wanted more; is a recursion endless?{place}"
                );
                self.guest("limit.stack", &did)
            }
            Trap::UnreachableCodeReached => {
                self.guest("trap.unreachable", &format!("gave up (unreachable){place}"))
            }
            Trap::MemoryOutOfBounds => {
                let did =
                    format!("reached outside its memory, perhaps by a recursion too deep{place}");
                self.guest("trap.memory", &did)
            }
            Trap::IntegerDivisionByZero => {
                self.guest("trap.division", &format!("divided by zero{place}"))
            }
            Trap::IntegerOverflow => {
                self.guest("trap.overflow", &format!("overflowed an integer{place}"))
            }
            Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => self.guest(
                "trap.call",
                &format!("called a function that is not there{place}"),
            ),
            other => self.guest("trap.other", &format!("trapped: {other}{place}")),
        }
    }

    /// It ended, and what it answered cannot be read.
    fn unusable(&self, text: &str) -> Fault {
        if text.contains("hostcall") || text.contains("fuel allocated for") {
            let max = self.limits.transfer_bytes >> 10;
            let did = format!("handed over more than {max} KiB at once, which is the limit");
            return self.guest("output.size", &did);
        }
        if text.contains("utf-8") || text.contains("utf8") || text.contains("UTF-8") {
            return self.guest("output.utf8", "answered with a text that is not UTF-8");
        }
        let why = plain(text.lines().next().unwrap_or(text), 400);
        self.guest("output.invalid", &format!("gave no valid answer: {why}"))
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
        .map(|name| plain(name, 120))
        .collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(", in {}", names.join(" < "))
    }
}

/// A text of the author's as it may stand in a message: short, one line, nothing in it hidden.
pub(crate) fn plain(text: &str, chars_max: usize) -> String {
    rongyi_core::shown::short(text, chars_max).into_owned()
}
