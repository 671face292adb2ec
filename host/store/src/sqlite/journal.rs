//! Writing: one short transaction for a batch, each community guarded by its head. It decides nothing.

mod beside;
mod held;

use std::collections::HashMap;

use rongyi_core::account::Account;
use rongyi_core::book::{Changes, Order, OrderState, PlacedTransfer};
use rongyi_core::period::pack_holder;
use rongyi_core::record::ReleaseReason;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};

pub(crate) use held::HeldFile;

use super::forms::{int, write_held, write_item, write_lines, write_rule_set, write_settings};
use super::rows::{Binding, Rows};
use super::{Sqlite, marks, statements};
use crate::error::StoreError;
use crate::model::{StoredBlock, Written};

statements! {
    BEGIN = "BEGIN IMMEDIATE";
    COMMIT = "COMMIT";
    NEW_COMMUNITY = "INSERT INTO community (code, hash) VALUES ($1, zeroblob(32)) ON CONFLICT (code) DO NOTHING";
    // Every row of an account carries its newest movement; a lot that does not was emptied by it.
    EMPTIED_LOTS = "DELETE FROM balance WHERE (community_id, account, lot) IN \
        (SELECT b.community_id, b.account, b.lot FROM json_each($1) AS j CROSS JOIN balance AS b \
        ON b.community_id = j.value ->> 0 AND b.account = j.value ->> 1 AND b.last < j.value ->> 2)";
    NO_LONGER_WAITING = "DELETE FROM waiting WHERE (community_id, seq) IN \
        (SELECT j.value ->> 0, j.value ->> 1 FROM json_each($1) AS j)";
    ERASE_TEXT = "DELETE FROM text WHERE community_id = $1 AND seq = $2";
    ERASE_REFERENCE = "DELETE FROM reference_text WHERE community_id = $1 AND seq = $2";
    CODE_ENDS = "DELETE FROM pickup_code WHERE community_id = $1 AND order_no = $2";
    FORGET = "UPDATE person_of_resident SET salt = $3 WHERE community_id = $1 AND resident = $2";
}

