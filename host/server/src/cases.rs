//! Cases: what somebody asks and others answer. Here a stored case becomes one that can be decided about, an act is
//! checked by the engine and written, and what follows from it is carried out. What a kind means is decided in
//! `rongyi-cases`; what is booked, by the clerk.

mod against;
pub mod api;
mod asking;
mod claim;
pub(crate) mod cli;
pub mod due;
pub mod effects;
pub mod minutes;
pub mod opening;
pub mod papers;
mod parties;
pub mod photos;
mod recount;
pub mod sealing;
pub(crate) mod told;
mod waiting;
pub(crate) mod web;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rongyi_cases::{
    Act, Ask, Case, Ground, Input, Kind, Minutes, Moment, Outcome, Party, Refusal, Standing,
};
use rongyi_cases::{Step, Taken, kind};
use rongyi_clerk::ClerkError;
use rongyi_clerk::clock::local;
use rongyi_core::chain::Hash;
use rongyi_core::command::SaltedText;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::rule::Text;
use rongyi_core::time::Instant;
use rongyi_store::{
    Appended, CasePhoto, CasePlace, CaseText, EffectState, NewCaseStep, NewPaper, StoreError,
    StoredCase,
};

use crate::access::random;
use crate::door::{Actor, Signed};
use crate::house::{Community, House};
use minutes::SentMinutes;
use opening::Opened;
pub use parties::{acting, units};
pub(crate) use parties::{agreers, household as household_of, party as party_of};

/// Under which name the words of a step are kept.
pub const WORDS: &str = "words";
/// Times an act is decided again because somebody wrote to the case meanwhile.
const TRIES_MAX: usize = 8;
/// The group under which lists keep a case that was linked to another as the same.
const LINKED_GROUP: u8 = 5;

/// Kinds that are kept in memory, of all communities.
const KINDS_MAX: usize = 200;

/// Kinds by their digest. A case keeps the kind that it began with, so there are few and none ever changes.
static KINDS: Mutex<BTreeMap<Hash, Arc<Kind>>> = Mutex::new(BTreeMap::new());

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such case or kind, or it is nobody's business who asks.
    #[error("there is no such case")]
    Unknown,
    /// The engine said no; all of it, for the form.
    #[error("{}", .0.iter().map(|refusal| refusal.text.en.as_str()).collect::<Vec<_>>().join(" "))]
    Refused(Vec<Refusal>),
    /// What is stored does not fit together.
    #[error("case {0} cannot be read: {1}")]
    Damaged(u64, String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clerk.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
}

/// A case as it stands, with the kind it began with.
#[derive(Debug, Clone)]
pub struct CaseAtHand {
    /// As it is stored.
    pub stored: StoredCase,
    /// What it was opened with.
    pub opened: Opened,
    /// The kind it began with.
    pub kind: Arc<Kind>,
    /// For the engine.
    pub case: Case,
}

impl CaseAtHand {
    /// Where it stands now.
    ///
    /// # Errors
    /// [`CaseError::Damaged`].
    pub fn standing(&self, community: &Community, now: Moment) -> Result<Standing, CaseError> {
        let ground = self.ground(community, now);
        self.case
            .standing(&ground)
            .map_err(|broken| self.damaged(&broken.to_string()))
    }

    /// What it is decided with.
    pub fn ground<'g>(&'g self, community: &'g Community, now: Moment) -> Ground<'g> {
        Ground {
            kind: &self.kind,
            calendar: &community.config.calendar,
            now,
        }
    }

    /// Whether what was to be booked last was refused, or waits to be booked.
    pub fn booking_is_open(&self) -> Option<EffectState> {
        let mut effects = self.stored.effects.iter().rev();
        let last = effects.find(|effect| effects::books(&effect.what))?;
        Some(last.state).filter(|state| *state != EffectState::Done)
    }

    /// Whether a resident is somebody the case is about: who opened it, or for whom it was opened.
    pub fn is_of(&self, resident: ResidentNo) -> bool {
        let mine = Actor::Resident(resident).code();
        let opening = &self.case.opening;
        self.stored.file.resident == Some(resident)
            || std::iter::once(&opening.opener)
                .chain(&opening.concerned)
                .any(|party| party.actor == mine)
    }

