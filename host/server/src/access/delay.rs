//! How long somebody waits after wrong PINs. The count is kept for the account, never for an address alone:
//! a whole village may share one. A generous limit per address only stops floods.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use rongyi_core::chain::sha256;
use rongyi_core::ids::Code;
use rongyi_core::time::Instant;

const SECOND: i64 = 1_000_000;
/// Wrong tries that cost nothing.
const FREE_FAILURES: u32 = 3;
/// The longest wait: a quarter of an hour.
const WAIT_MAX_SECONDS: u32 = 15 * 60;
/// Numbers nobody has share this many counters, so that guessing them cannot fill the database.
const UNKNOWN_BUCKETS: u16 = 4096;

/// After so many wrong tries in a row, how many seconds the next one waits.
pub(super) fn wait_seconds(failures: u32) -> u32 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(more) => 2_u32
            .saturating_pow(more.saturating_add(1))
            .min(WAIT_MAX_SECONDS),
    }
}

/// When the next try counts, after `failures` at `now`.
pub(super) fn next_try(now: Instant, failures: u32) -> Instant {
    Instant(
        now.0
            .saturating_add(i64::from(wait_seconds(failures)).saturating_mul(SECOND)),
    )
}

/// Seconds from `now` to `until`, rounded up; 0 when it has passed. Nobody is made to wait longer than
/// [`WAIT_MAX_SECONDS`]: what lies further off was set by a clock that ran ahead and has been put right since.
pub(super) fn seconds_until(now: Instant, until: Instant) -> u32 {
    let left = until.0.saturating_sub(now.0).max(0);
    u32::try_from(left.saturating_add(SECOND - 1) / SECOND)
        .ok()
        .filter(|seconds| *seconds <= WAIT_MAX_SECONDS)
        .unwrap_or(0)
}

/// The name under which wrong tries are counted. What nobody has is spread over a bounded number of names.
pub(super) fn subject(community: &Code, account: &str, known: bool) -> String {
    if known {
        return format!("{community}/{account}");
    }
    let hash = sha256(format!("{community}/{account}").as_bytes());
    let bucket = u16::from_be_bytes([hash[0], hash[1]]) % UNKNOWN_BUCKETS;
    format!("{community}/?{bucket}")
}

/// Sign-in tries from one address in one minute.
const FLOOD_MAX: u32 = 120;
/// Addresses remembered at most; then all are forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// A generous limit per address, in memory.
#[derive(Debug, Default)]
pub struct Flood {
    minute: Mutex<(i64, HashMap<IpAddr, u32>)>,
}

impl Flood {
    /// Counts a try and says whether it may go on.
    pub fn admits(&self, address: IpAddr, now: Instant) -> bool {
        let minute = now.0 / (60 * SECOND);
        let mut seen = self
            .minute
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.0 != minute || seen.1.len() >= ADDRESSES_MAX {
            *seen = (minute, HashMap::new());
        }
        let tries = seen.1.entry(address).or_default();
        *tries = tries.saturating_add(1);
        *tries <= FLOOD_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<u32> = [0, 2, 3, 4, 5, 12, 400]
            .into_iter()
            .map(wait_seconds)
            .collect();
        assert_eq!(waits, [0, 0, 2, 4, 8, 900, 900]);
        assert_eq!(seconds_until(Instant(0), next_try(Instant(0), 4)), 4);
        assert_eq!(seconds_until(Instant(9 * SECOND), Instant(SECOND)), 0);
        let longest = next_try(Instant(0), 400);
        assert_eq!(seconds_until(Instant(0), longest), 900);
        let put_back = Instant(-3600 * SECOND);
        assert_eq!(seconds_until(put_back, longest), 0, "not an hour more");
    }

    #[test]
    fn strangers_share_counters_and_members_do_not() {
        let nanmen = Code::literal("nanmen");
        assert_eq!(subject(&nanmen, "1001", true), "nanmen/1001");
        let strangers: std::collections::BTreeSet<String> = (0..20_000)
            .map(|n| subject(&nanmen, &n.to_string(), false))
            .collect();
        assert!(strangers.len() <= usize::from(UNKNOWN_BUCKETS));
        assert!(!strangers.contains("nanmen/1001"));
    }

    #[test]
    fn a_flood_is_stopped_and_forgotten_a_minute_later() {
        let flood = Flood::default();
        let address: IpAddr = [10, 0, 0, 1].into();
        assert!((0..FLOOD_MAX).all(|_| flood.admits(address, Instant(0))));
        assert!(!flood.admits(address, Instant(0)));
        assert!(flood.admits([10, 0, 0, 2].into(), Instant(0)));
        assert!(flood.admits(address, Instant(61 * SECOND)));
    }
}
