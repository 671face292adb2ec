//! Somebody left the community: they moved away, they died, or they had been enrolled twice. What they have goes where the
//! community's settings say; taking the entry back brings both back.
//!
//! Order of checks: the person, the number that goes on or the heir, nothing open, balances.

use super::rehouse::{Busy, busy, dues_of, hand_over, is_last};
use super::{Act, Kept, Title};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::book::award::check_person;
use crate::book::draft::{Draft, Floors};
use crate::book::needs::Missing;
use crate::book::{Applied, Asking, Book};
use crate::chain::Hash;
use crate::codec::{Malformed, Reader, Writer};
use crate::command::{Command, NotReversible, PeopleRejection, Rejection};
use crate::ids::{AssetNo, ResidentNo};
use crate::member::{Departure, Left, Member};
use crate::record::{Personal, Record, Transfer, TransferKind, resident};
use crate::settings::{Remains, Settings, Unit};

/// That somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depart {
    /// Who.
    pub resident: ResidentNo,
    /// How.
    pub how: Departure,
    /// Who is given what they had, where the settings give it to the family.
    pub heir: Option<ResidentNo>,
    /// Salted commitment to the reason.
    pub reason: Hash,
    /// Whether what was counted under a number that had been enrolled twice counts for the one that goes on, so that limits
    /// hold for the person. Entries of before don't say so, and mean no.
    pub joins: bool,
}

impl Depart {
    /// The number of its records where counters are joined.
    const JOINING: u8 = 40;

    /// The number that goes on with what was counted.
    fn goes_on(&self) -> Option<ResidentNo> {
        match self.how {
            Departure::Same(other) if self.joins => Some(other),
            Departure::Same(_) | Departure::MovedAway | Departure::Died => None,
        }
    }

    /// Where what is left goes, by the settings.
    fn remains(&self, settings: &Settings) -> Remains {
        let leaving = settings.leaving.unwrap_or_default();
        match self.how {
            Departure::MovedAway => leaving.moved,
            Departure::Died => leaving.died,
            Departure::Same(_) => Remains::Family,
        }
    }

    /// Whoever is given it.
    fn receiver(&self) -> Option<ResidentNo> {
        match self.how {
            Departure::Same(other) => Some(other),
            Departure::MovedAway | Departure::Died => self.heir,
        }
    }

    /// The holders whose assets are looked at: the person, and the household whose last one goes.
    fn leaves(
        &self,
        book: &Book,
        settings: &Settings,
    ) -> Result<Vec<(Holder, AssetNo)>, Rejection> {
        let household = book.household(self.resident)?;
        let own = Holder::Resident(self.resident);
        let same = matches!(self.how, Departure::Same(_));
        let minutes = same.then_some((own, AssetNo::MINUTES));
        let mut all: Vec<_> = minutes.into_iter().collect();
        match settings.unit {
            Unit::Person => all.extend(dues_of(settings).map(|asset| (own, asset))),
            Unit::Household if is_last(book, household, &[self.resident]) => {
                let home = Holder::Household(household);
                all.extend(dues_of(settings).map(|asset| (home, asset)));
            }
            Unit::Household => {}
        }
        Ok(all)
    }

    fn check(&self, book: &Book) -> Result<(), Rejection> {
        check_person(book, self.resident)?;
        let home = book.household(self.resident)?;
        let Some(other) = self.receiver() else {
            return Ok(());
        };
        check_person(book, other)?;
        let elsewhere = book.household(other)? != home && !is_last(book, home, &[self.resident]);
        let wrong = match self.how {
            Departure::Same(_) => false,
            Departure::MovedAway | Departure::Died => elsewhere,
        };
        if other == self.resident || wrong {
            return Err(PeopleRejection::Heir { resident: other }.into());
        }
        Ok(())
    }

    fn draft(
        &self,
        draft: &mut Draft<'_>,
        settings: &Settings,
        asking: &Asking<'_>,
    ) -> Result<(), Rejection> {
        let book = draft.book();
        let today = asking.envelope.today;
        let remains = self.remains(settings);
        let receiver = self.receiver();
        for (holder, asset) in self.leaves(book, settings)? {
            let debit = Account {
                holder,
                asset,
                purpose: Purpose::Available,
            };
            let (credit, kind) = match (remains, receiver) {
                (Remains::Keep, _) | (Remains::Family, None) => continue,
                (Remains::Lapse, _) => {
                    let credit = Account::of_community(asset, Purpose::Expired);
                    (credit, TransferKind::Expire)
                }
                (Remains::Donate, _) => {
                    let credit = Account::of_community(asset, Purpose::Donated);
                    (credit, TransferKind::Donation)
                }
                (Remains::Family, Some(other)) => {
                    let holder = settings.holder(asset, other, book.household(other)?);
                    (Account { holder, ..debit }, TransferKind::Donation)
                }
            };
            // Two numbers of one person in one household that holds its points together.
            if credit == debit {
                continue;
            }
            let owed = draft.state(&debit).lots.get(&0).copied().unwrap_or(0);
            hand_over(draft, (debit, credit), kind)?;
            if owed < 0 && matches!(self.how, Departure::Same(_)) {
                owe(draft, (credit, debit), owed.saturating_neg(), today)?;
            }
        }
        Ok(())
    }
}

