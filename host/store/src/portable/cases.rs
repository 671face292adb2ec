//! Cases: opened, stepped, listed, and what follows from their steps. A step is written with everything that belongs to
//! it, or not at all; who was faster is seen by the case's version.

use rongyi_core::chain::{Hash, sha256};
use rongyi_core::command::SaltedText;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::activities::is_taken;
use super::case_papers::{attach_papers, papers};
use super::case_photos::{attach, photos};
use super::forms::{code, hash, int, narrow, no_community, place, uint};
use super::lists::{each_text, texts as text_keys};
use super::messages::tell_case;
use super::{Connection, Own, community, row, statements};
use crate::cases::{
    Appended, CaseEffect, CaseFile, CaseFilter, CasePhoto, CasePlace, CaseText, EffectState,
    NEVER_DUE, NewCase, NewCaseStep, NewPaper, StoredCase, StoredCaseStep, WaitingEffect,
    case_commitment,
};
use crate::error::StoreError;

/// The columns of a case as lists know it.
macro_rules! columns {
    () => {
        "case_no, kind, digest, opened_at, opener, resident, state, grp, due, next_at, unit, steps, merged_into, entry"
    };
}

/// What every list of the office filters by, behind the community in `$1`.
macro_rules! listed {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM case_file WHERE community_id = ",
            community!(),
            " AND grp <= $2 AND (grp, due, case_no) > ($3, $4, $5) AND (CAST($6 AS TEXT) IS NULL OR kind = $6) \
             AND (CAST($7 AS BIGINT) IS NULL OR grp = $7) AND (CAST($9 AS TEXT) IS NULL OR opener = $9)"
        )
    };
}

statements! {
    PUT_KIND = "INSERT INTO case_kind (community_id, digest, body) SELECT community_id, $2, $3 FROM community \
        WHERE code = $1 ON CONFLICT (community_id, digest) DO NOTHING";
    KIND = concat!("SELECT body FROM case_kind WHERE community_id = ", community!(), " AND digest = $2");
    OPEN = "INSERT INTO case_file (community_id, case_no, kind, digest, opened_at, opener, resident, state, grp, due, \
        next_at, unit, steps, merged_into, entry, token) \
        SELECT c.community_id, 1 + COALESCE((SELECT MAX(f.case_no) FROM case_file AS f \
        WHERE f.community_id = c.community_id), 0), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, NULL, NULL, $12 \
        FROM community AS c WHERE c.code = $1 RETURNING case_no";
    OPENED_BY = concat!("SELECT case_no FROM case_file WHERE community_id = ", community!(),
        " AND opener = $2 AND token = $3");
    ADVANCE = concat!("UPDATE case_file SET state = $4, grp = $5, due = $6, next_at = $7, unit = $8, merged_into = $9, \
        steps = steps + 1 WHERE community_id = ", community!(), " AND case_no = $2 AND steps = $3");
    STEP_OF = concat!("SELECT step_no FROM case_step WHERE community_id = ", community!(),
        " AND case_no = $2 AND token = $3");
    ADD_STEP = "INSERT INTO case_step (community_id, case_no, step_no, at, actor, word, argument, texts, token) \
        SELECT community_id, $2, $3, $4, $5, $6, $7, $8, $9 FROM community WHERE code = $1";
    ADD_TEXT = "INSERT INTO case_text (community_id, case_no, step_no, key, text, salt) \
        SELECT community_id, $2, $3, $4, $5, $6 FROM community WHERE code = $1";
    ADD_EFFECT = "INSERT INTO case_effect (community_id, case_no, step_no, place, what, state) \
        SELECT community_id, $2, $3, $4, $5, 1 FROM community WHERE code = $1";
    FILE = concat!("SELECT ", columns!(), " FROM case_file WHERE community_id = ", community!(), " AND case_no = $2");
    STEPS = concat!("SELECT step_no, at, actor, word, argument FROM case_step WHERE community_id = ", community!(),
        " AND case_no = $2 ORDER BY step_no");
    TEXTS = concat!("SELECT step_no, key, text, salt FROM case_text WHERE community_id = ", community!(),
        " AND case_no = $2 ORDER BY step_no, key");
    EFFECTS = concat!("SELECT step_no, place, what, state, entry, told FROM case_effect WHERE community_id = ",
        community!(), " AND case_no = $2 ORDER BY step_no, place");
    LIST = concat!(listed!(), " ORDER BY grp, due, case_no LIMIT $8");
    LIST_STATES = concat!(listed!(), " AND EXISTS (SELECT 1 FROM ", each_text!("$10"),
        " WHERE j.value = kind || '/' || state OR j.value = kind || '/' || state || '@' || unit) \
         ORDER BY grp, due, case_no LIMIT $8");
    OF_RESIDENT = concat!("SELECT ", columns!(), " FROM case_file WHERE community_id = ", community!(),
        " AND (resident = $2 OR opener = $3) AND case_no < $4 ORDER BY case_no DESC LIMIT $5");
    DUE = concat!("SELECT case_no FROM case_file WHERE community_id = ", community!(),
        " AND next_at < $2 ORDER BY next_at LIMIT $3");
    WAITING_EFFECTS = concat!("SELECT case_no, step_no, place, what FROM case_effect WHERE community_id = ", community!(),
        " AND state = 1 ORDER BY case_no, step_no, place LIMIT $2");
    END_EFFECT = concat!("UPDATE case_effect SET state = $5, entry = $6, told = $7 WHERE community_id = ", community!(),
        " AND case_no = $2 AND step_no = $3 AND place = $4 AND state = 1");
    SET_ENTRY = concat!("UPDATE case_file SET entry = $3 WHERE community_id = ", community!(), " AND case_no = $2");
}

