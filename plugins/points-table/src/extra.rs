//! The parameters of everything that may be added to a kind: conditions, boosts, budget, bonuses for the first
//! or the tenth time, shares, expiry, marks. Shape, and whether a condition holds; what they are worth is in
//! `worth.rs`.

use rongyi_sdk::calendar::{
    half_year_end, month_end, order, parse_date, plus_days, quarter_end, year_end,
};
use rongyi_sdk::clock::Clock;
use rongyi_sdk::minute_of;
use rongyi_sdk::params::{Exact, Words, expected, word};
use rongyi_sdk::types::{Date, Event, Subject, Value, Window};
use rongyi_sdk::window::HasTrait;
use serde::{Deserialize, Deserializer};

/// A condition; everything that is written must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    /// 1 is Monday, 7 is Sunday.
    #[serde(default)]
    pub(crate) weekdays: Vec<u8>,
    /// From this time of day on.
    pub(crate) from: Option<Clock>,
    /// Before this time of day; earlier than `from` means over midnight.
    pub(crate) to: Option<Clock>,
    /// On one of these days.
    #[serde(default)]
    pub(crate) days: Vec<Days>,
    /// A field of the event …
    pub(crate) field: Option<String>,
    /// … has one of these values; `yes` and `no` for a yes-no field.
    #[serde(default)]
    pub(crate) is: Vec<String>,
    /// The doer has this trait.
    #[serde(rename = "trait")]
    pub(crate) has: Option<HasTrait>,
    /// Somebody is in this role.
    pub(crate) role: Option<String>,
    /// The quantity is larger than this.
    pub(crate) quantity_over: Option<Exact>,
}

/// From the first to the last of these days, both included.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Days {
    /// First day.
    pub(crate) from: Date,
    /// Last day; the same without it.
    pub(crate) to: Option<Date>,
}

impl Days {
    pub(crate) fn hold(&self, on: Date) -> bool {
        let last = self.to.unwrap_or(self.from);
        (order(self.from)..=order(last)).contains(&order(on))
    }
}

impl When {
    /// Whether it holds for this event, whose quantity has `scale` decimal places.
    pub(crate) fn holds(&self, event: &Event, scale: u8) -> bool {
        let weekday = self.weekdays.is_empty() || self.weekdays.contains(&event.weekday);
        let day = self.days.is_empty() || self.days.iter().any(|days| days.hold(event.on));
        let role = |role: &String| event.roles.iter().any(|named| named == role);
        let over = |most: Exact| {
            let most = most.at_scale(scale).unwrap_or(i64::MAX);
            i64::from(event.quantity) > most
        };
        weekday
            && day
            && self.in_time(minute_of(event))
            && self
                .field
                .as_ref()
                .is_none_or(|name| self.field_is(event, name))
            && self
                .has
                .as_ref()
                .is_none_or(|has| has.holds(&event.traits, event.on))
            && self.role.as_ref().is_none_or(role)
            && self.quantity_over.is_none_or(over)
    }

    /// A time that nobody said lies in no window of the day.
    fn in_time(&self, minute: Option<u16>) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let Some(minute) = minute else {
            return false;
        };
        let from = self.from.map_or(0, |from| from.0);
        let to = self.to.map_or(24 * 60, |to| to.0);
        if from < to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        }
    }

    fn field_is(&self, event: &Event, name: &str) -> bool {
        let found = event.fields.iter().find(|(key, _)| key == name);
        let is = |text: &str| self.is.iter().any(|wanted| wanted == text);
        match found.map(|(_, value)| value) {
            Some(Value::Choice(code)) => is(code),
            Some(Value::YesNo(yes)) => is(if *yes { "yes" } else { "no" }),
            Some(Value::Integer(number)) => is(&number.to_string()),
            Some(Value::Decimal(_) | Value::Day(_)) | None => false,
        }
    }

    /// Nothing but weekdays is asked.
    pub(crate) fn only_weekdays(&self) -> bool {
        self.from.is_none()
            && self.to.is_none()
            && self.days.is_empty()
            && self.field.is_none()
            && self.has.is_none()
            && self.role.is_none()
            && self.quantity_over.is_none()
    }
}

/// Where the condition holds, the event counts for nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Void {
    /// When.
    pub(crate) when: When,
    /// What residents read.
    pub(crate) title: Words,
}

