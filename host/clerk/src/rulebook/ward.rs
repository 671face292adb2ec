//! Who watches over the rules of one community: counts what they do, and parks one that fails on event after
//! event by its own fault. Events for a parked rule wait without its being called; it is tried again with
//! growing pauses, and the first answer ends it. A new version is another rule set, and never parked.
//!
//! It knows nothing of other communities, and never looks at a clock itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::rule::{Blame, Fault};
use rongyi_core::time::Instant;
use rongyi_rules::{LogLine, PARK_AFTER};
use rongyi_store::{RuleFault, RulePark};

use super::log::{Log, Logged};
use super::tally::{self, Came, Pending};

/// The pause before the first new try.
const PAUSE_FIRST: Duration = Duration::from_secs(60);
/// Characters of a message that are kept.
const MESSAGE_MAX: usize = 1_000;
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// How one rule set is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What went wrong last.
    pub last_fault: Option<RuleFault>,
    /// Whether it is left alone.
    pub parked: Option<RulePark>,
    /// The events on which it failed in a row, by what tells them apart.
    failed: BTreeSet<[u8; 16]>,
}

impl Health {
    /// As a database keeps it.
    pub fn stored(last_fault: Option<RuleFault>, parked: Option<RulePark>) -> Self {
        Health {
            last_fault,
            parked,
            failed: BTreeSet::new(),
        }
    }
}

#[derive(Default)]
struct Inner {
    pending: Pending,
    health: BTreeMap<RuleSetNo, Health>,
    /// Whose health is not in the database yet.
    changed: BTreeSet<RuleSetNo>,
    log: Log,
}

/// See the module.
pub struct Ward {
    inner: Mutex<Inner>,
    park_after: AtomicUsize,
}

impl Default for Ward {
    fn default() -> Self {
        Ward {
            inner: Mutex::default(),
            park_after: AtomicUsize::new(PARK_AFTER),
        }
    }
}

/// What is not in the database yet.
#[derive(Debug, Default)]
pub struct News {
    /// Counts to add.
    pub counts: Pending,
    /// How these are doing now.
    pub health: Vec<(RuleSetNo, Health)>,
}

impl Ward {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Parks after this many distinct events.
    pub fn set_park_after(&self, events: usize) {
        self.park_after.store(events.max(1), Ordering::Relaxed);
    }

    /// Counts one call.
    pub fn count(&self, set: RuleSetNo, came: Came<'_>, fuel: u64, took: Duration) {
        tally::count(&mut self.inner().pending, set, came, fuel, took);
    }

    /// Keeps what a rule wrote to its log during one call.
    pub fn note(&self, (set, about): (RuleSetNo, &Code), lines: Vec<LogLine>, now: Instant) {
        if lines.is_empty() {
            return;
        }
        self.inner().log.keep(Logged {
            set,
            at: now,
            about: about.clone(),
            lines,
        });
    }

    /// What the rules wrote within a day, the newest call first.
    pub fn logged(&self, now: Instant) -> Vec<Logged> {
        self.inner().log.newest(now)
    }

    /// Whether a rule may be asked now. A parked rule whose pause is over may be asked once.
    ///
    /// # Errors
    /// `rule.parked`: the event waits.
    pub fn may_ask(&self, set: RuleSetNo, now: Instant) -> Result<(), Fault> {
        let mut inner = self.inner();
        let parked = inner
            .health
            .get_mut(&set)
            .and_then(|health| health.parked.as_mut());
        let Some(parked) = parked else { return Ok(()) };
        if pauses(parked, now) {
            return Err(Fault {
                code: "rule.parked".into(),
                blame: Blame::Host,
                message: format!(
                    "rule set {set} failed on event after event and is left alone for now; this event waits and nothing is lost"
                ),
            });
        }
        parked.next_at = after(now, pause(parked.tries));
        Ok(())
    }

