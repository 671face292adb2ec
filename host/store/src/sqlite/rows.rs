//! Multi-row statements in three fixed sizes. It knows no table.

use std::sync::OnceLock;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{FromRow, Sqlite, SqliteConnection};

use crate::error::StoreError;

/// A statement whose values are being bound.
pub(super) type Binding = Query<'static, Sqlite, SqliteArguments>;

/// Rows per statement: large batches take the first, the rest the others, so that few texts are ever prepared.
const SIZES: [usize; 3] = [64, 8, 1];

/// `head (?, …), (?, …) tail`, built once for each size.
pub(super) struct Rows {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    texts: OnceLock<[String; 3]>,
}

impl Rows {
    pub(super) const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Rows {
            head,
            columns,
            tail,
            texts: OnceLock::new(),
        }
    }

    /// The three texts, the largest first.
    pub(super) fn texts(&'static self) -> &'static [String; 3] {
        self.texts.get_or_init(|| {
            let row = format!("({})", vec!["?"; self.columns].join(", "));
            SIZES.map(|size| {
                format!(
                    "{} VALUES {} {}",
                    self.head,
                    vec![row.as_str(); size].join(", "),
                    self.tail
                )
            })
        })
    }

    /// Writes all `items`, `bind` giving the columns of one.
    pub(super) async fn write<T>(
        &'static self,
        connection: &mut SqliteConnection,
        items: &[T],
        bind: impl Fn(Binding, &T) -> Result<Binding, StoreError>,
    ) -> Result<(), StoreError> {
        for (text, now) in self.parts(items) {
            bound(text, now, &bind)?.execute(&mut *connection).await?;
        }
        Ok(())
    }

    /// Like [`Rows::write`], with the rows that the statement returns.
    pub(super) async fn fetch<T, R>(
        &'static self,
        connection: &mut SqliteConnection,
        items: &[T],
        bind: impl Fn(Binding, &T) -> Result<Binding, StoreError>,
    ) -> Result<Vec<R>, StoreError>
    where
        R: for<'r> FromRow<'r, SqliteRow>,
    {
        let mut found = Vec::new();
        for (text, now) in self.parts(items) {
            for row in bound(text, now, &bind)?.fetch_all(&mut *connection).await? {
                found.push(R::from_row(&row)?);
            }
        }
        Ok(found)
    }

    /// All `items` in order, in parts of the fixed sizes, each with its text.
    fn parts<'t, T>(&'static self, items: &'t [T]) -> Vec<(&'static str, &'t [T])> {
        let (mut left, mut parts) = (items, Vec::new());
        for (text, size) in self.texts().iter().zip(SIZES) {
            while left.len() >= size {
                let (now, later) = left.split_at(size);
                parts.push((text.as_str(), now));
                left = later;
            }
        }
        parts
    }
}

fn bound<T>(
    text: &'static str,
    items: &[T],
    bind: impl Fn(Binding, &T) -> Result<Binding, StoreError>,
) -> Result<Binding, StoreError> {
    let mut query: Binding = sqlx::query(text);
    for item in items {
        query = bind(query, item)?;
    }
    Ok(query)
}
