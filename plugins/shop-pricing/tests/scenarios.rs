//! Runs this rule's scenario files natively; the host runs the same files through the component.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::Rule;
use rongyi_sdk::say::number;
use rongyi_sdk::trial;
use rongyi_sdk::types::{Basket, BasketLine, Date, Fact};
use rule_shop_pricing::ShopPricing;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<ShopPricing>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 60, "only {ran} scenarios were found");
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

/// The sentence does not say how much is left of a bound, so no scenario reads it; programs do.
#[test]
fn a_bound_of_points_says_how_much_is_left() {
    let params = r#"{"prices":{"oil":200},"max_points":[{"points":220,"window":"month","subject":"household"}]}"#;
    let (shop, _) = ShopPricing::configure(params).unwrap_or_else(|no| panic!("{no:?}"));
    for (spent, left) in [(100, 120), (220, 0), (230, 0)] {
        let basket = Basket {
            lines: vec![BasketLine {
                item: "oil".to_owned(),
                category: String::new(),
                value_fen: 0,
                quantity: 1,
                facts: Vec::new(),
            }],
            on: Date {
                year: 2026,
                month: 11,
                day: 22,
            },
            minute: 540,
            weekday: 7,
            facts: vec![Fact {
                value: spent,
                saturated: false,
            }],
            traits: Vec::new(),
        };
        let no = shop.price(&basket).unwrap_err();
        let args = [220, i64::from(spent), 200, left].map(number);
        assert_eq!(format!("{:?}", no.args), format!("{args:?}"));
    }
}
