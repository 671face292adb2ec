//! Every address, every parameter, every field of a body, with values that cannot be: each is refused with a stable
//! code by everybody's door, and none of them makes the host believe that its ledger is damaged.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::{Answer, Browser, TestApp};

/// What is put in the place of a number, a day, a place in the ledger or a name.
const NASTY: [&str; 27] = [
    "",
    "0",
    "-1",
    "+1",
    "%2B1",
    "1.0",
    "1e3",
    "0x10",
    "01",
    "NaN",
    "2147483648",
    "2147484649",
    "4294967296",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "%EF%BC%91",
    "%00",
    "%FF",
    "..",
    "2026-02-30",
    "0000-00-00",
    "99999-12-31",
    "1%0d%0aX-Y:%20z",
];

/// Queries that handlers read, tried everywhere.
const QUERIES: [&str; 12] = [
    "before", "limit", "after", "at", "done", "placed", "quantity", "show", "code", "kind", "next",
    "whatever",
];

/// The addresses of this host, as its sources list them.
fn addresses() -> BTreeSet<String> {
    fn visit(folder: &std::path::Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file");
                let quoted = text.split('"').skip(1).step_by(2);
                let address = |text: &&str| {
                    text.starts_with('/')
                        && !text.contains([' ', '?', '\\', '\n', '*'])
                        && !text.starts_with("//")
                };
                found.extend(quoted.filter(address).map(str::to_owned));
            }
        }
    }
    let mut found = BTreeSet::new();
    visit(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let all: Vec<String> = found.iter().cloned().collect();
    for path in all {
        if let Some(rest) = path.strip_prefix("/communities") {
            found.insert(format!("/api/v1/communities{rest}"));
            found.remove(&path);
        }
    }
    found.retain(|path| path.contains('{') || path.starts_with("/heads"));
    assert!(found.len() > 50, "{found:?}");
    found
}

/// An address with its parts filled in; one of them with `nasty`.
fn filled(address: &str, odd: usize, nasty: &str) -> String {
    let mut at = 0;
    let mut out = String::new();
    for piece in address.split('/').skip(1) {
        out.push('/');
        let (Some(open), Some(close)) = (piece.find('{'), piece.find('}')) else {
            out.push_str(piece);
            continue;
        };
        out.push_str(&piece[..open]);
        let usual = match &piece[open + 1..close] {
            "community" | "code" => "nanmen",
            "resident" => "1001",
            "period" => "2026-10",
            "item" => "salt",
            "file" => "nanmen.txt",
            _ => "1",
        };
        out.push_str(if at == odd { nasty } else { usual });
        out.push_str(&piece[close + 1..]);
        at += 1;
    }
    out
}

#[track_caller]
fn refused_or_answered(answer: &Answer, what: &str) {
    let status = answer.status.as_u16();
    assert!(status < 500, "{what}: {status}\n{}", answer.text);
    assert!(!answer.text.contains("store."), "{what}\n{}", answer.text);
    if what.contains("/api/v1/") && status >= 400 {
        let told = answer.json();
        let code = told["code"].as_str().unwrap_or("");
        assert!(
            !code.is_empty() && told["status"] == status,
            "{what}: {}",
            answer.text
        );
        assert_eq!(
            answer.headers["content-type"], "application/problem+json",
            "{what}"
        );
    }
}

async fn walk(browser: &mut Browser<'_>, who: &str) {
    let program = browser.bearer.is_some();
    let all = addresses().into_iter();
    for address in all.filter(|path| !program || path.starts_with("/api/")) {
        let parts = address.matches('{').count();
        for odd in 0..parts {
            for nasty in NASTY {
                let path = filled(&address, odd, nasty);
                // An address may not hold every letter, and what is none is never sent.
                if path.parse::<axum::http::Uri>().is_err() {
                    continue;
                }
                let answer = browser.get(&path).await;
                refused_or_answered(&answer, &format!("{who}: GET {path}"));
                let answer = browser.post(&path, &[("pin", "1")]).await;
                refused_or_answered(&answer, &format!("{who}: POST {path}"));
                if path.starts_with("/api/") {
                    let answer = browser.json(&path, &json!({})).await;
                    refused_or_answered(&answer, &format!("{who}: JSON to {path}"));
                }
            }
        }
        let plain = filled(&address, usize::MAX, "");
        for name in QUERIES {
            // Every third is enough for a name that few handlers read.
            for nasty in NASTY.iter().skip(name.len() % 3).step_by(3) {
                let path = format!("{plain}?{name}={nasty}");
                let answer = browser.get(&path).await;
                refused_or_answered(&answer, &format!("{who}: GET {path}"));
            }
            let twice = format!("{plain}?{name}=1&{name}=2");
            let answer = browser.get(&twice).await;
            refused_or_answered(&answer, &format!("{who}: GET {twice}"));
        }
    }
}

