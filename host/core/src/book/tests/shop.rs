//! What is spent: lots and the days they end on, orders and their deadlines, and what the shop refuses.

use super::*;
use crate::book::order::fitted;
use crate::book::priced::LINES_MAX;
use crate::counters::{CounterKey, CounterSubject};
use crate::record::TransferKind;

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

#[test]
fn a_basket_has_a_shape() {
    let mut desk = stocked();
    let named = |count: usize| -> Vec<String> { (0..count).map(|no| format!("x-{no}")).collect() };
    let (most, more) = (named(LINES_MAX), named(LINES_MAX + 1));
    let each = |names: &'_ [String]| -> Vec<(String, i32)> {
        names.iter().map(|name| (name.clone(), 1)).collect()
    };
    let of = |lines: &[(&str, i32)]| -> Vec<(String, i32)> {
        let lines = lines.iter();
        lines
            .map(|(name, pieces)| ((*name).to_owned(), *pieces))
            .collect()
    };
    for (lines, shaped) in [
        (of(&[]), false),
        (of(&[("rice", 0)]), false),
        (of(&[("rice", 1), ("oil", 0)]), false),
        (of(&[("rice", 1), ("oil", 1000)]), false),
        (of(&[("rice", 1), ("rice", 1)]), false),
        (of(&[("oil", 1), ("rice", 1), ("oil", 1)]), false),
        (each(&more), false),
        (each(&most), true),
        (of(&[("rice", 999)]), true),
        (of(&[("rice", 1), ("oil", 1)]), true),
    ] {
        let lines: Vec<(&str, i32)> = lines
            .iter()
            .map(|(name, no)| (name.as_str(), *no))
            .collect();
        let answer = desk.ask(basket(&lines, "12345678"));
        let misshapen = answer == Err(Rejection::BasketShape);
        assert_eq!(misshapen, !shaped, "{lines:?}: {answer:?}");
    }
}

#[test]
fn the_last_piece_the_last_point_and_the_last_day_can_be_had() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 30);
    desk.today = date("2026-04-30");
    desk.earn("waste", 1, 30);
    let five = desk.must(basket(&[("rice", 5)], "12345678"));
    assert_eq!(five.refusal(), None, "all that is there");
    assert_eq!(desk.spendable(), 600 - 425);
    // Until the day itself the order is there.
    desk.today = desk.today.plus_days(7);
    desk.must(Ask::Settle(Settle(OrderNo(1))));

    let mut desk = stocked();
    assert_eq!(desk.must(basket(&[("oil", 3)], "12345679")).refusal(), None);
    assert_eq!(desk.spendable(), 0, "all that they had");
}

#[test]
fn a_lot_that_is_over_is_drawn_from_by_nobody() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 10);
    desk.today = date("2026-05-02");
    desk.earn("waste", 1, 10);
    assert_eq!(desk.place(85, "12345678").refusal(), None);
    let lots = BTreeMap::from([
        (date("2026-04-30").to_days(), 100),
        (date("2026-06-30").to_days(), 15),
    ]);
    assert_eq!(desk.book.account(&POINTS).lots, lots);
}

/// Two pieces of rice, held from a lot of 60 and one of 200.
fn from_two_lots() -> Desk {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 6);
    desk.today = date("2026-04-02");
    desk.earn("waste", 1, 20);
    desk.must(basket(&[("rice", 2)], "12345678"));
    desk
}

impl Desk {
    fn row_of(&self, kind: &str) -> crate::counters::Cell {
        let key = CounterKey {
            subject: CounterSubject::Community,
            kind: code(kind),
            month: 0,
        };
        self.book.counters()[&key].total
    }
}

#[test]
fn a_part_costs_its_price_from_whatever_lots_and_comes_back_at_it() {
    let mut desk = from_two_lots();
    let part = desk.must(part_of(1, "rice", 1));
    assert_eq!(desk.paid(1), 85);
    let held = desk.book.orders()[&OrderNo(1)].held.clone();
    assert_eq!(
        held,
        [crate::book::HeldLot::of_points(
            date("2026-05-31").to_days(),
            85
        )]
    );
    desk.must(Ask::Amend(Amend::Reverse(part.entry, [8; 32])));
    assert_eq!(desk.row_of("item/rice").points, 85);

    // A begun order stays one when the rest of it is given back.
    let mut desk = from_two_lots();
    desk.must(part_of(1, "rice", 1));
    desk.must(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::Cancelled,
    }));
    let row = desk.row_of("item/rice");
    assert_eq!((row.events, row.quantity, row.points), (1, 1, 85));
}

#[test]
fn each_line_of_a_part_bears_what_it_costs() {
    let mut desk = stocked();
    desk.must(basket(&[("rice", 1), ("oil", 3)], "12345678"));
    let rows = |desk: &Desk| ["item/rice", "item/oil"].map(|kind| desk.row_of(kind).points);
    assert_eq!(rows(&desk), [46, 254]);
    let part = desk.must(Ask::SettlePart(SettlePart {
        order: OrderNo(1),
        lines: vec![
            OrderLine::new(code("rice"), 1),
            OrderLine::new(code("oil"), 2),
        ],
        price: PartPrice::Again,
    }));
    assert_eq!(desk.paid(1), 200);
    desk.must(Ask::Amend(Amend::Reverse(part.entry, [8; 32])));
    assert_eq!(rows(&desk), [0, 100]);
}

