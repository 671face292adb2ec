//! Closing periods, balances of the past and dated statements, for programs. What each does is decided elsewhere
//! ([`crate::period`], [`crate::ledger::past`], [`crate::audit::statement`]).

use rongyi_core::account::Holder;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::period::{Period, PeriodRow};
use rongyi_core::rule::Denial;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::statement::{self, Statement, StatementOutcome};
use crate::door::Kind;
use crate::door::asked::{After, Lines, No, Path, Query, Unread};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Both, Json};
use crate::ledger::api::{Reason, lines_of};
use crate::ledger::explain::Lang;
use crate::ledger::past::{Moment, Step};
use crate::ledger::{explain, past};
use crate::period::change;
use crate::period::cli::state_code;
use crate::{amend, door, period};

/// Holders closed by one request at most; the jobs of the host go on with the rest.
const CLOSE_MAX: u32 = 500;

fn parse(period: &str) -> Result<Period, Fault> {
    let wrong = |_| {
        Fault::day(
            "period",
            "一期写成 2026-10（月）、2026-q4（季度）或 2026（年）。",
            "write a period as 2026-10, 2026-q4 or 2026.",
        )
    };
    period.parse().map_err(wrong)
}

/// A period and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodAnswer {
    /// `2026-10`, `2026-q4` or `2026`.
    pub period: String,
    /// Its first day.
    pub first: String,
    /// Its last day; no event of it or before it is taken, unless `state` is `withdrawn`.
    pub last: String,
    /// `cut-off`, `signed`, `sealed`, `asked-back`, `taking-back` or `withdrawn`.
    pub state: &'static str,
    /// The entry of its cut-off.
    pub cut_off_entry: u64,
    /// How many holders it has.
    pub holders: u32,
    /// How many of them are closed.
    pub closed: u32,
    /// Who made the cut-off.
    pub cut_off_by: String,
    /// Who signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Whether nobody else could have signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_alone: Option<bool>,
}

impl From<&PeriodRow> for PeriodAnswer {
    fn from(row: &PeriodRow) -> Self {
        PeriodAnswer {
            period: row.period.to_string(),
            first: row.period.first.to_string(),
            last: row.period.last.to_string(),
            state: state_code(row.state),
            cut_off_entry: row.cut,
            holders: row.holders,
            closed: row.closed,
            cut_off_by: row.cut_by.0.to_string(),
            signed_by: row.signed_by.as_ref().map(|(by, ..)| by.to_string()),
            signed_alone: row.signed_by.as_ref().map(|(_, _, alone)| *alone),
        }
    }
}

/// All periods that were ever cut off.
#[derive(Debug, Serialize, ToSchema)]
pub struct Periods {
    /// The periods, by their last day.
    pub periods: Vec<PeriodAnswer>,
}

/// Where every period stands.
#[utoipa::path(
    get, path = "/communities/{community}/periods", tag = "periods",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = Periods), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_periods(caller: Caller) -> Result<Json<Periods>, Fault> {
    let frame = caller.house().store.frame(&caller.code).await?;
    let rows = frame.map(|frame| frame.periods).unwrap_or_default();
    let periods = rows.iter().map(PeriodAnswer::from).collect();
    Ok(Json(Periods { periods }))
}

/// Which page of holders.
#[derive(Debug, Deserialize)]
pub struct HoldersQuery {
    after: Option<After>,
    limit: Option<Lines>,
}

/// A holder with what closing gives.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodHolder {
    /// `resident/1001` or `household/3`.
    pub holder: String,
    /// Points at the cut-off.
    pub points: i64,
    /// The facts the rule asked for, in its order, ranks included.
    pub facts: Vec<i32>,
    /// What closing adds to the points, or takes away when negative.
    pub change: i64,
    /// Why.
    pub reasons: Vec<Reason>,
    /// When the rule or a limit said no, or the rule failed: its sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Both>,
    /// The entry that closed the holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by_entry: Option<u64>,
}

