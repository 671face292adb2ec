//! Texts that stand beside the ledger, and whom an entry is about where no movement says so. It decides nothing.

use std::collections::BTreeSet;

use super::{Book, reverse};
use crate::account::Holder;
use crate::command::{Ask, Command};
use crate::record::{About, Amend, Asked, Change, Record, moved, resident};

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
        let returned = self.returned(entry, records);
        if text.is_none() && reference.is_none() && unmoved.is_none() && returned.is_empty() {
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
        about.extend(returned);
        about.sort_unstable();
        about.dedup();
        self.dirty
            .about
            .extend(about.into_iter().map(|whom| (whom, entry)));
    }

    /// Who got nothing back of what is taken back, and lost nothing by it: it had run out before. No account of theirs
    /// leads to that entry.
    fn returned(&self, entry: u64, records: &[Record]) -> Vec<About> {
        let Some(taken_back) = records.first().and_then(|first| self.taken_back(first)) else {
            return Vec::new();
        };
        let reversed = self.entry(reverse::target(self, taken_back));
        let mut whose = holders(taken_back, reversed.unwrap_or_default());
        let touched = holders(entry, records);
        whose.retain(|holder| !touched.contains(holder));
        whose.into_iter().map(About::Holder).collect()
    }

    /// The entry that this one takes back, by one person or by two.
    fn taken_back(&self, first: &Record) -> Option<u64> {
        if let Asked::Amend(Amend::Reverse(entry, _)) = first.what()? {
            return Some(*entry);
        }
        let Asked::Amend(Amend::Approve(proposal)) = first.what()? else {
            return None;
        };
        let proposed = self.entry(*proposal).ok()?.first()?.what()?;
        if let Asked::Amend(Amend::Propose(Change::Reverse { entry }, _)) = proposed {
            Some(*entry)
        } else {
            None
        }
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

/// Whose accounts the movements of an entry touch.
fn holders(entry: u64, records: &[Record]) -> BTreeSet<Holder> {
    let sides = moved(entry, records).into_iter();
    let sides = sides.flat_map(|(_, made)| [made.debit.holder, made.credit.holder]);
    sides
        .filter(|holder| matches!(holder, Holder::Resident(_) | Holder::Household(_)))
        .collect()
}
