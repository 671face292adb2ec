//! Who came and went, the end of a shift, and the confirmation of what the marks prove. Marks are written without waiting for
//! each other; a code at the door is tried a few times and then with pauses.

use rongyi_activities::{
    Checker, Confirmed, Door, Joined, Mark, Place, Presence, Proof, Refusal, Shift, What,
    confirm as may_confirm, end_shift, fits, is_inside, join as may_join, may_mark, presence,
    second,
};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::time::Instant;
use rongyi_store::{
    ActivityChange, NewMark, NewPresence, Pace, PresenceState, SignupChange, StoredShift, TryKey,
};

use super::{ActivityError, AtHand, TRIES_MAX, busy_store, change, comes_with, find, volunteer};
use crate::access::StaffMember;
use crate::door::{Actor, Signed};
use crate::house::House;

/// Codes that may be wrong before the first pause.
const CODES_FREE: u32 = 8;
/// The longest pause after wrong codes.
const PAUSE_MAX_US: i64 = 60_000_000;
/// Wrong codes after which only the leader's list helps.
const CODES_MAX: u32 = 100;

/// The marks of one person of a shift.
pub fn marks_of(shift: &StoredShift, resident: ResidentNo) -> Vec<Mark> {
    let own = shift.marks.iter().filter(|mark| mark.resident == resident);
    own.filter_map(|mark| {
        Some(Mark {
            no: mark.no,
            what: What::of(mark.what)?,
            proof: Proof::of(mark.proof)?,
            at: mark.at,
            noted_at: mark.noted_at,
        })
    })
    .collect()
}

/// What the marks of one person prove.
pub fn presence_of(stored: &StoredShift, shift: &Shift, resident: ResidentNo) -> Presence {
    presence(&marks_of(stored, resident), shift.span, shift.ended_at)
}

