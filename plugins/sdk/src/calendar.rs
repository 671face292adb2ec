//! Civil dates: the next day, the weekday, and the first day of the next window.
//!
//! Only what refusals need for "from which day on"; a rule has no clock.

use crate::types::{Date, Window};

/// The day after. Stays where it is at the end of 2199.
///
/// ```
/// use rongyi_sdk::{calendar::next_day, types::Date};
/// let last = Date { year: 2028, month: 2, day: 29 };
/// assert_eq!(next_day(last), Date { year: 2028, month: 3, day: 1 });
/// ```
pub fn next_day(on: Date) -> Date {
    if on.day < month_days(on.year, on.month) {
        Date {
            day: on.day.saturating_add(1),
            ..on
        }
    } else {
        month_after(on, 1)
    }
}

/// 1 is Monday, 7 is Sunday.
///
/// ```
/// use rongyi_sdk::{calendar::weekday, types::Date};
/// assert_eq!(weekday(Date { year: 2026, month: 11, day: 23 }), 1);
/// ```
pub fn weekday(on: Date) -> u8 {
    // Days since 1970-01-01, a Thursday, counted year by year and month by month: short ranges, no tables.
    let years: i32 = (1970..on.year)
        .map(|year| if leap(year) { 366 } else { 365 })
        .sum();
    let months: i32 = (1..on.month)
        .map(|month| i32::from(month_days(on.year, month)))
        .sum();
    let days = years
        .saturating_add(months)
        .saturating_add(i32::from(on.day))
        .saturating_sub(1);
    u8::try_from((days.saturating_add(3)).rem_euclid(7)).map_or(1, |n| n.saturating_add(1))
}

/// The first day on which a window that holds `on` has passed. A trailing window moves every day, so it is
/// the next day; a lifetime never passes.
///
/// ```
/// use rongyi_sdk::{calendar::next_window, types::{Date, Window}};
/// let on = Date { year: 2026, month: 11, day: 22 };
/// assert_eq!(next_window(Window::Month, on), Some(Date { year: 2026, month: 12, day: 1 }));
/// assert_eq!(next_window(Window::Week, on), Some(Date { year: 2026, month: 11, day: 23 }));
/// assert_eq!(next_window(Window::Lifetime, on), None);
/// ```
pub fn next_window(window: Window, on: Date) -> Option<Date> {
    Some(match window {
        Window::Day | Window::TrailingDays(_) => next_day(on),
        Window::Week => (weekday(on)..=7).fold(on, |day, _| next_day(day)),
        Window::Month => month_after(on, 1),
        Window::Quarter => month_after(on, 3_u8.saturating_sub(on.month.saturating_sub(1) % 3)),
        Window::Year => month_after(on, 13_u8.saturating_sub(on.month)),
        Window::Lifetime => return None,
    })
}

/// Reads `2026-11-23`.
pub fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.next().is_some() || !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    let date = Date {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
        day: day.parse().ok()?,
    };
    let good = (1970..=2199).contains(&date.year)
        && (1..=12).contains(&date.month)
        && (1..=month_days(date.year, date.month)).contains(&date.day);
    good.then_some(date)
}

/// The first of the month that comes `months` (1-12) after this one.
fn month_after(on: Date, months: u8) -> Date {
    let month = on.month.saturating_add(months);
    if month <= 12 {
        Date {
            month,
            day: 1,
            ..on
        }
    } else if on.year >= 2199 {
        on
    } else {
        Date {
            year: on.year.saturating_add(1),
            month: month.saturating_sub(12),
            day: 1,
        }
    }
}

fn leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_days(year: i32, month: u8) -> u8 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    #[test]
    fn windows_end_where_the_calendar_says() {
        let quarter = |on| next_window(Window::Quarter, day(on));
        assert_eq!(quarter("2026-10-01"), Some(day("2027-01-01")));
        assert_eq!(quarter("2026-02-28"), Some(day("2026-04-01")));
        assert_eq!(quarter("2026-03-31"), Some(day("2026-04-01")));
        assert_eq!(
            next_window(Window::Year, day("2026-01-01")),
            Some(day("2027-01-01"))
        );
        assert_eq!(
            next_window(Window::Week, day("2026-11-23")),
            Some(day("2026-11-30"))
        );
        assert_eq!(
            next_window(Window::Day, day("2026-12-31")),
            Some(day("2027-01-01"))
        );
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for bad in [
            "2026-02-29",
            "2026-13-01",
            "2026-1-1",
            "26-01-01",
            "2026-11-23T09:00",
            "",
        ] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
        assert!(parse_date("2028-02-29").is_some());
    }

    #[test]
    fn weekdays_follow_each_other() {
        let mut on = day("1970-01-01");
        let mut name = 4;
        while on != day("2040-01-01") {
            assert_eq!(weekday(on), name, "{on:?}");
            on = next_day(on);
            name = name % 7 + 1;
        }
    }
}
