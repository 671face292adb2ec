//! An event under the reference of an entry that was reversed or withdrawn. Checked before all else: the reference, that
//! it belongs to the named entry, that this one no longer stands.

use super::{Act, Asked, Kept, Named, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, FateState, award};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{AmendRejection, Command, NotReversible, Rejection};
use crate::record::{
    Event, Personal, Record, read_event, read_written, write_event, write_written,
};

/// An event in the place of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replace {
    /// What happened.
    pub event: Event,
    /// The entry that was reversed or withdrawn.
    pub replaces: u64,
}

impl Act for Replace {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        if let Some(source) = &self.event.source {
            list.other_form(source, command);
        }
        award::needs(list, &self.event, command.today);
        list.fate(self.replaces);
        let Some(source) = &self.event.source else {
            return;
        };
        let other = command
            .reference
            .iter()
            .map(|reference| reference.other.0.clone());
        for external_ref in other.chain([source.external_ref.clone()]) {
            let key = (source.name.clone(), external_ref);
            if let Some(Some(used)) = list.book.sources.get(&key) {
                list.entry(used.entry);
            }
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let replaces = self.replaces;
        let event = under_known_form(book, asking.command, &self.event);
        let source = event
            .source
            .as_ref()
            .ok_or(AmendRejection::ReplacesWithoutSource)?;
        let external_ref = source.external_ref.clone();
        let key = (source.name.clone(), external_ref.clone());
        let used = book.sources.get(&key).copied().flatten();
        let used = used.ok_or_else(|| AmendRejection::ReplacesUnknown {
            external_ref: external_ref.clone(),
        })?;
        if used.entry != replaces {
            let first = book.entry(used.entry)?.first().and_then(Record::what);
            let again =
                matches!(first, Some(Asked::Replace(earlier)) if earlier.replaces == replaces);
            return match again {
                true if used.input == source.input => Ok(Applied::Replay(used.entry)),
                true => Err(Rejection::SourceConflict { external_ref }),
                false => Err(AmendRejection::ReplacesOther {
                    external_ref,
                    entry: used.entry,
                }
                .into()),
            };
        }
        match book.fate(replaces).map(|fate| fate.state) {
            Some(FateState::Reversed | FateState::Withdrawn) => {}
            Some(_) | None => {
                return Err(AmendRejection::ReplacesStanding { entry: replaces }.into());
            }
        }
        award::agreed(book, &event, &[])?;
        let replacement = Replace {
            event: event.clone(),
            replaces,
        };
        let first = Record::asked(asking.envelope.clone(), replacement);
        award::book_event(book, &asking, (first, None), &event)
    }
}

/// The event under the form of its reference that the replaced entry had, so that the record alone can be replayed.
fn under_known_form(book: &Book, command: &Command, event: &Event) -> Event {
    let mut event = event.clone();
    if let (Some(source), Some(reference)) = (&mut event.source, &command.reference) {
        let known = |external_ref: &str| {
            let key = (source.name.clone(), external_ref.to_owned());
            book.sources.get(&key).is_some_and(Option::is_some)
        };
        let (other, input) = &reference.other;
        if !known(&source.external_ref) && known(other) {
            source.external_ref.clone_from(other);
            source.input = *input;
        }
    }
    event
}

impl Kept for Replace {
    const NUMBERS: &'static [u8] = &[15];

    fn write(&self, w: &mut Writer) {
        write_event(w, &self.event);
        w.u64(self.replaces);
        write_written(w, &self.event);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut event = read_event(r)?;
        let replaces = r.u64()?;
        read_written(r, &mut event)?;
        Ok(Replace { event, replaces })
    }

    fn word(&self) -> &'static str {
        "replace"
    }

    fn title(&self) -> Title {
        Title::naming(("", ""), ("事项", "An event"), Named::Event)
    }

    fn personal(&self) -> Personal {
        Personal::of_event(&self.event)
    }

    fn event(&self) -> Option<&Event> {
        Some(&self.event)
    }

    fn not_reversible(&self, records: &[Record]) -> Option<NotReversible> {
        award::not_reversible(records)
    }

    fn undo_needs(&self, list: &mut Missing<'_>, entry: u64) {
        award::uncount_needs(list, entry);
    }

    fn undo(&self, book: &mut Book, entry: u64, records: &[Record]) -> Result<(), Rejection> {
        award::uncount(book, entry, records)
    }
}
