//! Enrolment at the office's browser: one person from a form, or many from a sheet. First a plan that says what every row
//! comes to and changes nothing; then exactly that is booked. Whoever seems to be there already is shown and never merged.

pub(crate) mod homes;
mod listed;
mod plan;
pub(crate) mod sheets;
pub(crate) mod web;

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::ids::Code;
use rongyi_core::typed;
use rongyi_sheets::{BadRow, Columns, Row, Rows, Titles};
use rongyi_store::{ResidentRow, Store, StoreError, Whose};

pub use plan::{Outcome, Plan, Planned, Written, free_numbers, plan};

use super::own::ERASED;
use super::{Added, Office, add_households, add_residents_at};
use crate::access::recovery::{self, By, Deed};

/// The most rows that are planned and booked at once: their PINs are hashed while somebody waits.
pub const ROWS_MAX: usize = 200;
/// The columns of a sheet of persons with their households. A number that is left empty is the next free one.
pub const SHEET_COLUMNS: Columns = Columns {
    required: &["name"],
    optional: &[
        "resident",
        "household",
        "household_name",
        "address",
        "phone",
        "child",
    ],
    prefixes: &[],
};
/// What clerks write above these columns; the first of each is the one that messages use.
pub const TITLES: Titles = &[
    ("编号", "resident"),
    ("居民编号", "resident"),
    ("居民号", "resident"),
    ("户号", "household"),
    ("户名", "household_name"),
    ("户主", "household_name"),
    ("户主姓名", "household_name"),
    ("地址", "address"),
    ("住址", "address"),
    ("家庭住址", "address"),
    ("门牌", "address"),
    ("姓名", "name"),
    ("名字", "name"),
    ("电话", "phone"),
    ("手机", "phone"),
    ("手机号", "phone"),
    ("手机号码", "phone"),
    ("联系电话", "phone"),
    ("电话号码", "phone"),
    ("未成年", "child"),
    ("未成年人", "child"),
    ("儿童", "child"),
];

/// The residents with this name or telephone, as somebody typed it.
///
/// # Errors
/// What the database said.
pub async fn residents_called(
    store: &Store,
    community: &Code,
    text: &str,
    most: u32,
) -> Result<Vec<ResidentRow>, StoreError> {
    let name = typed::name(text);
    let close = name.replace(' ', "");
    let phones = [Some(typed::canonical(text)), typed::digits(text)];
    let mut found = Vec::new();
    for way in [Some(name), Some(close)]
        .into_iter()
        .chain(phones)
        .flatten()
    {
        if found.is_empty() && !way.is_empty() {
            found = store.residents_called(community, &way, most).await?;
        }
    }
    found.retain(|row| row.name.as_deref().is_some_and(|name| name != ERASED));
    Ok(found)
}

/// The last four digits, where there are enough that four say little.
pub fn phone_tail(phone: Option<&str>) -> String {
    let digits: Vec<char> = phone
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    match digits.len() {
        0..7 => String::new(),
        all => digits[all - 4..].iter().collect(),
    }
}

/// A name as names are compared here.
fn plain(name: &str) -> String {
    typed::name(name).replace(' ', "")
}

/// Whether a resident may be the person who is to be enrolled: the same name, and the same end of the telephone as far
/// as both have one.
pub fn is_alike(there: &ResidentRow, name: &str, phone: Option<&str>) -> bool {
    let known = there.name.as_deref().filter(|name| *name != ERASED);
    if known.is_none_or(|known| plain(known) != plain(name)) {
        return false;
    }
    let (old, new) = (phone_tail(there.phone.as_deref()), phone_tail(phone));
    old.is_empty() || new.is_empty() || old == new
}

/// What became of a plan.
#[derive(Debug, Default)]
pub struct Booked {
    /// New residents with their first PINs, and what was refused after all.
    pub added: Added,
    /// Lines that were left out because the person seems to be there and nobody said otherwise.
    pub left_out: Vec<u64>,
}

