//! Whether this process stood still for a while: stopped by a signal, suspended with its machine, or starved of its
//! processor.
//!
//! Who asked it meanwhile has long given up and asked another host, and may have heard a refusal there that no key keeps.
//! What was refused there must not be done here, later, by the copy that still lies in a queue or in a socket. So a
//! command that was asked before such a sleep is not decided after it, and for a moment after waking up none is taken:
//! until then whatever lay in the sockets has been read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Between two beats.
const BEAT: Duration = Duration::from_millis(500);
/// Two beats further apart than this have a sleep between them. Less than anybody's patience with a silent host.
const GAP_MAX: Duration = Duration::from_secs(3);
/// So long after waking up nothing is taken.
const SETTLE: Duration = Duration::from_secs(1);

/// The beats of this process, and when it last woke up.
#[derive(Debug)]
pub(crate) struct Pulse {
    began: Instant,
    last: Mutex<(Instant, SystemTime)>,
    /// Microseconds from the beginning; 0 when it never slept.
    woke: AtomicU64,
}

impl Pulse {
    /// Begins to beat on a thread of its own, until nobody holds it any more.
    #[expect(
        clippy::disallowed_methods,
        reason = "the clocks of the machine, to see whether it stood still; they decide no point"
    )]
    pub(crate) fn start() -> Arc<Pulse> {
        let now = Instant::now();
        let pulse = Arc::new(Pulse {
            began: now,
            last: Mutex::new((now, SystemTime::now())),
            woke: AtomicU64::new(0),
        });
        let beating = Arc::downgrade(&pulse);
        // Without the thread each command beats itself, and a quiet host takes its quiet for a sleep: it answers one
        // command with “again, please”.
        let _ = std::thread::Builder::new()
            .name("pulse".to_owned())
            .spawn(move || {
                while let Some(pulse) = beating.upgrade() {
                    pulse.beat();
                    drop(pulse);
                    std::thread::sleep(BEAT);
                }
            });
        pulse
    }

    /// One beat: the present moment, in microseconds from the beginning.
    #[expect(clippy::disallowed_methods, reason = "as in `start`")]
    pub(crate) fn beat(&self) -> u64 {
        self.beat_at(Instant::now(), SystemTime::now())
    }

    /// The clock that stands still with the machine misses a suspension; the one on the wall does not.
    fn beat_at(&self, now: Instant, wall: SystemTime) -> u64 {
        let present = micros(now.saturating_duration_since(self.began));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let gap = now
            .saturating_duration_since(last.0)
            .max(wall.duration_since(last.1).unwrap_or_default());
        if gap > GAP_MAX {
            self.woke.fetch_max(present, Ordering::SeqCst);
        }
        *last = (now.max(last.0), wall);
        present
    }

    /// Whether a command may be taken at this moment, one of [`Pulse::beat`].
    pub(crate) fn has_settled(&self, moment: u64) -> bool {
        let woke = self.woke.load(Ordering::SeqCst);
        woke == 0 || moment.saturating_sub(woke) >= micros(SETTLE)
    }

    /// When it woke up last; what was asked before that is not decided any more.
    pub(crate) fn last_woke(&self) -> u64 {
        self.beat();
        self.woke.load(Ordering::SeqCst)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pulse: &Pulse, monotonic_ms: u64, wall_ms: u64) -> u64 {
        let (now, wall) = *pulse.last.lock().unwrap();
        pulse.beat_at(
            now + Duration::from_millis(monotonic_ms),
            wall + Duration::from_millis(wall_ms),
        )
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the beginning; everything after it is counted from there"
    )]
    fn a_gap_on_either_clock_is_a_sleep() {
        for (monotonic, wall, sleeps) in [
            (3_000, 3_000, false),
            (3_001, 3_001, true),
            // Suspended with its machine.
            (10, 60_000, true),
            (500, 500, false),
        ] {
            let now = Instant::now();
            let pulse = Pulse {
                began: now,
                last: Mutex::new((now, SystemTime::now())),
                woke: AtomicU64::new(0),
            };
            let asked = after(&pulse, 1, 1);
            assert!(pulse.has_settled(asked));
            let moment = after(&pulse, monotonic, wall);
            assert_eq!(pulse.woke.load(Ordering::SeqCst) > asked, sleeps);
            assert_eq!(pulse.has_settled(moment), !sleeps);
            let moment = after(&pulse, 999, 999);
            assert_eq!(pulse.has_settled(moment), !sleeps);
            let moment = after(&pulse, 1, 1);
            assert!(pulse.has_settled(moment), "it has settled again");
        }
    }
}
