//! What trying a rule book costs: how fast a whole ledger is gone through, how much memory that takes, and what a host that
//! serves the same ledger loses meanwhile.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use rongyi_load::host::{Host, binary};
use rongyi_load::load::{Measured, Run, Spread, Work, run};
use rongyi_load::world::{World, code};

use super::Bench;
use super::history::{COMMUNITIES, thousands};

/// Turns alone and beside, one after the other.
const TURNS: u32 = 8;

/// The command that tries a community's own rule book on all that it has.
fn command(world: &World, community: &str) -> Result<Command> {
    let file: PathBuf = world.config().with_file_name("communities");
    let file = file.join(format!("{community}.toml"));
    let mut command = Command::new(binary()?);
    command
        .args(["simulate", "--json", "--community", community, "--rules"])
        .arg(file)
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

/// Tries one; answers what it printed, and the most memory that it had.
fn tried(world: &World, community: &str) -> Result<(serde_json::Value, u64)> {
    let out = tempfile::NamedTempFile::new()?;
    let mut child = command(world, community)?
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
    if !ended.success() {
        bail!("rongyi simulate --community {community}: {ended}");
    }
    let said = std::fs::read_to_string(out.path())?;
    Ok((serde_json::from_str(&said).context(said)?, memory))
}

impl Bench {
    /// Each community's own rule book, tried on all that it has: the entries that are gone through in a second, and that what
    /// comes out is the ledger.
    pub(super) fn simulated(&mut self, world: &World, name: &str) -> Result<()> {
        let (mut entries, mut seconds, mut memory) = (0_u64, 0.0_f64, 0_u64);
        for no in 0..COMMUNITIES {
            let code = code(no);
            #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
            let started = Instant::now();
            let (found, most) = tried(world, &code)?;
            seconds += started.elapsed().as_secs_f64();
            if found["exactly_the_ledger"] != true {
                bail!("{code}: its own rule book does not give its ledger");
            }
            entries += found["entries"].as_u64().unwrap_or(0);
            memory = memory.max(most);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = entries as f64 / seconds;
        let note = format!(
            "{} entries of {COMMUNITIES} communities, {COMMUNITIES} starts of the program, in {seconds:.1} s, {memory} MB at most",
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
                _ => Some(command(world, &code(0))?.stdout(Stdio::null()).spawn()?),
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
