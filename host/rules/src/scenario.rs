//! A rule's scenarios, run through its component: the same file and the same comparison as natively.
//!
//! It judges no rule: whoever asks decides what a failure means.

mod translate;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rongyi_core::chain::{hex, sha256};
use rongyi_core::rule as host;
pub use rongyi_sdk::scenario::{Candidate, Difference, Failure, Report};
use rongyi_sdk::types as sdk;

use crate::about::About;
use crate::engine::Engine;
use crate::limits::Lowered;
use crate::rule::Rule;

/// Parameter sets of one run that are kept loaded; a file with more loads the rest again.
const KEPT_MAX: usize = 64;
/// Questions, `configure` among them, that the scenarios inside a component may ask while it is loaded.
const ASKED_MAX: u32 = 2000;
/// Faults after which they are not asked any more: each may take as long as a limit allows.
const FAULTS_MAX: u32 = 10;

/// A component that answers scenarios, under the limits of its engine.
pub struct Compiled<'e> {
    engine: &'e Engine,
    bytes: &'e [u8],
    loaded: BTreeMap<String, Arc<Rule>>,
    rule: Option<Arc<Rule>>,
    lowered: Lowered,
    /// Whether all questions are asked, however many there are and however they end.
    is_patient: bool,
    asked: u32,
    faults: u32,
}

impl<'e> Compiled<'e> {
    /// Nothing is loaded before the first `configure`.
    pub fn new(engine: &'e Engine, bytes: &'e [u8]) -> Self {
        Compiled {
            engine,
            bytes,
            loaded: BTreeMap::new(),
            rule: None,
            lowered: Lowered::default(),
            is_patient: true,
            asked: 0,
            faults: 0,
        }
    }

    /// The rule with the parameters that were told last.
    pub fn rule(&self) -> Option<&Arc<Rule>> {
        self.rule.as_ref()
    }

    /// Whether another question may be asked.
    fn next(&mut self) -> Result<(), String> {
        self.asked = self.asked.saturating_add(1);
        if self.is_patient {
            return Ok(());
        }
        if self.faults >= FAULTS_MAX {
            return Err(format!("not asked any more after {FAULTS_MAX} faults"));
        }
        if self.asked > ASKED_MAX {
            return Err(format!(
                "not asked: a component may carry scenarios of {ASKED_MAX} questions"
            ));
        }
        Ok(())
    }

    fn ask<T>(
        &mut self,
        question: impl FnOnce(&Rule) -> Result<T, host::Denial<host::Fault>>,
    ) -> Result<Result<T, host::Refusal>, String> {
        self.next()?;
        let rule = self.rule.as_ref().ok_or("not configured")?;
        match question(rule) {
            Ok(answer) => Ok(Ok(answer)),
            Err(host::Denial::Refused(refusal)) => Ok(Err(refusal)),
            Err(host::Denial::Failed(fault)) => {
                self.faults = self.faults.saturating_add(1);
                Err(format!("{}: {}", fault.code, fault.message))
            }
        }
    }
}

impl Engine {
    /// Runs a scenario file through a component, under the limits it would have in use. Scenarios that name no parameter
    /// set are asked with `own_params`, the JSON of a community's own.
    ///
    /// # Errors
    /// What is wrong with the file itself.
    pub fn run_scenarios(
        &self,
        bytes: &[u8],
        file: &str,
        own_params: Option<&str>,
        lowered: Lowered,
    ) -> Result<Report, String> {
        let mut candidate = Compiled {
            lowered,
            ..Compiled::new(self, bytes)
        };
        rongyi_sdk::scenario::run_with(file, own_params, &mut candidate)
    }
}

impl Engine {
    /// The scenarios that a rule carries. They have parameters of their own, so what comes of them depends on
    /// the component and the limits alone: where compiled code is kept, a run without failures is remembered.
    ///
    /// # Errors
    /// What is wrong with the scenarios themselves.
    pub fn own_scenarios(
        &self,
        bytes: &[u8],
        about: &About,
        lowered: Lowered,
    ) -> Result<Report, String> {
        if about.scenarios.trim().is_empty() {
            return Ok(Report::default());
        }
        let mark = PathBuf::from(self.mark(bytes, lowered));
        let passed = self.cache().and_then(|cache| cache.note(&mark));
        if let Some(ran) = passed.and_then(|text| text.parse().ok()) {
            let failures = Vec::new();
            return Ok(Report { ran, failures });
        }
        let mut candidate = Compiled {
            is_patient: false,
            lowered,
            ..Compiled::new(self, bytes)
        };
        let report = rongyi_sdk::scenario::run_with(&about.scenarios, None, &mut candidate)?;
        if let Some(cache) = self.cache().filter(|_| report.failures.is_empty()) {
            cache.keep_note(&mark, &report.ran.to_string());
        }
        Ok(report)
    }

    fn mark(&self, bytes: &[u8], lowered: Lowered) -> String {
        let allowance = self.allowance();
        let with = format!("{} {allowance:?} {lowered:?}", env!("CARGO_PKG_VERSION"));
        let (component, with) = (hex(&sha256(bytes)), hex(&sha256(with.as_bytes())));
        format!("{component}-{}.passed", with.get(..16).unwrap_or(&with))
    }
}

