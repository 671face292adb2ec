//! A case: how it began, and what was done since. Nothing is ever taken out of it.
//!
//! People are values that the host gives: it alone knows who they are. Times are local, as the host read them from the
//! community's clock; where clocks are put forward, an hour that is due moves with them.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::ids::Code;

use crate::act::Act;
use crate::calendar::WorkCalendar;
use crate::kind::{Kind, Role};
use crate::moment::Moment;
use crate::opening::Opening;
use crate::party::Party;

/// The most cases that are linked one to the other.
const CHAIN_MAX: usize = 100;

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
