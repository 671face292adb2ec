//! Messages: told in the transaction that they tell of, or by the minute, once each; read once they are opened; sent on to a
//! receiver that fails first, for those who wanted it.

use std::sync::Arc;

use rongyi_core::ids::ResidentNo;
use rongyi_core::news::NewsKind;
use rongyi_core::time::Instant;
use rongyi_server::messages::hook::{send_due, signature};
use rongyi_server::{jobs, messages};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::app::{Browser, NOW, TestApp, code, parts};
use crate::volunteers;

const DAY: i64 = 86_400_000_000;

/// What a resident was told: kind, about, how much; the newest first.
async fn told(app: &TestApp, resident: u32) -> Vec<(NewsKind, u64, i64)> {
    let store = &app.house.store;
    let nanmen = code("nanmen");
    let all = store.messages(&nanmen, ResidentNo(resident), 100).await;
    let all = all.unwrap().into_iter();
    all.map(|(news, _)| (news.kind, news.about, news.amount))
        .collect()
}

async fn kinds(app: &TestApp, resident: u32) -> Vec<NewsKind> {
    let mut all: Vec<NewsKind> = told(app, resident).await.iter().map(|one| one.0).collect();
    all.sort();
    all
}

async fn order(who: &mut Browser<'_>) -> u64 {
    let order = json!({ "lines": [{ "item": "salt", "quantity": 1 }], "total": 5 });
    let placed = who.json("/api/v1/communities/nanmen/orders", &order).await;
    placed.is(200).json()["order"].as_u64().unwrap()
}

#[tokio::test]
async fn an_award_is_told_with_its_commit_and_read_once_it_is_opened() {
    let app = TestApp::new().await;
    let entry = app.earn("m-1", "waste.food", 1001, 100).await;
    let all = told(&app, 1001).await;
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].0, all[0].1), (NewsKind::Award, entry));
    // Of a household, whoever did it is told, and nobody else.
    assert!(told(&app, 1002).await.is_empty());
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/home").await.says(&["1 条新消息"]);
    let list = me.get("/nanmen/messages").await;
    list.is(200).says(&[
        &format!("/nanmen/passbook/{entry}"),
        &format!("+{} 分", all[0].2),
        ">新<",
    ]);
    let again = me.get("/nanmen/messages").await;
    assert!(!again.text.contains(">新<"), "it was read");
    assert!(!me.get("/nanmen/home").await.text.contains("条新消息"));
    // What is not wanted is written and not pointed out.
    let form = [("kind", "orders"), ("kind", "cases")];
    me.post("/nanmen/messages/choices", &form).await.is(303);
    app.clock.set(Instant(NOW.0 + 60_000_000));
    app.earn("m-2", "waste.food", 1001, 10).await;
    assert_eq!(told(&app, 1001).await.len(), 2);
    assert!(!me.get("/nanmen/home").await.text.contains("条新消息"));
    let page = me.get("/nanmen/messages/choices").await;
    page.says(&["value=\"orders\" checked", "这里不往手机上发消息"]);
    assert!(!page.text.contains("value=\"awards\" checked"));
    app.end().await;
}

#[tokio::test]
async fn a_refused_commit_tells_nothing_and_one_key_tells_once() {
    let app = TestApp::new().await;
    app.earn("m-1", "waste.food", 1001, 100).await;
    // The same reference is the same entry, and the same message.
    app.earn("m-1", "waste.food", 1001, 100).await;
    assert_eq!(told(&app, 1001).await.len(), 1);
    let mut me = app.signed_in("1001").await;
    let wrong = json!({ "lines": [{ "item": "salt", "quantity": 1 }], "total": 1 });
    let refused = me.json("/api/v1/communities/nanmen/orders", &wrong).await;
    assert_eq!(refused.json()["outcome"], "refused", "{}", refused.text);
    assert_eq!(kinds(&app, 1001).await, [NewsKind::Award]);
    app.end().await;
}

#[tokio::test]
async fn orders_are_told_from_placing_to_their_end() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    app.earn("m-1", "waste.food", 1001, 300).await;
    let mut me = app.signed_in("1001").await;
    let no = order(&mut me).await;
    let count = async |kind: NewsKind| {
        let all = told(&app, 1001).await;
        all.iter()
            .filter(|one| (one.0, one.1) == (kind, no))
            .count()
    };
    assert_eq!(count(NewsKind::Placed).await, 1);
    messages::round(&app.house, &nanmen).await.unwrap();
    assert_eq!(count(NewsKind::LastDay).await, 0);
    app.clock.set(Instant(NOW.0 + 7 * DAY));
    for _ in 0..3 {
        messages::round(&app.house, &nanmen).await.unwrap();
    }
    assert_eq!(
        count(NewsKind::LastDay).await,
        1,
        "once, however often it is looked"
    );
    app.clock.set(Instant(NOW.0 + 8 * DAY));
    jobs::round(&app.house, &nanmen).await.unwrap();
    assert_eq!(count(NewsKind::TimedOut).await, 1);
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/messages")
        .await
        .says(&["食盐", "今天是最后一天", "过期没有领"]);
    app.end().await;
}

