//! A deduction from end to end: written down with a photo, looked at by another, told, answered, booked when the days are
//! over, seen with its reason by whoever it is about and by nobody else, and taken back by an appeal within its days.

use std::collections::BTreeMap;

use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_server::rounds;

use crate::app::{Answer, Browser, NOW, TestApp, code, fine, parts};
use crate::photos::png;

const KINDS: &str = r#"
[case.appeal]
like = "appeal"
entry_days = 30
[case.deduction]
like = "deduction"
events = ["littering"]
"#;
const FORM: &str = "/nanmen/queue/new/deduction?event=littering";
const DAY: i64 = 86_400_000_000;

async fn office() -> TestApp {
    let claims = "claims = [\"tree.plant\"]\n";
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
    app.earn("w-1", "waste.food", 1001, 200).await;
    app
}

/// Somebody of the office writes it down, with a photo; answers what came back.
async fn write(who: &mut Browser<'_>, resident: &str, why: &str) -> Answer {
    let key = who.get(FORM).await.hidden("key");
    let photo = png(40);
    let sent: [(&str, &str, &[u8]); 6] = [
        ("key", "", key.as_bytes()),
        ("resident", "", resident.as_bytes()),
        ("quantity", "", b"1"),
        ("on", "", b"2026-11-22"),
        ("q.why", "", why.as_bytes()),
        ("q.photos", "楼道.png", &photo),
    ];
    parts(who, FORM, &sent).await
}

