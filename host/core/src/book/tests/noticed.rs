//! Bounds, one step to each side: limits that are just reached, lots on their last day, floors, days on which a kind turns;
//! and a judge that says what a test wants to hear.

use std::cell::RefCell;

use super::*;
use crate::amount::Decimal;
use crate::book::award::deduct;
use crate::book::draft::{Draft, Floors};
use crate::command::EventRejection;
use crate::record::{Transfer, TransferKind};
use crate::rule::{Field, FieldKind, Value};
use crate::settings::Overlap;

/// Gives this decision on every event, and keeps what it was asked.
struct Says {
    decision: Decision,
    asked: RefCell<Vec<EarnAsk>>,
}

impl Judge for Says {
    fn earn(&self, _: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        self.asked.borrow_mut().push(ask.clone());
        Ok(self.decision.clone())
    }

    fn price(&self, _: RuleSetNo, _: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        unreachable!("nothing is sold here")
    }
}

pub(super) fn award(role: &str, asset: &str, amount: i32, short: Short) -> Award {
    Award {
        role: code(role),
        asset: code(asset),
        amount,
        short,
        expires: None,
    }
}

impl Desk {
    /// Books an event on which the rule decides just so; with the answer what the rule was asked.
    pub(super) fn decided(
        &mut self,
        event: Event,
        awards: Vec<Award>,
    ) -> (Result<Applied, Rejection>, Vec<EarnAsk>) {
        let says = Says {
            decision: Decision {
                awards,
                ..Decision::default()
            },
            asked: RefCell::default(),
        };
        let command = self.command(Ask::Earn(event));
        self.now += 1;
        load_entries(&mut self.book, &command, &self.journal);
        let answer = self.book.apply(&command, Instant(self.now), &says);
        if let Ok(Applied::Fresh(receipt)) = &answer {
            self.journal.extend(receipt.records.clone());
        }
        self.holds();
        (answer, says.asked.into_inner())
    }

    /// The same where it is booked.
    pub(super) fn booked(&mut self, event: Event, awards: Vec<Award>) -> Receipt {
        match self.decided(event, awards).0 {
            Ok(Applied::Fresh(receipt)) => receipt,
            other => panic!("expected a receipt, got {other:?}"),
        }
    }
}

fn with(change: impl FnOnce(&mut Settings)) -> Desk {
    let mut desk = Desk::open();
    let mut changed = settings();
    change(&mut changed);
    desk.must(Ask::Settings(changed));
    desk
}

fn refused(receipt: &Receipt) -> Option<String> {
    receipt.refusal().map(|refusal| refusal.code.to_string())
}

#[test]
fn the_hosts_limits_may_be_reached_and_not_passed() {
    let most = || Some(Amount::new(50).unwrap());
    let mut desk = with(|settings| settings.award_max = most());
    assert_eq!(refused(&desk.earn("waste", 1, 5)), None);
    let beyond = desk.earn("waste", 1, 6);
    assert_eq!(refused(&beyond).as_deref(), Some("host.award-max"));

    let mut desk = with(|settings| settings.issue_budget_month = most());
    assert_eq!(refused(&desk.earn("waste", 1, 5)), None);
    let beyond = desk.earn("waste", 1, 1);
    assert_eq!(refused(&beyond).as_deref(), Some("host.budget-month"));

    // Eleven minutes in all; the points, ten times as many, do not count.
    let mut desk = with(|settings| settings.minutes_max_day = Some(Amount::new(11).unwrap()));
    assert_eq!(refused(&desk.earn("waste", 1, 8)), None);
    assert_eq!(refused(&desk.earn("waste", 1, 3)), None);
    // Of whatever kind, also of one that did not happen on that day yet.
    for name in ["waste", "serve"] {
        let beyond = desk.earn(name, 1, 1);
        assert_eq!(refused(&beyond).as_deref(), Some("host.minutes-max-day"));
    }
}

#[test]
fn minutes_that_cancel_out_are_none_on_a_day_that_is_full() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 12);
    desk.must(Ask::Settings(Settings {
        minutes_max_day: Some(Amount::new(10).unwrap()),
        ..settings()
    }));
    let both = [5, -5].map(|amount| award("doer", "minutes", amount, Short::Clamp));
    let receipt = desk.booked(event("waste", 1, 1, desk.today), both.to_vec());
    assert_eq!(refused(&receipt), None);
}

