//! From a rule's folder to its component, with the language's own tools. What comes out is checked by the
//! host's own pipeline; nothing here runs the rule for anybody else.

mod c;
mod frame;
mod javascript;
mod python;
mod rust;
mod tool;

use std::path::PathBuf;

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
    let path = folder.component();
    let stamp = folder.built().join("sources.sha256");
    let sources = digest_of_sources(folder)?;
    // cargo knows better than we what a crate is made of.
    let known = std::fs::read_to_string(&stamp).is_ok_and(|old| old == sources);
    if known
        && folder.lang() != Lang::Rust
        && let Ok(bytes) = std::fs::read(&path)
    {
        return Ok(built(path, bytes));
    }
    let bytes = match folder.lang() {
        Lang::Rust => rust::build(folder, tell)?,
        Lang::JavaScript => javascript::build(folder, &texts, tell)?,
        Lang::Python => python::build(folder, &texts, tell)?,
        Lang::C => c::build(folder, &texts, tell)?,
    };
    if std::fs::read(&path).ok().as_deref() != Some(&bytes) {
        write(&path, &bytes)?;
    }
    write(&stamp, sources.as_bytes())?;
    Ok(built(path, bytes))
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

/// One digest over everything an author writes; what can be made again is left out.
fn digest_of_sources(folder: &RuleFolder) -> Result<String, Problem> {
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
                let bytes = rongyi_files::read(&path, FILE_BYTES_MAX)
                    .map_err(|trouble| Problem::trouble(&path, trouble))?;
                found.push(format!("{} {}", path.display(), hex(&sha256(&bytes))));
            }
        }
    }
    found.sort();
    // Another kit may wrap in another way.
    found.push(env!("CARGO_PKG_VERSION").to_owned());
    Ok(hex(&sha256(found.join("\n").as_bytes())))
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

/// Reads what a tool wrote and removes it, so that an old one is never taken for a new one.
fn take(path: &std::path::Path) -> Result<Vec<u8>, Problem> {
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

    /// A folder that somebody handed over may hold anything: a pipe would be waited at, a device read without end.
    #[test]
    fn a_folder_of_sources_holds_files_and_ends() {
        let above = tempfile::tempdir().unwrap();
        let rule = |name: &str| make(&above.path().join(name), Lang::C).unwrap();
        let device = rule("device");
        assert!(digest_of_sources(&device).is_ok());
        symlink("/dev/null", device.path().join("more.c")).unwrap();
        let problem = digest_of_sources(&device).unwrap_err();
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
        let problem = digest_of_sources(&crowded).unwrap_err();
        assert_eq!(problem.code, "build.sources");
    }
}
