//! Which days are worked, and which day is the n-th working day after another.
//!
//! Day 0 is the local day of the step; what is due in n working days is due at the end of the n-th worked day after it.
//! The lists are read, never computed: which weekend days are worked is decided anew every year. Every answer that
//! leaned on a year without a list says so.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rongyi_core::time::LocalDate;
use toml::de::DeTable;

use crate::finding::{Finding, both};
use crate::node::Node;
use crate::reader::{Findings, Place};

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;
/// The most days that one answer walks over: eleven years.
const WALK_DAYS_MAX: u16 = 4_000;

/// Why a day is worked, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKind {
    /// Monday to Friday.
    Weekday,
    /// A weekend day worked in exchange for a holiday (调休).
    MakeUp,
    /// Saturday or Sunday.
    Weekend,
    /// A day off by the list.
    Off,
}

impl DayKind {
    /// Whether it is worked.
    pub fn is_worked(self) -> bool {
        match self {
            DayKind::Weekday | DayKind::MakeUp => true,
            DayKind::Weekend | DayKind::Off => false,
        }
    }
}

/// A list of days of one year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct YearList {
    off: BTreeSet<LocalDate>,
    worked: BTreeSet<LocalDate>,
}

/// One worked day that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedDay {
    /// The day.
    pub day: LocalDate,
    /// Why it is worked.
    pub kind: DayKind,
}

/// An answer that can say why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The day that was asked for.
    pub day: LocalDate,
    /// The worked days that were counted, in order; the last one is `day` when anything was counted.
    pub days: Vec<CountedDay>,
    /// Years without a list that the answer leaned on: it is provisional until they have one.
    pub unlisted: BTreeSet<i32>,
}

impl Counted {
    /// Whether it may change when a list comes.
    pub fn is_provisional(&self) -> bool {
        !self.unlisted.is_empty()
    }
}

/// The working days of a community, and its opening hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    years: BTreeMap<i32, YearList>,
    opens: u16,
    closes: u16,
}

impl Default for WorkCalendar {
    /// Weekends only, open 09:00-17:00: every answer is provisional.
    fn default() -> Self {
        WorkCalendar {
            years: BTreeMap::new(),
            opens: 9 * 60,
            closes: 17 * 60,
        }
    }
}

impl WorkCalendar {
    /// This calendar with the lists and hours of a TOML text laid over it: a year that it names is replaced as a whole.
    ///
    /// ```
    /// # use rongyi_cases::bundled_calendar;
    /// let text = "[open]\nto = \"18:00\"\n[year.2027]\noff = [\"01-01..01-03\"]\nworked = []\n";
    /// let calendar = bundled_calendar().with(text).unwrap();
    /// assert!(!calendar.kind("2027-01-01".parse().unwrap()).is_worked());
    /// assert_eq!(calendar.hours(), (540, 1080));
    /// ```
    ///
    /// # Errors
    /// Every mistake of the text.
    pub fn with(&self, text: &str) -> Result<WorkCalendar, Vec<Finding>> {
        let node = Node::from_toml(text).map_err(|bad| vec![*bad])?;
        self.laid_over(&node)
    }

    /// The same with a table that somebody else parsed: `[calendar]` of a longer file, with the place where it stands.
    ///
    /// # Errors
    /// Every mistake of the table.
    pub fn with_table(
        &self,
        table: &DeTable<'_>,
        at: Range<usize>,
    ) -> Result<WorkCalendar, Vec<Finding>> {
        self.laid_over(&Node::from_table(table, at))
    }

    fn laid_over(&self, node: &Node) -> Result<WorkCalendar, Vec<Finding>> {
        let findings = Findings::default();
        let mut calendar = self.clone();
        calendar.read(&Place::root(&findings, node));
        if findings.is_clean() {
            Ok(calendar)
        } else {
            Err(findings.into_found())
        }
    }

