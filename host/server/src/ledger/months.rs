//! Headings of months: what came in and what went out of each asset, of the very rows that the passbook's lines are made
//! of. Reads and adds up; says nothing about single lines.

use std::collections::{BTreeMap, BTreeSet};

use rongyi_core::account::Account;
use rongyi_core::ids::AssetNo;
use rongyi_core::time::LocalDate;
use rongyi_pages::{Line, Month, MonthSum};
use rongyi_store::PassbookRow;

use crate::door::fault::Fault;
use crate::door::visit::Visit;
use crate::ledger::titles::{booked_on, decode, unit};

/// Rows that are read at once, and how often, to add months up.
const SUM_CHUNK: u32 = 500;
const SUM_CHUNKS_MAX: usize = 20;

/// What came in of one asset in one month, and what went out.
type BothWays = (i64, i64);

/// Months as they were added up.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    /// By month and asset; an asset that did not move in a month is not there.
    found: BTreeMap<(i32, AssetNo), BothWays>,
    /// The oldest month that was read to its beginning; older ones hold more rows than are added up.
    whole_from: i32,
}

impl Sums {
    /// Points of a month; `None` where there are more rows than are added up.
    pub(crate) fn points(&self, month: i32) -> Option<BothWays> {
        let both_ways = self.found.get(&(month, AssetNo::POINTS)).copied();
        (month >= self.whole_from).then(|| both_ways.unwrap_or_default())
    }

    /// What else moved in a month, in the order of assets.
    fn others(&self, visit: &Visit, month: i32) -> Vec<MonthSum> {
        let others = self.found.iter().filter(|((row_month, asset), _)| {
            *row_month == month && month >= self.whole_from && *asset != AssetNo::POINTS
        });
        let sum = |((_, asset), (earned, spent)): (&(i32, AssetNo), &BothWays)| MonthSum {
            unit: unit(visit, *asset),
            earned: *earned,
            spent: *spent,
        };
        others.map(sum).collect()
    }

    fn add(&mut self, month: i32, asset: AssetNo, change: i64) {
        let (earned, spent) = self.found.entry((month, asset)).or_default();
        let side = if change < 0 { spent } else { earned };
        *side = side.saturating_add(change);
    }
}

/// The month in which a row was booked.
fn month_booked(row: &PassbookRow) -> Result<i32, Fault> {
    let first = decode(row.entry, row.first.0, &row.first.1)?;
    Ok(booked_on(&first).month_index())
}

/// Adds up the months from `oldest` on, of these accounts and of the rows before the place `before`.
pub(crate) async fn sums(
    visit: &Visit,
    accounts: &[Account],
    oldest: i32,
    before: Option<u64>,
) -> Result<Sums, Fault> {
    let store = &visit.app.house.store;
    let mut sums = Sums::default();
    // One entry is one line of an asset, whatever it drew on.
    let mut open: BTreeMap<AssetNo, i64> = BTreeMap::new();
    let mut at: Option<(u64, i32)> = None;
    let mut before = before;
    for _ in 0..SUM_CHUNKS_MAX {
        let rows = store
            .passbook(&visit.code, accounts, before, SUM_CHUNK)
            .await?;
        before = rows.last().map(|row| row.seq);
        for row in &rows {
            let month = month_booked(row)?;
            if at.is_none_or(|(entry, _)| entry != row.entry) {
                close(&mut sums, at, &mut open);
                at = Some((row.entry, month));
            }
            if month < oldest {
                sums.whole_from = oldest;
                return Ok(sums);
            }
            let change = open.entry(row.account.asset).or_default();
            *change = change.saturating_add(row.change);
        }
        if before.is_none() {
            close(&mut sums, at, &mut open);
            sums.whole_from = i32::MIN;
            return Ok(sums);
        }
    }
    sums.whole_from = at.map_or(i32::MIN, |(_, month)| month.saturating_add(1));
    Ok(sums)
}

/// An entry is read to its end.
fn close(sums: &mut Sums, at: Option<(u64, i32)>, open: &mut BTreeMap<AssetNo, i64>) {
    for (asset, change) in std::mem::take(open) {
        if let Some((_, month)) = at {
            sums.add(month, asset, change);
        }
    }
}

/// The month of a line.
pub(crate) fn month_of(line: &Line) -> i32 {
    LocalDate::new(line.day.year, line.day.month, 1).map_or(0, LocalDate::month_index)
}

/// The month in which the entry at this place was booked: of the last line of the page before.
pub(crate) async fn month_at(visit: &Visit, seq: u64) -> Result<Option<i32>, Fault> {
    let found = visit.app.house.store.entry(&visit.code, seq).await?;
    let Some((place, kind, body)) = found.as_ref().and_then(|stored| stored.records.first()) else {
        return Ok(None);
    };
    let first = decode(*place, *kind, body)?;
    Ok(Some(booked_on(&first).month_index()))
}

/// Lines by the month in which they were booked. The month `continued` began on the page before, where its sums stand.
pub(crate) fn by_month(
    visit: &Visit,
    lines: Vec<Line>,
    (sums, continued): (&Sums, Option<i32>),
    wanted: impl Fn(&Line) -> bool,
) -> Vec<Month> {
    let mut months: BTreeMap<i32, Month> = BTreeMap::new();
    for line in lines.into_iter().filter(wanted) {
        let index = month_of(&line);
        let page = months.entry(index).or_insert_with(|| Month {
            year: line.day.year,
            month: line.day.month,
            sums: sums.points(index),
            others: sums.others(visit, index),
            continued: continued == Some(index),
            lines: Vec::new(),
        });
        page.lines.push(line);
    }
    months.into_values().rev().collect()
}

/// The oldest month of these lines.
pub(crate) fn oldest(lines: &[Line]) -> Option<i32> {
    lines
        .iter()
        .map(month_of)
        .collect::<BTreeSet<_>>()
        .pop_first()
}
