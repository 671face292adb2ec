//! Certificates of hours: asked for, checked, issued. A step is taken only while the revision stands as it was seen.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::forms::{code, date, int, narrow, no_community, uint};
use super::{Own, community, row, statements};
use crate::error::{StoreError, corrupt};
use crate::volunteers::{
    CertificateFilter, CertificateState, CertificateStep, NewCertificate, StoredCertificate,
};

macro_rules! certificate_rows {
    ($which:expr) => {
        concat!(
            "SELECT certificate_no, revision, resident, team, state, from_day, to_day, minutes, asked_at, asked_by, \
             checked_by, notice_until, issued_at, issued_by, number, statement, told FROM certificate \
             WHERE community_id = ",
            community!(),
            $which
        )
    };
}

statements! {
    ASKED = concat!("SELECT certificate_no, revision FROM certificate WHERE community_id = ", community!(),
        " AND asked_by = $2 AND token = $3");
    ASK = "INSERT INTO certificate (community_id, certificate_no, revision, resident, team, state, from_day, to_day, \
        minutes, asked_at, asked_by, told, token) SELECT c.community_id, COALESCE($11, 1 + COALESCE((SELECT \
        MAX(f.certificate_no) FROM certificate AS f WHERE f.community_id = c.community_id), 0)), \
        1 + COALESCE((SELECT MAX(f.revision) FROM certificate AS f WHERE f.community_id = c.community_id \
        AND f.certificate_no = $11), 0), $2, $3, 1, $4, $5, $6, $7, $8, $9, $10 FROM community AS c WHERE c.code = $1 \
        RETURNING certificate_no, revision";
    ONE_CERTIFICATE = certificate_rows!(" AND certificate_no = $2 ORDER BY revision DESC");
    OPEN_ONES = certificate_rows!(" AND state IN (1, 2) AND certificate_no > $2 ORDER BY certificate_no DESC, revision DESC \
        LIMIT 500");
    NEWEST = certificate_rows!(" AND certificate_no > 0 ORDER BY certificate_no DESC, revision DESC LIMIT $2");
    HOLDERS = certificate_rows!(" AND resident = $2 ORDER BY certificate_no DESC, revision DESC");
    OF_A_TEAM = certificate_rows!(" AND team = $2 ORDER BY certificate_no, revision DESC");
    NUMBERED = certificate_rows!(" AND number = $2 ORDER BY revision DESC");
    CHECK = concat!("UPDATE certificate SET state = 2, minutes = $5, notice_until = $6, checked_at = $7, checked_by = $8 \
        WHERE community_id = ", community!(), " AND certificate_no = $2 AND revision = $3 AND state = $4");
    ISSUE = concat!("UPDATE certificate SET state = 3, minutes = $5, number = $6, statement = $7, issued_at = $8, \
        issued_by = $9 WHERE community_id = ", community!(),
        " AND certificate_no = $2 AND revision = $3 AND state = $4");
    REPLACE = concat!("UPDATE certificate SET state = 4 WHERE community_id = ", community!(),
        " AND certificate_no = $2 AND revision < $3 AND state IN (1, 2, 3)");
    END = concat!("UPDATE certificate SET state = $5, told = $6 WHERE community_id = ", community!(),
        " AND certificate_no = $2 AND revision = $3 AND state = $4");
    FORGET = concat!("UPDATE certificate SET statement = NULL, told = '' WHERE community_id = ", community!(),
        " AND resident = $2 AND (statement IS NOT NULL OR told <> '')");
}

/// Times a number is taken again because somebody else took it.
const NUMBERS_MAX: usize = 8;

row! {
    struct CertificateRow {
        certificate_no: i64,
        revision: i64,
        resident: i64,
        team: Option<i64>,
        state: i64,
        from_day: i64,
        to_day: i64,
        minutes: i64,
        asked_at: i64,
        asked_by: String,
        checked_by: Option<String>,
        notice_until: Option<i64>,
        issued_at: Option<i64>,
        issued_by: Option<String>,
        number: Option<String>,
        statement: Option<Vec<u8>>,
        told: String,
    }
}

impl CertificateRow {
    fn certificate(self, community: &Code) -> Result<StoredCertificate, StoreError> {
        let state = CertificateState::of(self.state)
            .ok_or_else(|| corrupt("certificate", community, self.certificate_no))?;
        let issued = self.issued_at.zip(self.issued_by);
        Ok(StoredCertificate {
            no: uint(self.certificate_no)?,
            revision: narrow(self.revision)?,
            resident: ResidentNo(narrow(self.resident)?),
            team: self.team.map(narrow).transpose()?,
            state,
            days: (date(self.from_day)?, date(self.to_day)?),
            minutes: self.minutes,
            asked: (Instant(self.asked_at), code(&self.asked_by)?),
            checked_by: self.checked_by.as_deref().map(code).transpose()?,
            notice_until: self.notice_until.map(date).transpose()?,
            issued: issued
                .map(|(at, by)| Ok::<_, StoreError>((Instant(at), code(&by)?)))
                .transpose()?,
            number: self.number,
            statement: self.statement,
            told: self.told,
        })
    }
}

