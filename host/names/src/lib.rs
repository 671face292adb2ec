//! By which words somebody is found: every part of a name, its pinyin with every reading, in full and by initials, the
//! tail of a telephone, the parts of an address; and what somebody typed, taken apart the same way. It keeps nothing and
//! knows no residents.

mod asked;
mod sounds;
mod surnames;

pub use asked::{Asked, asked};

use rongyi_core::typed;

/// Characters of a word that are kept; of what is typed no more is compared.
const WORD_MAX: usize = 32;
/// Suffixes of one text: a longer name or address is found by what stands before.
const PARTS_MAX: usize = 24;
/// Ways to read a whole name, in full and by initials each.
const READINGS_MAX: usize = 16;
/// Ways to read what follows its first character.
const PART_READINGS_MAX: usize = 4;
/// Digits at the end of a telephone number below which it would be that of too many.
const TAIL_MIN: usize = 4;
/// Before the digits of a telephone, which stand backwards: a tail is then a beginning.
const TELEPHONE: char = '#';
/// What stands for a name without any letter: whoever has a name has a word.
const NAMELESS: &str = "-";
/// Before the names of the demonstration; nobody is called so.
const DEMONSTRATION: &str = "演示·";

/// By what somebody is found: the earlier, the nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The name, from its beginning.
    Name,
    /// How the name sounds, from its beginning.
    Sound,
    /// A later part of the name.
    Part,
    /// How a later part of the name sounds.
    PartSound,
    /// The end of the telephone number.
    Telephone,
    /// What the household is called.
    Household,
    /// Where the household lives.
    Address,
}

impl Way {
    /// All of them.
    pub const ALL: [Way; 7] = [
        Way::Name,
        Way::Sound,
        Way::Part,
        Way::PartSound,
        Way::Telephone,
        Way::Household,
        Way::Address,
    ];

    /// The one digit by which it is kept.
    pub fn digit(self) -> u8 {
        match self {
            Way::Name => 0,
            Way::Sound => 1,
            Way::Part => 2,
            Way::PartSound => 3,
            Way::Telephone => 4,
            Way::Household => 5,
            Way::Address => 6,
        }
    }

    /// The way behind a digit.
    pub fn of_digit(digit: u8) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.digit() == digit)
    }
}

/// A word with what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word: letters and digits only, small ones; a telephone begins with its mark.
    pub text: String,
    /// By what it finds.
    pub way: Way,
}

/// Each word once, by the nearest of its ways.
#[derive(Default)]
struct Words(Vec<Word>);

impl Words {
    fn add(&mut self, text: &str, way: Way) {
        let text: String = text.chars().take(WORD_MAX).collect();
        if text.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|word| word.text == text) {
            Some(known) => known.way = known.way.min(way),
            None => self.0.push(Word { text, way }),
        }
    }
}

/// Letters and digits alone, small and in one shape; `ü` as keyboards write it.
fn plain(text: &str) -> String {
    let shaped = typed::canonical(text);
    let letters = shaped.chars().filter(|letter| letter.is_alphanumeric());
    let small = letters.flat_map(char::to_lowercase);
    small
        .map(|letter| if letter == 'ü' { 'v' } else { letter })
        .collect()
}

/// What finds a person: the name and the end of the telephone number.
///
/// ```
/// let words = rongyi_names::of_person("曾祥", Some("138 0013 8000"));
/// let is_found = |typed: &str| words.iter().any(|word| word.text.starts_with(typed));
/// assert!(is_found("zx") && is_found("zeng") && is_found("祥"));
/// ```
pub fn of_person(name: &str, phone: Option<&str>) -> Vec<Word> {
    let mut words = Words::default();
    let called = name.strip_prefix(DEMONSTRATION).unwrap_or(name);
    let letters: Vec<char> = plain(called).chars().collect();
    if letters.is_empty() {
        words.add(NAMELESS, Way::Name);
    }
    let readings = sounds::readings(&letters);
    for from in 0..letters.len().min(PARTS_MAX) {
        let is_whole = from == 0;
        let (named, sounding, most) = if is_whole {
            (Way::Name, Way::Sound, READINGS_MAX)
        } else {
            (Way::Part, Way::PartSound, PART_READINGS_MAX)
        };
        // Inside of a word in Latin letters nobody begins to type.
        let inside = letters
            .get(from.wrapping_sub(1))
            .is_some_and(|before| !is_whole && before.is_ascii_alphabetic());
        let begins = letters.get(from).is_some_and(char::is_ascii_alphabetic);
        if inside && begins {
            continue;
        }
        let part: String = letters.iter().skip(from).collect();
        words.add(&part, named);
        let tail = readings.get(from..).unwrap_or_default();
        for sound in sounds::full(tail, most) {
            words.add(&sound, sounding);
        }
        // The initial of a single character is the beginning of its sound.
        if tail.len() > 1 {
            for sound in sounds::initials(tail, most) {
                words.add(&sound, sounding);
            }
        }
    }
    // Names of several words in Latin letters: each of them.
    for piece in called
        .split(|letter: char| !letter.is_alphanumeric())
        .skip(1)
    {
        words.add(&plain(piece), Way::Part);
    }
    if let Some(backwards) = phone.and_then(backwards) {
        words.add(&backwards, Way::Telephone);
    }
    words.0
}

/// What finds a household and who belongs to it: what it is called, and where it lives.
pub fn of_household(name: &str, address: &str) -> Vec<Word> {
    let mut words = Words::default();
    let called = name.strip_prefix(DEMONSTRATION).unwrap_or(name);
    let letters: Vec<char> = plain(called).chars().collect();
    for from in 0..letters.len().min(PARTS_MAX) {
        let part: String = letters.iter().skip(from).collect();
        words.add(&part, Way::Household);
    }
    for part in parts(address) {
        words.add(&part, Way::Address);
    }
    words.0
}

/// What begins where digits, Latin letters and other letters meet, or after a sign: `3栋502` has `3栋502`, `栋502` and
/// `502`.
fn parts(address: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum Sort {
        Digit,
        Latin,
        Other,
        Sign,
    }
    let shaped = typed::canonical(address);
    let sort = |letter: char| match letter {
        digit if digit.is_numeric() => Sort::Digit,
        latin if latin.is_ascii_alphabetic() => Sort::Latin,
        other if other.is_alphanumeric() => Sort::Other,
        _ => Sort::Sign,
    };
    let mut before = Sort::Sign;
    let mut all = Vec::new();
    for (place, letter) in shaped.char_indices() {
        let here = sort(letter);
        if here != Sort::Sign && here != before && all.len() < PARTS_MAX {
            all.push(plain(shaped.get(place..).unwrap_or_default()));
        }
        before = here;
    }
    all
}

/// The digits of a telephone, the last first, with the mark before; without the country where that is China.
fn backwards(phone: &str) -> Option<String> {
    let shaped = typed::canonical(phone);
    let digits: String = shaped.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("86") {
        Some(national) if national.len() == 11 => national,
        Some(_) | None => &digits,
    };
    let mut word = String::from(TELEPHONE);
    word.extend(digits.chars().rev());
    (digits.len() >= TAIL_MIN).then_some(word)
}

#[cfg(test)]
mod tests;
