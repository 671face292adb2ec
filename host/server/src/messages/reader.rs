//! How somebody wants to be told, and what they have not read yet.

use rongyi_core::news::News;
use rongyi_core::time::Instant;
use rongyi_store::MessageChoice;

use super::DAY_US;
use crate::access::SignedResident;
use crate::door::fault::Fault;
use crate::door::visit::Visit;

/// Messages on the page.
pub(super) const ROWS: u32 = 60;
/// Older ones are not pointed out any more: a month.
const NEW_US: i64 = 31 * DAY_US;

pub(super) async fn choice(visit: &Visit, me: &SignedResident) -> Result<MessageChoice, Fault> {
    let store = &visit.app.house.store;
    let known = store.message_choice(&visit.code, me.resident).await?;
    Ok(known.unwrap_or_default())
}

/// Whether a message is to be pointed out.
pub(super) fn is_new(visit: &Visit, choice: &MessageChoice, (news, at): &(News, Instant)) -> bool {
    let since = visit.app.house.clock.now().0.saturating_sub(NEW_US);
    at.0 > choice.seen_at.0.max(since) && choice.wants(news.kind)
}

/// How many messages were not read yet.
///
/// # Errors
/// What the database said.
pub(crate) async fn unread(visit: &Visit, me: &SignedResident) -> Result<i64, Fault> {
    let store = &visit.app.house.store;
    let choice = choice(visit, me).await?;
    let all = store.messages(&visit.code, me.resident, ROWS).await?;
    let new = all.iter().filter(|one| is_new(visit, &choice, one)).count();
    Ok(i64::try_from(new).unwrap_or(i64::MAX))
}
