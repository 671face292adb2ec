//! The screen at the gate, where a reader types what a card holds; and the lines of a paper list.

use axum::response::{IntoResponse, Response};
use rongyi_activities::{Place, Shift, State, is_inside};
use rongyi_clerk::clock::local;
use rongyi_core::chain::hex;
use rongyi_core::ids::ResidentNo;
use rongyi_core::time::Instant;
use rongyi_core::typed;
use rongyi_pages::ActivityGateView;
use serde::Deserialize;

use super::day::{Of, again, place};
use super::form::{input, moment_of};
use super::{when, wrong};
use crate::access::random;
use crate::activities::attending::marks_of;
use crate::activities::gate::{OnPaper, Passed, from_paper, pass};
use crate::activities::{ActivityError, find};
use crate::door::asked::{No, Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, go};
use crate::people::card;

/// So long before the beginning people may have come; an earlier time is taken for one of the next day.
const BEFORE_US: i64 = 60 * 60_000_000;

/// What just happened at the gate, as the address says it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PassedQuery {
    #[serde(default)]
    done: String,
    #[serde(default)]
    no: String,
}

/// What the reader sends.
#[derive(Debug, Deserialize)]
pub(crate) struct Held {
    #[serde(default)]
    card: String,
    #[serde(default)]
    key: String,
}

/// `GET /{community}/volunteering/{no}/{shift}/gate`.
pub(crate) async fn show_gate(
    duty: OnDuty,
    Path((_, Seq(no), No(shift))): Of,
    Typed(query): Typed<PassedQuery>,
) -> Result<Response, Fault> {
    let Some(view) = view(&duty, (no, shift), &query).await? else {
        return Ok(go(&place(&duty, no, shift)));
    };
    Ok(Html(view).into_response())
}

/// The screen; `None` when nobody can sign in here any more.
async fn view(
    duty: &OnDuty,
    (no, shift_no): (u64, u32),
    query: &PassedQuery,
) -> Result<Option<ActivityGateView>, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let at_hand = find(house, &visit.code, no).await?;
    let (stored, shift) = at_hand.shift(shift_no)?;
    if at_hand.activity.state != State::Open || shift.ended_at.is_some() {
        return Ok(None);
    }
    let inside = shift
        .at(Place::Seat)
        .into_iter()
        .filter(|one| is_inside(&marks_of(stored, ResidentNo(one.resident))));
    let inside = i64::try_from(inside.count()).unwrap_or(0);
    let told = match query.no.parse().ok().map(ResidentNo) {
        Some(resident) => told(duty, resident, &query.done).await?,
        None => None,
    };
    Ok(Some(ActivityGateView {
        href: place(duty, no, shift_no),
        title: at_hand.activity.title.clone(),
        when: when(visit, shift.span),
        inside,
        told,
        key: hex(&random::<16>()),
        errors: Vec::new(),
        shell: visit.shell(),
    }))
}

/// Who it was, masked, and what was noted: everybody around reads this screen.
async fn told(
    duty: &OnDuty,
    resident: ResidentNo,
    done: &str,
) -> Result<Option<(String, String)>, Fault> {
    let visit = &duty.visit;
    let (zh, en) = match done {
        "in" => ("签到了", "signed in"),
        "out" => ("签退了，谢谢您", "signed out, thank you"),
        "is-in" => ("已经签到了", "is signed in already"),
        "is-out" => ("已经签退了", "is signed out already"),
        "waiting" => (
            "名额满了，在排队，请找带队的人",
            "is waiting: all seats are taken; see the leader",
        ),
        _ => return Ok(None),
    };
    Ok(Some((visit.masked(resident).await?, visit.either(zh, en))))
}

