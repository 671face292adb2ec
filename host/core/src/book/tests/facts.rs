//! What a rule is told that no counter was made for: balances, days in a row, how often an item was redeemed.

use super::*;
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
fn redemptions_count_orders_and_not_pieces() {
    let mut desk = Desk::open();
    desk.must(Ask::Activate(Box::new(asking())));
    desk.earn("waste", 1, 30);
    desk.must(Ask::Place {
        resident: ResidentNo(1),
        lines: vec![(code("rice"), 2)],
        seen: Amount::new(170).unwrap(),
        code: "22222222".into(),
    });
    assert_eq!(desk.told(1)[5..], [1, 2]);
    let second = desk.place(85, "33333333");
    assert_eq!(desk.told(1)[5..], [2, 3]);
    let order = second.records.iter().find_map(|record| match record {
        Record::Place(_, no, ..) => Some(*no),
        _ => None,
    });
    desk.must(Ask::Release(order.unwrap(), ReleaseReason::Cancelled));
    assert_eq!(desk.told(1)[5..], [1, 2], "what was released is no order");
}
