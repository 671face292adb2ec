//! How this host is doing: counts since it was started, and whether writing works. Counts hold nothing of anybody; no
//! decision reads them. Whether writing works is known from the last write, or tried out when there was none for a
//! while, so that asking costs nothing on a busy host and little on a quiet one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rongyi_core::time::Instant;
use rongyi_store::{Store, StoreError};
use tokio::time::{Instant as Moment, timeout};

use crate::answer::{Answer, ClerkError};

/// What a write that ended well says about writing holds for so long.
const GOOD_FOR: Duration = Duration::from_secs(5);
/// What a batch that the database did not take says holds for so long, or until another is taken: a full disk may still
/// have room for one row.
const BAD_FOR: Duration = Duration::from_secs(15);
/// After a row that failed another is tried this soon, however many ask.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// A database that takes longer for one row is none to send people to.
const PROBE_PATIENCE: Duration = Duration::from_secs(3);

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Requests by who asked and how it ended.
#[derive(Debug, Default)]
pub struct Requests {
    /// Pages, by the hundreds of their status, from 1xx.
    pub pages: [Count; 5],
    /// The API, the same way.
    pub api: [Count; 5],
}

/// What a host counts about itself.
#[derive(Debug, Default)]
pub struct Vitals {
    /// Requests that were answered.
    pub requests: Requests,
    /// Batches that were committed.
    pub batches: Count,
    /// Batches that were not, because the database did not take them.
    pub batches_failed: Count,
    /// Communities of batches that were decided again, because somebody else had written.
    pub moved: Count,
    /// Commands that were booked and awarded, charged or changed something.
    pub booked: Count,
    /// Commands that were booked as refused.
    pub refused: Count,
    /// Events that were booked and wait for their rule.
    pub waiting: Count,
    /// Commands that had been answered before.
    pub replayed: Count,
    /// Commands whose input could not be decided; nothing was booked.
    pub rejected: Count,
    /// Commands that heard that the database failed.
    pub unanswered: Count,
    last: Mutex<Option<Last>>,
    probing: tokio::sync::Mutex<()>,
}

/// The last write: until when it counts, and why it failed, if it did.
#[derive(Debug)]
struct Last {
    until: Moment,
    trouble: Option<Trouble>,
}

/// Why writing does not work.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Trouble {
    /// The database said so.
    #[error("{0}")]
    Store(Arc<StoreError>),
    /// It said nothing in time.
    #[error(
        "数据库 {} 秒内没有写完一行。 The database did not write one row within {} s.",
        PROBE_PATIENCE.as_secs(),
        PROBE_PATIENCE.as_secs()
    )]
    Slow,
}

impl Vitals {
    /// How a write ended.
    pub fn wrote(&self, outcome: Result<(), &Arc<StoreError>>) {
        match outcome {
            Ok(()) => self.batches.add(1),
            Err(_) => self.batches_failed.add(1),
        }
        // What contradicts the rows that are there says nothing about the next one.
        if !matches!(outcome, Err(error) if matches!(**error, StoreError::Conflict { .. })) {
            let trouble = outcome.err().map(|error| Trouble::Store(Arc::clone(error)));
            self.note(trouble, BAD_FOR);
        }
    }

    /// What somebody was told.
    pub fn answered(&self, answers: &Result<Vec<Answer>, ClerkError>) {
        let one = |answer: &Answer| match &answer.receipt {
            _ if answer.replayed => &self.replayed,
            receipt if receipt.waiting().is_some() => &self.waiting,
            receipt if receipt.refusal().is_some() => &self.refused,
            _ => &self.booked,
        };
        match answers {
            Ok(all) => all.iter().for_each(|answer| one(answer).add(1)),
            Err(ClerkError::Rejected(_) | ClerkError::Fell { .. }) => self.rejected.add(1),
            Err(_) => self.unanswered.add(1),
        }
    }

    fn note(&self, trouble: Option<Trouble>, bad_for: Duration) {
        let until = Moment::now() + if trouble.is_none() { GOOD_FOR } else { bad_for };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Last { until, trouble });
    }

    /// What is known about writing, while it counts.
    fn known(&self) -> Option<Result<(), Trouble>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = last
            .as_ref()
            .filter(|outcome| Moment::now() < outcome.until)?;
        Some(outcome.trouble.clone().map_or(Ok(()), Err))
    }

    /// Whether writing works, by the last write or by a new one.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn can_write(&self, store: &Store, now: Instant) -> Result<(), Trouble> {
        if let Some(known) = self.known() {
            return known;
        }
        let _alone = self.probing.lock().await;
        // Somebody else may have tried while we waited.
        if let Some(known) = self.known() {
            return known;
        }
        let tried = match timeout(PROBE_PATIENCE, store.pulse(now)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Trouble::Store(Arc::new(error))),
            Err(_) => Some(Trouble::Slow),
        };
        self.note(tried.clone(), TRY_AGAIN);
        tried.map_or(Ok(()), Err)
    }
}
