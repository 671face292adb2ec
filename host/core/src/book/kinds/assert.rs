//! Somebody says what a holder had at the end of a past day. Whether it is so is compared by whoever reads the book, now
//! and at every verification; the book only keeps who said it.
//!
//! Order of checks: asset, whose, the day.

use super::{Act, Kept, Title};
use crate::account::Holder;
use crate::amount::Amount;
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, PeriodRejection, Rejection};
use crate::ids::Code;
use crate::record::{About, Personal, Record, read_holder, write_holder};
use crate::time::LocalDate;

/// What a holder had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assert {
    /// Whose.
    pub holder: Holder,
    /// The asset they had.
    pub asset: Code,
    /// The day; before today.
    pub on: LocalDate,
    /// How much.
    pub amount: Amount,
    /// Salted commitment to where it is written.
    pub reason: Hash,
}

impl Act for Assert {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        if let Holder::Resident(resident) = self.holder {
            list.resident(resident);
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let settings = book.settings_or_reject()?;
        if settings.asset(&self.asset).is_none() {
            return Err(Rejection::AssetUnknown {
                asset: self.asset.clone(),
            });
        }
        if let Holder::Resident(resident) = self.holder {
            book.household(resident)?;
        }
        let (on, today) = (self.on, asking.envelope.today);
        if on >= today {
            return Err(PeriodRejection::AssertToday { on, today }.into());
        }
        let record = Record::asked(asking.envelope, self.clone());
        Ok(Applied::Fresh(book.append(
            asking.command,
            vec![record],
            &[],
        )))
    }
}

impl Kept for Assert {
    const NUMBERS: &'static [u8] = &[18];

    fn write(&self, w: &mut Writer) {
        write_holder(w, self.holder);
        w.code(&self.asset);
        w.date(self.on);
        w.amount(self.amount);
        w.raw(&self.reason);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Assert {
            holder: read_holder(r)?,
            asset: r.code()?,
            on: r.date()?,
            amount: r.amount()?,
            reason: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "assert"
    }

    fn title(&self) -> Title {
        Title::plain("说明某日余额", "A balance stated")
    }

    fn personal(&self) -> Personal {
        Personal::text_about(self.reason, vec![About::Holder(self.holder)])
    }
}
