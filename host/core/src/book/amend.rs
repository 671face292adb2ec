//! Reversals by one person, and changes that take two: one proposes, another approves or declines.
//!
//! Order of checks: the proposal, whether it is open, that it is another person; then what the change needs.
//! Who may act at all is the host's matter; that the two are different people is the ledger's.

use super::draft::{Draft, Drafted, Floors};
use super::earning::holder;
use super::{Applied, Book, Fate, FateState, reverse};
use crate::account::{Account, Purpose};
use crate::actor::same_person;
use crate::amount::Amount;
use crate::command::{AmendRejection, Command, Rejection};
use crate::ids::{AssetNo, Code};
use crate::record::{Amend, Change, Envelope, Record, Transfer, TransferKind};
use crate::time::LocalDate;

pub(super) fn amend(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    amend: &Amend,
) -> Result<Applied, Rejection> {
    let first = Record::Amend(envelope.clone(), amend.clone());
    match amend {
        Amend::Reverse(entry, _) => reverse::reverse(book, command, first, (*entry, Floors::Kept)),
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
    match book.entry(entry)?.first() {
        Some(Record::Amend(envelope, Amend::Propose(change, _))) => {
            Ok((envelope.actor.clone(), change.clone()))
        }
        Some(_) | None => Err(AmendRejection::ProposalUnknown { entry }.into()),
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
        holder: holder(settings, asset, *resident, book.household(*resident)?),
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
