//! The till's day: what waits to be collected, what was handed over on a day and what came back, with its sums. Read from
//! the movements of the shop's own accounts, so that the sums are the ledger's. It books nothing.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_clerk::ClerkError;
use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::{Frame, Order};
use rongyi_core::ids::{AssetNo, Code, ItemNo, OrderNo};
use rongyi_core::record::{OrderLine, Record, TransferKind};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{PassbookRow, Store, StoreError};

use crate::house::House;
use crate::jobs;
use crate::redemption::whose::Merchants;

/// Orders that wait, read at most.
pub const WAITING_MAX: u32 = 1_000;
/// Movements read at once, and how often: a day of the busiest shop.
const PAGE: u32 = 40;
const PAGES_MAX: usize = 500;

/// The orders that wait to be collected at a till, a merchant's or the community's own, those whose last day is nearest
/// first. What ran out is given back before.
///
/// # Errors
/// What the database said.
pub async fn waiting(
    house: &House,
    community: &Code,
    till: Option<&Code>,
) -> Result<Vec<Order>, ClerkError> {
    jobs::catch_up(house, community).await?;
    let mut orders = house.store.open_orders(community, WAITING_MAX).await?;
    let merchants = Merchants::of(&house.store, community).await?;
    if let Some(frame) = house.store.frame(community).await? {
        orders.retain(|order| merchants.of_order(&frame, order).map(|one| &one.code) == till);
    }
    Ok(orders)
}

/// Goods of one order that went over the counter, or came back.
#[derive(Debug, Clone)]
pub struct Passed {
    /// The entry that booked it.
    pub entry: u64,
    /// The order.
    pub order: OrderNo,
    /// When.
    pub at: Instant,
    /// Who booked it.
    pub by: Code,
    /// What.
    pub lines: Vec<OrderLine>,
    /// Points that were spent on it, or came back.
    pub points: i64,
}

/// A day of the counter.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// What was handed over, the newest first.
    pub handed: Vec<Passed>,
    /// What came back, of that day or of an earlier one, the newest first.
    pub back: Vec<Passed>,
}

/// Orders, pieces and points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Orders; one that was handed over in parts is one.
    pub orders: i64,
    /// Pieces.
    pub pieces: i64,
    /// Points.
    pub points: i64,
}

/// What these add up to.
pub fn sums(passed: &[Passed]) -> Sums {
    let orders: BTreeSet<OrderNo> = passed.iter().map(|one| one.order).collect();
    let lines = passed.iter().flat_map(|one| &one.lines);
    Sums {
        orders: i64::try_from(orders.len()).unwrap_or(i64::MAX),
        pieces: lines.map(|line| i64::from(line.quantity)).sum(),
        points: passed.iter().map(|one| one.points).sum(),
    }
}

/// One entry while its movements are gathered.
struct Gathered {
    order: Option<OrderNo>,
    at: Instant,
    by: Code,
    back: bool,
    pieces: BTreeMap<ItemNo, i64>,
    points: i64,
}

/// What of these goods went over the counter on a local day.
///
/// # Errors
/// What the database said.
pub async fn of_day(
    store: &Store,
    frame: &Frame,
    is_of: impl Fn(ItemNo) -> bool,
    day: LocalDate,
) -> Result<Day, StoreError> {
    let items = frame.items.iter().filter(|item| is_of(item.no));
    let items = items.filter_map(|item| AssetNo::of_item(item.no));
    let handed = items.map(|asset| Account::of_community(asset, Purpose::Handed));
    let spent = Account::of_community(AssetNo::POINTS, Purpose::Redeemed);
    let accounts: Vec<Account> = handed.chain([spent]).collect();
    let mut entries: BTreeMap<u64, Gathered> = BTreeMap::new();
    let mut before = None;
    for _ in 0..PAGES_MAX {
        let rows = store
            .passbook(&frame.community, &accounts, before, PAGE)
            .await?;
        let mut older = rows.is_empty();
        for row in &rows {
            older |= gather(&mut entries, row, day)?;
        }
        before = rows.last().map(|row| row.seq);
        if older {
            break;
        }
    }
    let mut of_day = Day::default();
    for (entry, gathered) in entries.into_iter().rev() {
        // Without goods it is what was paid for others'.
        let Some(order) = gathered.order.filter(|_| !gathered.pieces.is_empty()) else {
            continue;
        };
        let lines = gathered.pieces.into_iter().map(|(item, pieces)| OrderLine {
            item,
            quantity: i32::try_from(pieces.saturating_abs()).unwrap_or(i32::MAX),
        });
        let passed = Passed {
            entry,
            order,
            at: gathered.at,
            by: gathered.by,
            lines: lines.collect(),
            points: gathered.points.saturating_abs(),
        };
        if gathered.back {
            of_day.back.push(passed);
        } else {
            of_day.handed.push(passed);
        }
    }
    Ok(of_day)
}

/// Adds a movement to its entry; whether it is of an earlier day.
fn gather(
    entries: &mut BTreeMap<u64, Gathered>,
    row: &PassbookRow,
    day: LocalDate,
) -> Result<bool, StoreError> {
    let damaged = || StoreError::Corrupt {
        what: "record",
        place: row.entry.to_string(),
    };
    let first = Record::decode(row.first.0, &row.first.1).map_err(|_| damaged())?;
    let envelope = first.envelope().ok_or_else(damaged)?;
    if envelope.today != day {
        return Ok(envelope.today < day);
    }
    let gathered = entries.entry(row.entry).or_insert_with(|| Gathered {
        order: None,
        at: envelope.at,
        by: envelope.actor.clone(),
        back: row.transfer.kind == TransferKind::Reversal,
        pieces: BTreeMap::new(),
        points: 0,
    });
    gathered.order = gathered.order.or(row.transfer.order);
    match row.account.asset.item() {
        Some(item) => {
            let pieces = gathered.pieces.entry(item).or_default();
            *pieces = pieces.saturating_add(row.change);
        }
        None => gathered.points = gathered.points.saturating_add(row.change),
    }
    Ok(false)
}
