//! What is spent: lots and the days they end on, orders and their deadlines, and what the shop refuses.

use super::*;

#[test]
fn lots_are_spent_earliest_first_and_come_back_to_their_dates() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 6);
    desk.today = date("2026-04-02");
    desk.earn("waste", 1, 6);
    let before = desk.book.account(&POINTS);
    assert_eq!(
        before.lots,
        BTreeMap::from([
            (date("2026-04-30").to_days(), 60),
            (date("2026-05-31").to_days(), 60)
        ])
    );
    desk.place(85, "12345678");
    assert_eq!(
        desk.book.account(&POINTS).lots,
        BTreeMap::from([(date("2026-05-31").to_days(), 35)])
    );
    desk.must(Ask::Release(OrderNo(1), ReleaseReason::Cancelled));
    assert_eq!(
        desk.book.account(&POINTS).lots,
        before.lots,
        "hold then release is as if nothing happened"
    );
}

#[test]
fn a_lot_that_ends_during_a_hold_lapses_when_the_hold_ends() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 10);
    desk.today = date("2026-04-28");
    desk.place(85, "12345678");
    desk.today = date("2026-05-06");
    assert_eq!(
        desk.spendable(),
        0,
        "the rest is past its date even before it lapses"
    );
    desk.must(Ask::Lapse(vec![POINTS]));
    assert_eq!(
        desk.ask(Ask::Lapse(vec![POINTS])),
        Err(Rejection::NothingToDo)
    );
    desk.must(Ask::Release(OrderNo(1), ReleaseReason::TimedOut));
    assert_eq!(desk.book.account(&POINTS).total, 0);
    let expired = desk
        .book
        .account(&Account::of_community(AssetNo::POINTS, Purpose::Expired));
    assert_eq!(expired.total, 100);
}

#[test]
fn an_order_is_settled_once_and_never_after_its_deadline() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 30);
    desk.place(85, "12345678");
    let too_early = desk.ask(Ask::Release(OrderNo(1), ReleaseReason::TimedOut));
    assert!(matches!(too_early, Err(Rejection::OrderNotDue { .. })));
    desk.must(Ask::Settle(OrderNo(1)));
    assert!(matches!(
        desk.ask(Ask::Settle(OrderNo(1))),
        Err(Rejection::OrderSettled { .. })
    ));
    assert!(matches!(
        desk.ask(Ask::Release(OrderNo(1), ReleaseReason::Cancelled)),
        Err(Rejection::OrderSettled { .. })
    ));
    desk.place(85, "12345679");
    desk.today = desk.today.plus_days(8);
    assert!(matches!(
        desk.ask(Ask::Settle(OrderNo(2))),
        Err(Rejection::OrderTimedOut { .. })
    ));
    desk.must(Ask::Release(OrderNo(2), ReleaseReason::TimedOut));
    assert_eq!(desk.spendable(), 215);
}

#[test]
fn refusals_of_the_shop_change_no_balance() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 10);
    assert_eq!(
        desk.place(84, "12345678").refusal().unwrap().code,
        code("price.changed")
    );
    desk.place(200, "12345678");
    assert_eq!(desk.spendable(), 15, "a lower price is charged");
    assert_eq!(
        desk.place(85, "12345679").refusal().unwrap().code,
        code("balance.short")
    );
    let taken = Ask::Place {
        resident: ResidentNo(1),
        lines: vec![(code("rice"), 1)],
        seen: Amount::ZERO,
        code: PickupCode::Clear("12345678".into()),
    };
    assert_eq!(desk.ask(taken), Err(Rejection::CodeTaken));
    desk.earn("waste", 1, 20);
    for n in 0..2 {
        desk.place(85, &format!("2234567{n}"));
    }
    assert_eq!(
        desk.place(85, "32345678").refusal().unwrap().code,
        code("balance.short")
    );
    let many = Ask::Place {
        resident: ResidentNo(1),
        lines: vec![(code("rice"), 3)],
        seen: Amount::new(999).unwrap(),
        code: PickupCode::Clear("42345678".into()),
    };
    assert_eq!(desk.must(many).refusal().unwrap().code, code("stock.out"));
}
