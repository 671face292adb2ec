//! Households: what they are called and where they live, one by one or from a file. None of it is in the ledger, which
//! knows a household by its number.

use rongyi_core::ids::Code;
use rongyi_sheets::{BadRow, Row, Rows};
use rongyi_store::HouseholdText;

use super::{Added, RowError, bad, conflict, text};
use crate::earning::household_no;
use crate::house::House;

/// Adds households. One that is there with another name or address is a conflict, or changed where `update` is
/// meant.
pub async fn add_households(
    house: &House,
    community: &Code,
    rows: Rows<'_>,
    update: bool,
) -> Added {
    let mut added = Added::default();
    for row in rows {
        let result = match row {
            Ok(row) => add_household(house, community, &row, update).await,
            Err(bad) => Err(RowError::Bad(bad)),
        };
        if !added.count(result) {
            break;
        }
    }
    added
}

/// What a row about a household comes to.
pub(super) enum Fate {
    /// It is not there yet.
    New(HouseholdText),
    /// It is there, with the same content.
    Known,
    /// It is there, with another name or address.
    Other(HouseholdText, BadRow),
}

/// Says what a row comes to beside what is there, and changes nothing. `columns` are those of name and address.
pub(super) fn survey(
    row: &Row,
    columns: (&str, &str),
    old: Option<&HouseholdText>,
) -> Result<Fate, BadRow> {
    let household = household_no(row.need("household")?).map_err(|error| bad(row, &error))?;
    let name = text(row, columns.0, row.need(columns.0)?)?;
    let address = text(row, columns.1, row.get(columns.1).unwrap_or_default())?;
    let wanted = HouseholdText {
        household,
        name: name.to_owned(),
        address: address.to_owned(),
    };
    let Some(old) = old else {
        return Ok(Fate::New(wanted));
    };
    // A file without the column says nothing about the address.
    let silent = row.get(columns.1).is_none();
    if old.name == name && (silent || old.address == address) {
        return Ok(Fate::Known);
    }
    let place = format!("户 household {household}");
    let told = |text: &HouseholdText| format!("{} {}", text.name, text.address).trim().to_owned();
    let conflict = conflict(row, &place, &told(old), &told(&wanted));
    Ok(Fate::Other(wanted, conflict))
}

async fn add_household(
    house: &House,
    community: &Code,
    row: &Row,
    update: bool,
) -> Result<bool, RowError> {
    let household = household_no(row.need("household")?).map_err(|error| bad(row, &error))?;
    let old = house.store.household(community, household).await?;
    let wanted = match survey(row, ("name", "address"), old.as_ref())? {
        Fate::Known => return Ok(false),
        Fate::New(wanted) => wanted,
        Fate::Other(wanted, _) if update => wanted,
        Fate::Other(_, conflict) => return Err(conflict.into()),
    };
    let (name, address) = (&wanted.name, &wanted.address);
    house
        .store
        .put_household(community, household, name, address)
        .await?;
    Ok(true)
}