/// Compare and swap of all heads of a batch; those that were still where they had been loaded come back.
static ADVANCE: Rows = Rows::new(
    "WITH moved (code, height, hash, new_height, new_hash, next_seq, last_at, next_order, posted, settings) AS (",
    10,
    ") UPDATE community SET height = moved.new_height, hash = moved.new_hash, next_seq = moved.next_seq, \
     last_at = moved.last_at, next_order = max(community.next_order, moved.next_order), \
     posted = community.posted OR moved.posted, settings = coalesce(moved.settings, community.settings) FROM moved \
     WHERE community.code = moved.code AND community.height = moved.height AND community.hash = moved.hash \
     RETURNING code, community_id",
);
static RECORDS: Rows = Rows::new("INSERT INTO record (community_id, seq, kind, body)", 4, "");
static TRANSFERS: Rows = Rows::new(
    "INSERT INTO transfer (community_id, seq, entry, debit, credit, amount, from_lot, to_lot, kind, order_no, \
     reverses, debit_after, debit_prev, credit_after, credit_prev)",
    15,
    "",
);
static BLOCKS: Rows = Rows::new(
    "INSERT INTO block (community_id, height, prev, root, first_seq, count, at, hash)",
    8,
    "",
);
static BALANCES: Rows = Rows::new(
    "INSERT INTO balance (community_id, account, lot, amount, last)",
    5,
    "ON CONFLICT DO UPDATE SET amount = excluded.amount, last = excluded.last",
);
static COUNTERS: Rows = Rows::new(
    "INSERT INTO counter (community_id, subject, kind, month, body)",
    5,
    "ON CONFLICT DO UPDATE SET body = excluded.body",
);
static RESIDENTS: Rows = Rows::new(
    "INSERT INTO resident (community_id, resident, household, traits)",
    4,
    "ON CONFLICT DO UPDATE SET household = excluded.household, traits = excluded.traits",
);
static ITEMS: Rows = Rows::new(
    "INSERT INTO item (community_id, item_no, code, body)",
    4,
    "ON CONFLICT (community_id, item_no) DO UPDATE SET code = excluded.code, body = excluded.body",
);
static ORDERS: Rows = Rows::new(
    "INSERT INTO orders (community_id, order_no, entry, resident, household, lines, total, held, code, placed_on, \
     deadline, state, closed_at, closed_by)",
    14,
    "ON CONFLICT (community_id, order_no) DO UPDATE SET lines = excluded.lines, held = excluded.held, \
     state = excluded.state, closed_at = excluded.closed_at, closed_by = excluded.closed_by",
);
// A reference comes again only in the place of an entry that was reversed: then the newest entry answers.
static SOURCES: Rows = Rows::new(
    "INSERT INTO source_ref (community_id, source, external_ref, input, entry)",
    5,
    "ON CONFLICT (community_id, source, external_ref) DO UPDATE SET input = excluded.input, entry = excluded.entry",
);
// A key counts for thirty days; one that is used again later may still stand here.
static KEYS: Rows = Rows::new(
    "INSERT INTO idempotency (community_id, actor, key, input, entry, at)",
    6,
    "ON CONFLICT (community_id, actor, key) DO UPDATE SET input = excluded.input, entry = excluded.entry, \
     at = excluded.at",
);
static FATES: Rows = Rows::new(
    "INSERT INTO fate (community_id, entry, state, by_entry, until)",
    5,
    "ON CONFLICT (community_id, entry) DO UPDATE SET state = excluded.state, by_entry = excluded.by_entry, \
     until = excluded.until",
);
static WAITING: Rows = Rows::new("INSERT INTO waiting (community_id, seq, rule_set)", 3, "");
static RULE_SETS: Rows = Rows::new("INSERT INTO rule_set (community_id, no, body)", 3, "");
static PERIODS: Rows = Rows::new(
    "INSERT INTO period (community_id, period, last, body)",
    4,
    "ON CONFLICT (community_id, period) DO UPDATE SET last = excluded.last, body = excluded.body",
);
static STANDINGS: Rows = Rows::new(
    "INSERT INTO standing (community_id, cut, holder, entry, body)",
    5,
    "ON CONFLICT (community_id, cut, holder) DO UPDATE SET entry = excluded.entry",
);
static TEXTS: Rows = Rows::new("INSERT INTO text (community_id, seq, salt, text)", 4, "");
static REFERENCES: Rows = Rows::new(
    "INSERT INTO reference_text (community_id, seq, salt, text)",
    4,
    "",
);
static ABOUT: Rows = Rows::new(
    "INSERT INTO text_about (community_id, about, seq)",
    3,
    "ON CONFLICT DO NOTHING",
);
static CODES: Rows = Rows::new(
    "INSERT INTO pickup_code (community_id, order_no, salt, code)",
    4,
    "",
);
static MESSAGES: Rows = Rows::new(
    "INSERT INTO message (community_id, resident, kind, about, part, amount, at, state, tries, next_at)",
    10,
    "ON CONFLICT DO NOTHING",
);

/// Every multi-row statement, for the test that prepares them.
#[cfg(test)]
pub(super) static MULTI: &[&Rows] = &[
    &RECORDS,
    &TRANSFERS,
    &BLOCKS,
    &BALANCES,
    &COUNTERS,
    &RESIDENTS,
    &ITEMS,
    &ORDERS,
    &SOURCES,
    &KEYS,
    &WAITING,
    &RULE_SETS,
    &TEXTS,
    &REFERENCES,
    &ABOUT,
    &CODES,
    &MESSAGES,
    &PERIODS,
    &STANDINGS,
    &FATES,
    &ADVANCE,
];

impl Sqlite {
    pub(crate) async fn write(&self, batch: &[Changes]) -> Result<Vec<Written>, StoreError> {
        let mut writer = self.writer().await?;
        let mut transaction = writer.begin_with(BEGIN).await?;
        let (written, taken) = put(&mut transaction, batch).await?;
        let committed = transaction.commit().await;
        drop(writer);
        if let Err(error) = committed {
            self.settle(&taken, error.into()).await?;
        }
        self.tidy_wal().await;
        Ok(written)
    }

