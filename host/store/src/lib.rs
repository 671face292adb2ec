//! The only crate with SQL: opens a database, loads what a batch needs, writes what it changed, reads for pages,
//! and keeps the people who sign in. It decides nothing: whatever moves points is decided by the book in
//! `rongyi-core`, and this crate refuses only what was decided on a head that is no longer the newest.
#![deny(clippy::float_arithmetic)]

mod activities;
mod audit;
mod cards;
mod cases;
mod error;
mod heads;
mod inspections;
mod merchants;
mod messages;
mod model;
mod moving;
#[cfg(test)]
mod personal;
#[cfg(test)]
mod plans;
mod postgres;
mod rulebooks;
mod shop;
mod sqlite;
mod statements;
mod steps;
mod volunteers;

pub use activities::{
    ActivityChange, ActivityFilter, ActivityWords, Attended, Clearance, NewActivity, NewMark,
    NewPresence, NewShift, PresenceState, SignupChange, StateChange, StoredActivity, StoredMark,
    StoredPresence, StoredShift, StoredSignup, WaitingPresence,
};
pub use audit::{Audit, Finding};
pub use cards::Card;
pub use cases::{
    Appended, CaseEffect, CaseFile, CaseFilter, CasePhoto, CasePlace, CaseText, EffectState,
    NEVER_DUE, NewCase, NewCaseStep, NewPaper, StoredCase, StoredCasePhoto, StoredCaseStep,
    StoredPaper, WaitingEffect, case_commitment,
};
pub use error::StoreError;
pub use heads::CaseHead;
pub use inspections::{
    InspectionState, NewInspection, NewJudge, NewScores, PlaceState, Score, Scored,
    StoredInspection, StoredJudge, StoredPlace,
};
pub use merchants::{NewMerchant, StoredMerchant, StoredStatement};
pub use messages::{DueMessage, MessageChoice, MessageFate, MessageTrouble};
pub use model::{
    AccessRecord, Found, FoundResident, HouseholdText, KnownBrowser, Listing, LotSum, Moment,
    NewAccessRecord, NewSession, NewStaff, OrderFate, Pace, PassbookRow, Person, PublicName,
    ReadLine, ReadNote, Refused, ResidentRow, RuleCount, RuleFault, RuleHealth, RulePark,
    SealedPerson, Session, Staff, StaffChange, StoredBlock, StoredCounter, StoredEntry, Subject,
    SubjectCount, TillTry, Token, TransferLink, TryKey, Whose, Written,
};
pub use moving::{Moved, copy_to, move_to};
pub use postgres::Postgres;
pub use rulebooks::Proposal;
pub use shop::Wish;
pub use sqlite::Sqlite;
pub use volunteers::{
    CertificateFilter, CertificateState, CertificateStep, MemberFilter, NewCertificate, NewTeam,
    ServedSum, StoredCertificate, StoredTeam, TeamMember, TeamWords,
};

use rongyi_core::account::{Account, Holder};
use rongyi_core::book::{AccountState, Changes, Fate, FateState, Frame, Loaded, Order, Used};
use rongyi_core::chain::{Hash, Head};
use rongyi_core::command::{Need, SaltedText};
use rongyi_core::counters::{CounterKey, CounterRow, CounterSubject};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use rongyi_core::member::Member;
use rongyi_core::period::Standing;
use rongyi_core::record::About;
use rongyi_core::seal::SealKey;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_names::Asked;

/// A database, whichever engine holds it.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a program has one; it stands behind an Arc"
)]
pub enum Store {
    /// A file on this machine.
    Sqlite(Sqlite),
    /// A server, or several of which one is written to.
    Postgres(Postgres),
}

/// A community that nobody else can write to, until it is written with or dropped.
#[derive(Debug)]
pub struct HeldCommunity(Holding);

