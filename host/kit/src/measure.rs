//! Fuel and time of a rule's hooks, asked what its scenarios ask. Fuel is exact and the same everywhere; time is
//! this machine's.

use std::time::{Duration, Instant};

use rongyi_core::rule::Fault;
use rongyi_rules::{Rule, Usage};

use crate::ask::Ask;

/// What one hook took over all its questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The hook.
    pub hook: &'static str,
    /// How often it was asked.
    pub calls: usize,
    /// The most fuel of one call.
    pub fuel_max: u64,
    /// What one call may use.
    pub fuel_limit: u64,
    /// The most memory of one call, in bytes.
    pub memory_max: usize,
    /// What one call may use, in bytes.
    pub memory_limit: usize,
    /// A call in the middle: fresh instance, parameters, question, check.
    pub median: Duration,
    /// The slowest of a hundred.
    pub p99: Duration,
}

/// Asks one question; the answer itself is thrown away.
///
/// # Errors
/// The fault, when no usable answer came.
pub fn ask(rule: &Rule, ask: &Ask) -> Result<Usage, Fault> {
    match ask {
        Ask::Earn(ask) => {
            let (answer, usage) = rule.earn_metered(ask);
            answer.map(|_| usage)
        }
        Ask::Price(ask) => {
            let (answer, usage) = rule.price_metered(ask);
            answer.map(|_| usage)
        }
        Ask::Close(ask) => {
            let (answer, usage) = rule.close_metered(ask);
            answer.map(|_| usage)
        }
    }
}

/// Asks every question `rounds` times and measures each hook; the first is `configure`, as far as it runs before
/// each question.
///
/// # Errors
/// The first fault.
#[expect(
    clippy::disallowed_methods,
    reason = "a stopwatch is what this is; nothing is decided by it"
)]
pub fn measure(asks: &[(&Rule, &Ask)], rounds: usize) -> Result<Vec<Measured>, Fault> {
    let mut all = Vec::new();
    for hook in ["earn", "price", "close"] {
        let mine: Vec<_> = asks.iter().filter(|(_, ask)| ask.hook() == hook).collect();
        let Some((first, _)) = mine.first() else {
            continue;
        };
        let limits = first.limits();
        let mut measured = Measured {
            hook,
            calls: 0,
            fuel_max: 0,
            fuel_limit: limits.fuel_call,
            memory_max: 0,
            memory_limit: limits.memory_bytes,
            median: Duration::ZERO,
            p99: Duration::ZERO,
        };
        let mut configure = 0;
        let mut times = Vec::with_capacity(rounds.saturating_mul(mine.len()));
        for _ in 0..rounds {
            for (rule, question) in &mine {
                let begun = Instant::now();
                let usage = ask(rule, question)?;
                times.push(begun.elapsed());
                configure = configure.max(usage.configure_fuel);
                measured.fuel_max = measured.fuel_max.max(usage.fuel);
                measured.memory_max = measured.memory_max.max(usage.memory_bytes);
            }
        }
        times.sort_unstable();
        measured.calls = times.len();
        measured.median = times.get(times.len() / 2).copied().unwrap_or_default();
        measured.p99 = times
            .get(times.len() * 99 / 100)
            .copied()
            .unwrap_or_default();
        if configure > 0 {
            all.push(Measured {
                hook: "configure",
                fuel_max: configure,
                fuel_limit: limits.fuel_load,
                median: Duration::ZERO,
                p99: Duration::ZERO,
                ..measured.clone()
            });
        }
        all.push(measured);
    }
    Ok(all)
}
