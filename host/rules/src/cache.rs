//! Compiled code on disk, written only by this program and keyed by everything it depends on.
//!
//! Compiled code from outside is never read: it would run with the host's rights.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use rongyi_core::chain::{hex, sha256};
use wasmtime::component::Component;

use crate::compile::{Compiler, NotCompiled, Order, compile};
use crate::engine::Inner;
use crate::limits::Limits;

/// Counts up when baking changes its result.
const BAKE: u32 = 1;

/// The component, from the cache when it is there; compiled, checked and kept, otherwise. What is in the cache has
/// been checked once and for all: running it again at each start would bring all of its code into memory.
pub(crate) fn component(
    inner: &Inner,
    limits: &Limits,
    compiler: &Compiler,
    order: &Order<'_>,
    is_right: impl FnOnce(&Component) -> bool,
) -> Result<Component, NotCompiled> {
    let path = inner
        .cache
        .as_ref()
        .map(|folder| folder.join(name(&inner.wasm, order)));
    if let Some(path) = path.as_ref().filter(|path| path.exists())
        && let Ok(component) = trusted(&inner.wasm, Code::File(path))
    {
        return Ok(component);
    }
    let code = compile(inner, limits, compiler, order)?;
    let component = trusted(&inner.wasm, Code::Bytes(&code))
        // The code is this program's own, so what is wrong with it is that the pool has no room for it.
        .map_err(|error| NotCompiled::TooLarge(format!("{error:#}")))?;
    if !is_right(&component) {
        return Err(NotCompiled::Refused("it is another rule now".into()));
    }
    // A cache that cannot be written only costs memory now, and time at the next start.
    let mapped = path
        .filter(|path| keep(path, &code).is_ok())
        .and_then(|path| trusted(&inner.wasm, Code::File(&path)).ok());
    Ok(mapped.unwrap_or(component))
}

/// Component, parameters where they are baked in, and all that the compiler depends on.
fn name(wasm: &wasmtime::Engine, order: &Order<'_>) -> PathBuf {
    let mut compatibility = DefaultHasher::new();
    wasm.precompile_compatibility_hash()
        .hash(&mut compatibility);
    let component = hex(&sha256(order.component));
    let baked = order.params_json.map_or_else(String::new, |params| {
        BAKE.hash(&mut compatibility);
        format!("-{}", hex(&sha256(params.as_bytes())))
    });
    format!("{component}{baked}-{:016x}.cwasm", compatibility.finish()).into()
}

enum Code<'c> {
    File(&'c Path),
    Bytes(&'c [u8]),
}

#[expect(
    unsafe_code,
    reason = "our own compiled code: made by `compile`, in a folder only this user may enter"
)]
fn trusted(wasm: &wasmtime::Engine, code: Code<'_>) -> wasmtime::Result<Component> {
    // SAFETY: the code was produced by `Engine::precompile_component` of this program (see `compile`). A file is
    // renamed into place whole (see `keep`) and never changed afterwards; wasmtime itself refuses another
    // version's code.
    unsafe {
        match code {
            Code::File(path) => Component::deserialize_file(wasm, path),
            Code::Bytes(bytes) => Component::deserialize(wasm, bytes),
        }
    }
}

/// Writes beside, syncs, renames: a reader sees the whole file or none.
fn keep(path: &Path, code: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(code)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
