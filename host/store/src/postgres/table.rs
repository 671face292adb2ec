//! The arrays that a batch is written from: one for each column of a table, taken apart by `unnest`. It knows no
//! table and writes nothing.

use std::collections::HashMap;
use std::hash::Hash;

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

/// A writing statement whose values are being bound.
pub(super) type Binding<'q> = Query<'q, Postgres, PgArguments>;

/// A table as the batch statement fills it. Every one begins with `ix`, the community's place in the batch.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Names and types, without `ix`.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// What follows: `ON CONFLICT …`.
    pub(super) tail: &'static str,
}

impl Table {
    /// `unnest($5::INTEGER[], …) AS r (ix, …)`; counts the parameters on.
    pub(super) fn rows(&self, parameter: &mut usize) -> String {
        let mut next = |kind: &str| {
            *parameter = parameter.saturating_add(1);
            format!("CAST(${parameter} AS {kind}[])")
        };
        let mut arrays = vec![next("INTEGER")];
        arrays.extend(self.columns.iter().map(|(_, kind)| next(kind)));
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!(
            "unnest({}) AS r (ix, {})",
            arrays.join(", "),
            names.join(", ")
        )
    }

    /// Inserts the rows of communities whose head was still the loaded one.
    pub(super) fn insert(&self, parameter: &mut usize) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> = names.iter().map(|name| format!("r.{name}")).collect();
        format!(
            "INSERT INTO {} (community_id, {}) SELECT (SELECT id FROM ids)[r.ix], {} FROM {} \
             WHERE (SELECT id FROM ids)[r.ix] IS NOT NULL {}",
            self.name,
            names.join(", "),
            values.join(", "),
            self.rows(parameter),
            self.tail
        )
    }
}

/// Declares the arrays of one table: what they are called, the table, its tail, and name, Rust type and SQL type of
/// each column.
macro_rules! table {
    ($arrays:ident, $name:literal, $tail:literal, $($column:ident: $kind:ty = $sql:literal),*) => {
        #[derive(Default)]
        struct $arrays<'c> {
            ix: Vec<i32>,
            $($column: Vec<$kind>,)*
            of: std::marker::PhantomData<&'c ()>,
        }
        impl<'c> $arrays<'c> {
            const TABLE: super::table::Table = super::table::Table {
                name: $name,
                columns: &[$((stringify!($column), $sql)),*],
                tail: $tail,
            };
            #[allow(clippy::too_many_arguments, reason = "one for each column of the table")]
            fn push(&mut self, ix: i32, $($column: $kind),*) {
                self.ix.push(ix);
                $(self.$column.push($column);)*
            }
            fn bind<'q>(self, query: super::table::Binding<'q>) -> super::table::Binding<'q> where 'c: 'q {
                query.bind(self.ix)$(.bind(self.$column))*
            }
        }
    };
}
pub(super) use table;

/// The last row of each key, in the order of their first ones.
pub(super) fn newest<T, K: Eq + Hash>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<&T> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut found: Vec<&T> = Vec::new();
    for row in rows {
        match places
            .get(&key(row))
            .and_then(|place| found.get_mut(*place))
        {
            Some(older) => *older = row,
            None => {
                places.insert(key(row), found.len());
                found.push(row);
            }
        }
    }
    found
}
