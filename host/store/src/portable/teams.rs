//! Teams, who belongs to them, and what was served in a window of time.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::{Instant, LocalDate};

use super::forms::{code, date, narrow, no_community, uint};
use super::{Own, community, row, statements};
use crate::error::StoreError;
use crate::volunteers::{MemberFilter, NewTeam, ServedSum, StoredTeam, TeamMember, TeamWords};

// States 8 and 9 of a fate are those of an award that was withdrawn or reversed.
macro_rules! standing {
    () => {
        " AND p.state = 3 AND NOT EXISTS (SELECT 1 FROM fate AS f WHERE f.community_id = p.community_id \
         AND f.entry = p.entry AND f.state IN (8, 9))"
    };
}

statements! {
    MADE_TEAM = concat!("SELECT team_no FROM team WHERE community_id = ", community!(), " AND made_by = $2 AND token = $3");
    ADD_TEAM = "INSERT INTO team (community_id, team_no, sort, title, contact, year_minutes, closed, made_at, made_by, \
        token) SELECT c.community_id, 1 + COALESCE((SELECT MAX(f.team_no) FROM team AS f \
        WHERE f.community_id = c.community_id), 0), $2, $3, $4, $5, $6, $7, $8, $9 FROM community AS c WHERE c.code = $1 \
        RETURNING team_no";
    CHANGE_TEAM = concat!("UPDATE team SET sort = $3, title = $4, contact = $5, year_minutes = $6, closed = $7 \
        WHERE community_id = ", community!(), " AND team_no = $2");
    TEAMS = concat!("SELECT t.team_no, t.sort, t.title, t.contact, t.year_minutes, t.closed, \
        CAST((SELECT count(*) FROM team_member AS m WHERE m.community_id = t.community_id AND m.team_no = t.team_no \
        AND m.until IS NULL) AS BIGINT) AS members FROM team AS t WHERE t.community_id = ", community!(),
        " ORDER BY t.team_no");
    PUT_MEMBER = "INSERT INTO team_member (community_id, team_no, resident, since, until, by_actor, at) \
        SELECT c.community_id, $2, $3, $4, NULL, $5, $6 FROM community AS c WHERE c.code = $1 AND NOT EXISTS \
        (SELECT 1 FROM team_member AS m WHERE m.community_id = c.community_id AND m.team_no = $2 AND m.resident = $3 \
        AND m.until IS NULL) ON CONFLICT (community_id, team_no, resident, since) DO UPDATE SET until = NULL, \
        by_actor = excluded.by_actor, at = excluded.at";
    END_MEMBER = concat!("UPDATE team_member SET until = CASE WHEN since > $4 THEN since ELSE $4 END, by_actor = $5, \
        at = $6 WHERE community_id = ", community!(), " AND team_no = $2 AND resident = $3 AND until IS NULL");
    OF_TEAM = concat!("SELECT team_no, resident, since, until FROM team_member WHERE community_id = ", community!(),
        " AND team_no = $2 ORDER BY team_no, resident, since");
    OF_RESIDENT = concat!("SELECT team_no, resident, since, until FROM team_member WHERE community_id = ", community!(),
        " AND resident = $2 ORDER BY team_no, resident, since");
    SERVED = concat!("SELECT a.kind, p.proof, g.team, CAST(count(*) AS BIGINT) AS times, \
        CAST(sum(p.counted) AS BIGINT) AS minutes FROM activity_shift AS s \
        JOIN activity_presence AS p ON p.community_id = s.community_id AND p.activity_no = s.activity_no \
        AND p.shift_no = s.shift_no", standing!(),
        " JOIN activity AS a ON a.community_id = s.community_id AND a.activity_no = s.activity_no \
        LEFT JOIN activity_signup AS g ON g.community_id = p.community_id AND g.activity_no = p.activity_no \
        AND g.shift_no = p.shift_no AND g.resident = p.resident WHERE s.community_id = ", community!(),
        " AND s.ends > $2 AND s.starts >= $2 AND s.starts < $3 AND p.counted > 0 \
        GROUP BY a.kind, p.proof, g.team ORDER BY a.kind, p.proof, g.team");
    IN_TIME = concat!("SELECT CAST(count(*) AS BIGINT), CAST(COALESCE(sum(CASE WHEN p.first_at <= s.ends + $4 THEN 1 \
        ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(sum(CASE WHEN p.first_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) \
        FROM activity_shift AS s \
        JOIN activity AS a ON a.community_id = s.community_id AND a.activity_no = s.activity_no AND a.state = 3 \
        JOIN activity_signup AS g ON g.community_id = s.community_id AND g.activity_no = s.activity_no \
        AND g.shift_no = s.shift_no AND g.place = 1 \
        LEFT JOIN activity_presence AS p ON p.community_id = g.community_id AND p.activity_no = g.activity_no \
        AND p.shift_no = g.shift_no AND p.resident = g.resident WHERE s.community_id = ", community!(),
        " AND s.ends >= $2 AND s.ends < $3");
}

/// Times a number is taken again because somebody else took it.
const NUMBERS_MAX: usize = 8;

row! {
    struct TeamRow {
        team_no: i64,
        sort: i64,
        title: String,
        contact: String,
        year_minutes: i64,
        closed: i64,
        members: i64,
    }
}