impl Own {
    pub(crate) async fn ask_certificate(
        &self,
        new: &NewCertificate<'_>,
    ) -> Result<(u64, u32), StoreError> {
        let corrects = new.corrects.map(int).transpose()?;
        for _ in 0..NUMBERS_MAX {
            let known: Option<(i64, i64)> = sqlx::query_as(ASKED)
                .bind(new.community.as_str())
                .bind(new.by.as_str())
                .bind(new.token)
                .fetch_optional(&self.readers)
                .await?;
            if let Some((no, revision)) = known {
                return Ok((uint(no)?, narrow(revision)?));
            }
            let mut writer = self.writer().await?;
            let added: Result<Option<(i64, i64)>, sqlx::Error> = sqlx::query_as(ASK)
                .bind(new.community.as_str())
                .bind(i64::from(new.resident.0))
                .bind(new.team.map(i64::from))
                .bind(i64::from(new.days.0.to_days()))
                .bind(i64::from(new.days.1.to_days()))
                .bind(new.minutes)
                .bind(new.at.0)
                .bind(new.by.as_str())
                .bind("")
                .bind(new.token)
                .bind(corrects)
                .fetch_optional(&mut *writer)
                .await;
            match added {
                Ok(Some((no, revision))) => return Ok((uint(no)?, narrow(revision)?)),
                Ok(None) => return Err(no_community(new.community)),
                // Another host took the number, or the same form came twice at once.
                Err(error) if super::activities::is_taken(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy {
            detail: format!("certificate {}", new.community),
        })
    }

    pub(crate) async fn certificates(
        &self,
        community: &Code,
        filter: &CertificateFilter<'_>,
    ) -> Result<Vec<StoredCertificate>, StoreError> {
        let query = |text| sqlx::query_as(text).bind(community.as_str());
        let query = match filter {
            CertificateFilter::One(no) => query(ONE_CERTIFICATE).bind(int(*no)?),
            CertificateFilter::Open => query(OPEN_ONES).bind(0_i64),
            CertificateFilter::Newest(most) => query(NEWEST).bind(i64::from(*most)),
            CertificateFilter::Of(resident) => query(HOLDERS).bind(i64::from(resident.0)),
            CertificateFilter::Team(team) => query(OF_A_TEAM).bind(i64::from(*team)),
            CertificateFilter::Number(number) => query(NUMBERED).bind(*number),
        };
        let rows: Vec<CertificateRow> = query.fetch_all(&self.readers).await?;
        rows.into_iter()
            .map(|row| row.certificate(community))
            .collect()
    }

    pub(crate) async fn step_certificate(
        &self,
        community: &Code,
        (no, revision): (u64, u32),
        seen: CertificateState,
        step: &CertificateStep<'_>,
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let (no, revision) = (int(no)?, i64::from(revision));
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let query = |text| {
            sqlx::query(text)
                .bind(community.as_str())
                .bind(no)
                .bind(revision)
                .bind(seen.number())
        };
        let query = match step {
            CertificateStep::Check {
                minutes,
                notice_until,
            } => query(CHECK)
                .bind(*minutes)
                .bind(notice_until.map(|day| i64::from(day.to_days())))
                .bind(at.0)
                .bind(by.as_str()),
            CertificateStep::Issue {
                minutes,
                number,
                statement,
            } => query(ISSUE)
                .bind(*minutes)
                .bind(*number)
                .bind(*statement)
                .bind(at.0)
                .bind(by.as_str()),
            CertificateStep::Refuse(told) => query(END)
                .bind(CertificateState::Refused.number())
                .bind(*told),
            CertificateStep::Withdraw(told) => query(END)
                .bind(CertificateState::Withdrawn.number())
                .bind(*told),
        };
        let done = query.execute(&mut *transaction).await?;
        if done.rows_affected() != 1 {
            transaction.rollback().await?;
            return Ok(false);
        }
        if let CertificateStep::Issue { .. } = step {
            sqlx::query(REPLACE)
                .bind(community.as_str())
                .bind(no)
                .bind(revision)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    pub(crate) async fn forget_certificates(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(FORGET)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected())
    }
}
