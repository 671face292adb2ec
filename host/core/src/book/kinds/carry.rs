//! What was done before this ledger began, as the paper book or another program says: it moves nothing, and rules see it
//! in their counters of the year and of all time.
//!
//! Order of checks: reference, whose, kind, year, numbers.

use super::{Act, Kept, Named, Title};
use crate::account::Holder;
use crate::amount::Decimal;
use crate::book::award::{check_person, kind_unknown};
use crate::book::facts::row;
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{CarryRejection, Command, EventRejection, NotReversible, Rejection};
use crate::counters::{Cell, CounterKey, CounterSubject};
use crate::ids::Code;
use crate::record::{
    About, Personal, Quantity, Record, Source, read_holder, read_source, write_holder, write_source,
};
use crate::rule::Text;
use crate::time::LocalDate;

/// The largest number that is carried in at once.
const MOST: i64 = 1_000_000_000;
/// The most days that years which are not told apart can have had.
const DAYS_MOST: i64 = 36_600;

/// Totals of one kind, of one year or of all years together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// An event kind, or `item/CODE` for what was redeemed in the shop.
    pub kind: Code,
    /// The year they are of: they count in that year and for all time. `None` for years that are not told apart, which
    /// count for all time alone.
    pub year: Option<i32>,
    /// How often.
    pub events: i64,
    /// On how many days.
    pub days: i64,
    /// How much, as it was written; pieces for items.
    pub quantity: Decimal,
    /// Points that were given, or below zero taken, for it; points spent for items.
    pub points: i64,
    /// Minutes that were given for it.
    pub minutes: i64,
}

/// What somebody did of one kind before this ledger began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carry {
    /// Whose: a resident's, or a household's whose people are not told apart.
    pub holder: Holder,
    /// What.
    pub history: History,
    /// Where it comes from.
    pub source: Source,
    /// Salted commitment to the page of the paper book.
    pub reason: Hash,
}

impl Act for Carry {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        list.other_form(&self.source, command);
        list.source(&self.source);
        self.rows(list, None);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        if let Some(entry) = book.source_used(&self.source, asking.command)? {
            return Ok(Applied::Replay(entry));
        }
        if let Holder::Resident(resident) = self.holder {
            check_person(book, resident)?;
        }
        let history = &self.history;
        let cell = cell(book, history)?;
        check(book, history)?;
        let subjects = subjects(book, self.holder, None);
        add(book, &subjects, (history, &cell), history.days);
        let record = Record::asked(asking.envelope, self.clone());
        let receipt = book.append(asking.command, vec![record], &[]);
        book.use_source(&self.source, receipt.entry);
        Ok(Applied::Fresh(receipt))
    }
}

impl Carry {
    /// The rows that it is kept in.
    fn rows(&self, list: &mut Missing<'_>, booked: Option<u64>) {
        if let Holder::Resident(resident) = self.holder {
            list.resident(resident);
        }
        for subject in subjects(list.book, self.holder, booked) {
            for month in months(&self.history) {
                list.counter(subject, &self.history.kind, month);
            }
        }
    }
}

impl Kept for Carry {
    const NUMBERS: &'static [u8] = &[27];

    fn write(&self, w: &mut Writer) {
        let history = &self.history;
        write_holder(w, self.holder);
        w.code(&history.kind);
        w.option(history.year, Writer::i32);
        w.i64(history.events);
        w.i64(history.days);
        w.i32(history.quantity.units);
        w.byte(history.quantity.scale);
        w.i64(history.points);
        w.i64(history.minutes);
        write_source(w, &self.source);
        w.raw(&self.reason);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let carry = Carry {
            holder: read_holder(r)?,
            history: History {
                kind: r.code()?,
                year: r.option(Reader::i32)?,
                events: r.i64()?,
                days: r.i64()?,
                quantity: Decimal {
                    units: r.i32()?,
                    scale: r.byte()?,
                },
                points: r.i64()?,
                minutes: r.i64()?,
            },
            source: read_source(r)?,
            reason: r.hash()?,
        };
        if carry.history.quantity.scale > Decimal::SCALE_MAX {
            return Err(Malformed);
        }
        Ok(carry)
    }

    fn word(&self) -> &'static str {
        "history"
    }

    fn title(&self) -> Title {
        let of = Named::History(self.history.clone());
        Title::naming(("", ""), ("以前的记录转入", "History carried in"), of)
    }

    fn personal(&self) -> Personal {
        Personal::text_about(self.reason, vec![About::Holder(self.holder)])
            .with_reference(&self.source)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }

    fn undo_needs(&self, list: &mut Missing<'_>, entry: u64) {
        self.rows(list, Some(entry));
    }

    fn undo(&self, book: &mut Book, entry: u64, _: &[Record]) -> Result<(), Rejection> {
        let history = &self.history;
        let cell = cell(book, history)?.negated();
        let days = history.days.saturating_neg();
        let subjects = subjects(book, self.holder, Some(entry));
        add(book, &subjects, (history, &cell), days);
        Ok(())
    }
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
    let plan = kinds.find(|plan| plan.code == *kind);
    plan.map(|plan| (plan.scale, plan.unit.clone()))
        .ok_or_else(|| kind_unknown(book, kind))
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
    let any = counted.iter().any(|count| *count != 0) || history.points != 0;
    let fits = counted.iter().all(|count| (0..=MOST).contains(count));
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
fn months(history: &History) -> Vec<i32> {
    let january = history.year.and_then(first_day);
    january
        .map(LocalDate::month_index)
        .into_iter()
        .chain([0])
        .collect()
}

/// Whose counters see it: with the household of now, or of when it was `booked`. The people behind a household's must be
/// loaded.
fn subjects(book: &Book, holder: Holder, booked: Option<u64>) -> Vec<CounterSubject> {
    let mut all = vec![CounterSubject::Community];
    match holder {
        Holder::Resident(no) => {
            all.push(CounterSubject::Resident(no));
            let member = book.member(no).ok();
            let home =
                member.map(|member| booked.map_or(member.household, |at| member.home_at(at)));
            all.extend(home.map(CounterSubject::Household));
        }
        Holder::Household(no) => all.push(CounterSubject::Household(no)),
        Holder::Community | Holder::Fund(_) => {}
    }
    all
}

fn add(
    book: &mut Book,
    subjects: &[CounterSubject],
    (history, cell): (&History, &Cell),
    days: i64,
) {
    for subject in subjects {
        for month in months(history) {
            let key = CounterKey {
                subject: *subject,
                kind: history.kind.clone(),
                month,
            };
            row(book, &key).carry(month, cell, days);
            book.dirty.counters.insert(key);
        }
    }
}
