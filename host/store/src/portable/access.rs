//! Coming back: secrets set anew, changes of staff, and the record of who let whom in again. Who may do what is decided
//! elsewhere.

use rongyi_core::chain::Hash;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

use super::browsers::{end, hold_secret};
use super::forms::{changed, code, no_community, parts};
use super::tries::clear;
use super::{Connection, Own, row, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{AccessRecord, NewAccessRecord, StaffChange, Whose};

statements! {
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

pub(super) async fn record(
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

row! {
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

impl Own {
    pub(crate) async fn change_secret(
        &self,
        whose: Whose,
        (proved, to): (Option<&str>, (&str, bool)),
        but: Option<&Hash>,
        new: Option<NewAccessRecord<'_>>,
    ) -> Result<bool, StoreError> {
        let (statement, what, id) = match whose {
            Whose::Person(id) => (SET_PIN, "person", id),
            Whose::Staff(id) => (SET_PASSWORD, "staff", id),
        };
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        if let Some(proved) = proved
            && !hold_secret(&mut transaction, whose, proved).await?
        {
            return Ok(false);
        }
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
        Ok(true)
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
        if now.is_some_and(|(was_active, had_role)| was_active == active && had_role == role) {
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
