//! The page of changes: what the saved file would change, bringing it into force, what was in force before, and the way back.

use axum::response::{IntoResponse, Response};
use rongyi_clerk::ClerkError;
use rongyi_core::chain::hex;
use rongyi_core::rule::Text;
use rongyi_pages::{
    CaseFault, CaseField, CaseInput, CaseTone, DossierForm, DossierLink, DossierList, DossierRow,
    DossierView,
};
use serde::Deserialize;

use super::{ChangeError, Deed, Past, Plan, SHOWN_DIGITS, apply, history, plan, rollback, short};
use crate::access::random;
use crate::amend::REASON_MAX;
use crate::door::Act;
use crate::door::asked::Typed;
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit, day, go};
use crate::earning::InputError;
use crate::house::OpenError;

/// Former configurations that the page lists.
const LISTED: usize = 40;

/// What was just done.
#[derive(Debug, Deserialize)]
pub(crate) struct DoneQuery {
    #[serde(default)]
    done: String,
}

/// What the forms send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    act: String,
    plan: String,
    to: String,
    reason: String,
}

impl From<ChangeError> for Fault {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Wrong(found) => {
                let first = found.into_iter().next();
                let text = first.map_or_else(
                    || Text {
                        zh: "文件有错，先改好。".into(),
                        en: "The file has mistakes; mend them first.".into(),
                    },
                    |first| first.message,
                );
                let code = "plan.wrong";
                InputError { code, text }.into()
            }
            ChangeError::Open(OpenError::Ledger(_, error)) => error.into(),
            ChangeError::Open(OpenError::Store(error)) | ChangeError::Store(error) => {
                ClerkError::from(error).into()
            }
            ChangeError::Open(error) => {
                tracing::error!(%error, "a configuration could not be taken over");
                let text = Text {
                    zh: format!("没能启用：{error}"),
                    en: format!("It could not be applied: {error}"),
                };
                let code = "plan.failed";
                InputError { code, text }.into()
            }
            ChangeError::Said { code, text } => InputError { code, text }.into(),
        }
    }
}

/// `GET /{community}/operator/changes`.
pub(crate) async fn show_changes(
    duty: OnDuty,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let done = match query.done.as_str() {
        "apply" => visit.either("启用了。", "It is in force."),
        "rollback" => visit.either(
            "退回了。文件没有动，改好以后再来启用。",
            "Back to the former one. The file stays as it is: mend it, then come again.",
        ),
        _ => String::new(),
    };
    let view = view(&duty, &Sent::default(), Vec::new()).await?;
    Ok(Html(DossierView { done, ..view }).into_response())
}

/// `POST /{community}/operator/changes`.
pub(crate) async fn change(duty: OnDuty, sent: axum::Form<Sent>) -> Result<Response, Fault> {
    let (visit, sent) = (&duty.visit, sent.0);
    let (house, by) = (&visit.app.house, duty.actor().code());
    let deed = Deed {
        by: &by,
        reason: &sent.reason,
    };
    let (word, done) = match sent.act.as_str() {
        "apply" => ("apply", apply(house, &visit.code, &sent.plan, deed).await),
        "rollback" => (
            "rollback",
            rollback(house, &visit.code, &sent.to, deed).await,
        ),
        _ => return Err(Fault::not_found()),
    };
    match done {
        Ok(_) => Ok(go(&visit.path(&format!("/operator/changes?done={word}")))),
        Err(error) => {
            let fault = Fault::from(error);
            if !fault.status.is_client_error() {
                return Err(fault);
            }
            let field = match fault.code.as_ref() {
                "reason.form" => format!("{word}-reason"),
                _ => word.to_owned(),
            };
            let errors = vec![CaseFault {
                field,
                message: visit.say(&fault.text),
            }];
            let view = view(&duty, &sent, errors).await?;
            Ok((fault.status, Html(view)).into_response())
        }
    }
}