/// The groups that are not ended.
const RUNNING_MAX: i64 = 2;
/// All groups.
const GROUPS: i64 = 5;
/// Times an opening is tried again because another one took the number.
const NUMBERS_MAX: usize = 8;

row! {
    struct FileRow {
        case_no: i64,
        kind: String,
        digest: Vec<u8>,
        opened_at: i64,
        opener: String,
        resident: Option<i64>,
        state: String,
        grp: i64,
        due: i64,
        next_at: Option<i64>,
        unit: Option<String>,
        steps: i64,
        merged_into: Option<i64>,
        entry: Option<i64>,
    }
}

impl FileRow {
    fn file(self) -> Result<CaseFile, StoreError> {
        Ok(CaseFile {
            case_no: uint(self.case_no)?,
            kind: code(&self.kind)?,
            digest: hash(&self.digest)?,
            opened_at: Instant(self.opened_at),
            opener: code(&self.opener)?,
            resident: self.resident.map(narrow).transpose()?.map(ResidentNo),
            place: CasePlace {
                state: code(&self.state)?,
                group: narrow(self.grp)?,
                due: Some(self.due).filter(|due| *due != NEVER_DUE),
                next_at: self.next_at,
                unit: self.unit.as_deref().map(code).transpose()?,
                merged_into: self.merged_into.map(uint).transpose()?,
            },
            steps: narrow(self.steps)?,
            entry: self.entry.map(uint).transpose()?,
        })
    }
}

fn files(rows: Vec<FileRow>) -> Result<Vec<CaseFile>, StoreError> {
    rows.into_iter().map(FileRow::file).collect()
}

pub(super) fn words(
    (step, key, text, salt): (i64, String, String, Vec<u8>),
) -> Result<CaseText, StoreError> {
    let salt = salt.try_into().map_err(|_| StoreError::Corrupt {
        what: "salt",
        place: key.clone(),
    })?;
    Ok(CaseText {
        step: narrow(step)?,
        key,
        text: SaltedText { salt, text },
    })
}

pub(super) fn resident_code(resident: ResidentNo) -> String {
    format!("resident/{resident}")
}

fn maybe_int(number: Option<u64>) -> Result<Option<i64>, StoreError> {
    number.map(int).transpose()
}

/// Whose step it is, and which: what its words and what follows from it are kept under.
pub(super) struct OfStep<'c> {
    pub(super) community: &'c Code,
    pub(super) case_no: i64,
    pub(super) step: i64,
}

