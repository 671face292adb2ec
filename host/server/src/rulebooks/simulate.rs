//! What would have become of a community under another rule book: what really happened, put to a candidate in the order in
//! which it was booked. Nothing is written.
//!
//! | part | what it does |
//! | --- | --- |
//! | `journal` | the ledger, entry by entry; which part of it, and what of it later entries go back to |
//! | `play` | up to the first place as it was, from there on under the candidate |
//! | `judge` | the candidate's rules, and the first fault |
//! | `tally` | sums, holders, refusals, the entries that changed most |
//! | `groups` | holders by what is known of people |
//! | `told` | the same in sentences |
//!
//! It begins with the true state at the first place. What people decided stays where it was: who took an entry back, objected,
//! corrected, ordered, collected, closed a period. An order is taken at the candidate's price whether or not the points are
//! there, and it is told whose were not; one that the candidate refuses is not handed over. What follows from the candidate's
//! own awards is the candidate's: facts, lots, what lapses, what is posted after its notice. The candidate holds for the whole
//! time, also where the ledger changed its configuration in between. The same rule book gives exactly the ledger.
//!
//! Memory goes with the holders, counters and orders of a community, as the book's own does, and beside that with some bytes for
//! each event that is asked about; records are kept only of entries that came out otherwise and that later ones go back to.

mod candidate;
pub(crate) mod cli;
mod every;
mod groups;
mod journal;
mod judge;
mod play;
mod tally;
pub(crate) mod told;
pub(crate) mod web;

use std::collections::BTreeMap;

use rongyi_config::Diagnostic;
use rongyi_core::book::Frame;
use rongyi_core::command::{Command, Need, PeriodRejection, Rejection};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::Record;
use rongyi_core::rule::{Fault, Text};
use rongyi_core::shown;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};
use tokio::sync::Semaphore;

use crate::house::OpenError;
pub use candidate::Candidate;
pub use groups::{Group, OfGroup, Sort};
use journal::{Entries, Entry, Span, began, look};
use play::{After, Before, Came, Stop};
pub use tally::{
    Both, CHANGED_MAX, Changed, Flows, OfHolder, OfKind, OfRefusal, Orders, Tally, Undone,
};

/// Trying takes a processor for itself: pages take one turn at a time on this host.
pub(crate) static TURN: Semaphore = Semaphore::const_new(1);

/// Entries whose places are multiples of this let others through.
const YIELD_EVERY: u64 = 16;

/// Which days are asked about, by the day on which things were booked; both included.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first day; without it from the beginning.
    pub from: Option<LocalDate>,
    /// The last day; without it up to the newest entry.
    pub to: Option<LocalDate>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// The community.
    pub community: Code,
    /// The first day on which something was booked.
    pub from: LocalDate,
    /// The last one.
    pub to: LocalDate,
    /// Blocks that begin only after the last day, and were tried from the first on.
    pub early: Early,
    /// How often a rule was asked.
    pub asked: u64,
    /// Everything that was counted.
    pub tally: Tally,
    /// Holders by what is known of them.
    pub groups: BTreeMap<Group, OfGroup>,
    /// The middle of what households of a size earned and would have earned, for up to three sizes.
    pub typical: Vec<(usize, Both)>,
    /// The ledger's rule sets and items.
    pub ledger: Frame,
    /// Those of the candidate.
    pub candidate: Frame,
}

impl Outcome {
    /// Whether the candidate gives exactly the ledger.
    pub fn is_ledger(&self) -> bool {
        self.tally.apart == 0 && self.tally.besides == 0
    }
}

/// Why nothing can be said. Nothing is said by half.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive of rules.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No such ledger.
    #[error("there is no ledger of community “{0}”")]
    CommunityUnknown(Code),
    /// The file or its rules are wrong.
    #[error("the rule book cannot be used")]
    Wrong(Vec<Diagnostic>),
    /// The file is another community's.
    #[error("the file is of community “{0}”")]
    OtherCommunity(Code),
    /// The first day stands behind the last.
    #[error("{from} is after {to}")]
    Backwards {
        /// The first day.
        from: LocalDate,
        /// The last day.
        to: LocalDate,
    },
    /// A day before the ledger begins.
    #[error("the ledger begins on {began}")]
    TooEarly {
        /// The day.
        day: LocalDate,
        /// The first day on which something was booked.
        began: LocalDate,
    },
    /// Nothing was booked on these days.
    #[error("nothing was booked on these days")]
    Empty {
        /// The first day on which something was booked.
        began: LocalDate,
        /// The newest one.
        newest: LocalDate,
    },
    /// The ledger would refuse the configuration.
    #[error("{}", .0.text().en)]
    Refused(Rejection),
    /// The candidate gave no usable answer.
    #[error("the candidate failed at entry {entry}: {}", .fault.message)]
    Fault {
        /// At which entry.
        entry: u64,
        /// The day of it.
        day: LocalDate,
        /// The kind of event, or what else it was.
        about: String,
        /// What was the matter.
        fault: Fault,
    },
    /// A period that the ledger closed cannot be closed by the candidate.
    #[error("{}", Rejection::from(.rejection.clone()).text().en)]
    Period {
        /// At which entry.
        entry: u64,
        /// Why.
        rejection: PeriodRejection,
    },
    /// The ledger is not what this program wrote.
    #[error("entry {entry} does not follow from what stands before it")]
    Damaged {
        /// Which entry.
        entry: u64,
    },
}

