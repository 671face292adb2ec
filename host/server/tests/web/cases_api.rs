//! Cases and merchants over the API: a partner's program opens and follows cases, the office works on them with the same
//! decisions as on the pages, keys make each thing happen once, lists go on page by page, and rights are those of the table.

use serde_json::{Value, json};

use crate::app::{Browser, TestApp};

const KINDS: &str = "[case.claim]\n[case.message]\n[case.appeal]\n[case.matter]\n[case_units.grid]\ntitle = { zh = \"网格\", en = \"The grid\" }\nstaff = [\"lead\"]\n";
const CASES: &str = "/api/v1/communities/nanmen/cases";

async fn office() -> TestApp {
    let claims = "claims = [\"tree.plant\", \"waste.food\"]\n";
    TestApp::with_both("", (claims, KINDS)).await
}

fn message(words: &str) -> Value {
    json!({ "kind": "message", "answers": { "class": "help", "text": words, "place": "三号楼" } })
}

async fn acts(who: &mut Browser<'_>, case: u64, key: &str, body: &Value) -> crate::app::Answer {
    who.key = Some(key.to_owned());
    let answer = who.json(&format!("{CASES}/{case}/steps"), body).await;
    who.key = None;
    answer
}

fn step(act: &str, seen: &Value, words: &str) -> Value {
    json!({ "act": act, "seen": seen, "words": words })
}

