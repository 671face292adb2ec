//! The published rule books below `config/published`, and the table of everything the bundled rules can say: each
//! runs through the compiled components with its own numbers. Nothing here knows a number of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rongyi_rules::{Cache, Compiler, Engine, Limits, Lowered};
use rongyi_sdk::scenario::params_json;

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Each component is compiled once, whatever the number of its parameter sets.
fn engine(cache: &tempfile::TempDir) -> Engine {
    Engine::new(
        Limits {
            instances: 4,
            ..Limits::default()
        },
        Compiler::InProcess,
        Some(Cache::sealed(cache.path(), &[1; 32])),
    )
    .unwrap()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|no| panic!("{path}: {no}"))
}

fn files(folder: &str) -> Vec<String> {
    let all = std::fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<String> = all
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    names
}

/// The parameters of every rule of the published communities, by `community.rule`.
fn published() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for name in files("config/published/communities") {
        let text = read(&format!("config/published/communities/{name}"));
        let file: toml::Table = toml::from_str(&text).unwrap_or_else(|no| panic!("{name}: {no}"));
        for rule in file["rule"].as_array().unwrap() {
            let plugin = rule["plugin"].as_str().unwrap();
            let key = format!("{}.{plugin}", name.trim_end_matches(".toml"));
            assert!(
                all.insert(key, params_json(&rule["params"])).is_none(),
                "{name} has {plugin} twice"
            );
        }
    }
    all
}

#[test]
fn published_rule_books_give_their_published_numbers() {
    let cache = tempfile::tempdir().unwrap();
    let engine = engine(&cache);
    let published = published();
    let communities: BTreeSet<&str> = published
        .keys()
        .map(|key| key.split('.').next().unwrap())
        .collect();
    for wanted in [
        "hailin",
        "xutang",
        "shengxin",
        "wuxing",
        "guan",
        "fuzhou",
        "shenzhen",
        "guangzhou",
        "shancheng",
        "nanjing",
    ] {
        assert!(communities.contains(wanted), "{wanted} is missing");
    }
    let scenarios: BTreeSet<String> = files("config/published/scenarios")
        .iter()
        .map(|name| name.trim_end_matches(".toml").to_owned())
        .collect();
    let rules: BTreeSet<String> = published.keys().cloned().collect();
    assert_eq!(scenarios, rules, "each rule has its scenarios, and no more");
    for (key, params) in &published {
        let (_, plugin) = key.split_once('.').unwrap();
        let bundled = rongyi_bundled::find(plugin).unwrap();
        let text = read(&format!("config/published/scenarios/{key}.toml"));
        let report = engine
            .run_scenarios(bundled.bytes, &text, Some(params), Lowered::default())
            .unwrap_or_else(|no| panic!("{key}: {no}"));
        assert!(report.failures.is_empty(), "{key}: {:#?}", report.failures);
    }
}

/// A row of the table in the manual of the bundled rules.
struct Row {
    number: u32,
    rule: String,
    parameter: String,
    scenario: String,
}

fn table() -> Vec<Row> {
    let text = read("plugins/bundled/README.md");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let number = cells.get(1)?.parse().ok()?;
        Some(Row {
            number,
            rule: (*cells.get(3)?).to_owned(),
            parameter: cells.get(4)?.trim_matches('`').to_owned(),
            scenario: (*cells.get(5)?).to_owned(),
        })
    };
    text.lines().filter_map(row).collect()
}

fn has_key(value: &toml::Value, key: &str) -> bool {
    match value {
        toml::Value::Table(rows) => rows
            .iter()
            .any(|(name, inner)| name == key || has_key(inner, key)),
        toml::Value::Array(items) => items.iter().any(|item| has_key(item, key)),
        toml::Value::String(text) => text == key,
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => false,
    }
}

#[test]
fn every_kind_of_rule_is_said_by_a_parameter_and_shown_by_a_scenario() {
    let cache = tempfile::tempdir().unwrap();
    let engine = engine(&cache);
    let mut failed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in table() {
        let Row {
            number,
            rule,
            parameter,
            scenario,
        } = row;
        if rule == "host" {
            let manual = read("config/README.md");
            assert!(
                manual.contains(&format!("`{parameter}")),
                "{number}: config/README.md does not know “{parameter}”"
            );
            seen.insert(number);
            continue;
        }
        let (file, name) = scenario
            .split_once(": ")
            .unwrap_or_else(|| panic!("{number}: “{scenario}” is no `file: name`"));
        let path = format!("plugins/{rule}/scenarios/{file}");
        let text = read(&path);
        let parsed = rongyi_sdk::scenario::read(&text).unwrap();
        let written = parsed.scenario.iter().find(|one| one.name == name);
        let written =
            written.unwrap_or_else(|| panic!("{number}: {path} has no scenario “{name}”"));
        let params = &parsed.params[written.params.as_ref().unwrap()];
        assert!(
            has_key(params, &parameter),
            "{number}: the parameters of “{name}” do not say `{parameter}`"
        );
        let failures = failed.entry(path.clone()).or_insert_with(|| {
            let bytes = rongyi_bundled::find(&rule).unwrap().bytes;
            let report = engine
                .run_scenarios(bytes, &text, None, Lowered::default())
                .unwrap();
            report.failures.into_iter().map(|one| one.name).collect()
        });
        assert!(
            !failures.contains(name),
            "{number}: “{name}” in {path} fails"
        );
        seen.insert(number);
    }
    let all: BTreeSet<u32> = (1..=28).collect();
    assert_eq!(seen, all, "the table has every kind");
}
