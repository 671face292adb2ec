//! Activities: written, changed with their lists, marked, confirmed. What was decided on a version is written only while it
//! is the newest; marks never wait for each other.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::news::{News, NewsKind};
use rongyi_core::time::Instant;

use super::forms::{int, no_community, uint};
use super::messages::tell_one;
use super::{Connection, Own, community, statements};
use crate::activities::{
    ActivityChange, Clearance, NewActivity, NewMark, NewPresence, NewShift, PresenceState,
};
use crate::error::StoreError;

statements! {
    MADE_BY = concat!("SELECT activity_no FROM activity WHERE community_id = ", community!(),
        " AND made_by = $2 AND token = $3");
    ADD = "INSERT INTO activity (community_id, activity_no, version, state, kind, template, title, about, location, \
        bring, insurance, training, leader, adult, consent, insured, made_at, made_by, passed_by, told, token) \
        SELECT c.community_id, 1 + COALESCE((SELECT MAX(f.activity_no) FROM activity AS f \
        WHERE f.community_id = c.community_id), 0), 0, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
        NULL, '', $16 FROM community AS c WHERE c.code = $1 RETURNING activity_no";
    ADD_SHIFT = "INSERT INTO activity_shift (community_id, activity_no, shift_no, role, starts, ends, seats, ended_at, \
        ended_by) SELECT c.community_id, $2, 1 + COALESCE((SELECT MAX(f.shift_no) FROM activity_shift AS f \
        WHERE f.community_id = c.community_id AND f.activity_no = $2), 0), $3, $4, $5, $6, NULL, NULL \
        FROM community AS c WHERE c.code = $1";
    ADVANCE = concat!("UPDATE activity SET version = version + 1 WHERE community_id = ", community!(),
        " AND activity_no = $2 AND version = $3");
    SET_STATE = concat!("UPDATE activity SET state = $3, passed_by = COALESCE($4, passed_by), told = $5 \
        WHERE community_id = ", community!(), " AND activity_no = $2");
    END_SHIFT = concat!("UPDATE activity_shift SET ended_at = $4, ended_by = $5 WHERE community_id = ", community!(),
        " AND activity_no = $2 AND shift_no = $3 AND ended_at IS NULL");
    PUT_SIGNUP = "INSERT INTO activity_signup (community_id, activity_no, shift_no, resident, turn, place, at, by_actor, \
        team) SELECT community_id, $2, $3, $4, $5, $6, $7, $8, $9 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, activity_no, shift_no, resident) DO UPDATE SET turn = excluded.turn, \
        place = excluded.place, team = COALESCE(excluded.team, activity_signup.team), at = excluded.at, by_actor = excluded.by_actor";
    ADD_MARK = "INSERT INTO activity_mark (community_id, activity_no, shift_no, resident, mark_no, what, proof, at, \
        noted_at, by_actor, token) SELECT c.community_id, $2, $3, $4, 1 + COALESCE((SELECT MAX(f.mark_no) \
        FROM activity_mark AS f WHERE f.community_id = c.community_id AND f.activity_no = $2 AND f.shift_no = $3 \
        AND f.resident = $4), 0), $5, $6, $7, $8, $9, $10 FROM community AS c WHERE c.code = $1 ON CONFLICT DO NOTHING";
    MARK_OF = concat!("SELECT mark_no FROM activity_mark WHERE community_id = ", community!(),
        " AND activity_no = $2 AND shift_no = $3 AND resident = $4 AND token = $5");
    ADD_PRESENCE = "INSERT INTO activity_presence (community_id, activity_no, shift_no, resident, minutes, planned, \
        proof, signed_out, first_by, state, first_at) SELECT community_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 \
        FROM community \
        WHERE code = $1 ON CONFLICT (community_id, activity_no, shift_no, resident) DO NOTHING";
    SECOND = concat!("UPDATE activity_presence SET state = 2, second_by = $5 WHERE community_id = ", community!(),
        " AND activity_no = $2 AND shift_no = $3 AND resident = $4 AND state = 1");
    END_PRESENCE = concat!("UPDATE activity_presence SET state = $5, entry = $6, counted = $7, told = $8 \
        WHERE community_id = ", community!(),
        " AND activity_no = $2 AND shift_no = $3 AND resident = $4 AND state = 2");
    PUT_CLEARANCE = "INSERT INTO clearance (community_id, resident, what, until, by_actor, at) \
        SELECT community_id, $2, $3, $4, $5, $6 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, resident, what) DO UPDATE SET until = excluded.until, \
        by_actor = excluded.by_actor, at = excluded.at";
}

