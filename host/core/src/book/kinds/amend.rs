//! What was booked is taken back by one person, or corrected by two: one proposes, another approves or declines.
//!
//! Order of checks: the proposal, whether it is open, that it is another person; then what the change needs.
//! Who may act at all is the host's matter; that the two are different people is the ledger's.

use super::{Act, Asked, Kept, Named, Title};
use crate::account::{Account, Purpose};
use crate::actor::same_person;
use crate::amount::Amount;
use crate::book::draft::{Draft, Drafted, Floors};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, Fate, FateState, reverse};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{AmendRejection, Command, NotReversible, Rejection};
use crate::ids::{AssetNo, Code, ResidentNo};
use crate::record::{About, Personal, Record, Transfer, TransferKind, resident};
use crate::time::LocalDate;

/// Asked about what was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amend {
    /// An entry is taken back by one person, as far as floors allow. The hash is a salted commitment to the reason.
    Reverse(u64, Hash),
    /// A change is proposed; another person decides. The hash is a salted commitment to the reason.
    Propose(Change, Hash),
    /// The proposal of this entry is agreed to and booked.
    Approve(u64),
    /// The proposal of this entry is declined, or taken back by who made it; with a commitment to the reason.
    Decline(u64, Hash),
}

/// A change that needs two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// More or less of an asset for a resident (or for whoever holds it for them).
    Adjust {
        /// Whose.
        resident: ResidentNo,
        /// The asset that is adjusted.
        asset: Code,
        /// How much is added, or taken when below zero; never zero.
        amount: Amount,
        /// The last good day of what is added; `None` for the community's own expiry.
        expires: Option<LocalDate>,
        /// The day it is about, where that matters to people who read it later.
        about: Option<LocalDate>,
    },
    /// A reversal that may pass the floor, because a second person agrees.
    Reverse {
        /// The entry that it takes back.
        entry: u64,
    },
}

impl Amend {
    /// The commitment to the reason, when one is given.
    pub fn reason(&self) -> Option<&Hash> {
        match self {
            Amend::Reverse(_, reason) | Amend::Propose(_, reason) | Amend::Decline(_, reason) => {
                Some(reason)
            }
            Amend::Approve(_) => None,
        }
    }
}

impl Act for Amend {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        match self {
            Amend::Reverse(entry, _) => reverse::needs(list, *entry),
            Amend::Propose(change, _) => change.needs(list),
            Amend::Approve(proposal) => {
                list.fate(*proposal);
                let records = list.entry(*proposal).unwrap_or_default();
                if let Some(change) = proposed(records.first()) {
                    change.needs(list);
                }
            }
            Amend::Decline(proposal, _) => {
                list.fate(*proposal);
                list.entry(*proposal);
            }
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let (command, envelope) = (asking.command, asking.envelope);
        let first = Record::asked(envelope.clone(), self.clone());
        match self {
            Amend::Reverse(entry, _) => {
                reverse::reverse(book, command, first, (*entry, Floors::Kept))
            }
            Amend::Propose(change, _) => {
                check(book, change)?;
                let entry = book.frame.head.next_seq;
                put(book, entry, FateState::Proposed, entry);
                Ok(Applied::Fresh(book.append(command, vec![first], &[])))
            }
            Amend::Approve(proposal) => {
                let (proposer, change) = open(book, *proposal)?;
                if same_person(&proposer, &envelope.actor) {
                    return Err(AmendRejection::SamePerson { actor: proposer }.into());
                }
                let by = book.frame.head.next_seq;
                let applied = match &change {
                    Change::Reverse { entry } => {
                        reverse::reverse(book, command, first, (*entry, Floors::Passed))?
                    }
                    Change::Adjust { .. } => {
                        let drafted = draft(book, &change, envelope.today)?;
                        Applied::Fresh(drafted.commit(book, command, vec![first]))
                    }
                };
                put(book, *proposal, FateState::Approved, by);
                Ok(applied)
            }
            Amend::Decline(proposal, _) => {
                open(book, *proposal)?;
                let by = book.frame.head.next_seq;
                put(book, *proposal, FateState::Declined, by);
                Ok(Applied::Fresh(book.append(command, vec![first], &[])))
            }
        }
    }
}

