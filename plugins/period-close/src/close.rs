//! What one holder gets and loses at the end of a period: first what is left of balances, then what the next
//! period begins with, then allowances, prizes, goals, rows of months, the level. It writes no sentence.

use rongyi_sdk::calendar::{day_number, month_end, next_day};
use rongyi_sdk::say::{Sum, number};
use rongyi_sdk::types::{Arg, Closing, Date, Decision, Metric, Short, Window};
use rongyi_sdk::window::{Needs, answer, tenure_months, trait_value};

use crate::params::{
    Allowance, Balance, Downgrade, Keep, Level, POINTS_MAX, Params, Streak, counts,
};

/// More months than this nobody keeps by hand: it is a day, and one that has not come yet.
const MONTHS_KEPT_MAX: i32 = 1_000_000;

/// The holder, as in every event.
const DOER: &str = "doer";

/// The end of a period, ready to answer.
pub(crate) struct End {
    pub(crate) params: Params,
    pub(crate) needs: Needs,
    /// Rank and points of each prize.
    prizes: Vec<(usize, usize)>,
    goals: Vec<usize>,
    /// For each row of months: the days of a window, and where its events stand.
    streaks: Vec<Vec<(i32, usize)>>,
    level: Option<usize>,
}

impl End {
    /// Works out which facts are needed.
    pub(crate) fn new(params: Params) -> End {
        let mut needs = Needs::default();
        let prizes = params.prizes.iter().map(|prize| {
            let of = prize.of.as_deref();
            let mut ask = |metric| needs.ask(metric, prize.window, prize.subject, of);
            (ask(Metric::RankAtCutoff), ask(Metric::Points))
        });
        let prizes = prizes.collect();
        let goals = params.goals.iter().map(|goal| {
            let of = goal.of.as_deref();
            needs.ask(goal.metric.metric(), goal.window, goal.subject, of)
        });
        let goals = goals.collect();
        let streaks = params.streaks.iter().map(|streak| {
            let mut lengths: Vec<i32> = Vec::new();
            // Every length that so many months ending on a last day can have: a leap year is among four.
            for months in 1..=streak.months {
                for later in 0..48 {
                    let last = month_end(EPOCH, later);
                    let days = days_of(last, months);
                    if !lengths.contains(&days) {
                        lengths.push(days);
                    }
                }
            }
            let one = |days: i32| {
                let window = Window::TrailingDays(u16::try_from(days).unwrap_or(1));
                let of = Some(streak.of.as_str());
                (days, needs.ask(Metric::Events, window, streak.subject, of))
            };
            lengths.into_iter().map(one).collect()
        });
        let streaks = streaks.collect();
        let level = params.level.as_ref().map(|level| {
            let of = level.of.as_deref();
            let person = rongyi_sdk::types::Subject::Person;
            needs.ask(level.metric.metric(), level.window, person, of)
        });
        End {
            params,
            needs,
            prizes,
            goals,
            streaks,
            level,
        }
    }

    /// Answers for one holder.
    pub(crate) fn close(&self, closing: &Closing) -> Decision {
        let mut decision = Decision {
            awards: Vec::new(),
            lines: Vec::new(),
            marks: Vec::new(),
        };
        for (at, balance) in self.params.balances.iter().enumerate() {
            if counts(balance.at, closing) {
                settle(at, balance, closing, &mut decision);
            }
        }
        self.gifts(closing, &mut decision);
        let level = self.params.level.as_ref();
        let level = level.filter(|level| counts(level.at, closing));
        if let (Some(level), Some(fact)) = (level, self.level) {
            raise(level, answer(&closing.facts, fact), closing, &mut decision);
        }
        decision
    }

    fn gifts(&self, closing: &Closing, decision: &mut Decision) {
        let mut give = |code: String, args: Vec<Arg>, asset: &str, amount: i32| {
            let mut sum = Sum::of(asset);
            sum.add(code, args, amount.into());
            sum.give(decision, DOER, Short::Clamp);
        };
        for (at, one) in self.params.allowances.iter().enumerate() {
            let (times, amount) = allowance(one, closing);
            if amount > 0 && counts(one.at, closing) {
                let mut args = vec![number(amount.into())];
                args.extend(times.map(|times| number(times.into())));
                give(format!("allowance-{at}"), args, &one.asset, amount);
            }
        }
        for (at, (prize, (rank, points))) in self.params.prizes.iter().zip(&self.prizes).enumerate()
        {
            let rank = answer(&closing.facts, *rank);
            let has = answer(&closing.facts, *points);
            let place = usize::try_from(rank.saturating_sub(1)).ok();
            let prize_points = place.and_then(|place| prize.points.get(place));
            let prize_points = prize_points.filter(|_| counts(prize.at, closing));
            if let Some(points) = prize_points.filter(|_| has >= i64::from(prize.at_least)) {
                let args = vec![number(rank), number(has), number((*points).into())];
                give(format!("prize-{at}"), args, "points", *points);
            }
        }
        for (at, (goal, fact)) in self.params.goals.iter().zip(&self.goals).enumerate() {
            let has = answer(&closing.facts, *fact);
            if has >= i64::from(goal.at_least) && counts(goal.at, closing) {
                let args = vec![
                    number(has),
                    number(goal.at_least.into()),
                    number(goal.amount.into()),
                ];
                give(format!("goal-{at}"), args, &goal.asset, goal.amount);
            }
        }
        for (at, (streak, facts)) in self.params.streaks.iter().zip(&self.streaks).enumerate() {
            if counts(streak.at, closing) && every_month(streak, facts, closing) {
                let args = vec![number(streak.months.into()), number(streak.amount.into())];
                give(format!("streak-{at}"), args, &streak.asset, streak.amount);
            }
        }
    }
}

