//! Runs this rule's scenario files natively; the host runs the same files through the component. Reads every
//! message about parameters.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::trial;
use rule_hours::Hours;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<Hours>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 20, "only {ran} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let file = include_str!("../scenarios/published.toml");
    trial::a_wrong_expectation_is_noticed::<Hours>(file, "amount = 150 }]", "amount = 151 }]");
}

#[test]
fn the_examples_of_the_manual_are_accepted() {
    assert_eq!(trial::manual::<Hours>(include_str!("../README.md")), 2);
}

#[test]
fn a_slip_is_told_in_both_languages() {
    let told = trial::complaints::<Hours>(
        "[[kinds]]\ncode = \"a\"\ntitle = { zh = \"甲\", en = \"A\" }\nfixed_minutes = 60\nround_to = 30\nmissing_checkout = { minutes = 5, percent = 5 }\n",
    );
    assert_eq!(
        told,
        "kinds[0].fixed_minutes: 写了 fixed_minutes 就不看在场时间，presence_percent、bands、round_to、missing_checkout 都不用写。 / With fixed_minutes the time between sign-in and sign-out does not matter: leave out presence_percent, bands, round_to and missing_checkout.\n\
         kinds[0].missing_checkout: minutes（记几分钟）和 percent（记规定时间的百分之几）写一样。 / Write either minutes, or percent of the planned time."
    );
}
