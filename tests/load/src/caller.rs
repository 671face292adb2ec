//! Somebody who asks several hosts and does not give up: a host may die, hang, or lose its database in between.
//! Every request is sent again as it was; that it is never booked twice is for the hosts to keep.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::draw::Draw;
use crate::http::{Answered, Connection};

/// Times a request is sent again before the run gives up.
const TRIES_MAX: u32 = 600;
/// Between two tries while nobody answers.
const PAUSE: Duration = Duration::from_millis(100);
/// A host that says nothing for so long is left alone until the hosts change, as a proxy would leave it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A caller with a connection to each host it has met.
#[derive(Debug)]
pub struct Caller {
    hosts: watch::Receiver<Vec<String>>,
    /// Which host is asked next: apart from whatever decides what is asked, so that a seed asks the same again.
    route: Draw,
    lines: BTreeMap<String, Connection>,
    silent: BTreeSet<String>,
    resent: u64,
}

/// What an answer proves about earlier tries of the same request.
#[derive(Debug)]
pub struct Tried {
    /// The answer.
    pub answer: Answered,
    /// Whether an earlier try was sent and not answered, or answered with “not now”.
    pub lost: bool,
}

impl Caller {
    /// Asks the hosts at these addresses (`HOST:PORT`), drawn at random for every request.
    pub fn new(hosts: watch::Receiver<Vec<String>>, seed: u64) -> Self {
        Caller {
            hosts,
            route: Draw::of(seed),
            lines: BTreeMap::new(),
            silent: BTreeSet::new(),
            resent: 0,
        }
    }

    /// Requests that were sent again because no answer came.
    pub fn resent(&self) -> u64 {
        self.resent
    }

    /// Sends a request until it is answered. `headers` are whole lines, each with its line end.
    ///
    /// # Errors
    /// When nobody has answered after a minute or more.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Tried> {
        let mut lost = false;
        for _ in 0..TRIES_MAX {
            let Some(host) = self.draw() else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if !self.lines.contains_key(&host) {
                match Connection::open(&host).await {
                    Ok(line) => drop(self.lines.insert(host.clone(), line)),
                    Err(_) => drop(self.silent.insert(host.clone())),
                }
            }
            let Some(line) = self.lines.get_mut(&host) else {
                continue;
            };
            let asked = line.ask(method, path, headers, body.as_bytes());
            match timeout(PATIENCE, asked).await {
                // Busy, or its database is away.
                Ok(Ok(answer)) if matches!(answer.status, 429 | 503 | 504) => {
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(Ok(answer)) => return Ok(Tried { answer, lost }),
                Ok(Err(_)) => drop(self.lines.remove(&host)),
                Err(_) => {
                    self.lines.remove(&host);
                    self.silent.insert(host);
                }
            }
            lost = true;
            self.resent += 1;
        }
        bail!("{method} {path}: no answer after {TRIES_MAX} tries")
    }

    /// A host that is not known to be silent; `None` when all of them are, and then all are tried anew.
    fn draw(&mut self) -> Option<String> {
        if self.hosts.has_changed().unwrap_or(false) {
            self.silent.clear();
        }
        let hosts = self.hosts.borrow_and_update().clone();
        let mut open: Vec<String> = hosts
            .into_iter()
            .filter(|host| !self.silent.contains(host))
            .collect();
        if open.is_empty() {
            self.silent.clear();
            return None;
        }
        let bound = u64::try_from(open.len()).unwrap_or(1);
        let place = usize::try_from(self.route.below(bound)).unwrap_or(0);
        Some(open.swap_remove(place))
    }
}
