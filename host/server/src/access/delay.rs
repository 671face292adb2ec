//! How often may be tried before a PIN is looked at: by account, for a community as a whole, from one line. Which of
//! them count for a try is decided by [`super::sign_in`](mod@super::sign_in); the counting itself is the database's.

use std::net::IpAddr;
use std::sync::Mutex;

use rongyi_core::chain::Hash;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;
use rongyi_store::{Pace, Refused, Store, StoreError, TryKey, Whose};

use super::address::line_of;
use super::secret::Vault;
use super::{AccessError, Door};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Wrong tries that cost nothing.
const FREE_FAILURES: u32 = 3;
/// The longest pause: a quarter of an hour.
const WAIT_MAX_SECONDS: i64 = 15 * 60;
/// Wrong tries in a row after which only the office lets an account in again: of a million PINs nobody tries more.
const FAILURES_MAX: u32 = 100;
/// Numbers nobody has share this many counters, so that guessing them cannot fill the database.
const UNKNOWN_BUCKETS: u16 = 4096;
/// Wrong tries of unknown browsers in one community at once, whoever they are aimed at…
const COMMUNITY_BURST: u32 = 30;
/// …and seconds after which one more is allowed: 480 a day, so that one PIN can't be tried on a whole village.
const COMMUNITY_EVERY_SECONDS: i64 = 180;
/// How long a try that nobody repeats is remembered.
pub(crate) const TRIES_KEPT: i64 = 30 * DAY;

/// Pauses that double, for one account.
const GROWING: Pace = Pace::Growing {
    free: FREE_FAILURES,
    wait_max_us: WAIT_MAX_SECONDS * SECOND,
    tries_max: FAILURES_MAX,
};

/// The tries of an account, in browsers that it is not known by. The person's are the same in every community.
pub(super) fn account(whose: Whose) -> TryKey {
    let (scope, id) = match whose {
        Whose::Person(id) => ("person", id),
        Whose::Staff(id) => ("staff", id),
    };
    TryKey {
        scope,
        subject: id.to_string(),
        pace: GROWING,
    }
}

/// The tries in a browser that the account is known by.
pub(super) fn browser(browser_id: i64) -> TryKey {
    TryKey {
        scope: "browser",
        subject: browser_id.to_string(),
        pace: GROWING,
    }
}

/// The tries of an account that nobody has. What was typed only chooses one of a fixed number of counters, and which
/// one cannot be known outside.
pub(super) fn nobody(vault: &Vault, community: &Code, door: Door, typed: &str) -> TryKey {
    let hash = vault.keyed(&format!("{community} {} {typed}", door.word()));
    let bucket = u16::from_be_bytes([hash[0], hash[1]]) % UNKNOWN_BUCKETS;
    TryKey {
        scope: "unknown",
        subject: format!("{}/{bucket}", door.word()),
        pace: GROWING,
    }
}

/// The tries of all browsers that are not known, in a community. Residents and staff have one each.
pub(super) fn community(community: &Code, door: Door) -> TryKey {
    TryKey {
        scope: "community",
        subject: format!("{community}/{}", door.word()),
        pace: Pace::Steady {
            every_us: COMMUNITY_EVERY_SECONDS * SECOND,
            burst: COMMUNITY_BURST,
        },
    }
}

/// Whether wrong tries keep a person from signing in with a browser that is not known, or with one that is.
///
/// # Errors
/// What the database said.
pub async fn is_locked(store: &Store, person_id: i64, now: Instant) -> Result<bool, StoreError> {
    let whose = Whose::Person(person_id);
    let mut keys = vec![account(whose)];
    let browsers = store.browsers(whose, now).await?;
    keys.extend(browsers.iter().map(|known| browser(known.browser_id)));
    Ok(store.peek_tries(&keys, now).await?.is_some())
}

/// The sentence for a try that may not go on.
pub(super) fn told(refused: Refused, now: Instant) -> AccessError {
    let Some(until) = refused.until else {
        return AccessError::Locked;
    };
    let seconds = seconds_until(now, until);
    if refused.scope == "community" {
        return AccessError::Guarded { seconds };
    }
    AccessError::Delayed { seconds }
}

/// Seconds from `now` to `until`, rounded up, at least one: it was refused.
fn seconds_until(now: Instant, until: Instant) -> u32 {
    let left = until.0.saturating_sub(now.0).max(1);
    u32::try_from(left.saturating_add(SECOND - 1) / SECOND).unwrap_or(u32::MAX)
}

