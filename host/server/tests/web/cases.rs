//! Cases from end to end: a claim with two checks becomes an entry, a message is dispatched, returned, answered and
//! opened again, a kind that stands only in TOML runs its whole life, and what must never happen does not.

use std::collections::BTreeMap;

use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_server::cases::{self, effects};
use rongyi_server::people::own::{Wish, collect, erase};
use rongyi_server::rounds;
use rongyi_store::{Appended, CasePlace, EffectState, NewCaseStep};

use crate::app::{Answer, Browser, NOW, TestApp, code, fine};

const KINDS: &str = r#"
[case.claim]
[case.message]
[case.appeal]
[case_units.grid]
title = { zh = "网格", en = "The grid" }
staff = ["lead"]
[case.lend]
title = { zh = "借工具", en = "Borrow a tool" }
open = { by = ["resident"], name = "handlers" }
form = [{ key = "why", title = { zh = "做什么用", en = "What for" }, type = "text", max = 200, required = true }]
[case.lend.state.new]
title = { zh = "待答复", en = "Waiting" }
group = "open"
due = { workdays = 1 }
[case.lend.state.out]
title = { zh = "已借出", en = "Lent" }
group = "open"
[case.lend.state.back]
title = { zh = "已归还", en = "Back" }
group = "done"
[[case.lend.go]]
code = "hand-out"
title = { zh = "借出", en = "Hand out" }
from = "new"
to = "out"
by = "leader"
[[case.lend.go]]
code = "bring"
title = { zh = "收回来了", en = "It is back" }
from = "out"
to = "back"
by = "leader"
need = ["text?"]
"#;

