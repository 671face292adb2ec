//! The office's queue: what waits for whoever reads it, filtered, in the order of dates; the case before and after
//! one; and several checked at once where their kind allows it.

use axum::response::{IntoResponse, Response};
use rongyi_cases::{Actor as CaseActor, Ask, Input, Kind};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_pages::{CaseTold, WorkFilter, WorkView};
use rongyi_store::CaseFilter;
use serde::Deserialize;

use super::Side;
use super::rows::rows;
use crate::access::random;
use crate::cases::minutes::SentMinutes;
use crate::cases::waiting::{place_after, place_of, states};
use crate::cases::{CaseError, SentAct, acting, find, kind_of, take, whose};
use crate::door::Kind as ReadKind;
use crate::door::asked::{Typed, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, OnDuty};

/// Cases on one page.
const PAGE: u32 = 30;
/// Cases among which the next and the one before are looked for.
const AHEAD: u32 = 300;
/// Cases that are checked at once.
const BULK_MAX: usize = PAGE as usize;

/// What the queue is asked to show.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct WorkQuery {
    #[serde(default)]
    scope: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// `GET /{community}/queue`.
pub(crate) async fn show_work(
    duty: OnDuty,
    Typed(query): Typed<WorkQuery>,
) -> Result<Response, Fault> {
    let view = work(&duty, &query, Vec::new()).await?;
    Ok(Html(view).into_response())
}

async fn work(duty: &OnDuty, query: &WorkQuery, told: Vec<CaseTold>) -> Result<WorkView, Fault> {
    let side = Side::desk(duty)?;
    let visit = side.visit;
    let house = &visit.app.house;
    let actor = acting(house, &visit.code, &side.actor, None).await?;
    let scope = match query.scope.as_str() {
        scope @ ("open" | "all") => scope,
        _ => "mine",
    };
    let kind = query.kind.parse::<Code>().ok();
    let kind = kind.filter(|kind| kind_of(&side.served, kind).is_some());
    let known = kind.as_ref().and_then(|kind| kind_of(&side.served, kind));
    let state = known.as_ref().and_then(|kind| {
        let mut all = kind.states.iter();
        all.find(|state| state.code.as_str() == query.state)
    });
    let chosen = state.zip(kind.as_ref());
    let chosen = chosen.map(|(state, kind)| format!("{kind}/{}", state.code));
    let filter = CaseFilter {
        kind: kind.clone(),
        states: states(scope, &side.served, &actor, chosen.as_deref()),
        with_ended: scope == "all",
        ..CaseFilter::default()
    };
    let after = place_after(&query.after);
    let files = house.store.cases(&visit.code, &filter, after, PAGE).await?;
    let full = files.len() >= PAGE as usize;
    let kind_word = kind.as_ref().map_or("", Code::as_str).to_owned();
    let state_word = state.map_or("", |state| state.code.as_str());
    let address = |scope: &str, (kind, state): (&str, &str), after: &str| {
        let mut address = format!("?scope={scope}");
        if !kind.is_empty() {
            address.push_str(&format!("&kind={kind}"));
        }
        if !state.is_empty() {
            address.push_str(&format!("&state={state}"));
        }
        if !after.is_empty() {
            address.push_str(&format!("&after={after}"));
        }
        side.path(&address)
    };
    let next = files
        .last()
        .filter(|_| full)
        .map(|last| address(scope, (&kind_word, state_word), &place_of(last)));
    let (rows, residents) = rows(&side, files).await?;
    duty.reads(ReadKind::Case, &residents).await?;
    let scopes = [
        ("mine", visit.either("等我办的", "Waiting for me")),
        ("open", visit.either("全部在办", "All open")),
        ("all", visit.either("连办结的一起", "Ended ones, too")),
    ];
    let now = visit.app.house.clock.now();
    let by = side.actor.code();
    let to_judge = house.store.to_judge(&visit.code, &by, now).await?;
    Ok(WorkView {
        inspections: (visit.path("/inspections"), to_judge.len()),
        steps: steps_of(&side, known.as_deref(), scope == "all")
            .into_iter()
            .map(|(word, title)| WorkFilter {
                href: address(scope, (&kind_word, &word), ""),
                title,
                here: word == state_word,
            })
            .collect(),
        told,
        bulk: side.path("/bulk"),
        back: address(scope, (&kind_word, state_word), &query.after),
        key: hex(&random::<16>()),
        scopes: scopes
            .into_iter()
            .map(|(word, title)| WorkFilter {
                href: address(word, (&kind_word, state_word), ""),
                title,
                here: word == scope,
            })
            .collect(),
        kinds: kinds_of(&side)
            .into_iter()
            .map(|(word, title)| WorkFilter {
                href: address(scope, (&word, ""), ""),
                title,
                here: word == kind_word,
            })
            .collect(),
        rows,
        next,
        ask: side.path("/new"),
        shell: visit.shell(),
    })
}

/// The kinds by which a list is filtered, all of them first.
fn kinds_of(side: &Side<'_>) -> Vec<(String, String)> {
    let visit = side.visit;
    let mut all = vec![(String::new(), visit.either("各种", "All kinds"))];
    all.extend(side.served.config.cases.iter().map(|of_case| {
        let kind = &of_case.kind;
        (kind.code.to_string(), visit.say(&kind.title))
    }));
    all
}

