//! Where people are entered, and in whose name.

use rongyi_core::ids::Code;

use crate::door::Actor;
use crate::house::House;

/// A community of a house, and whoever enters its people.
#[derive(Clone, Copy)]
pub struct Office<'a> {
    /// The house.
    pub house: &'a House,
    /// The community.
    pub community: &'a Code,
    /// Who: the journal names them.
    pub by: &'a Actor,
}

impl<'a> Office<'a> {
    /// Whoever sits at this process.
    pub fn here(house: &'a House, community: &'a Code) -> Office<'a> {
        Office {
            house,
            community,
            by: &house.hand,
        }
    }
}
