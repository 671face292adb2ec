//! Why a line of the passbook is so, or why not: the sum step by step, the rule, who recorded it, and its proof.
//! Adds nothing up that the ledger has not.

use askama::Template;

use crate::format::{Day, Moment};
use crate::passbook::{Line, LineState, PendingState, Unit, change_text};
use crate::shell::Shell;

/// One step of the sum behind a line.
#[derive(Debug, Clone)]
pub struct ReasonRow {
    /// The sentence, in the reader's language.
    pub text: String,
    /// What it adds or takes, if it does.
    pub amount: Option<i64>,
}

/// The rule that decided.
#[derive(Debug, Clone)]
pub struct RuleRef {
    /// Its name, in the reader's language where it has one: `绿美积分 2026 秋`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The day from which it was active.
    pub active_from: Day,
    /// The digest of the rule set, hexadecimal.
    pub digest: String,
}

/// Where the ledger keeps it.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The number in the ledger.
    pub seq: u64,
    /// The height of its block.
    pub height: u64,
    /// The hash of its block, hexadecimal.
    pub block_hash: String,
}

/// An award under notice, as its why page shows it. An objection posts `reason` and `key` to
/// `/{community}/notice/{entry}/object`.
#[derive(Debug, Clone)]
pub struct WhyNotice {
    /// How far it has come.
    pub state: PendingState,
    /// The idempotency key of an objection.
    pub key: String,
}

impl WhyNotice {
    fn open(&self) -> bool {
        matches!(self.state, PendingState::Notice { .. })
    }
}

/// What an entry did to one more asset, and how it was worked out.
#[derive(Debug, Clone)]
pub struct WhySum {
    /// What is counted.
    pub unit: Unit,
    /// The change, with its sign.
    pub amount: i64,
    /// Step by step; may be empty.
    pub rows: Vec<ReasonRow>,
}

impl WhySum {
    fn change(&self, amount: &i64, shell: &Shell) -> String {
        change_text(*amount, &self.unit, shell)
    }

    /// The change in a line, where there are no steps to be shown.
    #[must_use]
    pub fn told(&self, shell: &Shell) -> String {
        self.change(&self.amount, shell)
    }
}

/// An appeal against an entry.
#[derive(Debug, Clone)]
pub struct WhyAppeal {
    /// Where it is written; `None` when the time for it is over.
    pub href: Option<String>,
    /// The last day on which it is taken, where there is one.
    pub until: Option<Day>,
}

/// `/{community}/passbook/{seq}`: why it is so, or why not.
#[derive(Debug, Clone, Template)]
#[template(path = "why.html")]
pub struct WhyView {
    /// Around the page.
    pub shell: Shell,
    /// Whose line it is, where somebody of the office reads it.
    pub of: Option<u32>,
    /// Whether the reader may take it back.
    pub may_reverse: bool,
    /// The line in question. With [`LineState::Refused`] the page answers "why not".
    pub line: Line,
    /// The sum, step by step. May be empty, when the line is no rule's decision (an order, an
    /// opening balance).
    pub rows: Vec<ReasonRow>,
    /// What the same entry did to other assets of the reader.
    pub others: Vec<WhySum>,
    /// For a refusal: the sentence that says why, in the reader's language.
    pub refusal: Option<String>,
    /// When the limit that bit opens again.
    pub opens_again: Option<Day>,
    /// The rule that decided, if one did.
    pub rule: Option<RuleRef>,
    /// Who recorded it, in the reader's language.
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: Moment,
    /// Why somebody took it back, corrected or objected, in their own words.
    pub reason: Option<String>,
    /// Other entries that belong to it: what it is called, and its number.
    pub related: Vec<(String, u64)>,
    /// For an award under notice: until when, and the form for an objection.
    pub notice: Option<WhyNotice>,
    /// How one appeals against it; for the reader's own lines.
    pub appeal: Option<WhyAppeal>,
    /// The case that booked it, with what was written and photographed there: its number and address.
    pub case: Option<(u64, String)>,
    /// The points of judges, where it was an inspection.
    pub scores: Option<String>,
    /// What stands written there about why.
    pub written: Option<String>,
    /// The order behind the line, if any.
    pub order_no: Option<u64>,
    /// Where the ledger keeps it.
    pub proof: Proof,
}

impl WhyView {
    /// Where the lines of the same passbook are, and the passbook.
    fn base(&self) -> String {
        let path = &self.shell.community_path;
        match self.of {
            Some(no) => format!("{path}/residents/{no}"),
            None => path.clone(),
        }
    }

    fn is_refused(&self) -> bool {
        self.line.state == LineState::Refused
    }

    /// What the last row of the sum is called.
    fn sum_key(&self) -> &'static str {
        if self.is_refused() || self.line.amount == 0 {
            "why-sum-refused"
        } else if self.line.amount > 0 && self.line.unit == Unit::Points {
            "why-sum-in"
        } else {
            "why-sum-out"
        }
    }

    fn row_change(&self, amount: &i64) -> String {
        change_text(*amount, &self.line.unit, &self.shell)
    }

    fn title(&self) -> String {
        let s = &self.shell;
        if self.is_refused() {
            s.t1("why-not-title", "what", &self.line.title)
        } else if self.line.state == LineState::Waiting {
            self.line.title.clone()
        } else if self.line.amount == 0 {
            s.t1("why-zero-title", "what", &self.line.title)
        } else {
            s.t2(
                "why-title",
                "what",
                &self.line.title,
                "change",
                self.line.change(s),
            )
        }
    }
}
