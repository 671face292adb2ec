//! Civil dates: the next day, the weekday, and the first day of the next window.
//!
//! Only what refusals need for "from which day on"; a rule has no clock.

use crate::types::{Date, Window};
use crate::window::HALF_YEAR_DAYS;

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
    // 1970-01-01 was a Thursday.
    u8::try_from(day_number(on).saturating_add(3).rem_euclid(7)).map_or(1, |n| n.saturating_add(1))
}

/// Days from 1970-01-01 to this day.
///
/// ```
/// use rongyi_sdk::{calendar::day_number, types::Date};
/// assert_eq!(day_number(Date { year: 1970, month: 1, day: 2 }), 1);
/// ```
pub fn day_number(on: Date) -> i32 {
    // Whole years by arithmetic, months one by one: short ranges, no tables, and cheap in a sandbox.
    let past = on.year.saturating_sub(1);
    let leaps = |year: i32| year / 4 - year / 100 + year / 400;
    let years = on
        .year
        .saturating_sub(1970)
        .saturating_mul(365)
        .saturating_add(leaps(past) - leaps(1969));
    let months: i32 = (1..on.month)
        .map(|month| i32::from(month_days(on.year, month)))
        .sum();
    years
        .saturating_add(months)
        .saturating_add(i32::from(on.day))
        .saturating_sub(1)
}

/// This many days later, or earlier when negative; stays between 1970 and 2199. Meant for a few hundred days.
pub fn plus_days(on: Date, days: i32) -> Date {
    let mut wanted = day_number(on).saturating_add(days).max(0);
    let mut year = (wanted / 366).saturating_add(1970);
    let first = |year| {
        day_number(Date {
            year,
            month: 1,
            day: 1,
        })
    };
    while year < 2199 && first(year.saturating_add(1)) <= wanted {
        year = year.saturating_add(1);
    }
    wanted = wanted.saturating_sub(first(year));
    let mut month = 1;
    while month < 12 && wanted >= i32::from(month_days(year, month)) {
        wanted = wanted.saturating_sub(i32::from(month_days(year, month)));
        month = month.saturating_add(1);
    }
    let last = month_days(year, month);
    let day = u8::try_from(wanted.saturating_add(1)).map_or(last, |day| day.min(last));
    Date { year, month, day }
}

/// The last day of the month that comes this many months after this one.
///
/// ```
/// use rongyi_sdk::{calendar::month_end, types::Date};
/// let on = Date { year: 2026, month: 11, day: 22 };
/// assert_eq!(month_end(on, 3), Date { year: 2027, month: 2, day: 28 });
/// ```
pub fn month_end(on: Date, later: u16) -> Date {
    let months = on
        .year
        .saturating_mul(12)
        .saturating_add(i32::from(on.month))
        .saturating_sub(1)
        .saturating_add(i32::from(later));
    let year = months.div_euclid(12).min(2199);
    let month = u8::try_from(months.rem_euclid(12)).map_or(12, |month| month.saturating_add(1));
    Date {
        year,
        month,
        day: month_days(year, month),
    }
}

/// The last day of the quarter that comes this many quarters after this one.
pub fn quarter_end(on: Date, later: u16) -> Date {
    let rest = 2_u16.saturating_sub(u16::from(on.month.saturating_sub(1) % 3));
    month_end(on, later.saturating_mul(3).saturating_add(rest))
}

/// The last day of the half-year that comes this many half-years after this one.
///
/// ```
/// use rongyi_sdk::{calendar::half_year_end, types::Date};
/// let on = Date { year: 2026, month: 7, day: 1 };
/// assert_eq!(half_year_end(on, 0), Date { year: 2026, month: 12, day: 31 });
/// assert_eq!(half_year_end(on, 1), Date { year: 2027, month: 6, day: 30 });
/// ```
pub fn half_year_end(on: Date, later: u16) -> Date {
    let rest = 5_u16.saturating_sub(u16::from(on.month.saturating_sub(1) % 6));
    month_end(on, later.saturating_mul(6).saturating_add(rest))
}

/// The last day of the year that comes this many years after this one.
pub fn year_end(on: Date, later: u16) -> Date {
    Date {
        year: on.year.saturating_add(i32::from(later)).min(2199),
        month: 12,
        day: 31,
    }
}

/// A date as a number that sorts as the dates do.
pub fn order(on: Date) -> (i32, u8, u8) {
    (on.year, on.month, on.day)
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
        Window::TrailingDays(HALF_YEAR_DAYS) => next_day(half_year_end(on, 0)),
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
    is_day(date).then_some(date)
}

/// The day that a number such as 20240301 stands for.
pub fn day_of_number(number: i32) -> Option<Date> {
    let part = |number: i32| u8::try_from(number.rem_euclid(100)).ok();
    let date = Date {
        year: number.div_euclid(10_000),
        month: part(number.div_euclid(100))?,
        day: part(number)?,
    };
    is_day(date).then_some(date)
}

fn is_day(date: Date) -> bool {
    (1970..=2199).contains(&date.year)
        && (1..=12).contains(&date.month)
        && (1..=month_days(date.year, date.month)).contains(&date.day)
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
        let half = |on| next_window(crate::window::HALF_YEAR, day(on));
        assert_eq!(half("2026-01-01"), Some(day("2026-07-01")));
        assert_eq!(half("2026-06-30"), Some(day("2026-07-01")));
        assert_eq!(half("2026-07-01"), Some(day("2027-01-01")));
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
    fn ends_of_months_quarters_and_years() {
        assert_eq!(month_end(day("2026-12-05"), 0), day("2026-12-31"));
        assert_eq!(month_end(day("2027-12-05"), 2), day("2028-02-29"));
        assert_eq!(quarter_end(day("2026-10-01"), 0), day("2026-12-31"));
        assert_eq!(quarter_end(day("2026-11-22"), 1), day("2027-03-31"));
        assert_eq!(year_end(day("2026-11-22"), 1), day("2027-12-31"));
        assert_eq!(plus_days(day("2026-03-01"), -1), day("2026-02-28"));
        assert_eq!(plus_days(day("2199-12-31"), 5), day("2199-12-31"));
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
            assert_eq!(plus_days(day("1970-01-01"), day_number(on)), on);
            on = next_day(on);
            name = name % 7 + 1;
        }
    }
}
