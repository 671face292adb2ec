//! Amounts: whole numbers of the smallest unit, checked, never floating point.

use std::fmt;

/// How much of an asset, in its smallest unit; may be negative where a debt is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(i64);

/// An amount left the range in which this program counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount may not pass {} in either direction", Amount::LIMIT)]
pub struct OutOfRange;

impl Amount {
    /// The largest amount in either direction: 10^12, far below 2^53 so that JSON keeps it exact.
    pub const LIMIT: i64 = 1_000_000_000_000;
    /// Nothing.
    pub const ZERO: Amount = Amount(0);

    /// An amount from a number.
    ///
    /// # Errors
    /// [`OutOfRange`] beyond [`Amount::LIMIT`].
    pub fn new(value: i64) -> Result<Self, OutOfRange> {
        if (-Self::LIMIT..=Self::LIMIT).contains(&value) {
            Ok(Amount(value))
        } else {
            Err(OutOfRange)
        }
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl From<i32> for Amount {
    fn from(value: i32) -> Self {
        Amount(i64::from(value))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number with decimal places, exactly as a person wrote it: 7.6 is 76 at scale 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// The digits without the point.
    pub units: i32,
    /// How many of them stand behind the point, 0-4.
    pub scale: u8,
}

/// Why a text is not a quantity at the wanted scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDecimal {
    /// Not digits with at most one point.
    #[error(
        "“{0}” is not a plain number; write digits such as 3 or 7.6, without e, + or thousands marks"
    )]
    NotANumber(String),
    /// More decimal places than are counted.
    #[error("“{text}” has more decimal places than the {scale} that are counted here")]
    TooFine {
        /// What was written.
        text: String,
        /// Decimal places that are counted.
        scale: u8,
    },
    /// Does not fit in 32 bits at this scale.
    #[error("“{0}” is too large to be counted")]
    TooLarge(String),
}

impl Decimal {
    /// Reads digits with at most `scale` decimal places; the result always has exactly `scale`.
    ///
    /// ```
    /// # use rongyi_core::amount::Decimal;
    /// assert_eq!(Decimal::parse("7.6", 1).unwrap().units, 76);
    /// assert!(Decimal::parse("1e3", 0).is_err());
    /// assert!(Decimal::parse("1.5", 0).is_err());
    /// ```
    ///
    /// # Errors
    /// [`BadDecimal`] naming the text and the limit.
    pub fn parse(text: &str, scale: u8) -> Result<Decimal, BadDecimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let pointed_at_nothing = digits.ends_with('.');
        if whole.is_empty() || !plain(whole) || !plain(fraction) || pointed_at_nothing {
            return Err(BadDecimal::NotANumber(text.chars().take(40).collect()));
        }
        let fraction = fraction.trim_end_matches('0');
        let places = usize::from(scale);
        if fraction.len() > places {
            return Err(BadDecimal::TooFine {
                text: text.chars().take(40).collect(),
                scale,
            });
        }
        let all = format!(
            "{}{whole}{fraction:0<places$}",
            if negative { "-" } else { "" }
        );
        let units = all
            .parse()
            .map_err(|_| BadDecimal::TooLarge(text.chars().take(40).collect()))?;
        Ok(Decimal { units, scale })
    }
}

impl Decimal {
    /// The most decimal places that anything is counted to.
    pub const SCALE_MAX: u8 = 4;

    /// Reads digits with the decimal places they need, at most [`Decimal::SCALE_MAX`].
    ///
    /// ```
    /// # use rongyi_core::amount::Decimal;
    /// assert_eq!(Decimal::as_written("7.60").unwrap(), Decimal { units: 76, scale: 1 });
    /// assert_eq!(Decimal::as_written("300000").unwrap().scale, 0);
    /// ```
    ///
    /// # Errors
    /// [`BadDecimal`] naming the text and the limit.
    pub fn as_written(text: &str) -> Result<Decimal, BadDecimal> {
        let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
        let places = fraction.trim_end_matches('0').len();
        let scale = u8::try_from(places).unwrap_or(u8::MAX);
        Decimal::parse(text, scale.min(Self::SCALE_MAX))
    }

    /// The same number with exactly so many decimal places; `None` when it has more, or would not fit.
    pub fn at(self, scale: u8) -> Option<Decimal> {
        let mut units = self.units;
        for _ in self.scale..scale {
            units = units.checked_mul(10)?;
        }
        for _ in scale..self.scale {
            let whole = units.checked_rem(10)? == 0;
            units = units.checked_div(10).filter(|_| whole)?;
        }
        Some(Decimal { units, scale })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = usize::from(self.scale);
        if places == 0 {
            return self.units.fmt(f);
        }
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = format!(
            "{:0>width$}",
            self.units.unsigned_abs(),
            width = places.saturating_add(1)
        );
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() {
            write!(f, "{sign}{whole}")
        } else {
            write!(f, "{sign}{whole}.{fraction}")
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_with_the_places_that_are_counted_are_read() {
        for (text, scale, units) in [
            ("7", 0, 7),
            ("7", 2, 700),
            ("7.60", 1, 76),
            ("-0.5", 1, -5),
            ("0.05", 2, 5),
        ] {
            let read = Decimal::parse(text, scale);
            assert_eq!(read, Ok(Decimal { units, scale }), "{text}");
        }
        for text in [
            "", "-", ".", "1.", ".5", "x", "x.1", "1.x", "1.2.3", "+1", "1e3",
        ] {
            let read = Decimal::parse(text, 4);
            let not = BadDecimal::NotANumber(text.to_owned());
            assert_eq!(read, Err(not), "{text}");
        }
        let fine = BadDecimal::TooFine {
            text: "1.25".into(),
            scale: 1,
        };
        assert_eq!(Decimal::parse("1.25", 1), Err(fine));
        assert!(matches!(
            Decimal::parse("300000", 4),
            Err(BadDecimal::TooLarge(_))
        ));
    }

    #[test]
    fn a_number_is_shown_as_a_person_writes_it() {
        for (units, scale, shown) in [
            (3, 0, "3"),
            (-3, 0, "-3"),
            (0, 0, "0"),
            (0, 1, "0"),
            (5, 1, "0.5"),
            (-5, 1, "-0.5"),
            (5, 2, "0.05"),
            (760, 2, "7.6"),
            (-700, 2, "-7"),
            (1234, 1, "123.4"),
        ] {
            let number = Decimal { units, scale };
            assert_eq!(number.to_string(), shown);
            assert_eq!(Decimal::parse(shown, scale).unwrap(), number);
        }
    }
}
