//! What the store answers with, where the core has no type of its own. Plain values; nothing here decides.

use rongyi_core::account::Account;
use rongyi_core::book::Loaded;
use rongyi_core::chain::{Block, Hash, Head};
use rongyi_core::counters::{CounterKey, CounterRow, CounterSubject};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo, RuleSetNo};
use rongyi_core::record::Transfer;
use rongyi_core::time::{Instant, LocalDate};

/// What became of one community's changes in a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// They are committed.
    Done,
    /// The community's head was no longer the one they were made from. Nothing of it was written: load it again.
    HeadMoved,
}

/// An entry: what was asked and everything that followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// The place of its first record.
    pub first_seq: u64,
    /// Place, kind and canonical bytes of all its records in order, movements included.
    pub records: Vec<(u64, u8, Vec<u8>)>,
    /// What the accounts it touched held afterwards, in account order; like a receipt, without the accounts that
    /// points and goods come from.
    pub balances_after: Vec<(Account, i64)>,
    /// The personal text that belongs to it, unless it was erased.
    pub text: Option<String>,
}

/// One line of a passbook: a movement as one of its two accounts sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassbookRow {
    /// Its place.
    pub seq: u64,
    /// The entry it belongs to.
    pub entry: u64,
    /// The account whose line it is.
    pub account: Account,
    /// What it added, or took away when negative.
    pub change: i64,
    /// What the account held afterwards.
    pub balance_after: i64,
    /// The account's movement before this one, 0 for none.
    pub prev: u64,
    /// The movement.
    pub transfer: Transfer,
    /// Kind and bytes of the record that began the entry.
    pub first: (u8, Vec<u8>),
    /// Kind and bytes of the rule's answer, when the entry has one.
    pub decided: Option<(u8, Vec<u8>)>,
}

/// A block with the hash that was stored beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlock {
    /// The block.
    pub block: Block,
    /// Its hash as stored; verifying computes it again.
    pub hash: Hash,
}

/// What a community's book asked for, as it was at one moment.
#[derive(Debug, Clone)]
pub struct Moment {
    /// The head at that moment; [`Head::EMPTY`] before the first commit. Rows belong to a book only if they have the
    /// book's head.
    pub head: Head,
    /// An answer for every need, in order.
    pub rows: Vec<Loaded>,
}

/// What a movement says about its two accounts' chains of movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferLink {
    /// Its place.
    pub seq: u64,
    /// The giving account's balance afterwards and its movement before, 0 for none.
    pub debit_after: (i64, u64),
    /// The same for the receiving account.
    pub credit_after: (i64, u64),
}

/// A stored counter row.
pub type StoredCounter = (CounterKey, CounterRow);

/// A human being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Number in this installation.
    pub person_id: i64,
    /// Name.
    pub name: String,
    /// Telephone, when given.
    pub phone: Option<String>,
    /// Hash of the PIN; `None` until the first was given out.
    pub pin_hash: Option<String>,
    /// Whether the PIN must be changed at the next sign-in.
    pub pin_must_change: bool,
    /// When the person was entered.
    pub created_at: Instant,
}

/// A resident as staff find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidentRow {
    /// The number on the card.
    pub resident: ResidentNo,
    /// The household.
    pub household: HouseholdNo,
    /// Who it is, unless never linked or erased.
    pub person_id: Option<i64>,
    /// The person's name.
    pub name: Option<String>,
    /// The person's telephone.
    pub phone: Option<String>,
}

/// A resident whom somebody looked for, with what tells namesakes apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundResident {
    /// The number on the card.
    pub resident: ResidentNo,
    /// The household.
    pub household: HouseholdNo,
    /// The person's name.
    pub name: String,
    /// The person's telephone.
    pub phone: Option<String>,
    /// What the household is called; may be empty.
    pub household_name: String,
    /// Where the household lives; may be empty.
    pub address: String,
}

/// Whom somebody looked for: the nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The residents.
    pub residents: Vec<FoundResident>,
    /// Whether there are more than these.
    pub more: bool,
}

/// What people call a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdText {
    /// Its number.
    pub household: HouseholdNo,
    /// Its name, such as that of its head.
    pub name: String,
    /// Where it lives.
    pub address: String,
}

