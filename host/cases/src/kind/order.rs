//! The moves of a kind that names none.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;

use super::shape::{Effect, Group, Move, Need, Role, State};
use crate::finding::both;

/// One state after the other, moved on by the lead with words about what came of
/// it, and an end before that with a reason.
pub(super) fn in_order(states: &[State]) -> Vec<Move> {
    let straight: Vec<&State> = states
        .iter()
        .filter(|state| matches!(state.group, Group::Open | Group::Waiting | Group::Done))
        .collect();
    let step = |code: Code, title: Text, from: Vec<Code>, to: Code, need: Need| Move {
        code,
        title,
        from,
        to,
        by: vec![Role::Lead],
        needs: vec![(need, true), (Need::File, false), (Need::Photo, false)],
        other_person: false,
        mark: None,
        effects: vec![Effect::Notify(Role::Opener)],
        checks: None,
    };
    let mut moves = Vec::new();
    for pair in straight.windows(2) {
        let [here, next] = pair else { continue };
        if here.group.is_final() {
            break;
        }
        let title = both(
            format!("进入“{}”", next.title.zh),
            format!("Go on: {}", next.title.en),
        );
        let (from, to) = (vec![here.code.clone()], next.code.clone());
        moves.push(step(Code::literal("next"), title, from, to, Need::Text));
    }
    let running: Vec<Code> = straight
        .iter()
        .filter(|state| !state.group.is_final())
        .map(|state| state.code.clone())
        .collect();
    for end in states {
        if matches!(end.group, Group::Refused | Group::Withdrawn) {
            let title = both(
                format!("转为“{}”", end.title.zh),
                format!("End: {}", end.title.en),
            );
            let (from, to) = (running.clone(), end.code.clone());
            moves.push(step(end.code.clone(), title, from, to, Need::Reason));
        }
    }
    moves
}
