//! `rongyi move`: carries a whole installation from its SQLite file to an empty PostgreSQL database. The work and
//! the proof are in `rongyi-store`; here is what people are told.

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use rongyi_store::Moved;

use crate::door::terminal::{Failure, Installation, on_terminal, say, say_json};

/// The installation that is moved, and where it goes.
#[derive(Debug, Args)]
#[command(after_help = "\
先停下 rongyi serve，再把所有内容搬进一个空的 PostgreSQL 数据库：账本、居民、存档的规则。原来的文件不变。
中途断了就再运行一次，会接着搬；最后逐表核对，链头和余额都一样才算完成。
Stop `rongyi serve` first. Carries ledger, people and archived rules into an empty PostgreSQL database; the file stays
as it is. Interrupted, run it again: it goes on. At the end every table is compared; heads and balances are equal.

例 / examples:
  createdb -h db.example -U rongyi rongyi
  rongyi move --to postgres://rongyi@db.example/rongyi
  rongyi verify --database postgres://rongyi@db.example/rongyi
然后把 rongyi.toml 里的 database_url 改成新地址；server.secret 也要拷到每台主机。
Then name the new address as database_url in rongyi.toml; every host needs a copy of server.secret too.")]
pub(crate) struct MoveArgs {
    #[command(flatten)]
    installation: Installation,
    /// 搬到哪里：一个空的数据库 / where to, an empty database: postgres://user@host/database
    #[arg(long, value_name = "URL")]
    to: String,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: MoveArgs) -> Result<(), Failure> {
    let from = args.installation.load()?.config.database_url;
    if !from.starts_with("sqlite:") || !args.to.starts_with("postgres") {
        return Err(Failure::new(
            "move.addresses",
            "move 从 SQLite 文件搬到 PostgreSQL：配置里（或 --database）要是 sqlite: 地址，--to 要是 postgres:// 地址。",
            "`move` goes from a SQLite file to PostgreSQL: the configuration (or --database) must name a sqlite: address, --to a postgres:// one.",
        ));
    }
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let terminal = on_terminal();
    let mut progress = |table: &str, rows: u64| {
        if terminal {
            bar.set_message(table.to_owned());
            bar.set_position(rows);
        }
    };
    let moved = rongyi_store::move_to(&from, &args.to, &mut progress).await;
    bar.finish_and_clear();
    let moved = moved?;
    if args.json {
        say_json(&as_json(&moved));
    } else {
        show(&moved);
    }
    Ok(())
}

fn as_json(moved: &Moved) -> serde_json::Value {
    serde_json::json!({
        "ok": true,
        "resumed": moved.resumed,
        "tables": moved.tables.iter().map(|(name, rows)| (name.clone(), (*rows).into()))
            .collect::<serde_json::Map<String, serde_json::Value>>(),
        "heads": moved.heads.iter().map(|(code, height)| (code.clone(), (*height).into()))
            .collect::<serde_json::Map<String, serde_json::Value>>(),
    })
}

fn show(moved: &Moved) {
    if moved.resumed {
        say("接着上次没有搬完的继续 / went on where it had stopped");
    }
    for (name, rows) in &moved.tables {
        say(&format!("  {name:<20} {rows:>10}"));
    }
    for (code, height) in &moved.heads {
        say(&format!(
            "社区 {code}：链头一致，第 {height} 块 / same head, block {height}"
        ));
    }
    say("搬完了，每张表都核对一致。请把 database_url 改成新地址，再运行 rongyi verify。");
    say(
        "Moved; every table holds the same. Name the new address as database_url and run `rongyi verify`.",
    );
}
