//! Lists of keys for SQLite: one JSON text that `json_each` takes apart. CROSS JOIN keeps SQLite from turning a list
//! of keys into a walk over the whole table. PostgreSQL's twin has the same names.

use serde::Serialize;
use sqlx::Sqlite;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteArguments;

/// Counters of one kind: the community's number, the subject, the kind, the first and the last month.
pub(super) type CounterKeys<'q> = (i64, i64, &'q str, i32, i32);

/// A reading statement whose values are being bound.
pub(super) type ReadQuery<'q, T> = QueryAs<'q, Sqlite, T, SqliteArguments>;

/// Numbers in `$2`, each as `j.value`.
macro_rules! each_number {
    () => {
        "json_each($2) AS j"
    };
}

/// Texts in the named parameter, each as `j.value`.
macro_rules! each_text {
    ($parameter:literal) => {
        concat!("json_each(", $parameter, ") AS j")
    };
}

/// Communities' numbers with a number or text each, from `$1` on, as `j.community` and `j.value`.
macro_rules! each_owned {
    ($kind:ident) => {
        "(SELECT value ->> 0 AS community, value ->> 1 AS value FROM json_each($1)) AS j"
    };
}

/// Communities' numbers with a pair of texts each, from `$1` on, as `j.community`, `j.a` and `j.b`.
macro_rules! each_owned_pair {
    () => {
        "(SELECT value ->> 0 AS community, value ->> 1 AS a, value ->> 2 AS b FROM json_each($1)) AS j"
    };
}

/// Joins to a table that is looked up by its key for each row before: the planner must not turn that round.
macro_rules! looked_up {
    (if any, $table:literal, $alias:literal, $($condition:expr),+) => {
        concat!(" LEFT JOIN ", $table, " AS ", $alias, " ON ", $($condition),+)
    };
    ($table:literal, $alias:literal, $($condition:expr),+) => {
        concat!(" CROSS JOIN ", $table, " AS ", $alias, " ON ", $($condition),+)
    };
}

/// Names the index to follow. Without statistics the planner takes a community for ten rows, and would read all of it
/// in the order of its key.
macro_rules! by_index {
    ($index:literal) => {
        concat!("INDEXED BY ", $index)
    };
}

/// Communities' numbers with the kind of a counter and the months asked for, from `$1` on, as `j.community`,
/// `j.subject`, `j.kind`, `j.first`, `j.last`.
macro_rules! each_owned_counter {
    () => {
        "(SELECT value ->> 0 AS community, value ->> 1 AS subject, value ->> 2 AS kind, value ->> 3 AS first, \
         value ->> 4 AS last FROM json_each($1)) AS j"
    };
}

/// 32 random bytes that the engine makes.
macro_rules! fresh_key {
    () => {
        "randomblob(32)"
    };
}

/// Bytes as hexadecimal digits.
macro_rules! hexadecimal {
    ($column:literal) => {
        concat!("hex(", $column, ")")
    };
}

pub(super) use {
    by_index, each_number, each_owned, each_owned_counter, each_owned_pair, each_text, fresh_key,
    hexadecimal, looked_up,
};

pub(super) fn numbers<'q, T>(query: ReadQuery<'q, T>, keys: &'q [i64]) -> ReadQuery<'q, T> {
    query.bind(text(keys))
}

pub(super) fn texts<'q, T>(query: ReadQuery<'q, T>, keys: &'q [&'q str]) -> ReadQuery<'q, T> {
    query.bind(text(keys))
}

pub(super) fn owned_numbers<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [(i64, i64)],
) -> ReadQuery<'q, T> {
    query.bind(text(keys))
}

pub(super) fn owned_texts<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [(i64, &'q str)],
) -> ReadQuery<'q, T> {
    query.bind(text(keys))
}

pub(super) fn owned_pairs<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [(i64, &'q str, &'q str)],
) -> ReadQuery<'q, T> {
    query.bind(text(keys))
}

pub(super) fn owned_counters<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [CounterKeys<'q>],
) -> ReadQuery<'q, T> {
    query.bind(text(keys))
}

/// As JSON, written straight into one text.
fn text<K: Serialize>(keys: &[K]) -> String {
    serde_json::to_string(keys).unwrap_or_default()
}
