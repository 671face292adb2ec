//! The configuration changes while the house serves: nobody is turned away, a broken version changes nothing
//! and says why, and what the ledger must know is recorded.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rongyi_core::command::Ask;
use rongyi_core::ids::ResidentNo;
use rongyi_core::record::{Event, Quantity};

use rongyi_server::house::reload::Holds;

use crate::app::{TestApp, code};

fn file(app: &TestApp, name: &str) -> PathBuf {
    app.house.config.file.parent().unwrap().join(name)
}

/// Writes nanmen's file anew, with something replaced.
fn rewrite(app: &TestApp, from: &str, to: &str) {
    let text = include_str!("nanmen.toml");
    assert!(text.contains(from), "nanmen.toml no longer has {from}");
    let text = text.replacen(from, to, 1);
    std::fs::write(file(app, "communities/nanmen.toml"), text).unwrap();
}

/// What is wrong now: code and sentence.
fn wrong(app: &TestApp) -> Vec<(String, String)> {
    let standing = app.house.news.standing();
    let told = standing.wrong.into_iter().map(|one| one.diagnostic);
    told.map(|one| (one.code, one.message.en)).collect()
}

/// Whom the mistakes hold back.
fn held(app: &TestApp) -> Vec<Holds> {
    let standing = app.house.news.standing();
    standing.wrong.into_iter().map(|one| one.holds).collect()
}

