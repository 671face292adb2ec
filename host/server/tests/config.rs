//! The configuration layer against files: good ones are read exactly, bad ones get every mistake at its
//! place. The rendered text of each bad case is kept beside it in `expected.txt`; after a wanted change of
//! wording run with `RONGYI_BLESS=1`, and read the difference.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rongyi_config::{
    AccountUnit, Config, Diagnostic, PluginRef, Severity, load_with, render, to_json,
};
use rongyi_core::ids::Code;
use rongyi_core::settings::Expiry;
use rongyi_core::time::LocalDate;
use rongyi_rules::{Lowered, Tier};

fn load(path: &str) -> Result<Config, Vec<Diagnostic>> {
    load_with(Path::new(path), &|_| None)
}

fn bad(case: &str) -> Vec<Diagnostic> {
    load(&format!("tests/config/bad/{case}/rongyi.toml")).unwrap_err()
}

/// `file:line:column code` of every diagnostic of a bad case, the folder left out.
fn places(case: &str) -> Vec<String> {
    let found = bad(case);
    let place = |d: &Diagnostic| {
        let file = d.file.file_name().unwrap().to_string_lossy().into_owned();
        format!("{file}:{}:{} {}", d.line, d.column, d.code)
    };
    found.iter().map(place).collect()
}

/// What is wrong with a configuration: with its text, or else with what its rules say of it.
fn mistakes(file: &Path) -> Vec<Diagnostic> {
    let config = match load_with(file, &|_| None) {
        Ok(config) => config,
        Err(found) => return found,
    };
    let engine = rongyi_server::house::engine(&config, None).unwrap();
    let checked = config
        .communities
        .iter()
        .filter_map(|community| rongyi_server::house::check_rules(&engine, community).err());
    checked.flatten().collect()
}

fn code(text: &str) -> Code {
    text.parse().unwrap()
}

#[test]
fn every_bad_case_says_what_it_said() {
    let mut cases: Vec<PathBuf> = std::fs::read_dir("tests/config/bad")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 10, "bad cases are missing: {cases:?}");
    for case in cases {
        let found = mistakes(&case.join("rongyi.toml"));
        let text = render(&found);
        let golden = case.join("expected.txt");
        if std::env::var_os("RONGYI_BLESS").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap();
        assert_eq!(text, expected, "{}", case.display());
    }
}

/// What their rules say is tried with the components, in `host/rules/tests/published.rs`.
#[test]
fn the_published_rule_books_are_read() {
    let config = load("../../config/published/rongyi.toml")
        .unwrap_or_else(|found| panic!("{}", render(&found)));
    assert!(config.communities.len() >= 10, "ten communities are there");
}

#[test]
fn every_mistake_has_two_languages_a_remedy_and_a_stable_code() {
    let codes: BTreeSet<&str> = [
        "config.syntax",
        "config.unknown-key",
        "config.type",
        "config.missing",
        "config.value",
        "config.file",
        "config.digest",
        "config.duplicate",
        "config.secret",
    ]
    .into();
    let mut seen = BTreeSet::new();
    for case in [
        "everything",
        "syntax",
        "cut-in-half",
        "secrets",
        "rule-files",
        "duplicates",
        "empty-community",
        "encoding",
    ] {
        for d in bad(case) {
            for text in [&d.message.zh, &d.message.en, &d.help.zh, &d.help.en] {
                assert!(!text.trim().is_empty(), "{case}: {d:?}");
            }
            assert!(!d.message.zh.is_ascii(), "{case}: {d:?}");
            assert!(codes.contains(d.code.as_str()), "{case}: {d:?}");
            seen.insert(d.code);
        }
    }
    let seen: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen, codes);
}

#[test]
fn one_mistake_does_not_hide_the_next_or_the_next_file() {
    let found = places("everything");
    for wanted in [
        "rongyi.toml:1:1 config.unknown-key",
        "rongyi.toml:2:10 config.value",
        "a.toml:1:8 config.value",
        "a.toml:2:1 config.unknown-key",
        "a.toml:4:12 config.type",
        "a.toml:7:14 config.type",
        "b.toml:5:10 config.value",
        "b.toml:8:1 config.type",
    ] {
        assert!(
            found.iter().any(|line| line == wanted),
            "{wanted} in {found:#?}"
        );
    }
    // The misspelt `titel` is one mistake, not also a missing `title`.
    assert!(!found.iter().any(|line| line.starts_with("a.toml")
        && line.ends_with("config.missing")
        && line.contains(":1:")));
    // A slip in the host file does not keep the communities from being read.
    assert!(places("syntax").contains(&"d.toml:2:1 config.unknown-key".to_owned()));
}

