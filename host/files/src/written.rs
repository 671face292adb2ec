//! Writing where somebody said: a file and nothing else is written over. A rename would put a file in the place of a
//! pipe, a device or a link; opening a pipe would wait for its other end.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::{Trouble, new_private_file, regular, regular_at};

/// The file that is meant: where a link leads, when it leads to a file.
///
/// # Errors
/// [`Trouble::NotAFile`], and links that lead nowhere.
fn meant(path: &Path) -> Result<PathBuf, Trouble> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(Trouble::of(path, error)),
        Ok(_) => {
            regular_at(path)?;
            path.canonicalize()
                .map_err(|error| Trouble::of(path, error))
        }
    }
}

/// Puts these bytes in the place of a file, or into a new one: whole or not at all, and only this user may read them.
///
/// # Errors
/// [`Trouble`]: something else than a file is there, or it can't be written; then nothing is left behind.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let target = meant(path)?;
    let mut beside = target.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let mut file = new_private_file(&beside).map_err(|error| Trouble::of(path, error))?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&beside, &target));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Trouble::of(path, error)
    })
}

/// Opens a file for reading and adding to its end, or a new one that others may read and not write.
///
/// # Errors
/// [`Trouble`]: something else than a file is there, or it can't be written.
pub fn append(path: &Path) -> Result<File, Trouble> {
    let failed = |error| Trouble::of(path, error);
    let target = meant(path)?;
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options
            .mode(0o644)
            .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(target).map_err(failed)?;
    // It may have become another thing since it was looked at.
    regular(path, &file.metadata().map_err(failed)?)?;
    Ok(file)
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
    use std::os::unix::net::UnixListener;

    #[test]
    fn nothing_but_a_file_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mode = |name: &str| std::fs::metadata(at(name)).unwrap().mode() & 0o777;
        let made = std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        std::fs::create_dir(at("folder")).unwrap();
        symlink(at("loop"), at("loop")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink("/dev/null", at("device")).unwrap();
        symlink(at("pipe"), at("to-the-pipe")).unwrap();
        let count = || std::fs::read_dir(folder.path()).unwrap().count();
        let before = count();
        for bad in [
            "pipe",
            "socket",
            "folder",
            "loop",
            "dangling",
            "device",
            "to-the-pipe",
            "none/below",
        ] {
            assert!(replace(&at(bad), b"x").is_err(), "{bad}");
            assert!(append(&at(bad)).is_err(), "{bad}");
        }
        assert_eq!(count(), before, "nothing is left beside");
        assert!(std::fs::metadata(at("pipe")).unwrap().file_type().is_fifo());
        assert!(
            std::fs::symlink_metadata(at("device"))
                .unwrap()
                .is_symlink()
        );
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
        // A new one, the same again, and behind a link, which stays one.
        for text in ["one", "two"] {
            replace(&at("new"), text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(at("new")).unwrap(), text);
            assert_eq!(mode("new"), 0o600);
        }
        symlink(at("new"), at("link")).unwrap();
        replace(&at("link"), b"three").unwrap();
        assert_eq!(std::fs::read_to_string(at("new")).unwrap(), "three");
        assert!(std::fs::symlink_metadata(at("link")).unwrap().is_symlink());
        for _ in 0..2 {
            append(&at("lines")).unwrap().write_all(b"line\n").unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(at("lines")).unwrap(),
            "line\nline\n"
        );
        assert_eq!(mode("lines") & 0o022, 0);
    }
}
