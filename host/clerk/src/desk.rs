//! A desk: decides and writes what its communities' people ask, batch after batch.
//!
//! | step | lock held | what |
//! | --- | --- | --- |
//! | 1 load | none | heads, then what each book still misses |
//! | 2 decide | none | per community in order, communities side by side |
//! | 3 write | the writer's | one transaction; a community whose head moved is decided again |
//! | 4 answer | none | receipt, or rejection |
//!
//! While much is waiting, steps 1 and 2 of a batch run beside step 3 of the one before, on books that hold what is being
//! written. That is safe for commands whose rows are each read by their key: what a book has not loaded, the batch
//! before did not change. Nobody is answered before everything below the answer is written; when the batch before
//! fails, what was decided on top of it is thrown away and decided again.
//!
//! An answer is true for one moment: every row that a book loads was read together with the community's head, and that
//! is the head of the book, or the book is thrown away and loaded anew. So a pile of refusals, which writes nothing and
//! compares nothing by writing, is of one moment too; decided beside a batch it is compared once more.
//!
//! A community that came too late twice, because another host serves it too, is decided under its row lock, alone.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use rongyi_core::book::{Applied, Book, Changes};
use rongyi_core::chain::Head;
use rongyi_core::command::{Ask, Command};
use rongyi_core::ids::Code;
use rongyi_store::{HeldCommunity, Store, StoreError, Written};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::answer::{Answer, ClerkError, damaged, is_repeatable, receipt};
use super::decide::{Decided, Pile, decide_all};
use super::frames::Frames;
use super::job::Job;
use super::pulse::Pulse;
use crate::clock::Clock;
use crate::rulebook::RuleBooks;
use crate::vitals::Vitals;

/// Times a community comes too late before its row is locked first.
const MISSES_MAX: usize = 2;
/// Times a batch is decided again because a connection was lost while it was being written.
const LOST_MAX: usize = 2;
/// Commands decided and written together at most.
const BATCH_MAX: usize = 1000;
/// Commands that wait before a batch is decided beside the one before: with fewer of them it is better to let them
/// gather, because a large batch costs less for each.
const BESIDE_MIN: usize = 300;
/// Times a batch is decided again because somebody else moved a head.
const TRIES_MAX: usize = 20;
/// Loaded rows after which a book is dropped and loaded afresh.
pub(crate) const BOOK_ROWS_MAX: usize = 400_000;
/// Loaded rows of all books of all desks together; from there on the books that were not used for longest are dropped.
const ROWS_MAX: usize = 2_000_000;

/// Commands by community, in the order in which they came.
pub(crate) type Piles = BTreeMap<Code, VecDeque<Job>>;

/// What a community's callers will hear when its changes are written.
struct Sent {
    code: Code,
    decided: Vec<(Job, Decided)>,
    /// Whether settings, rules or items changed.
    reframed: bool,
}

/// A batch that is being written; its books are in the cache already.
struct UnderWay {
    sent: Vec<Sent>,
    /// The head of each of its communities before it.
    before: HashMap<Code, Head>,
    outcome: JoinHandle<Result<Vec<Written>, StoreError>>,
}

pub(crate) struct ClerkDesk {
    pub(crate) frames: Arc<Frames>,
    pub(crate) vitals: Arc<Vitals>,
    pulse: Arc<Pulse>,
    pub(crate) store: Arc<Store>,
    pub(crate) books: Arc<RuleBooks>,
    clock: Arc<dyn Clock>,
    pub(crate) cache: HashMap<Code, Book>,
    /// The batch that used a book last, for those in the cache.
    pub(crate) used: HashMap<Code, u64>,
    pub(crate) batches: u64,
    /// Loaded rows that this desk may keep.
    pub(crate) rows_max: usize,
    /// Taken from the queue, not decided in the batch they came with.
    left: VecDeque<Job>,
    /// Times in a row that a connection was lost while writing.
    lost: usize,
}

impl ClerkDesk {
    pub(crate) fn new(
        store: Arc<Store>,
        books: Arc<RuleBooks>,
        clock: Arc<dyn Clock>,
        (frames, vitals, pulse): (Arc<Frames>, Arc<Vitals>, Arc<Pulse>),
        desks: usize,
    ) -> ClerkDesk {
        ClerkDesk {
            frames,
            vitals,
            pulse,
            store,
            books,
            clock,
            cache: HashMap::new(),
            used: HashMap::new(),
            batches: 0,
            rows_max: ROWS_MAX / desks.max(1),
            left: VecDeque::new(),
            lost: 0,
        }
    }

