//! Schemas that would keep the host busy, which reads them itself: each is refused when the rule is loaded, with
//! what to do, and an honest one of the same kind is used.

use crate::craft::Craft;
use crate::{engine, event};

#[track_caller]
fn refused(schema: &str, says: &str, zh: &str) {
    let error = engine()
        .load(&Craft::default().schema(schema).component(), "{}")
        .unwrap_err();
    assert_eq!(error.code, "plugin.describe", "{error}");
    assert!(error.message.contains(says), "{}", error.message);
    assert!(error.zh.as_ref().unwrap().contains(zh), "{:?}", error.zh);
}

#[test]
fn a_schema_that_goes_round_in_circles_is_refused() {
    let (says, zh) = ("refers to itself in circles", "绕成了圈");
    refused(r##"{"$ref":"#"}"##, says, zh);
    refused(r##"{"allOf":[{"$ref":"#"}]}"##, says, zh);
    let turns =
        r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##;
    refused(turns, says, zh);
    let inside = r##"{"properties":{"a":{"$ref":"#"}}}"##;
    refused(inside, says, zh);
}

#[test]
fn a_schema_that_doubles_again_and_again_is_refused() {
    let mut defs = vec![r#""d0":{"type":"object"}"#.to_owned()];
    for n in 1..30 {
        let to = format!(r##"{{"$ref":"#/$defs/d{}"}}"##, n - 1);
        defs.push(format!(r#""d{n}":{{"allOf":[{to},{to}]}}"#));
    }
    let bomb = format!(
        r##"{{"$defs":{{{}}},"$ref":"#/$defs/d29"}}"##,
        defs.join(",")
    );
    refused(&bomb, "more than 20000 parts", "超过 20000 个部分");
}

#[test]
fn a_schema_refers_only_into_itself() {
    let (says, zh) = ("such as #/$defs/name", "例如 #/$defs/name");
    refused(r#"{"$ref":"http://127.0.0.1:1/schema"}"#, says, zh);
    refused(r#"{"$ref":"file:///etc/passwd"}"#, says, zh);
    refused(r##"{"$ref":"#/$defs/none"}"##, says, zh);
    refused(r##"{"properties":{"a":{"$dynamicRef":"#x"}}}"##, says, zh);
    refused(r#"{"properties":{"a":{"$id":"other"}}}"#, says, zh);
}

#[test]
fn patterns_are_few_and_quick() {
    let rows: Vec<_> = (0..65)
        .map(|n| format!(r#""p{n}":{{"pattern":"a"}}"#))
        .collect();
    let many = format!(r#"{{"properties":{{{}}}}}"#, rows.join(","));
    refused(&many, "more than 64 patterns", "超过 64 个");
    let large = r#"{"properties":{"a":{"pattern":"(\\w{200}){200}"}}}"#;
    refused(large, "schema cannot be used", "不能用");
    // Look-behind is what makes a pattern slow; it is not understood.
    refused(
        r#"{"properties":{"a":{"pattern":"(?=x)\\1"}}}"#,
        "schema cannot be used",
        "不能用",
    );
    // And what would take for ever elsewhere is answered at once.
    let slow = Craft::default().schema(r#"{"properties":{"a":{"pattern":"^(a+)+$"}}}"#);
    let params = format!(r#"{{"a":"{}!"}}"#, "a".repeat(50_000));
    let error = engine().load(&slow.component(), &params).unwrap_err();
    assert_eq!(
        (error.code, error.diagnostics[0].path.as_str()),
        ("config.schema", "a")
    );
    // A value that long is not repeated to the person.
    assert!(
        error.diagnostics[0].en.len() < 1_000,
        "{}",
        error.diagnostics[0].en.len()
    );
}

#[test]
fn a_schema_nested_too_deep_is_no_json() {
    let deep = format!(r#"{}{{}}{}"#, r#"{"not":"#.repeat(2_000), "}".repeat(2_000));
    refused(&deep, "recursion limit", "不是 JSON");
}

#[test]
fn an_honest_schema_may_name_itself_and_its_parts() {
    let schema = r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.org/rule",
        "type":"object","$defs":{"n":{"type":"integer","minimum":1}},
        "properties":{"a":{"$ref":"#/$defs/n"},"b":{"$ref":"#/$defs/n"},"c":{"pattern":"^[a-z]+$"}}}"##;
    let craft = Craft::default().schema(schema).component();
    let rule = engine().load(&craft, r#"{"a":1,"b":2,"c":"x"}"#).unwrap();
    assert!(rule.earn(&event("kind")).is_ok());
    let error = engine().load(&craft, r#"{"a":0,"c":"7"}"#).unwrap_err();
    let places: Vec<_> = error.diagnostics.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(places, ["a", "c"]);
}
