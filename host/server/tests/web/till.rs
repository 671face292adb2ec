//! Pick-up codes: who can read one, what a till may try, and what hands goods over.

use rongyi_core::ids::OrderNo;
use rongyi_core::record::{OrderLine, PickupCode, Place};
use rongyi_server::redemption::till;
use rongyi_server::redemption::till::TillError;
use serde_json::{Value, json};

use crate::app::{Browser, TestApp, code};

/// A resident orders a bag of rice; answers the code.
async fn ordered(me: &mut Browser<'_>) -> String {
    let wanted = json!({ "lines": [{ "item": "salt", "quantity": 1 }], "total": 50 });
    let placed = me.json("/api/v1/communities/nanmen/orders", &wanted).await;
    let placed = placed.is(200).json();
    assert_eq!(placed["outcome"], "placed", "{placed}");
    placed["pickup_code"]
        .as_str()
        .expect("one's own")
        .to_owned()
}

/// A busy counter: codes that are all right, many at once from one device, open their orders and nobody hears of wrong
/// ones.
#[tokio::test(flavor = "multi_thread")]
async fn right_codes_that_come_at_once_are_not_wrong() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 400).await;
    let mut me = app.signed_in("1001").await;
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(ordered(&mut me).await);
    }
    let mut looking = tokio::task::JoinSet::new();
    for pickup in codes {
        let house = std::sync::Arc::clone(&app.house);
        looking.spawn(async move {
            let actor = code("token/1");
            till::find(&house, &code("nanmen"), &actor, &pickup).await
        });
    }
    while let Some(found) = looking.join_next().await {
        assert!(matches!(found.unwrap(), Ok(Some(_))));
    }
    let wrong = till::wrong_today(&app.house, &code("nanmen")).await;
    assert!(wrong.unwrap().iter().all(|(_, count)| *count == 0));
    app.end().await;
}

fn other(pickup: &str, no: u32) -> String {
    let wrong = (pickup.parse::<u32>().unwrap() + 1 + no) % 100_000_000;
    format!("{wrong:08}")
}

/// Every read that somebody who hands over could make: none shows the code, nor the bytes from which it could be had.
#[tokio::test]
async fn nobody_but_who_ordered_can_read_a_code() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 200).await;
    let mut me = app.signed_in("1001").await;
    let pickup = ordered(&mut me).await;
    let store = &app.house.store;
    let order = store
        .order(&code("nanmen"), OrderNo(1))
        .await
        .unwrap()
        .unwrap();
    assert!(
        matches!(order.code, PickupCode::Sealed(_)),
        "{:?}",
        order.code
    );
    let entry = order.entry;
    let hex = |text: &str| rongyi_core::chain::hex(text.as_bytes());
    let (coded, salted) = {
        let all = store.pickup_codes(&code("nanmen")).await.unwrap();
        (hex(&pickup), rongyi_core::chain::hex(&all[0].1.salt))
    };
    let api = "/api/v1/communities/nanmen";
    let paths = [
        format!("{api}/orders/1"),
        format!("{api}/entries/{entry}"),
        format!("{api}/entries/{entry}/proof"),
        format!("{api}/residents/1001/passbook"),
        format!("{api}/residents/1001/orders"),
        "/nanmen/passbook".to_owned(),
        format!("/nanmen/passbook/{entry}"),
        format!("/nanmen/passbook/{entry}/proof"),
        format!("/nanmen/passbook/{entry}/proof.json"),
        "/nanmen/orders".to_owned(),
        "/nanmen/orders/1".to_owned(),
        "/nanmen/me/data.json".to_owned(),
    ];
    let mut readers = vec![("the neighbour", app.signed_in("2001").await)];
    readers.push(("the household", app.signed_in("1002").await));
    for who in ["shop", "boss", "check", "lead"] {
        readers.push((who, app.signed_in(who).await));
    }
    for scope in ["till", "read", "events"] {
        readers.push((scope, app.device(scope).await));
    }
    for (who, reader) in &mut readers {
        for path in &paths {
            let said = reader.get(path).await.text;
            for secret in [&pickup, &coded, &salted] {
                assert!(
                    !said.contains(secret.as_str()),
                    "{who} reads {secret} at {path}: {said}"
                );
            }
        }
    }
    // The proof of it holds all the same, and shows no code even to whom it belongs.
    let proof = me.get(&format!("{api}/entries/{entry}/proof")).await;
    let proof = proof.is(200).text.clone();
    assert!(
        !proof.contains(&coded) && !proof.contains(&salted),
        "{proof}"
    );
    me.get("/nanmen/orders/1")
        .await
        .is(200)
        .says(&[&pickup[..4]]);
    // Who orders for somebody is not told the code, and can't read it afterwards.
    let mut shop = app.signed_in("shop").await;
    let wanted =
        json!({ "resident": 1001, "lines": [{ "item": "salt", "quantity": 1 }], "total": 50 });
    let placed = shop.json(&format!("{api}/orders"), &wanted).await;
    assert_eq!(placed.is(200).json()["pickup_code"], Value::Null);
    assert_eq!(
        shop.get(&format!("{api}/orders/2")).await.json()["pickup_code"],
        Value::Null
    );
    app.end().await;
}

