//! Opening, checking and bringing a database up to date. The pragmas are asserted, never assumed.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};
use tokio::task::JoinHandle;

use super::private::{a_file, beside, make_private};
use super::{Sqlite, statements};
use crate::error::StoreError;
use crate::steps::{migrator, steps};

/// The tables' history, carried inside the program.
pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| migrator(steps!("sqlite")));

const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 4;
/// Pages that a connection keeps, in KiB as SQLite writes them: the upper parts of the trees and what was touched last.
/// The engine's own 2 MiB hold neither for a district.
const WRITER_CACHE: &str = "-32768";
const READER_CACHE: &str = "-8192";
/// Rows that may wait for their reader: with few of them the engine's thread and the reader's wake each other all the
/// time.
const ROWS_WAITING: usize = 1024;
/// How long emptying the WAL waits for readers.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(100);
/// All statements of one connection, the three sizes of each multi-row one included, stay prepared.
const STATEMENTS_KEPT: usize = 256;
/// From this size on the writer truncates the WAL between two batches. From three quarters of it on the WAL is copied
/// into the database beside the writer, so that little is left to do then.
const WAL_LIMIT_BYTES: u64 = 64 << 20;
/// Times that emptying the WAL after an erasure is tried, each with the patience above.
const SCRUB_TRIES: usize = 30;
/// When readers are in the way, the next try comes after this much more.
const WAL_STEP_BYTES: u64 = 16 << 20;

statements! {
    JOURNAL_MODE = "PRAGMA journal_mode";
    SYNCHRONOUS = "PRAGMA synchronous";
    FOREIGN_KEYS = "PRAGMA foreign_keys";
    BUSY = "PRAGMA busy_timeout";
    INTEGRITY = "PRAGMA integrity_check(20)";
    APPLIED = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    COPY = "PRAGMA wal_checkpoint(PASSIVE)";
    TRUNCATE = "PRAGMA wal_checkpoint(TRUNCATE)";
    REWRITE = "VACUUM";
}

/// Takes reading away from other users, where the database is there; the files for which that was needed.
///
/// # Errors
/// [`StoreError::Exposed`].
pub(crate) fn tighten(url: &str) -> Result<Vec<PathBuf>, StoreError> {
    make_private(options(url)?.get_filename(), false)
}

impl Sqlite {
    /// Opens for reading and writing, and brings the tables up to date.
    pub(crate) async fn open(url: &str, create: bool) -> Result<Self, StoreError> {
        let options = options(url)?;
        let path = options.get_filename().to_path_buf();
        if !create && !path.exists() {
            return Err(missing(&path));
        }
        let options = options
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // The writer truncates the WAL itself, between batches.
            .pragma("wal_autocheckpoint", "0")
            // What is erased is overwritten with zeros where it stood.
            .pragma("secure_delete", "ON")
            .pragma("cache_size", WRITER_CACHE);
        make_private(&path, true)?;
        let lock = lock(&path).await?;
        let mut writer = options.connect().await?;
        // Not `run`: its future is bound to one lifetime and could not be spawned.
        MIGRATIONS
            .run_direct(None, &mut writer, false)
            .await
            .map_err(migrating)?;
        drop(lock);
        check_pragmas(&mut writer, true).await?;
        let store = Sqlite {
            readers: readers(&options).await?,
            options: options.create_if_missing(false),
            writer: Some(Mutex::new(Some(writer))),
            suspect: AtomicBool::new(false),
            tidy: Mutex::new(Tidy::new()),
            pinned: false,
        };
        store.fill_text_about().await?;
        store.fill_find_words().await?;
        Ok(store)
    }

    /// Opens an existing database of this version for reading only.
    pub(crate) async fn open_read_only(url: &str) -> Result<Self, StoreError> {
        let options = options(url)?;
        let path = options.get_filename().to_path_buf();
        if !path.exists() {
            return Err(missing(&path));
        }
        // Opening a pipe waits for its other end.
        a_file(&path)?;
        let readers = readers(&options).await?;
        check_applied(&readers).await?;
        Ok(Sqlite {
            options,
            writer: None,
            suspect: AtomicBool::new(false),
            readers,
            tidy: Mutex::new(Tidy::new()),
            pinned: false,
        })
    }

