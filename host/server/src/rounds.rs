//! Once a minute, for every community: what falls due in the ledger ([`jobs`]), in cases and in
//! activities.

use std::sync::Arc;
use std::time::Duration;

use rongyi_clerk::ClerkError;
use rongyi_core::ids::Code;
use tokio_util::sync::CancellationToken;

use crate::activities::{self, ActivityError};
use crate::cases::{self, CaseError};
use crate::house::House;
use crate::inspections;
use crate::jobs::{self, Done};
use crate::messages;
use crate::people;

/// Time between two rounds.
const PAUSE: Duration = Duration::from_secs(60);

/// Runs the jobs every minute until `stop`.
pub async fn run(house: Arc<House>, stop: CancellationToken) {
    for code in house.communities().keys() {
        match people::own::close_earlier(&house, code).await {
            Ok(0) => {}
            Ok(closed) => {
                tracing::info!(community = %code, closed, "numbers of erased residents were closed")
            }
            Err(error) => {
                tracing::warn!(community = %code, %error, "numbers of erased residents could not be closed; it is tried again with the next start")
            }
        }
    }
    loop {
        if let Err(error) = jobs::read_log(&house).await {
            tracing::warn!(%error, "the record of who read what could not be kept up; it is tried again in a minute");
        }
        for code in house.communities().keys() {
            if let Err(error) = house.write_figures(code).await {
                tracing::warn!(community = %code, %error, "figures about the rules could not be written; they are kept");
            }
            match round(&house, code).await {
                Ok((done, cases)) if done != Done::default() || cases > 0 => {
                    tracing::info!(community = %code, ?done, cases, "jobs")
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(community = %code, %error, "a job could not run; it is tried again in a minute")
                }
            }
            if let Err(error) = messages::round(&house, code).await {
                tracing::warn!(community = %code, %error, "residents could not be told what is due; it is tried again in a minute");
            }
            jobs::roster(&house, code).await;
            if let Err(error) = cases::sealing::round(&house, code).await {
                tracing::warn!(community = %code, %error, "the steps of cases could not be sealed; it is tried again in a minute");
            }
            jobs::publish(&house, code).await;
        }
        jobs::sweep(&house).await;
        tokio::select! {
            () = stop.cancelled() => return,
            // A mended rule need not wait for the next minute.
            () = house.news.changed.notified() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// One round for one community: what the jobs did, and how much time did to cases, what followed from their steps, and hours
/// that were booked.
///
/// # Errors
/// What the clerk or the database said; what was done until then stays done.
pub async fn round(house: &House, code: &Code) -> Result<(Done, usize), ClerkError> {
    let done = jobs::round(house, code).await?;
    let booked = match activities::booking::round(house, code).await {
        Ok(booked) => booked,
        Err(ActivityError::Clerk(error)) => return Err(error),
        Err(ActivityError::Store(error)) => return Err(error.into()),
        Err(
            error @ (ActivityError::Unknown
            | ActivityError::Refused(_)
            | ActivityError::Damaged(..)),
        ) => {
            tracing::warn!(community = %code, %error, "hours wait for the next round");
            0
        }
    };
    let judged = match inspections::booking::round(house, code).await {
        Ok(judged) => judged,
        Err(CaseError::Clerk(error)) => return Err(error),
        Err(CaseError::Store(error)) => return Err(error.into()),
        Err(error @ (CaseError::Unknown | CaseError::Refused(_) | CaseError::Damaged(..))) => {
            tracing::warn!(community = %code, %error, "inspections wait for the next round");
            0
        }
    };
    let booked = booked.saturating_add(judged);
    match cases::due::round(house, code).await {
        Ok(cases) => Ok((done, cases.saturating_add(booked))),
        Err(CaseError::Clerk(error)) => Err(error),
        Err(CaseError::Store(error)) => Err(error.into()),
        Err(error @ (CaseError::Unknown | CaseError::Refused(_) | CaseError::Damaged(..))) => {
            tracing::warn!(community = %code, %error, "cases wait for the next round");
            Ok((done, 0))
        }
    }
}
