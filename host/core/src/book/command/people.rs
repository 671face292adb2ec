//! Why somebody cannot leave, or go to another household. Sentences and stable codes only; the checks stand in
//! `book/kinds/depart` and `book/kinds/rehouse`.

use super::Rejection;
use crate::ids::{HouseholdNo, ResidentNo};
use crate::time::LocalDate;

/// Nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is explained by its message in `both`"
)]
pub enum PeopleRejection {
    Left { resident: ResidentNo, on: LocalDate },
    Busy { held: i64, notice: i64 },
    Owes { household: HouseholdNo, owed: i64 },
    Heir { resident: ResidentNo },
    Same { household: HouseholdNo },
    Apart { resident: ResidentNo },
    Share { has: i64, wanted: i64 },
    MovedOn { resident: ResidentNo },
}

impl From<PeopleRejection> for Rejection {
    fn from(rejection: PeopleRejection) -> Self {
        Rejection::People(rejection)
    }
}

impl PeopleRejection {
    /// The stable code of the API.
    pub fn code(&self) -> &'static str {
        match self {
            PeopleRejection::Left { .. } => "resident.left",
            PeopleRejection::Busy { .. } => "leaving.busy",
            PeopleRejection::Owes { .. } => "household.owes",
            PeopleRejection::Heir { .. } => "leaving.heir",
            PeopleRejection::Same { .. } => "household.same",
            PeopleRejection::Apart { .. } => "household.apart",
            PeopleRejection::Share { .. } => "household.share",
            PeopleRejection::MovedOn { .. } => "household.moved-on",
        }
    }

    pub(super) fn both(&self) -> (String, String) {
        match self {
            PeopleRejection::Left { resident, on } => (
                format!(
                    "{resident} 号居民已在 {on} 登记离开，不能再记新的事项。登记错了，请冲正那一笔登记。"
                ),
                format!(
                    "Resident {resident} is on record as having left on {on}, so nothing new can be booked. If that was a mistake, take that entry back."
                ),
            ),
            PeopleRejection::Busy { held, notice } => (
                format!(
                    "还有没办完的：订单占用 {held} 分，公示中 {notice} 分。请先领取或取消订单，等公示结束，再来登记。"
                ),
                format!(
                    "Something is still open: {held} points set aside for orders, {notice} under notice. Hand the orders over or cancel them and wait until the notice is over; then come back."
                ),
            ),
            PeopleRejection::Owes { household, owed } => (
                format!("{household} 号户还欠 {owed} 分。请先由两个人更正平掉，再并户。"),
                format!(
                    "Household {household} still owes {owed}. Settle that first, as a correction by two people."
                ),
            ),
            PeopleRejection::Heir { resident } => (
                format!(
                    "{resident} 号居民不是同一户的人，不能把余下的转给他（她）。请选同一户里的人。"
                ),
                format!(
                    "Resident {resident} does not belong to the household, so what is left cannot go there. Choose somebody of the household."
                ),
            ),
            PeopleRejection::Same { household } => (
                format!("已经在 {household} 号户里了，没有要改的。"),
                format!("They belong to household {household} already; nothing has to change."),
            ),
            PeopleRejection::Apart { resident } => (
                format!("一次只能从一户里迁出：{resident} 号居民是另一户的。请分开办理。"),
                format!(
                    "People move out of one household at a time; resident {resident} belongs to another one. Do it separately."
                ),
            ),
            PeopleRejection::Share { has, wanted } => (
                format!("这一户现在可用的只有 {has}，不够带走 {wanted}。请改小一点。"),
                format!(
                    "The household can spend {has}, so {wanted} cannot be taken along. Take less."
                ),
            ),
            PeopleRejection::MovedOn { resident } => (
                format!("{resident} 号居民之后又换过户，这一笔不能直接冲正。请再办一次换户。"),
                format!(
                    "Resident {resident} went to yet another household since, so this cannot be taken back. Book one more move instead."
                ),
            ),
        }
    }
}
