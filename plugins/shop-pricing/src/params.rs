//! The parameters of shop prices, as an operator writes them. Shape only; sense is checked in `lib.rs`.

use std::collections::BTreeMap;

use rongyi_sdk::params::{Exact, Words};
use rongyi_sdk::suspension::Suspension;
use rongyi_sdk::types::{Subject, Window};
use serde::Deserialize;

use crate::guards::{Balance, Conduct, First, Only};
use crate::reduce::{Bundle, Off, Part, Reduction};

/// Everything.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// Points for one piece, by item.
    #[serde(default)]
    pub prices: BTreeMap<String, i32>,
    /// Points for one piece of an item without a price of its own, by shelf.
    #[serde(default)]
    pub categories: BTreeMap<String, i32>,
    /// Points for each yuan of an item's value, where neither of the two says anything. Rounded up.
    pub per_yuan: Option<Exact>,
    /// Most pieces in a window.
    #[serde(default)]
    pub limits: Vec<Limit>,
    /// Most points spent in a window.
    #[serde(default)]
    pub max_points: Vec<MaxPoints>,
    /// Only one order in a window.
    #[serde(default)]
    pub once: Vec<Once>,
    /// Days on which orders are taken; every day without it.
    pub open: Option<Open>,
    /// Days on which none are taken.
    #[serde(default)]
    pub closed: Vec<Closed>,
    /// Less for some people, items or days.
    #[serde(default)]
    pub reductions: Vec<Reduction>,
    /// Less for the whole order.
    #[serde(default)]
    pub off: Vec<Off>,
    /// At most a part of a price in points, the rest in money.
    #[serde(default)]
    pub in_points: Vec<Part>,
    /// Several items together for one price.
    #[serde(default)]
    pub bundles: Vec<Bundle>,
    /// Money that is paid at the counter beside the points, in 1/100 yuan for each piece, by item.
    #[serde(default)]
    pub money: BTreeMap<String, i32>,
    /// Smallest order, in points.
    pub min_order: Option<i32>,
    /// Orders are a multiple of so many points.
    pub step: Option<i32>,
    /// What must be earned or served before anything is redeemed.
    #[serde(default)]
    pub first: Vec<First>,
    /// After these events nothing is redeemed for a while.
    #[serde(default)]
    pub suspensions: Vec<Suspension>,
    /// Only what was earned before a window began is spent in it.
    pub only_before: Option<Once>,
    /// Nothing is redeemed by those who have less of an asset.
    #[serde(default)]
    pub balances: Vec<Balance>,
    /// A base score; whoever has used it up is out.
    pub conduct: Option<Conduct>,
    /// Goods that only some people can have.
    #[serde(default)]
    pub only: Vec<Only>,
}

/// At most so many pieces.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limit {
    /// Of this item; without it, of each item.
    pub item: Option<String>,
    /// Pieces.
    pub pieces: i32,
    /// Over which days.
    pub window: Window,
    /// Whose.
    pub subject: Subject,
}

/// At most so many points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaxPoints {
    /// Points.
    pub points: i32,
    /// Over which days.
    pub window: Window,
    /// Whose.
    pub subject: Subject,
}

/// A window and whose: one order in it, then not again until the next; or nothing spent in it that was earned in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Once {
    /// Over which days.
    pub window: Window,
    /// Whose.
    pub subject: Subject,
}

/// Days on which orders are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Open {
    /// 1 is Monday, 7 is Sunday.
    #[serde(default)]
    pub weekdays: Vec<u8>,
    /// Days of the month, 1-31.
    #[serde(default)]
    pub days_of_month: Vec<u8>,
    /// And only in these months, 1-12.
    #[serde(default)]
    pub months: Vec<u8>,
}

/// From the first to the last of these days, both included.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closed {
    /// First day.
    pub from: String,
    /// Last day; the same without it.
    pub to: Option<String>,
    /// Why, in the words of the shop.
    pub why: Option<Words>,
}
