//! Inspections: opened, scored, opened for reading, booked. Scores are sealed in the statements: those of all judges are
//! selected together with the state that lets them be read.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::forms::{code, date, narrow, no_community, place, uint};
use super::{Connection, Own, community, row, statements};
use crate::error::StoreError;
use crate::inspections::{
    InspectionState, NewInspection, NewScores, PlaceState, Score, Scored, StoredInspection,
    StoredJudge, StoredPlace,
};

statements! {
    OPENED = concat!("SELECT inspection_no FROM inspection WHERE community_id = ", community!(),
        " AND opener = $2 AND token = $3");
    OPEN = "INSERT INTO inspection (community_id, inspection_no, state, on_day, due_at, least, most, sent, opened_at, \
        opener, kind, title, token) SELECT c.community_id, 1 + COALESCE((SELECT MAX(i.inspection_no) FROM inspection AS i \
        WHERE i.community_id = c.community_id), 0), 1, $2, $3, $4, $5, 0, $6, $7, $8, $9, $10 \
        FROM community AS c WHERE c.code = $1 RETURNING inspection_no";
    ADD_JUDGE = "INSERT INTO inspection_judge (community_id, inspection_no, judge_no, household, sent_at, actor) \
        SELECT community_id, $2, $3, $4, NULL, $5 FROM community WHERE code = $1";
    ADD_PLACE = "INSERT INTO inspection_place (community_id, inspection_no, resident, household, state, entry, told) \
        SELECT community_id, $2, $3, $4, 1, NULL, NULL FROM community WHERE code = $1";
    ONE = concat!("SELECT state, on_day, due_at, least, most, opener, kind, title FROM inspection WHERE community_id = ",
        community!(), " AND inspection_no = $2");
    JUDGES = concat!("SELECT judge_no, actor, household, sent_at FROM inspection_judge WHERE community_id = ", community!(),
        " AND inspection_no = $2 ORDER BY judge_no");
    PLACES = concat!("SELECT resident, household, state, entry, told FROM inspection_place WHERE community_id = ",
        community!(), " AND inspection_no = $2 ORDER BY resident");
    NEWEST = concat!("SELECT inspection_no FROM inspection WHERE community_id = ", community!(),
        " ORDER BY inspection_no DESC LIMIT $2");
    TO_JUDGE = concat!("SELECT j.inspection_no FROM inspection_judge AS j JOIN inspection AS i \
        ON i.community_id = j.community_id AND i.inspection_no = j.inspection_no WHERE j.community_id = ", community!(),
        " AND j.actor = $2 AND j.sent_at IS NULL AND i.state = 1 AND i.due_at > $3 ORDER BY j.inspection_no");
    OWN_SCORES = concat!("SELECT resident, points FROM inspection_score WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND judge_no = $3 ORDER BY resident");
    OPEN_SCORES = concat!("SELECT s.judge_no, s.resident, s.points FROM inspection AS i JOIN inspection_score AS s \
        ON s.community_id = i.community_id AND s.inspection_no = i.inspection_no JOIN inspection_judge AS j \
        ON j.community_id = s.community_id AND j.inspection_no = s.inspection_no AND j.judge_no = s.judge_no \
        WHERE i.community_id = ", community!(), " AND i.inspection_no = $2 AND i.state = 2 AND j.sent_at IS NOT NULL \
        ORDER BY s.resident, s.judge_no");
    TAKE_TURN = concat!("UPDATE inspection SET sent = sent WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND state = 1 AND due_at > $3");
    HAND_IN = concat!("UPDATE inspection_judge SET sent_at = $4 WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND judge_no = $3 AND sent_at IS NULL");
    HAS_SENT = concat!("SELECT 1 FROM inspection_judge WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND judge_no = $3 AND sent_at IS NOT NULL");
    DROP_SCORES = concat!("DELETE FROM inspection_score WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND judge_no = $3");
    ADD_SCORE = "INSERT INTO inspection_score (community_id, inspection_no, judge_no, resident, points) \
        SELECT community_id, $2, $3, $4, $5 FROM community WHERE code = $1";
    COUNT_IN = concat!("UPDATE inspection SET sent = sent + 1, state = CASE WHEN NOT EXISTS (SELECT 1 \
        FROM inspection_judge AS j WHERE j.community_id = inspection.community_id \
        AND j.inspection_no = inspection.inspection_no AND j.sent_at IS NULL) THEN 2 ELSE state END \
        WHERE community_id = ", community!(), " AND inspection_no = $2");
    END = concat!("UPDATE inspection SET state = 2 WHERE community_id = ", community!(), " AND state = 1 AND due_at <= $2");
    CALL_OFF = concat!("UPDATE inspection SET state = 3 WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND state = 1");
    WAITING_PLACES = concat!("SELECT p.inspection_no, p.resident FROM inspection_place AS p JOIN inspection AS i \
        ON i.community_id = p.community_id AND i.inspection_no = p.inspection_no WHERE p.community_id = ", community!(),
        " AND p.state = 1 AND i.state = 2 ORDER BY p.inspection_no, p.resident LIMIT $2");
    END_PLACE = concat!("UPDATE inspection_place SET state = $4, entry = $5, told = $6 WHERE community_id = ", community!(),
        " AND inspection_no = $2 AND resident = $3 AND state = 1");
}

