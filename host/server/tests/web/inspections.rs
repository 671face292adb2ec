//! Inspections by several judges from end to end: opened by an operator, scored by each on their own, sealed until all are in
//! or the time is over, booked once with every score in the why. Two judges at once, one who is missing, one who comes
//! twice, one who looks for what others gave.

use rongyi_core::time::Instant;
use rongyi_server::rounds;
use rongyi_store::InspectionState;

use crate::app::{Answer, Browser, NOW, TestApp, code};

const NEW: &str = "/nanmen/inspections/new";
const DAY: i64 = 86_400_000_000;

async fn house() -> TestApp {
    TestApp::new().await
}

/// As whom a member of the staff acts.
async fn staff(app: &TestApp, login: &str) -> String {
    let found = app.house.store.staff_by_login(&code("nanmen"), login).await;
    format!("staff/{}", found.unwrap().unwrap().staff_id)
}

/// Sends the form of a new one.
pub(crate) async fn open(
    boss: &mut Browser<'_>,
    judges: &[String],
    (residents, people): (&str, &str),
) -> Answer {
    let form = boss.get(NEW).await;
    form.is(200).says(&["最美庭院（最多 4 位评委）"]);
    let (key, day) = (form.hidden("key"), boss.app.house.today(&code("nanmen")).0);
    let (on, until) = (day.to_string(), day.plus_days(2).to_string());
    let mut sent = vec![
        ("key", key.as_str()),
        ("kind", "yard.beauty"),
        ("title", "11月最美庭院"),
        ("on", on.as_str()),
        ("until", until.as_str()),
        ("residents", residents),
        ("people", people),
    ];
    sent.extend(judges.iter().map(|judge| ("judge", judge.as_str())));
    boss.post(NEW, &sent).await
}

async fn give(who: &mut Browser<'_>, page: &str, what: &str, points: &[(&str, &str)]) -> Answer {
    let mut sent = vec![("do", what)];
    sent.extend(points);
    who.post(&format!("{page}/scores"), &sent).await
}

