//! `rongyi period`: closes a month, quarter, half-year or year, step by step. What a step does stands in [`crate::period`].

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use rongyi_core::account::Holder;
use rongyi_core::ids::Code;
use rongyi_core::period::{Period, PeriodRow, PeriodState};
use rongyi_core::rule::{Denial, Text};

use crate::door::terminal::acting::By;
use crate::door::terminal::{
    Failure, InCommunity, LangArg, Library, Reading, known, say, say_json, with_house,
};
use crate::door::{Act, Kind};
use crate::house::House;
use crate::ledger::cli::{holder_json, right};
use crate::ledger::explain::{self, Lang};
use crate::people::cli::common::Where;
use crate::period::{Line, PeriodError, change};
use crate::{door, period};

/// Holders of one page of a preview.
const PAGE: u32 = 200;

/// Closing the books.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
一步一步 / step by step:
  rongyi period preview  -c nanmen 2026-10             截止并预览：名次和余额从此固定 / cut off and look
  rongyi period sign-off -c nanmen 2026-10 --by li     一位管理员签字，要输入密码 / an operator signs with their password
  rongyi period close    -c nanmen 2026-10             逐户结账，最后封账 / close every holder, then seal
  rongyi period status   -c nanmen                     走到哪一步了 / where every period stands

一期写成 2026-10（月）、2026-q4（季度）、2026-h2（半年）或 2026（年）；几种长短各结各的。截止之后，这一期的日子不再收新的事项；
签字以前可以用 withdraw 撤回，补记之后再截止。封账以后发现有误，一个人 ask-back、另一个人 agree-back，结账就整期撤回。close 随时可以中断，再运行就从停下的地方接着做。
A period is written 2026-10, 2026-q4, 2026-h2 or 2026; each length is closed by itself. After the cut-off its days take no more events; until it is signed,
withdraw opens them again. A sealed one is taken back by two: ask-back, then agree-back. close may be stopped at any moment; run again, it goes on.")]
pub(crate) enum PeriodCommand {
    /// 截止一期，看结账会给每户什么 / cut a period off and see what closing would do
    Preview {
        #[command(flatten)]
        step: Step,
        #[command(flatten)]
        by: By,
        /// 语言 / language
        #[arg(long, value_enum, default_value = "zh")]
        lang: LangArg,
        /// 输出 JSON，每户一行 / print JSON, one holder a line
        #[arg(long)]
        json: bool,
    },
    /// 撤回还没有签字的截止 / take a cut-off back that is not signed
    Withdraw {
        #[command(flatten)]
        step: Step,
        #[command(flatten)]
        by: By,
    },
    /// 签字：名次和余额无误，可以结账 / sign: ranks and balances are right
    SignOff {
        #[command(flatten)]
        step: Step,
        #[command(flatten)]
        by: By,
    },
    /// 给每户结账，全部结完就封账 / close every holder, then seal
    Close {
        #[command(flatten)]
        step: Step,
        /// 这一次最多结几户，其余的下次接着结 / holders of this run at most; the next run goes on
        #[arg(long, value_name = "N", default_value_t = u32::MAX, hide_default_value = true)]
        most: u32,
    },
    /// 提出撤回一期已经封账的结账 / ask that a sealed period be taken back
    AskBack {
        #[command(flatten)]
        step: Step,
        /// 为什么 / why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        by: By,
    },
    /// 同意撤回：另一位管理员 / agree that it is taken back: another operator
    AgreeBack {
        #[command(flatten)]
        step: Step,
        #[command(flatten)]
        by: By,
    },
    /// 不撤回，照旧封着 / leave it closed after all
    KeepClosed {
        #[command(flatten)]
        step: Step,
        #[command(flatten)]
        by: By,
    },
    /// 每一期走到哪一步 / where every period stands
    Status(StatusArgs),
}

/// A period of a community.
#[derive(Debug, Args)]
pub(crate) struct Step {
    #[command(flatten)]
    place: Where,
    /// 哪一期：2026-10、2026-q4、2026-h2 或 2026 / which period
    #[arg(value_name = "PERIOD")]
    period: Period,
}

/// What to look up.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    place: InCommunity,
    /// 输出 JSON / print JSON
    #[arg(long)]
    json: bool,
}

impl From<PeriodError> for Failure {
    fn from(error: PeriodError) -> Self {
        let code = error.code();
        let text = match (error.text(), error) {
            (Some(text), _) => text,
            (None, PeriodError::Clerk(error)) => error.text(),
            (None, other) => return Failure::said(code, &other),
        };
        Failure::Failed { code, text }
    }
}

