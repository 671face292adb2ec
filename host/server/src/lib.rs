//! The server: configuration, clerk, command line, API, pages, jobs. It decides nothing itself; the book in
//! `host/core` does, and every change goes through the [`clerk`].
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod access;
pub mod amend;
pub mod api;
mod asked;
pub mod backup;
pub mod clerk;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod door;
pub mod due;
pub mod earning;
pub mod explain;
pub mod goods;
pub mod house;
pub mod jobs;
pub mod logging;
pub mod marks;
pub mod past;
pub mod people;
pub mod period;
pub mod proof;
pub mod redemption;
pub mod roster;
pub mod rulebook;
pub mod serving;
pub mod statement;
pub mod till;
pub mod verify;
pub mod vitals;
pub mod watch;
pub mod web;