    /// The calendar laid over weekends only.
    ///
    /// # Errors
    /// Every mistake of the text.
    pub fn from_toml(text: &str) -> Result<WorkCalendar, Vec<Finding>> {
        WorkCalendar::default().with(text)
    }

    fn read(&mut self, root: &Place<'_>) -> Option<()> {
        let table = root.table()?;
        if let Some(open) = table.get("open").and_then(|place| place.table()) {
            self.opens = open
                .get("from")
                .and_then(|place| minute(&place))
                .unwrap_or(self.opens);
            self.closes = open
                .get("to")
                .and_then(|place| minute(&place))
                .unwrap_or(self.closes);
            if self.opens >= self.closes {
                open.refuse(
                    "calendar.hours",
                    both(
                        format!("{} 不早于 {}。", clock(self.opens), clock(self.closes)),
                        format!(
                            "{} is not before {}.",
                            clock(self.opens),
                            clock(self.closes)
                        ),
                    ),
                    both(
                        "from 写开门时间，to 写关门时间。",
                        "`from` is when it opens, `to` when it closes.",
                    ),
                );
            }
            open.finish();
        }
        if let Some(years) = table.get("year").and_then(|place| place.table()) {
            for (name, place) in years.free() {
                self.read_year(name, &place);
            }
        }
        table.finish();
        Some(())
    }

    fn read_year(&mut self, name: &str, place: &Place<'_>) -> Option<()> {
        let year = name
            .parse::<i32>()
            .ok()
            .filter(|year| (1970..=2199).contains(year) && name.len() == 4);
        let Some(year) = year else {
            place.refuse(
                "calendar.year",
                both(
                    format!("“{name}” 不是年份。"),
                    format!("“{name}” is not a year."),
                ),
                both("写成 [year.2027]。", "Write [year.2027]."),
            );
            return None;
        };
        let table = place.table()?;
        let list = |key| {
            let members = table.need(key).and_then(|place| place.list());
            let mut days = BTreeSet::new();
            for member in members.unwrap_or_default() {
                days.extend(range(year, &member).unwrap_or_default());
            }
            days
        };
        let (off, worked) = (list("off"), list("worked"));
        if let Some(day) = off.intersection(&worked).next() {
            table.refuse(
                "calendar.twice",
                both(
                    format!("{day} 既在 off 里，又在 worked 里。"),
                    format!("{day} stands in `off` and in `worked`."),
                ),
                both("只留一处。", "Leave it in one of them."),
            );
        }
        for day in worked.iter().filter(|day| day.weekday() < 6) {
            table.refuse(
                "calendar.weekday",
                both(
                    format!("{day} 不是周末，本来就上班。"),
                    format!("{day} is no weekend day: it is worked anyway."),
                ),
                both(
                    "worked 只写要上班的周六、周日。",
                    "`worked` names Saturdays and Sundays that are worked.",
                ),
            );
        }
        table.finish();
        self.years.insert(year, YearList { off, worked });
        Some(())
    }

    /// Minutes of the day at which the house opens and closes.
    pub fn hours(&self) -> (u16, u16) {
        (self.opens, self.closes)
    }

