//! What the nightly checks of the ledgers came to, for whoever shows it. The checks themselves are made by the audit.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;

/// What the last night came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    /// The day on which it was looked.
    pub day: LocalDate,
    /// Records that were read.
    pub records: u64,
    /// Decisions that were asked again.
    pub decisions: u64,
    /// What is wrong, in the order of the ledger: where, and what.
    pub problems: Vec<(String, String)>,
    /// Why it could not be looked at all; empty where it could.
    pub failed: String,
}

/// What the last night came to, by community.
#[derive(Debug, Default)]
pub struct Nights(Mutex<BTreeMap<Code, Night>>);

impl Nights {
    /// Of one community; `None` before its first night under this host.
    pub fn of(&self, community: &Code) -> Option<Night> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(community).cloned()
    }

    /// Keeps what a night came to.
    pub fn put(&self, community: &Code, night: Night) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(community.clone(), night);
    }
}
