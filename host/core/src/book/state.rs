//! The rows of a book: balances, orders, what was loaded, what a commit writes. Types only; nothing decides here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::account::{Account, Holder};
use crate::amount::Amount;
use crate::chain::{Block, Hash, Head};
use crate::command::{Command, SaltedText};
use crate::counters::{CounterKey, CounterRow};
use crate::ids::{AssetNo, Code, HouseholdNo, OrderNo, ResidentNo, RuleSetNo};
use crate::member::Member;
use crate::period::{PeriodLength, PeriodRow, PeriodState, Standing};
use crate::record::{
    About, Envelope, Event, Item, LotDate, OrderLine, PickupCode, Record, ReleaseReason, RuleSet,
    Transfer,
};
use crate::rule::{Judge, Refusal};
use crate::settings::Settings;
use crate::time::{Instant, LocalDate};

/// A command that is being decided: with when it is decided, and who answers for the rules.
pub(super) struct Asking<'c> {
    pub(super) command: &'c Command,
    pub(super) envelope: Envelope,
    pub(super) judge: &'c dyn Judge,
}

/// A balance with its lots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountState {
    /// Sum of the lots.
    pub total: i64,
    /// Lot date to what is left in it; empty lots are not kept.
    pub lots: BTreeMap<LotDate, i64>,
    /// The seq of the newest transfer that touched it, 0 for none: the end of its passbook.
    pub last: u64,
}

impl AccountState {
    /// What can be spent on `today`: lots of a past date no longer count, even before they lapse.
    pub fn spendable(&self, today: LocalDate) -> i64 {
        let day = today.to_days();
        self.lots
            .iter()
            .filter(|(lot, _)| **lot == 0 || **lot >= day)
            .map(|(_, left)| *left)
            .fold(0, i64::saturating_add)
    }
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// Goods and points are set aside.
    Reserved,
    /// Handed over.
    Settled {
        /// When.
        at: Instant,
        /// Who handed it over.
        by: Code,
    },
    /// Everything went back.
    Released {
        /// When.
        at: Instant,
        /// Why.
        reason: ReleaseReason,
    },
}

/// What is set aside out of one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldLot {
    /// Points, or what is taken beside them.
    pub asset: AssetNo,
    /// The lot it came from, and goes back to.
    pub lot: LotDate,
    /// How much of it, above zero; one of it is one point of the price.
    pub points: i64,
}

impl HeldLot {
    /// Of points.
    pub fn of_points(lot: LotDate, points: i64) -> Self {
        HeldLot {
            asset: AssetNo::POINTS,
            lot,
            points,
        }
    }
}

/// An order, as its records made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub no: OrderNo,
    /// The entry that placed it.
    pub entry: u64,
    /// The resident for whom it was ordered.
    pub resident: ResidentNo,
    /// Of which household.
    pub household: HouseholdNo,
    /// What, and what each line costs.
    pub lines: Vec<(OrderLine, Amount)>,
    /// Pieces of each line that were handed over in parts; all zero for an order collected at once.
    pub handed: Vec<i32>,
    /// What all of it costs.
    pub total: Amount,
    /// What is set aside to pay it with, points first.
    pub held: Vec<HeldLot>,
    /// The pick-up code as the ledger holds it.
    pub code: PickupCode,
    /// The local day it was placed.
    pub placed_on: LocalDate,
    /// The last day it can be collected.
    pub deadline: LocalDate,
    /// Where it stands.
    pub state: OrderState,
}

/// Where an entry stands that something happened to afterwards, or that waits for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FateState {
    /// A proposal that waits for a second person.
    Proposed,
    /// A proposal that was approved.
    Approved,
    /// A proposal that was declined or taken back.
    Declined,
    /// An award under notice, to be posted after `until`.
    Pending,
    /// An award under notice that somebody objected to.
    Objected,
    /// An award under notice that a review upheld, to be posted after `until`.
    Upheld,
    /// An award that was posted after its notice.
    Posted,
    /// An award that a review withdrew.
    Withdrawn,
    /// Taken back.
    Reversed,
}

impl FateState {
    const ALL: [FateState; 9] = [
        FateState::Proposed,
        FateState::Approved,
        FateState::Declined,
        FateState::Pending,
        FateState::Objected,
        FateState::Upheld,
        FateState::Posted,
        FateState::Withdrawn,
        FateState::Reversed,
    ];

    /// The stored number, 1-9. Numbers are never given twice.
    pub fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|state| *state == self);
        place
            .and_then(|place| u8::try_from(place).ok())
            .map_or(0, |place| place.saturating_add(1))
    }

    /// The state behind a stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Where it stands.
    pub state: FateState,
    /// The entry that brought it there; itself when nothing followed yet.
    pub by: u64,
    /// The last day of its notice.
    pub until: Option<LocalDate>,
}

/// What an idempotency key or external reference was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// SHA-256 of the input.
    pub input: Hash,
    /// The entry that answered it.
    pub entry: u64,
}

/// The part of a book that is always loaded: small and needed by nearly every command.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The community's public name.
    pub community: Code,
    /// Its newest block.
    pub head: Head,
    /// Its settings; `None` before the first.
    pub settings: Option<Settings>,
    /// Every rule set ever activated, in order.
    pub sets: Vec<Arc<RuleSet>>,
    /// Every shop item.
    pub items: Vec<Item>,
    /// The number the next order takes.
    pub next_order: u32,
    /// Whether anything was ever posted, which fixes who holds points.
    pub posted: bool,
    /// Every period that was ever cut off, in order of its last day.
    pub periods: Vec<PeriodRow>,
}

