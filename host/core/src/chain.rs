//! The proof: leaves, Merkle roots, blocks and heads. It hashes; it does not know what a record means.

use sha2::{Digest, Sha256};

use crate::codec::Writer;
use crate::ids::Code;
use crate::time::Instant;

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The version of the block that is made now. In the first, a leaf was over the bytes of its record; since the second
/// it is over their digest, so that a proof can show where the next entry begins without what it says.
pub const VERSION: u8 = 2;
/// Every version that may stand in a ledger, the newest first.
const VERSIONS: [u8; 2] = [VERSION, 1];

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The leaf of one record in a block of this version: its place, its kind and its canonical bytes. The place is inside,
/// so two records that change places change both leaves.
pub fn leaf(version: u8, seq: u64, kind: u8, body: &[u8]) -> Hash {
    if version >= 2 {
        leaf_of(seq, kind, &sha256(body))
    } else {
        leaf_over(seq, kind, body)
    }
}

/// The leaf of a record of which only place, kind and the digest of its bytes are known; since version 2.
pub fn leaf_of(seq: u64, kind: u8, digest: &Hash) -> Hash {
    leaf_over(seq, kind, digest)
}

fn leaf_over(seq: u64, kind: u8, body: &[u8]) -> Hash {
    let mut writer = Writer::default();
    writer.byte(0);
    writer.u64(seq);
    writer.byte(kind);
    writer.raw(body);
    sha256(&writer.done())
}

/// A node above two others; the first byte keeps it apart from a leaf.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1u8; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    sha256(&bytes)
}

/// The Merkle root over leaves in order; a lonely last node moves up unchanged. All zero for no leaves.
pub fn merkle_root(leaves: &[Hash]) -> Hash {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| {
                if let [l, r] = pair {
                    node(l, r)
                } else {
                    pair[0]
                }
            })
            .collect();
    }
    level.first().copied().unwrap_or([0; 32])
}

/// One commit of one community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Of its form: see [`VERSION`].
    pub version: u8,
    /// 1 for the first.
    pub height: u64,
    /// Hash of the block before; all zero for the first.
    pub prev: Hash,
    /// Merkle root of its records.
    pub root: Hash,
    /// Place of its first record.
    pub first_seq: u64,
    /// Number of its records.
    pub count: u64,
    /// When it was committed.
    pub at: Instant,
}

impl Block {
    /// The hash of the block in `community`.
    pub fn hash(&self, community: &Code) -> Hash {
        let mut writer = Writer::default();
        writer.byte(self.version);
        writer.code(community);
        writer.u64(self.height);
        writer.raw(&self.prev);
        writer.raw(&self.root);
        writer.u64(self.first_seq);
        writer.u64(self.count);
        writer.i64(self.at.0);
        sha256(&writer.done())
    }

    /// The block in the version whose hash this is; in the newest one when it is the hash of none.
    pub fn of_hash(mut self, community: &Code, hash: &Hash) -> Block {
        for version in VERSIONS {
            self.version = version;
            if self.hash(community) == *hash {
                return self;
            }
        }
        self.version = VERSION;
        self
    }
}

/// The newest block of a community: the version of everything in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Height of the newest block, 0 when there is none.
    pub height: u64,
    /// Its hash, all zero when there is none.
    pub hash: Hash,
    /// The place the next record takes, from 1.
    pub next_seq: u64,
    /// The newest instant that was given out.
    pub last_at: Instant,
}

impl Head {
    /// The head of a community that has nothing yet.
    pub const EMPTY: Head = Head {
        height: 0,
        hash: [0; 32],
        next_seq: 1,
        last_at: Instant(0),
    };
}

/// Lower-case hexadecimal, for people and files.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| {
            [
                DIGITS[usize::from(b >> 4)] as char,
                DIGITS[usize::from(b & 15)] as char,
            ]
        })
        .collect()
}

/// The hash that 64 hexadecimal digits spell, in lower or upper case.
pub fn from_hex(text: &str) -> Option<Hash> {
    bytes_from_hex(text)?.try_into().ok()
}

/// The bytes that hexadecimal digits spell.
pub fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|nibble| u8::try_from(nibble).ok())
    };
    let (pairs, rest) = text.as_bytes().as_chunks();
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    rest.is_empty().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_depends_on_every_leaf_and_its_place() {
        let leaves: Vec<Hash> = (1..=5).map(|seq| leaf(VERSION, seq, 1, b"x")).collect();
        let root = merkle_root(&leaves);
        for i in 0..5 {
            let mut other = leaves.clone();
            other[i] = leaf(VERSION, 99, 1, b"x");
            assert_ne!(merkle_root(&other), root);
            other = leaves.clone();
            other.remove(i);
            assert_ne!(merkle_root(&other), root);
        }
        assert_eq!(merkle_root(&[]), [0; 32]);
        assert_eq!(merkle_root(&leaves[..1]), leaves[0]);
    }

    #[test]
    fn hexadecimal_comes_back() {
        let hash = sha256(b"x");
        assert_eq!(from_hex(&hex(&hash)), Some(hash));
        assert_eq!(bytes_from_hex("00fFa1"), Some(vec![0, 255, 161]));
        for bad in ["0", "0g", "+1", "ab"] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_hash_of_a_known_block_never_changes() {
        let block = |version| Block {
            version,
            height: 1,
            prev: [0; 32],
            root: [7; 32],
            first_seq: 1,
            count: 3,
            at: Instant(5),
        };
        let code = Code::literal("nanmen");
        let hash = block(1).hash(&code);
        assert_eq!(
            hex(&hash),
            "5d1cdc03ce72a61dac26ed38f50ac27682494a75a84066209f6467c9901af1d7"
        );
        // What is stored without its version is known by its hash.
        for version in VERSIONS {
            let stored = block(VERSION).of_hash(&code, &block(version).hash(&code));
            assert_eq!(stored, block(version));
        }
        assert_ne!(leaf(1, 4, 7, b"x"), leaf(2, 4, 7, b"x"));
        assert_eq!(leaf(2, 4, 7, b"x"), leaf_of(4, 7, &sha256(b"x")));
    }
}
