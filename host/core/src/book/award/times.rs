//! One person at one place at a time: events of the kinds that the community names take minutes of those who do them, from
//! their time of day on, as many as their quantity says. An event of which nobody said the time takes none.

use std::collections::BTreeSet;

use crate::book::Book;
use crate::book::facts::row;
use crate::command::Rejection;
use crate::counters::{CounterKey, CounterSubject, TakenMinutes};
use crate::ids::{AssetNo, Code, ResidentNo};
use crate::record::{DOER, Event};
use crate::rule::{Arg, Decision, Mark, Refusal};
use crate::settings::{Overlap, Settings};
use crate::time::LocalDate;

const MINUTES_A_DAY: i64 = 1440;
/// As far as one event reaches over other days: the largest quantity of minutes is below that.
const REACH_DAYS: i32 = 7;
const MARK: &str = "host.overlap";

/// The counter of the minutes that a person's events took.
pub(in crate::book) fn times_kind() -> Code {
    Code::literal("host/times")
}

/// The months in which something that touches an event of this day can stand.
pub(in crate::book) fn months(on: LocalDate) -> BTreeSet<i32> {
    [-REACH_DAYS, 0, REACH_DAYS]
        .map(|days| on.plus_days(days).month_index())
        .into()
}

/// Where a person's taken minutes of a month are kept.
pub(in crate::book) fn key(who: ResidentNo, month: i32) -> CounterKey {
    CounterKey {
        subject: CounterSubject::Resident(who),
        kind: times_kind(),
        month,
    }
}

/// Those whose minutes an event takes: its doer, and whoever is given minutes for it.
fn takers(settings: &Settings, event: &Event, decision: &Decision) -> BTreeSet<ResidentNo> {
    let given = |role: &Code| {
        decision.awards.iter().any(|award| {
            let minutes = settings.asset(&award.asset) == Some(AssetNo::MINUTES);
            minutes && award.amount > 0 && award.role == *role
        })
    };
    let roles = event.roles.iter();
    roles
        .filter(|(role, _)| role.as_str() == DOER || given(role))
        .map(|(_, who)| *who)
        .collect()
}

/// The minutes that an event takes, where the community looks at its kind.
fn taken(settings: &Settings, event: &Event, units: (i32, u8)) -> Option<(Overlap, TakenMinutes)> {
    let overlap = settings.overlap_of(&event.kind)?;
    let minutes = settings.minutes_of(&event.kind, units);
    let taken = TakenMinutes {
        start: event.minute?,
        minutes: u32::try_from(minutes).ok().filter(|minutes| *minutes > 0)?,
        entry: 0,
    };
    Some((overlap, taken))
}

fn from(on: LocalDate, start: u16) -> i64 {
    i64::from(on.to_days())
        .saturating_mul(MINUTES_A_DAY)
        .saturating_add(i64::from(start))
}

/// The first day and entry of this person that shares a minute with `taken` on `on`.
fn meets(
    book: &Book,
    who: ResidentNo,
    on: LocalDate,
    taken: &TakenMinutes,
) -> Option<(LocalDate, u64)> {
    let first = from(on, taken.start);
    let end = first.saturating_add(i64::from(taken.minutes));
    for month in months(on) {
        let found = book.counters.get(&key(who, month)).and_then(Option::as_ref);
        for (day, all) in found.into_iter().flat_map(|row| &row.taken) {
            let Some(day) = LocalDate::of_month_index(month, *day) else {
                continue;
            };
            let meets = all.iter().find(|other| {
                let begins = from(day, other.start);
                begins < end && first < begins.saturating_add(i64::from(other.minutes))
            });
            if let Some(other) = meets {
                return Some((day, other.entry));
            }
        }
    }
    None
}

/// What becomes of an event whose minutes are taken: a refusal, or a mark on its decision.
pub(super) fn compared(
    book: &Book,
    (event, units): (&Event, (i32, u8)),
    decision: &mut Decision,
) -> Result<Option<Refusal>, Rejection> {
    let settings = book.settings_or_reject()?;
    let Some((overlap, taken)) = taken(settings, event, units) else {
        return Ok(None);
    };
    for who in takers(settings, event, decision) {
        let Some((day, entry)) = meets(book, who, event.on, &taken) else {
            continue;
        };
        // A name and not a number: it stands without marks of thousands.
        let entry = entry.to_string().parse().map(Arg::Code);
        let args: Vec<Arg> = [Ok(Arg::Day(day)), entry].into_iter().flatten().collect();
        match overlap {
            Overlap::Refuse => return Ok(Some(Refusal::new(MARK, args))),
            Overlap::Mark => {
                let mark = Mark {
                    code: Code::literal(MARK),
                    args,
                };
                // A replay brings it already.
                if !decision.marks.contains(&mark) {
                    decision.marks.push(mark);
                }
            }
        }
    }
    Ok(None)
}

/// Keeps the minutes that an event takes, under the entry that decided it.
pub(super) fn keep(
    book: &mut Book,
    (event, units): (&Event, (i32, u8)),
    decision: &Decision,
) -> Result<(), Rejection> {
    let settings = book.settings_or_reject()?;
    let Some((_, taken)) = taken(settings, event, units) else {
        return Ok(());
    };
    let who = takers(settings, event, decision);
    let entry = book.frame.head.next_seq;
    let (_, _, day) = event.on.parts();
    for who in who {
        let key = key(who, event.on.month_index());
        let days = &mut row(book, &key).taken;
        days.entry(day)
            .or_default()
            .push(TakenMinutes { entry, ..taken });
        book.dirty.counters.insert(key);
    }
    Ok(())
}

/// The minutes of an entry are free again.
pub(in crate::book) fn free(book: &mut Book, event: &Event, entry: u64) {
    for (_, who) in &event.roles {
        let key = key(*who, event.on.month_index());
        let Some(Some(row)) = book.counters.get_mut(&key) else {
            continue;
        };
        let (_, _, day) = event.on.parts();
        let Some(all) = row.taken.get_mut(&day) else {
            continue;
        };
        let before = all.len();
        all.retain(|taken| taken.entry != entry);
        let gone = all.len() < before;
        if all.is_empty() {
            row.taken.remove(&day);
        }
        if gone {
            book.dirty.counters.insert(key);
        }
    }
}
