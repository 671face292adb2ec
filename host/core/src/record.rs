//! Everything that is ever committed, each with its canonical bytes. A record never changes.
//!
//! A command becomes one *entry*: first the record of what was asked (with who, when and which key), then
//! the records of what followed. Replaying the first through the book must give the others again.

mod amend;
mod event;
mod form;
mod history;
mod personal;
mod pickup;
mod rule_form;
mod transfer;

pub use amend::{Amend, Change, NoticeStep};
pub use event::{Event, Quantity};
pub use history::History;
pub use personal::{About, Personal};
pub use pickup::{PICKUP_DIGITS, PickupCode, is_code};
pub use transfer::{LotDate, Transfer, TransferKind};

use form::{
    read_envelope, read_erasure, read_event, read_holder, read_source, read_transfer, read_written,
    write_envelope, write_erasure, write_event, write_holder, write_source, write_transfer,
    write_written,
};

pub(crate) use form::{
    read_item, read_line, read_rule_set, read_whole_event, write_item, write_line, write_rule_set,
    write_whole_event,
};

pub(crate) use rule_form::{read_facts, write_facts};

use crate::account::{Account, Holder};
use crate::amount::Amount;
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use crate::period::{Period, PeriodStep, Standing, read_step, write_step};
use crate::rule::{Decision, Fact, Plan, Quote, Refusal, Text};
use crate::settings::Settings;
use crate::time::{Instant, LocalDate};

/// Who asked, when, and under which idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// When it was decided; given by the book, strictly increasing.
    pub at: Instant,
    /// The community's local date at that moment.
    pub today: LocalDate,
    /// Who acted: `resident/1001`, `staff/3`, `system`, `import`.
    pub actor: Code,
    /// The `Idempotency-Key`, when one was given.
    pub key: Option<Key>,
}

/// An idempotency key with the digest of the input it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key itself, 1-128 bytes; its scope is the actor.
    pub text: String,
    /// SHA-256 of the input.
    pub input: Hash,
}

/// Where an event or opening balance comes from; the pair counts once for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The book, file series or device.
    pub name: Code,
    /// Its own reference, 1-128 bytes.
    pub external_ref: String,
    /// SHA-256 of the content, so that the same reference with other content is noticed.
    pub input: Hash,
}

/// A rule set that becomes active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// Its number in this community.
    pub no: RuleSetNo,
    /// The rule's name.
    pub name: Code,
    /// What people call it.
    pub title: Text,
    /// The rule's version.
    pub version: String,
    /// SHA-256 of the component.
    pub component: Hash,
    /// SHA-256 of the canonical JSON of its parameters.
    pub params: Hash,
    /// The first day it decides for.
    pub active_from: LocalDate,
    /// What it handles and needs.
    pub plan: Plan,
}

/// A shop item as the ledger must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number; also names its stock.
    pub no: ItemNo,
    /// Its code in rules and URLs.
    pub code: Code,
    /// Its shelf.
    pub category: Code,
    /// Its value in 1/100 yuan.
    pub value_fen: i32,
    /// What people read.
    pub title: Text,
    /// The name of its picture.
    pub icon: Code,
    /// Whether it can be ordered.
    pub active: bool,
}

/// Why an order gave back what was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseReason {
    /// The resident, or staff for them, no longer wanted it.
    Cancelled,
    /// Nobody collected it in time.
    TimedOut,
}

/// What pieces that are handed over before the rest of their order cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartPrice {
    /// Their share of what the order cost: of orders in ledgers of before.
    Split,
    /// What they cost by themselves, under the rule and facts of the order's day, as if the rest had never been
    /// ordered; never more than all of the order.
    Again,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// What.
    pub item: ItemNo,
    /// Pieces, above zero.
    pub quantity: i32,
}

/// What is removed of somebody's personal data. The record of it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Those whose commitments lose their salts, so that nobody can say any more whom they name.
    pub residents: Vec<ResidentNo>,
    /// Places of the entries whose texts are removed.
    pub texts: Vec<u64>,
    /// Who agreed; another than the actor, unless residents have their own data erased.
    pub consent: Code,
}

