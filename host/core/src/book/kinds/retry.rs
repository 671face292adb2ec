//! A waiting event, again: with the rule set of its day as it is now. One that fails again goes on waiting, and nothing is
//! written.

use super::{Act, Kept, Named, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, award};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Need, NotReversible, Rejection};
use crate::record::{About, Personal, Record};

/// The entry whose event waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry(pub u64);

impl Act for Retry {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        match list.book.waiting.get(&self.0) {
            None => list.needs.push(Need::Waiting(self.0)),
            Some(None) => {}
            Some(Some(event)) => award::needs(list, event, command.today),
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let seq = self.0;
        let event = book.waiting.get(&seq).cloned().flatten();
        let event = event.ok_or(Rejection::NotWaiting { seq })?;
        let first = Record::asked(asking.envelope.clone(), *self);
        let receipt = award::book_again(book, &asking, first, &event)?;
        let receipt = receipt.ok_or(Rejection::NothingToDo)?;
        book.waiting.insert(seq, None);
        book.dirty.waited.push(seq);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Retry {
    const NUMBERS: &'static [u8] = &[8];

    fn write(&self, w: &mut Writer) {
        w.u64(self.0);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Retry(r.u64()?))
    }

    fn word(&self) -> &'static str {
        "retry"
    }

    fn title(&self) -> Title {
        let of = Named::EventOf(self.0);
        Title::naming(("", ""), ("补记的事项", "An event, decided later"), of)
    }

    fn personal(&self) -> Personal {
        Personal::about_one(About::Entry(self.0))
    }

    fn waited(&self) -> Option<u64> {
        Some(self.0)
    }

    fn not_reversible(&self, records: &[Record]) -> Option<NotReversible> {
        award::not_reversible(records)
    }

    fn undo_needs(&self, list: &mut Missing<'_>, entry: u64) {
        list.entry(self.0);
        award::uncount_needs(list, entry);
    }

    fn undo(&self, book: &mut Book, entry: u64, records: &[Record]) -> Result<(), Rejection> {
        award::uncount(book, entry, records)
    }
}
