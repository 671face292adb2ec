//! A PostgreSQL of a test's own: a cluster in a temporary folder, on a free port of this machine, gone when the
//! test ends. It is run by an unprivileged user, because PostgreSQL refuses the superuser.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    tools: PathBuf,
    port: u16,
}

/// The user who runs the cluster when the tests are run by root.
const UNPRIVILEGED: &str = "nobody";

impl Cluster {
    /// Makes and starts one.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start: a test that did not run must not look green.
    pub fn start() -> Self {
        let tools =
            tools().expect("initdb and pg_ctl are needed; on Debian: apt-get install postgresql");
        let cluster = Cluster::empty(tools);
        cluster.tool(
            "initdb",
            &[
                "--auth=trust",
                "--username=rongyi",
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
            ],
        );
        cluster.run_server();
        cluster
    }

    /// A place for one: a folder of the user who will run it, and a port.
    fn empty(tools: PathBuf) -> Self {
        let made = said(&run("mktemp", &["-d", "/tmp/rongyi-postgres.XXXXXX"]));
        Cluster {
            folder: PathBuf::from(made.trim()),
            tools,
            port: free_port(),
        }
    }

    /// Starts the server, the first time or again.
    pub fn run_server(&self) {
        let log = self.folder.join("log");
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories=''",
            self.port
        );
        self.tool(
            "pg_ctl",
            &[
                "--wait",
                "--log",
                &log.to_string_lossy(),
                "-o",
                &options,
                "start",
            ],
        );
    }

    /// Stops the server as a crash would: nobody is waited for, nothing is tidied up.
    pub fn crash(&self) {
        self.tool("pg_ctl", &["--mode=immediate", "--wait", "stop"]);
    }

    /// A standby that follows synchronously: nothing is acknowledged before it has it too.
    ///
    /// # Panics
    /// When it does not begin to follow.
    pub fn standby(&self) -> Self {
        let standby = Cluster::empty(self.tools.clone());
        standby.tool(
            "pg_basebackup",
            &[
                "--host=127.0.0.1",
                &format!("--port={}", self.port),
                "--username=rongyi",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
            ],
        );
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
        self.tool("pg_ctl", &["--wait", "promote"]);
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address, with the database that `initdb` made.
    pub fn url(&self) -> String {
        format!("postgres://rongyi@127.0.0.1:{}/postgres", self.port)
    }

    /// Makes a database; answers its address.
    pub fn database(&self, name: &str) -> String {
        self.sql(&format!("CREATE DATABASE {name}"));
        format!("postgres://rongyi@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs a statement in the first database; answers what it said.
    pub fn sql(&self, statement: &str) -> String {
        self.sql_at(&self.url(), statement)
    }

    /// Runs a statement in another one.
    pub fn sql_at(&self, url: &str, statement: &str) -> String {
        let psql = self.tools.join("psql");
        let asked = ["--no-psqlrc", "-Atqc", statement, url];
        said(&run(&psql.to_string_lossy(), &asked))
            .trim()
            .to_owned()
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

    fn tool(&self, name: &str, arguments: &[&str]) -> String {
        let data = self.folder.join("data");
        let tool = self.tools.join(name);
        let (tool, data) = (tool.to_string_lossy(), data.to_string_lossy());
        let mut all = vec!["--pgdata", &data];
        all.extend(arguments);
        said(&run(&tool, &all))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let tool = self.tools.join("pg_ctl");
        let _ = run(
            &tool.to_string_lossy(),
            &[
                "--pgdata",
                &data.to_string_lossy(),
                "--mode=immediate",
                "stop",
            ],
        );
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Chosen by the system and given back: should somebody else take it in between, the start fails loudly.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|own| own.local_addr())
        .expect("a free port")
        .port()
}

/// Where `initdb` and `pg_ctl` are: in the path, or where Debian puts them.
fn tools() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<_> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        places.extend(versions.filter_map(|own| own.ok().map(|own| own.path().join("bin"))));
    }
    places.into_iter().find(|place| {
        ["initdb", "pg_ctl", "psql", "pg_basebackup"]
            .iter()
            .all(|tool| is_file(&place.join(tool)))
    })
}

fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Runs it, as [`UNPRIVILEGED`] when we are root.
fn run(program: &str, arguments: &[&str]) -> Output {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|own| own.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new("runuser")
    } else {
        Command::new(program)
    };
    if root {
        command.args(["-u", UNPRIVILEGED, "--", program]);
    }
    command
        .args(arguments)
        .current_dir("/")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}
