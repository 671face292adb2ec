//! What is saved is not in force: it is looked at, applied by its number, and taken back; every step stands in the ledger.

use serde_json::Value;

use crate::place::{COMMUNITY, Place};

const FILE: &str = "config/communities/green.toml";
const HOST: &str = "config/rongyi.toml";

/// A village whose host waits for somebody to apply.
fn village() -> Place {
    let place = Place::new();
    place.write(HOST, "data_dir = \"data\"\n");
    place.good(&[
        "household",
        "add",
        "-c",
        "green",
        "--household",
        "1",
        "--name",
        "陈家",
    ]);
    place.write(
        "residents.csv",
        "resident,household,name,phone\n1001,1,陈阿婆,\n",
    );
    place.good(&[
        "resident",
        "import",
        "-c",
        "green",
        "residents.csv",
        "--pins",
        "pins.txt",
    ]);
    place
}

fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

fn plan(place: &Place) -> Value {
    json(&place.good(&["plan", "-c", "green", "--json"]))
}

fn apply(place: &Place, number: &str) -> crate::place::Ran {
    let args = [
        "apply",
        "-c",
        "green",
        "--plan",
        number,
        "--reason",
        "代表会议通过",
    ];
    place.run(&args)
}

fn history(place: &Place) -> Vec<Value> {
    let found = json(&place.good(&["rule", "history", "-c", "green", "--json"]));
    found["configurations"].as_array().unwrap().clone()
}

/// Books one event and says how many points it brought.
fn earned(place: &Place, reference: &str, kind: &str, quantity: &str) -> i64 {
    let before = place.points("1001");
    let row = format!("{reference},{kind},1001,2026-10-01,{quantity},");
    place.events("one.csv", &[&row]);
    let (ran, sums) = place.import(&["one.csv"]);
    assert_eq!(ran.code, 0, "{sums} {}", ran.err);
    place.points("1001") - before
}

#[test]
fn a_saved_file_is_in_force_once_it_was_looked_at_and_applied() {
    let place = village();
    assert_eq!(earned(&place, "w-1", "waste.food", "1.0"), 10);
    let first = history(&place);
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(first[0]["step"], "as found");
    let nothing = plan(&place);
    assert_eq!(nothing["nothing"], true, "{nothing}");
    assert_eq!(nothing["in_force"], nothing["saved"]);

    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 7"));
    assert_eq!(earned(&place, "w-2", "waste.food", "1.0"), 10, "as applied");
    let planned = plan(&place);
    assert_eq!(planned["nothing"], false, "{planned}");
    let lines = planned["lines"].as_str().unwrap();
    assert!(lines.contains("-per_unit = 10\n+per_unit = 7"), "{lines}");
    assert_eq!(
        planned["differs"][0]["changes"][0]["code"], "rule.other",
        "{planned}"
    );
    let words = planned["words"].as_array().unwrap();
    let of = |new: bool| words.iter().filter(|one| one["new"] == new).count();
    assert_eq!((of(false), of(true)), (1, 1), "{words:?}");
    let issued = &planned["tried"]["flows"]["issued"];
    assert_eq!(
        (&issued["ledger"], &issued["candidate"]),
        (&20.into(), &14.into()),
        "{planned}"
    );
    assert_eq!(history(&place).len(), 1, "looking changes nothing");
    let shown = place.good(&["plan", "-c", "green"]);
    let number = planned["plan"].as_str().unwrap();
    assert!(
        shown.contains(number) && shown.contains("+per_unit = 7"),
        "{shown}"
    );

    let unknown = apply(&place, "0123456789abcdef");
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("[plan.moved]"), "{}", unknown.err);
    let short = place.run(&["apply", "-c", "green", "--plan", number, "--reason", "x"]);
    assert!(short.err.contains("[reason.form]"), "{}", short.err);
    let applied = apply(&place, number);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert_eq!(earned(&place, "w-3", "waste.food", "1.0"), 7);
    let again = apply(&place, number);
    assert!(again.err.contains("[plan.nothing]"), "{}", again.err);
    let all = history(&place);
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[0]["step"], &all[0]["in_force"]),
        (&"applied".into(), &true.into())
    );
    assert_eq!(all[0]["reason"], "代表会议通过");
    assert_eq!(all[0]["former"], all[1]["digest"]);
    place.height();
}

#[test]
fn what_moved_since_is_not_applied() {
    let place = village();
    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 7"));
    let seven = plan(&place)["plan"].as_str().unwrap().to_owned();
    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 8"));
    let moved = apply(&place, &seven);
    assert!(moved.err.contains("[plan.moved]"), "{}", moved.err);
    // The file is as it was looked at, and what is in force is another one.
    let eight = plan(&place)["plan"].as_str().unwrap().to_owned();
    assert_eq!(apply(&place, &eight).code, 0);
    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 7"));
    let moved = apply(&place, &seven);
    assert!(moved.err.contains("[plan.moved]"), "{}", moved.err);
    assert_eq!(earned(&place, "w-1", "waste.food", "1.0"), 8);
}

