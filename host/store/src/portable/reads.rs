//! Reads for pages, receipts and jobs: entries, passbooks, balances, orders, stock, and the archive of rules.
//! Nothing here is decided upon; a page may be one commit old.

use std::collections::BTreeMap;
use std::str::FromStr;

use rongyi_core::account::{Account, Purpose};
use rongyi_core::amount::Amount;
use rongyi_core::book::{AccountState, Order};
use rongyi_core::chain::Hash;
use rongyi_core::counters::{CounterKey, CounterRow};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo, RuleSetNo};
use rongyi_core::record::{Record, Transfer, TransferKind};
use rongyi_core::time::LocalDate;
use sqlx::{FromRow, Row as _};

use super::forms::{account, narrow, place, uint};
use super::lists::{self, by_index, each_number, looked_up};
use super::load::{OrderRow, counter, order_columns, states};
use super::nul::given;
use super::{Own, Row, community, row, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{PassbookRow, StoredEntry};

/// The columns of a movement itself, in the words of [`TransferRow`].
macro_rules! transfer_columns {
    () => {
        "t.seq, t.entry, t.debit, t.credit, t.amount, t.from_lot, t.to_lot, t.kind, t.order_no, t.reverses, \
         t.debit_after, t.debit_prev, t.credit_after, t.credit_prev"
    };
}
pub(super) use transfer_columns;

/// The same as one text, with blanks between them and nothing for what is not there; for [`TransferRow::of_text`].
macro_rules! packed_transfer {
    () => {
        packed_transfer!(
            "t.seq", "t.entry", "t.debit", "t.credit", "t.amount", "t.from_lot", "t.to_lot", "t.kind", "t.order_no",
            "t.reverses", "t.debit_after", "t.debit_prev", "t.credit_after", "t.credit_prev"
        )
    };
    ($first:literal $(, $column:literal)*) => {
        concat!(
            "CAST(", $first, " AS TEXT)"
            $(, " || ' ' || coalesce(CAST(", $column, " AS TEXT), '')")*
        )
    };
}
pub(super) use packed_transfer;

statements! {
    ENTRY_FIRST = concat!("SELECT seq FROM record WHERE community_id = ", community!(),
        " AND seq <= $2 AND kind NOT IN (20, 21, 22, 23, 29) ORDER BY seq DESC LIMIT 1");
    ENTRY_NEXT = concat!("SELECT seq FROM record WHERE community_id = ", community!(),
        " AND seq > $2 AND kind NOT IN (20, 21, 22, 23, 29) ORDER BY seq LIMIT 1");
    NEXT_SEQ = "SELECT next_seq FROM community WHERE code = $1";
    ENTRY_TEXT = concat!("SELECT text FROM text WHERE community_id = ", community!(), " AND seq = $2");
    // $2 the account, $3 the line before: the account's own link leads straight to the next page.
    LINK_OF = concat!("SELECT CASE WHEN debit = $2 THEN debit_prev ELSE credit_prev END FROM transfer \
        WHERE community_id = ", community!(), " AND seq = $3 AND (debit = $2 OR credit = $2)");
    LAST_OF = concat!("SELECT last FROM balance WHERE community_id = ", community!(), " AND account = $2 AND lot = -1");
    // The slow way, for an account that the line before does not touch: past its newer movements, one by one.
    WALK_TO = concat!("WITH RECURSIVE walk (seq) AS (SELECT CAST($4 AS BIGINT) UNION ALL \
        SELECT CASE WHEN t.debit = $2 THEN t.debit_prev ELSE t.credit_prev END FROM walk",
        looked_up!("transfer", "t", "t.community_id = ", community!(), " AND t.seq = walk.seq"), " WHERE walk.seq >= $3) \
        SELECT min(seq) FROM walk");
    PAGE = concat!("WITH RECURSIVE page (seq, prev, line) AS (\
        SELECT t.seq, CASE WHEN t.debit = $2 THEN t.debit_prev ELSE t.credit_prev END, 1 FROM transfer AS t \
        WHERE t.community_id = ", community!(), " AND t.seq = $3 UNION ALL \
        SELECT t.seq, CASE WHEN t.debit = $2 THEN t.debit_prev ELSE t.credit_prev END, page.line + 1 FROM page",
        looked_up!("transfer", "t", "t.community_id = ", community!(), " AND t.seq = page.prev"), " WHERE page.line < $4) \
        SELECT ", transfer_columns!(), ", f.kind AS first_kind, f.body AS first_body, \
        d.kind AS decided_kind, d.body AS decided_body FROM page",
        looked_up!("transfer", "t", "t.community_id = ", community!(), " AND t.seq = page.seq"),
        looked_up!("record", "f", "f.community_id = t.community_id AND f.seq = t.entry"),
        looked_up!(if any, "record", "d", "d.community_id = t.community_id AND d.seq = t.entry + 1 AND d.kind BETWEEN 20 AND 29"),
        " ORDER BY t.seq DESC");
    BALANCES = concat!("SELECT b.account, b.lot, b.amount, b.last FROM ", each_number!(),
        looked_up!("balance", "b", "b.community_id = ", community!(), " AND b.account = j.value"));
    COUNTER = concat!("SELECT subject, kind, month, body FROM counter WHERE community_id = ", community!(),
        " AND subject = $2 AND kind = $3 AND month = $4");
    ORDER = concat!("SELECT ", order_columns!(), " FROM orders AS o WHERE o.community_id = ", community!(),
        " AND o.order_no = $2");
    ORDER_BY_CODE = concat!("SELECT ", order_columns!(), " FROM orders AS o WHERE o.community_id = ", community!(),
        " AND o.code = $2");
    ORDERS_OF_RESIDENT = concat!("SELECT ", order_columns!(), " FROM orders AS o ", by_index!("orders_by_resident"), " WHERE o.community_id = ",
        community!(), " AND o.resident = $2 ORDER BY o.order_no DESC LIMIT $3");
    ORDERS_OF_HOUSEHOLD = concat!("SELECT ", order_columns!(), " FROM orders AS o ", by_index!("orders_by_household"), " WHERE o.community_id = ",
        community!(), " AND o.household = $2 ORDER BY o.order_no DESC LIMIT $3");
    OPEN_ORDERS = concat!("SELECT ", order_columns!(), " FROM orders AS o WHERE o.community_id = ", community!(),
        " AND o.state = 1 ORDER BY o.deadline, o.order_no LIMIT $2");
    DUE_ORDERS = concat!("SELECT order_no FROM orders WHERE community_id = ", community!(),
        " AND state = 1 AND deadline < $2 ORDER BY deadline, order_no LIMIT $3");
    LAPSING = concat!("SELECT DISTINCT account FROM balance WHERE community_id = ", community!(),
        " AND lot BETWEEN 1 AND $2 - 1 AND amount > 0 AND (account & 63) = $3 ORDER BY account LIMIT $4");
    WAITING = concat!("SELECT seq, rule_set FROM waiting WHERE community_id = ", community!(), " ORDER BY seq");
    STOCK = concat!("SELECT account, amount FROM balance WHERE community_id = ", community!(),
        " AND account < (1 << 29) AND lot = -1 AND (account & 63) = $2 ORDER BY account");
    PUT_COMPONENT = "INSERT INTO component (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    COMPONENT = "SELECT bytes FROM component WHERE digest = $1";
    PUT_PARAMS = "INSERT INTO params (digest, json) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    PARAMS = "SELECT json FROM params WHERE digest = $1";
}

row! {
    /// A movement's columns.
    #[derive(Debug)]
    pub(super) struct TransferRow {
        pub(super) seq: i64,
        pub(super) entry: i64,
        debit: i64,
        credit: i64,
        amount: i64,
        from_lot: i32,
        to_lot: i32,
        kind: i16,
        order_no: Option<i64>,
        reverses: Option<i64>,
        pub(super) debit_after: i64,
        pub(super) debit_prev: i64,
        pub(super) credit_after: i64,
        pub(super) credit_prev: i64,
    }
}

impl TransferRow {
    /// Its columns out of one text.
    pub(super) fn of_text(text: &str) -> Option<TransferRow> {
        let mut columns = text.split(' ');
        let mut next = || columns.next();
        fn number<T: FromStr>(column: Option<&str>) -> Option<T> {
            column?.parse().ok()
        }
        fn perhaps(column: Option<&str>) -> Option<Option<i64>> {
            match column? {
                "" => Some(None),
                column => column.parse().ok().map(Some),
            }
        }
        Some(TransferRow {
            seq: number(next())?,
            entry: number(next())?,
            debit: number(next())?,
            credit: number(next())?,
            amount: number(next())?,
            from_lot: number(next())?,
            to_lot: number(next())?,
            kind: number(next())?,
            order_no: perhaps(next())?,
            reverses: perhaps(next())?,
            debit_after: number(next())?,
            debit_prev: number(next())?,
            credit_after: number(next())?,
            credit_prev: number(next())?,
        })
    }

    /// As a line of the journal: its place, and its record's kind and canonical bytes.
    pub(super) fn record(&self, community: &Code) -> Result<(u64, u8, Vec<u8>), StoreError> {
        let record = Record::Moved(uint(self.entry)?, self.transfer(community)?);
        Ok((uint(self.seq)?, record.kind(), record.encode()))
    }

    /// The movement, so that its canonical bytes can be made again.
    pub(super) fn transfer(&self, community: &Code) -> Result<Transfer, StoreError> {
        let bad = || corrupt("movement", community, self.seq);
        Ok(Transfer {
            debit: account(self.debit)?,
            credit: account(self.credit)?,
            amount: Amount::new(self.amount).map_err(|_| bad())?,
            from_lot: self.from_lot,
            to_lot: self.to_lot,
            kind: TransferKind::from_number(narrow(self.kind.into())?).ok_or_else(bad)?,
            order: self
                .order_no
                .map(|no| narrow(no).map(OrderNo))
                .transpose()?,
            reverses: self.reverses.map(uint).transpose()?,
        })
    }
}

#[derive(Debug)]
struct PageRow {
    row: TransferRow,
    first_kind: i16,
    first_body: Vec<u8>,
    decided_kind: Option<i16>,
    decided_body: Option<Vec<u8>>,
}

impl FromRow<'_, Row> for PageRow {
    fn from_row(row: &Row) -> sqlx::Result<Self> {
        Ok(PageRow {
            row: TransferRow::from_row(row)?,
            first_kind: row.try_get("first_kind")?,
            first_body: row.try_get("first_body")?,
            decided_kind: row.try_get("decided_kind")?,
            decided_body: row.try_get("decided_body")?,
        })
    }
}

