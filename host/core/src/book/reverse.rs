//! Taking an entry back: new movements that name the ones they reverse. Nothing that was booked changes.
//!
//! Order of checks: the entry, its kind, whether it was reversed, whether it is under notice; then balances.
//!
//! | what was booked | what comes back |
//! | --- | --- |
//! | points or minutes credited | taken from the lot they made, then from other lots, then owed; what lapsed is not taken twice |
//! | a deduction | returned to the lots it drew from; what has expired meanwhile expires at once |
//! | an order handed over | goods to the shelf, points to their lots; it leaves the shop's counters |
//! | goods received, or missed | leave the shelf as far as they are there, or come back to it |
//! | an event that waits for its rule | it is withdrawn, and never decided |
//! | what was carried in | leaves the counters of its year and of all time |
//! | an event | leaves the window of its day and the month's budget; nothing else is decided again |

use super::award::event_of;
use super::draft::{Draft, Drafted, Floors, spend_order};
use super::kinds::{Asked, NoticeStep};
use super::needs::Missing;
use super::period::open_day;
use super::{Applied, Book, Fate, FateState};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::command::{AmendRejection, Command, Need, NotReversible, Rejection};
use crate::record::{Record, Transfer, TransferKind, moved};
use crate::time::LocalDate;

/// The entry that a reversal of `entry` is about: posting after notice is part of its award.
pub(super) fn target(book: &Book, entry: u64) -> u64 {
    match book.entries.get(&entry) {
        Some(Some(records)) => match records.first() {
            Some(Record::Asked(_, Asked::Notice(NoticeStep::Post(award)))) => *award,
            Some(_) | None => entry,
        },
        Some(None) | None => entry,
    }
}

/// Whether `entry` can be taken back at all, leaving balances aside.
pub(super) fn check(book: &Book, entry: u64) -> Result<(), Rejection> {
    let records = book.entry(entry)?;
    if waits(book, entry) {
        return Ok(());
    }
    if let Some(why) = not_reversible(records) {
        return Err(AmendRejection::NotReversible { entry, why }.into());
    }
    match book.fate(entry) {
        Some(Fate { state, by, .. }) => match state {
            FateState::Reversed | FateState::Withdrawn => {
                Err(AmendRejection::AlreadyReversed { entry, by }.into())
            }
            FateState::Pending | FateState::Objected | FateState::Upheld => {
                Err(AmendRejection::UnderNotice { entry }.into())
            }
            FateState::Proposed | FateState::Approved | FateState::Declined | FateState::Posted => {
                Ok(())
            }
        },
        None => Ok(()),
    }
}

/// Whether an entry is an event that waits for its rule: taking it back withdraws it.
fn waits(book: &Book, entry: u64) -> bool {
    book.waiting.get(&entry).is_some_and(Option::is_some)
}

fn not_reversible(records: &[Record]) -> Option<NotReversible> {
    let asked = records.first()?.what();
    asked.map_or(Some(NotReversible::NotPoints), |asked| {
        asked.not_reversible(records)
    })
}

/// Takes `entry` back as the entry that begins with `first`.
pub(super) fn reverse(
    book: &mut Book,
    command: &Command,
    first: Record,
    (entry, floors): (u64, Floors),
) -> Result<Applied, Rejection> {
    let entry = target(book, entry);
    check(book, entry)?;
    if waits(book, entry) {
        book.waiting.insert(entry, None);
        book.dirty.waited.push(entry);
        let by = book.frame.head.next_seq;
        let fate = Fate {
            state: FateState::Withdrawn,
            by,
            until: None,
        };
        book.put_fate(entry, fate);
        return Ok(Applied::Fresh(book.append(command, vec![first], &[])));
    }
    // What happened in a closed period is taken back by two people only, and booked in the open one.
    if floors == Floors::Kept
        && let Some((event, _)) = event_of(book, entry)
    {
        open_day(book, event.on)?;
    }
    let drafted = draft(book, entry, command.today, floors)?;
    let by = book.frame.head.next_seq;
    uncount_entry(book, entry)?;
    let fate = Fate {
        state: FateState::Reversed,
        by,
        until: None,
    };
    // What is taken back of an order was handed over.
    let order = book.entry(entry)?.first().and_then(Record::order);
    if let Some(no) = order
        && let Some(Some(order)) = book.orders.get(&no)
    {
        let placed = order.entry;
        book.put_fate(placed, fate);
    }
    book.put_fate(entry, fate);
    Ok(Applied::Fresh(drafted.commit(book, command, vec![first])))
}

