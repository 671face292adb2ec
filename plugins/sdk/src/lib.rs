//! Everything a Rust author needs for a rule: plain types, the [`Rule`] trait, [`export!`], a reader for
//! parameters, and small calendar sums.
//!
//! It holds no rule of its own and knows nothing of ledgers. All of it also runs natively, so a rule can
//! be tested without a sandbox; only [`export!`] writes anything that is special to wasm, and only there.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

/// The author's manual, kept here so that its example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod manual {}

#[doc(hidden)]
pub mod bindings;
pub mod calendar;
pub mod clock;
pub mod params;
mod rule;
pub mod say;
#[cfg(feature = "scenario")]
pub mod scenario;
pub mod suspension;
#[cfg(feature = "scenario")]
pub mod trial;
pub mod window;

/// The interface's own types, as plain structs. Their meanings stand in `plugins/wit/v0.2/rules.wit`.
pub mod types {
    pub use crate::bindings::rongyi::rules::types::{
        About, Arg, Award, Basket, BasketLine, Closing, Date, Decimal, Decision, Diagnostic, Event,
        Fact, FactNeed, Field, FieldKind, KindPlan, Line, Mark, Metric, Phrase, Plan, PricingPlan,
        Quote, Refusal, Severity, Short, Subject, Text, Value, Window,
    };
}

#[doc(hidden)]
pub use rule::not_configured as __not_configured;
pub use rule::{Level, Rule, install_panic_log, log};

/// The event kind whose facts are those that `close` wants to know. A rule that closes periods names it in
/// its plan; nobody can report it as an event, and `close` awards to the role `doer`, who is the holder.
pub const CLOSING_KIND: &str = "period.close";

/// The field, `yes`, that stands among those of an event of which nobody said the time of day. Its `minute` is 0 then,
/// which is midnight for an event without this field: ask [`minute_of`] instead.
pub const NO_TIME: &str = "host.no-time";

/// The minute of the day at which an event happened; `None` when nobody said it.
pub fn minute_of(event: &types::Event) -> Option<u16> {
    let unknown = event.fields.iter().any(|(name, _)| name == NO_TIME);
    (!unknown).then_some(event.minute)
}

/// Of `streak-days` and `events`: what to name in `of` for the days in a row, or the events, that follow the event's day,
/// within a trailing window. There are such days only for an event that is entered late.
pub fn ahead(kind: &str) -> String {
    format!("ahead/{kind}")
}

/// A text in both languages.
pub fn text(zh: impl Into<String>, en: impl Into<String>) -> types::Text {
    types::Text {
        zh: zh.into(),
        en: en.into(),
    }
}

/// Something wrong in the parameters, said in both languages. `path` is dotted: `kinds[2].caps[0].amount`.
pub fn wrong(
    path: impl Into<String>,
    code: impl Into<String>,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> types::Diagnostic {
    types::Diagnostic {
        severity: types::Severity::Error,
        path: path.into(),
        code: code.into(),
        message: text(zh, en),
    }
}