/// Times a number is taken again because somebody else took it.
const NUMBERS_MAX: usize = 8;

row! {
    struct InspectionRow {
        state: i64,
        on_day: i64,
        due_at: i64,
        least: i64,
        most: i64,
        opener: String,
        kind: String,
        title: String,
    }
}

type JudgeColumns = (i64, String, Option<i64>, Option<i64>);
type PlaceColumns = (i64, i64, i64, Option<i64>, Option<String>);

fn odd(what: &'static str, no: u64) -> StoreError {
    StoreError::Corrupt {
        what,
        place: no.to_string(),
    }
}

fn judge((no, actor, household, sent_at): JudgeColumns) -> Result<StoredJudge, StoreError> {
    Ok(StoredJudge {
        no: narrow(no)?,
        actor: code(&actor)?,
        household: household.map(narrow).transpose()?,
        sent_at: sent_at.map(Instant),
    })
}

fn inspected(
    no: u64,
    (resident, household, state, entry, told): PlaceColumns,
) -> Result<StoredPlace, StoreError> {
    let entry = entry.map(uint).transpose()?;
    let state = match (state, entry, told) {
        (1, None, None) => PlaceState::Waiting,
        (2, Some(entry), None) => PlaceState::Booked(entry),
        (3, entry, Some(told)) => PlaceState::Refused(told, entry),
        (_, _, _) => return Err(odd("inspection_place", no)),
    };
    Ok(StoredPlace {
        resident: ResidentNo(narrow(resident)?),
        household: narrow(household)?,
        state,
    })
}

