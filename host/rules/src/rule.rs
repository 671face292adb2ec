//! A loaded rule: one fresh, limited instance for each call, and its answer checked.

use std::sync::Arc;

use rongyi_core::chain::Hash;
use rongyi_core::rule::{CloseAsk, Decision, Denial, EarnAsk, Fault, Plan, PriceAsk, Quote};
use wasmtime::Store;

use crate::about::{About, Trace, Usage};
use crate::ahead::{Ahead, Made};
use crate::bindings::{Heard, Pre, Speaks};
use crate::fault::Spent;
use crate::known::LookedAt;
use crate::limits::Limits;
use crate::pool::Pool;
use crate::state::State;
use crate::{answer, world};

/// A component with its parameters, ready to be asked from any thread.
pub struct Rule {
    pub(crate) pool: Arc<Pool>,
    pub(crate) limits: Limits,
    pub(crate) known: Arc<LookedAt>,
    pub(crate) baked: Option<Pre>,
    pub(crate) ahead: Option<Ahead>,
    /// SHA-256 of the component.
    pub digest: Hash,
    /// SHA-256 of the parameters' JSON.
    pub params_digest: Hash,
    /// Who it is.
    pub about: About,
    /// What it handles and needs.
    pub plan: Plan,
    pub(crate) params_json: String,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule")
            .field("name", &self.about.name)
            .field("version", &self.about.version)
            .finish_non_exhaustive()
    }
}

type Answer<T> = Result<T, Denial<Fault>>;

impl Rule {
    /// What each of its calls may take: those of its tier, as far as the community has not lowered them.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether its parameters are baked in, so that no call reads them again.
    pub fn is_baked(&self) -> bool {
        self.baked.is_some()
    }

    /// The same rule for somebody who asks very often, one question after the other: its instances, at most `instances`
    /// of them and one more at a time, are made ahead on a thread of its own that ends with it. What it answers, and what that takes, is the same.
    /// `instances` come out of those of its tier.
    #[must_use]
    pub fn ahead(&self, instances: usize) -> Rule {
        let pre = self.pre().clone();
        let (pool, limits) = (Arc::clone(&self.pool), self.limits.clone());
        Rule {
            pool: Arc::clone(&self.pool),
            limits: self.limits.clone(),
            known: Arc::clone(&self.known),
            baked: self.baked.clone(),
            ahead: Some(Ahead::start(instances, move || made(&pool, &limits, &pre))),
            digest: self.digest,
            params_digest: self.params_digest,
            about: self.about.clone(),
            plan: self.plan.clone(),
            params_json: self.params_json.clone(),
        }
    }

    /// Whether its instances are made ahead.
    pub fn is_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    fn pre(&self) -> &Pre {
        self.baked.as_ref().unwrap_or(&self.known.pre)
    }

    /// The interface it was built for: `rongyi:rules@0.2.0`.
    pub fn interface(&self) -> String {
        world::interface(&self.pool.wasm, self.known.pre.component())
    }

    /// What is this event worth?
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    pub fn earn(&self, ask: &EarnAsk) -> Answer<Decision> {
        self.earn_metered(ask).0
    }

    /// [`Rule::earn`], with what it took.
    pub fn earn_metered(&self, ask: &EarnAsk) -> (Answer<Decision>, Usage) {
        let (answer, trace) = self.earn_traced(ask);
        (answer, trace.usage)
    }

    /// [`Rule::earn`], with what it took and what the rule wrote to its log.
    pub fn earn_traced(&self, ask: &EarnAsk) -> (Answer<Decision>, Trace) {
        self.call(
            "earn",
            |guest, store| guest.earn(store, ask),
            |decision| answer::decision(&self.plan, &self.limits, ask, decision),
        )
    }

    /// What does this basket cost?
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    pub fn price(&self, ask: &PriceAsk) -> Answer<Quote> {
        self.price_metered(ask).0
    }

    /// [`Rule::price`], with what it took.
    pub fn price_metered(&self, ask: &PriceAsk) -> (Answer<Quote>, Usage) {
        let (answer, trace) = self.price_traced(ask);
        (answer, trace.usage)
    }

    /// [`Rule::price`], with what it took and what the rule wrote to its log.
    pub fn price_traced(&self, ask: &PriceAsk) -> (Answer<Quote>, Trace) {
        self.call(
            "price",
            |guest, store| guest.price(store, ask),
            |quote| answer::quote(&self.plan, &self.limits, ask, quote),
        )
    }

    /// What happens to this holder at the end of a period?
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    pub fn close(&self, ask: &CloseAsk) -> Answer<Decision> {
        self.close_metered(ask).0
    }