#[derive(Debug)]
enum Holding {
    /// The whole file.
    Sqlite(sqlite::HeldFile),
    /// The community's row.
    Postgres(postgres::HeldRow),
}

impl Store {
    /// Opens a database for reading and writing and brings its tables up to date. `create` makes a new one where
    /// there is none. SQLite: `sqlite:data/rongyi.db`. PostgreSQL: `postgres://user@host/database`, which must be
    /// there, or several such with blanks between them: the first server that is not in recovery is used.
    ///
    /// # Errors
    /// [`StoreError::Address`], [`StoreError::Missing`], [`StoreError::Version`] or what the engine said.
    pub async fn open(url: &str, create: bool) -> Result<Self, StoreError> {
        match engine(url)? {
            Engine::Sqlite => Sqlite::open(url, create).await.map(Store::Sqlite),
            Engine::Postgres => Postgres::open(url).await.map(Store::Postgres),
        }
    }

    /// Takes the reading of the files of a database away from other users of the machine, as opening does; the files
    /// for which that was needed. A server keeps its files itself.
    ///
    /// # Errors
    /// [`StoreError::Exposed`] when others may write a file or own it, [`StoreError::Address`].
    pub fn tighten(url: &str) -> Result<Vec<std::path::PathBuf>, StoreError> {
        match engine(url)? {
            Engine::Sqlite => sqlite::tighten(url),
            Engine::Postgres => Ok(Vec::new()),
        }
    }

    /// Opens an existing database for reading only; writing answers [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_read_only(url: &str) -> Result<Self, StoreError> {
        match engine(url)? {
            Engine::Sqlite => Sqlite::open_read_only(url).await.map(Store::Sqlite),
            Engine::Postgres => Postgres::open_read_only(url).await.map(Store::Postgres),
        }
    }

    /// The database as it is at this moment, for reading; whatever others write meanwhile is not seen. One connection,
    /// so reads follow each other. Close it soon: until then the engine keeps what it would tidy away.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn snapshot(&self) -> Result<Self, StoreError> {
        match self {
            Store::Sqlite(db) => db.snapshot().await.map(Store::Sqlite),
            Store::Postgres(db) => db.watched(db.snapshot()).await.map(Store::Postgres),
        }
    }

    /// Closes all connections. Dropping does too, but says nothing when it fails.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn close(self) -> Result<(), StoreError> {
        match self {
            Store::Sqlite(db) => db.close().await,
            Store::Postgres(db) => db.close().await,
        }
    }

    /// At the end of a host: brings what was written into the database file itself, whoever still reads. A server does
    /// that by itself.
    ///
    /// # Errors
    /// What the engine said; nothing is lost then, the log is read at the next start.
    pub async fn rest(&self) -> Result<(), StoreError> {
        match self {
            Store::Sqlite(db) => db.rest().await,
            Store::Postgres(_) => Ok(()),
        }
    }

    /// The size of the write-ahead log beside the file. A server keeps its own.
    #[must_use]
    pub fn wal_bytes(&self) -> Option<u64> {
        match self {
            Store::Sqlite(db) => Some(db.wal_bytes()),
            Store::Postgres(_) => None,
        }
    }

    /// Whether several batches may be written at the same time. SQLite has one writer.
    #[must_use]
    pub fn writes_side_by_side(&self) -> bool {
        matches!(self, Store::Postgres(_))
    }

    /// Answers every need of one community, in order.
    ///
    /// # Errors
    /// A [`StoreError`]: see its variants.
    pub async fn load(&self, community: &Code, needs: &[Need]) -> Result<Vec<Loaded>, StoreError> {
        let asked = [(community.clone(), needs.to_vec())];
        let mut answers = self.load_all(&asked).await?;
        Ok(answers.pop().map(|answer| answer.rows).unwrap_or_default())
    }

    /// Waits until nobody writes to this community and keeps it so, for a host whose batches came too late again
    /// and again. Hold one at a time, and not for long: on SQLite it holds the whole file.
    ///
    /// # Errors
    /// A [`StoreError`]: see its variants.
    pub async fn hold(&self, community: &Code) -> Result<HeldCommunity, StoreError> {
        match self {
            Store::Sqlite(db) => {
                let held = db.watched(db.hold()).await?;
                Ok(HeldCommunity(Holding::Sqlite(held)))
            }
            Store::Postgres(db) => {
                let held = db.watched(db.hold(community)).await?;
                Ok(HeldCommunity(Holding::Postgres(held)))
            }
        }
    }

    /// Like [`Store::write`], of the community that is held.
    ///
    /// # Errors
    /// A [`StoreError`]: see its variants.
    pub async fn write_held(
        &self,
        held: HeldCommunity,
        batch: &[Changes],
    ) -> Result<Vec<Written>, StoreError> {
        match (self, held.0) {
            (Store::Sqlite(db), Holding::Sqlite(held)) => {
                db.watched(db.write_held(held, batch)).await
            }
            (Store::Postgres(db), Holding::Postgres(held)) => {
                db.watched(db.write_held(held, batch)).await
            }
            // HeldCommunity of another database: it holds nothing here.
            (Store::Sqlite(_) | Store::Postgres(_), _) => self.write(batch).await,
        }
    }
}