    /// What came of asking about the event that is known by this.
    pub fn heard(&self, set: RuleSetNo, event: &[u8; 16], fault: Option<&Fault>, now: Instant) {
        let park_after = self.park_after.load(Ordering::Relaxed);
        let mut inner = self.inner();
        let Some(fault) = fault else {
            let Some(health) = inner.health.get_mut(&set) else {
                return;
            };
            health.failed.clear();
            if health.parked.take().is_some() {
                tracing::info!(%set, "the rule answers again; events that waited for it are decided");
                inner.changed.insert(set);
            }
            return;
        };
        let health = inner.health.entry(set).or_default();
        health.last_fault = Some(RuleFault {
            code: fault.code.clone(),
            message: kept(&fault.message),
            at: now,
        });
        // The host's own failure says nothing about the rule.
        if fault.blame == Blame::Guest {
            if let Some(parked) = &mut health.parked {
                parked.tries = parked.tries.saturating_add(1);
                parked.next_at = after(now, pause(parked.tries));
            } else {
                health.failed.insert(*event);
                if health.failed.len() >= park_after {
                    health.failed.clear();
                    health.parked = Some(RulePark {
                        since: now,
                        tries: 0,
                        next_at: after(now, pause(0)),
                    });
                    tracing::error!(%set, code = fault.code, "the rule failed on {park_after} events in a row and is parked; its events wait until it is mended: {}", fault.message);
                }
            }
        }
        inner.changed.insert(set);
    }

    /// How a rule set is doing, as this host knows it.
    pub fn health(&self, set: RuleSetNo) -> Health {
        self.inner().health.get(&set).cloned().unwrap_or_default()
    }

    /// Whether a rule set is parked and its pause not over.
    pub fn left_alone(&self, set: RuleSetNo, now: Instant) -> bool {
        let inner = self.inner();
        let parked = inner
            .health
            .get(&set)
            .and_then(|health| health.parked.as_ref());
        parked.is_some_and(|parked| pauses(parked, now))
    }

    /// Takes what the database does not know yet.
    pub fn take_news(&self) -> News {
        let mut inner = self.inner();
        let counts = std::mem::take(&mut inner.pending);
        let changed = std::mem::take(&mut inner.changed);
        let health = changed
            .into_iter()
            .map(|set| (set, inner.health.get(&set).cloned().unwrap_or_default()))
            .collect();
        News { counts, health }
    }

    /// Gives back what could not be written; it is taken again the next time.
    pub fn put_back(&self, news: News) {
        let mut inner = self.inner();
        for (key, count) in news.counts {
            let place = inner.pending.entry(key).or_default();
            *place = place.saturating_add(count);
        }
        let sets = news.health.into_iter().map(|(set, _)| set);
        inner.changed.extend(sets);
    }

    /// Takes over what the database says, except where this host knows better.
    pub fn learn(&self, stored: impl IntoIterator<Item = (RuleSetNo, Health)>) {
        let mut inner = self.inner();
        for (set, health) in stored {
            if !inner.changed.contains(&set) {
                let known = inner.health.entry(set).or_default();
                known.last_fault = health.last_fault;
                known.parked = health.parked;
            }
        }
    }
}

/// An author's sentence may be anything: the beginning is kept, without what no database and no page can hold.
fn kept(message: &str) -> String {
    let clean = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    message.chars().map(clean).take(MESSAGE_MAX).collect()
}

/// Whether its pause is not over. One that ends further off than the longest pause was set by a clock that ran ahead.
fn pauses(parked: &RulePark, now: Instant) -> bool {
    parked.next_at > now && parked.next_at <= after(now, PAUSE_MAX)
}

/// One minute, then twice as long each time, at most an hour.
fn pause(tries: u32) -> Duration {
    PAUSE_FIRST
        .saturating_mul(1_u32.checked_shl(tries.min(16)).unwrap_or(u32::MAX))
        .min(PAUSE_MAX)
}

