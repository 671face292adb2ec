//! What somebody sends about a case: read, handed to the engine, and shown again with every word when it is refused.

use axum::response::{IntoResponse, Response};
use rongyi_cases::{Ask, Input, Rating, Solved};
use rongyi_core::ids::Code;
use rongyi_core::typed;
use rongyi_pages::{CaseFault, CaseTyped};
use serde::Deserialize;

use super::{Refused, Side, id_of, view};
use crate::cases::{CaseError, SentAct, find, take, units, whose};
use crate::door::Kind as ReadKind;
use crate::door::asked::{Path, Seq, Unread};
use crate::door::fault::Fault;
use crate::door::visit::{Html, Member, OnDuty, go};

/// What the forms of a case send; each uses what it needs.
#[derive(Debug, Deserialize)]
pub(crate) struct SentStep {
    #[serde(default)]
    act: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    seen: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    solved: String,
    #[serde(default)]
    satisfied: String,
}

impl SentStep {
    fn ask(&self) -> Option<Ask> {
        if let Some(code) = self.act.strip_prefix("move:") {
            return code.parse().ok().map(Ask::Move);
        }
        Some(match self.act.as_str() {
            "note" => Ask::Note,
            "extend" => Ask::Extend,
            "reopen" => Ask::Reopen,
            "unmerge" => Ask::Unmerge,
            "merge" => {
                let digits = typed::digits(&self.number);
                Ask::Merge(digits.and_then(|no| no.parse().ok()).unwrap_or(0))
            }
            "rate" => Ask::Rate(Rating {
                solved: match self.solved.as_str() {
                    "yes" => Some(Solved::Yes),
                    "partly" => Some(Solved::Partly),
                    "no" => Some(Solved::No),
                    _ => None,
                },
                satisfied: self.satisfied.parse().ok(),
            }),
            _ => return None,
        })
    }

    fn typed(&self) -> CaseTyped {
        CaseTyped {
            act: self.act.clone(),
            words: self.words.clone(),
            unit: self.unit.clone(),
            number: self.number.clone(),
            solved: self.solved.clone(),
            satisfied: self.satisfied.clone(),
        }
    }
}

/// `POST /{community}/cases/{no}/step`.
pub(crate) async fn step_own(
    member: Member,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    sent: Unread<SentStep>,
) -> Result<Response, Fault> {
    let side = Side::own(&member)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    if !at_hand.is_of(member.me.resident) {
        return Err(Fault::not_found());
    }
    stepped(&side, case_no, sent.form().await?).await
}

/// `POST /{community}/queue/{no}/step`.
pub(crate) async fn step_work(
    duty: OnDuty,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    sent: Unread<SentStep>,
) -> Result<Response, Fault> {
    let side = Side::desk(&duty)?;
    let at_hand = find(&side.visit.app.house, &side.visit.code, case_no).await?;
    duty.reads(ReadKind::Case, &whose(&at_hand)).await?;
    stepped(&side, case_no, sent.form().await?).await
}

async fn stepped(side: &Side<'_>, case_no: u64, sent: SentStep) -> Result<Response, Fault> {
    let visit = side.visit;
    let house = &visit.app.house;
    let ask = sent.ask().ok_or_else(Fault::not_found)?;
    let asked = SentAct {
        ask,
        input: Input {
            // A form without the number of steps is taken for one of the very first page.
            seen: sent.seen.parse().unwrap_or(0),
            words: sent.words.clone(),
            photos: 0,
            files: 0,
            unit: sent.unit.parse::<Code>().ok().filter(|unit| {
                let mut known = units(&side.served).into_iter();
                known.any(|(code, _)| code == *unit)
            }),
        },
        token: Some(sent.key.clone()).filter(|key| (1..=128).contains(&key.len())),
    };
    let refusals = match take(house, &visit.code, &side.actor, case_no, &asked).await {
        Ok(()) => return Ok(go(&side.path(&format!("/{case_no}?done=1")))),
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
        } else {
            "form".to_owned()
        };
        errors.push(CaseFault { field, message });
    }
    let status = Fault::from(CaseError::Refused(refusals)).status;
    let at_hand = find(house, &visit.code, case_no).await?;
    let refused = Refused {
        typed: sent.typed(),
        errors,
    };
    Ok((status, Html(view(side, &at_hand, refused).await?)).into_response())
}
