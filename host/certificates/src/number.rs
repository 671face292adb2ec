//! Numbers of certificates, such as `NM-2026-0001-7K3FQ2`: who issued, in which year, which one, and six letters that
//! nobody can work out who has not the installation's secret. Reading forgives what people do to numbers on paper.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Letters of the check part: no I, L, O, U, which are read as 1, 1, 0 and V.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of the check part.
const CHECK_LENGTH: usize = 6;
/// The fewest digits of the running number.
const SERIAL_LEAST: usize = 4;
/// The most digits of the running number.
const SERIAL_MOST: usize = 9;
/// The most letters of the first part.
const PREFIX_MOST: usize = 4;

/// A number of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number {
    prefix: String,
    year: u16,
    serial: u32,
    check: String,
}

/// Not a number of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a certificate's number looks like NM-2026-0001-7K3FQ2")]
pub struct NoNumber;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{:04}-{:04}-{}",
            self.prefix, self.year, self.serial, self.check
        )
    }
}

/// The first part for a community: the first letters of its code's parts (`nan-men` gives `NM`), or the first letters of a
/// code that is one word; `RY` for a code without two letters.
pub fn prefix(community: &str) -> String {
    let letters = |part: &str| -> Vec<char> {
        part.chars()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_uppercase())
            .collect()
    };
    let firsts: String = community
        .split(['-', '_', '.'])
        .filter_map(|part| letters(part).first().copied())
        .take(PREFIX_MOST)
        .collect();
    if firsts.len() > 1 {
        return firsts;
    }
    let word: String = letters(community).into_iter().take(PREFIX_MOST).collect();
    if word.len() > 1 { word } else { "RY".into() }
}

fn check(secret: &[u8], community: &str, year: u16, serial: u32) -> String {
    // A key of any length will do, so this cannot fail; should it ever, no number is right.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(b"rongyi certificate number 1\0");
    mac.update(community.as_bytes());
    mac.update(&[0]);
    mac.update(&year.to_be_bytes());
    mac.update(&serial.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    // A byte modulo 32 is as even as the byte is.
    bytes
        .iter()
        .take(CHECK_LENGTH)
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect()
}

impl Number {
    /// The number of a community's certificate: the `serial`th of a year.
    ///
    /// # Errors
    /// [`NoNumber`] for a year outside 1970–2199 or a running number above nine digits.
    pub fn make(
        secret: &[u8],
        community: &str,
        year: u16,
        serial: u32,
    ) -> Result<Number, NoNumber> {
        if !(1970..=2199).contains(&year) || serial > 999_999_999 {
            return Err(NoNumber);
        }
        Ok(Number {
            prefix: prefix(community),
            year,
            serial,
            check: check(secret, community, year, serial),
        })
    }

    /// Whether this installation made it for this community.
    pub fn fits(&self, secret: &[u8], community: &str) -> bool {
        let right = check(secret, community, self.year, self.serial);
        // Every letter is looked at, however early one is wrong.
        let differs = right
            .bytes()
            .zip(self.check.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b));
        right.len() == CHECK_LENGTH
            && self.check.len() == CHECK_LENGTH
            && differs == 0
            && self.prefix == prefix(community)
    }

    /// The year it was issued in.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// Which one of the year.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// Reads what somebody typed: full-width or small letters, spaces, other dashes or none, O for 0, I or l for 1.
    ///
    /// # Errors
    /// [`NoNumber`].
    pub fn read(typed: &str) -> Result<Number, NoNumber> {
        // What goes in is short; anything long is no number and need not be looked at.
        let letters: Vec<char> = typed
            .chars()
            .take(80)
            .map(narrow)
            .filter(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let mut found = (2..=PREFIX_MOST).filter_map(|split| at(&letters, split));
        match (found.next(), found.next()) {
            (Some(number), None) => Ok(number),
            (Some(_), Some(_)) | (None, _) => Err(NoNumber),
        }
    }
}

/// A letter as wide as ours.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter) - 0xff01 + 0x21).unwrap_or(letter)
        }
        other => other,
    }
}

fn as_digit(letter: char) -> char {
    match letter {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

/// The number in these letters, if its first part has so many of them.
fn at(letters: &[char], split: usize) -> Option<Number> {
    let (first, rest) = letters.split_at_checked(split)?;
    let (middle, last) = rest.split_at_checked(rest.len().checked_sub(CHECK_LENGTH)?)?;
    let prefix: String = first
        .iter()
        .map(|letter| match letter {
            '0' => 'O',
            '1' => 'I',
            other => *other,
        })
        .collect();
    let middle: String = middle.iter().map(|letter| as_digit(*letter)).collect();
    let (year, serial) = middle.split_at_checked(4)?;
    let check: String = last
        .iter()
        .map(|letter| match letter {
            'U' => 'V',
            other => as_digit(*other),
        })
        .collect();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = prefix.bytes().all(|byte| byte.is_ascii_uppercase())
        && digits(year)
        && digits(serial)
        && (SERIAL_LEAST..=SERIAL_MOST).contains(&serial.len())
        // 0001 is written so and never 00001.
        && (serial.len() == SERIAL_LEAST || !serial.starts_with('0'));
    let year: u16 = year.parse().ok()?;
    (whole && (1970..=2199).contains(&year)).then_some(Number {
        prefix,
        year,
        serial: serial.parse().ok()?,
        check,
    })
}
