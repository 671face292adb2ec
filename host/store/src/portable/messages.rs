//! Messages: those of the ledger are written by the journals, in the commit itself; those of cases and shifts here, in the
//! transaction that they tell of. Reading them, sending them on, and their end.

use rongyi_core::ids::{Code, ResidentNo};
use rongyi_core::news::{News, NewsKind};
use rongyi_core::time::{Instant, LocalDate};

use super::forms::{code, int, narrow, uint};
use super::{Connection, Own, community, row, statements};
use crate::error::StoreError;
use crate::messages::{DueMessage, MessageChoice, MessageFate, MessageTrouble};

statements! {
    MESSAGES = concat!("SELECT resident, kind, about, part, amount, at FROM message WHERE community_id = ", community!(),
        " AND resident = $2 ORDER BY at DESC, kind, about DESC, part LIMIT $3");
    CHOICE = concat!("SELECT off, send, quiet_from, quiet_until, seen_at FROM message_choice WHERE community_id = ",
        community!(), " AND resident = $2");
    PUT_CHOICE = "INSERT INTO message_choice (community_id, resident, off, send, quiet_from, quiet_until, seen_at) \
        SELECT community_id, $2, $3, $4, $5, $6, $7 FROM community WHERE code = $1 \
        ON CONFLICT (community_id, resident) DO UPDATE SET off = excluded.off, send = excluded.send, \
        quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, seen_at = excluded.seen_at";
    TELL = "INSERT INTO message (community_id, resident, kind, about, part, amount, at, state, tries, next_at) \
        SELECT community_id, $2, $3, $4, $5, $6, $7, 1, 0, $7 FROM community WHERE code = $1 ON CONFLICT DO NOTHING";
    // Whoever takes a step knows it.
    TELL_CASE = concat!("INSERT INTO message (community_id, resident, kind, about, part, amount, at, state, tries, next_at) \
        SELECT f.community_id, f.resident, 10, f.case_no, $3, 0, $4, 1, 0, $4 FROM case_file AS f \
        WHERE f.community_id = ", community!(), " AND f.case_no = $2 AND f.resident IS NOT NULL \
        AND $5 <> 'resident/' || CAST(f.resident AS TEXT) ON CONFLICT DO NOTHING");
    TELL_SHIFTS = concat!("INSERT INTO message (community_id, resident, kind, about, part, amount, at, state, tries, next_at) \
        SELECT g.community_id, g.resident, 11, g.activity_no, g.shift_no, 0, $2, 1, 0, $2 FROM activity_shift AS s \
        JOIN activity AS a ON a.community_id = s.community_id AND a.activity_no = s.activity_no AND a.state = 3 \
        JOIN activity_signup AS g ON g.community_id = s.community_id AND g.activity_no = s.activity_no \
        AND g.shift_no = s.shift_no AND g.place = 1 WHERE s.community_id = ", community!(),
        " AND s.starts >= $3 AND s.starts < $4 ON CONFLICT DO NOTHING");
    TELL_LAST_DAY = concat!("INSERT INTO message (community_id, resident, kind, about, part, amount, at, state, tries, next_at) \
        SELECT o.community_id, o.resident, 7, o.order_no, 0, o.total, $2, 1, 0, $2 FROM orders AS o WHERE o.community_id = ",
        community!(), " AND o.state = 1 AND o.deadline = $3 ON CONFLICT DO NOTHING");
    LOTS_BETWEEN = concat!("SELECT account, lot, amount FROM balance WHERE community_id = ", community!(),
        " AND lot > $2 AND lot <= $3 AND amount > 0 ORDER BY account, lot");
    DUE_MESSAGES = "SELECT c.code, m.resident, m.kind, m.about, m.part, m.amount, m.at, m.tries, m.next_at FROM message AS m \
        JOIN community AS c ON c.community_id = m.community_id WHERE m.next_at IS NOT NULL AND m.next_at <= $1 \
        ORDER BY m.next_at LIMIT $2";
    SETTLE = concat!("UPDATE message SET state = $7, tries = $8, next_at = $9 WHERE community_id = ", community!(),
        " AND resident = $2 AND kind = $3 AND about = $4 AND part = $5 AND next_at = $6");
    TROUBLE = concat!("SELECT COALESCE(SUM(CASE WHEN state = 1 AND tries > 0 THEN 1 ELSE 0 END), 0) AS waiting, \
        COALESCE(SUM(CASE WHEN state = 4 AND at >= $2 THEN 1 ELSE 0 END), 0) AS given_up FROM message \
        WHERE community_id = ", community!());
    AGE_UNSENT = concat!("UPDATE message SET state = 3, next_at = NULL WHERE next_at IS NOT NULL AND next_at < $2 \
        AND tries = 0 AND community_id = ", community!());
    AGE_TOLD = concat!("DELETE FROM message WHERE community_id = ", community!(), " AND at < $2");
    FORGET_MESSAGES = concat!("DELETE FROM message WHERE community_id = ", community!(), " AND resident = $2");
    FORGET_CHOICE = concat!("DELETE FROM message_choice WHERE community_id = ", community!(), " AND resident = $2");
}

