//! Cases: what somebody asks and others answer. Lists, the form, one case as a timeline with what may be done now, and the
//! office's queue. Knows no kind: titles, states and buttons come in the reader's language.

use askama::Template;

pub use crate::input::{CaseField, CaseInput};

use crate::format::{Day, Moment};
use crate::shell::Shell;

/// What is wrong with a field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFault {
    /// The end of the field's id, after `field-`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A way on.
#[derive(Debug, Clone)]
pub struct CaseLink {
    /// The whole address.
    pub href: String,
    /// What stands on it.
    pub title: String,
    /// A sentence about it.
    pub about: String,
}

/// What a state means, by which it is coloured; a word always goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseTone {
    /// Somebody works on it.
    Open,
    /// It waits for whoever asked.
    Waiting,
    /// It is done.
    Done,
    /// It was refused, or taken back.
    Ended,
}

impl CaseTone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            CaseTone::Open => "state state-open",
            CaseTone::Waiting => "state state-waiting",
            CaseTone::Done => "state state-done",
            CaseTone::Ended => "state state-ended",
        }
    }
}

/// A case in a list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Its whole address.
    pub href: String,
    /// Its number.
    pub no: u64,
    /// The kind.
    pub title: String,
    /// What it is about, in a few words.
    pub about: String,
    /// Whose it is; empty in one's own list.
    pub who: String,
    /// Where it stands.
    pub state: String,
    /// What that means.
    pub tone: CaseTone,
    /// By when; empty when nothing is due.
    pub due: String,
    /// Whether that is over.
    pub late: bool,
    /// When it was opened.
    pub opened: Day,
    /// How many photos it has.
    pub photos: usize,
    /// What the rule would give for it; for whoever checks it.
    pub worth: Option<CaseWorth>,
    /// By what it is ticked, where several may be checked at once.
    pub tick: Option<CaseTick>,
}

/// What the rule would give, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseWorth {
    /// How much, or why nothing.
    pub told: String,
    /// Whether it would be refused.
    pub refused: bool,
}

/// A case that may be ticked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseTick {
    /// What is sent as `case`: its number and how many steps it had.
    pub value: String,
}

/// `GET /{community}/cases`: a resident's own.
#[derive(Debug, Clone, Template)]
#[template(path = "cases.html")]
pub struct CasesView {
    /// Around the page.
    pub shell: Shell,
    /// What can be asked.
    pub kinds: Vec<CaseLink>,
    /// What was asked, newest first.
    pub rows: Vec<CaseRow>,
    /// The address of older ones.
    pub older: Option<String>,
}

/// What to choose from before the form: a kind, or what is claimed.
#[derive(Debug, Clone, Template)]
#[template(path = "case_pick.html")]
pub struct CasePickView {
    /// Around the page.
    pub shell: Shell,
    /// The heading.
    pub title: String,
    /// A sentence below it.
    pub about: String,
    /// Where one came from.
    pub back: String,
    /// The choices.
    pub links: Vec<CaseLink>,
}

/// A date and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDue {
    /// What is due then, and when, as a sentence.
    pub told: String,
    /// Day by day.
    pub why: Vec<String>,
    /// Whether it is over.
    pub late: bool,
}

/// The form of a new case. Posts `key`, and the fields by their names, to its own address.
#[derive(Debug, Clone, Template)]
#[template(path = "case_form.html")]
pub struct CaseFormView {
    /// Around the page.
    pub shell: Shell,
    /// The kind, or what is claimed.
    pub title: String,
    /// A sentence for whoever opens it.
    pub about: String,
    /// Where the form is sent.
    pub action: String,
    /// Where one came from.
    pub back: String,
    /// The fields.
    pub fields: Vec<CaseField>,
    /// Who sees the name.
    pub naming: String,
    /// What is due when it is sent now.
    pub due: Vec<CaseDue>,
    /// The form's own number.
    pub key: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
}

impl CaseFormView {
    /// Whether the form brings files.
    fn has_photos(&self) -> bool {
        self.fields.iter().any(|field| field.kept().is_some())
    }

    fn error(&self, field: impl AsRef<str>) -> Option<&str> {
        fault(&self.errors, field.as_ref())
    }
}

/// What is wrong in a field.
pub(crate) fn fault<'f>(faults: &'f [CaseFault], field: &str) -> Option<&'f str> {
    let found = faults.iter().find(|fault| fault.field == field);
    found.map(|fault| fault.message.as_str())
}

/// What became of something that followed from a step.
#[derive(Debug, Clone)]
pub struct CaseTold {
    /// The sentence.
    pub text: String,
    /// Whether it went wrong.
    pub bad: bool,
    /// Where to look it up.
    pub href: Option<String>,
}

