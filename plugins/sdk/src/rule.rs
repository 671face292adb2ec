//! The trait a rule implements, the macro that turns it into a component, and the log.
//!
//! Keeps nothing but the configured rule of this instance; the host never calls one instance twice with
//! different parameters.

use crate::bindings::rongyi;
use crate::types::{About, Basket, Closing, Decision, Diagnostic, Event, Plan, Quote, Refusal};

pub use rongyi::rules::host::Level;

/// What an author writes. `describe` and `configure` are needed; each of the three questions that a rule
/// does not answer refuses with the code `not-handled`.
pub trait Rule: Sized {
    /// Who this rule is, with its parameter schema and its scenarios.
    fn describe() -> About;

    /// Reads the parameters, JSON made from the TOML table, once. The plan names what this rule handles and
    /// which facts it wants.
    ///
    /// # Errors
    /// Everything that is wrong with the parameters, all at once.
    fn configure(params: &str) -> Result<(Self, Plan), Vec<Diagnostic>>;

    /// What this event is worth. `event.facts` answers the facts of the kind's plan, in their order.
    ///
    /// # Errors
    /// The refusal: a phrase code, its arguments, and the day from which it may be otherwise.
    fn earn(&self, event: &Event) -> Result<Decision, Refusal> {
        let _ = event;
        Err(not_handled())
    }

    /// What this basket costs: one amount for each line, for the whole line.
    ///
    /// # Errors
    /// The refusal, as for [`Rule::earn`].
    fn price(&self, basket: &Basket) -> Result<Quote, Refusal> {
        let _ = basket;
        Err(not_handled())
    }

    /// What happens to this holder at the end of a period.
    ///
    /// # Errors
    /// The refusal, as for [`Rule::earn`].
    fn close(&self, closing: &Closing) -> Result<Decision, Refusal> {
        let _ = closing;
        Err(not_handled())
    }
}

/// The answer to a question this rule has no answer to.
fn not_handled() -> Refusal {
    Refusal {
        code: "not-handled".to_owned(),
        args: Vec::new(),
        opens: None,
    }
}

/// The answer when the host asks before `configure` succeeded.
#[doc(hidden)]
pub fn not_configured() -> Refusal {
    Refusal {
        code: "not-configured".to_owned(),
        args: Vec::new(),
        opens: None,
    }
}

/// Writes a line to the author's log. Never shown to residents; natively it goes nowhere.
pub fn log(level: Level, line: &str) {
    #[cfg(target_arch = "wasm32")]
    rongyi::rules::host::log(level, line);
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (level, line);
}

/// Makes a panic say where it happened before the instance is gone. [`export!`](crate::export) calls it;
/// natively it leaves the program's own hook alone.
pub fn install_panic_log() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("panic without a message");
        // What the standard library says where there is no clock, and what to do about it.
        let message = match message.starts_with("time not implemented") {
            true => {
                "规则没有时钟：用事项的日期 event.on 和 event.minute / a rule has no clock: use the event's day, event.on and event.minute"
            }
            false => message,
        };
        let line = panic.location().map_or_else(
            || message.to_owned(),
            |at| format!("{message} ({}:{}:{})", at.file(), at.line(), at.column()),
        );
        log(Level::Error, &line);
    }));
}

/// Turns a [`Rule`] into a component: `rongyi_sdk::export!(MyRule);` once per crate.
///
/// It writes the exports on wasm only, so the same crate can be linked into tests and into a host together
/// with other rules.
#[macro_export]
macro_rules! export {
    ($rule:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::exports::rongyi::rules::rules as border;

            std::thread_local! {
                static RULE: std::cell::RefCell<Option<$rule>> =
                    const { std::cell::RefCell::new(None) };
            }

            fn ask<T>(
                question: impl FnOnce(&$rule) -> Result<T, $crate::types::Refusal>,
            ) -> Result<T, $crate::types::Refusal> {
                RULE.with_borrow(|rule| match rule {
                    Some(rule) => question(rule),
                    None => Err($crate::__not_configured()),
                })
            }

            struct Component;

            impl border::Guest for Component {
                fn describe() -> $crate::types::About {
                    $crate::install_panic_log();
                    <$rule as $crate::Rule>::describe()
                }

                fn configure(
                    params: String,
                ) -> Result<$crate::types::Plan, std::vec::Vec<$crate::types::Diagnostic>> {
                    $crate::install_panic_log();
                    let (rule, plan) = <$rule as $crate::Rule>::configure(&params)?;
                    RULE.set(Some(rule));
                    Ok(plan)
                }

                fn earn(
                    event: $crate::types::Event,
                ) -> Result<$crate::types::Decision, $crate::types::Refusal> {
                    ask(|rule| $crate::Rule::earn(rule, &event))
                }

                fn price(
                    basket: $crate::types::Basket,
                ) -> Result<$crate::types::Quote, $crate::types::Refusal> {
                    ask(|rule| $crate::Rule::price(rule, &basket))
                }

                fn close(
                    closing: $crate::types::Closing,
                ) -> Result<$crate::types::Decision, $crate::types::Refusal> {
                    ask(|rule| $crate::Rule::close(rule, &closing))
                }
            }

    $crate::bindings::export_component!(Component with_types_in $crate::bindings);
        };
    };
}