/// Somebody who works for a community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Number in this installation.
    pub staff_id: i64,
    /// The community they work for.
    pub community: Code,
    /// Sign-in name, unique in the community.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role, a word of the host.
    pub role: String,
    /// Hash of the password.
    pub password_hash: String,
    /// Whether the password must be changed at the next sign-in.
    pub must_change: bool,
    /// Whether the person may sign in.
    pub active: bool,
    /// Which person it is, where somebody said so.
    pub person_id: Option<i64>,
}

/// A new member of staff.
#[derive(Debug, Clone, Copy)]
pub struct NewStaff<'a> {
    /// The community they will work for.
    pub community: &'a Code,
    /// Sign-in name.
    pub login: &'a str,
    /// Name.
    pub name: &'a str,
    /// Role.
    pub role: &'a str,
    /// Hash of the first password.
    pub password_hash: &'a str,
    /// Whether it must be changed at the first sign-in.
    pub must_change: bool,
}

/// What is known of a resident, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPerson {
    /// The number on the card.
    pub resident: ResidentNo,
    /// Number of the person in this installation.
    pub person_id: i64,
    /// Name.
    pub name: String,
    /// Telephone, where one was given.
    pub phone: Option<String>,
    /// Hash of the PIN, where there is one.
    pub pin_hash: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A resident of the session's community.
    Resident(ResidentNo),
    /// A member of staff, by `staff_id`.
    Staff(i64),
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of its token.
    pub token_hash: Hash,
    /// Where.
    pub community: Code,
    /// Who.
    pub subject: Subject,
    /// When it began.
    pub created_at: Instant,
    /// The newest request.
    pub last_seen_at: Instant,
    /// When it ends at the latest.
    pub expires_at: Instant,
}

/// Whose sign-in something belongs to, wherever they sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A person, by `person_id`: a resident of one community or of several.
    Person(i64),
    /// A member of staff, by `staff_id`.
    Staff(i64),
}

/// How often may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Pauses that double, for one account.
    Growing {
        /// After so many tries the first pause of two seconds comes.
        free: u32,
        /// The longest pause, in microseconds.
        wait_max_us: i64,
        /// After so many in a row nothing more is let through until somebody clears them.
        tries_max: u32,
    },
    /// So many at once, and one more for each time that passes.
    Steady {
        /// Microseconds after which one more is allowed.
        every_us: i64,
        /// How many at once.
        burst: u32,
    },
}

/// What tries are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TryKey {
    /// What kind of thing, a word of the host.
    pub scope: &'static str,
    /// Which one.
    pub subject: String,
    /// How often.
    pub pace: Pace,
}

/// Why a try may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The scope of the key that is used up.
    pub scope: &'static str,
    /// When the next try may go on; `None` when not before somebody clears it.
    pub until: Option<Instant>,
}

/// A sign-in that succeeded: what begins, and what ends with it.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub whose: Whose,
    /// The hash of the browser's own word, and what to call the browser.
    pub browser: (Hash, &'a str),
    /// The stored hash that the typed PIN or password was compared with.
    pub proved: &'a str,
    /// The session that the browser had until now.
    pub ends: Option<Hash>,
    /// Tries that were taken and are given back.
    pub given_back: &'a [TryKey],
}

/// A browser in which somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBrowser {
    /// Number in this installation.
    pub browser_id: i64,
    /// What it is called.
    pub label: String,
    /// The first sign-in.
    pub created_at: Instant,
    /// The newest sign-in.
    pub seen_at: Instant,
    /// Sessions that have not expired.
    pub sessions: u64,
}

/// Something that was done to somebody's way in.
#[derive(Debug, Clone, Copy)]
pub struct NewAccessRecord<'a> {
    /// When.
    pub at: Instant,
    /// Where.
    pub community: &'a Code,
    /// What, a word of the host.
    pub what: &'a str,
    /// Who did it; `None` on the command line, in nobody's name.
    pub by_staff: Option<i64>,
    /// More about it.
    pub detail: &'a str,
}

