//! The pick-up code of an order as the ledger keeps it: a commitment, with the code itself beside it until the order
//! ends. Orders of older ledgers hold the code in their record. It compares; it makes no code.

use crate::chain::{Hash, bytes_from_hex, hex};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::SaltedText;

/// Digits of a pick-up code.
pub const PICKUP_DIGITS: usize = 8;

/// What the ledger holds of a pick-up code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickupCode {
    /// The code itself, in the record: orders that were placed before codes were sealed. While such an order is open
    /// its record must not be shown to anybody.
    Clear(String),
    /// SHA-256 of a secret salt and the code. Without the salt, which never leaves the database while the order is
    /// open, a hundred million tries say nothing.
    Sealed(Hash),
}

impl PickupCode {
    /// The text under which the order is found and the code counts once.
    pub fn key(&self) -> String {
        match self {
            PickupCode::Clear(code) => code.clone(),
            PickupCode::Sealed(commitment) => hex(commitment),
        }
    }

    /// What a stored key says; `None` when it is neither form.
    pub fn from_key(key: &str) -> Option<Self> {
        if is_code(key) {
            return Some(PickupCode::Clear(key.to_owned()));
        }
        let commitment = bytes_from_hex(key)?.try_into().ok()?;
        Some(PickupCode::Sealed(commitment))
    }

    /// Whether this is the code that was sealed with its salt, or the same code in clear.
    pub fn fits(&self, typed: &SaltedText) -> bool {
        match self {
            PickupCode::Clear(code) => *code == typed.text,
            PickupCode::Sealed(commitment) => *commitment == typed.commitment(),
        }
    }

    /// Whether the form is right: a clear code has eight digits.
    pub fn is_well_formed(&self) -> bool {
        match self {
            PickupCode::Clear(code) => is_code(code),
            PickupCode::Sealed(_) => true,
        }
    }

    pub(crate) fn write(&self, w: &mut Writer) {
        match self {
            PickupCode::Clear(code) => w.text(code),
            PickupCode::Sealed(commitment) => w.raw(commitment),
        }
    }

    pub(crate) fn read(r: &mut Reader<'_>, sealed: bool) -> Result<Self, Malformed> {
        Ok(if sealed {
            PickupCode::Sealed(r.hash()?)
        } else {
            PickupCode::Clear(r.text()?)
        })
    }
}

/// Whether a text is a pick-up code.
pub fn is_code(text: &str) -> bool {
    text.len() == PICKUP_DIGITS && text.bytes().all(|b| b.is_ascii_digit())
}
