//! The real binary in a folder of its own: configuration, enrolment, imports, reading and verifying, with the
//! exit codes and messages that people and scripts see. No page is served here.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const HOST: &str = "data_dir = \"data\"\n";
const COMMUNITY: &str = r#"
code = "green"
title = { zh = "绿村", en = "Green village" }
began_on = 2026-01-01
points_go_to = "household"
points_name = { zh = "积分", en = "points" }
expiry = "never"
order_hold_days = 7

[shop]
title = { zh = "超市", en = "Shop" }
place = { zh = "村口", en = "At the gate" }
hours = { zh = "每天", en = "Daily" }
phone = "000"

[[rule]]
plugin = "points-table"
active_from = 2025-12-01

[[rule.params.kinds]]
code = "waste.food"
title = { zh = "厨余", en = "Food waste" }
unit = { zh = "公斤", en = "kg" }
scale = 1
per_unit = 10
caps = [{ amount = 100, window = "month", subject = "household" }]

[[rule.params.kinds]]
code = "tree.plant"
title = { zh = "植树", en = "Tree planted" }
unit = { zh = "棵", en = "trees" }
per_unit = 20

[[rule.params.kinds]]
code = "council.attend"
title = { zh = "议事", en = "Council" }
unit = { zh = "次", en = "times" }
fixed = 5
limits = [{ events = 1, window = "month", subject = "person" }]
"#;
const HEADER: &str = "external_ref,kind,resident,occurred_at,quantity,note";

struct Place {
    folder: TempDir,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    /// A folder with a configuration and nothing else.
    fn new() -> Place {
        let place = Place { folder: tempfile::tempdir().unwrap() };
        place.write("config/rongyi.toml", HOST);
        place.write("config/communities/green.toml", COMMUNITY);
        place
    }

