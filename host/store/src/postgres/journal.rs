//! Writing: a batch of communities in one statement and one round trip, each community guarded by its head. It decides
//! nothing.
//!
//! | step | what |
//! | --- | --- |
//! | `held` | locks the head rows that are still the loaded ones, in one order for all hosts: no deadlock |
//! | `head` | advances them |
//! | the rest | fills the tables from arrays, for the communities in `head` and no others |
//!
//! READ COMMITTED: a head row that somebody else is changing is waited for and looked at again, so a head that moved
//! meanwhile is not found. One statement is one transaction: after an error nothing of it is there.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use rongyi_core::book::{Changes, Order, OrderState};
use rongyi_core::ids::Code;
use rongyi_core::period::pack_holder;
use rongyi_core::record::ReleaseReason;
use sqlx::Transaction;

use super::forms::{int, write_held, write_item, write_lines, write_rule_set, write_settings};
use super::nul::stored;
use super::table::{Binding, newest, table};
use super::{Connection, Postgres, marks, statements};
use crate::error::StoreError;
use crate::model::Written;

statements! {
    // In one order, like the locks below: two hosts that bring the same communities never wait for each other.
    NEW_COMMUNITIES = "INSERT INTO community (code, hash) \
        SELECT n.code, decode(repeat('00', 32), 'hex') FROM unnest(CAST($1 AS TEXT[])) AS n (code) ORDER BY n.code \
        ON CONFLICT (code) DO NOTHING";
    HOLD = "SELECT community_id FROM community WHERE code = $1 FOR NO KEY UPDATE";
    ERASE_TEXTS = "DELETE FROM text WHERE community_id = (SELECT community_id FROM community WHERE code = $1) AND seq = ANY($2)";
    ERASE_REFERENCES = "DELETE FROM reference_text WHERE community_id = (SELECT community_id FROM community WHERE code = $1) AND seq = ANY($2)";
    FORGET = "UPDATE person_of_resident SET salt = $3 \
        WHERE community_id = (SELECT community_id FROM community WHERE code = $1) AND resident = ANY($2)";
}

/// Whatever the server's default is.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// The head rows: `ids` answers a community's number by its place in the batch, NULL when its head had moved.
const HEADS: &str = "WITH batch AS MATERIALIZED (SELECT * FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[]), \
     CAST($3 AS BYTEA[]), CAST($4 AS BIGINT[]), CAST($5 AS BYTEA[]), CAST($6 AS BIGINT[]), CAST($7 AS BIGINT[]), \
     CAST($8 AS BIGINT[]), CAST($9 AS BOOLEAN[]), CAST($10 AS BYTEA[])) WITH ORDINALITY AS b (code, height, hash, \
     next_height, next_hash, next_seq, last_at, next_order, posted, settings, ix)), \
     held AS MATERIALIZED (SELECT c.community_id, b.ix FROM batch AS b JOIN community AS c ON c.code = b.code \
     WHERE c.height = b.height AND c.hash = b.hash ORDER BY c.community_id FOR NO KEY UPDATE OF c), \
     head AS (UPDATE community AS c SET height = b.next_height, hash = b.next_hash, next_seq = b.next_seq, \
     last_at = b.last_at, next_order = greatest(c.next_order, b.next_order), posted = c.posted OR b.posted, \
     settings = coalesce(b.settings, c.settings) FROM held AS h JOIN batch AS b ON b.ix = h.ix \
     WHERE c.community_id = h.community_id RETURNING h.ix, c.community_id), \
     ids AS MATERIALIZED (SELECT array_agg(h.community_id ORDER BY b.ix) AS id FROM batch AS b \
     LEFT JOIN head AS h ON h.ix = b.ix)";
const HEAD_PARAMETERS: usize = 10;

