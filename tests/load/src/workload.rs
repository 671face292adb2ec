//! A random workload over HTTP, held against the naive model: every answer and every balance. The seed
//! decides what is asked; who dies in between is the business of whoever runs it.
//!
//! One task drives one community, one command after another, so that the model needs no order of its own.
//! Twins, sent at the same moment over two connections, and retries after a lost answer are part of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::sync::watch;

use crate::caller::{Caller, Tried};
use crate::draw::Draw;
use crate::http::Answered;
use crate::model::{Earned, Event, Model, Ordered, PRICES, State, Wallet};
use crate::world::{FIRST_RESIDENT, World, code};

/// Wrong codes of one till: more of them in a day make it wait, and whatever died with a try on the way counts too.
const WRONG_CODES_MAX: u64 = 2;

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
    /// Orders that were closed twice at once.
    pub raced: u64,
    /// Codes that nobody was given.
    pub wrong_codes: u64,
    /// Second tries on a closed order, all refused.
    pub closed_twice: u64,
    /// Requests sent again because no answer came.
    pub resent: u64,
    /// Balances compared.
    pub balances: u64,
    /// Receipts that were asked for again at the end, and were the same.
    pub receipts: u64,
    /// Awards taken back, each by two at once or asked for twice.
    pub reversed: u64,
    /// Awards that could not be taken back: the points are spent.
    pub short: u64,
    /// Corrections proposed by one and approved by another, with two who decide at once.
    pub adjusted: u64,
    /// The same, declined.
    pub declined: u64,
    /// Awards under notice.
    pub noticed: u64,
    /// Objected to, by two at once.
    pub objected: u64,
    /// Reviewed by two at once who do not agree, and withdrawn.
    pub withdrawn: u64,
    /// Chains that were booked whole.
    pub chained: u64,
    /// Chains of which nothing was booked.
    pub fallen: u64,
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
        self.raced += other.raced;
        self.wrong_codes += other.wrong_codes;
        self.closed_twice += other.closed_twice;
        self.resent += other.resent;
        self.balances += other.balances;
        self.receipts += other.receipts;
        self.reversed += other.reversed;
        self.short += other.short;
        self.adjusted += other.adjusted;
        self.declined += other.declined;
        self.noticed += other.noticed;
        self.objected += other.objected;
        self.withdrawn += other.withdrawn;
        self.chained += other.chained;
        self.fallen += other.fallen;
    }
}

/// Drives one community for this many commands.
#[derive(Debug)]
pub struct Driver {
    world: Arc<World>,
    community: u32,
    pub(crate) caller: Caller,
    /// The other half of twins.
    pub(crate) second: Caller,
    cookies: Vec<String>,
    /// The sessions of both members of staff.
    pub(crate) staff: Vec<String>,
    draw: Draw,
    pub(crate) model: Model,
    codes: Vec<(u64, String)>,
    /// The entry that each reference was answered with, and the newest of them.
    pub(crate) receipts: BTreeMap<String, u64>,
    newest: u64,
    pub(crate) counts: Counts,
    pub(crate) next: u64,
    progress: watch::Sender<u64>,
}

impl Driver {
    /// The sessions are those of the community's residents, by place, and of both members of its staff.
    pub fn new(
        world: &Arc<World>,
        community: u32,
        hosts: watch::Receiver<Vec<String>>,
        (cookies, staff): (Vec<String>, Vec<String>),
        seed: u64,
    ) -> Self {
        let community_seed = seed ^ (u64::from(community) << 32);
        Driver {
            world: Arc::clone(world),
            community,
            caller: Caller::new(hosts.clone(), community_seed ^ 1),
            second: Caller::new(hosts, community_seed ^ 2),
            cookies,
            staff,
            draw: Draw::of(community_seed),
            model: Model::new(world.shape.residents),
            codes: Vec::new(),
            receipts: BTreeMap::new(),
            newest: 0,
            counts: Counts::default(),
            next: 0,
            progress: watch::Sender::new(0),
        }
    }

    /// How many commands it has done, for whoever wants to do something in the middle.
    pub fn progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    /// Runs so many commands, and on until `over` is true; compares every wallet and every receipt at the end.
    ///
    /// # Errors
    /// The first answer or balance that is not the model's, with the command that led to it.
    pub async fn drive(mut self, commands: u64, over: watch::Receiver<bool>) -> Result<Counts> {
        let mut step = 0;
        while step < commands || !*over.borrow() {
            let place = self
                .step()
                .await
                .with_context(|| format!("community {}, command {step}", code(self.community)))?;
            self.compare(place).await.with_context(|| {
                format!("community {}, after command {step}", code(self.community))
            })?;
            step += 1;
            self.progress.send_replace(step);
        }
        for place in 0..self.world.shape.residents {
            self.compare(place).await?;
        }
        self.ask_for_receipts().await?;
        self.counts.resent = self.caller.resent() + self.second.resent();
        Ok(self.counts)
    }

