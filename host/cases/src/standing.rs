//! Where a case stands: its steps folded in order, and what is due by the calendar.
//!
//! The same steps, kind, calendar and moment always give the same answer; nothing is counted on the side. Each round
//! keeps its times. A case that was linked to another as the same has no clock.

mod fold;

use rongyi_core::ids::Code;

use crate::act::{Act, Rating, Solved};
use crate::case::{Case, Ground};
use crate::due::{Count, Due, Waited, due, length};
use crate::kind::{CHECK, Group, Pause, Since, State, Term};
use crate::moment::Moment;
use crate::party::Party;
use fold::{Fold, Lap};

/// Steps that do not fit the kind that they are said to belong to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The kind has no states.
    #[error("the kind has no states")]
    NoStates,
    /// A state that the kind does not have.
    #[error("step {step}: the kind has no state {state}")]
    NoState {
        /// Counted from 0.
        step: usize,
        /// The state.
        state: Code,
    },
    /// A move that does not lead from where the case stood to where the step says.
    #[error("step {step}: {code} does not lead from {state} as the step says")]
    NoMove {
        /// Counted from 0.
        step: usize,
        /// The move.
        code: Code,
        /// Where the case stood.
        state: Code,
    },
    /// Something that the state, or the kind, does not have.
    #[error("step {step}: “{word}” does not fit a case in {state}")]
    Misplaced {
        /// Counted from 0.
        step: usize,
        /// What the step did.
        word: &'static str,
        /// Where the case stood.
        state: Code,
    },
}

/// A time of waiting for the opener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Its beginning.
    pub from: Moment,
    /// Its end; `None` while it lasts.
    pub to: Option<Moment>,
}

/// From the opening, or a reopening, to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// When it began.
    pub began: Moment,
    /// When it ended.
    pub ended: Option<Moment>,
    /// When there was nothing left to do but to wait for time: the end of a notice, say. What is late is measured by it.
    pub answered: Option<Moment>,
    /// How it ended, or where it stands.
    pub group: Group,
    /// When the opener waited for, in order.
    pub waits: Vec<Wait>,
    /// By when it had to be answered: what the kind promises, or else what its last running state allowed.
    pub due: Option<Due>,
    /// How often more time was granted.
    pub extensions: u8,
    /// What the opener was asked and said; `None` when the kind does not ask or it is not done.
    pub asked: Option<Rating>,
}

impl Round {
    /// Whether it was answered in time; `None` while it is not due or nothing is.
    pub fn in_time(&self, now: Moment) -> Option<bool> {
        let due = self.due.as_ref()?;
        match self.answered {
            Some(answered) => Some(!due.is_late(answered)),
            None => due.is_late(now).then_some(false),
        }
    }
}

/// The first time that a case was given to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispatch {
    /// When.
    pub at: Moment,
    /// Whether that unit gave it back.
    pub returned: bool,
}

/// What time will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The last moment before it.
    pub after: Moment,
    /// What it does then.
    pub act: Act,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: Code,
    /// Its group.
    pub group: Group,
    /// Since when.
    pub entered: Moment,
    /// Which step brought it there, counted from 1; 0 for the opening.
    pub moved_by: usize,
    /// Who took that step.
    pub mover: Party,
    /// Rounds in order, the present one last; never empty.
    pub rounds: Vec<Round>,
    /// The unit it was given to.
    pub unit: Option<Code>,
    /// Who checked it since it was last returned or reopened.
    pub checked: Vec<Party>,
    /// Moves with marks since then, and who took them.
    pub marks: Vec<(Code, Party)>,
    /// The case that it was linked to as the same.
    pub merged: Option<u64>,
    /// When whoever works on it should be done with its state; while it waits for the opener, as far as is known.
    pub due: Option<Due>,
    /// When the opener can expect an answer.
    pub promise: Option<Due>,
    /// How often more time can still be granted.
    pub extensions_left: u8,
    /// Whether something is past its time, or was when the case ended.
    pub late: bool,
    /// What time will do.
    pub next: Option<Next>,
    /// The first time it was given to a unit.
    pub dispatch: Option<Dispatch>,
}

impl Standing {
    /// The present round's number, from 1.
    pub fn round(&self) -> usize {
        self.rounds.len()
    }

    /// The present round.
    pub fn present(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// Whether nothing more is expected.
    pub fn is_closed(&self) -> bool {
        self.group.is_final() || self.merged.is_some()
    }

    /// Whether the opener said that it is solved.
    pub fn solved(&self) -> Option<Solved> {
        self.present()?.asked?.solved
    }
}

impl Case {
    /// Where it stands.
    ///
    /// # Errors
    /// [`Broken`] when its steps do not fit the kind.
    pub fn standing(&self, ground: &Ground<'_>) -> Result<Standing, Broken> {
        let fold = Fold::of(self, ground.kind)?;
        Ok(Sum { fold, ground }.standing())
    }
}

/// Folded steps on their ground.
struct Sum<'s> {
    fold: Fold<'s>,
    ground: &'s Ground<'s>,
}

