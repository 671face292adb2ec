//! Activities: what volunteers can join, who came, and what is confirmed of it. Here stored rows become what can be decided
//! about, what was decided is written while nobody was faster, and [`booking`] sends confirmed presence to the community's
//! rule. What may be done is decided in `rongyi-activities`; what hours are worth, by the rule.

pub mod attending;
pub mod booking;
pub mod certificates;
pub mod gate;
pub mod honest;
pub mod stars;
pub mod teams;
pub(crate) mod web;

use rongyi_activities::{
    Activity, Busy, By, Joined, Move, Needs, Place, Refusal, Shift, Signup, Span, State, Volunteer,
    join as may_join, leave as may_leave, moves_up, take,
};
use rongyi_clerk::ClerkError;
use rongyi_clerk::clock::local;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::{
    ActivityChange, ActivityFilter, ActivityWords, Clearance, MemberFilter, NewActivity, NewShift,
    PresenceState, SignupChange, StateChange, StoreError, StoredActivity, StoredShift, TeamMember,
};

use crate::door::Actor;
use crate::house::House;
use crate::people::leaving;

/// Times something is decided again because somebody was faster.
pub(crate) const TRIES_MAX: usize = 16;
/// Shifts of one activity.
const SHIFTS_MAX: usize = 40;
/// Before the name of a training, where what somebody may do is noted.
const TRAINING: &str = "training:";
/// The consent of whoever cares for a minor.
pub const CONSENT: &str = "consent";
/// Somebody may sign up although they often did not come.
pub const AGAIN: &str = "again";

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ActivityError {
    /// There is no such activity or shift.
    #[error("there is no such activity")]
    Unknown,
    /// It may not be done.
    #[error("{}", .0.text.en)]
    Refused(Refusal),
    /// What is stored does not fit together.
    #[error("activity {0} cannot be read: {1}")]
    Damaged(u64, String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clerk.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
}

impl From<Refusal> for ActivityError {
    fn from(refusal: Refusal) -> Self {
        ActivityError::Refused(refusal)
    }
}

impl ActivityError {
    /// It may not be done: a code, and the reason in both languages.
    pub(crate) fn refuse(
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> ActivityError {
        ActivityError::Refused(Refusal::new(code, zh, en))
    }
}

/// An activity as it is stored and as it is decided about.
#[derive(Debug, Clone)]
pub struct AtHand {
    /// As it is stored.
    pub stored: StoredActivity,
    /// For deciding.
    pub activity: Activity,
}

impl AtHand {
    /// Puts a stored activity into the form that is decided about.
    ///
    /// # Errors
    /// [`ActivityError::Damaged`].
    pub fn of(stored: StoredActivity) -> Result<AtHand, ActivityError> {
        let damaged = |what: &str| ActivityError::Damaged(stored.no, what.to_owned());
        let state = State::of(stored.state).ok_or_else(|| damaged("state"))?;
        let mut shifts = Vec::new();
        for shift in &stored.shifts {
            shifts.push(decidable(shift).ok_or_else(|| damaged("place"))?);
        }
        let (adult, consent, insured) = stored.needs;
        let activity = Activity {
            no: stored.no,
            state,
            title: stored.words.title.clone(),
            leader: stored.leader,
            made_by: stored.made_by.to_string(),
            insurance: stored.words.insurance.clone(),
            needs: Needs {
                adult,
                consent,
                training: stored.words.training.clone(),
                insured,
            },
            shifts,
        };
        Ok(AtHand { stored, activity })
    }

    /// A shift, in both forms.
    ///
    /// # Errors
    /// [`ActivityError::Unknown`].
    pub fn shift(&self, no: u32) -> Result<(&StoredShift, &Shift), ActivityError> {
        let stored = self.stored.shifts.iter().find(|shift| shift.no == no);
        let shift = self.activity.shift(no);
        stored.zip(shift).ok_or(ActivityError::Unknown)
    }
}

fn decidable(shift: &StoredShift) -> Option<Shift> {
    let mut signups = Vec::new();
    for one in &shift.signups {
        signups.push(Signup {
            resident: one.resident.0,
            turn: one.turn,
            place: Place::of(one.place)?,
        });
    }
    let count = |which: &dyn Fn(&rongyi_store::StoredPresence) -> bool| {
        let all = shift.presences.iter().filter(|one| which(one)).count();
        u32::try_from(all).unwrap_or(u32::MAX)
    };
    Some(Shift {
        no: shift.no,
        role: shift.role.clone(),
        span: Span {
            starts: shift.starts,
            ends: shift.ends,
        },
        seats: shift.seats,
        ended_at: shift.ended_at,
        signups,
        confirmed: count(&|_| true),
        unbooked: count(&|one| {
            matches!(
                one.state,
                PresenceState::NeedsSecond | PresenceState::Waiting
            )
        }),
        on_notice: count(&|one| one.on_notice),
    })
}

/// An activity by its number.
///
/// # Errors
/// [`ActivityError::Unknown`] when there is none.
pub async fn find(house: &House, community: &Code, no: u64) -> Result<AtHand, ActivityError> {
    let found = house
        .store
        .activities(community, ActivityFilter::One(no))
        .await?;
    AtHand::of(found.into_iter().next().ok_or(ActivityError::Unknown)?)
}

/// Activities with a shift between two moments.
///
/// # Errors
/// What the database said.
pub async fn between(
    house: &House,
    community: &Code,
    (from, until): (Instant, Instant),
) -> Result<Vec<AtHand>, ActivityError> {
    let filter = ActivityFilter::Between(from, until);
    let found = house.store.activities(community, filter).await?;
    found.into_iter().map(AtHand::of).collect()
}

/// Activities on whose lists somebody stands.
///
/// # Errors
/// What the database said.
pub async fn of_resident(
    house: &House,
    community: &Code,
    resident: ResidentNo,
) -> Result<Vec<AtHand>, ActivityError> {
    let filter = ActivityFilter::Of(resident);
    let found = house.store.activities(community, filter).await?;
    found.into_iter().map(AtHand::of).collect()
}

/// What is typed for a new activity.
#[derive(Debug, Clone)]
pub struct Written {
    /// The event kind under which hours are counted.
    pub kind: Code,
    /// What it was begun with.
    pub template: String,
    /// What everybody reads.
    pub words: ActivityWords,
    /// Who leads it.
    pub leader: i64,
    /// Only grown-ups; minors need consent; insurance is noted first.
    pub needs: (bool, bool, bool),
    /// Its first shift.
    pub shift: NewShift,
    /// The form.
    pub token: String,
}

/// Writes an activity, as a draft; answers its number.
///
/// # Errors
/// What the database said.
pub async fn write(
    house: &House,
    community: &Code,
    by: &Actor,
    written: &Written,
) -> Result<u64, ActivityError> {
    let new = NewActivity {
        community,
        kind: &written.kind,
        template: &written.template,
        words: &written.words,
        leader: written.leader,
        needs: written.needs,
        at: house.clock.now(),
        by: &by.code(),
        shift: &written.shift,
        token: &written.token,
    };
    Ok(house.store.add_activity(&new).await?)
}

/// A change of nothing yet, decided on what is at hand.
fn change<'c>(
    house: &House,
    (community, at_hand): (&'c Code, &AtHand),
    by: &'c Code,
) -> ActivityChange<'c> {
    ActivityChange {
        community,
        activity_no: at_hand.stored.no,
        seen: at_hand.stored.version,
        at: house.clock.now(),
        by,
        state: None,
        signups: &[],
        shift: None,
        ends: None,
    }
}

fn busy_store(no: u64) -> ActivityError {
    ActivityError::Store(StoreError::Busy {
        detail: format!("activity {no}"),
    })
}

/// Takes a move of an activity's life.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn step(
    house: &House,
    community: &Code,
    (by, runs): (&Actor, bool),
    no: u64,
    (wanted, words): (Move, &str),
) -> Result<(), ActivityError> {
    let actor = by.code();
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, no).await?;
        let texts = &at_hand.stored.words;
        let read = [
            texts.title.as_str(),
            &texts.about,
            &texts.location,
            &texts.bring,
        ];
        let by = By {
            actor: actor.to_string(),
            runs,
        };
        let state = take(
            &at_hand.activity,
            wanted,
            &by,
            (words, &read),
            house.clock.now(),
        )?;
        let changed = ActivityChange {
            state: Some(StateChange {
                state: state.number(),
                passed_by: Some(&actor).filter(|_| state == State::Open),
                told: words,
            }),
            ..change(house, (community, &at_hand), &actor)
        };
        if house.store.change_activity(&changed).await? {
            return Ok(());
        }
    }
    Err(busy_store(no))
}

