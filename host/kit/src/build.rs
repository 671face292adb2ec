//! From a rule's folder to its component, with the language's own tools. What comes out is checked by the
//! host's own pipeline; nothing here runs the rule for anybody else.

mod c;
mod frame;
mod javascript;
mod python;
mod rust;
mod still;
mod tool;

use std::path::{Path, PathBuf};

use rongyi_core::chain::{hex, sha256};

use crate::folder::FILE_BYTES_MAX;
use crate::make::write;
use crate::{Lang, Problem, RuleFolder};

/// The most files that are looked at for what a component is made of.
const SOURCES_MAX: usize = 10_000;

/// A component that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its SHA-256, 64 lower-case hexadecimal digits: what a community's TOML names it by.
    pub sha256: String,
}

/// The texts that a component carries, read once and looked at before a compiler is started.
struct Texts {
    schema: String,
    scenarios: String,
}

/// Builds the component, unless nothing changed since the last time. `tell` is called with a line in both
/// languages before each step that takes a while.
///
/// # Errors
/// [`Problem`] when a tool is missing, the source does not compile, or a text of the folder is wrong.
pub fn build(folder: &RuleFolder, tell: &mut dyn FnMut(&str)) -> Result<Built, Problem> {
    let texts = texts(folder)?;
    let now = digests(folder)?;
    if let Some(bytes) = kept(folder, "sources.sha256", &now.all) {
        return Ok(built(folder.component(), bytes));
    }
    made(folder, &texts, &now, tell)
}

/// A component that decides as the folder says now; the scenarios and manuals that it carries may be older. It is
/// built only when the rule itself changed, so that an example is tried as quickly as it is written.
///
/// # Errors
/// As of [`build`].
pub fn build_to_try(folder: &RuleFolder, tell: &mut dyn FnMut(&str)) -> Result<Built, Problem> {
    let texts = texts(folder)?;
    let now = digests(folder)?;
    if let Some(bytes) = kept(folder, "rule.sha256", &now.rule) {
        return Ok(built(folder.component(), bytes));
    }
    made(folder, &texts, &now, tell)
}

/// The component that is there, when it was made of this.
fn kept(folder: &RuleFolder, stamp: &str, digest: &str) -> Option<Vec<u8>> {
    // cargo knows better than we what a crate is made of.
    let old = std::fs::read_to_string(folder.built().join(stamp)).ok()?;
    if old != digest || folder.lang() == Lang::Rust {
        return None;
    }
    std::fs::read(folder.component()).ok()
}

fn made(
    folder: &RuleFolder,
    texts: &Texts,
    now: &Sources,
    tell: &mut dyn FnMut(&str),
) -> Result<Built, Problem> {
    let path = folder.component();
    let bytes = match folder.lang() {
        Lang::Rust => rust::build(folder, tell)?,
        Lang::JavaScript => javascript::build(folder, texts, tell)?,
        Lang::Python => python::build(folder, texts, tell)?,
        Lang::C => c::build(folder, texts, tell)?,
    };
    if std::fs::read(&path).ok().as_deref() != Some(&bytes) {
        write(&path, &bytes)?;
    }
    for (stamp, digest) in [("sources.sha256", &now.all), ("rule.sha256", &now.rule)] {
        write(&folder.built().join(stamp), digest.as_bytes())?;
    }
    Ok(built(path, bytes))
}

/// Whether this program builds the same bytes from the same sources, in this language, wherever the folder is.
pub fn reproduces(lang: Lang) -> bool {
    match lang {
        Lang::Rust | Lang::C => true,
        Lang::JavaScript | Lang::Python => still::REPRODUCES,
    }
}

fn built(path: PathBuf, bytes: Vec<u8>) -> Built {
    let sha256 = hex(&sha256(&bytes));
    Built {
        path,
        bytes,
        sha256,
    }
}

fn texts(folder: &RuleFolder) -> Result<Texts, Problem> {
    let schema = folder.read("schema.json")?;
    crate::params::schema(&schema)?;
    let scenarios = folder.read("scenarios.toml")?;
    crate::scenarios::read("scenarios.toml", &scenarios)?;
    Ok(Texts { schema, scenarios })
}

/// What a component is made of, and what only says how to try it: with a change of the latter, the rule behaves as before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Everything an author writes.
    pub all: String,
    /// Without scenarios, events, parameters and manuals.
    pub rule: String,
}

/// Digests over what an author writes; what can be made again is left out.
///
/// # Errors
/// [`Problem`] when a file is none, or there are too many.
pub fn digests(folder: &RuleFolder) -> Result<Sources, Problem> {
    let (mut all, mut rule) = (Vec::new(), Vec::new());
    for path in sources(folder)? {
        let bytes = rongyi_files::read(&path, FILE_BYTES_MAX)
            .map_err(|trouble| Problem::trouble(&path, trouble))?;
        let within = path.strip_prefix(folder.path()).unwrap_or(&path);
        let line = format!("{} {}", within.display(), hex(&sha256(&bytes)));
        if !tries(within) {
            rule.push(line.clone());
        }
        all.push(line);
    }
    let digest = |mut lines: Vec<String>| {
        lines.sort();
        // Another kit may wrap in another way.
        lines.push(env!("CARGO_PKG_VERSION").to_owned());
        hex(&sha256(lines.join("\n").as_bytes()))
    };
    Ok(Sources {
        all: digest(all),
        rule: digest(rule),
    })
}