    /// Whether the year of a day has a list.
    pub fn has_list(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// Why a day is worked, or not.
    pub fn kind(&self, day: LocalDate) -> DayKind {
        let weekend = day.weekday() > 5;
        match self.years.get(&day.parts().0) {
            Some(list) if list.off.contains(&day) => DayKind::Off,
            Some(list) if weekend && list.worked.contains(&day) => DayKind::MakeUp,
            Some(_) | None => {
                if weekend {
                    DayKind::Weekend
                } else {
                    DayKind::Weekday
                }
            }
        }
    }

    /// Whether a day is worked.
    pub fn is_worked(&self, day: LocalDate) -> bool {
        self.kind(day).is_worked()
    }

    /// The `count`-th worked day after a day. With 0 it is the day itself.
    pub fn workday_after(&self, day0: LocalDate, count: u16) -> Counted {
        let mut counted = Counted {
            day: day0,
            days: Vec::with_capacity(usize::from(count.min(64))),
            unlisted: BTreeSet::new(),
        };
        let mut day = day0;
        for _ in 0..WALK_DAYS_MAX {
            if counted.days.len() >= usize::from(count) || day == LocalDate::LAST {
                break;
            }
            day = day.plus_days(1);
            self.note_year(day, &mut counted.unlisted);
            let kind = self.kind(day);
            if kind.is_worked() {
                counted.days.push(CountedDay { day, kind });
                counted.day = day;
            }
        }
        counted
    }

    /// The day itself when it is worked, or the next day that is.
    pub fn rolled(&self, day: LocalDate) -> Counted {
        let mut unlisted = BTreeSet::new();
        self.note_year(day, &mut unlisted);
        let kind = self.kind(day);
        if kind.is_worked() {
            return Counted {
                day,
                days: vec![CountedDay { day, kind }],
                unlisted,
            };
        }
        let mut next = self.workday_after(day, 1);
        next.unlisted.append(&mut unlisted);
        next
    }

    /// The worked days from one to another, both included, in order.
    pub fn worked_days(&self, first: LocalDate, last: LocalDate) -> Counted {
        let mut counted = Counted {
            day: first,
            days: Vec::new(),
            unlisted: BTreeSet::new(),
        };
        let mut day = first;
        for _ in 0..WALK_DAYS_MAX {
            if day > last {
                break;
            }
            self.note_year(day, &mut counted.unlisted);
            let kind = self.kind(day);
            if kind.is_worked() {
                counted.days.push(CountedDay { day, kind });
                counted.day = day;
            }
            if day == LocalDate::LAST {
                break;
            }
            day = day.plus_days(1);
        }
        counted
    }

    pub(crate) fn note_year(&self, day: LocalDate, unlisted: &mut BTreeSet<i32>) {
        let year = day.parts().0;
        if !self.has_list(year) {
            unlisted.insert(year);
        }
    }
}

/// `09:00`.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(place: &Place<'_>) -> Option<u16> {
    let text = place.string()?;
    let parse = || {
        let (hour, minute) = text.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let good = digits(hour) && digits(minute);
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        let all = hour.checked_mul(60)?.checked_add(minute)?;
        (good && minute < 60 && all <= DAY_MINUTES).then_some(all)
    };
    let found = parse();
    if found.is_none() {
        place.refuse(
            "calendar.clock",
            both(
                format!("“{text}” 不是钟点。"),
                format!("“{text}” is not a time of day."),
            ),
            both("写成 \"09:00\"。", "Write \"09:00\"."),
        );
    }
    found
}

/// The days of `02-10` or `02-10..02-17` in a year.
fn range(year: i32, place: &Place<'_>) -> Option<Vec<LocalDate>> {
    let text = place.string()?;
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let day = |part: &str| format!("{year:04}-{part}").parse::<LocalDate>().ok();
    let (Some(first), Some(last)) = (day(first), day(last)) else {
        return bad_range(year, text, place);
    };
    if first > last {
        return bad_range(year, text, place);
    }
    let mut days = vec![first];
    let mut next = first;
    while next < last {
        next = next.plus_days(1);
        days.push(next);
    }
    Some(days)
}

fn bad_range(year: i32, text: &str, place: &Place<'_>) -> Option<Vec<LocalDate>> {
    place.refuse(
        "calendar.day",
        both(
            format!("“{text}” 不是 {year} 年的日子。"),
            format!("“{text}” is no day or days of {year}."),
        ),
        both(
            "写成 \"05-01\" 或 \"05-01..05-05\"，跨年的假期分写在两年里。",
            "Write \"05-01\" or \"05-01..05-05\"; a holiday over New Year stands in both years.",
        ),
    );
    None
}
