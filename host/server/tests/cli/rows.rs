//! Files of events and balances: what is imported, what is refused, what is told about each bad row.

use serde_json::Value;

use crate::place::{COMMUNITY, HEADER, Place};

/// What a file of this one row says about it; the ledger stays as it was.
#[track_caller]
fn check_bad(place: &Place, row: &str, code: &str, en: &str, zh: &str) {
    let before = place.height();
    place.events("bad.csv", &[row]);
    let (ran, sums) = place.import(&["bad.csv"]);
    assert_eq!(ran.code, 1, "{row}\n{}", ran.err);
    let said = format!("bad.csv:2: {code}: ");
    assert!(
        ran.err.contains(&said),
        "{row}: expected {said} in\n{}",
        ran.err
    );
    assert!(
        ran.err.contains(en) && ran.err.contains(zh),
        "{row}\n{}",
        ran.err
    );
    assert_eq!(sums["bad"][code], 1, "{sums}");
    assert_eq!(place.height(), before, "the ledger is unchanged");
}

#[test]
fn an_import_again_changes_nothing_in_any_encoding() {
    let place = Place::enrolled();
    let rows = [
        "A-1,waste.food,1001,2026-10-03T09:20,7.6,厨余",
        "A-2,tree.plant,1003,2026-10-04,2,植树",
    ];
    place.events("events.csv", &rows);
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!(
        (ran.code, &sums["decided"]),
        (0, &Value::from(2)),
        "{}",
        ran.err
    );
    assert_eq!(
        (
            place.points("1001"),
            place.points("1002"),
            place.points("1003")
        ),
        (76, 76, 40)
    );
    let height = place.height();
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    place.write("gb.csv", &gb);
    place.write("bom.csv", format!("\u{feff}{text}"));
    let json = r#"{"external_ref":"A-1","kind":"waste.food","resident":1001,"occurred_at":"2026-10-03T09:20","quantity":7.60,"note":"厨余"}"#;
    place.write("events.ndjson", format!("{json}\n"));
    for (file, known) in [
        ("events.csv", 2),
        ("gb.csv", 2),
        ("bom.csv", 2),
        ("events.ndjson", 1),
    ] {
        let (ran, sums) = place.import(&[file]);
        assert_eq!(
            (ran.code, &sums["known"], &sums["decided"]),
            (0, &Value::from(known), &Value::from(0)),
            "{file}: {}",
            ran.err
        );
    }
    assert_eq!(place.height(), height);
    let (_, sums) = place.import(&["events.csv", "--source", "second-book"]);
    assert_eq!(
        sums["decided"], 2,
        "another source has references of its own"
    );
}

#[test]
fn a_refusal_is_an_answer_and_not_a_bad_row() {
    let place = Place::enrolled();
    place.events(
        "events.csv",
        &[
            "C-1,council.attend,1001,2026-10-03,1,",
            "C-2,council.attend,1001,2026-10-10,1,",
        ],
    );
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!(
        (ran.code, &sums["decided"]),
        (0, &Value::from(1)),
        "{}",
        ran.err
    );
    let refused = sums["refused"].as_object().unwrap();
    let only = refused.values().next().unwrap();
    assert!(
        refused.len() == 1 && only["count"] == 1 && !only["zh"].as_str().unwrap().is_empty(),
        "{sums}"
    );
    assert_eq!(place.points("1001"), 5);
    assert_eq!(
        place.import(&["events.csv"]).1["known"],
        2,
        "a refusal is remembered too"
    );
}

#[test]
fn every_bad_row_is_told_with_its_line() {
    let place = Place::enrolled();
    let at = |kind: &str, resident: &str, day: &str, quantity: &str| {
        format!("B-1,{kind},{resident},{day},{quantity},x")
    };
    let tree = |quantity: &str| at("tree.plant", "1001", "2026-10-03", quantity);
    check_bad(
        &place,
        &at("tree.plnt", "1001", "2026-10-03", "1"),
        "kind.unknown",
        "Did you mean “tree.plant”?",
        "是不是",
    );
    check_bad(
        &place,
        &at("tree.plant", "4711", "2026-10-03", "1"),
        "resident.unknown",
        "no resident 4711",
        "没有 4711 号居民",
    );
    check_bad(
        &place,
        &tree("0"),
        "quantity.range",
        "is not between 1 and",
        "不在 1 到",
    );
    check_bad(
        &place,
        &tree("-1"),
        "quantity.range",
        "-1 is not between",
        "不在 1 到",
    );
    check_bad(
        &place,
        &tree("9007199254740992"),
        "quantity.range",
        "too large",
        "太大了",
    );
    check_bad(
        &place,
        &tree("1e3"),
        "quantity.number",
        "not a plain number",
        "不是普通数字",
    );
    check_bad(
        &place,
        &tree("1.5"),
        "quantity.places",
        "whole trees",
        "只数整数",
    );
}

