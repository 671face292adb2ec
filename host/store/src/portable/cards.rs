//! Cards of residents.

use rongyi_core::chain::Hash;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use sqlx::Connection as _;

use super::forms::{narrow, no_community};
use super::{Own, community, statements};
use crate::cards::Card;
use crate::error::StoreError;

statements! {
    END_CARD = concat!("UPDATE card SET ended_at = $3 WHERE community_id = ", community!(),
        " AND resident = $2 AND ended_at IS NULL");
    MAKE_CARD = "INSERT INTO card (community_id, resident, serial, hash, made_at, made_by, ended_at) \
        SELECT c.community_id, $2, 1 + COALESCE((SELECT MAX(o.serial) FROM card AS o \
        WHERE o.community_id = c.community_id AND o.resident = $2), 0), $3, $4, $5, NULL FROM community AS c \
        WHERE c.code = $1 RETURNING serial";
    CARD = concat!("SELECT resident, serial, made_at FROM card WHERE community_id = ", community!(),
        " AND hash = $2 AND ended_at IS NULL");
    CARD_OF = concat!("SELECT resident, serial, made_at FROM card WHERE community_id = ", community!(),
        " AND resident = $2 AND ended_at IS NULL");
}

fn card((resident, serial, made_at): (i64, i64, i64)) -> Result<Card, StoreError> {
    Ok(Card {
        resident: ResidentNo(narrow(resident)?),
        serial: narrow(serial)?,
        made_at: Instant(made_at),
    })
}

impl Own {
    pub(crate) async fn make_card(
        &self,
        community: &Code,
        (resident, hash): (ResidentNo, &Hash),
        (by, at): (&Code, Instant),
    ) -> Result<u32, StoreError> {
        let mut writer = self.writer().await?;
        let mut all = writer.begin().await?;
        sqlx::query(END_CARD)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(at.0)
            .execute(&mut *all)
            .await?;
        let made: Option<i64> = sqlx::query_scalar(MAKE_CARD)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(hash.to_vec())
            .bind(at.0)
            .bind(by.as_str())
            .fetch_optional(&mut *all)
            .await?;
        let serial = made.ok_or_else(|| no_community(community))?;
        all.commit().await?;
        narrow(serial)
    }

    pub(crate) async fn end_card(
        &self,
        community: &Code,
        resident: ResidentNo,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(END_CARD)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(at.0)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(crate) async fn card(
        &self,
        community: &Code,
        hash: &Hash,
    ) -> Result<Option<Card>, StoreError> {
        let found: Option<(i64, i64, i64)> = sqlx::query_as(CARD)
            .bind(community.as_str())
            .bind(hash.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        found.map(card).transpose()
    }

    pub(crate) async fn card_of(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Option<Card>, StoreError> {
        let found: Option<(i64, i64, i64)> = sqlx::query_as(CARD_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_optional(&self.readers)
            .await?;
        found.map(card).transpose()
    }
}
