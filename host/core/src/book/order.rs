//! An order on its way: what is still set aside of it, what its pieces cost, how it is handed over, given back and counted.
//! Placing it is `priced`.
//!
//! Pieces that are handed over first cost what they cost by themselves (`priced/again`), never more than the order; the
//! last ones bring what is left of it. So whoever cancels the rest has paid for what was taken, as if the rest had never
//! been ordered. In ledgers of before `k` of `n` pieces of a line cost the line's points times k/n, rounded down.

use std::collections::BTreeSet;

use super::draft::{Draft, Drafted, Floors};
use super::facts::{Subjects, add, item_kind};
use super::needs::Missing;
use super::{Applied, Book, HeldLot, Order, OrderState};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::command::{Command, Need, Rejection};
use crate::counters::{Cell, CounterSubject};
use crate::ids::{AssetNo, ItemNo, OrderNo};
use crate::record::{Envelope, Item, LotDate, OrderLine, Record, Transfer, TransferKind, moved};
use crate::time::LocalDate;

/// What the first `pieces` of a line cost.
pub(super) fn charge(line: &OrderLine, points: Amount, pieces: i32) -> i64 {
    let all = i64::from(line.quantity.max(1));
    points
        .get()
        .saturating_mul(i64::from(pieces))
        .checked_div(all)
        .unwrap_or(0)
}

/// What was paid for the pieces of each line that were handed over. All of it is what the order cost less what is still
/// set aside; where that is not the lines' own share, because they were priced again, it is split by that share.
pub(super) fn charged(order: &Order) -> Vec<i64> {
    let lines = order.lines.iter().zip(&order.handed);
    let shares: Vec<i64> = lines
        .map(|((line, points), handed)| charge(line, *points, *handed))
        .collect();
    if !in_parts(order) {
        return shares;
    }
    let paid = order.total.get().saturating_sub(sum(held(order)));
    fitted(shares, paid, &order.handed)
}

pub(super) fn held(order: &Order) -> impl Iterator<Item = i64> {
    order.held.iter().map(|held| held.points)
}

pub(super) fn sum(all: impl Iterator<Item = i64>) -> i64 {
    all.fold(0, i64::saturating_add)
}

/// The shares as they are where they make `all`; otherwise `all` split by them, or by pieces where they are nothing.
pub(super) fn fitted(shares: Vec<i64>, all: i64, pieces: &[i32]) -> Vec<i64> {
    let total = sum(shares.iter().copied());
    if total == all {
        return shares;
    }
    match total {
        0 => split(all, pieces.iter().map(|count| i64::from(*count))),
        _ => split(all, shares.into_iter()),
    }
}

/// Splits a number by weights, to the last point.
fn split(all: i64, weights: impl Iterator<Item = i64> + Clone) -> Vec<i64> {
    let whole: i128 = weights
        .clone()
        .map(i128::from)
        .fold(0, i128::saturating_add);
    let (mut so_far, mut given): (i128, i64) = (0, 0);
    let share = |weight: i64| {
        so_far = so_far.saturating_add(weight.into());
        let upto = i128::from(all).saturating_mul(so_far).checked_div(whole);
        let upto = i64::try_from(upto.unwrap_or(0)).unwrap_or(all);
        let part = upto.saturating_sub(given);
        given = upto;
        part
    };
    weights.map(share).collect()
}

/// An order with what is still set aside of it: rest of the lines, rest of their points, whether any was handed over.
pub(super) fn rest(order: &Order) -> Vec<(OrderLine, Amount, bool)> {
    let lines = order.lines.iter().zip(&order.handed).zip(charged(order));
    lines
        .map(|(((line, points), handed), charged)| {
            let left = OrderLine {
                item: line.item,
                quantity: line.quantity.saturating_sub(*handed),
            };
            let open = points.get().saturating_sub(charged);
            (left, Amount::new(open).unwrap_or_default(), *handed > 0)
        })
        .collect()
}

pub(super) fn in_parts(order: &Order) -> bool {
    order.handed.iter().any(|pieces| *pieces > 0)
}

