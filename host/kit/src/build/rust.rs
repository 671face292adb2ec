//! Rust: cargo for `wasm32-unknown-unknown`, then a component around the module.

use std::path::Path;
use std::process::Command;

use super::{frame::wrap, tool::Tool};
use crate::{Problem, RuleFolder};

const TARGET: &str = "wasm32-unknown-unknown";

const CARGO: Tool = Tool {
    name: "cargo",
    get_zh: "请从 https://rustup.rs 安装 Rust（1.95 或更新），再运行一次。",
    get_en: "Install Rust 1.95 or newer from https://rustup.rs and run this again.",
};

pub(super) fn build(folder: &RuleFolder, tell: &mut dyn FnMut(&str)) -> Result<Vec<u8>, Problem> {
    have_target()?;
    tell("cargo build：编译规则 / compiling the rule");
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(folder.path())
        .args(["build", "--quiet", "--release", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].contains(&&*text);
        if ours || text.starts_with("CARGO_PROFILE_") || text.starts_with("CARGO_BUILD_") {
            cargo.env_remove(name);
        }
    }
    // A small stack below the data: a fresh instance then touches few pages, and an overflow hits address 0.
    // Where somebody keeps their crates is no part of a rule.
    let crates = std::env::var("CARGO_HOME").ok().or_else(|| {
        let home = std::env::var("HOME").ok()?;
        Some(format!("{home}/.cargo"))
    });
    let mut flags = vec!["-Clink-arg=-zstack-size=65536".to_owned()];
    flags.extend(crates.map(|crates| format!("--remap-path-prefix={crates}=/cargo")));
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let said = CARGO.run(&mut cargo)?;
    let module = module(&said, folder.name()).ok_or_else(|| {
        Problem::new(
            "build.no-module",
            "cargo 编译好了，但没有 .wasm。Cargo.toml 里要有 [lib] crate-type = [\"rlib\", \"cdylib\"]，而且 [package] 的 name 要和 rule.toml 里的一样。",
            "cargo compiled, but there is no .wasm. Cargo.toml needs [lib] crate-type = [\"rlib\", \"cdylib\"], and the package the same name as in rule.toml.",
        )
    })?;
    let path = Path::new(&module);
    let bytes = std::fs::read(path).map_err(|error| Problem::file(path, &error))?;
    wrap(&bytes)
}

/// The module cargo says it made.
fn module(said: &[u8], name: &str) -> Option<String> {
    let messages = said
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
    let underscored = name.replace('-', "_");
    messages
        .filter(|message| {
            message
                .pointer("/target/name")
                .is_some_and(|target| *target == *underscored)
        })
        .filter_map(|message| {
            let files = message.get("filenames")?.as_array()?;
            let wasm = files.iter().filter_map(serde_json::Value::as_str);
            wasm.into_iter()
                .find(|file| file.ends_with(".wasm"))
                .map(str::to_owned)
        })
        .next_back()
}

fn have_target() -> Result<(), Problem> {
    let mut rustc = Command::new("rustc");
    let sysroot = CARGO.run(rustc.args(["--print", "sysroot"]))?;
    let sysroot = String::from_utf8_lossy(&sysroot);
    let lib = Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET);
    if lib.join("lib").is_dir() {
        return Ok(());
    }
    Err(Tool {
        name: TARGET,
        get_zh: "这是 Rust 的编译目标，请运行 `rustup target add wasm32-unknown-unknown`，再试一次。",
        get_en: "It is a target of the Rust compiler: run `rustup target add wasm32-unknown-unknown` and try again.",
    }
    .missing())
}