#[test]
fn bad_dates_and_cells_are_told_with_their_line() {
    let place = Place::enrolled();
    let at = |kind: &str, resident: &str, day: &str, quantity: &str| {
        format!("B-1,{kind},{resident},{day},{quantity},x")
    };
    check_bad(
        &place,
        &at("tree.plant", "1001", "2199-01-01", "1"),
        "date.future",
        "lies in the future",
        "还没有到",
    );
    check_bad(
        &place,
        &at("tree.plant", "1001", "2025-12-31", "1"),
        "date.too-early",
        "2026-01-01",
        "期初余额",
    );
    check_bad(
        &place,
        &at("tree.plant", "1001", "2026-01-14", "1"),
        "kind.not-active",
        "from 2026-01-15 on",
        "才有规则",
    );
    check_bad(
        &place,
        &at("tree.plant", "1001", "3.10.2026", "1"),
        "date.form",
        "Write 2026-10-03",
        "请写成",
    );
    check_bad(
        &place,
        &at("tree.plant", "", "2026-10-03", "1"),
        "row.subject",
        "Nobody is named",
        "没有写明是谁",
    );
    check_bad(
        &place,
        ",tree.plant,1001,2026-10-03,1,x",
        "row.empty",
        "“external_ref” is empty",
        "请填上",
    );
    check_bad(
        &place,
        "B-1,tree.plant,1001,2026-10-03,1,x,y",
        "row.cells",
        "has 7 cells, the header 6",
        "有 7 格",
    );
}

#[test]
fn the_same_reference_with_other_content_is_refused() {
    let place = Place::enrolled();
    place.events("first.csv", &["A-1,tree.plant,1001,2026-10-03,1,x"]);
    assert_eq!(place.import(&["first.csv"]).0.code, 0);
    check_bad(
        &place,
        "A-1,tree.plant,1001,2026-10-03,2,x",
        "source.conflict",
        "already booked with other content",
        "内容不同",
    );
    check_bad(
        &place,
        "A-1,tree.plant,1001,2026-10-03,1,another note",
        "source.conflict",
        "“A-1”",
        "“A-1”",
    );
    assert_eq!(place.points("1001"), 20);
}

#[test]
fn a_community_or_column_that_is_not_there() {
    let place = Place::enrolled();
    place.events("events.csv", &["A-1,tree.plant,1001,2026-10-03,1,x"]);
    let ran = place.run(&["import", "events", "-c", "nowhere", "events.csv"]);
    assert!(
        ran.code == 1 && ran.err.contains("community.unknown") && ran.err.contains("没有代号为"),
        "{}",
        ran.err
    );
    place.write(
        "events.csv",
        "external_ref,kind,residnet,occurred_at,quantity\nA-1,tree.plant,1001,2026-10-03,1\n",
    );
    let ran = place.run(&["import", "events", "-c", "green", "events.csv"]);
    assert!(
        ran.code == 1
            && ran.err.contains("there is no column “residnet”")
            && ran.err.contains("没有“residnet”"),
        "{}",
        ran.err
    );
    let ran = place.run(&["import", "events", "-c", "green", "missing.csv"]);
    assert!(
        ran.code == 1 && ran.err.contains("missing.csv"),
        "{}",
        ran.err
    );
}

#[test]
fn the_rest_goes_on_or_nothing_does() {
    let place = Place::enrolled();
    let rows = [
        "A-1,tree.plant,1001,2026-10-03,1,",
        "A-2,tree.plant,1001,2026-10-03,1.5,",
        "A-3,tree.plant,1001,2026-10-03,1,",
    ];
    place.events("events.csv", &rows);
    let before = place.height();
    let ran = place.run(&["import", "events", "-c", "green", "events.csv", "--atomic"]);
    assert!(
        ran.code == 1
            && ran.err.contains("events.csv:3: quantity.places")
            && ran.err.contains("import.atomic"),
        "{}",
        ran.err
    );
    assert_eq!(place.height(), before, "nothing was imported");
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!(
        (ran.code, &sums["decided"], &sums["bad"]["quantity.places"]),
        (1, &Value::from(2), &Value::from(1)),
        "{}",
        ran.err
    );
    assert_eq!(place.points("1001"), 40);
    place.events("good.csv", &["A-4,tree.plant,1001,2026-10-03,1,"]);
    place.good(&["import", "events", "-c", "green", "good.csv", "--atomic"]);
    assert_eq!(place.points("1001"), 60);
}