impl Own {
    pub(crate) async fn open_inspection(&self, new: &NewInspection<'_>) -> Result<u64, StoreError> {
        for _ in 0..NUMBERS_MAX {
            let known: Option<i64> = sqlx::query_scalar(OPENED)
                .bind(new.community.as_str())
                .bind(new.opener.as_str())
                .bind(new.token)
                .fetch_optional(&self.readers)
                .await?;
            if let Some(no) = known {
                return uint(no);
            }
            match self.try_inspection(new).await {
                Ok(Some(no)) => return uint(no),
                Ok(None) => return Err(no_community(new.community)),
                // Another host took the number, or the same form came twice at once.
                Err(error) if super::activities::is_taken(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy {
            detail: format!("inspection {}", new.community),
        })
    }

    async fn try_inspection(&self, new: &NewInspection<'_>) -> Result<Option<i64>, sqlx::Error> {
        let mut writer = self
            .writer()
            .await
            .map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let no: Option<i64> = sqlx::query_scalar(OPEN)
            .bind(new.community.as_str())
            .bind(i64::from(new.on.to_days()))
            .bind(new.due.0)
            .bind(i64::from(new.points.0))
            .bind(i64::from(new.points.1))
            .bind(new.at.0)
            .bind(new.opener.as_str())
            .bind(new.kind.as_str())
            .bind(new.title)
            .bind(new.token)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(no) = no else {
            return Ok(None);
        };
        for (judge_no, judge) in (1_i64..).zip(new.judges) {
            sqlx::query(ADD_JUDGE)
                .bind(new.community.as_str())
                .bind(no)
                .bind(judge_no)
                .bind(judge.household.map(i64::from))
                .bind(judge.actor.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        for (resident, household) in new.places {
            sqlx::query(ADD_PLACE)
                .bind(new.community.as_str())
                .bind(no)
                .bind(i64::from(resident.0))
                .bind(i64::from(*household))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Some(no))
    }

    pub(crate) async fn inspection(
        &self,
        community: &Code,
        no: u64,
    ) -> Result<Option<StoredInspection>, StoreError> {
        let mut sight = self.moment().await?;
        let row: Option<InspectionRow> = sqlx::query_as(ONE)
            .bind(community.as_str())
            .bind(place(no))
            .fetch_optional(&mut *sight)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let judges: Vec<JudgeColumns> = sqlx::query_as(JUDGES)
            .bind(community.as_str())
            .bind(place(no))
            .fetch_all(&mut *sight)
            .await?;
        let places: Vec<PlaceColumns> = sqlx::query_as(PLACES)
            .bind(community.as_str())
            .bind(place(no))
            .fetch_all(&mut *sight)
            .await?;
        Ok(Some(StoredInspection {
            no,
            state: InspectionState::of(row.state).ok_or_else(|| odd("inspection", no))?,
            kind: code(&row.kind)?,
            title: row.title,
            on: date(row.on_day)?,
            due: Instant(row.due_at),
            points: (narrow(row.least)?, narrow(row.most)?),
            opener: code(&row.opener)?,
            judges: judges.into_iter().map(judge).collect::<Result<_, _>>()?,
            places: places
                .into_iter()
                .map(|columns| inspected(no, columns))
                .collect::<Result<_, _>>()?,
        }))
    }

    pub(crate) async fn inspections(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let numbers: Vec<i64> = sqlx::query_scalar(NEWEST)
            .bind(community.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        numbers.into_iter().map(uint).collect()
    }

    pub(crate) async fn to_judge(
        &self,
        community: &Code,
        actor: &Code,
        now: Instant,
    ) -> Result<Vec<u64>, StoreError> {
        let numbers: Vec<i64> = sqlx::query_scalar(TO_JUDGE)
            .bind(community.as_str())
            .bind(actor.as_str())
            .bind(now.0)
            .fetch_all(&self.readers)
            .await?;
        numbers.into_iter().map(uint).collect()
    }

    pub(crate) async fn own_scores(
        &self,
        community: &Code,
        no: u64,
        judge: u8,
    ) -> Result<Vec<(ResidentNo, i32)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(OWN_SCORES)
            .bind(community.as_str())
            .bind(place(no))
            .bind(i64::from(judge))
            .fetch_all(&self.readers)
            .await?;
        let score = |(resident, points)| Ok((ResidentNo(narrow(resident)?), narrow(points)?));
        rows.into_iter().map(score).collect()
    }

    pub(crate) async fn open_scores(
        &self,
        community: &Code,
        no: u64,
    ) -> Result<Vec<Score>, StoreError> {
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(OPEN_SCORES)
            .bind(community.as_str())
            .bind(place(no))
            .fetch_all(&self.readers)
            .await?;
        let score = |(judge, resident, points)| {
            Ok(Score {
                judge: narrow(judge)?,
                resident: ResidentNo(narrow(resident)?),
                points: narrow(points)?,
            })
        };
        rows.into_iter().map(score).collect()
    }

    pub(crate) async fn put_scores(&self, new: &NewScores<'_>) -> Result<Scored, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        // The row is held until the end: two who are the last at once come one after the other.
        let turn = sqlx::query(TAKE_TURN)
            .bind(new.community.as_str())
            .bind(place(new.no))
            .bind(new.at.0)
            .execute(&mut *transaction)
            .await?;
        let before: Option<i64> = sqlx::query_scalar(HAS_SENT)
            .bind(new.community.as_str())
            .bind(place(new.no))
            .bind(i64::from(new.judge))
            .fetch_optional(&mut *transaction)
            .await?;
        if before.is_some() {
            transaction.rollback().await?;
            return Ok(Scored::HandedInBefore);
        }
        if turn.rows_affected() != 1 {
            transaction.rollback().await?;
            return Ok(Scored::Over);
        }
        write_scores(&mut transaction, new).await?;
        if new.hand_in {
            sqlx::query(HAND_IN)
                .bind(new.community.as_str())
                .bind(place(new.no))
                .bind(i64::from(new.judge))
                .bind(new.at.0)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(COUNT_IN)
                .bind(new.community.as_str())
                .bind(place(new.no))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Scored::Kept)
    }

    pub(crate) async fn end_inspections(
        &self,
        community: &Code,
        now: Instant,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(END)
            .bind(community.as_str())
            .bind(now.0)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected())
    }

    pub(crate) async fn call_off_inspection(
        &self,
        community: &Code,
        no: u64,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(CALL_OFF)
            .bind(community.as_str())
            .bind(place(no))
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn waiting_places(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<(u64, ResidentNo)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(WAITING_PLACES)
            .bind(community.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let waiting = |(no, resident)| Ok((uint(no)?, ResidentNo(narrow(resident)?)));
        rows.into_iter().map(waiting).collect()
    }

    pub(crate) async fn end_place(
        &self,
        community: &Code,
        (no, resident): (u64, ResidentNo),
        ended: &PlaceState,
    ) -> Result<bool, StoreError> {
        let (state, entry, told) = match ended {
            PlaceState::Waiting => return Ok(false),
            PlaceState::Booked(entry) => (2_i64, Some(*entry), None),
            PlaceState::Refused(told, entry) => (3, *entry, Some(told.as_str())),
        };
        let mut writer = self.writer().await?;
        let done = sqlx::query(END_PLACE)
            .bind(community.as_str())
            .bind(place(no))
            .bind(i64::from(resident.0))
            .bind(state)
            .bind(entry.map(place))
            .bind(told)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

/// Puts down what a judge gives in the place of what they gave before.
async fn write_scores(connection: &mut Connection, new: &NewScores<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(DROP_SCORES)
        .bind(new.community.as_str())
        .bind(place(new.no))
        .bind(i64::from(new.judge))
        .execute(&mut *connection)
        .await?;
    for (resident, points) in new.scores {
        sqlx::query(ADD_SCORE)
            .bind(new.community.as_str())
            .bind(place(new.no))
            .bind(i64::from(new.judge))
            .bind(i64::from(resident.0))
            .bind(i64::from(*points))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
