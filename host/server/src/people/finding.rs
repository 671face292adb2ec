//! Finding anybody of a community by whatever is known of them: name, sound, number, telephone, household, address. What
//! finds whom is in `rongyi-names` and the store; who may ask, and that it is put on record, is the doors' business.

pub(crate) mod api;
pub(crate) mod cli;
pub(crate) mod web;

use std::collections::BTreeMap;

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::member::Left;
use rongyi_store::{Found, Store, StoreError};

use super::{card, leaving};

/// Hits that are shown; whoever is not among them is found by a word more.
pub const HITS_MAX: usize = 20;
/// Characters of a question that are read.
const TYPED_MAX: usize = 200;

/// Whom this text finds, the nearest first, or whose card was scanned: see [`rongyi_names::asked`]. Nothing typed finds nobody.
///
/// # Errors
/// What the database said.
pub async fn find(store: &Store, community: &Code, typed: &str) -> Result<Found, StoreError> {
    let short: String = typed.chars().take(TYPED_MAX).collect();
    let asked = match card::scanned(store, community, &short).await? {
        Some(resident) => rongyi_names::asked(&format!("No. {resident}")),
        None => rongyi_names::asked(&short),
    };
    if asked.is_empty() {
        return Ok(Found::default());
    }
    store.find(community, &asked, HITS_MAX).await
}

/// Those of them who left, and how.
///
/// # Errors
/// What the database said.
pub(crate) async fn gone(
    store: &Store,
    community: &Code,
    found: &Found,
) -> Result<BTreeMap<ResidentNo, Left>, StoreError> {
    leaving::gone(store, community, &numbers(found)).await
}

/// Their numbers, for the record of who read what.
pub(crate) fn numbers(found: &Found) -> Vec<ResidentNo> {
    found.residents.iter().map(|row| row.resident).collect()
}