fn after(now: Instant, pause: Duration) -> Instant {
    let micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
    Instant(now.0.saturating_add(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: RuleSetNo = RuleSetNo(3);
    const MINUTE: i64 = 60_000_000;

    fn fault(blame: Blame) -> Fault {
        Fault {
            code: "plugin.panic".into(),
            blame,
            message: "`earn` panicked: no such kind".into(),
        }
    }

    fn fail(ward: &Ward, event: u8, now: Instant) {
        ward.heard(SET, &[event; 16], Some(&fault(Blame::Guest)), now);
    }

    #[test]
    fn five_different_events_in_a_row_park_a_rule() {
        let (ward, now) = (Ward::default(), Instant(0));
        for _ in 0..20 {
            fail(&ward, 1, now);
        }
        assert_eq!(ward.health(SET).parked, None, "one event is not five");
        for event in 2..=4 {
            fail(&ward, event, now);
        }
        ward.heard(SET, &[9; 16], None, now);
        for event in 1..=4 {
            fail(&ward, event, now);
            ward.heard(SET, &[event + 100; 16], Some(&fault(Blame::Host)), now);
        }
        assert_eq!(ward.may_ask(SET, now), Ok(()), "four in a row");
        fail(&ward, 5, now);
        let refused = ward.may_ask(SET, now).unwrap_err();
        assert_eq!(
            (refused.code.as_str(), refused.blame),
            ("rule.parked", Blame::Host)
        );
        assert!(ward.may_ask(RuleSetNo(4), now).is_ok(), "another set");
    }

    #[test]
    fn pauses_grow_and_an_answer_ends_them() {
        let ward = Ward::default();
        ward.set_park_after(1);
        fail(&ward, 1, Instant(0));
        let mut now = 0;
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            now += minutes * MINUTE;
            assert!(ward.may_ask(SET, Instant(now - 1)).is_err(), "{minutes}");
            assert!(ward.may_ask(SET, Instant(now)).is_ok(), "{minutes}");
            assert!(
                ward.may_ask(SET, Instant(now)).is_err(),
                "only one event is tried"
            );
            fail(&ward, 1, Instant(now));
        }
        now += 60 * MINUTE;
        assert!(ward.may_ask(SET, Instant(now)).is_ok());
        ward.heard(SET, &[2; 16], None, Instant(now));
        assert!(ward.may_ask(SET, Instant(now)).is_ok());
        assert_eq!(ward.health(SET).parked, None);
        let last = ward.health(SET).last_fault.unwrap();
        assert!(
            last.message.contains("no such kind"),
            "what went wrong is kept"
        );
    }

    #[test]
    fn a_clock_that_is_put_back_parks_nobody_for_longer() {
        let ward = Ward::default();
        ward.set_park_after(1);
        fail(&ward, 1, Instant(600 * MINUTE));
        assert!(ward.left_alone(SET, Instant(600 * MINUTE)));
        let put_back = Instant(60 * MINUTE);
        assert!(!ward.left_alone(SET, put_back));
        assert!(ward.may_ask(SET, put_back).is_ok());
        assert!(ward.may_ask(SET, put_back).is_err(), "and pauses again");
    }

    #[test]
    fn news_that_could_not_be_written_are_kept() {
        let ward = Ward::default();
        ward.set_park_after(1);
        ward.count(SET, Came::Answer, 5, Duration::from_micros(7));
        fail(&ward, 1, Instant(0));
        let news = ward.take_news();
        assert_eq!((news.counts.len(), news.health.len()), (3, 1));
        // Another host's old word does not undo what this one has not written yet.
        ward.put_back(news);
        ward.learn([(SET, Health::default())]);
        assert!(ward.left_alone(SET, Instant(0)));
        ward.count(SET, Came::Answer, 5, Duration::from_micros(7));
        let again = ward.take_news();
        assert!(again.counts.values().all(|count| *count == 2));
        assert_eq!(again.health.len(), 1);
        ward.learn([(SET, Health::default())]);
        assert!(
            !ward.left_alone(SET, Instant(0)),
            "another host saw it answer"
        );
    }
}
