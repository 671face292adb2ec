//! `rongyi resident find`: anybody of a community, at the terminal.

use clap::Args;
use comfy_table::{Table, presets};
use rongyi_core::shown;
use rongyi_store::{Found, FoundResident};

use super::{HITS_MAX, find, numbers};
use crate::door::Kind;
use crate::door::terminal::{Failure, InCommunity, Library, Reading, say, say_json};

/// Whom.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / examples:
  rongyi resident find -c nanmen zx
  rongyi resident find -c nanmen 张 3栋 --json
姓名或其中一部分、拼音或首字母、居民号码、户号、电话尾号（至少四位）、户名、地址都可以；几个词一起写，就是都要符合。
Name or a part of it, pinyin or initials, resident number, household number, the end of a telephone (four digits at
least), name of the household, address; several words narrow.")]
pub(crate) struct FindArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 找谁 / whom
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: FindArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    let community = &args.place.community;
    library.known(community).await?;
    let found = find(&library.store, community, &args.text.join(" ")).await?;
    library.reads(community, Kind::List, &numbers(&found)).await;
    if args.json {
        let all: Vec<_> = found.residents.iter().map(as_json).collect();
        say_json(
            &serde_json::json!({ "community": community.as_str(), "residents": all, "more": found.more }),
        );
    } else {
        show(&found);
    }
    library.close().await;
    Ok(())
}

fn as_json(row: &FoundResident) -> serde_json::Value {
    serde_json::json!({
        "resident": row.resident.0,
        "name": row.name,
        "household": row.household.0,
        "household_name": row.household_name,
        "address": row.address,
    })
}

fn show(found: &Found) {
    if found.residents.is_empty() {
        say(
            "没有找到。换一种写法试试，例如姓名里的一个字。 Nobody was found; try a part of the name.",
        );
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["号码 no.", "姓名 name", "户 household", "地址 address"]);
    for row in &found.residents {
        table.add_row([
            format!("{:04}", row.resident.0),
            shown::line(&row.name).into_owned(),
            shown::line(&format!("{} {}", row.household, row.household_name)).into_owned(),
            shown::line(&row.address).into_owned(),
        ]);
    }
    say(&table.to_string());
    if found.more {
        say(&format!(
            "只显示前 {HITS_MAX} 位，请再加一个词。 Only the first {HITS_MAX}: add a word."
        ));
    }
}
