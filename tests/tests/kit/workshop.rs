//! What makes the desk a host's: its limits, its required fields, what it was asked; and what makes it quick: examples
//! without building, watching, one digest for one source. With a configuration it is also a host's in this: "rule check",
//! "rule run", "rule bench" and "rule explain" go by its limits.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rongyi_tests::{Installation, rongyi};

use crate::{Author, books, holds, in_a_community};

/// The digest that `build` prints.
fn digest(built: &str) -> &str {
    let (_, after) = built.split_once("sha256 = \"").unwrap();
    after.split_once('"').unwrap().0
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, path) = (entry.file_name(), entry.path());
        // Tools stay where they are; what was built is built anew.
        if ["built", ".venv", "node_modules", "target"]
            .iter()
            .any(|made| name == *made)
        {
            continue;
        }
        if path.is_dir() {
            copied(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// The same sources in another folder, built another time, are the same bytes.
pub(crate) fn two_builds_are_one(author: &Author, lang: &str) {
    let first = author.must(&["build"]);
    let other = author.above.path().join("elsewhere/deeper/kitchen-waste");
    copied(&author.folder, &other);
    for tools in [".venv", "node_modules"] {
        let tools = author.folder.join(tools);
        if tools.exists() {
            let name = tools.file_name().unwrap();
            std::os::unix::fs::symlink(&tools, other.join(name)).unwrap();
        }
    }
    // What an author keeps beside a rule is no part of it.
    std::fs::write(other.join("notes.txt"), "记得问王主任").unwrap();
    let kept = author.folder.join("built/cache");
    copied(&kept, &other.join("built/cache"));
    let again = author.at(&other, &["build"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(digest(&first), digest(&again.out), "{lang}");
}

/// A comment in an example costs no build of Python; the component that is handed over carries it.
pub(crate) fn examples_need_no_build(author: &Author) {
    author.must(&["build"]);
    author.change("scenarios.toml", "# 例子：", "# 说明。例子：");
    let tried = author.rule(&["test"]);
    assert_eq!(tried.code, Some(0), "{tried:?}");
    holds(&tried.out, &["6 个例子全对"]);
    assert!(!tried.err.contains("componentize-py"), "{tried:?}");
    let built = author.rule(&["build"]);
    holds(&built.err, &["componentize-py"]);
    let component = std::fs::read(author.folder.join("built/kitchen-waste.wasm")).unwrap();
    let carried = "# 说明。例子：".as_bytes();
    assert!(component.windows(carried.len()).any(|part| part == carried));
}

/// The entry of the one event that was booked, put to the author's own rule again.
pub(crate) fn what_was_asked_is_asked_again(author: &Author, place: &Installation) {
    let listed = place.must(&["passbook", "-c", "own", "--resident", "1001", "--json"]);
    let entry = listed
        .out
        .split("\"entry\":")
        .nth(1)
        .map(|rest| {
            rest.trim_start()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        })
        .unwrap();
    let keep = author.folder.join("scenarios");
    std::fs::create_dir_all(&keep).unwrap();
    let keep = keep.join("seen.toml");
    let asked = [
        "rule",
        "replay",
        "-c",
        "own",
        "--entry",
        &entry,
        "--keep",
        keep.to_str().unwrap(),
    ];
    let replayed = place.must(&asked);
    holds(
        &replayed.err,
        &[
            "kitchen-waste 0.1.0",
            "points_per_kg",
            "recorded: +76 points → doer",
            "now: +76 points → doer",
        ],
    );
    for name in ["1001", "演示居民", "演示户", "K-1"] {
        assert!(!replayed.out.contains(name), "{name}: {replayed:?}");
    }
    std::fs::write(author.folder.join("seen.jsonl"), &replayed.out).unwrap();
    let run = author.must(&["run", "--events", "seen.jsonl", "--json"]);
    let row: serde_json::Value = serde_json::from_str(run.trim()).unwrap();
    assert_eq!(row["awards"][0]["amount"], 76, "{run}");
    holds(&author.must(&["test"]), &["7 个例子全对"]);
    std::fs::remove_dir_all(keep.parent().unwrap()).unwrap();
    // And the bytes come back out of the ledger, without a file of one's own.
    let component = author.folder.join("built/kitchen-waste.wasm");
    let built = author.must(&["build"]);
    let named = digest(&built);
    let into = place.folder().to_str().unwrap().to_owned();
    let export = [
        "rule",
        "export",
        "-c",
        "own",
        "--sha256",
        &named[..12],
        "--into",
        &into,
    ];
    let exported = place.must(&export);
    holds(
        &exported.out,
        &[named, "[rule.params]", "points_per_kg = 10"],
    );
    let file = place
        .folder()
        .join(format!("kitchen-waste-{}.wasm", &named[..8]));
    assert_eq!(
        std::fs::read(file).unwrap(),
        std::fs::read(component).unwrap()
    );
    // Nothing is overwritten.
    assert_eq!(place.run(&export).code, Some(1));
    let none = place.run(&["rule", "replay", "-c", "own", "--entry", "999999"]);
    holds(&none.err, &["[replay.entry]"]);
}

/// An event on which the rule failed: what it was asked, and what it wrote.
pub(crate) fn what_waits_is_asked_again(author: &Author) {
    let sum = "    sum_t sum = {.asset = \"points\"};";
    let fails = "    if (event->quantity == 50) { log_line(\"a round one\"); fail(\"broken\"); }";
    author.change("rule.c", sum, &format!("{fails}\n{sum}"));
    let place = in_a_community(author, &author.must(&["build"]));
    books(&place, "K-1", "5.0");
    let replayed = place.must(&["rule", "replay", "-c", "own", "--waiting"]);
    holds(
        &replayed.err,
        &[
            "recorded: 等待 waiting",
            "now: [plugin.panic]",
            "broken",
            "log: a round one",
        ],
    );
    std::fs::write(author.folder.join("waits.jsonl"), &replayed.out).unwrap();
    let run = author.fails(&["run", "--events", "waits.jsonl"], "kit.run");
    holds(&run, &["broken", "log: a round one"]);
    author.change("rule.c", &format!("{fails}\n"), "");
    holds(
        &author.must(&["run", "--events", "waits.jsonl"]),
        &["+50 points"],
    );
}

pub(crate) fn the_desk_keeps_a_hosts_limits(author: &Author) {
    let place = in_a_community(author, &author.must(&["build"]));
    let sum = "    sum_t sum = {.asset = \"points\"};";
    let busy = "    for (volatile int32_t at = 0; at < 30000; at++) {}";
    author.change("rule.c", sum, &format!("{busy}\n{sum}"));
    author.must(&["check"]);
    let config = place.file(
        "rongyi.toml",
        "data_dir = \"data\"\nlisten = \"127.0.0.1:0\"\n[limits.small]\nfuel_max = 50000\n",
    );
    let config = config.to_str().unwrap();
    holds(
        &author.fails(&["check", "--config", config], "kit.test"),
        &["limit.fuel", "50000"],
    );
    let none = author.rule(&["check", "--config", config, "-c", "nobody"]);
    holds(&none.err, &["nobody"]);
    author.change("rule.c", &format!("{busy}\n"), "");
    author.must(&["check", "--config", config, "-c", "own"]);
    // On a host the parameters are not read again with each call.
    let plain = author.must(&["bench", "--rounds", "2"]);
    let baked = author.must(&["bench", "--rounds", "2", "--baked"]);
    holds(&baked, &["参数已经存进内存"]);
    assert!(!plain.contains("参数已经存进内存"), "{plain}");
}

pub(crate) fn a_required_field_is_missed(author: &Author) {
    let kind = ".kind.tag = RONGYI_RULES_TYPES_FIELD_KIND_YES_NO,";
    let required = format!("{kind}\n            .required = true,");
    author.change("rule.c", kind, &required);
    let said = author.fails(&["run"], "kit.events");
    holds(&said, &["events.jsonl:1", "必填", "clean"]);
    let said = author.fails(&["test"], "kit.test");
    // The first example stands on its line.
    let text = std::fs::read_to_string(author.folder.join("scenarios.toml")).unwrap();
    let line = text
        .lines()
        .position(|line| line == "[[scenario]]")
        .unwrap()
        + 1;
    holds(&said, &["必填", &format!("scenarios.toml:{line}")]);
    author.change("rule.c", &required, kind);
}

pub(crate) fn a_rule_is_watched(author: &Author) {
    let mut watch = Command::new(rongyi())
        .args(["rule", "watch"])
        .current_dir(&author.folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut until = |part: &str| {
        let found = said
            .by_ref()
            .map(Result::unwrap)
            .any(|line| line.contains(part));
        assert!(found, "{part} was not said");
    };
    until("6 个例子全对");
    let (right, wrong) = (
        "expect.awards = [{ amount = 76 }]",
        "expect.awards = [{ amount = 75 }]",
    );
    author.change("scenarios.toml", right, wrong);
    until("+75 points");
    author.change("scenarios.toml", wrong, right);
    until("6 个例子全对");
    watch.kill().unwrap();
    watch.wait().unwrap();
}

/// A rule that nobody put their name to is built and tried, and switched on by nobody.
pub(crate) fn the_templates_author_is_nobody() {
    let author = Author::named("c");
    let signed = author.must(&["build"]);
    let place = in_a_community(&author, &signed);
    author.change("rule.c", "演示作者", "你的名字");
    let checked = author.rule(&["check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    holds(&checked.err, &["你的名字", "no host will switch it on"]);
    let unsigned = author.must(&["build"]);
    let community = place.folder().join("communities/own.toml");
    let component = place.folder().join("communities/kitchen-waste.wasm");
    let (right, bytes) = (
        std::fs::read_to_string(&community).unwrap(),
        std::fs::read(&component).unwrap(),
    );
    std::fs::copy(author.folder.join("built/kitchen-waste.wasm"), &component).unwrap();
    let wrong = right.replace(digest(&signed), digest(&unsigned));
    std::fs::write(&community, wrong).unwrap();
    let refused = place.run(&["check"]);
    assert_eq!(refused.code, Some(78), "{refused:?}");
    holds(&refused.err, &["config.author", "你的名字"]);
    std::fs::write(&community, right).unwrap();
    std::fs::write(&component, bytes).unwrap();
}
