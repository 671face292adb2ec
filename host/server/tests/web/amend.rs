//! What happens to entries afterwards, through the door: reversals, corrections by two people, objections, posting
//! after notice, orders collected in parts. With every ledger proved whole at the end.

use std::sync::Arc;

use rongyi_config as config;
use rongyi_server::house::House;
use rongyi_server::routes;
use serde_json::{Value, json};

use crate::app::{Browser, TestApp, code};

const API: &str = "/api/v1/communities/nanmen";

async fn points(who: &mut Browser<'_>) -> (i64, i64) {
    let path = format!("{API}/residents/1001/balance");
    let body = who.get(&path).await.is(200).json();
    (
        body["points"].as_i64().unwrap(),
        body["notice"].as_i64().unwrap(),
    )
}

fn because(reason: &str) -> Value {
    json!({ "reason": reason })
}

#[tokio::test]
async fn a_wrong_entry_is_reversed_once_and_its_reference_comes_again() {
    let app = TestApp::with_notice().await;
    let mut scale = app.device("events").await;
    let mut event = json!({
        "kind": "waste.food", "resident": 1001, "quantity": "7.6", "occurred_at": "2026-11-20",
        "source": "scale-1", "external_ref": "e-1"
    });
    let first = scale
        .json(&format!("{API}/events"), &event)
        .await
        .is(200)
        .json();
    let entry = first["entry"].as_u64().unwrap();
    let mut check = app.signed_in("check").await;
    let reverse = format!("{API}/entries/{entry}/reverse");
    assert_eq!(
        check.json(&reverse, &because("x")).await.is(422).json()["code"],
        "reason.form"
    );
    app.signed_in("shop")
        .await
        .json(&reverse, &because("称错了"))
        .await
        .is(403);
    event["quantity"] = json!("6.7");
    event["replaces"] = json!(entry);
    let standing = scale.json(&format!("{API}/events"), &event).await;
    assert_eq!(standing.is(409).json()["code"], "replaces.standing");
    let back = check
        .json(&reverse, &because("称错了"))
        .await
        .is(200)
        .json();
    assert_eq!(back["movements"][0]["from"], "household/3/points/available");
    assert_eq!(back["movements"][0]["amount"], 76);
    let twice = check.json(&reverse, &because("称错了")).await;
    assert_eq!(twice.is(409).json()["code"], "reverse.already");
    let again = scale
        .json(&format!("{API}/events"), &event)
        .await
        .is(200)
        .json();
    assert_eq!(again["outcome"], "decided");
    let mut me = app.signed_in("1001").await;
    assert_eq!(points(&mut me).await, (67, 0));
    me.get("/nanmen/passbook")
        .await
        .is(200)
        .says(&["冲正第", "−76", "厨余垃圾分类 6.7 公斤"]);
    me.get(&format!("/nanmen/passbook/{}", back["entry"]))
        .await
        .is(200)
        .says(&["冲正第"]);
    app.end().await;
}

#[tokio::test]
async fn a_correction_takes_two_members_of_staff() {
    let app = TestApp::with_notice().await;
    let mut check = app.signed_in("check").await;
    let desk = check.get("/nanmen/amend").await;
    let form = |amount: &'static str, key: String| {
        vec![
            ("key", key),
            ("resident", "1001".to_owned()),
            ("asset", "points".to_owned()),
            ("amount", amount.to_owned()),
            ("reason", "旧存折少抄了一行".to_owned()),
        ]
    };
    let sent = form("25", desk.is(200).hidden("key"));
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let done = check.post("/nanmen/amend/adjust", &sent).await;
    let entry = done
        .is(303)
        .location()
        .split('=')
        .nth(1)
        .unwrap()
        .to_owned();
    check.get(done.location()).await.is(200).says(&[
        "已记入账本",
        "旧存折少抄了一行",
        "这是您自己提出的",
    ]);
    let mut boss = app.signed_in("boss").await;
    assert_eq!(points(&mut boss).await, (0, 0), "a proposal moves nothing");
    let approve = format!("/nanmen/amend/{entry}/approve");
    check
        .post(&approve, &[])
        .await
        .is(403)
        .says(&["更正要两个人"]);
    boss.get("/nanmen/amend")
        .await
        .is(200)
        .says(&["1001 号居民", "积分 +25", "周一"]);
    boss.post(&approve, &[]).await.is(303);
    assert_eq!(points(&mut boss).await, (25, 0));
    boss.post(&approve, &[]).await.is(409).says(&["已经批准"]);
    app.signed_in("shop")
        .await
        .get("/nanmen/amend")
        .await
        .is(403);

    // Below the floor of ten not even two people correct; a reversal they may pass it with.
    let below = json!({ "resident": 1001, "amount": -36, "reason": "多记了" });
    let body = check
        .json(&format!("{API}/proposals"), &below)
        .await
        .is(200)
        .json();
    let path = format!("{API}/proposals/{}/approve", body["entry"]);
    assert_eq!(
        boss.json(&path, &json!({})).await.is(409).json()["code"],
        "correction.floor"
    );
    let path = format!("{API}/proposals/{}/decline", body["entry"]);
    boss.json(&path, &because("先核对")).await.is(200);
    assert_eq!(
        boss.get(&format!("{API}/proposals")).await.is(200).json(),
        json!([])
    );
    let wrong = check
        .json(
            &format!("{API}/proposals"),
            &json!({ "reason": "什么也没写" }),
        )
        .await;
    assert_eq!(wrong.is(422).json()["code"], "input.invalid");
    app.end().await;
}

