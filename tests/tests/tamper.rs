//! Somebody with the database file in hand changes one row behind the program's back: `verify` fails and names
//! the place, table by table.
//!
//! The only test that speaks SQL, because that is what such a person would do. A tail that was cut off together
//! with its head row is not seen here: only a head published elsewhere reveals that. Of a missing rule set, the
//! records that it decided are named.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

use std::path::Path;

use rongyi_tests::{Client, Done, Installation};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

/// `ours` stands for the condition that a row belongs to 南门社区.
const OURS: &str = "community_id = (SELECT community_id FROM community WHERE code = 'nanmen')";

/// What is done to the file, and the place that must be named.
const DAMAGE: &[(&str, &str, &str)] = &[
    (
        "a record's bytes",
        "UPDATE record SET body = CAST(body || x'00' AS BLOB) WHERE ours AND seq = (SELECT max(seq) FROM record WHERE ours)",
        "record",
    ),
    (
        "a byte inside a record",
        "UPDATE record SET body = CAST(substr(body, 1, 12) || x'7f' || substr(body, 14) AS BLOB) WHERE ours AND seq = (SELECT max(seq) FROM record WHERE ours AND length(body) > 20)",
        "record",
    ),
    (
        "a record that is gone",
        "DELETE FROM record WHERE ours AND seq = (SELECT max(seq) FROM record WHERE ours)",
        "record",
    ),
    (
        "two records swapped",
        "UPDATE record SET seq = CASE seq WHEN 3 THEN -4 ELSE -3 END WHERE ours AND seq IN (3, 4)",
        "records 3",
    ),
    (
        "an amount",
        "UPDATE transfer SET amount = amount + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "who paid",
        "UPDATE transfer SET debit = debit + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a passbook's balance",
        "UPDATE transfer SET credit_after = credit_after + 1 WHERE ours AND seq = (SELECT min(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a passbook's link",
        "UPDATE transfer SET credit_prev = 0 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours AND credit_prev > 0)",
        "record",
    ),
    (
        "a movement that is gone",
        "DELETE FROM transfer WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a block's root",
        "UPDATE block SET root = zeroblob(32) WHERE ours AND height = 2",
        "block 2",
    ),
    (
        "a block's time",
        "UPDATE block SET at = at + 1 WHERE ours AND height = 2",
        "block 2",
    ),
    (
        "a block that is gone",
        "DELETE FROM block WHERE ours AND height = 2",
        "block 2",
    ),
    (
        "the last block",
        "DELETE FROM block WHERE ours AND height = (SELECT max(height) FROM block WHERE ours)",
        "record",
    ),
    (
        "the head",
        "UPDATE community SET hash = zeroblob(32) WHERE ours",
        "head",
    ),
    (
        "a balance",
        "UPDATE balance SET amount = amount + 1 WHERE ours AND lot = -1 AND amount > 0",
        "balance",
    ),
    (
        "a lot",
        "UPDATE balance SET lot = lot + 1 WHERE ours AND lot > 0",
        "balance",
    ),
    (
        "a counter",
        "DELETE FROM counter WHERE ours AND kind = 'waste.food'",
        "counter",
    ),
    (
        "who lives where",
        "UPDATE resident SET household = household + 1 WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "who a number is",
        "UPDATE person_of_resident SET person_id = (SELECT person_id FROM person_of_resident WHERE ours AND resident = 1002) WHERE ours AND resident = 1001",
        "resident 1001",
    ),
    (
        "an item",
        "DELETE FROM item WHERE ours AND code = 'salt'",
        "item",
    ),
    (
        "an order's code",
        "UPDATE orders SET code = '00000000' WHERE ours",
        "order",
    ),
    (
        "a closed order",
        "UPDATE orders SET state = 3, closed_at = 1 WHERE ours",
        "order",
    ),
    (
        "a reference",
        "UPDATE source_ref SET external_ref = 'other' WHERE ours AND external_ref = 'NM-202610-0001'",
        "external reference",
    ),
    (
        "an answer to a reference",
        "UPDATE source_ref SET entry = entry + 1 WHERE ours AND external_ref = 'NM-202610-0001'",
        "external reference",
    ),
    (
        "an answer to a key",
        "UPDATE idempotency SET entry = entry + 1 WHERE ours",
        "idempotency key",
    ),
    (
        "a rule set",
        "DELETE FROM rule_set WHERE ours AND no = 1",
        "record",
    ),
    (
        "a component",
        "UPDATE component SET bytes = CAST(bytes || x'00' AS BLOB)",
        "rule set",
    ),
    (
        "parameters",
        "UPDATE params SET json = json || ' '",
        "rule set",
    ),
    (
        "a text",
        "UPDATE text SET text = text || '!' WHERE ours AND seq = (SELECT min(seq) FROM text WHERE ours)",
        "text",
    ),
];

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

fn verify(own: &Installation, file: &Path) -> Done {
    let url = format!("sqlite://{}", file.display());
    own.run_alone(&["verify", "--community", "nanmen", "--database", &url])
}

/// The demonstration with an order placed through its pages, so that every table has rows.
fn with_an_order() -> Installation {
    let (own, serving) = Installation::demo();
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
    own
}

#[tokio::test(flavor = "multi_thread")]
async fn every_damage_is_found_and_its_place_named() {
    let own = with_an_order();
    let file = own.database();
    // Everything into the one file that is copied.
    change(
        &mut open(file).await,
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    )
    .await;
    let said = verify(&own, file);
    assert_eq!(said.code, Some(0), "before any damage: {said:?}");

    let mut wrong = Vec::new();
    for (what, statement, place) in DAMAGE {
        let copy = own.folder().join("copy.db");
        std::fs::copy(file, &copy).unwrap();
        let mut damaged = open(&copy).await;
        unlock(&mut damaged).await;
        let rows = change(&mut damaged, statement.replace("ours", OURS)).await;
        if rows == 0 {
            wrong.push(format!("{what}: no row was there to be changed"));
        }
        if *what == "two records swapped" {
            change(
                &mut damaged,
                format!("UPDATE record SET seq = -seq WHERE {OURS} AND seq < 0"),
            )
            .await;
        }
        damaged.close().await.unwrap();
        let said = verify(&own, &copy);
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
    let said = verify(&own, file);
    assert_eq!(
        said.code,
        Some(0),
        "after the damage was thrown away: {said:?}"
    );
}

#[tokio::test]
async fn the_journal_refuses_to_be_changed() {
    let own = with_an_order();
    let mut file = open(own.database()).await;
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