/// Adds a shift to an activity that did not end.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn add_shift(
    house: &House,
    community: &Code,
    by: &Actor,
    no: u64,
    shift: &NewShift,
) -> Result<(), ActivityError> {
    let actor = by.code();
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, no).await?;
        if at_hand.activity.state == State::Cancelled || at_hand.stored.shifts.len() >= SHIFTS_MAX {
            return Err(Refusal::new(
                "activity.shifts",
                "这个活动不能再加班次了。",
                "No more shifts can be added to this activity.",
            )
            .into());
        }
        let changed = ActivityChange {
            shift: Some(shift),
            ..change(house, (community, &at_hand), &actor)
        };
        if house.store.change_activity(&changed).await? {
            return Ok(());
        }
    }
    Err(busy_store(no))
}

/// Somebody as joining knows them: what they are and may on the day of a shift, and where else they are.
async fn volunteer(
    house: &House,
    community: &Code,
    resident: ResidentNo,
    (no, shift): (u64, &Shift),
) -> Result<Volunteer, ActivityError> {
    let known = house.store.public_name(community, resident).await?;
    let day = house.day_of(community, shift.span.starts);
    let served = house.community(community);
    let mut who = Volunteer {
        resident: resident.0,
        minor: known.is_some_and(|person| person.minor),
        absences_max: served.and_then(|served| served.config.activities.absences_max),
        ..Volunteer::default()
    };
    for clearance in house.store.clearances(community, resident).await? {
        let holds = clearance.until >= day;
        if clearance.what == CONSENT {
            who.consent = holds;
        } else if clearance.what == AGAIN {
            who.absences_max = who.absences_max.filter(|_| !holds);
        } else if let Some(training) = clearance.what.strip_prefix(TRAINING) {
            let list = if holds {
                &mut who.trainings
            } else {
                &mut who.lapsed
            };
            list.push(training.to_owned());
        }
    }
    for other in of_resident(house, community, resident).await? {
        if other.activity.state != State::Open {
            continue;
        }
        who.absences = who.absences.saturating_add(honest::absences_of(
            (house, community),
            (&other.stored, resident),
            day.year_start(),
        ));
        for there in &other.activity.shifts {
            let same = other.activity.no == no && there.no == shift.no;
            if same || there.ended_at.is_some() || there.of(resident.0).is_none() {
                continue;
            }
            who.busy.push(Busy {
                span: there.span,
                told: format!(
                    "{} {}",
                    other.activity.title,
                    told_span(house, community, there.span)
                ),
            });
        }
    }
    Ok(who)
}

