//! What happens to entries afterwards: reversals, corrections by two people, notice, orders handed over in parts.

use super::*;
use crate::book::FateState;
use crate::counters::{CounterKey, CounterSubject};

pub(super) fn adjust(amount: i64) -> Ask {
    Ask::Amend(Amend::Propose(
        Change::Adjust {
            resident: ResidentNo(1),
            asset: code("points"),
            amount: Amount::new(amount).unwrap(),
            expires: None,
            about: None,
        },
        [7; 32],
    ))
}

fn reverse(entry: u64) -> Ask {
    Ask::Amend(Amend::Reverse(entry, [8; 32]))
}

fn propose_reverse(entry: u64) -> Ask {
    Ask::Amend(Amend::Propose(Change::Reverse { entry }, [8; 32]))
}

fn fresh(result: Result<Applied, Rejection>) -> Receipt {
    match result {
        Ok(Applied::Fresh(receipt)) => receipt,
        other => panic!("expected a receipt, got {other:?}"),
    }
}

impl Desk {
    fn code_of(&mut self, ask: Ask) -> &'static str {
        self.ask(ask).unwrap_err().code()
    }

    fn cell(&self, kind: &str, month: i32) -> crate::counters::Cell {
        let key = CounterKey {
            subject: CounterSubject::Household(HouseholdNo(1)),
            kind: code(kind),
            month,
        };
        self.book
            .counters()
            .get(&key)
            .map(|row| row.total)
            .unwrap_or_default()
    }

    fn total(&self, purpose: Purpose) -> i64 {
        self.book.account(&Account { purpose, ..POINTS }).total
    }
}

#[test]
fn a_reversed_award_leaves_its_lot_its_window_and_cannot_be_reversed_twice() {
    let mut desk = Desk::open();
    let first = desk.earn("waste", 1, 6);
    desk.earn("waste", 1, 4);
    let month = desk.today.month_index();
    let back = desk.must(reverse(first.entry));
    let Some(Record::Moved(_, transfer)) = back.records.get(1) else {
        panic!("a reversal moves")
    };
    assert_eq!(transfer.kind, crate::record::TransferKind::Reversal);
    assert_eq!(
        transfer.reverses,
        Some(first.entry + 2),
        "it names the movement it takes back"
    );
    assert_eq!(desk.spendable(), 40);
    assert_eq!(
        (
            desk.cell("waste", month).events,
            desk.cell("waste", month).points
        ),
        (1, 40)
    );
    assert_eq!(desk.cell("waste", 0).quantity, 4);
    assert_eq!(desk.code_of(reverse(first.entry)), "reverse.already");
    assert_eq!(desk.code_of(reverse(back.entry)), "reverse.not-possible");
    assert_eq!(desk.code_of(reverse(9999)), "entry.unknown");
    assert_eq!(desk.code_of(reverse(first.entry + 1)), "entry.unknown");
    assert_eq!(desk.code_of(reverse(1)), "reverse.not-possible");
    let minutes = Account {
        holder: Holder::Resident(ResidentNo(1)),
        asset: AssetNo::MINUTES,
        purpose: Purpose::Available,
    };
    assert_eq!(desk.book.account(&minutes).total, 4);
}

#[test]
fn the_cap_opens_again_after_a_reversal() {
    let mut desk = Desk::open();
    let full = desk.earn("waste", 1, 30);
    assert!(desk.earn("waste", 1, 1).refusal().is_some());
    desk.must(reverse(full.entry));
    assert!(
        desk.earn("waste", 1, 1).refusal().is_none(),
        "the window is free again"
    );
}

