//! How rules are doing: counts that several hosts add to, and which rules are left alone; and whether writing works.
//! No decision is read from here.

use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::time::Instant;

use super::forms::{narrow, uint};
use super::{Own, community, row, statements};
use crate::error::StoreError;
use crate::model::{RuleCount, RuleFault, RuleHealth, RulePark};

statements! {
    ADD_COUNT = "INSERT INTO rule_tally (community_id, rule_set, what, bucket, count) \
        SELECT community_id, $2, $3, $4, $5 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, rule_set, what, bucket) DO UPDATE SET count = rule_tally.count + excluded.count";
    COUNTS = concat!("SELECT rule_set, what, bucket, count FROM rule_tally WHERE community_id = ", community!(),
        " ORDER BY rule_set, what, bucket");
    PUT_HEALTH = "INSERT INTO rule_health (community_id, rule_set, fault_code, fault_message, fault_at, parked_at, \
        tries, next_at) SELECT community_id, $2, $3, $4, $5, $6, $7, $8 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, rule_set) DO UPDATE SET fault_code = excluded.fault_code, \
        fault_message = excluded.fault_message, fault_at = excluded.fault_at, parked_at = excluded.parked_at, \
        tries = excluded.tries, next_at = excluded.next_at";
    PULSE = "INSERT INTO pulse (no, at) VALUES (1, $1) ON CONFLICT (no) DO UPDATE SET at = excluded.at";
    HEALTH = concat!("SELECT rule_set, fault_code, fault_message, fault_at, parked_at, tries, next_at \
        FROM rule_health WHERE community_id = ", community!(), " ORDER BY rule_set");
}

row! {
    struct HealthRow {
        rule_set: i64,
        fault_code: Option<String>,
        fault_message: Option<String>,
        fault_at: Option<i64>,
        parked_at: Option<i64>,
        tries: i64,
        next_at: Option<i64>,
    }
}

impl HealthRow {
    fn health(self) -> Result<RuleHealth, StoreError> {
        let fault = match (self.fault_code, self.fault_message, self.fault_at) {
            (Some(code), Some(message), Some(at)) => Some(RuleFault {
                code,
                message,
                at: Instant(at),
            }),
            _ => None,
        };
        let tries = narrow(self.tries)?;
        let parked = self
            .parked_at
            .zip(self.next_at)
            .map(|(since, next)| RulePark {
                since: Instant(since),
                tries,
                next_at: Instant(next),
            });
        Ok(RuleHealth {
            set: RuleSetNo(narrow(self.rule_set)?),
            fault,
            parked,
        })
    }
}

impl Own {
    /// In one transaction: a host that stops half way adds all of it or nothing.
    pub(crate) async fn add_rule_news(
        &self,
        community: &Code,
        counts: &[RuleCount],
        health: &[RuleHealth],
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        for row in counts {
            sqlx::query(ADD_COUNT)
                .bind(community.as_str())
                .bind(i64::from(row.set.0))
                .bind(&row.what)
                .bind(i64::from(row.bucket))
                .bind(i64::try_from(row.count).unwrap_or(i64::MAX))
                .execute(&mut *transaction)
                .await?;
        }
        for row in health {
            let (fault, parked) = (row.fault.as_ref(), row.parked.as_ref());
            sqlx::query(PUT_HEALTH)
                .bind(community.as_str())
                .bind(i64::from(row.set.0))
                .bind(fault.map(|fault| fault.code.as_str()))
                .bind(fault.map(|fault| fault.message.as_str()))
                .bind(fault.map(|fault| fault.at.0))
                .bind(parked.map(|parked| parked.since.0))
                .bind(i64::from(parked.map_or(0, |parked| parked.tries)))
                .bind(parked.map(|parked| parked.next_at.0))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn pulse(&self, at: Instant) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(PULSE).bind(at.0).execute(&mut *writer).await?;
        Ok(())
    }

    pub(crate) async fn rule_counts(&self, community: &Code) -> Result<Vec<RuleCount>, StoreError> {
        let rows: Vec<(i64, String, i64, i64)> = sqlx::query_as(COUNTS)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(set, what, bucket, count)| {
                Ok(RuleCount {
                    set: RuleSetNo(narrow(set)?),
                    what,
                    bucket: u16::try_from(bucket).unwrap_or(u16::MAX),
                    count: uint(count)?,
                })
            })
            .collect()
    }

    pub(crate) async fn rule_health(
        &self,
        community: &Code,
    ) -> Result<Vec<RuleHealth>, StoreError> {
        let rows: Vec<HealthRow> = sqlx::query_as(HEALTH)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(HealthRow::health).collect()
    }
}
