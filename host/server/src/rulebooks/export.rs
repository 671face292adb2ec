//! `rongyi rule export`: a component out of a ledger's archive, with the lines that name it in a community's file: what
//! once decided can decide again without anybody having kept a file. It changes nothing in the ledger.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use rongyi_clerk::clock::{Clock as _, SystemClock, local};
use rongyi_core::chain::{hex, sha256};
use rongyi_kit::kept;
use rongyi_store::StoreError;

use crate::door::terminal::{Failure, InCommunity, Library, Reading, foreign, say, tell};

/// The fewest digits that name a component.
const DIGITS_MIN: usize = 6;

/// Which component.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi rule export -c nanmen --sha256 3fa85f64 --into config/communities

sha256 在 rongyi rule list --past --json 和规则的页面上；写前几位就够。不覆盖任何文件。
The sha256 stands in `rongyi rule list --past --json` and on the pages about rules; its first digits are enough. Nothing is
overwritten.")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 组件的 sha256，至少前 6 位 / the component's sha256, its first 6 digits at least
    #[arg(long, value_name = "DIGEST")]
    sha256: String,
    /// 放在哪个文件夹 / the folder to put it in
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    into: PathBuf,
}

pub(crate) async fn run(args: ExportArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let code = &args.place.community;
    library.known(code).await?;
    let frame = library.store.frame(code).await?;
    let sets = frame.map(|frame| frame.sets).unwrap_or_default();
    let asked = args.sha256.to_ascii_lowercase();
    let named = |set: &&std::sync::Arc<rongyi_core::record::RuleSet>| {
        asked.len() >= DIGITS_MIN && hex(&set.component).starts_with(&asked)
    };
    // The newest parameters of these bytes.
    let Some(set) = sets.iter().rev().find(named) else {
        return Err(Failure::new(
            "rule.export",
            format!(
                "“{code}”的账本里没有 sha256 以“{}”开头的规则，至少写前 {DIGITS_MIN} 位。用 rongyi rule list --past 看有哪些。",
                foreign(&args.sha256)
            ),
            format!(
                "The ledger of “{code}” has no rule whose sha256 begins with “{}”; write {DIGITS_MIN} digits at least. `rongyi rule list --past` shows which there are.",
                foreign(&args.sha256)
            ),
        ));
    };
    let digest = hex(&set.component);
    let lost = || StoreError::Corrupt {
        what: "component",
        place: digest.clone(),
    };
    let bytes = library.store.component(&set.component).await?;
    let bytes = bytes.filter(|bytes| sha256(bytes) == set.component);
    let bytes = bytes.ok_or_else(lost)?;
    let params = library.store.params(&set.params).await?.ok_or_else(lost)?;
    let name = format!("{}-{}.wasm", set.name, digest.get(..8).unwrap_or_default());
    let file = args.into.join(&name);
    let written = std::fs::File::create_new(&file).and_then(|mut open| open.write_all(&bytes));
    written.map_err(|error| Failure::file(&file, &error))?;
    tell(&format!(
        "{} {}：{}，{} 字节 bytes",
        set.name,
        foreign(&set.version),
        file.display(),
        bytes.len()
    ));
    let (today, _) = local(SystemClock.now(), &library.zone(code));
    say(&format!(
        "[[rule]]\nplugin = {{ file = \"{name}\", sha256 = \"{digest}\" }}\nactive_from = {today}   # 从哪天起 / from which day\n"
    ));
    say(&kept::below_rule(&params)?);
    library.close().await;
    Ok(())
}