    /// What became of a batch whose COMMIT ended with an error: `Ok` when it is there. A full disk has refused the bytes
    /// of the COMMIT, so nothing is there. After a failing disk they may stand in the WAL, unseen until somebody reads
    /// it from its beginning: a small write in their place settles it, or nothing is known.
    async fn settle(
        &self,
        taken: &[CommunityChanges<'_>],
        error: StoreError,
    ) -> Result<(), StoreError> {
        self.doubt(&error);
        let open = !error.refuses_for_certain();
        let Some((_, first)) = taken.first().filter(|_| open) else {
            return Err(error);
        };
        let unsure = |cause: StoreError| StoreError::Unsure {
            detail: cause.detail(),
        };
        self.pulse(first.after.last_at).await.map_err(unsure)?;
        let there = self
            .blocks(&first.community, first.after.height, 1)
            .await
            .map_err(unsure)?;
        let found = |stored: &StoredBlock| {
            stored.block.height == first.after.height && stored.hash == first.after.hash
        };
        if !there.iter().any(found) {
            return Err(error);
        }
        // It is to be seen, and its pages were never confirmed: they are once the whole WAL is in the database.
        self.copy_wal().await.map_err(unsure)
    }
}

/// Writes the rows of a batch within a transaction: what became of each community, and what is to be committed.
async fn put<'a>(
    connection: &mut SqliteConnection,
    batch: &'a [Changes],
) -> Result<(Vec<Written>, Vec<CommunityChanges<'a>>), StoreError> {
    let moved = advance(&mut *connection, batch).await?;
    let mut written = Vec::with_capacity(batch.len());
    let mut taken = Vec::with_capacity(batch.len());
    for changes in batch {
        written.push(match moved.get(changes.community.as_str()) {
            None => Written::HeadMoved,
            Some(community) => {
                taken.push((*community, changes));
                Written::Done
            }
        });
    }
    // Rows of all communities together: a statement costs more than the rows in it.
    append(&mut *connection, &taken).await?;
    derive(&mut *connection, &taken).await?;
    Ok((written, taken))
}

/// A community's number with what it writes.
type CommunityChanges<'a> = (i64, &'a Changes);

/// The rows of one table, of all communities, each with its community's number.
fn rows_of<'a, T>(
    taken: &[CommunityChanges<'a>],
    rows: impl Fn(&'a Changes) -> &'a [T],
) -> Vec<(i64, &'a T)> {
    let of = |(community, changes): &CommunityChanges<'a>| {
        let community = *community;
        rows(changes).iter().map(move |row| (community, row))
    };
    taken.iter().flat_map(of).collect()
}

/// The numbers of the communities whose heads were still those that were loaded.
async fn advance(
    connection: &mut SqliteConnection,
    batch: &[Changes],
) -> Result<HashMap<String, i64>, StoreError> {
    for changes in batch.iter().filter(|changes| changes.before.height == 0) {
        sqlx::query(NEW_COMMUNITY)
            .bind(changes.community.as_str())
            .execute(&mut *connection)
            .await?;
    }
    let moved: Vec<(String, i64)> = ADVANCE.fetch(connection, batch, bind_head).await?;
    Ok(moved.into_iter().collect())
}

fn bind_head(query: Binding, changes: &Changes) -> Result<Binding, StoreError> {
    let next_order = changes
        .orders
        .iter()
        .map(|order| i64::from(order.no.0).saturating_add(1))
        .max()
        .unwrap_or(1);
    let (before, after) = (&changes.before, &changes.after);
    Ok(query
        .bind(changes.community.as_str().to_owned())
        .bind(int(before.height)?)
        .bind(before.hash.to_vec())
        .bind(int(after.height)?)
        .bind(after.hash.to_vec())
        .bind(int(after.next_seq)?)
        .bind(after.last_at.0)
        .bind(next_order)
        .bind(!changes.transfers.is_empty())
        .bind(changes.settings.as_ref().map(write_settings)))
}