/// Jinxian's file, with something replaced.
fn rewrite_jinxian(app: &TestApp, from: &str, to: &str) {
    let text = include_str!("jinxian.toml");
    assert!(text.contains(from), "jinxian.toml no longer has {from}");
    let path = file(app, "communities/jinxian.toml");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

async fn sets(app: &TestApp) -> usize {
    let frame = app.house.store.frame(&code("nanmen")).await.unwrap();
    frame.unwrap().sets.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_one_request_fails_while_it_changes() {
    let app = TestApp::new().await;
    let before = sets(&app).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (house, told) = (Arc::clone(&app.house), Arc::clone(&stop));
    let nanmen = code("nanmen");
    let asking = tokio::spawn(async move {
        let mut asked = 0_u32;
        while !told.load(Ordering::Relaxed) && asked < 100_000 {
            let event = Event {
                kind: code("council.attend"),
                roles: vec![(code("doer"), ResidentNo(1001))],
                quantity: Quantity::whole(1),
                fields: vec![],
                on: house.today(&nanmen).0,
                minute: None,
                source: None,
                note: None,
            };
            let command = house.command(&nanmen, &code("import"), Ask::Earn(event));
            let answer = house.clerk.ask(&nanmen, command).await.unwrap();
            assert_eq!(answer.receipt.waiting(), None, "an event met no rule");
            asked += 1;
        }
        asked
    });
    let mut rounds = 0;
    for round in 0..6 {
        let points = format!("award_max = {}", 900 + round);
        rewrite(&app, "award_max = 500", &points);
        let text = std::fs::read_to_string(file(&app, "communities/nanmen.toml")).unwrap();
        let text = text.replacen("参加居民议事会", &format!("参加居民议事会{round}"), 1);
        std::fs::write(file(&app, "communities/nanmen.toml"), text).unwrap();
        assert!(app.house.reload().await, "{:?}", wrong(&app));
        app.browser().get("/nanmen/sign-in").await.is(200);
        rounds += 1;
    }
    stop.store(true, Ordering::Relaxed);
    let asked = asking.await.unwrap();
    assert!(asked >= rounds, "only {asked} events were asked about");
    assert_eq!(
        sets(&app).await,
        before + 6,
        "each change is a rule set of the ledger"
    );
    // The same files again are no change.
    assert!(app.house.reload().await);
    assert_eq!(sets(&app).await, before + 6);
    app.end().await;
}

#[tokio::test]
async fn a_broken_community_keeps_its_own_and_the_others_take_theirs() {
    let app = TestApp::new().await;
    let before = sets(&app).await;
    let jinxian = code("jinxian");
    // One breaks its rules, the other changes its name.
    rewrite(&app, "unit = { zh", "unti = { zh");
    rewrite_jinxian(&app, "zh = \"进贤社区\"", "zh = \"进贤新区\"");
    assert!(!app.house.reload().await);
    let nanmen = Holds::Community(code("nanmen"));
    assert!(
        held(&app).iter().all(|holds| *holds == nanmen),
        "{:?}",
        held(&app)
    );
    assert_eq!(sets(&app).await, before);
    let new = app.browser().get("/jinxian/sign-in").await;
    new.is(200).says(&["进贤新区"]);
    app.earn("r-1", "council.attend", 1001, 1).await;
    let waiting = app.house.store.waiting(&code("nanmen")).await.unwrap();
    assert!(waiting.is_empty(), "the old rules of nanmen still decide");
    // Its own operator reads place, text and remedy in either language.
    let mut boss = app.signed_in("boss").await;
    let page = boss.get("/nanmen/operator").await;
    page.is(200)
        .says(&["仍在使用原来的配置", "nanmen.toml:", "unti"]);
    let back = |lang: &'static str| [("lang", lang), ("return", "/nanmen/operator")];
    boss.post("/settings", &back("en")).await;
    let english = boss.get("/nanmen/operator").await;
    english.is(200).says(&[
        "this community keeps the one it had",
        "nanmen.toml:",
        "Did you mean",
    ]);
    boss.post("/settings", &back("zh")).await;
    // The other way round: what is broken now is jinxian's, and nanmen is mended by the same change.
    rewrite(&app, "南门社区", "南门社区");
    rewrite_jinxian(&app, "[shop]", "[shopp]");
    assert!(!app.house.reload().await);
    assert_eq!(held(&app)[0], Holds::Community(jinxian));
    let page = boss.get("/nanmen/operator").await;
    let text = &page.is(200).text;
    assert!(
        !text.contains("仍在使用原来的配置"),
        "the mistake is a neighbour's"
    );
    assert!(!text.contains("shopp"));
    let old = app.browser().get("/jinxian/sign-in").await;
    old.is(200).says(&["进贤新区"]);
    app.end().await;
}

#[tokio::test]
async fn what_all_share_holds_all_back_and_a_newcomer_nobody() {
    let app = TestApp::new().await;
    let host = std::fs::read_to_string(&app.house.config.file).unwrap();
    std::fs::write(&app.house.config.file, format!("lisen = 1\n{host}")).unwrap();
    rewrite(&app, "zh = \"南门社区\"", "zh = \"南门新区\"");
    assert!(!app.house.reload().await);
    assert_eq!(held(&app), [Holds::Everybody]);
    let page = app.browser().get("/nanmen/sign-in").await;
    assert!(!page.is(200).text.contains("南门新区"));
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .is(200)
        .says(&["仍在使用原来的配置", "lisen"]);
    std::fs::write(&app.house.config.file, &host).unwrap();
    // A new community with a slip, and one that takes a served one's code: nobody who is served is touched by the first.
    let beimen = include_str!("jinxian.toml").replacen("\"jinxian\"", "\"beimen\"", 1);
    let slip = beimen.replacen("[shop]", "[shopp]", 1);
    std::fs::write(file(&app, "communities/beimen.toml"), slip).unwrap();
    assert!(!app.house.reload().await);
    assert_eq!(held(&app)[0], Holds::Newcomer);
    let page = app.browser().get("/nanmen/sign-in").await;
    page.is(200).says(&["南门新区"]);
    app.browser().get("/beimen/sign-in").await.is(404);
    let page = boss.get("/nanmen/operator").await;
    page.is(200)
        .says(&["新社区的文件有误", "beimen.toml:", "shopp"]);
    assert!(!page.text.contains("仍在使用原来的配置"));
    // Two files with one code: which of them is meant nobody can say, so the one that is served stays as it is.
    let twice = beimen.replacen("\"beimen\"", "\"jinxian\"", 1);
    let twice = twice.replacen("zh = \"进贤社区\"", "zh = \"冒名社区\"", 1);
    std::fs::write(file(&app, "communities/aaa.toml"), twice).unwrap();
    std::fs::remove_file(file(&app, "communities/beimen.toml")).unwrap();
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert!(
        found.iter().any(|(code, _)| code == "config.duplicate"),
        "{found:?}"
    );
    let page = app.browser().get("/jinxian/sign-in").await;
    page.is(200).says(&["进贤社区"]);
    std::fs::remove_file(file(&app, "communities/aaa.toml")).unwrap();
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    app.end().await;
}

#[tokio::test]
async fn a_changed_code_opens_no_new_ledger() {
    let app = TestApp::new().await;
    rewrite_jinxian(&app, "code = \"jinxian\"", "code = \"jinxain\"");
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "config.removed");
    app.browser().get("/jinxian/sign-in").await.is(200);
    app.browser().get("/jinxain/sign-in").await.is(404);
    let new = app.house.store.frame(&code("jinxain")).await.unwrap();
    assert!(new.is_none(), "a typing error began a ledger");
    app.end().await;
}

#[tokio::test]
async fn a_broken_version_changes_nothing_and_says_everything() {
    let app = TestApp::new().await;
    let before = sets(&app).await;
    rewrite(&app, "unit = { zh", "unti = { zh");
    let jinxian = file(&app, "communities/jinxian.toml");
    let good = std::fs::read_to_string(&jinxian).unwrap();
    std::fs::write(&jinxian, good.replacen("[shop]", "[shopp]", 1)).unwrap();
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert!(
        found.iter().any(|(code, _)| code == "config.unknown-key"),
        "{found:?}"
    );
    assert_eq!(sets(&app).await, before);
    app.earn("r-1", "council.attend", 1001, 1).await;
    assert!(
        app.house
            .store
            .waiting(&code("nanmen"))
            .await
            .unwrap()
            .is_empty(),
        "the old rules still decide"
    );
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .is(200)
        .says(&["仍在使用原来的配置", "nanmen.toml", "unti"]);
    let log = app.house.news.standing().told();
    for said in [
        "jinxian.toml",
        "shopp",
        "config.unknown-key",
        "nanmen.toml",
        "unti",
        "what to do",
    ] {
        assert!(log.contains(said), "“{said}” is missing in the log:\n{log}");
    }
    // One mended is not enough; then the parameters' own mistake comes out, and at last all is well.
    std::fs::write(&jinxian, good).unwrap();
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert!(
        found
            .iter()
            .all(|(_, en)| en.contains("unti") || en.contains("unit")),
        "{found:?}"
    );
    rewrite(&app, "南门社区", "南门社区");
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    let page = boss.get("/nanmen/operator").await;
    assert!(!page.is(200).text.contains("仍在使用原来的配置"));
    app.end().await;
}

#[tokio::test]
async fn a_community_may_come_and_none_may_vanish() {
    let app = TestApp::new().await;
    app.browser().get("/beimen/sign-in").await.is(404);
    let text = include_str!("jinxian.toml").replacen("code = \"jinxian\"", "code = \"beimen\"", 1);
    std::fs::write(file(&app, "communities/beimen.toml"), text).unwrap();
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    app.browser().get("/beimen/sign-in").await.is(200);
    std::fs::remove_file(file(&app, "communities/beimen.toml")).unwrap();
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, "config.removed");
    assert!(found[0].1.contains("“beimen” is being served"), "{found:?}");
    app.browser().get("/beimen/sign-in").await.is(200);
    app.end().await;
}

