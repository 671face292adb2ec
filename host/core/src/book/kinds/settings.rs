//! New settings.
//!
//! Order of checks: something changes, which configuration is in force stays, the unit stays once something was booked,
//! asset numbers, rule sets in force.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::ids::AssetNo;
use crate::record::{Personal, Record};
use crate::settings::Settings;

impl Act for Settings {
    fn needs(&self, _: &mut Missing<'_>, _: &Command) {}

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let old = book.frame.settings.as_ref();
        if old == Some(self) {
            return Err(Rejection::NothingToDo);
        }
        // That is a step of its own.
        if old.and_then(|old| old.written) != self.written {
            return Err(Rejection::ConfigurationMoved);
        }
        if book.frame.posted && old.is_some_and(|old| old.unit != self.unit) {
            return Err(Rejection::UnitFixed);
        }
        if self
            .assets
            .iter()
            .any(|(_, no)| !(4..AssetNo::FIRST_ITEM).contains(&no.0))
        {
            return Err(Rejection::NumberTooLarge);
        }
        for block in self.in_force.iter().flatten() {
            if book.set(block.set).is_none() {
                return Err(Rejection::SetUnknown { set: block.set });
            }
        }
        book.frame.settings = Some(self.clone());
        book.dirty.settings = true;
        let record = Record::asked(asking.envelope, self.clone());
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Settings {
    const NUMBERS: &'static [u8] = &[1];

    fn write(&self, w: &mut Writer) {
        Settings::write(self, w);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Settings::read(r)
    }

    fn word(&self) -> &'static str {
        "settings"
    }

    fn title(&self) -> Title {
        Title::plain("更新社区设置", "Settings changed")
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }
}
