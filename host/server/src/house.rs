//! An opened installation: configuration, database, engine, rules and clerk, put together once at start.
//!
//! Opening compares each community's configuration with its ledger and records what changed (settings, rule
//! sets), so that the ledger always knows which rules decide. It serves nothing and prints nothing.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use rongyi_core::amount::Amount;
use rongyi_core::chain::{Hash, hex, sha256};
use rongyi_core::command::{Ask, Command};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::RuleSet;
use rongyi_core::rule::{Plan, Text};
use rongyi_core::settings::{Expiry, Settings, Unit};
use rongyi_core::time::LocalDate;
use rongyi_rules::{Allowance, Compiler, Engine, LoadError, Rule};
use rongyi_store::{Store, StoreError};
use tokio_util::task::TaskTracker;

use crate::clerk::{Clerk, ClerkError};
use crate::clock::{Clock, local};
use crate::config::{self, AccountUnit, Config, Diagnostic, PluginRef, RuleEntry};
use crate::proof::heads::Heads;
use crate::rulebook::{RuleBooks, RuleSets};

/// The actor of everything that configuration and jobs do.
pub const SYSTEM: &str = "system";

/// One community as this host serves it.
#[derive(Debug)]
pub struct Community {
    /// Its configuration.
    pub config: config::Community,
    /// Its time zone.
    pub zone: TimeZone,
}

/// An opened installation.
pub struct House {
    /// What the operator wrote.
    pub config: Config,
    /// The communities by code.
    pub communities: BTreeMap<Code, Community>,
    /// The database.
    pub store: Arc<Store>,
    /// The only way to change a ledger.
    pub clerk: Clerk,
    /// The loaded rules.
    pub books: Arc<RuleBooks>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The published heads.
    pub heads: Heads,
    /// Whether its people are invented; pages say so.
    pub demo: bool,
    tasks: TaskTracker,
}

/// Why an installation cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Something in the TOML; all of it.
    #[error("{}", config::render(.0))]
    Config(Vec<Diagnostic>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sandbox itself.
    #[error("the rule engine cannot start: {0}")]
    Engine(String),
    /// The ledger refused the configuration.
    #[error("community {0}: {1}")]
    Ledger(Code, ClerkError),
    /// A folder or file of the installation.
    #[error("{0}: {1}")]
    File(std::path::PathBuf, std::io::Error),
}

/// A rule that is configured, loaded and checked.
pub struct Checked {
    /// The configuration entry.
    pub active_from: LocalDate,
    /// Its component's bytes.
    pub bytes: Vec<u8>,
    /// Its parameters.
    pub params_json: String,
    /// The loaded rule.
    pub rule: Arc<Rule>,
}

/// The hidden command of `rongyi` that compiles one rule in a process of its own.
pub const COMPILE_COMMAND: &str = "compile-rule";

static COMPILER: OnceLock<Compiler> = OnceLock::new();

/// From now on rules are compiled in processes of their own. `rongyi` says so first of all; a program that
/// carries this library without the command [`COMPILE_COMMAND`] compiles in its own process.
pub fn compile_apart() {
    let _ = COMPILER.set(Compiler::this_program(&[COMPILE_COMMAND]));
}

/// Where this program compiles rules.
pub fn compiler() -> Compiler {
    COMPILER.get().cloned().unwrap_or(Compiler::InProcess)
}

/// The engine with the limits of the configuration, for asking a few questions: nothing is baked.
///
/// # Errors
/// [`OpenError::Engine`] with the reason.
pub fn engine(config: &Config, cache: Option<&Path>) -> Result<Engine, OpenError> {
    engine_with(config, cache, false)
}

fn engine_with(config: &Config, cache: Option<&Path>, bake: bool) -> Result<Engine, OpenError> {
    let allowance = Allowance {
        bake,
        ..config.limits.clone()
    };
    Engine::new(allowance, compiler(), cache).map_err(|error| OpenError::Engine(error.to_string()))
}

/// Loads every configured rule of a community and checks them together. All mistakes at once.
///
/// # Errors
/// Diagnostics at their places in the TOML.
pub fn check_rules(
    engine: &Engine,
    community: &config::Community,
) -> Result<Vec<Checked>, Vec<Diagnostic>> {
    let mut checked: Vec<Checked> = Vec::new();
    let mut found = Vec::new();
    for entry in &community.rules {
        let bytes = match component(entry) {
            Ok(bytes) => bytes,
            Err(diagnostic) => {
                found.push(*diagnostic);
                continue;
            }
        };
        match engine.load_lowered(&bytes, &entry.params_json, entry.lowered) {
            Ok(rule) => {
                found.extend(clashes(entry, &rule, &checked));
                let (active_from, params_json) = (entry.active_from, entry.params_json.clone());
                checked.push(Checked {
                    active_from,
                    bytes,
                    params_json,
                    rule: Arc::new(rule),
                });
            }
            Err(error) => found.extend(load_diagnostics(entry, &error)),
        }
    }
    let names: Vec<&str> = checked
        .iter()
        .map(|rule| rule.rule.about.name.as_str())
        .collect();
    // Of a rule that could not be loaded the name is not known either; that was said already.
    if checked.len() == community.rules.len() {
        found.extend(crate::period::wrong_rule(community, &names));
    }
    if found.is_empty() {
        Ok(checked)
    } else {
        Err(found)
    }
}

