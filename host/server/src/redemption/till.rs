//! The till: a pick-up code as typed finds its order, and may be tried only so often. Wrong codes are counted in the
//! database and so for all hosts together, by who types; a till without a wrong code today is never made to wait because
//! of another one. Who types takes turns on each host: a wrong code is counted before the next one is looked at. While
//! somebody's free tries last, only wrong codes are counted, so that a right one costs no write; after them a try is
//! counted before it is looked at, and given back when it was right. It hands nothing over; that is
//! [`crate::redemption`].

use rongyi_core::book::Order;
use rongyi_core::chain::hex;
use rongyi_core::ids::{Code, OrderNo};
use rongyi_core::record::{PickupCode, is_code};
use rongyi_core::seal::Sealed;
use rongyi_core::time::Instant;
use rongyi_core::typed;
use rongyi_store::{StoreError, TillTry};
use tokio::sync::OwnedMutexGuard;

use crate::house::House;

/// Wrong codes a day that cost one member of staff or device nothing.
const FREE_TRIES: u32 = 5;
/// Wrong codes a day of a whole community, after which those who used up their free ones share one pause.
const FREE_TRIES_OF_ALL: u32 = 100;
/// The longest pause, in µs: a quarter of an hour.
const PAUSE_MAX: i64 = 15 * 60 * 1_000_000;
/// The name under which all tries of a community are counted.
const ALL: &str = "*";

