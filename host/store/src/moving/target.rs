//! The PostgreSQL side of a move: is it empty, what are its tables, rows in and rows out. The mark of an unfinished
//! move is a table of its own, made first and dropped by the last transaction; a host that finds it does not serve.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Row};

use super::HeadRow;
use super::rows::{Cell, Kind, Table};
use crate::error::StoreError;
use crate::postgres::nul;

const ALONE: &str = "SELECT pg_try_advisory_lock(hashtext('rongyi move'))";
const TABLES: &str = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
     WHERE table_schema = 'public' AND table_name NOT IN ('_sqlx_migrations', 'moving') ORDER BY 1";
const COLUMNS: &str = "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position";
const KEY: &str = "SELECT CAST(a.attname AS TEXT) FROM pg_index AS i \
     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (no, place) \
     JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.no \
     WHERE i.indisprimary AND i.indrelid = to_regclass($1) ORDER BY k.place";
const REFERENCES: &str = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' \
     AND (conrelid = to_regclass($1) OR confrelid = to_regclass($1))";
const MARK: &str = "SELECT to_regclass('public.moving') IS NOT NULL";
const MARKED: &str = "SELECT source FROM moving";
const MAKE_MARK: &str = "CREATE TABLE moving (source TEXT NOT NULL)";
const SET_MARK: &str = "INSERT INTO moving (source) VALUES ($1)";
const DROP_MARK: &str = "DROP TABLE moving";
const IDENTITIES: &str = "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'YES'";
const HEADS: &str = "SELECT code, height, hash FROM community ORDER BY code";
const MIGRATED: &str = "SELECT to_regclass('public._sqlx_migrations') IS NOT NULL";
const BEGIN: &str = "BEGIN";
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
const COMMIT: &str = "COMMIT";

pub(super) struct Target(PgConnection);

impl Target {
    pub(super) async fn open(urls: &str) -> Result<Self, StoreError> {
        let mut connection = crate::postgres::connect(urls).await?;
        let alone: bool = sqlx::query_scalar(ALONE).fetch_one(&mut connection).await?;
        if alone {
            Ok(Target(connection))
        } else {
            Err(StoreError::Used {
                what: "another `move`".to_owned(),
            })
        }
    }

    /// Opens a database that is only read, as it is at this moment: then it is no target but where a copy comes from.
    pub(super) async fn snapshot(urls: &str) -> Result<Self, StoreError> {
        let mut connection = crate::postgres::connect_to_read(urls).await?;
        let moving: bool = sqlx::query_scalar(MARK).fetch_one(&mut connection).await?;
        if moving {
            return Err(StoreError::Unfinished);
        }
        sqlx::raw_sql(SNAPSHOT).execute(&mut connection).await?;
        Ok(Target(connection))
    }

    /// Ends the reading.
    pub(super) async fn release(mut self) -> Result<(), StoreError> {
        sqlx::raw_sql(COMMIT).execute(&mut self.0).await?;
        Ok(self.0.close().await?)
    }

