//! What volunteers can join: what's on, one activity with its shifts, the leader's day on a telephone, the code at the door,
//! signing in with it, and one's own shifts and hours. Knows no rule and no clock: what may be done comes with the view.

use askama::Template;

use crate::cases::{CaseFault, CaseTone, WorkFilter, fault};
use crate::dossier::DossierLink;
use crate::shell::Shell;

/// A shift in a list.
#[derive(Debug, Clone)]
pub struct ActivityRow {
    /// Its whole address.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// From when to when, and where.
    pub when: String,
    /// Seats, or what has become of it.
    pub note: String,
    /// Where it stands.
    pub state: String,
    /// What that means.
    pub tone: CaseTone,
}

/// The shifts of a day.
#[derive(Debug, Clone)]
pub struct ActivityDay {
    /// The day.
    pub day: String,
    /// Its shifts.
    pub rows: Vec<ActivityRow>,
}

/// `GET /{community}/activities`, and the office's list `/{community}/volunteering`.
#[derive(Debug, Clone, Template)]
#[template(path = "activities.html")]
pub struct ActivitiesView {
    /// Around the page.
    pub shell: Shell,
    /// Which days.
    pub spans: Vec<WorkFilter>,
    /// Day by day.
    pub days: Vec<ActivityDay>,
    /// Where one's own shifts stand, for a resident.
    pub mine: Option<String>,
    /// Where a new one is written, for the office.
    pub make: Option<String>,
    /// What else belongs to it.
    pub more: Vec<DossierLink>,
    /// How this year's hours were proved, in a sentence.
    pub proofs: String,
}

/// A shift on the page of its activity.
#[derive(Debug, Clone)]
pub struct ShiftCard {
    /// Its number.
    pub no: u32,
    /// When.
    pub when: String,
    /// What is done in it.
    pub role: String,
    /// Taken seats, and all of them.
    pub seats: (u32, u32),
    /// How many seats there are, in words.
    pub told: String,
    /// Where the reader stands on its list; empty when not.
    pub mine: String,
    /// What the button says that joins; none when it cannot be joined.
    pub join: Option<String>,
    /// Whether it can be left.
    pub leave: bool,
    /// Where its day is led, for the office.
    pub day: Option<String>,
    /// Where the reader signs in.
    pub here: Option<String>,
}

impl ShiftCard {
    /// `●●●○○`, at most twenty seats.
    fn dots(&self) -> String {
        if self.seats.1 > 20 {
            return String::new();
        }
        let dot = |no: u32| if no < self.seats.0 { '●' } else { '○' };
        (0..self.seats.1).map(dot).collect()
    }
}

/// Something the office may do with an activity.
#[derive(Debug, Clone)]
pub struct ActivityMove {
    /// The word that is sent.
    pub code: &'static str,
    /// What the button says.
    pub title: String,
    /// Whether a reason is written.
    pub words: bool,
    /// Whether it is the usual way on.
    pub main: bool,
}

/// What the office has beside the page that everybody sees.
#[derive(Debug, Clone)]
pub struct ActivityDesk {
    /// What may be done.
    pub moves: Vec<ActivityMove>,
    /// Whether a shift can be added.
    pub add_shift: bool,
    /// What can be noted of somebody: the word and its name.
    pub clearances: Vec<(String, String)>,
}

/// One activity, for everybody, or for the office.
#[derive(Debug, Clone, Template)]
#[template(path = "activity.html")]
pub struct ActivityView {
    /// Around the page.
    pub shell: Shell,
    /// Its whole address.
    pub href: String,
    /// The address of its list.
    pub back: String,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// What that means.
    pub tone: CaseTone,
    /// What is done.
    pub about: String,
    /// What else is to be known.
    pub facts: Vec<(String, String)>,
    /// Its shifts.
    pub shifts: Vec<ShiftCard>,
    /// The teams of the reader: number and name.
    pub teams: Vec<(String, String)>,
    /// For the office.
    pub desk: Option<ActivityDesk>,
    /// The form's own number.
    pub key: String,
    /// What was just done.
    pub done: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
}

/// Somebody on the leader's list.
#[derive(Debug, Clone)]
pub struct Attendee {
    /// Their number.
    pub resident: u32,
    /// Their name.
    pub name: String,
    /// When and how they came, or what else is to be known.
    pub note: String,
    /// Their telephone; empty when there is none.
    pub phone: String,
}

impl Attendee {
    fn tel(&self) -> String {
        let digits = self
            .phone
            .chars()
            .filter(|one| one.is_ascii_digit() || *one == '+');
        format!("tel:{}", digits.collect::<String>())
    }
}

/// Somebody whose hours are to be confirmed, or were.
#[derive(Debug, Clone)]
pub struct HoursRow {
    /// Their name.
    pub name: String,
    /// The minutes between coming and going, in words.
    pub minutes: String,
    /// By what it is known, and what to look at.
    pub note: String,
    /// What became of it; empty before it is confirmed.
    pub state: String,
    /// Whether something is wrong with it.
    pub bad: bool,
}

