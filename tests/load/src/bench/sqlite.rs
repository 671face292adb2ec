//! One host on its SQLite file: events one by one and in lists, one hot community, orders, a file import; and the
//! disk below it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};

use rongyi_load::host::{self, Host};
use rongyi_load::load::{Spread, Work, percentile, run};
use rongyi_load::{measure, world};

use super::{Bench, tell};

const IMPORT: &str = "sqlite: file import";

impl Bench {
    /// What the disk does in the same minutes.
    pub(super) fn disk(&mut self) -> Result<()> {
        let disk = measure::fdatasync(&self.world.folder)?;
        let (p50, p99) = (percentile(&disk, 0.5), percentile(&disk, 0.99));
        let note = "4 KB each".to_owned();
        self.rows
            .row("disk: fdatasync", 1000.0 / p50, p50, p99, note);
        Ok(())
    }

    pub(super) async fn sqlite(&mut self) -> Result<()> {
        let (single, list) = (Work::Single, Work::List(50));
        let plan = [
            ("sqlite: one event, idle host", single, 1, Spread::Random),
            (
                "sqlite: single events, 256 connections",
                single,
                256,
                Spread::Random,
            ),
            (
                "sqlite: lists of 50, 32 connections",
                list,
                32,
                Spread::Random,
            ),
            (
                "sqlite: single events, one hot community",
                single,
                256,
                Spread::Hot,
            ),
            (
                "sqlite: lists of 50, one hot community",
                list,
                32,
                Spread::Hot,
            ),
            (
                "sqlite: orders placed and handed over",
                Work::Orders,
                256,
                Spread::Routed,
            ),
        ];
        let served: Vec<_> = plan
            .into_iter()
            .filter(|row| self.options.wanted(row.0))
            .collect();
        if served.is_empty() && !self.options.wanted(IMPORT) {
            return Ok(());
        }
        let host = self.world.serve()?;
        let hosts = [host.address().to_owned()];
        for (name, work, connections, spread) in served {
            let cookies = if work == Work::Orders {
                self.cookies(&host).await?
            } else {
                Vec::new()
            };
            let one = self.options.run(work, connections, spread);
            let before = measure::bytes(&self.world.database());
            let of = run(&self.world, &hosts, &one, &Arc::new(cookies))
                .await
                .with_context(|| name.to_owned())?;
            let grown = measure::bytes(&self.world.database()).saturating_sub(before);
            let note = self.note(&host, grown, of.done);
            self.rows.measured(name, &of, note);
        }
        host.stop()?;
        if self.options.wanted(IMPORT) {
            self.import()?;
        }
        tell("verifying …");
        self.world.verify()
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
        let rows = self.options.rows;
        let file = measure::events_file(&self.world, rows)?;
        let (community, file) = (world::code(0), file.to_string_lossy().into_owned());
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        let started = Instant::now();
        host::run(
            &self.world.config(),
            &["import", "events", "-c", &community, &file],
        )?;
        let seconds = started.elapsed().as_secs_f64();
        let note = format!("{rows} rows, whole process {seconds:.1} s");
        self.rows
            .row(IMPORT, f64::from(rows) / seconds, f64::NAN, f64::NAN, note);
        Ok(())
    }
}
