//! Proof that records stand in a ledger, for somebody who holds no copy of it: the way from an entry's records over
//! their block to the history root, which is published where the host cannot change it afterwards.
//!
//! | step | what is hashed |
//! | --- | --- |
//! | leaf | place, kind and bytes of a record |
//! | path | up to the root of its block |
//! | block | the block with that root |
//! | history | up from the hash of the block to the root over all blocks |
//!
//! It hashes and compares. It reads no file, and knows nothing of JSON.

use crate::chain::{Block, Hash, leaf, leaf_of, node};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::SaltedText;
use crate::ids::Code;
use crate::record::Record;

/// The hashes beside the way from leaf `index` up to the root of [`crate::chain::merkle_root`], lowest first. Where
/// a node is lonely there is none. Empty when there is no such leaf.
pub fn merkle_path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    let mut path = Vec::new();
    let (mut level, mut at) = (leaves.to_vec(), index);
    while level.len() > 1 {
        if let Some(beside) = level.get(at ^ 1) {
            path.push(*beside);
        }
        level = level.chunks(2).map(pair).collect();
        at >>= 1;
    }
    path
}

fn pair(both: &[Hash]) -> Hash {
    match both {
        [left, right] => node(left, right),
        [lonely, ..] => *lonely,
        [] => [0; 32],
    }
}

/// The root that `leaf_hash` at `index` of `size` leaves leads to; `None` when the path has another shape than that
/// place has.
pub fn root_of(leaf_hash: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut hash, mut at, mut width) = (leaf_hash, index, size);
    let mut path = path.iter();
    while width > 1 {
        if at ^ 1 < width {
            let beside = path.next()?;
            hash = if at & 1 == 0 {
                node(&hash, beside)
            } else {
                node(beside, &hash)
            };
        }
        at >>= 1;
        width = width.div_ceil(2);
    }
    path.next().is_none().then_some(hash)
}

/// The root over the hashes of all blocks so far, kept up block by block in the space of a few hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    size: u64,
    /// The roots of full subtrees, by level; exactly those whose bit is set in `size`.
    peaks: Vec<Option<Hash>>,
}

impl History {
    /// Its bytes.
    pub fn image(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u64(self.size);
        w.list(&self.peaks, |w, peak| {
            w.option(peak.as_ref(), |w, root| w.raw(root))
        });
        w.done()
    }

    /// The history behind its bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn from_image(bytes: &[u8]) -> Result<History, Malformed> {
        let mut r = Reader::new(bytes);
        let history = History {
            size: r.u64()?,
            peaks: r.list(|r| r.option(Reader::hash))?,
        };
        r.end()?;
        Ok(history)
    }

    /// Takes the hash of the next block.
    pub fn push(&mut self, block: Hash) {
        self.size = self.size.saturating_add(1);
        let mut carried = block;
        for peak in &mut self.peaks {
            match peak.take() {
                Some(left) => carried = node(&left, &carried),
                None => {
                    *peak = Some(carried);
                    return;
                }
            }
        }
        self.peaks.push(Some(carried));
    }

    /// How many blocks it holds: the height of the newest.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The same as [`crate::chain::merkle_root`] over all of them.
    pub fn root(&self) -> Hash {
        let above = |lower: Option<Hash>, peak: &Hash| {
            Some(lower.map_or(*peak, |lower| node(peak, &lower)))
        };
        self.peaks
            .iter()
            .flatten()
            .fold(None, above)
            .unwrap_or([0; 32])
    }
}

/// A record with the way to the root of its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedRecord {
    /// Its place.
    pub seq: u64,
    /// Its kind.
    pub kind: u8,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
    /// The hashes beside its way up.
    pub path: Vec<Hash>,
}

/// A head as it is published: what a proof leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedHead {
    /// The height of its newest block.
    pub height: u64,
    /// The hash of that block.
    pub hash: Hash,
    /// The history root: over the hashes of all blocks up to it.
    pub tree: Hash,
}

