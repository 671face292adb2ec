//! What the book would make of events now, tried on a book that is thrown away: nothing is written.

use std::sync::Arc;

use rongyi_clerk::book_of;
use rongyi_core::book::{Applied, Book, Receipt};
use rongyi_core::command::{Agreed, Agreer, Ask, Command, Rejection};
use rongyi_core::ids::Code;
use rongyi_core::record::Event;
use rongyi_core::rule::KindPlan;
use rongyi_core::time::LocalDate;
use rongyi_store::StoreError;

use crate::door::Actor;
use crate::house::House;

/// Who is assumed to agree to what is only tried.
const ASSUMED: [&str; 2] = ["trial/one", "trial/two"];

/// An event as if as many agreed as its kind needs.
pub(crate) fn agreed(event: Event) -> Ask {
    let by = ASSUMED.map(|name| Agreer {
        actor: Code::literal(name),
        resident: None,
    });
    let agreed = Agreed {
        event,
        by: by.into(),
    };
    Ask::Agreed(Box::new(agreed))
}

/// The kinds that a rule decides on a day, each once.
pub(crate) fn kinds(book: &Book, today: LocalDate) -> Vec<KindPlan> {
    let mut found: Vec<KindPlan> = Vec::new();
    for set in book.in_force(today) {
        for kind in &set.plan.kinds {
            let decided = book.rule_for(&kind.code, today);
            if let Some((_, plan)) = decided
                && !found.iter().any(|listed| listed.code == plan.code)
            {
                found.push(plan.clone());
            }
        }
    }
    found
}

/// What one event would come to.
pub type Tried = Result<Receipt, Rejection>;

/// What the book would make of an event now, if as many agreed as its kind needs. `None` where there is no ledger yet.
///
/// # Errors
/// What the database said.
pub async fn preview(
    house: &House,
    community: &Code,
    event: Event,
) -> Result<Option<Tried>, StoreError> {
    let command = house.command(community, &Actor::Job.code(), agreed(event));
    let tried = preview_all(house, community, vec![command]).await?;
    Ok(tried.into_iter().flatten().next().flatten())
}

/// What the book would make of these, one after the other as they would be booked: what one uses up the next does not
/// have. An event that is known already has no answer.
///
/// # Errors
/// What the database said.
pub async fn preview_all(
    house: &House,
    community: &Code,
    commands: Vec<Command>,
) -> Result<Option<Vec<Option<Tried>>>, StoreError> {
    let all = |_: &Book| commands.clone();
    let Some(mut book) = book_of(&house.store, community, all).await? else {
        return Ok(None);
    };
    let sets: Vec<Arc<_>> = book.frame().sets.clone();
    let judge = house.books.trial(community, &sets);
    let now = house.clock.now();
    let mut tried = Vec::new();
    for command in &commands {
        tried.push(match book.apply(command, now, &judge) {
            Ok(Applied::Fresh(receipt)) => Some(Ok(receipt)),
            Ok(Applied::Replay(_)) => None,
            Err(rejection) => Some(Err(rejection)),
        });
    }
    Ok(Some(tried))
}
