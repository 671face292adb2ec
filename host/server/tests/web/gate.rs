//! At the gate and afterwards: cards, paper lists, who often does not come, and what whoever confirms is told.

use rongyi_activities::Proof;
use rongyi_core::chain::sha256;
use rongyi_core::ids::ResidentNo;
use rongyi_store::NewAccessRecord;

use crate::app::{NOW, TestApp, code};
use crate::volunteers::{HOURS, at, house, minutes_of, staff, step, stored, written};

#[tokio::test]
async fn a_card_at_the_gate_and_a_paper_list_are_marks_like_others() {
    let app = house().await;
    let (mut lead, mut check) = (app.signed_in("lead").await, app.signed_in("check").await);
    let no = written(&mut lead, "榕树下清洁日", ("14:00", "16:00", "1")).await;
    step(&mut lead, no, "hand-in").await.is(303);
    step(&mut check, no, "publish").await.is(303);
    let card = "0123456789abcdef0123456789abcdef";
    let by = code("test");
    let made = (ResidentNo(1001), &sha256(card.as_bytes()));
    let store = &app.house.store;
    store
        .make_card(&code("nanmen"), made, (&by, NOW))
        .await
        .unwrap();
    let work = format!("/nanmen/volunteering/{no}/1");
    let gate = format!("{work}/gate");
    let address = format!(" https://green.example/nanmen/card/{card}\n");

    // Two hours before, and a card of nobody's: said beside the field, and nothing is noted.
    let early = lead
        .post(&gate, &[("card", &address), ("key", "g-0")])
        .await;
    early.is(422).says(&["还没到签到的时间"]);
    let nobody = "0".repeat(32);
    for held in ["1001", "陈桂芳", nobody.as_str(), ""] {
        let answer = lead.post(&gate, &[("card", held), ("key", "g-n")]).await;
        answer.is(422).says(&["这张卡认不出来", "autofocus"]);
    }
    assert_eq!(stored(&app, no).await.shifts[0].marks.len(), 0);

    // In, the same card once more, and out; the screen says it without the whole name.
    at(&app, -10);
    let mut hold = async |key: &str, card: &str| {
        let answer = lead.post(&gate, &[("card", card), ("key", key)]).await;
        answer.is(303);
        let page = lead.get(answer.location()).await;
        assert!(!page.text.contains("陈桂芳"), "everybody reads the screen");
        page
    };
    hold("g-1", &address).await.says(&["签到了", "里面有 1 人"]);
    hold("g-2", card).await.says(&["已经签到了"]);
    at(&app, 70);
    // The first form once more, by the back button: it says how it is, and nobody goes by it.
    hold("g-1", card).await.says(&["已经签到了", "里面有 1 人"]);
    hold("g-3", card).await.says(&["签退了", "里面有 0 人"]);
    let marks = stored(&app, no).await.shifts.remove(0).marks;
    assert_eq!(marks.len(), 2);
    assert!(
        marks
            .iter()
            .all(|mark| mark.proof == Proof::Machine.number())
    );

    // Somebody whom the only seat did not wait for was noted on paper.
    let paper = format!("{work}/paper");
    let line = |came, went, key| {
        [
            ("resident", "2001"),
            ("came", came),
            ("went", went),
            ("key", key),
        ]
    };
    lead.post(&paper, &line("15:30", "14:10", "p-0"))
        .await
        .is(422)
        .says(&["签退的时间要在签到之后"]);
    lead.post(&paper, &line("two", "", "p-0"))
        .await
        .is(422)
        .says(&["09:30"]);
    at(&app, 125);
    lead.post(&format!("{work}/end"), &[]).await.is(303);
    lead.get(&gate).await.is(303);
    lead.post(&gate, &[("card", card), ("key", "g-4")])
        .await
        .is(422)
        .says(&["这一班已经结束了"]);
    for _ in 0..2 {
        let entered = lead.post(&paper, &line("14:10", "15:40", "p-1")).await;
        assert!(entered.is(303).location().ends_with("done=paper"));
    }
    lead.get(&work).await.is(200).says(&["90 分钟", "事后补记"]);
    check.post(&format!("{work}/confirm"), &[]).await.is(303);
    assert_eq!(minutes_of(&app, 1001).await, 70);
    assert_eq!(minutes_of(&app, 2001).await, 90);
    for (who, proof) in [(1001, Proof::Machine), (2001, Proof::MakeUp)] {
        let attended = store.attended(&code("nanmen"), ResidentNo(who), 9).await;
        assert_eq!(attended.unwrap()[0].proof, proof.number());
    }
    // What is confirmed is not entered once more.
    lead.post(&paper, &line("14:00", "16:00", "p-2"))
        .await
        .is(422)
        .says(&["已经确认"]);
    app.end().await;
}

