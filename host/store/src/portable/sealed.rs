//! What stands beside the ledger because it must be secret while it counts, or must be able to go: a community's seal
//! key, pick-up codes of open orders, typed references, whom texts are about; and the counted tries at the till. It
//! seals and decides nothing.

use rongyi_core::command::SaltedText;
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::record::{About, Record};
use rongyi_core::seal::SealKey;
use rongyi_core::time::{Instant, LocalDate};
use sqlx::Connection as _;

use super::forms::{int, narrow, uint};
use super::lists::{self, each_number, fresh_key, looked_up};
use super::nul::given;
use super::{Connection, Own, community, statements};
use crate::error::{StoreError, corrupt};
use crate::model::TillTry;

statements! {
    SEAL_KEY = concat!("SELECT key FROM seal_key WHERE community_id = ", community!());
    MAKE_SEAL_KEY = concat!("INSERT INTO seal_key (community_id, key) SELECT community_id, ", fresh_key!(),
        " FROM community WHERE code = $1 ON CONFLICT (community_id) DO NOTHING");
    PICKUP_CODE = concat!("SELECT code FROM pickup_code WHERE community_id = ", community!(), " AND order_no = $2");
    ABOUT = concat!("SELECT DISTINCT a.seq FROM ", each_number!(),
        looked_up!("text_about", "a", "a.community_id = ", community!(), " AND a.about = j.value"), " ORDER BY a.seq");
    BETWEEN = concat!("SELECT a.seq FROM text_about AS a WHERE a.community_id = ", community!(),
        " AND a.about = $2 AND a.seq >= $3 AND a.seq < $4 ORDER BY a.seq DESC LIMIT $5");
    TEXTS_AT = concat!("SELECT t.seq, t.salt, t.text FROM ", each_number!(),
        looked_up!("text", "t", "t.community_id = ", community!(), " AND t.seq = j.value"));
    TEXTS_FROM = concat!("SELECT seq, salt, text FROM text WHERE community_id = ", community!(),
        " AND substr(text, 1, length($2)) = $2 ORDER BY seq");
    REFERENCES_AT = concat!("SELECT r.seq, r.salt, r.text FROM ", each_number!(),
        looked_up!("reference_text", "r", "r.community_id = ", community!(), " AND r.seq = j.value"));
    // Counted before the code is looked at, so that a hundred tries at once are a hundred tries. $5 tries are free,
    // then the pause doubles up to $6.
    TAKE_TRY = "INSERT INTO till_try AS t (community_id, day, actor, wrong, next_at) \
        SELECT community_id, $2, $3, 1, $4 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, day, actor) DO UPDATE SET wrong = t.wrong + 1, next_at = $4 + CASE \
        WHEN t.wrong + 1 < $5 THEN 0 WHEN t.wrong + 1 - $5 > 8 THEN $6 \
        ELSE CAST(2000000 AS BIGINT) << CAST(t.wrong + 1 - $5 AS INTEGER) END \
        WHERE t.next_at <= $4 RETURNING wrong";
    NEXT_TRY = concat!("SELECT next_at FROM till_try WHERE community_id = ", community!(), " AND day = $2 AND actor = $3");
    GIVE_BACK = concat!("UPDATE till_try SET wrong = wrong - 1, \
        next_at = CASE WHEN actor = '*' THEN next_at ELSE $4 END WHERE community_id = ", community!(),
        " AND day = $2 AND actor = $3 AND wrong > 0");
    TILL_TRIES = concat!("SELECT actor, wrong FROM till_try WHERE community_id = ", community!(),
        " AND day = $2 AND wrong > 0 ORDER BY actor");
    // What follows goes over a whole community because that is what it is for.
    ALL_CODES = concat!("SELECT order_no, salt, code FROM pickup_code WHERE community_id = ", community!(),
        " ORDER BY order_no");
    ALL_REFERENCES = concat!("SELECT seq, salt, text FROM reference_text WHERE community_id = ", community!(),
        " ORDER BY seq");
    CLEAR_TRIES = concat!("DELETE FROM till_try WHERE community_id = ", community!(), " AND day < $2");
    WITHOUT_KEY = "SELECT c.code FROM community AS c \
        WHERE NOT EXISTS (SELECT 1 FROM seal_key AS k WHERE k.community_id = c.community_id) ORDER BY c.code";
    OLD_TEXTS = concat!("SELECT t.seq, r.kind, r.body FROM text AS t JOIN record AS r \
        ON r.community_id = t.community_id AND r.seq = t.seq \
        WHERE t.community_id = ", community!(), " AND t.seq > $2 ORDER BY t.seq LIMIT $3");
    PUT_ABOUT = "INSERT INTO text_about (community_id, about, seq) \
        SELECT community_id, $2, $3 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, about, seq) DO NOTHING";
}

