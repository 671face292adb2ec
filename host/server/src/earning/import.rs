//! Files of events, opening balances and totals of before: each row becomes a command, the commands keep the order of the file,
//! and many are in flight at once. What a row is worth, and whether it is known already, the book decides.

mod reader;

use std::collections::{BTreeMap, VecDeque};

use rongyi_core::book::{Applied, Book, Receipt};
use rongyi_core::command::Command;
use rongyi_core::ids::Code;
use rongyi_core::record::Record;
use rongyi_core::rule::{Judge, Text};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{Store, StoreError};

pub use reader::{BALANCE_COLUMNS, EVENT_COLUMNS, HISTORY_COLUMNS, Reader};
use rongyi_clerk::{Answer, ClerkError, Ticket};
use rongyi_sheets::{BadRow, Row, Rows};

use crate::house::House;
use crate::ledger::explain::{self, Lang};

/// The source of opening balances and of totals of before.
pub const PAPER_BOOK: &str = "paper-book";
/// Rows that are with the clerk at once.
const IN_FLIGHT_MAX: usize = 3000;
/// Rows of a rehearsal after which its block is closed, which bounds its memory.
const REHEARSAL_BLOCK: u64 = 1000;

/// What became of one row.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It was decided; the receipt says what it gave.
    Decided(Receipt),
    /// A rule or the host's limits said no; that is on record and final for this row.
    Refused {
        /// The refusal's code.
        code: String,
        /// Why, and when it opens again.
        text: Text,
    },
    /// The rule gave no usable answer; the event is kept and tried again.
    Waiting {
        /// The fault's code.
        code: String,
    },
    /// The same row was imported before.
    Known,
    /// It cannot be used; nothing of it is on record.
    Bad(BadRow),
}

/// Refusals of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals {
    /// How many.
    pub count: u64,
    /// The sentence of the first.
    pub first: Text,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that were decided.
    pub decided: u64,
    /// Rows that were refused, by code.
    pub refused: BTreeMap<String, Refusals>,
    /// Events that wait for their rule, by the fault's code.
    pub waiting: BTreeMap<String, u64>,
    /// Rows that were there already.
    pub known: u64,
    /// Rows that cannot be used, by code.
    pub bad: BTreeMap<String, u64>,
}

impl Tally {
    /// How many rows cannot be used.
    pub fn bad_count(&self) -> u64 {
        self.bad.values().sum()
    }

    /// How many rows were refused.
    pub fn refused_count(&self) -> u64 {
        self.refused.values().map(|refusals| refusals.count).sum()
    }

    /// How many events wait.
    pub fn waiting_count(&self) -> u64 {
        self.waiting.values().sum()
    }

    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Decided(_) => self.decided += 1,
            Outcome::Known => self.known += 1,
            Outcome::Refused { code, text } => {
                let new = || Refusals {
                    count: 0,
                    first: text.clone(),
                };
                self.refused.entry(code.clone()).or_insert_with(new).count += 1;
            }
            Outcome::Waiting { code } => *self.waiting.entry(code.clone()).or_default() += 1,
            Outcome::Bad(bad) => *self.bad.entry(bad.code.clone()).or_default() += 1,
        }
    }
}

/// Told about each row in order: its line and what became of it.
pub type Seen<'s> = &'s mut (dyn FnMut(u64, &Outcome) + Send);

/// Why an import stopped before the end of its file. What was answered before is on record; the same file can
/// be imported again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clerk.
    #[error("line {line}: {error}")]
    Clerk {
        /// The first line without an answer.
        line: u64,
        /// Why.
        error: ClerkError,
    },
    /// The community has no ledger yet.
    #[error("community {0} has no ledger yet")]
    NotConfigured(Code),
}

impl Reader {
    /// What an answer means for its row.
    fn outcome(&self, receipt: Receipt, replayed: bool) -> Outcome {
        if replayed {
            return Outcome::Known;
        }
        if let Some(code) = receipt.waiting() {
            return Outcome::Waiting {
                code: code.to_owned(),
            };
        }
        let refused = receipt.records.iter().find_map(|record| {
            if let Record::Refused(set, _, refusal) = record {
                Some((*set, refusal))
            } else {
                None
            }
        });
        match refused {
            Some((set, refusal)) => {
                let plan = explain::plan_of(self.frame(), set);
                let say = |lang| explain::refusal(&plan, Some(self.frame()), refusal, lang);
                let text = Text {
                    zh: say(Lang::Zh),
                    en: say(Lang::En),
                };
                Outcome::Refused {
                    code: refusal.code.to_string(),
                    text,
                }
            }
            None => Outcome::Decided(receipt),
        }
    }
}

