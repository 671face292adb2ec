//! What staff and configuration do: settings, rule sets, residents, items, goods, opening balances, lapsing.

use std::sync::Arc;

use super::draft::{Draft, Floors};
use super::earning::check_person_now;
use super::{Applied, Book, reverse};
use crate::account::{Account, Holder, Purpose};
use crate::amount::Amount;
use crate::chain::Hash;
use crate::command::{Ask, Command, Rejection};
use crate::ids::{AssetNo, Code, HouseholdNo, ItemNo, ResidentNo, RuleSetNo};
use crate::record::{Envelope, Item, Record, RuleSet, Transfer, TransferKind};
use crate::settings::Settings;
use crate::traits::{Member, Traits};

const NUMBER_MAX: u32 = 0x7fff_ffff;
/// Pieces that come in, or are missed, at once.
const GOODS_MAX: i32 = 1_000_000;

pub(super) fn settings(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    settings: &Settings,
) -> Result<Applied, Rejection> {
    let old = book.frame.settings.as_ref();
    if old == Some(settings) {
        return Err(Rejection::NothingToDo);
    }
    if book.frame.posted && old.is_some_and(|old| old.unit != settings.unit) {
        return Err(Rejection::UnitFixed);
    }
    if settings
        .assets
        .iter()
        .any(|(_, no)| !(4..AssetNo::FIRST_ITEM).contains(&no.0))
    {
        return Err(Rejection::NumberTooLarge);
    }
    for block in settings.in_force.iter().flatten() {
        if book.set(block.set).is_none() {
            return Err(Rejection::SetUnknown { set: block.set });
        }
    }
    book.frame.settings = Some(settings.clone());
    book.dirty.settings = true;
    Ok(Applied::Fresh(book.append(
        command,
        vec![Record::Settings(envelope, settings.clone())],
        &[],
    )))
}

pub(super) fn activate(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    set: &RuleSet,
) -> Result<Applied, Rejection> {
    let count = u32::try_from(book.frame.sets.len()).map_err(|_| Rejection::NumberTooLarge)?;
    let no = RuleSetNo(count.saturating_add(1));
    let set = RuleSet { no, ..set.clone() };
    book.frame.sets.push(Arc::new(set.clone()));
    book.dirty.sets = book.dirty.sets.saturating_add(1);
    Ok(Applied::Fresh(book.append(
        command,
        vec![Record::Activate(envelope, Box::new(set))],
        &[],
    )))
}

pub(super) fn enrol(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    resident: ResidentNo,
    household: HouseholdNo,
    who: Hash,
) -> Result<Applied, Rejection> {
    let in_range = |number: u32| (1..=NUMBER_MAX).contains(&number);
    if !in_range(resident.0) || !in_range(household.0) {
        return Err(Rejection::NumberTooLarge);
    }
    if let Ok(household) = book.household(resident) {
        return Err(Rejection::ResidentExists {
            resident,
            household,
        });
    }
    let traits = Traits::default();
    put(book, resident, Member { household, traits });
    Ok(Applied::Fresh(book.append(
        command,
        vec![Record::Enrol(envelope, resident, household, who)],
        &[],
    )))
}

fn put(book: &mut Book, resident: ResidentNo, member: Member) {
    book.residents.insert(resident, Some(member.clone()));
    book.dirty.residents.push((resident, member));
}

/// Staff set a resident's traits.
pub(super) fn traits(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    resident: ResidentNo,
    changes: &[(Code, i32)],
) -> Result<Applied, Rejection> {
    let member = book.member(resident)?.clone();
    let traits = member.traits.with(changes);
    let traits = traits.ok_or(Rejection::TraitRange { resident })?;
    if traits == member.traits {
        return Err(Rejection::NothingToDo);
    }
    put(book, resident, Member { traits, ..member });
    let record = Record::Traits(envelope, resident, changes.to_vec());
    Ok(Applied::Fresh(book.append(command, vec![record], &[])))
}

/// Who the staff are is sealed; the book keeps nothing of it.
pub(super) fn roster(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    (staff, people): (Hash, Hash),
) -> Applied {
    let record = Record::Roster(envelope, staff, people);
    Applied::Fresh(book.append(command, vec![record], &[]))
}

