//! SQLite: one writing connection, a few reading ones. What is said the same way on every engine stands in
//! `portable/`, compiled here once more for this engine; see the folder's README.

mod audit;
mod journal;
mod lists;
mod nul;
mod open;
mod private;
mod rows;
#[cfg(test)]
mod tests;

#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/access.rs"]
mod access;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/activities.rs"]
mod activities;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/activity_rows.rs"]
mod activity_rows;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/browsers.rs"]
mod browsers;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/cards.rs"]
mod cards;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/case_papers.rs"]
mod case_papers;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/case_photos.rs"]
mod case_photos;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/case_seals.rs"]
mod case_seals;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/case_words.rs"]
mod case_words;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/cases.rs"]
mod cases;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/certificates.rs"]
mod certificates;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/fates.rs"]
mod fates;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/find.rs"]
mod find;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/forms.rs"]
mod forms;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/gather.rs"]
mod gather;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/heads.rs"]
mod heads;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/health.rs"]
mod health;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/inspections.rs"]
mod inspections;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/load.rs"]
mod load;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/marks.rs"]
mod marks;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/merchants.rs"]
mod merchants;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/messages.rs"]
mod messages;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/moment.rs"]
mod moment;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/people.rs"]
mod people;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/periods.rs"]
mod periods;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/privacy.rs"]
mod privacy;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/proposals.rs"]
mod proposals;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/reads.rs"]
mod reads;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/reports.rs"]
mod reports;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/sealed.rs"]
mod sealed;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/sessions.rs"]
mod sessions;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/shop.rs"]
mod shop;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/streams.rs"]
mod streams;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/teams.rs"]
mod teams;
#[allow(
    clippy::duplicate_mod,
    reason = "written once, compiled for each engine"
)]
#[path = "portable/tries.rs"]
mod tries;

use std::sync::atomic::AtomicBool;

pub(crate) use journal::HeldFile;
pub(crate) use open::{check_version, existing, tighten};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteQueryResult, SqliteRow};
use tokio::sync::Mutex;

use crate::statements::{community, row, statements};

/// What `portable/` calls the engine's types and constants.
type Own = Sqlite;
type Db = sqlx::Sqlite;
type Connection = sqlx::SqliteConnection;
type Row = SqliteRow;
type QueryResult = SqliteQueryResult;
/// Begins a reading transaction that sees one moment.
const SNAPSHOT: &str = "BEGIN";
/// How the engine names the constraint that a sign-in name is unique.
const STAFF_LOGIN: &str = "staff.login";

/// A SQLite database of this program.
#[derive(Debug)]
pub struct Sqlite {
    options: SqliteConnectOptions,
    /// `None` when opened for reading only. One writer, so writers queue here and not in the engine. Within it `None`
    /// after a fault, until another connection is opened.
    writer: Option<Mutex<Option<Connection>>>,
    /// Whether the writer's connection must be replaced before it is used again.
    suspect: AtomicBool,
    readers: SqlitePool,
    tidy: Mutex<open::Tidy>,
    /// Whether its only connection stays in one transaction, which sees one moment.
    pinned: bool,
}