/// A record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Asked: new settings.
    Settings(Envelope, Settings),
    /// Asked: a rule set becomes active.
    Activate(Envelope, Box<RuleSet>),
    /// Asked: a resident belongs to a household from now on. The hash is a salted commitment to the person.
    Enrol(Envelope, ResidentNo, HouseholdNo, Hash),
    /// Asked: a shop item is new or changed.
    Define(Envelope, Box<Item>),
    /// Asked: goods came in; the hash is a salted commitment to the reason.
    Receive(Envelope, ItemNo, i32, Hash),
    /// Asked: an opening balance from a paper book; the hash is a salted commitment to the page.
    Open(
        Envelope,
        Holder,
        Code,
        Amount,
        Option<LocalDate>,
        Source,
        Hash,
    ),
    /// Asked: what somebody did of one kind before this ledger began; the hash is a salted commitment to the page.
    History(Envelope, Holder, History, Source, Hash),
    /// Asked: an event is worth what?
    Event(Envelope, Event),
    /// Asked: the waiting event at this seq, again.
    Retry(Envelope, u64),
    /// Asked: an order for a resident, with the total the person saw and the pick-up code: sealed, or in clear in old
    /// ledgers, which is another kind.
    Place(
        Envelope,
        OrderNo,
        ResidentNo,
        Vec<OrderLine>,
        Amount,
        PickupCode,
    ),
    /// Asked: an order is handed over.
    Settle(Envelope, OrderNo),
    /// Asked: an order gives back what was set aside.
    Release(Envelope, OrderNo, ReleaseReason),
    /// Asked: lots of these accounts that are past their date lapse.
    Lapse(Envelope, Vec<Account>),
    /// Asked: somebody says what a holder had at the end of a past local day; the hash is a salted commitment to
    /// where it is written.
    Assert(Envelope, Holder, Code, LocalDate, Amount, Hash),
    /// Asked: a step in closing a period.
    Period(Envelope, Period, PeriodStep),
    /// Asked: personal texts and links to persons are removed.
    Erase(Envelope, Box<Erasure>),
    /// Asked: something booked before is taken back or corrected.
    Amend(Envelope, Amend),
    /// Asked: a step of an award under notice.
    Notice(Envelope, NoticeStep),
    /// Asked: an event that comes in the place of the reversed entry, under the same external reference.
    Replace(Envelope, Event, u64),
    /// Asked: these pieces of an order are handed over, the rest stays set aside. How they are paid is another kind.
    SettlePart(Envelope, OrderNo, Vec<OrderLine>, PartPrice),
    /// Asked: a resident's traits are set; 0 takes one away. Those that are not named stay.
    Traits(Envelope, ResidentNo, Vec<(Code, i32)>),
    /// Asked: who the staff are and what is known of the people, sealed. The first hash is a salted commitment to the
    /// list of staff, the second a digest of the people's rows. The book keeps neither.
    Roster(Envelope, Hash, Hash),
    /// Followed: what the rule decided, with the facts it saw.
    Decided(RuleSetNo, Vec<Fact>, Decision),
    /// Followed: what the rule charges, with the facts it saw (order first, then line by line).
    Quoted(RuleSetNo, Vec<Fact>, Quote),
    /// Followed: no, and why; with the rule set and facts when a rule said it.
    Refused(Option<RuleSetNo>, Vec<Fact>, Refusal),
    /// Followed: the rule gave no usable answer; the event waits. The text is the fault's code.
    Waiting(RuleSetNo, String),
    /// Followed: what a holder had at the cut-off.
    Standing(Holder, Standing),
    /// Followed: a movement, of the entry that began at this seq.
    Moved(u64, Transfer),
}