    /// Every event once more: each must be there, at the entry that it was acknowledged with. What was refused and has
    /// room now is booked.
    async fn ask_for_receipts(&mut self) -> Result<()> {
        for (reference, entry) in self.receipts.clone() {
            let event = self.model.seen(&reference).context("an event")?.clone();
            let expected = self.model.earn(&event);
            let tried = self.send(&event).await?;
            self.anew(&reference, expected);
            self.earned(&event, expected, &tried)?;
            let now = self.receipts.get(&reference);
            ensure!(
                now == Some(&entry) || expected != Earned::Again,
                "{reference} was acknowledged as entry {entry}, and is answered {now:?} now"
            );
            self.counts.receipts += 1;
        }
        Ok(())
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.draw.below(u64::from(bound))).unwrap_or(0)
    }

    async fn step(&mut self) -> Result<u32> {
        let place = self.below(self.world.shape.residents);
        match self.below(28) {
            0..=9 => self.earn(place, false).await?,
            10 => self.earn(place, true).await?,
            11 => return self.earn_again().await,
            12..=15 => self.order(place).await?,
            16..=17 => return self.close(State::Settled).await,
            18 => return self.close(State::Cancelled).await,
            19 => self.wrong_code(place).await?,
            20..=22 => return self.reverse().await,
            23..=24 => self.adjust(place).await?,
            25 => self.notice(place).await?,
            _ => self.chain(place).await?,
        }
        Ok(place)
    }

    pub(crate) fn event(&mut self, place: u32) -> Event {
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
        let (one, two) = tokio::join!(
            self.caller.ask("POST", &path, &headers, &body),
            self.second.ask("POST", &path, &headers, &body)
        );
        let (one, two) = (one?, two?);
        let fresh = [&one, &two]
            .iter()
            .filter(|tried| json(&tried.answer).is_ok_and(|said| said["replayed"] == false))
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

    async fn earn_again(&mut self) -> Result<u32> {
        let Some(last) = self.next.checked_sub(1).filter(|last| *last > 0) else {
            return Ok(0);
        };
        let no = self.draw.below(last) + 1;
        let reference = format!("M-{no:06}");
        let Some(known) = self.model.seen(&reference).cloned() else {
            return Ok(0);
        };
        // What was refused may come again with other content; the book's own tests say what becomes of it.
        let other = self.below(3) == 0 && !self.model.was_refused(&known.reference);
        let place = (known.place + u32::from(other)) % self.world.shape.residents;
        let event = Event { place, ..known };
        let expected = self.model.earn(&event);
        let tried = self.send(&event).await?;
        self.anew(&event.reference, expected);
        self.earned(&event, expected, &tried)?;
        Ok(event.place)
    }

    /// What was refused and is booked now has an entry of its own.
    fn anew(&mut self, reference: &str, expected: Earned) {
        if matches!(expected, Earned::Decided { .. }) {
            self.receipts.remove(reference);
        }
    }

    pub(crate) async fn send(&mut self, event: &Event) -> Result<Tried> {
        let (path, headers) = (self.path("events"), self.bearer(&self.world.tokens));
        self.caller
            .ask("POST", &path, &headers, &event.json())
            .await
    }

    pub(crate) fn earned(&mut self, event: &Event, expected: Earned, tried: &Tried) -> Result<()> {
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
        if expected != Earned::Conflict {
            let entry = said["entry"].as_u64().context("a receipt has its entry")?;
            self.receipt(event, entry)?;
        }
        Ok(())
    }

    /// One receipt for each reference, and a new one stands behind all others.
    pub(crate) fn receipt(&mut self, event: &Event, entry: u64) -> Result<()> {
        if let Some(known) = self.receipts.get(&event.reference) {
            ensure!(*known == entry, "{event:?} has entries {known} and {entry}");
            return Ok(());
        }
        ensure!(
            entry > self.newest,
            "{event:?} is entry {entry}, behind {}",
            self.newest
        );
        self.newest = entry;
        self.receipts.insert(event.reference.clone(), entry);
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
        let tried = self.caller.ask("POST", &path, &headers, &body).await?;
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
        if may && self.below(3) == 0 {
            self.race(no, place, to).await?;
            return Ok(place);
        }
        let key = format!("close-{}", self.next);
        let tried = if to == State::Settled {
            let code = self
                .codes
                .iter()
                .find(|(order, _)| *order == no)
                .map(|(_, code)| code.clone());
            let body = format!(r#"{{"pickup_code":"{}"}}"#, code.unwrap_or_default());
            let headers = format!(
                "{}Idempotency-Key: {key}\r\n",
                self.bearer(&self.world.tills)
            );
            let path = self.path(&format!("orders/{no}/settle"));
            self.caller.ask("POST", &path, &headers, &body).await?
        } else {
            let path = self.path(&format!("orders/{no}/cancel"));
            let headers = self.session(place, &key);
            self.caller.ask("POST", &path, &headers, "").await?
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

    /// An order that may be closed is closed twice at once, over two connections. Under one key both hear that it is
    /// done; under two keys one does it, and the other hears what became of the order and nothing else.
    async fn race(&mut self, no: u64, place: u32, to: State) -> Result<()> {
        let one_key = self.below(2) == 0;
        let keys = [0, u32::from(!one_key)].map(|half| format!("close-{}-{half}", self.next));
        let settles = to == State::Settled;
        let (word, gone) = if settles {
            ("settled", "order.settled")
        } else {
            ("cancelled", "order.released")
        };
        let code = self.codes.iter().find(|(order, _)| *order == no);
        let code = code.map_or("", |(_, code)| code.as_str());
        let (path, body) = if settles {
            ("settle", format!(r#"{{"pickup_code":"{code}"}}"#))
        } else {
            ("cancel", String::new())
        };
        let path = self.path(&format!("orders/{no}/{path}"));
        let headers = keys.map(|key| {
            if settles {
                let bearer = self.bearer(&self.world.tills);
                format!("{bearer}Idempotency-Key: {key}\r\n")
            } else {
                self.session(place, &key)
            }
        });
        let (one, two) = tokio::join!(
            self.caller.ask("POST", &path, &headers[0], &body),
            self.second.ask("POST", &path, &headers[1], &body)
        );
        let mut done = 0;
        for tried in [one?, two?] {
            let said = json(&tried.answer)?;
            if said["state"] == word {
                done += 1;
                continue;
            }
            ensure!(
                !one_key && tried.answer.status == 409 && said["code"] == gone,
                "order {no} is {word} by another, and was answered {} {said}",
                tried.answer.status
            );
        }
        ensure!(
            done == if one_key { 2 } else { 1 },
            "{done} of two have {word} order {no} (one key: {one_key})"
        );
        if settles {
            self.counts.settled += 1;
        } else {
            self.counts.cancelled += 1;
        }
        self.counts.raced += 1;
        Ok(())
    }

    /// A code that nobody was given opens nothing.
    async fn wrong_code(&mut self, place: u32) -> Result<()> {
        let Some((no, _)) = self.codes.first().cloned() else {
            return Ok(());
        };
        if self.counts.wrong_codes >= WRONG_CODES_MAX {
            return Ok(());
        }
        self.counts.wrong_codes += 1;
        let headers = self.bearer(&self.world.tills);
        let path = self.path(&format!("orders/{no}/settle"));
        let tried = self
            .caller
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
        let tried = self.caller.ask("GET", &path, &headers, "").await?;
        let said = json(&tried.answer)?;
        let number = |name: &str| {
            said[name]
                .as_i64()
                .with_context(|| format!("no {name} in {said}"))
        };
        let there = Wallet {
            points: number("points")?,
            held: number("held")?,
            notice: number("notice")?,
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

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    pub(crate) fn residents(&self) -> u32 {
        self.world.shape.residents
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/v1/communities/{}/{rest}", code(self.community))
    }

    pub(crate) fn bearer(&self, tokens: &[String]) -> String {
        format!(
            "Authorization: Bearer {}\r\nContent-Type: application/json\r\n",
            tokens[self.community as usize]
        )
    }

    pub(crate) fn session(&self, place: u32, key: &str) -> String {
        session(&self.cookies[place as usize], key)
    }

    pub(crate) fn desk(&self, which: usize, key: &str) -> String {
        session(&self.staff[which], key)
    }
}

fn session(cookie: &str, key: &str) -> String {
    format!("Cookie: {cookie}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n")
}

pub(crate) fn json(answer: &Answered) -> Result<Value> {
    serde_json::from_slice(&answer.body).with_context(|| {
        format!(
            "no JSON, status {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )
    })
}
