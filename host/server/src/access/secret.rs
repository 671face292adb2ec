//! The server's secret, and how PINs, passwords and tokens are kept: never as they were typed.
//!
//! A PIN has only six digits, so its hash is keyed with a secret that is not in the database: a stolen
//! database alone cannot be searched. Knows nothing of people or sign-in.

use std::path::Path;
use std::sync::{Arc, Mutex};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rongyi_core::chain::{Hash, hex, sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Passwords hashed at the same time at most: each takes 19 MiB and a core for a moment.
const HASHERS_MAX: usize = 2;

/// Reads the server's secret, or makes one that only its owner may read.
///
/// # Errors
/// When the file can't be read or written, does not hold exactly 32 bytes, or others may write it.
pub fn server_secret(path: &Path) -> std::io::Result<[u8; 32]> {
    rongyi_files::secret(path).map_err(std::io::Error::from)
}

/// Random bytes from the machine.
///
/// # Panics
/// When the machine has no random source; nothing safe can be done without one.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the machine has a random source");
    bytes
}

/// The memory of one hashing, 19 MiB, used again by the next: what is given back to the allocator after each sign-in
/// stays with the process all the same, once for every thread.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    fn of(&mut self, params: &Params) -> &mut [Block] {
        let blocks = params.block_count();
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        &mut self.0[..blocks]
    }
}

/// A PIN or password, keyed and hashed for the database. Takes some 20 ms and 19 MiB: run it on a blocking
/// thread.
pub fn hash_secret(server_secret: &[u8; 32], secret: &str) -> String {
    hash_in(&mut Memory::default(), server_secret, secret)
}

/// [`hash_secret`] in memory that is there already.
pub fn hash_in(memory: &mut Memory, server_secret: &[u8; 32], secret: &str) -> String {
    let mut hashed = || {
        let (salt, params) = (random::<16>(), Params::DEFAULT);
        let argon = hasher(server_secret, Algorithm::Argon2id, params.clone())?;
        let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
        let blocks = memory.of(&params);
        argon
            .hash_password_into_with_memory(secret.as_bytes(), &salt, &mut out, blocks)
            .ok()?;
        Some(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).ok()?,
            salt: Some(Salt::new(&salt).ok()?),
            hash: Some(Output::new(&out).ok()?),
        })
    };
    // An empty hash matches nothing, so a failure locks out instead of letting in.
    hashed().map(|hash| hash.to_string()).unwrap_or_default()
}

fn hasher(secret: &[u8; 32], algorithm: Algorithm, params: Params) -> Option<Argon2<'_>> {
    Argon2::new_with_secret(secret, algorithm, Version::V0x13, params).ok()
}

/// The most memory that a stored hash may ask for, in KiB: the database does not decide how much is taken.
const MEMORY_MAX_KIB: u32 = 64 * 1024;

/// Whether `secret` is the one behind a stored hash. Takes as long as [`hash_secret`].
pub fn verify_secret(server_secret: &[u8; 32], secret: &str, stored: &str) -> bool {
    verify_in(&mut Memory::default(), server_secret, secret, stored).unwrap_or(false)
}

/// [`verify_secret`] in memory that is there already; `None` when the stored hash is none.
fn verify_in(memory: &mut Memory, key: &[u8; 32], secret: &str, stored: &str) -> Option<bool> {
    let hash = PasswordHash::new(stored).ok()?;
    let (salt, expected) = (hash.salt.as_ref()?, hash.hash.as_ref()?);
    let params = Params::try_from(&hash).ok()?;
    let known = hash.version == Some(Version::V0x13.into());
    if !known || params.m_cost() > MEMORY_MAX_KIB {
        return None;
    }
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let argon = hasher(key, algorithm, params.clone())?;
    let mut out = [0; Output::MAX_LENGTH];
    let out = out.get_mut(..expected.len())?;
    argon
        .hash_password_into_with_memory(secret.as_bytes(), salt, out, memory.of(&params))
        .ok()?;
    // Outputs are compared in constant time.
    Some(Output::new(out).ok()? == *expected)
}

