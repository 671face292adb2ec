//! The gate: a screen at the entrance where people hold their card; and the paper list of a day without network, entered when it
//! is back. Both write the same marks as everybody else.

use rongyi_activities::{Mark, Place, Proof, Refusal, What, is_inside, may_mark};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::attending::{Marked, marks_of, seat, write_mark};
use super::{ActivityError, find};
use crate::door::Actor;
use crate::house::House;

/// A card that is held there again so soon is the same card still: nobody came and went within it.
const SAME_CARD_US: i64 = 60_000_000;

/// What a card came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// They are inside from now on.
    In,
    /// They went.
    Out,
    /// It was noted a moment ago: so they are, inside or not.
    Again(bool),
    /// All seats are taken; they stand in line.
    Waiting,
}

/// The newest mark that says where somebody is.
fn newest(marks: &[Mark]) -> Option<Mark> {
    let all = marks.iter().copied();
    all.filter(|mark| matches!(mark.what, What::In | What::Out | What::Void))
        .max_by_key(|mark| mark.no)
        .filter(|mark| mark.what != What::Void)
}

/// Somebody holds their card to the reader: who is outside comes in, who is inside goes. Who is not on the list is put there
/// first, if a leader could.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn pass(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
    (resident, token): (ResidentNo, &str),
) -> Result<Passed, ActivityError> {
    let of = (no, shift_no);
    let at_hand = find(house, community, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    if shift.ended_at.is_some() {
        return Err(Refusal::new(
            "gate.over",
            "这一班已经结束了，不能再刷卡。有人忘了签到的话，请带队的人补记。",
            "This shift is over. Who forgot to sign in is entered by the leader.",
        )
        .into());
    }
    may_mark(
        &at_hand.activity,
        shift,
        house.clock.now(),
        house.clock.now(),
    )?;
    if shift.of(resident.0).map(|mine| mine.place) != Some(Place::Seat) {
        seat(house, community, by, of, (resident, false)).await?;
    }
    let at_hand = find(house, community, no).await?;
    let (stored, shift) = at_hand.shift(shift_no)?;
    if shift.of(resident.0).map(|mine| mine.place) != Some(Place::Seat) {
        return Ok(Passed::Waiting);
    }
    let marks = marks_of(stored, resident);
    let now = house.clock.now();
    let inside = is_inside(&marks);
    if newest(&marks).is_some_and(|mark| now.0.saturating_sub(mark.at.0) < SAME_CARD_US) {
        return Ok(Passed::Again(inside));
    }
    let what = if inside { What::Out } else { What::In };
    let marked = Marked {
        resident,
        what,
        proof: Proof::Machine,
        at: now,
        token: token.to_owned(),
    };
    if !write_mark(house, community, by, (&at_hand, shift), marked).await? {
        // A form that was sent once more says how it is, and changes nothing.
        return Ok(Passed::Again(inside));
    }
    Ok(match inside {
        true => Passed::Out,
        false => Passed::In,
    })
}

/// A line of the paper list.
#[derive(Debug, Clone)]
pub struct OnPaper {
    /// Who.
    pub resident: ResidentNo,
    /// When they came.
    pub came: Instant,
    /// When they went, where it is written.
    pub went: Option<Instant>,
    /// The form.
    pub token: String,
}

/// Enters what was written on paper, with its own times. It is proved as what it is: entered afterwards.
///
/// # Errors
/// [`ActivityError::Refused`] with the reason.
pub async fn from_paper(
    house: &House,
    community: &Code,
    by: &Actor,
    (no, shift_no): (u64, u32),
    line: &OnPaper,
) -> Result<(), ActivityError> {
    if line.went.is_some_and(|went| went <= line.came) {
        return Err(Refusal::new(
            "paper.order",
            "签退的时间要在签到之后，请对一对纸上的时间。",
            "They can only have gone after they came; check the times on the paper.",
        )
        .into());
    }
    let both = [(What::In, Some(line.came)), (What::Out, line.went)];
    let at_hand = find(house, community, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    for at in both.iter().filter_map(|(_, at)| *at) {
        may_mark(&at_hand.activity, shift, at, house.clock.now())?;
    }
    seat(house, community, by, (no, shift_no), (line.resident, true)).await?;
    let at_hand = find(house, community, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    for (what, at) in both {
        let Some(at) = at else {
            continue;
        };
        let marked = Marked {
            resident: line.resident,
            what,
            proof: Proof::MakeUp,
            at,
            token: format!("{}-{}", line.token, what.number()),
        };
        write_mark(house, community, by, (&at_hand, shift), marked).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(no: u32, what: What, minute: i64) -> Mark {
        Mark {
            no,
            what,
            proof: Proof::Machine,
            at: Instant(minute * 60_000_000),
            noted_at: Instant(minute * 60_000_000),
        }
    }

    #[test]
    fn what_was_struck_out_says_nothing_about_now() {
        assert_eq!(newest(&[]), None);
        let came = mark(1, What::In, 5);
        assert_eq!(newest(&[came]), Some(came));
        assert_eq!(newest(&[came, mark(2, What::Void, 6)]), None);
        let again = mark(3, What::In, 7);
        assert_eq!(newest(&[came, mark(2, What::Void, 6), again]), Some(again));
    }
}
