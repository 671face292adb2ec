//! What decides on a day is what the community's file says now: blocks that are withdrawn, put off, taken out, or that
//! hand a kind to another rule on a date. Every edit is taken over by a house that serves.

use std::path::PathBuf;

use rongyi_core::book::Book;
use rongyi_core::time::LocalDate;

use rongyi_core::account::Holder;
use rongyi_core::amount::Amount;
use rongyi_core::command::{Ask, Open};
use rongyi_core::ids::ResidentNo;
use rongyi_core::record::{Erasure, OrderLine, Source};
use rongyi_server::earning::again;
use rongyi_server::people::own::{ERASED, close_earlier};
use rongyi_server::redemption;
use rongyi_server::redemption::Wanted;

use crate::app::{TestApp, code};

const NANMEN: &str = include_str!("nanmen.toml");

fn written(app: &TestApp) -> PathBuf {
    let folder = app.house.config.file.parent().unwrap();
    folder.join("communities/nanmen.toml")
}

async fn take_over(app: &TestApp, text: &str) {
    std::fs::write(written(app), text).unwrap();
    let whole = app.house.reload().await;
    assert!(whole, "{}", app.house.news.standing().told());
}

/// The points that a block gives for a tree, on a day; the plan's own words tell which block decides.
async fn decides(app: &TestApp, kind: &'static str, on: &str) -> Option<(String, String)> {
    let frame = app.house.store.frame(&code("nanmen")).await.unwrap();
    let book = Book::new(frame.unwrap());
    let on: LocalDate = on.parse().unwrap();
    let (set, plan) = book.rule_for(&code(kind), on)?;
    Some((set.name.to_string(), plan.title.zh.clone()))
}

/// A further block of the points table: trees alone, under another title.
fn block(from: &str, until: &str, title: &str) -> String {
    format!(
        "\n[[rule]]\nplugin = \"points-table\"\nactive_from = {from}\n{until}\n[[rule.params.kinds]]\n\
         code = \"tree.plant\"\ntitle = {{ zh = \"{title}\", en = \"Tree\" }}\nunit = {{ zh = \"棵\", en = \"trees\" }}\nper_unit = 30\n"
    )
}

#[tokio::test]
async fn a_block_that_is_taken_out_decides_no_more() {
    let app = TestApp::new().await;
    let today = app.house.today(&code("nanmen")).0.to_string();
    let table = |title: &str| Some(("points-table".to_owned(), title.to_owned()));
    take_over(&app, &format!("{NANMEN}{}", block(&today, "", "新植树"))).await;
    assert_eq!(decides(&app, "tree.plant", &today).await, table("新植树"));
    assert_eq!(decides(&app, "council.attend", &today).await, None);
    let thirty = app.earn("r-1", "tree.plant", 1001, 1).await;
    take_over(&app, NANMEN).await;
    assert_eq!(decides(&app, "tree.plant", &today).await, table("植树"));
    let twenty = app.earn("r-2", "tree.plant", 1001, 1).await;
    app.earn("r-3", "council.attend", 1001, 1).await;
    let mut resident = app.signed_in("1001").await;
    let page = resident.get("/nanmen/passbook").await;
    page.is(200).says(&["新植树", "+30", "+20"]);
    assert_ne!(thirty, twenty);
    // Planned, withdrawn; put off; with an end, after which the one before goes on.
    take_over(
        &app,
        &format!("{NANMEN}{}", block("2027-12-01", "", "十二月")),
    )
    .await;
    assert_eq!(
        decides(&app, "tree.plant", "2027-12-01").await,
        table("十二月")
    );
    take_over(
        &app,
        &format!("{NANMEN}{}", block("2028-01-01", "", "一月")),
    )
    .await;
    assert_eq!(
        decides(&app, "tree.plant", "2027-12-01").await,
        table("植树")
    );
    assert_eq!(
        decides(&app, "tree.plant", "2028-01-01").await,
        table("一月")
    );
    let until = "active_until = 2028-01-31\n";
    take_over(
        &app,
        &format!("{NANMEN}{}", block("2028-01-01", until, "一月")),
    )
    .await;
    assert_eq!(
        decides(&app, "tree.plant", "2028-01-31").await,
        table("一月")
    );
    assert_eq!(
        decides(&app, "tree.plant", "2028-02-01").await,
        table("植树")
    );
    // The rule taken out altogether while a version was planned: none of it comes back.
    let shop = NANMEN.find("# ── 怎么兑换").unwrap();
    let table_at = NANMEN.find("# ── 怎么得分").unwrap();
    let without = format!("{}{}", &NANMEN[..table_at], &NANMEN[shop..]);
    take_over(&app, &without).await;
    for on in [today.as_str(), "2028-01-01", "2028-02-01"] {
        assert_eq!(decides(&app, "tree.plant", on).await, None, "{on}");
    }
    let command = app.event("r-4", "tree.plant", 1001, 1);
    let refused = app.house.clerk.ask(&code("nanmen"), command).await;
    let told = refused.map(|_| ()).unwrap_err().to_string();
    assert!(told.contains("active_until"), "{told}");
    take_over(&app, NANMEN).await;
    assert_eq!(decides(&app, "tree.plant", &today).await, table("植树"));
    app.end().await;
}

