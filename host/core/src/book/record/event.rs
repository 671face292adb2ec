//! An event as it was reported: who, what, when, and how much, independent of how its kind counts on one day or another.

use super::Source;
use crate::amount::Decimal;
use crate::chain::Hash;
use crate::ids::{Code, ResidentNo};
use crate::rule::Value;
use crate::time::LocalDate;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its kind.
    pub kind: Code,
    /// Who fills which role. `doer` is always filled.
    pub roles: Vec<(Code, ResidentNo)>,
    /// How much.
    pub quantity: Quantity,
    /// Filled-in fields.
    pub fields: Vec<(Code, Value)>,
    /// The local day.
    pub on: LocalDate,
    /// Minute of the local day, where somebody said it. Ledgers of before hold 0 for an unknown one.
    pub minute: Option<u16>,
    /// Where it comes from.
    pub source: Option<Source>,
    /// Salted commitment to the note, which is kept apart and can be erased.
    pub note: Option<Hash>,
}

/// The role that every event has: who did it.
pub(crate) const DOER: &str = "doer";

impl Event {
    /// Who did it; `None` for an event that is not complete.
    pub fn doer(&self) -> Option<ResidentNo> {
        let mut doers = self.roles.iter().filter(|(role, _)| role.as_str() == DOER);
        doers.next().map(|(_, who)| *who)
    }
}

/// How much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// As it was written. The book puts it to the scale of the kind on the event's day, whatever that is by then.
    Written(Decimal),
    /// At the scale of the rule set that decided it: all that ledgers of before say.
    AtKind(i32),
}

impl From<i32> for Quantity {
    fn from(units: i32) -> Self {
        Quantity::AtKind(units)
    }
}

impl Quantity {
    /// So many whole ones.
    pub fn whole(units: i32) -> Self {
        Quantity::Written(Decimal { units, scale: 0 })
    }

    /// The units at a scale; `None` for a number that is finer, or does not fit.
    pub fn at(self, scale: u8) -> Option<i32> {
        match self {
            Quantity::Written(number) => number.at(scale).map(|decimal| decimal.units),
            Quantity::AtKind(units) => Some(units),
        }
    }

    /// The number, where a kind that counts to `scale` places decided it.
    pub fn number(self, scale: u8) -> Decimal {
        match self {
            Quantity::Written(number) => number,
            Quantity::AtKind(units) => Decimal { units, scale },
        }
    }

    /// The digits without the point.
    pub(super) fn units(self) -> i32 {
        match self {
            Quantity::Written(number) => number.units,
            Quantity::AtKind(units) => units,
        }
    }
}