impl Record {
    /// The stored number of this kind of record. Numbers are never given twice.
    pub fn kind(&self) -> u8 {
        match self {
            Record::Settings(..) => 1,
            Record::Activate(..) => 2,
            Record::Enrol(..) => 3,
            Record::Define(..) => 4,
            Record::Receive(..) => 5,
            Record::Open(..) => 6,
            Record::Event(..) => 7,
            Record::Retry(..) => 8,
            Record::Place(.., PickupCode::Clear(_)) => 9,
            Record::Place(.., PickupCode::Sealed(_)) => Self::PLACE_SEALED,
            Record::Settle(..) => 10,
            Record::Release(..) => 11,
            Record::Lapse(..) => 12,
            Record::Assert(..) => 18,
            Record::Period(..) => 19,
            Record::Erase(..) => 17,
            Record::Amend(..) => 13,
            Record::Notice(..) => 14,
            Record::Replace(..) => 15,
            Record::SettlePart(.., PartPrice::Split) => 16,
            Record::SettlePart(.., PartPrice::Again) => Self::PART_AGAIN,
            // The numbers below 20 were used up.
            Record::Traits(..) => 24,
            Record::Roster(..) => Self::ROSTER,
            Record::History(..) => Self::HISTORY,
            Record::Decided(..) => 20,
            Record::Quoted(..) => 21,
            Record::Refused(..) => 22,
            Record::Waiting(..) => 23,
            Record::Standing(..) => 29,
            Record::Moved(..) => Self::MOVED,
        }
    }

    /// The kind number of an order whose pick-up code is sealed. It begins an entry although it is above 19.
    pub const PLACE_SEALED: u8 = 25;

    /// The kind number of a sealed list of staff. It begins an entry although it is above 19.
    pub const ROSTER: u8 = 26;

    /// The kind number of what is carried in beside an opening balance. It begins an entry although it is above 19.
    pub const HISTORY: u8 = 27;

    /// The kind number of pieces that are handed over and priced again. It begins an entry although it is above 19.
    pub const PART_AGAIN: u8 = 28;

    /// The kind number of a movement, which stores keep in a table of its own.
    pub const MOVED: u8 = 30;

    /// Whether records of this kind begin an entry: those below 20, and 24 to 28: all are given, so the next one needs
    /// a number above 30 and a migration that allows it.
    /// The statements of the store and `config/check-proof.py` say the same.
    pub fn begins(kind: u8) -> bool {
        matches!(kind, 0..20 | 24..=28)
    }

    /// Who asked and when, for a record that begins an entry.
    pub fn envelope(&self) -> Option<&Envelope> {
        match self {
            Record::Settings(e, ..)
            | Record::Activate(e, ..)
            | Record::Enrol(e, ..)
            | Record::Define(e, ..)
            | Record::Receive(e, ..)
            | Record::Open(e, ..)
            | Record::History(e, ..)
            | Record::Event(e, ..)
            | Record::Retry(e, ..)
            | Record::Place(e, ..)
            | Record::Settle(e, ..)
            | Record::Release(e, ..)
            | Record::Lapse(e, ..)
            | Record::Assert(e, ..)
            | Record::Period(e, ..)
            | Record::Erase(e, ..)
            | Record::Amend(e, ..)
            | Record::Notice(e, ..)
            | Record::Replace(e, ..)
            | Record::SettlePart(e, ..)
            | Record::Traits(e, ..)
            | Record::Roster(e, ..) => Some(e),
            Record::Decided(..)
            | Record::Quoted(..)
            | Record::Refused(..)
            | Record::Waiting(..)
            | Record::Standing(..)
            | Record::Moved(..) => None,
        }
    }

    /// The rule set that a record of what followed names: the one that answered, or was asked in vain.
    pub fn set(&self) -> Option<RuleSetNo> {
        if let Record::Decided(set, ..) | Record::Quoted(set, ..) | Record::Waiting(set, _) = self {
            Some(*set)
        } else if let Record::Refused(set, ..) = self {
            *set
        } else {
            None
        }
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        if let Some(envelope) = self.envelope() {
            write_envelope(&mut w, envelope);
        }
        self.write_body(&mut w);
        w.done()
    }

