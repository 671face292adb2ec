//! What the events and orders of many communities read, one statement per kind of row.

use std::collections::HashMap;

use rongyi_core::chain::Head;
use rongyi_core::command::Need;
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::time::Instant;
use sqlx::{FromRow, Row as _};

use super::forms::narrow;
use super::lists::{
    self, CounterKeys, ReadQuery, each_owned, each_owned_counter, each_owned_pair, each_text,
    looked_up,
};
use super::load::{LoadedRows, OrderRow, counter, head, order_columns, state_row, use_of};
use super::nul::given;
use super::periods::member;
use super::{Connection, Row, statements};
use crate::error::StoreError;

/// The number of a row's community, as wide on one engine as on the other.
macro_rules! number_of {
    ($table:literal) => {
        concat!("CAST(", $table, ".community_id AS BIGINT) AS community_id")
    };
}

statements! {
    NUMBERS = concat!("SELECT c.code, ", number_of!("c"), ", c.height, c.hash, c.next_seq, c.last_at FROM ",
        each_text!("$1"), looked_up!("community", "c", "c.code = j.value"));
    ACCOUNTS = concat!("SELECT ", number_of!("b"), ", b.account, b.lot, b.amount, b.last FROM ", each_owned!(number),
        looked_up!("balance", "b", "b.community_id = j.community AND b.account = j.value"));
    COUNTERS = concat!("SELECT ", number_of!("c"), ", c.subject, c.kind, c.month, c.body FROM ", each_owned_counter!(),
        looked_up!("counter", "c", "c.community_id = j.community AND c.subject = j.subject AND c.kind = j.kind \
        AND c.month BETWEEN j.first AND j.last"));
    RESIDENTS = concat!("SELECT ", number_of!("r"), ", r.resident, r.household, r.traits FROM ", each_owned!(number),
        looked_up!("resident", "r", "r.community_id = j.community AND r.resident = j.value"));
    ORDERS = concat!("SELECT ", number_of!("o"), ", ", order_columns!(), " FROM ", each_owned!(number),
        looked_up!("orders", "o", "o.community_id = j.community AND o.order_no = j.value"));
    PICKUP_CODES = concat!("SELECT ", number_of!("o"), ", o.code, o.order_no FROM ", each_owned!(text),
        looked_up!("orders", "o", "o.community_id = j.community AND o.code = j.value"));
    SOURCES = concat!("SELECT ", number_of!("s"), ", s.source, s.external_ref, s.input, s.entry FROM ",
        each_owned_pair!(),
        looked_up!("source_ref", "s", "s.community_id = j.community AND s.source = j.a AND s.external_ref = j.b"));
    KEYS = concat!("SELECT ", number_of!("i"), ", i.actor, i.key, i.input, i.entry, i.at FROM ", each_owned_pair!(),
        looked_up!("idempotency", "i", "i.community_id = j.community AND i.actor = j.a AND i.key = j.b"));
}

/// The keys of one kind of need, each with its community's number.
macro_rules! keys {
    ($gather:expr, $number:ident, $pattern:pat => $key:expr) => {
        $gather.keys(|$number, need| {
            if let $pattern = need {
                Some($key)
            } else {
                None
            }
        })
    };
}

/// An order's columns with its community's number.
#[derive(Debug)]
struct OwnedOrder {
    community_id: i64,
    order: OrderRow,
}

impl FromRow<'_, Row> for OwnedOrder {
    fn from_row(row: &Row) -> sqlx::Result<Self> {
        Ok(OwnedOrder {
            community_id: row.try_get("community_id")?,
            order: OrderRow::from_row(row)?,
        })
    }
}

/// The rows found so far, in the order in which communities were asked for.
pub(super) struct Gather<'n> {
    asked: &'n [(Code, Vec<Need>)],
    /// Their numbers; a community that was never written has none, and nothing is found for it.
    numbers: Vec<Option<i64>>,
    places: HashMap<i64, usize>,
    pub(super) found: Vec<LoadedRows>,
    /// Their heads in the same snapshot.
    pub(super) heads: Vec<Head>,
}

type NumberRow = (String, i64, i64, Vec<u8>, i64, i64);

impl<'n> Gather<'n> {
    pub(super) async fn begin(
        connection: &mut Connection,
        asked: &'n [(Code, Vec<Need>)],
    ) -> Result<Self, StoreError> {
        let names: Vec<&str> = asked.iter().map(|(code, _)| code.as_str()).collect();
        let rows: Vec<NumberRow> = lists::texts(sqlx::query_as(NUMBERS), &names)
            .fetch_all(connection)
            .await?;
        let mut known: HashMap<String, (i64, Head)> = HashMap::new();
        for (name, number, height, hash, next_seq, last_at) in rows {
            known.insert(name, (number, head((height, &hash, next_seq, last_at))?));
        }
        let known: Vec<Option<(i64, Head)>> =
            names.iter().map(|name| known.get(*name).copied()).collect();
        let numbers: Vec<Option<i64>> = known
            .iter()
            .map(|row| row.map(|(number, _)| number))
            .collect();
        let heads = known.into_iter();
        let heads = heads.map(|row| row.map_or(Head::EMPTY, |(_, head)| head));
        let place = |(place, number): (usize, &Option<i64>)| number.map(|number| (number, place));
        Ok(Gather {
            places: numbers.iter().enumerate().filter_map(place).collect(),
            found: asked.iter().map(|_| LoadedRows::default()).collect(),
            heads: heads.collect(),
            asked,
            numbers,
        })
    }

