//! Whose a case is, as its readers are told.

use rongyi_core::member::Left;

use crate::door::visit::Visit;
use crate::people::leaving::how_left;

/// A masked name, with how its holder left.
pub(super) fn named(visit: &Visit, name: String, left: Option<&Left>) -> String {
    match left {
        Some(left) => {
            let how = how_left(left.how);
            visit.either(
                &format!("{name}（{}）", how.zh),
                &format!("{name} ({})", how.en),
            )
        }
        None => name,
    }
}
