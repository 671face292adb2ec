//! Many connections at once, for a bounded time: events one by one or in lists, orders placed and handed over, what
//! a device reads.
//! Every answer is looked at; one that is not the expected one stops the run. A host that says it is too busy is asked
//! the same again, and how often that was is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::draw::Draw;
use crate::http::{Answered, Connection};
use crate::world::{FIRST_RESIDENT, ITEM_POINTS, World, code, kind};

/// What a connection asks for, again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// One event a request.
    Single,
    /// This many events a request.
    List(u32),
    /// An order, then its handing over.
    Orders,
    /// A resident's balance, by a token that may read.
    Balance,
    /// The newest page of a resident's passbook.
    Passbook,
}

/// How the communities are spread over hosts and connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Each connection draws a community anew for every request, and a host at random.
    Random,
    /// Each community is always served by the same host.
    Routed,
    /// All of it in one community.
    Hot,
}

/// One run.
#[derive(Debug, Clone)]
pub struct Run {
    /// What.
    pub work: Work,
    /// How it is spread.
    pub spread: Spread,
    /// Connections.
    pub connections: u32,
    /// How long; what is under way at the end is waited for and counts.
    pub time: Duration,
    /// Events at most, or orders, or pages; no request is begun that would give more.
    pub most: Option<u64>,
}

impl Run {
    /// What one request gives.
    fn each(&self) -> u64 {
        match self.work {
            Work::List(length) => u64::from(length),
            Work::Single | Work::Orders | Work::Balance | Work::Passbook => 1,
        }
    }
}

/// What a run gave.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Events decided, orders handed over, or pages read.
    pub done: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// Milliseconds of each request, ascending; one that was asked again counts from its first time.
    pub latencies: Vec<f64>,
    /// How often a host said that it is too busy (503, 429).
    pub busy: u64,
}

impl Measured {
    /// Per second.
    pub fn rate(&self) -> f64 {
        u32::try_from(self.done).map_or(f64::NAN, f64::from) / self.seconds
    }

    /// Takes another run in.
    pub fn join(&mut self, other: Measured) {
        self.done += other.done;
        self.seconds += other.seconds;
        self.busy += other.busy;
        self.latencies.extend(other.latencies);
        self.latencies.sort_by(f64::total_cmp);
    }

    /// The latency that this share of the requests stays below, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        percentile(&self.latencies, share)
    }
}

/// A percentile of ascending numbers; not a number when there are none.
pub fn percentile(ascending: &[f64], share: f64) -> f64 {
    if ascending.is_empty() {
        return f64::NAN;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let place = ((ascending.len() - 1) as f64 * share).round() as usize;
    ascending[place.min(ascending.len() - 1)]
}

/// How often a request is sent before its host counts as broken.
const BUSY_MAX: u32 = 40;
/// Before it is sent again.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// References are never given twice, whatever is run one after another in this process.
static REFERENCE: AtomicU64 = AtomicU64::new(1);

/// Runs it against these hosts (`HOST:PORT`).
///
/// # Errors
/// The first answer that is not the expected one, or a broken connection.
pub async fn run(
    world: &Arc<World>,
    hosts: &[String],
    run: &Run,
    cookies: &Arc<Vec<String>>,
) -> Result<Measured> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let started = Instant::now();
    let until = started + run.time;
    let left = Arc::new(AtomicU64::new(run.most.unwrap_or(u64::MAX)));
    let mut tasks = Vec::new();
    for no in 0..run.connections {
        let worker = Worker {
            world: Arc::clone(world),
            cookies: Arc::clone(cookies),
            hosts: hosts.to_vec(),
            run: run.clone(),
            left: Arc::clone(&left),
            draw: Draw::of(u64::from(no)),
            no,
            body: String::new(),
            busy: 0,
        };
        tasks.push(tokio::spawn(worker.work(until)));
    }
    let mut each = Vec::new();
    for task in tasks {
        each.push(task.await??);
    }
    let mut all = Measured {
        seconds: started.elapsed().as_secs_f64(),
        ..Measured::default()
    };
    each.into_iter().for_each(|measured| all.join(measured));
    Ok(all)
}