/// A fresh token of 256 random bits, as the holder keeps it, and the hash the database keeps.
pub fn new_token() -> (String, Hash) {
    let token = hex(&random::<32>());
    let hash = token_hash(&token);
    (token, hash)
}

/// What the database keeps of a token.
pub fn token_hash(token: &str) -> Hash {
    sha256(token.as_bytes())
}

/// What a text is in the eyes of somebody who has the key, and nobody else.
pub(super) fn keyed(key: &[u8; 32], text: &str) -> Hash {
    let mut bytes = key.to_vec();
    bytes.extend(text.as_bytes());
    sha256(&bytes)
}

/// Hashes on blocking threads, a few at a time, in memory that is used again.
#[derive(Clone)]
pub struct Vault {
    secret: Arc<[u8; 32]>,
    places: Arc<Semaphore>,
    memory: Arc<Mutex<Vec<Memory>>>,
    /// A hash of nothing anybody knows: compared with when there is no such person, so that an unknown number
    /// takes as long as a wrong PIN.
    nobody: Arc<str>,
}

/// The right to hash now. Whoever has one takes a try first, so that tries in hand are never more than places.
pub struct Place {
    vault: Vault,
    permit: OwnedSemaphorePermit,
}

impl Vault {
    /// The server's secret, for hashing many first PINs on every core.
    pub(crate) fn secret(&self) -> [u8; 32] {
        *self.secret
    }

    /// A vault with this server's secret.
    pub fn new(secret: [u8; 32]) -> Self {
        let mut memory = Memory::default();
        let nobody = hash_in(&mut memory, &secret, &new_token().0);
        Vault {
            secret: Arc::new(secret),
            places: Arc::new(Semaphore::new(HASHERS_MAX)),
            memory: Arc::new(Mutex::new(vec![memory])),
            nobody: nobody.into(),
        }
    }

    /// Waits for a place; `None` when the host is stopping.
    pub async fn place(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some(Place {
            vault: self.clone(),
            permit,
        })
    }

    /// Whether `typed` is the secret behind `stored`; without `stored` it takes as long and is wrong.
    pub async fn matches(&self, typed: String, stored: Option<String>) -> bool {
        match self.place().await {
            Some(place) => place.matches(typed, stored).await,
            None => false,
        }
    }

    /// The hash to keep of a new secret; `None` when the host is stopping.
    pub async fn hash(&self, typed: String) -> Option<String> {
        let work = move |memory: &mut Memory, key: &[u8; 32]| hash_in(memory, key, &typed);
        self.place().await?.blocking(work).await
    }

    /// See [`keyed`]: with this server's secret.
    pub(super) fn keyed(&self, text: &str) -> Hash {
        keyed(&self.secret, text)
    }
}

