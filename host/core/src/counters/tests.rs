//! Every metric over every window, beside a model that walks over the list of what happened; and the packing of whose
//! a counter is.

#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::rule::Subject;

const KINDS: [&str; 2] = ["waste", "tree"];

/// Something that happened: kind, days after 2025-11-20, and what it counts.
type Happened = (usize, i32, Cell);

fn origin() -> LocalDate {
    LocalDate::new(2025, 11, 20).unwrap()
}

fn rows(all: &[Happened]) -> BTreeMap<(String, i32), CounterRow> {
    let mut rows: BTreeMap<(String, i32), CounterRow> = BTreeMap::new();
    for (kind, after, cell) in all {
        let on = origin().plus_days(*after);
        let name = KINDS[*kind].to_owned();
        let month = rows.entry((name.clone(), on.month_index())).or_default();
        let change = month.add(on, cell);
        rows.entry((name, 0))
            .or_default()
            .add_total(on, cell, change);
    }
    rows
}

/// The first day of a window, by the calendar as people read it.
fn first(window: Window, on: LocalDate) -> Option<LocalDate> {
    let (year, month, _) = on.parts();
    let quarter = month - (month - 1) % 3;
    Some(match window {
        Window::Day => on,
        Window::Week => {
            // 1970-01-05 was a Monday.
            let since = (on.to_days() - 4).rem_euclid(7);
            on.plus_days(-since)
        }
        Window::Month => LocalDate::new(year, month, 1).unwrap(),
        Window::Quarter => LocalDate::new(year, quarter, 1).unwrap(),
        Window::HalfYear => LocalDate::new(year, month - (month - 1) % 6, 1).unwrap(),
        Window::Year => LocalDate::new(year, 1, 1).unwrap(),
        Window::Trailing(days) => on.plus_days(1 - i32::from(days)),
        Window::Lifetime => return None,
    })
}

/// The day after the last day of a window.
fn end(window: Window, on: LocalDate) -> Option<LocalDate> {
    let start = first(window, on)?;
    let (year, month, _) = start.parts();
    let after = |months: u8| {
        let whole = month - 1 + months;
        let year = year + i32::from(whole / 12);
        LocalDate::new(year, whole % 12 + 1, 1).unwrap()
    };
    Some(match window {
        Window::Day => on.plus_days(1),
        Window::Week => start.plus_days(7),
        Window::Month => after(1),
        Window::Quarter => after(3),
        Window::HalfYear => after(6),
        Window::Year => after(12),
        Window::Trailing(_) => on.plus_days(1),
        Window::Lifetime => return None,
    })
}

fn model(all: &[Happened], need: &FactNeed, on: LocalDate) -> i64 {
    let within = |after: i32| {
        let day = origin().plus_days(after);
        first(need.window, on).is_none_or(|from| day >= from)
            && end(need.window, on).is_none_or(|to| day < to)
    };
    // Corrections may bring a day down to nothing, which then never was.
    let mut events: BTreeMap<(usize, i32), i64> = BTreeMap::new();
    for (kind, after, cell) in all {
        *events.entry((*kind, *after)).or_default() += cell.events;
    }
    let days = |kind: Option<usize>| -> BTreeSet<i32> {
        let happened = events.iter().filter(|(_, count)| **count > 0);
        let matching =
            happened.filter(|((its_kind, _), _)| kind.is_none_or(|kind| kind == *its_kind));
        matching.map(|((_, after), _)| *after).collect()
    };
    let inside = |of: fn(&Cell) -> i64| {
        let cells = all.iter().filter(|(_, after, _)| within(*after));
        cells.map(|(_, _, cell)| of(cell)).sum()
    };
    match need.metric {
        Metric::Points | Metric::RedeemedPoints => inside(|cell| cell.points),
        Metric::Minutes => inside(|cell| cell.minutes),
        Metric::Quantity | Metric::RedeemedItems => inside(|cell| cell.quantity),
        Metric::Events | Metric::Redemptions => inside(|cell| cell.events),
        Metric::DistinctDays if need.window == Window::Lifetime => {
            let of = |kind| i64::try_from(days(Some(kind)).len()).unwrap();
            (0..KINDS.len()).map(of).max().unwrap()
        }
        Metric::DistinctDays => {
            let active = days(None).into_iter().filter(|after| within(*after));
            i64::try_from(active.count()).unwrap()
        }
        Metric::DaysSinceLast => {
            let added = all.iter().filter(|(_, _, cell)| cell.events > 0);
            let last = added.map(|(_, after, _)| *after).max();
            let since = |last: i32| i64::from(on.to_days() - origin().plus_days(last).to_days());
            last.map_or(-1, |last| since(last).max(0))
        }
        Metric::StreakDays => {
            let active: BTreeSet<i32> = days(None)
                .into_iter()
                .filter(|after| need.window == Window::Lifetime || within(*after))
                .map(|after| origin().plus_days(after).to_days())
                .collect();
            let mut end = on.to_days();
            if !active.contains(&end) {
                end -= 1;
            }
            let mut run = 0;
            while active.contains(&(end - run)) {
                run += 1;
            }
            i64::from(run)
        }
        Metric::RankAtCutoff | Metric::Balance => 0,
    }
}

