//! Somebody with the database file in hand changes one row behind the program's back: `verify` fails and names
//! the place, table by table.
//!
//! The only test that speaks SQL, because that is what such a person would do. A tail that was cut off together
//! with its head row is seen only against a head that was published elsewhere.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

mod damage;
mod whole;

use std::path::Path;

use damage::DAMAGE;
use rongyi_tests::{Client, Done, Installation};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

/// `ours` stands for the condition that a row belongs to 南门社区.
const OURS: &str = "community_id = (SELECT community_id FROM community WHERE code = 'nanmen')";

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false)
        .connect()
        .await
        .unwrap()
}

async fn change(to: &mut SqliteConnection, statement: String) -> u64 {
    let done = sqlx::query(AssertSqlSafe(statement.clone()))
        .execute(to)
        .await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"))
        .rows_affected()
}

/// Drops the triggers that keep the journal append-only, as somebody who tampers would.
async fn unlock(file: &mut SqliteConnection) {
    let names = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .fetch_all(&mut *file)
        .await
        .unwrap();
    assert!(!names.is_empty(), "the journal is append-only");
    for name in names {
        change(file, format!("DROP TRIGGER {}", name.get::<String, _>(0))).await;
    }
    change(file, "PRAGMA ignore_check_constraints = ON".to_owned()).await;
}

/// Without asking the rules again: that finds changed decisions, and is tested with the rules.
fn verify(installation: &Installation, file: &Path) -> Done {
    let url = format!("sqlite://{}", file.display());
    installation.run_alone(&[
        "verify",
        "--community",
        "nanmen",
        "--decisions",
        "none",
        "--database",
        &url,
    ])
}

/// The demonstration with an order placed through its pages, so that every table has rows.
fn with_an_order() -> Installation {
    let (installation, serving) = Installation::demo();
    let words = serving.words_of("1001");
    let pin = words
        .iter()
        .skip_while(|word| *word != "PIN")
        .nth(1)
        .expect("the PIN is printed");
    let mut client = Client::of(serving.address());
    client.post(
        "/nanmen/sign-in",
        &[("number", "1001"), ("pin", pin), ("next", "")],
    );
    let confirm = client.get("/nanmen/shop/salt/confirm?quantity=1");
    let field = |name: &str| {
        let after = confirm
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap_or_else(|| panic!("no {name} in {confirm}"))
            .1;
        after.split_once('"').unwrap().0.to_owned()
    };
    let form = [
        ("key", field("key")),
        ("item", field("item")),
        ("quantity", field("quantity")),
        ("total", field("total")),
    ];
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let placed = client.post("/nanmen/orders", &form);
    assert!(
        placed.contains("/nanmen/orders/1"),
        "an order was placed: {placed}"
    );
    installation
}

