//! A new rule's folder out of the templates. It overwrites nothing and runs nothing.

use std::path::{Path, PathBuf};

use crate::folder::good_name;
use crate::problem::shown;
use crate::{Lang, Problem, RuleFolder, embedded};

/// Where the files that come with the host stand inside a rule's folder.
const OURS: &str = "rongyi";

/// Makes the folder of a new rule; the last part of the path is its name.
///
/// # Errors
/// [`Problem`] when the name cannot be one, when something is there already, or a file cannot be written.
pub fn make(path: &Path, lang: Lang) -> Result<RuleFolder, Problem> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    good_name(name)?;
    if path.exists() {
        let shown = shown(path);
        return Err(Problem::new(
            "kit.exists",
            format!("“{shown}”已经有了，什么也没有改动。请换一个名字。"),
            format!("“{shown}” is there already; nothing was changed. Choose another name."),
        ));
    }
    for (file, bytes) in files(lang) {
        write(&path.join(file), &named(bytes, name))?;
    }
    if lang == Lang::Rust {
        let manifest = path.join(OURS).join("sdk/Cargo.toml");
        write(&manifest, alone()?.as_bytes())?;
    }
    write(
        &path.join("rule.toml"),
        format!("name = \"{name}\"\nlang = \"{lang}\"\n").as_bytes(),
    )?;
    RuleFolder::open(path)
}

/// What the folder is made of.
fn files(lang: Lang) -> Vec<(PathBuf, &'static [u8])> {
    let for_lang = match lang {
        Lang::Rust => embedded::RUST,
        Lang::JavaScript => embedded::JAVASCRIPT,
        Lang::Python => embedded::PYTHON,
        Lang::C => embedded::C,
    };
    let visible = |name: &str| {
        PathBuf::from(if name == "gitignore" {
            ".gitignore"
        } else {
            name
        })
    };
    let mut all: Vec<_> = embedded::COMMON
        .iter()
        .chain(for_lang)
        .map(|(name, bytes)| (visible(name), *bytes))
        .collect();
    let below = |folder: &str, list: &'static [(&'static str, &'static [u8])]| {
        let folder = Path::new(OURS).join(folder);
        list.iter()
            .map(move |(name, bytes)| (folder.join(name), *bytes))
    };
    all.extend(below("wit/v0.2", embedded::WIT));
    if lang == Lang::Rust {
        all.extend(below("sdk", embedded::SDK));
    }
    all
}

/// The SDK's manifest without our workspace: what it inherits from there is written out.
fn alone() -> Result<String, Problem> {
    let wrong = |why: String| {
        Problem::new(
            "kit.sdk",
            format!("程序里带的 SDK 不完整：{why}。这是程序的错，请报告给开发者。"),
            format!(
                "The SDK inside this program is incomplete: {why}. That is the program's mistake, please report it."
            ),
        )
    };
    let table = |list: &[(&str, &[u8])]| {
        let found = list.iter().find(|(name, _)| *name == "Cargo.toml");
        let text = found.and_then(|(_, bytes)| std::str::from_utf8(bytes).ok());
        text.and_then(|text| text.parse::<toml::Table>().ok())
    };
    let workspace = table(embedded::WORKSPACE).ok_or_else(|| wrong("Cargo.toml".to_owned()))?;
    let mut sdk = table(embedded::SDK).ok_or_else(|| wrong("sdk/Cargo.toml".to_owned()))?;
    sdk.remove("lints");
    sdk.remove("dev-dependencies");
    for part in ["package", "dependencies"] {
        let above = workspace
            .get("workspace")
            .and_then(|section| section.get(part));
        let rows = sdk.get_mut(part).and_then(toml::Value::as_table_mut);
        for (key, value) in rows.into_iter().flatten() {
            if value.get("workspace").and_then(toml::Value::as_bool) == Some(true) {
                let above = above.and_then(|above| above.get(key));
                *value = merged(above.ok_or_else(|| wrong(format!("{part}.{key}")))?, value);
            }
        }
    }
    toml::to_string(&sdk).map_err(|error| wrong(error.to_string()))
}

/// A dependency of the workspace with what the crate adds to it.
fn merged(above: &toml::Value, in_crate: &toml::Value) -> toml::Value {
    let added = in_crate.as_table().into_iter().flatten();
    let added: Vec<_> = added.filter(|(key, _)| *key != "workspace").collect();
    let mut rows = if let toml::Value::Table(rows) = above {
        rows.clone()
    } else if added.is_empty() {
        return above.clone();
    } else {
        toml::Table::from_iter([("version".to_owned(), above.clone())])
    };
    rows.extend(
        added
            .into_iter()
            .map(|(key, value)| (key.clone(), value.clone())),
    );
    toml::Value::Table(rows)
}

/// The template's placeholders with the rule's name in them.
fn named(bytes: &[u8], name: &str) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text
            .replace("RULE-NAME", name)
            .replace("RULE_NAME", &name.replace('-', "_"))
            .into_bytes(),
        Err(_) => bytes.to_vec(),
    }
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let problem = |error: std::io::Error| Problem::file(path, &error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(problem)?;
    }
    std::fs::write(path, bytes).map_err(problem)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_its_source_and_no_placeholder_is_left() {
        let above = tempfile::tempdir().unwrap();
        for lang in Lang::ALL {
            let path = above.path().join(format!("my-{lang}-rule"));
            let folder = make(&path, lang).unwrap();
            assert_eq!(folder.lang(), lang);
            for (file, _) in files(lang) {
                let text = std::fs::read_to_string(path.join(&file)).unwrap();
                let left = text.contains("RULE-NAME") || text.contains("RULE_NAME");
                assert!(!left, "{lang}: {}", file.display());
            }
            let source = folder.read(lang.source()).unwrap();
            assert!(source.contains(&format!("my-{lang}-rule")));
            assert!(path.join(".gitignore").is_file());
            assert!(path.join("rongyi/wit/v0.2/rules.wit").is_file());
        }
    }

    #[test]
    fn the_sdk_stands_without_our_workspace() {
        let above = tempfile::tempdir().unwrap();
        let folder = make(&above.path().join("alone"), Lang::Rust).unwrap();
        let manifest = folder.read("rongyi/sdk/Cargo.toml").unwrap();
        assert!(!manifest.contains("workspace"), "{manifest}");
        assert!(manifest.contains("[dependencies.serde]"), "{manifest}");
    }

    #[test]
    fn nothing_is_overwritten_and_names_are_names() {
        let above = tempfile::tempdir().unwrap();
        let taken = above.path().join("taken");
        std::fs::create_dir(&taken).unwrap();
        assert_eq!(make(&taken, Lang::C).unwrap_err().code, "kit.exists");
        assert_eq!(std::fs::read_dir(&taken).unwrap().count(), 0);
        for name in [
            "",
            "Trees",
            "2trees",
            "my rule",
            "树",
            "a-",
            &"a".repeat(41),
        ] {
            let problem = good_name(name).unwrap_err();
            assert_eq!(problem.code, "kit.name");
            assert!(problem.en.contains("kitchen-waste"));
        }
    }
}
