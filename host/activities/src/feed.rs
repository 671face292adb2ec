//! Somebody's shifts as a calendar that their telephone fetches by itself: iCalendar (RFC 5545), in UTC, so that no zone has to be
//! described. Decides nothing.

use hmac::{Hmac, KeyInit, Mac};
use rongyi_core::chain::hex;
use rongyi_core::time::Instant;
use sha2::Sha256;

use crate::activity::Span;

/// The most octets of a line, without its end.
const LINE_MAX: usize = 75;

/// Octets of a key.
const KEY_BYTES: usize = 16;

/// The key in the address of somebody's calendar, in hexadecimal: made of the installation's secret.
pub fn feed_key(secret: &[u8], community: &str, resident: u32) -> String {
    // A key of any length will do, so this cannot fail; should it ever, no key is right.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(b"rongyi calendar 1\0");
    mac.update(community.as_bytes());
    mac.update(&[0]);
    mac.update(&resident.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    hex(bytes.get(..KEY_BYTES).unwrap_or_default())
}

/// A shift in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// What tells it from all others, for ever: `nanmen-7-1`.
    pub id: String,
    /// When.
    pub span: Span,
    /// What it is called.
    pub title: String,
    /// Where.
    pub place: String,
    /// What else is to be known.
    pub about: String,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Its page.
    pub href: String,
}

/// The calendar of these shifts, made at a moment.
pub fn feed(title: &str, entries: &[FeedEntry], now: Instant) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| line(&mut out, &format!("{name}:{value}"));
    put("BEGIN", "VCALENDAR");
    put("VERSION", "2.0");
    put("PRODID", "-//Rongyi//Volunteers//ZH");
    put("METHOD", "PUBLISH");
    put("X-WR-CALNAME", &escaped(title));
    for entry in entries {
        put("BEGIN", "VEVENT");
        put("UID", &escaped(&entry.id));
        put("DTSTAMP", &stamp(now));
        put("DTSTART", &stamp(entry.span.starts));
        put("DTEND", &stamp(entry.span.ends));
        put("SUMMARY", &escaped(&entry.title));
        if !entry.place.is_empty() {
            put("LOCATION", &escaped(&entry.place));
        }
        if !entry.about.is_empty() {
            put("DESCRIPTION", &escaped(&entry.about));
        }
        if !entry.href.is_empty() {
            put("URL", &entry.href.replace(['\r', '\n'], ""));
        }
        put(
            "STATUS",
            if entry.cancelled {
                "CANCELLED"
            } else {
                "CONFIRMED"
            },
        );
        put("END", "VEVENT");
    }
    put("END", "VCALENDAR");
    out
}

/// `20261205T003000Z`.
fn stamp(at: Instant) -> String {
    let seconds = at.0.div_euclid(1_000_000);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let day = i32::try_from(day)
        .ok()
        .and_then(rongyi_core::time::LocalDate::from_days);
    let (year, month, of_month) = day.map_or((1970, 1, 1), |day| day.parts());
    let (hour, minute) = (
        second.div_euclid(3_600),
        second.div_euclid(60).rem_euclid(60),
    );
    format!(
        "{year:04}{month:02}{of_month:02}T{hour:02}{minute:02}{:02}Z",
        second.rem_euclid(60)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Writes a line, folded between letters, with the end that the standard wants.
fn line(out: &mut String, text: &str) {
    let mut room = LINE_MAX;
    for letter in text.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE_MAX - 1;
        }
        out.push(letter);
        room -= letter.len_utf8();
    }
    out.push_str("\r\n");
}
