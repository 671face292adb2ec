//! SIGKILL in the middle of an import, of a period's closing and of the job by which lots lapse; an import beside
//! a serving host: nothing is lost, nothing counts twice, and the ledger that comes out is the one that an
//! undisturbed run gives.
//!
//! It does not cut the power: what the disk itself loses is no business of a test in a folder.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rongyi_load::model;
use rongyi_tests::{Done, Draw, Installation};
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tokio::process::Command;

const RESIDENTS: u32 = 60;
const ROWS: u32 = 3000;
const ROUNDS: u32 = 5;
/// Kills that came before the first row or after the last prove little, and are drawn again.
const DRAWS_MAX: u32 = 25;

/// Households of two, and everybody's events of a year, without chance: every installation gets the same.
fn village() -> Installation {
    village_of(&model::community(0), RESIDENTS, 2)
}

/// So many residents in households of this size.
fn village_of(community: &str, count: u32, size: u32) -> Installation {
    let installation = Installation::of(community);
    let mut households = String::from("household,name,address\n");
    let mut residents = String::from("resident,household,name,phone\n");
    for no in 1..=count {
        let household = no.div_ceil(size);
        writeln!(residents, "{},{household},村民{no},", 1000 + no).unwrap();
        if no % size == 1 % size {
            writeln!(households, "{household},第{household}户,").unwrap();
        }
    }
    let households = installation.file("households.csv", &households);
    let residents = installation.file("residents.csv", &residents);
    let pins = installation.folder().join("pins.txt");
    installation.must(&["household", "import", "-c", "c000", text(&households)]);
    installation.must(&[
        "resident",
        "import",
        "-c",
        "c000",
        text(&residents),
        "--pins",
        text(&pins),
    ]);
    installation
}

fn events(installation: &Installation, name: &str, rows: std::ops::Range<u32>) -> String {
    let mut file = String::from("external_ref,kind,resident,occurred_at,quantity,note\n");
    for row in rows {
        let resident = 1001 + (row * 7) % RESIDENTS;
        let (kind, quantity) = match row % 10 {
            0 => ("litter", "1".to_owned()),
            1..=3 => ("cleanup", format!("{}.5", row % 4)),
            _ => ("waste", format!("{}.{}", 1 + row % 9, row % 10)),
        };
        let (month, day) = (1 + row * 10 / ROWS.max(1) % 10, 1 + row % 28);
        writeln!(
            file,
            "BL-{row},{kind},{resident},2026-{month:02}-{day:02}T09:20,{quantity},第{row}行"
        )
        .unwrap();
    }
    text(&installation.file(name, &file)).to_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder's name is UTF-8")
}

fn import(installation: &Installation, file: &str) -> Done {
    installation.must(&["import", "events", "-c", "c000", file, "--json"])
}

fn known(done: &Done) -> u64 {
    done.json()["known"].as_u64().unwrap()
}

/// What everybody has, and how long the ledger is; without what the blocks' number and times decide.
fn state(installation: &Installation) -> (Vec<Value>, u64) {
    let of = |no: u32| {
        let number = (1000 + no).to_string();
        let mut all = installation
            .must(&["balance", "-c", "c000", "--resident", &number, "--json"])
            .json();
        all.as_object_mut().unwrap().remove("head");
        all.as_object_mut().unwrap().remove("as_of");
        all
    };
    let said = installation.verify();
    assert_eq!(said.code, Some(0), "{said:?}");
    let report = said.json();
    assert_eq!(
        report["communities"][0]["problems"],
        serde_json::json!([]),
        "{report}"
    );
    // A host seals the list of staff by itself as soon as it stands; a command does not.
    let community = &report["communities"][0];
    let sealed = u64::from(!community["staff_sealed"].is_null());
    (
        (1..=RESIDENTS).map(of).collect(),
        community["records"].as_u64().unwrap() - sealed,
    )
}

