//! What is asked about something that was booked before: reversals, two-person corrections, notice.
//! Only what is asked and its canonical form; `book/amend`, `book/reverse` and `book/notice` decide.

use crate::amount::Amount;
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::ids::{Code, ResidentNo};
use crate::time::LocalDate;

/// A change that needs two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// More or less of an asset for a resident (or for whoever holds it for them).
    Adjust {
        /// Whose.
        resident: ResidentNo,
        /// Of what.
        asset: Code,
        /// How much is added, or taken when below zero; never zero.
        amount: Amount,
        /// The last good day of what is added; `None` for the community's own expiry.
        expires: Option<LocalDate>,
        /// The day it is about, where that matters to people who read it later.
        about: Option<LocalDate>,
    },
    /// A reversal that may pass the floor, because a second person agrees.
    Reverse {
        /// The entry that it takes back.
        entry: u64,
    },
}

/// Asked about what was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amend {
    /// An entry is taken back by one person, as far as floors allow. The hash is a salted commitment to the reason.
    Reverse(u64, Hash),
    /// A change is proposed; another person decides. The hash is a salted commitment to the reason.
    Propose(Change, Hash),
    /// The proposal of this entry is agreed to and booked.
    Approve(u64),
    /// The proposal of this entry is declined, or taken back by who made it; with a commitment to the reason.
    Decline(u64, Hash),
}

/// Asked about an award under notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeStep {
    /// The award of this entry has been under notice long enough.
    Post(u64),
    /// Somebody objects to the award of this entry; the hash is a salted commitment to the reason.
    Object(u64, Hash),
    /// Another person looked at the objection: `true` upholds the award, `false` withdraws it.
    Review(u64, bool, Hash),
}

impl Amend {
    /// The commitment to the reason, when one is given.
    pub fn reason(&self) -> Option<&Hash> {
        match self {
            Amend::Reverse(_, reason) | Amend::Propose(_, reason) | Amend::Decline(_, reason) => {
                Some(reason)
            }
            Amend::Approve(_) => None,
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Amend::Reverse(entry, reason) => {
                w.byte(1);
                w.u64(*entry);
                w.raw(reason);
            }
            Amend::Propose(change, reason) => {
                w.byte(2);
                change.write(w);
                w.raw(reason);
            }
            Amend::Approve(proposal) => {
                w.byte(3);
                w.u64(*proposal);
            }
            Amend::Decline(proposal, reason) => {
                w.byte(4);
                w.u64(*proposal);
                w.raw(reason);
            }
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match r.byte()? {
            1 => Amend::Reverse(r.u64()?, r.hash()?),
            2 => Amend::Propose(Change::read(r)?, r.hash()?),
            3 => Amend::Approve(r.u64()?),
            4 => Amend::Decline(r.u64()?, r.hash()?),
            _ => return Err(Malformed),
        })
    }
}

impl Change {
    fn write(&self, w: &mut Writer) {
        match self {
            Change::Adjust {
                resident,
                asset,
                amount,
                expires,
                about,
            } => {
                w.byte(1);
                w.u32(resident.0);
                w.code(asset);
                w.amount(*amount);
                w.option(*expires, Writer::date);
                w.option(*about, Writer::date);
            }
            Change::Reverse { entry } => {
                w.byte(2);
                w.u64(*entry);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match r.byte()? {
            1 => Change::Adjust {
                resident: ResidentNo(r.u32()?),
                asset: r.code()?,
                amount: r.amount()?,
                expires: r.option(Reader::date)?,
                about: r.option(Reader::date)?,
            },
            2 => Change::Reverse { entry: r.u64()? },
            _ => return Err(Malformed),
        })
    }
}

impl NoticeStep {
    /// The entry whose award is under notice.
    pub fn entry(&self) -> u64 {
        match self {
            NoticeStep::Post(entry)
            | NoticeStep::Object(entry, _)
            | NoticeStep::Review(entry, ..) => *entry,
        }
    }

    /// The commitment to the reason, when one is given.
    pub fn reason(&self) -> Option<&Hash> {
        match self {
            NoticeStep::Object(_, reason) | NoticeStep::Review(_, _, reason) => Some(reason),
            NoticeStep::Post(_) => None,
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.byte(match self {
            NoticeStep::Post(_) => 1,
            NoticeStep::Object(..) => 2,
            NoticeStep::Review(_, true, _) => 3,
            NoticeStep::Review(_, false, _) => 4,
        });
        w.u64(self.entry());
        if let Some(reason) = self.reason() {
            w.raw(reason);
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (kind, entry) = (r.byte()?, r.u64()?);
        Ok(match kind {
            1 => NoticeStep::Post(entry),
            2 => NoticeStep::Object(entry, r.hash()?),
            3 => NoticeStep::Review(entry, true, r.hash()?),
            4 => NoticeStep::Review(entry, false, r.hash()?),
            _ => return Err(Malformed),
        })
    }
}
