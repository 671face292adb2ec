//! What is carried in beside an opening balance: who sees it, in which windows, and that it can be taken back.

use super::*;
use crate::amount::Decimal;
use crate::record::History;
use crate::rule::Fact;

fn history(year: Option<i32>) -> History {
    History {
        kind: code("waste"),
        year,
        events: 12,
        days: 9,
        quantity: Decimal {
            units: 340,
            scale: 1,
        },
        points: 500,
        minutes: 89_400,
    }
}

fn carry(history: History, page: &str) -> Ask {
    Ask::Carry(Carry {
        holder: Holder::Resident(ResidentNo(1)),
        history,
        source: source(page, &format!("content of {page}")).unwrap(),
        reason: [7; 32],
    })
}

/// A rule set with one kind that wants to know everything about `waste` in this window and of this subject.
fn asking(window: Window, subject: Subject) -> RuleSet {
    let of_metric = |metric| FactNeed {
        metric,
        window,
        subject,
        of: Some(code("waste")),
    };
    let facts = [
        Metric::Events,
        Metric::Quantity,
        Metric::Points,
        Metric::Minutes,
        Metric::DistinctDays,
    ];
    let asking = KindPlan {
        facts: facts.map(of_metric).to_vec(),
        ..kind("asking")
    };
    RuleSet {
        name: code("asking"),
        plan: Plan {
            kinds: vec![asking],
            ..Plan::default()
        },
        ..rule_set()
    }
}

impl Desk {
    fn asked(&mut self, resident: u32, window: Window, subject: Subject) -> Vec<i32> {
        self.must(Ask::Activate(Box::new(asking(window, subject))));
        let receipt = self.earn("asking", resident, 1);
        let facts = receipt.records.iter().find_map(|record| match record {
            Record::Decided(_, facts, _) | Record::Refused(_, facts, _) => Some(facts.clone()),
            _ => None,
        });
        let value = |fact: &Fact| fact.value;
        facts.unwrap().iter().map(value).collect()
    }

    /// A ledger that began in the middle of the year.
    fn from_march() -> Desk {
        let mut desk = Desk::open();
        desk.must(Ask::Settings(Settings {
            began_on: date("2026-03-01"),
            ..settings()
        }));
        desk
    }
}

const EVERY: [Window; 7] = [
    Window::Day,
    Window::Week,
    Window::Month,
    Window::Quarter,
    Window::Year,
    Window::Trailing(400),
    Window::Lifetime,
];

#[test]
fn totals_of_before_count_in_their_year_and_for_all_time_and_nowhere_else() {
    let mut desk = Desk::from_march();
    desk.must(carry(history(Some(2026)), "page 1"));
    desk.must(carry(history(Some(2025)), "page 2"));
    desk.must(carry(history(None), "page 3"));
    desk.earn("waste", 1, 2);
    for (window, times) in EVERY.map(|window| match window {
        Window::Year => (window, 1),
        Window::Lifetime => (window, 3),
        _ => (window, 0),
    }) {
        let counted = vec![
            1 + 12 * times,
            2 + 34 * times,
            20 + 500 * times,
            2 + 89_400 * times,
            1 + 9 * times,
        ];
        for (resident, subject, told) in [
            (1, Subject::Person, counted.clone()),
            (1, Subject::Household, counted.clone()),
            (2, Subject::Household, counted.clone()),
            (3, Subject::Community, counted),
            (2, Subject::Person, vec![0; 5]),
            (3, Subject::Household, vec![0; 5]),
        ] {
            let seen = desk.asked(resident, window, subject);
            assert_eq!(seen, told, "{window:?} {subject:?} of {resident}");
        }
    }
    assert_eq!(
        desk.book.account(&POINTS).total,
        20 + desk.asked_points(),
        "no balance moved"
    );
}

impl Desk {
    /// What the questions themselves earned.
    fn asked_points(&self) -> i64 {
        let points = self
            .book
            .counters()
            .into_iter()
            .filter(|(key, _)| {
                let household = crate::counters::CounterSubject::Household(HouseholdNo(1));
                key.kind == code("asking") && key.month == 0 && key.subject == household
            })
            .map(|(_, row)| row.total.points);
        points.sum()
    }
}

