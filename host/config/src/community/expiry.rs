//! `expiry`: when points lapse, unless a rule says otherwise for one award. Exactly one of its forms; which day that is,
//! the ledger knows.

use rongyi_core::settings::{Expiry, is_day_of_year};

use super::narrow;
use crate::reader::{Field, Table, both};

/// What is written below `expiry`.
struct Written<'t> {
    table: Table<'t>,
    forms: Vec<Option<Expiry>>,
}

impl Written<'_> {
    /// One form, where it is written; `None` inside where its number is wrong.
    fn form(&mut self, key: &str, bounds: (i64, i64), make: impl FnOnce(u16) -> Expiry) {
        if let Some(field) = self.table.get(key) {
            let number = field.integer(bounds.0..=bounds.1);
            self.forms.push(number.map(|number| make(narrow(number))));
        }
    }
}

/// The bounds were checked by the caller.
fn small(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

pub(super) fn read(field: &Field<'_>) -> Option<Expiry> {
    if field.value.get_ref().is_str() {
        return field.one_of(&[("never", Expiry::Never)]);
    }
    let table = field.table()?;
    let later = table.get("months_later").map(|f| f.integer(1..=120));
    let years_later = table.get("years_later").map(|f| f.integer(0..=20));
    let mut written = Written {
        table,
        forms: Vec::new(),
    };
    written.form("days", (1, 3650), Expiry::Days);
    written.form("months", (1, 240), Expiry::Months);
    written.form("end_of_month", (0, 120), |n| Expiry::EndOfMonth(small(n)));
    written.form("end_of_quarter", (0, 40), |n| {
        Expiry::EndOfQuarter(small(n))
    });
    written.form("end_of_half_year", (0, 40), |n| {
        Expiry::EndOfHalfYear(small(n))
    });
    written.form("end_of_year", (0, 20), |n| Expiry::EndOfYear(small(n)));
    // Without a number of months it is the next one: the same one would lapse as it is given.
    let months = small(later.flatten().map_or(1, narrow));
    let years = small(years_later.flatten().map_or(1, narrow));
    if let Some(field) = written.table.get("until") {
        let form = day_of_year(&field).map(|(month, day)| Expiry::DayOfYear { month, day, years });
        written.forms.push(form);
    }
    written.form("day_of_month", (1, 31), |n| Expiry::DayOfMonth {
        day: small(n),
        months,
    });
    let Written { table, forms } = written;
    let errors = || field.desk.found.borrow().len();
    let before = errors();
    table.finish();
    let unknown = errors() > before;
    let by_day = matches!(forms.as_slice(), [Some(Expiry::DayOfMonth { .. }) | None]);
    let by_year = matches!(forms.as_slice(), [Some(Expiry::DayOfYear { .. }) | None]);
    match forms.as_slice() {
        [only] if (later.is_none() || by_day) && (years_later.is_none() || by_year) => *only,
        _ => {
            // A misspelt key was reported already.
            if !unknown {
                refuse(field);
            }
            None
        }
    }
}

/// Month and day of `01-31`.
fn day_of_year(field: &Field<'_>) -> Option<(u8, u8)> {
    let text = field.string()?;
    let parsed = || {
        let (month, day) = text.split_once('-')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|one| one.is_ascii_digit());
        let two = |part: &str| part.parse().ok().filter(|_| digits(part));
        let (month, day) = (two(month)?, two(day)?);
        is_day_of_year(month, day).then_some((month, day))
    };
    let found = parsed();
    if found.is_none() {
        field.refuse(
            both(
                format!("“{text}”不是一年里的一天。"),
                format!("“{text}” is no day of a year."),
            ),
            both(
                "写月和日各两位，如 \"01-31\" 是一月三十一日。",
                "Write month and day with two digits each; “01-31” is 31 January.",
            ),
        );
    }
    found
}

fn refuse(field: &Field<'_>) {
    field.refuse(
        both(
            "“expiry” 只能有一种写法。",
            "“expiry” takes exactly one of its forms.",
        ),
        both(
            "写 \"never\"、{ days = 365 }、{ months = 12 }、{ end_of_month = 2 }、{ end_of_quarter = 1 }、{ end_of_half_year = 1 }、{ end_of_year = 1 }、{ day_of_month = 20 } 或 { until = \"01-31\" } 之一；months_later 只和 day_of_month 一起写，years_later 只和 until 一起写。",
            "Write one of \"never\", { days = 365 }, { months = 12 }, { end_of_month = 2 }, { end_of_quarter = 1 }, { end_of_half_year = 1 }, { end_of_year = 1 }, { day_of_month = 20 } or { until = \"01-31\" }; months_later stands beside day_of_month alone, years_later beside until.",
        ),
    );
}
