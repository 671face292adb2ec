//! How a name is read: every reading of each character, the likely ones first, put together in bounded numbers.

use std::collections::BTreeSet;

use pinyin::{PinyinMulti, ToPinyinMulti as _};

use crate::surnames;

/// The readings of one character without tones, the likeliest first. What is no Chinese character is read as itself.
type Readings = Vec<String>;

/// The readings of each character of a name. The surname is read as surnames are; what else its characters can be stays
/// behind that, for whoever reads them so.
pub(crate) fn readings(letters: &[char]) -> Vec<Readings> {
    let first: String = letters.iter().take(2).collect();
    let compound = surnames::compound(&first).unwrap_or_default();
    let mut all = Vec::with_capacity(letters.len());
    for (place, letter) in letters.iter().enumerate() {
        let mut found = Readings::new();
        let mut add = |sound: &str| {
            for spelling in spellings(sound) {
                if !found.contains(&spelling) {
                    found.push(spelling);
                }
            }
        };
        if let Some(sound) = compound.get(place) {
            add(sound);
        } else if place == 0 {
            surnames::single(*letter)
                .iter()
                .for_each(|sound| add(sound));
        }
        let known = letter.to_pinyin_multi();
        for sound in known.into_iter().flat_map(PinyinMulti::into_iter) {
            add(sound.plain());
        }
        if found.is_empty() {
            found.push(letter.to_string());
        }
        all.push(found);
    }
    all
}

/// `lü` is typed as `lv`, and printed in passports as `lu`.
fn spellings(sound: &str) -> Vec<String> {
    if sound.contains('ü') {
        vec![sound.replace('ü', "v"), sound.replace('ü', "u")]
    } else {
        vec![sound.to_owned()]
    }
}

/// The likeliest ways to read all of it, in full.
pub(crate) fn full(readings: &[Readings], most: usize) -> Vec<String> {
    together(readings, most)
}

/// The likeliest ways to write its initials.
pub(crate) fn initials(readings: &[Readings], most: usize) -> Vec<String> {
    let first = |sounds: &Readings| {
        let mut known = BTreeSet::new();
        let letters = sounds.iter().filter_map(|sound| sound.chars().next());
        letters
            .filter(|letter| known.insert(*letter))
            .map(String::from)
            .collect::<Readings>()
    };
    let each: Vec<Readings> = readings.iter().map(first).collect();
    together(&each, most)
}

/// One of each, the likeliest first. How unlikely a way is adds up from its characters, so the likeliest ways of a
/// beginning are all that is needed to go on.
fn together(each: &[Readings], most: usize) -> Vec<String> {
    let mut ways = vec![(0_usize, String::new())];
    for sounds in each {
        let mut longer = Vec::with_capacity(ways.len().saturating_mul(sounds.len()));
        for (unlikely, way) in &ways {
            for (place, sound) in sounds.iter().enumerate() {
                longer.push((unlikely.saturating_add(place), format!("{way}{sound}")));
            }
        }
        longer.sort_by_key(|(unlikely, _)| *unlikely);
        longer.truncate(most);
        ways = longer;
    }
    ways.into_iter().map(|(_, way)| way).collect()
}
