//! Taking back, correcting and objecting: what staff and residents ask about entries that are booked already, and
//! what is open. Who may ask is decided by the callers, what comes of it by the book.

pub mod api;
pub(crate) mod cli;
pub mod marks;
pub mod posting;
pub(crate) mod web;

use rongyi_clerk::{Answer, ClerkError, receipt};
use rongyi_core::account::{Holder, Purpose};
use rongyi_core::book::{Fate, FateState};
use rongyi_core::chain::Hash;
use rongyi_core::command::{AmendRejection, Ask, Command, SaltedText};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::{Amend, Asked, Change, Event, NoticeStep, Record};
use rongyi_core::rule::Text;
use rongyi_store::{Store, StoreError};

use crate::access::random;
use crate::door::{Actor, one_person};
use crate::earning::InputError;
use crate::house::House;
use crate::redemption::key;

/// Letters a reason may have.
pub const REASON_MAX: usize = 500;
/// Open proposals or notices that are shown at once.
const LIST_MAX: u32 = 200;

/// Who asks, why, and under which idempotency key.
#[derive(Debug, Clone)]
pub struct By {
    /// `staff/3`, `resident/1001`.
    pub actor: Code,
    /// The idempotency key.
    pub key: Option<String>,
    /// Why; kept apart from the chain so that it can be erased.
    pub reason: String,
}

/// What can be asked about an earlier entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Take it back.
    Reverse(u64),
    /// Propose a change that another person decides about.
    Propose(Change),
    /// Approve a proposal.
    Approve(u64),
    /// Decline a proposal.
    Decline(u64),
    /// Object to an award under notice.
    Object(u64),
    /// Review an objection: `true` upholds the award.
    Review(u64, bool),
}

impl Request {
    fn ask(&self, reason: Hash) -> Ask {
        match self {
            Request::Reverse(entry) => Ask::Amend(Amend::Reverse(*entry, reason)),
            Request::Propose(change) => Ask::Amend(Amend::Propose(change.clone(), reason)),
            Request::Approve(proposal) => Ask::Amend(Amend::Approve(*proposal)),
            Request::Decline(proposal) => Ask::Amend(Amend::Decline(*proposal, reason)),
            Request::Object(entry) => Ask::Notice(NoticeStep::Object(*entry, reason)),
            Request::Review(entry, upheld) => {
                Ask::Notice(NoticeStep::Review(*entry, *upheld, reason))
            }
        }
    }
}

/// A reason that says something.
///
/// # Errors
/// `reason.form`.
pub fn reason(text: &str) -> Result<String, InputError> {
    let text = text.trim();
    if (2..=REASON_MAX).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(InputError {
        code: "reason.form",
        text: Text {
            zh: format!("请写明原因，2 到 {REASON_MAX} 个字。以后查账的人要看得懂。"),
            en: format!(
                "Say why, in 2 to {REASON_MAX} letters, so that whoever reads the book later understands."
            ),
        },
    })
}

/// Asks the book.
///
/// # Errors
/// As [`rongyi_clerk::Clerk::ask`]; the codes stand in the manual of `host/core`.
pub async fn ask(
    house: &House,
    community: &Code,
    request: &Request,
    by: By,
) -> Result<Answer, ClerkError> {
    let command = command(house, community, request, by).await?;
    house.clerk.ask(community, command).await
}

/// What [`ask`] asks.
///
/// # Errors
/// When a second person is needed and this is the first.
pub async fn command(
    house: &House,
    community: &Code,
    request: &Request,
    by: By,
) -> Result<Command, ClerkError> {
    take_two(house, community, request, &by.actor).await?;
    let text = SaltedText {
        salt: random(),
        text: by.reason,
    };
    Ok(Command {
        actor: by.actor,
        key: key(by.key, &format!("{request:?} {}", text.text)),
        today: house.today(community).0,
        ask: request.ask(text.commitment()),
        text: Some(text).filter(|_| !matches!(request, Request::Approve(_))),
        reference: None,
    })
}

/// Where two people have to agree, the second is not the first under another name. Of accounts the book knows it itself.
async fn take_two(
    house: &House,
    community: &Code,
    request: &Request,
    actor: &Code,
) -> Result<(), ClerkError> {
    let store = &house.store;
    let (first, refusal): (Vec<u64>, fn(Code) -> AmendRejection) = match request {
        Request::Approve(proposal) => (vec![*proposal], |actor| AmendRejection::SamePerson {
            actor,
        }),
        Request::Review(entry, _) => {
            let open = store.fates_in(community, FateState::Objected, LIST_MAX);
            let objected = open.await?.into_iter().find(|(seq, _)| seq == entry);
            let parties = objected.map(|(entry, fate)| vec![entry, fate.by]);
            (parties.unwrap_or_default(), |actor| {
                AmendRejection::ReviewSamePerson { actor }
            })
        }
        Request::Reverse(_) | Request::Propose(_) | Request::Decline(_) | Request::Object(_) => {
            return Ok(());
        }
    };
    for entry in first {
        let Some(stored) = store.entry(community, entry).await? else {
            continue;
        };
        let asked = receipt(&stored)?;
        let asked = asked.records.first().and_then(Record::envelope);
        if let Some(envelope) = asked
            && one_person(store, community, &envelope.actor, actor).await?
        {
            return Err(ClerkError::Rejected(refusal(envelope.actor.clone()).into()));
        }
    }
    Ok(())
}

