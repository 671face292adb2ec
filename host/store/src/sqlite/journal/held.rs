//! Writing as a host whose batches came too late again and again: first the file, then what is decided.

use rongyi_core::book::Changes;
use sqlx::SqliteConnection;

use super::super::Sqlite;
use super::{BEGIN, COMMIT, put};
use crate::error::StoreError;
use crate::model::Written;

/// The file, with a transaction in which nobody else writes. On a connection of its own: dropped, it ends with it.
#[derive(Debug)]
pub(crate) struct HeldFile(SqliteConnection);

impl Sqlite {
    /// Waits until nobody writes and keeps it so.
    pub(crate) async fn hold(&self) -> Result<HeldFile, StoreError> {
        let mut writer = self.another_writer().await?;
        sqlx::query(BEGIN).execute(&mut writer).await?;
        Ok(HeldFile(writer))
    }

    /// Writes within what is held.
    pub(crate) async fn write_held(
        &self,
        HeldFile(mut writer): HeldFile,
        batch: &[Changes],
    ) -> Result<Vec<Written>, StoreError> {
        let (written, taken) = put(&mut writer, batch).await?;
        let committed = sqlx::query(COMMIT).execute(&mut writer).await;
        drop(writer);
        if let Err(error) = committed {
            self.settle(&taken, error.into()).await?;
        }
        self.tidy_wal().await;
        Ok(written)
    }
}
