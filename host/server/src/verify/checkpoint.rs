//! What a verification without a problem saw, kept in a file, so that the next one need not ask the same decisions
//! again. Keep it where nobody who can change the database can change it too. It holds no state of the ledger.

use rongyi_core::chain::{Hash, from_hex, hex};
use rongyi_core::ids::Code;
use serde::{Deserialize, Serialize};

use super::{Decisions, Report};

/// The name of the format.
const FORMAT: &str = "rongyi-checkpoint/1";

/// One community, as it was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Which.
    pub community: Code,
    /// Its newest block then.
    pub height: u64,
    /// The hash of that block.
    pub hash: Hash,
    /// The history root up to it.
    pub tree: Hash,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    communities: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    community: String,
    height: u64,
    hash: String,
    tree: String,
}

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file is none.
    #[error(
        "这不是核对点文件：{0}。请用 verify --checkpoint 写出的文件。 This is no checkpoint: {0}. Use a file that verify --checkpoint wrote."
    )]
    Shape(String),
    /// Something was wrong, or not everything was looked at.
    #[error(
        "没有写核对点：要全部核对没有问题（--decisions all）才能写。 No checkpoint was written: that needs a verification of everything (--decisions all) without a problem."
    )]
    NotWhole,
}

/// The text of a checkpoint of these verifications.
///
/// # Errors
/// [`CheckpointError::NotWhole`].
pub fn write(reports: &[Report], decisions: Decisions) -> Result<String, CheckpointError> {
    let good = reports.iter().all(|own| own.problems.is_empty());
    if !good || decisions != Decisions::All {
        return Err(CheckpointError::NotWhole);
    }
    let row = |own: &Report| Row {
        community: own.community.to_string(),
        height: own.head.height,
        hash: hex(&own.head.hash),
        tree: hex(&own.tree),
    };
    let file = File {
        format: FORMAT.to_owned(),
        communities: reports.iter().map(row).collect(),
    };
    let text = serde_json::to_string_pretty(&file);
    Ok(text.map_err(|error| CheckpointError::Shape(error.to_string()))? + "\n")
}

/// Reads a checkpoint.
///
/// # Errors
/// [`CheckpointError::Shape`].
pub fn read(text: &str) -> Result<Vec<Verified>, CheckpointError> {
    let shape = |what: String| CheckpointError::Shape(what);
    let file: File = serde_json::from_str(text).map_err(|error| shape(error.to_string()))?;
    if file.format != FORMAT {
        return Err(shape(file.format));
    }
    file.communities
        .into_iter()
        .map(|row| {
            Some(Verified {
                community: row.community.parse().ok()?,
                height: row.height,
                hash: from_hex(&row.hash)?,
                tree: from_hex(&row.tree)?,
            })
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| shape("community, hash or tree".to_owned()))
}
