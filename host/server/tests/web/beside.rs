//! An order paid in two kinds of points: said before, held, given back and handed over in both.

use rongyi_server::house::House;
use serde_json::{Value, json};

use crate::app::{Browser, TestApp, code};
use crate::walk::walk;

const API: &str = "/api/v1/communities/nanmen";

/// Gifted points, one beside each of one's own, and a rule that gives them.
const RULE: &str = r#"
[shop.beside]
asset = "gift"
each = 1

[[rule]]
plugin = "points-table"
active_from = 2026-11-20

[[rule.params.kinds]]
code = "tree.plant"
title = { zh = "植树", en = "Tree planted" }
unit = { zh = "棵", en = "trees" }
per_unit = 20

[[rule.params.kinds]]
code = "holiday"
title = { zh = "过节发的赠分", en = "Holiday gift" }
unit = { zh = "次", en = "times" }
fixed = 50
asset = "gift"
"#;

async fn app() -> TestApp {
    let assets = "assets = { gift = { zh = \"赠分\", en = \"gift points\" } }\n";
    let app = TestApp::with_both("", (assets, RULE)).await;
    app.earn("t-1", "tree.plant", 2001, 4).await;
    app.earn("g-1", "holiday", 2001, 1).await;
    app
}

async fn has(me: &mut Browser<'_>) -> Vec<(String, i64)> {
    let answer = me.get(&format!("{API}/residents/2001/balance")).await;
    let assets = answer.is(200).json()["assets"].clone();
    let one = |asset: &Value| {
        let code = asset["asset"].as_str().unwrap().to_owned();
        (code, asset["spendable"].as_i64().unwrap())
    };
    let all = assets.as_array().unwrap().iter().map(one);
    all.filter(|(code, _)| code == "points" || code == "gift")
        .collect()
}

async fn place(me: &mut Browser<'_>, item: &str, pieces: i32) -> Value {
    let lines = json!([{ "item": item, "quantity": pieces }]);
    let quote = me
        .json(&format!("{API}/quotes"), &json!({ "lines": lines }))
        .await;
    let total = quote.is(200).json()["total"].clone();
    let order = json!({ "lines": lines, "total": total });
    let placed = me.json(&format!("{API}/orders"), &order).await;
    let mut answer = placed.is(200).json();
    answer["quoted"] = quote.json()["paid"].clone();
    answer
}

#[tokio::test]
async fn an_order_is_paid_in_both_and_says_so_before() {
    let app = app().await;
    let mut me = app.signed_in("2001").await;
    let before = has(&mut me).await;
    let of = |all: &[(String, i64)], code: &str| {
        let found = all.iter().find(|(asset, _)| asset == code);
        found.map_or(0, |(_, points)| *points)
    };
    assert_eq!(of(&before, "gift"), 50, "{before:?}");
    let page = me.get("/nanmen/shop/salt/confirm?quantity=4").await;
    let told = page.is(200).text.clone();
    let placed = place(&mut me, "salt", 4).await;
    let total = placed["total"].as_i64().unwrap();
    let (own, gifted) = (total - total / 2, total / 2);
    assert!(gifted > 1, "{placed}");
    let paid = json!([{ "asset": "points", "amount": own }, { "asset": "gift", "amount": gifted }]);
    assert_eq!(
        (&placed["paid"], &placed["quoted"]),
        (&paid, &paid),
        "{placed}"
    );
    let sentence = format!("用自己的 {own} 分，赠分 {gifted} 分");
    assert!(told.contains(&sentence), "{sentence}: {told}");
    // The page of the order says it too, and what is left after it is what was said.
    let no = placed["order"].as_u64().unwrap();
    me.get(&format!("/nanmen/orders/{no}"))
        .await
        .says(&[&sentence]);
    let after = has(&mut me).await;
    assert_eq!(of(&after, "points"), of(&before, "points") - own);
    assert_eq!(of(&after, "gift"), 50 - gifted);
    walk(&mut me, "nanmen", 2001).await;

    // A host that was just started names it too, before anything is booked there.
    let config = rongyi_config::load_with(&app.house.config.file, &|_| None).unwrap();
    let fresh = House::open(config, app.clock.clone()).await.unwrap();
    let frame = fresh.clerk.frame(&code("nanmen")).unwrap();
    let known = &frame.settings.as_ref().unwrap().assets;
    assert!(known.iter().any(|(asset, _)| asset.as_str() == "gift"));
    fresh.close().await;

    // Cancelled, both come back.
    let cancel = format!("{API}/orders/{no}/cancel");
    me.json(&cancel, &json!({})).await.is(200);
    assert_eq!(has(&mut me).await, before);

    // Handed over in two parts, then one part is taken back.
    let placed = place(&mut me, "salt", 4).await;
    let no = placed["order"].as_u64().unwrap();
    let mut till = app.device("till").await;
    let pickup = placed["pickup_code"].as_str().unwrap().to_owned();
    let part = json!({ "pickup_code": pickup, "lines": [{ "item": "salt", "quantity": 1 }] });
    let handed = till.json(&format!("{API}/orders/{no}/settle"), &part).await;
    handed.is(200);
    let rest = json!({ "pickup_code": pickup });
    till.json(&format!("{API}/orders/{no}/settle"), &rest)
        .await
        .is(200);
    let after = has(&mut me).await;
    assert_eq!(of(&after, "points"), of(&before, "points") - own);
    assert_eq!(of(&after, "gift"), 50 - gifted);
    walk(&mut me, "nanmen", 2001).await;
    drop((me, till));
    app.end().await;
}

#[tokio::test]
async fn too_few_of_ones_own_is_said_with_the_own_part() {
    let app = app().await;
    let mut me = app.signed_in("2001").await;
    // All own points but a few are spent without anything beside them: the gifted ones are used up first.
    let mut pieces = 1;
    loop {
        let lines = json!([{ "item": "salt", "quantity": pieces }]);
        let quote = me
            .json(&format!("{API}/quotes"), &json!({ "lines": lines }))
            .await;
        let quote = quote.is(200).json();
        if quote["outcome"] == "refused" {
            assert!(pieces > 1, "{quote}");
            break;
        }
        let paid = quote["paid"].as_array().cloned().unwrap_or_default();
        let sum: i64 = paid.iter().map(|one| one["amount"].as_i64().unwrap()).sum();
        assert!(paid.is_empty() || quote["total"] == sum, "{quote}");
        pieces += 1;
        assert!(pieces < 200);
    }
    drop(me);
    app.end().await;
}
