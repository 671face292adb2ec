//! What is spent: lots and the days they end on, orders and their deadlines, and what the shop refuses.

use super::*;
use crate::counters::{CounterKey, CounterSubject};

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
    desk.must(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::Cancelled,
    }));
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
    desk.must(Ask::Lapse(Lapse(vec![POINTS])));
    assert_eq!(
        desk.ask(Ask::Lapse(Lapse(vec![POINTS]))),
        Err(Rejection::NothingToDo)
    );
    desk.must(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::TimedOut,
    }));
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
    let too_early = desk.ask(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::TimedOut,
    }));
    assert!(matches!(too_early, Err(Rejection::OrderNotDue { .. })));
    desk.must(Ask::Settle(Settle(OrderNo(1))));
    assert!(matches!(
        desk.ask(Ask::Settle(Settle(OrderNo(1)))),
        Err(Rejection::OrderSettled { .. })
    ));
    assert!(matches!(
        desk.ask(Ask::Release(Release {
            order: OrderNo(1),
            reason: ReleaseReason::Cancelled
        })),
        Err(Rejection::OrderSettled { .. })
    ));
    desk.place(85, "12345679");
    desk.today = desk.today.plus_days(8);
    assert!(matches!(
        desk.ask(Ask::Settle(Settle(OrderNo(2)))),
        Err(Rejection::OrderTimedOut { .. })
    ));
    desk.must(Ask::Release(Release {
        order: OrderNo(2),
        reason: ReleaseReason::TimedOut,
    }));
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
    let taken = Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![OrderLine::new(code("rice"), 1)],
        seen: Amount::ZERO,
        code: PickupCode::Clear("12345678".into()),
    });
    assert_eq!(desk.ask(taken), Err(Rejection::CodeTaken));
    desk.earn("waste", 1, 20);
    for n in 0..2 {
        desk.place(85, &format!("2234567{n}"));
    }
    assert_eq!(
        desk.place(85, "32345678").refusal().unwrap().code,
        code("balance.short")
    );
    let many = Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![OrderLine::new(code("rice"), 3)],
        seen: Amount::new(999).unwrap(),
        code: PickupCode::Clear("42345678".into()),
    });
    assert_eq!(desk.must(many).refusal().unwrap().code, code("stock.out"));
}

/// Rice and oil, and soap, on the shelf; points enough.
fn stocked() -> Desk {
    let mut desk = Desk::open();
    for name in ["oil", "soap"] {
        desk.must(Ask::Define(Box::new(Item {
            no: ItemNo(0),
            code: code(name),
            category: code("food"),
            value_fen: 100,
            title: text(name),
            icon: code("oil"),
            active: true,
        })));
        desk.must(Ask::Receive(Receive {
            item: code(name),
            quantity: 5,
            reason: [0; 32],
        }));
    }
    desk.earn("waste", 1, 30);
    desk
}

fn basket(lines: &[(&str, i32)], pick_up: &str) -> Ask {
    Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: lines
            .iter()
            .map(|(item, pieces)| OrderLine::new(code(item), *pieces))
            .collect(),
        seen: Amount::new(999).unwrap(),
        code: PickupCode::Clear(pick_up.into()),
    })
}

fn part_of(no: u32, item: &str, pieces: i32) -> Ask {
    let lines = vec![OrderLine::new(code(item), pieces)];
    Ask::SettlePart(SettlePart {
        order: OrderNo(no),
        lines,
        price: PartPrice::Again,
    })
}

impl Desk {
    fn paid(&self, no: u32) -> i64 {
        let order = self.book.orders()[&OrderNo(no)].clone();
        let seen = order.seen(self.today, |_| self.today);
        let lines: i64 = seen.lines.iter().map(|line| line.charged).sum();
        assert_eq!(lines, seen.charged, "{seen:?}");
        assert_eq!(
            seen.charged + seen.held + seen.back,
            seen.ordered,
            "{seen:?}"
        );
        seen.charged
    }
}

