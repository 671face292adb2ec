//! Movements that are being drafted: checked against a copy of the accounts they touch, then committed whole.

use std::collections::BTreeMap;

use super::{AccountState, Book, PlacedTransfer, Receipt};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::command::{AmendRejection, Command, Rejection};
use crate::ids::AssetNo;
use crate::record::{LotDate, Record, Transfer, TransferKind};
use crate::time::LocalDate;

/// The order in which lots are spent on `today`: the earliest date first, undated last, past dates not at all.
pub fn spend_order(state: &AccountState, today: LocalDate) -> Vec<(LotDate, i64)> {
    let day = today.to_days();
    let dated = state
        .lots
        .iter()
        .filter(|(lot, _)| **lot >= day && **lot != 0);
    let undated = state.lots.iter().filter(|(lot, _)| **lot == 0);
    dated
        .chain(undated)
        .map(|(lot, left)| (*lot, *left))
        .collect()
}

pub(super) struct Draft<'b> {
    book: &'b Book,
    touched: BTreeMap<Account, AccountState>,
    transfers: Vec<Transfer>,
}

/// What a draft became, free of its borrow of the book.
pub(super) struct Drafted {
    touched: BTreeMap<Account, AccountState>,
    transfers: Vec<Transfer>,
}

impl<'b> Draft<'b> {
    pub(super) fn new(book: &'b Book) -> Self {
        Draft {
            book,
            touched: BTreeMap::new(),
            transfers: Vec::new(),
        }
    }

    pub(super) fn book(&self) -> &'b Book {
        self.book
    }

    pub(super) fn state(&self, account: &Account) -> AccountState {
        self.touched
            .get(account)
            .cloned()
            .unwrap_or_else(|| self.book.account(account))
    }

    /// Moves one amount; the accounts' lots and totals follow at once.
    pub(super) fn move_one(&mut self, transfer: Transfer) -> Result<(), Rejection> {
        let amount = transfer.amount.get();
        if amount <= 0 || transfer.debit == transfer.credit {
            return Err(Rejection::OutOfRange);
        }
        for (account, lot, change) in [
            (transfer.debit, transfer.from_lot, amount.saturating_neg()),
            (transfer.credit, transfer.to_lot, amount),
        ] {
            let mut state = self.state(&account);
            let left = state.lots.entry(lot).or_insert(0);
            *left = left.checked_add(change).ok_or(Rejection::OutOfRange)?;
            if *left == 0 {
                state.lots.remove(&lot);
            }
            state.total = state
                .total
                .checked_add(change)
                .ok_or(Rejection::OutOfRange)?;
            Amount::new(state.total).map_err(|_| Rejection::OutOfRange)?;
            self.touched.insert(account, state);
        }
        self.transfers.push(transfer);
        Ok(())
    }

    /// Pays `amount` into `credit`, filling a debt of its undated lot first.
    pub(super) fn pay_in(
        &mut self,
        debit: Account,
        credit: Account,
        amount: Amount,
        lot: LotDate,
        kind: TransferKind,
    ) -> Result<(), Rejection> {
        let like = Transfer {
            debit,
            credit,
            amount,
            from_lot: 0,
            to_lot: lot,
            kind,
            order: None,
            reverses: None,
        };
        self.pay_in_as(&like)
    }

    /// The same for a movement with everything it says about itself.
    pub(super) fn pay_in_as(&mut self, like: &Transfer) -> Result<(), Rejection> {
        let (credit, amount, lot) = (like.credit, like.amount, like.to_lot);
        let debt = self
            .state(&credit)
            .lots
            .get(&0)
            .copied()
            .unwrap_or(0)
            .min(0)
            .saturating_neg();
        let to_debt = if lot == 0 { 0 } else { debt.min(amount.get()) };
        for (part, to_lot) in [(to_debt, 0), (amount.get().saturating_sub(to_debt), lot)] {
            if part > 0 {
                let amount = Amount::new(part).map_err(|_| Rejection::OutOfRange)?;
                self.move_one(Transfer {
                    amount,
                    to_lot,
                    ..like.clone()
                })?;
            }
        }
        Ok(())
    }

    /// The lots that `amount` would be drawn from, or `None` when they do not hold enough.
    pub(super) fn lots_for(
        &self,
        account: &Account,
        amount: i64,
        today: LocalDate,
    ) -> Option<Vec<(LotDate, i64)>> {
        let mut left = amount;
        let mut drawn = Vec::new();
        for (lot, has) in spend_order(&self.state(account), today) {
            let part = has.min(left);
            if part > 0 {
                drawn.push((lot, part));
                left = left.saturating_sub(part);
            }
        }
        (left == 0).then_some(drawn)
    }

    /// Checks every floor; after this nothing can fail. An account that is below its floor already, because a second
    /// person allowed it, may stay there but not sink.
    pub(super) fn finish(self, floors: Floors) -> Result<Drafted, Rejection> {
        let mut deepest = 0_i64;
        let settings = self.book.frame.settings.as_ref();
        for (account, state) in &self.touched {
            let before = self.book.account(account);
            let floor = match account.purpose {
                purpose if purpose.is_source() => i64::MIN,
                Purpose::Available if account.holder != Holder::Community => {
                    settings.map_or(0, |settings| settings.debt_floor_of(account.asset).get())
                }
                Purpose::Available
                | Purpose::Notice
                | Purpose::Held
                | Purpose::Issuance
                | Purpose::Redeemed
                | Purpose::Expired
                | Purpose::Adjustment
                | Purpose::Donated
                | Purpose::Shelf
                | Purpose::Reserved
                | Purpose::Handed
                | Purpose::Supplied => 0,
            };
            let may_owe =
                account.purpose == Purpose::Available && account.holder != Holder::Community;
            // Only the undated lot may carry a debt; a dated one never falls below zero.
            let dated_floor = if account.purpose.is_source() {
                i64::MIN
            } else {
                0
            };
            let lot_before = |lot: &LotDate| before.lots.get(lot).copied().unwrap_or(0);
            for (lot, left) in state.lots.iter().filter(|(lot, _)| **lot != 0) {
                if *left < dated_floor && *left < lot_before(lot) {
                    return Err(Rejection::OutOfRange);
                }
            }
            let undated = state.lots.get(&0).copied().unwrap_or(0);
            for (now, old) in [(state.total, before.total), (undated, lot_before(&0))] {
                if now < floor && now < old {
                    if !may_owe {
                        return Err(Rejection::OutOfRange);
                    }
                    deepest = deepest.max(floor.saturating_sub(now));
                }
            }
        }
        if deepest > 0 && floors == Floors::Kept && !self.book.supposes {
            return Err(AmendRejection::Short { missing: deepest }.into());
        }
        Ok(Drafted {
            touched: self.touched,
            transfers: self.transfers,
        })
    }
}

