//! What lies in the shop and how it came there: the list of goods with their numbers, and the book of one item, read from
//! the movements of its two accounts, on the shelf and kept for orders. It books nothing.

use std::collections::{BTreeMap, HashMap};

use rongyi_config::Shop;
use rongyi_core::account::{Account, Purpose};
use rongyi_core::book::Frame;
use rongyi_core::ids::{AssetNo, Code, OrderNo};
use rongyi_core::record::{Item, Record, TransferKind};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{PassbookRow, Store, StoreError};

use crate::ledger::past::{self, Moment};

/// Lines of a book that are read at once.
const PAGE: u32 = 50;
/// Pages of a book that are written into one file.
const PAGES_MAX: usize = 1_000;

/// An item with what lies there.
#[derive(Debug, Clone)]
pub struct Goods {
    /// The item.
    pub item: Item,
    /// Pieces on the shelf.
    pub shelf: i64,
    /// Pieces kept for orders.
    pub reserved: i64,
    /// Whether it is offered and there are few or none.
    pub low: bool,
}

/// What the shop has, in the order in which it was defined.
///
/// # Errors
/// What the database said.
pub async fn list(store: &Store, frame: &Frame, shop: &Shop) -> Result<Vec<Goods>, StoreError> {
    let items = frame.items.iter();
    let numbered: Vec<(&Item, AssetNo)> = items
        .filter_map(|item| Some((item, AssetNo::of_item(item.no)?)))
        .collect();
    let both = |(_, asset): &(&Item, AssetNo)| shelf_and_reserved(*asset);
    let accounts: Vec<Account> = numbered.iter().flat_map(both).collect();
    let held = store.balances(&frame.community, &accounts).await?;
    let held: HashMap<Account, i64> = held
        .into_iter()
        .map(|(account, state)| (account, state.total))
        .collect();
    let of = |account: &Account| held.get(account).copied().unwrap_or_default();
    let goods = numbered.iter().map(|(item, asset)| {
        let [shelf, reserved] = shelf_and_reserved(*asset);
        let shelf = of(&shelf);
        Goods {
            item: (*item).clone(),
            shelf,
            reserved: of(&reserved),
            low: item.active && shelf <= shop.low_stock_of(&item.code),
        }
    });
    Ok(goods.collect())
}

fn shelf_and_reserved(asset: AssetNo) -> [Account; 2] {
    let of = |purpose| Account::of_community(asset, purpose);
    [of(Purpose::Shelf), of(Purpose::Reserved)]
}

/// Pieces of an item handed over from the first day of a month until now; what came back meanwhile is taken off.
///
/// # Errors
/// What the database said.
pub async fn handed_since(
    store: &Store,
    community: &Code,
    item: &Item,
    first: LocalDate,
) -> Result<i64, StoreError> {
    let Some(asset) = AssetNo::of_item(item.no) else {
        return Ok(0);
    };
    let handed = Account::of_community(asset, Purpose::Handed);
    let now = store.balances(community, &[handed]).await?;
    let now = now.first().map_or(0, |(_, state)| state.total);
    if now == 0 {
        return Ok(0);
    }
    let before = Moment::EndOf(first.plus_days(-1));
    let before = past::held(store, community, handed, before).await?;
    Ok(now.saturating_sub(before.balance))
}

/// What moved an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoodsStep {
    /// It came in.
    Received,
    /// It was lost, spoiled, or fewer at a count.
    Missed,
    /// It is kept for an order.
    Kept,
    /// It was handed over.
    HandedOver,
    /// An order gave it back.
    GivenBack,
    /// An earlier line was taken back.
    TakenBack,
}

impl GoodsStep {
    /// In a file of the book.
    pub fn word(self) -> &'static str {
        match self {
            GoodsStep::Received => "received",
            GoodsStep::Missed => "missed",
            GoodsStep::Kept => "kept",
            GoodsStep::HandedOver => "handed-over",
            GoodsStep::GivenBack => "given-back",
            GoodsStep::TakenBack => "taken-back",
        }
    }
}

/// A line of an item's book.
#[derive(Debug, Clone)]
pub struct BookLine {
    /// Its place.
    pub seq: u64,
    /// The entry it belongs to.
    pub entry: u64,
    /// When, and on which local day.
    pub at: Instant,
    /// The local day.
    pub on: LocalDate,
    /// Who booked it.
    pub by: Code,
    /// What happened.
    pub doing: GoodsStep,
    /// The order it was for.
    pub order: Option<OrderNo>,
    /// Pieces that came onto the shelf, or left it when below zero.
    pub shelf: i64,
    /// Pieces that came to those kept for orders, or left them.
    pub reserved: i64,
    /// Pieces on the shelf afterwards.
    pub shelf_after: i64,
    /// Pieces kept for orders afterwards.
    pub reserved_after: i64,
    /// What was written with it; nothing where there was none, or it was erased.
    pub text: Option<String>,
}

