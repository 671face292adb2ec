//! Every statement is prepared against the real tables, and the migrations are the recorded ones.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::Ordering;

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use super::Sqlite;

async fn fresh(dir: &tempfile::TempDir) -> Sqlite {
    let url = format!("sqlite:{}", dir.path().join("t.db").display());
    Sqlite::open(&url, true).await.unwrap()
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
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
    for (name, text) in lists.into_iter().flatten() {
        let prepared = (&mut *writer).prepare(text.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        count += 1;
    }
    for rows in super::journal::MULTI {
        for text in rows.texts() {
            let prepared = (&mut *writer)
                .prepare(AssertSqlSafe(text.clone()).into_sql_str())
                .await;
            assert!(prepared.is_ok(), "{text}: {:?}", prepared.err());
            count += 1;
        }
    }
    assert!(count > 120, "only {count} statements were found");
}

/// No statement may walk a whole table where it should follow a key.
#[tokio::test]
async fn no_statement_of_the_write_path_scans_a_table() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let mut writer = db.writer().await.unwrap();
    for (name, text) in super::load::STATEMENTS
        .iter()
        .chain(super::journal::STATEMENTS)
        .filter(|(name, _)| !["BEGIN", "CODES"].contains(name))
    {
        let explain = format!("EXPLAIN QUERY PLAN {text}");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(AssertSqlSafe(explain))
            .fetch_all(&mut *writer)
            .await
            .unwrap();
        for (_, _, _, step) in plan {
            let own_key_list = step.contains("json_each") || step.contains(" j ");
            assert!(
                !step.starts_with("SCAN") || own_key_list || step.contains("CONSTANT ROW"),
                "{name}: {step}"
            );
        }
    }
}

#[test]
fn the_migrations_are_the_recorded_ones() {
    crate::statements::tests::recorded(
        "sqlite",
        include_str!("../../../../migrations/sqlite.sha256"),
    );
}

/// The WAL is emptied between batches; a reader in the way delays it and nothing else.
#[tokio::test]
async fn a_large_wal_is_emptied_when_nobody_reads() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let wal = dir.path().join("t.db-wal");
    let size = || std::fs::metadata(&wal).unwrap().len();
    let bytes = vec![7; 300_000];
    db.put_component(&[1; 32], &bytes).await.unwrap();
    assert!(size() > 300_000, "below the limit it is left alone");

    db.wal_limit_bytes.store(100_000, Ordering::Relaxed);
    let mut reader = db.readers.begin().await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM component")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!(seen, 1);
    db.put_component(&[2; 32], &bytes).await.unwrap();
    assert!(size() > 600_000, "the reader still needs it");
    assert!(
        db.wal_limit_bytes.load(Ordering::Relaxed) > 600_000,
        "and the next try comes later"
    );
    reader.rollback().await.unwrap();

    db.wal_limit_bytes.store(100_000, Ordering::Relaxed);
    db.put_component(&[3; 32], &bytes).await.unwrap();
    assert_eq!(size(), 0);
    assert_eq!(db.component(&[3; 32]).await.unwrap(), Some(bytes));
}
