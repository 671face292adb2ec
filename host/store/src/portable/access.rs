//! Coming in: tries that are taken before a PIN is compared, browsers that are known, sessions that end, and the
//! record of who let whom in again. How often may be tried, and who may do what, is decided elsewhere.

use rongyi_core::chain::Hash;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;
use sqlx::FromRow;

use super::forms::{code, uint};
use super::people::{changed, no_community};
use super::sessions::columns;
use super::{Connection, Own, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{
    AccessRecord, KnownBrowser, NewAccessRecord, NewSession, Pace, Refused, StaffChange, TryKey,
    Whose,
};

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
    SET_PIN = "UPDATE person SET pin_hash = $2, pin_must_change = $3 WHERE person_id = $1";
    SET_PASSWORD = "UPDATE staff SET password_hash = $2, must_change = $3 WHERE staff_id = $1";
    HOLD_ROLE = "UPDATE staff SET active = active WHERE role = $2 AND community_id = \
        (SELECT community_id FROM staff WHERE staff_id = $1)";
    CHANGE_STAFF = "UPDATE staff SET active = $2, role = $3 WHERE staff_id = $1 AND (($2 AND $3 = $4) \
        OR role <> $4 OR NOT active OR EXISTS (SELECT 1 FROM staff AS other WHERE other.role = $4 AND other.active \
        AND other.community_id = staff.community_id AND other.staff_id <> staff.staff_id))";
    STAFF_NOW = "SELECT active, role FROM staff WHERE staff_id = $1";
    ADD_RECORD = "INSERT INTO access_record (at, community_id, what, kind, subject_id, by_staff, detail) \
        SELECT $2, community_id, $3, $4, $5, $6, $7 FROM community WHERE code = $1";
    RECORDS_OF = "SELECT r.record_id, r.at, c.code AS community, r.what, r.kind, r.subject_id, r.by_staff, r.detail \
        FROM access_record AS r JOIN community AS c ON c.community_id = r.community_id \
        WHERE r.kind = $1 AND r.subject_id = $2 ORDER BY r.record_id DESC LIMIT $3";
    RECORDS_IN = "SELECT r.record_id, r.at, c.code AS community, r.what, r.kind, r.subject_id, r.by_staff, r.detail \
        FROM access_record AS r JOIN community AS c ON c.community_id = r.community_id \
        WHERE c.code = $1 ORDER BY r.record_id DESC LIMIT $2";
    TOLD = "SELECT access_told FROM person WHERE person_id = $1";
    SET_TOLD = "UPDATE person SET access_told = $2 WHERE person_id = $1 AND access_told < $2";
}

/// Browsers that one account is known by at most; the ones not used for longest are forgotten.
const BROWSERS_MAX: i64 = 20;
/// No token has this hash.
const NO_SESSION: Hash = [0; 32];

