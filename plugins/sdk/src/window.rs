//! Windows, subjects and traits as an operator writes them in TOML, their codes, and how they are spoken of.
//!
//! It reads and names; which day lies in which window is in `calendar.rs`, and counting is the host's.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::params::{expected, word};
use crate::text;
use crate::types::{Date, Fact, FactNeed, Metric, Subject, Text, Window};

/// The longest trailing window that the host answers.
pub const TRAILING_MAX: u16 = 400;

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let no = || {
            expected(
                "这里写 day、week、month、quarter、year、lifetime，或者 trailing-30 表示最近 30 天（最多 400 天）",
                "Write one of day, week, month, quarter, year, lifetime, or trailing-30 for the last 30 days (at most 400)",
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

/// A trait that staff set, and from which value on it counts: `{ name = "star", at_least = 3 }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "一个特征 { name = \"star\", at_least = 3 }\u{1f}a trait, { name = \"star\", at_least = 3 }"
)]
pub struct HasTrait {
    /// Its name, as staff set it.
    pub name: String,
    /// The smallest value that counts; 1 without it.
    #[serde(default = "one")]
    pub at_least: i32,
}

fn one() -> i32 {
    1
}

impl HasTrait {
    /// Whether these traits have it. A trait that is not there counts as 0.
    pub fn holds(&self, traits: &[(String, i32)]) -> bool {
        trait_value(traits, &self.name) >= self.at_least
    }
}

/// The value of a trait; 0 when it is not there.
pub fn trait_value(traits: &[(String, i32)], name: &str) -> i32 {
    let found = traits.iter().find(|(own, _)| own == name);
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
            "year",
            "lifetime",
            "trailing-30",
        ] {
            assert_eq!(parse_window(text).map(window_code).as_deref(), Some(text));
        }
        for bad in ["monthly", "trailing-", "trailing-0", "trailing-401", ""] {
            assert_eq!(parse_window(bad), None, "{bad}");
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
