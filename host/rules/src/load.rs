//! The way of a component into the host: size, form, imports, exports, resources, who it is, its parameters.
//!
//! | step | fails with |
//! | --- | --- |
//! | size | `load.size` |
//! | a component, not a module, text or compiled code | `load.not-component` |
//! | valid | `load.invalid` |
//! | imports | `world.import` |
//! | exports and version | `world.version`, `world.export` |
//! | memories and tables | `load.resources` |
//! | `describe` | `plugin.describe` |
//! | parameters against the schema | `config.schema` |
//! | parameters against `configure` | `config.plugin` |

use std::sync::Arc;

use rongyi_core::chain::sha256;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::bindings::rongyi::rules::types::{About as WitAbout, Plan as WitPlan, Severity};
use crate::bindings::{ALLOWED_IMPORTS, RULES, RulePre, VERSION};
use crate::engine::{Engine, Inner};
use crate::rule::{About, Rule, store};
use crate::state::State;
use crate::{answer, cache, convert, fault};

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

fn refuse(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> LoadError {
    LoadError {
        code,
        message: en.into(),
        zh: Some(zh.into()),
        diagnostics: Vec::new(),
    }
}

impl Engine {
    /// Takes a component through every step and answers the rule, ready to be asked.
    ///
    /// # Errors
    /// [`LoadError`] of the first step that fails; of the parameters, everything at once.
    pub fn load(&self, bytes: &[u8], params_json: &str) -> Result<Rule, LoadError> {
        let inner = &self.inner;
        let pre = prepare(inner, bytes)?;
        let about = describe(inner, &pre)?;
        let misfits = schema(&about, params_json)?;
        let plan = all_at_once(configure(inner, &pre, params_json), misfits)?;
        Ok(Rule {
            inner: Arc::clone(inner),
            pre,
            digest: sha256(bytes),
            params_digest: sha256(params_json.as_bytes()),
            about,
            plan,
            params_json: params_json.to_owned(),
        })
    }

    /// Who a component says it is, without parameters.
    ///
    /// # Errors
    /// [`LoadError`] of the first step that fails.
    pub fn describe(&self, bytes: &[u8]) -> Result<About, LoadError> {
        describe(&self.inner, &prepare(&self.inner, bytes)?)
    }
}

fn prepare(inner: &Inner, bytes: &[u8]) -> Result<RulePre<State>, LoadError> {
    let max = inner.limits.component_bytes;
    if bytes.len() > max {
        let (has, max) = (bytes.len() >> 10, max >> 10);
        let (zh, en) = (
            format!("规则文件有 {has} KiB，上限是 {max} KiB。"),
            format!(
                "The file has {has} KiB; the limit is {max} KiB. Build it for release, without debug information."
            ),
        );
        return Err(refuse("load.size", zh, en));
    }
    shape(bytes)?;
    let component =
        cache::component(&inner.wasm, inner.cache.as_deref(), bytes).map_err(|error| {
            let (zh, en) = (
                "这不是有效的组件".to_owned(),
                "This is not a valid component",
            );
            refuse(
                "load.invalid",
                format!("{zh}：{error:#}"),
                format!("{en}: {error:#}"),
            )
        })?;
    imports(inner, &component)?;
    exports(inner, &component)?;
    resources(inner, &component)?;
    let pre = inner
        .linker
        .instantiate_pre(&component)
        .and_then(RulePre::new);
    pre.map_err(|error| {
        let (zh, en) = (
            format!("组件的接口与 rongyi:rules@{VERSION} 不一致：{error:#}。请用同版本的 SDK 重新生成。"),
            format!("Its interface is not that of rongyi:rules@{VERSION}: {error:#}. Build it again with the SDK of that version."),
        );
        refuse("world.export", zh, en)
    })
}

/// Only the binary form of a component is looked at further.
fn shape(bytes: &[u8]) -> Result<(), LoadError> {
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let (zh, en) =
        if wasmtime::Engine::detect_precompiled(bytes).is_some() || bytes.starts_with(b"\x7fELF") {
            (
                "这是编译后的机器码，不能从外面接收。",
                "This is compiled machine code, which is never accepted from outside.",
            )
        } else if bytes.starts_with(b"\0asm\x01\0\0\0") {
            (
                "这是 wasm 模块，不是组件。请用 SDK 的生成步骤把它包成组件。",
                "This is a wasm module, not a component. Wrap it as one with the SDK's build step.",
            )
        } else if bytes.is_empty() {
            ("文件是空的。", "The file is empty.")
        } else if !bytes.starts_with(COMPONENT) {
            (
                "这不是 WebAssembly 组件文件。",
                "This is not a WebAssembly component file.",
            )
        } else {
            return Ok(());
        };
    Err(refuse("load.not-component", zh, en))
}

fn imports(inner: &Inner, component: &Component) -> Result<(), LoadError> {
    for (name, item) in component.component_type().imports(&inner.wasm) {
        let (package, version) = name.split_once('@').unwrap_or((name, ""));
        if !ALLOWED_IMPORTS.contains(&package) {
            let advice = if package.starts_with("wasi:") {
                "rules have no clock, files, network or randomness; build for wasm32-unknown-unknown, not for WASI"
            } else {
                "a rule may import only the log of rongyi:rules/host"
            };
            let zh = format!(
                "组件要导入“{name}”，规则里不允许：规则不能用时钟、文件、网络或随机数，只能写日志。"
            );
            return Err(refuse(
                "world.import",
                zh,
                format!("It imports “{name}”, which is not offered: {advice}."),
            ));
        }
        speaks(name, version)?;
        if let ComponentItem::ComponentInstance(own) = item.ty {
            let functions = own
                .exports(&inner.wasm)
                .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)));
            for (function, _) in functions {
                if package != "rongyi:rules/host" || function != "log" {
                    let zh = format!("组件要调用“{name}”里的“{function}”，本机没有这个函数。");
                    return Err(refuse(
                        "world.import",
                        zh,
                        format!("It wants “{function}” of “{name}”; this host offers only `log`."),
                    ));
                }
            }
        }
    }
    Ok(())
}

