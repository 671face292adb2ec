//! `rongyi marks`: what somebody is to look at, and that one has looked. The same functions as behind the reviewers'
//! desk.

use clap::Subcommand;
use comfy_table::{Table, presets};
use rongyi_core::ids::Code;

use crate::amend::cli::Acting;
use crate::amend::marks::{self, SeeError};
use crate::door::terminal::{
    Failure, InCommunity, Installation, foreign, known, say, seq, with_house,
};
use crate::door::{self, Act, Kind, Signed};
use crate::house::House;
use crate::ledger::cli::entry_text;

/// What a rule, or the house, asks somebody to look at.
#[derive(Debug, Subcommand)]
pub(crate) enum MarksCommand {
    /// 等人看一眼的 / what nobody has looked at
    List {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
    },
    /// 看过了，没有问题；不能是登记的人自己 / looked at, by somebody else than who recorded it
    See {
        #[command(flatten)]
        acting: Acting,
        /// 第几笔 / the entry
        #[arg(long, value_name = "N", value_parser = seq)]
        entry: u64,
    },
}

pub(crate) async fn marks(command: MarksCommand) -> Result<(), Failure> {
    match command {
        MarksCommand::List {
            installation,
            place,
        } => {
            with_house(&installation, async |house| {
                list(house, known(house, &place.community)?).await
            })
            .await
        }
        MarksCommand::See { acting, entry } => {
            with_house(&acting.installation, async |house| {
                let community = known(house, &acting.place.community)?;
                let by = acting.by.actor(house, community, Act::Review).await?;
                let seen = marks::see(house, community, entry, &by.code()).await;
                seen.map_err(|error| failed(&error))?;
                say(&format!(
                    "第 {entry} 笔看过了 / entry {entry} was looked at"
                ));
                Ok(())
            })
            .await
        }
    }
}

fn failed(error: &SeeError) -> Failure {
    Failure::Failed {
        code: error.code(),
        text: error.text(),
    }
}

async fn list(house: &House, community: &Code) -> Result<(), Failure> {
    let Some(frame) = house.store.frame(community).await? else {
        return Ok(());
    };
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "编号 entry",
        "事项 what",
        "登记 recorded",
        "登记人 by",
        "要看的 to be looked at",
    ]);
    for marked in marks::open(&house.store, community).await? {
        let whose = door::concerned(&house.store, community, &marked.receipt).await?;
        house.read_here(community, Kind::Entry, &whose).await?;
        let what = marked.receipt.records.first();
        let what = what.map(|first| entry_text(&frame, first));
        let what = what.map_or_else(String::new, |text| format!("{} / {}", text.zh, text.en));
        let by = Signed::of(&marked.by).name(&house.store, None).await;
        let says = marked.says(&frame).into_iter();
        let says = says.map(|text| format!("{}\n{}", foreign(&text.zh), foreign(&text.en)));
        table.add_row([
            marked.receipt.entry.to_string(),
            foreign(&what),
            marked.on.to_string(),
            format!("{} / {}", by.zh, by.en),
            says.collect::<Vec<_>>().join("\n"),
        ]);
    }
    say(&table.to_string());
    Ok(())
}