#[test]
fn a_deduction_takes_what_may_go_and_an_owed_one_the_rest_as_a_debt() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 8);
    // What is wanted, how, what is to stay, and what is left; nothing where it is refused.
    for (wanted, short, stays, left) in [
        (80, Short::Clamp, 50, Some(50)),
        (20, Short::Clamp, 50, Some(60)),
        (80, Short::Refuse, 0, Some(0)),
        (81, Short::Refuse, 0, None),
        (80, Short::Refuse, 1, None),
        (100, Short::Owe, 0, Some(-20)),
        (130, Short::Owe, 0, Some(-50)),
        (131, Short::Owe, 0, None),
    ] {
        let mut draft = Draft::new(&desk.book);
        let award = award("doer", "points", -wanted, short);
        let taken = deduct(&mut draft, (POINTS, stays), &award, &settings(), desk.today);
        assert_eq!(taken.is_ok(), left.is_some(), "{wanted} {short:?} {stays}");
        if let Some(left) = left {
            assert_eq!(draft.state(&POINTS).total, left, "{wanted} {short:?}");
        }
    }
}

fn movement(from: Account, lot: LotDay, amount: i64) -> Transfer {
    Transfer {
        debit: from,
        credit: Account::of_community(AssetNo::POINTS, Purpose::Adjustment),
        amount: Amount::new(amount).unwrap(),
        from_lot: lot,
        to_lot: 0,
        kind: TransferKind::Deduction,
        order: None,
        reverses: None,
    }
}

type LotDay = i32;

#[test]
fn a_draft_refuses_what_no_account_can_hold() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 8);
    let lot = date("2026-04-30").to_days();
    let one = |transfer| Draft::new(&desk.book).move_one(transfer);
    assert_eq!(one(movement(POINTS, lot, 0)), Err(Rejection::OutOfRange));
    let to_itself = Transfer {
        credit: POINTS,
        ..movement(POINTS, lot, 5)
    };
    assert_eq!(one(to_itself), Err(Rejection::OutOfRange));
    let finished = |transfers: &[Transfer], floors| {
        let mut draft = Draft::new(&desk.book);
        for transfer in transfers {
            draft.move_one(transfer.clone()).unwrap();
        }
        draft.finish(floors).map(drop)
    };
    for floors in [Floors::Kept, Floors::Passed] {
        // A dated lot never falls below zero, however much the account holds.
        for nowhere in [lot - 1, lot + 1] {
            let taken = finished(&[movement(POINTS, nowhere, 5)], floors);
            assert_eq!(taken, Err(Rejection::OutOfRange), "{nowhere}");
        }
        assert_eq!(finished(&[movement(POINTS, lot, 80)], floors), Ok(()));
        // What is set aside, and what the community holds, owes nobody anything.
        for purpose in [Purpose::Held, Purpose::Notice] {
            let held = Account { purpose, ..POINTS };
            let taken = finished(&[movement(held, 0, 5)], floors);
            assert_eq!(taken, Err(Rejection::OutOfRange), "{purpose:?}");
        }
        let common = Account::of_community(AssetNo::POINTS, Purpose::Available);
        let taken = finished(&[movement(common, 0, 5)], floors);
        assert_eq!(taken, Err(Rejection::OutOfRange));
    }
}

#[test]
fn an_account_below_its_floor_may_stay_there() {
    let mut desk = Desk::open();
    let lot = date("2026-04-30").to_days();
    let deep = crate::book::AccountState {
        total: -75,
        lots: BTreeMap::from([(0, -80), (lot, 5)]),
        last: 0,
    };
    let day = |lots: &[(LotDay, i64)]| crate::book::AccountState {
        total: lots.iter().map(|(_, left)| left).sum(),
        lots: lots.iter().copied().collect(),
        last: 0,
    };
    let there_and_back = |book: &Book| {
        let out = movement(POINTS, 0, 5);
        let back = Transfer {
            debit: out.credit,
            credit: out.debit,
            ..out.clone()
        };
        let mut draft = Draft::new(book);
        draft.move_one(back).unwrap();
        draft.move_one(out).unwrap();
        draft.finish(Floors::Kept).map(drop)
    };
    desk.book.accounts.insert(POINTS, Some(deep));
    assert_eq!(there_and_back(&desk.book), Ok(()));
    // A dated lot that older ledgers let sink does not stop what leaves it alone, and sinks no deeper.
    desk.book
        .accounts
        .insert(POINTS, Some(day(&[(lot, -5), (0, 90)])));
    assert_eq!(there_and_back(&desk.book), Ok(()));
    let mut draft = Draft::new(&desk.book);
    draft.move_one(movement(POINTS, lot, 1)).unwrap();
    let sunk = draft.finish(Floors::Kept).map(drop);
    assert_eq!(sunk, Err(Rejection::OutOfRange));
}