enum Engine {
    Sqlite,
    Postgres,
}

fn engine(url: &str) -> Result<Engine, StoreError> {
    let (scheme, _) = url.split_once(':').unwrap_or(("", url));
    match scheme {
        "sqlite" => Ok(Engine::Sqlite),
        "postgres" | "postgresql" => Ok(Engine::Postgres),
        // What follows the scheme may hold a password.
        _ => Err(StoreError::Address {
            url: format!("{scheme}:…"),
            why_zh: "请写成 sqlite:data/rongyi.db 或 postgres://用户@主机/数据库 的样子。",
            why_en: "write it like sqlite:data/rongyi.db or postgres://user@host/database.",
        }),
    }
}

/// An answer that is on its way. Only its trait is named: whoever waits for it would carry all that the engine's own futures
/// are made of, and the compiler would look at all of it again for each page and each operation.
pub(crate) type Answering<'a, T> =
    std::pin::Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// One method of [`Store`] for each, answered by the engine that holds the database.
macro_rules! each_engine {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl Store {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// A [`StoreError`]: see its variants.
                pub async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                    let answer: $crate::Answering<'_, $answer> = match self {
                        Store::Sqlite(db) => Box::pin(db.watched(db.$name($($argument),*))),
                        Store::Postgres(db) => Box::pin(db.watched(db.$name($($argument),*))),
                    };
                    answer.await
                }
            )*
        }
    };
}

pub(crate) use each_engine;

// Loading and writing the ledger.
each_engine! {
    /// Whether the database answers.
    fn ping() -> ();
    /// What the engine finds wrong with its own file, at most twenty findings. Reads all of it.
    fn damage() -> Vec<String>;
    /// What the database itself must be: schema, migrations, no row that belongs to none. Reads the catalog, and
    /// follows the keys of every table.
    fn audit() -> Audit;
    /// All communities that have a ledger here.
    fn community_codes() -> Vec<Code>;
    /// The digest of the configuration that each community took over last; those without one are left out.
    fn configurations() -> Vec<(Code, Hash)>;
    /// The always-loaded part of a book; `None` before the community's first commit.
    fn frame(community: &Code) -> Option<Frame>;
    /// The heads of those that have a ledger here.
    fn heads(communities: &[Code]) -> Vec<(Code, Head)>;
    /// Answers every need of every community, in order, all of one moment, each with its community's head at that
    /// moment; what is not there is answered with `None` inside.
    fn load_all(asked: &[(Code, Vec<Need>)]) -> Vec<Moment>;
    /// Proves that writing works: commits a row that means nothing else. It is no part of any ledger.
    fn pulse(at: Instant) -> ();
    /// Writes a batch, in which a community stands once, in one transaction; an answer for each. After an error nothing of the batch may be relied
    /// upon: load again.
    fn write(batch: &[Changes]) -> Vec<Written>;
}