/// The steps of the chosen kind, all of them first; none without a kind.
fn steps_of(side: &Side<'_>, kind: Option<&Kind>, with_ended: bool) -> Vec<(String, String)> {
    let visit = side.visit;
    let Some(kind) = kind else {
        return Vec::new();
    };
    let mut all = vec![(String::new(), visit.either("各步", "All steps"))];
    let states = kind.states.iter();
    let states = states.filter(|state| with_ended || !state.group.is_final());
    all.extend(states.map(|state| (state.code.to_string(), visit.say(&state.title))));
    all
}

/// The cases around one in what waits for the reader.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The one before.
    pub(super) before: Option<u64>,
    /// The next.
    pub(super) after: Option<u64>,
}

/// Finds them.
pub(super) async fn around(
    side: &Side<'_>,
    actor: &CaseActor,
    case_no: u64,
) -> Result<Around, Fault> {
    let filter = CaseFilter {
        states: states("mine", &side.served, actor, None),
        ..CaseFilter::default()
    };
    let store = &side.visit.app.house.store;
    let files = store.cases(&side.visit.code, &filter, None, AHEAD).await?;
    let numbers: Vec<u64> = files.iter().map(|file| file.case_no).collect();
    let Some(at) = numbers.iter().position(|no| *no == case_no) else {
        return Ok(Around::default());
    };
    let one = |at: Option<usize>| at.and_then(|at| numbers.get(at)).copied();
    Ok(Around {
        before: one(at.checked_sub(1)),
        after: one(at.checked_add(1)),
    })
}

/// `POST /{community}/queue/bulk`: checks the cases that were ticked, each by itself, and says what became of each.
pub(crate) async fn check_ticked(
    duty: OnDuty,
    sent: Unread<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let sent = sent.form().await?;
    let text = |name: &str| {
        let found = sent.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, text)| text.as_str()).to_owned()
    };
    let (key, back) = (text("key"), text("back"));
    let ticked = sent.iter().filter(|(name, _)| name == "case");
    let ticked = ticked.filter_map(|(_, text)| {
        let (case_no, seen) = text.split_once('.')?;
        Some((case_no.parse::<u64>().ok()?, seen.parse::<usize>().ok()?))
    });
    let ticked: Vec<(u64, usize)> = ticked.take(BULK_MAX).collect();
    let mut told = Vec::new();
    if ticked.is_empty() {
        let shell = duty.visit.shell();
        told.push(CaseTold {
            text: shell.t("work-none-ticked"),
            bad: true,
            href: None,
        });
    }
    for (case_no, seen) in ticked {
        told.push(check_one(&duty, (case_no, seen), &key).await?);
    }
    let query = read_back(back.split('?').nth(1).unwrap_or_default());
    let view = work(&duty, &query, told).await?;
    Ok(Html(view).into_response())
}

/// The view of the queue that the form stood on.
fn read_back(query: &str) -> WorkQuery {
    let mut view = WorkQuery::default();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("scope", word)) => view.scope = word.to_owned(),
            Some(("kind", word)) => view.kind = word.to_owned(),
            Some(("state", word)) => view.state = word.to_owned(),
            Some(("after", word)) => view.after = word.to_owned(),
            Some(_) | None => {}
        }
    }
    view
}

async fn check_one(
    duty: &OnDuty,
    (case_no, seen): (u64, usize),
    key: &str,
) -> Result<CaseTold, Fault> {
    let side = Side::desk(duty)?;
    let visit = side.visit;
    let house = &visit.app.house;
    let href = Some(side.path(&format!("/{case_no}")));
    let at_hand = find(house, &visit.code, case_no).await?;
    duty.reads(ReadKind::Case, &whose(&at_hand)).await?;
    let standing = at_hand.standing(&side.served, side.now())?;
    // Sent twice, the case is a step further: the key of the form tells, not its state.
    let known = &at_hand.kind;
    let mut allowed = known
        .states
        .iter()
        .filter_map(|state| known.bulk_move(&state.code));
    let step = known.bulk_move(&standing.state).or_else(|| allowed.next());
    let Some(step) = step else {
        return Ok(CaseTold {
            text: visit.either(
                &format!("第 {case_no} 件：这一类要一件一件看。"),
                &format!("No. {case_no}: this kind is looked at one by one."),
            ),
            bad: true,
            href,
        });
    };
    let asked = SentAct {
        ask: Ask::Move(step.code.clone()),
        input: Input {
            seen,
            ..Input::default()
        },
        papers: Vec::new(),
        minutes: SentMinutes::default(),
        photos: Vec::new(),
        token: Some(format!("{key}-{case_no}")).filter(|_| (1..=100).contains(&key.len())),
    };
    match take(house, &visit.code, &side.actor, case_no, &asked).await {
        Ok(()) => Ok(CaseTold {
            text: visit.either(
                &format!("第 {case_no} 件：{}。", step.title.zh),
                &format!("No. {case_no}: {}.", step.title.en),
            ),
            bad: false,
            href,
        }),
        Err(CaseError::Refused(refusals)) => {
            let mut why = String::new();
            for refusal in &refusals {
                let mut text = visit.say(&refusal.text);
                if let Some(first) = &refusal.first {
                    let name = visit.actor(&first.by.actor).await;
                    text = text.replace(first.by.actor.as_str(), &name);
                }
                why.push_str(&text);
            }
            Ok(CaseTold {
                text: visit.either(
                    &format!("第 {case_no} 件没有通过：{why}"),
                    &format!("No. {case_no} was not passed: {why}"),
                ),
                bad: true,
                href,
            })
        }
        Err(error) => Err(error.into()),
    }
}