#[test]
fn a_spent_award_is_reversed_into_the_floor_and_beyond_it_only_by_two() {
    let mut desk = Desk::open();
    let award = desk.earn("waste", 1, 15);
    desk.place(85, "12345678");
    desk.must(Ask::Settle(Settle(OrderNo(1))));
    assert_eq!(desk.spendable(), 65);
    let Err(Rejection::Amend(short)) = desk.ask(reverse(award.entry)) else {
        panic!("it is short")
    };
    assert_eq!(short, crate::command::AmendRejection::Short { missing: 35 });
    assert_eq!(desk.code_of(reverse(award.entry)), "reverse.short");
    let proposal = desk.must(propose_reverse(award.entry));
    let approve = Ask::Amend(Amend::Approve(proposal.entry));
    assert_eq!(desk.code_of(approve.clone()), "proposal.same-person");
    desk.ask_as_beyond("staff/2", approve.clone());
    assert_eq!(desk.book.account(&POINTS).lots, BTreeMap::from([(0, -85)]));
    let again = desk.book.apply(
        &Command {
            actor: code("staff/3"),
            ..desk.command(approve)
        },
        Instant(desk.now + 1),
        &Native,
    );
    assert_eq!(again.unwrap_err().code(), "proposal.closed");
    // The next credits fill the debt first, although it is below the floor.
    let next = desk.command(Ask::Earn(event("waste", 1, 10, desk.today)));
    fresh(desk.book.apply(&next, Instant(desk.now + 2), &Native));
    assert_eq!(desk.book.account(&POINTS).total, 15);
}

impl Desk {
    /// Without the check of floors that `send` makes: a second person may pass them.
    pub(super) fn ask_as_beyond(&mut self, actor: &str, ask: Ask) -> Receipt {
        let command = Command {
            actor: code(actor),
            ..self.command(ask)
        };
        load_entries(&mut self.book, &command, &self.journal);
        self.now += 1;
        let receipt = fresh(self.book.apply(&command, Instant(self.now), &Native));
        self.journal.extend(receipt.records.clone());
        receipt
    }
}

#[test]
fn within_the_floor_one_person_is_enough() {
    let mut desk = Desk::open();
    let award = desk.earn("waste", 1, 9);
    desk.place(85, "12345678");
    desk.must(Ask::Settle(Settle(OrderNo(1))));
    desk.must(Ask::Settings(Settings {
        debt_floors: vec![(AssetNo::POINTS, Amount::new(-10).unwrap())],
        ..settings()
    }));
    assert_eq!(desk.code_of(reverse(award.entry)), "reverse.short");
    desk.must(Ask::Settings(settings()));
    desk.ask_as_beyond("staff/1", propose_reverse(award.entry));
    let mut desk = Desk::open();
    let award = desk.earn("waste", 1, 9);
    desk.earn("take", 1, 50);
    desk.must(reverse(award.entry));
    assert_eq!(desk.spendable(), -50, "40 were left, 50 are owed");
}

#[test]
fn a_returned_order_restores_goods_lots_and_counters() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 6);
    desk.today = date("2026-04-02");
    desk.earn("waste", 1, 6);
    let before = desk.book.account(&POINTS);
    let month = desk.today.month_index();
    desk.place(85, "12345678");
    let settled = desk.must(Ask::Settle(Settle(OrderNo(1))));
    assert_eq!(desk.cell("item/rice", month).points, 85);
    desk.must(reverse(settled.entry));
    assert_eq!(desk.book.account(&POINTS).lots, before.lots);
    assert_eq!(
        desk.cell("item/rice", month),
        crate::counters::Cell::default()
    );
    let shelf = Account::of_community(AssetNo::of_item(ItemNo(1)).unwrap(), Purpose::Shelf);
    assert_eq!(desk.book.account(&shelf).total, 5);
    assert_eq!(desk.code_of(reverse(settled.entry)), "reverse.already");
    // Later, what has expired meanwhile expires in the same entry.
    desk.place(85, "22345678");
    let settled = desk.must(Ask::Settle(Settle(OrderNo(2))));
    desk.today = date("2026-05-01");
    desk.must(reverse(settled.entry));
    assert_eq!(
        desk.book.account(&POINTS).lots,
        BTreeMap::from([(date("2026-05-31").to_days(), 60)])
    );
    let expired = Account::of_community(AssetNo::POINTS, Purpose::Expired);
    assert_eq!(desk.book.account(&expired).total, 60);
}

#[test]
fn what_lapsed_is_not_taken_a_second_time() {
    let mut desk = Desk::open();
    let award = desk.earn("waste", 1, 6);
    desk.today = date("2026-05-02");
    desk.earn("waste", 1, 3);
    desk.must(Ask::Lapse(Lapse(vec![POINTS])));
    desk.must(reverse(award.entry));
    assert_eq!(desk.spendable(), 30);
}

