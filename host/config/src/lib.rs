//! The configuration: `rongyi.toml` and one file for each community, read into types that can't be wrong.
//!
//! Every mistake of every file is reported at once, each with its place and the way out. Runs no rule,
//! opens no database, and creates nothing; whether a rule accepts its parameters is asked later and
//! reported through [`RuleEntry::param_diagnostic`]. The operator's manual is `config/README.md`.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod community;
mod diagnostic;
mod host;
mod params;
mod reader;
mod rule;
pub mod serving;
mod source;
mod syntax;
mod webhook;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use community::{
    AccountUnit, Activities, CaseUnit, Certificates, Closing, Community, Kept, OfCase, OfKind,
    PaidBeside, Settling, Shop,
};
use diagnostic::Source;
pub use diagnostic::{Diagnostic, Severity, render, to_json};
use reader::{Mistakes, Table, both};
use rongyi_cases::WorkCalendar;
use rongyi_core::ids::Code;
use rongyi_files::Trouble;
use rongyi_rules::Allowance;
pub use rule::COMPONENT_BYTES_MAX;
pub use rule::{PluginRef, RuleEntry};
pub use webhook::Webhook;

/// All of it.
pub struct Config {
    /// The file it was read from.
    pub file: PathBuf,
    /// Where the server keeps what it writes.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`. May hold a password: never print it.
    pub database_url: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address residents type, without `/` at the end.
    pub public_url: Option<String>,
    /// The file with the server's secret.
    pub secret_file: PathBuf,
    /// Proxies in front of this host, believed when they say for whom they ask.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// What rules may take.
    pub limits: Allowance,
    /// Distinct events on which a rule fails in a row before it is parked.
    pub park_after: usize,
    /// Whether what is saved is taken over at once, without anybody applying it.
    pub auto_apply: bool,
    /// The minute of the day from which on the ledgers are checked once a day; `None` for never.
    pub nightly_check: Option<u16>,
    /// For how many months it is kept who read what.
    pub read_log_months: u32,
    /// What connections may take.
    pub serving: serving::Limits,
    /// Addresses that may read `/metrics`, beside this machine itself.
    pub metrics_from: Vec<IpAddr>,
    /// To whom somebody writes who found a hole in this installation; each is an address such as `mailto:…`.
    pub security_contact: Vec<String>,
    /// Where messages are sent on to; nowhere unless it is written.
    pub webhook: Option<Webhook>,
    /// Days off and opening hours.
    pub calendar: Arc<WorkCalendar>,
    /// The communities, in the order of `rongyi.toml`, or by file name.
    pub communities: Vec<Community>,
    /// What is allowed and probably not meant.
    pub warnings: Vec<Diagnostic>,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the database address, which may hold a password.
        f.debug_struct("Config")
            .field("file", &self.file)
            .field("communities", &self.communities)
            .finish_non_exhaustive()
    }
}

/// Reads `rongyi.toml` at `path` and the communities it names, with the process's environment.
///
/// # Errors
/// Everything that is wrong in any of the files, in the order of the files and their lines; warnings
/// are among them.
pub fn load(path: &Path) -> Result<Config, Vec<Diagnostic>> {
    load_with(path, &|name| std::env::var(name).ok())
}

