//! What minutes count more than once: those at night, those of some people, those of some work. It bounds nothing and
//! writes no sentence.

use rongyi_sdk::clock::minutes_within;
use rongyi_sdk::minute_of;
use rongyi_sdk::params::{Exact, ten_to};
use rongyi_sdk::types::{Event, Value};

use crate::params::{Coefficient, Night};

/// The field in which the work is chosen.
pub(crate) const WORK: &str = "work";

/// How many of these minutes, from the event's own time of day on, lie at night; `None` when nobody said the time.
pub(crate) fn at_night(night: Night, event: &Event, minutes: i64) -> Option<i64> {
    let start = minute_of(event)?;
    Some(minutes_within((night.from, night.to), start, minutes))
}

/// What so many minutes, of which there are none below zero, are more or less than themselves when they count so many
/// times; parts of a minute are dropped.
pub(crate) fn more(minutes: i64, times: Exact) -> i64 {
    let counted = minutes.saturating_mul(times.units);
    counted
        .div_euclid(ten_to(times.scale))
        .saturating_sub(minutes)
}

/// The largest of the coefficients that hold, with its place; the first of equals.
pub(crate) fn coefficient<'k>(
    all: &'k [Coefficient],
    event: &Event,
) -> Option<(usize, &'k Coefficient)> {
    let holding = all.iter().enumerate().filter(|(_, one)| holds(one, event));
    // The last of equals would win otherwise.
    holding.rev().max_by_key(|(_, one)| one.times.at_scale(4))
}

fn holds(one: &Coefficient, event: &Event) -> bool {
    if let Some(has) = &one.has {
        return has.holds(&event.traits, event.on);
    }
    let chosen = event.fields.iter().find(|(name, _)| name == WORK);
    match chosen.map(|(_, value)| value) {
        Some(Value::Choice(code)) => one.code.as_ref() == Some(code),
        Some(Value::Integer(_) | Value::Decimal(_) | Value::YesNo(_) | Value::Day(_)) | None => {
            false
        }
    }
}
