//! Tries that are taken before a PIN is compared, given back, cleared, and forgotten in time with what else only
//! serves coming in. How often may be tried is decided elsewhere.

use rongyi_core::time::Instant;

use super::forms::parts;
use super::{Connection, Own, statements};
use crate::error::StoreError;
use crate::model::{Pace, Refused, TryKey, Whose};

statements! {
    TAKE_GROWING = "INSERT INTO sign_in_try (scope, subject, tries, next_at, seen_at) \
        VALUES ($1, $2, 1, CAST($3 AS BIGINT), CAST($3 AS BIGINT)) \
        ON CONFLICT (scope, subject) DO UPDATE SET tries = sign_in_try.tries + 1, seen_at = excluded.seen_at, \
        next_at = CAST($3 AS BIGINT) + CASE \
            WHEN sign_in_try.tries + 1 < CAST($4 AS BIGINT) THEN 0 \
            WHEN sign_in_try.tries + 1 - CAST($4 AS BIGINT) > 20 THEN CAST($5 AS BIGINT) \
            WHEN 1000000 * (CAST(2 AS BIGINT) << CAST(sign_in_try.tries + 1 - CAST($4 AS BIGINT) AS INTEGER)) \
                > CAST($5 AS BIGINT) THEN CAST($5 AS BIGINT) \
            ELSE 1000000 * (CAST(2 AS BIGINT) << CAST(sign_in_try.tries + 1 - CAST($4 AS BIGINT) AS INTEGER)) END \
        WHERE sign_in_try.tries < CAST($6 AS BIGINT) AND (sign_in_try.next_at <= CAST($3 AS BIGINT) \
            OR sign_in_try.next_at > CAST($3 AS BIGINT) + CAST($5 AS BIGINT)) \
        RETURNING tries";
    TAKE_STEADY = "INSERT INTO sign_in_try (scope, subject, tries, next_at, seen_at) \
        VALUES ($1, $2, 1, CAST($3 AS BIGINT) + CAST($4 AS BIGINT), CAST($3 AS BIGINT)) \
        ON CONFLICT (scope, subject) DO UPDATE SET tries = sign_in_try.tries + 1, seen_at = excluded.seen_at, \
        next_at = CAST($4 AS BIGINT) + CASE WHEN sign_in_try.next_at > CAST($3 AS BIGINT) \
            AND sign_in_try.next_at <= CAST($3 AS BIGINT) + CAST($5 AS BIGINT) THEN sign_in_try.next_at \
            ELSE CAST($3 AS BIGINT) END \
        WHERE sign_in_try.next_at <= CAST($3 AS BIGINT) + CAST($5 AS BIGINT) - CAST($4 AS BIGINT) \
            OR sign_in_try.next_at > CAST($3 AS BIGINT) + CAST($5 AS BIGINT) \
        RETURNING tries";
    TRIES = "SELECT tries, next_at FROM sign_in_try WHERE scope = $1 AND subject = $2";
    CLEAR_TRIES = "DELETE FROM sign_in_try WHERE scope = $1 AND subject = $2";
    CLEAR_BROWSERS_TRIES = "DELETE FROM sign_in_try WHERE scope = 'browser' AND subject IN \
        (SELECT CAST(browser_id AS TEXT) FROM browser WHERE kind = $1 AND subject_id = $2)";
    RETURN_STEADY = "UPDATE sign_in_try SET next_at = next_at - CAST($3 AS BIGINT), \
        tries = CASE WHEN tries > 0 THEN tries - 1 ELSE 0 END WHERE scope = $1 AND subject = $2";
    PURGE_TRIES = "DELETE FROM sign_in_try WHERE seen_at <= $1";
    PURGE_BROWSERS = "DELETE FROM browser WHERE seen_at <= $1";
    PURGE_SESSIONS = "DELETE FROM session WHERE expires_at <= $1";
}

/// Takes one try; `None` when it may go on.
async fn take(
    connection: &mut Connection,
    key: &TryKey,
    now: Instant,
) -> Result<Option<Refused>, StoreError> {
    let taken: Option<i64> = match key.pace {
        Pace::Growing {
            free,
            wait_max_us,
            tries_max,
        } => {
            sqlx::query_scalar(TAKE_GROWING)
                .bind(key.scope)
                .bind(&key.subject)
                .bind(now.0)
                .bind(i64::from(free))
                .bind(wait_max_us)
                .bind(i64::from(tries_max))
                .fetch_optional(&mut *connection)
                .await?
        }
        Pace::Steady { every_us, burst } => {
            sqlx::query_scalar(TAKE_STEADY)
                .bind(key.scope)
                .bind(&key.subject)
                .bind(now.0)
                .bind(every_us)
                .bind(every_us.saturating_mul(i64::from(burst)))
                .fetch_optional(&mut *connection)
                .await?
        }
    };
    if taken.is_some() {
        return Ok(None);
    }
    let row: Option<(i64, i64)> = sqlx::query_as(TRIES)
        .bind(key.scope)
        .bind(&key.subject)
        .fetch_optional(&mut *connection)
        .await?;
    // Cleared by somebody in this very moment: the next try goes on.
    let (tries, next_at) = row.unwrap_or((0, now.0));
    Ok(Some(refused(key, tries, next_at)))
}

