//! Many hands at once on one community: events one by one and in lists, each sent until it is acknowledged. No
//! order is known between them, so that its model is a count: every receipt stands for one event, and for no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::sync::watch;

use crate::caller::Caller;
use crate::draw::Draw;
use crate::model::{Event, OPENING};
use crate::world::{FIRST_RESIDENT, World, code};

/// Events of the longest list.
const LIST_MAX: u64 = 8;
/// What one event gives: an hour of cleaning, of which no cap is known.
const TENTHS: i64 = 10;
const POINTS: i64 = 2;
const MINUTES: i64 = 60;
/// Who ask for the receipts again at the end, side by side.
const CHECKERS: usize = 6;

/// What was acknowledged in one community.
#[derive(Debug)]
pub struct Flood {
    world: Arc<World>,
    community: u32,
    receipts: BTreeMap<String, (Event, u64)>,
    resent: u64,
}

impl Flood {
    /// Sends with so many hands until `stop` is true.
    ///
    /// # Errors
    /// When a host answers something else than a receipt, or nobody answers.
    ///
    /// # Panics
    /// When a hand panics.
    pub async fn pour(
        world: Arc<World>,
        community: u32,
        hosts: watch::Receiver<Vec<String>>,
        hands: u64,
        seed: u64,
        stop: watch::Receiver<bool>,
    ) -> Result<Self> {
        let hands: Vec<_> = (0..hands)
            .map(|no| {
                let hand = Hand {
                    world: Arc::clone(&world),
                    community,
                    no,
                    caller: Caller::new(hosts.clone(), seed ^ (no << 40)),
                    draw: Draw::of(seed ^ (no << 48)),
                    receipts: BTreeMap::new(),
                };
                tokio::spawn(hand.work(stop.clone()))
            })
            .collect();
        let mut flood = Flood {
            world,
            community,
            receipts: BTreeMap::new(),
            resent: 0,
        };
        for hand in hands {
            let hand = hand.await??;
            flood.resent += hand.caller.resent();
            flood.receipts.extend(hand.receipts);
        }
        Ok(flood)
    }

    /// How many events were acknowledged.
    pub fn receipts(&self) -> u64 {
        self.receipts.len() as u64
    }

    /// How many requests were sent again.
    pub fn resent(&self) -> u64 {
        self.resent
    }

    /// Asks for every receipt again, and compares what everybody has with what was acknowledged.
    ///
    /// # Errors
    /// The first receipt that is not there, or there twice, and the first balance that differs.
    pub async fn check(&self, hosts: watch::Receiver<Vec<String>>) -> Result<()> {
        let entries: BTreeSet<u64> = self.receipts.values().map(|(_, entry)| *entry).collect();
        ensure!(
            entries.len() == self.receipts.len(),
            "two receipts name one entry"
        );
        let path = format!("/api/v1/communities/{}/events", code(self.community));
        let headers = bearer(&self.world.tokens[self.community as usize]);
        let mut shares = vec![Vec::new(); CHECKERS];
        for (no, (event, entry)) in self.receipts.values().enumerate() {
            shares[no % CHECKERS].push((event.clone(), *entry));
        }
        let checkers: Vec<_> = (0_u64..)
            .zip(shares)
            .map(|(no, share)| {
                let caller = Caller::new(hosts.clone(), no);
                tokio::spawn(ask_again(caller, path.clone(), headers.clone(), share))
            })
            .collect();
        for checker in checkers {
            checker.await??;
        }
        let mut caller = Caller::new(hosts, CHECKERS as u64);
        let mut booked: BTreeMap<u32, i64> = BTreeMap::new();
        for (event, _) in self.receipts.values() {
            *booked.entry(event.place).or_default() += 1;
        }
        let count = |place: u32| booked.get(&place).copied().unwrap_or(0);
        let headers = bearer(&self.world.readers[self.community as usize]);
        for place in 0..self.world.shape.residents {
            let path = format!(
                "/api/v1/communities/{}/residents/{}/balance",
                code(self.community),
                FIRST_RESIDENT + place
            );
            let tried = caller.ask("GET", &path, &headers, "").await?;
            let said: Value = serde_json::from_slice(&tried.answer.body)?;
            let partner = place ^ 1;
            let points = 2 * i64::from(OPENING) + POINTS * (count(place) + count(partner));
            let minutes = MINUTES * count(place);
            ensure!(
                said["points"] == points && said["minutes"] == minutes,
                "place {place} must have {points} points and {minutes} minutes: {said}"
            );
        }
        Ok(())
    }
}

