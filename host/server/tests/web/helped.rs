//! The office's other half: whoever comes without a card, comes while somebody guesses, is colleague and neighbour in
//! one, or has somebody else's wish carried out; and that nobody is told what is not theirs to know.

use rongyi_core::ids::ResidentNo;
use rongyi_server::access::server_secret;
use rongyi_server::people;
use rongyi_sheets::Row;
use serde_json::json;

use crate::access::{PIN, try_in};
use crate::app::{TestApp, code};

async fn person(app: &TestApp, number: u32) -> i64 {
    let store = &app.house.store;
    let person = store
        .resident_person(&code("nanmen"), ResidentNo(number))
        .await;
    person.unwrap().unwrap().person_id
}

async fn staff(app: &TestApp, login: &str) -> i64 {
    let store = &app.house.store;
    let staff = store.staff_by_login(&code("nanmen"), login).await;
    staff.unwrap().unwrap().staff_id
}

#[tokio::test]
async fn whoever_has_no_card_is_found_by_name_or_telephone() {
    let app = TestApp::new().await;
    let id = person(&app, 1001).await;
    let store = &app.house.store;
    let phone = Some("0663-000-1001");
    store.rename_person(id, "陈桂芳", phone).await.unwrap();
    let mut office = app.signed_in("check").await;
    let found = |typed: &'static str| [("number", typed)];
    for typed in [
        "陈桂芳",
        " 陈 桂芳 ",
        "1001",
        "0663-000-1001",
        "０６６３-000-1001",
    ] {
        let page = office.post("/nanmen/reset", &found(typed)).await;
        page.is(200).says(&["是这位居民吗", "陈桂芳", "1001"]);
    }
    for nobody in ["陈桂", "桂芳%", "已删除", "' OR 1=1 --", "\u{202e}芳桂陈"] {
        let page = office.post("/nanmen/reset", &found(nobody)).await;
        page.is(422).says(&["没有叫这个名字"]);
    }
    // Two of one name: the clerk sees both with their households, and chooses.
    let other = person(&app, 2001).await;
    store.rename_person(other, "陈桂芳", None).await.unwrap();
    let page = office.post("/nanmen/reset", &found("陈桂芳")).await;
    page.is(200).says(&["是哪一位", "陈阿婆家", "林家"]);
    assert!(!page.text.contains("重设密码并显示"), "{}", page.text);
    let page = office.post("/nanmen/reset", &found("2001")).await;
    page.is(200).says(&["是这位居民吗", "林家"]);
    // She sees who looked, in words that are true: nobody exported anything.
    let mut phone = app.signed_in("1001").await;
    let page = phone.get("/nanmen/me/privacy").await;
    page.is(200).says(&["核对了您是谁", "在名单里看到"]);
    assert!(!page.text.contains("导出"), "{}", page.text);
    app.end().await;
}

#[tokio::test]
async fn whoever_the_office_helped_is_let_in_while_somebody_guesses() {
    let app = TestApp::new().await;
    for number in ["1001", "2001"] {
        app.own_secret(number, PIN).await;
    }
    let mut stranger = app.browser();
    let mut number = 5000;
    while try_in(&mut stranger, &number.to_string(), "888888").await == 401 {
        number += 1;
        assert!(number < 5100, "nobody counts");
    }
    assert_eq!(try_in(&mut app.browser(), "1001", PIN).await, 429);
    let mut office = app.signed_in("check").await;
    let slip = office
        .post("/nanmen/reset/pin", &[("number", "1001")])
        .await;
    let pin = crate::office::pin_on(&slip.text);
    assert_eq!(try_in(&mut app.browser(), "1001", &pin).await, 303);
    let unlock = [("number", "2001")];
    office.post("/nanmen/reset/unlock", &unlock).await.is(200);
    assert_eq!(try_in(&mut app.browser(), "2001", PIN).await, 303);
    // Her own counter is as it was: three wrong ones, and then she waits too.
    for _ in 0..3 {
        assert_eq!(try_in(&mut app.browser(), "2001", "000001").await, 401);
    }
    assert_eq!(try_in(&mut app.browser(), "2001", PIN).await, 429);
    // Nobody else is let past, and she not for ever.
    assert_eq!(try_in(&mut app.browser(), "1002", PIN).await, 429);
    app.clock.advance_seconds(2 * 3600 + 1);
    let mut number = 6000;
    while try_in(&mut stranger, &number.to_string(), "888888").await == 401 {
        number += 1;
        assert!(number < 6100, "nobody counts");
    }
    assert_eq!(try_in(&mut app.browser(), "2001", PIN).await, 429);
    app.end().await;
}