    /// With two households and three residents.
    fn enrolled() -> Place {
        let place = Place::new();
        place.write("households.csv", "household,name,address\n1,陈家,一号\n2,林家,二号\n");
        place.write("residents.csv", "resident,household,name,phone\n1001,1,陈阿婆,10000001001\n1002,1,陈小满,\n1003,2,林伯,\n");
        place.good(&["household", "import", "-c", "green", "households.csv"]);
        place.good(&["resident", "import", "-c", "green", "residents.csv", "--pins", "pins.txt"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Ran {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_rongyi"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("RONGYI_DATABASE_URL")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn good(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}\n{}", ran.out, ran.err);
        ran.out
    }

    fn events(&self, name: &str, rows: &[&str]) {
        self.write(name, format!("{HEADER}\n{}\n", rows.join("\n")));
    }

    /// Imports events and gives the sums.
    fn import(&self, args: &[&str]) -> (Ran, Value) {
        let all: Vec<_> = ["import", "events", "-c", "green", "--json"].iter().chain(args).copied().collect();
        let ran = self.run(&all);
        let sums = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
        (ran, sums)
    }

    fn points(&self, resident: &str) -> i64 {
        let out = self.good(&["balance", "-c", "green", "--resident", resident, "--json"]);
        let value: Value = serde_json::from_str(&out).unwrap();
        value["assets"][0]["spendable"].as_i64().unwrap()
    }

    fn height(&self) -> u64 {
        let out = self.good(&["verify", "--json"]);
        let value: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(value["ok"], true, "{out}");
        value["communities"][0]["height"].as_u64().unwrap()
    }
}

/// What a file of this one row says about it; the ledger stays as it was.
#[track_caller]
fn check_bad(place: &Place, row: &str, code: &str, en: &str, zh: &str) {
    let before = place.height();
    place.events("bad.csv", &[row]);
    let (ran, sums) = place.import(&["bad.csv"]);
    assert_eq!(ran.code, 1, "{row}\n{}", ran.err);
    let said = format!("bad.csv:2: {code}: ");
    assert!(ran.err.contains(&said), "{row}: expected {said} in\n{}", ran.err);
    assert!(ran.err.contains(en) && ran.err.contains(zh), "{row}\n{}", ran.err);
    assert_eq!(sums["bad"][code], 1, "{sums}");
    assert_eq!(place.height(), before, "the ledger is unchanged");
}

#[test]
fn check_says_what_is_in_force_or_where_it_is_wrong() {
    let place = Place::new();
    let out = place.good(&["check"]);
    assert!(out.contains("green · 绿村 / Green village") && out.contains("points-table") && out.contains("OK"), "{out}");
    assert!(!place.path("data").exists(), "checking makes no database");
    place.write("config/communities/green.toml", COMMUNITY.replace("per_unit = 20", "per_unti = 20"));
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("green.toml") && ran.err.contains("per_unti"), "{}", ran.err);
    place.write("config/communities/green.toml", &COMMUNITY[..COMMUNITY.len() / 2]);
    let ran = place.run(&["serve"]);
    assert_eq!(ran.code, 78, "half a file: {}", ran.err);
    assert_eq!(place.run(&["check", "--config", "nowhere.toml"]).code, 78);
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let place = Place::new();
    for args in [&["frobnicate"][..], &["balance", "-c", "green"], &["verify", "--decisions", "some"], &["balance", "-c", "Green", "-r", "1"]] {
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
        assert!(pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit()), "{line}");
    }
    private(&place.path("pins.txt"));
    private(&place.path("config/data/server.secret"));
    let before = place.height();
    let out = place.good(&["resident", "import", "-c", "green", "residents.csv"]);
    assert!(out.contains("new 0") && out.contains("known 3") && !out.contains("PIN"), "{out}");
    assert_eq!(place.height(), before, "known residents are not enrolled again");
    let ran = place.run(&["resident", "add", "-c", "green", "--resident", "1001", "--household", "2", "--name", "别人"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("resident.exists") && ran.err.contains("in household 1"), "{}", ran.err);
    let out = place.good(&["staff", "add", "-c", "green", "--login", "shop", "--name", "店员", "--role", "shopkeeper"]);
    assert!(out.contains("first PIN") && out.contains("shop"), "{out}");
    let ran = place.run(&["resident", "add", "-c", "nowhere", "--resident", "1", "--household", "1", "--name", "谁"]);
    assert!(ran.code == 1 && ran.err.contains("community.unknown") && ran.err.contains("green"), "{}", ran.err);
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
    let person = out.split("person ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let out = place.good(&["resident", "add", "-c", "green", "--resident", "2001", "--household", "9", "--person", &person]);
    assert!(out.contains("new 1") && !out.contains("first PIN"), "keeps their own PIN: {out}");
    let ran = place.run(&["resident", "add", "-c", "green", "--resident", "2002", "--household", "9", "--person", "9999"]);
    assert!(ran.code == 1 && ran.err.contains("person.unknown"), "{}", ran.err);
}

#[test]
fn items_goods_and_tokens() {
    let place = Place::enrolled();
    place.write("items.csv", "item,title_zh,title_en,category,value_fen,icon\nsalt,食盐,Salt,grain,250,salt\n");
    place.write("stock.csv", "item,quantity,donor,received_on,reason\nsalt,10,粮店,2026-10-02,单1\nsalt,10,粮店,2026-10-02,单1\npepper,1,粮店,2026-10-02,单1\n");
    assert!(place.good(&["item", "import", "-c", "green", "items.csv"]).contains("new 1"));
    assert!(place.good(&["item", "import", "-c", "green", "items.csv"]).contains("known 1"));
    let ran = place.run(&["stock", "import", "-c", "green", "stock.csv"]);
    assert!(ran.code == 1 && ran.err.contains("stock.csv:4: item.unknown"), "{}", ran.err);
    assert!(ran.out.contains("new 2"), "two equal rows are two deliveries: {}", ran.out);
    let ran = place.run(&["stock", "import", "-c", "green", "stock.csv"]);
    assert!(ran.out.contains("new 0") && ran.out.contains("known 2"), "{}", ran.out);
    place.good(&["stock", "receive", "-c", "green", "salt", "5", "--reason", "补货"]);
    let token = place.good(&["token", "add", "-c", "green", "--name", "秤", "--scope", "events"]);
    assert_eq!(token.trim().len(), 64);
    let list: Value = serde_json::from_str(&place.good(&["token", "list", "-c", "green", "--json"])).unwrap();
    assert_eq!(list[0]["active"], true);
    let id = list[0]["id"].to_string();
    place.good(&["token", "revoke", "-c", "green", &id]);
    let list: Value = serde_json::from_str(&place.good(&["token", "list", "-c", "green", "--json"])).unwrap();
    assert_eq!(list[0]["active"], false);
}

#[test]
fn an_import_again_changes_nothing_in_any_encoding() {
    let place = Place::enrolled();
    let rows = ["A-1,waste.food,1001,2026-10-03T09:20,7.6,厨余", "A-2,tree.plant,1003,2026-10-04,2,植树"];
    place.events("events.csv", &rows);
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!((ran.code, &sums["decided"]), (0, &Value::from(2)), "{}", ran.err);
    assert_eq!((place.points("1001"), place.points("1002"), place.points("1003")), (76, 76, 40));
    let height = place.height();
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    place.write("gb.csv", &gb);
    place.write("bom.csv", format!("\u{feff}{text}"));
    let json = r#"{"external_ref":"A-1","kind":"waste.food","resident":1001,"occurred_at":"2026-10-03T09:20","quantity":7.60,"note":"厨余"}"#;
    place.write("events.ndjson", format!("{json}\n"));
    for (file, known) in [("events.csv", 2), ("gb.csv", 2), ("bom.csv", 2), ("events.ndjson", 1)] {
        let (ran, sums) = place.import(&[file]);
        assert_eq!((ran.code, &sums["known"], &sums["decided"]), (0, &Value::from(known), &Value::from(0)), "{file}: {}", ran.err);
    }
    assert_eq!(place.height(), height);
    let (_, sums) = place.import(&["events.csv", "--source", "second-book"]);
    assert_eq!(sums["decided"], 2, "another source has references of its own");
}

#[test]
fn a_refusal_is_an_answer_and_not_a_bad_row() {
    let place = Place::enrolled();
    place.events("events.csv", &["C-1,council.attend,1001,2026-10-03,1,", "C-2,council.attend,1001,2026-10-10,1,"]);
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!((ran.code, &sums["decided"]), (0, &Value::from(1)), "{}", ran.err);
    let refused = sums["refused"].as_object().unwrap();
    let only = refused.values().next().unwrap();
    assert!(refused.len() == 1 && only["count"] == 1 && !only["zh"].as_str().unwrap().is_empty(), "{sums}");
    assert_eq!(place.points("1001"), 5);
    assert_eq!(place.import(&["events.csv"]).1["known"], 2, "a refusal is remembered too");
}

#[test]
fn every_bad_row_is_told_with_its_line() {
    let place = Place::enrolled();
    let at = |kind: &str, resident: &str, day: &str, quantity: &str| format!("B-1,{kind},{resident},{day},{quantity},x");
    let tree = |quantity: &str| at("tree.plant", "1001", "2026-10-03", quantity);
    check_bad(&place, &at("tree.plnt", "1001", "2026-10-03", "1"), "kind.unknown", "Did you mean “tree.plant”?", "是不是");
    check_bad(&place, &at("tree.plant", "4711", "2026-10-03", "1"), "resident.unknown", "no resident 4711", "没有 4711 号居民");
    check_bad(&place, &tree("0"), "quantity.range", "is not between 1 and", "不在 1 到");
    check_bad(&place, &tree("-1"), "quantity.range", "-1 is not between", "不在 1 到");
    check_bad(&place, &tree("9007199254740992"), "quantity.range", "too large", "太大了");
    check_bad(&place, &tree("1e3"), "quantity.number", "not a plain number", "不是普通数字");
    check_bad(&place, &tree("1.5"), "quantity.places", "whole trees", "只数整数");
    check_bad(&place, &at("tree.plant", "1001", "2199-01-01", "1"), "date.future", "lies in the future", "还没有到");
    check_bad(&place, &at("tree.plant", "1001", "2025-12-31", "1"), "date.too-early", "2026-01-01", "期初余额");
    check_bad(&place, &at("tree.plant", "1001", "2025-11-30", "1"), "kind.not-active", "from 2025-12-01 on", "才有规则");
    check_bad(&place, &at("tree.plant", "1001", "3.10.2026", "1"), "date.form", "Write 2026-10-03", "请写成");
    check_bad(&place, &at("tree.plant", "", "2026-10-03", "1"), "row.subject", "Nobody is named", "没有写明是谁");
    check_bad(&place, ",tree.plant,1001,2026-10-03,1,x", "row.empty", "“external_ref” is empty", "请填上");
    check_bad(&place, "B-1,tree.plant,1001,2026-10-03,1,x,y", "row.cells", "has 7 cells, the header 6", "有 7 格");
}

#[test]
fn the_same_reference_with_other_content_is_refused() {
    let place = Place::enrolled();
    place.events("first.csv", &["A-1,tree.plant,1001,2026-10-03,1,x"]);
    assert_eq!(place.import(&["first.csv"]).0.code, 0);
    check_bad(&place, "A-1,tree.plant,1001,2026-10-03,2,x", "source.conflict", "already booked with other content", "内容不同");
    check_bad(&place, "A-1,tree.plant,1001,2026-10-03,1,another note", "source.conflict", "“A-1”", "“A-1”");
    assert_eq!(place.points("1001"), 20);
}

#[test]
fn a_community_or_column_that_is_not_there() {
    let place = Place::enrolled();
    place.events("events.csv", &["A-1,tree.plant,1001,2026-10-03,1,x"]);
    let ran = place.run(&["import", "events", "-c", "nowhere", "events.csv"]);
    assert!(ran.code == 1 && ran.err.contains("community.unknown") && ran.err.contains("没有代号为"), "{}", ran.err);
    place.write("events.csv", "external_ref,kind,residnet,occurred_at,quantity\nA-1,tree.plant,1001,2026-10-03,1\n");
    let ran = place.run(&["import", "events", "-c", "green", "events.csv"]);
    assert!(ran.code == 1 && ran.err.contains("there is no column “residnet”") && ran.err.contains("没有“residnet”"), "{}", ran.err);
    let ran = place.run(&["import", "events", "-c", "green", "missing.csv"]);
    assert!(ran.code == 1 && ran.err.contains("missing.csv"), "{}", ran.err);
}

#[test]
fn the_rest_goes_on_or_nothing_does() {
    let place = Place::enrolled();
    let rows = ["A-1,tree.plant,1001,2026-10-03,1,", "A-2,tree.plant,1001,2026-10-03,1.5,", "A-3,tree.plant,1001,2026-10-03,1,"];
    place.events("events.csv", &rows);
    let before = place.height();
    let ran = place.run(&["import", "events", "-c", "green", "events.csv", "--atomic"]);
    assert!(ran.code == 1 && ran.err.contains("events.csv:3: quantity.places") && ran.err.contains("import.atomic"), "{}", ran.err);
    assert_eq!(place.height(), before, "nothing was imported");
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!((ran.code, &sums["decided"], &sums["bad"]["quantity.places"]), (1, &Value::from(2), &Value::from(1)), "{}", ran.err);
    assert_eq!(place.points("1001"), 40);
    place.events("good.csv", &["A-4,tree.plant,1001,2026-10-03,1,"]);
    place.good(&["import", "events", "-c", "green", "good.csv", "--atomic"]);
    assert_eq!(place.points("1001"), 60);
}

#[test]
fn a_dry_run_decides_and_writes_nothing() {
    let place = Place::enrolled();
    let rows = ["A-1,waste.food,1001,2026-10-03,8.0,", "A-2,waste.food,1002,2026-10-04,8.0,", "A-1,waste.food,1001,2026-10-03,8.0,"];
    place.events("events.csv", &rows);
    let before = place.height();
    let out = place.good(&["import", "events", "-c", "green", "events.csv", "--dry-run"]);
    assert!(out.contains("events.csv:2: 户 household 1 +80"), "{out}");
    assert!(out.contains("events.csv:3: 户 household 1 +20"), "the cap counts within the trial: {out}");
    assert!(out.contains("events.csv:4: 已经导入过"), "{out}");
    assert_eq!((place.height(), place.points("1001")), (before, 0));
}

#[test]
fn a_household_row_is_done_by_its_lowest_resident() {
    let place = Place::enrolled();
    let text = "external_ref,kind,household,occurred_at,quantity\nH-1,tree.plant,1,2026-10-03,1\nH-2,tree.plant,7,2026-10-03,1\n";
    place.write("events.csv", text);
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!(sums["decided"], 1, "{}", ran.err);
    assert!(ran.err.contains("events.csv:3: household.empty") && ran.err.contains("Household 7 has no resident"), "{}", ran.err);
    assert_eq!(place.points("1002"), 20);
}

#[test]
fn opening_balances_come_from_the_paper_book_once() {
    let place = Place::enrolled();
    let text = "resident,asset,amount,expires_on,page\n1001,points,40,2198-12-31,第1页\n1001,points,120,,第1页\n1003,minutes,90,,第2页\n";
    place.write("balances.csv", format!("{text}1003,points,-5,,第2页\n1003,points,5,2026-01-01,第2页\n4711,points,5,,第3页\n"));
    let ran = place.run(&["import", "balances", "-c", "green", "balances.csv", "--json"]);
    assert_eq!(ran.code, 1);
    for said in ["balances.csv:5: amount.form", "balances.csv:6: expires.past", "balances.csv:7: resident.unknown"] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert_eq!(place.points("1002"), 160, "both lots of the page, on the household");
    place.write("balances.csv", text);
    let out = place.good(&["import", "balances", "-c", "green", "balances.csv", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["known"], 3);
    place.write("balances.csv", text.replace("120", "121"));
    let ran = place.run(&["import", "balances", "-c", "green", "balances.csv"]);
    assert!(ran.code == 1 && ran.err.contains("balances.csv:3: source.conflict"), "{}", ran.err);
    place.height();
}

#[test]
fn reading_needs_only_the_database() {
    let place = Place::enrolled();
    place.events("events.csv", &["A-1,waste.food,1001,2026-10-03T09:20,7.6,"]);
    assert_eq!(place.import(&["events.csv"]).0.code, 0);
    let url = format!("sqlite:{}", place.path("config/data/rongyi.db").display());
    let out = place.good(&["passbook", "--database", &url, "-c", "green", "--resident", "1001", "--why"]);
    assert!(out.contains("厨余") && out.contains("+76") && out.contains("·"), "{out}");
    let out = place.good(&["passbook", "--database", &url, "-c", "green", "-r", "1001", "--why", "--json"]);
    let value: Value = serde_json::from_str(&out).unwrap();
    let line = &value["lines"][0];
    assert_eq!((&line["change"], &line["balance_after"]), (&Value::from(76), &Value::from(76)));
    assert!(!line["why"][0]["en"].as_str().unwrap().is_empty());
    let out = place.good(&["balance", "--database", &url, "-c", "green", "-r", "1001", "--lang", "en"]);
    assert!(out.contains("can be spent") && out.contains("76"), "{out}");
    let ran = place.run(&["balance", "--database", &url, "-c", "green", "-r", "4711"]);
    assert!(ran.code == 1 && ran.err.contains("resident.unknown"), "{}", ran.err);
    assert!(place.good(&["verify", "--database", &url, "--decisions", "sample=1"]).contains("no problem"));
    let missing = place.run(&["verify", "--database", "sqlite:nowhere.db"]);
    assert!(missing.code == 1 && missing.err.contains("no database"), "{}", missing.err);
}