/// 0.1.x is understood, anything else names both versions.
fn speaks(name: &str, version: &str) -> Result<(), LoadError> {
    let minor = |v: &str| v.rsplit_once('.').map(|(minor, _)| minor.to_owned());
    if minor(version) == minor(VERSION) {
        return Ok(());
    }
    let (zh, en) = (
        format!(
            "组件使用接口“{name}”，本机支持的是 rongyi:rules@{VERSION}。请用对应版本的 SDK 重新生成。"
        ),
        format!(
            "It speaks “{name}”, this host speaks rongyi:rules@{VERSION}. Build it again with the SDK of that version."
        ),
    );
    Err(refuse("world.version", zh, en))
}

fn exports(inner: &Inner, component: &Component) -> Result<(), LoadError> {
    let mut names = Vec::new();
    for (name, _) in component.component_type().exports(&inner.wasm) {
        let (package, version) = name.split_once('@').unwrap_or((name, ""));
        if package == "rongyi:rules/rules" {
            return speaks(name, version);
        }
        names.push(name.to_owned());
    }
    let has = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    Err(refuse(
        "world.export",
        format!("组件没有导出“{RULES}”（它导出的是：{has}）。"),
        format!("It does not export “{RULES}”; it exports {has}."),
    ))
}

fn resources(inner: &Inner, component: &Component) -> Result<(), LoadError> {
    let limits = &inner.limits;
    let Some(wanted) = component.resources_required() else {
        return Ok(());
    };
    let pages = u64::try_from(limits.memory_bytes >> 16).unwrap_or(u64::MAX);
    let elements = u64::try_from(limits.table_elements).unwrap_or(u64::MAX);
    let rows = [
        (
            "memories",
            u64::from(wanted.num_memories),
            u64::from(limits.memories),
        ),
        (
            "tables",
            u64::from(wanted.num_tables),
            u64::from(limits.tables),
        ),
        (
            "pages of 64 KiB of memory at the start",
            wanted.max_initial_memory_size.unwrap_or(0),
            pages,
        ),
        (
            "table elements at the start",
            wanted.max_initial_table_size.unwrap_or(0),
            elements,
        ),
    ];
    match rows.into_iter().find(|(_, has, max)| has > max) {
        None => Ok(()),
        Some((what, has, max)) => Err(refuse(
            "load.resources",
            format!("组件要求 {has} 个 {what}，上限是 {max}。"),
            format!("It wants {has} {what}; the limit is {max}."),
        )),
    }
}

fn describe(inner: &Inner, pre: &RulePre<State>) -> Result<About, LoadError> {
    let fuel = inner.limits.fuel_load;
    let mut store = store(inner, fuel);
    let said = pre
        .instantiate(&mut store)
        .and_then(|instance| instance.rongyi_rules_rules().call_describe(&mut store));
    let about: WitAbout = said.map_err(|error| {
        let fault = fault::of(&error, store.data(), &inner.limits, fuel, "describe");
        let zh = format!("规则说不清自己是谁（{}）：{}", fault.code, fault.message);
        refuse(
            "plugin.describe",
            zh,
            format!("{}: {}", fault.code, fault.message),
        )
    })?;
    if about.name.parse::<rongyi_core::ids::Code>().is_err() || about.name.contains('/') {
        let zh = format!(
            "规则的名字“{}”不合格：用小写字母、数字和连字符。",
            about.name.chars().take(40).collect::<String>()
        );
        return Err(refuse(
            "plugin.describe",
            zh,
            format!(
                "Its name “{}” is not one: use a-z, 0-9 and '-'.",
                about.name
            ),
        ));
    }
    Ok(About {
        name: about.name,
        version: about.version,
        title: convert::text(about.title),
        authors: about.authors,
        license: about.license,
        config_schema: about.config_schema,
        scenarios: about.scenarios,
    })
}

