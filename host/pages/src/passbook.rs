//! What a resident has, line by line: the passbook. Home stands in `home`, why a line is so in `why`.
//! Adds nothing up that the ledger has not: sums come in, apart from the rows shown on a why page.

use askama::Template;

use crate::format::{self, Day};
use crate::shell::Shell;

/// What a line counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Points.
    Points,
    /// Volunteer minutes, shown as hours.
    Minutes,
    /// Another asset of the community, by its name in the reader's language: `公益星`.
    Other(String),
}

/// How far a line has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineState {
    /// In the books; says nothing.
    Posted,
    /// Visible and open to objection until that day, not yet spendable.
    Notice {
        /// The last day of the notice.
        until: Day,
    },
    /// An order's points that are set aside until it is picked up.
    SetAside,
    /// An order that was picked up.
    PickedUp,
    /// An order that was cancelled or ran out: another line says what came back.
    GivenBack,
    /// Undone by a later line.
    Reversed,
    /// The rule said no; nothing moved.
    Refused,
    /// The rule gave no answer yet; nothing moved so far.
    Waiting,
}

/// One movement, as a line of the passbook.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number in the community's ledger; its proof is at `/{community}/passbook/{seq}`.
    pub seq: u64,
    /// What for, in the reader's language: `垃圾分类 7.6 公斤`.
    pub title: String,
    /// The day it was booked. Lines stand in this order, so that each balance follows from the one before.
    pub day: Day,
    /// The day it happened, where that is another one.
    pub happened: Option<Day>,
    /// A few words more, in the reader's language: who recorded it, where. May be empty.
    pub note: String,
    /// Whole sentences that change how the amount is to be read: what was asked and could not be taken, what ran out
    /// and did not come back.
    pub told: Vec<String>,
    /// The change, with its sign.
    pub amount: i64,
    /// What is counted.
    pub unit: Unit,
    /// The balance of what it counts after it, where there is one.
    pub balance_after: Option<i64>,
    /// How far it has come.
    pub state: LineState,
    /// What else the same act moved: hours beside points.
    pub also: Vec<Also>,
}

/// Something else that a line's act moved.
#[derive(Debug, Clone)]
pub struct Also {
    /// The change, with its sign.
    pub amount: i64,
    /// What is counted.
    pub unit: Unit,
    /// What it came to, where there is a balance.
    pub balance_after: Option<i64>,
}

impl Also {
    /// `+2 小时`, `+1 公益星（余 12）`.
    pub(crate) fn text(&self, shell: &Shell) -> String {
        change_text(self.amount, &self.unit, shell)
    }

    /// What it came to.
    pub(crate) fn after(&self, shell: &Shell) -> Option<String> {
        let after = self.balance_after?;
        let held = match &self.unit {
            Unit::Points => shell.num(after),
            Unit::Minutes => shell.hours(after),
            Unit::Other(name) => format!("{} {name}", shell.num(after)),
        };
        Some(shell.t1("line-balance", "points", held))
    }

    pub(crate) fn tone(&self) -> &'static str {
        if self.amount < 0 { "out" } else { "in" }
    }

    pub(crate) fn direction(&self) -> &'static str {
        direction_key(self.amount)
    }

    pub(crate) fn is_named(&self) -> bool {
        matches!(self.unit, Unit::Other(_))
    }
}

/// A number with its sign and unit of counting, as all line templates show it.
pub(crate) fn change_text(amount: i64, unit: &Unit, shell: &Shell) -> String {
    match unit {
        Unit::Points => format::signed(amount),
        Unit::Minutes => {
            let plus = if amount > 0 { "+" } else { "" };
            format!("{plus}{}", shell.hours(amount))
        }
        Unit::Other(name) => format!("{} {name}", format::signed(amount)),
    }
}

/// Beside colour and sign, a word says the direction to a screen reader.
fn direction_key(amount: i64) -> &'static str {
    if amount < 0 { "line-out" } else { "line-in" }
}

impl Line {
    /// Lines of one act become one: points first, then hours, then what else the community counts. The order of the acts
    /// stays.
    pub fn together(lines: Vec<Line>) -> Vec<Line> {
        let rank = |unit: &Unit| match unit {
            Unit::Points => 0,
            Unit::Minutes => 1,
            Unit::Other(_) => 2,
        };
        let mut all: Vec<Line> = Vec::with_capacity(lines.len());
        for mut line in lines {
            let Some(same) = all.iter_mut().find(|known| known.seq == line.seq) else {
                all.push(line);
                continue;
            };
            if rank(&line.unit) < rank(&same.unit) {
                std::mem::swap(same, &mut line);
                same.also.append(&mut line.also);
            }
            same.told.append(&mut line.told);
            same.also.push(Also {
                amount: line.amount,
                unit: line.unit,
                balance_after: line.balance_after,
            });
            same.also.sort_by_key(|also| rank(&also.unit));
        }
        all
    }

