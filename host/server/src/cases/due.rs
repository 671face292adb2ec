//! What time does to cases, once a minute: what follows from steps and was not carried out, waits that are given up, and
//! notices that are over. A case whose booking was refused, or is still to be booked, stays where it is.

use rongyi_cases::Act;
use rongyi_core::ids::Code;

use super::{Appended, CaseError, Written, append, effects, find, minutes, moment};
use crate::house::House;

/// Cases looked at in one round.
const ROUND_MAX: u32 = 500;
/// Moves that time takes with one case in one round.
const MOVES_MAX: usize = 10;

/// One round for one community; answers how much was done.
///
/// # Errors
/// [`CaseError`]; what was done until then stays done.
pub async fn round(house: &House, community: &Code) -> Result<usize, CaseError> {
    super::photos::purge(house, community).await?;
    let mut done = effects::carry_out_all(house, community).await?;
    let Some(served) = house.community(community) else {
        return Ok(done);
    };
    done += super::recount::round(house, &served).await?;
    let now = minutes(moment(&served, house.clock.now()));
    for case_no in house.store.due_cases(community, now, ROUND_MAX).await? {
        done += ticked(house, community, case_no).await?;
    }
    Ok(done)
}

async fn ticked(house: &House, community: &Code, case_no: u64) -> Result<usize, CaseError> {
    let served = house.community(community).ok_or(CaseError::Unknown)?;
    for done in 0..MOVES_MAX {
        let at_hand = match find(house, community, case_no).await {
            Ok(at_hand) => at_hand,
            Err(CaseError::Damaged(case_no, why)) => {
                tracing::error!(%community, case_no, why, "a case cannot be read");
                return Ok(done);
            }
            Err(error) => return Err(error),
        };
        let ground = at_hand.ground(&served, moment(&served, house.clock.now()));
        let taken = at_hand.case.tick(&ground);
        let taken = taken.map_err(|broken| at_hand.damaged(&broken.to_string()))?;
        let Some(taken) = taken else {
            return Ok(done);
        };
        let moves = matches!(taken.step.act, Act::Move { .. });
        if moves && at_hand.booking_is_open().is_some() {
            return Ok(done);
        }
        let written = Written {
            actor: taken.step.by.actor.clone(),
            words: "",
            minutes: None,
            photos: &[],
            papers: &[],
            token: None,
        };
        match append(house, community, &at_hand, &taken, written).await? {
            Appended::Done => effects::carry_out_of(house, community, case_no).await,
            Appended::Moved | Appended::Again => {}
        }
    }
    Ok(MOVES_MAX)
}
