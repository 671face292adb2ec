//! The traits of a resident: coarse marks that staff set and rules may ask for, such as a star level, hardship, or the
//! day since which somebody belongs. Codes and whole numbers only, never a text. Who may set them, and what they mean, is
//! not known here.

use std::collections::BTreeMap;

use crate::codec::{Malformed, Reader, Writer};
use crate::ids::Code;
use crate::time::LocalDate;

/// The most traits of one resident.
pub const TRAITS_MAX: usize = 16;
/// The largest value of a trait that is no day.
pub const TRAIT_MAX: i32 = 1_000_000;

/// The day that a value stands for: 20240301 is 2024-03-01. None for a number.
pub fn day_of(value: i32) -> Option<LocalDate> {
    if value <= TRAIT_MAX {
        return None;
    }
    let part = |number: i32| u8::try_from(number % 100).ok();
    LocalDate::new(value / 10_000, part(value / 100)?, part(value)?).ok()
}

/// A day as the value of a trait.
pub fn of_day(day: LocalDate) -> i32 {
    let (year, month, day) = day.parts();
    let months = year.saturating_mul(100).saturating_add(i32::from(month));
    months.saturating_mul(100).saturating_add(i32::from(day))
}

/// The trait of a number whose person was erased, set by whoever erases; nobody can set it by hand. Nothing new is booked
/// for such a number.
pub const ERASED: &str = "host.erased";

/// A resident's traits. One that is not there counts as 0, so 0 is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits(BTreeMap<Code, i32>);

impl Traits {
    /// These with some set anew; 0 takes one away. None when a value is neither 0 to [`TRAIT_MAX`] nor a day, or when
    /// there would be more than [`TRAITS_MAX`].
    pub fn with(&self, changes: &[(Code, i32)]) -> Option<Traits> {
        let mut all = self.clone();
        for (name, value) in changes {
            match value {
                0 => drop(all.0.remove(name)),
                1..=TRAIT_MAX => drop(all.0.insert(name.clone(), *value)),
                value if day_of(*value).is_some() => drop(all.0.insert(name.clone(), *value)),
                _ => return None,
            }
        }
        (all.0.len() <= TRAITS_MAX).then_some(all)
    }

    /// The larger value of each, and of two days the earlier, for a household that is asked about as one.
    pub(crate) fn merge(&mut self, other: &Traits) {
        for (name, value) in &other.0 {
            let kept = self.0.entry(name.clone()).or_default();
            *kept = match (day_of(*kept), day_of(*value)) {
                (Some(_), Some(_)) => (*kept).min(*value),
                _ => (*kept).max(*value),
            };
        }
    }

    /// Those that a plan asks for, in its order.
    pub fn wanted(&self, names: &[Code]) -> Vec<(Code, i32)> {
        let valued = |name: &Code| Some((name.clone(), *self.0.get(name)?));
        names.iter().filter_map(valued).collect()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Code, i32)> {
        self.0.iter().map(|(name, value)| (name, *value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Stored form; no bytes at all for none.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        if !self.is_empty() {
            self.write(&mut w);
        }
        w.done()
    }

    /// The traits behind stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn decode(bytes: &[u8]) -> Result<Traits, Malformed> {
        if bytes.is_empty() {
            return Ok(Traits::default());
        }
        let mut r = Reader::new(bytes);
        let traits = Traits::read(&mut r)?;
        r.end()?;
        Ok(traits)
    }

    /// The list alone, also where there are none.
    pub(crate) fn write(&self, w: &mut Writer) {
        let all: Vec<_> = self.iter().collect();
        w.list(&all, |w, (name, value)| {
            w.code(name);
            w.i32(*value);
        });
    }

    /// What [`Traits::write`] wrote.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Traits, Malformed> {
        let all = r.list(|r| Ok((r.code()?, r.i32()?)))?;
        Traits::default().with(&all).ok_or(Malformed)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    #[test]
    fn zero_takes_away_and_limits_hold() {
        let star = Traits::default().with(&[(code("star"), 3)]).unwrap();
        let both = star.with(&[(code("rider"), 1)]).unwrap();
        assert_eq!(both.with(&[(code("rider"), 0)]), Some(star.clone()));
        assert_eq!(Traits::decode(&both.encode()), Ok(both.clone()));
        assert_eq!(Traits::default().encode(), Vec::<u8>::new());
        assert_eq!(star.with(&[(code("star"), -1)]), None);
        assert_eq!(star.with(&[(code("star"), TRAIT_MAX + 1)]), None);
        for wrong in [20_240_230, 20_241_301, 19_691_231, 22_000_101, i32::MAX] {
            assert_eq!(star.with(&[(code("since"), wrong)]), None, "{wrong}");
        }
        let many: Vec<_> = (0..17).map(|n| (code(&format!("t{n}")), 1)).collect();
        assert_eq!(Traits::default().with(&many), None);
        let asked = both.wanted(&[code("senior"), code("rider")]);
        assert_eq!(asked, [(code("rider"), 1)], "what is not there is left out");
    }

    #[test]
    fn a_day_is_a_value_and_a_household_has_the_earliest() {
        let since = |value| {
            let star = [(code("since"), value), (code("star"), 2)];
            Traits::default().with(&star).unwrap()
        };
        let day: LocalDate = "2024-02-29".parse().unwrap();
        assert_eq!(of_day(day), 20_240_229);
        assert_eq!(day_of(20_240_229), Some(day));
        assert_eq!(day_of(TRAIT_MAX), None);
        let mut all = Traits::default();
        for value in [20_240_301, 20_240_229, 20_260_101] {
            all.merge(&since(value));
        }
        assert_eq!(all, since(20_240_229));
    }
}
