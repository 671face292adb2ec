//! Reversals, corrections by two people, and notice over the API. The same functions as behind the pages.

use axum::extract::State;
use rongyi_core::amount::Amount;
use rongyi_core::book::FateState;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::Change;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

use crate::amend::{By, Request};
use crate::door::app::App;
use crate::door::asked::{Path, Seq, Unread};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Json, Replayable};
use crate::ledger::api::{Movement, movements};
use crate::{amend, jobs};

/// Why something is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// 2-500 letters, for whoever reads the book later.
    pub reason: String,
}

/// What was booked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AmendAnswer {
    /// The new entry.
    pub entry: u64,
    /// Whether it had been answered before.
    pub replayed: bool,
    /// What moved.
    pub movements: Vec<Movement>,
}

async fn booked(
    caller: &Caller,
    request: &Request,
    reason: String,
) -> Result<Replayable<AmendAnswer>, Fault> {
    let by = By {
        actor: caller.actor().code(),
        key: caller.key.clone(),
        reason,
    };
    let answer = amend::ask(caller.house(), &caller.code, request, by).await?;
    let frame = caller.house().store.frame(&caller.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    Ok(Replayable {
        replayed: answer.replayed,
        body: AmendAnswer {
            entry: answer.receipt.entry,
            replayed: answer.replayed,
            movements: movements(&frame, &answer.receipt),
        },
    })
}

/// Takes an entry back: an award, an opening balance, an order that was handed over, a correction. Within the debt
/// floor; beyond it, propose the reversal and let another person approve.
#[utoipa::path(
    post, path = "/communities/{community}/entries/{seq}/reverse", tag = "amend",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The entry", maximum = 9007199254740991_i64)),
    request_body = ReasonInput,
    responses((status = 200, body = AmendAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn reverse_entry(
    caller: Caller,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<ReasonInput>,
) -> Result<Replayable<AmendAnswer>, Fault> {
    let input = sent.read().await?;
    let reason = amend::reason(&input.reason)?;
    booked(&caller, &Request::Reverse(entry), reason).await
}

/// A change that needs two people: either an entry to reverse, or an amount for a resident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalInput {
    /// The entry to reverse.
    #[serde(default, deserialize_with = "crate::door::asked::maybe_seq")]
    #[schema(maximum = 9007199254740991_i64)]
    pub reverse: Option<u64>,
    /// The resident whose balance is corrected.
    #[serde(default, deserialize_with = "crate::door::asked::maybe_no")]
    #[schema(maximum = 2147483647)]
    pub resident: Option<u32>,
    /// Of what; `points` without it.
    pub asset: Option<String>,
    /// How much is added, or taken when below zero.
    pub amount: Option<i64>,
    /// The last good day of what is added.
    pub expires_on: Option<String>,
    /// The day it is about.
    pub about: Option<String>,
    /// 2-500 letters.
    pub reason: String,
}

fn change(input: &ProposalInput) -> Result<Change, Fault> {
    let date = |name: &str, text: &Option<String>| {
        let parse = |text: &String| {
            let bad = || Fault::day(name, "要写成 2026-11-23。", "write it like 2026-11-23.");
            text.parse().map_err(|_| bad())
        };
        text.as_ref().map(parse).transpose()
    };
    match (input.reverse, input.resident, input.amount) {
        (Some(entry), None, None) => Ok(Change::Reverse { entry }),
        (None, Some(resident), Some(amount)) => {
            let asset = input.asset.as_deref().unwrap_or("points");
            let asset: Result<Code, _> = asset.parse();
            Ok(Change::Adjust {
                resident: ResidentNo(resident),
                asset: asset
                    .map_err(|_| Fault::input("asset", "不是代号。", "this is not a code."))?,
                amount: Amount::new(amount).map_err(|_| {
                    Fault::input("amount", "数额太大。", "the amount is too large.")
                })?,
                expires: date("expires_on", &input.expires_on)?,
                about: date("about", &input.about)?,
            })
        }
        _ => Err(Fault::input(
            "",
            "请写 reverse（要冲正的一笔），或者 resident 和 amount（要更正的居民和数量），二者选一。",
            "Give either `reverse` (an entry), or `resident` and `amount`.",
        )),
    }
}

/// Proposes a correction or a reversal that may pass the debt floor. Nothing moves until another person approves.
#[utoipa::path(
    post, path = "/communities/{community}/proposals", tag = "amend",
    params(("community" = String, Path, description = "The community")),
    request_body = ProposalInput,
    responses((status = 200, body = AmendAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn propose_change(
    caller: Caller,
    sent: Unread<ProposalInput>,
) -> Result<Replayable<AmendAnswer>, Fault> {
    let input = sent.read().await?;
    let reason = amend::reason(&input.reason)?;
    booked(&caller, &Request::Propose(change(&input)?), reason).await
}

/// An open proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalAnswer {
    /// Its entry.
    pub proposal: u64,
    /// Who proposed it.
    pub by: String,
    /// The entry to reverse.
    pub reverse: Option<u64>,
    /// The resident whose balance is corrected.
    pub resident: Option<u32>,
    /// The asset that is corrected.
    pub asset: Option<String>,
    /// How much.
    pub amount: Option<i64>,
    /// Why, unless erased.
    pub reason: Option<String>,
}

/// The proposals that wait for a second person.
#[utoipa::path(
    get, path = "/communities/{community}/proposals", tag = "amend",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = [ProposalAnswer]), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_proposals(caller: Caller) -> Result<Json<Vec<ProposalAnswer>>, Fault> {
    let open = amend::proposals(&caller.house().store, &caller.code).await?;
    let answer = |proposal: amend::Proposal| {
        let mut answer = ProposalAnswer {
            proposal: proposal.entry,
            by: proposal.by.to_string(),
            reverse: None,
            resident: None,
            asset: None,
            amount: None,
            reason: proposal.reason,
        };
        match proposal.change {
            Change::Reverse { entry } => answer.reverse = Some(entry),
            Change::Adjust {
                resident,
                asset,
                amount,
                ..
            } => {
                answer.resident = Some(resident.0);
                answer.asset = Some(asset.to_string());
                answer.amount = Some(amount.get());
            }
        }
        answer
    };
    Ok(Json(open.into_iter().map(answer).collect()))
}

/// Approves a proposal; refused for the person who made it.
#[utoipa::path(
    post, path = "/communities/{community}/proposals/{seq}/approve", tag = "amend",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The proposal", maximum = 9007199254740991_i64)),
    responses((status = 200, body = AmendAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn approve_proposal(
    caller: Caller,
    Path((_, Seq(proposal))): Path<(String, Seq)>,
) -> Result<Replayable<AmendAnswer>, Fault> {
    booked(&caller, &Request::Approve(proposal), String::new()).await
}

/// Declines a proposal, or takes one's own back.
#[utoipa::path(
    post, path = "/communities/{community}/proposals/{seq}/decline", tag = "amend",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The proposal", maximum = 9007199254740991_i64)),
    request_body = ReasonInput,
    responses((status = 200, body = AmendAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn decline_proposal(
    caller: Caller,
    Path((_, Seq(proposal))): Path<(String, Seq)>,
    sent: Unread<ReasonInput>,
) -> Result<Replayable<AmendAnswer>, Fault> {
    let input = sent.read().await?;
    let reason = amend::reason(&input.reason)?;
    booked(&caller, &Request::Decline(proposal), reason).await
}

/// An award under notice; people stand on the public page with masked names, here not at all.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeAnswer {
    /// Its entry.
    pub entry: u64,
    /// The event's kind.
    pub kind: String,
    /// The day it happened.
    pub on: String,
    /// Points under notice.
    pub points: i64,
    /// Minutes under notice.
    pub minutes: i64,
    /// The last day of the notice.
    pub until: Option<String>,
    /// `pending`, `objected` or `upheld`.
    pub state: &'static str,
}

/// The awards under notice; public.
#[utoipa::path(
    get, path = "/communities/{community}/notices", tag = "amend",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = [NoticeAnswer]), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_notices(
    State(app): State<Arc<App>>,
    Path(community): Path<String>,
) -> Result<Json<Vec<NoticeAnswer>>, Fault> {
    let code = community.parse().ok();
    let code: Code = code
        .filter(|code| app.house.communities().contains_key(code))
        .ok_or_else(Fault::not_found)?;
    jobs::catch_up(&app.house, &code).await?;
    let open = amend::notices(&app.house.store, &code).await?;
    let answer = |noticed: amend::Noticed| NoticeAnswer {
        entry: noticed.entry,
        kind: noticed.event.kind.to_string(),
        on: noticed.event.on.to_string(),
        points: noticed.points,
        minutes: noticed.minutes,
        until: noticed.fate.until.map(|day| day.to_string()),
        state: match noticed.fate.state {
            FateState::Objected => "objected",
            FateState::Upheld => "upheld",
            FateState::Pending
            | FateState::Proposed
            | FateState::Approved
            | FateState::Declined
            | FateState::Posted
            | FateState::Withdrawn
            | FateState::Reversed => "pending",
        },
    };
    Ok(Json(open.into_iter().map(answer).collect()))
}

/// Objects to an award under notice: any resident or member of staff, until its last day.
#[utoipa::path(
    post, path = "/communities/{community}/entries/{seq}/object", tag = "amend",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The entry", maximum = 9007199254740991_i64)),
    request_body = ReasonInput,
    responses((status = 200, body = AmendAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn object_to_entry(
    caller: Caller,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<ReasonInput>,
) -> Result<Replayable<AmendAnswer>, Fault> {
    let input = sent.read().await?;
    let reason = amend::reason(&input.reason)?;
    booked(&caller, &Request::Object(entry), reason).await
}

/// What a review found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewInput {
    /// Whether the award stays.
    pub uphold: bool,
    /// 2-500 letters.
    pub reason: String,
}

/// Reviews an objection; refused for who booked the award and for who objected.
#[utoipa::path(
    post, path = "/communities/{community}/entries/{seq}/review", tag = "amend",
    params(("community" = String, Path, description = "The community"), ("seq" = u64, Path, description = "The entry", maximum = 9007199254740991_i64)),
    request_body = ReviewInput,
    responses((status = 200, body = AmendAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn review_entry(
    caller: Caller,
    Path((_, Seq(entry))): Path<(String, Seq)>,
    sent: Unread<ReviewInput>,
) -> Result<Replayable<AmendAnswer>, Fault> {
    let input = sent.read().await?;
    let reason = amend::reason(&input.reason)?;
    booked(&caller, &Request::Review(entry, input.uphold), reason).await
}
