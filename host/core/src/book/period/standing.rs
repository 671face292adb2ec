//! What every holder had at a cut-off: balances, facts as of the last day, ranks. It asks no rule and moves nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::facts::{asset_of, kinds_of};
use super::super::needs::Missing;
use super::super::{Book, scales};
use super::{available, holds};
use crate::account::{Account, Holder};
use crate::counters::{
    Cell, CounterKey, CounterRow, CounterSubject, fitting, inside, need_days, streak,
};
use crate::ids::{AssetNo, Code};
use crate::period::Standing;
use crate::rule::{FactNeed, Metric, Subject, Window};
use crate::settings::{Settings, Unit};
use crate::time::LocalDate;

/// The days a standing is about.
pub(super) struct Span {
    /// The last day of the period.
    pub(super) last: LocalDate,
    /// The day of the cut-off.
    pub(super) today: LocalDate,
    /// The community's first day.
    pub(super) began: LocalDate,
}

/// A holder with everybody a fact can be about.
struct Member {
    holder: Holder,
    person: CounterSubject,
    household: CounterSubject,
}

impl Member {
    fn of(&self, subject: Subject) -> CounterSubject {
        match subject {
            Subject::Person => self.person,
            Subject::Household => self.household,
            Subject::Community => CounterSubject::Community,
        }
    }
}

/// The assets a holder can have.
pub(super) fn assets(settings: &Settings) -> Vec<AssetNo> {
    let of_settings = settings.assets.iter().map(|(_, no)| *no);
    [AssetNo::POINTS, AssetNo::MINUTES, AssetNo::CONDUCT]
        .into_iter()
        .chain(of_settings)
        .collect()
}

/// Everybody whom a period closes: the residents, or the households where points are theirs. There a fact about the
/// person is about the household, because nobody else is closed.
fn members(book: &Book, settings: &Settings) -> Vec<Member> {
    let residents = book.residents();
    match settings.unit {
        Unit::Person => residents
            .into_iter()
            .map(|(resident, household)| Member {
                holder: Holder::Resident(resident),
                person: CounterSubject::Resident(resident),
                household: CounterSubject::Household(household),
            })
            .collect(),
        Unit::Household => {
            let households: BTreeSet<_> = residents.into_values().collect();
            households
                .into_iter()
                .map(|household| Member {
                    holder: Holder::Household(household),
                    person: CounterSubject::Household(household),
                    household: CounterSubject::Household(household),
                })
                .collect()
        }
    }
}

/// The standing of everybody, in the order of holders.
pub(super) fn all(
    book: &Book,
    settings: &Settings,
    needs: &[FactNeed],
    span: &Span,
) -> Vec<(Holder, Standing)> {
    let members = members(book, settings);
    let ranks: Vec<Option<HashMap<CounterSubject, i64>>> = needs
        .iter()
        .map(|need| {
            let ranked = need.metric == Metric::RankAtCutoff;
            ranked.then(|| places(book, &members, need, span))
        })
        .collect();
    let one = |member: &Member| {
        let balances = balances(book, settings, member.holder, span);
        let balance = |need: &FactNeed| {
            let asset = asset_of(book, need);
            let balance = balances.iter().find(|(listed, _)| Some(*listed) == asset);
            balance.map_or(0, |(_, balance)| *balance)
        };
        let facts = needs.iter().zip(&ranks).map(|(need, places)| match places {
            Some(places) => fitting(places.get(&member.of(need.subject)).copied().unwrap_or(0)),
            None if need.metric == Metric::Balance => fitting(balance(need)),
            None => fitting(value(book, need, member.of(need.subject), span)),
        });
        let standing = Standing {
            facts: facts.collect(),
            balances: balances.clone(),
            entry: 0,
        };
        (member.holder, standing)
    };
    members.iter().map(one).collect()
}

/// What remained: not what runs out with the period, and not what came in for later days.
fn balances(book: &Book, settings: &Settings, holder: Holder, span: &Span) -> Vec<(AssetNo, i64)> {
    let fresh = later(book, holder, span.last, span.today);
    let remained = assets(settings).into_iter().filter_map(|asset| {
        let state = book.account(&available(holder, asset));
        let has = state.spendable(span.last.plus_days(1));
        let new = match asset {
            AssetNo::POINTS => fresh.0,
            AssetNo::MINUTES => fresh.1,
            _ => 0,
        };
        let left = if has > 0 {
            has.saturating_sub(new.max(0)).max(0)
        } else {
            has
        };
        (left != 0 && holds(settings, asset, holder)).then_some((asset, left))
    });
    remained.collect()
}