#[test]
fn a_file_cut_in_half_is_told_as_such() {
    let found = bad("cut-in-half");
    assert_eq!(found.len(), 5, "{}", render(&found));
    for d in &found {
        assert_eq!(d.code, "config.syntax");
        assert!(d.help.zh.contains("只存了一半"), "{}", d.help.zh);
        assert!(
            d.help.en.contains("restore it from a backup"),
            "{}",
            d.help.en
        );
    }
}

#[test]
fn every_cut_of_a_good_file_is_refused_or_read_and_never_panics() {
    let whole = std::fs::read_to_string("tests/config/good/communities/a-full.toml").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("communities")).unwrap();
    let host = folder.path().join("rongyi.toml");
    std::fs::write(&host, "").unwrap();
    let mut refused = 0;
    for (at, _) in whole.char_indices().step_by(7) {
        std::fs::write(folder.path().join("communities/a.toml"), &whole[..at]).unwrap();
        if let Err(found) = load_with(&host, &|_| None) {
            assert!(!render(&found).is_empty());
            refused += 1;
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn secrets_are_refused_and_never_shown() {
    let found = bad("secrets");
    let secrets = found.iter().filter(|d| d.code == "config.secret").count();
    assert_eq!(secrets, 4);
    for text in [render(&found), to_json(&found), format!("{found:?}")] {
        assert!(!text.contains("do-not-show"), "{text}");
        assert!(!text.contains("66666666"), "{text}");
    }
}

#[test]
fn a_wrong_digest_shows_both() {
    let found = bad("rule-files");
    let digest = found.iter().find(|d| d.code == "config.digest").unwrap();
    assert!(
        digest.message.en.contains("938b9820"),
        "{}",
        digest.message.en
    );
    assert!(
        digest.message.en.contains("938b9824"),
        "{}",
        digest.message.en
    );
}

#[test]
fn json_has_every_part() {
    let found = bad("duplicates");
    let json: serde_json::Value = serde_json::from_str(&to_json(&found)).unwrap();
    let second = &json[2];
    assert_eq!(second["code"], "config.duplicate");
    assert_eq!(second["severity"], "error");
    assert_eq!(second["line"], 1);
    assert_eq!(second["column"], 8);
    assert_eq!(second["text"], "\"same\"");
    for key in ["file", "zh", "en", "help_zh", "help_en"] {
        assert!(
            second[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key}"
        );
    }
}

#[test]
fn a_good_configuration_is_read_exactly() {
    let config = load("tests/config/good/rongyi.toml").unwrap();
    let below = Path::new("tests/config/good");
    assert_eq!(config.data_dir, below.join("data"));
    assert_eq!(config.secret_file, Path::new("/etc/rongyi/secret"));
    assert_eq!(
        config.database_url,
        "postgres://rongyi:example@db.example/rongyi"
    );
    assert!(!format!("{config:?}").contains("rongyi:example"));
    assert_eq!(config.listen.to_string(), "0.0.0.0:9000");
    assert_eq!(
        config.public_url.as_deref(),
        Some("https://rongyi.example.cn")
    );
    let proxies: Vec<_> = config
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    let wanted = ["127.0.0.1/32", "10.0.0.0/8", "192.168.1.1/32", "fd00::/8"];
    assert_eq!(proxies, wanted);
    assert_eq!(config.limits.tier_max, Tier::Large);
    assert_eq!(config.limits.small, Tier::Small.limits());
    assert_eq!(config.limits.script.fuel_call, 5_000_000);
    assert_eq!(config.limits.script.memory_bytes, 8 << 20);
    assert_eq!(config.limits.large.instances, 2);
    assert_eq!(config.communities.len(), 2, "notes.txt is no community");

    let full = &config.communities[0];
    assert_eq!(full.code.as_str(), "full");
    assert_eq!(full.title.en, "Everything community");
    assert_eq!(full.timezone, "Asia/Urumqi");
    assert_eq!(full.unit, AccountUnit::Household);
    assert_eq!(full.expiry, Expiry::EndOfMonth(2));
    assert_eq!(full.debt_floor, -50);
    assert_eq!(
        full.debt_floors,
        [
            (code("minutes"), 0),
            (code("conduct"), -20),
            (code("time-coin"), -3)
        ]
    );
    let assets: Vec<_> = full
        .assets
        .iter()
        .map(|(code, title)| (code.as_str(), title.zh.as_str(), title.en.as_str()))
        .collect();
    assert_eq!(
        assets,
        [
            ("fund-cny", "公益金", "公益金"),
            ("time-coin", "时间币", "time coins")
        ]
    );
    let notice: Vec<_> = full
        .notices
        .iter()
        .map(|notice| (notice.kind.as_str(), notice.days))
        .collect();
    assert_eq!(notice, [("tree.plant", 3), ("waste.food", 7)]);
    assert_eq!(full.order_hold_days, 3);
    assert_eq!(full.award_max, Some(500));
    assert_eq!(full.issue_budget_month, Some(60_000));
    assert_eq!(full.shop.phone, "0663-000-0009");
    assert_eq!(
        full.rules[0].params_json,
        r#"{"apple":[1,16,"7.60","文字"],"kinds":[{"caps":[{"amount":300,"window":"month"}],"code":"waste.food"},{"code":"tree.plant","per_unit":20}],"since":"2026-01-02","zebra":true}"#
    );
    assert_eq!(full.rules[0].lowered.fuel_call, Some(500_000));
    assert_eq!(full.rules[0].lowered.memory_bytes, Some(2 << 20));
    assert_eq!(full.rules[1].lowered, Lowered::default());
    assert!(matches!(&full.rules[1].plugin, PluginRef::File { sha256, .. } if sha256.len() == 64));
    assert_eq!(full.rules[1].params_json, "{}");

    let short = &config.communities[1];
    assert_eq!(short.title.zh, "最短社区");
    assert_eq!(short.timezone, "Asia/Shanghai");
    assert_eq!(short.unit, AccountUnit::Person);
    assert_eq!(short.points_name.zh, "绿色积分");
    assert_eq!(short.expiry, Expiry::Never);
    assert_eq!((short.debt_floor, short.order_hold_days), (0, 7));
    assert_eq!(short.award_max, None);
}

/// The good community with one line, or a block at the end, of its own.
fn with(line: &str, block: &str) -> Result<Config, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("communities")).unwrap();
    let host = folder.path().join("rongyi.toml");
    std::fs::write(&host, "").unwrap();
    let text = format!(
        "code = \"a\"\ntitle = \"甲\"\nbegan_on = 2026-01-01\npoints_go_to = \"person\"\n{line}\n[shop]\ntitle = \"店\"\n[[rule]]\nplugin = \"points-table\"\nactive_from = 2026-01-01\n{block}"
    );
    std::fs::write(folder.path().join("communities/a.toml"), text).unwrap();
    load_with(&host, &|_| None)
}

