//! What closing a period would give everybody, before anything is cut off: the cut-off is made in a copy of the book that is
//! thrown away, and each holder is asked about there.

use std::sync::Arc;

use rongyi_clerk::{ClerkError, book_of};
use rongyi_core::account::Holder;
use rongyi_core::book::{Applied, Book};
use rongyi_core::command::{Command, Rejection};
use rongyi_core::ids::Code;
use rongyi_core::period::{Period, PeriodStep, Standing};
use rongyi_core::rule::Plan;
use rongyi_store::StoreError;

use super::{Due, Line, PeriodError, change, command};
use crate::door::Actor;
use crate::house::House;
use crate::ledger::explain;

/// Holders that are asked about; of a larger community the rest is seen after the cut-off, which can be withdrawn.
const HOLDERS_MAX: usize = 2_000;
/// Times it is begun anew because somebody booked meanwhile.
const READS_MAX: usize = 5;

/// What closing would come to.
pub struct Foreseen {
    /// How many holders there are.
    pub holders: usize,
    /// Points that it would give those who were asked about.
    pub given: i64,
    /// Points that it would take from them, below zero.
    pub taken: i64,
    /// To how many the rule, or a limit, would say no.
    pub refused: usize,
    /// Those who were asked about, those whose points change most before the others.
    pub lines: Vec<Line>,
    /// How the rule explains itself.
    pub plan: Plan,
}

/// What cutting the period off now and closing it would give. Changes nothing.
///
/// # Errors
/// [`PeriodError`], as the cut-off would answer it.
pub async fn foresee(house: &House, code: &Code, due: &Due) -> Result<Foreseen, PeriodError> {
    for _ in 0..READS_MAX {
        if let Some(found) = once(house, code, due).await? {
            return Ok(found);
        }
    }
    let busy = StoreError::Busy {
        detail: format!("{code}: {READS_MAX}"),
    };
    Err(busy.into())
}

/// `None` when somebody booked meanwhile.
async fn once(house: &House, code: &Code, due: &Due) -> Result<Option<Foreseen>, PeriodError> {
    let period = due.period;
    let system = Actor::Job.code();
    let rule = due.rule.clone();
    let cut = command(house, code, &system, period, PeriodStep::CutOff { rule });
    let rejected = |rejection| PeriodError::from(ClerkError::Rejected(rejection));
    let read = book_of(&house.store, code, |_| vec![cut.clone()]).await?;
    let mut book = read.ok_or_else(|| rejected(Rejection::NotConfigured))?;
    let head = book.stored_head();
    let sets = book.frame().sets.clone();
    let now = house.clock.now();
    let trial = house.books.trial(code, &sets);
    match book.apply(&cut, now, &trial) {
        Ok(Applied::Fresh(_)) => {}
        Ok(Applied::Replay(_)) => return Err(rejected(Rejection::NothingToDo)),
        Err(rejection) => return Err(rejected(rejection)),
    }
    let rows = &book.frame().periods;
    let row = rows.iter().find(|row| row.period == period);
    let (cut, set) = row.map(|row| (row.cut, row.set)).unwrap_or_default();
    let all = book.standings();
    let mut standings: Vec<_> = all
        .into_iter()
        .filter(|((of, _), _)| *of == cut)
        .map(|((_, holder), standing)| (holder, standing.clone()))
        .collect();
    let holders = standings.len();
    standings.truncate(HOLDERS_MAX);
    let closings: Vec<Command> = standings
        .iter()
        .map(|(holder, _)| command(house, code, &system, period, PeriodStep::Close(*holder)))
        .collect();
    loop {
        let needs = closings.iter().flat_map(|one| book.missing(one));
        let mut needs: Vec<_> = needs.collect();
        if needs.is_empty() {
            break;
        }
        needs.sort_unstable();
        needs.dedup();
        for moment in house.store.load_all(&[(code.clone(), needs)]).await? {
            if moment.head != head {
                return Ok(None);
            }
            book.load(moment.rows);
        }
    }
    let plan = explain::plan_of(book.frame(), set);
    let lines = asked(house, code, (book, period), standings).await?;
    let points = |line: &Line| line.outcome.as_ref().map_or(0, |all| change(all, "points"));
    let sum = |sign: i64| {
        let all = lines.iter().map(points);
        all.filter(|points| points.signum() == sign)
            .fold(0, i64::saturating_add)
    };
    Ok(Some(Foreseen {
        holders,
        given: sum(1),
        taken: sum(-1),
        refused: lines.iter().filter(|line| line.outcome.is_err()).count(),
        plan,
        lines,
    }))
}

async fn asked(
    house: &House,
    code: &Code,
    (book, period): (Book, Period),
    standings: Vec<(Holder, Standing)>,
) -> Result<Vec<Line>, PeriodError> {
    let judge = house
        .books
        .judge(code, &book.frame().sets, house.clock.now());
    let today = house.today(code).0;
    let book = Arc::new(book);
    let lines = tokio::task::spawn_blocking(move || {
        let line = |(holder, standing)| Line {
            outcome: book
                .preview(&period, holder, today, &judge)
                .map_err(|denial| denial.map_failed(|rejection| rejection.text())),
            holder,
            standing,
        };
        standings.into_iter().map(line).collect::<Vec<_>>()
    });
    let mut lines = lines.await.map_err(|_| ClerkError::Stopped)?;
    let size = |line: &Line| {
        line.outcome
            .as_ref()
            .map_or(0, |all| change(all, "points").abs())
    };
    lines.sort_by_key(|line| (std::cmp::Reverse(size(line)), line.holder));
    Ok(lines)
}
