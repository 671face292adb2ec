//! The parameters of a period's end as an operator writes them, and what does not make sense in them. Nothing is
//! computed here.

use rongyi_sdk::params::Words;
use rongyi_sdk::types::{Closing, Diagnostic, Metric, Subject, Window};
use rongyi_sdk::window::HasTrait;
use rongyi_sdk::wrong;
use serde::Deserialize;

/// The most points that one number may say; no sum then leaves 32 bits.
pub(crate) const POINTS_MAX: i32 = 1_000_000;
/// The longest row of months: each costs four facts.
const MONTHS_MAX: u8 = 6;

/// Everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// What remains of balances, and with how much the next period begins.
    #[serde(default)]
    pub(crate) balances: Vec<Balance>,
    /// For everybody of a group.
    #[serde(default)]
    pub(crate) allowances: Vec<Allowance>,
    /// For the first, the second ….
    #[serde(default)]
    pub(crate) prizes: Vec<Prize>,
    /// For reaching a number.
    #[serde(default)]
    pub(crate) goals: Vec<Goal>,
    /// For so many months in a row.
    #[serde(default)]
    pub(crate) streaks: Vec<Streak>,
    /// A level, kept as the balance of an asset.
    pub(crate) level: Option<Level>,
}

/// How long the period is that ends, where a community closes several lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Length {
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A half-year.
    HalfYear,
    /// A year.
    Year,
}

impl Length {
    /// Whether the period that ends is so long: by its first and last month, which say it for every period there is.
    pub(crate) fn is(self, closing: &Closing) -> bool {
        let (first, last) = (
            i32::from(closing.first.month),
            i32::from(closing.last.month),
        );
        let years = closing.last.year.saturating_sub(closing.first.year);
        let months = years.saturating_mul(12).saturating_add(last - first + 1);
        months
            == match self {
                Length::Month => 1,
                Length::Quarter => 3,
                Length::HalfYear => 6,
                Length::Year => 12,
            }
    }
}

/// Whether a row counts at this end.
pub(crate) fn counts(at: Option<Length>, closing: &Closing) -> bool {
    at.is_none_or(|length| length.is(closing))
}

/// What remains of one asset.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Balance {
    /// Which.
    #[serde(default = "points")]
    pub(crate) asset: String,
    /// All of it, or nothing; all without any of the three.
    pub(crate) keep: Option<Keep>,
    /// So much of it; parts of a point are dropped.
    pub(crate) keep_percent: Option<u8>,
    /// At most so much is kept.
    pub(crate) keep_max: Option<i32>,
    /// The next period begins with so much more.
    pub(crate) base: Option<i32>,
    /// A debt is forgiven; it stays without it.
    #[serde(default)]
    pub(crate) forgive_debt: bool,
    /// Only where a period of this length ends; of every length without it.
    pub(crate) at: Option<Length>,
}

fn points() -> String {
    "points".to_owned()
}

/// All or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Keep {
    /// It is carried over.
    All,
    /// It is reset.
    None,
}

/// For everybody who has a trait.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allowance {
    /// What residents read.
    pub(crate) title: Words,
    /// The group; everybody without it.
    #[serde(rename = "trait")]
    pub(crate) has: Option<HasTrait>,
    /// The asset in which it is given.
    #[serde(default = "points")]
    pub(crate) asset: String,
    /// How much.
    pub(crate) amount: i32,
    /// So much for each whole year or month since the day that the trait holds.
    pub(crate) each: Option<Each>,
    /// And no more than so much.
    pub(crate) most: Option<i32>,
    /// Only where a period of this length ends; of every length without it.
    pub(crate) at: Option<Length>,
}

/// For what an allowance is given again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Each {
    /// Each whole year.
    Year,
    /// Each whole month.
    Month,
}

impl Each {
    /// How many of them are in so many months.
    pub(crate) fn of(self, months: i32) -> i32 {
        match self {
            Each::Year => months / 12,
            Each::Month => months,
        }
    }
}

/// For the first, the second ….
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prize {
    /// What residents read.
    pub(crate) title: Words,
    /// Ranked by the points of this kind; of all kinds without it.
    pub(crate) of: Option<String>,
    /// Over these days, seen from the last day of the period.
    pub(crate) window: Window,
    /// Who is ranked.
    pub(crate) subject: Subject,
    /// For each place, the first in front.
    pub(crate) points: Vec<i32>,
    /// Nobody with less is given a prize.
    #[serde(default = "one")]
    pub(crate) at_least: i32,
    /// Only where a period of this length ends; of every length without it.
    pub(crate) at: Option<Length>,
}

