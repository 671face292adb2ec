//! `rongyi proof make` and `rongyi proof check`: that an entry stands in the ledger, as a file that needs neither
//! database nor host. Reads only; the steps are in [`rongyi_core::proof`].

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rongyi_core::chain::hex;
use rongyi_core::record::Record;

use crate::audit::proof::claims::Claim;
use crate::audit::proof::wire::ProofFile;
use crate::audit::proof::{self, Trees, claims, heads, wire};
use crate::door::terminal::{Failure, GIVEN_BYTES_MAX, InCommunity, Library, Reading, say};
use crate::door::{self, Kind};

/// What to do with proofs.
#[derive(Debug, Subcommand)]
pub(crate) enum ProofCommand {
    /// 写出一笔账的凭证 / write the proof of an entry
    Make(MakeArgs),
    /// 核对一份凭证，不需要数据库 / check a proof; needs no database
    Check(CheckArgs),
}

/// Which entry.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi proof make -c nanmen 17 > proof.json
  rongyi proof make -c nanmen 17 --heads heads.txt > proof.json    通到公示过的指纹 / leads to a published head

凭证里有这一笔的内容和附言，请只交给本人。 The proof holds the entry and its text; give it to the person only.")]
pub(crate) struct MakeArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 账本里的号码 / the number in the ledger
    #[arg(value_name = "SEQ", value_parser = crate::door::terminal::seq)]
    seq: u64,
    /// 公示过的指纹，每行一个；取盖住这一笔的最后一个 / published heads; the newest that covers the entry is taken
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

/// Which proof.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi proof check proof.json --heads heads.txt
  rongyi proof check proof.json              只看凭证本身 / the proof by itself
  python3 check-proof.py proof.json HISTORY-ROOT   不用本程序 / without this program")]
pub(crate) struct CheckArgs {
    /// 凭证文件 / the proof
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 你自己保存的公示指纹 / published heads that you kept yourself
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

pub(crate) async fn run(command: ProofCommand) -> Result<(), Failure> {
    match command {
        ProofCommand::Make(args) => make(args).await,
        ProofCommand::Check(args) => check(&args),
    }
}

async fn make(args: MakeArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let community = &args.place.community;
    library.known(community).await?;
    let published = match &args.heads {
        None => None,
        Some(path) => {
            let text = rongyi_files::read_text(path, GIVEN_BYTES_MAX)
                .map_err(|no| Failure::trouble(&no))?;
            let lines = text.lines().filter_map(heads::HeadLine::read);
            lines
                .filter(|line| line.community == *community)
                .max_by_key(|line| line.head.height)
        }
    };
    let trees = Trees::default();
    let proved = proof::prove(
        &library.store,
        &trees,
        community,
        args.seq,
        published.as_ref(),
    )
    .await;
    let proved = proved.map_err(|error| Failure::said("proof", &error))?;
    if let Some(stored) = library.store.entry(community, args.seq).await? {
        let receipt = rongyi_clerk::receipt(&stored)?;
        let whose = door::concerned(&library.store, community, &receipt).await?;
        library.reads(community, Kind::Proof, &whose).await;
    }
    library.close().await;
    let text = serde_json::to_string_pretty(&ProofFile::from(&proved));
    say(&text.map_err(|error| Failure::said("proof", &error))?);
    Ok(())
}

fn check(args: &CheckArgs) -> Result<(), Failure> {
    let read = |path: &PathBuf| {
        rongyi_files::read_text(path, GIVEN_BYTES_MAX).map_err(|no| Failure::trouble(&no))
    };
    let (inclusion, _) =
        wire::read(&read(&args.file)?).map_err(|error| Failure::said("proof.file", &error))?;
    inclusion.check().map_err(|error| {
        Failure::new(
            "proof.broken",
            "凭证不成立：其中有一步对不上，凭证或账本被改过。".to_owned(),
            format!("The proof does not hold: {error}."),
        )
    })?;
    let head = inclusion.head;
    if let Some(path) = &args.heads {
        let name = path.display().to_string();
        let claims = claims::read(&name, &read(path)?)
            .map_err(|error| Failure::said("proof.heads", &error))?;
        compare(&claims, &inclusion, &name)?;
    }
    let (community, entry) = (&inclusion.community, inclusion.entry);
    say(&format!(
        "凭证成立：社区 {community} 的账本第 {entry} 笔，收在第 {} 页。 The proof holds: entry {entry} of community {community}, in block {}.",
        inclusion.block.height, inclusion.block.height
    ));
    if !inclusion.binds_count() {
        say(
            "  这是旧格式的凭证（rongyi-proof/1）：它证明写着的记录都在账本里，不证明这一笔只有这些。 This proof is of the first format (rongyi-proof/1): the records in it stand in the ledger; that the entry has no others it does not prove.",
        );
    }
    for record in &inclusion.records {
        if let Ok(Record::Moved(_, moved)) = Record::decode(record.kind, &record.bytes) {
            say(&format!(
                "  {} {:?} #{}: {} → {}",
                moved.amount.get(),
                moved.kind,
                record.seq,
                proof::account(&moved.debit),
                proof::account(&moved.credit)
            ));
        }
    }
    for (_, text) in &inclusion.texts {
        say(&format!("  “{}”", text.text));
    }
    if args.heads.is_none() {
        say(&format!(
            "  请再和公示的总指纹对照：第 {} 页。 Now compare with what was published for block {}:\\n  {}",
            head.height,
            head.height,
            hex(&head.tree)
        ));
    }
    Ok(())
}

/// One of the heads that somebody kept must be the one that the proof leads to, and none may say otherwise.
fn compare(
    claims: &[Claim],
    inclusion: &rongyi_core::proof::Inclusion,
    name: &str,
) -> Result<(), Failure> {
    let head = inclusion.head;
    let about: Vec<_> = claims
        .iter()
        .filter(|claim| claim.community == inclusion.community && claim.height == head.height)
        .collect();
    if about.is_empty() {
        let (community, height) = (&inclusion.community, head.height);
        return Err(Failure::new(
            "proof.unpublished",
            format!(
                "{name} 里没有社区 {community} 第 {height} 页的指纹，无法对照。请换一份更新的，或重新下载凭证。"
            ),
            format!(
                "{name} has no head of community {community} at height {height}; there is nothing to compare. Take a newer list, or download the proof again."
            ),
        ));
    }
    let wrong = about
        .iter()
        .find(|claim| !claim.fits(&head.hash, &head.tree));
    match wrong {
        None => Ok(()),
        Some(claim) => Err(Failure::new(
            "proof.other-head",
            format!(
                "凭证通到的总指纹和 {} 公示的不一样：账本被改写过，或者凭证是假的。",
                claim.source
            ),
            format!(
                "The proof leads to another head than {} says: the ledger was rewritten, or the proof is false.",
                claim.source
            ),
        )),
    }
}