#[tokio::test]
async fn a_program_opens_a_case_once_and_follows_it() {
    let app = office().await;
    let mut hotline = app.device("people").await;
    let kinds = hotline.get("/api/v1/communities/nanmen/case-kinds").await;
    let kinds = kinds.is(200).json();
    let all = kinds["kinds"].as_array().unwrap();
    let names: Vec<&str> = all
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap())
        .collect();
    for name in ["claim", "message", "appeal"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let claim = all.iter().find(|kind| kind["kind"] == "claim").unwrap();
    let events = claim["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["code"] == "tree.plant"));
    assert_eq!(kinds["units"][0]["code"], "grid");
    hotline.key = Some("12345-0001".to_owned());
    let first = hotline.json(CASES, &message("楼道灯坏了")).await;
    let first = first.is(200).json();
    let no = first["case"].as_u64().unwrap();
    assert_eq!(first["answers"]["text"], "楼道灯坏了");
    assert_eq!(
        (&first["group"], &first["version"]),
        (&json!("open"), &json!(0))
    );
    assert!(first["due"] == "2026-11-24T10:00", "{first}");
    let again = hotline.json(CASES, &message("楼道灯坏了")).await;
    assert_eq!(again.is(200).headers["idempotency-replayed"], "true");
    assert_eq!(again.json()["case"], no);
    let other = hotline.json(CASES, &message("井盖响")).await;
    assert_eq!(other.is(409).json()["code"], "key.conflict");
    hotline.key = None;
    // What is wrong has a stable code and names the field.
    for (body, code) in [
        (json!({ "kind": "none" }), "input.invalid"),
        (
            json!({ "kind": "message", "answers": { "class": "help" } }),
            "case.answer-missing",
        ),
        (json!({ "kind": "appeal", "answers": {} }), "case.opener"),
        (json!({ "kind": "message", "oops": 1 }), "body.schema"),
    ] {
        let told = hotline.json(CASES, &body).await;
        assert_eq!(told.is(422).json()["code"], code, "{body}");
    }
    // The office goes on, through the API as through its page.
    let mut boss = app.signed_in("boss").await;
    let seen = boss.get(&format!("{CASES}/{no}")).await.is(200).json();
    let may: Vec<&str> = seen["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["act"].as_str().unwrap())
        .collect();
    assert!(may.contains(&"move:dispatch"), "{may:?}");
    let none = acts(&mut boss, no, "b-0", &step("move:dispatch", &json!(0), "")).await;
    assert_eq!(none.is(422).json()["code"], "case.need");
    let mut given = step("move:dispatch", &json!(0), "请去看看");
    given["unit"] = json!("grid");
    let done = acts(&mut boss, no, "b-1", &given).await.is(200).json();
    assert_eq!(
        (&done["unit"], &done["version"]),
        (&json!("grid"), &json!(1))
    );
    assert_eq!(done["steps"][1]["words"], "请去看看");
    let twice = acts(&mut boss, no, "b-1", &given).await;
    assert_eq!(twice.is(200).headers["idempotency-replayed"], "true");
    assert_eq!(twice.json()["version"], 1);
    let changed = acts(&mut boss, no, "b-1", &step("note", &json!(1), "x")).await;
    assert_eq!(changed.is(409).json()["code"], "key.conflict");
    // Who read an older version is told that somebody was faster.
    let late = acts(
        &mut boss,
        no,
        "b-2",
        &step("move:answer", &json!(0), "好了"),
    )
    .await;
    let late = late.is(409).json();
    assert_eq!(late["code"], "case.moved", "{late}");
    // The program sees what happened, may write a note on what it opened, and can't do the office's work.
    let now = hotline.get(&format!("{CASES}/{no}")).await.is(200).json();
    assert_eq!(now["steps"].as_array().unwrap().len(), 2);
    let not = acts(
        &mut hotline,
        no,
        "h-1",
        &step("move:answer", &json!(1), "好了"),
    )
    .await;
    assert!(not.status.is_client_error(), "{}", not.text);
    let lead = app
        .signed_in("lead")
        .await
        .get(&format!("{CASES}?scope=mine"))
        .await;
    let waits = lead.is(200).json();
    assert_eq!(waits["cases"][0]["case"], no);
    let page = boss.get(&format!("/nanmen/queue/{no}")).await;
    page.is(200).says(&["请去看看", "楼道灯坏了"]);
    app.end().await;
}

#[tokio::test]
async fn a_claim_is_checked_by_two_over_the_api_and_booked() {
    let app = office().await;
    let mut boss = app.signed_in("boss").await;
    let claim = json!({ "kind": "claim", "resident": 1001, "event": "tree.plant", "quantity": "3", "on": "2026-11-22" });
    let wrong = json!({ "kind": "claim", "resident": 1001, "event": "tree.plant", "quantity": "许多", "on": "2026-11-22" });
    assert!(
        boss.json(CASES, &wrong).await.is(422).json()["code"]
            .as_str()
            .unwrap()
            .starts_with("quantity.")
    );
    let opened = boss.json(CASES, &claim).await.is(200).json();
    let no = opened["case"].as_u64().unwrap();
    assert_eq!(opened["claim"]["quantity"], "3");
    let mut one = app.signed_in("check").await;
    let first = acts(&mut one, no, "c-1", &step("move:check", &json!(0), "")).await;
    let first = first.is(200).json();
    let refused = first["acts"].as_array().unwrap();
    let second = refused
        .iter()
        .find(|act| act["act"] == "move:second-check")
        .unwrap();
    assert!(
        !second["refused"].is_null(),
        "the same person may not be both: {second}"
    );
    let same = acts(
        &mut one,
        no,
        "c-2",
        &step("move:second-check", &json!(1), ""),
    )
    .await;
    assert!(same.status.is_client_error());
    assert_eq!(
        app.signed_in("1001").await.get("/nanmen/home").await.status,
        200
    );
    app.end().await;
}

#[tokio::test]
async fn lists_go_on_page_by_page_and_nobody_else_reads_them() {
    let app = office().await;
    let mut hotline = app.device("people").await;
    for no in 0..7 {
        let words = format!("第 {no} 件");
        hotline.json(CASES, &message(&words)).await.is(200);
    }
    let mut boss = app.signed_in("boss").await;
    let claim = json!({ "kind": "claim", "resident": 1001, "event": "tree.plant", "quantity": "1", "on": "2026-11-22" });
    boss.json(CASES, &claim).await.is(200);
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = boss.get(&format!("{CASES}?limit=3&after={after}")).await;
        let page = page.is(200).json();
        let cases = page["cases"].as_array().unwrap();
        seen.extend(cases.iter().map(|case| case["case"].as_u64().unwrap()));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=8).collect::<Vec<u64>>());
    let count = async |who: &mut Browser<'_>, query: &str| {
        let page = who.get(&format!("{CASES}?{query}")).await;
        page.is(200).json()["cases"].as_array().unwrap().len()
    };
    assert_eq!(count(&mut boss, "kind=claim").await, 1);
    assert_eq!(count(&mut boss, "kind=message&state=new").await, 7);
    assert_eq!(
        count(&mut boss, "kind=message&state=done&scope=all").await,
        0
    );
    assert_eq!(count(&mut hotline, "scope=opened").await, 7);
    assert_eq!(count(&mut boss, "scope=opened").await, 1);
    assert_eq!(
        count(&mut hotline, "scope=mine").await,
        0,
        "nothing waits for a program"
    );
    for wrong in [
        "kind=none",
        "state=new",
        "kind=claim&state=none",
        "scope=x",
        "after=x",
        "limit=0",
    ] {
        let told = boss.get(&format!("{CASES}?{wrong}")).await;
        assert_eq!(told.status, 422, "{wrong}: {}", told.text);
    }
    boss.get(&format!("{CASES}/99")).await.is(404);
    for who in ["events", "till", "read"] {
        app.device(who).await.get(CASES).await.is(403);
    }
    app.signed_in("1001").await.get(CASES).await.is(403);
    app.browser().get(CASES).await.is(401);
    // Whoever read about a resident stands in that resident's list.
    let mine = app.signed_in("1001").await.get("/nanmen/me/privacy").await;
    mine.is(200).says(&["办件"]);
    app.end().await;
}