// Reads for pages, receipts and jobs.
each_engine! {
    /// The entry that the record at `seq` belongs to; `None` when nothing stands there.
    fn entry(community: &Code, seq: u64) -> Option<StoredEntry>;
    /// The lines of these accounts, newest first, those before the line `before` when given. About `limit` lines:
    /// a movement between two of the accounts is two lines of one seq, which a page never parts. A page costs what
    /// its lines cost for the account that `before` touches; for others also their movements newer than `before`.
    fn passbook(community: &Code, accounts: &[Account], before: Option<u64>, limit: u32) -> Vec<PassbookRow>;
    /// What these accounts hold, in order; empty for one that was never used.
    fn balances(community: &Code, accounts: &[Account]) -> Vec<(Account, AccountState)>;
    /// One counter row.
    fn counter_row(community: &Code, key: &CounterKey) -> Option<CounterRow>;
    /// An order by its number.
    fn order(community: &Code, no: OrderNo) -> Option<Order>;
    /// An order by the key of its pick-up code, wherever it stands. Codes are never given twice.
    fn order_by_code(community: &Code, key: &str) -> Option<Order>;
    /// A resident's orders, newest first.
    fn orders_of_resident(community: &Code, resident: ResidentNo, limit: u32) -> Vec<Order>;
    /// A household's orders, newest first.
    fn orders_of_household(community: &Code, household: HouseholdNo, limit: u32) -> Vec<Order>;
    /// Orders that wait to be collected, the earliest deadline first.
    fn open_orders(community: &Code, limit: u32) -> Vec<Order>;
    /// Orders whose deadline was before `today` and that nobody collected.
    fn due_orders(community: &Code, today: LocalDate, limit: u32) -> Vec<OrderNo>;
    /// Spendable accounts with something in a lot whose last day was before `day`.
    fn accounts_with_lots_before(community: &Code, day: LocalDate, limit: u32) -> Vec<Account>;
    /// Events that wait for their rule.
    fn waiting(community: &Code) -> Vec<(u64, RuleSetNo)>;
    /// What holders had at a cut-off, in the order of holders, those after `after` when given.
    fn standings(community: &Code, cut: u64, after: Option<Holder>, limit: u32) -> Vec<(Holder, Standing)>;
    /// Holders of a cut-off that are not closed yet.
    fn open_standings(community: &Code, cut: u64, limit: u32) -> Vec<Holder>;
    /// What became of an entry; `None` when nothing did.
    fn fate(community: &Code, entry: u64) -> Option<Fate>;
    /// Entries in one state, those whose notice ends first before the others.
    fn fates_in(community: &Code, state: FateState, limit: u32) -> Vec<(u64, Fate)>;
    /// Where somebody was told no, from a place on, in order.
    fn refused(community: &Code, from_seq: u64, limit: u32) -> Vec<u64>;
    /// Decided events that a reviewer is asked to look at, that stand and nobody has looked at, the earliest first.
    fn open_marks(community: &Code, limit: u32) -> Vec<u64>;
    /// A reviewer has looked at it; `false` when somebody had before, or nothing is marked there.
    fn see_mark(community: &Code, entry: u64, by: &Code, at: Instant) -> bool;
    /// When somebody had looked at what is marked there, and who.
    fn mark_seen(community: &Code, entry: u64) -> Option<(Instant, Code)>;
    /// Awards whose notice ended before `today` and that nobody objects to.
    fn due_notices(community: &Code, today: LocalDate, limit: u32) -> Vec<u64>;
    /// Removes idempotency keys used before; answers how many. The book no longer counts them.
    fn purge_keys(community: &Code, before: Instant) -> u64;
    /// Pieces on the shelf, by item; items that never came in are left out.
    fn stock(community: &Code) -> Vec<(ItemNo, i64)>;
    /// The place of the first record that was booked on `day` or later; where nothing was, the next place.
    fn place_of_day(community: &Code, day: LocalDate) -> u64;
    /// What an account held before the record at `before`.
    fn held_before(community: &Code, account: Account, before: u64) -> i64;
    /// What the community counted of each kind in each of these months (`LocalDate::month_index`).
    fn counted(community: &Code, first: i32, last: i32) -> Vec<(Code, i32, CounterRow)>;
    /// What was counted of a resident, a household or the community by events of each kind, in all months.
    fn counted_for(community: &Code, subject: CounterSubject) -> Vec<(Code, i32, CounterRow)>;
    /// What events counted for each resident, or each household, in these months. Reads the counters of all of them.
    fn counted_of(community: &Code, households: bool, first: i32, last: i32) -> Vec<SubjectCount>;
    /// What people hold of an asset now, by the last day on which it can be spent.
    fn lots_of_people(community: &Code, asset: AssetNo) -> Vec<LotSum>;
    /// Marked entries between two places, each with whether somebody has looked.
    fn marks_between(community: &Code, from: u64, before: u64) -> Vec<(u64, bool)>;
    /// Orders by the day on which they were placed and where they stand. Reads the orders of the community.
    fn orders_of_days(community: &Code, first: LocalDate, last: LocalDate) -> Vec<OrderFate>;
    /// Archives a component under the SHA-256 of its bytes. Again is no harm.
    fn put_component(digest: &Hash, bytes: &[u8]) -> ();
    /// An archived component.
    fn component(digest: &Hash) -> Option<Vec<u8>>;
    /// Archives parameters under the SHA-256 of their canonical JSON. Again is no harm.
    fn put_params(digest: &Hash, json: &str) -> ();
    /// Archived parameters.
    fn params(digest: &Hash) -> Option<String>;
}

