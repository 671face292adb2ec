//! Who works here, against the list that was sealed last. It compares; what explains a change is decided in
//! [`crate::audit::roster`].

use rongyi_core::chain::Hash;
use rongyi_core::ids::Code;
use rongyi_core::time::LocalDate;
use rongyi_store::{Store, StoreError};

use super::Check;
use crate::audit::roster;

/// What a verification saw of the list of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRoster {
    /// The place of the record that sealed it.
    pub seq: u64,
    /// The day.
    pub on: LocalDate,
    /// Members of staff in it.
    pub staff: usize,
    /// Digest of the people's rows, as it was sealed.
    pub people: Hash,
    /// Whether the people's rows are still the sealed ones; every changed PIN makes them others until the next day.
    pub same_people: bool,
}

impl Check {
    /// Nobody's name, login, role or password is another one unless a deed since the seal says so.
    pub(super) async fn roster(&mut self, store: &Store, code: &Code) -> Result<(), StoreError> {
        let Some(sealed) = roster::newest(store, code).await? else {
            return Ok(());
        };
        let Some(list) = &sealed.roster else {
            // A text that is missing or another one is told where all texts are compared.
            return Ok(());
        };
        let now = roster::now(store, code).await?;
        for unexplained in roster::unexplained(store, code, (list, &now)).await? {
            let what = format!(
                "{}; record {} sealed it otherwise on {}, and no deed since then says why",
                unexplained.what, sealed.seq, sealed.on
            );
            self.problem(unexplained.who, what);
        }
        self.report.roster = Some(SeenRoster {
            seq: sealed.seq,
            on: sealed.on,
            staff: list.staff.len(),
            people: sealed.people,
            same_people: roster::people(store, code).await? == sealed.people,
        });
        Ok(())
    }
}
