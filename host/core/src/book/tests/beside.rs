//! Orders that are paid in two kinds of points: so many gifted ones beside each of one's own.

use super::*;
use crate::book::HeldLot;
use crate::settings::Beside;

const GIFT: AssetNo = AssetNo(4);
const LAST: &str = "2026-03-31";

fn beside(each: Option<u16>) -> Beside {
    Beside {
        asset: GIFT,
        each,
        groups: vec![(code("hardship"), 1, 5)],
        days: Vec::new(),
    }
}

/// A household with so many points and so many gifted ones, which end with the month.
fn desk(beside: Beside, (own, gifted): (i64, i64)) -> Desk {
    let mut desk = Desk::open();
    desk.must(Ask::Settings(Settings {
        assets: vec![(code("gift"), GIFT)],
        beside: Some(beside),
        ..desk.book.frame().settings.clone().unwrap()
    }));
    for (asset, amount, expires) in [("points", own, None), ("gift", gifted, Some(date(LAST)))] {
        if amount > 0 {
            let proposal = desk.must(Ask::Amend(Amend::Propose(
                Change::Adjust {
                    resident: ResidentNo(1),
                    asset: code(asset),
                    amount: Amount::new(amount).unwrap(),
                    expires,
                    about: None,
                },
                [7; 32],
            )));
            let approve = Ask::Amend(Amend::Approve(proposal.entry));
            assert!(matches!(
                desk.ask_as("staff/2", approve),
                Ok(Applied::Fresh(_))
            ));
        }
    }
    desk
}

/// What can be spent of both.
fn has(desk: &Desk) -> (i64, i64) {
    let gifted = Account {
        asset: GIFT,
        ..POINTS
    };
    let of = |account| desk.book.account(&account).spendable(desk.today);
    (of(POINTS), of(gifted))
}

/// What an order holds of both.
fn held(desk: &Desk) -> (i64, i64) {
    let order = desk.book.orders()[&OrderNo(1)].clone();
    let of = |asset| {
        let lots = order.held.iter().filter(|held| held.asset == asset);
        lots.map(|held| held.points).sum()
    };
    (of(AssetNo::POINTS), of(GIFT))
}

fn pieces(desk: &mut Desk, count: i32) -> Result<Applied, Rejection> {
    desk.ask(Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![OrderLine::new(code("rice"), count)],
        seen: Amount::new(999).unwrap(),
        code: PickupCode::Clear("12345678".into()),
    }))
}

fn refusal(answer: Result<Applied, Rejection>) -> Refusal {
    let Ok(Applied::Fresh(receipt)) = answer else {
        panic!("{answer:?}");
    };
    let Some(Record::Refused(_, _, refusal)) = receipt.records.get(1) else {
        panic!("{receipt:?}");
    };
    refusal.clone()
}

fn part(pieces: i32) -> Ask {
    Ask::SettlePart(SettlePart {
        order: OrderNo(1),
        lines: vec![OrderLine::new(code("rice"), pieces)],
        price: PartPrice::Again,
    })
}

fn release(reason: ReleaseReason) -> Ask {
    let order = OrderNo(1);
    Ask::Release(Release { order, reason })
}

/// Rice costs 85 a piece.
#[test]
fn as_many_as_may_be_and_are_there_are_paid_beside_points() {
    let poor = |desk: &mut Desk| {
        desk.must(Ask::Traits(SetTraits {
            resident: ResidentNo(1),
            changes: vec![(code("hardship"), 1)],
        }));
    };
    // each, hardship, own and gifted, what is held of both
    for (each, hardship, before, expected) in [
        (Some(1), false, (100, 100), (43, 42)),
        (Some(1), false, (100, 10), (75, 10)),
        (Some(1), false, (100, 0), (85, 0)),
        (Some(1), true, (100, 100), (15, 70)),
        (Some(5), false, (100, 100), (15, 70)),
        (None, false, (100, 100), (0, 85)),
        (None, false, (0, 85), (0, 85)),
    ] {
        let mut desk = desk(beside(each), before);
        if hardship {
            poor(&mut desk);
        }
        assert!(pieces(&mut desk, 1).is_ok());
        assert_eq!(held(&desk), expected, "{each:?} {hardship} {before:?}");
        let left = (before.0 - expected.0, before.1 - expected.1);
        assert_eq!(has(&desk), left);
        desk.must(release(ReleaseReason::Cancelled));
        assert_eq!(has(&desk), before, "as if nothing had happened");
    }
}

