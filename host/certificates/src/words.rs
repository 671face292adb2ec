//! What certificates say in their own words, in Chinese and English. One stands first and larger, the other beside it.

use rongyi_core::time::LocalDate;

/// Which language stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// As documents name it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    pub(crate) fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// The one of a pair that is in this language.
    pub(crate) fn of(self, word: Word) -> &'static str {
        match self {
            Lang::Zh => word.0,
            Lang::En => word.1,
        }
    }
}

/// A word in Chinese and English.
pub(crate) type Word = (&'static str, &'static str);

pub(crate) const TITLE: Word = ("志愿服务时长证明", "Certificate of Volunteer Hours");
pub(crate) const NUMBER: Word = ("编号", "No.");
pub(crate) const CERTIFIES: Word = ("兹证明", "This is to certify that");
pub(crate) const TEAM: Word = ("团队", "Team");
pub(crate) const CREDIT: Word = ("信用时长", "Credit");
pub(crate) const HONOUR: Word = ("荣誉时长", "Honour");
pub(crate) const KINDS: Word = ("服务项目", "Services");
pub(crate) const PROOFS: Word = ("记录方式", "Records");
pub(crate) const KIND: Word = ("项目", "Service");
pub(crate) const PROOF: Word = ("方式", "Recorded by");
pub(crate) const TIMES: Word = ("次数", "Times");
pub(crate) const HOURS: Word = ("时长", "Hours");
pub(crate) const TOTAL: Word = ("合计", "Total");
pub(crate) const SCAN: Word = ("扫码核验", "Scan to check");
pub(crate) const SIGNED: Word = ("签发", "Signed by");
pub(crate) const ISSUED: Word = ("签发日期", "Issued");
pub(crate) const DEMO: Word = ("演示数据", "Demo data, no certificate");
pub(crate) const STARS: [Word; 6] = [
    ("未评星级", "No stars yet"),
    ("一星志愿者", "One-star volunteer"),
    ("二星志愿者", "Two-star volunteer"),
    ("三星志愿者", "Three-star volunteer"),
    ("四星志愿者", "Four-star volunteer"),
    ("五星志愿者", "Five-star volunteer"),
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The title of a document of so many certificates.
pub(crate) fn document_title(lang: Lang, number: &str, count: usize) -> String {
    let title = lang.of(TITLE);
    match (lang, count) {
        (Lang::Zh | Lang::En, 1) => format!("{title} {number}"),
        (Lang::Zh, _) => format!("{title}（共{count}份）"),
        (Lang::En, _) => format!("{title} ({count})"),
    }
}

/// A date as people write it.
pub(crate) fn date(lang: Lang, date: LocalDate) -> String {
    let (year, month, day) = date.parts();
    match lang {
        Lang::Zh => format!("{year}年{month}月{day}日"),
        Lang::En => {
            let name = MONTHS.get(usize::from(month).saturating_sub(1));
            format!("{day} {} {year}", name.copied().unwrap_or_default())
        }
    }
}

/// Which issue of the number.
pub(crate) fn revision(lang: Lang, revision: u32) -> String {
    let before = revision.saturating_sub(1);
    match (lang, before) {
        (Lang::Zh, 0) => "第1版".into(),
        (Lang::En, 0) => "Revision 1".into(),
        (Lang::Zh, _) => format!("第{revision}版，替代第{before}版"),
        (Lang::En, _) => format!("Revision {revision}, replaces revision {before}"),
    }
}

/// What was done, up to the number of hours.
pub(crate) fn served(lang: Lang, from: LocalDate, to: LocalDate, community: &str) -> String {
    let (from, to) = (date(lang, from), date(lang, to));
    match lang {
        Lang::Zh => format!("于{from}至{to}在{community}参加志愿服务，累计"),
        Lang::En => format!("volunteered in {community} from {from} to {to}, in total"),
    }
}

/// Hours and minutes in a sentence.
pub(crate) fn time(lang: Lang, minutes: i64) -> String {
    let (hours, rest) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    let many = |count: i64, word: &str| {
        let end = if count == 1 { "" } else { "s" };
        format!("{count} {word}{end}")
    };
    match (lang, hours, rest) {
        (Lang::Zh, _, 0) => format!("{hours} 小时"),
        (Lang::Zh, 0, _) => format!("{rest} 分钟"),
        (Lang::Zh, _, _) => format!("{hours} 小时 {rest} 分钟"),
        (Lang::En, _, 0) => many(hours, "hour"),
        (Lang::En, 0, _) => many(rest, "minute"),
        (Lang::En, _, _) => format!("{} {}", many(hours, "hour"), many(rest, "minute")),
    }
}

/// The hours of a class.
pub(crate) fn class(lang: Lang, class: Word, minutes: i64) -> String {
    let (class, time) = (lang.of(class), time(lang, minutes));
    match lang {
        Lang::Zh => format!("{class} {time}"),
        Lang::En => format!("{class}: {time}"),
    }
}

/// Hours and minutes in a narrow column.
pub(crate) fn short_time(lang: Lang, minutes: i64) -> String {
    let (hours, rest) = (minutes.div_euclid(60), minutes.rem_euclid(60));
    match (lang, rest) {
        (Lang::Zh, 0) => format!("{hours} 小时"),
        (Lang::Zh, _) => format!("{hours} 小时 {rest} 分"),
        (Lang::En, 0) => format!("{hours} h"),
        (Lang::En, _) => format!("{hours} h {rest} min"),
    }
}

/// What the code's picture is, for whoever does not see it.
pub(crate) fn code(lang: Lang, address: &str) -> String {
    match lang {
        Lang::Zh => format!("二维码，打开核验页面 {address}"),
        Lang::En => format!("QR code of the page to check it: {address}"),
    }
}

/// How to check it, in small print.
pub(crate) fn how_to_check(lang: Lang, address: &str) -> [String; 2] {
    match lang {
        Lang::Zh => [
            format!("网上核验：扫码或打开 {address}，可见编号、起止日期、总时长和是否有效。"),
            "离线核验：python3 check-certificate.py 本文件 --key 社区公钥。签名的内容在附件 JSON 里，请与纸面逐项对照。"
                .into(),
        ],
        Lang::En => [
            format!("Online: scan, or open {address}; it shows number, period, total and whether it is valid."),
            "Offline: python3 check-certificate.py FILE --key KEY. What is signed is in the attached JSON; compare it with this page."
                .into(),
        ],
    }
}

/// What the attached file is.
pub(crate) fn attached(lang: Lang, number: &str) -> String {
    match lang {
        Lang::Zh => format!("{number} 的签名数据，用于离线核验"),
        Lang::En => format!("Signed data of {number}, for checking offline"),
    }
}

/// Key and place in the ledger.
pub(crate) fn traces(lang: Lang, key: &str, height: u64, hash: &str) -> String {
    let start: String = hash.chars().take(16).collect();
    match lang {
        Lang::Zh => format!("公钥 {key} · 账本第 {height} 块 {start}"),
        Lang::En => format!("Key {key} · ledger block {height} {start}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letters::{Face, missing};

    #[test]
    fn the_faces_have_every_letter_of_ours() {
        let headings = [TITLE, KINDS, PROOFS, DEMO];
        for (zh, en) in headings {
            assert_eq!(missing(Face::Headings, zh), [], "{zh}");
            assert_eq!(missing(Face::Headings, en), [], "{en}");
        }
        for lang in [Lang::Zh, Lang::En] {
            let texts = [time(lang, 1_234_567_890), time(lang, 61), time(lang, 60)];
            for text in texts {
                assert_eq!(missing(Face::Headings, &text), [], "{text}");
            }
            let day = LocalDate::FIRST;
            let [online, offline] = how_to_check(lang, "https://example.org");
            let mut texts = vec![
                online,
                offline,
                revision(lang, 2),
                served(lang, day, day, "南门"),
                short_time(lang, 61),
                class(lang, CREDIT, 61),
                traces(lang, "12-ab", 1, "5f"),
            ];
            let words = [
                NUMBER, CERTIFIES, TEAM, CREDIT, HONOUR, KINDS, PROOFS, KIND, PROOF,
            ];
            let more = [TIMES, HOURS, TOTAL, SCAN, SIGNED, ISSUED, DEMO];
            let all = words.into_iter().chain(more).chain(STARS);
            texts.extend(all.map(|word| lang.of(word).to_owned()));
            texts.extend(MONTHS.map(str::to_owned));
            for text in texts {
                assert_eq!(missing(Face::Text, &text), [], "{text}");
            }
        }
    }
}
