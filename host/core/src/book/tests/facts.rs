//! What a rule is told that no counter was made for: balances, days in a row, how often an item was redeemed.

use super::*;
use crate::counters::{CounterKey, CounterSubject, issued_kind};
use crate::rule::Fact;

fn need(metric: Metric, window: Window, of: Option<&str>) -> FactNeed {
    FactNeed {
        metric,
        window,
        subject: Subject::Person,
        of: of.map(code),
    }
}

/// A rule set with one kind, `asking`, that wants to know all of it.
fn asking() -> RuleSet {
    let lifetime = Window::Lifetime;
    let asking = KindPlan {
        facts: vec![
            need(Metric::Balance, lifetime, None),
            need(Metric::Balance, lifetime, Some("minutes")),
            need(Metric::Balance, lifetime, Some("nothing-we-have")),
            need(Metric::StreakDays, lifetime, Some("waste")),
            need(Metric::StreakDays, Window::Month, Some("waste")),
            need(Metric::Redemptions, lifetime, Some("rice")),
            need(Metric::RedeemedItems, lifetime, Some("rice")),
        ],
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
    /// What the rule is told when this resident reports `asking`.
    fn told(&mut self, resident: u32) -> Vec<i32> {
        let receipt = self.earn("asking", resident, 1);
        let facts = receipt.records.iter().find_map(|record| match record {
            Record::Decided(_, facts, _) | Record::Refused(_, facts, _) => Some(facts.clone()),
            _ => None,
        });
        let whole = |fact: Fact| {
            assert!(!fact.saturated);
            fact.value
        };
        facts.unwrap().into_iter().map(whole).collect()
    }

    fn reports(&mut self, days: &[&str]) {
        for day in days {
            self.must(Ask::Earn(event("waste", 1, 1, date(day))));
        }
    }
}

#[test]
fn a_balance_is_what_can_be_spent_now_by_person_or_household() {
    let mut desk = Desk::open();
    desk.must(Ask::Activate(Box::new(asking())));
    assert_eq!(desk.told(1)[..3], [0, 0, 0], "before anything");
    // Ten points and a minute each, as for every unit of every kind; the question itself earned the first.
    desk.earn("waste", 1, 4);
    assert_eq!(desk.told(1)[..3], [50, 5, 0]);
    // The household's points, but the person's own minutes.
    assert_eq!(desk.told(2)[..3], [60, 0, 0]);
    assert_eq!(desk.told(3)[..3], [0, 0, 0], "the neighbours have theirs");
    // What is set aside for an order cannot be spent.
    desk.earn("waste", 1, 10);
    desk.place(85, "11111111");
    assert_eq!(desk.told(1)[0], 170 - 85);
    // Points last to the end of the next month; the day of the decision counts, not the event's own.
    desk.today = date("2026-05-01");
    let late = event("asking", 1, 1, date("2026-04-30"));
    let receipt = desk.must(Ask::Earn(late));
    let told = receipt.records.iter().find_map(|record| match record {
        Record::Decided(_, facts, _) => Some(facts[0].value),
        _ => None,
    });
    assert_eq!(told, Some(0));
}

#[test]
fn days_in_a_row_are_counted_over_months_and_up_to_yesterday() {
    let mut desk = Desk::open();
    desk.must(Ask::Activate(Box::new(asking())));
    desk.reports(&["2026-02-25", "2026-02-27", "2026-02-28", "2026-03-01"]);
    let streaks = |desk: &mut Desk, today: &str| {
        desk.today = date(today);
        let told = desk.told(1);
        (told[3], told[4])
    };
    assert_eq!(streaks(&mut desk, "2026-03-01"), (3, 1), "within the month");
    assert_eq!(streaks(&mut desk, "2026-03-02"), (3, 1), "up to yesterday");
    assert_eq!(streaks(&mut desk, "2026-03-03"), (0, 0), "a day was missed");
    // A day that is reported later closes the gap, and twice a day is one day.
    desk.reports(&["2026-02-26", "2026-02-26", "2026-03-02"]);
    assert_eq!(streaks(&mut desk, "2026-03-03"), (6, 2));
}

#[test]
fn events_of_later_days_are_told_to_what_is_entered_late() {
    let mut desk = Desk::open();
    let asking = KindPlan {
        facts: vec![
            need(Metric::Events, Window::Trailing(3), Some("waste")),
            need(Metric::Events, Window::Trailing(2), Some("ahead/waste")),
            need(Metric::Quantity, Window::Trailing(2), Some("ahead/waste")),
        ],
        ..kind("asking")
    };
    desk.must(Ask::Activate(Box::new(RuleSet {
        name: code("asking"),
        plan: Plan {
            kinds: vec![asking],
            ..Plan::default()
        },
        ..rule_set()
    })));
    desk.reports(&["2026-02-27", "2026-03-01", "2026-03-01", "2026-03-02"]);
    for (day, told) in [
        ("2026-02-26", [0, 1, 0]),
        ("2026-02-27", [1, 2, 0]),
        ("2026-02-28", [1, 3, 0]),
        ("2026-03-01", [3, 1, 0]),
        ("2026-03-02", [3, 0, 0]),
    ] {
        let late = desk.must(Ask::Earn(event("asking", 1, 1, date(day))));
        let facts = late.records.iter().find_map(|record| match record {
            Record::Decided(_, facts, _) => Some(facts.clone()),
            _ => None,
        });
        let values: Vec<i32> = facts.unwrap().iter().map(|fact| fact.value).collect();
        assert_eq!(values, told, "{day}");
    }
}

#[test]
fn redemptions_count_orders_and_not_pieces() {
    let mut desk = Desk::open();
    desk.must(Ask::Activate(Box::new(asking())));
    desk.earn("waste", 1, 30);
    desk.must(Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![OrderLine::new(code("rice"), 2)],
        seen: Amount::new(170).unwrap(),
        code: PickupCode::Clear("22222222".into()),
    }));
    assert_eq!(desk.told(1)[5..], [1, 2]);
    let second = desk.place(85, "33333333");
    assert_eq!(desk.told(1)[5..], [2, 3]);
    let order = second.records.iter().find_map(|record| match record {
        Record::Asked(_, Asked::Place(placed)) => Some(placed.no),
        _ => None,
    });
    desk.must(Ask::Release(Release {
        order: order.unwrap(),
        reason: ReleaseReason::Cancelled,
    }));
    assert_eq!(desk.told(1)[5..], [1, 2], "what was released is no order");
}

