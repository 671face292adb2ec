//! A load generator over HTTP for the real binary, and the world it loads. The benchmark and the random
//! workload are built from it; nothing here decides what an event is worth.

mod amendments;
pub mod caller;
pub mod compiled;
pub mod draw;
pub mod fleet;
pub mod flood;
pub mod host;
pub mod http;
pub mod load;
pub mod measure;
pub mod model;
pub mod postgres;
pub mod workload;
pub mod world;
