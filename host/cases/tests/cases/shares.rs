//! Rates: what is in a fraction, and what stands beside it.

use rongyi_cases::kind::Kind;
use rongyi_cases::rates::{Fraction, Rated, Rates, rates};
use rongyi_cases::{Ask, Rating, Solved, Standing};

use crate::town::{Town, at, day};

fn november(towns: &[Town]) -> Rates {
    let now = "2026-11-30 23:00";
    let standings: Vec<(&Kind, Standing)> = towns
        .iter()
        .map(|town| (&town.kind, town.standing(now)))
        .collect();
    let rated = standings
        .iter()
        .map(|(kind, standing)| Rated { kind, standing });
    rates(rated, day("2026-11-01"), day("2026-11-30"), at(now))
}

/// A call for help of 2 November, due on the 16th, answered at once on a day or not at all.
fn answered(on: Option<&str>) -> Town {
    let mut town = Town::new("message", "2026-11-02 09:00");
    if let Some(on) = on {
        town.go("desk", on, "answer");
    }
    town
}

#[test]
fn case_6_what_is_overdue_stays_in_the_fraction() {
    let mut towns: Vec<Town> = (0..7).map(|_| answered(Some("2026-11-16 23:59"))).collect();
    towns.push(answered(Some("2026-11-17 00:00")));
    towns.push(answered(None));
    towns.push(answered(None));
    let mut withdrawn = answered(None);
    withdrawn.go("li", "2026-11-03 09:00", "withdraw");
    towns.push(withdrawn);
    // Not due yet, and the same as another: neither late nor in time.
    towns.push(Town::new("message", "2026-11-27 09:00"));
    let mut linked = answered(None);
    linked
        .ask("desk", "2026-11-03 09:00", &Ask::Merge(8))
        .unwrap();
    towns.push(linked);
    let rates = november(&towns);
    assert_eq!(rates.on_time, Fraction { part: 7, whole: 10 });
    assert_eq!(rates.on_time.to_string(), "70.0 %");
    assert_eq!(rates.withdrawn, 1);
}

#[test]
fn case_7_nobody_is_assumed_to_be_satisfied() {
    let mut towns: Vec<Town> = (0..8).map(|_| answered(Some("2026-11-16 10:00"))).collect();
    for (town, satisfied) in towns.iter_mut().zip([3, 3, 3, 2, 1]) {
        let rating = Rating {
            solved: Some(if satisfied == 2 {
                Solved::Partly
            } else {
                Solved::Yes
            }),
            satisfied: Some(satisfied),
        };
        town.ask("li", "2026-11-17 10:00", &Ask::Rate(rating))
            .unwrap();
    }
    let rates = november(&towns);
    assert_eq!(rates.satisfied, Fraction { part: 3, whole: 5 });
    assert_eq!(rates.satisfied.to_string(), "60.0 %");
    assert_eq!(rates.answered, Fraction { part: 5, whole: 8 });
    assert_eq!(rates.solved, Fraction { part: 4, whole: 5 });
    assert_eq!(rates.partly, 1);
}

#[test]
fn a_reopened_case_is_one_of_those_that_were_done() {
    let mut towns: Vec<Town> = (0..3).map(|_| answered(Some("2026-11-10 10:00"))).collect();
    towns[0]
        .ask("li", "2026-11-12 10:00", &Ask::Reopen)
        .unwrap();
    let rates = november(&towns);
    assert_eq!(rates.reopened, Fraction { part: 1, whole: 3 });
    assert_eq!(rates.reopened.to_string(), "33.3 %");
    // Its first round was answered in time; the second is due on the 26th and is open.
    assert_eq!(rates.on_time, Fraction { part: 3, whole: 4 });
}

#[test]
fn nothing_of_nothing_is_no_rate() {
    assert_eq!(november(&[]).on_time.to_string(), "–");
    assert_eq!(Fraction { part: 2, whole: 3 }.to_string(), "66.7 %");
    assert_eq!(Fraction { part: 1, whole: 1 }.to_string(), "100.0 %");
}