/// [`load`] with another environment. Only `RONGYI_DATABASE_URL` is asked for.
///
/// # Errors
/// As [`load`].
pub fn load_with(
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Vec<Diagnostic>> {
    let (host, files) = read(path, environment)?;
    let (mut found, mut communities) = (host.found, Vec::new());
    for one in files {
        found.extend(one.found);
        communities.extend(one.community);
    }
    in_order(&mut found);
    if found.iter().any(is_error) {
        return Err(found);
    }
    Ok(config(path, host.host, communities, found))
}

/// A configuration of which only some communities may be usable.
#[derive(Debug)]
pub struct Parted {
    /// What the whole server shares, and the communities without a mistake.
    pub config: Config,
    /// The files of the others, and what is wrong with each.
    pub wrong: Vec<(PathBuf, Vec<Diagnostic>)>,
}

impl Parted {
    /// Everything that is wrong with the files of the communities that are left out.
    pub fn mistakes(&self) -> Vec<Diagnostic> {
        self.wrong
            .iter()
            .flat_map(|(_, found)| found.clone())
            .collect()
    }
}

/// [`load`] for a host that is serving: a mistake in the file of one community leaves out that community alone. Two
/// with the same code are both left out, since nobody can say which of them is meant.
///
/// # Errors
/// Everything that is wrong anywhere, when something is wrong with what all of them share.
pub fn load_parted(path: &Path) -> Result<Parted, Vec<Diagnostic>> {
    let (host, files) = read(path, &|name| std::env::var(name).ok())?;
    let mut warnings = host.found;
    if warnings.iter().any(is_error) {
        warnings.extend(files.into_iter().flat_map(|one| one.found));
        in_order(&mut warnings);
        return Err(warnings);
    }
    let mut times: BTreeMap<Code, u32> = BTreeMap::new();
    for community in files.iter().filter_map(|one| one.community.as_ref()) {
        let times = times.entry(community.code.clone()).or_default();
        *times = times.saturating_add(1);
    }
    let (mut communities, mut wrong) = (Vec::new(), Vec::new());
    for one in files {
        let (mut errors, rest): (Vec<_>, Vec<_>) = one.found.into_iter().partition(is_error);
        warnings.extend(rest);
        let alone = |community: &Community| times.get(&community.code) == Some(&1);
        match one.community.filter(alone) {
            Some(community) if errors.is_empty() => communities.push(community),
            _ => {
                in_order(&mut errors);
                wrong.push((one.file, errors));
            }
        }
    }
    let config = config(path, host.host, communities, warnings);
    Ok(Parted { config, wrong })
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

fn config(
    path: &Path,
    host: host::Host,
    mut communities: Vec<Community>,
    warnings: Vec<Diagnostic>,
) -> Config {
    for community in &mut communities {
        community.calendar = Arc::clone(&host.calendar);
    }
    Config {
        file: path.to_owned(),
        data_dir: host.data_dir,
        database_url: host.database_url,
        listen: host.listen,
        public_url: host.public_url,
        secret_file: host.secret_file,
        trusted_proxies: host.trusted_proxies,
        limits: host.limits,
        park_after: host.park_after,
        auto_apply: host.auto_apply,
        nightly_check: host.nightly_check,
        calendar: host.calendar,
        read_log_months: host.read_log_months,
        serving: host.serving,
        metrics_from: host.metrics_from,
        security_contact: host.security_contact,
        webhook: host.webhook,
        communities,
        warnings,
    }
}

/// What all communities share, as it was read.
struct Shared {
    host: host::Host,
    found: Vec<Diagnostic>,
}

/// One community's file, as it was read.
struct OneFile {
    file: PathBuf,
    found: Vec<Diagnostic>,
    community: Option<Community>,
}

fn read(
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<(Shared, Vec<OneFile>), Vec<Diagnostic>> {
    let text = source::read_text(path).map_err(|missing| vec![*missing])?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    let (host, named) = source::with_tree(path, &text, &mut found, |desk, rows, broken| {
        // A host file with a slip still names communities: their mistakes are reported in the same run.
        let scratch = Mistakes::new(Arc::clone(&desk.source));
        let desk = if broken { &scratch } else { desk };
        let table = Table::new(desk, rows, 0..0, String::new());
        let host = host::read(&table, folder, environment);
        let named = named_files(desk, &table, folder);
        table.finish();
        (host, named)
    });
    if named.is_empty() && found.is_empty() {
        found.push(no_community(path, folder));
    }
    let mut files: Vec<OneFile> = named
        .into_iter()
        .map(|(file, missing)| match missing {
            None => read_community(file, folder),
            Some(missing) => OneFile {
                file,
                found: vec![missing],
                community: None,
            },
        })
        .collect();
    same_codes(&mut files);
    Ok((Shared { host, found }, files))
}

/// The files of the communities. One that is missing or lies elsewhere is reported where it is named, as a mistake of
/// that community alone; one that is named twice is a mistake of all.
fn named_files(
    desk: &Mistakes,
    table: &Table<'_>,
    folder: &Path,
) -> Vec<(PathBuf, Option<Diagnostic>)> {
    let mut files: Vec<(PathBuf, Option<Diagnostic>)> = Vec::new();
    for (file, place) in host::community_paths(table, folder) {
        let shown = file.display();
        if files.iter().any(|(listed, _)| *listed == file) {
            desk.error(
                place,
                "config.duplicate",
                both(
                    format!("{shown} 列了两次。"),
                    format!("{shown} is listed twice."),
                ),
                both("删掉其中一个。", "Delete one of them."),
            );
            continue;
        }
        let (message, help) = match rongyi_files::below(folder, &file) {
            Ok(_) => {
                files.push((file, None));
                continue;
            }
            Err(outside @ Trouble::Outside { .. }) => (
                both(format!("{}。", outside.zh()), format!("{outside}.")),
                both(
                    "社区文件要放在 rongyi.toml 所在的文件夹里面。",
                    "A community's file lies below the folder of rongyi.toml.",
                ),
            ),
            Err(_) => (
                both(
                    format!("找不到社区文件 {shown}。"),
                    format!("There is no community file {shown}."),
                ),
                both(
                    "路径从 rongyi.toml 所在的文件夹算起；改正文件名，或从列表里去掉它。",
                    "The path starts at the folder of rongyi.toml; correct it, or take it off the list.",
                ),
            ),
        };
        let missing = Diagnostic::at(&desk.source, place, "config.file", message, help);
        files.push((file, Some(missing)));
    }
    files
}

fn no_community(path: &Path, folder: &Path) -> Diagnostic {
    let below = folder.join("communities");
    Diagnostic::of_file(
        path.to_owned(),
        "config.missing",
        both(
            format!("一个社区也没有：{} 里没有 .toml 文件。", below.display()),
            format!(
                "There is no community: no .toml file in {}.",
                below.display()
            ),
        ),
        both(
            "每个社区一个文件，写法见 config/README.zh.md。",
            "One file for each community; config/README.md shows how.",
        ),
    )
}

/// One community's file by itself, which no `rongyi.toml` names: a candidate that is to be tried. What its rules name lies
/// below `root`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_candidate(file: &Path, root: &Path) -> Result<Community, Vec<Diagnostic>> {
    alone(read_community(file.to_owned(), root))
}

/// The same of a text that stands in no file yet; it is read as if it were `file`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse_candidate(text: &str, file: &Path, root: &Path) -> Result<Community, Vec<Diagnostic>> {
    alone(parse_community(text, file.to_owned(), root))
}

/// A text that was taken over once and is in force, as if it still stood in `file`. What its rules name was archived then:
/// nothing of it is looked for on the disk.
///
/// # Errors
/// What this program can't read of it.
pub fn parse_kept(text: &str, file: &Path, kept: Kept) -> Result<Community, Vec<Diagnostic>> {
    let root = file.parent().unwrap_or(Path::new(""));
    alone(parse(text, file.to_owned(), (root, Some(kept))))
}

fn alone(one: OneFile) -> Result<Community, Vec<Diagnostic>> {
    let errors: Vec<_> = one.found.into_iter().filter(is_error).collect();
    one.community.filter(|_| errors.is_empty()).ok_or(errors)
}

fn read_community(file: PathBuf, root: &Path) -> OneFile {
    match source::read_text(&file) {
        Ok(text) => parse_community(&text, file, root),
        Err(unreadable) => OneFile {
            file,
            found: vec![*unreadable],
            community: None,
        },
    }
}

fn parse_community(text: &str, file: PathBuf, root: &Path) -> OneFile {
    parse(text, file, (root, None))
}

fn parse(text: &str, file: PathBuf, (root, kept): (&Path, Option<Kept>)) -> OneFile {
    let mut found = Vec::new();
    let community = source::with_tree(&file, text, &mut found, |desk, rows, broken| {
        let table = Table::new(desk, rows, 0..0, String::new());
        if broken {
            return None;
        }
        let read = community::read(desk, table, &file, (root, kept.is_some()))?;
        Some(Community {
            text: text.into(),
            kept,
            ..read
        })
    });
    OneFile {
        file,
        found,
        community,
    }
}

/// Tells every community after the first with its code.
fn same_codes(files: &mut [OneFile]) {
    let mut first: BTreeMap<String, PathBuf> = BTreeMap::new();
    for OneFile {
        file,
        found,
        community,
    } in files
    {
        let Some(community) = community else {
            continue;
        };
        let code = community.code.as_str();
        let Some(earlier) = first.get(code) else {
            first.insert(code.to_owned(), file.clone());
            continue;
        };
        let other = earlier.display();
        let (source, place): &(Arc<Source>, Range<usize>) = &community.code_at;
        found.push(Diagnostic::at(
            source,
            place.clone(),
            "config.duplicate",
            both(
                format!("代号 “{code}” 已经是 {other} 的了。"),
                format!("The code “{code}” already belongs to {other}."),
            ),
            both(
                "每个社区的代号只能用一次；给后来的社区另取一个。",
                "Each community has its own code; give the later one another.",
            ),
        ));
    }
}

/// By file in the order they were met, then by place.
fn in_order(found: &mut [Diagnostic]) {
    let mut files: Vec<PathBuf> = Vec::new();
    for diagnostic in found.iter() {
        if !files.contains(&diagnostic.file) {
            files.push(diagnostic.file.clone());
        }
    }
    let rank = |d: &Diagnostic| files.iter().position(|file| *file == d.file);
    found.sort_by_key(|d| (rank(d), d.line, d.column));
}
