//! Every published rule book, tried on a ledger that it made: the events of its own scenarios, by several residents on several
//! days, with caps and limits that are reached on the way. Tried again it gives exactly that ledger.

use std::path::Path;

use serde_json::{Value, json};

use crate::place::Place;

/// Residents, two to a household.
const RESIDENTS: [u32; 6] = [1001, 1002, 1003, 1004, 1005, 1006];
/// Days of November on which everything is done again.
const DAYS: [u32; 4] = [19, 20, 21, 22];

fn published() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../config/published"
    ))
}

/// A parameter or a field of a scenario, as an import takes it.
fn plain(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number.to_string()),
        toml::Value::Boolean(yes) => json!(yes),
        toml::Value::Datetime(day) => json!(day.to_string()),
        toml::Value::Array(all) => all.iter().map(plain).collect(),
        toml::Value::Table(all) => all
            .iter()
            .map(|(key, value)| (key.clone(), plain(value)))
            .collect(),
    }
}

/// The events of a community's scenarios.
fn scenarios(name: &str) -> Vec<toml::Table> {
    let mut events = Vec::new();
    for file in std::fs::read_dir(published().join("scenarios")).unwrap() {
        let file = file.unwrap();
        let called = file.file_name().into_string().unwrap();
        if !called.starts_with(&format!("{name}.")) {
            continue;
        }
        let text = std::fs::read_to_string(file.path()).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let all = table["scenario"].as_array().unwrap();
        events.extend(
            all.iter()
                .filter_map(|one| one.get("event")?.as_table().cloned()),
        );
    }
    events
}

/// A place with this rule book alone, and people.
fn place(name: &str) -> Place {
    let place = Place::new();
    std::fs::remove_file(place.path("config/communities/green.toml")).unwrap();
    let file = format!("communities/{name}.toml");
    let text = std::fs::read_to_string(published().join(&file)).unwrap();
    place.write(&format!("config/{file}"), text);
    // Some rules name their scenarios.
    for scenarios in std::fs::read_dir(published().join("scenarios")).unwrap() {
        let scenarios = scenarios.unwrap();
        let called = scenarios.file_name().into_string().unwrap();
        let text = std::fs::read_to_string(scenarios.path()).unwrap();
        place.write(&format!("config/scenarios/{called}"), text);
    }
    let mut households = String::from("household,name\n");
    let mut residents = String::from("resident,household,name\n");
    for (place, resident) in RESIDENTS.iter().enumerate() {
        let household = place / 2 + 1;
        if place % 2 == 0 {
            households.push_str(&format!("{household},第{household}户\n"));
        }
        residents.push_str(&format!("{resident},{household},演示居民{resident}\n"));
    }
    place.write("households.csv", households);
    place.write("residents.csv", residents);
    place.good(&["household", "import", "-c", name, "households.csv"]);
    let people = [
        "resident",
        "import",
        "-c",
        name,
        "residents.csv",
        "--pins",
        "pins.txt",
    ];
    place.good(&people);
    place
}

/// Each event by everybody on every day, a line of JSON each.
fn lines(events: &[toml::Table]) -> String {
    let mut text = String::new();
    for day in DAYS {
        for (which, event) in events.iter().enumerate() {
            for resident in RESIDENTS {
                let mut line = json!({
                    "external_ref": format!("{day}-{which}-{resident}"),
                    "kind": plain(&event["kind"]),
                    "resident": resident,
                    "occurred_at": format!("2026-11-{day}"),
                    "quantity": plain(&event["quantity"]).to_string().trim_matches('"'),
                });
                let fields = event.get("fields").and_then(toml::Value::as_table);
                for (field, value) in fields.into_iter().flatten() {
                    line[format!("field.{field}")] = plain(value);
                }
                let roles = event.get("roles").and_then(toml::Value::as_array);
                for role in roles.into_iter().flatten() {
                    let role = role.as_str().unwrap();
                    if role != "doer" {
                        line[format!("role.{role}")] = json!(RESIDENTS[0].to_string());
                    }
                }
                text.push_str(&format!("{line}\n"));
            }
        }
    }
    text
}

#[test]
fn each_published_rule_book_gives_exactly_its_own_ledger() {
    let mut tried = Vec::new();
    for file in std::fs::read_dir(published().join("communities")).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let name = file.trim_end_matches(".toml");
        let events = scenarios(name);
        assert!(!events.is_empty(), "{name} has no event");
        let place = place(name);
        place.write("events.jsonl", lines(&events));
        let ran = place.run(&["import", "events", "-c", name, "--json", "events.jsonl"]);
        assert_eq!(ran.code, 0, "{name}: {} {}", ran.out, ran.err);
        let rules = format!("config/communities/{name}.toml");
        let out = place.good(&["simulate", "-c", name, "--rules", &rules, "--json"]);
        let found: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(found["exactly_the_ledger"], true, "{name}: {found}");
        let sent = events.len() * RESIDENTS.len() * DAYS.len();
        assert!(
            found["entries"].as_u64().unwrap() >= sent as u64,
            "{name}: {found}"
        );
        tried.push(name.to_owned());
    }
    assert_eq!(tried.len(), 10, "{tried:?}");
}