    pub(crate) async fn work(mut self, mut waiting: mpsc::Receiver<Job>) {
        let mut under_way = None;
        loop {
            while self.left.len() < BATCH_MAX {
                match waiting.try_recv() {
                    Ok(job) => self.left.push_back(job),
                    Err(_) => break,
                }
            }
            self.lost = 0;
            let decided = match under_way.take() {
                Some(batch) if self.left.len() < BESIDE_MIN => {
                    let again = self.land(batch).await;
                    self.rounds(again, 0).await;
                    continue;
                }
                Some(batch) => self.beside(batch).await,
                None if self.left.is_empty() => match waiting.recv().await {
                    Some(job) => {
                        self.left.push_back(job);
                        continue;
                    }
                    None => return,
                },
                None => {
                    let batch = piles(self.left.drain(..));
                    self.prepare(batch, &HashMap::new()).await
                }
            };
            if waiting.len() >= BESIDE_MIN {
                under_way = self.send(decided).await;
            } else {
                let again = self.write(decided, None).await;
                self.rounds(again, 1).await;
            }
        }
    }

    /// Decides what is left while a batch is being written, then sees that batch through. What was decided on top
    /// of something that was not written is decided again, after it.
    async fn beside(&mut self, batch: UnderWay) -> Vec<Pile> {
        let flying = batch.before.clone();
        let reframed: HashSet<Code> = batch
            .sent
            .iter()
            .filter(|sent| sent.reframed)
            .map(|sent| sent.code.clone())
            .collect();
        let (now, later): (Piles, Piles) =
            piles(self.left.drain(..))
                .into_iter()
                .partition(|(code, jobs)| {
                    !flying.contains_key(code)
                        || (!reframed.contains(code) && self.may_run_ahead(code, jobs))
                });
        self.left = later.into_values().flatten().collect();
        let decided = self.prepare(now, &flying).await;
        let mut again = self.land(batch).await;
        let mut good = Vec::new();
        for pile in decided {
            match again.get_mut(&pile.code) {
                None => good.push(pile),
                Some(jobs) => {
                    let mut pile = pile;
                    pile.take_back();
                    jobs.append(&mut pile.again);
                }
            }
        }
        self.rounds(again, 0).await;
        self.compare(&mut good, &flying).await;
        good
    }

    /// Of the communities that were `flying` the heads were not looked at since. Who writes compares them by writing;
    /// refusals alone are taken back when somebody else has written meanwhile.
    async fn compare(&self, piles: &mut [Pile], flying: &HashMap<Code, Head>) {
        let alone = |pile: &Pile| pile.changes.is_none() && flying.contains_key(&pile.code);
        let codes: Vec<Code> = piles
            .iter()
            .filter(|pile| alone(pile))
            .map(|pile| pile.code.clone())
            .collect();
        if codes.is_empty() {
            return;
        }
        let heads: HashMap<_, _> = match self.store.heads(&codes).await {
            Ok(heads) => heads.into_iter().collect(),
            // Then their next round will hear why.
            Err(_) => HashMap::new(),
        };
        for pile in piles.iter_mut().filter(|pile| alone(pile)) {
            if heads.get(&pile.code) != Some(&pile.book.stored_head()) {
                pile.take_back();
            }
        }
    }

    /// Whether these may be decided on a book whose changes are not written yet: each of their rows is read by its
    /// key.
    fn may_run_ahead(&self, code: &Code, jobs: &VecDeque<Job>) -> bool {
        let cached = self.cache.get(code);
        cached.is_some_and(|book| book.loaded_rows() < BOOK_ROWS_MAX)
            && jobs.iter().all(reads_by_key)
    }

    /// Rounds until every command is answered; so many heads have moved under them already.
    pub(crate) async fn rounds(&mut self, mut piles: Piles, missed: usize) {
        for misses in missed..TRIES_MAX {
            piles.retain(|_, jobs| !jobs.is_empty());
            if piles.is_empty() {
                return;
            }
            if misses < MISSES_MAX {
                piles = self.round(piles, None).await;
                continue;
            }
            let mut again = BTreeMap::new();
            for (code, jobs) in piles {
                let alone = BTreeMap::from([(code.clone(), jobs)]);
                match self.store.hold(&code).await {
                    Ok(held) => again.extend(self.round(alone, Some(held)).await),
                    Err(error) => fail(alone.into_values().flatten(), error),
                }
            }
            piles = again;
        }
        for job in piles.into_values().flatten() {
            let _ = job.reply.send(Err(ClerkError::QueueFull));
        }
    }

    /// One load, decide, write, answer. Returns the piles whose community moved meanwhile. What is `held` is the
    /// only community of the piles.
    async fn round(&mut self, piles: Piles, held: Option<HeldCommunity>) -> Piles {
        let decided = self.prepare(piles, &HashMap::new()).await;
        self.write(decided, held).await
    }

