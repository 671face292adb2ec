//! Marks of a shift (came, went, did not come, struck out) and the presence they prove. Moments are instants, so that a clock
//! that is put forward or back makes no minute; marks may arrive in any order.

use rongyi_core::time::Instant;

use crate::activity::{Activity, Shift, Span, State, minutes_between};
use crate::refusal::Refusal;

/// How long before the beginning somebody may sign in.
const EARLY_US: i64 = 60 * 60_000_000;
/// Minutes after the planned end that still count.
const OVERTIME_US: i64 = 60 * 60_000_000;
/// Coming so much later than planned is late, going so much earlier is early.
const SLACK_US: i64 = 15 * 60_000_000;

/// What was marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// They came.
    In,
    /// They went.
    Out,
    /// They did not come.
    Absent,
    /// What was marked before was wrong.
    Void,
}

impl What {
    /// All of them.
    pub const ALL: [What; 4] = [What::In, What::Out, What::Absent, What::Void];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            What::In => 1,
            What::Out => 2,
            What::Absent => 3,
            What::Void => 4,
        }
    }

    /// What a stored number means.
    pub fn of(number: i64) -> Option<What> {
        What::ALL.into_iter().find(|what| what.number() == number)
    }
}

/// By what it is known, the weakest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// A code that the person typed or scanned.
    Machine,
    /// The leader saw them.
    Organiser,
    /// Entered afterwards.
    MakeUp,
    /// Brought over from another system.
    Imported,
}

impl Proof {
    /// All of them.
    pub const ALL: [Proof; 4] = [
        Proof::Machine,
        Proof::Organiser,
        Proof::MakeUp,
        Proof::Imported,
    ];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Proof::Machine => 1,
            Proof::Organiser => 2,
            Proof::MakeUp => 3,
            Proof::Imported => 4,
        }
    }

    /// The class of a stored number.
    pub fn of(number: i64) -> Option<Proof> {
        Proof::ALL
            .into_iter()
            .find(|proof| proof.number() == number)
    }

    /// As rules know it.
    pub fn word(self) -> &'static str {
        match self {
            Proof::Machine => "machine",
            Proof::Organiser => "organiser",
            Proof::MakeUp => "make-up",
            Proof::Imported => "imported",
        }
    }
}

/// One mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its number among those of the person and shift; the later written, the larger.
    pub no: u32,
    /// What.
    pub what: What,
    /// By what it is known.
    pub proof: Proof,
    /// When it was so.
    pub at: Instant,
    /// When it was written down.
    pub noted_at: Instant,
}

/// What whoever confirms should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Odd {
    /// Nobody signed them out.
    NoSignOut,
    /// They went before they came.
    Disorder,
    /// Something outside the shift was cut off.
    Cut,
    /// They came well after the beginning.
    Late,
    /// They went well before the end.
    Early,
    /// A mark was written long after it was so.
    NotedLate,
    /// It is the leader, or somebody of their household.
    OwnPeople,
    /// With what else they served on that day it is more than anybody serves.
    FullDay,
    /// Time after time the whole shift, on somebody's word.
    AlwaysWhole,
}

/// What the marks of one person prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Whole minutes between coming and going, inside the shift.
    pub minutes: i64,
    /// The minutes of the shift.
    pub planned: i64,
    /// The weakest proof of it.
    pub proof: Proof,
    /// Whether they came at all.
    pub came: bool,
    /// Whether the going is known.
    pub signed_out: bool,
    /// What to look at.
    pub odd: Vec<Odd>,
}

/// The marks that count: everything after the last that struck out what was before it, in the order in which it was so.
fn standing(marks: &[Mark]) -> Vec<Mark> {
    let void = marks
        .iter()
        .filter(|mark| mark.what == What::Void)
        .map(|mark| mark.no)
        .max();
    let mut all: Vec<Mark> = marks
        .iter()
        .copied()
        .filter(|mark| mark.what != What::Void && void.is_none_or(|void| mark.no > void))
        .collect();
    all.sort_by_key(|mark| (mark.at, mark.no));
    all
}

