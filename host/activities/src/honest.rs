//! What the marks of one shift do not show, and whoever confirms should know: whose people they are, what else they served on that
//! day, and whether it is always the whole shift on somebody's word. It refuses nothing.

use crate::attendance::{Odd, Presence, Proof};

/// Minutes of one day that nobody serves.
const DAY_MINUTES_MAX: i64 = 12 * 60;
/// Whole shifts by hand, one after the other, that are worth a look.
const WHOLE_MIN: usize = 5;
/// A shorter shift is easily whole.
const LONG_MINUTES: i64 = 60;

/// Something that was served and booked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// The minutes that were counted.
    pub minutes: i64,
    /// By what it is known; `None` where that is not known.
    pub proof: Option<Proof>,
    /// Whether it was on the same day.
    pub same_day: bool,
}

fn by_hand(proof: Option<Proof>) -> bool {
    match proof {
        Some(Proof::Machine) | None => false,
        Some(Proof::Organiser | Proof::MakeUp | Proof::Imported) => true,
    }
}

/// What to look at. `own`: it is the leader, or one of their household; `earlier`: the newest first.
pub fn odd_beyond(presence: &Presence, own: bool, earlier: &[Earlier]) -> Vec<Odd> {
    let mut odd = Vec::new();
    if !presence.came {
        return odd;
    }
    if own {
        odd.push(Odd::OwnPeople);
    }
    let that_day = earlier.iter().filter(|one| one.same_day);
    let day = that_day.fold(presence.minutes, |sum, one| sum.saturating_add(one.minutes));
    if day > DAY_MINUTES_MAX {
        odd.push(Odd::FullDay);
    }
    let whole = presence.minutes == presence.planned
        && presence.planned >= LONG_MINUTES
        && by_hand(Some(presence.proof));
    let before = earlier.get(..WHOLE_MIN.saturating_sub(1));
    let same = |one: &Earlier| one.minutes == presence.minutes && by_hand(one.proof);
    if whole && before.is_some_and(|before| before.iter().all(same)) {
        odd.push(Odd::AlwaysWhole);
    }
    odd
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(minutes: i64, proof: Proof) -> Presence {
        Presence {
            minutes,
            planned: 120,
            proof,
            came: true,
            signed_out: true,
            odd: Vec::new(),
        }
    }

    fn earlier(minutes: i64, proof: Proof, same_day: bool) -> Earlier {
        Earlier {
            minutes,
            proof: Some(proof),
            same_day,
        }
    }

    #[test]
    fn whole_shifts_by_hand_are_told_and_those_by_code_are_not() {
        let hand = [earlier(120, Proof::Organiser, false); 4];
        let now = served(120, Proof::Organiser);
        assert_eq!(odd_beyond(&now, false, &hand), [Odd::AlwaysWhole]);
        assert!(
            odd_beyond(&now, false, &hand[..3]).is_empty(),
            "four are few"
        );
        assert!(odd_beyond(&served(120, Proof::Machine), false, &hand).is_empty());
        assert!(odd_beyond(&served(115, Proof::Organiser), false, &hand).is_empty());
        let mut mixed = hand;
        mixed[2] = earlier(120, Proof::Machine, false);
        assert!(odd_beyond(&now, false, &mixed).is_empty());
    }

    #[test]
    fn a_day_of_more_than_twelve_hours_and_the_leaders_own_people_are_told() {
        let day = [
            earlier(400, Proof::Machine, true),
            earlier(200, Proof::Machine, true),
        ];
        let now = served(120, Proof::Machine);
        assert!(
            odd_beyond(&now, false, &day).is_empty(),
            "twelve hours to the minute"
        );
        let more = served(121, Proof::Machine);
        assert_eq!(odd_beyond(&more, false, &day), [Odd::FullDay]);
        let other = day.map(|one| Earlier {
            same_day: false,
            ..one
        });
        assert!(odd_beyond(&more, false, &other).is_empty());
        assert_eq!(odd_beyond(&now, true, &[]), [Odd::OwnPeople]);
        let absent = Presence { came: false, ..now };
        assert!(odd_beyond(&absent, true, &day).is_empty());
    }
}