const METRICS: [Metric; 12] = [
    Metric::Points,
    Metric::Minutes,
    Metric::Quantity,
    Metric::Events,
    Metric::DistinctDays,
    Metric::DaysSinceLast,
    Metric::RedeemedPoints,
    Metric::RedeemedItems,
    Metric::RankAtCutoff,
    Metric::Balance,
    Metric::StreakDays,
    Metric::Redemptions,
];

const WINDOWS: [Window; 10] = [
    Window::Day,
    Window::Week,
    Window::Month,
    Window::Quarter,
    Window::HalfYear,
    Window::Year,
    Window::Trailing(1),
    Window::Trailing(30),
    Window::Trailing(400),
    Window::Lifetime,
];

fn happened() -> impl Strategy<Value = Vec<Happened>> {
    let cell =
        (1i64..3, 0i64..9, 0i64..50, 0i64..200).prop_map(|(events, quantity, points, minutes)| {
            Cell {
                events,
                quantity,
                points,
                minutes,
            }
        });
    // Days of two winters, so that weeks, months, quarters and years begin and end within.
    prop::collection::vec((0..KINDS.len(), 0i32..90, cell), 0..40)
}

proptest! {
    #[test]
    fn every_metric_over_every_window_is_the_models(all in happened(), after in 0i32..100) {
        let on = origin().plus_days(after);
        let rows = rows(&all);
        let kinds = KINDS.map(|kind| kind.parse::<Code>().unwrap());
        for metric in METRICS {
            for window in WINDOWS {
                let need = FactNeed { metric, window, subject: Subject::Person, of: None };
                let fact = answer(&need, on, &kinds, |kind, month| rows.get(&(kind.to_string(), month)));
                prop_assert_eq!(i64::from(fact.value), model(&all, &need, on), "{:?} {:?} on {}", metric, window, on);
                prop_assert!(!fact.saturated);
            }
        }
        for row in rows.values() {
            prop_assert_eq!(CounterRow::decode(&row.encode()), Ok(row.clone()));
        }
    }

    /// What is taken back is as if it had never been, but for the newest day.
    #[test]
    fn what_is_taken_back_leaves_nothing(all in happened(), also in happened()) {
        let back: Vec<Happened> = also
            .iter()
            .map(|(kind, after, added)| {
                let cell = Cell {
                    events: -added.events,
                    quantity: -added.quantity,
                    points: -added.points,
                    minutes: -added.minutes,
                };
                (*kind, *after, cell)
            })
            .collect();
        let with = rows(&[all.clone(), also, back].concat());
        for (key, row) in rows(&all) {
            let left = &with[&key];
            let wanted = (&row.days, row.total, row.distinct_days);
            prop_assert_eq!((&left.days, left.total, left.distinct_days), wanted, "{:?}", key);
        }
    }
}

#[test]
fn whose_a_counter_is_packs_into_one_number_and_back() {
    let all = [
        (CounterSubject::Community, 0),
        (CounterSubject::Resident(ResidentNo(0)), 1 << 32),
        (CounterSubject::Resident(ResidentNo(7)), (1 << 32) + 7),
        (
            CounterSubject::Resident(ResidentNo(u32::MAX)),
            (1 << 32) + 0xffff_ffff,
        ),
        (CounterSubject::Household(HouseholdNo(0)), 2 << 32),
        (CounterSubject::Household(HouseholdNo(7)), (2 << 32) + 7),
        (
            CounterSubject::Household(HouseholdNo(u32::MAX)),
            (2 << 32) + 0xffff_ffff,
        ),
    ];
    for (subject, number) in all {
        assert_eq!(subject.pack(), number, "{subject:?}");
        assert_eq!(CounterSubject::unpack(number), Some(subject));
    }
    for none in [-1, 1, 7, (1 << 32) - 1, 3 << 32, i64::MAX, i64::MIN] {
        assert_eq!(CounterSubject::unpack(none), None, "{none}");
    }
}

