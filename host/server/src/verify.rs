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
//! | heads | what was published of the ledger, where somebody kept it |
//!
//! It changes nothing. A cut tail shows only against a head that was published elsewhere. With a checkpoint of an
//! earlier verification every byte is still hashed and every command still applied; only the decisions before it are
//! not asked again, because the same bytes were asked then.

pub mod checkpoint;
mod kept;
mod replay;
mod rows;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rongyi_core::book::{Applied, Book, PlacedTransfer};
use rongyi_core::chain::{Block, Hash, Head, hex, leaf, merkle_root, sha256};
use rongyi_core::command::Command;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::proof::History;
use rongyi_core::record::{Record, RuleSet};
use rongyi_rules::Engine;
use rongyi_store::{Store, StoreError, StoredBlock};

use crate::house::{OpenError, load_archived};
use crate::proof::claims::Claim;
use crate::rulebook::Sandbox;
use crate::statement;
use checkpoint::Verified;
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

/// What is to be verified, and against what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Which decisions are asked again.
    pub decisions: Decisions,
    /// Published heads that somebody kept; those of other communities are passed over.
    pub claims: &'a [Claim],
    /// What an earlier verification of this community saw.
    pub since: Option<&'a Verified>,
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
    /// The history root: over the hashes of the blocks that were read.
    pub tree: Hash,
    /// Published heads that were compared.
    pub compared: u64,
    /// Personal texts that were erased.
    pub erased: u64,
    /// Residents whose link to a person was erased.
    pub forgotten: u64,
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
    /// Somebody books while it is verified.
    #[error(
        "社区“{0}”的账本在核对期间有新的记录，余额等无法对照。请在没人记账时再核对，或核对副本。 The ledger of community “{0}” grew while it was verified, so balances and the like could not be compared. Verify while nobody books, or verify a copy."
    )]
    Moving(Code),
    /// No such ledger.
    #[error("the database has no ledger of community “{0}”")]
    CommunityUnknown(Code),
}

/// Verifies one community by itself. `progress(done, all)` is called after every page.
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
    let asked = Asked {
        decisions,
        claims: &[],
        since: None,
    };
    against(store, engine, code, asked, progress).await
}