impl PageRow {
    fn line(self, community: &Code, account: Account) -> Result<PassbookRow, StoreError> {
        let transfer = self.row.transfer(community)?;
        let gives = transfer.debit == account;
        let (change, after, prev) = if gives {
            (
                transfer.amount.get().saturating_neg(),
                self.row.debit_after,
                self.row.debit_prev,
            )
        } else {
            (
                transfer.amount.get(),
                self.row.credit_after,
                self.row.credit_prev,
            )
        };
        Ok(PassbookRow {
            seq: uint(self.row.seq)?,
            entry: uint(self.row.entry)?,
            account,
            change,
            balance_after: after,
            prev: uint(prev)?,
            transfer,
            first: (narrow(self.first_kind.into())?, self.first_body),
            decided: match (self.decided_kind, self.decided_body) {
                (Some(kind), Some(body)) => Some((narrow(kind.into())?, body)),
                _ => None,
            },
        })
    }
}

/// Entries and passbooks.
impl Own {
    pub(crate) async fn entry(
        &self,
        community: &Code,
        seq: u64,
    ) -> Result<Option<StoredEntry>, StoreError> {
        let next_seq: Option<i64> = self.one(NEXT_SEQ, community, None).await?;
        let Some(next_seq) =
            next_seq.filter(|next| i64::try_from(seq).is_ok_and(|seq| seq < *next))
        else {
            return Ok(None);
        };
        let Some(first) = self.one(ENTRY_FIRST, community, Some(place(seq))).await? else {
            return Ok(None);
        };
        let end = self
            .one(ENTRY_NEXT, community, Some(first))
            .await?
            .unwrap_or(next_seq);
        let limit = u32::try_from(end.saturating_sub(first)).unwrap_or(u32::MAX);
        let first_seq = uint(first)?;
        let mut balances = BTreeMap::new();
        for row in self.transfers(community, first_seq, limit).await? {
            if row.seq < end {
                let transfer = row.transfer(community)?;
                balances.insert(transfer.debit, row.debit_after);
                balances.insert(transfer.credit, row.credit_after);
            }
        }
        let mut records = self.journal(community, first_seq, limit).await?;
        records.retain(|(seq, _, _)| place(*seq) < end);
        let text: Option<String> = sqlx::query_scalar(ENTRY_TEXT)
            .bind(community.as_str())
            .bind(first)
            .fetch_optional(&self.readers)
            .await?;
        balances
            .retain(|account, _| !matches!(account.purpose, Purpose::Issuance | Purpose::Supplied));
        Ok(Some(StoredEntry {
            first_seq,
            records,
            balances_after: balances.into_iter().collect(),
            text: text.map(given),
        }))
    }

