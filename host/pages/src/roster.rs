//! The list of those who came to something: who, what it would come to for each, and what was booked. It knows no rule.

use askama::Template;

use crate::account::FieldError;
use crate::shell::Shell;

/// Something a list can be booked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterKind {
    /// Its code.
    pub code: String,
    /// Its name, with what is counted.
    pub title: String,
}

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterTyped {
    /// The kind.
    pub kind: String,
    /// The day.
    pub on: String,
    /// How much, for each.
    pub quantity: String,
    /// Who, one on a line.
    pub people: String,
}

/// `GET /{community}/record/roster`. Posts `kind`, `on`, `quantity` and `people` to its own address.
#[derive(Debug, Clone, Template)]
#[template(path = "roster.html")]
pub struct RosterView {
    /// Around the page.
    pub shell: Shell,
    /// What can be chosen.
    pub kinds: Vec<RosterKind>,
    /// What was typed.
    pub typed: RosterTyped,
    /// What was wrong.
    pub errors: Vec<FieldError>,
}

impl RosterView {
    fn error(&self, field: &str) -> Option<&str> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| error.message.as_str())
    }
}

/// Somebody on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterRow {
    /// Their number.
    pub resident: u32,
    /// Their name.
    pub name: String,
    /// What they get, or why they get nothing.
    pub told: String,
    /// Whether they get nothing.
    pub refused: bool,
    /// Whether they are ticked.
    pub ticked: bool,
    /// The entry that was booked.
    pub entry: Option<u64>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterState {
    /// Nothing is booked yet.
    Plan,
    /// Nothing was booked, and why.
    Fell(String),
    /// This was booked.
    Booked,
}

/// The list with what each gets. Posts what was typed and `who` for each who came to `/record/roster/book`.
#[derive(Debug, Clone, Template)]
#[template(path = "roster_plan.html")]
pub struct RosterPlanView {
    /// Around the page.
    pub shell: Shell,
    /// What is booked for each.
    pub title: String,
    /// What was typed.
    pub typed: RosterTyped,
    /// The form's own number.
    pub key: String,
    /// The people.
    pub rows: Vec<RosterRow>,
    /// How far it is.
    pub state: RosterState,
}

impl RosterPlanView {
    fn is_booked(&self) -> bool {
        self.state == RosterState::Booked
    }

    fn fell(&self) -> Option<&str> {
        match &self.state {
            RosterState::Fell(why) => Some(why),
            RosterState::Plan | RosterState::Booked => None,
        }
    }

    fn counted(&self) -> i64 {
        let good = self.rows.iter().filter(|row| !row.refused).count();
        i64::try_from(good).unwrap_or(i64::MAX)
    }
}
