//! Cases on pages: a resident's own list, the office's queue, and one case with what may be done now. The form of a new
//! case is in [`form`], what somebody sends about one in [`step`], what people read of it in [`shown`].

pub(crate) mod form;
mod shown;
pub(crate) mod step;

pub(super) use shown::group_word;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_cases::kind::{Group, Need, Role};
use rongyi_cases::{Actor as CaseActor, Kind, May, MayAct};
use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_pages::{
    CaseAct, CaseFault, CaseLink, CaseRating, CaseRow, CaseTone, CaseTyped, CaseView, CasesView,
    WorkFilter, WorkView,
};
use rongyi_store::{CaseFile, CaseFilter, NEVER_DUE};
use serde::Deserialize;

use super::opening::Opened;
use super::{CaseAtHand, acting, find, kind_of, minutes, moment, units, whose};
use crate::access::random;
use crate::door::asked::{Path, Seq, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, Visit};
use crate::door::{Actor, Kind as ReadKind};
use crate::house::Community;

/// Cases on one page.
const PAGE: u32 = 30;
/// Letters of what a row says a case is about.
const ABOUT_MAX: usize = 40;

/// Somebody before the pages of cases: a resident with their own, or the office.
pub(super) struct Side<'v> {
    pub(super) visit: &'v Visit,
    pub(super) actor: Actor,
    pub(super) served: Arc<Community>,
    pub(super) is_desk: bool,
}

impl<'v> Side<'v> {
    pub(super) fn own(member: &'v Member) -> Result<Side<'v>, Fault> {
        Side::of(&member.visit, member.actor(), false)
    }

    pub(super) fn desk(duty: &'v OnDuty) -> Result<Side<'v>, Fault> {
        Side::of(&duty.visit, duty.actor(), true)
    }

    fn of(visit: &'v Visit, actor: Actor, is_desk: bool) -> Result<Side<'v>, Fault> {
        let served = visit.app.house.community(&visit.code);
        Ok(Side {
            visit,
            actor,
            served: served.ok_or_else(Fault::not_found)?,
            is_desk,
        })
    }

    /// An address of this side.
    pub(super) fn path(&self, below: &str) -> String {
        let base = if self.is_desk { "/queue" } else { "/cases" };
        self.visit.path(&format!("{base}{below}"))
    }

    pub(super) fn now(&self) -> rongyi_cases::Moment {
        moment(&self.served, self.visit.app.house.clock.now())
    }
}

/// Which part of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct ListQuery {
    before: Option<Seq>,
}

/// `GET /{community}/cases`.
pub(crate) async fn list_cases(
    member: Member,
    Typed(query): Typed<ListQuery>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let visit = side.visit;
    let store = &visit.app.house.store;
    let before = query.before.map(|Seq(before)| before);
    let files = store
        .cases_of(&visit.code, member.me.resident, before, PAGE)
        .await?;
    let full = files.len() >= PAGE as usize;
    let older = files.last().filter(|_| full).map(|last| last.case_no);
    let kinds = side.served.config.cases.iter();
    let open = kinds.filter(|of_case| {
        let by = &of_case.kind.open.by;
        by.contains(&rongyi_cases::kind::MayOpen::Resident)
            || by.contains(&rongyi_cases::kind::MayOpen::Anyone)
    });
    let links = open.map(|of_case| link(&side, &of_case.kind)).collect();
    Ok(Html(CasesView {
        kinds: links,
        rows: rows(&side, files).await?.0,
        older: older.map(|no| side.path(&format!("?before={no}"))),
        shell: visit.shell(),
    })
    .into_response())
}

pub(super) fn link(side: &Side<'_>, kind: &Kind) -> CaseLink {
    let about = kind.about.as_ref();
    CaseLink {
        href: side.path(&format!("/new/{}", kind.code)),
        title: side.visit.say(&kind.title),
        about: about.map_or_else(String::new, |about| side.visit.say(about)),
    }
}

/// Rows of a list, and whose cases stand in it.
async fn rows(
    side: &Side<'_>,
    files: Vec<CaseFile>,
) -> Result<(Vec<CaseRow>, Vec<ResidentNo>), Fault> {
    let visit = side.visit;
    let store = &visit.app.house.store;
    let now = minutes(side.now());
    let mut kinds: BTreeMap<Hash, Option<Arc<Kind>>> = BTreeMap::new();
    let (mut rows, mut residents) = (Vec::new(), Vec::new());
    for file in files {
        let kind = match kinds.entry(file.digest) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let bytes = store.case_kind(&visit.code, &file.digest).await?;
                let kind = bytes.and_then(|bytes| Kind::from_bytes(&bytes).ok());
                place.insert(kind.map(Arc::new)).clone()
            }
        };
        let state = kind
            .as_ref()
            .and_then(|kind| kind.state(&file.place.state).cloned());
        let who = match file.resident.filter(|_| side.is_desk) {
            Some(resident) => visit.masked(resident).await?,
            None => String::new(),
        };
        residents.extend(file.resident);
        let due = file.place.due.filter(|_| file.place.group <= 2);
        rows.push(CaseRow {
            href: side.path(&format!("/{}", file.case_no)),
            no: file.case_no,
            title: kind
                .as_ref()
                .map_or_else(|| file.kind.to_string(), |kind| visit.say(&kind.title)),
            about: about(side, file.case_no).await?,
            who,
            state: match file.place.merged_into {
                Some(into) => visit.either(
                    &format!("并入第 {into} 件"),
                    &format!("linked to No. {into}"),
                ),
                None => state.map_or_else(
                    || file.place.state.to_string(),
                    |state| visit.say(&state.title),
                ),
            },
            tone: tone_of(file.place.group),
            due: due.map_or_else(String::new, |due| shown::until(visit, due)),
            late: due.is_some_and(|due| now > due),
            opened: crate::door::visit::day(visit.app.house.day_of(&visit.code, file.opened_at)),
        });
    }
    residents.sort_unstable();
    residents.dedup();
    Ok((rows, residents))
}

