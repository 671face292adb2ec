//! Where residents stand with their stars: what the book counted of them, held against what the community asks for.

use rongyi_activities::{Level, Served, Standing, served, standing};
use rongyi_core::counters::CounterSubject;
use rongyi_core::ids::{Code, ResidentNo};

use super::ActivityError;
use crate::house::House;

/// Where somebody stands.
pub struct Reached {
    /// What the community asks for, the lowest star first; nothing where it has no stars.
    pub levels: Vec<Level>,
    /// What they did.
    pub served: Served,
    /// How far that is.
    pub standing: Standing,
}

/// Where a resident stands today.
///
/// # Errors
/// [`ActivityError::Unknown`] for a community that is not served.
pub async fn of_resident(
    house: &House,
    community: &Code,
    resident: ResidentNo,
) -> Result<Reached, ActivityError> {
    let place = house.community(community).ok_or(ActivityError::Unknown)?;
    let subject = CounterSubject::Resident(resident);
    let counted = house.store.counted_for(community, subject).await?;
    let today = house.day_of(community, house.clock.now());
    let rows = counted
        .iter()
        .map(|(kind, month, row)| (kind.as_str(), *month, row));
    let served = served(rows, today);
    let levels = place.config.stars.clone();
    Ok(Reached {
        standing: standing(&levels, &served, today),
        served,
        levels,
    })
}
