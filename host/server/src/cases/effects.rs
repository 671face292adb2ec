//! What follows from a step: written with it, carried out after it, and once whatever happens in between. What is booked
//! has the case and the step as its reference, so that the book itself knows it again.

use std::collections::BTreeMap;

use rongyi_cases::kind::{Effect, Filling};
use rongyi_cases::{Case, Party, Taken};
use rongyi_clerk::ClerkError;
use rongyi_core::book::{FateState, Frame};
use rongyi_core::chain::sha256;
use rongyi_core::command::{Agreed, Agreer, Ask, Command};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{Change, Event, Record, Source};
use rongyi_core::rule::Text;
use rongyi_store::{EffectState, StoreError, WaitingEffect};
use serde::{Deserialize, Serialize};

use super::claim::{Claim, claimed_event};
use super::{CaseError, agreers, find};
use crate::amend::{self, By, Request};
use crate::door::{Actor, Signed};
use crate::earning::trial::{Tried, preview};
use crate::house::House;
use crate::ledger::explain::{self, Lang};
use crate::ledger::refused::Told;

/// The book of references under which cases book.
const SOURCE: &str = "case";
/// Effects carried out in one round.
const ROUND_MAX: u32 = 200;

/// Something that follows, as it is stored: codes and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(super) enum Follow {
    /// Books an event.
    Book {
        /// Its kind; the one that was chosen when there is none.
        event: Option<String>,
        /// Who fills its roles.
        roles: Vec<(String, Vec<u32>)>,
        /// Who had agreed.
        checked: Vec<String>,
        /// Who took the step.
        by: String,
    },
    /// Tells somebody: a line in the case, until there are messages.
    Notify {
        /// The role.
        who: String,
    },
    /// Opens a case of another kind.
    Open {
        /// The kind.
        kind: String,
    },
    /// Proposes a reversal.
    Reverse {
        /// The entry.
        entry: Option<u64>,
        /// Who took the step.
        by: String,
    },
    /// Withdraws what the case booked.
    Withdraw {
        /// Who took the step.
        by: String,
    },
}

/// What became of something.
pub(crate) struct Ended {
    /// The entry it came to.
    pub(crate) entry: Option<u64>,
    /// Why it was not done.
    pub(crate) refused: Option<Told>,
}

impl Ended {
    fn done(entry: Option<u64>) -> Ended {
        Ended {
            entry,
            refused: None,
        }
    }

    fn refused(entry: Option<u64>, told: Told) -> Ended {
        Ended {
            entry,
            refused: Some(told),
        }
    }
}

/// An effect of a move, to be stored with its step.
pub(super) fn follow(
    effect: &Effect,
    (case, others_only): (&Case, bool),
    taken: &Taken,
    by: &Code,
) -> String {
    // What time books is booked on the word of whoever checked it last.
    let by = match taken.checked.last() {
        Some(party) if taken.step.by == Party::clock() => party.actor.to_string(),
        Some(_) | None => by.to_string(),
    };
    let follow = match effect {
        Effect::Book { event, roles } => Follow::Book {
            event: event.as_ref().map(Code::to_string),
            roles: roles
                .iter()
                .map(|(role, filling)| (role.to_string(), filled(*filling, case)))
                .collect(),
            checked: agreed(case, taken, others_only),
            by,
        },
        Effect::Notify(role) => Follow::Notify {
            who: role.word().to_owned(),
        },
        Effect::Open(kind) => Follow::Open {
            kind: kind.to_string(),
        },
        Effect::Reverse(key) => Follow::Reverse {
            entry: case.opening.entry(key),
            by,
        },
        Effect::WithdrawEntry => Follow::Withdraw { by },
    };
    serde_json::to_string(&follow).unwrap_or_default()
}

