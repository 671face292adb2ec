//! A sealed period is taken back: somebody asks, another person agrees, then the entries that closed its holders are
//! reversed one by one, and its days are open again. What a step does is decided by the book.
//!
//! It may be stopped at any moment: what is taken back is taken back, and the jobs of a running host go on with the rest.

use rongyi_clerk::{Answer, ClerkError};
use rongyi_core::account::Holder;
use rongyi_core::command::{Ask, Command, PeriodRejection, PeriodTurn, Rejection, SaltedText};
use rongyi_core::ids::Code;
use rongyi_core::period::{Period, PeriodRow, PeriodState, PeriodStep};

use super::{CHUNK, PeriodError, alone, ask, command, find};
use crate::access::random;
use crate::door::{Actor, one_person};
use crate::house::House;

/// Asks that a sealed period be taken back.
///
/// # Errors
/// [`PeriodError`]; nothing is stored.
pub async fn ask_back(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
    reason: String,
) -> Result<Answer, PeriodError> {
    let text = SaltedText {
        salt: random(),
        text: reason,
    };
    let step = PeriodStep::AskBack {
        reason: text.commitment(),
    };
    let turn = Ask::Period(PeriodTurn { period, step });
    let command = Command {
        text: Some(text),
        ..house.command(code, actor, turn)
    };
    Ok(house.clerk.ask_patiently(code, command).await?)
}

/// Agrees that it is taken back. Where the community has two operators or more, it must be another one than who asked.
///
/// # Errors
/// [`PeriodError`]; nothing is stored.
pub async fn agree_back(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
) -> Result<Answer, PeriodError> {
    let alone = alone(house, code).await?;
    let row = find(house, code, period).await?;
    if let (PeriodState::AskedBack, Some((by, _))) = (row.state, &row.back_by)
        && !alone
        && one_person(&house.store, code, by, actor).await?
    {
        return Err(ClerkError::Rejected(PeriodRejection::SameAsker { period }.into()).into());
    }
    ask(house, code, actor, period, PeriodStep::AgreeBack { alone }).await
}

/// Leaves it closed after all.
///
/// # Errors
/// [`PeriodError`]; nothing is stored.
pub async fn keep_closed(
    house: &House,
    code: &Code,
    actor: &Code,
    period: Period,
) -> Result<Answer, PeriodError> {
    ask(house, code, actor, period, PeriodStep::KeepClosed).await
}

/// What a run of taking back did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Holders that were taken back now.
    pub holders: u32,
    /// Whether the days of the period are open again.
    pub reopened: bool,
}

/// Takes back what is left of an agreed period, and opens its days. `most` bounds the holders of this run. Run again, it
/// goes on; run twice, the second time finds nothing to do.
///
/// # Errors
/// [`PeriodError`]; what was taken back until then stays so.
pub async fn take_back(
    house: &House,
    code: &Code,
    period: Period,
    most: u32,
) -> Result<TakenBack, PeriodError> {
    let row = find(house, code, period).await?;
    let mut done = TakenBack::default();
    if row.state == PeriodState::Withdrawn {
        done.reopened = true;
        return Ok(done);
    }
    let system = Actor::Job.code();
    let mut after = None;
    while done.holders < most {
        let page = house.store.standings(code, row.cut, after, CHUNK).await?;
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        let closed = page.iter().filter(|(_, standing)| standing.entry != 0);
        let left = usize::try_from(most - done.holders).unwrap_or(usize::MAX);
        let holders: Vec<Holder> = closed.map(|(holder, _)| *holder).take(left).collect();
        done.holders += one_by_one(house, code, &system, &row, holders).await?;
    }
    if find(house, code, period).await?.closed == 0 {
        match ask(house, code, &system, period, PeriodStep::Reopen).await {
            Ok(_) => done.reopened = true,
            // Somebody else was first.
            Err(error) if find(house, code, period).await?.state != PeriodState::Withdrawn => {
                return Err(error);
            }
            Err(_) => done.reopened = true,
        }
    }
    Ok(done)
}

async fn one_by_one(
    house: &House,
    code: &Code,
    system: &Code,
    row: &PeriodRow,
    holders: Vec<Holder>,
) -> Result<u32, PeriodError> {
    let mut tickets = Vec::new();
    for holder in holders {
        let command = command(
            house,
            code,
            system,
            row.period,
            PeriodStep::TakeBack(holder),
        );
        tickets.push(house.clerk.submit(code, command).await?);
    }
    let mut taken = 0;
    for ticket in tickets {
        match ticket.answer().await {
            Ok(_) => taken += 1,
            // Another run was first.
            Err(ClerkError::Rejected(Rejection::Period(PeriodRejection::NotClosed { .. }))) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(taken)
}
