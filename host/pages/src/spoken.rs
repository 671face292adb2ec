//! Numbers as words, for those who listen: `一千二百八十六`, `one thousand two hundred eighty-six`. Written numbers stand in
//! [`crate::format`].

use crate::text::Lang;

/// Above this a number is read digit by digit.
const MAX: u64 = 999_999_999_999;

const ZH: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

fn pick<'w>(words: &[&'w str], place: u64) -> &'w str {
    let place = usize::try_from(place).unwrap_or(usize::MAX);
    words.get(place).copied().unwrap_or_default()
}

/// Up to four digits; `within` says that something stands before them, so that a gap is told.
fn zh_four(n: u64, within: bool) -> String {
    let mut said = String::new();
    let mut gap = within && n < 1000;
    for (value, unit) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = n / value % 10;
        if digit == 0 {
            gap |= !said.is_empty();
            continue;
        }
        if gap {
            said.push_str(pick(&ZH, 0));
            gap = false;
        }
        // 10 to 19 stand without their one where nothing is before them.
        if !(value == 10 && digit == 1 && said.is_empty() && !within) {
            said.push_str(pick(&ZH, digit));
        }
        said.push_str(unit);
    }
    said
}

fn zh(n: u64) -> String {
    if n == 0 {
        return pick(&ZH, 0).to_owned();
    }
    let mut said = String::new();
    for (value, unit) in [(100_000_000, "亿"), (10_000, "万"), (1, "")] {
        let part = n / value % 10_000;
        if part > 0 {
            said.push_str(&zh_four(part, !said.is_empty()));
            said.push_str(unit);
        }
    }
    said
}

fn en_three(n: u64) -> String {
    let mut words = Vec::new();
    if n >= 100 {
        words.push(format!("{} hundred", pick(&SMALL, n / 100)));
    }
    let rest = n % 100;
    if rest >= 20 {
        let one = rest % 10;
        let ten = pick(&TENS, rest / 10);
        words.push(if one == 0 {
            ten.to_owned()
        } else {
            format!("{ten}-{}", pick(&SMALL, one))
        });
    } else if rest > 0 {
        words.push(pick(&SMALL, rest).to_owned());
    }
    words.join(" ")
}

fn en(n: u64) -> String {
    if n == 0 {
        return pick(&SMALL, 0).to_owned();
    }
    let mut words = Vec::new();
    for (value, unit) in [
        (1_000_000_000, " billion"),
        (1_000_000, " million"),
        (1000, " thousand"),
        (1, ""),
    ] {
        let part = n / value % 1000;
        if part > 0 {
            words.push(format!("{}{unit}", en_three(part)));
        }
    }
    words.join(" ")
}

/// A number in words.
///
/// ```
/// # use rongyi_pages::{Lang, spoken::words};
/// assert_eq!(words(1286, Lang::Zh), "一千二百八十六");
/// assert_eq!(words(-85, Lang::En), "minus eighty-five");
/// ```
pub fn words(n: i64, lang: Lang) -> String {
    let size = n.unsigned_abs();
    if size > MAX {
        return n.to_string();
    }
    match (lang, n < 0) {
        (Lang::Zh, false) => zh(size),
        (Lang::Zh, true) => format!("负{}", zh(size)),
        (Lang::En, false) => en(size),
        (Lang::En, true) => format!("minus {}", en(size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_say_them() {
        for (n, zh, en) in [
            (0, "零", "zero"),
            (10, "十", "ten"),
            (12, "十二", "twelve"),
            (105, "一百零五", "one hundred five"),
            (110, "一百一十", "one hundred ten"),
            (1_001, "一千零一", "one thousand one"),
            (1_010, "一千零一十", "one thousand ten"),
            (10_086, "一万零八十六", "ten thousand eighty-six"),
            (100_000, "十万", "one hundred thousand"),
            (
                120_000_003,
                "一亿二千万零三",
                "one hundred twenty million three",
            ),
        ] {
            assert_eq!(words(n, Lang::Zh), zh, "{n}");
            assert_eq!(words(n, Lang::En), en, "{n}");
        }
    }
}