#[tokio::test(flavor = "multi_thread")]
async fn every_damage_is_found_and_its_place_named() {
    let installation = with_an_order();
    let file = installation.database();
    // Everything into the one file that is copied.
    change(
        &mut open(file).await,
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    )
    .await;
    let said = verify(&installation, file);
    assert_eq!(said.code, Some(0), "before any damage: {said:?}");

    let mut wrong = Vec::new();
    for (what, statement, place) in DAMAGE {
        let copy = installation.folder().join("copy.db");
        std::fs::copy(file, &copy).unwrap();
        let mut damaged = open(&copy).await;
        unlock(&mut damaged).await;
        let rows = change(&mut damaged, statement.replace("ours", OURS)).await;
        if rows == 0 {
            wrong.push(format!("{what}: no row was there to be changed"));
        }
        // A swap goes through numbers that are free.
        for (table, column) in [("record", "seq"), ("transfer", "seq"), ("block", "height")] {
            let back =
                format!("UPDATE {table} SET {column} = -{column} WHERE {OURS} AND {column} < 0");
            change(&mut damaged, back).await;
        }
        damaged.close().await.unwrap();
        let said = verify(&installation, &copy);
        if said.code != Some(1) {
            wrong.push(format!(
                "{what}: verify ended with {:?}: {}{}",
                said.code, said.out, said.err
            ));
        } else if !said.err.contains(&format!(" {place}")) {
            wrong.push(format!(
                "{what}: “{place}” is not named: {}{}",
                said.out, said.err
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let said = verify(&installation, file);
    assert_eq!(
        said.code,
        Some(0),
        "after the damage was thrown away: {said:?}"
    );
}

#[tokio::test]
async fn the_journal_refuses_to_be_changed() {
    let installation = with_an_order();
    let mut file = open(installation.database()).await;
    for table in ["record", "transfer", "block"] {
        for statement in [
            format!("DELETE FROM {table}"),
            format!("UPDATE {table} SET community_id = community_id"),
        ] {
            let done = sqlx::query(AssertSqlSafe(statement.clone()))
                .execute(&mut file)
                .await;
            let error = done.expect_err(&statement).to_string();
            assert!(error.contains("never"), "{statement}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_told_from_a_broken_ledger() {
    let installation = with_an_order();
    let alone = installation.folder().join("alone.db");
    std::fs::copy(installation.database(), &alone).unwrap();
    let said = verify(&installation, &alone);
    assert_eq!(said.code, Some(1), "a copy without its -wal: {said:?}");
    assert!(said.err.contains("-wal"), "{said:?}");
    let heads = installation.must(&["heads", "--community", "nanmen"]).out;
    let list = installation.file("heads.txt", &heads).display().to_string();
    change(
        &mut open(installation.database()).await,
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    )
    .await;
    let whole = std::fs::read(installation.database()).unwrap();
    let mut hole = whole.clone();
    let middle = hole.len() / 2 / 4096 * 4096;
    hole[middle..middle + 4096].fill(0);
    let mut beginning = whole.clone();
    beginning[..100].fill(0);
    let broken = [
        ("cut in half", whole[..whole.len() / 2].to_vec()),
        ("a page of zeros", hole),
        ("no beginning", beginning),
    ];
    for (what, bytes) in broken {
        let path = installation.folder().join("broken.db");
        std::fs::write(&path, bytes).unwrap();
        let said = verify(&installation, &path);
        assert_eq!(said.code, Some(1), "{what}: {said:?}");
        assert!(said.err.contains("数据库文件坏了"), "{what}: {said:?}");
    }
    // An older copy is a good ledger; only what was published shows that its end is missing.
    let path = installation.folder().join("cut.db");
    std::fs::write(&path, whole).unwrap();
    let mut cut = open(&path).await;
    unlock(&mut cut).await;
    let last = format!("SELECT max(height) FROM block WHERE {OURS}");
    for statement in [
        format!(
            "UPDATE community SET hash = (SELECT prev FROM block WHERE {OURS} AND height = ({last})), next_seq = (SELECT first_seq FROM block WHERE {OURS} AND height = ({last})), last_at = (SELECT at FROM block WHERE {OURS} AND height = ({last}) - 1), height = height - 1 WHERE {OURS}"
        ),
        format!("DELETE FROM block WHERE {OURS} AND height = ({last})"),
        format!(
            "DELETE FROM record WHERE {OURS} AND seq >= (SELECT next_seq FROM community WHERE {OURS})"
        ),
        format!(
            "DELETE FROM transfer WHERE {OURS} AND seq >= (SELECT next_seq FROM community WHERE {OURS})"
        ),
    ] {
        change(&mut cut, statement).await;
    }
    cut.close().await.unwrap();
    let url = format!("sqlite://{}", path.display());
    let said = installation.run_alone(&["heads", "--community", "nanmen", "--database", &url]);
    assert_ne!(said.out, heads, "the tail is gone");
    let said = installation.run_alone(&[
        "verify",
        "--community",
        "nanmen",
        "--decisions",
        "none",
        "--database",
        &url,
        "--heads",
        &list,
    ]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("its tail was cut off"), "{said:?}");
}
