//! Proof that a ledger is whole: every block re-hashed, every command applied again to an empty book, every
//! decision asked again of its archived rule, and every kept row compared with what came out.
//!
//! | part | what is compared |
//! | --- | --- |
//! | chain | places without gaps, leaves, roots, links, the head row |
//! | replay | the records each command must give, byte for byte |
//! | rows | balances, lots, counters, orders, residents, references, settings, rule sets, items, links |
//! | texts | erasable texts against their commitments |
//! | statements | what somebody had on a past day, as it was written down, against the movements |
//!
//! It changes nothing. A cut tail shows only against a head that was published elsewhere.

mod replay;
mod rows;

use std::cell::RefCell;

use rongyi_core::book::{Applied, Book, PlacedTransfer};
use rongyi_core::chain::{Block, Hash, Head, hex, leaf, merkle_root, sha256};
use rongyi_core::command::Command;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Record;
use rongyi_rules::Engine;
use rongyi_store::{Store, StoreError, StoredBlock};

use crate::house::{OpenError, load_archived};
use crate::rulebook::Sandbox;
use crate::statement;
use replay::Replayer;

/// Which decisions are asked again of their rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decisions {
    /// Every one.
    All,
    /// One in this many.
    Sample(u64),
    /// None; their records are still compared with what the book makes of them.
    None,
}

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `record 17`, `block 4`, `balance of household 3, points, available`.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// What a verification saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The community.
    pub community: Code,
    /// Its newest block.
    pub head: Head,
    /// Records that were read.
    pub records: u64,
    /// Decisions that were asked again.
    pub decisions: u64,
    /// What is wrong, in the order of the ledger; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
}

/// After this many problems a ledger is not read on.
pub const PROBLEMS_MAX: usize = 20;

/// Records read from the database at once.
const PAGE: u32 = 2000;

/// Why a verification could not be made.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive of rules.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No such ledger.
    #[error("the database has no ledger of community “{0}”")]
    CommunityUnknown(Code),
}