/// Who agreed: whoever checked it, and before them whoever wrote it down, where it is always about somebody else.
fn agreed(case: &Case, taken: &Taken, others_only: bool) -> Vec<String> {
    let opener = std::iter::once(&case.opening.opener).filter(|_| others_only);
    let all = opener.chain(&taken.checked);
    all.map(|party| party.actor.to_string()).collect()
}

/// The numbers of those who fill a role. A unit has no account; the configuration is refused before it comes to that.
fn filled(filling: Filling, case: &Case) -> Vec<u32> {
    let opening = &case.opening;
    let number = |party: &Party| number(&party.actor);
    match filling {
        Filling::Opener => number(&opening.opener).into_iter().collect(),
        Filling::For if opening.concerned.is_empty() => {
            number(&opening.opener).into_iter().collect()
        }
        Filling::For => opening.concerned.iter().filter_map(number).collect(),
        Filling::Unit => Vec::new(),
    }
}

fn number(actor: &Code) -> Option<u32> {
    match Signed::of(actor) {
        Signed::Resident(no) => Some(no.0),
        Signed::Staff(_)
        | Signed::Device(_)
        | Signed::Terminal(_)
        | Signed::Import
        | Signed::Audit
        | Signed::System
        | Signed::Other(_) => None,
    }
}

/// Whether a stored effect books something.
pub(super) fn books(what: &str) -> bool {
    matches!(serde_json::from_str(what), Ok(Follow::Book { .. }))
}

/// The case that booked under a reference.
pub(crate) fn case_of(source: &Source) -> Option<u64> {
    let (case_no, _) = source.external_ref.split_once('/')?;
    (source.name.as_str() == SOURCE).then(|| case_no.parse().ok())?
}

/// What the rule would give for a claim now.
///
/// # Errors
/// What the database said.
pub async fn worth(
    house: &House,
    frame: &Frame,
    (kind, claim): (&Code, &Claim),
    about: &[&Code],
) -> Result<Option<Tried>, StoreError> {
    let community = &frame.community;
    let doers = about.iter().filter_map(|actor| number(actor));
    let doers = doers.map(|no| (Code::literal("doer"), ResidentNo(no)));
    let now = house.today(community);
    match claimed_event((frame, kind), claim, doers.collect(), now) {
        Ok(event) => preview(house, community, event).await,
        Err(_) => Ok(None),
    }
}

/// Carries out what follows from the steps of one case. What fails is left to the job, which comes round each minute.
pub async fn carry_out_of(house: &House, community: &Code, case_no: u64) {
    let waiting = match house.store.case(community, case_no).await {
        Ok(Some(case)) => case.effects,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%community, case_no, %error, "what follows from a step is left to the job");
            return;
        }
    };
    let open = waiting
        .into_iter()
        .filter(|effect| effect.state == EffectState::Waiting);
    for effect in open {
        let effect = WaitingEffect {
            case_no,
            step: effect.step,
            place: effect.place,
            what: effect.what,
        };
        if let Err(error) = carry_out(house, community, &effect).await {
            tracing::warn!(%community, case_no, %error, "what follows from a step is left to the job");
            return;
        }
    }
}

/// Carries out everything that waits; answers how much.
///
/// # Errors
/// What the database or the clerk said; what was done until then stays done.
pub async fn carry_out_all(house: &House, community: &Code) -> Result<usize, CaseError> {
    let waiting = house
        .store
        .waiting_case_effects(community, ROUND_MAX)
        .await?;
    let mut done = 0;
    for effect in &waiting {
        carry_out(house, community, effect).await?;
        done += 1;
    }
    Ok(done)
}

