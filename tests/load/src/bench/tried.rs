//! What trying a rule book costs: how fast a whole ledger is gone through, how much memory that takes, and what a host that
//! serves the same ledger loses meanwhile.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use rongyi_load::host::{Host, binary};
use rongyi_load::load::{Measured, Run, Spread, Work, run};
use rongyi_load::world::{Shape, World, code};

use super::history::{more, thousands};
use super::{Bench, tell};

/// Turns alone and beside, one after the other.
const TURNS: u32 = 8;

/// Communities of a district.
const DISTRICT: u32 = 30;
/// Households of a community.
const HOUSEHOLDS: u32 = 125;

/// The command that tries rule books on all that happened: one community's own, or each one's.
fn command(world: &World, community: Option<&str>) -> Result<Command> {
    let folder: PathBuf = world.config().with_file_name("communities");
    let mut command = Command::new(binary()?);
    command.args(["simulate", "--json"]);
    match community {
        Some(code) => command
            .args(["--community", code, "--rules"])
            .arg(folder.join(format!("{code}.toml"))),
        None => command.args(["--every", "--rules"]).arg(folder),
    };
    command
        .arg("--config")
        .arg(world.config())
        .env_remove("RONGYI_DATABASE_URL")
        .stdin(Stdio::null());
    Ok(command)
}

/// The most memory that a process had so far, in MB.
fn most(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kb >> 10)
}

/// Tries them; answers what was printed, and the most memory that it took.
fn tried(mut command: Command) -> Result<(serde_json::Value, u64)> {
    let out = tempfile::NamedTempFile::new()?;
    let mut child = command
        .stdout(out.reopen()?)
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut memory = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        memory = most(&child).unwrap_or(0).max(memory);
        #[expect(clippy::disallowed_methods, reason = "a benchmark waits for a process")]
        std::thread::sleep(Duration::from_millis(50));
    };
    let said = std::fs::read_to_string(out.path())?;
    if !ended.success() {
        bail!("rongyi simulate: {ended} {said}");
    }
    Ok((serde_json::from_str(&said).context(said)?, memory))
}

/// A world of so many communities with so many transfers in all.
async fn world(folder: &Path, communities: u32, transfers: u64) -> Result<Arc<World>> {
    std::fs::create_dir_all(folder)?;
    let shape = Shape {
        opening: 0,
        ..Shape::of_benchmark(communities, HOUSEHOLDS)
    };
    let place = folder.to_owned();
    let built = tokio::task::spawn_blocking(move || World::build(&place, shape, None));
    let world = Arc::new(built.await??);
    let host = world.serve()?;
    more(&world, &host, transfers).await?;
    host.stop()?;
    Ok(world)
}

impl Bench {
    /// One community alone and beside its host, and a district.
    pub(super) async fn tried(&mut self, transfers: u64) -> Result<()> {
        let of = thousands(transfers);
        let [one, beside, district] = [
            format!("sqlite: {of} transfers of one community: simulate"),
            format!("sqlite: {of} transfers of one community: single events beside simulate"),
            format!("sqlite: {of} transfers of {DISTRICT} communities: simulate --every"),
        ];
        let folder = self.world.folder.join("tried");
        if self.options.any(&[&one, &beside]) {
            tell(&format!("one community with {of} transfers …"));
            let world = world(&folder.join("one"), 1, transfers).await?;
            self.simulated(command(&world, Some(&code(0)))?, &one)?;
            let host = world.serve()?;
            self.beside(&world, &host, &beside).await?;
            host.stop()?;
            world.verify()?;
        }
        if self.options.wanted(&district) {
            tell(&format!("{DISTRICT} communities with {of} transfers …"));
            let world = world(&folder.join("district"), DISTRICT, transfers).await?;
            self.simulated(command(&world, None)?, &district)?;
            world.verify()?;
        }
        Ok(())
    }

    /// Own rule books, tried on all that happened: the entries that are gone through in a second, with the start of the
    /// program, and that what comes out is the ledger.
    fn simulated(&mut self, command: Command, name: &str) -> Result<()> {
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        let started = Instant::now();
        let (found, memory) = tried(command)?;
        let seconds = started.elapsed().as_secs_f64();
        let all = match found.as_array() {
            Some(all) => all.clone(),
            None => vec![found],
        };
        let mut entries = 0;
        for one in &all {
            if one["exactly_the_ledger"] != true {
                bail!("its own rule book does not give the ledger: {one}");
            }
            entries += one["entries"].as_u64().unwrap_or(0);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = entries as f64 / seconds;
        let note = format!(
            "{} entries in {seconds:.1} s, {memory} MB at most",
            thousands(entries)
        );
        self.rows.row(name, rate, f64::NAN, f64::NAN, note);
        Ok(())
    }

    /// Single events, in turns alone and while a rule book is tried on the same machine.
    pub(super) async fn beside(
        &mut self,
        world: &Arc<World>,
        host: &Host,
        name: &str,
    ) -> Result<()> {
        let turn = Run {
            work: Work::Single,
            spread: Spread::Random,
            connections: 16,
            time: Duration::from_secs(self.options.seconds) / TURNS,
            most: None,
        };
        let hosts = [host.address().to_owned()];
        let mut both = [Measured::default(), Measured::default()];
        for place in (0..TURNS).map(|no| no % 2) {
            let mut trying = match place {
                0 => None,
                _ => Some(
                    command(world, Some(&code(0)))?
                        .stdout(Stdio::null())
                        .spawn()?,
                ),
            };
            let of = run(world, &hosts, &turn, &Arc::default()).await?;
            if let Some(child) = &mut trying {
                if child.try_wait()?.is_some() {
                    bail!("what was tried beside was over before the turn: take a longer history");
                }
                child.kill()?;
                child.wait()?;
            }
            both[place as usize].join(of);
        }
        let [alone, beside] = both;
        let note = format!(
            "{:.2} x that of the same host alone in turns ({:.0})",
            beside.rate() / alone.rate(),
            alone.rate()
        );
        self.rows.measured(name, &beside, note);
        Ok(())
    }
}
