//! Builds the Extism plugin for wasm, with a target folder of its own and the flags the bundled rules have.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "wasm32-unknown-unknown";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=guest");
    println!("cargo::rerun-if-changed=../../plugins/points-table/src");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo
        .args([
            "build",
            "-p",
            "rule-extism",
            "--profile",
            "guest",
            "--target",
            TARGET,
        ])
        .arg("--target-dir")
        .arg(out.join("guest"))
        .env("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=-zstack-size=65536");
    for (name, _) in env::vars()
        .filter(|(name, _)| name.starts_with("CARGO_PROFILE_") || name.starts_with("CARGO_BUILD_"))
    {
        cargo.env_remove(name);
    }
    for name in [
        "RUSTFLAGS",
        "CARGO_MAKEFLAGS",
        "MAKEFLAGS",
        "CARGO_TARGET_DIR",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "TARGET",
        "HOST",
        "PROFILE",
    ] {
        cargo.env_remove(name);
    }
    if !cargo.status()?.success() {
        return Err(
            "the Extism plugin cannot be built; is the wasm32-unknown-unknown target there?".into(),
        );
    }
    let module = out
        .join("guest")
        .join(TARGET)
        .join("guest/rule_extism.wasm");
    fs::copy(module, out.join("rule_extism.wasm"))?;
    Ok(())
}