struct Worker {
    world: Arc<World>,
    cookies: Arc<Vec<String>>,
    hosts: Vec<String>,
    run: Run,
    left: Arc<AtomicU64>,
    draw: Draw,
    no: u32,
    body: String,
    busy: u64,
}

impl Worker {
    async fn work(mut self, until: Instant) -> Result<Measured> {
        let mut lines = Vec::new();
        for host in &self.hosts {
            lines.push(Connection::open(host).await?);
        }
        let mut measured = Measured::default();
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
        while Instant::now() < until && self.may_begin() {
            let community = self.community();
            let host = match self.run.spread {
                Spread::Routed | Spread::Hot => community as usize % lines.len(),
                Spread::Random => self.below(lines.len()),
            };
            let started = Instant::now();
            measured.done += match self.run.work {
                Work::Single => self.single(&mut lines[host], community).await?,
                Work::List(length) => self.list(&mut lines[host], community, length).await?,
                Work::Orders => self.order(&mut lines[host], community).await?,
                Work::Balance => self.read(&mut lines[host], community, "balance").await?,
                Work::Passbook => self.read(&mut lines[host], community, "passbook").await?,
            };
            measured
                .latencies
                .push(started.elapsed().as_secs_f64() * 1000.0);
        }
        measured.busy = self.busy;
        Ok(measured)
    }

