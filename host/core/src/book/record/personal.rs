//! What a record has to do with people: which text it commits to, whom that text is about, and what it holds in clear
//! for ever. Every kind of command answers for itself and does not compile before it does, so neither the export nor the
//! erasure of somebody's data can forget it.

use super::{Envelope, Event, Record, Source};
use crate::account::Holder;
use crate::chain::Hash;
use crate::ids::ResidentNo;
use crate::period::{pack_holder, unpack_holder};

/// Whom or what a text is about, in a form that can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Somebody, or a household.
    Holder(Holder),
    /// Whoever this earlier entry is about.
    Entry(u64),
}

impl About {
    /// One number for both: an entry's is below zero.
    pub fn pack(self) -> i64 {
        match self {
            About::Holder(holder) => pack_holder(holder),
            About::Entry(entry) => i64::try_from(entry).unwrap_or(i64::MAX).saturating_neg(),
        }
    }

    /// What a packed number says.
    pub fn unpack(packed: i64) -> Option<Self> {
        if packed < 0 {
            return Some(About::Entry(packed.unsigned_abs()));
        }
        unpack_holder(packed).map(About::Holder)
    }
}

/// What a record has to do with people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personal {
    /// The commitment to a text that is kept beside the ledger and can be erased.
    pub text: Option<Hash>,
    /// Whom a text or reference that came with it is about.
    pub about: Vec<About>,
    /// A reference that may be a text of a person in clear, which stays in the chain for ever: only old ledgers hold
    /// such ones.
    pub clear: Option<String>,
    /// A pick-up code in clear, which must not be shown while its order is open: only old ledgers hold such ones.
    pub clear_code: Option<String>,
}

pub(crate) fn resident(no: ResidentNo) -> About {
    About::Holder(Holder::Resident(no))
}

/// The resident who acted: what they wrote is theirs as well.
fn writer(envelope: &Envelope) -> Option<About> {
    let no = envelope.actor.as_str().strip_prefix("resident/")?;
    no.parse().ok().map(|no| resident(ResidentNo(no)))
}

impl Record {
    /// What this record has to do with people.
    pub fn personal(&self) -> Personal {
        let mut personal = match self {
            Record::Asked(_, what) => what.personal(),
            Record::Standing(holder, _) => Personal::about_one(About::Holder(*holder)),
            // Rules, items, numbers and codes; of people nothing but numbers.
            Record::Decided(..)
            | Record::Quoted(..)
            | Record::Refused(..)
            | Record::Waiting(..)
            | Record::Moved(..) => Personal::default(),
        };
        if let Some(writer) = self.envelope().and_then(writer)
            && !personal.about.contains(&writer)
        {
            personal.about.push(writer);
        }
        personal
    }
}

impl Personal {
    /// Nothing but whom it is about.
    pub(crate) fn about_one(about: About) -> Self {
        Personal {
            about: vec![about],
            ..Personal::default()
        }
    }

    /// Nothing but the resident whom it is about.
    pub(crate) fn about(no: ResidentNo) -> Self {
        Personal::about_one(resident(no))
    }

    /// A text, and whom it is about.
    pub(crate) fn text_about(text: Hash, about: Vec<About>) -> Self {
        Personal {
            text: Some(text),
            about,
            ..Personal::default()
        }
    }

    /// With a reference that may be a sentence or a name in clear.
    pub(crate) fn with_reference(self, source: &Source) -> Self {
        let clear = clear(&source.external_ref);
        Personal { clear, ..self }
    }

    /// The note, the people and the reference of an event.
    pub(crate) fn of_event(event: &Event) -> Self {
        let about = event.roles.iter().map(|(_, no)| resident(*no));
        let personal = Personal {
            text: event.note,
            about: about.collect(),
            ..Personal::default()
        };
        match &event.source {
            Some(source) => personal.with_reference(source),
            None => personal,
        }
    }
}

/// A reference that may be a sentence or a name.
fn clear(reference: &str) -> Option<String> {
    let sealed = reference.starts_with(crate::seal::SEALED_PREFIX);
    (!sealed && !crate::seal::is_plain_reference(reference)).then(|| reference.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::HouseholdNo;

    #[test]
    fn whom_a_text_is_about_comes_back() {
        for about in [
            resident(ResidentNo(1001)),
            About::Holder(Holder::Household(HouseholdNo(3))),
            About::Holder(Holder::Community),
            About::Entry(77),
        ] {
            assert_eq!(About::unpack(about.pack()), Some(about));
        }
    }
}
