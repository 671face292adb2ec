//! What a verification should find at all: every community that the configuration, the published heads or any row
//! names; and the database itself, as the migrations made it. It reads no ledger.

use std::collections::BTreeMap;

use rongyi_core::ids::Code;
use rongyi_store::{Store, StoreError};

use super::Problem;

/// What is wrong beside the ledgers, and what could not be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What could not be looked at, and why.
    pub unseen: Vec<String>,
}

/// Who says that a community has a ledger here: the configuration, a line of published heads.
pub type Expected = BTreeMap<Code, String>;

/// Compares the database with what it should be, and its communities with those that are expected.
///
/// # Errors
/// What the database said.
pub async fn check(store: &Store, expected: &Expected) -> Result<Whole, StoreError> {
    let audit = store.audit().await?;
    let found = audit.findings.into_iter().map(|finding| Problem {
        place: finding.place,
        what: finding.what,
    });
    let mut whole = Whole {
        problems: found.collect(),
        unseen: audit.unseen,
    };
    // With its table gone there is nothing more to ask.
    let there = match store.community_codes().await {
        Ok(there) => there,
        Err(error) if whole.problems.is_empty() => return Err(error),
        Err(_) => return Ok(whole),
    };
    for (community, source) in expected {
        if !there.contains(community) {
            let what = format!("its ledger is missing: {source} names it");
            let place = format!("community {community}");
            whole.problems.push(Problem { place, what });
        }
    }
    if there.is_empty() && whole.problems.is_empty() {
        whole.problems.push(Problem {
            place: "table community".to_owned(),
            what: "the database holds no ledger at all; there is nothing that could be verified"
                .to_owned(),
        });
    }
    Ok(whole)
}
