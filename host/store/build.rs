//! Builds the crate again when a migration is added: the tables' history is carried inside the program.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
