//! Who may redeem at all, and from when again: smallest order, what must be earned first, suspensions, a base score
//! that is used up, goods that only some people can have. Pieces, orders and points in a window are in `price.rs`.

use std::collections::BTreeMap;

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::Words;
use rongyi_sdk::say::{number, refuse};
use rongyi_sdk::types::{Arg, Basket, BasketLine, Metric, Refusal, Subject, Window};
use rongyi_sdk::window::{HasTrait, Needs, answer};
use serde::Deserialize;

use crate::params::Params;

/// What must be earned or served before anything is redeemed: points or minutes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct First {
    /// Points earned, deductions taken off.
    pub(crate) points: Option<i32>,
    /// Volunteer minutes.
    pub(crate) minutes: Option<i32>,
    /// Over which days.
    pub(crate) window: Window,
    /// Whose.
    pub(crate) subject: Subject,
}

/// Nothing is redeemed by those who have less than this of an asset, such as conduct points.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Balance {
    /// The asset.
    pub(crate) asset: String,
    /// So much at least.
    pub(crate) at_least: i32,
    /// What residents read.
    pub(crate) why: Words,
}

/// Goods that only people with one of some traits can have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Only {
    /// Who they are, in the words of the shop.
    pub(crate) who: Words,
    /// These items.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// These shelves.
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    /// For people with any of these traits.
    pub(crate) traits: Vec<HasTrait>,
}

impl Only {
    fn is_about(&self, line: &BasketLine) -> bool {
        self.items.contains(&line.item) || self.categories.contains(&line.category)
    }
}

/// Refuses goods that this buyer is not among those for; every entry that is about them must hold.
pub(crate) fn goods(all: &[Only], line: &BasketLine, basket: &Basket) -> Result<(), Refusal> {
    let about = all
        .iter()
        .enumerate()
        .filter(|(_, only)| only.is_about(line));
    for (at, only) in about {
        let mut traits = only.traits.iter();
        if !traits.any(|has| has.holds(&basket.traits, basket.on)) {
            let item = Arg::Code(line.item.clone());
            return Err(refuse(format!("only-{at}"), vec![item], None));
        }
    }
    Ok(())
}

fn household() -> Subject {
    Subject::Household
}

/// A base score from which events take; whoever has used it up is out until the window has passed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conduct {
    /// The base.
    pub(crate) base: i32,
    /// For how long it must last.
    pub(crate) window: Window,
    /// Whose.
    #[serde(default = "household")]
    pub(crate) subject: Subject,
    /// What one event of each kind takes.
    pub(crate) lost: BTreeMap<String, i32>,
}

/// The guards with the places of their facts.
pub(crate) struct Guards {
    first: Vec<usize>,
    suspensions: Vec<usize>,
    balances: Vec<usize>,
    conduct: Vec<(i32, usize)>,
}

impl First {
    /// Asks for what it compares.
    pub(crate) fn ask(&self, needs: &mut Needs) -> usize {
        let metric = if self.points.is_some() {
            Metric::Points
        } else {
            Metric::Minutes
        };
        needs.ask(metric, self.window, self.subject, None)
    }

    fn needed(&self) -> i64 {
        i64::from(self.points.or(self.minutes).unwrap_or(0))
    }
}

/// Whether all of these are reached, with the places of their facts.
pub(crate) fn reached(all: &[First], places: &[usize], basket: &Basket) -> bool {
    let mut both = all.iter().zip(places);
    both.all(|(one, place)| answer(&basket.facts, *place) >= one.needed())
}

impl Guards {
    /// Works out which facts are needed.
    pub(crate) fn new(params: &Params, needs: &mut Needs) -> Guards {
        let first = params.first.iter().map(|first| first.ask(needs)).collect();
        let balances = params.balances.iter().map(|one| {
            let of = Some(one.asset.as_str());
            needs.ask(Metric::Balance, Window::Lifetime, Subject::Person, of)
        });
        let balances = balances.collect();
        let suspensions = params.suspensions.iter();
        let suspensions = suspensions.map(|one| one.ask(needs, Subject::Household));
        let suspensions = suspensions.collect();
        let lost = params.conduct.iter().flat_map(|conduct| {
            conduct
                .lost
                .iter()
                .map(move |(kind, taken)| (conduct, kind, *taken))
        });
        let conduct = lost
            .map(|(conduct, kind, taken)| {
                let of = Some(kind.as_str());
                (
                    taken,
                    needs.ask(Metric::Events, conduct.window, conduct.subject, of),
                )
            })
            .collect();
        Guards {
            first,
            suspensions,
            balances,
            conduct,
        }
    }

    /// Refuses whoever may not redeem today, whatever is in the basket.
    pub(crate) fn person(&self, params: &Params, basket: &Basket) -> Result<(), Refusal> {
        for (at, (one, fact)) in params.suspensions.iter().zip(&self.suspensions).enumerate() {
            if let Some(out) = one.out(answer(&basket.facts, *fact), basket.on) {
                return Err(refuse(format!("suspended-{at}"), Vec::new(), out.until));
            }
        }
        for (at, (one, fact)) in params.balances.iter().zip(&self.balances).enumerate() {
            let has = answer(&basket.facts, *fact);
            if has < i64::from(one.at_least) {
                let args = vec![number(one.at_least.into()), number(has)];
                return Err(refuse(format!("balance-{at}"), args, None));
            }
        }
        if let Some(conduct) = &params.conduct {
            let lost: i64 = self
                .conduct
                .iter()
                .map(|(taken, fact)| answer(&basket.facts, *fact).saturating_mul((*taken).into()))
                .sum();
            if lost >= i64::from(conduct.base) {
                let args = vec![number(conduct.base.into()), number(lost)];
                let again = next_window(conduct.window, basket.on);
                return Err(refuse("conduct.used-up", args, again));
            }
        }
        for (at, (first, fact)) in params.first.iter().zip(&self.first).enumerate() {
            let has = answer(&basket.facts, *fact);
            let needed = first.needed();
            if has < needed {
                let args = vec![number(needed), number(has.max(0))];
                return Err(refuse(format!("first-{at}"), args, None));
            }
        }
        Ok(())
    }
}

/// Refuses an order that is too small or no multiple of the step.
pub(crate) fn amount(params: &Params, total: i64) -> Result<(), Refusal> {
    if let Some(least) = params.min_order
        && total < i64::from(least)
    {
        let args = vec![number(least.into()), number(total)];
        return Err(refuse("order.small", args, None));
    }
    if let Some(step) = params.step
        && total.rem_euclid(i64::from(step).max(1)) != 0
    {
        let args = vec![number(step.into()), number(total)];
        return Err(refuse("order.step", args, None));
    }
    Ok(())
}
