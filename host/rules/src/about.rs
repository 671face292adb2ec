//! Who a rule says it is, and what was seen of one call.

use rongyi_core::rule::Text;

/// Who a rule is, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name, a code.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What people call it.
    pub title: Text,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Its licence.
    pub license: String,
    /// JSON Schema of its parameters.
    pub config_schema: String,
    /// Its own scenarios, TOML.
    pub scenarios: String,
}

/// What a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Units of fuel of the hook.
    pub fuel: u64,
    /// Units of fuel of getting ready: nothing but a few units when the parameters are baked in, otherwise
    /// those of `configure`.
    pub configure_fuel: u64,
    /// Bytes of linear memory.
    pub memory_bytes: usize,
}

/// A line that a rule wrote to its log during one call; the newest are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Whether it was written as an error.
    pub is_error: bool,
    /// What it says.
    pub text: String,
}

/// What a call took, and what the rule wrote to its log meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// What it took.
    pub usage: Usage,
    /// What it wrote, the oldest first.
    pub log: Vec<LogLine>,
}
