//! After some kind of event others are refused for a while: for days, to the end of a year, or as soon as there were so
//! many of it, or so many points were lost by it, in a window. Whose events count where nobody says so is the rule's own.

use serde::Deserialize;

use crate::calendar::{next_day, next_window, order, plus_days, year_end};
use crate::params::Words;
use crate::types::{Date, Diagnostic, Metric, Subject, Text, Window};
use crate::window::{Needs, every, this};
use crate::{text, wrong};

/// What puts somebody out, and for how long.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// The kind of event.
    pub after: String,
    /// What residents read.
    pub why: Words,
    /// Whose events.
    pub subject: Option<Subject>,
    /// For so many days after the last one.
    pub days: Option<u16>,
    /// To the end of the year this many years after the last one.
    pub end_of_year: Option<u16>,
    /// Or: as soon as there are so many …
    pub times: Option<i32>,
    /// Or: as soon as so many points were lost by it …
    pub lost: Option<i32>,
    /// … in this window, until it has passed.
    pub window: Option<Window>,
}

/// Somebody who is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Out {
    /// How many it takes, and how many there are; none where only the last one's day matters.
    pub counted: Option<(i64, i64)>,
    /// The day from which on they are no longer out.
    pub until: Option<Date>,
}

/// What does not make sense in the suspensions of a kind of event, below `path` in the parameters of this rule.
pub fn check(all: &[Suspension], path: &str, rule: &str) -> Vec<Diagnostic> {
    let not_one = |(_, one): &(usize, &Suspension)| {
        let for_nobody = one.days == Some(0) || one.subject == Some(Subject::Community);
        !one.is_one() || for_nobody
    };
    let told = |(at, _)| {
        wrong(
            format!("{path}.suspensions[{at}]"),
            format!("{rule}.suspension"),
            "停多久，四选一：days（几天）、end_of_year（到几年后的年底）、times 加 window（这段时间满几次）、lost 加 window（这段时间扣满几分）；subject 是 person 或 household。",
            "Say for how long, one of four: days, end_of_year, times with window, or lost (points) with window; subject is person or household.",
        )
    };
    all.iter().enumerate().filter(not_one).map(told).collect()
}

impl Suspension {
    /// How many it takes, what is counted, and where; none where only the last one's day matters.
    pub fn counted(&self) -> Option<(i32, Metric, Window)> {
        let window = self.window?;
        let times = self.times.map(|times| (times, Metric::Events, window));
        times.or_else(|| self.lost.map(|lost| (lost, Metric::Points, window)))
    }

    /// Whether it says in exactly one way for how long.
    pub fn is_one(&self) -> bool {
        let ways = [
            self.days.is_some(),
            self.end_of_year.is_some(),
            self.times.is_some(),
            self.lost.is_some(),
        ];
        let counted = (self.times.is_some() || self.lost.is_some()) == self.window.is_some();
        let good = |count: Option<i32>| count.is_none_or(|count| count >= 1);
        ways.iter().filter(|given| **given).count() == 1
            && counted
            && good(self.times)
            && good(self.lost)
    }

    /// Asks for what it looks at, where nothing is written of `subject`.
    pub fn ask(&self, needs: &mut Needs, subject: Subject) -> usize {
        let of = Some(self.after.as_str());
        let subject = self.subject.unwrap_or(subject);
        match self.counted() {
            Some((_, metric, window)) => needs.ask(metric, window, subject, of),
            None => needs.ask(Metric::DaysSinceLast, Window::Lifetime, subject, of),
        }
    }

    /// Whether somebody is out on this day, by the answer to what was asked.
    pub fn out(&self, has: i64, on: Date) -> Option<Out> {
        if let Some((most, metric, window)) = self.counted() {
            // What was lost counts below zero.
            let lost = metric == Metric::Points;
            let has = if lost { has.saturating_neg() } else { has };
            return (has >= i64::from(most)).then(|| Out {
                counted: Some((most.into(), has)),
                until: next_window(window, on),
            });
        }
        // It never happened.
        if has < 0 {
            return None;
        }
        let ago = i32::try_from(has).unwrap_or(i32::MAX);
        let last = plus_days(on, ago.saturating_neg());
        let days = self.days.map(|days| plus_days(last, days.into()));
        let end = days.or_else(|| self.end_of_year.map(|years| year_end(last, years)))?;
        (order(on) <= order(end)).then(|| Out {
            counted: None,
            until: Some(next_day(end)),
        })
    }

    /// What whoever is out reads; where something is counted, `{0}` is how many it takes and `{1}` how many there are.
    pub fn told(&self) -> Text {
        let Text { zh, en } = self.why.clone().into();
        let Some((_, metric, window)) = self.counted() else {
            return text(zh, en);
        };
        let this = this(window);
        let (unit, unit_en) = match metric == Metric::Points {
            true => ("分", "points"),
            false => ("次", "times"),
        };
        text(
            format!("{zh}（{}满 {{0}} {unit}为止，已有 {{1}} {unit}）", this.zh),
            format!("{en} (at {{0}} {unit_en} {}, there are {{1}})", this.en),
        )
    }

    /// The rule in a few words, to be put behind others; `subject` counts where nothing is written.
    pub fn summary(&self, subject: Subject) -> Text {
        let (why, after) = (&self.why, &self.after);
        let (how, how_en) = match (self.counted(), self.days, self.end_of_year) {
            (Some((most, metric, window)), ..) => {
                let (who, when) = (every(self.subject.unwrap_or(subject)), this(window));
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
        text(
            format!("，{how}就不接受（{}）", why.zh),
            format!("; refused with {how_en} ({})", why.en),
        )
    }
}