/// A debt follows the person to the number that goes on: it is paid there, as far as that has something, and owed there
/// beyond.
fn owe(
    draft: &mut Draft<'_>,
    (payer, paid): (Account, Account),
    owed: i64,
    today: crate::time::LocalDate,
) -> Result<(), Rejection> {
    let has = draft.state(&payer).spendable(today).clamp(0, owed);
    let mut parts = draft.lots_for(&payer, has, today).unwrap_or_default();
    if has < owed {
        parts.push((0, owed.saturating_sub(has)));
    }
    for (lot, part) in parts {
        draft.move_one(Transfer {
            debit: payer,
            credit: paid,
            amount: Amount::new(part).map_err(|_| Rejection::OutOfRange)?,
            from_lot: lot,
            to_lot: 0,
            kind: TransferKind::Donation,
            order: None,
            reverses: None,
        })?;
    }
    Ok(())
}

impl Act for Depart {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        list.resident(self.resident);
        let receiver = self.receiver();
        receiver.into_iter().for_each(|other| list.resident(other));
        list.everyone();
        let Some(settings) = list.book.frame.settings.clone() else {
            return;
        };
        let leaves = self.leaves(list.book, &settings).unwrap_or_default();
        for (holder, asset) in leaves {
            for purpose in [Purpose::Available, Purpose::Held, Purpose::Notice] {
                list.account(Account {
                    holder,
                    asset,
                    purpose,
                });
            }
            for purpose in [Purpose::Expired, Purpose::Donated] {
                list.account(Account::of_community(asset, purpose));
            }
            let home = receiver.and_then(|other| Some((other, list.book.household(other).ok()?)));
            if let Some((other, home)) = home {
                list.account(Account {
                    holder: settings.holder(asset, other, home),
                    asset,
                    purpose: Purpose::Available,
                });
            }
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let settings = book.settings_or_reject()?.clone();
        self.check(book)?;
        let Busy { held, notice } = busy(book, &self.leaves(book, &settings)?);
        if held != 0 || notice != 0 {
            return Err(PeopleRejection::Busy { held, notice }.into());
        }
        let mut draft = Draft::new(book);
        self.draft(&mut draft, &settings, &asking)?;
        let drafted = draft.finish(Floors::Kept)?;
        let left = Some(Left {
            on: asking.envelope.today,
            how: self.how,
        });
        let member = book.member(self.resident)?.clone();
        if let Some(other) = self.goes_on() {
            let mut known = book.member(other)?.clone();
            known.joined.push(self.resident);
            known.joined.extend(&member.joined);
            book.put_member(other, known);
        }
        book.put_member(self.resident, Member { left, ..member });
        let record = Record::asked(asking.envelope, *self);
        let receipt = drafted.commit(book, asking.command, vec![record]);
        Ok(Applied::Fresh(receipt))
    }
}

impl Kept for Depart {
    const NUMBERS: &'static [u8] = &[36, Depart::JOINING];

    fn number(&self) -> u8 {
        if self.joins { Depart::JOINING } else { 36 }
    }

    fn write(&self, w: &mut Writer) {
        w.u32(self.resident.0);
        self.how.write(w);
        w.option(self.heir, |w, heir| w.u32(heir.0));
        w.raw(&self.reason);
    }

    fn read(number: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Depart {
            resident: ResidentNo(r.u32()?),
            how: Departure::read(r)?,
            heir: r.option(|r| Ok(ResidentNo(r.u32()?)))?,
            reason: r.hash()?,
            joins: number == Depart::JOINING,
        })
    }

    fn word(&self) -> &'static str {
        "depart"
    }

    fn title(&self) -> Title {
        match self.how {
            Departure::MovedAway => Title::plain("登记迁出", "Moved away"),
            Departure::Died => Title::plain("登记去世", "Death entered"),
            Departure::Same(other) => Title::plain(
                &format!("重复登记，归并到 {other} 号"),
                &format!("Enrolled twice: goes on as {other}"),
            ),
        }
    }

    fn personal(&self) -> Personal {
        let mut about = vec![resident(self.resident)];
        about.extend(self.receiver().map(resident));
        Personal::text_about(self.reason, about)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }

    fn undo_needs(&self, list: &mut Missing<'_>, _: u64) {
        list.resident(self.resident);
        self.goes_on()
            .into_iter()
            .for_each(|other| list.resident(other));
    }

    fn undo(&self, book: &mut Book, _: u64, _: &[Record]) -> Result<(), Rejection> {
        let member = book.member(self.resident)?.clone();
        if let Some(other) = self.goes_on() {
            let mut known = book.member(other)?.clone();
            let back = |no: &ResidentNo| *no == self.resident || member.joined.contains(no);
            known.joined.retain(|no| !back(no));
            book.put_member(other, known);
        }
        let left = None;
        book.put_member(self.resident, Member { left, ..member });
        Ok(())
    }
}
