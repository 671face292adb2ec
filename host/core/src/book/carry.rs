//! What was done before this ledger began: it moves nothing, and rules see it in their counters of the year and of all
//! time.
//!
//! Order of checks: reference, whose, kind, year, numbers.

use super::earning::check_person;
use super::facts::row;
use super::{Applied, Book};
use crate::account::Holder;
use crate::chain::Hash;
use crate::command::{CarryRejection, Command, EventRejection, Rejection};
use crate::counters::{Cell, CounterKey, CounterSubject};
use crate::ids::Code;
use crate::record::{Envelope, History, Quantity, Record, Source};
use crate::rule::Text;
use crate::time::LocalDate;

/// The largest number that is carried in at once.
const MOST: i64 = 1_000_000_000;
/// The most days that years which are not told apart can have had.
const DAYS_MOST: i64 = 36_600;

pub(super) fn carry(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    (holder, history): (Holder, &History),
    (source, reason): (&Source, Hash),
) -> Result<Applied, Rejection> {
    if let Some(entry) = book.source_used(source, command)? {
        return Ok(Applied::Replay(entry));
    }
    if let Holder::Resident(resident) = holder {
        check_person(book, resident)?;
    }
    let cell = cell(book, history)?;
    check(book, history)?;
    add(book, holder, history, &cell, history.days);
    let record = Record::History(envelope, holder, history.clone(), source.clone(), reason);
    let receipt = book.append(command, vec![record], &[]);
    book.use_source(source, receipt.entry);
    Ok(Applied::Fresh(receipt))
}

/// What it counts for, at the scale of its kind.
fn cell(book: &Book, history: &History) -> Result<Cell, Rejection> {
    let (kind, written) = (&history.kind, history.quantity);
    let scale = scale(book, kind)?;
    let units = Quantity::Written(written).at(scale.0);
    let units = units.ok_or_else(|| EventRejection::QuantityPlaces {
        quantity: written.to_string(),
        scale: scale.0,
        unit: scale.1,
    })?;
    Ok(Cell {
        events: history.events,
        quantity: i64::from(units),
        points: history.points,
        minutes: history.minutes,
    })
}

/// The decimal places and unit of a kind: of the first rule set that had it, which is the same for ever.
fn scale(book: &Book, kind: &Code) -> Result<(u8, Text), Rejection> {
    if let Some(code) = kind.as_str().strip_prefix("item/") {
        let code: Option<Code> = code.parse().ok();
        let item = code.as_ref().and_then(|code| book.item(code));
        let unit = || Text {
            zh: "件".into(),
            en: "pieces".into(),
        };
        return match (item, code) {
            (Some(_), _) => Ok((0, unit())),
            (None, Some(item)) => Err(Rejection::ItemUnknown { item }),
            (None, None) => Err(Rejection::KindUnknown {
                kind: kind.clone(),
                nearest: None,
            }),
        };
    }
    let sets = book.frame.sets.iter();
    let mut kinds = sets.flat_map(|set| &set.plan.kinds);
    let own = kinds.find(|own| own.code == *kind);
    own.map(|own| (own.scale, own.unit.clone()))
        .ok_or_else(|| super::earning::kind_unknown(book, kind))
}

fn check(book: &Book, history: &History) -> Result<(), Rejection> {
    let began_on = book.settings_or_reject()?.began_on;
    if let Some(year) = history.year {
        let january = first_day(year).filter(|january| *january < began_on);
        january.ok_or(CarryRejection::Year { year, began_on })?;
    }
    let History { events, days, .. } = history;
    let most = Ord::min(*events, history.year.map_or(DAYS_MOST, |_| 366));
    let counted = [*events, i64::from(history.quantity.units), history.minutes];
    let any = counted.iter().any(|own| *own != 0) || history.points != 0;
    let fits = counted.iter().all(|own| (0..=MOST).contains(own));
    if !any || !fits || !(-MOST..=MOST).contains(&history.points) {
        return Err(CarryRejection::Range { most: MOST }.into());
    }
    if !(0..=most).contains(days) {
        return Err(CarryRejection::Days { days: *days, most }.into());
    }
    Ok(())
}

fn first_day(year: i32) -> Option<LocalDate> {
    LocalDate::new(year, 1, 1).ok()
}

/// The rows that it is kept in: the January of its year, and all time.
pub(super) fn months(history: &History) -> Vec<i32> {
    let january = history.year.and_then(first_day);
    january
        .map(LocalDate::month_index)
        .into_iter()
        .chain([0])
        .collect()
}

/// Whose counters see it. The people behind a household's must be loaded.
pub(super) fn subjects(book: &Book, holder: Holder) -> Vec<CounterSubject> {
    let mut all = vec![CounterSubject::Community];
    match holder {
        Holder::Resident(no) => {
            all.push(CounterSubject::Resident(no));
            all.extend(book.household(no).ok().map(CounterSubject::Household));
        }
        Holder::Household(no) => all.push(CounterSubject::Household(no)),
        Holder::Community | Holder::Fund(_) => {}
    }
    all
}

/// What was carried in is taken out again.
pub(super) fn uncount(book: &mut Book, holder: Holder, history: &History) -> Result<(), Rejection> {
    let cell = cell(book, history)?.negated();
    add(book, holder, history, &cell, history.days.saturating_neg());
    Ok(())
}

fn add(book: &mut Book, holder: Holder, history: &History, cell: &Cell, days: i64) {
    for subject in subjects(book, holder) {
        for month in months(history) {
            let key = CounterKey {
                subject,
                kind: history.kind.clone(),
                month,
            };
            row(book, &key).carry(month, cell, days);
            book.dirty.counters.insert(key);
        }
    }
}