/// What the pieces of each line cost by their share of the line.
pub(super) fn shares(order: &Order, pieces: &[i32]) -> Vec<i64> {
    let lines = order.lines.iter().zip(&order.handed).zip(pieces);
    lines
        .map(|(((line, points), before), more)| {
            let after = charge(line, *points, before.saturating_add(*more));
            after.saturating_sub(charge(line, *points, *before))
        })
        .collect()
}

/// What the last pieces cost: all that is still set aside.
pub(super) fn what_is_left(order: &Order, pieces: &[i32]) -> Vec<i64> {
    fitted(shares(order, pieces), sum(held(order)), pieces)
}

/// The order, when it can still be collected.
pub(super) fn collectable(book: &Book, no: OrderNo, today: LocalDate) -> Result<Order, Rejection> {
    let order = reserved(book, no)?;
    if today > order.deadline && !book.supposes {
        return Err(Rejection::OrderTimedOut {
            order: no,
            deadline: order.deadline,
        });
    }
    Ok(order)
}

/// Hands over so many pieces of each line for so many points.
pub(super) fn hand_over(
    book: &mut Book,
    (envelope, command): (&Envelope, &Command),
    order: Order,
    (pieces, dues): (&[i32], &[i64]),
    records: Vec<Record>,
) -> Result<Applied, Rejection> {
    let (drafted, held) = draft(book, &order, (pieces, dues))?;
    let handed: Vec<i32> = order
        .handed
        .iter()
        .zip(pieces)
        .map(|(before, more)| before.saturating_add(*more))
        .collect();
    let all = order
        .lines
        .iter()
        .zip(&handed)
        .all(|((line, _), handed)| line.quantity == *handed);
    let state = if all {
        OrderState::Settled {
            at: envelope.at,
            by: envelope.actor.clone(),
        }
    } else {
        OrderState::Reserved
    };
    put(
        book,
        Order {
            state,
            handed,
            held,
            ..order
        },
    );
    Ok(Applied::Fresh(drafted.commit(book, command, records)))
}

/// What of a price so much of is paid in each asset: in the proportion in which they are still set aside, what can't be halved
/// in points. The last piece takes what is left of both.
fn shared(held: &[HeldLot], due: i64) -> Vec<(AssetNo, i64)> {
    let of = |points: bool| {
        let all = held
            .iter()
            .filter(|held| (held.asset == AssetNo::POINTS) == points);
        sum(all.map(|held| held.points))
    };
    let (own, beside) = (of(true), of(false));
    let Some(asset) = held
        .iter()
        .map(|held| held.asset)
        .find(|asset| *asset != AssetNo::POINTS)
    else {
        return vec![(AssetNo::POINTS, due)];
    };
    let open = i128::from(own.saturating_add(beside));
    let part = i128::from(due)
        .saturating_mul(beside.into())
        .checked_div(open);
    let part = i64::try_from(part.unwrap_or(0)).unwrap_or(0);
    vec![(AssetNo::POINTS, due.saturating_sub(part)), (asset, part)]
}