#[tokio::test]
async fn a_colleague_is_a_person_and_not_a_name() {
    let app = TestApp::new().await;
    let (check, store) = (staff(&app, "check").await, &app.house.store);
    // 林国强 has the reviewer's name, and is somebody else: once the office says who the reviewer is, they may help.
    let namesake = person(&app, 2001).await;
    store.rename_person(namesake, "周一", None).await.unwrap();
    let (mut boss, mut office) = (app.signed_in("boss").await, app.signed_in("check").await);
    let (pin, of) = ("/nanmen/reset/pin", |number| [("number", number)]);
    office.post(pin, &of("2001")).await.is(403);
    let page = format!("/nanmen/operator/staff/{check}");
    let tie = |resident| [("act", "person"), ("resident", resident)];
    boss.post(&page, &tie("9999"))
        .await
        .is(422)
        .says(&["没有这个编号"]);
    boss.post(&page, &tie("1001")).await.is(200).says(&["1001"]);
    boss.post(&page, &tie("１００１")).await.is(409);
    office.post(pin, &of("2001")).await.is(200);
    // Under whatever name: this is the reviewer.
    office
        .post(pin, &of("1001"))
        .await
        .is(403)
        .says(&["不能给自己办"]);
    for path in ["/nanmen/reset", "/nanmen/reset/unlock", "/nanmen/listing"] {
        let form = [
            ("number", "1001"),
            ("resident", "1001"),
            ("listing", "named"),
        ];
        office.post(path, &form).await.is(403);
    }
    boss.get(&page).await.is(200).says(&["value=\"1001\""]);
    // Nobody says of themselves who they are.
    let boss_page = format!("/nanmen/operator/staff/{}", staff(&app, "boss").await);
    boss.post(&boss_page, &tie("1002")).await.is(403);
    office.post(&page, &tie("")).await.is(403);
    boss.post(&page, &tie("")).await.is(200);
    office.post(pin, &of("1001")).await.is(200);
    app.end().await;
}

#[tokio::test]
async fn two_accounts_of_one_person_are_one_person() {
    let app = TestApp::with_notice().await;
    let (key, store) = (
        server_secret(&app.house.config.secret_file).unwrap(),
        &app.house.store,
    );
    let cells = [
        ("login", Some("second")),
        ("name", Some("王二")),
        ("role", Some("operator")),
        ("resident", Some("1001")),
    ];
    let rows = Row::typed(&cells).alone();
    let added = people::add_staff(&app.house, &code("nanmen"), key, rows).await;
    assert_eq!((added.new, added.bad.len()), (1, 0), "{added:?}");
    let person_id = Some(person(&app, 1001).await);
    let second = store.staff_by_login(&code("nanmen"), "second").await;
    assert_eq!(second.unwrap().unwrap().person_id, person_id);
    let (mut boss, mut other) = (app.signed_in("boss").await, app.signed_in("second").await);
    let base = "/api/v1/communities/nanmen";
    let propose = json!({ "resident": 2001, "amount": 5, "reason": "补记" });
    let proposal = boss.json(&format!("{base}/proposals"), &propose).await;
    let first = proposal.is(200).json()["entry"].as_u64().unwrap();
    // Two people, as long as nobody knows better.
    let approve = |entry: u64| format!("{base}/proposals/{entry}/approve");
    other.json(&approve(first), &json!({})).await.is(200);
    let proposal = boss.json(&format!("{base}/proposals"), &propose).await;
    let entry = proposal.is(200).json()["entry"].as_u64().unwrap();
    let mut check = app.signed_in("check").await;
    let tie = [("act", "person"), ("resident", "1001")];
    let page = format!("/nanmen/operator/staff/{}", staff(&app, "boss").await);
    check.post(&page, &tie).await.is(403);
    // A reviewer does not say it; the terminal does, here in its place the store.
    let id = staff(&app, "boss").await;
    let deed = rongyi_store::NewAccessRecord {
        at: app.house.clock.now(),
        community: &code("nanmen"),
        what: "person",
        by_staff: None,
        detail: "terminal/root",
    };
    store.set_staff_person(id, person_id, deed).await.unwrap();
    let told = other.json(&approve(entry), &json!({})).await;
    assert_eq!(told.json()["code"], "proposal.same-person", "{}", told.text);
    other.get(&page).await.is(200);
    other.post(&page, &[("act", "password")]).await.is(403);
    // She objects as a resident, and reviews it as a reviewer: one person too.
    let award = app.earn("walk-1", "council.attend", 2001, 1).await;
    let mut card = app.signed_in("1001").await;
    let object = format!("{base}/entries/{award}/object");
    let because = json!({ "reason": "没有来" });
    card.json(&object, &because).await.is(200);
    let review = format!("{base}/entries/{award}/review");
    let upheld = json!({ "uphold": true, "reason": "属实" });
    let told = other.json(&review, &upheld).await;
    assert_eq!(told.json()["code"], "review.same-person", "{}", told.text);
    check.json(&review, &upheld).await.is(200);
    check.json(&approve(entry), &json!({})).await.is(200);
    app.end().await;
}

