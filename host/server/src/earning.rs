//! Events on their way to the book: what a person or program wrote becomes typed values, or a sentence that
//! says what to write instead. What an event is worth is decided elsewhere.

pub mod again;
pub mod api;
pub mod chains;
pub(crate) mod cli;
pub(crate) mod form;
pub mod import;
pub(crate) mod refused;
pub(crate) mod roster;
pub mod trial;
pub(crate) mod web;

use rongyi_core::amount::{BadDecimal, Decimal};
use rongyi_core::ids::{Code, HouseholdNo, ResidentNo};
use rongyi_core::record::Quantity;
use rongyi_core::rule::{Field, FieldKind, Text, Value};
use rongyi_core::time::LocalDate;
use rongyi_core::{shown, typed};

/// Why a written value is not what it should be. Nothing was asked of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .text.en)]
pub struct InputError {
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong, what was expected, what to do.
    pub text: Text,
}

impl InputError {
    fn new(code: &'static str, zh: String, en: String) -> Self {
        InputError {
            code,
            text: Text { zh, en },
        }
    }
}

/// A quantity as it was written. At which scale it counts is the book's business, which knows the rules of its day.
///
/// # Errors
/// `quantity.number`, `quantity.places` or `quantity.range`. Whether it lies within the kind's own bounds and places is
/// checked by the book.
pub fn quantity(text: &str) -> Result<Quantity, InputError> {
    let number = Decimal::as_written(&typed::canonical(text));
    number.map(Quantity::Written).map_err(|error| match error {
        BadDecimal::NotANumber(text) => InputError::new(
            "quantity.number",
            format!("数量“{text}”不是普通数字。请只写数字，例如 3 或 7.6，不写 e、加号和千位逗号。"),
            format!("The quantity “{text}” is not a plain number. Write digits such as 3 or 7.6, without e, + or thousands marks."),
        ),
        BadDecimal::TooFine { text, scale } => InputError::new(
            "quantity.places",
            format!("数量“{text}”的小数太多：最多 {scale} 位小数。"),
            format!("The quantity “{text}” is too fine; nothing is counted to more than {scale} decimal places."),
        ),
        BadDecimal::TooLarge(text) => InputError::new(
            "quantity.range",
            format!("数量 {text} 太大了，不可能记账。请核对数量。"),
            format!("The quantity {text} is too large to be counted. Check the quantity."),
        ),
    })
}

/// The value of a form field.
///
/// # Errors
/// `field.value` with what may be written.
pub fn field(field: &Field, written: &str) -> Result<Value, InputError> {
    let text = typed::canonical(written);
    let text = text.as_str();
    let (value, wants_zh, wants_en) = match &field.kind {
        FieldKind::Integer { min, max } => {
            let number = text
                .parse()
                .ok()
                .filter(|number| (*min..=*max).contains(number));
            let wants = (
                format!("{min} 到 {max} 的整数"),
                format!("a whole number from {min} to {max}"),
            );
            (number.map(Value::Integer), wants.0, wants.1)
        }
        FieldKind::Decimal(scale) => {
            let number = Decimal::parse(text, *scale).ok();
            let wants = (
                format!("最多 {scale} 位小数的数字"),
                format!("a number with at most {scale} decimal places"),
            );
            (number.map(Value::Decimal), wants.0, wants.1)
        }
        FieldKind::Choice(choices) => {
            let chosen = choices.iter().find(|(code, _)| code.as_str() == text);
            let all = |name: fn(&Text) -> &str| {
                let names: Vec<_> = choices
                    .iter()
                    .map(|(code, title)| format!("{code} ({})", name(title)))
                    .collect();
                names.join(", ")
            };
            let wants = (
                format!("这些之一：{}", all(|title| &title.zh)),
                format!("one of: {}", all(|title| &title.en)),
            );
            (
                chosen.map(|(code, _)| Value::Choice(code.clone())),
                wants.0,
                wants.1,
            )
        }
        FieldKind::YesNo => {
            let answer = match text {
                "是" | "yes" | "true" | "1" => Some(Value::YesNo(true)),
                "否" | "no" | "false" | "0" => Some(Value::YesNo(false)),
                _ => None,
            };
            (answer, "是 或 否".to_owned(), "yes or no".to_owned())
        }
        FieldKind::Day => (
            typed::day(text).map(Value::Day),
            "2026-11-23 这样的日期".to_owned(),
            "a date such as 2026-11-23".to_owned(),
        ),
    };
    let (name, shown) = (&field.name, shown::short(written, 40));
    value.ok_or_else(|| {
        InputError::new(
            "field.value",
            format!("“{name}”写的是“{shown}”，应当是{wants_zh}。"),
            format!("“{name}” is “{shown}”; expected {wants_en}."),
        )
    })
}

