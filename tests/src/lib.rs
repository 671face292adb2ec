//! What the tests share: where the checkout and the binary are, an installation in a temporary folder that is
//! verified when its test ends, a running host, and a browser with the measures a page must keep.
//!
//! It holds no test and no expectation of its own but these: `verify` finds nothing, and pages are accessible.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]

mod binary;
mod browser;
mod client;
mod device;
mod disk;
mod draw;
mod installation;
pub mod neighbours;
mod page;
mod proxy;
mod serving;

pub use binary::{rongyi, root};
pub use browser::{Browser, Device, Driver, Scripting};
pub use client::Client;
pub use device::{Sent, post};
pub use disk::Disk;
pub use draw::Draw;
pub use installation::{Done, Installation};
pub use page::{broken_words, inspect};
pub use proxy::Proxy;
pub use rongyi_load::postgres::Cluster;
pub use serving::Serving;
