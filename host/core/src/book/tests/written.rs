//! What an event says, against how its kind counts on its day: quantities at their scale, times that nobody said, a
//! day's minutes.

use std::cell::RefCell;

use super::*;
use crate::amount::Decimal;
use crate::counters::{CounterKey, CounterSubject};
use crate::rule::{Denial, NO_TIME, Value};
use crate::settings::InForce;

/// Keeps what it was asked, and pays a point for each unit, with a minute.
struct Told(RefCell<Vec<EarnAsk>>);

impl Judge for Told {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        self.0.borrow_mut().push(ask.clone());
        if self.0.borrow().len() == 1 && ask.kind.as_str() == "boom" {
            return Native.earn(RuleSetNo(1), ask);
        }
        let award = |asset: &str| Award {
            role: code("doer"),
            asset: code(asset),
            amount: ask.quantity,
            short: Short::Refuse,
            expires: None,
        };
        Ok(Decision {
            awards: vec![award("points"), award("minutes")],
            ..Decision::default()
        })
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        Ok(Quote::default())
    }
}

struct Asked {
    desk: Desk,
    told: Told,
}

impl Asked {
    fn new() -> Asked {
        let told = Told(RefCell::default());
        Asked {
            desk: Desk::open(),
            told,
        }
    }

    fn ask(&mut self, ask: Ask) -> Result<Receipt, Rejection> {
        let command = self.desk.command(ask);
        load_entries(&mut self.desk.book, &command, &self.desk.journal);
        self.desk.now += 1;
        let applied = self
            .desk
            .book
            .apply(&command, Instant(self.desk.now), &self.told)?;
        let Applied::Fresh(receipt) = applied else {
            panic!("it was not asked before")
        };
        self.desk.journal.extend(receipt.records.clone());
        Ok(receipt)
    }

    fn last(&self) -> EarnAsk {
        self.told.0.borrow().last().unwrap().clone()
    }

    /// From this day on everything is counted to so many places; before as it was.
    fn counted_from(&mut self, day: &str, scale: u8) {
        let mut set = rule_set();
        set.active_from = date(day);
        set.params = [scale; 32];
        for kind in &mut set.plan.kinds {
            kind.scale = scale;
            kind.quantity_max = 100_000;
        }
        self.ask(Ask::Activate(Box::new(set))).unwrap();
        let sets = &self.desk.book.frame().sets;
        let in_force = sets.iter().map(|set| InForce {
            set: set.no,
            from: set.active_from,
            until: None,
        });
        let in_force = Some(in_force.collect());
        let known = self.desk.book.frame().settings.clone().unwrap();
        self.ask(Ask::Settings(Settings { in_force, ..known }))
            .unwrap();
    }
}

fn written(kind: &str, text: &str, on: &str) -> Event {
    Event {
        quantity: Quantity::Written(Decimal::as_written(text).unwrap()),
        ..event(kind, 1, 0, date(on))
    }
}

#[test]
fn a_quantity_is_put_to_the_scale_of_its_day() {
    let mut asked = Asked::new();
    asked.counted_from("2026-03-05", 1);
    asked.counted_from("2026-03-08", 2);
    for (on, text, units) in [
        ("2026-03-04", "2", 2),
        ("2026-03-05", "2.5", 25),
        ("2026-03-07", "2.50", 25),
        ("2026-03-08", "2.5", 250),
        ("2026-03-08", "2", 200),
    ] {
        asked.ask(Ask::Earn(written("waste", text, on))).unwrap();
        assert_eq!(asked.last().quantity, units, "{text} on {on}");
    }
    for (on, text, refused) in [
        ("2026-03-04", "2.5", "quantity.places"),
        ("2026-03-07", "2.55", "quantity.places"),
        ("2026-03-08", "2.555", "quantity.places"),
        ("2026-03-08", "0", "quantity.range"),
        ("2026-03-08", "2000000000", "quantity.range"),
    ] {
        let no = asked
            .ask(Ask::Earn(written("waste", text, on)))
            .unwrap_err();
        assert_eq!(no.code(), refused, "{text} on {on}");
    }
}

/// It waits with the number that was written; by the time it is decided its day is counted otherwise.
#[test]
fn what_waits_keeps_its_number_whatever_the_scale_becomes() {
    let mut asked = Asked::new();
    asked.counted_from("2026-03-05", 1);
    let waits = asked
        .ask(Ask::Earn(written("boom", "2.5", "2026-03-06")))
        .unwrap();
    assert!(waits.waiting().is_some());
    asked.counted_from("2026-03-06", 3);
    asked.ask(Ask::Retry(Retry(waits.entry))).unwrap();
    assert_eq!(asked.last().quantity, 2500);
    // Taken back, it leaves the counters with as much as it came with.
    let decided = asked.desk.back(1);
    let records = entry_at(&asked.desk.journal, decided).unwrap();
    assert!(matches!(
        records.first(),
        Some(Record::Asked(_, crate::record::Asked::Retry(_)))
    ));
    asked
        .ask(Ask::Amend(Amend::Reverse(decided, [0; 32])))
        .unwrap();
    let key = CounterKey {
        subject: CounterSubject::Resident(ResidentNo(1)),
        kind: code("boom"),
        month: 0,
    };
    assert_eq!(asked.desk.book.counters()[&key].total.quantity, 0);
}