/// Points and minutes decided for days after `last`.
pub(super) fn later(book: &Book, holder: Holder, last: LocalDate, today: LocalDate) -> (i64, i64) {
    let Some(subject) = subject(holder) else {
        return (0, 0);
    };
    let mut sum = Cell::default();
    for kind in kinds_of(book, &EVERYTHING, None) {
        for month in later_months(last, today) {
            if let Some(row) = row(book, subject, &kind, month) {
                sum.add(&row.total);
            }
        }
    }
    (sum.points, sum.minutes)
}

const EVERYTHING: FactNeed = FactNeed {
    metric: Metric::Points,
    window: Window::Lifetime,
    subject: Subject::Person,
    of: None,
};

/// Periods end with a month, so what is later lies in later months.
fn later_months(last: LocalDate, today: LocalDate) -> std::ops::RangeInclusive<i32> {
    last.month_index().saturating_add(1)..=today.month_index()
}

fn subject(holder: Holder) -> Option<CounterSubject> {
    match holder {
        Holder::Resident(no) => Some(CounterSubject::Resident(no)),
        Holder::Household(no) => Some(CounterSubject::Household(no)),
        Holder::Community | Holder::Fund(_) => None,
    }
}

fn row<'b>(
    book: &'b Book,
    subject: CounterSubject,
    kind: &Code,
    month: i32,
) -> Option<&'b CounterRow> {
    let key = CounterKey {
        subject,
        kind: kind.clone(),
        month,
    };
    book.counters.get(&key).and_then(Option::as_ref)
}

/// First and last day of a need's window, which never reaches past the period.
fn days(need: &FactNeed, span: &Span) -> Option<(LocalDate, LocalDate)> {
    need_days(need, span.last).map(|(first, end)| (first, end.min(span.last)))
}

/// The months of rows that a need reads.
fn months(need: &FactNeed, span: &Span) -> Vec<i32> {
    if need.metric == Metric::Balance {
        return Vec::new();
    }
    if need.metric == Metric::DaysSinceLast {
        let all = span.began.month_index()..=span.last.month_index();
        return std::iter::once(0).chain(all).collect();
    }
    match days(need, span) {
        Some((first, end)) => (first.month_index()..=end.month_index()).collect(),
        None => std::iter::once(0)
            .chain(later_months(span.last, span.today))
            .collect(),
    }
}

/// The cells of a need's window with the days they are of; for all time, the total less what came later.
fn sum(book: &Book, need: &FactNeed, subject: CounterSubject, span: &Span) -> Cell {
    sum_of(book, need, &kinds_of(book, need, None), (subject, span))
}

fn sum_of(
    book: &Book,
    need: &FactNeed,
    kinds: &[Code],
    (subject, span): (CounterSubject, &Span),
) -> Cell {
    let mut total = Cell::default();
    for kind in kinds {
        for month in months(need, span) {
            let Some(found) = row(book, subject, kind, month) else {
                continue;
            };
            match days(need, span) {
                None if month == 0 => total.add(&found.total),
                None => total.add(&found.total.negated()),
                Some((first, end)) => {
                    let within = |day: u8| inside(month, day, first, end);
                    let cells = found.dated().filter(|(day, _)| within(*day));
                    cells.for_each(|(_, cell)| total.add(cell));
                    if need.window == Window::Year {
                        total.add(&found.carried());
                    }
                }
            }
        }
    }
    total
}

fn value(book: &Book, need: &FactNeed, subject: CounterSubject, span: &Span) -> i64 {
    match need.metric {
        Metric::Points | Metric::RedeemedPoints => sum(book, need, subject, span).points,
        Metric::Minutes => sum(book, need, subject, span).minutes,
        Metric::RedeemedItems => sum(book, need, subject, span).quantity,
        Metric::Quantity => {
            let of = |kind: &Code| {
                let one_kind = std::slice::from_ref(kind);
                sum_of(book, need, one_kind, (subject, span)).quantity
            };
            let kinds = kinds_of(book, need, None).into_iter();
            let all = kinds.map(|kind| scales::total(book, &kind, span.last, of));
            all.fold(0, i64::saturating_add)
        }
        Metric::Events | Metric::Redemptions => sum(book, need, subject, span).events,
        Metric::DistinctDays => distinct_days(book, need, subject, span),
        Metric::DaysSinceLast => since_last(book, need, subject, span),
        Metric::StreakDays => streak(&active_days(book, need, subject, span), span.last),
        // Counted for everybody at once, and read from the holder's accounts.
        Metric::RankAtCutoff | Metric::Balance => 0,
    }
}