/// How many whole months a holder has belonged when the period is over: its last day is one of them.
fn months_at(closing: &Closing, name: &str) -> Option<i32> {
    tenure_months(trait_value(&closing.traits, name), next_day(closing.last))
}

/// What an allowance is for this holder, and for how many years or months where it is given for each; 0 for whoever is
/// not of the group.
fn allowance(one: &Allowance, closing: &Closing) -> (Option<i32>, i32) {
    let Some(has) = &one.has else {
        return (None, one.amount);
    };
    if !has.holds(&closing.traits, next_day(closing.last)) {
        return (None, 0);
    }
    let Some(each) = one.each else {
        return (None, one.amount);
    };
    let times = each.of(months_at(closing, &has.name).unwrap_or(0));
    let amount = one.amount.saturating_mul(times);
    (Some(times), amount.min(one.most.unwrap_or(POINTS_MAX)))
}

/// A last day of a month before which nobody counts.
const EPOCH: Date = Date {
    year: 2023,
    month: 12,
    day: 31,
};

/// How many days the months have that end with the month of `last`.
fn days_of(last: Date, months: u8) -> i32 {
    let mut first = Date { day: 1, ..last };
    for _ in 1..months {
        first = if first.month == 1 {
            Date {
                year: first.year.saturating_sub(1),
                month: 12,
                day: 1,
            }
        } else {
            Date {
                month: first.month.saturating_sub(1),
                ..first
            }
        };
    }
    day_number(last)
        .saturating_sub(day_number(first))
        .saturating_add(1)
}

/// Whether each of the months had an event: more events in a longer window means some in the month between.
fn every_month(streak: &Streak, facts: &[(i32, usize)], closing: &Closing) -> bool {
    let last = month_end(closing.last, 0);
    let mut before = 0;
    (1..=streak.months).all(|months| {
        let days = days_of(last, months);
        let fact = facts.iter().find(|(window, _)| *window == days);
        let events = fact.map_or(0, |(_, fact)| answer(&closing.facts, *fact));
        let more = events > before;
        before = events;
        more
    })
}

/// What remains of one asset, and with how much the next period begins.
fn settle(at: usize, balance: &Balance, closing: &Closing, decision: &mut Decision) {
    let held = closing
        .balances
        .iter()
        .find(|(asset, _)| *asset == balance.asset);
    let has = held.map_or(0, |(_, has)| i64::from(*has));
    let kept = if has < 0 {
        if balance.forgive_debt { 0 } else { has }
    } else if let Some(percent) = balance.keep_percent {
        has.saturating_mul(percent.into()) / 100
    } else if let Some(max) = balance.keep_max {
        has.min(max.into())
    } else if balance.keep == Some(Keep::None) {
        0
    } else {
        has
    };
    let mut sum = Sum::of(balance.asset.as_str());
    if kept != has {
        let code = if has < 0 { "forgiven" } else { "kept" };
        let args = vec![number(has), number(kept)];
        sum.add(format!("{code}-{at}"), args, kept.saturating_sub(has));
        sum.give(decision, DOER, Short::Clamp);
    }
    if let Some(base) = balance.base {
        let mut sum = Sum::of(balance.asset.as_str());
        sum.add(format!("base-{at}"), vec![number(base.into())], base.into());
        sum.give(decision, DOER, Short::Clamp);
    }
}

/// Moves the level to what is reached.
fn raise(level: &Level, count: i64, closing: &Closing, decision: &mut Decision) {
    // A number of months that staff keep, or a day from which they are counted.
    let months = level.tenure.as_ref().map_or(i32::MAX, |name| {
        let value = trait_value(&closing.traits, name);
        months_at(closing, name).unwrap_or(if value > MONTHS_KEPT_MAX { 0 } else { value })
    });
    let reached = level.steps.iter().enumerate().take_while(|(at, step)| {
        let tenure = level.tenure_months.get(*at).copied().unwrap_or(0);
        count >= i64::from(**step) && months >= tenure
    });
    let reached = i64::try_from(reached.count()).unwrap_or(0);
    let held = closing
        .balances
        .iter()
        .find(|(asset, _)| *asset == level.asset);
    let now = held.map_or(0, |(_, has)| i64::from(*has));
    let new = match level.downgrade {
        Downgrade::Never => reached.max(now),
        Downgrade::Step => reached.max(now.saturating_sub(1)),
        Downgrade::Full => reached,
    };
    if new != now {
        let mut sum = Sum::of(level.asset.as_str());
        let code = if new > now { "level-up" } else { "level-down" };
        sum.add(
            code,
            vec![number(now), number(new), number(count)],
            new.saturating_sub(now),
        );
        sum.give(decision, DOER, Short::Clamp);
    }
}
