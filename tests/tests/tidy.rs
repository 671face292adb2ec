//! The written invariants of the house, held by reading its files: what may stand where, what each file must
//! say about itself, and which files never change. It runs nothing and needs nothing but the checkout.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rongyi_tests::root;
use sha2::{Digest, Sha256};

/// Written as two pieces where this very file would otherwise break its own rule.
const SQL: [&str; 8] = [
    concat!("SELECT", " "),
    concat!("INSERT", " INTO"),
    concat!("UPDATE", " "),
    concat!("DELETE", " FROM"),
    concat!("CREATE", " TABLE"),
    concat!("ALTER", " TABLE"),
    concat!("DROP", " T"),
    concat!("PRAG", "MA "),
];

/// Where an HTTP status may be chosen, and why there.
const STATUS_FILES: [(&str, &str); 13] = [
    ("host/server/src/door/fault.rs", "the one mapping of errors"),
    (
        "host/server/src/door/fault/rejections.rs",
        "the part of that mapping that is a table of what ledgers reject",
    ),
    (
        "host/server/src/door/json.rs",
        "what the mapping cannot see: bodies that are no JSON, routes that are none",
    ),
    (
        "host/server/src/door/caller.rs",
        "a community that is not there",
    ),
    (
        "host/server/src/earning/api.rs",
        "the items of a list carry a status each",
    ),
    (
        "host/server/src/routes/around.rs",
        "the outer layers: panic, timeout",
    ),
    ("host/server/src/door/error_page.rs", "the error page"),
    ("host/server/src/access/web.rs", "a form shown again"),
    (
        "host/server/src/vitals.rs",
        "what machines ask about health and readiness",
    ),
    ("host/server/src/redemption/order.rs", "a refusal on a page"),
    (
        "host/server/src/redemption/counter.rs",
        "a till's answer on a page",
    ),
    (
        "host/server/src/resident/order.rs",
        "what could not be ordered for somebody, on the page",
    ),
    ("host/server/tests/", "what a test expects"),
];

/// Lines of a file; what has more is about more than one thing.
const LINES_MAX: usize = 600;

/// The folders of the code map; each README is the folder's manual.
const MANUALS: [&str; 26] = [
    ".",
    "config",
    "host/activities",
    "host/cases",
    "host/certificates",
    "host/core",
    "host/files",
    "host/kit",
    "host/names",
    "host/pages",
    "host/photos",
    "host/rules",
    "host/server",
    "host/sheets",
    "host/store",
    "migrations",
    "plugins",
    "plugins/bundled",
    "plugins/hours",
    "plugins/period-close",
    "plugins/points-table",
    "plugins/sdk",
    "plugins/shop-pricing",
    "plugins/templates",
    "plugins/wit",
    "tests",
];

/// The files of the checkout, without what a build, a demonstration or git put there.
fn files() -> Vec<(String, PathBuf)> {
    fn visit(folder: &Path, found: &mut Vec<(String, PathBuf)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(root())
                .unwrap()
                .to_str()
                .expect("names are UTF-8")
                .replace('\\', "/");
            if path.is_dir() {
                if !["target", "data", ".git"].contains(&name.as_str())
                    && !name.ends_with("/target")
                {
                    visit(&path, found);
                }
            } else {
                found.push((name, path));
            }
        }
    }
    let mut found = Vec::new();
    visit(root(), &mut found);
    found.sort();
    assert!(
        found.len() > 100,
        "only {} files below {}: is this the checkout?",
        found.len(),
        root().display()
    );
    found
}

/// Rust files with their text.
fn rust() -> Vec<(String, String)> {
    let read = |(name, path): (String, PathBuf)| {
        (name.ends_with(".rs")).then(|| (name, fs::read_to_string(path).unwrap()))
    };
    files().into_iter().filter_map(read).collect()
}

fn starts_with_any(name: &str, places: &[&str]) -> bool {
    places.iter().any(|place| name.starts_with(place))
}