/// The step itself, as it is written.
struct Written<'c> {
    at: Instant,
    actor: &'c Code,
    act: (&'c str, &'c str),
    texts: &'c [CaseText],
    photos: &'c [CasePhoto],
    papers: &'c [NewPaper],
    effects: &'c [String],
    token: Option<&'c str>,
}

async fn write_step(
    connection: &mut Connection,
    of: &OfStep<'_>,
    written: &Written<'_>,
) -> Result<(), sqlx::Error> {
    let papers = written.papers.iter().map(|paper| sha256(&paper.body));
    let papers: Vec<Hash> = papers.collect();
    sqlx::query(ADD_STEP)
        .bind(of.community.as_str())
        .bind(of.case_no)
        .bind(of.step)
        .bind(written.at.0)
        .bind(written.actor.as_str())
        .bind(written.act.0)
        .bind(written.act.1)
        .bind(case_commitment(written.texts, written.photos, &papers))
        .bind(written.token)
        .execute(&mut *connection)
        .await?;
    for text in written.texts {
        sqlx::query(ADD_TEXT)
            .bind(of.community.as_str())
            .bind(of.case_no)
            .bind(of.step)
            .bind(&text.key)
            .bind(&text.text.text)
            .bind(&text.text.salt[..])
            .execute(&mut *connection)
            .await?;
    }
    attach(connection, of, written.photos).await?;
    attach_papers(connection, of, written.papers).await?;
    for (place, what) in written.effects.iter().enumerate() {
        sqlx::query(ADD_EFFECT)
            .bind(of.community.as_str())
            .bind(of.case_no)
            .bind(of.step)
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(what)
            .execute(&mut *connection)
            .await?;
    }
    let step = (of.community, of.case_no, of.step);
    tell_case(connection, step, (written.actor, written.at)).await
}