#[test]
fn a_time_that_nobody_said_is_unknown_to_the_rule() {
    let mut asked = Asked::new();
    let unknown = |asked: &Asked| {
        let mark = (code(NO_TIME), Value::YesNo(true));
        asked.last().fields.contains(&mark)
    };
    for (minute, wanted) in [(Some(600), false), (Some(0), false), (None, true)] {
        let event = Event {
            minute,
            ..written("waste", "1", "2026-03-10")
        };
        let receipt = asked.ask(Ask::Earn(event.clone())).unwrap();
        assert_eq!(unknown(&asked), wanted, "{minute:?}");
        assert_eq!(asked.last().minute, minute.unwrap_or(0));
        // The record says it too, and nothing of the mark.
        let first = &receipt.records[0];
        let again = Record::decode(first.kind(), &first.encode()).unwrap();
        assert_eq!(&again, first);
        assert!(again.event() == Some(&event));
    }
    let known = asked.desk.book.frame().settings.clone().unwrap();
    let timed = vec![code("waste")];
    asked
        .ask(Ask::Settings(Settings { timed, ..known }))
        .unwrap();
    let without = |kind: &str| Event {
        minute: None,
        ..written(kind, "1", "2026-03-10")
    };
    let no = asked.ask(Ask::Earn(without("waste"))).unwrap_err();
    assert_eq!(no.code(), "time.missing");
    asked.ask(Ask::Earn(without("serve"))).unwrap();
}

#[test]
fn nothing_new_is_booked_for_an_erased_number() {
    let mut asked = Asked::new();
    let waits = asked
        .ask(Ask::Earn(written("boom", "1", "2026-03-09")))
        .unwrap();
    let erased = vec![(code(crate::traits::ERASED), 1)];
    asked
        .ask(Ask::Traits(SetTraits {
            resident: ResidentNo(1),
            changes: erased,
        }))
        .unwrap();
    let no = asked
        .ask(Ask::Earn(written("waste", "1", "2026-03-09")))
        .unwrap_err();
    assert_eq!(no.code(), "resident.erased");
    // In any role; and what waited before is decided.
    let mut other = event("waste", 2, 1, date("2026-03-09"));
    other.roles.push((code("referrer"), ResidentNo(1)));
    assert_eq!(
        asked.ask(Ask::Earn(other)).unwrap_err().code(),
        "resident.erased"
    );
    assert!(asked.ask(Ask::Retry(Retry(waits.entry))).is_ok());
}

/// Orders and opening balances of erased numbers were booked by older versions: a ledger that holds them is repeated.
#[test]
fn what_older_versions_booked_for_an_erased_number_is_repeated() {
    let asks = |n: u32| {
        let place = Ask::Place(Place {
            no: OrderNo(0),
            resident: ResidentNo(1),
            lines: vec![OrderLine::new(code("rice"), 1)],
            seen: Amount::new(85).unwrap(),
            code: PickupCode::Clear(format!("{:08}", 20_000_000 + n)),
        });
        let open = Ask::Open(Open {
            holder: Holder::Resident(ResidentNo(1)),
            asset: code("minutes"),
            amount: Amount::from(50),
            expires: None,
            source: Source {
                name: code("paper"),
                external_ref: format!("page-{n}"),
                input: [7; 32],
            },
            reason: [0; 32],
        });
        [place, open]
    };
    let mut desk = Desk::open();
    let erased = vec![(code(crate::traits::ERASED), 1)];
    desk.must(Ask::Traits(SetTraits {
        resident: ResidentNo(1),
        changes: erased,
    }));
    for ask in asks(1) {
        assert_eq!(desk.ask(ask).unwrap_err().code(), "resident.erased");
    }
    desk.book = std::mem::replace(&mut desk.book, Book::empty(code("other"))).replaying();
    for ask in asks(2) {
        desk.must(ask);
    }
}

/// A day that is entered late sees the days before it, and those that follow.
#[test]
fn a_late_day_sees_the_row_on_both_sides() {
    let mut asked = Asked::new();
    let run = |of: &str| FactNeed {
        metric: Metric::StreakDays,
        window: Window::Trailing(7),
        subject: Subject::Person,
        of: Some(code(of)),
    };
    let mut set = rule_set();
    set.plan.kinds[0].facts = vec![run("waste"), run("ahead/waste")];
    asked.ask(Ask::Activate(Box::new(set))).unwrap();
    let mut seen = |day: u8| {
        let on = format!("2026-03-{day:02}");
        asked.ask(Ask::Earn(written("waste", "1", &on))).unwrap();
        let facts = asked.last().facts;
        (facts[0].value, facts[1].value)
    };
    for (day, row) in [
        (1, (0, 0)),
        (2, (1, 0)),
        (4, (0, 0)),
        (5, (1, 0)),
        (6, (2, 0)),
        (7, (3, 0)),
        (8, (4, 0)),
        (9, (5, 0)),
        (3, (2, 6)),
    ] {
        assert_eq!(seen(day), row, "{day}");
    }
    // No further than the window, and past the end of a month.
    assert_eq!(seen(10), (6, 0));
}

