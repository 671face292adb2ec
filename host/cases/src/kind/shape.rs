//! The parts of a kind: plain values that its reader filled and its checks went through.
//!
//! What they mean together is said in [`super::check`]; how they are written in files, in [`super::words`].

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

/// The mark of a move by which a case is given to a unit.
pub const DISPATCH: &str = "dispatch";
/// The mark of a move by which a case goes back to whom it came from: what was checked before is void.
pub const RETURNED: &str = "returned";
/// The mark of a move that is one check.
pub const CHECK: &str = "check";
/// The event kind that is chosen when the case is opened.
pub const CHOSEN_EVENT: &str = "event";

/// What a state means to clock, list and rate. Names are free, these five are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Somebody works on it.
    Open,
    /// Waits for the opener; the clock pauses.
    Waiting,
    /// Ended as it was asked.
    Done,
    /// Ended with no, and a reason.
    Refused,
    /// Taken back by the opener, or by nobody going on.
    Withdrawn,
}

impl Group {
    /// Whether nothing more is due.
    pub fn is_final(self) -> bool {
        match self {
            Group::Open | Group::Waiting => false,
            Group::Done | Group::Refused | Group::Withdrawn => true,
        }
    }
}

/// Who takes a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Who opened the case, and for whom it was opened.
    Opener,
    /// Whom it is about: those it was opened for, and never who opened it.
    Concerned,
    /// Whoever receives and dispatches.
    Desk,
    /// Who leads the desk.
    Lead,
    /// Somebody of the unit that the case was given to.
    Unit,
    /// Who checks claims.
    Reviewer,
    /// Who decides for the community.
    Leader,
    /// Who runs the installation.
    Operator,
    /// Nobody: time does it.
    Clock,
}

/// Who may open a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MayOpen {
    /// A resident who is signed in.
    Resident,
    /// Staff, also for somebody else.
    Staff,
    /// A partner's user.
    Partner,
    /// Anybody with the link.
    Anyone,
}

/// How the opener is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// With the full name, to everybody who sees the case.
    Full,
    /// Handlers see the name, others 李**.
    Masked,
    /// Handlers see the name, others nothing.
    Handlers,
    /// Nobody needs to say who they are; who opened it follows it by link and code.
    Nameless,
}

/// Who opens, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Who may.
    pub by: Vec<MayOpen>,
    /// How the opener is named.
    pub name: Named,
    /// The most of this kind that one person may open on one local day.
    pub per_day: Option<u16>,
    /// Whether it is about somebody else, always: neither about who opens it nor about their household.
    pub others_only: bool,
}

/// What is asked when a case is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// These questions.
    Questions(Vec<Question>),
    /// The form of an event kind's plan: of this one, or of the one chosen when opening.
    Event(Option<Code>),
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its name in files and the API.
    pub key: Code,
    /// What a person reads.
    pub title: Text,
    /// What kind of answer it wants.
    pub answer: AnswerKind,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether handlers alone see the answer.
    pub private: bool,
}

/// The kind of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerKind {
    /// Words, at most so many characters.
    Text {
        /// Characters.
        max: u16,
    },
    /// One of these.
    Choice(Vec<(Code, Text)>),
    /// A number with this many decimal places, 0-4, both bounds included at that scale.
    Number {
        /// Decimal places.
        scale: u8,
        /// Smallest, in units of the last place.
        min: i32,
        /// Largest, in units of the last place.
        max: i32,
    },
    /// A day.
    Day,
    /// Yes or no.
    YesNo,
    /// At most so many photos.
    Photos {
        /// How many.
        max: u8,
    },
    /// The number of an entry of the book.
    Entry,
}

/// Where hours run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HourClock {
    /// Always, also at night and through waits.
    Wall,
    /// In opening hours of worked days.
    Work,
}

/// How long something may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// So many hours.
    Hours(u16, HourClock),
    /// So many calendar days, rolled to the next worked day.
    Days(u16),
    /// Until the end of the n-th worked day.
    Workdays(u16),
    /// Worked days by the answer to a choice.
    By(Code, Vec<(Code, u16)>),
}

/// From when on it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// From entering the state. Coming back to it from a wait goes on where it was.
    State,
    /// From the opening, or the reopening of the round.
    Opening,
    /// From the last move with this mark in the round.
    Mark(Code),
}

/// A time to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// How long.
    pub span: Span,
    /// From when.
    pub since: Since,
}

/// Time that may be asked for before it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extend {
    /// How often in a round.
    pub times: u8,
    /// Worked days each time.
    pub workdays: u16,
    /// Who grants it.
    pub by: Role,
}

