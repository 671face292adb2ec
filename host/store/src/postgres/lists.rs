//! Lists of keys for PostgreSQL: arrays that `unnest` takes apart. SQLite's twin has the same names. The table that
//! follows is looked up by its key for each of them: see `looked_up`, and the planner's settings in `open`.

use sqlx::Postgres;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;

use super::nul::stored;

/// Counters of one kind: the community's number, the subject, the kind, the first and the last month.
pub(super) type CounterKeys<'q> = (i64, i64, &'q str, i32, i32);

/// A reading statement whose values are being bound.
pub(super) type ReadQuery<'q, T> = QueryAs<'q, Postgres, T, PgArguments>;

/// Numbers in `$2`, each as `j.value`.
macro_rules! each_number {
    () => {
        "unnest(CAST($2 AS BIGINT[])) AS j (value)"
    };
}

/// Texts in the named parameter, each as `j.value`.
macro_rules! each_text {
    ($parameter:literal) => {
        concat!("unnest(CAST(", $parameter, " AS TEXT[])) AS j (value)")
    };
}

/// Communities' numbers with a number or text each, from `$1` on, as `j.community` and `j.value`.
macro_rules! each_owned {
    (number) => {
        "unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS j (community, value)"
    };
    (text) => {
        "unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[])) AS j (community, value)"
    };
}

/// Communities' numbers with a pair of texts each, from `$1` on, as `j.community`, `j.a` and `j.b`.
macro_rules! each_owned_pair {
    () => {
        "unnest(CAST($1 AS BIGINT[]), CAST($2 AS TEXT[]), CAST($3 AS TEXT[])) AS j (community, a, b)"
    };
}

/// Joins to a table that is looked up by its key for each row before. Where statistics are older than the rows, as in a
/// new ledger that is being filled, the planner would rather read all of the table once; `OFFSET` keeps it from
/// turning the subquery into a join that may be turned round.
macro_rules! looked_up {
    (if any, $table:literal, $alias:literal, $($condition:expr),+) => {
        concat!(
            " LEFT JOIN LATERAL (SELECT * FROM ", $table, " AS ", $alias, " WHERE ", $($condition),+,
            " OFFSET 0) AS ", $alias, " ON TRUE"
        )
    };
    ($table:literal, $alias:literal, $($condition:expr),+) => {
        concat!(
            " CROSS JOIN LATERAL (SELECT * FROM ", $table, " AS ", $alias, " WHERE ", $($condition),+,
            " OFFSET 0) AS ", $alias
        )
    };
}

/// Names the index to follow; this planner finds it by itself.
macro_rules! by_index {
    ($index:literal) => {
        ""
    };
}

/// Communities' numbers with the kind of a counter and the months asked for, from `$1` on, as `j.community`,
/// `j.subject`, `j.kind`, `j.first`, `j.last`.
macro_rules! each_owned_counter {
    () => {
        "unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS TEXT[]), CAST($4 AS INTEGER[]), \
         CAST($5 AS INTEGER[])) AS j (community, subject, kind, first, last)"
    };
}

/// 32 random bytes that the engine makes: over 240 random bits, hashed.
macro_rules! fresh_key {
    () => {
        "sha256(convert_to(CAST(gen_random_uuid() AS TEXT) || CAST(gen_random_uuid() AS TEXT), 'UTF8'))"
    };
}

/// Bytes as hexadecimal digits.
macro_rules! hexadecimal {
    ($column:literal) => {
        concat!("encode(", $column, ", 'hex')")
    };
}

pub(super) use {
    by_index, each_number, each_owned, each_owned_counter, each_owned_pair, each_text, fresh_key,
    hexadecimal, looked_up,
};

pub(super) fn numbers<'q, T>(query: ReadQuery<'q, T>, keys: &'q [i64]) -> ReadQuery<'q, T> {
    query.bind(keys)
}

pub(super) fn texts<'q, T>(query: ReadQuery<'q, T>, keys: &'q [&'q str]) -> ReadQuery<'q, T> {
    query.bind(keys)
}

pub(super) fn owned_numbers<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [(i64, i64)],
) -> ReadQuery<'q, T> {
    let (communities, values): (Vec<i64>, Vec<i64>) = keys.iter().copied().unzip();
    query.bind(communities).bind(values)
}

pub(super) fn owned_texts<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [(i64, &'q str)],
) -> ReadQuery<'q, T> {
    let (communities, values): (Vec<i64>, Vec<_>) = keys
        .iter()
        .map(|(community, text)| (*community, stored(text)))
        .unzip();
    query.bind(communities).bind(values)
}

pub(super) fn owned_pairs<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [(i64, &'q str, &'q str)],
) -> ReadQuery<'q, T> {
    let communities: Vec<i64> = keys.iter().map(|key| key.0).collect();
    let a: Vec<&'q str> = keys.iter().map(|key| key.1).collect();
    let b: Vec<_> = keys.iter().map(|key| stored(key.2)).collect();
    query.bind(communities).bind(a).bind(b)
}

pub(super) fn owned_counters<'q, T>(
    query: ReadQuery<'q, T>,
    keys: &'q [CounterKeys<'q>],
) -> ReadQuery<'q, T> {
    let communities: Vec<i64> = keys.iter().map(|key| key.0).collect();
    let subjects: Vec<i64> = keys.iter().map(|key| key.1).collect();
    let kinds: Vec<&'q str> = keys.iter().map(|key| key.2).collect();
    let first: Vec<i32> = keys.iter().map(|key| key.3).collect();
    let last: Vec<i32> = keys.iter().map(|key| key.4).collect();
    query
        .bind(communities)
        .bind(subjects)
        .bind(kinds)
        .bind(first)
        .bind(last)
}
