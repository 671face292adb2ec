//! The files of a database belong to this user alone: names, telephones and hashes of PINs stand in them. SQLite
//! gives the files beside it the mode of the database itself, so that one is made before SQLite sees it.

use std::path::{Path, PathBuf};

use rongyi_files::{Tightened, Trouble, private_file, regular_at, touch_private};

use crate::error::StoreError;

/// What SQLite and this program put beside a database.
const BESIDE: [&str; 4] = ["-wal", "-shm", "-journal", ".lock"];

/// Sees to it that nobody else may read or write the files, and makes the database's and the lock's when they are
/// missing and `create` says so.
///
/// # Errors
/// [`StoreError::Exposed`] for a file that others may write or own.
pub(super) fn make_private(path: &Path, create: bool) -> Result<Vec<PathBuf>, StoreError> {
    let mut all = Vec::new();
    if create {
        all.extend(touch_private(path).map_err(exposed)?);
        all.extend(touch_private(&beside(path, ".lock")).map_err(exposed)?);
    }
    let others = BESIDE.iter().map(|end| beside(path, end));
    for file in std::iter::once(path.to_owned()).chain(others) {
        match private_file(&file) {
            Ok(tightened) => all.extend(tightened),
            Err(trouble) if trouble.is_missing() => {}
            Err(trouble) => return Err(exposed(trouble)),
        }
    }
    Ok(all.into_iter().map(|Tightened(path)| path).collect())
}

/// Refuses what is no file, before anybody opens it.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub(super) fn a_file(path: &Path) -> Result<(), StoreError> {
    regular_at(path).map_err(exposed)
}

/// `data/rongyi.db-wal`
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn exposed(trouble: Trouble) -> StoreError {
    if matches!(trouble, Trouble::Open { .. }) {
        return StoreError::Exposed {
            zh: trouble.zh(),
            en: trouble.to_string(),
        };
    }
    StoreError::Unavailable {
        detail: trouble.to_string(),
    }
}
