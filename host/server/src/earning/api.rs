//! Events over the API: one, or a list with an answer for each. What they are worth is decided by the book.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use rongyi_clerk::Answer;
use rongyi_core::book::Frame;
use rongyi_core::chain::{Hash, sha256};
use rongyi_core::command::{Ask, Command, Reference, Rejection, Replace, SaltedText};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::record::{Event, Key, Record, Source};
use rongyi_core::rule::KindPlan;
use rongyi_core::seal::{SEALED_PREFIX, SealKey, Sealed, is_plain_reference, sealed_reference};
use rongyi_core::typed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::random;
use crate::door::asked::Unread;
use crate::door::caller::Caller;
use crate::door::fault::Fault;
use crate::door::json::{Both, Json, Replayable};
use crate::earning::{InputError, field, occurred_at, quantity, unread_field};
use crate::house::House;
use crate::ledger::api::{Movement, Reason, movements, reasons};
use crate::ledger::explain::{self, Lang};

/// Events in one list.
const LIST_MAX: usize = 1000;
/// The longest external reference in bytes.
const REFERENCE_BYTES_MAX: usize = 128;
/// Letters of a note.
const NOTE_MAX: usize = 500;

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventInput {
    /// The kind, as the community's rules name it.
    #[schema(example = "waste.food")]
    pub kind: String,
    /// The number of the resident who did it.
    #[schema(example = 1001, maximum = 2147483647)]
    #[serde(deserialize_with = "crate::door::asked::no")]
    pub resident: u32,
    /// Who else has which role.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "crate::door::asked::nos"
    )]
    pub roles: BTreeMap<String, u32>,
    /// How much, as a plain decimal number in a string.
    #[schema(example = "7.6")]
    pub quantity: String,
    /// The local date, with or without the time.
    #[schema(example = "2026-11-20T09:20")]
    pub occurred_at: String,
    /// The fields that the kind declares, each as a string.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The book or device that counts the references. Without it the caller's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Your own reference: the same one is never booked twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    /// A note; kept apart from the ledger and erasable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The reversed entry in whose place this comes, under the same reference.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::door::asked::maybe_seq"
    )]
    #[schema(maximum = 9007199254740991_i64)]
    pub replaces: Option<u64>,
}

/// What a rule, or the book, made of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventOutcome {
    /// It is booked.
    Decided,
    /// The rule said no; that is kept.
    Refused,
    /// It waits for its rule to be mended.
    Waiting,
}

/// What became of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventAnswer {
    /// `decided`, `refused` or `waiting`.
    pub outcome: EventOutcome,
    /// The place of its entry in the ledger.
    pub entry: u64,
    /// Whether it had been answered before.
    pub replayed: bool,
    /// What moved.
    pub movements: Vec<Movement>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// For a refusal: its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For a refusal: its sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Both>,
    /// For a refusal: the first day on which it may be otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
}

impl From<InputError> for Fault {
    fn from(error: InputError) -> Self {
        let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        Fault::new(status, error.code, error.text.zh, error.text.en)
    }
}

fn parsed(text: &str, name: &str) -> Result<Code, Fault> {
    Ok(crate::earning::code(text, name)?)
}

/// Who sends events where.
pub(crate) struct Sender<'h> {
    /// The installation.
    pub(crate) house: &'h House,
    /// The community.
    pub(crate) code: &'h Code,
    /// `staff/3`, `token/1`.
    pub(crate) actor: Code,
}

pub(crate) fn sender(caller: &Caller) -> Sender<'_> {
    Sender {
        house: caller.house(),
        code: &caller.code,
        actor: caller.actor().code(),
    }
}

/// Turns what was sent into a command.
pub(crate) fn event_command(
    by: &Sender<'_>,
    (frame, sealing): (&Frame, &SealKey),
    input: &EventInput,
    key: Option<String>,
) -> Result<Command, Fault> {
    let kind = parsed(&input.kind, "kind")?;
    let now = by.house.today(by.code);
    let (on, minute) = occurred_at(&input.occurred_at, now)?;
    let mut roles = vec![(Code::literal("doer"), ResidentNo(input.resident))];
    for (role, resident) in &input.roles {
        roles.push((parsed(role, "roles")?, ResidentNo(*resident)));
    }
    let mut fields = Vec::new();
    let plan = frame.rule_for(&kind, on).map(|(_, plan)| plan);
    for (name, text) in &input.fields {
        let name = parsed(name, "fields")?;
        let known = |plan: &KindPlan| {
            plan.fields
                .iter()
                .find(|declared| declared.name == name)
                .cloned()
        };
        let value = match plan.and_then(known) {
            Some(known) => field(&known, text)?,
            // The book knows the rules of that day better, and says what is wrong.
            None => unread_field(),
        };
        fields.push((name, value));
    }
    let digest = sha256(&serde_json::to_vec(input).unwrap_or_default());
    let actor = by.actor.clone();
    let (source, reference) = source(&actor, sealing, input, digest)?.unzip();
    let text = match &input.note {
        Some(note) if note.chars().count() > NOTE_MAX => {
            return Err(Fault::input(
                "note",
                "备注最多 500 个字。",
                "a note has at most 500 letters.",
            ));
        }
        note => note
            .clone()
            .filter(|note| !note.is_empty())
            .map(|text| SaltedText {
                salt: random(),
                text,
            }),
    };
    let note = text.as_ref().map(SaltedText::commitment);
    let quantity = quantity(&input.quantity)?;
    let event = Event {
        kind,
        roles,
        quantity,
        fields,
        on,
        minute,
        source,
        note,
    };
    let key = key.map(|text| Key {
        text,
        input: digest,
    });
    Ok(Command {
        actor,
        key,
        today: now.0,
        ask: match input.replaces {
            Some(entry) => Ask::Replace(Replace {
                event,
                replaces: entry,
            }),
            None => Ask::Earn(event),
        },
        text,
        reference: reference.flatten(),
    })
}

