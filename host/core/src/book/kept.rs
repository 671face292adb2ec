//! Everything a book holds, in order: of a rebuilt book, all there is. For comparing; it decides and changes nothing.

use std::collections::BTreeMap;

use super::{AccountState, Book, Fate, Order, Used};
use crate::account::{Account, Holder};
use crate::counters::{CounterKey, CounterRow};
use crate::ids::{Code, HouseholdNo, OrderNo, ResidentNo};
use crate::member::Member;
use crate::period::Standing;
use crate::record::Event;
use crate::time::Instant;

impl Book {
    /// Every loaded account that exists, in order: of a rebuilt book, all of them.
    pub fn accounts(&self) -> BTreeMap<Account, &AccountState> {
        self.accounts
            .iter()
            .filter_map(|(key, state)| Some((*key, state.as_ref()?)))
            .collect()
    }

    /// One counter row, if it is loaded and exists; so the other rows with their keys below.
    pub fn counter_row(&self, key: &CounterKey) -> Option<&CounterRow> {
        self.counters.get(key)?.as_ref()
    }

    /// One order.
    pub fn order_row(&self, no: OrderNo) -> Option<&Order> {
        self.orders.get(&no)?.as_ref()
    }

    /// What an external reference of a source was used for.
    pub fn source_row(&self, key: &(Code, String)) -> Option<&Used> {
        self.sources.get(key)?.as_ref()
    }

    /// What an actor's idempotency key was used for, and when.
    pub fn key_row(&self, key: &(Code, String)) -> Option<&(Used, Instant)> {
        self.keys.get(key)?.as_ref()
    }

    /// What became of the entry that begins at this seq.
    pub fn fate_row(&self, entry: u64) -> Option<Fate> {
        *self.fates.get(&entry)?
    }

    /// What a holder had at the cut-off that this entry made.
    pub fn standing_row(&self, cut: u64, holder: Holder) -> Option<&Standing> {
        self.standings.get(&(cut, holder))?.as_ref()
    }

    /// Every loaded counter row that exists.
    pub fn counters(&self) -> BTreeMap<&CounterKey, &CounterRow> {
        self.counters
            .iter()
            .filter_map(|(key, row)| Some((key, row.as_ref()?)))
            .collect()
    }

    /// Every loaded order that exists.
    pub fn orders(&self) -> BTreeMap<OrderNo, &Order> {
        self.orders
            .iter()
            .filter_map(|(no, order)| Some((*no, order.as_ref()?)))
            .collect()
    }

    /// Every loaded resident that exists.
    pub fn residents(&self) -> BTreeMap<ResidentNo, HouseholdNo> {
        self.residents
            .iter()
            .filter_map(|(no, member)| Some((*no, member.as_ref()?.household)))
            .collect()
    }

    /// Every loaded resident that exists, with their traits.
    pub fn members(&self) -> BTreeMap<ResidentNo, Member> {
        self.residents
            .iter()
            .filter_map(|(no, member)| Some((*no, member.clone()?)))
            .collect()
    }

    /// Every loaded external reference that was used.
    pub fn sources(&self) -> BTreeMap<&(Code, String), &Used> {
        self.sources
            .iter()
            .filter_map(|(key, used)| Some((key, used.as_ref()?)))
            .collect()
    }

    /// Every loaded idempotency key that was used, by actor and text, with when.
    pub fn keys(&self) -> BTreeMap<&(Code, String), &(Used, Instant)> {
        self.keys
            .iter()
            .filter_map(|(key, used)| Some((key, used.as_ref()?)))
            .collect()
    }

    /// What became of every loaded entry that something happened to.
    pub fn fates(&self) -> BTreeMap<u64, Fate> {
        self.fates
            .iter()
            .filter_map(|(entry, fate)| Some((*entry, (*fate)?)))
            .collect()
    }

    /// Every loaded standing, by the entry of its cut-off and its holder.
    pub fn standings(&self) -> BTreeMap<(u64, Holder), &Standing> {
        self.standings
            .iter()
            .filter_map(|(key, standing)| Some((*key, standing.as_ref()?)))
            .collect()
    }

    /// Every loaded event that still waits for its rule.
    pub fn waiting(&self) -> BTreeMap<u64, &Event> {
        self.waiting
            .iter()
            .filter_map(|(seq, event)| Some((*seq, event.as_ref()?)))
            .collect()
    }
}
