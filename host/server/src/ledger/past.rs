//! What an account held at a past moment, read back from its own movements, and dated statements compared with it; and
//! what was asked and moved nothing.
//!
//! A reading costs the account's own movements since that moment, a page at a time; other accounts cost nothing.
//! It changes nothing and knows nothing of HTTP.

use std::collections::{BTreeMap, VecDeque};

use rongyi_core::account::{Account, Holder, Purpose};
use rongyi_core::book::{Loaded, Receipt};
use rongyi_core::command::Need;
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use rongyi_core::record::{About, Amend, Asked, Change, Envelope, Record, Transfer};
use rongyi_core::settings::{Settings, Unit};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{PassbookRow, Store, StoreError, StoredEntry};

use rongyi_clerk::receipt;

/// Movements read at once.
const PAGE: u32 = 200;
/// Movements shown on each side of a moment.
pub const AROUND: usize = 3;

/// A moment of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The end of a local day.
    EndOf(LocalDate),
    /// An instant, what happened at it included.
    At(Instant),
}

impl Moment {
    fn includes(self, envelope: &Envelope) -> bool {
        match self {
            Moment::EndOf(day) => envelope.today <= day,
            Moment::At(at) => envelope.at <= at,
        }
    }

    /// Parses `2026-10-31` or `2026-10-31T18:00:00+08:00`.
    ///
    /// # Errors
    /// What is expected, in English and Chinese.
    pub fn parse(text: &str) -> Result<Moment, String> {
        if let Ok(day) = text.parse() {
            return Ok(Moment::EndOf(day));
        }
        let instant: Result<jiff::Timestamp, _> = text.parse();
        instant
            .map(|at| Moment::At(Instant(at.as_microsecond())))
            .map_err(|_| {
                format!("“{text}”: 写成 2026-10-31 或 2026-10-31T18:00:00+08:00 / write a day as 2026-10-31, an instant as 2026-10-31T18:00:00+08:00")
            })
    }
}

/// A movement of one account, with the local day it was booked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place in the journal.
    pub seq: u64,
    /// The entry it belongs to.
    pub entry: u64,
    /// The local day of the booking.
    pub day: LocalDate,
    /// What it added or took away.
    pub change: i64,
    /// What the account held afterwards.
    pub balance_after: i64,
}

/// What an account held, and the movements next to that moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastBalance {
    /// The balance.
    pub balance: i64,
    /// The last movements until then, newest first.
    pub before: Vec<Step>,
    /// The first movements after it, oldest first.
    pub after: Vec<Step>,
}

fn step(row: &PassbookRow) -> Result<(Envelope, Step), StoreError> {
    let damaged = || StoreError::Corrupt {
        what: "record",
        place: row.entry.to_string(),
    };
    let first = Record::decode(row.first.0, &row.first.1).map_err(|_| damaged())?;
    let envelope = first.envelope().ok_or_else(damaged)?.clone();
    let step = Step {
        seq: row.seq,
        entry: row.entry,
        day: envelope.today,
        change: row.change,
        balance_after: row.balance_after,
    };
    Ok((envelope, step))
}

/// What `account` held at `moment`. Zero before its first movement.
///
/// # Errors
/// What the database said.
pub async fn held(
    store: &Store,
    community: &Code,
    account: Account,
    moment: Moment,
) -> Result<PastBalance, StoreError> {
    let mut after: VecDeque<Step> = VecDeque::new();
    let mut before: Vec<Step> = Vec::new();
    let mut from = None;
    loop {
        let rows = store.passbook(community, &[account], from, PAGE).await?;
        for row in &rows {
            let (envelope, step) = step(row)?;
            if moment.includes(&envelope) {
                before.push(step);
                if before.len() == AROUND {
                    break;
                }
            } else if before.is_empty() {
                after.push_front(step);
                after.truncate(AROUND);
            }
        }
        from = rows.last().map(|row| row.seq);
        if before.len() == AROUND || from.is_none() {
            break;
        }
    }
    let balance = before.first().map_or(0, |step| step.balance_after);
    Ok(PastBalance {
        balance,
        before,
        after: after.into(),
    })
}

/// Entries read at once, and how often, to find those that moved nothing.
const LOOK: u32 = 100;
const LOOKS_MAX: usize = 5;

/// Entries that moved nothing on anybody's account.
#[derive(Debug, Default)]
pub struct Unmoved {
    /// Newest first.
    pub entries: Vec<(StoredEntry, Receipt)>,
    /// Where older ones may be that were not looked for: an entry's place.
    pub cut: Option<u64>,
}

/// What was asked or carried in for these holders and moved nothing, of the entries from `span.0` on and before `span.1`:
/// refused, waiting, come out at nothing, or totals of before. About `limit` of each holder.
///
/// # Errors
/// What the database said.
pub async fn unmoved(
    store: &Store,
    community: &Code,
    whose: &[Holder],
    (span, limit): ((u64, u64), usize),
) -> Result<Unmoved, StoreError> {
    let mut found: BTreeMap<u64, (StoredEntry, Receipt)> = BTreeMap::new();
    let mut cut = None;
    for holder in whose {
        let about = About::Holder(*holder);
        let (mut before, mut count) = (span.1, 0);
        for look in 0.. {
            if look == LOOKS_MAX || count >= limit {
                cut = cut.max(Some(before));
                break;
            }
            let entries = store.entries_between(community, about, (span.0, before), LOOK);
            let entries = entries.await?;
            for seq in &entries {
                if let Some(stored) = store.entry(community, *seq).await?
                    && let Some(receipt) = still(store, community, whose, &stored).await?
                {
                    count += 1;
                    found.insert(*seq, (stored, receipt));
                }
            }
            match entries.last() {
                Some(last) if entries.len() >= LOOK as usize => before = *last,
                _ => break,
            }
        }
    }
    let kept = found.into_iter().rev();
    let kept = kept.filter(|(seq, _)| cut.is_none_or(|cut| *seq >= cut));
    Ok(Unmoved {
        entries: kept.map(|(_, entry)| entry).collect(),
        cut,
    })
}

