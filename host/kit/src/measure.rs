//! Fuel and time of a rule's hooks, asked what its scenarios ask. Fuel is exact and the same everywhere; time is
//! this machine's.

use std::time::{Duration, Instant};

use rongyi_core::rule::{Denial, Fault};
use rongyi_rules::{Limits, Rule, Usage};

use crate::ask::Ask;

/// What one hook took over all its questions. A hook that no scenario asks has no calls and zeros.
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
    /// After how long a call is stopped.
    pub deadline: Duration,
}

impl Measured {
    fn new(hook: &'static str, limits: &Limits) -> Self {
        let loading = matches!(hook, "describe" | "configure");
        Measured {
            hook,
            calls: 0,
            fuel_max: 0,
            fuel_limit: if loading {
                limits.fuel_load
            } else {
                limits.fuel_call
            },
            memory_max: 0,
            memory_limit: limits.memory_bytes,
            median: Duration::ZERO,
            p99: Duration::ZERO,
            deadline: Duration::from_millis(limits.deadline_ms),
        }
    }

    /// Calls it `rounds` times for each of `asks` and measures.
    #[expect(
        clippy::disallowed_methods,
        reason = "a stopwatch is what this is; nothing is decided by it"
    )]
    fn of<A>(
        mut self,
        rounds: usize,
        asks: &[A],
        call: impl Fn(&A) -> Result<Usage, Fault>,
    ) -> Result<Self, Fault> {
        let mut times = Vec::with_capacity(rounds.saturating_mul(asks.len()));
        for _ in 0..rounds {
            for one in asks {
                let begun = Instant::now();
                let usage = call(one)?;
                times.push(begun.elapsed());
                self.fuel_max = self.fuel_max.max(usage.fuel);
                self.memory_max = self.memory_max.max(usage.memory_bytes);
            }
        }
        times.sort_unstable();
        let at = |place: usize| times.get(place).copied().unwrap_or_default();
        self.calls = times.len();
        self.median = at(times.len() / 2);
        self.p99 = at(times.len() * 99 / 100);
        Ok(self)
    }
}

/// Asks one question; the answer itself is thrown away.
///
/// # Errors
/// The fault, when no usable answer came.
pub fn ask(rule: &Rule, ask: &Ask) -> Result<Usage, Fault> {
    match ask {
        Ask::Earn(ask) => {
            let (answer, usage) = rule.earn_metered(ask);
            usable(answer).map(|()| usage)
        }
        Ask::Price(ask) => {
            let (answer, usage) = rule.price_metered(ask);
            usable(answer).map(|()| usage)
        }
        Ask::Close(ask) => {
            let (answer, usage) = rule.close_metered(ask);
            usable(answer).map(|()| usage)
        }
    }
}

/// A refusal is an answer like any other.
fn usable<T>(answer: Result<T, Denial<Fault>>) -> Result<(), Fault> {
    match answer {
        Ok(_) | Err(Denial::Refused(_)) => Ok(()),
        Err(Denial::Failed(fault)) => Err(fault),
    }
}

/// Asks every question `rounds` times and measures each of the five hooks, in the order in which a host comes to
/// them; `describe` and `configure` once for each rule in a round.
///
/// # Errors
/// The first fault.
pub fn measure(asks: &[(&Rule, &Ask)], rounds: usize) -> Result<Vec<Measured>, Fault> {
    let Some((first, _)) = asks.first() else {
        return Ok(Vec::new());
    };
    let limits = first.limits();
    let mut rules: Vec<&Rule> = asks.iter().map(|(rule, _)| *rule).collect();
    rules.dedup_by_key(|rule| rule.params_digest);
    let mut all = vec![
        Measured::new("describe", limits).of(rounds, &rules, |rule| rule.describe_metered())?,
        Measured::new("configure", limits).of(rounds, &rules, |rule| rule.configure_metered())?,
    ];
    for hook in ["earn", "price", "close"] {
        let mine = asks.iter().filter(|(_, ask)| ask.hook() == hook);
        let mine: Vec<_> = mine.copied().collect();
        let measured = Measured::new(hook, limits);
        all.push(measured.of(rounds, &mine, |(rule, question)| ask(rule, question))?);
    }
    Ok(all)
}
