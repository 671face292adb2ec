//! The traits of a resident: coarse marks that staff set and rules may ask for, such as a star level or hardship.
//! Codes and whole numbers only, never a text. Who may set them, and what they mean, is not known here.

use std::collections::BTreeMap;

use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{Code, HouseholdNo};

/// The most traits of one resident.
pub const TRAITS_MAX: usize = 16;
/// The largest value of a trait.
pub const TRAIT_MAX: i32 = 1_000_000;

/// The trait of a number whose person was erased, set by whoever erases; nobody can set it by hand. Nothing new is booked
/// for such a number.
pub const ERASED: &str = "host.erased";

/// A resident's traits. One that is not there counts as 0, so 0 is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traits(BTreeMap<Code, i32>);

impl Traits {
    /// These with some set anew; 0 takes one away. None when a value is not 0 to [`TRAIT_MAX`], or when there would
    /// be more than [`TRAITS_MAX`].
    pub fn with(&self, changes: &[(Code, i32)]) -> Option<Traits> {
        let mut all = self.clone();
        for (name, value) in changes {
            match value {
                0 => drop(all.0.remove(name)),
                1..=TRAIT_MAX => drop(all.0.insert(name.clone(), *value)),
                _ => return None,
            }
        }
        (all.0.len() <= TRAITS_MAX).then_some(all)
    }

    /// The larger value of each, for a household that is asked about as one.
    pub(crate) fn merge(&mut self, other: &Traits) {
        for (name, value) in &other.0 {
            let own = self.0.entry(name.clone()).or_default();
            *own = (*own).max(*value);
        }
    }

    /// Those that a plan asks for, in its order.
    pub fn wanted(&self, names: &[Code]) -> Vec<(Code, i32)> {
        let own = |name: &Code| Some((name.clone(), *self.0.get(name)?));
        names.iter().filter_map(own).collect()
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
            let all: Vec<_> = self.iter().collect();
            w.list(&all, |w, (name, value)| {
                w.code(name);
                w.i32(*value);
            });
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
        let all = r.list(|r| Ok((r.code()?, r.i32()?)))?;
        r.end()?;
        Traits::default().with(&all).ok_or(Malformed)
    }
}

/// A resident as a ledger knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The household.
    pub household: HouseholdNo,
    /// The traits.
    pub traits: Traits,
}

impl Member {
    /// Whether nobody stands behind the number any more.
    pub fn is_erased(&self) -> bool {
        self.traits.iter().any(|(name, _)| name.as_str() == ERASED)
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
        let many: Vec<_> = (0..17).map(|n| (code(&format!("t{n}")), 1)).collect();
        assert_eq!(Traits::default().with(&many), None);
        let asked = both.wanted(&[code("senior"), code("rider")]);
        assert_eq!(asked, [(code("rider"), 1)], "what is not there is left out");
    }
}
