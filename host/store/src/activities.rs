//! The rows of activities as callers hand them over and get them back. No statement, and nothing about what they mean: that
//! is decided by `rongyi-activities`, whose numbers for states, places, marks and proofs stand in them.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::{Instant, LocalDate};

use crate::{Store, StoreError, each_engine};

/// What everybody reads of an activity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityWords {
    /// What it is called.
    pub title: String,
    /// What is done.
    pub about: String,
    /// Where.
    pub location: String,
    /// What to bring.
    pub bring: String,
    /// The volunteers' insurance.
    pub insurance: String,
    /// The training it needs.
    pub training: String,
}

/// A shift to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShift {
    /// What is done in it.
    pub role: String,
    /// Its first moment.
    pub starts: Instant,
    /// The first moment after it.
    pub ends: Instant,
    /// How many people.
    pub seats: u32,
}

/// An activity to be written.
#[derive(Debug, Clone)]
pub struct NewActivity<'a> {
    /// Where.
    pub community: &'a Code,
    /// The event kind under which hours are counted.
    pub kind: &'a Code,
    /// What it was begun with.
    pub template: &'a str,
    /// What everybody reads.
    pub words: &'a ActivityWords,
    /// Who leads it.
    pub leader: i64,
    /// Only grown-ups; minors need consent; insurance is noted first.
    pub needs: (bool, bool, bool),
    /// When.
    pub at: Instant,
    /// Who writes it.
    pub by: &'a Code,
    /// Its first shift.
    pub shift: &'a NewShift,
    /// The form that was sent.
    pub token: &'a str,
}

/// Which activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityFilter {
    /// The one with this number.
    One(u64),
    /// Those with a shift that ends after the first moment and begins before the second.
    Between(Instant, Instant),
    /// Those on whose lists somebody stands or stood.
    Of(ResidentNo),
}

/// Somebody on the list of a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSignup {
    /// Who.
    pub resident: ResidentNo,
    /// Their turn.
    pub turn: u32,
    /// Where they stand: 1 a seat, 2 waiting, 3 left.
    pub place: i64,
    /// The team they come with.
    pub team: Option<u32>,
}

/// Something that was marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMark {
    /// Of whom.
    pub resident: ResidentNo,
    /// Its number for this person and shift.
    pub no: u32,
    /// 1 came, 2 went, 3 did not come, 4 struck out.
    pub what: i64,
    /// 1 machine, 2 organiser, 3 make-up, 4 imported.
    pub proof: i64,
    /// When it was so.
    pub at: Instant,
    /// When it was written.
    pub noted_at: Instant,
    /// On whose word.
    pub by: Code,
}

/// How far what was confirmed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PresenceState {
    /// A second person has to confirm.
    NeedsSecond,
    /// It is to be booked.
    Waiting,
    /// It is booked.
    Booked,
    /// The book or the rule said no.
    Refused,
    /// They did not come: nothing is booked.
    Absent,
}

impl PresenceState {
    const ALL: [PresenceState; 5] = [
        PresenceState::NeedsSecond,
        PresenceState::Waiting,
        PresenceState::Booked,
        PresenceState::Refused,
        PresenceState::Absent,
    ];

    /// The stored number.
    pub(crate) fn number(self) -> i64 {
        match self {
            PresenceState::NeedsSecond => 1,
            PresenceState::Waiting => 2,
            PresenceState::Booked => 3,
            PresenceState::Refused => 4,
            PresenceState::Absent => 5,
        }
    }

    /// The state of a stored number.
    pub(crate) fn of(number: i64) -> Option<PresenceState> {
        let mut all = PresenceState::ALL.into_iter();
        all.find(|state| state.number() == number)
    }
}

/// What is confirmed of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPresence {
    /// The shift.
    pub shift: u32,
    /// Who was there.
    pub resident: ResidentNo,
    /// Minutes between coming and going.
    pub minutes: i64,
    /// Minutes of the shift.
    pub planned: i64,
    /// The weakest proof.
    pub proof: i64,
    /// Whether the going is known.
    pub signed_out: bool,
    /// Who confirms.
    pub by: Code,
    /// And when.
    pub at: Instant,
    /// How far it has come.
    pub state: PresenceState,
}

/// What was confirmed of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPresence {
    /// Who.
    pub resident: ResidentNo,
    /// Minutes between coming and going.
    pub minutes: i64,
    /// Who confirmed.
    pub first_by: Code,
    /// Who else.
    pub second_by: Option<Code>,
    /// How far it has come.
    pub state: PresenceState,
    /// What it came to in the book.
    pub entry: Option<u64>,
    /// The minutes counted.
    pub counted: Option<i64>,
    /// Why it was refused, as JSON.
    pub told: Option<String>,
    /// Whether the entry can be objected to still.
    pub on_notice: bool,
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredShift {
    /// Its number.
    pub no: u32,
    /// What is done in it.
    pub role: String,
    /// Its first moment.
    pub starts: Instant,
    /// The first moment after it.
    pub ends: Instant,
    /// How many people.
    pub seats: u32,
    /// When its leader ended it.
    pub ended_at: Option<Instant>,
    /// Who is on its list.
    pub signups: Vec<StoredSignup>,
    /// Who came and went.
    pub marks: Vec<StoredMark>,
    /// What was confirmed.
    pub presences: Vec<StoredPresence>,
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredActivity {
    /// Its number.
    pub no: u64,
    /// Its version.
    pub version: u32,
    /// 1 draft, 2 review, 3 open, 4 cancelled.
    pub state: i64,
    /// The event kind.
    pub kind: Code,
    /// What it was begun with.
    pub template: String,
    /// What everybody reads.
    pub words: ActivityWords,
    /// Who leads it.
    pub leader: i64,
    /// Only grown-ups; minors need consent; insurance is noted first.
    pub needs: (bool, bool, bool),
    /// Who wrote it.
    pub made_by: Code,
    /// Who published it.
    pub passed_by: Option<Code>,
    /// Why it was cancelled.
    pub told: String,
    /// Its shifts, by number.
    pub shifts: Vec<StoredShift>,
}

/// A new place on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignupChange {
    /// The shift.
    pub shift: u32,
    /// Who.
    pub resident: ResidentNo,
    /// Their turn; of those who come now, the activity's new version.
    pub turn: u32,
    /// 1 a seat, 2 waiting, 3 left.
    pub place: i64,
    /// The team they come with; what was said before stays where there is none.
    pub team: Option<u32>,
}

