//! What lists say of many cases, orders and residents at once; and who a resident is.

use std::collections::BTreeMap;

use rongyi_core::ids::{Code, OrderNo, ResidentNo};

use crate::{Person, Store, StoreError, each_engine};

/// What lists say of a case beside its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseHead {
    /// The argument of its first step: what it was opened with, as JSON.
    pub opened: String,
    /// What was written when it was opened; nothing where that was erased.
    pub words: Vec<String>,
    /// How many photos came with any of its steps.
    pub photos: u32,
}

each_engine! {
    /// What lists say of these cases, by number; none that is not there.
    fn case_heads(community: &Code, cases: &[u64]) -> BTreeMap<u64, CaseHead>;
    /// The names of these residents; none of whom nobody knows.
    fn names_of(community: &Code, residents: &[ResidentNo]) -> BTreeMap<ResidentNo, String>;
    /// Who placed these orders; none of an order that is not there.
    fn buyers_of(community: &Code, orders: &[OrderNo]) -> BTreeMap<OrderNo, ResidentNo>;
    /// The person that a resident is.
    fn resident_person(community: &Code, resident: ResidentNo) -> Option<Person>;
}
