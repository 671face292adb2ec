//! Opening, checking and bringing a database up to date; which server is used, and looking again after a lost
//! connection. Durability is asserted, never assumed. It begins no transaction for the ledger.

use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::time::{Instant, timeout};

use super::{Postgres, statements};
use crate::error::StoreError;
use crate::steps::{migrator, steps};

/// The tables' history, carried inside the program.
pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| migrator(steps!("postgres")));

/// Connections of one host: a batch or a page takes one at a time.
const CONNECTIONS_MAX: u32 = 16;
/// How long one server may take to say whether it is in recovery.
const LOOK_PATIENCE: Duration = Duration::from_secs(2);
/// How long a page or a batch waits for a connection before people are told that the database does not answer.
const ACQUIRE_PATIENCE: Duration = Duration::from_secs(3);
/// A server that has vanished from the network never answers; nothing the program asks takes this long.
const ANSWER_PATIENCE: Duration = Duration::from_secs(60);
/// Statements of one connection that stay prepared.
const STATEMENTS_KEPT: usize = 256;

statements! {
    // What the session is set to, and what the server is. The planner is told to follow keys whatever it believes
    // about sizes: a plan that was made while the tables were empty would read them whole long after.
    SESSION = "SELECT set_config('synchronous_commit', \
        CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false), \
        current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'), \
        CAST(current_setting('server_version_num') AS INTEGER), pg_is_in_recovery(), \
        set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false), \
        set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false), \
        set_config('jit', 'off', false), set_config('client_min_messages', 'warning', false)";
    APPLIED = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    ALIVE = "SELECT 1";
    VACUUM = "VACUUM text, reference_text, text_about, pickup_code, person, person_of_resident, household_text, session, \
        sign_in_try, browser, access_record, read_log, find_word";
    REWRITE = "VACUUM FULL text, reference_text, text_about, pickup_code, person, person_of_resident, household_text, \
        session, sign_in_try, browser, access_record, read_log, find_word";
    // The mark of an unfinished `move`.
    MOVING = "SELECT to_regclass('public.moving') IS NOT NULL";
}

/// What is known about the server in use.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// When a connection was last lost; older ones are not used again.
    lost_at: Mutex<Option<Instant>>,
    /// Held while somebody looks for the server.
    looking: tokio::sync::Mutex<()>,
}

impl Watch {
    fn lost(&self) {
        if let Ok(mut at) = self.lost_at.lock() {
            *at = Some(Instant::now());
        }
    }

    /// Whether a connection of this age was opened before the last loss.
    fn outdates(&self, age: Duration) -> bool {
        let lost_at = self.lost_at.lock().ok().and_then(|at| *at);
        lost_at.is_some_and(|at| age >= at.elapsed())
    }
}

/// A host that hangs between two statements must not hold a row for ever: the server takes it away. For every
/// transaction that may hold one, whatever it writes.
const NO_IDLING: &str = "SET idle_in_transaction_session_timeout = '10s'";

impl Postgres {
    /// Opens for reading and writing, and brings the tables up to date. `urls` are one or several addresses with
    /// blanks between them: the first that is not in recovery is used.
    pub(crate) async fn open(urls: &str) -> Result<Self, StoreError> {
        let servers = servers(urls)?;
        let (server, mut connection) = first(&servers, true).await?;
        let unfinished: bool = sqlx::query_scalar(MOVING)
            .fetch_one(&mut connection)
            .await?;
        if unfinished {
            return Err(StoreError::Unfinished);
        }
        migrate(&mut connection).await?;
        close(connection).await;
        let store = Self::pooled(servers, server, true);
        store.fill_text_about().await?;
        store.fill_find_words().await?;
        Ok(store)
    }

    /// Opens an existing database of this version for reading only; a server in recovery will do.
    pub(crate) async fn open_read_only(urls: &str) -> Result<Self, StoreError> {
        let servers = servers(urls)?;
        let found = match first(&servers, true).await {
            Ok(found) => found,
            Err(_) => first(&servers, false).await?,
        };
        let (server, mut connection) = found;
        // Half of a ledger is none.
        let unfinished: bool = sqlx::query_scalar(MOVING)
            .fetch_one(&mut connection)
            .await?;
        if unfinished {
            return Err(StoreError::Unfinished);
        }
        let applied: Option<i64> = sqlx::query_scalar(APPLIED)
            .fetch_one(&mut connection)
            .await
            .map_err(|error| StoreError::Version {
                detail: error.to_string(),
            })?;
        close(connection).await;
        let ours = MIGRATIONS.iter().map(|step| step.version).max();
        if applied != ours {
            return Err(StoreError::Version {
                detail: format!(
                    "{} / {}.",
                    applied.unwrap_or_default(),
                    ours.unwrap_or_default()
                ),
            });
        }
        Ok(Self::pooled(servers, server, false))
    }