fn tone_of(group: u8) -> CaseTone {
    match group {
        1 => CaseTone::Open,
        2 => CaseTone::Waiting,
        3 => CaseTone::Done,
        _ => CaseTone::Ended,
    }
}

pub(super) fn tone(group: Group) -> CaseTone {
    match group {
        Group::Open => CaseTone::Open,
        Group::Waiting => CaseTone::Waiting,
        Group::Done => CaseTone::Done,
        Group::Refused | Group::Withdrawn => CaseTone::Ended,
    }
}

/// What a case is about, in a few words: what is claimed, or the longest thing that was written.
async fn about(side: &Side<'_>, case_no: u64) -> Result<String, Fault> {
    let visit = side.visit;
    let Some(case) = visit.app.house.store.case(&visit.code, case_no).await? else {
        return Ok(String::new());
    };
    let first = case.steps.first();
    let opened: Option<Opened> = first.and_then(|step| serde_json::from_str(&step.argument).ok());
    if let Some(opened) = &opened
        && let Some(told) = shown::claimed(visit, opened).await?
    {
        return Ok(told);
    }
    let words = case.texts.iter().filter(|text| text.step == 0);
    let longest = words.max_by_key(|text| text.text.text.chars().count());
    let text = longest.map_or("", |text| text.text.text.as_str());
    let mut short: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(ABOUT_MAX)
        .collect();
    if text.chars().nth(ABOUT_MAX).is_some() {
        short.push('…');
    }
    Ok(short)
}

/// What the queue is asked to show.
#[derive(Debug, Deserialize)]
pub(crate) struct WorkQuery {
    #[serde(default)]
    scope: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    after: String,
}

/// The states that wait for somebody, as lists are filtered by them.
fn waiting_for(served: &Community, actor: &CaseActor) -> Vec<String> {
    let mut states = BTreeSet::new();
    for of_case in &served.config.cases {
        let kind = &of_case.kind;
        for state in kind.states.iter().filter(|state| !state.group.is_final()) {
            let by: BTreeSet<Role> = kind
                .moves_from(&state.code)
                .flat_map(|step| step.by.iter().copied())
                .filter(|role| actor.roles.contains(role))
                .collect();
            let name = format!("{}/{}", kind.code, state.code);
            if by.iter().any(|role| *role != Role::Unit) {
                states.insert(name);
            } else if by.contains(&Role::Unit) {
                states.extend(actor.units.iter().map(|unit| format!("{name}@{unit}")));
            }
        }
    }
    // A list of no states would be a list of all of them.
    if states.is_empty() {
        states.insert("-/-".to_owned());
    }
    states.into_iter().collect()
}

/// Where a page of the queue goes on: `1.29734400.12`.
fn place_after(text: &str) -> Option<(u8, i64, u64)> {
    let mut parts = text.split('.');
    let place = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    Some(place)
}

