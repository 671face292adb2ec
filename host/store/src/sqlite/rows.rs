//! Multi-row statements in three fixed sizes. It knows no table.

use std::sync::OnceLock;

use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

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
        let mut left = items;
        for (text, size) in self.texts().iter().zip(SIZES) {
            while left.len() >= size {
                let (now, later) = left.split_at(size);
                left = later;
                let mut query: Binding = sqlx::query(text.as_str());
                for item in now {
                    query = bind(query, item)?;
                }
                query.execute(&mut *connection).await?;
            }
        }
        Ok(())
    }
}