/// `POST /{community}/volunteering/{no}/{shift}/gate`.
pub(crate) async fn hold_card(
    duty: OnDuty,
    Path((_, Seq(no), No(shift))): Of,
    sent: Unread<Held>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let house = &visit.app.house;
    let whose = card::scanned(&house.store, &visit.code, &sent.card).await?;
    let token = match (1..=64).contains(&sent.key.len()) {
        true => sent.key.clone(),
        false => hex(&random::<16>()),
    };
    let passed = match whose {
        Some(resident) => {
            let held = (resident, token.as_str());
            let passed = pass(house, &visit.code, &duty.actor(), (no, shift), held).await;
            passed.map(|passed| (resident, passed))
        }
        None => Err(ActivityError::refuse(
            "gate.card",
            "这张卡认不出来。请再刷一次；没带卡的人，请带队的人点名。",
            "This card is not known. Hold it there again; who has no card is ticked off by the leader.",
        )),
    };
    let error = match passed {
        Ok((resident, passed)) => {
            let word = match passed {
                Passed::In => "in",
                Passed::Out => "out",
                Passed::Again(true) => "is-in",
                Passed::Again(false) => "is-out",
                Passed::Waiting => "waiting",
            };
            let gate = place(&duty, no, shift);
            return Ok(go(&format!("{gate}/gate?done={word}&no={resident}")));
        }
        Err(error) => Fault::from(error),
    };
    if !error.status.is_client_error() || error.code == "not-found" {
        return Err(error);
    }
    let Some(view) = view(&duty, (no, shift), &PassedQuery::default()).await? else {
        return again(&duty, (no, shift), error).await;
    };
    let errors = wrong(visit, "card", &error);
    Ok((error.status, Html(ActivityGateView { errors, ..view })).into_response())
}

/// A line of the paper list.
#[derive(Debug, Deserialize)]
pub(crate) struct SentLine {
    #[serde(default)]
    resident: String,
    #[serde(default)]
    came: String,
    #[serde(default)]
    went: String,
    #[serde(default)]
    key: String,
}

/// `POST /{community}/volunteering/{no}/{shift}/paper`.
pub(crate) async fn enter_paper(
    duty: OnDuty,
    Path((_, Seq(no), No(shift_no))): Of,
    sent: Unread<SentLine>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let house = &visit.app.house;
    let at_hand = find(house, &visit.code, no).await?;
    let (_, shift) = at_hand.shift(shift_no)?;
    let line = match line(&duty, shift, &sent) {
        Ok(line) => line,
        Err(fault) => return again(&duty, (no, shift_no), fault).await,
    };
    let actor = duty.actor();
    let entered = from_paper(house, &visit.code, &actor, (no, shift_no), &line);
    match entered.await {
        Ok(()) => Ok(go(&format!("{}?done=paper", place(&duty, no, shift_no)))),
        Err(error) => again(&duty, (no, shift_no), error.into()).await,
    }
}

fn line(duty: &OnDuty, shift: &Shift, sent: &SentLine) -> Result<OnPaper, Fault> {
    let digits = typed::digits(&sent.resident).and_then(|digits| digits.parse().ok());
    let bad = || input("请写几点几分，例如 09:30。", "Write the time as 09:30.");
    let came = on_paper(duty, shift, &sent.came).ok_or_else(bad)?;
    let went = match sent.went.trim() {
        "" => None,
        typed => Some(on_paper(duty, shift, typed).ok_or_else(bad)?),
    };
    Ok(OnPaper {
        // What is no number is nobody's.
        resident: ResidentNo(digits.unwrap_or(0)),
        came,
        went,
        token: match (1..=60).contains(&sent.key.len()) {
            true => sent.key.clone(),
            false => hex(&random::<16>()),
        },
    })
}

/// A time of the shift's day; of a shift through midnight it may be of the next one.
fn on_paper(duty: &OnDuty, shift: &Shift, typed: &str) -> Option<Instant> {
    let visit = &duty.visit;
    let (on, _) = local(shift.span.starts, &visit.zone);
    let at = moment_of(visit, on, typed)?;
    if at.0 >= shift.span.starts.0.saturating_sub(BEFORE_US) {
        return Some(at);
    }
    let next = moment_of(visit, on.plus_days(1), typed)?;
    Some(if next < shift.span.ends { next } else { at })
}
