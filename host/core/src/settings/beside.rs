//! What orders may be paid in beside points.

use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{AssetNo, Code};
use crate::time::LocalDate;
use crate::traits::Traits;

/// With which other asset a part of an order may be paid: what people were given, say, beside what they earned. What an order
/// costs is the rule's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The asset; never points.
    pub asset: AssetNo,
    /// With each point at most so many of it; `None` for as many as there are.
    pub each: Option<u16>,
    /// Residents with a trait of at least this value: with each point so many. The most that applies counts.
    pub groups: Vec<(Code, i32, u16)>,
    /// The only days on which it is taken, both included; every day where none is named.
    pub days: Vec<(LocalDate, LocalDate)>,
}

impl Beside {
    /// How many of so many points of price may be paid in the other asset on a day, by somebody with these traits.
    pub fn most(&self, price: i64, on: LocalDate, traits: &Traits) -> i64 {
        let open = self.days.is_empty()
            || self
                .days
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&on));
        if !open {
            return 0;
        }
        let Some(each) = self.each else {
            return price;
        };
        let has = |name: &Code, least: i32| {
            traits
                .iter()
                .any(|(own, value)| own == name && value >= least)
        };
        let groups = self
            .groups
            .iter()
            .filter(|(name, least, _)| has(name, *least));
        let each = i64::from(groups.map(|(_, _, each)| *each).fold(each, u16::max));
        price
            .saturating_mul(each)
            .checked_div(each.saturating_add(1))
            .unwrap_or(0)
    }
}

impl Beside {
    pub(super) fn write(&self, w: &mut Writer) {
        w.u32(self.asset.0);
        w.option(self.each, |w, each| w.u32(u32::from(each)));
        w.list(&self.groups, |w, (name, least, each)| {
            w.code(name);
            w.i32(*least);
            w.u32(u32::from(*each));
        });
        w.list(&self.days, |w, (from, to)| {
            w.date(*from);
            w.date(*to);
        });
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let small = |number: u32| u16::try_from(number).map_err(|_| Malformed);
        Ok(Beside {
            asset: AssetNo(r.u32()?),
            each: r.option(|r| small(r.u32()?))?,
            groups: r.list(|r| Ok((r.code()?, r.i32()?, small(r.u32()?)?)))?,
            days: r.list(|r| Ok((r.date()?, r.date()?)))?,
        })
    }
}
