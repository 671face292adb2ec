//! A resident as the office sees them: one page from which everything that can be done for somebody at the counter is one
//! tap away, and an order for somebody without a telephone. It only gathers and shows; what is done from here is done by
//! the features themselves.

pub(crate) mod order;
pub(crate) mod web;

use rongyi_core::ids::ResidentNo;
use rongyi_pages::Whom;

use crate::access::SignedResident;
use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::people::own::ERASED;
use crate::redemption::Wallet;

/// The person behind a number, as the pages of residents take them. Who was erased is nobody.
///
/// # Errors
/// Not found, or what the database said.
pub(crate) async fn somebody(visit: &Visit, resident: ResidentNo) -> Result<SignedResident, Fault> {
    let store = &visit.app.house.store;
    let person = store.resident_person(&visit.code, resident).await?;
    let person = person.filter(|person| person.name != ERASED);
    let person = person.ok_or_else(Fault::not_found)?;
    Ok(SignedResident {
        resident,
        person_id: person.person_id,
        name: person.name,
        must_change: false,
    })
}

/// Who a page is about, for its head.
pub(crate) async fn whom(
    visit: &Visit,
    (me, wallet): (&SignedResident, &Wallet),
) -> Result<Whom, Fault> {
    Ok(Whom {
        no: me.resident.0,
        number: format!("{:04}", me.resident.0),
        name: me.name.clone(),
        household: visit.household_title(wallet.household).await?,
    })
}
