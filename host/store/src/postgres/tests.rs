//! Every statement is prepared against the real tables, the migrations are the recorded ones, and the tables are
//! SQLite's.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use super::Postgres;
use rongyi_load::postgres::Cluster;

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let cluster = Cluster::start();
    let db = Postgres::open(&cluster.url()).await.unwrap();
    let lists = [
        super::access::STATEMENTS,
        super::activities::STATEMENTS,
        super::activity_rows::STATEMENTS,
        super::audit::STATEMENTS,
        super::browsers::STATEMENTS,
        super::cards::STATEMENTS,
        super::heads::STATEMENTS,
        super::proposals::STATEMENTS,
        super::case_papers::STATEMENTS,
        super::case_photos::STATEMENTS,
        super::case_seals::STATEMENTS,
        super::case_words::STATEMENTS,
        super::cases::STATEMENTS,
        super::certificates::STATEMENTS,
        super::health::STATEMENTS,
        super::gather::STATEMENTS,
        super::fates::STATEMENTS,
        super::find::STATEMENTS,
        super::inspections::STATEMENTS,
        super::journal::STATEMENTS,
        super::load::STATEMENTS,
        super::marks::STATEMENTS,
        super::merchants::STATEMENTS,
        super::messages::STATEMENTS,
        super::open::STATEMENTS,
        super::people::STATEMENTS,
        super::privacy::STATEMENTS,
        super::periods::STATEMENTS,
        super::reads::STATEMENTS,
        super::reports::STATEMENTS,
        super::sealed::STATEMENTS,
        super::sessions::STATEMENTS,
        super::shop::STATEMENTS,
        super::streams::STATEMENTS,
        super::teams::STATEMENTS,
        super::tries::STATEMENTS,
    ];
    let mut writer = db.writer().await.unwrap();
    let mut count = 0;
    for (name, text) in lists
        .into_iter()
        .flatten()
        .chain([&("WRITE", super::journal::write_text())])
    {
        let prepared = (&mut *writer).prepare(text.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        count += 1;
    }
    assert!(count > 80, "only {count} statements were found");
    drop(writer);
    assert_eq!(columns_of_sqlite().await, columns(&db).await);
}

/// Numbers above those of before begin entries; that of a movement is in no record.
#[tokio::test]
async fn a_record_may_have_a_number_above_those_of_before() {
    let cluster = Cluster::start();
    let db = Postgres::open(&cluster.url()).await.unwrap();
    let mut writer = db.writer().await.unwrap();
    let community = "INSERT INTO community (code, hash) \
         VALUES ('north', decode(repeat('00', 32), 'hex')) RETURNING community_id";
    let community: i32 = sqlx::query_scalar(community)
        .fetch_one(&mut *writer)
        .await
        .unwrap();
    let kinds = [1, 29, 30, 31, 255, 256, 0];
    for (kind, fits) in kinds
        .into_iter()
        .zip([true, true, false, true, true, false, false])
    {
        let row = "INSERT INTO record (community_id, seq, kind, body) VALUES ($1, $2, $3, '')";
        let written = sqlx::query(row)
            .bind(community)
            .bind(i64::from(1000 + kind))
            .bind(i16::try_from(kind).unwrap())
            .execute(&mut *writer)
            .await;
        assert_eq!(written.is_ok(), fits, "{kind}: {:?}", written.err());
    }
}

/// A host that hangs in the middle of any transaction, here of one that notes who read what, keeps the others waiting for
/// no longer than the server waits for it.
#[tokio::test]
async fn a_row_of_a_host_that_hangs_is_taken_away_whatever_it_writes() {
    let cluster = Cluster::start();
    let hangs = Postgres::open(&cluster.url()).await.unwrap();
    let other = Postgres::open(&cluster.url()).await.unwrap();
    let community =
        "INSERT INTO community (code, hash) VALUES ('nanmen', decode(repeat('00', 32), 'hex'))";
    sqlx::raw_sql(community)
        .execute(&mut *other.writer().await.unwrap())
        .await
        .unwrap();
    let code = |text: &'static str| rongyi_core::ids::Code::literal(text);
    let note = crate::model::ReadNote {
        community: code("nanmen"),
        resident: rongyi_core::ids::ResidentNo(1001),
        reader: code("staff/1"),
        kind: "balance".to_owned(),
        door: "api".to_owned(),
        at: rongyi_core::time::Instant(900_000_000),
        reads: 1,
    };
    other.note_reads(std::slice::from_ref(&note)).await.unwrap();
    let mut writer = hangs.writer().await.unwrap();
    let mut begun = sqlx::Connection::begin(&mut *writer).await.unwrap();
    sqlx::raw_sql("UPDATE read_log SET reads = reads + 1")
        .execute(&mut *begun)
        .await
        .unwrap();
    // From here on nobody goes on with it.
    let noted = other.note_reads(std::slice::from_ref(&note));
    let noted = tokio::time::timeout(std::time::Duration::from_secs(60), noted);
    noted.await.expect("not for ever").unwrap();
    assert!(begun.commit().await.is_err(), "what it held was taken away");
    let reads = other.reads_of(&code("nanmen"), note.resident, 9).await;
    assert_eq!(reads.unwrap().first().map(|line| line.reads), Some(2));
}

