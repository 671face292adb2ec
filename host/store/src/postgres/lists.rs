//! Lists of keys for PostgreSQL: arrays that `unnest` takes apart. SQLite's twin has the same names. The table that
//! follows is looked up by its key for each of them: see the planner's settings in `open`.

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;

use super::nul::stored;

/// A reading statement whose values are being bound.
pub(super) type Asked<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;

/// Numbers in `$2`, each as `j.value`; the table to look into follows.
macro_rules! each_number {
    () => {
        "unnest(CAST($2 AS BIGINT[])) AS j (value) JOIN"
    };
}

/// Texts in the named parameter, each as `j.value`.
macro_rules! each_text {
    ($parameter:literal) => {
        concat!("unnest(CAST(", $parameter, " AS TEXT[])) AS j (value) JOIN")
    };
}

/// Pairs of texts from `$2` on, each as `j.a` and `j.b`.
macro_rules! each_pair {
    () => {
        "unnest(CAST($2 AS TEXT[]), CAST($3 AS TEXT[])) AS j (a, b) JOIN"
    };
}

/// Keys of counters from `$2` on, each as `j.subject`, `j.kind`, `j.month`.
macro_rules! each_counter {
    () => {
        "unnest(CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), CAST($4 AS INTEGER[])) AS j (subject, kind, month) JOIN"
    };
}

/// Joins to a table that is looked up by its key for each row before.
macro_rules! look_up {
    () => {
        "JOIN"
    };
}

/// Names the index to follow; this planner finds it by itself.
macro_rules! by_index {
    ($index:literal) => {
        ""
    };
}

pub(super) use {by_index, each_counter, each_number, each_pair, each_text, look_up};

pub(super) fn numbers<'q, T>(query: Asked<'q, T>, keys: &'q [i64]) -> Asked<'q, T> {
    query.bind(keys)
}

pub(super) fn texts<'q, T>(query: Asked<'q, T>, keys: &'q [&'q str]) -> Asked<'q, T> {
    query.bind(keys)
}

pub(super) fn pairs<'q, T>(query: Asked<'q, T>, keys: &'q [(&'q str, &'q str)]) -> Asked<'q, T> {
    let (a, b): (Vec<&'q str>, Vec<_>) = keys.iter().map(|(a, b)| (*a, stored(b))).unzip();
    query.bind(a).bind(b)
}

pub(super) fn counters<'q, T>(
    query: Asked<'q, T>,
    keys: &'q [(i64, &'q str, i32)],
) -> Asked<'q, T> {
    let subjects: Vec<i64> = keys.iter().map(|key| key.0).collect();
    let kinds: Vec<&'q str> = keys.iter().map(|key| key.1).collect();
    let months: Vec<i32> = keys.iter().map(|key| key.2).collect();
    query.bind(subjects).bind(kinds).bind(months)
}
