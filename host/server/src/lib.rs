//! The server: configuration, clerk, command line, API, pages, jobs. It decides nothing itself; the book in
//! `host/core` does, and every change goes through the [`rongyi_clerk`].
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod access;
pub mod activities;
pub mod amend;
pub mod audit;
pub mod backup;
pub mod cases;
pub mod cli;
pub mod demo;
pub mod door;
pub mod due;
pub mod earning;
pub mod front;
pub mod house;
pub mod inspections;
pub mod jobs;
pub mod ledger;
pub mod logging;
pub mod messages;
pub mod overview;
pub mod partners;
pub mod people;
pub mod period;
pub mod redemption;
pub mod reports;
pub mod resident;
pub mod rounds;
pub mod routes;
pub mod rulebooks;
pub mod serving;
pub mod stock;
pub mod vitals;
pub mod wall;
pub mod watch;
