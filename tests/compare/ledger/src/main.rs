//! `compare-ledger`: the benchmark's awards on the `doubleentry` crate, in this process, as lines for
//! `rongyi-bench --peer`.
//!
//! An award is one balanced entry from the community's issuance to a resident's account, named by an idempotency key.
//! There are no rules, no limits, no HTTP, no tokens: what is measured is the ledger alone, on a SQLite file with the
//! crate's own settings (WAL, `synchronous=FULL`). Every answer is looked at; at the end one ledger is audited.

mod books;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Parser;
use doubleentry::Entry;
use serde_json::json;

use books::Books;

/// Awards on the `doubleentry` crate, as lines of JSON.
#[derive(Debug, Parser)]
struct Options {
    /// Where to work; it must lie on a real disk.
    #[arg(long)]
    folder: PathBuf,
    /// Seconds of each row.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Communities.
    #[arg(long, default_value_t = 64)]
    communities: u32,
    /// Residents of each.
    #[arg(long, default_value_t = 1600)]
    residents: u32,
}

/// Tasks that write, where there are many ledgers; more only wait for each other on the same few cores.
const WRITERS: u32 = 8;

/// Keys are never given twice.
static KEY: AtomicU64 = AtomicU64::new(1);

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let time = Duration::from_secs(options.seconds);
    tell("doubleentry: opening the accounts …");

    let one = options.folder.join("one");
    let all = Books::make(&one, 1, options.communities, options.residents).await?;
    for batch in [1, 50, 1000] {
        let name = match batch {
            1 => "doubleentry: one entry a call, one ledger".to_owned(),
            _ => format!("doubleentry: batches of {batch}, one ledger"),
        };
        print(&name, &all, batch, 1, time).await?;
    }
    drop(all);

    let each = options.folder.join("each");
    let all = Books::make(&each, options.communities, 1, options.residents).await?;
    for batch in [1, 50, 1000] {
        let name = match batch {
            1 => "doubleentry: one entry a call, a ledger for each community".to_owned(),
            _ => format!("doubleentry: batches of {batch}, a ledger for each community"),
        };
        print(&name, &all, batch, WRITERS, time).await?;
    }
    tell("doubleentry: auditing one ledger …");
    let entries = all.audit(0).await?;
    tell(&format!("doubleentry: its {entries} entries are whole"));
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a program for the terminal")]
fn tell(line: &str) {
    eprintln!("{line}");
}

/// Measures one row and prints it. Each of the `writers` has ledgers of its own, asked in turns: a second one on the
/// same file would only wait for the first.
#[expect(clippy::print_stdout, reason = "a program for the terminal")]
async fn print(
    name: &str,
    books: &Arc<Books>,
    batch: u32,
    writers: u32,
    time: Duration,
) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    let started = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|no| {
            let ledgers = books.of_writer(no, writers);
            tokio::spawn(write(Arc::clone(books), ledgers, batch, started + time))
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    latencies.sort_by(f64::total_cmp);
    let calls = u32::try_from(latencies.len())?;
    let entries = f64::from(calls) * f64::from(batch);
    let row = json!({
        "what": name,
        "per second": format!("{:.0}", entries / seconds),
        "p50 ms": format!("{:.1}", percentile(&latencies, 50)),
        "p99 ms": format!("{:.1}", percentile(&latencies, 99)),
        "beside": format!(
            "no rules, no HTTP: calls in one process, writers {writers}; SQLite, WAL, synchronous=FULL"
        ),
    });
    println!("{row}");
    Ok(())
}

/// Awards to anybody of these ledgers, until it is time; answers the milliseconds of each call.
async fn write(
    books: Arc<Books>,
    ledgers: Vec<u32>,
    batch: u32,
    until: Instant,
) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    let mut turns = ledgers.iter().cycle();
    let first = KEY.fetch_add(1, Ordering::Relaxed);
    let mut draw = first.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    while Instant::now() < until {
        let Some(&no) = turns.next() else { break };
        let drafts: Vec<Entry> = (0..batch)
            .map(|_| {
                draw ^= draw >> 12;
                draw ^= draw << 25;
                draw ^= draw >> 27;
                books.award(no, draw >> 11, KEY.fetch_add(1, Ordering::Relaxed))
            })
            .collect::<Result<_>>()?;
        let started = Instant::now();
        let booked = books.record(no, drafts).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        ensure!(
            u32::try_from(booked)? == batch,
            "of {batch} entries {booked} were new"
        );
    }
    Ok(times)
}

fn percentile(ascending: &[f64], percent: usize) -> f64 {
    let place = ascending.len().saturating_sub(1) * percent / 100;
    ascending.get(place).copied().unwrap_or(f64::NAN)
}