/// Verifies one community. `progress(done, all)` is called after every page.
///
/// # Errors
/// [`VerifyError`] when it cannot be done at all; what is wrong in the ledger stands in the report.
pub async fn run(
    store: &Store,
    engine: &Engine,
    code: &Code,
    decisions: Decisions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, VerifyError> {
    let frame = store
        .frame(code)
        .await?
        .ok_or_else(|| VerifyError::CommunityUnknown(code.clone()))?;
    let sets = load_archived(store, engine, code, &[]).await?;
    let mut check = Check {
        report: Report {
            community: code.clone(),
            head: frame.head,
            records: 0,
            decisions: 0,
            problems: Vec::new(),
        },
        book: Book::empty(code.clone()),
        judge: Replayer {
            rules: Sandbox::over(sets),
            decisions,
            expected: RefCell::default(),
        },
        entry: Vec::new(),
        said: Vec::new(),
        enrolled: Vec::new(),
        moved: Vec::new(),
        kept: Vec::new(),
    };
    check.archive(store, code).await?;
    let head = match check.chain(store, code, frame.head, progress).await {
        Err(StoreError::Corrupt { what, place }) => {
            check.problem(
                format!("{what} {place}"),
                "its row is not one that this program wrote".into(),
            );
            frame.head
        }
        other => other?,
    };
    if head != frame.head && check.report.problems.is_empty() {
        let (own, row) = (hex(&head.hash), hex(&frame.head.hash));
        let what = format!(
            "the head row says height {} {row}, the blocks end at {} {own}",
            frame.head.height, head.height
        );
        check.problem("head".into(), what);
    }
    if check.report.problems.is_empty() {
        check.rows(store, code).await?;
    }
    check.report.decisions = check.judge.expected.borrow().asked;
    Ok(check.report)
}

struct Check {
    report: Report,
    book: Book,
    judge: Replayer,
    /// The records of the entry being read, with their places.
    entry: Vec<(u64, Record)>,
    /// Commitments that records make: place, hash.
    said: Vec<(u64, Hash)>,
    /// Commitments to people: place, resident, hash.
    enrolled: Vec<(u64, ResidentNo, Hash)>,
    /// Movements whose links were not compared yet.
    moved: Vec<PlacedTransfer>,
    /// Dated statements of what somebody had.
    kept: Vec<statement::Kept>,
}

impl Check {
    fn problem(&mut self, place: String, what: String) {
        if self.report.problems.len() < PROBLEMS_MAX {
            self.report.problems.push(Problem { place, what });
        }
    }

    /// Archived components and parameters are what their digests say.
    async fn archive(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let sets = store
            .frame(code)
            .await?
            .map(|frame| frame.sets)
            .unwrap_or_default();
        for set in sets
            .iter()
            .filter(|set| set.plan != rongyi_core::rule::Plan::default())
        {
            let bytes = store.component(&set.component).await?;
            if bytes.is_none_or(|bytes| sha256(&bytes) != set.component) {
                self.problem(
                    format!("rule set {}", set.no),
                    "its archived component is missing or is not the one it names".into(),
                );
            }
            let params = store.params(&set.params).await?;
            if params.is_none_or(|params| sha256(params.as_bytes()) != set.params) {
                self.problem(
                    format!("rule set {}", set.no),
                    "its archived parameters are missing or are not the ones it names".into(),
                );
            }
        }
        Ok(())
    }

    /// Reads the journal block by block; returns the head that its blocks lead to.
    async fn chain(
        &mut self,
        store: &Store,
        code: &Code,
        row: Head,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Head, StoreError> {
        let mut head = Head::EMPTY;
        let mut journal = Journal {
            next: 1,
            page: Vec::new().into_iter(),
        };
        loop {
            let blocks = store.blocks(code, head.height + 1, PAGE).await?;
            if blocks.is_empty() {
                break;
            }
            for StoredBlock { block, hash } in blocks {
                if !self.block(&block, &hash, &head, code) {
                    return Ok(head);
                }
                let mut leaves = Vec::new();
                for seq in block.first_seq..block.first_seq.saturating_add(block.count) {
                    let Some((own, kind, body)) = journal.next(store, code).await? else {
                        self.problem(
                            format!("record {seq}"),
                            format!("it is missing; block {} names it", block.height),
                        );
                        return Ok(head);
                    };
                    if own != seq {
                        self.problem(
                            format!("record {seq}"),
                            format!("it is missing or out of place: record {own} follows"),
                        );
                        return Ok(head);
                    }
                    leaves.push(leaf(seq, kind, &body));
                    if !self.record(seq, kind, &body) {
                        return Ok(head);
                    }
                }
                if merkle_root(&leaves) != block.root {
                    let last = block
                        .first_seq
                        .saturating_add(block.count)
                        .saturating_sub(1);
                    self.problem(
                        format!("records {}–{last} (block {})", block.first_seq, block.height),
                        "at least one of them was changed: they do not give the root of their block".into(),
                    );
                    return Ok(head);
                }
                head = Head {
                    height: block.height,
                    hash,
                    next_seq: block.first_seq + block.count,
                    last_at: block.at,
                };
                if self.moved.len() >= PAGE as usize {
                    self.links(store, code).await?;
                }
                progress(
                    head.next_seq.saturating_sub(1),
                    row.next_seq.saturating_sub(1),
                );
                if self.report.problems.len() >= PROBLEMS_MAX {
                    return Ok(head);
                }
            }
        }
        self.finish_entry();
        self.links(store, code).await?;
        if let Some((seq, ..)) = journal.next(store, code).await? {
            self.problem(
                format!("record {seq}"),
                "it stands after the last block and belongs to none".into(),
            );
        }
        Ok(head)
    }

    fn block(&mut self, block: &Block, hash: &Hash, head: &Head, code: &Code) -> bool {
        let place = format!("block {}", head.height + 1);
        let wrong = if block.height != head.height + 1 {
            Some(format!("it is missing: block {} follows", block.height))
        } else if block.prev != head.hash {
            Some("it does not name the block before it".to_owned())
        } else if block.first_seq != head.next_seq {
            Some(format!(
                "it begins at record {}, expected {}",
                block.first_seq, head.next_seq
            ))
        } else if block.hash(code) != *hash {
            Some("its hash is not the hash of its content".to_owned())
        } else {
            None
        };
        if let Some(what) = wrong {
            self.problem(place, what);
            return false;
        }
        true
    }

    /// Takes one record; when it begins an entry, the entry before it is complete and applied.
    fn record(&mut self, seq: u64, kind: u8, body: &[u8]) -> bool {
        self.report.records += 1;
        let Ok(record) = Record::decode(kind, body) else {
            self.problem(
                format!("record {seq}"),
                "its bytes are not a record: it was changed".into(),
            );
            return false;
        };
        if record.envelope().is_some() {
            self.finish_entry();
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only these records commit to a text or a person"
        )]
        match &record {
            Record::Enrol(_, resident, _, who) => self.enrolled.push((seq, *resident, *who)),
            Record::Receive(.., reason) | Record::Open(.., reason) | Record::Assert(.., reason) => {
                self.said.push((seq, *reason))
            }
            Record::Event(_, event) => self.said.extend(event.note.map(|note| (seq, note))),
            _ => {}
        }
        self.kept.extend(statement::kept(seq, &record));
        self.entry.push((seq, record));
        true
    }

    /// Applies the entry's command to the rebuilt book and compares what it gives with what is recorded.
    fn finish_entry(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let Some((seq, first)) = entry.first() else {
            return;
        };
        let items = &self.book.frame().items;
        let by_no = |no| {
            items
                .iter()
                .find(|item| item.no == no)
                .map(|item| item.code.clone())
        };
        let (Some(command), Some(envelope)) =
            (Command::from_record(first, by_no), first.envelope())
        else {
            self.problem(
                format!("record {seq}"),
                "no entry begins here, but an entry must".into(),
            );
            return;
        };
        self.judge.expected.borrow_mut().answer = entry.get(1).map(|(_, record)| record.clone());
        let result = self.book.apply(&command, envelope.at, &self.judge);
        let problem = match result {
            Ok(Applied::Fresh(receipt)) => differing(&entry, &receipt.records),
            Ok(Applied::Replay(before)) => Some((
                *seq,
                format!("it repeats entry {before}, which cannot be booked twice"),
            )),
            Err(rejection) => Some((
                *seq,
                format!("replayed, it is rejected: {}", rejection.text().en),
            )),
        };
        if let Some((at, what)) = problem {
            self.problem(format!("record {at}"), what);
        }
        // Blocks are checked against the stored ones; of the rebuilt book's own only the links are needed.
        if let Some(changes) = self.book.seal() {
            self.moved.extend(changes.transfers);
        }
    }
}

/// The first place where what is recorded differs from what the command gives.
fn differing(entry: &[(u64, Record)], given: &[Record]) -> Option<(u64, String)> {
    for (place, (seq, record)) in entry.iter().enumerate() {
        match given.get(place) {
            Some(own) if own == record => {}
            Some(own) => return Some((*seq, format!("replayed, it is {own:?}"))),
            None => return Some((*seq, "replayed, nothing stands here".into())),
        }
    }
    let last = entry.last().map_or(0, |(seq, _)| *seq);
    (given.len() > entry.len()).then(|| (last, "replayed, more records follow it".into()))
}

/// The journal, a page at a time.
struct Journal {
    next: u64,
    page: std::vec::IntoIter<(u64, u8, Vec<u8>)>,
}

impl Journal {
    async fn next(
        &mut self,
        store: &Store,
        code: &Code,
    ) -> Result<Option<(u64, u8, Vec<u8>)>, StoreError> {
        if self.page.as_slice().is_empty() {
            self.page = store.journal(code, self.next, PAGE).await?.into_iter();
        }
        let found = self.page.next();
        if let Some((seq, ..)) = &found {
            self.next = seq + 1;
        }
        Ok(found)
    }
}
