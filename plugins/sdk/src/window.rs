//! Windows, subjects and traits as an operator writes them in TOML, their codes, and how they are spoken of.
//!
//! It reads and names; which day lies in which window is in `calendar.rs`, and counting is the host's.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::calendar::{day_of_number, month_end};
use crate::params::{expected, word};
use crate::text;
use crate::types::{Date, Fact, FactNeed, Metric, Subject, Text, Window};

/// The longest trailing window that the host answers.
pub const TRAILING_MAX: u16 = 400;

/// The half-year that a day lies in, January to June or July to December: `half-year` in TOML. The interface has no word of
/// its own for it; it is asked for as so many trailing days, more than any trailing window has.
pub const HALF_YEAR: Window = Window::TrailingDays(HALF_YEAR_DAYS);

/// A thousand, and the six months.
pub const HALF_YEAR_DAYS: u16 = 1006;

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let no = || {
            expected(
                "这里写 day、week、month、quarter、half-year、year、lifetime，或者 trailing-30 表示最近 30 天（最多 400 天）",
                "Write one of day, week, month, quarter, half-year, year, lifetime, or trailing-30 for the last 30 days (at most 400)",
            )
        };
        parse_window(&word(from, no)?).ok_or_else(no)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let no = || {
            expected(
                "这里写 person（本人）、household（本户）或 community（全社区）",
                "Write one of person, household, community",
            )
        };
        parse_subject(&word(from, no)?).ok_or_else(no)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let no = || {
            expected(
                "这里写一个日期，例如 2026-11-23，不加引号",
                "Write a date such as 2026-11-23, without quotes",
            )
        };
        let text = word(from, no)?;
        crate::calendar::parse_date(&text).ok_or_else(no)
    }
}

/// Reads `month`, `trailing-30` ….
pub fn parse_window(text: &str) -> Option<Window> {
    Some(match text {
        "day" => Window::Day,
        "week" => Window::Week,
        "month" => Window::Month,
        "quarter" => Window::Quarter,
        "half-year" => HALF_YEAR,
        "year" => Window::Year,
        "lifetime" => Window::Lifetime,
        other => {
            let days: u16 = other.strip_prefix("trailing-")?.parse().ok()?;
            (1..=TRAILING_MAX)
                .contains(&days)
                .then_some(Window::TrailingDays(days))?
        }
    })
}

/// Reads `person`, `household` or `community`.
pub fn parse_subject(text: &str) -> Option<Subject> {
    Some(match text {
        "person" => Subject::Person,
        "household" => Subject::Household,
        "community" => Subject::Community,
        _ => return None,
    })
}

/// The window as part of a code, as it is also written in TOML: `month`, `trailing-30`.
pub fn window_code(window: Window) -> String {
    match window {
        Window::Day => "day".to_owned(),
        Window::Week => "week".to_owned(),
        Window::Month => "month".to_owned(),
        Window::Quarter => "quarter".to_owned(),
        Window::Year => "year".to_owned(),
        Window::TrailingDays(HALF_YEAR_DAYS) => "half-year".to_owned(),
        Window::TrailingDays(days) => format!("trailing-{days}"),
        Window::Lifetime => "lifetime".to_owned(),
    }
}

/// The subject as part of a code.
pub fn subject_code(subject: Subject) -> &'static str {
    match subject {
        Subject::Person => "person",
        Subject::Household => "household",
        Subject::Community => "community",
    }
}

/// The window that holds today: “本月”, “this month”.
pub fn this(window: Window) -> Text {
    match window {
        Window::Day => text("当天", "on this day"),
        Window::Week => text("本周", "this week"),
        Window::Month => text("本月", "this month"),
        Window::Quarter => text("本季度", "this quarter"),
        Window::Year => text("今年", "this year"),
        Window::TrailingDays(HALF_YEAR_DAYS) => text("这半年", "this half-year"),
        Window::TrailingDays(days) => text(
            format!("最近 {days} 天"),
            format!("in the last {days} days"),
        ),
        Window::Lifetime => text("累计", "in all"),
    }
}

/// Any such window: “每月”, “a month”.
pub fn each(window: Window) -> Text {
    match window {
        Window::Day => text("每天", "a day"),
        Window::Week => text("每周", "a week"),
        Window::Month => text("每月", "a month"),
        Window::Quarter => text("每季度", "a quarter"),
        Window::Year => text("每年", "a year"),
        Window::TrailingDays(HALF_YEAR_DAYS) => text("每半年", "a half-year"),
        Window::TrailingDays(days) => text(format!("每 {days} 天"), format!("in any {days} days")),
        Window::Lifetime => text("总共", "in all"),
    }
}

