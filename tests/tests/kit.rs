//! The authors' kit as an author uses it, through the real binary with the real tools of each language: from
//! nothing to a rule that passes its tests and decides in a community. A missing tool fails the test.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rongyi_tests::{Done, Installation, rongyi};
use tempfile::TempDir;

/// A rule's folder.
struct Author {
    above: TempDir,
    folder: PathBuf,
}

impl Author {
    fn new(lang: &str) -> Author {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("kitchen-waste");
        let author = Author { above, folder };
        let made = author.at(
            author.above.path(),
            &["new", "--lang", lang, "kitchen-waste"],
        );
        assert_eq!(made.code, Some(0), "{made:?}");
        author
    }

    fn at(&self, place: &Path, arguments: &[&str]) -> Done {
        Command::new(rongyi())
            .arg("rule")
            .args(arguments)
            .current_dir(place)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .expect("the binary can be started")
            .into()
    }

    fn rule(&self, arguments: &[&str]) -> Done {
        self.at(&self.folder, arguments)
    }

    #[track_caller]
    fn must(&self, arguments: &[&str]) -> String {
        let done = self.rule(arguments);
        assert_eq!(
            done.code,
            Some(0),
            "{arguments:?}\n{}\n{}",
            done.out,
            done.err
        );
        done.out
    }

    /// Runs it, expects it to fail with this code, and answers what it said.
    #[track_caller]
    fn fails(&self, arguments: &[&str], code: &str) -> String {
        let done = self.rule(arguments);
        let said = format!("{}{}", done.out, done.err);
        assert_eq!(done.code, Some(1), "{arguments:?}\n{said}");
        assert!(said.contains(&format!("[{code}]")), "{code}?\n{said}");
        said
    }

    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} holds no {from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }
}

#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "“{part}” is missing in\n{text}");
    }
}

