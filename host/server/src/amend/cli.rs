//! `rongyi reverse|correct|notice`: taking back, correcting with a second person, objecting and reviewing. The same
//! functions as behind the pages; the terminal acts as itself, or in the name of somebody who gives their password.

use std::io::IsTerminal;

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use rongyi_clerk::Answer;
use rongyi_core::amount::Amount;
use rongyi_core::book::FateState;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Change;
use rongyi_core::time::LocalDate;

use crate::amend::{self, By, Request};
use crate::door::terminal::{
    Failure, InCommunity, Installation, acting, foreign, known, number, say, seq, tell, with_house,
};
use crate::door::{Act, Kind, Signed};
use crate::house::House;
use crate::ledger::api::movements;
use crate::ledger::cli::entry_text;

/// Which community, and who acts.
#[derive(Debug, Args)]
pub(crate) struct Acting {
    #[command(flatten)]
    pub(crate) installation: Installation,
    #[command(flatten)]
    pub(crate) place: InCommunity,
    #[command(flatten)]
    pub(crate) by: acting::By,
}

/// An entry to take back.
#[derive(Debug, Args)]
#[command(after_help = "\
例 / example:
  rongyi reverse -c nanmen --entry 812 --reason 重复登记

收不回来的部分会欠过额度时，请用 rongyi correct propose --reverse，由第二个人批准。
Where the debt floor would be passed, use `rongyi correct propose --reverse`; a second person approves it.")]
pub(crate) struct ReverseArgs {
    #[command(flatten)]
    acting: Acting,
    /// 要冲正的编号（明细里的号） / the entry, as the passbook numbers it
    #[arg(long, value_name = "N", value_parser = seq)]
    entry: u64,
    /// 原因 / why
    #[arg(long)]
    reason: String,
    /// 不再问一遍 / do not ask once more
    #[arg(long)]
    yes: bool,
}

