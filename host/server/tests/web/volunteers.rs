//! Activities from end to end: the office publishes, two want one seat, one waits and moves up, they sign in with the code at
//! the door, the leader ends, somebody else confirms, and the ledger holds the minutes that were counted.

use rongyi_activities::{Door, code_at};
use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_server::access::server_secret;
use rongyi_server::rounds;
use rongyi_store::{ActivityFilter, PresenceState, StoredActivity};

use crate::app::{Answer, Browser, NOW, TestApp, code};

pub(crate) const HOURS: &str = r#"
[[rule]]
plugin = "hours"
active_from = 2026-01-05

[[rule.params.kinds]]
code = "volunteer.shift"
title = { zh = "志愿服务", en = "Volunteer service" }
presence_percent = 50
max_minutes = 480
missing_checkout = { percent = 50 }
proofs = [
  { code = "machine", title = { zh = "签到码", en = "By code" }, class = "credit" },
  { code = "organiser", title = { zh = "点名", en = "By the leader" }, class = "credit" },
  { code = "make-up", title = { zh = "事后补记", en = "Entered afterwards" }, class = "credit" },
]

[[rule.params.kinds]]
code = "volunteer.plain"
title = { zh = "志愿服务", en = "Volunteer service" }
max_minutes = 480
"#;
const MINUTE: i64 = 60_000_000;
/// NOW is ten o'clock on 23 November; the shift is from 14:00 to 16:00 of that day.
const STARTS: i64 = NOW.0 + 4 * 60 * MINUTE;

pub(crate) async fn house() -> TestApp {
    TestApp::with_both("", ("", HOURS)).await
}

/// Writes an activity on the pages; answers its number.
pub(crate) async fn written(
    lead: &mut Browser<'_>,
    title: &str,
    (from, until, seats): (&str, &str, &str),
) -> u64 {
    let form = "/nanmen/volunteering/new/clean-up";
    let page = lead.get(form).await;
    page.is(200).says(&["一起把巷口和树下扫干净"]);
    let (key, leader) = (
        page.hidden("key"),
        staff(lead.app, "lead").await.to_string(),
    );
    let sent = [
        ("key", key.as_str()),
        ("title", title),
        ("about", "一起扫地"),
        ("location", "榕树巷口"),
        ("on", "2026-11-23"),
        ("from", from),
        ("until", until),
        ("seats", seats),
        ("role", ""),
        ("who", "all"),
        ("leader", leader.as_str()),
        ("kind", kind_of(&page)),
    ];
    let answer = lead.post(form, &sent).await;
    answer.is(303);
    // The same form again is the same activity.
    let again = lead.post(form, &sent).await;
    assert_eq!(again.is(303).location(), answer.location());
    let path = answer.location().split('?').next().unwrap();
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// The minutes' own kind where there is one, else that of clean-ups, which counts hours.
fn kind_of(page: &Answer) -> &'static str {
    if page.text.contains("volunteer.shift") {
        "volunteer.shift"
    } else {
        "cleanup.hour"
    }
}

pub(crate) async fn staff(app: &TestApp, login: &str) -> i64 {
    let found = app.house.store.staff_by_login(&code("nanmen"), login).await;
    found.unwrap().unwrap().staff_id
}

pub(crate) async fn step(who: &mut Browser<'_>, no: u64, act: &str) -> Answer {
    let path = format!("/nanmen/volunteering/{no}/step");
    who.post(&path, &[("act", act)]).await
}

pub(crate) async fn stored(app: &TestApp, no: u64) -> StoredActivity {
    let found = app
        .house
        .store
        .activities(&code("nanmen"), ActivityFilter::One(no))
        .await;
    found.unwrap().remove(0)
}

fn digits(app: &TestApp, no: u64) -> String {
    let secret = server_secret(&app.house.config.secret_file).unwrap();
    let door = Door {
        community: "nanmen",
        activity: no,
        shift: 1,
    };
    code_at(&secret, door, app.house.clock.now())
}

pub(crate) fn at(app: &TestApp, minutes: i64) {
    app.clock.set(Instant(STARTS + minutes * MINUTE));
}

/// A published activity of today in which somebody has a seat and can sign in: what the walk over all links finds.
pub(crate) async fn under_way(app: &TestApp, resident: u32) {
    let mut boss = app.signed_in("boss").await;
    let today = app.house.today(&code("nanmen")).0.to_string();
    let form = "/nanmen/volunteering/new/canteen";
    let page = boss.get(form).await;
    let (key, leader) = (page.hidden("key"), staff(app, "lead").await.to_string());
    let sent = [
        ("key", key.as_str()),
        ("title", "长者食堂帮厨"),
        ("about", "洗菜打饭"),
        ("location", "长者食堂"),
        ("on", today.as_str()),
        ("from", "10:30"),
        ("until", "13:00"),
        ("seats", "2"),
        ("who", "all"),
        ("leader", leader.as_str()),
        ("kind", kind_of(&page)),
    ];
    let written = boss.post(form, &sent).await;
    let path = written.is(303).location().split('?').next().unwrap();
    let no: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
    step(&mut boss, no, "publish").await.is(303);
    let mut me = app.signed_in(&resident.to_string()).await;
    let join = format!("/nanmen/activities/{no}/join");
    me.post(&join, &[("shift", "1")]).await.is(303);
}

