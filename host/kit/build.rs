//! Gathers what a new rule's folder is made of: the templates, the interface, and the SDK's source with its
//! manifest and ours; and compiles what makes two builds the same. Decides nothing and downloads nothing.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = here
        .ancestors()
        .nth(2)
        .ok_or("host/kit lies in the workspace")?;
    let plugins = root.join("plugins");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table = String::new();

    for lang in ["common", "rust", "javascript", "python", "c"] {
        let files = files(&plugins.join("templates").join(lang))?;
        list(&mut table, &lang.to_uppercase(), &files)?;
    }
    list(&mut table, "WIT", &files(&plugins.join("wit/v0.2"))?)?;

    let mut sdk = files(&plugins.join("sdk"))?;
    sdk.retain(|(name, _)| !name.starts_with("tests/"));
    list(&mut table, "SDK", &sdk)?;
    let workspace = ("Cargo.toml".to_owned(), root.join("Cargo.toml"));
    println!("cargo::rerun-if-changed={}", workspace.1.display());
    list(&mut table, "WORKSPACE", &[workspace])?;
    println!("cargo::rerun-if-changed=build.rs");
    still(&here, &out, &mut table)?;

    fs::write(out.join("embedded.rs"), table)?;
    Ok(())
}

/// What makes two builds of a rule the same (`still/still.c`), compiled where it can be; elsewhere there is none.
fn still(here: &Path, out: &Path, table: &mut String) -> Fallible<()> {
    let source = here.join("still/still.c");
    println!("cargo::rerun-if-changed={}", source.display());
    println!("cargo::rerun-if-env-changed=CC");
    let target = env::var("TARGET")?;
    let made = out.join("still.so");
    let fits = target.starts_with("x86_64-") && target.contains("-linux-");
    let compiler = env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let compiled = fits
        && Command::new(compiler)
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .args([&made, &source])
            .status()
            .is_ok_and(|status| status.success());
    if compiled {
        writeln!(
            table,
            "pub(crate) const STILL: Option<&[u8]> = Some(include_bytes!({made:?}));"
        )?;
    } else {
        writeln!(table, "pub(crate) const STILL: Option<&[u8]> = None;")?;
    }
    Ok(())
}

/// Every file below a folder with its name from there, sorted.
fn files(folder: &Path) -> Fallible<Vec<(String, PathBuf)>> {
    fn visit(folder: &Path, below: &str, found: &mut Vec<(String, PathBuf)>) -> Fallible<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry
                .file_name()
                .into_string()
                .map_err(|_| "a file name is not UTF-8")?;
            let path = entry.path();
            if path.is_dir() {
                if !["target", "node_modules", "built", "__pycache__"].contains(&name.as_str()) {
                    visit(&path, &format!("{below}{name}/"), found)?;
                }
            } else {
                found.push((format!("{below}{name}"), path));
            }
        }
        Ok(())
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut found = Vec::new();
    visit(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn list(table: &mut String, name: &str, files: &[(String, PathBuf)]) -> Fallible<()> {
    writeln!(table, "pub(crate) const {name}: &[(&str, &[u8])] = &[")?;
    for (name, path) in files {
        writeln!(table, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    writeln!(table, "];")?;
    Ok(())
}
