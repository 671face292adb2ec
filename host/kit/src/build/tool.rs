//! Running somebody else's tool, and saying which one is missing and where it comes from.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use crate::Problem;

/// A tool: what it is called, and how a person gets it.
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) get_zh: &'static str,
    pub(super) get_en: &'static str,
}

impl Tool {
    /// Runs it to its end; what it complains about goes straight to the author's screen.
    ///
    /// # Errors
    /// [`Problem`] when it is not installed or fails.
    pub(super) fn run(&self, command: &mut Command) -> Result<Vec<u8>, Problem> {
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let done = self.done(command)?;
        if done.status.success() {
            return Ok(done.stdout);
        }
        // What was not an error for the tool's author is one for ours.
        let said = String::from_utf8_lossy(&done.stdout);
        let said = said.trim();
        let below = if said.is_empty() || said.starts_with('{') {
            String::new()
        } else {
            format!("\n{said}")
        };
        Err(Problem::new(
            "build.failed",
            format!(
                "没有生成出来：{} 报了错，原因在上面。改好以后再试一次。{below}",
                self.name
            ),
            format!(
                "It was not built: {} found something wrong, shown above. Correct it and try again.",
                self.name
            ),
        ))
    }

    /// Runs it to its end; of what it complains about, `told` makes what an author can use.
    ///
    /// # Errors
    /// [`Problem`] when it is not installed or fails, with that.
    pub(super) fn run_told(
        &self,
        command: &mut Command,
        told: fn(&str) -> String,
    ) -> Result<(), Problem> {
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let done = self.done(command)?;
        if done.status.success() {
            return Ok(());
        }
        let said = told(&String::from_utf8_lossy(&done.stderr));
        Err(Problem::new(
            "build.failed",
            format!("没有生成出来，改好以后再试一次：\n{said}"),
            "It was not built; what is wrong is shown above. Correct it and try again.",
        ))
    }

    fn done(&self, command: &mut Command) -> Result<std::process::Output, Problem> {
        command.output().map_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                return self.missing();
            }
            Problem::new(
                "build.tool",
                format!("{} 运行不了：{error}。", self.name),
                format!("{} cannot be run: {error}.", self.name),
            )
        })
    }

    /// Asks with a command that fails, silently, where it is not there.
    ///
    /// # Errors
    /// [`Problem`] that names it and where it comes from.
    pub(super) fn there(&self, command: &mut Command) -> Result<(), Problem> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) | Err(_) => Err(self.missing()),
        }
    }

    pub(super) fn missing(&self) -> Problem {
        Problem::new(
            "build.tool-missing",
            format!("这台机器上没有 {}。{}", self.name, self.get_zh),
            format!("{} is not installed here. {}", self.name, self.get_en),
        )
    }
}