impl Place {
    /// As [`Vault::matches`].
    pub async fn matches(self, typed: String, stored: Option<String>) -> bool {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.vault.nobody.to_string());
        let work = move |memory: &mut Memory, key: &[u8; 32]| {
            verify_in(memory, key, &typed, &stored).unwrap_or(false)
        };
        self.blocking(work).await.unwrap_or(false) && known
    }

    /// The place is free when the work is done, even when nobody waits for it any more.
    async fn blocking<T: Send + 'static>(
        self,
        work: impl FnOnce(&mut Memory, &[u8; 32]) -> T + Send + 'static,
    ) -> Option<T> {
        let Place { vault, permit } = self;
        let done = tokio::task::spawn_blocking(move || {
            let kept = || {
                vault
                    .memory
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
            };
            let mut memory = kept().pop().unwrap_or_default();
            let done = work(&mut memory, &vault.secret);
            kept().push(memory);
            drop(permit);
            done
        });
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_needs_both_the_pin_and_the_servers_secret() {
        let stored = hash_secret(&[1; 32], "402716");
        assert!(stored.starts_with("$argon2id$"));
        assert!(!stored.contains("402716"));
        assert!(verify_secret(&[1; 32], "402716", &stored));
        assert!(!verify_secret(&[1; 32], "402717", &stored));
        assert!(!verify_secret(&[2; 32], "402716", &stored));
        assert!(!verify_secret(&[1; 32], "", ""));
        assert_ne!(
            stored,
            hash_secret(&[1; 32], "402716"),
            "every hash has its own salt"
        );
    }

    #[test]
    fn the_secret_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("below").join("server.secret");
        let secret = server_secret(&path).expect("made");
        assert_eq!(server_secret(&path).expect("read"), secret);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path)
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, b"short").expect("written");
        assert!(
            server_secret(&path)
                .expect_err("too short")
                .to_string()
                .contains("32 bytes")
        );
    }

    /// What the process holds, in KiB.
    #[cfg(target_os = "linux")]
    fn resident_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("the kernel says it");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        number.expect("a number")
    }

    /// Set for the process that measures itself.
    #[cfg(target_os = "linux")]
    const MEASURED: &str = "RONGYI_TEST_MEASURED_ALONE";
    /// One more buffer of 19 MiB (20.4 MiB are measured), and as much again for another allocator. Giving the memory back
    /// after each sign-in left some 4 MiB each behind: twenty times this.
    #[cfg(target_os = "linux")]
    const LEFT_MAX_KIB: u64 = 40 * 1024;

    /// What a process holds is of all that runs in it: this measures one of its own, in which no other test runs.
    #[cfg(target_os = "linux")]
    #[test]
    #[expect(clippy::print_stdout, reason = "the figure on its way to the test")]
    fn two_hundred_sign_ins_leave_two_buffers_behind() {
        let name = "access::secret::tests::two_hundred_sign_ins_leave_two_buffers_behind";
        if std::env::var_os(MEASURED).is_some() {
            println!("left {} KiB", left_behind());
            return;
        }
        let mut alone = std::process::Command::new(std::env::current_exe().expect("this program"));
        alone.args(["--exact", name, "--nocapture", "--test-threads=1"]);
        let out = alone.env(MEASURED, "1").output().expect("it runs again");
        let said = String::from_utf8_lossy(&out.stdout);
        let left = said
            .split("left ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next());
        let left: u64 = left.and_then(|kib| kib.parse().ok()).expect(&said);
        assert!(out.status.success(), "{said}");
        assert!(left < LEFT_MAX_KIB, "200 sign-ins left {left} KiB behind");
    }

    #[cfg(target_os = "linux")]
    #[tokio::main]
    async fn left_behind() -> u64 {
        let vault = Vault::new([3; 32]);
        let stored = vault.hash("402716".into()).await;
        let before = resident_kib();
        let crowd: Vec<_> = (0..200)
            .map(|_| {
                let (vault, stored) = (vault.clone(), stored.clone());
                tokio::spawn(async move { vault.matches("402716".into(), stored).await })
            })
            .collect();
        for one in crowd {
            assert!(one.await.expect("hashed"));
        }
        resident_kib().saturating_sub(before)
    }

    #[test]
    fn what_is_stored_is_what_others_read_too() {
        use argon2::PasswordVerifier;
        let stored = hash_secret(&[1; 32], "402716");
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let argon = hasher(&[1; 32], Algorithm::Argon2id, Params::DEFAULT).expect("argon2");
        let hash = PasswordHash::new(&stored).expect("a hash");
        assert!(argon.verify_password(b"402716", &hash).is_ok());
        // A hash of the database may not ask for more memory than there is.
        let greedy = stored.replace("m=19456", "m=4194304");
        assert!(!verify_secret(&[1; 32], "402716", &greedy));
    }

    #[tokio::test]
    async fn nobody_is_never_let_in() {
        let vault = Vault::new([3; 32]);
        let stored = vault.hash("402716".into()).await;
        assert!(vault.matches("402716".into(), stored.clone()).await);
        assert!(!vault.matches("402716".into(), None).await);
        assert!(!vault.matches("000000".into(), stored).await);
    }
}
