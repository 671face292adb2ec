//! Lots whose last good day has passed move to `expired`. Run twice, the second time finds nothing.

use super::{Act, Kept, Title};
use crate::account::{Account, Purpose};
use crate::amount::Amount;
use crate::book::draft::{Draft, Floors};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, Rejection};
use crate::record::{Personal, Record, Transfer, TransferKind};

/// The accounts whose lots are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse(pub Vec<Account>);

impl Act for Lapse {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        for account in &self.0 {
            list.account(*account);
            list.account(Account::of_community(account.asset, Purpose::Expired));
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let day = asking.envelope.today.to_days();
        let mut draft = Draft::new(book);
        for debit in self
            .0
            .iter()
            .filter(|account| account.purpose == Purpose::Available)
        {
            let past: Vec<_> = draft
                .state(debit)
                .lots
                .into_iter()
                .filter(|(lot, left)| *lot != 0 && *lot < day && *left > 0)
                .collect();
            for (lot, left) in past {
                draft.move_one(Transfer {
                    debit: *debit,
                    credit: Account::of_community(debit.asset, Purpose::Expired),
                    amount: Amount::new(left).map_err(|_| Rejection::OutOfRange)?,
                    from_lot: lot,
                    to_lot: 0,
                    kind: TransferKind::Expire,
                    order: None,
                    reverses: None,
                })?;
            }
        }
        let drafted = draft.finish(Floors::Kept)?;
        if drafted.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        let record = Record::asked(asking.envelope, self.clone());
        let receipt = drafted.commit(book, asking.command, vec![record]);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Lapse {
    const NUMBERS: &'static [u8] = &[12];

    fn write(&self, w: &mut Writer) {
        w.list(&self.0, |w, account| w.i64(account.pack()));
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let accounts = r.list(|r| Account::unpack(r.i64()?).ok_or(Malformed))?;
        Ok(Lapse(accounts))
    }

    fn word(&self) -> &'static str {
        "lapse"
    }

    fn title(&self) -> Title {
        Title::plain("积分到期", "Points ran out")
    }

    fn personal(&self) -> Personal {
        Personal::default()
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        Some(NotReversible::Final)
    }
}