/// All movements a reversal of `entry` looks at: its own, and those that posted it after its notice.
pub(super) fn movements(book: &Book, entry: u64) -> Result<Vec<(u64, Transfer)>, Rejection> {
    let mut all = moved(entry, book.entry(entry)?);
    if let Some(Fate {
        state: FateState::Posted,
        by,
        ..
    }) = book.fate(entry)
    {
        all.retain(|(_, transfer)| transfer.credit.purpose != Purpose::Notice);
        // Where a review posted it, other movements of that entry do not exist.
        all.extend(moved(by, book.entry(by)?));
    }
    Ok(all)
}

/// Drafts the opposite of everything `entry` moved.
pub(super) fn draft(
    book: &Book,
    entry: u64,
    today: LocalDate,
    floors: Floors,
) -> Result<Drafted, Rejection> {
    let movements = movements(book, entry)?;
    let mut draft = Draft::new(book);
    for (seq, transfer) in &movements {
        undo(&mut draft, *seq, transfer, today)?;
    }
    draft.finish(floors)
}

fn of_a_holder(account: Account, purpose: Purpose) -> bool {
    account.purpose == purpose && account.holder != Holder::Community
}

fn undo(
    draft: &mut Draft<'_>,
    seq: u64,
    made: &Transfer,
    today: LocalDate,
) -> Result<(), Rejection> {
    let back = Transfer {
        debit: made.credit,
        credit: made.debit,
        from_lot: made.to_lot,
        to_lot: made.from_lot,
        kind: TransferKind::Reversal,
        reverses: Some(seq),
        ..made.clone()
    };
    if made.kind == TransferKind::Donation {
        // Back to the lot it came from; where that has run out meanwhile, it runs out now.
        let past = made.from_lot != 0 && made.from_lot < today.to_days();
        let expired = Account::of_community(made.debit.asset, Purpose::Expired);
        let (credit, to_lot) = match past {
            true => (expired, 0),
            false => (made.debit, made.from_lot),
        };
        let back = Transfer {
            credit,
            to_lot,
            ..back
        };
        return take_back(draft, &back, today);
    }
    if of_a_holder(made.credit, Purpose::Available) {
        let issuance = Account::of_community(made.debit.asset, Purpose::Issuance);
        let credit = if made.debit.purpose == Purpose::Notice {
            issuance
        } else {
            made.debit
        };
        return take_back(
            draft,
            &Transfer {
                credit,
                to_lot: 0,
                ..back
            },
            today,
        );
    }
    if of_a_holder(made.debit, Purpose::Available) {
        return give_back(draft, back, today);
    }
    if of_a_holder(made.debit, Purpose::Held) && made.credit.purpose == Purpose::Redeemed {
        let credit = Account {
            purpose: Purpose::Available,
            ..made.debit
        };
        return give_back(draft, Transfer { credit, ..back }, today);
    }
    match (made.debit.purpose, made.credit.purpose) {
        (Purpose::Reserved, Purpose::Handed) => {
            let credit = Account {
                purpose: Purpose::Shelf,
                ..made.debit
            };
            draft.move_one(Transfer { credit, ..back })
        }
        // Goods that came in, or were missed: no further than the shelf holds.
        (Purpose::Supplied, Purpose::Shelf) => from_shelf(draft, back),
        (Purpose::Shelf, Purpose::Supplied) => draft.move_one(back),
        (Purpose::Issuance, Purpose::Notice) => draft.move_one(back),
        // What lapsed on the way stays lapsed.
        (_, _) => Ok(()),
    }
}

/// Goods leave the shelf for good, as far as they are there.
pub(super) fn from_shelf(draft: &mut Draft<'_>, transfer: Transfer) -> Result<(), Rejection> {
    let there = draft.state(&transfer.debit).total;
    if transfer.amount.get() > there {
        return Err(AmendRejection::GoodsGone { there }.into());
    }
    draft.move_one(transfer)
}

