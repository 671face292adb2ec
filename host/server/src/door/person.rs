//! Who is behind an account, where two people have to agree: a member of staff with a second account, or with a card as a
//! resident, is one person. The ledger compares accounts; who they belong to is not its to know.

use rongyi_core::ids::Code;
use rongyi_store::{Store, StoreError};

use super::Signed;

/// The person behind an actor of the journal, where that is known.
async fn behind(store: &Store, community: &Code, actor: &Code) -> Result<Option<i64>, StoreError> {
    Ok(match Signed::of(actor) {
        Signed::Staff(id) => store.staff(id).await?.and_then(|staff| staff.person_id),
        Signed::Resident(no) => {
            let person = store.resident_person(community, no).await?;
            person.map(|person| person.person_id)
        }
        Signed::Device(_)
        | Signed::Terminal(_)
        | Signed::Import
        | Signed::Audit
        | Signed::System
        | Signed::Other(_) => None,
    })
}

/// Whether two actors with different names are known to be one human being.
///
/// # Errors
/// What the database said.
pub async fn one_person(
    store: &Store,
    community: &Code,
    one: &Code,
    other: &Code,
) -> Result<bool, StoreError> {
    match behind(store, community, one).await? {
        Some(person) => Ok(behind(store, community, other).await? == Some(person)),
        None => Ok(false),
    }
}
