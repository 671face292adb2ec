//! Every configured rule of a community, loaded and tried on its scenarios before it is switched on. Opens no
//! database and changes nothing.

mod meant;
mod overlaps;
mod trial;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rongyi_clerk::rulebook::RuleKey;
use rongyi_config::{self as config, Config, Diagnostic, PluginRef, RuleEntry};
use rongyi_core::chain::{hex, sha256};
use rongyi_core::rule::Text;
use rongyi_core::shown;
use rongyi_core::time::LocalDate;
use rongyi_rules::scenario::Failure;
use rongyi_rules::{Allowance, Cache, Compiler, Engine, LoadError, Rule};

use super::OpenError;

/// Failing scenarios of one rule that are told; the rest is counted.
const FAILURES_MAX: usize = 10;

/// The longest text out of a scenario, or about one, in a message, in characters.
const SAID_MAX: usize = 1_000;
/// The largest file of scenarios, in bytes.
const SCENARIOS_BYTES_MAX: u64 = 4 << 20;

/// A rule that is configured, loaded and checked.
pub struct Checked {
    /// The configuration entry.
    pub active_from: LocalDate,
    /// The last day it decides for.
    pub active_until: Option<LocalDate>,
    /// Whether it decides nothing and is only compared.
    pub shadow: bool,
    /// Its component's bytes.
    pub bytes: Vec<u8>,
    /// Its parameters.
    pub params_json: String,
    /// The loaded rule.
    pub rule: Arc<Rule>,
}

