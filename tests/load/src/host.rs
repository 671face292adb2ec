//! The real binary: run to its end, or serving until it is stopped. Where the binary lies is said by
//! `RONGYI_BINARY`, or it lies beside this program.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

static NAMED: OnceLock<PathBuf> = OnceLock::new();

/// Names the binary, for tests that know where it was built. The first name counts.
pub fn name_binary(path: &Path) {
    let _ = NAMED.set(path.to_owned());
}

/// The binary under load.
///
/// # Errors
/// When there is none.
pub fn binary() -> Result<PathBuf> {
    let path = match (NAMED.get(), std::env::var_os("RONGYI_BINARY")) {
        (Some(path), _) => path.clone(),
        (None, Some(path)) => PathBuf::from(path),
        (None, None) => std::env::current_exe()?.with_file_name("rongyi"),
    };
    if !path.is_file() {
        bail!(
            "there is no binary at {}: build it (cargo build --release --bin rongyi) or name it in RONGYI_BINARY",
            path.display()
        );
    }
    Ok(path)
}

/// Runs the binary to its end and gives what it printed.
///
/// # Errors
/// When it fails, with what it said.
pub fn run(config: &Path, arguments: &[&str]) -> Result<String> {
    let done = Command::new(binary()?)
        .args(arguments)
        .arg("--config")
        .arg(config)
        .env_remove("RONGYI_DATABASE_URL")
        .stdin(Stdio::null())
        .output()?;
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() {
        bail!(
            "rongyi {}:\n{out}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&done.stderr)
        );
    }
    Ok(out)
}

/// A serving host; killed when it is dropped.
#[derive(Debug)]
pub struct Host {
    child: Child,
    address: String,
}

impl Host {
    /// Starts it and waits until it says where it serves. Its log goes to `log`.
    ///
    /// # Errors
    /// When it ends before it serves.
    pub fn serve(config: &Path, log: &Path) -> Result<Self> {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)?;
        let mut child = Command::new(binary()?)
            .args(["serve", "--config"])
            .arg(config)
            .env_remove("RONGYI_DATABASE_URL")
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut out = BufReader::new(child.stdout.take().context("its output is piped")?);
        loop {
            let mut line = String::new();
            if out.read_line(&mut line)? == 0 {
                let _ = child.kill();
                let _ = child.wait();
                bail!("the host ended before it served; its log says why");
            }
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches('/');
                let address = address.to_owned();
                // Its output must stay open for as long as it runs.
                std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
                return Ok(Host { child, address });
            }
        }
    }

    /// `HOST:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Resident memory in MB, now and at most; `None` where the system does not say.
    pub fn memory_mb(&self) -> Option<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace()
                .nth(1)?
                .parse::<u64>()
                .ok()
                .map(|kb| kb / 1024)
        };
        Some((of("VmRSS:")?, of("VmHWM:")?))
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal (`STOP`, `CONT`).
    ///
    /// # Errors
    /// When the system does not send it.
    pub fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()?;
        if !sent.success() {
            bail!("the host could not be sent {name}: {sent}");
        }
        Ok(())
    }

    /// Kills it where it stands (SIGKILL).
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// When it cannot be asked, or stops with an error.
    pub fn stop(mut self) -> Result<()> {
        self.signal("TERM")?;
        let ended = self.child.wait()?;
        if !ended.success() {
            bail!("the host did not stop well: {ended}");
        }
        Ok(())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
