//! The form of a new case, for a resident and for the office: what is asked, by when it will be answered and why, and
//! everything that was typed when it is refused.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use rongyi_cases::kind::{AnswerKind, Form, MayOpen, Question, Span, Term};
use rongyi_cases::{Kind, Length, Refusal};
use rongyi_core::amount::Decimal;
use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::Code;
use rongyi_core::rule::{Field, FieldKind, KindPlan};
use rongyi_pages::{
    CaseDue, CaseFault, CaseField, CaseFormView, CaseInput, CaseLink, CasePickView,
};
use serde::Deserialize;

use super::parts::{Fields, Parts, parts};
use super::{Side, link, shown};
use crate::access::random;
use crate::cases::claim::Claim;
use crate::cases::opening::{SentCase, claimable, open};
use crate::cases::{CaseError, kind_of};
use crate::door::asked::{Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, go};
use crate::earning::resident_no;

/// Answers shorter than this stand in one line.
const LINE_MAX: u16 = 120;

/// What is claimed.
#[derive(Debug, Deserialize)]
pub(crate) struct EventQuery {
    #[serde(default)]
    event: String,
    /// The entry that an appeal is about.
    #[serde(default)]
    entry: String,
    /// For whom the office opens it.
    #[serde(default)]
    resident: String,
}

/// `GET /{community}/queue/new`.
pub(crate) async fn pick_kind(duty: OnDuty) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let visit = side.visit;
    let kinds = side.served.config.cases.iter();
    let open = kinds.filter(|of_case| {
        let by = &of_case.kind.open.by;
        by.contains(&MayOpen::Staff) || by.contains(&MayOpen::Anyone)
    });
    Ok(Html(CasePickView {
        title: visit.either("替人提出", "Ask for somebody"),
        about: visit.either(
            "居民在窗口或电话里说的事，您替他们记下来。",
            "What somebody says at the counter or on the phone, written down for them.",
        ),
        back: side.path(""),
        links: open.map(|of_case| link(&side, &of_case.kind)).collect(),
        shell: visit.shell(),
    })
    .into_response())
}

/// `GET /{community}/cases/new/{kind}`.
pub(crate) async fn show_form(
    member: Member,
    Path((_, kind)): Path<(String, String)>,
    Typed(query): Typed<EventQuery>,
) -> Result<Response, Fault> {
    shown_form(&Side::own(&member)?, &kind, &query).await
}

/// `GET /{community}/queue/new/{kind}`.
pub(crate) async fn show_work_form(
    duty: OnDuty,
    Path((_, kind)): Path<(String, String)>,
    Typed(query): Typed<EventQuery>,
) -> Result<Response, Fault> {
    shown_form(&Side::desk(&duty)?, &kind, &query).await
}

async fn shown_form(side: &Side<'_>, kind: &str, query: &EventQuery) -> Result<Response, Fault> {
    let kind = known(side, kind)?;
    let plan = match planned(side, &kind, &query.event).await? {
        Planned::Chosen(plan) => Some(*plan),
        Planned::None => None,
        Planned::Pick(plans) => return Ok(picked(side, &kind, &plans, &query.resident)),
    };
    let asks = kind.questions().iter();
    let entries = asks.filter(|question| question.answer == AnswerKind::Entry);
    let entry = query.entry.parse::<u64>().ok();
    let sent = Typing {
        answers: entries
            .filter_map(|question| Some((question.key.to_string(), entry?.to_string())))
            .collect(),
        on: side.now().on.to_string(),
        resident: query.resident.clone(),
        quantity: plan.as_ref().map_or_else(String::new, |plan| {
            let one = plan.quantity_min == plan.quantity_max;
            if one {
                written(plan.quantity_min, plan.scale)
            } else {
                String::new()
            }
        }),
        ..Typing::default()
    };
    let view = form(side, &kind, plan.as_ref(), &sent, Vec::new());
    Ok(Html(view).into_response())
}