#[test]
fn every_form_of_expiry_is_read_and_no_two_of_them() {
    for (written, expiry) in [
        ("\"never\"", Expiry::Never),
        ("{ days = 365 }", Expiry::Days(365)),
        ("{ months = 12 }", Expiry::Months(12)),
        ("{ end_of_month = 0 }", Expiry::EndOfMonth(0)),
        ("{ end_of_quarter = 1 }", Expiry::EndOfQuarter(1)),
        ("{ end_of_half_year = 0 }", Expiry::EndOfHalfYear(0)),
        ("{ end_of_half_year = 3 }", Expiry::EndOfHalfYear(3)),
        ("{ end_of_year = 0 }", Expiry::EndOfYear(0)),
        (
            "{ day_of_month = 20 }",
            Expiry::DayOfMonth { day: 20, months: 1 },
        ),
        (
            "{ day_of_month = 31, months_later = 3 }",
            Expiry::DayOfMonth { day: 31, months: 3 },
        ),
        (
            "{ until = \"01-31\" }",
            Expiry::DayOfYear {
                month: 1,
                day: 31,
                years: 1,
            },
        ),
        (
            "{ until = \"02-29\", years_later = 0 }",
            Expiry::DayOfYear {
                month: 2,
                day: 29,
                years: 0,
            },
        ),
    ] {
        let config = with(&format!("expiry = {written}"), "");
        let config = config.unwrap_or_else(|found| panic!("{written}: {}", render(&found)));
        assert_eq!(config.communities[0].expiry, expiry, "{written}");
    }
    for (written, says) in [
        ("{}", "{ day_of_month = 20 }"),
        ("\"ever\"", "never"),
        ("{ months_later = 3 }", "months_later"),
        ("{ end_of_month = 1, months_later = 3 }", "months_later"),
        (
            "{ end_of_half_year = 1, end_of_year = 1 }",
            "{ end_of_half_year = 1 }",
        ),
        ("{ day_of_month = 20, days = 5 }", "{ days = 365 }"),
        ("{ day_of_month = 32 }", "31"),
        ("{ day_of_month = 0 }", "1"),
        ("{ day_of_month = 20, months_later = 0 }", "120"),
        ("{ end_of_half_year = 41 }", "40"),
        ("{ end_of_halfyear = 1 }", "end_of_half_year"),
        ("{ until = \"02-30\" }", "01-31"),
        ("{ until = \"1-31\" }", "01-31"),
        ("{ until = \"+1-31\" }", "01-31"),
        ("{ until = 131 }", "131"),
        ("{ until = \"01-31\", years_later = 21 }", "20"),
        ("{ until = \"01-31\", months_later = 1 }", "months_later"),
        ("{ until = \"01-31\", end_of_year = 1 }", "until"),
        ("{ end_of_year = 1, years_later = 1 }", "years_later"),
    ] {
        let found = with(&format!("expiry = {written}"), "").unwrap_err();
        assert_eq!(found.len(), 1, "{written}: {}", render(&found));
        assert!(
            render(&found).contains(says),
            "{written}: {}",
            render(&found)
        );
    }
}

