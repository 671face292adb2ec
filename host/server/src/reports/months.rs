//! Which months a report is about: as they are asked for, or the last twelve. Reads no clock.

use rongyi_core::period::{Period, PeriodLength};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

use super::{ReportError, both};

/// The most months of one report.
pub const MAX: usize = 36;
/// How many are shown where nothing was asked.
const USUAL: i32 = 12;

/// Some months that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Months {
    /// Of which the first day.
    pub first: LocalDate,
    /// The last day of the last.
    pub last: LocalDate,
}

impl Months {
    /// The months from `from` to `to`, written `2026-10`; without a word the last twelve, as far back as the community
    /// goes. `bounds`: the community's first day, and today.
    ///
    /// # Errors
    /// [`ReportError::Months`].
    pub fn asked(
        from: Option<&str>,
        to: Option<&str>,
        (began, today): (LocalDate, LocalDate),
    ) -> Result<Months, ReportError> {
        let read = |text: &str| {
            let month: Option<Period> = text.parse().ok();
            let month = month.filter(|period| period.length == PeriodLength::Month);
            let wrong = || ReportError::Months(text.chars().take(20).collect());
            month.ok_or_else(wrong)
        };
        let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(read).transpose();
        let to = given(to)?.map_or(today.month_end(), |month| month.last);
        let usual = to.month_index().saturating_sub(USUAL - 1);
        let usual = usual.max(began.month_index()).min(to.month_index());
        let usual = LocalDate::of_month_index(usual, 1).unwrap_or(to.month_start());
        let from = given(from)?.map_or(usual, |month| month.first);
        let months = Months {
            first: from,
            last: to,
        };
        if (1..=MAX).contains(&months.all().len()) {
            Ok(months)
        } else {
            Err(ReportError::Months(format!(
                "{} – {}",
                code(from),
                code(to)
            )))
        }
    }

    /// The first day of each. No more than one above [`MAX`].
    pub fn all(&self) -> Vec<LocalDate> {
        let indices = self.first.month_index()..=self.last.month_index();
        let days = indices.filter_map(|index| LocalDate::of_month_index(index, 1));
        days.take(MAX + 1).collect()
    }

    /// The places of the first and the last in lists of counters.
    pub fn indices(&self) -> (i32, i32) {
        (self.first.month_index(), self.last.month_index())
    }
}

/// A month as addresses have it: `2026-10`.
pub fn code(day: LocalDate) -> String {
    Period::of(PeriodLength::Month, day).to_string()
}

/// A month as people read it.
pub fn title(day: LocalDate) -> Text {
    let (year, month, _) = day.parts();
    both(format!("{year}年{month}月"), code(day))
}

/// A month under a bar.
pub(super) fn short(day: LocalDate) -> Text {
    let (year, month, _) = day.parts();
    if month == 1 {
        both(format!("{year}年1月"), code(day))
    } else {
        both(format!("{month}月"), format!("{month:02}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_or_refused() {
        let day = |text: &str| text.parse::<LocalDate>().unwrap();
        let bounds = (day("2026-03-05"), day("2026-11-23"));
        let said = |from, to| {
            let months = Months::asked(from, to, bounds).ok()?;
            Some((code(months.first), code(months.last), months.all().len()))
        };
        let some = |from: &str, to: &str, all| Some((from.to_owned(), to.to_owned(), all));
        assert_eq!(said(None, None), some("2026-03", "2026-11", 9));
        assert_eq!(
            said(Some(""), Some("2027-05")),
            some("2026-06", "2027-05", 12)
        );
        assert_eq!(said(Some("2026-10"), None), some("2026-10", "2026-11", 2));
        assert_eq!(said(None, Some("2026-01")), some("2026-01", "2026-01", 1));
        assert_eq!(
            said(Some("2024-01"), Some("2026-12")),
            some("2024-01", "2026-12", 36)
        );
        for (from, to) in [
            (Some("2023-12"), Some("2026-12")),
            (Some("2026-11"), Some("2026-10")),
            (Some("2026"), None),
            (Some("2026-q1"), None),
            (Some("x"), None),
        ] {
            assert_eq!(said(from, to), None, "{from:?} {to:?}");
        }
    }
}
