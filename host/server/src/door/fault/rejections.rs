//! The status of each thing that a ledger rejects. Code and sentences are the rejection's own.

use std::borrow::Cow;

use axum::http::StatusCode;
use rongyi_core::command::{AmendRejection, PeopleRejection, PeriodRejection, Rejection};

use super::Fault;

/// The status of a rejection. Unknown things 404, conflicts 409, input 422, faults of the house 503.
fn rejection_status(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::ResidentUnknown { .. }
        | Rejection::ItemUnknown { .. }
        | Rejection::OrderUnknown { .. }
        | Rejection::NotWaiting { .. }
        | Rejection::TextUnknown { .. } => StatusCode::NOT_FOUND,
        Rejection::KeyConflict { .. }
        | Rejection::SourceConflict { .. }
        | Rejection::ResidentExists { .. }
        | Rejection::CodeTaken
        | Rejection::OrderSettled { .. }
        | Rejection::OrderReleased { .. }
        | Rejection::OrderTimedOut { .. }
        | Rejection::OrderNotDue { .. }
        | Rejection::UnitFixed
        | Rejection::ConfigurationMoved
        | Rejection::NothingToDo => StatusCode::CONFLICT,
        Rejection::Period(period) => period_status(period),
        Rejection::People(people) => people_status(people),
        Rejection::KindUnknown { .. }
        | Rejection::Event(_)
        | Rejection::Carry(_)
        | Rejection::DateFuture { .. }
        | Rejection::DateTooEarly { .. }
        | Rejection::QuantityRange { .. }
        | Rejection::FieldMissing { .. }
        | Rejection::FieldUnknown { .. }
        | Rejection::FieldValue { .. }
        | Rejection::RoleMissing
        | Rejection::AssetUnknown { .. }
        | Rejection::TraitRange { .. }
        | Rejection::BasketShape
        | Rejection::NumberTooLarge
        | Rejection::OutOfRange
        | Rejection::ErasureAlone => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::NoPricing
        | Rejection::RuleFault { .. }
        | Rejection::NotConfigured
        | Rejection::SetUnknown { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Rejection::Amend(amend) => amend_status(amend),
    }
}

fn people_status(rejection: &PeopleRejection) -> StatusCode {
    match rejection {
        PeopleRejection::Busy { .. }
        | PeopleRejection::Owes { .. }
        | PeopleRejection::Share { .. }
        | PeopleRejection::Same { .. }
        | PeopleRejection::MovedOn { .. } => StatusCode::CONFLICT,
        PeopleRejection::Left { .. }
        | PeopleRejection::Heir { .. }
        | PeopleRejection::Apart { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn amend_status(rejection: &AmendRejection) -> StatusCode {
    match rejection {
        AmendRejection::EntryUnknown { .. }
        | AmendRejection::ProposalUnknown { .. }
        | AmendRejection::NoticeUnknown { .. }
        | AmendRejection::ReplacesUnknown { .. } => StatusCode::NOT_FOUND,
        AmendRejection::SamePerson { .. } | AmendRejection::ReviewSamePerson { .. } => {
            StatusCode::FORBIDDEN
        }
        AmendRejection::NotReversible { .. }
        | AmendRejection::AmountZero
        | AmendRejection::ReplacesWithoutSource
        | AmendRejection::PartShape => StatusCode::UNPROCESSABLE_ENTITY,
        AmendRejection::AlreadyReversed { .. }
        | AmendRejection::UnderNotice { .. }
        | AmendRejection::Short { .. }
        | AmendRejection::GoodsGone { .. }
        | AmendRejection::CorrectionFloor { .. }
        | AmendRejection::ProposalClosed { .. }
        | AmendRejection::NoticeNotDue { .. }
        | AmendRejection::NoticeOver { .. }
        | AmendRejection::NoticeObjected { .. }
        | AmendRejection::NotObjected { .. }
        | AmendRejection::ReplacesOther { .. }
        | AmendRejection::ReplacesStanding { .. } => StatusCode::CONFLICT,
    }
}

fn period_status(rejection: &PeriodRejection) -> StatusCode {
    match rejection {
        PeriodRejection::Unknown { .. } | PeriodRejection::NoStanding { .. } => {
            StatusCode::NOT_FOUND
        }
        PeriodRejection::Open { .. }
        | PeriodRejection::State { .. }
        | PeriodRejection::SamePerson { .. }
        | PeriodRejection::Unfinished { .. }
        | PeriodRejection::Later { .. }
        | PeriodRejection::SameAsker { .. }
        | PeriodRejection::StillClosed { .. }
        | PeriodRejection::NotClosed { .. } => StatusCode::CONFLICT,
        PeriodRejection::DateClosed { .. }
        | PeriodRejection::NotOver { .. }
        | PeriodRejection::Rule { .. }
        | PeriodRejection::AssertToday { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl Fault {
    /// A form from which something is missing, or that holds what it can't.
    pub fn malformed() -> Self {
        Fault::of_status(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Fault {
            status: rejection_status(&rejection),
            code: Cow::Borrowed(rejection.code()),
            text: rejection.text(),
            retry_after: None,
            detour: None,
            step: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rongyi_core::ids::{OrderNo, ResidentNo};
    use rongyi_core::record::ReleaseReason;

    #[test]
    fn statuses_follow_the_table() {
        let order = OrderNo(7);
        let rows = [
            (
                Rejection::ResidentUnknown {
                    resident: ResidentNo(9),
                },
                404,
            ),
            (Rejection::OrderUnknown { order }, 404),
            (
                Rejection::OrderReleased {
                    order,
                    reason: ReleaseReason::TimedOut,
                },
                409,
            ),
            (Rejection::KeyConflict { key: "k".into() }, 409),
            (Rejection::BasketShape, 422),
            (Rejection::NoPricing, 503),
        ];
        for (rejection, status) in rows {
            let fault = Fault::from(rejection.clone());
            assert_eq!(fault.status.as_u16(), status, "{rejection:?}");
            assert_eq!(fault.code, rejection.code());
        }
    }
}