async fn view(duty: &OnDuty, sent: &Sent, errors: Vec<CaseFault>) -> Result<DossierView, Fault> {
    let visit = &duty.visit;
    let house = &visit.app.house;
    let past = history(house, &visit.code).await?;
    let mut told = Vec::new();
    let planned = match plan(house, &visit.code).await {
        Ok(planned) => Some(planned),
        Err(error @ (ChangeError::Wrong(_) | ChangeError::Said { .. })) => {
            told.push(visit.say(&Fault::from(error).text));
            None
        }
        Err(error) => return Err(error.into()),
    };
    if house.config.auto_apply {
        told.push(visit.either(
            "rongyi.toml 里写着 auto_apply = true：文件保存了就启用，这里只看。",
            "rongyi.toml says auto_apply = true: what is saved is in force; this page only shows.",
        ));
    }
    let planned = planned.filter(|plan| !plan.is_nothing() && !house.config.auto_apply);
    let (mut lists, mut forms, mut links) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(plan) = &planned {
        lists.extend(words(visit, plan));
        lists.push(days(visit, plan));
        lists.extend(changed_lines(visit, plan));
        links.push(DossierLink {
            href: visit.path("/operator/simulate"),
            title: visit.either("拿真账试一试", "Try it on what happened"),
            main: false,
        });
        links.push(DossierLink {
            href: visit.path("/operator/try?of=saved"),
            title: visit.either("拿一件事试一试", "Try one event"),
            main: false,
        });
        if duty.may(Act::Configure) {
            forms.push(apply_form(visit, plan, sent));
        }
    }
    links.push(DossierLink {
        href: visit.path("/operator/council"),
        title: visit.either(
            "给议事会看：改什么、对谁怎样",
            "For the council: what changes, and for whom",
        ),
        main: false,
    });
    lists.push(before(visit, &past).await);
    if past.len() > 1 && duty.may(Act::Configure) && !house.config.auto_apply {
        forms.push(back_form(visit, &past, sent));
    }
    let state = match &planned {
        Some(_) => (
            visit.either("改了，还没启用", "changed, not in force"),
            CaseTone::Waiting,
        ),
        None => (
            visit.either("和启用的一样", "what is in force"),
            CaseTone::Done,
        ),
    };
    Ok(DossierView {
        home: "operator",
        back: Some(DossierLink {
            href: visit.path("/operator/rules"),
            title: visit.either("规则", "Rules"),
            main: false,
        }),
        title: visit.either("规则的改动", "Changes of the rules"),
        sub: visit.either(
            "改文件不等于启用：先看会改变什么，再由人启用；每一步都记在账里。",
            "A saved file is not in force: look at what it changes, then somebody applies it. Each step stands in the ledger.",
        ),
        state: Some(state).filter(|_| told.is_empty()),
        told,
        links,
        lists,
        forms,
        errors,
        ..DossierView::blank(visit.shell(), hex(&random::<16>()))
    })
}

/// What the rules say of themselves no longer, and anew.
fn words(visit: &Visit, plan: &Plan) -> Option<DossierList> {
    let rows = plan.words.iter().map(|(new, text)| {
        let (word, tone) = match new {
            true => (visit.either("新", "new"), CaseTone::Done),
            false => (visit.either("原来", "before"), CaseTone::Ended),
        };
        DossierRow {
            title: visit.say(text),
            state: Some((word, tone)),
            ..DossierRow::default()
        }
    });
    let rows: Vec<DossierRow> = rows.collect();
    (!rows.is_empty()).then(|| DossierList {
        title: visit.either("用大白话说", "In plain words"),
        empty: String::new(),
        rows,
    })
}

/// What decides otherwise, by day.
fn days(visit: &Visit, plan: &Plan) -> DossierList {
    let row = |stretch: &crate::house::Stretch| {
        let shown = |on: Option<_>| on.map_or("…".to_owned(), |on| day(on).short(visit.lang()));
        let (first, last) = (shown(stretch.first), shown(stretch.last));
        let late = stretch.last.is_some_and(|last| last < plan.today);
        let changes = stretch
            .changes
            .iter()
            .map(|change| visit.say(&change.text()));
        let changes: Vec<String> = changes.collect();
        DossierRow {
            title: format!("{first} – {last}"),
            note: changes.join(&visit.either("；", "; ")),
            state: late.then(|| {
                (
                    visit.either("只影响补记的", "only what is entered late"),
                    CaseTone::Ended,
                )
            }),
            ..DossierRow::default()
        }
    };
    DossierList {
        title: visit.either("从哪一天起", "From which day"),
        empty: visit.either(
            "计分和兑换的规则不变，只有别的设置改了。",
            "The rules decide as before; other settings differ.",
        ),
        rows: plan.stretches.iter().map(row).collect(),
    }
}

