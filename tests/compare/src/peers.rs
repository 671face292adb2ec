//! The ways to ask the points table: natively, through this host, through Extism.

use anyhow::{Context, anyhow};
use rongyi_core::ids::Code;
use rongyi_core::rule::{EarnAsk, Fact};
use rongyi_rules::{Allowance, Compiler, Engine, Rule};
use rongyi_sdk::Rule as _;
use rongyi_sdk::types::{Date, Event};
use rule_points_table::PointsTable;
use serde_json::json;

const PLUGIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rule_extism.wasm"));

/// A table with this many kinds, each with points for a unit and a cap per month.
pub fn params(kinds: usize) -> String {
    let kinds: Vec<_> = (0..kinds)
        .map(|n| {
            json!({
                "code": format!("kind-{n}"),
                "title": { "zh": "事项", "en": "An event kind" },
                "unit": { "zh": "公斤", "en": "kg" },
                "per_unit": 5,
                "scale": 1,
                "caps": [{ "amount": 300, "window": "month", "subject": "household" }],
            })
        })
        .collect();
    json!({ "kinds": kinds }).to_string()
}

/// What the other languages' tables are told.
fn small_params(kinds: usize) -> String {
    let kinds: Vec<_> = (0..kinds)
        .map(|n| json!({ "code": format!("kind-{n}"), "points": 5, "cap": 300 }))
        .collect();
    json!({ "kinds": kinds }).to_string()
}

/// An event of this kind, as the host would ask about it.
pub fn event(kind: &str, facts: usize, quantity: i32) -> anyhow::Result<EarnAsk> {
    let code = |text: &str| text.parse::<Code>().map_err(|error| anyhow!("{error}"));
    Ok(EarnAsk {
        kind: code(kind)?,
        quantity,
        fields: vec![],
        roles: vec![code("doer")?],
        on: "2026-11-23".parse().map_err(|error| anyhow!("{error}"))?,
        minute: 600,
        facts: vec![
            Fact {
                value: 262,
                saturated: false
            };
            facts
        ],
        traits: vec![],
        seed: [0; 16],
    })
}

thread_local! {
    static ASK: std::cell::OnceCell<EarnAsk> = const { std::cell::OnceCell::new() };
    static ASK_SMALL: std::cell::OnceCell<EarnAsk> = const { std::cell::OnceCell::new() };
}

/// One fresh call through this host.
pub fn ask(rule: &Rule) -> anyhow::Result<i32> {
    let facts = rule.plan.kinds.get(19).context("twenty kinds")?.facts.len();
    let table = rule.about.name == "points-table";
    let (kept, quantity) = if table { (&ASK, 76) } else { (&ASK_SMALL, 8) };
    kept.with(|kept| {
        let ask = match kept.get() {
            Some(ask) => ask,
            None => {
                let made = event("kind-19", facts, quantity)?;
                kept.get_or_init(|| made)
            }
        };
        let answer = rule
            .earn(ask)
            .map_err(|fault| anyhow!("{}: {}", fault.code, fault.message))?;
        let decision = answer.map_err(|refusal| anyhow!("refused: {}", refusal.code))?;
        Ok(decision.awards.first().context("an award")?.amount)
    })
}

/// This host.
pub struct Components {
    baking: Engine,
    plain: Engine,
}

impl Components {
    pub fn new() -> anyhow::Result<Self> {
        let engine = |bake| {
            let allowance = Allowance {
                bake,
                ..Allowance::default()
            };
            Engine::new(allowance, Compiler::this_program(&["compile-rule"]), None)
        };
        Ok(Components {
            baking: engine(true)?,
            plain: engine(false)?,
        })
    }

    /// The bundled points table.
    pub fn small(&self, params: &str, bake: bool) -> anyhow::Result<Rule> {
        let bytes = rongyi_bundled::find("points-table")
            .context("points-table")?
            .bytes;
        let engine = if bake { &self.baking } else { &self.plain };
        let rule = engine.load(bytes, params)?;
        anyhow::ensure!(rule.is_baked() == bake, "baking is not as asked");
        Ok(rule)
    }