#[tokio::test]
async fn a_rule_that_was_taken_out_may_come_back() {
    let app = TestApp::new().await;
    let text = include_str!("nanmen.toml");
    let shop = text.find("[[rule]]\nplugin = \"shop-pricing\"").unwrap();
    std::fs::write(file(&app, "communities/nanmen.toml"), &text[..shop]).unwrap();
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    let priced = async || {
        let frame = app
            .house
            .store
            .frame(&code("nanmen"))
            .await
            .unwrap()
            .unwrap();
        let book = rongyi_core::book::Book::new(frame);
        let today = app.house.today(&code("nanmen")).0;
        book.pricing_for(today).is_some()
    };
    assert!(!priced().await);
    std::fs::write(file(&app, "communities/nanmen.toml"), text).unwrap();
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    assert!(priced().await, "the ledger still says that it ended");
    let known = sets(&app).await;
    assert!(app.house.reload().await);
    assert_eq!(sets(&app).await, known, "nothing changed any more");
    app.end().await;
}

#[tokio::test]
async fn what_the_ledger_refuses_is_told_before_anything_is_recorded() {
    let app = TestApp::new().await;
    app.earn("r-1", "council.attend", 1001, 1).await;
    let before = sets(&app).await;
    rewrite(
        &app,
        "points_go_to = \"household\"",
        "points_go_to = \"person\"",
    );
    let text = std::fs::read_to_string(file(&app, "communities/nanmen.toml")).unwrap();
    let text = text.replacen("award_max = 500", "award_max = 499", 1);
    std::fs::write(file(&app, "communities/nanmen.toml"), text).unwrap();
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "settings.unit-fixed");
    assert_eq!(sets(&app).await, before);
    app.end().await;
}

