//! The door to the clerk: a command goes to the desk of its community, and its answer comes back.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use rongyi_core::book::Frame;
use rongyi_core::command::Command;
use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;
use rongyi_store::Store;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use crate::answer::{Answer, ClerkError, QUEUE_MAX};
use crate::clock::Clock;
use crate::desk::ClerkDesk;
use crate::frames::Frames;
use crate::job::{Job, Ticket, job};
use crate::pulse::Pulse;
use crate::rulebook::RuleBooks;
use crate::vitals::Vitals;

/// Desks on an engine that takes several batches at once: as many as processors, within these. More desks make smaller
/// batches, and each of those costs more.
const DESKS: std::ops::RangeInclusive<usize> = 2..=4;
/// Desks on an engine with one writer: while one waits for its commit, the other reads and decides.
const DESKS_OF_ONE_WRITER: usize = 2;
/// Commands in a chain at most.
pub const CHAIN_MAX: usize = 100;

/// The door to the clerk; clone it freely.
#[derive(Clone)]
pub struct Clerk {
    desks: Arc<[mpsc::Sender<Job>]>,
    frames: Arc<Frames>,
    pulse: Arc<Pulse>,
    /// How this host is doing.
    pub vitals: Arc<Vitals>,
    /// The local day for which nothing more falls due in a community, see `jobs::catch_up`.
    pub caught_up: Arc<Mutex<HashMap<Code, LocalDate>>>,
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
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            processors.clamp(*DESKS.start(), *DESKS.end())
        } else {
            DESKS_OF_ONE_WRITER
        };
        let frames = Arc::new(Frames::default());
        let vitals = Arc::new(Vitals::default());
        let pulse = Pulse::start();
        let desks = (0..count).map(|_| {
            let (queue, waiting) = mpsc::channel(QUEUE_MAX);
            let desk = ClerkDesk::new(
                Arc::clone(&store),
                Arc::clone(&books),
                Arc::clone(&clock),
                (Arc::clone(&frames), Arc::clone(&vitals), Arc::clone(&pulse)),
                count,
            );
            tasks.spawn(desk.work(waiting));
            queue
        });
        Clerk {
            desks: desks.collect(),
            frames,
            pulse,
            vitals,
            caught_up: Arc::default(),
        }
    }

    /// Settings, rules and items of a community as this clerk last saw them; its head may be an older one.
    /// `None` before the first command of the community: read it from the store.
    pub fn frame(&self, community: &Code) -> Option<Arc<Frame>> {
        self.frames.get(community)
    }

    /// What somebody read of a community whose first command is still to come.
    pub fn know(&self, frame: &Frame) {
        self.frames.put_first(frame);
    }

    /// Commands that wait at all desks.
    pub fn queue(&self) -> usize {
        let waiting =
            |desk: &mpsc::Sender<Job>| desk.max_capacity().saturating_sub(desk.capacity());
        self.desks.iter().map(waiting).sum()
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
        self.ask_at_once(community, vec![command], false)?
            .answer()
            .await
    }

    /// Asks for all of these in this order, or none of them: 1 to [`CHAIN_MAX`] that book something. What would be
    /// refused, or wait for its rule, brings the chain down. With the same keys or references it is answered again.
    ///
    /// # Errors
    /// [`ClerkError::Fell`] names the step; after any error nothing of the chain is stored.
    pub async fn ask_chain(
        &self,
        community: &Code,
        chain: Vec<Command>,
    ) -> Result<Vec<Answer>, ClerkError> {
        self.ask_at_once(community, chain, true)?.answers().await
    }

    fn ask_at_once(
        &self,
        community: &Code,
        commands: Vec<Command>,
        chain: bool,
    ) -> Result<Ticket, ClerkError> {
        let moment = self.pulse.beat();
        if !self.pulse.has_settled(moment) {
            return Err(ClerkError::Slept);
        }
        let (job, ticket) = job(community, commands, chain, Some(moment));
        let sent = self.desk(&job.community)?.try_send(job);
        sent.map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ClerkError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => ClerkError::Stopped,
        })?;
        Ok(ticket)
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
        let (job, ticket) = job(community, vec![command], false, None);
        self.desk(community)?
            .send(job)
            .await
            .map_err(|_| ClerkError::Stopped)?;
        Ok(ticket)
    }
}
