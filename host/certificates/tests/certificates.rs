//! What certificates hold: one form of bytes, signatures that no change survives, numbers that are read as they are typed,
//! documents whose text is text, bundles, and the script that checks them without this program.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

#[path = "certificates/document.rs"]
mod document;
#[path = "certificates/invented.rs"]
mod invented;
#[path = "certificates/numbers.rs"]
mod numbers;
#[path = "certificates/read.rs"]
mod read;
#[path = "certificates/script.rs"]
mod script;
#[path = "certificates/signed.rs"]
mod signed;
