//! What moved less than was asked, or nothing at all: deductions that found too little, refusals, events that wait. Says
//! what was asked, what was taken and what is left; decides nothing.

use std::collections::HashMap;

use rongyi_core::account::{Account, Holder};
use rongyi_core::book::{Frame, Loaded, Receipt};
use rongyi_core::command::Need;
use rongyi_core::ids::AssetNo;
use rongyi_core::record::{Asked, Event, Record};
use rongyi_core::rule::Decision;
use rongyi_pages::{Line, LineState, Unit};
use rongyi_store::StoredEntry;

use super::carried::carried_told;
use super::lines::{
    about, amount_text, asset_title, booked_on, event_of, happened_on, title, unit,
};
use crate::door::fault::Fault;
use crate::door::visit::{Visit, day};
use crate::ledger::past;

/// A deduction that found less than it asked for: three numbers, of which two are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short {
    /// What was to be taken.
    pub(crate) asked: i64,
    /// What was there and was taken.
    pub(crate) taken: i64,
    /// Of what.
    pub(crate) asset: AssetNo,
}

impl Short {
    /// What was asked, what was taken, what is left.
    pub(crate) fn told(self, visit: &Visit, after: Option<i64>) -> String {
        let say = |amount| amount_text(visit, self.asset, amount);
        let (asked, taken) = (say(self.asked), say(self.taken));
        let what = match self.asset {
            AssetNo::POINTS => visit.either("积分", "points"),
            AssetNo::MINUTES => visit.either("时长", "hours"),
            other => asset_title(visit, other),
        };
        let left = after.map_or_else(String::new, |after| {
            let after = say(after);
            visit.either(
                &format!("，扣后还有 {after}"),
                &format!("; {after} are left"),
            )
        });
        visit.either(
            &format!("应扣 {asked}，{what}不够，实扣 {taken}{left}。"),
            &format!(
                "{asked} were to be taken; there were not enough, and {taken} were taken{left}."
            ),
        )
    }
}

/// What a decision asked of one account, where the account held less. `change` is what it moved there.
pub(crate) async fn shortfall(
    visit: &Visit,
    frame: &Frame,
    (event, decision): (&Event, &Decision),
    (account, change): (Account, i64),
) -> Result<Option<Short>, Fault> {
    if decision.awards.iter().all(|award| award.amount >= 0) {
        return Ok(None);
    }
    let asked = asked_of(visit, frame, (event, decision), account).await?;
    let missing = change.saturating_sub(asked);
    Ok((asked < 0 && missing > 0).then(|| Short {
        asked: asked.saturating_neg(),
        taken: asked.saturating_neg().saturating_sub(missing),
        asset: account.asset,
    }))
}

/// What a decision gives to or takes from one account, over all the people in its roles who hold it.
pub(crate) async fn asked_of(
    visit: &Visit,
    frame: &Frame,
    (event, decision): (&Event, &Decision),
    account: Account,
) -> Result<i64, Fault> {
    let Some(settings) = &frame.settings else {
        return Ok(0);
    };
    let needs: Vec<Need> = event
        .roles
        .iter()
        .map(|(_, resident)| Need::Resident(*resident))
        .collect();
    let mut homes = HashMap::new();
    for found in visit.app.house.store.load(&visit.code, &needs).await? {
        if let Loaded::Resident(resident, Some(member)) = found {
            homes.insert(resident, member.household);
        }
    }
    let mut sum: i64 = 0;
    for award in &decision.awards {
        let role = event.roles.iter().find(|(role, _)| *role == award.role);
        let Some((_, resident)) = role else {
            continue;
        };
        let Some(household) = homes.get(resident) else {
            continue;
        };
        let asset = settings.asset(&award.asset);
        let holder = past::holder_of(settings, account.asset, *resident, *household);
        if asset == Some(account.asset) && holder == account.holder {
            sum = sum.saturating_add(i64::from(award.amount));
        }
    }
    Ok(sum)
}

/// A person's events and orders that moved nothing, and what was carried in for them or their household, as lines: each
/// has a page that says why not. With them the place before which nobody looked.
pub(crate) async fn unmoved(
    visit: &Visit,
    frame: &Frame,
    whose: [Holder; 2],
    (span, limit): ((u64, u64), usize),
) -> Result<(Vec<Line>, Option<u64>), Fault> {
    let store = &visit.app.house.store;
    let found = past::unmoved(store, &visit.code, &whose, (span, limit)).await?;
    let mut lines = Vec::new();
    for (stored, receipt) in &found.entries {
        lines.extend(nothing_moved(visit, frame, (stored, receipt)).await?);
    }
    Ok((lines, found.cut))
}

async fn nothing_moved(
    visit: &Visit,
    frame: &Frame,
    (stored, receipt): (&StoredEntry, &Receipt),
) -> Result<Option<Line>, Fault> {
    let Some(first) = receipt.records.first() else {
        return Ok(None);
    };
    let entry = stored.first_seq;
    let about = about(visit, (entry, first), None).await?;
    let mut told = Vec::new();
    let mut counted = Unit::Points;
    if let Some(Asked::Carry(own)) = first.what() {
        told.extend(carried_told(visit, frame, &own.history));
    }
    if let Some(Record::Decided(_, _, decision)) = receipt.records.get(1)
        && let Some(event) = event_of(first, &about)
    {
        for award in decision.awards.iter().filter(|award| award.amount < 0) {
            let asked = i64::from(award.amount).saturating_neg();
            let doer = event.roles.iter().any(|(role, _)| *role == award.role);
            let settings = frame.settings.as_ref();
            let asset = settings.and_then(|own| own.asset(&award.asset));
            if let Some(asset) = asset.filter(|_| doer) {
                let taken = 0;
                let short = Short {
                    asked,
                    taken,
                    asset,
                };
                told.push(short.told(visit, None));
                counted = unit(visit, asset);
            }
        }
    }
    Ok(Some(Line {
        seq: entry,
        title: title(visit, frame, first, &about),
        day: day(booked_on(first)),
        happened: happened_on(first, &about).map(day),
        note: String::new(),
        told,
        amount: 0,
        unit: counted,
        balance_after: None,
        state: if receipt.refusal().is_some() {
            LineState::Refused
        } else if receipt.waiting().is_some() {
            LineState::Waiting
        } else {
            LineState::Posted
        },
    }))
}
