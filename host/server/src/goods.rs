//! What the shop has: items and the goods that come in. What they cost is decided by the pricing rule, and
//! who redeems them is in `redemption`.

use std::collections::BTreeMap;

use rongyi_core::chain::{hex, sha256};
use rongyi_core::command::{Ask, Rejection, SaltedText};
use rongyi_core::ids::{Code, ItemNo};
use rongyi_core::record::{Item, Key};
use rongyi_core::rule::Text;

use crate::access::random;
use crate::clerk::ClerkError;
use crate::earning::{code, day, whole};
use crate::house::House;
use crate::people::{Added, RowError, bad, conflict, text};
use rongyi_sheets::{BadRow, Columns, Row, Rows};

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
    if !update {
        let frame = house.store.frame(community).await?;
        let items = frame.map(|frame| frame.items).unwrap_or_default();
        if let Some(old) = items.iter().find(|old| old.code == item.code)
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
    }
    let command = house.command(community, &house.hand.code(), Ask::Define(Box::new(item)));
    match house.clerk.ask_patiently(community, command).await {
        Ok(_) => Ok(true),
        Err(ClerkError::Rejected(Rejection::NothingToDo)) => Ok(false),
        Err(error) => Err(RowError::clerk(row.line, error)),
    }
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

/// Books goods in. Each row carries a key made of its content and of how often the file says the same, so a
/// file that is imported again changes nothing.
pub async fn receive_stock(house: &House, community: &Code, rows: Rows<'_>) -> Added {
    let mut added = Added::default();
    let mut seen = BTreeMap::new();
    for row in rows {
        let result = match row {
            Ok(row) => receive(house, community, &row, Some(&mut seen)).await,
            Err(bad) => Err(RowError::Bad(bad)),
        };
        if !added.count(result) {
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
        if !added.count(result) {
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
) -> Result<bool, RowError> {
    let item = code(row.need("item")?, "item").map_err(|error| bad(row, &error))?;
    let quantity = pieces(row, "quantity", 1)?;
    let donor = text(row, "donor", row.get("donor").unwrap_or_default())?;
    let reason = text(row, "reason", row.need("reason")?)?;
    let received_on = row
        .get("received_on")
        .map(|text| day(text, "received_on").map_err(|error| bad(row, &error)))
        .transpose()?;
    let today = house.today(community).0;
    if let Some(on) = received_on.filter(|on| *on > today) {
        let rejection = Rejection::DateFuture { on, today };
        return Err(RowError::Bad(BadRow {
            line: row.line,
            code: rejection.code().into(),
            text: rejection.text(),
        }));
    }
    let on = received_on.unwrap_or(today);
    let told = [donor, &on.to_string(), reason]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(BETWEEN);
    let key = seen.map(|seen| {
        // What is written counts, not the day on which the file is read: the same file is the same tomorrow.
        let written = received_on.map(|on| on.to_string()).unwrap_or_default();
        let content = [
            item.as_str(),
            &quantity.to_string(),
            donor,
            &written,
            reason,
        ]
        .join("\u{1f}");
        let times = seen.entry(content.clone()).or_default();
        *times += 1;
        let input = sha256(format!("{content}\u{1f}{times}").as_bytes());
        Key {
            text: format!("stock/{}", hex(&input)),
            input,
        }
    });
    let salted = SaltedText {
        salt: random(),
        text: told,
    };
    let ask = Ask::Receive {
        item,
        quantity,
        reason: salted.commitment(),
    };
    let mut command = house.command(community, &house.hand.code(), ask);
    command.key = key;
    command.text = Some(salted);
    match house.clerk.ask_patiently(community, command).await {
        Ok(answer) => Ok(!answer.replayed),
        Err(error) => Err(RowError::clerk(row.line, error)),
    }
}

/// A whole number from `min` on, as the ledger counts pieces and fen.
fn pieces(row: &Row, column: &str, min: i64) -> Result<i32, BadRow> {
    const MAX: i64 = 1_000_000_000;
    let number = whole(row.need(column)?, column, (min, MAX)).map_err(|error| bad(row, &error))?;
    Ok(i32::try_from(number).unwrap_or(i32::MAX))
}
