//! Changes of a rule book that are shown to residents.

use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

use super::forms::no_community;
use super::{Own, community, statements};
use crate::error::{StoreError, corrupt};
use crate::rulebooks::Proposal;

statements! {
    SHOW_PROPOSAL = "INSERT INTO proposal (community_id, number, body, shown_at, shown_by) \
        SELECT c.community_id, $2, $3, $4, $5 FROM community AS c WHERE c.code = $1 \
        ON CONFLICT (community_id) DO UPDATE SET number = excluded.number, body = excluded.body, \
        shown_at = excluded.shown_at, shown_by = excluded.shown_by";
    PROPOSAL = concat!("SELECT number, body, shown_at, shown_by FROM proposal WHERE community_id = ", community!());
    REWRITE_PROPOSAL = concat!("UPDATE proposal SET body = $3 WHERE number = $2 AND community_id = ", community!());
    END_PROPOSAL = concat!("DELETE FROM proposal WHERE community_id = ", community!());
}

impl Own {
    pub(crate) async fn show_proposal(
        &self,
        community: &Code,
        proposal: &Proposal,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(SHOW_PROPOSAL)
            .bind(community.as_str())
            .bind(&proposal.number)
            .bind(&proposal.body)
            .bind(proposal.shown_at.0)
            .bind(proposal.shown_by.as_str())
            .execute(&mut *writer)
            .await?;
        match done.rows_affected() {
            0 => Err(no_community(community)),
            _ => Ok(()),
        }
    }

    pub(crate) async fn rewrite_proposal(
        &self,
        community: &Code,
        number: &str,
        body: &str,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(REWRITE_PROPOSAL)
            .bind(community.as_str())
            .bind(number)
            .bind(body)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(crate) async fn proposal(&self, community: &Code) -> Result<Option<Proposal>, StoreError> {
        let found: Option<(String, String, i64, String)> = sqlx::query_as(PROPOSAL)
            .bind(community.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let read = |(number, body, shown_at, by): (String, String, i64, String)| {
            let by = by.parse();
            Ok(Proposal {
                number,
                body,
                shown_at: Instant(shown_at),
                shown_by: by.map_err(|_| corrupt("proposal", community, ""))?,
            })
        };
        found.map(read).transpose()
    }

    pub(crate) async fn end_proposal(&self, community: &Code) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = sqlx::query(END_PROPOSAL)
            .bind(community.as_str())
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