/// Line by line: the goods, then the points they cost, from the earliest lot that is held.
fn draft(
    book: &Book,
    order: &Order,
    (pieces, dues): (&[i32], &[i64]),
) -> Result<(Drafted, Vec<HeldLot>), Rejection> {
    let settings = book.settings_or_reject()?;
    let from = |asset| Account {
        holder: settings.holder(asset, order.resident, order.household),
        asset,
        purpose: Purpose::Held,
    };
    let move_of = |debit, credit, amount, from_lot| Transfer {
        debit,
        credit,
        amount,
        from_lot,
        to_lot: 0,
        kind: TransferKind::Settle,
        order: Some(order.no),
        reverses: None,
    };
    let mut draft = Draft::new(book);
    let mut held = order.held.clone();
    let lines = order.lines.iter().zip(pieces).zip(dues);
    for (((line, _), more), due) in lines.filter(|((_, more), _)| **more > 0) {
        let asset = AssetNo::of_item(line.item).ok_or(Rejection::NumberTooLarge)?;
        let reserved = Account::of_community(asset, Purpose::Reserved);
        let handed = Account::of_community(asset, Purpose::Handed);
        draft.move_one(move_of(reserved, handed, Amount::from(*more), 0))?;
        for (asset, mut due) in shared(&held, *due) {
            let redeemed = Account::of_community(asset, Purpose::Redeemed);
            for lot in held.iter_mut().filter(|held| held.asset == asset) {
                let part = due.min(lot.points);
                if part > 0 {
                    let amount = Amount::new(part).map_err(|_| Rejection::OutOfRange)?;
                    draft.move_one(move_of(from(asset), redeemed, amount, lot.lot))?;
                    lot.points = lot.points.saturating_sub(part);
                    due = due.saturating_sub(part);
                }
            }
        }
    }
    held.retain(|held| held.points > 0);
    Ok((draft.finish(Floors::Kept)?, held))
}

pub(super) fn put(book: &mut Book, order: Order) {
    book.dirty.orders.insert(order.no);
    book.orders.insert(order.no, Some(order));
}

pub(super) fn reserved(book: &Book, no: OrderNo) -> Result<Order, Rejection> {
    let order = book
        .orders
        .get(&no)
        .cloned()
        .flatten()
        .ok_or(Rejection::OrderUnknown { order: no })?;
    match &order.state {
        OrderState::Reserved => Ok(order),
        OrderState::Settled { at, by } => Err(Rejection::OrderSettled {
            order: no,
            at: *at,
            by: by.clone(),
        }),
        OrderState::Released { reason, .. } => Err(Rejection::OrderReleased {
            order: no,
            reason: *reason,
        }),
    }
}

/// Adds an order to the redemption counters of its day, or takes what is still set aside of it away again.
pub(super) fn count(book: &mut Book, order: &Order, out: bool) {
    for (line, points, begun) in rest(order) {
        let cell = Cell {
            events: i64::from(!begun),
            quantity: i64::from(line.quantity),
            points: points.get(),
            minutes: 0,
        };
        let cell = if out { cell.negated() } else { cell };
        count_line(book, order, line.item, &cell);
    }
}

/// Adds to the counters of one item on the day of its order.
pub(super) fn count_line(book: &mut Book, order: &Order, item: ItemNo, cell: &Cell) {
    let of_no = |listed: &&Item| listed.no == item;
    let Some(code) = book
        .frame
        .items
        .iter()
        .find(of_no)
        .map(|listed| listed.code.clone())
    else {
        return;
    };
    for subject in [
        CounterSubject::Resident(order.resident),
        CounterSubject::Household(order.household),
        CounterSubject::Community,
    ] {
        add(book, subject, &item_kind(&code), order.placed_on, cell);
    }
}

/// Moves what is still set aside of an order: its goods from `reserved` to `goods_to`, and its held points lot by lot.
pub(super) fn move_back(
    book: &Book,
    order: &Order,
    kind: TransferKind,
    goods_to: Purpose,
    points_to: impl Fn(&HeldLot) -> (Account, LotDate),
) -> Result<Drafted, Rejection> {
    let settings = book.settings_or_reject()?;
    let mut draft = Draft::new(book);
    let number = Some(order.no);
    for (line, ..) in rest(order).iter().filter(|(line, ..)| line.quantity > 0) {
        let asset = AssetNo::of_item(line.item).ok_or(Rejection::NumberTooLarge)?;
        draft.move_one(Transfer {
            debit: Account::of_community(asset, Purpose::Reserved),
            credit: Account::of_community(asset, goods_to),
            amount: Amount::from(line.quantity),
            from_lot: 0,
            to_lot: 0,
            kind,
            order: number,
            reverses: None,
        })?;
    }
    for held_lot in &order.held {
        let held = Account {
            holder: settings.holder(held_lot.asset, order.resident, order.household),
            asset: held_lot.asset,
            purpose: Purpose::Held,
        };
        let (credit, to_lot) = points_to(held_lot);
        let amount = Amount::new(held_lot.points).map_err(|_| Rejection::OutOfRange)?;
        let kind = if credit.purpose == Purpose::Expired {
            TransferKind::Expire
        } else {
            kind
        };
        draft.move_one(Transfer {
            debit: held,
            credit,
            amount,
            from_lot: held_lot.lot,
            to_lot,
            kind,
            order: number,
            reverses: None,
        })?;
    }
    draft.finish(Floors::Kept)
}