/// A photo of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePhotoLink {
    /// Its whole address.
    pub href: String,
    /// What it is, for whoever does not see it.
    pub alt: String,
    /// Other cases that have the very same photo: number and address.
    pub same: Vec<(u64, String)>,
}

/// Something that is known of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFact {
    /// What.
    pub title: String,
    /// Its value.
    pub value: String,
    /// Where to look it up.
    pub href: Option<String>,
}

/// Something was just done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDone {
    /// With another case than the one that is shown: its number and address.
    pub other: Option<(u64, String)>,
}

/// One step of the timeline.
#[derive(Debug, Clone)]
pub struct CaseStep {
    /// What was done.
    pub what: String,
    /// Who.
    pub who: String,
    /// When.
    pub at: Moment,
    /// What was written: the question, empty for plain words, and the words.
    pub words: Vec<(String, String)>,
    /// What followed.
    pub told: Vec<CaseTold>,
    /// The photos that came with it.
    pub photos: Vec<CasePhotoLink>,
    /// The papers that came with it: name and address.
    pub papers: Vec<(String, String)>,
}

/// What the opener is asked in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseRating {
    /// Whether it is asked if it is solved.
    pub solved: bool,
    /// How satisfied, from 1 up to this; 0 when not asked.
    pub most: u8,
}

/// Something that may be done now. Posts `act`, `seen`, `key`, and what it wants.
#[derive(Debug, Clone)]
pub struct CaseAct {
    /// What is sent as `act`.
    pub code: String,
    /// The end of its ids.
    pub id: String,
    /// What stands on the button.
    pub title: String,
    /// What is asked in words, and whether it must be there.
    pub words: Option<(String, bool)>,
    /// Sentences that are often written here, to be chosen from.
    pub phrases: Vec<String>,
    /// How many photos may be sent, and whether one must be there.
    pub photos: Option<(u8, bool)>,
    /// Whether papers may be sent, and whether one must be there.
    pub papers: Option<bool>,
    /// The key that takes it; empty for none.
    pub key: &'static str,
    /// The units to choose from; empty when none is wanted.
    pub units: Vec<(String, String)>,
    /// Whether minutes of a meeting come with it.
    pub minutes: bool,
    /// Whether the number of another case is wanted.
    pub number: bool,
    /// Whether it is how it went that is asked.
    pub rating: Option<CaseRating>,
    /// Why this very person may not.
    pub refusal: String,
    /// Whether it is the usual way on.
    pub main: bool,
}

impl CaseAct {
    /// The numbers that somebody can be satisfied with.
    fn scale(&self) -> Vec<u8> {
        let most = self.rating.map_or(0, |rating| rating.most);
        (1..=most).rev().collect()
    }

    fn button(&self) -> &'static str {
        if self.main {
            "button"
        } else {
            "button button-quiet"
        }
    }
}

/// What was written about a meeting, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseMinutes {
    /// The day.
    pub on: String,
    /// Where it was.
    pub place: String,
    /// How many belong to the body.
    pub members: String,
    /// How many were there.
    pub present: String,
    /// How many agreed.
    pub agreed: String,
}

/// What a refused form had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseTyped {
    /// Which act.
    pub act: String,
    /// Its words.
    pub words: String,
    /// The unit.
    pub unit: String,
    /// The number.
    pub number: String,
    /// Whether it is solved.
    pub solved: String,
    /// How satisfied.
    pub satisfied: String,
    /// What was written about a meeting.
    pub minutes: CaseMinutes,
    /// The photos that it brought, as they are sent again.
    pub photos: Vec<String>,
}

/// What the rule would give for a claim now.
#[derive(Debug, Clone)]
pub struct CasePreview {
    /// Who would get what.
    pub gains: Vec<(String, String)>,
    /// The rule's sentences, or why it would be refused.
    pub told: Vec<String>,
    /// Whether it would be refused.
    pub refused: bool,
}

/// One case. Acts are posted to its address with `/step` behind it.
#[derive(Debug, Clone, Template)]
#[template(path = "case.html")]
pub struct CaseView {
    /// Around the page.
    pub shell: Shell,
    /// Its number.
    pub no: u64,
    /// Its whole address.
    pub href: String,
    /// The kind, or what is claimed.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// What that means.
    pub tone: CaseTone,
    /// What is due.
    pub due: Vec<CaseDue>,
    /// What is known of it.
    pub facts: Vec<CaseFact>,
    /// The photos it was opened with.
    pub photos: Vec<CasePhotoLink>,
    /// The address of the one before in the queue.
    pub before: Option<String>,
    /// The address of the next in the queue.
    pub after: Option<String>,
    /// Its number: where one goes on when something was done.
    pub next: Option<u64>,
    /// What the rule would give.
    pub preview: Option<CasePreview>,
    /// What was done, oldest first.
    pub steps: Vec<CaseStep>,
    /// What may be done.
    pub acts: Vec<CaseAct>,
    /// What a refused form had.
    pub typed: CaseTyped,
    /// How many steps this page shows.
    pub seen: usize,
    /// The form's own number.
    pub key: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
    /// What was just done.
    pub done: Option<CaseDone>,
}

