//! How residents stand on the pages of this folder. It looks nobody up by itself.

use rongyi_core::ids::ResidentNo;
use rongyi_pages::PersonRow;
use rongyi_store::ResidentRow;

use super::phone_tail;
use crate::access::StaffMember;
use crate::door::fault::Fault;
use crate::door::visit::{OnDuty, Visit};
use crate::door::{Actor, Kind};
use crate::people::own::ERASED;

/// Who enters people: whoever is on duty.
pub(super) fn hand(staff: &StaffMember) -> Actor {
    Actor::staff(staff.staff_id, staff.role)
}

/// The number as it is printed on cards.
pub(super) fn printed(resident: ResidentNo) -> String {
    format!("{:04}", resident.0)
}

/// A resident in a list.
pub(super) async fn person_row(visit: &Visit, row: &ResidentRow) -> Result<PersonRow, Fault> {
    Ok(PersonRow {
        no: row.resident.0,
        number: printed(row.resident),
        name: match row.name.as_deref() {
            Some(ERASED) => visit.either(ERASED, "erased"),
            Some(name) => name.to_owned(),
            None => visit.either("没有姓名", "no name"),
        },
        household: visit.household_title(row.household).await?,
        phone_tail: phone_tail(row.phone.as_deref()),
    })
}

/// Residents in a list, once it is on record that they are read.
pub(super) async fn person_rows(
    duty: &OnDuty,
    kind: Kind,
    rows: &[ResidentRow],
) -> Result<Vec<PersonRow>, Fault> {
    let numbers: Vec<ResidentNo> = rows.iter().map(|row| row.resident).collect();
    duty.reads(kind, &numbers).await?;
    let mut listed = Vec::new();
    for row in rows {
        listed.push(person_row(&duty.visit, row).await?);
    }
    Ok(listed)
}
