//! Stars: reached, missing, kept; and what counts as served.

use rongyi_activities::{Level, Metric, Progress, Served, served, standing};
use rongyi_core::counters::{Cell, CounterRow};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;

fn day(year: i32, month: u8, day: u8) -> LocalDate {
    LocalDate::new(year, month, day).expect("a day")
}

fn level(hours: i64, points: i64, months: i64, year_hours: i64) -> Level {
    Level {
        title: Text {
            zh: "星".to_owned(),
            en: "star".to_owned(),
        },
        minutes: hours * 60,
        points,
        months,
        year_minutes: year_hours * 60,
    }
}

fn row(days: &[(LocalDate, i64, i64)]) -> CounterRow {
    let mut row = CounterRow::default();
    for (on, minutes, points) in days {
        row.add(
            *on,
            &Cell {
                events: 1,
                quantity: *minutes,
                points: *points,
                minutes: *minutes,
            },
        );
    }
    row
}

#[test]
fn a_star_is_reached_with_everything_it_asks_for_and_no_minute_earlier() {
    let levels = [level(50, 0, 0, 0), level(100, 500, 12, 0)];
    let today = day(2026, 11, 30);
    let mut did = Served {
        minutes: 50 * 60 - 1,
        points: 0,
        first: Some(day(2025, 12, 1)),
        year_minutes: 0,
    };
    let stands = standing(&levels, &did, today);
    assert_eq!((stands.stars, stands.next[0].percent()), (0, 99));
    did.minutes += 1;
    let stands = standing(&levels, &did, today);
    assert_eq!((stands.stars, stands.is_kept()), (1, true));
    let next: Vec<(Metric, i64, i64)> = stands
        .next
        .iter()
        .map(|one| (one.metric, one.have, one.need))
        .collect();
    // From 1 December to 30 November eleven months are full.
    assert_eq!(
        next,
        [
            (Metric::Minutes, 3_000, 6_000),
            (Metric::Points, 0, 500),
            (Metric::Months, 11, 12)
        ]
    );
    did.minutes = 6_000;
    did.points = 500;
    assert_eq!(standing(&levels, &did, today).stars, 1);
    let stands = standing(&levels, &did, day(2026, 12, 1));
    assert_eq!((stands.stars, stands.next.len()), (2, 0));
}

#[test]
fn a_higher_star_needs_all_below_it() {
    // The first asks for points that the second does not repeat.
    let levels = [level(0, 100, 0, 0), level(10, 0, 0, 0)];
    let did = Served {
        minutes: 10_000,
        ..Served::default()
    };
    assert_eq!(standing(&levels, &did, day(2026, 1, 1)).stars, 0);
}

#[test]
fn the_yearly_review_asks_for_the_star_that_is_reached() {
    let levels = [level(50, 0, 0, 0), level(100, 0, 0, 20)];
    let did = Served {
        minutes: 100 * 60,
        first: Some(day(2020, 1, 1)),
        year_minutes: 19 * 60,
        ..Served::default()
    };
    let stands = standing(&levels, &did, day(2026, 1, 1));
    assert_eq!(
        stands.review,
        Some(Progress {
            metric: Metric::YearMinutes,
            have: 1_140,
            need: 1_200
        })
    );
    assert_eq!((stands.stars, stands.is_kept()), (2, false));
}

#[test]
fn what_was_served_leaves_out_help_that_was_received_and_years_that_passed() {
    let today = day(2026, 11, 30);
    let old = row(&[(day(2024, 3, 5), 120, 2)]);
    let last_day = row(&[(day(2025, 11, 30), 60, 1)]);
    let first_day = row(&[(day(2025, 12, 1), 30, 1)]);
    let new = row(&[(day(2026, 11, 2), 90, 1)]);
    let help = row(&[(day(2026, 11, 3), -500, 0)]);
    let month = LocalDate::month_index;
    let all = |minutes, points| CounterRow {
        total: Cell {
            events: 1,
            quantity: minutes,
            points,
            minutes,
        },
        ..CounterRow::default()
    };
    let (clean, class, received) = (all(210, 4), all(90, 1), all(-500, 0));
    let counted = [
        ("serve.clean", 0, &clean),
        ("serve.class", 0, &class),
        ("bank.help", 0, &received),
        ("serve.clean", month(day(2024, 3, 1)), &old),
        ("serve.clean", month(day(2025, 11, 1)), &last_day),
        ("serve.clean", month(day(2025, 12, 1)), &first_day),
        ("serve.class", month(today), &new),
        ("bank.help", month(today), &help),
    ];
    let did = served(counted.into_iter(), today);
    assert_eq!(did.minutes, 120 + 90 + 90);
    assert_eq!(did.points, 2 + 2 + 1);
    assert_eq!(did.first, Some(day(2024, 3, 5)));
    // The year goes back to the first of December; the day before it is over.
    assert_eq!(did.year_minutes, 30 + 90);
}
