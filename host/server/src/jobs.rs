//! What happens by itself: orders nobody collected give their points back, awards are posted after their notice,
//! lots lapse on their date, events that wait for a rule are tried again, old
//! idempotency keys go, heads are published, old tries, browsers and sessions go. Each change is a command like any other and safe to run twice.

use std::collections::HashMap;

use rongyi_clerk::ClerkError;
use rongyi_core::account::Account;
use rongyi_core::book::KEY_DAYS;
use rongyi_core::command::{AmendRejection, Ask, Lapse, Rejection, Retry};
use rongyi_core::ids::{Code, RuleSetNo};
use rongyi_core::record::RuleSet;
use rongyi_core::time::{Instant, LocalDate};
use rongyi_store::StoreError;

use crate::access::{BROWSERS_KEPT, TRIES_KEPT};
use crate::audit::proof::ProofFault;
use crate::door::Actor;
use crate::due;
use crate::house::House;

/// Orders, accounts and events handled in one round of one community.
const ROUND_MAX: u32 = 500;
/// Rounds of what fell due that one look at a balance waits for.
const CATCH_UP_ROUNDS: usize = 20;
/// A month of keeping who read what: a twelfth of a year and a day more, never less.
const MONTH_US: i64 = 31 * 86_400_000_000;
/// Days for which wrong codes at the till are kept.
const TILL_DAYS: i32 = 30;
/// Accounts in one lapse command.
const LAPSE_CHUNK: usize = 50;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Orders that ran out.
    pub released: usize,
    /// Awards that were posted after their notice.
    pub posted: usize,
    /// Accounts from which something lapsed.
    pub lapsed: usize,
    /// Idempotency keys that no longer count.
    pub keys: u64,
    /// Waiting events that were decided.
    pub retried: usize,
    /// Holders of a signed period that were closed.
    pub closed: u32,
}

/// Writes what was counted of readings, and removes those whose months are over.
///
/// # Errors
/// What the database said.
pub async fn read_log(house: &House) -> Result<(), StoreError> {
    let now = house.clock.now();
    house.readings.flush(&house.store, now).await?;
    let kept_us = i64::from(house.config.read_log_months).saturating_mul(MONTH_US);
    let before = Instant(now.0.saturating_sub(kept_us));
    let gone = house.store.purge_reads(before).await?;
    if gone > 0 {
        tracing::info!(lines = gone, "old readings were removed");
    }
    Ok(())
}

/// What the whole installation no longer needs: tries that nobody repeated, browsers nobody signs in with, sessions that
/// have expired.
pub async fn sweep(house: &House) {
    let now = house.clock.now();
    let before = |age: i64| Instant(now.0.saturating_sub(age));
    let swept = house
        .store
        .purge_access(before(TRIES_KEPT), before(BROWSERS_KEPT), now);
    match swept.await {
        Ok((0, 0, 0)) => {}
        Ok((tries, browsers, sessions)) => {
            tracing::debug!(tries, browsers, sessions, "swept");
        }
        Err(error) => {
            tracing::warn!(%error, "old sign-in tries and sessions could not be removed; it is tried again in a minute");
        }
    }
}

/// Seals who works here. What nothing explains is told every round, and stays to be seen by `verify`.
pub(crate) async fn roster(house: &House, code: &Code) {
    match crate::audit::roster::keep(house, code, None).await {
        Ok(strange) => {
            for unexplained in strange {
                tracing::error!(community = %code, who = %unexplained.who, what = %unexplained.what, "staff were changed and no deed of this program says why; run `rongyi verify`");
            }
        }
        Err(error) => {
            tracing::warn!(community = %code, %error, "the list of staff could not be sealed; it is tried again in a minute");
        }
    }
}

/// Publishes the head of a ledger once an hour. Where the ledger is not the one that was published, nothing more is.
pub(crate) async fn publish(house: &House, code: &Code) {
    match house
        .heads
        .publish(&house.store, code, house.clock.now())
        .await
    {
        Ok(Some(line)) => tracing::info!(head = %line.short(), "published"),
        Ok(None) => {}
        Err(error @ ProofFault::NotThePublished { .. }) => tracing::error!(%error, "heads"),
        Err(error) => {
            tracing::warn!(community = %code, %error, "the head could not be published; it is tried again in a minute");
        }
    }
}

