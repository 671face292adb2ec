//! Inspections: the form of a new one, the points of one judge, who has handed in, and what came of it. It knows no rule,
//! and shows nobody's points but those it is given.

use askama::Template;

use crate::account::FieldError;
use crate::cases::CaseFault;
use crate::shell::Shell;

/// Something that can be chosen, with whether it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionChoice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub title: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectionTyped {
    /// What it is called.
    pub title: String,
    /// The day that is judged.
    pub on: String,
    /// The last day to score.
    pub until: String,
    /// Residents who judge, one on a line.
    pub residents: String,
    /// Who is inspected, one on a line.
    pub people: String,
}

/// `GET /{community}/inspections/new`. Posts `kind`, `title`, `on`, `until`, `judge` for each of the staff, `residents`,
/// `people` and `key` to its own address.
#[derive(Debug, Clone, Template)]
#[template(path = "inspection_form.html")]
pub struct InspectionFormView {
    /// Around the page.
    pub shell: Shell,
    /// What can be judged.
    pub kinds: Vec<InspectionChoice>,
    /// The staff who can judge.
    pub staff: Vec<InspectionChoice>,
    /// What was typed.
    pub typed: InspectionTyped,
    /// The form's own number.
    pub key: String,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

impl InspectionFormView {
    fn error(&self, field: &str) -> Option<&str> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| error.message.as_str())
    }
}

/// Somebody who is scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRow {
    /// Their number.
    pub no: u32,
    /// Who, and where.
    pub title: String,
    /// The points as they were typed or kept.
    pub value: String,
    /// What is wrong with them.
    pub error: Option<String>,
}

/// The points of one judge. Posts `p-NUMBER` for each, and `do`: `keep` or `hand-in`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreForm {
    /// Where they are sent.
    pub action: String,
    /// Who is scored.
    pub rows: Vec<ScoreRow>,
    /// Those of the judge's own household, who are left out.
    pub left_out: Vec<String>,
    /// The fewest and the most points.
    pub points: (i32, i32),
}

/// A judge, and how far they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeRow {
    /// Who.
    pub name: String,
    /// When they handed in; empty while they have not.
    pub sent: String,
}

/// What came of a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedRow {
    /// Who.
    pub title: String,
    /// The points of each judge, in the order of the judges; `–` where one did not score.
    pub scores: Vec<String>,
    /// What it came to.
    pub told: String,
    /// Whether nothing was booked.
    pub bad: bool,
    /// Where the entry is.
    pub href: Option<String>,
}

/// `GET /{community}/inspections/{no}` and `/{community}/judging/{no}`.
#[derive(Debug, Clone, Template)]
#[template(path = "inspection.html")]
pub struct InspectionView {
    /// Around the page.
    pub shell: Shell,
    /// Where one came from.
    pub back: String,
    /// What it is called.
    pub title: String,
    /// What is judged, on which day.
    pub about: String,
    /// Where it stands.
    pub state: String,
    /// Whether the reader has just done something, as a sentence.
    pub done: Option<String>,
    /// The reader's own points, while they can be given.
    pub form: Option<ScoreForm>,
    /// The judges; empty for a judge who is a resident.
    pub judges: Vec<JudgeRow>,
    /// What came of it; empty while the points are sealed.
    pub results: Vec<InspectedRow>,
    /// Where it is called off, where the reader may.
    pub call_off: Option<String>,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
}
