//! Every statement is prepared against the real tables, and the migrations are the recorded ones.
#![allow(clippy::unwrap_used, reason = "tests")]

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
        super::journal::STATEMENTS,
        super::load::STATEMENTS,
        super::open::STATEMENTS,
        super::people::STATEMENTS,
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
    let recorded = include_str!("../../../../migrations/sqlite.sha256");
    let recorded: Vec<(&str, &str)> = recorded
        .lines()
        .map(|line| line.split_once("  sqlite/").unwrap())
        .collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let listed: Vec<&str> = recorded.iter().map(|(_, name)| *name).collect();
    assert_eq!(names, listed, "migrations/sqlite.sha256 lists every migration");
    for (digest, name) in recorded {
        let bytes = std::fs::read(format!("{folder}/{name}")).unwrap();
        let own = rongyi_core::chain::hex(&rongyi_core::chain::sha256(&bytes));
        assert_eq!(
            own, digest,
            "{name} was changed: a migration that has run somewhere never changes, add a new one"
        );
    }
}