    fn pooled(servers: Vec<PgConnectOptions>, server: PgConnectOptions, may_write: bool) -> Self {
        let watch = Arc::new(Watch::default());
        let outdated = Arc::clone(&watch);
        let readers = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(ACQUIRE_PATIENCE)
            // A round trip for each batch; instead, what is older than the last loss is thrown away.
            .test_before_acquire(false)
            .before_acquire(move |_, meta| {
                let usable = !outdated.outdates(meta.age);
                Box::pin(async move { Ok(usable) })
            })
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    check_session(&mut *connection, may_write)
                        .await
                        .map_err(|error| sqlx::Error::Configuration(error.to_string().into()))?;
                    if may_write {
                        sqlx::raw_sql(NO_IDLING).execute(connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(server);
        Postgres {
            readers,
            may_write,
            watch,
            servers: servers.into(),
            pinned: false,
        }
    }

    /// The database as it is at one moment, until it is closed.
    pub(crate) async fn snapshot(&self) -> Result<Self, StoreError> {
        let begun = Arc::new(AtomicBool::new(false));
        let may_write = self.may_write;
        let readers = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(ACQUIRE_PATIENCE)
            .after_connect(move |connection, _| {
                // A second connection would be of another moment.
                let again = begun.swap(true, Ordering::Relaxed);
                Box::pin(async move {
                    if again {
                        return Err(sqlx::Error::WorkerCrashed);
                    }
                    check_session(&mut *connection, may_write)
                        .await
                        .map_err(|error| sqlx::Error::Configuration(error.to_string().into()))?;
                    sqlx::query(super::SNAPSHOT)
                        .execute(&mut *connection)
                        .await?;
                    // The moment is that of the first read.
                    sqlx::query(APPLIED).fetch_all(connection).await.map(drop)
                })
            })
            .connect_with(PgConnectOptions::clone(&self.readers.connect_options()))
            .await?;
        Ok(Postgres {
            readers,
            may_write: false,
            watch: Arc::new(Watch::default()),
            servers: Arc::clone(&self.servers),
            pinned: true,
        })
    }

    /// A connection to write with.
    pub(super) async fn writer(&self) -> Result<PoolConnection<sqlx::Postgres>, StoreError> {
        if self.may_write {
            Ok(self.readers.acquire().await?)
        } else {
            Err(StoreError::ReadOnly)
        }
    }

    /// Whether it was opened for writing.
    pub(super) fn writes(&self) -> bool {
        self.may_write
    }

    /// The server keeps its own log.
    #[expect(
        clippy::unused_async,
        reason = "its twin on SQLite waits for the disk; `portable/` calls both"
    )]
    pub(super) async fn tidy_wal(&self) {}

    /// Removes the dead rows that an erasure left; `rewrite` writes the touched tables anew. The server's log and
    /// backups keep what they have until their time is up.
    pub(crate) async fn scrub(&self, rewrite: bool) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let how = if rewrite { REWRITE } else { VACUUM };
        // Somebody without the right to do so has erased all the same.
        Ok(sqlx::query(how).execute(&mut *writer).await.is_ok())
    }

    /// Closes every connection.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.readers.close().await;
        Ok(())
    }

    /// This engine has no such question; its own tools (`pg_amcheck`, data checksums) answer it.
    pub(crate) async fn damage(&self) -> Result<Vec<String>, StoreError> {
        self.ping().await.map(|()| Vec::new())
    }

    /// Asks the engine whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query(ALIVE).execute(&self.readers).await?;
        Ok(())
    }

    /// Waits for an answer, within bounds; after a lost connection the servers are asked again which one to use.
    pub(crate) async fn watched<T>(
        &self,
        answer: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let answer = match timeout(ANSWER_PATIENCE, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(StoreError::Unreachable {
                detail: format!("no answer within {} s", ANSWER_PATIENCE.as_secs()),
            }),
        };
        match answer {
            Err(StoreError::Busy { detail }) if detail == sqlx::Error::PoolTimedOut.to_string() => {
                self.look();
                Err(StoreError::Unreachable { detail })
            }
            Err(StoreError::Unreachable { detail }) => {
                self.watch.lost();
                self.look();
                Err(StoreError::Unreachable { detail })
            }
            // Perhaps another server has taken over; with one only, nothing is gained by new connections to it.
            Err(error @ StoreError::NotWritable { .. }) if self.servers.len() > 1 => {
                self.watch.lost();
                self.look();
                Err(error)
            }
            other => other,
        }
    }

    /// Looks for the first server that is not in recovery, beside the requests that fail meanwhile.
    fn look(&self) {
        let (pool, watch) = (self.readers.clone(), Arc::clone(&self.watch));
        let (servers, may_write) = (Arc::clone(&self.servers), self.may_write);
        tokio::spawn(async move {
            if let Ok(_alone) = watch.looking.try_lock()
                && let Ok((server, connection)) = first(&servers, may_write).await
            {
                pool.set_connect_options(server);
                close(connection).await;
            }
        });
    }
}

