//! Deliveries of a sheet are known for ever: when keys have long been forgotten, and by whoever imports the sheet.

use rongyi_server::{jobs, people, stock};
use rongyi_sheets::Row;

use crate::app::{TestApp, code};

/// Imports rows of item, pieces, day and reason.
async fn sent(app: &TestApp, rows: &[[&str; 4]]) -> people::Added {
    let sheet = rows.iter().map(|[item, quantity, on, reason]| {
        let on = Some(*on).filter(|on| !on.is_empty());
        Ok(Row::typed(&[
            ("item", Some(*item)),
            ("quantity", Some(*quantity)),
            ("reason", Some(*reason)),
            ("received_on", on),
        ]))
    });
    stock::receive_stock(&app.house, &code("nanmen"), Box::new(sheet)).await
}

/// Imports good rows; answers how many were new and how many known.
async fn import(app: &TestApp, rows: &[[&str; 4]]) -> (u64, u64) {
    let added = sent(app, rows).await;
    assert!(added.bad.is_empty() && added.stopped.is_none(), "{added:?}");
    (added.new, added.known)
}

#[tokio::test]
async fn a_sheet_that_says_its_days_is_known_after_its_keys_are_gone() {
    let app = TestApp::new().await;
    let sheet = [
        ["salt", "60", "2026-11-20", "十一月进货"],
        ["salt", "60", "2026-11-20", "十一月进货"],
        ["rice-5kg", "10", "2026-11-20", "十一月进货"],
    ];
    assert_eq!(import(&app, &sheet).await, (3, 0));
    assert_eq!(import(&app, &sheet).await, (0, 3));
    app.clock.advance_days(40);
    jobs::round(&app.house, &code("nanmen")).await.unwrap();
    assert_eq!(import(&app, &sheet).await, (0, 3));
    // A third delivery that says the same, and others that say something else, are new.
    let more = [sheet[0], sheet[0], sheet[0]];
    assert_eq!(import(&app, &more).await, (1, 2));
    let other = [
        ["salt", "61", "2026-11-20", "十一月进货"],
        ["salt", "60", "2026-11-21", "十一月进货"],
        ["salt", "60", "2026-11-20", "十一月进货二"],
        ["rice-5kg", "60", "2026-11-20", "十一月进货"],
    ];
    assert_eq!(import(&app, &other).await, (4, 0));
    app.end().await;
}

#[tokio::test]
async fn a_row_without_its_day_is_told_to_say_it_and_books_nothing() {
    let app = TestApp::new().await;
    let sheet = [
        ["salt", "60", "", "十一月进货"],
        ["salt", "60", "2026-11-20", "十一月进货"],
    ];
    for days in [0, 40] {
        app.clock.advance_days(days);
        jobs::round(&app.house, &code("nanmen")).await.unwrap();
        let added = sent(&app, &sheet).await;
        assert_eq!(
            (added.new, added.known),
            (u64::from(days == 0), u64::from(days > 0))
        );
        let bad = added.bad.first().unwrap();
        assert_eq!((added.bad.len(), bad.code.as_ref()), (1, "stock.day"));
        assert!(bad.text.zh.contains("received_on") && bad.text.en.contains("received_on"));
    }
    app.end().await;
}