    fn damaged(&self, why: &str) -> CaseError {
        CaseError::Damaged(self.stored.file.case_no, why.to_owned())
    }
}

/// A refusal that is the host's own.
pub(crate) fn refusal(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal {
        code,
        text: Text {
            zh: zh.into(),
            en: en.into(),
        },
        field: None,
        first: None,
        instead: None,
    }
}

/// The local moment of an instant.
pub fn moment(community: &Community, at: Instant) -> Moment {
    let (on, minute) = local(at, &community.zone);
    Moment::new(on, minute)
}

/// Minutes since 1970-01-01, local: by which lists are in order.
pub fn minutes(at: Moment) -> i64 {
    i64::from(at.on.to_days())
        .saturating_mul(1_440)
        .saturating_add(i64::from(at.minute))
}

/// The configured kind of a name.
pub fn kind_of(community: &Community, code: &Code) -> Option<Arc<Kind>> {
    let mut cases = community.config.cases.iter();
    let found = cases.find(|of_case| of_case.kind.code == *code);
    found.map(|of_case| Arc::clone(&of_case.kind))
}

/// The kind that a case began with, read once: its digest says what it is.
///
/// # Errors
/// [`CaseError::Damaged`] when it is gone or none.
pub(crate) async fn begun_with(
    house: &House,
    community: &Code,
    (case_no, digest): (u64, &Hash),
) -> Result<Arc<Kind>, CaseError> {
    if let Ok(known) = KINDS.lock()
        && let Some(kind) = known.get(digest)
    {
        return Ok(Arc::clone(kind));
    }
    let bytes = house.store.case_kind(community, digest).await?;
    let bytes = bytes.ok_or_else(|| CaseError::Damaged(case_no, "its kind is gone".to_owned()))?;
    let kind =
        Kind::from_bytes(&bytes).map_err(|bad| CaseError::Damaged(case_no, bad.to_string()))?;
    let kind = Arc::new(kind);
    if let Ok(mut known) = KINDS.lock() {
        if known.len() >= KINDS_MAX {
            known.clear();
        }
        known.insert(*digest, Arc::clone(&kind));
    }
    Ok(kind)
}

/// A case by its number.
///
/// # Errors
/// [`CaseError::Unknown`] when there is none.
pub async fn find(house: &House, community: &Code, case_no: u64) -> Result<CaseAtHand, CaseError> {
    let served = house.community(community).ok_or(CaseError::Unknown)?;
    let stored = house.store.case(community, case_no).await?;
    let stored = stored.ok_or(CaseError::Unknown)?;
    let kind = begun_with(house, community, (case_no, &stored.file.digest)).await?;
    let mut known: BTreeMap<Code, Party> = BTreeMap::new();
    let first = stored.steps.first();
    let first = first.ok_or_else(|| CaseError::Damaged(case_no, "it was not opened".to_owned()))?;
    let opened: Opened = serde_json::from_str(&first.argument)
        .map_err(|bad| CaseError::Damaged(case_no, bad.to_string()))?;
    let actors = stored.steps.iter().map(|step| &step.actor);
    for actor in actors.chain(&opened.concerned).chain(&opened.involved) {
        if !known.contains_key(actor) {
            let party = parties::party(&house.store, community, actor).await?;
            known.insert(actor.clone(), party);
        }
    }
    let party = |actor: &Code| known.get(actor).cloned().unwrap_or_else(Party::clock);
    let mut steps = Vec::new();
    for step in stored.steps.iter().skip(1) {
        let act = Act::read(&step.word, &step.argument)
            .map_err(|bad| CaseError::Damaged(case_no, bad.to_string()))?;
        steps.push(Step {
            at: moment(&served, step.at),
            by: party(&step.actor),
            act,
        });
    }
    let opening = opened.opening(
        case_no,
        moment(&served, first.at),
        party(&first.actor),
        party,
    );
    Ok(CaseAtHand {
        case: Case { opening, steps },
        kind,
        opened,
        stored,
    })
}

