//! Staff set a resident's traits.
//!
//! Order of checks: the resident, the traits' range, that something changes.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::{Code, ResidentNo};
use crate::member::Member;
use crate::record::{Personal, Record};

/// A resident's traits; 0 takes one away, and those that are not named stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTraits {
    /// Whose.
    pub resident: ResidentNo,
    /// Which, and what they are from now on.
    pub changes: Vec<(Code, i32)>,
}

impl Act for SetTraits {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        list.resident(self.resident);
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let resident = self.resident;
        let member = book.member(resident)?.clone();
        let traits = member.traits.with(&self.changes);
        let traits = traits.ok_or(Rejection::TraitRange { resident })?;
        if traits == member.traits {
            return Err(Rejection::NothingToDo);
        }
        book.put_member(resident, Member { traits, ..member });
        let record = Record::asked(asking.envelope, self.clone());
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for SetTraits {
    const NUMBERS: &'static [u8] = &[24];

    fn write(&self, w: &mut Writer) {
        w.u32(self.resident.0);
        w.list(&self.changes, |w, (name, value)| {
            w.code(name);
            w.i32(*value);
        });
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(SetTraits {
            resident: ResidentNo(r.u32()?),
            changes: r.list(|r| Ok((r.code()?, r.i32()?)))?,
        })
    }

    fn word(&self) -> &'static str {
        "traits"
    }

    fn title(&self) -> Title {
        Title::plain("工作人员登记特征", "Traits set by staff")
    }

    fn personal(&self) -> Personal {
        Personal::about(self.resident)
    }
}