// Reading everything, to verify it.
each_engine! {
    /// Blocks from a height on.
    fn blocks(community: &Code, from_height: u64, limit: u32) -> Vec<StoredBlock>;
    /// Place, kind and canonical bytes of every record from a place on, movements included.
    fn journal(community: &Code, from_seq: u64, limit: u32) -> Vec<(u64, u8, Vec<u8>)>;
    /// What movements say about their accounts' chains, from a place on.
    fn all_transfer_links(community: &Code, from_seq: u64, limit: u32) -> Vec<TransferLink>;
    /// Personal texts that were not erased, by entry, from a place on.
    fn texts(community: &Code, from_seq: u64, limit: u32) -> Vec<(u64, SaltedText)>;
    /// Every account.
    fn all_accounts(community: &Code) -> Vec<(Account, AccountState)>;
    /// Every counter row.
    fn all_counters(community: &Code) -> Vec<StoredCounter>;
    /// Every order.
    fn all_orders(community: &Code) -> Vec<Order>;
    /// Every resident with household and traits.
    fn all_residents(community: &Code) -> Vec<(ResidentNo, Member)>;
    /// What became of every entry that something happened to.
    fn all_fates(community: &Code) -> Vec<(u64, Fate)>;
    /// Every external reference that was used.
    fn all_sources(community: &Code) -> Vec<(Code, String, Used)>;
    /// Every standing, by the entry of its cut-off.
    fn all_standings(community: &Code) -> Vec<(u64, Holder, Standing)>;
    /// Every idempotency key that is kept.
    fn all_keys(community: &Code) -> Vec<(Code, String, Used, Instant)>;
    /// The last days of periods as their own column has them, by which lists are in order.
    fn all_period_days(community: &Code) -> Vec<(String, LocalDate)>;
    /// Residents who are linked to a person, whether or not the ledger knows them.
    fn all_linked(community: &Code) -> Vec<ResidentNo>;
}

