//! Somebody, as far as deciding goes: a value that the host gives, who alone knows who people are.

use rongyi_core::actor::same_person;
use rongyi_core::ids::Code;

/// Somebody, as far as deciding goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Under which name they act.
    pub actor: Code,
    /// The human being, when the host knows.
    pub person: Option<i64>,
    /// Their household in this community.
    pub household: Option<u32>,
}

impl Party {
    /// Time itself.
    pub fn clock() -> Party {
        Party {
            actor: Code::literal("clock"),
            person: None,
            household: None,
        }
    }

    /// Whether both are one human being.
    pub fn is_same(&self, other: &Party) -> bool {
        let person = self.person.is_some() && self.person == other.person;
        person || same_person(&self.actor, &other.actor)
    }

    /// Whether both live in one household.
    pub fn shares_household(&self, other: &Party) -> bool {
        self.household.is_some() && self.household == other.household
    }
}