pub(crate) async fn run(command: PeriodCommand) -> Result<(), Failure> {
    match command {
        PeriodCommand::Preview {
            step,
            by,
            lang,
            json,
        } => preview(&step, &by, lang.into(), json).await,
        PeriodCommand::Withdraw { step, by } => {
            with_house(&step.place.installation, async |house| {
                let community = known(house, &step.place.place.community)?;
                let actor = by.actor(house, community, Act::StepPeriod).await?.code();
                period::withdraw(house, community, &actor, step.period).await?;
                let period = step.period;
                let frame = house.store.frame(community).await?;
                let closed = frame.and_then(|frame| frame.closed_to());
                match closed.filter(|closed| *closed >= period.first) {
                    None => say(&format!("{period} 的截止已撤回，可以补记了。 The cut-off of {period} is withdrawn; its days are open again.")),
                    Some(to) => say(&format!("{period} 的截止已撤回；到 {to} 的账还由另一期截止着。 The cut-off of {period} is withdrawn; the days up to {to} are closed by another period.")),
                }
                Ok(())
            })
            .await
        }
        PeriodCommand::SignOff { step, by } => {
            with_house(&step.place.installation, async |house| {
                let community = known(house, &step.place.place.community)?;
                let actor = by.actor(house, community, Act::StepPeriod).await?.code();
                period::sign_off(house, community, &actor, step.period).await?;
                let period = step.period;
                say(&format!("{period} 已签字。接着运行 rongyi period close -c {community} {period}；正在运行的服务也会自动结账。"));
                say(&format!("{period} is signed. Now run rongyi period close -c {community} {period}; a running host does so by itself."));
                Ok(())
            })
            .await
        }
        PeriodCommand::Close { step, most } => close(&step, most).await,
        PeriodCommand::AskBack { step, reason, by } => ask_back(&step, &reason, &by).await,
        PeriodCommand::AgreeBack { step, by } => agree_back(&step, &by).await,
        PeriodCommand::KeepClosed { step, by } => keep_closed(&step, &by).await,
        PeriodCommand::Status(args) => status(&args).await,
    }
}

async fn ask_back(step: &Step, reason: &str, by: &By) -> Result<(), Failure> {
    let reason = crate::amend::reason(reason).map_err(|error| Failure::Failed {
        code: error.code,
        text: error.text,
    })?;
    with_house(&step.place.installation, async |house| {
        let community = known(house, &step.place.place.community)?;
        let actor = by.actor(house, community, Act::StepPeriod).await?.code();
        let period = step.period;
        period::ask_back(house, community, &actor, period, reason).await?;
        say(&format!("已提出撤回 {period} 的结账。等另一位管理员运行 rongyi period agree-back -c {community} {period}，或在网页上同意。"));
        say(&format!("Taking back {period} is asked for. Another operator agrees with rongyi period agree-back -c {community} {period}, or in the browser."));
        Ok(())
    })
    .await
}

async fn agree_back(step: &Step, by: &By) -> Result<(), Failure> {
    with_house(&step.place.installation, async |house| {
        let community = known(house, &step.place.place.community)?;
        let actor = by.actor(house, community, Act::StepPeriod).await?.code();
        let period = step.period;
        // Run again after an interruption, it goes on.
        let row = period::find(house, community, period).await?;
        if row.state != PeriodState::TakingBack {
            period::agree_back(house, community, &actor, period).await?;
        }
        let done = period::take_back(house, community, period, u32::MAX).await?;
        let count = done.holders;
        say(&format!("已撤回 {count} 户（人）的结账；{period} 又可以补记了，补完再截止。 {count} holders are taken back; the days of {period} are open again."));
        Ok(())
    })
    .await
}

async fn keep_closed(step: &Step, by: &By) -> Result<(), Failure> {
    with_house(&step.place.installation, async |house| {
        let community = known(house, &step.place.place.community)?;
        let actor = by.actor(house, community, Act::StepPeriod).await?.code();
        let period = step.period;
        period::keep_closed(house, community, &actor, period).await?;
        say(&format!("{period} 照旧封着。 {period} stays closed."));
        Ok(())
    })
    .await
}