/// What never changes again: records, movements, the block.
async fn append(
    connection: &mut SqliteConnection,
    taken: &[CommunityChanges<'_>],
) -> Result<(), StoreError> {
    RECORDS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.records),
            |query, (community, (seq, kind, body))| {
                Ok(query
                    .bind(*community)
                    .bind(int(*seq)?)
                    .bind(i64::from(*kind))
                    .bind(body.as_slice()))
            },
        )
        .await?;
    TRANSFERS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.transfers),
            |query, (community, placed)| bind_transfer(query.bind(*community), placed),
        )
        .await?;
    BLOCKS
        .write(connection, taken, |query, (community, changes)| {
            let block = &changes.block;
            Ok(query
                .bind(*community)
                .bind(int(block.height)?)
                .bind(&block.prev[..])
                .bind(&block.root[..])
                .bind(int(block.first_seq)?)
                .bind(int(block.count)?)
                .bind(block.at.0)
                .bind(&changes.after.hash[..]))
        })
        .await
}

fn bind_transfer(query: Binding, placed: &PlacedTransfer) -> Result<Binding, StoreError> {
    let transfer = &placed.transfer;
    Ok(query
        .bind(int(placed.seq)?)
        .bind(int(placed.entry)?)
        .bind(transfer.debit.pack())
        .bind(transfer.credit.pack())
        .bind(transfer.amount.get())
        .bind(transfer.from_lot)
        .bind(transfer.to_lot)
        .bind(transfer.kind as i64)
        .bind(transfer.order.map(|no| i64::from(no.0)))
        .bind(transfer.reverses.map(int).transpose()?)
        .bind(placed.debit_after.0)
        .bind(int(placed.debit_after.1)?)
        .bind(placed.credit_after.0)
        .bind(int(placed.credit_after.1)?))
}

/// What can be rebuilt: balances, counters, residents, items, orders, references, keys, waiting events, rule sets;
/// and the personal texts.
async fn derive(
    connection: &mut SqliteConnection,
    taken: &[CommunityChanges<'_>],
) -> Result<(), StoreError> {
    balances(connection, taken).await?;
    COUNTERS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.counters),
            |query, (community, (key, row))| {
                Ok(query
                    .bind(*community)
                    .bind(key.subject.pack())
                    .bind(key.kind.as_str())
                    .bind(key.month)
                    .bind(row.encode()))
            },
        )
        .await?;
    RESIDENTS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.residents),
            |query, (community, (resident, member))| {
                Ok(query
                    .bind(*community)
                    .bind(i64::from(resident.0))
                    .bind(i64::from(member.household.0))
                    .bind(member.encode()))
            },
        )
        .await?;
    ITEMS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.items),
            |query, (community, item)| {
                Ok(query
                    .bind(*community)
                    .bind(i64::from(item.no.0))
                    .bind(item.code.as_str())
                    .bind(write_item(item)))
            },
        )
        .await?;
    ORDERS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.orders),
            |query, (community, order)| bind_order(query.bind(*community), order),
        )
        .await?;
    references(connection, taken).await?;
    for (community, changes) in taken {
        periods(connection, *community, changes).await?;
    }
    FATES
        .write(
            connection,
            &rows_of(taken, |changes| &changes.fates),
            |query, (community, (entry, fate))| {
                Ok(query
                    .bind(*community)
                    .bind(int(*entry)?)
                    .bind(i64::from(fate.state.number()))
                    .bind(int(fate.by)?)
                    .bind(fate.until.map(|day| i64::from(day.to_days()))))
            },
        )
        .await?;
    RULE_SETS
        .write(
            connection,
            &rows_of(taken, |changes| &changes.sets),
            |query, (community, set)| {
                Ok(query
                    .bind(*community)
                    .bind(i64::from(set.no.0))
                    .bind(write_rule_set(set)))
            },
        )
        .await?;
    beside::write(connection, taken).await?;
    for (community, changes) in taken {
        marks::add(connection, changes).await?;
        beside::erase(connection, *community, changes).await?;
    }
    Ok(())
}

