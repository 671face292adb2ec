//! Dates that lean on a calendar that has changed since: each open case whose date is another one now gets a step that
//! says so, and lists show the new date. Dates themselves are kept nowhere but for lists.

use std::sync::Arc;

use rongyi_cases::{Act, Party, Step, Taken};
use rongyi_core::ids::Code;
use rongyi_store::{Appended, CaseFilter, NEVER_DUE};

use super::{CaseError, Written, append, find, moment, place};
use crate::house::{Community, House};

/// Cases read at once.
const PAGE: u32 = 200;

/// Looks at all open cases once after a start and after every change of the calendar; answers how many dates changed.
///
/// # Errors
/// [`CaseError`]; the next round goes on.
pub(super) async fn round(house: &House, served: &Community) -> Result<usize, CaseError> {
    let community = &served.config.code;
    let calendar = Arc::clone(&served.config.calendar);
    if house.is_dated_by(community, &calendar) {
        return Ok(0);
    }
    let (mut after, mut changed) = (None, 0);
    loop {
        let filter = CaseFilter::default();
        let page = house.store.cases(community, &filter, after, PAGE).await?;
        for file in &page {
            changed += usize::from(recounted(house, served, file.case_no).await?);
        }
        let Some(last) = page.last().filter(|_| page.len() >= PAGE as usize) else {
            break;
        };
        let due = last.place.due.unwrap_or(NEVER_DUE);
        after = Some((last.place.group, due, last.case_no));
    }
    house.dated_by(community, calendar);
    Ok(changed)
}

/// Appends the step where the date is another one; a case that moved meanwhile has the new date by that.
async fn recounted(house: &House, served: &Community, case_no: u64) -> Result<bool, CaseError> {
    let community: &Code = &served.config.code;
    let at_hand = match find(house, community, case_no).await {
        Ok(at_hand) => at_hand,
        Err(CaseError::Damaged(case_no, why)) => {
            tracing::error!(%community, case_no, why, "a case cannot be read");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let now = moment(served, house.clock.now());
    let standing = at_hand.standing(served, now)?;
    let there = &at_hand.stored.file.place;
    let here = place(&standing);
    if (here.due, here.next_at) == (there.due, there.next_at) {
        return Ok(false);
    }
    let taken = Taken {
        step: Step {
            at: now,
            by: Party::clock(),
            act: Act::Recount,
        },
        effects: Vec::new(),
        checked: standing.checked,
    };
    let written = Written {
        actor: taken.step.by.actor.clone(),
        words: "",
        minutes: None,
        photos: &[],
        papers: &[],
        token: None,
    };
    let done = append(house, community, &at_hand, &taken, written).await?;
    Ok(done == Appended::Done)
}
