//! What a basket costs, and whether it may be ordered today: opening days, who may redeem, prices, reductions,
//! bundles, pieces, orders, points, in this order. It reads no parameters and writes no sentence.

use std::collections::BTreeMap;

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::{Exact, clamp, ten_to};
use rongyi_sdk::say::{decimal, number, refuse};
use rongyi_sdk::types::{
    Arg, Basket, BasketLine, Fact, Line, Metric, PricingPlan, Quote, Refusal, Subject, Window,
};
use rongyi_sdk::window::{Needs, answer};

use crate::days::Days;
use crate::guards::{self, First, Guards};
use crate::params::Params;
use crate::reduce::{self, Pieces};
use crate::words::bound_code;

/// The asset that prices are in.
const POINTS: &str = "points";

/// A bound with the place of its fact.
#[derive(Debug)]
struct Bound {
    most: i32,
    window: Window,
    subject: Subject,
    fact: usize,
    item: Option<String>,
}

/// A shop, ready to answer.
pub(crate) struct Shop {
    params: Params,
    days: Days,
    pieces: Vec<Bound>,
    orders: Vec<Bound>,
    points: Vec<Bound>,
    guards: Guards,
    /// What the buyer has, and what of it was earned in the window of `only_before`.
    new: Option<(usize, usize)>,
    /// The facts that each reduction needs, and each discount off an order.
    earned: (Vec<Vec<usize>>, Vec<Vec<usize>>),
    needs: PricingPlan,
}

impl Shop {
    /// Works out which facts each bound needs.
    pub(crate) fn new(params: Params, days: Days) -> Shop {
        let (mut line_needs, mut order_needs) = (Needs::default(), Needs::default());
        let pieces = params.limits.iter().map(|limit| Bound {
            most: limit.pieces,
            window: limit.window,
            subject: limit.subject,
            fact: line_needs.ask(Metric::RedeemedItems, limit.window, limit.subject, None),
            item: limit.item.clone(),
        });
        let pieces = pieces.collect();
        let mut order = |metric, window, subject, most| Bound {
            most,
            window,
            subject,
            fact: order_needs.ask(metric, window, subject, None),
            item: None,
        };
        // Whoever took a piece in the window has had an order in it.
        let orders = params.once.iter();
        let orders = orders
            .map(|once| order(Metric::RedeemedItems, once.window, once.subject, 1))
            .collect();
        let points = params.max_points.iter();
        let points = points
            .map(|max| order(Metric::RedeemedPoints, max.window, max.subject, max.points))
            .collect();
        let guards = Guards::new(&params, &mut order_needs);
        let new = params.only_before.as_ref().map(|before| {
            let (ever, person) = (Window::Lifetime, Subject::Person);
            let has = order_needs.ask(Metric::Balance, ever, person, None);
            let earned = order_needs.ask(Metric::Points, before.window, before.subject, None);
            (has, earned)
        });
        let mut ask = |all: &[First]| -> Vec<usize> {
            all.iter().map(|one| one.ask(&mut order_needs)).collect()
        };
        let reductions = params.reductions.iter().map(|one| ask(&one.earned));
        let reductions = reductions.collect();
        let off = params.off.iter().map(|one| ask(&one.earned)).collect();
        Shop {
            params,
            days,
            pieces,
            orders,
            points,
            guards,
            new,
            earned: (reductions, off),
            needs: PricingPlan {
                order_facts: order_needs.list(),
                line_facts: line_needs.list(),
            },
        }
    }

    /// The facts it asks for.
    pub(crate) fn needs(&self) -> PricingPlan {
        self.needs.clone()
    }