/// Takes from the lot it made, then from other lots, then into a debt.
fn take_back(draft: &mut Draft<'_>, back: &Transfer, today: LocalDate) -> Result<(), Rejection> {
    let (lot, wanted) = (back.from_lot, back.amount.get());
    let past = lot != 0 && lot < today.to_days();
    let in_lot = draft
        .state(&back.debit)
        .lots
        .get(&lot)
        .copied()
        .unwrap_or(0);
    let first_part = in_lot.clamp(0, wanted);
    take(draft, back, lot, first_part)?;
    let mut left = wanted.saturating_sub(first_part);
    if past {
        return Ok(());
    }
    for (other, has) in spend_order(&draft.state(&back.debit), today) {
        let part = has.clamp(0, left);
        take(draft, back, other, part)?;
        left = left.saturating_sub(part);
    }
    take(draft, back, 0, left)
}

fn take(draft: &mut Draft<'_>, back: &Transfer, lot: i32, part: i64) -> Result<(), Rejection> {
    if part == 0 {
        return Ok(());
    }
    draft.move_one(Transfer {
        amount: Amount::new(part).map_err(|_| Rejection::OutOfRange)?,
        from_lot: lot,
        ..back.clone()
    })
}

/// Returns to its lot, a debt first; what has expired meanwhile expires at once.
fn give_back(draft: &mut Draft<'_>, back: Transfer, today: LocalDate) -> Result<(), Rejection> {
    if back.to_lot != 0 && back.to_lot < today.to_days() {
        return draft.move_one(Transfer {
            credit: Account::of_community(back.credit.asset, Purpose::Expired),
            to_lot: 0,
            kind: TransferKind::Expire,
            ..back
        });
    }
    draft.pay_in_as(&back)
}

/// What `entry` counted leaves its window again.
pub(super) fn uncount_entry(book: &mut Book, entry: u64) -> Result<(), Rejection> {
    let records = book.entry(entry)?.to_vec();
    match records.first().and_then(Record::what) {
        Some(asked) => asked.undo(book, entry, &records),
        None => Ok(()),
    }
}

/// Everything a reversal of `entry` reads.
pub(super) fn needs(list: &mut Missing<'_>, entry: u64) {
    if list.entry(entry).is_none() {
        return;
    }
    let entry = target(list.book, entry);
    waiting(list, entry);
    let fate = list.fate(entry);
    undone(list, entry);
    if let Some(Fate {
        state: FateState::Posted,
        by,
        ..
    }) = fate
    {
        for (_, transfer) in moved(by, &list.entry(by).unwrap_or_default()) {
            sides(list, &transfer);
        }
    }
}

/// The accounts, counters and orders that taking the movements of `entry` back touches.
pub(super) fn undone(list: &mut Missing<'_>, entry: u64) {
    let Some(records) = list.entry(entry) else {
        return;
    };
    for (_, transfer) in moved(entry, &records) {
        sides(list, &transfer);
    }
    if let Some(asked) = records.first().and_then(Record::what) {
        asked.undo_needs(list, entry);
    }
}

fn sides(list: &mut Missing<'_>, transfer: &Transfer) {
    let asset = transfer.debit.asset;
    for account in [transfer.debit, transfer.credit] {
        list.account(account);
        if matches!(account.purpose, Purpose::Held | Purpose::Notice) {
            list.account(Account {
                purpose: Purpose::Available,
                ..account
            });
        }
    }
    for purpose in [Purpose::Expired, Purpose::Issuance] {
        list.account(Account::of_community(asset, purpose));
    }
    if asset.item().is_some() {
        list.account(Account::of_community(asset, Purpose::Shelf));
    }
}

fn waiting(list: &mut Missing<'_>, entry: u64) {
    let waits = list.book.entries.get(&entry).and_then(Option::as_ref);
    let waits = waits.is_some_and(|records| matches!(records.get(1), Some(Record::Waiting(..))));
    if waits && !list.book.waiting.contains_key(&entry) {
        list.needs.push(Need::Waiting(entry));
    }
}
