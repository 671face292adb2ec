//! What is known beyond the marks of a shift, for whoever confirms it. The judgement is `rongyi-activities`' own.

use rongyi_activities::{Earlier, Odd, Presence, Proof, Shift, odd_beyond};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::LocalDate;
use rongyi_store::StoredActivity;

use super::ActivityError;
use super::attending::checker;
use crate::house::House;

/// Shifts before this one that are looked at.
const EARLIER_MAX: u32 = 12;

/// The leader of an activity as a resident, and everybody of their household.
///
/// # Errors
/// What the database said.
pub async fn own_people(
    house: &House,
    community: &Code,
    leader: i64,
) -> Result<Vec<u32>, ActivityError> {
    let staff = house.store.staff(leader).await?;
    let person = staff.and_then(|staff| staff.person_id);
    let leader = checker(house, community, (leader, person)).await?;
    Ok(leader
        .resident
        .into_iter()
        .chain(leader.household)
        .collect())
}

/// What to look at in the presence of one person.
///
/// # Errors
/// What the database said.
pub async fn odd_of(
    (house, community): (&House, &Code),
    shift: &Shift,
    resident: ResidentNo,
    (presence, own): (&Presence, &[u32]),
) -> Result<Vec<Odd>, ActivityError> {
    let starts = shift.span.starts;
    let on = house.day_of(community, starts);
    let attended = house.store.attended(community, resident, EARLIER_MAX);
    let attended = attended.await?;
    // What this shift itself came to is no earlier one.
    let others = attended.iter().filter(|one| one.starts != starts);
    let all = others.map(|one| {
        (
            one.starts,
            Earlier {
                minutes: one.counted,
                proof: Proof::of(one.proof),
                same_day: house.day_of(community, one.starts) == on,
            },
        )
    });
    let earlier: Vec<Earlier> = all
        .filter(|(at, one)| *at < starts || one.same_day)
        .map(|(_, one)| one)
        .collect();
    Ok(odd_beyond(presence, own.contains(&resident.0), &earlier))
}

/// How often somebody had a seat of an activity since a day, and is confirmed as not having come.
pub(super) fn absences_of(
    (house, community): (&House, &Code),
    (stored, resident): (&StoredActivity, ResidentNo),
    since: LocalDate,
) -> u32 {
    let shifts = stored.shifts.iter();
    let late = shifts.filter(|shift| house.day_of(community, shift.starts) >= since);
    let absent = late.filter(|shift| {
        let own = shift.presences.iter().find(|one| one.resident == resident);
        own.is_some_and(|one| one.minutes == 0)
    });
    u32::try_from(absent.count()).unwrap_or(u32::MAX)
}
