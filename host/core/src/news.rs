//! What a commit has to tell residents: awards, deductions, orders. A pure reading of the commit, so that every database writes
//! the same messages in its very transaction. It says what happened and to whom; words come when somebody reads.

use std::collections::BTreeMap;

use crate::account::{Account, Holder, Purpose};
use crate::book::{Changes, OrderState};
use crate::ids::{AssetNo, ResidentNo};
use crate::record::{Record, ReleaseReason, TransferKind};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NewsKind {
    /// Something was earned.
    Award,
    /// Something was earned and is under notice.
    Notice,
    /// Something was taken away.
    Deduction,
    /// Points lapse within thirty days.
    LapseSoon,
    /// Points lapse within seven days.
    LapseNow,
    /// An order was placed.
    Placed,
    /// Today is the last day of an order.
    LastDay,
    /// An order ran out.
    TimedOut,
    /// An order was handed over.
    HandedOver,
    /// A case took a step.
    Case,
    /// A shift begins tomorrow.
    Tomorrow,
    /// A seat in a shift was given.
    Seat,
}

impl NewsKind {
    /// All of them.
    pub const ALL: [NewsKind; 12] = [
        NewsKind::Award,
        NewsKind::Notice,
        NewsKind::Deduction,
        NewsKind::LapseSoon,
        NewsKind::LapseNow,
        NewsKind::Placed,
        NewsKind::LastDay,
        NewsKind::TimedOut,
        NewsKind::HandedOver,
        NewsKind::Case,
        NewsKind::Tomorrow,
        NewsKind::Seat,
    ];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            NewsKind::Award => 1,
            NewsKind::Notice => 2,
            NewsKind::Deduction => 3,
            NewsKind::LapseSoon => 4,
            NewsKind::LapseNow => 5,
            NewsKind::Placed => 6,
            NewsKind::LastDay => 7,
            NewsKind::TimedOut => 8,
            NewsKind::HandedOver => 9,
            NewsKind::Case => 10,
            NewsKind::Tomorrow => 11,
            NewsKind::Seat => 12,
        }
    }

    /// The kind of a stored number.
    pub fn of(number: i64) -> Option<NewsKind> {
        NewsKind::ALL
            .into_iter()
            .find(|kind| kind.number() == number)
    }
}

/// Something that a resident is told. Kind, `about` and `part` name it: it is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// Whom.
    pub resident: ResidentNo,
    /// What.
    pub kind: NewsKind,
    /// The entry, order, case, activity, or the last day of a lot.
    pub about: u64,
    /// The asset of an entry, the step of a case, the shift of an activity.
    pub part: u32,
    /// How much: points, minutes, pieces of another asset.
    pub amount: i64,
}

/// What this commit has to tell.
pub fn news(changes: &Changes) -> Vec<News> {
    let mut all = moved(changes);
    for order in &changes.orders {
        let kind = match &order.state {
            OrderState::Reserved => NewsKind::Placed,
            OrderState::Settled { .. } => NewsKind::HandedOver,
            OrderState::Released { reason, .. } => match reason {
                ReleaseReason::TimedOut => NewsKind::TimedOut,
                // Whoever cancels knows it, and the passbook has what came back.
                ReleaseReason::Cancelled => continue,
            },
        };
        all.push(News {
            resident: order.resident,
            kind,
            about: u64::from(order.no.0),
            part: 0,
            amount: order.total.get(),
        });
    }
    all
}

/// Awards and deductions, one for each entry, resident and direction: points where there are any.
fn moved(changes: &Changes) -> Vec<News> {
    let mut sums: BTreeMap<(u64, ResidentNo, NewsKind), BTreeMap<AssetNo, i64>> = BTreeMap::new();
    for placed in &changes.transfers {
        let transfer = &placed.transfer;
        let (kind, account) = match transfer.kind {
            TransferKind::Award if transfer.credit.purpose == Purpose::Notice => {
                (NewsKind::Notice, transfer.credit)
            }
            TransferKind::Award => (NewsKind::Award, transfer.credit),
            TransferKind::Deduction => (NewsKind::Deduction, transfer.debit),
            TransferKind::Opening
            | TransferKind::Hold
            | TransferKind::Settle
            | TransferKind::Release
            | TransferKind::Expire
            | TransferKind::Receive
            | TransferKind::Reversal
            | TransferKind::Post
            | TransferKind::Correction
            | TransferKind::Donation => continue,
        };
        let Some(resident) = whose(changes, placed.entry, &account) else {
            continue;
        };
        let assets = sums.entry((placed.entry, resident, kind)).or_default();
        let sum = assets.entry(account.asset).or_default();
        *sum = sum.saturating_add(transfer.amount.get());
    }
    let told = |((entry, resident, kind), assets): (
        (u64, ResidentNo, NewsKind),
        BTreeMap<AssetNo, i64>,
    )| {
        let (asset, amount) = assets.first_key_value()?;
        Some(News {
            resident,
            kind,
            about: entry,
            part: asset.0,
            amount: *amount,
        })
    };
    sums.into_iter().filter_map(told).collect()
}

/// Whom a movement concerns: whose account it is, and of a household whoever did it.
fn whose(changes: &Changes, entry: u64, account: &Account) -> Option<ResidentNo> {
    match account.holder {
        Holder::Resident(resident) => Some(resident),
        Holder::Household(_) => {
            let place = changes.records.binary_search_by_key(&entry, |row| row.0);
            let (_, kind, body) = changes.records.get(place.ok()?)?;
            let record = Record::decode(*kind, body).ok()?;
            let roles = &record.event()?.roles;
            let doer = roles.iter().find(|(role, _)| role.as_str() == "doer");
            doer.or(roles.first()).map(|(_, resident)| *resident)
        }
        Holder::Community | Holder::Fund(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back() {
        for kind in NewsKind::ALL {
            assert_eq!(NewsKind::of(kind.number()), Some(kind));
        }
        assert_eq!(NewsKind::of(0), None);
    }
}
