//! The authors' kit as an author uses it, through the real binary with the real tools of each language: from
//! nothing to a rule that passes its tests and decides in a community. A missing tool fails the test.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

mod border;
mod handed_on;
mod mistakes;
mod tools;
mod workshop;

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

    /// The same, by somebody who wrote who they are.
    fn named(lang: &str) -> Author {
        let author = Author::new(lang);
        let sources = ["rule.js", "rule.py", "rule.c", "src/lib.rs"];
        let source = sources
            .iter()
            .find(|file| author.folder.join(file).exists());
        author.change(source.unwrap(), "你的名字", "演示作者");
        author
    }

    fn at(&self, place: &Path, arguments: &[&str]) -> Done {
        Command::new(rongyi())
            .arg("rule")
            .args(arguments)
            .current_dir(place)
            .env("NO_COLOR", "1")
            // What a rule in Rust is made with is compiled once for all runs of this test.
            .env(
                "CARGO_TARGET_DIR",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/kit"),
            )
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
    let author = Author::named(lang);
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
        &[
            "describe",
            "configure",
            "earn",
            "price",
            "close",
            "headroom",
            "%",
            "250000",
        ],
    );

    let built = author.must(&["build"]);
    holds(&built, &[tier, "[rule.params]", "points_per_kg = 10"]);
    decides_in_a_community(&author, &built);
    author
}

/// Pastes what `build` printed into a community, checks it as an operator would, and earns with it.
fn decides_in_a_community(author: &Author, built: &str) {
    let place = in_a_community(author, built);
    let checked = place.must(&["check"]);
    holds(
        &checked.out,
        &["kitchen-waste 0.1.0", "厨余垃圾每公斤 10 分"],
    );
    // And it decides: 7.6 kg, each worth ten points.
    books(&place, "K-1", "7.6");
    let has = place.must(&["balance", "-c", "own", "--resident", "1001", "--json"]);
    assert_eq!(has.json()["assets"][0]["spendable"], 76, "{has:?}");
    workshop::what_was_asked_is_asked_again(author, &place);
}

/// A community with this rule, as its author hands it over.
fn in_a_community(author: &Author, built: &str) -> Installation {
    let lines = built.find("[[rule]]").map(|at| &built[at..]).unwrap();
    let (before, day) = lines.split_once("active_from = ").unwrap();
    let (_, after) = day.split_once(' ').unwrap();
    let lines = format!("{before}active_from = 2026-01-01 {after}");
    let community = format!(
        "code = \"own\"\ntitle = {{ zh = \"自己的社区\", en = \"Our own\" }}\nbegan_on = 2026-01-01\npoints_go_to = \"household\"\n\n{lines}"
    );
    let place = Installation::of(&format!("{community}{SHOP}"));
    place.file(
        "rongyi.toml",
        "data_dir = \"data\"\nauto_apply = true\nlisten = \"127.0.0.1:0\"\n[limits]\ntier_max = \"large\"\n",
    );
    let component = author.folder.join("built/kitchen-waste.wasm");
    std::fs::copy(
        component,
        place.folder().join("communities/kitchen-waste.wasm"),
    )
    .unwrap();
    // Compiling Python takes a quarter of a minute each time; the desk has compiled these very bytes.
    let compiled = place.folder().join("data/compiled");
    std::fs::create_dir_all(&compiled).unwrap();
    for kept in std::fs::read_dir(author.folder.join("built/cache")).unwrap() {
        let kept = kept.unwrap();
        std::fs::copy(kept.path(), compiled.join(kept.file_name())).unwrap();
    }
    let households = place.file("households.csv", "household,name\n1,演示户\n");
    let residents = place.file(
        "residents.csv",
        "resident,household,name\n1001,1,演示居民\n",
    );
    let of = |path: &Path| path.to_str().unwrap().to_owned();
    place.must(&["household", "import", "-c", "own", &of(&households)]);
    place.must(&["resident", "import", "-c", "own", &of(&residents)]);
    place
}

/// An event of the one resident.
fn books(place: &Installation, reference: &str, quantity: &str) {
    let events = place.file(
        "events.csv",
        &format!("external_ref,kind,resident,occurred_at,quantity\n{reference},waste.kitchen,1001,2026-03-15,{quantity}\n"),
    );
    place.must(&["import", "events", "-c", "own", events.to_str().unwrap()]);
}

#[test]
fn rust_from_nothing_to_a_community() {
    let author = an_afternoon("rust", "small");
    workshop::two_builds_are_one(&author, "rust");
    border::rust(&author);
}

#[test]
fn javascript_from_nothing_to_a_community() {
    let author = an_afternoon("javascript", "script");
    workshop::two_builds_are_one(&author, "javascript");
    border::javascript(&author);
}

#[test]
fn python_from_nothing_to_a_community() {
    let author = an_afternoon("python", "large");
    workshop::two_builds_are_one(&author, "python");
    workshop::examples_need_no_build(&author);
    border::python(&author);
}

#[test]
fn c_from_nothing_to_a_community() {
    let author = an_afternoon("c", "small");
    // C is the quickest to build, so everything that can be wrong is tried with it.
    lines_add_up(&author);
    what_differs_stands_side_by_side(&author);
    mistakes::every_mistake_is_told(&author);
    workshop::two_builds_are_one(&author, "c");
    handed_on::a_rule_is_packed_and_taken_over(&author);
    border::c(&author);
    workshop::the_desk_keeps_a_hosts_limits(&author);
    workshop::a_required_field_is_missed(&author);
    workshop::a_rule_is_watched(&author);
    workshop::what_waits_is_asked_again(&author);
    workshop::the_templates_author_is_nobody();
}

/// Points of earlier lines count against the cap of later ones, for each household and month by itself.
fn lines_add_up(author: &Author) {
    let line = |rest: &str| format!("{{\"kind\": \"waste.kitchen\", \"quantity\": 12, {rest}}}\n");
    let november = line("\"on\": \"2026-11-22\"");
    let mut text = november.repeat(4);
    text += &line("\"on\": \"2026-12-01\"");
    text += &line("\"on\": \"2026-11-23\", \"resident\": 2, \"household\": 2");
    text += &line("\"on\": \"2026-11-23\", \"resident\": 3");
    std::fs::write(author.folder.join("more.jsonl"), text).unwrap();
    let run = author.must(&["run", "--events", "more.jsonl", "--json"]);
    let rows: Vec<serde_json::Value> = run
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let amounts: Vec<_> = rows
        .iter()
        .map(|row| row["awards"][0]["amount"].as_i64())
        .collect();
    let full = None;
    assert_eq!(
        amounts,
        [
            Some(120),
            Some(120),
            Some(60),
            full,
            Some(120),
            Some(120),
            full
        ],
        "{run}"
    );
    let has: Vec<_> = rows
        .iter()
        .map(|row| row["balances"]["points"].as_i64())
        .collect();
    let expected = [120, 240, 300, 300, 420, 120].map(Some);
    assert_eq!(has[..6], expected, "{run}");
    let told = author.must(&["run", "--events", "more.jsonl"]);
    holds(
        &told,
        &["= 现有 balance: 240 points", "本户本月的 300 分已经得满"],
    );
    // What the rule writes for its author stands beside the decision.
    let (plain, logging) = (
        "decision_t *ret, refusal_t *err) {",
        "decision_t *ret, refusal_t *err) { log_line(\"one more bucket\");",
    );
    author.change("rule.c", plain, logging);
    holds(&author.must(&["run"]), &["日志 log: one more bucket"]);
    author.change("rule.c", logging, plain);
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
