//! The operator's pages for closing periods. They show what [`crate::period`] finds, and pass on which step was
//! pressed.

use axum::response::{IntoResponse, Response};
use rongyi_core::account::Holder;
use rongyi_core::book::Frame;
use rongyi_core::ids::Code;
use rongyi_core::period::{Period, PeriodLength, PeriodRow, PeriodState};
use rongyi_core::rule::Plan;
use rongyi_pages::{
    PeriodCard, PeriodDue, PeriodForeseen, PeriodLine, PeriodOpen, PeriodPrepareView, PeriodStage,
    PeriodView, PeriodsView, StillOpen,
};
use serde::Deserialize;

use crate::door::Kind;
use crate::door::asked::{After, Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day, go};
use crate::ledger::explain;
use crate::period::{Line, change};
use crate::{amend, door, period};

/// Holders on one page.
const PAGE: u32 = 50;
/// Holders closed by one press; the jobs of the host go on with the rest.
const CLOSE_MAX: u32 = 500;

fn parse(period: &str) -> Result<Period, Fault> {
    period.parse().map_err(|_| Fault::not_found())
}

/// How long a period is and which rule decides.
fn about(visit: &Visit, period: &Period, rule: Option<&Code>) -> String {
    let (zh, en) = period::about(period.length, rule);
    visit.either(&zh, &en)
}

async fn card(visit: &Visit, frame: &Frame, row: &PeriodRow) -> PeriodCard {
    let signed = match &row.signed_by {
        Some((by, ..)) => Some(visit.actor(by).await),
        None => None,
    };
    PeriodCard {
        period: row.period.to_string(),
        about: about(visit, &row.period, period::rule_in(frame, row)),
        first: day(row.period.first),
        last: day(row.period.last),
        stage: match row.state {
            PeriodState::CutOff => PeriodStage::CutOff,
            PeriodState::Signed => PeriodStage::Signed,
            PeriodState::Sealed => PeriodStage::Sealed,
            PeriodState::Withdrawn => PeriodStage::Withdrawn,
            PeriodState::AskedBack => PeriodStage::AskedBack,
            PeriodState::TakingBack => PeriodStage::TakingBack,
        },
        holders: i64::from(row.holders),
        closed: i64::from(row.closed),
        cut_by: visit.actor(&row.cut_by.0).await,
        signed_by: signed,
        signed_alone: row.signed_by.as_ref().is_some_and(|(_, _, alone)| *alone),
    }
}

