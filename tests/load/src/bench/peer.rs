//! Other ledgers: programs of their own that do the same work and print their rows. What they leave out they say in
//! the row.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Bench, tell};

impl Bench {
    /// Runs one to its end and takes its rows over.
    pub(super) fn peer(&mut self, program: &Path) -> Result<()> {
        let name = program.display();
        tell(&format!("running {name} …"));
        let folder = tempfile::tempdir_in(&self.world.folder)?;
        let output = Command::new(program)
            .arg("--folder")
            .arg(folder.path())
            .args(["--seconds", &self.options.seconds.to_string()])
            .args(["--communities", &self.options.communities.to_string()])
            .args(["--residents", &self.options.residents.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{name}"))?;
        if !output.status.success() {
            bail!("{name} ended with {}", output.status);
        }
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let row: Value = serde_json::from_str(line)
                .with_context(|| format!("{name} printed no JSON: {line}"))?;
            if self
                .options
                .wanted(row["what"].as_str().unwrap_or_default())
            {
                self.rows
                    .line(&row)
                    .with_context(|| format!("{name} left a column out: {line}"))?;
            }
        }
        Ok(())
    }
}
