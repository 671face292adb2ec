//! The story on pages: points are earned, explained, spent, collected once; cancelled; run out.

use rongyi_server::jobs;

use crate::app::{Answer, Browser, TestApp, code};

/// Confirms one bag of rice and answers the slip's address.
async fn order(browser: &mut Browser<'_>, item: &str) -> String {
    let check = browser
        .get(&format!("/nanmen/shop/{item}/confirm?quantity=1"))
        .await;
    check.is(200);
    let (key, total) = (check.hidden("key"), check.hidden("total"));
    let mut form = vec![
        ("key", key.as_str()),
        ("item", item),
        ("quantity", "1"),
        ("total", total.as_str()),
    ];
    // The same thing once more is asked about, and meant.
    let again = check.text.contains("name=\"again\"");
    let again = again.then(|| check.hidden("again"));
    form.extend(again.as_deref().map(|no| ("again", no)));
    let placed = browser.post("/nanmen/orders", &form).await;
    let slip = placed.is(303).location().to_owned();
    // A second tap on the same button is the same order.
    assert_eq!(
        browser
            .post("/nanmen/orders", &form)
            .await
            .is(303)
            .location(),
        slip
    );
    slip.split('?').next().unwrap().to_owned()
}

/// The eight digits on a slip.
fn digits(slip: &Answer) -> String {
    let from = slip.text.find("data-copy=\"").expect("a code on the slip") + "data-copy=\"".len();
    slip.text[from..from + 8].to_owned()
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, told from its beginning to its end"
)]
async fn from_an_event_to_a_bag_of_rice() {
    let app = TestApp::new().await;
    let waste = app.earn("a-1", "waste.food", 1001, 76).await;
    app.earn("a-2", "tree.plant", 1002, 1).await;
    let hours = app.earn("a-3", "cleanup.hour", 1001, 20).await;
    let mut me = app.signed_in("1001").await;
    // 76 for the waste, 20 for the tree, 4 for two hours.
    me.get("/nanmen/home").await.is(200).says(&[
        "陈阿婆家 · 第 3 户",
        "<b>100</b>",
        "厨余垃圾分类 7.6 公斤",
        "2 小时",
    ]);
    let book = me.get("/nanmen/passbook").await;
    book.is(200).says(&[
        "植树 1 棵",
        "+76",
        "+20",
        "2026年11月",
        &format!("/nanmen/passbook/{waste}"),
    ]);
    let why = me.get(&format!("/nanmen/passbook/{waste}")).await;
    why.is(200).says(&[
        "厨余垃圾分类 7.6 公斤",
        "+76",
        "积分表",
        "登记表导入",
        "11月23日",
    ]);
    me.get(&format!("/nanmen/passbook/{hours}")).await.is(200);
    me.get("/nanmen/passbook?show=out")
        .await
        .is(200)
        .says(&["还没有记录"]);

    me.get("/nanmen/shop")
        .await
        .is(200)
        .says(&["大米 5 公斤", "85", "食盐"]);
    me.get("/nanmen/shop/rice-5kg").await.is(200).says(&[
        "下一步：核对",
        "党群服务中心",
        "只剩 3 份",
    ]);
    let slip = order(&mut me, "rice-5kg").await;
    let shown = me.get(&slip).await;
    shown.is(200).says(&[
        "待领取",
        "大米 5 公斤",
        "#1",
        "<svg class=\"qr\"",
        "11月30日",
    ]);
    let pickup = digits(&shown);
    me.get("/nanmen/home")
        .await
        .says(&["<b>15</b>", "等您来领", "85"]);
    me.get("/nanmen/shop/rice-5kg")
        .await
        .is(200)
        .says(&["还差 70 分"]);
    me.get("/nanmen/orders").await.is(200).says(&["看取货码"]);

    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/till", &[("code", "4827")])
        .await
        .is(422)
        .says(&["8 位数字"]);
    let unknown = if pickup == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    shop.post("/nanmen/till", &[("code", unknown)])
        .await
        .is(404)
        .says(&["没有这个取货码"]);
    let check = shop
        .post(
            "/nanmen/till",
            &[("code", &format!("{} {}", &pickup[..4], &pickup[4..]))],
        )
        .await;
    check.is(200).says(&["核对后交付", "陈*芳", "大米 5 公斤"]);
    let key = check.hidden("key");
    let form = [("key", key.as_str()), ("code", pickup.as_str())];
    shop.post("/nanmen/till/1/settle", &form)
        .await
        .is(200)
        .says(&["已交付"]);
    // The same tap again is the same hand-over; another try is told when and by whom.
    shop.post("/nanmen/till/1/settle", &form)
        .await
        .is(200)
        .says(&["已交付"]);
    app.clock.set(rongyi_core::time::Instant(
        crate::app::NOW.0 + 3_600_000_000,
    ));
    let second = shop.post("/nanmen/till", &[("code", &pickup)]).await;
    second
        .is(409)
        .says(&["早已交付", "11月23日", "10:00", "李明"]);
    let other = shop
        .post(
            "/nanmen/till/1/settle",
            &[("key", "other"), ("code", &pickup)],
        )
        .await;
    other.is(409).says(&["早已交付", "李明"]);
    me.get(&slip).await.is(200).says(&["已领取"]);
    me.get("/nanmen/passbook?show=out")
        .await
        .is(200)
        .says(&["−85", "已领取"]);
    app.end().await;
}

