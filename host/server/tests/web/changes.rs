//! The page of changes: what is saved waits there until somebody applies it, for every host of the database.

use rongyi_config as config;
use rongyi_core::record::Record;
use rongyi_server::house::House;

use crate::app::{Browser, TestApp, code};

const PAGE: &str = "/nanmen/operator/changes";
const NANMEN: &str = include_str!("nanmen.toml");
const WAITS: &str = "auto_apply = false\n";

fn save(app: &TestApp, from: &str, to: &str) {
    assert!(NANMEN.contains(from), "{from}");
    let folder = app.house.config.file.parent().unwrap();
    let file = folder.join("communities/nanmen.toml");
    std::fs::write(file, NANMEN.replacen(from, to, 1)).unwrap();
}

/// The number that the page's form holds.
async fn number(boss: &mut Browser<'_>) -> String {
    let page = boss.get(PAGE).await.is(200).text.clone();
    let begin = page.find("name=\"plan\"").expect("a form");
    let rest = &page[begin..];
    let value = rest.split("value=\"").nth(1).unwrap();
    value.split('"').next().unwrap().to_owned()
}

/// What a tree brings.
async fn tree(app: &TestApp, reference: &str) -> i64 {
    let entry = app.earn(reference, "tree.plant", 1001, 1).await;
    let stored = app.house.store.entry(&code("nanmen"), entry).await;
    let receipt = rongyi_clerk::receipt(&stored.unwrap().unwrap()).unwrap();
    let moved = receipt.records.iter().filter_map(|record| {
        if let Record::Moved(_, transfer) = record {
            Some(transfer.amount.get())
        } else {
            None
        }
    });
    moved.sum()
}

async fn send(boss: &mut Browser<'_>, form: &[(&str, &str)]) -> crate::app::Answer {
    boss.post(PAGE, form).await
}

#[tokio::test]
async fn what_is_saved_waits_until_somebody_applies_it() {
    let app = TestApp::with(WAITS).await;
    assert_eq!(tree(&app, "t-1").await, 20);
    save(&app, "per_unit = 20", "per_unit = 30");
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    assert_eq!(app.house.news.standing().pending, [code("nanmen")]);
    assert_eq!(tree(&app, "t-2").await, 20, "as applied");

    let mut boss = app.signed_in("boss").await;
    let today = boss.get("/nanmen/operator").await.is(200).text.clone();
    assert!(
        today.contains("规则文件改过，还没启用") && today.contains(PAGE),
        "{today}"
    );
    let page = boss.get(PAGE).await.is(200).text.clone();
    assert!(
        page.contains("per_unit = 20") && page.contains("per_unit = 30"),
        "{page}"
    );
    let applied = number(&mut boss).await;
    let short = send(
        &mut boss,
        &[("act", "apply"), ("plan", &applied), ("reason", "")],
    )
    .await;
    assert!(short.is(422).text.contains("请写明原因"));
    let moved = [
        ("act", "apply"),
        ("plan", "0123456789"),
        ("reason", "会议通过"),
    ];
    assert!(
        send(&mut boss, &moved)
            .await
            .is(422)
            .text
            .contains("请再看一遍")
    );
    let form = [
        ("act", "apply"),
        ("plan", &*applied),
        ("reason", "会议通过"),
    ];
    let done = send(&mut boss, &form).await;
    assert_eq!(done.is(303).location(), format!("{PAGE}?done=apply"));
    assert_eq!(tree(&app, "t-3").await, 30);
    let page = boss
        .get(&format!("{PAGE}?done=apply"))
        .await
        .is(200)
        .text
        .clone();
    assert!(
        page.contains("会议通过") && page.contains("启用中"),
        "{page}"
    );
    assert!(app.house.reload().await);
    assert!(app.house.news.standing().pending.is_empty());

    // Back to what was found at the beginning; the file stays, and waits again.
    let choice = page.split("<option value=\"").nth(2).unwrap();
    let to = choice.split('"').next().unwrap();
    let form = [("act", "rollback"), ("to", to), ("reason", "算错了")];
    let done = send(&mut boss, &form).await;
    assert_eq!(done.is(303).location(), format!("{PAGE}?done=rollback"));
    assert_eq!(tree(&app, "t-4").await, 20);
    assert!(app.house.reload().await);
    assert_eq!(app.house.news.standing().pending, [code("nanmen")]);
    drop(boss);
    app.end().await;
}

