//! `rongyi heads`: the heads of all ledgers as they would be published now. Reads the database only; the running
//! host publishes by itself, once an hour, into `heads/` of its data folder.

use std::path::PathBuf;

use clap::Args;
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;

use crate::audit::proof::heads::{FIRST_LINE, HeadLine, stamp};
use crate::audit::proof::{Trees, head_now};
use crate::door::terminal::{Failure, Library, Reading, say, say_json};

/// Which heads.
#[derive(Debug, Args)]
#[command(after_help = "\
总指纹把整本账从第一笔到最新一笔都盖住：改动任何一笔、截掉末尾，都会对不上。抄到公示栏、发到居民群，或交给审计保管。
The history root covers the whole ledger: any change and any cut shows. Put it on the notice board, send it to the
residents' group, or leave it with an auditor.

例 / examples:
  rongyi heads                     完整的，一行一个社区 / whole lines, one for each community
  rongyi heads --short             抄得下来的 / short enough to copy by hand
  rongyi heads --out heads.txt     接着写进文件 / add them to a file

以后用 rongyi verify --heads heads.txt 对照。 Later compare with: rongyi verify --heads heads.txt")]
pub(crate) struct HeadsArgs {
    #[command(flatten)]
    reading: Reading,
    /// 只要这个社区 / only this community
    #[arg(long, short, value_name = "CODE")]
    community: Option<Code>,
    /// 短的，适合抄写 / short, to be copied by hand
    #[arg(long)]
    short: bool,
    /// 接着写进这个文件 / add to this file
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    out: Option<PathBuf>,
    /// 输出 JSON / print JSON
    #[arg(long, conflicts_with = "short")]
    json: bool,
}

pub(crate) async fn run(args: HeadsArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let communities = match &args.community {
        Some(community) => {
            library.known(community).await?;
            vec![community.clone()]
        }
        None => library.communities().await?,
    };
    let trees = Trees::default();
    let mut lines: Vec<HeadLine> = Vec::new();
    for community in &communities {
        let line = head_now(&library.store, &trees, community).await;
        lines.extend(line.map_err(|error| Failure::said("heads", &error))?);
    }
    let whole = match &args.community {
        Some(_) => Ok(()),
        None => library.whole(),
    };
    library.close().await;
    if args.json {
        let all: Vec<_> = lines.iter().map(as_json).collect();
        say_json(&serde_json::json!({ "heads": all }));
        return whole;
    }
    let text: Vec<String> = lines
        .iter()
        .map(|line| {
            if args.short {
                line.short()
            } else {
                line.to_string()
            }
        })
        .collect();
    match &args.out {
        None => text.iter().for_each(|line| say(line)),
        Some(path) => add(path, &text).map_err(|error| Failure::file(path, &error))?,
    }
    whole
}

fn add(path: &std::path::Path, lines: &[String]) -> std::io::Result<()> {
    use std::io::Write;
    let mut file = rongyi_files::append(path)?;
    let new = file.metadata()?.len() == 0;
    let mut text = String::new();
    if new {
        text.push_str(FIRST_LINE);
        text.push('\n');
    }
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

fn as_json(line: &HeadLine) -> serde_json::Value {
    serde_json::json!({
        "community": line.community.to_string(),
        "height": line.head.height,
        "hash": hex(&line.head.hash),
        "tree": hex(&line.head.tree),
        "short": line.short(),
        "records": line.records,
        "at": stamp(line.at),
    })
}
