//! A PostgreSQL of one's own: a cluster in a folder of its own, on a free port of this machine, gone when it is
//! dropped. It is run by an unprivileged user, because PostgreSQL refuses the superuser. It never touches a server
//! that is already there, and holds nothing that anybody would miss.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    tools: PathBuf,
    port: u16,
    settings: Vec<String>,
    /// What its server finds in its environment.
    environment: Vec<(String, String)>,
}

/// The user who runs the cluster when root asks for it.
const UNPRIVILEGED: &str = "nobody";
/// Where clusters of tests lie: whatever the environment names may be closed to that user.
const TEMPORARY: &str = "/tmp";

impl Cluster {
    /// Makes and starts one for a test, in the folder of temporary files, with the server's own settings.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start: a test that did not run must not look green.
    pub fn start() -> Self {
        must(Cluster::start_in(Path::new(TEMPORARY), &[], false))
    }

    /// Makes and starts one for a benchmark, in a new folder below `place`, with these settings (`name=value`). What
    /// `initdb` writes is on the disk before it serves.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, does not start with these settings, or its user may not enter `place`.
    pub fn durable(place: &Path, settings: &[&str]) -> Result<Self> {
        Cluster::start_in(place, settings, true)
    }

    /// Whether it can be started on this machine.
    ///
    /// # Errors
    /// When its programs are not installed, with the way out.
    pub fn installed() -> Result<()> {
        tools().map(|_| ())
    }

    fn start_in(place: &Path, settings: &[&str], sync: bool) -> Result<Self> {
        let tools = tools()?;
        let settings = settings
            .iter()
            .map(|setting| (*setting).to_owned())
            .collect();
        let cluster = Cluster::empty(tools, place, settings)?;
        let mut arguments = vec![
            "--auth=trust",
            "--username=rongyi",
            "--encoding=UTF8",
            "--locale=C",
        ];
        if !sync {
            arguments.push("--no-sync");
        }
        cluster.tool("initdb", &arguments)?;
        cluster.serve()?;
        Ok(cluster)
    }

    /// A place for one: a folder of the user who will run it, and a port.
    fn empty(tools: PathBuf, place: &Path, settings: Vec<String>) -> Result<Self> {
        let made = tempfile::Builder::new()
            .prefix("rongyi-postgres.")
            .tempdir_in(place)?;
        let folder = made.path().to_string_lossy().into_owned();
        if root() {
            said(Command::new("chown").args([UNPRIVILEGED, &folder]))?;
        }
        Ok(Cluster {
            folder: made.keep(),
            tools,
            port: free_port()?,
            settings,
            environment: Vec::new(),
        })
    }

    /// Starts the server, the first time or again.
    ///
    /// # Panics
    /// When it does not start.
    pub fn run_server(&self) {
        must(self.serve());
    }

