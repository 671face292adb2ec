//! One order, one answer: pages, API and terminal say the same of an order in every state, what is due included, and a
//! quote says what the order would be answered.

use std::process::Command;

use rongyi_core::time::Instant;
use serde_json::{Value, json};

use crate::app::{Browser, NOW, TestApp};

const BASE: &str = "/api/v1/communities/nanmen";
const DAY: i64 = 86_400_000_000;

/// Five packets of salt, 25 points.
async fn five(me: &mut Browser<'_>) -> (u64, String) {
    let wanted = json!({ "lines": [{ "item": "salt", "quantity": 5 }], "total": 25 });
    let placed = me.json(&format!("{BASE}/orders"), &wanted).await;
    let placed = placed.is(200).json();
    let code = placed["pickup_code"].as_str().expect("placed").to_owned();
    (placed["order"].as_u64().unwrap(), code)
}

async fn settle(till: &mut Browser<'_>, (no, code): &(u64, String), pieces: Option<i32>) -> Value {
    let mut body = json!({ "pickup_code": code });
    if let Some(pieces) = pieces {
        body["lines"] = json!([{ "item": "salt", "quantity": pieces }]);
    }
    let path = format!("{BASE}/orders/{no}/settle");
    till.json(&path, &body).await.is(200).json()
}

async fn cancel(me: &mut Browser<'_>, (no, _): &(u64, String)) -> Value {
    let path = format!("{BASE}/orders/{no}/cancel");
    me.json(&path, &json!({})).await.is(200).json()
}

async fn seen(me: &mut Browser<'_>, no: u64) -> Value {
    me.get(&format!("{BASE}/orders/{no}")).await.is(200).json()
}

/// State, pieces handed over and left, points charged, set aside, given back, in all.
fn figures(order: &Value) -> (String, [i64; 6]) {
    let line = &order["lines"][0];
    let number = |value: &Value| value.as_i64().unwrap_or_else(|| panic!("{order}"));
    let figures = [
        number(&line["handed"]),
        number(&line["left"]),
        number(&order["charged"]),
        number(&order["held"]),
        number(&order["returned"]),
        number(&order["total"]),
    ];
    (order["state"].as_str().unwrap().to_owned(), figures)
}

#[tokio::test]
async fn every_door_says_the_same_of_an_order_in_every_state() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let mut till = app.device("till").await;
    let mut orders = Vec::new();
    for _ in 0..6 {
        orders.push(five(&mut me).await);
    }
    // Waiting; three of five collected; cancelled; three collected, then cancelled; collected; collected in parts.
    settle(&mut till, &orders[1], Some(3)).await;
    cancel(&mut me, &orders[2]).await;
    settle(&mut till, &orders[3], Some(3)).await;
    cancel(&mut me, &orders[3]).await;
    settle(&mut till, &orders[4], None).await;
    settle(&mut till, &orders[5], Some(3)).await;
    settle(&mut till, &orders[5], None).await;
    let now = [
        ("reserved", [0, 5, 0, 25, 0, 25]),
        ("reserved", [3, 2, 15, 10, 0, 25]),
        ("cancelled", [0, 0, 0, 0, 25, 0]),
        ("cancelled", [3, 0, 15, 0, 10, 15]),
        ("settled", [5, 0, 25, 0, 0, 25]),
        ("settled", [5, 0, 25, 0, 0, 25]),
    ];
    for ((no, _), (state, figure)) in orders.iter().zip(now) {
        assert_eq!(
            figures(&seen(&mut me, *no).await),
            (state.to_owned(), figure),
            "#{no}"
        );
    }
    let before = balance(&mut me).await;
    assert_eq!(before.1, 35, "set aside for what can still be collected");

    // Two days past the last day, and nobody has looked.
    app.clock.set(Instant(NOW.0 + 9 * DAY));
    let after = [
        ("timed-out", [0, 0, 0, 0, 25, 0]),
        ("timed-out", [3, 0, 15, 0, 10, 15]),
    ];
    for ((no, _), (state, figure)) in orders.iter().zip(after) {
        let order = seen(&mut me, *no).await;
        assert_eq!(figures(&order), (state.to_owned(), figure), "#{no}");
        assert_eq!(order["closed_at_us"], Value::Null, "only due: {order}");
        assert_eq!(order["pickup_code"], Value::Null, "{order}");
    }
    // Looking at the purse writes it down; the figures stay.
    assert_eq!(balance(&mut me).await, (before.0 + 35, 0));
    for ((no, _), (state, figure)) in orders.iter().zip(after) {
        let order = seen(&mut me, *no).await;
        assert_eq!(figures(&order), (state.to_owned(), figure), "#{no}");
        assert!(order["closed_at_us"].is_i64(), "{order}");
    }
    let words = [
        "没有人来领",
        "没有人来领",
        "已取消",
        "已取消",
        "交付",
        "交付",
    ];
    for ((no, _), word) in orders.iter().zip(words) {
        let page = me.get(&format!("/nanmen/orders/{no}")).await;
        page.is(200).says(&[word]);
    }
    // The terminal reads the database alone.
    let url = &app.house.config.database_url;
    let said = Command::new(env!("CARGO_BIN_EXE_rongyi"))
        .args([
            "orders",
            "--database",
            url,
            "-c",
            "nanmen",
            "-r",
            "1001",
            "--json",
        ])
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    let listed = said["orders"].as_array().unwrap();
    assert_eq!(listed.len(), orders.len());
    for printed in listed {
        let order = seen(&mut me, printed["order"].as_u64().unwrap()).await;
        assert_eq!(figures(printed), figures(&order));
        assert_eq!(printed["closed_at_us"], order["closed_at_us"]);
    }
    app.end().await;
}

