//! What one event is worth: lines that anybody can add up, in the order way, boosts, bonuses, budget, limits,
//! caps, minutes, referrer, shares; then the marks. It reads no parameters and writes no sentence.

use rongyi_sdk::calendar::next_window;
use rongyi_sdk::params::{Exact, ten_to};
use rongyi_sdk::say::{Sum, decimal, number, refuse};
use rongyi_sdk::types::{Arg, Award, Date, Decision, Event, Refusal, Short, Value};
use rongyi_sdk::window::answer;

use crate::beside;
use crate::extra::Give;
use crate::params::{self, Method, Rounding};
use crate::purchase;
use crate::suspended;
use crate::table::{Bound, Row, Way};
use crate::worth;

/// The role that every event has.
pub(crate) const DOER: &str = "doer";
/// Who brought the doer along.
const REFERRER: &str = "referrer";
/// Volunteer time.
const MINUTES: &str = "minutes";
/// What referrers get.
const POINTS: &str = "points";

/// Answers an event of this row's kind.
pub(crate) fn earn(row: &Row, event: &Event) -> Result<Decision, Refusal> {
    suspended::stopped(row, event)?;
    if let Some(give) = &row.kind.give {
        return gift(row, give, event);
    }
    if let Some(purchase) = &row.kind.purchase {
        return purchase::answer_it(row, purchase, event);
    }
    if let Some(beside) = &row.kind.beside {
        return beside::answer_it(row, beside, event);
    }
    let mut voids = row.kind.void.iter();
    if let Some(at) = voids.position(|void| void.when.holds(event, row.kind.scale)) {
        let mut sum = Sum::of(row.asset.as_str());
        sum.add(row.phrase(&format!("void-{at}")), vec![], 0);
        let mut decision = Decision {
            awards: Vec::new(),
            lines: Vec::new(),
            marks: Vec::new(),
        };
        sum.give(&mut decision, DOER, short(row.kind.short));
        return Ok(decision);
    }
    let minutes = minutes(row, event.quantity);
    let mut sum = Sum::of(row.asset.as_str());
    way(row, event, &mut sum)?;
    worth::boosts(row, event, &mut sum);
    worth::bonuses(row, event, minutes, &mut sum);
    worth::scale(row, event, &mut sum);
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
    let points = sum.total();
    sum.give(&mut decision, DOER, short(row.kind.short));
    worth::share(row, event, points, &mut decision);
    give_minutes(row, event.quantity, &mut decision);
    if let Some(thanks) = row.kind.referrer
        && event.roles.iter().any(|role| role == REFERRER)
        && worth::referred_now(row, event, thanks)
    {
        let points = thanks.points();
        let mut thanks = Sum::of(POINTS);
        thanks.add(
            row.phrase("referrer"),
            vec![number(points.into())],
            points.into(),
        );
        thanks.give(&mut decision, REFERRER, Short::Clamp);
    }
    merge(&mut decision.awards);
    if let Some(expires) = row.kind.expires {
        let earned = |award: &&mut Award| award.amount > 0 && award.asset != MINUTES;
        for award in decision.awards.iter_mut().filter(earned) {
            award.expires = expires.last_day(event.on);
        }
    }
    worth::marks(row, event, points, minutes, &mut decision);
    Ok(decision)
}

/// The points before anything limits them.
fn way(row: &Row, event: &Event, sum: &mut Sum) -> Result<(), Refusal> {
    let scale = row.kind.scale;
    let counted = i64::from(event.quantity);
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
            let each = row.kind.per_unit.expect("the way says so");
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
            let points = band(row, counted, scale, 1);
            sum.add(
                row.phrase("band"),
                vec![units, number(points.into())],
                points.into(),
            );
        }
        Way::Levels => {
            let level = field(event, "level").and_then(|value| match value {
                Value::Choice(code) => row.kind.levels.iter().find(|level| level.code == *code),
                Value::Integer(_) | Value::Decimal(_) | Value::YesNo(_) | Value::Day(_) => None,
            });
            let level = level.ok_or_else(|| refuse(row.phrase("no-level"), Vec::new(), None))?;
            let title = Arg::Code(row.phrase(&format!("level-{}", level.code)));
            let args = vec![title, number(level.points.into())];
            sum.add(row.phrase("level"), args, level.points.into());
        }
        Way::Judged => judged(row, event, sum)?,
        // `gift`, `purchase` and `beside` answer these.
        Way::Give | Way::Purchase | Way::Beside => {}
    }
    Ok(())
}

/// Points that change hands: bounds first, then both sides. The giver must have them.
fn gift(row: &Row, give: &Give, event: &Event) -> Result<Decision, Refusal> {
    let given = i64::from(event.quantity);
    if !event.roles.contains(&give.to) {
        return Err(refuse(row.phrase("no-receiver"), Vec::new(), None));
    }
    if let Some(step) = give.step
        && given.rem_euclid(i64::from(step)) != 0
    {
        let args = vec![number(step.into()), number(given)];
        return Err(refuse(row.phrase("step"), args, None));
    }
    for (at, (most, fact)) in give.most.iter().zip(&row.given_facts).enumerate() {
        let had = answer(&event.facts, *fact).max(0);
        let left = i64::from(most.amount).saturating_sub(had).max(0);
        if given > left {
            let args = vec![number(most.amount.into()), number(had), number(left)];
            // A gift that is too large on its own is no better tomorrow.
            let opens = (given <= i64::from(most.amount))
                .then(|| next_window(most.window, event.on))
                .flatten();
            return Err(refuse(row.phrase(&format!("most-{at}")), args, opens));
        }
    }
    let mut decision = Decision {
        awards: Vec::new(),
        lines: Vec::new(),
        marks: Vec::new(),
    };
    for (role, word, amount) in [(DOER, "given", -given), (&give.to, "received", given)] {
        let mut sum = Sum::of(row.asset.as_str());
        sum.add(row.phrase(word), vec![number(given)], amount);
        sum.give(&mut decision, role, Short::Refuse);
    }
    if let (Some(every), Some(fact)) = (give.honour_every, row.given_facts.last()) {
        let (before, every) = (answer(&event.facts, *fact).max(0), i64::from(every));
        let reached = before.saturating_add(given) / every - before / every;
        if reached > 0 {
            let mut sum = Sum::of("conduct");
            sum.add(
                row.phrase("honour"),
                vec![number(every), number(reached)],
                reached,
            );
            sum.give(&mut decision, DOER, Short::Clamp);
        }
    }
    worth::marks(row, event, given, 0, &mut decision);
    Ok(decision)
}