// What stands beside the ledger because it must be secret while it counts, or must be able to go.
each_engine! {
    /// The community's key for sealing, made when there is none; `None` when nothing can be made.
    fn seal_key(community: &Code) -> Option<SealKey>;
    /// Where a resident is signed in, the newest first.
    fn sessions_of(community: &Code, resident: ResidentNo) -> Vec<Session>;
    /// After an erasure: removes what the engine had written of it. SQLite: the log before the file is emptied, and with
    /// `rewrite` the whole file is written anew. PostgreSQL: the touched tables are vacuumed, with `rewrite` rewritten,
    /// which locks them meanwhile. Whether it came to its end; readers may have been in the way.
    fn scrub(rewrite: bool) -> bool;
    /// The pick-up code of an open order; `None` when it ended, or holds its code in clear.
    fn pickup_code(community: &Code, order: OrderNo) -> Option<String>;
    /// The pick-up codes of all open orders.
    fn pickup_codes(community: &Code) -> Vec<(OrderNo, SaltedText)>;
    /// Entries with a text or typed reference about any of these.
    fn entries_about(community: &Code, about: &[About]) -> Vec<u64>;
    /// Of these, the newest of one person's from the place `span.0` on and before `span.1`, newest first: among them
    /// every event and order of theirs that moved nothing.
    fn entries_between(community: &Code, about: About, span: (u64, u64), limit: u32) -> Vec<u64>;
    /// All texts that begin so; looks at every text of the community.
    fn texts_from(community: &Code, beginning: &str) -> Vec<(u64, SaltedText)>;
    /// The texts of these entries, as far as they are there.
    fn texts_at(community: &Code, entries: &[u64]) -> Vec<(u64, SaltedText)>;
    /// The typed references of these entries, as far as they are there.
    fn references_at(community: &Code, entries: &[u64]) -> Vec<(u64, SaltedText)>;
    /// All typed references that were not erased, by entry.
    fn all_references(community: &Code) -> Vec<(u64, SaltedText)>;
    /// Counts a try at the till before it is looked at. `bounds`: how many a day are free, and the longest pause in µs.
    fn take_till_try(community: &Code, actor: &str, day: LocalDate, now: Instant, bounds: (u32, i64)) -> TillTry;
    /// Takes the count of a right try back.
    fn give_back_till_try(community: &Code, actor: &str, day: LocalDate, now: Instant) -> ();
    /// Wrong tries of a day, by who made them; `*` counts all.
    fn till_tries(community: &Code, day: LocalDate) -> Vec<(String, u32)>;
    /// Removes the counts of days before.
    fn clear_till_tries(community: &Code, before: LocalDate) -> u64;
}

