//! A change of the rule book as those who vote on it see it: tried on what really happened, told in plain words. The office may
//! show it to residents before anybody brings it into force; then it is kept, with what each household would have had.

pub(crate) mod web;

use std::collections::BTreeMap;

use rongyi_core::account::Holder;
use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_store::{Proposal, StoreError};
use serde::{Deserialize, Serialize};

use super::change::{self, ChangeError};
use super::simulate::{Outcome, TURN, told};
use super::vote::{self, Vote};
use crate::cases::{CaseError, refusal};
use crate::house::House;

/// A sentence as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Said {
    zh: String,
    en: String,
}

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Said {
            zh: text.zh,
            en: text.en,
        }
    }
}

impl Said {
    /// In both languages.
    pub(crate) fn text(&self) -> Text {
        Text {
            zh: self.zh.clone(),
            en: self.en.clone(),
        }
    }
}

/// What residents and the council are told of a change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The number of the change.
    pub(crate) number: String,
    /// The first day that was tried.
    pub(crate) from: String,
    /// The last day.
    pub(crate) to: String,
    /// How many entries were gone through.
    pub(crate) entries: i64,
    /// What the rules say no longer, and anew (`true`).
    pub(crate) words: Vec<(bool, Said)>,
    /// From which day what decides.
    pub(crate) days: Vec<Said>,
    /// What it comes to.
    pub(crate) said: Vec<Said>,
    /// How many holders change by how much.
    pub(crate) spread: Vec<(Said, i64)>,
    /// Size of a household, and the middle of what such households earned and would have earned.
    pub(crate) homes: Vec<(usize, i64, i64)>,
    /// The case in which the council decides about it.
    #[serde(default)]
    pub(crate) matter: Option<u64>,
    /// What each holder earned and would have earned: `household/3`.
    pub(crate) own: BTreeMap<String, (i64, i64)>,
}

/// By what a holder is found in what is kept.
fn place(holder: Holder) -> Option<String> {
    match holder {
        Holder::Household(no) => Some(format!("household/{no}")),
        Holder::Resident(no) => Some(format!("resident/{no}")),
        Holder::Community | Holder::Fund(_) => None,
    }
}

impl Told {
    fn of(number: String, words: Vec<(bool, Text)>, days: Vec<Text>, outcome: &Outcome) -> Told {
        let said = |all: Vec<Text>| all.into_iter().map(Said::from).collect();
        let holders = outcome.tally.holders.iter();
        let own = holders.filter_map(|(holder, of)| {
            let both = (of.earned.ledger, of.earned.candidate);
            Some((place(*holder)?, both)).filter(|_| both != (0, 0))
        });
        Told {
            number,
            from: outcome.from.to_string(),
            to: outcome.to.to_string(),
            entries: outcome.tally.entries,
            words: words
                .into_iter()
                .map(|(new, text)| (new, text.into()))
                .collect(),
            days: said(days),
            said: said(told::sentences(outcome)),
            spread: told::spread(outcome)
                .into_iter()
                .map(|(text, count)| (text.into(), count))
                .collect(),
            homes: outcome
                .typical
                .iter()
                .map(|(size, both)| (*size, both.ledger, both.candidate))
                .collect(),
            matter: None,
            own: own.collect(),
        }
    }

    /// What a holder earned and would have earned; nothing for somebody who earned nothing either way.
    pub(crate) fn own(&self, holder: Holder) -> Option<(i64, i64)> {
        self.own.get(&place(holder)?).copied()
    }
}

/// Tries what is saved on what really happened. `None` when it is what is in force.
///
/// # Errors
/// What is wrong with the saved file.
pub(crate) async fn tried(house: &House, code: &Code) -> Result<Option<Told>, ChangeError> {
    let plan = change::plan(house, code).await?;
    if plan.is_nothing() {
        return Ok(None);
    }
    // Nobody closes it; without a turn it is only not waited for.
    let _turn = TURN.acquire().await.ok();
    let (number, words, days) = (plan.number.clone(), plan.words.clone(), plan.days());
    let outcome = change::tried(house, code, plan).await?;
    Ok(Some(Told::of(number, words, days, &outcome)))
}

/// What residents are shown, if anything.
///
/// # Errors
/// What the database said. What an older program kept and this one cannot read is as good as nothing.
pub(crate) async fn shown(
    house: &House,
    code: &Code,
) -> Result<Option<(Proposal, Told)>, StoreError> {
    let kept = house.store.proposal(code).await?;
    Ok(kept.and_then(|kept| {
        let told = serde_json::from_str(&kept.body).ok()?;
        Some((kept, told))
    }))
}

/// Names the case in which the council decides about what is shown, and answers how far it is.
///
/// # Errors
/// [`CaseError::Unknown`] when nothing is shown or there is no such case, [`CaseError::Refused`] for one without a meeting or
/// with one before the change was shown, and when another change is shown by now.
pub(crate) async fn bind(house: &House, code: &Code, case: u64) -> Result<Vote, CaseError> {
    let (kept, mut told) = shown(house, code).await?.ok_or(CaseError::Unknown)?;
    let vote = vote::of_case(house, code, case).await?;
    let since = house.day_of(code, kept.shown_at);
    if let Some(met) = vote.meeting.as_ref().filter(|met| met.on < since) {
        let on = met.on;
        return Err(CaseError::Refused(vec![refusal(
            "vote.before",
            format!(
                "第 {case} 件是 {on} 议的，这份改动 {since} 才给居民看，那次会议说的不会是它。请填会议在这以后的那一件。"
            ),
            format!(
                "The meeting about case {case} was on {on}, and residents are shown this change only since {since}, so it was not about this one. Name a matter whose meeting is later."
            ),
        )]));
    }
    told.matter = Some(case);
    let body = serde_json::to_string(&told).unwrap_or_default();
    let store = &house.store;
    match store.rewrite_proposal(code, &kept.number, &body).await? {
        true => Ok(vote),
        false => Err(CaseError::Refused(vec![refusal(
            "vote.moved",
            "刚才给居民看的换成了另一份改动，这一件没有记上。请再看一遍。",
            "Residents are shown another change by now, so the matter was not noted. Look at it once more.",
        )])),
    }
}
