//! SIGKILL in the middle of an import, and an import beside a serving host: nothing is lost, nothing counts
//! twice, and the ledger that comes out is the one that an undisturbed import gives.
//!
//! It does not cut the power: what the disk itself loses is no business of a test in a folder.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rongyi_tests::{Done, Draw, Installation};
use serde_json::Value;

const COMMUNITY: &str = r#"
code = "beiling"
title = { zh = "北岭村", en = "Beiling" }
began_on = 2026-01-01
points_go_to = "household"
points_name = { zh = "积分", en = "points" }
award_max = 1000

[shop]
title = { zh = "超市", en = "Shop" }
place = { zh = "村委会", en = "Village office" }
hours = { zh = "周六", en = "Saturdays" }
phone = "0663-000-0009"

[[rule]]
plugin = "points-table"
active_from = 2026-01-01

[[rule.params.kinds]]
code = "waste.food"
title = { zh = "厨余垃圾分类", en = "Food waste sorted" }
unit = { zh = "公斤", en = "kg" }
scale = 1
per_unit = 10
caps = [{ amount = 300, window = "month", subject = "household" }]

[[rule.params.kinds]]
code = "cleanup.hour"
title = { zh = "清洁日", en = "Clean-up" }
unit = { zh = "小时", en = "hours" }
scale = 1
per_unit = 2
max_units = 4
minutes_per_unit = 60

[[rule.params.kinds]]
code = "littering"
title = { zh = "占道堆放", en = "Things left in the way" }
unit = { zh = "次", en = "times" }
deduct = 5
short = "clamp"
"#;

const RESIDENTS: u32 = 60;
const ROWS: u32 = 3000;
const ROUNDS: u32 = 5;
/// Kills that came before the first row or after the last prove little, and are drawn again.
const DRAWS_MAX: u32 = 25;

/// Households of two, and everybody's events of a year, without chance: every installation gets the same.
fn village() -> Installation {
    let own = Installation::of(COMMUNITY);
    let mut households = String::from("household,name,address\n");
    let mut residents = String::from("resident,household,name,phone\n");
    for no in 1..=RESIDENTS {
        writeln!(residents, "{},{},村民{no},", 1000 + no, no.div_ceil(2)).unwrap();
        if no % 2 == 1 {
            writeln!(households, "{},第{}户,", no.div_ceil(2), no.div_ceil(2)).unwrap();
        }
    }
    let households = own.file("households.csv", &households);
    let residents = own.file("residents.csv", &residents);
    let pins = own.folder().join("pins.txt");
    own.must(&["household", "import", "-c", "beiling", text(&households)]);
    own.must(&[
        "resident",
        "import",
        "-c",
        "beiling",
        text(&residents),
        "--pins",
        text(&pins),
    ]);
    own
}

fn events(own: &Installation, name: &str, rows: std::ops::Range<u32>) -> String {
    let mut file = String::from("external_ref,kind,resident,occurred_at,quantity,note\n");
    for row in rows {
        let resident = 1001 + (row * 7) % RESIDENTS;
        let (kind, quantity) = match row % 10 {
            0 => ("littering", "1".to_owned()),
            1..=3 => ("cleanup.hour", format!("{}.5", row % 4)),
            _ => ("waste.food", format!("{}.{}", 1 + row % 9, row % 10)),
        };
        let (month, day) = (1 + row * 10 / ROWS.max(1) % 10, 1 + row % 28);
        writeln!(
            file,
            "BL-{row},{kind},{resident},2026-{month:02}-{day:02}T09:20,{quantity},第{row}行"
        )
        .unwrap();
    }
    text(&own.file(name, &file)).to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's name is UTF-8")
}

fn import(own: &Installation, file: &str) -> Done {
    own.must(&["import", "events", "-c", "beiling", file, "--json"])
}

fn known(done: &Done) -> u64 {
    done.json()["known"].as_u64().unwrap()
}