#[test]
fn what_is_ones_own_must_suffice_for_its_part() {
    let mut desk = desk(beside(Some(1)), (42, 200));
    let refused = refusal(pieces(&mut desk, 1));
    assert_eq!(refused.code, code("balance.short"));
    assert_eq!(
        refused.args,
        [crate::rule::Arg::whole(43), crate::rule::Arg::whole(42)]
    );
    assert_eq!(has(&desk), (42, 200));
}

#[test]
fn on_other_days_it_is_not_taken() {
    let window = |from: &str, to: &str| Beside {
        days: vec![(date(from), date(to))],
        ..beside(None)
    };
    for (from, to, expected) in [
        ("2026-03-10", "2026-03-10", (0, 85)),
        ("2026-03-11", "2026-03-31", (85, 0)),
        ("2026-02-01", "2026-03-09", (85, 0)),
    ] {
        let mut desk = desk(window(from, to), (100, 100));
        assert!(pieces(&mut desk, 1).is_ok());
        assert_eq!(held(&desk), expected, "{from}");
    }
}

#[test]
fn parts_take_of_both_and_nothing_is_left_over_or_made() {
    let mut desk = desk(beside(Some(1)), (200, 200));
    assert!(pieces(&mut desk, 3).is_ok());
    assert_eq!(held(&desk), (128, 127));
    let first = desk.must(part(1));
    // 85 × 127 / 255 = 42, rounded down.
    assert_eq!(held(&desk), (85, 85));
    desk.must(part(1));
    assert_eq!(held(&desk), (42, 43));
    desk.must(Ask::Settle(Settle(OrderNo(1))));
    assert_eq!(held(&desk), (0, 0));
    assert_eq!(has(&desk), (72, 73));
    desk.must(Ask::Amend(Amend::Reverse(first.entry, [8; 32])));
    assert_eq!(
        has(&desk),
        (72 + 43, 73 + 42),
        "what it cost comes back, of both"
    );
}

#[test]
fn what_lapsed_meanwhile_lapses_in_its_own_kind() {
    let mut desk = desk(beside(Some(1)), (100, 100));
    assert!(pieces(&mut desk, 1).is_ok());
    desk.today = date("2026-04-02");
    let order = desk.book.orders()[&OrderNo(1)].clone();
    let will = order.returning(desk.today);
    assert_eq!((will.back, will.lapsed), (43, 42));
    desk.must(release(ReleaseReason::TimedOut));
    assert_eq!(has(&desk), (100, 0));
    let expired = Account::of_community(GIFT, Purpose::Expired);
    assert_eq!(desk.book.account(&expired).total, 42);
}

#[test]
fn an_order_that_is_handed_over_at_once_is_paid_in_both() {
    let mut desk = desk(beside(Some(1)), (100, 100));
    assert!(pieces(&mut desk, 1).is_ok());
    let order = desk.book.orders()[&OrderNo(1)].clone();
    assert_eq!(order.paid(), [(AssetNo::POINTS, 43), (GIFT, 42)]);
    let lot = date(LAST).to_days();
    assert!(order.held.contains(&HeldLot {
        asset: GIFT,
        lot,
        points: 42
    }));
    let handed = desk.must(Ask::Settle(Settle(OrderNo(1))));
    for (asset, paid) in [(AssetNo::POINTS, 43), (GIFT, 42)] {
        let redeemed = Account::of_community(asset, Purpose::Redeemed);
        assert_eq!(desk.book.account(&redeemed).total, paid);
    }
    desk.must(Ask::Amend(Amend::Reverse(handed.entry, [8; 32])));
    assert_eq!(has(&desk), (100, 100));
}