// People.
each_engine! {
    /// Enters a person; answers the person's number.
    fn create_person(name: &str, phone: Option<&str>, created_at: Instant) -> i64;
    /// A person.
    fn person(person_id: i64) -> Option<Person>;
    /// Corrects a person's name and telephone.
    fn rename_person(person_id: i64, name: &str, phone: Option<&str>) -> ();
    /// Where a person is a resident.
    fn residencies(person_id: i64) -> Vec<(Code, ResidentNo)>;
    /// Erases a person's name, telephone and PIN; `name` stands in the place of the name from now on.
    fn erase_person(person_id: i64, name: &str) -> ();
    /// Sets a person's PIN.
    fn set_pin(person_id: i64, pin_hash: &str, must_change: bool) -> ();
    /// Says which person a resident is, with the salt of the ledger's commitment.
    fn link_resident(community: &Code, resident: ResidentNo, person_id: i64, salt: &[u8; 16]) -> ();
    /// The salt of a resident's commitment.
    fn resident_salt(community: &Code, resident: ResidentNo) -> Option<[u8; 16]>;
    /// All residents, by number.
    fn residents(community: &Code) -> Vec<ResidentRow>;
    /// All residents with what is known of them and the hashes of their PINs, by number: what is sealed.
    fn sealed_people(community: &Code) -> Vec<SealedPerson>;
    /// The newest list of staff that was sealed: its place and the bytes of its record.
    fn last_roster(community: &Code) -> Option<(u64, Vec<u8>)>;
    /// Records of configurations that were taken over, the newest first: their places and bodies.
    fn configured(community: &Code, most: u32) -> Vec<(u64, Vec<u8>)>;
    /// The residents of a household.
    fn residents_of_household(community: &Code, household: HouseholdNo) -> Vec<ResidentRow>;
    /// The residents with this very name or telephone, by number, the first few.
    fn residents_called(community: &Code, name: &str, most: u32) -> Vec<ResidentRow>;
    /// The residents of this community whom every one of these words finds, the nearest first, at most so many: see
    /// `rongyi_names::asked`. Nobody who was erased.
    fn find(community: &Code, asked: &[Asked], most: usize) -> Found;
    /// The residents with this telephone; a family may share one.
    fn residents_by_phone(community: &Code, phone: &str) -> Vec<ResidentRow>;
    /// Names a household.
    fn put_household(community: &Code, household: HouseholdNo, name: &str, address: &str) -> ();
    /// What a household is called.
    fn household(community: &Code, household: HouseholdNo) -> Option<HouseholdText>;
    /// All households that have a name, by number.
    fn households(community: &Code) -> Vec<HouseholdText>;
    /// Enters a member of staff, and that it was done; answers the number. [`StoreError::Taken`] for a login that is in
    /// use.
    fn add_staff(new: NewStaff<'_>, record: NewAccessRecord<'_>) -> i64;
    /// A member of staff by sign-in name.
    fn staff_by_login(community: &Code, login: &str) -> Option<Staff>;
    /// A member of staff by number.
    fn staff(staff_id: i64) -> Option<Staff>;
    /// All staff of a community.
    fn all_staff(community: &Code) -> Vec<Staff>;
    /// Says which person a member of staff is, and that it was said.
    fn set_staff_person(staff_id: i64, person_id: Option<i64>, record: NewAccessRecord<'_>) -> ();
    /// Sets a password.
    fn set_staff_password(staff_id: i64, password_hash: &str, must_change: bool) -> ();
    /// Lets a member of staff in, or no longer, and gives them a role; whoever may no longer come in is signed out.
    /// Somebody stays active in the role `kept`.
    fn change_staff(staff_id: i64, to: (bool, &str), kept: &str, record: NewAccessRecord<'_>) -> StaffChange;
}

// How people stand in public lists, and who read what is kept about them.
each_engine! {
    /// Puts readings on record, all of them or none.
    fn note_reads(notes: &[ReadNote]) -> ();
    /// Who read what of a resident, the newest first.
    fn reads_of(community: &Code, resident: ResidentNo, limit: u32) -> Vec<ReadLine>;
    /// Removes all readings of a resident, with everything else about them; answers how many lines.
    fn forget_reads(community: &Code, resident: ResidentNo) -> u64;
    /// Removes readings before an hour; answers how many lines.
    fn purge_reads(before: Instant) -> u64;
    /// How a resident stands in public lists; `None` for one without a person.
    fn public_name(community: &Code, resident: ResidentNo) -> Option<PublicName>;
    /// Says how a resident stands in public lists.
    fn set_listing(community: &Code, resident: ResidentNo, listing: Listing) -> ();
    /// Says whether a person is a child.
    fn set_minor(person_id: i64, minor: bool) -> ();
}

// Sign-in.
each_engine! {
    /// Begins a session.
    fn create_session(session: &Session) -> ();
    /// The session of a token, unless it has expired; notes that it was seen, at most once a minute.
    fn find_session(token_hash: &Hash, now: Instant) -> Option<Session>;
    /// Ends a session. Again is no harm.
    fn delete_session(token_hash: &Hash) -> ();
    /// Ends all sessions of somebody; answers how many.
    fn delete_sessions_of(community: &Code, subject: Subject) -> u64;
    /// Removes sessions that have expired; answers how many.
    fn delete_expired_sessions(now: Instant) -> u64;
    /// Enters a device's token; answers its number.
    fn add_token(community: &Code, name: &str, token_hash: &Hash, scope: &str, created_at: Instant) -> i64;
    /// A token that works, by its hash.
    fn token_by_hash(token_hash: &Hash) -> Option<Token>;
    /// All tokens of a community, revoked ones too.
    fn tokens(community: &Code) -> Vec<Token>;
    /// Ends a token. Again is no harm.
    fn revoke_token(token_id: i64, now: Instant) -> ();
}

// Tries, known browsers, and coming back.
each_engine! {
    /// Takes a try of each of these, or of none: the first that has none left is answered. In one transaction, so
    /// that however many come at once, from however many hosts, each is counted.
    fn take_tries(keys: &[TryKey], now: Instant) -> Option<Refused>;
    /// Whether a try would be refused now; takes none.
    fn peek_tries(keys: &[TryKey], now: Instant) -> Option<Refused>;
    /// Gives tries back that were right.
    fn give_back_tries(keys: &[TryKey]) -> ();
    /// Begins a session in a browser that is known from now on, ends the one that was there, gives tries back. `false`,
    /// and nothing of it, when the secret that was compared is not the account's any more, or the account is closed.
    fn begin_session(new: &NewSession<'_>) -> bool;
    /// The number of a browser that this person or member of staff signed in with, by the hash of its word.
    fn known_browser(whose: Whose, hash: &Hash) -> Option<i64>;
    /// The browsers somebody signed in with, the newest first.
    fn browsers(whose: Whose, now: Instant) -> Vec<KnownBrowser>;
    /// Forgets a browser and ends what is signed in there; whether there was one.
    fn end_browser(whose: Whose, browser_id: i64) -> bool;
    /// Ends all sessions of somebody, in every community, and forgets the browsers; but for the session `but` and
    /// its browser. Answers how many sessions ended.
    fn end_sessions(whose: Whose, but: Option<&Hash>) -> u64;
    /// Sets a PIN or password, ends all sessions as [`Store::end_sessions`] does, clears the tries that were counted, and
    /// keeps a record where somebody else did it. `to`: the stored hash that was compared, where knowing it is the right to
    /// change it, and what it becomes. `false`, and nothing of it, when it is another one by now.
    fn change_secret(whose: Whose, to: (Option<&str>, (&str, bool)), but: Option<&Hash>, record: Option<NewAccessRecord<'_>>) -> bool;
    /// Clears the tries that were counted for somebody, and keeps a record.
    fn unlock(whose: Whose, record: NewAccessRecord<'_>) -> ();
    /// Keeps a record of what was done to somebody's way in.
    fn add_access_record(whose: Whose, record: NewAccessRecord<'_>) -> ();
    /// What was done to somebody's way in, the newest first.
    fn access_records(whose: Whose, limit: u32) -> Vec<AccessRecord>;
    /// What was done in a community to anybody's way in, the newest first.
    fn access_records_in(community: &Code, limit: u32) -> Vec<AccessRecord>;
    /// The newest record that a person was told of; 0 for none.
    fn access_told(person_id: i64) -> i64;
    /// Notes that a person was told of the records up to this one.
    fn set_access_told(person_id: i64, record_id: i64) -> ();
    /// Removes tries and browsers that nobody used since, and sessions that have expired; answers how many of each.
    fn purge_access(tries_before: Instant, browsers_before: Instant, now: Instant) -> (u64, u64, u64);
    /// Removes everything about somebody's way in but the records: sessions, browsers, tries.
    fn forget_access(whose: Whose) -> ();
}
