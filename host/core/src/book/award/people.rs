//! Who fills the roles of one event: two people unless the community allows one, and where it says so of two households.
//!
//! Ledgers whose settings say nothing of roles are of before: nobody compared them there.

use crate::book::Book;
use crate::command::Rejection;
use crate::ids::Code;
use crate::record::{DOER, Event};
use crate::rule::{Arg, Refusal};

/// Why the people of an event may not fill its roles together.
pub(super) fn apart(book: &Book, event: &Event) -> Result<Option<Refusal>, Rejection> {
    let Some(rules) = &book.settings_or_reject()?.roles else {
        return Ok(None);
    };
    let rule = rules.iter().find(|rule| rule.kind == event.kind);
    let may = |role: &Code| rule.is_some_and(|rule| rule.same_person.contains(role));
    for (at, (role, who)) in event.roles.iter().enumerate() {
        let before = event.roles.iter().take(at);
        let mut same = before.filter(|(_, other)| other == who);
        // Twice in one role is once too often, whatever is allowed.
        if let Some((other, _)) =
            same.find(|(other, _)| other == role || !(may(other) && may(role)))
        {
            let args = vec![Arg::Code(other.clone()), Arg::Code(role.clone())];
            return Ok(Some(Refusal::new("host.same-person", args)));
        }
    }
    let home = book.household(event.doer().ok_or(Rejection::RoleMissing)?)?;
    for role in rule.into_iter().flat_map(|rule| &rule.other_household) {
        for (_, who) in event.roles.iter().filter(|(filled, _)| filled == role) {
            if role.as_str() != DOER && book.household(*who)? == home {
                let args = vec![Arg::Code(role.clone())];
                return Ok(Some(Refusal::new("host.same-household", args)));
            }
        }
    }
    Ok(None)
}
