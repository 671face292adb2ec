//! A "no" that a person can act on: its code, a sentence naming value, limit and way out, and where to go instead.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use crate::moment::Moment;
use crate::party::Party;

/// Where to go instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// Open a new case of the same kind, linked to this one.
    NewLinked,
    /// The case of this number, which this one was linked to.
    Other(u64),
    /// Reopen this case.
    Reopen,
}

/// Who was first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// Who.
    pub by: Party,
    /// When.
    pub at: Moment,
}

/// Why something can't be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, for programs: `case.moved`.
    pub code: &'static str,
    /// For people.
    pub text: Text,
    /// The question it is about.
    pub field: Option<Code>,
    /// Who was first, and when.
    pub first: Option<Box<First>>,
    /// Where to go instead.
    pub instead: Option<Instead>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, text: Text) -> Refusal {
        Refusal {
            code,
            text,
            field: None,
            first: None,
            instead: None,
        }
    }

    pub(crate) fn of_field(mut self, field: &Code) -> Refusal {
        self.field = Some(field.clone());
        self
    }

    pub(crate) fn after(mut self, first: &Party, at: Moment) -> Refusal {
        self.first = Some(Box::new(First {
            by: first.clone(),
            at,
        }));
        self
    }

    pub(crate) fn or_else(mut self, instead: Instead) -> Refusal {
        self.instead = Some(instead);
        self
    }
}