/// A house with kinds of cases, and a second reviewer.
pub(crate) async fn office() -> TestApp {
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

async fn claim(me: &mut Browser<'_>, quantity: &str) -> String {
    let form = "/nanmen/cases/new/claim?event=tree.plant";
    let page = me.get(form).await;
    page.is(200).says(&["植树", "为什么是这一天"]);
    let sent = [
        ("key", page.hidden("key")),
        ("quantity", quantity.to_owned()),
        ("on", "2026-11-22".to_owned()),
    ];
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let opened = me.post(form, &sent).await;
    opened.is(303);
    // The same form again is the same case.
    let again = me.post(form, &sent).await;
    assert_eq!(again.is(303).location(), opened.location());
    let path = opened.location().split('?').next().unwrap().to_owned();
    path.strip_prefix("/nanmen/cases/").unwrap().to_owned()
}

/// Sends one act from the page that shows the case as it is now.
async fn act(who: &mut Browser<'_>, page: &str, word: &str, more: &[(&str, &str)]) -> Answer {
    let shown = who.get(page).await;
    shown.is(200);
    send(who, &shown, page, word, more).await
}

async fn send(
    who: &mut Browser<'_>,
    shown: &Answer,
    page: &str,
    word: &str,
    more: &[(&str, &str)],
) -> Answer {
    let seen = shown.hidden("seen");
    let key = format!("{}-{word}", shown.hidden("key"));
    let mut sent = vec![
        ("act", word),
        ("seen", seen.as_str()),
        ("key", key.as_str()),
    ];
    sent.extend(more);
    who.post(&format!("{page}/step"), &sent).await
}

#[tokio::test]
async fn a_claim_with_two_checks_becomes_an_entry_with_the_rules_points() {
    let app = office().await;
    let mut me = app.signed_in("1001").await;
    let wrong = "/nanmen/cases/new/claim?event=tree.plant";
    let bad = me
        .post(
            wrong,
            &[("key", "k-0"), ("quantity", "许多"), ("on", "2026-11-22")],
        )
        .await;
    bad.is(422).says(&["许多", "field-quantity"]);
    let no = claim(&mut me, "3").await;
    let page = format!("/nanmen/queue/{no}");
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    one.get("/nanmen/queue")
        .await
        .is(200)
        .says(&["植树 3", "待初审"]);
    one.get(&page).await.is(200).says(&["现在通过的话", "+60"]);
    act(&mut one, &page, "move:check", &[]).await.is(303);
    // The same person may not be both.
    let same = act(&mut one, &page, "move:second-check", &[]).await;
    same.is(409).says(&["前一次就是您做的"]);
    // Two pages were open: the second one says who was first.
    let late = two.get(&page).await;
    act(
        &mut two,
        &page,
        "move:second-check",
        &[("words", "看过现场")],
    )
    .await
    .is(303);
    let mut third = app.signed_in("check2").await;
    let moved = send(
        &mut third,
        &late,
        &page,
        "move:return",
        &[("words", "缺照片")],
    )
    .await;
    moved.is(409).says(&["先一步", "吴二", "缺照片"]);
    two.get(&page).await.is(200).says(&["已记账", "看过现场"]);
    let balance = me.get("/nanmen/home").await;
    balance.is(200).says(&["<b>60</b>"]);
    // Its notice has no days: with the next round it is posted.
    app.clock.set(Instant(NOW.0 + 120_000_000));
    rounds::round(&app.house, &code("nanmen")).await.unwrap();
    me.get(&format!("/nanmen/cases/{no}"))
        .await
        .says(&["已到账"]);
    app.end().await;
}

#[tokio::test]
async fn nobody_checks_their_own_household_and_a_withdrawn_claim_is_not_approved() {
    let app = office().await;
    let (house, nanmen) = (&app.house, code("nanmen"));
    let mut me = app.signed_in("1001").await;
    let no = claim(&mut me, "1").await;
    let page = format!("/nanmen/queue/{no}");
    // The reviewer lives in the claimant's household.
    let person = house
        .store
        .resident_person(&nanmen, ResidentNo(1002))
        .await
        .unwrap()
        .unwrap();
    let staff = house
        .store
        .staff_by_login(&nanmen, "check")
        .await
        .unwrap()
        .unwrap();
    let record = rongyi_store::NewAccessRecord {
        at: NOW,
        community: &nanmen,
        what: "person",
        by_staff: None,
        detail: "",
    };
    house
        .store
        .set_staff_person(staff.staff_id, Some(person.person_id), record)
        .await
        .unwrap();
    let mut check = app.signed_in("check").await;
    act(&mut check, &page, "move:check", &[])
        .await
        .is(422)
        .says(&["同户"]);
    // While one looks at it, the claimant takes it back.
    let mut two = app.signed_in("check2").await;
    let open = two.get(&page).await;
    act(
        &mut me,
        &format!("/nanmen/cases/{no}"),
        "move:withdraw",
        &[],
    )
    .await
    .is(303);
    let late = send(&mut two, &open, &page, "move:check", &[]).await;
    late.is(409).says(&["先一步"]);
    app.end().await;
}

#[tokio::test]
async fn a_message_is_dispatched_returned_answered_and_opened_again() {
    let app = office().await;
    let mut me = app.signed_in("1001").await;
    let form = "/nanmen/cases/new/message";
    let page = me.get(form).await;
    page.is(200).says(&["2 个工作日", "咨询"]);
    let empty = me
        .post(form, &[("key", "m-0"), ("q.place", "三号楼")])
        .await;
    empty.is(422).says(&["三号楼", "请填写"]);
    let key = page.hidden("key");
    let sent = [
        ("key", key.as_str()),
        ("q.class", "help"),
        ("q.text", "楼道灯坏了"),
        ("q.place", "三号楼"),
    ];
    let opened = me.post(form, &sent).await;
    let mine = opened
        .is(303)
        .location()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let work = mine.replace("/cases/", "/queue/");
    let (mut boss, mut lead) = (app.signed_in("boss").await, app.signed_in("lead").await);
    let missing = act(&mut boss, &work, "move:dispatch", &[("words", "请去看看")]).await;
    missing.is(422).says(&["还缺", "请去看看"]);
    act(&mut boss, &work, "move:dispatch", &[("unit", "grid")])
        .await
        .is(303);
    lead.get("/nanmen/queue").await.says(&["楼道灯坏了"]);
    act(&mut lead, &work, "move:return", &[("words", "不归我们管")])
        .await
        .is(303);
    boss.get(&work).await.says(&["不归我们管", "已收到"]);
    act(&mut boss, &work, "move:dispatch", &[("unit", "grid")])
        .await
        .is(303);
    act(&mut lead, &work, "move:ask", &[("words", "哪一层？")])
        .await
        .is(303);
    me.get(&mine).await.says(&["哪一层", "等您回复"]);
    act(&mut me, &mine, "move:reply", &[("words", "二层")])
        .await
        .is(303);
    act(&mut lead, &work, "move:finish", &[("words", "换了灯泡")])
        .await
        .is(303);
    act(
        &mut me,
        &mine,
        "rate",
        &[("solved", "no"), ("satisfied", "1")],
    )
    .await
    .is(303);
    act(&mut me, &mine, "reopen", &[("words", "又坏了")])
        .await
        .is(303);
    me.get(&mine).await.says(&["办理中", "没有解决", "又坏了"]);
    // Somebody else's is nobody's business.
    app.signed_in("2001").await.get(&mine).await.is(404);
    // Erasing the person takes the words, and leaves the steps.
    let no: u64 = mine.rsplit('/').next().unwrap().parse().unwrap();
    let (house, nanmen) = (&app.house, code("nanmen"));
    let person = house
        .store
        .resident_person(&nanmen, ResidentNo(1001))
        .await
        .unwrap()
        .unwrap();
    let own = collect(&house.store, person.person_id).await.unwrap();
    assert!(
        own.residencies[0]
            .case_texts
            .iter()
            .any(|(_, _, _, text)| text == "楼道灯坏了")
    );
    erase(house, person.person_id, &Wish::Own, false)
        .await
        .unwrap();
    let case = house.store.case(&nanmen, no).await.unwrap().unwrap();
    assert!(case.texts.is_empty() && case.steps.len() > 8);
    boss.get(&work).await.is(200);
    app.end().await;
}

#[tokio::test]
async fn a_kind_that_stands_only_in_toml_runs_its_whole_life() {
    let app = office().await;
    let mut me = app.signed_in("1001").await;
    let form = "/nanmen/cases/new/lend";
    let key = me.get(form).await.hidden("key");
    let opened = me.post(form, &[("key", &key), ("q.why", "换窗帘")]).await;
    let mine = opened
        .is(303)
        .location()
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let work = mine.replace("/cases/", "/queue/");
    let mut lead = app.signed_in("lead").await;
    lead.get("/nanmen/queue").await.says(&["借工具", "换窗帘"]);
    act(&mut lead, &work, "move:hand-out", &[]).await.is(303);
    act(&mut lead, &work, "move:bring", &[("words", "完好")])
        .await
        .is(303);
    me.get(&mine).await.says(&["已归还", "完好"]);
    me.get("/nanmen/cases").await.says(&["借工具", "已归还"]);
    app.end().await;
}

#[tokio::test]
async fn what_follows_from_a_step_happens_once_when_the_host_was_killed_in_between() {
    let app = office().await;
    let (house, nanmen) = (&app.house, code("nanmen"));
    let mut me = app.signed_in("1001").await;
    let no: u64 = claim(&mut me, "2").await.parse().unwrap();
    // The step was written with what follows from it, and nobody came to carry it out.
    let booking =
        r#"{"do":"book","event":null,"roles":[["doer",[1001]]],"checked":[],"by":"staff/1"}"#;
    let written = NewCaseStep {
        community: &nanmen,
        case_no: no,
        seen: 0,
        at: NOW,
        actor: &code("staff/1"),
        act: ("note", ""),
        place: &CasePlace {
            state: code("submitted"),
            group: 1,
            due: None,
            next_at: None,
            unit: None,
            merged_into: None,
        },
        texts: &[],
        photos: &[],
        papers: &[],
        effects: &[booking.to_owned()],
        token: None,
    };
    assert_eq!(
        house.store.append_case_step(&written).await.unwrap(),
        Appended::Done
    );
    let waiting = house.store.waiting_case_effects(&nanmen, 9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    // Two come for it at once, as a job and a host that was started again: both ask the book, and it counts once.
    tokio::join!(
        effects::carry_out_of(house, &nanmen, no),
        effects::carry_out_of(house, &nanmen, no)
    );
    let case = house.store.case(&nanmen, no).await.unwrap().unwrap();
    let entry = case.file.entry.expect("booked");
    assert_eq!(case.effects[0].state, EffectState::Done);
    rounds::round(house, &nanmen).await.unwrap();
    let case = cases::find(house, &nanmen, no).await.unwrap();
    assert_eq!(case.stored.file.entry, Some(entry));
    me.get("/nanmen/home").await.says(&["<b>40</b>"]);
    app.end().await;
}

#[tokio::test]
async fn what_the_rule_refuses_stays_on_the_case_and_goes_back() {
    let app = office().await;
    let mut me = app.signed_in("1001").await;
    let no = claim(&mut me, "26").await;
    let page = format!("/nanmen/queue/{no}");
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    act(&mut one, &page, "move:check", &[]).await.is(303);
    act(&mut two, &page, "move:second-check", &[]).await.is(303);
    let shown = two.get(&page).await;
    shown.is(200).says(&["没有记上账"]);
    app.clock.set(Instant(NOW.0 + 120_000_000));
    rounds::round(&app.house, &code("nanmen")).await.unwrap();
    two.get(&page).await.says(&["公示中"]);
    act(&mut two, &page, "move:object", &[("words", "超过上限")])
        .await
        .is(303);
    two.get(&page).await.says(&["待初审"]);
    app.end().await;
}

#[tokio::test]
async fn the_people_of_a_unit_take_pass_on_and_answer_what_comes_in() {
    let kinds = r#"
[case.message]
[case_units.office]
title = { zh = "办公室", en = "The office" }
roles = ["reviewer"]
desk = true
[case_units.grid]
title = { zh = "网格", en = "The grid" }
staff = ["lead"]
"#;
    let app = TestApp::with_both("", ("", kinds)).await;
    let mut me = app.signed_in("1001").await;
    let form = "/nanmen/cases/new/message";
    let key = me.get(form).await.hidden("key");
    let sent = [
        ("key", key.as_str()),
        ("q.class", "help"),
        ("q.text", "楼道灯坏了"),
    ];
    let opened = me.post(form, &sent).await;
    let mine = opened.is(303).location().split('?').next().unwrap();
    let work = mine.replace("/cases/", "/queue/");
    let (mut check, mut lead) = (app.signed_in("check").await, app.signed_in("lead").await);
    // Of the desk's unit it is the turn; of the other it is not, and it cannot take it.
    check.get("/nanmen/queue").await.says(&["楼道灯坏了"]);
    assert!(!lead.get("/nanmen/queue").await.text.contains("楼道灯坏了"));
    act(&mut lead, &work, "move:dispatch", &[("unit", "grid")])
        .await
        .is(422);
    act(&mut check, &work, "move:dispatch", &[("unit", "grid")])
        .await
        .is(303);
    // The unit passes it on to the other one, with a reason; then it is no longer theirs.
    act(&mut lead, &work, "move:pass-on", &[("unit", "office")])
        .await
        .is(422);
    let words = [("unit", "office"), ("words", "要找电工")];
    act(&mut lead, &work, "move:pass-on", &words).await.is(303);
    act(&mut lead, &work, "move:finish", &[("words", "好了")])
        .await
        .is(422);
    act(&mut check, &work, "move:finish", &[("words", "换好了")])
        .await
        .is(303);
    me.get(mine).await.says(&["要找电工", "换好了", "已办结"]);
    app.end().await;
}

#[tokio::test]
async fn one_form_opens_a_case_for_each_of_many() {
    let app = office().await;
    let mut lead = app.signed_in("lead").await;
    let form = "/nanmen/queue/new/claim?event=tree.plant";
    let page = lead.get(form).await;
    page.is(200).says(&["一行写一个"]);
    let key = page.hidden("key");
    let sent = |people: &'static str, quantity: &'static str| {
        [
            ("key", key.clone()),
            ("resident", people.to_owned()),
            ("quantity", quantity.to_owned()),
            ("on", "2026-11-22".to_owned()),
        ]
    };
    let post = async |lead: &mut Browser<'_>, sent: [(&'static str, String); 4]| {
        let sent: Vec<(&str, &str)> = sent.iter().map(|(k, v)| (*k, v.as_str())).collect();
        lead.post(form, &sent).await
    };
    // Nobody of that name: nothing is opened, and the list stays.
    let wrong = post(&mut lead, sent("1001\n没有的人", "3")).await;
    wrong.is(422).says(&["没有叫“没有的人”", "1001"]);
    let opened = post(&mut lead, sent("1001\n林国强", "3")).await;
    assert_eq!(
        opened.is(303).location(),
        "/nanmen/queue?scope=open&kind=claim"
    );
    // The same form again opens nothing more.
    post(&mut lead, sent("1001\n林国强", "3")).await.is(303);
    let (house, nanmen) = (&app.house, code("nanmen"));
    let filter = rongyi_store::CaseFilter::default();
    let all = house.store.cases(&nanmen, &filter, None, 9).await.unwrap();
    assert_eq!(all.len(), 2);
    let (mut one, mut two) = (app.signed_in("check").await, app.signed_in("check2").await);
    for file in all {
        let page = format!("/nanmen/queue/{}", file.case_no);
        act(&mut one, &page, "move:check", &[]).await.is(303);
        act(&mut two, &page, "move:second-check", &[]).await.is(303);
    }
    for who in ["1001", "2001"] {
        let mut me = app.signed_in(who).await;
        me.get("/nanmen/home").await.says(&["<b>60</b>"]);
    }
    app.end().await;
}