#[tokio::test]
async fn what_was_set_for_somebody_is_told_to_the_clerk_and_to_her() {
    let app = TestApp::new().await;
    let mut office = app.signed_in("check").await;
    let desk = "/nanmen/listing";
    assert!(office.get("/nanmen/amend").await.text.contains(desk));
    let form = [("resident", "1001"), ("listing", "named")];
    let to = office.post(desk, &form).await.is(303).location().to_owned();
    office
        .get(&to)
        .await
        .is(200)
        .says(&["1001 号 陈桂芳：显示全名"]);
    let told = "您在公开名单里的显示由 周一 在 11月23日 更改。";
    let mut phone = app.signed_in("1001").await;
    phone.get("/nanmen/home").await.is(200).says(&[told]);
    phone.get("/nanmen/devices").await.is(200).says(&[told]);
    // Nothing is kept of a press that is no button.
    office
        .post(desk, &[("resident", "1002"), ("listing", "all")])
        .await
        .is(422);
    let records = app.house.store.access_records_in(&code("nanmen"), 50).await;
    let records = records.unwrap().into_iter();
    assert_eq!(records.filter(|record| record.what == "listing").count(), 1);
    app.end().await;
}

/// A "no" with a number in it would be a way to read balances that leaves no trace.
#[tokio::test]
async fn a_refusal_tells_nobody_what_another_person_has() {
    let app = TestApp::new().await;
    app.earn("w-1", "waste.food", 1001, 30).await;
    let base = "/api/v1/communities/nanmen";
    let lines = json!([{ "item": "salt", "quantity": 10 }]);
    let quote = json!({ "resident": 1001, "lines": lines });
    let order = json!({ "resident": 1001, "lines": lines, "total": 50 });
    let asked = [
        (format!("{base}/quotes"), quote),
        (format!("{base}/orders"), order),
    ];
    let mut resident = app.signed_in("1001").await;
    let balance = resident
        .get(&format!("{base}/residents/1001/balance"))
        .await;
    let has = balance.is(200).json()["points"].to_string();
    for (path, body) in &asked {
        let told = resident.json(path, body).await.is(200).json();
        assert_eq!(told["code"], "balance.short", "{told}");
        let said = told["text"]["zh"].as_str().unwrap();
        assert!(said.contains(&format!("可用 {has} 分")), "{said}");
        for who in ["shop", "boss"] {
            let mut staff = app.signed_in(who).await;
            let told = staff.json(path, body).await.is(200).json();
            assert_eq!(told["code"], "balance.short", "{told}");
            for lang in ["zh", "en"] {
                let said = told["text"][lang].as_str().unwrap();
                assert!(said.contains("50") && !said.contains(&has), "{who}: {said}");
            }
        }
    }
    // The same where much more is to be taken than there is.
    let mut check = app.signed_in("check").await;
    let propose = json!({ "resident": 1001, "amount": -1_000_000, "reason": "试一试" });
    let told = check.json(&format!("{base}/proposals"), &propose).await;
    let entry = told.is(200).json()["entry"].to_string();
    let mut boss = app.signed_in("boss").await;
    let path = format!("{base}/proposals/{entry}/approve");
    let told = boss.json(&path, &json!({})).await;
    assert_eq!(told.json()["code"], "correction.floor", "{}", told.text);
    assert!(!told.text.contains("999"), "{}", told.text);
    app.end().await;
}