/// Wrong tries from one line in one minute, residents and staff each.
const FLOOD_MAX: u32 = 120;
/// Counters for lines: more lines than that share them, none is ever forgotten within its minute.
const LINES: usize = 1 << 15;

/// A generous limit for each line, in memory: it stops floods, never a village.
pub struct Flood {
    key: Hash,
    minute: Mutex<(i64, Vec<[u32; 2]>)>,
}

impl Flood {
    /// Nothing counted yet. `key` makes it unknowable which lines share a counter.
    pub fn new(key: Hash) -> Flood {
        Flood {
            key,
            minute: Mutex::new((0, vec![[0; 2]; LINES])),
        }
    }

    fn change<T>(
        &self,
        (door, address): (Door, IpAddr),
        now: Instant,
        change: impl FnOnce(&mut u32) -> T,
    ) -> T {
        let minute = now.0 / (60 * SECOND);
        let hash = super::secret::keyed(&self.key, &line_of(address).to_string());
        let place = usize::from(u16::from_be_bytes([hash[0], hash[1]])) % LINES;
        let mut seen = self
            .minute
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.0 != minute {
            seen.0 = minute;
            seen.1.fill([0; 2]);
        }
        let slot = match door {
            Door::Resident => 0,
            Door::Staff => 1,
        };
        let mut nobody = 0;
        let tries = seen.1.get_mut(place).map(|both| &mut both[slot]);
        change(tries.unwrap_or(&mut nobody))
    }

    /// Takes a try and says whether it may go on.
    pub fn takes(&self, door: Door, address: IpAddr, now: Instant) -> bool {
        self.change((door, address), now, |tries| {
            if *tries >= FLOOD_MAX {
                return false;
            }
            *tries = tries.saturating_add(1);
            true
        })
    }

    /// Gives a try back that was right: people who know their PIN are no flood.
    pub fn gives_back(&self, door: Door, address: IpAddr, now: Instant) {
        self.change((door, address), now, |tries| {
            *tries = tries.saturating_sub(1)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_share_counters_and_members_do_not() {
        let (vault, nanmen) = (Vault::new([7; 32]), Code::literal("nanmen"));
        assert_eq!(account(Whose::Person(7)).subject, "7");
        let strangers: std::collections::BTreeSet<String> = (0..20_000)
            .map(|n| nobody(&vault, &nanmen, Door::Resident, &n.to_string()).subject)
            .collect();
        assert!(strangers.len() <= usize::from(UNKNOWN_BUCKETS));
        let other = Vault::new([8; 32]);
        let of = |vault| nobody(vault, &nanmen, Door::Resident, "4711").subject;
        assert_ne!(of(&vault), of(&other), "nobody outside knows which");
    }

    #[test]
    fn a_flood_is_stopped_and_forgotten_a_minute_later() {
        let flood = Flood::new([7; 32]);
        let (door, now) = (Door::Resident, Instant(0));
        let address: IpAddr = [10, 0, 0, 1].into();
        let again = |text: &str| text.parse::<IpAddr>().expect("an address");
        for _ in 0..1000 {
            assert!(flood.takes(door, address, now), "right ones are given back");
            flood.gives_back(door, address, now);
        }
        assert!((0..FLOOD_MAX).all(|_| flood.takes(door, address, now)));
        assert!(!flood.takes(door, address, now));
        assert!(!flood.takes(door, again("::ffff:10.0.0.1"), now));
        assert!(
            flood.takes(Door::Staff, address, now),
            "staff are counted by themselves"
        );
        assert!(flood.takes(door, [10, 0, 0, 2].into(), now));
        assert!(flood.takes(door, address, Instant(61 * SECOND)));
        // Nobody gets fresh counters by walking through a /64, or by sending from many lines.
        let later = Instant(120 * SECOND);
        let neighbour = |n: u32| again(&format!("2001:db8::{n:x}"));
        assert!((0..FLOOD_MAX).all(|n| flood.takes(door, neighbour(n), later)));
        assert!(!flood.takes(door, neighbour(4711), later));
        for n in 0..100_000_u32 {
            flood.takes(door, IpAddr::V4(n.into()), later);
        }
        assert!(!flood.takes(door, neighbour(4711), later));
    }
}
