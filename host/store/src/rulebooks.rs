//! How rules are doing, and changes of a rule book that are shown to residents before anybody brings them into force.

use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

use crate::{RuleCount, RuleHealth, Store, StoreError, each_engine};

/// A change as it was tried on what really happened; one for each community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The number of the change that was tried.
    pub number: String,
    /// What came of it, as the host wrote it: JSON.
    pub body: String,
    /// When it was shown.
    pub shown_at: Instant,
    /// Who showed it.
    pub shown_by: Code,
}

each_engine! {
    /// Place, kind and canonical bytes of the records that begin an entry, from a place on.
    fn openings(community: &Code, from_seq: u64, limit: u32) -> Vec<(u64, u8, Vec<u8>)>;
    /// Shows a change to residents, in the place of the one before.
    fn show_proposal(community: &Code, proposal: &Proposal) -> ();
    /// Says more about the change with this number; `false` when another one is shown by now, or none.
    fn rewrite_proposal(community: &Code, number: &str, body: &str) -> bool;
    /// The change that residents are shown.
    fn proposal(community: &Code) -> Option<Proposal>;
    /// Shows none any more; `false` when there was none.
    fn end_proposal(community: &Code) -> bool;
}

// How rules are doing; no decision is read from here.
each_engine! {
    /// Adds counts and says how these rule sets are doing now; all of it or nothing.
    fn add_rule_news(community: &Code, counts: &[RuleCount], health: &[RuleHealth]) -> ();
    /// Everything counted about a community's rule sets, by all hosts.
    fn rule_counts(community: &Code) -> Vec<RuleCount>;
    /// How a community's rule sets are doing; those that never failed are left out.
    fn rule_health(community: &Code) -> Vec<RuleHealth>;
}
