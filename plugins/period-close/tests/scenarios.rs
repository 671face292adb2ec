//! Runs this rule's scenario files natively; the host runs the same files through the component. Reads every
//! message about parameters.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::trial;
use rule_period_close::PeriodClose;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<PeriodClose>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 38, "only {ran} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let file = include_str!("../scenarios/published.toml");
    trial::a_wrong_expectation_is_noticed::<PeriodClose>(
        file,
        "amount = -312 }]",
        "amount = -311 }]",
    );
}

#[test]
fn the_examples_of_the_manual_are_accepted() {
    assert_eq!(
        trial::manual::<PeriodClose>(include_str!("../README.md")),
        3
    );
}

#[test]
fn a_slip_is_told_in_both_languages() {
    let told = trial::complaints::<PeriodClose>(
        "prizes = [{ title = { zh = \"奖\", en = \"Prize\" }, window = \"month\", subject = \"person\", points = [50, 0] }]\n[level]\nsteps = [2, 1]\nasset = \"minutes\"\nmetric = \"minutes\"\nwindow = \"year\"\ntitle = { zh = \"级\", en = \"Level\" }\n",
    );
    assert_eq!(
        told,
        "level.asset: 级别不能记在 points 或 minutes 上，写 conduct 或社区自己的一样。 / A level cannot be kept in points or minutes; write conduct or an asset of the community.\n\
         level.steps: 每一级要多少，从低到高写，例如 [6000, 18000]。 / What each level takes, rising from the lowest: [6000, 18000].\n\
         prizes[0].points: 每一名得几分，第一名写在最前，最多 50 名，例如 [50, 30, 20]。 / Points for each place, the first in front, at most 50 places: [50, 30, 20]."
    );
}
