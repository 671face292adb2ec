//! Papers that came with steps of cases: kept as they were sent, written with their step, gone with the person.

use rongyi_core::chain::{Hash, sha256};
use rongyi_core::ids::{Code, ResidentNo};

use super::cases::{OfStep, resident_code};
use super::forms::{hash, narrow, place, uint};
use super::{Connection, Own, community, statements};
use crate::cases::{NewPaper, StoredPaper};
use crate::error::StoreError;

statements! {
    ADD_PAPER = "INSERT INTO case_paper (community_id, case_no, step_no, place, name, digest, body) \
        SELECT community_id, $2, $3, $4, $5, $6, $7 FROM community WHERE code = $1";
    PAPERS = concat!("SELECT step_no, name, digest FROM case_paper WHERE community_id = ", community!(),
        " AND case_no = $2 ORDER BY step_no, place");
    PAPER_BODY = concat!("SELECT name, body FROM case_paper WHERE community_id = ", community!(),
        " AND case_no = $2 AND digest = $3 LIMIT 1");
    PAPERS_OF = concat!("SELECT p.case_no, p.step_no, p.name, p.digest FROM case_paper AS p \
        JOIN case_file AS f ON f.community_id = p.community_id AND f.case_no = p.case_no WHERE f.community_id = ",
        community!(), " AND (f.resident = $2 OR f.opener = $3) ORDER BY p.case_no, p.step_no, p.place");
    FORGET_PAPERS = concat!("DELETE FROM case_paper WHERE community_id = ", community!(),
        " AND case_no IN (SELECT f.case_no FROM case_file AS f WHERE f.community_id = ", community!(),
        " AND (f.resident = $2 OR f.opener = $3))");
}

fn paper((step, name, digest): (i64, String, Vec<u8>)) -> Result<StoredPaper, StoreError> {
    Ok(StoredPaper {
        step: narrow(step)?,
        name,
        digest: hash(&digest)?,
    })
}

/// Keeps the papers of a step.
pub(super) async fn attach_papers(
    connection: &mut Connection,
    of: &OfStep<'_>,
    papers: &[NewPaper],
) -> Result<(), sqlx::Error> {
    for (at, paper) in papers.iter().enumerate() {
        sqlx::query(ADD_PAPER)
            .bind(of.community.as_str())
            .bind(of.case_no)
            .bind(of.step)
            .bind(i64::try_from(at).unwrap_or(i64::MAX))
            .bind(&paper.name)
            .bind(&sha256(&paper.body)[..])
            .bind(&paper.body[..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The papers of a case.
pub(super) async fn papers(
    connection: &mut Connection,
    community: &Code,
    case_no: i64,
) -> Result<Vec<StoredPaper>, StoreError> {
    let rows: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(PAPERS)
        .bind(community.as_str())
        .bind(case_no)
        .fetch_all(&mut *connection)
        .await?;
    rows.into_iter().map(paper).collect()
}

impl Own {
    pub(crate) async fn case_paper(
        &self,
        community: &Code,
        case_no: u64,
        digest: &Hash,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        Ok(sqlx::query_as(PAPER_BODY)
            .bind(community.as_str())
            .bind(place(case_no))
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?)
    }

    pub(crate) async fn case_papers_of(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Vec<(u64, StoredPaper)>, StoreError> {
        let rows: Vec<(i64, i64, String, Vec<u8>)> = sqlx::query_as(PAPERS_OF)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(resident_code(resident))
            .fetch_all(&self.readers)
            .await?;
        let one =
            |(case_no, step, name, digest)| Ok((uint(case_no)?, paper((step, name, digest))?));
        rows.into_iter().map(one).collect()
    }

    pub(crate) async fn forget_case_papers(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let gone = sqlx::query(FORGET_PAPERS)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(resident_code(resident))
            .execute(&mut *writer)
            .await?;
        Ok(gone.rows_affected())
    }
}