#[test]
fn what_comes_back_and_what_runs_out_are_two_kinds_of_movements() {
    let mut desk = from_two_lots();
    desk.today = date("2026-05-05");
    let receipt = desk.must(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::TimedOut,
    }));
    let moved = receipt.records.iter().filter_map(|record| match record {
        Record::Moved(_, moved) => Some((moved.amount.get(), moved.kind, moved.credit.purpose)),
        _ => None,
    });
    let (back, over) = (TransferKind::Release, TransferKind::Expire);
    assert_eq!(
        moved.collect::<Vec<_>>(),
        [
            (2, back, Purpose::Shelf),
            (60, over, Purpose::Expired),
            (110, back, Purpose::Available)
        ]
    );
}

#[test]
fn a_part_is_priced_with_the_facts_of_its_own_lines() {
    let mut desk = stocked();
    let need = |metric| FactNeed {
        metric,
        window: Window::Month,
        subject: Subject::Person,
        of: None,
    };
    desk.must(Ask::Activate(Box::new(RuleSet {
        active_from: date("2026-03-01"),
        plan: Plan {
            pricing: Some(PricingPlan {
                order_facts: vec![need(Metric::Points)],
                line_facts: vec![need(Metric::RedeemedItems)],
            }),
            ..rule_set().plan
        },
        ..rule_set()
    })));
    desk.must(basket(&[("oil", 1)], "12345678"));
    desk.must(basket(&[("rice", 1), ("oil", 1)], "22345678"));
    let receipt = desk.must(part_of(2, "oil", 1));
    let facts = receipt.records.iter().find_map(|record| match record {
        Record::Quoted(_, facts, _) => Some(facts.iter().map(|fact| fact.value).collect()),
        _ => None,
    });
    assert_eq!(facts, Some(vec![300, 1]), "the points, and the oil before");
}

#[test]
fn what_no_line_has_a_share_in_is_split_by_pieces() {
    assert_eq!(fitted(vec![0, 0], 10, &[1, 3]), [2, 8]);
    assert_eq!(fitted(vec![3, 7], 10, &[1, 3]), [3, 7]);
    assert_eq!(fitted(vec![1, 4], 10, &[1, 3]), [2, 8]);
    assert_eq!(fitted(vec![0, 0], 0, &[0, 0]), [0, 0]);
}

#[test]
fn an_order_holds_the_lots_it_takes_from_and_no_others() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 10);
    desk.today = date("2026-04-10");
    desk.earn("waste", 1, 10);
    desk.place(85, "11111111");
    let orders = desk.book.orders.values().flatten();
    let held: Vec<_> = orders.flat_map(|order| order.held.clone()).collect();
    assert_eq!(
        held,
        [crate::book::HeldLot::of_points(
            date("2026-04-30").to_days(),
            85
        )]
    );
}

#[test]
fn taking_a_hand_over_back_reads_the_order_that_it_uncounts() {
    let mut desk = from_two_lots();
    let handed = desk.must(part_of(1, "rice", 1));
    let command = desk.command(Ask::Amend(Amend::Reverse(handed.entry, [8; 32])));
    let mut apart = sparse(&desk.book, &command, &desk.journal);
    apart
        .apply(&command, Instant(desk.now + 1), &Native)
        .unwrap();
    let counted = |subject| CounterKey {
        subject,
        kind: code("item/rice"),
        month: 0,
    };
    let whole = counted(CounterSubject::Community);
    assert!(apart.dirty.counters.contains(&whole), "{:?}", apart.dirty);
    desk.must(command.ask);
    let row = |book: &Book| book.counters()[&whole].clone();
    assert_eq!(row(&apart), row(&desk.book));
}

/// What a hand-over brought, line by line.
fn brought(receipt: &Receipt) -> Vec<i64> {
    let mut lines = Vec::new();
    for record in &receipt.records {
        if let Record::Moved(_, moved) = record {
            match moved.credit.purpose {
                Purpose::Handed => lines.push(0),
                _ => *lines.last_mut().unwrap() += moved.amount.get(),
            }
        }
    }
    lines
}

#[test]
fn a_later_part_bears_by_line_what_all_of_it_costs_by_now() {
    let mut desk = stocked();
    desk.must(basket(&[("rice", 3), ("oil", 3)], "12345678"));
    let both = || {
        let lines = ["rice", "oil"].map(|item| OrderLine::new(code(item), 1));
        Ask::SettlePart(SettlePart {
            order: OrderNo(1),
            lines: lines.to_vec(),
            price: PartPrice::Again,
        })
    };
    for _ in 0..2 {
        let receipt = desk.must(both());
        assert_eq!(brought(&receipt), [46, 54]);
    }
    let last = desk.must(Ask::Settle(Settle(OrderNo(1))));
    assert_eq!(brought(&last), [46, 54]);
}
