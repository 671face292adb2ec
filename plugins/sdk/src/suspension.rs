//! After some kind of event others are refused for a while: for days, to the end of a year, or as soon as there were so
//! many of it, or so many points were lost by it, in a window. Whose events count where nobody says so, and what is told,
//! is the rule's own.

use serde::Deserialize;

use crate::calendar::{next_day, next_window, order, plus_days, year_end};
use crate::params::Words;
use crate::types::{Date, Metric, Subject, Window};
use crate::window::Needs;

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
}