impl SimulateError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SimulateError::Store(error) => error.code(),
            SimulateError::Open(_) => "simulate.archive",
            SimulateError::CommunityUnknown(_) => "community.unknown",
            SimulateError::Wrong(_) => "simulate.rules",
            SimulateError::OtherCommunity(_) => "simulate.community",
            SimulateError::Backwards { .. } => "simulate.backwards",
            SimulateError::TooEarly { .. } => "simulate.too-early",
            SimulateError::Empty { .. } => "simulate.empty",
            SimulateError::Refused(_) => "simulate.refused",
            SimulateError::Fault { .. } => "simulate.fault",
            SimulateError::Period { .. } => "simulate.period",
            SimulateError::Damaged { .. } => "simulate.ledger",
        }
    }

    /// One sentence for people: what is wrong, and what to do.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            SimulateError::Store(error) => (
                format!("数据库读不了（{}），没有试算。", error.code()),
                format!("The database cannot be read ({error}); nothing was tried."),
            ),
            SimulateError::Open(error) => (
                format!("规则的存档读不了，没有试算：{error}"),
                format!("The archive of rules cannot be read, so nothing was tried: {error}"),
            ),
            SimulateError::CommunityUnknown(code) => (
                format!("“{code}”还没有账本，没有什么可试算的。"),
                format!("“{code}” has no ledger yet; there is nothing to try it on."),
            ),
            SimulateError::Wrong(found) => (
                format!("这份规则有 {} 处错误，改好再试。", found.len()),
                format!(
                    "This rule book has {} mistakes; mend them and try again.",
                    found.len()
                ),
            ),
            SimulateError::OtherCommunity(code) => (
                format!("这份规则是“{code}”的。请换成本社区的文件，或者把 code 改过来。"),
                format!(
                    "This rule book is of “{code}”. Use a file of this community, or change its code."
                ),
            ),
            SimulateError::Backwards { from, to } => (
                format!("第一天 {from} 在最后一天 {to} 后面。请把两个日子换过来。"),
                format!("The first day, {from}, is after the last one, {to}. Change them round."),
            ),
            SimulateError::TooEarly { day, began } => (
                format!("{day} 还没有账：这本账从 {began} 开始。请选 {began} 或以后的日子。"),
                format!(
                    "There is no ledger on {day}: it begins on {began}. Choose that day or a later one."
                ),
            ),
            SimulateError::Empty { began, newest } => (
                format!("这些日子里没有记过账。账本从 {began} 记到 {newest}，请在中间选。"),
                format!(
                    "Nothing was booked on these days. The ledger goes from {began} to {newest}; choose days between them."
                ),
            ),
            SimulateError::Refused(rejection) => {
                let why = rejection.text();
                (
                    format!("账本不会接受这份配置：{}", why.zh),
                    format!("The ledger would refuse this configuration: {}", why.en),
                )
            }
            SimulateError::Fault {
                entry,
                day,
                about,
                fault,
            } => {
                let message = shown::line(&fault.message);
                (
                    format!(
                        "算到第 {entry} 笔（{day}，{about}）时，候选规则出了故障（{}），没有结果。请先改好规则：{message}",
                        fault.code
                    ),
                    format!(
                        "At entry {entry} ({day}, {about}) the candidate failed ({}), so there is no result. Mend the rule first: {message}",
                        fault.code
                    ),
                )
            }
            SimulateError::Period { entry, rejection } => {
                let why = Rejection::from(rejection.clone()).text();
                (
                    format!(
                        "第 {entry} 笔结过一期的账，候选规则结不了，没有结果。请给候选规则加上结账，或者选不跨结账的日子。{}",
                        why.zh
                    ),
                    format!(
                        "Entry {entry} closed a period that the candidate cannot close, so there is no result. Let it close periods, or choose days without one. {}",
                        why.en
                    ),
                )
            }
            SimulateError::Damaged { entry } => (
                format!("第 {entry} 笔接不上前面的账，没有结果。请运行 rongyi verify。"),
                format!(
                    "Entry {entry} does not follow from the ledger before it, so there is no result. Run rongyi verify."
                ),
            ),
        };
        Text { zh, en }
    }
}

/// Rules with the days on which they only begin.
type Early = Vec<(Code, LocalDate)>;

