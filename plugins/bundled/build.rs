//! Builds the bundled rules from source and wraps them as components. Downloads nothing but, when rustup is
//! there and the wasm target is not, that target.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const TARGET: &str = "wasm32-unknown-unknown";
const BUNDLED: &[(&str, &str)] = &[
    ("points-table", "plugins/points-table"),
    ("period-close", "plugins/period-close"),
    ("hours", "plugins/hours"),
    ("shop-pricing", "plugins/shop-pricing"),
];
/// For tests only: a rule that does everything it must not, and one rule in two versions of the interface.
const GUESTS: &[(&str, &str)] = &[
    ("hostile", "tests/guests/hostile"),
    ("early", "tests/guests/early"),
    ("twin", "tests/guests/twin"),
];

fn main() {
    if let Err(error) = run() {
        // Line by line: a message of cargo's is only readable with its line breaks.
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let plugins = here.parent().ok_or("plugins/bundled lies in plugins")?;
    let root = plugins.parent().ok_or("plugins lies in the workspace")?;
    for watched in ["wit", "sdk/src", "sdk/Cargo.toml"] {
        println!(
            "cargo::rerun-if-changed={}",
            plugins.join(watched).display()
        );
    }
    let mut rules = BUNDLED.to_vec();
    if env::var_os("CARGO_FEATURE_HOSTILE").is_some() {
        rules.extend(GUESTS);
    }
    for (_, folder) in &rules {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
    }
    println!(
        "cargo::rerun-if-changed={}",
        root.join("Cargo.lock").display()
    );
    println!(
        "cargo::rerun-if-changed={}",
        here.join("build.rs").display()
    );

    let out = PathBuf::from(env::var("OUT_DIR")?);
    let guests = out.join("guests");
    let std_from_source = !have_target()?;
    build(root, &guests, &rules, std_from_source)?;
    let mut table = String::from("/// The bundled rules.\npub const RULES: &[Bundled] = &[\n");
    for (rule, folder) in rules {
        let module = guests
            .join(TARGET)
            .join("guest")
            .join(format!("rule_{}.wasm", rule.replace('-', "_")));
        let component = out.join(format!("{rule}.wasm"));
        wrap(&module, &component)?;
        if !GUESTS.contains(&(rule, folder)) {
            let readme = root.join(folder).join("README.md");
            table.push_str(&format!(
                "    Bundled {{ name: {rule:?}, bytes: include_bytes!({component:?}), readme: include_str!({readme:?}) }},\n"
            ));
        }
    }
    table.push_str("];\n");
    fs::write(out.join("bundled.rs"), table)?;
    Ok(())
}

/// Whether the toolchain has the wasm target; adds it with rustup where that works. `false` means that the
/// standard library's source is there instead (as in Debian's packages).
fn have_target() -> Result<bool, Box<dyn Error>> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let sysroot = Command::new(&rustc).args(["--print", "sysroot"]).output()?;
    let rustlib = Path::new(String::from_utf8(sysroot.stdout)?.trim())
        .join("lib")
        .join("rustlib");
    if rustlib.join(TARGET).join("lib").is_dir() {
        return Ok(true);
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]);
    if let Ok(toolchain) = env::var("RUSTUP_TOOLCHAIN") {
        rustup.args(["--toolchain", &toolchain]);
    }
    if rustup.status().is_ok_and(|status| status.success()) {
        return Ok(true);
    }
    if rustlib.join("src/rust/library/std/Cargo.toml").is_file() {
        return Ok(false);
    }
    Err(format!(
        "the bundled rules are compiled for {TARGET}, and this Rust toolchain cannot do that yet.\n\
         With rustup:  rustup target add {TARGET}\n\
         On Debian:    apt-get install rustc-web cargo-web rust-web-src lld\n\
         Then run the same command again."
    )
    .into())
}

/// Cargo inside cargo: with its own target folder, or it would wait for ever for the lock of the outer one,
/// and without the outer flags, which are meant for the host.
fn build(
    root: &Path,
    guests: &Path,
    rules: &[(&str, &str)],
    std_from_source: bool,
) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    cargo.current_dir(root).args([
        "build",
        "--locked",
        "--profile",
        "guest",
        "--target",
        TARGET,
    ]);
    cargo.arg("--target-dir").arg(guests);
    for (rule, _) in rules {
        cargo.args(["-p", &format!("rule-{rule}")]);
    }
    let inherited = [
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
        "CLIPPY_TERMINAL_WIDTH",
        "RUSTFLAGS",
    ];
    for (name, _) in env::vars()
        .filter(|(name, _)| name.starts_with("CARGO_PROFILE_") || name.starts_with("CARGO_BUILD_"))
    {
        cargo.env_remove(name);
    }
    for name in inherited.into_iter().chain([
        "CARGO_MAKEFLAGS",
        "MAKEFLAGS",
        "CARGO_TARGET_DIR",
        "TARGET",
        "HOST",
        "PROFILE",
    ]) {
        cargo.env_remove(name);
    }
    // A small stack below the data: a fresh instance then touches few pages, and an overflow hits address 0.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=-zstack-size=65536");
    if std_from_source {
        cargo
            .args(["-Z", "build-std=std,panic_abort"])
            .env("RUSTC_BOOTSTRAP", "1");
    }
    let done = cargo.output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!(
        "building the bundled rules for {TARGET} failed:\n{}",
        String::from_utf8_lossy(&done.stderr)
    )
    .into())
}

/// Makes a component of a core module that carries its interface in a custom section.
fn wrap(module: &Path, component: &Path) -> Result<(), Box<dyn Error>> {
    let name = module.display();
    let bytes = fs::read(module).map_err(|error| format!("{name} was not built: {error}"))?;
    let wrapped = wit_component::ComponentEncoder::default()
        .module(&bytes)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| format!("{name} does not fit the rule interface: {error:#}"))?;
    // Unchanged bytes keep their date, so that nothing downstream is compiled again.
    if fs::read(component).ok().as_deref() != Some(&wrapped) {
        fs::write(component, wrapped)?;
    }
    Ok(())
}
