//! Signatures over statements: Ed25519 (RFC 8032), so that a certificate can be checked without asking anybody, by whoever
//! has the community's public key. Says nothing about whether a certificate was replaced or taken back since: that is on
//! the public page.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hex;
use crate::json::read;
use crate::statement::{BadStatement, Statement};

/// What the signed file calls itself.
pub const FORMAT: &str = "rongyi-certificate/1";
/// What stands before a statement's bytes when they are signed, so that nothing else that is signed can be taken for one.
pub const SIGNED_PREFIX: &[u8] = b"rongyi certificate 1\n";

/// The seed of a community's key out of the installation's secret: the same for ever, another for each community. None
/// when the secret is empty.
pub fn community_seed(secret: &[u8], community: &str) -> Option<[u8; 32]> {
    if secret.is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(b"rongyi certificate key 1\0");
    mac.update(community.as_bytes());
    Some(mac.finalize().into_bytes().into())
}

/// What signs: kept by the installation, never shown.
pub struct Key(SigningKey);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key of {}", self.public().id())
    }
}

impl Key {
    /// The key of a seed.
    pub fn of_seed(seed: &[u8; 32]) -> Key {
        Key(SigningKey::from_bytes(seed))
    }

    /// What its signatures are checked with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a statement.
    ///
    /// # Errors
    /// [`BadStatement`] when it may not be signed.
    pub fn sign(&self, statement: Statement) -> Result<Signed, BadStatement> {
        statement.check()?;
        let signature = self.0.sign(&message(&statement)).to_bytes();
        Ok(Signed {
            statement,
            signature,
            key: self.public(),
        })
    }
}

/// What signatures are checked with; published by the community.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// A short name of the key for people, such as `3f2a-90c1-77de-0b45`. Enough to tell keys apart, too short to prove.
    pub fn id(&self) -> String {
        let digest = hex::written(&Sha256::digest(self.0));
        let groups: Vec<&str> = (0..4)
            .filter_map(|group| digest.get(group * 4..group * 4 + 4))
            .collect();
        groups.join("-")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::written(&self.0))
    }
}

/// Not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key has 64 hexadecimal digits")]
pub struct NoKey;

impl FromStr for PublicKey {
    type Err = NoKey;
    fn from_str(text: &str) -> Result<Self, NoKey> {
        hex::read(text.trim()).map(PublicKey).ok_or(NoKey)
    }
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What is said.
    pub statement: Statement,
    /// By this signature.
    pub signature: [u8; 64],
    /// Of this key. Whose it is, only the community can say.
    pub key: PublicKey,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// Not a file of a certificate.
    #[error("this is no certificate file of the format {FORMAT}")]
    NoCertificate,
    /// It says what no certificate may say.
    #[error("{0}")]
    Statement(#[from] BadStatement),
    /// It names another key than the community's.
    #[error("it was signed with the key {found}, not with {}", .expected.id())]
    OtherKey {
        /// The community's.
        expected: PublicKey,
        /// What it names, as its short name.
        found: String,
    },
    /// The signature does not fit what is said.
    #[error(
        "the signature does not fit: something was changed after it was signed, or it was never signed"
    )]
    Signature,
}

impl Signed {
    /// Whether the community's key signed exactly this.
    ///
    /// # Errors
    /// [`Unproved`].
    pub fn verify(&self, expected: &PublicKey) -> Result<(), Unproved> {
        self.statement.check()?;
        if self.key != *expected {
            let found = self.key.id();
            let expected = *expected;
            return Err(Unproved::OtherKey { expected, found });
        }
        let key = VerifyingKey::from_bytes(&expected.0).map_err(|_| Unproved::Signature)?;
        let signature = Signature::from_bytes(&self.signature);
        key.verify_strict(&message(&self.statement), &signature)
            .map_err(|_| Unproved::Signature)
    }

    /// The file `certificate.json`: for reading and for `check-certificate.py`.
    pub fn to_json(&self) -> String {
        let file = json!({
            "format": FORMAT,
            "key": self.key.to_string(),
            "signature": hex::written(&self.signature),
            "statement": self.statement.to_value(),
        });
        let mut text = String::new();
        indented(&file, 0, &mut text);
        text.push('\n');
        text
    }

    /// Reads the file. Whether the signature fits is asked with [`Signed::verify`].
    ///
    /// # Errors
    /// [`Unproved::NoCertificate`], [`Unproved::Statement`].
    pub fn from_json(bytes: &[u8]) -> Result<Signed, Unproved> {
        let none = || Unproved::NoCertificate;
        let file = read(bytes).ok_or_else(none)?;
        let text = |key: &str| file.get(key).and_then(Value::as_str).ok_or_else(none);
        if text("format")? != FORMAT || file.as_object().is_none_or(|map| map.len() != 4) {
            return Err(none());
        }
        Ok(Signed {
            key: text("key")?.parse().map_err(|_| none())?,
            signature: hex::read(text("signature")?).ok_or_else(none)?,
            statement: Statement::from_value(file.get("statement").ok_or_else(none)?)?,
        })
    }
}

fn message(statement: &Statement) -> Vec<u8> {
    let mut bytes = SIGNED_PREFIX.to_vec();
    bytes.extend(statement.to_bytes());
    bytes
}

/// Objects and lists over several lines with sorted keys, so that the file is the same whoever builds this program.
fn indented(value: &Value, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in pairs.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                crate::json::canonical(&Value::from(key.as_str()), out);
                out.push_str(": ");
                indented(value, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
        Value::Array(values) if !values.is_empty() => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                indented(value, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::String(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Null => crate::json::canonical(value, out),
    }
}