fn known(side: &Side<'_>, kind: &str) -> Result<std::sync::Arc<Kind>, Fault> {
    let code: Code = kind.parse().map_err(|_| Fault::not_found())?;
    kind_of(&side.served, &code).ok_or_else(Fault::not_found)
}

/// What a form is drawn from.
enum Planned {
    /// The kind's own questions.
    None,
    /// An event's plan.
    Chosen(Box<KindPlan>),
    /// It is still to be chosen.
    Pick(Vec<KindPlan>),
}

async fn planned(side: &Side<'_>, kind: &Kind, event: &str) -> Result<Planned, Fault> {
    let house = &side.visit.app.house;
    let fixed = match &kind.form {
        Form::Questions(_) => return Ok(Planned::None),
        Form::Event(fixed) => fixed.as_ref(),
    };
    let today = side.now().on;
    if let Some(fixed) = fixed {
        let frame = house.store.frame(&side.visit.code).await?;
        let frame = frame.ok_or_else(Fault::not_found)?;
        let plan = frame.rule_for(fixed, today).map(|(_, plan)| plan.clone());
        let plan = plan.ok_or_else(Fault::not_found)?;
        return Ok(Planned::Chosen(Box::new(plan)));
    }
    let plans = claimable(house, &side.served, kind, today).await?;
    Ok(
        match plans.iter().find(|plan| plan.code.as_str() == event) {
            Some(plan) => Planned::Chosen(Box::new(plan.clone())),
            None => Planned::Pick(plans),
        },
    )
}

/// Which event it is about.
fn picked(side: &Side<'_>, kind: &Kind, plans: &[KindPlan], resident: &str) -> Response {
    let visit = side.visit;
    let number = resident_no(resident).ok();
    let whom = number.map_or_else(String::new, |no| format!("&resident={no}"));
    let links = plans.iter().map(|plan| CaseLink {
        href: side.path(&format!("/new/{}?event={}{whom}", kind.code, plan.code)),
        title: visit.say(&plan.title),
        about: visit.say(&plan.unit),
    });
    let about = kind.about.as_ref();
    Html(CasePickView {
        title: visit.say(&kind.title),
        about: about.map_or_else(String::new, |about| visit.say(about)),
        back: side.path(if side.is_desk { "/new" } else { "" }),
        links: links.collect(),
        shell: visit.shell(),
    })
    .into_response()
}

/// What was typed.
#[derive(Debug, Default)]
struct Typing {
    key: String,
    resident: String,
    quantity: String,
    on: String,
    time: String,
    fields: BTreeMap<String, String>,
    answers: BTreeMap<String, String>,
    photos: Vec<(String, Hash)>,
}

impl Typing {
    fn of(parts: &mut Parts) -> Typing {
        let mut typing = Typing {
            photos: std::mem::take(&mut parts.photos),
            ..Typing::default()
        };
        for (name, value) in std::mem::take(&mut parts.fields) {
            let value = value.trim().to_owned();
            match name.as_str() {
                "key" => typing.key = value,
                "resident" => typing.resident = value,
                "quantity" => typing.quantity = value,
                "on" => typing.on = value,
                "time" => typing.time = value,
                other => {
                    if let Some(field) = other.strip_prefix("field.") {
                        typing.fields.insert(field.to_owned(), value);
                    } else if let Some(question) = other.strip_prefix("q.") {
                        typing.answers.insert(question.to_owned(), value);
                    }
                }
            }
        }
        typing
    }

    fn claim(&self) -> Claim {
        let fields = self.fields.iter().filter(|(_, text)| !text.is_empty());
        Claim {
            quantity: self.quantity.clone(),
            on: match self.time.as_str() {
                "" => self.on.clone(),
                time => format!("{}T{time}", self.on),
            },
            fields: fields
                .map(|(name, text)| (name.clone(), text.clone()))
                .collect(),
        }
    }
}

