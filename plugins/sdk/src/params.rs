//! Reading parameters: strict JSON into the author's own struct, with the path of the wrong key.
//!
//! It knows nothing about TOML: the host has made JSON of it, floats as strings with their source text.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};

use crate::types::{Decimal, Diagnostic, Text};
use crate::wrong;

/// Reads the parameters. Derive `Deserialize` with `#[serde(deny_unknown_fields)]`, so that a misspelt key is
/// an error and not silence.
///
/// # Errors
/// One diagnostic with the path of the first thing that does not fit.
pub fn read<T: DeserializeOwned>(params: &str) -> Result<T, Vec<Diagnostic>> {
    let mut json = serde_json::Deserializer::from_str(params);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        let said = error.inner().to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        vec![wrong(
            path,
            "params.shape",
            format!("这里的写法不对：{said}。"),
            format!("This does not fit: {said}."),
        )]
    })
}

/// A text in both languages, as written in TOML: `{ zh = "公斤", en = "kg" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a text in both languages, { zh = …, en = … }"
)]
pub struct Words {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Words> for Text {
    fn from(words: Words) -> Self {
        Text {
            zh: words.zh,
            en: words.en,
        }
    }
}

/// An exact number from a whole number or a text such as `"0.5"`; at most four decimal places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// The digits without the point.
    pub units: i64,
    /// How many of them stand behind the point.
    pub scale: u8,
}

impl Exact {
    /// The value times 10 to the power `scale`; `None` when that is not whole or too large.
    pub fn at_scale(self, scale: u8) -> Option<i64> {
        if scale >= self.scale {
            return self
                .units
                .checked_mul(ten_to(scale.checked_sub(self.scale)?));
        }
        let divisor = ten_to(self.scale.checked_sub(scale)?);
        (self.units % divisor == 0).then(|| self.units / divisor)
    }

    /// As an argument of a phrase; saturates.
    pub fn decimal(self) -> Decimal {
        Decimal {
            units: clamp(self.units),
            scale: self.scale,
        }
    }

    /// Reads plain digits with at most four decimal places.
    pub fn parse(text: &str) -> Option<Exact> {
        let (negative, digits) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 9
            || digits.ends_with('.')
            || !plain(whole)
            || !plain(fraction)
        {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let scale = u8::try_from(fraction.len())
            .ok()
            .filter(|places| *places <= 4)?;
        let units: i64 = format!("{whole}{fraction}").parse().ok()?;
        Some(Exact {
            units: if negative { -units } else { units },
            scale,
        })
    }
}

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let places = usize::from(self.scale);
        let digits = format!(
            "{:0>1$}",
            self.units.unsigned_abs(),
            places.saturating_add(1)
        );
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(places));
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            rest => write!(f, "{sign}{whole}.{rest}"),
        }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(i32),
            Digits(String),
        }
        let expected = "write a number such as 3 or 0.5, with at most four decimal places";
        match Written::deserialize(from).map_err(|_| D::Error::custom(expected))? {
            Written::Whole(units) => Ok(Exact {
                units: i64::from(units),
                scale: 0,
            }),
            Written::Digits(digits) => {
                Exact::parse(&digits).ok_or_else(|| D::Error::custom(expected))
            }
        }
    }
}

/// 10 to a small power.
pub fn ten_to(places: u8) -> i64 {
    10_i64.saturating_pow(u32::from(places))
}

/// The nearest number that crosses the border.
pub fn clamp(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        let half: Exact = serde_json::from_str("\"0.50\"").unwrap();
        assert_eq!(half, Exact { units: 5, scale: 1 });
        assert_eq!(half.at_scale(2), Some(50));
        assert_eq!(half.at_scale(0), None);
        for bad in [
            "\"1e3\"",
            "\"\"",
            "\"1.\"",
            "\".5\"",
            "\"1.23456\"",
            "0.5",
            "true",
            "\"--1\"",
        ] {
            assert!(serde_json::from_str::<Exact>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_wrong_key_is_named() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its shape matters")]
        struct Inner {
            points: i32,
        }
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only its shape matters")]
        struct Outer {
            kinds: Vec<Inner>,
        }
        let found = read::<Outer>(r#"{"kinds":[{"points":1},{"points":"x"}]}"#).unwrap_err();
        assert_eq!(found[0].path, "kinds[1].points");
    }
}