#[tokio::test]
async fn what_needs_a_restart_is_said_and_the_rest_is_taken_over() {
    let app = TestApp::new().await;
    let text = std::fs::read_to_string(&app.house.config.file).unwrap();
    let text = format!(
        "listen = \"127.0.0.1:9999\"\nmetrics_from = [\"10.0.3.7\"]\nsecurity_contact = [\"tel:+8675512345678\"]\n\
         {text}\n[serving]\nidle_s = 30\n"
    );
    std::fs::write(&app.house.config.file, text).unwrap();
    rewrite(&app, "zh = \"南门社区\"", "zh = \"南门新区\"");
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    assert_eq!(
        app.house.news.standing().needs_restart,
        ["listen", "metrics_from", "security_contact", "serving"]
    );
    app.browser()
        .get("/nanmen/sign-in")
        .await
        .is(200)
        .says(&["南门新区"]);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .is(200)
        .says(&["重新启动", "listen"]);
    app.end().await;
}

#[tokio::test]
async fn a_scenario_that_fails_keeps_the_rule_out() {
    let app = TestApp::new().await;
    let scenario = |amount: u32| {
        format!(
            "[[scenario]]\nname = \"参加一次议事会\"\nevent = {{ kind = \"council.attend\", quantity = 1, on = 2026-11-20 }}\n\
             expect = {{ awards = [{{ amount = {amount} }}] }}\n"
        )
    };
    std::fs::write(
        file(&app, "communities/nanmen-cases.toml.txt"),
        scenario(999),
    )
    .unwrap();
    rewrite(
        &app,
        "plugin = \"points-table\"",
        "plugin = \"points-table\"\nscenarios = \"nanmen-cases.toml.txt\"",
    );
    assert!(!app.house.reload().await);
    let found = wrong(&app);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "scenario.failed");
    assert!(
        found[0].1.contains("参加一次议事会") && found[0].1.contains("999"),
        "{found:?}"
    );
    let right = app.earn("r-1", "council.attend", 1001, 1).await;
    let entry = app.house.store.entry(&code("nanmen"), right).await.unwrap();
    let got = entry.unwrap().balances_after[0].1;
    let got = u32::try_from(got).unwrap();
    std::fs::write(
        file(&app, "communities/nanmen-cases.toml.txt"),
        scenario(got),
    )
    .unwrap();
    assert!(app.house.reload().await, "{:?}", wrong(&app));
    app.end().await;
}
