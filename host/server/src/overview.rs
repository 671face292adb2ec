//! What an operator begins the day with: what waits for people, what falls due, and how far the month's points go. Each
//! number is that of the list where it is worked on; nothing is counted a second way and nothing is booked.

pub(crate) mod web;

use rongyi_clerk::ClerkError;
use rongyi_config::Shop;
use rongyi_core::account::Holder;
use rongyi_core::book::{FateState, Frame};
use rongyi_core::counters::{CounterKey, CounterSubject};
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

use crate::amend::{self, marks};
use crate::house::House;
use crate::redemption::daily;
use crate::stock::goods;
use crate::{jobs, period};

/// Days from today on within which points that run out are told.
pub const LAPSING_DAYS: i32 = 7;
/// Accounts that are looked through for what runs out.
const LAPSING_MAX: u32 = 5_000;
/// The counter that the month's budget is checked against; see the manual of the book.
pub const ISSUED: &str = "host/issued";

/// What the day brings.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Events that somebody is to look at.
    pub marks: usize,
    /// Corrections that a second person is to decide about.
    pub proposals: usize,
    /// Objections that are to be reviewed.
    pub objections: usize,
    /// Events that wait for their rule.
    pub waiting: usize,
    /// Awards whose notice ends today or tomorrow.
    pub notices: usize,
    /// Periods that can be closed.
    pub periods: usize,
    /// Orders that wait to be collected.
    pub orders: usize,
    /// Those of them whose last day is today.
    pub orders_today: usize,
    /// Those whose last day is tomorrow.
    pub orders_tomorrow: usize,
    /// What runs out in the next days.
    pub lapsing: Vec<Lapsing>,
    /// Goods of which there are few or none.
    pub low: usize,
    /// The month's points.
    pub issue: Issue,
}

impl Overview {
    /// Whether nothing waits and nothing falls due.
    pub fn is_quiet(&self) -> bool {
        let counts = [
            self.marks,
            self.proposals,
            self.objections,
            self.waiting,
            self.notices,
            self.periods,
            self.orders_today,
            self.orders_tomorrow,
            self.lapsing.len(),
            self.low,
        ];
        counts.iter().all(|count| *count == 0)
    }
}

/// Points of one holder that run out on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapsing {
    /// Whose.
    pub holder: Holder,
    /// The last day on which they can be spent.
    pub last: LocalDate,
    /// How many.
    pub points: i64,
}

/// How far the month's points go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// New points this month, as the budget counts them.
    pub issued: i64,
    /// The most there may be; `None` without a budget.
    pub budget: Option<i64>,
    /// The day on which the budget is used up at the pace of this month until now; `None` when it lasts.
    pub ends: Option<LocalDate>,
}

/// Reads it all. What is due is done first, as every list does.
///
/// # Errors
/// What the database said.
pub async fn of_today(house: &House, frame: &Frame, shop: &Shop) -> Result<Overview, ClerkError> {
    let (store, community) = (&house.store, &frame.community);
    jobs::catch_up(house, community).await?;
    let today = house.today(community).0;
    let tomorrow = today.plus_days(1);
    let notices = amend::notices(store, community).await?;
    let objected = |noticed: &&amend::Noticed| noticed.objection.is_some();
    let ending = |noticed: &&amend::Noticed| {
        let soon = noticed.fate.until.is_some_and(|until| until <= tomorrow);
        soon && noticed.fate.state == FateState::Pending
    };
    let orders = daily::waiting(house, community, None).await?;
    let until = |day| orders.iter().filter(|order| order.deadline == day).count();
    let goods = goods::list(store, frame, shop).await?;
    Ok(Overview {
        marks: marks::open(store, community).await?.len(),
        proposals: amend::proposals(store, community).await?.len(),
        objections: notices.iter().filter(objected).count(),
        waiting: store.waiting(community).await?.len(),
        notices: notices.iter().filter(ending).count(),
        periods: period::next(house, community, &frame.periods).len(),
        orders: orders.len(),
        orders_today: until(today),
        orders_tomorrow: until(tomorrow),
        lapsing: lapsing(store, community, today).await?,
        low: goods.iter().filter(|goods| goods.low).count(),
        issue: issue(store, frame, today).await?,
    })
}

/// Points that run out within [`LAPSING_DAYS`], those that go first in front.
///
/// # Errors
/// What the database said.
pub async fn lapsing(
    store: &Store,
    community: &Code,
    today: LocalDate,
) -> Result<Vec<Lapsing>, StoreError> {
    let end = today.plus_days(LAPSING_DAYS);
    let accounts = store
        .accounts_with_lots_before(community, end, LAPSING_MAX)
        .await?;
    let mut lapsing = Vec::new();
    for (account, state) in store.balances(community, &accounts).await? {
        if account.asset != AssetNo::POINTS {
            continue;
        }
        for (lot, points) in state.lots.range(today.to_days()..end.to_days()) {
            if let Some(last) = LocalDate::from_days(*lot).filter(|_| *points > 0) {
                lapsing.push(Lapsing {
                    holder: account.holder,
                    last,
                    points: *points,
                });
            }
        }
    }
    lapsing.sort_by_key(|one| (one.last, std::cmp::Reverse(one.points), one.holder));
    Ok(lapsing)
}

/// The month's new points and what is left of the budget.
///
/// # Errors
/// What the database said.
pub async fn issue(store: &Store, frame: &Frame, today: LocalDate) -> Result<Issue, StoreError> {
    let key = CounterKey {
        subject: CounterSubject::Community,
        kind: Code::literal(ISSUED),
        month: today.month_index(),
    };
    let row = store.counter_row(&frame.community, &key).await?;
    let issued = row.map_or(0, |row| row.total.points);
    let settings = frame.settings.as_ref();
    let budget = settings.and_then(|settings| settings.issue_budget_month);
    let budget = budget.map(|budget| budget.get());
    Ok(Issue {
        issued,
        budget,
        ends: budget.and_then(|budget| used_up(issued, budget, today)),
    })
}

/// The day on which a budget is used up, when each day takes what the days of this month took until now; none when that
/// is after the month.
fn used_up(issued: i64, budget: i64, today: LocalDate) -> Option<LocalDate> {
    let left = budget.saturating_sub(issued);
    if left <= 0 {
        return Some(today);
    }
    let (_, _, days) = today.parts();
    let paced = left.saturating_mul(i64::from(days)).checked_div(issued)?;
    let days = i32::try_from(paced.saturating_add(1)).ok()?;
    let month_left = today.month_end().to_days().saturating_sub(today.to_days());
    (days <= month_left).then(|| today.plus_days(days))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_when_each_day_takes_what_the_days_took() {
        let day = |text: &str| text.parse::<LocalDate>().unwrap();
        let ends = |issued, budget, on| used_up(issued, budget, day(on)).map(|end| end.to_string());
        assert_eq!(ends(0, 600, "2026-11-10"), None);
        // 30 a day: 300 in ten days, 300 left for ten more; nothing is left for the eleventh.
        assert_eq!(ends(300, 600, "2026-11-10").as_deref(), Some("2026-11-21"));
        assert_eq!(ends(300, 900, "2026-11-10"), None);
        assert_eq!(ends(600, 600, "2026-11-10").as_deref(), Some("2026-11-10"));
        assert_eq!(ends(1, i64::MAX, "2026-11-10"), None);
    }
}
