//! One rule of a community: which component, from when, and its parameters with their places.
//!
//! Checks that a component's file is there and has its digest; never loads or runs it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_files::Trouble;
use rongyi_rules::Lowered;
use sha2::{Digest, Sha256};

use super::diagnostic::{Diagnostic, Source};
use super::host::read_lowered;
use super::params;
use super::reader::{Field, Mistakes, Table, both};
use super::source::Places;
use super::words::nearest;

/// The largest component there may be, in bytes; what its tier allows is looked at later.
pub const COMPONENT_BYTES_MAX: u64 = 64 << 20;

/// Which component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginRef {
    /// Carried inside the binary, by name.
    Bundled(String),
    /// A file whose bytes have this digest; checked when the configuration was loaded.
    File {
        /// Where it is.
        path: PathBuf,
        /// 64 lower-case hexadecimal digits.
        sha256: String,
    },
}

/// One rule of a community: a component, its parameters, and from when.
#[derive(Debug, Clone)]
pub struct RuleEntry {
    /// Which component.
    pub plugin: PluginRef,
    /// The first local day it decides for.
    pub active_from: LocalDate,
    /// The last local day it decides for; `None` until a later entry or for ever.
    pub active_until: Option<LocalDate>,
    /// Whether it only runs beside what decides, to be compared.
    pub shadow: bool,
    /// Canonical JSON of `[rule.params]`: sorted keys, no spaces, decimals and dates as strings with the
    /// text they have in the file.
    pub params_json: String,
    /// What this community takes less of than the operator allows.
    pub lowered: Lowered,
    /// A file with the community's own scenarios for this rule.
    pub scenarios: Option<PathBuf>,
    scenarios_at: Option<Range<usize>>,
    limits_at: Option<Range<usize>>,
    places: BTreeMap<String, Range<usize>>,
    plugin_at: Range<usize>,
    source: Arc<Source>,
}

impl RuleEntry {
    /// A complaint about one parameter, as the rule named it (`kinds[2].cap`), at its place in the file.
    /// A parameter that is not there is shown at the nearest part that is.
    pub fn param_diagnostic(&self, path: &str, code: &str, zh: &str, en: &str) -> Diagnostic {
        let place = params::find(&self.places, path).unwrap_or(self.plugin_at.clone());
        let help = both(
            format!("改 [rule.params] 里的 {path}；各项的含义见这个规则的 README。"),
            format!(
                "Change {path} below [rule.params]; the README of this rule explains each parameter."
            ),
        );
        Diagnostic::at(&self.source, place, code, both(zh, en), help)
    }

    /// A complaint about the limits this community sets for the rule, at their place.
    pub fn limits_diagnostic(&self, zh: String, en: String) -> Diagnostic {
        let place = self.limits_at.clone().unwrap_or(self.plugin_at.clone());
        let help = both(
            "改 [rule.limits] 里的数，或删掉它，用本机的限额。",
            "Change the number below [rule.limits], or delete it to use those of this installation.",
        );
        Diagnostic::at(&self.source, place, "config.limit", both(zh, en), help)
    }

    /// A complaint about a scenario of this community, at the line that names their file.
    pub fn scenarios_diagnostic(&self, code: &str, message: Text, help: Text) -> Diagnostic {
        let place = self.scenarios_at.clone().unwrap_or(self.plugin_at.clone());
        Diagnostic::at(&self.source, place, code, message, help)
    }

    /// Where the parameters begin.
    pub(super) fn params_at(&self) -> Range<usize> {
        params::find(&self.places, "").unwrap_or(self.plugin_at.clone())
    }

    /// A complaint about the rule as a whole, at the line that names its component.
    pub fn plugin_diagnostic(&self, code: &str, message: Text, help: Text) -> Diagnostic {
        Diagnostic::at(&self.source, self.plugin_at.clone(), code, message, help)
    }
}

