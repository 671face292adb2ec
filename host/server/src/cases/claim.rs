//! What somebody says was done: as it was typed, and as the book takes it.

use std::collections::BTreeMap;

use rongyi_core::book::Frame;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Event;
use rongyi_core::rule::KindPlan;
use rongyi_core::time::LocalDate;
use serde::{Deserialize, Serialize};

use crate::earning::{InputError, field, occurred_at, quantity, unread_field};

/// What was done, for a form that is an event's: as it was typed, read by the event kind's plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// How much.
    pub quantity: String,
    /// The day, with or without the time.
    pub on: String,
    /// The plan's own fields.
    pub fields: BTreeMap<String, String>,
}

/// What was typed about an event, as the book takes it.
///
/// # Errors
/// [`InputError`] at the field that could not be read.
pub(super) fn claimed_event(
    (frame, kind): (&Frame, &Code),
    claim: &Claim,
    roles: Vec<(Code, ResidentNo)>,
    now: (LocalDate, u16),
) -> Result<Event, InputError> {
    let (on, minute) = occurred_at(&claim.on, now)?;
    let plan = frame.rule_for(kind, on).map(|(_, plan)| plan);
    let mut fields = Vec::new();
    for (name, text) in claim.fields.iter().filter(|(_, text)| !text.is_empty()) {
        let name = crate::earning::code(name, "fields")?;
        let known = |plan: &KindPlan| plan.fields.iter().find(|one| one.name == name).cloned();
        let value = match plan.and_then(known) {
            Some(known) => field(&known, text)?,
            // The book knows the rules of that day better, and says what is wrong.
            None => unread_field(),
        };
        fields.push((name, value));
    }
    Ok(Event {
        kind: kind.clone(),
        roles,
        quantity: quantity(&claim.quantity)?,
        fields,
        on,
        minute,
        source: None,
        note: None,
    })
}
