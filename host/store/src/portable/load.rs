//! Loading what a batch needs: the frame, the heads, and every named row. What every event reads is read for all
//! communities of a batch by one statement per kind of row (`gather`); rarer kinds community by community.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rongyi_core::account::Holder;
use rongyi_core::amount::Amount;
use rongyi_core::book::{AccountState, Fate, Frame, HeldLot, Loaded, Order, OrderState, Used};
use rongyi_core::chain::{Hash, Head};
use rongyi_core::command::Need;
use rongyi_core::counters::{CounterKey, CounterRow, CounterSubject};
use rongyi_core::ids::{AssetNo, Code, HouseholdNo, ItemNo, OrderNo, ResidentNo};
use rongyi_core::member::Member;
use rongyi_core::period::Standing;
use rongyi_core::record::{Event, OrderLine, PickupCode, Record, ReleaseReason};
use rongyi_core::time::Instant;
use sqlx::FromRow;

use super::fates::{FateRow, fate};
use super::forms::{code, date, hash, int, narrow, read_item, read_rule_set, read_settings, uint};
use super::gather::Gather;
use super::lists::{self, ReadQuery, each_number, each_text, looked_up};
use super::nul::given;
use super::{Connection, Own, Row, community, row, statements};
use crate::error::{StoreError, corrupt};
use crate::model::Moment;

/// The columns of an order, in the order of [`OrderRow`].
macro_rules! order_columns {
    () => {
        "o.order_no, o.entry, o.resident, o.household, o.lines, o.total, o.held, o.code, o.placed_on, o.deadline, \
         o.state, o.closed_at, o.closed_by"
    };
}
pub(super) use order_columns;

statements! {
    CODES = "SELECT code FROM community ORDER BY code";
    WRITTEN = "SELECT code, settings FROM community ORDER BY code";
    FRAME = "SELECT height, hash, next_seq, last_at, next_order, posted, settings FROM community WHERE code = $1";
    RULE_SETS = concat!("SELECT body, no, '' AS code FROM rule_set WHERE community_id = ", community!(), " ORDER BY no");
    ITEMS = concat!("SELECT body, item_no, code FROM item WHERE community_id = ", community!(), " ORDER BY item_no");
    HEADS = concat!("SELECT c.code, c.height, c.hash, c.next_seq, c.last_at FROM ", each_text!("$1"),
        looked_up!("community", "c", "c.code = j.value"));
    FATES = concat!("SELECT f.entry, f.state, f.by_entry, f.until FROM ", each_number!(),
        looked_up!("fate", "f", "f.community_id = ", community!(), " AND f.entry = j.value"));
    WAITING = concat!("SELECT w.seq, r.kind, r.body FROM ", each_number!(),
        looked_up!("waiting", "w", "w.community_id = ", community!(), " AND w.seq = j.value"),
        looked_up!("record", "r", "r.community_id = w.community_id AND r.seq = w.seq"));
}

row! {
    /// An order's columns.
    #[derive(Debug)]
    pub(super) struct OrderRow {
        order_no: i64,
        entry: i64,
        resident: i64,
        household: i64,
        lines: String,
        total: i64,
        held: String,
        code: String,
        placed_on: i64,
        deadline: i64,
        state: i64,
        closed_at: Option<i64>,
        closed_by: Option<String>,
    }
}

impl OrderRow {
    pub(super) fn order(self, community: &Code) -> Result<Order, StoreError> {
        let bad = || corrupt("order", community, self.order_no);
        let stored: Vec<Vec<i64>> = serde_json::from_str(&self.lines).map_err(|_| bad())?;
        let (mut lines, mut handed) = (Vec::new(), Vec::new());
        for numbers in &stored {
            let (ordered, points, begun) = line(numbers).ok_or_else(bad)?;
            lines.push((ordered, points));
            handed.push(begun);
        }
        let amount = |value| Amount::new(value).map_err(|_| bad());
        let state = match (self.state, self.closed_at.map(Instant), &self.closed_by) {
            (1, None, None) => OrderState::Reserved,
            (2, Some(at), Some(by)) => OrderState::Settled { at, by: code(by)? },
            (3, Some(at), None) => OrderState::Released {
                at,
                reason: ReleaseReason::Cancelled,
            },
            (4, Some(at), None) => OrderState::Released {
                at,
                reason: ReleaseReason::TimedOut,
            },
            _ => return Err(bad()),
        };
        Ok(Order {
            no: OrderNo(narrow(self.order_no)?),
            entry: uint(self.entry)?,
            resident: ResidentNo(narrow(self.resident)?),
            household: HouseholdNo(narrow(self.household)?),
            lines,
            handed,
            total: amount(self.total)?,
            held: held(&self.held).ok_or_else(bad)?,
            placed_on: date(self.placed_on)?,
            deadline: date(self.deadline)?,
            code: PickupCode::from_key(&self.code).ok_or_else(bad)?,
            state,
        })
    }
}