/// The parameters against the rule's own JSON Schema; every mistake with its path.
fn schema(about: &About, params_json: &str) -> Result<Vec<Diagnostic>, LoadError> {
    let broken = |what: &str| {
        refuse(
            "plugin.describe",
            format!("规则自带的参数说明不能用：{what}"),
            format!("The rule's own parameter schema cannot be used: {what}"),
        )
    };
    let schema: serde_json::Value =
        serde_json::from_str(&about.config_schema).map_err(|error| broken(&error.to_string()))?;
    let validator =
        jsonschema::validator_for(&schema).map_err(|error| broken(&error.to_string()))?;
    let params: serde_json::Value = serde_json::from_str(params_json).map_err(|error| {
        refuse(
            "config.schema",
            format!("参数不是 JSON：{error}"),
            format!("The parameters are not JSON: {error}"),
        )
    })?;
    Ok(validator
        .iter_errors(&params)
        .flat_map(|error| complaints(&error))
        .collect())
}

/// What the rule says about its parameters and what the schema says, together. Where both speak of the same
/// place, the rule's own words are kept: its author knows what is meant.
fn all_at_once(
    configured: Result<rongyi_core::rule::Plan, LoadError>,
    misfits: Vec<Diagnostic>,
) -> Result<rongyi_core::rule::Plan, LoadError> {
    let misfit = |diagnostics| LoadError {
        diagnostics,
        ..refuse(
            "config.schema",
            "参数不合要求。",
            "The parameters do not fit the rule's schema.",
        )
    };
    match configured {
        Ok(plan) if misfits.is_empty() => Ok(plan),
        Ok(_) => Err(misfit(misfits)),
        Err(error) if error.diagnostics.is_empty() && !misfits.is_empty() => Err(misfit(misfits)),
        Err(mut error) => {
            let said: Vec<String> = error.diagnostics.iter().map(|d| d.path.clone()).collect();
            let new = misfits
                .into_iter()
                .filter(|d| !said.iter().any(|path| same_place(path, &d.path)));
            error.diagnostics.extend(new);
            Err(error)
        }
    }
}

/// Whether one path is the other, or lies inside it.
fn same_place(a: &str, b: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || outer.is_empty() || rest.starts_with(['.', '[']))
    };
    inside(a, b) || inside(b, a)
}

/// A key too many is reported at the key itself, everything else at the value it is about.
fn complaints(error: &jsonschema::ValidationError<'_>) -> Vec<Diagnostic> {
    let path = dotted(error.instance_path().as_str());
    let one = |path: String, zh: String, en: String| Diagnostic {
        path,
        code: "config.schema".into(),
        zh,
        en,
    };
    if let jsonschema::error::ValidationErrorKind::AdditionalProperties { unexpected } =
        error.kind()
    {
        let at = |key: &String| {
            if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            }
        };
        return unexpected
            .iter()
            .map(|key| {
                let zh = format!("这里没有“{key}”这一项。");
                one(at(key), zh, format!("There is no parameter “{key}” here."))
            })
            .collect();
    }
    vec![one(
        path,
        format!("参数不合要求：{error}。"),
        format!("This parameter does not fit: {error}."),
    )]
}

/// `/kinds/2/cap` as `kinds[2].cap`.
fn dotted(pointer: &str) -> String {
    let mut out = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty() {
            out.push_str(&format!("[{part}]"));
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(part);
        }
    }
    out
}

fn configure(
    inner: &Inner,
    pre: &RulePre<State>,
    params_json: &str,
) -> Result<rongyi_core::rule::Plan, LoadError> {
    let fuel = inner.limits.fuel_load;
    let mut store = store(inner, fuel);
    let said = pre.instantiate(&mut store).and_then(|instance| {
        instance
            .rongyi_rules_rules()
            .call_configure(&mut store, params_json)
    });
    let fault_text = |error: &wasmtime::Error, state: &State| {
        let fault = fault::of(error, state, &inner.limits, fuel, "configure");
        let zh = format!("规则读参数时出错（{}）：{}", fault.code, fault.message);
        refuse(
            "config.plugin",
            zh,
            format!("{}: {}", fault.code, fault.message),
        )
    };
    let plan: WitPlan = match said {
        Err(error) => return Err(fault_text(&error, store.data())),
        Ok(Err(found)) => {
            let diagnostics = found
                .into_iter()
                .filter(|d| d.severity == Severity::Error)
                .map(|d| Diagnostic {
                    path: d.path,
                    code: d.code,
                    zh: d.message.zh,
                    en: d.message.en,
                })
                .collect();
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
    let plan = convert::plan(plan).map_err(wrong)?;
    answer::plan(&plan, &inner.limits).map_err(wrong)?;
    Ok(plan)
}
