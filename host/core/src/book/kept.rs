//! Everything a book holds, in order: of a rebuilt book, all there is. For comparing; it decides and changes nothing.

use std::collections::BTreeMap;

use super::{AccountState, Book, Fate, Order, Used};
use crate::account::{Account, Holder};
use crate::counters::{CounterKey, CounterRow};
use crate::ids::{Code, HouseholdNo, OrderNo, ResidentNo};
use crate::period::Standing;
use crate::record::Event;
use crate::time::Instant;
use crate::traits::Member;

impl Book {
    /// Every loaded account that exists, in order: of a rebuilt book, all of them.
    pub fn accounts(&self) -> BTreeMap<Account, &AccountState> {
        self.accounts
            .iter()
            .filter_map(|(key, state)| Some((*key, state.as_ref()?)))
            .collect()
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
            .filter_map(|(no, own)| Some((*no, own.as_ref()?.household)))
            .collect()
    }

    /// Every loaded resident that exists, with their traits.
    pub fn members(&self) -> BTreeMap<ResidentNo, Member> {
        self.residents
            .iter()
            .filter_map(|(no, own)| Some((*no, own.clone()?)))
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
            .filter_map(|(key, own)| Some((*key, own.as_ref()?)))
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
