//! Orders handed over in parts, and what a return takes out of the shop's counters.
//!
//! Pieces that are handed over first cost what they cost by themselves (`part/again`), never more than the order; the
//! last ones bring what is left of it. So whoever cancels the rest has paid for what was taken, as if the rest had never
//! been ordered. In ledgers of before `k` of `n` pieces of a line cost the line's points times k/n, rounded down.
//!
//! Order of checks: the order, where it stands, its deadline, the pieces.

mod again;

use super::draft::{Draft, Drafted, Floors};
use super::earning::holder;
use super::shop::{self, put, reserved};
use super::{Applied, Book, Order, OrderState};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::command::{AmendRejection, Command, Rejection};
use crate::counters::Cell;
use crate::ids::{AssetNo, Code, ItemNo, OrderNo};
use crate::record::{Envelope, LotDate, OrderLine, PartPrice, Record, Transfer, TransferKind};
use crate::rule::Judge;

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
    let own: Vec<i64> = lines
        .map(|((line, points), handed)| charge(line, *points, *handed))
        .collect();
    if !in_parts(order) {
        return own;
    }
    let paid = order.total.get().saturating_sub(sum(held(order)));
    fitted(own, paid, &order.handed)
}

fn held(order: &Order) -> impl Iterator<Item = i64> {
    order.held.iter().map(|(_, left)| *left)
}

fn sum(all: impl Iterator<Item = i64>) -> i64 {
    all.fold(0, i64::saturating_add)
}

/// The shares as they are where they make `all`; otherwise `all` split by them, or by pieces where they are nothing.
fn fitted(shares: Vec<i64>, all: i64, pieces: &[i32]) -> Vec<i64> {
    let own = sum(shares.iter().copied());
    if own == all {
        return shares;
    }
    match own {
        0 => split(all, pieces.iter().map(|own| i64::from(*own))),
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
        let own = upto.saturating_sub(given);
        given = upto;
        own
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

pub(super) fn settle(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    (no, wanted, price): (OrderNo, &[(Code, i32)], PartPrice),
    judge: &dyn Judge,
) -> Result<Applied, Rejection> {
    let order = collectable(book, no, &envelope)?;
    let mut pieces = vec![0; order.lines.len()];
    let mut lines = Vec::new();
    for (code, quantity) in wanted {
        let shape = || Rejection::from(AmendRejection::PartShape);
        let item = book.item(code).ok_or_else(shape)?.no;
        let place = order.lines.iter().position(|(line, _)| line.item == item);
        let place = place.ok_or_else(shape)?;
        let left = order.lines[place]
            .0
            .quantity
            .saturating_sub(order.handed[place]);
        if pieces[place] != 0 || !(1..=left).contains(quantity) {
            return Err(shape());
        }
        pieces[place] = *quantity;
        lines.push(OrderLine {
            item,
            quantity: *quantity,
        });
    }
    if lines.is_empty() {
        return Err(AmendRejection::PartShape.into());
    }
    let last = order.lines.iter().zip(&order.handed).zip(&pieces);
    let last = last.fold(true, |all, (((line, _), before), more)| {
        all && before.saturating_add(*more) == line.quantity
    });
    let mut records = vec![Record::SettlePart(envelope.clone(), no, lines, price)];
    let dues = match price {
        PartPrice::Split => shares(&order, &pieces),
        PartPrice::Again if last => what_is_left(&order, &pieces),
        PartPrice::Again => {
            let again = again::ask(book, &order, &pieces, judge)?;
            let dues = again.dues(&order, &pieces);
            records.push(again.record());
            dues
        }
    };
    hand_over(book, command, order, (&pieces, &dues), (&envelope, records))
}

/// What the pieces of each line cost by their share of the line.
fn shares(order: &Order, pieces: &[i32]) -> Vec<i64> {
    let lines = order.lines.iter().zip(&order.handed).zip(pieces);
    lines
        .map(|(((line, points), before), more)| {
            let after = charge(line, *points, before.saturating_add(*more));
            after.saturating_sub(charge(line, *points, *before))
        })
        .collect()
}

/// What the last pieces cost: all that is still set aside.
fn what_is_left(order: &Order, pieces: &[i32]) -> Vec<i64> {
    fitted(shares(order, pieces), sum(held(order)), pieces)
}

/// Everything that is still set aside, after parts of it were handed over.
pub(super) fn settle_rest(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    order: Order,
) -> Result<Applied, Rejection> {
    let pieces: Vec<i32> = rest(&order)
        .iter()
        .map(|(line, ..)| line.quantity)
        .collect();
    let dues = what_is_left(&order, &pieces);
    let records = vec![Record::Settle(envelope.clone(), order.no)];
    hand_over(book, command, order, (&pieces, &dues), (&envelope, records))
}

/// The order, when it can still be collected.
pub(super) fn collectable(
    book: &Book,
    no: OrderNo,
    envelope: &Envelope,
) -> Result<Order, Rejection> {
    let order = reserved(book, no)?;
    if envelope.today > order.deadline {
        return Err(Rejection::OrderTimedOut {
            order: no,
            deadline: order.deadline,
        });
    }
    Ok(order)
}

fn hand_over(
    book: &mut Book,
    command: &Command,
    order: Order,
    (pieces, dues): (&[i32], &[i64]),
    (envelope, records): (&Envelope, Vec<Record>),
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

type Held = Vec<(LotDate, i64)>;

/// Line by line: the goods, then the points they cost, from the earliest lot that is held.
fn draft(
    book: &Book,
    order: &Order,
    (pieces, dues): (&[i32], &[i64]),
) -> Result<(Drafted, Held), Rejection> {
    let settings = book.settings_or_reject()?;
    let whose = holder(settings, AssetNo::POINTS, order.resident, order.household);
    let from = Account {
        holder: whose,
        asset: AssetNo::POINTS,
        purpose: Purpose::Held,
    };
    let redeemed = Account::of_community(AssetNo::POINTS, Purpose::Redeemed);
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
        let mut due = *due;
        for (lot, left) in &mut held {
            let part = due.min(*left);
            if part > 0 {
                let amount = Amount::new(part).map_err(|_| Rejection::OutOfRange)?;
                draft.move_one(move_of(from, redeemed, amount, *lot))?;
                *left = left.saturating_sub(part);
                due = due.saturating_sub(part);
            }
        }
    }
    held.retain(|(_, left)| *left > 0);
    Ok((draft.finish(Floors::Kept)?, held))
}

/// What one entry handed over: pieces and points by item. An order collected at once moves all goods before all
/// points; then its own lines say what each cost.
pub(super) struct Handed(Vec<(ItemNo, i64, i64)>);

impl Handed {
    pub(super) fn of(entry: u64, records: &[Record]) -> Self {
        let mut lines: Vec<(ItemNo, i64, i64)> = Vec::new();
        for (_, transfer) in super::reverse::moved(entry, records) {
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
pub(super) fn uncount(book: &mut Book, order: &Order, handed: &Handed) {
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
        shop::count_line(book, order, line.item, &cell.negated());
    }
}
