//! The stored forms of values, the same on every engine. No statement of its own.

use rongyi_core::account::Account;
use rongyi_core::book::{HeldLot, Order};
use rongyi_core::chain::Hash;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{Asked, Envelope, Item, Record, RuleSet};
use rongyi_core::settings::Settings;
use rongyi_core::time::{Instant, LocalDate};
use serde_json::json;

use super::QueryResult;
use crate::error::{StoreError, corrupt};
use crate::model::Whose;

/// A place, height or count to be kept.
pub(super) fn int(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Conflict {
        detail: format!("{value} is larger than any number that can be kept"),
    })
}

/// A place or height that is looked for. Whatever is beyond the largest one names the end, where nothing is; who
/// asks for it says nothing about what is stored.
pub(super) fn place(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A place, height or count as it was kept.
pub(super) fn uint(value: i64) -> Result<u64, StoreError> {
    narrow(value)
}

/// A stored number in its own width.
pub(super) fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| StoreError::Corrupt {
        what: "number",
        place: value.to_string(),
    })
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt {
        what: "hash",
        place: rongyi_core::chain::hex(bytes),
    })
}

pub(super) fn code(text: &str) -> Result<Code, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt {
        what: "code",
        place: text.to_owned(),
    })
}

pub(super) fn date(days: i64) -> Result<LocalDate, StoreError> {
    LocalDate::from_days(narrow(days)?).ok_or_else(|| StoreError::Corrupt {
        what: "date",
        place: days.to_string(),
    })
}

pub(super) fn account(packed: i64) -> Result<Account, StoreError> {
    Account::unpack(packed).ok_or_else(|| StoreError::Corrupt {
        what: "account",
        place: packed.to_string(),
    })
}

/// Settings, items and rule sets are kept as their canonical records under an empty envelope: one form for all.
fn envelope() -> Envelope {
    Envelope {
        at: Instant(0),
        today: LocalDate::FIRST,
        actor: Code::literal("store"),
        key: None,
    }
}

pub(super) fn write_settings(settings: &Settings) -> Vec<u8> {
    Record::asked(envelope(), settings.clone()).encode()
}

pub(super) fn read_settings(community: &Code, body: &[u8]) -> Result<Settings, StoreError> {
    match Record::decode(1, body) {
        Ok(Record::Asked(_, Asked::Settings(settings))) => Ok(settings),
        Ok(_) | Err(_) => Err(corrupt("settings", community, "")),
    }
}

pub(super) fn write_rule_set(set: &RuleSet) -> Vec<u8> {
    Record::asked(envelope(), Box::new(set.clone())).encode()
}

pub(super) fn read_rule_set(community: &Code, body: &[u8]) -> Result<RuleSet, StoreError> {
    match Record::decode(2, body) {
        Ok(Record::Asked(_, Asked::Activate(set))) => Ok(*set),
        Ok(_) | Err(_) => Err(corrupt("rule set", community, "")),
    }
}

pub(super) fn write_item(item: &Item) -> Vec<u8> {
    Record::asked(envelope(), Box::new(item.clone())).encode()
}

pub(super) fn read_item(community: &Code, body: &[u8]) -> Result<Item, StoreError> {
    match Record::decode(4, body) {
        Ok(Record::Asked(_, Asked::Define(item))) => Ok(*item),
        Ok(_) | Err(_) => Err(corrupt("item", community, "")),
    }
}

/// What is set aside for an order: lot and points, and the asset where it is another one than points.
pub(super) fn write_held(order: &Order) -> String {
    let one = |held: &HeldLot| match held.asset {
        AssetNo::POINTS => json!([held.lot, held.points]),
        asset => json!([held.lot, held.points, asset.0]),
    };
    let rows: Vec<serde_json::Value> = order.held.iter().map(one).collect();
    json!(rows).to_string()
}

/// The lines of an order: `[item, pieces, points]`, and the pieces handed over in parts where there are any.
pub(super) fn write_lines(order: &Order) -> String {
    let lines = order.lines.iter().zip(&order.handed);
    let lines = lines.map(|((line, points), handed)| match handed {
        0 => serde_json::json!([line.item.0, line.quantity, points.get()]),
        handed => serde_json::json!([line.item.0, line.quantity, points.get(), handed]),
    });
    serde_json::Value::Array(lines.collect()).to_string()
}

/// Whose browser, tries or record it is.
pub(super) fn parts(whose: Whose) -> (&'static str, i64) {
    match whose {
        Whose::Person(id) => ("person", id),
        Whose::Staff(id) => ("staff", id),
    }
}

/// Exactly one row must have changed.
pub(super) fn changed(
    result: &QueryResult,
    what: &'static str,
    name: impl ToString,
) -> Result<(), StoreError> {
    if result.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound {
            what,
            name: name.to_string(),
        })
    }
}

/// Nothing was inserted because there is no such community.
pub(super) fn no_community(community: &Code) -> StoreError {
    StoreError::NoCommunity {
        community: community.clone(),
    }
}