/// The case that was opened.
fn opened(answer: &Answer) -> String {
    let path = answer.is(303).location().split('?').next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

/// Sends one act from the page that shows the case as it is now.
async fn act(who: &mut Browser<'_>, page: &str, word: &str, words: &str) -> Answer {
    let shown = who.get(page).await;
    shown.is(200);
    let (seen, key) = (shown.hidden("seen"), shown.hidden("key"));
    let key = format!("{key}-{word}");
    let sent = [
        ("act", word),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
        ("words", words),
    ];
    who.post(&format!("{page}/step"), &sent).await
}

/// What a case booked.
async fn booked(app: &TestApp, no: &str) -> u64 {
    let nanmen = code("nanmen");
    let case = app.house.store.case(&nanmen, no.parse().unwrap()).await;
    case.unwrap().unwrap().file.entry.unwrap()
}

async fn days_later(app: &TestApp, days: i64) {
    app.clock.set(Instant(NOW.0 + days * DAY));
    for _ in 0..2 {
        rounds::round(&app.house, &code("nanmen")).await.unwrap();
        app.clock.set(Instant(NOW.0 + days * DAY + 120_000_000));
    }
}

#[tokio::test]
async fn it_is_written_down_looked_at_told_and_booked_with_its_reason_on_the_line() {
    let app = office().await;
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    // From the resident's page, and only what the community named can be chosen.
    one.get("/nanmen/residents/1001")
        .await
        .is(200)
        .says(&["记扣分", "/nanmen/queue/new/deduction?resident=1001"]);
    let pick = one.get("/nanmen/queue/new/deduction?resident=1001").await;
    pick.is(200)
        .says(&["占道堆放", "event=littering&#38;resident=1001"]);
    assert!(!pick.text.contains("tree.plant"));
    one.get(&format!("{FORM}&resident=1001"))
        .await
        .says(&["value=\"1001\"", "为什么扣"]);
    // Without a reason it is not taken, and what was typed stays.
    let empty = write(&mut one, "1001", "").await;
    empty.is(422).says(&["请填写", "value=\"1001\""]);
    let nobody = write(&mut one, "", "电动车堵了楼道").await;
    nobody.is(422).says(&["电动车堵了楼道", "哪一位居民"]);
    let no = opened(&write(&mut one, "1001", "电动车堵了楼道").await);
    let (work, mine) = (format!("/nanmen/queue/{no}"), format!("/nanmen/cases/{no}"));
    let mut me = app.signed_in("1001").await;
    assert!(!me.get("/nanmen/home").await.text.contains("占道堆放"));
    // Not by whoever wrote it.
    act(&mut one, &work, "move:confirm", "").await.is(422);
    act(&mut two, &work, "move:confirm", "看过现场")
        .await
        .is(303);
    // Told on the home page: what, and until when; there it is seen with photo, reason and what it would take.
    me.get("/nanmen/home")
        .await
        .is(200)
        .says(&["扣分 · 占道堆放", &mine, "11月28日"]);
    let page = me.get(&mine).await;
    page.is(200)
        .says(&["电动车堵了楼道", "/photo/", "我有意见", "看过现场", "5"]);
    // It is nobody else's business, not even the household's.
    app.signed_in("1002").await.get(&mine).await.is(404);
    app.signed_in("2001").await.get(&mine).await.is(404);
    me.get("/nanmen/home").await.says(&["<b>200</b>"]);
    days_later(&app, 5).await;
    me.get("/nanmen/home").await.says(&["<b>200</b>"]);
    days_later(&app, 6).await;
    let home = me.get("/nanmen/home").await;
    home.says(&["<b>195</b>"]);
    assert!(!home.text.contains("扣分 · 占道堆放"));
    me.get(&mine).await.says(&["已扣分", "已记账"]);
    // The line says why, who looked at it, and where the photos are.
    let entry = booked(&app, &no).await;
    me.get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(200)
        .says(&["电动车堵了楼道", &mine, "我要申诉", "吴*", "2026年12月29日"]);
    // Of the household, the other one sees the line and not what was written.
    let other = app
        .signed_in("1002")
        .await
        .get(&format!("/nanmen/passbook/{entry}"))
        .await;
    assert!(!other.is(200).text.contains("电动车堵了楼道"));
    let mut two = app.signed_in("check2").await;
    two.get(&format!("/nanmen/residents/1001/passbook/{entry}"))
        .await
        .is(200)
        .says(&["电动车堵了楼道", &work]);
    app.end().await;
}

#[tokio::test]
async fn what_the_person_says_is_heard_by_a_third_and_dropped_or_kept() {
    let app = office().await;
    let both = [
        (0, "move:drop", "<b>200</b>"),
        (9, "move:keep", "<b>195</b>"),
    ];
    for (day, word, balance) in both {
        let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
        let mut me = app.signed_in("1001").await;
        let no = opened(&write(&mut one, "1001", "纸箱堆在门口").await);
        let (work, mine) = (format!("/nanmen/queue/{no}"), format!("/nanmen/cases/{no}"));
        act(&mut two, &work, "move:confirm", "").await.is(303);
        act(&mut me, &mine, "move:object", "").await.is(422);
        act(&mut me, &mine, "move:object", "不是我家的")
            .await
            .is(303);
        // While it is heard nothing is taken, however long that is.
        days_later(&app, day + 9).await;
        let (mut two, mut lead) = (app.signed_in("check2").await, app.signed_in("lead").await);
        let mut me = app.signed_in("1001").await;
        two.get(&work).await.says(&["不是我家的", "待复核"]);
        act(&mut two, &work, "move:keep", "照扣").await.is(409);
        act(&mut lead, &work, word, "问过邻居").await.is(303);
        me.get(&mine).await.says(&["问过邻居"]);
        me.get("/nanmen/home").await.says(&[balance]);
    }
    app.end().await;
}

#[tokio::test]
async fn nobody_writes_down_their_own_household() {
    let app = office().await;
    let (house, nanmen) = (&app.house, code("nanmen"));
    let person = house.store.resident_person(&nanmen, ResidentNo(1002)).await;
    let person = person.unwrap().unwrap();
    let staff = house.store.staff_by_login(&nanmen, "check").await;
    let record = rongyi_store::NewAccessRecord {
        at: NOW,
        community: &nanmen,
        what: "person",
        by_staff: None,
        detail: "",
    };
    let staff = staff.unwrap().unwrap();
    house
        .store
        .set_staff_person(staff.staff_id, Some(person.person_id), record)
        .await
        .unwrap();
    let mut one = app.signed_in("check").await;
    for resident in ["1001", "1002"] {
        write(&mut one, resident, "纸箱")
            .await
            .is(422)
            .says(&["别户的人", "纸箱"].map(|word| match (resident, word) {
                ("1002", "别户的人") => "由别人来记",
                _ => word,
            }));
    }
    opened(&write(&mut one, "2001", "纸箱").await);
    // Nor does a resident open one at all.
    let mut me = app.signed_in("1001").await;
    let own = "/nanmen/cases/new/deduction?event=littering";
    let sent = [
        ("key", "k"),
        ("quantity", "1"),
        ("on", "2026-11-22"),
        ("q.why", "x"),
    ];
    let refused = me.post(own, &sent).await;
    assert!(refused.status.as_u16() >= 400, "{}", refused.status);
    let list = me.get("/nanmen/cases").await;
    assert!(!list.is(200).text.contains("deduction"));
    app.end().await;
}

#[tokio::test]
async fn an_appeal_takes_it_back_within_its_days_and_not_after() {
    let app = office().await;
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    let old = app.earn("r-1", "littering", 1001, 1).await;
    let no = opened(&write(&mut one, "1001", "纸箱堆在门口").await);
    let work = format!("/nanmen/queue/{no}");
    act(&mut two, &work, "move:confirm", "").await.is(303);
    days_later(&app, 6).await;
    let entry = booked(&app, &no).await.to_string();
    let line = format!("/nanmen/passbook/{entry}");
    let sent = |key: &'static str, entry: &str| {
        [
            ("key", key.to_owned()),
            ("q.entry", entry.to_owned()),
            ("q.text", "那天我不在家".to_owned()),
        ]
    };
    let form = "/nanmen/cases/new/appeal";
    // The last day of the one, and too late for one of before.
    days_later(&app, 36).await;
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    let mut me = app.signed_in("1001").await;
    let shown = me.get(&format!("/nanmen/passbook/{old}")).await;
    shown.is(200).says(&["12月23日", "现在过了"]);
    assert!(!shown.text.contains("我要申诉"));
    let late = sent("a-1", &old.to_string());
    let late: Vec<(&str, &str)> = late.iter().map(|(k, v)| (*k, v.as_str())).collect();
    me.post(form, &late)
        .await
        .is(422)
        .says(&["为止，现在过了", "那天我不在家"]);
    me.get(&line).await.says(&["我要申诉"]);
    let good = sent("a-2", &entry);
    let good: Vec<(&str, &str)> = good.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let appeal = opened(&me.post(form, &good).await);
    let appeal = format!("/nanmen/queue/{appeal}");
    // Who wrote it down and who looked at it had a part; the leader had none.
    for who in [&mut one, &mut two] {
        act(who, &appeal, "move:uphold", "查过了")
            .await
            .is(422)
            .says(&["参与过"]);
    }
    let mut lead = app.signed_in("lead").await;
    act(&mut lead, &appeal, "move:uphold", "查过了")
        .await
        .is(303);
    let desk = two.get("/nanmen/amend").await;
    let address = desk
        .text
        .split("action=\"")
        .find(|rest| rest.contains("/approve\""));
    let address = address.unwrap().split('"').next().unwrap().to_owned();
    two.post(&address, &[("key", "approve")]).await.is(303);
    me.get("/nanmen/home").await.says(&["<b>195</b>"]);
    me.get(&line).await.says(&["看冲正的那一笔"]);
    app.end().await;
}

