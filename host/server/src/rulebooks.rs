//! Rule books: checking a configuration, trying one on what happened, the author's desk, how the rules in force are doing.

pub(crate) mod author;
pub(crate) mod check;
pub(crate) mod cli;
pub mod simulate;
pub(crate) mod web;