#[test]
fn going_back_takes_one_step_and_no_file() {
    let place = village();
    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 7"));
    let number = plan(&place)["plan"].as_str().unwrap().to_owned();
    assert_eq!(apply(&place, &number).code, 0);
    let first = history(&place)[1]["digest"].as_str().unwrap().to_owned();
    let back = |to: &str| place.run(&["rollback", "-c", "green", "--to", to, "--reason", "写错了"]);
    for wrong in ["", "ffff", "ffffffffffff", &first[..3]] {
        let ran = back(wrong);
        assert!(
            ran.err.contains("[rollback.unknown]"),
            "{wrong}: {}",
            ran.err
        );
    }
    // The former file is nowhere any more, and what lies there can't even be read.
    place.write(FILE, "code = \"green\"\n???");
    let ran = back(&first[..10]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(earned(&place, "w-1", "waste.food", "1.0"), 10);
    assert_eq!(place.run(&["check"]).code, 78);
    assert_eq!(place.run(&["plan", "-c", "green"]).code, 78);
    let all = history(&place);
    assert_eq!(all[0]["step"], "rolled back");
    assert_eq!(all[0]["digest"], first.as_str());
    assert!(back(&first).err.contains("[plan.nothing]"));
    place.height();
}

#[test]
fn a_rule_of_ones_own_comes_back_from_the_archive() {
    let place = village();
    let bytes = rongyi_bundled::find("points-table").unwrap().bytes;
    let digest = rongyi_core::chain::hex(&rongyi_core::chain::sha256(bytes));
    let named = format!("plugin = {{ file = \"own.wasm\", sha256 = \"{digest}\" }}");
    place.write("config/communities/own.wasm", bytes);
    place.write(FILE, COMMUNITY.replace("plugin = \"points-table\"", &named));
    let number = plan(&place)["plan"].as_str().unwrap().to_owned();
    let ran = apply(&place, &number);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // The component is deleted by mistake; what is in force does not need it.
    std::fs::remove_file(place.path("config/communities/own.wasm")).unwrap();
    assert_eq!(earned(&place, "w-1", "waste.food", "1.0"), 10);
    assert_eq!(place.run(&["check"]).code, 78);
    place.height();
}

#[test]
fn a_shadow_is_asked_and_compared_and_decides_nothing() {
    let place = village();
    assert_eq!(earned(&place, "w-1", "waste.food", "1.0"), 10);
    let none = place.run(&["rule", "shadow", "-c", "green"]);
    assert!(none.err.contains("[shadow.none]"), "{}", none.err);
    let begin = COMMUNITY.find("[[rule]]").unwrap();
    let other = COMMUNITY[begin..].replace("per_unit = 10", "per_unit = 7");
    let other = other.replace(
        "active_from = 2026-01-15",
        "active_from = 2026-02-01\nshadow = true",
    );
    place.write(FILE, format!("{COMMUNITY}\n{other}"));
    let planned = plan(&place);
    assert_eq!(planned["differs"], Value::Array(Vec::new()), "{planned}");
    assert_eq!(planned["tried"]["exactly_the_ledger"], true, "{planned}");
    assert_eq!(apply(&place, planned["plan"].as_str().unwrap()).code, 0);
    assert_eq!(
        earned(&place, "w-2", "waste.food", "2.0"),
        20,
        "it decides nothing"
    );
    let found = json(&place.good(&["rule", "shadow", "-c", "green", "--json"]));
    let issued = &found["flows"]["issued"];
    assert_eq!(
        (&issued["ledger"], &issued["candidate"]),
        (&30.into(), &21.into()),
        "{found}"
    );
    assert!(
        place
            .good(&["rule", "shadow", "-c", "green"])
            .contains("30")
    );
    // Switched on by taking the line out.
    place.write(
        FILE,
        format!("{COMMUNITY}\n{}", other.replace("shadow = true\n", "")),
    );
    let number = plan(&place)["plan"].as_str().unwrap().to_owned();
    assert_eq!(apply(&place, &number).code, 0);
    assert_eq!(earned(&place, "w-3", "waste.food", "1.0"), 7);
    // One that could never be switched on beside what decides is told of at once.
    let twice = other.replace("active_from = 2026-02-01", "active_from = 2026-01-15");
    place.write(FILE, format!("{COMMUNITY}\n{twice}"));
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 78);
    assert!(ran.err.contains("config.duplicate"), "{}", ran.err);
    place.height();
}

#[test]
fn where_saving_is_enough_nothing_is_applied() {
    let place = Place::enrolled();
    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 7"));
    for args in [
        vec!["plan", "-c", "green"],
        vec![
            "apply",
            "-c",
            "green",
            "--plan",
            "0123456789",
            "--reason",
            "试试",
        ],
        vec![
            "rollback",
            "-c",
            "green",
            "--to",
            "0123456789",
            "--reason",
            "试试",
        ],
    ] {
        let ran = place.run(&args);
        assert!(ran.err.contains("[plan.auto]"), "{args:?}: {}", ran.err);
    }
    assert_eq!(earned(&place, "w-1", "waste.food", "1.0"), 7);
    assert!(history(&place).is_empty());
    // From now on somebody applies, and later saving is enough again: the record goes on.
    place.write(HOST, "data_dir = \"data\"\n");
    assert_eq!(plan(&place)["nothing"], true);
    place.write(HOST, "data_dir = \"data\"\nauto_apply = true\n");
    place.write(FILE, COMMUNITY.replace("per_unit = 10", "per_unit = 8"));
    assert_eq!(earned(&place, "w-2", "waste.food", "1.0"), 8);
    place.write(HOST, "data_dir = \"data\"\n");
    assert_eq!(plan(&place)["nothing"], true);
    assert_eq!(earned(&place, "w-3", "waste.food", "1.0"), 8);
    let steps: Vec<Value> = history(&place)
        .iter()
        .map(|one| one["step"].clone())
        .collect();
    assert_eq!(steps, ["saved", "as found"]);
    place.height();
}
