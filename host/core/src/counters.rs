//! What rules may ask about the past: one row per subject, kind and month with its days inside, and one row
//! for all time. Kept for every kind whether a rule asks or not, so any plan can be answered on any history.

use std::collections::{BTreeMap, BTreeSet};

use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{Code, HouseholdNo, ResidentNo};
use crate::rule::{Fact, FactNeed, Metric, Window};
use crate::time::LocalDate;

/// How the facts of this program version are computed; stored with the archive so that an old decision is
/// judged by the meaning of its own time.
pub const FACTS_VERSION: u8 = 1;

/// The counter of points issued by posting day, which the host's budget needs.
pub(crate) fn issued_kind() -> Code {
    Code::literal("host/issued")
}

/// Whose counter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CounterSubject {
    /// All of the community.
    Community,
    /// One person.
    Resident(ResidentNo),
    /// One household.
    Household(HouseholdNo),
}

impl CounterSubject {
    /// One number: 0 for the community, otherwise `kind << 32 | number`.
    pub fn pack(self) -> i64 {
        match self {
            CounterSubject::Community => 0,
            CounterSubject::Resident(no) => (1 << 32) | i64::from(no.0),
            CounterSubject::Household(no) => (2 << 32) | i64::from(no.0),
        }
    }

    /// The subject behind a packed number.
    pub fn unpack(packed: i64) -> Option<Self> {
        let number = u32::try_from(packed & 0xffff_ffff).ok()?;
        match packed >> 32 {
            0 if number == 0 => Some(CounterSubject::Community),
            1 => Some(CounterSubject::Resident(ResidentNo(number))),
            2 => Some(CounterSubject::Household(HouseholdNo(number))),
            _ => None,
        }
    }
}

/// The name of a counter row. `kind` is an event kind or `item/<item code>`; `month` is
/// [`LocalDate::month_index`], 0 for the row of all time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey {
    /// Whose.
    pub subject: CounterSubject,
    /// Of which kind.
    pub kind: Code,
    /// Of which month.
    pub month: i32,
}

/// What happened on one day, or in all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// Number of events or orders.
    pub events: i64,
    /// Sum of quantities, at the kind's scale; pieces for items.
    pub quantity: i64,
    /// Points decided or spent.
    pub points: i64,
    /// Minutes decided.
    pub minutes: i64,
}

impl Cell {
    pub(crate) fn add(&mut self, other: &Cell) {
        self.events = self.events.saturating_add(other.events);
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.points = self.points.saturating_add(other.points);
        self.minutes = self.minutes.saturating_add(other.minutes);
    }

    /// The opposite, for what leaves its window again.
    pub fn negated(self) -> Cell {
        Cell {
            events: self.events.saturating_neg(),
            quantity: self.quantity.saturating_neg(),
            points: self.points.saturating_neg(),
            minutes: self.minutes.saturating_neg(),
        }
    }

    fn write(&self, w: &mut Writer) {
        for number in [self.events, self.quantity, self.points, self.minutes] {
            w.i64(number);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Cell {
            events: r.i64()?,
            quantity: r.i64()?,
            points: r.i64()?,
            minutes: r.i64()?,
        })
    }
}

/// A counter row: days of a month, or, with month 0, the totals of all time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CounterRow {
    /// Day of the month (1-31) to what happened then; empty in the row of all time. In a January, day 0 holds what was
    /// carried in of the year without its days: it counts in the year and for all time, and in nothing shorter.
    pub days: BTreeMap<u8, Cell>,
    /// All of it.
    pub total: Cell,
    /// Days with at least one event.
    pub distinct_days: i64,
    /// The newest day with an event, days since 1970-01-01; 0 for none.
    pub last_on: i32,
    /// Day of the month to the minutes that events took there; only in rows of times.
    pub taken: BTreeMap<u8, Vec<TakenMinutes>>,
}

/// Minutes that an event took of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenMinutes {
    /// The minute of the day that it began in.
    pub start: u16,
    /// How many.
    pub minutes: u32,
    /// The entry that decided it.
    pub entry: u64,
}

/// Writes the minutes that events took, by day.
pub(crate) fn write_taken(w: &mut Writer, taken: &BTreeMap<u8, Vec<TakenMinutes>>) {
    w.u64(taken.len() as u64);
    for (day, all) in taken {
        w.byte(*day);
        w.list(all, |w, taken| {
            w.u32(u32::from(taken.start));
            w.u32(taken.minutes);
            w.u64(taken.entry);
        });
    }
}

