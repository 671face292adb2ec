//! Runs this rule's scenario files natively; the host runs the same files through the component. Reads every
//! message about parameters.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::trial;
use rule_points_table::PointsTable;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<PointsTable>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 90, "only {ran} scenarios were found");
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
