//! A resident's own household, and their own year as one sheet. What may be seen of others is decided before it comes here.

use askama::Template;

use crate::shell::Shell;

/// Somebody of the household.
#[derive(Debug, Clone)]
pub struct HomeMember {
    /// Their name.
    pub name: String,
    /// Their number.
    pub number: String,
    /// A child, the reader. May be empty.
    pub note: String,
    /// Points that they earned this year; none where that is theirs alone to see.
    pub points: Option<i64>,
    /// Hours of this year, in minutes; none where that is theirs alone to see.
    pub minutes: Option<i64>,
}

/// `/{community}/me/household`.
#[derive(Debug, Clone, Template)]
#[template(path = "me_household.html")]
pub struct MeHouseholdView {
    /// Around the page.
    pub shell: Shell,
    /// `陈阿婆家 · 第 3 户`.
    pub title: String,
    /// Where it lives; may be empty.
    pub address: String,
    /// The year of the numbers.
    pub year: i32,
    /// Who belongs to it.
    pub members: Vec<HomeMember>,
    /// Who sees what, in sentences.
    pub sees: Vec<String>,
    /// Where a change is asked for; none where nothing can be asked.
    pub change: Option<String>,
}

/// What somebody did of one kind in a year.
#[derive(Debug, Clone)]
pub struct YearRow {
    /// What it is called.
    pub title: String,
    /// How many times.
    pub times: i64,
    /// Points.
    pub points: i64,
    /// Minutes.
    pub minutes: i64,
}

/// `/{community}/me/year`.
#[derive(Debug, Clone, Template)]
#[template(path = "me_year.html")]
pub struct MeYearView {
    /// Around the page.
    pub shell: Shell,
    /// The person.
    pub name: String,
    /// The year.
    pub year: i32,
    /// Other years that can be chosen.
    pub years: Vec<i32>,
    /// Whether it is not over yet.
    pub running: bool,
    /// All points, all minutes, all times.
    pub points: i64,
    /// Minutes.
    pub minutes: i64,
    /// Times.
    pub times: i64,
    /// Days in which something was done.
    pub days: i64,
    /// What was done, the most often first.
    pub rows: Vec<YearRow>,
    /// Times in each of the twelve months.
    pub months: Vec<i64>,
    /// Today, for the print.
    pub printed: String,
}

impl MeYearView {
    /// The month with most, which is drawn highest.
    fn most(&self) -> i64 {
        self.months.iter().copied().max().unwrap_or(0).max(1)
    }

    /// Height of a month's bar, of sixty.
    fn height(&self, times: &i64) -> i64 {
        times
            .saturating_mul(60)
            .checked_div(self.most())
            .unwrap_or(0)
    }

    /// Where a month's bar begins from above.
    fn top(&self, times: &i64) -> i64 {
        60_i64.saturating_sub(self.height(times))
    }

    /// Where it begins from the left.
    fn left(&self, place: &usize) -> usize {
        place.saturating_mul(20).saturating_add(3)
    }

    /// The same in words: `1月 3 次，2月 0 次…`.
    fn told(&self) -> String {
        let all = self.months.iter().zip(1_u8..);
        let words = all.filter(|(times, _)| **times > 0).map(|(times, month)| {
            self.shell.t2(
                "year-month",
                "month",
                crate::format::month_alone(month, self.shell.lang),
                "count",
                self.shell.num(*times),
            )
        });
        let words: Vec<String> = words.collect();
        words.join(&self.shell.t("home-waits-and"))
    }
}