    /// Takes what one more request gives from what is left.
    fn may_begin(&self) -> bool {
        let each = self.run.each();
        let take = |left: u64| left.checked_sub(each);
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.draw.below(bound.max(1) as u64)).unwrap_or(0)
    }

    fn community(&mut self) -> u32 {
        match (self.run.spread, self.run.work) {
            (Spread::Hot, _) => 0,
            (_, Work::Orders) => self.no % self.world.shape.communities,
            _ => {
                u32::try_from(self.draw.below(u64::from(self.world.shape.communities))).unwrap_or(0)
            }
        }
    }

    /// Writes one event. References ascend, as those of a device do.
    fn event(&mut self) {
        use std::fmt::Write as _;
        let reference = REFERENCE.fetch_add(1, Ordering::Relaxed);
        let place = self.draw.below(u64::from(self.world.shape.residents));
        let resident = u64::from(FIRST_RESIDENT) + place;
        let kind = kind(self.draw.below(20));
        let (whole, tenth) = (self.draw.below(9) + 1, self.draw.below(10));
        // Writing to a string cannot fail.
        let _ = write!(
            self.body,
            r#"{{"kind":"{kind}","resident":{resident},"quantity":"{whole}.{tenth}","occurred_at":"2026-11-20T09:20","external_ref":"{:x}-{reference:012}"}}"#,
            std::process::id()
        );
    }

    fn headers(&self, community: u32) -> String {
        format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.world.tokens[community as usize]
        )
    }

    /// Sends the body; see [`Worker::patient`].
    async fn post(&mut self, line: &mut Connection, path: &str, headers: &str) -> Result<Answered> {
        let body = std::mem::take(&mut self.body);
        let said = self.patient(line, path, headers, &body).await;
        self.body = body;
        said
    }

    /// Sends something, again while the host says that it is too busy, or that others are to be let through first.
    async fn patient(
        &mut self,
        line: &mut Connection,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Result<Answered> {
        for _ in 0..BUSY_MAX {
            let said = line.ask("POST", path, headers, body.as_bytes()).await?;
            if !matches!(said.status, 429 | 503) {
                return Ok(said);
            }
            self.busy += 1;
            tokio::time::sleep(BUSY_PAUSE).await;
        }
        bail!("{path}: a host said {BUSY_MAX} times in a row that it is too busy");
    }

    async fn single(&mut self, line: &mut Connection, community: u32) -> Result<u64> {
        self.body.clear();
        self.event();
        let headers = self.headers(community);
        let path = format!("/api/v1/communities/{}/events", code(community));
        let said = self.post(line, &path, &headers).await?;
        if said.status != 200 || !contains(&said.body, b"\"outcome\":\"decided\"") {
            bail!(
                "an event was answered with {}: {}",
                said.status,
                String::from_utf8_lossy(&said.body)
            );
        }
        Ok(1)
    }

    async fn list(&mut self, line: &mut Connection, community: u32, length: u32) -> Result<u64> {
        self.body.clear();
        self.body.push_str("{\"events\":[");
        for place in 0..length {
            if place > 0 {
                self.body.push(',');
            }
            self.event();
        }
        self.body.push_str("]}");
        let headers = self.headers(community);
        let path = format!("/api/v1/communities/{}/events/bulk", code(community));
        let said = self.post(line, &path, &headers).await?;
        let decided = count(&said.body, b"\"outcome\":\"decided\"");
        if said.status != 200 || decided != u64::from(length) {
            let shown: String = String::from_utf8_lossy(&said.body)
                .chars()
                .take(2000)
                .collect();
            bail!(
                "of a list of {length}, {decided} were decided, status {}: {shown}",
                said.status
            );
        }
        Ok(decided)
    }

    /// Reads the balance or the passbook of somebody.
    async fn read(&mut self, line: &mut Connection, community: u32, what: &str) -> Result<u64> {
        let place = self.draw.below(u64::from(self.world.shape.residents));
        let headers = format!(
            "Authorization: Bearer {}\r\n",
            self.world.readers[community as usize]
        );
        let path = format!(
            "/api/v1/communities/{}/residents/{}/{what}",
            code(community),
            u64::from(FIRST_RESIDENT) + place
        );
        let said = line.ask("GET", &path, &headers, b"").await?;
        let expected: &[u8] = if what == "passbook" {
            b"\"lines\":[{"
        } else {
            b"\"points\":"
        };
        if said.status != 200 || !contains(&said.body, expected) {
            bail!(
                "{path} was answered with {}: {}",
                said.status,
                String::from_utf8_lossy(&said.body)
            );
        }
        Ok(1)
    }

    async fn order(&mut self, line: &mut Connection, community: u32) -> Result<u64> {
        let name = code(community);
        let cookie = &self.cookies[community as usize];
        let headers = format!(
            "Cookie: {cookie}\r\nOrigin: http://{}\r\nContent-Type: application/json\r\n",
            self.hosts[0]
        );
        let body = format!(r#"{{"lines":[{{"item":"soap","quantity":1}}],"total":{ITEM_POINTS}}}"#);
        let path = format!("/api/v1/communities/{name}/orders");
        let said = self.patient(line, &path, &headers, &body).await?;
        let shown = || String::from_utf8_lossy(&said.body).into_owned();
        let placed: Value = serde_json::from_slice(&said.body).with_context(shown)?;
        let (Some(order), Some(pickup)) =
            (placed["order"].as_u64(), placed["pickup_code"].as_str())
        else {
            bail!("an order was answered with {}: {placed}", said.status);
        };
        let headers = format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
            self.world.tills[community as usize]
        );
        let body = format!(r#"{{"pickup_code":"{pickup}"}}"#);
        let path = format!("/api/v1/communities/{name}/orders/{order}/settle");
        let said = self.patient(line, &path, &headers, &body).await?;
        if said.status != 200 || !contains(&said.body, b"\"state\":\"settled\"") {
            bail!(
                "handing over was answered with {}: {}",
                said.status,
                String::from_utf8_lossy(&said.body)
            );
        }
        Ok(1)
    }
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    count(body, word) > 0
}

fn count(body: &[u8], word: &[u8]) -> u64 {
    body.windows(word.len())
        .filter(|window| *window == word)
        .count() as u64
}
