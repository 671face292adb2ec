//! The house through its door: pages and API over `Router::oneshot`, with a real database, the bundled rules
//! compiled, and a clock that is moved by hand. No browser here; that journey is walked elsewhere.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod acts;
mod ahead;
mod amend;
mod api;
mod app;
mod carried;
mod cases;
mod chains;
mod clock;
mod counter;
mod crowd;
mod demo;
mod desk;
mod door;
mod enrol;
mod find;
mod foreign;
mod helped;
mod hosts;
mod in_force;
mod links;
mod marked;
mod nasty;
mod numbers;
mod office;
mod parked;
mod periods;
mod photos;
mod privacy;
mod reload;
mod reports;
mod reviewer;
mod roster;
mod seen;
mod serving;
mod simulate;
mod stock;
mod story;
mod till;
mod time_bank;
mod today;
mod walk;
mod wandering;