/// The subject an answer speaks to: “本户”, “Your household”.
pub fn whose(subject: Subject) -> Text {
    match subject {
        Subject::Person => text("本人", "You"),
        Subject::Household => text("本户", "Your household"),
        Subject::Community => text("全社区", "The whole community"),
    }
}

/// The subject as a rule speaks of it: “每户”, “each household”.
pub fn every(subject: Subject) -> Text {
    match subject {
        Subject::Person => text("每人", "each person"),
        Subject::Household => text("每户", "each household"),
        Subject::Community => text("全社区", "the whole community"),
    }
}

/// A trait that staff set, and when it counts: from a value on, `{ name = "star", at_least = 3 }`, or so long after the day
/// that it holds, `{ name = "member_since", years = 2 }`. Such a day stands in a trait as 20240301.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HasTrait {
    /// Its name, as staff set it.
    pub name: String,
    /// When it counts.
    pub counts: Counts,
}

/// From when on a trait counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The smallest value.
    Value(i32),
    /// So many whole years after its day.
    Years(i32),
    /// So many whole months after its day.
    Months(i32),
}

/// [`HasTrait`] as it is written; exactly one of the three, or none of them for `at_least = 1`.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "一个特征 { name = \"star\", at_least = 3 }\u{1f}a trait, { name = \"star\", at_least = 3 }"
)]
struct WrittenTrait {
    name: String,
    at_least: Option<i32>,
    years: Option<i32>,
    months: Option<i32>,
}

impl<'de> Deserialize<'de> for HasTrait {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = WrittenTrait::deserialize(from)?;
        let good = |most: i32, number: &i32| (1..=most).contains(number);
        let counts = match (written.at_least, written.years, written.months) {
            (value, None, None) => Some(Counts::Value(value.unwrap_or(1))),
            (None, years @ Some(_), None) => years.filter(|n| good(100, n)).map(Counts::Years),
            (None, None, months @ Some(_)) => months.filter(|n| good(1200, n)).map(Counts::Months),
            _ => None,
        };
        let name = written.name;
        counts.map(|counts| HasTrait { name, counts }).ok_or_else(|| {
            expected(
                "at_least、years、months 只写一样：at_least 是特征的值，years（1 到 100）、months（1 到 1200）是从特征记的那一天起满几年、几个月",
                "Write only one of at_least, years, months: at_least is the value of the trait, years (1 to 100) and months (1 to 1200) count from the day that it holds",
            )
        })
    }
}

impl HasTrait {
    /// Whether these traits have it on this day. A trait that is not there counts as 0, and one that holds no day has
    /// never begun.
    pub fn holds(&self, traits: &[(String, i32)], on: Date) -> bool {
        let value = trait_value(traits, &self.name);
        let months = |wanted: i32| tenure_months(value, on).is_some_and(|tenure| tenure >= wanted);
        match self.counts {
            Counts::Value(least) => value >= least,
            Counts::Years(years) => months(years.saturating_mul(12)),
            Counts::Months(wanted) => months(wanted),
        }
    }

    /// What it asks, for a summary: “star 至少 3”, “member_since 起满 2 年”.
    pub fn words(&self) -> Text {
        let name = &self.name;
        match self.counts {
            Counts::Value(least) => text(
                format!("{name} 至少 {least}"),
                format!("{name} at least {least}"),
            ),
            Counts::Years(years) => text(
                format!("{name} 起满 {years} 年"),
                format!("{years} years after {name}"),
            ),
            Counts::Months(months) => text(
                format!("{name} 起满 {months} 个月"),
                format!("{months} months after {name}"),
            ),
        }
    }
}

/// How many whole months have passed until this day since the day that a trait holds, such as 20240301; `None` when it holds
/// none, or a later one.
///
/// ```
/// use rongyi_sdk::{types::Date, window::tenure_months};
/// let on = Date { year: 2026, month: 2, day: 28 };
/// assert_eq!(tenure_months(20240301, on), Some(23));
/// assert_eq!(tenure_months(20260131, on), Some(1));
/// assert_eq!(tenure_months(3, on), None);
/// ```
pub fn tenure_months(value: i32, on: Date) -> Option<i32> {
    let since = day_of_number(value)?;
    let between = month_number(on).saturating_sub(month_number(since));
    // The 31st comes on the last day of a shorter month.
    let day = since.day.min(month_end(on, 0).day);
    let whole = between.saturating_sub(i32::from(on.day < day));
    (whole >= 0).then_some(whole)
}

