//! Installations of tests all run the same few rules. What one has compiled is lent to the next, of whichever test
//! program, through the cache that a restarted host reads; without it each compiles the bundled rules for itself,
//! which is most of a test's time.
//!
//! Compiled code is sealed with the server's secret, so all of them have the same. A test whose subject is the secret or
//! what is compiled has one of its own: it does not call [`lend`].

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The secret of every installation that borrows: it seals what was compiled.
pub const SECRET: [u8; 32] = [7; 32];

/// Gives an installation that was never opened the secret, and what others have compiled.
///
/// # Panics
/// When its folder cannot be written, or has a secret already.
pub fn lend(data_dir: &Path, secret_file: &Path) {
    private_folder(data_dir);
    let mut new = fs::OpenOptions::new();
    let secret = new
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(secret_file);
    secret
        .and_then(|mut file| file.write_all(&SECRET))
        .unwrap_or_else(|error| panic!("{}: {error}", secret_file.display()));
    let folder = data_dir.join("compiled");
    private_folder(&folder);
    link_all(&shelf(), &folder);
}

/// Keeps what an installation has compiled. One with another secret has nothing to lend.
///
/// # Panics
/// When the shelf cannot be written.
pub fn keep(data_dir: &Path, secret_file: &Path) {
    let folder = data_dir.join("compiled");
    if folder.is_dir() && fs::read(secret_file).is_ok_and(|secret| secret == SECRET) {
        link_all(&folder, &shelf());
    }
}

/// Where it stands between tests: beside the test programs. Removed with them by `cargo clean`.
fn shelf() -> PathBuf {
    let program = std::env::current_exe().expect("a test program has a place");
    let built = program.ancestors().find(|folder| folder.ends_with("deps"));
    let built = built.or(program.parent()).expect("programs lie in folders");
    let shelf = built.with_file_name("tests-compiled");
    private_folder(&shelf);
    shelf
}

fn private_folder(folder: &Path) {
    let mut private = fs::DirBuilder::new();
    let made = private.recursive(true).mode(0o700).create(folder);
    made.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
}

/// Files are written beside their place, moved there and never changed, so another name for the same file is enough.
/// What is half written has another extension.
fn link_all(from: &Path, to: &Path) {
    let files = fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for file in files {
        let path = file.expect("an entry of a folder").path();
        let whole = path.extension().and_then(|end| end.to_str());
        if !matches!(whole, Some("cwasm" | "seal" | "passed")) {
            continue;
        }
        let name = path.file_name().expect("it has an extension");
        let linked = fs::hard_link(&path, to.join(name));
        match linked.map_err(|error| error.kind()) {
            // Somebody else was first, or the host just tidied it away.
            Ok(()) | Err(ErrorKind::AlreadyExists | ErrorKind::NotFound) => {}
            // Another disk: nothing is lent.
            Err(ErrorKind::CrossesDevices) => return,
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}