/// What stands for a field of which nobody knows the shape yet: no field takes it, so the book refuses it by name.
pub fn unread_field() -> Value {
    Value::Decimal(Decimal {
        units: 1,
        scale: u8::MAX,
    })
}

/// A local date with its minute of the day, where one is said, in one of the forms of [`typed::day_time`]; not later
/// than `now`, the community's own date and minute.
///
/// # Errors
/// `date.form`, or `date.future` for a time of today that is still to come. A later day is refused by the book.
pub fn occurred_at(
    text: &str,
    (today, now): (LocalDate, u16),
) -> Result<(LocalDate, Option<u16>), InputError> {
    let (on, minute) = typed::day_time(text).ok_or_else(|| {
        let shown = shown::short(text, 40);
        InputError::new(
            "date.form",
            format!(
                "“{shown}”不是本地日期和时间。请写成 2026-10-03 或 2026-10-03T09:20，年份写在前面，不带时区。"
            ),
            format!(
                "“{shown}” is not a local date and time. Write 2026-10-03 or 2026-10-03T09:20, the year first, without a time zone."
            ),
        )
    })?;
    if on == today
        && let Some(later) = minute.filter(|minute| *minute > now)
    {
        let (later, now) = (clock(later), clock(now));
        return Err(InputError::new(
            "date.future",
            format!(
                "时间 {later} 还没有到，现在是 {now}。请改成已经发生的时间；说不准时间就只写日期。"
            ),
            format!(
                "The time {later} lies in the future; it is {now} now. Give the time at which it happened, or the date alone."
            ),
        ));
    }
    Ok((on, minute))
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A day, of `column`.
///
/// # Errors
/// `date.form`.
pub fn day(text: &str, column: &str) -> Result<LocalDate, InputError> {
    typed::day(text).ok_or_else(|| {
        let shown = shown::short(text, 40);
        InputError::new(
            "date.form",
            format!("“{column}”写的是“{shown}”，不是日期。请写成 2026-10-02，年份写在前面。"),
            format!("“{column}” is “{shown}”, which is not a date. Write it as 2026-10-02, the year first."),
        )
    })
}

/// A whole number, of `column`, between `min` and `max`. Full-width digits are digits; a sign is none.
///
/// # Errors
/// `number.form`.
pub fn whole(text: &str, column: &str, (min, max): (i64, i64)) -> Result<i64, InputError> {
    let canonical = typed::canonical(text);
    let digits = !canonical.is_empty() && canonical.bytes().all(|b| b.is_ascii_digit());
    let number = canonical.parse().ok();
    number
        .filter(|number| digits && (min..=max).contains(number))
        .ok_or_else(|| {
            let shown = shown::short(text, 40);
            InputError::new(
                "number.form",
                format!("“{column}”写的是“{shown}”，应当是 {min} 到 {max} 的整数。"),
                format!("“{column}” is “{shown}”; expected a whole number from {min} to {max}."),
            )
        })
}

fn number(text: &str, what_zh: &str, what_en: &str) -> Result<u32, InputError> {
    let number = typed::number(text).filter(|number| (1..=0x7fff_ffff).contains(number));
    let shown = shown::short(text, 40);
    number.ok_or_else(|| {
        InputError::new(
            "number.form",
            format!("“{shown}”不是{what_zh}。请写 1 到 2147483647 的整数。"),
            format!("“{shown}” is not a {what_en}. Write a whole number from 1 to 2147483647."),
        )
    })
}

/// A resident's number.
///
/// # Errors
/// `number.form`.
pub fn resident_no(text: &str) -> Result<ResidentNo, InputError> {
    number(text, "居民号码", "resident number").map(ResidentNo)
}

/// A household's number.
///
/// # Errors
/// `number.form`.
pub fn household_no(text: &str) -> Result<HouseholdNo, InputError> {
    number(text, "户号", "household number").map(HouseholdNo)
}

/// A code.
///
/// # Errors
/// `code.form` naming the column.
pub fn code(text: &str, column: &str) -> Result<Code, InputError> {
    typed::canonical(text).parse().map_err(|_| {
        let shown = shown::short(text, 60);
        InputError::new(
            "code.form",
            format!("“{column}”写的是“{shown}”，应当是小写字母、数字和 - . _ / 组成的代号，最多 48 个字符。"),
            format!("“{column}” is “{shown}”; expected a code of 1-48 lower-case letters, digits, '-', '.', '_' and '/'."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_plain_numbers_as_they_are_written() {
        let written = |units, scale| Ok(Quantity::Written(Decimal { units, scale }));
        assert_eq!(quantity("7.6"), written(76, 1));
        assert_eq!(quantity(" ７．60 "), written(76, 1));
        assert_eq!(quantity("300000"), written(300_000, 0));
        let refused = |text| quantity(text).unwrap_err();
        assert_eq!(refused("1e3").code, "quantity.number");
        assert!(refused("7.65432").text.zh.contains("最多 4 位小数"));
        assert_eq!(refused("9007199254740992").code, "quantity.range");
    }

    #[test]
    fn times_are_local_and_complete_and_past() {
        let date = "2026-10-03".parse().unwrap();
        let now = (date, 570);
        assert_eq!(occurred_at("2026-10-03", now), Ok((date, None)));
        assert_eq!(occurred_at("2026-10-03T00:00", now), Ok((date, Some(0))));
        assert_eq!(occurred_at("2026-10-03T09:20", now), Ok((date, Some(560))));
        assert_eq!(
            occurred_at("2026-10-03 09:20:59", now),
            Ok((date, Some(560)))
        );
        assert_eq!(occurred_at("2026/10/3 9:30", now), Ok((date, Some(570))));
        for (late, code) in [
            ("2026-10-03T09:31", "date.future"),
            ("2026-10-03T23:59", "date.future"),
        ] {
            assert_eq!(occurred_at(late, now).unwrap_err().code, code, "{late}");
        }
        // Of another day the time says nothing about now.
        assert!(occurred_at("2026-10-02T23:59", now).is_ok());
        for bad in [
            "2026-10-03T24:00",
            "2026-10-03T09:20Z",
            "2026-10-03T09:20:00+08:00",
            "3/10/2026",
            "2026-02-30",
            "",
        ] {
            assert_eq!(
                occurred_at(bad, now).unwrap_err().code,
                "date.form",
                "{bad}"
            );
        }
    }

    #[test]
    fn a_field_says_what_may_be_written() {
        let choice = FieldKind::Choice(vec![(
            Code::literal("full"),
            Text {
                zh: "全程".into(),
                en: "All of it".into(),
            },
        )]);
        let part = Field {
            name: Code::literal("part"),
            title: Text {
                zh: "参加".into(),
                en: "Part".into(),
            },
            kind: choice,
            required: true,
        };
        assert_eq!(
            field(&part, "full"),
            Ok(Value::Choice(Code::literal("full")))
        );
        assert!(
            field(&part, "half")
                .unwrap_err()
                .text
                .en
                .contains("one of: full (All of it)")
        );
        let yes = Field {
            kind: FieldKind::YesNo,
            ..part
        };
        assert_eq!(field(&yes, "是"), Ok(Value::YesNo(true)));
        assert!(field(&yes, "maybe").is_err());
    }

    #[test]
    fn numbers_of_people_are_digits() {
        for good in ["1001", "１００１", "10 01", "1001\u{200b}"] {
            assert_eq!(resident_no(good), Ok(ResidentNo(1001)));
        }
        for bad in ["0", "-1", "+1", "1.0", "9007199254740992", "陈阿婆"] {
            assert_eq!(resident_no(bad).unwrap_err().code, "number.form", "{bad}");
        }
    }
}
