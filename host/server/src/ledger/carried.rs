//! What was carried in from before the ledger began, as a line's title and sentences; the words are in
//! [`crate::ledger::explain::carried`].

use rongyi_core::book::Frame;
use rongyi_core::record::History;

use crate::door::visit::Visit;
use crate::ledger::explain::carried;

/// `旧册累计：志愿服务（2025 年）`.
pub(crate) fn carried_title(visit: &Visit, frame: &Frame, history: &History) -> String {
    visit.say(&carried::title(frame, history))
}

/// The numbers, and what they are for.
pub(crate) fn carried_told(visit: &Visit, frame: &Frame, history: &History) -> Vec<String> {
    let (zh, en) = carried::WHAT_FOR;
    vec![
        carried::numbers(frame, history, visit.tongue()),
        visit.either(zh, en),
    ]
}
