//! A random workload over HTTP, held against the naive model: every answer and every balance. The seed
//! decides what is asked; who dies in between is the business of whoever runs it.
//!
//! One task drives one community, one command after another, so that the model needs no order of its own.
//! Twins, sent at the same moment over two connections, and retries after a lost answer are part of it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::sync::watch;

use crate::draw::Draw;
use crate::http::{Answered, Connection};
use crate::model::{Earned, Event, Model, Ordered, PRICES, State, Wallet};
use crate::world::{FIRST_RESIDENT, World, code};

/// Times a request is sent again before the run gives up: hosts die and databases go away in between.
const TRIES_MAX: u32 = 600;
/// Between two tries while nobody answers.
const PAUSE: Duration = Duration::from_millis(100);

/// What was asked and answered, by kind: a workload that never met a refusal has tested little.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events decided.
    pub decided: u64,
    /// Events refused by a rule.
    pub refused: u64,
    /// References that came again.
    pub again: u64,
    /// References that came again with another event.
    pub conflicts: u64,
    /// Orders placed.
    pub placed: u64,
    /// Orders refused.
    pub unplaced: u64,
    /// Orders handed over.
    pub settled: u64,
    /// Orders given back.
    pub cancelled: u64,
    /// Second tries on a closed order, all refused.
    pub closed_twice: u64,
    /// Requests sent again because no answer came.
    pub resent: u64,
    /// Balances compared.
    pub balances: u64,
}

impl Counts {
    /// Adds another's.
    pub fn add(&mut self, other: Counts) {
        self.decided += other.decided;
        self.refused += other.refused;
        self.again += other.again;
        self.conflicts += other.conflicts;
        self.placed += other.placed;
        self.unplaced += other.unplaced;
        self.settled += other.settled;
        self.cancelled += other.cancelled;
        self.closed_twice += other.closed_twice;
        self.resent += other.resent;
        self.balances += other.balances;
    }
}

/// Drives one community for this many commands.
#[derive(Debug)]
pub struct Driver {
    world: Arc<World>,
    community: u32,
    hosts: watch::Receiver<Vec<String>>,
    cookies: Vec<String>,
    draw: Draw,
    model: Model,
    codes: Vec<(u64, String)>,
    counts: Counts,
    next: u64,
    line: Option<Connection>,
    progress: watch::Sender<u64>,
}

/// What an answer proves about earlier tries of the same request.
struct Tried {
    answer: Answered,
    /// Whether an earlier try was sent and never answered.
    lost: bool,
}

impl Driver {
    /// `cookies` are the sessions of the community's residents, by place.
    pub fn new(
        world: &Arc<World>,
        community: u32,
        hosts: watch::Receiver<Vec<String>>,
        cookies: Vec<String>,
        seed: u64,
    ) -> Self {
        Driver {
            world: Arc::clone(world),
            community,
            hosts,
            cookies,
            draw: Draw::of(seed ^ (u64::from(community) << 32)),
            model: Model::new(world.shape.residents),
            codes: Vec::new(),
            counts: Counts::default(),
            next: 0,
            line: None,
            progress: watch::Sender::new(0),
        }
    }

