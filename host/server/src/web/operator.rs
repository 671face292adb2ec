//! The operator's overview: which rules decide, what waits for them, and the newest block. It changes nothing.

use std::collections::HashMap;

use axum::response::{IntoResponse, Response};
use rongyi_core::book::Book;
use rongyi_core::chain::hex;
use rongyi_core::ids::RuleSetNo;
use rongyi_core::rule::Plan;
use rongyi_pages::{OperatorView, RuleSetRow, RuleState};

use super::front::head_of;
use super::shell::{Html, OnDuty, day};
use crate::access::{AccessError, Role};
use crate::api::error::Fault;

/// `GET /{community}/operator`.
pub(super) async fn show_operator(OnDuty { visit, staff }: OnDuty) -> Result<Response, Fault> {
    if staff.role != Role::Operator {
        return Err(AccessError::Forbidden.into());
    }
    let store = &visit.app.house.store;
    let frame = store
        .frame(&visit.code)
        .await?
        .ok_or_else(Fault::not_found)?;
    let mut waiting: HashMap<RuleSetNo, i64> = HashMap::new();
    for (_, set) in store.waiting(&visit.code).await? {
        *waiting.entry(set).or_default() += 1;
    }
    let today = visit.today();
    let book = Book::new(frame.clone());
    let in_force: Vec<RuleSetNo> = book.in_force(today).into_iter().map(|set| set.no).collect();
    let mut rules: Vec<RuleSetRow> = frame
        .sets
        .iter()
        .rev()
        .map(|set| RuleSetRow {
            name: format!("{} ({})", visit.say(&set.title), set.name),
            version: set.version.clone(),
            digest: hex(&set.component),
            active_from: day(set.active_from),
            state: if set.active_from > today {
                RuleState::Planned
            } else if in_force.contains(&set.no) && set.plan != Plan::default() {
                RuleState::Active
            } else {
                RuleState::Past
            },
            waiting: waiting.get(&set.no).copied().unwrap_or_default(),
            last_fault: None,
        })
        .collect();
    rules.sort_by_key(|row| row.state != RuleState::Active);
    let waiting = waiting.values().sum();
    let view = OperatorView {
        rules,
        waiting,
        head: head_of(&visit).await?,
        config_fault: None,
        shell: visit.shell(),
    };
    Ok(Html(view).into_response())
}
