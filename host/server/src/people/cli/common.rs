//! Arguments that several enrolment commands take.

use std::path::PathBuf;

use clap::Args;

use crate::door::terminal::{InCommunity, Installation};

/// An installation and a community of it.
#[derive(Debug, Args)]
pub(crate) struct Where {
    #[command(flatten)]
    pub(crate) installation: Installation,
    #[command(flatten)]
    pub(crate) place: InCommunity,
}

/// A file of rows.
#[derive(Debug, Args)]
pub(crate) struct FromFile {
    /// 表格：XLSX、CSV（UTF-8 或 GB18030）或每行一个 JSON / XLSX, CSV, or one JSON object a line
    pub(super) file: PathBuf,
}

/// Whether what is there may be changed.
#[derive(Debug, Args)]
pub(crate) struct Update {
    /// 已登记而内容不同的，按这里写的更正 / correct those that are there with other content
    #[arg(long)]
    pub(super) update: bool,
}

/// Where first secrets go.
#[derive(Debug, Args)]
pub(crate) struct Pins {
    /// 把初始密码写进这个新文件（只有自己能读），不打印 / write first PINs to this new file instead of printing
    #[arg(long, value_name = "FILE")]
    pub(super) pins: Option<PathBuf>,
}
