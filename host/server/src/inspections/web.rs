//! Inspections on pages: the office's list (its form is in [`form`]), and one inspection, for the office and for a resident who judges. A
//! judge sees their own points while they score; everybody else sees who has handed in, and points when they are open.

pub(crate) mod form;

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use rongyi_cases::Refusal;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_pages::{
    CaseFault, CaseLink, CasePickView, InspectedRow, InspectionView, JudgeRow, ScoreForm, ScoreRow,
};
use rongyi_store::{InspectionState, PlaceState, StoredInspection, StoredJudge};
use serde::Deserialize;

use super::booking::counted;
use super::{find, is_scoring, judge, leaves_out, score};
use crate::cases::CaseError;
use crate::door::asked::{Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, Visit, day, go};
use crate::door::{Act, Kind};
use crate::ledger::refused::Told;

/// Inspections on the list.
const LISTED: u32 = 50;
/// What stands for a judge who did not score.
const NO_SCORE: &str = "–";

/// Fields of a form, in order.
type Fields = Vec<(String, String)>;

/// `GET /{community}/inspections`.
pub(crate) async fn list_inspections(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let store = &visit.app.house.store;
    let mut links = Vec::new();
    if duty.may(Act::OpenInspections) {
        links.push(CaseLink {
            href: visit.path("/inspections/new"),
            title: visit.shell().t("inspection-new"),
            about: visit.shell().t("inspection-sub"),
        });
    }
    for no in store.inspections(&visit.code, LISTED).await? {
        let inspection = find(&visit.app.house, &visit.code, no).await?;
        links.push(CaseLink {
            href: visit.path(&format!("/inspections/{no}")),
            about: state_of(visit, &inspection),
            title: inspection.title,
        });
    }
    let about = if links.is_empty() {
        "inspections-none"
    } else {
        "inspections-about"
    };
    Ok(Html(CasePickView {
        title: visit.shell().t("inspections-title"),
        about: visit.shell().t(about),
        back: visit.path("/queue"),
        links,
        shell: visit.shell(),
    })
    .into_response())
}

/// Where an inspection stands, in a sentence.
fn state_of(visit: &Visit, inspection: &StoredInspection) -> String {
    let has = inspection.judges.len();
    let sent = inspection.judges.iter();
    let sent = sent.filter(|judge| judge.sent_at.is_some()).count();
    let house = &visit.app.house;
    let last = house.day_of(&visit.code, inspection.due).plus_days(-1);
    let until = visit.shell().day(day(last));
    match inspection.state {
        InspectionState::Scoring if is_scoring(house, inspection) => visit.either(
            &format!("正在打分，到 {until} 为止。{has} 位评委，交了 {sent} 位。分数还没有公开。"),
            &format!("Being scored until {until}. {sent} of {has} judges have handed in. The points are sealed."),
        ),
        InspectionState::Scoring => visit.either(
            &format!("打分到 {until} 为止，时间到了，马上公开。"),
            &format!("Scores were taken until {until}; they are about to be opened."),
        ),
        InspectionState::Open => visit.either(
            &format!("分数公开了，{has} 位评委交了 {sent} 位。"),
            &format!("The points are open; {sent} of {has} judges handed in."),
        ),
        InspectionState::CalledOff => visit.either("取消了。", "Called off."),
    }
}

/// Whether something was just done.
#[derive(Debug, Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    done: String,
}

/// Somebody before an inspection.
struct Side<'v> {
    visit: &'v Visit,
    actor: Code,
    /// Of the office; a resident sees their own part.
    duty: Option<&'v OnDuty>,
}

impl Side<'_> {
    fn path(&self, below: &str) -> String {
        let base = match self.duty {
            Some(_) => "/inspections",
            None => "/judging",
        };
        self.visit.path(&format!("{base}{below}"))
    }
}

/// `GET /{community}/inspections/{no}`.
pub(crate) async fn show_inspection(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let side = Side {
        visit: &duty.visit,
        actor: duty.actor().code(),
        duty: Some(&duty),
    };
    shown(&side, no, &query.done).await
}

/// `GET /{community}/judging/{no}`: for residents who judge, and nobody else of them.
pub(crate) async fn show_judging(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let side = Side {
        visit: &member.visit,
        actor: member.actor().code(),
        duty: None,
    };
    shown(&side, no, &query.done).await
}