#[test]
fn a_reference_comes_again_only_in_the_place_of_a_reversed_entry() {
    let mut desk = Desk::open();
    let of = |quantity: i32| Event {
        source: source("r1", &quantity.to_string()),
        ..event("waste", 1, quantity, date("2026-03-10"))
    };
    let first = desk.must(Ask::Earn(of(9)));
    let replace = Ask::Replace(Replace {
        event: of(6),
        replaces: first.entry,
    });
    assert_eq!(desk.code_of(replace.clone()), "replaces.standing");
    desk.must(reverse(first.entry));
    assert_eq!(desk.code_of(Ask::Earn(of(6))), "source.conflict");
    assert_eq!(
        desk.ask(Ask::Earn(of(9))),
        Ok(Applied::Replay(first.entry)),
        "the old content is still answered as it was"
    );
    let second = desk.must(replace.clone());
    assert_eq!(desk.spendable(), 60);
    assert_eq!(desk.ask(replace), Ok(Applied::Replay(second.entry)));
    assert_eq!(
        desk.code_of(Ask::Replace(Replace {
            event: of(5),
            replaces: first.entry
        })),
        "source.conflict"
    );
    desk.must(reverse(second.entry));
    let third = desk.must(Ask::Replace(Replace {
        event: of(5),
        replaces: second.entry,
    }));
    assert_eq!(
        desk.code_of(Ask::Replace(Replace {
            event: of(4),
            replaces: first.entry
        })),
        "replaces.other"
    );
    assert_eq!(
        desk.code_of(Ask::Replace(Replace {
            event: of(4),
            replaces: third.entry
        })),
        "replaces.standing"
    );
    let without = Event {
        source: None,
        ..of(4)
    };
    assert_eq!(
        desk.code_of(Ask::Replace(Replace {
            event: without,
            replaces: 1
        })),
        "replaces.no-reference"
    );
    let unknown = Event {
        source: source("r2", "x"),
        ..of(4)
    };
    assert_eq!(
        desk.code_of(Ask::Replace(Replace {
            event: unknown,
            replaces: 1
        })),
        "replaces.unknown"
    );
}

#[test]
fn a_correction_takes_two_people_and_can_itself_be_reversed() {
    let mut desk = Desk::open();
    assert_eq!(desk.code_of(adjust(0)), "amount.zero");
    let up = desk.must(adjust(70));
    assert_eq!(desk.spendable(), 0, "a proposal moves nothing");
    let approve = |entry| Ask::Amend(Amend::Approve(entry));
    assert_eq!(desk.code_of(approve(up.entry)), "proposal.same-person");
    assert_eq!(desk.code_of(approve(1)), "proposal.unknown");
    let done = fresh(desk.ask_as("staff/2", approve(up.entry)));
    assert_eq!(desk.spendable(), 70);
    assert_eq!(desk.book.fates()[&up.entry].state, FateState::Approved);
    assert_eq!(desk.book.fates()[&up.entry].by, done.entry);
    let down = desk.must(adjust(-121));
    let Err(floor) = desk.ask_as("staff/2", approve(down.entry)) else {
        panic!("beyond the floor")
    };
    assert_eq!(floor.code(), "correction.floor");
    desk.must(Ask::Amend(Amend::Decline(down.entry, [1; 32])));
    assert_eq!(
        desk.ask_as("staff/2", approve(down.entry))
            .unwrap_err()
            .code(),
        "proposal.closed"
    );
    desk.must(reverse(done.entry));
    assert_eq!(desk.spendable(), 0);
    let down = desk.must(adjust(-20));
    let taken = fresh(desk.ask_as("staff/2", approve(down.entry)));
    assert_eq!(desk.spendable(), -20);
    desk.must(reverse(taken.entry));
    assert_eq!(desk.spendable(), 0);
    let adjustment = Account::of_community(AssetNo::POINTS, Purpose::Adjustment);
    assert_eq!(desk.book.account(&adjustment).total, 0);
}