#[tokio::test]
async fn the_book_itself_wants_two_people_who_are_not_of_the_household() {
    let kinds = format!("{KINDS}\n[kinds.littering]\nchecks = 2\n");
    let app = TestApp::with_both("", ("claims = [\"tree.plant\"]\n", &kinds)).await;
    app.earn("w-1", "waste.food", 1001, 200).await;
    let nanmen = code("nanmen");
    // By no other way: not as a program sends it, not as somebody records it.
    let plain = app.event("r-1", "littering", 1001, 1);
    let refused = app.house.clerk.ask(&nanmen, plain).await;
    let Err(rongyi_clerk::ClerkError::Rejected(rejection)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(rejection.code(), "event.agreed-few");
    let mut one = app.signed_in("check").await;
    one.get("/nanmen/record?kind=littering").await.is(200);
    let no = opened(&write(&mut one, "1001", "纸箱堆在门口").await);
    let work = format!("/nanmen/queue/{no}");
    // The page tries it as if two had agreed.
    one.get(&work).await.is(200).says(&["−5"]);
    let mut lead = app.signed_in("lead").await;
    act(&mut lead, &work, "move:confirm", "").await.is(303);
    days_later(&app, 6).await;
    let entry = booked(&app, &no).await;
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/home").await.says(&["<b>195</b>"]);
    me.get(&format!("/nanmen/passbook/{entry}"))
        .await
        .says(&["（工作人员 周*、工作人员 赵*同意）"]);
    app.end().await;
}
