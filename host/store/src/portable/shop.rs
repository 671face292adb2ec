//! Photos of items, and who waits for one.

use rongyi_core::chain::{Hash, sha256};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;
use sqlx::Connection as _;

use super::forms::{code, hash, narrow, uint};
use super::{Own, community, statements};
use crate::error::StoreError;
use crate::shop::Wish;

statements! {
    PUT_PHOTO = "INSERT INTO item_photo (community_id, item, digest, kept_at, kept_by, body) \
        SELECT community_id, $2, $3, $4, $5, $6 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, item) DO UPDATE SET digest = excluded.digest, kept_at = excluded.kept_at, \
        kept_by = excluded.kept_by, body = excluded.body";
    DROP_ITEM_PHOTO = concat!("DELETE FROM item_photo WHERE community_id = ", community!(), " AND item = $2");
    ITEM_PHOTOS = concat!("SELECT item, digest FROM item_photo WHERE community_id = ", community!(), " ORDER BY item");
    ITEM_PHOTO = concat!("SELECT body FROM item_photo WHERE community_id = ", community!(),
        " AND item = $2 AND digest = $3");
    WISH = "INSERT INTO item_wish (community_id, item, resident, since) SELECT community_id, $2, $3, $4 \
        FROM community WHERE code = $1 ON CONFLICT (community_id, item, resident) DO NOTHING";
    UNWISH = concat!("DELETE FROM item_wish WHERE community_id = ", community!(), " AND item = $2 AND resident = $3");
    WISHES_FOR = concat!("SELECT item, resident, since FROM item_wish WHERE community_id = ", community!(),
        " AND item = $2 ORDER BY since, resident LIMIT $3");
    WISHES_OF = concat!("SELECT w.item, w.resident, w.since, (SELECT COUNT(*) FROM item_wish AS b \
        WHERE b.community_id = w.community_id AND b.item = w.item \
        AND (b.since < w.since OR (b.since = w.since AND b.resident < w.resident))) \
        FROM item_wish AS w WHERE w.community_id = ", community!(), " AND w.resident = $2 ORDER BY w.item");
    WISHES = concat!("SELECT item, COUNT(*) FROM item_wish WHERE community_id = ", community!(),
        " GROUP BY item ORDER BY item");
}

type WishColumns = (String, i64, i64);

fn wish((item, resident, since): WishColumns) -> Result<Wish, StoreError> {
    Ok(Wish {
        item: code(&item)?,
        resident: ResidentNo(narrow(resident)?),
        since: Instant(since),
    })
}

impl Own {
    pub(crate) async fn put_item_photo(
        &self,
        community: &Code,
        item: &Code,
        body: &[u8],
        (by, at): (&Code, Instant),
    ) -> Result<Hash, StoreError> {
        let digest = sha256(body);
        let mut writer = self.writer().await?;
        sqlx::query(PUT_PHOTO)
            .bind(community.as_str())
            .bind(item.as_str())
            .bind(&digest[..])
            .bind(at.0)
            .bind(by.as_str())
            .bind(body)
            .execute(&mut *writer)
            .await?;
        Ok(digest)
    }

    pub(crate) async fn drop_item_photo(
        &self,
        community: &Code,
        item: &Code,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(DROP_ITEM_PHOTO)
            .bind(community.as_str())
            .bind(item.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(crate) async fn item_photos(
        &self,
        community: &Code,
    ) -> Result<Vec<(Code, Hash)>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(ITEM_PHOTOS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        let each = |(item, digest): (String, Vec<u8>)| Ok((code(&item)?, hash(&digest)?));
        rows.into_iter().map(each).collect()
    }

    pub(crate) async fn item_photo(
        &self,
        community: &Code,
        item: &Code,
        digest: &Hash,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let found = sqlx::query_scalar(ITEM_PHOTO)
            .bind(community.as_str())
            .bind(item.as_str())
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?;
        Ok(found)
    }

    pub(crate) async fn wish_item(&self, community: &Code, wish: &Wish) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(WISH)
            .bind(community.as_str())
            .bind(wish.item.as_str())
            .bind(i64::from(wish.resident.0))
            .bind(wish.since.0)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn unwish_items(
        &self,
        community: &Code,
        resident: ResidentNo,
        items: &[Code],
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut all = writer.begin().await?;
        for item in items {
            sqlx::query(UNWISH)
                .bind(community.as_str())
                .bind(item.as_str())
                .bind(i64::from(resident.0))
                .execute(&mut *all)
                .await?;
        }
        all.commit().await?;
        Ok(())
    }

    pub(crate) async fn wishes_for(
        &self,
        community: &Code,
        item: &Code,
        limit: u32,
    ) -> Result<Vec<Wish>, StoreError> {
        let rows: Vec<WishColumns> = sqlx::query_as(WISHES_FOR)
            .bind(community.as_str())
            .bind(item.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(wish).collect()
    }

    pub(crate) async fn wishes_of(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Vec<(Wish, u64)>, StoreError> {
        let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(WISHES_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_all(&self.readers)
            .await?;
        let each = |(item, resident, since, before): (String, i64, i64, i64)| {
            Ok((wish((item, resident, since))?, uint(before)?))
        };
        rows.into_iter().map(each).collect()
    }

    pub(crate) async fn wishes(&self, community: &Code) -> Result<Vec<(Code, u64)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(WISHES)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        let each = |(item, count): (String, i64)| Ok((code(&item)?, uint(count)?));
        rows.into_iter().map(each).collect()
    }
}