/// Lines of Rust that hold one of the words outside a comment, as `file:line: word`.
fn uses(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in rust() {
        if starts_with_any(&name, allowed) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = if line.trim_start().starts_with("//") {
                ""
            } else {
                line
            };
            for word in words.iter().filter(|word| code.contains(**word)) {
                found.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    found
}

#[track_caller]
fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}\n  {}", found.join("\n  "));
}

#[test]
fn only_the_store_speaks_sql() {
    let allowed = [
        "host/store/",
        // Plays somebody who has the database file in hand and changes rows behind the program's back.
        "tests/tests/tamper/",
        // Count what is there, past the program whose word is being tested.
        "tests/tests/kill.rs",
        "tests/tests/workload.rs",
        // Looks whether a name is gone from the rows of the other engine too.
        "tests/tests/erasure.rs",
        // Looks into clusters of their own: whether a standby follows, and what was written.
        "tests/load/src/postgres.rs",
        "tests/tests/postgres.rs",
        // Speaks to clusters of its own, past the program: sets one to read only, fills the log of another.
        "tests/tests/disk.rs",
    ];
    none(
        &uses(&SQL, &allowed),
        "SQL stands in host/store alone: add a function there and call it.",
    );
    let sqlx = [concat!("sqlx", "::"), concat!("use ", "sqlx")];
    none(
        &uses(&sqlx, &allowed),
        "Only host/store speaks with a database.",
    );
    let manifests = manifests_naming("sqlx");
    let expected = ["Cargo.toml", "host/store/Cargo.toml", "tests/Cargo.toml"];
    assert_eq!(
        manifests, expected,
        "only host/store, and the test that tampers, depend on sqlx"
    );
}

#[test]
fn only_the_rules_crate_names_the_engine() {
    let engine = concat!("wasm", "time");
    none(
        &uses(&[engine], &["host/rules/"]),
        "The engine is named in host/rules alone: others use its Engine.",
    );
    let manifests = manifests_naming(engine);
    assert_eq!(
        manifests,
        ["Cargo.toml", "host/rules/Cargo.toml"],
        "only host/rules depends on the engine"
    );
}

/// Manifests that name this package.
fn manifests_naming(package: &str) -> Vec<String> {
    let names = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .any(|line| line.starts_with(package) && line.contains('='))
    };
    let manifest = |name: &str| name == "Cargo.toml" || name.ends_with("/Cargo.toml");
    files()
        .into_iter()
        .filter(|(name, path)| manifest(name) && names(path))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn the_core_has_no_io() {
    let io = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "std::thread",
        "std::io",
        "SystemTime",
        "Instant::now",
        "tokio",
        "sqlx",
        "getrandom",
        "println!",
    ];
    let found: Vec<_> = uses(&io, &[])
        .into_iter()
        .filter(|line| line.starts_with("host/core/src/"))
        .collect();
    none(
        &found,
        "host/core touches no disk, network, clock, process or randomness: pass the value in.",
    );
    let manifest = fs::read_to_string(root().join("host/core/Cargo.toml")).unwrap();
    for package in [
        "tokio",
        "sqlx",
        "axum",
        "getrandom",
        "rand",
        "reqwest",
        "tracing",
    ] {
        let found = manifest.lines().any(|line| line.starts_with(package));
        assert!(!found, "host/core must not depend on {package}");
    }
}

