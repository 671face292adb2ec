//! What can go wrong below the ledger, in words a person can act on. It decides nothing: whether to try again is
//! the caller's choice.

use rongyi_core::ids::Code;

/// Why the database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address names no engine that this program has.
    #[error(
        "数据库地址“{url}”不能用：{why_zh} The database address “{url}” cannot be used: {why_en}"
    )]
    Address {
        /// What was given, without its password.
        url: String,
        /// Why, and what would be right.
        why_zh: &'static str,
        /// The same in English.
        why_en: &'static str,
    },
    /// There is no database at that place.
    #[error(
        "没有找到数据库“{path}”。请核对路径，或先用 serve 或 demo 建立它。 There is no database at “{path}”. Check the path, or create it with `serve` or `demo`."
    )]
    Missing {
        /// Where it was looked for.
        path: String,
    },
    /// The database cannot be reached, read or written.
    #[error(
        "数据库打不开或读写失败，请检查磁盘和文件权限：{detail} The database cannot be opened, read or written; check the disk and the file's permissions: {detail}"
    )]
    Unavailable {
        /// What the engine said.
        detail: String,
    },
    /// Other users of the machine could change its files.
    #[error("数据库文件不安全：{zh}。 The database's files are not safe: {en}.")]
    Exposed {
        /// Which, why, and the command that mends it.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// The database server gives no answer, or none of them is the one to write to.
    #[error(
        "连不上数据库服务器。请看看它是否在运行、地址是否正确；恢复以后，本程序会自己接上。 The database server cannot be reached. See whether it runs and whether its address is right; this program goes on by itself when it is back. ({detail})"
    )]
    Unreachable {
        /// What each server said.
        detail: String,
    },
    /// The database server may lose what it has acknowledged, or is too old.
    #[error(
        "数据库服务器的设置不能保证记下的东西不丢：需要 fsync=on、full_page_writes=on、UTF8 编码、15 以上版本。 The database server cannot keep what it acknowledges: fsync=on, full_page_writes=on, encoding UTF8 and version 15 or newer are needed. ({detail})"
    )]
    Durability {
        /// What it is set to.
        detail: String,
    },
    /// Somebody else holds the database for too long.
    #[error(
        "数据库正忙，请稍后再试；如果一直这样，请看看是否还有别的程序在使用它。 The database is busy; try again in a moment, and if it stays so, see whether another program holds it. ({detail})"
    )]
    Busy {
        /// What the engine said.
        detail: String,
    },
    /// The disk is full.
    #[error(
        "磁盘已满，没有写入任何内容。请腾出空间后再试。 The disk is full; nothing was written. Make room and try again. ({detail})"
    )]
    Full {
        /// What the engine said.
        detail: String,
    },
    /// The database takes no writes at the moment, though it was opened for them.
    #[error(
        "数据库现在只能读、不能写，没有写入任何内容。常见原因：磁盘出错后被系统改成只读，或数据库服务器成了备机、被设成只读。请查明原因；恢复以后，本程序会自己接着写。 The database cannot be written to just now; nothing was written. Perhaps the system made the disk read-only after an error, or the server became a standby or was set to read only. Find out why; this program writes again by itself when it is over. ({detail})"
    )]
    NotWritable {
        /// What the engine said.
        detail: String,
    },
    /// The disk failed under a write, or while it was being confirmed.
    #[error(
        "磁盘在写入时出错，没有写入任何内容。请检查磁盘和系统日志；恢复以后，本程序会自己接着写。 The disk failed while it was being written to; nothing was written. Look at the disk and the system's log; this program writes again by itself when it is over. ({detail})"
    )]
    Failing {
        /// What the engine said.
        detail: String,
    },
    /// The engine failed while it confirmed a write, and what is there could not be read since.
    #[error(
        "写入得到确认之前磁盘出错，这一批是否已经写入还不知道。请检查磁盘和系统日志。 The disk failed before a write was confirmed; whether it was written is not known. Look at the disk and the system's log. ({detail})"
    )]
    Unsure {
        /// What the engine said.
        detail: String,
    },
    /// Somebody else has the source of a move open.
    #[error(
        "数据库“{path}”正在被别的程序使用。请先停下正在服务的 rongyi，再运行 move。 The database “{path}” is in use by another program. Stop the host that serves it, then run `move` again."
    )]
    InUse {
        /// Which file.
        path: String,
    },
    /// The target of a move is not empty.
    #[error(
        "目标数据库里已经有内容（{what}）。move 只搬进空的数据库：请另建一个（createdb），或核对地址。 The target database is not empty ({what}). `move` fills empty databases only: make a new one with createdb, or check the address."
    )]
    Used {
        /// What was found there.
        what: String,
    },
    /// A move into this database was interrupted.
    #[error(
        "这个数据库里有一次没有完成的 move。请再运行一次同样的 move，它会接着做完。 A `move` into this database was interrupted. Run the same `move` again; it goes on where it stopped."
    )]
    Unfinished,
    /// After a move, the two databases do not hold the same.
    #[error(
        "搬完以后核对不一致：{what}（{detail}）。原来的数据库没有变，请继续用它，并报告这个问题。 What was carried over differs in {what} ({detail}). The old database is unchanged: go on using it, and report this."
    )]
    Differs {
        /// Which table.
        what: String,
        /// How.
        detail: String,
    },
    /// Something stored is not what this program wrote.
    #[error(
        "数据库里的{what}（{place}）已损坏。请停止使用，从备份恢复，并运行 verify。 The stored {what} at {place} is damaged. Stop using it, restore a backup and run `verify`."
    )]
    Corrupt {
        /// Which kind of row.
        what: &'static str,
        /// Where.
        place: String,
    },
    /// The engine cannot read its own file.
    #[error(
        "数据库文件坏了：可能没有拷完整、被改写过，或拷贝时没带上 -wal 文件。请停止使用，从备份恢复，再运行 verify。 The database file is damaged: perhaps it was copied by half or without its -wal file, or overwritten. Stop using it, restore a backup, and run `verify`. ({detail})"
    )]
    Damaged {
        /// What the engine said.
        detail: String,
    },
    /// The file is none of this program's databases.
    #[error(
        "这个文件里没有本程序的账本。可能是拷贝时没带上旁边的 -wal 文件，或者是别的程序的文件；请用 sqlite3 的 .backup 来备份。 This file holds no ledger of this program. Perhaps it was copied without the -wal file beside it, or belongs to another program; make copies with .backup of sqlite3. ({detail})"
    )]
    Foreign {
        /// What the engine said.
        detail: String,
    },
    /// The rows to be written contradict the rows that are there.
    #[error(
        "写入的内容与已有内容矛盾，没有写入任何内容：{detail} What was to be written contradicts what is stored; nothing was written: {detail}"
    )]
    Conflict {
        /// The constraint, as the engine names it.
        detail: String,
    },
    /// The tables belong to another version of this program.
    #[error(
        "数据库的版本与本程序不一致：{detail} 请用同一版本的程序，或先用新版本 serve 一次来升级。 The database belongs to another version of this program: {detail} Use that version, or start the newer one once with `serve` to bring it up to date."
    )]
    Version {
        /// Which versions.
        detail: String,
    },
    /// There is no such community here.
    #[error(
        "这个数据库里没有社区“{community}”。请核对名称，或先启用它的配置。 This database has no community “{community}”. Check its name, or bring its configuration into force first."
    )]
    NoCommunity {
        /// Which.
        community: Code,
    },
    /// What was to be changed is not there.
    #[error("没有找到{what}“{name}”。请核对。 There is no {what} “{name}”. Check it.")]
    NotFound {
        /// Which kind of thing.
        what: &'static str,
        /// Which one.
        name: String,
    },
    /// A name that must be unique is taken.
    #[error("{what}“{name}”已经有了，请换一个。 The {what} “{name}” is taken; choose another.")]
    Taken {
        /// Which kind of name.
        what: &'static str,
        /// Which one.
        name: String,
    },
    /// The database is open for reading only.
    #[error(
        "数据库是以只读方式打开的，不能写入。 The database is open for reading only; nothing can be written."
    )]
    ReadOnly,
}

