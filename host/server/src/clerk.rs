//! The clerk: takes what is waiting as one batch, lets each community's book decide it, writes all of it in
//! one transaction, then answers. It never waits for a timer and knows nothing of HTTP.
//!
//! | step | lock held | what |
//! | --- | --- | --- |
//! | 1 load | none | heads, then what each book still misses |
//! | 2 decide | none | per community in order, communities side by side |
//! | 3 write | the writer's | one transaction; a community whose head moved is decided again |
//! | 4 answer | none | receipt, or rejection |
//!
//! There are several desks, each with its own communities: one decides while another's batch is being written, and on
//! an engine that takes several batches at once one commit does not wait for another. A community that came too late twice, because another host serves it too,
//! is decided under its row lock, alone.

mod answer;
mod decide;
mod frames;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use rongyi_core::book::{Applied, Book, Frame, Loaded};
use rongyi_core::chain::hex;
use rongyi_core::command::{Command, Need};
use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;
use rongyi_rules::{Engine, Rule};
use rongyi_store::{Held, Store, StoreError, Written};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

pub use self::answer::{Answer, ClerkError, receipt};
use self::answer::{damaged, is_repeatable};
use self::decide::{Opened, Pile, decide_all};
use self::frames::Frames;
use crate::clock::Clock;
use crate::rulebook::{RuleBooks, RuleKey};

/// Commands that may wait at one desk; one more is told to come back.
pub const QUEUE_MAX: usize = 4096;
/// Desks on an engine that takes several batches at once.
const DESKS: usize = 4;
/// Desks on an engine with one writer: while one waits for its commit, the other reads and decides.
const DESKS_OF_ONE_WRITER: usize = 2;
/// Times a community comes too late before its row is locked first.
const MISSES_MAX: usize = 2;
/// Times a batch is decided again because a connection was lost while it was being written.
const LOST_MAX: usize = 2;
/// Commands decided and written together at most.
const BATCH_MAX: usize = 1000;
/// Times a batch is decided again because somebody else moved a head.
const TRIES_MAX: usize = 20;
/// Loaded rows after which a book is dropped and loaded afresh.
const BOOK_ROWS_MAX: usize = 400_000;

struct Job {
    community: Code,
    command: Command,
    /// With how many rule sets its input was read; another number is answered with `RulesChanged`.
    sets: Option<usize>,
    reply: oneshot::Sender<Result<Answer, ClerkError>>,
}

/// The door to the clerk; clone it freely.
#[derive(Clone)]
pub struct Clerk {
    desks: Arc<[mpsc::Sender<Job>]>,
    frames: Arc<Frames>,
    /// The local day for which nothing more falls due in a community, see `jobs::catch_up`.
    pub(crate) caught_up: Arc<Mutex<HashMap<Code, LocalDate>>>,
}

impl Clerk {
    /// Starts the clerk on `tasks`; it stops when every door to it is closed.
    pub fn start(
        store: Arc<Store>,
        books: Arc<RuleBooks>,
        clock: Arc<dyn Clock>,
        tasks: &TaskTracker,
    ) -> Clerk {
        let count = if store.writes_side_by_side() {
            DESKS
        } else {
            DESKS_OF_ONE_WRITER
        };
        let frames = Arc::new(Frames::default());
        let desks = (0..count).map(|_| {
            let (queue, waiting) = mpsc::channel(QUEUE_MAX);
            let desk = Desk {
                frames: Arc::clone(&frames),
                store: Arc::clone(&store),
                books: Arc::clone(&books),
                clock: Arc::clone(&clock),
                cache: HashMap::new(),
                left: VecDeque::new(),
                lost: 0,
            };
            tasks.spawn(desk.work(waiting));
            queue
        });
        Clerk {
            desks: desks.collect(),
            frames,
            caught_up: Arc::default(),
        }
    }

    /// Settings, rules and items of a community as this clerk last saw them; its head may be an older one.
    /// `None` before the first command of the community: read it from the store.
    pub fn frame(&self, community: &Code) -> Option<Arc<Frame>> {
        self.frames.get(community)
    }

    /// The desk of a community, always the same one: commands of one community keep their order.
    fn desk(&self, community: &Code) -> Result<&mpsc::Sender<Job>, ClerkError> {
        let mut hasher = DefaultHasher::new();
        community.hash(&mut hasher);
        let count = u64::try_from(self.desks.len()).unwrap_or(1).max(1);
        let place = usize::try_from(hasher.finish() % count).unwrap_or(0);
        self.desks.get(place).ok_or(ClerkError::Stopped)
    }