/// What is set aside, as it is stored: lot and points, and the asset where it is another one than points.
fn held(stored: &str) -> Option<Vec<HeldLot>> {
    let rows: Vec<Vec<i64>> = serde_json::from_str(stored).ok()?;
    let one = |row: &Vec<i64>| {
        let (lot, points, asset) = match row.as_slice() {
            [lot, points] => (*lot, *points, AssetNo::POINTS),
            [lot, points, asset] => (*lot, *points, AssetNo(u32::try_from(*asset).ok()?)),
            _ => return None,
        };
        let lot = i32::try_from(lot).ok()?;
        Some(HeldLot { asset, lot, points })
    };
    rows.iter().map(one).collect()
}

/// A line of an order as it is stored: item, pieces, points, and the pieces that were handed over in parts, if any.
fn line(stored: &[i64]) -> Option<(OrderLine, Amount, i32)> {
    let (whole, handed) = match stored {
        [item, pieces, points] => ((*item, *pieces, *points), 0),
        [item, pieces, points, handed] => ((*item, *pieces, *points), *handed),
        _ => return None,
    };
    let line = OrderLine {
        item: ItemNo(u32::try_from(whole.0).ok()?),
        quantity: i32::try_from(whole.1).ok()?,
    };
    Some((
        line,
        Amount::new(whole.2).ok()?,
        i32::try_from(handed).ok()?,
    ))
}

/// Balance rows of any accounts, total and lots in any order, as states.
pub(super) fn states(
    rows: Vec<(i64, i32, i64, i64)>,
) -> Result<BTreeMap<i64, AccountState>, StoreError> {
    let mut states = BTreeMap::new();
    for row in rows {
        state_row(&mut states, row)?;
    }
    Ok(states)
}

/// Adds one balance row to the state of its account.
pub(super) fn state_row(
    states: &mut BTreeMap<i64, AccountState>,
    (account, lot, amount, last): (i64, i32, i64, i64),
) -> Result<(), StoreError> {
    let state: &mut AccountState = states.entry(account).or_default();
    if lot == -1 {
        state.total = amount;
        state.last = uint(last)?;
    } else {
        state.lots.insert(lot, amount);
    }
    Ok(())
}

pub(super) fn counter(
    community: &Code,
    (subject, kind, month, body): (i64, String, i32, Vec<u8>),
) -> Result<(CounterKey, CounterRow), StoreError> {
    let bad = || corrupt("counter", community, format!("{subject} {kind} {month}"));
    let key = CounterKey {
        subject: CounterSubject::unpack(subject).ok_or_else(bad)?,
        kind: code(&kind)?,
        month,
    };
    Ok((key, CounterRow::decode(&body).map_err(|_| bad())?))
}

type FrameRow = (i64, Vec<u8>, i64, i64, i64, bool, Option<Vec<u8>>);
type HeadRow = (String, i64, Vec<u8>, i64, i64);

pub(super) fn head(
    (height, hash_bytes, next_seq, last_at): (i64, &[u8], i64, i64),
) -> Result<Head, StoreError> {
    Ok(Head {
        height: uint(height)?,
        hash: hash(hash_bytes)?,
        next_seq: uint(next_seq)?,
        last_at: Instant(last_at),
    })
}

impl Own {
    pub(crate) async fn community_codes(&self) -> Result<Vec<Code>, StoreError> {
        let codes: Vec<String> = sqlx::query_scalar(CODES).fetch_all(&self.readers).await?;
        codes.iter().map(|text| code(text)).collect()
    }

    pub(crate) async fn configurations(&self) -> Result<Vec<(Code, Hash)>, StoreError> {
        let rows: Vec<(String, Option<Vec<u8>>)> =
            sqlx::query_as(WRITTEN).fetch_all(&self.readers).await?;
        let mut found = Vec::new();
        for (name, settings) in rows {
            let community = code(&name)?;
            let settings = settings.map(|body| read_settings(&community, &body));
            let written = settings.transpose()?.and_then(|known| known.written);
            found.extend(written.map(|written| (community, written)));
        }
        Ok(found)
    }

