//! `rongyi-bench`: one table of what this machine's disk, the host and its peers do in the same minutes.
//!
//! It asserts no time: a slow machine gives a slow table. Every answer is checked, and at the end the ledger
//! is verified; a wrong answer stops it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use comfy_table::{Table, presets};

use rongyi_load::host::{self, Host};
use rongyi_load::load::{Measured, Run, Spread, Work, percentile, run};
use rongyi_load::measure;
use rongyi_load::world::{self, Shape, World};

/// What is asked for.
#[derive(Debug, Parser)]
struct Options {
    /// Communities.
    #[arg(long, default_value_t = 64)]
    communities: u32,
    /// Residents of each.
    #[arg(long, default_value_t = 1600)]
    residents: u32,
    /// Seconds of each row.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Rows of the imported file.
    #[arg(long, default_value_t = 200_000)]
    rows: u32,
    /// Where to work; a folder of the system's temporary files without it. It must lie on a real disk.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Keep the installation that is loaded in this folder and begin every run with a copy of it; making one takes
    /// minutes.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Only the rows whose name holds this word.
    #[arg(long, default_value = "")]
    only: String,
    /// Print JSON lines instead of the table.
    #[arg(long)]
    json: bool,
}

struct Bench {
    options: Options,
    world: Arc<World>,
    rows: Vec<Vec<String>>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let folder = match &options.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let shape = Shape::of_benchmark(options.communities, options.residents);
    tell(&format!(
        "making {} communities of {} residents …",
        shape.communities, shape.residents
    ));
    let place = folder.path().to_owned();
    let kept = options.keep.clone();
    let make = move || match kept {
        Some(kept) => World::copied(&place, shape, &kept),
        None => World::build(&place, shape, None),
    };
    let world = tokio::task::spawn_blocking(make).await??;
    let mut bench = Bench {
        options,
        world: Arc::new(world),
        rows: Vec::new(),
    };
    bench.sqlite().await?;
    bench.show();
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a program for the terminal")]
fn tell(line: &str) {
    eprintln!("{line}");
}

impl Bench {
    fn wanted(&self, name: &str) -> bool {
        name.contains(&self.options.only)
    }

    fn row(&mut self, name: &str, rate: String, p50: f64, p99: f64, note: String) {
        tell(&format!(
            "  {name}: {rate}/s, p50 {p50:.1} ms, p99 {p99:.1} ms  {note}"
        ));
        self.rows.push(vec![
            name.to_owned(),
            rate,
            format!("{p50:.1}"),
            format!("{p99:.1}"),
            note,
        ]);
    }

    fn measured(&mut self, name: &str, of: &Measured, note: String) {
        self.row(
            name,
            format!("{:.0}", of.rate()),
            of.percentile(0.5),
            of.percentile(0.99),
            note,
        );
    }

    async fn sqlite(&mut self) -> Result<()> {
        let disk = measure::fdatasync(&self.world.folder)?;
        self.row(
            "disk: fdatasync",
            format!("{:.0}", 1000.0 / percentile(&disk, 0.5)),
            percentile(&disk, 0.5),
            percentile(&disk, 0.99),
            "4 KB each".to_owned(),
        );
        let host = self.world.serve()?;
        let single = |connections, spread| Run {
            work: Work::Single,
            spread,
            connections,
            time: Duration::from_secs(self.options.seconds),
        };
        let list = |connections, spread| Run {
            work: Work::List(50),
            ..single(connections, spread)
        };
        let orders = Run {
            work: Work::Orders,
            ..single(256, Spread::Routed)
        };
        let plan = [
            ("sqlite: one event, idle host", single(1, Spread::Random)),
            (
                "sqlite: single events, 256 connections",
                single(256, Spread::Random),
            ),
            (
                "sqlite: lists of 50, 32 connections",
                list(32, Spread::Random),
            ),
            (
                "sqlite: single events, one hot community",
                single(256, Spread::Hot),
            ),
            (
                "sqlite: lists of 50, one hot community",
                list(32, Spread::Hot),
            ),
            ("sqlite: orders placed and handed over", orders),
        ];
        let hosts = vec![host.address().to_owned()];
        for (name, one) in plan {
            if !self.wanted(name) {
                continue;
            }
            let cookies = if one.work == Work::Orders {
                self.cookies(&host).await?
            } else {
                Vec::new()
            };
            let before = measure::bytes(&self.world.database());
            let of = run(&self.world, &hosts, &one, &Arc::new(cookies))
                .await
                .with_context(|| name.to_owned())?;
            let grown = measure::bytes(&self.world.database()).saturating_sub(before);
            let note = self.note(&host, grown, of.done);
            self.measured(name, &of, note);
        }
        host.stop()?;
        if self.wanted("sqlite: file import") {
            self.import()?;
        }
        tell("verifying …");
        let said = host::run(
            &self.world.config(),
            &["verify", "--json", "--decisions", "sample=1000"],
        )?;
        if !said.contains("\"ok\":true") && !said.contains("\"ok\": true") {
            bail!("the ledger is not whole after the load: {said}");
        }
        Ok(())
    }

    fn note(&self, host: &Host, grown: u64, done: u64) -> String {
        let wal = measure::bytes(&self.world.database().with_extension("db-wal")) / (1 << 20);
        let memory = host.memory_mb().map_or(String::new(), |(now, most)| {
            format!("{now} MB now, {most} at most, ")
        });
        format!("{memory}WAL {wal} MB, file +{} B each", grown / done.max(1))
    }

    async fn cookies(&self, host: &Host) -> Result<Vec<String>> {
        let mut all = Vec::new();
        for no in 0..self.options.communities {
            all.push(self.world.resident(host, no, 0).await?);
        }
        Ok(all)
    }

    /// One large file into one community, by the command an operator would use.
    fn import(&mut self) -> Result<()> {
        let file = measure::events_file(&self.world, self.options.rows)?;
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        let started = Instant::now();
        host::run(
            &self.world.config(),
            &[
                "import",
                "events",
                "-c",
                &world::code(0),
                &file.to_string_lossy(),
            ],
        )?;
        let seconds = started.elapsed().as_secs_f64();
        let rate = f64::from(self.options.rows) / seconds;
        self.row(
            "sqlite: file import",
            format!("{rate:.0}"),
            f64::NAN,
            f64::NAN,
            format!("{} rows, whole process {seconds:.1} s", self.options.rows),
        );
        Ok(())
    }

    #[expect(clippy::print_stdout, reason = "a program for the terminal")]
    fn show(&self) {
        let header = ["what", "per second", "p50 ms", "p99 ms", "beside"];
        if self.options.json {
            for row in &self.rows {
                let pairs = header
                    .iter()
                    .zip(row)
                    .map(|(name, value)| ((*name).to_owned(), value.clone().into()));
                println!("{}", serde_json::Value::Object(pairs.collect()));
            }
            return;
        }
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN).set_header(header);
        for row in &self.rows {
            table.add_row(row);
        }
        println!("{table}");
    }
}