    /// Loads and decides. The books of what is `flying` hold changes that are being written: their heads are not in
    /// the store yet.
    async fn prepare(&mut self, mut piles: Piles, flying: &HashMap<Code, Head>) -> Vec<Pile> {
        self.trim(flying);
        for jobs in piles.values_mut() {
            *jobs = self.without_slept(std::mem::take(jobs));
        }
        self.used
            .extend(piles.keys().map(|code| (code.clone(), self.batches)));
        let asked = piles.keys().filter(|code| !flying.contains_key(*code));
        let codes: Vec<Code> = asked.cloned().collect();
        let heads: HashMap<_, _> = match self.store.heads(&codes).await {
            Ok(heads) => heads.into_iter().collect(),
            Err(error) => {
                fail(piles.into_values().flatten(), error);
                return Vec::new();
            }
        };
        let mut ready = Vec::new();
        for (code, jobs) in piles {
            let cached = self.cache.remove(&code).filter(|book| {
                flying.contains_key(&code)
                    || (heads.get(&code) == Some(&book.stored_head())
                        && book.loaded_rows() < BOOK_ROWS_MAX)
            });
            match self.open(&code, cached).await {
                Ok(book) => ready.push((code, book, jobs)),
                Err(error) => fail(jobs, error),
            }
        }
        let (loaded, moved) = self.load(ready, flying).await;
        let piles = loaded.into_iter().map(Pile::new).collect();
        let mut decided = decide_all(piles, &self.books, self.clock.now()).await;
        decided.extend(moved.into_iter().map(Pile::moved));
        // They come before what was taken from the queue since.
        let mut left: VecDeque<Job> = VecDeque::new();
        for pile in &mut decided {
            left.append(&mut pile.jobs);
        }
        left.append(&mut self.left);
        self.left = left;
        decided
    }

    /// Those that were not asked before the host stood still: who asked the others has given up since.
    fn without_slept(&self, jobs: VecDeque<Job>) -> VecDeque<Job> {
        let woke = self.pulse.last_woke();
        let slept = |job: &Job| job.asked.is_some_and(|asked| asked < woke);
        let (late, awake): (VecDeque<Job>, VecDeque<Job>) = jobs.into_iter().partition(slept);
        for job in late {
            let _ = job.reply.send(Err(ClerkError::Slept));
        }
        awake
    }

    /// Begins to write what was decided, and returns at once; `None` when there is nothing to write.
    async fn send(&mut self, piles: Vec<Pile>) -> Option<UnderWay> {
        let (changes, sent, again) = self.part(piles).await;
        if !again.is_empty() {
            // What came to these communities later must not be decided before them.
            let mut again = again;
            again.extend(self.finish(changes, sent, None).await);
            self.rounds(again, 1).await;
            return None;
        }
        if changes.is_empty() {
            return None;
        }
        let heads = changes
            .iter()
            .map(|change| (change.community.clone(), change.before));
        let before = heads.collect();
        let store = Arc::clone(&self.store);
        let outcome = tokio::spawn(async move { store.write(&changes).await });
        Some(UnderWay {
            sent,
            before,
            outcome,
        })
    }

