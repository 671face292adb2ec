//! What one event is worth: lines that anybody can add up, in the order way, boost, bonus, limits, caps,
//! minutes, referrer. It reads no parameters and writes no sentence.

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::{Exact, ten_to};
use rongyi_sdk::say::{Sum, decimal, number, refuse};
use rongyi_sdk::types::{Arg, Award, Date, Decision, Event, Refusal, Short};

use crate::params::{self, BonusOf, Rounding};
use crate::table::{Bound, Row, Way};

/// The role that every event has.
const DOER: &str = "doer";
/// Who brought the doer along.
const REFERRER: &str = "referrer";
/// Volunteer time.
const MINUTES: &str = "minutes";
/// What referrers get.
const POINTS: &str = "points";

/// Answers an event of this row's kind.
pub(crate) fn earn(row: &Row, event: &Event) -> Result<Decision, Refusal> {
    let minutes = minutes(row, event.quantity);
    let mut sum = Sum::of(row.asset.as_str());
    way(row, event.quantity, &mut sum);
    boost(row, event.weekday, &mut sum);
    bonus(row, event, minutes, &mut sum);
    let full = bound(row, event, &mut sum);
    // Whoever volunteered keeps the time, even when there are no more points for it.
    if let Some(no) = full
        && minutes == 0
    {
        return Err(no);
    }
    let mut decision = Decision {
        awards: Vec::new(),
        lines: Vec::new(),
        marks: Vec::new(),
    };
    sum.give(&mut decision, DOER, short(row.kind.short));
    give_minutes(row, event.quantity, &mut decision);
    if let Some(points) = row.kind.referrer
        && event.roles.iter().any(|role| role == REFERRER)
    {
        let mut thanks = Sum::of(POINTS);
        thanks.add(
            row.phrase("referrer"),
            vec![number(points.into())],
            points.into(),
        );
        thanks.give(&mut decision, REFERRER, Short::Clamp);
    }
    merge(&mut decision.awards);
    Ok(decision)
}

/// The points before anything limits them.
fn way(row: &Row, quantity: i32, sum: &mut Sum) {
    let scale = row.kind.scale;
    let counted = i64::from(quantity);
    let units = decimal(counted, scale);
    match row.way {
        Way::Fixed(points) if points < 0 => {
            sum.add(
                row.phrase("deduct"),
                vec![number(-i64::from(points))],
                points.into(),
            );
        }
        Way::Fixed(points) => sum.add(
            row.phrase("fixed"),
            vec![number(points.into())],
            points.into(),
        ),
        Way::PerUnit => {
            let Some(each) = row.kind.per_unit else {
                return;
            };
            let (points, exact) = times(counted, scale, each, row.kind.rounding);
            let code = if exact { "per-unit" } else { "per-unit-round" };
            let each_arg = Arg::Decimal(each.decimal());
            sum.add(row.phrase(code), vec![units, each_arg], points);
            if let Some(most) = over(row, counted) {
                let (fewer, _) = times(most, scale, each, row.kind.rounding);
                sum.add(
                    row.phrase("most"),
                    vec![decimal(most, scale)],
                    fewer - points,
                );
            }
        }
        Way::Steps { first, further } => {
            let rest = i64::from(further) * (counted - 1).max(0);
            if counted > 0 {
                sum.add(
                    row.phrase("first"),
                    vec![number(first.into())],
                    first.into(),
                );
            }
            if counted > 1 {
                let args = vec![number(counted - 1), number(further.into())];
                sum.add(row.phrase("further"), args, rest);
            }
            if let Some(most) = over(row, counted) {
                let fewer = i64::from(further) * (most - 1).max(0);
                sum.add(row.phrase("most"), vec![number(most)], fewer - rest);
            }
        }
        Way::Faults {
            base,
            per_fault,
            min,
        } => {
            sum.add(row.phrase("base"), vec![number(base.into())], base.into());
            let (taken, _) = times(
                counted,
                scale,
                Exact {
                    units: per_fault.into(),
                    scale: 0,
                },
                Rounding::Floor,
            );
            if taken > 0 {
                sum.add(
                    row.phrase("faults"),
                    vec![units, number(per_fault.into())],
                    -taken,
                );
            }
            let missing = i64::from(min) - sum.total();
            if missing > 0 {
                sum.add(row.phrase("least"), vec![number(min.into())], missing);
            }
        }
        Way::Bands => {
            let fits = |up_to: &Option<Exact>| {
                up_to.is_none_or(|up_to| up_to.at_scale(scale).is_some_and(|most| counted <= most))
            };
            let points = row
                .kind
                .bands
                .iter()
                .find(|band| fits(&band.up_to))
                .map_or(0, |band| band.points);
            sum.add(
                row.phrase("band"),
                vec![units, number(points.into())],
                points.into(),
            );
        }
    }
}

/// The most that counts, when the quantity is larger.
fn over(row: &Row, counted: i64) -> Option<i64> {
    let most = row.kind.max_units?.at_scale(row.kind.scale)?;
    (counted > most).then_some(most)
}

