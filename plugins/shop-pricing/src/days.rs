//! On which days the shop takes orders, and when it opens again. It looks 400 days ahead and no further.

use rongyi_sdk::calendar::{next_day, order, parse_date, weekday as weekday_of};
use rongyi_sdk::say::refuse;
use rongyi_sdk::types::{Date, Diagnostic, Refusal};
use rongyi_sdk::wrong;

use crate::params::Params;

/// How far ahead the next open day is looked for.
const AHEAD_DAYS: u16 = 400;

/// The shop's calendar.
pub(crate) struct Days {
    weekdays: Vec<u8>,
    days_of_month: Vec<u8>,
    months: Vec<u8>,
    closed: Vec<(Date, Date)>,
}

impl Days {
    /// Reads the days; adds what is wrong with them to `found`.
    pub(crate) fn read(params: &Params, found: &mut Vec<Diagnostic>) -> Days {
        let (weekdays, days_of_month, months) =
            params.open.as_ref().map_or_else(Default::default, |open| {
                let days = (open.weekdays.clone(), open.days_of_month.clone());
                (days.0, days.1, open.months.clone())
            });
        for (at, month) in months.iter().enumerate() {
            if !(1..=12).contains(month) {
                let (zh, en) = ("月份写 1 到 12。", "Months are 1 to 12.");
                found.push(wrong(
                    format!("open.months[{at}]"),
                    "shop-pricing.month",
                    zh,
                    en,
                ));
            }
        }
        for (at, day) in weekdays.iter().enumerate() {
            if !(1..=7).contains(day) {
                let (zh, en) = (
                    "星期写 1 到 7，1 是星期一。",
                    "Weekdays are 1 to 7; 1 is Monday.",
                );
                found.push(wrong(
                    format!("open.weekdays[{at}]"),
                    "shop-pricing.weekday",
                    zh,
                    en,
                ));
            }
        }
        for (at, day) in days_of_month.iter().enumerate() {
            if !(1..=31).contains(day) {
                let (zh, en) = ("日期写 1 到 31。", "Days of the month are 1 to 31.");
                found.push(wrong(
                    format!("open.days_of_month[{at}]"),
                    "shop-pricing.day",
                    zh,
                    en,
                ));
            }
        }
        let mut closed = Vec::new();
        for (at, span) in params.closed.iter().enumerate() {
            let mut day = |text: &str, name: &str| {
                let day = parse_date(text);
                if day.is_none() {
                    let zh = format!("“{text}”不是日期，应写成 2026-11-23。");
                    let en = format!("“{text}” is no date; write it as 2026-11-23.");
                    found.push(wrong(
                        format!("closed[{at}].{name}"),
                        "shop-pricing.date",
                        zh,
                        en,
                    ));
                }
                day
            };
            let from = day(&span.from, "from");
            let to = span.to.as_deref().map_or(from, |to| day(to, "to"));
            if let (Some(from), Some(to)) = (from, to) {
                if order(to) < order(from) {
                    let (zh, en) = ("to 不能早于 from。", "`to` may not be before `from`.");
                    found.push(wrong(
                        format!("closed[{at}].to"),
                        "shop-pricing.date",
                        zh,
                        en,
                    ));
                }
                closed.push((from, to));
            }
        }
        Days {
            weekdays,
            days_of_month,
            months,
            closed,
        }
    }

    /// Refuses a day on which no orders are taken, naming the next on which they are.
    pub(crate) fn check(&self, on: Date, weekday: u8) -> Result<(), Refusal> {
        let closed = self
            .closed
            .iter()
            .position(|(from, to)| (order(*from)..=order(*to)).contains(&order(on)));
        if closed.is_none() && self.usual(on, weekday) {
            return Ok(());
        }
        let code = closed.map_or_else(
            || "shop.not-today".to_owned(),
            |at| format!("shop.closed-{at}"),
        );
        Err(refuse(code, Vec::new(), self.next_open(on)))
    }

    fn usual(&self, on: Date, weekday: u8) -> bool {
        if !self.months.is_empty() && !self.months.contains(&on.month) {
            return false;
        }
        if self.weekdays.is_empty() && self.days_of_month.is_empty() {
            return true;
        }
        self.weekdays.contains(&weekday) || self.days_of_month.contains(&on.day)
    }

    fn next_open(&self, on: Date) -> Option<Date> {
        let mut day = on;
        (0..AHEAD_DAYS).find_map(|_| {
            day = next_day(day);
            let shut = self
                .closed
                .iter()
                .any(|(from, to)| (order(*from)..=order(*to)).contains(&order(day)));
            (!shut && self.usual(day, weekday_of(day))).then_some(day)
        })
    }
}