/// The kind goes from one rule to another on a day; both on one day is refused.
#[tokio::test]
async fn a_kind_changes_rules_on_a_date() {
    let app = TestApp::new().await;
    let (first, last) = (
        NANMEN.find("# 清洁日：每小时").unwrap(),
        NANMEN.find("# 议事会：每次").unwrap(),
    );
    let mut lesser =
        NANMEN[NANMEN.find("[[rule]]\nplugin = \"points-table\"").unwrap()..].to_owned();
    lesser.truncate(lesser.find("# ── 怎么兑换").unwrap());
    let lesser = lesser.replacen("active_from = 2026-01-05", "active_from = 2027-12-01", 1);
    let lesser = lesser.replacen(&NANMEN[first..last], "", 1);
    let hours = "\n[[rule]]\nplugin = \"hours\"\nactive_from = 2027-12-01\n[[rule.params.kinds]]\n\
                 code = \"cleanup.hour\"\ntitle = { zh = \"清洁日时长\", en = \"Clean-up time\" }\nfixed_minutes = 60\n";
    take_over(&app, &format!("{NANMEN}\n{lesser}{hours}")).await;
    let named = async |on| {
        decides(&app, "cleanup.hour", on)
            .await
            .map(|decided| decided.0)
    };
    assert_eq!(named("2027-11-30").await.as_deref(), Some("points-table"));
    assert_eq!(named("2027-12-01").await.as_deref(), Some("hours"));
    // A day too early is a day on which both decide.
    let early = hours.replace("2027-12-01", "2027-11-30");
    std::fs::write(written(&app), format!("{NANMEN}\n{lesser}{early}")).unwrap();
    assert!(!app.house.reload().await);
    let told = app.house.news.standing().told();
    assert!(
        told.contains("config.duplicate") && told.contains("2027-11-30"),
        "{told}"
    );
    assert_eq!(named("2027-11-30").await.as_deref(), Some("points-table"));
    // An end says the same without a second table.
    let ended = NANMEN.replacen(
        "active_from = 2026-01-05",
        "active_from = 2026-01-05\nactive_until = 2027-11-30",
        1,
    );
    take_over(&app, &format!("{ended}{hours}")).await;
    assert_eq!(named("2027-11-30").await.as_deref(), Some("points-table"));
    assert_eq!(named("2027-12-01").await.as_deref(), Some("hours"));
    app.end().await;
}

/// The community's own limits are those its scenarios run under: what would let every event wait is told before.
#[tokio::test]
async fn limits_that_are_too_low_are_told_before_they_are_taken_over() {
    let app = TestApp::new().await;
    let low = "active_from = 2026-01-05\n\n[rule.limits]\nfuel_max = 10_000\n";
    std::fs::write(
        written(&app),
        NANMEN.replacen("active_from = 2026-01-05\n", low, 1),
    )
    .unwrap();
    assert!(!app.house.reload().await);
    let told = app.house.news.standing().told();
    assert!(
        told.contains("config.limit") && told.contains("limit.fuel"),
        "{told}"
    );
    app.earn("r-1", "council.attend", 1001, 1).await;
    let waiting = app.house.store.waiting(&code("nanmen")).await.unwrap();
    assert!(waiting.is_empty());
    app.end().await;
}

