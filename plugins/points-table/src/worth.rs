//! What is added to the points of a way, and what they are split into: boosts, bonuses, the budget, shares,
//! and the marks for reviewers. Limits and caps are in `earn.rs`.

use rongyi_sdk::params::ten_to;
use rongyi_sdk::say::{Sum, number};
use rongyi_sdk::types::{Arg, Award, Decision, Event, Line, Mark, Short};
use rongyi_sdk::window::answer;

use crate::earn::times;
use crate::extra::{Boost, Counted, Referrer, Stack};
use crate::params::{BonusOf, Rounding};
use crate::table::Row;

/// Lane after lane; within a lane as `stack` says. Deductions are left alone; where there are no points yet there is
/// nothing to multiply, but something may be added.
pub(crate) fn boosts(row: &Row, event: &Event, sum: &mut Sum) {
    let all = &row.kind.boosts;
    for (at, first) in all.iter().enumerate() {
        // Each lane is worked through at its first boost.
        if all.iter().take(at).any(|before| before.lane == first.lane) || sum.total() < 0 {
            continue;
        }
        let base = sum.total();
        let more = |boost: &Boost| match boost.times {
            Some(factor) => times(base, 0, factor, row.kind.rounding)
                .0
                .saturating_sub(base),
            None => boost.plus.unwrap_or(0).into(),
        };
        let counts = |boost: &Boost| base > 0 || boost.plus.is_some();
        let holding = all.iter().enumerate().filter(|(_, boost)| {
            boost.lane == first.lane && counts(boost) && boost.holds(event, row.kind.scale)
        });
        let mut counting: Vec<(usize, i64)> =
            holding.map(|(at, boost)| (at, more(boost))).collect();
        match row.kind.stack {
            Stack::First => counting.truncate(1),
            Stack::Best => {
                // The first of equals.
                let best = counting.iter().rev().copied().max_by_key(|(_, more)| *more);
                counting = best.into_iter().collect();
            }
            Stack::Sum => {}
        }
        for (at, more) in counting {
            let arg = all
                .get(at)
                .and_then(|boost| boost.times)
                .map_or_else(|| number(more), |factor| Arg::Decimal(factor.decimal()));
            sum.add(row.boost_phrase(at), vec![arg], more);
        }
    }
}

/// For numbers reached, for the first or the tenth time, for coming back, for a row of days.
pub(crate) fn bonuses(row: &Row, event: &Event, minutes: i64, sum: &mut Sum) {
    if let (Some(bonus), Some(at)) = (&row.kind.bonus, row.bonus_fact) {
        let (size, added) = match bonus.of {
            BonusOf::Quantity => (ten_to(row.kind.scale), event.quantity.into()),
            BonusOf::Hours => (60, minutes),
            BonusOf::Events => (1, 1),
        };
        let every = i64::from(bonus.every).saturating_mul(size).max(1);
        let before = answer(&event.facts, at).max(0);
        let reached = (before.saturating_add(added)) / every - before / every;
        if reached > 0 {
            let args = vec![
                number(bonus.every.into()),
                number(bonus.amount.into()),
                number(reached),
            ];
            let more = i64::from(bonus.amount).saturating_mul(reached);
            sum.add(row.phrase("bonus"), args, more);
        }
    }
    for (at, (nth, (within, after))) in row.kind.nth.iter().zip(&row.nth_facts).enumerate() {
        // What is entered late stands behind what is booked already: that keeps its place.
        let later = after.map_or(0, |fact| answer(&event.facts, fact));
        let booked = answer(&event.facts, *within).saturating_add(later);
        if booked.saturating_add(1) == i64::from(nth.time) {
            let args = vec![number(nth.time.into()), number(nth.points.into())];
            sum.add(row.phrase(&format!("nth-{at}")), args, nth.points.into());
        }
    }
    if let (Some(back), Some(fact)) = (&row.kind.comeback, row.comeback_fact) {
        let away = answer(&event.facts, fact);
        if away > i64::from(back.after_days) {
            let args = vec![number(away), number(back.points.into())];
            sum.add(row.phrase("comeback"), args, back.points.into());
        }
    }
    if let (Some(streak), Some([days, longer, today, run, after])) =
        (&row.kind.streak, row.streak_facts)
    {
        let of = |fact| answer(&event.facts, fact);
        let full = i64::from(streak.days);
        let nearly = full.saturating_sub(1);
        // The days before this one, as many as matter.
        let before = if of(days) == nearly { nearly } else { of(run) };
        let after = of(after);
        // This day makes the row full, whether it is the last one or was entered late; neither the days before it nor
        // those after it were full by themselves.
        let row_of = before.saturating_add(1).saturating_add(after);
        if of(today) == 0 && row_of >= full && of(longer) < full && after < full {
            let args = vec![number(streak.days.into()), number(streak.points.into())];
            sum.add(row.phrase("streak"), args, streak.points.into());
        }
    }
}

