//! The API: events and their answers, replays, the table of faults, orders and the till, and the description.

use std::task::{Context, Waker};

use serde_json::{Value, json};

use crate::acts::sources;
use crate::app::TestApp;

const EVENTS: &str = "/api/v1/communities/nanmen/events";

fn event(reference: &str, quantity: &str) -> Value {
    json!({
        "kind": "waste.food", "resident": 1001, "quantity": quantity, "occurred_at": "2026-11-20T09:20",
        "source": "scale-1", "external_ref": reference
    })
}

#[tokio::test]
async fn an_event_is_decided_once_and_told_again() {
    let app = TestApp::new().await;
    let mut scale = app.device("events").await;
    let first = scale.json(EVENTS, &event("e-1", "7.6")).await;
    let body = first.is(200).json();
    assert_eq!(
        (body["outcome"].as_str(), body["replayed"].as_bool()),
        (Some("decided"), Some(false))
    );
    assert_eq!(body["movements"][0]["to"], "household/3/points/available");
    assert_eq!(body["movements"][0]["amount"], 76);
    assert!(
        !body["reasons"][0]["text"]["zh"]
            .as_str()
            .unwrap()
            .is_empty()
    );
    let again = scale.json(EVENTS, &event("e-1", "7.6")).await;
    assert_eq!(again.is(200).headers["idempotency-replayed"], "true");
    assert_eq!(again.json()["entry"], body["entry"]);
    let other = scale.json(EVENTS, &event("e-1", "7.7")).await;
    assert_eq!(other.is(409).json()["code"], "source.conflict");
    scale.key = Some("key-1".into());
    let mut plain = event("e-2", "1");
    plain.as_object_mut().unwrap().remove("external_ref");
    let keyed = scale.json(EVENTS, &plain).await.is(200).json();
    assert_eq!(
        scale.json(EVENTS, &plain).await.is(200).json()["entry"],
        keyed["entry"]
    );
    plain["quantity"] = json!("2");
    assert_eq!(
        scale.json(EVENTS, &plain).await.is(409).json()["code"],
        "key.conflict"
    );
    app.end().await;
}

/// Each client gives up a little later than the one before it: before its event was read, while it waited, while
/// the rule ran, while the answer was written.
#[tokio::test]
async fn a_client_that_leaves_leaves_a_whole_event_or_none() {
    let app = TestApp::new().await;
    let mut scale = app.device("events").await;
    let (mut left, mut entries) = (0, std::collections::BTreeSet::new());
    for step in 0..14 {
        let asked = event(&format!("gone-{step}"), "1");
        {
            let mut asking = std::pin::pin!(scale.json(EVENTS, &asked));
            let mut ready = false;
            for _ in 0..1_u32 << step {
                let mut now = Context::from_waker(Waker::noop());
                ready = asking.as_mut().poll(&mut now).is_ready();
                if ready {
                    break;
                }
                tokio::task::yield_now().await;
            }
            left += usize::from(!ready);
        }
        // Whoever asks again gets the one answer there is.
        let first = scale.json(EVENTS, &asked).await.is(200).json();
        let again = scale.json(EVENTS, &asked).await.is(200).json();
        assert_eq!(first["entry"], again["entry"], "{step}");
        assert_eq!(first["movements"][0]["amount"], 10, "{step}");
        entries.insert(first["entry"].to_string());
    }
    assert!(left > 0, "nobody left");
    assert_eq!(entries.len(), 14);
    app.end().await;
}

#[tokio::test]
async fn a_refusal_is_an_answer_that_is_kept() {
    let app = TestApp::new().await;
    let mut scale = app.device("events").await;
    let yard = |reference: &str| json!({ "kind": "yard.inspect", "resident": 1001, "quantity": "0", "occurred_at": "2026-11-23", "external_ref": reference });
    assert_eq!(
        scale.json(EVENTS, &yard("y-1")).await.is(200).json()["outcome"],
        "decided"
    );
    let second = scale.json(EVENTS, &yard("y-2")).await.is(200).json();
    assert_eq!(second["outcome"], "refused");
    assert_eq!(second["opens"], "2026-11-30");
    for lang in ["zh", "en"] {
        let said = second["text"][lang].as_str().unwrap();
        assert!(!said.is_empty() && !said.contains('{'), "{said}");
    }
    assert_eq!(
        scale.json(EVENTS, &yard("y-2")).await.is(200).json()["replayed"],
        true
    );
    // The resident reads why not.
    let path = format!("/nanmen/passbook/{}", second["entry"]);
    app.signed_in("1001").await.get(&path).await.is(200).says(&[
        "为什么没有得分",
        "没有入账",
        "11月30日",
    ]);
    app.end().await;
}

