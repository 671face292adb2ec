//! References that were answered with no and come again; events that wait and are withdrawn; goods taken back.

use super::*;
use crate::book::FateState;

fn reverse(entry: u64) -> Ask {
    Ask::Amend(Amend::Reverse(entry, [8; 32]))
}

/// `quantity` of waste on the desk's day under one reference; its content is what `content` says.
fn asked(reference: &str, content: &str, kind: &str, quantity: i32) -> Ask {
    Ask::Earn(Event {
        source: source(reference, content),
        ..event(kind, 1, quantity, date("2026-03-10"))
    })
}

fn fresh(result: Result<Applied, Rejection>) -> Receipt {
    match result {
        Ok(Applied::Fresh(receipt)) => receipt,
        other => panic!("expected a receipt, got {other:?}"),
    }
}

#[test]
fn a_refusal_that_rests_on_a_setting_is_taken_up_when_the_setting_changes() {
    let mut desk = Desk::open();
    let low = Settings {
        award_max: Some(Amount::new(20).unwrap()),
        ..settings()
    };
    desk.must(Ask::Settings(low));
    let first = fresh(desk.ask(asked("r", "a", "waste", 5)));
    assert!(first.refusal().is_some());
    // Nothing changed: known, however often.
    let again = desk.ask(asked("r", "a", "waste", 5));
    assert_eq!(again, Ok(Applied::Replay(first.entry)));
    desk.must(Ask::Settings(settings()));
    let second = fresh(desk.ask(asked("r", "a", "waste", 5)));
    assert!(second.refusal().is_none(), "{second:?}");
    assert_eq!(desk.spendable(), 50);
    let third = desk.ask(asked("r", "a", "waste", 5));
    assert_eq!(third, Ok(Applied::Replay(second.entry)), "and counts once");
    assert!(
        desk.ask(asked("r", "b", "waste", 6)).is_err(),
        "what is booked keeps its content"
    );
}

#[test]
fn a_budget_that_opens_again_lets_the_reference_come_again_on_that_day() {
    let mut desk = Desk::open();
    desk.must(Ask::Settings(Settings {
        issue_budget_month: Some(Amount::new(60).unwrap()),
        ..settings()
    }));
    desk.earn("waste", 1, 4);
    let first = fresh(desk.ask(asked("r", "a", "waste", 5)));
    let opens = first.refusal().and_then(|refusal| refusal.opens);
    assert_eq!(opens, Some(date("2026-04-01")));
    desk.today = date("2026-03-31");
    assert_eq!(
        desk.ask(asked("r", "a", "waste", 5)),
        Ok(Applied::Replay(first.entry))
    );
    desk.today = date("2026-04-01");
    assert!(
        fresh(desk.ask(asked("r", "a", "waste", 5)))
            .refusal()
            .is_none()
    );
    assert_eq!(desk.spendable(), 90);
}

#[test]
fn the_same_refusal_is_not_written_twice_and_another_rule_is_asked_anew() {
    let mut desk = Desk::open();
    desk.earn("waste", 1, 30);
    let first = fresh(desk.ask(asked("r", "a", "waste", 1)));
    assert!(first.refusal().is_some());
    desk.must(Ask::Activate(Box::new(rule_set())));
    let written = desk.journal.len();
    assert_eq!(
        desk.ask(asked("r", "a", "waste", 1)),
        Ok(Applied::Replay(first.entry))
    );
    assert_eq!(desk.journal.len(), written, "the new set says the same");
    // What was refused booked nothing, so it may be corrected under its own reference.
    let other = fresh(desk.ask(asked("r", "b", "take", 10)));
    assert!(other.refusal().is_none(), "{other:?}");
    assert!(matches!(
        desk.ask(asked("r", "a", "waste", 1)),
        Err(Rejection::SourceConflict { .. })
    ));
}

#[test]
fn an_event_that_waits_is_withdrawn_and_never_decided() {
    let mut desk = Desk::open();
    let waiting = fresh(desk.ask(asked("r", "a", "boom", 1)));
    assert_eq!(waiting.waiting(), Some("plugin.panic"));
    assert_eq!(
        desk.ask(asked("r", "a", "boom", 1)),
        Ok(Applied::Replay(waiting.entry))
    );
    let back = desk.must(reverse(waiting.entry));
    assert_eq!(back.records.len(), 1, "it moves nothing");
    assert!(desk.book.waiting().is_empty());
    let fate = desk.book.fate(waiting.entry).unwrap();
    assert_eq!((fate.state, fate.by), (FateState::Withdrawn, back.entry));
    assert_eq!(
        desk.ask(Ask::Retry(Retry(waiting.entry))),
        Err(Rejection::NotWaiting { seq: waiting.entry })
    );
    assert!(desk.ask(reverse(waiting.entry)).is_err(), "once");
    let right = fresh(desk.ask(asked("r", "b", "waste", 2)));
    assert!(right.refusal().is_none());
    assert_eq!(desk.spendable(), 20);
}

#[test]
fn goods_that_came_in_wrongly_are_taken_back_as_far_as_they_are_there() {
    let mut desk = Desk::open();
    let shelf = |desk: &Desk| {
        let asset = AssetNo::of_item(ItemNo(1)).unwrap();
        let account = Account::of_community(asset, Purpose::Shelf);
        desk.book.account(&account).total
    };
    let receive = |quantity| {
        Ask::Receive(Receive {
            item: code("rice"),
            quantity,
            reason: [0; 32],
        })
    };
    let wrong = desk.must(receive(600));
    assert_eq!(shelf(&desk), 605);
    desk.must(reverse(wrong.entry));
    assert_eq!(shelf(&desk), 5);
    assert!(desk.ask(reverse(wrong.entry)).is_err(), "once");
    let lost = desk.must(receive(-2));
    assert_eq!(shelf(&desk), 3);
    let Err(rejection) = desk.ask(receive(-4)) else {
        panic!("only three are there")
    };
    assert_eq!(rejection.code(), "goods.gone");
    desk.must(reverse(lost.entry));
    assert_eq!(shelf(&desk), 5, "they were found again");
    // What is kept for an order is no longer there to be taken back.
    let five = desk
        .journal
        .iter()
        .position(|record| matches!(record.what(), Some(Asked::Receive(_))));
    let five = u64::try_from(five.unwrap()).unwrap() + 1;
    desk.earn("waste", 1, 30);
    desk.place(85, "12345678");
    let Err(rejection) = desk.ask(reverse(five)) else {
        panic!("one of the five is kept for an order")
    };
    assert_eq!(rejection.code(), "goods.gone");
    assert!(desk.ask(receive(0)).is_err());
}
