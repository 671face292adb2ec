//! What a resident has that is not in the balance: awards under notice with the day they will be booked, and points
//! set aside for orders. Read from the ledger; nothing is decided here.

use rongyi_core::book::{Fate, FateState, Frame, Order, Receipt, Stand};
use rongyi_core::ids::AssetNo;
use rongyi_core::record::Record;
use rongyi_core::time::LocalDate;
use rongyi_pages::{LineState, Pending, PendingState, Unit};
use rongyi_store::PassbookRow;

use crate::access::SignedResident;
use crate::door::fault::Fault;
use crate::door::visit::{Visit, day};
use crate::ledger::lines::{lines, state};
use crate::ledger::titles::{About, goods, rest_lines};
use crate::ledger::wallets::notice_accounts;
use crate::redemption::Wallet;

/// Lines of the notice accounts that are read at once, and how often: what is under notice is among the newest.
const PAGE_ROWS: u32 = 50;
const PAGES_MAX: usize = 4;

/// How far an award under notice has come; `None` when it is no longer.
pub(crate) fn standing(fate: &Fate, today: LocalDate) -> Option<PendingState> {
    let until = fate.until.unwrap_or(today);
    let booked = day(until.plus_days(1));
    match fate.state {
        FateState::Pending => Some(PendingState::Notice {
            until: day(until),
            booked,
        }),
        FateState::Objected => Some(PendingState::Objected),
        FateState::Upheld => Some(PendingState::Upheld { booked }),
        FateState::Proposed
        | FateState::Approved
        | FateState::Declined
        | FateState::Posted
        | FateState::Withdrawn
        | FateState::Reversed => None,
    }
}

/// How far an entry has come.
pub(crate) fn stands(
    visit: &Visit,
    receipt: &Receipt,
    (first, about): (&Record, &About),
    fate: Option<&Fate>,
) -> LineState {
    if receipt.refusal().is_some() {
        return LineState::Refused;
    }
    if receipt.waiting().is_some() {
        return LineState::Waiting;
    }
    let noticed = fate.filter(|fate| standing(fate, visit.today()).is_some());
    match noticed.and_then(|fate| fate.until) {
        Some(until) => LineState::Notice { until: day(until) },
        None => state(visit, first, about, fate),
    }
}

/// The awards under notice, the newest first. Nothing is read where nothing is under notice.
pub(crate) async fn awards(
    visit: &Visit,
    frame: &Frame,
    (me, wallet): (&SignedResident, &Wallet),
) -> Result<Vec<Pending>, Fault> {
    let store = &visit.app.house.store;
    let accounts = notice_accounts(frame, wallet, me);
    let there = store.balances(&visit.code, &accounts).await?;
    let mut left = there.iter().map(|(_, state)| state.total).sum::<i64>();
    let mut found = Vec::new();
    let mut before = None;
    for _ in 0..PAGES_MAX {
        if left <= 0 {
            break;
        }
        let rows = store
            .passbook(&visit.code, &accounts, before, PAGE_ROWS)
            .await?;
        let Some(oldest) = rows.iter().map(|row| row.seq).min() else {
            break;
        };
        before = Some(oldest);
        for (pending, amount) in open(visit, frame, rows).await? {
            left = left.saturating_sub(amount);
            found.push(pending);
        }
    }
    Ok(found)
}

/// Of these rows, the awards that are still under notice.
async fn open(
    visit: &Visit,
    frame: &Frame,
    rows: Vec<PassbookRow>,
) -> Result<Vec<(Pending, i64)>, Fault> {
    let mut awards = Vec::new();
    let mut states = Vec::new();
    for row in rows.into_iter().filter(|row| row.change > 0) {
        let fate = visit.app.house.store.fate(&visit.code, row.entry).await?;
        if let Some(state) = fate.and_then(|fate| standing(&fate, visit.today())) {
            states.push((row.entry, state));
            awards.push(row);
        }
    }
    let state_of = |entry| states.iter().find(|(noticed, _)| *noticed == entry);
    let booked = lines(visit, frame, &awards).await?;
    let pending = booked.into_iter().filter_map(|line| {
        let (entry, state) = state_of(line.seq)?;
        let amount = line.amount;
        let pending = Pending {
            path: format!("/passbook/{entry}"),
            title: line.title,
            day: line.happened.unwrap_or(line.day),
            amount,
            unit: line.unit,
            state: *state,
        };
        Some((pending, amount))
    });
    Ok(pending.collect())
}

/// The points set aside for orders that wait.
pub(crate) fn orders(visit: &Visit, frame: &Frame, orders: &[Order]) -> Vec<Pending> {
    let waiting = orders
        .iter()
        .filter(|order| visit.seen(order).stand == Stand::Reserved);
    waiting
        .map(|order| Pending {
            path: format!("/orders/{}", order.no),
            title: goods(visit, frame, rest_lines(order)),
            day: day(order.placed_on),
            amount: order
                .held
                .iter()
                .filter(|held| held.asset == AssetNo::POINTS)
                .map(|held| held.points)
                .sum(),
            unit: Unit::Points,
            state: PendingState::SetAside {
                until: day(order.deadline),
            },
        })
        .collect()
}
