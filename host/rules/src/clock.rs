//! The deadline clock of a tier: it ticks while a rule runs and a moment longer, and rests when nothing does, so
//! that a host at rest wakes nobody.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Milliseconds between two ticks.
pub(crate) const TICK_MS: u64 = 10;
/// Ticks without a call after which it rests.
const REST_TICKS: u32 = 100;

/// Counts the calls; the thread that ticks waits on it.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    running: AtomicUsize,
    resting: AtomicBool,
    over: AtomicBool,
    gate: Mutex<()>,
    wound: Condvar,
}

/// A call in progress; the clock ticks as long as one is kept.
#[derive(Debug)]
pub(crate) struct Running(Arc<Clock>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Clock {
    /// A clock whose ticks are told to `tick` until that says there is nobody left to tell.
    pub(crate) fn start(tick: impl Fn() -> bool + Send + 'static) -> Arc<Clock> {
        let clock = Arc::new(Clock::default());
        let ticker = Arc::clone(&clock);
        std::thread::spawn(move || ticker.go(tick));
        clock
    }

    /// From now on a call runs.
    pub(crate) fn run(self: &Arc<Clock>) -> Running {
        self.running.fetch_add(1, Ordering::SeqCst);
        if self.resting.load(Ordering::SeqCst) {
            self.wake();
        }
        Running(Arc::clone(self))
    }

    /// Ends the thread.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        // Whoever rests holds the gate from its last look until it waits, so the word cannot be missed.
        drop(self.gate.lock().unwrap_or_else(PoisonError::into_inner));
        self.wound.notify_all();
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a ticker waits for time itself, on a thread of its own"
    )]
    fn go(&self, tick: impl Fn() -> bool) {
        let mut unused = 0_u32;
        while !self.over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(TICK_MS));
            if !tick() {
                return;
            }
            let runs = self.running.load(Ordering::SeqCst) > 0;
            unused = if runs { 0 } else { unused.saturating_add(1) };
            if unused >= REST_TICKS {
                self.rest();
                unused = 0;
            }
        }
    }

    fn rest(&self) {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        self.resting.store(true, Ordering::SeqCst);
        while self.running.load(Ordering::SeqCst) == 0 && !self.over.load(Ordering::SeqCst) {
            gate = self
                .wound
                .wait(gate)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.resting.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{RecvTimeoutError, channel};

    /// Long beside a tick and beside the time after which it rests.
    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn it_ticks_while_something_runs_and_rests_afterwards() {
        let (ticks, heard) = channel();
        let clock = Clock::start(move || ticks.send(()).is_ok());
        for _ in 0..3 {
            let running = clock.run();
            for _ in 0..2 * REST_TICKS {
                heard
                    .recv_timeout(LONG)
                    .expect("it ticks while a call runs");
            }
            drop(running);
            // Now it stops by itself: a whole second passes in which nothing is heard.
            let quiet = Duration::from_secs(1);
            let rested = (0..100).any(|_| {
                let mut last = heard.recv_timeout(quiet);
                for _ in 0..1000 {
                    if last != Ok(()) {
                        break;
                    }
                    last = heard.recv_timeout(quiet);
                }
                last == Err(RecvTimeoutError::Timeout)
            });
            assert!(rested, "it ticks although nothing runs");
        }
        clock.end();
        assert_eq!(
            heard.recv_timeout(LONG),
            Err(RecvTimeoutError::Disconnected)
        );
    }
}