    fn write_body(&self, w: &mut Writer) {
        match self {
            Record::Settings(_, settings) => settings.write(w),
            Record::Activate(_, set) => write_rule_set(w, set),
            Record::Enrol(_, resident, household, who) => {
                w.u32(resident.0);
                w.u32(household.0);
                w.raw(who);
            }
            Record::Define(_, item) => write_item(w, item),
            Record::Receive(_, item, quantity, reason) => {
                w.u32(item.0);
                w.i32(*quantity);
                w.raw(reason);
            }
            Record::Open(_, holder, asset, amount, expires, source, reason) => {
                write_holder(w, *holder);
                w.code(asset);
                w.amount(*amount);
                w.option(*expires, Writer::date);
                write_source(w, source);
                w.raw(reason);
            }
            Record::History(_, holder, history, source, reason) => {
                history.write(w, *holder, (source, reason));
            }
            Record::Event(_, event) => {
                write_event(w, event);
                write_written(w, event);
            }
            Record::Retry(_, seq) => w.u64(*seq),
            Record::Place(_, no, resident, lines, seen, code) => {
                w.u32(no.0);
                w.u32(resident.0);
                w.list(lines, write_line);
                w.amount(*seen);
                code.write(w);
            }
            Record::Settle(_, no) => w.u32(no.0),
            Record::Release(_, no, reason) => {
                w.u32(no.0);
                w.byte(u8::from(*reason == ReleaseReason::TimedOut));
            }
            Record::Assert(_, holder, asset, on, amount, reason) => {
                write_holder(w, *holder);
                w.code(asset);
                w.date(*on);
                w.amount(*amount);
                w.raw(reason);
            }
            Record::Period(_, period, step) => write_step(w, period, step),
            Record::Roster(_, staff, people) => {
                w.raw(staff);
                w.raw(people);
            }
            Record::Standing(holder, standing) => {
                write_holder(w, *holder);
                standing.write(w);
            }
            Record::Lapse(_, accounts) => w.list(accounts, |w, account| w.i64(account.pack())),
            Record::Erase(_, what) => write_erasure(w, what),
            Record::Amend(_, amend) => amend.write(w),
            Record::Notice(_, step) => step.write(w),
            Record::Replace(_, event, replaces) => {
                write_event(w, event);
                w.u64(*replaces);
                write_written(w, event);
            }
            Record::SettlePart(_, no, lines, _) => {
                w.u32(no.0);
                w.list(lines, write_line);
            }
            Record::Traits(_, resident, traits) => {
                w.u32(resident.0);
                w.list(traits, |w, (name, value)| {
                    w.code(name);
                    w.i32(*value);
                });
            }
            Record::Decided(set, facts, decision) => {
                w.u32(set.0);
                rule_form::write_facts(w, facts);
                rule_form::write_decision(w, decision);
            }
            Record::Quoted(set, facts, quote) => {
                w.u32(set.0);
                rule_form::write_facts(w, facts);
                rule_form::write_quote(w, quote);
            }
            Record::Refused(set, facts, refusal) => {
                w.option(*set, |w, set| w.u32(set.0));
                rule_form::write_facts(w, facts);
                rule_form::write_refusal(w, refusal);
            }
            Record::Waiting(set, fault) => {
                w.u32(set.0);
                w.text(fault);
            }
            Record::Moved(entry, transfer) => write_transfer(w, *entry, transfer),
        }
    }