/// What ledgers of before hold is read as they meant it, and written again as it was.
#[test]
fn records_of_before_keep_their_bytes() {
    let mut asked = Asked::new();
    let before = Event {
        quantity: Quantity::AtKind(25),
        minute: Some(0),
        ..event("waste", 1, 0, date("2026-03-10"))
    };
    let old = asked.ask(Ask::Earn(before.clone())).unwrap().records[0].clone();
    let bytes = old.encode();
    assert_eq!(Record::decode(7, &bytes), Ok(old.clone()));
    let Record::Asked(envelope, _) = old else {
        panic!("an event")
    };
    let now = Event {
        quantity: Quantity::Written(Decimal {
            units: 25,
            scale: 1,
        }),
        ..before
    };
    let longer = Record::asked(envelope, now).encode();
    assert!(longer.starts_with(&bytes), "what was added stands behind");
    for cut in bytes.len() + 1..longer.len() {
        assert!(Record::decode(7, &longer[..cut]).is_err());
    }
    let mut wrong = longer.clone();
    *wrong.last_mut().unwrap() = 7;
    assert!(Record::decode(7, &wrong).is_err());
}

#[test]
fn a_day_has_only_so_many_minutes() {
    let mut asked = Asked::new();
    let known = asked.desk.book.frame().settings.clone().unwrap();
    let minutes_max_day = Some(Amount::from(480));
    asked
        .ask(Ask::Settings(Settings {
            minutes_max_day,
            ..known
        }))
        .unwrap();
    let refused = |receipt: &Receipt| receipt.refusal().map(|no| no.code.to_string());
    let most = Some("host.minutes-max-day".to_owned());
    let mut earn = |kind: &str, minutes: &str, on: &str| {
        let receipt = asked.ask(Ask::Earn(written(kind, minutes, on))).unwrap();
        (receipt.entry, refused(&receipt))
    };
    assert_eq!(earn("waste", "481", "2026-03-09").1, most);
    let (first, no) = earn("waste", "300", "2026-03-09");
    assert_eq!(no, None);
    // Of another kind, the same day; then another day, and the rest of the first one.
    assert_eq!(earn("strict", "181", "2026-03-09").1, most);
    assert_eq!(earn("strict", "480", "2026-03-10").1, None);
    assert_eq!(earn("strict", "180", "2026-03-09").1, None);
    assert_eq!(earn("waste", "1", "2026-03-09").1, most);
    asked
        .ask(Ask::Amend(Amend::Reverse(first, [0; 32])))
        .unwrap();
    let again = asked
        .ask(Ask::Earn(written("waste", "300", "2026-03-09")))
        .unwrap();
    assert_eq!(refused(&again), None);
}

#[test]
fn bad_input_is_rejected_by_name() {
    let mut desk = Desk::open();
    let mut rejected = |change: &dyn Fn(&mut Event)| {
        let mut bad = event("waste", 1, 1, desk.today);
        change(&mut bad);
        desk.ask(Ask::Earn(bad)).unwrap_err().code()
    };
    assert_eq!(rejected(&|e| e.kind = code("wast")), "kind.unknown");
    assert_eq!(
        rejected(&|e| e.roles[0].1 = ResidentNo(9)),
        "resident.unknown"
    );
    assert_eq!(rejected(&|e| e.roles.clear()), "role.missing");
    assert_eq!(rejected(&|e| e.quantity = 0.into()), "quantity.range");
    assert_eq!(rejected(&|e| e.quantity = (-1).into()), "quantity.range");
    assert_eq!(
        rejected(&|e| e.quantity = i32::MAX.into()),
        "quantity.range"
    );
    assert_eq!(rejected(&|e| e.on = date("2026-03-11")), "date.future");
    assert_eq!(rejected(&|e| e.on = date("2025-12-31")), "date.too-early");
    assert_eq!(rejected(&|e| e.on = date("2026-01-04")), "kind.not-active");
    assert_eq!(
        rejected(&|e| e.fields.push((code("x"), crate::rule::Value::YesNo(true)))),
        "field.unknown"
    );
    let kind_near = desk
        .ask(Ask::Earn(event("wast", 1, 1, date("2026-03-01"))))
        .unwrap_err();
    assert!(
        kind_near.text().en.contains("Did you mean “waste”"),
        "{}",
        kind_near.text().en
    );
}
