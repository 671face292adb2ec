//! What a step in closing a period reads. It decides nothing.

use super::super::needs::Missing;
use super::super::reverse;
use super::{available, facts_of, may_cut, row, standing};
use crate::account::{Account, Holder, Purpose};
use crate::command::Need;
use crate::counters::{CounterSubject, issued_kind};
use crate::period::{Period, PeriodRow, PeriodStep};
use crate::record::Record;
use crate::settings::Settings;
use crate::time::LocalDate;

/// What a step in closing a period reads.
pub(in crate::book) fn needs(
    list: &mut Missing<'_>,
    period: &Period,
    step: &PeriodStep,
    today: LocalDate,
) {
    let Some(settings) = list.book.frame.settings.clone() else {
        return;
    };
    match step {
        PeriodStep::CutOff { rule } => {
            // What will be refused anyway is not worth loading everybody for.
            let Ok(Some(set)) = may_cut(list.book, period, rule.as_ref(), today) else {
                return;
            };
            if !list.book.everyone {
                list.needs.push(Need::Everyone);
                return;
            }
            let span = standing::Span {
                last: period.last,
                today,
                began: settings.began_on,
            };
            standing::needs(list, &settings, facts_of(&set), &span);
        }
        PeriodStep::Close(holder) => closing(list, period, *holder, &settings, today),
        PeriodStep::TakeBack(holder) => taking_back(list, period, *holder),
        PeriodStep::Withdraw
        | PeriodStep::SignOff { .. }
        | PeriodStep::Seal
        | PeriodStep::AskBack { .. }
        | PeriodStep::AgreeBack { .. }
        | PeriodStep::KeepClosed
        | PeriodStep::Reopen => {}
    }
}

/// The entry that closed a holder, and everything that it moved and counted.
fn taking_back(list: &mut Missing<'_>, period: &Period, holder: Holder) {
    let Ok(row) = row(list.book, period) else {
        return;
    };
    let entry = match list.book.standings.get(&(row.cut, holder)) {
        None => {
            list.needs.push(Need::Standing(row.cut, holder));
            return;
        }
        Some(standing) => standing.as_ref().map_or(0, |standing| standing.entry),
    };
    if entry == 0 {
        return;
    }
    let Some(records) = list.entry(entry) else {
        return;
    };
    list.fate(entry);
    reverse::undone(list, entry);
    let first = records.first().and_then(Record::envelope);
    for month in first
        .into_iter()
        .flat_map(|envelope| [0, envelope.today.month_index()])
    {
        list.counter(CounterSubject::Community, &issued_kind(), month);
    }
}

/// Those whose traits the rule will ask for.
fn traits_of(list: &mut Missing<'_>, row: &PeriodRow, holder: Holder) {
    let set = row.set.and_then(|no| list.book.set(no));
    if set.is_none_or(|set| set.plan.traits.is_empty()) {
        return;
    }
    match holder {
        Holder::Resident(no) => list.resident(no),
        Holder::Household(_) if !list.book.everyone => list.needs.push(Need::Everyone),
        Holder::Household(_) | Holder::Community | Holder::Fund(_) => {}
    }
}

fn closing(
    list: &mut Missing<'_>,
    period: &Period,
    holder: Holder,
    settings: &Settings,
    today: LocalDate,
) {
    let Ok(row) = row(list.book, period) else {
        return;
    };
    match list.book.standings.get(&(row.cut, holder)) {
        None => list.needs.push(Need::Standing(row.cut, holder)),
        Some(Some(standing)) if standing.entry == 0 => {
            traits_of(list, row, holder);
            for asset in standing::assets(settings) {
                list.account(available(holder, asset));
                list.account(Account::of_community(asset, Purpose::Issuance));
                list.account(Account::of_community(asset, Purpose::Adjustment));
            }
            for month in [0, today.month_index()] {
                list.counter(CounterSubject::Community, &issued_kind(), month);
            }
            standing::later_needs(list, holder, period.last, today);
        }
        Some(_) => {}
    }
}
