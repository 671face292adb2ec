//! Who recorded an entry, and who agreed to it before it was booked: names, in the reader's language.

use rongyi_core::record::{Asked, Record};

use crate::door::visit::Visit;

/// `周一`, or `周一（吴二、赵强同意）` where the book asked who agreed.
pub(crate) async fn recorded_by(visit: &Visit, first: &Record) -> String {
    let Some(envelope) = first.envelope() else {
        return String::new();
    };
    let who = visit.actor(&envelope.actor).await;
    let Some(Asked::Agreed(agreed)) = first.what() else {
        return who;
    };
    let mut names = Vec::new();
    for agreer in &agreed.by {
        names.push(visit.actor(&agreer.actor).await);
    }
    visit.either(
        &format!("{who}（{}同意）", names.join("、")),
        &format!("{who} (agreed: {})", names.join(", ")),
    )
}