    /// Answers whether an unfinished move of the same source goes on. `known` are the names of this program's tables.
    pub(super) async fn begin(
        &mut self,
        source: &str,
        known: &[String],
    ) -> Result<bool, StoreError> {
        let marked: bool = sqlx::query_scalar(MARK).fetch_one(&mut self.0).await?;
        if marked {
            let marks: Vec<String> = sqlx::query_scalar(MARKED).fetch_all(&mut self.0).await?;
            if marks.iter().any(|mark| mark != source) {
                return Err(StoreError::Used {
                    what:
                        "an unfinished `move` of another source, or of this one before it changed"
                            .to_owned(),
                });
            }
            crate::postgres::migrate(&mut self.0).await?;
            return Ok(!marks.is_empty());
        }
        let migrated: bool = sqlx::query_scalar(MIGRATED).fetch_one(&mut self.0).await?;
        let names: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut self.0).await?;
        for name in names {
            // Somebody else's, even if nothing is in it or it is called like one of ours.
            if !migrated || !known.contains(&name) {
                return Err(StoreError::Used { what: name });
            }
            // Our own tables may be there, as long as nothing is in them.
            let ask = format!("SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT 1) AS one");
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(ask))
                .fetch_one(&mut self.0)
                .await?;
            if rows > 0 {
                return Err(StoreError::Used { what: name });
            }
        }
        crate::postgres::migrate(&mut self.0).await?;
        let mut transaction = self.0.begin().await?;
        sqlx::query(MAKE_MARK).execute(&mut *transaction).await?;
        sqlx::query(SET_MARK)
            .bind(source)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(false)
    }

    pub(super) async fn tables(&mut self) -> Result<Vec<Table>, StoreError> {
        let names: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut self.0).await?;
        let mut tables = Vec::new();
        for name in names {
            let columns: Vec<(String, String)> = sqlx::query_as(COLUMNS)
                .bind(&name)
                .fetch_all(&mut self.0)
                .await?;
            let key: Vec<String> = sqlx::query_scalar(KEY)
                .bind(&name)
                .fetch_all(&mut self.0)
                .await?;
            let references: i64 = sqlx::query_scalar(REFERENCES)
                .bind(&name)
                .fetch_one(&mut self.0)
                .await?;
            let columns = columns
                .into_iter()
                .map(|(column, kind)| {
                    Kind::of(&kind)
                        .map(|kind| (column, kind))
                        .ok_or_else(|| StoreError::Version {
                            detail: format!("{name} {kind}"),
                        })
                })
                .collect::<Result<Vec<_>, _>>()?;
            let place =
                |key_column: &String| columns.iter().position(|(column, _)| column == key_column);
            tables.push(Table {
                key: key.iter().filter_map(place).collect(),
                name,
                columns,
                has_references: references > 0,
            });
        }
        // What is referred to comes before what refers to it.
        tables.sort_by_key(|table| match table.name.as_str() {
            "community" => 0,
            "person" => 1,
            _ => 2,
        });
        Ok(tables)
    }

    /// The key of the last row that is already there.
    pub(super) async fn end(&mut self, table: &Table) -> Result<Option<Vec<Cell>>, StoreError> {
        let keys = table.key_names().replace(", ", " DESC, ");
        let text = format!(
            "SELECT {} FROM {} ORDER BY {keys} DESC LIMIT 1",
            selected(table),
            table.name
        );
        let row = sqlx::query(AssertSqlSafe(text))
            .fetch_optional(&mut self.0)
            .await?;
        row.map(|row| cells(table, &row).map(|cells| table.key_of(&cells)))
            .transpose()
    }

    pub(super) async fn insert(
        &mut self,
        table: &Table,
        rows: &[Vec<Cell>],
    ) -> Result<(), StoreError> {
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let names = names.join(", ");
        let arrays: Vec<String> = (1..)
            .zip(&table.columns)
            .map(|(no, (_, kind))| format!("CAST(${no} AS {})", kind.array()))
            .collect();
        let values: Vec<String> = table
            .columns
            .iter()
            .map(|(name, _)| format!("r.{name}"))
            .collect();
        let text = format!(
            "INSERT INTO {} ({names}) OVERRIDING SYSTEM VALUE SELECT {} FROM unnest({}) AS r ({names}) \
             ON CONFLICT DO NOTHING",
            table.name,
            values.join(", "),
            arrays.join(", ")
        );
        let mut query: Query<'_, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(text));
        for (place, (_, kind)) in table.columns.iter().enumerate() {
            query = bind_column(query, rows, place, *kind);
        }
        query.execute(&mut self.0).await?;
        Ok(())
    }

    pub(super) async fn rows(
        &mut self,
        table: &Table,
        after: Option<&Vec<Cell>>,
        limit: usize,
    ) -> Result<Vec<Vec<Cell>>, StoreError> {
        let text = table.page(column, after.is_some(), limit);
        let mut query: Query<'_, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(text));
        for cell in after.into_iter().flatten() {
            query = match cell.clone() {
                Cell::Number(value) => query.bind(value),
                Cell::Truth(value) => query.bind(value),
                Cell::Text(value) => {
                    query.bind(value.map(|content| nul::stored(&content).into_owned()))
                }
                Cell::Bytes(value) => query.bind(value),
            };
        }
        let rows = query.fetch_all(&mut self.0).await?;
        rows.iter().map(|row| cells(table, row)).collect()
    }

    pub(super) async fn heads(&mut self) -> Result<Vec<HeadRow>, StoreError> {
        Ok(sqlx::query_as(HEADS).fetch_all(&mut self.0).await?)
    }

    /// From here on everything or nothing.
    pub(super) async fn start_last(&mut self) -> Result<(), StoreError> {
        sqlx::raw_sql(BEGIN).execute(&mut self.0).await?;
        Ok(())
    }

    /// New persons, staff and communities get the numbers after those that came.
    pub(super) async fn number_on(&mut self, tables: &[Table]) -> Result<(), StoreError> {
        for table in tables {
            let names: Vec<String> = sqlx::query_scalar(IDENTITIES)
                .bind(&table.name)
                .fetch_all(&mut self.0)
                .await?;
            for name in names {
                let table_name = &table.name;
                let text = format!(
                    "SELECT setval(pg_get_serial_sequence('{table_name}', '{name}'), \
                     coalesce((SELECT max({name}) FROM {table_name}), 0) + 1, false)"
                );
                sqlx::query(AssertSqlSafe(text))
                    .execute(&mut self.0)
                    .await?;
            }
        }
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<(), StoreError> {
        sqlx::raw_sql(DROP_MARK).execute(&mut self.0).await?;
        sqlx::raw_sql(COMMIT).execute(&mut self.0).await?;
        Ok(self.0.close().await?)
    }
}