/// What every community needs beside its rules.
const SHOP: &str = "
[shop]
title = { zh = \"超市\", en = \"Shop\" }
place = { zh = \"门口\", en = \"At the door\" }
hours = { zh = \"周六\", en = \"Saturday\" }
phone = \"0663-000-0003\"
";

/// What is the same in every language, because it is one rule.
fn an_afternoon(lang: &str, tier: &str) -> Author {
    let author = Author::new(lang);
    holds(&author.must(&["test"]), &["6 个例子全对"]);
    holds(
        &author.must(&["check"]),
        &["厨余垃圾按重量计分", "at most 300 a month", "OK: component"],
    );

    let run = author.must(&["run", "--json"]);
    let rows: Vec<serde_json::Value> = run
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 4, "{run}");
    let amounts: Vec<_> = rows
        .iter()
        .map(|row| row["awards"][0]["amount"].as_i64())
        .collect();
    assert_eq!(amounts, [Some(76), Some(35), Some(38), None], "{run}");
    assert_eq!(rows[1]["lines"][1]["en"], "sorted cleanly");
    assert_eq!(rows[3]["refusal"]["code"], "month-full");
    assert_eq!(rows[3]["refusal"]["opens"], "2026-12-01");

    holds(
        &author.must(&["explain"]),
        &[
            "7.6 公斤 × 每公斤 10 分  +76",
            "7.6 kg × 10 points each  +76",
            "本户本月的 300 分已经得满。2027年1月1日起可以再来。",
            "It opens again on 1 Jan 2027.",
            "分得干净 / Sorted cleanly: 是或否 / yes or no",
        ],
    );
    holds(
        &author.must(&["bench", "--rounds", "3"]),
        &["earn", "headroom", "%"],
    );

    let built = author.must(&["build"]);
    holds(&built, &[tier, "[rule.params]", "points_per_kg = 10"]);
    decides_in_a_community(&author, &built);
    author
}

/// Pastes what `build` printed into a community, checks it as an operator would, and earns with it.
fn decides_in_a_community(author: &Author, built: &str) {
    let lines = built.find("[[rule]]").map(|at| &built[at..]).unwrap();
    let lines = lines.replace("active_from = 2027-01-01", "active_from = 2026-01-01");
    let community = format!(
        "code = \"own\"\ntitle = {{ zh = \"自己的社区\", en = \"Our own\" }}\nbegan_on = 2026-01-01\npoints_go_to = \"household\"\n\n{lines}"
    );
    let place = Installation::of(&format!("{community}{SHOP}"));
    place.file(
        "rongyi.toml",
        "data_dir = \"data\"\nlisten = \"127.0.0.1:0\"\n[limits]\ntier_max = \"large\"\n",
    );
    let component = author.folder.join("built/kitchen-waste.wasm");
    std::fs::copy(
        component,
        place.folder().join("communities/kitchen-waste.wasm"),
    )
    .unwrap();
    let checked = place.must(&["check"]);
    holds(
        &checked.out,
        &["kitchen-waste 0.1.0", "厨余垃圾每公斤 10 分"],
    );
    // And it decides: 7.6 kg, each worth ten points.
    let households = place.file("households.csv", "household,name\n1,演示户\n");
    let residents = place.file(
        "residents.csv",
        "resident,household,name\n1001,1,演示居民\n",
    );
    let events = place.file(
        "events.csv",
        "external_ref,kind,resident,occurred_at,quantity\nK-1,waste.kitchen,1001,2026-03-15,7.6\n",
    );
    let of = |path: &Path| path.to_str().unwrap().to_owned();
    place.must(&["household", "import", "-c", "own", &of(&households)]);
    place.must(&["resident", "import", "-c", "own", &of(&residents)]);
    place.must(&["import", "events", "-c", "own", &of(&events)]);
    let has = place.must(&["balance", "-c", "own", "--resident", "1001", "--json"]);
    assert_eq!(has.json()["assets"][0]["spendable"], 76, "{has:?}");
}

#[test]
fn rust_from_nothing_to_a_community() {
    an_afternoon("rust", "small");
}

#[test]
fn javascript_from_nothing_to_a_community() {
    an_afternoon("javascript", "script");
}

#[test]
fn python_from_nothing_to_a_community() {
    an_afternoon("python", "large");
}

#[test]
fn c_from_nothing_to_a_community() {
    let author = an_afternoon("c", "small");
    // C is the quickest to build, so everything that can be wrong is tried with it.
    what_differs_stands_side_by_side(&author);
    every_mistake_is_told(&author);
}

fn what_differs_stands_side_by_side(author: &Author) {
    author.change(
        "scenarios.toml",
        "expect.awards = [{ amount = 76 }]",
        "expect.awards = [{ amount = 77 }]",
    );
    let said = author.fails(&["test"], "kit.test");
    let row = said.lines().find(|line| line.contains("+77 points"));
    holds(
        row.unwrap_or(&said),
        &["得分 awards", "+77 points → doer", "+76 points → doer"],
    );
    holds(
        &said,
        &["6 个例子里有 1 个不对", "应为 / expected", "实际 / got"],
    );

    author.change(
        "scenarios.toml",
        "amount = 77 }]",
        "amount = 76 }]\nexpect.opens = 2026-12-01",
    );
    author.change(
        "scenarios.toml",
        "expect.opens = 2027-01-01",
        "expect.opens = 2027-02-01",
    );
    let said = author.fails(&["test"], "kit.test");
    holds(&said, &["何时再来 opens", "2027-02-01", "2027-01-01"]);
    author.change(
        "scenarios.toml",
        "amount = 76 }]\nexpect.opens = 2026-12-01",
        "amount = 76 }]",
    );
    author.change(
        "scenarios.toml",
        "expect.opens = 2027-02-01",
        "expect.opens = 2027-01-01",
    );
    author.must(&["test"]);
}

#[expect(
    clippy::too_many_lines,
    reason = "one mistake after another, each with what is said"
)]
fn every_mistake_is_told(author: &Author) {
    let above = author.above.path();
    let outside = author.at(above, &["test"]);
    assert_eq!(outside.code, Some(1));
    holds(&outside.err, &["[kit.no-rule]", "rongyi rule new --lang"]);
    let again = author.at(above, &["new", "--lang", "c", "kitchen-waste"]);
    holds(&again.err, &["[kit.exists]", "已经有了"]);
    let named = author.at(above, &["new", "--lang", "c", "Kitchen_Waste"]);
    holds(&named.err, &["[kit.name]", "kitchen-waste"]);
    let spoken = author.at(above, &["new", "--lang", "cobol", "other"]);
    assert_eq!(spoken.code, Some(2));
    holds(&spoken.err, &["cobol", "rust, javascript, python, c"]);

    let wrong =
        |file: &str, from: &str, to: &str, arguments: &[&str], code: &str, parts: &[&str]| {
            author.change(file, from, to);
            holds(&author.fails(arguments, code), parts);
            author.change(file, to, from);
        };
    // rule.toml
    wrong(
        "rule.toml",
        "lang = \"c\"",
        "lang = \"cobol\"",
        &["test"],
        "kit.manifest",
        &["cobol", "javascript"],
    );
    wrong(
        "rule.toml",
        "lang =",
        "language =",
        &["test"],
        "kit.manifest",
        &["language", "line 2"],
    );
    // params.toml
    wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_per_kg = 10 10",
        &["check"],
        "kit.params",
        &["params.toml", "line 3"],
    );
    wrong(
        "params.toml",
        "points_per_kg = 10",
        "points_per_kg = -1",
        &["check"],
        "config.schema",
        &["params.toml:3:17", "-1"],
    );
    wrong(
        "params.toml",
        "clean_bonus = 5",
        "clean_bonsu = 5",
        &["check"],
        "config.schema",
        &["params.toml:4:15", "clean_bonsu"],
    );
    wrong(
        "params.toml",
        "month_max = 300",
        "month_max = 3",
        &["check"],
        "config.plugin",
        &[
            "params.toml:5:13",
            "month-max.small",
            "请调高上限",
            "raise month_max",
        ],
    );
    // schema.json
    wrong(
        "schema.json",
        "\"type\": \"object\",",
        "\"type\": \"object\"",
        &["build"],
        "kit.schema",
        &["schema.json", "line 5"],
    );
    wrong(
        "schema.json",
        "\"minimum\": 1, \"maximum\": 1000,",
        "\"minimum\": \"one\",",
        &["build"],
        "kit.schema",
        &["/properties/points_per_kg/minimum"],
    );
    wrong(
        "schema.json",
        "\"type\": \"object\",",
        "\"type\": \"array\",",
        &["build"],
        "kit.schema",
        &["[rule.params]"],
    );
    // scenarios.toml
    wrong(
        "scenarios.toml",
        "quantity = 1,",
        "quantity = 1.25,",
        &["test"],
        "kit.test",
        &["1.25", "decimal places"],
    );
    wrong(
        "scenarios.toml",
        "expect.refusal",
        "expects.refusal",
        &["test"],
        "kit.scenarios",
        &["expects", "scenarios.toml"],
    );
    wrong(
        "scenarios.toml",
        "kind = \"waste.kitchen\", quantity = 1,",
        "kind = \"waste.kitchn\", quantity = 1,",
        &["test"],
        "kit.test",
        &["waste.kitchn", "it has: waste.kitchen"],
    );
    wrong(
        "scenarios.toml",
        "params = \"too-small\"",
        "params = \"small\"",
        &["test"],
        "kit.test",
        &["[params.small]", "it has: too-small, usual"],
    );
    wrong(
        "scenarios.toml",
        "value = 262",
        "values = 262",
        &["test"],
        "kit.scenarios",
        &["values"],
    );
    // events.jsonl
    wrong(
        "events.jsonl",
        "\"quantity\": 3,",
        "\"quantity\": 3.55,",
        &["run"],
        "kit.events",
        &["events.jsonl:2", "3.55"],
    );
    wrong(
        "events.jsonl",
        "{\"kind\": \"waste.kitchen\", \"quantity\": 1,",
        "{\"kind\" \"waste.kitchen\", \"quantity\": 1,",
        &["run"],
        "kit.events",
        &["events.jsonl:4", "not JSON"],
    );
    // the source
    wrong(
        "rule.c",
        "static params_t params;",
        "static params_t params",
        &["build"],
        "build.failed",
        &["rule.c:", "clang"],
    );
    author.must(&["check"]);
}

#[test]
fn a_missing_tool_is_named_with_the_way_to_get_it() {
    for (lang, tool, way) in [
        ("rust", "cargo", "https://rustup.rs"),
        ("javascript", "node", "https://nodejs.org"),
        ("python", "python3", "https://python.org"),
        ("c", "clang", "apt install clang lld"),
    ] {
        let author = Author::new(lang);
        let empty = author.above.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        let done = Command::new(rongyi())
            .args(["rule", "build"])
            .current_dir(&author.folder)
            .env("PATH", &empty)
            .output()
            .unwrap();
        let done = Done::from(done);
        assert_eq!(done.code, Some(1), "{done:?}");
        holds(&done.err, &["[build.tool-missing]", tool, way]);
    }
}
