//! `rongyi case list|show`: what was asked and where it stands, for whoever runs the installation.

use clap::Subcommand;
use comfy_table::{Table, presets};
use rongyi_core::ids::Code;
use rongyi_store::CaseFilter;

use super::{CaseError, find, group_word, moment, whose};
use crate::door::Kind;
use crate::door::terminal::{
    Failure, InCommunity, Installation, foreign, known, number, say, seq, with_house,
};

/// What was asked.
#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// 列出办件，先到期的在前 / what was asked, the earliest date first
    List {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
        /// 连办结的一起 / those that ended, too
        #[arg(long)]
        all: bool,
        /// 最多几件 / at most so many
        #[arg(long, value_name = "N", default_value = "100", value_parser = number)]
        limit: u32,
    },
    /// 看一件的经过 / what happened to one
    Show {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
        /// 第几件 / its number
        #[arg(value_name = "N", value_parser = seq)]
        number: u64,
    },
}

fn failure(error: CaseError) -> Failure {
    match error {
        CaseError::Unknown => Failure::new(
            "case.unknown",
            "没有这一件，请核对编号。",
            "There is no such case; check the number.",
        ),
        error @ (CaseError::Refused(_)
        | CaseError::Damaged(..)
        | CaseError::Store(_)
        | CaseError::Clerk(_)) => Failure::said("case", &error),
    }
}

/// Runs one of the commands.
///
/// # Errors
/// A [`Failure`] with its sentence.
pub(crate) async fn run(command: CaseCommand) -> Result<(), Failure> {
    match command {
        CaseCommand::List {
            installation,
            place,
            all,
            limit,
        } => list(&installation, &place, (all, limit)).await,
        CaseCommand::Show {
            installation,
            place,
            number,
        } => show(&installation, &place, number).await,
    }
}

async fn list(
    installation: &Installation,
    place: &InCommunity,
    (all, limit): (bool, u32),
) -> Result<(), Failure> {
    with_house(installation, async |house| {
        let community: &Code = known(house, &place.community)?;
        let filter = CaseFilter {
            with_ended: all,
            ..CaseFilter::default()
        };
        let files = house.store.cases(community, &filter, None, limit).await?;
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header([
            "编号 no.",
            "种类 kind",
            "状态 state",
            "谁的 whose",
            "到期 due",
            "提出 opened",
        ]);
        let residents: Vec<_> = files.iter().filter_map(|file| file.resident).collect();
        house.read_here(community, Kind::Case, &residents).await?;
        for file in files {
            let group = group_word(file.place.group);
            let due = file.place.due.and_then(day_of_minutes);
            table.add_row([
                file.case_no.to_string(),
                file.kind.to_string(),
                format!("{} ({group})", file.place.state),
                file.resident.map_or_else(String::new, |no| no.to_string()),
                due.unwrap_or_default(),
                house.day_of(community, file.opened_at).to_string(),
            ]);
        }
        say(&table.to_string());
        Ok(())
    })
    .await
}

/// The local day and time of a minute in lists.
fn day_of_minutes(due: i64) -> Option<String> {
    let days = i32::try_from(due.div_euclid(1_440)).ok()?;
    let day = rongyi_core::time::LocalDate::from_days(days)?;
    let minute = due.rem_euclid(1_440);
    Some(format!("{day} {:02}:{:02}", minute / 60, minute % 60))
}

async fn show(
    installation: &Installation,
    place: &InCommunity,
    number: u64,
) -> Result<(), Failure> {
    with_house(installation, async |house| {
        let community: &Code = known(house, &place.community)?;
        let at_hand = find(house, community, number).await.map_err(failure)?;
        let served = house.community(community);
        house
            .read_here(community, Kind::Case, &whose(&at_hand))
            .await?;
        let title = &at_hand.kind.title;
        say(&format!(
            "第 {number} 件 / case {number}: {} / {} · {}",
            foreign(&title.zh),
            foreign(&title.en),
            at_hand.stored.file.place.state
        ));
        for step in &at_hand.stored.steps {
            let at = served
                .as_ref()
                .map(|served| moment(served, step.at).to_string());
            let act = if step.step == 0 {
                ""
            } else {
                step.argument.as_str()
            };
            say(&format!(
                "{:>3} {} {} {} {act}",
                step.step,
                at.unwrap_or_default(),
                step.actor,
                step.word
            ));
            let texts = at_hand.stored.texts.iter();
            for text in texts.filter(|text| text.step == step.step) {
                say(&format!("    {}: {}", text.key, foreign(&text.text.text)));
            }
        }
        Ok(())
    })
    .await
}
