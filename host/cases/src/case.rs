//! A case: how it began, and what was done since. Nothing is ever taken out of it.
//!
//! People are values that the host gives: it alone knows who they are. Times are local, as the host read them from the
//! community's clock; where clocks are put forward, an hour that is due moves with them.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::actor::same_person;
use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;

use crate::act::Act;
use crate::calendar::{DAY_MINUTES, WorkCalendar, clock};
use crate::kind::{Kind, Role};
use crate::opening::Opening;

/// The most cases that are linked one to the other.
const CHAIN_MAX: usize = 100;

/// A local day and the minute of that day, 0-1439; as an end, 1440 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The local day.
    pub on: LocalDate,
    /// The minute of the day.
    pub minute: u16,
}

impl Moment {
    /// A moment.
    pub fn new(on: LocalDate, minute: u16) -> Moment {
        Moment { on, minute }
    }

    /// The end of a day.
    pub fn end_of(on: LocalDate) -> Moment {
        Moment {
            on,
            minute: DAY_MINUTES,
        }
    }

    /// So many minutes later.
    pub(crate) fn plus_minutes(self, minutes: u32) -> Moment {
        let day = u32::from(DAY_MINUTES);
        let all = u32::from(self.minute).saturating_add(minutes);
        let (days, minute) = (all.div_euclid(day), all.rem_euclid(day));
        Moment {
            on: self.on.plus_days(i32::try_from(days).unwrap_or(i32::MAX)),
            minute: u16::try_from(minute).unwrap_or(0),
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.on, clock(self.minute))
    }
}

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

/// Somebody who acts, with what they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub party: Party,
    /// Their roles. The opener is known by the case as well; the host adds the role where a link and a code prove it.
    pub roles: BTreeSet<Role>,
    /// The units they work for.
    pub units: Vec<Code>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: Party,
    /// What.
    pub act: Act,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// How it began.
    pub opening: Opening,
    /// What was done since, in order.
    pub steps: Vec<Step>,
}

/// What everything is decided with: the kind that the case began with, the calendar, and the present moment.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'g> {
    /// The kind.
    pub kind: &'g Kind,
    /// The working days.
    pub calendar: &'g WorkCalendar,
    /// The present.
    pub now: Moment,
}

/// Links between cases that lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("case {0} is linked in a circle, or through more than {CHAIN_MAX} others")]
pub struct Loop(pub u64);

/// The case at the end of the links that begin at one: where a reply belongs. `links` says what each is merged into.
///
/// # Errors
/// [`Loop`] when there is no end.
pub fn end_of_links(from: u64, links: &BTreeMap<u64, u64>) -> Result<u64, Loop> {
    let mut number = from;
    for _ in 0..CHAIN_MAX {
        match links.get(&number) {
            Some(next) => number = *next,
            None => return Ok(number),
        }
    }
    Err(Loop(from))
}