    /// The record behind stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are not exactly one record of that kind.
    pub fn decode(kind: u8, bytes: &[u8]) -> Result<Record, Malformed> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let record = match kind {
            1 => Record::Settings(read_envelope(r)?, Settings::read(r)?),
            2 => Record::Activate(read_envelope(r)?, Box::new(read_rule_set(r)?)),
            3 => Record::Enrol(
                read_envelope(r)?,
                ResidentNo(r.u32()?),
                HouseholdNo(r.u32()?),
                r.hash()?,
            ),
            4 => Record::Define(read_envelope(r)?, Box::new(read_item(r)?)),
            5 => Record::Receive(read_envelope(r)?, ItemNo(r.u32()?), r.i32()?, r.hash()?),
            6 => Record::Open(
                read_envelope(r)?,
                read_holder(r)?,
                r.code()?,
                r.amount()?,
                r.option(Reader::date)?,
                read_source(r)?,
                r.hash()?,
            ),
            7 => {
                let (envelope, mut event) = (read_envelope(r)?, read_event(r)?);
                read_written(r, &mut event)?;
                Record::Event(envelope, event)
            }
            8 => Record::Retry(read_envelope(r)?, r.u64()?),
            9 | Self::PLACE_SEALED => Record::Place(
                read_envelope(r)?,
                OrderNo(r.u32()?),
                ResidentNo(r.u32()?),
                r.list(read_line)?,
                r.amount()?,
                PickupCode::read(r, kind == Self::PLACE_SEALED)?,
            ),
            10 => Record::Settle(read_envelope(r)?, OrderNo(r.u32()?)),
            11 => Record::Release(read_envelope(r)?, OrderNo(r.u32()?), read_reason(r)?),
            12 => Record::Lapse(
                read_envelope(r)?,
                r.list(|r| Account::unpack(r.i64()?).ok_or(Malformed))?,
            ),
            18 => Record::Assert(
                read_envelope(r)?,
                read_holder(r)?,
                r.code()?,
                r.date()?,
                r.amount()?,
                r.hash()?,
            ),
            19 => {
                let envelope = read_envelope(r)?;
                let (period, step) = read_step(r)?;
                Record::Period(envelope, period, step)
            }
            17 => Record::Erase(read_envelope(r)?, Box::new(read_erasure(r)?)),
            13 => Record::Amend(read_envelope(r)?, Amend::read(r)?),
            14 => Record::Notice(read_envelope(r)?, NoticeStep::read(r)?),
            15 => {
                let (envelope, mut event) = (read_envelope(r)?, read_event(r)?);
                let replaces = r.u64()?;
                read_written(r, &mut event)?;
                Record::Replace(envelope, event, replaces)
            }
            16 => read_part(r, PartPrice::Split)?,
            Self::PART_AGAIN => read_part(r, PartPrice::Again)?,
            24 => Record::Traits(
                read_envelope(r)?,
                ResidentNo(r.u32()?),
                r.list(|r| Ok((r.code()?, r.i32()?)))?,
            ),
            Self::ROSTER => Record::Roster(read_envelope(r)?, r.hash()?, r.hash()?),
            Self::HISTORY => history::read(r)?,
            20 => Record::Decided(
                RuleSetNo(r.u32()?),
                rule_form::read_facts(r)?,
                rule_form::read_decision(r)?,
            ),
            21 => Record::Quoted(
                RuleSetNo(r.u32()?),
                rule_form::read_facts(r)?,
                rule_form::read_quote(r)?,
            ),
            22 => Record::Refused(
                r.option(|r| Ok(RuleSetNo(r.u32()?)))?,
                rule_form::read_facts(r)?,
                rule_form::read_refusal(r)?,
            ),
            23 => Record::Waiting(RuleSetNo(r.u32()?), r.text()?),
            29 => Record::Standing(read_holder(r)?, Standing::read(r)?),
            Record::MOVED => read_transfer(r)?,
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(record)
    }
}

fn read_part(r: &mut Reader<'_>, price: PartPrice) -> Result<Record, Malformed> {
    let (envelope, no) = (read_envelope(r)?, OrderNo(r.u32()?));
    Ok(Record::SettlePart(envelope, no, r.list(read_line)?, price))
}

fn read_reason(r: &mut Reader<'_>) -> Result<ReleaseReason, Malformed> {
    Ok(if r.flag()? {
        ReleaseReason::TimedOut
    } else {
        ReleaseReason::Cancelled
    })
}
