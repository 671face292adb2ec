//! Closing a period on the command line, balances of past days, and statements about them. Dates lie in October
//! 2026, which is over; what a step decides is tested in the core.

use serde_json::Value;

use crate::place::{COMMUNITY, Place};

const CLOSING: &str = r#"
[[rule]]
plugin = "period-close"
active_from = 2026-01-15

[rule.params]
balances = [{ asset = "points", keep_max = 50 }]
prizes = [{ title = { zh = "本月之星", en = "Star of the month" }, window = "month", subject = "household", points = [30, 20] }]

[period]
length = "month"
rule = "period-close"
"#;

/// A village with two operators and some October events.
fn october(community: &str) -> Place {
    let place = Place::new();
    place.write("config/communities/green.toml", community);
    place.write(
        "households.csv",
        "household,name,address\n1,陈家,\n2,林家,\n3,王家,\n",
    );
    place.write(
        "residents.csv",
        "resident,household,name,phone\n1001,1,陈阿婆,\n1002,1,陈小满,\n1003,2,林伯,\n1004,3,王婶,\n",
    );
    place.good(&["household", "import", "-c", "green", "households.csv"]);
    let residents = [
        "resident",
        "import",
        "-c",
        "green",
        "residents.csv",
        "--pins",
        "pins.txt",
    ];
    place.good(&residents);
    place.write(
        "staff.csv",
        "login,name,role\nwang,王芳,operator\nli,李强,operator\nshop,店员,shopkeeper\n",
    );
    let staff = [
        "staff",
        "import",
        "-c",
        "green",
        "staff.csv",
        "--pins",
        "words.txt",
    ];
    place.good(&staff);
    for login in ["wang", "li", "shop"] {
        place.own_password(login, &format!("{login}-own-word"));
    }
    place.events(
        "october.csv",
        &[
            "o-1,tree.plant,1001,2026-10-03T09:00,4,",
            "o-2,tree.plant,1003,2026-10-05T09:00,2,",
            "o-3,waste.food,1002,2026-10-20T09:00,2,",
            "n-1,tree.plant,1001,2026-11-02T09:00,1,",
        ],
    );
    let (ran, _) = place.import(&["october.csv"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    place
}

fn step(place: &Place, step: &str, by: Option<&str>) -> crate::place::Ran {
    let mut args = vec!["period", step, "-c", "green", "2026-10"];
    let Some(by) = by else {
        return place.run(&args);
    };
    args.extend(["--by", by]);
    let word = format!("{by}-own-word");
    place.run_with(&args, &[("RONGYI_STAFF_PASSWORD", &word)])
}

#[track_caller]
fn refused(ran: &crate::place::Ran, code: &str, words: &[&str]) {
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(&format!("[{code}]")), "{}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
}

fn status(place: &Place) -> Value {
    let out = place.good(&["period", "status", "-c", "green", "--json"]);
    let all: Value = serde_json::from_str(&out).unwrap();
    all[0].clone()
}

const SEVERAL: &str = r#"
[[rule]]
plugin = "period-close"
active_from = 2026-01-15

[rule.params]
balances = [{ asset = "points", keep_max = 50, at = "half-year" }]
prizes = [
  { title = { zh = "本月之星", en = "Star of the month" }, window = "month", subject = "household", points = [30], at = "month" },
  { title = { zh = "半年之星", en = "Star of the half-year" }, window = "half-year", subject = "household", points = [7], at = "half-year" },
]

[[period]]
length = "half-year"
rule = "period-close"

[[period]]
length = "month"
rule = "period-close"
active_from = 2026-10-15

[[period]]
length = "quarter"
active_from = 2026-07-01
"#;

#[test]
fn months_are_closed_beside_half_years_each_by_its_own_rows() {
    let place = october(&format!("{COMMUNITY}{SEVERAL}"));
    place.events("june.csv", &["j-1,tree.plant,1004,2026-06-10T09:00,5,"]);
    let (ran, _) = place.import(&["june.csv"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let step = |step: &str, period: &str, by: Option<&str>| {
        let mut args = vec!["period", step, "-c", "green", period];
        args.extend(by.iter().flat_map(|by| ["--by", by]));
        let word = format!("{}-own-word", by.unwrap_or_default());
        place.run_with(&args, &[("RONGYI_STAFF_PASSWORD", &word)])
    };
    let well = |ran: crate::place::Ran| {
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        ran.out
    };
    let year = step("preview", "2026", Some("wang"));
    refused(
        &year,
        "period.length",
        &["2026-10", "2026-h2", "半年", "half-year"],
    );
    let month = step("preview", "2026-10", Some("wang"));
    refused(&month, "period.order", &["2026-h1", "2026-10"]);

    let out = well(step("preview", "2026-h1", Some("wang")));
    for part in ["2026-h1", "2026-06-30", "第 3 户", "-50", "半年之星"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!out.contains("本月之星"), "{out}");
    // While the half-year waits for its signature, the quarter and the month are cut off beside it.
    well(step("preview", "2026-q3", Some("wang")));
    let out = well(step("preview", "2026-10", Some("wang")));
    assert!(out.contains("本月之星") && !out.contains("-50"), "{out}");
    let ran = step("withdraw", "2026-h1", Some("wang"));
    assert!(ran.out.contains("2026-10-31"), "still closed: {}", ran.out);
    well(step("preview", "2026-h1", Some("wang")));
    for period in ["2026-10", "2026-h1", "2026-q3"] {
        well(step("sign-off", period, Some("li")));
        assert!(well(step("close", period, None)).contains("已封账"));
    }
    // June's 100 are 50, with 7 for the first place of the half-year; October's first place has 30 more.
    assert_eq!([place.points("1004"), place.points("1001")], [57, 150]);

    let out = place.good(&["period", "status", "-c", "green", "--json"]);
    let all: Value = serde_json::from_str(&out).unwrap();
    let row = |period: &Value| {
        let text = |key: &str| period[key].as_str().unwrap_or("none").to_owned();
        [text("period"), text("rule"), text("state")]
    };
    let all: Vec<_> = all.as_array().unwrap().iter().map(row).collect();
    let wanted = [
        ["2026-h1", "period-close", "sealed"],
        ["2026-q3", "none", "sealed"],
        ["2026-10", "period-close", "sealed"],
    ];
    assert_eq!(all, wanted.map(|fields| fields.map(str::to_owned)));
    place.good(&["verify", "-c", "green"]);
}

#[test]
fn a_period_is_closed_with_its_rule_once_and_half_way_twice() {
    let place = october(&format!("{COMMUNITY}{CLOSING}"));
    assert_eq!(place.points("1001"), 80 + 20 + 20);
    refused(&step(&place, "close", None), "period.unknown", &["2026-10"]);
    refused(
        &step(&place, "preview", Some("shop")),
        "access.forbidden",
        &["岗位"],
    );
    let quarter = place.run(&["period", "preview", "-c", "green", "2026-q3"]);
    refused(&quarter, "period.length", &["2026-10", "month"]);

    let out = step(&place, "preview", Some("wang")).out;
    for part in ["2026-10", "第 1 户", "100", "-20", "本月之星", "第 3 户"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let before = place.points("1001");
    assert_eq!(before, 120, "a preview moves nothing");
    place.events("late.csv", &["o-9,tree.plant,1004,2026-10-30T09:00,1,"]);
    let (ran, _) = place.import(&["late.csv"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("date.closed") && ran.err.contains("2026-10-31"),
        "{}",
        ran.err
    );

    let ran = step(&place, "withdraw", Some("wang"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        place.import(&["late.csv"]).0.code,
        0,
        "withdrawn, its days are open"
    );
    assert_eq!(step(&place, "preview", Some("wang")).code, 0);
    refused(&step(&place, "close", None), "period.state", &["签字"]);
    refused(
        &step(&place, "sign-off", Some("wang")),
        "period.same-person",
        &["截止的人"],
    );
    assert_eq!(step(&place, "sign-off", Some("li")).code, 0);
    assert_eq!(status(&place)["signed_alone"], false);

    // Stopped half-way, and once more from the beginning.
    let part = place.run(&["period", "close", "-c", "green", "2026-10", "--most", "1"]);
    assert_eq!(part.code, 1, "not sealed yet: {}", part.out);
    assert_eq!(
        (&status(&place)["closed"], &status(&place)["state"]),
        (&1.into(), &"signed".into())
    );
    let rest = step(&place, "close", None);
    assert!(
        rest.out.contains("closed 2") && rest.out.contains("已封账"),
        "{}{}",
        rest.out,
        rest.err
    );
    assert!(step(&place, "close", None).out.contains("closed 0"));
    assert_eq!(status(&place)["state"], "sealed");

    // 50 of October's 100 stay, 30 for the first place, and November's 20.
    assert_eq!(place.points("1001"), 50 + 30 + 20);
    assert_eq!(place.points("1003"), 40 + 20);
    assert_eq!(place.points("1004"), 20, "third place: nothing");
    let why = place.good(&["passbook", "-c", "green", "--resident", "1001", "--why"]);
    assert!(
        why.contains("2026-10 期末结账") && why.contains("本月之星"),
        "{why}"
    );
    let proved = place.good(&["verify", "--json"]);
    assert!(proved.contains("\"ok\":true"), "{proved}");
}

#[test]
fn a_period_without_a_rule_is_sealed_by_the_only_operator() {
    let place = october(COMMUNITY);
    let out = place.good(&["period", "status", "-c", "green"]);
    assert!(out.contains("No period"), "{out}");
    place.good(&[
        "period", "preview", "-c", "green", "2026-10", "--lang", "en",
    ]);
    refused(
        &step(&place, "sign-off", None),
        "period.same-person",
        &["截止的人"],
    );
    assert_eq!(step(&place, "sign-off", Some("li")).code, 0);
    assert_eq!(step(&place, "close", None).code, 0);
    assert_eq!(status(&place)["state"], "sealed");
    assert_eq!(place.points("1001"), 120, "no rule, no change");
    place.good(&["verify"]);
}

#[test]
fn a_rule_that_is_not_there_is_named_at_its_place() {
    let place = Place::new();
    let wrong = format!("{COMMUNITY}\n[period]\nlength = \"month\"\nrule = \"period-clos\"\n");
    place.write("config/communities/green.toml", wrong);
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    for part in ["config.rule", "period-clos", "points-table", "green.toml"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    let wrong = format!("{COMMUNITY}\n[period]\nlength = \"weeks\"\n");
    place.write("config/communities/green.toml", wrong);
    let ran = place.run(&["check"]);
    assert!(ran.err.contains("quarter"), "{}", ran.err);
}

#[test]
fn a_past_balance_is_what_the_passbook_said_then() {
    let place = october(COMMUNITY);
    // All of it was booked today, so until yesterday there was nothing.
    let at = |moment: &str| -> i64 {
        let args = [
            "balance",
            "-c",
            "green",
            "--resident",
            "1001",
            "--at",
            moment,
            "--json",
        ];
        let value: Value = serde_json::from_str(&place.good(&args)).unwrap();
        value["assets"][0]["balance"].as_i64().unwrap()
    };
    assert_eq!(at("2026-10-31"), 0);
    assert_eq!(at("2199-12-31"), 120);
    assert_eq!(at("2020-01-01T00:00:00+08:00"), 0);
    let wrong = place.run(&["balance", "-c", "green", "-r", "1001", "--at", "yesterday"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("2026-10-31"), "{}", wrong.err);
}

#[test]
fn a_statement_is_kept_when_it_agrees_and_explained_when_not() {
    let place = october(COMMUNITY);
    let state = |on: &str, amount: &str| {
        place.run(&[
            "statement",
            "-c",
            "green",
            "--resident",
            "1001",
            "--on",
            on,
            "--amount",
            amount,
            "--source",
            "旧账本第3页",
        ])
    };
    let ran = state("2026-10-31", "0");
    assert!(
        ran.code == 0 && ran.out.contains("kept 1"),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = state("2026-10-31", "70");
    assert_eq!(ran.code, 1);
    for part in [
        "写的是 70",
        "账本上是 0",
        "差 -70",
        "after it #",
        "+80 → 80",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    let ran = state("2199-01-01", "120");
    assert!(
        ran.code == 1 && ran.err.contains("is not over"),
        "{}",
        ran.err
    );
    place.write(
        "audit.csv",
        "resident,on,amount,source\n1003,2026-10-31,0,第4页\n1003,2026-10-32,0,第4页\n9999,2026-10-31,0,第5页\n",
    );
    let ran = place.run(&["statement", "-c", "green", "--from", "audit.csv"]);
    assert_eq!(ran.code, 1);
    for part in ["audit.csv:3", "2026-10-32", "audit.csv:4", "9999"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert!(ran.out.contains("kept 1"), "{}", ran.out);
    let proved = place.good(&["verify", "--json"]);
    assert!(proved.contains("\"ok\":true"), "{proved}");
}