    /// How many commands it has done, for whoever wants to do something in the middle.
    pub fn progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    /// Runs it and compares every wallet at the end.
    ///
    /// # Errors
    /// The first answer or balance that is not the model's, with the command that led to it.
    pub async fn drive(mut self, commands: u32) -> Result<Counts> {
        for step in 0..commands {
            self.progress.send_replace(u64::from(step));
            let place = self
                .step()
                .await
                .with_context(|| format!("community {}, command {step}", code(self.community)))?;
            self.compare(place).await.with_context(|| {
                format!("community {}, after command {step}", code(self.community))
            })?;
        }
        for place in 0..self.world.shape.residents {
            self.compare(place).await?;
        }
        Ok(self.counts)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.draw.below(u64::from(bound))).unwrap_or(0)
    }

    async fn step(&mut self) -> Result<u32> {
        let place = self.below(self.world.shape.residents);
        match self.below(20) {
            0..=9 => self.earn(place, false).await?,
            10 => self.earn(place, true).await?,
            11 => return self.earn_again().await,
            12..=15 => self.order(place).await?,
            16..=17 => return self.close(State::Settled).await,
            18 => return self.close(State::Cancelled).await,
            _ => self.wrong_code(place).await?,
        }
        Ok(place)
    }

    fn event(&mut self, place: u32) -> Event {
        let kind = ["waste", "waste", "council", "cleanup", "litter"][self.below(5) as usize];
        self.next += 1;
        Event {
            kind,
            place,
            tenths: i64::from(self.below(120)) + 1,
            month: u8::try_from(self.below(3)).unwrap_or(0) + 1,
            reference: format!("M-{:06}", self.next),
        }
    }

    async fn earn(&mut self, place: u32, twins: bool) -> Result<()> {
        let event = self.event(place);
        let expected = self.model.earn(&event);
        if twins {
            return self.twins(&event, expected).await;
        }
        let tried = self.send(&event).await?;
        self.earned(&event, expected, &tried)
    }

    /// The same event over two connections at once: one is booked, the other is its replay.
    async fn twins(&mut self, event: &Event, expected: Earned) -> Result<()> {
        let body = event.json();
        let (path, headers) = (self.path("events"), self.bearer(&self.world.tokens));
        let mut other = Driver {
            line: None,
            ..self.twin()
        };
        let (one, two) = tokio::join!(
            self.ask("POST", &path, &headers, &body),
            other.ask("POST", &path, &headers, &body)
        );
        let (one, two) = (one?, two?);
        self.counts.resent += other.counts.resent;
        let fresh = [&one, &two]
            .iter()
            .filter(|own| json(&own.answer).is_ok_and(|said| said["replayed"] == false))
            .count();
        ensure!(
            fresh == 1 || one.lost || two.lost,
            "{fresh} of two twins were booked: {event:?}"
        );
        for tried in [one, two] {
            let tried = Tried {
                lost: true,
                ..tried
            };
            self.earned(event, expected, &tried)?;
        }
        self.counts.again += 1;
        Ok(())
    }

    fn twin(&self) -> Driver {
        Driver {
            world: Arc::clone(&self.world),
            community: self.community,
            hosts: self.hosts.clone(),
            cookies: Vec::new(),
            draw: self.draw.clone(),
            model: Model::default(),
            codes: Vec::new(),
            counts: Counts::default(),
            next: 0,
            line: None,
            progress: watch::Sender::new(0),
        }
    }

    async fn earn_again(&mut self) -> Result<u32> {
        let Some(last) = self.next.checked_sub(1).filter(|last| *last > 0) else {
            return Ok(0);
        };
        let no = self.draw.below(last) + 1;
        let reference = format!("M-{no:06}");
        let Some(known) = self.model.seen(&reference).cloned() else {
            return Ok(0);
        };
        let other = self.below(3) == 0;
        let event = if other {
            Event {
                place: (known.place + 1) % self.world.shape.residents,
                ..known
            }
        } else {
            known
        };
        let expected = self.model.earn(&event);
        let tried = self.send(&event).await?;
        self.earned(&event, expected, &tried)?;
        Ok(event.place)
    }

    async fn send(&mut self, event: &Event) -> Result<Tried> {
        let (path, headers) = (self.path("events"), self.bearer(&self.world.tokens));
        self.ask("POST", &path, &headers, &event.json()).await
    }

    fn earned(&mut self, event: &Event, expected: Earned, tried: &Tried) -> Result<()> {
        let said = json(&tried.answer)?;
        let (outcome, replayed) = (said["outcome"].as_str(), said["replayed"].as_bool());
        let good = match expected {
            Earned::Decided { .. } => {
                self.counts.decided += 1;
                outcome == Some("decided") && (replayed == Some(false) || tried.lost)
            }
            Earned::Refused => {
                self.counts.refused += 1;
                outcome == Some("refused") && (replayed == Some(false) || tried.lost)
            }
            Earned::Again => {
                self.counts.again += 1;
                replayed == Some(true)
            }
            Earned::Conflict => {
                self.counts.conflicts += 1;
                tried.answer.status == 409
            }
        };
        ensure!(
            good,
            "{event:?} must be {expected:?}, and was answered {said}"
        );
        Ok(())
    }

    async fn order(&mut self, place: u32) -> Result<()> {
        let item = self.below(2) as usize;
        let pieces = i64::from(self.below(3)) + 1;
        let (name, price, _) = PRICES[item];
        let expected = self.model.order(place, item, pieces);
        self.next += 1;
        let key = format!("order-{}", self.next);
        let headers = self.session(place, &key);
        let body = format!(
            r#"{{"lines":[{{"item":"{name}","quantity":{pieces}}}],"total":{}}}"#,
            price * pieces
        );
        let path = self.path("orders");
        let tried = self.ask("POST", &path, &headers, &body).await?;
        let said = json(&tried.answer)?;
        match expected {
            Ordered::Refused => {
                self.counts.unplaced += 1;
                ensure!(
                    said["outcome"] == "refused",
                    "{pieces} {name} for place {place} must be refused, and was answered {said}"
                );
            }
            Ordered::Placed => {
                self.counts.placed += 1;
                let (no, code) = (said["order"].as_u64(), said["pickup_code"].as_str());
                let (Some(no), Some(code)) = (no, code) else {
                    bail!(
                        "{pieces} {name} for place {place} must be placed, and was answered {said}"
                    );
                };
                self.codes.push((no, code.to_owned()));
                self.model.placed(no, place, item, pieces);
            }
        }
        Ok(())
    }

    /// Hands over or gives back an order drawn from all: closed ones must be refused.
    async fn close(&mut self, to: State) -> Result<u32> {
        let orders = self.model.orders();
        if orders.is_empty() {
            return Ok(0);
        }
        let bound = u32::try_from(orders.len()).unwrap_or(u32::MAX);
        let no = orders[self.below(bound) as usize];
        let place = self.model.state(no).map_or(0, |order| order.place);
        let may = self.model.close(no, to);
        self.next += 1;
        let key = format!("close-{}", self.next);
        let tried = if to == State::Settled {
            let code = self
                .codes
                .iter()
                .find(|(own, _)| *own == no)
                .map(|(_, code)| code.clone());
            let body = format!(r#"{{"pickup_code":"{}"}}"#, code.unwrap_or_default());
            let headers = format!(
                "{}Idempotency-Key: {key}\r\n",
                self.bearer(&self.world.tills)
            );
            let path = self.path(&format!("orders/{no}/settle"));
            self.ask("POST", &path, &headers, &body).await?
        } else {
            let path = self.path(&format!("orders/{no}/cancel"));
            let headers = self.session(place, &key);
            self.ask("POST", &path, &headers, "").await?
        };
        let said = json(&tried.answer)?;
        if may {
            let word = if to == State::Settled {
                self.counts.settled += 1;
                "settled"
            } else {
                self.counts.cancelled += 1;
                "cancelled"
            };
            ensure!(
                said["state"] == word,
                "order {no} must be {word}, and was answered {said}"
            );
        } else {
            self.counts.closed_twice += 1;
            ensure!(
                tried.answer.status == 409,
                "order {no} is closed and must stay so, and was answered {} {said}",
                tried.answer.status
            );
        }
        Ok(place)
    }

    /// A code that nobody was given opens nothing.
    async fn wrong_code(&mut self, place: u32) -> Result<()> {
        let Some((no, _)) = self.codes.first().cloned() else {
            return Ok(());
        };
        let headers = self.bearer(&self.world.tills);
        let path = self.path(&format!("orders/{no}/settle"));
        let tried = self
            .ask("POST", &path, &headers, r#"{"pickup_code":"0"}"#)
            .await?;
        let status = tried.answer.status;
        ensure!(
            status == 404,
            "a wrong code for place {place} was answered with {status}"
        );
        Ok(())
    }

    async fn compare(&mut self, place: u32) -> Result<()> {
        let headers = self.bearer(&self.world.readers);
        let path = self.path(&format!("residents/{}/balance", FIRST_RESIDENT + place));
        let tried = self.ask("GET", &path, &headers, "").await?;
        let said = json(&tried.answer)?;
        let number = |name: &str| {
            said[name]
                .as_i64()
                .with_context(|| format!("no {name} in {said}"))
        };
        let there = Wallet {
            points: number("points")?,
            held: number("held")?,
            minutes: number("minutes")?,
        };
        self.counts.balances += 1;
        let expected = self.model.wallet(place);
        ensure!(
            there == expected,
            "place {place} has {there:?} and must have {expected:?}"
        );
        Ok(())
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/communities/{}/{rest}", code(self.community))
    }

    fn bearer(&self, tokens: &[String]) -> String {
        format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
            tokens[self.community as usize]
        )
    }

    fn session(&self, place: u32, key: &str) -> String {
        format!(
            "Cookie: {}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n",
            self.cookies[place as usize]
        )
    }

    /// Sends a request until it is answered: a host that died is replaced by one at another address.
    async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Tried> {
        let mut lost = false;
        for _ in 0..TRIES_MAX {
            if self.line.is_none() || self.hosts.has_changed().unwrap_or(false) {
                let hosts = self.hosts.borrow_and_update().clone();
                let bound = u32::try_from(hosts.len()).unwrap_or(1).max(1);
                let host = hosts.get(self.below(bound) as usize).cloned();
                self.line = match host {
                    Some(host) => Connection::open(&host).await.ok(),
                    None => None,
                };
            }
            if let Some(line) = &mut self.line {
                match line.ask(method, path, headers, body.as_bytes()).await {
                    // Busy, or its database is away: the same request again, which is never booked twice.
                    Ok(answer) if matches!(answer.status, 429 | 503 | 504) => {}
                    Ok(answer) => return Ok(Tried { answer, lost }),
                    Err(_) => self.line = None,
                }
                lost = true;
                self.counts.resent += 1;
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("{method} {path}: no answer after {TRIES_MAX} tries")
    }
}

fn json(answer: &Answered) -> Result<Value> {
    serde_json::from_slice(&answer.body).with_context(|| {
        format!(
            "no JSON, status {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )
    })
}