/// `12-05 08:30–10:30`, as refusals name it in both languages.
fn told_span(house: &House, community: &Code, span: Span) -> String {
    let Some(served) = house.community(community) else {
        return String::new();
    };
    let (on, from) = local(span.starts, &served.zone);
    let (_, until) = local(span.ends, &served.zone);
    let (_, month, day) = on.parts();
    format!("{month}-{day} {}–{}", clock(from), clock(until))
}

/// `08:30`.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The team with which somebody comes on a day: the one they chose among theirs, or the first of them.
///
/// # Errors
/// What the database said.
pub async fn comes_with(
    house: &House,
    community: &Code,
    resident: ResidentNo,
    (on, chosen): (LocalDate, Option<u32>),
) -> Result<Option<u32>, ActivityError> {
    let all = house
        .store
        .team_members(community, MemberFilter::Resident(resident))
        .await?;
    let holds = |one: &&TeamMember| one.since <= on && one.until.is_none_or(|until| until >= on);
    let mut theirs = all.iter().filter(holds).map(|one| one.team);
    let first = theirs.clone().next();
    Ok(theirs.find(|team| Some(*team) == chosen).or(first))
}

/// Signs somebody up for a shift: a seat, or a place in line. Again is the same answer.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn join(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
    (resident, team): (ResidentNo, Option<u32>),
) -> Result<Joined, ActivityError> {
    let actor = by.code();
    if let Some(text) = leaving::why_not(&house.store, community, resident).await? {
        return Err(Refusal::new("resident.left", text.zh, text.en).into());
    }
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, no).await?;
        let (_, shift) = at_hand.shift(shift_no)?;
        let who = volunteer(house, community, resident, (no, shift)).await?;
        let joined = may_join(&at_hand.activity, shift, &who, house.clock.now())?;
        if shift.of(resident.0).is_some() {
            return Ok(joined);
        }
        let place = match joined {
            Joined::Seat => Place::Seat,
            Joined::Waiting(_) => Place::Waiting,
        };
        let on = house.day_of(community, shift.span.starts);
        let team = comes_with(house, community, resident, (on, team)).await?;
        let signups = [SignupChange {
            shift: shift_no,
            resident,
            turn: at_hand.stored.version.saturating_add(1),
            place: place.number(),
            team,
        }];
        let changed = ActivityChange {
            signups: &signups,
            ..change(house, (community, &at_hand), &actor)
        };
        if house.store.change_activity(&changed).await? {
            return Ok(joined);
        }
    }
    Err(busy_store(no))
}

