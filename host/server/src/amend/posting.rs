//! Awards whose notice is over fall due: they are posted.

use rongyi_core::command::Ask;
use rongyi_core::ids::Code;
use rongyi_core::record::NoticeStep;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

/// What is asked for them, at most so many.
///
/// # Errors
/// What the database said.
pub async fn asks(
    store: &Store,
    code: &Code,
    (today, most): (LocalDate, u32),
) -> Result<Vec<Ask>, StoreError> {
    let entries = store.due_notices(code, today, most).await?;
    let post = |entry| Ask::Notice(NoticeStep::Post(entry));
    Ok(entries.into_iter().map(post).collect())
}
