//! Texts that a record only commits to, as a command brings them: kept apart, so that they can be erased.

use crate::chain::Hash;

/// A reference beside the form in which the record holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What a sealed one was sealed from, with its salt; kept apart so that it can be erased. `None` for one that
    /// stands in the record as it was sent.
    pub text: Option<SaltedText>,
    /// The other form of the same reference, with the digest of its content under that form: sealed for one in clear,
    /// in clear for one that is sealed, as ledgers held it before. It counts once under either.
    pub other: (String, Hash),
}

/// A text with the salt of its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaltedText {
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The text.
    pub text: String,
}

impl SaltedText {
    /// What a record says instead of the text: SHA-256 of salt and text.
    pub fn commitment(&self) -> Hash {
        let mut bytes = self.salt.to_vec();
        bytes.extend_from_slice(self.text.as_bytes());
        crate::chain::sha256(&bytes)
    }
}
