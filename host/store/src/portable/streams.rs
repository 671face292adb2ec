//! Reading everything, for `verify`: the journal and the chain in pages, the derived tables whole.

use std::collections::HashMap;

use rongyi_core::account::Account;
use rongyi_core::book::{AccountState, Order, Used};
use rongyi_core::chain::{Block, VERSION, bytes_from_hex};
use rongyi_core::command::SaltedText;
use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::member::Member;
use rongyi_core::time::{Instant, LocalDate};

use super::forms::{account, code, date, hash, narrow, place, uint};
use super::lists::hexadecimal;
use super::load::{OrderRow, counter, order_columns, states, use_of, used};
use super::nul::given;
use super::periods::{MemberRow, member};
use super::reads::{TransferRow, packed_transfer, transfer_columns};
use super::{Own, Row, community, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{StoredBlock, StoredCounter, TransferLink};

/// A record as place, kind and body with blanks between them; the body's bytes as hexadecimal digits.
macro_rules! packed_record {
    () => {
        concat!(
            "CAST(seq AS TEXT) || ' ' || CAST(kind AS TEXT) || ' ' || ",
            hexadecimal!("body")
        )
    };
}

statements! {
    BLOCKS = concat!("SELECT height, prev, root, first_seq, count, at, hash FROM block WHERE community_id = ",
        community!(), " AND height >= $2 ORDER BY height LIMIT $3");
    RECORDS = concat!("SELECT seq, kind, body FROM record WHERE community_id = ", community!(),
        " AND seq >= $2 ORDER BY seq LIMIT $3");
    // Whole pages as one text each: what a driver does for each row and column costs more than the row itself.
    RECORDS_WITHIN = concat!("SELECT string_agg(page.record, ',') FROM (SELECT ", packed_record!(),
        " AS record FROM record WHERE community_id = ", community!(), " AND seq >= $2 AND seq < $3 ORDER BY seq) AS page");
    // Those that begin an entry.
    OPENINGS = concat!("SELECT string_agg(page.record, ',') FROM (SELECT ", packed_record!(),
        " AS record FROM record WHERE community_id = ", community!(),
        " AND seq >= $2 AND kind NOT IN (20, 21, 22, 23, 29, 30) ORDER BY seq LIMIT $3) AS page");
    TRANSFERS_WITHIN = concat!("SELECT string_agg(page.movement, ',') FROM (SELECT ", packed_transfer!(),
        " AS movement FROM transfer AS t WHERE t.community_id = ", community!(),
        " AND t.seq >= $2 AND t.seq < $3 ORDER BY t.seq) AS page");
    REFUSED = concat!("SELECT seq FROM record WHERE community_id = ", community!(),
        " AND seq >= $2 AND kind = 22 ORDER BY seq LIMIT $3");
    TRANSFERS = concat!("SELECT ", transfer_columns!(), " FROM transfer AS t WHERE t.community_id = ", community!(),
        " AND t.seq >= $2 ORDER BY t.seq LIMIT $3");
    ACCOUNTS = concat!("SELECT account, lot, amount, last FROM balance WHERE community_id = ", community!());
    COUNTERS = concat!("SELECT subject, kind, month, body FROM counter WHERE community_id = ", community!());
    ORDERS = concat!("SELECT ", order_columns!(), " FROM orders AS o WHERE o.community_id = ", community!(),
        " ORDER BY o.order_no");
    RESIDENTS = concat!("SELECT resident, household, traits FROM resident WHERE community_id = ", community!(),
        " ORDER BY resident");
    SOURCES = concat!("SELECT source, external_ref, input, entry FROM source_ref WHERE community_id = ", community!());
    TEXTS = concat!("SELECT seq, salt, text FROM text WHERE community_id = ", community!(),
        " AND seq >= $2 ORDER BY seq LIMIT $3");
    KEYS = concat!("SELECT actor, key, input, entry, at FROM idempotency WHERE community_id = ", community!(),
        " ORDER BY actor, key");
    PERIOD_DAYS = concat!("SELECT period, CAST(last AS BIGINT) FROM period WHERE community_id = ", community!());
    LINKED = concat!("SELECT CAST(resident AS BIGINT) FROM person_of_resident WHERE community_id = ", community!());
}

/// Place, kind and body of records, as [`packed_record!`] writes them.
fn unpacked(community: &Code, page: Option<&str>) -> Result<Vec<(u64, u8, Vec<u8>)>, StoreError> {
    let records = page.into_iter().flat_map(|page| page.split(','));
    records
        .map(|record| {
            let mut parts = record.split(' ');
            let mut part = || parts.next();
            let seq = part().and_then(|seq| seq.parse().ok());
            let kind = part().and_then(|kind| kind.parse().ok());
            let body = part().and_then(bytes_from_hex);
            (|| Some((seq?, kind?, body?)))().ok_or_else(|| corrupt("record", community, record))
        })
        .collect()
}

type BlockRow = (i64, Vec<u8>, Vec<u8>, i64, i64, i64, Vec<u8>);

impl Own {
    pub(crate) async fn blocks(
        &self,
        community: &Code,
        from_height: u64,
        limit: u32,
    ) -> Result<Vec<StoredBlock>, StoreError> {
        let rows: Vec<BlockRow> = sqlx::query_as(BLOCKS)
            .bind(community.as_str())
            .bind(place(from_height))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(height, prev, root, first_seq, count, at, bytes)| {
                let block_hash = hash(&bytes)?;
                let block = Block {
                    version: VERSION,
                    height: uint(height)?,
                    prev: hash(&prev)?,
                    root: hash(&root)?,
                    first_seq: uint(first_seq)?,
                    count: uint(count)?,
                    at: Instant(at),
                };
                Ok(StoredBlock {
                    // The version is not stored: the hash says it.
                    block: block.of_hash(community, &block_hash),
                    hash: block_hash,
                })
            })
            .collect()
    }

    pub(crate) async fn journal(
        &self,
        community: &Code,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<(u64, u8, Vec<u8>)>, StoreError> {
        // Every place has a row in one of the two, so nothing is read twice. Behind a gap of a whole page, which only a damaged
        // ledger has, it goes on with whatever is there.
        let until = place(from_seq.saturating_add(limit.into()));
        let within = self.within(community, (from_seq, until)).await?;
        if !within.is_empty() {
            return Ok(within);
        }
        let mut behind = self.behind(community, (from_seq, limit)).await?;
        behind.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(behind)
    }

    /// Records and movements from a place up to another, in their order.
    async fn within(
        &self,
        community: &Code,
        (from_seq, until): (u64, i64),
    ) -> Result<Vec<(u64, u8, Vec<u8>)>, StoreError> {
        let records = self.packed(RECORDS_WITHIN, community, (from_seq, until));
        let mut journal = unpacked(community, records.await?.as_deref())?;
        let transfers = self.packed(TRANSFERS_WITHIN, community, (from_seq, until));
        let transfers = transfers.await?;
        for text in transfers.iter().flat_map(|page| page.split(',')) {
            let row =
                TransferRow::of_text(text).ok_or_else(|| corrupt("movement", community, text))?;
            journal.push(row.record(community)?);
        }
        journal.sort_unstable_by_key(|(seq, _, _)| *seq);
        Ok(journal)
    }

    /// Records and movements from a place on, so many of each, in their order.
    async fn behind(
        &self,
        community: &Code,
        (from_seq, limit): (u64, u32),
    ) -> Result<Vec<(u64, u8, Vec<u8>)>, StoreError> {
        let mut journal = Vec::new();
        let records: Vec<(i64, i16, Vec<u8>)> = sqlx::query_as(RECORDS)
            .bind(community.as_str())
            .bind(place(from_seq))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        for (seq, kind, body) in records {
            journal.push((uint(seq)?, narrow(kind.into())?, body));
        }
        for row in self.transfers(community, from_seq, limit).await? {
            journal.push(row.record(community)?);
        }
        journal.sort_unstable_by_key(|(seq, _, _)| *seq);
        Ok(journal)
    }

    /// A page that the engine made one text of; `None` when it is empty.
    async fn packed(
        &self,
        statement: &'static str,
        community: &Code,
        (from_seq, bound): (u64, i64),
    ) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(statement)
            .bind(community.as_str())
            .bind(place(from_seq))
            .bind(bound)
            .fetch_one(&self.readers)
            .await?)
    }

    pub(crate) async fn openings(
        &self,
        community: &Code,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<(u64, u8, Vec<u8>)>, StoreError> {
        let page = self.packed(OPENINGS, community, (from_seq, limit.into()));
        unpacked(community, page.await?.as_deref())
    }

    pub(crate) async fn refused(
        &self,
        community: &Code,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(REFUSED)
            .bind(community.as_str())
            .bind(place(from_seq))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(uint).collect()
    }

    pub(super) async fn transfers(
        &self,
        community: &Code,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<TransferRow>, StoreError> {
        Ok(sqlx::query_as(TRANSFERS)
            .bind(community.as_str())
            .bind(place(from_seq))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?)
    }

    pub(crate) async fn all_transfer_links(
        &self,
        community: &Code,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<TransferLink>, StoreError> {
        self.transfers(community, from_seq, limit)
            .await?
            .iter()
            .map(|row| {
                Ok(TransferLink {
                    seq: uint(row.seq)?,
                    debit_after: (row.debit_after, uint(row.debit_prev)?),
                    credit_after: (row.credit_after, uint(row.credit_prev)?),
                })
            })
            .collect()
    }

    pub(crate) async fn all_accounts(
        &self,
        community: &Code,
    ) -> Result<Vec<(Account, AccountState)>, StoreError> {
        let rows = self.all(ACCOUNTS, community).await?;
        states(rows)?
            .into_iter()
            .map(|(packed, state)| Ok((account(packed)?, state)))
            .collect()
    }

    pub(crate) async fn all_counters(
        &self,
        community: &Code,
    ) -> Result<Vec<StoredCounter>, StoreError> {
        let rows: Vec<(i64, String, i32, Vec<u8>)> = self.all(COUNTERS, community).await?;
        rows.into_iter()
            .map(|row| counter(community, row))
            .collect()
    }

    pub(crate) async fn all_orders(&self, community: &Code) -> Result<Vec<Order>, StoreError> {
        let rows: Vec<OrderRow> = self.all(ORDERS, community).await?;
        rows.into_iter().map(|row| row.order(community)).collect()
    }

    pub(crate) async fn all_residents(
        &self,
        community: &Code,
    ) -> Result<Vec<(ResidentNo, Member)>, StoreError> {
        let rows: Vec<MemberRow> = self.all(RESIDENTS, community).await?;
        rows.into_iter().map(|row| member(community, row)).collect()
    }

    pub(crate) async fn all_sources(
        &self,
        community: &Code,
    ) -> Result<Vec<(Code, String, Used)>, StoreError> {
        named(used(self.all(SOURCES, community).await?)?)
    }

    pub(crate) async fn all_keys(
        &self,
        community: &Code,
    ) -> Result<Vec<(Code, String, Used, Instant)>, StoreError> {
        let rows: Vec<(String, String, Vec<u8>, i64, i64)> = self.all(KEYS, community).await?;
        rows.into_iter()
            .map(|(actor, text, input, entry, at)| {
                let used = use_of(&input, entry)?;
                Ok((code(&actor)?, given(text), used, Instant(at)))
            })
            .collect()
    }

    pub(crate) async fn all_period_days(
        &self,
        community: &Code,
    ) -> Result<Vec<(String, LocalDate)>, StoreError> {
        let rows: Vec<(String, i64)> = self.all(PERIOD_DAYS, community).await?;
        rows.into_iter()
            .map(|(period, last)| Ok((period, date(last)?)))
            .collect()
    }

    pub(crate) async fn all_linked(&self, community: &Code) -> Result<Vec<ResidentNo>, StoreError> {
        let rows: Vec<(i64,)> = self.all(LINKED, community).await?;
        rows.into_iter()
            .map(|(resident,)| Ok(ResidentNo(narrow(resident)?)))
            .collect()
    }

    pub(crate) async fn texts(
        &self,
        community: &Code,
        from_seq: u64,
        limit: u32,
    ) -> Result<Vec<(u64, SaltedText)>, StoreError> {
        let rows: Vec<(i64, Vec<u8>, String)> = sqlx::query_as(TEXTS)
            .bind(community.as_str())
            .bind(place(from_seq))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(seq, salt, text)| {
                let salt = salt
                    .try_into()
                    .map_err(|_| corrupt("text", community, seq))?;
                let text = given(text);
                Ok((uint(seq)?, SaltedText { salt, text }))
            })
            .collect()
    }

    async fn all<T>(&self, sql: &'static str, community: &Code) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> sqlx::FromRow<'r, Row> + Send + Unpin,
    {
        Ok(sqlx::query_as(sql)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?)
    }
}

fn named(used: HashMap<(String, String), Used>) -> Result<Vec<(Code, String, Used)>, StoreError> {
    let mut list = used
        .into_iter()
        .map(|((scope, text), used)| Ok((code(&scope)?, text, used)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    list.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    Ok(list)
}
