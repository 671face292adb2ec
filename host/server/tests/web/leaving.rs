//! The office enters that people leave, were enrolled twice, or go to another household: shown first, booked then, taken back
//! when it was a mistake; and nobody does it for themselves.

use rongyi_core::command::{Ask, SetTraits};
use rongyi_core::ids::{HouseholdNo, ResidentNo};
use rongyi_server::activities::{self, ActivityError};
use rongyi_server::door::Actor;

use crate::app::{Browser, TestApp, code};

const KEEP: (&str, &str) = ("reason", "户口簿已核，居委会同意");

async fn points(boss: &mut Browser<'_>, resident: u32) -> String {
    let page = boss.get(&format!("/nanmen/residents/{resident}")).await;
    let page = page.is(200);
    let from = page.text.find("cover-number\"><b>").expect("points") + 17;
    page.text[from..]
        .split('<')
        .next()
        .unwrap_or_default()
        .to_owned()
}

async fn household(app: &TestApp, resident: u32) -> HouseholdNo {
    let all = app.house.store.residents(&code("nanmen")).await;
    let all = all.expect("residents");
    let found = all.iter().find(|row| row.resident == ResidentNo(resident));
    found.expect("a resident").household
}

#[tokio::test]
async fn a_household_parts_with_a_share_and_becomes_one_again() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    app.earn("t-1", "waste.food", 1001, 100).await;
    let page = boss.get("/nanmen/residents/1002").await;
    page.is(200)
        .says(&["/nanmen/people/households/3/move", "换户、分户、并户"]);
    let path = "/nanmen/people/households/3/move";
    boss.get(path)
        .await
        .is(200)
        .says(&["陈小满", "带走多少积分"]);
    let base = [("who.1002", "yes"), ("to", "31"), ("points", "40"), KEEP];
    let look = boss
        .post(path, &[&base[..], &[("act", "look")]].concat())
        .await;
    look.is(200).says(&[
        "40 分 转到第 31 户名下",
        "有效期不变",
        "就这样登记",
        "没领的订单仍归原来那一户",
    ]);
    assert_eq!(household(&app, 1002).await, HouseholdNo(3), "only looked");
    let key = look.hidden("key");
    let book = [&base[..], &[("act", "book"), ("key", &key)]].concat();
    for _ in 0..2 {
        let done = boss.post(path, &book).await;
        // Sent twice it is booked once: the second time nobody of that name is in the household any more.
        if done.status.as_u16() == 303 {
            assert_eq!(done.location(), "/nanmen/people/households/31?done=moved");
        }
    }
    boss.get("/nanmen/people/households/31?done=moved")
        .await
        .is(200)
        .says(&["登记好了，现在这一户的人在下面", "陈小满", "40"]);
    assert_eq!(household(&app, 1002).await, HouseholdNo(31));
    assert_eq!(points(&mut boss, 1001).await, "60");
    assert_eq!(points(&mut boss, 1002).await, "40");
    // What they see themselves, and what they earn now, is the new household's.
    app.earn("t-2", "tree.plant", 1002, 1).await;
    assert_eq!(points(&mut boss, 1001).await, "60");
    assert_eq!(points(&mut boss, 1002).await, "60");
    let mut me = app.signed_in("1002").await;
    me.get("/nanmen/home").await.is(200).says(&["60"]);
    // All of them go back: nothing has to be said about points.
    let back = [("who.1002", "yes"), ("to", "3"), KEEP, ("act", "book")];
    let path = "/nanmen/people/households/31/move";
    boss.post(path, &back).await.is(303);
    assert_eq!(points(&mut boss, 1001).await, "120");
    app.end().await;
}