/// The place of whoever has a seat.
const SEAT: i64 = 1;
/// Times a number is taken again because somebody else took it.
const NUMBERS_MAX: usize = 8;

async fn write_shift(
    connection: &mut Connection,
    (community, activity_no): (&Code, i64),
    shift: &NewShift,
) -> Result<(), sqlx::Error> {
    sqlx::query(ADD_SHIFT)
        .bind(community.as_str())
        .bind(activity_no)
        .bind(&shift.role)
        .bind(shift.starts.0)
        .bind(shift.ends.0)
        .bind(i64::from(shift.seats))
        .execute(connection)
        .await?;
    Ok(())
}

impl Own {
    pub(crate) async fn add_activity(&self, new: &NewActivity<'_>) -> Result<u64, StoreError> {
        for _ in 0..NUMBERS_MAX {
            let known: Option<i64> = sqlx::query_scalar(MADE_BY)
                .bind(new.community.as_str())
                .bind(new.by.as_str())
                .bind(new.token)
                .fetch_optional(&self.readers)
                .await?;
            if let Some(no) = known {
                return uint(no);
            }
            match self.try_add_activity(new).await {
                Ok(Some(no)) => return uint(no),
                Ok(None) => return Err(no_community(new.community)),
                // Another host took the number, or the same form came twice at once.
                Err(error) if is_taken(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy {
            detail: format!("activity {}", new.community),
        })
    }

    async fn try_add_activity(&self, new: &NewActivity<'_>) -> Result<Option<i64>, sqlx::Error> {
        let mut writer = self
            .writer()
            .await
            .map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let words = new.words;
        let (adult, consent, insured) = new.needs;
        let no: Option<i64> = sqlx::query_scalar(ADD)
            .bind(new.community.as_str())
            .bind(new.kind.as_str())
            .bind(new.template)
            .bind(&words.title)
            .bind(&words.about)
            .bind(&words.location)
            .bind(&words.bring)
            .bind(&words.insurance)
            .bind(&words.training)
            .bind(new.leader)
            .bind(i64::from(adult))
            .bind(i64::from(consent))
            .bind(i64::from(insured))
            .bind(new.at.0)
            .bind(new.by.as_str())
            .bind(new.token)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(no) = no else {
            return Ok(None);
        };
        write_shift(&mut transaction, (new.community, no), new.shift).await?;
        transaction.commit().await?;
        Ok(Some(no))
    }

    pub(crate) async fn change_activity(
        &self,
        change: &ActivityChange<'_>,
    ) -> Result<bool, StoreError> {
        let no = int(change.activity_no)?;
        let community = change.community;
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let done = sqlx::query(ADVANCE)
            .bind(community.as_str())
            .bind(no)
            .bind(i64::from(change.seen))
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() != 1 {
            transaction.rollback().await?;
            return Ok(false);
        }
        if let Some(state) = &change.state {
            sqlx::query(SET_STATE)
                .bind(community.as_str())
                .bind(no)
                .bind(state.state)
                .bind(state.passed_by.map(Code::as_str))
                .bind(state.told)
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(shift) = change.shift {
            write_shift(&mut transaction, (community, no), shift).await?;
        }
        if let Some(shift) = change.ends {
            sqlx::query(END_SHIFT)
                .bind(community.as_str())
                .bind(no)
                .bind(i64::from(shift))
                .bind(change.at.0)
                .bind(change.by.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        for signup in change.signups {
            sqlx::query(PUT_SIGNUP)
                .bind(community.as_str())
                .bind(no)
                .bind(i64::from(signup.shift))
                .bind(i64::from(signup.resident.0))
                .bind(i64::from(signup.turn))
                .bind(signup.place)
                .bind(change.at.0)
                .bind(change.by.as_str())
                .bind(signup.team.map(i64::from))
                .execute(&mut *transaction)
                .await?;
            // A seat that somebody else gave: from the waiting list, or by the office.
            let theirs = format!("resident/{}", signup.resident);
            if signup.place == SEAT && change.by.as_str() != theirs {
                let told = News {
                    resident: signup.resident,
                    kind: NewsKind::Seat,
                    about: change.activity_no,
                    part: signup.shift,
                    amount: 0,
                };
                tell_one(&mut transaction, community, (&told, change.at)).await?;
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    pub(crate) async fn add_marks(
        &self,
        community: &Code,
        activity_no: u64,
        marks: &[NewMark],
    ) -> Result<u32, StoreError> {
        let no = int(activity_no)?;
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let mut added: u32 = 0;
        for mark in marks {
            let mut new = false;
            for _ in 0..NUMBERS_MAX {
                let done = sqlx::query(ADD_MARK)
                    .bind(community.as_str())
                    .bind(no)
                    .bind(i64::from(mark.shift))
                    .bind(i64::from(mark.resident.0))
                    .bind(mark.what)
                    .bind(mark.proof)
                    .bind(mark.at.0)
                    .bind(mark.noted_at.0)
                    .bind(mark.by.as_str())
                    .bind(&mark.token)
                    .execute(&mut *transaction)
                    .await?;
                new = done.rows_affected() == 1;
                if new {
                    break;
                }
                let known: Option<i64> = sqlx::query_scalar(MARK_OF)
                    .bind(community.as_str())
                    .bind(no)
                    .bind(i64::from(mark.shift))
                    .bind(i64::from(mark.resident.0))
                    .bind(&mark.token)
                    .fetch_optional(&mut *transaction)
                    .await?;
                if known.is_some() {
                    break;
                }
            }
            added = added.saturating_add(u32::from(new));
        }
        transaction.commit().await?;
        Ok(added)
    }

    pub(crate) async fn add_presences(
        &self,
        community: &Code,
        activity_no: u64,
        presences: &[NewPresence],
    ) -> Result<u32, StoreError> {
        let no = int(activity_no)?;
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let mut added: u32 = 0;
        for presence in presences {
            let done = sqlx::query(ADD_PRESENCE)
                .bind(community.as_str())
                .bind(no)
                .bind(i64::from(presence.shift))
                .bind(i64::from(presence.resident.0))
                .bind(presence.minutes)
                .bind(presence.planned)
                .bind(presence.proof)
                .bind(i64::from(presence.signed_out))
                .bind(presence.by.as_str())
                .bind(presence.state.number())
                .bind(presence.at.0)
                .execute(&mut *transaction)
                .await?;
            added = added.saturating_add(u32::from(done.rows_affected() == 1));
        }
        transaction.commit().await?;
        Ok(added)
    }

    pub(crate) async fn second_presence(
        &self,
        community: &Code,
        (activity_no, shift, resident): (u64, u32, ResidentNo),
        by: &Code,
    ) -> Result<bool, StoreError> {
        let no = int(activity_no)?;
        let mut writer = self.writer().await?;
        let done = sqlx::query(SECOND)
            .bind(community.as_str())
            .bind(no)
            .bind(i64::from(shift))
            .bind(i64::from(resident.0))
            .bind(by.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn end_presence(
        &self,
        community: &Code,
        (activity_no, shift, resident): (u64, u32, ResidentNo),
        (entry, counted, told): (Option<u64>, i64, Option<&str>),
    ) -> Result<bool, StoreError> {
        let no = int(activity_no)?;
        let entry = entry.map(int).transpose()?;
        let state = match told {
            None => PresenceState::Booked,
            Some(_) => PresenceState::Refused,
        };
        let mut writer = self.writer().await?;
        let done = sqlx::query(END_PRESENCE)
            .bind(community.as_str())
            .bind(no)
            .bind(i64::from(shift))
            .bind(i64::from(resident.0))
            .bind(state.number())
            .bind(entry)
            .bind(counted)
            .bind(told)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn put_clearance(
        &self,
        community: &Code,
        resident: ResidentNo,
        clearance: &Clearance,
        (by, at): (&Code, Instant),
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(PUT_CLEARANCE)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(&clearance.what)
            .bind(i64::from(clearance.until.to_days()))
            .bind(by.as_str())
            .bind(at.0)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }
}

/// Whether a number was taken by somebody else.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.is_unique_violation())
}
