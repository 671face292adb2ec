//! Browsers that an account is known by, and the sessions that begin and end in them.

use rongyi_core::chain::Hash;
use rongyi_core::time::Instant;

use super::forms::{changed, no_community, parts, uint};
use super::sessions::columns;
use super::tries::{clear, give_back};
use super::{Connection, Own, row, statements};
use crate::error::StoreError;
use crate::model::{KnownBrowser, NewSession, Whose};

statements! {
    HOLD_PIN = "UPDATE person SET pin_hash = pin_hash WHERE person_id = $1 AND pin_hash = $2";
    HOLD_PASSWORD = "UPDATE staff SET password_hash = password_hash \
        WHERE staff_id = $1 AND password_hash = $2 AND active";
    PUT_BROWSER = "INSERT INTO browser (kind, subject_id, hash, label, created_at, seen_at) \
        VALUES ($1, $2, $3, $4, $5, $5) \
        ON CONFLICT (kind, subject_id, hash) DO UPDATE SET label = excluded.label, seen_at = excluded.seen_at \
        RETURNING browser_id";
    BEGIN_SESSION = "INSERT INTO session (token_hash, community_id, kind, subject_id, created_at, last_seen_at, \
        expires_at, browser_id) SELECT $2, community_id, $3, $4, $5, $6, $7, $8 FROM community WHERE code = $1";
    END_SESSION = "DELETE FROM session WHERE token_hash = $1";
    END_IN_BROWSER = "DELETE FROM session WHERE browser_id = $1";
    FORGET_OLDEST = "DELETE FROM browser WHERE browser_id IN (SELECT browser_id FROM browser \
        WHERE kind = $1 AND subject_id = $2 ORDER BY seen_at DESC, browser_id DESC LIMIT 1000 OFFSET $3)";
    END_IN_OLDEST = "DELETE FROM session WHERE browser_id IN (SELECT browser_id FROM browser \
        WHERE kind = $1 AND subject_id = $2 ORDER BY seen_at DESC, browser_id DESC LIMIT 1000 OFFSET $3)";
    KNOWN_BROWSER = "SELECT browser_id FROM browser WHERE kind = $1 AND subject_id = $2 AND hash = $3";
    BROWSERS = "SELECT b.browser_id, b.label, b.created_at, b.seen_at, (SELECT count(*) FROM session AS s \
        WHERE s.browser_id = b.browser_id AND s.expires_at > $3) AS sessions FROM browser AS b \
        WHERE b.kind = $1 AND b.subject_id = $2 ORDER BY b.seen_at DESC, b.browser_id DESC";
    FORGET_BROWSER = "DELETE FROM browser WHERE kind = $1 AND subject_id = $2 AND browser_id = $3";
    FORGET_BROWSERS = "DELETE FROM browser WHERE kind = $1 AND subject_id = $2 AND NOT EXISTS \
        (SELECT 1 FROM session AS s WHERE s.token_hash = $3 AND s.browser_id = browser.browser_id)";
    END_PERSONS = "DELETE FROM session WHERE kind = 'resident' AND token_hash <> $2 AND (community_id, subject_id) IN \
        (SELECT community_id, resident FROM person_of_resident WHERE person_id = $1)";
    END_STAFFS = "DELETE FROM session WHERE kind = 'staff' AND token_hash <> $2 AND subject_id = $1 \
        AND community_id = (SELECT community_id FROM staff WHERE staff_id = $1)";
}

/// Browsers that one account is known by at most; the ones not used for longest are forgotten.
const BROWSERS_MAX: i64 = 20;
/// No token has this hash.
const NO_SESSION: Hash = [0; 32];

/// Ends sessions everywhere and forgets browsers, but for one session and its browser.
pub(super) async fn end(
    connection: &mut Connection,
    whose: Whose,
    but: Option<&Hash>,
) -> Result<u64, StoreError> {
    let but = but.unwrap_or(&NO_SESSION);
    let (kind, id) = parts(whose);
    sqlx::query(FORGET_BROWSERS)
        .bind(kind)
        .bind(id)
        .bind(&but[..])
        .execute(&mut *connection)
        .await?;
    let statement = match whose {
        Whose::Person(_) => END_PERSONS,
        Whose::Staff(_) => END_STAFFS,
    };
    let result = sqlx::query(statement)
        .bind(id)
        .bind(&but[..])
        .execute(&mut *connection)
        .await?;
    Ok(result.rows_affected())
}

