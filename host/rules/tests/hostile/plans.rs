//! Plans that cannot be used: each is refused when the rule is loaded, naming the part, the value and the limit.

use crate::craft::{Craft, words};
use crate::{engine, event};
use rongyi_core::chain::sha256;

/// Where a test may put what it needs.
const FREE: usize = 30_000;

/// A record or text in free memory.
fn data(bytes: &[u8]) -> String {
    let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {FREE}) \"{bytes}\")")
}

#[track_caller]
fn refused(craft: &Craft, says: &str) {
    let error = engine().load(&craft.component(), "{}").unwrap_err();
    assert_eq!(error.code, "config.plugin", "{error}");
    assert!(error.message.contains(says), "{says}? {}", error.message);
    assert!(error.zh.unwrap().contains(says), "{says}?");
}

#[test]
fn a_kind_makes_sense() {
    let craft = Craft::default;
    refused(
        &craft().kind(10, &[5]),
        "kind kind: a scale of 5 is above 4",
    );
    refused(
        &craft().kind(11, &[7, 6]),
        "kind kind: quantity-min is above quantity-max",
    );
    // Its code is the text of the schema.
    refused(&craft().kind(0, &[20_000, 2]), "kinds: “{}” is not a code");
}

#[test]
fn lists_have_their_limits() {
    // The same record again and again.
    let kind = [80, 4, 64, 1, 64, 1, 64, 1, 64, 1, 0, 1, 100, 0, 0, 0, 0];
    let many = |count: usize, record: &[usize]| data(&words(record).repeat(count));
    let craft = |extra: String| Craft::default().extra(&extra);
    refused(
        &craft(many(201, &kind)).plan(1, &[FREE, 201]),
        "kinds: 201 are more than the 200",
    );
    refused(
        &craft(many(2, &kind)).plan(1, &[FREE, 2]),
        "kinds: “kind” is named twice",
    );
    let phrase = [80, 4, 64, 1, 64, 1];
    refused(
        &craft(many(2, &phrase)).plan(10, &[FREE, 2]),
        "phrases: “kind” is named twice",
    );
    let name = [80, 4];
    refused(
        &craft(many(33, &name)).plan(8, &[FREE, 33]),
        "traits: 33 are more than the 32",
    );
}

#[test]
fn what_is_asked_must_be_on_the_list() {
    // Metric, window with its days, subject, no kind: a fact of twenty-four bytes.
    let fact = |metric: u8, window: u8, subject: u8| {
        let mut fact = vec![0; 24];
        (fact[0], fact[2], fact[6]) = (metric, window, subject);
        Craft::default().extra(&data(&fact)).kind(15, &[FREE, 1])
    };
    assert!(engine().load(&fact(0, 2, 0).component(), "{}").is_ok());
    refused(&fact(77, 2, 0), "output.invalid");
    refused(&fact(0, 77, 0), "output.invalid");
    refused(&fact(0, 2, 77), "output.invalid");
}

/// Every text that a rule hands over when it is loaded, one character longer than it may be.
#[test]
fn every_text_has_its_length() {
    let craft = Craft::default;
    // A title and a phrase are made of what stands there anyway; zero bytes are characters too.
    for (at, what) in [
        (
            2,
            "the title of “kind” (zh) has 201 characters; the limit is 200",
        ),
        (4, "the title of “kind” (en)"),
        (6, "the unit of “kind” (zh)"),
        (8, "the unit of “kind” (en)"),
    ] {
        too_long(&craft().kind(at, &[40_000, 201]), "config.plugin", what);
        assert!(
            engine()
                .load(&craft().kind(at, &[40_000, 200]).component(), "{}")
                .is_ok()
        );
    }
    let phrase = |zh: usize, en: usize| {
        let record = words(&[80, 4, 40_000, zh, 40_000, en]);
        craft().extra(&data(&record)).plan(10, &[FREE, 1])
    };
    too_long(
        &phrase(1001, 1),
        "config.plugin",
        "the phrase “kind” (zh) has 1001",
    );
    too_long(
        &phrase(1, 1001),
        "config.plugin",
        "the phrase “kind” (en) has 1001",
    );
    assert!(engine().load(&phrase(1000, 1000).component(), "{}").is_ok());
    let line = words(&[64, 1, 40_000, 1001]);
    let summary = craft().extra(&data(&line)).plan(12, &[FREE, 1]);
    too_long(&summary, "config.plugin", "line 1 of the summary (en)");
    // Who it is: pointer and length of each text stand from 1024 on.
    for (length_at, length, what) in [
        (1036, 65, "the version has 65 characters; the limit is 64"),
        (1044, 201, "the title (zh)"),
        (1052, 201, "the title (en)"),
        (1068, 121, "the licence"),
    ] {
        let store = |length: usize| {
            craft().prelude(&format!(
                "(i32.store (i32.const {length_at}) (i32.const {length}))"
            ))
        };
        too_long(&store(length), "plugin.describe", what);
        assert!(
            engine().load(&store(length - 1).component(), "{}").is_ok(),
            "{what}"
        );
    }
    let author = words(&[64, 121]);
    let authors = craft().extra(&data(&author)).prelude(&format!(
        "(i32.store (i32.const 1056) (i32.const {FREE})) (i32.store (i32.const 1060) (i32.const 1))"
    ));
    too_long(&authors, "plugin.describe", "the name of an author has 121");
}

#[track_caller]
fn too_long(craft: &Craft, code: &str, says: &str) {
    let bytes = craft.component();
    let error = engine().load(&bytes, "{}").unwrap_err();
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(says), "{says}? {}", error.message);
    assert!(error.zh.unwrap().contains("太长"));
    // What a ledger holds of earlier days still decides; its texts are cut.
    let digests = (&sha256(&bytes), &sha256(b"{}"));
    let rule = engine().load_archived(digests, &bytes, "{}").unwrap();
    assert_eq!(rule.plan.clone().cut_texts(), None);
    assert!(rule.about.version.chars().count() <= 64);
    assert!(rule.earn(&event("kind")).is_ok());
}

#[test]
fn the_archive_is_not_believed() {
    let bytes = Craft::default().component();
    let (good, other) = (sha256(&bytes), sha256(b"other"));
    let params = sha256(b"{}");
    let load = |component, params| engine().load_archived((component, params), &bytes, "{}");
    assert!(load(&good, &params).is_ok());
    assert_eq!(load(&other, &params).unwrap_err().code, "load.digest");
    assert_eq!(load(&good, &other).unwrap_err().code, "load.digest");
}
