//! The way of a component into the host: size, form, imports, exports, resources, who it is, its parameters.
//!
//! | step | fails with |
//! | --- | --- |
//! | size, and a tier that holds it | `load.size`, `load.resources`, `load.tier` |
//! | a component, not a module, text or compiled code | `load.not-component` |
//! | valid | `load.invalid` |
//! | imports | `world.import` |
//! | exports and version | `world.version`, `world.export` |
//! | `describe` | `plugin.describe` |
//! | parameters against the schema | `config.schema` |
//! | parameters against `configure` | `config.plugin` |
//! | the length of every text of the plan, see [`rongyi_core::rule::texts`] | `config.plugin` |

use std::sync::Arc;

use rongyi_core::chain::{Hash, sha256};
use wasmtime::component::Component;

use crate::about::About;
use crate::bindings::Pre;
use crate::compile::Order;
use crate::diagnostic::{Diagnostic, LoadError, refuse};
use crate::engine::Engine;
use crate::fault::{Spent, plain};
use crate::known::{LookedAt, cut_about, describe, too_long};
use crate::limits::{Limits, Lowered, Tier};
use crate::params::all_at_once;
use crate::pool::Pool;
use crate::rule::Rule;
use crate::{answer, cache, tier};

/// The most diagnostics of one rule that are told.
const DIAGNOSTICS_MAX: usize = 50;
/// The longest path and the longest code of a diagnostic, in characters.
const PATH_MAX: usize = 200;
/// The longest sentence of a diagnostic, in characters.
const DIAGNOSED_MAX: usize = 600;
/// What a rule says about its parameters, so much of it that somebody would read it.
fn readable(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = diagnostics.len().saturating_sub(DIAGNOSTICS_MAX);
    diagnostics.truncate(DIAGNOSTICS_MAX);
    for one in &mut diagnostics {
        one.path = plain(&one.path, PATH_MAX);
        one.code = plain(&one.code, PATH_MAX);
        one.zh = plain(&one.zh, DIAGNOSED_MAX);
        one.en = plain(&one.en, DIAGNOSED_MAX);
    }
    if more > 0 {
        diagnostics.push(Diagnostic {
            path: String::new(),
            code: "config.more".into(),
            zh: format!("还有 {more} 处没有列出。先改上面这些。"),
            en: format!("{more} more are not listed. Mend those above first."),
        });
    }
    diagnostics
}

/// Whose rule is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// A new one: its texts have their limits.
    New,
    /// One that a ledger holds: it decides as it did, and what it says is cut.
    Archived,
}

impl Engine {
    /// Takes a component through every step and answers the rule, ready to be asked.
    ///
    /// # Errors
    /// [`LoadError`] of the first step that fails; of the parameters, everything at once.
    pub fn load(&self, bytes: &[u8], params_json: &str) -> Result<Rule, LoadError> {
        self.load_lowered(bytes, params_json, Lowered::default())
    }

    /// [`Engine::load`] for a community that takes less than the operator allows.
    ///
    /// # Errors
    /// Those of [`Engine::load`], and `limit.raised` for a limit above the operator's.
    pub fn load_lowered(
        &self,
        bytes: &[u8],
        params_json: &str,
        lowered: Lowered,
    ) -> Result<Rule, LoadError> {
        let rule = self.load_plain(bytes, params_json, lowered)?;
        Ok(self.with_baked(rule, bytes))
    }

    /// [`Engine::load`] of what a ledger names and its database keeps. The bytes must be those that are named: a
    /// database is not believed. Texts that are longer than they may be today are cut; it decides as it did.
    ///
    /// # Errors
    /// Those of [`Engine::load`], and `load.digest` when component or parameters are others.
    pub fn load_archived(
        &self,
        (component, params): (&Hash, &Hash),
        bytes: &[u8],
        params_json: &str,
    ) -> Result<Rule, LoadError> {
        if sha256(bytes) != *component || sha256(params_json.as_bytes()) != *params {
            return Err(refuse(
                "load.digest",
                "数据库里存的规则或参数与账本写的摘要不符，没有使用。请运行 rongyi verify，并从备份恢复。",
                "The rule or its parameters in the database are not those that the ledger names, so they are not used. Run `rongyi verify` and restore a backup.",
            ));
        }
        let rule = self.configured(bytes, params_json, Lowered::default(), Texts::Archived)?;
        Ok(self.with_baked(rule, bytes))
    }

    fn with_baked(&self, mut rule: Rule, bytes: &[u8]) -> Rule {
        let pool = Arc::clone(&rule.pool);
        rule.baked = self.baked(&pool, &rule.limits, &rule.known, bytes, &rule.params_json);
        rule
    }

    /// [`Engine::load_lowered`] without baking: for a rule that will be asked little.
    pub(crate) fn load_plain(
        &self,
        bytes: &[u8],
        params_json: &str,
        lowered: Lowered,
    ) -> Result<Rule, LoadError> {
        self.configured(bytes, params_json, lowered, Texts::New)
    }

    fn configured(
        &self,
        bytes: &[u8],
        params_json: &str,
        lowered: Lowered,
        texts: Texts,
    ) -> Result<Rule, LoadError> {
        let pool = self.pool_for(bytes)?;
        let limits = lower(&pool.limits, lowered)?;
        let known = self.known(pool, bytes)?;
        if let (Texts::New, Some(long)) = (texts, &known.long) {
            return Err(too_long("plugin.describe", long));
        }
        let misfits = known.schema.misfits(params_json)?;
        let asked = configure(pool, &limits, &known.pre, params_json);
        let plan = all_at_once(asked, misfits).map_err(|error| LoadError {
            diagnostics: readable(error.diagnostics),
            ..error
        });
        let mut plan = plan?;
        if let (Some(long), Texts::New) = (plan.cut_texts(), texts) {
            return Err(too_long("config.plugin", &long));
        }
        Ok(Rule {
            pool: Arc::clone(pool),
            limits,
            digest: known.digest,
            params_digest: sha256(params_json.as_bytes()),
            about: known.about.clone(),
            plan,
            params_json: params_json.to_owned(),
            baked: None,
            ahead: None,
            known,
        })
    }