/// Points that can be spent, and those set aside.
async fn balance(me: &mut Browser<'_>) -> (i64, i64) {
    let path = format!("{BASE}/residents/1001/balance");
    let balance = me.get(&path).await.is(200).json();
    (
        balance["points"].as_i64().unwrap(),
        balance["held"].as_i64().unwrap(),
    )
}

#[tokio::test]
async fn a_purse_shows_what_is_due_as_done_before_anybody_writes_it_down() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let placed = five(&mut me).await;
    let (points, held) = balance(&mut me).await;
    assert_eq!(held, 25);
    let code = crate::app::code("nanmen");
    let store = &app.house.store;
    let frame = store.frame(&code).await.unwrap().unwrap();
    let resident = rongyi_core::ids::ResidentNo(1001);
    for (days, wanted) in [(0, (points, 25)), (9, (points + 25, 0))] {
        let today = app.house.today(&code).0.plus_days(days);
        let wallet = rongyi_server::redemption::wallet(store, &frame, resident, today);
        let wallet = wallet.await.unwrap().unwrap();
        let has = (wallet.points.spendable(today), wallet.held.total);
        assert_eq!(has, wanted, "order {} after {days} days", placed.0);
    }
    app.end().await;
}

#[tokio::test]
async fn a_quote_says_what_the_order_would_be_answered() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut rich = app.signed_in("1001").await;
    let mut poor = app.signed_in("2001").await;
    for (is_rich, pieces, code) in [
        (true, 41, "stock.out"),
        (false, 1, "balance.short"),
        (true, 1, ""),
    ] {
        let who = if is_rich { &mut rich } else { &mut poor };
        let lines = json!([{ "item": "salt", "quantity": pieces }]);
        let asked = json!({ "lines": lines });
        let quote = who.json(&format!("{BASE}/quotes"), &asked).await;
        let quote = quote.is(200).json();
        let total = quote["total"].as_i64().unwrap_or(0);
        assert_eq!(total, 5 * pieces, "it still says what it costs: {quote}");
        let order = json!({ "lines": lines, "total": total });
        let order = who
            .json(&format!("{BASE}/orders"), &order)
            .await
            .is(200)
            .json();
        let refused = !code.is_empty();
        assert_eq!(quote["outcome"], if refused { "refused" } else { "quoted" });
        assert_eq!(order["outcome"], if refused { "refused" } else { "placed" });
        if refused {
            assert_eq!(
                (&quote["code"], &order["code"]),
                (&json!(code), &json!(code))
            );
            assert_eq!(quote["text"], order["text"]);
        }
    }
    app.end().await;
}