/// Whether a file says how to try a rule, and nothing of what it does.
fn tries(within: &Path) -> bool {
    let first = within.iter().next().unwrap_or_default();
    let top = ["scenarios.toml", "params.toml", "events.jsonl", "scenarios"];
    top.iter().any(|name| first == *name)
        || within
            .extension()
            .is_some_and(|end| end == "md" || end == "jsonl")
}

/// Every file an author writes or the template brought.
fn sources(folder: &RuleFolder) -> Result<Vec<PathBuf>, Problem> {
    // npm writes its lock file at the first build; it must not make that build look outdated.
    const MADE: [&str; 7] = [
        "package-lock.json",
        "built",
        "target",
        "node_modules",
        ".venv",
        "__pycache__",
        ".git",
    ];
    // A link that leads back up would be walked for ever.
    let mut left = SOURCES_MAX;
    let mut waiting = vec![folder.path().to_owned()];
    let mut found = Vec::new();
    while let Some(at) = waiting.pop() {
        let entries = std::fs::read_dir(&at).map_err(|error| Problem::file(&at, &error))?;
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            if MADE.iter().any(|made| name == *made) {
                continue;
            }
            let path = entry.path();
            left = left.checked_sub(1).ok_or_else(|| {
                Problem::new(
                    "build.sources",
                    format!("规则的文件夹里超过 {SOURCES_MAX} 个文件。请移走不是源代码的，也检查有没有指回上层的链接。"),
                    format!("There are more than {SOURCES_MAX} files in the rule's folder. Move away what is no source, and look for links that lead back up."),
                )
            })?;
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Where the interface lies in the folder, seen from there: the newest that it has. A folder that an older program made
/// has an older one, and its helpers are written for that.
fn interface(folder: &RuleFolder) -> Result<String, Problem> {
    const WIT: &str = "rongyi/wit";
    let at = folder.path().join(WIT);
    let entries = std::fs::read_dir(&at).map_err(|error| Problem::file(&at, &error))?;
    let minor = |name: &str| name.strip_prefix("v0.")?.parse::<u32>().ok();
    let newest = entries
        .filter_map(Result::ok)
        .filter_map(|entry| minor(entry.file_name().to_str()?))
        .max();
    let newest = newest.ok_or_else(|| {
        Problem::new(
            "build.interface",
            "`rongyi/wit` 里没有接口文件。用 `rongyi rule new` 在别处建一个同样语言的新目录，把其中的 `rongyi/` 拷过来。",
            "There is no interface below `rongyi/wit`. Make a new folder of the same language elsewhere with `rongyi rule new` and copy its `rongyi/` here.",
        )
    })?;
    Ok(format!("{WIT}/v0.{newest}"))
}

/// The file a component begins with. A folder that an older program made has no entry of its own: there it is the rule.
fn entry(folder: &RuleFolder, entry: &'static str, rule: &'static str) -> &'static str {
    if folder.path().join(entry).is_file() {
        entry
    } else {
        rule
    }
}

/// Reads what a tool wrote and removes it, so that an old one is never taken for a new one.
fn take(path: &Path) -> Result<Vec<u8>, Problem> {
    let bytes = std::fs::read(path).map_err(|error| Problem::file(path, &error))?;
    std::fs::remove_file(path).map_err(|error| Problem::file(path, &error))?;
    Ok(bytes)
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::make::make;
    use std::os::unix::fs::symlink;

    #[test]
    fn an_example_is_no_part_of_the_rule() {
        let above = tempfile::tempdir().unwrap();
        let folder = make(&above.path().join("tried"), Lang::C).unwrap();
        let before = digests(&folder).unwrap();
        for file in ["scenarios.toml", "params.toml", "events.jsonl", "README.md"] {
            std::fs::write(folder.path().join(file), "# changed\n").unwrap();
        }
        let after = digests(&folder).unwrap();
        assert_eq!(before.rule, after.rule);
        assert_ne!(before.all, after.all);
        for file in ["rule.c", "schema.json", "rongyi/rongyi.c", "rule.toml"] {
            std::fs::write(folder.path().join(file), "// changed\n").unwrap();
            let changed = digests(&folder).unwrap();
            assert_ne!(after.rule, changed.rule, "{file}");
        }
    }

    /// A folder that somebody handed over may hold anything: a pipe would be waited at, a device read without end.
    #[test]
    fn a_folder_of_sources_holds_files_and_ends() {
        let above = tempfile::tempdir().unwrap();
        let rule = |name: &str| make(&above.path().join(name), Lang::C).unwrap();
        let device = rule("device");
        assert!(digests(&device).is_ok());
        symlink("/dev/null", device.path().join("more.c")).unwrap();
        let problem = digests(&device).unwrap_err();
        assert!(problem.en.contains("not a regular file"), "{problem}");
        let texts = rule("texts");
        std::fs::remove_file(texts.path().join("schema.json")).unwrap();
        symlink("/dev/null", texts.path().join("schema.json")).unwrap();
        let problem = texts.read("schema.json").unwrap_err();
        assert!(problem.en.contains("not a regular file"), "{problem}");
        let crowded = rule("crowded");
        let many = crowded.path().join("many");
        std::fs::create_dir(&many).unwrap();
        for no in 0..SOURCES_MAX {
            std::fs::write(many.join(no.to_string()), "").unwrap();
        }
        let problem = digests(&crowded).unwrap_err();
        assert_eq!(problem.code, "build.sources");
    }
}
