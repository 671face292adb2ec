//! Why totals of before cannot be carried in. Sentences and stable codes only; the checks stand in `book/kinds/carry`.

use super::Rejection;
use crate::time::LocalDate;

/// The input was refused; nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CarryRejection {
    /// The year is no year before this ledger began.
    Year {
        /// As written.
        year: i32,
        /// The first day of this ledger.
        began_on: LocalDate,
    },
    /// Nothing is carried in, or a number is out of its bounds.
    Range {
        /// The largest of each number.
        most: i64,
    },
    /// More days than the year has, or than there were events.
    Days {
        /// As written.
        days: i64,
        /// The most there can be.
        most: i64,
    },
}

impl From<CarryRejection> for Rejection {
    fn from(rejection: CarryRejection) -> Self {
        Rejection::Carry(rejection)
    }
}

impl CarryRejection {
    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            CarryRejection::Year { .. } => "history.year",
            CarryRejection::Range { .. } => "history.range",
            CarryRejection::Days { .. } => "history.days",
        }
    }

    pub(super) fn both(&self) -> (String, String) {
        match self {
            CarryRejection::Year { year, began_on } => (
                format!(
                    "{year} 年不能转入：账本从 {began_on} 开始，只能转入这一天以前发生的。请写 1970 年到那时的年份；分不清年份的，年份留空。"
                ),
                format!(
                    "The year {year} cannot be carried in: this ledger began on {began_on}, and only what happened before can. Give a year from 1970 up to then, or none where years are not told apart."
                ),
            ),
            CarryRejection::Range { most } => (
                format!(
                    "次数、数量、积分、分钟至少写一个；次数、天数、数量和分钟不小于 0，每个数最多 {most}。"
                ),
                format!(
                    "Give at least one of events, quantity, points and minutes. Events, days, quantity and minutes are not below 0, and no number is beyond {most}."
                ),
            ),
            CarryRejection::Days { days, most } => (
                format!(
                    "写了 {days} 天，最多只能有 {most} 天：不能多过次数，一年不能多过 366 天。"
                ),
                format!(
                    "{days} days were given, at most {most} are possible: no more than events, and no more than 366 in a year."
                ),
            ),
        }
    }
}