/// A proposal that waits for a second person.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its entry.
    pub entry: u64,
    /// Who proposed it.
    pub by: Code,
    /// What it would do.
    pub change: Change,
    /// Why, unless erased.
    pub reason: Option<String>,
}

/// An award under notice.
#[derive(Debug, Clone)]
pub struct Noticed {
    /// Its entry.
    pub entry: u64,
    /// Where it stands.
    pub fate: Fate,
    /// Who booked it.
    pub by: Code,
    /// What happened.
    pub event: Event,
    /// The rule set that decided it.
    pub set: Option<RuleSetNo>,
    /// Points under notice.
    pub points: i64,
    /// Minutes under notice.
    pub minutes: i64,
    /// Whose accounts they are for.
    pub holders: Vec<Holder>,
    /// Who objects, and why unless erased.
    pub objection: Option<(Code, Option<String>)>,
}

/// The proposals that wait, the oldest first.
///
/// # Errors
/// What the database said.
pub async fn proposals(store: &Store, community: &Code) -> Result<Vec<Proposal>, StoreError> {
    let mut open = Vec::new();
    for (entry, _) in store
        .fates_in(community, FateState::Proposed, LIST_MAX)
        .await?
    {
        let Some(stored) = store.entry(community, entry).await? else {
            continue;
        };
        if let Some(Record::Asked(envelope, Asked::Amend(Amend::Propose(change, _)))) =
            receipt(&stored)?.records.first()
        {
            open.push(Proposal {
                entry,
                by: envelope.actor.clone(),
                change: change.clone(),
                reason: stored.text,
            });
        }
    }
    Ok(open)
}

/// The awards under notice, those whose notice ends first before the others.
///
/// # Errors
/// What the database said.
pub async fn notices(store: &Store, community: &Code) -> Result<Vec<Noticed>, StoreError> {
    let mut open = Vec::new();
    for state in [FateState::Objected, FateState::Pending, FateState::Upheld] {
        for (entry, fate) in store.fates_in(community, state, LIST_MAX).await? {
            open.extend(noticed(store, community, (entry, fate)).await?);
        }
    }
    open.sort_by_key(|noticed: &Noticed| (noticed.fate.until, noticed.entry));
    Ok(open)
}

/// One award under notice with what people want to know of it.
///
/// # Errors
/// What the database said.
pub async fn noticed(
    store: &Store,
    community: &Code,
    (entry, fate): (u64, Fate),
) -> Result<Option<Noticed>, StoreError> {
    let Some(stored) = store.entry(community, entry).await? else {
        return Ok(None);
    };
    let receipt = receipt(&stored)?;
    let what = receipt.records.first().and_then(Record::what);
    let event = match what.and_then(|asked| asked.waited()) {
        Some(seq) => event_at(store, community, seq).await?,
        None => what.and_then(|asked| asked.event().cloned()),
    };
    let Some(event) = event else {
        return Ok(None);
    };
    let by = receipt.records.first().and_then(Record::envelope);
    let mut found = Noticed {
        entry,
        fate,
        by: by.map_or_else(|| Actor::Job.code(), |envelope| envelope.actor.clone()),
        event,
        set: receipt.set(),
        points: 0,
        minutes: 0,
        holders: Vec::new(),
        objection: None,
    };
    for record in &receipt.records {
        if let Record::Moved(_, moved) = record
            && moved.credit.purpose == Purpose::Notice
        {
            let side = if moved.credit.asset == rongyi_core::ids::AssetNo::MINUTES {
                &mut found.minutes
            } else {
                &mut found.points
            };
            *side = side.saturating_add(moved.amount.get());
            found.holders.push(moved.credit.holder);
        }
    }
    if fate.state == FateState::Objected
        && let Some(objected) = store.entry(community, fate.by).await?
        && let Some(first) = rongyi_clerk::receipt(&objected)?.records.first()
        && let Some(envelope) = first.envelope()
    {
        found.objection = Some((envelope.actor.clone(), objected.text));
    }
    Ok(Some(found))
}

async fn event_at(store: &Store, community: &Code, seq: u64) -> Result<Option<Event>, StoreError> {
    let Some(stored) = store.entry(community, seq).await? else {
        return Ok(None);
    };
    let receipt = receipt(&stored)?;
    Ok(receipt.records.first().and_then(Record::event).cloned())
}