/// Quantity times points, in whole points, and whether nothing was rounded.
fn times(counted: i64, scale: u8, each: Exact, rounding: Rounding) -> (i64, bool) {
    let unit = ten_to(scale.saturating_add(each.scale));
    let raw = counted.saturating_mul(each.units);
    let (whole, rest) = (raw.div_euclid(unit), raw.rem_euclid(unit));
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::Ceil => rest > 0,
        Rounding::Nearest => rest.saturating_mul(2) >= unit,
    };
    (whole.saturating_add(i64::from(up)), rest == 0)
}

fn boost(row: &Row, weekday: u8, sum: &mut Sum) {
    let today = row
        .kind
        .boosts
        .iter()
        .find(|boost| boost.weekdays.contains(&weekday));
    if let Some(boost) = today
        && sum.total() > 0
    {
        let (points, _) = times(sum.total(), 0, boost.times, row.kind.rounding);
        let more = points - sum.total();
        sum.add("boost", vec![Arg::Decimal(boost.times.decimal())], more);
    }
}

fn bonus(row: &Row, event: &Event, minutes: i64, sum: &mut Sum) {
    let (Some(bonus), Some(at)) = (&row.kind.bonus, row.bonus_fact) else {
        return;
    };
    let (size, added) = match bonus.of {
        BonusOf::Quantity => (ten_to(row.kind.scale), event.quantity.into()),
        BonusOf::Hours => (60, minutes),
        BonusOf::Events => (1, 1),
    };
    let every = i64::from(bonus.every).saturating_mul(size).max(1);
    let before = fact(event, at).max(0);
    let reached = (before.saturating_add(added)) / every - before / every;
    if reached > 0 {
        let args = vec![
            number(bonus.every.into()),
            number(bonus.amount.into()),
            number(reached),
        ];
        sum.add(
            row.phrase("bonus"),
            args,
            i64::from(bonus.amount).saturating_mul(reached),
        );
    }
}

/// Applies limits and caps. Answers with a refusal when one of them leaves nothing; the sum is then zero.
fn bound(row: &Row, event: &Event, sum: &mut Sum) -> Option<Refusal> {
    let mut full: Vec<Refusal> = Vec::new();
    for limit in &row.limits {
        let had = fact(event, limit.fact);
        if had >= i64::from(limit.most) {
            let args = vec![number(limit.most.into()), number(had)];
            if row.kind.minutes_per_unit.is_some() {
                sum.add(limit.code("limit-cut"), args.clone(), -sum.total());
            }
            full.push(closed(limit, "limit", args, event.on));
        }
    }
    for cap in &row.caps {
        let had = fact(event, cap.fact).max(0);
        let left = (i64::from(cap.most) - had).max(0);
        let total = sum.total();
        if total <= left {
            continue;
        }
        if left == 0 {
            let args = vec![number(cap.most.into()), number(had)];
            full.push(closed(cap, "cap", args, event.on));
        }
        let args = vec![number(cap.most.into()), number(had), number(left)];
        sum.add(cap.code("cut"), args, left - total);
    }
    // It opens when the last of them does; what never opens again wins.
    full.into_iter().max_by_key(|no| {
        no.opens
            .map_or((1, 0, 0, 0), |day| (0, day.year, day.month, day.day))
    })
}

fn closed(bound: &Bound, word: &str, args: Vec<Arg>, on: Date) -> Refusal {
    refuse(bound.code(word), args, next_window(bound.window, on))
}

/// Volunteer minutes of this quantity.
fn minutes(row: &Row, quantity: i32) -> i64 {
    let full = minutes_before_most(row, quantity);
    row.kind
        .minutes_max
        .map_or(full, |most| full.min(most.into()))
}

fn minutes_before_most(row: &Row, quantity: i32) -> i64 {
    let each = i64::from(row.kind.minutes_per_unit.unwrap_or(0));
    i64::from(quantity).saturating_mul(each) / ten_to(row.kind.scale)
}

fn give_minutes(row: &Row, quantity: i32, decision: &mut Decision) {
    let Some(each) = row.kind.minutes_per_unit else {
        return;
    };
    let full = minutes_before_most(row, quantity);
    let kept = minutes(row, quantity);
    let mut sum = Sum::of(MINUTES);
    sum.add(
        row.phrase("minutes"),
        vec![
            decimal(quantity.into(), row.kind.scale),
            number(each.into()),
        ],
        full,
    );
    if kept < full {
        sum.add(row.phrase("minutes-most"), vec![number(kept)], kept - full);
    }
    sum.give(decision, DOER, Short::Clamp);
}

fn fact(event: &Event, at: usize) -> i64 {
    let fact = event
        .facts
        .get(at)
        .expect("the host answers every fact of the plan");
    fact.value.into()
}

fn short(short: params::Short) -> Short {
    match short {
        params::Short::Clamp => Short::Clamp,
        params::Short::Refuse => Short::Refuse,
        params::Short::Owe => Short::Owe,
    }
}

/// One award for each role and asset.
fn merge(awards: &mut Vec<Award>) {
    let mut merged: Vec<Award> = Vec::new();
    for award in awards.drain(..) {
        match merged
            .iter_mut()
            .find(|known| known.role == award.role && known.asset == award.asset)
        {
            Some(known) => known.amount = known.amount.saturating_add(award.amount),
            None => merged.push(award),
        }
    }
    *awards = merged;
}
