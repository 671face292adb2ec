//! Goes through the steps of a case in order. It knows the kind and no calendar.

use rongyi_core::ids::Code;

use super::{Broken, Dispatch};
use crate::act::{Act, Rating};
use crate::case::{Case, Step};
use crate::kind::{DISPATCH, Group, Kind, RETURNED, State};
use crate::moment::Moment;
use crate::opening::Opening;
use crate::party::Party;

/// A moment, and how many steps had been taken then: steps of the same minute have an order, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) at: Moment,
    pub(super) step: usize,
}

/// Work in one running state; a wait for the opener interrupts it without ending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leg {
    pub(super) state: Code,
    pub(super) from: Point,
}

/// One round.
#[derive(Debug, Clone)]
pub(super) struct Lap {
    pub(super) began: Point,
    pub(super) ended: Option<Moment>,
    /// When there was nothing left to do but to wait for time, or nothing at all.
    pub(super) answered: Option<Moment>,
    pub(super) group: Group,
    pub(super) leg: Leg,
    pub(super) waits: Vec<(Point, Option<Moment>)>,
    pub(super) extensions: Vec<(Point, u16)>,
    pub(super) marks: Vec<(Code, Point)>,
    pub(super) rating: Option<Rating>,
}

/// The steps so far.
#[derive(Debug, Clone)]
pub(super) struct Fold<'f> {
    kind: &'f Kind,
    pub(super) opening: &'f Opening,
    pub(super) state: &'f State,
    pub(super) entered: Point,
    pub(super) mover: Party,
    pub(super) laps: Vec<Lap>,
    pub(super) unit: Option<Code>,
    pub(super) marks: Vec<(Code, Party)>,
    pub(super) merged: Option<u64>,
    pub(super) dispatch: Option<Dispatch>,
    dispatched: usize,
}

impl<'f> Fold<'f> {
    /// All steps of a case.
    pub(super) fn of(case: &'f Case, kind: &'f Kind) -> Result<Fold<'f>, Broken> {
        let first = kind.states.first().ok_or(Broken::NoStates)?;
        let opened = Point {
            at: case.opening.at,
            step: 0,
        };
        let mut fold = Fold {
            kind,
            opening: &case.opening,
            state: first,
            entered: opened,
            mover: case.opening.opener.clone(),
            laps: vec![lap(first, opened)],
            unit: None,
            marks: Vec::new(),
            merged: None,
            dispatch: None,
            dispatched: 0,
        };
        for (index, step) in case.steps.iter().enumerate() {
            fold.take(index, step)?;
        }
        Ok(fold)
    }

    fn take(&mut self, index: usize, step: &'f Step) -> Result<(), Broken> {
        let point = Point {
            at: step.at,
            step: index.saturating_add(1),
        };
        let misplaced = |state: &State| Broken::Misplaced {
            step: index,
            word: step.act.word(),
            state: state.code.clone(),
        };
        let ended = self.state.group.is_final();
        match &step.act {
            Act::Note | Act::Recount => {}
            Act::Move { code, to, unit } => {
                let here = &self.state.code;
                let found = self
                    .kind
                    .moves_from(here)
                    .find(|one| one.code == *code && one.to == *to);
                let Some(found) = found.filter(|_| self.merged.is_none()) else {
                    return Err(Broken::NoMove {
                        step: index,
                        code: code.clone(),
                        state: here.clone(),
                    });
                };
                if let Some(mark) = &found.mark {
                    self.mark(mark, step, point);
                }
                if unit.is_some() {
                    self.unit.clone_from(unit);
                }
                self.enter(to, &step.by, point)?;
            }
            Act::GiveUp => {
                let give_up = self
                    .state
                    .give_up
                    .as_ref()
                    .filter(|_| self.merged.is_none());
                let to = &give_up.ok_or_else(|| misplaced(self.state))?.to;
                self.enter(to, &step.by, point)?;
            }
            Act::Extend => {
                let extend = self.state.extend.filter(|_| self.merged.is_none());
                let extend = extend.ok_or_else(|| misplaced(self.state))?;
                if let Some(lap) = self.laps.last_mut() {
                    lap.extensions.push((point, extend.workdays));
                }
            }
            Act::Reopen => {
                let reopen = self
                    .kind
                    .reopen
                    .as_ref()
                    .filter(|_| ended && self.merged.is_none());
                let to = &reopen.ok_or_else(|| misplaced(self.state))?.to;
                let state = self.known(to, point)?;
                self.marks.clear();
                self.laps.push(lap(state, point));
                self.state = state;
                self.entered = point;
                self.mover = step.by.clone();
            }
            Act::Merge(into) => {
                if ended || self.merged.is_some() {
                    return Err(misplaced(self.state));
                }
                self.merged = Some(*into);
            }
            Act::Unmerge => {
                if self.merged.take().is_none() {
                    return Err(misplaced(self.state));
                }
            }
            Act::Rate(rating) => match self.laps.last_mut() {
                Some(lap) if ended => lap.rating = Some(*rating),
                Some(_) | None => return Err(misplaced(self.state)),
            },
        }
        Ok(())
    }

    fn mark(&mut self, mark: &Code, step: &Step, point: Point) {
        if mark.as_str() == RETURNED {
            self.marks.clear();
            self.unit = None;
            if self.dispatched == 1
                && let Some(dispatch) = &mut self.dispatch
            {
                dispatch.returned = true;
            }
        } else {
            self.marks.push((mark.clone(), step.by.clone()));
        }
        if mark.as_str() == DISPATCH {
            self.dispatched = self.dispatched.saturating_add(1);
            self.dispatch.get_or_insert(Dispatch {
                at: step.at,
                returned: false,
            });
        }
        if let Some(lap) = self.laps.last_mut() {
            lap.marks.push((mark.clone(), point));
        }
    }

    fn known(&self, code: &Code, point: Point) -> Result<&'f State, Broken> {
        self.kind.state(code).ok_or_else(|| Broken::NoState {
            step: point.step.saturating_sub(1),
            state: code.clone(),
        })
    }

    fn enter(&mut self, to: &Code, by: &Party, point: Point) -> Result<(), Broken> {
        let state = self.known(to, point)?;
        let waited = self.state.group == Group::Waiting;
        if let Some(lap) = self.laps.last_mut() {
            if let Some((_, end)) = lap.waits.last_mut().filter(|_| waited) {
                *end = Some(point.at);
            }
            let idle = state.wait.is_some() || state.group.is_final();
            lap.answered = idle.then(|| lap.answered.unwrap_or(point.at));
            match state.group {
                Group::Open if state.wait.is_some() => {}
                Group::Waiting => lap.waits.push((point, None)),
                Group::Open => {
                    let goes_on = waited && lap.leg.state == *to;
                    if !goes_on {
                        lap.leg = Leg {
                            state: to.clone(),
                            from: point,
                        };
                    }
                }
                Group::Done | Group::Refused | Group::Withdrawn => lap.ended = Some(point.at),
            }
            lap.group = state.group;
        }
        self.state = state;
        self.entered = point;
        self.mover = by.clone();
        Ok(())
    }
}

fn lap(state: &State, point: Point) -> Lap {
    Lap {
        began: point,
        ended: None,
        answered: None,
        group: state.group,
        leg: Leg {
            state: state.code.clone(),
            from: point,
        },
        waits: Vec::new(),
        extensions: Vec::new(),
        marks: Vec::new(),
        rating: None,
    }
}
