//! Which cases wait for whom, as lists are filtered by it, and where a list goes on.

use std::collections::BTreeSet;

use rongyi_cases::Actor as CaseActor;
use rongyi_cases::kind::Role;
use rongyi_store::{CaseFile, NEVER_DUE};

use crate::house::Community;

/// The states that wait for somebody.
fn waiting_for(served: &Community, actor: &CaseActor) -> Vec<String> {
    let mut states = BTreeSet::new();
    for of_case in &served.config.cases {
        let kind = &of_case.kind;
        for state in kind.states.iter().filter(|state| !state.group.is_final()) {
            let by: BTreeSet<Role> = kind
                .moves_from(&state.code)
                .flat_map(|step| step.by.iter().copied())
                .filter(|role| actor.roles.contains(role))
                .collect();
            let name = format!("{}/{}", kind.code, state.code);
            if by.iter().any(|role| *role != Role::Unit) {
                states.insert(name);
            } else if by.contains(&Role::Unit) {
                states.extend(actor.units.iter().map(|unit| format!("{name}@{unit}")));
            }
        }
    }
    states.into_iter().collect()
}

/// Which states a list shows: all that wait for the reader, or one that was chosen.
pub(super) fn states(
    scope: &str,
    served: &Community,
    actor: &CaseActor,
    chosen: Option<&str>,
) -> Vec<String> {
    let of_chosen =
        |name: &String| chosen.is_none_or(|chosen| name.split('@').next() == Some(chosen));
    let states: Vec<String> = if scope == "mine" {
        let waiting = waiting_for(served, actor).into_iter();
        waiting.filter(of_chosen).collect()
    } else {
        return chosen.map(str::to_owned).into_iter().collect();
    };
    if states.is_empty() {
        // A list of no states would be a list of all of them.
        vec!["-/-".to_owned()]
    } else {
        states
    }
}

/// Where a list goes on: `1.29734400.12`.
pub(super) fn place_after(text: &str) -> Option<(u8, i64, u64)> {
    let mut parts = text.split('.');
    let place = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    Some(place)
}

/// The place of a case in lists, for the next page.
pub(super) fn place_of(last: &CaseFile) -> String {
    let due = last.place.due.unwrap_or(NEVER_DUE);
    format!("{}.{due}.{}", last.place.group, last.case_no)
}