    /// The database as it is at one moment, until it is closed. While it is open the WAL cannot be truncated past that
    /// moment: read what only grows before.
    pub(crate) async fn snapshot(&self) -> Result<Self, StoreError> {
        let options = self
            .options
            .clone()
            .create_if_missing(false)
            .read_only(true)
            .pragma("cache_size", READER_CACHE);
        let begun = Arc::new(AtomicBool::new(false));
        let readers = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(BUSY_TIMEOUT)
            .after_connect(move |connection, _| {
                // A second connection would be of another moment.
                let again = begun.swap(true, Ordering::Relaxed);
                Box::pin(async move {
                    if again {
                        return Err(sqlx::Error::WorkerCrashed);
                    }
                    sqlx::query(super::SNAPSHOT)
                        .execute(&mut *connection)
                        .await?;
                    // The moment is that of the first read.
                    sqlx::query(APPLIED).fetch_all(connection).await.map(drop)
                })
            })
            .connect_with(options.clone())
            .await?;
        Ok(Sqlite {
            options,
            writer: None,
            suspect: AtomicBool::new(false),
            readers,
            tidy: Mutex::new(Tidy::new()),
            pinned: true,
        })
    }

    /// Waits for its turn to write. Whatever the write before ended with, the connection is outside of any transaction,
    /// or it is another one.
    pub(super) async fn writer(&self) -> Result<Writer<'_>, StoreError> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        let mut turn = writer.lock().await;
        let usable = match turn.as_mut() {
            Some(connection) => {
                !self.suspect.load(Ordering::Acquire) && is_usable(connection).await
            }
            None => false,
        };
        if !usable {
            // Its transaction, if it has one, ends with it; how it closes changes nothing.
            if let Some(old) = turn.take() {
                let _ = old.close().await;
            }
            let mut connection = self.options.connect().await?;
            check_pragmas(&mut connection, true).await?;
            *turn = Some(connection);
            self.suspect.store(false, Ordering::Release);
        }
        MutexGuard::try_map(turn, Option::as_mut).map_err(|_| StoreError::Unavailable {
            detail: "no connection".to_owned(),
        })
    }

    /// A second connection that may write, for a transaction that lives by itself.
    pub(super) async fn another_writer(&self) -> Result<super::Connection, StoreError> {
        if self.writer.is_none() {
            return Err(StoreError::ReadOnly);
        }
        let mut connection = self.options.connect().await?;
        check_pragmas(&mut connection, true).await?;
        Ok(connection)
    }

    /// Waits for an answer; an error of the disk puts the writer's connection in doubt.
    pub(crate) async fn watched<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        answer.await.inspect_err(|error| self.doubt(error))
    }

    /// After an error of the disk a connection may believe what is no longer so: that the file is for reading only, or
    /// that its transaction still stands. The next write begins on a new one.
    pub(super) fn doubt(&self, error: &StoreError) {
        if error.is_of_the_disk() {
            self.suspect.store(true, Ordering::Release);
        }
    }

    /// Empties the WAL between two writes. Who still reads may delay that by as long as it takes to say so.
    pub(crate) async fn rest(&self) -> Result<(), StoreError> {
        let copying = self.tidy.lock().await.copying.take();
        if let Some(copying) = copying {
            let _ = copying.await;
        }
        let _turn = self.writer().await?;
        self.copy_wal().await
    }

    /// The size of the WAL.
    pub(crate) fn wal_bytes(&self) -> u64 {
        let mut name = self.options.get_filename().as_os_str().to_owned();
        name.push("-wal");
        std::fs::metadata(PathBuf::from(name)).map_or(0, |meta| meta.len())
    }

    /// Copies the whole WAL into the database, for good.
    pub(super) async fn copy_wal(&self) -> Result<(), StoreError> {
        match checkpoint(self.options.clone(), TRUNCATE).await? {
            true => Ok(()),
            false => Err(StoreError::Busy {
                detail: "checkpoint".to_owned(),
            }),
        }
    }

    /// Whether it was opened for writing.
    pub(super) fn writes(&self) -> bool {
        self.writer.is_some()
    }

    /// Between two batches, while nobody writes: empties the WAL when it has grown large. Most of it is copied into
    /// the database before, while others write. Failing is no harm, it is tried again later.
    pub(super) async fn tidy_wal(&self) {
        let size = self.wal_bytes();
        let mut tidy = self.tidy.lock().await;
        if size < tidy.limit_bytes / 4 * 3 {
            return;
        }
        match &tidy.copying {
            None => {
                let copied = checkpoint(self.options.clone(), COPY);
                tidy.copying = Some(tokio::spawn(async move { drop(copied.await) }));
            }
            Some(copying) if copying.is_finished() && size >= tidy.limit_bytes => {
                tidy.copying = None;
                tidy.limit_bytes = match checkpoint(self.options.clone(), TRUNCATE).await {
                    Ok(true) => WAL_LIMIT_BYTES,
                    Ok(false) | Err(_) => size.saturating_add(WAL_STEP_BYTES),
                };
            }
            Some(_) => {}
        }
    }

    /// Removes what was written of something that is erased now: rows are overwritten where they stood, and the log
    /// before the file is emptied as soon as nobody reads from it. `rewrite` writes the file anew, without the pages
    /// and gaps that older programs left.
    pub(crate) async fn scrub(&self, rewrite: bool) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        if rewrite {
            sqlx::query(REWRITE).execute(&mut *writer).await?;
        }
        for _ in 0..SCRUB_TRIES {
            // With the writer in hand nobody of this process writes meanwhile.
            if checkpoint(self.options.clone(), TRUNCATE).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Closes every connection; the last one to leave empties the WAL.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        if let Some(copying) = self.tidy.into_inner().copying {
            // It has a connection of its own, and the last one to leave empties the WAL.
            let _ = copying.await;
        }
        self.readers.close().await;
        if let Some(writer) = self.writer.and_then(Mutex::into_inner) {
            writer.close().await?;
        }
        Ok(())
    }

    /// What the engine finds wrong with its own file: pages, indexes, constraints.
    pub(crate) async fn damage(&self) -> Result<Vec<String>, StoreError> {
        let found: Vec<String> = sqlx::query_scalar(INTEGRITY)
            .fetch_all(&self.readers)
            .await?;
        Ok(found.into_iter().filter(|line| line != "ok").collect())
    }

    /// Asks the engine whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let _: Option<i64> = sqlx::query_scalar(APPLIED).fetch_one(&self.readers).await?;
        Ok(())
    }
}