#[test]
fn an_award_under_notice_is_counted_but_spendable_only_after_its_days() {
    let mut desk = Desk::open();
    let award = desk.earn("serve", 1, 20);
    assert_eq!((desk.spendable(), desk.total(Purpose::Notice)), (0, 200));
    assert_eq!(
        desk.cell("serve", desk.today.month_index()).points,
        200,
        "counted from its decision"
    );
    assert_eq!(
        desk.book.fates()[&award.entry].until,
        Some(date("2026-03-13"))
    );
    assert_eq!(
        desk.place(85, "12345678").refusal().unwrap().code,
        code("balance.short")
    );
    let post = Ask::Notice(NoticeStep::Post(award.entry));
    desk.today = date("2026-03-13");
    assert_eq!(desk.code_of(post.clone()), "notice.not-due");
    assert_eq!(desk.code_of(reverse(award.entry)), "reverse.under-notice");
    desk.today = date("2026-03-14");
    let object = Ask::Notice(NoticeStep::Object(award.entry, [3; 32]));
    assert_eq!(desk.code_of(object.clone()), "notice.over");
    let posted = desk.must(post.clone());
    assert_eq!((desk.spendable(), desk.total(Purpose::Notice)), (200, 0));
    assert_eq!(
        desk.book.account(&POINTS).lots,
        BTreeMap::from([(date("2026-04-30").to_days(), 200)]),
        "it expires by the day it was posted"
    );
    assert_eq!(
        desk.code_of(post),
        "nothing.to-do",
        "run twice, it is posted once"
    );
    assert_eq!(desk.code_of(object), "notice.over");
    desk.must(reverse(posted.entry));
    assert_eq!(desk.spendable(), 0);
    assert_eq!(desk.cell("serve", 0), crate::counters::Cell::default());
    assert_eq!(desk.code_of(reverse(award.entry)), "reverse.already");
}

#[test]
fn an_objection_is_reviewed_by_somebody_else() {
    let mut desk = Desk::open();
    let award = desk.earn("serve", 1, 20);
    let review = |upheld| Ask::Notice(NoticeStep::Review(award.entry, upheld, [4; 32]));
    let object = Ask::Notice(NoticeStep::Object(award.entry, [3; 32]));
    assert_eq!(desk.code_of(review(true)), "notice.not-objected");
    fresh(desk.ask_as("resident/2", object.clone()));
    assert_eq!(
        desk.ask_as("resident/3", object.clone())
            .unwrap_err()
            .code(),
        "notice.objected"
    );
    assert_eq!(
        desk.code_of(review(true)),
        "review.same-person",
        "staff/1 booked it"
    );
    assert_eq!(
        desk.ask_as("resident/2", review(true)).unwrap_err().code(),
        "review.same-person"
    );
    desk.today = date("2026-03-20");
    assert_eq!(
        desk.code_of(Ask::Notice(NoticeStep::Post(award.entry))),
        "notice.objected"
    );
    fresh(desk.ask_as("staff/2", review(true)));
    assert_eq!(
        desk.spendable(),
        200,
        "its day has passed, so it is posted at once"
    );

    let second = desk.earn("serve", 1, 5);
    fresh(desk.ask_as(
        "resident/2",
        Ask::Notice(NoticeStep::Object(second.entry, [3; 32])),
    ));
    let withdraw = Ask::Notice(NoticeStep::Review(second.entry, false, [4; 32]));
    fresh(desk.ask_as("staff/2", withdraw));
    assert_eq!((desk.spendable(), desk.total(Purpose::Notice)), (200, 0));
    assert_eq!(
        desk.cell("serve", 0).points,
        200,
        "it left the window of its day"
    );
    assert_eq!(desk.code_of(reverse(second.entry)), "reverse.already");
    assert_eq!(
        desk.code_of(Ask::Notice(NoticeStep::Object(1, [3; 32]))),
        "notice.unknown"
    );
}

