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
    // The whole workspace, so that its features are the ones the tests were built with and nothing is built twice.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(root())
        .args(["build", "--workspace", "--bin", "rongyi", "--locked"])
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