/// Reads what [`write_taken`] wrote.
pub(crate) fn read_taken(r: &mut Reader<'_>) -> Result<BTreeMap<u8, Vec<TakenMinutes>>, Malformed> {
    let one = |r: &mut Reader<'_>| {
        Ok(TakenMinutes {
            start: u16::try_from(r.u32()?).map_err(|_| Malformed)?,
            minutes: r.u32()?,
            entry: r.u64()?,
        })
    };
    let days = r.list(|r| Ok((r.byte()?, r.list(one)?)))?;
    Ok(days.into_iter().collect())
}

/// Where a January keeps what was carried in of its year.
const CARRIED: u8 = 0;

impl CounterRow {
    /// Adds `cell` on `on`; `of_month` keeps the day too. Returns how the number of distinct days changed.
    pub fn add(&mut self, on: LocalDate, cell: &Cell) -> i64 {
        let (_, _, day) = on.parts();
        let day_cell = self.days.entry(day).or_default();
        let before = day_cell.events > 0;
        day_cell.add(cell);
        let change = i64::from(day_cell.events > 0).saturating_sub(i64::from(before));
        if *day_cell == Cell::default() {
            self.days.remove(&day);
        }
        self.add_total(on, cell, change);
        change
    }

    /// Adds to the totals only, for the row of all time.
    pub fn add_total(&mut self, on: LocalDate, cell: &Cell, distinct_change: i64) {
        self.total.add(cell);
        self.distinct_days = self.distinct_days.saturating_add(distinct_change);
        if cell.events > 0 {
            self.last_on = self.last_on.max(on.to_days());
        }
    }

    /// Adds what was carried in without its days: of a year to the row of its January, of all time to the row of all time.
    /// `days` are those it happened on, below zero where it is taken out again.
    pub(crate) fn carry(&mut self, month: i32, cell: &Cell, days: i64) {
        if month != 0 {
            let carried = self.days.entry(CARRIED).or_default();
            carried.add(cell);
            if *carried == Cell::default() {
                self.days.remove(&CARRIED);
            }
        }
        self.total.add(cell);
        self.distinct_days = self.distinct_days.saturating_add(days);
    }

    /// Takes in what was counted under another number of the same person. Of all time the days can't be told apart any
    /// more: there each counts by itself.
    pub(crate) fn join(&mut self, other: &CounterRow) {
        let carried = self.carried_days().saturating_add(other.carried_days());
        let of_month = !self.days.is_empty() || !other.days.is_empty();
        let sum = self.distinct_days.saturating_add(other.distinct_days);
        for (day, cell) in &other.days {
            self.days.entry(*day).or_default().add(cell);
        }
        let dated = self.dated().filter(|(_, cell)| cell.events > 0).count();
        let dated = i64::try_from(dated).unwrap_or(i64::MAX);
        self.distinct_days = if of_month {
            dated.saturating_add(carried)
        } else {
            sum
        };
        self.total.add(&other.total);
        self.last_on = self.last_on.max(other.last_on);
        for (day, taken) in &other.taken {
            self.taken.entry(*day).or_default().extend(taken);
        }
    }

    /// The days that have a date.
    pub(crate) fn dated(&self) -> impl DoubleEndedIterator<Item = (u8, &Cell)> {
        let days = self.days.iter().filter(|(day, _)| **day != CARRIED);
        days.map(|(day, cell)| (*day, cell))
    }

    /// What was carried in of the year, without its days.
    pub(crate) fn carried(&self) -> Cell {
        self.days.get(&CARRIED).copied().unwrap_or_default()
    }

    /// On how many days that was.
    pub(crate) fn carried_days(&self) -> i64 {
        let dated = self.dated().filter(|(_, cell)| cell.events > 0).count();
        let dated = i64::try_from(dated).unwrap_or(i64::MAX);
        self.distinct_days.saturating_sub(dated)
    }

    /// Stored form.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.u64(self.days.len() as u64);
        for (day, cell) in &self.days {
            w.byte(*day);
            cell.write(&mut w);
        }
        self.total.write(&mut w);
        w.i64(self.distinct_days);
        w.i32(self.last_on);
        // Rows of everything else keep their bytes.
        if !self.taken.is_empty() {
            write_taken(&mut w, &self.taken);
        }
        w.done()
    }

    /// The row behind stored bytes.
    ///
    /// # Errors
    /// [`Malformed`] when they are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader::new(bytes);
        let days = r
            .list(|r| Ok((r.byte()?, Cell::read(r)?)))?
            .into_iter()
            .collect();
        let row = CounterRow {
            days,
            total: Cell::read(&mut r)?,
            distinct_days: r.i64()?,
            last_on: r.i32()?,
            taken: match r.is_empty() {
                true => BTreeMap::new(),
                false => read_taken(&mut r)?,
            },
        };
        r.end()?;
        // One way to write each row.
        match row.encode() == bytes {
            true => Ok(row),
            false => Err(Malformed),
        }
    }
}

