//! Runs this rule's scenario files natively; the host runs the same files through the component.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::Rule as _;
use rongyi_sdk::scenario::{Native, params_json, run};
use rule_shop_pricing::ShopPricing;

#[test]
fn every_scenario_comes_out_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut ran = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let report = run(&text, &mut Native::<ShopPricing>::default())
            .unwrap_or_else(|no| panic!("{}: {no}", path.display()));
        assert!(
            report.failures.is_empty(),
            "{}: {:#?}",
            path.display(),
            report.failures
        );
        ran += report.ran;
    }
    assert!(ran >= 12, "only {ran} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let text = include_str!("../scenarios/published.toml").replacen(
        "expect.points = [85, 30]",
        "expect.points = [85, 31]",
        1,
    );
    let report = run(&text, &mut Native::<ShopPricing>::default()).unwrap();
    assert_eq!(report.failures.len(), 1, "{:#?}", report.failures);
}

/// Configures every `[[rule]]` of this plugin in a TOML text and says how many there were.
fn accepted(name: &str, text: &str) -> usize {
    let file: toml::Table = toml::from_str(text).unwrap();
    let rules = file["rule"].as_array().unwrap().iter();
    let mine = rules.filter(|rule| rule["plugin"].as_str() == Some("shop-pricing"));
    mine.map(|rule| {
        let found = ShopPricing::configure(&params_json(&rule["params"])).map(|_| ());
        assert!(found.is_ok(), "{name}: {found:#?}");
    })
    .count()
}

#[test]
fn the_examples_of_the_manual_are_accepted() {
    let manual = include_str!("../README.md");
    let blocks = manual
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let examples: usize = blocks.map(|block| accepted("README.md", block)).sum();
    assert_eq!(examples, 2);
}

#[test]
fn the_demo_communities_are_accepted() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/communities");
    let mut rules = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        rules += accepted(&path.display().to_string(), &text);
    }
    assert!(rules >= 3, "only {rules} rules were found");
}