/// Answers with what it was told about the person.
struct Told(std::cell::RefCell<Vec<Vec<(Code, i32)>>>);

impl Judge for Told {
    fn earn(&self, set: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        self.0.borrow_mut().push(ask.traits.clone());
        Native.earn(set, ask)
    }

    fn price(&self, set: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        self.0.borrow_mut().push(ask.traits.clone());
        Native.price(set, ask)
    }
}

#[test]
fn a_rule_is_told_the_traits_it_asks_for_and_a_replay_tells_them_again() {
    let mut desk = Desk::open();
    let mut wants = rule_set();
    wants.plan.traits = vec![code("star"), code("senior"), code("rider")];
    desk.must(Ask::Activate(Box::new(wants)));
    desk.earn("waste", 1, 30);
    let set = |desk: &mut Desk, changes: &[(&'static str, i32)]| {
        let changes = changes.iter().map(|(name, value)| (code(name), *value));
        desk.ask(Ask::Traits(SetTraits {
            resident: ResidentNo(1),
            changes: changes.collect(),
        }))
    };
    assert!(set(&mut desk, &[("star", 3), ("secret", 1)]).is_ok());
    assert_eq!(
        set(&mut desk, &[("star", 3)]).unwrap_err(),
        Rejection::NothingToDo
    );
    assert_eq!(
        set(&mut desk, &[("star", -2)]).unwrap_err().code(),
        "trait.range"
    );
    let judge = Told(std::cell::RefCell::default());
    let ask = |desk: &mut Desk, ask: Ask| {
        let command = desk.command(ask);
        desk.now += 1;
        let at = Instant(desk.now);
        let done = desk.book.apply(&command, at, &judge).unwrap();
        if let Applied::Fresh(receipt) = done {
            desk.journal.extend(receipt.records);
        }
    };
    let today = desk.today;
    let basket = |pick_up: &str| {
        Ask::Place(Place {
            no: OrderNo(0),
            resident: ResidentNo(1),
            lines: vec![OrderLine::new(code("rice"), 1)],
            seen: Amount::new(85).unwrap(),
            code: PickupCode::Clear(pick_up.into()),
        })
    };
    ask(&mut desk, Ask::Earn(event("waste", 1, 1, today)));
    ask(&mut desk, basket("44444444"));
    // Another of the household has none of it, and what changes counts from then on.
    ask(&mut desk, Ask::Earn(event("waste", 2, 1, today)));
    assert!(set(&mut desk, &[("rider", 1), ("star", 0)]).is_ok());
    ask(&mut desk, Ask::Earn(event("waste", 1, 1, today)));
    let star = vec![(code("star"), 3)];
    let told = judge.0.borrow().clone();
    assert_eq!(
        told,
        [star.clone(), star, vec![], vec![(code("rider"), 1)]],
        "only what the plan asks for, in its order"
    );
    // The journal alone tells the same.
    let again = Told(std::cell::RefCell::default());
    let mut book = Book::empty(code("nanmen"));
    for record in desk
        .journal
        .iter()
        .filter(|record| record.envelope().is_some())
    {
        let read = Record::decode(record.kind(), &record.encode()).unwrap();
        assert_eq!(&read, record);
        let item = |_| Some(code("rice"));
        let command = Command::from_record(&read, item).unwrap();
        load_entries(&mut book, &command, &desk.journal);
        let at = read.envelope().unwrap().at;
        book.apply(&command, at, &again).unwrap();
    }
    let told_again = again.0.borrow().clone();
    assert!(told_again.ends_with(&told), "{told_again:?}");
    assert_eq!(book.members(), desk.book.members());
}

#[test]
fn a_household_has_the_most_that_one_of_its_people_has() {
    let mut desk = Desk::open();
    let mut wants = rule_set();
    wants.plan.traits = vec![code("star")];
    for (resident, star) in [(1, 3), (2, 5), (3, 9)] {
        desk.must(Ask::Traits(SetTraits {
            resident: ResidentNo(resident),
            changes: vec![(code("star"), star), (code("secret"), 1)],
        }));
    }
    let of = |holder, set: &RuleSet| desk.book.traits_of(holder, set);
    let household = |no| Holder::Household(HouseholdNo(no));
    let star = |value| vec![(code("star"), value)];
    assert_eq!(of(household(1), &wants), star(5));
    assert_eq!(of(household(2), &wants), star(9));
    assert_eq!(of(Holder::Resident(ResidentNo(1)), &wants), star(3));
    assert_eq!(of(Holder::Community, &wants), []);
    assert_eq!(of(household(1), &rule_set()), [], "nothing is asked for");
}

/// What the community's budget of a month is held against: events that gave points, and no others.
#[test]
fn what_was_issued_is_counted_with_its_events() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 4);
    desk.earn("take", 1, 7);
    desk.earn("waste", 3, 2);
    let key = CounterKey {
        subject: CounterSubject::Community,
        kind: issued_kind(),
        month: desk.today.month_index(),
    };
    let row = desk.book.counters.get(&key).cloned().flatten().unwrap();
    assert_eq!((row.total.events, row.total.points), (2, 60));
}
