//! What the pricing rule says of single goods to whoever has had none yet and has no traits: what staff can tell at the
//! shelf. What somebody really pays is asked anew with their own order.

use std::sync::Arc;

use rongyi_clerk::ClerkError;
use rongyi_core::book::Frame;
use rongyi_core::record::{Item, RuleSet};
use rongyi_core::rule::{BasketLine, Denial, Fact, Judge, Line, Plan, PriceAsk, Quote, Refusal};
use rongyi_core::time::LocalDate;

use crate::house::House;

/// Days ahead on which other prices begin, looked at most.
const AHEAD_MAX: usize = 3;

/// What one piece costs on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Price {
    /// So many points, with the rule's sentences.
    Points(i64, Vec<Line>),
    /// The rule says no.
    Refused(Refusal),
    /// No rule could be asked.
    Unknown,
}

/// What an item costs today, since when, and what it will.
#[derive(Debug, Clone)]
pub struct PriceTag {
    /// One piece today; where the shop is closed today, on the day it opens.
    pub price: Price,
    /// The first day of the rules that say so.
    pub since: Option<LocalDate>,
    /// Days from which it is another one.
    pub next: Vec<(LocalDate, Price)>,
    /// Where it is refused: points for somebody with every trait that the rule asks for, when they can have it.
    pub to_some: Option<i64>,
    /// The plan that prices today, for its sentences.
    pub plan: Plan,
}

/// Asks what each of these items costs.
///
/// # Errors
/// [`ClerkError::Stopped`].
pub async fn ask(
    house: &House,
    frame: &Arc<Frame>,
    items: Vec<Item>,
    today: LocalDate,
) -> Result<Vec<PriceTag>, ClerkError> {
    let judge = house
        .books
        .judge(&frame.community, &frame.sets, house.clock.now());
    let frame = Arc::clone(frame);
    let asking = move || {
        let turns = frame.turning_days();
        let each = |item: &Item| priced(&frame, &judge, item, (today, &turns));
        items.iter().map(each).collect()
    };
    let answers = tokio::task::spawn_blocking(asking).await;
    answers.map_err(|_| ClerkError::Stopped)
}

fn priced(
    frame: &Frame,
    judge: &dyn Judge,
    item: &Item,
    (today, turns): (LocalDate, &[LocalDate]),
) -> PriceTag {
    let Some(set) = frame.pricing_for(today) else {
        return PriceTag {
            price: Price::Unknown,
            since: None,
            next: Vec::new(),
            to_some: None,
            plan: Plan::default(),
        };
    };
    let price = asked(judge, set, item, today);
    let begun = turns.iter().rev().filter(|day| **day <= today);
    // Back to the first of the days since which nothing but this set prices.
    let same = |day: &&LocalDate| frame.pricing_for(**day).is_some_and(|on| on.no == set.no);
    let since = begun.take_while(same).last().copied();
    let mut next: Vec<(LocalDate, Price)> = Vec::new();
    for day in turns.iter().filter(|day| **day > today).take(AHEAD_MAX) {
        let then = match frame.pricing_for(*day) {
            Some(set) => asked(judge, set, item, *day),
            None => Price::Unknown,
        };
        let before = next.last().map_or(&price, |(_, price)| price);
        if !same_price(before, &then) {
            next.push((*day, then));
        }
    }
    let to_some = match &price {
        Price::Refused(_) => {
            let quote = judge.price(set.no, &with_traits(&set.plan, item, today));
            let sum = |quote: Quote| quote.points.iter().map(|points| i64::from(*points)).sum();
            quote.ok().map(sum)
        }
        Price::Points(..) | Price::Unknown => None,
    };
    PriceTag {
        price,
        since,
        next,
        to_some,
        plan: set.plan.clone(),
    }
}

fn same_price(one: &Price, other: &Price) -> bool {
    match (one, other) {
        (Price::Points(one, _), Price::Points(other, _)) => one == other,
        (Price::Refused(_), Price::Refused(_)) | (Price::Unknown, Price::Unknown) => true,
        (Price::Points(..) | Price::Refused(_) | Price::Unknown, _) => false,
    }
}

/// One piece, on the day; where the rule says no until another day, on that one.
fn asked(judge: &dyn Judge, set: &RuleSet, item: &Item, day: LocalDate) -> Price {
    let ask = |on| judge.price(set.no, &basket(&set.plan, item, on));
    match ask(day) {
        Ok(quote) => points(quote),
        Err(Denial::Failed(_)) => Price::Unknown,
        Err(Denial::Refused(refusal)) => match refusal.opens.map(ask) {
            Some(Ok(quote)) => points(quote),
            Some(Err(_)) | None => Price::Refused(refusal),
        },
    }
}

fn points(quote: Quote) -> Price {
    let sum = quote.points.iter().map(|points| i64::from(*points)).sum();
    Price::Points(sum, quote.lines)
}

/// One piece for somebody with every trait that the rule asks for.
fn with_traits(plan: &Plan, item: &Item, on: LocalDate) -> PriceAsk {
    PriceAsk {
        traits: plan.traits.iter().map(|name| (name.clone(), 1)).collect(),
        ..basket(plan, item, on)
    }
}

/// One piece for somebody about whom nothing is known.
fn basket(plan: &Plan, item: &Item, on: LocalDate) -> PriceAsk {
    let pricing = plan.pricing.clone().unwrap_or_default();
    let nothing = |needs: usize| {
        let none = Fact {
            value: 0,
            saturated: false,
        };
        vec![none; needs]
    };
    PriceAsk {
        lines: vec![BasketLine {
            item: item.code.clone(),
            category: item.category.clone(),
            value_fen: item.value_fen,
            quantity: 1,
            facts: nothing(pricing.line_facts.len()),
        }],
        on,
        minute: 0,
        facts: nothing(pricing.order_facts.len()),
        traits: Vec::new(),
    }
}