/// `GET /{community}/operator/periods`.
pub(crate) async fn list_periods(OnDuty { visit, .. }: OnDuty) -> Result<Response, Fault> {
    let house = &visit.app.house;
    let frame = house.store.frame(&visit.code).await?;
    let rows = frame.as_ref().map_or(&[][..], |frame| &frame.periods);
    let due = period::next(house, &visit.code, rows).into_iter();
    let due = due.map(|due| PeriodDue {
        about: about(&visit, &due.period, due.rule.as_ref()),
        period: due.period.to_string(),
    });
    let due = due.collect();
    let mut cards = Vec::new();
    if let Some(frame) = &frame {
        for row in rows.iter().rev() {
            cards.push(card(&visit, frame, row).await);
        }
    }
    let view = PeriodsView {
        due,
        cards,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// Which page of holders.
#[derive(Debug, Deserialize)]
pub(crate) struct HoldersQuery {
    after: Option<After>,
    #[serde(default)]
    look: String,
}

fn address_of(holder: Holder) -> Option<String> {
    match holder {
        Holder::Resident(no) => Some(format!("resident/{no}")),
        Holder::Household(no) => Some(format!("household/{no}")),
        Holder::Community | Holder::Fund(_) => None,
    }
}

/// `GET /{community}/operator/periods/{period}`.
pub(crate) async fn show_period(
    duty: OnDuty,
    Path((_, name)): Path<(String, String)>,
    Typed(page): Typed<HoldersQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    if let Some(view) = prepared(&duty, &parse(&name)?, !page.look.is_empty()).await? {
        return Ok(Html(view).into_response());
    }
    let row = period::find(house, &visit.code, parse(&name)?).await?;
    let after = page.after.map(|After(holder)| holder);
    let found = period::preview(house, &visit.code, &row, after, PAGE).await?;
    let holders = found.iter().map(|line| line.holder);
    let whose = door::whose(&house.store, &visit.code, holders).await?;
    duty.reads(Kind::List, &whose).await?;
    let frame = house.store.frame(&visit.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    let plan = explain::plan_of(&frame, row.set);
    let full = found.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next = found.last().filter(|_| full);
    let next = next.and_then(|line| address_of(line.holder));
    let mut lines = Vec::new();
    for holder_line in &found {
        lines.push(line(visit, &plan, holder_line).await?);
    }
    let (by, me) = (row.back_by.as_ref(), duty.actor().code());
    // Who asked that it be taken back, or made the cut-off.
    let cut_by = by.map_or(&row.cut_by.0, |(by, _)| by);
    let mine = *cut_by == me || door::one_person(&house.store, &visit.code, cut_by, &me).await?;
    let view = PeriodView {
        may_sign: !mine || period::alone(house, &visit.code).await?,
        results: results(&row.period),
        card: card(visit, &frame, &row).await,
        lines,
        next,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}

/// The months of a period in the address of a report.
fn results(period: &Period) -> String {
    let month = |day| Period::of(PeriodLength::Month, day);
    format!("?from={}&to={}", month(period.first), month(period.last))
}

/// The page before a cut-off, where this period is one that can be cut off now.
async fn prepared(
    duty: &OnDuty,
    period: &Period,
    look: bool,
) -> Result<Option<PeriodPrepareView>, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let frame = house.store.frame(&visit.code).await?;
    let rows = frame.map(|frame| frame.periods).unwrap_or_default();
    let next = period::next(house, &visit.code, &rows);
    let Some(due) = next.into_iter().find(|due| due.period == *period) else {
        return Ok(None);
    };
    let back = |row: &PeriodRow| row.period == *period && row.state == PeriodState::Withdrawn;
    let withdrawn = rows.iter().any(back);
    let open = period::open_before(house, &visit.code, period).await?;
    let row = |what, count: usize, path: &str| {
        (count > 0).then(|| PeriodOpen {
            what,
            count: i64::try_from(count).unwrap_or(i64::MAX),
            path: visit.path(path),
        })
    };
    let rows = [
        row(StillOpen::Events, open.waiting, "/operator/rules"),
        row(StillOpen::Cases, open.cases, "/queue"),
        row(StillOpen::Notices, open.notices, "/notice"),
        row(StillOpen::Orders, open.orders, "/till/day"),
    ];
    Ok(Some(PeriodPrepareView {
        period: period.to_string(),
        about: about(visit, period, due.rule.as_ref()),
        first: day(period.first),
        last: day(period.last),
        open: rows.into_iter().flatten().collect(),
        blocked: open.waiting > 0,
        alone: period::alone(house, &visit.code).await?,
        withdrawn,
        foreseen: match look {
            true => Some(foreseen(duty, &due).await?),
            false => None,
        },
        shell: visit.shell(),
    }))
}

/// What closing would come to, with those whose points change most.
async fn foreseen(duty: &OnDuty, due: &period::Due) -> Result<PeriodForeseen, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let mut seen = period::foresee(house, &visit.code, due).await?;
    let asked = seen.lines.len();
    seen.lines
        .truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let holders = seen.lines.iter().map(|line| line.holder);
    let whose = door::whose(&house.store, &visit.code, holders).await?;
    duty.reads(Kind::List, &whose).await?;
    let mut lines = Vec::new();
    for holder_line in &seen.lines {
        lines.push(line(visit, &seen.plan, holder_line).await?);
    }
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(PeriodForeseen {
        holders: (number(seen.holders), number(asked)),
        given: seen.given,
        taken: seen.taken,
        refused: number(seen.refused),
        lines,
    })
}

async fn line(visit: &Visit, plan: &Plan, line: &Line) -> Result<PeriodLine, Fault> {
    let holder = match line.holder {
        Holder::Household(no) => visit.household_title(no).await?,
        Holder::Resident(no) => {
            let name = visit.masked(no).await?;
            visit.either(&format!("{name} · {no} 号"), &format!("{name} · no. {no}"))
        }
        Holder::Community | Holder::Fund(_) => String::new(),
    };
    let points = match &line.outcome {
        Ok(decision) => change(decision, "points"),
        Err(_) => 0,
    };
    Ok(PeriodLine {
        holder,
        points: period::points(&line.standing),
        change: points,
        reasons: crate::period::cli::reasons(line, plan, visit.tongue()),
        closed: line.standing.entry != 0,
    })
}

/// A step.
#[derive(Debug, Deserialize)]
pub(crate) struct StepInput {
    step: String,
    #[serde(default)]
    reason: String,
}

/// `POST /{community}/operator/periods/{period}`.
pub(crate) async fn take_step(
    duty: OnDuty,
    Path((_, name)): Path<(String, String)>,
    sent: Unread<StepInput>,
) -> Result<Response, Fault> {
    let input = sent.form().await?;
    let period = parse(&name)?;
    let visit = &duty.visit;
    let house = &visit.app.house;
    let actor = duty.actor().code();
    match input.step.as_str() {
        "cut-off" => drop(period::cut_off(house, &visit.code, &actor, period).await?),
        "withdraw" => drop(period::withdraw(house, &visit.code, &actor, period).await?),
        "sign-off" => drop(period::sign_off(house, &visit.code, &actor, period).await?),
        "close" => drop(period::close(house, &visit.code, period, CLOSE_MAX).await?),
        "ask-back" => {
            let reason = amend::reason(&input.reason)?;
            drop(period::ask_back(house, &visit.code, &actor, period, reason).await?);
        }
        "agree-back" => {
            period::agree_back(house, &visit.code, &actor, period).await?;
            period::take_back(house, &visit.code, period, CLOSE_MAX).await?;
        }
        "keep-closed" => drop(period::keep_closed(house, &visit.code, &actor, period).await?),
        _ => return Err(Fault::not_found()),
    }
    Ok(go(&visit.path(&format!("/operator/periods/{period}"))))
}
