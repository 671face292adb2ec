//! What is spent at the desk: help received is paid with one's own hours, and points take money off a purchase, as far as
//! there are any.

use crate::app::TestApp;
use crate::walk::walk;

/// Time is asked for as points are: as far as there is any, with the three numbers said.
#[tokio::test]
async fn help_is_paid_with_ones_own_hours_as_far_as_they_reach() {
    let rule = r#"
[[rule]]
plugin = "hours"
active_from = 2026-01-01

[[rule.params.kinds]]
code = "help.given"
title = { zh = "上门服务", en = "Home help" }

[[rule.params.kinds]]
code = "help.received"
title = { zh = "接受服务", en = "Help received" }
spend = true
"#;
    let app = TestApp::with_both("", ("", rule)).await;
    app.earn("h-1", "help.given", 2001, 60).await;
    let mut lead = app.signed_in("lead").await;
    let form = lead.get("/nanmen/record?kind=help.received").await;
    let key = form.is(200).hidden("key");
    let sent = [
        ("kind", "help.received"),
        ("key", key.as_str()),
        ("resident", "2001"),
        ("quantity", "90"),
        ("on", "2026-11-23"),
    ];
    let three = "应扣 1.5 小时，时长不够，实扣 1 小时，扣后还有 0 小时";
    let told = lead.post("/nanmen/record", &sent).await;
    told.is(200).says(&["没有扣足", three]);
    let mut you = app.signed_in("2001").await;
    let lines = walk(&mut you, "nanmen", 2001).await;
    let why = format!("/nanmen/passbook/{}", lines[0].entry);
    let why = you.get(&why).await;
    why.is(200).says(&[
        three,
        "接受服务：按规定扣 90 分钟，不够就扣完为止",
        "时长不够，没有扣到的",
    ]);

    // Nothing is left: the line stands all the same, and says so.
    let entry = app.earn("h-2", "help.received", 2001, 30).await;
    let none = "应扣 0.5 小时，时长不够，实扣 0 小时";
    let book = you.get("/nanmen/passbook").await;
    book.is(200).says(&[none]);
    let why = you.get(&format!("/nanmen/passbook/{entry}")).await;
    why.is(200).says(&["为什么没有增减", none]);
    walk(&mut you, "nanmen", 2001).await;
    app.end().await;
}

/// A clerk types what was bought; what is off is what the points pay for, and the rest is said.
#[tokio::test]
async fn points_take_money_off_a_purchase_as_far_as_they_reach() {
    let rule = r#"
[[rule]]
plugin = "points-table"
active_from = 2026-11-20

[[rule.params.kinds]]
code = "tree.plant"
title = { zh = "植树", en = "Tree planted" }
unit = { zh = "棵", en = "trees" }
per_unit = 20

[[rule.params.kinds]]
code = "buy"
title = { zh = "商户消费", en = "Bought at a shop" }
scale = 2
purchase = { percent = 10, points_per_yuan = 1, most = 20, at_least = 30, most_points = [{ amount = 25, window = "month", subject = "household" }] }
"#;
    let app = TestApp::with_both("", ("", rule)).await;
    app.earn("p-1", "tree.plant", 2001, 2).await;
    let start = api_points(&app).await;
    assert!(start > 25, "{start}");
    let mut lead = app.signed_in("lead").await;
    let mut bought = Vec::new();
    for (yuan, says) in [
        ("86.50", "用 8 分抵 8 元，还要付 78.5 元"),
        ("300", "用 17 分抵 17 元，还要付 283 元"),
        ("29.99", "满 30 元才能抵，这次是 29.99 元"),
        ("50", "本户本月最多用 25 分抵，已经用了 25 分"),
    ] {
        let form = lead.get("/nanmen/record?kind=buy").await;
        let key = form.is(200).hidden("key");
        let sent = [
            ("kind", "buy"),
            ("key", key.as_str()),
            ("resident", "2001"),
            ("quantity", yuan),
            ("on", "2026-11-23"),
        ];
        let told = lead.post("/nanmen/record", &sent).await;
        told.says(&[says]);
        bought.push(api_points(&app).await);
    }
    let after = [8, 25, 25, 25].map(|taken| start - taken);
    assert_eq!(bought, after);
    let mut you = app.signed_in("2001").await;
    walk(&mut you, "nanmen", 2001).await;
    app.end().await;
}

async fn api_points(app: &TestApp) -> i64 {
    let mut you = app.signed_in("2001").await;
    let api = "/api/v1/communities/nanmen/residents/2001/balance";
    let told = you.get(api).await.is(200).json();
    told["points"].as_i64().unwrap()
}
