//! Steps of cases as they are sealed into the ledger, and the records of those seals.

use rongyi_core::command::SealedStep;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::time::Instant;

use super::forms::{code, hash, int, narrow, uint};
use super::{Own, community, row, statements};
use crate::error::StoreError;

statements! {
    LAST = concat!("SELECT seq, body FROM record WHERE community_id = ", community!(),
        " AND kind = 34 ORDER BY seq DESC LIMIT 1");
    ALL_SEALS = concat!("SELECT seq, body FROM record WHERE community_id = ", community!(),
        " AND kind = 34 ORDER BY seq");
    BETWEEN = concat!("SELECT s.case_no, s.step_no, s.at, s.actor, s.word, s.argument, s.texts, f.kind, f.digest, \
        f.resident FROM case_step AS s JOIN case_file AS f ON f.community_id = s.community_id \
        AND f.case_no = s.case_no WHERE s.community_id = ", community!(),
        " AND s.at < $2 AND (s.at, s.case_no, s.step_no) > ($3, $4, $5) ORDER BY s.at, s.case_no, s.step_no LIMIT $6");
}

row! {
    struct StepRow {
        case_no: i64,
        step_no: i64,
        at: i64,
        actor: String,
        word: String,
        argument: String,
        texts: Vec<u8>,
        kind: String,
        digest: Vec<u8>,
        resident: Option<i64>,
    }
}

impl StepRow {
    fn step(self) -> Result<SealedStep, StoreError> {
        let step: u32 = narrow(self.step_no)?;
        let opened = match step {
            0 => {
                let resident = self.resident.map(narrow).transpose()?.map(ResidentNo);
                Some((code(&self.kind)?, hash(&self.digest)?, resident))
            }
            _ => None,
        };
        Ok(SealedStep {
            case_no: uint(self.case_no)?,
            step,
            at: Instant(self.at),
            actor: code(&self.actor)?,
            word: self.word,
            argument: self.argument,
            texts: self.texts,
            opened,
        })
    }
}

fn placed((seq, body): (i64, Vec<u8>)) -> Result<(u64, Vec<u8>), StoreError> {
    Ok((uint(seq)?, body))
}

impl Own {
    pub(crate) async fn last_cases_seal(
        &self,
        community: &Code,
    ) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let found: Option<(i64, Vec<u8>)> = sqlx::query_as(LAST)
            .bind(community.as_str())
            .fetch_optional(&self.readers)
            .await?;
        found.map(placed).transpose()
    }

    pub(crate) async fn cases_seals(
        &self,
        community: &Code,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let found: Vec<(i64, Vec<u8>)> = sqlx::query_as(ALL_SEALS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        found.into_iter().map(placed).collect()
    }

    pub(crate) async fn case_steps_between(
        &self,
        community: &Code,
        until: Instant,
        after: (Instant, u64, u32),
        limit: u32,
    ) -> Result<Vec<SealedStep>, StoreError> {
        let (at, case_no, step) = after;
        let rows: Vec<StepRow> = sqlx::query_as(BETWEEN)
            .bind(community.as_str())
            .bind(until.0)
            .bind(at.0)
            .bind(int(case_no)?)
            .bind(i64::from(step))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(StepRow::step).collect()
    }
}
