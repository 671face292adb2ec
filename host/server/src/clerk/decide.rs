//! Deciding: each community's commands by its book and its rules, communities side by side.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Stopwatch};

use rongyi_core::book::{Applied, Book, Changes};
use rongyi_core::command::Rejection;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

use super::Job;
use crate::rulebook::RuleBooks;

/// Rule time of one community in one batch; the rest waits for the next, so neighbours are not held up.
const RULE_TIME_MAX: Duration = Duration::from_millis(20);
/// A community's book with the commands it is opened for.
pub(super) type Opened = (Code, Book, VecDeque<Job>);

/// A community's part of a batch, moved to a thread and back.
pub(super) struct Pile {
    pub(super) code: Code,
    pub(super) book: Book,
    pub(super) jobs: VecDeque<Job>,
    pub(super) decided: Vec<(Job, Result<Applied, Rejection>)>,
    /// Not decided, or not to be answered: somebody else wrote to the community while it was being read.
    pub(super) again: VecDeque<Job>,
    pub(super) changes: Option<Changes>,
}

impl Pile {
    pub(super) fn new((code, book, jobs): Opened) -> Pile {
        Pile {
            code,
            book,
            jobs,
            decided: Vec::new(),
            again: VecDeque::new(),
            changes: None,
        }
    }

    /// One whose rows are of several moments: nothing can be decided by it.
    pub(super) fn moved((code, book, jobs): Opened) -> Pile {
        Pile {
            again: jobs,
            ..Pile::new((code, book, VecDeque::new()))
        }
    }

    /// Takes back what was decided; nobody has heard of it.
    pub(super) fn take_back(&mut self) {
        let decided = self.decided.drain(..).map(|(job, _)| job);
        self.again.extend(decided);
    }
}

/// Decides all piles, on as many threads as there are processors: a thread for each community would spend more on
/// waking up than on deciding.
pub(super) async fn decide_all(
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
                let own = AssertUnwindSafe(|| decide(pile, &books, now));
                decided.extend(std::panic::catch_unwind(own));
            }
            decided
        }));
    }
    let mut decided = Vec::new();
    for own in deciding {
        decided.extend(own.await.unwrap_or_default());
    }
    decided
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
        // A set that was activated by the command before already decides this one.
        if pile.book.frame().sets.len() != known {
            (judge, known) = (judge_of(&pile.book), pile.book.frame().sets.len());
        }
        let result = pile.book.apply(&job.command, now, &judge);
        pile.decided.push((job, result));
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