/// Corrections by two people.
#[derive(Debug, Subcommand)]
pub(crate) enum CorrectCommand {
    /// 提出更正，等第二个人批准 / propose; a second person decides
    Propose {
        #[command(flatten)]
        acting: Acting,
        /// 要冲正的编号 / the entry to reverse, even past the debt floor
        #[arg(long, value_name = "N", value_parser = seq, conflicts_with_all = ["resident", "amount"], required_unless_present = "resident")]
        reverse: Option<u64>,
        /// 居民号码 / the resident's number
        #[arg(long, value_name = "N", requires = "amount", value_parser = number)]
        resident: Option<u32>,
        /// 增加多少；减少写负数 / how much to add; below zero to take
        #[arg(long, value_name = "N", allow_hyphen_values = true)]
        amount: Option<i64>,
        /// 哪一种：points、minutes、conduct / of what
        #[arg(long, value_name = "ASSET", default_value = "points")]
        asset: Code,
        /// 增加的部分到哪天 / the last good day of what is added
        #[arg(long, value_name = "DATE")]
        expires: Option<LocalDate>,
        /// 说的是哪一天的事 / the day it is about
        #[arg(long, value_name = "DATE")]
        about: Option<LocalDate>,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 批准 / approve, as somebody else than the proposer
    Approve {
        #[command(flatten)]
        acting: Acting,
        /// 申请的编号 / the proposal
        #[arg(long, value_name = "N", value_parser = seq)]
        proposal: u64,
    },
    /// 退回 / decline, or take one's own back
    Decline {
        #[command(flatten)]
        acting: Acting,
        /// 申请的编号 / the proposal
        #[arg(long, value_name = "N", value_parser = seq)]
        proposal: u64,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 等批准的申请 / what waits for a second person
    List {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
    },
}

/// Awards under notice.
#[derive(Debug, Subcommand)]
pub(crate) enum NoticeCommand {
    /// 正在公示的 / what is under notice
    List {
        #[command(flatten)]
        installation: Installation,
        #[command(flatten)]
        place: InCommunity,
    },
    /// 提出异议 / object
    Object {
        #[command(flatten)]
        acting: Acting,
        /// 公示的编号 / the entry under notice
        #[arg(long, value_name = "N", value_parser = seq)]
        entry: u64,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 复核异议 / review an objection, as somebody else
    Review {
        #[command(flatten)]
        acting: Acting,
        /// 公示的编号 / the entry under notice
        #[arg(long, value_name = "N", value_parser = seq)]
        entry: u64,
        /// 维持原来的积分 / the award stays
        #[arg(
            long,
            conflicts_with = "withdraw",
            required_unless_present = "withdraw"
        )]
        uphold: bool,
        /// 撤回原来的积分 / the award is withdrawn
        #[arg(long)]
        withdraw: bool,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
}

pub(crate) async fn reverse(args: ReverseArgs) -> Result<(), Failure> {
    let place = &args.acting.place.community;
    let entry = args.entry;
    let sure = with_house(&args.acting.installation, async |house| {
        let community = known(house, place)?;
        show_first(house, community, entry).await?;
        Ok(args.yes || agreed())
    })
    .await?;
    if !sure {
        return Err(Failure::new(
            "reverse.left",
            "没有冲正，什么也没有记账。".to_owned(),
            "Nothing was reversed and nothing was booked.".to_owned(),
        ));
    }
    act(args.acting, Request::Reverse(entry), args.reason).await
}

/// Shows the line that is to be taken back: what, when, by whom, and what it moved.
async fn show_first(house: &House, community: &Code, entry: u64) -> Result<(), Failure> {
    let (Some(stored), Some(frame)) = (
        house.store.entry(community, entry).await?,
        house.store.frame(community).await?,
    ) else {
        // The book says so, in its own words.
        return Ok(());
    };
    let receipt = rongyi_clerk::receipt(&stored)?;
    let whose = crate::door::concerned(&house.store, community, &receipt).await?;
    house.read_here(community, Kind::Entry, &whose).await?;
    let Some(first) = receipt.records.first() else {
        return Ok(());
    };
    let what = entry_text(&frame, first);
    let (on, by) = match first.envelope() {
        Some(envelope) => {
            let name = Signed::of(&envelope.actor).name(&house.store, None).await;
            (
                envelope.today.to_string(),
                format!("{} / {}", name.zh, name.en),
            )
        }
        None => (String::new(), String::new()),
    };
    tell(&format!(
        "第 {} 笔 entry：{} / {} · {on} · {by}",
        stored.first_seq,
        foreign(&what.zh),
        foreign(&what.en)
    ));
    for moved in movements(&frame, &receipt) {
        tell(&format!(
            "  {} → {}: {}",
            moved.from, moved.to, moved.amount
        ));
    }
    Ok(())
}

/// Whether whoever sits at the terminal says yes. A script is not asked: it named the entry.
fn agreed() -> bool {
    if !std::io::stdin().is_terminal() {
        return true;
    }
    tell("确定冲正这一笔吗？输入 y 回车 / Reverse this entry? y and Enter");
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes" | "是")
}

pub(crate) async fn correct(command: CorrectCommand) -> Result<(), Failure> {
    match command {
        CorrectCommand::Propose {
            acting,
            reverse,
            resident,
            amount,
            asset,
            expires,
            about,
            reason,
        } => {
            let change = match (reverse, resident, amount) {
                (Some(entry), ..) => Change::Reverse { entry },
                (None, Some(resident), Some(amount)) => Change::Adjust {
                    resident: ResidentNo(resident),
                    asset,
                    amount: Amount::new(amount)
                        .map_err(|error| Failure::said("amount.out-of-range", &error))?,
                    expires,
                    about,
                },
                // The command line asks for one of the two.
                (None, ..) => return Err(Failure::Told),
            };
            act(acting, Request::Propose(change), reason).await
        }
        CorrectCommand::Approve { acting, proposal } => {
            act(acting, Request::Approve(proposal), "批准".into()).await
        }
        CorrectCommand::Decline {
            acting,
            proposal,
            reason,
        } => act(acting, Request::Decline(proposal), reason).await,
        CorrectCommand::List {
            installation,
            place,
        } => {
            with_house(&installation, async |house| {
                list_proposals(house, known(house, &place.community)?).await
            })
            .await
        }
    }
}

pub(crate) async fn notice(command: NoticeCommand) -> Result<(), Failure> {
    match command {
        NoticeCommand::List {
            installation,
            place,
        } => {
            with_house(&installation, async |house| {
                list_notices(house, known(house, &place.community)?).await
            })
            .await
        }
        NoticeCommand::Object {
            acting,
            entry,
            reason,
        } => act(acting, Request::Object(entry), reason).await,
        NoticeCommand::Review {
            acting,
            entry,
            uphold,
            reason,
            ..
        } => act(acting, Request::Review(entry, uphold), reason).await,
    }
}

async fn act(acting: Acting, request: Request, reason: String) -> Result<(), Failure> {
    let reason = amend::reason(&reason).map_err(|error| Failure::Failed {
        code: error.code,
        text: error.text,
    })?;
    with_house(&acting.installation, async |house| {
        let community = known(house, &acting.place.community)?;
        let by = By {
            actor: acting
                .by
                .actor(house, community, act_of(&request))
                .await?
                .code(),
            key: None,
            reason,
        };
        let done = amend::ask(house, community, &request, by).await;
        told(
            house,
            community,
            &done.map_err(|error| Failure::from(&error))?,
        )
        .await
    })
    .await
}

/// What a request is, for the table of permissions.
fn act_of(request: &Request) -> Act {
    match request {
        Request::Reverse(_) => Act::Reverse,
        Request::Propose(_) => Act::Propose,
        Request::Approve(_) => Act::Approve,
        Request::Decline(_) => Act::Decline,
        Request::Object(_) => Act::Object,
        Request::Review(..) => Act::Review,
    }
}

/// What was booked: the entry, and its movements.
async fn told(house: &House, community: &Code, answer: &Answer) -> Result<(), Failure> {
    let entry = answer.receipt.entry;
    say(&format!("已记为第 {entry} 号 / booked as entry {entry}"));
    if let Some(frame) = house.store.frame(community).await? {
        for moved in movements(&frame, &answer.receipt) {
            say(&format!(
                "  {} → {}: {}",
                moved.from, moved.to, moved.amount
            ));
        }
    }
    Ok(())
}

async fn list_proposals(house: &House, community: &Code) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["编号 entry", "申请人 by", "更正 change", "原因 reason"]);
    for proposal in amend::proposals(&house.store, community).await? {
        let change = match &proposal.change {
            Change::Reverse { entry } => format!("冲正第 {entry} 笔 / reverse entry {entry}"),
            Change::Adjust {
                resident,
                asset,
                amount,
                ..
            } => format!("{resident} 号居民 resident: {asset} {:+}", amount.get()),
        };
        let reason = foreign(&proposal.reason.unwrap_or_default());
        let by = Signed::of(&proposal.by).name(&house.store, None).await;
        let by = format!("{} / {}", by.zh, by.en);
        table.add_row([proposal.entry.to_string(), by, change, reason]);
    }
    say(&table.to_string());
    Ok(())
}

async fn list_notices(house: &House, community: &Code) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header([
        "编号 entry",
        "事项 kind",
        "日期 on",
        "积分 points",
        "分钟 minutes",
        "公示到 until",
        "异议 objection",
    ]);
    for noticed in amend::notices(&house.store, community).await? {
        let objection = match &noticed.objection {
            Some((by, reason)) => {
                let by = Signed::of(by).name(&house.store, None).await;
                let reason = foreign(reason.as_deref().unwrap_or_default());
                format!("{} / {}: {reason}", by.zh, by.en)
            }
            None if noticed.fate.state == FateState::Upheld => "已复核 upheld".to_owned(),
            None => String::new(),
        };
        table.add_row([
            noticed.entry.to_string(),
            noticed.event.kind.to_string(),
            noticed.event.on.to_string(),
            noticed.points.to_string(),
            noticed.minutes.to_string(),
            noticed
                .fate
                .until
                .map(|day| day.to_string())
                .unwrap_or_default(),
            objection,
        ]);
    }
    say(&table.to_string());
    Ok(())
}