async fn carry_out(
    house: &House,
    community: &Code,
    effect: &WaitingEffect,
) -> Result<(), CaseError> {
    let follow: Follow = serde_json::from_str(&effect.what)
        .map_err(|bad| CaseError::Damaged(effect.case_no, bad.to_string()))?;
    let booking = matches!(follow, Follow::Book { .. });
    let ended = match follow {
        Follow::Book {
            event,
            roles,
            checked,
            by,
        } => book(house, community, effect, (event, roles, (checked, by))).await?,
        Follow::Notify { .. } => Ended::done(None),
        Follow::Open { kind } => Ended::refused(
            None,
            Told::new(
                "case.open-by-hand",
                Text {
                    zh: format!("请到“办件”里另外提出一件“{kind}”，写上这一件的编号。"),
                    en: format!("Please open a case “{kind}” by hand and name this one in it."),
                },
            ),
        ),
        Follow::Reverse { entry, by } => match entry {
            Some(entry) => {
                let request = Request::Propose(Change::Reverse { entry });
                amended(house, community, effect, (&request, &by, "")).await?
            }
            None => Ended::done(None),
        },
        Follow::Withdraw { by } => withdraw(house, community, effect, &by).await?,
    };
    let (state, told) = match &ended.refused {
        None => (EffectState::Done, None),
        Some(told) => (
            EffectState::Refused,
            Some(serde_json::to_string(told).unwrap_or_default()),
        ),
    };
    house
        .store
        .end_case_effect(
            community,
            effect,
            (state, told.as_deref()),
            (ended.entry, booking && state == EffectState::Done),
        )
        .await?;
    Ok(())
}

/// What is to be booked: the kind of event where it is named, who did it in which role, who agreed and on whose word.
type Booking = (
    Option<String>,
    Vec<(String, Vec<u32>)>,
    (Vec<String>, String),
);

async fn book(
    house: &House,
    community: &Code,
    effect: &WaitingEffect,
    (kind, roles, (checked, by)): Booking,
) -> Result<Ended, CaseError> {
    let damaged = |why: String| CaseError::Damaged(effect.case_no, why);
    let at_hand = find(house, community, effect.case_no).await?;
    let kind = kind.map(|kind| kind.parse::<Code>());
    let kind = kind
        .transpose()
        .map_err(|bad| damaged(bad.to_string()))?
        .or_else(|| at_hand.opened.event.clone());
    let kind = kind.ok_or_else(|| damaged("no event".to_owned()))?;
    let by: Code = by.parse().map_err(|_| damaged("no actor".to_owned()))?;
    let mut filled_roles = Vec::new();
    for (role, numbers) in roles {
        let role: Code = role.parse().map_err(|_| damaged("no role".to_owned()))?;
        let all = numbers.into_iter().map(|no| (role.clone(), ResidentNo(no)));
        filled_roles.extend(all);
    }
    if filled_roles.is_empty() {
        let text = Text {
            zh: "这件事不是为哪位居民提出的，没有人可以记账。".to_owned(),
            en: "This was opened for no resident, so there is nobody to book it for.".to_owned(),
        };
        return Ok(Ended::refused(None, Told::new("case.nobody", text)));
    }
    let frame = house.store.frame(community).await?;
    let frame = frame.ok_or(CaseError::Unknown)?;
    let step = at_hand
        .stored
        .steps
        .iter()
        .find(|step| step.step == effect.step);
    let day = step.map(|step| house.day_of(community, step.at));
    let claim = at_hand.opened.claim.clone().unwrap_or_else(|| Claim {
        quantity: "1".to_owned(),
        on: day.map_or_else(String::new, |day| day.to_string()),
        fields: BTreeMap::new(),
    });
    let now = house.today(community);
    let event = match claimed_event((&frame, &kind), &claim, filled_roles, now) {
        Ok(event) => event,
        Err(error) => return Ok(Ended::refused(None, Told::new(error.code, error.text))),
    };
    let input = (kind.to_string(), &effect.what, &claim);
    let input = sha256(&serde_json::to_vec(&input).unwrap_or_default());
    let event = Event {
        source: Some(Source {
            name: Code::literal(SOURCE),
            external_ref: format!("{}/{}", effect.case_no, effect.step),
            input,
        }),
        ..event
    };
    let checked = checked.iter().filter_map(|actor| actor.parse().ok());
    let agreed = agreers(&house.store, community, checked).await?;
    let command = house.command(community, &by, earned(event, agreed));
    ask(house, community, command, &frame).await
}

