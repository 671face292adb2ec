//! The pure heart of Rongyi: what a command needs to know, what it does to the book, and how that is proved.
//!
//! Nothing here reads a clock, a disk, a network or a random source; time, keys and codes come in as
//! arguments. The same code decides live, simulates, verifies and is tested (DESIGN: "one idea, used four
//! times").
#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

pub mod account;
pub mod actor;
pub mod amount;
pub mod book;
pub mod chain;
pub mod codec;
pub mod counters;
pub mod ids;
pub mod member;
pub mod news;
pub mod period;
pub mod proof;
pub mod rule;
pub mod seal;
pub mod sentence;
pub mod settings;
pub mod shown;
pub mod time;
pub mod traits;
pub mod typed;

pub use book::{command, record};
