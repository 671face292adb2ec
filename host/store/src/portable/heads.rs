//! The little that lists say of many cases, orders and residents at once: one statement each, however long the list is.

use std::collections::BTreeMap;

use rongyi_core::ids::{Code, OrderNo, ResidentNo};

use super::forms::{narrow, place, uint};
use super::lists::{self, each_number, looked_up};
use super::{Own, community, statements};
use crate::error::StoreError;
use crate::heads::CaseHead;

statements! {
    CASE_OPENED = concat!("SELECT s.case_no, s.argument FROM ", each_number!(),
        looked_up!("case_step", "s", "s.community_id = ", community!(), " AND s.case_no = j.value AND s.step_no = 0"));
    CASE_WORDS = concat!("SELECT t.case_no, t.text FROM ", each_number!(),
        looked_up!("case_text", "t", "t.community_id = ", community!(), " AND t.case_no = j.value AND t.step_no = 0"));
    CASE_PHOTOS = concat!("SELECT p.case_no, count(*) FROM ", each_number!(),
        looked_up!("case_photo", "p", "p.community_id = ", community!(), " AND p.case_no = j.value"), " GROUP BY p.case_no");
    NAMES = concat!("SELECT l.resident, p.name FROM ", each_number!(),
        looked_up!("person_of_resident", "l", "l.community_id = ", community!(), " AND l.resident = j.value"),
        looked_up!("person", "p", "p.person_id = l.person_id"));
    BUYERS = concat!("SELECT o.order_no, o.resident FROM ", each_number!(),
        looked_up!("orders", "o", "o.community_id = ", community!(), " AND o.order_no = j.value"));
}

impl Own {
    pub(crate) async fn case_heads(
        &self,
        community: &Code,
        cases: &[u64],
    ) -> Result<BTreeMap<u64, CaseHead>, StoreError> {
        let keys: Vec<i64> = cases.iter().map(|no| place(*no)).collect();
        let mut sight = self.moment().await?;
        let query = sqlx::query_as(CASE_OPENED).bind(community.as_str());
        let opened: Vec<(i64, String)> =
            lists::numbers(query, &keys).fetch_all(&mut *sight).await?;
        let query = sqlx::query_as(CASE_WORDS).bind(community.as_str());
        let words: Vec<(i64, String)> = lists::numbers(query, &keys).fetch_all(&mut *sight).await?;
        let query = sqlx::query_as(CASE_PHOTOS).bind(community.as_str());
        let photos: Vec<(i64, i64)> = lists::numbers(query, &keys).fetch_all(&mut *sight).await?;
        let mut heads: BTreeMap<u64, CaseHead> = BTreeMap::new();
        for (no, argument) in opened {
            heads.entry(uint(no)?).or_default().opened = argument;
        }
        for (no, text) in words {
            heads.entry(uint(no)?).or_default().words.push(text);
        }
        for (no, count) in photos {
            heads.entry(uint(no)?).or_default().photos = narrow(count)?;
        }
        Ok(heads)
    }

    pub(crate) async fn names_of(
        &self,
        community: &Code,
        residents: &[ResidentNo],
    ) -> Result<BTreeMap<ResidentNo, String>, StoreError> {
        let keys: Vec<i64> = residents.iter().map(|no| i64::from(no.0)).collect();
        let query = sqlx::query_as(NAMES).bind(community.as_str());
        let rows: Vec<(i64, String)> = lists::numbers(query, &keys)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(no, name)| Ok((ResidentNo(narrow(no)?), name)))
            .collect()
    }

    pub(crate) async fn buyers_of(
        &self,
        community: &Code,
        orders: &[OrderNo],
    ) -> Result<BTreeMap<OrderNo, ResidentNo>, StoreError> {
        let keys: Vec<i64> = orders.iter().map(|no| i64::from(no.0)).collect();
        let query = sqlx::query_as(BUYERS).bind(community.as_str());
        let rows: Vec<(i64, i64)> = lists::numbers(query, &keys)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(no, resident)| Ok((OrderNo(narrow(no)?), ResidentNo(narrow(resident)?))))
            .collect()
    }
}