    async fn one(
        &self,
        sql: &'static str,
        community: &Code,
        value: Option<i64>,
    ) -> Result<Option<i64>, StoreError> {
        let mut query = sqlx::query_scalar(sql).bind(community.as_str());
        if let Some(value) = value {
            query = query.bind(value);
        }
        Ok(query.fetch_optional(&self.readers).await?)
    }

    pub(crate) async fn passbook(
        &self,
        community: &Code,
        accounts: &[Account],
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<PassbookRow>, StoreError> {
        let mut lines = Vec::new();
        for account in accounts {
            let Some(newest) = self.newest(community, *account, before).await? else {
                continue;
            };
            let rows: Vec<PageRow> = sqlx::query_as(PAGE)
                .bind(community.as_str())
                .bind(account.pack())
                .bind(newest)
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?;
            for row in rows {
                lines.push(row.line(community, *account)?);
            }
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.seq));
        // A movement between two of the accounts is two lines of one seq; a page never parts them.
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if let Some(last) = lines.get(limit.saturating_sub(1)).map(|line| line.seq) {
            lines.retain(|line| line.seq >= last);
        }
        Ok(lines)
    }

    /// The account's newest movement before a line.
    async fn newest(
        &self,
        community: &Code,
        account: Account,
        before: Option<u64>,
    ) -> Result<Option<i64>, StoreError> {
        if let Some(before) = before {
            let link: Option<i64> = sqlx::query_scalar(LINK_OF)
                .bind(community.as_str())
                .bind(account.pack())
                .bind(place(before))
                .fetch_optional(&self.readers)
                .await?;
            if link.is_some() {
                return Ok(link.filter(|seq| *seq > 0));
            }
        }
        let last = self.one(LAST_OF, community, Some(account.pack())).await?;
        let found = match (before, last) {
            (Some(before), Some(last)) if place(before) <= last => {
                sqlx::query_scalar(WALK_TO)
                    .bind(community.as_str())
                    .bind(account.pack())
                    .bind(place(before))
                    .bind(last)
                    .fetch_optional(&self.readers)
                    .await?
            }
            _ => last,
        };
        Ok(found.filter(|seq| *seq > 0))
    }
}

