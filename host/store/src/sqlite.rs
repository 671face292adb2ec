//! SQLite: one writing connection, a few reading ones. Statements stand in the files below, by feature.

mod journal;
mod load;
mod open;
mod people;
mod periods;
mod reads;
mod rows;
mod sessions;
mod streams;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicU64;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::Mutex;

/// Declares constant statements, and the list by which a test prepares every one of them.
macro_rules! statements {
    ($($name:ident = $sql:expr;)*) => {
        $(const $name: &str = $sql;)*
        #[cfg(test)]
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

/// The community of the first parameter, as a subquery: every statement takes the public name.
macro_rules! community {
    () => {
        "(SELECT community_id FROM community WHERE code = ?1)"
    };
}

pub(crate) use {community, statements};

/// A SQLite database of this program.
#[derive(Debug)]
pub struct Sqlite {
    options: SqliteConnectOptions,
    /// `None` when opened for reading only. One writer, so writers queue here and not in the engine.
    writer: Option<Mutex<SqliteConnection>>,
    readers: SqlitePool,
    /// The size of the WAL file at which it is truncated next.
    wal_limit_bytes: AtomicU64,
}
