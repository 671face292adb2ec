//! A backup: the whole installation in one folder, as it was at one moment, and back again. The database (always as a
//! SQLite file, whichever engine it came from), configuration, secret, published heads, and a manifest of digests.
//!
//! Both ways everything is written into a folder with a name of its own beside the target, brought to the disk, and
//! renamed at the end: what has its name is whole, and what was interrupted is called `….unfinished`. Neither way
//! changes anything where it reads from.

pub(crate) mod cli;
pub(crate) mod moving;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use rongyi_config::{Config, PluginRef};
use rongyi_core::chain::hex;
use rongyi_core::time::Instant;
use rongyi_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::audit::proof::heads::{FIRST_LINE, stamp};
use crate::audit::proof::{ProofFault, Trees, head_now};

/// The form of the folder that this program writes and reads.
const FORM: u32 = 1;
/// What is in it.
const MANIFEST: &str = "manifest.json";
/// The database's copy.
const DATABASE: &str = "rongyi.db";
/// The heads of all ledgers in the copy.
pub const HEADS: &str = "heads.txt";
/// In the data folder: when the last backup was complete.
const LAST: &str = "last-backup.json";
/// A manifest or record that is larger is none.
const SMALL_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the folder.
    pub form: u32,
    /// When it was made.
    pub made_at: String,
    /// The version of the program that made it.
    pub program: String,
    /// `sqlite` or `postgres`: where the database was.
    pub engine: String,
    /// The name of `rongyi.toml` in the folder.
    pub config: String,
    /// Every other file in the folder.
    pub files: Vec<Stored>,
}

/// A file of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stored {
    /// Its name in the folder.
    pub name: String,
    /// Where it belongs, from the folder of `rongyi.toml`; nowhere when it belongs to the backup only.
    pub place: Option<PathBuf>,
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: String,
}

