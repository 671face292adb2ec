//! Three hosts on one PostgreSQL, beside what `pgbench` does on the same server before, between and after them.
//!
//! The server is a private cluster with durable settings, on the same machine and disk as everything else. What
//! `pgbench` calls a transaction (five statements, one commit) is the measure that PostgreSQL's own people use; the
//! notes say how many times as many events the hosts decide.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use rongyi_load::fleet::Fleet;
use rongyi_load::load::{Measured, Spread, Work, percentile, run};
use rongyi_load::postgres::Cluster;
use rongyi_load::world::World;

use super::{Bench, tell};

const PGBENCH: &str = "postgres: pgbench -c 32 (tpcb-like, scale 50, prepared)";

/// Name, events of a request, connections, spread.
const PLAN: [(&str, Work, u32, Spread); 4] = [
    (
        "postgres: three hosts, lists of 50, routed",
        Work::List(50),
        32,
        Spread::Routed,
    ),
    (
        "postgres: three hosts, lists of 50, random",
        Work::List(50),
        32,
        Spread::Random,
    ),
    (
        "postgres: three hosts, single events at 256 connections, routed",
        Work::Single,
        256,
        Spread::Routed,
    ),
    (
        "postgres: three hosts, single events at 256 connections, random",
        Work::Single,
        256,
        Spread::Random,
    ),
];

/// What the server is started with. The first two are its own defaults, said aloud.
const SETTINGS: [&str; 5] = [
    "fsync=on",
    "synchronous_commit=on",
    "shared_buffers=2GB",
    "max_wal_size=8GB",
    "max_connections=200",
];

/// How many hosts.
const HOSTS: usize = 3;

/// What `pgbench` did once.
struct Beside {
    tps: f64,
    /// Milliseconds of each transaction.
    latencies: Vec<f64>,
}

impl Bench {
    /// `world` is served from PostgreSQL; it was in a SQLite file until now.
    pub(super) async fn postgres(&mut self, world: World) -> Result<()> {
        if !self.options.any(&PLAN.map(|row| row.0)) && !self.options.wanted(PGBENCH) {
            return Ok(());
        }
        tell("starting PostgreSQL, filling it …");
        let cluster = Cluster::durable(&self.options.place(), &SETTINGS)?;
        cluster.database("pgbench");
        cluster.client("pgbench", &["-i", "-q", "-s", "50", "pgbench"])?;
        let url = cluster.database("rongyi");
        world.carry_to(&url)?;
        cluster.sql("CHECKPOINT");

        let world = Arc::new(world);
        let mut beside = vec![self.pgbench(&cluster)?];
        let mut measured = Vec::new();
        let fleet = Fleet::start(Arc::clone(&world), HOSTS)?;
        for (place, (name, work, connections, spread)) in PLAN.into_iter().enumerate() {
            if place == PLAN.len() / 2 {
                beside.push(self.pgbench(&cluster)?);
            }
            if self.options.wanted(name) {
                let one = self.options.run(work, connections, spread);
                let hosts = fleet.known().borrow().clone();
                let written = cluster.wal_bytes();
                let of = run(&world, &hosts, &one, &Arc::default())
                    .await
                    .with_context(|| name.to_owned())?;
                tell(&format!("  {name}: {:.0}/s", of.rate()));
                measured.push((name, cluster.wal_bytes() - written, of));
            }
        }
        let memory = most_memory(&fleet);
        fleet.stop()?;
        beside.push(self.pgbench(&cluster)?);
        self.compare(&cluster, &beside, &measured, &memory);
        tell("verifying …");
        world.verify()
    }

    /// `pgbench` for as long as a row.
    fn pgbench(&self, cluster: &Cluster) -> Result<Beside> {
        let (seconds, log) = (
            self.options.seconds.to_string(),
            cluster.folder().join("transactions"),
        );
        let said = cluster.client(
            "pgbench",
            &[
                "-c",
                "32",
                "-j",
                "2",
                "-M",
                "prepared",
                "-T",
                &seconds,
                "--log",
                "--log-prefix",
                &log.to_string_lossy(),
                "pgbench",
            ],
        )?;
        let tps = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
            .with_context(|| format!("pgbench names no tps: {said}"))?;
        tell(&format!("  pgbench: {tps:.0} tps"));
        let latencies = transactions(cluster.folder())?;
        Ok(Beside { tps, latencies })
    }

    /// Writes the rows; what the hosts do is measured by the mean of the runs of `pgbench` around them.
    fn compare(
        &mut self,
        cluster: &Cluster,
        beside: &[Beside],
        measured: &[(&str, f64, Measured)],
        memory: &str,
    ) {
        let rates: Vec<f64> = beside.iter().map(|run| run.tps).collect();
        let runs = u32::try_from(rates.len()).map_or(f64::NAN, f64::from);
        let tps = rates.iter().sum::<f64>() / runs;
        let mut latencies: Vec<f64> = beside
            .iter()
            .flat_map(|run| run.latencies.iter().copied())
            .collect();
        latencies.sort_by(f64::total_cmp);
        let each: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
        let set: Vec<String> = SETTINGS
            .iter()
            .filter_map(|setting| setting.split_once('='))
            .map(|(name, _)| format!("{name}={}", cluster.sql(&format!("SHOW {name}"))))
            .collect();
        let note = format!(
            "before, between, after: {}; {}",
            each.join(", "),
            set.join(" ")
        );
        let (p50, p99) = (percentile(&latencies, 0.5), percentile(&latencies, 0.99));
        self.rows.row(PGBENCH, tps, p50, p99, note);
        for (name, written, of) in measured {
            let note = format!(
                "{:.1} x pgbench, {:.0} B of WAL each, {memory}",
                of.rate() / tps,
                written / (of.rate() * of.seconds)
            );
            self.rows.measured(name, of, note);
        }
    }
}

/// The most memory that each host had.
fn most_memory(fleet: &Fleet) -> String {
    let most: Vec<String> = (0..fleet.len())
        .filter_map(|place| fleet.host(place).memory_mb())
        .map(|(_, most)| most.to_string())
        .collect();
    format!("hosts at most {} MB", most.join(", "))
}

/// Milliseconds of every transaction in the logs of `pgbench`, which are removed.
fn transactions(folder: &Path) -> Result<Vec<f64>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry
            .file_name()
            .to_string_lossy()
            .starts_with("transactions.")
        {
            continue;
        }
        // client, transaction, microseconds, script, second, microsecond
        let text = std::fs::read_to_string(entry.path())?;
        let times = text.lines().filter_map(|line| {
            let time: f64 = line.split(' ').nth(2)?.parse().ok()?;
            Some(time / 1000.0)
        });
        all.extend(times);
        std::fs::remove_file(entry.path())?;
    }
    Ok(all)
}