/// An order of an old ledger holds its code in its record: no proof while it is open.
#[tokio::test]
async fn an_open_order_of_an_old_ledger_has_no_proof_until_it_is_collected() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 200).await;
    let old = rongyi_core::command::Ask::Place(Place {
        no: OrderNo(0),
        resident: rongyi_core::ids::ResidentNo(1001),
        lines: vec![OrderLine::new(code("salt"), 1)],
        seen: rongyi_core::amount::Amount::from(50),
        code: PickupCode::Clear("48271936".into()),
    });
    let command = app
        .house
        .command(&code("nanmen"), &code("resident/1001"), old);
    let placed = app.house.clerk.ask(&code("nanmen"), command).await.unwrap();
    let entry = placed.receipt.entry;
    assert!(placed.receipt.refusal().is_none());
    let path = format!("/api/v1/communities/nanmen/entries/{entry}/proof");
    let mut boss = app.signed_in("boss").await;
    let mut me = app.signed_in("1001").await;
    for reader in [&mut boss, &mut me] {
        let said = reader.get(&path).await;
        assert!(
            !said.text.contains(&rongyi_core::chain::hex(b"48271936")),
            "{}",
            said.text
        );
        if said.status == 409 {
            assert_eq!(said.json()["code"], "proof.order-open");
        }
    }
    me.get("/nanmen/orders/1").await.is(200).says(&["4827"]);
    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/till", &[("code", "４８２７ １９３６")])
        .await
        .is(200);
    shop.post(
        "/nanmen/till/1/settle",
        &[("key", "s"), ("code", "48271936")],
    )
    .await
    .is(200);
    me.get(&path).await.is(200);
    app.end().await;
}

/// A number without its code hands nothing over, whatever the door.
#[tokio::test]
async fn an_order_is_handed_over_with_its_own_code_only() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let pickup = ordered(&mut me).await;
    let second = ordered(&mut me).await;
    let mut shop = app.signed_in("shop").await;
    for (no, typed) in ["", "0", &other(&pickup, 0), &second]
        .into_iter()
        .enumerate()
    {
        let form = [("key", "k"), ("code", typed)];
        let said = shop.post("/nanmen/till/1/settle", &form).await;
        assert!(
            said.status == 404,
            "{no} {typed}: {} {}",
            said.status,
            said.text
        );
    }
    let mut till = app.device("till").await;
    for typed in ["", "0", &other(&pickup, 0), &second] {
        let said = till
            .json(
                "/api/v1/communities/nanmen/orders/1/settle",
                &json!({ "pickup_code": typed }),
            )
            .await;
        said.is(404);
    }
    let form = [("key", "k"), ("code", pickup.as_str())];
    shop.post("/nanmen/till/1/settle", &form)
        .await
        .is(200)
        .says(&["已交付"]);
    app.end().await;
}

/// A hundred tries at once are a hundred tries, by page and by API together; who typed nothing wrong is never made to
/// wait; the operator sees who tried.
#[tokio::test]
async fn tries_are_counted_before_they_are_looked_at() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 200).await;
    let mut me = app.signed_in("1001").await;
    let pickup = ordered(&mut me).await;
    let mut till = app.device("till").await;
    let mut tries = Vec::new();
    for no in 0..100 {
        let (house, typed) = (std::sync::Arc::clone(&app.house), other(&pickup, no));
        tries.push(tokio::spawn(async move {
            let known = (OrderNo(1), Some(typed.as_str()));
            let actor = code("token/1");
            till::opened_by(&house, &code("nanmen"), &actor, known).await
        }));
    }
    let mut looked_at = 0;
    for said in tries {
        match said.await.unwrap() {
            Ok(found) => {
                assert!(found.is_none());
                looked_at += 1;
            }
            Err(TillError::Wait { seconds }) => assert!(seconds > 0),
            Err(error) => panic!("{error}"),
        }
    }
    assert!(
        (1..=5).contains(&looked_at),
        "{looked_at} of 100 were looked at"
    );
    // The right code of the very same till waits too, and says so; another till does not.
    let body = json!({ "pickup_code": pickup });
    let path = "/api/v1/communities/nanmen/orders/1/settle";
    assert_eq!(
        till.json(path, &body).await.is(429).json()["code"],
        "till.wait"
    );
    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/till", &[("code", &pickup)])
        .await
        .is(200);
    for no in 0..5 {
        shop.post("/nanmen/till", &[("code", &other(&pickup, no))])
            .await
            .is(404);
    }
    shop.post("/nanmen/till", &[("code", &pickup)])
        .await
        .is(429)
        .says(&["秒后再试"]);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .is(200)
        .says(&["今天取货码输错 10 次", "李明", "设备"]);
    app.clock.set(rongyi_core::time::Instant(
        crate::app::NOW.0 + 3_600_000_000,
    ));
    shop.post("/nanmen/till/1/settle", &[("key", "k"), ("code", &pickup)])
        .await
        .is(200);
    app.clock.advance_days(1);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator").await.is(200);
    assert!(
        !boss.get("/nanmen/operator").await.text.contains("输错"),
        "a new day"
    );
    app.end().await;
}

/// When a whole community was guessed at, who guessed waits; a till without too many wrong codes of its own does not.
#[tokio::test]
async fn a_calm_till_never_waits_for_another() {
    let app = TestApp::new().await;
    app.earn("o-1", "waste.food", 1001, 200).await;
    let mut me = app.signed_in("1001").await;
    let pickup = ordered(&mut me).await;
    let (nanmen, day) = (code("nanmen"), app.house.today(&code("nanmen")).0);
    let now = app.house.clock.now();
    for _ in 0..150 {
        let bounds = (100, 900_000_000);
        app.house
            .store
            .take_till_try(&nanmen, "*", day, now, bounds)
            .await
            .unwrap();
    }
    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/till", &[("code", &other(&pickup, 1))])
        .await
        .is(404);
    shop.post("/nanmen/till", &[("code", &pickup)])
        .await
        .is(200);
    shop.post("/nanmen/till/1/settle", &[("key", "k"), ("code", &pickup)])
        .await
        .is(200);
    app.end().await;
}
