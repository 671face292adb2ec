//! Numbers: made, read back however they were typed, told from guessed ones.

use proptest::prelude::*;
use rongyi_certificates::{Number, prefix};

use crate::invented::{COMMUNITY, SECRET};

#[test]
fn a_community_gives_its_first_letters() {
    for (code, letters) in [
        ("nan-men", "NM"),
        ("nanmen", "NANM"),
        ("rong-qiao-tou-she-qu", "RQTS"),
        ("x", "RY"),
        ("7", "RY"),
        ("", "RY"),
        ("2-nan-men", "NM"),
    ] {
        assert_eq!(prefix(code), letters, "{code}");
    }
}

#[test]
fn what_is_no_number_is_not_read() {
    for typed in [
        "",
        "NM",
        "NM-2026-0001",
        "NM-2026-0001-7K3FQ",
        "NM-2026-0001-7K3FQ23",
        "NM-0026-0001-7K3FQ2",
        "NM-2026-00011-7K3FQ2",
        "南门-2026-0001-7K3FQ2",
        "N-2026-0001-7K3FQ2",
    ] {
        assert!(Number::read(typed).is_err(), "{typed}");
    }
    let long = "N".repeat(100_000);
    assert!(Number::read(&long).is_err());
}

#[test]
fn years_and_running_numbers_have_bounds() {
    assert!(Number::make(SECRET, COMMUNITY, 1969, 1).is_err());
    assert!(Number::make(SECRET, COMMUNITY, 2200, 1).is_err());
    assert!(Number::make(SECRET, COMMUNITY, 2026, 1_000_000_000).is_err());
    let large = Number::make(SECRET, COMMUNITY, 2026, 999_999_999).unwrap();
    assert_eq!(Number::read(&large.to_string()), Ok(large));
}

fn codes() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,8}(-[a-z0-9]{1,5}){0,4}"
}

/// The number as people write it: what they do is drawn letter by letter.
fn typed(number: &str, ways: &[u8]) -> String {
    let mut out = String::from(" ");
    for (letter, way) in number.chars().zip(ways.iter().cycle()) {
        let swapped = match (letter, way % 7) {
            ('0', 1) => 'O',
            ('0', 2) => 'o',
            ('1', 1) => 'I',
            ('1', 2) => 'l',
            ('O', 1) => '0',
            ('I', 1) => '1',
            (plain, _) => plain,
        };
        match (swapped, way % 5) {
            ('-', 0) => {}
            ('-', 1) => out.push('—'),
            ('-', 2) => out.push_str(" － "),
            (letter, 3) => out.push(letter.to_ascii_lowercase()),
            (letter, 4) => {
                out.push(char::from_u32(u32::from(letter) - 0x21 + 0xff01).unwrap());
            }
            (letter, _) => out.push(letter),
        }
    }
    out
}

proptest! {
    #[test]
    fn a_number_is_read_as_it_was_made(
        code in codes(),
        year in 1970..=2199_u16,
        serial in 0..=999_999_999_u32,
        ways in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let made = Number::make(SECRET, &code, year, serial).unwrap();
        let text = made.to_string();
        prop_assert_eq!(&Number::read(&text).unwrap(), &made);
        let read = Number::read(&typed(&text, &ways)).unwrap();
        prop_assert_eq!(&read, &made);
        prop_assert_eq!((read.year(), read.serial()), (year, serial));
        prop_assert!(read.fits(SECRET, &code));
        prop_assert!(!read.fits(b"another secret", &code));
        prop_assert!(!read.fits(SECRET, "another-community"));
    }

    #[test]
    fn the_next_number_does_not_follow_from_the_last(serial in 0..999_999_998_u32) {
        let check = |serial| Number::make(SECRET, COMMUNITY, 2026, serial).unwrap().to_string();
        let (one, next) = (check(serial), check(serial + 1));
        prop_assert_ne!(&one[one.len() - 6..], &next[next.len() - 6..]);
        // With the check part of its neighbour a number is a guess, and known as one.
        let guess = format!("{}{}", &next[..next.len() - 6], &one[one.len() - 6..]);
        prop_assert!(!Number::read(&guess).unwrap().fits(SECRET, COMMUNITY));
    }

    #[test]
    fn reading_never_panics(text in any::<String>()) {
        if let Ok(number) = Number::read(&text) {
            prop_assert_eq!(Number::read(&number.to_string()), Ok(number));
        }
    }
}
