//! When a kind is not accepted any more, or not for a while: after so many absences, after points lost by something else,
//! for some days after it. Written as in the shop's rule, of which this is the other half.

use rongyi_sdk::calendar::{next_day, next_window, order, plus_days, year_end};
use rongyi_sdk::params::Words;
use rongyi_sdk::say::{number, phrase, refuse};
use rongyi_sdk::types::{Diagnostic, Event, Metric, Phrase, Refusal, Subject, Text, Window};
use rongyi_sdk::window::{Needs, answer, every, this};
use rongyi_sdk::wrong;
use serde::Deserialize;

use crate::table::Row;

/// After this kind of event those of the kind it stands in are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suspension {
    /// The other kind.
    pub(crate) after: String,
    /// What residents read.
    pub(crate) why: Words,
    /// Whose events.
    #[serde(default = "person")]
    pub(crate) subject: Subject,
    /// For so many days after the last one.
    pub(crate) days: Option<u16>,
    /// To the end of the year this many years after the last one.
    pub(crate) end_of_year: Option<u16>,
    /// Or: as soon as there are so many …
    pub(crate) times: Option<i32>,
    /// Or: as soon as so many points were lost by it …
    pub(crate) lost: Option<i32>,
    /// … in this window, until it has passed.
    pub(crate) window: Option<Window>,
}

fn person() -> Subject {
    Subject::Person
}

impl Suspension {
    /// The number that is counted up to, and what is counted; none where only the last one's day matters.
    fn counted(&self) -> Option<(i32, Metric, Window)> {
        let window = self.window?;
        let times = self.times.map(|times| (times, Metric::Events, window));
        times.or_else(|| self.lost.map(|lost| (lost, Metric::Points, window)))
    }

    /// Asks for what it looks at.
    pub(crate) fn ask(&self, needs: &mut Needs) -> usize {
        let of = Some(self.after.as_str());
        match self.counted() {
            Some((_, metric, window)) => needs.ask(metric, window, self.subject, of),
            None => needs.ask(Metric::DaysSinceLast, Window::Lifetime, self.subject, of),
        }
    }

    fn is_one(&self) -> bool {
        let counted = (self.times.is_some() || self.lost.is_some()) == self.window.is_some();
        let good = |own: Option<i32>| own.is_none_or(|own| own >= 1);
        let ways = [
            self.days.is_some(),
            self.end_of_year.is_some(),
            self.times.is_some(),
            self.lost.is_some(),
        ];
        let days = self.days != Some(0) && self.subject != Subject::Community;
        let one = ways.iter().filter(|given| **given).count() == 1;
        one && counted && days && good(self.times) && good(self.lost)
    }
}

/// What does not make sense.
pub(crate) fn check(all: &[Suspension], path: &str, found: &mut Vec<Diagnostic>) {
    for (at, one) in all.iter().enumerate() {
        if !one.is_one() {
            found.push(wrong(
                format!("{path}.suspensions[{at}]"),
                "points-table.suspension",
                "停多久，四选一：days（几天）、end_of_year（到几年后的年底）、times 加 window（这段时间满几次）、lost 加 window（这段时间扣满几分）；subject 是 person 或 household。",
                "Say for how long, one of four: days, end_of_year, times with window, or lost (points) with window; subject is person or household.",
            ));
        }
    }
}

/// Refuses an event of whoever is out.
pub(crate) fn stopped(row: &Row, event: &Event) -> Result<(), Refusal> {
    let all = row.kind.suspensions.iter().zip(&row.suspension_facts);
    for (at, (one, fact)) in all.enumerate() {
        let has = answer(&event.facts, *fact);
        let (args, until) = match one.counted() {
            Some((most, metric, window)) => {
                // What was lost counts below zero.
                let lost = metric == Metric::Points;
                let has = if lost { has.saturating_neg() } else { has };
                if has < i64::from(most) {
                    continue;
                }
                let args = vec![number(most.into()), number(has)];
                (args, next_window(window, event.on))
            }
            None if has < 0 => continue,
            None => {
                let ago = i32::try_from(has).unwrap_or(i32::MAX);
                let last = plus_days(event.on, ago.saturating_neg());
                let days = one.days.map(|days| plus_days(last, days.into()));
                let end = days.or_else(|| one.end_of_year.map(|years| year_end(last, years)));
                match end {
                    Some(end) if order(event.on) <= order(end) => (Vec::new(), Some(next_day(end))),
                    Some(_) | None => continue,
                }
            }
        };
        return Err(refuse(row.phrase(&format!("suspended-{at}")), args, until));
    }
    Ok(())
}

/// What residents read.
pub(crate) fn phrases(row: &Row) -> Vec<Phrase> {
    let say = |(at, one): (usize, &Suspension)| {
        let Text { zh, en } = one.why.clone().into();
        let (more, more_en) = match one.counted() {
            Some((_, metric, window)) => {
                let this = this(window);
                let (unit, unit_en) = match metric == Metric::Points {
                    true => ("分", "points"),
                    false => ("次", "times"),
                };
                (
                    format!("（{}满 {{0}} {unit}为止，已有 {{1}} {unit}）", this.zh),
                    format!(" (at {{0}} {unit_en} {}, there are {{1}})", this.en),
                )
            }
            None => (String::new(), String::new()),
        };
        phrase(
            row.phrase(&format!("suspended-{at}")),
            format!("{zh}{more}"),
            format!("{en}{more_en}"),
        )
    };
    row.kind.suspensions.iter().enumerate().map(say).collect()
}

/// One sentence more for each.
pub(crate) fn summary(row: &Row, zh: &mut String, en: &mut String) {
    for one in &row.kind.suspensions {
        let (why, after) = (&one.why, &one.after);
        let (how, how_en) = match (one.counted(), one.days, one.end_of_year) {
            (Some((most, metric, window)), ..) => {
                let (who, when) = (every(one.subject), this(window));
                match metric == Metric::Points {
                    true => (
                        format!("{}{}因 {after} 扣满 {most} 分", who.zh, when.zh),
                        format!("{most} points lost by {after} {} for {}", when.en, who.en),
                    ),
                    false => (
                        format!("{}{} {after} 满 {most} 次", who.zh, when.zh),
                        format!("{after} {most} times {} for {}", when.en, who.en),
                    ),
                }
            }
            (None, Some(days), _) => (
                format!("{after} 之后 {days} 天"),
                format!("for {days} days after {after}"),
            ),
            (None, None, years) => {
                let years = years.unwrap_or(0);
                (
                    format!("{after} 之后到第 {years} 年年底"),
                    format!("after {after} to the end of year {years} after it"),
                )
            }
        };
        zh.push_str(&format!("，{how}就不接受（{}）", why.zh));
        en.push_str(&format!("; refused with {how_en} ({})", why.en));
    }
}
