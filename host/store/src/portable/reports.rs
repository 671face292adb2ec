//! Reads for reports. Movements have no day of their own and accounts no list of theirs, so nothing here walks over the
//! years: a day's place is found by halving, what an account held there by looking at both ends of its chain, and what
//! was counted is read where it is counted already. Nothing is decided upon.

use rongyi_core::account::Account;
use rongyi_core::counters::{CounterRow, CounterSubject};
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::Record;
use rongyi_core::time::LocalDate;

use super::forms::{date, place, uint};
use super::lists::looked_up;
use super::load::counter;
use super::{Own, community, statements};
use crate::error::{StoreError, corrupt};
use crate::model::{LotSum, OrderFate, SubjectCount};

/// Movements and links of a chain that are looked at in the first round; each further round takes twice as many.
const ROUND: i64 = 500;

statements! {
    NEXT_PLACE = "SELECT next_seq FROM community WHERE code = $1";
    ENTRY_UNTIL = concat!("SELECT seq, kind, body FROM record WHERE community_id = ", community!(),
        " AND seq <= $2 AND kind NOT IN (20, 21, 22, 23, 29) ORDER BY seq DESC LIMIT 1");
    LAST_MOVE = concat!("SELECT last FROM balance WHERE community_id = ", community!(), " AND account = $2 AND lot = -1");
    MOVED_BEFORE = concat!("SELECT seq FROM transfer WHERE community_id = ", community!(),
        " AND seq < $2 ORDER BY seq DESC LIMIT 1");
    NEAR = concat!("SELECT page.seq FROM (SELECT seq, debit, credit FROM transfer WHERE community_id = ", community!(),
        " AND seq < $3 ORDER BY seq DESC LIMIT $4) AS page WHERE page.debit = $2 OR page.credit = $2 \
        ORDER BY page.seq DESC LIMIT 1");
    CHAIN = concat!("WITH RECURSIVE walk (seq, step) AS (SELECT CAST($3 AS BIGINT), CAST(1 AS BIGINT) UNION ALL \
        SELECT CASE WHEN t.debit = $2 THEN t.debit_prev ELSE t.credit_prev END, walk.step + 1 FROM walk",
        looked_up!("transfer", "t", "t.community_id = ", community!(), " AND t.seq = walk.seq"),
        " WHERE walk.seq >= $4 AND walk.step < $5) SELECT min(seq) FROM walk");
    HELD_AT = concat!("SELECT CASE WHEN debit = $2 THEN debit_after ELSE credit_after END FROM transfer \
        WHERE community_id = ", community!(), " AND seq = $3");
    // The community's own rows stand together at the beginning of the key.
    COUNTED = concat!("SELECT subject, kind, month, body FROM counter WHERE community_id = ", community!(),
        " AND subject = 0 AND month BETWEEN $2 AND $3 ORDER BY kind, month");
    COUNTED_OF = concat!("SELECT subject, month, body FROM counter WHERE community_id = ", community!(),
        " AND subject BETWEEN $2 AND $3 AND month BETWEEN $4 AND $5 \
        AND kind NOT LIKE 'item/%' AND kind NOT LIKE 'host/%' ORDER BY subject");
    COUNTED_FOR = concat!("SELECT subject, kind, month, body FROM counter WHERE community_id = ", community!(),
        " AND subject = $2 AND kind NOT LIKE 'item/%' AND kind NOT LIKE 'host/%' ORDER BY kind, month");
    LOTS = concat!("SELECT lot, CAST(account & 63 AS BIGINT), CAST(sum(amount) AS BIGINT), \
        CAST(count(DISTINCT account >> 29) AS BIGINT) FROM balance WHERE community_id = ", community!(),
        " AND (account & 63) IN (1, 2, 3) AND account >= (CAST(1 AS BIGINT) << 60) AND lot >= 0 \
        AND ((account >> 6) & 8388607) = $2 GROUP BY lot, account & 63 ORDER BY lot, account & 63");
    MARKS_OF = concat!("SELECT entry, CASE WHEN seen_at IS NULL THEN 0 ELSE 1 END FROM mark WHERE community_id = ",
        community!(), " AND entry >= $2 AND entry < $3 ORDER BY entry");
    ORDERS_OF_DAYS = concat!("SELECT placed_on, CAST(state AS BIGINT), CAST(count(*) AS BIGINT), CAST(sum(total) AS BIGINT) \
        FROM orders WHERE community_id = ", community!(), " AND placed_on BETWEEN $2 AND $3 \
        GROUP BY placed_on, state ORDER BY placed_on, state");
}

