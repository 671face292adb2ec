//! The list of those who came, on pages: who, what it would come to, and what was booked. What is wrong stands on the form
//! with everything that was typed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_clerk::{Answer, ClerkError, Fallen};
use rongyi_core::book::{Book, Frame, Receipt};
use rongyi_core::chain::hex;
use rongyi_core::command::Command;
use rongyi_core::ids::ResidentNo;
use rongyi_core::rule::KindPlan;
use rongyi_pages::{
    FieldError, RosterKind, RosterPlanView, RosterRow, RosterState, RosterTyped, RosterView,
};
use serde::Deserialize;

use super::{ListError, Listed, one_by_one, people, tried};
use crate::access::random;
use crate::door::asked::{Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty, Visit};
use crate::door::{Actor, Kind};
use crate::earning::api::{EventInput, Sender, event_command};
use crate::ledger::explain;
use crate::ledger::told::gains;

/// The longest key of a form.
const KEY_MAX: usize = 100;

/// Which kind.
#[derive(Debug, Deserialize)]
pub(crate) struct KindQuery {
    #[serde(default)]
    kind: String,
}

/// The kinds that a list can be booked for: those that ask for nothing but how much and when.
fn kinds(visit: &Visit, book: &Book) -> Vec<KindPlan> {
    let today = visit.today();
    let mut found: Vec<KindPlan> = Vec::new();
    for set in book.in_force(today) {
        for kind in &set.plan.kinds {
            if let Some((_, plan)) = book.rule_for(&kind.code, today)
                && !plan.fields.iter().any(|field| field.required)
                && !found.iter().any(|listed| listed.code == plan.code)
            {
                found.push(plan.clone());
            }
        }
    }
    found
}

async fn book(visit: &Visit) -> Result<Book, Fault> {
    let frame = visit.app.house.store.frame(&visit.code).await?;
    Ok(Book::new(frame.ok_or_else(Fault::not_found)?))
}

/// What the forms of a list send.
#[derive(Debug, Default)]
struct Sent {
    typed: RosterTyped,
    key: String,
    whole: bool,
    ticked: BTreeSet<u32>,
}

impl Sent {
    fn of(pairs: Vec<(String, String)>) -> Sent {
        let mut sent = Sent::default();
        for (name, value) in pairs {
            match name.as_str() {
                "kind" => sent.typed.kind = value,
                "on" => sent.typed.on = value.trim().to_owned(),
                "quantity" => sent.typed.quantity = value.trim().to_owned(),
                "people" => sent.typed.people = value,
                "key" => sent.key = value,
                "how" => sent.whole = value == "whole",
                "who" => sent.ticked.extend(value.parse::<u32>().ok()),
                _ => {}
            }
        }
        sent
    }
}

/// `GET /{community}/record/roster`.
pub(crate) async fn show_roster(
    duty: OnDuty,
    Typed(query): Typed<KindQuery>,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let kinds = kinds(visit, &book(visit).await?);
    let typed = RosterTyped {
        kind: query.kind,
        on: visit.today().to_string(),
        quantity: "1".to_owned(),
        people: String::new(),
    };
    Ok(Html(view(visit, &kinds, typed, Vec::new())).into_response())
}

fn view(
    visit: &Visit,
    kinds: &[KindPlan],
    typed: RosterTyped,
    errors: Vec<FieldError>,
) -> RosterView {
    let kinds = kinds.iter().map(|kind| RosterKind {
        code: kind.code.to_string(),
        title: format!("{}（{}）", visit.say(&kind.title), visit.say(&kind.unit)),
    });
    RosterView {
        kinds: kinds.collect(),
        typed,
        errors,
        shell: visit.shell(),
    }
}

/// A list that was read.
struct Roster {
    frame: Arc<Frame>,
    kind: KindPlan,
    listed: Vec<Listed>,
}

/// What came of reading a list.
enum Looked {
    /// It was read.
    List(Box<Roster>),
    /// The form with what is wrong.
    Form(Response),
}