/// `POST /{community}/cases/new/{kind}`.
pub(crate) async fn open_own(
    member: Member,
    Path((_, kind)): Path<(String, String)>,
    Typed(query): Typed<EventQuery>,
    sent: Unread<Fields>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let parts = parts(&side, sent).await?;
    opened(&side, &kind, &query.event, parts).await
}

/// `POST /{community}/queue/new/{kind}`.
pub(crate) async fn open_work(
    duty: OnDuty,
    Path((_, kind)): Path<(String, String)>,
    Typed(query): Typed<EventQuery>,
    sent: Unread<Fields>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let parts = parts(&side, sent).await?;
    opened(&side, &kind, &query.event, parts).await
}

async fn opened(
    side: &Side<'_>,
    kind: &str,
    event: &str,
    mut parts: Parts,
) -> Result<Response, Fault> {
    let visit = side.visit;
    let typing = Typing::of(&mut parts);
    let kind = known(side, kind)?;
    let plan = match planned(side, &kind, event).await? {
        Planned::Chosen(plan) => Some(*plan),
        Planned::None => None,
        Planned::Pick(plans) => return Ok(picked(side, &kind, &plans, "")),
    };
    let mut wrong = parts.wrong;
    let resident = match typing.resident.as_str() {
        text if side.is_desk && !text.is_empty() => match resident_no(text) {
            Ok(resident) => Some(resident),
            Err(error) => {
                wrong.push(CaseFault {
                    field: "resident".to_owned(),
                    message: visit.say(&error.text),
                });
                None
            }
        },
        _ => None,
    };
    let has_key = (1..=128).contains(&typing.key.len());
    let sent = SentCase {
        answers: typing.answers.clone(),
        event: event.to_owned(),
        claim: typing.claim(),
        photos: typing
            .photos
            .iter()
            .filter_map(|(field, digest)| Some((field.strip_prefix("q.")?.to_owned(), *digest)))
            .collect(),
        resident,
        token: if has_key {
            typing.key.clone()
        } else {
            hex(&random::<16>())
        },
    };
    if !wrong.is_empty() {
        let status = Fault::input("resident", "", "").status;
        let view = form(side, &kind, plan.as_ref(), &typing, wrong);
        return Ok((status, Html(view)).into_response());
    }
    let house = &visit.app.house;
    match open(house, &visit.code, (&side.actor, &kind.code), &sent).await {
        Ok(case_no) => Ok(go(&side.path(&format!("/{case_no}?done={case_no}")))),
        Err(CaseError::Refused(refusals)) => {
            let errors = refusals.iter().map(|one| fault(side, &kind, one)).collect();
            let status = Fault::from(CaseError::Refused(refusals)).status;
            let view = form(side, &kind, plan.as_ref(), &typing, errors);
            Ok((status, Html(view)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Where a refusal stands on the form.
fn fault(side: &Side<'_>, kind: &Kind, refusal: &Refusal) -> CaseFault {
    let field = refusal.field.as_ref();
    CaseFault {
        field: match field {
            Some(field) if kind.question(field).is_some() => format!("q.{field}"),
            Some(field) => field.to_string(),
            None => "form".to_owned(),
        },
        message: side.visit.say(&refusal.text),
    }
}

fn written(units: i32, scale: u8) -> String {
    Decimal { units, scale }.to_string()
}

fn form(
    side: &Side<'_>,
    kind: &Kind,
    plan: Option<&KindPlan>,
    typing: &Typing,
    errors: Vec<CaseFault>,
) -> CaseFormView {
    let visit = side.visit;
    let mut fields = Vec::new();
    if side.is_desk {
        fields.push(CaseField {
            name: "resident".to_owned(),
            title: visit.either("为哪位居民（居民号码）", "For which resident (number)"),
            hint: String::new(),
            required: plan.is_some() || kind.open.others_only,
            input: CaseInput::Number,
            value: typing.resident.clone(),
        });
    }
    if let Some(plan) = plan {
        fields.extend(claim_fields(side, plan, typing));
    }
    let questions = kind.questions().iter();
    fields.extend(questions.map(|question| asked(side, question, typing)));
    // Photos come last: when they are too large, everything else has been read.
    fields.sort_by_key(|field| matches!(field.input, CaseInput::Photos { .. }));
    let about = kind.about.as_ref().filter(|_| plan.is_none());
    let event = plan.map(|plan| format!("?event={}", plan.code));
    CaseFormView {
        title: plan.map_or_else(
            || visit.say(&kind.title),
            |plan| format!("{} · {}", visit.say(&kind.title), visit.say(&plan.title)),
        ),
        about: about.map_or_else(String::new, |about| visit.say(about)),
        action: side.path(&format!("/new/{}{}", kind.code, event.unwrap_or_default())),
        back: match (plan, side.is_desk) {
            (Some(_), _) => side.path(&format!("/new/{}", kind.code)),
            (None, true) => side.path("/new"),
            (None, false) => side.path(""),
        },
        fields,
        naming: visit.say(&kind.open.name.title()),
        due: before_sending(side, kind),
        // A form that was wrong opened nothing; the same form sent again opens one case.
        key: if typing.key.is_empty() {
            hex(&random::<16>())
        } else {
            typing.key.clone()
        },
        errors,
        shell: visit.shell(),
    }
}

fn claim_fields(side: &Side<'_>, plan: &KindPlan, typing: &Typing) -> Vec<CaseField> {
    let visit = side.visit;
    let unit = visit.say(&plan.unit);
    let range = (
        written(plan.quantity_min, plan.scale),
        written(plan.quantity_max, plan.scale),
    );
    let mut fields = vec![CaseField {
        name: "quantity".to_owned(),
        title: visit.either(&format!("多少（{unit}）"), &format!("How much ({unit})")),
        hint: visit.either(
            &format!("{} 到 {}", range.0, range.1),
            &format!("{} to {}", range.0, range.1),
        ),
        required: true,
        input: CaseInput::Number,
        value: typing.quantity.clone(),
    }];
    fields.extend(
        plan.fields
            .iter()
            .map(|field| plan_field(side, field, typing)),
    );
    fields.push(CaseField {
        name: "on".to_owned(),
        title: visit.either("哪一天", "On which day"),
        hint: String::new(),
        required: true,
        input: CaseInput::Day,
        value: typing.on.clone(),
    });
    fields.push(CaseField {
        name: "time".to_owned(),
        title: visit.either("几点开始", "From what time"),
        hint: String::new(),
        required: false,
        input: CaseInput::Time,
        value: typing.time.clone(),
    });
    fields
}

fn yes_no(side: &Side<'_>) -> CaseInput {
    CaseInput::Choice(vec![
        ("yes".to_owned(), side.visit.either("是", "Yes")),
        ("no".to_owned(), side.visit.either("否", "No")),
    ])
}

fn plan_field(side: &Side<'_>, field: &Field, typing: &Typing) -> CaseField {
    let visit = side.visit;
    let (input, hint) = match &field.kind {
        FieldKind::Integer { min, max } => (
            CaseInput::Number,
            visit.either(&format!("{min} 到 {max}"), &format!("{min} to {max}")),
        ),
        FieldKind::Decimal(scale) => (
            CaseInput::Number,
            visit.either(
                &format!("最多 {scale} 位小数"),
                &format!("at most {scale} decimal places"),
            ),
        ),
        FieldKind::Choice(all) => {
            let all = all
                .iter()
                .map(|(code, title)| (code.to_string(), visit.say(title)));
            (CaseInput::Choice(all.collect()), String::new())
        }
        FieldKind::YesNo => (yes_no(side), String::new()),
        FieldKind::Day => (CaseInput::Day, String::new()),
    };
    let value = typing.fields.get(field.name.as_str());
    CaseField {
        name: format!("field.{}", field.name),
        title: visit.say(&field.title),
        hint,
        required: field.required,
        input,
        value: value.cloned().unwrap_or_default(),
    }
}

/// A question of the kind.
fn asked(side: &Side<'_>, question: &Question, typing: &Typing) -> CaseField {
    let visit = side.visit;
    let name = format!("q.{}", question.key);
    let (input, hint) = match &question.answer {
        AnswerKind::Text { max } if *max > LINE_MAX => (CaseInput::Long(*max), String::new()),
        AnswerKind::Text { max } => (CaseInput::Short(*max), String::new()),
        AnswerKind::Choice(all) => {
            let all = all
                .iter()
                .map(|(code, title)| (code.to_string(), visit.say(title)));
            (CaseInput::Choice(all.collect()), String::new())
        }
        AnswerKind::Number { scale, min, max } => {
            let (min, max) = (written(*min, *scale), written(*max, *scale));
            let hint = visit.either(&format!("{min} 到 {max}"), &format!("{min} to {max}"));
            (CaseInput::Number, hint)
        }
        AnswerKind::Day => (CaseInput::Day, String::new()),
        AnswerKind::YesNo => (yes_no(side), String::new()),
        AnswerKind::Entry => (
            CaseInput::Number,
            visit.either(
                "打开存折，点那一行，上面写着第几笔。",
                "Open the passbook and touch the line: its number stands there.",
            ),
        ),
        AnswerKind::Photos { max } => {
            let mine = typing.photos.iter().filter(|(field, _)| *field == name);
            let kept = mine.map(|(_, digest)| hex(digest)).collect();
            let hint = visit.shell().t1("case-photos-hint", "max", i64::from(*max));
            (CaseInput::Photos { kept }, hint)
        }
    };
    let value = typing.answers.get(question.key.as_str());
    CaseField {
        name,
        title: visit.say(&question.title),
        hint,
        required: question.required,
        input,
        value: value.cloned().unwrap_or_default(),
    }
}

/// By when it would be answered if it were sent now, and why; by choice where it depends on one.
fn before_sending(side: &Side<'_>, kind: &Kind) -> Vec<CaseDue> {
    let visit = side.visit;
    let now = side.now();
    let first = kind.states.first();
    let term: Option<&Term> = kind
        .due
        .as_ref()
        .or_else(|| first.and_then(|state| state.due.as_ref()));
    let Some(term) = term else {
        return Vec::new();
    };
    let one = |zh: String, en: String, length: Length| {
        let due = side.served.config.calendar.due_from(now, length);
        shown::due(visit, &zh, &en, (&due, now))
    };
    let plain = |length: Length| {
        vec![one(
            "现在提交，答复您的时间".to_owned(),
            "Sent now, you are answered".to_owned(),
            length,
        )]
    };
    match &term.span {
        Span::Hours(hours, clock) => plain(Length::Hours(*hours, *clock)),
        Span::Days(days) => plain(Length::Days(*days)),
        Span::Workdays(days) => plain(Length::Workdays(*days)),
        Span::By(key, by) => {
            let titles = kind.question(key).map(|question| &question.answer);
            let title = |code: &Code| match titles {
                Some(AnswerKind::Choice(all)) => {
                    let found = all.iter().find(|(choice, _)| choice == code);
                    found.map(|(_, title)| title.clone())
                }
                Some(_) | None => None,
            };
            by.iter()
                .map(|(code, days)| {
                    let title = title(code);
                    let short = |text: &str| {
                        let end = text.find(['：', ':']).unwrap_or(text.len());
                        text.get(..end).unwrap_or(text).to_owned()
                    };
                    let zh = title
                        .as_ref()
                        .map_or_else(|| code.to_string(), |t| short(&t.zh));
                    let en = title
                        .as_ref()
                        .map_or_else(|| code.to_string(), |t| short(&t.en));
                    one(zh, en, Length::Workdays(*days))
                })
                .collect()
        }
    }
}
