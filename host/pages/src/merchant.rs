//! A month of a merchant on one sheet: what went over its till, what it comes to, and who signed it off. Numbers come in as they
//! are; nothing is added up here.

use askama::Template;

use crate::format::Moment;
use crate::report::{ReportRow, ReportSum, ReportUnit, cells};
use crate::shell::Shell;

/// A signature below a statement.
#[derive(Debug, Clone)]
pub struct StatementSigned {
    /// Who.
    pub who: String,
    /// When.
    pub at: Moment,
}

/// How far a statement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementStage {
    /// The month is not over.
    Running,
    /// Nobody has signed.
    Unsigned,
    /// One has signed.
    One,
    /// Two have, and it stays as it is.
    Frozen,
}

/// `GET /{community}/merchants/{merchant}/statements/{month}`. The form posts `act`, `sign` or `unsign`, and `seen`, the digest of
/// what stands there, to the same address.
#[derive(Debug, Clone, Template)]
#[template(path = "statement.html")]
pub struct StatementView {
    /// Around the page.
    pub shell: Shell,
    /// The merchant's code.
    pub merchant: String,
    /// What it is called.
    pub title: String,
    /// The month, as its address has it.
    pub month: String,
    /// The month, as people read it.
    pub span: String,
    /// How far it has come.
    pub stage: StatementStage,
    /// The line on top.
    pub sums: Vec<ReportSum>,
    /// What it comes to, in a sentence.
    pub said: String,
    /// Whether what was signed, or stands here, is what the ledger has.
    pub agrees: bool,
    /// What the value is worked out from.
    pub facts: Vec<(String, String)>,
    /// What the names of the rows are.
    pub heads: Vec<String>,
    /// The columns.
    pub columns: Vec<(String, ReportUnit)>,
    /// The rows.
    pub rows: Vec<ReportRow>,
    /// The sums below the table.
    pub total: Option<Vec<Option<i64>>>,
    /// Who signed.
    pub signed: Vec<StatementSigned>,
    /// Why the reader cannot sign now; empty where they can, or need not.
    pub not_now: String,
    /// Whether the reader can sign.
    pub may_sign: bool,
    /// Whether the reader can take the only signature back.
    pub may_unsign: bool,
    /// The digest of what would be signed.
    pub seen: String,
    /// What was wrong with what was just sent.
    pub error: String,
    /// The newest entry that it knows.
    pub entry: u64,
}

impl StatementView {
    fn cells(&self, values: &[Option<i64>]) -> Vec<String> {
        cells(&self.columns, values)
    }

    fn stage_key(&self) -> &'static str {
        match self.stage {
            StatementStage::Running => "statement-running",
            StatementStage::Unsigned => "statement-unsigned",
            StatementStage::One => "statement-one",
            StatementStage::Frozen => "statement-frozen",
        }
    }

    fn is_frozen(&self) -> bool {
        self.stage == StatementStage::Frozen
    }
}