#[tokio::test]
async fn a_list_answers_each_place_for_itself() {
    let app = TestApp::new().await;
    let mut scale = app.device("events").await;
    let list = json!({ "events": [event("l-1", "1.5"), event("l-2", "1e3"), event("l-3", "0"), event("l-1", "1.5")] });
    let body = scale
        .json(&format!("{EVENTS}/bulk"), &list)
        .await
        .is(200)
        .json();
    let outcomes: Vec<_> = body["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["decided", "rejected", "rejected", "decided"]);
    assert_eq!(body["answers"][1]["code"], "quantity.number");
    assert_eq!(body["answers"][2]["code"], "quantity.range");
    assert_eq!(body["answers"][3]["entry"], body["answers"][0]["entry"]);
    scale
        .json(&format!("{EVENTS}/bulk"), &json!({ "events": [] }))
        .await
        .is(422);
    app.end().await;
}

#[tokio::test]
async fn every_fault_has_its_status_and_code() {
    let app = TestApp::new().await;
    let mut scale = app.device("events").await;
    let with = |name: &str, value: Value| {
        let mut body = event("f-1", "1");
        body[name] = value;
        body
    };
    let rows = [
        (with("kind", json!("waste.fodo")), 422, "kind.unknown"),
        (with("kind", json!("Waste Food")), 422, "code.form"),
        (with("resident", json!(9999)), 404, "resident.unknown"),
        (with("quantity", json!("0")), 422, "quantity.range"),
        (with("quantity", json!("-1")), 422, "quantity.range"),
        (
            with("quantity", json!("9007199254740992")),
            422,
            "quantity.range",
        ),
        (with("quantity", json!("1e3")), 422, "quantity.number"),
        (with("quantity", json!("1.55")), 422, "quantity.places"),
        (with("occurred_at", json!("2026-11-24")), 422, "date.future"),
        (
            with("occurred_at", json!("2026-01-01")),
            422,
            "date.too-early",
        ),
        (
            with("occurred_at", json!("2026-01-04")),
            422,
            "kind.not-active",
        ),
        (with("occurred_at", json!("yesterday")), 422, "date.form"),
        (
            with("fields", json!({ "colour": "red" })),
            422,
            "field.unknown",
        ),
        (with("external_ref", json!("")), 422, "input.invalid"),
        (with("quantity", json!(1)), 422, "body.schema"),
        (with("colour", json!("red")), 422, "body.schema"),
    ];
    for (body, status, code) in rows {
        let answer = scale.json(EVENTS, &body).await;
        let told = answer.is(status).json();
        assert_eq!(told["code"], code, "{body}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(
            told["request_id"],
            answer.headers["x-request-id"].to_str().unwrap()
        );
        for lang in ["detail", "detail_zh"] {
            assert!(
                told[lang].as_str().is_some_and(|text| text.len() > 10),
                "{told}"
            );
        }
    }
    assert_eq!(
        scale
            .raw_json(EVENTS, "{\"kind\": ".into())
            .await
            .is(422)
            .json()["code"],
        "body.malformed"
    );
    let large = format!("{{\"note\": \"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(
        scale.raw_json(EVENTS, large).await.is(413).json()["code"],
        "body.too-large"
    );
    assert_eq!(
        scale.post(EVENTS, &[("kind", "x")]).await.is(415).json()["code"],
        "body.media-type"
    );
    assert_eq!(
        scale
            .get("/api/v1/communities/nowhere/items")
            .await
            .is(404)
            .json()["code"],
        "community.unknown"
    );
    assert_eq!(
        scale.get("/api/v1/nothing").await.is(404).json()["code"],
        "not-found"
    );
    assert_eq!(
        scale.get(EVENTS).await.is(405).json()["code"],
        "method.not-allowed"
    );
    app.end().await;
}

#[tokio::test]
async fn nobody_asks_for_more_than_their_own() {
    let app = TestApp::new().await;
    let entry = app.earn("g-1", "waste.food", 1001, 120).await;
    let base = "/api/v1/communities/nanmen";
    let balance_path = format!("{base}/residents/1001/balance");
    assert_eq!(
        app.browser().get(&balance_path).await.is(401).json()["code"],
        "access.sign-in"
    );
    let mut stranger = app.browser();
    stranger.bearer = Some("not-a-token".into());
    assert_eq!(
        stranger.get(&balance_path).await.is(401).json()["code"],
        "access.token"
    );
    let mut me = app.signed_in("1001").await;
    assert_eq!(me.get(&balance_path).await.is(200).json()["points"], 120);
    let lines = me
        .get(&format!("{base}/residents/1001/passbook"))
        .await
        .is(200)
        .json();
    assert_eq!(lines["lines"][0]["change"], 120);
    let why = me
        .get(&format!("{base}/entries/{entry}"))
        .await
        .is(200)
        .json();
    assert_eq!(
        (why["asked"].as_str(), why["reasons"][0]["amount"].as_i64()),
        (Some("event"), Some(120))
    );
    let mut neighbour = app.signed_in("2001").await;
    for path in [&balance_path, &format!("{base}/entries/{entry}")] {
        assert_eq!(
            neighbour.get(path).await.is(403).json()["code"],
            "access.forbidden"
        );
    }
    assert_eq!(
        neighbour
            .json(EVENTS, &event("g-2", "1"))
            .await
            .is(403)
            .json()["code"],
        "access.forbidden"
    );
    assert_eq!(
        neighbour
            .get("/api/v1/communities/jinxian/items")
            .await
            .is(401)
            .json()["code"],
        "access.sign-in"
    );
    let mut scale = app.device("events").await;
    scale.get(&balance_path).await.is(403);
    let mut reader = app.device("read").await;
    reader.get(&balance_path).await.is(403);
    let mut reader = app.device("people").await;
    reader.get(&balance_path).await.is(200);
    reader.json(EVENTS, &event("g-3", "1")).await.is(403);
    let head = app
        .browser()
        .get(&format!("{base}/head"))
        .await
        .is(200)
        .json();
    assert_eq!(head["hash"].as_str().unwrap().len(), 64);
    app.end().await;
}

#[tokio::test]
async fn an_order_is_placed_once_and_handed_over_once() {
    let app = TestApp::new().await;
    app.earn("h-1", "waste.food", 1001, 200).await;
    let base = "/api/v1/communities/nanmen";
    let mut me = app.signed_in("1001").await;
    let items = me.get(&format!("{base}/items")).await.is(200).json();
    assert_eq!(items["items"][0]["left"], 3);
    let basket = json!([{ "item": "rice-5kg", "quantity": 1 }, { "item": "salt", "quantity": 2 }]);
    let quote = me
        .json(&format!("{base}/quotes"), &json!({ "lines": basket }))
        .await
        .is(200)
        .json();
    assert_eq!(
        (quote["outcome"].as_str(), quote["total"].as_i64()),
        (Some("quoted"), Some(95))
    );
    me.key = Some("order-1".into());
    let wanted = json!({ "lines": basket, "total": 95 });
    let placed = me
        .json(&format!("{base}/orders"), &wanted)
        .await
        .is(200)
        .json();
    let again = me.json(&format!("{base}/orders"), &wanted).await;
    assert_eq!(again.is(200).headers["idempotency-replayed"], "true");
    assert_eq!(again.json()["order"], placed["order"]);
    me.key = None;
    let poor = me
        .json(
            &format!("{base}/orders"),
            &json!({ "lines": [{ "item": "rice-5kg", "quantity": 2 }], "total": 170 }),
        )
        .await;
    assert_eq!(poor.is(200).json()["outcome"], "refused");
    let pickup = placed["pickup_code"].as_str().unwrap();
    let mut till = app.device("till").await;
    let seen = till.get(&format!("{base}/orders/1")).await.is(200).json();
    assert_eq!(
        (seen["state"].as_str(), &seen["pickup_code"]),
        (Some("reserved"), &Value::Null)
    );
    let settle = format!("{base}/orders/1/settle");
    let wrong = if pickup == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    till.json(&settle, &json!({ "pickup_code": wrong }))
        .await
        .is(404);
    me.json(&settle, &json!({ "pickup_code": pickup }))
        .await
        .is(403);
    let done = till
        .json(&settle, &json!({ "pickup_code": pickup }))
        .await
        .is(200)
        .json();
    assert_eq!(done["state"], "settled");
    assert!(done["closed_by"].as_str().unwrap().starts_with("token/"));
    assert_eq!(
        till.json(&settle, &json!({ "pickup_code": pickup }))
            .await
            .is(409)
            .json()["code"],
        "order.settled"
    );
    assert_eq!(
        me.json(&format!("{base}/orders/1/cancel"), &json!({}))
            .await
            .is(409)
            .json()["code"],
        "order.settled"
    );
    app.end().await;
}

/// The description that is kept in the repository is the one the handlers make.
#[test]
fn the_kept_description_is_the_real_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let real = rongyi_server::routes::openapi::description();
    if std::env::var_os("RONGYI_WRITE_OPENAPI").is_some() {
        std::fs::write(path, &real).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == real,
        "host/server/openapi.json is not what the handlers describe; \
         run `RONGYI_WRITE_OPENAPI=1 cargo test -p rongyi-server --test web description` and commit the file"
    );
    let parsed: Value = serde_json::from_str(&real).unwrap();
    assert_eq!(parsed["paths"].as_object().unwrap().len(), 39);
}

/// A description has one place for each name: of two shapes called the same, one would be told for both.
#[test]
fn no_two_shapes_of_the_description_have_one_name() {
    let mut seen = std::collections::BTreeMap::new();
    for (file, text) in sources() {
        let mut described = false;
        for line in text.lines() {
            described |= line.contains("ToSchema") && !line.starts_with("use ");
            let mut words = line.split(|letter: char| !letter.is_alphanumeric());
            if described && words.any(|word| word == "struct" || word == "enum") {
                let name = words.next().expect("a name").to_owned();
                if let Some(other) = seen.insert(name.clone(), file.clone()) {
                    panic!("{name} is described in {other} and in {file}");
                }
                described = false;
            }
        }
    }
    assert!(seen.len() > 50, "the shapes are found: {seen:?}");
}
