//! Gifts: what goes from holder to holder keeps its lots, is nothing new, and comes back to where it was.

use super::noticed::award;
use super::*;
use crate::record::{Transfer, TransferKind};
use crate::settings::InForce;

/// A desk whose ledger names what is in force, and whose two households have 50 points each, of different months.
fn open() -> Desk {
    let mut desk = Desk::open();
    let in_force = InForce {
        set: RuleSetNo(1),
        from: date("2026-01-05"),
        until: None,
    };
    desk.must(Ask::Settings(Settings {
        in_force: Some(vec![in_force]),
        issue_budget_month: Some(Amount::new(200).unwrap()),
        ..settings()
    }));
    desk.earn("waste", 1, 5);
    desk.today = date("2026-04-10");
    desk.earn("waste", 3, 5);
    desk
}

fn theirs() -> Account {
    Account {
        holder: Holder::Household(HouseholdNo(2)),
        ..POINTS
    }
}

fn gift(desk: &Desk, from: u32, to: u32, quantity: i32) -> Ask {
    let mut event = event("gift", from, quantity, desk.today);
    event.roles.push((code("receiver"), ResidentNo(to)));
    Ask::Earn(event)
}

fn issued(desk: &Desk) -> i64 {
    let key = crate::counters::CounterKey {
        subject: crate::counters::CounterSubject::Community,
        kind: code("host/issued"),
        month: desk.today.month_index(),
    };
    desk.book
        .counters()
        .get(&key)
        .map_or(0, |row| row.total.points)
}

#[test]
fn a_gift_keeps_its_lots_there_and_back_and_is_nothing_new() {
    let mut desk = open();
    let before = desk.book.account(&POINTS).lots;
    let budget = issued(&desk);
    let receipt = desk.must(gift(&desk, 1, 3, 30));
    let movement = |record: &Record| match record {
        Record::Moved(_, moved) => Some(moved.clone()),
        _ => None,
    };
    let moved: Vec<Transfer> = receipt.records.iter().filter_map(movement).collect();
    let [one] = moved.as_slice() else {
        panic!("one movement: {moved:?}");
    };
    assert_eq!((one.debit, one.credit), (POINTS, theirs()));
    assert_eq!(one.from_lot, one.to_lot, "the day it runs out stays");
    assert_eq!(one.kind, TransferKind::Donation);
    assert_eq!(desk.spendable(), 20);
    assert_eq!(issued(&desk), budget, "the month's budget is not touched");
    // And back again, as a gift: the lots are what they were.
    desk.must(gift(&desk, 3, 1, 30));
    assert_eq!(desk.book.account(&POINTS).lots, before);
}

#[test]
fn a_gift_that_is_reversed_is_back_in_its_lot_and_the_budget_stays() {
    let mut desk = open();
    let lots = (
        desk.book.account(&POINTS).lots,
        desk.book.account(&theirs()).lots,
    );
    let budget = issued(&desk);
    let receipt = desk.must(gift(&desk, 1, 3, 30));
    desk.must(Ask::Amend(Amend::Reverse(receipt.entry, [8; 32])));
    let after = (
        desk.book.account(&POINTS).lots,
        desk.book.account(&theirs()).lots,
    );
    assert_eq!(after, lots);
    assert_eq!(issued(&desk), budget);
    // Where the lot has run out meanwhile, what comes back runs out with it.
    let receipt = desk.must(gift(&desk, 1, 3, 30));
    let last = *desk.book.account(&POINTS).lots.keys().next().unwrap();
    desk.today = LocalDate::from_days(last).unwrap().plus_days(1);
    desk.must(Ask::Amend(Amend::Reverse(receipt.entry, [8; 32])));
    assert_eq!(desk.spendable(), 0);
    assert_eq!(desk.book.account(&theirs()).spendable(desk.today), 50);
}

#[test]
fn nobody_gives_to_themselves_or_more_than_they_have() {
    let mut desk = open();
    for (to, quantity, code) in [
        (1, 10, "host.same-holder"),
        (2, 10, "host.same-holder"),
        (3, 51, "balance.short"),
    ] {
        let receipt = desk.must(gift(&desk, 1, to, quantity));
        let refusal = receipt.refusal().map(|refusal| refusal.code.to_string());
        assert_eq!(refusal.as_deref(), Some(code), "to {to}");
        assert_eq!(desk.spendable(), 50);
    }
}

/// A ledger of before goes on as it was: an award beside a deduction.
#[test]
fn in_ledgers_of_before_a_gift_is_an_award_and_a_deduction() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 5);
    let budget = issued(&desk);
    let receipt = desk.must(gift(&desk, 1, 3, 30));
    let kinds: Vec<TransferKind> = receipt
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Moved(_, moved) => Some(moved.kind),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [TransferKind::Deduction, TransferKind::Award]);
    assert_eq!(issued(&desk), budget + 30);
}