/// Why there is no backup, or no restored installation.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The target is there and not empty.
    #[error(
        "“{0}”已经存在，而且不是空的。请换一个新的文件夹。 “{0}” is there and not empty. Name a new folder."
    )]
    Used(PathBuf),
    /// There is no manifest.
    #[error(
        "“{0}”里没有 manifest.json：它不是备份，或者备份没有做完就中断了。 There is no manifest.json in “{0}”: it is no backup, or one that was interrupted."
    )]
    NoManifest(PathBuf),
    /// The manifest cannot be read, or is of another form.
    #[error(
        "“{0}”读不懂：{1}。请用做这份备份的版本或更新的版本来恢复。 “{0}” cannot be read: {1}. Restore with the version that made this backup, or a newer one."
    )]
    Manifest(PathBuf, String),
    /// A file is not the one that was written.
    #[error(
        "备份里的“{name}”和 manifest.json 不符：{what_zh}。这份备份不能用，请换一份。 “{name}” in the backup does not agree with manifest.json: {what_en}. This backup cannot be used; take another one."
    )]
    Differs {
        /// Which.
        name: String,
        /// How.
        what_zh: &'static str,
        /// The same in English.
        what_en: &'static str,
    },
    /// A file could not be read or written.
    #[error("{0}：{1}。 {0}: {1}.")]
    File(PathBuf, std::io::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The heads of the copy.
    #[error(transparent)]
    Proof(#[from] ProofFault),
}

fn at<T>(path: &Path, done: std::io::Result<T>) -> Result<T, BackupError> {
    done.map_err(|error| BackupError::File(path.to_owned(), error))
}

/// A folder that is being filled beside the one it will become.
struct Unfinished {
    folder: PathBuf,
    target: PathBuf,
}

impl Unfinished {
    /// Refuses a target that is there and not empty.
    fn beside(target: &Path) -> Result<Self, BackupError> {
        match std::fs::read_dir(target).map(Iterator::count) {
            Ok(0) => {}
            Ok(_) => return Err(BackupError::Used(target.to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(_) if target.is_file() => return Err(BackupError::Used(target.to_owned())),
            Err(error) => return Err(BackupError::File(target.to_owned(), error)),
        }
        let mut name = target
            .file_name()
            .map_or_else(OsString::new, OsString::from);
        name.push(".unfinished");
        let folder = target.with_file_name(name);
        // What an earlier try left over is somebody's to look at and remove.
        if folder.exists() {
            return Err(BackupError::Used(folder));
        }
        at(&folder, private_folder(&folder))?;
        Ok(Unfinished {
            folder,
            target: target.to_owned(),
        })
    }

    /// Brings the folder to the disk and gives it its name.
    fn finish(self) -> Result<(), BackupError> {
        sync_folders(&self.folder)?;
        at(&self.target, std::fs::rename(&self.folder, &self.target))?;
        let parent = self
            .target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        sync_folder(parent.unwrap_or(Path::new(".")))
    }
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new file that only its owner may read.
fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    at(path, File::open(path).and_then(|folder| folder.sync_all()))
}

fn sync_folders(path: &Path) -> Result<(), BackupError> {
    for entry in at(path, std::fs::read_dir(path))? {
        let child = at(path, entry)?.path();
        if child.is_dir() {
            sync_folders(&child)?;
        }
    }
    sync_folder(path)
}

/// Copies a file to the disk and answers its length and digest.
fn copy(from: &Path, to: &Path) -> Result<(u64, String), BackupError> {
    if let Some(parent) = to.parent() {
        at(parent, private_folder(parent))?;
    }
    let opened = rongyi_files::open(from, u64::MAX).map_err(std::io::Error::from);
    let mut source = at(from, opened)?;
    let mut target = at(to, private_file(to))?;
    let (mut bytes, mut digest, mut buffer) = (0_u64, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = at(from, source.read(&mut buffer))?;
        let part = buffer.get(..read).unwrap_or_default();
        if part.is_empty() {
            break;
        }
        digest.update(part);
        at(to, target.write_all(part))?;
        bytes = bytes.saturating_add(u64::try_from(read).unwrap_or(0));
    }
    at(to, target.sync_all())?;
    Ok((bytes, hex(digest.finalize().as_slice())))
}

/// Makes a backup of an installation, whether or not it serves meanwhile.
///
/// # Errors
/// [`BackupError`]; then nothing has the name of the target.
pub async fn make(
    config: &Config,
    broken: &[PathBuf],
    target: &Path,
    now: Instant,
) -> Result<Manifest, BackupError> {
    let unfinished = Unfinished::beside(target)?;
    let folder = unfinished.folder.clone();
    let home = config.file.parent().unwrap_or(Path::new("")).to_owned();
    let mut files = Vec::new();
    let mut keep = |from: &Path, name: String, place: Option<PathBuf>| {
        let (bytes, sha256) = copy(from, &folder.join(&name))?;
        files.push(Stored {
            name,
            place,
            bytes,
            sha256,
        });
        Ok::<(), BackupError>(())
    };
    let mut main = String::new();
    for (no, file) in configuration(config, broken).iter().enumerate() {
        let short = file.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("config/{no}-{short}");
        if *file == config.file {
            main.clone_from(&name);
        }
        keep(file, name, Some(from_home(&home, file)))?;
    }
    if config.secret_file.exists() {
        let place = from_home(&home, &config.secret_file);
        keep(&config.secret_file, "server.secret".to_owned(), Some(place))?;
    }
    // Before the database: what was published is in the copy, never ahead of it.
    for file in published(config)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("published/{name}");
        keep(&file, name, Some(from_home(&home, &file)))?;
    }
    let raw = folder.join("copy");
    rongyi_store::copy_to(&config.database_url, &raw, &mut |_, _| {}).await?;
    let heads = heads_of(&raw).await?;
    keep(
        &raw,
        DATABASE.to_owned(),
        Some(database_place(config, &home)),
    )?;
    at(&raw, std::fs::remove_file(&raw))?;
    for beside in ["copy-wal", "copy-shm", "copy.lock"] {
        // The engine removes them itself; what is left over holds nothing.
        let _ = std::fs::remove_file(folder.join(beside));
    }
    let text = folder.join("text");
    at(&text, std::fs::write(&text, heads))?;
    keep(&text, HEADS.to_owned(), None)?;
    at(&text, std::fs::remove_file(&text))?;
    let engine = config.database_url.split(':').next().unwrap_or_default();
    let manifest = Manifest {
        form: FORM,
        made_at: stamp(now),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        config: main,
        engine: if engine == "sqlite" {
            engine
        } else {
            "postgres"
        }
        .to_owned(),
        files,
    };
    write_manifest(&folder.join(MANIFEST), &manifest)?;
    unfinished.finish()?;
    remember(&config.data_dir, target, now);
    Ok(manifest)
}

fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let text = serde_json::to_string_pretty(manifest)
        .map_err(|error| BackupError::Manifest(path.to_owned(), error.to_string()))?;
    let mut file = at(path, private_file(path))?;
    at(path, file.write_all(text.as_bytes()))?;
    at(path, file.sync_all())
}

/// Every file that the configuration is made of; the same ones that a host watches.
fn configuration(config: &Config, broken: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::from([config.file.clone()]);
    files.extend(broken.iter().cloned());
    for community in &config.communities {
        files.insert(community.file.clone());
        for rule in &community.rules {
            if let PluginRef::File { path, .. } = &rule.plugin {
                files.insert(path.clone());
            }
            files.extend(rule.scenarios.clone());
        }
    }
    files.retain(|file| file.is_file());
    files
}

fn published(config: &Config) -> Result<Vec<PathBuf>, BackupError> {
    let folder = config.data_dir.join("heads");
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(BackupError::File(folder, error)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    Ok(files)
}

/// The heads of all ledgers of a copy, as they would be published.
async fn heads_of(file: &Path) -> Result<String, BackupError> {
    let store = Store::open_read_only(&format!("sqlite:{}", file.display())).await?;
    let (trees, mut text) = (Trees::default(), format!("{FIRST_LINE}\n"));
    for community in store.community_codes().await? {
        if let Some(line) = head_now(&store, &trees, &community).await? {
            text.push_str(&format!("{line}\n"));
        }
    }
    store.close().await?;
    Ok(text)
}

/// Where the copy belongs: where the database file was, or, if it was none, beside the other data.
fn database_place(config: &Config, home: &Path) -> PathBuf {
    let url = config.database_url.strip_prefix("sqlite:");
    let file = url.map(|url| url.strip_prefix("//").unwrap_or(url));
    let file = file.and_then(|file| file.split('?').next());
    let file = file.map_or_else(|| config.data_dir.join(DATABASE), PathBuf::from);
    from_home(home, &file)
}

/// The way from one folder to a file, with as many `..` as it takes; the file itself when there is none.
fn from_home(home: &Path, file: &Path) -> PathBuf {
    let whole = |path: &Path| std::path::absolute(path).map(|absolute| tidy(&absolute));
    let (Ok(home), Ok(file)) = (whole(home), whole(file)) else {
        return file.to_owned();
    };
    let shared = home.components().zip(file.components());
    let shared = shared.take_while(|(one, other)| one == other).count();
    let up = home.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

/// Without `.` and without `..` behind a name.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            Component::Prefix(_)
            | Component::RootDir
            | Component::ParentDir
            | Component::Normal(_) => {
                out.push(part);
            }
        }
    }
    out
}

