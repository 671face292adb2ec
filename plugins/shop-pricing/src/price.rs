//! What a basket costs, and whether it may be ordered today: opening days, prices, pieces, orders, points,
//! in this order. It reads no parameters and writes no sentence.

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::{Exact, ten_to};
use rongyi_sdk::say::{number, refuse};
use rongyi_sdk::types::{
    Arg, Basket, BasketLine, Fact, FactNeed, Line, Metric, PricingPlan, Quote, Refusal, Subject,
    Window,
};

use crate::days::{Days, subject, window};
use crate::params::Params;
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
    needs: PricingPlan,
}

impl Shop {
    /// Works out which facts each bound needs.
    pub(crate) fn new(params: Params, days: Days) -> Shop {
        let mut needs = PricingPlan {
            order_facts: Vec::new(),
            line_facts: Vec::new(),
        };
        let pieces = &params.limits;
        let pieces = pieces.iter().map(|limit| {
            let (days, whose) = (window(limit.window), subject(limit.subject));
            let fact = need(&mut needs.line_facts, Metric::RedeemedItems, days, whose);
            Bound {
                most: limit.pieces,
                window: days,
                subject: whose,
                fact,
                item: limit.item.clone(),
            }
        });
        let pieces = pieces.collect();
        let mut order = |metric, days, whose, most| {
            let fact = need(&mut needs.order_facts, metric, days, whose);
            Bound {
                most,
                window: days,
                subject: whose,
                fact,
                item: None,
            }
        };
        let once = params.once.iter();
        // Whoever took a piece in the window has had an order in it.
        let orders = once
            .map(|once| {
                order(
                    Metric::RedeemedItems,
                    window(once.window),
                    subject(once.subject),
                    1,
                )
            })
            .collect();
        let max = params.max_points.iter();
        let points = max
            .map(|max| {
                order(
                    Metric::RedeemedPoints,
                    window(max.window),
                    subject(max.subject),
                    max.points,
                )
            })
            .collect();
        Shop {
            params,
            days,
            pieces,
            orders,
            points,
            needs,
        }
    }

    /// The facts it asks for.
    pub(crate) fn needs(&self) -> PricingPlan {
        self.needs.clone()
    }

    /// The quote of a basket, or why it may not be ordered.
    pub(crate) fn price(&self, basket: &Basket) -> Result<Quote, Refusal> {
        self.days.check(basket.on, basket.weekday)?;
        let mut quote = Quote {
            points: Vec::new(),
            lines: Vec::new(),
        };
        for line in &basket.lines {
            let (each, code) = self.each(line)?;
            let points = i32::try_from(each.saturating_mul(line.quantity.into()))
                .map_err(|_| refuse("price.too-large", vec![Arg::Code(line.item.clone())], None))?;
            let args = vec![
                Arg::Code(line.item.clone()),
                number(line.quantity.into()),
                number(each),
            ];
            quote.points.push(points);
            quote.lines.push(Line {
                code: code.to_owned(),
                args,
                asset: POINTS.to_owned(),
                amount: Some(points),
            });
        }
        self.check_pieces(basket)?;
        self.check_order(basket, quote.points.iter().copied().map(i64::from).sum())?;
        Ok(quote)
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
    let fact = facts
        .get(at)
        .expect("the host answers every fact of the plan");
    i64::from(fact.value).max(0)
}

fn need(needs: &mut Vec<FactNeed>, metric: Metric, window: Window, subject: Subject) -> usize {
    let wanted = FactNeed {
        metric,
        window,
        subject,
        of: None,
    };
    if let Some(known) = needs.iter().position(|need| *need == wanted) {
        return known;
    }
    needs.push(wanted);
    needs.len().saturating_sub(1)
}
