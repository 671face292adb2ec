//! A moment of the community's clock. Times are local, as the host read them; where clocks are put forward, an hour that is
//! due moves with them.

use rongyi_core::time::LocalDate;

use crate::calendar::{DAY_MINUTES, clock};

/// A local day and the minute of that day, 0-1439; as an end, 1440 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The local day.
    pub on: LocalDate,
    /// The minute of the day.
    pub minute: u16,
}

impl Moment {
    /// A moment.
    pub fn new(on: LocalDate, minute: u16) -> Moment {
        Moment { on, minute }
    }

    /// The end of a day.
    pub fn end_of(on: LocalDate) -> Moment {
        Moment {
            on,
            minute: DAY_MINUTES,
        }
    }

    /// So many minutes later.
    pub(crate) fn plus_minutes(self, minutes: u32) -> Moment {
        let day = u32::from(DAY_MINUTES);
        let all = u32::from(self.minute).saturating_add(minutes);
        let (days, minute) = (all.div_euclid(day), all.rem_euclid(day));
        Moment {
            on: self.on.plus_days(i32::try_from(days).unwrap_or(i32::MAX)),
            minute: u16::try_from(minute).unwrap_or(0),
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.on, clock(self.minute))
    }
}
