//! An event happened: what is it worth? The order of checks and the decision stand in `award`.

use super::{Act, Agreer, Kept, Named, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, again, award};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::record::{Event, Personal, Record, read_whole_event, write_whole_event};
use crate::rule::Refusal;

impl Act for Event {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        if let Some(source) = &self.source {
            list.other_form(source, command);
            // A reference that was answered with no may be decided again.
            if let Some((used, _)) = again::used(list.book, command, source) {
                let records = list.entry(used.entry).unwrap_or_default();
                if let Some(Record::Waiting(..)) = records.get(1) {
                    list.fate(used.entry);
                }
            }
        }
        award::needs(list, self, command.today);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let first = Record::asked(asking.envelope.clone(), self.clone());
        book_first(book, &asking, first, (self, &[]))
    }
}

/// Books an event as the entry that begins with `first`, unless its reference was answered before; `by` are those who
/// agreed to it.
pub(super) fn book_first(
    book: &mut Book,
    asking: &Asking<'_>,
    first: Record,
    (event, by): (&Event, &[Agreer]),
) -> Result<Applied, Rejection> {
    if let Some(source) = &event.source {
        if let Some(before) = again::before(book, asking.command, source, event) {
            let (entry, same) = (before.entry, before.same);
            return match agreed_event(book, asking, (first, before.refusal), (event, by)) {
                // What cannot be decided any more keeps the answer it has.
                Err(_) if same => Ok(Applied::Replay(entry)),
                Ok(Applied::Replay(_)) => Ok(Applied::Replay(entry)),
                other => other,
            };
        }
        if let Some(entry) = book.source_used(source, asking.command)? {
            return Ok(Applied::Replay(entry));
        }
    }
    agreed_event(book, asking, (first, None), (event, by))
}

fn agreed_event(
    book: &mut Book,
    asking: &Asking<'_>,
    first: (Record, Option<Refusal>),
    (event, by): (&Event, &[Agreer]),
) -> Result<Applied, Rejection> {
    award::agreed(book, event, by)?;
    award::book_event(book, asking, first, event)
}

impl Kept for Event {
    const NUMBERS: &'static [u8] = &[7];

    fn write(&self, w: &mut Writer) {
        write_whole_event(w, self);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        read_whole_event(r)
    }

    fn word(&self) -> &'static str {
        "event"
    }

    fn title(&self) -> Title {
        Title::naming(("", ""), ("事项", "An event"), Named::Event)
    }

    fn personal(&self) -> Personal {
        Personal::of_event(self)
    }

    fn event(&self) -> Option<&Event> {
        Some(self)
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
