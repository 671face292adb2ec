//! Runs this rule's scenario files natively; the host runs the same files through the component. Reads every
//! message about parameters.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::Rule;
use rongyi_sdk::trial;
use rongyi_sdk::types::{Date, Event};
use rule_points_table::PointsTable;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<PointsTable>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 165, "only {ran} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let file = include_str!("../scenarios/published.toml");
    trial::a_wrong_expectation_is_noticed::<PointsTable>(
        file,
        "amount = 380 }]",
        "amount = 381 }]",
    );
    let file = include_str!("../scenarios/extras.toml");
    trial::a_wrong_expectation_is_noticed::<PointsTable>(
        file,
        "expires = 2026-12-31",
        "expires = 2026-12-30",
    );
}

#[test]
fn the_examples_of_the_manual_are_accepted() {
    assert_eq!(
        trial::manual::<PointsTable>(include_str!("../README.md")),
        3
    );
}

#[test]
fn the_demo_communities_are_accepted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/communities");
    let mut rules = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        rules += trial::accepted::<PointsTable>(&path.display().to_string(), &text);
    }
    assert!(rules >= 3, "only {rules} rules were found");
}

/// Compares with what is kept beside the test; after a wanted change of wording run with `RONGYI_BLESS=1`, and
/// read the difference.
#[test]
fn every_mistake_is_told_at_once_and_helpfully() {
    let given = include_str!("slips.toml");
    let told = trial::complaints::<PointsTable>(given);
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/slips.txt");
    if std::env::var_os("RONGYI_BLESS").is_some() {
        std::fs::write(golden, format!("{told}\n")).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(golden).unwrap().trim_end());
    let shapes = trial::complaints::<PointsTable>(include_str!("shapes.toml"));
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shapes.txt");
    if std::env::var_os("RONGYI_BLESS").is_some() {
        std::fs::write(golden, format!("{shapes}\n")).unwrap();
    }
    assert_eq!(shapes, std::fs::read_to_string(golden).unwrap().trim_end());
}

/// What a ledger keeps for ever: boosts without a name of their own share three codes, each with its sentence.
#[test]
fn a_boost_has_the_code_of_its_sentence() {
    let title = r#""title":{"zh":"甲","en":"A"}"#;
    for (boost, code) in [
        (format!(r#"{{"times":2,{title}}}"#), "a/boost-0"),
        (r#"{"plus":2}"#.to_owned(), "boost-plus"),
        (
            r#"{"times":2,"when":{"to":"12:00"}}"#.to_owned(),
            "boost-if",
        ),
        (r#"{"times":2,"weekdays":[7]}"#.to_owned(), "boost"),
    ] {
        let params =
            format!(r#"{{"kinds":[{{"code":"a",{title},"fixed":4,"boosts":[{boost}]}}]}}"#);
        let (rule, plan) = PointsTable::configure(&params).unwrap_or_else(|no| panic!("{no:?}"));
        let event = Event {
            kind: "a".to_owned(),
            quantity: 1,
            fields: Vec::new(),
            roles: vec!["doer".to_owned()],
            on: Date {
                year: 2026,
                month: 11,
                day: 22,
            },
            minute: 540,
            weekday: 7,
            facts: Vec::new(),
            traits: Vec::new(),
            seed: vec![7; 16],
        };
        let decision = rule.earn(&event).unwrap();
        assert_eq!(decision.lines[1].code, code);
        assert!(plan.phrases.iter().any(|phrase| phrase.code == code));
    }
}

/// What `rongyi check` prints of a kind that is refused after others, and of points that are spent beside others.
#[test]
fn a_summary_says_who_is_out_and_what_is_spent_beside() {
    let params = r#"{"kinds":[
        {"code":"a","title":{"zh":"甲","en":"A"},"fixed":1,"suspensions":[{"after":"b","times":5,"window":"year","why":{"zh":"停","en":"out"}}]},
        {"code":"c","title":{"zh":"丙","en":"C"},"beside":{"asset":"gift","title":{"zh":"赠分","en":"gift points"},"each":2}}
    ]}"#;
    let (_, plan) = PointsTable::configure(params).unwrap_or_else(|no| panic!("{no:?}"));
    let said: Vec<_> = plan
        .summary
        .iter()
        .map(|text| format!("{} / {}", text.zh, text.en))
        .collect();
    assert_eq!(
        said,
        [
            "甲：每次 1 分，每人今年 b 满 5 次就不接受（停） / A: 1 point each time; refused with b 5 times this year for each person (out)",
            "丙：用积分付款，自己的 1 分最多搭 2 赠分 / C: paid in points; at most 2 gift points with each of one's own",
        ]
    );
}
