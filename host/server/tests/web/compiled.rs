//! The apps of these tests all run the same few rules. What one has compiled is lent to the next, through the cache that
//! a restarted host reads; without it each test compiles the bundled rules for itself, which is most of its time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Mutex;

use rongyi_config::Config;

/// What was compiled so far, by the name of the file.
static COMPILED: Mutex<BTreeMap<OsString, Vec<u8>>> = Mutex::new(BTreeMap::new());
/// The secret of every app: it seals what was compiled.
const SECRET: [u8; 32] = [7; 32];

/// Gives an app that is about to be opened the secret, and what others have compiled.
pub(crate) fn lend(config: &Config) {
    let folder = config.data_dir.join("compiled");
    let mut private = fs::DirBuilder::new();
    let private = private.recursive(true).mode(0o700);
    private.create(&folder).expect("a folder");
    put(&config.secret_file, &SECRET);
    for (name, code) in &*COMPILED.lock().expect("no test died in here") {
        put(&folder.join(name), code);
    }
}

/// Keeps what an opened app has compiled.
pub(crate) fn keep(config: &Config) {
    let mut all = COMPILED.lock().expect("no test died in here");
    for file in fs::read_dir(config.data_dir.join("compiled")).expect("a folder") {
        let file = file.expect("a file");
        // A file is written beside its place and then moved there; what is half written has another extension.
        let kept = all.entry(file.file_name());
        kept.or_insert_with(|| fs::read(file.path()).expect("its content"));
    }
}

fn put(path: &Path, content: &[u8]) {
    let mut new = fs::OpenOptions::new();
    let file = new.write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(content))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
