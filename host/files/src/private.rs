//! Folders and files that only this user may touch: made so whatever the umask says, refused where somebody else
//! could have changed them, tightened where somebody else could only read.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::{Trouble, open, regular_at};

/// A path that others could read until now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tightened(pub PathBuf);

/// The user this process acts as; `None` where the system does not say.
#[cfg(unix)]
fn this_user() -> Option<u32> {
    static USER: std::sync::OnceLock<Option<u32>> = std::sync::OnceLock::new();
    *USER.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
        // Real, effective, saved.
        line.split_whitespace().nth(1)?.parse().ok()
    })
}

/// Refuses what others may write or own; whether others may read it.
#[cfg(unix)]
fn judge(path: &Path, meta: &Metadata, mode: u32) -> Result<bool, Trouble> {
    use std::os::unix::fs::MetadataExt;
    let refused = |owner, mend| Trouble::Open {
        path: path.to_owned(),
        owner,
        mend,
    };
    let shown = path.display();
    // What is root's, only root can change, and root can do so anyway: a secret that a deployment mounts is.
    let owner = meta.uid();
    if owner != 0 && this_user().is_some_and(|user| user != owner) {
        let mend = format!("chown -R \"$(id -u)\" '{shown}'");
        return Err(refused(Some(owner), mend));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(refused(None, format!("chmod {mode:o} '{shown}'")));
    }
    Ok(meta.mode() & 0o077 != 0)
}

/// A link is followed only when it could not have been laid by somebody else.
#[cfg(unix)]
fn own_link(path: &Path) -> Result<(), Trouble> {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::symlink_metadata(path).map_err(|error| Trouble::of(path, error))?;
    let owner = meta.uid();
    let ours = owner == 0 || this_user().is_none_or(|user| user == owner);
    if !meta.is_symlink() || ours {
        return Ok(());
    }
    Err(Trouble::Open {
        path: path.to_owned(),
        owner: Some(owner),
        mend: format!("rm '{}'", path.display()),
    })
}

#[cfg(unix)]
fn tighten(path: &Path, mode: u32) -> Result<Option<Tightened>, Trouble> {
    use std::os::unix::fs::PermissionsExt;
    own_link(path)?;
    let meta = std::fs::metadata(path).map_err(|error| Trouble::of(path, error))?;
    if !judge(path, &meta, mode)? {
        return Ok(None);
    }
    match std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)) {
        Ok(()) => Ok(Some(Tightened(path.to_owned()))),
        // Root's, or mounted for reading only: whoever mounted it has decided who reads it.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(Trouble::of(path, error)),
    }
}

#[cfg(not(unix))]
fn tighten(path: &Path, _mode: u32) -> Result<Option<Tightened>, Trouble> {
    std::fs::metadata(path).map_err(|error| Trouble::of(path, error))?;
    Ok(None)
}

/// A folder that only this user may enter; made when it is missing.
///
/// # Errors
/// [`Trouble::Open`] when others may write it or own it; whatever keeps it from being made.
pub fn private_folder(path: &Path) -> Result<Option<Tightened>, Trouble> {
    let failed = |error| Trouble::of(path, error);
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut maker = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    match maker.create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    if !path.is_dir() {
        return Err(Trouble::of(path, ErrorKind::NotADirectory.into()));
    }
    tighten(path, 0o700)
}

/// Looks whether others may write a file or own it. Whoever may read it is not asked.
///
/// # Errors
/// [`Trouble::Open`], [`Trouble::Missing`].
pub fn unchanged_by_others(path: &Path) -> Result<(), Trouble> {
    let meta = std::fs::metadata(path).map_err(|error| Trouble::of(path, error))?;
    #[cfg(unix)]
    judge(path, &meta, 0o600)?;
    let _ = meta;
    Ok(())
}

/// A file that is there and must be this user's alone.
///
/// # Errors
/// [`Trouble::Open`] when others may write it or own it; [`Trouble::Missing`]; [`Trouble::NotAFile`].
pub fn private_file(path: &Path) -> Result<Option<Tightened>, Trouble> {
    regular_at(path)?;
    tighten(path, 0o600)
}

fn new_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A new file that only its owner may read and write. Neither a file nor a link may be there.
///
/// # Errors
/// When it can't be made.
pub fn new_private_file(path: &Path) -> std::io::Result<File> {
    new_options().open(path)
}

/// Sees to it that a private file is there: makes an empty one, or looks at the one there is as [`private_file`].
///
/// # Errors
/// As [`private_file`].
pub fn touch_private(path: &Path) -> Result<Option<Tightened>, Trouble> {
    match new_options().open(path) {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => private_file(path),
        Err(error) => Err(Trouble::of(path, error)),
    }
}

/// Whether an open file is this user's own and no other user may write it.
pub fn owned(file: &File) -> bool {
    #[cfg(unix)]
    {
        let meta = file.metadata();
        meta.is_ok_and(|meta| judge(Path::new(""), &meta, 0o600).is_ok())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        true
    }
}