#[test]
fn the_household_alone_can_be_named() {
    let mut desk = Desk::open();
    let Ask::Carry(Carry {
        history,
        source,
        reason,
        ..
    }) = carry(history(None), "page 1")
    else {
        unreachable!()
    };
    desk.must(Ask::Carry(Carry {
        holder: Holder::Household(HouseholdNo(1)),
        history,
        source,
        reason,
    }));
    assert_eq!(desk.asked(2, Window::Lifetime, Subject::Household)[0], 12);
    assert_eq!(desk.asked(2, Window::Lifetime, Subject::Person)[0], 0);
}

#[test]
fn a_line_of_the_book_counts_once_and_can_be_taken_back() {
    let mut desk = Desk::from_march();
    let before = desk.book.counters().len();
    let first = desk.must(carry(history(Some(2026)), "page 1"));
    assert_eq!(
        desk.ask(carry(history(Some(2026)), "page 1")),
        Ok(Applied::Replay(first.entry))
    );
    let reverse = Ask::Amend(Amend::Reverse(first.entry, [1; 32]));
    desk.must(reverse.clone());
    assert_eq!(desk.ask(reverse).unwrap_err().code(), "reverse.already");
    assert_eq!(before, 0);
    let rows = desk.book.counters();
    assert!(
        rows.values().all(|row| **row == CounterRow::default()),
        "{rows:?}"
    );
}

#[test]
fn what_cannot_be_carried_in_says_why() {
    let mut desk = Desk::open();
    let good = || history(Some(2025));
    let zero = || History {
        events: 0,
        days: 0,
        quantity: Decimal { units: 0, scale: 0 },
        points: 0,
        minutes: 0,
        ..good()
    };
    for (history, code_said) in [
        (
            History {
                kind: code("wasta"),
                ..good()
            },
            "kind.unknown",
        ),
        (
            History {
                kind: code("item/soap"),
                ..good()
            },
            "item.unknown",
        ),
        (
            History {
                quantity: Decimal {
                    units: 15,
                    scale: 1,
                },
                ..good()
            },
            "quantity.places",
        ),
        (history(Some(2026)), "history.year"),
        (history(Some(1969)), "history.year"),
        (zero(), "history.range"),
        (
            History {
                events: -1,
                days: 0,
                ..good()
            },
            "history.range",
        ),
        (
            History {
                minutes: 1_000_000_001,
                ..good()
            },
            "history.range",
        ),
        (History { days: 13, ..good() }, "history.days"),
        (
            History {
                events: 500,
                days: 367,
                ..good()
            },
            "history.days",
        ),
    ] {
        let said = desk.ask(carry(history.clone(), "page 1")).unwrap_err();
        assert_eq!(said.code(), code_said, "{history:?}");
    }
    desk.must(carry(
        History {
            kind: code("item/rice"),
            quantity: Decimal::as_written("3").unwrap(),
            ..zero()
        },
        "page 1",
    ));
}

#[test]
fn the_journal_alone_tells_it_again() {
    let mut desk = Desk::from_march();
    desk.must(carry(history(Some(2026)), "page 1"));
    let second = desk.must(carry(history(None), "page 2"));
    desk.must(Ask::Amend(Amend::Reverse(second.entry, [1; 32])));
    let mut book = Book::empty(code("nanmen"));
    for record in desk
        .journal
        .iter()
        .filter(|record| record.envelope().is_some())
    {
        let bytes = record.encode();
        let read = Record::decode(record.kind(), &bytes).unwrap();
        assert_eq!(&read, record);
        assert!(Record::decode(record.kind(), &bytes[..bytes.len() - 1]).is_err());
        let command = Command::from_record(&read, |_| Some(code("rice"))).unwrap();
        load_entries(&mut book, &command, &desk.journal);
        book.apply(&command, read.envelope().unwrap().at, &Native)
            .unwrap();
    }
    assert_eq!(book.counters(), desk.book.counters());
    assert_eq!(
        desk.journal
            .iter()
            .filter(|record| record.kind() == 27)
            .count(),
        2
    );
}
