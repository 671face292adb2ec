//! Movements that are being drafted: checked against a copy of the accounts they touch, then committed whole.

use std::collections::BTreeMap;

use super::{AccountState, Book, PlacedTransfer, Receipt};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::command::{Command, Rejection};
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
            let own = state.lots.entry(lot).or_insert(0);
            *own = own.checked_add(change).ok_or(Rejection::OutOfRange)?;
            if *own == 0 {
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
                    debit,
                    credit,
                    amount,
                    from_lot: 0,
                    to_lot,
                    kind,
                    order: None,
                    reverses: None,
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

    /// Checks every floor; after this nothing can fail. `debt_floor` is zero or negative.
    pub(super) fn finish(self, debt_floor: i64) -> Result<Drafted, Rejection> {
        for (account, state) in &self.touched {
            let floor = match account.purpose {
                purpose if purpose.is_source() => i64::MIN,
                Purpose::Available if account.holder != Holder::Community => debt_floor,
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
            // Only the undated lot may carry a debt; a dated one never falls below zero.
            let dated_floor = if account.purpose.is_source() {
                i64::MIN
            } else {
                0
            };
            let lot_fits = |(lot, left): (&LotDate, &i64)| {
                *left >= if *lot == 0 { floor } else { dated_floor }
            };
            if state.total < floor || !state.lots.iter().all(lot_fits) {
                return Err(Rejection::OutOfRange);
            }
        }
        Ok(Drafted {
            touched: self.touched,
            transfers: self.transfers,
        })
    }
}

impl Drafted {
    pub(super) fn is_empty(&self) -> bool {
        self.transfers.is_empty()
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

/// Applies one side of a movement; returns the balance after and the transfer before.
fn step(book: &mut Book, account: &Account, lot: LotDate, change: i64, seq: u64) -> (i64, u64) {
    let state = book
        .accounts
        .entry(*account)
        .or_default()
        .get_or_insert_default();
    let own = state.lots.entry(lot).or_insert(0);
    *own = own.saturating_add(change);
    if *own == 0 {
        state.lots.remove(&lot);
    }
    state.total = state.total.saturating_add(change);
    let before = std::mem::replace(&mut state.last, seq);
    book.dirty.accounts.insert(*account);
    (state.total, before)
}