/// Verifies one community, also against what was kept of it elsewhere.
///
/// # Errors
/// As [`run`].
pub async fn against(
    store: &Store,
    engine: &Engine,
    code: &Code,
    asked: Asked<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, VerifyError> {
    let frame = store
        .frame(code)
        .await?
        .ok_or_else(|| VerifyError::CommunityUnknown(code.clone()))?;
    // Where no rule is asked, none need be loaded.
    let sets = match asked.decisions {
        Decisions::None => std::collections::HashMap::new(),
        Decisions::All | Decisions::Sample(_) => load_archived(store, engine, code, &[]).await?,
    };
    let mut check = Check {
        report: Report {
            community: code.clone(),
            head: frame.head,
            tree: [0; 32],
            compared: 0,
            erased: 0,
            forgotten: 0,
            records: 0,
            decisions: 0,
            problems: Vec::new(),
        },
        book: Book::empty(code.clone()),
        judge: Replayer {
            rules: Sandbox::over(sets),
            decisions: asked.since.map_or(asked.decisions, |_| Decisions::None),
            expected: RefCell::default(),
        },
        decisions: asked.decisions,
        history: History::default(),
        claims: kept::own_claims(code, asked.claims),
        since: asked.since.cloned(),
        sets: frame.sets.clone(),
        entry: Vec::new(),
        said: BTreeMap::new(),
        next_text: 1,
        silent: BTreeSet::new(),
        erased: BTreeSet::new(),
        enrolled: BTreeMap::new(),
        moved: Vec::new(),
        kept: Vec::new(),
    };
    check.archive(store, code).await?;
    let head = match check.chain(store, code, frame.head, progress).await {
        Err(StoreError::Corrupt { what, place }) => {
            check.unreadable(what, &place);
            frame.head
        }
        Err(StoreError::Damaged { detail }) => {
            check.problem("file".into(), detail);
            frame.head
        }
        other => other?,
    };
    check.report.tree = check.history.root();
    check.cut(head.height);
    if head.height < frame.head.height && check.report.problems.is_empty() {
        let what = format!(
            "it is missing: the head row names block {}",
            frame.head.height
        );
        check.problem(format!("block {}", head.height + 1), what);
    }
    if head != frame.head && check.report.problems.is_empty() {
        let (own, row) = (hex(&head.hash), hex(&frame.head.hash));
        let what = format!(
            "the head row says height {} {row}, the blocks end at {} {own}",
            frame.head.height, head.height
        );
        check.problem("head".into(), what);
    }
    if check.report.problems.is_empty() {
        check.beyond(store, code, frame.head).await?;
    }
    if check.report.problems.is_empty() {
        match check.rows(store, code).await {
            Err(StoreError::Corrupt { what, place }) => check.unreadable(what, &place),
            Err(StoreError::Damaged { detail }) => check.problem("file".into(), detail),
            other => other?,
        }
        // Rows are of this moment, the journal is of the beginning.
        if !check.report.problems.is_empty() && moved(store, code, frame.head).await? {
            return Err(VerifyError::Moving(code.clone()));
        }
    }
    check.report.decisions = check.judge.expected.borrow().asked;
    Ok(check.report)
}

/// Whether somebody has booked since.
async fn moved(store: &Store, code: &Code, before: Head) -> Result<bool, StoreError> {
    let heads = store.heads(std::slice::from_ref(code)).await?;
    Ok(heads.first().is_none_or(|(_, head)| *head != before))
}

struct Check {
    report: Report,
    book: Book,
    judge: Replayer,
    /// Which decisions are asked, once the checkpoint is behind.
    decisions: Decisions,
    /// The hashes of the blocks so far.
    history: History,
    /// Published heads that are still to be compared.
    claims: BTreeMap<u64, Vec<Claim>>,
    /// The checkpoint, until it is reached.
    since: Option<Verified>,
    /// The rows of rule sets.
    sets: Vec<Arc<RuleSet>>,
    /// The records of the entry being read, with their places.
    entry: Vec<(u64, Record)>,
    /// Commitments that records make and whose texts were not compared yet: place, hash.
    said: BTreeMap<u64, Hash>,
    /// The place from which texts were not read yet.
    next_text: u64,
    /// Places whose texts are not there.
    silent: BTreeSet<u64>,
    /// Places whose texts were erased.
    erased: BTreeSet<u64>,
    /// Commitments to people that were not erased: place and hash by resident.
    enrolled: BTreeMap<ResidentNo, (u64, Hash)>,
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

    fn unreadable(&mut self, what: &str, place: &str) {
        let why = "its row is not one that this program wrote";
        self.problem(format!("{what} {place}"), why.into());
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
            if blocks.is_empty() || (head.height >= row.height && head.height > 0) {
                break;
            }
            for StoredBlock { block, hash } in blocks {
                // What was committed since the beginning is for the next verification.
                if head.height >= row.height && head.height > 0 {
                    break;
                }
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
                    if !self.record(store, code, (seq, kind, &body)).await? {
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
                self.history.push(hash);
                self.kept(store, code, (block.height, &hash)).await?;
                if self.moved.len() >= PAGE as usize {
                    self.links(store, code).await?;
                }
                if self.said.len() >= PAGE as usize {
                    self.texts(store, code, head.next_seq - 1).await?;
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
        self.finish_entry(store, code).await?;
        self.links(store, code).await?;
        self.texts(store, code, head.next_seq - 1).await?;
        Ok(head)
    }

    /// What stands after the newest block that the head row names belongs to nothing, unless it came meanwhile.
    async fn beyond(&mut self, store: &Store, code: &Code, row: Head) -> Result<(), StoreError> {
        let blocks = store.blocks(code, row.height + 1, 1).await?;
        let records = store.journal(code, row.next_seq, 1).await?;
        if (blocks.is_empty() && records.is_empty()) || moved(store, code, row).await? {
            return Ok(());
        }
        let place = match (blocks.first(), records.first()) {
            (_, Some((seq, ..))) => format!("record {seq}"),
            (Some(own), None) => format!("block {}", own.block.height),
            (None, None) => return Ok(()),
        };
        let what = "it stands after the newest block that the head names, and belongs to nothing";
        self.problem(place, what.into());
        Ok(())
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
    async fn record(
        &mut self,
        store: &Store,
        code: &Code,
        (seq, kind, body): (u64, u8, &[u8]),
    ) -> Result<bool, StoreError> {
        self.report.records += 1;
        let Ok(record) = Record::decode(kind, body) else {
            self.problem(
                format!("record {seq}"),
                "its bytes are not a record: it was changed".into(),
            );
            return Ok(false);
        };
        if record.envelope().is_some() {
            self.finish_entry(store, code).await?;
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only these records commit to a text or a person"
        )]
        match &record {
            Record::Enrol(_, resident, _, who) => {
                self.enrolled.insert(*resident, (seq, *who));
            }
            Record::Receive(.., reason) | Record::Open(.., reason) | Record::Assert(.., reason) => {
                self.said.insert(seq, *reason);
            }
            Record::Erase(_, what) => {
                self.erased.extend(&what.texts);
                for resident in &what.residents {
                    self.report.forgotten += u64::from(self.enrolled.remove(resident).is_some());
                }
            }
            Record::Event(_, event) | Record::Replace(_, event, _) => {
                self.said.extend(event.note.map(|note| (seq, note)))
            }
            Record::Amend(_, amend) => self.said.extend(amend.reason().map(|own| (seq, *own))),
            Record::Notice(_, step) => self.said.extend(step.reason().map(|own| (seq, *own))),
            _ => {}
        }
        self.kept.extend(statement::kept(seq, &record));
        self.entry.push((seq, record));
        Ok(true)
    }

    /// Applies the entry's command to the rebuilt book and compares what it gives with what is recorded.
    async fn finish_entry(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let entry = std::mem::take(&mut self.entry);
        let Some((seq, first)) = entry.first() else {
            return Ok(());
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
            return Ok(());
        };
        // A reversal is about an earlier entry, which was compared with its block when it was read.
        loop {
            let needs = self.book.missing(&command);
            if needs.is_empty() {
                break;
            }
            self.book.load(store.load(code, &needs).await?);
        }
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
        let activated = matches!(first, Record::Activate(..));
        if let Some((at, what)) = problem {
            self.problem(format!("record {at}"), what);
        } else if activated {
            self.activated();
        }
        // Blocks are checked against the stored ones; of the rebuilt book's own only the links are needed.
        if let Some(changes) = self.book.seal() {
            self.moved.extend(changes.transfers);
        }
        Ok(())
    }

    /// The row of a rule set that has just become active, before its decisions are asked.
    fn activated(&mut self) {
        let Some(set) = self.book.frame().sets.last() else {
            return;
        };
        let no = set.no;
        let what = match self.sets.iter().find(|row| row.no == no) {
            None => "its row is missing",
            Some(row) if row != set => "its row differs from its activation in the journal",
            Some(_) => return,
        };
        self.problem(format!("rule set {no}"), what.into());
        // Without the right row every one of its decisions would differ, which says nothing more.
        self.judge.decisions = Decisions::None;
        self.decisions = Decisions::None;
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
