//! What the shop has: items and the goods that come in. What they cost is decided by the pricing rule ([`prices`] only
//! asks it), what moved is read in [`goods`], and who redeems them is in `redemption`.

pub mod goods;
pub(crate) mod photo;
pub mod prices;
pub(crate) mod web;

use std::collections::BTreeMap;

use rongyi_clerk::{ClerkError, receipt};
use rongyi_core::account::{Account, Purpose};
use rongyi_core::chain::{hex, sha256};
use rongyi_core::command::{Ask, Command, Receive, Rejection, SaltedText};
use rongyi_core::ids::{AssetNo, Code, ItemNo};
use rongyi_core::record::{Asked, Item, Key, Record};
use rongyi_core::rule::Text;
use rongyi_core::time::LocalDate;
use rongyi_sheets::{BadRow, Columns, Row, Rows};
use rongyi_store::StoreError;

use crate::access::random;
use crate::earning::{code, day, whole};
use crate::house::House;
use crate::people::{Added, RowError, bad, conflict, text};
use crate::redemption::key;

/// Who books, and under which idempotency key.
pub type Booking = (Code, Option<String>);

/// As whoever sits at the terminal, each time anew.
pub fn by_hand(house: &House) -> Booking {
    (house.hand.code(), None)
}

/// Between donor, day and reason of goods that came in.
const BETWEEN: &str = " · ";
/// The columns of a file of items.
pub const ITEM_COLUMNS: Columns = Columns {
    required: &["item", "title_zh", "title_en", "category", "value_fen"],
    optional: &["icon"],
    prefixes: &[],
};
/// The columns of a file of goods received.
pub const STOCK_COLUMNS: Columns = Columns {
    required: &["item", "quantity", "reason"],
    optional: &["donor", "received_on"],
    prefixes: &[],
};

/// Adds items. One that is there with other content is a conflict, or changed where `update` is meant.
pub async fn add_items(house: &House, community: &Code, rows: Rows<'_>, update: bool) -> Added {
    let mut added = Added::default();
    for row in rows {
        let result = match row {
            Ok(row) => add_item(house, community, &row, update).await,
            Err(bad) => Err(RowError::Bad(bad)),
        };
        if !added.count(result) {
            break;
        }
    }
    added
}

async fn add_item(
    house: &House,
    community: &Code,
    row: &Row,
    update: bool,
) -> Result<bool, RowError> {
    let at = |error| bad(row, &error);
    let item = Item {
        no: ItemNo(0),
        code: code(row.need("item")?, "item").map_err(at)?,
        category: code(row.need("category")?, "category").map_err(at)?,
        value_fen: pieces(row, "value_fen", 0)?,
        title: Text {
            zh: text(row, "title_zh", row.need("title_zh")?)?.to_owned(),
            en: text(row, "title_en", row.need("title_en")?)?.to_owned(),
        },
        icon: code(row.get("icon").unwrap_or("gift"), "icon").map_err(at)?,
        active: true,
    };
    let frame = house.store.frame(community).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let old = items.iter().find(|old| old.code == item.code);
    // A list of items puts nothing back on the shelf that was taken off it.
    let item = Item {
        active: old.is_none_or(|old| old.active),
        ..item
    };
    if !update
        && let Some(old) = old
        && !same(old, &item)
    {
        let told = |item: &Item| {
            format!(
                "{} / {}, {}, {} fen, {}",
                item.title.zh, item.title.en, item.category, item.value_fen, item.icon
            )
        };
        let place = format!("物品 item {}", item.code);
        return Err(conflict(row, &place, &told(old), &told(&item)).into());
    }
    match define(house, community, item, by_hand(house)).await {
        Ok(_) => Ok(true),
        Err(ClerkError::Rejected(Rejection::NothingToDo)) => Ok(false),
        Err(error) => Err(RowError::clerk(row.line, error)),
    }
}

