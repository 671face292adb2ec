//! Proof that a ledger is whole: verification, proofs of entries, published heads, statements of past days, sealed staff.

pub mod nightly;
pub mod proof;
pub mod roster;
pub mod statement;
pub mod verify;
