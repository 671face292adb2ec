//! A movement between two accounts, and why it moved. Its canonical form is in `record/form`.

use crate::account::Account;
use crate::amount::Amount;
use crate::ids::OrderNo;

/// What moved a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// An award of a rule.
    Award = 1,
    /// A deduction by a rule.
    Deduction = 2,
    /// An opening balance.
    Opening = 3,
    /// Set aside for an order.
    Hold = 4,
    /// Handed over.
    Settle = 5,
    /// Back from an order.
    Release = 6,
    /// Lapsed.
    Expire = 7,
    /// Goods received.
    Receive = 8,
    /// The reversal of another transfer.
    Reversal = 9,
    /// Posted after its notice.
    Post = 10,
    /// A correction by two people.
    Correction = 11,
    /// A gift.
    Donation = 12,
}

impl TransferKind {
    /// The kind behind a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        use TransferKind::{
            Award, Correction, Deduction, Donation, Expire, Hold, Opening, Post, Receive, Release,
            Reversal, Settle,
        };
        [
            Award, Deduction, Opening, Hold, Settle, Release, Expire, Receive, Reversal, Post,
            Correction, Donation,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == number)
    }
}

/// A part of a balance that lapses on one date: days since 1970-01-01, 0 for never.
pub type LotDate = i32;

/// A movement between two accounts of one asset. The seq and entry are its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Gives.
    pub debit: Account,
    /// Receives.
    pub credit: Account,
    /// How much, above zero.
    pub amount: Amount,
    /// The lot it leaves.
    pub from_lot: LotDate,
    /// The lot it enters.
    pub to_lot: LotDate,
    /// Why it moved.
    pub kind: TransferKind,
    /// The order it belongs to.
    pub order: Option<OrderNo>,
    /// The seq of the transfer that it reverses.
    pub reverses: Option<u64>,
}

/// The movements of an entry with their places.
pub(crate) fn moved(entry: u64, records: &[super::Record]) -> Vec<(u64, Transfer)> {
    let places = (entry..).zip(records);
    places
        .filter_map(|(seq, record)| {
            if let super::Record::Moved(_, transfer) = record {
                Some((seq, transfer.clone()))
            } else {
                None
            }
        })
        .collect()
}
