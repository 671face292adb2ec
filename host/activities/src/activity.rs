//! An activity with its shifts and who signed up; where it stands at a moment, derived from what people decided and from the
//! clock. Decides nothing.

use rongyi_core::time::Instant;

/// From a moment to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub starts: Instant,
    /// The first moment after it.
    pub ends: Instant,
}

impl Span {
    /// Whether the two have a moment in common.
    pub fn overlaps(self, other: Span) -> bool {
        self.starts < other.ends && other.starts < self.ends
    }

    /// How many minutes, whole ones.
    pub fn minutes(self) -> i64 {
        minutes_between(self.starts, self.ends)
    }
}

/// Whole minutes from one moment to another; none when the other is earlier.
pub(crate) fn minutes_between(from: Instant, to: Instant) -> i64 {
    (to.0.saturating_sub(from.0) / 60_000_000).max(0)
}

/// What people decided about an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is being written.
    Draft,
    /// Somebody else looks at it.
    Review,
    /// Everybody sees it.
    Open,
    /// It will not be.
    Cancelled,
}

impl State {
    /// All of them.
    pub const ALL: [State; 4] = [State::Draft, State::Review, State::Open, State::Cancelled];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            State::Draft => 1,
            State::Review => 2,
            State::Open => 3,
            State::Cancelled => 4,
        }
    }

    /// The state of a stored number.
    pub fn of(number: i64) -> Option<State> {
        State::ALL
            .into_iter()
            .find(|state| state.number() == number)
    }
}

/// Where an activity stands now, as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being written.
    Draft,
    /// Looked at by somebody else.
    Review,
    /// There are seats.
    Recruiting,
    /// All seats are taken; there is a waiting list.
    Full,
    /// A shift is under way.
    Running,
    /// All shifts are over; hours are to be confirmed.
    Ended,
    /// Hours are confirmed and not all booked.
    Confirmed,
    /// What was booked can be objected to.
    Notice,
    /// All of it is booked.
    Posted,
    /// It will not be.
    Cancelled,
}

/// Where somebody stands on the list of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// They have a seat.
    Seat,
    /// They wait for one.
    Waiting,
    /// They left.
    Left,
}

impl Place {
    /// All of them.
    pub const ALL: [Place; 3] = [Place::Seat, Place::Waiting, Place::Left];

    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Place::Seat => 1,
            Place::Waiting => 2,
            Place::Left => 3,
        }
    }

    /// The place of a stored number.
    pub fn of(number: i64) -> Option<Place> {
        Place::ALL
            .into_iter()
            .find(|place| place.number() == number)
    }
}

/// Somebody on the list of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signup {
    /// Their number.
    pub resident: u32,
    /// Their turn: the earlier, the smaller.
    pub turn: u32,
    /// Where they stand.
    pub place: Place,
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Its number in the activity, from 1.
    pub no: u32,
    /// What is done in it, or by whom; may be empty.
    pub role: String,
    /// When.
    pub span: Span,
    /// How many people.
    pub seats: u32,
    /// When its leader ended it.
    pub ended_at: Option<Instant>,
    /// Who is on its list.
    pub signups: Vec<Signup>,
    /// How many who had a seat are confirmed.
    pub confirmed: u32,
    /// How many of these are not booked yet.
    pub unbooked: u32,
    /// How many that are booked can be objected to still.
    pub on_notice: u32,
}

impl Shift {
    /// Everybody with a place of this kind, in their turn.
    pub fn at(&self, place: Place) -> Vec<Signup> {
        let mut all: Vec<Signup> = self
            .signups
            .iter()
            .copied()
            .filter(|one| one.place == place)
            .collect();
        all.sort_by_key(|one| one.turn);
        all
    }

    /// Seats that nobody has.
    pub fn free(&self) -> u32 {
        let taken = self
            .signups
            .iter()
            .filter(|one| one.place == Place::Seat)
            .count();
        self.seats
            .saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX))
    }

    /// Somebody's line on the list, unless they left.
    pub fn of(&self, resident: u32) -> Option<Signup> {
        let mut all = self.signups.iter().copied();
        all.find(|one| one.resident == resident && one.place != Place::Left)
    }

    /// Whether it is over, by its leader's word or by the clock.
    pub fn is_over(&self, now: Instant) -> bool {
        self.ended_at.is_some() || now >= self.span.ends
    }

    fn is_confirmed(&self) -> bool {
        self.confirmed as usize >= self.at(Place::Seat).len()
    }
}

/// What somebody must be, or have, to join.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Only grown-ups.
    pub adult: bool,
    /// A minor needs the consent of whoever cares for them.
    pub consent: bool,
    /// Training under this name.
    pub training: String,
    /// Insurance is noted before it is published.
    pub insured: bool,
}

/// An activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its number.
    pub no: u64,
    /// What people decided.
    pub state: State,
    /// What it is called.
    pub title: String,
    /// Who leads it, a member of staff.
    pub leader: i64,
    /// Who wrote it.
    pub made_by: String,
    /// What insurance was noted; may be empty.
    pub insurance: String,
    /// Who may join.
    pub needs: Needs,
    /// Its shifts.
    pub shifts: Vec<Shift>,
}

impl Activity {
    /// A shift by its number.
    pub fn shift(&self, no: u32) -> Option<&Shift> {
        self.shifts.iter().find(|shift| shift.no == no)
    }

    /// Whether anybody is on a list.
    pub fn has_people(&self) -> bool {
        let mut all = self.shifts.iter().flat_map(|shift| &shift.signups);
        all.any(|one| one.place != Place::Left)
    }

    /// Where it stands.
    pub fn stage(&self, now: Instant) -> Stage {
        match self.state {
            State::Draft => return Stage::Draft,
            State::Review => return Stage::Review,
            State::Cancelled => return Stage::Cancelled,
            State::Open => {}
        }
        let ahead: Vec<&Shift> = self
            .shifts
            .iter()
            .filter(|shift| !shift.is_over(now))
            .collect();
        if ahead.iter().any(|shift| now >= shift.span.starts) {
            return Stage::Running;
        }
        if !ahead.is_empty() {
            let full = ahead.iter().all(|shift| shift.free() == 0);
            return if full { Stage::Full } else { Stage::Recruiting };
        }
        if !self.shifts.iter().all(Shift::is_confirmed) {
            return Stage::Ended;
        }
        if self.shifts.iter().any(|shift| shift.unbooked > 0) {
            Stage::Confirmed
        } else if self.shifts.iter().any(|shift| shift.on_notice > 0) {
            Stage::Notice
        } else {
            Stage::Posted
        }
    }
}
