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

use std::sync::{Arc, PoisonError, Weak};

use crate::bindings::Pre;
use crate::compile::{Compiler, NotCompiled, Order};
use crate::engine::{Engine, Inner};
use crate::fault::{Spent, plain};
use crate::limits::{Limits, Lowered, Tier};
use crate::params::{Schema, all_at_once};
use crate::rule::{About, Rule, store};
use crate::world::{exports, imports};
use crate::{answer, cache, tier};
use rongyi_core::chain::{Hash, sha256};
use rongyi_core::rule::texts::{TITLE_MAX, TooLong, VERSION_MAX, cut, cut_both};
use wasmtime::component::Component;

/// Something wrong in the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Dotted, with `[n]` for lists: `kinds[2].cap`; empty for all of it.
    pub path: String,
    /// Stable.
    pub code: String,
    /// What is wrong and what to do, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct LoadError {
    /// Stable; see the table of this module.
    pub code: &'static str,
    /// A sentence the author can act on.
    pub message: String,
    /// The same in Chinese.
    pub zh: Option<String>,
    /// What is wrong in the parameters, all of it.
    pub diagnostics: Vec<Diagnostic>,
}

/// The longest sentence of a refusal, in characters: the rule's own words are in some of them.
const MESSAGE_MAX: usize = 1_500;
/// The most diagnostics of one rule that are told.
const DIAGNOSTICS_MAX: usize = 50;
/// The longest path and the longest code of a diagnostic, in characters.
const PATH_MAX: usize = 200;
/// The longest sentence of a diagnostic, in characters.
const DIAGNOSED_MAX: usize = 600;
/// The most authors a rule names, and the longest name or licence, in characters.
const AUTHORS_MAX: usize = 20;
const AUTHOR_MAX: usize = 120;

pub(crate) fn refuse(
    code: &'static str,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> LoadError {
    LoadError {
        code,
        message: plain(&en.into(), MESSAGE_MAX),
        zh: Some(plain(&zh.into(), MESSAGE_MAX)),
        diagnostics: Vec::new(),
    }
}

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

/// A text that is longer than its kind may be.
fn too_long(code: &'static str, long: &TooLong) -> LoadError {
    let TooLong { what, has, max } = long;
    refuse(
        code,
        format!("规则的一段文字太长：{what} 有 {has} 个字，上限 {max}。请规则的作者写短一些。"),
        format!("A text of the rule is too long: {long}. Ask the rule's author for a shorter one."),
    )
}

/// Cuts what a rule says about itself to its limits; the first text that was longer.
fn cut_about(about: &mut About) -> Option<TooLong> {
    let version = cut(&mut about.version, VERSION_MAX, || "the version".into());
    let title = cut_both(&mut about.title, TITLE_MAX, &|| "the title".into());
    let license = cut(&mut about.license, AUTHOR_MAX, || "the licence".into());
    let named = about.authors.len();
    about.authors.truncate(AUTHORS_MAX);
    let mut authors = None;
    for author in &mut about.authors {
        authors = cut(author, AUTHOR_MAX, || "the name of an author".into()).or(authors);
    }
    let many = (named > AUTHORS_MAX).then(|| TooLong {
        what: "the list of authors (names)".into(),
        has: named,
        max: AUTHORS_MAX,
    });
    version.or(title).or(license).or(authors).or(many)
}

