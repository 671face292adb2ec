//! How many different people agreed to an event, none of them its doer or of the doer's household. The community names the
//! kinds that need it; whoever asks cannot leave it out.
//!
//! Asked of living books only: what was accepted before the community named a kind stays so.

use crate::actor::same_person;
use crate::book::Book;
use crate::command::{Agreer, EventRejection, Rejection};
use crate::record::Event;

/// Rejects an event on which too few agreed, or somebody whom it concerns.
pub(in crate::book) fn agreed(book: &Book, event: &Event, by: &[Agreer]) -> Result<(), Rejection> {
    let needs = book.settings_or_reject()?.agreements_of(&event.kind);
    if needs == 0 || book.replays {
        return Ok(());
    }
    let doer = event.doer().ok_or(Rejection::RoleMissing)?;
    let home = book.household(doer)?;
    let mut people: Vec<&Agreer> = Vec::new();
    for agreer in by {
        if let Some(resident) = agreer.resident
            && (resident == doer || book.household(resident)? == home)
        {
            return Err(EventRejection::AgreedByOwn {
                kind: event.kind.clone(),
            }
            .into());
        }
        if !people.iter().any(|known| is_one(known, agreer)) {
            people.push(agreer);
        }
    }
    let has = u16::try_from(people.len()).unwrap_or(u16::MAX);
    if has < needs {
        return Err(EventRejection::AgreedByFew {
            kind: event.kind.clone(),
            needs,
            has,
        }
        .into());
    }
    Ok(())
}

/// Whether two are one person: by name, or by the resident they are.
fn is_one(one: &Agreer, other: &Agreer) -> bool {
    let resident = one.resident.is_some() && one.resident == other.resident;
    resident || same_person(&one.actor, &other.actor)
}