#[tokio::test]
async fn what_runs_out_is_told_thirty_and_seven_days_before() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    app.earn("m-1", "waste.food", 1001, 100).await;
    let lapses = async |resident| {
        let all = kinds(&app, resident).await;
        let lapses = [NewsKind::LapseSoon, NewsKind::LapseNow];
        let found = all.into_iter().filter(|kind| lapses.contains(kind));
        found.collect::<Vec<_>>()
    };
    messages::round(&app.house, &nanmen).await.unwrap();
    assert!(lapses(1001).await.is_empty());
    // Points of 2026 lapse with the end of 2027.
    for (days, expected) in [
        (374, vec![NewsKind::LapseSoon]),
        (376, vec![NewsKind::LapseSoon]),
        (398, vec![NewsKind::LapseSoon, NewsKind::LapseNow]),
        (400, vec![NewsKind::LapseSoon, NewsKind::LapseNow]),
    ] {
        app.clock.set(Instant(NOW.0 + days * DAY));
        messages::round(&app.house, &nanmen).await.unwrap();
        // They belong to the household: both are told, and the neighbour is not.
        assert_eq!(lapses(1001).await, expected, "after {days} days");
        assert_eq!(lapses(1002).await, expected, "after {days} days");
        assert!(lapses(2001).await.is_empty());
    }
    app.end().await;
}

#[tokio::test]
async fn a_step_in_a_case_is_told_to_whom_it_concerns() {
    let app = TestApp::with_both("", ("", "[case.message]\n")).await;
    let mut me = app.signed_in("1001").await;
    let form = "/nanmen/cases/new/message";
    let key = me.get(form).await.hidden("key");
    let sent = [
        ("key", "", key.as_bytes()),
        ("q.class", "", b"ask".as_slice()),
        ("q.text", "", "路灯什么时候亮".as_bytes()),
    ];
    parts(&mut me, form, &sent).await.is(303);
    assert!(
        told(&app, 1001).await.is_empty(),
        "one's own step is no news"
    );
    let mut boss = app.signed_in("boss").await;
    let case = boss.get("/nanmen/queue/1").await;
    let (seen, key) = (case.hidden("seen"), case.hidden("key"));
    let sent: [(&str, &str, &[u8]); 4] = [
        ("act", "", b"note"),
        ("seen", "", seen.as_bytes()),
        ("key", "", key.as_bytes()),
        ("words", "", "明天派人去看".as_bytes()),
    ];
    parts(&mut boss, "/nanmen/queue/1/step", &sent)
        .await
        .is(303);
    let all = told(&app, 1001).await;
    assert_eq!(all, [(NewsKind::Case, 1, 0)]);
    me.get("/nanmen/messages").await.says(&["/nanmen/cases/1"]);
    app.end().await;
}

#[tokio::test]
async fn a_shift_is_told_the_day_before_to_who_has_a_seat() {
    let app = TestApp::with_both("", ("", volunteers::HOURS)).await;
    let nanmen = code("nanmen");
    volunteers::under_way(&app, 1001).await;
    let tomorrow = |all: &[NewsKind]| all.contains(&NewsKind::Tomorrow);
    messages::round(&app.house, &nanmen).await.unwrap();
    assert!(!tomorrow(&kinds(&app, 1001).await), "it is today");
    app.clock.set(Instant(NOW.0 - DAY));
    for _ in 0..2 {
        messages::round(&app.house, &nanmen).await.unwrap();
    }
    let all = kinds(&app, 1001).await;
    assert!(tomorrow(&all), "{all:?}");
    assert_eq!(
        all.iter()
            .filter(|kind| **kind == NewsKind::Tomorrow)
            .count(),
        1
    );
    assert!(!tomorrow(&kinds(&app, 2001).await));
    app.end().await;
}