/// The longest file that is looked at as a secret, in bytes.
const SECRET_BYTES_MAX: u64 = 4096;

/// The 32 random bytes of a private file; made when there is none.
///
/// # Errors
/// [`Trouble::Open`] when others may write it or own it, [`Trouble::NotASecret`] for another length.
pub fn secret(path: &Path) -> Result<[u8; 32], Trouble> {
    match open(path, SECRET_BYTES_MAX) {
        Ok(file) => {
            // One that others may read is tightened; what they could have changed is refused.
            private_file(path)?;
            let mut bytes = Vec::new();
            let read = file.take(SECRET_BYTES_MAX).read_to_end(&mut bytes);
            read.map_err(|error| Trouble::of(path, error))?;
            bytes.try_into().map_err(|_| Trouble::NotASecret {
                path: path.to_owned(),
            })
        }
        Err(Trouble::Missing { .. }) => make_secret(path),
        Err(other) => Err(other),
    }
}

fn make_secret(path: &Path) -> Result<[u8; 32], Trouble> {
    let failed = |error| Trouble::of(path, error);
    let mut secret = [0; 32];
    getrandom::fill(&mut secret)
        .map_err(|error| failed(std::io::Error::other(error.to_string())))?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        private_folder(folder)?;
    }
    // Whole or not at all: whoever starts at the same moment must not read half of it.
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let _ = std::fs::remove_file(&beside);
    let mut file = new_private_file(&beside).map_err(failed)?;
    let written = file
        .write_all(&secret)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::hard_link(&beside, path));
    let _ = std::fs::remove_file(&beside);
    match written {
        Ok(()) => Ok(secret),
        // Somebody else was first: theirs counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => self::secret(path),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o777
    }

    fn set(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn folders_are_made_private_tightened_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("below").join("data");
        assert_eq!(private_folder(&data).unwrap(), None);
        assert_eq!(mode(&data), 0o700);
        set(&data, 0o755);
        assert_eq!(
            private_folder(&data).unwrap(),
            Some(Tightened(data.clone()))
        );
        assert_eq!(mode(&data), 0o700);
        for open in [0o777, 0o775, 0o702, 0o720] {
            set(&data, open);
            let refused = private_folder(&data).unwrap_err();
            assert!(refused.to_string().contains("chmod 700"), "{refused}");
            assert!(refused.zh().contains("chmod 700"), "{}", refused.zh());
            assert_eq!(
                mode(&data),
                open,
                "what could have been changed is left as it is"
            );
        }
        set(&data, 0o700);
        std::fs::write(data.join("file"), "").unwrap();
        assert!(private_folder(&data.join("file")).is_err());
    }

    #[test]
    fn files_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        assert_eq!(touch_private(&path).unwrap(), None);
        assert_eq!(mode(&path), 0o600);
        set(&path, 0o644);
        assert_eq!(touch_private(&path).unwrap(), Some(Tightened(path.clone())));
        assert_eq!(mode(&path), 0o600);
        set(&path, 0o666);
        assert!(
            touch_private(&path)
                .unwrap_err()
                .to_string()
                .contains("chmod 600")
        );
        assert!(!owned(&File::open(&path).unwrap()));
        set(&path, 0o600);
        assert!(owned(&File::open(&path).unwrap()));
        symlink(&path, folder.path().join("link")).unwrap();
        assert!(new_private_file(&folder.path().join("link")).is_err());
        assert!(
            private_file(&folder.path().join("none"))
                .unwrap_err()
                .is_missing()
        );
    }

    /// Only root can give files away; the tests of a container run as root.
    #[test]
    fn what_belongs_to_another_user_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("theirs");
        std::fs::write(&path, "").unwrap();
        set(&path, 0o600);
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
            return;
        }
        let refused = private_file(&path).unwrap_err();
        assert!(
            matches!(
                refused,
                Trouble::Open {
                    owner: Some(12_345),
                    ..
                }
            ),
            "{refused}"
        );
        let link = folder.path().join("link");
        let target = folder.path().join("own");
        std::fs::create_dir(&target).unwrap();
        symlink(&target, &link).unwrap();
        assert!(
            private_folder(&link).is_ok(),
            "a link of one's own is followed"
        );
        std::os::unix::fs::lchown(&link, Some(12_345), None).unwrap();
        assert!(
            private_folder(&link).is_err(),
            "one that somebody else laid is not"
        );
    }

    #[test]
    fn a_secret_is_made_once_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("server.secret");
        let made = secret(&path).unwrap();
        assert_eq!(secret(&path).unwrap(), made);
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        set(&path, 0o640);
        assert_eq!(secret(&path).unwrap(), made);
        assert_eq!(mode(&path), 0o600, "tightened");
        set(&path, 0o660);
        assert!(secret(&path).is_err());
        set(&path, 0o600);
        std::fs::write(&path, b"short").unwrap();
        assert!(secret(&path).unwrap_err().to_string().contains("32 bytes"));
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1
        );
    }
}
