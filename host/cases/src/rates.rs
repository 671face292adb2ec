//! Rates of a period, each with its numerator, its denominator and what stands beside it.
//!
//! What is overdue and still open stays in the fraction; what was withdrawn is counted beside; nobody who did not answer
//! is taken for satisfied.

use std::fmt;

use rongyi_core::time::LocalDate;

use crate::act::Solved;
use crate::kind::{Group, Kind};
use crate::moment::Moment;
use crate::standing::{Round, Standing};

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fraction {
    /// How many.
    pub part: u32,
    /// Of how many.
    pub whole: u32,
}

impl Fraction {
    fn count(&mut self, counts: bool) {
        self.whole = self.whole.saturating_add(1);
        if counts {
            self.part = self.part.saturating_add(1);
        }
    }

    /// In tenths of a percent, rounded half up; `None` of nothing.
    pub fn per_mille(self) -> Option<u32> {
        let whole = u64::from(self.whole);
        let tenths = u64::from(self.part).saturating_mul(1_000);
        let rounded = tenths
            .saturating_add(whole.div_euclid(2))
            .checked_div(whole)?;
        u32::try_from(rounded).ok()
    }
}

impl fmt::Display for Fraction {
    /// `70.0 %`, or `–` of nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.per_mille() {
            Some(tenths) => {
                let (whole, tenth) = (tenths.div_euclid(10), tenths.rem_euclid(10));
                write!(f, "{whole}.{tenth} %")
            }
            None => f.write_str("–"),
        }
    }
}

/// The rates of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// On time 按时办结率: rounds done by their due date, of all whose due date lay in the period and is past or met.
    pub on_time: Fraction,
    /// Rounds that were withdrawn in the period; they are in no fraction.
    pub withdrawn: u32,
    /// Dispatch 首派准确率: first dispatches of the period that were never returned.
    pub dispatch: Fraction,
    /// Solved 解决率: openers who said yes, of those who answered that.
    pub solved: Fraction,
    /// Openers who said "partly".
    pub partly: u32,
    /// Satisfied 满意率: openers above the middle of the scale, of those who answered that.
    pub satisfied: Fraction,
    /// Openers who answered anything, of those who were asked: rounds done in the period.
    pub answered: Fraction,
    /// Reopened 重办率: cases opened again, of those first done in the period.
    pub reopened: Fraction,
}

/// A case for the rates.
#[derive(Debug, Clone, Copy)]
pub struct Rated<'r> {
    /// Its kind.
    pub kind: &'r Kind,
    /// Where it stands.
    pub standing: &'r Standing,
}

/// The rates of the cases of a period, both days included. What was linked to another as the same is not counted.
pub fn rates<'r>(
    cases: impl IntoIterator<Item = Rated<'r>>,
    first: LocalDate,
    last: LocalDate,
    now: Moment,
) -> Rates {
    let mut rates = Rates::default();
    let inside = |on: LocalDate| (first..=last).contains(&on);
    for case in cases {
        if case.standing.merged.is_some() {
            continue;
        }
        if let Some(dispatch) = case.standing.dispatch.filter(|one| inside(one.at.on)) {
            rates.dispatch.count(!dispatch.returned);
        }
        let done = |round: &&Round| round.group == Group::Done;
        let first_done = case.standing.rounds.iter().find(done);
        if first_done
            .and_then(|round| round.ended)
            .is_some_and(|at| inside(at.on))
        {
            rates.reopened.count(case.standing.rounds.len() > 1);
        }
        for round in &case.standing.rounds {
            rates.count(case.kind, round, &inside, now);
        }
    }
    rates
}

impl Rates {
    fn count(
        &mut self,
        kind: &Kind,
        round: &Round,
        inside: &impl Fn(LocalDate) -> bool,
        now: Moment,
    ) {
        if round.group == Group::Withdrawn {
            if round.ended.is_some_and(|at| inside(at.on)) {
                self.withdrawn = self.withdrawn.saturating_add(1);
            }
            return;
        }
        let due_inside = round.due.as_ref().is_some_and(|due| inside(due.end.on));
        if let Some(in_time) = round.in_time(now).filter(|_| due_inside) {
            self.on_time.count(in_time);
        }
        let ended_inside = round.ended.is_some_and(|at| inside(at.on));
        let (Some(asked), true, Some(rate)) = (round.asked, ended_inside, kind.rate) else {
            return;
        };
        self.answered
            .count(asked.solved.is_some() || asked.satisfied.is_some());
        if let Some(solved) = asked.solved {
            self.solved.count(solved == Solved::Yes);
            if solved == Solved::Partly {
                self.partly = self.partly.saturating_add(1);
            }
        }
        if let Some(satisfied) = asked.satisfied {
            // Above the middle of the scale: 3 of 3, 4 and 5 of 5.
            let twice = u16::from(satisfied).saturating_mul(2);
            self.satisfied
                .count(twice > u16::from(rate.satisfied).saturating_add(1));
        }
    }
}
