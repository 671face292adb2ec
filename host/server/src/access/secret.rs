//! The server's secret, and how PINs, passwords and tokens are kept: never as they were typed.
//!
//! A PIN has only six digits, so its hash is keyed with a secret that is not in the database: a stolen
//! database alone cannot be searched. Knows nothing of people or sign-in.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use rongyi_core::chain::{Hash, hex, sha256};
use tokio::sync::Semaphore;

/// Passwords hashed at the same time at most: each takes 19 MiB and a core for a moment.
const HASHERS_MAX: usize = 2;

/// Reads the server's secret, or makes one that only its owner may read.
///
/// # Errors
/// When the file can't be read or written, or does not hold exactly 32 bytes.
pub fn server_secret(path: &Path) -> std::io::Result<[u8; 32]> {
    match std::fs::File::open(path) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(64).read_to_end(&mut bytes)?;
            bytes.try_into().map_err(|_| {
                std::io::Error::new(
                    std::io::ErrorKind::InvalidData,
                    format!("{} does not hold the 32 bytes of a server secret; restore it from the backup", path.display()),
                )
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_secret(path),
        Err(error) => Err(error),
    }
}

fn make_secret(path: &Path) -> std::io::Result<[u8; 32]> {
    let secret = random::<32>();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(&secret)?;
            file.sync_all()?;
            Ok(secret)
        }
        // Somebody else was first: theirs counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => server_secret(path),
        Err(error) => Err(error),
    }
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

/// A PIN or password, keyed and hashed for the database. Takes some 20 ms and 19 MiB: run it on a blocking
/// thread.
pub fn hash_secret(server_secret: &[u8; 32], secret: &str) -> String {
    let hashed: Option<PasswordHash> =
        hasher(server_secret).and_then(|argon| argon.hash_password(secret.as_bytes()).ok());
    // An empty hash matches nothing, so a failure locks out instead of letting in.
    hashed.map(|hash| hash.to_string()).unwrap_or_default()
}

fn hasher(server_secret: &[u8; 32]) -> Option<Argon2<'_>> {
    Argon2::new_with_secret(
        server_secret,
        Algorithm::Argon2id,
        Version::V0x13,
        Params::DEFAULT,
    )
    .ok()
}

/// Whether `secret` is the one behind a stored hash. Takes as long as [`hash_secret`].
pub fn verify_secret(server_secret: &[u8; 32], secret: &str, stored: &str) -> bool {
    let (Some(argon), Ok(hash)) = (hasher(server_secret), PasswordHash::new(stored)) else {
        return false;
    };
    argon.verify_password(secret.as_bytes(), &hash).is_ok()
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

/// Hashes on blocking threads, a few at a time.
#[derive(Clone)]
pub struct Vault {
    secret: Arc<[u8; 32]>,
    places: Arc<Semaphore>,
    /// A hash of nothing anybody knows: compared with when there is no such person, so that an unknown number
    /// takes as long as a wrong PIN.
    nobody: Arc<str>,
}

impl Vault {
    /// A vault with this server's secret.
    pub fn new(secret: [u8; 32]) -> Self {
        let nobody = hash_secret(&secret, &new_token().0);
        Vault {
            secret: Arc::new(secret),
            places: Arc::new(Semaphore::new(HASHERS_MAX)),
            nobody: nobody.into(),
        }
    }

    /// Whether `typed` is the secret behind `stored`; without `stored` it takes as long and is wrong.
    pub async fn matches(&self, typed: String, stored: Option<String>) -> bool {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let secret = Arc::clone(&self.secret);
        let right = self
            .blocking(move || verify_secret(&secret, &typed, &stored))
            .await;
        right.unwrap_or(false) && known
    }

    /// The hash to keep of a new secret; `None` when the host is stopping.
    pub async fn hash(&self, typed: String) -> Option<String> {
        let secret = Arc::clone(&self.secret);
        self.blocking(move || hash_secret(&secret, &typed)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let place = self.places.acquire().await.ok()?;
        let done = tokio::task::spawn_blocking(work).await.ok();
        drop(place);
        done
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

    #[tokio::test]
    async fn nobody_is_never_let_in() {
        let vault = Vault::new([3; 32]);
        let stored = vault.hash("402716".into()).await;
        assert!(vault.matches("402716".into(), stored.clone()).await);
        assert!(!vault.matches("402716".into(), None).await);
        assert!(!vault.matches("000000".into(), stored).await);
    }
}
