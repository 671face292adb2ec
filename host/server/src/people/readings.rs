//! The readings of what is kept about a person, in all communities: for the person's own export, and their erasure.

use rongyi_core::ids::Code;
use rongyi_store::{Listing, ReadLine, Store, StoreError};

/// Lines of one community at most; an hour of one reader is one line.
const LINES_MAX: u32 = 10_000;

/// Who read what of a person, by community, the newest first.
///
/// # Errors
/// What the database said.
pub async fn of_person(store: &Store, person_id: i64) -> Result<Vec<(Code, ReadLine)>, StoreError> {
    let mut all = Vec::new();
    for (community, resident) in store.residencies(person_id).await? {
        let lines = store.reads_of(&community, resident, LINES_MAX).await?;
        all.extend(lines.into_iter().map(|line| (community.clone(), line)));
    }
    Ok(all)
}

/// Removes them, and what the person said about public lists.
///
/// # Errors
/// What the database said; run again, it goes on.
pub async fn forget(store: &Store, person_id: i64) -> Result<(), StoreError> {
    for (community, resident) in store.residencies(person_id).await? {
        store.forget_reads(&community, resident).await?;
        let masked = store.set_listing(&community, resident, Listing::Masked);
        masked.await?;
    }
    store.set_minor(person_id, false).await
}
