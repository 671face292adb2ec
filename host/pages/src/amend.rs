//! Awards under notice for everybody, and the desk where staff take back, correct and review. Decides nothing.

use askama::Template;

use crate::account::FieldError;
use crate::format::{self, Day, Moment};
use crate::record::RecordGain;
use crate::shell::Shell;

/// Where an award under notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// Open to objections.
    Open,
    /// Somebody objected; it is being reviewed.
    Objected,
    /// A review upheld it; it waits for its day.
    Upheld,
}

impl NoticeState {
    fn key(self) -> &'static str {
        match self {
            NoticeState::Open => "seal-notice",
            NoticeState::Objected => "notice-objected",
            NoticeState::Upheld => "notice-upheld",
        }
    }

    fn open(self) -> bool {
        self == NoticeState::Open
    }
}

/// An award under notice.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// Its entry.
    pub entry: u64,
    /// What happened, in the reader's language.
    pub title: String,
    /// Whose, masked.
    pub masked_name: String,
    /// The day it happened.
    pub on: Day,
    /// Points.
    pub points: i64,
    /// Volunteer minutes.
    pub minutes: i64,
    /// The last day of the notice.
    pub until: Day,
    /// Where it stands.
    pub state: NoticeState,
    /// Days of the notice that are still to come after today; below zero when it is over.
    pub days_left: i32,
    /// Whether it is the reader's own, whose why page they may see.
    pub own: bool,
}

impl NoticeRow {
    /// How long it still stands there.
    fn left(&self, shell: &Shell) -> String {
        match self.days_left {
            ..0 => shell.t("notice-left-over"),
            0 => shell.t("notice-left-today"),
            1.. => shell.t1("notice-left", "days", shell.plain(self.days_left)),
        }
    }

    fn worth(&self, shell: &Shell) -> String {
        match (self.points, self.minutes) {
            (points, 0) => shell.signed(points),
            (0, minutes) => shell.hours(minutes),
            (points, minutes) => format!("{} · {}", shell.signed(points), shell.hours(minutes)),
        }
    }
}

/// `GET /{community}/notice`: public. Objections post `reason` and `key` to `/{community}/notice/{entry}/object`.
#[derive(Debug, Clone, Template)]
#[template(path = "notice.html")]
pub struct NoticeView {
    /// Around the page.
    pub shell: Shell,
    /// The awards, those whose notice ends first before the others.
    pub rows: Vec<NoticeRow>,
    /// Whether the reader is signed in and may object.
    pub may_object: bool,
    /// The idempotency key of an objection.
    pub key: String,
    /// The entry of an objection that was just booked.
    pub done: Option<u64>,
}

/// `GET /{community}/notice/list`: the same as a list for the wall, with nothing on it but what everybody may read.
#[derive(Debug, Clone, Template)]
#[template(path = "notice_list.html")]
pub struct NoticeListView {
    /// Around the page.
    pub shell: Shell,
    /// The day of the list.
    pub today: Day,
    /// The awards.
    pub rows: Vec<NoticeRow>,
}

/// A proposal that waits for a second person.
#[derive(Debug, Clone)]
pub struct ProposalRow {
    /// Its entry.
    pub entry: u64,
    /// What it would do, in the reader's language.
    pub what: String,
    /// Who proposed it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Whether the reader made it, and so cannot approve it.
    pub own: bool,
}

/// An objection that waits for its review.
#[derive(Debug, Clone)]
pub struct ObjectionRow {
    /// The award.
    pub notice: NoticeRow,
    /// Who objects.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// An event that a reviewer is asked to look at.
#[derive(Debug, Clone)]
pub struct MarkRow {
    /// Its entry.
    pub entry: u64,
    /// What for, in the reader's language.
    pub title: String,
    /// Whose, masked.
    pub masked_name: String,
    /// The day it was booked.
    pub on: Day,
    /// Who got or lost what.
    pub gains: Vec<RecordGain>,
    /// What is to be looked at; whole sentences.
    pub says: Vec<String>,
    /// Who recorded it.
    pub by: String,
    /// Whether the reader recorded it, and so is not the one to look.
    pub own: bool,
}

/// An entry that was looked up by its number, before anybody says why it is to be reversed.
#[derive(Debug, Clone)]
pub struct FoundEntry {
    /// Its number, or that of the hand-over where an order's was typed.
    pub entry: u64,
    /// What for, in the reader's language.
    pub title: String,
    /// The day it was booked.
    pub on: Day,
    /// Who got or lost what.
    pub gains: Vec<RecordGain>,
    /// Who recorded it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Where it stands, or what is done instead of reversing it; whole sentences.
    pub notes: Vec<String>,
    /// Whether it can be reversed.
    pub open: bool,
}

/// `GET /{community}/amend`: the reviewers' desk. With `?entry=812` that entry is shown, ready to be reversed. Forms post to `/{community}/amend/…`.
#[derive(Debug, Clone, Template)]
#[template(path = "amend.html")]
pub struct AmendView {
    /// Around the page.
    pub shell: Shell,
    /// What waits for a second person.
    pub proposals: Vec<ProposalRow>,
    /// What waits for a review.
    pub objections: Vec<ObjectionRow>,
    /// What somebody is asked to look at.
    pub marks: Vec<MarkRow>,
    /// The number that was typed, to be found.
    pub typed: String,
    /// Whose correction is to be proposed: number and name.
    pub whom: Option<(String, String)>,
    /// The entry of that number.
    pub found: Option<FoundEntry>,
    /// What is wrong with the number.
    pub errors: Vec<FieldError>,
    /// The idempotency key of the forms.
    pub key: String,
    /// The entry that was just booked.
    pub done: Option<u64>,
}

impl AmendView {
    /// Each form has its own key: they are sent one at a time, but a reader may go back.
    fn key_of(&self, form: &str) -> String {
        format!("{}-{form}", self.key)
    }

    fn error(&self) -> Option<&str> {
        self.errors.first().map(|error| error.message.as_str())
    }

    fn waiting(&self) -> String {
        let all = [
            self.proposals.len(),
            self.objections.len(),
            self.marks.len(),
        ];
        let all = all.into_iter().fold(0, usize::saturating_add);
        format::number(i64::try_from(all).unwrap_or(i64::MAX))
    }
}