/// Tries a candidate on what was booked in a window. `progress(done, all)` is called now and then.
///
/// # Errors
/// [`SimulateError`]; then nothing is known.
pub async fn run(
    store: &Store,
    code: &Code,
    candidate: Candidate,
    window: Window,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Outcome, SimulateError> {
    let unknown = || SimulateError::CommunityUnknown(code.clone());
    let ledger = store.frame(code).await?.ok_or_else(unknown)?;
    let end = ledger.head.next_seq;
    if let (Some(from), Some(to)) = (window.from, window.to)
        && from > to
    {
        return Err(SimulateError::Backwards { from, to });
    }
    let began = began(store, code).await?.ok_or_else(unknown)?;
    if let Some(day) = window.from.filter(|day| *day < began) {
        return Err(SimulateError::TooEarly { day, began });
    }
    let days = (window.from, window.to);
    let looked = look((store, code, end), days).await?;
    let (span, links) = looked.map_err(|newest| SimulateError::Empty { began, newest })?;
    let (supposed, early) = candidate
        .supposed(&ledger, &span)
        .map_err(SimulateError::Refused)?;
    let mut entries = Entries::of(store, code, span.end).await?;
    let mut before = Before::new(code.clone());
    let mut next = entries.next().await?;
    while let Some(entry) = next.take_if(|entry| place(entry) < span.first) {
        let command = before.command(&entry).ok_or_else(|| damaged(&entry))?;
        loop {
            let needs = before.book.missing(&command);
            if needs.is_empty() {
                break;
            }
            before.book.load(store.load(code, &needs).await?);
        }
        before
            .take((&entry, &command), &links, span.first)
            .map_err(|_| damaged(&entry))?;
        progress(place(&entry), span.end);
        next = entries.next().await?;
    }
    let tally = Tally::begin(&before.book);
    let after = After::of(before, supposed, links, span.first);
    let run = Run {
        store,
        code,
        after,
        tally,
    };
    run.through(next, entries, (span, ledger, early), progress)
        .await
}

fn place(entry: &Entry) -> u64 {
    entry.first().map_or(0, |(seq, _)| *seq)
}

fn damaged(entry: &Entry) -> SimulateError {
    SimulateError::Damaged {
        entry: place(entry),
    }
}

struct Run<'s> {
    store: &'s Store,
    code: &'s Code,
    after: After,
    tally: Tally,
}

impl Run<'_> {
    async fn ready(&mut self, command: &Command) -> Result<(), SimulateError> {
        loop {
            let needs: Vec<Need> = self.after.missing(command);
            if needs.is_empty() {
                return Ok(());
            }
            let rows = self.store.load(self.code, &needs).await?;
            self.after.book.load(rows);
        }
    }

    async fn through(
        mut self,
        mut next: Option<Entry>,
        mut entries: Entries,
        (span, ledger, early): (Span, Frame, Early),
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Outcome, SimulateError> {
        while let Some(entry) = next {
            self.entry(&entry).await?;
            // A host that serves meanwhile is let through.
            if place(&entry).is_multiple_of(YIELD_EVERY) {
                tokio::task::yield_now().await;
            }
            progress(place(&entry), span.end);
            next = entries.next().await?;
        }
        Ok(Outcome {
            community: self.code.clone(),
            from: span.from,
            to: span.to,
            early,
            asked: self.after.asked(),
            groups: groups::groups(&self.tally.holders, &self.after.book, span.to),
            typical: groups::typical(&self.tally.holders, &self.after.book),
            tally: self.tally,
            ledger,
            candidate: self.after.book.frame().clone(),
        })
    }

    async fn entry(&mut self, entry: &Entry) -> Result<(), SimulateError> {
        let first = entry.first().and_then(|(_, record)| record.envelope());
        let at = first.map(|envelope| (envelope.at, envelope.today));
        let (at, today) = at.ok_or_else(|| damaged(entry))?;
        for command in self.after.due(entry) {
            self.ready(&command).await?;
            if let Some(records) = self.after.besides(&command, at) {
                self.tally.beside(today, &records);
            }
        }
        let command = self.after.command(entry).ok_or_else(|| damaged(entry))?;
        self.ready(&command).await?;
        let came = self
            .after
            .take(entry, &command)
            .map_err(|stop| stopped(entry, today, stop))?;
        let owed = if let Came::Booked(records) = &came {
            self.after.owed(records)
        } else {
            None
        };
        self.tally.add(entry, &came, owed);
        Ok(())
    }
}

fn stopped(entry: &Entry, day: LocalDate, stop: Stop) -> SimulateError {
    let seq = place(entry);
    match stop {
        Stop::Broken => SimulateError::Damaged { entry: seq },
        Stop::Period(rejection) => SimulateError::Period {
            entry: seq,
            rejection,
        },
        Stop::Fault(fault) => {
            let what = entry.first().and_then(|(_, record)| record.what());
            let about = what.map_or("", |what| match what.event() {
                Some(event) => event.kind.as_str(),
                None => what.word(),
            });
            SimulateError::Fault {
                entry: seq,
                day,
                about: about.to_owned(),
                fault,
            }
        }
    }
}

/// The records of an entry by the rule set that answered; for whoever tells them.
fn answered(records: &[Record]) -> Option<RuleSetNo> {
    records.iter().find_map(Record::set)
}
