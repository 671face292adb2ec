//! Photos of cases: kept once, brought along with a step, shown to whoever may see the case, gone with the person.

use rongyi_core::chain::{Hash, sha256};
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::cases::{OfStep, resident_code};
use super::forms::{hash, narrow, place, uint};
use super::{Connection, Own, community, statements};
use crate::cases::{CasePhoto, StoredCasePhoto};
use crate::error::StoreError;

statements! {
    KEEP = "INSERT INTO photo (community_id, digest, kept_at, loose, body) SELECT community_id, $2, $3, 1, $4 \
        FROM community WHERE code = $1 \
        ON CONFLICT (community_id, digest) DO UPDATE SET kept_at = excluded.kept_at WHERE photo.loose = 1";
    IS_KEPT = concat!("SELECT 1 FROM photo WHERE community_id = ", community!(), " AND digest = $2");
    LINK = concat!("INSERT INTO case_photo (community_id, case_no, step_no, place, key, digest) \
        SELECT community_id, $2, $3, $4, $5, digest FROM photo WHERE community_id = ", community!(), " AND digest = $6");
    TIE = concat!("UPDATE photo SET loose = 0 WHERE community_id = ", community!(), " AND digest = $2 AND loose = 1");
    PHOTOS = concat!("SELECT step_no, place, key, digest FROM case_photo WHERE community_id = ", community!(),
        " AND case_no = $2 ORDER BY step_no, place");
    BODY = concat!("SELECT p.body FROM photo AS p JOIN case_photo AS c ON c.community_id = p.community_id \
        AND c.digest = p.digest WHERE p.community_id = ", community!(), " AND p.digest = $3 AND c.case_no = $2 LIMIT 1");
    ELSEWHERE = concat!("SELECT DISTINCT o.digest, o.case_no FROM case_photo AS m JOIN case_photo AS o \
        ON o.community_id = m.community_id AND o.digest = m.digest AND o.case_no <> m.case_no \
        WHERE m.community_id = ", community!(), " AND m.case_no = $2 ORDER BY o.case_no LIMIT $3");
    PHOTOS_OF = concat!("SELECT p.case_no, p.step_no, p.place, p.key, p.digest FROM case_photo AS p \
        JOIN case_file AS f ON f.community_id = p.community_id AND f.case_no = p.case_no WHERE f.community_id = ",
        community!(), " AND (f.resident = $2 OR f.opener = $3) ORDER BY p.case_no, p.step_no, p.place");
    UNTIE = concat!("DELETE FROM case_photo WHERE community_id = ", community!(), " AND case_no = $2");
    DROP_PHOTO = concat!("DELETE FROM photo WHERE community_id = ", community!(), " AND digest = $2 \
        AND NOT EXISTS (SELECT 1 FROM case_photo AS c WHERE c.community_id = photo.community_id \
        AND c.digest = photo.digest)");
    PURGE_LOOSE = concat!("DELETE FROM photo WHERE community_id = ", community!(), " AND kept_at < $2 AND loose = 1");
}

type PhotoColumns = (i64, i64, String, Vec<u8>);

fn photo((step, place, key, digest): PhotoColumns) -> Result<StoredCasePhoto, StoreError> {
    Ok(StoredCasePhoto {
        step: narrow(step)?,
        place: narrow(place)?,
        key,
        digest: hash(&digest)?,
    })
}

/// Puts down which photos came with a step; a photo that is not kept any more is left out.
pub(super) async fn attach(
    connection: &mut Connection,
    of: &OfStep<'_>,
    photos: &[CasePhoto],
) -> Result<(), sqlx::Error> {
    for (at, photo) in photos.iter().enumerate() {
        sqlx::query(LINK)
            .bind(of.community.as_str())
            .bind(of.case_no)
            .bind(of.step)
            .bind(i64::try_from(at).unwrap_or(i64::MAX))
            .bind(&photo.key)
            .bind(&photo.digest[..])
            .execute(&mut *connection)
            .await?;
        sqlx::query(TIE)
            .bind(of.community.as_str())
            .bind(&photo.digest[..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The photos of a case.
pub(super) async fn photos(
    connection: &mut Connection,
    community: &Code,
    case_no: i64,
) -> Result<Vec<StoredCasePhoto>, StoreError> {
    let rows: Vec<PhotoColumns> = sqlx::query_as(PHOTOS)
        .bind(community.as_str())
        .bind(case_no)
        .fetch_all(&mut *connection)
        .await?;
    rows.into_iter().map(photo).collect()
}

impl Own {
    pub(crate) async fn keep_photo(
        &self,
        community: &Code,
        body: &[u8],
        at: Instant,
    ) -> Result<Hash, StoreError> {
        let digest = sha256(body);
        let mut writer = self.writer().await?;
        sqlx::query(KEEP)
            .bind(community.as_str())
            .bind(&digest[..])
            .bind(at.0)
            .bind(body)
            .execute(&mut *writer)
            .await?;
        Ok(digest)
    }

    pub(crate) async fn photo_is_kept(
        &self,
        community: &Code,
        digest: &Hash,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(IS_KEPT)
            .bind(community.as_str())
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    pub(crate) async fn case_photo(
        &self,
        community: &Code,
        case_no: u64,
        digest: &Hash,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar(BODY)
            .bind(community.as_str())
            .bind(place(case_no))
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?)
    }

    pub(crate) async fn same_case_photos(
        &self,
        community: &Code,
        case_no: u64,
        limit: u32,
    ) -> Result<Vec<(Hash, u64)>, StoreError> {
        let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(ELSEWHERE)
            .bind(community.as_str())
            .bind(place(case_no))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let one = |(digest, case_no): (Vec<u8>, i64)| Ok((hash(&digest)?, uint(case_no)?));
        rows.into_iter().map(one).collect()
    }

    pub(crate) async fn case_photos_of(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Vec<(u64, StoredCasePhoto)>, StoreError> {
        let rows: Vec<(i64, i64, i64, String, Vec<u8>)> = sqlx::query_as(PHOTOS_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(resident_code(resident))
            .fetch_all(&self.readers)
            .await?;
        let one = |(case_no, step, place, key, digest)| {
            Ok((uint(case_no)?, photo((step, place, key, digest))?))
        };
        rows.into_iter().map(one).collect()
    }

    pub(crate) async fn forget_case_photos(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<u64, StoreError> {
        let all = self.case_photos_of(community, resident).await?;
        let mut cases: Vec<u64> = all.iter().map(|(case_no, _)| *case_no).collect();
        cases.dedup();
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        for case_no in cases {
            sqlx::query(UNTIE)
                .bind(community.as_str())
                .bind(place(case_no))
                .execute(&mut *transaction)
                .await?;
        }
        let mut gone = 0_u64;
        for (_, photo) in &all {
            let dropped = sqlx::query(DROP_PHOTO)
                .bind(community.as_str())
                .bind(&photo.digest[..])
                .execute(&mut *transaction)
                .await?;
            gone = gone.saturating_add(dropped.rows_affected());
        }
        transaction.commit().await?;
        Ok(gone)
    }

    pub(crate) async fn purge_photos(
        &self,
        community: &Code,
        before: Instant,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let gone = sqlx::query(PURGE_LOOSE)
            .bind(community.as_str())
            .bind(before.0)
            .execute(&mut *writer)
            .await?;
        Ok(gone.rows_affected())
    }
}