async fn shown(side: &Side<'_>, no: u64, done: &str) -> Result<Response, Fault> {
    let inspection = find(&side.visit.app.house, &side.visit.code, no).await?;
    let view = view(side, &inspection, (None, &[])).await?;
    let told = match done {
        "open" => Some((
            "开始了，评委现在就可以打分。",
            "It has begun; the judges can score now.",
        )),
        "keep" => Some(("存好了，还没有交。", "Kept; it is not handed in yet.")),
        "hand-in" => Some(("交了，谢谢您！", "Handed in, thank you!")),
        _ => None,
    };
    Ok(Html(InspectionView {
        done: told.map(|(zh, en)| side.visit.either(zh, en)),
        ..view
    })
    .into_response())
}

/// The page, with what was typed and refused.
async fn view(
    side: &Side<'_>,
    inspection: &StoredInspection,
    (typed, refusals): (Option<&BTreeMap<ResidentNo, String>>, &[Refusal]),
) -> Result<InspectionView, Fault> {
    let visit = side.visit;
    let house = &visit.app.house;
    let mine = judge(inspection, &side.actor);
    if side.duty.is_none() && mine.is_none() {
        return Err(Fault::not_found());
    }
    if let Some(duty) = side.duty {
        let whose: Vec<ResidentNo> = inspection.places.iter().map(|one| one.resident).collect();
        duty.reads(Kind::List, &whose).await?;
    }
    let is_scoring = is_scoring(house, inspection);
    let form = match mine.filter(|mine| is_scoring && mine.sent_at.is_none()) {
        Some(mine) => Some(score_form(side, inspection, mine, (typed, refusals)).await?),
        None => None,
    };
    let on_form = form.is_some();
    let errors = refusals.iter().map(|refusal| CaseFault {
        field: match &refusal.field {
            Some(field) if on_form => field.to_string(),
            Some(_) | None => "form".to_owned(),
        },
        message: visit.say(&refusal.text),
    });
    let frame = house.store.frame(&visit.code).await?;
    let plan = frame.as_ref();
    let plan = plan.and_then(|frame| frame.rule_for(&inspection.kind, inspection.on));
    let kind = plan.map_or_else(
        || inspection.kind.to_string(),
        |(_, plan)| visit.say(&plan.title),
    );
    let may_call_off = side.duty.is_some_and(|duty| duty.may(Act::OpenInspections));
    Ok(InspectionView {
        back: match side.duty {
            Some(_) => visit.path("/inspections"),
            None => visit.path("/home"),
        },
        title: inspection.title.clone(),
        about: format!("{kind} · {}", visit.shell().day_long(day(inspection.on))),
        state: state_of(visit, inspection),
        done: None,
        form,
        judges: judges(side, inspection).await?,
        results: results(side, inspection).await?,
        call_off: (may_call_off && is_scoring)
            .then(|| side.path(&format!("/{}/off", inspection.no))),
        errors: errors.collect(),
        shell: visit.shell(),
    })
}

/// Whom a judge scores: with name and address, since they go there.
async fn score_form(
    side: &Side<'_>,
    inspection: &StoredInspection,
    mine: &StoredJudge,
    (typed, refusals): (Option<&BTreeMap<ResidentNo, String>>, &[Refusal]),
) -> Result<ScoreForm, Fault> {
    let visit = side.visit;
    let store = &visit.app.house.store;
    let kept = store
        .own_scores(&visit.code, inspection.no, mine.no)
        .await?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for place in &inspection.places {
        let title = titled(side, place.resident, place.household).await?;
        if leaves_out(mine, place.household) {
            left_out.push(title);
            continue;
        }
        let field = format!("p-{}", place.resident);
        let mut wrong = refusals.iter();
        let wrong = wrong.find(|one| {
            one.field
                .as_ref()
                .is_some_and(|name| name.as_str() == field)
        });
        let kept = kept
            .iter()
            .find(|(resident, _)| *resident == place.resident);
        let value = match (typed, kept) {
            (Some(typed), _) => typed.get(&place.resident).cloned().unwrap_or_default(),
            (None, Some((_, points))) => points.to_string(),
            (None, None) => String::new(),
        };
        rows.push(ScoreRow {
            no: place.resident.0,
            title,
            value,
            error: wrong.map(|one| visit.say(&one.text)),
        });
    }
    Ok(ScoreForm {
        action: side.path(&format!("/{}/scores", inspection.no)),
        rows,
        left_out,
        points: inspection.points,
    })
}

/// `陈** · 演示路 1 号`: masked, with where it is.
async fn titled(side: &Side<'_>, resident: ResidentNo, household: u32) -> Result<String, Fault> {
    let visit = side.visit;
    let store = &visit.app.house.store;
    let name = visit.masked(resident).await?;
    let household = rongyi_core::ids::HouseholdNo(household);
    let text = store.household(&visit.code, household).await?;
    let address = text.map_or_else(String::new, |text| text.address);
    Ok(if address.is_empty() {
        format!("{name} · {resident}")
    } else {
        format!("{name} · {address}")
    })
}

