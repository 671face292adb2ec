//! The book of one community: the part of its state that a batch of commands needs, and what they do to it.
//!
//! | phase | who | what |
//! | --- | --- | --- |
//! | need | [`Book::missing`] | names what a command reads that is not loaded yet |
//! | load | the store | hands it over with [`Book::load`] |
//! | decide | [`Book::apply`] | checks in a fixed order, asks the judge, drafts movements |
//! | mark | `Draft::commit` | nothing after this point can fail |
//! | seal | [`Book::seal`] | one block over everything since the last seal, ready to be written |
//!
//! What is asked, its record and what it does to the book know each other: this folder is one room, and its files are no
//! floors. `kinds` has a file for each kind of command. Nothing outside needs more than what is public here.
//!
//! An error or rejection changes nothing. A book whose changes could not be written is thrown away.

mod again;
mod award;
pub mod command;
mod draft;
mod facts;
mod image;
mod in_force;
mod kept;
mod kinds;
mod loading;
mod needs;
mod order;
mod period;
mod priced;
pub mod record;
mod reverse;
mod scales;
mod seen;
mod state;
mod supposing;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::{BTreeSet, HashMap};

use crate::account::{Account, Holder, Purpose};
use crate::actor::key_owner;
use crate::amount::Amount;
use crate::chain::{Block, Hash, Head, VERSION, leaf, merkle_root};
use crate::command::{AmendRejection, Command, Need, Rejection, SaltedText};
use crate::counters::{CounterKey, CounterRow};
use crate::ids::{Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::member::Member;
use crate::period::{Period, Standing};
use crate::record::{About, Envelope, Event, Item, OrderLine, Record};
use crate::rule::{Decision, Denial, Judge};
use crate::settings::Settings;
use crate::time::{Instant, LocalDate};

pub use draft::spend_order;
pub use priced::Offer;
pub use seen::{Returning, Seen, SeenLine, Stand};
use state::Asking;
pub use state::{
    AccountState, Applied, Changes, Fate, FateState, Frame, HeldLot, Loaded, Order, OrderState,
    PlacedTransfer, Receipt, Used,
};

/// Days for which an idempotency key counts; afterwards it is as if it had never been used.
pub const KEY_DAYS: i64 = 30;

#[derive(Debug, Default)]
struct Dirty {
    records: Vec<(u64, u8, Vec<u8>)>,
    leaves: Vec<Hash>,
    transfers: Vec<PlacedTransfer>,
    accounts: BTreeSet<Account>,
    counters: BTreeSet<CounterKey>,
    residents: Vec<(ResidentNo, Member)>,
    items: BTreeSet<ItemNo>,
    orders: BTreeSet<OrderNo>,
    sources: Vec<(Code, String, Used)>,
    keys: Vec<(Code, String, Used, Instant)>,
    waiting: Vec<(u64, RuleSetNo)>,
    waited: Vec<u64>,
    fates: BTreeSet<u64>,
    texts: Vec<(u64, SaltedText)>,
    references: Vec<(u64, SaltedText)>,
    about: Vec<(About, u64)>,
    codes: Vec<(OrderNo, SaltedText)>,
    erased: Vec<u64>,
    forgotten: Vec<ResidentNo>,
    marked: Vec<u64>,
    settings: bool,
    sets: usize,
    periods: BTreeSet<Code>,
    standings: BTreeSet<(u64, Holder)>,
}

/// A map whose keys nobody outside chooses, asked dozens of times for each event. Texts that callers send are keys of
/// the standard map, whose hashes cannot be foreseen.
type FastMap<K, V> = hashbrown::HashMap<K, V>;

/// The book of one community.
#[derive(Debug)]
pub struct Book {
    frame: Frame,
    /// The head as it is in the store; `frame.head` runs ahead of it until [`Book::seal`].
    stored: Head,
    /// Whether what is not loaded does not exist: a book rebuilt from the beginning.
    complete: bool,
    /// Whether it repeats what a ledger holds: see [`Book::replaying`].
    replays: bool,
    /// Whether it tries other rules on what a ledger holds: see [`Book::supposing`].
    supposes: bool,
    accounts: FastMap<Account, Option<AccountState>>,
    counters: FastMap<CounterKey, Option<CounterRow>>,
    residents: FastMap<ResidentNo, Option<Member>>,
    orders: HashMap<OrderNo, Option<Order>>,
    codes: HashMap<String, Option<OrderNo>>,
    sources: HashMap<(Code, String), Option<Used>>,
    keys: HashMap<(Code, String), Option<(Used, Instant)>>,
    waiting: HashMap<u64, Option<Event>>,
    /// Whether `residents` holds all of them.
    everyone: bool,
    standings: HashMap<(u64, Holder), Option<Standing>>,
    /// Earlier entries, which never change. They are asked for even by a complete book: it keeps what follows from
    /// the journal, not the journal.
    entries: HashMap<u64, Option<Vec<Record>>>,
    fates: HashMap<u64, Option<Fate>>,
    dirty: Dirty,
}

impl Book {
    /// The same book, to repeat what a ledger holds. A check that came into this program after such entries were booked
    /// is asked of living books only: what was accepted once stays so, whatever version verifies it.
    #[must_use]
    pub fn replaying(self) -> Self {
        Book {
            replays: true,
            ..self
        }
    }

    /// A book with its frame and nothing else loaded.
    pub fn new(frame: Frame) -> Self {
        Book {
            stored: frame.head,
            frame,
            complete: false,
            replays: false,
            supposes: false,
            accounts: FastMap::new(),
            counters: FastMap::new(),
            residents: FastMap::new(),
            orders: HashMap::new(),
            codes: HashMap::new(),
            sources: HashMap::new(),
            keys: HashMap::new(),
            waiting: HashMap::new(),
            everyone: false,
            standings: HashMap::new(),
            entries: HashMap::new(),
            fates: HashMap::new(),
            dirty: Dirty::default(),
        }
    }

    /// The book of a community before its first record, in which nothing is missing because nothing exists.
    pub fn empty(community: Code) -> Self {
        let frame = Frame {
            community,
            head: Head::EMPTY,
            settings: None,
            sets: Vec::new(),
            items: Vec::new(),
            next_order: 1,
            posted: false,
            periods: Vec::new(),
        };
        Book {
            complete: true,
            everyone: true,
            ..Book::new(frame)
        }
    }

    /// The always-loaded part.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The head as it is in the store.
    pub fn stored_head(&self) -> Head {
        self.stored
    }

    /// Whether something was booked since the last seal.
    pub fn has_changes(&self) -> bool {
        !self.dirty.leaves.is_empty()
    }

    /// What `command` reads that is not loaded. Ask again after loading: some needs show only then.
    pub fn missing(&self, command: &Command) -> Vec<Need> {
        let mut needs = needs::missing(self, command);
        if self.complete {
            needs.retain(|need| matches!(need, Need::Entry(_)));
        }
        needs
    }

    /// Decides one command. Deterministic: time, codes and the rules' answers all come in.
    ///
    /// # Errors
    /// A [`Rejection`] for input that cannot be decided; the book is unchanged.
    pub fn apply(
        &mut self,
        command: &Command,
        now: Instant,
        judge: &dyn Judge,
    ) -> Result<Applied, Rejection> {
        let at = Instant(now.0.max(self.frame.head.last_at.0.saturating_add(1)));
        if let Some(key) = &command.key
            && let Some(Some((used, used_at))) = self
                .keys
                .get(&(key_owner(&command.actor), key.text.clone()))
            && at.0.saturating_sub(used_at.0) < KEY_DAYS.saturating_mul(86_400_000_000)
        {
            return if used.input == key.input {
                Ok(Applied::Replay(used.entry))
            } else {
                Err(Rejection::KeyConflict {
                    key: key.text.clone(),
                })
            };
        }

        let envelope = Envelope {
            at,
            today: command.today,
            actor: command.actor.clone(),
            key: command.key.clone(),
        };
        let asking = Asking {
            command,
            envelope,
            judge,
        };
        command.ask.apply(self, asking)
    }

    /// What a basket would cost now, and the refusal that an order for it would get; changes nothing. Everything that
    /// an order for the same basket needs must be loaded.
    ///
    /// # Errors
    /// The same as for an order.
    pub fn quote(
        &self,
        today: LocalDate,
        resident: ResidentNo,
        lines: &[OrderLine<Code>],
        judge: &dyn Judge,
    ) -> Result<Offer, Rejection> {
        priced::offer(self, today, resident, lines, judge)
    }

    /// Closes everything since the last seal into one block. `None` when there is nothing.
    pub fn seal(&mut self) -> Option<Changes> {
        let dirty = std::mem::take(&mut self.dirty);
        // What is not there yet may be there after this block; what is there never changes.
        self.entries.retain(|_, records| records.is_some());
        if dirty.leaves.is_empty() {
            return None;
        }
        let count = dirty.leaves.len() as u64;
        let block = Block {
            version: VERSION,
            height: self.stored.height.saturating_add(1),
            prev: self.stored.hash,
            root: merkle_root(&dirty.leaves),
            first_seq: self.stored.next_seq,
            count,
            at: self.frame.head.last_at,
        };
        let before = self.stored;
        self.frame.head.height = block.height;
        self.frame.head.hash = block.hash(&self.frame.community);
        self.stored = self.frame.head;
        let present = |account: &Account| Some((*account, self.accounts.get(account)?.clone()?));
        let new_sets = self.frame.sets.len().saturating_sub(dirty.sets);
        Some(Changes {
            community: self.frame.community.clone(),
            before,
            after: self.stored,
            block,
            accounts: dirty.accounts.iter().filter_map(present).collect(),
            counters: dirty
                .counters
                .into_iter()
                .filter_map(|key| Some((key.clone(), self.counters.get(&key)?.clone()?)))
                .collect(),
            orders: dirty
                .orders
                .iter()
                .filter_map(|no| self.orders.get(no)?.clone())
                .collect(),
            items: self
                .frame
                .items
                .iter()
                .filter(|item| dirty.items.contains(&item.no))
                .cloned()
                .collect(),
            settings: self.frame.settings.clone().filter(|_| dirty.settings),
            sets: self.frame.sets[new_sets..].to_vec(),
            records: dirty.records,
            transfers: dirty.transfers,
            residents: dirty.residents,
            sources: dirty.sources,
            keys: dirty.keys,
            waiting: dirty.waiting,
            waited: dirty.waited,
            fates: dirty
                .fates
                .iter()
                .filter_map(|entry| Some((*entry, (*self.fates.get(entry)?)?)))
                .collect(),
            texts: dirty.texts,
            references: dirty.references,
            about: dirty.about,
            codes: dirty
                .codes
                .into_iter()
                .filter(|(no, _)| {
                    let order = self.orders.get(no).and_then(Option::as_ref);
                    order.is_some_and(|order| order.state == OrderState::Reserved)
                })
                .collect(),
            periods: self
                .frame
                .periods
                .iter()
                .filter(|row| dirty.periods.contains(&row.period.code()))
                .cloned()
                .collect(),
            standings: dirty
                .standings
                .into_iter()
                .filter_map(|(cut, holder)| {
                    let standing = self.standings.get(&(cut, holder))?.clone()?;
                    Some((cut, holder, standing))
                })
                .collect(),
            erased: dirty.erased,
            forgotten: dirty.forgotten,
            marked: dirty.marked,
        })
    }

    /// The state of an account, empty when it was never used.
    pub fn account(&self, account: &Account) -> AccountState {
        self.accounts
            .get(account)
            .cloned()
            .flatten()
            .unwrap_or_default()
    }

    /// What would become of a holder if the cut-off of `period` were signed and closed now: the rule's answer to
    /// the standing, with nothing moved.
    ///
    /// # Errors
    /// The refusal, or as closing the holder.
    pub fn preview(
        &self,
        period: &Period,
        holder: Holder,
        today: LocalDate,
        judge: &dyn Judge,
    ) -> Result<Decision, Denial<Rejection>> {
        period::preview(self, period, holder, today, judge)
    }

    pub(crate) fn settings_or_reject(&self) -> Result<&Settings, Rejection> {
        self.frame.settings.as_ref().ok_or(Rejection::NotConfigured)
    }

    pub(crate) fn household(&self, resident: ResidentNo) -> Result<HouseholdNo, Rejection> {
        Ok(self.member(resident)?.household)
    }

    pub(crate) fn member(&self, resident: ResidentNo) -> Result<&Member, Rejection> {
        let member = self.residents.get(&resident).and_then(Option::as_ref);
        member.ok_or(Rejection::ResidentUnknown { resident })
    }

    fn put_member(&mut self, resident: ResidentNo, member: Member) {
        self.residents.insert(resident, Some(member.clone()));
        self.dirty.residents.push((resident, member));
    }

    /// The records of an earlier entry.
    fn entry(&self, entry: u64) -> Result<&[Record], Rejection> {
        match self.entries.get(&entry) {
            Some(Some(records)) => Ok(records),
            Some(None) | None => Err(AmendRejection::EntryUnknown { entry }.into()),
        }
    }

    fn fate(&self, entry: u64) -> Option<Fate> {
        self.fates.get(&entry).copied().flatten()
    }

    fn put_fate(&mut self, entry: u64, fate: Fate) {
        self.fates.insert(entry, Some(fate));
        self.dirty.fates.insert(entry);
    }

    pub(crate) fn item(&self, code: &Code) -> Option<&Item> {
        self.frame.items.iter().find(|item| item.code == *code)
    }

    /// Adds records to the journal as one entry; the movements' balances are already in the accounts.
    /// Nothing here can fail.
    fn append(
        &mut self,
        command: &Command,
        records: Vec<Record>,
        touched: &[(Account, Amount)],
    ) -> Receipt {
        let entry = self.frame.head.next_seq;
        for record in &records {
            let seq = self.frame.head.next_seq;
            let body = record.encode();
            self.dirty
                .leaves
                .push(leaf(VERSION, seq, record.kind(), &body));
            if record.kind() != Record::MOVED {
                self.dirty.records.push((seq, record.kind(), body));
            }
            self.frame.head.next_seq = seq.saturating_add(1);
        }
        if let Some(envelope) = records.first().and_then(Record::envelope) {
            self.frame.head.last_at = envelope.at;
            if let Some(key) = &envelope.key {
                let used = Used {
                    input: key.input,
                    entry,
                };
                let owner = key_owner(&envelope.actor);
                self.keys
                    .insert((owner.clone(), key.text.clone()), Some((used, envelope.at)));
                self.dirty
                    .keys
                    .push((owner, key.text.clone(), used, envelope.at));
            }
        }
        self.keep_texts(command, entry, &records);
        let mine =
            |account: &Account| !matches!(account.purpose, Purpose::Issuance | Purpose::Supplied);
        Receipt {
            entry,
            records,
            balances: touched
                .iter()
                .filter(|(account, _)| mine(account))
                .copied()
                .collect(),
        }
    }

    fn use_source(&mut self, source: &crate::record::Source, entry: u64) {
        let used = Used {
            input: source.input,
            entry,
        };
        self.sources.insert(
            (source.name.clone(), source.external_ref.clone()),
            Some(used),
        );
        self.dirty
            .sources
            .push((source.name.clone(), source.external_ref.clone(), used));
    }

    /// What answered this reference before, under either of its forms.
    fn source_used(
        &self,
        source: &crate::record::Source,
        command: &Command,
    ) -> Result<Option<u64>, Rejection> {
        let now = (source.external_ref.clone(), source.input);
        let other = command
            .reference
            .iter()
            .map(|reference| reference.other.clone());
        for (external_ref, input) in other.chain([now]) {
            let key = (source.name.clone(), external_ref);
            match self.sources.get(&key) {
                Some(Some(used)) if used.input == input => return Ok(Some(used.entry)),
                Some(Some(_)) => {
                    // As it was typed: what the ledger holds of it says nothing to anybody.
                    let typed = command
                        .reference
                        .as_ref()
                        .and_then(|reference| reference.text.as_ref());
                    let typed = typed.map(|typed| typed.text.clone());
                    let external_ref = typed.unwrap_or(key.1);
                    return Err(Rejection::SourceConflict { external_ref });
                }
                Some(None) | None => {}
            }
        }
        Ok(None)
    }
}
