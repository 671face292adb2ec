//! An opening balance from a paper book.
//!
//! Order of checks: reference, asset, whose, amount.

use super::{Act, Kept, Title};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::book::award::check_person_now;
use crate::book::draft::{Draft, Floors};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::ids::Code;
use crate::record::{
    About, Personal, Record, Source, TransferKind, read_holder, read_source, write_holder,
    write_source,
};
use crate::time::LocalDate;

/// An opening balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Whose.
    pub holder: Holder,
    /// The asset it is a balance of.
    pub asset: Code,
    /// How much.
    pub amount: Amount,
    /// Its last good day.
    pub expires: Option<LocalDate>,
    /// Where it comes from.
    pub source: Source,
    /// Salted commitment to the page of the paper book.
    pub reason: Hash,
}

impl Act for Open {
    fn needs(&self, list: &mut Missing<'_>, command: &Command) {
        list.other_form(&self.source, command);
        list.source(&self.source);
        if let Holder::Resident(resident) = self.holder {
            list.resident(resident);
        }
        let settings = list.book.frame.settings.as_ref();
        if let Some(asset) = settings.and_then(|settings| settings.asset(&self.asset)) {
            list.account(Account::of_community(asset, Purpose::Issuance));
            list.account(Account {
                holder: self.holder,
                asset,
                purpose: Purpose::Available,
            });
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let command = asking.command;
        if let Some(entry) = book.source_used(&self.source, command)? {
            return Ok(Applied::Replay(entry));
        }
        let asset = book.settings_or_reject()?.asset(&self.asset);
        let asset = asset.ok_or_else(|| Rejection::AssetUnknown {
            asset: self.asset.clone(),
        })?;
        if let Holder::Resident(resident) = self.holder {
            check_person_now(book, resident)?;
        }
        if self.amount.get() <= 0 {
            return Err(Rejection::QuantityRange {
                quantity: self.amount.to_string(),
                min: "1".into(),
                max: Amount::LIMIT.to_string(),
            });
        }
        let mut draft = Draft::new(book);
        draft.pay_in(
            Account::of_community(asset, Purpose::Issuance),
            Account {
                holder: self.holder,
                asset,
                purpose: Purpose::Available,
            },
            self.amount,
            self.expires.map_or(0, LocalDate::to_days),
            TransferKind::Opening,
        )?;
        let drafted = draft.finish(Floors::Kept)?;
        let record = Record::asked(asking.envelope, self.clone());
        let receipt = drafted.commit(book, command, vec![record]);
        book.use_source(&self.source, receipt.entry);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Open {
    const NUMBERS: &'static [u8] = &[6];

    fn write(&self, w: &mut Writer) {
        write_holder(w, self.holder);
        w.code(&self.asset);
        w.amount(self.amount);
        w.option(self.expires, Writer::date);
        write_source(w, &self.source);
        w.raw(&self.reason);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Open {
            holder: read_holder(r)?,
            asset: r.code()?,
            amount: r.amount()?,
            expires: r.option(Reader::date)?,
            source: read_source(r)?,
            reason: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "open"
    }

    fn title(&self) -> Title {
        Title::plain("旧存折转入", "Brought over from the paper book")
    }

    fn personal(&self) -> Personal {
        Personal::text_about(self.reason, vec![About::Holder(self.holder)])
            .with_reference(&self.source)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }
}
