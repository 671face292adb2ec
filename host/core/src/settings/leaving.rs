//! What becomes of the points of somebody who leaves the community.

use crate::codec::{Malformed, Reader, Writer};

/// What becomes of what somebody has who leaves. What belongs to a household stays with it as long as somebody of it is left;
/// minutes always stay with the person who gave them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remains {
    /// It stays where it is, and nothing can be ordered for it.
    Keep,
    /// It lapses.
    Lapse,
    /// It is given to the community.
    Donate,
    /// It goes to the one of the household who is named when it is booked; to anybody who is named where nobody of the
    /// household is left; where nobody is named it stays.
    Family,
}

/// What becomes of points, by how somebody leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// Of somebody who moved away.
    pub moved: Remains,
    /// Of somebody who died.
    pub died: Remains,
}

impl Default for Leaving {
    fn default() -> Self {
        Leaving {
            moved: Remains::Keep,
            died: Remains::Keep,
        }
    }
}

impl Remains {
    fn number(self) -> u8 {
        match self {
            Remains::Keep => 0,
            Remains::Lapse => 1,
            Remains::Donate => 2,
            Remains::Family => 3,
        }
    }

    fn from_number(number: u8) -> Result<Self, Malformed> {
        let all = [
            Remains::Keep,
            Remains::Lapse,
            Remains::Donate,
            Remains::Family,
        ];
        let mut all = all.into_iter();
        all.find(|one| one.number() == number).ok_or(Malformed)
    }
}

impl Leaving {
    pub(super) fn write(self, w: &mut Writer) {
        w.byte(self.moved.number());
        w.byte(self.died.number());
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Leaving {
            moved: Remains::from_number(r.byte()?)?,
            died: Remains::from_number(r.byte()?)?,
        })
    }
}