/// Each must be there, at the entry that it was acknowledged with.
async fn ask_again(
    mut caller: Caller,
    path: String,
    headers: String,
    share: Vec<(Event, u64)>,
) -> Result<()> {
    for (event, entry) in share {
        let tried = caller.ask("POST", &path, &headers, &event.json()).await?;
        let said: Value = serde_json::from_slice(&tried.answer.body)?;
        ensure!(
            said["replayed"] == true && said["entry"] == entry,
            "{} was acknowledged as entry {entry}, and is answered {said} now",
            event.reference
        );
    }
    Ok(())
}

struct Hand {
    world: Arc<World>,
    community: u32,
    no: u64,
    caller: Caller,
    draw: Draw,
    receipts: BTreeMap<String, (Event, u64)>,
}

impl Hand {
    async fn work(mut self, stop: watch::Receiver<bool>) -> Result<Self> {
        let mut sent = 0;
        while !*stop.borrow() {
            let length = if self.draw.below(3) == 0 {
                1 + self.draw.below(LIST_MAX)
            } else {
                1
            };
            let events = (0..length).map(|more| self.event(sent + more)).collect();
            sent += length;
            self.send(events).await?;
        }
        Ok(self)
    }

    fn event(&mut self, no: u64) -> Event {
        let residents = u64::from(self.world.shape.residents);
        Event {
            kind: "cleanup",
            place: u32::try_from(self.draw.below(residents)).unwrap_or(0),
            tenths: TENTHS,
            month: 1,
            reference: format!("F-{}-{no:06}", self.no),
        }
    }

    /// Sends them until each has its receipt. Of a list some may be answered and others not.
    async fn send(&mut self, mut events: Vec<Event>) -> Result<()> {
        let events_path = format!("/api/v1/communities/{}/events", code(self.community));
        let headers = bearer(&self.world.tokens[self.community as usize]);
        while !events.is_empty() {
            let (path, body) = match &events[..] {
                [one] => (events_path.clone(), one.json()),
                all => {
                    let all: Vec<String> = all.iter().map(Event::json).collect();
                    (
                        format!("{events_path}/bulk"),
                        format!("{{\"events\":[{}]}}", all.join(",")),
                    )
                }
            };
            let tried = self.caller.ask("POST", &path, &headers, &body).await?;
            let said: Value = serde_json::from_slice(&tried.answer.body)?;
            let answers = if events.len() == 1 {
                vec![said]
            } else {
                said["answers"]
                    .as_array()
                    .with_context(|| said.to_string())?
                    .clone()
            };
            ensure!(answers.len() == events.len(), "{answers:?}");
            let mut left = Vec::new();
            for (event, answer) in events.into_iter().zip(answers) {
                if answer["outcome"] == "decided" {
                    let entry = answer["entry"]
                        .as_u64()
                        .context("a receipt has its entry")?;
                    self.receipts
                        .insert(event.reference.clone(), (event, entry));
                } else {
                    let again = answer["code"].as_str().is_some_and(not_now);
                    ensure!(again, "{event:?} was answered {answer}");
                    left.push(event);
                }
            }
            events = left;
        }
        Ok(())
    }
}

/// Whether an event of a list was answered with “not now”.
fn not_now(code: &str) -> bool {
    code.starts_with("store.") || ["queue.full", "host.slept", "host.stopping"].contains(&code)
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n")
}
