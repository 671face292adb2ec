//! Cases on pages: a resident's own list, the office's queue, and one case with what may be done now. The form of a new
//! case is in [`form`], what somebody sends about one in [`step`], what people read of it in [`shown`], [`mod@rows`] and
//! [`photo`], the office's list in [`queue`].

mod fields;
pub(crate) mod form;
pub(crate) mod paper;
mod parts;
pub(crate) mod photo;
pub(crate) mod queue;
mod rows;
mod shown;
pub(crate) mod step;
mod whose;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_cases::kind::{Group, Need, RETURNED};
use rongyi_cases::{Kind, May, MayAct};
use rongyi_core::chain::hex;
use rongyi_core::ids::Code;
use rongyi_pages::{
    CaseAct, CaseDone, CaseFault, CaseLink, CaseRating, CaseTone, CaseTyped, CaseView, CasesView,
};
use serde::Deserialize;

use super::asking::word_of;
use super::{CaseAtHand, acting, find, kind_of, moment, units, whose};
use crate::access::random;
use crate::door::asked::{Path, Seq, Typed};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, Visit};
use crate::door::{Actor, Kind as ReadKind};
use crate::house::Community;
use queue::Around;
use rows::{rows, tone};

/// Cases on one page.
const PAGE: u32 = 30;
/// Photos of one step of a case.
const STEP_PHOTOS: u8 = 6;

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
        done: done(&side, case_no, &query),
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
        done: done(&side, case_no, &query),
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
    let photos = photo::links(side, at_hand).await?;
    let around = if side.is_desk {
        queue::around(side, &actor, at_hand.stored.file.case_no).await?
    } else {
        Around::default()
    };
    let number = |no: u64| side.path(&format!("/{no}"));
    Ok(CaseView {
        before: around.before.map(number),
        after: around.after.map(number),
        next: around.after,
        photos: photos
            .iter()
            .filter(|(step, _)| *step == 0)
            .map(|(_, link)| link.clone())
            .collect(),
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
        // Who something is about others for sees what it would take.
        preview: if is_open && (side.is_desk || at_hand.kind.open.others_only) {
            shown::worth(visit, at_hand).await?
        } else {
            None
        },
        steps: shown::steps(side, at_hand, &photos).await?,
        acts: acts(side, at_hand, may),
        typed: refused.typed,
        seen: at_hand.case.steps.len(),
        key: hex(&random::<16>()),
        errors: refused.errors,
        done: None,
        shell: visit.shell(),
    })
}

/// What was just done, as the page says it.
fn done(side: &Side<'_>, case_no: u64, query: &DoneQuery) -> Option<CaseDone> {
    let Seq(done) = query.done?;
    Some(CaseDone {
        other: (done != case_no).then(|| (done, side.path(&format!("/{done}")))),
    })
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

/// What is often written with a move: as the community has it now, for whoever works on cases.
fn phrases(side: &Side<'_>, at_hand: &CaseAtHand, act: &MayAct) -> Vec<String> {
    let MayAct::Move(code) = act else {
        return Vec::new();
    };
    let now = kind_of(&side.served, &at_hand.kind.code);
    let kind = now.as_ref().unwrap_or(&at_hand.kind);
    let phrases = kind.phrases_of(code).iter().filter(|_| side.is_desk);
    phrases.map(|text| side.visit.say(text)).collect()
}

/// The key that takes an act: `a` the usual way on, `r` the way back.
fn key_of(side: &Side<'_>, kind: &Kind, (act, main): (&MayAct, bool)) -> &'static str {
    let goes_back = |code: &Code| {
        let mut moves = kind.moves.iter();
        moves.any(|step| step.code == *code && step.is_marked(RETURNED))
    };
    match act {
        MayAct::Move(_) if side.is_desk && main => "a",
        MayAct::Move(code) if side.is_desk && goes_back(code) => "r",
        MayAct::Move(_)
        | MayAct::Note
        | MayAct::Extend
        | MayAct::Reopen
        | MayAct::Merge
        | MayAct::Unmerge
        | MayAct::Rate => "",
    }
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
        let paper = may.needs.iter().find(|(need, _)| *need == Need::File);
        let photo = may.needs.iter().find(|(need, _)| *need == Need::Photo);
        let refusal = may.refusal.as_ref();
        let refusal = refusal.map_or_else(String::new, |refusal| visit.say(&refusal.text));
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
            phrases: phrases(side, at_hand, &may.act),
            photos: photo.map(|(_, must)| (STEP_PHOTOS, *must)),
            papers: paper.map(|(_, must)| *must),
            key: key_of(side, &at_hand.kind, (&may.act, main)),
            units,
            minutes: may.minutes,
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