/// The record after an entry's last, in the same block: it begins another entry, so nothing of this one is left out.
/// What it says is somebody else's, and stays hidden behind its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// Its kind: one that begins an entry.
    pub kind: u8,
    /// SHA-256 of its canonical bytes.
    pub digest: Hash,
    /// The hashes beside its way up.
    pub path: Vec<Hash>,
}

/// Proof that the records of one entry stand in the ledger of a community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Whose ledger.
    pub community: Code,
    /// The place of the entry's first record.
    pub entry: u64,
    /// Its records, in order.
    pub records: Vec<ProvedRecord>,
    /// What follows in the block; `None` where the entry ends it, and in blocks of the first version.
    pub after: Option<After>,
    /// The block that holds them.
    pub block: Block,
    /// The hashes beside the way from the block to the history root.
    pub history: Vec<Hash>,
    /// The head it leads to.
    pub head: PublishedHead,
    /// Personal texts that records commit to, by place, as far as the holder of the proof may read them.
    pub texts: Vec<(u64, SaltedText)>,
}

/// The first step of a proof that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No record at all.
    #[error("it proves no record")]
    Empty,
    /// The records are not the entry's, one after the other.
    #[error("record {0} is not the next one of the entry")]
    Place(u64),
    /// A record does not lead to the root of the block.
    #[error(
        "record {0} does not lead to the root of the block: the record, its path or the block was changed"
    )]
    Record(u64),
    /// The block does not lead to the history root.
    #[error(
        "block {0} does not lead to the history root of the head: the block, its path or the head was changed"
    )]
    Block(u64),
    /// The entry does not end here.
    #[error(
        "nothing shows that the entry ends before record {0}: records were left out, or what shows it was changed"
    )]
    End(u64),
    /// A text is not the one that its record commits to.
    #[error("the text of record {0} is not the one the record was made with")]
    Text(u64),
}

impl Inclusion {
    /// Checks every step. What it leads to, [`Inclusion::head`], must then be compared with what was published.
    ///
    /// # Errors
    /// The first step that does not hold.
    pub fn check(&self) -> Result<(), ProofError> {
        if self.records.is_empty() {
            return Err(ProofError::Empty);
        }
        let mut next = self.entry;
        for record in &self.records {
            let seq = record.seq;
            if seq != next {
                return Err(ProofError::Place(seq));
            }
            next = next.saturating_add(1);
            let index = seq
                .checked_sub(self.block.first_seq)
                .ok_or(ProofError::Place(seq))?;
            let leaf_hash = leaf(self.block.version, seq, record.kind, &record.bytes);
            if root_of(leaf_hash, index, self.block.count, &record.path) != Some(self.block.root) {
                return Err(ProofError::Record(seq));
            }
        }
        self.ends(next)?;
        let height = self.block.height;
        let index = height.checked_sub(1).ok_or(ProofError::Block(height))?;
        let block_hash = self.block.hash(&self.community);
        if root_of(block_hash, index, self.head.height, &self.history) != Some(self.head.tree)
            || (height == self.head.height && block_hash != self.head.hash)
        {
            return Err(ProofError::Block(height));
        }
        for (seq, text) in &self.texts {
            let commitment = text.commitment();
            let record = self.records.iter().find(|record| record.seq == *seq);
            let said = |record: &ProvedRecord| {
                record
                    .bytes
                    .windows(commitment.len())
                    .any(|window| window == commitment)
            };
            if !record.is_some_and(said) {
                return Err(ProofError::Text(*seq));
            }
        }
        Ok(())
    }

    /// Whether the proof binds the number of the entry's records. Of blocks of the first version it does not: there
    /// the last records could be left out unnoticed.
    pub fn binds_count(&self) -> bool {
        self.block.version >= 2
    }

