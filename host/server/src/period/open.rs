//! What is still open before a period is cut off: what would be missing from it, and what may go on. It closes nothing.

use rongyi_core::ids::Code;
use rongyi_core::period::Period;
use rongyi_store::CaseFilter;

use super::{PeriodError, waiting};
use crate::amend;
use crate::house::House;

/// Cases and orders that are counted, most.
pub(super) const COUNTED_MAX: u32 = 500;

/// What is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Open {
    /// Events of the period, or of before, that wait for their rule: nothing can be cut off before they are decided.
    pub waiting: usize,
    /// Cases that were opened until its last day and go on; a claim that is booked later counts for a later day or is
    /// refused.
    pub cases: usize,
    /// Awards of its days that are under notice: they are not spendable yet, and count in no rank.
    pub notices: usize,
    /// Orders of its days that nobody collected yet: they go on.
    pub orders: usize,
}

impl Open {
    /// Whether nothing is.
    pub fn is_none(&self) -> bool {
        *self == Open::default()
    }
}

/// What is open before this period is cut off.
///
/// # Errors
/// [`PeriodError`] when the database does not answer.
pub async fn open_before(house: &House, code: &Code, period: &Period) -> Result<Open, PeriodError> {
    let store = &house.store;
    let last = period.last;
    let going_on = CaseFilter::default();
    let cases = store.cases(code, &going_on, None, COUNTED_MAX).await?;
    let of_period = |at| house.day_of(code, at) <= last;
    let orders = store.open_orders(code, COUNTED_MAX).await?;
    let notices = amend::notices(store, code).await?;
    Ok(Open {
        waiting: waiting(house, code, last).await?,
        cases: cases
            .iter()
            .filter(|file| of_period(file.opened_at))
            .count(),
        notices: notices.iter().filter(|one| one.event.on <= last).count(),
        orders: orders
            .iter()
            .filter(|order| order.placed_on <= last)
            .count(),
    })
}
