//! `rongyi backup` and `rongyi restore`: one command each way. The work is in [`crate::backup`]; here is what people are
//! told, and the verification at the end.

use std::path::{Path, PathBuf};

use clap::Args;
use rongyi_clerk::clock::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::backup::{self, BackupError, Manifest, Restored};
use crate::door::terminal::{Failure, Installation, say};

/// Where the backup goes.
#[derive(Debug, Args)]
#[command(after_help = "\
正在服务也可以备份：账本、居民、存档的规则取自同一时刻，再加上配置、密钥和公示过的指纹。文件夹只有自己能读；里面有密钥，请放在安全的地方。
Works while it serves: ledger, people and archived rules of one moment, with configuration, secret and published heads.
Only its owner can read the folder; it holds the secret, so keep it in a safe place.

例 / examples:
  rongyi backup --to /backup/rongyi-2026-11-28
  rongyi restore --from /backup/rongyi-2026-11-28 --to /srv/rongyi-new     试一试能不能恢复 / try it")]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    installation: Installation,
    /// 备份到哪里：一个新的文件夹 / where to, a new folder
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

/// The backup that is restored, and where it goes.
#[derive(Debug, Args)]
#[command(after_help = "\
先核对备份的每个文件，再放进一个空的地方，最后重算整本账，和备份时的指纹对照。不会动正在用的数据。
Checks every file of the backup, puts it into an empty place, then recomputes the ledger and compares it with the heads of
the backup. It touches nothing that is in use.

例 / example:
  rongyi restore --from /backup/rongyi-2026-11-28 --to /srv/rongyi")]
pub(crate) struct RestoreArgs {
    /// 哪一份备份 / which backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// 恢复到哪里：一个新的文件夹 / where to, a new folder
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let code = match &error {
            BackupError::Used(_) => "backup.used",
            BackupError::NoManifest(_) => "backup.no-manifest",
            BackupError::Manifest(..) => "backup.manifest",
            BackupError::Differs { .. } => "backup.differs",
            BackupError::File(..) => "file",
            BackupError::Store(error) => error.code(),
            BackupError::Proof(_) => "heads",
        };
        Failure::said(code, &error)
    }
}

pub(crate) async fn run(args: BackupArgs) -> Result<(), Failure> {
    let parted = args.installation.load()?;
    let broken: Vec<PathBuf> = parted.wrong.into_iter().map(|(file, _)| file).collect();
    let made = backup::make(&parted.config, &broken, &args.to, SystemClock.now()).await?;
    if args.json {
        crate::door::terminal::say_json(&as_json(&args.to, &made));
        return Ok(());
    }
    let bytes: u64 = made.files.iter().map(|file| file.bytes).sum();
    let (to, count) = (args.to.display(), made.files.len());
    say(&format!(
        "备份好了：{to}，{count} 个文件，{bytes} 字节。没有试过恢复的备份不算备份："
    ));
    say(&format!(
        "Backed up: {to}, {count} files, {bytes} bytes. A backup that was never restored is none:"
    ));
    say(&format!(
        "  rongyi restore --from {to} --to 新文件夹/NEW-FOLDER"
    ));
    Ok(())
}

fn as_json(folder: &Path, manifest: &Manifest) -> Value {
    json!({
        "ok": true,
        "folder": folder,
        "made_at": manifest.made_at,
        "engine": manifest.engine,
        "files": manifest.files.len(),
        "bytes": manifest.files.iter().map(|file| file.bytes).sum::<u64>(),
    })
}

pub(crate) async fn restore(args: RestoreArgs) -> Result<(), Failure> {
    let restored = backup::restore(&args.from, &args.to)?;
    let (good, report) = verified(&restored).await?;
    if args.json {
        let mut said = as_json(&args.to, &restored.manifest);
        said["ok"] = json!(good);
        said["config"] = json!(restored.config);
        said["database"] = json!(restored.database);
        said["moved"] = json!(restored.moved);
        said["verify"] = serde_json::from_str(&report).unwrap_or(Value::String(report));
        crate::door::terminal::say_json(&said);
    } else {
        tell_rest(&args.to, &restored, good, &report);
    }
    if good { Ok(()) } else { Err(Failure::Told) }
}

/// The restored ledgers are recomputed by a program of its own, exactly as an operator would ask for it.
async fn verified(restored: &Restored) -> Result<(bool, String), Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::said("verify", &error))?;
    let mut command = std::process::Command::new(program);
    command
        .args(["verify", "--json", "--database"])
        .arg(format!("sqlite:{}", restored.database.display()))
        .arg("--heads")
        .arg(&restored.heads)
        .stdin(std::process::Stdio::null());
    let done = tokio::task::spawn_blocking(move || command.output()).await;
    let done = done.map_err(|error| Failure::said("verify", &error))?;
    let done = done.map_err(|error| Failure::said("verify", &error))?;
    let (out, err) = (
        String::from_utf8_lossy(&done.stdout).into_owned(),
        String::from_utf8_lossy(&done.stderr).into_owned(),
    );
    Ok((
        done.status.success(),
        if out.is_empty() { err } else { out },
    ))
}

fn tell_rest(to: &Path, restored: &Restored, good: bool, report: &str) {
    let (to, config) = (to.display(), restored.config.display());
    if !good {
        say(report);
        say(&format!(
            "放回了 {to}，但是核对没有通过，见上。请换一份备份。"
        ));
        say(&format!(
            "Restored to {to}, but it was not verified, see above. Take another backup."
        ));
        return;
    }
    say(&format!("恢复到 {to}，整本账重算过，和备份时的指纹一致。"));
    say(&format!(
        "Restored to {to}; the whole ledger was recomputed and has the heads of the backup."
    ));
    for path in &restored.moved {
        let path = path.display();
        say(&format!(
            "原来不在配置旁边，现在放在这里，请改配置 / name this place in the configuration: {path}"
        ));
    }
    say("接下来 / next:");
    say(&format!(
        "  1. 看一遍 / look through {config}：data_dir、database_url、secret_file、listen"
    ));
    if restored.manifest.engine == "postgres" {
        let database = restored.database.display();
        say(&format!(
            "  2. createdb NEW && rongyi move --config {config} --database sqlite:{database} --to postgres://…/NEW"
        ));
        say("     再把 database_url 改成新地址 / then name it as database_url");
    }
    say("  3. 停掉旧的，再启动新的 / stop the old host, then start the new one:");
    say(&format!("     rongyi serve --config {config}"));
    say(
        "  备份以后记的账不在里面；和公示过的最新指纹对照就知道缺到哪里 / what was booked after the backup is not in it:",
    );
    say(&format!(
        "     rongyi verify --config {config} --heads 最新公示的指纹/NEWEST-HEADS.txt"
    ));
}