fn one() -> i32 {
    1
}

/// For reaching a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Goal {
    /// What residents read.
    pub(crate) title: Words,
    /// What is counted.
    pub(crate) metric: Counted,
    /// Of this kind; of all kinds without it.
    pub(crate) of: Option<String>,
    /// Over these days, seen from the last day of the period.
    pub(crate) window: Window,
    /// Whose.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
    /// How much it takes.
    pub(crate) at_least: i32,
    /// The asset in which it is given.
    #[serde(default = "points")]
    pub(crate) asset: String,
    /// What there is for it.
    pub(crate) amount: i32,
    /// Only where a period of this length ends; of every length without it.
    pub(crate) at: Option<Length>,
}

fn person() -> Subject {
    Subject::Person
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Counted {
    /// Points earned.
    Points,
    /// Volunteer minutes.
    Minutes,
    /// Quantities, at the kind's scale.
    Quantity,
    /// Events.
    Events,
    /// Different days.
    DistinctDays,
}

impl Counted {
    /// The metric of the closed list.
    pub(crate) fn metric(self) -> Metric {
        match self {
            Counted::Points => Metric::Points,
            Counted::Minutes => Metric::Minutes,
            Counted::Quantity => Metric::Quantity,
            Counted::Events => Metric::Events,
            Counted::DistinctDays => Metric::DistinctDays,
        }
    }
}

/// For so many calendar months in a row, the last of them being the one that ends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Streak {
    /// What residents read.
    pub(crate) title: Words,
    /// The kind of event that each month must have.
    pub(crate) of: String,
    /// How many months.
    pub(crate) months: u8,
    /// Whose.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
    /// The asset in which it is given.
    #[serde(default = "points")]
    pub(crate) asset: String,
    /// What there is for it.
    pub(crate) amount: i32,
    /// Only where a period of this length ends; of every length without it.
    pub(crate) at: Option<Length>,
}

/// A level, kept as the balance of an asset, so that it can be read, explained and proved like points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    /// What residents read.
    pub(crate) title: Words,
    /// The asset that holds it.
    pub(crate) asset: String,
    /// What is counted.
    pub(crate) metric: Counted,
    /// Of this kind; of all kinds without it.
    pub(crate) of: Option<String>,
    /// Over these days: a lifetime, or a rolling window.
    pub(crate) window: Window,
    /// What each level takes, the lowest in front.
    pub(crate) steps: Vec<i32>,
    /// The trait that says for how many months somebody has belonged, or since which day.
    pub(crate) tenure: Option<String>,
    /// How many months each level takes.
    #[serde(default)]
    pub(crate) tenure_months: Vec<i32>,
    /// What happens to whoever no longer reaches their level.
    #[serde(default)]
    pub(crate) downgrade: Downgrade,
    /// Only where a period of this length ends; of every length without it.
    pub(crate) at: Option<Length>,
}

/// What happens to whoever no longer reaches their level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Downgrade {
    /// It stays.
    #[default]
    Never,
    /// One level at a time.
    Step,
    /// Down to what is reached.
    Full,
}

const AMOUNT: (&str, &str) = (
    "写 1 到 1000000 的整数。",
    "Write a whole number from 1 to 1000000.",
);

fn good(value: i32) -> bool {
    (1..=POINTS_MAX).contains(&value)
}