#[tokio::test]
async fn who_left_can_do_nothing_more_until_it_is_taken_back() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    app.earn("t-1", "waste.food", 1001, 100).await;
    let mut me = app.signed_in("1002").await;
    me.get("/nanmen/home").await.is(200);
    let path = "/nanmen/people/residents/1002/leave";
    boss.get(path).await.is(200).says(&["迁出、去世、重复登记"]);
    let base = [("how", "died"), ("to", ""), KEEP];
    let look = boss
        .post(path, &[&base[..], &[("act", "look")]].concat())
        .await;
    look.is(200)
        .says(&["积分留在原处，不转", "这个号码不能再登录", "冲正这一笔"]);
    let book = [&base[..], &[("act", "book")]].concat();
    let done = boss.post(path, &book).await;
    assert_eq!(done.is(303).location(), "/nanmen/residents/1002?done=left");
    let page = boss.get(done.location()).await;
    page.is(200).says(&["已去世", "不能再记新的事项"]);
    assert!(!page.text.contains("record?resident=1002"));
    // Signed out, and not in again.
    assert_eq!(me.get("/nanmen/home").await.status.as_u16(), 303);
    let pin = &app.secrets["1002"];
    let mut phone = app.browser();
    let form = [("number", "1002"), ("pin", pin.as_str())];
    phone.post("/nanmen/sign-in", &form).await.is(401);
    // Nothing more is booked; the rest of the household is as it was.
    let form = [
        ("resident", "1002"),
        ("kind", "tree.plant"),
        ("quantity", "1"),
    ];
    let refused = boss.post("/nanmen/record", &form).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    boss.post(path, &book).await.is(422).says(&["已在"]);
    assert_eq!(points(&mut boss, 1001).await, "100");
    // A mistake: the entry is taken back, and all of it with it.
    let head = app.house.store.frame(&code("nanmen")).await;
    let entry = head.expect("a frame").expect("a frame").head.next_seq - 1;
    let form = [
        ("entry", entry.to_string()),
        ("reason", "登记错了人".to_owned()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, &**value)).collect();
    boss.post("/nanmen/amend/reverse", &form).await.is(303);
    app.earn("t-3", "tree.plant", 1002, 1).await;
    app.end().await;
}

/// Whoever moved away is marked wherever the office meets them, reads what was, and neither signs up nor asks for anything; the
/// report about fairness leaves them out.
#[tokio::test]
async fn who_left_is_marked_and_asks_for_nothing_by_themselves() {
    let app = TestApp::with_both("", ("", "[case.message]\n")).await;
    let nanmen = code("nanmen");
    let (mut boss, mut me) = (app.signed_in("boss").await, app.signed_in("1001").await);
    let form = "/nanmen/cases/new/message";
    let sent = |key: &str| {
        [
            ("key", key.to_owned()),
            ("q.class", "help".to_owned()),
            ("q.text", "楼道灯坏了".to_owned()),
        ]
    };
    let typed = |all: &[(&'static str, String)]| -> Vec<(&'static str, String)> { all.to_vec() };
    let asks = async |me: &mut Browser<'_>, key: &str| {
        let all = typed(&sent(key));
        let all: Vec<(&str, &str)> = all.iter().map(|(name, text)| (*name, &**text)).collect();
        me.post(form, &all).await
    };
    asks(&mut me, "k-1").await.is(303);
    let born = Ask::Traits(SetTraits {
        resident: ResidentNo(2001),
        changes: vec![(code("birth-year"), 1956)],
    });
    let command = app.house.command(&nanmen, &code("staff/2"), born);
    app.house.clerk.ask(&nanmen, command).await.expect("set");
    let by_age = async |boss: &mut Browser<'_>| {
        let told = boss
            .get("/api/v1/communities/nanmen/reports/fairness")
            .await;
        let told = told.is(200).json();
        let rows = told["rows"].as_array().expect("rows").clone();
        let ages = rows
            .into_iter()
            .filter(|row| row["names"][0]["en"] == "residents by age");
        let one = |row: serde_json::Value| {
            let name = row["names"][1]["en"].as_str().expect("a name").to_owned();
            (name, row["values"][0].as_i64().expect("a number"))
        };
        ages.map(one).collect::<Vec<(String, i64)>>()
    };
    let all = [("70–79".to_owned(), 1), ("not known".to_owned(), 2)];
    assert_eq!(by_age(&mut boss).await, all);
    let path = "/nanmen/people/residents/1001/leave";
    let form = [("how", "moved"), ("to", ""), KEEP, ("act", "book")];
    boss.post(path, &form).await.is(303);
    let all = [("70–79".to_owned(), 1), ("not known".to_owned(), 1)];
    assert_eq!(by_age(&mut boss).await, all, "who left is in no group");
    boss.get("/nanmen/residents?q=1001")
        .await
        .is(200)
        .says(&["陈桂芳", "已迁出"]);
    let found = boss
        .get("/api/v1/communities/nanmen/residents?q=1001")
        .await;
    assert_eq!(found.is(200).json()["residents"][0]["left"], "moved-away");
    let stays = boss.get("/nanmen/residents?q=2001").await;
    assert!(!stays.text.contains("已迁出"));
    boss.get("/nanmen/queue?scope=open")
        .await
        .is(200)
        .says(&["（已迁出）"]);
    boss.get("/nanmen/queue/1")
        .await
        .is(200)
        .says(&["（已迁出）"]);
    let refused = asks(&mut me, "k-2").await;
    refused.is(422).says(&["您已迁出本社区", "楼道灯坏了"]);
    me.get("/nanmen/cases/1").await.is(200);
    let join = async |resident: u32| {
        let by = Actor::Resident(ResidentNo(resident));
        let place = ((99, 1), (ResidentNo(resident), None));
        let done = activities::join(&app.house, &nanmen, &by, place.0, place.1).await;
        done.expect_err("there is no such activity")
    };
    assert!(
        matches!(join(1001).await, ActivityError::Refused(refusal) if refusal.code == "resident.left")
    );
    assert!(matches!(join(2001).await, ActivityError::Unknown));
    app.end().await;
}