impl Frame {
    /// The last day that takes no more events: the end of the newest period that is cut off, signed or sealed.
    pub fn closed_to(&self) -> Option<LocalDate> {
        let closed = self
            .periods
            .iter()
            .filter(|row| row.state != PeriodState::Withdrawn);
        closed.map(|row| row.period.last).max()
    }

    /// The last day of the newest period of this length that is cut off, signed or sealed.
    pub fn closed_at(&self, length: PeriodLength) -> Option<LocalDate> {
        let closed = self
            .periods
            .iter()
            .filter(|row| row.state != PeriodState::Withdrawn && row.period.length == length);
        closed.map(|row| row.period.last).max()
    }
}

/// What the store found for a [`Need`](crate::command::Need); `None` inside means that there is no such thing.
#[derive(Debug, Clone)]
#[expect(
    missing_docs,
    reason = "one variant for each variant of Need, in the same words"
)]
pub enum Loaded {
    Account(Account, Option<AccountState>),
    Counter(CounterKey, Option<CounterRow>),
    Resident(ResidentNo, Option<Member>),
    Order(OrderNo, Option<Order>),
    PickupCode(String, Option<OrderNo>),
    Source(Code, String, Option<Used>),
    /// A key with the instant of its use: it counts for [`KEY_DAYS`](super::KEY_DAYS) days.
    Key(Code, String, Option<(Used, Instant)>),
    Waiting(u64, Option<Event>),
    Everyone(Vec<(ResidentNo, Member)>),
    Standing(u64, Holder, Option<Standing>),
    /// The records of the entry that begins at this seq; `None` when none begins there.
    Entry(u64, Option<Vec<Record>>),
    Fate(u64, Option<Fate>),
}

/// A movement with its place and what the two accounts hold after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedTransfer {
    /// Its place in the journal.
    pub seq: u64,
    /// The entry it belongs to.
    pub entry: u64,
    /// The movement.
    pub transfer: Transfer,
    /// The giving account's balance afterwards, and the seq of its transfer before, 0 for none.
    pub debit_after: (i64, u64),
    /// The same for the receiving account.
    pub credit_after: (i64, u64),
}

/// What a command did, with why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The place of its first record.
    pub entry: u64,
    /// All its records, the one that was asked first.
    pub records: Vec<Record>,
    /// Balances of the holders' accounts that it touched, afterwards.
    pub balances: Vec<(Account, Amount)>,
}

impl Receipt {
    /// The refusal, when the answer was no.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.records.iter().find_map(|record| {
            if let Record::Refused(_, _, refusal) = record {
                Some(refusal)
            } else {
                None
            }
        })
    }

    /// The rule set that answered, or was asked in vain.
    pub fn set(&self) -> Option<RuleSetNo> {
        self.records.iter().find_map(Record::set)
    }

    /// The code of the fault, when the event waits for its rule.
    pub fn waiting(&self) -> Option<&str> {
        self.records.iter().find_map(|record| {
            if let Record::Waiting(_, fault) = record {
                Some(fault.as_str())
            } else {
                None
            }
        })
    }
}

/// The answer of [`Book::apply`](super::Book::apply).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It was decided now.
    Fresh(Receipt),
    /// The same key or reference was answered before, by this entry.
    Replay(u64),
}

/// Everything one commit of one community writes. Rows are final states, to be inserted or replaced.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each field is the row type it holds")]
pub struct Changes {
    pub community: Code,
    pub before: Head,
    pub after: Head,
    pub block: Block,
    /// Place, kind and canonical bytes of every record but movements.
    pub records: Vec<(u64, u8, Vec<u8>)>,
    pub transfers: Vec<PlacedTransfer>,
    pub accounts: Vec<(Account, AccountState)>,
    pub counters: Vec<(CounterKey, CounterRow)>,
    pub residents: Vec<(ResidentNo, Member)>,
    pub items: Vec<Item>,
    pub orders: Vec<Order>,
    pub sources: Vec<(Code, String, Used)>,
    pub keys: Vec<(Code, String, Used, Instant)>,
    /// Events that wait for their rule: place and rule set, and those that no longer do.
    pub waiting: Vec<(u64, RuleSetNo)>,
    pub waited: Vec<u64>,
    pub fates: Vec<(u64, Fate)>,
    pub texts: Vec<(u64, SaltedText)>,
    /// References that were typed, by entry: the ledger holds them sealed.
    pub references: Vec<(u64, SaltedText)>,
    /// Whom the texts and references are about.
    pub about: Vec<(About, u64)>,
    /// The pick-up codes of new orders. Those of orders that end with this commit go.
    pub codes: Vec<(OrderNo, SaltedText)>,
    /// Entries whose texts are removed.
    pub erased: Vec<u64>,
    /// Residents whose commitments lose their salts.
    pub forgotten: Vec<ResidentNo>,
    /// Decided events that the rule, or the host, asks a reviewer to look at.
    pub marked: Vec<u64>,
    pub settings: Option<Settings>,
    pub sets: Vec<Arc<RuleSet>>,
    pub periods: Vec<PeriodRow>,
    /// The cut-off's entry and the holder name a standing.
    pub standings: Vec<(u64, Holder, Standing)>,
}
