//! When something is due, and why: day by day.
//!
//! A wait adds the worked days after the first that lie wholly inside it, provided it began before the thing was late; an
//! extension adds its worked days. Hours on the wall run through everything.

use std::collections::BTreeSet;

use rongyi_core::time::LocalDate;

use crate::calendar::{Counted, CountedDay, WorkCalendar};
use crate::kind::{HourClock, Span};
use crate::moment::Moment;
use crate::opening::Opening;

/// A length of time that no longer depends on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Hours.
    Hours(u16, HourClock),
    /// Calendar days, rolled to the next worked day.
    Days(u16),
    /// Worked days.
    Workdays(u16),
}

/// How a date came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// From when it was counted; this day is day 0.
    pub start: Moment,
    /// How long it may take.
    pub length: Length,
    /// The worked days that were counted, in order.
    pub days: Vec<CountedDay>,
    /// Those that were waited for the opener: they were added.
    pub waited: Vec<LocalDate>,
    /// Worked days that were granted.
    pub extended: u16,
    /// Years without a list of days off that it leaned on.
    pub unlisted: BTreeSet<i32>,
}

/// A date, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The last moment.
    pub end: Moment,
    /// How it came about.
    pub why: Why,
}

impl Due {
    /// Whether a moment is too late.
    pub fn is_late(&self, at: Moment) -> bool {
        at > self.end
    }

    /// Whether it may change when the list of a year comes.
    pub fn is_provisional(&self) -> bool {
        !self.why.unlisted.is_empty()
    }
}

/// Time that the case waited for its opener; `to` is the present while it still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waited {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
}

/// What is counted.
#[derive(Debug, Clone)]
pub(crate) struct Count<'c> {
    pub(crate) start: Moment,
    pub(crate) length: Length,
    pub(crate) waits: &'c [Waited],
    pub(crate) extended: u16,
}

/// The length for the answers of an opening; `None` for an answer that the kind does not know.
pub(crate) fn length(span: &Span, opening: &Opening) -> Option<Length> {
    Some(match span {
        Span::Hours(hours, clock) => Length::Hours(*hours, *clock),
        Span::Days(days) => Length::Days(*days),
        Span::Workdays(days) => Length::Workdays(*days),
        Span::By(key, days) => {
            let choice = opening.choice(key)?;
            let found = days.iter().find(|(name, _)| name == choice);
            Length::Workdays(found?.1)
        }
    })
}

impl WorkCalendar {
    /// When something that begins now would be due: what a form shows before it is sent.
    pub fn due_from(&self, start: Moment, length: Length) -> Due {
        due(
            self,
            &Count {
                start,
                length,
                waits: &[],
                extended: 0,
            },
        )
    }
}

pub(crate) fn due(calendar: &WorkCalendar, count: &Count<'_>) -> Due {
    let mut waited: Vec<LocalDate> = Vec::new();
    let mut unlisted = BTreeSet::new();
    let (mut end, mut days) = ends(calendar, count, 0, &mut unlisted);
    // Hours on the wall run through every wait.
    let pauses = !matches!(count.length, Length::Hours(_, HourClock::Wall));
    for wait in count.waits.iter().filter(|_| pauses) {
        if wait.from > end {
            continue;
        }
        let inside = whole_days(calendar, count.start.on, wait);
        if inside.days.is_empty() {
            continue;
        }
        unlisted.extend(inside.unlisted);
        waited.extend(inside.days.iter().map(|counted| counted.day));
        (end, days) = ends(calendar, count, waited.len(), &mut unlisted);
    }
    Due {
        end,
        why: Why {
            start: count.start,
            length: count.length,
            days,
            waited,
            extended: count.extended,
            unlisted,
        },
    }
}

/// The worked days after day 0 that lie wholly inside a wait.
fn whole_days(calendar: &WorkCalendar, day0: LocalDate, wait: &Waited) -> Counted {
    let first = if wait.from.minute == 0 {
        wait.from.on
    } else {
        wait.from.on.plus_days(1)
    };
    calendar.worked_days(first.max(day0.plus_days(1)), wait.to.on.plus_days(-1))
}

/// The end with so many days waited, and the worked days on the way.
fn ends(
    calendar: &WorkCalendar,
    count: &Count<'_>,
    waited: usize,
    unlisted: &mut BTreeSet<i32>,
) -> (Moment, Vec<CountedDay>) {
    let waited = u16::try_from(waited).unwrap_or(u16::MAX);
    let more = waited.saturating_add(count.extended);
    match count.length {
        Length::Workdays(days) => {
            let counted = calendar.workday_after(count.start.on, days.saturating_add(more));
            unlisted.extend(counted.unlisted);
            (Moment::end_of(counted.day), counted.days)
        }
        Length::Days(days) => {
            let plain = count.start.on.plus_days(i32::from(days));
            let rolled = calendar.rolled(plain);
            let counted = calendar.workday_after(rolled.day, more);
            unlisted.extend(rolled.unlisted);
            unlisted.extend(counted.unlisted);
            let days = rolled.days.into_iter().chain(counted.days).collect();
            (Moment::end_of(counted.day), days)
        }
        Length::Hours(hours, HourClock::Wall) => {
            let minutes = u32::from(hours).saturating_mul(60);
            (count.start.plus_minutes(minutes), Vec::new())
        }
        Length::Hours(hours, HourClock::Work) => {
            let (opens, closes) = calendar.hours();
            let whole = u32::from(closes.saturating_sub(opens));
            let minutes = u32::from(hours).saturating_mul(60);
            let minutes = minutes.saturating_add(whole.saturating_mul(u32::from(more)));
            work_minutes(calendar, count.start, minutes, unlisted)
        }
    }
}

/// So many minutes of opening hours after a moment.
fn work_minutes(
    calendar: &WorkCalendar,
    start: Moment,
    minutes: u32,
    unlisted: &mut BTreeSet<i32>,
) -> (Moment, Vec<CountedDay>) {
    let (opens, closes) = calendar.hours();
    let mut left = minutes;
    let mut days = Vec::new();
    let mut day = start.on;
    let mut from = start.minute.max(opens);
    loop {
        calendar.note_year(day, unlisted);
        let kind = calendar.kind(day);
        if kind.is_worked() {
            let has = u32::from(closes.saturating_sub(from));
            if has > 0 {
                days.push(CountedDay { day, kind });
            }
            if left <= has || day == LocalDate::LAST {
                let minute = u32::from(from).saturating_add(left.min(has));
                let minute = u16::try_from(minute).unwrap_or(closes);
                return (Moment { on: day, minute }, days);
            }
            left = left.saturating_sub(has);
        } else if day == LocalDate::LAST {
            return (Moment::end_of(day), days);
        }
        day = day.plus_days(1);
        from = opens;
    }
}