/// Reads a list, or shows the form with what is wrong.
async fn read(duty: &OnDuty, sent: &Sent) -> Result<Looked, Fault> {
    let visit = &duty.visit;
    let book = book(visit).await?;
    let kinds = kinds(visit, &book);
    let mut errors = Vec::new();
    let kind = kinds
        .iter()
        .find(|kind| kind.code.as_str() == sent.typed.kind);
    if kind.is_none() {
        errors.push(FieldError {
            field: "kind",
            message: visit.either("请选做了什么。", "Choose what was done."),
        });
    }
    let listed = match people(&visit.app.house, &visit.code, &sent.typed.people).await {
        Ok(listed) => Some(listed),
        Err(ListError::Store(error)) => return Err(error.into()),
        Err(ListError::Wrong(wrong)) => {
            let all: Vec<String> = wrong.iter().map(|text| visit.say(text)).collect();
            errors.push(FieldError {
                field: "people",
                message: all.join(" "),
            });
            None
        }
    };
    let now = visit.app.house.today(&visit.code);
    if let Err(error) = crate::earning::quantity(&sent.typed.quantity) {
        errors.push(FieldError {
            field: "quantity",
            message: visit.say(&error.text),
        });
    }
    if let Err(error) = crate::earning::occurred_at(&sent.typed.on, now) {
        errors.push(FieldError {
            field: "on",
            message: visit.say(&error.text),
        });
    }
    match (kind, listed) {
        (Some(kind), Some(listed)) if errors.is_empty() => {
            let numbers: Vec<ResidentNo> = listed.iter().map(|one| one.resident).collect();
            duty.reads(Kind::Identity, &numbers).await?;
            Ok(Looked::List(Box::new(Roster {
                frame: Arc::new(book.frame().clone()),
                kind: kind.clone(),
                listed,
            })))
        }
        _ => {
            let status = Fault::input("", "", "").status;
            let view = view(visit, &kinds, sent.typed.clone(), errors);
            Ok(Looked::Form((status, Html(view)).into_response()))
        }
    }
}

fn has_key(sent: &Sent) -> bool {
    (1..=KEY_MAX).contains(&sent.key.len())
}

/// One event for each of these.
async fn commands(
    visit: &Visit,
    actor: &Actor,
    (roster, sent): (&Roster, &Sent),
    people: &[&Listed],
) -> Result<Vec<Command>, Fault> {
    let house = &visit.app.house;
    let by = Sender {
        house,
        code: &visit.code,
        actor: actor.code(),
    };
    let sealing = house.seal_key(&visit.code).await?;
    let key = has_key(sent).then_some(&sent.key);
    people
        .iter()
        .map(|one| {
            let event = EventInput {
                kind: sent.typed.kind.clone(),
                resident: one.resident.0,
                roles: BTreeMap::new(),
                quantity: sent.typed.quantity.clone(),
                occurred_at: sent.typed.on.clone(),
                fields: BTreeMap::new(),
                source: None,
                external_ref: None,
                note: None,
                replaces: None,
            };
            let key = key.map(|key| format!("{key}/{}", one.resident));
            event_command(&by, (&roster.frame, &sealing), &event, key)
        })
        .collect()
}

/// `POST /{community}/record/roster`: what it would come to, for each.
pub(crate) async fn look_at_roster(
    duty: OnDuty,
    pairs: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = Sent::of(pairs.form().await?);
    let roster = match read(&duty, &sent).await? {
        Looked::List(roster) => roster,
        Looked::Form(page) => return Ok(page),
    };
    plan(&duty, (&roster, sent), RosterState::Plan).await
}

/// The list with what each would get; whoever would get nothing is not ticked.
async fn plan(
    duty: &OnDuty,
    (roster, sent): (&Roster, Sent),
    state: RosterState,
) -> Result<Response, Fault> {
    let visit = &duty.visit;
    let everybody: Vec<&Listed> = roster.listed.iter().collect();
    // Nothing is booked: no key, so that nothing is taken for something that was.
    let unkeyed = Sent {
        key: String::new(),
        typed: sent.typed.clone(),
        ..Sent::default()
    };
    let asked = commands(visit, &duty.actor(), (roster, &unkeyed), &everybody).await;
    let asked = match asked {
        Ok(asked) => asked,
        Err(fault) => return refused(visit, sent, &fault).await,
    };
    let tried = tried(&visit.app.house, &visit.code, asked).await?;
    let mut rows = Vec::new();
    for (one, tried) in roster.listed.iter().zip(tried) {
        let told = match &tried {
            Some(Ok(receipt)) => told(visit, &roster.frame, receipt).await?,
            Some(Err(rejection)) => Told::refused(visit.say(&rejection.text())),
            None => Told::refused(String::new()),
        };
        let was_ticked = sent.ticked.is_empty() || sent.ticked.contains(&one.resident.0);
        rows.push(RosterRow {
            resident: one.resident.0,
            name: one.name.clone(),
            ticked: !told.refused && was_ticked,
            refused: told.refused,
            told: told.text,
            entry: None,
        });
    }
    let fell = matches!(state, RosterState::Fell(_));
    let status = fell.then(|| Fault::input("", "", "").status);
    let view = page(visit, (roster, &sent), (rows, state));
    Ok(match status {
        Some(status) => (status, Html(view)).into_response(),
        None => Html(view).into_response(),
    })
}

/// The form with a fault that only came out when an event was made.
async fn refused(visit: &Visit, sent: Sent, fault: &Fault) -> Result<Response, Fault> {
    let kinds = kinds(visit, &book(visit).await?);
    let errors = vec![FieldError {
        field: "people",
        message: visit.say(&fault.text),
    }];
    let view = view(visit, &kinds, sent.typed, errors);
    Ok((fault.status, Html(view)).into_response())
}