#[tokio::test]
async fn no_address_can_be_asked_wrongly_enough() {
    let app = TestApp::new().await;
    app.earn("e-1", "waste.food", 1001, 10).await;
    walk(&mut app.signed_in("boss").await, "operator").await;
    walk(&mut app.signed_in("1001").await, "resident").await;
    walk(&mut app.device("read").await, "a reading token").await;
    app.end().await;
}

#[tokio::test]
async fn what_is_no_number_or_day_is_said_to_be_none() {
    let app = TestApp::new().await;
    let mut reader = app.signed_in("1001").await;
    let resident = "/api/v1/communities/nanmen/residents/1001";
    for (path, name) in [
        (format!("{resident}/passbook"), "before"),
        (format!("{resident}/passbook"), "limit"),
        (format!("{resident}/past-balance"), "at"),
    ] {
        for nasty in NASTY {
            // These are numbers.
            let number = nasty.bytes().all(|b| b.is_ascii_digit())
                && nasty.parse().is_ok_and(|n: u64| n < 1 << 53);
            if name == "before" && number {
                continue;
            }
            if name == "limit" && nasty == "01" {
                continue;
            }
            let path = format!("{path}?{name}={nasty}");
            let answer = reader.get(&path).await;
            let told = answer.is(422).json();
            let code = told["code"].as_str().unwrap();
            assert!(
                ["query.invalid", "date.form"].contains(&code),
                "{path}: {code}"
            );
        }
    }
    // A number that nobody has is nobody's, even one that an account would cut to somebody's.
    for no in ["2147484649", "4294968297", "-1", "1001.0"] {
        for rest in ["balance", "past-balance?at=2026-11-01"] {
            let path = format!("/api/v1/communities/nanmen/residents/{no}/{rest}");
            reader.get(&path).await.is(404);
        }
    }
    let mut resident = app.signed_in("1001").await;
    for query in [
        "before=9223372036854775808",
        "before=-1",
        "before=",
        "before=x",
        "before=1&before=2",
    ] {
        let answer = resident.get(&format!("/nanmen/passbook?{query}")).await;
        answer.is(422).says(&["query.invalid"]);
    }
    resident
        .get("/nanmen/passbook?before=%EF%BC%99%EF%BC%99")
        .await
        .is(200);
    app.end().await;
}

/// Values of the wrong kind, and of the right kind that cannot be.
fn nasty_values() -> Vec<Value> {
    let numbers = [
        "-1",
        "0",
        "-0",
        "1.5",
        "1e300",
        "-1e300",
        "2147483647",
        "2147483648",
        "2147484649",
        "4294967295",
        "4294967296",
        "1000000000000",
        "1000000000001",
        "9007199254740992",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
    ];
    let long = "长".repeat(3000);
    let texts = [
        "",
        " ",
        "\0",
        "a\0b",
        "\u{10ffff}",
        "\u{10ffff}0",
        "\u{202e}1001\r\n\u{1b}[31m",
        "０１",
        "-1",
        "1e3",
        "0.5",
        "99999999999999999999",
        "9223372036854775808",
        "2026-02-30",
        "2026-13-01",
        "0000-00-00",
        "99999-12-31",
        "2026-11-23T24:00",
        "２０２６-11-23",
        "points",
        "rice-5kg",
        "{}",
        "'; --",
        &long,
    ];
    let mut all: Vec<Value> = numbers
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    all.extend(texts.iter().map(|text| json!(text)));
    all.extend([
        json!(null),
        json!(true),
        json!([]),
        json!([1]),
        json!({}),
        json!({ "a": 1 }),
        json!([[]]),
    ]);
    all
}

