//! Less for some people, items or days, and several items together for one price. What an item costs before that
//! is in `price.rs`.

use std::collections::BTreeMap;

use rongyi_sdk::calendar::order;
use rongyi_sdk::params::Words;
use rongyi_sdk::types::{Basket, BasketLine, Date};
use rongyi_sdk::window::HasTrait;
use serde::Deserialize;

/// Less for some people, items or days. Everything that is written must hold; of several that hold, the one that
/// takes off most counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reduction {
    /// What residents read.
    pub(crate) title: Words,
    /// So many percent less; the price is rounded up.
    pub(crate) percent: Option<u8>,
    /// So many points less.
    pub(crate) minus: Option<i32>,
    /// This price instead; 0 is free.
    pub(crate) price: Option<i32>,
    /// For these items.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// For these shelves.
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    /// For people with this trait.
    #[serde(rename = "trait")]
    pub(crate) has: Option<HasTrait>,
    /// On these weekdays, 1 is Monday.
    #[serde(default)]
    pub(crate) weekdays: Vec<u8>,
    /// On these days of the month.
    #[serde(default)]
    pub(crate) days_of_month: Vec<u8>,
    /// On these days.
    #[serde(default)]
    pub(crate) days: Vec<Span>,
}

/// From the first to the last of these days, both included.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Span {
    /// First day.
    pub(crate) from: Date,
    /// Last day; the same without it.
    pub(crate) to: Option<Date>,
}

impl Reduction {
    fn holds(&self, line: &BasketLine, basket: &Basket) -> bool {
        let within = |span: &Span| {
            let last = span.to.unwrap_or(span.from);
            (order(span.from)..=order(last)).contains(&order(basket.on))
        };
        let goods = (self.items.is_empty() && self.categories.is_empty())
            || self.items.contains(&line.item)
            || self.categories.contains(&line.category);
        goods
            && self
                .has
                .as_ref()
                .is_none_or(|has| has.holds(&basket.traits))
            && (self.weekdays.is_empty() || self.weekdays.contains(&basket.weekday))
            && (self.days_of_month.is_empty() || self.days_of_month.contains(&basket.on.day))
            && (self.days.is_empty() || self.days.iter().any(within))
    }

    fn price(&self, each: i64) -> i64 {
        let percent = self.percent.map(|percent| {
            let left = each.saturating_mul(100_i64.saturating_sub(percent.into()));
            left.div_euclid(100)
                .saturating_add(i64::from(left.rem_euclid(100) > 0))
        });
        let minus = || {
            self.minus
                .map(|minus| each.saturating_sub(minus.into()).max(0))
        };
        let price = || self.price.map(|price| each.min(price.into()));
        percent.or_else(minus).or_else(price).unwrap_or(each)
    }
}

/// The reduction that takes off most, and what it takes off one piece.
pub(crate) fn best(
    reductions: &[Reduction],
    line: &BasketLine,
    basket: &Basket,
    each: i64,
) -> Option<(usize, i64)> {
    let holding = reductions.iter().enumerate();
    let holding = holding.filter(|(_, reduction)| reduction.holds(line, basket));
    let less = holding.map(|(at, reduction)| (at, each.saturating_sub(reduction.price(each))));
    // The first of equals.
    less.filter(|(_, less)| *less > 0)
        .rev()
        .max_by_key(|(_, less)| *less)
}

/// Several items together for one price.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bundle {
    /// What residents read.
    pub(crate) title: Words,
    /// How many of each item.
    pub(crate) items: BTreeMap<String, i32>,
    /// For so many points.
    pub(crate) points: i32,
}

/// One item of a basket: pieces that no bundle has taken, and what one costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces {
    /// Pieces.
    pub(crate) left: i64,
    /// Points for one.
    pub(crate) each: i64,
}

/// How often a bundle fits and what it saves each time; its pieces are taken out.
pub(crate) fn fit(bundle: &Bundle, basket: &mut BTreeMap<String, Pieces>) -> (i64, i64) {
    let of = |item: &str| {
        basket
            .get(item)
            .copied()
            .unwrap_or(Pieces { left: 0, each: 0 })
    };
    let times = bundle
        .items
        .iter()
        .map(|(item, count)| of(item).left / i64::from(*count).max(1))
        .min()
        .unwrap_or(0);
    let singly: i64 = bundle
        .items
        .iter()
        .map(|(item, count)| of(item).each.saturating_mul(i64::from(*count)))
        .sum();
    let saved = singly.saturating_sub(bundle.points.into());
    if times == 0 || saved <= 0 {
        return (0, 0);
    }
    for (item, count) in &bundle.items {
        if let Some(pieces) = basket.get_mut(item) {
            let taken = times.saturating_mul(i64::from(*count));
            pieces.left = pieces.left.saturating_sub(taken);
        }
    }
    (times, saved)
}
