//! A small neighbourhood whose device posts events: for tests of what a fault does to them. It holds no test.

use serde_json::{Value, json};

use crate::installation::Installation;

const COMMUNITY: &str = r#"
code = "nanping"
title = { zh = "南坪社区", en = "Nanping" }
began_on = 2026-01-01
points_go_to = "person"
points_name = { zh = "积分", en = "points" }

[shop]
title = { zh = "超市", en = "Shop" }
place = { zh = "居委会", en = "Office" }
hours = { zh = "周六", en = "Saturdays" }
phone = "0663-000-0007"

[[rule]]
plugin = "points-table"
active_from = 2026-01-01

[[rule.params.kinds]]
code = "cleanup"
title = { zh = "清洁日", en = "Clean-up" }
unit = { zh = "次", en = "times" }
per_unit = 3
"#;

/// Where its device posts.
pub const EVENTS: &str = "/api/v1/communities/nanping/events";
/// What an event is worth.
pub const POINTS: i64 = 3;

/// Six residents and a device's token; in a SQLite file without an address.
///
/// # Panics
/// When it cannot be made.
pub fn neighbourhood(url: Option<&str>) -> (Installation, String) {
    let installation = url.map_or_else(
        || Installation::of(COMMUNITY),
        |url| Installation::of_at(COMMUNITY, url),
    );
    let (mut households, mut residents) = (
        String::from("household,name,address\n"),
        String::from("resident,household,name,phone\n"),
    );
    for no in 1..=6 {
        households.push_str(&format!("{no},第{no}户,\n"));
        residents.push_str(&format!("{},{no},居民{no},\n", 1000 + no));
    }
    let households = installation.file("households.csv", &households);
    let residents = installation.file("residents.csv", &residents);
    let pins = installation.folder().join("pins.txt");
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let community = ["-c", "nanping"];
    installation.must(&[
        "household",
        "import",
        community[0],
        community[1],
        &text(&households),
    ]);
    installation.must(&[
        "resident",
        "import",
        community[0],
        community[1],
        &text(&residents),
        "--pins",
        &text(&pins),
    ]);
    let given = installation.must(&[
        "token",
        "add",
        community[0],
        community[1],
        "--name",
        "秤",
        "--scope",
        "events",
    ]);
    (installation, given.out.trim().to_owned())
}

/// An event of one of them.
pub fn event(reference: Option<&str>, no: usize) -> Value {
    let mut event = json!({
        "kind": "cleanup",
        "resident": 1001 + no % 6,
        "quantity": "1",
        "occurred_at": "2026-03-07T09:00",
    });
    if let Some(reference) = reference {
        event["external_ref"] = json!(reference);
    }
    event
}

/// What all residents have together.
///
/// # Panics
/// When the command line does not say.
pub fn points(installation: &Installation) -> i64 {
    let of = |resident: usize| {
        let said = installation.must(&[
            "balance",
            "-c",
            "nanping",
            "--resident",
            &(1001 + resident).to_string(),
            "--json",
        ]);
        let assets = said.json()["assets"].as_array().unwrap().clone();
        let row = assets
            .iter()
            .find(|row| row["asset"] == "points")
            .unwrap()
            .clone();
        row["spendable"].as_i64().unwrap()
    };
    (0..6).map(of).sum()
}
