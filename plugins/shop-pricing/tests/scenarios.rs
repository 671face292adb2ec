//! Runs this rule's scenario files natively; the host runs the same files through the component.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::trial;
use rule_shop_pricing::ShopPricing;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<ShopPricing>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 33, "only {ran} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let file = include_str!("../scenarios/published.toml");
    trial::a_wrong_expectation_is_noticed::<ShopPricing>(
        file,
        "points = [85, 30]",
        "points = [85, 31]",
    );
}

#[test]
fn the_examples_of_the_manual_are_accepted() {
    assert_eq!(
        trial::manual::<ShopPricing>(include_str!("../README.md")),
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
        rules += trial::accepted::<ShopPricing>(&path.display().to_string(), &text);
    }
    assert!(rules >= 3, "only {rules} rules were found");
}

#[test]
fn a_slip_is_told_in_both_languages() {
    let told = trial::complaints::<ShopPricing>(
        "prices = { soap = 5 }\nsuspensions = [{ after = \"a\", why = { zh = \"停\", en = \"Out\" }, times = 3 }]\nlimits = [{ item = \"rice\", pieces = 0, window = \"month\", subject = \"household\" }]\n",
    );
    assert_eq!(
        told,
        "limits[0].item: prices 里没有“rice”。 / There is no “rice” in prices.\n\
         limits[0].pieces: 件数要大于 0。 / Pieces must be more than 0.\n\
         suspensions[0]: 停多久，四选一：days（几天）、end_of_year（到几年后的年底）、times 加 window（这段时间满几次）、lost 加 window（这段时间扣满几分）。 / Say for how long, one of four: days, end_of_year, times with window, or lost (points) with window."
    );
}
