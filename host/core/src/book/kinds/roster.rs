//! Who the staff are and what is known of the people is sealed. The book keeps neither; it proves what was.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::record::{Personal, Record};

/// The sealed lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roster {
    /// Salted commitment to the list of staff.
    pub staff: Hash,
    /// Digest of the people's rows.
    pub people: Hash,
}

impl Roster {
    /// The number of its records, for whoever looks for the newest one.
    pub const NUMBER: u8 = 26;
}

impl Act for Roster {
    // Nothing of the book is in it.
    fn needs(&self, _: &mut Missing<'_>, _: &Command) {}

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let record = Record::asked(asking.envelope, *self);
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Roster {
    const NUMBERS: &'static [u8] = &[Roster::NUMBER];

    fn write(&self, w: &mut Writer) {
        w.raw(&self.staff);
        w.raw(&self.people);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Roster {
            staff: r.hash()?,
            people: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "roster"
    }

    fn title(&self) -> Title {
        Title::plain("工作人员名册封存", "List of staff sealed")
    }

    fn personal(&self) -> Personal {
        // Staff, who are not erased: entries name them.
        Personal::text_about(self.staff, Vec::new())
    }
}