/// A page of holders.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodHolders {
    /// The holders, in their order.
    pub holders: Vec<PeriodHolder>,
    /// The `after` of the next page.
    pub next: Option<String>,
}

fn holder_text(holder: Holder) -> String {
    match holder {
        Holder::Resident(no) => format!("resident/{no}"),
        Holder::Household(no) => format!("household/{no}"),
        Holder::Fund(no) => format!("fund/{no}"),
        Holder::Community => "community".to_owned(),
    }
}

/// What closing a period gives each holder: as decided, or as it would be decided now. Changes nothing.
#[utoipa::path(
    get, path = "/communities/{community}/periods/{period}/holders", tag = "periods",
    params(
        ("community" = String, Path, description = "The community"), ("period" = String, Path, description = "2026-10, 2026-q4 or 2026"),
        ("after" = Option<String>, Query, description = "Holders after this one"), ("limit" = Option<u32>, Query, description = "1-200, 50 without it", minimum = 1, maximum = 200)
    ),
    responses((status = 200, body = PeriodHolders), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_period_holders(
    caller: Caller,
    Path((_, period)): Path<(String, String)>,
    Query(page): Query<HoldersQuery>,
) -> Result<Json<PeriodHolders>, Fault> {
    let row = period::find(caller.house(), &caller.code, parse(&period)?).await?;
    let limit = page.limit.unwrap_or(Lines::USUAL).0;
    let after = page.after.map(|After(holder)| holder);
    let lines = period::preview(caller.house(), &caller.code, &row, after, limit).await?;
    let whose = door::whose(
        &caller.house().store,
        &caller.code,
        lines.iter().map(|line| line.holder),
    );
    caller.reads(Kind::List, &whose.await?).await?;
    let frame = caller.house().store.frame(&caller.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    let plan = explain::plan_of(&frame, row.set);
    let full = lines.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let next = lines.last().filter(|_| full);
    let next = next.map(|line| holder_text(line.holder));
    let one = |line: &period::Line| {
        let refused = match &line.outcome {
            Ok(_) => None,
            Err(Denial::Refused(refusal)) => Some(Both {
                zh: explain::refusal(&plan, Some(&frame), refusal, Lang::Zh),
                en: explain::refusal(&plan, Some(&frame), refusal, Lang::En),
            }),
            Err(Denial::Failed(text)) => Some(Both::from(text.clone())),
        };
        let decision = line.outcome.as_ref().ok();
        PeriodHolder {
            holder: holder_text(line.holder),
            points: period::points(&line.standing),
            facts: line.standing.facts.iter().map(|fact| fact.value).collect(),
            change: decision.map_or(0, |decision| change(decision, "points")),
            reasons: decision.map_or_else(Vec::new, |decision| {
                lines_of(&frame, &plan, &decision.lines)
            }),
            refused,
            closed_by_entry: (line.standing.entry != 0).then_some(line.standing.entry),
        }
    };
    let holders = lines.iter().map(one).collect();
    Ok(Json(PeriodHolders { holders, next }))
}

/// What may be done with a period.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodStepInput {
    /// Fix balances, facts and ranks; its days take no more events.
    CutOff,
    /// Take an unsigned cut-off back.
    Withdraw,
    /// Answer for it.
    SignOff,
    /// Close holders, up to 500 a request, and seal when all are closed.
    Close,
    /// Ask that a sealed period be taken back, with a `reason`.
    AskBack,
    /// Agree: another operator than who asked.
    AgreeBack,
    /// Leave it closed after all.
    KeepClosed,
    /// Reverse what closing booked, up to 500 holders a request, and open its days when all is taken back.
    TakeBack,
}

/// A step.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PeriodInput {
    /// `cut-off`, `withdraw`, `sign-off`, `close`, `ask-back`, `agree-back`, `keep-closed` or `take-back`.
    pub step: PeriodStepInput,
    /// Why; for `ask-back`.
    #[serde(default)]
    pub reason: String,
}

