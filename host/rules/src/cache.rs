//! Compiled code on disk, written only by this program, sealed with a key that only it has, and found by everything
//! it depends on.
//!
//! Compiled code from outside is never run: it would run with the host's rights. What the seal does not fit, or what
//! others may write, is compiled again.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use rongyi_core::chain::{hex, sha256};
use sha2::Sha256;
use wasmtime::component::Component;

use crate::compile::{Compiler, NotCompiled, Order, compile};
use crate::limits::Limits;
use crate::pool::Pool;

/// Counts up when baking changes its result.
const BAKE: u32 = 1;
/// The longest file that is looked at, in bytes: more than the largest machine code.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// The name of the file that holds a key of one's own.
const KEY_FILE: &str = "seal.key";

/// Where compiled code is kept, and the key that seals it.
#[derive(Clone)]
pub struct Cache {
    pub(crate) folder: PathBuf,
    key: [u8; 32],
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Cache {
    /// A folder, sealed with a key made of the server's secret. The folder is made when it is used.
    pub fn sealed(folder: &Path, server_secret: &[u8; 32]) -> Cache {
        Cache {
            folder: folder.to_owned(),
            key: mac(server_secret, &[b"rongyi compiled code"]),
        }
    }

    /// A folder with a key of its own inside, for programs without a server's secret: the author's desk.
    ///
    /// # Errors
    /// When the folder or the key can't be made, or others may write them.
    pub fn with_own_key(folder: &Path) -> Result<Cache, rongyi_files::Trouble> {
        rongyi_files::private_folder(folder)?;
        let key = rongyi_files::secret(&folder.join(KEY_FILE))?;
        Ok(Cache::sealed(folder, &key))
    }

    /// What seals `content` as that of the file `name`.
    fn seal(&self, name: &Path, content: &[&[u8]]) -> [u8; 32] {
        let name = name.as_os_str().as_encoded_bytes();
        let length = u64::try_from(name.len()).unwrap_or(u64::MAX).to_le_bytes();
        let parts: Vec<&[u8]> = [&length[..], name]
            .into_iter()
            .chain(content.iter().copied())
            .collect();
        mac(&self.key, &parts)
    }

    /// A small text that this program wrote under this name, when its seal fits.
    pub(crate) fn note(&self, name: &Path) -> Option<String> {
        let text = rongyi_files::read_text(&self.folder.join(name), 4096).ok()?;
        let (said, seal) = text.trim_end().split_once('\n')?;
        let wanted = hex(&self.seal(name, &[said.as_bytes()]));
        (seal == wanted).then(|| said.to_owned())
    }

    /// Keeps a line under this name. A note that cannot be written only costs time at the next start.
    pub(crate) fn keep_note(&self, name: &Path, said: &str) {
        let seal = hex(&self.seal(name, &[said.as_bytes()]));
        let _ = keep(
            &self.folder.join(name),
            format!("{said}\n{seal}\n").as_bytes(),
        );
    }

    /// The open file of compiled code, when it is this program's own and its seal fits.
    fn checked(&self, name: &Path) -> Option<File> {
        let path = self.folder.join(name);
        let mut file = rongyi_files::open(&path, FILE_BYTES_MAX).ok()?;
        let seal = rongyi_files::read(&seal_of(&path), 32).ok()?;
        if !rongyi_files::owned(&file) {
            return None;
        }
        let mut wanted = keyed(&self.key);
        let encoded = name.as_os_str().as_encoded_bytes();
        wanted.update(&u64::try_from(encoded.len()).ok()?.to_le_bytes());
        wanted.update(encoded);
        let mut part = vec![0; 256 << 10];
        loop {
            match file.read(&mut part).ok()? {
                0 => break,
                read => wanted.update(part.get(..read)?),
            }
        }
        wanted.verify_slice(&seal).ok()?;
        Some(file)
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // Any length of key is one.
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&[0; 64].into()))
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn seal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".seal");
    name.into()
}