/// Texts read at once while whom they are about is made.
const PAGE: i64 = 1000;

type SaltedRow = (i64, Vec<u8>, String);

fn salted(
    community: &Code,
    (place, salt, text): SaltedRow,
) -> Result<(i64, SaltedText), StoreError> {
    let salt = salt
        .try_into()
        .map_err(|_| corrupt("text", community, place))?;
    let text = given(text);
    Ok((place, SaltedText { salt, text }))
}

/// The key, codes, references, and whom texts are about.
impl Own {
    pub(crate) async fn seal_key(&self, community: &Code) -> Result<Option<SealKey>, StoreError> {
        let found = self.known_seal_key(community).await?;
        if found.is_some() || !self.writes() {
            return Ok(found);
        }
        let mut writer = self.writer().await?;
        sqlx::query(MAKE_SEAL_KEY)
            .bind(community.as_str())
            .execute(&mut *writer)
            .await?;
        drop(writer);
        self.known_seal_key(community).await
    }

    async fn known_seal_key(&self, community: &Code) -> Result<Option<SealKey>, StoreError> {
        let key: Option<Vec<u8>> = sqlx::query_scalar(SEAL_KEY)
            .bind(community.as_str())
            .fetch_optional(&self.readers)
            .await?;
        key.map(|bytes| {
            let bytes: Result<[u8; 32], _> = bytes.try_into();
            bytes
                .map(SealKey::new)
                .map_err(|_| corrupt("seal key", community, ""))
        })
        .transpose()
    }

    pub(crate) async fn pickup_code(
        &self,
        community: &Code,
        order: OrderNo,
    ) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(PICKUP_CODE)
            .bind(community.as_str())
            .bind(i64::from(order.0))
            .fetch_optional(&self.readers)
            .await?)
    }

    pub(crate) async fn pickup_codes(
        &self,
        community: &Code,
    ) -> Result<Vec<(OrderNo, SaltedText)>, StoreError> {
        let rows: Vec<SaltedRow> = sqlx::query_as(ALL_CODES)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|row| {
                let (no, salted) = salted(community, row)?;
                Ok((OrderNo(narrow(no)?), salted))
            })
            .collect()
    }

    pub(crate) async fn entries_about(
        &self,
        community: &Code,
        about: &[About],
    ) -> Result<Vec<u64>, StoreError> {
        let keys: Vec<i64> = about.iter().map(|subject| subject.pack()).collect();
        let query = sqlx::query_as(ABOUT).bind(community.as_str());
        let rows: Vec<(i64,)> = lists::numbers(query, &keys)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|(seq,)| uint(seq)).collect()
    }

    pub(crate) async fn entries_between(
        &self,
        community: &Code,
        about: About,
        (from, before): (u64, u64),
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(BETWEEN)
            .bind(community.as_str())
            .bind(about.pack())
            .bind(super::forms::place(from))
            .bind(super::forms::place(before))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(uint).collect()
    }

    pub(crate) async fn texts_at(
        &self,
        community: &Code,
        entries: &[u64],
    ) -> Result<Vec<(u64, SaltedText)>, StoreError> {
        self.salted_at(TEXTS_AT, community, entries).await
    }

    pub(crate) async fn texts_from(
        &self,
        community: &Code,
        beginning: &str,
    ) -> Result<Vec<(u64, SaltedText)>, StoreError> {
        let rows: Vec<SaltedRow> = sqlx::query_as(TEXTS_FROM)
            .bind(community.as_str())
            .bind(beginning)
            .fetch_all(&self.readers)
            .await?;
        by_entry(community, rows)
    }

    pub(crate) async fn references_at(
        &self,
        community: &Code,
        entries: &[u64],
    ) -> Result<Vec<(u64, SaltedText)>, StoreError> {
        self.salted_at(REFERENCES_AT, community, entries).await
    }

    pub(crate) async fn all_references(
        &self,
        community: &Code,
    ) -> Result<Vec<(u64, SaltedText)>, StoreError> {
        let rows: Vec<SaltedRow> = sqlx::query_as(ALL_REFERENCES)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        by_entry(community, rows)
    }

    async fn salted_at(
        &self,
        sql: &'static str,
        community: &Code,
        entries: &[u64],
    ) -> Result<Vec<(u64, SaltedText)>, StoreError> {
        let keys: Vec<i64> = entries
            .iter()
            .map(|seq| int(*seq))
            .collect::<Result<_, _>>()?;
        let query = sqlx::query_as(sql).bind(community.as_str());
        let rows: Vec<SaltedRow> = lists::numbers(query, &keys)
            .fetch_all(&self.readers)
            .await?;
        by_entry(community, rows)
    }
}

