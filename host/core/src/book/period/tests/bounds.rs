//! Bounds of a period's end, one step to each side, under a judge that says what a test wants to hear.

use std::cell::RefCell;

use super::*;
use crate::book::tests::loaded::{agree, load_entries, sparse};
use crate::counters::{Cell, CounterKey, CounterRow, CounterSubject};

/// Gives this decision on everything, and keeps what it was asked at the end.
#[derive(Default)]
struct Says {
    decision: Decision,
    asked: RefCell<Vec<CloseAsk>>,
}

impl Judge for Says {
    fn earn(&self, _: RuleSetNo, _: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        Ok(self.decision.clone())
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        unreachable!("nothing is sold here")
    }

    fn close(&self, _: RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        self.asked.borrow_mut().push(ask.clone());
        Ok(self.decision.clone())
    }
}

fn says(awards: Vec<Award>) -> Says {
    Says {
        decision: Decision {
            awards,
            ..Decision::default()
        },
        ..Says::default()
    }
}

impl Desk {
    /// Applies a command, to the whole book and to one that holds no more than it asks for.
    pub(super) fn applied(&mut self, command: &Command) -> Result<Applied, Rejection> {
        load_entries(&mut self.book, command, &self.journal);
        let mut apart = sparse(&self.book, command, &self.journal);
        let said = self.book.apply(command, Instant(self.now), &Native);
        let beside = apart.apply(command, Instant(self.now), &Native);
        agree((&self.book, &said), (&apart, &beside));
        said
    }

    fn under(&mut self, says: &Says, ask: Ask) -> Receipt {
        self.now += 1000;
        let command = Command {
            actor: code(self.actor),
            key: None,
            today: self.today,
            ask,
            text: None,
            reference: None,
        };
        let applied = self.book.apply(&command, Instant(self.now), says).unwrap();
        let Applied::Fresh(receipt) = applied else {
            panic!("answered before");
        };
        self.journal.extend(receipt.records.iter().cloned());
        self.book.seal().unwrap();
        receipt
    }

    fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut changed = self.book.frame().settings.clone().unwrap();
        change(&mut changed);
        let set = self.ask(Ask::Settings(changed));
        assert!(
            matches!(set, Ok(_) | Err(Rejection::NothingToDo)),
            "{set:?}"
        );
    }

    /// October is over, cut off and signed; person 1 has 40 points of it.
    fn signed(change: impl FnOnce(&mut Settings)) -> Desk {
        let mut desk = Desk::open(Unit::Person, &[(1, 1), (2, 1)]);
        desk.set(change);
        desk.today = date("2026-11-03");
        desk.event(1, "2026-10-05", 40).unwrap();
        desk.sign();
        desk
    }

    fn sign(&mut self) {
        self.cut().unwrap();
        self.actor = "staff/2";
        self.step(PeriodStep::SignOff { alone: false }).unwrap();
    }

    fn close_under(&mut self, awards: Vec<Award>) -> Receipt {
        let step = PeriodStep::Close(person(1));
        let period = oct();
        self.under(&says(awards), Ask::Period(PeriodTurn { period, step }))
    }
}

fn refused(receipt: &Receipt) -> Option<String> {
    receipt.refusal().map(|refusal| refusal.code.to_string())
}

#[test]
fn a_period_is_over_the_day_after_its_last() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1)]);
    desk.today = date("2026-10-31");
    assert_eq!(code_of(desk.cut()), "period.not-over");
    desk.today = date("2026-11-01");
    desk.cut().unwrap();
}

#[test]
fn a_period_that_ends_on_the_day_the_ledger_began_has_one_day() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1)]);
    desk.set(|settings| settings.began_on = date("2026-07-31"));
    desk.today = date("2026-08-03");
    let cut = |period: &str| {
        let period = period.parse().unwrap();
        let step = PeriodStep::CutOff { rule: None };
        Ask::Period(PeriodTurn { period, step })
    };
    assert_eq!(code_of(desk.ask(cut("2026-06"))), "date.too-early");
    desk.must(cut("2026-07"));
}

