//! A disk that is full, fails or can only be read, for one program and one folder: see `tests/disk/disk.c`, which the
//! machine's C compiler makes into a library. It holds no test.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::binary::root;

/// The disk below one folder.
#[derive(Debug)]
pub struct Disk {
    place: TempDir,
}

impl Disk {
    /// A disk that is well.
    ///
    /// # Panics
    /// When there is no C compiler: a test that did not run must not look green.
    pub fn new() -> Self {
        let place = tempfile::tempdir_in("/tmp").expect("a temporary folder");
        // The database's own user reads it too.
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let disk = Disk { place };
        std::fs::write(disk.state(), "0").unwrap();
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let made = Command::new(compiler)
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(disk.library())
            .arg(root().join("tests/disk/disk.c"))
            .arg("-ldl")
            .output()
            .expect("a C compiler (on Debian: apt-get install gcc), as Rust needs one to link");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        disk
    }

    fn state(&self) -> PathBuf {
        self.place.path().join("state")
    }

    fn library(&self) -> PathBuf {
        self.place.path().join("disk.so")
    }

    /// What a program must find in its environment to write to `folder` on this disk.
    pub fn below(&self, folder: &Path) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().expect("a name in UTF-8").to_owned();
        vec![
            ("LD_PRELOAD".to_owned(), text(&self.library())),
            ("DISK_STATE".to_owned(), text(&self.state())),
            ("DISK_FOLDER".to_owned(), text(folder)),
        ]
    }

    /// Changes it at once: `0` well, `f` full, `w` writing fails, `s` bringing to the disk fails, `r` read only.
    ///
    /// # Panics
    /// When its state cannot be written.
    pub fn becomes(&self, state: char) {
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .open(self.state())
            .unwrap();
        write!(file, "{state}").unwrap();
    }
}

impl Default for Disk {
    fn default() -> Self {
        Disk::new()
    }
}
