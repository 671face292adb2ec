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
//! | cases | the steps of cases against what was sealed of them, and what is written with them |
//! | staff | who works here, against the list that was sealed last and what was done since |
//! | heads | what was published of the ledger, where somebody kept it |
//! | whole | every community that is expected, the schema, migrations, rows that belong to none |
//!
//! It changes nothing, and may run beside a host that books: what only grows is read first, the rest of it and all
//! rows in one moment. A cut tail shows only against a head that was published elsewhere. With a checkpoint of an
//! earlier verification it goes on from there: the book is taken from the checkpoint, what was committed since is
//! hashed, applied and asked, and the rows that this touched are compared with what comes out, with everything that
//! stays small (see `touched`). Records, texts and rows of before are not read again, unless all rows are asked for;
//! the hash of the block at the checkpoint says that the chain still goes through it.

mod cases;
mod chain;
pub mod checkpoint;
pub(crate) mod cli;
mod kept;
pub(crate) mod replay;
pub mod roster;
mod rows;
mod touched;
pub mod whole;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rongyi_clerk::rulebook::{RuleSets, Sandbox};
use rongyi_core::book::{Book, Frame, PlacedTransfer};
use rongyi_core::chain::{Hash, Head, hex, sha256};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::proof::History;
use rongyi_core::record::{Record, RuleSet};
use rongyi_rules::Engine;
use rongyi_store::{Store, StoreError};

