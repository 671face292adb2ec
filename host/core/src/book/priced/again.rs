//! What the pieces of an order that are handed over cost by themselves: the rule that priced the order is asked again, on
//! its day and with the facts that it saw then, about what was handed over alone.

use crate::book::order::{charge, fitted, held, sum};
use crate::book::{Book, Order};
use crate::command::{AmendRejection, Rejection};
use crate::ids::RuleSetNo;
use crate::record::Record;
use crate::rule::{BasketLine, Denial, Fact, Judge, PriceAsk, Quote};

/// The answer, and what was asked.
pub(in crate::book) struct Again {
    set: RuleSetNo,
    facts: Vec<Fact>,
    quote: Quote,
}

impl Again {
    /// How it stands behind the record of what was handed over.
    pub(in crate::book) fn record(self) -> Record {
        Record::Quoted(self.set, self.facts, self.quote)
    }

    /// What these pieces bring: what all that is handed over costs by itself, at most the whole order, less what was paid
    /// before. Split over their lines.
    pub(in crate::book) fn dues(&self, order: &Order, pieces: &[i32]) -> Vec<i64> {
        let open = sum(held(order));
        let paid = order.total.get().saturating_sub(open);
        let alone = sum(self
            .quote
            .points
            .iter()
            .map(|line_points| i64::from(*line_points)));
        let due = alone.saturating_sub(paid).clamp(0, open);
        let handed = order.handed.iter().zip(pieces);
        let handed = handed.map(|(before, more)| (before.saturating_add(*more), *more));
        let mut points = self.quote.points.iter();
        let share = |(all, more): (i32, i32)| {
            if all == 0 {
                return 0;
            }
            let line_points = points.next().copied().unwrap_or_default();
            let line = i64::from(line_points).saturating_mul(more.into());
            line.checked_div(all.into()).unwrap_or(0)
        };
        fitted(handed.map(share).collect(), due, pieces)
    }
}

/// Asks the rule of the order about what is handed over once `pieces` are.
pub(in crate::book) fn ask_again(
    book: &Book,
    order: &Order,
    pieces: &[i32],
    judge: &dyn Judge,
) -> Result<Again, Rejection> {
    let entry = order.entry;
    let unknown = || Rejection::from(AmendRejection::EntryUnknown { entry });
    let (set, seen) = match book.entry(entry)?.get(1) {
        Some(Record::Quoted(set, facts, _)) => (*set, facts),
        Some(_) | None => return Err(unknown()),
    };
    let rule = book.set(set).ok_or(Rejection::SetUnknown { set })?;
    let plan = rule.plan.pricing.clone().unwrap_or_default();
    let (of_order, of_lines) = seen
        .split_at_checked(plan.order_facts.len())
        .ok_or_else(unknown)?;
    let mut facts = of_order.to_vec();
    let mut lines = Vec::new();
    let mut own_share = Vec::new();
    let each = plan.line_facts.len();
    for (at, (line, points)) in order.lines.iter().enumerate() {
        let more = pieces.get(at).copied().unwrap_or_default();
        let quantity = order.handed[at].saturating_add(more);
        if quantity == 0 {
            continue;
        }
        let from = at.saturating_mul(each);
        let line_facts = of_lines.get(from..from.saturating_add(each));
        let line_facts = line_facts.ok_or_else(unknown)?.to_vec();
        let item = book.frame.items.iter().find(|item| item.no == line.item);
        let item = item.ok_or_else(unknown)?;
        facts.extend_from_slice(&line_facts);
        own_share.push(charge(line, *points, quantity));
        lines.push(BasketLine {
            item: item.code.clone(),
            category: item.category.clone(),
            value_fen: item.value_fen,
            quantity,
            facts: line_facts,
        });
    }
    let ask = PriceAsk {
        lines,
        on: order.placed_on,
        minute: 0,
        facts: of_order.to_vec(),
        traits: book.traits_for(order.resident, rule)?,
    };
    let quote = match judge.price(set, &ask) {
        Ok(quote) => quote,
        // So little of it could not have been ordered alone: then it costs its share.
        Err(Denial::Refused(_)) => Quote {
            points: own_share
                .into_iter()
                .map(|share| i32::try_from(share).unwrap_or(i32::MAX))
                .collect(),
            lines: Vec::new(),
        },
        Err(Denial::Failed(fault)) => return Err(Rejection::rule_fault(set, fault)),
    };
    Ok(Again { set, facts, quote })
}