#[test]
fn a_balance_that_is_too_large_for_a_rule_is_the_nearest() {
    let mut desk = Desk::signed(|_| ());
    let key = (desk.row().cut, person(1));
    for (balance, told) in [
        (3_000_000_000, i32::MAX),
        (-3_000_000_000, i32::MIN),
        (0, 0),
        (-7, -7),
    ] {
        let mut standing = desk.standing(person(1));
        standing.balances = vec![(AssetNo::POINTS, balance)];
        desk.book.standings.insert(key, Some(standing));
        let judge = says(vec![]);
        preview(&desk.book, &oct(), person(1), desk.today, &judge).unwrap();
        assert_eq!(judge.asked.into_inner()[0].balances[0].1, told);
    }
}

#[test]
fn the_hosts_limits_hold_at_the_end_of_a_period_too() {
    let most = || Some(Amount::new(50).unwrap());
    for (asset, amount, refusal) in [
        ("points", 50, None),
        ("points", 51, Some("host.award-max".to_owned())),
        ("points", -40, None),
        ("conduct", 51, None),
    ] {
        let mut desk = Desk::signed(|settings| settings.award_max = most());
        let receipt = desk.close_under(vec![award(asset, amount)]);
        assert_eq!(refused(&receipt), refusal, "{asset} {amount}");
    }
    // 40 of the month's 90 are spent on an event of October that was entered in November.
    for (asset, amount, refusal) in [
        ("points", 50, None),
        ("points", 51, Some("host.budget-month".to_owned())),
        ("conduct", 51, None),
    ] {
        let budget = Amount::new(90).ok();
        let mut desk = Desk::signed(|settings| settings.issue_budget_month = budget);
        let receipt = desk.close_under(vec![award(asset, amount)]);
        assert_eq!(refused(&receipt), refusal, "{asset} {amount}");
    }
}

#[test]
fn points_of_the_end_lapse_as_the_community_says_and_other_assets_do_not() {
    let mut desk = Desk::signed(|settings| settings.expiry = Expiry::EndOfMonth(1));
    desk.close_under(vec![award("points", 5), award("conduct", 6)]);
    let lots = |asset| desk.book.account(&available(person(1), asset)).lots;
    let day = date("2026-12-31").to_days();
    assert_eq!(lots(AssetNo::POINTS), BTreeMap::from([(day, 45)]));
    assert_eq!(lots(AssetNo::CONDUCT), BTreeMap::from([(0, 6)]));
}

#[test]
fn what_came_in_for_later_days_is_never_taken() {
    for asset in ["points", "minutes"] {
        let mut desk = Desk::open(Unit::Person, &[(1, 1), (2, 1)]);
        desk.today = date("2026-11-03");
        for (on, amount) in [("2026-10-05", 30), ("2026-11-02", 15)] {
            let event = Event {
                kind: code("waste"),
                roles: vec![(code("doer"), ResidentNo(1))],
                quantity: 1.into(),
                fields: vec![],
                on: date(on),
                minute: Some(0),
                source: None,
                note: None,
            };
            let given = Award {
                role: code("doer"),
                ..award(asset, amount)
            };
            desk.under(&says(vec![given]), Ask::Earn(event));
        }
        desk.sign();
        let no = if asset == "points" {
            AssetNo::POINTS
        } else {
            AssetNo::MINUTES
        };
        let told = desk.standing(person(1)).balances;
        assert_eq!(told, [(no, 30)], "the rule is told what remained");
        desk.close_under(vec![award(asset, -1000)]);
        let left = desk.book.account(&available(person(1), no)).total;
        assert_eq!(left, 15, "{asset}");
    }
}