    fn serve(&self) -> Result<()> {
        let log = self.folder.join("log");
        let mut options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories=''",
            self.port
        );
        for setting in &self.settings {
            options.push_str(&format!(" -c {setting}"));
        }
        let log_to = log.to_string_lossy();
        let arguments = ["--wait", "--log", &log_to, "-o", &options, "start"];
        self.tool("pg_ctl", &arguments)
            .with_context(|| std::fs::read_to_string(&log).unwrap_or_default())?;
        Ok(())
    }

    /// From the next start on, what the server finds in its environment.
    pub fn set_environment(&mut self, all: Vec<(String, String)>) {
        self.environment = all;
    }

    /// Stops the server as a crash would: nobody is waited for, nothing is tidied up.
    pub fn crash(&self) {
        must(self.tool("pg_ctl", &["--mode=immediate", "--wait", "stop"]));
    }

    /// Stops whatever is left of the server; it may have stopped by itself.
    pub fn stop_at_once(&self) {
        let _ = self.tool("pg_ctl", &["--mode=immediate", "--wait", "stop"]);
    }

    /// A standby that follows synchronously: nothing is acknowledged before it has it too.
    ///
    /// # Panics
    /// When it does not begin to follow.
    pub fn standby(&self) -> Self {
        let standby = must(Cluster::empty(
            self.tools.clone(),
            Path::new(TEMPORARY),
            self.settings.clone(),
        ));
        must(standby.tool(
            "pg_basebackup",
            &[
                "--host=127.0.0.1",
                &format!("--port={}", self.port),
                "--username=rongyi",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
            ],
        ));
        standby.run_server();
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("SELECT pg_reload_conf()");
        let follows =
            (0..2000).any(|_| self.sql("SELECT sync_state FROM pg_stat_replication") == "sync");
        assert!(follows, "the standby follows synchronously");
        standby
    }

    /// Makes a standby the server that is written to.
    pub fn promote(&self) {
        must(self.tool("pg_ctl", &["--wait", "promote"]));
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address, with the database that `initdb` made.
    pub fn url(&self) -> String {
        format!("postgres://rongyi@127.0.0.1:{}/postgres", self.port)
    }

    /// Its folder; its user may write there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a database; answers its address.
    pub fn database(&self, name: &str) -> String {
        self.sql(&format!("CREATE DATABASE {name}"));
        format!("postgres://rongyi@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs a statement in the first database; answers what it said.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn sql(&self, statement: &str) -> String {
        self.sql_at(&self.url(), statement)
    }

    /// Runs a statement in another one.
    ///
    /// # Panics
    /// When the server refuses it.
    pub fn sql_at(&self, url: &str, statement: &str) -> String {
        must(self.client("psql", &["--no-psqlrc", "-Atqc", statement, url]))
            .trim()
            .to_owned()
    }

    /// Runs a client program of the same installation (`pgbench`); answers what it said. It is told
    /// nothing of the cluster but by its arguments and the environment's `PGHOST`, `PGPORT` and `PGUSER`.
    ///
    /// # Errors
    /// When it is not installed or fails, with what it said.
    pub fn client(&self, name: &str, arguments: &[&str]) -> Result<String> {
        let tool = self.tools.join(name);
        let mut command = unprivileged(&tool.to_string_lossy());
        command
            .args(arguments)
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "rongyi");
        said(&mut command)
    }

    /// Bytes of write-ahead log since the cluster was made.
    ///
    /// # Panics
    /// When the server does not say.
    pub fn wal_bytes(&self) -> f64 {
        let written = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')";
        self.sql(written).parse().expect("a number")
    }

    /// Sessions that hold a row for a change to come, and have nothing to say at the moment.
    pub fn holding(&self) -> u32 {
        let held = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' \
             AND query LIKE '%FOR NO KEY UPDATE%'";
        self.sql(held).parse().expect("a count")
    }

    /// Sessions that wait for a row which another one holds.
    pub fn waiting(&self) -> u32 {
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        self.sql(waits).parse().expect("a count")
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Result<String> {
        let (tool, data) = (self.tools.join(name), self.folder.join("data"));
        let mut command = unprivileged(&tool.to_string_lossy());
        if arguments.contains(&"start") {
            command.envs(self.environment.clone());
        }
        said(command.arg("--pgdata").arg(&data).args(arguments))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.tool("pg_ctl", &["--mode=immediate", "stop"]);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Chosen by the system and given back: should somebody else take it in between, the start fails loudly.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Where `initdb` and `pg_ctl` are: in the path, or where Debian puts them.
fn tools() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(
            versions.filter_map(|version| version.ok().map(|version| version.path().join("bin"))),
        );
    }
    let whole = |place: &PathBuf| {
        ["initdb", "pg_ctl", "psql", "pg_basebackup"]
            .iter()
            .all(|tool| place.join(tool).is_file())
    };
    places
        .into_iter()
        .find(whole)
        .context("initdb and pg_ctl are needed; on Debian: apt-get install postgresql")
}

fn root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A program that is run by [`UNPRIVILEGED`] when we are root.
fn unprivileged(program: &str) -> Command {
    let mut command = if root() {
        Command::new("runuser")
    } else {
        Command::new(program)
    };
    if root() {
        command.args(["-u", UNPRIVILEGED, "--", program]);
    }
    command.current_dir("/");
    command
}

/// Runs it to its end and gives what it printed.
fn said(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("{}", command.get_program().display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if !output.status.success() {
        bail!("{}{}", text(&output.stdout), text(&output.stderr));
    }
    Ok(text(&output.stdout))
}

/// Without its database nobody can go on.
fn must<T>(done: Result<T>) -> T {
    done.unwrap_or_else(|error| panic!("PostgreSQL: {error:#}"))
}