/// The entry that an entry takes back: by one person, or by two.
pub(crate) async fn taken_back(
    store: &Store,
    community: &Code,
    first: &Record,
) -> Result<Option<u64>, StoreError> {
    if let Some(Asked::Amend(Amend::Reverse(entry, _))) = first.what() {
        return Ok(Some(*entry));
    }
    let Some(Asked::Amend(Amend::Approve(proposal))) = first.what() else {
        return Ok(None);
    };
    let Some(stored) = store.entry(community, *proposal).await? else {
        return Ok(None);
    };
    let proposed = receipt(&stored)?.records.into_iter().next();
    Ok(
        if let Some(Record::Asked(_, Asked::Amend(Amend::Propose(Change::Reverse { entry }, _)))) =
            proposed
        {
            Some(entry)
        } else {
            None
        },
    )
}

/// The movements of an entry.
pub(crate) fn movements(receipt: &Receipt) -> impl Iterator<Item = &Transfer> {
    receipt.records.iter().filter_map(|record| {
        if let Record::Moved(_, transfer) = record {
            Some(transfer)
        } else {
            None
        }
    })
}

/// Whether an entry moved anything of these holders.
fn touches(receipt: &Receipt, whose: &[Holder]) -> bool {
    let mut sides = movements(receipt).flat_map(|made| [made.debit.holder, made.credit.holder]);
    sides.any(|holder| whose.contains(&holder))
}

/// Whether an entry takes back something of these holders and moves nothing of theirs: it had run out before.
pub(crate) async fn returned_nothing(
    store: &Store,
    community: &Code,
    whose: &[Holder],
    reversal: &Receipt,
) -> Result<bool, StoreError> {
    let Some(first) = reversal.records.first() else {
        return Ok(false);
    };
    let Some(entry) = taken_back(store, community, first).await? else {
        return Ok(false);
    };
    match store.entry(community, entry).await? {
        Some(stored) => Ok(!touches(reversal, whose) && touches(&receipt(&stored)?, whose)),
        None => Ok(false),
    }
}

/// An entry's receipt, if it asked for something, moved nothing of theirs and is not decided elsewhere.
async fn still(
    store: &Store,
    community: &Code,
    whose: &[Holder],
    stored: &StoredEntry,
) -> Result<Option<Receipt>, StoreError> {
    let receipt = receipt(stored)?;
    if returned_nothing(store, community, whose, &receipt).await? {
        return Ok(Some(receipt));
    }
    let asks = receipt.records.first().is_some_and(|first| {
        let placed = matches!(first.what(), Some(Asked::Place(_) | Asked::Carry(_)));
        placed
            || first.event().is_some()
            || first.what().is_some_and(|asked| asked.waited().is_some())
    });
    let moves = |record: &Record| matches!(record, Record::Moved(..));
    if !asks || receipt.records.iter().any(moves) {
        return Ok(None);
    }
    if receipt.waiting().is_some() {
        let needs = [Need::Waiting(stored.first_seq)];
        let found = store.load(community, &needs).await?;
        // What was decided later, or withdrawn, stands on a line of its own.
        if !matches!(found.as_slice(), [Loaded::Waiting(_, Some(_))]) {
            return Ok(None);
        }
    }
    Ok(Some(receipt))
}

/// Whose account of `asset` a resident's is: minutes are always the person's.
pub fn holder_of(
    settings: &Settings,
    asset: AssetNo,
    resident: ResidentNo,
    household: HouseholdNo,
) -> Holder {
    match settings.unit {
        Unit::Household if asset != AssetNo::MINUTES => Holder::Household(household),
        Unit::Household | Unit::Person => Holder::Resident(resident),
    }
}

/// The account that can be spent from.
pub fn available(holder: Holder, asset: AssetNo) -> Account {
    Account {
        holder,
        asset,
        purpose: Purpose::Available,
    }
}

/// The assets a holder can have, by code.
pub fn assets(settings: &Settings) -> Vec<(Code, AssetNo)> {
    let fixed = [
        (Code::literal("points"), AssetNo::POINTS),
        (Code::literal("minutes"), AssetNo::MINUTES),
        (Code::literal("conduct"), AssetNo::CONDUCT),
    ];
    fixed.into_iter().chain(settings.assets.clone()).collect()
}

/// The spendable account of every asset that a resident holds, alone or with the household, by the asset's code.
pub fn booked(
    settings: &Settings,
    resident: ResidentNo,
    household: HouseholdNo,
) -> Vec<(Code, Account)> {
    let with_account = |(code, no)| {
        let holder = holder_of(settings, no, resident, household);
        (code, available(holder, no))
    };
    assets(settings).into_iter().map(with_account).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_or_an_instant() {
        let day = |text: &str| Moment::EndOf(text.parse().unwrap());
        assert_eq!(Moment::parse("2026-10-31"), Ok(day("2026-10-31")));
        assert_eq!(
            Moment::parse("1970-01-01T08:00:01+08:00"),
            Ok(Moment::At(Instant(1_000_000)))
        );
        for wrong in ["", "yesterday", "2026-10-32", "31.10.2026"] {
            let said = Moment::parse(wrong).unwrap_err();
            assert!(said.contains("2026-10-31"), "{said}");
        }
    }
}
