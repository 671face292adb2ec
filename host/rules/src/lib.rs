//! Runs a community's rules in their sandbox: load, check, call, limit. The only crate that names wasmtime.
//!
//! A rule is a WebAssembly component of `plugins/wit`. Every call gets a fresh instance, a fuel budget, a
//! memory cap and a deadline, and its answer is checked before anybody sees it. What cannot be used comes
//! back as a [`Fault`](rongyi_core::rule::Fault) with a stable code. There is no SQL and no HTTP here.

mod about;
mod ahead;
mod answer;
mod bake;
mod bindings;
mod cache;
mod clock;
mod compile;
mod diagnostic;
mod engine;
mod fault;
mod known;
mod limits;
mod load;
mod params;
mod pool;
mod rule;
pub mod scenario;
mod schema;
mod state;
mod stopwatch;
mod tier;
mod world;

pub use about::{About, LogLine, Trace, Usage};
pub use cache::Cache;
pub use compile::{Compiler, compile_one};
pub use diagnostic::{Diagnostic, LoadError};
pub use engine::Engine;
pub use limits::{Allowance, Limits, Lowered, PARK_AFTER, Tier};
pub use pool::EngineError;
pub use rule::Rule;
pub use schema::check_schema;
