//! Whose a case is, as its readers are told.

use rongyi_core::ids::ResidentNo;
use rongyi_core::member::Left;

use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::people::leaving::how_left;

/// A masked name, with how its holder left.
pub(super) async fn named(
    visit: &Visit,
    resident: ResidentNo,
    left: Option<&Left>,
) -> Result<String, Fault> {
    let name = visit.masked(resident).await?;
    Ok(match left {
        Some(left) => {
            let how = how_left(left.how);
            visit.either(
                &format!("{name}（{}）", how.zh),
                &format!("{name} ({})", how.en),
            )
        }
        None => name,
    })
}