/// The same, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// Number in this installation, growing.
    pub record_id: i64,
    /// When.
    pub at: Instant,
    /// Where.
    pub community: Code,
    /// What, a word of the host.
    pub what: String,
    /// Whose sign-in it is about.
    pub whose: Whose,
    /// Who did it; `None` on the command line, in nobody's name.
    pub by_staff: Option<i64>,
    /// More about it.
    pub detail: String,
}

/// What a change of a member of staff came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffChange {
    /// It is done.
    Done,
    /// It was so already.
    Same,
    /// Nobody else would be left in the role that must always be filled.
    Last,
}

/// A device's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Number in this installation.
    pub token_id: i64,
    /// For which community.
    pub community: Code,
    /// What people call the device.
    pub name: String,
    /// What it may do, a word of the host.
    pub scope: String,
    /// When it was made.
    pub created_at: Instant,
    /// Since when it no longer works.
    pub revoked_at: Option<Instant>,
}

/// A count about a rule set, see the server's tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    /// The rule set.
    pub set: RuleSetNo,
    /// What is counted: `call`, `refusal`, `fault:<code>`, `fuel`, `micros`.
    pub what: String,
    /// Of fuel or time; 0 where nothing is measured.
    pub bucket: u16,
    /// How often.
    pub count: u64,
}

/// What went wrong last with a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// Stable.
    pub code: String,
    /// A sentence for its author.
    pub message: String,
    /// When.
    pub at: Instant,
}

/// Since when a rule set is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePark {
    /// When that began.
    pub since: Instant,
    /// New tries that failed.
    pub tries: u32,
    /// From then on the next event is tried.
    pub next_at: Instant,
}

/// How a rule set is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHealth {
    /// The rule set.
    pub set: RuleSetNo,
    /// What went wrong last.
    pub fault: Option<RuleFault>,
    /// Whether it is left alone.
    pub parked: Option<RulePark>,
}

/// How somebody wants to stand in public lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listing {
    /// With a masked name.
    #[default]
    Masked,
    /// With the name, because they said so.
    Named,
    /// Not at all.
    Hidden,
}

/// A resident as far as public lists are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicName {
    /// The name.
    pub name: String,
    /// What they said.
    pub listing: Listing,
    /// Whether this is a child, who stands in none.
    pub minor: bool,
}

/// A reading of personal data, to be put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadNote {
    /// Where.
    pub community: Code,
    /// Whose.
    pub resident: ResidentNo,
    /// Who read it: an actor's code.
    pub reader: Code,
    /// What was read.
    pub kind: String,
    /// Through which door.
    pub door: String,
    /// When.
    pub at: Instant,
    /// How often.
    pub reads: u64,
}

/// Readings on record: the same reader, kind and door within an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLine {
    /// Who read it: an actor's code.
    pub reader: Code,
    /// What was read.
    pub kind: String,
    /// Through which door.
    pub door: String,
    /// The newest of them.
    pub last_at: Instant,
    /// How many.
    pub reads: u64,
}

/// What became of a try at the till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TillTry {
    /// It counts, and may be looked at.
    Taken {
        /// Tries of this day that were wrong, this one among them.
        wrong: u32,
    },
    /// Too many were wrong: the next one counts from then on.
    Wait {
        /// When.
        until: Instant,
    },
}

/// What events counted for one resident or household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectCount {
    /// Whose.
    pub subject: CounterSubject,
    /// Events.
    pub events: i64,
    /// Points that were decided, deductions taken off.
    pub points: i64,
    /// Minutes that were decided.
    pub minutes: i64,
}

/// What people hold that can be spent until the same day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotSum {
    /// The last day; `None` for ever.
    pub last: Option<LocalDate>,
    /// Whether it can be spent now: it is neither under notice nor kept for an order.
    pub free: bool,
    /// How much.
    pub amount: i64,
    /// Of how many holders.
    pub holders: i64,
}

/// Orders of one day that stand alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderFate {
    /// When they were placed.
    pub placed_on: LocalDate,
    /// 1 wait, 2 were handed over, 3 cancelled, 4 not collected in time.
    pub state: u64,
    /// How many.
    pub orders: i64,
    /// What they cost.
    pub points: i64,
}
