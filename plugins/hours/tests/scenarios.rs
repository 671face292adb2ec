//! Runs this rule's scenario files natively; the host runs the same files through the component. Reads every
//! message about parameters.
#![allow(clippy::unwrap_used, reason = "tests")]

use rongyi_sdk::Rule;
use rongyi_sdk::trial;
use rongyi_sdk::types::{Date, Event, Fact, Plan};
use rule_hours::Hours;

#[test]
fn every_scenario_comes_out_as_written() {
    let ran = trial::scenarios::<Hours>(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"));
    assert!(ran >= 69, "only {ran} scenarios were found");
}

#[test]
fn a_wrong_expectation_is_noticed() {
    let file = include_str!("../scenarios/published.toml");
    trial::a_wrong_expectation_is_noticed::<Hours>(file, "amount = 150 }]", "amount = 151 }]");
}

#[test]
fn the_examples_of_the_manual_are_accepted() {
    assert_eq!(trial::manual::<Hours>(include_str!("../README.md")), 3);
}

#[test]
fn a_slip_is_told_in_both_languages() {
    let told = trial::complaints::<Hours>(
        "[[kinds]]\ncode = \"a\"\ntitle = { zh = \"甲\", en = \"A\" }\nfixed_minutes = 60\nround_to = 30\nmissing_checkout = { minutes = 5, percent = 5 }\n",
    );
    assert_eq!(
        told,
        "kinds[0].fixed_minutes: 写了 fixed_minutes 就不看在场时间，presence_percent、bands、round_to、missing_checkout、night 都不用写。 / With fixed_minutes the time between sign-in and sign-out does not matter: leave out presence_percent, bands, round_to, missing_checkout and night.\n\
         kinds[0].missing_checkout: minutes（记几分钟）和 percent（记规定时间的百分之几）写一样。 / Write either minutes, or percent of the planned time."
    );
}

#[test]
fn slips_of_nights_coefficients_and_limits_are_told_in_both_languages() {
    let told = trial::complaints::<Hours>(
        r#"
[[kinds]]
code = "a"
title = { zh = "甲", en = "A" }
no_show_times = 1
night = { from = "22:00", to = "22:00", times = 12 }
coefficients = [{ title = { zh = "谁", en = "Who" }, times = 2 }]
limits = [{ events = 0, window = "month" }]
suspensions = [{ after = "b", why = { zh = "停", en = "Stop" } }]
"#,
    );
    assert_eq!(
        told,
        "kinds[0].coefficients[0]: trait（这样的人）和 code（申报时选的服务内容）写一样。 / Write either trait, for such people, or code, for work that is chosen in the form.\n\
         kinds[0].limits: limits 数这一项的每一次，没有来的也算一次：limits 和 no_show_times 分在两个事项里写。 / limits counts every event of this kind, also of those who did not come: write limits and no_show_times in two kinds.\n\
         kinds[0].limits[0].events: 次数要大于 0，这里写的是 0。 / A limit is more than 0; this says 0.\n\
         kinds[0].night.times: 倍数大于 0，不超过 10，例如 1.5。 / The factor is more than 0 and at most 10, such as 1.5.\n\
         kinds[0].night.to: from 和 to 不能是同一时刻；到第二天早上的，to 写得比 from 早。 / from and to are different times of day; a to that is earlier than from is that of the next morning.\n\
         kinds[0].suspensions[0]: 停多久，四选一：days（几天）、end_of_year（到几年后的年底）、times 加 window（这段时间满几次）、lost 加 window（这段时间扣满几分）；subject 是 person 或 household。 / Say for how long, one of four: days, end_of_year, times with window, or lost (points) with window; subject is person or household."
    );
    let told = trial::complaints::<Hours>(
        "[[kinds]]\ncode = \"a\"\ntitle = { zh = \"甲\", en = \"A\" }\nnight = { from = \"24:00\", to = \"06:00\", times = 2 }\n",
    );
    assert_eq!(
        told,
        "kinds[0].night.from: 这里写一个时刻，例如 \"22:00\"。 / Write a time of day such as \"22:00\"."
    );
}

fn configured(kind: &str) -> (Hours, Plan) {
    let words = r#""title":{"zh":"甲","en":"A"}"#;
    let params = format!(r#"{{"kinds":[{{"code":"a",{words},{kind}}}]}}"#);
    Hours::configure(&params).unwrap_or_else(|no| panic!("{no:?}"))
}

/// The planned time is asked for where it matters, and nowhere else.
#[test]
fn the_form_asks_for_the_planned_time_where_it_matters() {
    for (kind, wanted) in [
        (r#""round_to":30"#, false),
        (r#""missing_checkout":{"minutes":5}"#, false),
        (r#""missing_checkout":{"percent":50}"#, true),
        (r#""presence_percent":60"#, true),
        (r#""no_show_times":1"#, true),
    ] {
        let (_, plan) = configured(kind);
        let mut fields = plan.kinds[0].fields.iter();
        assert_eq!(
            fields.any(|field| field.name == "planned"),
            wanted,
            "{kind}"
        );
    }
}

/// What a ledger keeps for ever: by its code a cap tells whether it opens again, and whether it counts all kinds.
#[test]
fn a_cap_tells_by_its_code_what_it_is() {
    for (window, of, code) in [
        ("month", "", "cut.month.person"),
        ("lifetime", "", "full.lifetime.person"),
        ("month", r#","of":"all""#, "cut-all.month.person"),
    ] {
        let cap = format!(r#""caps":[{{"minutes":30,"window":"{window}"{of}}}]"#);
        let (rule, plan) = configured(&cap);
        let event = Event {
            kind: "a".to_owned(),
            quantity: 60,
            fields: Vec::new(),
            roles: vec!["doer".to_owned()],
            on: Date {
                year: 2026,
                month: 11,
                day: 22,
            },
            minute: 540,
            weekday: 7,
            facts: vec![Fact {
                value: 10,
                saturated: false,
            }],
            traits: Vec::new(),
            seed: vec![7; 16],
        };
        let decision = rule.earn(&event).unwrap();
        assert_eq!(decision.lines[1].code, code);
        assert!(plan.phrases.iter().any(|phrase| phrase.code == code));
    }
}
