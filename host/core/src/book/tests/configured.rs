//! Which configuration is in force is a step of its own: each goes on from the one before it.

use super::*;
use crate::record::{Configure, Step};

fn step(written: u8, former: Option<u8>, step: Step) -> Ask {
    Ask::Configure(Configure {
        written: [written; 32],
        former: former.map(|former| [former; 32]),
        step,
        reason: None,
    })
}

fn in_force(desk: &Desk) -> Option<u8> {
    let settings = desk.book.frame().settings.as_ref();
    settings
        .and_then(|settings| settings.written)
        .map(|written| written[0])
}

#[test]
fn of_two_who_go_on_from_the_same_one_only_the_first_does() {
    let mut desk = Desk::open();
    assert_eq!(in_force(&desk), None);
    desk.must(step(1, None, Step::Found));
    desk.must(step(2, Some(1), Step::Applied));
    assert_eq!(in_force(&desk), Some(2));
    let late = desk.ask(step(3, Some(1), Step::Applied));
    assert_eq!(late.unwrap_err().code(), "plan.moved");
    let same = desk.ask(step(2, Some(2), Step::Applied));
    assert_eq!(same.unwrap_err(), Rejection::NothingToDo);
    desk.must(step(1, Some(2), Step::RolledBack));
    assert_eq!(in_force(&desk), Some(1));
}

#[test]
fn settings_leave_it_as_it_is() {
    let mut desk = Desk::open();
    desk.must(step(1, None, Step::Found));
    let known = desk.book.frame().settings.clone().unwrap();
    let longer = |written| {
        Ask::Settings(Settings {
            order_hold_days: known.order_hold_days + 1,
            written,
            ..known.clone()
        })
    };
    for other in [None, Some([2; 32])] {
        assert_eq!(desk.ask(longer(other)).unwrap_err().code(), "plan.moved");
    }
    desk.must(longer(Some([1; 32])));
    assert_eq!(in_force(&desk), Some(1));
}

#[test]
fn its_record_is_read_again_and_keeps_the_reason_apart() {
    let mut desk = Desk::open();
    desk.must(step(1, None, Step::Found));
    let why = crate::command::SaltedText {
        salt: [4; 16],
        text: "居民代表会议通过".into(),
    };
    let command = Command {
        text: Some(why.clone()),
        ..desk.command(Ask::Configure(Configure {
            written: [2; 32],
            former: Some([1; 32]),
            step: Step::Applied,
            reason: Some(why.commitment()),
        }))
    };
    let Ok(Applied::Fresh(receipt)) = desk.send(&command) else {
        panic!("taken over");
    };
    let record = &receipt.records[0];
    assert_eq!(record.kind(), Configure::NUMBER);
    let bytes = record.encode();
    assert_eq!(Record::decode(record.kind(), &bytes).as_ref(), Ok(record));
    assert_eq!(record.personal().text, Some(why.commitment()));
    let again = Command::from_record(record, |_| None).map(|read| read.ask);
    assert_eq!(again, Some(command.ask));
    assert_eq!(desk.book.seal().unwrap().texts, [(receipt.entry, why)]);
}
