//! Numbers, hours, money and dates as people read them, in Chinese and English.
//!
//! Knows no calendar arithmetic beyond the weekday of a date, no time zones and no clock: the
//! caller hands over civil dates and times of the community's own place.

pub use crate::number::number;
use crate::text::Lang;

/// A civil date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// The year, for instance 2026.
    pub year: i32,
    /// The month, 1-12.
    pub month: u8,
    /// The day of the month, 1-31.
    pub day: u8,
    /// The weekday, Monday = 1 … Sunday = 7.
    pub weekday: u8,
}

/// A civil date with the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The date.
    pub day: Day,
    /// The hour, 0-23.
    pub hour: u8,
    /// The minute, 0-59.
    pub minute: u8,
}

const WEEKDAYS_ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
const WEEKDAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS_EN: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Day {
    /// A date whose weekday is worked out here (Sakamoto's method, Gregorian calendar).
    ///
    /// ```
    /// # use rongyi_pages::format::Day;
    /// assert_eq!(Day::of(2026, 11, 22).weekday, 7);
    /// ```
    pub fn of(year: i32, month: u8, day: u8) -> Self {
        const SHIFT: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let y = if month < 3 { year - 1 } else { year };
        let shift = SHIFT
            .get(usize::from(month.saturating_sub(1)))
            .copied()
            .unwrap_or(0);
        let from_sunday =
            (y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + shift + i32::from(day))
                .rem_euclid(7);
        let weekday = if from_sunday == 0 { 7 } else { from_sunday };
        Day {
            year,
            month,
            day,
            weekday: u8::try_from(weekday).unwrap_or(7),
        }
    }

    fn weekday_index(self) -> usize {
        usize::from(self.weekday.clamp(1, 7) - 1)
    }

    /// `11月22日 星期日`, `Sun 22 Nov`.
    pub fn short(self, lang: Lang) -> String {
        let w = self.weekday_index();
        match lang {
            Lang::Zh => format!("{}月{}日 星期{}", self.month, self.day, WEEKDAYS_ZH[w]),
            Lang::En => format!("{} {} {}", WEEKDAYS_EN[w], self.day, month_en(self.month)),
        }
    }

    /// `2026年11月22日 星期日`, `Sun 22 Nov 2026`.
    pub fn long(self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}年{}", self.year, self.short(lang)),
            Lang::En => format!("{} {}", self.short(lang), self.year),
        }
    }

    /// `2026-11-22`, for the `datetime` attribute of `<time>`.
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Moment {
    /// `11月22日 星期日 09:05`, `Sun 22 Nov 09:05`.
    pub fn short(self, lang: Lang) -> String {
        format!(
            "{} {:02}:{:02}",
            self.day.short(lang),
            self.hour,
            self.minute
        )
    }

    /// `2026年11月22日 星期日 09:05`, `Sun 22 Nov 2026 09:05`.
    pub fn long(self, lang: Lang) -> String {
        format!(
            "{} {:02}:{:02}",
            self.day.long(lang),
            self.hour,
            self.minute
        )
    }
}

fn month_en(month: u8) -> &'static str {
    MONTHS_EN
        .get(usize::from(month.saturating_sub(1)))
        .copied()
        .unwrap_or("?")
}

/// A month of a year that is known: `11月`, `Nov`.
pub fn month_alone(month: u8, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{month}月"),
        Lang::En => month_en(month).to_owned(),
    }
}

/// A heading for a month: `2026年11月`, `Nov 2026`.
pub fn month(year: i32, month: u8, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{year}年{month}月"),
        Lang::En => format!("{} {year}", month_en(month)),
    }
}

/// A movement, always with its sign except for nothing at all: `+10`, `−50`, `0`.
pub fn signed(n: i64) -> String {
    if n > 0 {
        format!("+{}", number(n))
    } else {
        number(n)
    }
}

/// Minutes as hours with one decimal, rounded to the nearest tenth, `.0` left out: 2550 is `42.5`.
pub fn hours(minutes: i64) -> String {
    let tenths = (minutes.unsigned_abs() + 3) / 6;
    let whole = i64::try_from(tenths / 10).unwrap_or(i64::MAX);
    let rest = tenths % 10;
    let sign = if minutes < 0 && tenths > 0 {
        "\u{2212}"
    } else {
        ""
    };
    if rest == 0 {
        format!("{sign}{}", number(whole))
    } else {
        format!("{sign}{}.{rest}", number(whole))
    }
}

/// Fen as yuan, cents only where there are any: 3800 is `38`, 3850 is `38.50`.
pub fn yuan(fen: i64) -> String {
    let rest = fen.unsigned_abs() % 100;
    let whole = number(fen / 100);
    if rest == 0 {
        whole
    } else {
        format!("{whole}.{rest:02}")
    }
}

/// An eight-digit code in two groups: `4827 1936`. Other lengths come back in groups of four.
pub fn code_groups(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + 2);
    for (i, c) in code.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// The first characters of a digest or hash, enough to compare by eye.
pub fn short_hash(hash: &str) -> String {
    hash.chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays() {
        let check = |y, m, d, w| assert_eq!(Day::of(y, m, d).weekday, w, "{y}-{m}-{d}");
        check(2026, 11, 22, 7);
        check(2026, 11, 23, 1);
        check(2024, 2, 29, 4);
        check(2000, 1, 1, 6);
        check(1999, 12, 31, 5);
        check(2026, 1, 1, 4);
    }

    #[test]
    fn dates() {
        let day = Day::of(2026, 11, 22);
        assert_eq!(day.short(Lang::Zh), "11月22日 星期日");
        assert_eq!(day.short(Lang::En), "Sun 22 Nov");
        assert_eq!(day.long(Lang::Zh), "2026年11月22日 星期日");
        assert_eq!(day.long(Lang::En), "Sun 22 Nov 2026");
        assert_eq!(day.iso(), "2026-11-22");
        let at = Moment {
            day,
            hour: 9,
            minute: 5,
        };
        assert_eq!(at.short(Lang::Zh), "11月22日 星期日 09:05");
        assert_eq!(month(2026, 11, Lang::Zh), "2026年11月");
        assert_eq!(month(2026, 11, Lang::En), "Nov 2026");
    }

    #[test]
    fn numbers() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1286), "1,286");
        assert_eq!(number(-1_000_000), "\u{2212}1,000,000");
        assert_eq!(number(i64::MIN), "\u{2212}9,223,372,036,854,775,808");
        assert_eq!(signed(10), "+10");
        assert_eq!(signed(-50), "\u{2212}50");
        assert_eq!(signed(0), "0");
    }

    #[test]
    fn hours_and_money() {
        assert_eq!(hours(2550), "42.5");
        assert_eq!(hours(60), "1");
        assert_eq!(hours(0), "0");
        assert_eq!(hours(-90), "\u{2212}1.5");
        assert_eq!(hours(20), "0.3");
        assert_eq!(hours(-1), "0");
        assert_eq!(hours(60_000), "1,000");
        assert_eq!(yuan(3800), "38");
        assert_eq!(yuan(3850), "38.50");
        assert_eq!(yuan(123_456_705), "1,234,567.05");
        assert_eq!(code_groups("48271936"), "4827 1936");
        assert_eq!(short_hash("0123456789abcdef"), "0123456789ab");
    }
}
