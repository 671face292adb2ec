//! A proof as a file: JSON that a stranger can check with SHA-256 and nothing else. The format is described in
//! `host/core/README.md`. It converts; the checking is in [`rongyi_core::proof`].

use rongyi_core::chain::{self, Block, Hash, bytes_from_hex, from_hex, hex};
use rongyi_core::command::SaltedText;
use rongyi_core::proof::{After, Inclusion, ProvedRecord, PublishedHead};
use rongyi_core::time::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Proved;
use super::heads::stamp;

/// The name of the format.
pub const FORMAT: &str = "rongyi-proof/2";
/// Of blocks of the first version; it does not bind the number of an entry's records.
const FIRST_FORMAT: &str = "rongyi-proof/1";

/// Proof that the records of an entry stand in a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// `rongyi-proof/2`; `rongyi-proof/1` for blocks of the first version, which does not bind the number of records.
    pub format: String,
    /// Whose ledger.
    pub community: String,
    /// The place of the entry's first record.
    pub entry: u64,
    /// Its records.
    pub records: Vec<RecordPart>,
    /// The record that follows in the block and begins another entry; none where the entry ends the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<AfterPart>,
    /// The block that holds them.
    pub block: BlockPart,
    /// The hashes beside the way from the block to the history root, lowest first.
    pub history: Vec<String>,
    /// The head it leads to.
    pub head: HeadPart,
    /// Personal texts that records commit to.
    pub texts: Vec<TextPart>,
}

/// A record with the way to the root of its block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPart {
    /// Its place.
    pub seq: u64,
    /// Its kind.
    pub kind: u8,
    /// Its canonical bytes, hexadecimal.
    pub bytes: String,
    /// The hashes beside its way up, lowest first.
    pub path: Vec<String>,
}

/// The record after the entry's last, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AfterPart {
    /// Its kind: one that begins an entry.
    pub kind: u8,
    /// SHA-256 of its canonical bytes, hexadecimal.
    pub digest: String,
    /// The hashes beside its way up, lowest first.
    pub path: Vec<String>,
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockPart {
    /// The version of its form.
    pub version: u8,
    /// Its height.
    pub height: u64,
    /// The hash of the block before.
    pub prev: String,
    /// The root over its records.
    pub root: String,
    /// The place of its first record.
    pub first_seq: u64,
    /// How many records it has.
    pub count: u64,
    /// When it was written, µs since 1970 UTC.
    pub at: i64,
    /// Its hash.
    pub hash: String,
}

/// A head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadPart {
    /// The height of its newest block.
    pub height: u64,
    /// The hash of that block.
    pub hash: String,
    /// The history root: what is published.
    pub tree: String,
    /// Records up to it.
    pub records: u64,
    /// When its newest block was written.
    pub at: String,
    /// Whether this head was published by the host. Otherwise a later one, which holds it, will be.
    pub published: bool,
}

/// A personal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextPart {
    /// The record that commits to it.
    pub seq: u64,
    /// 16 bytes, hexadecimal.
    pub salt: String,
    /// The text.
    pub text: String,
}

impl From<&Proved> for ProofFile {
    fn from(proved: &Proved) -> Self {
        let inclusion = &proved.inclusion;
        let all = |hashes: &[Hash]| hashes.iter().map(|hash| hex(hash)).collect();
        let record = |record: &ProvedRecord| RecordPart {
            seq: record.seq,
            kind: record.kind,
            bytes: hex(&record.bytes),
            path: all(&record.path),
        };
        ProofFile {
            format: if inclusion.binds_count() {
                FORMAT
            } else {
                FIRST_FORMAT
            }
            .to_owned(),
            community: inclusion.community.to_string(),
            entry: inclusion.entry,
            records: inclusion.records.iter().map(record).collect(),
            after: inclusion.after.as_ref().map(|after| AfterPart {
                kind: after.kind,
                digest: hex(&after.digest),
                path: all(&after.path),
            }),
            block: BlockPart {
                version: inclusion.block.version,
                height: inclusion.block.height,
                prev: hex(&inclusion.block.prev),
                root: hex(&inclusion.block.root),
                first_seq: inclusion.block.first_seq,
                count: inclusion.block.count,
                at: inclusion.block.at.0,
                hash: hex(&inclusion.block.hash(&inclusion.community)),
            },
            history: all(&inclusion.history),
            head: HeadPart {
                height: inclusion.head.height,
                hash: hex(&inclusion.head.hash),
                tree: hex(&inclusion.head.tree),
                records: proved.records,
                at: stamp(proved.head_at),
                published: proved.published,
            },
            texts: inclusion
                .texts
                .iter()
                .map(|(seq, text)| TextPart {
                    seq: *seq,
                    salt: hex(&text.salt),
                    text: text.text.clone(),
                })
                .collect(),
        }
    }
}