/// A resident signs in or out with the code at the door.
///
/// # Errors
/// [`ActivityError::Refused`]: a wrong code, no seat, too early.
pub async fn sign(
    house: &House,
    (community, secret): (&Code, &[u8]),
    resident: ResidentNo,
    (no, shift_no): (u64, u32),
    (code, what, token): (&str, What, &str),
) -> Result<(), ActivityError> {
    let now = house.clock.now();
    let at_hand = find(house, community, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    let keys = [TryKey {
        scope: "door",
        subject: format!("{community}/{resident}"),
        pace: Pace::Growing {
            free: CODES_FREE,
            wait_max_us: PAUSE_MAX_US,
            tries_max: CODES_MAX,
        },
    }];
    if house.store.take_tries(&keys, now).await?.is_some() {
        return Err(Refusal::new(
            "door.pause",
            "输错的次数太多了，请过一分钟再试，或请带队的人帮您点名。",
            "Too many wrong codes. Try again in a minute, or ask the leader to tick you off.",
        )
        .into());
    }
    let door = Door {
        community: community.as_str(),
        activity: no,
        shift: shift_no,
    };
    if !fits(secret, door, code, now) {
        return Err(Refusal::new(
            "door.code",
            "这六个数不对，或者已经换过了。请看带队的人手机上现在的数，再输一次。",
            "These digits are wrong or have changed. Look at the leader’s telephone and type what stands there now.",
        )
        .into());
    }
    house.store.give_back_tries(&keys).await?;
    match shift.of(resident.0).map(|mine| mine.place) {
        Some(Place::Seat) => {}
        Some(Place::Waiting | Place::Left) | None => {
            return Err(Refusal::new(
                "door.no-seat",
                "您没有这一班的名额。人已经来了的话，请带队的人把您加上。",
                "You have no seat in this shift. If you are there, ask the leader to add you.",
            )
            .into());
        }
    }
    let by = Actor::Resident(resident);
    let marked = Marked {
        resident,
        what,
        proof: Proof::Machine,
        at: now,
        token: token.to_owned(),
    };
    let written = write_mark(house, community, &by, (&at_hand, shift), marked);
    written.await.map(drop)
}

/// Something to be marked.
pub struct Marked {
    /// Of whom.
    pub resident: ResidentNo,
    /// What.
    pub what: What,
    /// By what it is known.
    pub proof: Proof,
    /// When it was so.
    pub at: Instant,
    /// The form.
    pub token: String,
}

/// Writes a mark; `false` where the same form had written it before.
pub(super) async fn write_mark(
    house: &House,
    community: &Code,
    by: &Actor,
    (at_hand, shift): (&AtHand, &Shift),
    marked: Marked,
) -> Result<bool, ActivityError> {
    let now = house.clock.now();
    may_mark(&at_hand.activity, shift, marked.at, now)?;
    let (stored, _) = at_hand.shift(shift.no)?;
    let known = stored.presences.iter();
    if known.into_iter().any(|one| one.resident == marked.resident) {
        return Err(Refusal::new(
            "mark.confirmed",
            "这个人的时长已经确认了，不能再改点名。有错请走更正。",
            "Their hours are confirmed already. If something is wrong, have the entry corrected.",
        )
        .into());
    }
    let mark = NewMark {
        shift: shift.no,
        resident: marked.resident,
        what: marked.what.number(),
        proof: marked.proof.number(),
        at: marked.at,
        noted_at: now,
        by: by.code(),
        token: marked.token,
    };
    let added = house
        .store
        .add_marks(community, at_hand.stored.no, &[mark])
        .await?;
    Ok(added > 0)
}

/// The leader marks somebody who has a seat. What is marked after the end is entered afterwards, and so it is proved.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn mark(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
    (resident, what, token): (ResidentNo, What, &str),
) -> Result<(), ActivityError> {
    let at_hand = find(house, community, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    if shift.of(resident.0).map(|mine| mine.place) != Some(Place::Seat) {
        return Err(Refusal::new(
            "mark.no-seat",
            "这个人没有这一班的名额，请先“加一个人”。",
            "They have no seat in this shift: add them first.",
        )
        .into());
    }
    let marked = Marked {
        resident,
        what,
        proof: Proof::Organiser,
        at: house.clock.now(),
        token: token.to_owned(),
    };
    let written = write_mark(house, community, by, (&at_hand, shift), marked);
    written.await.map(drop)
}

/// The leader puts somebody on the list who is there: without a telephone, or not signed up. Then they are marked as here.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn add(
    house: &House,
    community: &Code,
    by: &Actor,
    of: (u64, u32),
    (resident, token): (ResidentNo, &str),
) -> Result<(), ActivityError> {
    let began = seat(house, community, by, of, (resident, false)).await?;
    if began {
        mark(house, community, by, of, (resident, What::In, token)).await?;
    }
    Ok(())
}

