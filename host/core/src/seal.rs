//! Sealing: a text that must count once, and must not be readable, becomes a commitment whose salt is made from the
//! text and a community's secret key. The same text gives the same commitment, so it can be a unique key; without
//! the key or the salt nobody can try texts until one fits. It keeps nothing; the store keeps key, salt and text.

use crate::chain::{Hash, hex, sha256};
use crate::codec::Writer;
use crate::command::SaltedText;

/// What a sealed reference begins with in the ledger. A program may not send one.
pub const SEALED_PREFIX: &str = "sealed:";

/// What a text is sealed as: the same text under two of these gives two commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// The pick-up code of an order.
    PickupCode,
    /// A reference that a person typed: the page of a paper book, the number of a row.
    Reference,
    /// The content that comes with a reference.
    Input,
}

/// A community's key. Whoever has it and guesses a text can see whether it is the sealed one, so it never leaves the
/// database.
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey([u8; 32]);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl SealKey {
    /// A key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        SealKey(bytes)
    }

    fn keyed(&self, what: Sealed, text: &str) -> Hash {
        let mut w = Writer::default();
        w.text("rongyi-seal-1");
        w.raw(&self.0);
        w.text(match what {
            Sealed::PickupCode => "pickup",
            Sealed::Reference => "reference",
            Sealed::Input => "input",
        });
        w.text(text);
        sha256(&w.done())
    }

    /// The text with its salt; the ledger holds its commitment.
    pub fn seal(&self, what: Sealed, text: &str) -> SaltedText {
        let mut salt = [0; 16];
        salt.copy_from_slice(&self.keyed(what, text)[..16]);
        SaltedText {
            salt,
            text: text.to_owned(),
        }
    }

    /// A digest of content that nobody without the key can try to guess.
    pub fn digest(&self, content: &Hash) -> Hash {
        self.keyed(Sealed::Input, &hex(content))
    }
}

/// The reference that stands in the ledger for a text that was sealed.
pub fn sealed_reference(text: &SaltedText) -> String {
    format!("{SEALED_PREFIX}{}", hex(&text.commitment()))
}

/// Whether a reference is one that a program may leave in the ledger for ever: letters, digits and `-_./:#`, which
/// carry no sentence and no name in Chinese, and nothing that looks sealed.
pub fn is_plain_reference(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:#".contains(&b);
    (1..=128).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with(SEALED_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_gives_the_same_commitment_under_one_key_and_purpose_only() {
        let (key, other) = (SealKey::new([1; 32]), SealKey::new([2; 32]));
        let sealed = key.seal(Sealed::Reference, "第3册第12页");
        assert_eq!(sealed, key.seal(Sealed::Reference, "第3册第12页"));
        for (key, what, text) in [
            (&key, Sealed::PickupCode, "第3册第12页"),
            (&key, Sealed::Reference, "第3册第13页"),
            (&other, Sealed::Reference, "第3册第12页"),
        ] {
            assert_ne!(sealed.commitment(), key.seal(what, text).commitment());
            assert_ne!(sealed.salt, key.seal(what, text).salt);
        }
        assert_ne!(key.digest(&[7; 32]), other.digest(&[7; 32]));
        assert!(!format!("{key:?}").contains('1'), "a key is never printed");
    }

    #[test]
    fn a_program_may_leave_plain_references_only() {
        for plain in ["A4-1", "scale-1/2026:7#3", "a.b_c"] {
            assert!(is_plain_reference(plain), "{plain}");
        }
        let sealed = sealed_reference(&SealKey::new([1; 32]).seal(Sealed::Reference, "x"));
        for other in ["", "第3册", "a b", "张大明", &"x".repeat(129), &sealed] {
            assert!(!is_plain_reference(other), "{other}");
        }
    }
}