/// A component that was looked at: everything about it that does not depend on parameters.
pub(crate) struct Known {
    pub(crate) pre: Pre,
    digest: Hash,
    about: About,
    /// A text about itself that was longer than it may be.
    long: Option<TooLong>,
    schema: Schema,
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
        let inner = Arc::clone(&rule.inner);
        rule.baked = self.baked(&inner, &rule.limits, &rule.known, bytes, &rule.params_json);
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
        let inner = self.engine_for(bytes)?;
        let limits = lower(&inner.limits, lowered)?;
        let known = self.known(inner, bytes)?;
        if let (Texts::New, Some(long)) = (texts, &known.long) {
            return Err(too_long("plugin.describe", long));
        }
        let misfits = known.schema.misfits(params_json)?;
        let asked = configure(inner, &limits, &known.pre, params_json);
        let plan = all_at_once(asked, misfits).map_err(|error| LoadError {
            diagnostics: readable(error.diagnostics),
            ..error
        });
        let mut plan = plan?;
        if let (Some(long), Texts::New) = (plan.cut_texts(), texts) {
            return Err(too_long("config.plugin", &long));
        }
        Ok(Rule {
            inner: Arc::clone(inner),
            limits,
            digest: known.digest,
            params_digest: sha256(params_json.as_bytes()),
            about: known.about.clone(),
            plan,
            params_json: params_json.to_owned(),
            baked: None,
            known,
        })
    }

    /// The component with its parameters baked in, for the tier whose toolchains allow it.
    fn baked(
        &self,
        inner: &Inner,
        limits: &Limits,
        known: &Known,
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
            let pre = inner.linker.instantiate_pre(component).ok()?;
            known.pre.version().pre(pre).ok()
        };
        // It must still be the same rule.
        let is_same = |component: &Component| {
            let said = bound(component).map(|pre| describe(inner, limits, &pre));
            said.is_some_and(|said| {
                said.is_ok_and(|mut about| {
                    cut_about(&mut about);
                    about == known.about
                })
            })
        };
        let component = cache::component(inner, limits, &self.compiler, &order, is_same).ok()?;
        component.initialize_copy_on_write_image().ok()?;
        bound(&component)
    }

    /// Who a component says it is, without parameters.
    ///
    /// # Errors
    /// [`LoadError`] of the first step that fails.
    pub fn describe(&self, bytes: &[u8]) -> Result<About, LoadError> {
        let inner = self.engine_for(bytes)?;
        let known = self.known(inner, bytes)?;
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

    /// The component, shared with every rule that was made of it and is still there.
    fn known(&self, inner: &Inner, bytes: &[u8]) -> Result<Arc<Known>, LoadError> {
        let digest = sha256(bytes);
        let all = || inner.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all().get(&digest).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let pre = prepare(inner, &self.compiler, bytes)?;
        let mut about = describe(inner, &inner.limits, &pre)?;
        let known = Arc::new(Known {
            schema: Schema::of(&about)?,
            long: cut_about(&mut about),
            digest,
            pre,
            about,
        });
        let mut all = all();
        all.retain(|_, other| other.strong_count() > 0);
        all.insert(digest, Arc::downgrade(&known));
        Ok(known)
    }

    fn engine_for(&self, bytes: &[u8]) -> Result<&Arc<Inner>, LoadError> {
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

fn prepare(inner: &Inner, compiler: &Compiler, bytes: &[u8]) -> Result<Pre, LoadError> {
    let order = Order {
        component: bytes,
        params_json: None,
    };
    let component =
        cache::component(inner, &inner.limits, compiler, &order, |_| true).map_err(not_compiled)?;
    imports(inner, &component)?;
    let version = exports(inner, &component)?;
    let pre = inner.linker.instantiate_pre(&component);
    pre.and_then(|pre| version.pre(pre)).map_err(|error| {
        let number = version.number();
        let error = plain(&format!("{error:#}"), 400);
        let (zh, en) = (
            format!("组件的接口与 rongyi:rules@{number} 不一致：{error}。请用同版本的 SDK 重新生成。"),
            format!("Its interface is not that of rongyi:rules@{number}: {error}. Build it again with the SDK of that version."),
        );
        refuse("world.export", zh, en)
    })
}

fn not_compiled(why: NotCompiled) -> LoadError {
    match why {
        NotCompiled::Refused(why) => {
            let why = plain(&why, 400);
            refuse(
                "load.invalid",
                format!("这不是有效的组件：{why}。请用 `rongyi rule build` 重新生成。"),
                format!(
                    "This is not a valid component: {why}. Build it again with `rongyi rule build`."
                ),
            )
        }
        NotCompiled::TooLarge(why) => {
            let why = plain(&why, 400);
            refuse(
                "load.resources",
                format!("组件编译以后太大：{why}。请在规则里少要一些，或换用生成更小组件的工具。"),
                format!(
                    "What is compiled of the component is too large: {why}. Ask for less in the rule, or use a toolchain that makes smaller components."
                ),
            )
        }
        NotCompiled::Died(how) => refuse(
            "load.compiler",
            format!(
                "编译这个组件的进程中途结束了（{how}）。本机没有受影响。请把组件做小、做简单一些，或把文件交给本程序的作者看。"
            ),
            format!(
                "The process that compiled this component ended early ({how}). This host is unharmed. Make the component smaller and simpler, or show the file to the authors of this program."
            ),
        ),
        NotCompiled::Late(seconds) => refuse(
            "load.compile-timeout",
            format!("编译这个组件超过了 {seconds} 秒，已停止。请把组件做小、做简单一些。"),
            format!(
                "Compiling this component took more than {seconds} s and was stopped. Make the component smaller and simpler."
            ),
        ),
    }
}

fn describe(inner: &Inner, limits: &Limits, pre: &Pre) -> Result<About, LoadError> {
    let fuel = limits.fuel_load;
    let mut store = store(inner, limits, fuel);
    let said = pre.instantiate(&mut store);
    let said = said.and_then(|guest| guest.describe(&mut store));
    let about = said.map_err(|error| {
        let fault = Spent::of("describe", limits, fuel, &store).fault(&error);
        let zh = format!("规则说不清自己是谁（{}）：{}", fault.code, fault.message);
        refuse(
            "plugin.describe",
            zh,
            format!("{}: {}", fault.code, fault.message),
        )
    })?;
    if about.name.parse::<rongyi_core::ids::Code>().is_err() || about.name.contains('/') {
        let name = plain(&about.name, 40);
        return Err(refuse(
            "plugin.describe",
            format!("规则的名字“{name}”不合格：用小写字母、数字和连字符。"),
            format!("Its name “{name}” is not one: use a-z, 0-9 and '-'."),
        ));
    }
    Ok(about)
}

fn configure(
    inner: &Inner,
    limits: &Limits,
    pre: &Pre,
    params_json: &str,
) -> Result<rongyi_core::rule::Plan, LoadError> {
    let fuel = limits.fuel_load;
    let mut store = store(inner, limits, fuel);
    let said = pre.instantiate(&mut store);
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
