//! An installation in a folder of its own, used through the real binary as an operator would. When its test
//! ends well, the ledger is verified whatever the test was about.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rongyi_load::compiled;
use serde_json::Value;
use tempfile::TempDir;

use crate::binary::rongyi;
use crate::serving::Serving;

/// A configuration, a database, and the binary.
#[derive(Debug)]
pub struct Installation {
    folder: TempDir,
    config: PathBuf,
    database: PathBuf,
    /// The address of the database, when it is not the file.
    url: Option<String>,
}

/// What a command said.
#[derive(Debug)]
pub struct Done {
    /// Its exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Done {
    /// The standard output, read as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Done {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }
}

impl Installation {
    /// One community, written out as its TOML file.
    ///
    /// # Panics
    /// When the folder cannot be written.
    pub fn of(community: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("communities")).unwrap();
        let config = folder.path().join("rongyi.toml");
        std::fs::write(
            &config,
            "data_dir = \"data\"\nauto_apply = true\nlisten = \"127.0.0.1:0\"\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("communities/own.toml"), community).unwrap();
        let database = folder.path().join("data/rongyi.db");
        let data = folder.path().join("data");
        compiled::lend(&data, &data.join("server.secret"));
        Installation {
            folder,
            config,
            database,
            url: None,
        }
    }

    /// The same with its database at `url`.
    pub fn of_at(community: &str, url: &str) -> Self {
        let mut installation = Installation::of(community);
        installation.url = Some(url.to_owned());
        installation
    }

    /// The demonstration, already serving; it lives in a folder of its own.
    ///
    /// # Panics
    /// When it does not begin to serve.
    pub fn demo() -> (Self, Serving) {
        Installation::demo_in(None)
    }

    /// The demonstration in the database at `url`, already serving.
    ///
    /// # Panics
    /// When it does not begin to serve.
    pub fn demo_at(url: &str) -> (Self, Serving) {
        Installation::demo_in(Some(url))
    }

    fn demo_in(url: Option<&str>) -> (Self, Serving) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("demo");
        let mut command = Command::new(rongyi());
        command
            .arg("demo")
            .arg("--data")
            .arg(&data)
            .args(["--listen", "127.0.0.1:0"]);
        if let Some(url) = url {
            command.args(["--database", url]);
        }
        compiled::lend(&data, &data.join("server.secret"));
        let serving = Serving::start(command);
        compiled::keep(&data, &data.join("server.secret"));
        let config = data.join("config/rongyi.toml");
        let database = data.join("rongyi.db");
        (
            Installation {
                folder,
                config,
                database,
                url: url.map(str::to_owned),
            },
            serving,
        )
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its SQLite file; for the test that damages copies of it.
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// A file in its folder.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The binary with these arguments and this configuration, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(rongyi());
        command.args(arguments).arg("--config").arg(&self.config);
        command
            .env_remove("RONGYI_DATABASE_URL")
            .stdin(Stdio::null());
        if let Some(url) = &self.url {
            command.env("RONGYI_DATABASE_URL", url);
        }
        command
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Done {
        self.command(arguments)
            .output()
            .expect("the binary can be started")
            .into()
    }

    /// Runs it and expects it to do what it was asked.
    ///
    /// # Panics
    /// When it fails.
    pub fn must(&self, arguments: &[&str]) -> Done {
        let done = self.run(arguments);
        assert_eq!(
            done.code,
            Some(0),
            "rongyi {}:\n{}\n{}",
            arguments.join(" "),
            done.out,
            done.err
        );
        self.keep_compiled();
        done
    }

    /// Runs the binary to its end without this configuration.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run_alone(&self, arguments: &[&str]) -> Done {
        let mut command = Command::new(rongyi());
        command
            .args(arguments)
            .env_remove("RONGYI_DATABASE_URL")
            .stdin(Stdio::null())
            .current_dir(self.folder());
        command.output().expect("the binary can be started").into()
    }

    /// Starts to serve it.
    pub fn serve(&self) -> Serving {
        Serving::start(self.command(&["serve"]))
    }

    /// What it has compiled is there for the next installation.
    fn keep_compiled(&self) {
        let data = self.database.parent().expect("it lies in the data folder");
        compiled::keep(data, &data.join("server.secret"));
    }

    /// What `verify` says, every decision asked again.
    pub fn verify(&self) -> Done {
        self.run(&["verify", "--json"])
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.keep_compiled();
        let said = self.verify();
        assert_eq!(
            said.code,
            Some(0),
            "the ledger is not whole after the test: {said:?}"
        );
        assert_eq!(said.json()["ok"], true, "{said:?}");
    }
}
