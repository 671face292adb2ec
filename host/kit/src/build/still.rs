//! Two builds of the same sources have the same digest. JavaScript and Python run a rule while it is built and keep its
//! memory; `still/still.c` answers what they ask of clock, chance and files always the same, and their sources are built
//! from a folder with nothing else in it. Where that program is not there, a build works and is not reproducible.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::make::write;
use crate::{Problem, RuleFolder, embedded};

/// Whether this program can build the same bytes twice in every language.
pub(super) const REPRODUCES: bool = embedded::STILL.is_some();

/// Lets a tool that runs in the rule's folder see nothing that differs between two builds.
///
/// # Errors
/// [`Problem`] when the folder cannot be written.
pub(super) fn hold(command: &mut Command, folder: &RuleFolder) -> Result<(), Problem> {
    let Some(bytes) = embedded::STILL else {
        return Ok(());
    };
    const NAME: &str = "built/still.so";
    write(&folder.path().join(NAME), bytes)?;
    // Names of temporary files are the same each time then, so they need a folder of their own.
    let own = folder.built().join("tmp");
    empty(&own)?;
    let own = own
        .canonicalize()
        .map_err(|error| Problem::file(&own, &error))?;
    command.env("LD_PRELOAD", NAME).env("TMPDIR", own);
    Ok(())
}

/// An empty folder in place of whatever was there.
pub(super) fn empty(path: &Path) -> Result<(), Problem> {
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(|error| Problem::file(path, &error))?;
    }
    std::fs::create_dir_all(path).map_err(|error| Problem::file(path, &error))
}

/// Copies the sources with this ending out of the folder, and nothing else that lies there.
///
/// # Errors
/// [`Problem`] when a file cannot be read or written.
pub(super) fn stage(folder: &RuleFolder, ending: &str) -> Result<PathBuf, Problem> {
    let stage = folder.built().join("stage");
    empty(&stage)?;
    for path in super::sources(folder)? {
        let within = path.strip_prefix(folder.path()).unwrap_or(&path);
        if path.extension().is_some_and(|end| end == ending) {
            let bytes = std::fs::read(&path).map_err(|error| Problem::file(&path, &error))?;
            write(&stage.join(within), &bytes)?;
        }
    }
    Ok(stage)
}
