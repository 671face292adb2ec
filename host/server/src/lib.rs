//! The server: configuration, clerk, command line, API, pages, jobs. It decides nothing itself; the book in
//! `host/core` does, and every change goes through the [`clerk`].

pub mod clerk;
pub mod clock;
pub mod config;
pub mod explain;
pub mod house;
pub mod jobs;
pub mod rulebook;
pub mod verify;
pub mod access;
pub mod api;
pub mod redemption;
pub mod web;
pub mod cli;
pub mod demo;
pub mod earning;
pub mod goods;
pub mod people;
pub mod sheet;