/// Takes the next step in closing a period. Safe to send again: a step that was taken is refused with
/// `period.state`, and closing goes on where it stopped. Operators only.
#[utoipa::path(
    post, path = "/communities/{community}/periods/{period}/steps", tag = "periods",
    params(("community" = String, Path, description = "The community"), ("period" = String, Path, description = "2026-10, 2026-q4 or 2026")),
    request_body = PeriodInput,
    responses((status = 200, body = PeriodAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_period_step(
    caller: Caller,
    Path((_, period)): Path<(String, String)>,
    sent: Unread<PeriodInput>,
) -> Result<Json<PeriodAnswer>, Fault> {
    let input = sent.read().await?;
    let period = parse(&period)?;
    take(&caller, period, input).await?;
    let row = period::find(caller.house(), &caller.code, period).await?;
    Ok(Json(PeriodAnswer::from(&row)))
}

async fn take(caller: &Caller, period: Period, input: PeriodInput) -> Result<(), Fault> {
    let (house, code, actor) = (caller.house(), &caller.code, &caller.actor().code());
    match input.step {
        PeriodStepInput::CutOff => drop(period::cut_off(house, code, actor, period).await?),
        PeriodStepInput::Withdraw => drop(period::withdraw(house, code, actor, period).await?),
        PeriodStepInput::SignOff => drop(period::sign_off(house, code, actor, period).await?),
        PeriodStepInput::Close => {
            let done = period::close(house, code, period, CLOSE_MAX).await?;
            if let Some((_, why)) = done.failed.into_iter().next() {
                return Err(why.into());
            }
        }
        PeriodStepInput::AskBack => {
            let reason = amend::reason(&input.reason)?;
            drop(period::ask_back(house, code, actor, period, reason).await?);
        }
        PeriodStepInput::AgreeBack => {
            drop(period::agree_back(house, code, actor, period).await?);
        }
        PeriodStepInput::KeepClosed => {
            drop(period::keep_closed(house, code, actor, period).await?);
        }
        PeriodStepInput::TakeBack => {
            period::take_back(house, code, period, CLOSE_MAX).await?;
        }
    }
    Ok(())
}

/// The moment that is asked about.
#[derive(Debug, Deserialize)]
pub struct AtQuery {
    at: String,
}

/// A balance of the past.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastBalance {
    /// The number on the card.
    pub resident: u32,
    /// As it was asked.
    pub at: String,
    /// Every asset.
    pub assets: Vec<PastAsset>,
}

/// What was held of one asset.
#[derive(Debug, Serialize, ToSchema)]
pub struct PastAsset {
    /// `points`, `minutes`, `conduct` or the community's own.
    pub asset: String,
    /// The balance.
    pub balance: i64,
    /// The entry of the last movement until then; none when there was none.
    pub last_entry: Option<u64>,
}

/// What a resident had at the end of a day (`at=2026-10-31`) or at an instant (`at=2026-10-31T18:00:00%2B08:00`).
#[utoipa::path(
    get, path = "/communities/{community}/residents/{resident}/past-balance", tag = "people",
    params(
        ("community" = String, Path, description = "The community"), ("resident" = u32, Path, description = "The number on the card", maximum = 2147483647),
        ("at" = String, Query, description = "A day, or an instant with its offset")
    ),
    responses((status = 200, body = PastBalance), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_past_balance(
    caller: Caller,
    Path((_, No(resident))): Path<(String, No)>,
    Query(query): Query<AtQuery>,
) -> Result<Json<PastBalance>, Fault> {
    caller.about(ResidentNo(resident))?;
    let wrong = |_| {
        Fault::day(
            "at",
            "写成 2026-10-31，或 2026-10-31T18:00:00+08:00（网址里 + 写成 %2B）。",
            "write 2026-10-31, or 2026-10-31T18:00:00+08:00 (in an address, + is %2B).",
        )
    };
    let moment = Moment::parse(&query.at).map_err(wrong)?;
    caller.reads(Kind::Balance, &[ResidentNo(resident)]).await?;
    let (house, code) = (caller.house(), &caller.code);
    let frame = house.store.frame(code).await?;
    let settings = frame.and_then(|frame| frame.settings);
    let mut assets = Vec::new();
    for (asset, _) in settings.iter().flat_map(past::assets) {
        let account = statement::account(&house.store, code, ResidentNo(resident), &asset).await?;
        let held = past::held(&house.store, code, account, moment).await?;
        assets.push(PastAsset {
            asset: asset.to_string(),
            balance: held.balance,
            last_entry: held.before.first().map(|step| step.entry),
        });
    }
    Ok(Json(PastBalance {
        resident,
        at: query.at,
        assets,
    }))
}

/// What somebody says a resident had.
#[derive(Debug, Deserialize, ToSchema)]
pub struct StatementInput {
    /// The number on the card.
    #[schema(maximum = 2147483647)]
    #[serde(deserialize_with = "crate::door::asked::no")]
    pub resident: u32,
    /// `points` when not said.
    pub asset: Option<String>,
    /// At the end of which past day: `2026-10-31`.
    pub on: String,
    /// How much.
    pub amount: i64,
    /// Where it is written.
    pub source: String,
}

/// A movement next to a moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearStep {
    /// Its entry.
    pub entry: u64,
    /// The local day of the booking.
    pub on: String,
    /// The change, with its sign.
    pub change: i64,
    /// The balance after it.
    pub balance_after: i64,
}

impl From<Step> for NearStep {
    fn from(step: Step) -> Self {
        NearStep {
            entry: step.entry,
            on: step.day.to_string(),
            change: step.change,
            balance_after: step.balance_after,
        }
    }
}

/// A statement beside the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementAnswer {
    /// Whether the ledger says the same; only then it is kept, and compared again at every verification.
    pub agrees: bool,
    /// What the ledger says.
    pub balance: i64,
    /// The entry that keeps it.
    pub entry: Option<u64>,
    /// For one that differs: the last movements until then, newest first.
    pub before: Vec<NearStep>,
    /// For one that differs: the first movements after it.
    pub after: Vec<NearStep>,
}