#[test]
fn a_dry_run_decides_and_writes_nothing() {
    let place = Place::enrolled();
    let rows = [
        "A-1,waste.food,1001,2026-10-03,8.0,",
        "A-2,waste.food,1002,2026-10-04,8.0,",
        "A-1,waste.food,1001,2026-10-03,8.0,",
    ];
    place.events("events.csv", &rows);
    let before = place.height();
    let out = place.good(&["import", "events", "-c", "green", "events.csv", "--dry-run"]);
    assert!(out.contains("events.csv:2: 户 household 1 +80"), "{out}");
    assert!(
        out.contains("events.csv:3: 户 household 1 +20"),
        "the cap counts within the trial: {out}"
    );
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
    assert!(
        ran.err.contains("events.csv:3: household.empty")
            && ran.err.contains("Household 7 has no resident"),
        "{}",
        ran.err
    );
    assert_eq!(place.points("1002"), 20);
}

#[test]
fn opening_balances_come_from_the_paper_book_once() {
    let place = Place::enrolled();
    let text = "resident,asset,amount,expires_on,page\n1001,points,40,2198-12-31,第1页\n1001,points,120,,第1页\n1003,minutes,90,,第2页\n";
    place.write(
        "balances.csv",
        format!(
            "{text}1003,points,-5,,第2页\n1003,points,5,2026-01-01,第2页\n4711,points,5,,第3页\n"
        ),
    );
    let ran = place.run(&[
        "import",
        "balances",
        "-c",
        "green",
        "balances.csv",
        "--json",
    ]);
    assert_eq!(ran.code, 1);
    for said in [
        "balances.csv:5: amount.form",
        "balances.csv:6: expires.past",
        "balances.csv:7: resident.unknown",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert_eq!(
        place.points("1002"),
        160,
        "both lots of the page, on the household"
    );
    place.write("balances.csv", text);
    let out = place.good(&[
        "import",
        "balances",
        "-c",
        "green",
        "balances.csv",
        "--json",
    ]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["known"], 3);
    place.write("balances.csv", text.replace("120", "121"));
    let ran = place.run(&["import", "balances", "-c", "green", "balances.csv"]);
    assert!(
        ran.code == 1 && ran.err.contains("balances.csv:3: source.conflict"),
        "{}",
        ran.err
    );
    place.height();
}

#[test]
fn totals_of_before_are_seen_by_the_rules_caps_and_counted_once() {
    let place = Place::enrolled();
    let text = "resident,kind,year,events,days,quantity,points,minutes,page\n1001,tree.plant,2025,7,5,7,70,,第1页\n1001,tree.plant,,3,,,,,第2页\n";
    let bad = "1001,tree.plant,2199,1,,,,,第3页\n1001,tree.plnt,,1,,,,,第3页\n4711,tree.plant,,1,,,,,第3页\n1001,tree.plant,2025,1,2,,,,第3页\n";
    place.write("history.csv", format!("{text}{bad}"));
    let ran = place.run(&["import", "history", "-c", "green", "history.csv", "--json"]);
    assert_eq!(ran.code, 1);
    for said in [
        "history.csv:4: history.year",
        "history.csv:5: kind.unknown",
        "history.csv:6: resident.unknown",
        "history.csv:7: history.days",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    let sums: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&sums["decided"], &sums["known"]), (&2.into(), &0.into()));
    place.write("history.csv", text);
    let out = place.good(&["import", "history", "-c", "green", "history.csv", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["known"], 2);
    place.write("history.csv", text.replace("2025,7,5", "2025,8,5"));
    let ran = place.run(&["import", "history", "-c", "green", "history.csv"]);
    assert!(
        ran.err.contains("history.csv:2: source.conflict"),
        "{}",
        ran.err
    );
    assert_eq!(place.points("1001"), 0, "no balance moves");
    place.height();
}

/// Of 1,500 hours that a person may keep 1,490 stand in the old book.
#[test]
fn of_a_cap_for_life_only_what_the_old_book_left_can_be_earned() {
    let place = Place::new();
    let bank = r#"
[[rule]]
plugin = "hours"
active_from = 2026-01-15

[[rule.params.kinds]]
code = "bank.serve"
title = { zh = "时间银行服务", en = "Time bank service" }
caps = [{ minutes = 90000, window = "lifetime", subject = "person" }]
"#;
    place.write(
        "config/communities/green.toml",
        format!("{COMMUNITY}{bank}"),
    );
    place.write("households.csv", "household,name,address\n1,陈家,一号\n");
    place.write(
        "residents.csv",
        "resident,household,name,phone\n1001,1,陈阿婆,\n1002,1,陈小满,\n",
    );
    place.good(&["household", "import", "-c", "green", "households.csv"]);
    place.good(&[
        "resident",
        "import",
        "-c",
        "green",
        "residents.csv",
        "--pins",
        "pins.txt",
    ]);
    place.write(
        "history.csv",
        "resident,kind,events,minutes,page\n1001,bank.serve,310,89400,第1页\n",
    );
    place.good(&["import", "history", "-c", "green", "history.csv"]);
    place.events(
        "events.csv",
        &[
            "b-1,bank.serve,1001,2026-10-03,1200,",
            "b-2,bank.serve,1002,2026-10-03,1200,",
        ],
    );
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!(sums["decided"], 2, "{}", ran.err);
    let minutes = |resident: &str| {
        let out = place.good(&["balance", "-c", "green", "--resident", resident, "--json"]);
        let found: Value = serde_json::from_str(&out).unwrap();
        let all = found["assets"].as_array().unwrap().clone();
        let balance = all.iter().find(|balance| balance["asset"] == "minutes");
        balance.unwrap()["spendable"].as_i64().unwrap()
    };
    assert_eq!((minutes("1001"), minutes("1002")), (600, 1200));
    place.height();
}

/// Whoever is their own partner or referrer, and whoever is at two places, is told so.
#[test]
fn people_and_times_are_compared_as_the_community_says() {
    let place = Place::enrolled();
    let more = r#"
[kinds."tree.plant"]
other_household = ["partner"]

[kinds."council.attend"]
same_person = ["doer", "fund"]

[kinds."bank.serve"]
overlap = "refuse"

[[rule]]
plugin = "hours"
active_from = 2026-01-15

[[rule.params.kinds]]
code = "bank.serve"
title = { zh = "时间银行服务", en = "Time bank service" }
"#;
    place.write(
        "config/communities/green.toml",
        format!("{COMMUNITY}{more}"),
    );
    let header =
        "external_ref,kind,resident,occurred_at,quantity,role.partner,role.referrer,role.fund";
    let rows = [
        "t-1,tree.plant,1001,2026-10-02,1,1001,,",
        "t-2,tree.plant,1001,2026-10-02,1,,1001,",
        "t-3,tree.plant,1001,2026-10-02,1,1002,,",
        "t-4,tree.plant,1001,2026-10-02,1,1003,,",
        "c-1,council.attend,1001,2026-10-02,1,,,1001",
        "b-1,bank.serve,1001,2026-10-03T09:00,120,,,",
        "b-2,bank.serve,1001,2026-10-03T10:59,30,,,",
        "b-3,bank.serve,1001,2026-10-03T11:00,30,,,",
        "b-4,bank.serve,1003,2026-10-03T10:00,30,,,",
        "b-5,bank.serve,1001,2026-10-03,30,,,",
    ];
    place.write("events.csv", format!("{header}\n{}\n", rows.join("\n")));
    let (ran, sums) = place.import(&["events.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let refused = |code: &str| sums["refused"][code]["count"].as_u64();
    assert_eq!(sums["decided"], 6, "{sums}");
    assert_eq!(refused("host.same-person"), Some(2), "{sums}");
    assert_eq!(refused("host.same-household"), Some(1), "{sums}");
    assert_eq!(refused("host.overlap"), Some(1), "{sums}");
    let sentence = sums["refused"]["host.same-person"]["zh"].as_str().unwrap();
    assert!(
        sentence.starts_with("“办理人”和“搭档”填的是同一个人"),
        "{sentence}"
    );
    place.height();

    // Corrected under the same reference, and known after that.
    place.write(
        "events.csv",
        format!("{header}\n{}\n", rows[0].replace(",1001,,", ",1003,,")),
    );
    let (_, sums) = place.import(&["events.csv"]);
    assert_eq!(sums["decided"], 1, "{sums}");

    // What the file cannot mean is said by check.
    let wrong = "\n[kinds.\"tree.plnt\"]\noverlap = \"refuse\"\n\n[kinds.\"tree.plant\"]\nsame_person = [\"doer\"]\noverlap = \"stop\"\n";
    place.write(
        "config/communities/green.toml",
        COMMUNITY.replace("\n[shop]", &format!("{wrong}\n[shop]")),
    );
    let ran = place.run(&["check", "--config", "config/rongyi.toml"]);
    assert_ne!(ran.code, 0);
    let said = format!("{}{}", ran.out, ran.err);
    for words in ["same_person 至少写两个角色", "\"stop\""] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    place.write(
        "config/communities/green.toml",
        COMMUNITY.replace(
            "\n[shop]",
            "\n[kinds.\"tree.plnt\"]\noverlap = \"refuse\"\n\n[shop]",
        ),
    );
    let ran = place.run(&["check", "--config", "config/rongyi.toml"]);
    let said = format!("{}{}", ran.out, ran.err);
    assert!(
        said.contains("tree.plnt") && said.contains("\"tree.plant\""),
        "{said}"
    );
}
