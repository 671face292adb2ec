//! `expiry`: when points lapse, unless a rule says otherwise for one award. Exactly one of its forms; which day that is,
//! the ledger knows.

use rongyi_core::settings::Expiry;

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
    match forms.as_slice() {
        [only] if later.is_none() || by_day => *only,
        _ => {
            // A misspelt key was reported already.
            if !unknown {
                refuse(field);
            }
            None
        }
    }
}

fn refuse(field: &Field<'_>) {
    field.refuse(
        both(
            "“expiry” 只能有一种写法。",
            "“expiry” takes exactly one of its forms.",
        ),
        both(
            "写 \"never\"、{ days = 365 }、{ months = 12 }、{ end_of_month = 2 }、{ end_of_quarter = 1 }、{ end_of_half_year = 1 }、{ end_of_year = 1 } 或 { day_of_month = 20 } 之一；months_later 只和 day_of_month 一起写。",
            "Write one of \"never\", { days = 365 }, { months = 12 }, { end_of_month = 2 }, { end_of_quarter = 1 }, { end_of_half_year = 1 }, { end_of_year = 1 } or { day_of_month = 20 }; months_later stands beside day_of_month alone.",
        ),
    );
}
