//! Pick-up codes and typed references that are sealed: what stands in the record, what beside it, and what counts once.

use super::*;
use crate::chain::Hash;
use crate::command::{Lapse, Place, Reference, Roster, Settle};
use crate::record::About;

/// A sealed order: the record holds the commitment, the code stands beside it until the order ends, the same digits
/// count once whether sealed or in clear, and the record alone replays.
#[test]
fn a_sealed_code_stands_beside_the_ledger_until_the_order_ends() {
    let key = crate::seal::SealKey::new([7; 32]);
    let seal = |digits: &str| key.seal(crate::seal::Sealed::PickupCode, digits);
    let mut desk = Desk::open();
    desk.earn("waste", 1, 50);
    let plain = desk.command(Ask::Lapse(Lapse(Vec::new())));
    let ask = |digits: &str| Command {
        text: Some(seal(digits)),
        ask: Ask::Place(Place {
            no: OrderNo(0),
            resident: ResidentNo(1),
            lines: vec![OrderLine::new(code("rice"), 1)],
            seen: Amount::new(200).unwrap(),
            code: PickupCode::Sealed(seal(digits).commitment()),
        }),
        ..plain.clone()
    };
    let first = ask("12345678");
    let Ok(Applied::Fresh(receipt)) = desk.send(&first) else {
        panic!("placed");
    };
    let record = &receipt.records[0];
    assert_eq!(record.kind(), 25);
    assert!(Record::begins(record.kind()), "a proof begins with it");
    let bytes = record.encode();
    assert!(!bytes.windows(8).any(|window| window == b"12345678"));
    assert_eq!(Record::decode(record.kind(), &bytes).as_ref(), Ok(record));
    let again = desk.send(&first);
    assert_eq!(
        again,
        Err(Rejection::CodeTaken),
        "the same digits count once"
    );
    let changes = desk.book.seal().unwrap();
    let no = changes.orders[0].no;
    assert_eq!(changes.codes, [(no, seal("12345678"))]);
    assert!(changes.texts.is_empty(), "a code is no text of the entry");
    // In clear, as an old ledger has it, they are the same digits too.
    desk.book
        .load([Loaded::PickupCode("22345678".into(), Some(OrderNo(9)))]);
    let old = desk.send(&ask("22345678"));
    assert_eq!(old, Err(Rejection::CodeTaken));
    // Placed and collected within one block: nothing is left to stand beside it.
    let Ok(Applied::Fresh(receipt)) = desk.send(&ask("32345678")) else {
        panic!("placed");
    };
    let Some(no) = receipt.records[0].order() else {
        panic!("an order");
    };
    desk.must(Ask::Settle(Settle(no)));
    assert!(desk.book.seal().unwrap().codes.is_empty());
}

/// A typed reference is sealed, and counts once under the form of before too.
#[test]
fn a_sealed_reference_counts_once_under_both_forms() {
    let key = crate::seal::SealKey::new([7; 32]);
    let mut desk = Desk::open();
    let today = desk.today;
    let plain = desk.command(Ask::Lapse(Lapse(Vec::new())));
    let source = |external_ref: String, input| {
        let mut event = event("waste", 1, 5, today);
        event.source = Some(Source {
            name: Code::literal("list"),
            external_ref,
            input,
        });
        event
    };
    desk.must(Ask::Earn(source("张大明 第3页".into(), [1; 32])));
    let text = key.seal(crate::seal::Sealed::Reference, "张大明 第3页");
    let sealed = crate::seal::sealed_reference(&text);
    let ask = |other: &str, input: Hash| Command {
        reference: Some(Reference {
            text: Some(text.clone()),
            other: (other.into(), input),
        }),
        ask: Ask::Earn(source(sealed.clone(), key.digest(&input))),
        ..plain.clone()
    };
    let known = desk.send(&ask("张大明 第3页", [1; 32]));
    assert!(matches!(known, Ok(Applied::Replay(_))), "{known:?}");
    let other = desk.send(&ask("张大明 第3页", [2; 32]));
    assert!(
        matches!(&other, Err(Rejection::SourceConflict { external_ref }) if external_ref == "张大明 第3页"),
        "{other:?}"
    );
    let fresh = desk.send(&ask("another", [1; 32]));
    let Ok(Applied::Fresh(receipt)) = fresh else {
        panic!("{fresh:?}");
    };
    let bytes = receipt.records[0].encode();
    assert!(!String::from_utf8_lossy(&bytes).contains("张大明"));
    let changes = desk.book.seal().unwrap();
    assert_eq!(changes.references, [(receipt.entry, text.clone())]);
    let about = About::Holder(Holder::Resident(ResidentNo(1)));
    assert_eq!(changes.about, [(about, receipt.entry)]);
}

/// The list of staff is sealed: the record begins an entry and holds two hashes, the list stands beside it.
#[test]
fn a_sealed_list_of_staff_is_an_entry_that_the_book_does_not_need() {
    let mut desk = Desk::open();
    let text = crate::command::SaltedText {
        salt: [9; 16],
        text: "王芳".into(),
    };
    let (staff, people) = (text.commitment(), [3; 32]);
    let before = desk.command(Ask::Roster(Roster { staff, people }));
    let command = Command {
        text: Some(text.clone()),
        ..before
    };
    assert!(desk.book.missing(&command).is_empty());
    let Ok(Applied::Fresh(receipt)) = desk.send(&command) else {
        panic!("sealed");
    };
    let [record] = receipt.records.as_slice() else {
        panic!("one record");
    };
    assert_eq!(record.kind(), Roster::NUMBER);
    assert!(Record::begins(record.kind()));
    let bytes = record.encode();
    assert!(!bytes.windows(6).any(|window| window == "王芳".as_bytes()));
    assert_eq!(Record::decode(record.kind(), &bytes).as_ref(), Ok(record));
    assert_eq!(record.personal().text, Some(staff));
    let again = Command::from_record(record, |_| None).map(|read| read.ask);
    assert_eq!(again, Some(command.ask));
    let texts = desk.book.seal().unwrap().texts;
    assert_eq!(texts.len(), 1, "{texts:?}");
}