    /// Asks and waits for the answer; refuses at once when the queue is full.
    ///
    /// # Errors
    /// [`ClerkError`]; after any of them nothing of this command is stored.
    pub async fn ask(&self, community: &Code, command: Command) -> Result<Answer, ClerkError> {
        self.ask_read_with(community, command, None).await
    }

    /// Like [`Clerk::ask`], for a command whose input was read with a frame of `sets` rule sets: decided with
    /// any other number of them, a quantity might be read at another scale than it was written at.
    ///
    /// # Errors
    /// [`ClerkError`], among them [`ClerkError::RulesChanged`].
    pub async fn ask_read_with(
        &self,
        community: &Code,
        command: Command,
        sets: Option<usize>,
    ) -> Result<Answer, ClerkError> {
        let (job, ticket) = job(community, command, sets);
        self.desk(community)?
            .try_send(job)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => ClerkError::QueueFull,
                mpsc::error::TrySendError::Closed(_) => ClerkError::Stopped,
            })?;
        ticket.answer().await
    }

    /// Like [`Clerk::ask`], but waits for a place in the queue: for jobs, which have time.
    ///
    /// # Errors
    /// [`ClerkError`], but never [`ClerkError::QueueFull`].
    pub async fn ask_patiently(
        &self,
        community: &Code,
        command: Command,
    ) -> Result<Answer, ClerkError> {
        self.submit(community, command).await?.answer().await
    }

    /// Puts a command into the queue, waiting for a place, and returns at once with its ticket: for imports,
    /// which keep the order of their file and many commands in flight.
    ///
    /// # Errors
    /// [`ClerkError::Stopped`] when the clerk is gone.
    pub async fn submit(&self, community: &Code, command: Command) -> Result<Ticket, ClerkError> {
        self.submit_read_with(community, command, None).await
    }

    /// Like [`Clerk::submit`], with the number of rule sets of [`Clerk::ask_read_with`].
    ///
    /// # Errors
    /// [`ClerkError::Stopped`] when the clerk is gone.
    pub async fn submit_read_with(
        &self,
        community: &Code,
        command: Command,
        sets: Option<usize>,
    ) -> Result<Ticket, ClerkError> {
        let (job, ticket) = job(community, command, sets);
        self.desk(community)?
            .send(job)
            .await
            .map_err(|_| ClerkError::Stopped)?;
        Ok(ticket)
    }
}

fn job(community: &Code, command: Command, sets: Option<usize>) -> (Job, Ticket) {
    let (reply, answer) = oneshot::channel();
    let job = Job {
        community: community.clone(),
        command,
        sets,
        reply,
    };
    (job, Ticket(answer))
}

/// The promise of an answer.
pub struct Ticket(oneshot::Receiver<Result<Answer, ClerkError>>);

impl Ticket {
    /// Waits for the answer.
    ///
    /// # Errors
    /// [`ClerkError`]; after any of them nothing of this command is stored.
    pub async fn answer(self) -> Result<Answer, ClerkError> {
        self.0.await.unwrap_or(Err(ClerkError::Stopped))
    }
}

struct Desk {
    frames: Arc<Frames>,
    store: Arc<Store>,
    books: Arc<RuleBooks>,
    clock: Arc<dyn Clock>,
    cache: HashMap<Code, Book>,
    /// Taken from the queue, not decided in the batch they came with.
    left: VecDeque<Job>,
    /// Times in a row that a connection was lost while writing.
    lost: usize,
}

impl Desk {
    async fn work(mut self, mut waiting: mpsc::Receiver<Job>) {
        loop {
            if self.left.is_empty() {
                match waiting.recv().await {
                    Some(job) => self.left.push_back(job),
                    None => return,
                }
            }
            while self.left.len() < BATCH_MAX {
                match waiting.try_recv() {
                    Ok(job) => self.left.push_back(job),
                    Err(_) => break,
                }
            }
            let batch = self.left.drain(..).collect();
            self.batch(batch).await;
        }
    }