    pub(crate) async fn frame(&self, community: &Code) -> Result<Option<Frame>, StoreError> {
        // One read transaction: head, rule sets and items must be of the same moment.
        let mut snapshot = self.moment().await?;
        let row: Option<FrameRow> = sqlx::query_as(FRAME)
            .bind(community.as_str())
            .fetch_optional(&mut *snapshot)
            .await?;
        let Some((height, hash_bytes, next_seq, last_at, next_order, posted, settings)) = row
        else {
            return Ok(None);
        };
        let sets = bodies(&mut snapshot, RULE_SETS, community).await?;
        let items = bodies(&mut snapshot, ITEMS, community).await?;
        Ok(Some(Frame {
            community: community.clone(),
            head: head((height, &hash_bytes, next_seq, last_at))?,
            settings: settings
                .map(|body| read_settings(community, &body))
                .transpose()?,
            sets: sets
                .iter()
                .map(|(body, no, _)| {
                    // What is too long for today's limits is cut; the records keep it.
                    let set = read_rule_set(community, body)?.bounded();
                    let same = i64::from(set.no.0) == *no;
                    let set = same.then(|| Arc::new(set));
                    set.ok_or_else(|| corrupt("rule set", community, no))
                })
                .collect::<Result<_, _>>()?,
            items: items
                .iter()
                .map(|(body, no, code)| {
                    let item = read_item(community, body)?;
                    let same = i64::from(item.no.0) == *no && item.code.as_str() == code;
                    let item = same.then_some(item);
                    item.ok_or_else(|| corrupt("item", community, code))
                })
                .collect::<Result<_, _>>()?,
            next_order: narrow(next_order)?,
            posted,
            periods: super::periods::periods(&mut snapshot, community).await?,
        }))
    }

    pub(crate) async fn heads(
        &self,
        communities: &[Code],
    ) -> Result<Vec<(Code, Head)>, StoreError> {
        let names: Vec<&str> = communities.iter().map(Code::as_str).collect();
        let rows: Vec<HeadRow> = lists::texts(sqlx::query_as(HEADS), &names)
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter()
            .map(|(name, height, hash_bytes, next_seq, last_at)| {
                Ok((
                    code(&name)?,
                    head((height, &hash_bytes, next_seq, last_at))?,
                ))
            })
            .collect()
    }

    pub(crate) async fn load_all(
        &self,
        asked: &[(Code, Vec<Need>)],
    ) -> Result<Vec<Moment>, StoreError> {
        let mut snapshot = self.moment().await?;
        let connection = &mut *snapshot;
        let mut all = Gather::begin(connection, asked).await?;
        all.balances(connection).await?;
        all.counters(connection).await?;
        all.residents(connection).await?;
        all.orders(connection).await?;
        all.references(connection).await?;
        for (found, (community, needs)) in all.found.iter_mut().zip(asked) {
            found.waiting(connection, community, needs).await?;
            found.periods(connection, community, needs).await?;
        }
        // They are read with connections of their own, and whoever waits for one must not keep another.
        drop(snapshot);
        let mut answers = Vec::with_capacity(asked.len());
        let moments = all.found.into_iter().zip(all.heads);
        for ((mut found, head), (community, needs)) in moments.zip(asked) {
            for need in needs {
                // What was committed later than the snapshot is not there yet.
                if let Need::Entry(entry) = need
                    && *entry < head.next_seq
                    && let Some(records) = self.records_of(community, *entry).await?
                {
                    found.entries.insert(*entry, records);
                }
            }
            let rows = needs.iter().map(|need| found.answer(need)).collect();
            answers.push(Moment { head, rows });
        }
        Ok(answers)
    }
}

/// Bodies with the columns that repeat a part of them: a row whose columns say something else is damaged.
async fn bodies(
    connection: &mut Connection,
    sql: &'static str,
    community: &Code,
) -> Result<Vec<(Vec<u8>, i64, String)>, StoreError> {
    Ok(sqlx::query_as(sql)
        .bind(community.as_str())
        .fetch_all(connection)
        .await?)
}

/// The rows of one load, by their keys.
#[derive(Default)]
pub(super) struct LoadedRows {
    pub(super) accounts: BTreeMap<i64, AccountState>,
    pub(super) counters: HashMap<CounterKey, CounterRow>,
    pub(super) residents: HashMap<u32, Member>,
    pub(super) orders: HashMap<u32, Order>,
    pub(super) codes: HashMap<String, OrderNo>,
    pub(super) sources: HashMap<(String, String), Used>,
    pub(super) keys: HashMap<(String, String), (Used, Instant)>,
    waiting: HashMap<u64, Event>,
    everyone: Vec<(ResidentNo, Member)>,
    standings: HashMap<(u64, Holder), Standing>,
    entries: HashMap<u64, Vec<Record>>,
    fates: HashMap<u64, Fate>,
}

/// The keys of one kind of need; `None` when there are none, and no statement is worth its time.
fn list<'n, K>(needs: &'n [Need], key: impl Fn(&'n Need) -> Option<K>) -> Option<Vec<K>> {
    let keys: Vec<K> = needs.iter().filter_map(key).collect();
    (!keys.is_empty()).then_some(keys)
}

