//! The form of a new case, for a resident and for the office: what is asked, by when it will be answered and why, and
//! everything that was typed when it is refused.

use axum::response::{IntoResponse, Response};
use rongyi_cases::kind::{AnswerKind, Form, MayOpen, Span, Term};
use rongyi_cases::{Kind, Length, Refusal};
use rongyi_core::chain::hex;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::{KindPlan, Text};
use rongyi_pages::{
    CaseDue, CaseFault, CaseField, CaseFormView, CaseInput, CaseLink, CasePickView,
};
use serde::Deserialize;

use super::fields::{LINE_MAX, Typing, asked, claim_fields, written};
use super::parts::{Fields, Parts, parts};
use super::{Side, link, shown};
use crate::access::random;
use crate::cases::claim::Claim;
use crate::cases::opening::{SentCase, claimable, open};
use crate::cases::{CaseError, kind_of};
use crate::door::Kind as ReadKind;
use crate::door::asked::{Path, Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, go};
use crate::earning::resident_no;
use crate::earning::roster::{ListError, people};

/// The longest list of people, in letters.
const PEOPLE_CHARS: u16 = 2_000;

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
    opened(&side, &kind, &query.event, (parts, Ok(Vec::new()))).await
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
    let mut typed = parts.fields.iter().filter(|(name, _)| name == "resident");
    let listed = match typed.next().map(|(_, text)| text.trim()) {
        None | Some("") => Ok(Vec::new()),
        Some(text) => match people(&side.visit.app.house, &side.visit.code, text).await {
            Ok(listed) => Ok(listed.iter().map(|one| one.resident).collect()),
            Err(ListError::Store(error)) => return Err(error.into()),
            Err(ListError::Wrong(wrong)) => Err(wrong),
        },
    };
    if let Ok(numbers) = &listed {
        duty.reads(ReadKind::Identity, numbers).await?;
    }
    opened(&side, &kind, &query.event, (parts, listed)).await
}

/// For whom the office opens it, or what is wrong with that.
type Listed = Result<Vec<ResidentNo>, Vec<Text>>;

async fn opened(
    side: &Side<'_>,
    kind: &str,
    event: &str,
    (mut parts, listed): (Parts, Listed),
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
    let listed = listed.unwrap_or_else(|texts| {
        wrong.extend(texts.iter().map(|text| CaseFault {
            field: "resident".to_owned(),
            message: visit.say(text),
        }));
        Vec::new()
    });
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
        resident: None,
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
    match opened_for(side, &kind, &sent, &listed).await? {
        Ok(numbers) => Ok(go(&match numbers.as_slice() {
            [case_no] => side.path(&format!("/{case_no}?done={case_no}")),
            _ => side.path(&format!("?scope=open&kind={}", kind.code)),
        })),
        Err((refusals, errors)) => {
            let status = Fault::from(CaseError::Refused(refusals)).status;
            let view = form(side, &kind, plan.as_ref(), &typing, errors);
            Ok((status, Html(view)).into_response())
        }
    }
}

/// The numbers of what was opened, or what stands against it with its sentences.
type OpenedFor = Result<Vec<u64>, (Vec<Refusal>, Vec<CaseFault>)>;

/// Opens one for each of these, or the opener's own. Sent again, the same form opens those that are missing.
async fn opened_for(
    side: &Side<'_>,
    kind: &Kind,
    sent: &SentCase,
    listed: &[ResidentNo],
) -> Result<OpenedFor, Fault> {
    let visit = side.visit;
    let house = &visit.app.house;
    let (mut numbers, mut all, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let one = [None];
    let many: Vec<Option<ResidentNo>> = listed.iter().copied().map(Some).collect();
    let whom = if many.is_empty() { &one[..] } else { &many };
    for resident in whom {
        let own = SentCase {
            resident: *resident,
            token: match resident {
                Some(resident) if whom.len() > 1 => format!("{}/{resident}", sent.token),
                Some(_) | None => sent.token.clone(),
            },
            ..sent.clone()
        };
        match open(house, &visit.code, (&side.actor, &kind.code), &own).await {
            Ok(case_no) => numbers.push(case_no),
            Err(CaseError::Refused(refusals)) => {
                errors.extend(refusals.iter().map(|refusal| {
                    let mut told = fault(side, kind, refusal);
                    if let Some(resident) = resident.filter(|_| whom.len() > 1) {
                        told.message = visit.either(
                            &format!("{resident} 号：{}", told.message),
                            &format!("Number {resident}: {}", told.message),
                        );
                    }
                    told
                }));
                all.extend(refusals);
            }
            Err(error) => return Err(error.into()),
        }
    }
    if all.is_empty() {
        return Ok(Ok(numbers));
    }
    if !numbers.is_empty() {
        let done = numbers.len();
        errors.push(CaseFault {
            field: "form".to_owned(),
            message: visit.either(
                &format!("其余 {done} 位已经提出了；改好再交一次，只补没有提出的。"),
                &format!("{done} others are opened; mend it and send it again for those that are missing."),
            ),
        });
    }
    errors.dedup();
    Ok(Err((all, errors)))
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

fn form(
    side: &Side<'_>,
    kind: &Kind,
    plan: Option<&KindPlan>,
    typing: &Typing,
    errors: Vec<CaseFault>,
) -> CaseFormView {
    let visit = side.visit;
    let mut fields = Vec::new();
    // What is said of somebody is said of each by itself.
    let several = plan.is_some() && !kind.open.others_only;
    if side.is_desk {
        fields.push(CaseField {
            name: "resident".to_owned(),
            title: visit.either(
                "为哪位居民（号码或姓名）",
                "For which resident (number or name)",
            ),
            hint: match several {
                true => visit.either(
                    "几个人做了同样的事，一行写一个，每人提出一件。",
                    "Several who did the same: one on a line, one case each.",
                ),
                false => String::new(),
            },
            required: plan.is_some() || kind.open.others_only,
            input: match several {
                true => CaseInput::Long(PEOPLE_CHARS),
                false => CaseInput::Short(LINE_MAX),
            },
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
    let about = kind.about.as_ref();
    let about = about.filter(|_| plan.is_none() || kind.open.others_only);
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
        // What is written about somebody else promises its writer nothing.
        due: match kind.open.others_only {
            true => Vec::new(),
            false => before_sending(side, kind),
        },
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
