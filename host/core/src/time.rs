//! Time as values: instants and local dates that somebody else read from a clock.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;

/// Microseconds since 1970-01-01 UTC, assigned by the host, strictly increasing in one community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// A calendar date in a community's own time zone, 1970-01-01 to 2199-12-31.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDate(Date);

/// Why something is not a [`LocalDate`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a date between 1970-01-01 and 2199-12-31; write it as 2026-11-23")]
pub struct BadDate(pub String);

impl LocalDate {
    /// A date from its parts.
    ///
    /// # Errors
    /// [`BadDate`] when there is no such day or it is out of range.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Self, BadDate> {
        let bad = || BadDate(format!("{year}-{month}-{day}"));
        let year16 = i16::try_from(year).map_err(|_| bad())?;
        let month = i8::try_from(month).map_err(|_| bad())?;
        let day = i8::try_from(day).map_err(|_| bad())?;
        let date = Date::new(year16, month, day).map_err(|_| bad())?;
        if (1970..=2199).contains(&year) {
            Ok(LocalDate(date))
        } else {
            Err(bad())
        }
    }

    /// The date `days` after 1970-01-01; `None` when out of range.
    pub fn from_days(days: i32) -> Option<Self> {
        let epoch = Date::constant(1970, 1, 1);
        // Stored bytes may hold any number; `days()` panics for those that no calendar has.
        let span = jiff::Span::new().try_days(days).ok()?;
        let date = epoch.checked_add(span).ok()?;
        LocalDate::new(
            i32::from(date.year()),
            u8::try_from(date.month()).ok()?,
            u8::try_from(date.day()).ok()?,
        )
        .ok()
    }

    /// Days since 1970-01-01.
    pub fn to_days(self) -> i32 {
        Date::constant(1970, 1, 1)
            .until(self.0)
            .map_or(0, |span| span.get_days())
    }

    /// Year, month 1-12, day 1-31.
    pub fn parts(self) -> (i32, u8, u8) {
        (
            i32::from(self.0.year()),
            self.0.month().unsigned_abs(),
            self.0.day().unsigned_abs(),
        )
    }

    /// 1 is Monday, 7 is Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_one_offset().unsigned_abs()
    }

    /// The date `days` later, or earlier when negative; stops at the ends of the range.
    pub fn plus_days(self, days: i32) -> Self {
        let far = if days < 0 { Self::FIRST } else { Self::LAST };
        self.to_days()
            .checked_add(days)
            .and_then(LocalDate::from_days)
            .unwrap_or(far)
    }

    /// The same day of the month `months` later, or that month's last day; stops at the end of the range.
    pub fn plus_months(self, months: u16) -> Self {
        let far = self.0.checked_add(i64::from(months).months());
        far.ok()
            .map(LocalDate)
            .filter(|date| *date <= Self::LAST)
            .unwrap_or(Self::LAST)
    }

    /// First day of this date's week (Monday).
    pub fn week_start(self) -> Self {
        self.plus_days(1_i32.saturating_sub(i32::from(self.weekday())))
    }

    /// First day of this date's month.
    pub fn month_start(self) -> Self {
        LocalDate(self.0.first_of_month())
    }

    /// Last day of this date's month.
    pub fn month_end(self) -> Self {
        LocalDate(self.0.last_of_month())
    }

    /// First day of this date's quarter.
    pub fn quarter_start(self) -> Self {
        let (year, month, _) = self.parts();
        let first = month
            .saturating_sub(month.saturating_sub(1) % 3)
            .saturating_sub(1);
        LocalDate::new(year, first.saturating_add(1), 1).unwrap_or(self)
    }

    /// First day of this date's half-year: 1 January or 1 July.
    pub fn half_year_start(self) -> Self {
        let (year, month, _) = self.parts();
        LocalDate::new(year, if month < 7 { 1 } else { 7 }, 1).unwrap_or(self)
    }

    /// Last day of this date's half-year: 30 June or 31 December.
    pub fn half_year_end(self) -> Self {
        let (year, month, _) = self.parts();
        let (month, day) = if month < 7 { (6, 30) } else { (12, 31) };
        LocalDate::new(year, month, day).unwrap_or(self)
    }

    /// First day of this date's year.
    pub fn year_start(self) -> Self {
        LocalDate(self.0.first_of_year())
    }

    /// Last day of this date's year.
    pub fn year_end(self) -> Self {
        LocalDate(self.0.last_of_year())
    }

    /// `year * 12 + month - 1`: counts months for ever, in order.
    pub fn month_index(self) -> i32 {
        let (year, month, _) = self.parts();
        year.saturating_mul(12)
            .saturating_add(i32::from(month))
            .saturating_sub(1)
    }

    /// The day of the month that [`LocalDate::month_index`] counts as `month`; none when it has no such day.
    pub fn of_month_index(month: i32, day: u8) -> Option<LocalDate> {
        let month0 = u8::try_from(month.rem_euclid(12)).ok()?;
        LocalDate::new(month.div_euclid(12), month0.saturating_add(1), day).ok()
    }

    /// The first date that can be written.
    pub const FIRST: LocalDate = LocalDate(Date::constant(1970, 1, 1));
    /// The last date that can be written.
    pub const LAST: LocalDate = LocalDate(Date::constant(2199, 12, 31));
}

impl FromStr for LocalDate {
    type Err = BadDate;
    fn from_str(text: &str) -> Result<Self, BadDate> {
        let bad = || BadDate(text.chars().take(40).collect());
        let mut parts = text.splitn(3, '-');
        let mut next = |length: usize| {
            parts
                .next()
                .filter(|p| p.len() == length && p.bytes().all(|b| b.is_ascii_digit()))
        };
        let (Some(year), Some(month), Some(day)) = (next(4), next(2), next(2)) else {
            return Err(bad());
        };
        let number = |p: &str| p.parse::<u16>().map_err(|_| bad());
        let small = |p: &str| number(p).and_then(|n| u8::try_from(n).map_err(|_| bad()));
        LocalDate::new(i32::from(number(year)?), small(month)?, small(day)?).map_err(|_| bad())
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_spelling() {
        assert_eq!("2026-01-02".parse(), LocalDate::new(2026, 1, 2));
        for bad in [
            "2026-+1-02",
            "2026-1-02",
            "2026-01-2",
            "2026-02-29",
            "2026-01",
            "x026-01-02",
        ] {
            let read: Result<LocalDate, BadDate> = bad.parse();
            assert_eq!(read, Err(BadDate(bad.to_owned())));
        }
    }

    #[test]
    fn days_that_no_calendar_has_are_none() {
        for days in [i32::MIN, -7_304_485, -1, 7_304_485, i32::MAX] {
            assert_eq!(LocalDate::from_days(days), None, "{days}");
        }
        for days in [i32::MIN, -7_304_485, 7_304_485, i32::MAX] {
            let end = if days < 0 {
                LocalDate::FIRST
            } else {
                LocalDate::LAST
            };
            assert_eq!(LocalDate::FIRST.plus_days(days), end, "{days}");
            assert_eq!(LocalDate::LAST.plus_days(days), end, "{days}");
        }
    }
}
