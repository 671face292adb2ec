//! Traits that staff set and rules are told of, in earning, in prices and at the end of a period, and assets that a
//! community declares: through the real binary, and verified with every decision asked again.

use serde_json::Value;

use crate::place::{COMMUNITY, Place};

/// A star for those who help, a price for riders, help for hardship, and coins beside points.
const MORE: &str = r#"
[[rule.params.kinds]]
code = "bin.guard"
title = { zh = "桶边督导", en = "Bin duty" }
unit = { zh = "次", en = "times" }
fixed = 2
boosts = [{ when = { trait = { name = "star", at_least = 3 } }, plus = 1, title = { zh = "三星以上", en = "Three stars" } }]

[[rule.params.kinds]]
code = "repair"
title = { zh = "上门维修", en = "Repair" }
unit = { zh = "次", en = "times" }
fixed = 4
asset = "time-coin"

[[rule]]
plugin = "period-close"
active_from = 2026-01-15
[rule.params]
allowances = [{ title = { zh = "困难补贴", en = "Hardship" }, trait = { name = "hardship" }, amount = 60 }]
"#;

fn place() -> Place {
    let place = Place::enrolled();
    let declared =
        "assets = { time-coin = { zh = \"时间币\", en = \"time coins\" } }\nexpiry = \"never\"";
    let text = COMMUNITY.replace("expiry = \"never\"", declared) + MORE;
    let period = "\n[period]\nlength = \"month\"\nrule = \"period-close\"\n\n[shop]";
    place.write(
        "config/communities/green.toml",
        text.replacen("\n[shop]", period, 1),
    );
    place
}

fn traits(place: &Place, set: &[&str]) -> String {
    let base = ["resident", "traits", "-c", "green", "--resident", "1001"];
    place.good(&[&base[..], set].concat())
}

fn coins(place: &Place) -> Value {
    let out = place.good(&["balance", "-c", "green", "--resident", "1001", "--json"]);
    let said: Value = serde_json::from_str(&out).unwrap();
    let all = said["assets"].as_array().unwrap().clone();
    let balance = all
        .into_iter()
        .find(|balance| balance["asset"] == "time-coin");
    balance.unwrap_or_else(|| panic!("no time coins in {out}"))
}

#[test]
fn a_star_counts_from_the_day_it_is_set() {
    let place = place();
    assert!(traits(&place, &[]).contains("没有特征 no traits"));
    let guard = |no: u32| format!("G-{no},bin.guard,1001,2026-10-0{no},1,x");
    place.events("first.csv", &[&guard(1)]);
    assert_eq!(place.import(&["first.csv"]).0.code, 0);
    assert_eq!(place.points("1001"), 2);
    assert!(traits(&place, &["star=3", "hardship=1"]).contains("1001: hardship=1 star=3"));
    place.events("second.csv", &[&guard(2)]);
    assert_eq!(place.import(&["second.csv"]).0.code, 0);
    assert_eq!(place.points("1001"), 5, "three with the star");
    let height = place.height();
    // The same again is no record; taken away, it no longer counts.
    traits(&place, &["star=3"]);
    assert_eq!(place.height(), height, "nothing was recorded");
    assert!(traits(&place, &["star=0"]).contains("1001: hardship=1"));
    place.events("third.csv", &[&guard(3)]);
    assert_eq!(place.import(&["third.csv"]).0.code, 0);
    assert_eq!(place.points("1001"), 7);
    assert!(
        place.height() > height,
        "and all of it verifies, decision by decision"
    );
}

#[test]
fn traits_come_with_a_file_and_slips_are_told() {
    let place = place();
    let rows =
        "resident,household,name,traits\n1001,1,陈阿婆,star=4\n1004,2,林小,star=2 hardship=1\n";
    place.write("more.csv", rows);
    let import = ["resident", "import", "-c", "green", "more.csv"];
    let out = place.good(&import);
    assert!(
        out.contains("new 2"),
        "one is new, one has a star now: {out}"
    );
    assert!(traits(&place, &[]).contains("1001: star=4"));
    let data = place.good(&["person", "export", "-c", "green", "--resident", "1001"]);
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data["residencies"][0]["traits"]["star"], 4, "{data}");
    let out = place.good(&import);
    assert!(out.contains("known 2"), "{out}");
    let set = ["resident", "traits", "-c", "green", "--resident"];
    for (resident, what, zh, en) in [
        (
            "1001",
            "stra=3",
            "没有规则会看“stra”",
            "the rules of this community ask for: hardship, star",
        ),
        ("1001", "star", "“star”不是特征", "“star” is no trait"),
        (
            "1001",
            "star=-3",
            "0 到 1000000",
            "a whole number from 0 to 1000000",
        ),
        (
            "4711",
            "star=3",
            "没有 4711 号居民",
            "There is no resident 4711",
        ),
    ] {
        let ran = place.run(&[&set[..], &[resident, what]].concat());
        assert_ne!(ran.code, 0, "{what}: {}", ran.out);
        assert!(
            ran.err.contains(zh) && ran.err.contains(en),
            "{what}: {}",
            ran.err
        );
    }
    place.height();
}

#[test]
fn the_end_of_a_period_sees_traits_and_a_declared_asset_is_counted() {
    let place = place();
    traits(&place, &["hardship=1"]);
    place.events("events.csv", &["R-1,repair,1001,2026-10-05,1,x"]);
    let (ran, _) = place.import(&["events.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(coins(&place)["spendable"], 4);
    place.write(
        "staff.csv",
        "login,name,role\nwang,王芳,operator\nli,李强,operator\n",
    );
    place.good(&[
        "staff",
        "import",
        "-c",
        "green",
        "staff.csv",
        "--pins",
        "words.txt",
    ]);
    let period = |step: &str, by: &[&str]| {
        let base = ["period", step, "-c", "green", "2026-10"];
        place.good(&[&base[..], by].concat())
    };
    period("preview", &[]);
    place.own_password("li", "li-own-word");
    place.write("word.txt", "li-own-word\n");
    period("sign-off", &["--by", "li", "--password-file", "word.txt"]);
    period("close", &[]);
    assert_eq!(
        place.points("1001"),
        60,
        "somebody of the household is in hardship"
    );
    assert_eq!(place.points("1003"), 0);
    assert_eq!(coins(&place)["spendable"], 4, "coins stay");
    // An asset that is no longer declared keeps what it has, and its number.
    place.write("config/communities/green.toml", COMMUNITY);
    place.good(&["check"]);
    assert_eq!(coins(&place)["spendable"], 4);
    place.height();
}
