//! What reviewers are asked to look at: added with the commit that marked it, gone from the list when one has looked.

use rongyi_core::book::Changes;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

use super::forms::{int, place, uint};
use super::{Connection, Own, community, statements};
use crate::error::StoreError;

statements! {
    ADD_MARK = "INSERT INTO mark (community_id, entry) SELECT community_id, $2 FROM community WHERE code = $1";
    // What was withdrawn or reversed needs nobody's look any more.
    OPEN_MARKS = concat!("SELECT m.entry FROM mark AS m WHERE m.community_id = ", community!(),
        " AND m.seen_at IS NULL AND NOT EXISTS (SELECT 1 FROM fate AS f WHERE f.community_id = m.community_id \
        AND f.entry = m.entry AND f.state IN (8, 9)) ORDER BY m.entry LIMIT $2");
    SEE_MARK = concat!("UPDATE mark SET seen_at = $3, seen_by = $4 WHERE community_id = ", community!(),
        " AND entry = $2 AND seen_at IS NULL");
    MARK_SEEN = concat!("SELECT seen_at, seen_by FROM mark WHERE community_id = ", community!(), " AND entry = $2");
}

/// Adds what a commit marked, in its transaction.
pub(super) async fn add(connection: &mut Connection, changes: &Changes) -> Result<(), sqlx::Error> {
    for entry in &changes.marked {
        let entry = int(*entry).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        sqlx::query(ADD_MARK)
            .bind(changes.community.as_str())
            .bind(entry)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

impl Own {
    pub(crate) async fn open_marks(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(OPEN_MARKS)
            .bind(community.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(uint).collect()
    }

    pub(crate) async fn see_mark(
        &self,
        community: &Code,
        entry: u64,
        by: &Code,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(SEE_MARK)
            .bind(community.as_str())
            .bind(place(entry))
            .bind(at.0)
            .bind(by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn mark_seen(
        &self,
        community: &Code,
        entry: u64,
    ) -> Result<Option<(Instant, Code)>, StoreError> {
        let row: Option<(Option<i64>, Option<String>)> = sqlx::query_as(MARK_SEEN)
            .bind(community.as_str())
            .bind(place(entry))
            .fetch_optional(&self.readers)
            .await?;
        match row {
            Some((Some(at), Some(by))) => Ok(Some((Instant(at), super::forms::code(&by)?))),
            Some(_) | None => Ok(None),
        }
    }
}
