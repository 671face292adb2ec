//! The loaded rules of every community; swapped whole when a configuration changes, while commands in hand
//! keep what they began with.
//!
//! A rule is found by the digests of its component and parameters, which a ledger's rule sets name: so a set
//! that was activated a moment ago, or by another host, is answered by the right rule or by none.

pub mod log;
pub mod tally;
pub mod ward;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant as Stopwatch;

use rongyi_core::chain::{Hash, sha256};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::RuleSet;
use rongyi_core::rule::{
    Blame, CloseAsk, Decision, Denial, EarnAsk, Fault, Judge, Plan, PriceAsk, Quote,
};
use rongyi_core::time::Instant;
use rongyi_rules::{Engine, Rule, Trace};

use ward::Ward;

/// Digests of a component and of its parameters.
pub type RuleKey = (Hash, Hash);
/// Rules by what they are.
pub type Shelf = HashMap<RuleKey, Arc<Rule>>;
/// Rules by the number of their set in one ledger.
pub type RuleSets = HashMap<RuleSetNo, Arc<Rule>>;

/// What a rule set is found by.
pub fn key_of(set: &RuleSet) -> RuleKey {
    (set.component, set.params)
}

#[derive(Default, Clone)]
struct Own {
    shelf: Arc<Shelf>,
    /// Those that could not be loaded; not tried again before the next change.
    broken: HashSet<RuleKey>,
    ward: Arc<Ward>,
}

/// The rules of all communities of this host.
#[derive(Default)]
pub struct RuleBooks {
    by_community: RwLock<HashMap<Code, Own>>,
    engine: RwLock<Option<Arc<Engine>>>,
}

impl RuleBooks {
    /// The engine that rules are loaded with from now on.
    pub fn set_engine(&self, engine: Arc<Engine>) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = Some(engine);
    }

    /// The engine that rules are loaded with.
    pub fn engine(&self) -> Option<Arc<Engine>> {
        self.engine
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn change(&self, community: &Code, change: impl FnOnce(&mut Own)) {
        let mut all = self
            .by_community
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(all.entry(community.clone()).or_default());
    }

    fn book(&self, community: &Code) -> Option<Own> {
        let all = self
            .by_community
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        all.get(community).cloned()
    }

    /// Puts rules beside those that are there: before the ledger hears of them, so that nobody is asked in vain.
    pub fn add(&self, community: &Code, rules: impl IntoIterator<Item = (RuleKey, Arc<Rule>)>) {
        self.change(community, |book| {
            let mut shelf = Shelf::clone(&book.shelf);
            shelf.extend(rules);
            book.shelf = Arc::new(shelf);
            book.broken.clear();
        });
    }

    /// Forgets rules that no rule set of the ledger names.
    pub fn keep(&self, community: &Code, sets: &[Arc<RuleSet>]) {
        let named: HashSet<RuleKey> = sets.iter().map(|set| key_of(set)).collect();
        self.change(community, |book| {
            let mut shelf = Shelf::clone(&book.shelf);
            shelf.retain(|key, _| named.contains(key));
            book.shelf = Arc::new(shelf);
        });
    }

    /// Notes that a rule of the archive cannot be loaded here.
    pub fn give_up(&self, community: &Code, key: RuleKey) {
        self.change(community, |book| {
            book.broken.insert(key);
        });
    }

    /// Rule sets of a ledger that are neither loaded nor given up.
    pub fn missing(&self, community: &Code, sets: &[Arc<RuleSet>]) -> Vec<RuleKey> {
        let book = self.book(community).unwrap_or_default();
        let mut missing: Vec<RuleKey> = sets
            .iter()
            .filter(|set| set.plan != Plan::default())
            .map(|set| key_of(set))
            .filter(|key| !book.shelf.contains_key(key) && !book.broken.contains(key))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }

    /// Whether this host serves the community.
    pub fn knows(&self, community: &Code) -> bool {
        self.book(community).is_some()
    }

    /// Who watches over the rules of a community.
    pub fn ward(&self, community: &Code) -> Arc<Ward> {
        self.book(community).unwrap_or_default().ward
    }

    /// The judge of a community, as its rules are now: counts what they do, and leaves those alone that are
    /// parked.
    pub fn judge(&self, community: &Code, sets: &[Arc<RuleSet>], now: Instant) -> Sandbox {
        let book = self.book(community).unwrap_or_default();
        Sandbox {
            sets: by_number(&book.shelf, sets),
            ward: Some((book.ward, now)),
        }
    }

    /// The rules behind these sets, those that are loaded.
    pub fn rules(&self, community: &Code, sets: &[Arc<RuleSet>]) -> RuleSets {
        by_number(&self.book(community).unwrap_or_default().shelf, sets)
    }

    /// The same rules for a trial: nothing is counted, nothing is parked.
    pub fn trial(&self, community: &Code, sets: &[Arc<RuleSet>]) -> Sandbox {
        Sandbox::over(self.rules(community, sets))
    }
}