/// Writes an item down: a new one, or another title, category or value for one that is there. Answers the entry.
///
/// # Errors
/// [`Rejection::NothingToDo`], or what the database said.
pub async fn define(
    house: &House,
    community: &Code,
    item: Item,
    (actor, key_text): Booking,
) -> Result<u64, ClerkError> {
    let input = format!("define {item:?}");
    let mut command = house.command(community, &actor, Ask::Define(Box::new(item)));
    command.key = key(key_text, &input);
    let answer = house.clerk.ask_patiently(community, command).await?;
    Ok(answer.receipt.entry)
}

/// Writes a new item down. Answers the entry; the same key answers the same one.
///
/// # Errors
/// [`Rejection::NothingToDo`] where the code is another item's already, or what the database said.
pub async fn define_new(
    house: &House,
    community: &Code,
    item: Item,
    booking: Booking,
) -> Result<u64, ClerkError> {
    let frame = house.store.frame(community).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let old = items.iter().find(|old| old.code == item.code);
    // The very same once more is a second press, which its key answers.
    if old.is_some_and(|old| !old.active || !same(old, &item)) {
        return Err(ClerkError::Rejected(Rejection::NothingToDo));
    }
    define(house, community, item, booking).await
}

/// Whether two items say the same; an item's number is given by the ledger.
fn same(old: &Item, new: &Item) -> bool {
    let Item {
        no: _,
        code,
        category,
        value_fen,
        title,
        icon,
        active: _,
    } = old;
    (code, category, value_fen, title, icon)
        == (
            &new.code,
            &new.category,
            &new.value_fen,
            &new.title,
            &new.icon,
        )
}

/// Books goods in. A row is known for ever, whoever imports it, by its content with its day and by how often the file
/// says the same; one without its day would be another delivery as soon as its key is forgotten, and is refused.
pub async fn receive_stock(house: &House, community: &Code, rows: Rows<'_>) -> Added {
    let mut added = Added::default();
    let mut seen = BTreeMap::new();
    for row in rows {
        let result = match row {
            Ok(row) => receive(house, community, &row, Some(&mut seen)).await,
            Err(bad) => Err(RowError::Bad(bad)),
        };
        if !added.count(result.map(|entry| entry.is_some())) {
            break;
        }
    }
    added
}

/// Books one delivery in that a person typed: it has no key, so typed twice it came twice.
pub async fn receive_one(house: &House, community: &Code, rows: Rows<'_>) -> Added {
    let mut added = Added::default();
    for row in rows {
        let result = match row {
            Ok(row) => receive(house, community, &row, None).await,
            Err(bad) => Err(RowError::Bad(bad)),
        };
        added.entries.extend(result.iter().flatten());
        if !added.count(result.map(|entry| entry.is_some())) {
            break;
        }
    }
    added
}

/// How the text of goods begins that somebody gave.
pub(crate) fn donated_by(name: &str) -> String {
    format!("{name}{BETWEEN}")
}

async fn receive(
    house: &House,
    community: &Code,
    row: &Row,
    seen: Option<&mut BTreeMap<String, u32>>,
) -> Result<Option<u64>, RowError> {
    let item = code(row.need("item")?, "item").map_err(|error| bad(row, &error))?;
    let quantity = pieces(row, "quantity", 1)?;
    let donor = text(row, "donor", row.get("donor").unwrap_or_default())?;
    let reason = text(row, "reason", row.need("reason")?)?;
    let received_on = row
        .get("received_on")
        .map(|text| day(text, "received_on").map_err(|error| bad(row, &error)))
        .transpose()?;
    if received_on.is_none() && seen.is_some() {
        return Err(RowError::Bad(without_day(row)));
    }
    let today = house.today(community).0;
    if let Some(on) = received_on.filter(|on| *on > today) {
        let rejection = Rejection::DateFuture { on, today };
        return Err(RowError::Bad(BadRow {
            line: row.line,
            code: rejection.code().into(),
            text: rejection.text(),
        }));
    }
    let delivery = Delivery {
        item,
        quantity,
        donor: donor.to_owned(),
        on: received_on.unwrap_or(today),
        reason: reason.to_owned(),
    };
    let mut count = 0;
    let key = seen.map(|seen| {
        let written = delivery.on.to_string();
        let content = [
            delivery.item.as_str(),
            &quantity.to_string(),
            donor,
            &written,
            reason,
        ]
        .join("\u{1f}");
        let times = seen.entry(content.clone()).or_default();
        *times += 1;
        count = *times;
        let input = sha256(format!("{content}\u{1f}{times}").as_bytes());
        Key {
            text: format!("stock/{}", hex(&input)),
            input,
        }
    });
    // A key is forgotten in time, and is its actor's; a row with its day is found in the ledger itself.
    if count > 0 {
        let booked = booked(house, community, &delivery).await;
        let booked = booked.map_err(|error| RowError::clerk(row.line, error.into()))?;
        if booked >= count {
            return Ok(None);
        }
    }
    let command = delivery.command(house, community, (&house.hand.code(), key));
    match house.clerk.ask_patiently(community, command).await {
        Ok(answer) => Ok((!answer.replayed).then_some(answer.receipt.entry)),
        Err(error) => Err(RowError::clerk(row.line, error)),
    }
}

