//! A change of the rules before it is in force: the council's page, what residents are shown of it, one event tried under it,
//! and what the author of a rule gets to see.

use rongyi_server::jobs;

use crate::app::{TestApp, code};

const PAGE: &str = "/nanmen/operator/council";
const TRY: &str = "/nanmen/operator/try";
const AUTHOR: &str = "/nanmen/operator/rules/author";
const NANMEN: &str = include_str!("nanmen.toml");

async fn save(app: &TestApp, from: &str, to: &str) {
    assert!(NANMEN.contains(from), "{from}");
    let folder = app.house.config.file.parent().unwrap();
    let file = folder.join("communities/nanmen.toml");
    std::fs::write(file, NANMEN.replacen(from, to, 1)).unwrap();
    app.house.reload().await;
}

/// What stands in a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let rest = page.split(&field).nth(1).expect(name);
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_is_read_aloud_shown_to_residents_and_taken_away_again() {
    let app = TestApp::with("auto_apply = false\n").await;
    app.earn("t-1", "tree.plant", 1001, 2).await;
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/changes")
        .await
        .is(200)
        .says(&[PAGE]);
    boss.get(PAGE).await.is(200).says(&["没有改动要议"]);
    let mut anybody = app.browser();
    anybody.get("/nanmen/rules/change").await.is(404);
    save(&app, "per_unit = 20", "per_unit = 30").await;
    let page = boss.get(PAGE).await;
    page.is(200)
        .says(&["规则要改什么", "表决", "+20", "会发 60 分，账上是 40 分"]);
    let number = hidden(&page.text, "plan");
    // What was looked at is shown, and nothing else.
    save(&app, "per_unit = 20", "per_unit = 31").await;
    let late = boss.post(PAGE, &[("act", "show"), ("plan", &number)]).await;
    late.is(422).says(&["又改了"]);
    save(&app, "per_unit = 20", "per_unit = 30").await;
    boss.post(PAGE, &[("act", "show"), ("plan", &number)])
        .await
        .is(303);
    boss.get(PAGE)
        .await
        .is(200)
        .says(&["居民现在看到的是", &number]);
    // Everybody reads it; whoever is signed in sees their own.
    anybody
        .get("/nanmen/rules")
        .await
        .is(200)
        .says(&["/nanmen/rules/change"]);
    let public = anybody.get("/nanmen/rules/change").await;
    public.is(200).says(&["规则要改什么", "对大家"]);
    assert!(!public.text.contains("对您家"), "{}", public.text);
    assert!(!public.text.contains("表决"), "{}", public.text);
    let mut me = app.signed_in("1001").await;
    let own = me.get("/nanmen/rules/change").await;
    own.is(200).says(&["对您家", "40", "60", "+20"]);
    let mut other = app.signed_in("2001").await;
    let other = other.get("/nanmen/rules/change").await;
    other.is(200).says(&["对您家"]);
    assert!(!other.text.contains("<b>60"), "{}", other.text);
    let mut shop = app.signed_in("shop").await;
    shop.get(PAGE).await.is(403);
    shop.post(PAGE, &[("act", "end")]).await.is(403);
    boss.post(PAGE, &[("act", "end")]).await.is(303);
    anybody.get("/nanmen/rules/change").await.is(404);
    boss.post(PAGE, &[("act", "nonsense")]).await.is(404);
    app.end().await;
}

#[tokio::test]
async fn a_secretary_tries_one_event_under_both_rules_and_nothing_is_booked() {
    let app = TestApp::with("auto_apply = false\n").await;
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/rules")
        .await
        .is(200)
        .says(&[TRY]);
    boss.get(TRY)
        .await
        .is(200)
        .says(&["植树", "厨余垃圾分类", "启用的规则"]);
    let form = format!("{TRY}?of=&kind=tree.plant");
    boss.get(&form).await.is(200).says(&["居民号码", "算算看"]);
    let before = app.house.store.frame(&code("nanmen")).await.unwrap();
    let before = before.unwrap().head.next_seq;
    let today = app.house.today(&code("nanmen")).0.to_string();
    let ask = |of: &'static str, resident: &'static str, quantity: &'static str| {
        let today = today.clone();
        [
            ("of", of.to_owned()),
            ("kind", "tree.plant".to_owned()),
            ("resident", resident.to_owned()),
            ("quantity", quantity.to_owned()),
            ("on", today),
        ]
    };
    let mut tried = async |of, resident, quantity| {
        let form = ask(of, resident, quantity);
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        boss.post(TRY, &form).await
    };
    tried("", "1001", "2")
        .await
        .is(200)
        .says(&["会这样记", "+40"]);
    save(&app, "per_unit = 20", "per_unit = 30").await;
    tried("", "1001", "2").await.is(200).says(&["+40"]);
    tried("saved", "1001", "2")
        .await
        .is(200)
        .says(&["会这样记", "+60", "改好还没启用的文件"]);
    // What is wrong is told beside its field, with what was typed.
    tried("", "9999", "2")
        .await
        .is(200)
        .says(&["记不了", "9999"]);
    tried("", "zwei", "2").await.is(422).says(&["try-resident"]);
    tried("", "1001", "many")
        .await
        .is(422)
        .says(&["try-quantity", "many"]);
    let after = app.house.store.frame(&code("nanmen")).await.unwrap();
    assert_eq!(after.unwrap().head.next_seq, before, "nothing is booked");
    let mut check = app.signed_in("check").await;
    check.get(TRY).await.is(403);
    app.end().await;
}