#[test]
fn periods_of_several_lengths_are_read_the_shortest_first() {
    use rongyi_core::period::PeriodLength::{HalfYear, Month, Quarter, Year};
    let lengths = |block: &str| {
        let config = with("", block).unwrap_or_else(|found| panic!("{}", render(&found)));
        let periods = &config.communities[0].periods;
        periods
            .iter()
            .map(|period| period.length)
            .collect::<Vec<_>>()
    };
    assert_eq!(lengths(""), []);
    assert_eq!(lengths("[period]\nlength = \"half-year\"\n"), [HalfYear]);
    let block = |length: &str| format!("[[period]]\nlength = \"{length}\"\n");
    let all = ["year", "quarter", "half-year", "month"]
        .map(block)
        .concat();
    assert_eq!(lengths(&all), [Month, Quarter, HalfYear, Year]);
    for (block, says) in [
        ("period = \"month\"", "[[period]]"),
        ("[[period]]\nlength = \"weekly\"\n", "half-year"),
        ("[[period]]\nrule = \"points-table\"\n", "length"),
        (
            "[[period]]\nlength = \"month\"\n[[period]]\nlength = \"month\"\n",
            "[[period]]",
        ),
        (
            "[[period]]\nlength = \"month\"\nfrom = 2026-01-01\n",
            "active_from",
        ),
    ] {
        let (line, block) = match block.starts_with('[') {
            true => ("", block),
            false => (block, ""),
        };
        let found = with(line, block).unwrap_err();
        assert_eq!(found.len(), 1, "{block}: {}", render(&found));
        assert!(render(&found).contains(says), "{block}: {}", render(&found));
    }
}

#[test]
fn rules_that_begin_late_are_a_warning() {
    let config = load("tests/config/good/rongyi.toml").unwrap();
    let codes: Vec<&str> = config.warnings.iter().map(|d| d.code.as_str()).collect();
    assert_eq!(codes, ["config.gap"]);
    assert_eq!(config.warnings[0].severity, Severity::Warning);
}

#[test]
fn a_rules_complaint_lands_on_its_parameter() {
    let config = load("tests/config/good/rongyi.toml").unwrap();
    let rule = &config.communities[0].rules[0];
    let at = |path: &str| {
        let d = rule.param_diagnostic(path, "points.cap", "上限太小。", "The cap is too small.");
        (d.line, d.column, d.text)
    };
    assert_eq!(at("kinds[0].caps[0].amount").2, "300");
    assert_eq!(at("kinds[1].per_unit").2, "20");
    assert_eq!(at("apple[2]").2, "7.60");
    // What is not in the file is shown at the nearest part that is.
    let header = at("kinds[1].unit");
    assert_eq!(header.2, "[[rule.params.kinds]]");
    assert_eq!(header.0, at("kinds[1].per_unit").0 - 2);
    assert_eq!(at("nothing.like[7].it").2, "[rule.params]");
}

#[test]
fn the_environment_names_the_database() {
    let path = Path::new("tests/config/good/rongyi.toml");
    let url = "postgres://elsewhere/rongyi";
    let config = load_with(path, &|name| {
        (name == "RONGYI_DATABASE_URL").then(|| url.to_owned())
    });
    assert_eq!(config.unwrap().database_url, url);
}

