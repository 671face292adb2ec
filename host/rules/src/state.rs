//! What stands beside one instance: its memory account and its log. It lives for one call.

use wasmtime::ResourceLimiter;

use crate::about::LogLine;
use crate::clock::Running;
use crate::limits::Limits;
use crate::stopwatch::Stopwatch;

/// The host's side of one call.
pub(crate) struct State {
    memory_max: usize,
    table_max: usize,
    memory_used: usize,
    /// How long the call has been at work.
    pub(crate) stopwatch: Stopwatch,
    /// How much was asked for when growth was refused.
    pub(crate) memory_denied: Option<usize>,
    log_lines_max: usize,
    log_line_bytes: usize,
    log_calls: usize,
    /// The last lines, the newest last.
    pub(crate) log: Vec<LogLine>,
    /// The newest line at the level `error`: the SDK's panic hook writes the author's message there.
    pub(crate) last_error: Option<String>,
    /// Keeps the deadline clock going.
    _running: Running,
}

impl State {
    pub(crate) fn new(limits: &Limits, running: Running) -> Self {
        State {
            stopwatch: Stopwatch::default(),
            memory_max: limits.memory_bytes,
            table_max: limits.table_elements,
            memory_used: 0,
            memory_denied: None,
            log_lines_max: limits.log_lines,
            log_line_bytes: limits.log_line_bytes,
            log_calls: 0,
            log: Vec::new(),
            last_error: None,
            _running: running,
        }
    }

    /// Bytes of linear memory that were given out.
    pub(crate) fn memory_used(&self) -> usize {
        self.memory_used
    }

    /// Keeps a line of the rule's log, cut to its limit.
    pub(crate) fn note(&mut self, is_error: bool, line: &str) {
        self.log_calls = self.log_calls.saturating_add(1);
        let mut end = line.len().min(self.log_line_bytes);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        // It is shown on terminals; an author's own line breaks are kept.
        let text = rongyi_core::shown::lines(&line[..end]).into_owned();
        if is_error {
            self.last_error = Some(text.clone());
        }
        if self.log.len() >= self.log_lines_max.max(1) {
            self.log.remove(0);
        }
        self.log.push(LogLine { is_error, text });
    }
}

impl ResourceLimiter for State {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .memory_used
            .saturating_sub(current)
            .saturating_add(desired);
        if total > self.memory_max {
            self.memory_denied = Some(total);
            return Ok(false);
        }
        self.memory_used = total;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= self.table_max)
    }
}