/// Where a case stands, for lists.
fn place(standing: &Standing) -> CasePlace {
    let due = [&standing.due, &standing.promise].into_iter().flatten();
    let due = due.map(|due| minutes(due.end)).min();
    let group = match standing.group {
        kind::Group::Open => 1,
        kind::Group::Waiting => 2,
        kind::Group::Done => 3,
        kind::Group::Refused => 4,
        kind::Group::Withdrawn => 5,
    };
    CasePlace {
        state: standing.state.clone(),
        group: standing.merged.map_or(group, |_| LINKED_GROUP),
        due,
        next_at: standing.next.as_ref().map(|next| minutes(next.after)),
        unit: standing.unit.clone(),
        merged_into: standing.merged,
    }
}

/// What somebody sent.
#[derive(Debug, Clone)]
pub struct SentAct {
    /// What they ask for.
    pub ask: Ask,
    /// What was given with it.
    pub input: Input,
    /// The photos that come with it, kept already.
    pub photos: Vec<Hash>,
    /// The papers that come with it.
    pub papers: Vec<NewPaper>,
    /// What was written about a meeting.
    pub minutes: SentMinutes,
    /// The form, so that sending it twice is one step.
    pub token: Option<String>,
}

/// Checks an act, writes it, and carries out what follows.
///
/// # Errors
/// [`CaseError`]: refused with the reason, `case.moved` when somebody was first.
pub async fn take(
    house: &House,
    community: &Code,
    by: &Actor,
    case_no: u64,
    sent: &SentAct,
) -> Result<(), CaseError> {
    let served = house.community(community).ok_or(CaseError::Unknown)?;
    let minutes = sent.minutes.read();
    let minutes = minutes.map_err(|refusal| CaseError::Refused(vec![refusal]))?;
    let input = Input {
        minutes,
        ..sent.input.clone()
    };
    for _ in 0..TRIES_MAX {
        let at_hand = find(house, community, case_no).await?;
        if let Some(token) = &sent.token
            && at_hand.stored.file.steps > 0
            && was_sent(house, community, &at_hand, by, token).await?
        {
            return Ok(());
        }
        let actor = acting(house, community, by, Some(&at_hand)).await?;
        let ground = at_hand.ground(&served, moment(&served, house.clock.now()));
        let outcome = at_hand.case.take(&ground, &actor, &sent.ask, &input);
        let taken = match outcome.map_err(|broken| at_hand.damaged(&broken.to_string()))? {
            Outcome::Taken(taken) => taken,
            Outcome::Refused(refusal) => return Err(CaseError::Refused(vec![*refusal])),
        };
        if let Act::Merge(into) = &taken.step.act {
            may_link(house, community, *into).await?;
        }
        let written = Written {
            actor: by.code(),
            words: &sent.input.words,
            minutes: minutes.map(|minutes| (&sent.minutes, minutes)),
            photos: &sent.photos,
            papers: &sent.papers,
            token: sent.token.as_deref(),
        };
        match append(house, community, &at_hand, &taken, written).await? {
            Appended::Done => {
                effects::carry_out_of(house, community, case_no).await;
                return Ok(());
            }
            Appended::Again => return Ok(()),
            // What it was decided on is no more: decided again, the engine says who was first.
            Appended::Moved => {}
        }
    }
    Err(CaseError::Store(StoreError::Busy {
        detail: format!("case {case_no}"),
    }))
}

/// Whether this very form was written before. The store knows it for certain; a look before deciding keeps a repeated
/// form from being refused for what it did itself.
async fn was_sent(
    house: &House,
    community: &Code,
    at_hand: &CaseAtHand,
    by: &Actor,
    token: &str,
) -> Result<bool, CaseError> {
    let mine = by.code();
    if !at_hand.stored.steps.iter().any(|step| step.actor == mine) {
        return Ok(false);
    }
    let case_no = at_hand.stored.file.case_no;
    let known = house.store.case_step_known(community, case_no, token);
    Ok(known.await?.is_some())
}

