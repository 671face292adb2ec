//! What somebody typed to find a resident, taken apart into words: each narrows, and each says what it may be.

use rongyi_core::typed;

use crate::{TAIL_MIN, WORD_MAX, backwards, plain};

/// Words that count; whoever types more has said enough.
const ASKED_MAX: usize = 6;
/// So many digits in groups are one telephone number and not several numbers.
const TELEPHONE_MIN: usize = 7;
/// Numbers of residents and households are no larger.
const NUMBER_MAX: u32 = 2_147_483_647;

/// One word of what was typed. Whoever is found by any of this is found by the word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// With what a word of a name, telephone or address must begin.
    pub beginnings: Vec<String>,
    /// The number of a resident, as the card has it.
    pub resident: Option<u32>,
    /// The number of a household.
    pub household: Option<u32>,
}

/// Takes apart what was typed or scanned; nothing where no letter and no digit is in it.
///
/// ```
/// let words = rongyi_names::asked("张 3栋");
/// assert_eq!(words[1].beginnings, ["3栋"]);
/// assert_eq!(rongyi_names::asked("0096")[0].resident, Some(96));
/// ```
pub fn asked(text: &str) -> Vec<Asked> {
    let shaped = typed::canonical(text);
    let number = shaped.strip_prefix('+').unwrap_or(&shaped);
    let together = typed::digits(number).filter(|digits| digits.len() >= TELEPHONE_MIN);
    let between = |letter: char| letter.is_whitespace() || ",，、;；/".contains(letter);
    let pieces: Vec<&str> = match &together {
        Some(digits) => vec![digits],
        None => shaped.split(between).collect(),
    };
    // Before a number, as on a card: `No. 0096`.
    let mark = |place: usize| {
        let next = pieces.get(place.saturating_add(1));
        next.is_some_and(|next| next.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    let words = pieces.iter().map(|piece| word(piece)).enumerate();
    words
        .filter(|(place, word)| word.beginnings != ["no"] || !mark(*place))
        .map(|(_, word)| word)
        .filter(|word| *word != Asked::default())
        .take(ASKED_MAX)
        .collect()
}

fn word(piece: &str) -> Asked {
    let letters: String = plain(piece).chars().take(WORD_MAX).collect();
    let mut found = Asked::default();
    if letters.is_empty() {
        return found;
    }
    let counted = letters.strip_prefix('第').unwrap_or(&letters);
    let (digits, counter) = match counted.find(|letter: char| !letter.is_ascii_digit()) {
        Some(place) => counted.split_at(place),
        None => (counted, ""),
    };
    // As a card prints it: `No. 0096`.
    let digits = match letters.strip_prefix("no") {
        Some(rest) if digits.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        Some(_) | None => digits,
    };
    let number = digits.parse().ok().filter(|number| *number <= NUMBER_MAX);
    match counter {
        "" => (found.resident, found.household) = (number, number),
        "号" | "号居民" => found.resident = number,
        "户" | "号户" => found.household = number,
        _ if letters.starts_with("no") => found.resident = number,
        _ => {}
    }
    if digits.len() >= TAIL_MIN && digits == letters {
        found.beginnings.extend(backwards(digits));
    }
    found.beginnings.insert(0, letters);
    found
}