/// The rules of a community; a community without any is reported.
pub(super) fn read_rules(desk: &Mistakes, table: &Table<'_>, places: Places<'_>) -> Vec<RuleEntry> {
    let Some(field) = table.get("rule") else {
        desk.error(
            table.span(),
            "config.missing",
            both(
                "这个社区一条规则也没有。",
                "This community has no rule at all.",
            ),
            both(
                "加一段 [[rule]]，写上 plugin = \"points-table\" 和 active_from；例子见 communities/nanmen.toml。",
                "Add a [[rule]] with plugin = \"points-table\" and active_from; see communities/nanmen.toml.",
            ),
        );
        return Vec::new();
    };
    if field.value.get_ref().is_table() {
        desk.error(
            field.span(),
            "config.type",
            both("规则要写成列表。", "Rules are a list."),
            both(
                "标题用两层方括号：[[rule]]，参数的标题还是 [rule.params]。",
                "Use double brackets in the header: [[rule]]; the parameters stay [rule.params].",
            ),
        );
        return Vec::new();
    }
    let items = field.list().unwrap_or_default();
    let rules = items
        .iter()
        .filter_map(|item| read_rule(desk, item, places));
    let rules: Vec<RuleEntry> = rules.collect();
    same_slots(desk, &rules);
    rules
}

/// The later of two entries replaces the earlier from its day on; on the same day nobody could tell
/// which one decides.
fn same_slots(desk: &Mistakes, rules: &[RuleEntry]) {
    for (at, later) in rules.iter().enumerate() {
        let same =
            |one: &&RuleEntry| one.plugin == later.plugin && one.active_from == later.active_from;
        if rules[..at].iter().any(|one| same(&one)) {
            let from = later.active_from;
            desk.error(
                later.plugin_at.clone(),
                "config.duplicate",
                both(
                    format!("同一个规则从 {from} 起写了两段。"),
                    format!("The same rule is written twice from {from} on."),
                ),
                both(
                    "把两段的参数合成一段；要换新的参数，就把后一段的 active_from 改晚。",
                    "Put the parameters into one; for new parameters give the second a later active_from.",
                ),
            );
        }
    }
}

fn read_rule(desk: &Mistakes, field: &Field<'_>, files: Places<'_>) -> Option<RuleEntry> {
    let table = field.table()?;
    let plugin_field = table.need("plugin");
    let plugin_at = plugin_field.as_ref().map_or(table.span(), Field::span);
    let plugin = plugin_field.and_then(|field| read_plugin(&field, files));
    let active_from = table.need("active_from").and_then(|field| field.date());
    let until = table.get("active_until");
    let until_at = until.as_ref().map(Field::span);
    let active_until = until.and_then(|field| field.date());
    if let (Some(from), Some(until), Some(at)) = (active_from, active_until, until_at)
        && until < from
    {
        desk.error(
            at,
            "config.value",
            both(
                format!("这段规则在开始的日子（{from}）之前就结束了。"),
                format!("This rule would end before the day it begins, {from}."),
            ),
            both(
                "active_until 是它管事的最后一天，不能早于 active_from；没有尽头就不写这一行。",
                "active_until is the last day it decides for, not before active_from; leave the line out for no end.",
            ),
        );
    }
    let shadow = table.get("shadow").and_then(|field| field.yes_no());
    let shadow = shadow.unwrap_or(false);
    let mut params_json = String::new();
    let mut places = BTreeMap::new();
    match table.get("params") {
        Some(params) if params.table().is_some() => {
            params::write_json(desk, params.value, "", &mut params_json, &mut places);
        }
        _ => params_json.push_str("{}"),
    }
    let scenarios = table.get("scenarios");
    let scenarios_at = scenarios.as_ref().map(Field::span);
    // They were run when it was taken over.
    let scenarios = scenarios.filter(|_| !files.kept);
    let scenarios = scenarios.and_then(|field| named_file(&field, files));
    let mut lowered = Lowered::default();
    let limits = table.get("limits");
    let limits_at = limits.as_ref().map(Field::span);
    if let Some(rows) = limits.and_then(|field| field.table()) {
        lowered = read_lowered(&rows);
        rows.finish();
    }
    table.finish();
    Some(RuleEntry {
        lowered,
        limits_at,
        scenarios,
        scenarios_at,
        plugin: plugin?,
        active_from: active_from?,
        active_until,
        shadow,
        params_json,
        places,
        plugin_at,
        source: Arc::clone(&desk.source),
    })
}