/// `GET /{community}/volunteering/{no}/{shift}`: the leader's day.
#[derive(Debug, Clone, Template)]
#[template(path = "activity_day.html")]
pub struct ActivityDayView {
    /// Around the page.
    pub shell: Shell,
    /// Its whole address.
    pub href: String,
    /// The address of the activity.
    pub back: String,
    /// What it is called.
    pub title: String,
    /// When.
    pub when: String,
    /// Who has not come yet.
    pub missing: Vec<Attendee>,
    /// Who is here.
    pub here: Vec<Attendee>,
    /// Who went.
    pub gone: Vec<Attendee>,
    /// Who waits for a seat, in their turn.
    pub waiting: Vec<String>,
    /// Whether people can be marked still.
    pub open: bool,
    /// Whether lines of a paper list can be entered.
    pub paper: bool,
    /// Whether it can be ended.
    pub may_end: bool,
    /// What is to be confirmed or was, once it is over.
    pub hours: Vec<HoursRow>,
    /// Whether this reader can confirm something.
    pub may_confirm: bool,
    /// Why not, or what confirming means.
    pub confirm_told: String,
    /// The form's own number.
    pub key: String,
    /// What was just done.
    pub done: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
}

/// `GET /{community}/volunteering/{no}/{shift}/code`: what hangs at the door. Its answer asks the browser to come again.
#[derive(Debug, Clone, Template)]
#[template(path = "activity_door.html")]
pub struct ActivityDoorView {
    /// Around the page.
    pub shell: Shell,
    /// What it is called.
    pub title: String,
    /// When.
    pub when: String,
    /// What the QR holds.
    pub address: String,
    /// Six digits.
    pub code: String,
    /// For how many seconds still.
    pub seconds: i64,
    /// The address of the day.
    pub back: String,
}

impl ActivityDoorView {
    fn qr(&self) -> String {
        crate::qr::svg(&self.address, &self.shell.t("door-qr"))
    }

    /// `482 719`.
    fn groups(&self) -> String {
        match (self.code.get(..3), self.code.get(3..)) {
            (Some(first), Some(rest)) => format!("{first} {rest}"),
            _ => self.code.clone(),
        }
    }
}

/// `GET /{community}/volunteering/{no}/{shift}/gate`: the screen at the entrance, with a reader for cards.
#[derive(Debug, Clone, Template)]
#[template(path = "activity_gate.html")]
pub struct ActivityGateView {
    /// Around the page.
    pub shell: Shell,
    /// The address of the leader's day.
    pub href: String,
    /// What the activity is called.
    pub title: String,
    /// When.
    pub when: String,
    /// How many are inside.
    pub inside: i64,
    /// Who held their card there, masked, and what was noted.
    pub told: Option<(String, String)>,
    /// The form's own number.
    pub key: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
}

impl ActivityGateView {
    fn error(&self) -> Option<&str> {
        fault(&self.errors, "card")
    }
}

/// `GET /{community}/activities/{no}/here`: a resident signs in or out.
#[derive(Debug, Clone, Template)]
#[template(path = "activity_here.html")]
pub struct ActivityHereView {
    /// Around the page.
    pub shell: Shell,
    /// Where the form is sent.
    pub action: String,
    /// The address of the activity.
    pub back: String,
    /// What it is called.
    pub title: String,
    /// When.
    pub when: String,
    /// The shift.
    pub shift: u32,
    /// The digits, from the QR or as they were typed.
    pub code: String,
    /// Whether they are inside: then they sign out.
    pub inside: bool,
    /// What was just done.
    pub done: String,
    /// The form's own number.
    pub key: String,
    /// What was wrong.
    pub errors: Vec<CaseFault>,
}

impl ActivityHereView {
    fn error(&self) -> Option<&str> {
        self.errors.first().map(|fault| fault.message.as_str())
    }
}

/// Something that was attended.
#[derive(Debug, Clone)]
pub struct AttendedRow {
    /// The entry's address.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// When, and by what it is known.
    pub note: String,
    /// The minutes that count.
    pub minutes: i64,
}

/// How far somebody is with their stars.
#[derive(Debug, Clone)]
pub struct StarsCard {
    /// How many there are, and how many there can be.
    pub stars: (usize, usize),
    /// What the star is called, or that there is none yet.
    pub title: String,
    /// What keeps it, where something is missing for the year.
    pub review: String,
    /// What the next one is called; empty when there is none.
    pub next: String,
    /// What it asks for: a sentence and how much of it is there, 0-100.
    pub asked: Vec<(String, i64)>,
}

impl StarsCard {
    /// `★★☆☆☆`, beside the words.
    fn picture(&self) -> String {
        let star = |no: usize| if no < self.stars.0 { '★' } else { '☆' };
        (0..self.stars.1).map(star).collect()
    }
}

/// `GET /{community}/me/hours`: one's own shifts and hours.
#[derive(Debug, Clone, Template)]
#[template(path = "activity_hours.html")]
pub struct ActivityHoursView {
    /// Around the page.
    pub shell: Shell,
    /// Whose.
    pub name: String,
    /// All minutes that the ledger holds.
    pub minutes: i64,
    /// Those of this year's activities.
    pub year: i64,
    /// Shifts to come.
    pub shifts: Vec<ActivityRow>,
    /// By kind: name and minutes, the most first.
    pub kinds: Vec<(String, i64)>,
    /// What came to the ledger in other ways.
    pub other: i64,
    /// What was attended, the newest first.
    pub lines: Vec<AttendedRow>,
    /// How it is proved, in a sentence.
    pub proofs: String,
    /// How far the stars are, where the community has some.
    pub stars: Option<StarsCard>,
    /// The address of one's own calendar.
    pub feed: String,
}

impl ActivityHoursView {
    /// The length of a bar, of 100.
    fn bar(&self, minutes: impl std::borrow::Borrow<i64>) -> i64 {
        let most = self
            .kinds
            .iter()
            .map(|kind| kind.1)
            .max()
            .unwrap_or(1)
            .max(1);
        (minutes.borrow().saturating_mul(100) / most).clamp(1, 100)
    }
}