/// An event of a giver, a receiver and a partner.
fn of_three(desk: &Desk) -> Event {
    let mut event = event("gift", 1, 1, desk.today);
    event.roles.push((code("receiver"), ResidentNo(3)));
    event.roles.push((code("partner"), ResidentNo(2)));
    event
}

fn kinds(receipt: &Receipt) -> Vec<TransferKind> {
    let moved = receipt.records.iter().filter_map(|record| match record {
        Record::Moved(_, moved) => Some(moved.kind),
        _ => None,
    });
    moved.collect()
}

#[test]
fn only_what_just_changes_hands_is_a_gift() {
    let given = |short| award("doer", "points", -30, short);
    let received = || award("receiver", "points", 30, Short::Refuse);
    let mut dated = received();
    dated.expires = Some(date("2026-12-31"));
    let nothing = award("partner", "points", 0, Short::Clamp);
    let plain = vec![TransferKind::Donation];
    let both = vec![TransferKind::Deduction, TransferKind::Award];
    for (awards, moved) in [
        (vec![given(Short::Refuse), received()], plain.clone()),
        (vec![given(Short::Refuse), received(), nothing], plain),
        (vec![given(Short::Clamp), received()], both.clone()),
        (vec![given(Short::Refuse), dated], both),
    ] {
        let mut desk = open();
        let receipt = desk.booked(of_three(&desk), awards.clone());
        assert_eq!(kinds(&receipt), moved, "{awards:?}");
    }
}

#[test]
fn a_gift_beside_an_award_is_still_nothing_new() {
    let mut desk = open();
    let budget = issued(&desk);
    let awards = vec![
        award("doer", "conduct", 1, Short::Refuse),
        award("doer", "points", -30, Short::Refuse),
        award("receiver", "points", 30, Short::Refuse),
    ];
    let receipt = desk.booked(of_three(&desk), awards);
    assert_eq!(issued(&desk), budget);
    desk.must(Ask::Amend(Amend::Reverse(receipt.entry, [8; 32])));
    assert_eq!(issued(&desk), budget);
}

#[test]
fn who_has_too_little_for_a_gift_hears_what_there_is() {
    let mut desk = open();
    let receipt = desk.must(gift(&desk, 1, 3, 80));
    let refusal = receipt.refusal().unwrap();
    assert_eq!(refusal.code, code("balance.short"));
    let whole = crate::rule::Arg::whole;
    assert_eq!(refusal.args, [whole(80), whole(50)]);
}

#[test]
fn a_gift_goes_lot_by_lot_to_one_after_the_other() {
    let mut desk = open();
    let (april, may) = (date("2026-04-30"), date("2026-05-31"));
    desk.earn("waste", 1, 5);
    desk.must(gift(&desk, 1, 3, 70));
    let lots = BTreeMap::from([(april.to_days(), 50), (may.to_days(), 70)]);
    assert_eq!(desk.book.account(&theirs()).lots, lots);

    let dated = |day| Award {
        expires: Some(day),
        ..award("doer", "minutes", 10, Short::Refuse)
    };
    let (today, lots_of) = (desk.today, |desk: &Desk, no| {
        let minutes = Account {
            holder: Holder::Resident(ResidentNo(no)),
            asset: AssetNo::MINUTES,
            purpose: Purpose::Available,
        };
        desk.book.account(&minutes).lots
    });
    let had = lots_of(&desk, 2);
    assert!(had.is_empty());
    desk.booked(event("take", 2, 1, today), vec![dated(april), dated(may)]);
    let mut event = event("gift", 2, 1, today);
    event.roles.push((code("first"), ResidentNo(1)));
    event.roles.push((code("second"), ResidentNo(3)));
    let before = [1, 3].map(|no| lots_of(&desk, no));
    let awards = vec![
        award("doer", "minutes", -20, Short::Refuse),
        award("first", "minutes", 5, Short::Refuse),
        award("second", "minutes", 15, Short::Refuse),
    ];
    desk.booked(event, awards);
    let with = |before: &BTreeMap<i32, i64>, more: &[(LocalDate, i64)]| {
        let mut all = before.clone();
        all.extend(more.iter().map(|(day, left)| (day.to_days(), *left)));
        all
    };
    assert_eq!(lots_of(&desk, 1), with(&before[0], &[(april, 5)]));
    assert_eq!(
        lots_of(&desk, 3),
        with(&before[1], &[(april, 5), (may, 10)])
    );
    assert!(lots_of(&desk, 2).is_empty());
}