async fn state(app: &TestApp) -> InspectionState {
    let found = app.house.store.inspection(&code("nanmen"), 1).await;
    found.unwrap().unwrap().state
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_what_was_typed_stays() {
    let app = house().await;
    let mut boss = app.signed_in("boss").await;
    let judges = [staff(&app, "lead").await, staff(&app, "check").await];
    // What is wrong stands at its field, and what was typed stays.
    let same = open(&mut boss, &judges, ("", "1001\n1002\n2001")).await;
    same.is(422)
        .says(&["是同一户", "error-people", "11月最美庭院", "checked"]);
    let nobody = open(&mut boss, &[], ("", "1001")).await;
    nobody.is(422).says(&["请选评委"]);
    open(&mut boss, &judges, ("", "1001\n2001")).await.is(303);
    let page = "/nanmen/inspections/1";
    let mut lead = app.signed_in("lead").await;
    // Points outside are told at their field; kept ones are there again, for the judge alone.
    let bad = give(
        &mut lead,
        page,
        "keep",
        &[("p-1001", "101"), ("p-2001", "77")],
    )
    .await;
    bad.is(422)
        .says(&["0 到 100", "value=\"77\"", "error-p-1001"]);
    give(&mut lead, page, "keep", &[("p-2001", "77")])
        .await
        .is(303);
    lead.get(page).await.says(&["value=\"77\""]);
    let missing = give(&mut lead, page, "hand-in", &[("p-2001", "77")]).await;
    missing.is(422).says(&["还没有打分"]);
    app.end().await;
}

/// What came of it: points in the open, one entry for each household with every score in its why.
async fn judged_and_booked(app: &TestApp) {
    let (page, store) = ("/nanmen/inspections/1", &app.house.store);
    let mut boss = app.signed_in("boss").await;
    boss.get(page).await.says(&[
        "评委 2：90",
        "评委 1：70",
        "评委 3：–",
        "评委 3：70",
        "已记账",
    ]);
    // (90 + 70) / 2 and (80 + 60 + 70) / 3, a tenth of each.
    let mut one = app.signed_in("1001").await;
    one.get("/nanmen/home").await.says(&["<b>8</b>"]);
    let mut two = app.signed_in("2001").await;
    let home = two.get("/nanmen/home").await;
    home.says(&["<b>7</b>", "最美庭院"]);
    let found = store.inspection(&code("nanmen"), 1).await.unwrap().unwrap();
    let rongyi_store::PlaceState::Booked(entry) = found.places[0].state else {
        panic!("{:?}", found.places);
    };
    one.get(&format!("/nanmen/passbook/{entry}"))
        .await
        .is(200)
        .says(&["评委 2 打分 90", "评委 1 打分 70"]);
    // Once, however often the round comes.
    for _ in 0..2 {
        rounds::round(&app.house, &code("nanmen")).await.unwrap();
    }
    one.get("/nanmen/home").await.says(&["<b>8</b>"]);
}

#[tokio::test]
async fn each_scores_alone_and_it_is_opened_and_booked_with_the_last() {
    let app = house().await;
    let mut boss = app.signed_in("boss").await;
    let judges = [staff(&app, "lead").await, staff(&app, "check").await];
    let opened = open(&mut boss, &judges, ("陈小满", "1001\n林国强")).await;
    let page = opened
        .is(303)
        .location()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(page, "/nanmen/inspections/1");
    boss.get(&page)
        .await
        .is(200)
        .says(&["赵强", "周一", "还没交", "交了 0 位"]);
    let mut lead = app.signed_in("lead").await;
    lead.get("/nanmen/queue")
        .await
        .says(&["有 1 次评比等您打分"]);
    give(
        &mut lead,
        &page,
        "hand-in",
        &[("p-1001", "90"), ("p-2001", "80")],
    )
    .await
    .is(303);
    // Handed in is handed in.
    let twice = give(
        &mut lead,
        &page,
        "hand-in",
        &[("p-1001", "10"), ("p-2001", "10")],
    )
    .await;
    twice.is(422).says(&["已经交过了"]);
    // Nobody sees them yet: not the operator, not another judge, by no address.
    let mut check = app.signed_in("check").await;
    for who in [&mut boss, &mut check, &mut lead] {
        let shown = who.get(&page).await;
        assert!(!shown.is(200).text.contains("评委 1："), "{}", shown.text);
        assert!(!shown.text.contains("value=\"90\""), "{}", shown.text);
    }
    let store = &app.house.store;
    assert!(
        store
            .open_scores(&code("nanmen"), 1)
            .await
            .unwrap()
            .is_empty()
    );
    // A resident who judges sees it at home; one who does not, nowhere.
    let mut me = app.signed_in("1002").await;
    let mine = "/nanmen/judging/1";
    me.get("/nanmen/home")
        .await
        .says(&["请您打分：11月最美庭院", mine]);
    for who in ["1001", "2001"] {
        let mut other = app.signed_in(who).await;
        other.get(mine).await.is(404);
        let forged = give(&mut other, mine, "hand-in", &[("p-1001", "100")]).await;
        forged.is(404);
    }
    app.signed_in("shop").await.get(&page).await.is(403);
    give(
        &mut boss,
        &page,
        "hand-in",
        &[("p-1001", "1"), ("p-2001", "1")],
    )
    .await
    .is(404);
    // Their own household is left out, whatever is sent.
    let form = me.get(mine).await;
    form.is(200).says(&["是您自己家", "name=\"p-2001\""]);
    assert!(!form.text.contains("name=\"p-1001\""));
    give(
        &mut check,
        &page,
        "hand-in",
        &[("p-1001", "70"), ("p-2001", "60")],
    )
    .await
    .is(303);
    assert_eq!(state(&app).await, InspectionState::Scoring);
    give(
        &mut me,
        mine,
        "hand-in",
        &[("p-1001", "100"), ("p-2001", "70")],
    )
    .await
    .is(303);
    assert_eq!(state(&app).await, InspectionState::Open);
    judged_and_booked(&app).await;
    app.end().await;
}

#[tokio::test]
async fn whoever_has_not_handed_in_when_the_time_is_over_does_not_count() {
    let app = house().await;
    let mut boss = app.signed_in("boss").await;
    let judges = [staff(&app, "lead").await, staff(&app, "check").await];
    open(&mut boss, &judges, ("", "1001\n2001")).await.is(303);
    let page = "/nanmen/inspections/1";
    let mut lead = app.signed_in("lead").await;
    give(
        &mut lead,
        page,
        "hand-in",
        &[("p-1001", "90"), ("p-2001", "50")],
    )
    .await
    .is(303);
    // The other one kept theirs and never came back.
    let mut check = app.signed_in("check").await;
    give(
        &mut check,
        page,
        "keep",
        &[("p-1001", "10"), ("p-2001", "10")],
    )
    .await
    .is(303);
    // The last evening nothing happens; with midnight it is over, before the round comes and after.
    app.clock.set(Instant(NOW.0 + 2 * DAY + 13 * 3_600_000_000));
    rounds::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!(state(&app).await, InspectionState::Scoring);
    app.clock.set(Instant(NOW.0 + 3 * DAY));
    let mut check = app.signed_in("check").await;
    let late = give(
        &mut check,
        page,
        "hand-in",
        &[("p-1001", "10"), ("p-2001", "10")],
    )
    .await;
    late.is(422).says(&["时间过了"]);
    rounds::round(&app.house, &code("nanmen")).await.unwrap();
    let late = give(&mut check, page, "keep", &[("p-1001", "10")]).await;
    late.is(422).says(&["时间过了"]);
    let mut boss = app.signed_in("boss").await;
    boss.get(page)
        .await
        .says(&["评委 2：90", "评委 1：–", "2 位评委交了 1 位"]);
    for (who, balance) in [("1001", "<b>9</b>"), ("2001", "<b>5</b>")] {
        let mut one = app.signed_in(who).await;
        one.get("/nanmen/home").await.says(&[balance]);
    }
    app.end().await;
}

#[tokio::test]
async fn two_who_are_the_last_at_once_open_and_book_it_once() {
    let app = house().await;
    let mut boss = app.signed_in("boss").await;
    let judges = [staff(&app, "lead").await, staff(&app, "check").await];
    open(&mut boss, &judges, ("", "1001")).await.is(303);
    let page = "/nanmen/inspections/1";
    let (mut lead, mut check) = (app.signed_in("lead").await, app.signed_in("check").await);
    let mut again = app.signed_in("check").await;
    let (one, two, three) = tokio::join!(
        give(&mut lead, page, "hand-in", &[("p-1001", "90")]),
        give(&mut check, page, "hand-in", &[("p-1001", "50")]),
        give(&mut again, page, "hand-in", &[("p-1001", "50")]),
    );
    one.is(303);
    // The same judge on two telephones: one of them is told.
    let mut both = [two.status.as_u16(), three.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [303, 422]);
    rounds::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!(state(&app).await, InspectionState::Open);
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/home").await.says(&["<b>7</b>"]);
    app.end().await;
}

#[tokio::test]
async fn only_an_operator_opens_one_and_calls_it_off() {
    let app = house().await;
    let mut boss = app.signed_in("boss").await;
    let judges = [staff(&app, "lead").await];
    open(&mut boss, &judges, ("", "1001")).await.is(303);
    let page = "/nanmen/inspections/1";
    let mut lead = app.signed_in("lead").await;
    lead.get(NEW).await.is(403);
    lead.post(&format!("{page}/off"), &[]).await.is(403);
    let list = lead.get("/nanmen/inspections").await;
    assert!(!list.is(200).says(&["11月最美庭院"]).text.contains(NEW));
    give(&mut lead, page, "keep", &[("p-1001", "90")])
        .await
        .is(303);
    boss.post(&format!("{page}/off"), &[]).await.is(303);
    boss.get(page).await.says(&["取消了"]);
    give(&mut lead, page, "hand-in", &[("p-1001", "90")])
        .await
        .is(422);
    app.clock.set(Instant(NOW.0 + 9 * DAY));
    rounds::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!(state(&app).await, InspectionState::CalledOff);
    let mut me = app.signed_in("1001").await;
    me.get("/nanmen/home").await.says(&["<b>0</b>"]);
    app.end().await;
}