    /// The quote of a basket, or why it may not be ordered.
    pub(crate) fn price(&self, basket: &Basket) -> Result<Quote, Refusal> {
        self.days.check(basket.on, basket.weekday)?;
        self.guards.person(&self.params, basket)?;
        let mut quote = Quote {
            points: Vec::new(),
            lines: Vec::new(),
        };
        let mut all: BTreeMap<String, Pieces> = BTreeMap::new();
        for line in &basket.lines {
            let each = self.line(line, basket, &mut quote)?;
            let known = all.entry(line.item.clone());
            let known = known.or_insert(Pieces { left: 0, each });
            known.left = known.left.saturating_add(line.quantity.into());
        }
        self.bundle(basket, &mut all, &mut quote);
        self.off(basket, &mut quote);
        self.check_pieces(basket)?;
        let total = quote.points.iter().copied().map(i64::from).sum();
        guards::amount(&self.params, total)?;
        self.check_order(basket, total)?;
        Ok(quote)
    }

    /// One line with its reduction and the money beside it; answers what a piece costs in the end.
    fn line(&self, line: &BasketLine, basket: &Basket, quote: &mut Quote) -> Result<i64, Refusal> {
        guards::goods(&self.params.only, line, basket)?;
        let (each, code) = self.each(line)?;
        let item = || Arg::Code(line.item.clone());
        let whole = |each: i64| {
            i32::try_from(each.saturating_mul(line.quantity.into()))
                .map_err(|_| refuse("price.too-large", vec![item()], None))
        };
        let points = whole(each)?;
        let mut say = |code: String, args: Vec<Arg>, amount: Option<i32>| {
            quote.lines.push(Line {
                code,
                args,
                asset: POINTS.to_owned(),
                amount,
            });
        };
        let args = vec![item(), number(line.quantity.into()), number(each)];
        say(code.to_owned(), args, Some(points));
        let mut left = each;
        if let Some(part) = reduce::part(&self.params.in_points, line) {
            let (in_points, fen) = part.split(each, line.value_fen.into());
            let fen = fen.saturating_mul(line.quantity.into());
            let percent = number(part.percent.into());
            let off = whole(each.saturating_sub(in_points))?.saturating_neg();
            say(
                "part".to_owned(),
                vec![item(), percent, decimal(fen, 2)],
                Some(off),
            );
            left = in_points;
        }
        let before = left;
        if let Some((at, less)) = reduce::best(
            (&self.params.reductions, &self.earned.0),
            line,
            basket,
            before,
        ) {
            left = before.saturating_sub(less);
            let args = vec![item(), number(less)];
            let off = whole(less)?.saturating_neg();
            say(format!("reduction-{at}"), args, Some(off));
        }
        if let Some(fen) = self.params.money.get(&line.item) {
            let fen = i64::from(*fen).saturating_mul(line.quantity.into());
            say("money".to_owned(), vec![item(), decimal(fen, 2)], None);
        }
        quote.points.push(whole(left)?);
        Ok(left)
    }

    /// Bundles in the order they are written; what they save comes off their own lines, by what their pieces cost.
    fn bundle(&self, basket: &Basket, all: &mut BTreeMap<String, Pieces>, quote: &mut Quote) {
        for (at, bundle) in self.params.bundles.iter().enumerate() {
            let (times, saved) = reduce::fit(bundle, all);
            let off = times.saturating_mul(saved);
            if off == 0 {
                continue;
            }
            quote.lines.push(Line {
                code: format!("bundle-{at}"),
                args: vec![number(times), number(saved)],
                asset: POINTS.to_owned(),
                amount: Some(clamp(off).saturating_neg()),
            });
            let charged = basket.lines.iter().zip(&quote.points);
            let weights: Vec<i64> = charged
                .map(|(line, points)| {
                    let pieces = bundle.items.get(&line.item).copied().unwrap_or(0);
                    let each = all.get(&line.item).map_or(0, |priced| priced.each);
                    let value = each.saturating_mul(times).saturating_mul(pieces.into());
                    value.min(i64::from(*points))
                })
                .collect();
            take_off(off, &weights, &mut quote.points);
        }
    }

    /// Less for the whole order, off every line by what it costs.
    fn off(&self, basket: &Basket, quote: &mut Quote) {
        let weights: Vec<i64> = quote.points.iter().copied().map(i64::from).collect();
        let total = weights.iter().sum();
        let Some((at, less)) = reduce::best_off((&self.params.off, &self.earned.1), basket, total)
        else {
            return;
        };
        quote.lines.push(Line {
            code: format!("off-{at}"),
            args: vec![number(less)],
            asset: POINTS.to_owned(),
            amount: Some(clamp(less).saturating_neg()),
        });
        take_off(less, &weights, &mut quote.points);
    }