    /// Sees a batch through; as [`ClerkDesk::write`].
    async fn land(&mut self, batch: UnderWay) -> Piles {
        let outcome = match batch.outcome.await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The program is being ended.
                Err(error) => Err(StoreError::Unreachable {
                    detail: error.to_string(),
                }),
            },
        };
        self.conclude(batch.sent, outcome).await
    }

    /// Writes, answers, and returns the piles of all communities that were not written, some of them empty.
    async fn write(&mut self, piles: Vec<Pile>, held: Option<HeldCommunity>) -> Piles {
        let (changes, sent, mut again) = self.part(piles).await;
        again.extend(self.finish(changes, sent, held).await);
        again
    }

    /// Writes what is to be written and answers; returns the piles of the communities that were not.
    async fn finish(
        &mut self,
        changes: Vec<Changes>,
        sent: Vec<Sent>,
        held: Option<HeldCommunity>,
    ) -> Piles {
        if changes.is_empty() {
            return Piles::new();
        }
        let outcome = match held {
            Some(held) => self.store.write_held(held, &changes).await,
            None => self.store.write(&changes).await,
        };
        self.conclude(sent, outcome).await
    }

    /// What is to be written, who waits for it, and what must be decided anew. Who waits for nothing is answered.
    async fn part(&mut self, piles: Vec<Pile>) -> (Vec<Changes>, Vec<Sent>, Piles) {
        let (mut all, mut sent, mut again) = (Vec::new(), Vec::new(), Piles::new());
        for pile in piles {
            if !pile.again.is_empty() {
                self.vitals.moved.add(1);
                again.insert(pile.code, pile.again);
                continue;
            }
            if !pile.spoiled {
                self.cache.insert(pile.code.clone(), pile.book);
            }
            let mut sent_pile = Sent {
                code: pile.code,
                decided: pile.decided,
                reframed: false,
            };
            if let Some(changes) = pile.changes {
                sent_pile.reframed = changes.settings.is_some()
                    || !changes.items.is_empty()
                    || !changes.sets.is_empty();
                all.push(changes);
                sent.push(sent_pile);
            } else {
                self.answer(sent_pile).await;
            }
        }
        (all, sent, again)
    }

    async fn conclude(
        &mut self,
        sent: Vec<Sent>,
        outcome: Result<Vec<Written>, StoreError>,
    ) -> Piles {
        let written = match outcome.map_err(Arc::new) {
            Ok(written) => written,
            Err(error) => {
                self.vitals.wrote(Err(&error));
                return self.after_error(sent, error);
            }
        };
        self.vitals.wrote(Ok(()));
        let mut again = BTreeMap::new();
        for (sent_pile, result) in sent.into_iter().zip(written) {
            match result {
                Written::Done => self.answer(sent_pile).await,
                Written::HeadMoved => {
                    self.vitals.moved.add(1);
                    self.cache.remove(&sent_pile.code);
                    let jobs = sent_pile.decided.into_iter().map(|(job, _)| job);
                    again.insert(sent_pile.code, jobs.collect());
                }
            }
        }
        again
    }

    /// Whether the commit reached the disk is not known after a lost connection; the books are thrown away, and the
    /// next load decides from what is there. What has a key or a reference is decided again, and gets the stored
    /// answer if it was stored; who asked for anything else is told that it is not known.
    fn after_error(&mut self, sent: Vec<Sent>, error: Arc<StoreError>) -> Piles {
        let lost = error.leaves_unknown();
        self.lost = self.lost.saturating_add(1);
        let mut again = BTreeMap::new();
        for sent_pile in sent {
            self.cache.remove(&sent_pile.code);
            let jobs: &mut VecDeque<Job> = again.entry(sent_pile.code).or_default();
            for (job, _) in sent_pile.decided {
                if !lost {
                    let _ = job.reply.send(Err(ClerkError::Store(Arc::clone(&error))));
                } else if self.lost <= LOST_MAX && job.commands.iter().all(is_repeatable) {
                    jobs.push_back(job);
                } else {
                    let _ = job.reply.send(Err(ClerkError::Unsure(Arc::clone(&error))));
                }
            }
        }
        again
    }

    async fn answer(&mut self, sent: Sent) {
        if sent.reframed
            && let Some(book) = self.cache.get(&sent.code)
        {
            self.frames.put(book.frame());
        }
        for (job, result) in sent.decided {
            let answers = match result {
                Ok(applied) => self.answers(&sent.code, applied).await,
                Err(error) => Err(error),
            };
            self.vitals.answered(&answers);
            // Nobody may be waiting any more; what was written stays written.
            let _ = job.reply.send(answers);
        }
    }

    async fn answers(&self, code: &Code, applied: Vec<Applied>) -> Result<Vec<Answer>, ClerkError> {
        let mut answers = Vec::with_capacity(applied.len());
        for outcome in applied {
            answers.push(match outcome {
                Applied::Fresh(receipt) => Answer {
                    receipt,
                    replayed: false,
                },
                Applied::Replay(entry) => self.replayed(code, entry).await?,
            });
        }
        Ok(answers)
    }

    async fn replayed(&self, code: &Code, entry: u64) -> Result<Answer, ClerkError> {
        let found = self.store.entry(code, entry).await?;
        let stored = found.ok_or_else(|| damaged("entry", entry))?;
        Ok(Answer {
            receipt: receipt(&stored)?,
            replayed: true,
        })
    }
}

/// Whether every row that a command reads is read by a key of its own, none of them because of what another one says
/// but for a resident's household.
pub(crate) fn reads_by_key(job: &Job) -> bool {
    let by_key = |command: &Command| {
        matches!(
            command.ask,
            Ask::Earn(_) | Ask::Agreed(_) | Ask::Open(_) | Ask::Carry(_)
        )
    };
    !job.chain && job.commands.iter().all(by_key)
}

fn piles(jobs: impl Iterator<Item = Job>) -> Piles {
    let mut piles = Piles::new();
    for job in jobs {
        let pile = piles.entry(job.community.clone()).or_default();
        pile.push_back(job);
    }
    piles
}

pub(crate) fn fail(jobs: impl IntoIterator<Item = Job>, error: impl Into<ClerkError>) {
    let error = error.into();
    for job in jobs {
        let _ = job.reply.send(Err(error.clone()));
    }
}
