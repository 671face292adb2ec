//! A copy of a whole installation in a SQLite file of its own, while others go on writing: for backups. A SQLite database
//! is copied by the engine, a PostgreSQL database row by row, each as it is at one moment. The source is only read.

use std::path::Path;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Sqlite, SqliteConnection};

use super::rows::{Cell, Sum, Table};
use super::source::Source;
use super::target::Target;
use super::{chunk, sum};
use crate::error::StoreError;

const COPY: &str = "VACUUM INTO $1";
const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const STRAY: &str = "SELECT count(*) FROM pragma_foreign_key_check";

/// Copies everything from `from`, an address of either engine, into the new file `file`. `progress` hears the table
/// and its rows so far, on PostgreSQL.
///
/// # Errors
/// A [`StoreError`]; the file may be there by half then, and is nothing to keep.
pub async fn copy_to(
    from: &str,
    file: &Path,
    progress: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<(), StoreError> {
    if from.starts_with("sqlite:") {
        vacuum(from, file).await
    } else {
        from_postgres(from, file, progress).await
    }
}

/// The engine writes a new file, without what was removed from the old one.
async fn vacuum(from: &str, file: &Path) -> Result<(), StoreError> {
    let (options, _) = crate::sqlite::existing(from)?;
    crate::sqlite::check_version(from).await?;
    let mut connection = options.read_only(true).connect().await?;
    sqlx::query(COPY)
        .bind(file.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await?;
    Ok(connection.close().await?)
}

async fn from_postgres(
    from: &str,
    file: &Path,
    progress: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<(), StoreError> {
    let mut source = Target::snapshot(from).await?;
    let url = format!("sqlite:{}", file.display());
    // It makes the tables.
    crate::Sqlite::open(&url, true).await?.close().await?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .foreign_keys(false)
        .journal_mode(SqliteJournalMode::Delete);
    let mut copy = options.connect().await?;
    sqlx::query(BEGIN).execute(&mut copy).await?;
    let tables = source.tables().await?;
    let mut sums = Vec::new();
    for table in &tables {
        sums.push(carry(&mut source, &mut copy, table, progress).await?);
    }
    sqlx::query(COMMIT).execute(&mut copy).await?;
    let stray: i64 = sqlx::query_scalar(STRAY).fetch_one(&mut copy).await?;
    let mut copy = Source::of(copy);
    for (table, carried) in tables.iter().zip(sums) {
        if sum(&mut copy, table).await? != carried {
            return Err(StoreError::Differs {
                what: table.name.clone(),
                detail: carried.rows.to_string(),
            });
        }
    }
    if stray > 0 || copy.heads().await? != source.heads().await? {
        return Err(StoreError::Differs {
            what: "community".to_owned(),
            detail: format!("heads, foreign keys: {stray}"),
        });
    }
    source.release().await?;
    copy.close().await
}

async fn carry(
    source: &mut Target,
    copy: &mut SqliteConnection,
    table: &Table,
    progress: &mut (dyn FnMut(&str, u64) + Send),
) -> Result<Sum, StoreError> {
    let names: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let places: Vec<String> = (1..=names.len()).map(|no| format!("${no}")).collect();
    let insert = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.name,
        names.join(", "),
        places.join(", ")
    );
    let (mut after, mut sum) = (None, Sum::default());
    loop {
        let rows = source.rows(table, after.as_ref(), chunk(table)).await?;
        let Some(last) = rows.last() else {
            return Ok(sum);
        };
        after = Some(table.key_of(last));
        for row in rows {
            sum.add(&row);
            bound(sqlx::query(AssertSqlSafe(insert.clone())), row)
                .execute(&mut *copy)
                .await?;
        }
        progress(&table.name, sum.rows);
    }
}

fn bound(
    query: Query<'_, Sqlite, SqliteArguments>,
    row: Vec<Cell>,
) -> Query<'_, Sqlite, SqliteArguments> {
    row.into_iter().fold(query, |query, cell| match cell {
        Cell::Number(value) => query.bind(value),
        Cell::Truth(value) => query.bind(value),
        Cell::Text(value) => query.bind(value),
        Cell::Bytes(value) => query.bind(value),
    })
}