/// What the form at the door sends.
async fn sign(who: &mut Browser<'_>, path: &str, sent: &[(&str, String); 4]) -> Answer {
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    who.post(path, &sent).await
}

/// Two want one seat: the second waits, and moves up when the first leaves.
async fn the_last_seat(
    app: &TestApp,
    no: u64,
    (one, two, check): (&mut Browser<'_>, &mut Browser<'_>, &mut Browser<'_>),
) {
    let page = format!("/nanmen/activities/{no}");
    let join = format!("{page}/join");
    one.get(&page)
        .await
        .is(200)
        .says(&["报名 14:00–16:00 这一班"]);
    one.post(&join, &[("shift", "1")]).await.is(303);
    one.post(&join, &[("shift", "1")]).await.is(303);
    let waits = two.post(&join, &[("shift", "1")]).await;
    assert!(waits.is(303).location().ends_with("done=waiting"));
    two.get(&page).await.says(&["您在排队，前面还有 0 人"]);
    let lists: Vec<(u32, i64)> = stored(app, no).await.shifts[0]
        .signups
        .iter()
        .map(|one| (one.resident.0, one.place))
        .collect();
    assert_eq!(lists, [(1001, 1), (2001, 2)]);
    // People are on the list: it is not taken back, and the first who leaves lets the next one up.
    step(check, no, "take-back")
        .await
        .is(422)
        .says(&["已经有人报名"]);
    one.post(&format!("{page}/leave"), &[("shift", "1")])
        .await
        .is(303);
    two.get(&page).await.says(&["您报了这一班"]);
}

/// The code of another half minute, the right one, and somebody without a seat; the second is signed in by the end.
async fn at_the_door(
    app: &TestApp,
    no: u64,
    (one, two, lead): (&mut Browser<'_>, &mut Browser<'_>, &mut Browser<'_>),
) {
    let (page, work) = (
        format!("/nanmen/activities/{no}"),
        format!("/nanmen/volunteering/{no}"),
    );
    // At the door: the code of another shift, an old one, and the right one.
    let here = format!("{page}/here");
    at(app, -5);
    let old = digits(app, no);
    at(app, -3);
    let sent = |code: String, what: &'static str, key: &'static str| {
        [
            ("shift", "1".to_owned()),
            ("code", code),
            ("what", what.to_owned()),
            ("key", key.to_owned()),
        ]
    };
    sign(two, &here, &sent(old, "in", "k-0"))
        .await
        .is(422)
        .says(&["这六个数不对"]);
    let now = digits(app, no);
    let shown = lead.get(&format!("{work}/1/code")).await;
    shown
        .is(200)
        .says(&[&format!("{} {}", &now[..3], &now[3..])]);
    assert_eq!(shown.headers["refresh"], "30");
    let opened = two.get(&format!("{here}?shift=1&code={now}")).await;
    opened.is(200).says(&["签到", &now]);
    assert!(
        stored(app, no).await.shifts[0].marks.is_empty(),
        "GET changes nothing"
    );
    sign(one, &here, &sent(now.clone(), "in", "k-1"))
        .await
        .is(422)
        .says(&["您没有这一班的名额"]);
    sign(two, &here, &sent(now.clone(), "in", "k-2"))
        .await
        .is(303);
    sign(two, &here, &sent(now, "in", "k-2")).await.is(303);
    assert_eq!(
        stored(app, no).await.shifts[0].marks.len(),
        1,
        "one form, one mark"
    );
}

#[tokio::test]
async fn from_the_first_word_to_minutes_in_the_ledger() {
    let app = house().await;
    let nanmen = code("nanmen");
    let (mut lead, mut check) = (app.signed_in("lead").await, app.signed_in("check").await);
    let no = written(&mut lead, "榕树下清洁日", ("14:00", "16:00", "1")).await;
    let (page, work) = (
        format!("/nanmen/activities/{no}"),
        format!("/nanmen/volunteering/{no}"),
    );
    // A draft is nobody else's, and whoever wrote it does not publish it.
    let (mut one, mut two) = (app.signed_in("1001").await, app.signed_in("2001").await);
    one.get(&page).await.is(404);
    step(&mut lead, no, "publish")
        .await
        .is(422)
        .says(&["请另一位同事看过再发布"]);
    step(&mut lead, no, "hand-in").await.is(303);
    step(&mut check, no, "publish").await.is(303);
    let list = one.get("/nanmen/activities").await;
    list.is(200)
        .says(&["榕树下清洁日", "招募中", "还有 1 位，共 1 位"]);

    the_last_seat(&app, no, (&mut one, &mut two, &mut check)).await;
    at_the_door(&app, no, (&mut one, &mut two, &mut lead)).await;
    // The first comes all the same, without a telephone: the leader adds them at a quarter past.
    at(&app, 15);
    let mark = format!("{work}/1/mark");
    lead.post(
        &mark,
        &[("what", "add"), ("resident", "1001"), ("key", "m-1")],
    )
    .await
    .is(303);
    lead.get(&format!("{work}/1"))
        .await
        .is(200)
        .says(&["陈桂芳", "林国强", "带队人点名"]);

    // The end: whoever is inside is signed out; the leader may not confirm.
    at(&app, 100);
    let confirm = format!("{work}/1/confirm");
    check
        .post(&confirm, &[])
        .await
        .is(422)
        .says(&["还没有结束"]);
    lead.post(&format!("{work}/1/end"), &[]).await.is(303);
    check
        .post(&format!("{work}/1/end"), &[])
        .await
        .is(422)
        .says(&["已经结束了"]);
    lead.post(&confirm, &[])
        .await
        .is(422)
        .says(&["带队的人不能确认"]);
    check
        .get(&format!("{work}/1"))
        .await
        .is(200)
        .says(&["100 分钟", "85 分钟"]);
    check.post(&confirm, &[]).await.is(303);
    check.post(&confirm, &[]).await.is(303);
    let shift = stored(&app, no).await.shifts.remove(0);
    let booked: Vec<(u32, Option<i64>, PresenceState)> = shift
        .presences
        .iter()
        .map(|one| (one.resident.0, one.counted, one.state))
        .collect();
    assert_eq!(
        booked,
        [
            (1001, Some(85), PresenceState::Booked),
            (2001, Some(100), PresenceState::Booked)
        ]
    );
    // Rounds find nothing more to book, and both pages say what the ledger says.
    rounds::round(&app.house, &nanmen).await.unwrap();
    for (who, minutes) in [(1001, 85), (2001, 100)] {
        assert_eq!(minutes_of(&app, who).await, minutes);
    }
    one.get("/nanmen/me/hours").await.is(200).says(&[
        "榕树下清洁日",
        "1.4 小时",
        "带队人点名 100%",
    ]);
    two.get(&page).await.says(&["时长已到账"]);
    app.end().await;
}

/// The minutes that the ledger holds.
pub(crate) async fn minutes_of(app: &TestApp, resident: u32) -> i64 {
    let (store, nanmen) = (&app.house.store, code("nanmen"));
    let frame = store.frame(&nanmen).await.unwrap().unwrap();
    let today = app.house.today(&nanmen).0;
    let wallet =
        rongyi_server::redemption::wallet(store, &frame, ResidentNo(resident), today).await;
    wallet.unwrap().unwrap().minutes
}

#[tokio::test]
async fn what_takes_two_waits_for_the_second_and_overlaps_are_refused() {
    let app = house().await;
    let (mut lead, mut check, mut boss) = (
        app.signed_in("lead").await,
        app.signed_in("check").await,
        app.signed_in("boss").await,
    );
    let long = written(&mut lead, "植树一天", ("11:00", "18:00", "4")).await;
    step(&mut check, long, "publish").await.is(303);
    let mut me = app.signed_in("1001").await;
    me.post(
        &format!("/nanmen/activities/{long}/join"),
        &[("shift", "1")],
    )
    .await
    .is(303);
    // Another one at the same time; the one that begins when it ends.
    let inside = written(&mut lead, "茶话会", ("17:30", "19:00", "4")).await;
    let after = written(&mut lead, "夜市", ("18:00", "20:00", "4")).await;
    for no in [inside, after] {
        step(&mut check, no, "publish").await.is(303);
    }
    let refused = me
        .post(
            &format!("/nanmen/activities/{inside}/join"),
            &[("shift", "1")],
        )
        .await;
    refused
        .is(422)
        .says(&["时间和您报的", "植树一天 11-23 11:00–18:00"]);
    me.post(
        &format!("/nanmen/activities/{after}/join"),
        &[("shift", "1")],
    )
    .await
    .is(303);
    // Seven hours on the leader's word.
    app.clock.set(Instant(NOW.0 + 60 * MINUTE));
    let work = format!("/nanmen/volunteering/{long}/1");
    let mark = format!("{work}/mark");
    lead.post(
        &mark,
        &[("what", "in"), ("resident", "1001"), ("key", "m-1")],
    )
    .await
    .is(303);
    lead.post(
        &mark,
        &[("what", "in"), ("resident", "9999"), ("key", "m-2")],
    )
    .await
    .is(422);
    app.clock.set(Instant(NOW.0 + 480 * MINUTE));
    lead.post(&format!("{work}/end"), &[]).await.is(303);
    let confirm = format!("{work}/confirm");
    let first = check.post(&confirm, &[]).await;
    assert!(first.is(303).location().ends_with("done=second"));
    check.post(&confirm, &[]).await.is(303);
    assert_eq!(minutes_of(&app, 1001).await, 0, "one is not two");
    boss.post(&confirm, &[]).await.is(303);
    assert_eq!(minutes_of(&app, 1001).await, 420);
    // A text with a telephone number is not published.
    let told = written(&mut lead, "找林姐 13812345678", ("19:00", "20:00", "2")).await;
    step(&mut boss, told, "publish")
        .await
        .is(422)
        .says(&["像电话或身份证的号码"]);
    app.end().await;
}
