//! The council's matter that decides about a change of the rule book: a case with a meeting, named by the office on the page that
//! residents are shown. As long as it is not carried, that change is not brought into force.

use rongyi_cases::kind::Group;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_store::Proposal;
use serde::Deserialize;

use crate::cases::minutes::{self, Met};
use crate::cases::{self, CaseError, refusal};
use crate::house::House;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was decided yet.
    Open,
    /// Enough were there, and enough agreed.
    Carried,
    /// Too few agreed, or it was not taken up.
    Declined,
}

/// A matter as far as it has come.
#[derive(Debug, Clone)]
pub(crate) struct Vote {
    /// The case.
    pub(crate) case: u64,
    /// What became of it.
    pub(crate) outcome: Outcome,
    /// The meeting, where there was one.
    pub(crate) meeting: Option<Met>,
}

impl Vote {
    /// In words, for everybody: no name stands in it.
    pub(crate) fn text(&self) -> Text {
        let (zh, en) = match self.outcome {
            Outcome::Open => (
                "还在议，没有结果",
                "is being talked about; nothing is decided",
            ),
            Outcome::Carried => ("通过了", "was carried"),
            Outcome::Declined => ("没有通过", "was not carried"),
        };
        let case = self.case;
        let (meeting_zh, meeting_en) = match &self.meeting {
            Some(Met { text, .. }) => (text.zh.clone(), format!(" {}", text.en)),
            None => (String::new(), String::new()),
        };
        Text {
            zh: format!("议事第 {case} 件：{zh}。{meeting_zh}"),
            en: format!("The council's matter {case} {en}.{meeting_en}"),
        }
    }
}

/// What of a proposal names its matter.
#[derive(Deserialize)]
struct Bound {
    #[serde(default)]
    matter: Option<u64>,
}

/// The matter that decides about what residents are shown.
///
/// # Errors
/// What the case or the database said.
pub(crate) async fn of_proposal(
    house: &House,
    community: &Code,
    shown: &Proposal,
) -> Result<Option<Vote>, CaseError> {
    match named(shown) {
        Some(case) => Ok(Some(of_case(house, community, case).await?)),
        None => Ok(None),
    }
}

/// The number of the matter that was named for what residents are shown, and what became of it, in words; also where it can't
/// be read.
///
/// # Errors
/// What the database said.
pub(crate) async fn told(
    house: &House,
    community: &Code,
    shown: &Proposal,
) -> Result<Option<(u64, Text)>, CaseError> {
    let Some(case) = named(shown) else {
        return Ok(None);
    };
    let text = match of_case(house, community, case).await {
        Ok(vote) => vote.text(),
        Err(error @ (CaseError::Store(_) | CaseError::Clerk(_))) => return Err(error),
        Err(error @ (CaseError::Unknown | CaseError::Refused(_) | CaseError::Damaged(..))) => {
            tracing::warn!(%community, case, %error, "the matter that was named for a change can't be read");
            Text {
                zh: format!("议事第 {case} 件现在读不出来。"),
                en: format!("The council's matter {case} can't be read at the moment."),
            }
        }
    };
    Ok(Some((case, text)))
}

fn named(shown: &Proposal) -> Option<u64> {
    let bound: Option<Bound> = serde_json::from_str(&shown.body).ok();
    bound.and_then(|bound| bound.matter)
}

/// A matter by the number of its case.
///
/// # Errors
/// [`CaseError::Refused`] for a case in which no council meets, [`CaseError::Unknown`] when there is none.
pub(crate) async fn of_case(house: &House, community: &Code, case: u64) -> Result<Vote, CaseError> {
    let at_hand = cases::find(house, community, case).await?;
    if at_hand
        .kind
        .states
        .iter()
        .all(|state| state.meeting.is_none())
    {
        return Err(CaseError::Refused(vec![refusal(
            "vote.no-meeting",
            format!("第 {case} 件不是要开会议的事。请填居民议事那一件的编号。"),
            format!("No council meets about case {case}. Name the council's matter."),
        )]));
    }
    let met = minutes::newest(&at_hand.stored, &at_hand.kind);
    let place = &at_hand.stored.file.place;
    let group = at_hand.kind.state(&place.state).map(|state| state.group);
    // What was linked to another case goes on there, and has to be named there.
    let nothing =
        place.merged_into.is_some() || matches!(group, Some(Group::Refused | Group::Withdrawn));
    let outcome = match &met {
        _ if nothing => Outcome::Declined,
        Some(met) if met.carried => Outcome::Carried,
        Some(_) | None => Outcome::Open,
    };
    Ok(Vote {
        case,
        outcome,
        meeting: met,
    })
}