impl Own {
    pub(crate) async fn open_case(&self, new: &NewCase<'_>) -> Result<u64, StoreError> {
        for _ in 0..NUMBERS_MAX {
            let known = self.case_opened_with(new.community, new.opener, new.token);
            if let Some(case_no) = known.await? {
                return Ok(case_no);
            }
            match self.try_open(new).await {
                Ok(Some(case_no)) => return uint(case_no),
                Ok(None) => return Err(no_community(new.community)),
                // Another host took the number, or the same form came twice at once.
                Err(error) if is_taken(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy {
            detail: format!("case_file {}", new.community),
        })
    }

    async fn try_open(&self, new: &NewCase<'_>) -> Result<Option<i64>, sqlx::Error> {
        let digest = sha256(new.kind_body);
        let mut writer = self
            .writer()
            .await
            .map_err(|error| sqlx::Error::Configuration(Box::new(error)))?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        sqlx::query(PUT_KIND)
            .bind(new.community.as_str())
            .bind(&digest[..])
            .bind(new.kind_body)
            .execute(&mut *transaction)
            .await?;
        let case_no: Option<i64> = sqlx::query_scalar(OPEN)
            .bind(new.community.as_str())
            .bind(new.kind.as_str())
            .bind(&digest[..])
            .bind(new.at.0)
            .bind(new.opener.as_str())
            .bind(new.resident.map(|resident| i64::from(resident.0)))
            .bind(new.place.state.as_str())
            .bind(i64::from(new.place.group))
            .bind(new.place.due.unwrap_or(NEVER_DUE))
            .bind(new.place.next_at)
            .bind(new.place.unit.as_ref().map(Code::as_str))
            .bind(new.token)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(case_no) = case_no else {
            return Ok(None);
        };
        let of = OfStep {
            community: new.community,
            case_no,
            step: 0,
        };
        let written = Written {
            at: new.at,
            actor: new.opener,
            act: ("open", new.argument),
            texts: new.texts,
            photos: new.photos,
            papers: &[],
            effects: &[],
            token: None,
        };
        write_step(&mut transaction, &of, &written).await?;
        transaction.commit().await?;
        Ok(Some(case_no))
    }

    pub(crate) async fn append_case_step(
        &self,
        new: &NewCaseStep<'_>,
    ) -> Result<Appended, StoreError> {
        let (case_no, seen) = (int(new.case_no)?, i64::from(new.seen));
        let merged_into = maybe_int(new.place.merged_into)?;
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let done = sqlx::query(ADVANCE)
            .bind(new.community.as_str())
            .bind(case_no)
            .bind(seen)
            .bind(new.place.state.as_str())
            .bind(i64::from(new.place.group))
            .bind(new.place.due.unwrap_or(NEVER_DUE))
            .bind(new.place.next_at)
            .bind(new.place.unit.as_ref().map(Code::as_str))
            .bind(merged_into)
            .execute(&mut *transaction)
            .await?;
        if let Some(token) = new.token {
            let known: Option<i64> = sqlx::query_scalar(STEP_OF)
                .bind(new.community.as_str())
                .bind(case_no)
                .bind(token)
                .fetch_optional(&mut *transaction)
                .await?;
            if known.is_some() {
                transaction.rollback().await?;
                return Ok(Appended::Again);
            }
        }
        if done.rows_affected() != 1 {
            transaction.rollback().await?;
            return Ok(Appended::Moved);
        }
        let of = OfStep {
            community: new.community,
            case_no,
            step: seen.saturating_add(1),
        };
        let written = Written {
            at: new.at,
            actor: new.actor,
            act: new.act,
            texts: new.texts,
            photos: new.photos,
            papers: new.papers,
            effects: new.effects,
            token: new.token,
        };
        write_step(&mut transaction, &of, &written).await?;
        transaction.commit().await?;
        Ok(Appended::Done)
    }

    pub(crate) async fn case_opened_with(
        &self,
        community: &Code,
        opener: &Code,
        token: &str,
    ) -> Result<Option<u64>, StoreError> {
        let known: Option<i64> = sqlx::query_scalar(OPENED_BY)
            .bind(community.as_str())
            .bind(opener.as_str())
            .bind(token)
            .fetch_optional(&self.readers)
            .await?;
        known.map(uint).transpose()
    }

    pub(crate) async fn case_step_known(
        &self,
        community: &Code,
        case_no: u64,
        token: &str,
    ) -> Result<Option<u32>, StoreError> {
        let known: Option<i64> = sqlx::query_scalar(STEP_OF)
            .bind(community.as_str())
            .bind(place(case_no))
            .bind(token)
            .fetch_optional(&self.readers)
            .await?;
        known.map(narrow).transpose()
    }

    pub(crate) async fn case_kind(
        &self,
        community: &Code,
        digest: &Hash,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar(KIND)
            .bind(community.as_str())
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?)
    }

    pub(crate) async fn case(
        &self,
        community: &Code,
        case_no: u64,
    ) -> Result<Option<StoredCase>, StoreError> {
        let case_no = place(case_no);
        let mut sight = self.moment().await?;
        let file: Option<FileRow> = sqlx::query_as(FILE)
            .bind(community.as_str())
            .bind(case_no)
            .fetch_optional(&mut *sight)
            .await?;
        let Some(file) = file else {
            return Ok(None);
        };
        let steps: Vec<(i64, i64, String, String, String)> = sqlx::query_as(STEPS)
            .bind(community.as_str())
            .bind(case_no)
            .fetch_all(&mut *sight)
            .await?;
        let texts: Vec<(i64, String, String, Vec<u8>)> = sqlx::query_as(TEXTS)
            .bind(community.as_str())
            .bind(case_no)
            .fetch_all(&mut *sight)
            .await?;
        let effects: Vec<EffectColumns> = sqlx::query_as(EFFECTS)
            .bind(community.as_str())
            .bind(case_no)
            .fetch_all(&mut *sight)
            .await?;
        let photos = photos(&mut sight, community, case_no).await?;
        let papers = papers(&mut sight, community, case_no).await?;
        let step = |(step, at, actor, word, argument): (i64, i64, String, String, String)| {
            Ok::<_, StoreError>(StoredCaseStep {
                step: narrow(step)?,
                at: Instant(at),
                actor: code(&actor)?,
                word,
                argument,
            })
        };
        Ok(Some(StoredCase {
            file: file.file()?,
            steps: steps.into_iter().map(step).collect::<Result<_, _>>()?,
            texts: texts.into_iter().map(words).collect::<Result<_, _>>()?,
            photos,
            papers,
            effects: effects.into_iter().map(effect).collect::<Result<_, _>>()?,
        }))
    }

    pub(crate) async fn cases(
        &self,
        community: &Code,
        filter: &CaseFilter,
        after: Option<(u8, i64, u64)>,
        limit: u32,
    ) -> Result<Vec<CaseFile>, StoreError> {
        let most = if filter.with_ended {
            GROUPS
        } else {
            RUNNING_MAX
        };
        let (group, due, case_no) = after.unwrap_or((0, 0, 0));
        let text = if filter.states.is_empty() {
            LIST
        } else {
            LIST_STATES
        };
        let states: Vec<&str> = filter.states.iter().map(String::as_str).collect();
        let query = sqlx::query_as(text)
            .bind(community.as_str())
            .bind(most)
            .bind(i64::from(group))
            .bind(due)
            .bind(place(case_no))
            .bind(filter.kind.as_ref().map(Code::as_str))
            .bind(filter.group.map(i64::from))
            .bind(i64::from(limit))
            .bind(filter.opener.as_ref().map(Code::as_str));
        let rows: Vec<FileRow> = if states.is_empty() {
            query.fetch_all(&self.readers).await?
        } else {
            text_keys(query, &states).fetch_all(&self.readers).await?
        };
        files(rows)
    }

    pub(crate) async fn cases_of(
        &self,
        community: &Code,
        resident: ResidentNo,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<CaseFile>, StoreError> {
        let rows: Vec<FileRow> = sqlx::query_as(OF_RESIDENT)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(resident_code(resident))
            .bind(before.map_or(i64::MAX, place))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        files(rows)
    }

    pub(crate) async fn due_cases(
        &self,
        community: &Code,
        before: i64,
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(DUE)
            .bind(community.as_str())
            .bind(before)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(uint).collect()
    }

    pub(crate) async fn waiting_case_effects(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<WaitingEffect>, StoreError> {
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(WAITING_EFFECTS)
            .bind(community.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let waiting = |(case_no, step, place, what)| {
            Ok(WaitingEffect {
                case_no: uint(case_no)?,
                step: narrow(step)?,
                place: narrow(place)?,
                what,
            })
        };
        rows.into_iter().map(waiting).collect()
    }

    pub(crate) async fn end_case_effect(
        &self,
        community: &Code,
        effect: &WaitingEffect,
        (state, told): (EffectState, Option<&str>),
        (entry, booked): (Option<u64>, bool),
    ) -> Result<bool, StoreError> {
        let (case_no, entry) = (int(effect.case_no)?, maybe_int(entry)?);
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let done = sqlx::query(END_EFFECT)
            .bind(community.as_str())
            .bind(case_no)
            .bind(i64::from(effect.step))
            .bind(i64::from(effect.place))
            .bind(state.number())
            .bind(entry)
            .bind(told)
            .execute(&mut *transaction)
            .await?;
        let ended = done.rows_affected() == 1;
        if ended && booked {
            sqlx::query(SET_ENTRY)
                .bind(community.as_str())
                .bind(case_no)
                .bind(entry)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(ended)
    }
}

type EffectColumns = (i64, i64, String, i64, Option<i64>, Option<String>);

fn effect(
    (step, place, what, state, entry, told): EffectColumns,
) -> Result<CaseEffect, StoreError> {
    let state = EffectState::of(state).ok_or_else(|| StoreError::Corrupt {
        what: "case_effect",
        place: state.to_string(),
    })?;
    Ok(CaseEffect {
        step: narrow(step)?,
        place: narrow(place)?,
        what,
        state,
        entry: entry.map(uint).transpose()?,
        told,
    })
}