row! {
    struct SumRow {
        kind: String,
        proof: i64,
        team: Option<i64>,
        times: i64,
        minutes: i64,
    }
}

impl Own {
    pub(crate) async fn add_team(&self, new: &NewTeam<'_>) -> Result<u32, StoreError> {
        for _ in 0..NUMBERS_MAX {
            let known: Option<i64> = sqlx::query_scalar(MADE_TEAM)
                .bind(new.community.as_str())
                .bind(new.by.as_str())
                .bind(new.token)
                .fetch_optional(&self.readers)
                .await?;
            if let Some(no) = known {
                return narrow(no);
            }
            let mut writer = self.writer().await?;
            let added: Result<Option<i64>, sqlx::Error> = sqlx::query_scalar(ADD_TEAM)
                .bind(new.community.as_str())
                .bind(new.words.sort)
                .bind(&new.words.title)
                .bind(&new.words.contact)
                .bind(new.words.year_minutes)
                .bind(i64::from(new.words.closed))
                .bind(new.at.0)
                .bind(new.by.as_str())
                .bind(new.token)
                .fetch_optional(&mut *writer)
                .await;
            match added {
                Ok(Some(no)) => return narrow(no),
                Ok(None) => return Err(no_community(new.community)),
                // Another host took the number, or the same form came twice at once.
                Err(error) if super::activities::is_taken(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy {
            detail: format!("team {}", new.community),
        })
    }

    pub(crate) async fn change_team(
        &self,
        community: &Code,
        team: u32,
        words: &TeamWords,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(CHANGE_TEAM)
            .bind(community.as_str())
            .bind(i64::from(team))
            .bind(words.sort)
            .bind(&words.title)
            .bind(&words.contact)
            .bind(words.year_minutes)
            .bind(i64::from(words.closed))
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn teams(&self, community: &Code) -> Result<Vec<StoredTeam>, StoreError> {
        let rows: Vec<TeamRow> = sqlx::query_as(TEAMS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        let team = |row: TeamRow| {
            Ok(StoredTeam {
                no: narrow(row.team_no)?,
                words: TeamWords {
                    sort: row.sort,
                    title: row.title,
                    contact: row.contact,
                    year_minutes: row.year_minutes,
                    closed: row.closed == 1,
                },
                members: uint(row.members)?,
            })
        };
        rows.into_iter().map(team).collect()
    }

    pub(crate) async fn put_team_member(
        &self,
        community: &Code,
        (team, resident): (u32, ResidentNo),
        since: LocalDate,
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(PUT_MEMBER)
            .bind(community.as_str())
            .bind(i64::from(team))
            .bind(i64::from(resident.0))
            .bind(i64::from(since.to_days()))
            .bind(by.as_str())
            .bind(at.0)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn end_team_member(
        &self,
        community: &Code,
        (team, resident): (u32, ResidentNo),
        until: LocalDate,
        (by, at): (&Code, Instant),
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(END_MEMBER)
            .bind(community.as_str())
            .bind(i64::from(team))
            .bind(i64::from(resident.0))
            .bind(i64::from(until.to_days()))
            .bind(by.as_str())
            .bind(at.0)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn team_members(
        &self,
        community: &Code,
        filter: MemberFilter,
    ) -> Result<Vec<TeamMember>, StoreError> {
        let (text, key) = match filter {
            MemberFilter::Team(team) => (OF_TEAM, i64::from(team)),
            MemberFilter::Resident(resident) => (OF_RESIDENT, i64::from(resident.0)),
        };
        let rows: Vec<(i64, i64, i64, Option<i64>)> = sqlx::query_as(text)
            .bind(community.as_str())
            .bind(key)
            .fetch_all(&self.readers)
            .await?;
        let member = |(team, resident, since, until): (i64, i64, i64, Option<i64>)| {
            Ok(TeamMember {
                team: narrow(team)?,
                resident: ResidentNo(narrow(resident)?),
                since: date(since)?,
                until: until.map(date).transpose()?,
            })
        };
        rows.into_iter().map(member).collect()
    }

    pub(crate) async fn served_sums(
        &self,
        community: &Code,
        (from, before): (Instant, Instant),
    ) -> Result<Vec<ServedSum>, StoreError> {
        let rows: Vec<SumRow> = sqlx::query_as(SERVED)
            .bind(community.as_str())
            .bind(from.0)
            .bind(before.0)
            .fetch_all(&self.readers)
            .await?;
        let sum = |row: SumRow| {
            Ok(ServedSum {
                kind: code(&row.kind)?,
                proof: row.proof,
                team: row.team.map(narrow).transpose()?,
                times: row.times,
                minutes: row.minutes,
            })
        };
        rows.into_iter().map(sum).collect()
    }

    pub(crate) async fn confirmed_in_time(
        &self,
        community: &Code,
        (from, before): (Instant, Instant),
        within: i64,
    ) -> Result<(i64, i64, i64), StoreError> {
        let (all, in_time, confirmed): (i64, i64, i64) = sqlx::query_as(IN_TIME)
            .bind(community.as_str())
            .bind(from.0)
            .bind(before.0)
            .bind(within)
            .fetch_one(&self.readers)
            .await?;
        Ok((all, in_time, confirmed))
    }
}