/// A receiver on loopback that answers these numbers, one request each, and keeps heads and bodies.
async fn receiver(
    listener: TcpListener,
    answers: Vec<u16>,
    kept: Arc<tokio::sync::Mutex<Vec<String>>>,
) {
    for status in answers {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = Vec::new();
        loop {
            let mut some = [0_u8; 4096];
            let read = stream.read(&mut some).await.unwrap();
            bytes.extend_from_slice(&some[..read]);
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= length || read == 0 {
                break;
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        kept.lock().await.push(text);
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let mut lines = request.lines();
    let found = lines.find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found.unwrap_or_else(|| panic!("no {name}:\n{request}"))
}

#[tokio::test]
async fn what_was_wanted_is_sent_until_the_other_side_takes_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let lines =
        format!("[webhook]\nurl = \"http://{address}/rongyi\"\nsecret_file = \"hook.secret\"\n");
    let app = TestApp::with(&lines).await;
    std::fs::write(app._folder.path().join("hook.secret"), "only we know\n").unwrap();
    let kept = Arc::new(tokio::sync::Mutex::new(Vec::new()));
    let other_side = tokio::spawn(receiver(listener, vec![503, 204], Arc::clone(&kept)));
    let store = &app.house.store;
    let person = store
        .resident_person(&code("nanmen"), ResidentNo(1001))
        .await;
    let person = person.unwrap().unwrap().person_id;
    store
        .rename_person(person, "陈桂芳", Some("13800000001"))
        .await
        .unwrap();

    // Nobody asked for anything: nothing leaves the house.
    app.earn("m-1", "waste.food", 2001, 10).await;
    assert_eq!(send_due(&app.house).await.unwrap(), 0);
    let mut me = app.signed_in("1001").await;
    let mut form = vec![("send", "yes"), ("from", "21:00"), ("until", "8点")];
    let wrong = me.post("/nanmen/messages/choices", &form).await;
    assert!(wrong.text.contains("写成 21:00 的样子"), "{}", wrong.text);
    form[2].1 = "08:00";
    form.push(("kind", "awards"));
    me.post("/nanmen/messages/choices", &form).await.is(303);

    // At night it waits for the morning.
    app.clock.set(Instant(NOW.0 + 12 * 3_600_000_000));
    app.earn("m-2", "waste.food", 1001, 10).await;
    assert_eq!(send_due(&app.house).await.unwrap(), 0);
    assert!(kept.lock().await.is_empty());
    app.clock.set(Instant(NOW.0 + 22 * 3_600_000_000));
    assert_eq!(
        send_due(&app.house).await.unwrap(),
        0,
        "the other side is down"
    );
    assert_eq!(kept.lock().await.len(), 1);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .says(&["发消息的服务没有应答：1 条在等着再发"]);
    // Not at once, but after a pause.
    assert_eq!(send_due(&app.house).await.unwrap(), 0);
    assert_eq!(kept.lock().await.len(), 1);
    app.clock
        .set(Instant(NOW.0 + 22 * 3_600_000_000 + 61_000_000));
    assert_eq!(send_due(&app.house).await.unwrap(), 1);
    other_side.await.unwrap();
    let all = kept.lock().await.clone();
    let (first, second) = (&all[0], &all[1]);
    assert_eq!(header(first, "rongyi-id"), header(second, "rongyi-id"));
    let (_, body) = second.split_once("\r\n\r\n").unwrap();
    let signed = header(second, "rongyi-signature");
    let seconds = signed
        .strip_prefix("t=")
        .and_then(|rest| rest.split(',').next());
    let seconds = seconds.unwrap().parse().unwrap();
    assert_eq!(signed, signature(b"only we know", seconds, body));
    let said: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(said["phone"], "13800000001");
    assert_eq!(said["text"]["zh-CN"], "您得了 10 分。");
    assert!(!body.contains("陈桂芳"), "a name has no business there");
    // It was taken: nothing is sent again, and nobody is troubled.
    app.clock.set(Instant(NOW.0 + 2 * DAY));
    assert_eq!(send_due(&app.house).await.unwrap(), 0);
    let today = boss.get("/nanmen/operator").await;
    assert!(!today.text.contains("发消息的服务没有应答"));
    app.end().await;
}

#[tokio::test]
async fn what_somebody_was_told_goes_with_them() {
    let app = TestApp::new().await;
    app.earn("m-1", "waste.food", 1001, 100).await;
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/messages").await.is(200);
    let (store, nanmen) = (&app.house.store, code("nanmen"));
    let choice = store.message_choice(&nanmen, ResidentNo(1001));
    assert!(choice.await.unwrap().is_some());
    let form = [("pin", "718293xy"), ("word", "删除")];
    me.post("/nanmen/me/data", &form).await.is(200);
    assert!(told(&app, 1001).await.is_empty());
    let choice = store.message_choice(&nanmen, ResidentNo(1001));
    assert!(choice.await.unwrap().is_none());
    app.end().await;
}