/// The points of the band that `counted / share` lies in; `counted` has `scale` decimal places.
fn band(row: &Row, counted: i64, scale: u8, share: i64) -> i32 {
    let fits = |up_to: &Option<Exact>| {
        up_to.is_none_or(|up_to| {
            let places = scale.max(up_to.scale);
            let counted = counted.saturating_mul(ten_to(places.saturating_sub(scale)));
            let most = up_to.at_scale(places).unwrap_or(i64::MAX);
            counted <= most.saturating_mul(share)
        })
    };
    row.kind
        .bands
        .iter()
        .find(|band| fits(&band.up_to))
        .map_or(0, |band| band.points)
}

fn field<'e>(event: &'e Event, name: &str) -> Option<&'e Value> {
    let found = event.fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value)
}

/// One score of many, then points for it.
fn judged(row: &Row, event: &Event, sum: &mut Sum) -> Result<(), Refusal> {
    let judges = row.kind.judges.as_ref().expect("the way says so");
    let mut scores: Vec<i64> = (1..=judges.count)
        .filter_map(|no| match field(event, &format!("judge-{no}")) {
            Some(Value::Integer(score)) => Some(i64::from(*score)),
            Some(Value::Choice(_) | Value::Decimal(_) | Value::YesNo(_) | Value::Day(_)) | None => {
                None
            }
        })
        .collect();
    let required = usize::from(judges.required.unwrap_or(judges.count));
    if scores.len() < required {
        let given = i64::try_from(scores.len()).unwrap_or(0);
        let args = vec![
            number(i64::from(judges.required.unwrap_or(judges.count))),
            number(given),
        ];
        return Err(refuse(row.phrase("no-scores"), args, None));
    }
    scores.sort_unstable();
    let heard = scores.len();
    let kept = match judges.method {
        Method::Average => &scores[..],
        Method::Median => &scores[heard.saturating_sub(1) / 2..=heard / 2],
        Method::DropExtremes => &scores[1..heard.saturating_sub(1)],
    };
    let whole: i64 = kept.iter().sum();
    let share = i64::try_from(kept.len()).unwrap_or(1).max(1);
    let points = match judges.times {
        Some(each) => divided(
            whole.saturating_mul(each.units),
            share.saturating_mul(ten_to(each.scale)),
            row.kind.rounding,
        ),
        None => band(row, whole, 0, share).into(),
    };
    // Shown with two decimal places; points come of the exact score.
    let shown = divided(whole.saturating_mul(100), share, Rounding::Nearest);
    let args = vec![
        number(i64::try_from(heard).unwrap_or(0)),
        decimal(shown, 2),
        number(points),
    ];
    sum.add(row.phrase("judged"), args, points);
    Ok(())
}

/// A quotient of numbers that are not negative, in whole points.
fn divided(whole: i64, share: i64, rounding: Rounding) -> i64 {
    let (points, rest) = (whole.div_euclid(share), whole.rem_euclid(share));
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::Ceil => rest > 0,
        Rounding::Nearest => rest.saturating_mul(2) >= share,
    };
    points.saturating_add(i64::from(up))
}

/// The most that counts, when the quantity is larger.
fn over(row: &Row, counted: i64) -> Option<i64> {
    let most = row.kind.max_units?.at_scale(row.kind.scale)?;
    (counted > most).then_some(most)
}

/// Quantity times points, in whole points, and whether nothing was rounded.
pub(crate) fn times(counted: i64, scale: u8, each: Exact, rounding: Rounding) -> (i64, bool) {
    let unit = ten_to(scale.saturating_add(each.scale));
    let raw = counted.saturating_mul(each.units);
    (divided(raw, unit, rounding), raw.rem_euclid(unit) == 0)
}

/// Applies limits and caps. Answers with a refusal when one of them leaves nothing; the sum is then zero.
fn bound(row: &Row, event: &Event, sum: &mut Sum) -> Option<Refusal> {
    let mut full: Vec<Refusal> = Vec::new();
    let asked = sum.total();
    for limit in &row.limits {
        let had = answer(&event.facts, limit.fact);
        if had >= i64::from(limit.most) {
            let args = vec![number(limit.most.into()), number(had)];
            if row.kind.minutes_per_unit.is_some() {
                sum.add(limit.code("limit-cut"), args.clone(), -sum.total());
            }
            full.push(closed(limit, "limit", args, event.on));
        }
    }
    for cap in &row.caps {
        let had = answer(&event.facts, cap.fact).max(0);
        let left = (i64::from(cap.most) - had).max(0);
        // Also where another one has left nothing: both must have opened again.
        if left == 0 && asked > 0 {
            let args = vec![number(cap.most.into()), number(had)];
            full.push(closed(cap, "cap", args, event.on));
        }
        let total = sum.total();
        if total <= left {
            continue;
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

pub(crate) fn closed(bound: &Bound, word: &str, args: Vec<Arg>, on: Date) -> Refusal {
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