/// The component, from the cache when it is there; compiled, checked and kept, otherwise. What is in the cache has
/// been checked once and for all: running it again at each start would bring all of its code into memory.
pub(crate) fn component(
    pool: &Pool,
    limits: &Limits,
    (cache, compiler): (Option<&Cache>, &Compiler),
    order: &Order<'_>,
    is_right: impl FnOnce(&Component) -> bool,
) -> Result<Component, NotCompiled> {
    let place = cache.map(|cache| (cache, name(&pool.wasm, order)));
    if let Some((cache, name)) = &place
        && let Some(component) = kept(&pool.wasm, cache, name)
    {
        return Ok(component);
    }
    let code = compile(pool, limits, compiler, order)?;
    let component = trusted(&pool.wasm, Code::Bytes(&code))
        // The code is this program's own, so what is wrong with it is that the pool has no room for it.
        .map_err(|error| NotCompiled::TooLarge(format!("{error:#}")))?;
    if !is_right(&component) {
        return Err(NotCompiled::Refused("it is another rule now".into()));
    }
    // A cache that cannot be written only costs memory now, and time at the next start.
    let mapped = place.and_then(|(cache, name)| {
        let path = cache.folder.join(&name);
        keep(&path, &code).ok()?;
        keep(&seal_of(&path), &cache.seal(&name, &[&code])).ok()?;
        kept(&pool.wasm, cache, &name)
    });
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

/// What was kept under this name, when it is this program's own work.
fn kept(wasm: &wasmtime::Engine, cache: &Cache, name: &Path) -> Option<Component> {
    let mut file = cache.checked(name)?;
    // The very file that was looked at: one of the same name may have been put in its place meanwhile. Mapped, its
    // pages are shared with other processes and may be dropped.
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let open = format!("/proc/self/fd/{}", file.as_raw_fd());
        if let Ok(component) = trusted(wasm, Code::File(Path::new(&open))) {
            return Some(component);
        }
    }
    let mut code = Vec::new();
    std::io::Seek::rewind(&mut file).ok()?;
    file.read_to_end(&mut code).ok()?;
    let seal = rongyi_files::read(&seal_of(&cache.folder.join(name)), 32).ok()?;
    if cache.seal(name, &[&code])[..] != seal[..] {
        return None;
    }
    trusted(wasm, Code::Bytes(&code)).ok()
}

enum Code<'c> {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "needs /proc"))]
    File(&'c Path),
    Bytes(&'c [u8]),
}

#[expect(
    unsafe_code,
    reason = "our own compiled code: made by `compile`, and sealed since with a key that only this program has"
)]
fn trusted(wasm: &wasmtime::Engine, code: Code<'_>) -> wasmtime::Result<Component> {
    // SAFETY: the code was produced by `Engine::precompile_component` of this program (see `compile`). A file is
    // renamed into place whole (see `keep`), belongs to this user, can be written by nobody else, and its seal
    // fits (see `checked`); wasmtime itself refuses another version's code.
    unsafe {
        match code {
            Code::File(path) => Component::deserialize_file(wasm, path),
            Code::Bytes(bytes) => Component::deserialize(wasm, bytes),
        }
    }
}

/// Writes beside, syncs, renames: a reader sees the whole file or none.
fn keep(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    // What a start that was killed has left.
    let _ = std::fs::remove_file(&beside);
    let mut file = rongyi_files::new_private_file(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_seal_fits_one_key_one_name_and_one_content() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::sealed(folder.path(), &[1; 32]);
        let name = Path::new("a.passed");
        cache.keep_note(name, "17");
        assert_eq!(cache.note(name).as_deref(), Some("17"));
        let other = Cache::sealed(folder.path(), &[2; 32]);
        assert_eq!(other.note(name), None, "another key");
        std::fs::rename(
            folder.path().join("a.passed"),
            folder.path().join("b.passed"),
        )
        .unwrap();
        assert_eq!(cache.note(Path::new("b.passed")), None, "another name");
        cache.keep_note(name, "17");
        let text = std::fs::read_to_string(folder.path().join("a.passed")).unwrap();
        std::fs::write(folder.path().join("a.passed"), text.replace("17", "18")).unwrap();
        assert_eq!(cache.note(name), None, "another content");
        std::fs::write(folder.path().join("a.passed"), "17").unwrap();
        assert_eq!(cache.note(name), None, "no seal");
    }
}
