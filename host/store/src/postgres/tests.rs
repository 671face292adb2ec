//! Every statement is prepared against the real tables, the migrations are the recorded ones, and the tables are
//! SQLite's.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../../../../tests/src/postgres.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    clippy::duplicate_mod,
    reason = "the tests' cluster, used here in part"
)]
mod cluster;

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use super::Postgres;
use cluster::Cluster;

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let cluster = Cluster::start();
    let db = Postgres::open(&cluster.url()).await.unwrap();
    let lists = [
        super::health::STATEMENTS,
        super::fates::STATEMENTS,
        super::journal::STATEMENTS,
        super::load::STATEMENTS,
        super::open::STATEMENTS,
        super::people::STATEMENTS,
        super::periods::STATEMENTS,
        super::reads::STATEMENTS,
        super::sessions::STATEMENTS,
        super::streams::STATEMENTS,
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
    );
}