#[test]
fn movements_stand_where_they_are_said_to_stand() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 6);
    desk.today = date("2026-04-02");
    desk.earn("waste", 1, 6);
    desk.place(85, "12345678");
    assert!(desk.book.dirty.transfers.len() > 4);
    for placed in &desk.book.dirty.transfers {
        let at = usize::try_from(placed.seq - 1).unwrap();
        let moved = Record::Moved(placed.entry, placed.transfer.clone());
        assert_eq!(desk.journal[at], moved);
    }
}

#[test]
fn what_was_refused_is_not_taken_back() {
    let mut desk = Desk::open();
    let refused = desk.earn("strict", 1, 5);
    let back = desk.ask(Ask::Amend(Amend::Reverse(refused.entry, [8; 32])));
    assert_eq!(back.unwrap_err().code(), "reverse.not-possible");
}

#[test]
fn a_kind_that_is_not_in_force_says_from_and_until_when_it_is() {
    let mut desk = Desk::open();
    desk.must(Ask::Activate(Box::new(RuleSet {
        active_from: date("2026-04-01"),
        plan: Plan {
            kinds: vec![kind("waste")],
            ..rule_set().plan
        },
        ..rule_set()
    })));
    desk.today = date("2026-04-20");
    for (on, first, last) in [
        ("2026-01-01", Some("2026-01-05"), None),
        ("2026-01-04", Some("2026-01-05"), None),
        ("2026-04-01", None, Some("2026-03-31")),
        ("2026-04-19", None, Some("2026-03-31")),
    ] {
        let answer = desk.ask(Ask::Earn(event("serve", 1, 1, date(on))));
        let not_active = EventRejection::KindNotActive {
            kind: code("serve"),
            on: date(on),
            first: first.map(date),
            last: last.map(date),
        };
        assert_eq!(answer, Err(not_active.into()), "{on}");
    }
    let early = desk.ask(Ask::Earn(event("serve", 1, 1, date("2025-12-31"))));
    assert_eq!(early.unwrap_err().code(), "date.too-early");
    for (meant, nearest) in [("wxyze", Some("waste")), ("wxyzv", None)] {
        let answer = desk.ask(Ask::Earn(event(meant, 1, 1, desk.today)));
        let unknown = Rejection::KindUnknown {
            kind: code(meant),
            nearest: nearest.map(code),
        };
        assert_eq!(answer, Err(unknown));
    }
}

/// A desk with a kind that has fields, and one that may count nothing.
fn forms() -> Desk {
    let mut desk = Desk::open();
    let field = |name: &str, kind, required| Field {
        name: code(name),
        title: text(name),
        kind,
        required,
    };
    let form = KindPlan {
        facts: vec![],
        fields: vec![
            field(
                "class",
                FieldKind::Choice(vec![(code("a"), text("a")), (code("b"), text("b"))]),
                true,
            ),
            field("count", FieldKind::Integer { min: 1, max: 3 }, false),
            field("length", FieldKind::Decimal(1), false),
            field("proven", FieldKind::YesNo, false),
            field("since", FieldKind::Day, false),
        ],
        ..kind("form")
    };
    let idle = KindPlan {
        facts: vec![],
        quantity_min: 0,
        ..kind("idle")
    };
    desk.must(Ask::Activate(Box::new(RuleSet {
        name: code("forms"),
        plan: Plan {
            kinds: vec![form, idle],
            ..Plan::default()
        },
        ..rule_set()
    })));
    desk
}

#[test]
fn fields_are_known_fit_and_are_filled_in() {
    let class = || (code("class"), Value::Choice(code("a")));
    let decimal = |units, scale| Value::Decimal(Decimal { units, scale });
    let beside = |name: &str, value| vec![class(), (code(name), value)];
    let good = [
        vec![class()],
        beside("count", Value::Integer(1)),
        beside("count", Value::Integer(3)),
        beside("length", decimal(25, 1)),
        beside("proven", Value::YesNo(false)),
        beside("since", Value::Day(date("2026-01-01"))),
    ];
    let filled = |fields: &[(Code, Value)]| Event {
        fields: fields.to_vec(),
        ..event("form", 1, 1, date("2026-03-10"))
    };
    for fields in good {
        let (answer, asked) = forms().decided(filled(&fields), vec![]);
        assert!(answer.is_ok(), "{fields:?}: {answer:?}");
        assert_eq!(asked[0].fields, fields);
    }
    let (_, asked) = forms().decided(filled(&beside("length", decimal(250, 2))), vec![]);
    assert_eq!(asked[0].fields, beside("length", decimal(25, 1)));
    let value = |name: &str| Rejection::FieldValue { field: code(name) };
    let bad = [
        (
            vec![],
            Rejection::FieldMissing {
                field: code("class"),
            },
        ),
        (
            vec![(code("count"), Value::Integer(1))],
            Rejection::FieldMissing {
                field: code("class"),
            },
        ),
        (
            beside("other", Value::Integer(1)),
            Rejection::FieldUnknown {
                field: code("other"),
            },
        ),
        (
            vec![(code("class"), Value::Choice(code("z")))],
            value("class"),
        ),
        (vec![(code("class"), Value::YesNo(true))], value("class")),
        (beside("count", Value::Integer(0)), value("count")),
        (beside("count", Value::Integer(4)), value("count")),
        (beside("length", decimal(255, 2)), value("length")),
    ];
    for (fields, rejection) in bad {
        let (answer, asked) = forms().decided(filled(&fields), vec![]);
        assert_eq!(answer, Err(rejection), "{fields:?}");
        assert!(asked.is_empty());
    }
}

