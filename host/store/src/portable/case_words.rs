//! What stands written in the cases that are a resident's: read for them, and removed with them; and how many cases
//! somebody opened.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::cases::{resident_code, words};
use super::forms::{narrow, uint};
use super::{Own, community, statements};
use crate::cases::CaseText;
use crate::error::StoreError;

statements! {
    OPENED_SINCE = concat!("SELECT COUNT(*) FROM case_file WHERE community_id = ", community!(),
        " AND opener = $2 AND kind = $3 AND opened_at >= $4");
    TEXTS_OF = concat!("SELECT t.case_no, t.step_no, t.key, t.text, t.salt FROM case_text AS t \
        JOIN case_file AS f ON f.community_id = t.community_id AND f.case_no = t.case_no WHERE f.community_id = ",
        community!(), " AND (f.resident = $2 OR f.opener = $3) ORDER BY t.case_no, t.step_no, t.key");
    FORGET_TEXTS = concat!("DELETE FROM case_text WHERE community_id = ", community!(),
        " AND case_no IN (SELECT f.case_no FROM case_file AS f WHERE f.community_id = ", community!(),
        " AND (f.resident = $2 OR f.opener = $3))");
}

impl Own {
    pub(crate) async fn cases_opened(
        &self,
        community: &Code,
        opener: &Code,
        kind: &Code,
        since: Instant,
    ) -> Result<u32, StoreError> {
        let count: i64 = sqlx::query_scalar(OPENED_SINCE)
            .bind(community.as_str())
            .bind(opener.as_str())
            .bind(kind.as_str())
            .bind(since.0)
            .fetch_one(&self.readers)
            .await?;
        narrow(count)
    }

    pub(crate) async fn case_texts_of(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Vec<(u64, CaseText)>, StoreError> {
        let rows: Vec<(i64, i64, String, String, Vec<u8>)> = sqlx::query_as(TEXTS_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(resident_code(resident))
            .fetch_all(&self.readers)
            .await?;
        let text = |(case_no, step, key, text, salt)| {
            Ok((uint(case_no)?, words((step, key, text, salt))?))
        };
        rows.into_iter().map(text).collect()
    }

    pub(crate) async fn forget_case_texts(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let gone = sqlx::query(FORGET_TEXTS)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(resident_code(resident))
            .execute(&mut *writer)
            .await?;
        Ok(gone.rows_affected())
    }
}
