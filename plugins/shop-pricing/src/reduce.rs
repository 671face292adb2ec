//! Less for some people, items or days, and several items together for one price. What an item costs before that
//! is in `price.rs`.

use std::collections::BTreeMap;

use rongyi_sdk::calendar::order;
use rongyi_sdk::params::Words;
use rongyi_sdk::types::{Basket, BasketLine, Date};
use rongyi_sdk::window::HasTrait;
use serde::Deserialize;

use crate::guards::{First, reached};

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
    /// At most so many points less for a piece.
    pub(crate) cap: Option<i32>,
    /// For these items.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// For these shelves.
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    /// For people with this trait.
    #[serde(rename = "trait")]
    pub(crate) has: Option<HasTrait>,
    /// For those who have earned or served so much: all of it must be reached.
    #[serde(default)]
    pub(crate) earned: Vec<First>,
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

/// Whether a day is one of those that are written; nothing written is every day.
fn on_day(basket: &Basket, weekdays: &[u8], days_of_month: &[u8], days: &[Span]) -> bool {
    let within = |span: &Span| {
        let last = span.to.unwrap_or(span.from);
        (order(span.from)..=order(last)).contains(&order(basket.on))
    };
    (weekdays.is_empty() || weekdays.contains(&basket.weekday))
        && (days_of_month.is_empty() || days_of_month.contains(&basket.on.day))
        && (days.is_empty() || days.iter().any(within))
}

/// What is left of a price after so many percent less, rounded up.
fn after_percent(price: i64, percent: u8) -> i64 {
    let left = price.saturating_mul(100_i64.saturating_sub(percent.into()));
    left.div_euclid(100)
        .saturating_add(i64::from(left.rem_euclid(100) > 0))
}

fn capped(price: i64, left: i64, cap: Option<i32>) -> i64 {
    cap.map_or(left, |cap| left.max(price.saturating_sub(cap.into())))
}

impl Reduction {
    fn holds(&self, line: &BasketLine, basket: &Basket) -> bool {
        let goods = (self.items.is_empty() && self.categories.is_empty())
            || self.items.contains(&line.item)
            || self.categories.contains(&line.category);
        goods
            && self
                .has
                .as_ref()
                .is_none_or(|has| has.holds(&basket.traits, basket.on))
            && on_day(basket, &self.weekdays, &self.days_of_month, &self.days)
    }

    fn price(&self, each: i64) -> i64 {
        let percent = self.percent.map(|percent| after_percent(each, percent));
        let minus = || {
            self.minus
                .map(|minus| each.saturating_sub(minus.into()).max(0))
        };
        let price = || self.price.map(|price| each.min(price.into()));
        let left = percent.or_else(minus).or_else(price).unwrap_or(each);
        capped(each, left, self.cap)
    }
}

/// Less for the whole order. Everything that is written must hold; of several that hold, the one that takes off most
/// counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Off {
    /// What residents read.
    pub(crate) title: Words,
    /// So many percent less; what is left is rounded up.
    pub(crate) percent: Option<u8>,
    /// So many points less.
    pub(crate) minus: Option<i32>,
    /// At most so many points less.
    pub(crate) cap: Option<i32>,
    /// For orders of so many points or more.
    pub(crate) at_least: Option<i32>,
    /// For people with this trait.
    #[serde(rename = "trait")]
    pub(crate) has: Option<HasTrait>,
    /// For those who have earned or served so much: all of it must be reached.
    #[serde(default)]
    pub(crate) earned: Vec<First>,
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

impl Off {
    fn holds(&self, basket: &Basket, total: i64) -> bool {
        self.at_least.is_none_or(|least| total >= least.into())
            && self
                .has
                .as_ref()
                .is_none_or(|has| has.holds(&basket.traits, basket.on))
            && on_day(basket, &self.weekdays, &self.days_of_month, &self.days)
    }

    fn less(&self, total: i64) -> i64 {
        let percent = self.percent.map(|percent| after_percent(total, percent));
        let minus = self
            .minus
            .map(|minus| total.saturating_sub(minus.into()).max(0));
        let left = percent.or(minus).unwrap_or(total);
        total.saturating_sub(capped(total, left, self.cap))
    }
}

