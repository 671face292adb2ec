//! Times of day as an operator writes them, `"22:00"`, and how much of a stretch of minutes lies between two of them. It
//! knows no time zone: minutes are those of the community's own day.

use std::fmt;

use serde::Deserialize;
use serde::de::Deserializer;

use crate::params::{expected, word};

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// A time of day, as its minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock(pub u16);

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let no = || {
            expected(
                "这里写一个时刻，例如 \"22:00\"",
                "Write a time of day such as \"22:00\"",
            )
        };
        let text = word(from, no)?;
        let (hour, minute) = text.split_once(':').ok_or_else(no)?;
        let number = |part: &str, most: u16| {
            let good = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>()
                .ok()
                .filter(|n| good && *n <= most)
                .ok_or_else(no)
        };
        Ok(Clock(number(hour, 23)? * 60 + number(minute, 59)?))
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// How many of `long` minutes that begin at minute `start` of a day lie from one time of day on and before another; earlier
/// than the first means over midnight, and the same means the whole day.
///
/// ```
/// use rongyi_sdk::clock::{Clock, minutes_within};
/// let night = (Clock(22 * 60), Clock(6 * 60));
/// assert_eq!(minutes_within(night, 21 * 60, 120), 60);
/// assert_eq!(minutes_within(night, 23 * 60, 480), 420);
/// ```
pub fn minutes_within((from, to): (Clock, Clock), start: u16, long: i64) -> i64 {
    let (from, to) = (i64::from(from.0), i64::from(to.0));
    // Over midnight it is everything but what lies between.
    let (first, last) = (from.min(to), from.max(to));
    let until = |minute: i64| {
        let rest = minute.rem_euclid(DAY);
        let whole = minute
            .div_euclid(DAY)
            .saturating_mul(last.saturating_sub(first));
        whole.saturating_add(rest.clamp(first, last).saturating_sub(first))
    };
    let start = i64::from(start);
    let between = until(start.saturating_add(long)).saturating_sub(until(start));
    if from < to {
        between
    } else {
        long.saturating_sub(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_has_two_digits_twice() {
        let read = |text: &str| serde_json::from_str::<Clock>(&format!("\"{text}\"")).ok();
        for (text, minute) in [("00:00", 0), ("06:05", 365), ("23:59", 1439)] {
            assert_eq!(read(text), Some(Clock(minute)));
            assert_eq!(Clock(minute).to_string(), text);
        }
        for bad in ["24:00", "22:60", "6:00", "06:5", "+6:00", "0600", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    /// Against counting minute by minute.
    #[test]
    fn minutes_lie_where_the_clock_says() {
        let hours = [0, 6, 7, 22, 23];
        for (from, to) in hours.iter().flat_map(|from| hours.map(|to| (*from, to))) {
            let (from, to) = (from * 60, to * 60 + 30);
            for start in [0, 1, 359, 390, 391, 1319, 1320, 1321, 1439] {
                for long in [0, 1, 60, 480, 1440, 3000] {
                    let inside = |minute: &i64| {
                        let at = minute % 1440;
                        if from < to {
                            from <= at && at < to
                        } else {
                            at >= from || at < to
                        }
                    };
                    let naive = (start..start + long).filter(inside).count();
                    let minute = |at: i64| u16::try_from(at).unwrap();
                    let clocks = (Clock(minute(from)), Clock(minute(to)));
                    assert_eq!(
                        minutes_within(clocks, minute(start), long),
                        i64::try_from(naive).unwrap(),
                        "{from} {to} {start} {long}"
                    );
                }
            }
        }
        let noon = (Clock(720), Clock(720));
        assert_eq!(minutes_within(noon, 700, 90), 90, "the whole day");
    }
}