#[tokio::test]
async fn another_host_follows_and_of_two_who_apply_one_does() {
    let app = TestApp::with(WAITS).await;
    let config = config::load_with(&app.house.config.file, &|_| None).unwrap();
    let other = House::open(config, app.clock.clone()).await.unwrap();
    save(&app, "per_unit = 20", "per_unit = 30");
    let mut boss = app.signed_in("boss").await;
    let seen = number(&mut boss).await;
    let form = [("act", "apply"), ("plan", &*seen), ("reason", "会议通过")];
    assert_eq!(
        send(&mut boss, &form).await.is(303).location(),
        format!("{PAGE}?done=apply")
    );
    // The other one only looks at the database.
    save(&app, "per_unit = 20", "per_unit = ");
    assert!(!other.reload().await, "the file is broken");
    let served = other.community(&code("nanmen")).unwrap();
    assert!(served.config.text.contains("per_unit = 30"));
    let late = send(&mut boss, &form).await.is(422).text.clone();
    assert!(late.contains("summary"), "{late}");
    other.close().await;
}

#[tokio::test]
async fn a_file_with_a_mistake_holds_nobody_up() {
    let app = TestApp::with(WAITS).await;
    save(&app, "per_unit = 20", "per_unit = ");
    assert!(!app.house.reload().await);
    assert_eq!(tree(&app, "t-1").await, 20);
    let mut boss = app.signed_in("boss").await;
    let page = boss.get(PAGE).await.is(200).text.clone();
    assert!(!page.contains("name=\"plan\""), "{page}");
    // Not even a start.
    let parted = config::load_parted(&app.house.config.file).unwrap();
    assert_eq!(parted.wrong.len(), 1);
    let again = House::open_parted(parted, app.clock.clone()).await.unwrap();
    assert!(again.community(&code("nanmen")).is_some());
    assert!(!again.news.standing().keeps_out());
    again.close().await;
}

#[tokio::test]
async fn everybody_reads_the_rules_and_what_changes_on_which_day() {
    let app = TestApp::new().await;
    let mut anybody = app.browser();
    let page = anybody.get("/nanmen/rules").await.is(200).text.clone();
    assert!(page.contains("植树") && page.contains("20 分"), "{page}");
    assert!(!page.contains("起要改的"), "{page}");
    // From a coming day on a tree brings more; before it the old number stands.
    let later = app.house.today(&code("nanmen")).0.plus_days(9);
    let begin = NANMEN.find("[[rule]]").unwrap();
    let rest = &NANMEN[begin..];
    let end = rest[1..].find("[[rule]]\n").map_or(rest.len(), |at| at + 1);
    let block = rest[..end].replacen("per_unit = 20", "per_unit = 30", 1);
    let from = block.find("active_from = ").unwrap() + "active_from = ".len();
    let block = format!("{}{later}{}", &block[..from], &block[from + 10..]);
    let folder = app.house.config.file.parent().unwrap();
    let file = folder.join("communities/nanmen.toml");
    std::fs::write(file, format!("{NANMEN}\n{block}")).unwrap();
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    let page = anybody.get("/nanmen/rules").await.is(200).text.clone();
    let coming = page.split("起要改的").nth(1).expect("what changes");
    assert!(
        coming.contains("20 分") && coming.contains("30 分"),
        "{coming}"
    );
    drop(anybody);
    app.end().await;
}