/// Compares what somebody wrote down about a past day with the ledger, and keeps it when it agrees. Operators only:
/// the answer tells what somebody has.
#[utoipa::path(
    post, path = "/communities/{community}/statements", tag = "periods",
    params(("community" = String, Path, description = "The community")),
    request_body = StatementInput,
    responses((status = 200, body = StatementAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_statement(
    caller: Caller,
    sent: Unread<StatementInput>,
) -> Result<Json<StatementAnswer>, Fault> {
    let input = sent.read().await?;
    let day = |_| Fault::day("on", "写成 2026-10-31。", "write it as 2026-10-31.");
    let asset: Code = crate::earning::code(input.asset.as_deref().unwrap_or("points"), "asset")?;
    if !(1..=200).contains(&input.source.chars().count()) {
        return Err(Fault::input(
            "source",
            "写明出处，1 到 200 个字。",
            "say where it is written, in 1 to 200 letters.",
        ));
    }
    let statement = Statement {
        resident: ResidentNo(input.resident),
        asset,
        on: input.on.parse().map_err(day)?,
        amount: input.amount,
        source: input.source,
    };
    caller.reads(Kind::Balance, &[statement.resident]).await?;
    let actor = caller.actor().code();
    let said = statement::state(caller.house(), &caller.code, &actor, &statement).await?;
    Ok(Json(match said {
        StatementOutcome::Right(answer) => StatementAnswer {
            agrees: true,
            balance: statement.amount,
            entry: Some(answer.receipt.entry),
            before: Vec::new(),
            after: Vec::new(),
        },
        StatementOutcome::Wrong(held) => StatementAnswer {
            agrees: false,
            balance: held.balance,
            entry: None,
            before: held.before.into_iter().map(NearStep::from).collect(),
            after: held.after.into_iter().map(NearStep::from).collect(),
        },
    }))
}