fn column(name: &str, kind: Kind) -> String {
    match kind {
        Kind::Number => format!("CAST({name} AS BIGINT)"),
        Kind::Truth | Kind::Text | Kind::Bytes => name.to_owned(),
    }
}

fn selected(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|(name, kind)| column(name, *kind))
        .collect();
    columns.join(", ")
}

fn bind_column<'q>(
    query: Query<'q, Postgres, PgArguments>,
    rows: &[Vec<Cell>],
    place: usize,
    kind: Kind,
) -> Query<'q, Postgres, PgArguments> {
    macro_rules! column {
        ($variant:path, $value:ident => $stored:expr) => {
            rows.iter()
                .map(|row| match row.get(place) {
                    Some($variant($value)) => $stored,
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
    }
    match kind {
        Kind::Number => query.bind(column!(Cell::Number, number => *number)),
        Kind::Truth => query.bind(column!(Cell::Truth, truth => *truth)),
        Kind::Text => query.bind(
            column!(Cell::Text, text => text.as_ref().map(|text| nul::stored(text).into_owned())),
        ),
        Kind::Bytes => query.bind(column!(Cell::Bytes, bytes => bytes.clone())),
    }
}

fn cells(table: &Table, row: &PgRow) -> Result<Vec<Cell>, StoreError> {
    let kinds = table.columns.iter().map(|(_, kind)| *kind).enumerate();
    kinds
        .map(|(place, kind)| {
            Ok(match kind {
                Kind::Number => Cell::Number(row.try_get(place)?),
                Kind::Truth => Cell::Truth(row.try_get(place)?),
                Kind::Text => {
                    let text: Option<String> = row.try_get(place)?;
                    Cell::Text(text.map(nul::given))
                }
                Kind::Bytes => Cell::Bytes(row.try_get(place)?),
            })
        })
        .collect()
}