fn read_plugin(field: &Field<'_>, files: Places<'_>) -> Option<PluginRef> {
    if let Some(name) = field.value.get_ref().as_str() {
        if rongyi_bundled::find(name).is_some() {
            return Some(PluginRef::Bundled(name.to_owned()));
        }
        let names: Vec<&str> = rongyi_bundled::RULES.iter().map(|rule| rule.name).collect();
        let near = nearest(name, names.iter().copied());
        let near = near.map_or_else(
            || (String::new(), String::new()),
            |near| {
                (
                    format!("是不是 \"{near}\"？"),
                    format!("Did you mean \"{near}\"? "),
                )
            },
        );
        let list = names.join(", ");
        field.refuse(
            both(
                format!("没有叫 “{name}” 的内置规则；有的是：{list}。"),
                format!("There is no bundled rule “{name}”; there are: {list}."),
            ),
            both(
                format!(
                    "{}自己写的规则写成 {{ file = \"…\", sha256 = \"…\" }}。",
                    near.0
                ),
                format!(
                    "{}A rule of your own is {{ file = \"…\", sha256 = \"…\" }}.",
                    near.1
                ),
            ),
        );
        return None;
    }
    if !field.value.get_ref().is_table() {
        field.wrong_type(
            "内置规则的名字，或 { file = …, sha256 = … }",
            "the name of a bundled rule, or { file = …, sha256 = … }",
            "\"points-table\"",
        );
        return None;
    }
    let table = field.table()?;
    let file = table.need("file");
    let digest = table.need("sha256");
    table.finish();
    let (file, digest) = (file?, digest?);
    let path = named_file(&file, files)?;
    let written = digest.string()?;
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let well_formed = written.len() == 64 && written.bytes().all(hex);
    // What is archived was compared when it was taken over.
    let found = match files.kept {
        true => written.to_owned(),
        false => digest_of(&file, &path)?,
    };
    if found == written {
        return Some(PluginRef::File {
            path,
            sha256: found,
        });
    }
    let (zh, en) = if well_formed {
        (
            format!("文件的摘要和这里写的不一样。写的是 {written}，文件是 {found}。"),
            format!("The file does not have this digest. Written: {written}; the file: {found}."),
        )
    } else {
        (
            format!(
                "sha256 是 64 个字符，只有 0-9 和小写 a-f，这里写的不是。文件的摘要是 {found}。"
            ),
            format!(
                "A sha256 is 64 characters out of 0-9 and a-f; this is something else. The file has {found}."
            ),
        )
    };
    field.desk.error(
        digest.span(),
        "config.digest",
        both(zh, en),
        both(
            "如果文件确实是你要用的那一个，把它的摘要抄到这里；不确定就不要改，先找给你文件的人核对。",
            "If the file is the one you mean, copy its digest here; if in doubt, change nothing and ask whoever gave you the file.",
        ),
    );
    None
}

/// Where the file lies that stands here; one that is not there or lies elsewhere is reported.
fn named_file(field: &Field<'_>, files: Places<'_>) -> Option<PathBuf> {
    let name = field.string()?;
    let found = files.find(name);
    found.map_err(|trouble| unusable(field, &trouble)).ok()
}

fn digest_of(field: &Field<'_>, path: &Path) -> Option<String> {
    match rongyi_files::read(path, COMPONENT_BYTES_MAX) {
        Ok(bytes) => {
            let mut text = String::with_capacity(64);
            for byte in Sha256::digest(&bytes) {
                let _ = write!(text, "{byte:02x}");
            }
            Some(text)
        }
        Err(trouble) => {
            unusable(field, &trouble);
            None
        }
    }
}

fn unusable(field: &Field<'_>, trouble: &Trouble) {
    let help = if matches!(trouble, Trouble::Outside { .. }) {
        both(
            "规则和情景文件要放在 rongyi.toml 所在的文件夹里面；把它拷进来，再改路径。",
            "Rules and scenarios lie below the folder of rongyi.toml; copy it there and change the path.",
        )
    } else {
        both(
            "路径从这个社区文件所在的文件夹算起；把文件放到那里，或改路径。",
            "The path starts at the folder of this community's file; put the file there, or change the path.",
        )
    };
    let message = both(
        format!("不能用这个文件：{}。", trouble.zh()),
        format!("This file can't be used: {trouble}."),
    );
    field.desk.error(field.span(), "config.file", message, help);
}
