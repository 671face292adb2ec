//! A book that repeats what happened under other rules: what people did is done, whatever it comes to.

use super::*;

/// The book of a desk, from here on supposing.
fn supposing(desk: Desk) -> Book {
    desk.book.supposing()
}

fn apply(book: &mut Book, desk_day: &str, ask: Ask) -> Result<Applied, Rejection> {
    let command = Command {
        today: date(desk_day),
        ..desk_command(ask)
    };
    let now = Instant(book.frame().head.last_at.0 + 1);
    book.apply(&command, now, &Native)
}

fn order(seen: i64) -> Ask {
    Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![crate::record::OrderLine::new(code("rice"), 1)],
        seen: Amount::new(seen).unwrap(),
        code: crate::record::PickupCode::Clear("12345678".into()),
    })
}

#[test]
fn an_order_is_taken_as_it_was_made_and_what_is_missing_is_owed() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 6);
    let answer = desk.ask(order(85)).unwrap();
    let Applied::Fresh(receipt) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(receipt.refusal().unwrap().code.as_str(), "balance.short");

    // The price that was seen then counts for nothing.
    let mut book = supposing(desk);
    book.order_next(OrderNo(7));
    let answer = apply(&mut book, "2026-03-11", order(1)).unwrap();
    assert!(matches!(&answer, Applied::Fresh(receipt) if receipt.refusal().is_none()));
    assert_eq!(book.account(&POINTS).lots, BTreeMap::from([(0, -25)]));
    let held = Account {
        purpose: Purpose::Held,
        ..POINTS
    };
    assert_eq!(book.account(&held).total, 85);

    // It is collected when it was, also after a deadline that is another one now.
    apply(&mut book, "2026-05-01", Ask::Settle(Settle(OrderNo(7)))).unwrap();
    assert_eq!(book.account(&held).total, 0);
    assert_eq!(book.account(&POINTS).total, -25);
    // What comes in fills the debt first.
    let more = event("waste", 1, 3, date("2026-05-02"));
    apply(&mut book, "2026-05-02", Ask::Earn(more)).unwrap();
    assert_eq!(book.account(&POINTS).total, 5);
}

#[test]
fn an_order_that_goes_back_leaves_nothing_behind() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 2);
    let before = desk.book.account(&POINTS);
    let mut book = supposing(desk);
    book.order_next(OrderNo(1));
    apply(&mut book, "2026-03-11", order(85)).unwrap();
    let back = Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::TimedOut,
    });
    apply(&mut book, "2026-03-12", back).unwrap();
    assert_eq!(book.account(&POINTS).lots, before.lots);
}

#[test]
fn entries_stand_where_the_ledger_has_them_and_lots_past_their_day_are_found() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 2);
    let mut book = supposing(desk);
    book.place_next(900);
    let earned = event("waste", 1, 1, date("2026-03-11"));
    let answer = apply(&mut book, "2026-03-11", Ask::Earn(earned)).unwrap();
    assert!(matches!(answer, Applied::Fresh(receipt) if receipt.entry == 900));
    book.forget_changes();
    assert!(!book.has_changes());
    assert_eq!(book.past_lots(date("2026-04-30")), []);
    assert_eq!(book.past_lots(date("2026-05-01")), [POINTS]);
}

#[test]
fn what_is_owed_stands_beside_points_without_a_day() {
    let mut desk = Desk::open();
    desk.must(Ask::Settings(Settings {
        expiry: Expiry::Never,
        ..settings()
    }));
    desk.earn("waste", 1, 6);
    let mut book = supposing(desk);
    book.order_next(OrderNo(7));
    let answer = apply(&mut book, "2026-03-11", order(1)).unwrap();
    assert!(matches!(&answer, Applied::Fresh(receipt) if receipt.refusal().is_none()));
    let held = Account {
        purpose: Purpose::Held,
        ..POINTS
    };
    assert_eq!(book.account(&held).total, 85);
    assert_eq!(book.account(&POINTS).lots, BTreeMap::from([(0, -25)]));
}