#[test]
fn what_is_too_large_for_a_rule_is_the_nearest_and_says_so() {
    for (value, near, saturated) in [
        (0, 0, false),
        (i64::from(i32::MAX), i32::MAX, false),
        (i64::from(i32::MAX) + 1, i32::MAX, true),
        (i64::from(i32::MIN), i32::MIN, false),
        (i64::from(i32::MIN) - 1, i32::MIN, true),
        (i64::MAX, i32::MAX, true),
    ] {
        let fact = fitting(value);
        assert_eq!((fact.value, fact.saturated), (near, saturated), "{value}");
    }
}

/// A run of days is followed through the longest window and no further.
#[test]
fn a_run_of_days_ends_with_today_or_yesterday_and_is_found_up_to_four_hundred() {
    let on = origin();
    let days = |all: &mut dyn Iterator<Item = i32>| -> BTreeSet<i32> {
        all.map(|back| on.to_days() - back).collect()
    };
    for (days, run) in [
        (days(&mut std::iter::empty()), 0),
        (days(&mut (0..3)), 3),
        (days(&mut (1..4)), 3),
        (days(&mut (2..9)), 0),
        (days(&mut (0..400)), 400),
        (days(&mut [0, 1, 3].into_iter()), 2),
    ] {
        assert_eq!(streak(&days, on), run, "{days:?}");
    }
    let need = FactNeed {
        metric: Metric::StreakDays,
        window: Window::Lifetime,
        subject: Subject::Person,
        of: None,
    };
    let (from, to) = need_days(&need, on).unwrap();
    assert_eq!((on.to_days() - from.to_days(), to), (399, on));
}

#[test]
fn a_day_on_which_nothing_happened_is_none_whatever_it_counts() {
    let on = date("2026-02-10");
    let cell = |events, points, minutes| Cell {
        events,
        quantity: 0,
        points,
        minutes,
    };
    let mut month = CounterRow::default();
    month.add(on, &cell(1, 5, 30));
    month.add(on, &cell(0, 2, 15));
    assert_eq!(month.total, cell(1, 7, 45), "everything adds up");
    // A correction that is no event.
    month.add(on.plus_days(5), &cell(0, 3, 0));
    assert_eq!((month.last_on, month.distinct_days), (on.to_days(), 1));
    assert_eq!(month.carried_days(), 0);
    let kinds = [code("waste")];
    let need = |window| FactNeed {
        metric: Metric::DistinctDays,
        window,
        subject: Subject::Person,
        of: None,
    };
    let days = |window| {
        let fact = answer(&need(window), date("2026-02-28"), &kinds, |_, row| {
            (row == on.month_index()).then_some(&month)
        });
        fact.value
    };
    assert_eq!([Window::Month, Window::Year].map(days), [1, 1]);
}

#[test]
fn of_days_that_were_carried_in_the_kind_with_most_counts() {
    let january = date("2026-01-01").month_index();
    let carried = |events, days| {
        let mut row = CounterRow::default();
        let cell = Cell {
            events,
            ..Cell::default()
        };
        row.carry(january, &cell, days);
        row
    };
    let rows = [carried(9, 7), carried(4, 3)];
    let kinds = KINDS.map(code);
    let need = FactNeed {
        metric: Metric::DistinctDays,
        window: Window::Year,
        subject: Subject::Person,
        of: None,
    };
    let fact = answer(&need, date("2026-03-10"), &kinds, |kind, month| {
        let at = kinds.iter().position(|listed| listed == kind)?;
        (month == january).then_some(&rows[at])
    });
    assert_eq!(fact.value, 7);
}

#[test]
fn what_never_happened_was_no_days_ago() {
    let need = |of: &str| FactNeed {
        metric: Metric::DaysSinceLast,
        window: Window::Lifetime,
        subject: Subject::Person,
        of: Some(code(of)),
    };
    let on = date("2026-03-10");
    let fact = answer(&need("waste"), on, &[code("waste")], |_, _| None);
    assert_eq!(fact.value, -1);
    let mut row = CounterRow::default();
    let once = Cell {
        events: 1,
        ..Cell::default()
    };
    row.add_total(on, &once, 1);
    let fact = answer(&need("waste"), on, &[code("waste")], |_, _| Some(&row));
    assert_eq!(fact.value, 0, "on the day itself");
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

fn date(text: &str) -> LocalDate {
    text.parse().unwrap()
}
