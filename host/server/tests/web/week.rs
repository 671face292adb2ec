//! The office's week as one story: a morning at the counter, a week of the reviewers, the first day of a new shopkeeper, the
//! last day of the month. What each of them did is held against the ledger, the reports and what is sealed in the end.

use std::collections::BTreeMap;

use rongyi_core::time::Instant;
use rongyi_server::cases::sealing;
use rongyi_server::{people, rounds};
use serde_json::{Value, json};

use crate::app::{Browser, NOW, code, fine};
use crate::cases::office;

const BASE: &str = "/api/v1/communities/nanmen";
const DAY: i64 = 86_400_000_000;

/// Somebody orders salt and picks it up; answers what it cost.
async fn salt(me: &mut Browser<'_>, shop: &mut Browser<'_>, pieces: i64) -> i64 {
    let lines = json!([{ "item": "salt", "quantity": pieces }]);
    let total = pieces * 5;
    let wanted = json!({ "lines": lines, "total": total });
    let placed = me.json(&format!("{BASE}/orders"), &wanted).await;
    let placed = placed.is(200).json();
    let order = placed["order"].as_u64().unwrap();
    let code = json!({ "pickup_code": placed["pickup_code"] });
    let settle = format!("{BASE}/orders/{order}/settle");
    let done = shop.json(&settle, &code).await.is(200).json();
    assert_eq!(done["state"], "settled");
    total
}

async fn step(who: &mut Browser<'_>, case: u64, act: &str, words: &str) {
    let path = format!("{BASE}/cases/{case}");
    let seen = who.get(&path).await.is(200).json()["version"].clone();
    let asked = json!({ "act": act, "seen": seen, "words": words });
    who.json(&format!("{path}/steps"), &asked).await.is(200);
}

/// A number of a report's row for a month, by its column.
async fn of_report(boss: &mut Browser<'_>, month: &str, column: &str) -> i64 {
    let path = format!("{BASE}/reports/points?from={month}&to={month}");
    let told = boss.get(&path).await.is(200).json();
    assert_eq!(told["agrees"], true, "{told}");
    let columns = told["columns"].as_array().unwrap();
    let place = columns.iter().position(|one| one["code"] == column);
    told["rows"][0]["values"][place.unwrap()].as_i64().unwrap()
}

async fn balance(boss: &mut Browser<'_>, resident: u32) -> i64 {
    let path = format!("{BASE}/residents/{resident}/balance");
    boss.get(&path).await.is(200).json()["points"]
        .as_i64()
        .unwrap()
}

#[tokio::test]
async fn a_week_of_the_office_adds_up() {
    let app = office().await;
    let nanmen = code("nanmen");
    let later = |days: i64| app.clock.set(Instant(NOW.0 + days * DAY));
    // Monday at the counter: somebody is found by the sound of the name, brings waste, and takes salt home.
    let (mut boss, mut shop) = (app.signed_in("boss").await, app.signed_in("shop").await);
    let found = boss
        .get(&format!("{BASE}/residents?q=cgf"))
        .await
        .is(200)
        .json();
    assert_eq!(found["residents"][0]["resident"], 1001);
    let mut issued = 200;
    app.earn("week-1", "waste.food", 1001, 200).await;
    let mut me = app.signed_in("1001").await;
    let mut redeemed = salt(&mut me, &mut shop, 2).await;
    // A week of claims: two people look at each; one comes back with a reason, is sent again, and passes.
    let mut claims = Vec::new();
    for (resident, trees) in [(1001, 1), (2001, 2), (1002, 3), (2001, 4)] {
        let on = json!({ "kind": "claim", "resident": resident, "event": "tree.plant",
            "quantity": trees.to_string(), "on": "2026-11-22" });
        let opened = boss
            .json(&format!("{BASE}/cases"), &on)
            .await
            .is(200)
            .json();
        claims.push((opened["case"].as_u64().unwrap(), trees * 20));
    }
    later(1);
    let mut one = app.signed_in("check").await;
    for (case, _) in &claims {
        step(&mut one, *case, "move:check", "").await;
    }
    later(2);
    let (mut boss, mut two) = (app.signed_in("boss").await, app.signed_in("check2").await);
    for (case, points) in &claims[..3] {
        step(&mut two, *case, "move:second-check", "").await;
        issued += points;
    }
    step(
        &mut two,
        claims[3].0,
        "move:return",
        "照片看不清，请重新拍一张",
    )
    .await;
    app.clock.set(Instant(NOW.0 + 2 * DAY + 120_000_000));
    rounds::round(&app.house, &nanmen).await.unwrap();
    let list = boss
        .get(&format!("{BASE}/cases?kind=claim&scope=open"))
        .await;
    let open = list.is(200).json()["cases"].as_array().unwrap().len();
    assert_eq!(open, 1, "what came back is the only one that is not done");
    // The first day of a new shopkeeper: the till is theirs, and nothing beyond it.
    let key = rongyi_server::access::server_secret(&app.house.config.secret_file).unwrap();
    let row = rongyi_sheets::Row::typed(&[
        ("login", Some("shop2")),
        ("name", Some("何新")),
        ("role", Some("shopkeeper")),
    ]);
    let rows: rongyi_sheets::Rows<'_> = Box::new([Ok(row)].into_iter());
    let added = people::add_staff(&app.house, &nanmen, key, rows).await;
    fine(added, &mut BTreeMap::new());
    let mut new = app.signed_in("shop2").await;
    new.get("/nanmen/till").await.is(200);
    new.get("/nanmen/reports").await.is(403);
    new.get(&format!("{BASE}/cases")).await.is(403);
    let mut me = app.signed_in("1001").await;
    redeemed += salt(&mut me, &mut new, 1).await;
    // The last day of the month, and the morning after: everything that was done is in the ledger, the reports and the seal.
    later(8);
    rounds::round(&app.house, &nanmen).await.unwrap();
    let mut boss = app.signed_in("boss").await;
    let november = "2026-11";
    assert_eq!(of_report(&mut boss, november, "issued").await, issued);
    assert_eq!(of_report(&mut boss, november, "redeemed").await, redeemed);
    let held = of_report(&mut boss, november, "held").await;
    assert_eq!(held, issued - redeemed);
    let all = balance(&mut boss, 1001).await + balance(&mut boss, 2001).await;
    assert_eq!(
        all, held,
        "two households hold what was issued and not spent"
    );
    let work = boss
        .get(&format!(
            "{BASE}/reports/work?from={november}&to={november}"
        ))
        .await;
    let work = work.is(200).json();
    let columns = work["columns"].as_array().unwrap();
    let opened = columns
        .iter()
        .position(|one| one["code"] == "opened")
        .unwrap();
    assert_eq!(work["total"][opened], Value::from(claims.len()));
    let cut = json!({ "step": "cut-off" });
    boss.json(&format!("{BASE}/periods/{november}/steps"), &cut)
        .await
        .is(200);
    // Four openings, four first checks, three second ones, one return: sealed, and what time did to them, too.
    let sealed = sealing::round(&app.house, &nanmen).await.unwrap();
    assert!(sealed >= 12, "{sealed}");
    app.end().await;
}
