//! The history roots of ledgers, kept at hand: one hash for every 256 blocks, so that neither publishing a head nor
//! proving an entry reads the whole chain again. What is kept is read from the chain; nothing here is stored.

use std::collections::BTreeMap;

use rongyi_core::chain::{Hash, merkle_root};
use rongyi_core::ids::Code;
use rongyi_core::proof::merkle_path;
use rongyi_store::{Store, StoreError};
use tokio::sync::Mutex;

/// Blocks under one kept hash. A power of two: then the tree over the kept hashes is the upper part of the tree
/// over all blocks.
const CHUNK: u64 = 256;

/// The kept hashes, by community.
#[derive(Debug, Default)]
pub struct Trees(Mutex<BTreeMap<Code, Vec<Hash>>>);

impl Trees {
    /// The history root at a height.
    ///
    /// # Errors
    /// What the database said.
    pub async fn root(
        &self,
        store: &Store,
        community: &Code,
        height: u64,
    ) -> Result<Hash, StoreError> {
        Ok(merkle_root(&self.tops(store, community, height).await?))
    }

    /// The hashes beside the way from the block at `height` to the history root at `newest`.
    ///
    /// # Errors
    /// What the database said.
    pub async fn path(
        &self,
        store: &Store,
        community: &Code,
        height: u64,
        newest: u64,
    ) -> Result<Vec<Hash>, StoreError> {
        let tops = self.tops(store, community, newest).await?;
        let index = height.saturating_sub(1);
        let (chunk, within) = (index / CHUNK, index % CHUNK);
        let first = chunk * CHUNK + 1;
        let last = newest.min(first + CHUNK - 1);
        let leaves = hashes(store, community, first, last).await?;
        let mut path = merkle_path(&leaves, place(within));
        path.extend(merkle_path(&tops, place(chunk)));
        Ok(path)
    }

    /// A hash for every 256 blocks, and one for those that remain.
    async fn tops(
        &self,
        store: &Store,
        community: &Code,
        height: u64,
    ) -> Result<Vec<Hash>, StoreError> {
        let whole = height / CHUNK;
        let mut kept = self.0.lock().await;
        let chunk_roots = kept.entry(community.clone()).or_default();
        while (chunk_roots.len() as u64) < whole {
            let first = chunk_roots.len() as u64 * CHUNK + 1;
            let blocks = hashes(store, community, first, first + CHUNK - 1).await?;
            chunk_roots.push(merkle_root(&blocks));
        }
        let mut tops: Vec<Hash> = chunk_roots.iter().take(place(whole)).copied().collect();
        drop(kept);
        if !height.is_multiple_of(CHUNK) {
            let rest = hashes(store, community, whole * CHUNK + 1, height).await?;
            tops.push(merkle_root(&rest));
        }
        Ok(tops)
    }
}

fn place(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// The hashes of the blocks `first` to `last`, every one of which must be there.
async fn hashes(
    store: &Store,
    community: &Code,
    first: u64,
    last: u64,
) -> Result<Vec<Hash>, StoreError> {
    let limit = u32::try_from(last.saturating_sub(first) + 1).unwrap_or(u32::MAX);
    let blocks = store.blocks(community, first, limit).await?;
    let mut next = first;
    let mut hashes = Vec::with_capacity(blocks.len());
    for stored in blocks {
        if stored.block.height != next {
            break;
        }
        hashes.push(stored.hash);
        next += 1;
    }
    if next <= last {
        return Err(StoreError::Corrupt {
            what: "block",
            place: format!("{community} {next}"),
        });
    }
    Ok(hashes)
}
