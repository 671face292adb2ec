//! Events that were refused for something that the configuration says otherwise now: which they are, and taking them up
//! again. The book decides whether one may come again; nothing is booked twice, and the same refusal is not written twice.

use std::sync::Arc;

use rongyi_clerk::{ClerkError, book_of, receipt};
use rongyi_core::book::{Applied, Frame, Receipt};
use rongyi_core::command::{Ask, Command, Reference};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::{Asked, Event, Record};
use rongyi_core::rule::Refusal;
use rongyi_core::seal::SEALED_PREFIX;
use rongyi_store::{Store, StoreError, StoredEntry};

use crate::house::House;

/// Refusals read at once.
const CHUNK: u32 = 200;

/// A refused event that may come out otherwise.
#[derive(Debug, Clone)]
pub struct RefusedEvent {
    /// Its entry.
    pub entry: u64,
    /// What was asked.
    pub event: Event,
    /// The rule set that said no, unless the house did.
    pub set: Option<RuleSetNo>,
    /// Why it was refused.
    pub refusal: Refusal,
    command: Command,
}

/// What a refused event comes to now.
#[derive(Debug, Clone)]
pub struct TriedAgain {
    /// What was refused.
    pub refused: RefusedEvent,
    /// What is decided of it now: of a look, as if it were booked.
    pub receipt: Receipt,
}

/// Refused by the house's own limits, or by a rule set that decides the kind on that day no more.
fn rests_on_configuration(
    frame: &Frame,
    event: &Event,
    (set, refusal): (Option<RuleSetNo>, &Refusal),
) -> bool {
    let decides = frame
        .rule_for(&event.kind, event.on)
        .map(|(rule_set, _)| rule_set.no);
    refusal.code.as_str().starts_with("host.")
        || (set.is_some() && decides.is_some() && set != decides)
}

/// The event of a refused entry as it would be sent again, under its own reference. What has none can't be told from
/// another one of its kind, and is recorded anew by whoever means it.
async fn again(
    house: &House,
    community: &Code,
    (frame, by): (&Frame, &Code),
    stored: &StoredEntry,
) -> Result<Option<RefusedEvent>, StoreError> {
    let entry = stored.first_seq;
    let receipt = receipt(stored)?;
    let [
        Record::Asked(_, Asked::Earn(event)),
        Record::Refused(set, _, refusal),
        ..,
    ] = receipt.records.as_slice()
    else {
        return Ok(None);
    };
    let Some(source) = &event.source else {
        return Ok(None);
    };
    if !rests_on_configuration(frame, event, (*set, refusal)) {
        return Ok(None);
    }
    let store = &house.store;
    let text = store.texts_at(community, &[entry]).await?;
    let reference = if source.external_ref.starts_with(SEALED_PREFIX) {
        let text = store.references_at(community, &[entry]).await?;
        text.into_iter().next().map(|(_, text)| Reference {
            text: Some(text),
            other: (source.external_ref.clone(), source.input),
        })
    } else {
        None
    };
    let command = Command {
        text: text.into_iter().next().map(|(_, text)| text),
        reference,
        ..house.command(community, by, Ask::Earn(event.clone()))
    };
    Ok(Some(RefusedEvent {
        entry,
        event: event.clone(),
        set: *set,
        refusal: refusal.clone(),
        command,
    }))
}

/// All of them, in the order in which they were refused.
async fn all(house: &House, community: &Code, by: &Code) -> Result<Vec<RefusedEvent>, StoreError> {
    let (store, mut found, mut from) = (&house.store, Vec::new(), 0);
    let Some(frame) = store.frame(community).await? else {
        return Ok(found);
    };
    loop {
        let refused = store.refused(community, from, CHUNK).await?;
        for seq in &refused {
            if let Some(stored) = store.entry(community, *seq).await? {
                found.extend(again(house, community, (&frame, by), &stored).await?);
            }
        }
        match refused.last() {
            Some(last) if refused.len() >= CHUNK as usize => from = last.saturating_add(1),
            _ => return Ok(found),
        }
    }
}

/// What would come out otherwise now, each by itself; books nothing.
///
/// # Errors
/// What the database said.
pub async fn look(
    house: &House,
    community: &Code,
    by: &Code,
) -> Result<Vec<TriedAgain>, StoreError> {
    let mut taken = Vec::new();
    for refused in all(house, community, by).await? {
        if let Some(receipt) = tried(house, community, &refused.command).await? {
            taken.push(TriedAgain { refused, receipt });
        }
    }
    Ok(taken)
}

/// What the book makes of a command now, if that is something new.
async fn tried(
    house: &House,
    community: &Code,
    command: &Command,
) -> Result<Option<Receipt>, StoreError> {
    let store: &Store = &house.store;
    let commands = |_: &rongyi_core::book::Book| vec![command.clone()];
    let Some(mut book) = book_of(store, community, commands).await? else {
        return Ok(None);
    };
    let sets: Vec<Arc<_>> = book.frame().sets.clone();
    let judge = house.books.trial(community, &sets);
    Ok(match book.apply(command, house.clock.now(), &judge) {
        Ok(Applied::Fresh(receipt)) => Some(receipt),
        Ok(Applied::Replay(_)) | Err(_) => None,
    })
}

/// Takes up all that may come out otherwise; answers those that did.
///
/// # Errors
/// [`ClerkError`]; what was booked until then stays, and asking again books nothing twice.
pub async fn take_up(
    house: &House,
    community: &Code,
    by: &Code,
) -> Result<Vec<TriedAgain>, ClerkError> {
    let mut taken = Vec::new();
    for refused in all(house, community, by).await? {
        let asked = refused.command.clone();
        match house.clerk.ask_patiently(community, asked).await {
            Ok(answer) if answer.replayed => {}
            Ok(answer) => taken.push(TriedAgain {
                refused,
                receipt: answer.receipt,
            }),
            // A closed period, somebody who was erased: the answer of then stays.
            Err(ClerkError::Rejected(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(taken)
}