impl Checked {
    /// What it is found by.
    pub(super) fn key(&self) -> RuleKey {
        (self.rule.digest, sha256(self.params_json.as_bytes()))
    }
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
pub fn engine(config: &Config, cache: Option<Cache>) -> Result<Engine, OpenError> {
    engine_with(config, cache, false)
}

/// Questions from which on baking is worth two more compilations of each rule.
const MANY: u64 = 4_000;

/// The engine for asking about so many entries of a ledger: of many, rules are baked, as where they serve.
///
/// # Errors
/// [`OpenError::Engine`] with the reason.
pub fn engine_for(
    config: &Config,
    cache: Option<Cache>,
    entries: u64,
) -> Result<Engine, OpenError> {
    let bake = entries > MANY && compiler() != Compiler::InProcess;
    engine_with(config, cache, bake)
}

fn engine_with(config: &Config, cache: Option<Cache>, bake: bool) -> Result<Engine, OpenError> {
    let allowance = Allowance {
        bake,
        ..config.limits.clone()
    };
    Engine::new(allowance, compiler(), cache).map_err(|error| OpenError::Engine(error.to_string()))
}

/// The engine of a serving host. Baking costs two more compilations of each rule, once; worth it where they are
/// kept and much is asked.
pub(super) fn serving_engine(config: &Config) -> Result<Engine, OpenError> {
    let bake = compiler() != Compiler::InProcess;
    let secret = rongyi_files::secret(&config.secret_file)?;
    let cache = Cache::sealed(&config.data_dir.join(COMPILED), &secret);
    engine_with(config, Some(cache), bake)
}

/// The folder of compiled code below the data folder.
const COMPILED: &str = "compiled";

/// What a serving host has compiled, for a command that only looks: used when it and the server's secret are there,
/// and neither is made.
pub fn known_cache(config: &Config) -> Option<Cache> {
    let folder = config.data_dir.join(COMPILED);
    if !folder.is_dir() || !config.secret_file.exists() {
        return None;
    }
    let secret = rongyi_files::secret(&config.secret_file).ok()?;
    Some(Cache::sealed(&folder, &secret))
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
        let bytes = match component(community, entry) {
            Ok(bytes) => bytes,
            Err(diagnostic) => {
                found.push(*diagnostic);
                continue;
            }
        };
        match engine.load_lowered(&bytes, &entry.params_json, entry.lowered) {
            Ok(rule) => {
                // What is in force was tried when it was taken over.
                if community.kept.is_none() {
                    found.extend(unsigned(entry, &rule));
                    found.extend(scenarios(engine, entry, &bytes, &rule));
                }
                found.extend(trial::beyond_limits(entry, &rule));
                checked.push(Checked {
                    active_from: entry.active_from,
                    active_until: entry.active_until,
                    shadow: entry.shadow,
                    bytes,
                    params_json: entry.params_json.clone(),
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
        found.extend(overlaps::overlaps(&community.rules, &checked));
        found.extend(meant::not_meant(community, &checked));
        found.extend(crate::period::wrong_rules(community, &names));
        let kinds = checked.iter().flat_map(|rule| &rule.rule.plan.kinds);
        let kinds: Vec<&str> = kinds.map(|kind| kind.code.as_str()).collect();
        found.extend(community.unknown_notices(&kinds));
        found.extend(community.unknown_bookings(&kinds));
        let plans = checked.iter().flat_map(|rule| &rule.rule.plan.kinds);
        found.extend(community.times_unsaid(plans));
    }
    if found.is_empty() {
        Ok(checked)
    } else {
        Err(found)
    }
}

/// Who made a rule, as the templates have it before anybody wrote a name there.
pub const TEMPLATE_AUTHOR: &str = "你的名字";

/// A rule that says of nobody that they made it: whoever wants to ask them about it could not.
fn unsigned(entry: &RuleEntry, rule: &Rule) -> Option<Diagnostic> {
    let authors = &rule.about.authors;
    authors.iter().any(|author| author == TEMPLATE_AUTHOR).then(|| {
        entry.plugin_diagnostic(
            "config.author",
            Text {
                zh: format!("规则的作者还是模板里的“{TEMPLATE_AUTHOR}”。"),
                en: format!("The author of this rule is still the template's “{TEMPLATE_AUTHOR}”."),
            },
            Text {
                zh: "请作者在 describe 的 authors 里写上自己，再生成一次。".into(),
                en: "Its author writes who they are into the authors of `describe`, and builds it again.".into(),
            },
        )
    })
}

fn component(community: &config::Community, entry: &RuleEntry) -> Result<Vec<u8>, Box<Diagnostic>> {
    if let Some(kept) = &community.kept {
        let bytes = kept.component(&entry.plugin).map(|bytes| bytes.to_vec());
        return bytes.ok_or_else(|| {
            let (zh, en) = ("归档里没有它", "the archive lacks it");
            unreadable(entry, "config.archive", zh, en)
        });
    }
    match &entry.plugin {
        PluginRef::Bundled(name) => match rongyi_bundled::find(name) {
            Some(rule) => Ok(rule.bytes.to_vec()),
            None => Err(Box::new(no_bundled(entry, name))),
        },
        PluginRef::File {
            path,
            sha256: named,
        } => match rongyi_files::read(path, config::COMPONENT_BYTES_MAX) {
            // The digest was compared when the configuration was read; the file may have changed since.
            Ok(bytes) if hex(&sha256(&bytes)) == *named => Ok(bytes),
            Ok(_) => Err(unreadable(
                entry,
                "config.digest",
                "它刚刚被改过",
                "it has just been changed",
            )),
            Err(trouble) => Err(unreadable(
                entry,
                "config.file",
                &trouble.zh(),
                &trouble.to_string(),
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

/// The rule's own scenarios, and those of the community. A rule that does not do what is written there is not
/// switched on.
fn scenarios(engine: &Engine, entry: &RuleEntry, bytes: &[u8], rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    match engine.own_scenarios(bytes, &rule.about, entry.lowered) {
        Ok(report) => found.extend(failures(&report.failures, |code, message, help| {
            entry.plugin_diagnostic(code, message, help)
        })),
        Err(error) => found.push(entry.plugin_diagnostic(
            "scenario.file",
            Text {
                zh: format!(
                    "规则自带的情景文件读不懂：{}",
                    shown::short(&error, SAID_MAX)
                ),
                en: format!(
                    "The scenarios inside the rule cannot be read: {}",
                    shown::short(&error, SAID_MAX)
                ),
            },
            Text {
                zh: "请规则的作者改正情景文件，再生成一次。".into(),
                en: "Ask the author of the rule to mend its scenarios and build it again.".into(),
            },
        )),
    }
    let Some(path) = &entry.scenarios else {
        return found;
    };
    let text = match rongyi_files::read_text(path, SCENARIOS_BYTES_MAX) {
        Ok(text) => text,
        Err(trouble) => {
            found.push(entry.scenarios_diagnostic(
                "config.file",
                Text {
                    zh: format!("读不了情景文件：{}。", trouble.zh()),
                    en: format!("The scenario file can't be read: {trouble}."),
                },
                Text {
                    zh: "路径从这个社区文件所在的文件夹算起。".into(),
                    en: "The path starts at the folder of this community's file.".into(),
                },
            ));
            return found;
        }
    };
    match engine.run_scenarios(bytes, &text, Some(&entry.params_json), entry.lowered) {
        Ok(report) => found.extend(failures(&report.failures, |code, message, help| {
            entry.scenarios_diagnostic(code, message, help)
        })),
        Err(error) => found.push(entry.scenarios_diagnostic(
            "scenario.file",
            not_scenarios(path, &text, &error),
            Text {
                zh: "写法见 plugins/README.md；改正后再试。".into(),
                en: "plugins/README.md shows the form; mend it and try again.".into(),
            },
        )),
    }
    found
}

/// What is wrong with a scenario file. Of a file that is something else nothing is told but where it stops being one:
/// whoever may name a file here may not be whoever may read it.
fn not_scenarios(path: &Path, text: &str, error: &str) -> Text {
    let shown = path.display();
    let tree: Result<toml::Table, toml::de::Error> = text.parse();
    let line = match &tree {
        Ok(table) if table.get("scenario").is_some_and(toml::Value::is_array) => {
            let error = shown::short(error, SAID_MAX);
            return Text {
                zh: format!("情景文件 {shown} 读不懂：{error}"),
                en: format!("The scenario file {shown} cannot be read: {error}"),
            };
        }
        Ok(_) => 1,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            before.matches('\n').count().saturating_add(1)
        }
    };
    Text {
        zh: format!("{shown} 不是情景文件（第 {line} 行）：要有 [[scenario]]。"),
        en: format!("{shown} is no file of scenarios (line {line}): it needs [[scenario]]."),
    }
}

fn failures(failures: &[Failure], say: impl Fn(&str, Text, Text) -> Diagnostic) -> Vec<Diagnostic> {
    let one = |failure: &Failure| {
        let differs: Vec<String> = failure.differs.iter().map(ToString::to_string).collect();
        let (name, differs) = (
            shown::short(&failure.name, shown::SHOWN_MAX),
            differs.join("; "),
        );
        let differs = shown::short(&differs, SAID_MAX);
        say(
            "scenario.failed",
            Text {
                zh: format!("情景“{name}”的结果和写的不一样：{differs}"),
                en: format!("The scenario “{name}” does not come out as written: {differs}"),
            },
            Text {
                zh: "要么规则或参数错了，要么情景写错了。改对之前，这个规则不会启用。".into(),
                en: "Either the rule or its parameters are wrong, or the scenario is. Until one is mended this rule is not switched on.".into(),
            },
        )
    };
    let mut found: Vec<Diagnostic> = failures.iter().take(FAILURES_MAX).map(one).collect();
    if let Some(more @ 1..) = failures.len().checked_sub(FAILURES_MAX) {
        found.push(say(
            "scenario.failed",
            Text {
                zh: format!("还有 {more} 个情景没有通过。"),
                en: format!("{more} more scenarios fail."),
            },
            Text {
                zh: "先改上面这些。".into(),
                en: "Mend those above first.".into(),
            },
        ));
    }
    found
}
