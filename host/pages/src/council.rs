//! A change of the rule book for those who vote on it: what changes in plain words, what it would have meant for everybody, for
//! three invented households, and for one's own. It computes nothing.

use askama::Template;

use crate::dossier::DossierLink;
use crate::report::ReportChart;
use crate::shell::Shell;

/// A household with what it earned and would have earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouncilHome {
    /// Who it is, in the reader's language.
    pub who: String,
    /// Points under the rules that were in force.
    pub before: i64,
    /// Points under the change.
    pub after: i64,
}

impl CouncilHome {
    fn more(&self) -> i64 {
        self.after.saturating_sub(self.before)
    }
}

/// What only the office sees on it.
#[derive(Debug, Clone)]
pub struct CouncilOffice {
    /// The change that stands on the page.
    pub number: String,
    /// The change that residents are shown, with the day and who showed it; `None` when none is shown.
    pub shown: Option<String>,
    /// Whether that is this one.
    pub is_this: bool,
    /// The case in which the council decides about what is shown, with how far it is; `None` when none was named.
    pub case: Option<DossierLink>,
    /// Where a matter for the council is opened, where the community has such cases.
    pub matter: Option<DossierLink>,
}

/// `/{community}/operator/council`, and `/{community}/rules/change` for everybody. The office's forms post `act=show` with
/// `plan`, `act=bind` with `case`, or `act=end`.
#[derive(Debug, Clone, Template)]
#[template(path = "council.html")]
pub struct CouncilView {
    /// Around the page.
    pub shell: Shell,
    /// Which part of the bar it belongs to.
    pub home: &'static str,
    /// Back to where.
    pub back: DossierLink,
    /// Why there is nothing to show; the rest is empty then.
    pub nothing: Option<String>,
    /// What was tried, from when to when.
    pub span: String,
    /// What the rules say no longer, and anew (`true`).
    pub words: Vec<(bool, String)>,
    /// From which day what decides.
    pub days: Vec<String>,
    /// What it comes to, in sentences to read aloud.
    pub said: Vec<String>,
    /// How many gain and lose how much.
    pub chart: ReportChart,
    /// Three invented households.
    pub homes: Vec<CouncilHome>,
    /// How far the council is with it, for everybody; empty when no case was named.
    pub vote: String,
    /// The reader's own.
    pub own: Option<CouncilHome>,
    /// What only the office sees.
    pub office: Option<CouncilOffice>,
}