/// What one entry handed over: pieces and points by item. An order collected at once moves all goods before all
/// points; then its own lines say what each cost.
struct Handed(Vec<(ItemNo, i64, i64)>);

impl Handed {
    fn of(entry: u64, records: &[Record]) -> Self {
        let mut lines: Vec<(ItemNo, i64, i64)> = Vec::new();
        for (_, transfer) in moved(entry, records) {
            let amount = transfer.amount.get();
            match (transfer.credit.asset.item(), lines.last_mut()) {
                (Some(item), _) => lines.push((item, amount, 0)),
                (None, Some((_, _, points))) => *points = points.saturating_add(amount),
                (None, None) => {}
            }
        }
        Handed(lines)
    }
}

/// A return leaves the shop's counters: the pieces and their points, and the order itself when a line came back whole.
fn uncount_lines(book: &mut Book, order: &Order, handed: &Handed) {
    for (line, points) in &order.lines {
        let Some((_, pieces, cost)) = handed.0.iter().find(|(item, ..)| *item == line.item) else {
            continue;
        };
        let whole = *pieces == i64::from(line.quantity);
        let cell = Cell {
            events: i64::from(whole),
            quantity: *pieces,
            points: if in_parts(order) { *cost } else { points.get() },
            minutes: 0,
        };
        count_line(book, order, line.item, &cell.negated());
    }
}

/// What handing an order over, giving it back or taking it back reads.
pub(super) fn needs(list: &mut Missing<'_>, no: OrderNo) {
    match list.book.orders.get(&no) {
        None => list.needs.push(Need::Order(no)),
        Some(None) => {}
        Some(Some(order)) => rows(list, order),
    }
}

fn rows(list: &mut Missing<'_>, order: &Order) {
    let Some(settings) = &list.book.frame.settings else {
        return;
    };
    let beside = order.held.iter().map(|held| held.asset);
    let beside = beside.filter(|asset| *asset != AssetNo::POINTS);
    let assets: BTreeSet<AssetNo> = beside.chain([AssetNo::POINTS]).collect();
    for asset in assets {
        let whose = settings.holder(asset, order.resident, order.household);
        for purpose in [Purpose::Available, Purpose::Held] {
            list.account(Account {
                holder: whose,
                asset,
                purpose,
            });
        }
        for purpose in [Purpose::Redeemed, Purpose::Expired] {
            list.account(Account::of_community(asset, purpose));
        }
    }
    let who = Subjects {
        resident: order.resident,
        household: order.household,
    };
    for (line, _) in &order.lines {
        list.goods(
            line.item,
            &[Purpose::Reserved, Purpose::Handed, Purpose::Shelf],
        );
        if let Some(code) = list
            .book
            .frame
            .items
            .iter()
            .find(|item| item.no == line.item)
            .map(|item| item.code.clone())
        {
            list.counted(&who, &item_kind(&code), order.placed_on);
        }
    }
}

/// What taking back an entry that handed over reads.
pub(super) fn undo_needs(list: &mut Missing<'_>, no: OrderNo) {
    needs(list, no);
    if let Some(Some(order)) = list.book.orders.get(&no) {
        list.fate(order.entry);
    }
}

/// An entry that handed over an order leaves the shop's counters.
pub(super) fn undo(book: &mut Book, no: OrderNo, entry: u64, records: &[Record]) {
    if let Some(Some(order)) = book.orders.get(&no).cloned() {
        uncount_lines(book, &order, &Handed::of(entry, records));
    }
}