#[test]
fn the_arrows_point_one_way() {
    let forbidden = [
        ("host/core/Cargo.toml", vec!["rongyi-"]),
        ("host/files/Cargo.toml", vec!["rongyi-"]),
        ("host/activities/Cargo.toml", vec!["rongyi-store", "axum"]),
        ("host/cases/Cargo.toml", vec!["rongyi-store", "axum"]),
        ("host/certificates/Cargo.toml", vec!["rongyi-store", "axum"]),
        (
            "host/rules/Cargo.toml",
            vec!["rongyi-store", "rongyi-server", "rongyi-pages", "axum"],
        ),
        (
            "host/store/Cargo.toml",
            vec!["rongyi-rules", "rongyi-server", "rongyi-pages", "axum"],
        ),
        (
            "host/pages/Cargo.toml",
            vec!["rongyi-rules", "rongyi-store", "rongyi-server", "axum"],
        ),
        (
            "host/clerk/Cargo.toml",
            vec![
                "rongyi-server",
                "rongyi-pages",
                "rongyi-config",
                "axum",
                "clap",
            ],
        ),
        (
            "host/config/Cargo.toml",
            vec![
                "rongyi-server",
                "rongyi-pages",
                "rongyi-store",
                "rongyi-clerk",
                "axum",
                "clap",
            ],
        ),
    ];
    for (manifest, packages) in forbidden {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let ends = text.find("[dev-dependencies]").unwrap_or(text.len());
        for package in packages {
            let found = text[..ends].lines().any(|line| line.starts_with(package));
            assert!(
                !found,
                "{manifest} depends on {package}: dependencies point server → clerk → store, rules → core"
            );
        }
    }
}

#[test]
fn every_rust_file_says_what_it_is() {
    let silent = |(name, text): (String, String)| (!text.starts_with("//! ")).then_some(name);
    let found: Vec<_> = rust().into_iter().filter_map(silent).collect();
    none(
        &found,
        "A Rust file begins with //! saying what it is and what it deliberately does not do:",
    );
}

#[test]
fn every_folder_has_its_manual() {
    let missing = |folder: &&&str| {
        let text = fs::read_to_string(root().join(folder).join("README.md")).unwrap_or_default();
        text.lines().count() < 5
    };
    let found: Vec<_> = MANUALS
        .iter()
        .filter(missing)
        .map(|folder| format!("{folder}/README.md"))
        .collect();
    none(
        &found,
        "Each folder's README.md is its manual; missing, or only a line or two:",
    );
}

#[test]
fn what_is_archived_never_changes() {
    let recorded = fs::read_to_string(root().join("tests/digests.txt")).expect("tests/digests.txt");
    let recorded: BTreeMap<&str, &str> = recorded
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            line.split_once(' ')
                .unwrap_or_else(|| panic!("not “path sha256”: {line}"))
        })
        .collect();
    let guarded = |name: &str| {
        (name.starts_with("migrations/") && name.ends_with(".sql"))
            || (name.starts_with("plugins/wit/v") && name.ends_with(".wit"))
            || name == "tests/vendor/axe-core/axe.min.js"
    };
    let mut wrong = String::new();
    let mut seen = Vec::new();
    for (name, path) in files().into_iter().filter(|(name, _)| guarded(name)) {
        let digest = hex(&Sha256::digest(fs::read(path).unwrap()));
        match recorded.get(name.as_str()) {
            Some(known) if *known == digest => {}
            Some(_) => writeln!(
                wrong,
                "{name} was changed. Installations and archived rules rely on the old bytes: put them back, and add a new migration or a new WIT version folder instead."
            )
            .unwrap(),
            None => writeln!(wrong, "{name} is new. Once it is right, add this line to tests/digests.txt:\n{name} {digest}").unwrap(),
        }
        seen.push(name);
    }
    for gone in recorded
        .keys()
        .filter(|name| !seen.iter().any(|present| present == *name))
    {
        writeln!(
            wrong,
            "{gone} is gone. Installations and archived rules rely on it: put it back."
        )
        .unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn nothing_built_is_kept() {
    let built = |name: &str, path: &Path| {
        let bytes = fs::read(path).unwrap();
        let starts = [b"\0asm".as_slice(), b"SQLite format 3", b"\x7fELF"]
            .iter()
            .any(|magic| bytes.starts_with(magic));
        starts
            || [".cwasm", ".db", ".db-wal", ".rlib", ".so"]
                .iter()
                .any(|end| name.ends_with(end))
    };
    let found: Vec<_> = files()
        .into_iter()
        .filter(|(name, path)| built(name, path))
        .map(|(name, _)| name)
        .collect();
    none(
        &found,
        "Rules are built from source and databases are made by the program; remove these, or put them below data/ or target/:",
    );
}

#[test]
fn a_status_is_chosen_in_few_places() {
    let allowed: Vec<_> = STATUS_FILES.iter().map(|(file, _)| *file).collect();
    for (file, reason) in STATUS_FILES {
        assert!(
            root().join(file).exists(),
            "{file} ({reason}) is gone: take it off the list"
        );
    }
    let word = concat!("Status", "Code");
    let found = uses(&[word], &allowed);
    none(
        &found,
        "An error gets its HTTP status in host/server/src/door/fault.rs; return the error instead.",
    );
}

#[test]
fn nothing_is_left_for_later() {
    let words = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[", "ignore"),
        concat!("dbg", "!("),
    ];
    none(
        &uses(&words, &[]),
        "Finish it, or take it out: a test that is skipped looks green.",
    );
}

#[test]
fn no_path_of_a_machine_is_named() {
    let paths = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/Us", "ers/"),
    ];
    let mut found = Vec::new();
    for (name, path) in files() {
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        if name.starts_with("tests/vendor/") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            // Part of a longer path, such as a web address, is no path of a machine.
            let absolute = |folder: &&&str| {
                line.match_indices(**folder).any(|(at, _)| {
                    !line[..at].ends_with(|before: char| {
                        before.is_alphanumeric() || before == '.' || before == '}'
                    })
                })
            };
            found.extend(
                paths
                    .iter()
                    .filter(absolute)
                    .map(|folder| format!("{name}:{}: {folder}", number + 1)),
            );
        }
    }
    none(&found, "These folders exist on one machine only:");
}