    /// The component with its parameters baked in, for the tier whose toolchains allow it.
    fn baked(
        &self,
        pool: &Pool,
        limits: &Limits,
        known: &LookedAt,
        bytes: &[u8],
        params_json: &str,
    ) -> Option<Pre> {
        if limits.tier != Tier::Small || !self.allowance().bake {
            return None;
        }
        let order = Order {
            component: bytes,
            params_json: Some(params_json),
        };
        let bound = |component: &Component| {
            let pre = pool.linker.instantiate_pre(component).ok()?;
            known.pre.version().pre(pre).ok()
        };
        // It must still be the same rule.
        let is_same = |component: &Component| {
            let said = bound(component).map(|pre| describe(pool, limits, &pre));
            said.is_some_and(|said| {
                said.is_ok_and(|mut about| {
                    cut_about(&mut about);
                    about == known.about
                })
            })
        };
        let component = cache::component(
            pool,
            limits,
            (self.cache(), &self.compiler),
            &order,
            is_same,
        )
        .ok()?;
        component.initialize_copy_on_write_image().ok()?;
        bound(&component)
    }

    /// Who a component says it is, without parameters.
    ///
    /// # Errors
    /// [`LoadError`] of the first step that fails.
    pub fn describe(&self, bytes: &[u8]) -> Result<About, LoadError> {
        let pool = self.pool_for(bytes)?;
        let known = self.known(pool, bytes)?;
        match &known.long {
            Some(long) => Err(too_long("plugin.describe", long)),
            None => Ok(known.about.clone()),
        }
    }

    /// The tier of a component: a property of its bytes.
    ///
    /// # Errors
    /// [`LoadError`] when it is no component, or belongs to no tier that is allowed.
    pub fn tier_of(&self, bytes: &[u8]) -> Result<Tier, LoadError> {
        tier::choose(bytes, self.allowance())
    }

    fn pool_for(&self, bytes: &[u8]) -> Result<&Arc<Pool>, LoadError> {
        let tier = self.tier_of(bytes)?;
        self.tier(tier).map_err(|error| {
            refuse(
                "host.engine",
                format!("{tier} 一级的沙箱建不起来：{error}"),
                format!("The sandbox of the tier {tier} cannot be made: {error}"),
            )
        })
    }
}

/// A community may take less, never more.
fn lower(operator: &Limits, lowered: Lowered) -> Result<Limits, LoadError> {
    let raised = |what: &str, unit: &str, wants: u64, max: u64| {
        let tier = operator.tier;
        refuse(
            "limit.raised",
            format!(
                "社区只能把限额调低：{what} = {wants} 超过本机给 {tier} 一级的 {max}{unit}。请写小一些，或请运维人员在 rongyi.toml 的 [limits.{tier}] 里放宽。"
            ),
            format!(
                "A community may only lower limits: {what} = {wants} is above the {max}{unit} that this installation gives the tier {tier}. Write less, or ask the operator for more below [limits.{tier}] in rongyi.toml."
            ),
        )
    };
    let mut limits = operator.clone();
    if let Some(fuel) = lowered.fuel_call {
        if fuel > operator.fuel_call {
            return Err(raised("fuel_max", "", fuel, operator.fuel_call));
        }
        limits.fuel_call = fuel;
    }
    if let Some(bytes) = lowered.memory_bytes {
        if bytes > operator.memory_bytes {
            let kib = |bytes: usize| u64::try_from(bytes >> 10).unwrap_or(u64::MAX);
            let (wants, max) = (kib(bytes), kib(operator.memory_bytes));
            return Err(raised("memory_kib", " KiB", wants, max));
        }
        limits.memory_bytes = bytes;
    }
    Ok(limits)
}

fn configure(
    pool: &Pool,
    limits: &Limits,
    pre: &Pre,
    params_json: &str,
) -> Result<rongyi_core::rule::Plan, LoadError> {
    let fuel = limits.fuel_load;
    let mut store = pool.store(limits, fuel);
    let said = pre.checked(&mut store);
    let said = said.and_then(|guest| guest.configure(&mut store, params_json));
    let fault_text = |error: &wasmtime::Error| {
        let fault = Spent::of("configure", limits, fuel, &store).fault(error);
        let zh = format!("规则读参数时出错（{}）：{}", fault.code, fault.message);
        refuse(
            "config.plugin",
            zh,
            format!("{}: {}", fault.code, fault.message),
        )
    };
    let plan = match said {
        Err(error) => return Err(fault_text(&error)),
        Ok(Err(diagnostics)) => {
            return Err(LoadError {
                diagnostics,
                ..refuse(
                    "config.plugin",
                    "规则不接受这些参数。",
                    "The rule does not accept these parameters.",
                )
            });
        }
        Ok(Ok(plan)) => plan,
    };
    let wrong = |what: String| {
        refuse(
            "config.plugin",
            format!("规则给出的计划不能用：{what}"),
            format!("The plan of the rule cannot be used: {what}"),
        )
    };
    let plan = plan.map_err(wrong)?;
    answer::plan(&plan, limits).map_err(wrong)?;
    Ok(plan)
}
