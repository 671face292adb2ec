//! The rows that entries since a checkpoint touched, in the tables that grow with the journal: a verification that
//! goes on from a checkpoint compares these, so that its time is in proportion to what is new. What stays small
//! (balances, residents, open orders, waiting events, settings, rule sets, shop, periods) is compared whole each time.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::book::{Changes, Loaded, OrderState};
use rongyi_core::command::Need;
use rongyi_core::ids::Code;
use rongyi_store::{Store, StoreError};

use super::{Check, PAGE};

/// Keys of rows that were touched.
#[derive(Debug, Default)]
pub(super) struct Touched(BTreeSet<Need>);

impl Touched {
    /// Adds the rows that a commit wrote.
    pub(super) fn add(&mut self, changes: &Changes) {
        // Every part is named, so that a new table gets its answer here.
        let Changes {
            counters,
            orders,
            sources,
            keys,
            fates,
            standings,
            // The journal itself, read record by record.
            community: _,
            before: _,
            after: _,
            block: _,
            records: _,
            transfers: _,
            texts: _,
            erased: _,
            // Compared whole.
            accounts: _,
            residents: _,
            items: _,
            waiting: _,
            waited: _,
            codes: _,
            settings: _,
            sets: _,
            periods: _,
            // Compared by the references above.
            references: _,
            // Lists that help to find things, which no verification compares.
            about: _,
            forgotten: _,
            marked: _,
        } = changes;
        let needs = &mut self.0;
        needs.extend(counters.iter().map(|(key, _)| Need::Counter(key.clone())));
        needs.extend(orders.iter().map(|order| Need::Order(order.no)));
        let sources = sources.iter();
        needs.extend(sources.map(|(name, text, _)| Need::Source(name.clone(), text.clone())));
        let keys = keys.iter();
        needs.extend(keys.map(|(owner, text, ..)| Need::Key(owner.clone(), text.clone())));
        needs.extend(fates.iter().map(|(entry, _)| Need::Fate(*entry)));
        let standings = standings.iter();
        needs.extend(standings.map(|(cut, holder, _)| Need::Standing(*cut, *holder)));
    }

    /// The external references among them.
    pub(super) fn sources(&self) -> impl Iterator<Item = (Code, String)> {
        self.0.iter().filter_map(|need| match need {
            Need::Source(name, text) => Some((name.clone(), text.clone())),
            Need::Account(_)
            | Need::Counter(_)
            | Need::Resident(_)
            | Need::Order(_)
            | Need::PickupCode(_)
            | Need::Key(..)
            | Need::Waiting(_)
            | Need::Everyone
            | Need::Standing(..)
            | Need::Entry(_)
            | Need::Fate(_) => None,
        })
    }
}

impl Check {
    /// The rows that were touched, and every open order.
    pub(super) async fn touched_rows(
        &mut self,
        store: &Store,
        code: &Code,
        touched: &Touched,
    ) -> Result<(), StoreError> {
        let orders = self.book.orders().into_iter();
        let open = orders.filter(|(_, order)| order.state == OrderState::Reserved);
        let open: Vec<Need> = open.map(|(no, _)| Need::Order(no)).collect();
        let needs: Vec<Need> = touched.0.iter().cloned().chain(open).collect();
        for needs in needs.chunks(PAGE as usize) {
            for row in store.load(code, needs).await? {
                self.touched_row(row);
            }
        }
        Ok(())
    }

    fn touched_row(&mut self, row: Loaded) {
        match row {
            Loaded::Counter(key, row) => {
                let rebuilt = self.book.counter_row(&key).cloned();
                self.compare_one("counter", key, rebuilt, row);
            }
            Loaded::Order(no, row) => {
                let rebuilt = self.book.order_row(no).cloned();
                self.compare_one("order", no, rebuilt, row);
            }
            Loaded::Source(name, text, row) => {
                let key = (name, text);
                let rebuilt = self.book.source_row(&key).copied();
                self.compare_one("external reference", key, rebuilt, row);
            }
            // Keys are purged after a while, so one may be missing; one that is there must be right.
            Loaded::Key(_, _, None) => {}
            Loaded::Key(owner, text, row) => {
                let key = (owner, text);
                let rebuilt = self.book.key_row(&key).copied();
                self.compare_one("idempotency key", key, rebuilt, row);
            }
            Loaded::Fate(entry, row) => {
                let rebuilt = self.book.fate_row(entry);
                self.compare_one("fate of entry", entry, rebuilt, row);
            }
            Loaded::Standing(cut, holder, row) => {
                let rebuilt = self.book.standing_row(cut, holder).cloned();
                self.compare_one("standing at a cut-off", (cut, holder), rebuilt, row);
            }
            // Never asked here.
            Loaded::Account(..)
            | Loaded::Resident(..)
            | Loaded::PickupCode(..)
            | Loaded::Waiting(..)
            | Loaded::Everyone(_)
            | Loaded::Entry(..) => {}
        }
    }

    fn compare_one<K: Clone + Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
        &mut self,
        what: &str,
        key: K,
        rebuilt: Option<V>,
        row: Option<V>,
    ) {
        let only = |value: Option<V>| {
            value
                .map(|value| (key.clone(), value))
                .into_iter()
                .collect()
        };
        let (rebuilt, row): (BTreeMap<K, V>, BTreeMap<K, V>) = (only(rebuilt), only(row));
        self.compare(what, &rebuilt, &row);
    }
}