    pub(crate) fn change(&self, shell: &Shell) -> String {
        change_text(self.amount, &self.unit, shell)
    }

    /// Whether the change carries a name, which may be a long one.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self.unit, Unit::Other(_))
    }

    /// What its own asset came to, in a list.
    pub(crate) fn after(&self, shell: &Shell) -> Option<String> {
        let after = self.balance_after?;
        let held = match &self.unit {
            Unit::Points => shell.num(after),
            Unit::Minutes | Unit::Other(_) => self.held(&after, shell),
        };
        Some(shell.t1("line-balance", "points", held))
    }

    /// So much of its own asset, in words.
    pub(crate) fn held(&self, amount: &i64, shell: &Shell) -> String {
        match &self.unit {
            Unit::Points => shell.points(*amount),
            Unit::Minutes => shell.hours(*amount),
            Unit::Other(name) => format!("{} {name}", shell.num(*amount)),
        }
    }

    /// Whether it stands and could be taken back.
    pub(crate) fn is_open(&self) -> bool {
        match self.state {
            LineState::Posted | LineState::SetAside | LineState::PickedUp | LineState::Waiting => {
                true
            }
            LineState::Notice { .. }
            | LineState::GivenBack
            | LineState::Reversed
            | LineState::Refused => false,
        }
    }

    pub(crate) fn direction(&self) -> &'static str {
        direction_key(self.amount)
    }

    /// The stamp beside the title, in words.
    pub(crate) fn seal(&self, shell: &Shell) -> Option<String> {
        let key = match &self.state {
            LineState::Posted => return None,
            LineState::Notice { .. } => "seal-notice",
            LineState::SetAside => "seal-set-aside",
            LineState::PickedUp => "seal-picked-up",
            LineState::GivenBack => "seal-given-back",
            LineState::Reversed => "seal-reversed",
            LineState::Refused => "seal-refused",
            LineState::Waiting => "seal-waiting",
        };
        Some(shell.t(key))
    }

    pub(crate) fn seal_class(&self) -> &'static str {
        match &self.state {
            LineState::Posted | LineState::PickedUp => "seal seal-good",
            LineState::SetAside => "seal seal-gold",
            LineState::Reversed | LineState::GivenBack | LineState::Waiting => "seal seal-quiet",
            LineState::Notice { .. } | LineState::Refused => "seal",
        }
    }

    /// The colour class of the change.
    pub(crate) fn tone(&self) -> &'static str {
        match (&self.state, self.amount) {
            (
                LineState::Refused
                | LineState::Reversed
                | LineState::GivenBack
                | LineState::Waiting,
                _,
            )
            | (_, 0) => "quiet",
            (_, n) if n < 0 => "out",
            _ => "in",
        }
    }

    pub(crate) fn notice_until(&self) -> Option<Day> {
        match &self.state {
            LineState::Notice { until } => Some(*until),
            LineState::Posted
            | LineState::SetAside
            | LineState::PickedUp
            | LineState::GivenBack
            | LineState::Reversed
            | LineState::Refused
            | LineState::Waiting => None,
        }
    }
}

/// Which lines are shown: `?show=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// All (`all`).
    #[default]
    All,
    /// What came in (`in`).
    In,
    /// What went out (`out`).
    Out,
}

impl Show {
    /// All of them, in the order of the page.
    pub const ALL: [Show; 3] = [Show::All, Show::In, Show::Out];

    /// The word in the address.
    pub fn tag(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::In => "in",
            Show::Out => "out",
        }
    }

    /// Reads what [`Show::tag`] writes.
    pub fn from_tag(tag: &str) -> Option<Show> {
        Show::ALL.into_iter().find(|s| s.tag() == tag)
    }

    fn key(self) -> &'static str {
        match self {
            Show::All => "passbook-all",
            Show::In => "passbook-in",
            Show::Out => "passbook-out",
        }
    }
}

/// What came in and went out of one asset in a whole month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthSum {
    /// What is counted.
    pub unit: Unit,
    /// In, 0 or more.
    pub earned: i64,
    /// Out, 0 or less.
    pub spent: i64,
}

/// The lines of one month that are on this page.
#[derive(Debug, Clone)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// The month, 1-12.
    pub month: u8,
    /// The whole month's points in, 0 or more, and out, 0 or less, whether or not its lines fit on this page. They stand
    /// once: where the month begins, read from the top.
    pub sums: Option<(i64, i64)>,
    /// What else moved in the whole month: hours, other assets.
    pub others: Vec<MonthSum>,
    /// Whether its newest lines stand on the page before.
    pub continued: bool,
    /// Its lines on this page, newest first.
    pub lines: Vec<Line>,
}