fn month_number(on: Date) -> i32 {
    on.year.saturating_mul(12).saturating_add(on.month.into())
}

/// The value of a trait; 0 when it is not there.
pub fn trait_value(traits: &[(String, i32)], name: &str) -> i32 {
    let found = traits.iter().find(|(key, _)| key == name);
    found.map_or(0, |(_, value)| *value)
}

/// The facts of a plan, each asked for once.
#[derive(Debug, Clone, Default)]
pub struct Needs(Vec<FactNeed>);

impl Needs {
    /// Asks for a fact and says where its answer will stand.
    pub fn ask(
        &mut self,
        metric: Metric,
        window: Window,
        subject: Subject,
        of: Option<&str>,
    ) -> usize {
        let wanted = FactNeed {
            metric,
            window,
            subject,
            of: of.map(str::to_owned),
        };
        if let Some(known) = self.0.iter().position(|need| *need == wanted) {
            return known;
        }
        self.0.push(wanted);
        self.0.len().saturating_sub(1)
    }

    /// In the order of asking, for the plan.
    pub fn list(&self) -> Vec<FactNeed> {
        self.0.clone()
    }
}

/// The answer that stands at this place. (A host that leaves out an answer has broken the interface.)
pub fn answer(facts: &[Fact], at: usize) -> i64 {
    let fact = facts
        .get(at)
        .expect("the host answers every fact of the plan");
    i64::from(fact.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_they_are_written() {
        for text in [
            "day",
            "week",
            "month",
            "quarter",
            "half-year",
            "year",
            "lifetime",
            "trailing-30",
        ] {
            assert_eq!(parse_window(text).map(window_code).as_deref(), Some(text));
        }
        for bad in [
            "monthly",
            "trailing-",
            "trailing-0",
            "trailing-401",
            "trailing-1006",
            "",
        ] {
            assert_eq!(parse_window(bad), None, "{bad}");
        }
    }

    #[test]
    fn tenure_is_counted_in_whole_months() {
        let day = |text: &str| crate::calendar::parse_date(text).unwrap();
        for (since, on, months) in [
            (20_240_301, "2026-03-01", Some(24)),
            (20_240_301, "2026-02-28", Some(23)),
            (20_240_229, "2026-02-28", Some(24)),
            (20_240_229, "2026-02-27", Some(23)),
            (20_260_131, "2026-04-30", Some(3)),
            (20_260_401, "2026-04-01", Some(0)),
            (20_260_402, "2026-04-01", None),
            (20_270_101, "2026-04-01", None),
            (0, "2026-04-01", None),
            (1_000_000, "2026-04-01", None),
            (20_240_230, "2026-04-01", None),
        ] {
            assert_eq!(tenure_months(since, day(on)), months, "{since} {on}");
        }
    }

    #[test]
    fn a_trait_counts_by_its_value_or_by_its_day() {
        let has = |json: &str| serde_json::from_str::<HasTrait>(json);
        let on = crate::calendar::parse_date("2026-03-01").unwrap();
        let holds = |json: &str, value| {
            let traits = [("t".to_owned(), value)];
            has(json).unwrap().holds(&traits, on)
        };
        assert!(holds(r#"{"name":"t"}"#, 1) && !holds(r#"{"name":"t"}"#, 0));
        let two = r#"{"name":"t","years":2}"#;
        assert!(holds(two, 20_240_301) && !holds(two, 20_240_302));
        assert!(!holds(two, 24), "no day");
        let half = r#"{"name":"t","months":6}"#;
        assert!(holds(half, 20_250_901) && !holds(half, 20_250_902));
        for wrong in [
            r#"{"name":"t","years":2,"at_least":1}"#,
            r#"{"name":"t","years":2,"months":1}"#,
            r#"{"name":"t","years":0}"#,
            r#"{"name":"t","months":1201}"#,
            r#"{"years":2}"#,
        ] {
            assert!(has(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_fact_is_asked_for_once() {
        let mut needs = Needs::default();
        let first = needs.ask(
            Metric::Points,
            Window::Month,
            Subject::Person,
            Some("patrol"),
        );
        let other = needs.ask(Metric::Points, Window::Month, Subject::Person, None);
        assert_eq!((first, other), (0, 1));
        assert_eq!(
            needs.ask(
                Metric::Points,
                Window::Month,
                Subject::Person,
                Some("patrol")
            ),
            0
        );
        assert_eq!(needs.list().len(), 2);
    }
}
