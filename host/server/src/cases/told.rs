//! What other pages say of cases: what waits for a resident on their home page, what stands behind a line of the
//! passbook, and what the office can write down about somebody. Only for whoever the case is about.

use rongyi_cases::kind::{AnswerKind, Group, MayOpen, Role};
use rongyi_core::ids::ResidentNo;
use rongyi_core::record::Record;
use rongyi_pages::{HomeCase, WhyAppeal};

use super::against::last_day;
use super::{CaseAtHand, effects, find, moment};
use crate::door::Actor;
use crate::door::fault::Fault;
use crate::door::visit::{Visit, day};

/// Cases of a resident that are looked at.
const LOOKED_AT: u32 = 20;
/// Callouts on a home page.
const SHOWN: usize = 3;

/// Open cases in which it is a resident's turn: they were asked something, or may answer what is said about them.
pub(crate) async fn their_turn(
    visit: &Visit,
    resident: ResidentNo,
) -> Result<Vec<HomeCase>, Fault> {
    let house = &visit.app.house;
    let Some(served) = house.community(&visit.code) else {
        return Ok(Vec::new());
    };
    let files = house
        .store
        .cases_of(&visit.code, resident, None, LOOKED_AT)
        .await?;
    let now = moment(&served, house.clock.now());
    let mut turns = Vec::new();
    let actor = Actor::Resident(resident).code();
    let at = house.clock.now();
    for no in house.store.to_judge(&visit.code, &actor, at).await? {
        if let Some(inspection) = house.store.inspection(&visit.code, no).await? {
            let last = house.day_of(&visit.code, inspection.due).plus_days(-1);
            let until = visit.shell().day(day(last));
            turns.push(HomeCase {
                href: visit.path(&format!("/judging/{no}")),
                title: format!(
                    "{}{}",
                    visit.either("请您打分：", "Please judge: "),
                    inspection.title
                ),
                note: visit.either(&format!("到 {until} 为止"), &format!("until {until}")),
            });
        }
    }
    for file in files.into_iter().filter(|file| file.place.group <= 2) {
        if turns.len() >= SHOWN {
            break;
        }
        let at_hand = find(house, &visit.code, file.case_no).await?;
        let standing = at_hand.standing(&served, now)?;
        if standing.is_closed() || !is_theirs(&at_hand, &standing) {
            continue;
        }
        let state = at_hand.kind.state(&standing.state);
        let state = state.map_or_else(String::new, |state| visit.say(&state.title));
        let until = standing
            .next
            .map(|next| visit.shell().day(day(next.after.on)));
        turns.push(HomeCase {
            href: visit.path(&format!("/cases/{}", file.case_no)),
            title: titled(visit, &at_hand).await?,
            note: match until {
                Some(until) => visit.either(
                    &format!("{state}，到 {until} 为止"),
                    &format!("{state}, until {until}"),
                ),
                None => state,
            },
        });
    }
    Ok(turns)
}

fn is_theirs(at_hand: &CaseAtHand, standing: &rongyi_cases::Standing) -> bool {
    let mut moves = at_hand.kind.moves_from(&standing.state);
    standing.group == Group::Waiting || moves.any(|step| step.by.contains(&Role::Concerned))
}

/// `扣分 · 占道堆放`: the kind, and the event where one was chosen.
async fn titled(visit: &Visit, at_hand: &CaseAtHand) -> Result<String, Fault> {
    let kind = visit.say(&at_hand.kind.title);
    let Some(event) = &at_hand.opened.event else {
        return Ok(kind);
    };
    let frame = visit.app.house.store.frame(&visit.code).await?;
    let plan = frame.as_ref();
    let plan = plan.and_then(|frame| frame.rule_for(event, visit.today()));
    Ok(match plan {
        Some((_, plan)) => format!("{kind} · {}", visit.say(&plan.title)),
        None => format!("{kind} · {event}"),
    })
}

/// The case behind an entry, for whoever it is about.
pub(crate) struct Behind {
    /// Its number, and its address for the resident.
    pub(crate) link: (u64, String),
    /// What stands written there about why, where it was written about somebody.
    pub(crate) written: Option<String>,
}

/// The case that booked an entry, where the resident is one of those it is about.
pub(crate) async fn behind(
    visit: &Visit,
    first: &Record,
    resident: ResidentNo,
) -> Result<Option<Behind>, Fault> {
    let source = first.event().and_then(|event| event.source.as_ref());
    let Some(case_no) = source.and_then(effects::case_of) else {
        return Ok(None);
    };
    let at_hand = find(&visit.app.house, &visit.code, case_no).await?;
    if !at_hand.is_of(resident) {
        return Ok(None);
    }
    let is_written = at_hand.kind.open.others_only;
    let mut asked = at_hand.kind.questions().iter().filter(|_| is_written);
    let why = asked.find(|question| {
        matches!(question.answer, AnswerKind::Text { .. }) && question.required && !question.private
    });
    let mut texts = at_hand.stored.texts.iter();
    let written = why.and_then(|question| {
        texts.find(|text| text.step == 0 && text.key == question.key.as_str())
    });
    Ok(Some(Behind {
        link: (case_no, visit.path(&format!("/cases/{case_no}"))),
        written: written.map(|text| text.text.text.clone()),
    }))
}

/// Where an appeal against an entry is written, and until when: the first kind of case that asks for one and that
/// residents open. Without an address its time is over.
pub(crate) fn appeal(visit: &Visit, (entry, first): (u64, &Record)) -> Option<WhyAppeal> {
    let served = visit.app.house.community(&visit.code)?;
    let mut kinds = served.config.cases.iter().map(|of_case| &of_case.kind);
    let kind = kinds.find(|kind| {
        let mut asks = kind.questions().iter();
        let by = &kind.open.by;
        (by.contains(&MayOpen::Resident) || by.contains(&MayOpen::Anyone))
            && asks.any(|question| question.answer == AnswerKind::Entry)
    })?;
    let house = &visit.app.house;
    let booked = first.envelope()?.at;
    let last = last_day(house, &visit.code, (kind, booked));
    let open = last.is_none_or(|last| visit.today() <= last);
    let form = || visit.path(&format!("/cases/new/{}?entry={entry}", kind.code));
    Some(WhyAppeal {
        href: open.then(form),
        until: last.map(day),
    })
}

/// What the office can write down about a resident: address and title of each kind that is always about somebody else.
pub(crate) fn about_them(visit: &Visit, resident: ResidentNo) -> Vec<(String, String)> {
    let served = visit.app.house.community(&visit.code);
    let kinds = served.iter().flat_map(|served| &served.config.cases);
    let about = kinds.filter(|of_case| {
        let open = &of_case.kind.open;
        open.others_only && open.by.contains(&MayOpen::Staff)
    });
    about
        .map(|of_case| {
            let kind = &of_case.kind;
            let path = format!("/queue/new/{}?resident={resident}", kind.code);
            (visit.path(&path), visit.say(&kind.title))
        })
        .collect()
}
