//! What a verification without a problem came to, kept in a file, so that the next one goes on from there: the head, the
//! rebuilt book, and what was compared. Keep it where nobody who can change the database can change it too.
//!
//! The file is a line of JSON and then the bytes that it names, so that a book of many residents is read at once.

use rongyi_core::book::Book;
use rongyi_core::chain::{Hash, from_hex, hex, sha256};
use rongyi_core::ids::Code;
use rongyi_core::proof::History;
use serde::{Deserialize, Serialize};

use super::{Decisions, Report};
use crate::audit::proof::claims::Claim;

/// The name of the format.
const FORMAT: &str = "rongyi-checkpoint/2";

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
    /// Where the next verification goes on.
    pub state: State,
}

/// What a verification had come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The rebuilt book.
    pub book: Vec<u8>,
    /// The history of its blocks.
    pub history: Vec<u8>,
    /// Texts that were erased by then.
    pub erased: u64,
    /// Residents whose link to a person was erased by then.
    pub forgotten: u64,
    /// The records of dated statements, which are compared each time.
    pub statements: Vec<u64>,
    /// The published heads that were compared: height, and fingerprints.
    pub heads: Vec<(u64, Vec<String>)>,
}

impl State {
    /// Whether this published head was compared already.
    pub fn knows(&self, claim: &Claim) -> bool {
        let same = |(height, all): &(u64, Vec<String>)| {
            *height == claim.height && *all == claim.fingerprints
        };
        self.heads.iter().any(same)
    }
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
    book: Part,
    history: Part,
    erased: u64,
    forgotten: u64,
    statements: Vec<u64>,
    heads: Vec<(u64, Vec<String>)>,
}

/// Bytes behind the first line, in the order in which they are named.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    bytes: usize,
    sha256: String,
}

impl Part {
    fn of(bytes: &[u8]) -> Part {
        Part {
            bytes: bytes.len(),
            sha256: hex(&sha256(bytes)),
        }
    }

    /// Takes its bytes from the beginning of `rest`.
    fn take(&self, rest: &mut &[u8]) -> Option<Vec<u8>> {
        let (part, after) = rest.split_at_checked(self.bytes)?;
        *rest = after;
        (hex(&sha256(part)) == self.sha256).then(|| part.to_vec())
    }
}

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file is none.
    #[error(
        "这不是核对点文件，或是别的版本写的：{0}。请不带 --since 核对一次，用 --checkpoint 重写一份。 This is no checkpoint, or another version wrote it: {0}. Verify once without --since, and write a new one with --checkpoint."
    )]
    Shape(String),
    /// Something was wrong, or not everything was looked at.
    #[error(
        "没有写核对点：要全部核对没有问题（--decisions all）才能写。 No checkpoint was written: that needs a verification of everything (--decisions all) without a problem."
    )]
    NotWhole,
}

/// The bytes of a checkpoint of these verifications.
///
/// # Errors
/// [`CheckpointError::NotWhole`].
pub fn write(reports: &[Report], decisions: Decisions) -> Result<Vec<u8>, CheckpointError> {
    let good = reports.iter().all(|report| report.problems.is_empty());
    if !good || decisions != Decisions::All {
        return Err(CheckpointError::NotWhole);
    }
    let mut rows = Vec::new();
    let mut bytes = Vec::new();
    for report in reports {
        let state = report.state.as_ref().ok_or(CheckpointError::NotWhole)?;
        rows.push(Row {
            community: report.community.to_string(),
            height: report.head.height,
            hash: hex(&report.head.hash),
            tree: hex(&report.tree),
            book: Part::of(&state.book),
            history: Part::of(&state.history),
            erased: state.erased,
            forgotten: state.forgotten,
            statements: state.statements.clone(),
            heads: state.heads.clone(),
        });
        bytes.extend_from_slice(&state.book);
        bytes.extend_from_slice(&state.history);
    }
    let file = File {
        format: FORMAT.to_owned(),
        communities: rows,
    };
    let line = serde_json::to_string(&file);
    let line = line.map_err(|error| CheckpointError::Shape(error.to_string()))?;
    Ok([line.as_bytes(), b"\n", &bytes].concat())
}

/// Reads a checkpoint.
///
/// # Errors
/// [`CheckpointError::Shape`].
pub fn read(bytes: &[u8]) -> Result<Vec<Verified>, CheckpointError> {
    let shape = |what: String| CheckpointError::Shape(what);
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, mut rest) = bytes
        .split_at_checked(
            end.unwrap_or(bytes.len())
                .saturating_add(1)
                .min(bytes.len()),
        )
        .unwrap_or((bytes, &[]));
    let file: File = serde_json::from_slice(line).map_err(|error| shape(error.to_string()))?;
    if file.format != FORMAT {
        return Err(shape(file.format));
    }
    let mut all = Vec::new();
    for row in file.communities {
        let what = || shape(format!("community {}", row.community));
        let book = row.book.take(&mut rest).ok_or_else(what)?;
        let history = row.history.take(&mut rest).ok_or_else(what)?;
        all.push(Verified {
            community: row.community.parse().map_err(|_| what())?,
            height: row.height,
            hash: from_hex(&row.hash).ok_or_else(what)?,
            tree: from_hex(&row.tree).ok_or_else(what)?,
            state: State {
                book,
                history,
                erased: row.erased,
                forgotten: row.forgotten,
                statements: row.statements.clone(),
                heads: row.heads.clone(),
            },
        });
    }
    if rest.is_empty() {
        Ok(all)
    } else {
        Err(shape(format!("{} bytes too many", rest.len())))
    }
}

/// The book and history of a checkpoint.
///
/// # Errors
/// [`CheckpointError::Shape`] when they are not ones that this version of the program wrote.
pub(super) fn taken_up(code: &Code, state: &State) -> Result<(Book, History), CheckpointError> {
    let shape = || CheckpointError::Shape(format!("community {code}"));
    let book = Book::from_image(&state.book).map_err(|_| shape())?;
    let history = History::from_image(&state.history).map_err(|_| shape())?;
    let head = book.stored_head();
    if book.frame().community == *code && history.size() == head.height {
        Ok((book, history))
    } else {
        Err(shape())
    }
}