/// Whether somebody is inside now: they came, and did not go.
pub fn is_inside(marks: &[Mark]) -> bool {
    let all = standing(marks);
    let last = all
        .iter()
        .rev()
        .find(|mark| matches!(mark.what, What::In | What::Out));
    last.is_some_and(|mark| mark.what == What::In)
}

/// What marks prove about a shift that was planned for `span` and ended at `ended`.
pub fn presence(marks: &[Mark], span: Span, ended: Option<Instant>) -> Presence {
    let all = standing(marks);
    let last = Instant(span.ends.0.saturating_add(OVERTIME_US));
    let most = ended.map_or(last, |ended| ended.min(last));
    let mut odd = Vec::new();
    let mut proof = Proof::Machine;
    let (mut since, mut minutes): (Option<Instant>, i64) = (None, 0);
    let (mut first, mut gone): (Option<Instant>, Option<Instant>) = (None, None);
    for mark in &all {
        if matches!(mark.what, What::In | What::Out) {
            proof = proof.max(mark.proof);
            if mark.noted_at.0.saturating_sub(mark.at.0) > EARLY_US {
                odd.push(Odd::NotedLate);
            }
        }
        match mark.what {
            What::In => {
                first.get_or_insert(mark.at);
                since.get_or_insert(mark.at);
            }
            What::Out => match since.take() {
                Some(from) => {
                    minutes =
                        minutes.saturating_add(counted(from, mark.at, (span, most), &mut odd));
                    gone = Some(mark.at);
                }
                // A second sign-out is the first one again; one before any sign-in is a clock that is wrong.
                None if first.is_none() => odd.push(Odd::Disorder),
                None => {}
            },
            What::Absent | What::Void => {}
        }
    }
    let open = since.is_some();
    if let Some(from) = since {
        odd.push(Odd::NoSignOut);
        minutes =
            minutes.saturating_add(counted(from, span.ends.min(most), (span, most), &mut odd));
    }
    if first.is_some_and(|first| first.0 > span.starts.0.saturating_add(SLACK_US)) {
        odd.push(Odd::Late);
    }
    if !open && gone.is_some_and(|gone| gone.0 < span.ends.0.saturating_sub(SLACK_US)) {
        odd.push(Odd::Early);
    }
    odd.sort_unstable();
    odd.dedup();
    Presence {
        minutes,
        planned: span.minutes(),
        proof,
        came: first.is_some(),
        signed_out: first.is_some() && !open,
        odd,
    }
}

/// The minutes of a stay inside the shift. Being there early is usual and says nothing; staying past what counts does.
fn counted(from: Instant, to: Instant, (span, most): (Span, Instant), odd: &mut Vec<Odd>) -> i64 {
    if to > most {
        odd.push(Odd::Cut);
    }
    minutes_between(from.max(span.starts), to.min(most))
}

/// Whether something may be marked about a shift now, as being so at `at`.
///
/// # Errors
/// [`Refusal`].
pub fn may_mark(
    activity: &Activity,
    shift: &Shift,
    at: Instant,
    now: Instant,
) -> Result<(), Refusal> {
    if activity.state != State::Open {
        return Err(Refusal::new(
            "mark.not-open",
            "这个活动没有在进行，不能签到。",
            "This activity is not under way, so nobody can sign in.",
        ));
    }
    if at > now {
        return Err(Refusal::new(
            "mark.future",
            "签到的时间比现在还晚，请看看手机的时间对不对。",
            "The time is later than now; check the clock of the telephone.",
        ));
    }
    if at.0 < shift.span.starts.0.saturating_sub(EARLY_US) {
        return Err(Refusal::new(
            "mark.early",
            "还没到签到的时间，开始前一小时起可以签到。",
            "It is too early: signing in opens an hour before the beginning.",
        ));
    }
    Ok(())
}