#[tokio::test]
async fn who_often_did_not_come_asks_the_office_before_signing_up_again() {
    let limited = format!("{HOURS}\n[activities]\nabsences_max = 2\n");
    let app = TestApp::with_both("", ("", &limited)).await;
    let (mut lead, mut check) = (app.signed_in("lead").await, app.signed_in("check").await);
    let mut me = app.signed_in("1001").await;
    let mut all = Vec::new();
    for (from, until) in [("11:00", "12:00"), ("12:00", "13:00"), ("14:00", "15:00")] {
        let no = written(&mut lead, "榕树下清洁日", (from, until, "3")).await;
        step(&mut lead, no, "hand-in").await.is(303);
        step(&mut check, no, "publish").await.is(303);
        all.push(no);
    }
    let last = all.pop().unwrap();
    let join = |no: u64| format!("/nanmen/activities/{no}/join");
    for no in &all {
        me.post(&join(*no), &[("shift", "1")]).await.is(303);
    }
    at(&app, -45);
    for no in &all {
        let work = format!("/nanmen/volunteering/{no}/1");
        check.get(&work).await.is(200).says(&["没有来", "确认"]);
        check.post(&format!("{work}/confirm"), &[]).await.is(303);
    }
    me.post(&join(last), &[("shift", "1")])
        .await
        .is(422)
        .says(&["今年有 2 次报了名没有来", "请到社区说一声"]);
    // Nor can the leader put them on the list before somebody noted that they may come again.
    let mark = format!("/nanmen/volunteering/{last}/1/mark");
    let added = [("what", "add"), ("resident", "1001"), ("key", "a-1")];
    lead.post(&mark, &added).await.is(422).says(&["报名先停了"]);
    let again = |until| {
        [
            ("act", "clear"),
            ("resident", "1001"),
            ("what", "again"),
            ("last", until),
        ]
    };
    let office = format!("/nanmen/volunteering/{last}/step");
    lead.post(&office, &again("2026-11-22")).await.is(303);
    me.post(&join(last), &[("shift", "1")]).await.is(422);
    lead.post(&office, &again("2026-12-31")).await.is(303);
    me.post(&join(last), &[("shift", "1")]).await.is(303);
    app.end().await;
}

#[tokio::test]
async fn whoever_confirms_is_told_what_the_marks_do_not_show() {
    let app = house().await;
    let nanmen = code("nanmen");
    let (mut lead, mut check) = (app.signed_in("lead").await, app.signed_in("check").await);
    // The leader lives here: 1001 is one of their own.
    let store = &app.house.store;
    let person = store.resident_person(&nanmen, ResidentNo(1001)).await;
    let record = NewAccessRecord {
        at: NOW,
        community: &nanmen,
        what: "staff-person",
        by_staff: None,
        detail: "",
    };
    let (leader, person) = (staff(&app, "lead").await, person.unwrap().unwrap());
    store
        .set_staff_person(leader, Some(person.person_id), record)
        .await
        .unwrap();
    let no = written(&mut lead, "榕树下清洁日", ("14:00", "16:00", "3")).await;
    step(&mut lead, no, "hand-in").await.is(303);
    step(&mut check, no, "publish").await.is(303);
    at(&app, 0);
    for resident in ["1001", "2001"] {
        let added = [("what", "add"), ("resident", resident), ("key", resident)];
        lead.post(&format!("/nanmen/volunteering/{no}/1/mark"), &added)
            .await
            .is(303);
    }
    at(&app, 125);
    let work = format!("/nanmen/volunteering/{no}/1");
    let page = check.get(&work).await;
    page.is(200).says(&["是带队人自己或家人"]);
    assert_eq!(page.text.matches("是带队人自己或家人").count(), 1);
    app.end().await;
}
