//! The SQLite side of a move: locked whole, read in the order of keys, never written.

use std::time::Duration;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteJournalMode, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, Sqlite, SqliteConnection};

use super::HeadRow;
use super::rows::{Cell, Kind, Table};
use crate::error::StoreError;

const BEGIN: &str = "BEGIN EXCLUSIVE";
const END: &str = "ROLLBACK";
const WAL: &str = "PRAGMA journal_mode = WAL";
const HEADS: &str = "SELECT code, height, hash FROM community ORDER BY code";
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table'";
/// A page that is being read just now may finish.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Source(SqliteConnection);

impl Source {
    /// Opens the file so that nobody else can, not even for reading.
    pub(super) async fn lock(url: &str) -> Result<Self, StoreError> {
        let (options, path) = crate::sqlite::existing(url)?;
        crate::sqlite::check_version(url).await?;
        // Leaving WAL needs the file for oneself: it fails while any other connection is open.
        let options = options
            .busy_timeout(PATIENCE)
            .journal_mode(SqliteJournalMode::Delete);
        let in_use = |error: sqlx::Error| {
            let error = StoreError::from(error);
            if matches!(error, StoreError::Busy { .. }) {
                StoreError::InUse { path: path.clone() }
            } else {
                error
            }
        };
        let mut connection = options.connect().await.map_err(&in_use)?;
        sqlx::query(BEGIN)
            .execute(&mut connection)
            .await
            .map_err(&in_use)?;
        Ok(Source(connection))
    }

    /// A file that nobody else knows yet.
    pub(super) fn of(connection: SqliteConnection) -> Self {
        Source(connection)
    }

    pub(super) async fn close(self) -> Result<(), StoreError> {
        Ok(self.0.close().await?)
    }

    pub(super) async fn heads(&mut self) -> Result<Vec<HeadRow>, StoreError> {
        Ok(sqlx::query_as(HEADS).fetch_all(&mut self.0).await?)
    }

    /// The names of its tables: those of this program.
    pub(super) async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(TABLES).fetch_all(&mut self.0).await?)
    }

    pub(super) async fn rows(
        &mut self,
        table: &Table,
        after: Option<&Vec<Cell>>,
        limit: usize,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let text = table.page(|name, _| name.to_owned(), after.is_some(), limit);
        let mut query: Query<'_, Sqlite, SqliteArguments> = sqlx::query(AssertSqlSafe(text));
        for cell in after.into_iter().flatten() {
            query = match cell.clone() {
                Cell::Number(value) => query.bind(value),
                Cell::Truth(value) => query.bind(value),
                Cell::Text(value) => query.bind(value),
                Cell::Bytes(value) => query.bind(value),
            };
        }
        let rows = query.fetch_all(&mut self.0).await?;
        rows.iter().map(|row| cells(table, row)).collect()
    }

    pub(super) async fn release(mut self) -> Result<(), StoreError> {
        sqlx::query(END).execute(&mut self.0).await?;
        sqlx::query(WAL).execute(&mut self.0).await?;
        Ok(self.0.close().await?)
    }
}

fn cells(table: &Table, row: &SqliteRow) -> Result<Vec<Cell>, StoreError> {
    let kinds = table.columns.iter().map(|(_, kind)| *kind).enumerate();
    kinds
        .map(|(place, kind)| {
            Ok(match kind {
                Kind::Number => Cell::Number(row.try_get(place)?),
                Kind::Truth => Cell::Truth(row.try_get(place)?),
                Kind::Text => Cell::Text(row.try_get(place)?),
                Kind::Bytes => Cell::Bytes(row.try_get(place)?),
            })
        })
        .collect()
}
