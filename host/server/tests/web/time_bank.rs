//! Volunteer time that is spent: help received is paid with one's own hours, as far as they reach.

use crate::app::TestApp;
use crate::numbers::walk;

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