/// Puts somebody on the list. Before the beginning it is as if they had joined themselves; afterwards they have a seat, however
/// many there are. `late`: what was written on paper is entered, so that it may be over. Answers whether it has begun.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub(super) async fn seat(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
    (resident, late): (ResidentNo, bool),
) -> Result<bool, ActivityError> {
    let actor = by.code();
    if house
        .store
        .resident_person(community, resident)
        .await?
        .is_none()
    {
        return Err(Refusal::new(
            "resident.unknown",
            format!("没有 {resident} 号居民，请核对号码。"),
            format!("There is no resident {resident}; check the number."),
        )
        .into());
    }
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, no).await?;
        let (_, shift) = at_hand.shift(shift_no)?;
        let now = house.clock.now();
        if shift.is_over(now) && !late {
            return Err(Refusal::new(
                "add.late",
                "这一班已经结束了，不能再加人。纸上记着的，请用“补记”。",
                "This shift is over; nobody can be added. What was noted on paper is entered as such.",
            )
            .into());
        }
        let began = now >= shift.span.starts;
        let mine = shift.of(resident.0);
        if mine.is_some_and(|mine| mine.place == Place::Seat) {
            return Ok(true);
        }
        let who = volunteer(house, community, resident, (no, shift)).await?;
        let before = Instant(now.0.min(shift.span.starts.0.saturating_sub(1)));
        // Whether its leader ended it meanwhile makes no difference to who was there.
        let mut open = shift.clone();
        open.ended_at = None;
        let joined = may_join(&at_hand.activity, &open, &who, before)?;
        let place = match joined {
            Joined::Seat => Place::Seat,
            Joined::Waiting(_) if began => Place::Seat,
            Joined::Waiting(_) => Place::Waiting,
        };
        let on = house.day_of(community, shift.span.starts);
        let team = comes_with(house, community, resident, (on, None)).await?;
        let signups = [SignupChange {
            shift: shift_no,
            resident,
            turn: mine.map_or(at_hand.stored.version.saturating_add(1), |mine| mine.turn),
            place: place.number(),
            team,
        }];
        let changed = ActivityChange {
            signups: &signups,
            ..change(house, (community, &at_hand), &actor)
        };
        if house.store.change_activity(&changed).await? {
            return Ok(began);
        }
    }
    Err(busy_store(no))
}

/// Ends a shift: whoever is inside is signed out on the leader's word.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn end(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
) -> Result<(), ActivityError> {
    let actor = by.code();
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, no).await?;
        let (stored, shift) = at_hand.shift(shift_no)?;
        let now = house.clock.now();
        end_shift(&at_hand.activity, shift, now)?;
        // Signed out first: should the end not be written, the same marks are known the next time.
        let inside = shift.at(Place::Seat).into_iter().filter(|one| {
            let marks = marks_of(stored, ResidentNo(one.resident));
            is_inside(&marks)
        });
        let marks: Vec<NewMark> = inside
            .map(|one| NewMark {
                shift: shift_no,
                resident: ResidentNo(one.resident),
                what: What::Out.number(),
                proof: Proof::Organiser.number(),
                at: now,
                noted_at: now,
                by: actor.clone(),
                token: "end".to_owned(),
            })
            .collect();
        house.store.add_marks(community, no, &marks).await?;
        let changed = ActivityChange {
            ends: Some(shift_no),
            ..change(house, (community, &at_hand), &actor)
        };
        if house.store.change_activity(&changed).await? {
            return Ok(());
        }
    }
    Err(busy_store(no))
}

/// What a confirmation came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Confirmed and sent to be counted.
    pub confirmed: u32,
    /// Who did not come.
    pub absent: u32,
    /// What waits for a second person.
    pub second: u32,
    /// What this reader may not confirm.
    pub own: u32,
}

pub(super) async fn checker(
    house: &House,
    community: &Code,
    (staff, person): (i64, Option<i64>),
) -> Result<Checker, ActivityError> {
    let mut checker = Checker {
        staff,
        resident: None,
        household: Vec::new(),
    };
    let Some(person) = person else {
        return Ok(checker);
    };
    let homes = house.store.residencies(person).await?;
    let Some((_, mine)) = homes.into_iter().find(|(place, _)| place == community) else {
        return Ok(checker);
    };
    checker.resident = Some(mine.0);
    if let Some(home) = home_of(house, community, mine).await? {
        let all = house.store.residents_of_household(community, home).await?;
        checker.household = all.into_iter().map(|row| row.resident.0).collect();
    }
    Ok(checker)
}

async fn home_of(
    house: &House,
    community: &Code,
    resident: ResidentNo,
) -> Result<Option<HouseholdNo>, ActivityError> {
    let needs = [rongyi_core::command::Need::Resident(resident)];
    let found = house.store.load(community, &needs).await?;
    Ok(found.into_iter().find_map(|row| {
        if let rongyi_core::book::Loaded::Resident(_, member) = row {
            member.map(|member| member.household)
        } else {
            None
        }
    }))
}

