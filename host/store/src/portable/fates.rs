//! What became of entries: reading for the book, for pages and jobs; and the purge of old idempotency keys.

use rongyi_core::book::{Fate, FateState};
use rongyi_core::ids::Code;
use rongyi_core::record::Record;
use rongyi_core::time::{Instant, LocalDate};

use super::forms::{date, narrow, place, uint};
use super::{Own, community, statements};
use crate::error::{StoreError, corrupt};

statements! {
    ONE = concat!("SELECT f.entry, f.state, f.by_entry, f.until FROM fate AS f WHERE f.community_id = ", community!(),
        " AND f.entry = $2");
    IN_STATE = concat!("SELECT f.entry, f.state, f.by_entry, f.until FROM fate AS f WHERE f.community_id = ",
        community!(), " AND f.state = $2 ORDER BY f.until, f.entry LIMIT $3");
    DUE = concat!("SELECT f.entry FROM fate AS f WHERE f.community_id = ", community!(),
        " AND f.state IN (4, 6) AND f.until < $2 ORDER BY f.until, f.entry LIMIT $3");
    ALL = concat!("SELECT f.entry, f.state, f.by_entry, f.until FROM fate AS f WHERE f.community_id = ",
        community!(), " ORDER BY f.entry");
    PURGE_KEYS = concat!("DELETE FROM idempotency WHERE community_id = ", community!(), " AND at < $2");
}

/// Entry, state, by, until.
pub(super) type FateRow = (i64, i64, i64, Option<i64>);

pub(super) fn fate(
    community: &Code,
    (entry, state, by, until): FateRow,
) -> Result<(u64, Fate), StoreError> {
    let state = FateState::from_number(narrow(state)?);
    let fate = Fate {
        state: state.ok_or_else(|| corrupt("fate", community, entry))?,
        by: uint(by)?,
        until: until.map(date).transpose()?,
    };
    Ok((uint(entry)?, fate))
}

impl Own {
    pub(crate) async fn fate(
        &self,
        community: &Code,
        entry: u64,
    ) -> Result<Option<Fate>, StoreError> {
        let row: Option<FateRow> = sqlx::query_as(ONE)
            .bind(community.as_str())
            .bind(place(entry))
            .fetch_optional(&self.readers)
            .await?;
        let found = row.map(|row| fate(community, row)).transpose()?;
        Ok(found.map(|(_, fate)| fate))
    }

    pub(crate) async fn fates_in(
        &self,
        community: &Code,
        state: FateState,
        limit: u32,
    ) -> Result<Vec<(u64, Fate)>, StoreError> {
        let rows: Vec<FateRow> = sqlx::query_as(IN_STATE)
            .bind(community.as_str())
            .bind(i64::from(state.number()))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|row| fate(community, row)).collect()
    }

    pub(crate) async fn due_notices(
        &self,
        community: &Code,
        today: LocalDate,
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(DUE)
            .bind(community.as_str())
            .bind(i64::from(today.to_days()))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(uint).collect()
    }

    pub(crate) async fn all_fates(&self, community: &Code) -> Result<Vec<(u64, Fate)>, StoreError> {
        let rows: Vec<FateRow> = sqlx::query_as(ALL)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|row| fate(community, row)).collect()
    }

    pub(crate) async fn purge_keys(
        &self,
        community: &Code,
        before: Instant,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(PURGE_KEYS)
            .bind(community.as_str())
            .bind(before.0)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected())
    }

    /// The records of the entry that begins at `entry`, for the book. What is committed never changes, so it may be
    /// read outside of the snapshot of a load, if it was committed by then.
    pub(super) async fn records_of(
        &self,
        community: &Code,
        entry: u64,
    ) -> Result<Option<Vec<Record>>, StoreError> {
        let found = self.entry(community, entry).await?;
        let Some(stored) = found.filter(|stored| stored.first_seq == entry) else {
            return Ok(None);
        };
        let decode = |(seq, kind, body): &(u64, u8, Vec<u8>)| {
            Record::decode(*kind, body).map_err(|_| corrupt("record", community, *seq))
        };
        stored
            .records
            .iter()
            .map(decode)
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
