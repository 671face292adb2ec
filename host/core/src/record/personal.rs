//! What a record has to do with people: which text it commits to, whom that text is about, and what it holds in clear
//! for ever. One match over every kind, without a rest: a new kind does not compile before it has its answer, so
//! neither the export nor the erasure of somebody's data can forget it.

use super::{Amend, Change, Envelope, NoticeStep, PickupCode, Record};
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

fn resident(no: ResidentNo) -> About {
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
        let mut own = match self {
            Record::Event(_, event) | Record::Replace(_, event, _) => Personal {
                text: event.note,
                about: event.roles.iter().map(|(_, no)| resident(*no)).collect(),
                clear: event
                    .source
                    .as_ref()
                    .and_then(|own| clear(&own.external_ref)),
                clear_code: None,
            },
            Record::Open(_, holder, _, _, _, source, reason) => Personal {
                clear: clear(&source.external_ref),
                ..text_about(*reason, vec![About::Holder(*holder)])
            },
            Record::History(_, holder, _, source, reason) => Personal {
                clear: clear(&source.external_ref),
                ..text_about(*reason, vec![About::Holder(*holder)])
            },
            Record::Assert(_, holder, _, _, _, reason) => {
                text_about(*reason, vec![About::Holder(*holder)])
            }
            // Staff, who are not erased: entries name them.
            Record::Roster(_, staff, _) => text_about(*staff, Vec::new()),
            // Who gave goods is no resident by number; their text is found by the name it begins with.
            Record::Receive(.., reason) => text_about(*reason, Vec::new()),
            Record::Amend(_, amend) => Personal {
                text: amend.reason().copied(),
                about: vec![of_amend(amend)],
                ..Personal::default()
            },
            Record::Notice(_, step) => Personal {
                text: step.reason().copied(),
                about: vec![of_step(step)],
                ..Personal::default()
            },
            Record::Place(_, _, no, _, _, code) => Personal {
                about: vec![resident(*no)],
                clear_code: match code {
                    PickupCode::Clear(code) => Some(code.clone()),
                    PickupCode::Sealed(_) => None,
                },
                ..Personal::default()
            },
            Record::Traits(_, no, _) => about_only(resident(*no)),
            // Numbers, and a commitment whose salt goes with the person.
            Record::Enrol(_, no, ..) => about_only(resident(*no)),
            Record::Retry(_, entry) => about_only(About::Entry(*entry)),
            Record::Standing(holder, _) => about_only(About::Holder(*holder)),
            // Rules, items, numbers and codes; of people nothing but numbers.
            Record::Settings(..)
            | Record::Activate(..)
            | Record::Define(..)
            | Record::Settle(..)
            | Record::Release(..)
            | Record::Lapse(..)
            | Record::Period(..)
            | Record::Erase(..)
            | Record::SettlePart(..)
            | Record::Decided(..)
            | Record::Quoted(..)
            | Record::Refused(..)
            | Record::Waiting(..)
            | Record::Moved(..) => Personal::default(),
        };
        if let Some(writer) = self.envelope().and_then(writer)
            && !own.about.contains(&writer)
        {
            own.about.push(writer);
        }
        own
    }
}

fn about_only(about: About) -> Personal {
    Personal {
        about: vec![about],
        ..Personal::default()
    }
}

fn text_about(text: Hash, about: Vec<About>) -> Personal {
    Personal {
        text: Some(text),
        about,
        ..Personal::default()
    }
}

fn of_amend(amend: &Amend) -> About {
    match amend {
        Amend::Propose(Change::Adjust { resident: no, .. }, _) => resident(*no),
        Amend::Propose(Change::Reverse { entry }, _)
        | Amend::Reverse(entry, _)
        | Amend::Approve(entry)
        | Amend::Decline(entry, _) => About::Entry(*entry),
    }
}

fn of_step(step: &NoticeStep) -> About {
    match step {
        NoticeStep::Post(entry) | NoticeStep::Object(entry, _) | NoticeStep::Review(entry, ..) => {
            About::Entry(*entry)
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
