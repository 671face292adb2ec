//! A rule book tried on what happened: the ledger's own gives exactly the ledger, another one says what would be otherwise,
//! and what cannot be tried ends in one sentence. Nothing is written.

use serde_json::Value;

use crate::place::{COMMUNITY, Place};

/// A village with events of October, some of them refused or cut, and one that is taken back.
fn village() -> Place {
    let place = Place::enrolled();
    place.events(
        "october.csv",
        &[
            "w-1,waste.food,1001,2026-10-01,4.0,",
            "w-2,waste.food,1002,2026-10-02,7.5,",
            "w-3,waste.food,1003,2026-10-03,3.0,",
            "t-1,tree.plant,1001,2026-10-04,2,",
            "t-2,tree.plant,1003,2026-10-05,1,",
            "c-1,council.attend,1001,2026-10-06,1,",
            "c-2,council.attend,1001,2026-10-07,1,",
            "c-3,council.attend,1003,2026-10-08,1,",
        ],
    );
    let (ran, sums) = place.import(&["october.csv"]);
    assert_eq!(ran.code, 0, "{sums} {}", ran.err);
    place
}

fn simulate(place: &Place, rules: &str) -> Value {
    let args = ["simulate", "-c", "green", "--rules", rules, "--json"];
    let out = place.good(&args);
    serde_json::from_str(&out).unwrap()
}

/// The entry that an event of the ledger is.
fn entry(found: &Value, kind: &str) -> String {
    let all = found["most_changed"].as_array().unwrap();
    let of_kind = |one: &&Value| one["title"]["en"] == kind;
    all.iter().find(of_kind).unwrap()["entry"].to_string()
}