use crate::audit::proof::claims::Claim;
use crate::audit::statement;
use crate::house::{OpenError, load_archived};
use checkpoint::{State, Verified};
use replay::Replayer;
use touched::Touched;

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
pub struct VerifyScope<'a> {
    /// Which decisions are asked again.
    pub decisions: Decisions,
    /// Published heads that somebody kept; those of other communities are passed over.
    pub claims: &'a [Claim],
    /// What an earlier verification of this community came to.
    pub since: Option<&'a Verified>,
    /// Whether with `since` every kept row is compared, and not only what was touched since.
    pub all_rows: bool,
    /// Whether the next one is to go on from this one.
    pub keep: bool,
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
    /// The list of staff that was sealed last; `None` before the first.
    pub roster: Option<roster::SeenRoster>,
    /// Records that were read.
    pub records: u64,
    /// Decisions that were asked again.
    pub decisions: u64,
    /// What is wrong, in the order of the ledger; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// Where the next one may go on, when it was asked for and nothing is wrong.
    pub state: Option<State>,
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
    /// The checkpoint is not one that this version of the program can go on from.
    #[error(transparent)]
    Checkpoint(#[from] checkpoint::CheckpointError),
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
    let asked = VerifyScope {
        decisions,
        claims: &[],
        since: None,
        all_rows: true,
        keep: false,
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
    asked: VerifyScope<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, VerifyError> {
    let frame = store
        .frame(code)
        .await?
        .ok_or_else(|| VerifyError::CommunityUnknown(code.clone()))?;
    // Where nothing was committed since, no rule is asked, and compiling them would take longest of all.
    let idle = asked
        .since
        .is_some_and(|verified| verified.height == frame.head.height);
    let rules = if idle {
        RuleSets::new()
    } else {
        archived(store, engine, code, asked.decisions).await?
    };
    let mut check = Check::begin(code, &frame, rules, asked)?;
    check.ready = !idle;
    check.archive(store, &frame.sets).await?;
    check.resume(store, code, asked.since).await?;
    // The journal only grows: most of it is read while others book, and holds up nobody.
    check.journal(store, code, frame.head, progress).await?;
    // What came meanwhile, and all rows, are read in one moment.
    let moment = store.snapshot().await?;
    let done = check.moment((store, &moment), engine, code, progress).await;
    moment.close().await?;
    done?;
    check.report.decisions = check.judge.expected.borrow().asked;
    if asked.keep && check.report.problems.is_empty() {
        check.report.state = check.state();
    }
    Ok(check.report)
}

/// Where no rule is asked, none need be loaded.
async fn archived(
    store: &Store,
    engine: &Engine,
    code: &Code,
    decisions: Decisions,
) -> Result<RuleSets, VerifyError> {
    Ok(match decisions {
        Decisions::None => RuleSets::new(),
        Decisions::All | Decisions::Sample(_) => load_archived(store, engine, code, &[]).await?,
    })
}

struct Check {
    report: Report,
    /// Whether the rules are loaded.
    ready: bool,
    /// The head that the blocks read so far lead to.
    head: Head,
    book: Book,
    judge: Replayer,
    decisions: Decisions,
    /// The hashes of the blocks so far.
    history: History,
    /// Published heads that are still to be compared.
    claims: BTreeMap<u64, Vec<Claim>>,
    /// The first place that no earlier verification has read; 1 without a checkpoint.
    from: u64,
    /// The rows that were touched since; `None` where all are compared.
    touched: Option<Touched>,
    /// Published heads that were compared, now or by the checkpoint.
    known: Vec<(u64, Vec<String>)>,
    /// The records of dated statements.
    stated: Vec<u64>,
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
    kept: Vec<statement::KeptStatement>,
}

impl Check {
    fn begin(
        code: &Code,
        frame: &Frame,
        rules: RuleSets,
        asked: VerifyScope<'_>,
    ) -> Result<Check, VerifyError> {
        let state = asked.since.map(|verified| &verified.state);
        let unknown = |claim: &&Claim| !state.is_some_and(|state| state.knows(claim));
        let claims: Vec<Claim> = asked.claims.iter().filter(unknown).cloned().collect();
        let (book, history) = match state {
            Some(state) => checkpoint::taken_up(code, state)?,
            None => (Book::empty(code.clone()), History::default()),
        };
        let book = book.replaying();
        let head = book.stored_head();
        Ok(Check {
            report: Report {
                community: code.clone(),
                head: frame.head,
                tree: [0; 32],
                compared: 0,
                erased: state.map_or(0, |state| state.erased),
                forgotten: state.map_or(0, |state| state.forgotten),
                roster: None,
                records: 0,
                decisions: 0,
                problems: Vec::new(),
                state: None,
            },
            ready: true,
            head,
            book,
            judge: Replayer {
                rules: Sandbox::over(rules),
                decisions: asked.decisions,
                expected: RefCell::default(),
            },
            decisions: asked.decisions,
            history,
            claims: kept::own_claims(code, &claims),
            from: head.next_seq,
            touched: (state.is_some() && !asked.all_rows).then(Touched::default),
            known: state.map(|state| state.heads.clone()).unwrap_or_default(),
            stated: state
                .map(|state| state.statements.clone())
                .unwrap_or_default(),
            sets: frame.sets.clone(),
            entry: Vec::new(),
            said: BTreeMap::new(),
            next_text: head.next_seq,
            silent: BTreeSet::new(),
            erased: BTreeSet::new(),
            enrolled: BTreeMap::new(),
            moved: Vec::new(),
            kept: Vec::new(),
        })
    }

    /// Where the next verification may go on.
    fn state(&self) -> Option<State> {
        Some(State {
            book: self.book.image(self.head)?,
            history: self.history.image(),
            erased: self.report.erased,
            forgotten: self.report.forgotten,
            statements: self.stated.clone(),
            heads: self.known.clone(),
        })
    }

    /// Reads the journal up to the head that its row names.
    async fn journal(
        &mut self,
        store: &Store,
        code: &Code,
        row: Head,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        match self.chain(store, code, row, progress).await {
            Err(StoreError::Corrupt { what, place }) => self.unreadable(what, &place),
            Err(StoreError::Damaged { detail }) => self.problem("file".into(), detail),
            other => other?,
        }
        Ok(())
    }

    /// The rest of the journal, what was published, and every row, as one moment has them.
    async fn moment(
        &mut self,
        (live, moment): (&Store, &Store),
        engine: &Engine,
        code: &Code,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), VerifyError> {
        let frame = moment.frame(code).await?;
        let frame = frame.ok_or_else(|| VerifyError::CommunityUnknown(code.clone()))?;
        self.report.head = frame.head;
        let others = frame.sets != self.sets;
        if others {
            self.archive(moment, &frame.sets).await?;
            self.sets.clone_from(&frame.sets);
        }
        if others || (!self.ready && frame.head.height > self.head.height) {
            self.ready = true;
            self.judge.rules = Sandbox::over(archived(moment, engine, code, self.decisions).await?);
        }
        if self.report.problems.is_empty() {
            self.journal(moment, code, frame.head, progress).await?;
        }
        self.report.tree = self.history.root();
        self.cut(self.head.height);
        self.end(frame.head);
        if self.report.problems.is_empty() {
            self.beyond(moment, code, frame.head).await?;
        }
        if self.report.problems.is_empty() {
            match self.rows((live, moment), code).await {
                Err(StoreError::Corrupt { what, place }) => self.unreadable(what, &place),
                Err(StoreError::Damaged { detail }) => self.problem("file".into(), detail),
                other => other?,
            }
        }
        Ok(())
    }

    /// The blocks end where the head row says.
    fn end(&mut self, row: Head) {
        let head = self.head;
        if head.height < row.height && self.report.problems.is_empty() {
            let what = format!("it is missing: the head row names block {}", row.height);
            self.problem(format!("block {}", head.height + 1), what);
        }
        if head != row && self.report.problems.is_empty() {
            let (here, there) = (hex(&head.hash), hex(&row.hash));
            let what = format!(
                "the head row says height {} {there}, the blocks end at {} {here}",
                row.height, head.height
            );
            self.problem("head".into(), what);
        }
    }

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
    async fn archive(&mut self, store: &Store, sets: &[Arc<RuleSet>]) -> Result<(), StoreError> {
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
}
