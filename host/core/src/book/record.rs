//! Everything that is ever committed, each with its canonical bytes. A record never changes.
//!
//! A command becomes one *entry*: first the record of what was asked (with who, when and which key), then
//! the records of what followed. Replaying the first through the book must give the others again.

mod event;
mod form;
mod personal;
mod pickup;
mod rule_form;
mod transfer;

pub use event::{Event, Quantity};
pub use personal::{About, Personal};
pub use pickup::{PICKUP_DIGITS, PickupCode, is_code};
pub use transfer::{LotDate, Transfer, TransferKind};

pub use super::kinds::{
    Agreed, Agreer, Amend, Asked, Assert, Carry, CasesSealed, Change, Configure, Depart, Enrol,
    Erasure, History, Lapse, Named, NoticeStep, Open, PeriodTurn, Place, Receive, Rehouse, Release,
    Replace, Retry, Roster, SetTraits, Settle, SettlePart, Step, Title,
};

pub(crate) use event::DOER;
pub(crate) use form::{
    read_event, read_holder, read_item, read_line, read_rule_set, read_source, read_whole_event,
    read_written, write_event, write_holder, write_item, write_line, write_rule_set, write_source,
    write_whole_event, write_written,
};
pub(crate) use personal::resident;
pub(crate) use rule_form::{read_facts, write_facts};
pub(crate) use transfer::moved;

use form::{read_envelope, read_transfer, write_envelope, write_transfer};

use crate::account::Holder;
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{Code, ItemNo, OrderNo, RuleSetNo};
use crate::period::Standing;
use crate::rule::{Decision, Fact, Plan, Quote, Refusal, Text};
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

/// One line of an order: goods by their number, or by their code as people name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine<I = ItemNo> {
    /// What.
    pub item: I,
    /// Pieces, above zero.
    pub quantity: i32,
}

impl<I> OrderLine<I> {
    /// So many pieces of something.
    pub fn new(item: I, quantity: i32) -> Self {
        OrderLine { item, quantity }
    }
}

impl OrderLine {
    /// The same lines by code; `None` where a number has none.
    pub(crate) fn named(
        lines: Vec<OrderLine>,
        code: &dyn Fn(ItemNo) -> Option<Code>,
    ) -> Option<Vec<OrderLine<Code>>> {
        let named = lines.into_iter().map(|line| {
            Some(OrderLine {
                item: code(line.item)?,
                quantity: line.quantity,
            })
        });
        named.collect()
    }
}

/// A record of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "the first record of each entry is the large one; a box around it would be one more allocation for each"
)]
pub enum Record {
    /// What was asked, by whom and when. It begins an entry.
    Asked(Envelope, Asked<ItemNo>),
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
    /// The record of a command.
    pub fn asked(envelope: Envelope, what: impl Into<Asked<ItemNo>>) -> Self {
        Record::Asked(envelope, what.into())
    }

    /// The stored number of this kind of record. Numbers are never given twice.
    pub fn kind(&self) -> u8 {
        match self {
            Record::Asked(_, what) => what.number(),
            Record::Decided(..) => 20,
            Record::Quoted(..) => 21,
            Record::Refused(..) => 22,
            Record::Waiting(..) => 23,
            Record::Standing(..) => 29,
            Record::Moved(..) => Self::MOVED,
        }
    }

    /// The kind number of a movement, which stores keep in a table of its own.
    pub const MOVED: u8 = 30;

    /// Whether records of this kind begin an entry. What follows has 20 to 23, 29 and 30, and no number will be added
    /// to these: whatever else comes has one above 30 and begins.
    /// The statements of the store and `config/check-proof.py` say the same.
    pub fn begins(kind: u8) -> bool {
        !matches!(kind, 20..=23 | 29 | 30)
    }

    /// Who asked and when, for a record that begins an entry.
    pub fn envelope(&self) -> Option<&Envelope> {
        if let Record::Asked(envelope, _) = self {
            Some(envelope)
        } else {
            None
        }
    }

    /// What was asked, for a record that begins an entry.
    pub fn what(&self) -> Option<&Asked<ItemNo>> {
        if let Record::Asked(_, what) = self {
            Some(what)
        } else {
            None
        }
    }

    /// The event that it reports.
    pub fn event(&self) -> Option<&Event> {
        self.what()?.event()
    }

    /// The order that it places, hands over or gives back.
    pub fn order(&self) -> Option<OrderNo> {
        self.what()?.order()
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
        let mut writer = Writer::default();
        let w = &mut writer;
        match self {
            Record::Asked(envelope, what) => {
                write_envelope(w, envelope);
                what.write(w);
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
            Record::Standing(holder, standing) => {
                write_holder(w, *holder);
                standing.write(w);
            }
            Record::Moved(entry, transfer) => write_transfer(w, *entry, transfer),
        }
        writer.done()
    }

    /// The record behind stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are not exactly one record of that kind.
    pub fn decode(kind: u8, bytes: &[u8]) -> Result<Record, Malformed> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let record = match kind {
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
            asked => Record::Asked(read_envelope(r)?, Asked::read(asked, r)?),
        };
        reader.end()?;
        Ok(record)
    }
}