/// One round for one community.
///
/// # Errors
/// [`ClerkError`] when the database does not answer; what was done until then stays done.
pub async fn round(house: &House, code: &Code) -> Result<Done, ClerkError> {
    let mut done = Done::default();
    let (today, _) = house.today(code);
    (done.released, done.posted) = due(house, code, today).await?;
    let accounts = house
        .store
        .accounts_with_lots_before(code, today, ROUND_MAX)
        .await?;
    for chunk in accounts.chunks(LAPSE_CHUNK) {
        if ask(house, code, Ask::Lapse(Lapse(chunk.to_vec()))).await? {
            done.lapsed += chunk.len();
        }
    }
    let key_age_us = KEY_DAYS.saturating_mul(86_400_000_000);
    let before = Instant(house.clock.now().0.saturating_sub(key_age_us));
    done.keys = house.store.purge_keys(code, before).await?;
    let day = today.plus_days(-TILL_DAYS);
    house.store.clear_till_tries(code, day).await?;
    for seq in ready(house, code).await? {
        let command = house.command(code, &Actor::Job.code(), Ask::Retry(Retry(seq)));
        match house.clerk.ask_patiently(code, command).await {
            Ok(_) => done.retried += 1,
            // One that fails again must not keep those behind it waiting: their rule may be another, and mended.
            Err(ClerkError::Rejected(_)) => {}
            Err(error) => return Err(error),
        }
    }
    // What a closing that was stopped half-way left over.
    match crate::period::resume(house, code, ROUND_MAX).await {
        Ok(closed) => done.closed = closed,
        Err(crate::period::PeriodError::Clerk(error)) => return Err(error),
        Err(error) => tracing::warn!(community = %code, %error, "a period is not closed"),
    }
    Ok(done)
}

/// Events whose rule may be asked, the oldest first. Those of a rule that is left alone stay where they are and
/// keep nobody else waiting, unless a newer set of the same rule may decide them, or theirs is in force no more.
async fn ready(house: &House, code: &Code) -> Result<Vec<u64>, ClerkError> {
    let waiting = house.store.waiting(code).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let Some(frame) = house.store.frame(code).await? else {
        return Ok(Vec::new());
    };
    let (ward, now) = (house.books.ward(code), house.clock.now());
    let stays = |no: RuleSetNo| {
        let name = frame.set(no).map(|set| &set.name);
        let newer = |set: &std::sync::Arc<RuleSet>| {
            set.no > no && Some(&set.name) == name && frame.names(set.no)
        };
        ward.left_alone(no, now) && frame.names(no) && !frame.sets.iter().any(newer)
    };
    let ready = waiting
        .into_iter()
        .filter(|(_, set)| !stays(*set))
        .map(|(seq, _)| seq);
    Ok(ready.take(ROUND_MAX as usize).collect())
}

/// What fell due with the day: how many orders ran out and how many awards were posted now.
async fn due(house: &House, code: &Code, today: LocalDate) -> Result<(usize, usize), ClerkError> {
    let (mut released, mut posted) = (0, 0);
    for due_ask in due::asks(&house.store, code, (today, ROUND_MAX), None).await? {
        let order = matches!(due_ask, Ask::Release(_));
        let counted = if order { &mut released } else { &mut posted };
        *counted += usize::from(ask(house, code, due_ask).await?);
    }
    Ok((released, posted))
}

/// Before somebody looks at balances or spends: closes what fell due since yesterday, whether or not the job has come
/// round, so that nobody sees an order past its deadline or an award past its notice. Things fall due with the day
/// only, so once nothing is left the rest of the day costs nothing.
///
/// # Errors
/// As [`round`].
pub async fn catch_up(house: &House, code: &Code) -> Result<(), ClerkError> {
    let today = house.today(code).0;
    let days = &house.clerk.caught_up;
    let known = |days: std::sync::MutexGuard<'_, HashMap<Code, LocalDate>>| days.get(code).copied();
    if days.lock().is_ok_and(|days| known(days) == Some(today)) {
        return Ok(());
    }
    for _ in 0..CATCH_UP_ROUNDS {
        if due(house, code, today).await? == (0, 0) {
            if let Ok(mut days) = days.lock() {
                days.insert(code.clone(), today);
            }
            break;
        }
    }
    Ok(())
}

/// Before somebody looks at these accounts: what ran out on them lapses now, as a line of theirs.
///
/// # Errors
/// As [`round`].
pub async fn lapse(house: &House, code: &Code, accounts: &[Account]) -> Result<(), ClerkError> {
    let day = house.today(code).0.to_days();
    let states = house.store.balances(code, accounts).await?;
    let past = states.into_iter().filter(|(_, state)| {
        let mut lots = state.lots.iter();
        lots.any(|(lot, left)| *lot != 0 && *lot < day && *left > 0)
    });
    let past: Vec<Account> = past.map(|(account, _)| account).collect();
    if !past.is_empty() {
        ask(house, code, Ask::Lapse(Lapse(past))).await?;
    }
    Ok(())
}

/// Whether the command did something; somebody else may have been first.
async fn ask(house: &House, code: &Code, ask: Ask) -> Result<bool, ClerkError> {
    let command = house.command(code, &Actor::Job.code(), ask);
    match house.clerk.ask_patiently(code, command).await {
        Ok(_) => Ok(true),
        Err(ClerkError::Rejected(
            Rejection::NothingToDo
            | Rejection::OrderSettled { .. }
            | Rejection::OrderReleased { .. }
            | Rejection::OrderNotDue { .. }
            | Rejection::Amend(
                AmendRejection::NoticeNotDue { .. }
                | AmendRejection::NoticeObjected { .. }
                | AmendRejection::NoticeOver { .. },
            ),
        )) => Ok(false),
        Err(error) => Err(error),
    }
}