#[tokio::test]
async fn the_author_of_a_rule_sees_what_waits_and_gets_it_as_a_file() {
    let app = TestApp::new().await;
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/rules")
        .await
        .is(200)
        .says(&[AUTHOR]);
    boss.get(AUTHOR).await.is(200).says(&["没有。", "没有写。"]);
    crate::parked::with_hostile(&app).await;
    let asked = crate::parked::ask(&app.house, "panic", 5).await;
    assert_eq!(asked.as_deref(), Some("plugin.panic"));
    let page = boss.get(AUTHOR).await;
    page.is(200).says(&["plugin.panic", "events.jsonl"]);
    let file = boss.get(&format!("{AUTHOR}/events.jsonl")).await;
    let line: serde_json::Value = serde_json::from_str(file.is(200).text.trim()).unwrap();
    assert_eq!(line["kind"], "panic");
    assert!(!file.text.contains("1001"), "{}", file.text);
    // What it wrote to its log while it was asked stands there for a day, and no longer.
    let logged = |app: &TestApp| {
        let ward = app.house.books.ward(&code("nanmen"));
        ward.logged(app.house.clock.now()).len()
    };
    assert_eq!(logged(&app), 1, "the panic's own line");
    app.clock.advance_days(2);
    assert_eq!(logged(&app), 0);
    drop(jobs::round(&app.house, &code("nanmen")).await);
    app.end().await;
}

/// Where the council's matter is named, the change waits for it: it comes into force when the matter was carried, and what the
/// meeting came to stands on the page that everybody reads.
#[tokio::test]
async fn a_change_waits_for_the_vote_that_was_named_for_it() {
    const CASES: &str = "/api/v1/communities/nanmen/cases";
    const CHANGES: &str = "/nanmen/operator/changes";
    let kinds = "[case.matter]\n[case.message]\n";
    let app = TestApp::with_both("auto_apply = false\n", ("", kinds)).await;
    app.earn("t-1", "tree.plant", 1001, 2).await;
    let mut boss = app.signed_in("boss").await;
    let file = app.house.config.file.parent().unwrap();
    let file = file.join("communities/nanmen.toml");
    let now = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, now.replacen("per_unit = 20", "per_unit = 30", 1)).unwrap();
    app.house.reload().await;
    let page = boss.get(PAGE).await;
    let number = hidden(&page.is(200).text, "plan");
    // Nothing is shown yet, so nothing can be named.
    boss.post(PAGE, &[("act", "bind"), ("case", "1")])
        .await
        .is(404);
    boss.post(PAGE, &[("act", "show"), ("plan", &number)])
        .await
        .is(303);
    let open = async |boss: &mut crate::app::Browser<'_>, body: serde_json::Value| {
        let opened = boss.json(CASES, &body).await.is(200).json();
        opened["case"].as_u64().unwrap().to_string()
    };
    let message = serde_json::json!({ "kind": "message", "answers": { "class": "help", "text": "灯坏了", "place": "三号楼" } });
    let message = open(&mut boss, message).await;
    let matter = serde_json::json!({ "kind": "matter", "answers": { "subject": "植树多给分", "text": "从 20 改成 30" } });
    let matter = open(&mut boss, matter).await;
    for (case, status, says) in [
        ("zwölf", 422, "请填议事那一件的编号"),
        (message.as_str(), 422, "不是要开会议的事"),
        ("99", 404, ""),
    ] {
        let told = boss.post(PAGE, &[("act", "bind"), ("case", case)]).await;
        told.is(status).says(&[says]);
    }
    let step = |seen: u32, minutes: Option<(&str, u16)>| {
        let mut step = serde_json::json!({ "act": "move:next", "seen": seen, "words": "往下走" });
        if let Some((on, agreed)) = minutes {
            step["minutes"] = serde_json::json!({ "on": on, "place": "大榕树下", "members": 11, "present": 9, "agreed": agreed });
        }
        step
    };
    // A meeting before the change was shown was about something else.
    let older = serde_json::json!({ "kind": "matter", "answers": { "subject": "路灯", "text": "早就议过" } });
    let older = open(&mut boss, older).await;
    let older_steps = format!("{CASES}/{older}/steps");
    for step in [
        step(0, None),
        step(1, None),
        step(2, Some(("2026-11-21", 7))),
    ] {
        boss.json(&older_steps, &step).await.is(200);
    }
    let told = boss.post(PAGE, &[("act", "bind"), ("case", &older)]).await;
    told.is(422)
        .says(&["2026-11-21 议的", "那次会议说的不会是它"]);
    boss.post(PAGE, &[("act", "bind"), ("case", &matter)])
        .await
        .is(303);
    let still = format!("议事第 {matter} 件：还在议，没有结果");
    boss.get(PAGE).await.is(200).says(&[&still]);
    let apply = [
        ("act", "apply"),
        ("plan", number.as_str()),
        ("reason", "议过了"),
    ];
    let told = boss.post(CHANGES, &apply).await;
    told.is(422).says(&["这份改动由议事来定", &still]);
    let steps = format!("{CASES}/{matter}/steps");
    let met = Some(("2026-11-22", 7));
    for step in [step(0, None), step(1, None), step(2, met)] {
        boss.json(&steps, &step).await.is(200);
    }
    let mut anybody = app.browser();
    let public = anybody.get("/nanmen/rules/change").await;
    public.is(200).says(&[
        &format!("议事第 {matter} 件：通过了"),
        "应到 11 人，实到 9 人，同意 7 人",
    ]);
    assert!(!public.text.contains("/queue/"), "{}", public.text);
    boss.post(CHANGES, &apply).await.is(303);
    boss.get("/nanmen/operator/rules").await.is(200);
    app.end().await;
}