/// Where an event comes from. A plain reference stays in the ledger as it was sent; any other may be a sentence or a
/// name, and is sealed.
fn source(
    actor: &Code,
    sealing: &SealKey,
    input: &EventInput,
    digest: Hash,
) -> Result<Option<(Source, Option<Reference>)>, Fault> {
    let Some(sent) = &input.external_ref else {
        return Ok(None);
    };
    let typed = typed::canonical(sent);
    if !(1..=REFERENCE_BYTES_MAX).contains(&typed.len()) || typed.starts_with(SEALED_PREFIX) {
        return Err(Fault::input(
            "external_ref",
            "要 1 到 128 个字节，不能以 sealed: 开头。",
            "give 1 to 128 bytes that do not begin with sealed:.",
        ));
    }
    let named = input.source.as_deref();
    let named = named.map(|name| parsed(name, "source")).transpose()?;
    let text = sealing.seal(Sealed::Reference, &typed);
    let sealed = (sealed_reference(&text), sealing.digest(&digest));
    let plain = is_plain_reference(&typed);
    // Ledgers of before held what was sent, letter by letter.
    let before = (sent.clone(), digest);
    // A source that the caller names may also be that of imported lists, whose references are sealed.
    let unnamed = named.is_none();
    let reference = match plain {
        true if unnamed => None,
        true => Some(Reference {
            text: None,
            other: sealed.clone(),
        }),
        false => Some(Reference {
            text: Some(text),
            other: before,
        }),
    };
    let (external_ref, input) = if plain { (typed, digest) } else { sealed };
    let source = Source {
        name: named.unwrap_or_else(|| actor.clone()),
        external_ref,
        input,
    };
    Ok(Some((source, reference)))
}

/// The answer to an event, in both languages.
fn told(frame: &Frame, answer: &Answer) -> EventAnswer {
    let receipt = &answer.receipt;
    let refused = receipt.records.iter().find_map(|record| {
        if let Record::Refused(set, _, refusal) = record {
            // Whoever books an event is not told by a refusal what the person has.
            let refusal = explain::without_balance(refusal);
            Some((explain::plan_of(frame, *set), refusal))
        } else {
            None
        }
    });
    let outcome = match (&refused, receipt.waiting()) {
        (Some(_), _) => EventOutcome::Refused,
        (None, Some(_)) => EventOutcome::Waiting,
        (None, None) => EventOutcome::Decided,
    };
    EventAnswer {
        outcome,
        entry: receipt.entry,
        replayed: answer.replayed,
        movements: movements(frame, receipt),
        reasons: reasons(frame, receipt),
        code: refused
            .as_ref()
            .map(|(_, refusal)| refusal.code.to_string()),
        text: refused.as_ref().map(|(plan, refusal)| Both {
            zh: explain::refusal(plan, Some(frame), refusal, Lang::Zh),
            en: explain::refusal(plan, Some(frame), refusal, Lang::En),
        }),
        opens: refused
            .as_ref()
            .and_then(|(_, refusal)| refusal.opens)
            .map(|day| day.to_string()),
    }
}

/// The kinds and texts to read and answer events with: the clerk's, which costs nothing, or the store's.
async fn frame_of(by: &Sender<'_>) -> Result<Arc<Frame>, Fault> {
    if let Some(frame) = by.house.clerk.frame(by.code) {
        return Ok(frame);
    }
    stored_frame(by).await
}

/// The frame to read these events with. Where one has fields of a kind that the clerk does not know on its day, another
/// host may have taken over new rules meanwhile.
pub(crate) async fn frame_for(
    by: &Sender<'_>,
    events: &[&EventInput],
) -> Result<Arc<Frame>, Fault> {
    let frame = frame_of(by).await?;
    let now = by.house.today(by.code);
    let known = |input: &EventInput| {
        let kind: Option<Code> = typed::canonical(&input.kind).parse().ok();
        let on = occurred_at(&input.occurred_at, now).ok();
        let both = kind.zip(on);
        both.is_none_or(|(kind, (on, _))| frame.rule_for(&kind, on).is_some())
    };
    if events
        .iter()
        .all(|event| event.fields.is_empty() || known(event))
    {
        return Ok(frame);
    }
    stored_frame(by).await
}