row! {
    struct BrowserRow {
        browser_id: i64,
        label: String,
        created_at: i64,
        seen_at: i64,
        sessions: i64,
    }
}

impl Own {
    pub(crate) async fn begin_session(&self, new: &NewSession<'_>) -> Result<bool, StoreError> {
        let (kind, id) = parts(new.whose);
        let session = &new.session;
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        if !hold_secret(&mut transaction, new.whose, new.proved).await? {
            return Ok(false);
        }
        give_back(&mut transaction, new.given_back).await?;
        let browser: i64 = sqlx::query_scalar(PUT_BROWSER)
            .bind(kind)
            .bind(id)
            .bind(&new.browser.0[..])
            .bind(new.browser.1)
            .bind(session.created_at.0)
            .fetch_one(&mut *transaction)
            .await?;
        if let Some(ends) = &new.ends {
            sqlx::query(END_SESSION)
                .bind(&ends[..])
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(END_IN_BROWSER)
            .bind(browser)
            .execute(&mut *transaction)
            .await?;
        for statement in [END_IN_OLDEST, FORGET_OLDEST] {
            sqlx::query(statement)
                .bind(kind)
                .bind(id)
                .bind(BROWSERS_MAX)
                .execute(&mut *transaction)
                .await?;
        }
        let (session_kind, subject_id) = columns(session.subject);
        let result = sqlx::query(BEGIN_SESSION)
            .bind(session.community.as_str())
            .bind(&session.token_hash[..])
            .bind(session_kind)
            .bind(subject_id)
            .bind(session.created_at.0)
            .bind(session.last_seen_at.0)
            .bind(session.expires_at.0)
            .bind(browser)
            .execute(&mut *transaction)
            .await?;
        changed(&result, "community", &session.community)
            .map_err(|_| no_community(&session.community))?;
        transaction.commit().await?;
        Ok(true)
    }

    pub(crate) async fn known_browser(
        &self,
        whose: Whose,
        hash: &Hash,
    ) -> Result<Option<i64>, StoreError> {
        let (kind, id) = parts(whose);
        Ok(sqlx::query_scalar(KNOWN_BROWSER)
            .bind(kind)
            .bind(id)
            .bind(&hash[..])
            .fetch_optional(&self.readers)
            .await?)
    }

    pub(crate) async fn browsers(
        &self,
        whose: Whose,
        now: Instant,
    ) -> Result<Vec<KnownBrowser>, StoreError> {
        let (kind, id) = parts(whose);
        let rows: Vec<BrowserRow> = sqlx::query_as(BROWSERS)
            .bind(kind)
            .bind(id)
            .bind(now.0)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(KnownBrowser {
                    browser_id: row.browser_id,
                    label: row.label,
                    created_at: Instant(row.created_at),
                    seen_at: Instant(row.seen_at),
                    sessions: uint(row.sessions)?,
                })
            })
            .collect()
    }

    pub(crate) async fn end_browser(
        &self,
        whose: Whose,
        browser_id: i64,
    ) -> Result<bool, StoreError> {
        let (kind, id) = parts(whose);
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(FORGET_BROWSER)
            .bind(kind)
            .bind(id)
            .bind(browser_id)
            .execute(&mut *transaction)
            .await?;
        let there = result.rows_affected() == 1;
        if there {
            sqlx::query(END_IN_BROWSER)
                .bind(browser_id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(there)
    }

    pub(crate) async fn end_sessions(
        &self,
        whose: Whose,
        but: Option<&Hash>,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let ended = end(&mut transaction, whose, but).await?;
        transaction.commit().await?;
        Ok(ended)
    }

    pub(crate) async fn forget_access(&self, whose: Whose) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        clear(&mut transaction, whose).await?;
        end(&mut transaction, whose, None).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Whether an account's secret is still the one that was compared, and stays so until this transaction ends: comparing
/// takes long, and meanwhile it may have been set anew, or the account closed.
pub(super) async fn hold_secret(
    connection: &mut Connection,
    whose: Whose,
    proved: &str,
) -> Result<bool, StoreError> {
    let (statement, id) = match whose {
        Whose::Person(id) => (HOLD_PIN, id),
        Whose::Staff(id) => (HOLD_PASSWORD, id),
    };
    let result = sqlx::query(statement)
        .bind(id)
        .bind(proved)
        .execute(&mut *connection)
        .await?;
    Ok(result.rows_affected() == 1)
}
