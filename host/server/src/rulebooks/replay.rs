//! What a rule was asked about one entry, or is asked about an event that waits for it, put to that very rule again: its
//! author sees what it saw, with the lines of its log. On a book that is thrown away: nothing is written. What a rule
//! sees names nobody.

pub(crate) mod cli;
pub(crate) mod web;

use std::cell::RefCell;
use std::sync::Arc;

use rongyi_clerk::book_of;
use rongyi_clerk::rulebook::RuleSets;
use rongyi_core::book::{Book, Frame};
use rongyi_core::command::{Ask, Command, Retry};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::{Event, Record, RuleSet};
use rongyi_core::rule::{Blame, Decision, Denial, EarnAsk, Fault, Judge, PriceAsk, Quote, Refusal};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_rules::Trace;
use rongyi_store::{Store, StoreError, StoredEntry};

use crate::door::Actor;

/// One question, asked again.
pub(crate) struct Replayed {
    /// The entry.
    pub(crate) entry: u64,
    /// Whose rule it is.
    pub(crate) set: Arc<RuleSet>,
    /// Its parameters, as JSON.
    pub(crate) params: String,
    /// The question.
    pub(crate) ask: EarnAsk,
    /// Whether traits are those of today, because the ledger does not say which they were.
    pub(crate) traits_of_today: bool,
    /// What the ledger says that it answered; nothing for an event that waits.
    pub(crate) recorded: Option<Result<Decision, Refusal>>,
    /// What it answers now.
    pub(crate) heard: Result<Decision, Denial<Fault>>,
    /// What it wrote to its log, and what it took.
    pub(crate) trace: Trace,
}

/// Why something cannot be asked again.
#[derive(Debug)]
pub(crate) enum ReplayError {
    /// The database did not answer.
    Store(StoreError),
    /// There is no such entry.
    NoEntry(u64),
    /// The entry was decided by no rule about an event.
    NotAnEvent(u64),
    /// The rule set, its parameters or its component cannot be used here.
    NotLoaded(u64),
}

impl From<StoreError> for ReplayError {
    fn from(error: StoreError) -> Self {
        ReplayError::Store(error)
    }
}

/// A ledger, its rules and the moment.
pub(crate) struct Desk<'s> {
    pub(crate) store: &'s Store,
    pub(crate) community: &'s Code,
    pub(crate) rules: RuleSets,
    pub(crate) today: LocalDate,
    pub(crate) now: Instant,
}

impl Desk<'_> {
    /// Every event that waits, asked again.
    ///
    /// # Errors
    /// Of the first that cannot be asked.
    pub(crate) async fn waiting(&self) -> Result<Vec<Replayed>, ReplayError> {
        let mut all = Vec::new();
        for (entry, _) in self.store.waiting(self.community).await? {
            all.push(self.entry(entry).await?);
        }
        Ok(all)
    }

    /// One entry, asked again.
    ///
    /// # Errors
    /// [`ReplayError`] with the reason.
    pub(crate) async fn entry(&self, entry: u64) -> Result<Replayed, ReplayError> {
        let stored = self.store.entry(self.community, entry).await?;
        let records = decoded(&stored.ok_or(ReplayError::NoEntry(entry))?)?;
        let frame = self.store.frame(self.community).await?;
        let frame = frame.ok_or(ReplayError::NoEntry(entry))?;
        let answer = records.iter().find_map(Answered::of);
        let answer = answer.ok_or(ReplayError::NotAnEvent(entry))?;
        let event = match records.first().and_then(Record::event) {
            Some(event) => event.clone(),
            None => return Err(ReplayError::NotAnEvent(entry)),
        };
        let mut traits_of_today = false;
        let ask = match &answer.facts {
            None => {
                let again = self.heard(Ask::Retry(Retry(entry))).await?;
                again.ok_or(ReplayError::NotLoaded(entry))?
            }
            Some(facts) => {
                // The ledger keeps what the rule was told of the past; who had which traits then it does not.
                let asked = Event {
                    source: None,
                    ..event.clone()
                };
                let again = self.heard(Ask::Earn(asked)).await?;
                let then = of_event(&frame, answer.set, &event);
                let again = again.unwrap_or_else(|| then.clone());
                traits_of_today = !again.traits.is_empty();
                EarnAsk {
                    facts: facts.clone(),
                    quantity: then.quantity,
                    ..again
                }
            }
        };
        self.again(&frame, entry, ask, traits_of_today, answer)
            .await
    }

    async fn again(
        &self,
        frame: &Frame,
        entry: u64,
        ask: EarnAsk,
        traits_of_today: bool,
        answer: Answered,
    ) -> Result<Replayed, ReplayError> {
        let set = frame.sets.iter().find(|set| set.no == answer.set);
        let set = set.ok_or(ReplayError::NotLoaded(entry))?;
        let params = self.store.params(&set.params).await?;
        let (Some(params), Some(rule)) = (params, self.rules.get(&set.no)) else {
            return Err(ReplayError::NotLoaded(entry));
        };
        let (heard, trace) = rule.earn_traced(&ask);
        Ok(Replayed {
            entry,
            set: Arc::clone(set),
            params,
            ask,
            traits_of_today,
            recorded: answer.said,
            heard,
            trace,
        })
    }

    /// What a rule would be asked now about this command; nothing when the book says no before it comes to that.
    async fn heard(&self, ask: Ask) -> Result<Option<EarnAsk>, StoreError> {
        let command = Command {
            actor: Actor::Job.code(),
            key: None,
            today: self.today,
            ask,
            text: None,
            reference: None,
        };
        let all = |_: &Book| vec![command.clone()];
        let Some(mut book) = book_of(self.store, self.community, all).await? else {
            return Ok(None);
        };
        let listener = Listener::default();
        // What comes of it is thrown away with the book.
        drop(book.apply(&command, self.now, &listener));
        Ok(listener.heard.into_inner())
    }
}