/// Whether debt floors hold, or a second person allowed a reversal to pass them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Floors {
    Kept,
    Passed,
}

impl Drafted {
    pub(super) fn is_empty(&self) -> bool {
        self.transfers.is_empty()
    }

    /// Whether some of this asset goes from holder to holder, and so is nothing new.
    pub(super) fn hands_over(&self, asset: AssetNo) -> bool {
        self.transfers
            .iter()
            .any(|transfer| is_gift_of(transfer, asset))
    }

    /// Whether an account of this purpose is among those it moves.
    pub(super) fn touches(&self, purpose: Purpose) -> bool {
        self.touched
            .keys()
            .any(|account| account.purpose == purpose)
    }

    /// The mark: from here on nothing can fail. `records` is the entry without its movements.
    pub(super) fn commit(
        self,
        book: &mut Book,
        command: &Command,
        mut records: Vec<Record>,
    ) -> Receipt {
        let entry = book.frame.head.next_seq;
        let mut seq = entry.saturating_add(records.len() as u64);
        for transfer in self.transfers {
            let amount = transfer.amount.get();
            let debit_after = step(
                book,
                &transfer.debit,
                transfer.from_lot,
                amount.saturating_neg(),
                seq,
            );
            let credit_after = step(book, &transfer.credit, transfer.to_lot, amount, seq);
            records.push(Record::Moved(entry, transfer.clone()));
            book.dirty.transfers.push(PlacedTransfer {
                seq,
                entry,
                transfer,
                debit_after,
                credit_after,
            });
            seq = seq.saturating_add(1);
            book.frame.posted = true;
        }
        let mut balances = Vec::new();
        for (account, state) in self.touched {
            let now = book.account(&account);
            debug_assert_eq!(
                (now.total, &now.lots),
                (state.total, &state.lots),
                "the draft and the commit agree"
            );
            balances.push((account, Amount::new(now.total).unwrap_or_default()));
        }
        book.append(command, records, &balances)
    }
}

/// Whether a movement is a gift of this asset.
pub(super) fn is_gift_of(transfer: &Transfer, asset: AssetNo) -> bool {
    transfer.kind == TransferKind::Donation && transfer.debit.asset == asset
}

/// Applies one side of a movement; returns the balance after and the transfer before.
fn step(book: &mut Book, account: &Account, lot: LotDate, change: i64, seq: u64) -> (i64, u64) {
    let state = book
        .accounts
        .entry(*account)
        .or_default()
        .get_or_insert_default();
    let left = state.lots.entry(lot).or_insert(0);
    *left = left.saturating_add(change);
    if *left == 0 {
        state.lots.remove(&lot);
    }
    state.total = state.total.saturating_add(change);
    let before = std::mem::replace(&mut state.last, seq);
    book.dirty.accounts.insert(*account);
    (state.total, before)
}
