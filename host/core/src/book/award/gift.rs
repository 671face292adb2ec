//! What changes hands: an asset of which a decision takes from some roles just what it gives to others. It is no new
//! money and no expense: it moves from holder to holder, lot by lot, with the dates that the lots had.
//!
//! Ledgers that do not name what is in force are of before: in them a gift was an award beside a deduction, and stays so.

use std::collections::BTreeMap;

use super::super::draft::Draft;
use crate::account::Account;
use crate::amount::Amount;
use crate::command::Rejection;
use crate::ids::Code;
use crate::record::{Event, LotDate, Transfer, TransferKind};
use crate::rule::{Arg, Decision, Denial, Refusal, Short};
use crate::settings::Settings;
use crate::time::LocalDate;

/// The assets of a decision that only change hands.
pub(super) fn assets(settings: &Settings, event: &Event, decision: &Decision) -> Vec<Code> {
    if settings.in_force.is_none() || settings.notice_of(&event.kind).is_some() {
        return Vec::new();
    }
    let mut sides: BTreeMap<&Code, (i64, i64, bool)> = BTreeMap::new();
    for award in &decision.awards {
        let (given, taken, plain) = sides.entry(&award.asset).or_insert((0, 0, true));
        let amount = i64::from(award.amount);
        if amount < 0 {
            *taken = taken.saturating_sub(amount);
            *plain &= award.short == Short::Refuse;
        } else {
            *given = given.saturating_add(amount);
            *plain &= award.expires.is_none();
        }
    }
    let hands = sides
        .into_iter()
        .filter(|(_, (given, taken, plain))| *plain && *given > 0 && given == taken);
    hands.map(|(asset, _)| asset.clone()).collect()
}

/// Moves what is taken from some accounts to the others, the first giver's lots first; `sides` in the order of the
/// decision, below zero for who gives.
pub(super) fn hand_over(
    draft: &mut Draft<'_>,
    sides: &[(Account, i64)],
    today: LocalDate,
) -> Result<(), Denial<Rejection>> {
    let mut parts: Vec<(Account, LotDate, i64)> = Vec::new();
    for (giver, amount) in sides.iter().filter(|(_, amount)| *amount < 0) {
        let wanted = amount.saturating_neg();
        let Some(lots) = draft.lots_for(giver, wanted, today) else {
            let has = draft.state(giver).spendable(today).max(0);
            let args = vec![Arg::whole(wanted), Arg::whole(has)];
            return Err(Refusal::new("balance.short", args).into());
        };
        parts.extend(lots.into_iter().map(|(lot, part)| (*giver, lot, part)));
    }
    for (receiver, amount) in sides.iter().filter(|(_, amount)| *amount > 0) {
        let mut left = *amount;
        for (giver, lot, has) in &mut parts {
            let part = left.min(*has);
            if part == 0 {
                continue;
            }
            if giver == receiver {
                return Err(Refusal::new("host.same-holder", Vec::<Arg>::new()).into());
            }
            *has = has.saturating_sub(part);
            left = left.saturating_sub(part);
            draft.pay_in_as(&Transfer {
                debit: *giver,
                credit: *receiver,
                amount: Amount::new(part).map_err(|_| Rejection::OutOfRange)?,
                from_lot: *lot,
                to_lot: *lot,
                kind: TransferKind::Donation,
                order: None,
                reverses: None,
            })?;
        }
    }
    Ok(())
}