/// Books the new rows of a plan; those who seem to be there only where `others` has their line.
///
/// # Errors
/// What the database said; what was booked until then stays, and booking it again is no harm.
pub async fn book(
    office: Office<'_>,
    key: [u8; 32],
    (plan, others): (&Plan, &BTreeSet<u64>),
    by: &By,
) -> Result<Booked, StoreError> {
    let mut booked = Booked::default();
    let mut wanted: Vec<&Planned> = Vec::new();
    for planned in plan.of(Outcome::New) {
        if planned.alike.is_empty() || others.contains(&planned.line) {
            wanted.push(planned);
        } else {
            booked.left_out.push(planned.line);
        }
    }
    let homes = households(office, &wanted).await;
    booked.added.stopped = homes.stopped;
    if booked.added.stopped.is_some() {
        return Ok(booked);
    }
    let refused: BTreeSet<u64> = homes.bad.iter().map(|bad| bad.line).collect();
    booked.added.bad = homes.bad;
    let rows: Vec<Row> = wanted
        .iter()
        .filter(|planned| !refused.contains(&planned.line))
        .map(|planned| planned.written.resident_row(planned.line))
        .collect();
    let rows: Rows<'_> = Box::new(rows.into_iter().map(Ok::<_, BadRow>));
    let added = add_residents_at(office, key, rows, false).await;
    let bad = std::mem::take(&mut booked.added.bad);
    booked.added = added;
    booked.added.bad.extend(bad);
    mark_children(office, (&wanted, &booked.added), by).await?;
    Ok(booked)
}

/// Names the households that are new; two rows of one household name it once.
async fn households(office: Office<'_>, wanted: &[&Planned]) -> Added {
    let mut rows = BTreeMap::new();
    for planned in wanted.iter().filter(|planned| planned.names_household) {
        let row = planned.written.household_row(planned.line);
        rows.entry(planned.written.household.clone()).or_insert(row);
    }
    let rows: Rows<'_> = Box::new(rows.into_values().map(Ok));
    add_households(office.house, office.community, rows, false).await
}

/// Says of those who have just come that they are children; it stands on record, as everywhere.
async fn mark_children(
    office: Office<'_>,
    (wanted, added): (&[&Planned], &Added),
    by: &By,
) -> Result<(), StoreError> {
    let store = &office.house.store;
    let come: BTreeSet<&str> = added.secrets.iter().map(|new| new.who.as_str()).collect();
    let children = wanted.iter().filter(|planned| {
        planned.written.is_child() && come.contains(planned.written.resident.as_str())
    });
    for planned in children {
        let Ok(resident) = crate::earning::resident_no(&planned.written.resident) else {
            continue;
        };
        if let Some(person) = store.resident_person(office.community, resident).await? {
            let now = office.house.clock.now();
            let deed = recovery::record(office.community, Deed::Listing, by, ("", now));
            let whose = Whose::Person(person.person_id);
            store.add_access_record(whose, deed).await?;
            store.set_minor(person.person_id, true).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rongyi_core::ids::{HouseholdNo, ResidentNo};

    #[test]
    fn alike_is_the_same_name_and_the_same_end_of_the_telephone() {
        let there = |name: &str, phone: Option<&str>| ResidentRow {
            resident: ResidentNo(3),
            household: HouseholdNo(1),
            person_id: Some(1),
            name: Some(name.to_owned()),
            phone: phone.map(str::to_owned),
        };
        let old = there("陈桂芳", Some("13800000003"));
        for (name, phone, same) in [
            ("陈桂芳", Some("13800000003"), true),
            ("陈 桂芳", Some("0757-8000 0003"), true),
            ("陈桂芳", None, true),
            ("陈桂芳", Some("13800000004"), false),
            ("陈桂芬", Some("13800000003"), false),
        ] {
            assert_eq!(is_alike(&old, name, phone), same, "{name} {phone:?}");
        }
        assert!(is_alike(
            &there("陈桂芳", None),
            "陈桂芳",
            Some("13800000004")
        ));
        assert!(!is_alike(&there(ERASED, None), ERASED, None));
    }
}
