//! Texts that stand beside the ledger, and whom an entry is about where no movement says so. It decides nothing.

use super::Book;
use crate::command::{Ask, Command};
use crate::record::{About, Asked, Record, resident};

impl Book {
    /// What is kept beside the ledger of this entry, and whom it is about. The text of an order is its pick-up code,
    /// which has a place of its own. An answer that moved nothing is on nobody's account, so this alone leads from a
    /// person to what was refused or came out at nothing.
    pub(super) fn keep_texts(&mut self, command: &Command, entry: u64, records: &[Record]) {
        let first = records.first();
        let is_order = matches!(command.ask, Ask::Place(_));
        let text = command.text.as_ref().filter(|_| !is_order);
        let reference = command
            .reference
            .as_ref()
            .and_then(|reference| reference.text.as_ref());
        let unmoved = self.unmoved(records);
        if text.is_none() && reference.is_none() && unmoved.is_none() {
            return;
        }
        self.dirty
            .texts
            .extend(text.map(|text| (entry, text.clone())));
        self.dirty
            .references
            .extend(reference.map(|reference| (entry, reference.clone())));
        let mut about = first
            .map(|record| record.personal().about)
            .unwrap_or_default();
        about.extend(unmoved.unwrap_or_default());
        about.sort_unstable();
        about.dedup();
        self.dirty
            .about
            .extend(about.into_iter().map(|whom| (whom, entry)));
    }

    /// Whom an event or order concerns that moved nothing: it was refused, waits, or came out at nothing.
    fn unmoved(&self, records: &[Record]) -> Option<Vec<About>> {
        if records
            .iter()
            .any(|record| matches!(record, Record::Moved(..)))
        {
            return None;
        }
        let what = records.first()?.what()?;
        if let Asked::Place(placed) = what {
            return Some(vec![resident(placed.resident)]);
        }
        // The event of a second try stands in the entry that waited.
        let event = match what.waited() {
            Some(waited) => self.waiting.get(&waited)?.as_ref()?,
            None => what.event()?,
        };
        Some(event.roles.iter().map(|(_, no)| resident(*no)).collect())
    }
}
