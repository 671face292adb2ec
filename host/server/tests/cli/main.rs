//! The real binary in a folder of its own: configuration, enrolment, imports, reading and verifying, with the
//! exit codes and messages that people and scripts see. No page is served here.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod acting;
mod changes;
mod demo;
#[cfg(unix)]
mod doors;
mod neighbours;
mod periods;
mod place;
mod published;
mod refused;
mod rows;
mod sheets;
mod simulate;
mod traits;

use std::path::Path;

use place::{COMMUNITY, Place};
use serde_json::Value;

#[test]
fn check_says_what_is_in_force_or_where_it_is_wrong() {
    let place = Place::new();
    let out = place.good(&["check"]);
    assert!(
        out.contains("green · 绿村 / Green village")
            && out.contains("points-table")
            && out.contains("OK"),
        "{out}"
    );
    assert!(!place.path("data").exists(), "checking makes no database");
    place.write(
        "config/communities/green.toml",
        COMMUNITY.replace("per_unit = 20", "per_unti = 20"),
    );
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(
        ran.err.contains("green.toml") && ran.err.contains("per_unti"),
        "{}",
        ran.err
    );
    let raised = "active_from = 2026-01-15\n[rule.limits]\nfuel_max = 3_000_000\n";
    place.write(
        "config/communities/green.toml",
        COMMUNITY.replace("active_from = 2026-01-15\n", raised),
    );
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    for part in [
        "config.limit",
        "fuel_max = 3000000",
        "2000000",
        "[limits.small]",
        "green.toml:19",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    place.write(
        "config/communities/green.toml",
        &COMMUNITY[..COMMUNITY.len() / 2],
    );
    let ran = place.run(&["serve"]);
    assert_eq!(ran.code, 78, "half a file: {}", ran.err);
    assert_eq!(place.run(&["check", "--config", "nowhere.toml"]).code, 78);
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let place = Place::new();
    for args in [
        &["frobnicate"][..],
        &["balance", "-c", "green"],
        &["verify", "--decisions", "some"],
        &["balance", "-c", "Green", "-r", "1"],
    ] {
        assert_eq!(place.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn enrolment_hands_out_each_pin_once() {
    let place = Place::enrolled();
    let pins = std::fs::read_to_string(place.path("pins.txt")).unwrap();
    assert_eq!(pins.lines().count(), 3, "{pins}");
    for line in pins.lines() {
        let pin = line.split('\t').nth(2).unwrap();
        assert!(
            pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()),
            "{line}"
        );
    }
    private(&place.path("pins.txt"));
    private(&place.path("config/data/server.secret"));
    let before = place.height();
    let out = place.good(&["resident", "import", "-c", "green", "residents.csv"]);
    assert!(
        out.contains("new 0") && out.contains("known 3") && !out.contains("PIN"),
        "{out}"
    );
    assert_eq!(
        place.height(),
        before,
        "known residents are not enrolled again"
    );
    let ran = place.run(&[
        "resident",
        "add",
        "-c",
        "green",
        "--resident",
        "1001",
        "--household",
        "2",
        "--name",
        "别人",
    ]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("resident.exists") && ran.err.contains("in household 1"),
        "{}",
        ran.err
    );
    let out = place.good(&[
        "staff",
        "add",
        "-c",
        "green",
        "--login",
        "shop",
        "--name",
        "店员",
        "--role",
        "shopkeeper",
    ]);
    assert!(out.contains("first PIN") && out.contains("shop"), "{out}");
    let ran = place.run(&[
        "resident",
        "add",
        "-c",
        "nowhere",
        "--resident",
        "1",
        "--household",
        "1",
        "--name",
        "谁",
    ]);
    assert!(
        ran.code == 1 && ran.err.contains("community.unknown") && ran.err.contains("green"),
        "{}",
        ran.err
    );
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

#[test]
fn somebody_who_is_here_already_keeps_their_pin() {
    let place = Place::enrolled();
    let out = place.good(&["person", "add", "--name", "骑手"]);
    let person = out
        .split("person ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned();
    let out = place.good(&[
        "resident",
        "add",
        "-c",
        "green",
        "--resident",
        "2001",
        "--household",
        "9",
        "--person",
        &person,
    ]);
    assert!(
        out.contains("new 1") && !out.contains("first PIN"),
        "keeps their own PIN: {out}"
    );
    let ran = place.run(&[
        "resident",
        "add",
        "-c",
        "green",
        "--resident",
        "2002",
        "--household",
        "9",
        "--person",
        "9999",
    ]);
    assert!(
        ran.code == 1 && ran.err.contains("person.unknown"),
        "{}",
        ran.err
    );
}

#[test]
fn items_goods_and_tokens() {
    let place = Place::enrolled();
    place.write(
        "items.csv",
        "item,title_zh,title_en,category,value_fen,icon\nsalt,食盐,Salt,grain,250,salt\n",
    );
    place.write("stock.csv", "item,quantity,donor,received_on,reason\nsalt,10,粮店,2026-10-02,单1\nsalt,10,粮店,2026-10-02,单1\npepper,1,粮店,2026-10-02,单1\n");
    assert!(
        place
            .good(&["item", "import", "-c", "green", "items.csv"])
            .contains("new 1")
    );
    assert!(
        place
            .good(&["item", "import", "-c", "green", "items.csv"])
            .contains("known 1")
    );
    let ran = place.run(&["stock", "import", "-c", "green", "stock.csv"]);
    assert!(
        ran.code == 1 && ran.err.contains("stock.csv:4: item.unknown"),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains("new 2"),
        "two equal rows are two deliveries: {}",
        ran.out
    );
    let ran = place.run(&["stock", "import", "-c", "green", "stock.csv"]);
    assert!(
        ran.out.contains("new 0") && ran.out.contains("known 2"),
        "{}",
        ran.out
    );
    place.good(&[
        "stock", "receive", "-c", "green", "salt", "5", "--reason", "补货",
    ]);
    let token = place.good(&[
        "token", "add", "-c", "green", "--name", "秤", "--scope", "events",
    ]);
    assert_eq!(token.trim().len(), 64);
    let list: Value =
        serde_json::from_str(&place.good(&["token", "list", "-c", "green", "--json"])).unwrap();
    assert_eq!(list[0]["active"], true);
    let id = list[0]["id"].to_string();
    place.good(&["token", "revoke", "-c", "green", &id]);
    let list: Value =
        serde_json::from_str(&place.good(&["token", "list", "-c", "green", "--json"])).unwrap();
    assert_eq!(list[0]["active"], false);
}

#[test]
fn reading_needs_only_the_database() {
    let place = Place::enrolled();
    place.events("events.csv", &["A-1,waste.food,1001,2026-10-03T09:20,7.6,"]);
    assert_eq!(place.import(&["events.csv"]).0.code, 0);
    let url = format!("sqlite:{}", place.path("config/data/rongyi.db").display());
    let out = place.good(&[
        "passbook",
        "--database",
        &url,
        "-c",
        "green",
        "--resident",
        "1001",
        "--why",
    ]);
    assert!(
        out.contains("厨余") && out.contains("+76") && out.contains("·"),
        "{out}"
    );
    let out = place.good(&[
        "passbook",
        "--database",
        &url,
        "-c",
        "green",
        "-r",
        "1001",
        "--why",
        "--json",
    ]);
    let value: Value = serde_json::from_str(&out).unwrap();
    let line = &value["lines"][0];
    assert_eq!(
        (&line["change"], &line["balance_after"]),
        (&Value::from(76), &Value::from(76))
    );
    assert!(!line["why"][0]["en"].as_str().unwrap().is_empty());
    let out = place.good(&[
        "balance",
        "--database",
        &url,
        "-c",
        "green",
        "-r",
        "1001",
        "--lang",
        "en",
    ]);
    assert!(out.contains("can be spent") && out.contains("76"), "{out}");
    let ran = place.run(&["balance", "--database", &url, "-c", "green", "-r", "4711"]);
    assert!(
        ran.code == 1 && ran.err.contains("resident.unknown"),
        "{}",
        ran.err
    );
    assert!(
        place
            .good(&["verify", "--database", &url, "--decisions", "sample=1"])
            .contains("no problem")
    );
    let missing = place.run(&["verify", "--database", "sqlite:nowhere.db"]);
    assert!(
        missing.code == 1 && missing.err.contains("no database"),
        "{}",
        missing.err
    );
}