/// Bodies that are right, for every address that takes one.
fn bodies() -> Vec<(&'static str, Value)> {
    let event = json!({
        "kind": "waste.food", "resident": 1001, "roles": { "team": 1002 }, "quantity": "1.5",
        "occurred_at": "2026-11-20T09:20", "fields": { "place": "x" }, "source": "scale-1",
        "external_ref": "n-1", "note": "好", "replaces": 3
    });
    let lines = json!([{ "item": "salt", "quantity": 1 }]);
    vec![
        ("events", event.clone()),
        ("events/bulk", json!({ "events": [event.clone()] })),
        (
            "chains",
            json!({ "steps": [
                { "event": event },
                { "reverse": { "entry": 5, "reason": "记错了" } },
                { "order": { "resident": 1001, "lines": lines, "total": 100 } },
                { "cancel": { "order": 1 } },
            ] }),
        ),
        ("quotes", json!({ "resident": 1001, "lines": lines })),
        (
            "orders",
            json!({ "resident": 1001, "lines": lines, "total": 100 }),
        ),
        (
            "orders/1/settle",
            json!({ "pickup_code": "12345678", "lines": lines }),
        ),
        ("orders/1/cancel", json!({})),
        ("periods/2026-10/steps", json!({ "step": "withdraw" })),
        (
            "statements",
            json!({ "resident": 1001, "asset": "points", "on": "2026-10-31", "amount": 0, "source": "本子" }),
        ),
        ("entries/5/reverse", json!({ "reason": "记错了" })),
        ("proposals", json!({ "reverse": 5, "reason": "记错了" })),
        (
            "proposals",
            json!({ "resident": 1001, "asset": "points", "amount": 5, "expires_on": "2027-01-01",
                "about": "2026-11-01", "reason": "漏记了" }),
        ),
        ("proposals/5/decline", json!({ "reason": "不对" })),
        ("entries/5/object", json!({ "reason": "不对" })),
        (
            "entries/5/review",
            json!({ "uphold": true, "reason": "对的" }),
        ),
    ]
}

/// Calls `with` on a copy of `body` for each of its values, however deep.
fn each_value(body: &Value, with: &mut impl FnMut(String)) {
    let mut paths = Vec::new();
    fn visit(value: &Value, path: &str, paths: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, value)| visit(value, &format!("{path}/{name}"), paths)),
            Value::Array(values) => values
                .iter()
                .enumerate()
                .for_each(|(at, value)| visit(value, &format!("{path}/{at}"), paths)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        paths.push(path.to_owned());
    }
    visit(body, "", &mut paths);
    for path in paths {
        for nasty in nasty_values() {
            let mut copy = body.clone();
            *copy.pointer_mut(&path).expect("it is there") = nasty;
            with(copy.to_string());
        }
    }
}

#[tokio::test]
async fn no_body_can_be_wrong_enough() {
    let app = TestApp::new().await;
    app.earn("e-1", "waste.food", 1001, 10).await;
    let mut boss = app.signed_in("boss").await;
    let mut scale = app.device("events").await;
    let mut at = 0;
    for (address, body) in bodies() {
        let path = format!("/api/v1/communities/nanmen/{address}");
        let mut all = vec![
            String::new(),
            "{".into(),
            "[]".into(),
            "null".into(),
            "\u{feff}{}".into(),
        ];
        all.push("[".repeat(100_000));
        each_value(&body, &mut |text| all.push(text));
        for text in all {
            at += 1;
            let from = if at % 2 == 0 && address.starts_with("events") {
                &mut scale
            } else {
                &mut boss
            };
            let answer = from.raw_json(&path, text.clone()).await;
            let shown: String = text.chars().take(300).collect();
            refused_or_answered(&answer, &format!("POST {path} {shown}"));
        }
    }
    assert!(at > 2000, "{at}");
    app.end().await;
}

/// Whoever may not send something hears that, whatever they sent: nothing of a body is read before.
#[tokio::test]
async fn who_may_is_asked_before_what_is_sent() {
    let app = TestApp::new().await;
    let mut stranger = app.browser();
    let mut shop = app.signed_in("shop").await;
    let mut reader = app.device("read").await;
    for (address, body) in bodies() {
        let path = format!("/api/v1/communities/nanmen/{address}");
        for text in [
            body.to_string(),
            "{".to_owned(),
            String::new(),
            "x".repeat(2 << 20),
        ] {
            assert_eq!(
                stranger.raw_json(&path, text.clone()).await.status,
                401,
                "{path}"
            );
            assert_eq!(
                stranger.post(&path, &[("a", &text)]).await.status,
                401,
                "{path}"
            );
            let status = reader.raw_json(&path, text.clone()).await.status;
            assert_eq!(status, 403, "{path} with a reading token");
            let status = reader.post(&path, &[("a", "b")]).await.status;
            assert_eq!(status, 403, "{path} with a reading token and a form");
            if ![
                "quotes",
                "orders",
                "orders/1/settle",
                "orders/1/cancel",
                "entries/5/object",
            ]
            .contains(&address)
            {
                assert_eq!(
                    shop.raw_json(&path, text).await.status,
                    403,
                    "{path} by a shopkeeper"
                );
            }
        }
    }
    // Pages too: a form that is none says nothing to those who may not send it.
    for path in [
        "amend/reverse",
        "amend/adjust",
        "amend/1/approve",
        "amend/1/decline",
        "amend/1/review",
        "record",
        "operator/periods/2026-10",
    ] {
        let answer = shop.raw_json(&format!("/nanmen/{path}"), "{".into()).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    app.end().await;
}