#[test]
fn the_same_rule_book_gives_exactly_the_ledger_and_another_one_says_what_changes() {
    let place = village();
    let height = place.height();
    let own = simulate(&place, "config/communities/green.toml");
    assert_eq!(own["exactly_the_ledger"], true, "{own}");
    assert_eq!(own["differing"], 0);
    assert!(own["asked"].as_u64().unwrap() >= 8, "{own}");
    // 100 and 30 for the waste, 60 for trees, 10 for the council.
    let issued = &own["flows"]["issued"];
    assert_eq!(
        (&issued["ledger"], &issued["candidate"]),
        (&200.into(), &200.into()),
        "{own}"
    );
    assert_eq!(own["held"]["ledger"], 200);

    let other = COMMUNITY
        .replace("per_unit = 20", "per_unit = 30")
        .replace("amount = 100", "amount = 50")
        .replace("events = 1, window", "events = 2, window");
    place.write("other.toml", &other);
    let found = simulate(&place, "other.toml");
    assert_eq!(found["exactly_the_ledger"], false, "{found}");
    // Trees bring 30 more; the cap of the first household 50 less; the second council 5 more.
    let issued = &found["flows"]["issued"];
    assert_eq!(
        (&issued["ledger"], &issued["candidate"]),
        (&200.into(), &185.into()),
        "{found}"
    );
    assert_eq!(found["held"]["candidate"], 185);
    assert_eq!(found["holders"]["gain"], 1);
    assert_eq!(found["holders"]["lose"], 1);
    let vanish: i64 = found["refusals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["vanish"].as_i64().unwrap())
        .sum();
    assert_eq!(vanish, 1, "{found}");
    let most = &found["most_changed"][0];
    assert_eq!(most["points"]["ledger"], 60, "{found}");
    assert_eq!(most["points"]["candidate"], 10, "{found}");
    for side in ["ledger", "candidate"] {
        let why = most["why"][side].as_array().unwrap();
        assert!(!why.is_empty(), "{most}");
    }
    let groups = found["groups"].as_array().unwrap();
    let sizes = groups.iter().filter(|group| group["by"] == "size");
    let people: Vec<_> = sizes.map(|size| size["group"].clone()).collect();
    assert_eq!(people, ["1", "2"]);
    let text = place.good(&["simulate", "-c", "green", "--rules", "other.toml"]);
    assert!(text.contains("185") && text.contains("第 1 户"), "{text}");

    // What is taken back stays taken back, also where it would have brought something else.
    let tree = entry(&found, "Tree planted");
    place.good(&[
        "reverse", "-c", "green", "--entry", &tree, "--reason", "两次",
    ]);
    let own = simulate(&place, "config/communities/green.toml");
    assert_eq!(own["exactly_the_ledger"], true, "{own}");
    let found = simulate(&place, "other.toml");
    assert_eq!(found["held"]["ledger"], 160, "{found}");
    assert_eq!(found["held"]["candidate"], 125, "{found}");

    // Nothing was written by any of it but the reversal.
    assert_eq!(place.height(), height + 1);
}

#[test]
fn kinds_without_a_rule_are_counted_and_a_block_to_come_is_tried_early() {
    let place = village();
    let council = COMMUNITY
        .split("[[rule.params.kinds]]\ncode = \"council")
        .next()
        .unwrap();
    place.write("fewer.toml", council);
    let found = simulate(&place, "fewer.toml");
    let kinds = found["kinds"].as_array().unwrap();
    let of = |code: &str| kinds.iter().find(|kind| kind["kind"] == code).unwrap();
    assert_eq!(of("council.attend")["no_rule"], 3, "{found}");
    assert_eq!(of("tree.plant")["no_rule"], 0, "{found}");
    assert_eq!(
        found["cannot_be_done"][0]["code"], "kind.not-active",
        "{found}"
    );

    let later = COMMUNITY
        .replace("per_unit = 20", "per_unit = 30")
        .replace("active_from = 2026-01-15", "active_from = 2199-01-01");
    place.write("later.toml", &later);
    let args = ["simulate", "-c", "green", "--rules", "later.toml", "--json"];
    let found: Value = serde_json::from_str(&place.good(&args)).unwrap();
    assert_eq!(
        found["tried_early"][0]["active_from"], "2199-01-01",
        "{found}"
    );
}

#[test]
fn what_cannot_be_tried_ends_in_one_sentence() {
    let place = village();
    place.write(
        "wrong.toml",
        COMMUNITY.replace("per_unit = 20", "per_unti = 20"),
    );
    place.write("half.toml", &COMMUNITY[..COMMUNITY.len() / 2]);
    place.write(
        "other.toml",
        COMMUNITY.replace("code = \"green\"", "code = \"blue\""),
    );
    place.write(
        "person.toml",
        COMMUNITY.replace("points_go_to = \"household\"", "points_go_to = \"person\""),
    );
    let own = "config/communities/green.toml";
    let day = |flag: &'static str, day: &'static str| vec!["--rules", own, flag, day];
    let cases: [(Vec<&str>, i32, &str); 9] = [
        (vec!["--rules", "wrong.toml"], 78, "per_unti"),
        (vec!["--rules", "half.toml"], 78, "half.toml"),
        (vec!["--rules", "nowhere.toml"], 78, "nowhere.toml"),
        (vec!["--rules", "other.toml"], 1, "simulate.community"),
        (vec!["--rules", "person.toml"], 1, "simulate.refused"),
        (day("--from", "2025-01-01"), 1, "simulate.too-early"),
        (day("--from", "2199-01-01"), 1, "simulate.empty"),
        (day("--to", "2025-01-01"), 1, "simulate.empty"),
        (
            vec!["--rules", own, "--from", "2026-10-02", "--to", "2026-10-01"],
            1,
            "simulate.backwards",
        ),
    ];
    for (more, code, told) in cases {
        let all: Vec<&str> = ["simulate", "-c", "green"]
            .into_iter()
            .chain(more)
            .collect();
        let ran = place.run(&all);
        assert_eq!(ran.code, code, "{all:?}\n{}\n{}", ran.out, ran.err);
        assert!(ran.err.contains(told), "{all:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{all:?}: no half answer");
    }
    let unknown = place.run(&["simulate", "-c", "red", "--rules", own]);
    assert_eq!(unknown.code, 1, "{}", unknown.err);
}

#[test]
fn every_community_is_tried_at_once_and_one_that_cannot_be_holds_up_nobody() {
    let place = village();
    let every = |more: &[&str]| {
        let all: Vec<&str> = ["simulate", "--every"]
            .iter()
            .chain(more)
            .copied()
            .collect();
        place.run(&all)
    };
    let own = every(&["--rules", "config/communities", "--json"]);
    assert_eq!(own.code, 0, "{}", own.err);
    let found: Value = serde_json::from_str(&own.out).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["community"], "green");
    assert_eq!(found[0]["exactly_the_ledger"], true, "{found}");
    let text = every(&[]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(
        text.out.contains("gives exactly the ledgers"),
        "{}",
        text.out
    );

    // A neighbour that has no ledger yet is told, and the others are tried.
    let blue = COMMUNITY.replace("code = \"green\"", "code = \"blue\"");
    place.write("config/communities/blue.toml", blue);
    let both = every(&["--rules", "config/communities", "--json"]);
    assert_eq!(both.code, 1, "{}", both.err);
    let found: Value = serde_json::from_str(&both.out).unwrap();
    let codes: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["community"])
        .collect();
    assert_eq!(codes, ["blue", "green"], "{found}");
    assert_eq!(found[0]["error"]["code"], "community.unknown", "{found}");
    assert_eq!(found[1]["exactly_the_ledger"], true, "{found}");
    let text = every(&["--rules", "config/communities"]);
    assert_eq!(text.code, 1, "{}", text.err);
    assert!(text.out.contains("blue 没有试成"), "{}", text.out);

    // Only who has a candidate in the folder is tried.
    place.write(
        "next/green.toml",
        COMMUNITY.replace("per_unit = 20", "per_unit = 30"),
    );
    let next = every(&["--rules", "next", "--json"]);
    assert_eq!(next.code, 0, "{}", next.err);
    let found: Value = serde_json::from_str(&next.out).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found[0]["flows"]["issued"]["candidate"], 230, "{found}");
    // What is no community's, and whose own file is wrong, is told.
    place.write("next/gren.toml", COMMUNITY);
    let misnamed = every(&["--rules", "next", "--json"]);
    assert_eq!(misnamed.code, 0, "{}", misnamed.err);
    assert!(
        misnamed.err.contains("gren.toml 不是哪个社区的"),
        "{}",
        misnamed.err
    );
    assert!(
        !misnamed.err.contains("green.toml 不是"),
        "{}",
        misnamed.err
    );
    place.write("config/communities/red.toml", "code = ");
    let wrong = every(&["--rules", "next", "--json"]);
    assert_eq!(wrong.code, 1, "{}", wrong.err);
    assert!(wrong.err.contains("red.toml 有错"), "{}", wrong.err);
    assert!(wrong.out.contains("\"green\""), "{}", wrong.out);
    let none = every(&["--rules", "config"]);
    assert_eq!((none.code, none.out.as_str()), (1, ""));
    assert!(none.err.contains("simulate.none"), "{}", none.err);
    let neither = place.run(&["simulate"]);
    assert_eq!(neither.code, 2, "{}", neither.err);
}
