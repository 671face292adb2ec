//! Passbook rows of the store become lines that people read: what for, on which day, how far it has come.
//! Adds up the rows of one entry (a spend over two lots is one line) and nothing else.

use std::collections::HashMap;

use rongyi_clerk::receipt;
use rongyi_core::account::Purpose;
use rongyi_core::book::{Fate, FateState, Frame, Loaded, Stand};
use rongyi_core::command::Need;
use rongyi_core::ids::{AssetNo, Code};
use rongyi_core::record::{Amend, Asked, NoticeStep, Record};
use rongyi_pages::{Line, LineState};
use rongyi_store::PassbookRow;

use crate::door::Signed;
use crate::door::fault::Fault;
use crate::door::visit::{Visit, day};
use crate::ledger::titles::{
    About, about, about_decided, booked_on, decode, event_of, happened_on, lapsed, lapsed_text,
    late_text, title, unit,
};
use crate::ledger::told::shortfall;

/// The entry whose fate is the line's: of an award that was posted after its notice, the award's.
fn fated(entry: u64, first: &Record) -> u64 {
    if let Some(Asked::Notice(NoticeStep::Post(award))) = first.what() {
        *award
    } else {
        entry
    }
}

/// What became of these entries; all read at once.
pub(crate) async fn fates(visit: &Visit, entries: &[u64]) -> Result<HashMap<u64, Fate>, Fault> {
    let needs: Vec<Need> = entries.iter().copied().map(Need::Fate).collect();
    let mut all = HashMap::new();
    for found in visit.app.house.store.load(&visit.code, &needs).await? {
        if let Loaded::Fate(entry, Some(fate)) = found {
            all.insert(entry, fate);
        }
    }
    Ok(all)
}

/// How far a line has come: taken back, or as far as its order.
pub(crate) fn state(
    visit: &Visit,
    first: &Record,
    about: &About,
    fate: Option<&Fate>,
) -> LineState {
    if fate.is_some_and(|fate| matches!(fate.state, FateState::Reversed | FateState::Withdrawn)) {
        return LineState::Reversed;
    }
    let stand = about.order.as_ref().map(|order| visit.seen(order).stand);
    let placed = matches!(first.what(), Some(Asked::Place(_)));
    match stand.filter(|_| placed) {
        Some(Stand::Reserved) => LineState::SetAside,
        Some(Stand::Settled { .. }) => LineState::PickedUp,
        Some(Stand::Cancelled { .. } | Stand::TimedOut { .. }) => LineState::GivenBack,
        None => LineState::Posted,
    }
}

/// The rows of one entry and asset, added up.
struct Sum<'r> {
    row: &'r PassbookRow,
    amount: i64,
    balance_after: Option<i64>,
    /// Points that ran out while they were set aside or under notice: no balance shows that.
    lapsed: i64,
}

/// What the rows of an entry did to the balance, and what ran out beside it. Rows of points set aside or under notice
/// say nothing else of their own: the balance's rows do.
fn sums(rows: &[PassbookRow]) -> Vec<Sum<'_>> {
    let mut all: Vec<Sum<'_>> = Vec::new();
    let mut places: HashMap<(u64, AssetNo), usize> = HashMap::new();
    for row in rows {
        let is_available = row.account.purpose == Purpose::Available;
        let ran_out = !is_available && row.transfer.credit.purpose == Purpose::Expired;
        let noticed = row.account.purpose == Purpose::Notice && row.change > 0;
        if !is_available && !ran_out && !noticed {
            continue;
        }
        let key = (row.entry, row.account.asset);
        let place = *places.entry(key).or_insert_with(|| {
            all.push(Sum {
                row,
                amount: 0,
                balance_after: None,
                lapsed: 0,
            });
            all.len().saturating_sub(1)
        });
        let Some(sum) = all.get_mut(place) else {
            continue;
        };
        if ran_out {
            sum.lapsed = sum.lapsed.saturating_add(row.change.saturating_neg());
        } else {
            sum.amount = sum.amount.saturating_add(row.change);
        }
        if is_available && sum.balance_after.is_none() && row.account.asset != AssetNo::MINUTES {
            sum.balance_after = Some(row.balance_after);
        }
    }
    all
}

/// Who recorded it, where that is a person or a device.
async fn source(visit: &Visit, actor: &Code) -> String {
    match Signed::of(actor) {
        Signed::Staff(_) | Signed::Resident(_) | Signed::Device(_) => visit.actor(actor).await,
        Signed::Terminal(_)
        | Signed::Import
        | Signed::Audit
        | Signed::System
        | Signed::Other(_) => String::new(),
    }
}

/// The rows of one entry and asset become one line each, newest first.
pub(crate) async fn lines(
    visit: &Visit,
    frame: &Frame,
    rows: &[PassbookRow],
) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    let mut asked = Vec::new();
    let sums = sums(rows);
    for sum in &sums {
        let first = decode(sum.row.entry, sum.row.first.0, &sum.row.first.1)?;
        asked.push(fated(sum.row.entry, &first));
    }
    let fates = fates(visit, &asked).await?;
    let mut sources: HashMap<Code, String> = HashMap::new();
    for (sum, fated) in sums.iter().zip(asked) {
        let row = sum.row;
        let first = decode(row.entry, row.first.0, &row.first.1)?;
        let answer = match &row.decided {
            Some((kind, body)) => Some(decode(row.entry, *kind, body)?),
            None => None,
        };
        let (entry, order) = ((row.entry, &first), row.transfer.order);
        let about = match answer.as_ref().and_then(Record::set) {
            // What was asked and what came of it are read with the row.
            set @ Some(_) => about_decided(visit, entry, order, set).await?,
            None => about(visit, entry, order).await?,
        };
        let note = match first.envelope() {
            Some(envelope)
                if matches!(
                    first.what(),
                    Some(Asked::Earn(_) | Asked::Agreed(_) | Asked::Open(_))
                ) =>
            {
                match sources.get(&envelope.actor) {
                    Some(known) => String::clone(known),
                    None => {
                        let found = source(visit, &envelope.actor).await;
                        sources.insert(envelope.actor.clone(), found.clone());
                        found
                    }
                }
            }
            Some(_) | None => String::new(),
        };
        let mut told = Vec::new();
        if let Some(Record::Decided(_, _, decision)) = &answer
            && let Some(event) = event_of(&first, &about)
        {
            let after = sum.balance_after;
            let short = shortfall(visit, frame, (event, decision), (row.account, sum.amount));
            told.extend(short.await?.map(|short| short.told(visit, after)));
        }
        if let Some(Asked::Amend(Amend::Reverse(..) | Amend::Approve(_))) = first.what()
            && row.account.asset == AssetNo::POINTS
            && let Some(stored) = visit.app.house.store.entry(&visit.code, row.entry).await?
        {
            // What would have come back to a lot that is over runs out beside the account.
            told.extend(late_text(visit, lapsed(&receipt(&stored)?)));
        } else if sum.lapsed > 0 {
            told.push(lapsed_text(visit, row.account.asset, sum.lapsed));
        }
        lines.push(Line {
            seq: row.entry,
            title: title(visit, frame, &first, &about),
            day: day(booked_on(&first)),
            happened: happened_on(&first, &about).map(day),
            note,
            told,
            amount: sum.amount,
            unit: unit(visit, row.account.asset),
            balance_after: sum.balance_after,
            state: state(visit, &first, &about, fates.get(&fated)),
            also: Vec::new(),
        });
    }
    Ok(lines)
}
