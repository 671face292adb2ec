//! What a long history costs: the same three requests on one connection, over 10,000 transfers and over so many.
//!
//! A small world, so that a short history fills a passbook page too: 100 residents in four communities. Two hosts
//! serve the short history and the long one at the same time and are asked in turns, so that a slow minute of the
//! machine hits both.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use rongyi_load::host::Host;
use rongyi_load::load::{Measured, Run, Spread, Work, run};
use rongyi_load::measure;
use rongyi_load::world::{Shape, World};

use super::{Bench, tell};

/// Communities of the world.
const COMMUNITIES: u32 = 4;
/// Transfers of the short history.
const SHORT: u64 = 10_000;
/// Transfers of one request while it is filled, on so many connections.
const LIST: u32 = 50;
const CONNECTIONS: u32 = 32;
/// How often the two hosts are asked in turns.
const TURNS: u32 = 32;
/// Events of one turn at most: a short history must stay short.
const EVENTS: u64 = 32;
/// Longest time that a part of the filling may take.
const PART: Duration = Duration::from_secs(3600);

/// Reads first: what is still in the WAL is read more slowly, and of a short history that would be most of it.
const ASKED: [(&str, Work); 3] = [
    ("balance", Work::Balance),
    ("passbook page", Work::Passbook),
    ("one event", Work::Single),
];

/// A world with a history, and the host that serves it.
struct Told {
    world: Arc<World>,
    host: Host,
    transfers: u64,
    /// What it was asked, in the order of [`ASKED`].
    measured: Vec<Measured>,
}

impl Bench {
    pub(super) async fn history(&mut self, transfers: u64) -> Result<()> {
        let name = |of: u64, what: &str| format!("sqlite: history of {}: {what}", thousands(of));
        let names = ASKED.map(|(what, _)| name(transfers, what));
        if !self.options.any(&names.each_ref().map(String::as_str)) {
            return Ok(());
        }
        if transfers <= SHORT {
            bail!("--history {transfers}: it is compared with {SHORT}, so it must be more");
        }
        // An even number, so that the short one is the first again.
        const { assert!(TURNS.is_multiple_of(2)) };
        let folder = self.world.folder.join("history");
        let (short, long) = fill(&folder, transfers).await?;
        let mut both = [told(short, SHORT)?, told(long, transfers)?];
        let time = Duration::from_secs(self.options.seconds) / TURNS;
        for (_, work) in ASKED {
            for history in &mut both {
                // What a host reads once after its start is no part of it.
                ask(history, work, time).await?;
                history.measured.push(Measured::default());
            }
            for _ in 0..TURNS {
                both.reverse();
                for history in &mut both {
                    let more = ask(history, work, time).await?;
                    if let Some(all) = history.measured.last_mut() {
                        all.join(more);
                    }
                }
            }
        }
        for (place, (what, _)) in ASKED.iter().enumerate() {
            let p50 = both
                .each_ref()
                .map(|history| history.measured[place].percentile(0.5));
            for history in &both {
                let mut note = format!(
                    "one connection, idle host, file {} MB",
                    measure::bytes(&history.world.database()) >> 20
                );
                if history.transfers > SHORT {
                    note = format!(
                        "{:.2} x that of {}, {note}",
                        p50[1] / p50[0],
                        thousands(SHORT)
                    );
                }
                self.rows.fine(
                    &name(history.transfers, what),
                    &history.measured[place],
                    note,
                );
            }
        }
        for history in both {
            history.host.stop()?;
            tell(&format!(
                "verifying the history of {} …",
                thousands(history.transfers)
            ));
            history.world.verify()?;
        }
        Ok(())
    }
}

/// A world with the short history, and one that goes on from there to the long one.
async fn fill(folder: &Path, transfers: u64) -> Result<(Arc<World>, Arc<World>)> {
    tell(&format!("making a history of {} …", thousands(transfers)));
    let shape = Shape {
        opening: 0,
        ..Shape::of_benchmark(COMMUNITIES, 25)
    };
    let place = folder.join("long");
    std::fs::create_dir_all(&place)?;
    let world = Arc::new(World::build(&place, shape, None)?);
    let host = world.serve()?;
    more(&world, &host, SHORT).await?;
    host.stop()?;
    let short = world.twin(&folder.join("short"))?;
    let host = world.serve()?;
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let started = Instant::now();
    let mut there = SHORT;
    while there < transfers {
        let part = (transfers / 20).max(SHORT).min(transfers - there);
        there += more(&world, &host, part).await?;
        tell(&format!(
            "  {} of {} transfers, {:.0} s",
            thousands(there),
            thousands(transfers),
            started.elapsed().as_secs_f64()
        ));
    }
    host.stop()?;
    Ok((Arc::new(short), world))
}

/// So many transfers more; answers how many came.
pub(super) async fn more(world: &Arc<World>, host: &Host, transfers: u64) -> Result<u64> {
    let all = Run {
        work: Work::List(LIST),
        spread: Spread::Random,
        connections: CONNECTIONS,
        time: PART,
        most: Some(transfers.next_multiple_of(u64::from(LIST))),
    };
    let hosts = [host.address().to_owned()];
    Ok(run(world, &hosts, &all, &Arc::default()).await?.done)
}

fn told(world: Arc<World>, transfers: u64) -> Result<Told> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let started = Instant::now();
    let host = world.serve()?;
    tell(&format!(
        "  the host of {} transfers serves after {:.1} s",
        thousands(transfers),
        started.elapsed().as_secs_f64()
    ));
    Ok(Told {
        world,
        host,
        transfers,
        measured: Vec::new(),
    })
}

/// One turn.
async fn ask(history: &Told, work: Work, time: Duration) -> Result<Measured> {
    let turn = Run {
        work,
        spread: Spread::Random,
        connections: 1,
        time,
        most: (work == Work::Single).then_some(EVENTS),
    };
    let hosts = [history.host.address().to_owned()];
    run(&history.world, &hosts, &turn, &Arc::default()).await
}

/// `10000` as `10,000`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
