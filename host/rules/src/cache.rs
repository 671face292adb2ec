//! Compiled code on disk, written only by this program and keyed by everything it depends on.
//!
//! Compiled code from outside is never read: it would run with the host's rights.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;

use rongyi_core::chain::{hex, sha256};
use wasmtime::component::Component;

/// The component, from the cache when it is there; compiled, and kept, otherwise.
pub(crate) fn component(
    wasm: &wasmtime::Engine,
    folder: Option<&Path>,
    bytes: &[u8],
) -> wasmtime::Result<Component> {
    let Some(folder) = folder else {
        return Component::from_binary(wasm, bytes);
    };
    let mut compatibility = DefaultHasher::new();
    wasm.precompile_compatibility_hash()
        .hash(&mut compatibility);
    let path = folder.join(format!(
        "{}-{:016x}.cwasm",
        hex(&sha256(bytes)),
        compatibility.finish()
    ));
    if path.exists()
        && let Ok(component) = load(wasm, &path)
    {
        return Ok(component);
    }
    let component = Component::from_binary(wasm, bytes)?;
    // A cache that cannot be written only costs time at the next start.
    let _ = keep(&path, &component.serialize()?);
    Ok(component)
}

#[expect(
    unsafe_code,
    reason = "our own compiled cache: written by `keep` alone, in a folder only this user may enter"
)]
fn load(wasm: &wasmtime::Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file was produced by `Component::serialize` of this program (see `keep`), is renamed into
    // place whole and never changed afterwards; wasmtime itself refuses another version's file.
    unsafe { Component::deserialize_file(wasm, path) }
}

/// Writes beside, syncs, renames: a reader sees the whole file or none.
fn keep(path: &Path, code: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(code)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
