//! Texts that stand beside the ledger, and whom an entry is about where no movement says so. It decides nothing.

use super::Book;
use crate::account::Holder;
use crate::command::{Ask, Command};
use crate::ids::ResidentNo;
use crate::record::{About, Record};

impl Book {
    /// What is kept beside the ledger of this entry, and whom it is about. The text of an order is its pick-up code,
    /// which has a place of its own. An answer that moved nothing is on nobody's account, so this alone leads from a
    /// person to what was refused or came out at nothing.
    pub(super) fn keep_texts(&mut self, command: &Command, entry: u64, records: &[Record]) {
        let first = records.first();
        let is_order = matches!(command.ask, Ask::Place { .. });
        let text = command.text.as_ref().filter(|_| !is_order);
        let reference = command.reference.as_ref().and_then(|own| own.text.as_ref());
        let unmoved = self.unmoved(records);
        if text.is_none() && reference.is_none() && unmoved.is_none() {
            return;
        }
        self.dirty
            .texts
            .extend(text.map(|own| (entry, own.clone())));
        self.dirty
            .references
            .extend(reference.map(|own| (entry, own.clone())));
        let mut about = first.map(|own| own.personal().about).unwrap_or_default();
        about.extend(unmoved.unwrap_or_default());
        about.sort_unstable();
        about.dedup();
        self.dirty
            .about
            .extend(about.into_iter().map(|own| (own, entry)));
    }

    /// Whom an event or order concerns that moved nothing: it was refused, waits, or came out at nothing.
    fn unmoved(&self, records: &[Record]) -> Option<Vec<About>> {
        if records
            .iter()
            .any(|record| matches!(record, Record::Moved(..)))
        {
            return None;
        }
        let resident = |no: &ResidentNo| About::Holder(Holder::Resident(*no));
        let first = records.first()?;
        if let Record::Place(_, _, no, ..) = first {
            return Some(vec![resident(no)]);
        }
        // The event of a second try stands in the entry that waited.
        let event = if let Record::Event(_, event) | Record::Replace(_, event, _) = first {
            event
        } else if let Record::Retry(_, waited) = first {
            self.waiting.get(waited)?.as_ref()?
        } else {
            return None;
        };
        Some(event.roles.iter().map(|(_, no)| resident(no)).collect())
    }
}
