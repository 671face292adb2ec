//! Opens files that others name or could touch: bounded, never blocking, private where they must be.
//!
//! A path in a configuration may be a pipe, a device or a link to anything, and a folder may be open to every user of
//! the machine. What is opened here is a regular file of a bounded size; what must be private belongs to this user
//! alone or is refused with the command that mends it. No message holds a byte of a file. It prints nothing.

mod private;
mod trouble;
mod written;

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

pub use private::{
    Tightened, new_private_file, owned, private_file, private_folder, secret, touch_private,
    unchanged_by_others,
};
pub use trouble::{Kind, Trouble};
pub use written::{append, replace};

/// Opens a regular file for reading, without waiting for anybody. What it is is asked of the open file, so that it
/// can't become another in between.
///
/// # Errors
/// [`Trouble`]: nothing there, not a regular file, larger than `bytes_max`.
pub fn open(path: &Path, bytes_max: u64) -> Result<File, Trouble> {
    let failed = |error| Trouble::of(path, error);
    // Opening some devices does something already.
    let meta = std::fs::metadata(path).map_err(failed)?;
    regular(path, &meta)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let file = options.open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    regular(path, &meta)?;
    if meta.len() > bytes_max {
        return Err(Trouble::TooLarge {
            path: path.to_owned(),
            has: meta.len(),
            max: bytes_max,
        });
    }
    Ok(file)
}

/// Looks whether a path leads to a regular file, without opening it.
///
/// # Errors
/// [`Trouble::NotAFile`], [`Trouble::Missing`], or whatever keeps it from being looked at.
pub fn regular_at(path: &Path) -> Result<(), Trouble> {
    let meta = std::fs::metadata(path).map_err(|error| Trouble::of(path, error))?;
    regular(path, &meta)
}

fn regular(path: &Path, meta: &std::fs::Metadata) -> Result<(), Trouble> {
    if meta.is_file() {
        return Ok(());
    }
    Err(Trouble::NotAFile {
        path: path.to_owned(),
        kind: Kind::of(meta),
    })
}

/// The bytes of a regular file of at most `bytes_max` bytes.
///
/// # Errors
/// As [`open`]; also when it grows beyond that while it is read.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Trouble> {
    let file = open(path, bytes_max)?;
    let mut bytes = Vec::new();
    let read = file
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes);
    read.map_err(|error| Trouble::of(path, error))?;
    let has = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if has > bytes_max {
        return Err(Trouble::TooLarge {
            path: path.to_owned(),
            has,
            max: bytes_max,
        });
    }
    Ok(bytes)
}

/// [`read`] of a text in UTF-8.
///
/// # Errors
/// As [`read`], and [`Trouble::NotText`] with the line where it stops being UTF-8.
pub fn read_text(path: &Path, bytes_max: u64) -> Result<String, Trouble> {
    String::from_utf8(read(path, bytes_max)?).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..good).unwrap_or_default();
        Trouble::NotText {
            path: path.to_owned(),
            line: before.split(|byte| *byte == b'\n').count(),
        }
    })
}

/// `path` with every link and `..` resolved, when it lies below `folder` then.
///
/// # Errors
/// [`Trouble::Outside`]; or whatever keeps it from being found.
pub fn below(folder: &Path, path: &Path) -> Result<PathBuf, Trouble> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let within = folder
        .canonicalize()
        .map_err(|error| Trouble::of(folder, error))?;
    let found = path
        .canonicalize()
        .map_err(|error| Trouble::of(path, error))?;
    if found.starts_with(&within) {
        return Ok(found);
    }
    Err(Trouble::Outside {
        path: path.to_owned(),
        folder: folder.to_owned(),
    })
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    /// Every kind of thing a path may name, and a regular file.
    #[test]
    fn only_regular_files_are_read_and_nothing_waits() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("good"), "text").unwrap();
        symlink(at("good"), at("link")).unwrap();
        assert_eq!(read_text(&at("link"), 4).unwrap(), "text");
        assert!(matches!(
            read(&at("good"), 3),
            Err(Trouble::TooLarge { has: 4, max: 3, .. })
        ));
        let made = std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status();
        assert!(made.unwrap().success());
        let _socket = UnixListener::bind(at("socket")).unwrap();
        symlink(at("loop"), at("loop")).unwrap();
        symlink("/dev/zero", at("zero")).unwrap();
        File::create(at("sparse"))
            .unwrap()
            .set_len(3 << 30)
            .unwrap();
        for (name, kind) in [
            ("pipe", Kind::Pipe),
            ("socket", Kind::Socket),
            ("zero", Kind::Device),
            ("", Kind::Folder),
        ] {
            let found = read(&at(name), 1 << 20).unwrap_err();
            assert!(
                matches!(&found, Trouble::NotAFile { kind: found_kind, .. } if *found_kind == kind),
                "{name}: {found}"
            );
            assert!(!found.zh().is_empty());
        }
        assert!(matches!(read(&at("loop"), 9), Err(Trouble::Io { .. })));
        assert!(matches!(read(&at("none"), 9), Err(Trouble::Missing { .. })));
        assert!(matches!(
            read(&at("sparse"), 1 << 20),
            Err(Trouble::TooLarge { .. })
        ));
        std::fs::write(at("gbk"), b"ok\n\xd6\xd0").unwrap();
        let found = read_text(&at("gbk"), 99).unwrap_err();
        assert!(matches!(found, Trouble::NotText { line: 2, .. }));
        let endless = read(Path::new("/proc/self/mem"), 16).unwrap_err();
        assert!(matches!(endless, Trouble::Io { .. }), "{endless}");
    }

    #[test]
    fn what_lies_elsewhere_is_outside() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("config");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(inside.join("own"), "").unwrap();
        std::fs::write(folder.path().join("other"), "").unwrap();
        symlink(folder.path().join("other"), inside.join("away")).unwrap();
        symlink(inside.join("own"), inside.join("here")).unwrap();
        for good in ["own", "here", "./own", "../config/own"] {
            let found = below(&inside, &inside.join(good)).unwrap();
            assert!(found.ends_with("own"), "{good}");
        }
        for bad in ["../other", "away", "/etc/passwd", "here/../../other"] {
            let found = below(&inside, &inside.join(bad));
            assert!(
                matches!(found, Err(Trouble::Outside { .. } | Trouble::Io { .. })),
                "{bad}: {found:?}"
            );
        }
    }
}
