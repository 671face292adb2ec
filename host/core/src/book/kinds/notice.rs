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

use super::{Act, Kept, Named, Title};
use crate::account::{Account, Purpose};
use crate::actor::same_person;
use crate::book::draft::{Draft, Drafted, Floors};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, Fate, FateState, reverse};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{AmendRejection, Command, NotReversible, Rejection};
use crate::record::{About, Envelope, Personal, Record, Transfer, TransferKind, moved};
use crate::time::LocalDate;

/// Asked about an award under notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeStep {
    /// The award of this entry has been under notice long enough.
    Post(u64),
    /// Somebody objects to the award of this entry; the hash is a salted commitment to the reason.
    Object(u64, Hash),
    /// Another person looked at the objection: `true` upholds the award, `false` withdraws it.
    Review(u64, bool, Hash),
}

impl NoticeStep {
    /// The entry whose award is under notice.
    pub fn entry(&self) -> u64 {
        match self {
            NoticeStep::Post(entry)
            | NoticeStep::Object(entry, _)
            | NoticeStep::Review(entry, ..) => *entry,
        }
    }

    /// The commitment to the reason, when one is given.
    pub fn reason(&self) -> Option<&Hash> {
        match self {
            NoticeStep::Object(_, reason) | NoticeStep::Review(_, _, reason) => Some(reason),
            NoticeStep::Post(_) => None,
        }
    }
}

impl Act for NoticeStep {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        let entry = self.entry();
        let fate = list.fate(entry);
        match self {
            NoticeStep::Object(..) => {}
            NoticeStep::Post(_) => reverse::undone(list, entry),
            NoticeStep::Review(..) => {
                reverse::undone(list, entry);
                if let Some(fate) = fate {
                    list.entry(fate.by);
                }
            }
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let (command, envelope) = (asking.command, asking.envelope);
        let entry = self.entry();
        let fate = book
            .fate(entry)
            .ok_or(AmendRejection::NoticeUnknown { entry })?;
        let until = fate.until.unwrap_or(envelope.today);
        let (drafted, state) = match self {
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
        let records = vec![Record::asked(envelope, self.clone())];
        Ok(Applied::Fresh(match drafted {
            Some(drafted) => drafted.commit(book, command, records),
            None => book.append(command, records, &[]),
        }))
    }
}

impl Kept for NoticeStep {
    const NUMBERS: &'static [u8] = &[14];

    fn write(&self, w: &mut Writer) {
        w.byte(match self {
            NoticeStep::Post(_) => 1,
            NoticeStep::Object(..) => 2,
            NoticeStep::Review(_, true, _) => 3,
            NoticeStep::Review(_, false, _) => 4,
        });
        w.u64(self.entry());
        if let Some(reason) = self.reason() {
            w.raw(reason);
        }
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (kind, entry) = (r.byte()?, r.u64()?);
        Ok(match kind {
            1 => NoticeStep::Post(entry),
            2 => NoticeStep::Object(entry, r.hash()?),
            3 => NoticeStep::Review(entry, true, r.hash()?),
            4 => NoticeStep::Review(entry, false, r.hash()?),
            _ => return Err(Malformed),
        })
    }

    fn word(&self) -> &'static str {
        match self {
            NoticeStep::Post(..) => "post",
            NoticeStep::Object(..) => "object",
            NoticeStep::Review(..) => "review",
        }
    }

    fn title(&self) -> Title {
        match self {
            NoticeStep::Post(entry) => Title::naming(
                ("公示期满：", "After its notice: "),
                ("公示期满入账", "Posted after its notice"),
                Named::EventOf(*entry),
            ),
            NoticeStep::Object(entry, _) => Title::plain(
                &format!("对第 {entry} 笔提出异议"),
                &format!("Objection to entry {entry}"),
            ),
            NoticeStep::Review(_, true, _) => {
                Title::plain("异议复核：维持", "Objection reviewed: upheld")
            }
            NoticeStep::Review(_, false, _) => {
                Title::plain("异议复核：撤回", "Objection reviewed: withdrawn")
            }
        }
    }

    fn personal(&self) -> Personal {
        Personal {
            text: self.reason().copied(),
            ..Personal::about_one(About::Entry(self.entry()))
        }
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        Some(NotReversible::Final)
    }
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
        if asked.is_some_and(|earlier| same_person(&earlier.actor, &envelope.actor)) {
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
    for (_, made) in moved(entry, book.entry(entry)?) {
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
