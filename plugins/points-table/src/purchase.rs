//! Money off a purchase, paid for in points: the quantity is the amount that the clerk types, in yuan. How much is off,
//! how many points that takes and what remains to pay, as far as the balance and the bounds reach. It writes no
//! sentence.

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::{Exact, ten_to};
use rongyi_sdk::say::{Sum, decimal, number, refuse};
use rongyi_sdk::types::{Decision, Event, Refusal, Short};
use rongyi_sdk::window::answer;
use serde::Deserialize;

use crate::extra::Most;
use crate::params::Kind;
use crate::table::Row;
use crate::worth;

/// One yuan in fen; what is shown has two decimal places.
const YUAN: i64 = 100;

/// How points take money off a purchase.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Purchase {
    /// At most this part of the amount.
    pub(crate) percent: u8,
    /// How many points take one yuan off.
    pub(crate) points_per_yuan: Exact,
    /// At most so many yuan off one purchase.
    pub(crate) most: Option<Exact>,
    /// Nothing is off a purchase of less than so many yuan.
    pub(crate) at_least: Option<Exact>,
    /// At most so many points in a window.
    #[serde(default)]
    pub(crate) most_points: Vec<Most>,
}

impl Purchase {
    /// The points that so many fen off take, parts of a point dropped.
    fn points(&self, fen: i64) -> i64 {
        let each = self.points_per_yuan;
        fen.saturating_mul(each.units) / YUAN.saturating_mul(ten_to(each.scale)).max(1)
    }

    /// The fen that so many points take off, parts of one dropped.
    fn fen(&self, points: i64) -> i64 {
        let each = self.points_per_yuan;
        points
            .saturating_mul(YUAN)
            .saturating_mul(ten_to(each.scale))
            / each.units.max(1)
    }
}

/// Whether something is written beside a payment that it does not know.
pub(crate) fn has_more(kind: &Kind) -> bool {
    !kind.boosts.is_empty()
        || !kind.void.is_empty()
        || kind.minutes_per_unit.is_some()
        || !kind.caps.is_empty()
        || !kind.nth.is_empty()
        || !kind.share.is_empty()
        || kind.bonus.is_some()
        || kind.comeback.is_some()
        || kind.streak.is_some()
        || kind.referrer.is_some()
        || kind.expires.is_some()
        || kind.max_units.is_some()
        || kind.asset.as_deref().is_some_and(|asset| asset != "points")
        || kind.short != crate::params::Short::Clamp
}

/// An amount of yuan in fen.
pub(crate) fn in_fen(yuan: Exact) -> Option<i64> {
    yuan.at_scale(2)
}

/// Points are taken as far as they reach, and no more money is off than they pay for.
pub(crate) fn answer_it(
    row: &Row,
    purchase: &Purchase,
    event: &Event,
) -> Result<Decision, Refusal> {
    let places = 2_u8.saturating_sub(row.kind.scale);
    let amount = i64::from(event.quantity).saturating_mul(ten_to(places));
    if let Some(least) = purchase.at_least.and_then(in_fen)
        && amount < least
    {
        let args = vec![decimal(least, 2), decimal(amount, 2)];
        return Err(refuse(row.phrase("buy-small"), args, None));
    }
    for limit in &row.limits {
        let had = answer(&event.facts, limit.fact);
        if had >= i64::from(limit.most) {
            let args = vec![number(limit.most.into()), number(had)];
            return Err(crate::earn::closed(limit, "limit", args, event.on));
        }
    }
    let part = amount.saturating_mul(purchase.percent.into()) / 100;
    let most = purchase.most.and_then(in_fen).unwrap_or(part);
    let allowed = part.min(most);
    let mut sum = Sum::of(row.asset.as_str());
    sum.note(
        row.phrase("buy"),
        vec![decimal(amount, 2), decimal(allowed, 2)],
    );
    let mut points = purchase.points(allowed);
    for (at, (most, fact)) in purchase
        .most_points
        .iter()
        .zip(&row.given_facts)
        .enumerate()
    {
        let spent = answer(&event.facts, *fact).saturating_neg().max(0);
        let left = i64::from(most.amount).saturating_sub(spent).max(0);
        if points > left {
            let args = vec![number(most.amount.into()), number(spent), number(left)];
            if purchase.fen(left) == 0 {
                let opens = next_window(most.window, event.on);
                return Err(refuse(row.phrase(&format!("buy-most-{at}")), args, opens));
            }
            sum.note(row.phrase(&format!("buy-most-{at}")), args);
            points = left;
        }
    }
    let balance = row.given_facts.last();
    let balance = balance.map_or(0, |fact| answer(&event.facts, *fact).max(0));
    if points > balance {
        points = balance;
        sum.note(row.phrase("buy-balance"), vec![number(balance)]);
    }
    let off = purchase.fen(points);
    let pay = amount.saturating_sub(off);
    if off == 0 {
        let args = vec![number(balance), decimal(amount, 2)];
        return Err(refuse(row.phrase("buy-nothing"), args, None));
    }
    let args = vec![number(points), decimal(off, 2), decimal(pay, 2)];
    sum.add(row.phrase("buy-off"), args, points.saturating_neg());
    let mut decision = Decision {
        awards: Vec::new(),
        lines: Vec::new(),
        marks: Vec::new(),
    };
    // The balance was asked for: there is as much as this takes.
    sum.give(&mut decision, crate::earn::DOER, Short::Refuse);
    worth::marks(row, event, points, 0, &mut decision);
    Ok(decision)
}