/// Places.
impl Own {
    /// The place of the first record that was booked on `day` or later; where nothing was, the next place.
    pub(crate) async fn place_of_day(
        &self,
        community: &Code,
        day: LocalDate,
    ) -> Result<u64, StoreError> {
        let next: Option<i64> = sqlx::query_scalar(NEXT_PLACE)
            .bind(community.as_str())
            .fetch_optional(&self.readers)
            .await?;
        let Some(next) = next else {
            return Ok(1);
        };
        // Everything before `low` is earlier than the day, nothing from `high` on is.
        let (mut low, mut high) = (1, next);
        while low < high {
            let middle = low + (high - low) / 2;
            let found: Option<(i64, i16, Vec<u8>)> = sqlx::query_as(ENTRY_UNTIL)
                .bind(community.as_str())
                .bind(middle)
                .fetch_optional(&self.readers)
                .await?;
            let Some((first, kind, body)) = found else {
                return Err(corrupt("record", community, middle));
            };
            let bad = || corrupt("record", community, first);
            let kind = u8::try_from(kind).map_err(|_| bad())?;
            let record = Record::decode(kind, &body).map_err(|_| bad())?;
            let today = record.envelope().ok_or_else(bad)?.today;
            if today < day {
                low = middle + 1;
            } else {
                high = first.min(middle);
            }
        }
        uint(low)
    }

    /// What an account held before the record at `before`: from its newest movement before that place, which lies either
    /// not far before it, or not far back on the account's own chain. Both are looked at in turns, twice as far each time,
    /// so a busy account and a quiet one cost little, and the worst is a few times the root of all movements.
    pub(crate) async fn held_before(
        &self,
        community: &Code,
        account: Account,
        before: u64,
    ) -> Result<i64, StoreError> {
        let (packed, before) = (account.pack(), place(before));
        let last: Option<i64> = sqlx::query_scalar(LAST_MOVE)
            .bind(community.as_str())
            .bind(packed)
            .fetch_optional(&self.readers)
            .await?;
        let Some(mut link) = last else {
            return Ok(0);
        };
        // Before anything moved at all nothing was held, and a busy account's chain would be walked for it to its end.
        let moved: Option<i64> = sqlx::query_scalar(MOVED_BEFORE)
            .bind(community.as_str())
            .bind(before)
            .fetch_optional(&self.readers)
            .await?;
        if moved.is_none() {
            return Ok(0);
        }
        let mut round = ROUND;
        while link >= before {
            let near: Option<i64> = sqlx::query_scalar(NEAR)
                .bind(community.as_str())
                .bind(packed)
                .bind(before)
                .bind(round)
                .fetch_optional(&self.readers)
                .await?;
            if let Some(near) = near {
                link = near;
                break;
            }
            let further: Option<i64> = sqlx::query_scalar(CHAIN)
                .bind(community.as_str())
                .bind(packed)
                .bind(link)
                .bind(before)
                .bind(round)
                .fetch_one(&self.readers)
                .await?;
            link = further.unwrap_or(0);
            round = round.saturating_mul(2);
        }
        if link <= 0 {
            return Ok(0);
        }
        let held: Option<i64> = sqlx::query_scalar(HELD_AT)
            .bind(community.as_str())
            .bind(packed)
            .bind(link)
            .fetch_optional(&self.readers)
            .await?;
        held.ok_or_else(|| corrupt("movement", community, link))
    }
}

/// What was counted.
impl Own {
    /// What the community counted of each kind in each of these months, item kinds and the house's own included.
    pub(crate) async fn counted(
        &self,
        community: &Code,
        first: i32,
        last: i32,
    ) -> Result<Vec<(Code, i32, CounterRow)>, StoreError> {
        let rows: Vec<(i64, String, i32, Vec<u8>)> = sqlx::query_as(COUNTED)
            .bind(community.as_str())
            .bind(first)
            .bind(last)
            .fetch_all(&self.readers)
            .await?;
        let read = |row| {
            let (key, row) = counter(community, row)?;
            Ok((key.kind, key.month, row))
        };
        rows.into_iter().map(read).collect()
    }