#[tokio::test]
async fn what_is_wrong_stands_beside_the_field_and_nothing_is_lost() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let path = "/nanmen/people/residents/1001/leave";
    for (form, says) in [
        (vec![("how", ""), KEEP], "请选是哪一种情况"),
        (
            vec![("how", "same"), ("to", ""), KEEP],
            "请写以后留用的那个号码",
        ),
        (vec![("how", "same"), ("to", "x"), KEEP], "请写号码"),
        (vec![("how", "same"), ("to", "9999"), KEEP], "9999"),
        (vec![("how", "died"), ("reason", "")], "请写明原因"),
    ] {
        let page = boss.post(path, &form).await;
        assert!(page.status.is_client_error(), "{form:?}: {}", page.status);
        page.says(&[says]);
        if let Some((_, reason)) = form.iter().find(|(name, _)| *name == "reason") {
            page.says(&[reason]);
        }
    }
    let path = "/nanmen/people/households/3/move";
    for (form, says) in [
        (vec![("to", "9"), KEEP], "请勾上要换户的人"),
        (vec![("who.1002", "yes"), ("to", ""), KEEP], "请写号码"),
        (
            vec![("who.1002", "yes"), ("to", "3"), KEEP],
            "已经在 3 号户里了",
        ),
        (
            vec![("who.1002", "yes"), ("to", "9"), ("points", "5"), KEEP],
            "现在可用的只有 0",
        ),
    ] {
        let page = boss.post(path, &form).await;
        assert!(page.status.is_client_error(), "{form:?}: {}", page.status);
        page.says(&[says, KEEP.1]);
    }
    boss.get("/nanmen/people/households/77/move").await.is(404);
    boss.get("/nanmen/people/residents/77/leave").await.is(404);
    app.end().await;
}

#[tokio::test]
async fn a_card_opens_the_resident_for_staff_alone_and_a_new_one_ends_it() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    let make = "/nanmen/residents/1001/card";
    let word = |page: &str| {
        let all = app.house.store.clone();
        drop(all);
        let from = page.find("<svg").expect("a code");
        assert!(page[from..].contains("</svg>"));
    };
    let first = boss.post(make, &[]).await;
    first
        .is(200)
        .says(&["居民卡", "陈桂芳", "1001", "只显示这一次"]);
    word(&first.text);
    let store = &app.house.store;
    let card = store.card_of(&code("nanmen"), ResidentNo(1001)).await;
    assert_eq!(card.unwrap().expect("a card").serial, 1);
    boss.post(make, &[]).await.is(200).says(&["第 2 张卡"]);
    let card = store.card_of(&code("nanmen"), ResidentNo(1001)).await;
    assert_eq!(card.unwrap().expect("a card").serial, 2);
    // A stranger learns nothing about whose it is, and an unknown word is said to count no more.
    let unknown = format!("/nanmen/card/{}", "0".repeat(32));
    let page = app.browser().get(&unknown).await;
    page.is(200).says(&["已经不用了"]);
    assert!(!page.text.contains("陈桂芳"));
    app.end().await;
}
