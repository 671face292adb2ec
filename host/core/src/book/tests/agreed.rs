//! Kinds that are booked only when so many people agreed: the book itself counts them, and knows whose they may not be.

use super::*;
use crate::command::{Agreed, Agreer, EventRejection};
use crate::record::{Event, Source};

/// Two people agree to `waste`; nobody asks about the rest.
fn desk() -> Desk {
    let mut desk = Desk::open();
    desk.must(Ask::Settings(Settings {
        agreements: vec![(code("waste"), 2)],
        ..settings()
    }));
    desk
}

fn said(kind: &str) -> Event {
    event(kind, 1, 3, date("2026-03-10"))
}

fn agreed(by: &[(&str, Option<u32>)]) -> Ask {
    let by = by.iter().map(|(actor, resident)| Agreer {
        actor: code(actor),
        resident: resident.map(ResidentNo),
    });
    Ask::Agreed(Box::new(Agreed {
        event: said("waste"),
        by: by.collect(),
    }))
}

fn few(has: u16) -> Rejection {
    let kind = code("waste");
    EventRejection::AgreedByFew {
        kind,
        needs: 2,
        has,
    }
    .into()
}

#[test]
fn the_book_refuses_what_too_few_agreed_to_or_somebody_whom_it_concerns() {
    let own: Rejection = EventRejection::AgreedByOwn {
        kind: code("waste"),
    }
    .into();
    type Case<'c> = (&'c [(&'c str, Option<u32>)], Option<Rejection>);
    // 1 and 2 are one household, 3 lives alone; the event is 1's.
    let cases: &[Case<'_>] = &[
        (&[], Some(few(0))),
        (&[("staff/1", None)], Some(few(1))),
        (&[("staff/1", None), ("staff/1", None)], Some(few(1))),
        (
            &[("staff/1", Some(3)), ("resident/3", Some(3))],
            Some(few(1)),
        ),
        (&[("terminal/a", None), ("terminal/b", None)], Some(few(1))),
        (
            &[("staff/1", Some(1)), ("staff/2", None)],
            Some(own.clone()),
        ),
        (
            &[("staff/1", None), ("staff/2", Some(2))],
            Some(own.clone()),
        ),
        (
            &[("staff/1", None), ("staff/2", None), ("staff/3", Some(2))],
            Some(own),
        ),
        (&[("staff/1", None), ("staff/2", None)], None),
        (&[("staff/1", Some(3)), ("staff/2", None)], None),
    ];
    for (by, expected) in cases {
        let mut desk = desk();
        let before = desk.book.frame().head;
        match (desk.ask(agreed(by)), expected) {
            (Err(rejection), Some(expected)) => {
                assert_eq!(rejection, *expected, "{by:?}");
                assert_eq!(desk.book.frame().head, before);
            }
            (Ok(Applied::Fresh(receipt)), None) => assert!(receipt.refusal().is_none(), "{by:?}"),
            (answer, _) => panic!("{by:?}: {answer:?}"),
        }
    }
}

#[test]
fn a_plain_event_of_such_a_kind_is_refused_and_others_are_not() {
    let mut desk = desk();
    assert_eq!(desk.ask(Ask::Earn(said("waste"))), Err(few(0)));
    desk.must(Ask::Earn(said("take")));
    // Who agreed to something that needs nobody stands in the record all the same.
    let receipt = desk.must(Ask::Agreed(Box::new(Agreed {
        event: said("take"),
        by: vec![Agreer {
            actor: code("staff/4"),
            resident: None,
        }],
    })));
    let first = receipt.records.first().unwrap();
    assert_eq!(first.event(), Some(&said("take")));
    assert_eq!(first.kind(), 32);
    let read = Record::decode(first.kind(), &first.encode()).unwrap();
    assert_eq!(&read, first);
}

#[test]
fn what_was_booked_before_the_community_asked_stays_and_is_answered_again() {
    let mut desk = Desk::open();
    let sourced = Event {
        source: Some(Source {
            name: code("bin"),
            external_ref: "7".to_owned(),
            input: [1; 32],
        }),
        ..said("waste")
    };
    let first = desk.must(Ask::Earn(sourced.clone()));
    desk.must(Ask::Settings(Settings {
        agreements: vec![(code("waste"), 2)],
        ..settings()
    }));
    let command = desk.command(Ask::Earn(sourced));
    let again = desk.book.apply(&command, Instant(900), &Native);
    assert_eq!(again, Ok(Applied::Replay(first.entry)));
    // A book that repeats what a ledger holds refuses nothing of it.
    let mut book = std::mem::replace(&mut desk.book, Book::empty(code("other"))).replaying();
    let command = desk.command(Ask::Earn(said("waste")));
    let repeated = book.apply(&command, Instant(901), &Native);
    assert!(matches!(repeated, Ok(Applied::Fresh(_))), "{repeated:?}");
}

#[test]
fn it_is_taken_back_like_any_other_event() {
    let mut desk = desk();
    let receipt = desk.must(agreed(&[("staff/1", None), ("staff/2", None)]));
    let reverses = Ask::Amend(crate::command::Amend::Reverse(receipt.entry, [0; 32]));
    let reversed = desk.must(reverses);
    assert!(reversed.records.len() > 1);
}
