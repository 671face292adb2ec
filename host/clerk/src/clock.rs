//! The one place that reads the wall clock; everything else is handed a [`Clock`].

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rongyi_core::time::{Instant, LocalDate};

/// Something that knows what time it is.
pub trait Clock: Send + Sync {
    /// Now, in µs UTC.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the house's replacement for reading the clock"
    )]
    fn now(&self) -> Instant {
        Instant(Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn new(now: Instant) -> Self {
        ManualClock(AtomicI64::new(now.0))
    }

    /// Moves it.
    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Moves it on.
    pub fn advance_days(&self, days: i64) {
        self.advance_seconds(days.saturating_mul(86_400));
    }

    /// Lets seconds pass.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0
            .fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

/// The local date and minute of the day at an instant; 1970-01-01 for an instant no calendar has.
pub fn local(at: Instant, zone: &TimeZone) -> (LocalDate, u16) {
    let Ok(stamp) = Timestamp::from_microsecond(at.0) else {
        return (LocalDate::FIRST, 0);
    };
    let there = stamp.to_zoned_datetime(zone.clone());
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    let date = LocalDate::new(
        i32::from(there.year()),
        part(there.month()),
        part(there.day()),
    )
    .unwrap_or(LocalDate::FIRST);
    let minute = u16::from(part(there.hour()))
        .saturating_mul(60)
        .saturating_add(u16::from(part(there.minute())));
    (date, minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_local_midnight() {
        let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
        let midnight = Instant(1_767_196_800_000_000); // 2025-12-31T16:00:00Z
        assert_eq!(local(midnight, &zone).0.to_string(), "2026-01-01");
        assert_eq!(
            local(Instant(midnight.0 - 1), &zone),
            ("2025-12-31".parse().expect("a date"), 1439)
        );
    }
}