/// In a ledger of tens of thousands of rows, whose size the planner knows: every statement that an event, an order or a
/// page waits for follows a key that says more than the community.
#[tokio::test]
async fn hot_statements_follow_keys_in_a_filled_ledger() {
    let cluster = Cluster::start();
    let db = Postgres::open(&cluster.url()).await.unwrap();
    let mut writer = db.writer().await.unwrap();
    for statement in crate::plans::fill("decode(repeat('00', 32), 'hex')") {
        let filled = sqlx::raw_sql(AssertSqlSafe(statement.clone()));
        let filled = filled.execute(&mut *writer).await;
        assert!(filled.is_ok(), "{statement}: {:?}", filled.err());
    }
    let keys = keys_followed(&mut writer, " AND ").await;
    assert!(keys > 35, "only {keys} keys are followed");
    // What the test is there to find, it finds.
    let walk = plan(&mut writer, "SELECT body FROM record WHERE kind = $1").await;
    assert!(std::panic::catch_unwind(|| keys_of("a walk", &walk, " AND ")).is_err());
    let half = "SELECT amount FROM balance WHERE community_id = $1 AND amount = $2";
    let half = plan(&mut writer, half).await;
    assert!(std::panic::catch_unwind(|| keys_of("half a key", &half, " AND ")).is_err());
}

/// Where the planner believes that there is nothing, each of several indexes is as good to it as another one; but it
/// never reads more than a community's part of one for each key. Plans made then are kept until the next `ANALYZE`.
#[tokio::test]
async fn hot_statements_follow_keys_in_a_ledger_believed_empty() {
    let cluster = Cluster::start();
    let db = Postgres::open(&cluster.url()).await.unwrap();
    let mut writer = db.writer().await.unwrap();
    sqlx::raw_sql("VACUUM ANALYZE")
        .execute(&mut *writer)
        .await
        .unwrap();
    let keys = keys_followed(&mut writer, "community_id = ").await;
    assert!(keys > 35, "only {keys} keys are followed");
    // Without it, a table would be read whole for each batch.
    let turned = "SELECT c.body FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS j (community, value) \
        JOIN counter AS c ON c.community_id = j.community AND c.subject = j.value";
    let turned = plan(&mut writer, turned).await;
    assert!(
        std::panic::catch_unwind(|| keys_of("turned round", &turned, "community_id = ")).is_err()
    );
}

async fn keys_followed(writer: &mut sqlx::PgConnection, says: &str) -> usize {
    let write: &'static [(&str, &str)] = Vec::leak(vec![("WRITE", super::journal::write_text())]);
    let lists = [
        super::fates::STATEMENTS,
        super::find::STATEMENTS,
        super::gather::STATEMENTS,
        super::journal::STATEMENTS,
        super::load::STATEMENTS,
        super::periods::STATEMENTS,
        super::reads::STATEMENTS,
        super::reports::STATEMENTS,
        super::sealed::STATEMENTS,
        write,
    ];
    let mut keys = 0;
    for (name, text) in crate::plans::hot(&lists) {
        let plan = plan(writer, text).await;
        keys += keys_of(name, &plan, says);
    }
    keys
}

/// The plan that every connection of the program uses for a prepared statement, whatever its values are.
async fn plan(connection: &mut sqlx::PgConnection, text: &str) -> Vec<String> {
    let prepare = format!("PREPARE own AS {text}");
    sqlx::raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .unwrap();
    let count: i32 = sqlx::query_scalar(
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'own'",
    )
    .fetch_one(&mut *connection)
    .await
    .unwrap();
    let values = vec!["NULL"; usize::try_from(count).unwrap()].join(", ");
    let values = if count == 0 {
        values
    } else {
        format!("({values})")
    };
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE own{values}");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    sqlx::raw_sql("DEALLOCATE own")
        .execute(connection)
        .await
        .unwrap();
    rows.iter().map(|row| sqlx::Row::get(row, 0)).collect()
}

/// How many keys of growing tables a plan follows. Panics where it reads a table whole, or by a key that does not say
/// this.
fn keys_of(name: &str, plan: &[String], says: &str) -> usize {
    let shown = plan.join("\n");
    let mut keys = 0;
    for (place, line) in plan.iter().enumerate() {
        let reads = |table: &str| {
            line.contains(&format!(" on {table} ")) || line.ends_with(&format!(" on {table}"))
        };
        if crate::plans::GROWING.into_iter().any(reads) {
            assert!(!line.contains("Seq Scan"), "{name}:\n{shown}");
        }
        let index = line
            .split_once(" using ")
            .or(line.split_once("Bitmap Index Scan on "));
        let Some((_, index)) = index.filter(|_| line.contains("Index")) else {
            continue;
        };
        let grows = |table: &str| index.starts_with(&format!("{table}_"));
        // A partial index is itself what is looked for.
        if !crate::plans::GROWING.into_iter().any(grows) || index.starts_with("orders_open_") {
            continue;
        }
        let condition = plan.get(place + 1).map_or("", |next| next.trim());
        assert!(
            condition.starts_with("Index Cond") && condition.contains(says),
            "{name}: {condition}\n{shown}"
        );
        keys += 1;
    }
    keys
}

type Columns = BTreeSet<(String, String)>;

/// What `move` carries over must have a place to go: the same columns in the same tables.
async fn columns(db: &Postgres) -> Columns {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&db.readers)
    .await
    .unwrap();
    rows.into_iter().collect()
}

async fn columns_of_sqlite() -> Columns {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.db");
    let url = format!("sqlite:{}", path.display());
    let db = crate::sqlite::Sqlite::open(&url, true).await.unwrap();
    db.close().await.unwrap();
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut found = Columns::new();
    for table in tables {
        let ask = format!("SELECT name FROM pragma_table_info('{table}')");
        let names: Vec<String> = sqlx::query_scalar(AssertSqlSafe(ask))
            .fetch_all(&pool)
            .await
            .unwrap();
        found.extend(names.into_iter().map(|name| (table.clone(), name)));
    }
    found
}

#[test]
fn the_migrations_are_the_recorded_ones() {
    crate::statements::tests::recorded(
        "postgres",
        include_str!("../../../../migrations/postgres.sha256"),
        &super::open::MIGRATIONS,
    );
}