/// What is said of a row of a file that leaves its day out.
fn without_day(row: &Row) -> BadRow {
    BadRow::new(
        row.line,
        "stock.day",
        "这一行没有写是哪天进的货，以后再导入同一张表就认不出它了。请在 received_on 一列写上那天的日期，如 2026-11-20。",
        "This row does not say on which day the goods came in, so the same sheet would not be known again later. Write that day in the column received_on, such as 2026-11-20.",
    )
}

/// Goods that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What.
    pub item: Code,
    /// How many pieces.
    pub quantity: i32,
    /// Who gave them, or the number of a paper; may be empty.
    pub donor: String,
    /// On which day they came.
    pub on: LocalDate,
    /// Why, or what else is to be known.
    pub reason: String,
}

impl Delivery {
    /// Donor, day and reason, as the text of the entry has them.
    fn told(&self) -> String {
        let parts = [self.donor.clone(), self.on.to_string(), self.reason.clone()];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(BETWEEN)
    }

    fn command(
        &self,
        house: &House,
        community: &Code,
        (actor, key): (&Code, Option<Key>),
    ) -> Command {
        let salted = SaltedText {
            salt: random(),
            text: self.told(),
        };
        let ask = Ask::Receive(Receive {
            item: self.item.clone(),
            quantity: self.quantity,
            reason: salted.commitment(),
        });
        let mut command = house.command(community, actor, ask);
        command.key = key;
        command.text = Some(salted);
        command
    }
}

/// Books a delivery in. Answers the entry; the same key answers the same one.
///
/// # Errors
/// [`Rejection::ItemUnknown`], [`Rejection::QuantityRange`], or what the database said.
pub async fn deliver(
    house: &House,
    community: &Code,
    delivery: &Delivery,
    (actor, key_text): Booking,
) -> Result<u64, ClerkError> {
    let key = key(key_text, &format!("{delivery:?}"));
    let command = delivery.command(house, community, (&actor, key));
    let answer = house.clerk.ask_patiently(community, command).await?;
    Ok(answer.receipt.entry)
}

/// How often so many pieces came in with this very text.
async fn booked(house: &House, community: &Code, delivery: &Delivery) -> Result<u32, StoreError> {
    let (store, told) = (&house.store, &delivery.told());
    let frame = store.frame(community).await?;
    let items = frame.iter().flat_map(|frame| &frame.items);
    let no = items
        .into_iter()
        .find(|listed| listed.code == delivery.item);
    let no = no.map(|listed| listed.no);
    let mut count = 0;
    for (seq, text) in store.texts_from(community, told).await? {
        if text.text != *told {
            continue;
        }
        let Some(stored) = store.entry(community, seq).await? else {
            continue;
        };
        if let Some(Record::Asked(_, Asked::Receive(received))) = receipt(&stored)?.records.first()
            && Some(received.item) == no
            && received.quantity == delivery.quantity
        {
            count += 1;
        }
    }
    Ok(count)
}

