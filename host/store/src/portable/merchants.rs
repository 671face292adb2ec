//! Merchants, who works there, and their months as they were signed off.

use rongyi_core::ids::Code;
use rongyi_core::rule::Text;
use rongyi_core::time::Instant;

use super::forms::code;
use super::{Own, community, row, statements};
use crate::error::{StoreError, corrupt};
use crate::merchants::{NewMerchant, StoredMerchant, StoredStatement};

statements! {
    ADD_MERCHANT = "INSERT INTO merchant (community_id, code, title_zh, title_en, place, phone, began_at, began_by) \
        SELECT c.community_id, $2, $3, $4, $5, $6, $7, $8 FROM community AS c WHERE c.code = $1 \
        ON CONFLICT (community_id, code) DO NOTHING";
    MERCHANTS = concat!("SELECT code, title_zh, title_en, place, phone, began_at, began_by, ended_at, ended_by \
        FROM merchant WHERE community_id = ", community!(), " ORDER BY code");
    END_MERCHANT = concat!("UPDATE merchant SET ended_at = $3, ended_by = $4 WHERE community_id = ", community!(),
        " AND code = $2 AND ended_at IS NULL");
    PUT_STAFF = "INSERT INTO merchant_staff (community_id, merchant, staff_id, at, by_actor) \
        SELECT c.community_id, $2, $3, $4, $5 FROM community AS c WHERE c.code = $1 \
        ON CONFLICT (community_id, staff_id) DO NOTHING";
    ALL_STAFF = concat!("SELECT staff_id, merchant FROM merchant_staff WHERE community_id = ", community!(),
        " ORDER BY staff_id");
    STAFF_OF = concat!("SELECT merchant FROM merchant_staff WHERE community_id = ", community!(), " AND staff_id = $2");
    SIGN = "INSERT INTO merchant_statement (community_id, merchant, month, body, first_at, first_by) \
        SELECT c.community_id, $2, $3, $4, $5, $6 FROM community AS c WHERE c.code = $1 \
        ON CONFLICT (community_id, merchant, month) DO NOTHING";
    COUNTERSIGN = concat!("UPDATE merchant_statement SET second_at = $5, second_by = $6 WHERE community_id = ",
        community!(), " AND merchant = $2 AND month = $3 AND body = $4 AND second_by IS NULL AND first_by <> $6");
    UNSIGN = concat!("DELETE FROM merchant_statement WHERE community_id = ", community!(),
        " AND merchant = $2 AND month = $3 AND second_by IS NULL");
    SIGNED = concat!("SELECT merchant, month, body, first_at, first_by, second_at, second_by FROM merchant_statement \
        WHERE community_id = ", community!(), " AND merchant = $2 ORDER BY month DESC");
}

row! {
    struct MerchantRow {
        code: String,
        title_zh: String,
        title_en: String,
        place: String,
        phone: String,
        began_at: i64,
        began_by: String,
        ended_at: Option<i64>,
        ended_by: Option<String>,
    }
}

row! {
    struct StatementRow {
        merchant: String,
        month: i64,
        body: String,
        first_at: i64,
        first_by: String,
        second_at: Option<i64>,
        second_by: Option<String>,
    }
}

/// Both of when and by whom, or neither.
fn both(at: Option<i64>, by: Option<String>) -> Result<Option<(Instant, Code)>, StoreError> {
    let both = at.zip(by);
    both.map(|(at, by)| Ok((Instant(at), code(&by)?)))
        .transpose()
}

impl Own {
    pub(crate) async fn add_merchant(&self, new: &NewMerchant<'_>) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(ADD_MERCHANT)
            .bind(new.community.as_str())
            .bind(new.code.as_str())
            .bind(&new.title.zh)
            .bind(&new.title.en)
            .bind(new.place)
            .bind(new.phone)
            .bind(new.at.0)
            .bind(new.by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn merchants(
        &self,
        community: &Code,
    ) -> Result<Vec<StoredMerchant>, StoreError> {
        let rows: Vec<MerchantRow> = sqlx::query_as(MERCHANTS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        let merchant = |row: MerchantRow| {
            Ok(StoredMerchant {
                code: code(&row.code)?,
                title: Text {
                    zh: row.title_zh,
                    en: row.title_en,
                },
                place: row.place,
                phone: row.phone,
                began: (Instant(row.began_at), code(&row.began_by)?),
                ended: both(row.ended_at, row.ended_by)?,
            })
        };
        rows.into_iter().map(merchant).collect()
    }

    pub(crate) async fn end_merchant(
        &self,
        community: &Code,
        merchant: &Code,
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(END_MERCHANT)
            .bind(community.as_str())
            .bind(merchant.as_str())
            .bind(at.0)
            .bind(by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn put_merchant_staff(
        &self,
        community: &Code,
        (merchant, staff_id): (&Code, i64),
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(PUT_STAFF)
            .bind(community.as_str())
            .bind(merchant.as_str())
            .bind(staff_id)
            .bind(at.0)
            .bind(by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn merchant_staff(
        &self,
        community: &Code,
    ) -> Result<Vec<(i64, Code)>, StoreError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(ALL_STAFF)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(staff_id, merchant)| Ok((staff_id, code(&merchant)?)))
            .collect()
    }

    pub(crate) async fn merchant_of(
        &self,
        community: &Code,
        staff_id: i64,
    ) -> Result<Option<Code>, StoreError> {
        let found: Option<String> = sqlx::query_scalar(STAFF_OF)
            .bind(community.as_str())
            .bind(staff_id)
            .fetch_optional(&self.readers)
            .await?;
        found.as_deref().map(code).transpose()
    }

    pub(crate) async fn sign_statement(
        &self,
        community: &Code,
        (merchant, month): (&Code, i32),
        body: &str,
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(SIGN)
            .bind(community.as_str())
            .bind(merchant.as_str())
            .bind(i64::from(month))
            .bind(body)
            .bind(at.0)
            .bind(by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn countersign_statement(
        &self,
        community: &Code,
        (merchant, month): (&Code, i32),
        seen: &str,
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(COUNTERSIGN)
            .bind(community.as_str())
            .bind(merchant.as_str())
            .bind(i64::from(month))
            .bind(seen)
            .bind(at.0)
            .bind(by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn unsign_statement(
        &self,
        community: &Code,
        (merchant, month): (&Code, i32),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(UNSIGN)
            .bind(community.as_str())
            .bind(merchant.as_str())
            .bind(i64::from(month))
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn statements_of(
        &self,
        community: &Code,
        merchant: &Code,
    ) -> Result<Vec<StoredStatement>, StoreError> {
        let rows: Vec<StatementRow> = sqlx::query_as(SIGNED)
            .bind(community.as_str())
            .bind(merchant.as_str())
            .fetch_all(&self.readers)
            .await?;
        let signed = |row: StatementRow| {
            let month =
                i32::try_from(row.month).map_err(|_| corrupt("statement", community, row.month))?;
            Ok(StoredStatement {
                merchant: code(&row.merchant)?,
                month,
                body: row.body,
                first: (Instant(row.first_at), code(&row.first_by)?),
                second: both(row.second_at, row.second_by)?,
            })
        };
        rows.into_iter().map(signed).collect()
    }
}
