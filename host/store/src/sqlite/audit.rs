//! What the file itself must be: the schema beside one that is migrated in memory, and rows that belong to none.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, SqliteConnection};

use super::open::MIGRATIONS;
use super::{Sqlite, statements};
use crate::audit::{self, Audit, Thing, Things};
use crate::error::StoreError;

statements! {
    SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master \
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlx_migrations' ORDER BY name";
    STEPS = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
    WITH_COLUMN = "SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c ON c.name = $1 \
        WHERE m.type = 'table' AND m.name NOT IN ('community', 'person') ORDER BY m.name";
}

impl Sqlite {
    /// The schema, the migrations, and rows that belong to no community or person.
    pub(crate) async fn audit(&self) -> Result<Audit, StoreError> {
        let mut fresh = SqliteConnectOptions::new()
            .in_memory(true)
            .connect()
            .await?;
        MIGRATIONS
            .run_direct(None, &mut fresh, false)
            .await
            .map_err(super::open::migrating)?;
        let wanted = things(&mut fresh).await?;
        let mut connection = self.readers.acquire().await?;
        let present = things(&mut connection).await?;
        let mut audit = Audit::default();
        audit::compare(&mut audit, &present, &wanted);
        let applied = sqlx::query_as(STEPS).fetch_all(&mut *connection).await?;
        audit::migrations(&mut audit, &applied, &MIGRATIONS);
        let there = |table: &String| {
            let key = (String::new(), table.clone());
            present.get(&key).is_some_and(|found| found.kind == "table")
        };
        let communities = with_column(&mut fresh, "community_id").await?;
        for table in communities.into_iter().filter(there) {
            let strangers: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(audit::strangers(&table)))
                .fetch_all(&mut *connection)
                .await?;
            for community in strangers {
                let rows: i64 = sqlx::query_scalar(AssertSqlSafe(audit::count(&table)))
                    .bind(community)
                    .fetch_one(&mut *connection)
                    .await?;
                audit::orphans(&mut audit, &table, community, rows);
            }
        }
        let persons = with_column(&mut fresh, "person_id").await?;
        for table in persons.into_iter().filter(there) {
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(audit::nobodies(&table)))
                .fetch_one(&mut *connection)
                .await?;
            if rows > 0 {
                audit::unowned(&mut audit, &table, rows);
            }
        }
        fresh.close().await?;
        Ok(audit)
    }
}

async fn with_column(
    connection: &mut SqliteConnection,
    column: &str,
) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(WITH_COLUMN)
        .bind(column)
        .fetch_all(connection)
        .await?)
}

async fn things(connection: &mut SqliteConnection) -> Result<Things, StoreError> {
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as(SCHEMA).fetch_all(connection).await?;
    let one = |(kind, name, table, sql): (String, String, String, String)| {
        let space = if kind == "trigger" { "trigger" } else { "" };
        let definition = audit::plain(&sql);
        let thing = Thing {
            kind,
            table,
            definition,
        };
        ((space.to_owned(), name), thing)
    };
    Ok(rows.into_iter().map(one).collect())
}
