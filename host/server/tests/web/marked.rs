//! What a rule asks somebody to look at comes to the reviewers' desk, and goes when one has looked who did not record it.

use serde_json::json;

use crate::app::TestApp;

const API: &str = "/api/v1/communities/nanmen";

/// Two shifts of one person at the same time both count, and somebody looks at them.
const KINDS: &str = "[kinds.\"cleanup.hour\"]\noverlap = \"mark\"\nunit_minutes = 60\n";

#[tokio::test]
async fn what_is_marked_waits_at_the_desk_until_another_one_has_looked() {
    let app = TestApp::with_both("", (KINDS, "")).await;
    let mut check = app.signed_in("check").await;
    let mut boss = app.signed_in("boss").await;
    let event = |external_ref: &str, at: &str| {
        json!({
            "kind": "cleanup.hour", "resident": 1001, "quantity": "2", "occurred_at": at,
            "source": "desk", "external_ref": external_ref
        })
    };
    let path = format!("{API}/events");
    for (external_ref, at) in [("p-1", "2026-11-20T09:00"), ("p-2", "2026-11-21T10:00")] {
        check.json(&path, &event(external_ref, at)).await.is(200);
    }
    let late = event("p-3", "2026-11-20T10:50");
    let late = check.json(&path, &late).await.is(200).json();
    assert_eq!(late["outcome"], "decided", "{late}");
    let entry = late["entry"].as_u64().unwrap();

    let desk = boss.get("/nanmen/amend").await;
    desk.is(200)
        .says(&["这段时间和", "笔重叠", "清洁日志愿服务 2 小时", "+4 分"]);
    assert_eq!(desk.text.matches("/seen\"").count(), 1, "{}", desk.text);
    let mut me = app.signed_in("1001").await;
    let why = format!("/nanmen/passbook/{entry}");
    me.get(&why)
        .await
        .is(200)
        .says(&["有一处等工作人员核对：", "重叠"]);

    // Programs read the same list, with the right that the desk needs.
    let marks = format!("{API}/marks");
    let listed = boss.get(&marks).await.is(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let mark = &listed[0];
    assert_eq!(
        (&mark["entry"], &mark["kind"]),
        (&json!(entry), &json!("cleanup.hour"))
    );
    assert_eq!(mark["residents"], json!([1001]));
    assert!(
        mark["says"][0]["zh"].as_str().unwrap().contains("重叠"),
        "{mark}"
    );
    for who in ["shop", "lead", "1001"] {
        app.signed_in(who).await.get(&marks).await.is(403);
    }
    for scope in ["events", "till", "read", "people"] {
        app.device(scope).await.get(&marks).await.is(403);
    }
    let tick = |entry: u64| format!("{API}/marks/{entry}/seen");
    let answer = check.json(&tick(entry), &json!({})).await;
    answer.is(422).says(&["另一位工作人员"]);
    app.signed_in("shop")
        .await
        .json(&tick(entry), &json!({}))
        .await
        .is(403);
    let none = boss.json(&tick(entry - 1), &json!({})).await;
    assert!(none.status.is_client_error(), "{}", none.text);

    // Whoever recorded it is not the one to look; a shopkeeper neither.
    let seen = format!("/nanmen/amend/{entry}/seen");
    let answer = check.post(&seen, &[]).await;
    answer.is(422).says(&["另一位工作人员"]);
    check.get("/nanmen/amend").await.says(&["这是您自己登记的"]);
    app.signed_in("shop").await.post(&seen, &[]).await.is(403);
    boss.get("/nanmen/amend").await.says(&["看过了，没有问题"]);

    assert_eq!(
        boss.post(&seen, &[]).await.is(303).location(),
        "/nanmen/amend#marks"
    );
    let desk = boss.get("/nanmen/amend").await;
    desk.says(&["没有要看的"]);
    boss.post(&seen, &[]).await.is(303);
    let told = me.get(&why).await;
    told.is(200).says(&["重叠", "核对过了，2026年11月23日"]);

    // What is wrong is taken back, and is no longer on the desk.
    let wrong = event("p-4", "2026-11-21T10:10");
    let wrong = check.json(&path, &wrong).await.is(200).json();
    boss.get("/nanmen/amend").await.says(&["看过了，没有问题"]);
    let listed = boss.get(&marks).await.is(200).json();
    assert_eq!(listed[0]["entry"], wrong["entry"], "{listed}");
    let reverse = format!("{API}/entries/{}/reverse", wrong["entry"]);
    let reason = json!({ "reason": "登记重了" });
    check.json(&reverse, &reason).await.is(200);
    boss.get("/nanmen/amend").await.says(&["没有要看的"]);
    assert_eq!(boss.get(&marks).await.is(200).json(), json!([]));

    // One more is looked at by a program in the name of the second one.
    let fifth = event("p-5", "2026-11-21T10:15");
    let fifth = check.json(&path, &fifth).await.is(200).json();
    let fifth = fifth["entry"].as_u64().unwrap();
    for _ in 0..2 {
        boss.json(&tick(fifth), &json!({})).await.is(200);
    }
    assert_eq!(boss.get(&marks).await.is(200).json(), json!([]));
    // Whose it was could be seen at the desk, and that is on their list.
    me.get("/nanmen/me/privacy")
        .await
        .is(200)
        .says(&["工作人员 王*"]);
    drop((check, boss, me));
    app.end().await;
}