/// Balances and counters.
impl Own {
    pub(crate) async fn balances(
        &self,
        community: &Code,
        accounts: &[Account],
    ) -> Result<Vec<(Account, AccountState)>, StoreError> {
        let keys: Vec<i64> = accounts.iter().map(|account| account.pack()).collect();
        let query = sqlx::query_as(BALANCES).bind(community.as_str());
        let rows = lists::numbers(query, &keys)
            .fetch_all(&self.readers)
            .await?;
        let mut found = states(rows)?;
        Ok(accounts
            .iter()
            .map(|account| (*account, found.remove(&account.pack()).unwrap_or_default()))
            .collect())
    }

    pub(crate) async fn counter_row(
        &self,
        community: &Code,
        key: &CounterKey,
    ) -> Result<Option<CounterRow>, StoreError> {
        let row: Option<(i64, String, i32, Vec<u8>)> = sqlx::query_as(COUNTER)
            .bind(community.as_str())
            .bind(key.subject.pack())
            .bind(key.kind.as_str())
            .bind(key.month)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| counter(community, row).map(|(_, row)| row))
            .transpose()
    }

    pub(crate) async fn stock(&self, community: &Code) -> Result<Vec<(ItemNo, i64)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(STOCK)
            .bind(community.as_str())
            .bind(Purpose::Shelf as i64)
            .fetch_all(&self.readers)
            .await?;
        let mut stock = Vec::new();
        for (packed, pieces) in rows {
            let asset = account(packed)?.asset;
            if let Some(item) = asset.0.checked_sub(AssetNo::FIRST_ITEM) {
                stock.push((ItemNo(item), pieces));
            }
        }
        Ok(stock)
    }

    pub(crate) async fn accounts_with_lots_before(
        &self,
        community: &Code,
        day: LocalDate,
        limit: u32,
    ) -> Result<Vec<Account>, StoreError> {
        let packed: Vec<i64> = sqlx::query_scalar(LAPSING)
            .bind(community.as_str())
            .bind(day.to_days())
            .bind(Purpose::Available as i64)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        packed.into_iter().map(account).collect()
    }

    pub(crate) async fn waiting(
        &self,
        community: &Code,
    ) -> Result<Vec<(u64, RuleSetNo)>, StoreError> {
        let rows: Vec<(i64, i64)> = sqlx::query_as(WAITING)
            .bind(community.as_str())
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(seq, set)| Ok((uint(seq)?, RuleSetNo(narrow(set)?))))
            .collect()
    }
}