/// What the ledger says of the question behind an entry.
struct Answered {
    set: RuleSetNo,
    /// What the rule was told of the past; not known of an event that waits.
    facts: Option<Vec<rongyi_core::rule::Fact>>,
    said: Option<Result<Decision, Refusal>>,
}

impl Answered {
    fn of(record: &Record) -> Option<Answered> {
        if let Record::Decided(set, facts, decision) = record {
            return Some(Answered {
                set: *set,
                facts: Some(facts.clone()),
                said: Some(Ok(decision.clone())),
            });
        }
        if let Record::Refused(Some(set), facts, refusal) = record {
            return Some(Answered {
                set: *set,
                facts: Some(facts.clone()),
                said: Some(Err(refusal.clone())),
            });
        }
        if let Record::Waiting(set, _) = record {
            return Some(Answered {
                set: *set,
                facts: None,
                said: None,
            });
        }
        None
    }
}

fn decoded(stored: &StoredEntry) -> Result<Vec<Record>, StoreError> {
    let records = stored.records.iter();
    let records = records.map(|(seq, kind, body)| {
        Record::decode(*kind, body).map_err(|_| StoreError::Corrupt {
            what: "record",
            place: seq.to_string(),
        })
    });
    records.collect()
}

/// The event as this rule set saw it.
fn of_event(frame: &Frame, set: RuleSetNo, event: &Event) -> EarnAsk {
    let sets = frame.sets.iter().filter(|known| known.no == set);
    let plan = sets.map(|known| &known.plan).next();
    let kind = plan.and_then(|plan| plan.kinds.iter().find(|kind| kind.code == event.kind));
    let scale = kind.map_or(0, |kind| kind.scale);
    EarnAsk {
        kind: event.kind.clone(),
        quantity: event.quantity.at(scale).unwrap_or_default(),
        fields: event.fields.clone(),
        roles: event.roles.iter().map(|(role, _)| role.clone()).collect(),
        on: event.on,
        minute: event.minute.unwrap_or_default(),
        facts: Vec::new(),
        traits: Vec::new(),
        seed: [7; 16],
    }
}

/// A judge that only listens.
#[derive(Default)]
struct Listener {
    heard: RefCell<Option<EarnAsk>>,
}

fn only_listening() -> Denial<Fault> {
    Denial::Failed(Fault {
        code: "replay.listening".into(),
        blame: Blame::Host,
        message: String::new(),
    })
}

impl Judge for Listener {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        self.heard.borrow_mut().get_or_insert_with(|| ask.clone());
        Err(only_listening())
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        Err(only_listening())
    }
}
