//! A ledger against what was kept of it elsewhere: published heads and the checkpoint of an earlier verification. It
//! compares hashes; what lies between them is verified around it.

use std::collections::BTreeMap;

use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::Code;
use rongyi_store::{Store, StoreError};

use super::Check;
use crate::proof::claims::Claim;

/// The claims of one community by height.
pub(super) fn own_claims(code: &Code, all: &[Claim]) -> BTreeMap<u64, Vec<Claim>> {
    let mut own: BTreeMap<u64, Vec<Claim>> = BTreeMap::new();
    for claim in all.iter().filter(|claim| claim.community == *code) {
        own.entry(claim.height).or_default().push(claim.clone());
    }
    own
}

impl Check {
    /// Compares a block with what was kept of it elsewhere: published heads, and the checkpoint.
    pub(super) async fn kept(
        &mut self,
        store: &Store,
        code: &Code,
        (height, hash): (u64, &Hash),
    ) -> Result<(), StoreError> {
        let claims = self.claims.remove(&height).unwrap_or_default();
        let since = self.since.take_if(|since| since.height == height);
        if claims.is_empty() && since.is_none() {
            return Ok(());
        }
        let tree = self.history.root();
        for claim in claims {
            self.report.compared += 1;
            if !claim.fits(hash, &tree) {
                let kept = claim.fingerprints.join(" ");
                let (own, all) = (hex(hash), hex(&tree));
                self.problem(
                    format!("block {height}"),
                    format!("published as {kept} ({}), but it is {own} with the history root {all}: the ledger up to here was rewritten", claim.source),
                );
            }
        }
        if let Some(since) = since {
            if since.hash != *hash || since.tree != tree {
                self.problem(
                    format!("block {height}"),
                    format!("the checkpoint says {}, but it is {}: something up to here was changed since; verify without --since to see what", hex(&since.hash), hex(hash)),
                );
            }
            // The entry in hand still belongs to what was verified then.
            self.finish_entry(store, code).await?;
            self.judge.decisions = self.decisions;
        }
        Ok(())
    }

    /// What was published or verified beyond the end was cut off, or never belonged to this ledger.
    pub(super) fn cut(&mut self, end: u64) {
        if !self.report.problems.is_empty() {
            return;
        }
        let since = self
            .since
            .take()
            .map(|since| (since.height, "the checkpoint".to_owned()));
        let claims = std::mem::take(&mut self.claims).into_iter();
        let claims =
            claims.flat_map(|(height, all)| all.into_iter().map(move |own| (height, own.source)));
        for (height, source) in claims.chain(since).collect::<Vec<_>>() {
            self.report.compared += 1;
            self.problem(
                format!("block {height}"),
                format!("it is missing: {source} names it, but the ledger ends at block {end}; its tail was cut off, or an old backup was restored"),
            );
        }
    }
}