#[test]
fn a_missing_file_is_a_diagnostic() {
    let found = load("tests/config/nowhere.toml").unwrap_err();
    assert_eq!(found[0].code, "config.file");
    assert!(render(&found).contains("没有文件 tests/config/nowhere.toml"));
}

#[test]
fn the_demo_is_right() {
    let config = match load("../../config/rongyi.toml") {
        Ok(config) => config,
        Err(found) => panic!("{}", render(&found)),
    };
    assert!(config.warnings.is_empty(), "{}", render(&config.warnings));
    let codes: Vec<&str> = config.communities.iter().map(|c| c.code.as_str()).collect();
    assert_eq!(codes, ["nanmen", "longshi", "jinxian"]);
    for community in &config.communities {
        assert!(
            community.rules.len() >= 2,
            "{:?} has no shop or no table",
            community.code
        );
    }
}

/// Rows of a demo file, by column name.
fn rows(community: &str, file: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let path = format!("../../config/demo/{community}/{file}.csv");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<_> = reader.deserialize().map(|row| row.unwrap()).collect();
    assert!(!rows.is_empty(), "{path}");
    rows
}

#[test]
fn the_demo_data_fits_its_rules() {
    let config = load("../../config/rongyi.toml").unwrap();
    for community in &config.communities {
        let name = community.code.as_str();
        let column = |file: &str, key: &str| -> BTreeSet<String> {
            rows(name, file)
                .iter()
                .map(|row| row[key].clone())
                .collect()
        };
        let households = column("households", "household");
        assert!(column("residents", "household").is_subset(&households));
        let residents = column("residents", "resident");
        assert_eq!(residents.len(), rows(name, "residents").len());
        assert!(column("balances", "resident").is_subset(&residents));
        assert!(column("events", "resident").is_subset(&residents));
        assert!(column("stock", "item").is_subset(&column("items", "item")));
        let refs = column("events", "external_ref");
        assert_eq!(
            refs.len(),
            rows(name, "events").len(),
            "{name}: a reference is there twice"
        );
        let roles: BTreeSet<String> = ["leader", "operator", "reviewer", "shopkeeper"]
            .map(String::from)
            .into();
        assert_eq!(column("staff", "role"), roles);

        let params: serde_json::Value =
            serde_json::from_str(&community.rules[0].params_json).unwrap();
        let kinds: BTreeSet<String> = params["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| kind["code"].as_str().unwrap().to_owned())
            .collect();
        assert!(
            column("events", "kind").is_subset(&kinds),
            "{name}: {kinds:?}"
        );
        for row in rows(name, "events") {
            let day: LocalDate = row["occurred_at"]
                .split('T')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            assert!(
                day >= community.began_on && day < "2026-11-23".parse().unwrap(),
                "{row:?}"
            );
        }
    }
}

/// What stands on pages of everybody is as long as people read, whoever wrote it.
#[test]
fn no_text_is_longer_than_people_read() {
    let folder = tempfile::tempdir().unwrap();
    let host = folder.path().join("rongyi.toml");
    let below = folder.path().join("communities");
    std::fs::create_dir(&below).unwrap();
    std::fs::write(&host, "").unwrap();
    let whole = std::fs::read_to_string("tests/config/good/communities/b-short.toml").unwrap();
    let check = |text: String| {
        std::fs::write(below.join("a.toml"), text).unwrap();
        let found = load_with(&host, &|_| None).err().unwrap_or_default();
        let long = found.iter().filter(|d| d.message.en.contains("too long"));
        long.count()
    };
    assert_eq!(check(whole.clone()), 0);
    let phone = format!("[shop]\nphone = \"{}\"", "1".repeat(61));
    assert_eq!(check(whole.replace("[shop]", &phone)), 1, "phone");
    let long = "字".repeat(301);
    let both = format!("{{ zh = \"字\", en = \"{long}\" }}");
    for (key, value) in [
        ("points_name", format!("\"{long}\"")),
        ("points_name", both),
        ("code", format!("\"{}\"", "a".repeat(4_097))),
        ("timezone", format!("\"{}\"", "a".repeat(1 << 20))),
    ] {
        let line = format!("{key} = {value}\n");
        let rest: Vec<_> = whole
            .lines()
            .filter(|whole_line| !whole_line.starts_with(&format!("{key} ")))
            .collect();
        assert_eq!(check(format!("{line}{}\n", rest.join("\n"))), 1, "{key}");
    }
}