async fn balances(
    connection: &mut SqliteConnection,
    taken: &[CommunityChanges<'_>],
) -> Result<(), StoreError> {
    let mut rows: Vec<(i64, &Account, i32, i64, u64)> = Vec::new();
    let accounts = rows_of(taken, |changes| &changes.accounts);
    for (community, (account, state)) in &accounts {
        rows.push((*community, account, -1, state.total, state.last));
        rows.extend(
            state
                .lots
                .iter()
                .map(|(lot, left)| (*community, account, *lot, *left, state.last)),
        );
    }
    BALANCES
        .write(
            connection,
            &rows,
            |query, (community, account, lot, amount, last)| {
                Ok(query
                    .bind(*community)
                    .bind(account.pack())
                    .bind(*lot)
                    .bind(*amount)
                    .bind(int(*last)?))
            },
        )
        .await?;
    let touched: Vec<(i64, i64, u64)> = accounts
        .iter()
        .map(|(community, (account, state))| (*community, account.pack(), state.last))
        .collect();
    if !touched.is_empty() {
        sqlx::query(EMPTIED_LOTS)
            .bind(json!(touched).to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn references(
    connection: &mut SqliteConnection,
    taken: &[CommunityChanges<'_>],
) -> Result<(), StoreError> {
    SOURCES
        .write(
            connection,
            &rows_of(taken, |changes| &changes.sources),
            |query, (community, (source, text, used))| {
                Ok(query
                    .bind(*community)
                    .bind(source.as_str())
                    .bind(text.as_str())
                    .bind(&used.input[..])
                    .bind(int(used.entry)?))
            },
        )
        .await?;
    KEYS.write(
        connection,
        &rows_of(taken, |changes| &changes.keys),
        |query, (community, (actor, key, used, at))| {
            Ok(query
                .bind(*community)
                .bind(actor.as_str())
                .bind(key.as_str())
                .bind(&used.input[..])
                .bind(int(used.entry)?)
                .bind(at.0))
        },
    )
    .await?;
    WAITING
        .write(
            connection,
            &rows_of(taken, |changes| &changes.waiting),
            |query, (community, (seq, set))| {
                Ok(query
                    .bind(*community)
                    .bind(int(*seq)?)
                    .bind(i64::from(set.0)))
            },
        )
        .await?;
    let waited = rows_of(taken, |changes| &changes.waited);
    if !waited.is_empty() {
        sqlx::query(NO_LONGER_WAITING)
            .bind(json!(waited).to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn periods(
    connection: &mut SqliteConnection,
    community: i64,
    changes: &Changes,
) -> Result<(), StoreError> {
    PERIODS
        .write(connection, &changes.periods, |query, row| {
            Ok(query
                .bind(community)
                .bind(row.period.to_string())
                .bind(row.period.last.to_days())
                .bind(row.encode()))
        })
        .await?;
    STANDINGS
        .write(
            connection,
            &changes.standings,
            |query, (cut, holder, standing)| {
                Ok(query
                    .bind(community)
                    .bind(int(*cut)?)
                    .bind(pack_holder(*holder))
                    .bind(int(standing.entry)?)
                    .bind(standing.encode()))
            },
        )
        .await
}

fn bind_order(query: Binding, order: &Order) -> Result<Binding, StoreError> {
    let (state, at, by) = match &order.state {
        OrderState::Reserved => (1, None, None),
        OrderState::Settled { at, by } => (2, Some(at.0), Some(by.as_str())),
        OrderState::Released { at, reason } => match reason {
            ReleaseReason::Cancelled => (3, Some(at.0), None),
            ReleaseReason::TimedOut => (4, Some(at.0), None),
        },
    };
    Ok(query
        .bind(i64::from(order.no.0))
        .bind(int(order.entry)?)
        .bind(i64::from(order.resident.0))
        .bind(i64::from(order.household.0))
        .bind(write_lines(order))
        .bind(order.total.get())
        .bind(write_held(order))
        .bind(order.code.key())
        .bind(order.placed_on.to_days())
        .bind(order.deadline.to_days())
        .bind(state)
        .bind(at)
        .bind(by))
}
