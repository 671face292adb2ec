//! Cases over the API: which kinds there are, lists, one case with its steps, opening, and what may be done with it. The
//! same decisions as behind the pages. Photos and papers come in on pages only; here they are named by their digests.

pub(crate) mod told;

use std::collections::BTreeMap;

use rongyi_cases::{Act, Ask, Input};
use rongyi_core::chain::hex;
use rongyi_core::command::Rejection;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_store::CaseFilter;
use serde::Deserialize;
use utoipa::ToSchema;

use super::asking::{self, Asked};
use super::claim::Claim;
use super::minutes::SentMinutes;
use super::opening::{self, SentCase};
use super::waiting::{place_after, place_of, states};
use super::{CaseAtHand, SentAct, WORDS, acting, find, kind_of, take, units, whose};
use crate::access::random;
use crate::door::Kind as ReadKind;
use crate::door::asked::{Lines, Path, Query, Seq, Unread};
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Json, Replayable};
use told::{CaseAnswer, CaseKindList, CaseList};

/// What can be asked, and what may be done with it then: the kinds of the community as they are now.
#[utoipa::path(
    get, path = "/communities/{community}/case-kinds", tag = "cases",
    params(("community" = String, Path, description = "The community")),
    responses((status = 200, body = CaseKindList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_case_kinds(caller: Caller) -> Result<Json<CaseKindList>, Fault> {
    let served = caller.house().community(&caller.code);
    let served = served.ok_or_else(Fault::not_found)?;
    let (today, _) = caller.house().today(&caller.code);
    let mut kinds = Vec::new();
    for of_case in &served.config.cases {
        let plans = opening::claimable(caller.house(), &served, &of_case.kind, today).await?;
        kinds.push(told::kind(&of_case.kind, plans));
    }
    let units = units(&served).into_iter().map(told::unit).collect();
    Ok(Json(CaseKindList { kinds, units }))
}

/// Which cases.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CasesQuery {
    #[serde(default)]
    scope: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
    limit: Option<Lines>,
}

/// Cases in the order of dates. `next` goes on where a page ended; a case that is moved meanwhile may stand on two pages or
/// on none, like on a list of paper that somebody works on.
#[utoipa::path(
    get, path = "/communities/{community}/cases", tag = "cases",
    params(
        ("community" = String, Path, description = "The community"),
        ("scope" = Option<String>, Query, description = "`open` (those that run, also without it), `mine` (those that wait for the caller), `opened` (those that the caller opened), `all` (those that ended, too)"),
        ("kind" = Option<String>, Query, description = "Of this kind only"),
        ("state" = Option<String>, Query, description = "In this state of the kind only"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 without it")
    ),
    responses((status = 200, body = CaseList), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn list_cases(
    caller: Caller,
    Query(query): Query<CasesQuery>,
) -> Result<Json<CaseList>, Fault> {
    let house = caller.house();
    let served = house.community(&caller.code).ok_or_else(Fault::not_found)?;
    if !["", "open", "mine", "opened", "all"].contains(&query.scope.as_str()) {
        return Err(Fault::input(
            "scope",
            "要写 open、mine、opened 或 all。",
            "write `open`, `mine`, `opened` or `all`.",
        ));
    }
    let kind = match query.kind.as_str() {
        "" => None,
        name => {
            let known = name.parse().ok().and_then(|code| kind_of(&served, &code));
            Some(known.ok_or_else(|| unknown_kind(name))?)
        }
    };
    let chosen = match (query.state.as_str(), &kind) {
        ("", _) => None,
        (state, Some(kind)) if kind.states.iter().any(|one| one.code.as_str() == state) => {
            Some(format!("{}/{state}", kind.code))
        }
        _ => {
            return Err(Fault::input(
                "state",
                "这一类没有这一步；筛选步骤时要同时写 kind。",
                "the kind has no such state; a state is asked for together with its `kind`.",
            ));
        }
    };
    let after = match query.after.as_str() {
        "" => None,
        text => Some(place_after(text).ok_or_else(|| {
            Fault::input(
                "after",
                "要照抄上一页的 next。",
                "copy `next` of the page before.",
            )
        })?),
    };
    let actor = acting(house, &caller.code, &caller.actor(), None).await?;
    let filter = CaseFilter {
        kind: kind.map(|kind| kind.code.clone()),
        group: None,
        states: states(&query.scope, &served, &actor, chosen.as_deref()),
        opener: (query.scope == "opened").then(|| caller.actor().code()),
        with_ended: matches!(query.scope.as_str(), "all" | "opened"),
    };
    let Lines(limit) = query.limit.unwrap_or(Lines::USUAL);
    let store = &house.store;
    let files = store.cases(&caller.code, &filter, after, limit).await?;
    let mut residents: Vec<ResidentNo> = files.iter().filter_map(|file| file.resident).collect();
    residents.sort_unstable();
    residents.dedup();
    caller.reads(ReadKind::Case, &residents).await?;
    let full = files.len() >= limit as usize;
    Ok(Json(CaseList {
        next: files.last().filter(|_| full).map(place_of),
        cases: files.iter().map(|file| told::row(&served, file)).collect(),
    }))
}

fn unknown_kind(name: &str) -> Fault {
    let shown: String = name.chars().take(48).collect();
    Fault::input(
        "kind",
        &format!("没有“{shown}”这一类；各类见 case-kinds。"),
        &format!("there is no kind “{shown}”; `case-kinds` lists them."),
    )
}

/// The case as the caller may see it now.
async fn shown(caller: &Caller, case_no: u64) -> Result<CaseAnswer, Fault> {
    let house = caller.house();
    let at_hand = find(house, &caller.code, case_no).await?;
    caller.reads(ReadKind::Case, &whose(&at_hand)).await?;
    told::case(house, &caller.code, &caller.actor(), &at_hand).await
}

/// One case with everything that was done, and what the caller may do with it now.
#[utoipa::path(
    get, path = "/communities/{community}/cases/{no}", tag = "cases",
    params(("community" = String, Path, description = "The community"), ("no" = u64, Path, description = "The case", maximum = 9007199254740991_i64)),
    responses((status = 200, body = CaseAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn get_case(
    caller: Caller,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
) -> Result<Json<CaseAnswer>, Fault> {
    Ok(Json(shown(&caller, case_no).await?))
}

/// A case to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseInput {
    /// Its kind.
    kind: String,
    /// For whom.
    #[serde(default, deserialize_with = "crate::door::asked::maybe_no")]
    #[schema(maximum = 2147483647)]
    resident: Option<u32>,
    /// The answers, by question: `yes` and `no`, days as `2026-11-23`, choices by their code.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// Where the form is an event's: its kind, if the caller chooses one.
    #[serde(default)]
    event: String,
    /// How much was done, as a decimal.
    #[serde(default)]
    quantity: String,
    /// The day, with or without the time.
    #[serde(default)]
    on: String,
    /// The event kind's own fields.
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

fn key_conflict(key: &str) -> Fault {
    Fault::from(Rejection::KeyConflict {
        key: key.to_owned(),
    })
}

/// Whether a case was opened with just this. Words that were erased meanwhile can't be compared.
fn is_same(at_hand: &CaseAtHand, kind: &Code, sent: &SentCase) -> bool {
    let opening = &at_hand.case.opening;
    let written = |key: &str| -> Option<String> {
        let code: Code = key.parse().ok()?;
        if let Some(choice) = opening.choice(&code) {
            return Some(choice.to_string());
        }
        if let Some(entry) = opening.entry(&code) {
            return Some(entry.to_string());
        }
        let mut texts = at_hand.stored.texts.iter();
        let found = texts.find(|text| text.step == 0 && text.key == key);
        found.map(|text| text.text.text.clone())
    };
    let erased = at_hand.stored.texts.is_empty();
    let answers = sent.answers.iter().all(|(key, answer)| {
        let answer = answer.replace('\0', "");
        let answer = answer.trim();
        match written(key) {
            Some(text) => text == answer,
            None => answer.is_empty() || erased,
        }
    });
    let claim = at_hand.opened.claim.as_ref();
    let resident = sent.resident.is_none() || sent.resident == at_hand.stored.file.resident;
    at_hand.kind.code == *kind
        && resident
        && claim.is_none_or(|claim| *claim == sent.claim)
        && answers
}

/// Opens a case. With an `Idempotency-Key` the same request opens one case, however often it comes.
#[utoipa::path(
    post, path = "/communities/{community}/cases", tag = "cases",
    params(("community" = String, Path, description = "The community")),
    request_body = CaseInput,
    responses((status = 200, body = CaseAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_case(
    caller: Caller,
    sent: Unread<CaseInput>,
) -> Result<Replayable<CaseAnswer>, Fault> {
    let input = sent.read().await?;
    let house = caller.house();
    let served = house.community(&caller.code).ok_or_else(Fault::not_found)?;
    let kind: Option<Code> = input.kind.parse().ok();
    let kind = kind.filter(|code| kind_of(&served, code).is_some());
    let kind = kind.ok_or_else(|| unknown_kind(&input.kind))?;
    let by = caller.actor();
    let sent = SentCase {
        answers: input.answers,
        event: input.event,
        claim: Claim {
            quantity: input.quantity,
            on: input.on,
            fields: input.fields,
        },
        photos: Vec::new(),
        resident: input.resident.map(ResidentNo),
        token: match &caller.key {
            Some(key) => key.clone(),
            None => hex(&random::<16>()),
        },
    };
    let known = house
        .store
        .case_opened_with(&caller.code, &by.code(), &sent.token)
        .await?;
    if let Some(case_no) = known {
        let at_hand = find(house, &caller.code, case_no).await?;
        if !is_same(&at_hand, &kind, &sent) {
            return Err(key_conflict(&sent.token));
        }
        return Ok(Replayable {
            replayed: true,
            body: shown(&caller, case_no).await?,
        });
    }
    let case_no = opening::open(house, &caller.code, (&by, &kind), &sent).await?;
    Ok(Replayable {
        replayed: false,
        body: shown(&caller, case_no).await?,
    })
}

/// What is written down of a meeting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseMinutesInput {
    /// The day, `2026-11-15`.
    on: String,
    /// Where it was.
    place: String,
    /// How many belong to the body.
    members: u16,
    /// How many were there.
    present: u16,
    /// How many agreed.
    agreed: u16,
}

impl CaseMinutesInput {
    fn sent(self) -> SentMinutes {
        SentMinutes {
            on: self.on,
            place: self.place,
            members: self.members.to_string(),
            present: self.present.to_string(),
            agreed: self.agreed.to_string(),
        }
    }
}

/// Something to be done with a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseStepInput {
    /// What: one of `acts` of the case, `move:check`, `note`, `extend`, `reopen`, `merge`, `unmerge`, `rate`.
    act: String,
    /// `version` of the case as the caller read it: somebody who was faster is noticed by it.
    seen: u32,
    /// What was done, or why.
    #[serde(default)]
    words: String,
    /// The unit that is to go on.
    #[serde(default)]
    unit: String,
    /// With `merge`: the case that it is the same as.
    #[serde(default, deserialize_with = "crate::door::asked::maybe_seq")]
    #[schema(maximum = 9007199254740991_i64)]
    into: Option<u64>,
    /// With `rate`: whether it is solved, `yes`, `partly` or `no`.
    #[serde(default)]
    solved: String,
    /// With `rate`: how satisfied, from 1 on.
    satisfied: Option<u8>,
    /// Where an act needs `minutes`: those of the meeting.
    minutes: Option<CaseMinutesInput>,
}

/// Whether a step that is there is what is asked for.
fn is_done(at_hand: &CaseAtHand, step: u32, ask: &Ask, input: &Input) -> bool {
    let mut steps = at_hand.stored.steps.iter();
    let Some(stored) = steps.find(|stored| stored.step == step) else {
        return false;
    };
    let same = match (Act::read(&stored.word, &stored.argument), ask) {
        (Ok(Act::Move { code, unit, .. }), Ask::Move(asked)) => {
            code == *asked && (input.unit.is_none() || unit == input.unit)
        }
        (Ok(Act::Note), Ask::Note)
        | (Ok(Act::Extend), Ask::Extend)
        | (Ok(Act::Reopen), Ask::Reopen)
        | (Ok(Act::Unmerge), Ask::Unmerge) => true,
        (Ok(Act::Merge(into)), Ask::Merge(asked)) => into == *asked,
        (Ok(Act::Rate(rating)), Ask::Rate(asked)) => rating == *asked,
        (Ok(_) | Err(_), _) => false,
    };
    let mut texts = at_hand.stored.texts.iter();
    let written = texts.find(|text| text.step == step && text.key == WORDS);
    same && written.is_none_or(|text| text.text.text == input.words.trim())
}

/// Does something with a case, as the page of it would. With an `Idempotency-Key` it is done once.
#[utoipa::path(
    post, path = "/communities/{community}/cases/{no}/steps", tag = "cases",
    params(("community" = String, Path, description = "The community"), ("no" = u64, Path, description = "The case", maximum = 9007199254740991_i64)),
    request_body = CaseStepInput,
    responses((status = 200, body = CaseAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_case_step(
    caller: Caller,
    Path((_, Seq(case_no))): Path<(String, Seq)>,
    sent: Unread<CaseStepInput>,
) -> Result<Replayable<CaseAnswer>, Fault> {
    let input = sent.read().await?;
    let house = caller.house();
    let served = house.community(&caller.code).ok_or_else(Fault::not_found)?;
    let (number, satisfied) = (
        input.into.map_or_else(String::new, |no| no.to_string()),
        input
            .satisfied
            .map_or_else(String::new, |no| no.to_string()),
    );
    let asked = Asked {
        act: &input.act,
        number: &number,
        solved: &input.solved,
        satisfied: &satisfied,
    };
    let ask = asking::ask(asked).ok_or_else(|| {
        Fault::input(
            "act",
            "没有这种办理；可以做的见这一件的 acts。",
            "there is no such act; `acts` of the case lists them.",
        )
    })?;
    let unit = match input.unit.as_str() {
        "" => None,
        name => {
            let mut known = units(&served).into_iter().map(|(code, _)| code);
            let found = known.find(|code| code.as_str() == name);
            Some(found.ok_or_else(|| {
                Fault::input(
                    "unit",
                    "没有这个承办单位；各单位见 case-kinds。",
                    "there is no such unit; `case-kinds` lists them.",
                )
            })?)
        }
    };
    let asked = SentAct {
        ask,
        input: Input {
            seen: input.seen as usize,
            words: input.words,
            photos: 0,
            files: 0,
            unit,
            minutes: None,
        },
        minutes: input
            .minutes
            .map_or_else(SentMinutes::default, CaseMinutesInput::sent),
        photos: Vec::new(),
        papers: Vec::new(),
        token: caller.key.clone(),
    };
    if let Some(key) = &caller.key {
        let known = house.store.case_step_known(&caller.code, case_no, key);
        if let Some(step) = known.await? {
            let at_hand = find(house, &caller.code, case_no).await?;
            let by = caller.actor().code();
            let mut steps = at_hand.stored.steps.iter();
            let own = steps.any(|stored| stored.step == step && stored.actor == by);
            if !own || !is_done(&at_hand, step, &asked.ask, &asked.input) {
                return Err(key_conflict(key));
            }
            return Ok(Replayable {
                replayed: true,
                body: shown(&caller, case_no).await?,
            });
        }
    }
    take(house, &caller.code, &caller.actor(), case_no, &asked).await?;
    Ok(Replayable {
        replayed: false,
        body: shown(&caller, case_no).await?,
    })
}