/// Books that pieces are missing: lost, spoiled, given back. Answers the entry.
///
/// # Errors
/// `goods.gone` when the shelf holds fewer, [`Rejection::ItemUnknown`], or what the database said.
pub async fn miss(
    house: &House,
    community: &Code,
    (item, pieces): (&Code, i32),
    reason: &str,
    (actor, key_text): Booking,
) -> Result<u64, ClerkError> {
    let key = key(key_text, &format!("miss {item} {pieces} {reason}"));
    let text = SaltedText {
        salt: random(),
        text: reason.to_owned(),
    };
    let ask = Ask::Receive(Receive {
        item: item.clone(),
        quantity: pieces.saturating_neg(),
        reason: text.commitment(),
    });
    let mut command = house.command(community, &actor, ask);
    command.key = key;
    command.text = Some(text);
    let answer = house.clerk.ask_patiently(community, command).await?;
    Ok(answer.receipt.entry)
}

/// What a count found: pieces that the book holds, those kept for orders included, and the entry that set it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Pieces by the book, before.
    pub by_book: i64,
    /// The entry that books the difference; `None` where there was none.
    pub entry: Option<u64>,
}

/// Pieces that the book holds of an item, those kept for orders included: what a count compares with.
///
/// # Errors
/// [`Rejection::ItemUnknown`], or what the database said.
pub async fn by_book(house: &House, community: &Code, item: &Code) -> Result<i64, ClerkError> {
    let unknown = || ClerkError::Rejected(Rejection::ItemUnknown { item: item.clone() });
    let frame = house.store.frame(community).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let known = items.iter().find(|listed| listed.code == *item);
    let asset = known.and_then(|listed| AssetNo::of_item(listed.no));
    let asset = asset.ok_or_else(unknown)?;
    let of = |purpose| Account::of_community(asset, purpose);
    let accounts = [of(Purpose::Shelf), of(Purpose::Reserved)];
    let held = house.store.balances(community, &accounts).await?;
    Ok(held.iter().map(|(_, state)| state.total).sum())
}

/// Sets the book right after a count of everything that lies there, what is kept for orders included.
///
/// # Errors
/// As [`miss`].
pub async fn count(
    house: &House,
    community: &Code,
    (item, found): (&Code, i32),
    reason: &str,
    booking: Booking,
) -> Result<Counted, ClerkError> {
    let by_book = by_book(house, community, item).await?;
    let missing = by_book.saturating_sub(i64::from(found));
    let entry = match i32::try_from(missing) {
        Ok(0) => None,
        Ok(missing) => Some(miss(house, community, (item, missing), reason, booking).await?),
        Err(_) => return Err(ClerkError::Rejected(Rejection::OutOfRange)),
    };
    Ok(Counted { by_book, entry })
}

/// Takes an item off the shelf, or puts it back: orders that are open stay.
///
/// # Errors
/// [`Rejection::ItemUnknown`], [`Rejection::NothingToDo`], or what the database said.
pub async fn offer(
    house: &House,
    community: &Code,
    (item, active): (&Code, bool),
    booking: Booking,
) -> Result<u64, ClerkError> {
    let frame = house.store.frame(community).await?;
    let items = frame.map(|frame| frame.items).unwrap_or_default();
    let known = items.into_iter().find(|listed| listed.code == *item);
    let known =
        known.ok_or_else(|| ClerkError::Rejected(Rejection::ItemUnknown { item: item.clone() }))?;
    define(house, community, Item { active, ..known }, booking).await
}

/// A whole number from `min` on, as the ledger counts pieces and fen.
fn pieces(row: &Row, column: &str, min: i64) -> Result<i32, BadRow> {
    const MAX: i64 = 1_000_000_000;
    let number = whole(row.need(column)?, column, (min, MAX)).map_err(|error| bad(row, &error))?;
    Ok(i32::try_from(number).unwrap_or(i32::MAX))
}