/// The one that takes most off an order of so many points, and how much.
pub(crate) fn best_off(
    (offs, places): (&[Off], &[Vec<usize>]),
    basket: &Basket,
    total: i64,
) -> Option<(usize, i64)> {
    let holding = offs.iter().zip(places).enumerate();
    let holding = holding.filter(|(_, (off, places))| {
        off.holds(basket, total) && reached(&off.earned, places, basket)
    });
    let less = holding.map(|(at, (off, _))| (at, off.less(total)));
    // The first of equals.
    less.filter(|(_, less)| *less > 0)
        .rev()
        .max_by_key(|(_, less)| *less)
}

/// At most a part of a price in points; the rest is money at the counter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// So many percent in points; rounded down.
    pub(crate) percent: u8,
    /// Of these items.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// Of these shelves; without both, of everything.
    #[serde(default)]
    pub(crate) categories: Vec<String>,
}

impl Part {
    /// Points and money, in 1/100 yuan, for one piece; the two parts of the value are the whole of it.
    pub(crate) fn split(&self, each: i64, value_fen: i64) -> (i64, i64) {
        let of = |whole: i64| whole.saturating_mul(self.percent.into()).div_euclid(100);
        (of(each), value_fen.saturating_sub(of(value_fen)))
    }
}

/// The first that is about this line.
pub(crate) fn part<'p>(parts: &'p [Part], line: &BasketLine) -> Option<&'p Part> {
    parts.iter().find(|part| {
        (part.items.is_empty() && part.categories.is_empty())
            || part.items.contains(&line.item)
            || part.categories.contains(&line.category)
    })
}

/// Splits an amount by weights: each gets its share rounded down, and what is left goes point by point to the largest
/// remainders, the first of equals before the later. No share is larger than its weight where the amount is not larger
/// than their sum, so no line of an order is ever below zero.
pub(crate) fn split(amount: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().copied().map(i128::from).sum();
    if sum <= 0 {
        return vec![0; weights.len()];
    }
    let part = |weight: i64| i128::from(amount).saturating_mul(weight.into());
    let whole = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|weight| whole(part(*weight).div_euclid(sum)))
        .collect();
    let mut left = amount.saturating_sub(shares.iter().sum());
    let mut places: Vec<usize> = (0..weights.len()).collect();
    places.sort_by_key(|at| std::cmp::Reverse(part(weights[*at]).rem_euclid(sum)));
    for at in places {
        if left <= 0 {
            break;
        }
        shares[at] = shares[at].saturating_add(1);
        left = left.saturating_sub(1);
    }
    shares
}

/// The reduction that takes off most, and what it takes off one piece.
pub(crate) fn best(
    (reductions, places): (&[Reduction], &[Vec<usize>]),
    line: &BasketLine,
    basket: &Basket,
    each: i64,
) -> Option<(usize, i64)> {
    let holding = reductions.iter().zip(places).enumerate();
    let holding = holding.filter(|(_, (reduction, places))| {
        reduction.holds(line, basket) && reached(&reduction.earned, places, basket)
    });
    let holding = holding.map(|(at, (reduction, _))| (at, reduction));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_whole_and_no_share_is_more_than_its_weight() {
        assert_eq!(split(85, &[85, 100]), [39, 46]);
        assert_eq!(split(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(split(0, &[5, 5]), [0, 0]);
        assert_eq!(split(7, &[]), [0_i64; 0]);
        assert_eq!(split(7, &[0, 0]), [0, 0]);
        for (first, second, third) in
            (0..12).flat_map(|a| (0..12).flat_map(move |b| (0..12).map(move |c| (a, b, c))))
        {
            let weights = [first, second, third];
            let sum: i64 = weights.iter().sum();
            for amount in 0..=sum {
                let shares = split(amount, &weights);
                assert_eq!(
                    shares.iter().sum::<i64>(),
                    amount,
                    "{amount} of {weights:?}"
                );
                let fits = shares
                    .iter()
                    .zip(&weights)
                    .all(|(share, weight)| (0..=*weight).contains(share));
                assert!(fits, "{amount} of {weights:?}: {shares:?}");
            }
        }
    }
}