    /// [`Rule::close`], with what it took.
    pub fn close_metered(&self, ask: &CloseAsk) -> (Answer<Decision>, Usage) {
        let (answer, trace) = self.close_traced(ask);
        (answer, trace.usage)
    }

    /// [`Rule::close`], with what it took and what the rule wrote to its log.
    pub fn close_traced(&self, ask: &CloseAsk) -> (Answer<Decision>, Trace) {
        self.call(
            "close",
            |guest, store| guest.close(store, ask),
            |decision| answer::closing(&self.plan, &self.pool.limits, ask, decision),
        )
    }

    /// Asks who it is, in a fresh instance, for what that takes.
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    pub fn describe_metered(&self) -> Result<Usage, Fault> {
        self.ready("describe", |guest, store| guest.describe(store).map(drop))
    }

    /// Tells a fresh instance its parameters, for what that takes.
    ///
    /// # Errors
    /// The rule's refusal, or a [`Fault`] when no usable answer came.
    pub fn configure_metered(&self) -> Result<Usage, Fault> {
        self.ready("configure", |guest, store| {
            guest.configure(store, &self.params_json).map(drop)
        })
    }

    /// A hook of loading, as loading calls it.
    fn ready(
        &self,
        hook: &str,
        ask: impl FnOnce(&dyn Speaks, &mut Store<State>) -> wasmtime::Result<()>,
    ) -> Result<Usage, Fault> {
        let (limits, fuel) = (&self.limits, self.limits.fuel_load);
        let mut store = self.pool.store(limits, fuel);
        let guest = self.known.pre.checked(&mut store);
        let asked = guest.and_then(|guest| ask(&*guest, &mut store));
        asked.map_err(|error| Spent::of(hook, limits, fuel, &store).fault(&error))?;
        Ok(Usage {
            fuel: fuel.saturating_sub(store.get_fuel().unwrap_or(0)),
            configure_fuel: 0,
            memory_bytes: store.data().memory_used(),
        })
    }

    /// A fresh instance, configured, the hook, the check; then the instance is thrown away, whatever happened.
    fn call<T>(
        &self,
        hook: &str,
        ask: impl FnOnce(&dyn Speaks, &mut Store<State>) -> Heard<T>,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> (Answer<T>, Trace) {
        let limits = &self.limits;
        let fuel = limits.fuel_call;
        let mut hand = self.ahead.as_ref().and_then(Ahead::hand);
        let ready = hand.as_mut().and_then(|hand| hand.take());
        // What was made here goes nowhere else, so that there are never more than were asked for.
        hand = hand.filter(|_| ready.is_some());
        let Made { mut store, guest } =
            ready.unwrap_or_else(|| made(&self.pool, limits, self.pre()));
        let mut configured = None;
        let result = (|| {
            let guest = guest?;
            if self.baked.is_none() {
                // Nothing is kept between calls, so the parameters are told again; the plan is known already.
                // This has the budget of loading, so that a long table leaves the hook as much as a short one.
                guest.tell(&mut store, &self.params_json)?;
            }
            configured = Some(limits.fuel_load.saturating_sub(store.get_fuel()?));
            store.set_fuel(fuel)?;
            ask(&*guest, &mut store)
        })();
        let left = store.get_fuel().unwrap_or(0);
        let used = Usage {
            fuel: configured.map_or(0, |_| fuel.saturating_sub(left)),
            configure_fuel: configured.unwrap_or(limits.fuel_load.saturating_sub(left)),
            memory_bytes: store.data().memory_used(),
        };
        let checked = result.map(|heard| {
            match &heard {
                Ok(output) => check(output).map_err(Denial::Failed)?,
                Err(Denial::Refused(refusal)) => {
                    answer::refusal(&self.plan, &self.limits, refusal).map_err(Denial::Failed)?
                }
                Err(Denial::Failed(_)) => {}
            }
            heard
        });
        let spent = match configured {
            Some(_) => Spent::of(hook, limits, fuel, &store),
            None => Spent::of("configure", limits, limits.fuel_load, &store),
        };
        let answer = match checked {
            Ok(heard) => heard.map_err(|denial| {
                denial.map_failed(|wrong| {
                    let did = format!("answered something that cannot be: {wrong}");
                    spent.guest("output.rule", &did)
                })
            }),
            Err(error) => Err(Denial::Failed(spent.fault(&error))),
        };
        let log = std::mem::take(&mut store.data_mut().log);
        if let Some(hand) = &mut hand {
            hand.give_back(store);
        }
        (answer, Trace { usage: used, log })
    }
}

/// A fresh instance with every limit set.
fn made(pool: &Pool, limits: &Limits, pre: &Pre) -> Made {
    let mut store = pool.store(limits, limits.fuel_load);
    let guest = pre.instantiate(&mut store);
    Made { store, guest }
}
