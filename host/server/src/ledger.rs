//! What stands in the book, shown: balances, passbooks, why a number is what it is, entries and their titles.

pub(crate) mod agreed;
pub mod api;
pub(crate) mod carried;
pub(crate) mod cli;
pub mod explain;
pub(crate) mod home;
pub(crate) mod lines;
pub(crate) mod months;
pub mod past;
pub(crate) mod pending;
pub mod refused;
pub(crate) mod titles;
pub(crate) mod told;
pub(crate) mod unmoved;
pub(crate) mod wallets;
pub(crate) mod web;
pub(crate) mod why;