    /// A table in another language, where the environment names its component.
    pub fn in_language(&self, variable: &str) -> anyhow::Result<Option<Rule>> {
        let Some(path) = std::env::var_os(variable) else {
            return Ok(None);
        };
        Ok(Some(
            self.plain.load(&std::fs::read(path)?, &small_params(20))?,
        ))
    }
}

/// The same code without a sandbox.
pub struct Native {
    rule: PointsTable,
    event: Event,
}

impl Native {
    pub fn new(params: &str) -> anyhow::Result<Self> {
        let (rule, plan) = PointsTable::configure(params).map_err(|wrong| anyhow!("{wrong:?}"))?;
        let facts = plan.kinds.get(19).context("twenty kinds")?.facts.len();
        let fact = rongyi_sdk::types::Fact {
            value: 262,
            saturated: false,
        };
        let event = Event {
            kind: "kind-19".into(),
            quantity: 76,
            fields: vec![],
            roles: vec!["doer".into()],
            on: Date {
                year: 2026,
                month: 11,
                day: 23,
            },
            minute: 600,
            weekday: 1,
            facts: vec![fact; facts],
            traits: vec![],
            seed: vec![0; 16],
        };
        Ok(Native { rule, event })
    }

    pub fn ask(&mut self) -> anyhow::Result<i32> {
        let decision = self
            .rule
            .earn(std::hint::black_box(&self.event))
            .map_err(|refusal| anyhow!("refused: {}", refusal.code))?;
        Ok(decision.awards.first().context("an award")?.amount)
    }
}

/// The same rule as an Extism plugin, compiled beforehand.
pub struct Extism {
    compiled: extism::CompiledPlugin,
    plugin: extism::Plugin,
    input: serde_json::Value,
}

impl Extism {
    pub fn new(params: &str) -> anyhow::Result<Self> {
        let (_, plan) = PointsTable::configure(params).map_err(|wrong| anyhow!("{wrong:?}"))?;
        let facts = plan.kinds.get(19).context("twenty kinds")?.facts.len();
        let manifest =
            extism::Manifest::new([extism::Wasm::data(PLUGIN)]).with_config_key("params", params);
        // The rule's crate imports this host's log; Extism is given one that does nothing.
        let log = extism::Function::new(
            "log",
            [
                extism::ValType::I32,
                extism::ValType::I32,
                extism::ValType::I32,
            ],
            [],
            extism::UserData::new(()),
            |_, _, _, _| Ok(()),
        )
        .with_namespace("rongyi:rules/host@0.2.0");
        let builder = extism::PluginBuilder::new(manifest).with_functions([log]);
        let compiled = extism::CompiledPlugin::new(builder)?;
        let plugin = extism::Plugin::new_from_compiled(&compiled)?;
        let input = json!({
            "kind": "kind-19", "quantity": 76, "roles": ["doer"], "year": 2026, "month": 11, "day": 23,
            "minute": 600, "weekday": 1, "facts": vec![262; facts], "seed": vec![0; 16],
        });
        Ok(Extism {
            compiled,
            plugin,
            input,
        })
    }

    /// State kept between calls.
    pub fn ask(&mut self) -> anyhow::Result<i32> {
        call(&mut self.plugin, &self.input)
    }

    /// A plugin made of the compiled one, and one call.
    pub fn ask_fresh(&self) -> anyhow::Result<i32> {
        call(
            &mut extism::Plugin::new_from_compiled(&self.compiled)?,
            &self.input,
        )
    }
}

/// The host writes and reads the JSON, as it would have to.
fn call(plugin: &mut extism::Plugin, input: &serde_json::Value) -> anyhow::Result<i32> {
    let answer: String = plugin.call("earn", input.to_string())?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let amount = answer["awards"][0]["amount"]
        .as_i64()
        .with_context(|| answer.to_string())?;
    Ok(i32::try_from(amount)?)
}