fn by_number(shelf: &Shelf, sets: &[Arc<RuleSet>]) -> RuleSets {
    sets.iter()
        .filter_map(|set| Some((set.no, Arc::clone(shelf.get(&key_of(set))?))))
        .collect()
}

/// A judge that asks the sandboxed rules.
pub struct Sandbox {
    sets: RuleSets,
    ward: Option<(Arc<Ward>, Instant)>,
}

impl Sandbox {
    /// A judge over these rules, for replay and trials.
    pub fn over(sets: RuleSets) -> Self {
        Sandbox { sets, ward: None }
    }

    fn rule(&self, set: RuleSetNo) -> Result<&Rule, Fault> {
        self.sets.get(&set).map(Arc::as_ref).ok_or_else(|| Fault {
            code: "rule.not-loaded".into(),
            blame: Blame::Host,
            message: format!(
                "rule set {set} is not loaded on this host; check its component with `rongyi check`"
            ),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a stopwatch for the operator's figures; it decides no point"
    )]
    fn watched<T>(
        &self,
        (set, about): (RuleSetNo, &Code),
        ask: impl FnOnce() -> (Result<T, Denial<Fault>>, Trace),
    ) -> Result<T, Denial<Fault>> {
        let started = Stopwatch::now();
        let (answer, trace) = ask();
        let took = started.elapsed();
        if let Err(Denial::Failed(fault)) = &answer {
            told(set, fault);
        }
        if let Some((ward, now)) = &self.ward {
            let came = match &answer {
                Ok(_) => tally::Came::Answer,
                Err(Denial::Refused(_)) => tally::Came::Refusal,
                Err(Denial::Failed(fault)) => tally::Came::Fault(&fault.code),
            };
            ward.count(set, came, trace.usage.fuel, took);
            ward.note((set, about), trace.log, *now);
        }
        answer
    }
}

impl Judge for Sandbox {
    fn earn(&self, set: RuleSetNo, ask: &EarnAsk) -> Result<Decision, Denial<Fault>> {
        let rule = self.rule(set)?;
        let Some((ward, now)) = &self.ward else {
            return self.watched((set, &ask.kind), || rule.earn_traced(ask));
        };
        ward.may_ask(set, *now)?;
        let answer = self.watched((set, &ask.kind), || rule.earn_traced(ask));
        let fault = answer.as_ref().err().and_then(Denial::failed);
        ward.heard(set, &event_of(ask), fault, *now);
        answer
    }

    fn price(&self, set: RuleSetNo, ask: &PriceAsk) -> Result<Quote, Denial<Fault>> {
        let rule = self.rule(set)?;
        self.watched((set, &Code::literal("price")), || rule.price_traced(ask))
    }

    fn close(&self, set: RuleSetNo, ask: &CloseAsk) -> Result<Decision, Denial<Fault>> {
        let rule = self.rule(set)?;
        self.watched((set, &Code::literal("close")), || rule.close_traced(ask))
    }
}

/// What tells one event from another, the same at every try: the seed, which events without a reference of
/// their own may share, and what was reported.
fn event_of(ask: &EarnAsk) -> [u8; 16] {
    let said = format!(
        "{:?} {} {} {:?}",
        ask.seed, ask.minute, ask.quantity, ask.fields
    );
    let mut short = [0; 16];
    short.copy_from_slice(&sha256(said.as_bytes())[..16]);
    short
}

/// The journal keeps a fault's code; its author needs the sentence with the limit and what was used.
fn told(set: RuleSetNo, fault: &Fault) {
    tracing::warn!(%set, code = fault.code, blame = ?fault.blame, "{}", fault.message);
}