impl Month {
    fn title(&self, shell: &Shell) -> String {
        format::month(self.year, self.month, shell.lang)
    }

    /// What the heading says of the whole month.
    fn note(&self, shell: &Shell) -> String {
        match self.sums {
            _ if self.continued => shell.t("month-continued"),
            Some((earned, spent)) => shell.t2(
                "month-sums",
                "earned",
                shell.signed(earned),
                "spent",
                shell.signed(spent),
            ),
            None => String::new(),
        }
    }

    /// What it says of what is not points; nothing where the month is continued.
    fn others(&self, shell: &Shell) -> Vec<String> {
        let sums = self.others.iter().filter(|_| !self.continued);
        let said = sums.map(|sum| {
            let (name, earned, spent) = match &sum.unit {
                Unit::Points => (
                    shell.t("unit-points"),
                    format::signed(sum.earned),
                    format::signed(sum.spent),
                ),
                Unit::Minutes => (
                    shell.t("home-hours"),
                    change_text(sum.earned, &sum.unit, shell),
                    change_text(sum.spent, &sum.unit, shell),
                ),
                Unit::Other(name) => (
                    name.clone(),
                    format::signed(sum.earned),
                    format::signed(sum.spent),
                ),
            };
            let both = shell.t2("month-sums", "earned", earned, "spent", spent);
            shell.t2("month-other", "name", name, "sums", both)
        });
        said.collect()
    }
}

/// How far something has come that is not in the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingState {
    /// An award under notice.
    Notice {
        /// The last day of the notice.
        until: Day,
        /// The day it is booked unless somebody objects.
        booked: Day,
    },
    /// An award that somebody objected to; it waits for the review.
    Objected,
    /// An award that a review upheld.
    Upheld {
        /// The day it is booked.
        booked: Day,
    },
    /// Points of an order that waits to be picked up.
    SetAside {
        /// The last day to pick it up.
        until: Day,
    },
}

impl PendingState {
    pub(crate) fn seal(&self) -> (&'static str, &'static str) {
        match *self {
            PendingState::Notice { .. } => ("seal seal-quiet", "seal-notice"),
            PendingState::Objected => ("seal", "notice-objected"),
            PendingState::Upheld { .. } => ("seal seal-good", "notice-upheld"),
            PendingState::SetAside { .. } => ("seal seal-gold", "seal-set-aside"),
        }
    }

    pub(crate) fn text(&self, shell: &Shell) -> String {
        match *self {
            PendingState::Notice { until, booked } => shell.t2(
                "pending-notice",
                "until",
                shell.day(until),
                "booked",
                shell.day(booked),
            ),
            PendingState::Objected => shell.t("pending-objected"),
            PendingState::Upheld { booked } => {
                shell.t1("pending-upheld", "booked", shell.day(booked))
            }
            PendingState::SetAside { until } => {
                shell.t1("pending-set-aside", "day", shell.day(until))
            }
        }
    }
}

/// Something that is not in the balance: shown apart from what is booked, and never added to it.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Where it is explained, below the community's address: `/passbook/812`, `/orders/3`.
    pub path: String,
    /// What for, in the reader's language.
    pub title: String,
    /// The day it happened or was ordered.
    pub day: Day,
    /// How much, above zero.
    pub amount: i64,
    /// What is counted.
    pub unit: Unit,
    /// How far it has come.
    pub state: PendingState,
}

impl Pending {
    pub(crate) fn worth(&self, shell: &Shell) -> String {
        match (self.state, &self.unit) {
            (PendingState::SetAside { .. }, _) => shell.points(self.amount),
            (_, unit) => change_text(self.amount, unit, shell),
        }
    }
}

/// `/{community}/passbook?show=in&before=123`.
#[derive(Debug, Clone, Template)]
#[template(path = "passbook.html")]
pub struct PassbookView {
    /// Around the page.
    pub shell: Shell,
    /// Whose passbook: `陈阿婆家 · 第 3 户`.
    pub holder_title: String,
    /// Points that can be spent now.
    pub balance: i64,
    /// Which lines are shown.
    pub show: Show,
    /// Awards that are not booked yet; on the newest page of all lines only.
    pub pending: Vec<Pending>,
    /// Points that are set aside for orders; on the newest page of all lines only.
    pub held: Vec<Pending>,
    /// Newest month first.
    pub months: Vec<Month>,
    /// The `before` of the next older page, if there is one.
    pub older: Option<u64>,
    /// Whether this is not the newest page.
    pub is_older_page: bool,
    /// Today, for the print.
    pub today: Day,
}

impl PassbookView {
    fn filters(&self) -> [Show; 3] {
        Show::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_round_trip() {
        for show in Show::ALL {
            assert_eq!(Show::from_tag(show.tag()), Some(show));
        }
        assert_eq!(Show::from_tag("both"), None);
    }
}
