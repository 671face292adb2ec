//! What moved less than was asked, or nothing at all: deductions that found too little, refusals, events that wait. Says
//! what was asked, what was taken and what is left; decides nothing.

use rongyi_core::account::Holder;
use rongyi_core::book::{Frame, Receipt};
use rongyi_core::record::{Amend, Asked, Record};
use rongyi_pages::{Line, LineState, Unit};
use rongyi_store::StoredEntry;

use crate::door::fault::Fault;
use crate::door::visit::{Visit, day};
use crate::ledger::carried::carried_told;
use crate::ledger::past;
use crate::ledger::titles::{
    about, booked_on, event_of, happened_on, nothing_back_text, title, unit,
};
use crate::ledger::told::Short;

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
    if let Some(Asked::Carry(carry)) = first.what() {
        told.extend(carried_told(visit, frame, &carry.history));
    }
    if let Some(Asked::Amend(Amend::Reverse(..) | Amend::Approve(_))) = first.what() {
        told.push(nothing_back_text(visit, receipt));
    }
    if let Some(Record::Decided(_, _, decision)) = receipt.records.get(1)
        && let Some(event) = event_of(first, &about)
    {
        for award in decision.awards.iter().filter(|award| award.amount < 0) {
            let asked = i64::from(award.amount).saturating_neg();
            let doer = event.roles.iter().any(|(role, _)| *role == award.role);
            let settings = frame.settings.as_ref();
            let asset = settings.and_then(|settings| settings.asset(&award.asset));
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
        also: Vec::new(),
    }))
}