/// What does not make sense.
pub(crate) fn check(params: &Params) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut no = |path: String, code: &str, zh: &str, en: &str| {
        found.push(wrong(path, format!("period-close.{code}"), zh, en));
    };
    let nothing = params.balances.is_empty()
        && params.allowances.is_empty()
        && params.prizes.is_empty()
        && params.goals.is_empty()
        && params.streaks.is_empty()
        && params.level.is_none();
    if nothing {
        no(
            String::new(),
            "empty",
            "至少写一样：balances、allowances、prizes、goals、streaks、level。",
            "Write at least one of balances, allowances, prizes, goals, streaks, level.",
        );
    }
    check_balances(params, &mut no);
    let amounts = params
        .allowances
        .iter()
        .enumerate()
        .map(|(at, one)| (format!("allowances[{at}].amount"), one.amount));
    let goals = params.goals.iter().enumerate();
    let goals = goals.map(|(at, one)| (format!("goals[{at}].amount"), one.amount));
    let streaks = params.streaks.iter().enumerate();
    let streaks = streaks.map(|(at, one)| (format!("streaks[{at}].amount"), one.amount));
    for (path, _) in amounts
        .chain(goals)
        .chain(streaks)
        .filter(|(_, value)| !good(*value))
    {
        no(path, "amount", AMOUNT.0, AMOUNT.1);
    }
    for (at, one) in params.allowances.iter().enumerate() {
        if (one.each.is_some() && one.has.is_none()) || (one.most.is_some() && one.each.is_none()) {
            let (zh, en) = (
                "each 要和 trait 一起写，特征里记的是从哪一天起；most 要和 each 一起写。",
                "each stands beside a trait, which holds the day it counts from; most stands beside each.",
            );
            no(format!("allowances[{at}].each"), "each", zh, en);
        }
        if one.most.is_some_and(|most| !good(most)) {
            no(
                format!("allowances[{at}].most"),
                "amount",
                AMOUNT.0,
                AMOUNT.1,
            );
        }
    }
    for (at, prize) in params.prizes.iter().enumerate() {
        if prize.points.is_empty()
            || prize.points.len() > 50
            || !prize.points.iter().all(|p| good(*p))
        {
            let (zh, en) = (
                "每一名得几分，第一名写在最前，最多 50 名，例如 [50, 30, 20]。",
                "Points for each place, the first in front, at most 50 places: [50, 30, 20].",
            );
            no(format!("prizes[{at}].points"), "prize", zh, en);
        }
    }
    for (at, streak) in params.streaks.iter().enumerate() {
        if !(2..=MONTHS_MAX).contains(&streak.months) {
            let (zh, en) = ("连续月数是 2 到 6。", "Months in a row are 2 to 6.");
            no(format!("streaks[{at}].months"), "streak", zh, en);
        }
    }
    if let Some(level) = &params.level {
        check_level(level, &mut no);
    }
    found
}

fn check_balances(params: &Params, no: &mut dyn FnMut(String, &str, &str, &str)) {
    for (at, balance) in params.balances.iter().enumerate() {
        let path = format!("balances[{at}]");
        let written = [
            balance.keep.is_some(),
            balance.keep_percent.is_some(),
            balance.keep_max.is_some(),
        ];
        if written.iter().filter(|given| **given).count() > 1 {
            let (zh, en) = (
                "keep、keep_percent、keep_max 只写一样。",
                "Write only one of keep, keep_percent, keep_max.",
            );
            no(path.clone(), "keep", zh, en);
        }
        if balance.keep_percent.is_some_and(|percent| percent > 100) {
            let (zh, en) = ("百分数是 0 到 100。", "A percentage is 0 to 100.");
            no(format!("{path}.keep_percent"), "keep", zh, en);
        }
        if balance.keep_max.is_some_and(|max| max < 0) {
            let (zh, en) = ("不能小于 0。", "It may not be below 0.");
            no(format!("{path}.keep_max"), "keep", zh, en);
        }
        if balance.base.is_some_and(|base| !good(base)) {
            no(format!("{path}.base"), "amount", AMOUNT.0, AMOUNT.1);
        }
        // Without a length a row counts at every end, beside each other row of its asset.
        let again = |other: &Balance| {
            let both = other.at.is_none() || balance.at.is_none() || other.at == balance.at;
            other.asset == balance.asset && both
        };
        if params.balances.iter().take(at).any(again) {
            let (zh, en) = (
                "这一样写了两次；月底、年底各有规定的，两行都写上 at。",
                "This asset is written twice; where months and years differ, write `at` in both rows.",
            );
            no(format!("{path}.asset"), "twice", zh, en);
        }
    }
}

fn check_level(level: &Level, no: &mut dyn FnMut(String, &str, &str, &str)) {
    let rising = level.steps.windows(2).all(|pair| pair[0] < pair[1]);
    if level.steps.is_empty() || !rising || level.steps.iter().any(|step| *step < 1) {
        no(
            "level.steps".to_owned(),
            "level",
            "每一级要多少，从低到高写，例如 [6000, 18000]。",
            "What each level takes, rising from the lowest: [6000, 18000].",
        );
    }
    let paired = level.tenure.is_some() != level.tenure_months.is_empty();
    if !paired || (level.tenure.is_some() && level.tenure_months.len() != level.steps.len()) {
        no(
            "level.tenure_months".to_owned(),
            "level",
            "tenure 写特征的名字，tenure_months 给每一级写几个月，和 steps 一样多。",
            "tenure names the trait, and tenure_months has the months of each level, as many as steps.",
        );
    }
    if level.asset == "points" || level.asset == "minutes" {
        no(
            "level.asset".to_owned(),
            "level",
            "级别不能记在 points 或 minutes 上，写 conduct 或社区自己的一样。",
            "A level cannot be kept in points or minutes; write conduct or an asset of the community.",
        );
    }
}