/// The connection that writes, for one who has waited for it.
pub(super) type Writer<'s> = MappedMutexGuard<'s, SqliteConnection>;

/// Whether it answers and is outside of any transaction. What a dropped transaction left to do is done by then. The
/// engine ends some transactions by itself when a disk is full or fails, and the driver does not notice: such a
/// connection counts a transaction that is not there, and begins no other.
async fn is_usable(connection: &mut SqliteConnection) -> bool {
    connection.ping().await.is_ok() && !connection.is_in_transaction()
}

/// How far emptying the WAL has come.
#[derive(Debug)]
pub(super) struct Tidy {
    /// The size of the file at which it is truncated next.
    pub(super) limit_bytes: u64,
    pub(super) copying: Option<JoinHandle<()>>,
}

impl Tidy {
    fn new() -> Self {
        Tidy {
            limit_bytes: WAL_LIMIT_BYTES,
            copying: None,
        }
    }
}

/// On a connection of its own with little patience: a page that is still reading must not hold up the writer. Whether
/// nobody was in the way.
async fn checkpoint(options: SqliteConnectOptions, how: &'static str) -> Result<bool, StoreError> {
    let options = options.busy_timeout(CHECKPOINT_PATIENCE);
    let mut connection = options.connect().await?;
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as(how).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(busy == 0)
}

fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let bad = |why_zh, why_en| StoreError::Address {
        url: url.to_owned(),
        why_zh,
        why_en,
    };
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(bad(
            "账本要放在文件里，例如 sqlite:data/rongyi.db。",
            "a ledger needs a file, for example sqlite:data/rongyi.db.",
        ));
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|_| {
        bad(
            "请写成 sqlite:data/rongyi.db 的样子。",
            "write it like sqlite:data/rongyi.db.",
        )
    })?;
    Ok(options
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .row_buffer_size(ROWS_WAITING)
        .statement_cache_capacity(STATEMENTS_KEPT))
}

/// The address of a file that is there, with its path.
pub(crate) fn existing(url: &str) -> Result<(SqliteConnectOptions, String), StoreError> {
    let options = options(url)?;
    let path = options.get_filename().to_path_buf();
    if path.exists() {
        Ok((options, path.display().to_string()))
    } else {
        Err(missing(&path))
    }
}

/// Whether its tables are those of this program.
pub(crate) async fn check_version(url: &str) -> Result<(), StoreError> {
    Sqlite::open_read_only(url).await?.close().await
}

async fn check_applied(readers: &sqlx::SqlitePool) -> Result<(), StoreError> {
    let applied: Option<i64> = sqlx::query_scalar(APPLIED)
        .fetch_one(readers)
        .await
        .map_err(|error| {
            let error = StoreError::from(error);
            if let StoreError::Unavailable { detail } = &error
                && detail.contains("no such table")
            {
                return StoreError::Foreign {
                    detail: detail.clone(),
                };
            }
            error
        })?;
    let latest = MIGRATIONS.iter().map(|step| step.version).max();
    if applied != latest {
        return Err(StoreError::Version {
            detail: format!(
                "{} / {}.",
                applied.unwrap_or_default(),
                latest.unwrap_or_default()
            ),
        });
    }
    Ok(())
}

fn missing(path: &Path) -> StoreError {
    StoreError::Missing {
        path: path.display().to_string(),
    }
}

async fn readers(options: &SqliteConnectOptions) -> Result<sqlx::SqlitePool, StoreError> {
    let options = options
        .clone()
        .create_if_missing(false)
        .read_only(true)
        .pragma("cache_size", READER_CACHE);
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(BUSY_TIMEOUT)
        // Readers are proved too: a disk that fails under a page ends its transaction unnoticed just the same.
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(async move { Ok(is_usable(connection).await) }))
        .connect_with(options)
        .await?;
    check_pragmas(&mut *pool.acquire().await?, false).await?;
    Ok(pool)
}

/// Two programs that start at once must not both create the tables.
async fn lock(path: &Path) -> Result<std::fs::File, StoreError> {
    let unavailable = |error: std::io::Error| StoreError::Unavailable {
        detail: format!("{}: {error}", path.display()),
    };
    let file = std::fs::File::options()
        .write(true)
        .open(beside(path, ".lock"));
    let file = file.map_err(unavailable)?;
    tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await
        .map_err(|error| StoreError::Unavailable {
            detail: error.to_string(),
        })?
        .map_err(unavailable)
}

async fn check_pragmas(connection: &mut SqliteConnection, writes: bool) -> Result<(), StoreError> {
    let mode: String = sqlx::query_scalar(JOURNAL_MODE)
        .fetch_one(&mut *connection)
        .await?;
    let synchronous: i64 = sqlx::query_scalar(SYNCHRONOUS)
        .fetch_one(&mut *connection)
        .await?;
    let keys: i64 = sqlx::query_scalar(FOREIGN_KEYS)
        .fetch_one(&mut *connection)
        .await?;
    let busy_ms: i64 = sqlx::query_scalar(BUSY).fetch_one(&mut *connection).await?;
    // A move that was interrupted leaves the file out of WAL; that is no harm to reading.
    let durable = !writes || (mode == "wal" && synchronous == 2);
    if durable && keys == 1 && busy_ms == 10_000 {
        Ok(())
    } else {
        Err(StoreError::Unavailable {
            detail: format!(
                "journal_mode={mode} synchronous={synchronous} foreign_keys={keys} busy_timeout={busy_ms}"
            ),
        })
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's enum is open; whatever it adds is about versions"
)]
pub(super) fn migrating(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => inner.into(),
        other => StoreError::Version {
            detail: other.to_string(),
        },
    }
}