/// What everybody has, and how long the ledger is; without what the blocks' number and times decide.
fn state(own: &Installation) -> (Vec<Value>, u64) {
    let of = |no: u32| {
        let number = (1000 + no).to_string();
        let mut all = own
            .must(&["balance", "-c", "beiling", "--resident", &number, "--json"])
            .json();
        all.as_object_mut().unwrap().remove("head");
        all.as_object_mut().unwrap().remove("as_of");
        all
    };
    let said = own.verify();
    assert_eq!(said.code, Some(0), "{said:?}");
    let report = said.json();
    assert_eq!(
        report["communities"][0]["problems"],
        serde_json::json!([]),
        "{report}"
    );
    (
        (1..=RESIDENTS).map(of).collect(),
        report["communities"][0]["records"].as_u64().unwrap(),
    )
}

#[tokio::test]
async fn a_killed_import_is_finished_by_the_next() {
    let mut draw = Draw::seeded("kill");
    let whole = village();
    let file = events(&whole, "events.csv", 0..ROWS);
    #[expect(
        clippy::disallowed_methods,
        reason = "how long an import takes here, to aim at its middle"
    )]
    let started = std::time::Instant::now();
    assert_eq!(known(&import(&whole, &file)), 0);
    let took = u64::try_from(started.elapsed().as_millis()).unwrap().max(1);
    let expected = state(&whole);
    assert!(
        expected.1 > u64::from(ROWS),
        "every row left a record, and most a movement: {}",
        expected.1
    );

    let (mut rounds, mut draws) = (0, 0);
    while rounds < ROUNDS {
        draws += 1;
        assert!(
            draws <= DRAWS_MAX,
            "only {rounds} of {DRAWS_MAX} kills hit an import of {took} ms in its middle"
        );
        let own = village();
        let file = events(&own, "events.csv", 0..ROWS);
        let mut command = tokio::process::Command::from(
            own.command(&["import", "events", "-c", "beiling", &file]),
        );
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moment = Duration::from_millis(draw.below(took));
        // The moment is the point of the test: a bound on waiting, then SIGKILL.
        if tokio::time::timeout(moment, child.wait()).await.is_err() {
            child.kill().await.unwrap();
        }
        let said = own.verify();
        assert_eq!(
            said.code,
            Some(0),
            "right after the kill at {moment:?}: {said:?}"
        );
        let there = known(&import(&own, &file));
        if there == 0 || there == u64::from(ROWS) {
            continue;
        }
        rounds += 1;
        assert_eq!(
            state(&own),
            expected,
            "killed after {moment:?}, {there} rows were there"
        );
        assert_eq!(
            known(&import(&own, &file)),
            u64::from(ROWS),
            "every reference is there, and counts once"
        );
    }
}

#[tokio::test]
async fn an_import_beside_a_serving_host() {
    let whole = village();
    let half = ROWS / 4;
    let (first, second) = (
        events(&whole, "first.csv", 0..half),
        events(&whole, "second.csv", half..2 * half),
    );
    import(&whole, &first);
    import(&whole, &second);
    let expected = state(&whole);

    let own = village();
    let mut serving = own.serve();
    let first = events(&own, "first.csv", 0..half);
    assert_eq!(known(&import(&own, &first)), 0);
    assert!(serving.is_running(), "the host goes on");
    // Two imports at once, beside the host: the community's head lets one through at a time.
    let second = events(&own, "second.csv", half..2 * half);
    let start = |file: &str| {
        let mut command = tokio::process::Command::from(
            own.command(&["import", "events", "-c", "beiling", file, "--json"]),
        );
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let (one, other) = (start(&first), start(&second));
    let (one, other) = (
        one.wait_with_output().await.unwrap(),
        other.wait_with_output().await.unwrap(),
    );
    let (one, other) = (Done::from(one), Done::from(other));
    assert_eq!(one.code, Some(0), "{one:?}");
    assert_eq!(other.code, Some(0), "{other:?}");
    assert_eq!(
        known(&one),
        u64::from(half),
        "what was there stays there once"
    );
    assert_eq!(known(&other), 0);
    assert!(serving.is_running(), "the host goes on");
    assert_eq!(state(&own), expected);
}
