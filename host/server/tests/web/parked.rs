//! A rule that fails on event after event is left alone: its events wait, nobody else notices, it is tried again
//! with growing pauses, stays parked over a restart, and a mended version decides what waited, in order.

use std::sync::Arc;

use rongyi_config as config;
use rongyi_core::chain::{hex, sha256};
use rongyi_core::command::Ask;
use rongyi_core::ids::ResidentNo;
use rongyi_core::record::{Event, Quantity};
use rongyi_core::time::Instant;
use rongyi_server::house::House;
use rongyi_server::house::figures::figures;
use rongyi_server::jobs;

use crate::app::{NOW, TestApp, code};

const MINUTE: i64 = 60_000_000;

/// Puts a rule that panics on its kind “panic” beside the others of nanmen.
pub(crate) async fn with_hostile(app: &TestApp) -> usize {
    let folder = app.house.config.file.parent().unwrap().join("communities");
    std::fs::write(folder.join("hostile.wasm"), rongyi_bundled::HOSTILE).unwrap();
    let digest = hex(&sha256(rongyi_bundled::HOSTILE));
    let rule = format!(
        "\n[[rule]]\nplugin = {{ file = \"hostile.wasm\", sha256 = \"{digest}\" }}\nactive_from = 2026-01-05\n"
    );
    // It would price too, and a community has one rule for prices.
    let text = include_str!("nanmen.toml");
    let text = text.split("plugin = \"shop-pricing\"").next().unwrap();
    let text = text.rsplit_once("[[rule]]").unwrap().0;
    std::fs::write(folder.join("nanmen.toml"), format!("{text}{rule}")).unwrap();
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    text.len()
}

pub(crate) async fn ask(house: &House, kind: &'static str, minute: u16) -> Option<String> {
    let event = Event {
        kind: code(kind),
        roles: vec![(code("doer"), ResidentNo(1001))],
        quantity: Quantity::whole(1),
        fields: vec![],
        on: house.today(&code("nanmen")).0,
        minute: Some(minute),
        source: None,
        note: None,
    };
    let command = house.command(&code("nanmen"), &code("import"), Ask::Earn(event));
    let answer = house.clerk.ask(&code("nanmen"), command).await.unwrap();
    answer.receipt.waiting().map(str::to_owned)
}

async fn waiting(house: &House) -> usize {
    house.store.waiting(&code("nanmen")).await.unwrap().len()
}

/// Calls of the rule set that was activated last.
async fn calls(house: &House) -> u64 {
    let nanmen = code("nanmen");
    house.write_figures(&nanmen).await.unwrap();
    let all = figures(&house.store, &nanmen).await.unwrap();
    all.into_values()
        .map(|figures| figures.tally.faults.values().sum::<u64>())
        .sum()
}

#[tokio::test]
async fn a_rule_that_keeps_failing_is_left_alone_until_it_is_mended() {
    let app = TestApp::new().await;
    with_hostile(&app).await;
    for minute in 0..5 {
        assert_eq!(
            ask(&app.house, "panic", minute).await.unwrap(),
            "plugin.panic"
        );
    }
    assert_eq!(calls(&app.house).await, 5);
    // Parked: not called, and the event waits. Its neighbours in the same community and elsewhere notice nothing.
    assert_eq!(ask(&app.house, "panic", 5).await.unwrap(), "rule.parked");
    assert_eq!(calls(&app.house).await, 5);
    assert_eq!(ask(&app.house, "council.attend", 6).await, None);
    let done = jobs::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!((done.retried, calls(&app.house).await), (0, 5), "too early");

    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator/rules").await.is(200).says(&[
        "已暂停",
        "plugin.panic",
        "src/lib.rs",
        "接连出错",
        "rongyi:rules@0.2.0",
        "有 6 件事",
    ]);

    // One is tried when the pause is over; then the pause is twice as long.
    app.clock.set(Instant(NOW.0 + MINUTE));
    let done = jobs::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!((done.retried, calls(&app.house).await), (0, 6));
    app.clock.set(Instant(NOW.0 + 2 * MINUTE));
    jobs::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!(calls(&app.house).await, 6, "the second pause is longer");

    // Another process over the same database leaves it alone too.
    let file = app.house.config.file.clone();
    app.house.write_figures(&code("nanmen")).await.unwrap();
    let again = House::open(config::load(&file).unwrap(), app.clock.clone())
        .await
        .unwrap();
    assert_eq!(ask(&again, "panic", 7).await.unwrap(), "rule.parked");
    again.close().await;
    assert_eq!(waiting(&app.house).await, 7);

    // Mended: another rule takes the kind over, and what waited is decided in order.
    let folder = file.parent().unwrap().join("communities");
    let text = include_str!("nanmen.toml").replacen(
        "code = \"council.attend\"",
        "code = \"panic\"\ntitle = { zh = \"修好了\", en = \"Mended\" }\nunit = { zh = \"次\", en = \"times\" }\nper_unit = 2\n\n\
         [[rule.params.kinds]]\ncode = \"council.attend\"",
        1,
    );
    std::fs::write(folder.join("nanmen.toml"), text).unwrap();
    assert!(
        app.house.reload().await,
        "{}",
        app.house.news.standing().told()
    );
    let done = jobs::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!((done.retried, waiting(&app.house).await), (7, 0));
    boss.get("/nanmen/operator/rules")
        .await
        .is(200)
        .says(&["没有积压"]);
    app.end().await;
}

#[tokio::test]
async fn the_hosts_own_faults_park_nobody() {
    let app = TestApp::new().await;
    with_hostile(&app).await;
    let ward = app.house.books.ward(&code("nanmen"));
    let frame = app
        .house
        .store
        .frame(&code("nanmen"))
        .await
        .unwrap()
        .unwrap();
    let set = frame
        .sets
        .iter()
        .find(|set| set.name == code("hostile"))
        .unwrap()
        .no;
    let fault = rongyi_core::rule::Fault {
        code: "limit.time".into(),
        blame: rongyi_core::rule::Blame::Host,
        message: "`earn` was stopped after 250 ms; it is tried again".into(),
    };
    for event in 0..50 {
        ward.heard(set, &[event; 16], Some(&fault), NOW);
    }
    assert_eq!(ask(&app.house, "good", 0).await, None);
    let house = Arc::clone(&app.house);
    assert_eq!(house.books.ward(&code("nanmen")).health(set).parked, None);
    drop(house);
    app.end().await;
}
