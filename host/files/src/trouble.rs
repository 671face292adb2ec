//! Why a file can't be used, in both languages, without a byte of what is in it.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

/// What a path names instead of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
}

impl Kind {
    pub(crate) fn of(meta: &Metadata) -> Kind {
        if meta.is_dir() {
            return Kind::Folder;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            if meta.file_type().is_fifo() {
                return Kind::Pipe;
            }
            if meta.file_type().is_socket() {
                return Kind::Socket;
            }
        }
        Kind::Device
    }

    fn said(self) -> (&'static str, &'static str) {
        match self {
            Kind::Folder => ("文件夹", "a folder"),
            Kind::Pipe => ("管道", "a pipe"),
            Kind::Socket => ("套接字", "a socket"),
            Kind::Device => ("设备", "a device"),
        }
    }
}

/// Why a file or folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Nothing is there.
    #[error("there is no file {}", path.display())]
    Missing {
        /// Where.
        path: PathBuf,
    },
    /// It is something else.
    #[error("{} is {}, not a regular file", path.display(), kind.said().1)]
    NotAFile {
        /// Where.
        path: PathBuf,
        /// What it is.
        kind: Kind,
    },
    /// It is too large for what it should be.
    #[error("{} has {has} bytes; the limit is {max}", path.display())]
    TooLarge {
        /// Where.
        path: PathBuf,
        /// Its size in bytes.
        has: u64,
        /// The limit in bytes.
        max: u64,
    },
    /// It is no text in UTF-8.
    #[error("line {line} of {} is not UTF-8", path.display())]
    NotText {
        /// Where.
        path: PathBuf,
        /// The first such line, from 1.
        line: usize,
    },
    /// It does not lie where it must.
    #[error("{} does not lie below {}", path.display(), folder.display())]
    Outside {
        /// Where.
        path: PathBuf,
        /// Below which folder it must lie.
        folder: PathBuf,
    },
    /// Other users of the machine could change it.
    #[error("{} {}, so what it holds can't be trusted; mend it with: {mend}", path.display(), open_to(*owner))]
    Open {
        /// Where.
        path: PathBuf,
        /// The user it belongs to, when that is another one.
        owner: Option<u32>,
        /// The command that mends it.
        mend: String,
    },
    /// A secret of another length than it must have.
    #[error("{} does not hold the 32 bytes of a server secret; restore it from the backup", path.display())]
    NotASecret {
        /// Where.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

fn open_to(owner: Option<u32>) -> String {
    match owner {
        Some(owner) => format!("belongs to another user (uid {owner})"),
        None => "may be written by other users".to_owned(),
    }
}

impl Trouble {
    pub(crate) fn of(path: &Path, error: io::Error) -> Trouble {
        let path = path.to_owned();
        if error.kind() == io::ErrorKind::NotFound {
            return Trouble::Missing { path };
        }
        Trouble::Io { path, error }
    }

    /// Whether nothing is there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Trouble::Missing { .. })
    }

    /// The sentence in Chinese; [`ToString`] has the English one.
    pub fn zh(&self) -> String {
        match self {
            Trouble::Missing { path } => format!("没有文件 {}", path.display()),
            Trouble::NotAFile { path, kind } => {
                format!("{} 是{}，不是普通文件", path.display(), kind.said().0)
            }
            Trouble::TooLarge { path, has, max } => {
                format!("{} 有 {has} 字节，上限是 {max}", path.display())
            }
            Trouble::NotText { path, line } => {
                format!("{} 第 {line} 行不是 UTF-8 文字", path.display())
            }
            Trouble::Outside { path, folder } => {
                format!("{} 不在 {} 里面", path.display(), folder.display())
            }
            Trouble::Open { path, owner, mend } => {
                let open = owner.map_or_else(
                    || "别的用户可以改写".to_owned(),
                    |owner| format!("属于另一个用户（uid {owner}）"),
                );
                format!(
                    "{} {open}，里面的内容不可信；用这条命令改正：{mend}",
                    path.display()
                )
            }
            Trouble::NotASecret { path } => format!(
                "{} 里不是 32 字节的服务器密钥，请从备份恢复",
                path.display()
            ),
            Trouble::Io { path, error } => {
                let kind = error.kind();
                let why = if kind == io::ErrorKind::PermissionDenied {
                    "没有权限".to_owned()
                } else if kind == io::ErrorKind::IsADirectory {
                    "这是文件夹".to_owned()
                } else {
                    error.to_string()
                };
                format!("{}：{why}", path.display())
            }
        }
    }
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> io::Error {
        let said = trouble.to_string();
        match trouble {
            Trouble::Missing { .. } => io::Error::new(io::ErrorKind::NotFound, said),
            Trouble::Io { error, .. } => error,
            Trouble::NotAFile { .. }
            | Trouble::TooLarge { .. }
            | Trouble::NotText { .. }
            | Trouble::Outside { .. }
            | Trouble::Open { .. }
            | Trouble::NotASecret { .. } => io::Error::new(io::ErrorKind::InvalidData, said),
        }
    }
}