macro_rules! keys_of {
    ($needs:expr, $pattern:pat => $key:expr) => {
        list($needs, |need| {
            if let $pattern = need {
                Some($key)
            } else {
                None
            }
        })
    };
}

impl LoadedRows {
    async fn waiting(
        &mut self,
        connection: &mut Connection,
        community: &Code,
        needs: &[Need],
    ) -> Result<(), StoreError> {
        if let Some(keys) = keys_of!(needs, Need::Fate(entry) => int(*entry).ok()?) {
            let found: Vec<FateRow> = rows(connection, FATES, community, |query| {
                lists::numbers(query, &keys)
            })
            .await?;
            for row in found {
                let (entry, fate) = fate(community, row)?;
                self.fates.insert(entry, fate);
            }
        }
        if let Some(keys) = keys_of!(needs, Need::Waiting(seq) => int(*seq).ok()?) {
            let found: Vec<(i64, i16, Vec<u8>)> = rows(connection, WAITING, community, |query| {
                lists::numbers(query, &keys)
            })
            .await?;
            for (seq, kind, body) in found {
                let record = Record::decode(narrow(kind.into())?, &body).ok();
                let event = record.as_ref().and_then(Record::event).cloned();
                let event = event.ok_or_else(|| corrupt("waiting event", community, seq))?;
                self.waiting.insert(uint(seq)?, event);
            }
        }
        Ok(())
    }

    async fn periods(
        &mut self,
        connection: &mut Connection,
        community: &Code,
        needs: &[Need],
    ) -> Result<(), StoreError> {
        if needs.contains(&Need::Everyone) {
            self.everyone = super::periods::everyone(connection, community).await?;
        }
        // One statement for each cut-off; a batch that closes two periods is rare.
        let mut by_cut: BTreeMap<u64, Vec<Holder>> = BTreeMap::new();
        for need in needs {
            if let Need::Standing(cut, holder) = need {
                by_cut.entry(*cut).or_default().push(*holder);
            }
        }
        for (cut, holders) in by_cut {
            let found = super::periods::of_holders(connection, community, cut, &holders).await?;
            let pairs = found
                .into_iter()
                .map(|(cut, holder, standing)| ((cut, holder), standing));
            self.standings.extend(pairs);
        }
        Ok(())
    }

    fn answer(&self, need: &Need) -> Loaded {
        match need {
            Need::Account(account) => {
                Loaded::Account(*account, self.accounts.get(&account.pack()).cloned())
            }
            Need::Counter(key) => Loaded::Counter(key.clone(), self.counters.get(key).cloned()),
            Need::Resident(no) => Loaded::Resident(*no, self.residents.get(&no.0).cloned()),
            Need::Order(no) => Loaded::Order(*no, self.orders.get(&no.0).cloned()),
            Need::PickupCode(text) => {
                Loaded::PickupCode(text.clone(), self.codes.get(text).copied())
            }
            Need::Source(source, text) => {
                let key = (source.as_str().to_owned(), text.clone());
                Loaded::Source(
                    source.clone(),
                    text.clone(),
                    self.sources.get(&key).copied(),
                )
            }
            Need::Key(actor, text) => {
                let key = (actor.as_str().to_owned(), text.clone());
                Loaded::Key(actor.clone(), text.clone(), self.keys.get(&key).copied())
            }
            Need::Waiting(seq) => Loaded::Waiting(*seq, self.waiting.get(seq).cloned()),
            Need::Everyone => Loaded::Everyone(self.everyone.clone()),
            Need::Standing(cut, holder) => {
                let standing = self.standings.get(&(*cut, *holder)).cloned();
                Loaded::Standing(*cut, *holder, standing)
            }
            Need::Entry(entry) => Loaded::Entry(*entry, self.entries.get(entry).cloned()),
            Need::Fate(entry) => Loaded::Fate(*entry, self.fates.get(entry).copied()),
        }
    }
}

async fn rows<'q, T>(
    connection: &mut Connection,
    sql: &'static str,
    community: &'q Code,
    keys: impl FnOnce(ReadQuery<'q, T>) -> ReadQuery<'q, T>,
) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, Row> + Send + Unpin,
{
    Ok(keys(sqlx::query_as(sql).bind(community.as_str()))
        .fetch_all(connection)
        .await?)
}

type UsedRow = (String, String, Vec<u8>, i64);

pub(super) fn used(rows: Vec<UsedRow>) -> Result<HashMap<(String, String), Used>, StoreError> {
    rows.into_iter()
        .map(|(scope, text, input, entry)| Ok(((scope, given(text)), use_of(&input, entry)?)))
        .collect()
}

/// What a reference or key was used for.
pub(super) fn use_of(input: &[u8], entry: i64) -> Result<Used, StoreError> {
    Ok(Used {
        input: hash(input)?,
        entry: uint(entry)?,
    })
}