/// What no sentence for people says: the program's own words, codes of actors, and values as a debugger prints them.
const INSIDE_WORDS: [&str; 7] = [
    "幂等",
    "staff/{",
    "token/{",
    "resident/{",
    ":?}",
    ":#?}",
    "哈希",
];

#[test]
fn sentences_speak_to_people() {
    let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let mut found = Vec::new();
    let mut sentences = 0;
    for (name, text) in rust() {
        if !name.starts_with("host/") || !name.contains("/src/") {
            continue;
        }
        let without_tests = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in without_tests.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            for literal in code
                .split('"')
                .skip(1)
                .step_by(2)
                .filter(|literal| chinese(literal))
            {
                sentences += 1;
                let inside = INSIDE_WORDS.iter().filter(|word| literal.contains(**word));
                found.extend(inside.map(|word| format!("{name}:{}: {word}", number + 1)));
            }
        }
    }
    for (name, path) in files() {
        if name.ends_with(".ftl") {
            let text = fs::read_to_string(path).unwrap();
            let inside = INSIDE_WORDS.iter().filter(|word| text.contains(**word));
            found.extend(inside.map(|word| format!("{name}: {word}")));
        }
    }
    assert!(sentences > 500, "only {sentences} sentences were found");
    none(&found, "Sentences for people say it in people's words:");
}

/// What one command prints of all messages holds no word that no resident should have to read; and the command finds
/// one where there is one.
#[test]
fn messages_say_nothing_of_the_trade() {
    let check = |path: Option<&Path>| {
        let mut command = std::process::Command::new("python3");
        command.arg(root().join("tests/messages.py")).arg("--check");
        let done = command.args(path).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        (done.status.success(), said)
    };
    let (fine, said) = check(None);
    assert!(fine, "{said}");
    let count = said
        .split(' ')
        .next()
        .and_then(|word| word.parse::<u32>().ok());
    assert!(count.is_some_and(|count| count > 1500), "{said}");
    let file = tempfile::Builder::new().suffix(".rs").tempfile().unwrap();
    fs::write(
        file.path(),
        "fn a() { say(\"请换一个幂等键。\", \"Take another key.\"); }",
    )
    .unwrap();
    let (fine, said) = check(Some(file.path()));
    assert!(!fine && said.contains("幂等"), "{said}");
}

#[test]
fn no_file_is_long() {
    let mut wrong = Vec::new();
    for (name, text) in rust() {
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!(
                "{name} has {lines} lines, at most {LINES_MAX}: split it by what it is about"
            ));
        }
    }
    none(&wrong, "Lengths of files:");
}