fn component(entry: &RuleEntry) -> Result<Vec<u8>, Box<Diagnostic>> {
    match &entry.plugin {
        PluginRef::Bundled(name) => match rongyi_bundled::find(name) {
            Some(rule) => Ok(rule.bytes.to_vec()),
            None => Err(Box::new(no_bundled(entry, name))),
        },
        PluginRef::File {
            path,
            sha256: named,
        } => match std::fs::read(path) {
            // The digest was compared when the configuration was read; the file may have changed since.
            Ok(bytes) if hex(&sha256(&bytes)) == *named => Ok(bytes),
            Ok(_) => Err(unreadable(
                entry,
                "config.digest",
                "它刚刚被改过",
                "it has just been changed",
            )),
            Err(error) => Err(unreadable(
                entry,
                "config.file",
                &error.to_string(),
                &error.to_string(),
            )),
        },
    }
}

fn no_bundled(entry: &RuleEntry, name: &str) -> Diagnostic {
    let names: Vec<_> = rongyi_bundled::RULES.iter().map(|rule| rule.name).collect();
    entry.plugin_diagnostic(
        "config.plugin",
        Text {
            zh: format!("没有自带规则“{name}”。"),
            en: format!("There is no bundled rule “{name}”."),
        },
        Text {
            zh: format!("自带的有：{}。", names.join("、")),
            en: format!("Bundled are: {}.", names.join(", ")),
        },
    )
}

fn unreadable(entry: &RuleEntry, code: &str, zh: &str, en: &str) -> Box<Diagnostic> {
    Box::new(entry.plugin_diagnostic(
        code,
        Text {
            zh: format!("读不了规则文件：{zh}。"),
            en: format!("The rule file cannot be used: {en}."),
        },
        Text {
            zh: "核对路径、权限和 sha256。".into(),
            en: "Check its path, its permissions and its sha256.".into(),
        },
    ))
}

fn load_diagnostics(entry: &RuleEntry, error: &LoadError) -> Vec<Diagnostic> {
    if error.diagnostics.is_empty() {
        let zh = error.zh.clone().unwrap_or_else(|| error.message.clone());
        if error.code == "limit.raised" {
            return vec![entry.limits_diagnostic(zh, error.message.clone())];
        }
        let help = Text {
            zh: "改正规则文件后重新运行 rongyi check。".into(),
            en: "Mend the rule and run `rongyi check` again.".into(),
        };
        return vec![entry.plugin_diagnostic(
            error.code,
            Text {
                zh,
                en: error.message.clone(),
            },
            help,
        )];
    }
    error
        .diagnostics
        .iter()
        .map(|d| entry.param_diagnostic(&d.path, &d.code, &d.zh, &d.en))
        .collect()
}

/// An event kind, or pricing, belongs to one rule of the community at a time.
fn clashes(entry: &RuleEntry, rule: &Rule, others: &[Checked]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for other in others
        .iter()
        .filter(|other| other.rule.about.name != rule.about.name)
    {
        for kind in &rule.plan.kinds {
            if other
                .rule
                .plan
                .kinds
                .iter()
                .any(|own| own.code == kind.code)
            {
                let (name, code) = (&other.rule.about.name, &kind.code);
                found.push(entry.plugin_diagnostic(
                    "config.duplicate",
                    Text {
                        zh: format!("事项“{code}”已经由规则“{name}”处理。"),
                        en: format!("The kind “{code}” is already handled by the rule “{name}”."),
                    },
                    Text {
                        zh: "一类事项只能归一个规则：从其中一个里删掉它。".into(),
                        en: "A kind belongs to one rule: take it out of one of the two.".into(),
                    },
                ));
            }
        }
        if rule.plan.pricing.is_some() && other.rule.plan.pricing.is_some() {
            found.push(entry.plugin_diagnostic(
                "config.duplicate",
                Text {
                    zh: "已经有一个定价规则。".into(),
                    en: "There is already a rule for prices.".into(),
                },
                Text {
                    zh: "一个社区只能有一个定价规则。".into(),
                    en: "A community has one rule for prices.".into(),
                },
            ));
        }
    }
    found
}