fn page(
    visit: &Visit,
    (roster, sent): (&Roster, &Sent),
    (rows, state): (Vec<RosterRow>, RosterState),
) -> RosterPlanView {
    RosterPlanView {
        title: format!(
            "{} {} {}",
            visit.say(&roster.kind.title),
            sent.typed.quantity,
            visit.say(&roster.kind.unit)
        ),
        typed: sent.typed.clone(),
        key: hex(&random::<16>()),
        rows,
        state,
        shell: visit.shell(),
    }
}

/// What is said of an event.
struct Told {
    text: String,
    /// Whether nobody gets anything.
    refused: bool,
}

impl Told {
    fn refused(text: String) -> Self {
        Told {
            text,
            refused: true,
        }
    }
}

/// Who gets what, or why nobody does.
async fn told(visit: &Visit, frame: &Frame, receipt: &Receipt) -> Result<Told, Fault> {
    if let Some(refusal) = receipt.refusal() {
        let plan = explain::plan_of(frame, receipt.set());
        let refusal = explain::without_balance(refusal);
        let why = explain::refusal(&plan, Some(frame), &refusal, visit.tongue());
        return Ok(Told::refused(why));
    }
    if receipt.waiting().is_some() {
        return Ok(Told::refused(visit.either(
            "先记下来了，等规则修好再算分。",
            "It is kept, and counted when the rule has been mended.",
        )));
    }
    let (gains, _) = gains(visit, receipt).await?;
    let all = gains.into_iter();
    let all: Vec<String> = all
        .map(|gain| format!("{} {}", gain.who, gain.change))
        .collect();
    Ok(Told {
        text: all.join(" · "),
        refused: false,
    })
}

/// `POST /{community}/record/roster/book`.
pub(crate) async fn book_roster(
    duty: OnDuty,
    pairs: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = Sent::of(pairs.form().await?);
    let visit = &duty.visit;
    let roster = match read(&duty, &sent).await? {
        Looked::List(roster) => roster,
        Looked::Form(page) => return Ok(page),
    };
    // Without its key the same list could be booked twice.
    if !has_key(&sent) {
        return plan(&duty, (&roster, sent), RosterState::Plan).await;
    }
    let came = roster.listed.iter();
    let came: Vec<&Listed> = came
        .filter(|one| sent.ticked.contains(&one.resident.0))
        .collect();
    if came.is_empty() {
        let state = RosterState::Fell(visit.shell().t("roster-nobody"));
        return plan(&duty, (&roster, sent), state).await;
    }
    let house = &visit.app.house;
    let asked = commands(visit, &duty.actor(), (&roster, &sent), &came).await;
    let asked = match asked {
        Ok(asked) => asked,
        Err(fault) => return refused(visit, sent, &fault).await,
    };
    if !sent.whole {
        let answers = one_by_one(house, &visit.code, asked).await;
        return booked(visit, (&roster, &sent), came.into_iter().zip(answers)).await;
    }
    match house.clerk.ask_chain(&visit.code, asked).await {
        Ok(answers) => {
            let answers = answers.into_iter().map(Ok);
            booked(visit, (&roster, &sent), came.into_iter().zip(answers)).await
        }
        Err(ClerkError::Fell { step, why }) => {
            let who = came.get(step).map_or("", |one| one.name.as_str());
            let why = fallen(visit, &roster.frame, &why).await?;
            let text = visit.either(
                &format!("什么也没有记账。{who}：{why} 请取消这一位的勾选，或者改为能记的先记。"),
                &format!(
                    "Nothing was booked. {who}: {why} Untick them, or book those who can be booked."
                ),
            );
            plan(&duty, (&roster, sent), RosterState::Fell(text)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn fallen(visit: &Visit, frame: &Frame, why: &Fallen) -> Result<String, Fault> {
    Ok(match why {
        Fallen::Rejected(rejection) => visit.say(&rejection.text()),
        Fallen::NotBooked(receipt) => told(visit, frame, receipt).await?.text,
        Fallen::Known(entry) => visit.either(
            &format!("已经记过了，第 {entry} 笔。"),
            &format!("It was booked before, as entry {entry}."),
        ),
    })
}

/// What became of each.
async fn booked<'l>(
    visit: &Visit,
    (roster, sent): (&Roster, &Sent),
    answers: impl Iterator<Item = (&'l Listed, Result<Answer, ClerkError>)>,
) -> Result<Response, Fault> {
    let mut rows = Vec::new();
    for (one, answer) in answers {
        let (told, entry) = match answer {
            Ok(answer) => (
                told(visit, &roster.frame, &answer.receipt).await?,
                Some(answer.receipt.entry),
            ),
            Err(error) => {
                let fault = Fault::from(error);
                if !fault.status.is_client_error() {
                    return Err(fault);
                }
                (Told::refused(visit.say(&fault.text)), None)
            }
        };
        rows.push(RosterRow {
            resident: one.resident.0,
            name: one.name.clone(),
            refused: told.refused,
            told: told.text,
            ticked: false,
            entry,
        });
    }
    let view = page(visit, (roster, sent), (rows, RosterState::Booked));
    Ok(Html(view).into_response())
}