#[test]
fn an_order_is_handed_over_in_parts_and_every_piece_is_paid_once() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 30);
    let seen = Amount::new(300).unwrap();
    desk.must(Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![OrderLine::new(code("rice"), 3)],
        seen,
        code: PickupCode::Clear("12345678".into()),
    }));
    let part = |pieces| {
        Ask::SettlePart(SettlePart {
            order: OrderNo(1),
            lines: vec![OrderLine::new(code("rice"), pieces)],
            price: PartPrice::Again,
        })
    };
    for wrong in [
        part(0),
        part(4),
        Ask::SettlePart(SettlePart {
            order: OrderNo(1),
            lines: vec![],
            price: PartPrice::Again,
        }),
        Ask::SettlePart(SettlePart {
            order: OrderNo(1),
            lines: vec![OrderLine::new(code("tea"), 1)],
            price: PartPrice::Again,
        }),
    ] {
        assert_eq!(desk.code_of(wrong), "part.shape");
    }
    let one = desk.must(part(1));
    assert_eq!((desk.total(Purpose::Held), desk.spendable()), (170, 45));
    assert_eq!(desk.code_of(part(3)), "part.shape");
    desk.must(Ask::Release(Release {
        order: OrderNo(1),
        reason: ReleaseReason::Cancelled,
    }));
    assert_eq!((desk.total(Purpose::Held), desk.spendable()), (0, 215));
    let month = desk.today.month_index();
    assert_eq!(desk.cell("item/rice", month).quantity, 1);
    desk.must(reverse(one.entry));
    assert_eq!(desk.spendable(), 300);
    assert_eq!(desk.cell("item/rice", month).quantity, 0);
    let shelf = Account::of_community(AssetNo::of_item(ItemNo(1)).unwrap(), Purpose::Shelf);
    assert_eq!(desk.book.account(&shelf).total, 5);

    desk.must(Ask::Place(Place {
        no: OrderNo(0),
        resident: ResidentNo(1),
        lines: vec![OrderLine::new(code("rice"), 3)],
        seen,
        code: PickupCode::Clear("22345678".into()),
    }));
    desk.must(Ask::SettlePart(SettlePart {
        order: OrderNo(2),
        lines: vec![OrderLine::new(code("rice"), 2)],
        price: PartPrice::Again,
    }));
    desk.must(Ask::Settle(Settle(OrderNo(2))));
    assert_eq!((desk.total(Purpose::Held), desk.spendable()), (0, 45));
    assert!(matches!(
        desk.ask(Ask::Settle(Settle(OrderNo(2)))),
        Err(Rejection::OrderSettled { .. })
    ));
}

#[test]
fn a_key_counts_for_thirty_days() {
    let mut desk = Desk::open();
    let keyed = |desk: &Desk, input: &str| Command {
        key: Some(Key {
            text: "k".into(),
            input: sha256(input.as_bytes()),
        }),
        ..desk.command(Ask::Earn(event("waste", 1, 1, desk.today)))
    };
    let first = keyed(&desk, "a");
    fresh(desk.send(&first));
    let day = 86_400_000_000;
    desk.now += 30 * day - 10;
    assert!(matches!(desk.send(&first), Ok(Applied::Replay(_))));
    let other = keyed(&desk, "b");
    assert_eq!(desk.send(&other).unwrap_err().code(), "key.conflict");
    desk.now += 10;
    fresh(desk.send(&other));
    assert_eq!(desk.spendable(), 20);
}

#[test]
fn settings_of_an_older_program_keep_their_bytes() {
    let old = Settings {
        notice_days: vec![],
        ..settings()
    };
    let bytes = |settings: &Settings| {
        let mut w = crate::codec::Writer::default();
        settings.write(&mut w);
        w.done()
    };
    let read = |bytes: &[u8]| Settings::read(&mut crate::codec::Reader::new(bytes));
    let new = Settings {
        debt_floors: vec![(AssetNo::MINUTES, Amount::new(-5).unwrap())],
        ..settings()
    };
    assert!(bytes(&new).starts_with(&bytes(&old)));
    assert_eq!(read(&bytes(&old)), Ok(old.clone()));
    assert_eq!(read(&bytes(&new)), Ok(new.clone()));
    let mut twice = bytes(&new);
    twice.extend_from_slice(&bytes(&new)[bytes(&old).len()..]);
    assert!(read(&twice).is_err(), "each extension once, in order");
}