/// Why a file is no proof of this format.
#[derive(Debug, thiserror::Error)]
pub enum BadProof {
    /// It is not JSON of this shape.
    #[error(
        "这不是凭证文件：{0}。请用页面上下载的那个文件。 This is no proof file: {0}. Use the file that was downloaded from the page."
    )]
    Shape(String),
    /// Another version.
    #[error(
        "凭证的格式是“{0}”，本程序认识的是“rongyi-proof/1”和“rongyi-proof/2”。 The proof has the format “{0}”; this program knows “rongyi-proof/1” and “rongyi-proof/2”."
    )]
    Format(String),
    /// A value is not of its form.
    #[error("凭证里的“{0}”写得不对。 “{0}” in the proof is not well formed.")]
    Value(&'static str),
}

/// Reads a proof file.
///
/// # Errors
/// [`BadProof`]; whether it proves anything is another question.
pub fn read(text: &str) -> Result<(Inclusion, ProofFile), BadProof> {
    let file: ProofFile =
        serde_json::from_str(text).map_err(|error| BadProof::Shape(error.to_string()))?;
    let known = [(FIRST_FORMAT, 1), (FORMAT, chain::VERSION)];
    if !known.contains(&(file.format.as_str(), file.block.version)) {
        return Err(BadProof::Format(file.format));
    }
    let hash = |text: &str, name| from_hex(text).ok_or(BadProof::Value(name));
    let all = |texts: &[String], name| {
        texts
            .iter()
            .map(|text| hash(text, name))
            .collect::<Result<Vec<_>, _>>()
    };
    let mut records = Vec::new();
    for part in &file.records {
        records.push(ProvedRecord {
            seq: part.seq,
            kind: part.kind,
            bytes: bytes_from_hex(&part.bytes).ok_or(BadProof::Value("bytes"))?,
            path: all(&part.path, "path")?,
        });
    }
    let mut texts = Vec::new();
    for part in &file.texts {
        let salt = bytes_from_hex(&part.salt).and_then(|salt| salt.try_into().ok());
        let text = SaltedText {
            salt: salt.ok_or(BadProof::Value("salt"))?,
            text: part.text.clone(),
        };
        texts.push((part.seq, text));
    }
    let after = match &file.after {
        None => None,
        Some(part) => Some(After {
            kind: part.kind,
            digest: hash(&part.digest, "digest")?,
            path: all(&part.path, "path")?,
        }),
    };
    let block = &file.block;
    let inclusion = Inclusion {
        community: file
            .community
            .parse()
            .map_err(|_| BadProof::Value("community"))?,
        entry: file.entry,
        records,
        after,
        block: Block {
            version: block.version,
            height: block.height,
            prev: hash(&block.prev, "prev")?,
            root: hash(&block.root, "root")?,
            first_seq: block.first_seq,
            count: block.count,
            at: Instant(block.at),
        },
        history: all(&file.history, "history")?,
        head: PublishedHead {
            height: file.head.height,
            hash: hash(&file.head.hash, "hash")?,
            tree: hash(&file.head.tree, "tree")?,
        },
        texts,
    };
    if hash(&block.hash, "hash")? != inclusion.block.hash(&inclusion.community) {
        return Err(BadProof::Value("block.hash"));
    }
    Ok((inclusion, file))
}
