//! The calendar of somebody's shifts, as telephones read it.

use rongyi_activities::{FeedEntry, Span, feed};
use rongyi_core::time::Instant;

fn entry(title: &str) -> FeedEntry {
    FeedEntry {
        id: "nanmen-7-1".to_owned(),
        span: Span {
            // 2026-12-05 08:30 and 10:30 in China.
            starts: Instant(1_796_430_600_000_000),
            ends: Instant(1_796_437_800_000_000),
        },
        title: title.to_owned(),
        place: "榕树巷口, 大榕树下".to_owned(),
        about: "带水;\n帽子".to_owned(),
        cancelled: false,
        href: "https://example.org/nanmen/activities/7".to_owned(),
    }
}

#[test]
fn a_shift_has_its_moments_in_utc_and_its_words_escaped() {
    let text = feed("我的班", &[entry("清洁日")], Instant(0));
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
        "{text}"
    );
    assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"), "{text}");
    for line in [
        "DTSTAMP:19700101T000000Z",
        "DTSTART:20261205T003000Z",
        "DTEND:20261205T023000Z",
        "SUMMARY:清洁日",
        "LOCATION:榕树巷口\\, 大榕树下",
        "DESCRIPTION:带水\\;\\n帽子",
        "STATUS:CONFIRMED",
    ] {
        assert!(
            text.contains(&format!("\r\n{line}\r\n")),
            "{line} in {text}"
        );
    }
}

#[test]
fn long_lines_are_folded_between_letters_and_nothing_breaks_out_of_one() {
    let long = "扫".repeat(60);
    let text = feed("班", &[entry(&format!("{long}\r\nEND:VEVENT"))], Instant(0));
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains(&format!("SUMMARY:{long}\\nEND:VEVENT\r\n")));
    assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), 1);
}
