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

/// Empty, as every ledger begins, and filled with tens of thousands of rows whose numbers the planner knows: every
/// statement that an event, an order or a page waits for follows a key that says more than the community.
#[tokio::test]
async fn hot_statements_follow_keys_in_an_empty_and_in_a_filled_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let mut writer = db.writer().await.unwrap();
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
    ];
    let hot = crate::plans::hot(&lists);
    let fills = [Vec::new(), crate::plans::fill("zeroblob(32)")];
    for fill in fills {
        for statement in fill {
            let filled = sqlx::query(AssertSqlSafe(statement.clone()));
            let filled = filled.execute(&mut *writer).await;
            assert!(filled.is_ok(), "{statement}: {:?}", filled.err());
        }
        let mut keys = 0;
        for (name, text) in &hot {
            keys += keys_of(name, &plan(&mut writer, text).await);
        }
        assert!(keys > 35, "only {keys} keys are followed");
    }
    // What the test is there to find, it finds.
    let walk = plan(&mut writer, "SELECT body FROM record WHERE kind = $1").await;
    assert!(std::panic::catch_unwind(|| keys_of("a walk", &walk)).is_err());
    let half = "SELECT amount FROM balance WHERE community_id = $1 AND amount = $2";
    let half = plan(&mut writer, half).await;
    assert!(std::panic::catch_unwind(|| keys_of("half a key", &half)).is_err());
}

async fn plan(connection: &mut sqlx::SqliteConnection, text: &str) -> Vec<String> {
    let explain = format!("EXPLAIN QUERY PLAN {text}");
    let steps: Vec<(i64, i64, i64, String)> = sqlx::query_as(AssertSqlSafe(explain))
        .fetch_all(connection)
        .await
        .unwrap();
    steps.into_iter().map(|(_, _, _, step)| step).collect()
}

/// How many keys a plan follows. Panics where it reads a table whole, or all of a community in a growing table.
fn keys_of(name: &str, plan: &[String]) -> usize {
    const LISTS: [&str; 5] = ["j", "json_each", "page", "walk", "CONSTANT"];
    let mut keys = 0;
    for step in plan {
        let words: Vec<&str> = step.split_whitespace().collect();
        match words[..] {
            ["SCAN", of, ..] => assert!(LISTS.contains(&of), "{name}: {plan:#?}"),
            ["SEARCH", ..] => {
                let partial = step.contains("orders_open_by_deadline");
                let small = ["rule_set", "item ", "period", "seal_key", "find_fill"]
                    .iter()
                    .any(|table| step.contains(table));
                let key = step.rsplit_once('(').map_or("", |(_, key)| key);
                let more = key.contains(" AND ") || !key.starts_with("community_id=?");
                assert!(more || small || partial, "{name}: {plan:#?}");
                keys += 1;
            }
            _ => {}
        }
    }
    keys
}

#[test]
fn the_migrations_are_the_recorded_ones() {
    crate::statements::tests::recorded(
        "sqlite",
        include_str!("../../../../migrations/sqlite.sha256"),
        &super::open::MIGRATIONS,
    );
}

/// The WAL is copied beside the writer, then emptied between batches; a reader in the way delays that and nothing else.
#[tokio::test]
async fn a_large_wal_is_emptied_when_nobody_reads() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let wal = dir.path().join("t.db-wal");
    let size = || std::fs::metadata(&wal).unwrap().len();
    let bytes = vec![7; 300_000];
    let put = async |no: u8| db.put_component(&[no; 32], &bytes).await.unwrap();
    put(1).await;
    assert!(size() > 300_000, "below the limit it is left alone");

    db.tidy.lock().await.limit_bytes = 100_000;
    let mut reader = db.readers.begin().await.unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM component")
        .fetch_one(&mut *reader)
        .await
        .unwrap();
    assert_eq!(seen, 1);
    put(2).await;
    copied(&db).await;
    put(3).await;
    assert!(size() > 900_000, "the reader still needs it");
    assert!(
        db.tidy.lock().await.limit_bytes > 900_000,
        "and the next try comes later"
    );
    reader.rollback().await.unwrap();

    db.tidy.lock().await.limit_bytes = 100_000;
    put(4).await;
    copied(&db).await;
    put(5).await;
    assert_eq!(size(), 0);
    assert_eq!(db.component(&[5; 32]).await.unwrap(), Some(bytes.clone()));
}

/// Waits until the WAL has been copied.
async fn copied(db: &Sqlite) {
    let copying = db.tidy.lock().await.copying.take();
    copying.expect("it is being copied").await.unwrap();
    let done = tokio::spawn(async {});
    while !done.is_finished() {
        tokio::task::yield_now().await;
    }
    db.tidy.lock().await.copying = Some(done);
}

/// Every table says what it has to do with people, so that neither export nor erasure forgets a new one.
#[tokio::test]
async fn every_table_says_what_it_holds_of_people() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' \
         AND name NOT LIKE 'sqlite%'",
    )
    .fetch_all(&db.readers)
    .await
    .unwrap();
    let missing = crate::personal::missing(&tables);
    assert!(
        missing.is_empty(),
        "personal.rs must say something of {missing:?}"
    );
    let stray = ["stray".to_owned()];
    assert!(crate::personal::missing(&stray).contains(&stray[0]));
    let goes = |(_, holds): &&(&str, crate::personal::Holds)| match holds {
        crate::personal::Holds::Goes(how) | crate::personal::Holds::Stays(how) => !how.is_empty(),
        crate::personal::Holds::Numbers => true,
    };
    assert!(crate::personal::TABLES.iter().all(|table| goes(&table)));
}

/// Numbers above those of before begin entries; that of a movement is in no record.
#[tokio::test]
async fn a_record_may_have_a_number_above_those_of_before() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let mut writer = db.writer().await.unwrap();
    sqlx::query(
        "INSERT INTO community (community_id, code, hash) VALUES (1, 'north', zeroblob(32))",
    )
    .execute(&mut *writer)
    .await
    .unwrap();
    for (kind, fits) in [
        (1, true),
        (29, true),
        (30, false),
        (31, true),
        (255, true),
        (256, false),
        (0, false),
    ] {
        let row = "INSERT INTO record (community_id, seq, kind, body) VALUES (1, $1, $2, x'00')";
        let written = sqlx::query(row)
            .bind(1000 + kind)
            .bind(kind)
            .execute(&mut *writer)
            .await;
        assert_eq!(written.is_ok(), fits, "{kind}: {:?}", written.err());
    }
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut *writer)
        .await
        .unwrap();
    assert_eq!(whole, "ok");
}