fn servers(urls: &str) -> Result<Vec<PgConnectOptions>, StoreError> {
    let one = |url: &str| {
        PgConnectOptions::from_str(url)
            .map(|options| {
                options
                    .application_name("rongyi")
                    .statement_cache_capacity(STATEMENTS_KEPT)
            })
            // What follows the scheme may hold a password.
            .map_err(|_| StoreError::Address {
                url: "postgres:…".to_owned(),
                why_zh: "请写成 postgres://用户:密码@主机:5432/数据库 的样子，几个地址之间用空格隔开。",
                why_en: "write it like postgres://user:password@host:5432/database, several with blanks between them.",
            })
    };
    urls.split_whitespace().map(one).collect()
}

/// The first server that answers and, `primary` wanted, is not in recovery.
async fn first(
    servers: &[PgConnectOptions],
    primary: bool,
) -> Result<(PgConnectOptions, PgConnection), StoreError> {
    let mut said = Vec::new();
    for server in servers {
        let asked = async {
            let mut connection = server.connect().await?;
            check_session(&mut connection, primary).await?;
            Ok(connection)
        };
        match timeout(LOOK_PATIENCE, asked).await {
            Ok(Ok(connection)) => return Ok((server.clone(), connection)),
            // Another server would be no better.
            Ok(Err(error @ StoreError::Durability { .. })) => return Err(error),
            Ok(Err(error)) => said.push(place(server, &error.detail())),
            Err(_) => said.push(place(server, "no answer")),
        }
    }
    Err(StoreError::Unreachable {
        detail: said.join("; "),
    })
}

/// One connection to the server that is written to.
pub(crate) async fn connect(urls: &str) -> Result<PgConnection, StoreError> {
    let (_, connection) = first(&servers(urls)?, true).await?;
    Ok(connection)
}

/// One connection to a server with this version's tables that is only read: one in recovery will do.
pub(crate) async fn connect_to_read(urls: &str) -> Result<PgConnection, StoreError> {
    Postgres::open_read_only(urls).await?.close().await?;
    let servers = servers(urls)?;
    match first(&servers, true).await {
        Ok((_, connection)) => Ok(connection),
        Err(_) => Ok(first(&servers, false).await?.1),
    }
}

/// Brings the tables up to date; programs that start at once wait for each other.
pub(crate) async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    // Not `run`: its future is bound to one lifetime and could not be spawned.
    MIGRATIONS
        .run_direct(None, connection, false)
        .await
        .map_err(migrating)
}

fn place(server: &PgConnectOptions, what: &str) -> String {
    format!("{}:{}: {what}", server.get_host(), server.get_port())
}

async fn close(connection: PgConnection) {
    // It has done its work; how it ends changes nothing.
    let _ = connection.close().await;
}

type Session = (String, String, String, String, i32, bool);

/// Sets the session up and checks what was promised: what is acknowledged is on disk.
async fn check_session(connection: &mut PgConnection, primary: bool) -> Result<(), StoreError> {
    let (commit, fsync, full_pages, encoding, version, recovers): Session =
        sqlx::query_as(SESSION).fetch_one(connection).await?;
    if primary && recovers {
        return Err(StoreError::Unreachable {
            detail: "in recovery".to_owned(),
        });
    }
    let durable = ["on", "remote_apply"].contains(&commit.as_str());
    let whole = fsync == "on" && full_pages == "on" && encoding == "UTF8" && version >= 150_000;
    if durable && whole {
        Ok(())
    } else {
        Err(StoreError::Durability {
            detail: format!(
                "synchronous_commit={commit} fsync={fsync} full_page_writes={full_pages} \
                 server_encoding={encoding} server_version_num={version}"
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
