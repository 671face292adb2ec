//! The paths through a kind: every state is reached, every running one is left, nothing is booked with too few checks.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::ids::Code;

use super::Checks;
use crate::finding::both;
use crate::kind::shape::{CHECK, Group, Move, RETURNED, Role};

/// Reports every mistake about paths.
pub(super) fn check(checks: &Checks<'_>) {
    checks.reached();
    checks.left();
    checks.checked();
}

impl Checks<'_> {
    /// Where a case can go from a state, without being reopened.
    fn next(&self, state: &Code) -> Vec<Code> {
        let moves = self.kind.moves_from(state).map(|step| step.to.clone());
        let give_up = self
            .kind
            .state(state)
            .and_then(|state| state.give_up.as_ref());
        moves
            .chain(give_up.map(|give_up| give_up.to.clone()))
            .collect()
    }

    fn all_from(&self, start: &Code) -> BTreeSet<Code> {
        let mut seen = BTreeSet::from([start.clone()]);
        let mut left = vec![start.clone()];
        while let Some(state) = left.pop() {
            for next in self.next(&state) {
                if seen.insert(next.clone()) {
                    left.push(next.clone());
                }
            }
        }
        seen
    }

    fn reached(&self) {
        let Some(first) = self.kind.states.first() else {
            return;
        };
        let mut seen = self.all_from(&first.code);
        if let Some(reopen) = &self.kind.reopen {
            seen.append(&mut self.all_from(&reopen.to));
        }
        for state in &self.kind.states {
            if !seen.contains(&state.code) {
                self.say(
                    &format!("state.{}", state.code),
                    "kind.unreachable",
                    both(
                        format!("没有一步通到“{}”。", state.title.zh),
                        format!("No move leads to “{}”.", state.title.en),
                    ),
                    both(
                        format!("加一步 to = \"{}\"，或者删掉这个状态。", state.code),
                        format!("Add a move to = \"{}\", or delete the state.", state.code),
                    ),
                );
            }
        }
    }

    fn left(&self) {
        for state in &self.kind.states {
            let ends = self.all_from(&state.code).into_iter().any(|code| {
                let end = self.kind.state(&code);
                end.is_some_and(|end| end.group.is_final())
            });
            let moves = || self.kind.moves_from(&state.code);
            let leaves = moves().next().is_some() || state.give_up.is_some();
            let is_stuck = !leaves || !ends;
            if !state.group.is_final() && is_stuck {
                self.say(
                    &format!("state.{}", state.code),
                    "kind.dead-end",
                    both(
                        format!("“{}” 走不出去，也办不结。", state.title.zh),
                        format!("Nobody gets out of “{}”.", state.title.en),
                    ),
                    both(
                        format!("加一步 from = \"{}\"，通到办结的状态。", state.code),
                        format!("Add a move from = \"{}\" that leads to an end.", state.code),
                    ),
                );
            }
            let answers = |step: &Move| {
                let to = self.kind.state(&step.to);
                let by_them = step.by.contains(&Role::Opener) || step.by.contains(&Role::Concerned);
                by_them && to.is_some_and(|to| to.group == Group::Open)
            };
            if state.group == Group::Waiting && !moves().any(answers) {
                self.say(
                    &format!("state.{}", state.code),
                    "kind.waiting",
                    both(
                        format!(
                            "“{}” 等提出人回复，可是提出人没有可走的一步。",
                            state.title.zh
                        ),
                        format!(
                            "“{}” waits for the opener, who has no move.",
                            state.title.en
                        ),
                    ),
                    both(
                        "加一步 by = \"opener\"，回到办理中的状态。",
                        "Add a move by = \"opener\" back to an open state.",
                    ),
                );
            }
        }
    }

    /// The fewest checks with which each state is reached, counted anew after a return.
    fn fewest_checks(&self) -> BTreeMap<&Code, u8> {
        let mut fewest: BTreeMap<&Code, u8> = BTreeMap::new();
        let Some(first) = self.kind.states.first() else {
            return fewest;
        };
        fewest.insert(&first.code, 0);
        if let Some(reopen) = &self.kind.reopen {
            fewest.insert(&reopen.to, 0);
        }
        // Each round carries the numbers one move further; more rounds than states change nothing.
        for _ in 0..=self.kind.states.len() {
            for step in &self.kind.moves {
                for from in &step.from {
                    let Some(before) = fewest.get(from).copied() else {
                        continue;
                    };
                    let after = after(before, step);
                    let known = fewest.entry(&step.to).or_insert(after);
                    *known = (*known).min(after);
                }
            }
            for state in &self.kind.states {
                let before = fewest.get(&state.code).copied();
                if let (Some(give_up), Some(before)) = (&state.give_up, before) {
                    let known = fewest.entry(&give_up.to).or_insert(before);
                    *known = (*known).min(before);
                }
            }
        }
        fewest
    }

    fn checked(&self) {
        let fewest = self.fewest_checks();
        for (at, step) in self.kind.moves.iter().enumerate() {
            if step.is_marked(CHECK) && !step.other_person {
                self.say(
                    &self.move_path(at, "mark"),
                    "kind.check",
                    both(
                        "审核要由另一个人来做。",
                        "A check is another person's word.",
                    ),
                    both("加上 other_person = true。", "Add other_person = true."),
                );
            }
            if !step.books() {
                continue;
            }
            let befores = step.from.iter().filter_map(|from| fewest.get(from));
            let has = befores
                .map(|before| after(*before, step))
                .min()
                .unwrap_or(0);
            let wants = self.kind.checks;
            if has < wants {
                self.say(
                    &self.move_path(at, ""),
                    "kind.checks",
                    both(
                        format!("入账前要有 {wants} 次审核，走得最快时只有 {has} 次。"),
                        format!("Booking wants {wants} checks; the shortest way has {has}."),
                    ),
                    both(
                        "在前面的步骤上写 mark = \"check\"，或者改 checks。",
                        "Mark the moves before it with mark = \"check\", or change `checks`.",
                    ),
                );
            }
        }
    }
}

/// Checks after a move.
fn after(before: u8, step: &Move) -> u8 {
    if step.is_marked(RETURNED) {
        0
    } else if step.is_marked(CHECK) {
        before.saturating_add(1)
    } else {
        before
    }
}
