//! A resident belongs to a household from now on.
//!
//! Order of checks: the numbers' range, that the number is free.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::{HouseholdNo, ResidentNo};
use crate::member::Member;
use crate::record::{Personal, Record};

const NUMBER_MAX: u32 = 0x7fff_ffff;

/// A resident of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrol {
    /// Who.
    pub resident: ResidentNo,
    /// Where.
    pub household: HouseholdNo,
    /// Salted commitment to the person.
    pub who: Hash,
}

impl Act for Enrol {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        list.resident(self.resident);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let (resident, household) = (self.resident, self.household);
        let in_range = |number: u32| (1..=NUMBER_MAX).contains(&number);
        if !in_range(resident.0) || !in_range(household.0) {
            return Err(Rejection::NumberTooLarge);
        }
        if let Ok(household) = book.household(resident) {
            return Err(Rejection::ResidentExists {
                resident,
                household,
            });
        }
        book.put_member(resident, Member::of(household));
        let record = Record::asked(asking.envelope, *self);
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Enrol {
    const NUMBERS: &'static [u8] = &[3];

    fn write(&self, w: &mut Writer) {
        w.u32(self.resident.0);
        w.u32(self.household.0);
        w.raw(&self.who);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Enrol {
            resident: ResidentNo(r.u32()?),
            household: HouseholdNo(r.u32()?),
            who: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "enrol"
    }

    fn title(&self) -> Title {
        Title::plain("登记居民", "Resident enrolled")
    }

    fn personal(&self) -> Personal {
        // Numbers, and a commitment whose salt goes with the person.
        Personal::about(self.resident)
    }
}