/// A page of an item's book.
#[derive(Debug, Clone, Default)]
pub struct BookPage {
    /// The newest first.
    pub lines: Vec<BookLine>,
    /// The place before which the next page begins.
    pub before: Option<u64>,
}

/// The lines of an item's book before the place `before`, or the newest.
///
/// # Errors
/// What the database said.
pub async fn book(
    store: &Store,
    community: &Code,
    item: &Item,
    before: Option<u64>,
) -> Result<BookPage, StoreError> {
    let Some(asset) = AssetNo::of_item(item.no) else {
        return Ok(BookPage::default());
    };
    let accounts = shelf_and_reserved(asset);
    let rows = store.passbook(community, &accounts, before, PAGE).await?;
    let Some(oldest) = rows.iter().map(|row| row.seq).min() else {
        return Ok(BookPage::default());
    };
    // What both accounts held before the page: of one that the oldest lines do not touch, no line says it.
    let mut held = [0; 2];
    let mut more = false;
    for (account, total) in accounts.iter().zip(&mut held) {
        let earlier = store
            .passbook(community, &[*account], Some(oldest), 1)
            .await?;
        if let Some(row) = earlier.first() {
            *total = row.balance_after;
            more = true;
        }
    }
    let mut by_place: BTreeMap<u64, Vec<PassbookRow>> = BTreeMap::new();
    for row in rows {
        by_place.entry(row.seq).or_default().push(row);
    }
    let mut lines = Vec::new();
    for rows in by_place.into_values() {
        lines.push(line(community, &rows, &accounts, &mut held)?);
    }
    let with_text: Vec<u64> = lines.iter().map(|line| line.entry).collect();
    let texts = store.texts_at(community, &with_text).await?;
    let texts: HashMap<u64, String> = texts
        .into_iter()
        .map(|(entry, text)| (entry, text.text))
        .collect();
    for line in &mut lines {
        line.text = texts.get(&line.entry).cloned();
    }
    lines.reverse();
    Ok(BookPage {
        lines,
        before: more.then_some(oldest),
    })
}

/// All of an item's book, the oldest line first; `false` where older ones were left out.
///
/// # Errors
/// What the database said.
pub async fn whole_book(
    store: &Store,
    community: &Code,
    item: &Item,
) -> Result<(Vec<BookLine>, bool), StoreError> {
    let mut lines = Vec::new();
    let mut before = None;
    for _ in 0..PAGES_MAX {
        let page = book(store, community, item, before).await?;
        lines.extend(page.lines);
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    lines.reverse();
    Ok((lines, before.is_none()))
}

/// One movement, seen from both accounts; `held` is what they hold, and is brought on.
fn line(
    community: &Code,
    rows: &[PassbookRow],
    accounts: &[Account; 2],
    held: &mut [i64; 2],
) -> Result<BookLine, StoreError> {
    let damaged = |seq: u64| StoreError::Corrupt {
        what: "record",
        place: format!("{community} {seq}"),
    };
    let row = rows.first().ok_or_else(|| damaged(0))?;
    let first = Record::decode(row.first.0, &row.first.1).map_err(|_| damaged(row.entry))?;
    let envelope = first.envelope().ok_or_else(|| damaged(row.entry))?;
    let mut change = [0; 2];
    for row in rows {
        for ((account, total), change) in accounts.iter().zip(&mut *held).zip(&mut change) {
            if row.account == *account {
                *total = row.balance_after;
                *change = row.change;
            }
        }
    }
    let doing = match row.transfer.kind {
        TransferKind::Receive if row.transfer.debit.purpose == Purpose::Supplied => {
            GoodsStep::Received
        }
        TransferKind::Receive => GoodsStep::Missed,
        TransferKind::Hold => GoodsStep::Kept,
        TransferKind::Settle => GoodsStep::HandedOver,
        TransferKind::Release | TransferKind::Expire => GoodsStep::GivenBack,
        // Only the first of these moves goods; the others are of points.
        TransferKind::Reversal
        | TransferKind::Award
        | TransferKind::Deduction
        | TransferKind::Opening
        | TransferKind::Post
        | TransferKind::Correction
        | TransferKind::Donation => GoodsStep::TakenBack,
    };
    Ok(BookLine {
        seq: row.seq,
        entry: row.entry,
        at: envelope.at,
        on: envelope.today,
        by: envelope.actor.clone(),
        doing,
        order: row.transfer.order,
        shelf: change[0],
        reserved: change[1],
        shelf_after: held[0],
        reserved_after: held[1],
        text: None,
    })
}
