//! Finds the checkout and the real binary. It builds the binary when nobody has said where it is, so that a
//! single test can be run alone and never sees an old one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lies in the checkout")
}

/// The binary under test: the file named by `RONGYI_BINARY`, or one built now.
///
/// # Panics
/// When there is none and it cannot be built.
pub fn rongyi() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("RONGYI_BINARY") {
        Some(path) => {
            let path = PathBuf::from(path);
            assert!(
                path.is_file(),
                "RONGYI_BINARY names {}, which is no file",
                path.display()
            );
            path
        }
        None => build(),
    })
}

fn build() -> PathBuf {
    // Built as the tests are, so that its features are theirs and nothing is built twice; for the same reason without
    // what cargo told the test of itself: a dependency that looks at it would be built anew each time.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    let kept = ["CARGO_HOME", "CARGO_TARGET_DIR"];
    for (name, _) in std::env::vars_os() {
        let named = name.to_str().unwrap_or_default();
        if named.starts_with("CARGO") && !kept.contains(&named) {
            build.env_remove(&name);
        }
    }
    let built = build
        .current_dir(root())
        .args(["test", "--workspace", "--no-run", "--locked"])
        .output()
        .expect("cargo can be started");
    assert!(
        built.status.success(),
        "the binary cannot be built:\n{}",
        String::from_utf8_lossy(&built.stderr)
    );
    // A test lies in TARGET/debug/deps, the binary in TARGET/debug.
    let test = std::env::current_exe().expect("a test knows where it lies");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("a test lies two folders down");
    folder.join("rongyi")
}
