//! Plans that cannot be used: each is refused when the rule is loaded, naming the part, the value and the limit.

use crate::craft::{Craft, words};
use crate::engine;

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