#[tokio::test]
async fn an_award_is_under_notice_posts_on_its_day_and_can_be_objected_to() {
    let app = TestApp::with_notice().await;
    let first = app.earn("c-1", "council.attend", 1001, 1).await;
    let second = app.earn("c-2", "council.attend", 2001, 1).await;
    let mut me = app.signed_in("1001").await;
    let (spendable, notice) = points(&mut me).await;
    assert_eq!(spendable, 0);
    assert!(notice > 0);
    me.get("/nanmen/home").await.is(200).says(&["公示中"]);
    let mut anyone = app.browser();
    let page = anyone.get("/nanmen/notice").await;
    page.is(200)
        .says(&["积分公示", "陈*芳", "11月26日", "登录后可以提出异议"]);
    assert!(!page.text.contains("陈桂芳"), "names are masked");

    let object = format!("/nanmen/notice/{second}/object");
    let sent = me.post(&object, &[("reason", "他那天没有来")]).await;
    me.get(sent.is(303).location())
        .await
        .is(200)
        .says(&["异议已记入账本", "有异议，复核中"]);
    me.post(&object, &[("reason", "他那天没有来")])
        .await
        .is(409)
        .says(&["已经有人提了异议"]);

    let mut check = app.signed_in("check").await;
    check
        .get("/nanmen/amend")
        .await
        .is(200)
        .says(&["他那天没有来", "林*强"]);
    let review = format!("/nanmen/amend/{second}/review");
    check
        .post(
            &review,
            &[("finding", "withdraw"), ("reason", "签到簿上没有他")],
        )
        .await
        .is(303);
    let late = format!("{API}/entries/{second}/object");
    assert_eq!(
        me.json(&late, &because("再说一次")).await.is(409).json()["code"],
        "notice.over"
    );

    // After its days nobody sees it as pending, although no job has run.
    app.clock.advance_days(4);
    assert_eq!(points(&mut me).await, (notice, 0));
    let page = me.get("/nanmen/notice").await;
    page.is(200).says(&["现在没有正在公示的积分"]);
    me.get("/nanmen/passbook").await.is(200).says(&["公示期满"]);
    let community = code("nanmen");
    let done = rongyi_server::jobs::round(&app.house, &community)
        .await
        .unwrap();
    assert_eq!(done.posted, 0, "posted once");
    assert_eq!(
        me.json(&format!("{API}/entries/{first}/object"), &because("太晚了"))
            .await
            .is(409)
            .json()["code"],
        "notice.over"
    );
    app.end().await;
}

#[tokio::test]
async fn an_order_is_collected_in_parts_and_goods_come_back() {
    let app = TestApp::with_notice().await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let lines = json!([{ "item": "salt", "quantity": 3 }]);
    let quote = me
        .json(&format!("{API}/quotes"), &json!({ "lines": lines }))
        .await
        .is(200)
        .json();
    let order = json!({ "lines": lines, "total": quote["total"] });
    let placed = me
        .json(&format!("{API}/orders"), &order)
        .await
        .is(200)
        .json();
    let (no, pickup) = (
        placed["order"].as_u64().unwrap(),
        placed["pickup_code"].clone(),
    );
    let mut till = app.device("till").await;
    let settle = format!("{API}/orders/{no}/settle");
    let part = |pieces: i32| json!({ "pickup_code": pickup, "lines": [{ "item": "salt", "quantity": pieces }] });
    assert_eq!(
        till.json(&settle, &part(4)).await.is(422).json()["code"],
        "part.shape"
    );
    let one = till.json(&settle, &part(1)).await.is(200).json();
    assert_eq!(one["state"], "reserved");
    let all = till
        .json(&settle, &json!({ "pickup_code": pickup }))
        .await
        .is(200)
        .json();
    assert_eq!(all["state"], "settled");
    let spent = points(&mut me).await.0;
    assert_eq!(spent, 300 - quote["total"].as_i64().unwrap());
    app.end().await;
}

