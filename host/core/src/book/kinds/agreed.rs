//! An event on which several people agreed before it was booked: who they are stands in the record. Kinds that need so many
//! are booked in no other way; what counts as different people is decided in `award/agreement`.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book, award};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::{Code, ResidentNo};
use crate::record::{Event, Personal, Record, read_whole_event, write_whole_event};

/// Somebody who agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreer {
    /// Under which name they acted.
    pub actor: Code,
    /// Which resident they are, where the host knows it.
    pub resident: Option<ResidentNo>,
}

/// An event, and who agreed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// What happened.
    pub event: Event,
    /// Who agreed, in order.
    pub by: Vec<Agreer>,
}

impl Act for Box<Agreed> {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        self.event.needs(list, command);
        for resident in self.by.iter().filter_map(|agreer| agreer.resident) {
            list.resident(resident);
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let first = Record::asked(asking.envelope.clone(), self.clone());
        super::earn::book_first(book, &asking, first, (&self.event, &self.by))
    }
}

impl Kept for Box<Agreed> {
    const NUMBERS: &'static [u8] = &[32];

    fn write(&self, w: &mut Writer) {
        w.list(&self.by, |w, agreer| {
            w.code(&agreer.actor);
            w.option(agreer.resident, |w, resident| w.u32(resident.0));
        });
        write_whole_event(w, &self.event);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let by = r.list(|r| {
            Ok(Agreer {
                actor: r.code()?,
                resident: r.option(|r| Ok(ResidentNo(r.u32()?)))?,
            })
        })?;
        let event = read_whole_event(r)?;
        Ok(Box::new(Agreed { by, event }))
    }

    fn word(&self) -> &'static str {
        "event"
    }

    fn title(&self) -> Title {
        self.event.title()
    }

    fn personal(&self) -> Personal {
        Personal::of_event(&self.event)
    }

    fn event(&self) -> Option<&Event> {
        Some(&self.event)
    }

    fn not_reversible(&self, records: &[Record]) -> Option<NotReversible> {
        award::not_reversible(records)
    }

    fn undo_needs(&self, list: &mut Missing<'_>, entry: u64) {
        award::uncount_needs(list, entry);
    }

    fn undo(&self, book: &mut Book, entry: u64, records: &[Record]) -> Result<(), Rejection> {
        award::uncount(book, entry, records)
    }
}