#[test]
fn a_standing_tells_balances_and_the_days_of_its_window() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1)]);
    let need = |metric, window, of: Option<&str>| FactNeed {
        metric,
        window,
        subject: Subject::Person,
        of: of.map(code),
    };
    let close = KindPlan {
        facts: vec![
            need(Metric::Balance, Window::Lifetime, Some("points")),
            need(Metric::Balance, Window::Lifetime, Some("conduct")),
            need(Metric::DistinctDays, Window::Year, None),
            need(Metric::DistinctDays, Window::Trailing(10), None),
            need(Metric::DistinctDays, Window::Lifetime, None),
            need(Metric::DaysSinceLast, Window::Lifetime, Some("waste")),
            need(Metric::Events, Window::Year, None),
        ],
        ..kind(CLOSE_KIND)
    };
    let native = desk.book.frame().sets[0].as_ref().clone();
    desk.must(Ask::Activate(Box::new(RuleSet {
        name: code("prizes"),
        plan: Plan {
            kinds: vec![kind("tree"), close],
            ..Plan::default()
        },
        ..native
    })));
    desk.today = date("2026-11-03");
    let event = Event {
        kind: code("waste"),
        roles: vec![(code("doer"), ResidentNo(1))],
        quantity: 1.into(),
        fields: vec![],
        on: date("2026-10-05"),
        minute: Some(0),
        source: None,
        note: None,
    };
    let given = [("points", 7), ("conduct", 3)].map(|(asset, amount)| Award {
        role: code("doer"),
        ..award(asset, amount)
    });
    desk.under(&says(given.to_vec()), Ask::Earn(event));
    let key = |name: &str, day: &str| CounterKey {
        subject: CounterSubject::Resident(ResidentNo(1)),
        kind: code(name),
        month: date(day).month_index(),
    };
    // Days of before, of two kinds; and a correction on a day on which nothing happened.
    for (name, days) in [("waste", 2), ("tree", 9)] {
        let key = key(name, "2026-01-01");
        let mut row = CounterRow::default();
        let cell = Cell {
            events: 12,
            ..Cell::default()
        };
        row.carry(key.month, &cell, days);
        desk.book.counters.insert(key, Some(row));
    }
    let ever = CounterKey {
        month: 0,
        ..key("tree", "2026-01-01")
    };
    let nine = CounterRow {
        distinct_days: 9,
        ..CounterRow::default()
    };
    desk.book.counters.insert(ever, Some(nine));
    let october = desk.book.counters.get_mut(&key("waste", "2026-10-01"));
    let corrected = Cell {
        points: 2,
        ..Cell::default()
    };
    let row = october.unwrap().as_mut().unwrap();
    row.add(date("2026-10-28"), &corrected);
    desk.step(PeriodStep::CutOff {
        rule: Some(code("prizes")),
    })
    .unwrap();
    let facts: Vec<i32> = desk
        .standing(person(1))
        .facts
        .iter()
        .map(|fact| fact.value)
        .collect();
    assert_eq!(facts, [7, 3, 10, 0, 9, 26, 25]);
}

#[test]
fn a_household_is_given_no_volunteer_minutes_at_the_end() {
    let mut desk = Desk::open(Unit::Household, &[(1, 1)]);
    desk.today = date("2026-11-03");
    desk.event(1, "2026-10-05", 40).unwrap();
    desk.sign();
    let step = PeriodStep::Close(Holder::Household(HouseholdNo(1)));
    let period = oct();
    let turn = Ask::Period(PeriodTurn { period, step });
    let receipt = desk.under(&says(vec![award("minutes", 5)]), turn);
    assert_eq!(refused(&receipt).as_deref(), Some("host.asset"));
}

#[test]
fn what_came_in_later_is_read_of_every_kind() {
    let mut desk = Desk::open(Unit::Person, &[(1, 1)]);
    let native = desk.book.frame().sets[0].as_ref().clone();
    desk.must(Ask::Activate(Box::new(RuleSet {
        name: code("trees"),
        plan: Plan {
            kinds: vec![kind("tree")],
            ..Plan::default()
        },
        ..native
    })));
    desk.today = date("2026-11-03");
    desk.event(1, "2026-10-05", 40).unwrap();
    let tree = Event {
        kind: code("tree"),
        roles: vec![(code("doer"), ResidentNo(1))],
        quantity: 15.into(),
        fields: vec![],
        on: date("2026-11-02"),
        minute: Some(0),
        source: None,
        note: None,
    };
    desk.must(Ask::Earn(tree));
    desk.sign();
    // Each step is taken by a book that holds no more than it asked for, too: it must know of the tree.
    desk.step(PeriodStep::Close(person(1))).unwrap();
    assert_eq!(desk.points(person(1)), 10 + 15 + 50);
}