#[derive(Serialize, Deserialize)]
struct Last {
    made_at_us: i64,
    to: PathBuf,
}

/// Writes down when the last backup was complete. The backup is whole without it.
fn remember(data_dir: &Path, target: &Path, now: Instant) {
    let last = Last {
        made_at_us: now.0,
        to: std::path::absolute(target).unwrap_or_else(|_| target.to_owned()),
    };
    let (path, new) = (data_dir.join(LAST), data_dir.join("last-backup.new"));
    let _ = std::fs::remove_file(&new);
    let written = serde_json::to_vec(&last)
        .map_err(std::io::Error::from)
        .and_then(|text| {
            let mut file = private_file(&new)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&new, &path)
        });
    if let Err(error) = written {
        let path = path.display();
        tracing::warn!(%error, %path, "the backup is whole, but its time could not be written down");
    }
}

/// When the last backup of the installation with this data folder was complete.
pub fn last(data_dir: &Path) -> Option<Instant> {
    let text = small(&data_dir.join(LAST)).ok()?;
    let last: Last = serde_json::from_str(&text).ok()?;
    Some(Instant(last.made_at_us))
}

fn small(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?
        .take(SMALL_MAX_BYTES)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Where a restored installation lies.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What was restored.
    pub manifest: Manifest,
    /// Its `rongyi.toml`.
    pub config: PathBuf,
    /// Its database.
    pub database: PathBuf,
    /// The heads that its ledgers must have.
    pub heads: PathBuf,
    /// Files that did not lie near the configuration, with where they are now: the configuration names other places.
    pub moved: Vec<PathBuf>,
}

