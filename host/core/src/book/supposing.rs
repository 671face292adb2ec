//! A book that repeats what happened under other rules: what would have become of it. It is thrown away afterwards; nothing
//! of it is ever sealed or written.
//!
//! What people did stays done. Orders are taken as they were made, whatever they come to now and whether or not the points
//! are there; what is missing is owed. They are handed over and given back on the days on which they were, and what was
//! taken back or corrected passes a floor. Rules are asked anew, and their deductions keep every floor.

use std::sync::Arc;

use super::{Book, Dirty};
use crate::account::{Account, Purpose};
use crate::ids::OrderNo;
use crate::record::{RuleSet, Source};
use crate::settings::Settings;
use crate::time::LocalDate;

impl Book {
    /// The same book, to go on under other rules with what happened afterwards.
    #[must_use]
    pub fn supposing(self) -> Self {
        Book {
            supposes: true,
            ..self.replaying()
        }
    }

    /// Other settings and rule sets from here on.
    pub fn suppose(&mut self, settings: Settings, sets: Vec<Arc<RuleSet>>) {
        self.frame.settings = Some(settings);
        self.frame.sets = sets;
    }

    /// The next entry stands at this place: where it does in the ledger, so that later ones find it by the same number.
    pub fn place_next(&mut self, seq: u64) {
        self.frame.head.next_seq = seq;
    }

    /// The next order has this number.
    pub fn order_next(&mut self, no: OrderNo) {
        self.frame.next_order = no.0;
    }

    /// Forgets what was only to be written, and the earlier entries that were loaded for the last command.
    pub fn forget_changes(&mut self) {
        self.dirty = Dirty::default();
        self.entries.clear();
    }

    /// Forgets that a reference was used: for one that does not come again.
    pub fn forget_reference(&mut self, source: &Source) {
        let key = (source.name.clone(), source.external_ref.clone());
        self.sources.remove(&key);
    }

    /// The accounts that can be spent from and hold something whose last day is before `today`, in order.
    pub fn past_lots(&self, today: LocalDate) -> Vec<Account> {
        let day = today.to_days();
        let past = |(lot, left): (&i32, &i64)| *lot != 0 && *lot < day && *left > 0;
        let mut found: Vec<Account> = self
            .accounts
            .iter()
            .filter(|(account, _)| account.purpose == Purpose::Available)
            .filter(|(_, state)| {
                state
                    .as_ref()
                    .is_some_and(|state| state.lots.iter().any(past))
            })
            .map(|(account, _)| *account)
            .collect();
        found.sort_unstable();
        found
    }
}
