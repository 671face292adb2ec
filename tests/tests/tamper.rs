//! Somebody with the database file in hand changes one row behind the program's back: `verify` fails and names
//! the place, table by table.
//!
//! The only test that speaks SQL, because that is what such a person would do. A tail that was cut off together
//! with its head row is seen only against a head that was published elsewhere.

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
        "block",
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
        "a counter's month",
        "UPDATE counter SET month = month - 1 WHERE ours AND month = (SELECT min(month) FROM counter WHERE ours AND month > 0)",
        "counter",
    ),
    (
        "a counter's bytes",
        "UPDATE counter SET body = x'ff' WHERE ours AND month = 0 AND kind = 'waste.food'",
        "counter",
    ),
    (
        "who lives where",
        "UPDATE resident SET household = household + 1 WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "a star that nobody gave",
        "UPDATE resident SET traits = x'01047374617206' WHERE ours AND resident = 1002",
        "resident",
    ),
    (
        "bytes that are no traits",
        "UPDATE resident SET traits = x'ff' WHERE ours AND resident = 1003",
        "traits of resident",
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
        "rule set 1",
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
        "another rule set's row",
        "UPDATE rule_set SET body = (SELECT o.body FROM rule_set AS o WHERE o.community_id = rule_set.community_id AND o.no = 2) WHERE ours AND no = 1",
        "rule set",
    ),
    (
        "a component that is gone",
        "DELETE FROM component",
        "rule set",
    ),
    ("parameters that are gone", "DELETE FROM params", "rule set"),
    (
        "a movement's receiver",
        "UPDATE transfer SET credit = credit + 536870912 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a movement's lot",
        "UPDATE transfer SET to_lot = to_lot + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours AND to_lot > 0)",
        "record",
    ),
    (
        "why it moved",
        "UPDATE transfer SET kind = 11 WHERE ours AND seq = (SELECT min(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "whose order moved it",
        "UPDATE transfer SET order_no = order_no + 1 WHERE ours AND order_no IS NOT NULL",
        "record",
    ),
    (
        "a movement turned into a reversal",
        "UPDATE transfer SET reverses = 1 WHERE ours AND seq = (SELECT min(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "a giver's balance in the passbook",
        "UPDATE transfer SET debit_after = debit_after + 1 WHERE ours AND seq = (SELECT max(seq) FROM transfer WHERE ours)",
        "record",
    ),
    (
        "two movements swapped",
        "WITH b AS MATERIALIZED (SELECT min(seq) AS a, max(seq) AS z FROM transfer WHERE ours) UPDATE transfer SET seq = CASE seq WHEN (SELECT a FROM b) THEN -(SELECT z FROM b) ELSE -(SELECT a FROM b) END WHERE ours AND seq IN (SELECT a FROM b UNION ALL SELECT z FROM b)",
        "record",
    ),
    (
        "a record put in at the end",
        "INSERT INTO record (community_id, seq, kind, body) SELECT community_id, (SELECT next_seq FROM community WHERE ours), kind, body FROM record WHERE ours AND kind = 7 LIMIT 1",
        "record",
    ),
    (
        "a movement put in at the end",
        "INSERT INTO transfer SELECT community_id, (SELECT next_seq FROM community WHERE ours), entry, debit, credit, amount, from_lot, to_lot, kind, order_no, reverses, debit_after, debit_prev, credit_after, credit_prev FROM transfer WHERE ours LIMIT 1",
        "record",
    ),
    (
        "a block put in at the end",
        "INSERT INTO block SELECT community_id, height + 1, prev, root, first_seq, count, at, hash FROM block WHERE ours AND height = (SELECT max(height) FROM block WHERE ours)",
        "block",
    ),
    (
        "a block's records",
        "UPDATE block SET count = count + 1 WHERE ours AND height = 3",
        "block 3",
    ),
    (
        "a block's hash",
        "UPDATE block SET hash = zeroblob(32) WHERE ours AND height = 3",
        "block 3",
    ),
    (
        "two blocks swapped",
        "UPDATE block SET height = CASE height WHEN 2 THEN -3 ELSE -2 END WHERE ours AND height IN (2, 3)",
        "block 2",
    ),
    (
        "the next place",
        "UPDATE community SET next_seq = next_seq + 1 WHERE ours",
        "head",
    ),
    (
        "the newest instant",
        "UPDATE community SET last_at = last_at + 1 WHERE ours",
        "head",
    ),
    (
        "the next order",
        "UPDATE community SET next_order = next_order + 1 WHERE ours",
        "next order",
    ),
    (
        "whether anything was posted",
        "UPDATE community SET posted = 0 WHERE ours",
        "community",
    ),
    (
        "another community's settings",
        "UPDATE community SET settings = (SELECT o.settings FROM community AS o WHERE o.code = 'longshi') WHERE ours",
        "settings",
    ),
    (
        "a balance that is gone",
        "DELETE FROM balance WHERE ours AND account = (SELECT max(account) FROM balance WHERE ours)",
        "balance",
    ),
    (
        "a balance out of nothing",
        "INSERT INTO balance SELECT community_id, account + 536870912000, lot, amount, last FROM balance WHERE ours AND account = (SELECT max(account) FROM balance WHERE ours)",
        "balance",
    ),
    (
        "the end of a passbook",
        "UPDATE balance SET last = last - 1 WHERE ours AND account = (SELECT max(account) FROM balance WHERE ours)",
        "balance",
    ),
    (
        "a resident who is gone",
        "DELETE FROM resident WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "a resident out of nothing",
        "INSERT INTO resident SELECT community_id, 9999, household, traits FROM resident WHERE ours AND resident = 1001",
        "resident",
    ),
    (
        "nobody's number",
        "DELETE FROM person_of_resident WHERE ours AND resident = 1001",
        "resident 1001",
    ),
    (
        "a commitment's salt",
        "UPDATE person_of_resident SET salt = zeroblob(16) WHERE ours AND resident = 1001",
        "resident 1001",
    ),
    (
        "an item's code",
        "UPDATE item SET code = 'sugar' WHERE ours AND code = 'salt'",
        "item",
    ),
    (
        "an order's price",
        "UPDATE orders SET total = total - 1 WHERE ours",
        "order",
    ),
    (
        "an order's deadline",
        "UPDATE orders SET deadline = deadline + 30 WHERE ours",
        "order",
    ),
    (
        "an order that is gone",
        "DELETE FROM orders WHERE ours",
        "order",
    ),
    (
        "a reference that is gone",
        "DELETE FROM source_ref WHERE ours AND external_ref = 'NM-202610-0001'",
        "external reference",
    ),
    (
        "a reference's content",
        "UPDATE source_ref SET input = zeroblob(32) WHERE ours AND external_ref = 'NM-202610-0001'",
        "external reference",
    ),
    (
        "a reference out of nothing",
        "INSERT INTO source_ref SELECT community_id, source, 'NM-0', input, entry FROM source_ref WHERE ours AND external_ref = 'NM-202610-0001'",
        "external reference",
    ),
    (
        "a key out of nothing",
        "INSERT INTO idempotency SELECT community_id, actor, key || '-2', input, entry, at FROM idempotency WHERE ours LIMIT 1",
        "idempotency key",
    ),
    (
        "an event that is said to wait",
        "INSERT INTO waiting SELECT community_id, seq, 1 FROM record WHERE ours AND kind = 7 LIMIT 1",
        "waiting event",
    ),
    (
        "a text that is gone",
        "DELETE FROM text WHERE ours AND seq = (SELECT min(seq) FROM text WHERE ours)",
        "text",
    ),
    (
        "a text's salt",
        "UPDATE text SET salt = zeroblob(16) WHERE ours AND seq = (SELECT min(seq) FROM text WHERE ours)",
        "text",
    ),
    (
        "a text out of nothing",
        "INSERT INTO text SELECT community_id, (SELECT next_seq FROM community WHERE ours) - 1, salt, text FROM text WHERE ours LIMIT 1",
        "text",
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

/// Without asking the rules again: that finds changed decisions, and is tested with the rules.
fn verify(own: &Installation, file: &Path) -> Done {
    let url = format!("sqlite://{}", file.display());
    own.run_alone(&[
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
        // A swap goes through numbers that are free.
        for (table, column) in [("record", "seq"), ("transfer", "seq"), ("block", "height")] {
            let back =
                format!("UPDATE {table} SET {column} = -{column} WHERE {OURS} AND {column} < 0");
            change(&mut damaged, back).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_told_from_a_broken_ledger() {
    let own = with_an_order();
    let alone = own.folder().join("alone.db");
    std::fs::copy(own.database(), &alone).unwrap();
    let said = verify(&own, &alone);
    assert_eq!(said.code, Some(1), "a copy without its -wal: {said:?}");
    assert!(said.err.contains("-wal"), "{said:?}");
    let heads = own.must(&["heads", "--community", "nanmen"]).out;
    let list = own.file("heads.txt", &heads).display().to_string();
    change(
        &mut open(own.database()).await,
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    )
    .await;
    let whole = std::fs::read(own.database()).unwrap();
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
        let path = own.folder().join("broken.db");
        std::fs::write(&path, bytes).unwrap();
        let said = verify(&own, &path);
        assert_eq!(said.code, Some(1), "{what}: {said:?}");
        assert!(said.err.contains("数据库文件坏了"), "{what}: {said:?}");
    }
    // An older copy is a good ledger; only what was published shows that its end is missing.
    let path = own.folder().join("cut.db");
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
    let said = own.run_alone(&["heads", "--community", "nanmen", "--database", &url]);
    assert_ne!(said.out, heads, "the tail is gone");
    let said = own.run_alone(&[
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
