//! What somebody sends about a case: read, handed to the engine, and shown again with every word when it is refused.

use axum::response::{IntoResponse, Response};
use rongyi_cases::{Ask, Input};
use rongyi_core::chain::{Hash, hex};
use rongyi_core::ids::Code;
use rongyi_pages::{CaseFault, CaseMinutes, CaseTyped};

use super::parts::{Fields, PAPERS, Parts, parts};
use super::{Refused, Side, id_of, view};
use crate::cases::asking::{self, Asked};
use crate::cases::minutes::SentMinutes;
use crate::cases::{CaseError, SentAct, find, take, units, whose};
use crate::door::Kind as ReadKind;
use crate::door::asked::{Path, Seq, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, go};

/// The field of the photos of a step.
const PHOTOS: &str = "photos";

/// What the forms of a case send; each uses what it needs.
#[derive(Debug, Default)]
struct SentStep {
    act: String,
    key: String,
    seen: String,
    next: String,
    words: String,
    unit: String,
    number: String,
    solved: String,
    satisfied: String,
    minutes: SentMinutes,
}

impl SentStep {
    fn of(fields: Fields) -> SentStep {
        let mut sent = SentStep::default();
        let mut phrase = String::new();
        for (name, value) in fields {
            match name.as_str() {
                "act" => sent.act = value,
                "key" => sent.key = value,
                "seen" => sent.seen = value,
                "next" => sent.next = value,
                "phrase" => phrase = value,
                "words" => sent.words = value,
                "unit" => sent.unit = value,
                "number" => sent.number = value,
                "solved" => sent.solved = value,
                "satisfied" => sent.satisfied = value,
                "minutes-on" => sent.minutes.on = value,
                "minutes-place" => sent.minutes.place = value,
                "minutes-members" => sent.minutes.members = value,
                "minutes-present" => sent.minutes.present = value,
                "minutes-agreed" => sent.minutes.agreed = value,
                _ => {}
            }
        }
        // A sentence that was chosen comes before what was written by hand.
        if !phrase.is_empty() {
            sent.words = match sent.words.trim() {
                "" => phrase,
                more => format!("{phrase}\n{more}"),
            };
        }
        sent
    }

    fn ask(&self) -> Option<Ask> {
        asking::ask(Asked {
            act: &self.act,
            number: &self.number,
            solved: &self.solved,
            satisfied: &self.satisfied,
        })
    }

    fn typed(&self, photos: &[Hash]) -> CaseTyped {
        CaseTyped {
            photos: photos.iter().map(|digest| hex(digest)).collect(),
            act: self.act.clone(),
            words: self.words.clone(),
            unit: self.unit.clone(),
            number: self.number.clone(),
            solved: self.solved.clone(),
            satisfied: self.satisfied.clone(),
            minutes: CaseMinutes {
                on: self.minutes.on.clone(),
                place: self.minutes.place.clone(),
                members: self.minutes.members.clone(),
                present: self.minutes.present.clone(),
                agreed: self.minutes.agreed.clone(),
            },
        }
    }
}

/// `POST /{community}/cases/{no}/step`.
pub(crate) async fn step_own(
    member: Member,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    sent: Unread<Fields>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    if !at_hand.is_of(member.me.resident) {
        return Err(Fault::not_found());
    }
    stepped(&side, case_no, parts(&side, sent).await?).await
}

/// `POST /{community}/queue/{no}/step`.
pub(crate) async fn step_work(
    duty: OnDuty,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    sent: Unread<Fields>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    duty.reads(ReadKind::Case, &whose(&at_hand)).await?;
    stepped(&side, case_no, parts(&side, sent).await?).await
}

async fn stepped(side: &Side<'_>, case_no: u64, mut parts: Parts) -> Result<Response, Fault> {
    let visit = side.visit;
    let house = &visit.app.house;
    let sent = SentStep::of(std::mem::take(&mut parts.fields));
    let photos = parts.photos_of(PHOTOS);
    if !parts.wrong.is_empty() {
        // A photo that was not taken is told before anything is done without it.
        let status = Fault::input("photos", "", "").status;
        let at_hand = find(house, &visit.code, case_no).await?;
        let refused = Refused {
            typed: sent.typed(&photos),
            errors: parts
                .wrong
                .into_iter()
                .map(|fault| CaseFault {
                    field: match fault.field.as_str() {
                        PAPERS => format!("papers-{}", id_of(&sent.act)),
                        _ => format!("photos-{}", id_of(&sent.act)),
                    },
                    ..fault
                })
                .collect(),
        };
        return Ok((status, Html(view(side, &at_hand, refused).await?)).into_response());
    }
    let ask = sent.ask().ok_or_else(Fault::not_found)?;
    let asked = SentAct {
        ask,
        input: Input {
            // A form without the number of steps is taken for one of the very first page.
            seen: sent.seen.parse().unwrap_or(0),
            words: sent.words.clone(),
            photos: u8::try_from(photos.len()).unwrap_or(u8::MAX),
            files: u8::try_from(parts.papers.len()).unwrap_or(u8::MAX),
            unit: sent.unit.parse::<Code>().ok().filter(|unit| {
                let mut known = units(&side.served).into_iter();
                known.any(|(code, _)| code == *unit)
            }),
            minutes: None,
        },
        minutes: sent.minutes.clone(),
        photos: photos.clone(),
        papers: std::mem::take(&mut parts.papers),
        token: Some(sent.key.clone()).filter(|key| (1..=128).contains(&key.len())),
    };
    let refusals = match take(house, &visit.code, &side.actor, case_no, &asked).await {
        Ok(()) => {
            // Whoever goes through the queue stands before the next one.
            let next = sent
                .next
                .parse::<u64>()
                .ok()
                .filter(|_| side.is_desk && matches!(asked.ask, Ask::Move(_)));
            let there = next.unwrap_or(case_no);
            return Ok(go(&side.path(&format!("/{there}?done={case_no}"))));
        }
        Err(CaseError::Refused(refusals)) => refusals,
        Err(error) => return Err(error.into()),
    };
    let mut errors = Vec::new();
    for refusal in &refusals {
        let mut message = visit.say(&refusal.text);
        // The engine knows who was first by their code alone.
        if let Some(first) = &refusal.first {
            let name = visit.actor(&first.by.actor).await;
            message = message.replace(first.by.actor.as_str(), &name);
        }
        let words = match refusal.code {
            "case.words" => true,
            // What else is missing stands beside no words.
            "case.need" => sent.words.trim().is_empty(),
            _ => false,
        };
        let field = if words {
            format!("words-{}", id_of(&sent.act))
        } else if refusal.code.starts_with("case.minutes") {
            format!("minutes-{}", id_of(&sent.act))
        } else {
            "form".to_owned()
        };
        errors.push(CaseFault { field, message });
    }
    let status = Fault::from(CaseError::Refused(refusals)).status;
    let at_hand = find(house, &visit.code, case_no).await?;
    let refused = Refused {
        typed: sent.typed(&photos),
        errors,
    };
    Ok((status, Html(view(side, &at_hand, refused).await?)).into_response())
}
