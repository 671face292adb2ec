//! Who may confirm whose hours. A leader never confirms what they led, nobody themselves or their household, and much that
//! was entered by hand takes two people.

use crate::attendance::{Presence, Proof};
use crate::refusal::Refusal;

/// Minutes of one shift that one person may confirm when they were entered by hand.
pub const HAND_MINUTES_MAX: i64 = 240;

/// Who confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checker {
    /// Their number as staff.
    pub staff: i64,
    /// As which residents they live here: their own numbers.
    pub resident: Option<u32>,
    /// Everybody of their household here.
    pub household: Vec<u32>,
}

/// What a confirmation comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// It is booked.
    Enough,
    /// Somebody else has to confirm it, too.
    NeedsSecond,
}

fn stranger(checker: &Checker, leader: i64, resident: u32) -> Result<(), Refusal> {
    if checker.staff == leader {
        return Err(Refusal::new(
            "confirm.leader",
            "带队的人不能确认自己这一班的时长，请另一位同事来确认。",
            "Whoever led the shift does not confirm its hours; ask a colleague.",
        ));
    }
    if checker.resident == Some(resident) || checker.household.contains(&resident) {
        return Err(Refusal::new(
            "confirm.own",
            "自己和自家人的时长要由别的同事确认。",
            "One's own hours, and those of one's household, are confirmed by somebody else.",
        ));
    }
    Ok(())
}

/// Whether somebody may confirm a presence, and whether that is enough.
///
/// # Errors
/// [`Refusal`].
pub fn confirm(
    checker: &Checker,
    leader: i64,
    resident: u32,
    presence: &Presence,
) -> Result<Confirmed, Refusal> {
    stranger(checker, leader, resident)?;
    let by_hand = match presence.proof {
        Proof::Machine => false,
        Proof::Organiser | Proof::MakeUp | Proof::Imported => true,
    };
    if by_hand && presence.minutes > HAND_MINUTES_MAX {
        return Ok(Confirmed::NeedsSecond);
    }
    Ok(Confirmed::Enough)
}

/// Whether somebody may be the second who confirms.
///
/// # Errors
/// [`Refusal`].
pub fn second(checker: &Checker, leader: i64, resident: u32, first: i64) -> Result<(), Refusal> {
    stranger(checker, leader, resident)?;
    if checker.staff == first {
        return Err(Refusal::new(
            "confirm.same",
            "手工记的时间较长，要两个人确认，您已经确认过了。请另一位同事再看一遍。",
            "Much time that was entered by hand takes two people, and you were the first. Ask a colleague.",
        ));
    }
    Ok(())
}