/// As the community's budget runs out, points become fewer.
pub(crate) fn scale(row: &Row, event: &Event, sum: &mut Sum) {
    let Some(budget) = &row.budget else {
        return;
    };
    let total = sum.total();
    if total <= 0 {
        return;
    }
    let used = answer(&event.facts, budget.fact).max(0);
    let percent = used.saturating_mul(100) / i64::from(budget.most.max(1));
    let step = budget.scale.iter().rev();
    let step = step
        .into_iter()
        .find(|step| percent >= i64::from(step.from_percent));
    if let Some(step) = step {
        let (fewer, _) = times(total, 0, step.times, Rounding::Floor);
        let args = vec![
            number(budget.most.into()),
            number(percent),
            Arg::Decimal(step.times.decimal()),
        ];
        sum.add("budget", args, fewer - total);
    }
}

/// Whether this is the time at which the referrer is thanked.
pub(crate) fn referred_now(row: &Row, event: &Event, thanks: Referrer) -> bool {
    match (thanks.time(), row.referrer_fact) {
        (Some(time), Some(fact)) => answer(&event.facts, fact).saturating_add(1) == i64::from(time),
        (None | Some(_), _) => true,
    }
}

/// Splits the doer's points among the roles that are filled; parts of a point stay with the doer.
pub(crate) fn share(row: &Row, event: &Event, points: i64, decision: &mut Decision) {
    if points <= 0 {
        return;
    }
    for share in &row.kind.share {
        let part = share.part(points);
        if part == 0 || !event.roles.contains(&share.role) {
            continue;
        }
        let part_i32 = rongyi_sdk::params::clamp(part);
        if let Some(doer) = decision.awards.first_mut() {
            doer.amount = doer.amount.saturating_sub(part_i32);
        }
        decision.awards.push(Award {
            role: share.role.clone(),
            asset: row.asset.clone(),
            amount: part_i32,
            short: Short::Clamp,
            expires: None,
        });
        decision.lines.push(Line {
            code: row.phrase(&format!("share-{}", share.role)),
            args: vec![
                number(share.of.or(share.percent).unwrap_or_default().into()),
                number(part),
            ],
            asset: row.asset.clone(),
            amount: None,
        });
    }
    decision.awards.retain(|award| award.amount != 0);
}

/// What a reviewer should look at.
pub(crate) fn marks(row: &Row, event: &Event, points: i64, minutes: i64, decision: &mut Decision) {
    for (at, (mark, fact)) in row.kind.marks.iter().zip(&row.mark_facts).enumerate() {
        if !mark.when.holds(event, row.kind.scale) {
            continue;
        }
        let mut args = Vec::new();
        if let (Some(count), Some(fact)) = (&mark.count, fact) {
            let (unit, added) = match count.of {
                Counted::Events => (1, 1),
                Counted::Points => (1, points),
                Counted::Hours => (60, minutes),
                Counted::Quantity => (ten_to(row.kind.scale), event.quantity.into()),
            };
            let now = answer(&event.facts, *fact).saturating_add(added);
            if now <= i64::from(count.over).saturating_mul(unit) {
                continue;
            }
            args = vec![number(now / unit)];
        }
        decision.marks.push(Mark {
            code: row.phrase(&format!("mark-{at}")),
            args,
        });
    }
}