/// Why a code was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// Too many were wrong.
    #[error("the next code can be tried in {seconds} s")]
    Wait {
        /// How long.
        seconds: u32,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The eight digits in what was typed, or in the address that a scanner read.
pub fn digits(typed: &str) -> Option<String> {
    let tail = typed.rsplit_once("code=").map_or(typed, |(_, code)| code);
    typed::digits(tail).filter(|code| is_code(code))
}

/// The order behind a typed code, wherever it stands; `None` for a wrong code, which is counted.
///
/// # Errors
/// [`TillError`].
pub async fn find(
    house: &House,
    community: &Code,
    actor: &Code,
    code: &str,
) -> Result<Option<Order>, TillError> {
    look_within(house, community, actor, (None, Some(code))).await
}

/// The order with this number, for somebody who knows its code; `None` for a wrong code or number, which is counted.
///
/// # Errors
/// [`TillError`].
pub async fn opened_by(
    house: &House,
    community: &Code,
    actor: &Code,
    (no, code): (OrderNo, Option<&str>),
) -> Result<Option<Order>, TillError> {
    look_within(house, community, actor, (Some(no), code)).await
}

/// Looks for the order with this code, and with this number where one is named, as often as `actor` may.
async fn look_within(
    house: &House,
    community: &Code,
    actor: &Code,
    (no, code): (Option<OrderNo>, Option<&str>),
) -> Result<Option<Order>, TillError> {
    let turn = house.turns.wait(community, actor).await;
    let (day, _) = house.today(community);
    let tries = house.store.till_tries(community, day).await?;
    let mut wrong = tries.iter().filter(|(who, _)| who == actor.as_str());
    if wrong.all(|(_, wrong)| *wrong < FREE_TRIES) {
        let found = look(house, community, no, code).await?;
        if found.is_none() {
            // Before anybody is told.
            Counted::take(house, community, actor, turn).await?;
        }
        return Ok(found);
    }
    let counted = Counted::take(house, community, actor, turn).await?;
    let found = look(house, community, no, code).await?;
    if found.is_some() {
        counted.give_back().await?;
    }
    Ok(found)
}

async fn look(
    house: &House,
    community: &Code,
    no: Option<OrderNo>,
    code: Option<&str>,
) -> Result<Option<Order>, StoreError> {
    let found = match code {
        Some(code) => by_code(house, community, code).await?,
        None => None,
    };
    Ok(found.filter(|order| no.is_none_or(|no| order.no == no)))
}

async fn by_code(house: &House, community: &Code, code: &str) -> Result<Option<Order>, StoreError> {
    if let Some(key) = house.store.seal_key(community).await? {
        let sealed = key.seal(Sealed::PickupCode, code).commitment();
        let found = house.store.order_by_code(community, &hex(&sealed)).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    // Orders of before codes were sealed.
    house.store.order_by_code(community, code).await
}

/// The pick-up code of an open order, for the page of the resident who ordered, and for nobody else.
///
/// # Errors
/// What the database said.
pub async fn code_of(
    house: &House,
    community: &Code,
    order: &Order,
) -> Result<Option<String>, StoreError> {
    match &order.code {
        PickupCode::Clear(code) => Ok(Some(code.clone())),
        PickupCode::Sealed(_) => house.store.pickup_code(community, order.no).await,
    }
}

/// A try that is counted as wrong until it proves right.
struct Counted<'h> {
    house: &'h House,
    community: &'h Code,
    actor: &'h Code,
    all: bool,
    at: Instant,
    /// Until it is given back, or its code was wrong.
    _turn: OwnedMutexGuard<()>,
}

impl<'h> Counted<'h> {
    async fn take(
        house: &'h House,
        community: &'h Code,
        actor: &'h Code,
        turn: OwnedMutexGuard<()>,
    ) -> Result<Counted<'h>, TillError> {
        let (day, at) = (house.today(community).0, house.clock.now());
        let take = async |actor: &str, free: u32| {
            let bounds = (free, PAUSE_MAX);
            let store = &house.store;
            store.take_till_try(community, actor, day, at, bounds).await
        };
        let tried = take(actor.as_str(), FREE_TRIES).await?;
        let wrong = match tried {
            TillTry::Taken { wrong } => wrong,
            TillTry::Wait { until } => return Err(wait(at, until)),
        };
        let all = take(ALL, FREE_TRIES_OF_ALL).await?;
        let counted = Counted {
            house,
            community,
            actor,
            all: matches!(all, TillTry::Taken { .. }),
            at,
            _turn: turn,
        };
        match all {
            TillTry::Wait { until } if wrong > FREE_TRIES => {
                counted.give_back().await?;
                Err(wait(at, until))
            }
            TillTry::Wait { .. } | TillTry::Taken { .. } => {
                if wrong >= FREE_TRIES {
                    tracing::warn!(%community, %actor, wrong, "wrong pick-up codes at the till today");
                }
                Ok(counted)
            }
        }
    }

    async fn give_back(self) -> Result<(), StoreError> {
        let day = self.house.today(self.community).0;
        let all = self.all.then_some(ALL);
        for actor in [self.actor.as_str()].into_iter().chain(all) {
            let store = &self.house.store;
            store
                .give_back_till_try(self.community, actor, day, self.at)
                .await?;
        }
        Ok(())
    }
}

fn wait(now: Instant, until: Instant) -> TillError {
    let left = until.0.saturating_sub(now.0).clamp(0, PAUSE_MAX);
    let seconds = u32::try_from(left.saturating_add(999_999) / 1_000_000);
    TillError::Wait {
        seconds: seconds.unwrap_or(1).max(1),
    }
}

/// Wrong codes of today, by who typed them, the most first.
///
/// # Errors
/// What the database said.
pub async fn wrong_today(
    house: &House,
    community: &Code,
) -> Result<Vec<(String, u32)>, StoreError> {
    let day = house.today(community).0;
    let mut tries = house.store.till_tries(community, day).await?;
    tries.retain(|(actor, _)| actor != ALL);
    tries.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(tries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_from_fingers_and_scanners() {
        let check = |typed: &str, code: Option<&str>| {
            assert_eq!(digits(typed).as_deref(), code, "{typed:?}")
        };
        check("4827 1936", Some("48271936"));
        check(" 4827-1936\n", Some("48271936"));
        check("４８２７１９３６", Some("48271936"));
        check("4827\u{200b}1936", Some("48271936"));
        check(
            "https://rongyi.example.cn/nanmen/till?code=48271936",
            Some("48271936"),
        );
        check("4827193", None);
        check("abcdefgh", None);
        check("-48271936", None);
    }
}
