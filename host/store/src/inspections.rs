//! The rows of inspections as callers hand them over and get them back. Scores are read in two ways only: a judge's own,
//! and all of them once the inspection is open for reading; there is no third.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::{Instant, LocalDate};

use crate::{Store, StoreError, each_engine};

/// Somebody who judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJudge {
    /// Under which name they act.
    pub actor: Code,
    /// Their household, which they do not judge.
    pub household: Option<u32>,
}

/// An inspection to be opened.
#[derive(Debug, Clone)]
pub struct NewInspection<'i> {
    /// Where.
    pub community: &'i Code,
    /// The event kind whose rule counts the scores.
    pub kind: &'i Code,
    /// What it is called.
    pub title: &'i str,
    /// The day that is booked.
    pub on: LocalDate,
    /// From then on nobody scores.
    pub due: Instant,
    /// The fewest and the most points of a judge.
    pub points: (i32, i32),
    /// When.
    pub at: Instant,
    /// Who opens it.
    pub opener: &'i Code,
    /// The judges, in the order of their numbers.
    pub judges: &'i [NewJudge],
    /// Who is inspected, each with the household.
    pub places: &'i [(ResidentNo, u32)],
    /// The form that was sent.
    pub token: &'i str,
}

/// How far an inspection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InspectionState {
    /// Judges score; nobody reads what others gave.
    Scoring,
    /// The scores are open.
    Open,
    /// It was called off: nothing is booked.
    CalledOff,
}

impl InspectionState {
    pub(crate) fn of(number: i64) -> Option<InspectionState> {
        match number {
            1 => Some(InspectionState::Scoring),
            2 => Some(InspectionState::Open),
            3 => Some(InspectionState::CalledOff),
            _ => None,
        }
    }
}

/// A judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredJudge {
    /// The number under which the rule knows them.
    pub no: u8,
    /// Under which name they act.
    pub actor: Code,
    /// Their household, which they do not judge.
    pub household: Option<u32>,
    /// When they handed in.
    pub sent_at: Option<Instant>,
}

/// What became of somebody who was inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceState {
    /// To be booked.
    Waiting,
    /// Booked as this entry.
    Booked(u64),
    /// Not booked: why, as JSON, and the entry that says so where there is one.
    Refused(String, Option<u64>),
}

/// Somebody who is inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlace {
    /// Who.
    pub resident: ResidentNo,
    /// Of which household.
    pub household: u32,
    /// What became of it.
    pub state: PlaceState,
}

/// An inspection, without its scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredInspection {
    /// Its number.
    pub no: u64,
    /// How far it has come.
    pub state: InspectionState,
    /// The event kind whose rule counts the scores.
    pub kind: Code,
    /// What it is called.
    pub title: String,
    /// The day that is booked.
    pub on: LocalDate,
    /// From then on nobody scores.
    pub due: Instant,
    /// The fewest and the most points of a judge.
    pub points: (i32, i32),
    /// Who opened it.
    pub opener: Code,
    /// The judges by number.
    pub judges: Vec<StoredJudge>,
    /// Who is inspected.
    pub places: Vec<StoredPlace>,
}

/// What a judge gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// The judge.
    pub judge: u8,
    /// To whom.
    pub resident: ResidentNo,
    /// How many points.
    pub points: i32,
}

/// What a judge hands over.
#[derive(Debug, Clone)]
pub struct NewScores<'i> {
    /// Where.
    pub community: &'i Code,
    /// Which inspection.
    pub no: u64,
    /// Which judge.
    pub judge: u8,
    /// What they give; it takes the place of what they gave before.
    pub scores: &'i [(ResidentNo, i32)],
    /// Whether they hand it in: nothing is changed after that.
    pub hand_in: bool,
    /// When.
    pub at: Instant,
}

/// The answer to a judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scored {
    /// It is kept.
    Kept,
    /// They had handed in before: nothing was changed.
    HandedInBefore,
    /// The time is over, or it was called off: nothing was changed.
    Over,
}

each_engine! {
    /// Opens an inspection; answers its number. The same form of the same person opens one.
    fn open_inspection(new: &NewInspection<'_>) -> u64;
    /// An inspection with its judges and who is inspected.
    fn inspection(community: &Code, no: u64) -> Option<StoredInspection>;
    /// The newest inspections, by number.
    fn inspections(community: &Code, limit: u32) -> Vec<u64>;
    /// Those in which somebody judges and has not handed in yet.
    fn to_judge(community: &Code, actor: &Code, now: Instant) -> Vec<u64>;
    /// What one judge gave so far: for that judge alone.
    fn own_scores(community: &Code, no: u64, judge: u8) -> Vec<(ResidentNo, i32)>;
    /// All that was handed in, once the inspection is open; nothing before.
    fn open_scores(community: &Code, no: u64) -> Vec<Score>;
    /// Keeps what a judge gives. With the last who hands in, the scores are open.
    fn put_scores(new: &NewScores<'_>) -> Scored;
    /// Opens those whose time is over; answers how many.
    fn end_inspections(community: &Code, now: Instant) -> u64;
    /// Calls one off while judges score; `false` when it is too late.
    fn call_off_inspection(community: &Code, no: u64) -> bool;
    /// Who is to be booked of inspections that are open.
    fn waiting_places(community: &Code, limit: u32) -> Vec<(u64, ResidentNo)>;
    /// What became of somebody; `false` when that stands already.
    fn end_place(community: &Code, place: (u64, ResidentNo), ended: &PlaceState) -> bool;
}