async fn stored_frame(by: &Sender<'_>) -> Result<Arc<Frame>, Fault> {
    let frame = by.house.store.frame(by.code).await?;
    Ok(Arc::new(frame.ok_or(Rejection::NotConfigured)?))
}

/// An answer from before, or one of a rule set that came meanwhile, may name what the clerk's frame does not know yet.
pub(crate) async fn frame_to_tell(
    by: &Sender<'_>,
    frame: Arc<Frame>,
    answer: &Answer,
) -> Result<Arc<Frame>, Fault> {
    let decided = answer.receipt.set();
    if answer.replayed || decided.is_some_and(|set| frame.set(set).is_none()) {
        stored_frame(by).await
    } else {
        Ok(frame)
    }
}

/// Books one event, for the API and for the pages of staff; with the frame to tell the answer with.
///
/// # Errors
/// What is wrong with the input, or what the book said. A rule's refusal is an answer.
pub(crate) async fn submit(
    by: &Sender<'_>,
    input: &EventInput,
    key: Option<&String>,
) -> Result<(Arc<Frame>, Answer), Fault> {
    let frame = frame_for(by, &[input]).await?;
    let sealing = by.house.seal_key(by.code).await?;
    let command = event_command(by, (&frame, &sealing), input, key.cloned())?;
    let answer = by.house.clerk.ask(by.code, command).await?;
    Ok((frame_to_tell(by, frame, &answer).await?, answer))
}

/// An event is worth what? A refusal is an answer too, and is kept.
#[utoipa::path(
    post, path = "/communities/{community}/events", tag = "earning",
    params(("community" = String, Path, description = "The community"), ("Idempotency-Key" = Option<String>, Header, description = "1-128 characters")),
    request_body = EventInput,
    responses((status = 200, body = EventAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_event(
    caller: Caller,
    sent: Unread<EventInput>,
) -> Result<Response, Fault> {
    let input = sent.read().await?;
    let (frame, answer) = submit(&sender(&caller), &input, caller.key.as_ref()).await?;
    let body = told(&frame, &answer);
    Ok(Replayable {
        replayed: body.replayed,
        body,
    }
    .into_response())
}

/// Events to send together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventList {
    /// 1-1000 events, decided in this order.
    pub events: Vec<EventInput>,
}

/// What became of an event that could not be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListedOutcome {
    /// Nothing of it is kept.
    Rejected,
}

/// The answer for one event of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ListedAnswer {
    /// It was decided, refused or kept.
    Answered(EventAnswer),
    /// It could not be: nothing of it is kept.
    Rejected {
        /// Always `rejected`.
        outcome: ListedOutcome,
        /// The stable code.
        code: String,
        /// What is wrong and what to do.
        text: Both,
    },
}

/// The answers, in the order of the events.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListAnswer {
    /// One for each event.
    pub answers: Vec<ListedAnswer>,
}

/// Many events at once, each with its own answer; one that is wrong does not hold up the others.
#[utoipa::path(
    post, path = "/communities/{community}/events/bulk", tag = "earning",
    params(("community" = String, Path, description = "The community"), ("Idempotency-Key" = Option<String>, Header, description = "Counts for each place of the list")),
    request_body = EventList,
    responses((status = 200, body = ListAnswer), (status = "default", body = crate::door::json::Problem))
)]
pub(crate) async fn post_events(
    caller: Caller,
    sent: Unread<EventList>,
) -> Result<Json<ListAnswer>, Fault> {
    let list = sent.read().await?;
    if !(1..=LIST_MAX).contains(&list.events.len()) {
        return Err(Fault::input(
            "events",
            "一次要 1 到 1000 件。",
            "send 1 to 1000 at a time.",
        ));
    }
    let answers = send(&caller, &list.events).await?;
    Ok(Json(ListAnswer { answers }))
}

/// Sends these events in order, and answers each.
async fn send(caller: &Caller, events: &[EventInput]) -> Result<Vec<ListedAnswer>, Fault> {
    let by = sender(caller);
    let clerk = &by.house.clerk;
    let all: Vec<&EventInput> = events.iter().collect();
    let frame = frame_for(&by, &all).await?;
    let sealing = by.house.seal_key(by.code).await?;
    let mut tickets = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let key = caller.key_at(place);
        tickets.push(match event_command(&by, (&frame, &sealing), event, key) {
            Ok(command) => Ok(clerk.submit(&caller.code, command).await?),
            Err(fault) => Err(fault),
        });
    }
    let mut answers = Vec::new();
    for ticket in tickets {
        let answered = match ticket {
            Ok(ticket) => ticket.answer().await.map_err(Fault::from),
            Err(fault) => Err(fault),
        };
        answers.push(match answered {
            Ok(answer) => {
                let frame = frame_to_tell(&by, Arc::clone(&frame), &answer).await?;
                ListedAnswer::Answered(told(&frame, &answer))
            }
            Err(fault) => listed(fault),
        });
    }
    Ok(answers)
}

fn listed(fault: Fault) -> ListedAnswer {
    ListedAnswer::Rejected {
        outcome: ListedOutcome::Rejected,
        code: fault.code.into_owned(),
        text: fault.text.into(),
    }
}
