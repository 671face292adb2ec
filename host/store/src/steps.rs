//! The tables' history, carried inside the program. A migration is a line here and a file for each engine. Written
//! out instead of by sqlx's macro: that macro brings a second build of both engines into every build.

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

/// The steps of an engine's folder, oldest first: their names and texts.
macro_rules! steps {
    ($engine:literal) => {
        $crate::steps::steps!(
            $engine: "0001_ledger", "0002_people", "0003_fate", "0004_periods", "0005_rule_health", "0006_traits",
            "0007_access", "0008_sealed", "0009_privacy", "0010_roster", "0011_pulse", "0012_staff_person",
            "0013_mark", "0014_more_kinds", "0015_find", "0016_cases", "0017_attachments",
            "0018_activities", "0019_volunteers", "0020_configured", "0021_inspections", "0022_merchants",
            "0023_card", "0024_shop", "0025_message", "0026_cases_sealed", "0027_proposal",
        )
    };
    ($engine:literal: $($name:literal,)*) => {
        &[$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $engine, "/", $name, ".sql")),
        )),*]
    };
}
pub(crate) use steps;

/// What sqlx runs: a step's number and description are its name, `0012_staff_person`.
pub(crate) fn migrator(steps: &[(&'static str, &'static str)]) -> Migrator {
    let step = |(name, sql): &(&'static str, &'static str)| {
        let (number, description) = name.split_once('_').unwrap_or((name, ""));
        Migration::new(
            number.parse().unwrap_or_default(),
            description.replace('_', " ").into(),
            MigrationType::Simple,
            AssertSqlSafe(*sql).into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(steps.iter().map(step).collect())
}