impl Change {
    fn needs(&self, list: &mut Missing<'_>) {
        match self {
            Change::Adjust {
                resident, asset, ..
            } => adjust_needs(list, *resident, asset),
            Change::Reverse { entry } => reverse::needs(list, *entry),
        }
    }
}

fn adjust_needs(list: &mut Missing<'_>, resident: ResidentNo, asset: &Code) {
    let Some(who) = list.who(resident) else {
        return;
    };
    let Some(settings) = &list.book.frame.settings else {
        return;
    };
    if let Some(asset) = settings.asset(asset) {
        list.account(Account::of_community(asset, Purpose::Adjustment));
        list.account(Account {
            holder: settings.holder(asset, who.resident, who.household),
            asset,
            purpose: Purpose::Available,
        });
    }
}

impl Kept for Amend {
    const NUMBERS: &'static [u8] = &[13];

    fn write(&self, w: &mut Writer) {
        match self {
            Amend::Reverse(entry, reason) => {
                w.byte(1);
                w.u64(*entry);
                w.raw(reason);
            }
            Amend::Propose(change, reason) => {
                w.byte(2);
                change.write(w);
                w.raw(reason);
            }
            Amend::Approve(proposal) => {
                w.byte(3);
                w.u64(*proposal);
            }
            Amend::Decline(proposal, reason) => {
                w.byte(4);
                w.u64(*proposal);
                w.raw(reason);
            }
        }
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match r.byte()? {
            1 => Amend::Reverse(r.u64()?, r.hash()?),
            2 => Amend::Propose(Change::read(r)?, r.hash()?),
            3 => Amend::Approve(r.u64()?),
            4 => Amend::Decline(r.u64()?, r.hash()?),
            _ => return Err(Malformed),
        })
    }

    fn word(&self) -> &'static str {
        match self {
            Amend::Reverse(..) => "reverse",
            Amend::Propose(..) => "propose",
            Amend::Approve(..) => "approve",
            Amend::Decline(..) => "decline",
        }
    }

    fn title(&self) -> Title {
        match self {
            Amend::Reverse(entry, _) => Title::reversal(*entry),
            Amend::Propose(..) => Title::plain("提出更正，等待批准", "A correction, proposed"),
            Amend::Approve(proposal) => {
                let alone = ("双人更正", "Correction by two people");
                Title::naming(("", ""), alone, Named::Proposal(*proposal))
            }
            Amend::Decline(proposal, _) => Title::plain(
                &format!("更正申请（第 {proposal} 笔）已退回"),
                &format!("The proposal (entry {proposal}) was declined"),
            ),
        }
    }

    fn personal(&self) -> Personal {
        let about = match self {
            Amend::Propose(Change::Adjust { resident: no, .. }, _) => resident(*no),
            Amend::Propose(Change::Reverse { entry }, _)
            | Amend::Reverse(entry, _)
            | Amend::Approve(entry)
            | Amend::Decline(entry, _) => About::Entry(*entry),
        };
        Personal {
            text: self.reason().copied(),
            ..Personal::about_one(about)
        }
    }

    fn not_reversible(&self, records: &[Record]) -> Option<NotReversible> {
        let corrects = |record: &Record| matches!(record, Record::Moved(_, moved) if moved.kind == TransferKind::Correction);
        match self {
            Amend::Approve(_) if records.iter().any(corrects) => None,
            Amend::Propose(..) | Amend::Decline(..) => Some(NotReversible::Nothing),
            Amend::Reverse(..) | Amend::Approve(_) => Some(NotReversible::Final),
        }
    }
}

