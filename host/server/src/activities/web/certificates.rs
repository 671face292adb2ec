//! Certificates on pages: what the office checks and signs, what a resident asks for and takes home, the public page that says
//! whether a number is right and nothing about whose it is, and the files.

pub(crate) mod files;
pub(crate) mod office;
pub(crate) mod own;
pub(crate) mod verify;
mod words;