/// First and last day of a window that contains `on`; `None` for all time.
pub fn window_days(window: Window, on: LocalDate) -> Option<(LocalDate, LocalDate)> {
    Some(match window {
        Window::Day => (on, on),
        Window::Week => (on.week_start(), on.week_start().plus_days(6)),
        Window::Month => (on.month_start(), on.month_end()),
        Window::Quarter => (
            on.quarter_start(),
            on.quarter_start().plus_days(70).month_end(),
        ),
        Window::HalfYear => (on.half_year_start(), on.half_year_end()),
        Window::Year => (on.year_start(), on.year_end()),
        Window::Trailing(days) => (
            on.plus_days(1_i32.saturating_sub(i32::from(days.min(400)))),
            on,
        ),
        Window::Lifetime => return None,
    })
}

/// The longest run of days that is looked for.
const STREAK_MAX: u16 = 400;

/// What stands before the kind of events, or of a run of days, that are asked ahead: those on the days that follow the
/// event's day. There are such days only for what is entered late.
pub const AHEAD: &str = "ahead/";

/// The kind of events, or of a run of days, that are asked ahead.
pub(crate) fn ahead(need: &FactNeed) -> Option<Code> {
    let of = need
        .of
        .as_ref()
        .filter(|_| matches!(need.metric, Metric::StreakDays | Metric::Events))?;
    of.as_str().strip_prefix(AHEAD)?.parse().ok()
}

/// First and last day of a need's window: a run of days has no row of all time to be read from, and is looked for in
/// the longest trailing window instead.
pub(crate) fn need_days(need: &FactNeed, on: LocalDate) -> Option<(LocalDate, LocalDate)> {
    if ahead(need).is_some() {
        let days = match need.window {
            Window::Trailing(days) => days.min(STREAK_MAX),
            Window::Day
            | Window::Week
            | Window::Month
            | Window::Quarter
            | Window::HalfYear
            | Window::Year
            | Window::Lifetime => STREAK_MAX,
        };
        return Some((on.plus_days(1), on.plus_days(i32::from(days))));
    }
    match (need.metric, need.window) {
        (Metric::StreakDays, Window::Lifetime) => window_days(Window::Trailing(STREAK_MAX), on),
        (_, window) => window_days(window, on),
    }
}

/// The months of rows a need reads: 0 alone for all time and for days since the last event. A balance reads none.
pub fn months(need: &FactNeed, on: LocalDate) -> Vec<i32> {
    match need.metric {
        Metric::DaysSinceLast => return vec![0],
        Metric::Balance => return Vec::new(),
        Metric::Points
        | Metric::Minutes
        | Metric::Quantity
        | Metric::Events
        | Metric::DistinctDays
        | Metric::RedeemedPoints
        | Metric::RedeemedItems
        | Metric::RankAtCutoff
        | Metric::StreakDays
        | Metric::Redemptions => {}
    }
    match need_days(need, on) {
        None => vec![0],
        Some((first, last)) => (first.month_index()..=last.month_index()).collect(),
    }
}

/// Answers a need from the rows of its kinds and months, `row(kind index, month)`.
pub fn answer<'r>(
    need: &FactNeed,
    on: LocalDate,
    kinds: &[Code],
    row: impl Fn(&Code, i32) -> Option<&'r CounterRow>,
) -> Fact {
    let value = match need.metric {
        Metric::DaysSinceLast => {
            let last = kinds
                .iter()
                .filter_map(|kind| row(kind, 0))
                .map(|r| r.last_on)
                .max()
                .unwrap_or(0);
            if last == 0 {
                -1
            } else {
                i64::from(on.to_days())
                    .saturating_sub(i64::from(last))
                    .max(0)
            }
        }
        Metric::DistinctDays => distinct_days(need, on, kinds, row),
        Metric::StreakDays if ahead(need).is_some() => {
            run_after(&active_days(need, on, kinds, row), on)
        }
        Metric::StreakDays => streak(&active_days(need, on, kinds, row), on),
        // Ranks come with a cut-off, balances from accounts; neither is counted.
        Metric::RankAtCutoff | Metric::Balance => 0,
        Metric::Points => sum(need, on, kinds, row).points,
        Metric::RedeemedPoints => sum(need, on, kinds, row).points,
        Metric::Minutes => sum(need, on, kinds, row).minutes,
        Metric::Quantity | Metric::RedeemedItems => sum(need, on, kinds, row).quantity,
        Metric::Events | Metric::Redemptions => sum(need, on, kinds, row).events,
    };
    fitting(value)
}