/// One of [`Reader::event`], [`Reader::balance`] and [`Reader::history`].
pub type Form = fn(&Reader, &Row, Now) -> Result<Command, BadRow>;

/// A community's local date and minute of the day, now.
pub type Now = (LocalDate, u16);

/// Imports rows through the clerk, in their order, many in flight.
///
/// # Errors
/// [`ImportError`] when it cannot go on; bad rows are no error.
pub async fn send(
    house: &House,
    community: &Code,
    reader: &Reader,
    rows: Rows<'_>,
    form: Form,
    seen: Seen<'_>,
) -> Result<Tally, ImportError> {
    let mut tally = Tally::default();
    let mut flying: VecDeque<(u64, Result<Ticket, BadRow>)> = VecDeque::new();
    for row in rows {
        if flying.len() >= IN_FLIGHT_MAX {
            land(&mut flying, reader, &mut tally, seen).await?;
        }
        let now = house.today(community);
        match row.and_then(|row| Ok((row.line, form(reader, &row, now)?))) {
            Ok((line, command)) => {
                let ticket = house.clerk.submit(community, command).await;
                let ticket = ticket.map_err(|error| ImportError::Clerk { line, error })?;
                flying.push_back((line, Ok(ticket)));
            }
            Err(bad) => flying.push_back((bad.line, Err(bad))),
        }
    }
    while !flying.is_empty() {
        land(&mut flying, reader, &mut tally, seen).await?;
    }
    Ok(tally)
}

async fn land(
    flying: &mut VecDeque<(u64, Result<Ticket, BadRow>)>,
    reader: &Reader,
    tally: &mut Tally,
    seen: Seen<'_>,
) -> Result<(), ImportError> {
    let Some((line, row)) = flying.pop_front() else {
        return Ok(());
    };
    let outcome = match row {
        Err(bad) => Outcome::Bad(bad),
        Ok(ticket) => match ticket.answer().await {
            Ok(Answer { receipt, replayed }) => reader.outcome(receipt, replayed),
            Err(ClerkError::Rejected(rejection)) => Outcome::Bad(BadRow {
                line,
                code: rejection.code().into(),
                text: rejection.text(),
            }),
            Err(error) => return Err(ImportError::Clerk { line, error }),
        },
    };
    tally.add(&outcome);
    seen(line, &outcome);
    Ok(())
}

/// When and by whose rules a rehearsal decides.
pub struct Stage<'s> {
    /// Read from, never written to.
    pub store: &'s Store,
    /// The rules.
    pub judge: &'s (dyn Judge + Sync),
    /// Now.
    pub now: Instant,
    /// The community's local date and minute now.
    pub today: Now,
}

/// Decides rows on a book in memory and writes nothing: what an import would do if nobody else did anything
/// meanwhile.
///
/// # Errors
/// [`ImportError::Store`].
pub async fn rehearse(
    stage: &Stage<'_>,
    reader: &Reader,
    rows: Rows<'_>,
    form: Form,
    seen: Seen<'_>,
) -> Result<Tally, ImportError> {
    let mut tally = Tally::default();
    let mut book = Book::new(reader.frame().clone());
    let community = reader.frame().community.clone();
    let mut decided: u64 = 0;
    for row in rows {
        let (line, outcome) =
            match row.and_then(|row| Ok((row.line, form(reader, &row, stage.today)?))) {
                Err(bad) => (bad.line, Outcome::Bad(bad)),
                Ok((line, command)) => {
                    loop {
                        let needs = book.missing(&command);
                        if needs.is_empty() {
                            break;
                        }
                        book.load(stage.store.load(&community, &needs).await?);
                    }
                    let outcome = match book.apply(&command, stage.now, stage.judge) {
                        Ok(Applied::Fresh(receipt)) => reader.outcome(receipt, false),
                        Ok(Applied::Replay(_)) => Outcome::Known,
                        Err(rejection) => Outcome::Bad(BadRow {
                            line,
                            code: rejection.code().into(),
                            text: rejection.text(),
                        }),
                    };
                    (line, outcome)
                }
            };
        tally.add(&outcome);
        seen(line, &outcome);
        decided += 1;
        if decided.is_multiple_of(REHEARSAL_BLOCK) {
            book.seal();
        }
    }
    Ok(tally)
}
