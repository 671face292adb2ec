//! The six digits at the door: a keyed hash of the shift and the half minute, the same in the QR and for typing. They are
//! made of the installation's secret, so that nobody can work them out, and hold for this half minute and the next, so that
//! nobody who types slowly is turned away. A photograph sent to a friend is worth nothing a minute later.

use hmac::{Hmac, KeyInit, Mac};
use rongyi_core::time::Instant;
use sha2::Sha256;

/// How long a code is shown.
pub const WINDOW_SECONDS: i64 = 30;
const SECOND_US: i64 = 1_000_000;

/// Which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door<'d> {
    /// The community.
    pub community: &'d str,
    /// The activity.
    pub activity: u64,
    /// Its shift.
    pub shift: u32,
}

fn window(now: Instant) -> i64 {
    now.0.div_euclid(WINDOW_SECONDS.saturating_mul(SECOND_US))
}

fn code(secret: &[u8], door: Door<'_>, window: i64) -> String {
    // A key of any length will do, so this cannot fail; should it ever, no code is right.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(b"rongyi door 1\0");
    mac.update(door.community.as_bytes());
    mac.update(&[0]);
    mac.update(&door.activity.to_be_bytes());
    mac.update(&door.shift.to_be_bytes());
    mac.update(&window.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    let mut number: u64 = 0;
    for byte in bytes.iter().take(8) {
        number = (number << 8) | u64::from(*byte);
    }
    format!("{:06}", number % 1_000_000)
}

/// The code that is shown now.
pub fn code_at(secret: &[u8], door: Door<'_>, now: Instant) -> String {
    code(secret, door, window(now))
}

/// Seconds for which it is shown still, 1-30.
pub fn seconds_left(now: Instant) -> i64 {
    let second = now.0.div_euclid(SECOND_US);
    WINDOW_SECONDS.saturating_sub(second.rem_euclid(WINDOW_SECONDS))
}

/// Whether digits are the code of now or of the half minute before.
pub fn fits(secret: &[u8], door: Door<'_>, typed: &str, now: Instant) -> bool {
    let typed: Vec<u8> = typed.bytes().filter(u8::is_ascii_digit).collect();
    let here = window(now);
    [here, here.saturating_sub(1)].into_iter().any(|window| {
        let right = code(secret, door, window);
        // Every digit is looked at, however early one is wrong.
        let differs = right
            .bytes()
            .zip(&typed)
            .fold(0, |all, (a, b)| all | (a ^ b));
        right.len() == 6 && typed.len() == 6 && differs == 0
    })
}
