//! Lists of keys for SQLite: one JSON text that `json_each` takes apart. CROSS JOIN keeps SQLite from turning a list
//! of keys into a walk over the whole table. PostgreSQL's twin has the same names.

use serde_json::json;
use sqlx::Sqlite;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteArguments;

/// A reading statement whose values are being bound.
pub(super) type Asked<'q, T> = QueryAs<'q, Sqlite, T, SqliteArguments>;

/// Numbers in `$2`, each as `j.value`; the table to look into follows.
macro_rules! each_number {
    () => {
        "json_each($2) AS j CROSS JOIN"
    };
}

/// Texts in the named parameter, each as `j.value`.
macro_rules! each_text {
    ($parameter:literal) => {
        concat!("json_each(", $parameter, ") AS j CROSS JOIN")
    };
}

/// Pairs of texts from `$2` on, each as `j.a` and `j.b`.
macro_rules! each_pair {
    () => {
        "(SELECT value ->> 0 AS a, value ->> 1 AS b FROM json_each($2)) AS j CROSS JOIN"
    };
}

/// Keys of counters from `$2` on, each as `j.subject`, `j.kind`, `j.month`.
macro_rules! each_counter {
    () => {
        "(SELECT value ->> 0 AS subject, value ->> 1 AS kind, value ->> 2 AS month FROM json_each($2)) AS j CROSS JOIN"
    };
}

/// Joins to a table that is looked up by its key for each row before: the planner must not turn that round.
macro_rules! look_up {
    () => {
        "CROSS JOIN"
    };
}

/// Names the index to follow. Without statistics the planner takes a community for ten rows, and would read all of it
/// in the order of its key.
macro_rules! by_index {
    ($index:literal) => {
        concat!("INDEXED BY ", $index)
    };
}

pub(super) use {by_index, each_counter, each_number, each_pair, each_text, look_up};

pub(super) fn numbers<'q, T>(query: Asked<'q, T>, keys: &'q [i64]) -> Asked<'q, T> {
    query.bind(json!(keys).to_string())
}

pub(super) fn texts<'q, T>(query: Asked<'q, T>, keys: &'q [&'q str]) -> Asked<'q, T> {
    query.bind(json!(keys).to_string())
}

pub(super) fn pairs<'q, T>(query: Asked<'q, T>, keys: &'q [(&'q str, &'q str)]) -> Asked<'q, T> {
    query.bind(json!(keys).to_string())
}

pub(super) fn counters<'q, T>(
    query: Asked<'q, T>,
    keys: &'q [(i64, &'q str, i32)],
) -> Asked<'q, T> {
    query.bind(json!(keys).to_string())
}