    /// The entry's records begin one entry, and `next` is the block's end or begins another.
    fn ends(&self, next: u64) -> Result<(), ProofError> {
        if !self.binds_count() {
            return self
                .after
                .as_ref()
                .map_or(Ok(()), |_| Err(ProofError::End(next)));
        }
        for (place, record) in self.records.iter().enumerate() {
            if Record::begins(record.kind) != (place == 0) {
                return Err(ProofError::Place(record.seq));
            }
        }
        let index = next.saturating_sub(self.block.first_seq);
        let good = match &self.after {
            None => index == self.block.count,
            Some(after) => {
                let leaf_hash = leaf_of(next, after.kind, &after.digest);
                let root = root_of(leaf_hash, index, self.block.count, &after.path);
                Record::begins(after.kind) && root == Some(self.block.root)
            }
        };
        if good {
            Ok(())
        } else {
            Err(ProofError::End(next))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;
    use crate::chain::{merkle_root, sha256};
    use crate::time::Instant;

    fn hashes(count: u8) -> Vec<Hash> {
        (0..count).map(|number| sha256(&[number])).collect()
    }

    #[test]
    fn every_leaf_of_every_small_tree_leads_to_its_root_and_no_other_does() {
        for size in 1..=40u8 {
            let leaves = hashes(size);
            let (root, width) = (merkle_root(&leaves), u64::from(size));
            let mut history = History::default();
            leaves.iter().for_each(|leaf| history.push(*leaf));
            assert_eq!((history.root(), history.size()), (root, width));
            let image = history.image();
            assert_eq!(History::from_image(&image), Ok(history));
            assert_eq!(History::from_image(&image[1..]), Err(Malformed));
            for (at, leaf) in leaves.iter().enumerate() {
                let path = merkle_path(&leaves, at);
                let index = at as u64;
                assert_eq!(root_of(*leaf, index, width, &path), Some(root));
                assert_eq!(root_of(*leaf, width, width, &path), None, "no such place");
                let mut longer = path.clone();
                longer.push([0; 32]);
                assert_eq!(root_of(*leaf, index, width, &longer), None);
                assert_ne!(root_of(sha256(b"x"), index, width, &path), Some(root));
                if size > 1 {
                    let other = (index + 1) % width;
                    assert_ne!(root_of(*leaf, other, width, &path), Some(root));
                }
            }
        }
    }

    /// Five blocks of three records; the proof is of the entry that is records 7 and 8. Record 9 is another entry.
    fn proved(version: u8) -> Inclusion {
        proved_of(version, 5)
    }

    /// The same in a ledger of so many blocks.
    fn proved_of(version: u8, height: u64) -> Inclusion {
        let newest = height;
        let community = Code::literal("nanmen");
        let text = SaltedText {
            salt: [7; 16],
            text: "帮邻居搬家".into(),
        };
        let kind = |seq: u64| if seq == 8 { 20 } else { 7 };
        let bytes = |seq: u64| {
            let mut bytes = vec![3, 1, 4];
            if seq == 7 {
                bytes.extend_from_slice(&text.commitment());
            }
            bytes
        };
        let (mut prev, mut hashes, mut chosen) = ([0; 32], Vec::new(), None);
        for height in 1..=newest {
            let first_seq = height * 3 - 2;
            let leaves: Vec<Hash> = (first_seq..first_seq + 3)
                .map(|seq| leaf(version, seq, kind(seq), &bytes(seq)))
                .collect();
            let block = Block {
                version,
                height,
                prev,
                root: merkle_root(&leaves),
                first_seq,
                count: 3,
                at: Instant(9),
            };
            prev = block.hash(&community);
            hashes.push(prev);
            if height == 3 {
                chosen = Some((block, leaves));
            }
        }
        let (block, leaves) = chosen.unwrap();
        let after = After {
            kind: kind(9),
            digest: sha256(&bytes(9)),
            path: merkle_path(&leaves, 2),
        };
        let record = |seq: u64, index| ProvedRecord {
            seq,
            kind: kind(seq),
            bytes: bytes(seq),
            path: merkle_path(&leaves, index),
        };
        Inclusion {
            community,
            entry: 7,
            records: vec![record(7, 0), record(8, 1)],
            after: Some(after).filter(|_| version >= 2),
            block,
            history: merkle_path(&hashes, 2),
            head: PublishedHead {
                height: newest,
                hash: prev,
                tree: merkle_root(&hashes),
            },
            texts: vec![(7, text)],
        }
    }

    #[test]
    fn a_proof_holds_and_every_change_of_it_is_named() {
        let good = proved(2);
        assert_eq!(good.check(), Ok(()));
        let check = |change: &dyn Fn(&mut Inclusion), error| {
            let mut bad = good.clone();
            change(&mut bad);
            assert_eq!(bad.check(), Err(error));
        };
        check(&|proof| proof.records.clear(), ProofError::Empty);
        check(&|proof| proof.entry = 6, ProofError::Place(7));
        check(&|proof| proof.records.swap(0, 1), ProofError::Place(8));
        check(
            &|proof| proof.records[1].bytes[0] ^= 1,
            ProofError::Record(8),
        );
        check(&|proof| proof.records[0].kind = 8, ProofError::Record(7));
        check(&|proof| proof.block.root = [1; 32], ProofError::Record(7));
        check(&|proof| proof.block.at = Instant(10), ProofError::Block(3));
        check(
            &|proof| proof.community = Code::literal("longshi"),
            ProofError::Block(3),
        );
        check(&|proof| proof.head.tree = [1; 32], ProofError::Block(3));
        check(&|proof| proof.head.height = 9, ProofError::Block(3));
        check(
            &|proof| proof.texts[0].1.text.push('！'),
            ProofError::Text(7),
        );
        check(&|proof| proof.texts[0].0 = 8, ProofError::Text(8));
        check(&|proof| proof.texts[0].0 = 99, ProofError::Text(99));
    }

    #[test]
    fn a_proof_of_the_newest_block_names_its_hash() {
        let mut newest = proved_of(2, 3);
        assert_eq!(newest.check(), Ok(()));
        newest.head.hash = [1; 32];
        assert_eq!(newest.check(), Err(ProofError::Block(3)));
    }

    #[test]
    fn nothing_of_an_entry_can_be_left_out() {
        let good = proved(2);
        assert!(good.binds_count());
        let check = |change: &dyn Fn(&mut Inclusion), error| {
            let mut bad = good.clone();
            change(&mut bad);
            assert_eq!(bad.check(), Err(error));
        };
        let shorter = |proof: &mut Inclusion| drop(proof.records.pop());
        check(&shorter, ProofError::End(8));
        // The record that was left out begins no entry, so it can't stand in the place of the one that follows.
        let left_out = After {
            kind: good.records[1].kind,
            digest: sha256(&good.records[1].bytes),
            path: good.records[1].path.clone(),
        };
        let stand_in = |proof: &mut Inclusion| {
            proof.records.pop();
            proof.after = Some(left_out.clone());
        };
        check(&stand_in, ProofError::End(8));
        let renamed = |proof: &mut Inclusion| {
            stand_in(proof);
            proof.after.as_mut().unwrap().kind = 7;
        };
        check(&renamed, ProofError::End(8));
        check(&|proof| proof.after = None, ProofError::End(9));
        check(
            &|proof| proof.after.as_mut().unwrap().digest = [1; 32],
            ProofError::End(9),
        );
        let first = |proof: &mut Inclusion| {
            proof.records.remove(0);
            proof.entry = 8;
            proof.texts.clear();
        };
        check(&first, ProofError::Place(8));
        // A block of the first version has no such leaves: its proofs hold and say that they bind less.
        let old = proved(1);
        assert_eq!(old.check(), Ok(()));
        assert!(!old.binds_count());
    }
}