    /// The keys of one kind of need, each with its community's number.
    fn keys<K>(&self, key: impl Fn(i64, &'n Need) -> Option<K>) -> Vec<K> {
        let pairs = self.numbers.iter().zip(self.asked);
        pairs
            .filter_map(|(number, (_, needs))| number.map(|number| (number, needs)))
            .flat_map(|(number, needs)| needs.iter().map(move |need| (number, need)))
            .filter_map(|(number, need)| key(number, need))
            .collect()
    }

    fn of(&mut self, number: i64) -> Result<(&'n Code, &mut LoadedRows), StoreError> {
        let place = self.places.get(&number).copied();
        let found =
            place.and_then(|place| Some((&self.asked.get(place)?.0, self.found.get_mut(place)?)));
        found.ok_or_else(|| StoreError::Corrupt {
            what: "community",
            place: number.to_string(),
        })
    }

    pub(super) async fn balances(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let keys = keys!(self, number, Need::Account(account) => (number, account.pack()));
        let found: Vec<(i64, i64, i32, i64, i64)> =
            rows(connection, ACCOUNTS, &keys, lists::owned_numbers).await?;
        for (number, account, lot, amount, last) in found {
            state_row(
                &mut self.of(number)?.1.accounts,
                (account, lot, amount, last),
            )?;
        }
        Ok(())
    }

    pub(super) async fn counters(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let keys = keys!(self, number,
            Need::Counter(key) => (number, key.subject.pack(), key.kind.as_str(), key.month));
        let found: Vec<(i64, i64, String, i32, Vec<u8>)> =
            rows(connection, COUNTERS, &months(keys), lists::owned_counters).await?;
        for (number, subject, kind, month, body) in found {
            let (community, found) = self.of(number)?;
            let (key, row) = counter(community, (subject, kind, month, body))?;
            found.counters.insert(key, row);
        }
        Ok(())
    }

    pub(super) async fn residents(
        &mut self,
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        let keys = keys!(self, number, Need::Resident(resident) => (number, i64::from(resident.0)));
        let found: Vec<(i64, i64, i64, Vec<u8>)> =
            rows(connection, RESIDENTS, &keys, lists::owned_numbers).await?;
        for (number, resident, household, traits) in found {
            let (community, found) = self.of(number)?;
            let (resident, member) = member(community, (resident, household, traits))?;
            found.residents.insert(resident.0, member);
        }
        Ok(())
    }

    pub(super) async fn orders(&mut self, connection: &mut Connection) -> Result<(), StoreError> {
        let keys = keys!(self, number, Need::Order(no) => (number, i64::from(no.0)));
        let found: Vec<OwnedOrder> = rows(connection, ORDERS, &keys, lists::owned_numbers).await?;
        for row in found {
            let (community, found) = self.of(row.community_id)?;
            let order = row.order.order(community)?;
            found.orders.insert(order.no.0, order);
        }
        let keys = keys!(self, number, Need::PickupCode(text) => (number, text.as_str()));
        let found: Vec<(i64, String, i64)> =
            rows(connection, PICKUP_CODES, &keys, lists::owned_texts).await?;
        for (number, text, no) in found {
            self.of(number)?.1.codes.insert(text, OrderNo(narrow(no)?));
        }
        Ok(())
    }

    pub(super) async fn references(
        &mut self,
        connection: &mut Connection,
    ) -> Result<(), StoreError> {
        let keys = keys!(self, number, Need::Source(source, text) => (number, source.as_str(), text.as_str()));
        let found: Vec<(i64, String, String, Vec<u8>, i64)> =
            rows(connection, SOURCES, &keys, lists::owned_pairs).await?;
        for (number, source, text, input, entry) in found {
            let used = use_of(&input, entry)?;
            self.of(number)?
                .1
                .sources
                .insert((source, given(text)), used);
        }
        let keys =
            keys!(self, number, Need::Key(actor, text) => (number, actor.as_str(), text.as_str()));
        let found: Vec<(i64, String, String, Vec<u8>, i64, i64)> =
            rows(connection, KEYS, &keys, lists::owned_pairs).await?;
        for (number, actor, text, input, entry, at) in found {
            let used = (use_of(&input, entry)?, Instant(at));
            self.of(number)?.1.keys.insert((actor, given(text)), used);
        }
        Ok(())
    }
}

/// Months of one counter that follow one another as one key: a year is one walk along the index and not twelve.
/// Months between two that are asked for may be found too, which does no harm; month 0 stands for all time, so it is
/// never the beginning of a walk.
fn months(mut keys: Vec<(i64, i64, &str, i32)>) -> Vec<CounterKeys<'_>> {
    keys.sort_unstable();
    let mut joined: Vec<CounterKeys<'_>> = Vec::new();
    for (number, subject, kind, month) in keys {
        match joined.last_mut() {
            Some(before)
                if (before.0, before.1, before.2) == (number, subject, kind) && before.3 > 0 =>
            {
                before.4 = month;
            }
            _ => joined.push((number, subject, kind, month, month)),
        }
    }
    joined
}

/// Rows of these keys; no keys are worth no statement.
async fn rows<'q, K, T>(
    connection: &mut Connection,
    sql: &'static str,
    keys: &'q [K],
    bind: impl FnOnce(ReadQuery<'q, T>, &'q [K]) -> ReadQuery<'q, T>,
) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, Row> + Send + Unpin,
{
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    Ok(bind(sqlx::query_as(sql), keys)
        .fetch_all(connection)
        .await?)
}
