//! How long a call has been at work. Deadlines are counted in the processor's time of the thread it runs on: a machine
//! that has no time for the thread is no fault of the rule's, and a rule cannot wait for anything.

use std::time::Duration;

use wasmtime::UpdateDeadline;

use crate::clock::TICK_MS;

/// Begins at the first tick that finds the call still running, so that a short call asks nobody for the time.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    began: Option<Duration>,
}

impl Stopwatch {
    /// At a tick: until when the call may go on. `deadline_ms` is counted from the first one.
    pub(crate) fn tick(&mut self, deadline_ms: u64) -> UpdateDeadline {
        let now = worked();
        let took = now.saturating_sub(*self.began.get_or_insert(now));
        match Duration::from_millis(deadline_ms).checked_sub(took) {
            None | Some(Duration::ZERO) => UpdateDeadline::Interrupt,
            Some(left) => {
                let left_ms = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
                UpdateDeadline::Continue(left_ms.div_ceil(TICK_MS).max(1))
            }
        }
    }

    /// What the call took since the first tick.
    pub(crate) fn took(&self) -> Duration {
        self.began
            .map_or(Duration::ZERO, |began| worked().saturating_sub(began))
    }
}

/// What this thread took of the processor's time.
#[cfg(unix)]
fn worked() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    // A processor's time is never negative.
    Duration::try_from(time).unwrap_or_default()
}

/// Where a thread's own time cannot be read, the time that passes stands for it.
#[cfg(not(unix))]
#[expect(
    clippy::disallowed_methods,
    reason = "a call that was stopped says after how long; no answer depends on it"
)]
fn worked() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a tick said.
    fn goes_on(said: UpdateDeadline) -> Option<u64> {
        if let UpdateDeadline::Continue(ticks) = said {
            Some(ticks)
        } else {
            None
        }
    }

    #[test]
    fn work_counts_and_waiting_does_not() {
        let mut stopwatch = Stopwatch::default();
        assert_eq!(stopwatch.took(), Duration::ZERO);
        assert_eq!(goes_on(stopwatch.tick(40)), Some(4));
        // Nobody sends: this waits for as long as three deadlines.
        let (_kept, never) = std::sync::mpsc::channel::<()>();
        assert!(never.recv_timeout(Duration::from_millis(120)).is_err());
        assert!(goes_on(stopwatch.tick(40)).is_some(), "{stopwatch:?}");
        while stopwatch.took() < Duration::from_millis(40) {
            std::hint::spin_loop();
        }
        assert_eq!(goes_on(stopwatch.tick(40)), None, "{stopwatch:?}");
    }
}