impl Sum<'_> {
    fn standing(self) -> Standing {
        let fold = &self.fold;
        let running = !fold.state.group.is_final() && fold.merged.is_none();
        let last = fold.laps.last();
        let due = last
            .filter(|lap| running && lap.answered.is_none())
            .and_then(|lap| self.state_due(lap));
        let promise = last
            .filter(|lap| running && lap.answered.is_none())
            .and_then(|lap| self.promise(lap));
        let rounds: Vec<Round> = fold.laps.iter().map(|lap| self.round(lap)).collect();
        let passed =
            |due: &Option<Due>| due.as_ref().is_some_and(|due| due.is_late(self.ground.now));
        let ended_late = rounds.last().is_some_and(|round| {
            round.answered.is_some() && round.in_time(self.ground.now) == Some(false)
        });
        let used = last.map_or(0, |lap| lap.extensions.len());
        let times = fold.state.extend.map_or(0, |extend| extend.times);
        Standing {
            state: fold.state.code.clone(),
            group: fold.state.group,
            entered: fold.entered.at,
            moved_by: fold.entered.step,
            mover: fold.mover.clone(),
            unit: fold.unit.clone(),
            checked: checkers(&fold.marks),
            marks: fold.marks.clone(),
            merged: fold.merged,
            extensions_left: times.saturating_sub(u8::try_from(used).unwrap_or(u8::MAX)),
            late: passed(&due) || passed(&promise) || (fold.merged.is_none() && ended_late),
            next: self.next().filter(|_| running),
            dispatch: fold.dispatch,
            rounds,
            due,
            promise,
        }
    }

    fn state_due(&self, lap: &Lap) -> Option<Due> {
        let state = self.ground.kind.state(&lap.leg.state)?;
        self.term(lap, state.due.as_ref()?, false)
    }

    fn promise(&self, lap: &Lap) -> Option<Due> {
        self.term(lap, self.ground.kind.due.as_ref()?, true)
    }

    /// A time in a round: from when, with which waits and extensions after that.
    fn term(&self, lap: &Lap, term: &Term, of_case: bool) -> Option<Due> {
        let start = match &term.since {
            Since::State if !of_case => lap.leg.from,
            Since::State | Since::Opening => lap.began,
            Since::Mark(mark) => {
                let found = lap.marks.iter().rfind(|(code, _)| code == mark);
                found.map_or(lap.leg.from, |(_, point)| *point)
            }
        };
        let waits: Vec<Waited> = lap
            .waits
            .iter()
            .filter(|(from, _)| from.step >= start.step)
            .map(|(from, to)| Waited {
                from: from.at,
                to: to.unwrap_or(self.ground.now),
            })
            .collect();
        let extended = lap
            .extensions
            .iter()
            .filter(|(point, _)| point.step >= start.step)
            .fold(0_u16, |sum, (_, days)| sum.saturating_add(*days));
        let count = Count {
            start: start.at,
            length: length(&term.span, self.fold.opening)?,
            waits: &waits,
            extended,
        };
        Some(due(self.ground.calendar, &count))
    }

    fn round(&self, lap: &Lap) -> Round {
        let asks = self.ground.kind.rate.is_some() && lap.group == Group::Done;
        Round {
            began: lap.began.at,
            ended: lap.ended,
            answered: lap.answered,
            group: lap.group,
            waits: lap
                .waits
                .iter()
                .map(|(from, to)| Wait {
                    from: from.at,
                    to: *to,
                })
                .collect(),
            due: self.promise(lap).or_else(|| self.state_due(lap)),
            extensions: u8::try_from(lap.extensions.len()).unwrap_or(u8::MAX),
            asked: asks.then(|| lap.rating.unwrap_or_default()),
        }
    }

    /// What time does in the present state.
    fn next(&self) -> Option<Next> {
        let state: &State = self.fold.state;
        let entered = self.fold.entered.at;
        let calendar = self.ground.calendar;
        if let Some(give_up) = &state.give_up {
            let counted = calendar.workday_after(entered.on, give_up.workdays);
            return Some(Next {
                after: Moment::end_of(counted.day),
                act: Act::GiveUp,
            });
        }
        let after = match state.wait? {
            Pause::Notice => match self.fold.opening.notice_days {
                0 => entered,
                days => Moment::end_of(entered.on.plus_days(i32::from(days))),
            },
            Pause::Days(days) => Moment::end_of(entered.on.plus_days(i32::from(days))),
            Pause::Workdays(days) => Moment::end_of(calendar.workday_after(entered.on, days).day),
        };
        let mut moves = self.ground.kind.moves_from(&state.code);
        let step = moves.find(|step| step.by == [crate::kind::Role::Clock])?;
        Some(Next {
            after,
            act: Act::Move {
                code: step.code.clone(),
                to: step.to.clone(),
                unit: None,
            },
        })
    }
}

/// Who took checks, in order.
fn checkers(marks: &[(Code, Party)]) -> Vec<Party> {
    let checks = marks.iter().filter(|(mark, _)| mark.as_str() == CHECK);
    checks.map(|(_, party)| party.clone()).collect()
}