pub(super) fn define(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    item: &Item,
) -> Result<Applied, Rejection> {
    let known = book.item(&item.code).cloned();
    let count = u32::try_from(book.frame.items.len()).map_err(|_| Rejection::NumberTooLarge)?;
    let no = known
        .as_ref()
        .map_or(ItemNo(count.saturating_add(1)), |old| old.no);
    AssetNo::of_item(no).ok_or(Rejection::NumberTooLarge)?;
    let item = Item { no, ..item.clone() };
    if known.as_ref() == Some(&item) {
        return Err(Rejection::NothingToDo);
    }
    book.frame.items.retain(|old| old.no != no);
    book.frame.items.push(item.clone());
    book.dirty.items.insert(no);
    Ok(Applied::Fresh(book.append(
        command,
        vec![Record::Define(envelope, Box::new(item))],
        &[],
    )))
}

pub(super) fn receive(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    item: &Code,
    quantity: i32,
    reason: Hash,
) -> Result<Applied, Rejection> {
    let item = book
        .item(item)
        .cloned()
        .ok_or_else(|| Rejection::ItemUnknown { item: item.clone() })?;
    if quantity == 0 || !(-GOODS_MAX..=GOODS_MAX).contains(&quantity) {
        return Err(out_of(quantity, 1, GOODS_MAX));
    }
    let asset = AssetNo::of_item(item.no).ok_or(Rejection::NumberTooLarge)?;
    let mut draft = Draft::new(book);
    let supplied = Account::of_community(asset, Purpose::Supplied);
    let shelf = Account::of_community(asset, Purpose::Shelf);
    if quantity > 0 {
        let kind = TransferKind::Receive;
        draft.pay_in(supplied, shelf, Amount::from(quantity), 0, kind)?;
    } else {
        // Lost, spoiled, or fewer than the book says: they leave the shelf.
        let missed = Transfer {
            debit: shelf,
            credit: supplied,
            amount: Amount::from(quantity.saturating_neg()),
            from_lot: 0,
            to_lot: 0,
            kind: TransferKind::Receive,
            order: None,
            reverses: None,
        };
        reverse::from_shelf(&mut draft, missed)?;
    }
    let drafted = draft.finish(Floors::Kept)?;
    Ok(Applied::Fresh(drafted.commit(
        book,
        command,
        vec![Record::Receive(envelope, item.no, quantity, reason)],
    )))
}

pub(super) fn open(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
) -> Result<Applied, Rejection> {
    let Ask::Open {
        holder,
        asset,
        amount,
        expires,
        source,
        reason,
    } = &command.ask
    else {
        return Err(Rejection::NothingToDo);
    };
    if let Some(entry) = book.source_used(source, command)? {
        return Ok(Applied::Replay(entry));
    }
    let settings = book.settings_or_reject()?;
    let no = settings
        .asset(asset)
        .ok_or_else(|| Rejection::AssetUnknown {
            asset: asset.clone(),
        })?;
    if let Holder::Resident(resident) = holder {
        check_person_now(book, *resident)?;
    }
    if amount.get() <= 0 {
        return Err(Rejection::QuantityRange {
            quantity: amount.to_string(),
            min: "1".into(),
            max: Amount::LIMIT.to_string(),
        });
    }
    let mut draft = Draft::new(book);
    draft.pay_in(
        Account::of_community(no, Purpose::Issuance),
        Account {
            holder: *holder,
            asset: no,
            purpose: Purpose::Available,
        },
        *amount,
        expires.map_or(0, crate::time::LocalDate::to_days),
        TransferKind::Opening,
    )?;
    let drafted = draft.finish(Floors::Kept)?;
    let record = Record::Open(
        envelope,
        *holder,
        asset.clone(),
        *amount,
        *expires,
        source.clone(),
        *reason,
    );
    let receipt = drafted.commit(book, command, vec![record]);
    book.use_source(source, receipt.entry);
    Ok(Applied::Fresh(receipt))
}

/// Lots whose last good day has passed move to `expired`. Run twice, the second time finds nothing.
pub(super) fn lapse(
    book: &mut Book,
    command: &Command,
    envelope: Envelope,
    accounts: &[Account],
) -> Result<Applied, Rejection> {
    let day = envelope.today.to_days();
    let mut draft = Draft::new(book);
    for debit in accounts
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
    Ok(Applied::Fresh(drafted.commit(
        book,
        command,
        vec![Record::Lapse(envelope, accounts.to_vec())],
    )))
}

pub(super) fn out_of(quantity: i32, min: i32, max: i32) -> Rejection {
    Rejection::QuantityRange {
        quantity: quantity.to_string(),
        min: min.to_string(),
        max: max.to_string(),
    }
}