/// Where the condition holds, points are multiplied or some are added.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Boost {
    /// 1 is Monday, 7 is Sunday; the short form of `when = { weekdays = … }`.
    #[serde(default)]
    pub(crate) weekdays: Vec<u8>,
    /// When it counts; always without either.
    #[serde(default)]
    pub(crate) when: When,
    /// By how much points are multiplied.
    pub(crate) times: Option<Exact>,
    /// How many points are added.
    pub(crate) plus: Option<i32>,
    /// Boosts of one lane compete, lanes follow each other.
    #[serde(default)]
    pub(crate) lane: String,
    /// What residents read.
    pub(crate) title: Option<Words>,
}

impl Boost {
    /// Whether it counts for this event.
    pub(crate) fn holds(&self, event: &Event, scale: u8) -> bool {
        let weekday = self.weekdays.is_empty() || self.weekdays.contains(&event.weekday);
        weekday && self.when.holds(event, scale)
    }
}

/// Which boosts of one lane count when several would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stack {
    /// The first of them.
    #[default]
    First,
    /// The one that gives most.
    Best,
    /// All of them, each on the points before the lane.
    Sum,
}

/// What the community issues in all, over the points of this table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    /// Points.
    pub(crate) points: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// As it runs out, points are multiplied; when it is used up, there are none.
    #[serde(default)]
    pub(crate) scale: Vec<Scale>,
}

/// From this part of the budget on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scale {
    /// So much of it is used.
    pub(crate) from_percent: i32,
    /// By how much points are multiplied then.
    pub(crate) times: Exact,
}

/// More for the first time, the tenth time ….
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nth {
    /// Which time.
    pub(crate) time: i32,
    /// Counted over which days.
    #[serde(default = "lifetime")]
    pub(crate) window: Window,
    /// Whose times.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
    /// Points.
    pub(crate) points: i32,
}

pub(crate) fn lifetime() -> Window {
    Window::Lifetime
}

fn person() -> Subject {
    Subject::Person
}

/// More for whoever comes back after a long time. Never for the first time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Comeback {
    /// The last time was more than so many days ago.
    pub(crate) after_days: i32,
    /// Points.
    pub(crate) points: i32,
}

/// More for so many days in a row, once until the row breaks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Streak {
    /// Days, this one included.
    pub(crate) days: u16,
    /// Points.
    pub(crate) points: i32,
}

/// Points for whoever brought the doer along.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(
    untagged,
    expecting = "介绍人的分数，例如 2 或 { points = 2, time = 3 }\u{1f}points for the referrer, such as 2 or { points = 2, time = 3 }"
)]
pub(crate) enum Referrer {
    /// Each time.
    Points(i32),
    /// Only when the doer does it for this time.
    At {
        /// Points.
        points: i32,
        /// Which time.
        time: i32,
    },
}

impl Referrer {
    /// The points.
    pub(crate) fn points(self) -> i32 {
        match self {
            Referrer::Points(points) | Referrer::At { points, .. } => points,
        }
    }

    /// Which time of the doer's; every time without it.
    pub(crate) fn time(self) -> Option<i32> {
        match self {
            Referrer::Points(_) => None,
            Referrer::At { time, .. } => Some(time),
        }
    }
}

/// A part of the points goes to another role of the event, when somebody is in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    /// The role.
    pub(crate) role: String,
    /// What people call it.
    pub(crate) title: Words,
    /// How much of the points; parts of a point stay with the doer.
    pub(crate) percent: Option<u8>,
    /// One of so many equal parts instead, such as a third.
    pub(crate) of: Option<u8>,
}

impl Share {
    /// The part of so many points.
    pub(crate) fn part(&self, points: i64) -> i64 {
        let (most, least) = self.fraction();
        points.saturating_mul(most) / least.max(1)
    }

    /// So many of so many parts.
    pub(crate) fn fraction(&self) -> (i64, i64) {
        let equal = self.of.map(|of| (1, i64::from(of)));
        let percent = self.percent.map(|percent| (i64::from(percent), 100));
        percent.or(equal).unwrap_or((0, 1))
    }
}

