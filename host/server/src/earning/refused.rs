//! `rongyi refused`: events that the configuration no longer refuses, listed and taken up again.

use clap::Subcommand;
use comfy_table::{Table, presets};
use rongyi_clerk::ClerkError;
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::record::Record;

use crate::door::terminal::{Failure, InCommunity, Installation, foreign, known, say, with_house};
use crate::door::{self, Kind};
use crate::earning::again::{self, TriedAgain};
use crate::house::House;
use crate::ledger::explain::{self, Lang};

/// Events that were refused for something that the configuration says otherwise now.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
例 / examples:
  rongyi refused list -c nanmen
  rongyi refused retry -c nanmen

改了配置（单次上限、月度预算、规则、资产）以后，先列出来看，再补记。没有编号的（页面上登记的）不在里面，请重新登记。
After the configuration changed (limits, budget, rules, assets): look at the list, then take them up. What has no
reference (recorded on the page) is not among them; record it again.")]
pub(crate) enum RefusedCommand {
    /// 现在会有别的结果的，只看不记 / what would come out otherwise now; books nothing
    List {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
    },
    /// 补记 / take them up; nothing is booked twice
    Retry {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
    },
}

pub(crate) async fn refused(command: RefusedCommand) -> Result<(), Failure> {
    match command {
        RefusedCommand::List {
            installation,
            place,
        } => {
            with_house(&installation, async |house| {
                let community = known(house, &place.community)?;
                let by = house.hand.code();
                let found = again::look(house, community, &by).await?;
                show(house, community, &found, false).await
            })
            .await
        }
        RefusedCommand::Retry {
            installation,
            place,
        } => {
            with_house(&installation, async |house| {
                let community = known(house, &place.community)?;
                let taken = again::take_up(house, community, &house.hand.code()).await;
                let taken = taken.map_err(|error: ClerkError| Failure::from(&error))?;
                show(house, community, &taken, true).await
            })
            .await
        }
    }
}

/// What an event comes to, in both languages.
fn outcome(frame: &Frame, taken: &TriedAgain) -> String {
    match taken.receipt.records.get(1) {
        Some(Record::Refused(set, _, refusal)) => {
            let plan = explain::plan_of(frame, *set);
            let say = |lang| explain::refusal(&plan, Some(frame), refusal, lang);
            format!("{} {}", foreign(&say(Lang::Zh)), foreign(&say(Lang::En)))
        }
        Some(Record::Waiting(..)) => "等规则 waits for its rule".to_owned(),
        Some(_) | None => "入账 booked".to_owned(),
    }
}

async fn show(
    house: &House,
    community: &Code,
    found: &[TriedAgain],
    done: bool,
) -> Result<(), Failure> {
    let Some(frame) = house.store.frame(community).await? else {
        return Ok(());
    };
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let last = if done { "结果 outcome" } else { "现在 now" };
    table.set_header([
        "编号 entry",
        "事项 kind",
        "日期 on",
        "当时 refused for",
        last,
    ]);
    for taken in found {
        let whose = door::concerned(&house.store, community, &taken.receipt).await?;
        house.read_here(community, Kind::Entry, &whose).await?;
        let refused = &taken.refused;
        table.add_row([
            refused.entry.to_string(),
            refused.event.kind.to_string(),
            refused.event.on.to_string(),
            refused.refusal.code.to_string(),
            outcome(&frame, taken),
        ]);
    }
    say(&table.to_string());
    let count = found.len();
    say(&match done {
        true => format!("补记了 {count} 件 / {count} taken up"),
        false => format!(
            "{count} 件现在会有别的结果；补记用 rongyi refused retry / {count} would come out otherwise now; take them up with rongyi refused retry"
        ),
    });
    Ok(())
}
