//! What the office writes: an activity begun with a template, its shifts, its moves, and what is noted of somebody who may join.

use axum::response::{IntoResponse, Response};
use rongyi_activities::{Move, State, TEMPLATES, template};
use rongyi_core::chain::hex;
use rongyi_core::time::Instant;
use rongyi_pages::{
    ActivitiesView, ActivityDesk, ActivityMove, ActivityView, CaseLink, CasePickView, DossierLink,
    WorkFilter,
};
use serde::Deserialize;

use super::form::{At, DAY_US, Sent, at, choices, form, input, line, shift, written};
use super::{DoneQuery, SpanQuery, days, row, view, wrong};
use crate::access::{Role, random};
use crate::activities::{
    AGAIN, ActivityError, AtHand, CONSENT, add_shift, between, clear, clock, find,
    step as take_step, training, write,
};
use crate::door::Act;
use crate::door::asked::{Path, Seq, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::earning;

/// `GET /{community}/volunteering`.
pub(crate) async fn list_work(
    duty: OnDuty,
    Typed(query): Typed<SpanQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let now = visit.app.house.clock.now();
    let past = query.span == "past";
    let day = |days: i64| Instant(now.0.saturating_add(DAY_US.saturating_mul(days)));
    let window = if past {
        (day(-60), now)
    } else {
        (day(-2), day(60))
    };
    let all = between(&visit.app.house, &visit.code, window).await?;
    let mut rows = Vec::new();
    for at_hand in &all {
        for shift in &at_hand.activity.shifts {
            let no = at_hand.activity.no;
            // What is not published yet is worked on as a whole; a shift that is has its day.
            let href = match at_hand.activity.state {
                State::Open => visit.path(&format!("/volunteering/{no}/{}", shift.no)),
                State::Draft | State::Review | State::Cancelled => {
                    visit.path(&format!("/volunteering/{no}"))
                }
            };
            rows.push((shift.span.starts, row(visit, at_hand, shift, href)));
        }
    }
    let chip = |word: &str, zh: &str, en: &str, here: bool| WorkFilter {
        href: visit.path(&format!("/volunteering?span={word}")),
        title: visit.either(zh, en),
        here,
    };
    Ok(Html(ActivitiesView {
        spans: vec![
            chip("next", "这几天和以后", "Now and to come", !past),
            chip("past", "过去两个月", "The last two months", past),
        ],
        days: days(visit, rows),
        mine: None,
        make: Some(visit.path("/volunteering/new")),
        more: more(&duty),
        proofs: String::new(),
        shell: visit.shell(),
    })
    .into_response())
}

/// What belongs to activities beside them.
fn more(duty: &OnDuty) -> Vec<DossierLink> {
    let visit = &duty.visit;
    let link = |path, zh: &str, en: &str| DossierLink {
        href: visit.path(path),
        title: visit.either(zh, en),
        main: false,
    };
    let mut all = vec![link("/volunteering/teams", "志愿队", "Teams")];
    if duty.may(Act::Certify) {
        all.push(link("/certificates", "时长证明", "Certificates"));
    }
    all
}

/// `GET /{community}/volunteering/new`.
pub(crate) async fn pick_template(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let links = TEMPLATES.iter().map(|one| CaseLink {
        href: visit.path(&format!("/volunteering/new/{}", one.code)),
        title: visit.either(one.title.0, one.title.1),
        about: visit.either(one.about.0, one.about.1),
    });
    Ok(Html(CasePickView {
        title: visit.either("办个什么活动？", "What kind of activity?"),
        about: visit.either(
            "选一样，常用的话已经写好了，改一改就行。",
            "Choose one: the usual words are there to be changed.",
        ),
        back: visit.path("/volunteering"),
        links: links.collect(),
        shell: visit.shell(),
    })
    .into_response())
}

/// `GET /{community}/volunteering/new/{kind}`.
pub(crate) async fn show_form(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let of = template(&code).ok_or_else(Fault::not_found)?;
    let choices = choices(visit).await?;
    let half = |both: (&str, &str)| visit.either(both.0, both.1);
    let title = if of.code == "other" {
        String::new()
    } else {
        half(of.title)
    };
    let sent = Sent {
        title,
        about: half(of.about),
        bring: half(of.bring),
        from: clock(of.hours.0),
        until: clock(of.hours.1),
        seats: of.seats.to_string(),
        who: if of.adult { "adult" } else { "all" }.to_owned(),
        leader: duty.staff.staff_id.to_string(),
        kind: choices
            .kinds
            .first()
            .map_or_else(String::new, |kind| kind.0.clone()),
        ..Sent::default()
    };
    Ok(Html(form(visit, of, choices, (&sent, Vec::new()))).into_response())
}

/// `POST /{community}/volunteering/new/{kind}`.
pub(crate) async fn write_activity(
    duty: OnDuty,
    Path((_, code)): Path<(String, String)>,
    sent: Unread<Sent>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let of = template(&code).ok_or_else(Fault::not_found)?;
    let mut sent = sent.form().await?;
    if !(1..=64).contains(&sent.key.len()) {
        sent.key = hex(&random::<16>());
    }
    let choices = choices(visit).await?;
    match written(visit, of, &choices, &sent) {
        Ok(written) => {
            let house = &visit.app.house;
            let no = write(house, &visit.code, &duty.actor(), &written).await?;
            Ok(go(&visit.path(&format!("/volunteering/{no}?done=written"))))
        }
        Err((field, fault)) => {
            let errors = wrong(visit, field, &fault);
            let view = form(visit, of, choices, (&sent, errors));
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

fn desk(visit: &Visit, at_hand: &AtHand) -> ActivityDesk {
    let one = |code, zh: &str, en: &str, words, main| ActivityMove {
        code,
        title: visit.either(zh, en),
        words,
        main,
    };
    let now = visit.app.house.clock.now();
    let began = at_hand
        .activity
        .shifts
        .iter()
        .any(|shift| shift.span.starts <= now);
    let people = at_hand.activity.has_people();
    let mut moves = Vec::new();
    match at_hand.activity.state {
        State::Draft => {
            moves.push(one(
                "hand-in",
                "交给同事看",
                "Hand it to a colleague",
                false,
                true,
            ));
            moves.push(one("publish", "发布", "Publish it", false, false));
        }
        State::Review => {
            moves.push(one(
                "publish",
                "看过了，发布",
                "Looked at: publish it",
                false,
                true,
            ));
            moves.push(one(
                "take-back",
                "退回草稿",
                "Back to a draft",
                false,
                false,
            ));
        }
        State::Open => {
            if !people {
                moves.push(one("take-back", "撤回", "Take it back", false, false));
            }
        }
        State::Cancelled => {}
    }
    if at_hand.activity.state != State::Cancelled && !(began && people) {
        moves.push(one("cancel", "取消活动", "Cancel it", true, false));
    }
    let mut clearances = Vec::new();
    let needs = &at_hand.activity.needs;
    if needs.consent {
        clearances.push((
            CONSENT.to_owned(),
            visit.either("家长同意", "A guardian’s consent"),
        ));
    }
    let place = visit.app.house.community(&visit.code);
    if place.is_some_and(|place| place.config.activities.absences_max.is_some()) {
        clearances.push((
            AGAIN.to_owned(),
            visit.either(
                "可以再报名（没来的次数不算）",
                "May sign up again, however often they did not come",
            ),
        ));
    }
    if !needs.training.is_empty() {
        clearances.push((training(&needs.training), needs.training.clone()));
    }
    ActivityDesk {
        moves,
        add_shift: at_hand.activity.state != State::Cancelled,
        clearances,
    }
}

/// `GET /{community}/volunteering/{no}`.
pub(crate) async fn show_work(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let at_hand = find(&visit.app.house, &visit.code, no).await?;
    let done = match query.done.as_str() {
        "written" => visit.either(
            "草稿存好了。看一遍，再交给同事看或发布。",
            "The draft is kept. Read it once more, then hand it in or publish it.",
        ),
        "publish" => visit.either("发布了，大家可以报名了。", "Published: people can sign up."),
        "" => String::new(),
        _ => visit.either("办好了。", "Done."),
    };
    let view = view(visit, &at_hand, Some(desk(visit, &at_hand))).await?;
    Ok(Html(ActivityView { done, ..view }).into_response())
}

/// What the office sends about an activity; each form uses what it needs.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct SentStep {
    #[serde(default)]
    act: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    seats: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    resident: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    last: String,
}

/// `POST /{community}/volunteering/{no}/step`.
pub(crate) async fn step(
    duty: OnDuty,
    Path((_, Seq(no))): Path<(String, Seq)>,
    sent: Unread<SentStep>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let visit = &duty.visit;
    let done = match done_with(&duty, no, &sent).await {
        Ok(done) => done,
        Err((field, fault)) => {
            if !fault.status.is_client_error() || fault.code == "not-found" {
                return Err(fault);
            }
            let at_hand = find(&visit.app.house, &visit.code, no).await?;
            let view = view(visit, &at_hand, Some(desk(visit, &at_hand))).await?;
            let errors = wrong(visit, field, &fault);
            return Ok((fault.status, Html(ActivityView { errors, ..view })).into_response());
        }
    };
    Ok(go(&visit.path(&format!("/volunteering/{no}?done={done}"))))
}

async fn done_with(duty: &OnDuty, no: u64, sent: &SentStep) -> Result<&'static str, At> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let actor = duty.actor();
    let told = |error: ActivityError| ("form", Fault::from(error));
    let (wanted, done) = match sent.act.as_str() {
        "hand-in" => (Move::HandIn, "hand-in"),
        "publish" => (Move::Publish, "publish"),
        "take-back" => (Move::TakeBack, "take-back"),
        "cancel" => (Move::Cancel, "cancel"),
        "add-shift" => {
            let typed = Sent {
                on: sent.on.clone(),
                from: sent.from.clone(),
                until: sent.until.clone(),
                seats: sent.seats.clone(),
                role: sent.role.clone(),
                ..Sent::default()
            };
            let new = shift(visit, &typed)?;
            let added = add_shift(house, &visit.code, &actor, no, &new).await;
            return added.map(|()| "shift").map_err(told);
        }
        "clear" => {
            let resident = earning::resident_no(&sent.resident).map_err(at("resident"))?;
            let column = visit.either("到哪天有效", "until which day");
            let last = earning::day(&sent.last, &column).map_err(at("last"))?;
            let at_hand = find(house, &visit.code, no).await.map_err(told)?;
            let known = desk(visit, &at_hand).clearances;
            if !known.iter().any(|one| one.0 == sent.what) {
                return Err(("what", input("请选一样。", "Choose one.")));
            }
            let cleared = clear(house, &visit.code, &actor, resident, (&sent.what, last)).await;
            return cleared.map(|()| "cleared").map_err(told);
        }
        _ => return Err(("form", Fault::not_found())),
    };
    let words = line(&sent.words).map_err(|fault| ("words-cancel", fault))?;
    let by = (&actor, duty.staff.role == Role::Operator);
    let stepped = take_step(house, &visit.code, by, no, (wanted, &words)).await;
    stepped.map(|()| done).map_err(told)
}
