//! Who is found by what: the table of names that mislead, and what holds for every name.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{NAMELESS, READINGS_MAX, Way, asked, of_household, of_person};

fn finds(words: &[super::Word], typed: &str) -> bool {
    let all = asked(typed);
    let one = |word: &super::Asked| {
        word.beginnings
            .iter()
            .any(|beginning| words.iter().any(|word| word.text.starts_with(beginning)))
    };
    !all.is_empty() && all.iter().all(one)
}

#[test]
fn names_are_found_as_people_say_and_type_them() {
    let check = |name: &str, typed: &[&str]| {
        let words = of_person(name, Some("13800138000"));
        for text in typed {
            assert!(finds(&words, text), "{name} by {text:?}: {words:?}");
        }
        let strange = ["qqq", "不", "7000", "zzzz", "13"];
        for text in strange {
            assert!(!finds(&words, text), "{name} by {text:?}");
        }
    };
    check(
        "曾祥",
        &[
            "zx",
            "zeng",
            "曾",
            "祥",
            "cx",
            "ceng",
            "xiang",
            "zengxiang",
            "ZENG",
            "8000",
        ],
    );
    check(
        "单玉梅",
        &[
            "sym",
            "shan",
            "玉梅",
            "dym",
            "shanyumei",
            "shan yu mei",
            "yumei",
        ],
    );
    check(
        "尉迟恭",
        &["yuchi", "ycg", "yuchigong", "尉迟", "迟", "weichi", "gong"],
    );
    check(
        "张桂芳",
        &[
            "桂",
            "芳",
            "zgf",
            "zhang",
            "guifang",
            "gf",
            "张 桂",
            "138 0013 8000",
            "+86 138-0013-8000",
        ],
    );
    check("仇英", &["qy", "qiu", "chou"]);
    check("查良", &["zl", "zha", "cha"]);
    check("解珍", &["xz", "xie", "jie"]);
    check("翟让", &["zr", "zhai", "di"]);
    check("区大伟", &["odw", "ou", "qu"]);
    check("覃丽", &["ql", "qin", "tan"]);
    check("盖文", &["gw", "ge", "gai"]);
    check("朴英子", &["pyz", "piao", "pu"]);
    check("万俟春", &["mqc", "moqi", "wan"]);
    check("单于飞", &["cyf", "chanyu", "shan"]);
    check("长孙敏", &["zsm", "zhangsun", "chang"]);
    check("吕布", &["lb", "lv", "lu", "lü"]);
    check("演示·陈阿婆", &["cap", "陈", "阿婆", "chenapo", "陈阿婆"]);
    check("阿卜杜拉·买买提", &["abdl", "买买提", "阿卜杜拉买"]);
    check(
        "Maria Silva",
        &["maria", "silva", "MARIA silva", "mariasilva"],
    );
}

#[test]
fn a_name_from_its_beginning_is_nearer_than_a_part() {
    let way = |name: &str, text: &str| {
        let words = of_person(name, None);
        let found = words.into_iter().find(|word| word.text == text);
        found.map(|word| word.way)
    };
    assert_eq!(way("张桂芳", "张桂芳"), Some(Way::Name));
    assert_eq!(way("张桂芳", "桂芳"), Some(Way::Part));
    assert_eq!(way("张桂芳", "zhangguifang"), Some(Way::Sound));
    assert_eq!(way("张桂芳", "guifang"), Some(Way::PartSound));
    for way in Way::ALL {
        assert_eq!(Way::of_digit(way.digit()), Some(way));
    }
}

#[test]
fn households_are_found_by_what_begins_at_a_border() {
    let words = of_household("演示·陈阿婆家", "榕树巷3栋2单元502室");
    for typed in [
        "陈阿婆家",
        "阿婆",
        "榕树",
        "3栋",
        "502",
        "２单元",
        "3栋 502",
        "3栋2单元",
        "栋2",
    ] {
        assert!(finds(&words, typed), "{typed:?}: {words:?}");
    }
    for typed in ["树巷", "元502", "02", "4栋"] {
        assert!(!finds(&words, typed), "{typed:?}: {words:?}");
    }
    let words = of_household("", "No.5 Lane 12-3B");
    for typed in ["lane", "12", "3b", "12-3B"] {
        assert!(finds(&words, typed), "{typed:?}: {words:?}");
    }
    assert!(of_household("", "").is_empty());
}

#[test]
fn numbers_are_read_as_cards_have_them() {
    let check = |typed: &str, resident, household| {
        let words = asked(typed);
        let numbers = words.first().map(|word| (word.resident, word.household));
        assert_eq!(numbers, Some((resident, household)), "{typed:?}");
    };
    check("96", Some(96), Some(96));
    check("0096", Some(96), Some(96));
    check("００９６", Some(96), Some(96));
    check("#0096", Some(96), Some(96));
    check("No. 0096", Some(96), Some(96));
    check("No.0096", Some(96), None);
    check("96号", Some(96), None);
    check("第96户", None, Some(96));
    check("96户", None, Some(96));
    check("3栋", None, None);
    check("99999999999", None, None);
    check("0", Some(0), Some(0));
    for nothing in ["", "  ", "·", "--", "\u{200b}"] {
        assert!(asked(nothing).is_empty(), "{nothing:?}");
    }
    assert_eq!(asked(&"张 ".repeat(50)).len(), 6);
    let many = asked(&"张".repeat(500));
    assert_eq!(many[0].beginnings[0].chars().count(), 32);
}

#[test]
fn whoever_has_a_name_has_a_word_and_not_too_many() {
    assert_eq!(of_person("·…", None)[0].text, NAMELESS);
    let long = of_person(&"单".repeat(90), None);
    assert!(long.len() < 400, "{}", long.len());
    let sounds = of_person("单单单单", None);
    let whole = sounds.iter().filter(|word| word.way == Way::Sound);
    assert!(whole.count() <= 2 * READINGS_MAX);
}

proptest! {
    #[test]
    fn every_beginning_of_every_word_finds_the_name(name in "[张王曾单尉迟欧阳区祥玉梅吕万俟乐a-zA-Z·一-龥 ]{1,8}", phone in "[0-9]{7,12}") {
        let words = of_person(&name, Some(&phone));
        let kept: BTreeSet<&str> = words.iter().map(|word| word.text.as_str()).collect();
        prop_assert_eq!(kept.len(), words.len(), "each word once");
        for word in &words {
            let letters: Vec<char> = word.text.chars().collect();
            if word.text == NAMELESS {
                continue;
            }
            for most in 1..=letters.len() {
                let beginning: String = letters.iter().take(most).collect();
                let typed: String = match beginning.strip_prefix('#') {
                    Some(tail) if tail.len() >= 4 => tail.chars().rev().collect(),
                    Some(_) => continue,
                    None => beginning,
                };
                prop_assert!(finds(&words, &typed), "{} by {}", name, typed);
            }
        }
    }

    #[test]
    fn whatever_is_typed_is_taken_apart(text in "\\PC{0,60}") {
        for word in asked(&text) {
            prop_assert!(word.beginnings.iter().all(|beginning| !beginning.is_empty()));
        }
    }
}
