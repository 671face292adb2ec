//! The configuration: `rongyi.toml` and one file for each community, read into types that can't be wrong.
//!
//! Every mistake of every file is reported at once, each with its place and the way out. Runs no rule,
//! opens no database, and creates nothing; whether a rule accepts its parameters is asked later and
//! reported through [`RuleEntry::param_diagnostic`]. The operator's manual is `config/README.md`.

mod community;
mod diagnostic;
mod host;
mod params;
mod reader;
mod rule;
mod source;
mod syntax;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use community::{AccountUnit, Closing, Community, Expiry, Shop};
use diagnostic::Source;
pub use diagnostic::{Diagnostic, Severity, render, to_json};
use reader::{Desk, Table, both};
use rongyi_rules::Allowance;
pub use rule::{PluginRef, RuleEntry};

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
    /// What rules may take.
    pub limits: Allowance,
    /// Distinct events on which a rule fails in a row before it is parked.
    pub park_after: usize,
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
    let text = source::read_text(path).map_err(|missing| vec![*missing])?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut found = Vec::new();
    let (host, named) = source::with_tree(path, &text, &mut found, |desk, rows, broken| {
        // A host file with a slip still names communities: their mistakes are reported in the same run.
        let scratch = Desk::new(Arc::clone(&desk.source));
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
    let mut communities = Vec::new();
    for file in named {
        read_community(&file, &mut found, &mut communities);
    }
    found.extend(same_codes(&communities));
    in_order(&mut found);
    if found.iter().any(|d| d.severity == Severity::Error) {
        return Err(found);
    }
    Ok(Config {
        file: path.to_owned(),
        data_dir: host.data_dir,
        database_url: host.database_url,
        listen: host.listen,
        public_url: host.public_url,
        secret_file: host.secret_file,
        limits: host.limits,
        park_after: host.park_after,
        communities,
        warnings: found,
    })
}

/// The community files that are there; a named file that is missing or named twice is reported where it
/// is named.
fn named_files(desk: &Desk, table: &Table<'_>, folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for (file, place) in host::community_paths(table, folder) {
        let shown = file.display();
        if files.contains(&file) {
            desk.error(
                place,
                "config.duplicate",
                both(
                    format!("{shown} 列了两次。"),
                    format!("{shown} is listed twice."),
                ),
                both("删掉其中一个。", "Delete one of them."),
            );
        } else if file.exists() {
            files.push(file);
        } else {
            desk.error(
                place,
                "config.file",
                both(
                    format!("找不到社区文件 {shown}。"),
                    format!("There is no community file {shown}."),
                ),
                both(
                    "路径从 rongyi.toml 所在的文件夹算起；改正文件名，或从列表里去掉它。",
                    "The path starts at the folder of rongyi.toml; correct it, or take it off the list.",
                ),
            );
        }
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

fn read_community(file: &Path, found: &mut Vec<Diagnostic>, communities: &mut Vec<Community>) {
    let text = match source::read_text(file) {
        Ok(text) => text,
        Err(unreadable) => {
            found.push(*unreadable);
            return;
        }
    };
    let community = source::with_tree(file, &text, found, |desk, rows, broken| {
        let table = Table::new(desk, rows, 0..0, String::new());
        if broken {
            return None;
        }
        community::read(desk, table, file)
    });
    communities.extend(community);
}

/// Every community after the first with its code.
fn same_codes(communities: &[Community]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, &Community> = BTreeMap::new();
    let mut found = Vec::new();
    for community in communities {
        let code = community.code.as_str();
        let Some(earlier) = first.get(code) else {
            first.insert(code, community);
            continue;
        };
        let other = earlier.file.display();
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
    found
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