    async fn batch(&mut self, jobs: Vec<Job>) {
        let mut piles: BTreeMap<Code, VecDeque<Job>> = BTreeMap::new();
        for job in jobs {
            piles
                .entry(job.community.clone())
                .or_default()
                .push_back(job);
        }
        self.lost = 0;
        for misses in 0..TRIES_MAX {
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
                again.extend(match self.store.hold(&code).await {
                    Ok(held) => self.round(alone, Some(held)).await,
                    Err(error) => fail(alone.into_values().flatten(), error),
                });
            }
            piles = again;
        }
        for job in piles.into_values().flatten() {
            let _ = job.reply.send(Err(ClerkError::QueueFull));
        }
    }

    /// One load, decide, write, answer. Returns the piles whose community moved meanwhile. What is `held` is the
    /// only community of the piles.
    async fn round(
        &mut self,
        piles: BTreeMap<Code, VecDeque<Job>>,
        held: Option<Held>,
    ) -> BTreeMap<Code, VecDeque<Job>> {
        let codes: Vec<Code> = piles.keys().cloned().collect();
        let heads: HashMap<_, _> = match self.store.heads(&codes).await {
            Ok(heads) => heads.into_iter().collect(),
            Err(error) => return fail(piles.into_values().flatten(), error),
        };
        let mut ready = Vec::new();
        for (code, jobs) in piles {
            let cached = self.cache.remove(&code).filter(|book| {
                heads
                    .get(&code)
                    .is_some_and(|head| *head == book.stored_head())
                    && book.loaded_rows() < BOOK_ROWS_MAX
            });
            match self.open(&code, cached).await {
                Ok(book) => ready.push((code, book, jobs)),
                Err(error) => drop(fail(jobs, error)),
            }
        }
        let piles = self.load(ready).await.into_iter().map(Pile::new);
        let decided = decide_all(piles.collect(), &self.books, self.clock.now()).await;
        self.write(decided, held).await
    }

    /// The book of a community with its rules; what single commands read is not loaded yet.
    async fn open(&self, code: &Code, cached: Option<Book>) -> Result<Book, ClerkError> {
        let book = match cached {
            Some(book) => book,
            None => {
                let book = match self.store.frame(code).await? {
                    Some(frame) => Book::new(frame),
                    None if self.books.knows(code) => Book::empty(code.clone()),
                    None => return Err(ClerkError::CommunityUnknown(code.clone())),
                };
                self.frames.put(book.frame());
                book
            }
        };
        self.fetch_rules(code, &book).await?;
        Ok(book)
    }

    /// Loads what all the commands read. Those of a community whose rows cannot be read are answered with the
    /// reason, and the others go on.
    async fn load(&self, piles: Vec<Opened>) -> Vec<Opened> {
        let (mut asking, mut ready) = (piles, Vec::new());
        loop {
            let (mut asked, mut waiting) = (Vec::new(), Vec::new());
            for own in asking {
                let mut needs: Vec<_> = own
                    .2
                    .iter()
                    .flat_map(|job| own.1.missing(&job.command))
                    .collect();
                if needs.is_empty() {
                    ready.push(own);
                    continue;
                }
                needs.sort_unstable();
                needs.dedup();
                asked.push((own.0.clone(), needs));
                waiting.push(own);
            }
            if asked.is_empty() {
                return ready;
            }
            asking = Vec::new();
            let answers = match self.store.load_all(&asked).await {
                Ok(answers) => answers.into_iter().map(Ok).collect(),
                Err(error) if asked.len() == 1 => vec![Err(error)],
                Err(_) => self.load_each(&asked).await,
            };
            for ((code, mut book, jobs), answer) in waiting.into_iter().zip(answers) {
                match answer {
                    Ok(rows) => {
                        book.load(rows);
                        asking.push((code, book, jobs));
                    }
                    Err(error) => drop(fail(jobs, error)),
                }
            }
        }
    }

    async fn load_each(&self, asked: &[(Code, Vec<Need>)]) -> Vec<Result<Vec<Loaded>, StoreError>> {
        let mut answers = Vec::with_capacity(asked.len());
        for (code, needs) in asked {
            answers.push(self.store.load(code, needs).await);
        }
        answers
    }

    /// Loads from the archive what the ledger names and this host has not: sets of the past, and those that
    /// another host or an import activated.
    async fn fetch_rules(&self, code: &Code, book: &Book) -> Result<(), ClerkError> {
        let missing = self.books.missing(code, &book.frame().sets);
        let Some(engine) = self.books.engine().filter(|_| !missing.is_empty()) else {
            return Ok(());
        };
        for key in missing {
            match archived(&self.store, &engine, key).await? {
                Some(rule) => self.books.add(code, [(key, rule)]),
                None => self.books.give_up(code, key),
            }
        }
        Ok(())
    }

    async fn write(
        &mut self,
        piles: Vec<Pile>,
        held: Option<Held>,
    ) -> BTreeMap<Code, VecDeque<Job>> {
        let mut all = Vec::new();
        let mut writing = Vec::new();
        for mut pile in piles {
            self.left.extend(pile.jobs.drain(..));
            for job in pile.stale.drain(..) {
                let _ = job.reply.send(Err(ClerkError::RulesChanged));
            }
            match pile.changes.take() {
                Some(changes) => {
                    pile.reframed = changes.settings.is_some()
                        || !changes.items.is_empty()
                        || !changes.sets.is_empty();
                    all.push(changes);
                    writing.push(pile);
                }
                None => self.answer(pile).await,
            }
        }
        if all.is_empty() {
            return BTreeMap::new();
        }
        let outcome = match held {
            Some(held) => self.store.write_held(held, &all).await,
            None => self.store.write(&all).await,
        };
        let written = match outcome {
            Ok(written) => written,
            Err(error) => return self.after_error(writing, error),
        };
        let mut again = BTreeMap::new();
        for (pile, result) in writing.into_iter().zip(written) {
            match result {
                Written::Done => self.answer(pile).await,
                Written::HeadMoved => {
                    again.insert(
                        pile.code,
                        pile.decided.into_iter().map(|(job, _)| job).collect(),
                    );
                }
            }
        }
        again
    }

    /// Whether the commit reached the disk is not known after a lost connection; the books are thrown away, and the
    /// next load decides from what is there. What has a key or a reference is decided again, and gets the stored
    /// answer if it was stored; who asked for anything else is told that it is not known.
    fn after_error(
        &mut self,
        piles: Vec<Pile>,
        error: StoreError,
    ) -> BTreeMap<Code, VecDeque<Job>> {
        let lost = matches!(error, StoreError::Unreachable { .. });
        self.lost = self.lost.saturating_add(1);
        let error = Arc::new(error);
        let mut again: BTreeMap<Code, VecDeque<Job>> = BTreeMap::new();
        for pile in piles {
            for (job, _) in pile.decided {
                if !lost {
                    let _ = job.reply.send(Err(ClerkError::Store(Arc::clone(&error))));
                } else if self.lost <= LOST_MAX && is_repeatable(&job.command) {
                    again.entry(pile.code.clone()).or_default().push_back(job);
                } else {
                    let _ = job.reply.send(Err(ClerkError::Unsure(Arc::clone(&error))));
                }
            }
        }
        again
    }

    async fn answer(&mut self, pile: Pile) {
        if pile.reframed {
            self.frames.put(pile.book.frame());
        }
        for (job, result) in pile.decided {
            let answer = match result {
                Ok(Applied::Fresh(receipt)) => Ok(Answer {
                    receipt,
                    replayed: false,
                }),
                Ok(Applied::Replay(entry)) => self.replayed(&pile.code, entry).await,
                Err(rejection) => Err(ClerkError::Rejected(rejection)),
            };
            // Nobody may be waiting any more; what was written stays written.
            let _ = job.reply.send(answer);
        }
        self.cache.insert(pile.code, pile.book);
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

/// A rule of the archive; `None`, said in the log, when it is not there or cannot be loaded.
async fn archived(
    store: &Store,
    engine: &Arc<Engine>,
    (component, params): RuleKey,
) -> Result<Option<Arc<Rule>>, StoreError> {
    let (Some(bytes), Some(json)) = (
        store.component(&component).await?,
        store.params(&params).await?,
    ) else {
        tracing::error!(component = %hex(&component), "the archive lacks the component or parameters of a rule set");
        return Ok(None);
    };
    let engine = Arc::clone(engine);
    let loaded = tokio::task::spawn_blocking(move || engine.load(&bytes, &json)).await;
    Ok(match loaded {
        Ok(Ok(rule)) => Some(Arc::new(rule)),
        Ok(Err(error)) => {
            tracing::error!(component = %hex(&component), code = error.code, "{}", error.message);
            None
        }
        Err(_) => None,
    })
}

fn fail(
    jobs: impl IntoIterator<Item = Job>,
    error: impl Into<ClerkError>,
) -> BTreeMap<Code, VecDeque<Job>> {
    let error = error.into();
    for job in jobs {
        let _ = job.reply.send(Err(error.clone()));
    }
    BTreeMap::new()
}
