//! The files that `build.rs` gathered, as `(name, bytes)`. No logic.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