#[test]
fn what_is_cancelled_of_an_order_is_priced_as_if_it_had_never_been_there() {
    // what is ordered; what is handed over, one after the other; what it cost in all; what it costs then
    type Case<'c> = (&'c [(&'c str, i32)], &'c [(&'c str, i32)], i64, i64);
    let cases: &[Case<'_>] = &[
        (&[("rice", 1), ("oil", 1)], &[("rice", 1)], 100, 85),
        (&[("rice", 1), ("oil", 1)], &[("oil", 1)], 100, 100),
        (&[("rice", 2), ("oil", 1)], &[("rice", 1)], 185, 85),
        (&[("rice", 2), ("oil", 1)], &[("rice", 2)], 185, 170),
        (
            &[("rice", 2), ("oil", 1)],
            &[("rice", 1), ("rice", 1)],
            185,
            170,
        ),
        (
            &[("rice", 2), ("oil", 1)],
            &[("rice", 1), ("oil", 1)],
            185,
            100,
        ),
        (
            &[("rice", 2), ("oil", 1)],
            &[("oil", 1), ("rice", 1)],
            185,
            100,
        ),
        (&[("rice", 1)], &[], 85, 0),
        // Not sold alone: then it costs its share.
        (&[("soap", 2), ("rice", 1)], &[("soap", 1)], 255, 85),
    ];
    for (order, handed, all, paid) in cases {
        let mut desk = stocked();
        desk.must(basket(order, "12345678"));
        assert_eq!(desk.spendable(), 300 - all, "{order:?}");
        for (item, pieces) in *handed {
            desk.must(part_of(1, item, *pieces));
        }
        assert_eq!(desk.paid(1), *paid, "{order:?} {handed:?}");
        desk.must(Ask::Release(Release {
            order: OrderNo(1),
            reason: ReleaseReason::Cancelled,
        }));
        assert_eq!(desk.paid(1), *paid, "{order:?} {handed:?}");
        assert_eq!(desk.spendable(), 300 - paid, "{order:?} {handed:?}");
        let month = desk.today.month_index();
        let counted =
            ["item/rice", "item/oil", "item/soap"].map(|kind| desk.points_of(kind, month));
        assert_eq!(counted.iter().sum::<i64>(), *paid, "{order:?} {handed:?}");
        assert!(counted.iter().all(|points| *points >= 0), "{counted:?}");

        // Whoever takes all of it pays what all of it costs, in whatever parts.
        let mut desk = stocked();
        desk.must(basket(order, "12345678"));
        for (item, pieces) in *handed {
            desk.must(part_of(1, item, *pieces));
        }
        desk.must(Ask::Settle(Settle(OrderNo(1))));
        assert_eq!((desk.paid(1), desk.spendable()), (*all, 300 - all));
    }
}

impl Desk {
    fn points_of(&self, kind: &str, month: i32) -> i64 {
        let key = CounterKey {
            subject: CounterSubject::Community,
            kind: code(kind),
            month,
        };
        let rows = self.book.counters();
        rows.get(&key).map_or(0, |row| row.total.points)
    }
}

#[test]
fn a_part_says_how_it_was_priced_and_an_old_one_keeps_its_share() {
    let mut desk = stocked();
    desk.must(basket(&[("rice", 1), ("oil", 1)], "12345678"));
    let receipt = desk.must(part_of(1, "rice", 1));
    assert_eq!(receipt.records[0].kind(), 28);
    let quoted = receipt.records.iter().find_map(|record| match record {
        Record::Quoted(_, _, quote) => Some(quote.points.clone()),
        _ => None,
    });
    assert_eq!(quoted, Some(vec![85]));
    desk.must(basket(&[("rice", 1), ("oil", 1)], "22345678"));
    let lines = vec![OrderLine::new(code("rice"), 1)];
    let old = desk.must(Ask::SettlePart(SettlePart {
        order: OrderNo(2),
        lines,
        price: PartPrice::Split,
    }));
    assert_eq!(old.records[0].kind(), 16);
    assert_eq!(desk.paid(2), 46);
    for record in [&receipt.records[0], &old.records[0]] {
        let read = Record::decode(record.kind(), &record.encode());
        assert_eq!(read.as_ref(), Ok(record));
    }
    // The journal alone tells it again.
    let mut book = Book::empty(code("nanmen"));
    for record in desk
        .journal
        .iter()
        .filter(|record| record.envelope().is_some())
    {
        let item = |no: ItemNo| {
            ["", "rice", "oil", "soap"]
                .get(no.0 as usize)
                .map(|name| code(name))
        };
        let command = Command::from_record(record, item).unwrap();
        load_entries(&mut book, &command, &desk.journal);
        book.apply(&command, record.envelope().unwrap().at, &Native)
            .unwrap();
    }
    assert_eq!(book.orders(), desk.book.orders());
    assert_eq!(book.accounts(), desk.book.accounts());
}