/// When points lapse. Exactly one of them.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expires {
    /// So many days after the event.
    pub(crate) days: Option<u16>,
    /// At the end of the month this many months later.
    pub(crate) end_of_month: Option<u16>,
    /// At the end of the quarter this many quarters later.
    pub(crate) end_of_quarter: Option<u16>,
    /// At the end of the half-year this many half-years later.
    pub(crate) end_of_half_year: Option<u16>,
    /// At the end of the year this many years later.
    pub(crate) end_of_year: Option<u16>,
    /// On this day of the month, its last one where it is shorter …
    pub(crate) day_of_month: Option<u8>,
    /// … this many months later; of the next month unless written.
    pub(crate) months_later: Option<u16>,
    /// On this day of the calendar, `01-31`, 28 February for the 29th where there is none …
    pub(crate) until: Option<MonthDay>,
    /// … this many years later, of the next year unless written; with 0 the next such day.
    pub(crate) years_later: Option<u16>,
}

/// A day of the calendar without its year, written as `01-31`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthDay {
    month: u8,
    day: u8,
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let no = || {
            expected(
                "这里写一年里的一天，月和日各两位，例如 \"01-31\"",
                "Write a day of a year with two digits for month and day, such as \"01-31\"",
            )
        };
        let text = word(from, no)?;
        // 2024 has every day that any year has.
        let on = parse_date(&format!("2024-{text}")).ok_or_else(no)?;
        Ok(MonthDay {
            month: on.month,
            day: on.day,
        })
    }
}

impl MonthDay {
    /// This day of the year that comes so many years later.
    fn of_year(self, on: Date, later: u16) -> Date {
        let year = year_end(on, later).year;
        let first = Date {
            year,
            month: self.month,
            day: 1,
        };
        let last = month_end(first, 0);
        let day = self.day.min(last.day);
        Date { day, ..last }
    }
}

impl Expires {
    /// Whether exactly one is written.
    pub(crate) fn is_one(&self) -> bool {
        let all = [
            self.days,
            self.end_of_month,
            self.end_of_quarter,
            self.end_of_half_year,
            self.end_of_year,
            self.day_of_month.map(u16::from),
            self.until.map(|until| until.month.into()),
        ];
        let day = self.day_of_month.is_none_or(|day| (1..=31).contains(&day));
        let later = self.months_later.is_none() || self.day_of_month.is_some();
        // Never before the day of the event: that would lapse as it is given.
        let ahead = self.day_of_month.is_none() || self.months_later != Some(0);
        let years = self.years_later.is_none() || self.until.is_some();
        all.iter().flatten().count() == 1 && day && later && ahead && years
    }

    /// The last good day of points earned on this day.
    pub(crate) fn last_day(&self, on: Date) -> Option<Date> {
        let days = self.days.map(|days| plus_days(on, i32::from(days)));
        let month = || self.end_of_month.map(|later| month_end(on, later));
        let quarter = || self.end_of_quarter.map(|later| quarter_end(on, later));
        let half = || self.end_of_half_year.map(|later| half_year_end(on, later));
        let year = || self.end_of_year.map(|later| year_end(on, later));
        let day = || {
            let last = month_end(on, self.months_later.unwrap_or(1));
            let day = self.day_of_month?.min(last.day);
            Some(Date { day, ..last })
        };
        let until = || {
            let until = self.until?;
            let found = until.of_year(on, self.years_later.unwrap_or(1));
            let past = order(found) < order(on);
            Some(if past { until.of_year(on, 1) } else { found })
        };
        days.or_else(month)
            .or_else(quarter)
            .or_else(half)
            .or_else(year)
            .or_else(day)
            .or_else(until)
    }
}

/// Something a reviewer should look at; it changes no points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Watch {
    /// What the reviewer reads.
    pub(crate) say: Words,
    /// When.
    #[serde(default)]
    pub(crate) when: When,
    /// And only with more than so many of these, this event included.
    pub(crate) count: Option<Count>,
}

/// A number over some days.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Count {
    /// What is counted.
    pub(crate) of: Counted,
    /// More than so many.
    pub(crate) over: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
}

/// What a mark counts, of this kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Counted {
    /// Events.
    Events,
    /// Points.
    Points,
    /// Volunteer hours.
    Hours,
    /// Whole units of the quantity.
    Quantity,
}

/// Points that the doer gives away; the quantity is how many.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Give {
    /// The role that receives them: a neighbour, a fund.
    pub(crate) to: String,
    /// What people call it.
    pub(crate) title: Words,
    /// Only multiples of so many.
    pub(crate) step: Option<i32>,
    /// At most so many in a window.
    #[serde(default)]
    pub(crate) most: Vec<Most>,
    /// Conduct points for the giver, for each time so many are given in all.
    pub(crate) honour_every: Option<i32>,
}

/// At most so many in a window.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Most {
    /// Points.
    pub(crate) amount: i32,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
}