/// The ledger is whole right after a kill. Its rules are asked again when all is done: each time compiles them anew.
fn unbroken(installation: &Installation) -> Done {
    installation.run(&["verify", "--decisions", "none", "--json"])
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
    let mut took = u64::try_from(started.elapsed().as_millis()).unwrap().max(1);
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
        let installation = village();
        let file = events(&installation, "events.csv", 0..ROWS);
        let mut command = tokio::process::Command::from(
            installation.command(&["import", "events", "-c", "c000", &file]),
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
        let said = unbroken(&installation);
        assert_eq!(
            said.code,
            Some(0),
            "right after the kill at {moment:?}: {said:?}"
        );
        let there = known(&import(&installation, &file));
        if there == u64::from(ROWS) {
            // It had ended by then: on a machine that has less to do, or with rules that were compiled before.
            took = took.min(u64::try_from(moment.as_millis()).unwrap()).max(1);
        }
        if there == 0 || there == u64::from(ROWS) {
            continue;
        }
        rounds += 1;
        assert_eq!(
            state(&installation),
            expected,
            "killed after {moment:?}, {there} rows were there"
        );
        assert_eq!(
            known(&import(&installation, &file)),
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

    let installation = village();
    let mut serving = installation.serve();
    let first = events(&installation, "first.csv", 0..half);
    assert_eq!(known(&import(&installation, &first)), 0);
    assert!(serving.is_running(), "the host goes on");
    // Two imports at once, beside the host: the community's head lets one through at a time.
    let second = events(&installation, "second.csv", half..2 * half);
    let start = |file: &str| {
        let mut command = tokio::process::Command::from(
            installation.command(&["import", "events", "-c", "c000", file, "--json"]),
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
    assert_eq!(state(&installation), expected);
}

/// Of a job that works through many holders, these; each has a household of its own.
const HOLDERS: u32 = 500;

const CLOSING: &str = r#"
[[rule]]
plugin = "period-close"
active_from = 2026-01-01

[rule.params]
balances = [{ asset = "points", keep_percent = 50 }]
prizes = [{ title = { zh = "本月之星", en = "Star of the month" }, window = "month", subject = "household", points = [30, 20] }]

[period]
length = "month"
rule = "period-close"
"#;

async fn database(installation: &Installation) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(installation.database())
        .read_only(true);
    options.connect().await.unwrap()
}

async fn count(connection: &mut SqliteConnection, statement: &str) -> u32 {
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(connection)
        .await
        .unwrap();
    u32::try_from(count).unwrap()
}

/// Starts the command and kills it as soon as the statement counts `enough`; answers how many there were then.
async fn killed_at(
    installation: &Installation,
    command: &[&str],
    statement: &str,
    enough: u32,
) -> u32 {
    let mut connection = database(installation).await;
    let mut command = Command::from(installation.command(command));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while count(&mut connection, statement).await < enough {
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "{ended}");
            break;
        }
    }
    // It may have ended just now.
    let _ = child.kill().await;
    drop(connection);
    count(&mut database(installation).await, statement).await
}

/// Everything that anybody has, and how many movements there were.
async fn everything(installation: &Installation) -> (Vec<(i64, i64, i64)>, u32) {
    let mut connection = database(installation).await;
    let all = sqlx::query_as("SELECT account, lot, amount FROM balance ORDER BY account, lot");
    let all = all.fetch_all(&mut connection).await.unwrap();
    (
        all,
        count(&mut connection, "SELECT count(*) FROM transfer").await,
    )
}

/// The same ledger in an installation of its own.
fn copy(installation: &Installation, community: &str) -> Installation {
    let twin = Installation::of(community);
    std::fs::create_dir_all(twin.database().parent().unwrap()).unwrap();
    std::fs::copy(installation.database(), twin.database()).unwrap();
    twin
}

/// Everybody's sorted waste of one day in October, which is over.
fn october(installation: &Installation, name: &str, residents: RangeInclusive<u32>) {
    let mut file = String::from("external_ref,kind,resident,occurred_at,quantity,note\n");
    for no in residents {
        let (resident, day, kilos) = (1000 + no, 1 + no % 28, 1 + no % 20);
        writeln!(
            file,
            "{name}-{no},waste,{resident},2026-10-{day:02}T09:20,{kilos}.0,"
        )
        .unwrap();
    }
    import(
        installation,
        text(&installation.file(&format!("{name}.csv"), &file)),
    );
}

/// Kills the command again and again, each time when a drawn part of what is left is done, until it has come to its
/// end. The ledger is whole after every kill.
async fn killed_until_done(
    installation: &Installation,
    command: &[&str],
    statement: &str,
    draw: &mut Draw,
) {
    let (mut there, mut stops) = (0, 0);
    while there < HOLDERS {
        let part = u64::from((HOLDERS - there).div_ceil(4));
        let enough = there + 1 + u32::try_from(draw.below(part)).unwrap();
        there = killed_at(installation, command, statement, enough).await;
        stops += u32::from(there < HOLDERS);
        let said = unbroken(installation);
        assert_eq!(said.code, Some(0), "after a kill at {there}: {said:?}");
    }
    assert!(stops > 0, "it was never killed in its middle");
    let said = installation.verify();
    assert_eq!(said.code, Some(0), "at the end: {said:?}");
}

#[tokio::test]
async fn a_period_whose_closing_is_killed_is_closed_once() {
    const CLOSED: &str = "SELECT count(*) FROM standing WHERE entry > 0";
    let mut draw = Draw::seeded("kill");
    let community = format!("{}{CLOSING}", model::community(0));
    let installation = village_of(&community, HOLDERS, 1);
    let staff = installation.file("staff.csv", "login,name,role\nwang,王芳,operator\n");
    let words = installation.folder().join("words.txt");
    installation.must(&[
        "staff",
        "import",
        "-c",
        "c000",
        text(&staff),
        "--pins",
        text(&words),
    ]);
    october(&installation, "P", 1..=HOLDERS);
    for step in ["preview", "sign-off"] {
        installation.must(&["period", step, "-c", "c000", "2026-10"]);
    }
    let whole = copy(&installation, &community);
    let close = ["period", "close", "-c", "c000", "2026-10"];
    whole.must(&close);
    assert_eq!(count(&mut database(&whole).await, CLOSED).await, HOLDERS);

    killed_until_done(&installation, &close, CLOSED, &mut draw).await;
    installation.must(&close);
    installation.must(&close);
    assert_eq!(everything(&installation).await, everything(&whole).await);
}

#[tokio::test]
async fn lots_whose_expiry_is_killed_expire_once() {
    const EXPIRED: &str = "SELECT count(*) FROM transfer WHERE kind = 7";
    const LEFT: &str = "SELECT count(*) FROM balance WHERE lot > 0";
    let mut draw = Draw::seeded("kill");
    let community = model::community(0);
    let community = community.replacen(
        "per_unit = 10\n",
        "per_unit = 10\nexpires = { days = 2 }\n",
        1,
    );
    let installation = village_of(&community, HOLDERS, 1);
    october(&installation, "first", 1..=HOLDERS);
    let lots = async || count(&mut database(&installation).await, LEFT).await;
    assert_eq!(lots().await, HOLDERS);
    killed_until_done(&installation, &["serve"], EXPIRED, &mut draw).await;
    // A lot that comes later shows when the job has been round once more.
    october(&installation, "second", 7..=7);
    let expired = killed_at(&installation, &["serve"], EXPIRED, HOLDERS + 1).await;
    assert_eq!(expired, HOLDERS + 1, "and nothing for a second time");
    assert_eq!(lots().await, 0);
}