#[tokio::test]
async fn a_cancelled_order_and_one_nobody_collects_give_everything_back() {
    let app = TestApp::new().await;
    app.earn("b-1", "waste.food", 1001, 120).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "rice-5kg").await;
    let pickup = digits(&me.get(&slip).await);
    let cancelled = me.post(&format!("{slip}/cancel"), &[("key", "c-1")]).await;
    assert_eq!(cancelled.is(303).location(), slip);
    me.get(&slip).await.is(200).says(&["已取消", "85 分已退回"]);
    me.get("/nanmen/home").await.says(&["<b>120</b>"]);
    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/till", &[("code", &pickup)])
        .await
        .is(409)
        .says(&["已取消", "请不要交付"]);

    let slip = order(&mut me, "rice-5kg").await;
    let pickup = digits(&me.get(&slip).await);
    app.clock.advance_days(8);
    let mut shop = app.signed_in("shop").await;
    shop.post("/nanmen/till", &[("code", &pickup)])
        .await
        .is(409)
        .says(&["已过期"]);
    let form = [("key", "late"), ("code", pickup.as_str())];
    shop.post("/nanmen/till/2/settle", &form)
        .await
        .is(409)
        .says(&["已过期"]);
    let done = jobs::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!(done.released, 1);
    assert_eq!(
        jobs::round(&app.house, &code("nanmen"))
            .await
            .unwrap()
            .released,
        0
    );
    me.get(&slip).await.is(200).says(&["过期未领"]);
    me.get("/nanmen/home").await.says(&["<b>120</b>"]);
    me.get("/nanmen/passbook")
        .await
        .is(200)
        .says(&["过期未领 大米", "取消兑换 大米", "+85"]);
    app.end().await;
}

#[tokio::test]
async fn what_cannot_be_had_says_why() {
    let app = TestApp::new().await;
    app.earn("c-1", "waste.food", 1001, 290).await;
    let mut me = app.signed_in("1001").await;
    order(&mut me, "rice-5kg").await;
    order(&mut me, "rice-5kg").await;
    // Two bags a household and month.
    let item = me.get("/nanmen/shop/rice-5kg").await;
    item.is(200).says(&["12月1日"]);
    assert!(
        !item.text.contains("/shop/rice-5kg/confirm"),
        "no button where there is a reason"
    );
    assert_eq!(
        me.get("/nanmen/shop/rice-5kg/confirm")
            .await
            .is(303)
            .location(),
        "/nanmen/shop/rice-5kg?quantity=1"
    );
    let form = [
        ("key", "k-3"),
        ("again", "2"),
        ("item", "rice-5kg"),
        ("quantity", "1"),
        ("total", "85"),
    ];
    me.post("/nanmen/orders", &form)
        .await
        .is(409)
        .says(&["看看能换的"]);
    // The refused order gave its number to the next one, a neighbour's, who still sees nothing of it.
    let refused = app
        .house
        .store
        .frame(&code("nanmen"))
        .await
        .unwrap()
        .unwrap()
        .head
        .next_seq
        - 1;
    app.earn("c-2", "waste.food", 2001, 10).await;
    let mut neighbour = app.signed_in("2001").await;
    assert_eq!(order(&mut neighbour, "salt").await, "/nanmen/orders/3");
    neighbour
        .get(&format!("/nanmen/passbook/{refused}"))
        .await
        .is(403);
    me.get(&format!("/nanmen/passbook/{refused}"))
        .await
        .is(200)
        .says(&["没有入账"]);
    me.get("/nanmen/orders/3").await.is(404);
    // A total below the price: the check page comes again with the new one, and nothing has moved.
    let cheap = [
        ("key", "k-4"),
        ("item", "salt"),
        ("quantity", "1"),
        ("total", "3"),
    ];
    me.post("/nanmen/orders", &cheap)
        .await
        .is(200)
        .says(&["价格变了", "刚才是 3 分，现在是 5 分"]);
    let bad = [
        ("key", "k-5"),
        ("item", "salt"),
        ("quantity", "0"),
        ("total", "3"),
    ];
    me.post("/nanmen/orders", &bad)
        .await
        .is(422)
        .says(&["basket.shape"]);
    me.get("/nanmen/shop/no-such")
        .await
        .is(404)
        .says(&["item.unknown"]);
    // Nobody is left empty-handed by a form that was cut in half.
    me.post("/nanmen/orders", &[("key", "k-6")])
        .await
        .is(422)
        .says(&["body.malformed"]);
    app.end().await;
}

#[tokio::test]
async fn a_resident_sees_nothing_of_a_neighbour() {
    let app = TestApp::new().await;
    let entry = app.earn("d-1", "waste.food", 1001, 120).await;
    let mut me = app.signed_in("1001").await;
    let slip = order(&mut me, "rice-5kg").await;
    let mut neighbour = app.signed_in("2001").await;
    neighbour
        .get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(403)
        .says(&["access.forbidden"]);
    neighbour.get(&slip).await.is(404);
    neighbour.post(&format!("{slip}/cancel"), &[]).await.is(404);
    neighbour
        .get("/nanmen/passbook")
        .await
        .is(200)
        .says(&["还没有记录"]);
    assert_eq!(
        neighbour.get("/nanmen/till").await.is(303).location(),
        "/nanmen/staff/sign-in?next=/nanmen/till"
    );
    neighbour.get("/nanmen/operator").await.is(303);
    // The same household sees the household's points and order.
    let mut family = app.signed_in("1002").await;
    family.get(&slip).await.is(200).says(&["待领取"]);
    family
        .get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(200);
    // Staff keep to their own work.
    app.signed_in("check")
        .await
        .get("/nanmen/till")
        .await
        .is(403);
    app.signed_in("shop")
        .await
        .get("/nanmen/operator")
        .await
        .is(403);
    let mut boss = app.signed_in("boss").await;
    let rules = boss.get("/nanmen/operator/rules").await;
    rules
        .is(200)
        .says(&["points-table", "shop-pricing", "执行中", "随榕易一起来的"]);
    app.end().await;
}