fn by_entry(community: &Code, rows: Vec<SaltedRow>) -> Result<Vec<(u64, SaltedText)>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let (seq, salted) = salted(community, row)?;
            Ok((uint(seq)?, salted))
        })
        .collect()
}

/// Tries at the till.
impl Own {
    pub(crate) async fn take_till_try(
        &self,
        community: &Code,
        actor: &str,
        day: LocalDate,
        now: Instant,
        bounds: (u32, i64),
    ) -> Result<TillTry, StoreError> {
        let mut writer = self.writer().await?;
        let wrong: Option<i64> = sqlx::query_scalar(TAKE_TRY)
            .bind(community.as_str())
            .bind(i64::from(day.to_days()))
            .bind(actor)
            .bind(now.0)
            .bind(i64::from(bounds.0))
            .bind(bounds.1)
            .fetch_optional(&mut *writer)
            .await?;
        if let Some(wrong) = wrong {
            return Ok(TillTry::Taken {
                wrong: narrow(wrong)?,
            });
        }
        let next: Option<i64> = sqlx::query_scalar(NEXT_TRY)
            .bind(community.as_str())
            .bind(i64::from(day.to_days()))
            .bind(actor)
            .fetch_optional(&mut *writer)
            .await?;
        Ok(TillTry::Wait {
            until: Instant(next.unwrap_or(now.0)),
        })
    }

    pub(crate) async fn give_back_till_try(
        &self,
        community: &Code,
        actor: &str,
        day: LocalDate,
        now: Instant,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(GIVE_BACK)
            .bind(community.as_str())
            .bind(i64::from(day.to_days()))
            .bind(actor)
            .bind(now.0)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn till_tries(
        &self,
        community: &Code,
        day: LocalDate,
    ) -> Result<Vec<(String, u32)>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(TILL_TRIES)
            .bind(community.as_str())
            .bind(i64::from(day.to_days()))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(actor, wrong)| Ok((actor, narrow(wrong)?)))
            .collect()
    }

    pub(crate) async fn clear_till_tries(
        &self,
        community: &Code,
        before: LocalDate,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let gone = sqlx::query(CLEAR_TRIES)
            .bind(community.as_str())
            .bind(i64::from(before.to_days()))
            .execute(&mut *writer)
            .await?;
        Ok(gone.rows_affected())
    }
}

/// What an older program left to be made.
impl Own {
    /// Whom the texts of communities without a key are about: those that were written before this was kept. The key is
    /// made in the same transaction, so that it is done once.
    pub(super) async fn fill_text_about(&self) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let codes: Vec<String> = sqlx::query_scalar(WITHOUT_KEY)
            .fetch_all(&mut *writer)
            .await?;
        for name in codes {
            let mut transaction = writer.begin().await?;
            let community = super::forms::code(&name)?;
            fill(&mut transaction, &community).await?;
            sqlx::query(MAKE_SEAL_KEY)
                .bind(name.as_str())
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

async fn fill(connection: &mut Connection, community: &Code) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page: Vec<(i64, i16, Vec<u8>)> = sqlx::query_as(OLD_TEXTS)
            .bind(community.as_str())
            .bind(after)
            .bind(PAGE)
            .fetch_all(&mut *connection)
            .await?;
        let Some((last, ..)) = page.last() else {
            return Ok(());
        };
        after = *last;
        for (seq, kind, body) in page {
            // A damaged record is for `verify` to name; opening goes on.
            let Ok(record) = Record::decode(narrow(kind.into())?, &body) else {
                continue;
            };
            for about in record.personal().about {
                sqlx::query(PUT_ABOUT)
                    .bind(community.as_str())
                    .bind(about.pack())
                    .bind(seq)
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }
}