#[test]
fn an_event_of_no_minutes_takes_none() {
    let mut desk = forms();
    desk.must(Ask::Settings(Settings {
        overlaps: vec![(code("idle"), Overlap::Refuse)],
        ..settings()
    }));
    let times = |desk: &Desk| {
        let mut keys = desk.book.counters.keys();
        keys.any(|key| key.kind == code("host/times"))
    };
    desk.booked(event("idle", 1, 0, desk.today), vec![]);
    assert!(!times(&desk));
    desk.booked(event("idle", 1, 1, desk.today), vec![]);
    assert!(times(&desk));
}

#[test]
fn an_events_seed_is_its_own_for_ever() {
    let mut desk = Desk::open();
    for (reference, seeded) in [
        (Some("r1"), "nanmen\nfile\nr1\nwaste\n2026-03-10"),
        (Some("r2"), "nanmen\nfile\nr2\nwaste\n2026-03-10"),
        (None, "nanmen\n\n\nwaste\n2026-03-10"),
    ] {
        let event = Event {
            source: reference.and_then(|reference| source(reference, "a")),
            ..event("waste", 1, 1, desk.today)
        };
        let (_, asked) = desk.decided(event, vec![]);
        assert_eq!(asked[0].seed, sha256(seeded.as_bytes())[..16], "{seeded}");
    }
}

#[test]
fn only_what_is_marked_waits_for_a_reviewer() {
    let mut desk = with(|settings| settings.overlaps = vec![(code("take"), Overlap::Mark)]);
    desk.earn("take", 1, 20);
    assert_eq!(desk.book.dirty.marked, [] as [u64; 0]);
    let second = desk.earn("take", 1, 20);
    assert_eq!(desk.book.dirty.marked, [second.entry]);
}

/// What a person had brought, or spent, had all run out before it is taken back: no movement of theirs says so.
#[test]
fn a_return_of_which_nothing_is_left_is_found_by_whose_it_was() {
    let theirs = crate::record::About::Holder(POINTS.holder);
    let (alone, two) = (false, true);
    for (handed_over, people) in [(true, alone), (true, two), (false, alone), (false, two)] {
        let mut desk = Desk::open();
        let earned = desk.earn("waste", 1, 10);
        desk.place(85, "12345678");
        let settled = desk.must(Ask::Settle(Settle(OrderNo(1))));
        desk.today = date("2026-05-06");
        desk.must(Ask::Lapse(Lapse(vec![POINTS])));
        desk.seal();
        let entry = if handed_over {
            settled.entry
        } else {
            // An award of which 15 lapsed and 85 were spent is owed: another one, all of which lapsed.
            desk.today = date("2026-05-07");
            let second = desk.earn("waste", 1, 1).entry;
            desk.today = date("2026-07-01");
            desk.must(Ask::Lapse(Lapse(vec![POINTS])));
            desk.seal();
            second
        };
        let back = if people == two {
            let change = Change::Reverse { entry };
            let proposal = desk.must(Ask::Amend(Amend::Propose(change, [8; 32])));
            let approved = desk.ask_as("staff/2", Ask::Amend(Amend::Approve(proposal.entry)));
            match approved {
                Ok(Applied::Fresh(receipt)) => receipt.entry,
                other => panic!("{other:?}"),
            }
        } else {
            desk.must(Ask::Amend(Amend::Reverse(entry, [8; 32]))).entry
        };
        assert!(desk.book.dirty.about.contains(&(theirs, back)));
        assert_eq!(desk.spendable(), 0);
        // What moved something of theirs is found by its movements.
        let other = desk.earn("waste", 1, 1).entry;
        let back = desk.must(Ask::Amend(Amend::Reverse(other, [8; 32]))).entry;
        assert!(!desk.book.dirty.about.contains(&(theirs, back)));
        assert!(earned.refusal().is_none());
    }
}
