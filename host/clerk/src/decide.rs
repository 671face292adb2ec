//! Deciding: each community's commands by its book and its rules, communities side by side.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Stopwatch};

use rongyi_core::book::{Applied, Book, Changes};
use rongyi_core::command::{Command, Need, Rejection};
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

use super::answer::{ClerkError, Fallen};
use super::job::Job;
use crate::rulebook::RuleBooks;

/// Rule time of one community in one batch; the rest waits for the next, so neighbours are not held up.
const RULE_TIME_MAX: Duration = Duration::from_millis(20);
/// A community's book with the commands it is opened for.
pub(crate) type Opened = (Code, Book, VecDeque<Job>);

/// What the book made of each command of a job.
pub(crate) type Decided = Result<Vec<Applied>, ClerkError>;

/// A community's part of a batch, moved to a thread and back.
pub(crate) struct Pile {
    pub(crate) code: Code,
    pub(crate) book: Book,
    /// Whether the book holds steps of a chain that fell: it is thrown away.
    pub(crate) spoiled: bool,
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) decided: Vec<(Job, Decided)>,
    /// Not decided, or not to be answered: somebody else wrote to the community while it was being read.
    pub(crate) again: VecDeque<Job>,
    pub(crate) changes: Option<Changes>,
}

impl Pile {
    pub(crate) fn new((code, book, jobs): Opened) -> Pile {
        Pile {
            code,
            book,
            spoiled: false,
            jobs,
            decided: Vec::new(),
            again: VecDeque::new(),
            changes: None,
        }
    }

    /// One whose rows are of several moments: nothing can be decided by it.
    pub(crate) fn moved((code, book, jobs): Opened) -> Pile {
        Pile {
            again: jobs,
            ..Pile::new((code, book, VecDeque::new()))
        }
    }

    /// Takes back what was decided; nobody has heard of it.
    pub(crate) fn take_back(&mut self) {
        let decided = self.decided.drain(..).map(|(job, _)| job);
        self.again.extend(decided);
    }
}

/// Decides all piles, on as many threads as there are processors: a thread for each community would spend more on
/// waking up than on deciding.
pub(crate) async fn decide_all(
    piles: Vec<Pile>,
    books: &Arc<RuleBooks>,
    now: Instant,
) -> Vec<Pile> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(piles.len());
    let waiting = Arc::new(Mutex::new(piles));
    let mut deciding = Vec::new();
    for _ in 0..threads {
        let (waiting, books) = (Arc::clone(&waiting), Arc::clone(books));
        deciding.push(tokio::task::spawn_blocking(move || {
            let next = || waiting.lock().ok()?.pop();
            let mut decided = Vec::new();
            while let Some(pile) = next() {
                // A panic in a book is a bug of ours: its callers hear that nothing was stored, the rest goes on.
                let attempt = AssertUnwindSafe(|| decide(pile, &books, now));
                decided.extend(std::panic::catch_unwind(attempt));
            }
            decided
        }));
    }
    let mut decided = Vec::new();
    for task in deciding {
        decided.extend(task.await.unwrap_or_default());
    }
    decided
}

/// What became of a job.
enum Link {
    Decided(Decided),
    /// Because of the steps before it, a step reads what is not loaded.
    Reads(Vec<Need>),
}

/// Decides the steps of a chain. The book holds those before the one that fell.
fn decide_chain(
    book: &mut Book,
    chain: &[Command],
    mut apply: impl FnMut(&mut Book, &Command) -> Result<Applied, Rejection>,
) -> Link {
    let mut all: Vec<Applied> = Vec::with_capacity(chain.len());
    for (step, command) in chain.iter().enumerate() {
        let more = book.missing(command);
        if !more.is_empty() {
            return Link::Reads(more);
        }
        let why = match apply(book, command) {
            Err(rejection) => Fallen::Rejected(rejection),
            Ok(Applied::Fresh(receipt))
                if receipt.refusal().is_some() || receipt.waiting().is_some() =>
            {
                Fallen::NotBooked(receipt)
            }
            Ok(applied) => match (&applied, all.last()) {
                (Applied::Replay(entry), Some(Applied::Fresh(_)))
                | (Applied::Fresh(_), Some(Applied::Replay(entry))) => Fallen::Known(*entry),
                _ => {
                    all.push(applied);
                    continue;
                }
            },
        };
        let why = Box::new(why);
        return Link::Decided(Err(ClerkError::Fell { step, why }));
    }
    Link::Decided(Ok(all))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stopwatch for fairness between communities; it decides no point"
)]
fn decide(mut pile: Pile, books: &RuleBooks, now: Instant) -> Pile {
    let judge_of = |book: &Book| books.judge(&pile.code, &book.frame().sets, now);
    let (mut judge, mut known) = (judge_of(&pile.book), pile.book.frame().sets.len());
    let started = Stopwatch::now();
    while let Some(job) = pile.jobs.pop_front() {
        // A chain that falls takes with it what the book holds beside it.
        if job.chain && pile.book.has_changes() {
            pile.jobs.push_front(job);
            break;
        }
        // A set that was activated by the command before already decides this one.
        if pile.book.frame().sets.len() != known {
            (judge, known) = (judge_of(&pile.book), pile.book.frame().sets.len());
        }
        if job.chain {
            let link = decide_chain(&mut pile.book, &job.commands, |book, command| {
                book.apply(command, now, &judge)
            });
            match link {
                Link::Decided(Ok(all)) => pile.decided.push((job, Ok(all))),
                Link::Decided(fallen) => {
                    pile.spoiled = pile.book.has_changes();
                    pile.decided.push((job, fallen));
                }
                Link::Reads(more) => {
                    pile.spoiled = pile.book.has_changes();
                    pile.jobs.push_front(Job { more, ..job });
                    return pile;
                }
            }
        } else {
            let mut apply = |command| pile.book.apply(command, now, &judge);
            let decided: Result<Vec<Applied>, Rejection> =
                job.commands.iter().map(&mut apply).collect();
            let decided = decided.map_err(ClerkError::Rejected);
            pile.decided.push((job, decided));
        }
        if pile.spoiled {
            return pile;
        }
        if started.elapsed() > RULE_TIME_MAX {
            break;
        }
    }
    pile.changes = pile.book.seal();
    if let Some(changes) = &pile.changes {
        pile.book.forget_used(changes);
    }
    pile
}