/// Rice 85 and four packets of salt 20, all together 90.
const BUNDLE: &str = r#"
bundles = [{ title = { zh = "米盐套餐", en = "Rice and salt" }, items = { rice-5kg = 1, salt = 4 }, points = 90 }]
"#;

#[tokio::test]
async fn who_takes_the_rice_and_cancels_the_salt_has_paid_the_rice() {
    let app = TestApp::with_both("", ("", BUNDLE)).await;
    app.earn("w-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let lines = json!([{ "item": "rice-5kg", "quantity": 1 }, { "item": "salt", "quantity": 4 }]);
    let order = json!({ "lines": lines, "total": 90 });
    let placed = me.json(&format!("{API}/orders"), &order).await;
    let placed = placed.is(200).json();
    assert_eq!(placed["total"], 90);
    let (no, pickup) = (placed["order"].clone(), placed["pickup_code"].clone());
    let slip = format!("/nanmen/orders/{no}");

    let mut till = app.device("till").await;
    let part = json!({ "pickup_code": pickup, "lines": [{ "item": "rice-5kg", "quantity": 1 }] });
    let one = till.json(&format!("{API}/orders/{no}/settle"), &part).await;
    let one = one.is(200).json();
    assert_eq!((&one["charged"], &one["total"]), (&85.into(), &90.into()));
    me.get(&slip).await.is(200).says(&[
        "已经领走的按没有其余几样算价，扣 85 分",
        "其余的不要了，退回 5 分",
    ]);
    assert_eq!(points(&mut me).await.0, 210);
    me.post(&format!("{slip}/cancel"), &[("key", "c")])
        .await
        .is(303);
    me.get(&slip)
        .await
        .is(200)
        .says(&["5 分已退回", "领走的按没有其余几样算价，一共 85 分"]);
    assert_eq!(points(&mut me).await.0, 215);
    app.end().await;
}

/// The book of a host that was started anew has everything of this resident loaded but the reference itself: what that
/// was answered with is read then.
#[tokio::test]
async fn what_a_full_month_refused_is_booked_when_an_entry_of_it_is_taken_back() {
    let mut app = TestApp::with_notice().await;
    let event = |external_ref: &str, quantity: &str| {
        json!({
            "kind": "waste.food", "resident": 1001, "quantity": quantity, "occurred_at": "2026-10-20",
            "source": "scale-1", "external_ref": external_ref
        })
    };
    let path = format!("{API}/events");
    let late = event("e-2", "1.5");
    let mut scale = app.device("events").await;
    let full = scale.json(&path, &event("e-1", "30")).await.is(200).json();
    let refused = scale.json(&path, &late).await.is(200).json();
    assert_eq!(refused["opens"], "2026-11-01", "{refused}");
    let bearer = scale.bearer.clone();

    let config = config::load_with(&app.house.config.file, &|_| None).unwrap();
    let house = House::open(config, app.clock.clone()).await.unwrap();
    app.house = Arc::new(house);
    app.router = routes::router(Arc::clone(&app.house));
    let mut check = app.signed_in("check").await;
    let reverse = format!("{API}/entries/{}/reverse", full["entry"]);
    check.json(&reverse, &because("称错了")).await.is(200);
    let mut scale = Browser {
        bearer,
        ..app.browser()
    };
    scale.json(&path, &event("e-3", "2")).await.is(200);
    let now = scale.json(&path, &late).await.is(200).json();
    let (outcome, replayed) = (&now["outcome"], &now["replayed"]);
    assert_eq!(
        (outcome, replayed),
        (&json!("decided"), &json!(false)),
        "{now}"
    );
    let again = scale.json(&path, &late).await.is(200).json();
    let (entry, replayed) = (&again["entry"], &again["replayed"]);
    assert_eq!((entry, replayed), (&now["entry"], &json!(true)), "{again}");
    let mut me = app.signed_in("1001").await;
    assert_eq!(points(&mut me).await, (35, 0));
    drop((me, scale, check));
    app.end().await;
}