fn distinct_days(book: &Book, need: &FactNeed, subject: CounterSubject, span: &Span) -> i64 {
    let kinds = kinds_of(book, need, None);
    if days(need, span).is_none() {
        // As for events: days of several kinds cannot be told apart in totals, so the largest stands for all.
        let of = |kind: &Code| {
            let all = row(book, subject, kind, 0).map_or(0, |row| row.distinct_days);
            let later = later_months(span.last, span.today)
                .filter_map(|month| row(book, subject, kind, month))
                .map(|row| row.distinct_days)
                .fold(0, i64::saturating_add);
            all.saturating_sub(later)
        };
        return kinds.iter().map(of).max().unwrap_or(0);
    }
    let dated = active_days(book, need, subject, span).len();
    let dated = i64::try_from(dated).unwrap_or(i64::MAX);
    let carried = days(need, span)
        .filter(|_| need.window == Window::Year)
        .map_or(0, |(first, _)| {
            let rows = kinds
                .iter()
                .filter_map(|kind| row(book, subject, kind, first.month_index()));
            rows.map(CounterRow::carried_days).max().unwrap_or(0)
        });
    dated.saturating_add(carried)
}

/// The days of a need's window with at least one event, as days since 1970-01-01.
fn active_days(
    book: &Book,
    need: &FactNeed,
    subject: CounterSubject,
    span: &Span,
) -> BTreeSet<i32> {
    let mut seen = BTreeSet::new();
    let Some((first, end)) = days(need, span) else {
        return seen;
    };
    for kind in &kinds_of(book, need, None) {
        for month in months(need, span) {
            let found = row(book, subject, kind, month);
            let dated = found.into_iter().flat_map(CounterRow::dated);
            let within = dated
                .filter(|(day, cell)| cell.events > 0 && inside(month, *day, first, end))
                .filter_map(|(day, _)| LocalDate::of_month_index(month, day));
            seen.extend(within.map(LocalDate::to_days));
        }
    }
    seen
}

/// Days from the newest event of the period or before to its last day; -1 when there was none.
fn since_last(book: &Book, need: &FactNeed, subject: CounterSubject, span: &Span) -> i64 {
    let mut newest: Option<(i32, u8)> = None;
    for kind in kinds_of(book, need, None) {
        for month in span.began.month_index()..=span.last.month_index() {
            if let Some(found) = row(book, subject, &kind, month) {
                let dated = found.dated().filter(|(_, cell)| cell.events > 0);
                newest = newest.max(dated.map(|(day, _)| (month, day)).next_back());
            }
        }
    }
    let day = newest.and_then(|(month, day)| LocalDate::of_month_index(month, day));
    day.map_or(-1, |day| {
        i64::from(span.last.to_days()).saturating_sub(i64::from(day.to_days()))
    })
}

/// Places by points decided in the window: the most is 1, equals share a place and the next one is left out, and
/// who has none is not ranked.
fn places(
    book: &Book,
    members: &[Member],
    need: &FactNeed,
    span: &Span,
) -> HashMap<CounterSubject, i64> {
    if need.subject == Subject::Community {
        return HashMap::new();
    }
    let subjects: BTreeSet<CounterSubject> = members
        .iter()
        .map(|member| member.of(need.subject))
        .collect();
    let mut by_points: BTreeMap<std::cmp::Reverse<i64>, Vec<CounterSubject>> = BTreeMap::new();
    for subject in subjects {
        let points = sum(book, need, subject, span).points;
        if points > 0 {
            by_points
                .entry(std::cmp::Reverse(points))
                .or_default()
                .push(subject);
        }
    }
    let mut places = HashMap::new();
    let mut next: i64 = 1;
    for equals in by_points.into_values() {
        let place = next;
        next = next.saturating_add(i64::try_from(equals.len()).unwrap_or(i64::MAX));
        places.extend(equals.into_iter().map(|subject| (subject, place)));
    }
    places
}

/// What [`all`] reads.
pub(super) fn needs(list: &mut Missing<'_>, settings: &Settings, facts: &[FactNeed], span: &Span) {
    let book = list.book;
    for member in members(book, settings) {
        for asset in assets(settings) {
            let account: Account = available(member.holder, asset);
            list.account(account);
        }
        for need in facts {
            for kind in kinds_of(book, need, None) {
                for (_, kind) in scales::rows(book, &kind) {
                    for month in months(need, span) {
                        list.counter(member.of(need.subject), &kind, month);
                    }
                }
            }
        }
        later_needs(list, member.holder, span.last, span.today);
    }
}

/// What [`later`] reads.
pub(super) fn later_needs(
    list: &mut Missing<'_>,
    holder: Holder,
    last: LocalDate,
    today: LocalDate,
) {
    let Some(subject) = subject(holder) else {
        return;
    };
    for kind in kinds_of(list.book, &EVERYTHING, None) {
        for month in later_months(last, today) {
            list.counter(subject, &kind, month);
        }
    }
}