/// The lines of the file that differ.
fn changed_lines(visit: &Visit, plan: &Plan) -> Option<DossierList> {
    let lines = plan.lines.as_ref()?;
    let changed = lines.lines().filter(|line| {
        let text = line.get(1..).unwrap_or_default().trim();
        line.starts_with(['+', '-']) && !text.is_empty()
    });
    let rows = changed.map(|line| {
        let (sign, text) = line.split_at(1);
        let (word, tone) = match sign {
            "+" => (visit.either("新", "new"), CaseTone::Done),
            _ => (visit.either("原来", "before"), CaseTone::Ended),
        };
        DossierRow {
            title: text.trim().to_owned(),
            state: Some((word, tone)),
            ..DossierRow::default()
        }
    });
    Some(DossierList {
        title: visit.either("文件里改了的行", "Lines that differ"),
        empty: visit.either(
            "文件没有改；程序带的规则有了新版本。",
            "The file is the same; rules that come with the program are newer.",
        ),
        rows: rows.collect(),
    })
}

/// What was in force.
async fn before(visit: &Visit, past: &[Past]) -> DossierList {
    let mut rows = Vec::new();
    for one in past.iter().take(LISTED) {
        let (zh, en) = super::cli::step(one.taken.step);
        let who = visit.actor(&one.by).await;
        let (on, step) = (day(one.on).short(visit.lang()), visit.either(zh, en));
        let reason = one.reason.as_deref().unwrap_or_default();
        let gap = if reason.is_empty() { "" } else { " · " };
        rows.push(DossierRow {
            title: format!("{on} · {step} · {who}"),
            note: format!(
                "{} · #{}{gap}{reason}",
                short(&one.taken.written),
                one.entry
            ),
            state: one
                .current
                .then(|| (visit.either("启用中", "in force"), CaseTone::Done)),
            ..DossierRow::default()
        });
    }
    DossierList {
        title: visit.either("启用过的", "What was in force"),
        empty: visit.either("账里还没有记过。", "None is on record."),
        rows,
    }
}

fn field(
    name: &str,
    (title, hint): (String, String),
    (input, value): (CaseInput, &str),
) -> CaseField {
    CaseField {
        name: name.to_owned(),
        title,
        hint,
        required: true,
        input,
        value: value.to_owned(),
    }
}

fn reason_field(visit: &Visit, value: &str) -> CaseField {
    let title = visit.either("原因", "Why");
    let hint = visit.either(
        "谁同意的、为什么改，给以后查账的人看。别写姓名电话。",
        "Who agreed and why, for whoever looks at it later. No names, no telephones.",
    );
    let most = u16::try_from(REASON_MAX).unwrap_or(u16::MAX);
    field("reason", (title, hint), (CaseInput::Long(most), value))
}

fn apply_form(visit: &Visit, plan: &Plan, sent: &Sent) -> DossierForm {
    let number = (
        visit.either("改动的编号", "Number of the change"),
        visit.either(
            "看的是这一份，启用的也只会是这一份。",
            "What was looked at here, and nothing else, is applied.",
        ),
    );
    let most = u16::try_from(SHOWN_DIGITS).unwrap_or(u16::MAX);
    DossierForm {
        act: "apply",
        action: visit.path("/operator/changes"),
        title: visit.either("启用这些改动", "Apply these changes"),
        about: String::new(),
        fields: vec![
            field("plan", number, (CaseInput::Short(most), &plan.number)),
            reason_field(
                visit,
                if sent.act == "apply" {
                    &sent.reason
                } else {
                    ""
                },
            ),
        ],
        button: visit.either("启用", "Apply"),
        get: false,
        // Behind what it would change.
        folded: true,
        main: true,
    }
}

fn back_form(visit: &Visit, past: &[Past], sent: &Sent) -> DossierForm {
    let current = past.first().map(|newest| newest.taken.written);
    let mut choices: Vec<(String, String)> = Vec::new();
    for one in past.iter().take(LISTED) {
        let digits = short(&one.taken.written);
        let listed = choices.iter().any(|(known, _)| *known == digits);
        if Some(one.taken.written) != current && !listed {
            let on = day(one.on).short(visit.lang());
            choices.push((digits.clone(), format!("{on} · {digits}")));
        }
    }
    let to = (
        visit.either("退回哪一份", "Which one"),
        visit.either("按启用的日子", "By the day it came into force"),
    );
    DossierForm {
        act: "rollback",
        action: visit.path("/operator/changes"),
        title: visit.either("退回以前的一份", "Go back to a former one"),
        about: visit.either(
            "马上启用以前的那一份；已经记的账不变。",
            "The former one is in force at once; what is booked stays.",
        ),
        fields: vec![
            field("to", to, (CaseInput::Choice(choices), &sent.to)),
            reason_field(
                visit,
                if sent.act == "rollback" {
                    &sent.reason
                } else {
                    ""
                },
            ),
        ],
        button: visit.either("退回", "Go back"),
        get: false,
        folded: true,
        main: false,
    }
}