fn parts(whose: Whose) -> (&'static str, i64) {
    match whose {
        Whose::Person(id) => ("person", id),
        Whose::Staff(id) => ("staff", id),
    }
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

async fn give_back(connection: &mut Connection, keys: &[TryKey]) -> Result<(), StoreError> {
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
async fn clear(connection: &mut Connection, whose: Whose) -> Result<(), StoreError> {
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

/// Ends sessions everywhere and forgets browsers, but for one session and its browser.
async fn end(
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

async fn record(
    connection: &mut Connection,
    whose: Whose,
    new: NewAccessRecord<'_>,
) -> Result<(), StoreError> {
    let (kind, id) = parts(whose);
    let result = sqlx::query(ADD_RECORD)
        .bind(new.community.as_str())
        .bind(new.at.0)
        .bind(new.what)
        .bind(kind)
        .bind(id)
        .bind(new.by_staff)
        .bind(new.detail)
        .execute(&mut *connection)
        .await?;
    changed(&result, "community", new.community).map_err(|_| no_community(new.community))
}

/// Tries.
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

#[derive(FromRow)]
struct BrowserRow {
    browser_id: i64,
    label: String,
    created_at: i64,
    seen_at: i64,
    sessions: i64,
}

/// Browsers and sessions.
impl Own {
    pub(crate) async fn begin_session(&self, new: &NewSession<'_>) -> Result<(), StoreError> {
        let (kind, id) = parts(new.whose);
        let session = &new.session;
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
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
        Ok(())
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

#[derive(FromRow)]
struct RecordRow {
    record_id: i64,
    at: i64,
    community: String,
    what: String,
    kind: String,
    subject_id: i64,
    by_staff: Option<i64>,
    detail: String,
}

fn records(rows: Vec<RecordRow>) -> Result<Vec<AccessRecord>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let community = code(&row.community)?;
            let whose = match row.kind.as_str() {
                "person" => Whose::Person(row.subject_id),
                "staff" => Whose::Staff(row.subject_id),
                other => return Err(corrupt("access_record", &community, other)),
            };
            Ok(AccessRecord {
                record_id: row.record_id,
                at: Instant(row.at),
                community,
                what: row.what,
                whose,
                by_staff: row.by_staff,
                detail: row.detail,
            })
        })
        .collect()
}

/// Coming back, and who let whom in.
impl Own {
    pub(crate) async fn change_secret(
        &self,
        whose: Whose,
        to: (&str, bool),
        but: Option<&Hash>,
        new: Option<NewAccessRecord<'_>>,
    ) -> Result<(), StoreError> {
        let (statement, what, id) = match whose {
            Whose::Person(id) => (SET_PIN, "person", id),
            Whose::Staff(id) => (SET_PASSWORD, "staff", id),
        };
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let result = sqlx::query(statement)
            .bind(id)
            .bind(to.0)
            .bind(to.1)
            .execute(&mut *transaction)
            .await?;
        changed(&result, what, id)?;
        clear(&mut transaction, whose).await?;
        end(&mut transaction, whose, but).await?;
        if let Some(new) = new {
            record(&mut transaction, whose, new).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn unlock(
        &self,
        whose: Whose,
        new: NewAccessRecord<'_>,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        clear(&mut transaction, whose).await?;
        record(&mut transaction, whose, new).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn add_access_record(
        &self,
        whose: Whose,
        new: NewAccessRecord<'_>,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        record(&mut writer, whose, new).await
    }

    pub(crate) async fn change_staff(
        &self,
        staff_id: i64,
        (active, role): (bool, &str),
        kept: &str,
        new: NewAccessRecord<'_>,
    ) -> Result<StaffChange, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        // Two operators who take each other's role away wait for one another here.
        sqlx::query(HOLD_ROLE)
            .bind(staff_id)
            .bind(kept)
            .execute(&mut *transaction)
            .await?;
        let now: Option<(bool, String)> = sqlx::query_as(STAFF_NOW)
            .bind(staff_id)
            .fetch_optional(&mut *transaction)
            .await?;
        if now.is_some_and(|own| own.0 == active && own.1 == role) {
            return Ok(StaffChange::Same);
        }
        let result = sqlx::query(CHANGE_STAFF)
            .bind(staff_id)
            .bind(active)
            .bind(role)
            .bind(kept)
            .execute(&mut *transaction)
            .await?;
        if result.rows_affected() == 0 {
            return Ok(StaffChange::Last);
        }
        let whose = Whose::Staff(staff_id);
        if !active {
            end(&mut transaction, whose, None).await?;
        }
        record(&mut transaction, whose, new).await?;
        transaction.commit().await?;
        Ok(StaffChange::Done)
    }

    pub(crate) async fn access_records(
        &self,
        whose: Whose,
        limit: u32,
    ) -> Result<Vec<AccessRecord>, StoreError> {
        let (kind, id) = parts(whose);
        records(
            sqlx::query_as(RECORDS_OF)
                .bind(kind)
                .bind(id)
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?,
        )
    }

    pub(crate) async fn access_records_in(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<AccessRecord>, StoreError> {
        records(
            sqlx::query_as(RECORDS_IN)
                .bind(community.as_str())
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?,
        )
    }

    pub(crate) async fn access_told(&self, person_id: i64) -> Result<i64, StoreError> {
        let told: Option<i64> = sqlx::query_scalar(TOLD)
            .bind(person_id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(told.unwrap_or(0))
    }

    pub(crate) async fn set_access_told(
        &self,
        person_id: i64,
        record_id: i64,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(SET_TOLD)
            .bind(person_id)
            .bind(record_id)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }
}