impl StoreError {
    /// The stable code for programs. What only operators can mend is one: its sentence says what it is.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Full { .. } => "store.full",
            StoreError::NotWritable { .. } => "store.read-only",
            StoreError::Failing { .. } => "store.failing",
            StoreError::Unsure { .. } => "store.unsure",
            StoreError::Unreachable { .. } => "store.unreachable",
            StoreError::Address { .. }
            | StoreError::Missing { .. }
            | StoreError::Unavailable { .. }
            | StoreError::Exposed { .. }
            | StoreError::Durability { .. }
            | StoreError::Busy { .. }
            | StoreError::InUse { .. }
            | StoreError::Used { .. }
            | StoreError::Unfinished
            | StoreError::Differs { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Damaged { .. }
            | StoreError::Foreign { .. }
            | StoreError::Conflict { .. }
            | StoreError::Version { .. }
            | StoreError::NoCommunity { .. }
            | StoreError::NotFound { .. }
            | StoreError::Taken { .. }
            | StoreError::ReadOnly => "store.unavailable",
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's enum is open; whatever it adds means that the database gave no answer"
)]
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        match &error {
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default();
                if inner
                    .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
                    .is_some()
                {
                    from_postgres(&code, detail)
                } else {
                    from_sqlite(&code, detail)
                }
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => StoreError::Unreachable { detail },
            sqlx::Error::PoolTimedOut => StoreError::Busy { detail },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt {
                what: "row",
                place: detail,
            },
            _ => StoreError::Unavailable { detail },
        }
    }
}