/// `GET /{community}/queue`.
pub(crate) async fn show_work(
    duty: OnDuty,
    Typed(query): Typed<WorkQuery>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let visit = side.visit;
    let house = &visit.app.house;
    let actor = acting(house, &visit.code, &side.actor, None).await?;
    let scope = match query.scope.as_str() {
        scope @ ("open" | "all") => scope,
        _ => "mine",
    };
    let kind = query.kind.parse::<Code>().ok();
    let kind = kind.filter(|kind| kind_of(&side.served, kind).is_some());
    let filter = CaseFilter {
        kind: kind.clone(),
        group: None,
        states: if scope == "mine" {
            waiting_for(&side.served, &actor)
        } else {
            Vec::new()
        },
        with_ended: scope == "all",
    };
    let after = place_after(&query.after);
    let files = house.store.cases(&visit.code, &filter, after, PAGE).await?;
    let full = files.len() >= PAGE as usize;
    let kind_word = kind.as_ref().map_or("", Code::as_str).to_owned();
    let address = |scope: &str, kind: &str, after: &str| {
        let mut address = format!("?scope={scope}");
        if !kind.is_empty() {
            address.push_str(&format!("&kind={kind}"));
        }
        if !after.is_empty() {
            address.push_str(&format!("&after={after}"));
        }
        side.path(&address)
    };
    let next = files.last().filter(|_| full).map(|last| {
        let due = last.place.due.unwrap_or(NEVER_DUE);
        let after = format!("{}.{due}.{}", last.place.group, last.case_no);
        address(scope, &kind_word, &after)
    });
    let (rows, residents) = rows(&side, files).await?;
    duty.reads(ReadKind::Case, &residents).await?;
    let scopes = [
        ("mine", visit.either("等我办的", "Waiting for me")),
        ("open", visit.either("全部在办", "All open")),
        ("all", visit.either("连办结的一起", "Ended ones, too")),
    ];
    let all_kinds = [("".to_owned(), visit.either("各种", "All kinds"))];
    let kinds = side.served.config.cases.iter();
    let kinds = kinds.map(|of_case| {
        let kind = &of_case.kind;
        (kind.code.to_string(), visit.say(&kind.title))
    });
    Ok(Html(WorkView {
        scopes: scopes
            .into_iter()
            .map(|(word, title)| WorkFilter {
                href: address(word, &kind_word, ""),
                title,
                here: word == scope,
            })
            .collect(),
        kinds: all_kinds
            .into_iter()
            .chain(kinds)
            .map(|(word, title)| WorkFilter {
                href: address(scope, &word, ""),
                title,
                here: word == kind_word,
            })
            .collect(),
        rows,
        next,
        ask: side.path("/new"),
        shell: visit.shell(),
    })
    .into_response())
}

/// Whether something was just done.
#[derive(Debug, Deserialize)]
pub(crate) struct DoneQuery {
    done: Option<Seq>,
}

/// `GET /{community}/cases/{no}`.
pub(crate) async fn show_case(
    member: Member,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    if !at_hand.is_of(member.me.resident) {
        return Err(Fault::not_found());
    }
    let view = view(&side, &at_hand, Refused::default()).await?;
    Ok(Html(CaseView {
        done: query.done.is_some(),
        ..view
    })
    .into_response())
}

/// `GET /{community}/queue/{no}`.
pub(crate) async fn show_work_case(
    duty: OnDuty,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    Typed(query): Typed<DoneQuery>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    duty.reads(ReadKind::Case, &whose(&at_hand)).await?;
    let view = view(&side, &at_hand, Refused::default()).await?;
    Ok(Html(CaseView {
        done: query.done.is_some(),
        ..view
    })
    .into_response())
}

/// A form that was refused.
#[derive(Default)]
pub(super) struct Refused {
    pub(super) typed: CaseTyped,
    pub(super) errors: Vec<CaseFault>,
}

