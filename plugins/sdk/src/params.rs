//! Reading parameters: strict JSON into the author's own struct, with the path of the wrong key.
//!
//! It knows nothing about TOML: the host has made JSON of it, floats as strings with their source text.

mod misfit;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};

use crate::types::{Decimal, Diagnostic, Text};

/// Reads the parameters. Derive `Deserialize` with `#[serde(deny_unknown_fields)]`, so that a misspelt key is
/// an error and not silence.
///
/// # Errors
/// One diagnostic, with its path and in both languages, for everything whose shape does not fit.
pub fn read<T: DeserializeOwned>(params: &str) -> Result<T, Vec<Diagnostic>> {
    serde_json::from_str(params).map_err(|_| misfit::all::<T>(params))
}

/// A message in both languages for a custom `Deserialize` of your own: what would be right here, without a
/// full stop.
pub fn expected<E: serde::de::Error>(zh: &str, en: &str) -> E {
    E::custom(misfit::both(zh, en))
}

/// The text of something that is written as one: a window, a time of day. What is missing stays missing;
/// everything else gets `otherwise`.
///
/// # Errors
/// As said.
pub fn word<'de, D: Deserializer<'de>>(
    from: D,
    otherwise: impl FnOnce() -> D::Error,
) -> Result<String, D::Error> {
    String::deserialize(from).map_err(|error| {
        if error.to_string().starts_with("missing field") {
            error
        } else {
            otherwise()
        }
    })
}

/// A text in both languages, as written in TOML: `{ zh = "公斤", en = "kg" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "中英文各一份的文字 { zh = …, en = … }\u{1f}a text in both languages, { zh = …, en = … }"
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
        let no = || {
            expected(
                "这里写一个数，例如 3 或 0.5，最多四位小数",
                "Write a number such as 3 or 0.5, with at most four decimal places",
            )
        };
        let written = Written::deserialize(from).map_err(|error| {
            if error.to_string().starts_with("missing field") {
                error
            } else {
                no()
            }
        });
        match written? {
            Written::Whole(units) => Ok(Exact {
                units: i64::from(units),
                scale: 0,
            }),
            Written::Digits(digits) => Exact::parse(&digits).ok_or_else(no),
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

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Inner {
        points: i32,
        title: Option<Words>,
        each: Option<Exact>,
        window: Option<crate::types::Window>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Outer {
        kinds: Vec<Inner>,
        #[serde(default)]
        open: bool,
    }

    fn told(params: &str) -> Vec<(String, String, String)> {
        let found = read::<Outer>(params).unwrap_err();
        let one = |d: Diagnostic| (d.path, d.message.zh, d.message.en);
        found.into_iter().map(one).collect()
    }

    #[test]
    fn every_misfit_is_told_at_its_place_in_both_languages() {
        let given = r#"{"kinds":[
            {"point":1},
            {"points":"x"},
            {"points":1,"titel":{"zh":"甲","en":"A"}},
            {"points":"0.5","title":"甲"},
            {"points":1,"each":"lots","window":"monthly"},
            {"points":3000000000}
        ],"open":"yes"}"#;
        let told = told(given);
        let seen: Vec<_> = told
            .iter()
            .map(|(path, zh, en)| (path.as_str(), zh.as_str(), en.as_str()))
            .collect();
        let expected = [
            (
                "kinds[0].point",
                "没有“point”这一项，是不是想写“points”？",
                "There is no key “point” here. Did you mean “points”?",
            ),
            (
                "kinds[0]",
                "这里少了“points”这一项。",
                "“points” is missing here.",
            ),
            (
                "kinds[1].points",
                "这里写的是文字“x”，应该是整数。",
                "This is the text “x”; it must be a whole number.",
            ),
            (
                "kinds[2].titel",
                "没有“titel”这一项，是不是想写“title”？",
                "There is no key “titel” here. Did you mean “title”?",
            ),
            (
                "kinds[3].points",
                "这里写的是0.5，应该是整数。",
                "This is 0.5; it must be a whole number.",
            ),
            (
                "kinds[3].title",
                "这里写的是文字“甲”，应该是中英文各一份的文字 { zh = …, en = … }。",
                "This is the text “甲”; it must be a text in both languages, { zh = …, en = … }.",
            ),
            (
                "kinds[4].each",
                "这里写一个数，例如 3 或 0.5，最多四位小数。",
                "Write a number such as 3 or 0.5, with at most four decimal places.",
            ),
            (
                "kinds[4].window",
                "这里写 day、week、month、quarter、half-year、year、lifetime，或者 trailing-30 表示最近 30 天（最多 400 天）。",
                "Write one of day, week, month, quarter, half-year, year, lifetime, or trailing-30 for the last 30 days (at most 400).",
            ),
            (
                "kinds[5].points",
                "这里写的是3000000000，应该是整数。",
                "This is 3000000000; it must be a whole number.",
            ),
            (
                "open",
                "这里写的是文字“yes”，应该是true 或 false。",
                "This is the text “yes”; it must be true or false.",
            ),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_is_no_json_or_has_nothing_is_told_too() {
        assert_eq!(told("{}")[0].1, "这里少了“kinds”这一项。");
        assert_eq!(
            told("[]")[0].1,
            "这里写的是一个列表，应该是花括号里的表，{ … }。"
        );
        assert!(
            told("{")[0].2.starts_with("This does not fit: EOF"),
            "{:?}",
            told("{")
        );
        let all = format!(
            r#"{{"kinds":[{}]}}"#,
            vec![r#"{"points":"x"}"#; 50].join(",")
        );
        assert_eq!(told(&all).len(), 20, "bounded");
    }
}