table!(Records, "record", "", seq: i64 = "BIGINT", kind: i16 = "SMALLINT", body: &'c [u8] = "BYTEA");
table!(Transfers, "transfer", "", seq: i64 = "BIGINT", entry: i64 = "BIGINT", debit: i64 = "BIGINT",
    credit: i64 = "BIGINT", amount: i64 = "BIGINT", from_lot: i32 = "INTEGER", to_lot: i32 = "INTEGER",
    kind: i16 = "SMALLINT", order_no: Option<i64> = "BIGINT", reverses: Option<i64> = "BIGINT",
    debit_after: i64 = "BIGINT", debit_prev: i64 = "BIGINT", credit_after: i64 = "BIGINT",
    credit_prev: i64 = "BIGINT");
table!(Blocks, "block", "", height: i64 = "BIGINT", prev: &'c [u8] = "BYTEA", root: &'c [u8] = "BYTEA",
    first_seq: i64 = "BIGINT", count: i64 = "BIGINT", at: i64 = "BIGINT", hash: &'c [u8] = "BYTEA");
table!(Balances, "balance",
    "ON CONFLICT (community_id, account, lot) DO UPDATE SET amount = excluded.amount, last = excluded.last",
    account: i64 = "BIGINT", lot: i32 = "INTEGER", amount: i64 = "BIGINT", last: i64 = "BIGINT");
// `lots` are those that are left, as the text of an array: the others were emptied by this batch.
table!(Touched, "balance", "", account: i64 = "BIGINT", lots: String = "TEXT");
table!(Counters, "counter", "ON CONFLICT (community_id, subject, kind, month) DO UPDATE SET body = excluded.body",
    subject: i64 = "BIGINT", kind: &'c str = "TEXT", month: i32 = "INTEGER", body: Vec<u8> = "BYTEA");
table!(Residents, "resident", "ON CONFLICT (community_id, resident) DO UPDATE SET household = excluded.household, \
    traits = excluded.traits", resident: i64 = "BIGINT", household: i64 = "BIGINT", traits: Vec<u8> = "BYTEA");
table!(Items, "item", "ON CONFLICT (community_id, item_no) DO UPDATE SET code = excluded.code, body = excluded.body",
    item_no: i64 = "BIGINT", code: &'c str = "TEXT", body: Vec<u8> = "BYTEA");
table!(Orders, "orders", "ON CONFLICT (community_id, order_no) DO UPDATE SET lines = excluded.lines, \
    held = excluded.held, state = excluded.state, closed_at = excluded.closed_at, closed_by = excluded.closed_by",
    order_no: i64 = "BIGINT", entry: i64 = "BIGINT", resident: i64 = "BIGINT", household: i64 = "BIGINT",
    lines: String = "TEXT", total: i64 = "BIGINT", held: String = "TEXT", code: String = "TEXT",
    placed_on: i64 = "BIGINT", deadline: i64 = "BIGINT", state: i64 = "BIGINT", closed_at: Option<i64> = "BIGINT",
    closed_by: Option<&'c str> = "TEXT");
table!(Sources, "source_ref", "ON CONFLICT (community_id, source, external_ref) DO UPDATE SET \
    input = excluded.input, entry = excluded.entry", source: &'c str = "TEXT", external_ref: Cow<'c, str> = "TEXT",
    input: &'c [u8] = "BYTEA", entry: i64 = "BIGINT");
table!(Keys, "idempotency", "ON CONFLICT (community_id, actor, key) DO UPDATE SET \
    input = excluded.input, entry = excluded.entry, at = excluded.at", actor: &'c str = "TEXT", key: Cow<'c, str> = "TEXT", input: &'c [u8] = "BYTEA",
    entry: i64 = "BIGINT", at: i64 = "BIGINT");
table!(Waiting, "waiting", "", seq: i64 = "BIGINT", rule_set: i64 = "BIGINT");
table!(Waited, "waiting", "", seq: i64 = "BIGINT");
table!(RuleSets, "rule_set", "", no: i64 = "BIGINT", body: Vec<u8> = "BYTEA");
table!(Periods, "period", "ON CONFLICT (community_id, period) DO UPDATE SET last = excluded.last, body = excluded.body",
    period: String = "TEXT", last: i32 = "INTEGER", body: Vec<u8> = "BYTEA");
table!(Standings, "standing", "ON CONFLICT (community_id, cut, holder) DO UPDATE SET entry = excluded.entry",
    cut: i64 = "BIGINT", holder: i64 = "BIGINT", entry: i64 = "BIGINT", body: Vec<u8> = "BYTEA");
table!(Fates, "fate", "ON CONFLICT (community_id, entry) DO UPDATE SET state = excluded.state, \
    by_entry = excluded.by_entry, until = excluded.until",
    entry: i64 = "BIGINT", state: i64 = "BIGINT", by_entry: i64 = "BIGINT", until: Option<i64> = "BIGINT");
table!(Texts, "text", "", seq: i64 = "BIGINT", salt: &'c [u8] = "BYTEA", text: Cow<'c, str> = "TEXT");
table!(References, "reference_text", "", seq: i64 = "BIGINT", salt: &'c [u8] = "BYTEA", text: Cow<'c, str> = "TEXT");
table!(Abouts, "text_about", "ON CONFLICT DO NOTHING", about: i64 = "BIGINT", seq: i64 = "BIGINT");
table!(Codes, "pickup_code", "", order_no: i64 = "BIGINT", salt: &'c [u8] = "BYTEA", code: &'c str = "TEXT");
table!(Messages, "message", "ON CONFLICT DO NOTHING", resident: i64 = "BIGINT", kind: i64 = "BIGINT", about: i64 = "BIGINT",
    part: i64 = "BIGINT", amount: i64 = "BIGINT", at: i64 = "BIGINT", state: i64 = "BIGINT", tries: i64 = "BIGINT",
    next_at: Option<i64> = "BIGINT");
table!(Ended, "pickup_code", "", order_no: i64 = "BIGINT");

/// The one statement, built once.
pub(super) fn write_text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut parameter = HEAD_PARAMETERS;
        let mut parts = vec![HEADS.to_owned()];
        for (no, table) in [
            Records::TABLE,
            Transfers::TABLE,
            Blocks::TABLE,
            Balances::TABLE,
            Counters::TABLE,
            Residents::TABLE,
            Items::TABLE,
            Orders::TABLE,
            Sources::TABLE,
            Keys::TABLE,
            Waiting::TABLE,
            RuleSets::TABLE,
            Texts::TABLE,
            Periods::TABLE,
            Standings::TABLE,
            Fates::TABLE,
            References::TABLE,
            Abouts::TABLE,
            Codes::TABLE,
            Messages::TABLE,
        ]
        .iter()
        .enumerate()
        {
            parts.push(format!("t{no} AS ({})", table.insert(&mut parameter)));
        }
        // Of the rows that are there, and not those that are being written: the list names what stays. By their
        // places, so that no statistics make the planner read the table instead; nobody else changes rows of these
        // communities before the commit.
        parts.push(format!(
            "emptied AS (DELETE FROM balance WHERE ctid = ANY (ARRAY(SELECT b.ctid FROM {} CROSS JOIN LATERAL \
             (SELECT ctid, lot FROM balance WHERE community_id = (SELECT id FROM ids)[r.ix] \
             AND account = r.account OFFSET 0) AS b WHERE b.lot <> ALL (CAST(r.lots AS INTEGER[])))))",
            Touched::TABLE.rows(&mut parameter)
        ));
        parts.push(format!(
            "waited AS (DELETE FROM waiting WHERE ctid = ANY (ARRAY(SELECT w.ctid FROM {} CROSS JOIN LATERAL \
             (SELECT ctid FROM waiting WHERE community_id = (SELECT id FROM ids)[r.ix] \
             AND seq = r.seq OFFSET 0) AS w)))",
            Waited::TABLE.rows(&mut parameter)
        ));
        parts.push(format!(
            "ended AS (DELETE FROM pickup_code WHERE ctid = ANY (ARRAY(SELECT p.ctid FROM {} CROSS JOIN LATERAL \
             (SELECT ctid FROM pickup_code WHERE community_id = (SELECT id FROM ids)[r.ix] \
             AND order_no = r.order_no OFFSET 0) AS p)))",
            Ended::TABLE.rows(&mut parameter)
        ));
        format!("{} SELECT ix FROM head", parts.join(", "))
    })
}

/// The row lock of one community: nobody else commits there until it is written with or dropped.
#[derive(Debug)]
pub(crate) struct HeldRow(Transaction<'static, sqlx::Postgres>);

impl Postgres {
    /// Writes the batch; a community stands in it at most once.
    pub(crate) async fn write(&self, batch: &[Changes]) -> Result<Vec<Written>, StoreError> {
        let mut connection = self.writer().await?;
        let new = new_communities(batch);
        let outcome = if new.is_empty() && !more(batch) {
            run(&mut connection, batch).await
        } else {
            let mut transaction = sqlx::Connection::begin_with(&mut *connection, BEGIN).await?;
            if !new.is_empty() {
                sqlx::query(NEW_COMMUNITIES)
                    .bind(new)
                    .execute(&mut *transaction)
                    .await?;
            }
            match run(&mut transaction, batch).await {
                Ok(written) => transaction.commit().await.map(|()| written),
                Err(error) => Err(error),
            }
        };
        answer(batch, outcome)
    }

    /// Waits until nobody writes to this community and keeps it so.
    pub(crate) async fn hold(&self, community: &Code) -> Result<HeldRow, StoreError> {
        if !self.may_write {
            return Err(StoreError::ReadOnly);
        }
        let mut transaction = self.readers.begin_with(BEGIN).await?;
        sqlx::query(HOLD)
            .bind(community.as_str())
            .execute(&mut *transaction)
            .await?;
        Ok(HeldRow(transaction))
    }

    /// Writes while the community is held.
    pub(crate) async fn write_held(
        &self,
        held: HeldRow,
        batch: &[Changes],
    ) -> Result<Vec<Written>, StoreError> {
        let mut transaction = held.0;
        let outcome = match run(&mut transaction, batch).await {
            Ok(written) => transaction.commit().await.map(|()| written),
            Err(error) => Err(error),
        };
        answer(batch, outcome)
    }
}

fn new_communities(batch: &[Changes]) -> Vec<&str> {
    let new = batch.iter().filter(|changes| changes.before.height == 0);
    new.map(|changes| changes.community.as_str()).collect()
}

/// Whom the engine chose as the victim of a deadlock, or told to serialize, has written nothing and may decide again.
fn answer(
    batch: &[Changes],
    outcome: Result<HashSet<i64>, sqlx::Error>,
) -> Result<Vec<Written>, StoreError> {
    match outcome {
        Ok(done) => Ok((1..)
            .zip(batch)
            .map(|(ix, _)| {
                if done.contains(&ix) {
                    Written::Done
                } else {
                    Written::HeadMoved
                }
            })
            .collect()),
        Err(sqlx::Error::Database(error))
            if matches!(error.code().as_deref(), Some("40001" | "40P01")) =>
        {
            Ok(vec![Written::HeadMoved; batch.len()])
        }
        Err(error) => Err(error.into()),
    }
}

/// Answers the places in the batch that were written.
async fn run(connection: &mut Connection, batch: &[Changes]) -> Result<HashSet<i64>, sqlx::Error> {
    let query = bind(sqlx::query(write_text()), batch)
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let rows = query.fetch_all(&mut *connection).await?;
    let done = rows.iter().map(|row| sqlx::Row::try_get(row, 0));
    let done = done.collect::<Result<HashSet<i64>, _>>()?;
    if more(batch) {
        beside(connection, batch, &done).await?;
    }
    Ok(done)
}

/// Whether anything is marked or to be erased: rare, and then the one statement is not enough.
fn more(batch: &[Changes]) -> bool {
    let more = |one: &Changes| [one.erased.len(), one.forgotten.len(), one.marked.len()] != [0; 3];
    batch.iter().any(more)
}

/// Adds marks; removes texts, also those of this very commit, and salts: within the transaction of the commit.
async fn beside(
    connection: &mut Connection,
    batch: &[Changes],
    done: &HashSet<i64>,
) -> Result<(), sqlx::Error> {
    let written = (1..).zip(batch).filter(|(ix, _)| done.contains(ix));
    for (_, changes) in written {
        marks::add(connection, changes).await?;
        let places: Vec<i64> = changes.erased.iter().map(|seq| seq.cast_signed()).collect();
        let residents: Vec<i64> = changes.forgotten.iter().map(|no| no.0.into()).collect();
        for statement in [ERASE_TEXTS, ERASE_REFERENCES] {
            sqlx::query(statement)
                .bind(changes.community.as_str())
                .bind(&places)
                .execute(&mut *connection)
                .await?;
        }
        sqlx::query(FORGET)
            .bind(changes.community.as_str())
            .bind(residents)
            .bind(&[0u8; 16][..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn bind<'q>(query: Binding<'q>, batch: &'q [Changes]) -> Result<Binding<'q>, StoreError> {
    let (query, query_rest) = (bind_heads(query, batch)?, Arrays::of(batch)?);
    Ok(query_rest.bind(query))
}

fn bind_heads<'q>(query: Binding<'q>, batch: &'q [Changes]) -> Result<Binding<'q>, StoreError> {
    fn all<T>(
        batch: &[Changes],
        one: impl Fn(&Changes) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        batch.iter().map(one).collect()
    }
    let next_order = |changes: &Changes| {
        let numbers = changes.orders.iter().map(|order| i64::from(order.no.0));
        numbers.max().unwrap_or(0).saturating_add(1)
    };
    let codes: Vec<&str> = batch.iter().map(|one| one.community.as_str()).collect();
    let before: Vec<&[u8]> = batch.iter().map(|one| &one.before.hash[..]).collect();
    let after: Vec<&[u8]> = batch.iter().map(|one| &one.after.hash[..]).collect();
    Ok(query
        .bind(codes)
        .bind(all(batch, |one| int(one.before.height))?)
        .bind(before)
        .bind(all(batch, |one| int(one.after.height))?)
        .bind(after)
        .bind(all(batch, |one| int(one.after.next_seq))?)
        .bind(all(batch, |one| Ok(one.after.last_at.0))?)
        .bind(all(batch, |one| Ok(next_order(one)))?)
        .bind(all(batch, |one| Ok(!one.transfers.is_empty()))?)
        .bind(all(batch, |one| {
            Ok(one.settings.as_ref().map(write_settings))
        })?))
}

/// All rows of a batch.
#[derive(Default)]
struct Arrays<'c> {
    records: Records<'c>,
    transfers: Transfers<'c>,
    blocks: Blocks<'c>,
    balances: Balances<'c>,
    touched: Touched<'c>,
    counters: Counters<'c>,
    residents: Residents<'c>,
    items: Items<'c>,
    orders: Orders<'c>,
    sources: Sources<'c>,
    keys: Keys<'c>,
    waiting: Waiting<'c>,
    waited: Waited<'c>,
    rule_sets: RuleSets<'c>,
    texts: Texts<'c>,
    periods: Periods<'c>,
    standings: Standings<'c>,
    fates: Fates<'c>,
    typed: References<'c>,
    abouts: Abouts<'c>,
    codes: Codes<'c>,
    messages: Messages<'c>,
    ended: Ended<'c>,
}

impl<'c> Arrays<'c> {
    fn of(batch: &'c [Changes]) -> Result<Self, StoreError> {
        let mut all = Arrays::default();
        for (ix, changes) in (1..).zip(batch) {
            all.append(ix, changes)?;
            all.accounts(ix, changes)?;
            all.derive(ix, changes)?;
            all.references(ix, changes)?;
            all.periods(ix, changes)?;
        }
        Ok(all)
    }

    /// In the order of the statement.
    fn bind<'q>(self, query: Binding<'q>) -> Binding<'q>
    where
        'c: 'q,
    {
        let query = self
            .blocks
            .bind(self.transfers.bind(self.records.bind(query)));
        let query = self.counters.bind(self.balances.bind(query));
        let query = self
            .orders
            .bind(self.items.bind(self.residents.bind(query)));
        let query = self.waiting.bind(self.keys.bind(self.sources.bind(query)));
        let query = self.texts.bind(self.rule_sets.bind(query));
        let query = self.standings.bind(self.periods.bind(query));
        let query = self.abouts.bind(self.typed.bind(self.fates.bind(query)));
        self.ended.bind(
            self.waited.bind(
                self.touched
                    .bind(self.messages.bind(self.codes.bind(query))),
            ),
        )
    }

    /// What never changes again: records, movements, the block.
    fn append(&mut self, ix: i32, changes: &'c Changes) -> Result<(), StoreError> {
        for (seq, kind, body) in &changes.records {
            self.records.push(ix, int(*seq)?, i16::from(*kind), body);
        }
        for placed in &changes.transfers {
            let transfer = &placed.transfer;
            self.transfers.push(
                ix,
                int(placed.seq)?,
                int(placed.entry)?,
                transfer.debit.pack(),
                transfer.credit.pack(),
                transfer.amount.get(),
                transfer.from_lot,
                transfer.to_lot,
                i16::from(transfer.kind as u8),
                transfer.order.map(|no| i64::from(no.0)),
                transfer.reverses.map(int).transpose()?,
                placed.debit_after.0,
                int(placed.debit_after.1)?,
                placed.credit_after.0,
                int(placed.credit_after.1)?,
            );
        }
        let block = &changes.block;
        self.blocks.push(
            ix,
            int(block.height)?,
            &block.prev,
            &block.root,
            int(block.first_seq)?,
            int(block.count)?,
            block.at.0,
            &changes.after.hash,
        );
        Ok(())
    }

    fn accounts(&mut self, ix: i32, changes: &'c Changes) -> Result<(), StoreError> {
        for (account, state) in &changes.accounts {
            let (packed, last) = (account.pack(), int(state.last)?);
            self.balances.push(ix, packed, -1, state.total, last);
            let mut left = String::from("{-1");
            for (lot, amount) in &state.lots {
                self.balances.push(ix, packed, *lot, *amount, last);
                left.push(',');
                left.push_str(&lot.to_string());
            }
            left.push('}');
            self.touched.push(ix, packed, left);
        }
        Ok(())
    }

    /// One statement changes a row once: of several versions in a batch the last one counts.
    fn derive(&mut self, ix: i32, changes: &'c Changes) -> Result<(), StoreError> {
        for (key, row) in &changes.counters {
            let body = row.encode();
            self.counters
                .push(ix, key.subject.pack(), key.kind.as_str(), key.month, body);
        }
        for (resident, member) in newest(&changes.residents, |row| row.0) {
            self.residents.push(
                ix,
                i64::from(resident.0),
                i64::from(member.household.0),
                member.encode(),
            );
        }
        for item in newest(&changes.items, |item| item.no) {
            self.items.push(
                ix,
                i64::from(item.no.0),
                item.code.as_str(),
                write_item(item),
            );
        }
        for order in newest(&changes.orders, |order| order.no) {
            self.order(ix, order)?;
        }
        for set in &changes.sets {
            self.rule_sets
                .push(ix, i64::from(set.no.0), write_rule_set(set));
        }
        for (seq, salted) in &changes.texts {
            self.texts
                .push(ix, int(*seq)?, &salted.salt, stored(&salted.text));
        }
        for (seq, salted) in &changes.references {
            self.typed
                .push(ix, int(*seq)?, &salted.salt, stored(&salted.text));
        }
        for (about, seq) in &changes.about {
            self.abouts.push(ix, about.pack(), int(*seq)?);
        }
        for (no, salted) in &changes.codes {
            self.codes
                .push(ix, i64::from(no.0), &salted.salt, &salted.text);
        }
        for news in rongyi_core::news::news(changes) {
            let (about, at) = (int(news.about)?, changes.after.last_at.0);
            let (whom, part) = (i64::from(news.resident.0), i64::from(news.part));
            let kind = news.kind.number();
            self.messages
                .push(ix, whom, kind, about, part, news.amount, at, 1, 0, Some(at));
        }
        Ok(())
    }

    fn order(&mut self, ix: i32, order: &'c Order) -> Result<(), StoreError> {
        let lines = write_lines(order);
        let (state, at, by) = match &order.state {
            OrderState::Reserved => (1, None, None),
            OrderState::Settled { at, by } => (2, Some(at.0), Some(by.as_str())),
            OrderState::Released { at, reason } => match reason {
                ReleaseReason::Cancelled => (3, Some(at.0), None),
                ReleaseReason::TimedOut => (4, Some(at.0), None),
            },
        };
        self.orders.push(
            ix,
            i64::from(order.no.0),
            int(order.entry)?,
            i64::from(order.resident.0),
            i64::from(order.household.0),
            lines,
            order.total.get(),
            write_held(order),
            order.code.key(),
            i64::from(order.placed_on.to_days()),
            i64::from(order.deadline.to_days()),
            state,
            at,
            by,
        );
        if order.state != OrderState::Reserved {
            self.ended.push(ix, i64::from(order.no.0));
        }
        Ok(())
    }

    fn periods(&mut self, ix: i32, changes: &'c Changes) -> Result<(), StoreError> {
        for row in newest(&changes.periods, |row| row.period.to_string()) {
            let (name, last) = (row.period.to_string(), row.period.last.to_days());
            self.periods.push(ix, name, last, row.encode());
        }
        for (cut, holder, standing) in newest(&changes.standings, |row| (row.0, row.1)) {
            self.standings.push(
                ix,
                int(*cut)?,
                pack_holder(*holder),
                int(standing.entry)?,
                standing.encode(),
            );
        }
        Ok(())
    }

    fn references(&mut self, ix: i32, changes: &'c Changes) -> Result<(), StoreError> {
        for (entry, fate) in &changes.fates {
            let until = fate.until.map(|day| i64::from(day.to_days()));
            let (entry, by) = (int(*entry)?, int(fate.by)?);
            self.fates
                .push(ix, entry, i64::from(fate.state.number()), by, until);
        }
        for (source, text, used) in newest(&changes.sources, |row| (row.0.clone(), row.1.clone())) {
            self.sources.push(
                ix,
                source.as_str(),
                stored(text),
                &used.input,
                int(used.entry)?,
            );
        }
        for (actor, key, used, at) in newest(&changes.keys, |row| (row.0.clone(), row.1.clone())) {
            self.keys.push(
                ix,
                actor.as_str(),
                stored(key),
                &used.input,
                int(used.entry)?,
                at.0,
            );
        }
        // An event that began to wait and was decided in the same batch is not yet there to be removed.
        for (seq, set) in &changes.waiting {
            if !changes.waited.contains(seq) {
                self.waiting.push(ix, int(*seq)?, i64::from(set.0));
            }
        }
        for seq in &changes.waited {
            self.waited.push(ix, int(*seq)?);
        }
        Ok(())
    }
}
