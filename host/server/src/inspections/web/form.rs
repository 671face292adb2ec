//! The form of a new inspection: what is judged, which households, who judges, until when. What is wrong stands at its field,
//! and everything that was typed stays.

use axum::response::{IntoResponse, Response};
use rongyi_cases::Refusal;
use rongyi_core::chain::hex;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_pages::{FieldError, InspectionChoice, InspectionFormView, InspectionTyped};

use super::Fields;
use crate::access::{Role, random};
use crate::cases::CaseError;
use crate::door::asked::Unread;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, go};
use crate::door::{Act, Actor, Kind, May, Right, may};
use crate::earning::roster::{ListError, people};
use crate::inspections::{Asked, kinds, open};

/// Days that judges have, where nothing else was said.
const DAYS: i32 = 3;

/// What the form of a new one sends.
#[derive(Debug, Default)]
struct Sent {
    typed: InspectionTyped,
    kind: String,
    judges: Vec<String>,
    key: String,
}

impl Sent {
    fn of(fields: Fields) -> Sent {
        let mut sent = Sent::default();
        for (name, value) in fields {
            match name.as_str() {
                "kind" => sent.kind = value,
                "title" => sent.typed.title = value.trim().to_owned(),
                "on" => sent.typed.on = value.trim().to_owned(),
                "until" => sent.typed.until = value.trim().to_owned(),
                "residents" => sent.typed.residents = value,
                "people" => sent.typed.people = value,
                "judge" => sent.judges.push(value),
                "key" => sent.key = value,
                _ => {}
            }
        }
        sent
    }
}

/// The staff who may judge: whoever may work on cases, by the one table.
async fn staff(visit: &Visit) -> Result<Vec<(Code, String)>, Fault> {
    let all = visit.app.house.store.all_staff(&visit.code).await?;
    let judges = all.into_iter().filter_map(|staff| {
        let role = Role::from_word(&staff.role).filter(|_| staff.active)?;
        let works = may(Right::Staff(role), Act::WorkCases) == May::Yes;
        works.then(|| (Actor::staff(staff.staff_id, role).code(), staff.name))
    });
    Ok(judges.collect())
}

async fn form(
    visit: &Visit,
    sent: Sent,
    errors: Vec<FieldError>,
) -> Result<InspectionFormView, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    let frame = frame.ok_or_else(Fault::not_found)?;
    let kinds = kinds(&frame, visit.today()).into_iter();
    let kinds = kinds.map(|kind| InspectionChoice {
        title: visit.either(
            &format!("{}（最多 {} 位评委）", kind.plan.title.zh, kind.judges),
            &format!("{} (up to {} judges)", kind.plan.title.en, kind.judges),
        ),
        chosen: kind.plan.code.as_str() == sent.kind,
        value: kind.plan.code.to_string(),
    });
    let staff = staff(visit).await?.into_iter();
    let staff = staff.map(|(actor, name)| InspectionChoice {
        chosen: sent.judges.contains(&actor.to_string()),
        value: actor.to_string(),
        title: name,
    });
    Ok(InspectionFormView {
        kinds: kinds.collect(),
        staff: staff.collect(),
        key: if sent.key.is_empty() {
            hex(&random::<16>())
        } else {
            sent.key
        },
        typed: sent.typed,
        errors,
        shell: visit.shell(),
    })
}

/// `GET /{community}/inspections/new`.
pub(crate) async fn show_form(duty: OnDuty) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let today = visit.today();
    let sent = Sent {
        typed: InspectionTyped {
            on: today.to_string(),
            until: today.plus_days(DAYS).to_string(),
            ..InspectionTyped::default()
        },
        ..Sent::default()
    };
    Ok(Html(form(visit, sent, Vec::new()).await?).into_response())
}

/// Residents of a list, or what is wrong with it at a field.
async fn listed(
    duty: &OnDuty,
    (field, written): (&'static str, &str),
    errors: &mut Vec<FieldError>,
) -> Result<Vec<ResidentNo>, Fault> {
    let visit = &duty.visit;
    match people(&visit.app.house, &visit.code, written).await {
        Ok(listed) => {
            let numbers: Vec<ResidentNo> = listed.iter().map(|one| one.resident).collect();
            duty.reads(Kind::Identity, &numbers).await?;
            Ok(numbers)
        }
        Err(ListError::Store(error)) => Err(error.into()),
        Err(ListError::Wrong(wrong)) => {
            let all: Vec<String> = wrong.iter().map(|text| visit.say(text)).collect();
            errors.push(FieldError {
                field,
                message: all.join(" "),
            });
            Ok(Vec::new())
        }
    }
}

/// `POST /{community}/inspections/new`.
pub(crate) async fn open_inspection(duty: OnDuty, sent: Unread<Fields>) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let sent = Sent::of(sent.form().await?);
    let mut errors = Vec::new();
    let places = listed(&duty, ("people", &sent.typed.people), &mut errors).await?;
    let judges = match sent.typed.residents.trim() {
        "" => Vec::new(),
        written => listed(&duty, ("residents", written), &mut errors).await?,
    };
    let known = staff(visit).await?.into_iter().map(|(actor, _)| actor);
    let known: Vec<Code> = known
        .filter(|actor| sent.judges.contains(&actor.to_string()))
        .collect();
    let judges = judges.into_iter().map(|no| Actor::Resident(no).code());
    let has_key = (1..=128).contains(&sent.key.len());
    let asked = Asked {
        kind: sent.kind.clone(),
        title: sent.typed.title.clone(),
        on: sent.typed.on.clone(),
        until: sent.typed.until.clone(),
        judges: known.into_iter().chain(judges).collect(),
        places,
        token: if has_key {
            sent.key.clone()
        } else {
            hex(&random::<16>())
        },
    };
    let by = duty.actor().code();
    if errors.is_empty() {
        match open(&visit.app.house, &visit.code, &by, &asked).await {
            Ok(no) => return Ok(go(&visit.path(&format!("/inspections/{no}?done=open")))),
            Err(CaseError::Refused(refusals)) => {
                errors.extend(refusals.iter().map(|refusal| FieldError {
                    field: form_field(refusal),
                    message: visit.say(&refusal.text),
                }));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let status = Fault::input("", "", "").status;
    Ok((status, Html(form(visit, sent, errors).await?)).into_response())
}

/// Which field of the form a refusal is about.
fn form_field(refusal: &Refusal) -> &'static str {
    match refusal.field.as_ref().map_or("kind", Code::as_str) {
        "title" => "title",
        "on" => "on",
        "until" => "until",
        "judges" => "judges",
        "people" => "people",
        _ => "kind",
    }
}