impl Change {
    fn write(&self, w: &mut Writer) {
        match self {
            Change::Adjust {
                resident,
                asset,
                amount,
                expires,
                about,
            } => {
                w.byte(1);
                w.u32(resident.0);
                w.code(asset);
                w.amount(*amount);
                w.option(*expires, Writer::date);
                w.option(*about, Writer::date);
            }
            Change::Reverse { entry } => {
                w.byte(2);
                w.u64(*entry);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match r.byte()? {
            1 => Change::Adjust {
                resident: ResidentNo(r.u32()?),
                asset: r.code()?,
                amount: r.amount()?,
                expires: r.option(Reader::date)?,
                about: r.option(Reader::date)?,
            },
            2 => Change::Reverse { entry: r.u64()? },
            _ => return Err(Malformed),
        })
    }
}

/// The change that a record proposed.
fn proposed(first: Option<&Record>) -> Option<&Change> {
    if let Asked::Amend(Amend::Propose(change, _)) = first?.what()? {
        Some(change)
    } else {
        None
    }
}

fn put(book: &mut Book, entry: u64, state: FateState, by: u64) {
    let fate = Fate {
        state,
        by,
        until: None,
    };
    book.put_fate(entry, fate);
}

/// Who proposed what, when the proposal is still open.
fn open(book: &Book, entry: u64) -> Result<(Code, Change), Rejection> {
    let closed = |by, approved| AmendRejection::ProposalClosed {
        entry,
        by,
        approved,
    };
    match book.fate(entry) {
        Some(Fate {
            state: FateState::Proposed,
            ..
        }) => {}
        Some(Fate {
            state: FateState::Approved,
            by,
            ..
        }) => return Err(closed(by, true).into()),
        Some(Fate {
            state: FateState::Declined,
            by,
            ..
        }) => return Err(closed(by, false).into()),
        Some(_) | None => return Err(AmendRejection::ProposalUnknown { entry }.into()),
    }
    let first = book.entry(entry)?.first();
    let by = first.and_then(Record::envelope);
    match by.zip(proposed(first)) {
        Some((by, change)) => Ok((by.actor.clone(), change.clone())),
        None => Err(AmendRejection::ProposalUnknown { entry }.into()),
    }
}

fn check(book: &Book, change: &Change) -> Result<(), Rejection> {
    match change {
        Change::Adjust {
            resident,
            asset,
            amount,
            ..
        } => {
            book.household(*resident)?;
            asset_no(book, asset)?;
            if amount.get() == 0 {
                return Err(AmendRejection::AmountZero.into());
            }
            Ok(())
        }
        Change::Reverse { entry } => reverse::check(book, reverse::target(book, *entry)),
    }
}

fn asset_no(book: &Book, asset: &Code) -> Result<AssetNo, Rejection> {
    let settings = book.settings_or_reject()?;
    settings
        .asset(asset)
        .ok_or_else(|| Rejection::AssetUnknown {
            asset: asset.clone(),
        })
}

/// What is added goes to `expires` or by the community's expiry; what is taken is drawn like a purchase, then owed.
fn draft(book: &Book, change: &Change, today: LocalDate) -> Result<Drafted, Rejection> {
    let Change::Adjust {
        resident,
        asset,
        amount,
        expires,
        ..
    } = change
    else {
        return Err(Rejection::NothingToDo);
    };
    check(book, change)?;
    let settings = book.settings_or_reject()?;
    let asset = asset_no(book, asset)?;
    let account = Account {
        holder: settings.holder(asset, *resident, book.household(*resident)?),
        asset,
        purpose: Purpose::Available,
    };
    let adjustment = Account::of_community(asset, Purpose::Adjustment);
    let mut draft = Draft::new(book);
    if amount.get() > 0 {
        let expires = expires.or_else(|| settings.default_expiry(asset, today));
        let lot = expires.map_or(0, LocalDate::to_days);
        draft.pay_in(adjustment, account, *amount, lot, TransferKind::Correction)?;
        return draft.finish(Floors::Kept);
    }
    let wanted = amount.get().saturating_neg();
    let has = draft.state(&account).spendable(today).clamp(0, wanted);
    let mut parts = draft.lots_for(&account, has, today).unwrap_or_default();
    parts.push((0, wanted.saturating_sub(has)));
    for (lot, part) in parts.into_iter().filter(|(_, part)| *part > 0) {
        draft.move_one(Transfer {
            debit: account,
            credit: adjustment,
            amount: Amount::new(part).map_err(|_| Rejection::OutOfRange)?,
            from_lot: lot,
            to_lot: 0,
            kind: TransferKind::Correction,
            order: None,
            reverses: None,
        })?;
    }
    draft.finish(Floors::Kept).map_err(|rejection| {
        if let Rejection::Amend(AmendRejection::Short { missing }) = rejection {
            AmendRejection::CorrectionFloor { missing }.into()
        } else {
            rejection
        }
    })
}
