//! The clerk: takes what is waiting as one batch, lets each community's book decide it, writes all of it in
//! one transaction, then answers. It never waits for a timer and knows nothing of HTTP.
//!
//! There are several desks, each with its own communities: one decides while another's batch is being written, and on
//! an engine that takes several batches at once one commit does not wait for another.
//!
//! | part | |
//! | --- | --- |
//! | [`Clerk`] | the door: commands in, answers out |
//! | `desk` | batches: load, decide, write, answer |
//! | [`rulebook`] | the rules that are loaded, and which of them are left alone |
//! | [`clock`] | what time it is |
//! | [`vitals`] | how this host is doing |
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod answer;
mod clerk;
pub mod clock;
mod decide;
mod desk;
mod frames;
mod job;
mod loading;
mod pulse;
#[cfg(test)]
mod races;
pub mod rulebook;
pub mod vitals;

pub use answer::{Answer, ClerkError, Fallen, QUEUE_MAX, receipt, unsure};
pub use clerk::{CHAIN_MAX, Clerk};
pub use job::Ticket;
pub use loading::{book_of, book_under};