/// Puts a backup into an empty place: `config/` and, from there, everything where it was.
///
/// # Errors
/// [`BackupError`]; then nothing has the name of the target.
pub fn restore(from: &Path, target: &Path) -> Result<Restored, BackupError> {
    let manifest = read_manifest(from)?;
    let unfinished = Unfinished::beside(target)?;
    let (root, home) = (unfinished.folder.clone(), Path::new("config"));
    let (mut moved, mut config, mut database) = (Vec::new(), PathBuf::new(), PathBuf::new());
    for file in &manifest.files {
        let named = PathBuf::from(&file.name);
        let short = named.file_name().unwrap_or_default();
        let place = match &file.place {
            None => home.join("..").join(&file.name),
            Some(place) => home.join(place),
        };
        let mut place = tidy(&place);
        // What lay far away comes to the other data, and the operator is told.
        let inside = place
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            place = Path::new("data").join(short);
            moved.push(target.join(&place));
        }
        let (bytes, sha256) = copy(&from.join(&file.name), &root.join(&place))?;
        if bytes != file.bytes || sha256 != file.sha256 {
            return Err(BackupError::Differs {
                name: file.name.clone(),
                what_zh: "内容变了",
                what_en: "its content changed",
            });
        }
        if file.name == DATABASE {
            database = target.join(&place);
        } else if file.name == manifest.config {
            config = target.join(&place);
        }
    }
    unfinished.finish()?;
    Ok(Restored {
        manifest,
        config,
        database,
        heads: target.join(HEADS),
        moved,
    })
}

/// Reads the manifest; every file in the folder is named there, and the other way round.
fn read_manifest(from: &Path) -> Result<Manifest, BackupError> {
    let path = from.join(MANIFEST);
    let text = match small(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(BackupError::NoManifest(from.to_owned()));
        }
        Err(error) => return Err(BackupError::File(path, error)),
    };
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| BackupError::Manifest(path.clone(), error.to_string()))?;
    if manifest.form != FORM {
        let form = format!("form {}", manifest.form);
        return Err(BackupError::Manifest(path, form));
    }
    let named: BTreeSet<&str> = manifest
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    for file in &manifest.files {
        let plain = Path::new(&file.name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain || !from.join(&file.name).is_file() {
            return Err(BackupError::Differs {
                name: file.name.clone(),
                what_zh: "缺这个文件",
                what_en: "it is not there",
            });
        }
    }
    if !named.contains(DATABASE) || !named.contains(HEADS) || named.len() != manifest.files.len() {
        return Err(BackupError::Manifest(path, "files".to_owned()));
    }
    Ok(manifest)
}