    /// What events counted for each resident, or each household, in these months, all kinds together. It reads the
    /// counters of all of them.
    pub(crate) async fn counted_of(
        &self,
        community: &Code,
        households: bool,
        first: i32,
        last: i32,
    ) -> Result<Vec<SubjectCount>, StoreError> {
        let kind: i64 = if households { 2 } else { 1 };
        let rows: Vec<(i64, i32, Vec<u8>)> = sqlx::query_as(COUNTED_OF)
            .bind(community.as_str())
            .bind(kind << 32)
            .bind((kind << 32) | 0xffff_ffff)
            .bind(first)
            .bind(last)
            .fetch_all(&self.readers)
            .await?;
        let mut all: Vec<(i64, SubjectCount)> = Vec::new();
        for (subject, month, body) in rows {
            let bad = || corrupt("counter", community, format!("{subject} {month}"));
            let row = CounterRow::decode(&body).map_err(|_| bad())?;
            if all.last().is_none_or(|(known, _)| *known != subject) {
                let subject_of = CounterSubject::unpack(subject).ok_or_else(bad)?;
                let none = SubjectCount {
                    subject: subject_of,
                    events: 0,
                    points: 0,
                    minutes: 0,
                };
                all.push((subject, none));
            }
            if let Some((_, count)) = all.last_mut() {
                count.events = count.events.saturating_add(row.total.events);
                count.points = count.points.saturating_add(row.total.points);
                count.minutes = count.minutes.saturating_add(row.total.minutes);
            }
        }
        Ok(all.into_iter().map(|(_, count)| count).collect())
    }

    /// What was counted of a resident, a household or the community by events of each kind, in all months.
    pub(crate) async fn counted_for(
        &self,
        community: &Code,
        subject: CounterSubject,
    ) -> Result<Vec<(Code, i32, CounterRow)>, StoreError> {
        let rows: Vec<(i64, String, i32, Vec<u8>)> = sqlx::query_as(COUNTED_FOR)
            .bind(community.as_str())
            .bind(subject.pack())
            .fetch_all(&self.readers)
            .await?;
        let read = |row| {
            let (key, row) = counter(community, row)?;
            Ok((key.kind, key.month, row))
        };
        rows.into_iter().map(read).collect()
    }

    /// What people hold of an asset now, by the last day on which it can be spent.
    pub(crate) async fn lots_of_people(
        &self,
        community: &Code,
        asset: AssetNo,
    ) -> Result<Vec<LotSum>, StoreError> {
        let rows: Vec<(i32, i64, i64, i64)> = sqlx::query_as(LOTS)
            .bind(community.as_str())
            .bind(i64::from(asset.0))
            .fetch_all(&self.readers)
            .await?;
        let read = |(lot, purpose, amount, holders): (i32, i64, i64, i64)| {
            Ok(LotSum {
                last: (lot > 0).then(|| date(i64::from(lot))).transpose()?,
                free: purpose == 1,
                amount,
                holders,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Marked entries between two places, each with whether somebody has looked.
    pub(crate) async fn marks_between(
        &self,
        community: &Code,
        from: u64,
        before: u64,
    ) -> Result<Vec<(u64, bool)>, StoreError> {
        let rows: Vec<(i64, i32)> = sqlx::query_as(MARKS_OF)
            .bind(community.as_str())
            .bind(place(from))
            .bind(place(before))
            .fetch_all(&self.readers)
            .await?;
        let read = |(entry, seen): (i64, i32)| Ok((uint(entry)?, seen == 1));
        rows.into_iter().map(read).collect()
    }

    /// Orders by the day on which they were placed and where they stand, days included.
    pub(crate) async fn orders_of_days(
        &self,
        community: &Code,
        first: LocalDate,
        last: LocalDate,
    ) -> Result<Vec<OrderFate>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(ORDERS_OF_DAYS)
            .bind(community.as_str())
            .bind(i64::from(first.to_days()))
            .bind(i64::from(last.to_days()))
            .fetch_all(&self.readers)
            .await?;
        let read = |(placed, state, orders, points): (i64, i64, i64, i64)| {
            Ok(OrderFate {
                placed_on: date(placed)?,
                state: uint(state)?,
                orders,
                points,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