/// A case can be linked to one that is there and was not linked itself.
async fn may_link(house: &House, community: &Code, into: u64) -> Result<(), CaseError> {
    let found = house.store.case(community, into).await?;
    let told = match found {
        None => refusal(
            "case.merge-unknown",
            format!("没有第 {into} 件，请核对编号。"),
            format!("There is no case {into}; check the number."),
        ),
        Some(case) => match case.file.place.merged_into {
            None => return Ok(()),
            Some(end) => refusal(
                "case.merge-linked",
                format!("第 {into} 件已并入第 {end} 件，请写第 {end} 件。"),
                format!("Case {into} was linked to case {end}; name that one."),
            ),
        },
    };
    Err(CaseError::Refused(vec![told]))
}

/// What is written with a step beside the engine's word.
struct Written<'w> {
    actor: Code,
    words: &'w str,
    minutes: Option<(&'w SentMinutes, Minutes)>,
    photos: &'w [Hash],
    papers: &'w [NewPaper],
    token: Option<&'w str>,
}

async fn append(
    house: &House,
    community: &Code,
    at_hand: &CaseAtHand,
    taken: &Taken,
    written: Written<'_>,
) -> Result<Appended, CaseError> {
    let served = house.community(community).ok_or(CaseError::Unknown)?;
    let now = sealing::now(house, community).await?;
    let mut after = at_hand.case.clone();
    after.steps.push(taken.step.clone());
    let ground = at_hand.ground(&served, moment(&served, now));
    let standing = after
        .standing(&ground)
        .map_err(|broken| at_hand.damaged(&broken.to_string()))?;
    let seen = at_hand.stored.file.steps;
    let words = written.words.replace('\0', "");
    let moves = matches!(taken.step.act, Act::Move { .. });
    let minutes = written.minutes.filter(|_| moves);
    let minutes = minutes.map(|(sent, minutes)| sent.kept(&minutes));
    let words = (WORDS, words.trim().to_owned());
    // In the order of keys, as they are read again.
    let said = minutes.into_iter().flatten().chain([words]);
    let texts: Vec<CaseText> = said
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| CaseText {
            step: seen.saturating_add(1),
            key: key.to_owned(),
            text: SaltedText {
                salt: random(),
                text,
            },
        })
        .collect();
    let photos: Vec<CasePhoto> = written
        .photos
        .iter()
        .map(|digest| CasePhoto {
            key: WORDS.to_owned(),
            digest: *digest,
        })
        .collect();
    let effects: Vec<String> = taken
        .effects
        .iter()
        .map(|effect| {
            let of = (&after, at_hand.kind.open.others_only);
            effects::follow(effect, of, taken, &written.actor)
        })
        .collect();
    let argument = taken.step.act.argument();
    let new = NewCaseStep {
        community,
        case_no: at_hand.stored.file.case_no,
        seen,
        at: now,
        actor: &written.actor,
        act: (taken.step.act.word(), &argument),
        place: &place(&standing),
        texts: &texts,
        photos: &photos,
        papers: written.papers,
        effects: &effects,
        token: written.token,
    };
    Ok(house.store.append_case_step(&new).await?)
}

/// The word of a group as lists keep it.
pub(crate) fn group_word(group: u8) -> &'static str {
    match group {
        1 => kind::Group::Open.word(),
        2 => kind::Group::Waiting.word(),
        3 => kind::Group::Done.word(),
        4 => kind::Group::Refused.word(),
        _ => kind::Group::Withdrawn.word(),
    }
}

/// Whose case it is, for the record of who reads what.
pub fn whose(at_hand: &CaseAtHand) -> Vec<ResidentNo> {
    let opening = &at_hand.case.opening;
    let parties = std::iter::once(&opening.opener).chain(&opening.concerned);
    let numbers = parties.filter_map(|party| match Signed::of(&party.actor) {
        Signed::Resident(no) => Some(no),
        Signed::Staff(_)
        | Signed::Device(_)
        | Signed::Terminal(_)
        | Signed::Import
        | Signed::Audit
        | Signed::System
        | Signed::Other(_) => None,
    });
    let mut numbers: Vec<ResidentNo> = numbers.chain(at_hand.stored.file.resident).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
