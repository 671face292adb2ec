//! Rule books: checking a configuration, the author's desk, how the rules in force are doing.

pub(crate) mod author;
pub(crate) mod check;
pub(crate) mod cli;
pub(crate) mod web;
