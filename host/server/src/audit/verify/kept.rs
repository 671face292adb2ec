//! A ledger against what was kept of it elsewhere: published heads and the checkpoint of an earlier verification. It
//! compares hashes; what lies between them is verified around it.

use std::collections::BTreeMap;

use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::Code;
use rongyi_core::proof::History;
use rongyi_store::{Store, StoreError, StoredBlock};

use super::checkpoint::Verified;
use super::{Check, PAGE};
use crate::audit::proof::claims::Claim;

/// The claims of one community by height.
pub(super) fn own_claims(code: &Code, all: &[Claim]) -> BTreeMap<u64, Vec<Claim>> {
    let mut by_height: BTreeMap<u64, Vec<Claim>> = BTreeMap::new();
    for claim in all.iter().filter(|claim| claim.community == *code) {
        by_height
            .entry(claim.height)
            .or_default()
            .push(claim.clone());
    }
    by_height
}

impl Check {
    /// The chain still goes through the block of the checkpoint. Published heads of before that the checkpoint did not
    /// know are compared with what the blocks say of themselves.
    pub(super) async fn resume(
        &mut self,
        store: &Store,
        code: &Code,
        since: Option<&Verified>,
    ) -> Result<(), StoreError> {
        let Some(since) = since else {
            return Ok(());
        };
        let height = since.height;
        let end = self.report.head.height;
        if end < height {
            self.report.compared += 1;
            self.missing(height, "the checkpoint", end);
            return Ok(());
        }
        let stored = match height {
            0 => None,
            _ => store.blocks(code, height, 1).await?.into_iter().next(),
        };
        let found = stored.map_or([0; 32], |stored| stored.hash);
        let book = self.book.stored_head();
        let same = since.hash == found && since.tree == self.history.root();
        if !same || (book.height, book.hash) != (height, since.hash) {
            self.problem(
                format!("block {height}"),
                format!("the checkpoint says {}, but it is {}: something up to here was changed since; verify without --since to see what", hex(&since.hash), hex(&found)),
            );
            return Ok(());
        }
        let earlier: Vec<u64> = self.claims.range(..=height).map(|(at, _)| *at).collect();
        if earlier.is_empty() {
            return Ok(());
        }
        let mut history = History::default();
        while history.size() < height {
            let page = store.blocks(code, history.size() + 1, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for StoredBlock { block, hash } in page {
                if block.height > height {
                    break;
                }
                history.push(hash);
                self.claimed(block.height, &hash, &history.root());
            }
        }
        if history != self.history {
            let what = "the blocks up to the checkpoint do not give its history root: they were changed since; verify without --since to see which";
            self.problem(format!("block {height}"), what.into());
        }
        Ok(())
    }

    /// Compares a block with what was published of it.
    pub(super) fn kept(&mut self, height: u64, hash: &Hash) {
        if self.claims.contains_key(&height) {
            let tree = self.history.root();
            self.claimed(height, hash, &tree);
        }
    }

    fn claimed(&mut self, height: u64, hash: &Hash, tree: &Hash) {
        for claim in self.claims.remove(&height).unwrap_or_default() {
            self.report.compared += 1;
            if claim.fits(hash, tree) {
                self.known.push((height, claim.fingerprints));
                continue;
            }
            let kept = claim.fingerprints.join(" ");
            let (block_hash, all) = (hex(hash), hex(tree));
            self.problem(
                format!("block {height}"),
                format!("published as {kept} ({}), but it is {block_hash} with the history root {all}: the ledger up to here was rewritten", claim.source),
            );
        }
    }

    /// What was published beyond the end was cut off, or never belonged to this ledger.
    pub(super) fn cut(&mut self, end: u64) {
        if !self.report.problems.is_empty() {
            return;
        }
        for (height, all) in std::mem::take(&mut self.claims) {
            for claim in all {
                self.report.compared += 1;
                self.missing(height, &claim.source, end);
            }
        }
    }

    fn missing(&mut self, height: u64, source: &str, end: u64) {
        self.problem(
            format!("block {height}"),
            format!("it is missing: {source} names it, but the ledger ends at block {end}; its tail was cut off, or an old backup was restored"),
        );
    }
}
