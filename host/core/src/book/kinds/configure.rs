//! A configuration is taken over, or a former one comes back. Which one is a digest of everything that was written; the
//! book keeps the newest, so that two people who go on from the same one can't both do it. What it means for the rules
//! stands in the rule sets and settings that follow.
//!
//! Order of checks: there are settings, it goes on from what is in force, something changes.

use super::{Act, Kept, Title};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, Rejection};
use crate::record::{Personal, Record};
use crate::settings::Settings;

/// A configuration that is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configure {
    /// SHA-256 of all that was written.
    pub written: Hash,
    /// The one that was in force until now; `None` with the first.
    pub former: Option<Hash>,
    /// How it comes about.
    pub step: Step,
    /// Salted commitment to the reason, when one is given.
    pub reason: Option<Hash>,
}

/// How a configuration comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// As it was found when nothing was on record.
    Found,
    /// Somebody looked at what it changes and applied it.
    Applied,
    /// Somebody went back to it.
    RolledBack,
    /// It was saved, and the host takes over what is saved.
    Saved,
}

impl Configure {
    /// The number of its records, for whoever looks for them.
    pub const NUMBER: u8 = 31;
}

impl Act for Configure {
    // All of it stands in the settings.
    fn needs(&self, _: &mut Missing<'_>, _: &Command) {}

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let settings = book.settings_or_reject()?;
        if settings.written != self.former {
            return Err(Rejection::ConfigurationMoved);
        }
        if settings.written == Some(self.written) {
            return Err(Rejection::NothingToDo);
        }
        book.frame.settings = Some(Settings {
            written: Some(self.written),
            ..settings.clone()
        });
        book.dirty.settings = true;
        let record = Record::asked(asking.envelope, *self);
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Configure {
    const NUMBERS: &'static [u8] = &[Configure::NUMBER];

    fn write(&self, w: &mut Writer) {
        w.raw(&self.written);
        w.option(self.former, |w, former| w.raw(&former));
        w.byte(match self.step {
            Step::Found => 0,
            Step::Applied => 1,
            Step::RolledBack => 2,
            Step::Saved => 3,
        });
        w.option(self.reason, |w, reason| w.raw(&reason));
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Configure {
            written: r.hash()?,
            former: r.option(Reader::hash)?,
            step: match r.byte()? {
                0 => Step::Found,
                1 => Step::Applied,
                2 => Step::RolledBack,
                3 => Step::Saved,
                _ => return Err(Malformed),
            },
            reason: r.option(Reader::hash)?,
        })
    }

    fn word(&self) -> &'static str {
        "configure"
    }

    fn title(&self) -> Title {
        match self.step {
            Step::Found => Title::plain("记下现有的配置", "Configuration put on record"),
            Step::Applied | Step::Saved => {
                Title::plain("启用新的配置", "New configuration in force")
            }
            Step::RolledBack => Title::plain("退回以前的配置", "Back to a former configuration"),
        }
    }

    fn personal(&self) -> Personal {
        match self.reason {
            Some(reason) => Personal::text_about(reason, Vec::new()),
            None => Personal::default(),
        }
    }
}