/// Who judges, for the office; a resident who judges is told numbers and nothing else.
async fn judges(side: &Side<'_>, inspection: &StoredInspection) -> Result<Vec<JudgeRow>, Fault> {
    if side.duty.is_none() {
        return Ok(Vec::new());
    }
    let visit = side.visit;
    let mut rows = Vec::new();
    for judge in &inspection.judges {
        rows.push(JudgeRow {
            name: visit.actor(&judge.actor).await,
            sent: judge.sent_at.map_or_else(String::new, |at| {
                visit.shell().moment_long(visit.moment(at))
            }),
        });
    }
    Ok(rows)
}

/// What came of it, once the points are open.
async fn results(
    side: &Side<'_>,
    inspection: &StoredInspection,
) -> Result<Vec<InspectedRow>, Fault> {
    let visit = side.visit;
    if inspection.state != InspectionState::Open || side.duty.is_none() {
        return Ok(Vec::new());
    }
    let store = &visit.app.house.store;
    let scores = store.open_scores(&visit.code, inspection.no).await?;
    let mut rows = Vec::new();
    for place in &inspection.places {
        let counted = counted(inspection, place, &scores);
        let points = inspection.judges.iter().map(|judge| {
            let mine = counted.iter().find(|score| score.judge == judge.no);
            mine.map_or_else(|| NO_SCORE.to_owned(), |score| score.points.to_string())
        });
        let (told, bad, entry) = match &place.state {
            PlaceState::Waiting => (
                visit.either("正在记账。", "It is being booked."),
                false,
                None,
            ),
            PlaceState::Booked(entry) => (
                visit.either(
                    &format!("已记账，第 {entry} 笔。"),
                    &format!("Booked as entry {entry}."),
                ),
                false,
                Some(*entry),
            ),
            PlaceState::Refused(told, entry) => (refused(visit, told), true, *entry),
        };
        let sees = side.duty.is_some_and(|duty| duty.may(Act::SeeDesk));
        rows.push(InspectedRow {
            title: titled(side, place.resident, place.household).await?,
            scores: points.collect(),
            told,
            bad,
            href: entry
                .filter(|_| sees)
                .map(|entry| visit.path(&format!("/amend?entry={entry}#found"))),
        });
    }
    Ok(rows)
}

fn refused(visit: &Visit, told: &str) -> String {
    let told: Option<Told> = serde_json::from_str(told).ok();
    told.map_or_else(String::new, |told| {
        visit.say(&Text {
            zh: format!("没有记上账：{}", told.zh),
            en: format!("It was not booked: {}", told.en),
        })
    })
}

/// `POST /{community}/inspections/{no}/scores`.
pub(crate) async fn score_work(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<Fields>,
) -> Result<Response, Fault> {
    let side = Side {
        visit: &duty.visit,
        actor: duty.actor().code(),
        duty: Some(&duty),
    };
    scored(&side, no, sent.form().await?).await
}

/// `POST /{community}/judging/{no}/scores`.
pub(crate) async fn score_own(
    member: Member,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<Fields>,
) -> Result<Response, Fault> {
    let side = Side {
        visit: &member.visit,
        actor: member.actor().code(),
        duty: None,
    };
    scored(&side, no, sent.form().await?).await
}

async fn scored(side: &Side<'_>, no: u64, fields: Fields) -> Result<Response, Fault> {
    let visit = side.visit;
    let house = &visit.app.house;
    let mut given = BTreeMap::new();
    let mut hand_in = false;
    for (name, value) in fields {
        if name == "do" {
            hand_in = value == "hand-in";
        } else if let Some(resident) = name.strip_prefix("p-").and_then(|no| no.parse().ok()) {
            given.insert(ResidentNo(resident), value);
        }
    }
    match score(house, &visit.code, (&side.actor, no), &given, hand_in).await {
        Ok(()) => {
            let done = if hand_in { "hand-in" } else { "keep" };
            Ok(go(&side.path(&format!("/{no}?done={done}"))))
        }
        Err(CaseError::Refused(refusals)) => {
            let inspection = find(house, &visit.code, no).await?;
            let view = view(side, &inspection, (Some(&given), &refusals)).await?;
            let status = Fault::from(CaseError::Refused(refusals)).status;
            Ok((status, Html(view)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /{community}/inspections/{no}/off`.
pub(crate) async fn call_off(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    find(&visit.app.house, &visit.code, no).await?;
    let store = &visit.app.house.store;
    store.call_off_inspection(&visit.code, no).await?;
    Ok(go(&visit.path(&format!("/inspections/{no}"))))
}