/// A future rule set counts to more places: what is reported today is booked as it was written, and every page tells it
/// so, then and later.
#[tokio::test]
async fn a_future_scale_changes_no_number_of_today() {
    let app = TestApp::new().await;
    let finer = NANMEN[NANMEN.find("[[rule]]\nplugin = \"points-table\"").unwrap()..].to_owned();
    let finer = finer[..finer.find("# 植树").unwrap()]
        .replace("2026-01-05", "2026-12-01")
        .replace("scale = 1", "scale = 2");
    take_over(&app, &format!("{NANMEN}\n{finer}")).await;
    let mut scale = app.device("events").await;
    let body = |reference: &str, at: &str, quantity: &str| {
        serde_json::json!({
            "kind": "waste.food", "resident": 1001, "quantity": quantity, "occurred_at": at, "external_ref": reference,
        })
    };
    let path = "/api/v1/communities/nanmen/events";
    let today = app.house.today(&code("nanmen")).0.to_string();
    let booked = scale
        .json(path, &body("s-1", &today, "2.5"))
        .await
        .is(200)
        .json();
    assert_eq!(booked["movements"][0]["amount"], 25, "{booked}");
    let fine = scale
        .json(path, &body("s-2", &today, "2.55"))
        .await
        .is(422)
        .json();
    assert_eq!(fine["code"], "quantity.places");
    // A time of today that is still to come.
    let late = scale
        .json(path, &body("s-3", &format!("{today}T23:59"), "1"))
        .await;
    assert_eq!(late.is(422).json()["code"], "date.future");
    let mut staff = app.signed_in("lead").await;
    let form = [
        ("kind", "waste.food"),
        ("resident", "1001"),
        ("quantity", "3.5"),
        ("on", today.as_str()),
    ];
    staff
        .post("/nanmen/record", &form)
        .await
        .is(200)
        .says(&["3.5 公斤", "+35"]);
    app.clock.set(rongyi_core::time::Instant(
        crate::app::NOW.0 + 9 * 86_400_000_000,
    ));
    let then = app.house.today(&code("nanmen")).0.to_string();
    let booked = scale
        .json(path, &body("s-4", &then, "2.55"))
        .await
        .is(200)
        .json();
    assert_eq!(booked["movements"][0]["amount"], 25, "{booked}");
    let mut resident = app.signed_in("1001").await;
    let page = resident.get("/nanmen/passbook").await;
    page.is(200).says(&["2.5 公斤", "3.5 公斤", "2.55 公斤"]);
    app.end().await;
}

#[tokio::test]
async fn nothing_is_booked_for_somebody_who_was_erased() {
    let app = TestApp::new().await;
    let nanmen = code("nanmen");
    let store = &app.house.store;
    let who = rongyi_core::ids::ResidentNo(1002);
    let person = store.resident_person(&nanmen, who).await.unwrap().unwrap();
    let wish = rongyi_server::people::own::Wish::Own;
    rongyi_server::people::own::erase(&app.house, person.person_id, &wish, false)
        .await
        .unwrap();
    let mut scale = app.device("events").await;
    let today = app.house.today(&nanmen).0.to_string();
    let body = |resident: u32| {
        serde_json::json!({
            "kind": "tree.plant", "resident": resident, "quantity": "1", "occurred_at": today, "external_ref": format!("e-{resident}"),
        })
    };
    let path = "/api/v1/communities/nanmen/events";
    let refused = scale.json(path, &body(1002)).await.is(422).json();
    assert_eq!(refused["code"], "resident.erased", "{refused}");
    scale.json(path, &body(1001)).await.is(200);
    // No order in the name of a number that nobody stands behind, and no balance of before.
    let wanted = Wanted {
        resident: who,
        basket: vec![OrderLine::new(code("salt"), 1)],
        seen: Amount::new(5).unwrap(),
        actor: code("staff/1"),
        key: None,
    };
    let order = redemption::place(&app.house, &nanmen, wanted).await;
    assert!(order.is_err_and(|error| error.to_string().contains("1002")));
    let opening = Ask::Open(Open {
        holder: Holder::Resident(who),
        asset: code("minutes"),
        amount: Amount::new(60).unwrap(),
        expires: None,
        source: Source {
            name: code("paper-book"),
            external_ref: "page-9".to_owned(),
            input: [0; 32],
        },
        reason: [0; 32],
    });
    let opening = app.house.command(&nanmen, &code("import"), opening);
    let opened = app.house.clerk.ask(&nanmen, opening).await;
    assert!(opened.is_err_and(|error| error.to_string().contains("1002")));
    app.end().await;
}

