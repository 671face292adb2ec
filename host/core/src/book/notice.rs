//! Awards under notice: visible, open to objections, not yet spendable; posted on their day or withdrawn.
//!
//! | from | step | to |
//! | --- | --- | --- |
//! | pending | object, until its last day | objected |
//! | pending, upheld | post, after its last day | posted |
//! | objected | review by another person: upheld | upheld; posted at once when its last day has passed |
//! | objected | review by another person: not upheld | withdrawn: it leaves the window of its day |
//!
//! Order of checks: that it is under notice, where it stands, its day, that it is another person.

use super::draft::{Draft, Drafted, Floors};
use super::{Applied, Book, Fate, FateState, reverse};
use crate::account::{Account, Purpose};
use crate::actor::same_person;
use crate::command::{AmendRejection, Command, Rejection};
use crate::record::{Envelope, NoticeStep, Record, Transfer, TransferKind};
use crate::time::LocalDate;

pub(super) fn step(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    step: &NoticeStep,
) -> Result<Applied, Rejection> {
    let entry = step.entry();
    let fate = book
        .fate(entry)
        .ok_or(AmendRejection::NoticeUnknown { entry })?;
    let until = fate.until.unwrap_or(envelope.today);
    let (drafted, state) = match step {
        NoticeStep::Post(_) => {
            check_postable(entry, &fate)?;
            if envelope.today <= until {
                return Err(AmendRejection::NoticeNotDue { entry, until }.into());
            }
            let drafted = post(book, entry, envelope.today)?;
            (Some(drafted), FateState::Posted)
        }
        NoticeStep::Object(..) => {
            check_objectable(entry, &fate, envelope.today > until)?;
            (None, FateState::Objected)
        }
        NoticeStep::Review(_, upheld, _) => {
            check_reviewable(book, entry, &fate, &envelope)?;
            match (upheld, envelope.today > until) {
                (true, true) => (Some(post(book, entry, envelope.today)?), FateState::Posted),
                (true, false) => (None, FateState::Upheld),
                (false, _) => {
                    let drafted = reverse::draft(book, entry, envelope.today, Floors::Kept)?;
                    reverse::uncount_entry(book, entry)?;
                    (Some(drafted), FateState::Withdrawn)
                }
            }
        }
    };
    let by = book.frame.head.next_seq;
    book.put_fate(
        entry,
        Fate {
            state,
            by,
            until: fate.until,
        },
    );
    let records = vec![Record::Notice(envelope, step.clone())];
    Ok(Applied::Fresh(match drafted {
        Some(drafted) => drafted.commit(book, command, records),
        None => book.append(command, records, &[]),
    }))
}

fn check_postable(entry: u64, fate: &Fate) -> Result<(), Rejection> {
    match fate.state {
        FateState::Pending | FateState::Upheld => Ok(()),
        FateState::Posted => Err(Rejection::NothingToDo),
        FateState::Objected => Err(AmendRejection::NoticeObjected { entry, by: fate.by }.into()),
        FateState::Withdrawn | FateState::Reversed => {
            Err(AmendRejection::NoticeOver { entry }.into())
        }
        FateState::Proposed | FateState::Approved | FateState::Declined => {
            Err(AmendRejection::NoticeUnknown { entry }.into())
        }
    }
}

fn check_objectable(entry: u64, fate: &Fate, over: bool) -> Result<(), Rejection> {
    match fate.state {
        FateState::Pending if !over => Ok(()),
        FateState::Pending
        | FateState::Upheld
        | FateState::Posted
        | FateState::Withdrawn
        | FateState::Reversed => Err(AmendRejection::NoticeOver { entry }.into()),
        FateState::Objected => Err(AmendRejection::NoticeObjected { entry, by: fate.by }.into()),
        FateState::Proposed | FateState::Approved | FateState::Declined => {
            Err(AmendRejection::NoticeUnknown { entry }.into())
        }
    }
}

/// Neither who booked it nor who objected may review it.
fn check_reviewable(
    book: &Book,
    entry: u64,
    fate: &Fate,
    envelope: &Envelope,
) -> Result<(), Rejection> {
    if fate.state != FateState::Objected {
        return Err(AmendRejection::NotObjected { entry }.into());
    }
    for party in [entry, fate.by] {
        let asked = book.entry(party)?.first().and_then(Record::envelope);
        if asked.is_some_and(|own| same_person(&own.actor, &envelope.actor)) {
            let actor = envelope.actor.clone();
            return Err(AmendRejection::ReviewSamePerson { actor }.into());
        }
    }
    Ok(())
}

/// The award becomes spendable, with the expiry of the day it is posted on unless its rule named a day.
fn post(book: &Book, entry: u64, today: LocalDate) -> Result<Drafted, Rejection> {
    let settings = book.settings_or_reject()?;
    let mut draft = Draft::new(book);
    for (_, made) in reverse::moved(entry, book.entry(entry)?) {
        if made.credit.purpose != Purpose::Notice {
            continue;
        }
        let asset = made.credit.asset;
        let transfer = Transfer {
            debit: made.credit,
            credit: Account {
                purpose: Purpose::Available,
                ..made.credit
            },
            from_lot: made.to_lot,
            to_lot: if made.to_lot == 0 {
                let expires = settings.default_expiry(asset, today);
                expires.map_or(0, LocalDate::to_days)
            } else {
                made.to_lot
            },
            kind: TransferKind::Post,
            ..made
        };
        if made.to_lot != 0 && made.to_lot < today.to_days() {
            draft.move_one(Transfer {
                credit: Account::of_community(asset, Purpose::Expired),
                to_lot: 0,
                kind: TransferKind::Expire,
                ..transfer
            })?;
        } else {
            draft.pay_in_as(&transfer)?;
        }
    }
    draft.finish(Floors::Kept)
}