    /// Points for one piece, and the sentence that says where they come from.
    fn each(&self, line: &BasketLine) -> Result<(i64, &'static str), Refusal> {
        if let Some(points) = self.params.prices.get(&line.item) {
            return Ok((i64::from(*points), "price.item"));
        }
        if let Some(points) = self.params.categories.get(&line.category) {
            return Ok((i64::from(*points), "price.category"));
        }
        match self.params.per_yuan {
            Some(rate) => Ok((by_value(line.value_fen, rate), "price.value")),
            None => Err(refuse(
                "item.no-price",
                vec![Arg::Code(line.item.clone())],
                None,
            )),
        }
    }

    fn check_pieces(&self, basket: &Basket) -> Result<(), Refusal> {
        for limit in &self.pieces {
            for line in &basket.lines {
                if limit.item.as_ref().is_some_and(|item| *item != line.item) {
                    continue;
                }
                let same = basket.lines.iter().filter(|other| other.item == line.item);
                let wanted: i64 = same.map(|other| i64::from(other.quantity)).sum();
                let had = fact(&line.facts, limit.fact);
                let left = (i64::from(limit.most) - had).max(0);
                if wanted > left {
                    let code = bound_code("limit", limit.window, limit.subject);
                    let item = Arg::Code(line.item.clone());
                    let args = vec![item, number(limit.most.into()), number(had), number(left)];
                    return Err(refuse(
                        code,
                        args,
                        opens(limit, limit.most.into(), wanted, basket),
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_order(&self, basket: &Basket, total: i64) -> Result<(), Refusal> {
        for once in &self.orders {
            if fact(&basket.facts, once.fact) > 0 {
                let code = bound_code("once", once.window, once.subject);
                return Err(refuse(
                    code,
                    Vec::new(),
                    next_window(once.window, basket.on),
                ));
            }
        }
        if let (Some(before), Some((has, new))) = (&self.params.only_before, self.new) {
            // What was earned first is spent first, so what came in since is still there.
            let new = fact(&basket.facts, new);
            let old = answer(&basket.facts, has).saturating_sub(new).max(0);
            if total > old {
                let args = vec![number(total), number(old), number(new)];
                let again = next_window(before.window, basket.on);
                return Err(refuse("order.too-new", args, again));
            }
        }
        for max in &self.points {
            let spent = fact(&basket.facts, max.fact);
            if spent.saturating_add(total) > max.most.into() {
                let code = bound_code("points", max.window, max.subject);
                let left = (i64::from(max.most) - spent).max(0);
                let args = vec![
                    number(max.most.into()),
                    number(spent),
                    number(total),
                    number(left),
                ];
                return Err(refuse(
                    code,
                    args,
                    opens(max, max.most.into(), total, basket),
                ));
            }
        }
        Ok(())
    }
}

fn take_off(amount: i64, weights: &[i64], points: &mut [i32]) {
    for (cost, share) in points.iter_mut().zip(reduce::split(amount, weights)) {
        *cost = clamp(i64::from(*cost).saturating_sub(share));
    }
}

/// When the window has passed; never, when the basket alone is more than the bound.
fn opens(
    bound: &Bound,
    most: i64,
    wanted: i64,
    basket: &Basket,
) -> Option<rongyi_sdk::types::Date> {
    if wanted > most {
        return None;
    }
    next_window(bound.window, basket.on)
}

/// Points for one piece of this value, rounded up.
fn by_value(fen: i32, rate: Exact) -> i64 {
    let unit = ten_to(rate.scale).saturating_mul(100);
    let raw = i64::from(fen).saturating_mul(rate.units);
    raw.div_euclid(unit)
        .saturating_add(i64::from(raw.rem_euclid(unit) > 0))
}

fn fact(facts: &[Fact], at: usize) -> i64 {
    answer(facts, at).max(0)
}
