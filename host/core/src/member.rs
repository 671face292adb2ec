//! A resident as a ledger knows them: the household, the traits, whether and how they left, and where they belonged before.

use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{HouseholdNo, ResidentNo};
use crate::time::LocalDate;
use crate::traits::{ERASED, Traits};

/// How somebody left a community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// They live elsewhere now.
    MovedAway,
    /// They died.
    Died,
    /// They had been enrolled twice: this is the number that goes on.
    Same(ResidentNo),
}

impl Departure {
    pub(crate) fn write(self, w: &mut Writer) {
        match self {
            Departure::MovedAway => w.byte(1),
            Departure::Died => w.byte(2),
            Departure::Same(other) => {
                w.byte(3);
                w.u32(other.0);
            }
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        match r.byte()? {
            1 => Ok(Departure::MovedAway),
            2 => Ok(Departure::Died),
            3 => Ok(Departure::Same(ResidentNo(r.u32()?))),
            _ => Err(Malformed),
        }
    }
}

/// That somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The day it was booked.
    pub on: LocalDate,
    /// How.
    pub how: Departure,
}

/// A resident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The household they belong to now.
    pub household: HouseholdNo,
    /// The traits.
    pub traits: Traits,
    /// Whether they left: nothing new is booked for them.
    pub left: Option<Left>,
    /// The households they belonged to, each with the entry by which they went to the next, in that order.
    pub former: Vec<(u64, HouseholdNo)>,
    /// Numbers under which they had been enrolled, too: what was counted under those counts for this one.
    pub joined: Vec<ResidentNo>,
}

impl Member {
    /// Somebody of a household, of whom nothing else is known.
    pub fn of(household: HouseholdNo) -> Self {
        Member {
            household,
            traits: Traits::default(),
            left: None,
            former: Vec::new(),
            joined: Vec::new(),
        }
    }

    /// Whether nobody stands behind the number any more.
    pub fn is_erased(&self) -> bool {
        self.traits.iter().any(|(name, _)| name.as_str() == ERASED)
    }

    /// The household they belonged to when the entry that begins at this seq was booked.
    pub fn home_at(&self, entry: u64) -> HouseholdNo {
        let mut all = self.former.iter();
        let then = all.find(|(moved, _)| entry < *moved);
        then.map_or(self.household, |(_, home)| *home)
    }

    /// Everything but the household, as stores keep it: the traits alone where there is nothing else, no bytes at all for
    /// none.
    pub fn encode(&self) -> Vec<u8> {
        if self.left.is_none() && self.former.is_empty() && self.joined.is_empty() {
            return self.traits.encode();
        }
        let mut w = Writer::default();
        self.traits.write(&mut w);
        w.option(self.left, |w, left| {
            w.date(left.on);
            left.how.write(w);
        });
        w.list(&self.former, |w, (entry, home)| {
            w.u64(*entry);
            w.u32(home.0);
        });
        // Everybody else keeps their bytes.
        if !self.joined.is_empty() {
            w.list(&self.joined, |w, no| w.u32(no.0));
        }
        w.done()
    }

    /// The resident behind a household and stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn decode(household: HouseholdNo, bytes: &[u8]) -> Result<Member, Malformed> {
        let mut member = Member::of(household);
        if bytes.is_empty() {
            return Ok(member);
        }
        let mut r = Reader::new(bytes);
        member.traits = Traits::read(&mut r)?;
        if !r.is_empty() {
            member.left = r.option(|r| {
                Ok(Left {
                    on: r.date()?,
                    how: Departure::read(r)?,
                })
            })?;
            member.former = r.list(|r| Ok((r.u64()?, HouseholdNo(r.u32()?))))?;
        }
        if !r.is_empty() {
            member.joined = r.list(|r| Ok(ResidentNo(r.u32()?)))?;
        }
        r.end()?;
        Ok(member)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_member_comes_back_and_knows_the_home_of_then() {
        let (first, second, third) = (HouseholdNo(1), HouseholdNo(2), HouseholdNo(3));
        let plain = Member::of(third);
        assert_eq!(plain.encode(), Vec::<u8>::new(), "as it always was");
        let traits = Traits::default().with(&[("star".parse().unwrap(), 3)]);
        let traits = traits.unwrap();
        let known = Member { traits, ..plain };
        assert_eq!(known.encode(), known.traits.encode(), "as it always was");
        for how in [
            Departure::MovedAway,
            Departure::Died,
            Departure::Same(ResidentNo(7)),
        ] {
            let member = Member {
                left: Some(Left {
                    on: LocalDate::FIRST,
                    how,
                }),
                former: vec![(10, first), (20, second)],
                ..known.clone()
            };
            assert_eq!(Member::decode(third, &member.encode()), Ok(member.clone()));
            let homes = [9, 10, 19, 20, 99].map(|entry| member.home_at(entry));
            assert_eq!(homes, [first, second, second, third, third]);
        }
        let plain = Member {
            former: vec![(10, first)],
            ..known.clone()
        };
        let joined = Member {
            joined: vec![ResidentNo(7), ResidentNo(9)],
            ..plain.clone()
        };
        assert_eq!(Member::decode(third, &joined.encode()), Ok(joined.clone()));
        assert!(
            joined.encode().starts_with(&plain.encode()),
            "as it always was"
        );
        assert!(Member::decode(third, &[1]).is_err());
    }
}