#[tokio::test]
async fn numbers_that_were_erased_before_they_were_closed_are_closed() {
    let app = TestApp::new().await;
    let (nanmen, store) = (code("nanmen"), &app.house.store);
    let resident = ResidentNo(1002);
    let person = store.resident_person(&nanmen, resident).await.unwrap();
    let person = person.unwrap().person_id;
    // What erasing did before: the record, and the name.
    let erasure = Erasure {
        residents: vec![resident],
        texts: Vec::new(),
        consent: code("resident/1002"),
    };
    let ask = Ask::Erase(Box::new(erasure));
    let command = app.house.command(&nanmen, &code("resident/1002"), ask);
    app.house.clerk.ask(&nanmen, command).await.unwrap();
    store.erase_person(person, ERASED).await.unwrap();
    app.earn("e-1", "tree.plant", 1002, 1).await;
    let closed = close_earlier(&app.house, &nanmen).await.unwrap();
    assert_eq!(closed, 1);
    let event = app.event("e-2", "tree.plant", 1002, 1);
    let error = app.house.clerk.ask(&nanmen, event).await.unwrap_err();
    assert!(error.to_string().contains("1002"), "{error}");
    assert_eq!(close_earlier(&app.house, &nanmen).await.unwrap(), 0);
    app.end().await;
}

#[tokio::test]
async fn a_refusal_that_rests_on_configuration_is_taken_up_when_that_changed() {
    let app = TestApp::new().await;
    let (nanmen, by) = (code("nanmen"), code("staff/3"));
    // Thirty trees are six hundred points, above what one award may have; the fifth council of a month is the rule's no.
    let refused = app.earn("t-1", "tree.plant", 1001, 30).await;
    for no in 0..5 {
        app.earn(&format!("c-{no}"), "council.attend", 1001, 1)
            .await;
    }
    let look = async || again::look(&app.house, &nanmen, &by).await.unwrap();
    assert!(look().await.is_empty(), "nothing changed yet");
    let more = NANMEN.replace("award_max = 500 ", "award_max = 700 ");
    assert_ne!(more, NANMEN);
    take_over(&app, &more).await;
    let found = look().await;
    let entries: Vec<u64> = found.iter().map(|taken| taken.refused.entry).collect();
    assert_eq!(entries, [refused]);
    assert_eq!(found[0].refused.refusal.code.as_str(), "host.award-max");
    let mut me = app.signed_in("1001").await;
    let balance = "/api/v1/communities/nanmen/residents/1001/balance";
    let before = me.get(balance).await.json()["points"].as_i64().unwrap();
    let taken = again::take_up(&app.house, &nanmen, &by).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_ne!(taken[0].receipt.entry, refused);
    let after = me.get(balance).await.json()["points"].as_i64().unwrap();
    assert_eq!(after - before, 600);
    assert!(look().await.is_empty());
    let once = again::take_up(&app.house, &nanmen, &by).await.unwrap();
    assert!(once.is_empty(), "{once:?}");

    // A rule that decides otherwise now: the sixth council of the month, under a table of its own.
    let table = "\n[[rule]]\nplugin = \"points-table\"\nactive_from = 2026-11-01\n[[rule.params.kinds]]\n\
         code = \"council.attend\"\ntitle = { zh = \"议事\", en = \"Council\" }\nunit = { zh = \"次\", en = \"times\" }\nper_unit = 1\n";
    take_over(&app, &format!("{more}{table}")).await;
    let found = look().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].refused.event.kind.as_str(), "council.attend");
    let taken = again::take_up(&app.house, &nanmen, &by).await.unwrap();
    assert_eq!(taken.len(), 1);
    drop(me);
    app.end().await;
}