/// What happens when nobody goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveUp {
    /// After so many worked days in the state.
    pub workdays: u16,
    /// Where the case goes.
    pub to: Code,
}

/// How long a state lasts before its clock move is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The days of notice of the event kind, which the opening carries.
    Notice,
    /// Calendar days.
    Days(u16),
    /// Worked days.
    Workdays(u16),
}

/// A part of a whole, such as two thirds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Above the line.
    pub part: u16,
    /// Below the line.
    pub whole: u16,
}

/// Of whom a [`Share`] is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShareOf {
    /// Who is present.
    Present,
    /// Who belongs to the body.
    Members,
}

/// A meeting that a state is about: shown, not counted. Its minutes are the text and the attachments of the move that
/// leaves the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// Who meets.
    pub body: Code,
    /// Who must be there.
    pub quorum: Share,
    /// Who must agree.
    pub pass: (Share, ShareOf),
    /// Days between the call and the meeting.
    pub notice_days: u16,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its name in files and the API.
    pub code: Code,
    /// What a person reads.
    pub title: Text,
    /// What it means.
    pub group: Group,
    /// When whoever works on it should be done with it.
    pub due: Option<Term>,
    /// Whether that may be moved.
    pub extend: Option<Extend>,
    /// What happens when nobody goes on.
    pub give_up: Option<GiveUp>,
    /// Who sees that it is late.
    pub late: Option<Role>,
    /// For how many days a case in it is shown in public, 0 for ever; nobody sees it without.
    pub public_days: Option<u16>,
    /// How long it lasts before its clock move.
    pub wait: Option<Pause>,
    /// The meeting it is about.
    pub meeting: Option<Meeting>,
    /// Only where the kind wants so many checks.
    pub checks: Option<u8>,
}

/// What a move wants to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// What was done or is asked, in words.
    Text,
    /// Why, in words.
    Reason,
    /// Photos.
    Photo,
    /// Papers.
    File,
    /// The unit that is to go on.
    Unit,
}

/// Whom a role of a booked event is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Filling {
    /// The opener.
    Opener,
    /// Those the case was opened for; the opener when nobody was named.
    For,
    /// The unit.
    Unit,
}

/// What the host does with a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Books an event: of this kind, or of the one chosen when opening.
    Book {
        /// The event kind; `None` for the chosen one.
        event: Option<Code>,
        /// The event's roles.
        roles: Vec<(Code, Filling)>,
    },
    /// Tells somebody.
    Notify(Role),
    /// Opens a case of another kind, linked to this one.
    Open(Code),
    /// Proposes that the entry named in the form be reversed.
    Reverse(Code),
    /// Withdraws what this case booked.
    WithdrawEntry,
}

/// A move from one state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its name in files and the API.
    pub code: Code,
    /// What stands on the button.
    pub title: Text,
    /// The states it leads from.
    pub from: Vec<Code>,
    /// The state it leads to.
    pub to: Code,
    /// Who may take it.
    pub by: Vec<Role>,
    /// What it wants, and whether it must be there.
    pub needs: Vec<(Need, bool)>,
    /// Whether it takes another person than everybody who took a move with the same mark since the case was last
    /// returned or reopened, and nobody the case is about.
    pub other_person: bool,
    /// What it counts as.
    pub mark: Option<Code>,
    /// What the host does.
    pub effects: Vec<Effect>,
    /// Only where the kind wants so many checks.
    pub checks: Option<u8>,
}

impl Move {
    /// Whether the move bears a mark.
    pub fn is_marked(&self, mark: &str) -> bool {
        self.mark.as_ref().is_some_and(|code| code.as_str() == mark)
    }

    /// Whether something must be given with it.
    pub fn must_have(&self, need: Need) -> bool {
        self.needs.contains(&(need, true))
    }

    /// Whether it books an event.
    pub fn books(&self) -> bool {
        self.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Book { .. }))
    }
}

/// How a closed case is opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopen {
    /// Within so many days after it was done.
    pub days: u16,
    /// Into this state.
    pub to: Code,
    /// At most so often.
    pub times: u8,
    /// By whom.
    pub by: Vec<Role>,
}

/// What the opener is asked when it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Whether it is solved: yes, partly, no.
    pub solved: bool,
    /// How satisfied, from 1 to this; not asked when 0.
    pub satisfied: u8,
    /// Days in which the answer is taken.
    pub ask_days: u16,
}

/// What is shown as alike before sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// The questions whose answers are compared.
    pub on: Vec<Code>,
    /// How far back.
    pub days: u16,
}