/// What a council decided comes with the minutes of its meeting, in fields of their own: on the page as over the API.
#[tokio::test]
async fn a_meeting_is_written_down_in_numbers() {
    let app = office().await;
    let mut boss = app.signed_in("boss").await;
    let answers = json!({ "subject": "装长椅", "text": "大榕树下装两张长椅" });
    let asked = json!({ "kind": "matter", "answers": answers });
    let opened = boss.json(CASES, &asked).await.is(200).json();
    let no = opened["case"].as_u64().unwrap();
    for (key, seen) in [("m-1", 0), ("m-2", 1)] {
        let on = step("move:next", &json!(seen), "大家都赞成往下走");
        acts(&mut boss, no, key, &on).await.is(200);
    }
    let page = format!("/nanmen/queue/{no}");
    let shown = boss.get(&page).await;
    shown
        .is(200)
        .says(&["会议记录", "应到几人", "minutes-place"]);
    let mut on = step("move:next", &json!(2), "定下来装两张，网格来办");
    let none = acts(&mut boss, no, "m-3", &on).await;
    assert_eq!(none.is(422).json()["code"], "case.minutes");
    // On the page: what was typed stays, and what cannot be is told beside it.
    let (seen, key) = (
        shown.hidden("seen"),
        format!("{}-next", shown.hidden("key")),
    );
    let form = [
        ("act", "move:next"),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
        ("words", "定下来装两张"),
        ("minutes-on", "2026-11-22"),
        ("minutes-place", "大榕树下"),
        ("minutes-members", "11"),
        ("minutes-present", "12"),
        ("minutes-agreed", "9"),
    ];
    let refused = boss.post(&format!("{page}/step"), &form).await;
    refused.is(422).says(&[
        "实到 12 人对不上",
        "field-minutes-move-next",
        "value=\"大榕树下\"",
        "value=\"12\"",
        "定下来装两张",
    ]);
    on["minutes"] = json!({ "on": "2026-11-22", "place": "大榕树下", "members": 11, "present": 9, "agreed": 7 });
    let done = acts(&mut boss, no, "m-4", &on).await.is(200).json();
    assert_eq!(done["state"], "solve");
    let minutes = &done["steps"][3]["minutes"];
    assert_eq!(
        (&minutes["present"], &minutes["place"]),
        (&json!(9), &json!("大榕树下"))
    );
    boss.get(&page).await.is(200).says(&[
        "2026-11-22，大榕树下。应到 11 人，实到 9 人，同意 7 人。人数够，通过。",
        "data-print",
    ]);
    app.end().await;
}