row! {
    struct DueRow {
        code: String,
        resident: i64,
        kind: i64,
        about: i64,
        part: i64,
        amount: i64,
        at: i64,
        tries: i64,
        next_at: i64,
    }
}

/// Who, what, about what, which part of it, how much.
type NewsColumns = (i64, i64, i64, i64, i64);

fn news((resident, kind, about, part, amount): NewsColumns) -> Result<News, StoreError> {
    Ok(News {
        resident: ResidentNo(narrow(resident)?),
        kind: NewsKind::of(kind).ok_or_else(|| StoreError::Corrupt {
            what: "message",
            place: kind.to_string(),
        })?,
        about: uint(about)?,
        part: narrow(part)?,
        amount,
    })
}

/// Tells whom a case is about of a step that somebody else took, in its transaction.
pub(super) async fn tell_case(
    connection: &mut Connection,
    (community, case_no, step): (&Code, i64, i64),
    (by, at): (&Code, Instant),
) -> Result<(), sqlx::Error> {
    sqlx::query(TELL_CASE)
        .bind(community.as_str())
        .bind(case_no)
        .bind(step)
        .bind(at.0)
        .bind(by.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Tells one thing, in the transaction of what it tells of; whether it is new.
pub(super) async fn tell_one(
    connection: &mut Connection,
    community: &Code,
    (told, at): (&News, Instant),
) -> Result<bool, StoreError> {
    let done = sqlx::query(TELL)
        .bind(community.as_str())
        .bind(i64::from(told.resident.0))
        .bind(told.kind.number())
        .bind(int(told.about)?)
        .bind(i64::from(told.part))
        .bind(told.amount)
        .bind(at.0)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

impl Own {
    pub(crate) async fn messages(
        &self,
        community: &Code,
        resident: ResidentNo,
        limit: u32,
    ) -> Result<Vec<(News, Instant)>, StoreError> {
        let rows: Vec<(i64, i64, i64, i64, i64, i64)> = sqlx::query_as(MESSAGES)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let read = |(resident, kind, about, part, amount, at)| {
            Ok((news((resident, kind, about, part, amount))?, Instant(at)))
        };
        rows.into_iter().map(read).collect()
    }

    pub(crate) async fn message_choice(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<Option<MessageChoice>, StoreError> {
        let row: Option<(i64, i64, i64, i64, i64)> = sqlx::query_as(CHOICE)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .fetch_optional(&self.readers)
            .await?;
        let read = |(off, send, from, until, seen)| {
            Ok(MessageChoice {
                off,
                send: send == 1,
                quiet: (narrow(from)?, narrow(until)?),
                seen_at: Instant(seen),
            })
        };
        row.map(read).transpose()
    }

    pub(crate) async fn put_message_choice(
        &self,
        community: &Code,
        resident: ResidentNo,
        choice: &MessageChoice,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(PUT_CHOICE)
            .bind(community.as_str())
            .bind(i64::from(resident.0))
            .bind(choice.off)
            .bind(i64::from(choice.send))
            .bind(i64::from(choice.quiet.0))
            .bind(i64::from(choice.quiet.1))
            .bind(choice.seen_at.0)
            .execute(&mut *writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn tell(
        &self,
        community: &Code,
        all: &[News],
        at: Instant,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = sqlx::Connection::begin(&mut *writer).await?;
        let mut fresh: u64 = 0;
        for told in all {
            let is_new = tell_one(&mut transaction, community, (told, at)).await?;
            fresh = fresh.saturating_add(u64::from(is_new));
        }
        transaction.commit().await?;
        Ok(fresh)
    }

    pub(crate) async fn tell_of_day(
        &self,
        community: &Code,
        (from, until): (Instant, Instant),
        last_day: LocalDate,
        at: Instant,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let shifts = sqlx::query(TELL_SHIFTS)
            .bind(community.as_str())
            .bind(at.0)
            .bind(from.0)
            .bind(until.0)
            .execute(&mut *writer)
            .await?;
        let orders = sqlx::query(TELL_LAST_DAY)
            .bind(community.as_str())
            .bind(at.0)
            .bind(i64::from(last_day.to_days()))
            .execute(&mut *writer)
            .await?;
        Ok(shifts
            .rows_affected()
            .saturating_add(orders.rows_affected()))
    }

    pub(crate) async fn lots_between(
        &self,
        community: &Code,
        first: LocalDate,
        last: LocalDate,
    ) -> Result<Vec<(i64, i32, i64)>, StoreError> {
        Ok(sqlx::query_as(LOTS_BETWEEN)
            .bind(community.as_str())
            .bind(first.to_days())
            .bind(last.to_days())
            .fetch_all(&self.readers)
            .await?)
    }

    pub(crate) async fn due_messages(
        &self,
        now: Instant,
        limit: u32,
    ) -> Result<Vec<DueMessage>, StoreError> {
        let rows: Vec<DueRow> = sqlx::query_as(DUE_MESSAGES)
            .bind(now.0)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        let read = |row: DueRow| {
            Ok(DueMessage {
                community: code(&row.code)?,
                news: news((row.resident, row.kind, row.about, row.part, row.amount))?,
                at: Instant(row.at),
                tries: narrow(row.tries)?,
                next_at: Instant(row.next_at),
            })
        };
        rows.into_iter().map(read).collect()
    }

    pub(crate) async fn settle_message(
        &self,
        message: &DueMessage,
        fate: MessageFate,
    ) -> Result<bool, StoreError> {
        let (state, tries, next_at) = match fate {
            MessageFate::Again(at, tries) => (1_i64, tries, Some(at.0)),
            MessageFate::Sent => (2, message.tries, None),
            MessageFate::Stays => (3, message.tries, None),
            MessageFate::GivenUp => (4, message.tries, None),
        };
        let told = &message.news;
        let mut writer = self.writer().await?;
        let done = sqlx::query(SETTLE)
            .bind(message.community.as_str())
            .bind(i64::from(told.resident.0))
            .bind(told.kind.number())
            .bind(int(told.about)?)
            .bind(i64::from(told.part))
            .bind(message.next_at.0)
            .bind(state)
            .bind(i64::from(tries))
            .bind(next_at)
            .execute(&mut *writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    pub(crate) async fn message_trouble(
        &self,
        community: &Code,
        since: Instant,
    ) -> Result<MessageTrouble, StoreError> {
        let (waiting, given_up): (i64, i64) = sqlx::query_as(TROUBLE)
            .bind(community.as_str())
            .bind(since.0)
            .fetch_one(&self.readers)
            .await?;
        Ok(MessageTrouble { waiting, given_up })
    }

    pub(crate) async fn age_messages(
        &self,
        community: &Code,
        unsent_before: Instant,
        told_before: Instant,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        sqlx::query(AGE_UNSENT)
            .bind(community.as_str())
            .bind(unsent_before.0)
            .execute(&mut *writer)
            .await?;
        let gone = sqlx::query(AGE_TOLD)
            .bind(community.as_str())
            .bind(told_before.0)
            .execute(&mut *writer)
            .await?;
        Ok(gone.rows_affected())
    }

    pub(crate) async fn forget_messages(
        &self,
        community: &Code,
        resident: ResidentNo,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let mut gone: u64 = 0;
        for statement in [FORGET_MESSAGES, FORGET_CHOICE] {
            let done = sqlx::query(statement)
                .bind(community.as_str())
                .bind(i64::from(resident.0))
                .execute(&mut *writer)
                .await?;
            gone = gone.saturating_add(done.rows_affected());
        }
        Ok(gone)
    }
}
