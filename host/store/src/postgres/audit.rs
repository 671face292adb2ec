//! What the database itself must be: its catalog beside one that is migrated in a schema of its own, which a rolled
//! back transaction takes away again, and rows that belong to none.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::open::MIGRATIONS;
use super::{Postgres, statements};
use crate::audit::{self, Audit, Thing, Things};
use crate::error::StoreError;

statements! {
    // Everything of one schema that decides what a row may be: kind, name, table, definition.
    CATALOG = "WITH own AS (SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relnamespace \
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 \
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname NOT IN ('_sqlx_migrations', 'moving')) \
        SELECT CASE WHEN relkind = 'r' THEN 'table' ELSE 'view' END, CAST(relname AS TEXT), CAST(relname AS TEXT), \
            CASE WHEN relrowsecurity THEN 'row security' ELSE '' END FROM own \
        UNION ALL SELECT 'column', own.relname || '.' || a.attname, own.relname, \
            format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END \
            || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') || CAST(a.attidentity AS TEXT) \
            || coalesce(' COLLATE ' || o.collname, '') FROM own JOIN pg_attribute AS a ON a.attrelid = own.oid \
            LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
            LEFT JOIN pg_collation AS o ON o.oid = a.attcollation WHERE a.attnum > 0 AND NOT a.attisdropped \
        UNION ALL SELECT 'constraint', own.relname || '.' || k.conname, own.relname, \
            pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END \
            FROM own JOIN pg_constraint AS k ON k.conrelid = own.oid WHERE k.contype <> 'n' \
        UNION ALL SELECT 'index', CAST(x.relname AS TEXT), own.relname, pg_get_indexdef(i.indexrelid) \
            || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END \
            FROM own JOIN pg_index AS i ON i.indrelid = own.oid JOIN pg_class AS x ON x.oid = i.indexrelid \
        UNION ALL SELECT 'trigger', own.relname || '.' || t.tgname, own.relname, pg_get_triggerdef(t.oid) \
            || ' enabled ' || CAST(t.tgenabled AS TEXT) || ' ' || p.prosrc FROM own JOIN pg_trigger AS t \
            ON t.tgrelid = own.oid JOIN pg_proc AS p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal \
        UNION ALL SELECT 'rule', own.relname || '.' || r.rulename, own.relname, pg_get_ruledef(r.oid) \
            FROM own JOIN pg_rewrite AS r ON r.ev_class = own.oid WHERE own.relkind = 'r'";
    STEPS = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";
    WHERE_WE_ARE = "SELECT CAST(current_schema() AS TEXT)";
    ROLE = "SELECT current_setting('session_replication_role')";
    SCRATCH = "CREATE SCHEMA rongyi_fresh";
    INTO_SCRATCH = "SET LOCAL search_path = rongyi_fresh";
}

/// The schema that a comparison makes and takes away.
const FRESH: &str = "rongyi_fresh";

impl Postgres {
    /// The schema, the migrations, and rows that belong to no community or person.
    pub(crate) async fn audit(&self) -> Result<Audit, StoreError> {
        let mut connection = self.readers.acquire().await?;
        let schema: Option<String> = sqlx::query_scalar(WHERE_WE_ARE)
            .fetch_one(&mut *connection)
            .await?;
        let schema = schema.unwrap_or_else(|| "public".to_owned());
        let present = things(&mut connection, &schema).await?;
        let mut audit = Audit::default();
        match fresh(&mut connection).await {
            Ok(wanted) => audit::compare(&mut audit, &present, &wanted),
            Err(error) => audit.unseen.push(format!(
                "表结构没有对照：数据库用户不能建临时的 schema，或这是只读的备机。 The schema was not compared: this user may not create a schema, or the server is a standby. ({})",
                error.detail()
            )),
        }
        let role: String = sqlx::query_scalar(ROLE).fetch_one(&mut *connection).await?;
        if role != "origin" {
            audit.find(
                "session_replication_role",
                format!("it is {role}: triggers and foreign keys do not act"),
            );
        }
        let applied = sqlx::query_as(STEPS).fetch_all(&mut *connection).await?;
        audit::migrations(&mut audit, &applied, &MIGRATIONS);
        for table in with_column(&present, "community_id") {
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
        for table in with_column(&present, "person_id") {
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(audit::nobodies(&table)))
                .fetch_one(&mut *connection)
                .await?;
            if rows > 0 {
                audit::unowned(&mut audit, &table, rows);
            }
        }
        Ok(audit)
    }
}

/// Our tables with such a column, but those that it numbers.
fn with_column(present: &Things, column: &str) -> Vec<String> {
    let ours = |thing: &Thing| {
        let is = |kind: &str| {
            let key = (String::new(), thing.table.clone());
            present.get(&key).is_some_and(|found| found.kind == kind)
        };
        thing.kind == "column" && is("table")
    };
    present
        .iter()
        .filter(|((_, name), thing)| ours(thing) && *name == format!("{}.{column}", thing.table))
        .map(|(_, thing)| thing.table.clone())
        .filter(|table| !["community", "person"].contains(&table.as_str()))
        .collect()
}

/// What the migrations make, as this server says it. Nothing of it stays.
async fn fresh(connection: &mut PgConnection) -> Result<Things, StoreError> {
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(SCRATCH).execute(&mut *transaction).await?;
    sqlx::raw_sql(INTO_SCRATCH)
        .execute(&mut *transaction)
        .await?;
    for step in MIGRATIONS.iter() {
        sqlx::raw_sql(AssertSqlSafe(step.sql.as_str().to_owned()))
            .execute(&mut *transaction)
            .await?;
    }
    let found = things(&mut transaction, FRESH).await?;
    transaction.rollback().await?;
    Ok(found)
}

async fn things(connection: &mut PgConnection, schema: &str) -> Result<Things, StoreError> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(CATALOG)
        .bind(schema)
        .fetch_all(connection)
        .await?;
    let prefix = format!("{schema}.");
    let one = |(kind, name, table, definition): (String, String, String, String)| {
        let space = match kind.as_str() {
            "table" | "view" | "index" => "",
            other => other,
        };
        let key = (space.to_owned(), name);
        let definition = audit::plain(&definition.replace(&prefix, ""));
        let thing = Thing {
            kind,
            table,
            definition,
        };
        (key, thing)
    };
    Ok(rows.into_iter().map(one).collect())
}