/// Takes somebody off a list; whoever can take a seat that is free then moves up.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn leave(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
    resident: ResidentNo,
) -> Result<(), ActivityError> {
    let actor = by.code();
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, no).await?;
        let (_, shift) = at_hand.shift(shift_no)?;
        let now = house.clock.now();
        let mine = may_leave(shift, resident.0, now)?;
        let mut signups = vec![SignupChange {
            shift: shift_no,
            resident,
            turn: mine.turn,
            place: Place::Left.number(),
            team: None,
        }];
        let mut after = shift.clone();
        for one in &mut after.signups {
            if one.resident == resident.0 {
                one.place = Place::Left;
            }
        }
        let mut blocked = Vec::new();
        for one in after.at(Place::Waiting) {
            let who = volunteer(house, community, ResidentNo(one.resident), (no, shift)).await?;
            if who.busy.iter().any(|busy| busy.span.overlaps(shift.span)) {
                blocked.push(one.resident);
            }
        }
        for up in moves_up(&after, &blocked, now) {
            let turn = after.of(up).map_or(0, |one| one.turn);
            signups.push(SignupChange {
                shift: shift_no,
                resident: ResidentNo(up),
                turn,
                place: Place::Seat.number(),
                team: None,
            });
        }
        let changed = ActivityChange {
            signups: &signups,
            ..change(house, (community, &at_hand), &actor)
        };
        if house.store.change_activity(&changed).await? {
            return Ok(());
        }
    }
    Err(busy_store(no))
}

/// Notes that somebody has a consent or a training until a day.
///
/// # Errors
/// What the database said.
pub async fn clear(
    house: &House,
    community: &Code,
    by: &Actor,
    resident: ResidentNo,
    (what, until): (&str, LocalDate),
) -> Result<(), ActivityError> {
    let clearance = Clearance {
        what: what.to_owned(),
        until,
    };
    let by = (&by.code(), house.clock.now());
    Ok(house
        .store
        .put_clearance(community, resident, &clearance, by)
        .await?)
}

/// Under which name a training is noted.
pub(crate) fn training(name: &str) -> String {
    format!("{TRAINING}{name}")
}
