//! The rows of the benchmark, each group in a file of its own, over one world.

pub(crate) mod counter;
pub(crate) mod gate;
pub(crate) mod history;
pub(crate) mod peer;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod table;
pub(crate) mod tried;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use rongyi_load::load::{Run, Spread, Work};
use rongyi_load::postgres::Cluster;
use rongyi_load::world::World;
use table::Rows;

/// One table of what this machine's disk, the host and its peers do in the same minutes.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Communities.
    #[arg(long, default_value_t = 64)]
    pub(crate) communities: u32,
    /// Residents of each.
    #[arg(long, default_value_t = 1600)]
    pub(crate) residents: u32,
    /// Seconds of each row.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Rows of the imported file.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) rows: u32,
    /// Where to work; a folder of the system's temporary files without it. It must lie on a real disk, and for
    /// PostgreSQL under folders that everybody may enter.
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
    /// Keep the installation that is loaded in this folder and begin every run with a copy of it; making one takes
    /// minutes.
    #[arg(long)]
    pub(crate) keep: Option<PathBuf>,
    /// Also the rows of three hosts on a private PostgreSQL, beside pgbench on the same server. It must be installed.
    #[arg(long)]
    pub(crate) postgres: bool,
    /// Also how the cost of an event, a balance and a passbook page changes from 10,000 transfers to so many.
    #[arg(long, value_name = "TRANSFERS")]
    pub(crate) history: Option<u64>,
    /// Also what the pages of an office and of a resident cost in a community with so many transfers and `--people`.
    #[arg(long, value_name = "TRANSFERS")]
    pub(crate) counter: Option<u64>,
    /// Also how fast a rule book is tried on so many transfers: of one community, alone and beside a host that serves it, and
    /// of thirty at once.
    #[arg(long, value_name = "TRANSFERS")]
    pub(crate) tried: Option<u64>,
    /// Also how long so many people take to come in at one gate.
    #[arg(long, value_name = "PEOPLE")]
    pub(crate) gate: Option<u32>,
    /// Residents of the community of `--counter`.
    #[arg(long, default_value_t = 30_000)]
    pub(crate) people: u32,
    /// Also the rows of another ledger: a program that is run with --folder, --seconds, --communities and --residents
    /// and prints lines as --json does. May be given again.
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) peer: Vec<PathBuf>,
    /// Only the rows whose name holds this word.
    #[arg(long, default_value = "")]
    pub(crate) only: String,
    /// Print JSON lines instead of the table.
    #[arg(long)]
    pub(crate) json: bool,
}

impl Options {
    pub(crate) fn wanted(&self, name: &str) -> bool {
        name.contains(&self.only)
    }

    /// Whether one of a group's rows is asked for.
    pub(crate) fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.wanted(name))
    }

    /// Where temporary folders are made.
    pub(crate) fn place(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// A run of the usual length.
    pub(crate) fn run(&self, work: Work, connections: u32, spread: Spread) -> Run {
        Run {
            work,
            spread,
            connections,
            time: Duration::from_secs(self.seconds),
            most: None,
        }
    }
}

/// A run of the benchmark.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) world: Arc<World>,
    pub(crate) rows: Rows,
}

impl Bench {
    /// Every row that is asked for, one after another.
    ///
    /// # Errors
    /// The first step that fails, the first wrong answer, a ledger that is not whole.
    pub(crate) async fn run(&mut self) -> Result<()> {
        let twin = if self.options.postgres {
            Cluster::installed()?;
            Some(self.world.twin(&self.world.folder.join("postgres"))?)
        } else {
            None
        };
        self.disk()?;
        self.sqlite().await?;
        match twin {
            Some(twin) => self.postgres(twin).await?,
            None => tell("without PostgreSQL: --postgres adds its rows, where it is installed"),
        }
        if let Some(transfers) = self.options.history {
            self.history(transfers).await?;
        }
        if let Some(transfers) = self.options.tried {
            self.tried(transfers).await?;
        }
        if let Some(people) = self.options.gate {
            self.gate(people).await?;
        }
        if let Some(transfers) = self.options.counter {
            self.counter(transfers).await?;
        }
        for program in self.options.peer.clone() {
            self.peer(&program)?;
        }
        Ok(())
    }
}

/// What is said while it runs.
#[expect(clippy::print_stderr, reason = "a program for the terminal")]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}