fn from_sqlite(code: &str, detail: String) -> StoreError {
    // The low byte is SQLite's primary result code; the rest says more than anyone acts on.
    match code.parse::<i32>().map(|code| code & 0xff) {
        Ok(5 | 6) => StoreError::Busy { detail },
        Ok(10) => StoreError::Failing { detail },
        Ok(13) => StoreError::Full { detail },
        Ok(11 | 26) => StoreError::Damaged { detail },
        Ok(19) => StoreError::Conflict { detail },
        Ok(8) => StoreError::NotWritable { detail },
        Ok(_) | Err(_) => StoreError::Unavailable { detail },
    }
}

/// By SQLSTATE, its class first.
fn from_postgres(code: &str, detail: String) -> StoreError {
    match (code.get(..2).unwrap_or_default(), code) {
        ("08" | "28" | "3D", _) | (_, "53300" | "57P01" | "57P02" | "57P03" | "25P03") => {
            StoreError::Unreachable { detail }
        }
        // A server that became a standby, or that somebody or something set to read only.
        (_, "25006") => StoreError::NotWritable { detail },
        (_, "58030") => StoreError::Failing { detail },
        ("23", _) => StoreError::Conflict { detail },
        ("40", _) | (_, "55P03") => StoreError::Busy { detail },
        (_, "53100") => StoreError::Full { detail },
        (_, "XX001" | "XX002") => StoreError::Corrupt {
            what: "file",
            place: detail,
        },
        _ => StoreError::Unavailable { detail },
    }
}

impl StoreError {
    /// Whether what was being written may have been written all the same.
    #[must_use]
    pub fn leaves_unknown(&self) -> bool {
        matches!(
            self,
            StoreError::Unreachable { .. } | StoreError::Unsure { .. }
        )
    }

    /// Whether an engine that answers this to a COMMIT has certainly written nothing.
    pub(crate) fn refuses_for_certain(&self) -> bool {
        matches!(
            self,
            StoreError::Full { .. }
                | StoreError::NotWritable { .. }
                | StoreError::Busy { .. }
                | StoreError::Conflict { .. }
        )
    }

    /// Whether the disk is the reason: full, failing, or made read-only.
    #[must_use]
    pub fn is_of_the_disk(&self) -> bool {
        matches!(
            self,
            StoreError::Full { .. }
                | StoreError::NotWritable { .. }
                | StoreError::Failing { .. }
                | StoreError::Unsure { .. }
                | StoreError::Unavailable { .. }
                | StoreError::Damaged { .. }
        )
    }

    /// What the engine said, without our words around it.
    pub(crate) fn detail(&self) -> String {
        match self {
            StoreError::Unreachable { detail }
            | StoreError::Durability { detail }
            | StoreError::Unavailable { detail } => detail.clone(),
            StoreError::Address { .. }
            | StoreError::Missing { .. }
            | StoreError::Exposed { .. }
            | StoreError::Busy { .. }
            | StoreError::Full { .. }
            | StoreError::NotWritable { .. }
            | StoreError::Failing { .. }
            | StoreError::Unsure { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Damaged { .. }
            | StoreError::Foreign { .. }
            | StoreError::Conflict { .. }
            | StoreError::Version { .. }
            | StoreError::NoCommunity { .. }
            | StoreError::NotFound { .. }
            | StoreError::InUse { .. }
            | StoreError::Used { .. }
            | StoreError::Unfinished
            | StoreError::Differs { .. }
            | StoreError::Taken { .. }
            | StoreError::ReadOnly => self.to_string(),
        }
    }
}

/// A damaged row of a community.
pub(crate) fn corrupt(what: &'static str, community: &Code, place: impl ToString) -> StoreError {
    StoreError::Corrupt {
        what,
        place: format!("{community} {}", place.to_string()),
    }
}
