//! `rongyi resident leave` and `rongyi resident move`: shows what would happen; with `--yes` it is booked.

use clap::{Args, ValueEnum};
use rongyi_core::account::Holder;
use rongyi_core::book::Receipt;
use rongyi_core::ids::{Code, HouseholdNo};
use rongyi_core::member::Departure;

use super::{LeavingError, Where, Wish, book, goes, member, preview};
use crate::amend;
use crate::door::fault::Fault;
use crate::door::terminal::{Failure, known, say, with_house};
use crate::earning::{household_no, resident_no};
use crate::house::House;
use crate::people::cli::common::Where as Place;

/// How somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum How {
    /// 迁出 / moved away
    Moved,
    /// 去世 / died
    Died,
    /// 重复登记 / enrolled twice
    Same,
}

#[derive(Debug, Args)]
pub(crate) struct LeaveArgs {
    #[command(flatten)]
    place: Place,
    /// 谁 / who
    #[arg(long, value_name = "N")]
    resident: String,
    /// 什么情况 / what happened
    #[arg(long)]
    how: How,
    /// 余下的给谁；重复登记的，以后留用的号码 / who is given what is left; enrolled twice: the number that goes on
    #[arg(long, value_name = "N")]
    to: Option<String>,
    /// 凭什么登记 / on what grounds
    #[arg(long)]
    reason: String,
    /// 登记，不只是看看 / book it, not only show it
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    #[command(flatten)]
    place: Place,
    /// 谁，都在同一户里，逗号隔开 / who, all of one household
    #[arg(long, value_name = "N", value_delimiter = ',', required = true)]
    residents: Vec<String>,
    /// 到哪一户 / to which household
    #[arg(long, value_name = "N")]
    household: String,
    /// 带走多少积分 / how many points go along
    #[arg(long, value_name = "N", default_value_t = 0)]
    points: u32,
    /// 凭什么登记 / on what grounds
    #[arg(long)]
    reason: String,
    /// 登记，不只是看看 / book it, not only show it
    #[arg(long)]
    yes: bool,
}

fn number(text: &str) -> Result<rongyi_core::ids::ResidentNo, Failure> {
    resident_no(text).map_err(|error| Failure::new(error.code, error.text.zh, error.text.en))
}

impl From<LeavingError> for Failure {
    fn from(error: LeavingError) -> Self {
        match error {
            LeavingError::Clerk(error) => (&error).into(),
            LeavingError::Store(error) => error.into(),
            LeavingError::Own => {
                let fault = Fault::from(LeavingError::Own);
                Failure::new("leaving.own", fault.text.zh, fault.text.en)
            }
        }
    }
}

pub(crate) async fn leave(args: LeaveArgs) -> Result<(), Failure> {
    let resident = number(&args.resident)?;
    let other = args.to.as_deref().map(number).transpose()?;
    let (how, heir) = match (args.how, other) {
        (How::Moved, heir) => (Departure::MovedAway, heir),
        (How::Died, heir) => (Departure::Died, heir),
        (How::Same, Some(other)) => (Departure::Same(other), None),
        (How::Same, None) => {
            return Err(Failure::new(
                "leaving.heir",
                "重复登记的，用 --to 写以后留用的号码。",
                "With --how same write the number that goes on: --to N.",
            ));
        }
    };
    let wish = Wish::Leave {
        resident,
        how,
        heir,
    };
    with_house(&args.place.installation, async |house| {
        let community = known(house, &args.place.place.community)?;
        run(house, community, &wish, (&args.reason, args.yes)).await
    })
    .await
}

pub(crate) async fn move_home(args: MoveArgs) -> Result<(), Failure> {
    let residents = args.residents.iter().map(|text| number(text));
    let residents = residents.collect::<Result<Vec<_>, _>>()?;
    let to = household_no(&args.household)
        .map_err(|error| Failure::new(error.code, error.text.zh, error.text.en))?;
    let share = (args.points > 0).then(|| (Code::literal("points"), i64::from(args.points)));
    with_house(&args.place.installation, async |house| {
        let community = known(house, &args.place.place.community)?;
        let mut from = HouseholdNo(0);
        if let Some(first) = residents.first() {
            let found = member(&house.store, community, *first).await?;
            from = found.map_or(from, |member| member.household);
        }
        let wish = Wish::Move {
            residents,
            from,
            to,
            share: share.into_iter().collect(),
        };
        run(house, community, &wish, (&args.reason, args.yes)).await
    })
    .await
}

async fn run(
    house: &House,
    community: &Code,
    wish: &Wish,
    (reason, yes): (&str, bool),
) -> Result<(), Failure> {
    let reason = amend::reason(reason)
        .map_err(|error| Failure::new(error.code, error.text.zh, error.text.en))?;
    let by = (&house.hand, None);
    if yes {
        let receipt = book(house, community, by, (wish, reason, None)).await?;
        tell(&receipt);
        let entry = receipt.entry;
        say(&format!("已登记，第 {entry} 笔。 Entered, entry {entry}."));
        return Ok(());
    }
    tell(&preview(house, community, by, wish).await?);
    say("还没有登记；加 --yes 才登记。 Nothing was entered; add --yes.");
    Ok(())
}

fn holder(holder: Holder) -> String {
    match holder {
        Holder::Community => "社区 community".to_owned(),
        Holder::Resident(no) => format!("居民 resident {no}"),
        Holder::Household(no) => format!("户 household {no}"),
        Holder::Fund(no) => format!("基金 fund {no}"),
    }
}

fn tell(receipt: &Receipt) {
    let all = goes(receipt);
    if all.is_empty() {
        say("没有什么要转。 Nothing changes hands.");
    }
    for one in all {
        let to = match one.to {
            Where::Holder(to) => holder(to),
            Where::Lapses => "作废 lapses".to_owned(),
            Where::Community => "捐给社区 given to the community".to_owned(),
        };
        let (from, amount, asset) = (holder(one.from), one.amount, one.asset.0);
        let asset = match asset {
            1 => "积分 points".to_owned(),
            2 => "分钟 minutes".to_owned(),
            other => format!("资产 asset {other}"),
        };
        say(&format!("{from} → {to}: {amount} {asset}"));
    }
}