async fn preview(step: &Step, by: &By, lang: Lang, json: bool) -> Result<(), Failure> {
    with_house(&step.place.installation, async |house| {
        let community = known(house, &step.place.place.community)?;
        let actor = by.actor(house, community, Act::StepPeriod).await?.code();
        let mut row = period::find(house, community, step.period).await.ok();
        if row
            .as_ref()
            .is_none_or(|row| row.state == PeriodState::Withdrawn)
        {
            period::cut_off(house, community, &actor, step.period).await?;
            row = Some(period::find(house, community, step.period).await?);
        }
        let Some(row) = row else { return Ok(()) };
        show(house, community, &row, lang, json).await
    })
    .await
}

/// Every holder with what closing gives them, page by page.
async fn show(
    house: &House,
    community: &Code,
    row: &PeriodRow,
    lang: Lang,
    json: bool,
) -> Result<(), Failure> {
    let frame = house.store.frame(community).await?;
    let plan = frame
        .as_ref()
        .map(|frame| explain::plan_of(frame, row.set))
        .unwrap_or_default();
    if !json {
        say(&headline(row, lang));
    }
    let mut after = None;
    let (mut up, mut down, mut no) = (0_i64, 0_i64, 0_u32);
    loop {
        let page = period::preview(house, community, row, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        let holders = page.iter().map(|line| line.holder);
        let whose = door::whose(&house.store, community, holders).await?;
        house.read_here(community, Kind::List, &whose).await?;
        after = Some(last.holder);
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(match lang {
            Lang::Zh => ["户 / 人", "截止时积分", "结账变动", "怎么算的"],
            Lang::En => ["holder", "points at cut-off", "change", "why"],
        });
        for line in &page {
            let why = reasons(line, &plan, lang);
            let points = match &line.outcome {
                Ok(decision) => change(decision, "points"),
                Err(_) => 0,
            };
            // A prize and a reset of one holder are told apart in the sums.
            if let Ok(decision) = &line.outcome {
                let awards = decision.awards.iter();
                for award in awards.filter(|award| award.asset.as_str() == "points") {
                    let amount = i64::from(award.amount);
                    up += amount.max(0);
                    down += amount.min(0);
                }
            }
            no += u32::from(line.outcome.is_err());
            let had = period::points(&line.standing);
            if json {
                say_json(&serde_json::json!({
                    "holder": holder_json(line.holder),
                    "points": had,
                    "facts": line.standing.facts.iter().map(|fact| fact.value).collect::<Vec<_>>(),
                    "change": points,
                    "closed_by_entry": (line.standing.entry != 0).then_some(line.standing.entry),
                    "why": why,
                }));
            } else {
                let name = holder_name(line.holder, lang);
                table.add_row([name, had.to_string(), format!("{points:+}"), why.join("\n")]);
            }
        }
        if !json {
            right(&mut table, &[1, 2]);
            say(&table.to_string());
        }
    }
    if !json {
        say(&match lang {
            Lang::Zh => format!("合计：发 {up:+}，扣 {down:+}；规则或上限说“不”的 {no}。"),
            Lang::En => format!("In all: given {up:+}, taken {down:+}; told no: {no}."),
        });
    }
    Ok(())
}

/// Why a line is as it is, in the reader's language.
pub(crate) fn reasons(line: &Line, plan: &rongyi_core::rule::Plan, lang: Lang) -> Vec<String> {
    match &line.outcome {
        Ok(decision) => decision
            .lines
            .iter()
            .map(|reason| explain::line(plan, None, reason, lang))
            .collect(),
        Err(Denial::Refused(refusal)) => vec![explain::refusal(plan, None, refusal, lang)],
        Err(Denial::Failed(text)) => vec![lang.of(text).to_owned()],
    }
}

pub(crate) fn holder_name(holder: Holder, lang: Lang) -> String {
    match (holder, lang) {
        (Holder::Resident(no), Lang::Zh) => format!("{no} 号居民"),
        (Holder::Resident(no), Lang::En) => format!("resident {no}"),
        (Holder::Household(no), Lang::Zh) => format!("第 {no} 户"),
        (Holder::Household(no), Lang::En) => format!("household {no}"),
        (Holder::Community | Holder::Fund(_), _) => holder_json(holder),
    }
}

fn headline(row: &PeriodRow, lang: Lang) -> String {
    let state = state_text(row.state);
    let (period, first, last) = (row.period, row.period.first, row.period.last);
    let (holders, cut) = (row.holders, row.cut);
    match lang {
        Lang::Zh => format!(
            "{period}（{first} 至 {last}）· {} · 截止于第 {cut} 号记录 · 共 {holders} 户（人）",
            state.zh
        ),
        Lang::En => format!(
            "{period} ({first} to {last}) · {} · cut off at record {cut} · {holders} holders",
            state.en
        ),
    }
}

/// A period's state in words.
pub(crate) fn state_text(state: PeriodState) -> Text {
    let (zh, en) = match state {
        PeriodState::CutOff => ("已截止，待签字", "cut off, to be signed"),
        PeriodState::Signed => ("已签字，结账中", "signed, being closed"),
        PeriodState::Sealed => ("已封账", "sealed"),
        PeriodState::Withdrawn => ("已撤回", "taken back"),
        PeriodState::AskedBack => ("有人提出撤回，待同意", "asked to be taken back"),
        PeriodState::TakingBack => ("正在撤回", "being taken back"),
    };
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

async fn close(step: &Step, most: u32) -> Result<(), Failure> {
    with_house(&step.place.installation, async |house| {
        let community = known(house, &step.place.place.community)?;
        let done = period::close(house, community, step.period, most).await?;
        let (closed, refused) = (done.closed, done.refused);
        say(&format!(
            "结账 closed {closed}, 其中规则说“不” told no {refused}, 没结成 failed {}",
            done.failed.len()
        ));
        for (holder, why) in &done.failed {
            let why = why.text();
            let (zh, en) = (
                holder_name(*holder, Lang::Zh),
                holder_name(*holder, Lang::En),
            );
            crate::door::terminal::tell(&format!("{zh}：{}\n  {en}: {}", why.zh, why.en));
        }
        if done.sealed {
            let period = step.period;
            say(&format!("{period} 已封账。 {period} is sealed."));
            Ok(())
        } else {
            Err(Failure::Told)
        }
    })
    .await
}

async fn status(args: &StatusArgs) -> Result<(), Failure> {
    let library = Library::open(&args.reading).await?;
    library.known(&args.place.community).await?;
    let frame = library.store.frame(&args.place.community).await?;
    let periods = frame.as_ref().map_or(&[][..], |frame| &frame.periods);
    if args.json {
        let frame = frame.as_ref();
        let rule = |row| frame.and_then(|frame| period::rule_in(frame, row));
        let all = periods.iter().map(|row| period_json(row, rule(row)));
        let all: Vec<_> = all.collect();
        say_json(&serde_json::Value::from(all));
    } else if periods.is_empty() {
        say("还没有截止过任何一期。 No period was cut off yet.");
    } else {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header([
            "期 period",
            "规则 rule",
            "状态 state",
            "已结 closed",
            "截止 cut off by",
            "签字 signed by",
        ]);
        for row in periods {
            let state = state_text(row.state);
            let rule = frame.as_ref().and_then(|frame| period::rule_in(frame, row));
            let signed = row
                .signed_by
                .as_ref()
                .map_or_else(String::new, |(by, _, alone)| {
                    let note = if *alone { "（独自 alone）" } else { "" };
                    format!("{by}{note}")
                });
            table.add_row([
                row.period.to_string(),
                rule.map_or_else(|| "—".to_owned(), Code::to_string),
                format!("{} {}", state.zh, state.en),
                format!("{}/{}", row.closed, row.holders),
                row.cut_by.0.to_string(),
                signed,
            ]);
        }
        right(&mut table, &[3]);
        say(&table.to_string());
    }
    library.close().await;
    Ok(())
}

fn period_json(row: &PeriodRow, rule: Option<&Code>) -> serde_json::Value {
    serde_json::json!({
        "period": row.period.to_string(),
        "rule": rule.map(Code::as_str),
        "first": row.period.first.to_string(),
        "last": row.period.last.to_string(),
        "state": state_code(row.state),
        "cut_off_entry": row.cut,
        "holders": row.holders,
        "closed": row.closed,
        "cut_off_by": row.cut_by.0.as_str(),
        "signed_by": row.signed_by.as_ref().map(|(by, _, _)| by.as_str()),
        "signed_alone": row.signed_by.as_ref().map(|(_, _, alone)| *alone),
        "sealed_by": row.sealed_by.as_ref().map(|(by, _)| by.as_str()),
    })
}

/// A period's state as programs read it.
pub(crate) fn state_code(state: PeriodState) -> &'static str {
    match state {
        PeriodState::CutOff => "cut-off",
        PeriodState::Signed => "signed",
        PeriodState::Sealed => "sealed",
        PeriodState::Withdrawn => "withdrawn",
        PeriodState::AskedBack => "asked-back",
        PeriodState::TakingBack => "taking-back",
    }
}
