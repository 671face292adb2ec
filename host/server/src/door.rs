//! The door: who somebody is ([`Actor`]), what can be done or read ([`Act`]), and the one table of who may do
//! what ([`may`]). The API, the pages and the terminal ask the same table.
//!
//! It opens no session and knows no address's content. That the two people of a decision are different people is
//! the ledger's to know.

mod act;
mod actor;
mod addresses;
pub mod app;
pub(crate) mod asked;
pub mod caller;
pub mod contact;
pub mod error_page;
pub mod fault;
pub mod headers;
pub mod json;
pub(crate) mod names;
mod person;
mod reading;
mod right;
pub(crate) mod sheet;
pub mod terminal;
pub mod visit;

pub use act::Act;
pub use actor::{Actor, Signed, User};
pub use addresses::{Address, Addresses, of_api};
pub use person::one_person;
pub use reading::{Kind, Reading, Readings, Way, concerned, whose};
pub use right::{May, Right, may, refused, table};