type Answer<T> = Result<Result<T, sdk::Refusal>, String>;

impl Candidate for Compiled<'_> {
    fn configure(
        &mut self,
        params: &str,
    ) -> Result<Result<sdk::Plan, Vec<sdk::Diagnostic>>, String> {
        self.next()?;
        let known = self.loaded.get(params).cloned();
        let loaded = known.map_or_else(
            || {
                self.engine
                    .load_plain(self.bytes, params, self.lowered)
                    .map(Arc::new)
            },
            Ok,
        );
        match loaded {
            Ok(rule) => {
                if self.loaded.len() < KEPT_MAX {
                    self.loaded.insert(params.to_owned(), Arc::clone(&rule));
                }
                let plan = translate::plan(&rule.plan);
                self.rule = Some(rule);
                Ok(Ok(plan))
            }
            Err(error) if error.diagnostics.is_empty() => {
                self.faults = self.faults.saturating_add(1);
                Err(error.to_string())
            }
            Err(error) => Ok(Err(error
                .diagnostics
                .into_iter()
                .map(|d| rongyi_sdk::wrong(d.path, d.code, d.zh, d.en))
                .collect())),
        }
    }

    fn earn(&mut self, event: &sdk::Event) -> Answer<sdk::Decision> {
        let ask = earn_ask(event)?;
        let answer = self.ask(|rule| rule.earn(&ask))?;
        Ok(answer
            .map(|decision| translate::decision(&decision))
            .map_err(|no| translate::refusal(&no)))
    }

    fn price(&mut self, basket: &sdk::Basket) -> Answer<sdk::Quote> {
        let ask = price_ask(basket)?;
        let answer = self.ask(|rule| rule.price(&ask))?;
        let quote = |quote: host::Quote| sdk::Quote {
            points: quote.points,
            lines: quote.lines.iter().map(translate::line_out).collect(),
        };
        Ok(answer.map(quote).map_err(|no| translate::refusal(&no)))
    }

    fn close(&mut self, closing: &sdk::Closing) -> Answer<sdk::Decision> {
        let ask = close_ask(closing)?;
        let answer = self.ask(|rule| rule.close(&ask))?;
        Ok(answer
            .map(|decision| translate::decision(&decision))
            .map_err(|no| translate::refusal(&no)))
    }
}

/// Numbers by code: traits, balances.
fn traits(given: &[(String, i32)]) -> Result<Vec<(rongyi_core::ids::Code, i32)>, String> {
    given
        .iter()
        .map(|(name, value)| Ok((translate::code(name)?, *value)))
        .collect()
}

/// What the host would ask for this event.
///
/// # Errors
/// What the host would never ask, in words.
pub fn earn_ask(event: &sdk::Event) -> Result<host::EarnAsk, String> {
    let field = |(name, value): &(String, sdk::Value)| {
        Ok((translate::code(name)?, translate::value_in(value)?))
    };
    let fields = event.fields.iter().map(field);
    let roles = event.roles.iter().map(|role| translate::code(role));
    Ok(host::EarnAsk {
        kind: translate::code(&event.kind)?,
        quantity: event.quantity,
        fields: fields.collect::<Result<_, String>>()?,
        roles: roles.collect::<Result<_, _>>()?,
        on: translate::date_in(event.on)?,
        minute: event.minute,
        facts: translate::facts(&event.facts),
        traits: traits(&event.traits)?,
        seed: seed(&event.seed),
    })
}

/// What the host would ask for this basket.
///
/// # Errors
/// What the host would never ask, in words.
pub fn price_ask(basket: &sdk::Basket) -> Result<host::PriceAsk, String> {
    let line = |line: &sdk::BasketLine| {
        let category = Some(line.category.as_str()).filter(|category| !category.is_empty());
        Ok(host::BasketLine {
            item: translate::code(&line.item)?,
            category: translate::code(category.unwrap_or("none"))?,
            value_fen: line.value_fen,
            quantity: line.quantity,
            facts: translate::facts(&line.facts),
        })
    };
    let lines = basket.lines.iter().map(line);
    Ok(host::PriceAsk {
        lines: lines.collect::<Result<_, String>>()?,
        on: translate::date_in(basket.on)?,
        minute: basket.minute,
        facts: translate::facts(&basket.facts),
        traits: traits(&basket.traits)?,
    })
}

/// What the host would ask at the end of this period.
///
/// # Errors
/// What the host would never ask, in words.
pub fn close_ask(closing: &sdk::Closing) -> Result<host::CloseAsk, String> {
    Ok(host::CloseAsk {
        period: translate::code(&closing.period)?,
        first: translate::date_in(closing.first)?,
        last: translate::date_in(closing.last)?,
        balances: traits(&closing.balances)?,
        facts: translate::facts(&closing.facts),
        traits: traits(&closing.traits)?,
    })
}

/// A plan in the words of scenarios.
pub fn plan(plan: &host::Plan) -> sdk::Plan {
    translate::plan(plan)
}

fn seed(bytes: &[u8]) -> [u8; 16] {
    <[u8; 16]>::try_from(bytes).unwrap_or_default()
}