/// When a key that has nothing left may be tried again.
fn refused(key: &TryKey, tries: i64, next_at: i64) -> Refused {
    let until = match key.pace {
        Pace::Growing { tries_max, .. } => {
            (tries < i64::from(tries_max)).then_some(Instant(next_at))
        }
        Pace::Steady { every_us, burst } => {
            let ahead = every_us.saturating_mul(i64::from(burst).saturating_sub(1));
            Some(Instant(next_at.saturating_sub(ahead)))
        }
    };
    Refused {
        scope: key.scope,
        until,
    }
}

/// Whether a key has nothing left: what [`take`] asks in its statements.
fn used_up(key: &TryKey, tries: i64, next_at: i64, now: Instant) -> bool {
    match key.pace {
        Pace::Growing {
            wait_max_us,
            tries_max,
            ..
        } => {
            let waits = next_at > now.0 && next_at <= now.0.saturating_add(wait_max_us);
            tries >= i64::from(tries_max) || waits
        }
        Pace::Steady { every_us, burst } => {
            let full = now
                .0
                .saturating_add(every_us.saturating_mul(i64::from(burst)));
            next_at > full.saturating_sub(every_us) && next_at <= full
        }
    }
}

pub(super) async fn give_back(
    connection: &mut Connection,
    keys: &[TryKey],
) -> Result<(), StoreError> {
    for key in keys {
        let query = match key.pace {
            Pace::Growing { .. } => sqlx::query(CLEAR_TRIES).bind(key.scope).bind(&key.subject),
            Pace::Steady { every_us, .. } => sqlx::query(RETURN_STEADY)
                .bind(key.scope)
                .bind(&key.subject)
                .bind(every_us),
        };
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Clears what was counted for an account and its browsers.
pub(super) async fn clear(connection: &mut Connection, whose: Whose) -> Result<(), StoreError> {
    let (kind, id) = parts(whose);
    sqlx::query(CLEAR_TRIES)
        .bind(kind)
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query(CLEAR_BROWSERS_TRIES)
        .bind(kind)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

impl Own {
    pub(crate) async fn take_tries(
        &self,
        keys: &[TryKey],
        now: Instant,
    ) -> Result<Option<Refused>, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        for key in keys {
            let refused = take(&mut transaction, key, now).await?;
            if refused.is_some() {
                transaction.rollback().await?;
                return Ok(refused);
            }
        }
        transaction.commit().await?;
        Ok(None)
    }

    pub(crate) async fn peek_tries(
        &self,
        keys: &[TryKey],
        now: Instant,
    ) -> Result<Option<Refused>, StoreError> {
        for key in keys {
            let row: Option<(i64, i64)> = sqlx::query_as(TRIES)
                .bind(key.scope)
                .bind(&key.subject)
                .fetch_optional(&self.readers)
                .await?;
            if let Some((tries, next_at)) = row
                && used_up(key, tries, next_at, now)
            {
                return Ok(Some(refused(key, tries, next_at)));
            }
        }
        Ok(None)
    }

    pub(crate) async fn give_back_tries(&self, keys: &[TryKey]) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        give_back(&mut transaction, keys).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn purge_access(
        &self,
        tries_before: Instant,
        browsers_before: Instant,
        now: Instant,
    ) -> Result<(u64, u64, u64), StoreError> {
        let mut writer = self.writer().await?;
        let mut gone = [0; 3];
        let rounds = [
            (PURGE_TRIES, tries_before),
            (PURGE_BROWSERS, browsers_before),
            (PURGE_SESSIONS, now),
        ];
        for (gone, (statement, before)) in gone.iter_mut().zip(rounds) {
            let result = sqlx::query(statement)
                .bind(before.0)
                .execute(&mut *writer)
                .await?;
            *gone = result.rows_affected();
        }
        let [tries, browsers, sessions] = gone;
        Ok((tries, browsers, sessions))
    }
}
