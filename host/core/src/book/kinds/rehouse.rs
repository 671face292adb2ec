//! People go to another household: somebody moves in with a daughter, a household parts, two become one. What the household
//! holds together stays with those who stay, but for the share that is named; the last ones take all of it along.
//!
//! Order of checks: the people, one household, another one, nothing open and nothing owed where nobody stays, the share.

use std::collections::BTreeSet;

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
use crate::ids::{AssetNo, Code, HouseholdNo, ResidentNo};
use crate::member::Member;
use crate::record::{Personal, Record, Transfer, TransferKind, resident};
use crate::settings::{Settings, Unit};
use crate::time::LocalDate;

/// People who go to another household together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehouse {
    /// Who: all of one household.
    pub residents: Vec<ResidentNo>,
    /// From where.
    pub from: HouseholdNo,
    /// Where to.
    pub to: HouseholdNo,
    /// How much of what the household holds together goes along, by asset.
    pub share: Vec<(Code, i64)>,
    /// Salted commitment to the reason.
    pub reason: Hash,
}

const NUMBER_MAX: u32 = 0x7fff_ffff;

/// What can be spent or lost: everything but minutes, which stay with the person.
pub(super) fn dues_of(settings: &Settings) -> impl Iterator<Item = AssetNo> {
    let more = settings.assets.iter().map(|(_, no)| *no);
    [AssetNo::POINTS, AssetNo::CONDUCT].into_iter().chain(more)
}

/// Whether nobody stays in a household once these are gone. Everybody must be loaded.
pub(super) fn is_last(book: &Book, household: HouseholdNo, going: &[ResidentNo]) -> bool {
    let there = |member: &Member| {
        member.household == household && member.left.is_none() && !member.is_erased()
    };
    let mut all = book.residents.iter();
    !all.any(|(no, member)| member.as_ref().is_some_and(there) && !going.contains(no))
}

/// What is still open of some holders.
#[derive(Default)]
pub(super) struct Busy {
    /// Set aside for orders.
    pub(super) held: i64,
    /// Under notice.
    pub(super) notice: i64,
}

pub(super) fn busy(book: &Book, holders: &[(Holder, AssetNo)]) -> Busy {
    let mut busy = Busy::default();
    for (holder, asset) in holders {
        let total = |purpose| {
            let (holder, asset) = (*holder, *asset);
            let account = Account {
                holder,
                asset,
                purpose,
            };
            book.account(&account).total
        };
        busy.held = busy.held.saturating_add(total(Purpose::Held));
        busy.notice = busy.notice.saturating_add(total(Purpose::Notice));
    }
    busy
}

/// Moves everything that an account holds, lot by lot. What goes to another holder keeps its dates.
pub(super) fn hand_over(
    draft: &mut Draft<'_>,
    (debit, credit): (Account, Account),
    kind: TransferKind,
) -> Result<(), Rejection> {
    let lots = draft.state(&debit).lots;
    for (lot, left) in lots.into_iter().filter(|(_, left)| *left > 0) {
        move_lot(draft, (debit, credit), (lot, left), kind)?;
    }
    Ok(())
}

fn move_lot(
    draft: &mut Draft<'_>,
    (debit, credit): (Account, Account),
    (lot, part): (i32, i64),
    kind: TransferKind,
) -> Result<(), Rejection> {
    let keeps = credit.purpose == Purpose::Available;
    draft.pay_in_as(&Transfer {
        debit,
        credit,
        amount: Amount::new(part).map_err(|_| Rejection::OutOfRange)?,
        from_lot: lot,
        to_lot: if keeps { lot } else { 0 },
        kind,
        order: None,
        reverses: None,
    })
}

impl Rehouse {
    fn check(&self, book: &Book) -> Result<(), Rejection> {
        let once: BTreeSet<_> = self.residents.iter().collect();
        if self.residents.is_empty() || once.len() != self.residents.len() {
            return Err(Rejection::NothingToDo);
        }
        for resident in &self.residents {
            check_person(book, *resident)?;
            if book.household(*resident)? != self.from {
                let resident = *resident;
                return Err(PeopleRejection::Apart { resident }.into());
            }
        }
        if !(1..=NUMBER_MAX).contains(&self.to.0) {
            return Err(Rejection::NumberTooLarge);
        }
        if self.to == self.from {
            let household = self.to;
            return Err(PeopleRejection::Same { household }.into());
        }
        Ok(())
    }

    fn accounts(&self, asset: AssetNo) -> (Account, Account) {
        let of = |household| Account {
            holder: Holder::Household(household),
            asset,
            purpose: Purpose::Available,
        };
        (of(self.from), of(self.to))
    }

    /// All of it goes, because nobody stays.
    fn all(&self, draft: &mut Draft<'_>, settings: &Settings) -> Result<(), Rejection> {
        let book = draft.book();
        let home = Holder::Household(self.from);
        let holders: Vec<_> = dues_of(settings).map(|asset| (home, asset)).collect();
        let Busy { held, notice } = busy(book, &holders);
        if held != 0 || notice != 0 {
            return Err(PeopleRejection::Busy { held, notice }.into());
        }
        for asset in dues_of(settings) {
            let (debit, credit) = self.accounts(asset);
            let owed = book.account(&debit).lots.get(&0).copied().unwrap_or(0);
            if owed < 0 {
                return Err(PeopleRejection::Owes {
                    household: self.from,
                    owed: owed.saturating_neg(),
                }
                .into());
            }
            hand_over(draft, (debit, credit), TransferKind::Donation)?;
        }
        Ok(())
    }

