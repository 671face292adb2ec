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

use super::draft::{Draft, Drafted, Floors, is_gift_of, spend_order};
use super::earning::{scale_in, times, units_in};
use super::facts::{count_event, count_issued};
use super::part::{Handed, uncount};
use super::period::open_day;
use super::{Applied, Book, Fate, FateState, carry};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::command::{AmendRejection, Command, NotReversible, Rejection};
use crate::ids::{AssetNo, OrderNo};
use crate::record::{Amend, Envelope, Event, NoticeStep, Record, Transfer, TransferKind};
use crate::time::LocalDate;

/// The entry that a reversal of `entry` is about: posting after notice is part of its award.
pub(super) fn target(book: &Book, entry: u64) -> u64 {
    match book.entries.get(&entry) {
        Some(Some(records)) => match records.first() {
            Some(Record::Notice(_, NoticeStep::Post(award))) => *award,
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
    let decided = matches!(records.get(1), Some(Record::Decided(..)));
    let corrects = |record: &Record| matches!(record, Record::Moved(_, t) if t.kind == TransferKind::Correction);
    match records.first()? {
        Record::Event(..) | Record::Replace(..) | Record::Retry(..) => {
            (!decided).then_some(NotReversible::Nothing)
        }
        Record::Open(..)
        | Record::History(..)
        | Record::Settle(..)
        | Record::SettlePart(..)
        | Record::Receive(..) => None,
        Record::Amend(_, Amend::Approve(_)) if records.iter().any(corrects) => None,
        Record::Amend(_, Amend::Propose(..) | Amend::Decline(..)) => Some(NotReversible::Nothing),
        Record::Place(..) => Some(NotReversible::OpenOrder),
        Record::Amend(..)
        | Record::Notice(..)
        | Record::Release(..)
        | Record::Lapse(..)
        | Record::Period(..) => Some(NotReversible::Final),
        Record::Settings(..)
        | Record::Activate(..)
        | Record::Enrol(..)
        | Record::Traits(..)
        | Record::Define(..)
        | Record::Assert(..)
        | Record::Roster(..)
        | Record::Erase(..)
        | Record::Standing(..)
        | Record::Decided(..)
        | Record::Quoted(..)
        | Record::Refused(..)
        | Record::Waiting(..)
        | Record::Moved(..) => Some(NotReversible::NotPoints),
    }
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
    if let Some(no) = order_of(book.entry(entry)?)
        && let Some(Some(order)) = book.orders.get(&no)
    {
        let placed = order.entry;
        book.put_fate(placed, fate);
    }
    book.put_fate(entry, fate);
    Ok(Applied::Fresh(drafted.commit(book, command, vec![first])))
}

/// The movements of an entry with their places.
pub(super) fn moved(entry: u64, records: &[Record]) -> Vec<(u64, Transfer)> {
    let places = (entry..).zip(records);
    places
        .filter_map(|(seq, record)| {
            if let Record::Moved(_, transfer) = record {
                Some((seq, transfer.clone()))
            } else {
                None
            }
        })
        .collect()
}

/// The order that an entry handed over, wholly or in part.
pub(super) fn order_of(records: &[Record]) -> Option<OrderNo> {
    match records.first() {
        Some(Record::Settle(_, no) | Record::SettlePart(_, no, ..)) => Some(*no),
        Some(_) | None => None,
    }
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
    let own = in_lot.clamp(0, wanted);
    take(draft, back, lot, own)?;
    let mut left = wanted.saturating_sub(own);
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

/// The event that an entry decided, with the day it was booked.
pub(super) fn event_of(book: &Book, entry: u64) -> Option<(Event, Envelope)> {
    let first = |entry: &u64| book.entries.get(entry)?.as_ref()?.first();
    let own = first(&entry)?;
    let about = if let Record::Retry(_, waited) = own {
        first(waited)?
    } else {
        own
    };
    if let Record::Event(_, event) | Record::Replace(_, event, _) = about {
        Some((event.clone(), own.envelope()?.clone()))
    } else {
        None
    }
}

/// What `entry` counted leaves its window again.
pub(super) fn uncount_entry(book: &mut Book, entry: u64) -> Result<(), Rejection> {
    let records = book.entry(entry)?.to_vec();
    if let Some((event, envelope)) = event_of(book, entry)
        && let Some(Record::Decided(set, _, decision)) = records.get(1)
    {
        let quantity = units_in(book, &event, *set);
        let scale = scale_in(book, &event, *set);
        count_event(book, &event, ((quantity, scale), decision), true)?;
        times::free(book, &event, entry);
        let gift = |(_, own): &(u64, Transfer)| is_gift_of(own, AssetNo::POINTS);
        if !moved(entry, &records).iter().any(gift) {
            count_issued(book, envelope.today, decision, true);
        }
    }
    if let Some(Record::History(_, holder, history, ..)) = records.first() {
        carry::uncount(book, *holder, history)?;
    }
    if let Some(no) = order_of(&records)
        && let Some(Some(order)) = book.orders.get(&no).cloned()
    {
        uncount(book, &order, &Handed::of(entry, &records));
    }
    Ok(())
}