pub(super) async fn view(
    side: &Side<'_>,
    at_hand: &CaseAtHand,
    refused: Refused,
) -> Result<CaseView, Fault> {
    let visit = side.visit;
    let house = &visit.app.house;
    let now = side.now();
    let standing = at_hand.standing(&side.served, now)?;
    let actor = acting(house, &visit.code, &side.actor, Some(at_hand)).await?;
    let ground = at_hand.ground(&side.served, now);
    let may = at_hand.case.moves(&ground, &actor);
    let may = may.map_err(|broken| at_hand.damaged(&broken.to_string()))?;
    let state = at_hand.kind.state(&standing.state);
    let is_open = !standing.is_closed();
    Ok(CaseView {
        no: at_hand.stored.file.case_no,
        href: side.path(&format!("/{}", at_hand.stored.file.case_no)),
        title: visit.say(&at_hand.kind.title),
        state: match (standing.merged, state) {
            (Some(into), _) => visit.either(
                &format!("已并入第 {into} 件"),
                &format!("linked to No. {into}"),
            ),
            (None, Some(state)) => visit.say(&state.title),
            (None, None) => standing.state.to_string(),
        },
        tone: standing
            .merged
            .map_or(tone(standing.group), |_| CaseTone::Ended),
        due: shown::dues(visit, &standing, now),
        facts: shown::facts(side, at_hand).await?,
        preview: if side.is_desk && is_open {
            shown::preview(visit, at_hand).await?
        } else {
            None
        },
        steps: shown::steps(side, at_hand).await?,
        acts: acts(side, at_hand, may),
        typed: refused.typed,
        seen: at_hand.case.steps.len(),
        key: hex(&random::<16>()),
        errors: refused.errors,
        done: false,
        shell: visit.shell(),
    })
}

/// The word under which an act is sent.
fn word_of(act: &MayAct) -> String {
    match act {
        MayAct::Move(code) => format!("move:{code}"),
        MayAct::Note => "note".to_owned(),
        MayAct::Extend => "extend".to_owned(),
        MayAct::Reopen => "reopen".to_owned(),
        MayAct::Merge => "merge".to_owned(),
        MayAct::Unmerge => "unmerge".to_owned(),
        MayAct::Rate => "rate".to_owned(),
    }
}

/// The end of the ids of an act.
pub(super) fn id_of(word: &str) -> String {
    word.replace([':', '.'], "-")
}

/// Whether a move withdraws the case: it is never offered as the usual way on.
fn ends_it(kind: &Kind, code: &Code) -> bool {
    let step = kind.moves.iter().find(|step| step.code == *code);
    let state = step.and_then(|step| kind.state(&step.to));
    state.is_some_and(|state| state.group == Group::Withdrawn)
}

fn acts(side: &Side<'_>, at_hand: &CaseAtHand, may: Vec<May>) -> Vec<CaseAct> {
    let visit = side.visit;
    let mut has_main = false;
    let mut acts = Vec::new();
    for may in may {
        let code = word_of(&may.act);
        let words = may.needs.iter().find(|(need, _)| match need {
            Need::Text | Need::Reason => true,
            Need::Photo | Need::File | Need::Unit => false,
        });
        let wants_unit = may.needs.iter().any(|(need, _)| *need == Need::Unit);
        let units: Vec<(String, String)> = if wants_unit {
            let all = units(&side.served).into_iter();
            all.map(|(code, title)| (code.to_string(), visit.say(&title)))
                .collect()
        } else {
            Vec::new()
        };
        let must_attach = may
            .needs
            .iter()
            .any(|(need, must)| *must && matches!(need, Need::Photo | Need::File));
        let refusal = match (&may.refusal, must_attach) {
            (Some(refusal), _) => visit.say(&refusal.text),
            (None, true) => visit.either(
                "这一步要附照片或文件，网页上还不能附，请到办公室来办。",
                "This wants a photo or a file, which pages do not take yet; please come to the office.",
            ),
            (None, false) => String::new(),
        };
        let usual = match &may.act {
            MayAct::Move(code) => !ends_it(&at_hand.kind, code),
            MayAct::Rate => true,
            MayAct::Note | MayAct::Extend | MayAct::Reopen | MayAct::Merge | MayAct::Unmerge => {
                false
            }
        };
        let main = usual && !has_main && refusal.is_empty();
        has_main |= main;
        let rate = at_hand.kind.rate.filter(|_| may.act == MayAct::Rate);
        acts.push(CaseAct {
            id: id_of(&code),
            title: visit.say(&may.title),
            words: words.map(|(need, must)| (visit.say(&need.title()), *must)),
            units,
            number: may.act == MayAct::Merge,
            rating: rate.map(|rate| CaseRating {
                solved: rate.solved,
                most: rate.satisfied,
            }),
            refusal,
            main,
            code,
        });
    }
    acts
}
