//! Sessions and devices' tokens. Secrets never come here, only their hashes.

use rongyi_core::chain::Hash;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::forms::{changed, code, hash, narrow, no_community};
use super::{Own, community, row, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{Session, Subject, Token};

statements! {
    CREATE_SESSION = "INSERT INTO session (token_hash, community_id, kind, subject_id, created_at, last_seen_at, \
        expires_at) SELECT $2, community_id, $3, $4, $5, $6, $7 FROM community WHERE code = $1";
    FIND_SESSION = "SELECT s.token_hash, c.code AS community, s.kind, s.subject_id, s.created_at, s.last_seen_at, \
        s.expires_at FROM session AS s JOIN community AS c ON c.community_id = s.community_id \
        WHERE s.token_hash = $1 AND s.expires_at > $2";
    SESSIONS_OF = concat!("SELECT token_hash, $1 AS community, kind, subject_id, created_at, last_seen_at, expires_at \
        FROM session WHERE community_id = ", community!(), " AND kind = 'resident' AND subject_id = $2 \
        ORDER BY created_at DESC");
    TOUCH_SESSION = "UPDATE session SET last_seen_at = $2 WHERE token_hash = $1 AND last_seen_at < $2";
    DELETE_SESSION = "DELETE FROM session WHERE token_hash = $1";
    DELETE_SESSIONS_OF = concat!("DELETE FROM session WHERE community_id = ", community!(),
        " AND kind = $2 AND subject_id = $3");
    DELETE_EXPIRED = "DELETE FROM session WHERE expires_at <= $1";
    ADD_TOKEN = "INSERT INTO token (community_id, name, hash, scope, created_at) \
        SELECT community_id, $2, $3, $4, $5 FROM community WHERE code = $1 RETURNING token_id";
    TOKEN_BY_HASH = "SELECT t.token_id, c.code AS community, t.name, t.scope, t.created_at, t.revoked_at \
        FROM token AS t JOIN community AS c ON c.community_id = t.community_id \
        WHERE t.hash = $1 AND t.revoked_at IS NULL";
    TOKENS = concat!("SELECT token_id, $1 AS community, name, scope, created_at, revoked_at FROM token \
        WHERE community_id = ", community!(), " ORDER BY token_id");
    REVOKE_TOKEN = "UPDATE token SET revoked_at = coalesce(revoked_at, $2) WHERE token_id = $1";
}

/// A request that comes this soon after the last one is not worth a write.
const TOUCH_EVERY_US: i64 = 60_000_000;

row! {
    struct SessionRow {
        token_hash: Vec<u8>,
        community: String,
        kind: String,
        subject_id: i64,
        created_at: i64,
        last_seen_at: i64,
        expires_at: i64,
    }
}

impl SessionRow {
    fn session(self) -> Result<Session, StoreError> {
        let community = code(&self.community)?;
        let subject = match self.kind.as_str() {
            "resident" => Subject::Resident(ResidentNo(narrow(self.subject_id)?)),
            "staff" => Subject::Staff(self.subject_id),
            other => return Err(corrupt("session", &community, other)),
        };
        Ok(Session {
            token_hash: hash(&self.token_hash)?,
            community,
            subject,
            created_at: Instant(self.created_at),
            last_seen_at: Instant(self.last_seen_at),
            expires_at: Instant(self.expires_at),
        })
    }
}

pub(super) fn columns(subject: Subject) -> (&'static str, i64) {
    match subject {
        Subject::Resident(no) => ("resident", i64::from(no.0)),
        Subject::Staff(staff_id) => ("staff", staff_id),
    }
}

/// Sessions.
impl Own {
    pub(crate) async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        let (kind, subject_id) = columns(session.subject);
        let mut writer = self.writer().await?;
        let result = sqlx::query(CREATE_SESSION)
            .bind(session.community.as_str())
            .bind(&session.token_hash[..])
            .bind(kind)
            .bind(subject_id)
            .bind(session.created_at.0)
            .bind(session.last_seen_at.0)
            .bind(session.expires_at.0)
            .execute(&mut *writer)
            .await?;
        changed(&result, "community", &session.community)
            .map_err(|_| no_community(&session.community))
    }

    pub(crate) async fn find_session(
        &self,
        token_hash: &Hash,
        now: Instant,
    ) -> Result<Option<Session>, StoreError> {
        let row: Option<SessionRow> = sqlx::query_as(FIND_SESSION)
            .bind(&token_hash[..])
            .bind(now.0)
            .fetch_optional(&self.readers)
            .await?;
        let Some(session) = row.map(SessionRow::session).transpose()? else {
            return Ok(None);
        };
        let quiet_us = now.0.saturating_sub(session.last_seen_at.0);
        if quiet_us >= TOUCH_EVERY_US && self.writes() {
            let mut writer = self.writer().await?;
            sqlx::query(TOUCH_SESSION)
                .bind(&token_hash[..])
                .bind(now.0)
                .execute(&mut *writer)
                .await?;
        }
        Ok(Some(session))
    }

    pub(crate) async fn sessions_of(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Vec<Session>, StoreError> {
        let rows: Vec<SessionRow> = sqlx::query_as(SESSIONS_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(SessionRow::session).collect()
    }

    pub(crate) async fn delete_session(&self, token_hash: &Hash) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(DELETE_SESSION)
            .bind(&token_hash[..])
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn delete_sessions_of(
        &self,
        community: &Code,
        subject: Subject,
    ) -> Result<u64, StoreError> {
        let (kind, subject_id) = columns(subject);
        let mut writer = self.writer().await?;
        let result = sqlx::query(DELETE_SESSIONS_OF)
            .bind(community.as_str())
            .bind(kind)
            .bind(subject_id)
            .execute(&mut *writer)
            .await?;
        Ok(result.rows_affected())
    }

    pub(crate) async fn delete_expired_sessions(&self, now: Instant) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(DELETE_EXPIRED)
            .bind(now.0)
            .execute(&mut *writer)
            .await?;
        Ok(result.rows_affected())
    }
}

row! {
    struct TokenRow {
        token_id: i64,
        community: String,
        name: String,
        scope: String,
        created_at: i64,
        revoked_at: Option<i64>,
    }
}

impl TokenRow {
    fn token(self) -> Result<Token, StoreError> {
        Ok(Token {
            token_id: self.token_id,
            community: code(&self.community)?,
            name: self.name,
            scope: self.scope,
            created_at: Instant(self.created_at),
            revoked_at: self.revoked_at.map(Instant),
        })
    }
}

/// Devices' tokens.
impl Own {
    pub(crate) async fn add_token(
        &self,
        community: &Code,
        name: &str,
        token_hash: &Hash,
        scope: &str,
        created_at: Instant,
    ) -> Result<i64, StoreError> {
        let mut writer = self.writer().await?;
        let id: Option<i64> = sqlx::query_scalar(ADD_TOKEN)
            .bind(community.as_str())
            .bind(name)
            .bind(&token_hash[..])
            .bind(scope)
            .bind(created_at.0)
            .fetch_optional(&mut *writer)
            .await?;
        id.ok_or_else(|| no_community(community))
    }

    pub(crate) async fn token_by_hash(
        &self,
        token_hash: &Hash,
    ) -> Result<Option<Token>, StoreError> {
        let row: Option<TokenRow> = sqlx::query_as(TOKEN_BY_HASH)
            .bind(&token_hash[..])
            .fetch_optional(&self.readers)
            .await?;
        row.map(TokenRow::token).transpose()
    }

    pub(crate) async fn tokens(&self, community: &Code) -> Result<Vec<Token>, StoreError> {
        let rows: Vec<TokenRow> = sqlx::query_as(TOKENS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(TokenRow::token).collect()
    }

    pub(crate) async fn revoke_token(&self, token_id: i64, now: Instant) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let result = sqlx::query(REVOKE_TOKEN)
            .bind(token_id)
            .bind(now.0)
            .execute(&mut *writer)
            .await?;
        changed(&result, "token", token_id)
    }
}