/// Another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateChange<'c> {
    /// 1 draft, 2 review, 3 open, 4 cancelled.
    pub state: i64,
    /// Who published it; kept when there is nobody.
    pub passed_by: Option<&'c Code>,
    /// Why it was cancelled.
    pub told: &'c str,
}

/// A change of an activity, with all that belongs to it.
#[derive(Debug, Clone)]
pub struct ActivityChange<'c> {
    /// Where.
    pub community: &'c Code,
    /// The activity.
    pub activity_no: u64,
    /// The version on which it was decided.
    pub seen: u32,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: &'c Code,
    /// Another state.
    pub state: Option<StateChange<'c>>,
    /// Places on lists.
    pub signups: &'c [SignupChange],
    /// One more shift.
    pub shift: Option<&'c NewShift>,
    /// The shift that ends now.
    pub ends: Option<u32>,
}

/// A mark to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMark {
    /// The shift.
    pub shift: u32,
    /// Of whom.
    pub resident: ResidentNo,
    /// 1 came, 2 went, 3 did not come, 4 struck out.
    pub what: i64,
    /// 1 machine, 2 organiser, 3 make-up, 4 imported.
    pub proof: i64,
    /// When it was so.
    pub at: Instant,
    /// When it is written.
    pub noted_at: Instant,
    /// On whose word.
    pub by: Code,
    /// The form that was sent.
    pub token: String,
}

/// Something to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPresence {
    /// The activity.
    pub activity_no: u64,
    /// Its shift.
    pub shift: u32,
    /// Who was there.
    pub resident: ResidentNo,
    /// Minutes between coming and going.
    pub minutes: i64,
    /// Minutes of the shift.
    pub planned: i64,
    /// The weakest proof.
    pub proof: i64,
    /// Whether the going is known.
    pub signed_out: bool,
    /// On whose word: the last who confirmed.
    pub by: Code,
    /// The event kind.
    pub kind: Code,
    /// When the shift began.
    pub starts: Instant,
}

/// Something that somebody attended and that is booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attended {
    /// The activity.
    pub activity_no: u64,
    /// What it is called.
    pub title: String,
    /// The event kind.
    pub kind: Code,
    /// When the shift began.
    pub starts: Instant,
    /// The weakest proof.
    pub proof: i64,
    /// The minutes counted.
    pub counted: i64,
    /// What it came to in the book.
    pub entry: u64,
}

/// What somebody may do until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// `consent`, or `training:` and its name.
    pub what: String,
    /// The last day.
    pub until: LocalDate,
}

each_engine! {
    /// Writes an activity with its first shift; answers its number. The same form of the same person writes one.
    fn add_activity(new: &NewActivity<'_>) -> u64;
    /// Activities with their shifts, lists and marks, all of one moment, by number.
    fn activities(community: &Code, filter: ActivityFilter) -> Vec<StoredActivity>;
    /// Changes an activity, if nobody was faster; all of it or nothing.
    fn change_activity(change: &ActivityChange<'_>) -> bool;
    /// Writes marks; one that was written before by the same form is left out. Answers how many are new.
    fn add_marks(community: &Code, activity_no: u64, marks: &[NewMark]) -> u32;
    /// Writes what was confirmed; what was confirmed before stays as it is. Answers how many are new.
    fn add_presences(community: &Code, activity_no: u64, presences: &[NewPresence]) -> u32;
    /// Notes the second who confirmed; `false` when it does not wait for one.
    fn second_presence(community: &Code, of: (u64, u32, ResidentNo), by: &Code) -> bool;
    /// What was confirmed and is to be booked, in order.
    fn waiting_presences(community: &Code, limit: u32) -> Vec<WaitingPresence>;
    /// What became of it: the entry, the minutes counted, or why it was refused. `false` when that was noted before.
    fn end_presence(community: &Code, of: (u64, u32, ResidentNo), ended: (Option<u64>, i64, Option<&str>)) -> bool;
    /// What somebody attended and was booked, the newest first; nothing that was taken back.
    fn attended(community: &Code, resident: ResidentNo, limit: u32) -> Vec<Attended>;
    /// What somebody may do until which day.
    fn clearances(community: &Code, resident: ResidentNo) -> Vec<Clearance>;
    /// Notes that somebody may do something until a day.
    fn put_clearance(community: &Code, resident: ResidentNo, clearance: &Clearance, by: (&Code, Instant)) -> ();
}