/// Whether somebody may confirm anything of a shift that this one leads.
pub fn leads(staff: &StaffMember, at_hand: &AtHand) -> bool {
    at_hand.stored.leader == staff.staff_id
}

/// Confirms what is proved of everybody who had a seat, as far as this member of staff may. What is confirmed is booked at
/// once where it can be.
///
/// # Errors
/// [`ActivityError::Refused`]: it is not over, or the leader asks.
pub async fn confirm(
    house: &House,
    community: &Code,
    staff: &StaffMember,
    (no, shift_no): (u64, u32),
) -> Result<Tally, ActivityError> {
    let at_hand = find(house, community, no).await?;
    let (stored, shift) = at_hand.shift(shift_no)?;
    if !shift.is_over(house.clock.now()) {
        return Err(Refusal::new(
            "confirm.early",
            "这一班还没有结束，结束以后再确认。",
            "This shift is not over; confirm it afterwards.",
        )
        .into());
    }
    let checker = checker(house, community, (staff.staff_id, staff.person_id)).await?;
    let actor = Actor::staff(staff.staff_id, staff.role).code();
    let leader = at_hand.activity.leader;
    let tells_absence = super::booking::tells_absence(house, community, &at_hand, shift).await?;
    let mut tally = Tally::default();
    let mut new = Vec::new();
    for one in shift.at(Place::Seat) {
        let resident = ResidentNo(one.resident);
        let known = stored.presences.iter().find(|row| row.resident == resident);
        if let Some(known) = known {
            if known.state != PresenceState::NeedsSecond {
                continue;
            }
            let first = match Signed::of(&known.first_by) {
                Signed::Staff(id) => id,
                Signed::Resident(_)
                | Signed::Device(_)
                | Signed::Terminal(_)
                | Signed::Import
                | Signed::Audit
                | Signed::System
                | Signed::Other(_) => 0,
            };
            match second(&checker, leader, one.resident, first) {
                Ok(()) => {
                    let of = (no, shift_no, resident);
                    house.store.second_presence(community, of, &actor).await?;
                    tally.confirmed = tally.confirmed.saturating_add(1);
                }
                Err(refusal) if refusal.code == "confirm.leader" => return Err(refusal.into()),
                Err(_) => tally.own = tally.own.saturating_add(1),
            }
            continue;
        }
        let proved = presence_of(stored, shift, resident);
        let state = match may_confirm(&checker, leader, one.resident, &proved) {
            // Where the kind has something to say about those who did not come, its rule is told.
            Ok(_) if !proved.came && tells_absence => PresenceState::Waiting,
            Ok(_) if proved.minutes == 0 => PresenceState::Absent,
            Ok(Confirmed::Enough) => PresenceState::Waiting,
            Ok(Confirmed::NeedsSecond) => PresenceState::NeedsSecond,
            Err(refusal) if refusal.code == "confirm.leader" => return Err(refusal.into()),
            Err(_) => {
                tally.own = tally.own.saturating_add(1);
                continue;
            }
        };
        match state {
            PresenceState::Absent => tally.absent = tally.absent.saturating_add(1),
            PresenceState::NeedsSecond => tally.second = tally.second.saturating_add(1),
            PresenceState::Waiting | PresenceState::Booked | PresenceState::Refused => {
                tally.confirmed = tally.confirmed.saturating_add(1);
            }
        }
        new.push(NewPresence {
            shift: shift_no,
            resident,
            minutes: proved.minutes,
            planned: proved.planned,
            proof: proved.proof.number(),
            signed_out: proved.signed_out,
            by: actor.clone(),
            at: house.clock.now(),
            state,
        });
    }
    house.store.add_presences(community, no, &new).await?;
    if let Err(error) = super::booking::round(house, community).await {
        tracing::warn!(%community, activity = no, %error, "what was confirmed is left to the job");
    }
    Ok(tally)
}