    /// The share that is named.
    fn some(
        &self,
        draft: &mut Draft<'_>,
        settings: &Settings,
        today: LocalDate,
    ) -> Result<(), Rejection> {
        for (code, wanted) in &self.share {
            let asset = settings.asset(code);
            let asset = asset.filter(|asset| *asset != AssetNo::MINUTES);
            let asset = asset.ok_or_else(|| Rejection::AssetUnknown {
                asset: code.clone(),
            })?;
            let (debit, credit) = self.accounts(asset);
            let lots = (*wanted > 0)
                .then(|| draft.lots_for(&debit, *wanted, today))
                .flatten();
            let Some(lots) = lots else {
                let has = draft.state(&debit).spendable(today).max(0);
                let wanted = *wanted;
                return Err(PeopleRejection::Share { has, wanted }.into());
            };
            for part in lots {
                move_lot(draft, (debit, credit), part, TransferKind::Donation)?;
            }
        }
        Ok(())
    }
}

impl Act for Rehouse {
    fn needs(&self, list: &mut Missing<'_>, _: &Command) {
        let mut all = self.residents.iter();
        all.by_ref().for_each(|resident| list.resident(*resident));
        let Some(settings) = list.book.frame.settings.clone() else {
            return;
        };
        if settings.unit == Unit::Person {
            return;
        }
        list.everyone();
        for asset in dues_of(&settings) {
            let (debit, credit) = self.accounts(asset);
            list.account(credit);
            for purpose in [Purpose::Available, Purpose::Held, Purpose::Notice] {
                list.account(Account { purpose, ..debit });
            }
        }
    }

    fn apply(&self, book: &mut Book, asking: Asking<'_>) -> Result<Applied, Rejection> {
        let settings = book.settings_or_reject()?.clone();
        self.check(book)?;
        let mut draft = Draft::new(book);
        match settings.unit {
            Unit::Household if is_last(book, self.from, &self.residents) => {
                self.all(&mut draft, &settings)?;
            }
            Unit::Household => self.some(&mut draft, &settings, asking.envelope.today)?,
            Unit::Person => {}
        }
        let drafted = draft.finish(Floors::Kept)?;
        let entry = book.frame.head.next_seq;
        for resident in &self.residents {
            go(book, *resident, (entry, self.to))?;
        }
        let record = Record::asked(asking.envelope, self.clone());
        let receipt = drafted.commit(book, asking.command, vec![record]);
        Ok(Applied::Fresh(receipt))
    }
}

/// Somebody belongs to another household from this entry on.
fn go(book: &mut Book, who: ResidentNo, (entry, to): (u64, HouseholdNo)) -> Result<(), Rejection> {
    let mut member = book.member(who)?.clone();
    member.former.push((entry, member.household));
    member.household = to;
    book.put_member(who, member);
    Ok(())
}

impl Kept for Rehouse {
    const NUMBERS: &'static [u8] = &[37];

    fn write(&self, w: &mut Writer) {
        w.list(&self.residents, |w, resident| w.u32(resident.0));
        w.u32(self.from.0);
        w.u32(self.to.0);
        w.list(&self.share, |w, (asset, amount)| {
            w.code(asset);
            w.i64(*amount);
        });
        w.raw(&self.reason);
    }

    fn read(_: u8, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Rehouse {
            residents: r.list(|r| Ok(ResidentNo(r.u32()?)))?,
            from: HouseholdNo(r.u32()?),
            to: HouseholdNo(r.u32()?),
            share: r.list(|r| Ok((r.code()?, r.i64()?)))?,
            reason: r.hash()?,
        })
    }

    fn word(&self) -> &'static str {
        "rehouse"
    }

    fn title(&self) -> Title {
        Title::plain(
            &format!("换户：{} 户到 {} 户", self.from, self.to),
            &format!("Household {} to household {}", self.from, self.to),
        )
    }

    fn personal(&self) -> Personal {
        let about = self.residents.iter().map(|no| resident(*no)).collect();
        Personal::text_about(self.reason, about)
    }

    fn not_reversible(&self, _: &[Record]) -> Option<NotReversible> {
        None
    }

    fn undo_needs(&self, list: &mut Missing<'_>, _: u64) {
        let mut all = self.residents.iter();
        all.by_ref().for_each(|resident| list.resident(*resident));
    }

    fn undo(&self, book: &mut Book, _: u64, _: &[Record]) -> Result<(), Rejection> {
        let moved_on = |resident: &&ResidentNo| {
            let member = book.member(**resident);
            member.is_ok_and(|member| member.household != self.to)
        };
        if let Some(resident) = self.residents.iter().find(moved_on).copied() {
            return Err(PeopleRejection::MovedOn { resident }.into());
        }
        let entry = book.frame.head.next_seq;
        for resident in &self.residents {
            go(book, *resident, (entry, self.from))?;
        }
        Ok(())
    }
}
