//! One name or several, as states, moves and forms all have them.

use rongyi_core::ids::Code;

use super::shape::Role;
use super::words::ROLES;
use crate::reader::Place;

/// The most days of anything that is counted in days: a year.
pub(super) const DAYS_MAX: i64 = 366;

/// One role or several.
pub(super) fn roles(place: &Place<'_>) -> Option<Vec<Role>> {
    let members = place.one_or_more()?;
    Some(
        members
            .iter()
            .filter_map(|member| member.one_of(ROLES))
            .collect(),
    )
}

/// One name or several.
pub(super) fn codes(place: &Place<'_>) -> Option<Vec<Code>> {
    let members = place.one_or_more()?;
    Some(members.iter().filter_map(Place::code).collect())
}
