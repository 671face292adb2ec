//! Telephone and identity numbers in a text that everybody will read. It finds what has their shape; whether somebody has
//! that number it cannot know.

/// Digits of an identity card.
const IDENTITY_DIGITS: usize = 18;
/// Digits of a mobile telephone.
const MOBILE_DIGITS: usize = 11;

/// Something that looks like a personal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its beginning, so that the writer finds it and nobody else learns it.
    pub shown: String,
}

/// A digit however it is written: wide ones count.
fn digit(letter: char) -> Option<char> {
    match letter {
        '0'..='9' => Some(letter),
        '０'..='９' => char::from_digit(u32::from(letter).saturating_sub(u32::from('０')), 10),
        _ => None,
    }
}

fn judged(run: &str, found: &mut Vec<Found>) {
    let plain = run.trim_end_matches('X');
    let local = plain
        .strip_prefix("86")
        .filter(|rest| rest.len() == MOBILE_DIGITS)
        .unwrap_or(plain);
    let mobile = local.len() == MOBILE_DIGITS && local.starts_with('1');
    let landline = (10..=12).contains(&plain.len()) && plain.starts_with('0');
    let identity = run.len() == IDENTITY_DIGITS || plain.len() == IDENTITY_DIGITS;
    if mobile || landline || identity {
        let begin: String = run.chars().take(3).collect();
        found.push(Found {
            shown: format!("{begin}…"),
        });
    }
}

/// All that look like a telephone or an identity number, in their order.
pub fn numbers_in(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut run = String::new();
    for letter in text.chars() {
        match digit(letter) {
            Some(digit) => run.push(digit),
            None if matches!(letter, 'x' | 'X') && run.len() == IDENTITY_DIGITS - 1 => {
                run.push('X')
            }
            // Numbers are often written in groups.
            None if matches!(letter, '-' | ' ' | '－' | '\u{a0}') && !run.is_empty() => {}
            None => {
                judged(&run, &mut found);
                run.clear();
            }
        }
    }
    judged(&run, &mut found);
    found
}