/// An event with those who agreed to it; a plain one where nobody was asked.
pub(crate) fn earned(event: Event, by: Vec<Agreer>) -> Ask {
    if by.is_empty() {
        Ask::Earn(event)
    } else {
        Ask::Agreed(Box::new(Agreed { event, by }))
    }
}

/// Asks the book; what it refuses is an answer here, what keeps it from answering is not.
pub(crate) async fn ask(
    house: &House,
    community: &Code,
    command: Command,
    frame: &Frame,
) -> Result<Ended, CaseError> {
    match house.clerk.ask_patiently(community, command).await {
        Ok(answer) => {
            let entry = Some(answer.receipt.entry);
            let refused = answer.receipt.records.iter().find_map(|record| {
                if let Record::Refused(set, _, refusal) = record {
                    let plan = explain::plan_of(frame, *set);
                    let refusal = explain::without_balance(refusal);
                    let told = |lang| explain::refusal(&plan, Some(frame), &refusal, lang);
                    let text = Text {
                        zh: told(Lang::Zh),
                        en: told(Lang::En),
                    };
                    Some(Told::new(refusal.code.as_str(), text))
                } else {
                    None
                }
            });
            Ok(match refused {
                Some(told) => Ended::refused(entry, told),
                None => Ended::done(entry),
            })
        }
        Err(ClerkError::Rejected(rejection)) => Ok(Ended::refused(
            None,
            Told::new(rejection.code(), rejection.text()),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Asks for something about an entry that is booked, under a key of its own so that it counts once.
async fn amended(
    house: &House,
    community: &Code,
    effect: &WaitingEffect,
    (request, by, part): (&Request, &str, &str),
) -> Result<Ended, CaseError> {
    let actor = by
        .parse()
        .map_err(|_| CaseError::Damaged(effect.case_no, "no actor".to_owned()))?;
    let (case_no, step, place) = (effect.case_no, effect.step, effect.place);
    let by = By {
        actor,
        key: Some(format!("case-{case_no}-{step}-{place}{part}")),
        reason: format!("办件第 {case_no} 件"),
    };
    match amend::ask(house, community, request, by).await {
        Ok(answer) => Ok(Ended::done(Some(answer.receipt.entry))),
        Err(ClerkError::Rejected(rejection)) => Ok(Ended::refused(
            None,
            Told::new(rejection.code(), rejection.text()),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Takes back what the case booked last: an award under notice by an objection that is upheld, anything else by reversing.
async fn withdraw(
    house: &House,
    community: &Code,
    effect: &WaitingEffect,
    by: &str,
) -> Result<Ended, CaseError> {
    let case = house.store.case(community, effect.case_no).await?;
    let Some(entry) = case.and_then(|case| case.file.entry) else {
        return Ok(Ended::done(None));
    };
    let fate = house.store.fate(community, entry).await?;
    let state = fate.map(|fate| fate.state);
    if matches!(state, Some(FateState::Pending | FateState::Upheld)) {
        let system = Actor::Job.code();
        let object = (&Request::Object(entry), system.as_str(), "-object");
        let objected = amended(house, community, effect, object).await?;
        if objected.refused.is_some() {
            return Ok(objected);
        }
        let review = Request::Review(entry, false);
        return amended(house, community, effect, (&review, by, "-review")).await;
    }
    if state == Some(FateState::Objected) {
        let review = Request::Review(entry, false);
        return amended(house, community, effect, (&review, by, "-review")).await;
    }
    let taken_back = matches!(state, Some(FateState::Reversed | FateState::Withdrawn));
    if taken_back {
        return Ok(Ended::done(None));
    }
    amended(
        house,
        community,
        effect,
        (&Request::Reverse(entry), by, "-reverse"),
    )
    .await
}
