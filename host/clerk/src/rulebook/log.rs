//! What the rules of one community wrote to their logs on this host, for a day. It is kept in memory only: a rule's log is for
//! whoever mends it, and no decision depends on it.

use std::collections::VecDeque;

use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::time::Instant;
use rongyi_rules::LogLine;

/// Calls that are kept; of more, the newest.
const CALLS_MAX: usize = 500;
/// Bytes of all lines that are kept; of more, the newest.
const BYTES_MAX: usize = 256 << 10;
/// How long one is kept, in microseconds: a day.
const KEPT: i64 = 24 * 3600 * 1_000_000;

/// What a rule wrote during one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Whose rule it is.
    pub set: RuleSetNo,
    /// When it was asked.
    pub at: Instant,
    /// What it was asked: the kind of an event, `price`, or `close`.
    pub about: Code,
    /// What it wrote, the oldest line first.
    pub lines: Vec<LogLine>,
}

impl Logged {
    fn bytes(&self) -> usize {
        let lines = self.lines.iter().map(|line| line.text.len());
        lines.fold(0, usize::saturating_add)
    }
}

/// The calls of a day.
#[derive(Debug, Default)]
pub(super) struct Log {
    calls: VecDeque<Logged>,
    bytes: usize,
}

impl Log {
    /// Keeps what was written during a call; nothing is no line.
    pub(super) fn keep(&mut self, logged: Logged) {
        if logged.lines.is_empty() {
            return;
        }
        self.forget_before(Instant(logged.at.0.saturating_sub(KEPT)));
        self.bytes = self.bytes.saturating_add(logged.bytes());
        self.calls.push_back(logged);
        while self.calls.len() > CALLS_MAX || self.bytes > BYTES_MAX {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.calls.pop_front() {
            self.bytes = self.bytes.saturating_sub(oldest.bytes());
        }
    }

    fn forget_before(&mut self, day_ago: Instant) {
        while self.calls.front().is_some_and(|first| first.at < day_ago) {
            self.forget_oldest();
        }
    }

    /// The calls of the last day, the newest first.
    pub(super) fn newest(&mut self, now: Instant) -> Vec<Logged> {
        self.forget_before(Instant(now.0.saturating_sub(KEPT)));
        self.calls.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(hour: i64, text: &str) -> Logged {
        Logged {
            set: RuleSetNo(1),
            at: Instant(hour * 3600 * 1_000_000),
            about: Code::literal("waste"),
            lines: vec![LogLine {
                is_error: false,
                text: text.to_owned(),
            }],
        }
    }

    #[test]
    fn a_day_is_kept_and_the_newest_of_many() {
        let mut log = Log::default();
        log.keep(Logged {
            lines: Vec::new(),
            ..logged(1, "")
        });
        assert!(log.newest(Instant(0)).is_empty(), "silence is no line");
        log.keep(logged(1, "one"));
        log.keep(logged(20, "two"));
        let at = |hour: i64| Instant(hour * 3600 * 1_000_000);
        assert_eq!(log.newest(at(24)).len(), 2);
        let left = log.newest(at(26));
        assert_eq!((left.len(), left[0].lines[0].text.as_str()), (1, "two"));
        for _ in 0..CALLS_MAX + 5 {
            log.keep(logged(26, "more"));
        }
        assert_eq!(log.newest(at(26)).len(), CALLS_MAX);
        let long = "x".repeat(BYTES_MAX / 2 + 1);
        log.keep(logged(26, &long));
        log.keep(logged(26, &long));
        let left = log.newest(at(26));
        assert_eq!(left.len(), 1, "what is written goes by its length too");
        assert!(log.bytes <= BYTES_MAX);
    }
}
