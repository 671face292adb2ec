//! A kind that counts to other decimal places from a day on: what was counted before is told in the places of the day that
//! asks, and comes out again as it went in.

use super::*;
use crate::amount::Decimal;

fn counting(name: &str, scale: u8, from: &str) -> RuleSet {
    let need = |window| FactNeed {
        metric: Metric::Quantity,
        window,
        subject: Subject::Person,
        of: Some(code("take")),
    };
    let kind_plan = KindPlan {
        scale,
        quantity_max: 1_000_000,
        facts: vec![need(Window::Month), need(Window::Lifetime)],
        ..kind("take")
    };
    RuleSet {
        name: code(name),
        active_from: date(from),
        plan: Plan {
            kinds: vec![kind_plan],
            ..Plan::default()
        },
        ..rule_set()
    }
}

fn written(text: &str, on: &str) -> Event {
    Event {
        quantity: Quantity::Written(Decimal::as_written(text).unwrap()),
        ..event("take", 1, 1, date(on))
    }
}

impl Desk {
    fn weighed(&mut self, text: &str, on: &str) -> (u64, Vec<i32>) {
        let receipt = self.must(Ask::Earn(written(text, on)));
        let facts = receipt.records.iter().find_map(|record| match record {
            Record::Decided(_, facts, _) | Record::Refused(_, facts, _) => Some(facts.clone()),
            _ => None,
        });
        let values = facts.unwrap().iter().map(|fact| fact.value).collect();
        (receipt.entry, values)
    }
}

/// The plain rule set counts whole ones from January on, then tenths from 3 March, hundredths from 5 March.
fn desk(by_scale: bool) -> Desk {
    let mut desk = Desk::open();
    desk.must(Ask::Settings(Settings {
        by_scale,
        ..Settings {
            minutes_max_day: Some(Amount::new(1440).unwrap()),
            ..settings()
        }
    }));
    desk.must(Ask::Activate(Box::new(counting("tenths", 1, "2026-03-03"))));
    desk.must(Ask::Activate(Box::new(counting(
        "hundredths",
        2,
        "2026-03-05",
    ))));
    desk
}

#[test]
fn quantities_are_told_in_the_places_of_the_day_that_asks() {
    let mut desk = desk(true);
    desk.must(Ask::Earn(written("7", "2026-03-01")));
    assert_eq!(desk.weighed("2.5", "2026-03-03").1, [70, 70]);
    let (hundredths, told) = desk.weighed("1.25", "2026-03-05");
    assert_eq!(told, [950, 950]);
    // A day of before asks: what is finer than it counts is left out.
    assert_eq!(desk.weighed("0.1", "2026-03-04").1, [107, 107]);
    assert_eq!(desk.weighed("0.01", "2026-03-06").1, [1085, 1085]);
    desk.must(Ask::Amend(Amend::Reverse(hundredths, [1; 32])));
    assert_eq!(desk.weighed("0.01", "2026-03-06").1, [961, 961]);

    // The journal alone tells it again.
    let mut book = Book::empty(code("nanmen"));
    for record in desk
        .journal
        .iter()
        .filter(|record| record.envelope().is_some())
    {
        let read = Record::decode(record.kind(), &record.encode()).unwrap();
        assert_eq!(&read, record);
        let command = Command::from_record(&read, |_| Some(code("rice"))).unwrap();
        load_entries(&mut book, &command, &desk.journal);
        book.apply(&command, read.envelope().unwrap().at, &Native)
            .unwrap();
    }
    assert_eq!(book.counters(), desk.book.counters());
}

#[test]
fn ledgers_of_before_keep_their_digits_together() {
    let mut desk = desk(false);
    desk.must(Ask::Earn(written("7", "2026-03-01")));
    assert_eq!(desk.weighed("2.5", "2026-03-03").1, [7, 7]);
    assert_eq!(desk.weighed("1.25", "2026-03-05").1, [32, 32]);
}