impl CaseView {
    fn list(&self) -> &'static str {
        if self.shell.is_staff() {
            "queue"
        } else {
            "cases"
        }
    }

    fn error(&self, field: impl AsRef<str>) -> Option<&str> {
        fault(&self.errors, field.as_ref())
    }

    /// What was written for something that can't be done any more: nobody's words are lost.
    fn left_over(&self) -> Option<&str> {
        let offered = self
            .acts
            .iter()
            .any(|act| self.is_typed(act) && act.words.is_some() && act.refusal.is_empty());
        Some(self.typed.words.as_str()).filter(|words| !words.is_empty() && !offered)
    }

    /// The name of the words of an act, as errors know it.
    fn field_of(&self, act: &CaseAct) -> String {
        format!("words-{}", act.id)
    }

    fn words_of(&self, act: &CaseAct) -> &str {
        if self.is_typed(act) {
            &self.typed.words
        } else {
            ""
        }
    }

    /// The name of the photos of an act, as errors know it.
    fn photos_of(&self, act: &CaseAct) -> String {
        format!("photos-{}", act.id)
    }
    /// The name of the minutes of an act, as errors know it.
    fn minutes_of(&self, act: &CaseAct) -> String {
        format!("minutes-{}", act.id)
    }

    /// The fields of the minutes of an act: name, text and what was typed. Days and places first, numbers of people then.
    fn minutes_fields(&self, act: &CaseAct) -> [(&'static str, &'static str, &str); 5] {
        let sent = &self.typed.minutes;
        let all = [
            ("on", "case-minutes-on", sent.on.as_str()),
            ("place", "case-minutes-place", sent.place.as_str()),
            ("members", "case-minutes-members", sent.members.as_str()),
            ("present", "case-minutes-present", sent.present.as_str()),
            ("agreed", "case-minutes-agreed", sent.agreed.as_str()),
        ];
        all.map(|(name, key, text)| (name, key, if self.is_typed(act) { text } else { "" }))
    }

    fn papers_of(&self, act: &CaseAct) -> String {
        format!("papers-{}", act.id)
    }

    /// The photos that a refused form had brought for this act.
    fn kept(&self, act: &CaseAct) -> &[String] {
        if self.is_typed(act) {
            &self.typed.photos
        } else {
            &[]
        }
    }

    /// Whether an act may be taken with one key.
    fn has_keys(&self) -> bool {
        let mut acts = self.acts.iter();
        acts.any(|act| !act.key.is_empty() && act.refusal.is_empty())
    }

    fn is_typed(&self, act: &CaseAct) -> bool {
        self.typed.act == act.code
    }

    fn is_chosen(&self, act: &CaseAct, unit: &str) -> bool {
        self.is_typed(act) && self.typed.unit == unit
    }
}

/// One of the queue's views.
#[derive(Debug, Clone)]
pub struct WorkFilter {
    /// Its whole address.
    pub href: String,
    /// What stands on it.
    pub title: String,
    /// Whether it is shown.
    pub here: bool,
}

/// `GET /{community}/queue`: the office's queue.
#[derive(Debug, Clone, Template)]
#[template(path = "work.html")]
pub struct WorkView {
    /// Around the page.
    pub shell: Shell,
    /// Whose: what waits for the reader, all that is open, all.
    pub scopes: Vec<WorkFilter>,
    /// Which kind.
    pub kinds: Vec<WorkFilter>,
    /// In which step; empty until a kind is chosen.
    pub steps: Vec<WorkFilter>,
    /// What became of those that were checked together.
    pub told: Vec<CaseTold>,
    /// Where those that are ticked are sent.
    pub bulk: String,
    /// The query of this view, to come back to.
    pub back: String,
    /// The form's own number.
    pub key: String,
    /// The cases.
    pub rows: Vec<CaseRow>,
    /// The address of the next ones.
    pub next: Option<String>,
    /// The address to ask for somebody.
    pub ask: String,
    /// The address of inspections, and in how many of them the reader is to score.
    pub inspections: (String, usize),
}

impl WorkView {
    /// Whether something on this page may be ticked.
    fn has_ticks(&self) -> bool {
        self.rows.iter().any(|row| row.tick.is_some())
    }
}
