//! The host proves its own ledgers at night: from where it stopped the night before; what is wrong stands on the first page.

use rongyi_server::audit::nightly::look;
use rongyi_server::house::Night;
use tokio_util::sync::CancellationToken;

use crate::app::{TestApp, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_night_goes_on_where_the_last_one_stopped() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    app.earn("t-1", "waste.food", 1001, 300).await;
    let (today, _) = app.house.today(&nanmen);
    let stop = CancellationToken::new();
    let first = look(&app.house, &nanmen, (today, &stop)).await;
    let first = first.expect("a night");
    assert_eq!((first.problems.len(), &*first.failed), (0, ""));
    assert!(first.records > 10 && first.decisions == 1, "{first:?}");
    app.earn("t-2", "tree.plant", 1001, 1).await;
    let second = look(&app.house, &nanmen, (today, &stop)).await;
    let second = second.expect("a night");
    assert!(second.records < first.records, "{second:?}");
    assert_eq!((second.decisions, &*second.failed), (1, ""));
    app.house.nights.put(&nanmen, second);
    let mut boss = app.signed_in("boss").await;
    boss.get("/nanmen/operator")
        .await
        .is(200)
        .says(&["夜里核对账本", "都对得上"]);
    // A checkpoint that is none: everything is read.
    let place = app.house.config.data_dir.join("nightly/nanmen.checkpoint");
    std::fs::write(&place, b"none").expect("written");
    let third = look(&app.house, &nanmen, (today, &stop)).await;
    let third = third.expect("a night");
    assert!(third.records > first.records && third.problems.is_empty());
    stop.cancel();
    assert_eq!(look(&app.house, &nanmen, (today, &stop)).await, None);
    app.end().await;
}

#[tokio::test]
async fn what_is_wrong_stands_on_the_first_page_and_in_the_figures() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let (today, _) = app.house.today(&nanmen);
    let night = Night {
        day: today,
        records: 4_812,
        decisions: 20,
        problems: vec![("record 17".to_owned(), "its bytes are others".to_owned())],
        failed: String::new(),
    };
    app.house.nights.put(&nanmen, night);
    let mut boss = app.signed_in("boss").await;
    let page = boss.get("/nanmen/operator").await;
    page.is(200).says(&[
        "账本有对不上的地方",
        "record 17: its bytes are others",
        "rongyi verify",
        "有对不上的",
    ]);
    assert!(!page.text.contains("都办好了"));
    app.end().await;
}