/// Orders.
impl Own {
    pub(crate) async fn order(
        &self,
        community: &Code,
        no: OrderNo,
    ) -> Result<Option<Order>, StoreError> {
        let row: Option<OrderRow> = sqlx::query_as(ORDER)
            .bind(community.as_str())
            .bind(i64::from(no.0))
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.order(community)).transpose()
    }

    pub(crate) async fn order_by_code(
        &self,
        community: &Code,
        pickup_code: &str,
    ) -> Result<Option<Order>, StoreError> {
        let row: Option<OrderRow> = sqlx::query_as(ORDER_BY_CODE)
            .bind(community.as_str())
            .bind(pickup_code)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.order(community)).transpose()
    }

    pub(crate) async fn orders_of_resident(
        &self,
        community: &Code,
        resident: ResidentNo,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        self.orders_where(ORDERS_OF_RESIDENT, community, resident.0, limit)
            .await
    }

    pub(crate) async fn orders_of_household(
        &self,
        community: &Code,
        household: HouseholdNo,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        self.orders_where(ORDERS_OF_HOUSEHOLD, community, household.0, limit)
            .await
    }

    async fn orders_where(
        &self,
        sql: &'static str,
        community: &Code,
        whose: u32,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        let rows: Vec<OrderRow> = sqlx::query_as(sql)
            .bind(community.as_str())
            .bind(i64::from(whose))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|row| row.order(community)).collect()
    }

    pub(crate) async fn open_orders(
        &self,
        community: &Code,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        let rows: Vec<OrderRow> = sqlx::query_as(OPEN_ORDERS)
            .bind(community.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|row| row.order(community)).collect()
    }

    pub(crate) async fn due_orders(
        &self,
        community: &Code,
        today: LocalDate,
        limit: u32,
    ) -> Result<Vec<OrderNo>, StoreError> {
        let rows: Vec<i64> = sqlx::query_scalar(DUE_ORDERS)
            .bind(community.as_str())
            .bind(today.to_days())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(|no| narrow(no).map(OrderNo)).collect()
    }
}

/// The archive of rules.
impl Own {
    pub(crate) async fn put_component(
        &self,
        digest: &Hash,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(PUT_COMPONENT)
            .bind(&digest[..])
            .bind(bytes)
            .execute(&mut *writer)
            .await?;
        // A component can be tens of megabytes.
        self.tidy_wal().await;
        Ok(())
    }

    pub(crate) async fn component(&self, digest: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar(COMPONENT)
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?)
    }

    pub(crate) async fn put_params(&self, digest: &Hash, json: &str) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(PUT_PARAMS)
            .bind(&digest[..])
            .bind(json)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn params(&self, digest: &Hash) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(PARAMS)
            .bind(&digest[..])
            .fetch_optional(&self.readers)
            .await?)
    }
}