/// The nearest value that crosses the border to a rule.
pub fn fitting(value: i64) -> Fact {
    let near = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    Fact {
        value: i32::try_from(near).unwrap_or(i32::MAX),
        saturated: near != value,
    }
}

pub(crate) fn sum<'r>(
    need: &FactNeed,
    on: LocalDate,
    kinds: &[Code],
    row: impl Fn(&Code, i32) -> Option<&'r CounterRow>,
) -> Cell {
    let mut total = Cell::default();
    for kind in kinds {
        for month in months(need, on) {
            let Some(found) = row(kind, month) else {
                continue;
            };
            match need_days(need, on) {
                None => total.add(&found.total),
                Some((first, last)) => {
                    for (day, cell) in found.dated() {
                        if inside(month, day, first, last) {
                            total.add(cell);
                        }
                    }
                    if need.window == Window::Year {
                        total.add(&found.carried());
                    }
                }
            }
        }
    }
    total
}

fn distinct_days<'r>(
    need: &FactNeed,
    on: LocalDate,
    kinds: &[Code],
    row: impl Fn(&Code, i32) -> Option<&'r CounterRow>,
) -> i64 {
    if need_days(need, on).is_none() {
        // Days of several kinds cannot be told apart in totals; one kind can.
        return kinds
            .iter()
            .filter_map(|kind| row(kind, 0))
            .map(|r| r.distinct_days)
            .max()
            .unwrap_or(0);
    }
    let dated = active_days(need, on, kinds, &row).len();
    let dated = i64::try_from(dated).unwrap_or(i64::MAX);
    dated.saturating_add(carried_days(need, on, kinds, row))
}

/// The days carried in of the year; those of several kinds cannot be told apart.
fn carried_days<'r>(
    need: &FactNeed,
    on: LocalDate,
    kinds: &[Code],
    row: impl Fn(&Code, i32) -> Option<&'r CounterRow>,
) -> i64 {
    if need.window != Window::Year {
        return 0;
    }
    let month = on.year_start().month_index();
    let rows = kinds.iter().filter_map(|kind| row(kind, month));
    rows.map(CounterRow::carried_days).max().unwrap_or(0)
}

/// The days of a need's window with at least one event, as days since 1970-01-01.
fn active_days<'r>(
    need: &FactNeed,
    on: LocalDate,
    kinds: &[Code],
    row: impl Fn(&Code, i32) -> Option<&'r CounterRow>,
) -> BTreeSet<i32> {
    let Some((first, last)) = need_days(need, on) else {
        return BTreeSet::new();
    };
    let mut days = BTreeSet::new();
    for kind in kinds {
        for month in months(need, on) {
            let found = row(kind, month).into_iter().flat_map(CounterRow::dated);
            let within = found
                .filter(|(day, cell)| cell.events > 0 && inside(month, *day, first, last))
                .filter_map(|(day, _)| LocalDate::of_month_index(month, day));
            days.extend(within.map(LocalDate::to_days));
        }
    }
    days
}

/// Days in a row that end with `on`, or with the day before when nothing happened on `on` itself.
pub(crate) fn streak(days: &BTreeSet<i32>, on: LocalDate) -> i64 {
    let today = on.to_days();
    let ends = if days.contains(&today) {
        today
    } else {
        today.saturating_sub(1)
    };
    let run =
        (0..=i32::from(STREAK_MAX)).take_while(|back| days.contains(&ends.saturating_sub(*back)));
    i64::try_from(run.count()).unwrap_or(i64::MAX)
}

/// Days in a row that begin with the day after `on`.
fn run_after(days: &BTreeSet<i32>, on: LocalDate) -> i64 {
    let first = on.to_days().saturating_add(1);
    let run =
        (0..i32::from(STREAK_MAX)).take_while(|more| days.contains(&first.saturating_add(*more)));
    i64::try_from(run.count()).unwrap_or(i64::MAX)
}

pub(crate) fn inside(month: i32, day: u8, first: LocalDate, last: LocalDate) -> bool {
    let place = (month, day);
    let of = |date: LocalDate| (date.month_index(), date.parts().2);
    of(first) <= place && place <= of(last)
}

#[cfg(test)]
mod tests;
