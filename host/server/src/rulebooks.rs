//! Rule books: checking a configuration, changing it in steps, trying one on what happened, the author's desk, how the rules in force are doing.

pub(crate) mod author;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod cli;
pub(crate) mod council;
pub(crate) mod export;
pub(crate) mod provenance;
pub(crate) mod public;
pub(crate) mod replay;
pub mod simulate;
pub(crate) mod tryout;
pub(crate) mod vote;
pub(crate) mod web;
