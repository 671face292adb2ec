//! A host that serves, until it is stopped or the test ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A running host.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    address: String,
    said: Vec<String>,
    // Kept open: a host must not stumble over a closed output.
    out: BufReader<ChildStdout>,
}

impl Serving {
    /// Starts the command and waits until it has said where it serves, and what stands below that.
    ///
    /// # Panics
    /// When it ends before.
    pub fn start(mut command: Command) -> Self {
        command
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let demo = command
            .get_args()
            .next()
            .is_some_and(|first| first == "demo");
        let mut child = command.spawn().expect("the binary can be started");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut host = Serving {
            child,
            address: String::new(),
            said: Vec::new(),
            out,
        };
        loop {
            let mut line = String::new();
            let read = host.out.read_line(&mut line).expect("its output is text");
            assert!(
                read > 0,
                "the host ended before it served:\n{}",
                host.said.join("\n")
            );
            if let Some((_, rest)) = line.split_once("http://")
                && line.contains("Rongyi serves")
            {
                host.address = format!(
                    "http://{}",
                    rest.split_whitespace().next().unwrap_or_default()
                );
            }
            let last = if demo {
                line.contains("operator")
            } else {
                true
            };
            host.said.push(line.trim_end().to_owned());
            if last && !host.address.is_empty() {
                return host;
            }
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The words of the printed line that holds `word`: for the sign-ins of the demonstration.
    ///
    /// # Panics
    /// When no such line was printed.
    pub fn words_of(&self, word: &str) -> Vec<String> {
        let line = self
            .said
            .iter()
            .rev()
            .find(|line| line.split_whitespace().any(|printed| printed == word));
        let line =
            line.unwrap_or_else(|| panic!("no line with “{word}” in:\n{}", self.said.join("\n")));
        line.split_whitespace().map(str::to_owned).collect()
    }

    /// Sends it a signal (`STOP`, `CONT`, `HUP`).
    ///
    /// # Panics
    /// When the system does not send it.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "{name} was not sent"
        );
    }

    /// Waits for its end, at most so long; says how long that was.
    ///
    /// # Panics
    /// When the system cannot say.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test measures how long a stop takes"
    )]
    pub fn wait(&mut self, most: Duration) -> Option<Duration> {
        let began = Instant::now();
        while self.is_running() {
            if began.elapsed() > most {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(began.elapsed())
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// When it stops with an error.
    pub fn stop(mut self) {
        self.signal("TERM");
        let ended = self.child.wait().expect("a child can be waited for");
        assert!(ended.success(), "the host did not stop well: {ended}");
    }

    /// Whether it still runs.
    ///
    /// # Panics
    /// When the system cannot say.
    pub fn is_running(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be asked")
            .is_none()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // SIGKILL on purpose: whatever the test did must stand after that too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
