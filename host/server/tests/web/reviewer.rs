//! A reviewer's hour: the queue says what the rule would give, one case leads to the next, sentences are chosen, several
//! are passed at once where the kind allows it; and an appeal takes a deduction back with two people.

use std::collections::BTreeMap;

use rongyi_server::rounds;
use rongyi_store::{CasePlace, NewCaseStep};

use crate::app::{Browser, NOW, TestApp, code, fine};

const KINDS: &str = "[case.claim-one]\n[case.claim]\n[case.appeal]\n";

async fn office() -> TestApp {
    let claims = "claims = [\"tree.plant\", \"waste.food\"]\n";
    let app = TestApp::with_both("", (claims, KINDS)).await;
    let house = &app.house;
    let key = rongyi_server::access::server_secret(&house.config.secret_file).expect("a secret");
    let row = rongyi_sheets::Row::typed(&[
        ("login", Some("check2")),
        ("name", Some("吴二")),
        ("role", Some("reviewer")),
    ]);
    let rows: rongyi_sheets::Rows<'_> = Box::new([Ok(row)].into_iter());
    let added = rongyi_server::people::add_staff(house, &code("nanmen"), key, rows).await;
    fine(added, &mut BTreeMap::new());
    app
}

/// Claims trees; answers the number of the case.
async fn claim(me: &mut Browser<'_>, kind: &str, quantity: &str) -> String {
    let form = format!("/nanmen/cases/new/{kind}?event=tree.plant");
    let key = me.get(&form).await.hidden("key");
    let sent = [
        ("key", key.as_str()),
        ("quantity", quantity),
        ("on", "2026-11-22"),
    ];
    let opened = me.post(&form, &sent).await;
    let path = opened.is(303).location().split('?').next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_queue_leads_from_one_case_to_the_next() {
    let app = office().await;
    let mut me = app.signed_in("1001").await;
    let one = claim(&mut me, "claim", "3").await;
    let two = claim(&mut me, "claim", "2").await;
    let mut check = app.signed_in("check").await;
    check
        .get("/nanmen/queue")
        .await
        .is(200)
        .says(&["植树 3", "+60", "+40"]);
    // The steps of a kind are a filter.
    let filtered = "/nanmen/queue?scope=open&kind=claim&state=";
    check
        .get(&format!("{filtered}submitted"))
        .await
        .says(&["植树 3"]);
    let none = check.get(&format!("{filtered}second")).await;
    assert!(!none.is(200).text.contains("植树 3"));
    let page = check.get(&format!("/nanmen/queue/{one}")).await;
    page.says(&[
        "data-key=\"a\"",
        "data-key=\"r\"",
        "照片看不清",
        "data-key=\"j\"",
    ]);
    assert_eq!(page.hidden("next"), two);
    let (seen, key) = (page.hidden("seen"), page.hidden("key"));
    let sent = [
        ("act", "move:return"),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
        ("next", two.as_str()),
        ("phrase", "照片看不清，请重新拍一张。"),
        ("words", "第二张"),
    ];
    let next = check
        .post(&format!("/nanmen/queue/{one}/step"), &sent)
        .await;
    let there = next.is(303).location().to_owned();
    assert_eq!(there, format!("/nanmen/queue/{two}?done={one}"));
    check
        .get(&there)
        .await
        .says(&["这是下一件", &format!("第 {one} 件")]);
    me.get(&format!("/nanmen/cases/{one}"))
        .await
        .says(&["照片看不清，请重新拍一张。\n第二张", "退回补充"]);
    app.end().await;
}

#[tokio::test]
async fn several_are_passed_at_once_where_the_kind_allows_it() {
    let app = office().await;
    let mut me = app.signed_in("1001").await;
    let (one, two) = (
        claim(&mut me, "claim-one", "1").await,
        claim(&mut me, "claim-one", "2").await,
    );
    let slow = claim(&mut me, "claim", "3").await;
    let mut check = app.signed_in("check").await;
    let queue = check.get("/nanmen/queue").await;
    queue.says(&["通过选中的", &format!("value=\"{one}.0\"")]);
    assert!(!queue.text.contains(&format!("value=\"{slow}.0\"")));
    // Meanwhile the second one is taken back.
    let mine = format!("/nanmen/cases/{two}");
    let page = me.get(&mine).await;
    let (seen, key) = (page.hidden("seen"), page.hidden("key"));
    let sent = [("act", "move:withdraw"), ("seen", &seen), ("key", &key)];
    me.post(&format!("{mine}/step"), &sent).await.is(303);
    let ticks = [one.clone(), two.clone(), slow.clone()].map(|no| format!("{no}.0"));
    let key = queue.hidden("key");
    let mut sent = vec![("key", key.as_str()), ("back", "?scope=mine")];
    sent.extend(ticks.iter().map(|tick| ("case", tick.as_str())));
    for _ in 0..2 {
        let told = check.post("/nanmen/queue/bulk", &sent).await;
        told.is(200).says(&[
            &format!("第 {one} 件：审核通过"),
            &format!("第 {two} 件没有通过"),
            &format!("第 {slow} 件：这一类要一件一件看"),
        ]);
    }
    me.get("/nanmen/home").await.says(&["<b>20</b>"]);
    check
        .post("/nanmen/queue/bulk", &[("key", "k")])
        .await
        .says(&["还没有选"]);
    app.end().await;
}

#[tokio::test]
async fn an_appeal_from_the_line_takes_a_deduction_back_with_two_people() {
    let app = office().await;
    app.earn("w-1", "waste.food", 1001, 200).await;
    let taken = app.earn("r-1", "littering", 1001, 1).await;
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/home").await.says(&["<b>195</b>"]);
    let line = me.get(&format!("/nanmen/passbook/{taken}")).await;
    let form = format!("/nanmen/cases/new/appeal?entry={taken}");
    line.is(200).says(&["我要申诉", &form]);
    let page = me.get(&form).await;
    page.is(200).says(&[&format!("value=\"{taken}\"")]);
    let (key, entry) = (page.hidden("key"), taken.to_string());
    let sent = [
        ("key", key.as_str()),
        ("q.entry", entry.as_str()),
        ("q.text", "那天我不在家"),
    ];
    let opened = me.post("/nanmen/cases/new/appeal", &sent).await;
    let work = opened.is(303).location().split('?').next().unwrap();
    let work = work.replace("/cases/", "/queue/");
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    let page = one.get(&work).await;
    page.says(&["那天我不在家", &format!("/nanmen/amend?entry={taken}")]);
    let (seen, key) = (page.hidden("seen"), page.hidden("key"));
    let sent = [
        ("act", "move:uphold"),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
        ("words", "查过监控，不是这一户"),
    ];
    one.post(&format!("{work}/step"), &sent).await.is(303);
    one.get(&work).await.says(&["等第二个人批准"]);
    // Whoever proposed it can't approve it; a second person does.
    let desk = two.get("/nanmen/amend").await;
    let address = desk
        .text
        .split("action=\"")
        .find(|rest| rest.contains("/approve\""));
    let address = address.unwrap().split('"').next().unwrap().to_owned();
    assert!(address.ends_with("/approve"), "{address}");
    let sent = [("key", "approve-appeal")];
    let alone = one.post(&address, &sent).await;
    assert_ne!(alone.status.as_u16(), 303, "{}", alone.text);
    two.post(&address, &[("key", "approve-two")]).await.is(303);
    me.get("/nanmen/home").await.says(&["<b>200</b>"]);
    app.end().await;
}

#[tokio::test]
async fn dates_are_counted_anew_once_when_the_calendar_is_another_one() {
    let app = office().await;
    let (house, nanmen) = (&app.house, code("nanmen"));
    let mut me = app.signed_in("1001").await;
    let no: u64 = claim(&mut me, "claim", "1").await.parse().unwrap();
    let case = house.store.case(&nanmen, no).await.unwrap().unwrap();
    let due = case.file.place.due.unwrap();
    // As a host with another calendar left it.
    let place = CasePlace {
        due: Some(due - 1_440),
        ..case.file.place
    };
    let old = NewCaseStep {
        community: &nanmen,
        case_no: no,
        seen: 0,
        at: NOW,
        actor: &code("staff/1"),
        act: ("note", ""),
        place: &place,
        texts: &[],
        photos: &[],
        papers: &[],
        effects: &[],
        token: None,
    };
    house.store.append_case_step(&old).await.unwrap();
    for _ in 0..2 {
        rounds::round(house, &nanmen).await.unwrap();
        let case = house.store.case(&nanmen, no).await.unwrap().unwrap();
        assert_eq!(case.file.place.due, Some(due));
        assert_eq!(case.steps.len(), 3, "one step says so");
    }
    me.get(&format!("/nanmen/cases/{no}"))
        .await
        .says(&["期限重新算过"]);
    app.end().await;
}