fn settings(community: &config::Community) -> Settings {
    let amount = |value: i64| Amount::new(value).unwrap_or_default();
    Settings {
        unit: match community.unit {
            AccountUnit::Person => Unit::Person,
            AccountUnit::Household => Unit::Household,
        },
        began_on: community.began_on,
        expiry: match community.expiry {
            config::Expiry::Never => Expiry::Never,
            config::Expiry::Days(days) => Expiry::Days(days),
            config::Expiry::EndOfMonth { months_later } => {
                Expiry::EndOfMonth(u8::try_from(months_later).unwrap_or(u8::MAX))
            }
            config::Expiry::EndOfYear { years_later } => {
                Expiry::EndOfYear(u8::try_from(years_later).unwrap_or(u8::MAX))
            }
            config::Expiry::EndOfQuarter { quarters_later } => {
                Expiry::EndOfQuarter(u8::try_from(quarters_later).unwrap_or(u8::MAX))
            }
            config::Expiry::Months(months) => Expiry::Months(months),
        },
        debt_floor: amount(community.debt_floor),
        order_hold_days: community.order_hold_days,
        award_max: community.award_max.map(amount),
        issue_budget_month: community.issue_budget_month.map(amount),
        assets: Vec::new(),
    }
}

impl House {
    /// Opens everything: migrates the database, loads the rules, records what changed in the configuration.
    ///
    /// # Errors
    /// [`OpenError`]; nothing is left running after it.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<House, OpenError> {
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|error| OpenError::File(config.data_dir.clone(), error))?;
        // Baking costs two more compilations of each rule, once; worth it where they are kept and much is asked.
        let bake = compiler() != Compiler::InProcess;
        let engine = engine_with(&config, Some(&config.data_dir.join("compiled")), bake)?;
        let mut checked = Vec::new();
        let mut found = Vec::new();
        for community in &config.communities {
            match check_rules(&engine, community) {
                Ok(rules) => checked.push(rules),
                Err(diagnostics) => found.extend(diagnostics),
            }
        }
        if !found.is_empty() {
            return Err(OpenError::Config(found));
        }
        let store = Arc::new(Store::open(&config.database_url, true).await?);
        let books = Arc::new(RuleBooks::default());
        let tasks = TaskTracker::new();
        let clerk = Clerk::start(
            Arc::clone(&store),
            Arc::clone(&books),
            Arc::clone(&clock),
            &tasks,
        );
        let communities = config
            .communities
            .iter()
            .map(|own| {
                let zone = TimeZone::get(&own.timezone).unwrap_or(TimeZone::UTC);
                (
                    own.code.clone(),
                    Community {
                        config: own.clone(),
                        zone,
                    },
                )
            })
            .collect();
        let house = House {
            heads: Heads::open(config.data_dir.join("heads")),
            config,
            communities,
            store,
            clerk,
            books,
            clock,
            demo: false,
            tasks,
        };
        let configs: Vec<_> = house.config.communities.clone();
        for (community, rules) in configs.iter().zip(checked) {
            house.install(&engine, community, rules).await?;
        }
        Ok(house)
    }

    /// Stops the clerk after what it has in hand, and closes the database.
    pub async fn close(self) {
        drop(self.clerk);
        self.tasks.close();
        self.tasks.wait().await;
        // Somebody may still read; then the connections close with the last reader.
        if let Some(store) = Arc::into_inner(self.store)
            && let Err(error) = store.close().await
        {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// A community's local date and minute of the day, now.
    pub fn today(&self, community: &Code) -> (LocalDate, u16) {
        let zone = self
            .communities
            .get(community)
            .map_or(TimeZone::UTC, |own| own.zone.clone());
        local(self.clock.now(), &zone)
    }

    /// A command of this host itself.
    pub fn command(&self, community: &Code, actor: &str, ask: Ask) -> Command {
        let actor = actor.parse().unwrap_or_else(|_| Code::literal(SYSTEM));
        Command {
            actor,
            key: None,
            today: self.today(community).0,
            ask,
            text: None,
        }
    }

    async fn record(&self, code: &Code, ask: Ask) -> Result<(), OpenError> {
        let command = self.command(code, SYSTEM, ask);
        let answer = self.clerk.ask_patiently(code, command).await;
        answer
            .map(drop)
            .map_err(|error| OpenError::Ledger(code.clone(), error))
    }

    /// Brings a community's ledger up to its configuration.
    async fn install(
        &self,
        engine: &Engine,
        community: &config::Community,
        rules: Vec<Checked>,
    ) -> Result<(), OpenError> {
        let code = &community.code;
        self.books.put(code.clone(), RuleSets::new());
        let frame = self.store.frame(code).await?;
        let wanted = settings(community);
        if frame.as_ref().and_then(|frame| frame.settings.as_ref()) != Some(&wanted) {
            self.record(code, Ask::Settings(wanted)).await?;
        }
        let known = frame.map(|frame| frame.sets).unwrap_or_default();
        for rule in &rules {
            self.archive(rule).await?;
            if !in_force(&known, rule) {
                self.record(code, Ask::Activate(Box::new(rule_set(rule))))
                    .await?;
            }
        }
        let gone = known.iter().filter(|set| {
            !rules
                .iter()
                .any(|rule| rule.rule.about.name == set.name.as_str())
        });
        let gone: BTreeMap<_, _> = gone.map(|set| (set.name.clone(), set)).collect();
        for set in gone.into_values().filter(|set| set.plan != Plan::default()) {
            let today = self.today(code).0;
            let empty = RuleSet {
                active_from: today,
                plan: Plan::default(),
                ..(**set).clone()
            };
            self.record(code, Ask::Activate(Box::new(empty))).await?;
        }
        let sets = self.load_sets(engine, code, &rules).await?;
        self.books.put(code.clone(), sets);
        Ok(())
    }

    async fn archive(&self, rule: &Checked) -> Result<(), OpenError> {
        self.store
            .put_component(&rule.rule.digest, &rule.bytes)
            .await?;
        self.store
            .put_params(&sha256(rule.params_json.as_bytes()), &rule.params_json)
            .await?;
        Ok(())
    }

    /// Every rule set of the ledger, loaded: the configured ones as they are, older ones from the archive.
    pub async fn load_sets(
        &self,
        engine: &Engine,
        code: &Code,
        rules: &[Checked],
    ) -> Result<RuleSets, OpenError> {
        load_archived(&self.store, engine, code, rules).await
    }
}

/// Loads every rule set that a ledger names from the archive in its database; `rules` are already loaded.
///
/// # Errors
/// [`OpenError`] when the database does not answer. A rule that cannot be loaded is left out: asked for, it
/// is a fault that says so.
pub async fn load_archived(
    store: &Store,
    engine: &Engine,
    code: &Code,
    rules: &[Checked],
) -> Result<RuleSets, OpenError> {
    let mut sets: RuleSets = HashMap::new();
    let mut loaded: HashMap<(Hash, Hash), Arc<Rule>> = rules
        .iter()
        .map(|rule| {
            (
                (rule.rule.digest, sha256(rule.params_json.as_bytes())),
                Arc::clone(&rule.rule),
            )
        })
        .collect();
    let frame = store.frame(code).await?;
    for set in frame
        .map(|frame| frame.sets)
        .unwrap_or_default()
        .iter()
        .filter(|set| set.plan != Plan::default())
    {
        let key = (set.component, set.params);
        if let std::collections::hash_map::Entry::Vacant(place) = loaded.entry(key) {
            let (Some(bytes), Some(params)) = (
                store.component(&set.component).await?,
                store.params(&set.params).await?,
            ) else {
                tracing::error!(community = %code, set = %set.no, "the archive lacks the component or parameters of a rule set");
                continue;
            };
            match engine.load(&bytes, &params) {
                Ok(rule) => drop(place.insert(Arc::new(rule))),
                Err(error) => {
                    tracing::error!(community = %code, set = %set.no, code = error.code, "{}", error.message)
                }
            }
        }
        if let Some(rule) = loaded.get(&key) {
            sets.insert(set.no, Arc::clone(rule));
        }
    }
    Ok(sets)
}

fn rule_set(rule: &Checked) -> RuleSet {
    RuleSet {
        no: RuleSetNo(0),
        name: rule_name(&rule.rule),
        title: rule.rule.about.title.clone(),
        version: rule.rule.about.version.clone(),
        component: rule.rule.digest,
        params: sha256(rule.params_json.as_bytes()),
        active_from: rule.active_from,
        plan: rule.rule.plan.clone(),
    }
}

/// The rule's name as a code. Loading has checked that it is one.
fn rule_name(rule: &Rule) -> Code {
    rule.about
        .name
        .parse()
        .unwrap_or_else(|_| Code::literal("unnamed"))
}

/// Whether the newest activation of this name and date is exactly this rule.
fn in_force(known: &[Arc<RuleSet>], rule: &Checked) -> bool {
    let wanted = rule_set(rule);
    let same_slot =
        |set: &&Arc<RuleSet>| set.name == wanted.name && set.active_from == wanted.active_from;
    let newest = known.iter().filter(same_slot).max_by_key(|set| set.no);
    newest.is_some_and(|set| {
        set.component == wanted.component && set.params == wanted.params && set.plan == wanted.plan
    })
}
