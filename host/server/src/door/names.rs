//! Residents by their names, as a reader may know them; those of a list in one question.

use std::collections::BTreeMap;

use rongyi_core::ids::ResidentNo;
use rongyi_store::Listing;

use super::fault::Fault;
use super::visit::{Visit, mask};
use crate::people::own::ERASED;

/// The masked names of a list.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<ResidentNo, String>);

impl Names {
    /// One of them.
    pub(crate) fn of(&self, resident: ResidentNo) -> String {
        self.0.get(&resident).cloned().unwrap_or_default()
    }
}

impl Visit {
    fn masked_text(&self, resident: ResidentNo, name: Option<&str>) -> String {
        match name {
            None => self.either(
                &format!("{resident} 号居民"),
                &format!("resident {resident}"),
            ),
            Some(ERASED) => self.either(ERASED, "erased"),
            Some(name) => mask(name),
        }
    }

    /// A resident's name with its middle hidden; the number where there is no name.
    ///
    /// # Errors
    /// What the database said.
    pub async fn masked(&self, resident: ResidentNo) -> Result<String, Fault> {
        let store = &self.app.house.store;
        let person = store.resident_person(&self.code, resident).await?;
        let name = person.as_ref().map(|person| person.name.as_str());
        Ok(self.masked_text(resident, name))
    }

    /// The same of everybody on a list.
    pub(crate) async fn names(
        &self,
        residents: impl IntoIterator<Item = ResidentNo>,
    ) -> Result<Names, Fault> {
        let mut all: Vec<ResidentNo> = residents.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        let store = &self.app.house.store;
        let known = store.names_of(&self.code, &all).await?;
        let text = |no: ResidentNo| self.masked_text(no, known.get(&no).map(String::as_str));
        Ok(Names(all.into_iter().map(|no| (no, text(no))).collect()))
    }

    /// A resident as a page for everybody may name them: as they said, and a child not at all.
    ///
    /// # Errors
    /// What the database said.
    pub async fn public_name(&self, resident: ResidentNo) -> Result<String, Fault> {
        let store = &self.app.house.store;
        let found = store.public_name(&self.code, resident).await?;
        Ok(match found {
            Some(person) if person.name == ERASED => self.either(ERASED, "erased"),
            Some(person) if !person.minor && person.listing == Listing::Masked => {
                mask(&person.name)
            }
            Some(person) if !person.minor && person.listing == Listing::Named => person.name,
            // A number would be as good as a name to whoever knows it.
            Some(_) | None => self.either("（不公开姓名）", "(name not public)"),
        })
    }
}
